//! What the records of an organisation say of it, one row each, as linkage compares them. Knows no other organisation.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::linkage::{Column, Row};
use crate::base::ids::RecordId;
use crate::model::{FactName, IdentityKey, Organisation, place_and_country};

/// Rows of one organisation at most: the fullest.
const ROWS: usize = 4;

/// A row for each thing that its records say of it, the fullest first; none for records that say no name. The same for any order of its facts.
pub fn rows(organisation: &Organisation) -> Vec<Row> {
    let mut by_record: BTreeMap<RecordId, Row> = BTreeMap::new();
    for fact in &organisation.facts {
        if let Some(column) = column(fact.name) {
            let said = fact.value.text();
            let row = by_record.entry(fact.record).or_default();
            match place_and_country(&said) {
                (place, Some(country)) if column == Column::City => {
                    row.set(Column::City, place);
                    if row.cell(Column::Country).is_none() {
                        row.set(Column::Country, country);
                    }
                }
                _ => row.set(column, &said),
            }
        }
    }
    let tax_id = organisation.keys.iter().find_map(|key| if let IdentityKey::TaxId(id) = key { Some(id.as_str()) } else { None });
    let mut rows: Vec<Row> = by_record.into_values().filter(|row| row.cell(Column::Name).is_some()).collect();
    if let Some(id) = tax_id {
        // One organisation has one, whichever of its records says so; the key has been checked.
        for row in &mut rows {
            row.set(Column::TaxId, id);
        }
    }
    if rows.len() < 2 {
        return rows;
    }
    let said = |row: &Row| Column::ALL.map(|column| row.cell(column).unwrap_or_default().to_owned());
    rows.sort_by_cached_key(|row| {
        let said = said(row);
        (Reverse(said.iter().filter(|cell| !cell.is_empty()).count()), said)
    });
    rows.dedup_by_key(|row| said(row));
    rows.truncate(ROWS);
    rows
}

const fn column(fact: FactName) -> Option<Column> {
    match fact {
        FactName::Name => Some(Column::Name),
        FactName::Website => Some(Column::Url),
        FactName::Phone => Some(Column::Phone),
        FactName::Email => Some(Column::Email),
        FactName::Address => Some(Column::Address),
        FactName::Place => Some(Column::City),
        FactName::Country => Some(Column::Country),
        // What is written is checked when it becomes a key.
        FactName::TaxId
        | FactName::Region
        | FactName::Postcode
        | FactName::Industry
        | FactName::Size
        | FactName::Person
        | FactName::Parent
        | FactName::FormerName => None,
    }
}
