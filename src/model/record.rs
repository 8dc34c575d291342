//! One thing read from a page, with where each value came from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::{Change, ChangeKind, FieldChange, Validators, Value};
use crate::base::ids::{ContentHash, RecordId, SourceId, hash64};
use crate::base::text::words;

/// The field of a tender with its titles in the languages of letters, each behind its language, where its portal says them in several: "es: Ecógrafos".
pub const TITLES: &str = "titles";
/// The languages of letters, in which titles are kept.
pub const OF_LETTERS: [&str; 3] = ["en", "es", "ru"];

/// The field by which a record says that it is what another one, of this key, says of another company.
pub const SAID_IN: &str = "said_in";
/// Words of a title that no other article has by chance.
const TITLE_WORDS: usize = 5;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// Somebody offers something.
    Offer,
    /// Somebody looks for a supplier.
    Request,
    /// An entry of a directory or an exhibitor list.
    Company,
    /// A notice of a public buyer.
    Tender,
    /// A contract that somebody won.
    Award,
    /// An article of the press.
    Article,
    /// A vacancy.
    Vacancy,
    /// A whole page watched for its text.
    Page,
}

impl RecordKind {
    /// Every kind, in the order shown to people.
    pub const ALL: [Self; 8] =
        [Self::Offer, Self::Request, Self::Company, Self::Tender, Self::Award, Self::Article, Self::Vacancy, Self::Page];

    /// The word used in configuration, command line and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Request => "request",
            Self::Company => "company",
            Self::Tender => "tender",
            Self::Award => "award",
            Self::Article => "article",
            Self::Vacancy => "vacancy",
            Self::Page => "page",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the words of such a record are those of whom it is about: notices of tenders and awards say in their fields what they are.
    pub const fn speaks(self) -> bool {
        match self {
            Self::Offer | Self::Request | Self::Company | Self::Article | Self::Vacancy | Self::Page => true,
            Self::Tender | Self::Award => false,
        }
    }
}

/// What stands behind the name of a field whose words could not be read as what it holds: `phone_as_written`.
pub const AS_WRITTEN: &str = "_as_written";

/// The name of a field: `name`, `price`, `phone`, or whatever the user called it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(Arc<str>);

impl FieldName {
    /// A name as written in the configuration.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for FieldName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One value of a record with the part of its evidence that is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What was understood.
    pub value: Value,
    /// The words it was read from, clipped to [`crate::base::caps::QUOTE_CHARS`].
    pub quote: String,
    /// Where in the page: a selector, a JSON path, an XML path.
    pub path: String,
    /// When this very value was first seen.
    pub first_seen: Timestamp,
}

/// One record. Its id follows from source and key; the key is what stays when everything else changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// From source and key.
    pub id: RecordId,
    /// The source that yields it.
    pub source: SourceId,
    /// The stable key within the source: the record's own address, its number, or name and place.
    pub key: String,
    /// What it is.
    pub kind: RecordKind,
    /// Where a person can look at it: its own page, or the page that lists it.
    pub url: Url,
    /// Typed values by name.
    pub fields: BTreeMap<FieldName, Field>,
    /// The bytes it was last read from.
    pub content: ContentHash,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it last changed, or was first seen. (Not refreshed by visits that find it unchanged: they write no record.)
    pub changed: Timestamp,
    /// Complete visits in a row that did not find it; 0 while it is there.
    pub missing: u16,
    /// Whether it has been reported as gone.
    pub gone: bool,
    /// How far its own page was read.
    pub own_page: OwnPage,
}

/// How far a record's own page was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OwnPage {
    /// It was, nobody knows when, or there is none to read.
    #[default]
    Read,
    /// It was read or found unchanged, and is read again in its turn.
    Seen {
        /// When.
        at: Timestamp,
        /// For the next conditional request; none after an answer that nothing changed, so that at least every other one is read.
        validators: Validators,
        /// Whether it said something else than is known, which waits for another look.
        doubted: bool,
    },
    /// Still to be read (the limit of a visit or a failure stopped it); the next visit tries again.
    Wanted,
    /// It was not there so many times in a row, and is asked for again from then on, or when the record changes.
    Missing {
        /// How many times.
        times: u32,
        /// Not before.
        until: Timestamp,
    },
}

impl OwnPage {
    /// Whether something of it is still to come.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Wanted | Self::Missing { .. })
    }

    /// Whether it is worth a request although nothing of the record changed.
    pub fn is_due(&self, now: Timestamp) -> bool {
        match self {
            Self::Read => false,
            Self::Seen { doubted, .. } => *doubted,
            Self::Wanted => true,
            Self::Missing { until, .. } => now >= *until,
        }
    }
}

impl Record {
    /// The id of the record with this key in this source.
    pub fn id_of(source: &SourceId, key: &str) -> RecordId {
        RecordId::of(&[source.as_str().as_bytes(), key.as_bytes()])
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).map(|field| &field.value)
    }

    /// The value of a field as words.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(Value::text)
    }

    /// What a person calls it: the field `title`, else `name`, else whom it speaks of, else its address.
    pub fn title(&self) -> String {
        self.text("title").or_else(|| self.text("name")).or_else(|| self.text("person")).unwrap_or_else(|| self.url.to_string())
    }

    /// What it is called for a reader of a language: in that language, where its portal says it in several, else as it is.
    pub fn title_in(&self, language: &str) -> String {
        let own = |value: &Value| value.text().strip_prefix(language)?.strip_prefix(": ").map(str::to_owned);
        self.value(TITLES).into_iter().flat_map(Value::each).find_map(own).unwrap_or_else(|| self.title())
    }

    /// Identifiers by which other portals know the same procedure, each in one way of writing: the procedure's UUID (eForms BT-04) and its
    /// OCID. File numbers and numbers of publication are none: others have the same.
    /// An article goes by its address, and by its title when that is long enough to be no other's.
    pub fn shared_ids(&self) -> Vec<String> {
        match self.kind {
            RecordKind::Tender | RecordKind::Award => {}
            RecordKind::Article => return self.article_ids(),
            RecordKind::Offer | RecordKind::Request | RecordKind::Company | RecordKind::Vacancy | RecordKind::Page => return Vec::new(),
        }
        let listed = self.value("other_ids").map_or(&[][..], Value::each).iter().map(Value::text);
        let ids: BTreeSet<String> = listed.chain([procedure_of(&self.key).to_owned()]).filter_map(|id| shared_id(&id)).collect();
        ids.into_iter().collect()
    }

    /// The record that says it, of which this is what it says of another company.
    pub fn said_in(&self) -> Option<RecordId> {
        self.text(SAID_IN).map(|key| Self::id_of(&self.source, &key))
    }

    fn article_ids(&self) -> Vec<String> {
        if self.said_in().is_some() {
            return Vec::new();
        }
        let mut address = self.url.clone();
        address.set_fragment(None);
        let title = words(&self.title());
        let titled = (title.split(' ').count() >= TITLE_WORDS).then(|| format!("title:{title}"));
        // Keys are short: what is long goes by its hash.
        let ids = [Some(format!("url:{address}")), titled].into_iter().flatten();
        ids.map(|id| format!("article:{:016x}", hash64(&[id.as_bytes()]))).collect()
    }

    /// The record as it was at a moment that is past, when these are all changes since, among those of others. What was not there yet still
    /// says when it was first seen.
    #[must_use]
    pub fn as_of(&self, changes: &[Change], at: Timestamp) -> Self {
        let mut own: Vec<&Change> = changes.iter().filter(|change| change.record == self.id && change.at > at).collect();
        own.sort_by_key(|change| std::cmp::Reverse(change.at));
        let mut was = self.clone();
        for change in own {
            match &change.kind {
                // Before it came back it was gone.
                ChangeKind::Appeared | ChangeKind::Returned(_) => was.gone = true,
                ChangeKind::Gone => was.gone = false,
                ChangeKind::Changed(fields) => {
                    was.gone = false;
                    for FieldChange { field, old, .. } in fields {
                        let known = was.fields.remove(field);
                        if let Some(value) = old.clone() {
                            let path = known.map(|field| field.path).unwrap_or_default();
                            let field_was = Field { quote: value.text(), value, path, first_seen: self.first_seen.min(at) };
                            was.fields.insert(field.clone(), field_was);
                        }
                    }
                }
            }
            was.changed = at;
        }
        was
    }

    /// Where the value of a field came from.
    pub fn evidence(&self, name: &str) -> Option<Evidence> {
        self.fields.get(name).map(|field| Evidence {
            source: self.source.clone(),
            url: self.url.clone(),
            quote: field.quote.clone(),
            path: field.path.clone(),
            content: self.content,
            seen: field.first_seen,
        })
    }
}

/// What stands between a procedure and its winner in the key of an award.
pub const WON_BY: &str = " | won by ";
/// The same of a loser.
pub const LOST_BY: &str = " | lost by ";

/// The key of the procedure that the record of a tender, a winner or a loser with this key is of.
pub fn procedure_of(key: &str) -> &str {
    [WON_BY, LOST_BY].iter().find_map(|sign| key.split_once(sign)).map_or(key, |(procedure, _)| procedure)
}

/// What stands between the parts of a key that is of several fields.
pub const KEY_PARTS: &str = " | ";

/// A key as it is compared: whether an address is encrypted on the way makes it no other, and the capital of `ß` is `SS`.
pub fn one_spelling(key: &str) -> String {
    let part = |part: &str| match part.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => part.replace('ß', "ss"),
    };
    key.split(KEY_PARTS).map(part).collect::<Vec<_>>().join(KEY_PARTS)
}

/// A key with its address written the other way, encrypted or not; `None`: there is no address in it.
pub fn other_scheme(key: &str) -> Option<String> {
    let other = |part: &str| {
        let plain = part.strip_prefix("http://").map(|rest| format!("https://{rest}"));
        plain.or_else(|| part.strip_prefix("https://").map(|rest| format!("http://{rest}")))
    };
    let parts: Vec<(Option<String>, &str)> = key.split(KEY_PARTS).map(|part| (other(part), part)).collect();
    let any = parts.iter().any(|(other, _)| other.is_some());
    any.then(|| parts.into_iter().map(|(other, part)| other.unwrap_or_else(|| part.to_owned())).collect::<Vec<_>>().join(KEY_PARTS))
}

/// `eforms-procedure:5F1C…` and a bare UUID are `uuid:5f1c…`; `OCID:ocds-…` and a bare OCID are `ocid:ocds-…`.
fn shared_id(written: &str) -> Option<String> {
    let lower = written.trim().to_lowercase();
    let (scheme, id) = lower.rsplit_once(':').unwrap_or(("", &lower));
    let is_uuid = id.len() == 36
        && id.bytes().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
        && id.bytes().any(|b| b != b'0' && b != b'-');
    if is_uuid {
        return Some(format!("uuid:{id}"));
    }
    // The prefix of a publisher is `ocds-` and six letters or digits; some leave it away.
    (id.starts_with("ocds-") && id.len() > 12 || scheme == "ocid" && id.len() > 6).then(|| format!("ocid:{id}"))
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The source.
    pub source: SourceId,
    /// The address a person can open.
    pub url: Url,
    /// The words.
    pub quote: String,
    /// Where in the page.
    pub path: String,
    /// The bytes it was read from.
    pub content: ContentHash,
    /// When it was first seen.
    pub seen: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_portals_share_are_written_in_one_way() {
        let uuid = "5F1C2d3e-0000-4000-8000-00000000abcd";
        for (written, want) in [
            (uuid.to_owned(), Some(format!("uuid:{}", uuid.to_lowercase()))),
            (format!("eforms-procedure:{uuid}"), Some(format!("uuid:{}", uuid.to_lowercase()))),
            (format!("TED:{uuid}"), Some(format!("uuid:{}", uuid.to_lowercase()))),
            ("ocds-h6vhtk-04A1b2".to_owned(), Some("ocid:ocds-h6vhtk-04a1b2".to_owned())),
            ("OCID:ocds-h6vhtk-04a1b2".to_owned(), Some("ocid:ocds-h6vhtk-04a1b2".to_owned())),
            ("00000000-0000-0000-0000-000000000000".to_owned(), None),
            ("file-number:2026/0001".to_owned(), None),
            ("ted-notice:123456-2026".to_owned(), None),
            ("https://portal.example/deeplink?id=1".to_owned(), None),
        ] {
            assert_eq!(shared_id(&written), want, "{written}");
        }
    }

    #[test]
    fn an_article_goes_by_its_address_and_by_a_telling_title() {
        use crate::model::sample::record;
        let article = |key: &str, title: &str| record("press", key, RecordKind::Article, &[("title", title)]).shared_ids();
        let shares = |one: &[String], other: &[String]| one.iter().any(|id| other.contains(id));
        let long = "Acme opens a new plant in Vigo";
        assert!(shares(&article("1", long), &article("2", &long.to_uppercase())));
        assert!(shares(&article("1", "News"), &article("1", "Other news")));
        assert!(!shares(&article("1", "News"), &article("2", "News")), "a short title is anybody's");
        assert_eq!(record("press", "1", RecordKind::Offer, &[("title", long)]).shared_ids(), Vec::<String>::new());
    }

    #[test]
    fn a_record_as_it_was() {
        use crate::model::sample::{day, record};
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let mut now = record("portal", "1", RecordKind::Tender, &[("title", "B"), ("lots", "2")]);
        (now.gone, now.changed) = (true, day(4));
        let change = |at: i64, kind| Change { source: now.source.clone(), record: now.id, kind, at: day(at), baseline: false };
        let field = |name: &str, old, new| FieldChange { field: FieldName::new(name), old, new };
        let mut other = change(3, ChangeKind::Changed(vec![field("title", text("X"), text("B"))]));
        other.record = RecordId::of(&[b"another"]);
        let changes = [
            change(1, ChangeKind::Changed(vec![field("title", text("A"), text("B")), field("stage", text("open"), None)])),
            change(2, ChangeKind::Changed(vec![field("lots", None, text("2"))])),
            change(4, ChangeKind::Gone),
            other,
        ];
        let shown = |at: i64| {
            let was = now.as_of(&changes, day(at));
            let fields: Vec<String> = was.fields.iter().map(|(name, field)| format!("{name} {}", field.value.text())).collect();
            (was.gone, fields.join(", "))
        };
        for (at, want) in [(0, "stage open, title A"), (1, "title B"), (2, "lots 2, title B"), (3, "lots 2, title B")] {
            assert_eq!(shown(at), (false, want.to_owned()), "{at}");
        }
        assert_eq!(now.as_of(&changes, day(4)), now);
        assert!(now.as_of(&changes, day(0)).fields.values().all(|field| field.first_seen <= day(0)));
    }
}
