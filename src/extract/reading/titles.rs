//! What a page calls the columns of a list: the head of its table, or words before the values. Knows no field.

use super::super::captions;
use super::super::html::Tag;
use super::super::lists::is_over;
use super::super::shown::{At, Shown};

/// Characters of a caption.
const CAPTION: usize = 60;
/// Characters of a cell of a head that is built as a row.
const SHORT: usize = 40;
/// Cells of the head of a table.
pub(super) const HEADS: usize = 60;
/// The share of a column's cells that have to say so.
const MOST: f64 = 0.6;

/// The captions of the cells of a row, by their number; none where the record is no row of a table, or the table has no head.
pub(super) fn heads(shown: &Shown<'_>, record: &[At]) -> Vec<String> {
    let Some(row) = record.first().copied().filter(|at| shown.nodes[*at].is(Tag::Tr)) else { return Vec::new() };
    let Some(table) = shown.around(row).find(|at| shown.nodes[*at].is(Tag::Table)) else { return Vec::new() };
    let above = (table..row).filter(|at| shown.nodes[*at].is(Tag::Tr));
    let is_head = |at: &At| {
        let named = shown.children(*at).filter(|at| shown.nodes[*at].element.is_some()).all(|at| shown.nodes[at].is(Tag::Th));
        named && !is_over(shown, *at)
    };
    let Some(head) = above.take(HEADS).filter(is_head).last().or_else(|| plain_head(shown, row)) else { return Vec::new() };
    cells(shown, head).take(HEADS).map(|at| shown.words(at, CAPTION)).collect()
}

/// The row right above one, where it is a head that is built as a row: as many cells, each in short, no number and no link, and one of them a caption.
fn plain_head(shown: &Shown<'_>, row: At) -> Option<At> {
    let head = shown.children(shown.nodes[row].parent).take_while(|at| *at < row).filter(|at| shown.nodes[*at].is(Tag::Tr)).last()?;
    let own: Vec<String> = cells(shown, head).take(HEADS).map(|at| shown.words(at, CAPTION)).collect();
    let short = own.iter().all(|words| words.chars().count() <= SHORT && !words.contains(char::is_numeric));
    let fits = own.len() > 1 && own.len() == cells(shown, row).take(HEADS).count() && shown.nodes[head].links == 0;
    (fits && short && own.iter().any(|words| captions::field_of(words).is_some())).then_some(head)
}

/// The cells of a row.
pub(super) fn cells(shown: &Shown<'_>, row: At) -> impl Iterator<Item = At> {
    shown.children(row).filter(|at| shown.nodes[*at].is(Tag::Td) || shown.nodes[*at].is(Tag::Th))
}

/// The cell of a row that a node is in, and its number, from 0.
pub(super) fn cell(shown: &Shown<'_>, row: At, at: At) -> Option<(usize, At)> {
    if !shown.nodes[row].is(Tag::Tr) {
        return None;
    }
    cells(shown, row).take(HEADS).enumerate().find(|(_, cell)| (*cell..shown.nodes[*cell].end).contains(&at))
}

/// The caption that leads most of these values: "Sector: Food", "Sector: Drinks".
pub(super) fn leads<'t>(values: impl Iterator<Item = &'t str>) -> Option<String> {
    let split: Vec<_> = values.map(captions::split).collect();
    let caption = split.iter().flatten().next().map(|(caption, _)| *caption)?;
    let same = split.iter().flatten().filter(|(other, _)| *other == caption).count();
    (same >= 2 && same as f64 >= MOST * split.len() as f64).then(|| caption.to_owned())
}

/// A value without the caption that leads it.
pub(super) fn cut(value: &str) -> &str {
    captions::split(value).map_or(value, |(_, value)| value)
}

/// The caption in the cell before each value, with whether its element is made for captions.
pub(super) fn before<'t>(cells: impl Iterator<Item = Option<(&'t String, bool)>>) -> Option<String> {
    let cells: Vec<_> = cells.collect();
    let (caption, term) = cells.iter().flatten().next().copied()?;
    let same = cells.iter().flatten().filter(|(other, _)| *other == caption).count();
    let said = term || caption.ends_with([':', '：']) || captions::field_of(caption).is_some();
    let most = same >= 2 && same as f64 >= MOST * cells.len() as f64;
    (said && most && caption.chars().count() <= CAPTION).then(|| caption.trim_end_matches([':', '：', ' ']).to_owned())
}
