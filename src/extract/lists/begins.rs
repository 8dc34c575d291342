//! How the children of a row begin: where in each its first words stand. What begins alike again and again is a record each, and several of them
//! together are a group.

use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::LETTER;
use super::alternate::Turns;
use super::marks::{join, name_of, words_of};
use crate::model::CompanyName;

/// Nodes of a table looked at for its head.
const HEAD: usize = 400;

/// Where the first words of a child stand, and what they are.
#[derive(Clone, Copy)]
struct Begin<'t> {
    /// 0: nothing that tells records apart.
    way: u64,
    text: &'t str,
    chars: usize,
    /// Whether it is somebody: it leads to a page, or is a heading with the legal form of a company.
    somebody: bool,
}

/// Whether it is a link that leads to a page.
pub(super) fn is_page(shown: &Shown<'_>, at: At) -> bool {
    let href = shown.nodes[at].attr("href");
    shown.nodes[at].is(Tag::A) && !href.starts_with("mailto:") && !href.starts_with("tel:")
}

/// Whether an element of this name is a heading, or the head of a definition.
pub(in crate::extract) const fn is_heading(tag: Tag) -> bool {
    matches!(tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 | Tag::Dt)
}

/// How each child of a row begins.
pub(super) struct Begins<'t>(Vec<Begin<'t>>);

impl<'t> Begins<'t> {
    pub(super) fn of(shown: &Shown<'t>, children: impl Iterator<Item = At>, turns: &Turns) -> Self {
        let mut head = None;
        let begin = |(at, turn): (At, &Option<usize>)| {
            let node = &shown.nodes[at];
            let Some(first) = (at..node.end).find(|at| shown.nodes[*at].element.is_none()) else {
                return Begin { way: 0, text: "", chars: node.chars, somebody: node.links > 0 };
            };
            let way = if node.is(Tag::Tr) {
                let columns = *head.get_or_insert_with(|| columns(shown, at));
                if columns > 1 { row(shown, at, columns) } else { bare_row(shown, (at, first), turns.coloured) }
            } else {
                let (way, tells) = way(shown, (at, first), turns.coloured);
                if tells { way | 1 } else { 0 }
            };
            // What takes turns begins otherwise at each.
            let way = turn.filter(|_| way != 0).map_or(way, |turn| join(way, turn as u64) | 1);
            let links = node.links > 0 && (at..node.end).any(|at| is_page(shown, at));
            let text = shown.nodes[first].text;
            let heading = node.element.is_some() && is_heading(node.tag);
            let somebody = links || heading && CompanyName::parse(text).form.is_some();
            Begin { way, text, chars: node.chars, somebody }
        };
        Self(children.zip(&turns.of).map(begin).collect())
    }

    /// How most of these begin.
    pub(super) fn usual(&self, starts: impl Iterator<Item = usize>) -> Option<u64> {
        let mut ways: Vec<u64> = starts.map(|start| self.0[start].way).collect();
        ways.sort_unstable();
        // What more than half have is in the middle.
        let usual = *ways.get(ways.len() / 2)?;
        (usual != 0 && ways.iter().filter(|way| **way == usual).count() * 2 > ways.len()).then_some(usual)
    }

    /// Whether a child begins in this way.
    pub(super) fn is(&self, child: usize, way: u64) -> bool {
        self.0[child].way == way
    }

    /// How many children of these records begin as their record does; or, below a heading that leads nowhere, as the one right below it.
    pub(super) fn again(&self, records: &[(usize, usize)]) -> usize {
        if records.iter().all(|(start, end)| end - start == 1) {
            return 0;
        }
        let beside = |record: usize| records.get(record + 1).or_else(|| records.get(record.checked_sub(1)?)).copied();
        let same = |record: usize, offset: usize| {
            // Words that stand in the next record too are a caption, and begin nothing.
            let other = beside(record).filter(|(start, end)| start + offset < *end).map(|(start, _)| self.0[start + offset].text);
            other.is_none_or(|other| other != self.0[records[record].0 + offset].text)
        };
        let count = |record: usize, from: usize, fits: &dyn Fn(&Begin<'_>) -> bool| {
            let (start, end) = records[record];
            let Some(first) = self.0.get(start + from).filter(|first| first.way != 0 && start + from < end) else { return 0 };
            (from + 1..end - start)
                .filter(|offset| {
                    let own = &self.0[start + offset];
                    own.way == first.way && fits(own) && same(record, *offset)
                })
                .count()
        };
        let below: Vec<usize> = (0..records.len()).map(|record| count(record, 1, &|own| own.somebody)).collect();
        let varies = below.iter().max() != below.iter().min();
        let group = |record: usize| {
            let ((start, end), head) = (records[record], &self.0[records[record].0]);
            let letter = head.chars <= LETTER;
            let follows = (start + 1..end).any(|at| self.0[at].somebody) && self.0.get(start + 1).is_some_and(|first| first.way != 0);
            if !head.somebody && follows && (letter || varies) { below[record] } else { 0 }
        };
        (0..records.len()).map(|record| count(record, 0, &|_| true) + group(record)).sum()
    }
}

/// The names and classes on the way to the first words of a child, and whether one of them tells something: a class, a heading, a link, bold
/// letters. Classes that only colour are left out.
pub(super) fn way(shown: &Shown<'_>, (at, first): (At, At), coloured: bool) -> (u64, bool) {
    let (mut out, mut tells) = (1_u64, false);
    for around in shown.around(first).take_while(|around| *around >= at) {
        let node = &shown.nodes[around];
        let class = node.attr("class").split_ascii_whitespace().next().unwrap_or("");
        let tag = matches!(node.tag, Tag::A | Tag::B | Tag::Strong) || is_heading(node.tag);
        tells |= tag || !class.is_empty();
        out = join(out, join(node.element.map_or(0, name_of), words_of(if coloured { "" } else { class })));
    }
    (out, tells)
}

/// Without a head, rows of as many cells that begin alike are records where the cells are more than a caption and its value.
fn bare_row(shown: &Shown<'_>, (at, first): (At, At), coloured: bool) -> u64 {
    let cells = shown.children(at).filter(|cell| shown.nodes[*cell].is(Tag::Td)).count();
    match way(shown, (at, first), coloured) {
        (way, _) if cells > 2 => join(way, cells as u64) | 1,
        (way, true) => way | 1,
        (_, false) => 0,
    }
}

/// Of a table with a head each row that has all of its columns is a record.
fn row(shown: &Shown<'_>, at: At, columns: usize) -> u64 {
    let cells = shown.children(at).filter(|cell| shown.nodes[*cell].is(Tag::Td)).count();
    if cells == columns { columns as u64 } else { 0 }
}

/// The columns that the head of the table around a row names; 0 without a head.
pub(super) fn columns(shown: &Shown<'_>, row: At) -> usize {
    let Some(table) = shown.around(row).find(|at| shown.nodes[*at].is(Tag::Table)) else { return 0 };
    let cells = |row: At| shown.children(row).filter(|at| shown.nodes[*at].element.is_some());
    let mut rows = (table..shown.nodes[table].end.min(table + HEAD)).filter(|at| shown.nodes[*at].is(Tag::Tr));
    let head = rows.next().filter(|row| cells(*row).all(|cell| shown.nodes[cell].is(Tag::Th)));
    head.map_or(0, |head| cells(head).count())
}
