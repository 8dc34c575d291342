//! Whose a contact is: what stands on most own pages of a source, or in most records of its list, is the site's and nobody's there. Two that go by
//! names with nothing in common have no telephone together; branches of one company may. Knows no page and no order: it is asked of all at once.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::value;
use crate::base::ids::hash64;
use crate::base::text::{clip, fold, words};
use crate::model::{AS_WRITTEN, CompanyName, Draft, FieldName, Found, Learned, LearnedPage, Value};

/// Names from which on what they share is the site's for good.
const SURE: usize = 3;
/// Contacts of one page that are remembered, and characters of its name.
const MARKS: usize = 24;
const NAME: usize = 80;
/// Letters of a word that two names may share by chance.
const SHORT: usize = 3;

/// A contact as it is remembered and compared: however its number is written.
pub fn contact_mark(field: &str, value: &Value) -> Option<u64> {
    let base = field.trim_end_matches(AS_WRITTEN).trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let text = value.text();
    match base {
        "phone" | "mobile" | "fax" => Some(mark_of_number(&text)),
        "email" => Some(mark_of_words(&text)),
        "website" => {
            let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
            Some(mark_of_words(rest.trim_start_matches("www.").trim_end_matches('/')))
        }
        "address" => Some(mark_of_words(&words(&text))),
        _ => None,
    }
}

/// The mark of a telephone number, with the code of its country or without.
pub(super) fn mark_of_number(text: &str) -> u64 {
    mark_of_words(&value::contact::national(text))
}

/// The mark of an address.
pub(super) fn mark_of_words(text: &str) -> u64 {
    hash64(&[fold(text).as_bytes()])
}

/// What a record's own page said, as long as it is open what of it is the site's.
#[derive(Clone, Debug)]
pub struct OwnPage {
    draft: Draft,
    said: Vec<(FieldName, Found)>,
    country: Option<&'static str>,
}

impl OwnPage {
    /// Of a record as its list has it, with what its own page says, the first of several to be taken.
    pub(in crate::extract) fn new(draft: Draft, said: Vec<(FieldName, Found)>) -> Self {
        Self { draft, said, country: None }
    }

    /// With the country that the page speaks from.
    pub(in crate::extract) fn of_country(self, country: Option<&'static str>) -> Self {
        Self { country, ..self }
    }

    /// The country that the page speaks from, as far as it says one.
    pub const fn country(&self) -> Option<&'static str> {
        self.country
    }

    /// Whether the page says nothing of the record.
    pub const fn is_partial(&self) -> bool {
        self.draft.partial
    }

    /// The record with what its own page adds, but for contacts of the site.
    #[must_use]
    pub fn complete(self, site: &[u64]) -> Draft {
        let mut draft = self.draft;
        for (field, found) in self.said {
            if contact_mark(field.as_str(), &found.value).is_none_or(|mark| !site.contains(&mark)) {
                draft.fields.entry(field).or_insert(found);
            }
        }
        draft
    }

    fn learned(&self) -> LearnedPage {
        let mut marks: Vec<u64> = Vec::new();
        for mark in self.said.iter().filter_map(|(field, found)| contact_mark(field.as_str(), &found.value)) {
            if marks.len() < MARKS && !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        LearnedPage { name: clip(&name_of(&self.draft), NAME), marks }
    }
}

fn name_of(draft: &Draft) -> String {
    draft.value("name").or_else(|| draft.value("title")).map(Value::text).unwrap_or_default()
}

/// The contacts that are the site's by own pages read now and before; what they teach is remembered.
pub fn contacts_of_site(read: &[OwnPage], learned: &mut Learned) -> Vec<u64> {
    let named = |page: &LearnedPage| !words(&page.name).is_empty();
    let now: Vec<LearnedPage> = read.iter().filter(|page| !page.is_partial()).map(OwnPage::learned).filter(named).collect();
    let mut seen: HashSet<String> = now.iter().map(|page| words(&page.name)).collect();
    // Of one that is read again the page of today counts.
    let mut pages: Vec<LearnedPage> = learned.pages.iter().filter(|page| seen.insert(words(&page.name))).cloned().collect();
    pages.extend(now);
    let shared = shared(&pages);
    for (mark, _) in shared.iter().filter(|(_, names)| **names >= SURE) {
        if learned.own.len() < Learned::OWN && !learned.own.contains(mark) {
            learned.own.push(*mark);
        }
    }
    let over = pages.len().saturating_sub(Learned::PAGES);
    learned.pages = pages.split_off(over);
    learned.own.iter().copied().chain(shared.into_keys()).collect()
}

/// Takes contacts that most records of a list have out of them: they are the site's, and remembered as such.
pub(super) fn leave_to_site(drafts: &mut [Draft], own: &mut Vec<u64>) {
    let page = |draft: &Draft| LearnedPage {
        name: name_of(draft),
        // Whoever is in one house has one address.
        marks: draft
            .fields
            .iter()
            .filter(|(field, _)| field.as_str() != "address")
            .filter_map(|(field, found)| contact_mark(field.as_str(), &found.value))
            .collect(),
    };
    let pages: Vec<LearnedPage> = drafts.iter().map(page).filter(|page| !page.name.is_empty()).collect();
    let shared = shared(&pages);
    if shared.is_empty() {
        return;
    }
    for draft in drafts {
        draft.fields.retain(|field, found| {
            field.as_str() == "address" || contact_mark(field.as_str(), &found.value).is_none_or(|mark| !shared.contains_key(&mark))
        });
    }
    let room = Learned::OWN.saturating_sub(own.len());
    let new: Vec<u64> = shared.into_keys().filter(|mark| !own.contains(mark)).take(room).collect();
    own.extend(new);
}

/// What most of these have together though they are called otherwise, and how many names have it.
fn shared(pages: &[LearnedPage]) -> BTreeMap<u64, usize> {
    let names: HashSet<String> = pages.iter().map(|page| words(&page.name)).collect();
    let mut holders: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for page in pages {
        for mark in &page.marks {
            holders.entry(*mark).or_default().insert(&page.name);
        }
    }
    let counted = holders.into_iter().map(|(mark, held)| {
        let distinct: BTreeSet<String> = held.iter().map(|name| words(name)).collect();
        (mark, distinct.len(), held)
    });
    counted
        .filter(|(_, many, held)| *many >= 2 && many * 2 > names.len() && !are_one_house(held))
        .map(|(mark, many, _)| (mark, many))
        .collect()
}

/// Whether most of these names have a word in common: branches of one company, or a company and its group.
fn are_one_house(names: &BTreeSet<&str>) -> bool {
    let mut having: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        let core = CompanyName::parse(name).core;
        let own: BTreeSet<&str> = core.split(' ').filter(|word| word.chars().count() > SHORT).collect();
        for word in own {
            *having.entry(word.to_owned()).or_default() += 1;
        }
    }
    having.values().max().is_some_and(|most| most * 5 >= names.len() * 4)
}

/// A field of an own page as it is kept: read, or a telephone number as it is written.
pub(super) fn field_of(field: &str, words: &str, read: Option<Value>) -> Option<(FieldName, Value)> {
    read.map(|value| (FieldName::new(field), value)).or_else(|| value::as_written(field, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::draft;

    fn page(name: &str, said: &[(&str, &str)]) -> OwnPage {
        let found = |(field, words): &(&str, &str)| {
            let value = if *field == "phone" { Value::Phone((*words).to_owned()) } else { Value::Text((*words).to_owned()) };
            (FieldName::new(field), Found { value, quote: (*words).to_owned(), path: String::new() })
        };
        OwnPage::new(draft("k", &[("name", name)]), said.iter().map(found).collect())
    }

    /// What is left of each page's telephone and mail, whatever the order; each visit reads so many of them.
    fn left(pages: &[(&str, &[(&str, &str)])], visits: &[usize]) -> Vec<String> {
        let (mut learned, mut out, mut from) = (Learned::default(), Vec::new(), 0);
        for many in visits {
            let read: Vec<OwnPage> = pages[from..from + many].iter().map(|(name, said)| page(name, said)).collect();
            from += many;
            let site = contacts_of_site(&read, &mut learned);
            for page in read {
                let done = page.complete(&site);
                let of = |field| done.value(field).map(Value::text).unwrap_or_default();
                out.push(format!("{} {}", of("phone"), of("email")).trim().to_owned());
            }
        }
        out
    }

    const SITE: (&str, &str) = ("phone", "+441482000000");
    const MAIL: (&str, &str) = ("email", "office@chamber.example");

    #[test]
    fn what_most_own_pages_have_is_the_sites() {
        let a = ("Alder Joinery Ltd", &[SITE, ("phone", "+441482111111"), MAIL][..]);
        let b = ("Brook Bakery", &[SITE, MAIL, ("email", "b@brook.example")][..]);
        let c = ("Cove Marine Ltd", &[("phone", "+441482333333"), SITE, MAIL][..]);
        let d = ("Dale Print", &[SITE][..]);
        let all = ["+441482111111", "b@brook.example", "+441482333333", ""];
        for (pages, visits, want) in [
            (vec![a, b, c, d], &[4][..], all.to_vec()),
            (vec![d, c, b, a], &[4], all.iter().rev().copied().collect()),
            // One by one: the second is right at the latest.
            (vec![a, b, c, d], &[1, 1, 1, 1], vec!["+441482000000 office@chamber.example", "b@brook.example", "+441482333333", ""]),
            (vec![a, b, c, d], &[2, 2], all.to_vec()),
            // One alone says nothing.
            (vec![d], &[1], vec!["+441482000000"]),
            // The same company twice is one.
            (vec![d, d], &[2], vec!["+441482000000"; 2]),
        ] {
            assert_eq!(left(&pages, visits), want, "{visits:?} {pages:?}");
        }
    }

    #[test]
    fn branches_and_neighbours_keep_the_number_they_share() {
        let one = [("phone", "+441482000000")];
        let branches: Vec<(&str, &[(&str, &str)])> =
            ["Humber Tyres Hull", "Humber Tyres Leeds", "Humber Tyres York", "Humber Tyres Goole"].map(|name| (name, &one[..])).to_vec();
        assert_eq!(left(&branches, &[4]), ["+441482000000"; 4]);
        let (two, three, four) = ([("phone", "+441482222222")], [("phone", "+441482333333")], [("phone", "+441482444444")]);
        let house: Vec<(&str, &[(&str, &str)])> = vec![("Alder", &one), ("Brook", &one), ("Cove", &two), ("Dale", &three), ("Eden", &four)];
        assert_eq!(left(&house, &[5])[..2], ["+441482000000"; 2], "two of five share an office");
    }

    #[test]
    fn a_contact_is_the_same_however_it_is_written() {
        let number = |field: &str, text: &str| contact_mark(field, &Value::Text(text.to_owned()));
        assert_eq!(number("phone", "+44 1482 555 123"), number("phone_as_written", "01482 555123"));
        assert_eq!(number("phone", "+46 31 12 34 56"), number("fax", "031-12 34 56"));
        assert_ne!(number("phone", "+44 1482 555 123"), number("phone", "+44 1482 555 124"));
        assert_ne!(number("phone", "+31756123456"), number("phone", "+31206123456"));
        assert_eq!(number("phone", "+73414751234"), number("phone_as_written", "8 (34147) 5-12-34"));
        assert_eq!(number("website", "https://www.a.example/"), number("website", "http://a.example"));
        assert_eq!(number("place", "Hull"), None);
    }

    #[test]
    fn a_column_that_is_the_same_for_nearly_all_is_the_sites() {
        let row = |name: &str, phone: &str| draft("k", &[("name", name), ("phone", phone)]);
        let of = |rows: &[Draft]| {
            let (mut rows, mut own) = (rows.to_vec(), Vec::new());
            leave_to_site(&mut rows, &mut own);
            (rows.iter().filter(|row| row.value("phone").is_some()).count(), own.len())
        };
        let (site, own) = ("+441482000000", "+441482111111");
        assert_eq!(of(&[row("Alder", site), row("Brook", site), row("Cove", site), row("Dale", own)]), (1, 1));
        assert_eq!(of(&[row("Alder", site), row("Brook", site), row("Cove", own), row("Dale", own)]), (4, 0));
        assert_eq!(of(&[row("Humber Hull", site), row("Humber Leeds", site), row("Humber York", site)]), (3, 0));
    }
}
