//! Delimited text as people save it from spreadsheets: the delimiter is found, titles above the header are passed over, ragged rows are told.

use csv::ReaderBuilder;

use super::{COLUMNS, Parts, ROWS, Raw, SheetError, SheetFormat, Told, bounded, columns, shown};

/// Lines at the top among which the header is looked for.
const HEAD: usize = 10;
/// Lines of one cell that each have the delimiters of a whole row, and no other lines between them: fewer may be a list.
const SWALLOWED: usize = 3;
/// Line breaks in one row; more is a quotation mark that nobody closed.
const BREAKS: usize = 200;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a table.
pub(super) fn read(text: &str, settings: &[(String, String)]) -> Result<Parts, SheetError> {
    let (text, said) = match text.split_once('\n').map(|(first, rest)| (first.trim_end(), rest)) {
        // Spreadsheets write such a line for each other.
        Some((first, rest)) if first.len() == 5 && first.starts_with("sep=") => (rest, Some(first.as_bytes()[4])),
        _ => (text, None),
    };
    let offset = u64::from(said.is_some());
    let delimiter = said.filter(|byte| DELIMITERS.contains(byte)).unwrap_or_else(|| delimiter(text));
    let mut told = Told::default();
    let mut head: Option<Vec<String>> = None;
    let mut first: Option<Vec<String>> = None;
    let (mut rows, mut looked, mut lines) = (Vec::new(), 0, Lines { text, at: 0, line: 1 + offset });
    let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut records = reader.into_records();
    while let Some(record) = records.next() {
        let end = records.reader().position().byte();
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                told.bad(error.position().map_or(0, |position| lines.of(position)), error.to_string());
                continue;
            }
        };
        let line = record.position().map_or(0, |position| lines.of(position));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(captions) = &head else {
            let captions: Vec<String> = record.iter().map(str::to_owned).collect();
            if columns::understood(&captions, settings) > 0 && (captions.len() > 1 || looked == 0) {
                if captions.len() > COLUMNS {
                    return Err(SheetError::TooWide);
                }
                head = Some(captions);
            } else {
                first.get_or_insert(captions);
                looked += 1;
                if looked >= HEAD {
                    break;
                }
            }
            continue;
        };
        if rows.len() >= ROWS {
            return Err(SheetError::TooLong);
        }
        match row(&record, written(text, &record, end), captions.len(), delimiter) {
            Ok(cells) => {
                let kept = cells.into_iter().map(|(place, cell, cut)| {
                    if cut {
                        told.unread(line, &shown(&captions[place]), format!("longer than {} characters: it is cut", super::CELL));
                    }
                    (place, cell)
                });
                let cells = kept.collect();
                rows.push(Raw { line, cells });
            }
            Err(why) => told.bad(line, why),
        }
    }
    let Some(captions) = head else {
        let first = first.ok_or(SheetError::Empty)?;
        let caption = first.iter().find(|cell| !cell.trim().is_empty()).map(|cell| shown(cell)).unwrap_or_default();
        return Err(SheetError::NoColumn(shown(&first.join(" | ")), caption));
    };
    Ok(Parts { format: SheetFormat::Csv, columns: columns::columns(&captions, settings)?, rows, told })
}

/// The lines of a text as people count them; asked in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// On which line a record begins. (Of `\r\n` the reader takes the second half for the beginning of the next record.)
    fn of(&mut self, position: &csv::Position) -> u64 {
        let bytes = self.text.as_bytes();
        let begins = usize::try_from(position.byte()).unwrap_or(usize::MAX).clamp(self.at, bytes.len());
        let begins = begins + bytes[begins..].iter().take_while(|byte| matches!(**byte, b'\r' | b'\n')).count();
        self.line += memchr::memchr_iter(b'\n', &bytes[self.at..begins]).count() as u64;
        self.at = begins;
        self.line
    }
}

/// A record as the file has it.
fn written<'t>(text: &'t str, record: &csv::StringRecord, end: u64) -> &'t str {
    let start = record.position().map_or(0, csv::Position::byte);
    let [start, end] = [start, end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    text.get(start..end).unwrap_or_default().trim_start_matches(['\r', '\n'])
}

/// The cells that say something, and which of them were cut.
fn row(record: &csv::StringRecord, written: &str, wide: usize, delimiter: u8) -> Result<Vec<(usize, String, bool)>, String> {
    if record.iter().any(|cell| cell.contains('\n')) && has_swallowed(record, written, wide, delimiter) {
        return Err("a quotation mark that opens here is not closed: what follows it cannot be read, close it and bring the file in again"
            .to_owned());
    }
    let said = record.iter().filter(|cell| !cell.trim().is_empty()).count();
    let last = record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).last().map_or(0, |(place, _)| place + 1);
    if last > wide {
        return Err(format!("{last} cells, the header has {wide}: is a delimiter inside of a cell not quoted?"));
    }
    // Spreadsheets leave out empty cells at the end; a lone word under many columns is a title or a sum.
    if record.len() == 1 && wide > 2 && said == 1 {
        return Err(format!("one cell, the header has {wide}"));
    }
    let cells = record.iter().enumerate().take(wide).filter(|(_, cell)| !cell.trim().is_empty());
    Ok(cells
        .map(|(place, cell)| {
            let (cell, cut) = bounded(cell);
            (place, cell, cut)
        })
        .collect())
}

/// Whether a cell of these, of which one has several lines, has lost its end and holds rows that follow it.
fn has_swallowed(record: &csv::StringRecord, written: &str, wide: usize, delimiter: u8) -> bool {
    let breaks = record.iter().map(|cell| cell.bytes().filter(|byte| *byte == b'\n').count()).sum::<usize>();
    let holds_a_row = |cell: &str| cell.contains('\n') && cell.lines().any(|line| outside(line, delimiter) + 1 >= wide);
    // What is left of its own row, and then whole ones, the last of which may hold the mark that closed it.
    let holds_rows = |(place, cell): (usize, &str)| {
        let lines: Vec<usize> = cell.lines().map(|line| outside(line, delimiter) + 1).collect();
        let Some((first, rest)) = lines.split_first() else { return false };
        let whole = rest.iter().filter(|cells| **cells == wide).count();
        *first + place == wide && whole >= SWALLOWED && whole + 1 >= rest.len()
    };
    breaks > BREAKS
        || is_open(written, delimiter)
        || wide > 1 && (record.len() < wide && record.iter().any(holds_a_row) || record.iter().enumerate().any(holds_rows))
}

/// Whether a quotation mark before a line break is never closed, or closed by one that opens another cell: words follow it.
fn is_open(written: &str, delimiter: u8) -> bool {
    let bytes = written.as_bytes();
    let (mut at, mut begins) = (0, true);
    while at < bytes.len() {
        if !(begins && bytes[at] == b'"') {
            begins = bytes[at] == delimiter;
            at += 1;
            continue;
        }
        let from = at + 1;
        at = from;
        // Two marks are one that is written.
        while at < bytes.len() && (bytes[at] != b'"' || bytes.get(at + 1) == Some(&b'"')) {
            at += 1 + usize::from(bytes[at] == b'"');
        }
        let next = bytes.get(at + 1);
        let ends = at < bytes.len() && next.is_none_or(|next| *next == delimiter || next.is_ascii_whitespace());
        if !ends && memchr::memchr(b'\n', &bytes[from..at.min(bytes.len())]).is_some() {
            return true;
        }
        at += 1;
        begins = false;
    }
    false
}

/// The delimiter that most of the first lines hold as often as each other, outside of quotation marks: commas inside of names come and go.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(HEAD).collect();
    let steady = |delimiter: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| outside(line, delimiter)).filter(|count| *count > 0).collect();
        let same = |count: usize| counts.iter().filter(|other| **other == count).count();
        counts.iter().map(|count| (same(*count), *count)).max().unwrap_or((0, 0))
    };
    // Of equally many the first named.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| steady(*delimiter)).unwrap_or(b',')
}

fn outside(line: &str, delimiter: u8) -> usize {
    let (mut quoted, mut count) = (false, 0);
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        count += usize::from(byte == delimiter && !quoted);
    }
    count
}
