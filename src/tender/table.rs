//! Tables as CSV, by the names of their columns. Knows no format.

use std::collections::HashMap;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};

use super::{Batch, Input};
use crate::model::{BadEntry, Failure, FailureClass, Raw};

/// Columns of one table.
const COLUMNS: usize = 1_000;

/// One row, its cells by the names of their columns.
pub(super) struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    header: &'a StringRecord,
    cells: &'a StringRecord,
    /// Where it stands: `row 3`, the first below the header being the first.
    pub path: &'a str,
    /// Its own slice of the document.
    pub text: &'a str,
    /// The header's slice with its line break.
    head: &'a Arc<str>,
}

impl Row<'_> {
    /// The cell of the first of these columns that has one with something in it; empty when none has.
    pub fn get(&self, names: &[&str]) -> &str {
        names.iter().map(|name| self.cell(name)).find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// The column, as the header writes it, that [`Self::get`] takes its cell from.
    pub fn place(&self, names: &[&str]) -> &str {
        let name = names.iter().find(|name| !self.cell(name).is_empty()).or(names.first()).copied().unwrap_or_default();
        self.columns.get(name).and_then(|&index| self.header.get(index)).unwrap_or_default()
    }

    /// The table of this row alone.
    pub fn raw(&self) -> Raw {
        Raw::new(Arc::clone(self.head), self.text, "")
    }

    fn cell(&self, name: &str) -> &str {
        self.columns.get(name).and_then(|&index| self.cells.get(index)).unwrap_or_default().trim()
    }
}

/// Reads a table row by row. `name` turns a header's cell into the name of its column; rows that cannot be told apart into columns are
/// set aside in `batch`.
pub(super) fn rows(
    input: &Input<'_>,
    batch: &mut Batch,
    name: impl Fn(&str) -> String,
    mut take: impl FnMut(&Row<'_>, &mut Batch),
) -> Result<(), Failure> {
    let text = input.text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let broken = |why: &csv::Error| Failure::new(FailureClass::Unreadable, format!("it is no table that can be read: {why}"));
    let header = reader.headers().map_err(|why| broken(&why))?.clone();
    if header.len() > COLUMNS {
        return Err(Failure::new(FailureClass::ParseLimit, format!("the table has more than {COLUMNS} columns")));
    }
    let head: Arc<str> = [text[..offset(&reader, text)].trim_end(), "\n"].concat().into();
    let mut columns = HashMap::new();
    for (index, cell) in header.iter().enumerate() {
        columns.entry(name(cell)).or_insert(index);
    }
    let mut cells = StringRecord::new();
    for number in 1_usize.. {
        input.check_time()?;
        let start = offset(&reader, text);
        match reader.read_record(&mut cells) {
            Ok(true) => {}
            Ok(false) => break,
            Err(why) => return Err(broken(&why)),
        }
        batch.check_room()?;
        let path = format!("row {number}");
        let over = cells.iter().skip(header.len()).any(|cell| !cell.trim().is_empty());
        // A last row without its end may be cut within a cell, and without its last cells it says that what they said is there no more.
        let last = offset(&reader, text) == text.len();
        let open = || text[start..].bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
        let cut = last && (open() || cells.len() < header.len() && !text.ends_with(['\n', '\r']));
        if over || cut || cells.len() < header.len() {
            let (has, wants) = (cells.len(), header.len());
            let reason = if has == wants {
                "a quote in it has no end: the document breaks off".to_owned()
            } else {
                format!("it has {has} cells where the header has {wants}: a quote or a comma is astray, or the document breaks off")
            };
            batch.bad.push(BadEntry { path: path.clone(), reason });
        }
        batch.cut |= cut;
        // Cells too many say that the ones before them stand in the wrong columns; cells too few, that the ones there are stand right.
        if !over && !cut {
            let text = text[start..offset(&reader, text)].trim();
            take(&Row { columns: &columns, header: &header, cells: &cells, path: &path, text, head: &head }, batch);
        }
    }
    Ok(())
}

/// Where the reader stands; a place between two characters whatever it says.
fn offset(reader: &csv::Reader<&[u8]>, text: &str) -> usize {
    let mut at = usize::try_from(reader.position().byte()).unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first line of a document, for telling tables apart by their columns; empty for XML and JSON.
pub(super) fn header(head: &str) -> &str {
    if head.starts_with(['{', '[', '<']) { "" } else { head.lines().next().unwrap_or_default() }
}

/// The values of a cell with several: lines with an asterisk before each, or parted by one of these marks.
pub(super) fn values<'a>(cell: &'a str, marks: &'a [char]) -> impl Iterator<Item = &'a str> {
    let parts = cell.split(move |c: char| matches!(c, '\n' | '\r' | '*') || marks.contains(&c));
    parts.map(str::trim).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tender::Clock;

    fn read(text: &str) -> (Vec<(String, String, String)>, Vec<BadEntry>) {
        let mut batch = Batch::default();
        let mut found = Vec::new();
        let input = Input { text, url: None, clock: Clock::assumed(), expired: &|| false };
        let take = |row: &Row<'_>, _: &mut Batch| {
            found.push((row.get(&["b", "a"]).to_owned(), row.place(&["b", "a"]).to_owned(), row.text.to_owned()));
        };
        rows(&input, &mut batch, str::to_lowercase, take).unwrap();
        (found, batch.bad)
    }

    #[test]
    fn cells_by_the_names_of_columns() {
        let (found, bad) = read("\u{feff}\"A\",B\r\n1,\"é, \"\"x\"\"\ny\"\r\n2,\r\n");
        assert_eq!(bad, []);
        assert_eq!(found[0], ("é, \"x\"\ny".to_owned(), "B".to_owned(), "1,\"é, \"\"x\"\"\ny\"".to_owned()));
        assert_eq!(found[1], ("2".to_owned(), "A".to_owned(), "2,".to_owned()));
    }

    #[test]
    fn rows_that_do_not_fit_are_told() {
        let (found, bad) = read("A,B\n1,2,3\n4\n5,6,\n");
        assert_eq!(found.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["4", "6"]);
        assert_eq!(bad.iter().map(|bad| bad.path.as_str()).collect::<Vec<_>>(), ["row 1", "row 2"]);
        assert!(bad[0].reason.contains("3 cells"));
    }

    #[test]
    fn a_last_row_that_breaks_off_is_none() {
        for (text, rows, bad) in [
            ("A,B\n1,2\n3,4", 2, 0),
            ("A,B\n1,2\n3", 1, 1),
            ("A,B\n1,2\n\"3 and m", 1, 1),
            ("A,B\n1,2\n3,\"4 and m\n", 1, 1),
            ("A,B\n1,2\n3\n", 2, 1),
        ] {
            let (found, faults) = read(text);
            assert_eq!((found.len(), faults.len()), (rows, bad), "{text}");
        }
    }

    #[test]
    fn cells_with_several_values() {
        assert_eq!(values("*80101500\n*80101600", &[]).collect::<Vec<_>>(), ["80101500", "80101600"]);
        assert_eq!(values("a, b,,c", &[',']).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(values(" ", &[',']).count(), 0);
    }
}
