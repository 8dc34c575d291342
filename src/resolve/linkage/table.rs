//! Tables of companies and of answers, out of delimited text: any columns in any order, whatever delimiter. Knows no company.

use csv::{ReaderBuilder, StringRecord};

use super::{Answer, Column, ROWS, Row};
use crate::base::text;

/// The column that holds a field.
fn column(field: &str) -> Option<Column> {
    match field {
        "name" | "company" => Some(Column::Name),
        "address" => Some(Column::Address),
        "place" => Some(Column::City),
        "postcode" => Some(Column::Postcode),
        "country" => Some(Column::Country),
        "phone" => Some(Column::Phone),
        "email" => Some(Column::Email),
        "website" => Some(Column::Url),
        "tax_id" => Some(Column::TaxId),
        _ => None,
    }
}

/// Rows that could not be read and are told of; more are only counted.
pub const BAD_SHOWN: usize = 50;
/// Characters of one cell; more is cut.
const CELL: usize = 1000;

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line of the file it begins on.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// A table as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadTable {
    /// The rows that could be read.
    pub rows: Vec<Row>,
    /// The first [`BAD_SHOWN`] rows that could not be read.
    pub bad: Vec<BadRow>,
    /// How many could not be read.
    pub bad_count: usize,
    /// Columns that were not understood.
    pub unknown: Vec<String>,
}

impl ReadTable {
    fn refuse(&mut self, line: u64, why: String) {
        self.bad_count += 1;
        if self.bad.len() < BAD_SHOWN {
            self.bad.push(BadRow { line, why });
        }
    }
}

/// Why a text is no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// No header.
    #[error("it is empty; its first line must name the columns: name, address, city, postcode, country, phone, email, url, tax_id")]
    Empty,
    /// A header that names nothing.
    #[error(
        "its first line names no column: it must hold some of name, address, city, postcode, country, phone, email, url, tax_id; it says `{0}`"
    )]
    NoColumn(String),
    /// Too long.
    #[error("it has more than {ROWS} rows: split it, by country or by the first digits of the postcode")]
    TooLong,
}

/// The delimiter that the first line holds most of.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| head.bytes().filter(|byte| *byte == delimiter).count();
    // Of equally many the first named.
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

fn records(text: &str) -> impl Iterator<Item = (u64, Result<StringRecord, String>)> {
    let text = text.trim_start_matches('\u{feff}');
    let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
    reader.into_records().map(|record| match record {
        Ok(record) => (record.position().map_or(0, csv::Position::line), Ok(record)),
        Err(error) => (error.position().map_or(0, csv::Position::line), Err(error.to_string())),
    })
}

/// Reads a table; `field_of` says which field a caption names. Rows with more or fewer cells than the header, and rows that say nothing, are counted and told, and not used.
pub fn read(text: &str, field_of: impl Fn(&str) -> Option<&'static str>) -> Result<ReadTable, TableError> {
    let mut records = records(text);
    let Some((_, Ok(head))) = records.next() else { return Err(TableError::Empty) };
    let mut table = ReadTable::default();
    let mut columns = Vec::new();
    let (mut trust, mut seen) = (None, None);
    // Beside a company, "name" is a person's.
    let person = head.iter().any(|title| field_of(title) == Some("company"));
    for (place, title) in head.iter().enumerate() {
        let known = field_of(title).filter(|field| !person || *field != "name").and_then(column);
        columns.push(known);
        match (known, text::words(title).as_str()) {
            (None, "trust") => trust = Some(place),
            (None, "seen") => seen = Some(place),
            (None, _) => table.unknown.push(text::clip(title, 80)),
            (Some(_), _) => {}
        }
    }
    if columns.iter().all(Option::is_none) {
        return Err(TableError::NoColumn(text::clip(&head.iter().collect::<Vec<_>>().join(","), 120)));
    }
    for (line, record) in records {
        let number = u32::try_from(table.rows.len() + table.bad_count + 1).unwrap_or(u32::MAX);
        let record = match record {
            Ok(record) if record.len() == columns.len() => record,
            Ok(record) => {
                table.refuse(line, format!("{} cells, the header has {}", record.len(), columns.len()));
                continue;
            }
            Err(why) => {
                table.refuse(line, why);
                continue;
            }
        };
        let mut row = Row::new(number, line);
        for (column, cell) in columns.iter().zip(&record) {
            if let Some(column) = column {
                row.set(*column, &text::clip(cell, CELL));
            }
        }
        let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).map(str::trim).filter(|cell| !cell.is_empty());
        if let Some(share) = cell(trust).and_then(|cell| cell.parse::<f64>().ok()) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held between 0 and 1000")]
            let thousandths = (share * 1000.0).round().clamp(0.0, 1000.0) as u16;
            row.trust = thousandths;
        }
        row.seen = cell(seen).map(|cell| text::clip(cell, 40)).unwrap_or_default();
        if row.is_empty() {
            table.refuse(line, "it says nothing".to_owned());
        } else if table.rows.len() == ROWS {
            return Err(TableError::TooLong);
        } else {
            table.rows.push(row);
        }
    }
    Ok(table)
}

/// Reads answers: two row numbers and yes or no in each row (`12,57,yes`); a header may stand above. What cannot be read is told.
pub fn read_answers(text: &str) -> (Vec<Answer>, Vec<BadRow>) {
    let (mut answers, mut bad) = (Vec::new(), Vec::new());
    for (place, (line, record)) in records(text).enumerate() {
        let read = record.as_ref().ok().and_then(|record| {
            let number = |at: usize| record.get(at)?.trim().parse::<u32>().ok();
            let same = match text::fold(record.get(2)?).as_str() {
                "yes" | "y" | "true" | "1" | "same" | "si" | "ja" | "oui" | "да" => true,
                "no" | "n" | "false" | "0" | "different" | "nein" | "non" | "нет" => false,
                _ => return None,
            };
            Some(Answer { a: number(0)?, b: number(1)?, same })
        });
        match read {
            Some(answer) => answers.push(answer),
            // A header.
            None if place == 0 => {}
            None => bad.push(BadRow { line, why: "an answer is two row numbers and yes or no: 12,57,yes".to_owned() }),
        }
    }
    (answers, bad)
}
