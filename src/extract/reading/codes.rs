//! Countries whose codes stand behind names and towns: "Kranz AG (CH)", "Zürich (CH)". Knows no country but by its code.

use std::collections::BTreeSet;

use super::super::captions;
use super::columns::{Cell, Column};
use super::{Item, Listed};
use crate::model::country_code;

/// Languages of pages whose towns have codes of two letters behind them that are no countries: provinces, states.
const OWN_CODES: [&str; 2] = ["it", "en-us"];
/// Records that have one, before it is no word in brackets.
const LEAST: usize = 2;

/// Gives the records their countries, where their names or towns say them and nothing else does. What stands so in any record has to be a country.
pub(super) fn add(listed: &mut Listed, language: Option<&str>) {
    let is_own = language.is_some_and(|tag| OWN_CODES.iter().any(|own| tag.to_ascii_lowercase().starts_with(own)));
    let field = |column: &Column| column.caption.as_deref().and_then(captions::field_of);
    if is_own || listed.columns.iter().any(|column| column.label == "country" || field(column) == Some("country")) {
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
    let (column, filled) = (listed.columns.len(), values.iter().flatten().count());
    let example = values.iter().flatten().next().cloned().unwrap_or_default();
    listed.columns.push(Column { label: "country".to_owned(), caption: None, place: 0, filled, example });
    for (item, value) in listed.records.iter_mut().zip(values) {
        item.cells.extend(value.map(|value| Cell { column, value }));
    }
}

/// Two capitals in brackets at the end of words.
fn behind(text: &str) -> Option<&str> {
    let (before, code) = text.trim_end().strip_suffix(')')?.rsplit_once(" (")?;
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && before.contains(char::is_alphabetic)).then_some(code)
}
