//! Companies that stand in the record of another: who shares its stand at a fair, below its name or in a list of its own. Each is a record. Knows no fair.

use std::collections::HashSet;
use std::sync::LazyLock;

use url::Url;

use super::super::html::Tag;
use super::super::lists;
use super::super::shown::{At, Shown};
use super::super::value;
use super::columns::{Cell, Column, Raw};
use super::{Item, Listed};
use crate::base::text::words;
use crate::model::CompanyName;

/// Characters of a name.
const NAME: usize = 80;
/// Columns whose values are also those of who stands there too.
const SHARED: [&str; 4] = ["stand", "section", "date", "place"];

/// What pages call who shares a stand, folded.
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("beside.txt").lines().filter(|line| !line.starts_with('#')).map(words).collect());

/// Another company in a record.
pub(super) struct Other {
    record: usize,
    name: String,
    link: Option<Url>,
}

/// Takes the other companies out of the records: what stands in one cell of a table with the name or in a list below it and has a legal form, as all that
/// stands there has; and what is called one. Where most records have such, it is something else of theirs.
pub(super) fn take(shown: &Shown<'_>, records: &[Vec<At>], (raws, names): (&mut [Vec<Raw>], &[Option<usize>]), base: &Url) -> Vec<Other> {
    let is_name = |text: &str| text.chars().count() <= NAME && CompanyName::parse(text).form.is_some();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (record, (own, name)) in raws.iter().zip(names).enumerate() {
        let Some(name) = *name else { continue };
        let roots = &records[record];
        let list = |raw: &Raw| {
            shown.around(raw.at).take_while(|at| !roots.contains(at)).find(|at| matches!(shown.nodes[*at].tag, Tag::Ul | Tag::Ol))
        };
        let same_cell = |raw: &Raw| raw.cell.is_some() && raw.cell == own[name].cell;
        let spoilt: HashSet<At> = own.iter().filter(|raw| !is_name(&raw.text)).filter_map(list).collect();
        let is_other = |(i, raw): &(usize, &Raw)| {
            let called = raw.called.as_ref().is_some_and(|called| WORDS.contains(&words(called)));
            let alone = raw.called.is_none() && raw.contact.is_none() && is_name(&raw.text) && is_name(&own[name].text);
            *i != name && !raw.spent && (called || alone && (same_cell(raw) || list(raw).is_some_and(|list| !spoilt.contains(&list))))
        };
        found.extend(own.iter().enumerate().filter(is_other).map(|(i, _)| (record, i)));
    }
    let with: HashSet<usize> = found.iter().map(|(record, _)| *record).collect();
    if with.len() * 2 > raws.len() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (record, i) in found {
        let raw = &mut raws[record][i];
        raw.spent = true;
        let around = std::iter::once(raw.at).chain(shown.around(raw.at)).take_while(|at| !records[record].contains(at));
        let href = around.chain(raw.at..shown.nodes[raw.at].end).find(|at| shown.nodes[*at].is(Tag::A));
        let link = href.and_then(|at| value::url(shown.nodes[at].attr("href"), base));
        let all = if raw.called.is_some() { lists::at_commas(&raw.text) } else { vec![raw.text.as_str()] };
        out.extend(all.into_iter().map(|name| Other { record, name: name.to_owned(), link: link.clone() }));
    }
    out
}

/// Puts each behind the record it was found in, with the stand of that one. `numbers` are those of the records in the list.
pub(super) fn put(listed: &mut Listed, others: Vec<Other>) {
    let is = |column: &Column, label: &str| column.label == label;
    let Some(name) = listed.columns.iter().position(|column| is(column, "name")) else { return };
    let shared: Vec<usize> = (0..listed.columns.len())
        .filter(|at| SHARED.iter().any(|label| is(&listed.columns[*at], label) || says(&listed.columns[*at], label)))
        .collect();
    for other in others.into_iter().rev() {
        let host = &listed.records[other.record];
        let mut cells: Vec<Cell> = host.cells.iter().filter(|cell| shared.contains(&cell.column)).cloned().collect();
        for cell in &cells {
            listed.columns[cell.column].filled += 1;
        }
        cells.push(Cell { column: name, value: other.name });
        cells.sort_by_key(|cell| cell.column);
        listed.columns[name].filled += 1;
        let item = Item { paths: host.paths.clone(), cells, detail: other.link, site: None, beside: true };
        listed.records.insert(other.record + 1, item);
    }
}

/// Whether a column's caption is a field of this name.
fn says(column: &Column, label: &str) -> bool {
    column.caption.as_deref().and_then(super::super::captions::field_of) == Some(label)
}
