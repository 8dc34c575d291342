//! Sets apart what a list holds and is none of its records: entries that nobody knows and that have nothing of what nearly all others have, but
//! something else instead, which none of these has. Such are the news and events that stand beside a directory in the same boxes: they have a day
//! where a member has its town, and lead to another part of the site. What says by itself that it is no member (a quotation, somebody's role, an
//! advertisement, a letter of an index) may be reached as one is: then a number says nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use url::Url;

use crate::base::text::clip;
use crate::model::{Aside, BadEntry, CompanyName, Draft, FieldName, Found, Record, RecordKind, Value};

/// Records that are shown, before they say what a record of this list has.
const ENOUGH: usize = 8;
/// Things that nearly all of them have: one alone may be missing.
const USUAL: usize = 2;
/// Of how many in a hundred nearly all are, where the records are known and where they are not: then news are among them.
const KNOWN: usize = 90;
const UNKNOWN: usize = 70;
/// Fields that everything in a box has.
const OF_ANY: [&str; 3] = ["name", "title", "image"];
/// Fields that are days.
const DAYS: [&str; 5] = ["date", "time", "published", "updated", "deadline"];
/// Fields by which somebody is reached: who has one is nobody's news.
const REACHED: [&str; 5] = ["phone", "mobile", "email", "tax_id", "postcode"];
/// Words of a sentence, of a short one, and of a person's name at most.
const PROSE: usize = 8;
const PHRASE: usize = 5;
const PERSON: usize = 4;
/// Digits of a postcode, a year, a number in a street.
const DIGITS: usize = 3;
/// Letters of an index in one box: `A-C`; and boxes of an index.
const LETTERS: usize = 3;
const INDEX: usize = 3;
/// Fields and entries named, and characters of an example.
const NAMED: usize = 4;
const EXAMPLE: usize = 60;

/// What is known of the texts of a page.
#[derive(Clone, Copy)]
pub struct Beside<'b> {
    /// What a text is that is none of a member's; `true`: it is what the entry is called by.
    pub says: &'b dyn Fn(&str, bool) -> Option<Aside>,
    /// Numbers and addresses that stand around the list: whose page it is is reached by them.
    pub own: &'b [String],
}

/// Something that an entry has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Has<'d> {
    /// A field of this name.
    Field(&'d str),
    /// What is none of a member's, whatever the field is called: towns and days stand in the same place of such boxes.
    Aside(Aside),
    /// A sentence.
    Prose,
    /// A page of its own in this part of the site.
    Page(String),
}

/// An entry with what it has.
struct Entry<'d> {
    draft: &'d Draft,
    has: BTreeSet<Has<'d>>,
    known: bool,
    reached: bool,
    /// A letter or two, and nothing else.
    letter: bool,
}

/// Why an entry is none of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Unlike,
    Letter,
    Says(Aside),
}

/// Takes out of a page's drafts what is none of its list's records, and says how many for which reason, and how the first are called.
pub fn set_apart(drafts: &mut Vec<Draft>, known: &[Record], beside: &Beside<'_>) -> Vec<BadEntry> {
    let keys: HashSet<&str> = known.iter().filter(|record| !record.gone).map(|record| record.key.as_str()).collect();
    let entries: Vec<Entry<'_>> = drafts.iter().map(|draft| Entry::of(draft, keys.contains(draft.key.as_str()), beside)).collect();
    let (free, entries): (Vec<Entry<'_>>, Vec<Entry<'_>>) = entries.into_iter().partition(Entry::is_free);
    let list = Members::of(&entries);
    let mut other: Vec<(Why, &Entry<'_>)> =
        list.iter().flat_map(|list| entries.iter().filter_map(move |entry| Some((list.why(entry)?, entry)))).collect();
    // What is as many as the records is another list of them, unless each says that it is none.
    let like = list.as_ref().map_or(0, |list| list.like.len());
    if other.iter().filter(|(why, _)| *why == Why::Unlike).count() * 2 > like {
        other.retain(|(why, _)| *why != Why::Unlike);
    }
    other.extend(free.iter().map(|entry| (Why::Says(Aside::Free), entry)));
    let usual = list.as_ref().map(Members::told).unwrap_or_default();
    let mut by_why: BTreeMap<Why, Vec<&Entry<'_>>> = BTreeMap::new();
    for (why, entry) in &other {
        by_why.entry(*why).or_default().push(entry);
    }
    let told = by_why.into_iter().map(|(why, all)| BadEntry { path: named(&all), reason: reason(why, all.len(), &usual) }).collect();
    let other: HashSet<String> = other.into_iter().map(|(_, entry)| entry.draft.key.clone()).collect();
    drafts.retain(|draft| !other.contains(&draft.key));
    told
}

/// What the records of a list have.
struct Members<'e, 'd> {
    /// Records that are known.
    shown: usize,
    usual: BTreeSet<&'e Has<'d>>,
    like: Vec<&'e Entry<'d>>,
    /// Whether nearly all lead to pages in one part of the site.
    lead: bool,
    /// Whether letters stand over groups of them.
    index: bool,
}

impl<'e, 'd> Members<'e, 'd> {
    fn of(entries: &'e [Entry<'d>]) -> Option<Self> {
        let shown = entries.iter().filter(|entry| entry.known).count();
        let may = |entry: &&Entry<'_>| if shown >= ENOUGH { entry.known } else { !entry.letter };
        let counts = |entry: &&Entry<'_>| may(entry) && (shown >= ENOUGH || entry.says().is_none());
        let (all, share) = (entries.iter().filter(counts).count(), if shown >= ENOUGH { KNOWN } else { UNKNOWN });
        if all < ENOUGH {
            return None;
        }
        let mut with: BTreeMap<&Has<'_>, usize> = BTreeMap::new();
        entries.iter().filter(counts).flat_map(|entry| &entry.has).for_each(|own| *with.entry(own).or_default() += 1);
        let usual: BTreeSet<&Has<'_>> = with.into_iter().filter(|(_, with)| with * 100 >= all * share).map(|(own, _)| own).collect();
        let lead = usual.iter().any(|own| matches!(own, Has::Page(_)));
        let index = entries.iter().filter(|entry| entry.letter).count() >= INDEX;
        let list = Self { shown, usual, like: Vec::new(), lead, index };
        Some(Self { like: entries.iter().filter(may).filter(|entry| list.is_like(entry)).collect(), ..list })
    }

    /// Whether an entry has something that nearly all have; of one that says by itself what it is, a number is nothing.
    fn is_like(&self, entry: &Entry<'_>) -> bool {
        let sure = entry.says().is_some();
        entry.has.iter().any(|own| self.usual.contains(own) && !(sure && own.reaches()))
    }

    fn none_has(&self, own: &Has<'_>) -> bool {
        !self.like.iter().any(|member| member.has.contains(own))
    }

    fn why(&self, entry: &Entry<'_>) -> Option<Why> {
        // Where nothing is known, only of a list of companies it is clear what is none.
        if entry.known || self.shown < ENOUGH && entry.draft.kind != RecordKind::Company {
            return None;
        }
        if entry.letter && self.index {
            return Some(Why::Letter);
        }
        let told = self.usual.iter().any(|own| !own.reaches());
        let says = entry.says().filter(|aside| told && self.none_has(&Has::Aside(*aside)));
        // Who has a legal form is somebody, whatever stands in the box.
        if self.is_like(entry) || says.is_none() && entry.reached || CompanyName::parse(&called(entry.draft)).form.is_some() {
            return None;
        }
        let strange = |own: &Has<'_>| match own {
            Has::Field(_) => false,
            Has::Aside(_) | Has::Prose => self.none_has(own),
            Has::Page(_) => self.lead && self.none_has(own),
        };
        let unlike = || (self.usual.len() >= USUAL && entry.has.iter().any(strange)).then_some(Why::Unlike);
        says.map(Why::Says).or_else(unlike)
    }

    /// What nearly all of them have.
    fn told(&self) -> String {
        self.usual.iter().map(|own| own.told()).take(NAMED).collect::<Vec<_>>().join(", ")
    }
}

/// Why so many are none of the list, whose records nearly all have what is `usual`.
fn reason(why: Why, many: usize, usual: &str) -> String {
    let what = match (why, many) {
        (Why::Unlike, 1) => format!("it has none of what they have ({usual})"),
        (Why::Unlike, _) => format!("they have none of what the records have ({usual})"),
        (Why::Letter, _) => "a letter of an index".to_owned(),
        (Why::Says(aside), _) => aside.told().to_owned(),
    };
    if many == 1 { format!("not taken for a record: {what}") } else { format!("{many} are not taken for records: {what}") }
}

impl<'d> Entry<'d> {
    fn of(draft: &'d Draft, known: bool, beside: &Beside<'_>) -> Self {
        let name = called(draft);
        let text = |found: &'d str, field: &'d str| match (beside.says)(found, false) {
            // Who has a role is somebody, and no firm.
            Some(Aside::Role) if !is_person(&name) => Some(Has::Field(field)),
            Some(aside) => Some(Has::Aside(aside)),
            None if DAYS.contains(&field) => Some(Has::Aside(Aside::Day)),
            None if is_prose(found) => Some(Has::Prose),
            // A few words with a full stop are no town, and nothing strange.
            None => Some(Has::Field(field)).filter(|_| !is_phrase(found)),
        };
        let is_own = |value: &Value| matches!(value, Value::Phone(_) | Value::Email(_)) && beside.own.contains(&value.text());
        let fields = || draft.fields.iter().filter(|(_, found)| !is_own(&found.value));
        let of_field = |(field, found): (&'d FieldName, &'d Found)| match &found.value {
            Value::Url(url) if field.as_str() == "url" => part(url).map(Has::Page),
            Value::Date(_) | Value::Time(_) => Some(Has::Aside(Aside::Day)),
            Value::Text(words) if field.as_str() != "url" => text(words, field.as_str()),
            _ => Some(Has::Field(field.as_str())).filter(|_| field.as_str() != "url"),
        };
        let mut has: BTreeSet<Has<'_>> = fields().filter(|(field, _)| !OF_ANY.contains(&field.as_str())).filter_map(of_field).collect();
        // A box of which nothing but a letter is said may have no name.
        let mut texts =
            draft.fields.iter().filter(|(field, _)| !matches!(field.as_str(), "url" | "image")).map(|(_, found)| found.value.text());
        let letter = texts.next().is_some_and(|text| is_letter(&text)) && texts.next().is_none();
        has.extend((beside.says)(&name, true).map(Has::Aside));
        let reaches = |(field, found): (&FieldName, &Found)| {
            REACHED.contains(&field.as_str()) || matches!(found.value, Value::Phone(_) | Value::Email(_))
        };
        Self { draft, has, known, reached: fields().any(reaches), letter }
    }

    /// Whether it is called a place where nobody is: such stand among the others, with all that a member has but a name.
    fn is_free(&self) -> bool {
        !self.known && self.draft.kind == RecordKind::Company && self.has.contains(&Has::Aside(Aside::Free))
    }

    /// What it says by itself that it is.
    fn says(&self) -> Option<Aside> {
        self.has.iter().find_map(|own| match own {
            Has::Aside(aside) if aside.is_sure() => Some(*aside),
            _ => None,
        })
    }
}

impl Has<'_> {
    const fn told(&self) -> &str {
        match self {
            Self::Field(name) => name,
            Self::Aside(aside) => aside.told(),
            Self::Prose => "a sentence",
            Self::Page(_) => "a page beside theirs",
        }
    }

    fn reaches(&self) -> bool {
        matches!(self, Self::Field(name) if REACHED.contains(name))
    }
}

/// What an entry is called by.
fn called(draft: &Draft) -> String {
    draft.value("name").or_else(|| draft.value("title")).map_or_else(|| draft.key.clone(), Value::text)
}

/// The names of some entries, the first in full.
fn named(all: &[&Entry<'_>]) -> String {
    let names: Vec<String> = all.iter().take(NAMED).map(|entry| clip(&called(entry.draft), EXAMPLE)).collect();
    if all.len() > NAMED { format!("{} …", names.join(", ")) } else { names.join(", ") }
}

/// Whether a name may be that of somebody: a few words, and no legal form.
fn is_person(name: &str) -> bool {
    (2..=PERSON).contains(&name.split_whitespace().count()) && CompanyName::parse(name).form.is_none()
}

/// Whether a name is but a letter, or the first and the last of some: `A`, `0-9`.
fn is_letter(name: &str) -> bool {
    let mut parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let few = parts.clone().count() <= LETTERS;
    few && parts.all(|part| part.chars().count() == 1) && name.chars().count() <= 2 * LETTERS
}

/// The part of a site in which a page is: its host and the way to its last step, numbers left out, and the names of its parameters.
fn part(url: &Url) -> Option<String> {
    let steps: Vec<&str> = url.path_segments()?.filter(|step| !step.is_empty()).collect();
    let names: BTreeSet<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let above = if names.is_empty() { steps.split_last().map_or(&[][..], |(_, above)| above) } else { &steps[..] };
    let plain = above.iter().map(|step| if step.contains(|c: char| c.is_ascii_digit()) { "*" } else { step });
    let names = names.into_iter().collect::<Vec<_>>().join("&");
    Some(format!("{}/{}?{names}", url.host_str().unwrap_or_default(), plain.collect::<Vec<_>>().join("/")))
}

/// Whether a text is a sentence, and no address.
fn is_prose(text: &str) -> bool {
    text.split_whitespace().nth(PROSE - 1).is_some() && !has_number(text)
}

/// Whether a text is a short sentence: with a full stop behind a word that is no abbreviation.
fn is_phrase(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default().strip_suffix(['.', '!', '…']);
    let ends = last.is_some_and(|word| !word.contains('.') && word.chars().count() > DIGITS);
    ends && text.split_whitespace().nth(PHRASE - 1).is_some() && !has_number(text)
}

fn has_number(text: &str) -> bool {
    text.split_whitespace().any(|word| word.chars().filter(char::is_ascii_digit).count() >= DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{ContentHash, SourceId};
    use crate::model::{Field, FieldName, Found, OwnPage};

    fn draft(key: &str, fields: &[&str]) -> Draft {
        let found = || Found { value: Value::Text("x".into()), quote: String::new(), path: String::new() };
        Draft {
            key: key.into(),
            kind: RecordKind::Company,
            url: "https://a.example/".parse().expect("url"),
            fields: fields.iter().map(|name| (FieldName::new(name), found())).collect(),
            detail: None,
            partial: false,
            again: false,
        }
    }

    fn record(draft: &Draft) -> Record {
        let (source, now): (SourceId, _) = ("s".parse().expect("slug"), jiff::Timestamp::UNIX_EPOCH);
        let field = |found: &Found| Field { value: found.value.clone(), quote: String::new(), path: String::new(), first_seen: now };
        Record {
            id: Record::id_of(&source, &draft.key),
            source,
            key: draft.key.clone(),
            kind: draft.kind,
            url: draft.url.clone(),
            fields: draft.fields.iter().map(|(name, found)| (name.clone(), field(found))).collect(),
            content: ContentHash::default(),
            first_seen: now,
            changed: now,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    }

    fn said(draft: &mut Draft, name: &str, value: Value) {
        draft.fields.insert(FieldName::new(name), Found { value, quote: String::new(), path: String::new() });
    }

    fn apart(all: &mut Vec<Draft>, known: &[Record], says: &dyn Fn(&str, bool) -> Option<Aside>, own: &[&str]) -> Vec<BadEntry> {
        let own: Vec<String> = own.iter().map(|own| (*own).to_owned()).collect();
        set_apart(all, known, &Beside { says, own: &own })
    }

    #[test]
    fn a_place_where_nobody_is_is_no_member() {
        let says = |text: &str, name: bool| (name && text == "Disponible").then_some(Aside::Free);
        for (name, known, kind, want) in [
            ("Disponible", false, RecordKind::Company, 1),
            ("Disponible", true, RecordKind::Company, 2),
            ("Disponible", false, RecordKind::Offer, 2),
            ("Acme", false, RecordKind::Company, 2),
        ] {
            let mut all = vec![draft("1", &["name", "phone", "place"]), draft("2", &["name", "place"])];
            said(&mut all[1], "name", Value::Text(name.into()));
            for draft in &mut all {
                draft.kind = kind;
            }
            let known: Vec<Record> = all.iter().filter(|_| known).map(record).collect();
            let told = apart(&mut all, &known, &says, &[]);
            assert_eq!((all.len(), told.len()), (want, 2 - want), "{name}");
            assert!(told.iter().all(|told| told.reason == "not taken for a record: a place that is free or reserved"), "{told:?}");
        }
    }

    #[test]
    fn what_has_nothing_of_the_list_is_none_of_it() {
        let members = |n: usize| (0..n).map(|n| draft(&n.to_string(), &["name", "phone", "place"])).collect::<Vec<_>>();
        for (n, fields, is_apart) in [
            (12, &["name", "url", "date", "text"][..], true),
            (12, &["name", "place"], false),
            (12, &["name", "phone", "date"], false),
            // A member of which only the name is known.
            (12, &["name", "url"], false),
            (12, &["name", "category"], false),
            (12, &["name", "email", "date"], false),
            (5, &["name", "date"], false),
        ] {
            let mut all = members(n);
            let known: Vec<Record> = all.iter().map(record).collect();
            all.insert(0, draft("dinner", fields));
            let told = apart(&mut all, &known, &|_, _| None, &[]);
            assert_eq!((!told.is_empty(), all.len()), (is_apart, n + usize::from(!is_apart)), "{n} {fields:?} {told:?}");
            let want = "not taken for a record: it has none of what they have (phone, place)";
            assert!(told.iter().all(|one| (one.path.as_str(), one.reason.as_str()) == ("x", want)), "{told:?}");
        }
    }

    #[test]
    fn news_in_the_boxes_of_members_are_told_by_their_days_and_by_where_they_lead() {
        let says = |text: &str, _: bool| text.starts_with("12 December").then_some(Aside::Day);
        let page = |path: &str| Value::Url(format!("https://a.example{path}").parse().expect("url"));
        let member = |n: usize, linked: bool| {
            let mut member = draft(&n.to_string(), &["name"]);
            said(&mut member, "place", Value::Text("Soria".into()));
            said(&mut member, "phone", Value::Text(format!("94{n}")));
            if linked {
                said(&mut member, "url", page(&format!("/member/{n}")));
            }
            member
        };
        for (linked, fields, is_apart) in [
            // The day stands where a town does.
            (false, &[("place", "12 December, at the inn")][..], true),
            (true, &[("place", "12 December"), ("url", "/news/1")], true),
            (true, &[("url", "/news/1")], true),
            (true, &[("place", "They dine together on Friday."), ("url", "/news/1")], true),
            (true, &[("place", "They make jars of glass.")], false),
            (false, &[("text", "All members come together to eat in the new house")], true),
            // Members with few fields.
            (true, &[("url", "/member/99")], false),
            (true, &[("place", "Soria"), ("url", "/other/99")], false),
            (false, &[("url", "/other/99")], false),
            (true, &[], false),
            (false, &[("column_4", "Metal")], false),
            (false, &[("column_4", "Calle Mayor 12, at the end of the street, on the left, 09001 Burgos")], false),
        ] {
            for (known, n) in [(true, 2), (false, 2), (false, 9)] {
                let mut all: Vec<Draft> = (0..13).map(|n| member(n, linked)).collect();
                let stored: Vec<Record> = if known { all.iter().map(record).collect() } else { Vec::new() };
                for news in 0..n {
                    let mut other = draft(&format!("news {news}"), &[]);
                    said(&mut other, "name", Value::Text("Cena anual".into()));
                    for (name, text) in fields {
                        said(&mut other, name, if *name == "url" { page(text) } else { Value::Text((*text).into()) });
                    }
                    all.insert(3 + news, other);
                }
                let told = set_apart(&mut all, &stored, &Beside { says: &says, own: &[] });
                // As many as that are none beside a list.
                let is_apart = is_apart && n < 9;
                assert_eq!(
                    (!told.is_empty(), all.len()),
                    (is_apart, 13 + if is_apart { 0 } else { n }),
                    "{linked} {fields:?} {known} {n} {told:?}"
                );
            }
        }
    }

    #[test]
    fn what_says_that_it_is_no_member_is_none_whatever_number_it_has() {
        let says = |text: &str, name: bool| match text {
            "Técnico" => Some(Aside::Role),
            "«Nos ayuda mucho.»" => Some(Aside::Quotation),
            "18:00 h" => Some(Aside::Hour),
            "¿Quieres anunciarte?" if name => Some(Aside::Advertisement),
            _ => None,
        };
        let number = |text: &str| Value::Phone(text.to_owned());
        let entry = |key: &str, name: &str, fields: &[(&str, &str)]| {
            let mut one = draft(key, &[]);
            if !name.is_empty() {
                said(&mut one, "name", Value::Text(name.into()));
            }
            for (field, text) in fields {
                said(&mut one, field, if *field == "phone" { number(text) } else { Value::Text((*text).into()) });
            }
            one
        };
        let member = |n: usize| entry(&n.to_string(), &format!("Maker {n}, S.L."), &[("place", "Soria"), ("phone", &format!("+3494{n}"))]);
        for (name, fields, many, want) in [
            (
                "Ana Ruiz",
                &[("place", "Técnico"), ("phone", "+34947000001")][..],
                7,
                Some("7 are not taken for records: a person with a role"),
            ),
            ("María Sanz", &[("place", "«Nos ayuda mucho.»")], 2, Some("2 are not taken for records: a quotation")),
            ("¿Quieres anunciarte?", &[("column_1", "Contacta")], 1, Some("not taken for a record: an advertisement")),
            ("K", &[], 7, Some("7 are not taken for records: a letter of an index")),
            ("", &[("column_1", "K")], 7, Some("7 are not taken for records: a letter of an index")),
            // The house's own number is nobody's.
            (
                "Jornada",
                &[("place", "18:00 h"), ("phone", "+34947000000")],
                1,
                Some("not taken for a record: it has none of what they have (phone, place)"),
            ),
            ("Jornada", &[("place", "18:00 h"), ("phone", "+34947000009")], 1, None),
            // Members: with a town, with a legal form, one that is called so.
            ("Ana Ruiz", &[("place", "Soria"), ("column_1", "Técnico")], 1, None),
            ("Ruiz, S.L.", &[("place", "Técnico"), ("phone", "+34947000001")], 1, None),
            ("Ruiz, S.L.", &[("place", "18:00 h")], 1, None),
            ("K", &[], 1, None),
        ] {
            for known in [true, false] {
                let mut all: Vec<Draft> = (0..13).map(member).collect();
                let stored: Vec<Record> = if known { all.iter().map(record).collect() } else { Vec::new() };
                all.extend((0..many).map(|n| entry(&format!("other {n}"), name, fields)));
                let told = apart(&mut all, &stored, &says, &["+34947000000"]);
                let reasons: Vec<&str> = told.iter().map(|one| one.reason.as_str()).collect();
                assert_eq!(reasons, want.into_iter().collect::<Vec<_>>(), "{name} {fields:?} {known}");
                assert_eq!(all.len(), 13 + if want.is_some() { 0 } else { many }, "{name} {fields:?} {known}");
            }
        }
    }
}
