//! Which column of a list is which field: those of this reading beside those of earlier ones. What a column holds weighs more than where it
//! stands, and that more than what it would be called by itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::captions;
use super::{ENOUGH, List, MOST, spelt};
use crate::base::text::{fold, words};
use crate::model::{FieldName, Learned, Record, Value, one_spelling};

/// Values that must be comparable before they say which field a column is.
const COMPARED: usize = 3;
/// Known records that are compared.
const KNOWN: usize = 300;

/// The fields of a list's columns.
pub(super) struct Aligned {
    /// The field of each column; `None`: it is left out.
    pub(super) names: Vec<Option<FieldName>>,
    /// What each column is called on the page, for evidence.
    pub(super) titles: Vec<String>,
    /// Whether the page is built otherwise than before.
    pub(super) relaid: bool,
    places: Vec<u64>,
    examples: Vec<String>,
    /// Known records that were met.
    met: usize,
    /// Usual fields that were found again.
    again: usize,
}

impl Aligned {
    /// The column that is a field.
    pub(super) fn column_of(&self, field: &str) -> Option<usize> {
        self.names.iter().position(|own| own.as_ref().is_some_and(|own| own.as_str() == field))
    }

    /// Where a field stands.
    pub(super) fn place_of(&self, name: &FieldName) -> Option<u64> {
        self.column_of(name.as_str()).map(|column| self.places[column])
    }

    /// What stands at a place under another name.
    pub(super) fn instead(&self, place: u64) -> Option<&str> {
        let column = self.places.iter().position(|own| *own == place && place != 0)?;
        Some(self.examples[column].as_str()).filter(|words| !words.is_empty())
    }

    /// Whether this is another list than the one that is known: it holds none of its records, and few of its fields.
    pub(super) fn strange(&self, learned: &Learned, known: &[&Record]) -> bool {
        let usual = learned.fields.iter().filter(|field| field.share >= MOST).count();
        let few = known.is_empty() || known.len() >= COMPARED;
        few && self.met == 0 && self.again * 2 < usual
    }
}

/// How well a column's values are those of a known field.
#[derive(Clone, Copy, Default)]
struct Agreement {
    compared: usize,
    equal: usize,
}

impl Agreement {
    fn agrees(self) -> bool {
        self.compared >= COMPARED && self.equal * 10 >= self.compared * 6
    }
}

/// How what is known is compared with what is read.
pub(super) struct Compare<'c> {
    /// Reads words as a field's value.
    pub(super) typed: &'c dyn Fn(&str, &str) -> Option<Value>,
    /// What a known record says under a field.
    pub(super) known: &'c dyn Fn(&Record, &str) -> Option<String>,
}

/// Names the columns of a list; `fresh` are the names that they have by themselves.
pub(super) fn align((list, fresh): (&List, &[String]), learned: &Learned, known: &[&Record], compare: &Compare<'_>) -> Aligned {
    let met = meet(list, known);
    let mut names: Vec<Option<FieldName>> = vec![None; list.columns.len()];
    let mut taken: HashSet<&str> = HashSet::new();
    let agreement: Vec<BTreeMap<&str, Agreement>> =
        (0..list.columns.len()).map(|column| agreements(list, column, learned, (&met, compare))).collect();
    // By what they hold, the surest first.
    let mut sure: Vec<(usize, usize, &str)> = agreement
        .iter()
        .enumerate()
        .flat_map(|(column, by)| by.iter().filter(|(_, how)| how.agrees()).map(move |(name, how)| (how.equal, column, *name)))
        .collect();
    sure.sort_by_key(|(equal, column, name)| (std::cmp::Reverse(*equal), fresh[*column] != **name, *column, *name));
    for (_, column, name) in sure {
        if names[column].is_none() && taken.insert(name) {
            names[column] = Some(FieldName::new(name));
        }
    }
    // By where they stand: what they hold may change at every visit.
    for (column, of) in list.columns.iter().enumerate().filter(|(_, of)| of.place != 0) {
        let field = learned.fields.iter().find(|field| field.place == of.place && !taken.contains(field.name.as_str()));
        if let (None, Some(field)) = (&names[column], field)
            && alike(&fresh[column], field.name.as_str())
        {
            taken.insert(field.name.as_str());
            names[column] = Some(field.name.clone());
        }
    }
    // By what they are called; a bare number says nothing of a column.
    for (column, name) in fresh.iter().enumerate() {
        if names[column].is_none()
            && !(is_plain(name) && learned.fields.iter().any(|field| field.name.as_str() == name))
            && taken.insert(name)
        {
            names[column] = Some(FieldName::new(name));
        }
    }
    // What is left is new.
    let mut all: HashSet<String> = learned.fields.iter().map(|field| field.name.as_str().to_owned()).collect();
    all.extend(names.iter().flatten().map(|name| name.as_str().to_owned()));
    for (column, name) in fresh.iter().enumerate().filter(|(column, _)| names[*column].is_none()).collect::<Vec<_>>() {
        let stem = if is_plain(name) { "column" } else { name };
        let free = (1..=2 * Learned::FIELDS).map(|n| format!("{stem}_{n}")).find(|name| !all.contains(name));
        names[column] = free.map(|name| {
            all.insert(name.clone());
            FieldName::new(&name)
        });
    }
    let found: HashSet<&str> = names.iter().flatten().map(FieldName::as_str).collect();
    let places: Vec<u64> = list.columns.iter().map(|column| column.place).collect();
    let placed: Vec<_> = learned.fields.iter().filter(|field| field.place != 0).collect();
    let stayed = placed.iter().filter(|field| places.contains(&field.place)).count();
    Aligned {
        relaid: placed.len() >= 2 && stayed * 2 < placed.len(),
        titles: list.columns.iter().map(|column| column.caption.clone().unwrap_or_else(|| column.label.clone())).collect(),
        examples: list.columns.iter().map(|column| column.example.clone()).collect(),
        met: met.len(),
        again: learned.fields.iter().filter(|field| field.share >= MOST && found.contains(field.name.as_str())).count(),
        names,
        places,
    }
}

/// The records of the list that are known, with what is known of them: by their address, else by their name.
fn meet<'k>(list: &List, known: &[&'k Record]) -> Vec<(usize, &'k Record)> {
    let known = &known[..known.len().min(KNOWN)];
    let by_key: HashMap<String, &Record> = known.iter().map(|record| (one_spelling(&record.key), *record)).collect();
    let mut by_name: HashMap<String, Option<&Record>> = HashMap::new();
    for record in known {
        by_name.entry(words(&record.title())).and_modify(|other| *other = None).or_insert(Some(record));
    }
    let met = |raw: &super::Raw| {
        let linked = raw.link.as_ref().and_then(|url| by_key.get(&spelt(url)).copied());
        linked.or_else(|| raw.cells.iter().find_map(|(_, text)| by_name.get(&words(text)).copied().flatten()))
    };
    list.records.iter().enumerate().filter_map(|(at, raw)| Some((at, met(raw)?))).collect()
}

/// How well a column's values are those of each known field.
fn agreements<'l>(
    list: &List,
    column: usize,
    learned: &'l Learned,
    (met, compare): (&[(usize, &Record)], &Compare<'_>),
) -> BTreeMap<&'l str, Agreement> {
    let mut out: BTreeMap<&str, Agreement> = BTreeMap::new();
    for (at, record) in met {
        let Some((_, text)) = list.records[*at].cells.iter().find(|(own, _)| *own == column) else { continue };
        for field in &learned.fields {
            // A number that was read as a person once is none.
            let Some(old) = (compare.known)(record, field.name.as_str()).filter(|old| !is_misread(field.name.as_str(), old)) else {
                continue;
            };
            let how = out.entry(field.name.as_str()).or_default();
            how.compared += 1;
            let same =
                fold(&old) == fold(text) || (compare.typed)(field.name.as_str(), text).is_some_and(|new| fold(&new.text()) == fold(&old));
            how.equal += usize::from(same);
        }
    }
    out
}

/// Whether a telephone number or an address of mail stands where somebody is named.
fn is_misread(name: &str, value: &str) -> bool {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_') == "person" && captions::reached(value).is_some()
}

/// Whether a column that stands where a field stood may be it: what is certain of the one must not speak against the other.
fn alike(fresh: &str, name: &str) -> bool {
    let kind = |name: &str| {
        ["price", "phone", "email", "date", "deadline", "fax"]
            .iter()
            .position(|known| name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_') == *known)
    };
    match (kind(fresh), kind(name)) {
        (Some(one), Some(two)) => one == two,
        (None, None) => true,
        // A price that is no price any more is not the price.
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// A name that says nothing but that it is a column.
pub(super) fn is_plain(name: &str) -> bool {
    name.strip_prefix("column").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '_'))
}

const _: () = assert!(COMPARED <= ENOUGH);
