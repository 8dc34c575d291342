//! Files of contacts that somebody hands over: tables (CSV) and business cards (vCard). What each column says is found by its caption, and every
//! row becomes a record of a company with a key that stays. Knows no store; what cannot be read is told, never lost silently.

mod cards;
mod cells;
mod columns;
mod keys;
mod table;

pub use columns::field_of as column_field;
use jiff::tz::TimeZone;
use url::Url;

use crate::base::caps;
use crate::base::text::clip;
use crate::model::{BadEntry, Draft, Fault, RecordKind};

/// Rows of one file.
pub const ROWS: usize = 50_000;
/// Columns of one file.
const COLUMNS: usize = 200;
/// Characters of one cell; more is cut, and told.
const CELL: usize = 4_000;
/// What could not be read that is told line by line.
const TOLD: usize = 50;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetFormat {
    /// Delimited text.
    Csv,
    /// vCard 2.1, 3.0 or 4.0.
    VCard,
}

impl SheetFormat {
    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::VCard => "vcard",
        }
    }
}

/// What a file does not say by itself.
#[derive(Clone, Debug)]
pub struct SheetSettings {
    /// What columns are, by caption: the name of a field, or `-` to leave it out.
    pub columns: Vec<(String, String)>,
    /// Country of telephone numbers of rows that name none, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Zone of times.
    pub zone: TimeZone,
}

/// A column and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetColumn {
    /// As the file has it.
    pub caption: String,
    /// The field of the record; `None` when it is left out.
    pub field: Option<String>,
    /// Whether its caption was understood, or explained by the settings; the others are kept under their own name.
    pub understood: bool,
}

/// One row as a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The line it begins on.
    pub line: u64,
    /// The record.
    pub draft: Draft,
}

/// Everything read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What it is.
    pub format: SheetFormat,
    /// Its columns, in order.
    pub columns: Vec<SheetColumn>,
    /// The rows that could be read, each once.
    pub rows: Vec<SheetRow>,
    /// Rows that say the same as another in every cell: their line, and that of the first.
    pub repeats: Vec<(u64, u64)>,
    /// The first rows that could not be read.
    pub bad: Vec<BadEntry>,
    /// How many could not be read.
    pub bad_count: usize,
    /// The first cells that could not be understood, of rows that were read; their words are kept.
    pub unread: Vec<BadEntry>,
    /// How many cells could not be understood.
    pub unread_count: usize,
    /// The first tax numbers that cannot be right, of rows that were read.
    pub wrong: Vec<BadEntry>,
    /// How many there are.
    pub wrong_count: usize,
}

/// Why a file cannot be taken at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Nothing in it.
    #[error("it is empty: a table needs a line that names its columns, a file of cards at least one BEGIN:VCARD")]
    Empty,
    /// No line names columns.
    #[error(
        "none of its first lines names its columns; the first one says `{0}`. Give the columns names such as name, company, email, phone, city, \
         or say what they are, as in --column \"{1}=company\""
    )]
    NoColumn(String, String),
    /// A setting names a column that is not there.
    #[error("it has no column `{0}`; its columns are {1}")]
    NoSuchColumn(String, String),
    /// More rows than one import takes.
    #[error("it has more than {ROWS} rows: split it, and bring in the parts under names of their own")]
    TooLong,
    /// More columns than one import takes.
    #[error("its header has more than {COLUMNS} columns: is it the right file?")]
    TooWide,
    /// No text.
    #[error("it is no text but {0}: save it as CSV (comma delimited, UTF-8) and bring that in")]
    NoText(&'static str),
    /// A setting is wrong.
    #[error("{} `{}` is wrong: expected {}", .0.key, .0.found, .0.expected)]
    Setting(Fault),
}

impl Sheet {
    /// How many rows name no company.
    pub fn without_company(&self) -> usize {
        let names = |row: &&SheetRow| ["name", "company"].iter().any(|name| row.draft.value(name).is_some());
        self.rows.iter().filter(|row| !names(row)).count()
    }

    /// The columns that say who wants to be left alone, and in how many rows they say so.
    pub fn wishes(&self) -> Vec<(String, usize)> {
        let says = |row: &SheetRow, field: &str| row.draft.value(field).is_some_and(|value| columns::is_yes(&value.text()));
        let rows = |field: &str| self.rows.iter().filter(|row| says(row, field)).count();
        let wished = self.columns.iter().filter(|column| columns::is_wish(&column.caption));
        wished.map(|column| (column.caption.clone(), column.field.as_deref().map_or(0, rows))).collect()
    }
}

/// Cells of one row or card, each with its column.
struct Raw {
    line: u64,
    cells: Vec<(usize, String)>,
}

/// A file in cells.
struct Parts {
    format: SheetFormat,
    columns: Vec<SheetColumn>,
    rows: Vec<Raw>,
    told: Told,
}

/// What could not be read.
#[derive(Default)]
struct Told {
    bad: Vec<BadEntry>,
    bad_count: usize,
    unread: Vec<BadEntry>,
    unread_count: usize,
    wrong: Vec<BadEntry>,
    wrong_count: usize,
}

impl Told {
    fn bad(&mut self, line: u64, reason: impl Into<String>) {
        self.bad_count += 1;
        if self.bad.len() < TOLD {
            self.bad.push(BadEntry { path: format!("line {line}"), reason: reason.into() });
        }
    }

    fn unread(&mut self, line: u64, caption: &str, reason: impl Into<String>) {
        self.unread_count += 1;
        if self.unread.len() < TOLD {
            self.unread.push(BadEntry { path: format!("line {line}, {caption}"), reason: reason.into() });
        }
    }

    fn wrong(&mut self, line: u64, caption: &str, reason: impl Into<String>) {
        self.wrong_count += 1;
        if self.wrong.len() < TOLD {
            self.wrong.push(BadEntry { path: format!("line {line}, {caption}"), reason: reason.into() });
        }
    }
}

/// Reads a file; `url` stands for its address in the records.
pub fn read(bytes: &[u8], url: &Url, settings: &SheetSettings) -> Result<Sheet, SheetError> {
    if let Some(what) = not_text(bytes) {
        return Err(SheetError::NoText(what));
    }
    let text = super::decode(bytes, None, url);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(SheetError::Empty);
    }
    let hints = cells::hints(settings).map_err(SheetError::Setting)?;
    let Parts { format, columns, rows, mut told } =
        if cards::is_card(text) { cards::read(text, &settings.columns)? } else { table::read(text, &settings.columns)? };
    let mut filled = Vec::with_capacity(rows.len());
    for Raw { line, cells } in rows {
        let fields = cells::fields(&columns, (line, &cells), &hints, url, &mut told);
        if cells::says_nothing_of_whom(&fields) {
            told.bad(line, "it names no company, person, address, number or site: nobody could be found by it");
        } else {
            filled.push((line, fields));
        }
    }
    let (keyed, repeats) = keys::give(filled);
    let rows = keyed.into_iter().map(|(line, key, fields)| SheetRow {
        line,
        draft: Draft { key, kind: RecordKind::Company, url: url.clone(), fields, detail: None, partial: false, again: false },
    });
    let Told { bad, bad_count, unread, unread_count, wrong, wrong_count } = told;
    Ok(Sheet { format, columns, rows: rows.collect(), repeats, bad, bad_count, unread, unread_count, wrong, wrong_count })
}

/// What a file is that people take for a table, by its first bytes.
pub fn not_text(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &'static str); 4] = [
        (b"PK\x03\x04", "a spreadsheet or a ZIP archive"),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
    ];
    known.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| what)
}

/// A cell within its bound, and whether it was longer.
fn bounded(cell: &str) -> (String, bool) {
    let cell = cell.trim();
    let long = cell.len() > CELL && cell.chars().count() > CELL;
    (if long { clip(cell, CELL) } else { cell.to_owned() }, long)
}

/// A caption as it is shown.
fn shown(caption: &str) -> String {
    clip(caption.trim(), caps::QUOTE_CHARS.min(60))
}

#[cfg(test)]
mod tests;
