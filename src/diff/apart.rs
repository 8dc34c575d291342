//! Sets apart what a list holds and is none of its records: entries that nobody knows and that have nothing of what nearly all others have, but
//! something else instead. Such are the news and events that stand beside a directory in the same boxes.

use std::collections::{BTreeMap, HashSet};

use crate::base::text::{clip, count};
use crate::model::{Draft, FieldName, Record, Value};

/// Known records that are shown, before they say what a record of this list has.
const ENOUGH: usize = 8;
/// Fields that nearly all of them have: one alone may be missing.
const USUAL: usize = 2;
/// Fields that everything in a box has.
const OF_ANY: [&str; 5] = ["name", "title", "url", "website", "image"];
/// Fields named, and characters of an example.
const NAMED: usize = 4;
const EXAMPLE: usize = 60;

/// Takes out of a page's drafts what is none of its list's records, and says so.
pub fn set_apart(drafts: &mut Vec<Draft>, known: &[Record]) -> Option<String> {
    let keys: HashSet<&str> = known.iter().filter(|record| !record.gone).map(|record| record.key.as_str()).collect();
    let shown = drafts.iter().filter(|draft| keys.contains(draft.key.as_str())).count();
    let mut with: BTreeMap<&FieldName, usize> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| keys.contains(draft.key.as_str())) {
        own(draft).for_each(|name| *with.entry(name).or_default() += 1);
    }
    let usual: HashSet<&FieldName> = with.into_iter().filter(|(_, with)| with * 10 >= shown * 9).map(|(name, _)| name).collect();
    if shown < ENOUGH || usual.len() < USUAL {
        return None;
    }
    let is_other = |draft: &Draft| {
        let has = |name: &FieldName| usual.contains(name);
        !keys.contains(draft.key.as_str()) && own(draft).next().is_some() && !own(draft).any(has)
    };
    let other: HashSet<String> = drafts.iter().filter(|draft| is_other(draft)).map(|draft| draft.key.clone()).collect();
    let first = drafts.iter().find(|draft| other.contains(&draft.key))?;
    let name = first.value("name").or_else(|| first.value("title")).map_or_else(|| first.key.clone(), Value::text);
    let mut usual: Vec<&str> = usual.iter().map(|name| name.as_str()).collect();
    usual.sort_unstable();
    let text = format!(
        "{} with nothing of what the records of the list have ({}) {} not taken for records, such as \"{}\"",
        count(other.len(), "entry", "entries"),
        usual[..usual.len().min(NAMED)].join(", "),
        if other.len() == 1 { "is" } else { "are" },
        clip(&name, EXAMPLE)
    );
    drafts.retain(|draft| !other.contains(&draft.key));
    Some(text)
}

fn own(draft: &Draft) -> impl Iterator<Item = &FieldName> {
    draft.fields.keys().filter(|name| !OF_ANY.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{ContentHash, SourceId};
    use crate::model::{Field, Found, OwnPage, RecordKind};

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

    #[test]
    fn what_has_nothing_of_the_list_is_none_of_it() {
        let members = |n: usize| (0..n).map(|n| draft(&n.to_string(), &["name", "phone", "place"])).collect::<Vec<_>>();
        for (n, fields, apart) in [
            (12, &["name", "url", "date", "text"][..], true),
            (12, &["name", "place"], false),
            (12, &["name", "phone", "date"], false),
            // A member of which only the name is known.
            (12, &["name", "url"], false),
            (5, &["name", "date"], false),
        ] {
            let mut all = members(n);
            let known: Vec<Record> = all.iter().map(record).collect();
            all.insert(0, draft("dinner", fields));
            let told = set_apart(&mut all, &known);
            assert_eq!((told.is_some(), all.len()), (apart, n + usize::from(!apart)), "{n} {fields:?} {told:?}");
            if let Some(told) = told {
                let want =
                    "1 entry with nothing of what the records of the list have (phone, place) is not taken for records, such as \"x\"";
                assert_eq!(told, want);
            }
        }
    }
}
