//! How the cells of a list are laid out: what moves them, and what colours them. Knows no field.

use std::collections::{HashMap, HashSet};

use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::titles::{HEADS, cells};
use crate::base::ids::hash64;

/// Rows that one cell can reach.
const REACH: usize = 1_000;
/// Fewer records have classes of their own by chance.
const FEWEST: usize = 3;
/// Fewer records may take turns by chance.
const SURE: usize = 6;

/// What moves and colours the cells of a list. Cells that reach over several rows of a table, each row a record, belong to all of these, and the other
/// cells stand further on; classes that every other record has say nothing of where a cell stands.
#[derive(Default)]
pub(super) struct Layout {
    shifts: HashMap<At, usize>,
    into: HashMap<At, Vec<At>>,
    long: HashSet<At>,
    colours: HashSet<u64>,
}

impl Layout {
    /// Of these records.
    pub(super) fn of(shown: &Shown<'_>, records: &[Vec<At>]) -> Self {
        let mut out = Self { colours: colours(shown, records), ..Self::default() };
        if records.iter().any(|record| record.len() != 1 || !shown.nodes[record[0]].is(Tag::Tr)) {
            return out;
        }
        let mut parents: Vec<At> = records.iter().map(|record| shown.nodes[record[0]].parent).collect();
        parents.sort_unstable();
        parents.dedup();
        for parent in parents {
            let mut open: Vec<(usize, usize, At)> = Vec::new();
            for row in shown.children(parent).filter(|at| shown.nodes[*at].is(Tag::Tr)) {
                let mut fresh: Vec<(usize, usize, At)> = Vec::new();
                let mut column = 0;
                for (nth, cell) in cells(shown, row).take(HEADS).enumerate() {
                    while open.iter().any(|(own, ..)| *own == column) {
                        column += 1;
                    }
                    if column > nth {
                        out.shifts.insert(cell, column - nth);
                    }
                    let rows = shown.nodes[cell].attr("rowspan").trim().parse().unwrap_or(1).min(REACH);
                    if rows > 1 && open.len() + fresh.len() < HEADS {
                        out.long.insert(cell);
                        fresh.push((column, rows, cell));
                    }
                    column += 1;
                }
                if !open.is_empty() {
                    out.into.insert(row, open.iter().map(|(.., cell)| *cell).collect());
                }
                open.extend(fresh);
                for (_, rows, _) in &mut open {
                    *rows -= 1;
                }
                open.retain(|(_, rows, _)| *rows > 0);
            }
        }
        out
    }

    /// By how many columns a cell stands further on than its row says.
    pub(super) fn shift(&self, cell: At) -> usize {
        self.shifts.get(&cell).copied().unwrap_or(0)
    }

    /// The cells of rows above that reach into a row.
    pub(super) fn into(&self, row: At) -> &[At] {
        self.into.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Whether a cell reaches over several rows.
    pub(super) fn is_long(&self, cell: At) -> bool {
        self.long.contains(&cell)
    }

    /// Whether a class only colours.
    pub(super) fn is_colour(&self, class: &str) -> bool {
        !self.colours.is_empty() && self.colours.contains(&hash64(&[class.as_bytes()]))
    }
}

/// The first class of an element: what tells its place.
pub(super) fn class<'s>(shown: &'s Shown<'_>, at: At) -> &'s str {
    shown.nodes[at].attr("class").split_ascii_whitespace().next().unwrap_or("")
}

/// Classes in the records that every other of them has, at all of its elements or at some; and where most records have classes that no other one has,
/// as programs make them, those.
fn colours(shown: &Shown<'_>, records: &[Vec<At>]) -> HashSet<u64> {
    if records.len() < FEWEST {
        return HashSet::new();
    }
    let mut by_class: HashMap<&str, Turns> = HashMap::new();
    for (record, root) in records.iter().enumerate().flat_map(|(record, roots)| roots.iter().map(move |root| (record, *root))) {
        for at in root + 1..shown.nodes[root].end {
            let class = class(shown, at);
            if !class.is_empty() {
                by_class.entry(class).or_default().add(record);
            }
        }
    }
    let sure = records.len() >= SURE;
    let coloured = |turns: &Turns| sure && turns.changes(records.len()) * 10 >= (records.len() - 1) * 9;
    let alone: HashSet<usize> = by_class.values().filter(|turns| turns.count == 1).map(|turns| turns.last).collect();
    let made = alone.len() * 2 > records.len();
    let says_nothing = |turns: &Turns| coloured(turns) || made && turns.count == 1;
    by_class.into_iter().filter(|(_, turns)| says_nothing(turns)).map(|(class, _)| hash64(&[class.as_bytes()])).collect()
}

/// In which records something is, as far as it matters how often it changes from one to the next.
#[derive(Default)]
struct Turns {
    /// One past the last record that has it; 0: none.
    last: usize,
    count: usize,
    /// Records before which another one has it too.
    beside: usize,
    /// Whether the first record has it.
    first: bool,
}

impl Turns {
    fn add(&mut self, record: usize) {
        if self.last == record + 1 {
            return;
        }
        self.beside += usize::from(self.last == record && record > 0);
        self.first |= record == 0;
        self.last = record + 1;
        self.count += 1;
    }

    /// How often one record has it and the next has not, or the other way round.
    fn changes(&self, records: usize) -> usize {
        (2 * self.count).saturating_sub(usize::from(self.first) + usize::from(self.last == records) + 2 * self.beside)
    }
}
