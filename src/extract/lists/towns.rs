//! Rows of a table that stand over those below them: the town or the trade of a group, in one cell over all columns or with nothing in the others.

use std::collections::{BTreeSet, HashSet};

use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::{FORMS, begins, is_over};
use crate::model::CompanyName;

/// Characters of a heading.
const SHORT: usize = 60;

/// The rows below an element that are headings of groups of its other rows, which are a record each.
pub(super) fn heads(shown: &Shown<'_>, parent: At) -> HashSet<At> {
    let node = |at: At| &shown.nodes[at];
    if !shown.children(parent).next().is_some_and(|first| node(first).is(Tag::Tr)) {
        return HashSet::new();
    }
    let rows: Vec<At> = shown.children(parent).filter(|at| node(*at).is(Tag::Tr) && node(*at).chars > 0).collect();
    let cells = |row: At| shown.children(row).filter(|cell| shown.nodes[*cell].element.is_some());
    let alone = |row: &&At| {
        node(**row).runs == 1
            && node(**row).links == 0
            && node(**row).chars <= SHORT
            && cells(**row).next().is_some_and(|cell| node(cell).chars > 0)
    };
    let mut heads: HashSet<At> = rows.iter().filter(alone).copied().collect();
    let wide: HashSet<At> = heads.iter().filter(|row| is_over(shown, **row)).copied().collect();
    let spans = wide.len() > 1;
    if spans {
        heads = wide;
    }
    let names_columns = |row: &At| cells(*row).count() > 1 && cells(*row).all(|cell| node(cell).is(Tag::Th));
    let rows: Vec<At> = rows.into_iter().filter(|row| !names_columns(row)).collect();
    let records: Vec<At> = rows.iter().filter(|row| !heads.contains(row)).copied().collect();
    // What is said of a record stands below it, a heading over it; and each has something below it.
    let first = rows.first().is_some_and(|row| heads.contains(row));
    let over = spans || rows.windows(2).all(|pair| pair.iter().any(|row| !heads.contains(row)));
    let last = rows.last().is_some_and(|row| heads.contains(row));
    if heads.len() < 2 || records.len() <= heads.len() || !first || !over || last {
        return HashSet::new();
    }
    let full = records.iter().filter(|row| cells(**row).filter(|cell| node(*cell).chars > 0).count() > 1).count();
    let words = |row: At| shown.nodes[row..node(row).end].iter().find(|node| node.element.is_none()).map_or("", |node| node.text.trim());
    let distinct = records.iter().map(|row| words(*row)).collect::<BTreeSet<_>>().len();
    let forms = |rows: &mut dyn Iterator<Item = At>| {
        let all: Vec<bool> = rows.map(|row| CompanyName::parse(words(row)).form.is_some()).collect();
        all.iter().filter(|form| **form).count() as f64 / all.len() as f64
    };
    let (own, over) = (forms(&mut records.iter().copied()), forms(&mut heads.iter().copied()));
    let somebody = own >= FORMS || begins::columns(shown, records[0]) > 1 || records.iter().all(|row| node(*row).links > 0);
    let told = full * 10 >= records.len() * 9 && distinct * 10 >= records.len() * 9;
    if told && somebody && over * 2.0 <= own { heads } else { HashSet::new() }
}
