//! Records that are the same but for the spelling of their key: an address with and without encryption, a name in small letters and in capitals (`ß`
//! is `SS` there). What is known keeps the key that it has, whatever reads it. Pure.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::base::ids::{RecordId, SourceId};
use crate::base::text::{holds, words};
use crate::model::{Draft, Extract, FieldName, Page, Record, RecordKind, Value, one_spelling, other_scheme, procedure_of, untracked};
use crate::tender::{award_of, subject_of};

/// The word of the format of feeds.
const FEED: &str = "feed";
/// The word of the format of PLACSP.
const PLACSP: &str = "placsp";
const TITLE: &str = "title";
const PUBLISHED: &str = "published";

/// The ids that records nobody knows would have, were their addresses written with the other scheme.
pub fn other_ids(source: &SourceId, extract: &Extract, stored: &[Record]) -> Vec<RecordId> {
    let known: HashSet<&str> = stored.iter().map(|record| record.key.as_str()).collect();
    let unknown = extract.records.iter().filter(|draft| !known.contains(draft.key.as_str()));
    unknown.filter_map(|draft| other_scheme(&draft.key)).map(|key| Record::id_of(source, &key)).collect()
}

/// Gives each record that is known under another spelling of its key that key: an address that any page of the source has, a name that this one has
/// no more. Two that are on the page both are two.
pub fn keep_keys(page: &Page, extract: &mut Extract, stored: &[Record]) {
    let members: HashSet<RecordId> = page.members.iter().copied().collect();
    let now: HashSet<&str> = extract.records.iter().map(|draft| draft.key.as_str()).collect();
    let is_lost =
        |record: &&Record| !now.contains(record.key.as_str()) && (members.contains(&record.id) || other_scheme(&record.key).is_some());
    let mut lost: HashMap<String, &str> =
        stored.iter().filter(is_lost).map(|record| (one_spelling(&record.key), record.key.as_str())).collect();
    let mut shown = shown_before(page, extract, stored, &now);
    let mut called = called_before(page, extract, stored, &now);
    let mut numbered = numbered_before(page, extract, stored, &now);
    if lost.is_empty() && shown.is_empty() && called.is_empty() && numbered.is_empty() {
        return;
    }
    let known: HashSet<&str> = stored.iter().map(|record| record.key.as_str()).collect();
    let unknown = extract.records.iter().filter(|draft| !known.contains(draft.key.as_str()));
    let mut shown_as = |draft: &Draft| {
        let title = draft.value(TITLE)?.text();
        // What was added to the title for a while is gone with the news.
        let about = |known: &str| is_said_in(&words(&title), known) || subject_of(&title).is_some_and(|what| holds(known, &what));
        shown.remove(&untracked(&draft.url)).filter(|(_, known)| about(known)).map(|(key, _)| key)
    };
    let mut awarded_as = |draft: &Draft| {
        let what = award_of(&draft.value(TITLE)?.text())?;
        let since = |known: &Record| known.value(PUBLISHED).and_then(Value::instant);
        let later =
            |known: &Record| draft.value(PUBLISHED).and_then(Value::instant).zip(since(known)).is_none_or(|(now, then)| now >= then);
        called.remove(&what)?.filter(|known| later(known)).map(|known| known.key.as_str())
    };
    let mut numbered_as = |draft: &Draft| numbered.remove(&file_of(|name| draft.value(name))?);
    let mut before = |draft: &Draft| {
        let spelled = lost.remove(&one_spelling(&draft.key));
        spelled.or_else(|| shown_as(draft)).or_else(|| awarded_as(draft)).or_else(|| numbered_as(draft))
    };
    let kept: HashMap<String, String> = unknown.filter_map(|draft| Some((draft.key.clone(), before(draft)?.to_owned()))).collect();
    let keep = |key: &mut String| {
        let procedure = procedure_of(key);
        if let Some(old) = kept.get(key) {
            key.clone_from(old);
        } else if let Some(old) = kept.get(procedure) {
            *key = format!("{old}{}", &key[procedure.len()..]);
        }
    };
    extract.records.iter_mut().for_each(|draft| keep(&mut draft.key));
    extract.notices.iter_mut().for_each(|(key, _)| keep(key));
    extract.void.iter_mut().chain(&mut extract.ended).for_each(keep);
}

/// The tenders of a feed that are on the page no more, by what is bought, where no other is called so: their award may be another entry.
fn called_before<'a>(page: &Page, extract: &Extract, stored: &'a [Record], now: &HashSet<&str>) -> HashMap<String, Option<&'a Record>> {
    let mut called: HashMap<String, Option<&Record>> = HashMap::new();
    if extract.notices.iter().all(|(_, filed)| filed.format != FEED) {
        return called;
    }
    for record in stored.iter().filter(|record| record.kind == RecordKind::Tender && page.members.contains(&record.id)) {
        let title = record.title();
        let lost = Some(record).filter(|record| !now.contains(record.key.as_str()));
        called.entry(award_of(&title).unwrap_or_else(|| words(&title))).and_modify(|known| *known = None).or_insert(lost);
    }
    called
}

/// What a tender is called, whose it is and the numbers of its file, where all of that is said.
fn file_of<'a>(value: impl Fn(&str) -> Option<&'a Value>) -> Option<[String; 3]> {
    let [title, buyer, numbers] = [TITLE, "buyer", "other_ids"].map(|name| value(name).map(|value| words(&value.text())));
    Some([title?, buyer?, numbers?])
}

/// The tenders of PLACSP that are on the page no more, by their file, where it is nobody else's: a portal that is set up anew gives each entry another
/// id.
fn numbered_before<'a>(page: &Page, extract: &Extract, stored: &'a [Record], now: &HashSet<&str>) -> HashMap<[String; 3], &'a str> {
    if extract.notices.iter().all(|(_, filed)| filed.format != PLACSP) {
        return HashMap::new();
    }
    let mut shown: HashMap<[String; 3], usize> = HashMap::new();
    let tenders = extract.records.iter().filter(|draft| draft.kind == RecordKind::Tender);
    tenders.filter_map(|draft| file_of(|name| draft.value(name))).for_each(|file| *shown.entry(file).or_default() += 1);
    let mut numbered: HashMap<[String; 3], Option<&str>> = HashMap::new();
    for record in stored.iter().filter(|record| record.kind == RecordKind::Tender && page.members.contains(&record.id)) {
        let Some(file) = file_of(|name| record.value(name)).filter(|file| shown.get(file) == Some(&1)) else { continue };
        let lost = Some(record.key.as_str()).filter(|key| !now.contains(key));
        numbered.entry(file).and_modify(|known| *known = None).or_insert(lost);
    }
    numbered.into_iter().filter_map(|(file, lost)| Some((file, lost?))).collect()
}

/// The tenders of a feed that are on the page no more, each with its title, by their own page, where that is nobody else's: some feeds give an entry
/// another id whenever they are made.
fn shown_before<'a>(page: &Page, extract: &Extract, stored: &'a [Record], now: &HashSet<&str>) -> HashMap<Url, (&'a str, String)> {
    let feed: HashSet<&str> = extract.notices.iter().filter(|(_, filed)| filed.format == FEED).map(|(key, _)| key.as_str()).collect();
    let mut times: HashMap<Url, usize> = HashMap::new();
    let of_feed = extract.records.iter().filter(|draft| feed.contains(draft.key.as_str()));
    of_feed.for_each(|draft| *times.entry(untracked(&draft.url)).or_default() += 1);
    let mut shown: HashMap<Url, Option<(&str, String)>> = HashMap::new();
    for record in stored.iter().filter(|record| page.members.contains(&record.id)) {
        let url = untracked(&record.url);
        if times.get(&url) != Some(&1) {
            continue;
        }
        let lost = (record.url != page.url && !now.contains(record.key.as_str())).then(|| (record.key.as_str(), words(&record.title())));
        // Of two that are alike nobody knows which it is.
        shown.entry(url).and_modify(|known| *known = None).or_insert(lost);
    }
    shown.into_iter().filter_map(|(url, lost)| Some((url, lost?))).collect()
}

/// Whether a title, in plain words, is another or has more to it: "CANCELLED: Crane".
fn is_said_in(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && (holds(one, other) || holds(other, one))
}

/// Gives what stands in a column without a name the name of the field that the record had with this very value, and has not now: a record in another
/// box than the others says the same in other columns.
pub fn keep_columns(drafts: &mut [Draft], stored: &[Record]) {
    let by_key: HashMap<&str, &Record> = stored.iter().map(|record| (record.key.as_str(), record)).collect();
    for draft in drafts {
        let Some(record) = by_key.get(draft.key.as_str()).filter(|record| !record.gone) else { continue };
        let lost: Vec<_> = record.fields.iter().filter(|(name, _)| !draft.fields.contains_key(*name)).collect();
        for (name, field) in lost {
            let is_it = |own: &FieldName| own.as_str().starts_with("column_") && !record.fields.contains_key(own);
            let found = draft.fields.iter().find(|(own, found)| is_it(own) && found.value == field.value).map(|(own, _)| own.clone());
            if let Some(found) = found.and_then(|own| draft.fields.remove(&own)) {
                draft.fields.insert(name.clone(), found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::sample::record;
    use crate::model::{Filed, Raw, ZoneFrom};

    /// The keys of a page on which these stand now, where others of the source were known, all but the last on this page.
    fn kept(known: &[&str], now: &[&str]) -> Vec<String> {
        let stored: Vec<Record> = known.iter().map(|key| record("s", key, RecordKind::Company, &[])).collect();
        let source = stored[0].source.clone();
        let url: Url = "https://a.example/".parse().expect("url");
        let draft = |key: &&str| Draft {
            key: (*key).to_owned(),
            kind: RecordKind::Company,
            url: url.clone(),
            fields: std::collections::BTreeMap::new(),
            detail: None,
            partial: false,
            again: false,
        };
        let members = stored[..stored.len() - 1].iter().map(|record| record.id).collect();
        let page = Page { members, ..Page::root(&source, url.clone(), Timestamp::UNIX_EPOCH) };
        let mut extract = Extract { records: now.iter().map(draft).collect(), ..Extract::default() };
        let others = other_ids(&source, &extract, &[]);
        let asked: Vec<Record> =
            stored.into_iter().filter(|record| page.members.contains(&record.id) || others.contains(&record.id)).collect();
        keep_keys(&page, &mut extract, &asked);
        extract.records.into_iter().map(|draft| draft.key).collect()
    }

    #[test]
    fn what_is_known_under_another_spelling_keeps_its_key() {
        for (known, now, want) in [
            (&["http://a.example/1", "x"][..], &["https://a.example/1"][..], &["http://a.example/1"][..]),
            (&["https://a.example/1", "x"], &["http://a.example/1"], &["https://a.example/1"]),
            // Known from another page of the source.
            (&["http://a.example/1"], &["https://a.example/1"], &["http://a.example/1"]),
            (&["http://a.example/1", "x"], &["https://a.example/2"], &["https://a.example/2"]),
            (&["weiß | bonn", "x"], &["weiss | bonn"], &["weiß | bonn"]),
            (&["giesserei weiss", "x"], &["gießerei weiß"], &["giesserei weiss"]),
            (&["7 | http://a.example/1", "x"], &["7 | https://a.example/1"], &["7 | http://a.example/1"]),
            // A name that another page has is another's.
            (&["weiß"], &["weiss"], &["weiss"]),
            // Two that are there both are two.
            (&["weiß", "x"], &["weiß", "weiss"], &["weiß", "weiss"]),
            (&["http://a.example/1", "x"], &["https://a.example/1", "http://a.example/1"], &["https://a.example/1", "http://a.example/1"]),
            (&["http://a.example/t", "x"], &["https://a.example/t | won by b"], &["https://a.example/t | won by b"]),
            (
                &["http://a.example/t", "x"],
                &["https://a.example/t", "https://a.example/t | won by b"],
                &["http://a.example/t", "http://a.example/t | won by b"],
            ),
        ] {
            assert_eq!(kept(known, now), want, "{known:?} {now:?}");
        }
    }

    #[test]
    fn an_entry_of_a_feed_keeps_its_key_under_another_id() {
        type Shown<'a> = &'a [(&'a str, &'a str, &'a str)];
        let beds: Shown<'_> = &[("1", "b", "Beds")];
        for (format, known, now, want) in [
            ("feed", beds, &[("2", "b", "Beds")][..], &["1"][..]),
            ("feed", beds, &[("2", "b", "BEDS ")], &["1"]),
            // Another page, another title, what is there still, one that nobody can tell from another; formats whose ids are for ever.
            ("feed", beds, &[("2", "c", "Beds")], &["2"]),
            ("feed", beds, &[("2", "b", "Canes")], &["2"]),
            // What became of it.
            ("feed", beds, &[("2", "b", "CANCELLED: Beds")], &["1"]),
            ("feed", &[("1", "b", "Beds - clarification 1 published")], &[("2", "b", "CANCELLED: Beds")], &["1"]),
            ("feed", &[("1", "b", "Beds - clarification 1 published")], &[("2", "b", "CANCELLED: Canes")], &["2"]),
            ("feed", beds, &[("2", "b", "Beds"), ("1", "b", "Beds")], &["2", "1"]),
            ("feed", &[("1", "b", "Beds"), ("0", "b", "Beds")], &[("2", "b", "Beds")], &["2"]),
            ("feed", beds, &[("2", "b", "Beds"), ("3", "b", "Beds")], &["2", "3"]),
            ("ocds", beds, &[("2", "b", "Beds")], &["2"]),
            // The page of the feed is nobody's own.
            ("feed", &[("1", "", "Beds")], &[("2", "", "Beds")], &["2"]),
        ] {
            let url = |path: &str| Url::parse(&format!("https://a.example/{path}")).unwrap();
            let stored: Vec<Record> = known
                .iter()
                .map(|(key, path, title)| Record { url: url(path), ..record("s", key, RecordKind::Tender, &[("title", title)]) })
                .collect();
            let members = stored.iter().map(|record| record.id).collect();
            let page = Page { members, ..Page::root(&stored[0].source, url(""), Timestamp::UNIX_EPOCH) };
            let drafts = now.iter().map(|(key, path, title)| Draft {
                key: (*key).to_owned(),
                kind: RecordKind::Tender,
                url: url(path),
                ..crate::model::sample::draft("x", &[("title", title)])
            });
            let notices = now.iter().map(|(key, ..)| ((*key).to_owned(), filed(format, url("")))).collect();
            let mut extract = Extract { records: drafts.collect(), notices, ..Extract::default() };
            keep_keys(&page, &mut extract, &stored);
            assert_eq!(extract.records.iter().map(|draft| draft.key.as_str()).collect::<Vec<_>>(), want, "{format} {known:?} {now:?}");
            assert_eq!(extract.notices.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn a_file_keeps_its_key_where_a_portal_gives_all_entries_other_ids() {
        type Shown<'a> = &'a [(&'a str, [&'a str; 3])];
        fn fields([title, buyer, number]: [&str; 3]) -> [(&'static str, &str); 3] {
            [("title", title), ("buyer", buyer), ("other_ids", number)]
        }
        let (beds, canes) = (["Beds", "Hospital", "EXP/1"], ["Canes", "Hospital", "EXP/2"]);
        let both = [("1", beds), ("2", canes)];
        let known: Shown<'_> = &both;
        for (format, known, now, want) in [
            ("placsp", known, &[("11", beds), ("12", canes)][..], &["1", "2"][..]),
            ("ocds", known, &[("11", beds)], &["11"]),
            // Another number, buyer or title; one that is there still; two that nobody can tell apart.
            ("placsp", known, &[("11", ["Beds", "Hospital", "EXP/3"])], &["11"]),
            ("placsp", known, &[("11", ["Beds", "School", "EXP/1"])], &["11"]),
            ("placsp", known, &[("11", ["Beds, second call", "Hospital", "EXP/1"])], &["11"]),
            ("placsp", known, &[("11", beds), ("1", beds)], &["11", "1"]),
            ("placsp", known, &[("11", beds), ("12", beds)], &["11", "12"]),
            ("placsp", &[("1", beds), ("2", beds)], &[("11", beds)], &["11"]),
        ] {
            let url = Url::parse("https://a.example/").unwrap();
            let stored: Vec<Record> = known.iter().map(|(key, file)| record("s", key, RecordKind::Tender, &fields(*file))).collect();
            let members = stored.iter().map(|record| record.id).collect();
            let page = Page { members, ..Page::root(&stored[0].source, url.clone(), Timestamp::UNIX_EPOCH) };
            let drafts = now.iter().map(|(key, file)| Draft {
                key: (*key).to_owned(),
                kind: RecordKind::Tender,
                ..crate::model::sample::draft("x", &fields(*file))
            });
            let notices = now.iter().map(|(key, _)| ((*key).to_owned(), filed(format, url.clone()))).collect();
            let mut extract = Extract { records: drafts.collect(), notices, ..Extract::default() };
            keep_keys(&page, &mut extract, &stored);
            assert_eq!(extract.records.iter().map(|draft| draft.key.as_str()).collect::<Vec<_>>(), want, "{format} {known:?} {now:?}");
        }
    }

    fn filed(format: &str, url: Url) -> Filed {
        Filed {
            hash: crate::base::ids::ContentHash::of(b"x"),
            numbers: Vec::new(),
            published: None,
            seen: Timestamp::UNIX_EPOCH,
            url,
            format: format.to_owned(),
            zone: "UTC".to_owned(),
            zone_from: ZoneFrom::Assumed,
            raw: Raw::default(),
        }
    }

    #[test]
    fn a_value_that_stands_in_another_column_is_of_the_field_it_was() {
        for (known, now, want) in [
            // In another box, without names.
            (&[("column_1", "Burgos"), ("name", "Alba")][..], &[("column_3", "Burgos"), ("name", "Alba")][..], &["column_1", "name"][..]),
            (&[("place", "Burgos")], &[("column_3", "Burgos")], &["place"]),
            // Another value, a field with a name, one that is there still.
            (&[("column_1", "Burgos")], &[("column_3", "Soria")], &["column_3"]),
            (&[("place", "Burgos")], &[("region", "Burgos")], &["region"]),
            (&[("column_1", "Burgos")], &[("column_1", "Burgos"), ("column_3", "Burgos")], &["column_1", "column_3"]),
        ] {
            let mut drafts = vec![crate::model::sample::draft("x", now)];
            let mut stored = record("s", "x", RecordKind::Company, known);
            stored.key.clone_from(&drafts[0].key);
            keep_columns(&mut drafts, &[stored]);
            assert_eq!(drafts[0].fields.keys().map(FieldName::as_str).collect::<Vec<_>>(), want, "{known:?} {now:?}");
        }
    }
}
