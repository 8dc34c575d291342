//! Record linkage: which rows are one company, and why. Knows no file and no store: rows and answers are handed in.
//!
//! Rows become [`entry::Entry`]s; those that share a rare key ([`blocks`]) are compared field by field ([`compare`]); each level of likeness has
//! its points ([`weights`], and with answers [`learn`]); [`cluster`] joins what is likelier one than two; [`view`] says why. Everything follows
//! from the set of rows: their order changes nothing.

mod blocks;
mod cluster;
mod compare;
mod entities;
mod entry;
mod index;
mod learn;
mod names;
mod scoring;
mod spelling;
mod table;
mod view;
mod weights;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text;

pub use compare::{Field, Pattern, is_of_places};
pub use index::{ASK, Index, Match, Replaced};
pub use names::{are_alike, are_one};
pub use table::{BadRow, ReadTable, TableError, read as read_table, read_answers};
pub use view::{Cluster, Conflict, Question, Reason, Tie};
pub use weights::probability;
pub use words::name_words;

/// Rows of one table at most.
pub const ROWS: usize = 200_000;
/// Questions at most.
pub const QUESTIONS: usize = 100;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// What it is called.
    Name,
    /// Street and house number.
    Address,
    /// Its town.
    City,
    /// Its postcode.
    Postcode,
    /// A code or a name.
    Country,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// Its web site.
    Url,
    /// A tax or register number.
    TaxId,
}

impl Column {
    /// All of them, in the order a merged view shows them.
    pub const ALL: [Self; 9] =
        [Self::Name, Self::Address, Self::City, Self::Postcode, Self::Country, Self::Phone, Self::Email, Self::Url, Self::TaxId];

    /// Its name in a header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::City => "city",
            Self::Postcode => "postcode",
            Self::Country => "country",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Url => "url",
            Self::TaxId => "tax_id",
        }
    }
}

/// One row of a table of companies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the table, from 1.
    pub number: u32,
    /// The line of the file it begins on.
    pub line: u64,
    /// How far its source is trusted, in thousandths.
    pub trust: u16,
    /// When it was seen, as written (`2026-11-20`): later is newer by the order of the letters.
    pub seen: String,
    cells: [String; Column::ALL.len()],
}

impl Row {
    /// A row without cells; trust is full.
    pub fn new(number: u32, line: u64) -> Self {
        Self { number, line, trust: 1000, ..Self::default() }
    }

    /// What a column says, unless it is empty.
    pub fn cell(&self, column: Column) -> Option<&str> {
        Some(self.cells[column as usize].as_str()).filter(|cell| !cell.is_empty())
    }

    /// Puts a value into a column; of a second column of the same meaning the first value stays.
    pub fn set(&mut self, column: Column, value: &str) {
        if self.cells[column as usize].is_empty() {
            self.cells[column as usize] = text::squeeze(value);
        }
    }

    /// Whether all cells are empty.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }
}

/// What somebody said of two rows, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The number of one row.
    pub a: u32,
    /// The number of the other.
    pub b: u32,
    /// Whether they are one company.
    pub same: bool,
}

/// Which rows are one company, and what is not sure.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// One for each company, the largest first.
    pub clusters: Vec<Cluster>,
    /// Pairs worth asking about, the most informative first.
    pub questions: Vec<Question>,
    /// Pairs that were compared.
    pub compared: usize,
    /// Answers that were used.
    pub answered: usize,
}

/// Finds the companies of a table.
pub fn resolve(rows: &[Row], answers: &[Answer]) -> Resolution {
    let nodes = Nodes::of(rows);
    let answers = nodes.answers(rows, answers);
    let scored = scoring::score(&nodes, rows, &answers);
    let same: Vec<(u32, u32)> = answers.iter().filter(|(_, same)| **same).map(|(pair, _)| *pair).collect();
    let apart: BTreeSet<(u32, u32)> = answers.iter().filter(|(_, same)| !**same).map(|(pair, _)| *pair).collect();
    let graph = cluster::Graph {
        rows: &nodes.counts,
        identified: &scored.entries.iter().map(entry::Entry::is_identified).collect::<Vec<_>>(),
        edges: &scored.edges,
        absent: scoring::ABSENT,
        same: &same,
    };
    let entities = entities::Entities::of(&scored.entries, &nodes.counts, &scored.words);
    let vetoed = |one: &[u32], two: &[u32], answered: bool| {
        let pairs = || one.iter().flat_map(|a| two.iter().map(move |b| (*a.min(b), *a.max(b))));
        !apart.is_empty() && pairs().any(|pair| apart.contains(&pair)) || {
            if answered { matches!(entities.ids(one, two), Some(Err(_))) } else { entities.conflict(one, two).is_some() }
        }
    };
    let groups = cluster::groups(&graph, &vetoed);
    view::build(&view::Found { rows, nodes: &nodes, scored: &scored, answers: &answers, entities: &entities }, &groups)
}

/// Rows that say the same are one node; nodes stand in the order of what they say.
struct Nodes {
    /// A row of each node.
    first: Vec<usize>,
    counts: Vec<u32>,
    /// The rows of each node.
    rows: Vec<Vec<usize>>,
    /// What each node says, in one text: the nodes are sorted by it.
    said: Vec<String>,
}

impl Nodes {
    fn of(rows: &[Row]) -> Self {
        let mut by_said: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, row) in rows.iter().enumerate() {
            by_said.entry(row.cells.each_ref().map(|cell| text::fold(cell)).join("\u{1f}")).or_default().push(place);
        }
        let mut nodes = Self { first: Vec::new(), counts: Vec::new(), rows: Vec::new(), said: Vec::new() };
        for (said, mut members) in by_said {
            // Of rows that differ in case or accents only, the one that is first in the order of its letters speaks for all.
            members.sort_by(|a, b| rows[*a].cells.cmp(&rows[*b].cells).then(a.cmp(b)));
            nodes.first.push(members[0]);
            nodes.counts.push(u32::try_from(members.len()).unwrap_or(u32::MAX));
            nodes.rows.push(members);
            nodes.said.push(said);
        }
        nodes
    }

    /// Answers by nodes; of two answers on one pair the last holds.
    fn answers(&self, rows: &[Row], answers: &[Answer]) -> BTreeMap<(u32, u32), bool> {
        let mut node_of: BTreeMap<u32, u32> = BTreeMap::new();
        for (node, members) in (0_u32..).zip(&self.rows) {
            node_of.extend(members.iter().map(|row| (rows[*row].number, node)));
        }
        let pairs = answers.iter().filter_map(|answer| {
            let (a, b) = (*node_of.get(&answer.a)?, *node_of.get(&answer.b)?);
            (a != b).then_some(((a.min(b), a.max(b)), answer.same))
        });
        pairs.collect()
    }
}

#[cfg(test)]
mod tests;
