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
