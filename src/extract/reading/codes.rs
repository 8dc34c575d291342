//! Countries that stand in brackets behind names and towns: "Kranz AG (Austria)", "Kranz AG (CH)", "Zürich (CH)". A name is left without its country.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::captions;
use super::columns::{Cell, Column};
use super::{Item, Listed};
use crate::base::text::words;
use crate::model::{country_code, name_and_country};

/// Languages of pages whose towns have codes of two letters behind them that are no countries: provinces, states.
const OWN_CODES: [&str; 2] = ["it", "en-us"];
/// Records that have one, before it is no word in brackets.
const LEAST: usize = 2;

/// Gives the records their countries, where their names or towns say them and nothing else does. What stands so in any record has to be a country.
pub(super) fn add(listed: &mut Listed, language: Option<&str>) {
    let is_own = language.is_some_and(|tag| OWN_CODES.iter().any(|own| tag.to_ascii_lowercase().starts_with(own)));
    let has_some = listed.columns.iter().any(is_country);
    take_named(listed);
    if is_own || has_some {
        return;
    }
    let may_say = |column: &Column| {
        let plain = column.caption.is_none() && column.label.starts_with("column ");
        plain || matches!(column.label.as_str(), "name" | "place") || matches!(field(column), Some("name" | "company" | "place"))
    };
    let columns: BTreeSet<usize> = (0..listed.columns.len()).filter(|at| may_say(&listed.columns[*at])).collect();
    let of_columns = |item: &'_ Item| {
        item.cells.iter().filter(|cell| columns.contains(&cell.column)).find_map(|cell| behind(&cell.value)).map(str::to_owned)
    };
    let codes: Vec<Option<String>> = listed.records.iter().map(of_columns).collect();
    let said = codes.iter().flatten();
    if said.clone().count() < LEAST || said.clone().any(|code| country_code(code).is_none()) {
        return;
    }
    let values: Vec<Option<String>> = codes.iter().map(|code| code.as_deref().and_then(country_code).map(str::to_owned)).collect();
    let name = listed.columns.iter().position(|column| column.label == "name");
    for cell in listed.records.iter_mut().flat_map(|item| &mut item.cells).filter(|cell| Some(cell.column) == name) {
        if behind(&cell.value).is_some()
            && let Some((bare, _)) = cell.value.rsplit_once('(')
        {
            cell.value = bare.trim_end().to_owned();
        }
    }
    put(listed, values);
}

/// Takes the names of countries out of those of the records: where most of what stands so is one, and by its country alone no name is another's.
fn take_named(listed: &mut Listed) {
    let Some(name) = listed.columns.iter().position(|column| column.label == "name") else { return };
    let of = |item: &Item| item.cells.iter().find(|cell| cell.column == name).map(|cell| cell.value.clone());
    let names: Vec<Option<String>> = listed.records.iter().map(of).collect();
    let parts = || names.iter().map(|name| name.as_deref().map(name_and_country));
    let bracketed = names.iter().flatten().filter(|name| name.trim_end().ends_with(')')).count();
    let found = parts().flatten().filter(|(_, country)| country.is_some()).count();
    if found == 0 || found * 2 < bracketed {
        return;
    }
    let mut countries: HashMap<String, HashSet<&str>> = HashMap::new();
    for (bare, country) in parts().flatten() {
        countries.entry(words(bare)).or_default().extend(country.and_then(country_code));
    }
    let is_one = |bare: &str| countries.get(&words(bare)).is_some_and(|all| all.len() == 1);
    let taken: Vec<Option<(String, String)>> = parts()
        .map(|part| part.and_then(|(bare, country)| Some((bare.to_owned(), country?.to_owned()))).filter(|(bare, _)| is_one(bare)))
        .collect();
    for (item, (bare, _)) in listed.records.iter_mut().zip(&taken).filter_map(|(item, taken)| Some((item, taken.as_ref()?))) {
        for cell in item.cells.iter_mut().filter(|cell| cell.column == name) {
            cell.value.clone_from(bare);
        }
    }
    put(listed, taken.into_iter().map(|taken| Some(taken?.1)).collect());
}

/// Puts each record's country where it says none.
fn put(listed: &mut Listed, values: Vec<Option<String>>) {
    let known = listed.columns.iter().position(is_country);
    let column = known.unwrap_or(listed.columns.len());
    if known.is_none() {
        let example = values.iter().flatten().next().cloned().unwrap_or_default();
        listed.columns.push(Column { label: "country".to_owned(), caption: None, place: 0, filled: 0, example });
    }
    for (item, value) in listed.records.iter_mut().zip(values) {
        if let Some(value) = value.filter(|_| item.cells.iter().all(|cell| cell.column != column)) {
            item.cells.push(Cell { column, value });
            item.cells.sort_by_key(|cell| cell.column);
            listed.columns[column].filled += 1;
        }
    }
}

fn field(column: &Column) -> Option<&'static str> {
    column.caption.as_deref().and_then(captions::field_of)
}

fn is_country(column: &Column) -> bool {
    column.label == "country" || field(column) == Some("country")
}

/// Two capitals in brackets at the end of words.
fn behind(text: &str) -> Option<&str> {
    let (before, code) = text.trim_end().strip_suffix(')')?.rsplit_once(" (")?;
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && before.contains(char::is_alphabetic)).then_some(code)
}
