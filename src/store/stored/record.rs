//! Stored forms of records, changes and signals.

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::codes::{record_kind_code, record_kind_of, signal_kind_code, signal_kind_of};
use super::value::{StoredDate, StoredEvidence, StoredValue, date, store_date, url};
use super::{Stored, from_bytes, lengthened, millis, timestamp};
use crate::base::ids::{BadSlug, ContentHash, OrganisationId, RecordId, SourceId};
use crate::model::{Change, ChangeKind, Field, FieldChange, FieldName, OwnPage, Record, Signal, Story, Validators, Value};
use crate::store::error::StoreError;

type Id = [u8; 8];

#[derive(Debug, Serialize, Deserialize)]
struct StoredField {
    name: String,
    value: StoredValue,
    quote: String,
    path: String,
    first_seen: i64,
}

/// [`Record`]. The quote of a field that says the same as its value is left out.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredRecord {
    source: String,
    key: String,
    kind: u8,
    url: String,
    fields: Vec<StoredField>,
    content: [u8; 16],
    first_seen: i64,
    pub(in crate::store) changed: i64,
    missing: u16,
    pub(in crate::store) gone: bool,
    own_page: StoredOwnPage,
}

/// [`OwnPage`]
#[derive(Debug, Clone, Serialize, Deserialize)]
enum StoredOwnPage {
    Read,
    Wanted,
    Missing { times: u32, until: i64 },
    Seen { at: i64, etag: Option<String>, last_modified: Option<String>, doubted: bool },
}

impl From<&OwnPage> for StoredOwnPage {
    fn from(own: &OwnPage) -> Self {
        match own {
            OwnPage::Read => Self::Read,
            OwnPage::Wanted => Self::Wanted,
            OwnPage::Missing { times, until } => Self::Missing { times: *times, until: millis(*until) },
            OwnPage::Seen { at, validators: Validators { etag, last_modified }, doubted } => {
                Self::Seen { at: millis(*at), etag: etag.clone(), last_modified: last_modified.clone(), doubted: *doubted }
            }
        }
    }
}

impl TryFrom<StoredOwnPage> for OwnPage {
    type Error = String;
    fn try_from(stored: StoredOwnPage) -> Result<Self, String> {
        Ok(match stored {
            StoredOwnPage::Read => Self::Read,
            StoredOwnPage::Wanted => Self::Wanted,
            StoredOwnPage::Missing { times, until } => Self::Missing { times, until: timestamp(until)? },
            StoredOwnPage::Seen { at, etag, last_modified, doubted } => {
                Self::Seen { at: timestamp(at)?, validators: Validators { etag, last_modified }, doubted }
            }
        })
    }
}

/// Its first form knew no time at which an own page was read.
impl Stored for StoredRecord {
    const KIND: &'static str = "record";
    const VERSION: u8 = 2;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        (version == 1).then(|| from_bytes(bytes))
    }
}

impl StoredRecord {
    /// Whether this source has it.
    pub(in crate::store) fn is_of(&self, source: &SourceId) -> bool {
        self.source == source.as_str()
    }
}

impl From<&Record> for StoredRecord {
    fn from(record: &Record) -> Self {
        Self {
            source: record.source.as_str().to_owned(),
            key: record.key.clone(),
            kind: record_kind_code(record.kind),
            url: record.url.as_str().to_owned(),
            fields: record
                .fields
                .iter()
                .map(|(name, field)| StoredField {
                    name: name.as_str().to_owned(),
                    value: (&field.value).into(),
                    quote: field.quote.clone(),
                    path: field.path.clone(),
                    first_seen: millis(field.first_seen),
                })
                .collect(),
            content: record.content.0,
            first_seen: millis(record.first_seen),
            changed: millis(record.changed),
            missing: record.missing,
            gone: record.gone,
            own_page: (&record.own_page).into(),
        }
    }
}

impl TryFrom<StoredRecord> for Record {
    type Error = String;
    fn try_from(stored: StoredRecord) -> Result<Self, String> {
        let source: SourceId = stored.source.parse().map_err(|why: BadSlug| why.to_string())?;
        let mut fields = BTreeMap::new();
        for field in stored.fields {
            let first_seen = timestamp(field.first_seen)?;
            let value = Value::try_from(field.value)?;
            fields.insert(FieldName::new(&field.name), Field { value, quote: field.quote, path: field.path, first_seen });
        }
        Ok(Self {
            id: Self::id_of(&source, &stored.key),
            source,
            key: stored.key,
            kind: record_kind_of(stored.kind)?,
            url: url(&stored.url)?,
            fields,
            content: ContentHash(stored.content),
            first_seen: timestamp(stored.first_seen)?,
            changed: timestamp(stored.changed)?,
            missing: stored.missing,
            gone: stored.gone,
            own_page: stored.own_page.try_into()?,
        })
    }
}

/// Records that one turn brought, with their ids.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredPack(pub(in crate::store) Vec<(Id, StoredRecord)>);

impl Stored for StoredPack {
    const KIND: &'static str = "pack of records";
    const VERSION: u8 = 2;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        (version == 1).then(|| from_bytes(bytes))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum StoredChangeKind {
    Appeared,
    Changed(Vec<(String, Option<StoredValue>, Option<StoredValue>)>),
    Gone,
    Returned(i64),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredChange {
    record: Id,
    kind: StoredChangeKind,
    baseline: bool,
}

/// The changes one turn found, kept together: a first visit brings one for each record, and each key costs more than they do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredChanges {
    source: String,
    at: i64,
    changes: Vec<StoredChange>,
}

impl Stored for StoredChanges {
    const KIND: &'static str = "list of changes";
}

impl StoredChanges {
    /// Changes of one source at one time.
    pub(in crate::store) fn new(source: &SourceId, at: i64, changes: &[&Change]) -> Self {
        let stored = |change: &&Change| StoredChange {
            record: change.record.0.to_be_bytes(),
            kind: match &change.kind {
                ChangeKind::Appeared => StoredChangeKind::Appeared,
                ChangeKind::Returned(since) => StoredChangeKind::Returned(since.as_millisecond()),
                ChangeKind::Changed(fields) => StoredChangeKind::Changed(
                    fields
                        .iter()
                        .map(|field| {
                            (field.field.as_str().to_owned(), field.old.as_ref().map(Into::into), field.new.as_ref().map(Into::into))
                        })
                        .collect(),
                ),
                ChangeKind::Gone => StoredChangeKind::Gone,
            },
            baseline: change.baseline,
        };
        Self { source: source.as_str().to_owned(), at, changes: changes.iter().map(stored).collect() }
    }

    /// Whether one is of these records.
    pub(in crate::store) fn speaks_of(&self, records: &HashSet<RecordId>) -> bool {
        self.changes.iter().any(|change| records.contains(&RecordId(u64::from_be_bytes(change.record))))
    }

    /// The same without those of these records, and whether anything is left.
    pub(in crate::store) fn without(mut self, records: &HashSet<RecordId>) -> (Self, bool) {
        self.changes.retain(|change| !records.contains(&RecordId(u64::from_be_bytes(change.record))));
        let left = !self.changes.is_empty();
        (self, left)
    }

    /// As the model has them, in the order in which they were found.
    pub(in crate::store) fn into_changes(self) -> Result<Vec<Change>, String> {
        let source: SourceId = self.source.parse().map_err(|why: BadSlug| why.to_string())?;
        let at = timestamp(self.at)?;
        let model = |change: StoredChange| {
            Ok(Change {
                source: source.clone(),
                record: RecordId(u64::from_be_bytes(change.record)),
                kind: match change.kind {
                    StoredChangeKind::Appeared => ChangeKind::Appeared,
                    StoredChangeKind::Returned(since) => ChangeKind::Returned(timestamp(since)?),
                    StoredChangeKind::Gone => ChangeKind::Gone,
                    StoredChangeKind::Changed(fields) => {
                        ChangeKind::Changed(fields.into_iter().map(field_change).collect::<Result<_, String>>()?)
                    }
                },
                at,
                baseline: change.baseline,
            })
        };
        self.changes.into_iter().map(model).collect()
    }
}

fn field_change((name, old, new): (String, Option<StoredValue>, Option<StoredValue>)) -> Result<FieldChange, String> {
    Ok(FieldChange { field: FieldName::new(&name), old: old.map(Value::try_from).transpose()?, new: new.map(Value::try_from).transpose()? })
}

/// [`Story`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) enum StoredStory {
    Sentence(String),
    Appeared {
        title: String,
        by: Option<String>,
        with: Option<String>,
        on: Option<StoredDate>,
    },
    Changed {
        title: String,
        fields: Vec<(String, Option<String>, Option<String>)>,
        more: u32,
    },
    Gone {
        title: String,
    },
    Said {
        title: String,
        by: Option<String>,
        sentence: String,
    },
    /// Its first form knew the day alone.
    AgainSinceDay {
        of: Box<StoredStory>,
        gone: StoredDate,
    },
    Again {
        of: Box<StoredStory>,
        gone: i64,
    },
}

impl From<&Story> for StoredStory {
    fn from(story: &Story) -> Self {
        match story.clone() {
            Story::Sentence(sentence) => Self::Sentence(sentence),
            Story::Appeared { title, by, with, on } => Self::Appeared { title, by, with, on: on.map(store_date) },
            Story::Changed { title, fields, more } => Self::Changed { title, fields, more },
            Story::Gone { title } => Self::Gone { title },
            Story::Said { title, by, sentence } => Self::Said { title, by, sentence },
            Story::Again { of, gone } => Self::Again { of: Box::new(Self::from(&*of)), gone: millis(gone) },
        }
    }
}

impl TryFrom<StoredStory> for Story {
    type Error = String;
    fn try_from(stored: StoredStory) -> Result<Self, String> {
        Ok(match stored {
            StoredStory::Sentence(sentence) => Self::Sentence(sentence),
            StoredStory::Appeared { title, by, with, on } => Self::Appeared { title, by, with, on: on.map(date).transpose()? },
            StoredStory::Changed { title, fields, more } => Self::Changed { title, fields, more },
            StoredStory::Gone { title } => Self::Gone { title },
            StoredStory::Said { title, by, sentence } => Self::Said { title, by, sentence },
            StoredStory::AgainSinceDay { of, gone } => {
                let noon = date(gone)?.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map_err(|why| why.to_string())?;
                Self::Again { of: Box::new((*of).try_into()?), gone: noon.timestamp() }
            }
            StoredStory::Again { of, gone } => Self::Again { of: Box::new((*of).try_into()?), gone: timestamp(gone)? },
        })
    }
}

/// [`Signal`]. Its first form had a sentence for a story; neither of the first two said whether it is an echo.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredSignal<S = StoredStory> {
    kind: u8,
    organisation: Id,
    record: Id,
    at: i64,
    seen: i64,
    story: S,
    evidence: StoredEvidence,
    echo: bool,
}

impl Stored for StoredSignal<String> {
    const KIND: &'static str = "signal";
}

impl Stored for StoredSignal {
    const KIND: &'static str = "signal";
    const VERSION: u8 = 3;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        match version {
            1 => Some(lengthened::<StoredSignal<String>>(bytes, &[0]).map(|old| {
                let StoredSignal { kind, organisation, record, at, seen, story, evidence, echo } = old;
                Self { kind, organisation, record, at, seen, story: StoredStory::Sentence(story), evidence, echo }
            })),
            2 => Some(lengthened(bytes, &[0])),
            _ => None,
        }
    }
}

impl From<&Signal> for StoredSignal {
    fn from(signal: &Signal) -> Self {
        Self {
            kind: signal_kind_code(signal.kind),
            organisation: signal.organisation.0.to_be_bytes(),
            record: signal.record.0.to_be_bytes(),
            at: millis(signal.at),
            seen: millis(signal.seen),
            story: (&signal.story).into(),
            evidence: (&signal.evidence).into(),
            echo: signal.echo,
        }
    }
}

impl TryFrom<StoredSignal> for Signal {
    type Error = String;
    fn try_from(stored: StoredSignal) -> Result<Self, String> {
        Ok(Self {
            kind: signal_kind_of(stored.kind)?,
            organisation: OrganisationId(u64::from_be_bytes(stored.organisation)),
            record: RecordId(u64::from_be_bytes(stored.record)),
            at: timestamp(stored.at)?,
            seen: timestamp(stored.seen)?,
            story: stored.story.try_into()?,
            evidence: stored.evidence.try_into()?,
            echo: stored.echo,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{to_bytes, to_model};
    use super::*;
    use crate::model::sample::{organisation, signal};

    #[test]
    fn a_sentence_of_the_first_form_is_a_story() {
        let new = signal(&organisation("Acme", &[]), crate::model::SignalKind::OfferListed, 0, 0);
        let StoredSignal { kind, organisation, record, at, seen, evidence, echo, .. } = StoredSignal::from(&new);
        let old = StoredSignal { kind, organisation, record, at, seen, story: "Offers pallets".to_owned(), evidence, echo };
        let bytes = to_bytes(&old);
        let read = StoredSignal::<StoredStory>::older(1, &bytes[..bytes.len() - 1]).unwrap().unwrap();
        let want = Signal { story: Story::Sentence("Offers pallets".to_owned()), ..new };
        assert_eq!(to_model::<StoredSignal, Signal>(read).unwrap(), want);
    }
}
