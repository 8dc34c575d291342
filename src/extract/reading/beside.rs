//! Companies that stand in the record of another: who shares its stand at a fair, below its name, in a list or a row of its own. Each is a record. Knows
//! no fair.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use url::Url;

use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::super::value;
use super::below;
use super::columns::{Cell, Column, Raw};
use super::{Item, Listed};
use crate::base::text::words;
use crate::model::{CompanyName, name_and_country};

/// Characters of a name, and of a legal form behind a comma.
const NAME: usize = 80;
const FORM: usize = 12;
/// Elements between two records that are looked at.
const BETWEEN: usize = 8;
/// Columns whose values are also those of who stands there too.
const SHARED: [&str; 3] = ["stand", "section", "date"];

/// What pages call who shares a stand, folded.
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("beside.txt").lines().filter(|line| !line.starts_with('#')).map(words).collect());

/// Another company in a record.
pub(super) struct Other {
    record: usize,
    name: String,
    link: Option<Url>,
}

/// The others of a list, and which of its records are none but others of the record before them.
#[derive(Default)]
pub(super) struct Others {
    all: Vec<Other>,
    rows: BTreeSet<usize>,
    /// Records that stand below another, with that one.
    below: Vec<(usize, usize)>,
}

impl Others {
    /// Takes those out of something of each record, in order, which are none.
    pub(super) fn without_rows<T>(&self, all: Vec<T>) -> Vec<T> {
        let is_row = |at: &usize| self.rows.contains(at);
        all.into_iter().enumerate().filter(|(at, _)| !is_row(at)).map(|(_, one)| one).collect()
    }

    /// Puts each behind the record it was found in, with the stand of that one; of the records that are left.
    pub(super) fn put(self, listed: &mut Listed) {
        let is = |column: &Column, label: &str| column.label == label;
        let Some(name) = listed.columns.iter().position(|column| is(column, "name")) else { return };
        let shared: Vec<usize> = (0..listed.columns.len())
            .filter(|at| SHARED.iter().any(|label| is(&listed.columns[*at], label) || says(&listed.columns[*at], label)))
            .collect();
        let left = |record: usize| record - self.rows.range(..record).count();
        let stands: Vec<usize> =
            (0..listed.columns.len()).filter(|at| is(&listed.columns[*at], "stand") || says(&listed.columns[*at], "stand")).collect();
        for (record, host) in self.below.into_iter().filter(|(record, _)| !self.rows.contains(record)) {
            let (record, host) = (left(record), left(host));
            let lent = listed.records[host].cells.iter().filter(|cell| stands.contains(&cell.column));
            let has = |column: usize| listed.records[record].cells.iter().any(|cell| cell.column == column);
            let lent: Vec<Cell> = lent.filter(|cell| !has(cell.column)).cloned().collect();
            for cell in &lent {
                listed.columns[cell.column].filled += 1;
            }
            listed.records[record].cells.extend(lent);
            listed.records[record].cells.sort_by_key(|cell| cell.column);
        }
        for other in self.all.into_iter().rev() {
            let record = left(other.record);
            let Some(host) = listed.records.get(record) else { continue };
            let mut cells: Vec<Cell> = host.cells.iter().filter(|cell| shared.contains(&cell.column)).cloned().collect();
            for cell in &cells {
                listed.columns[cell.column].filled += 1;
            }
            cells.push(Cell { column: name, value: other.name });
            cells.sort_by_key(|cell| cell.column);
            listed.columns[name].filled += 1;
            let item = Item { paths: host.paths.clone(), cells, detail: other.link, site: None, beside: true };
            listed.records.insert(record + 1, item);
        }
    }
}

/// Takes the other companies out of the records: what is called one, in a record, in a row of its own or between two records; and what stands in one cell
/// of a table with the name or in a list below it and has a legal form, as all that stands there has. Where most records have such as nobody calls so,
/// it is something else of theirs. `cells` gives those of an element.
pub(super) fn take(
    shown: &Shown<'_>,
    records: &[Vec<At>],
    (raws, names): (&mut [Vec<Raw>], &[Option<usize>]),
    (base, heads, cells): (&Url, &[String], &dyn Fn(At) -> Vec<Raw>),
) -> Others {
    let mut out = Others { below: below::rows(shown, records, (raws, names), heads), ..Others::default() };
    headed(raws, names, heads);
    let mut host = 0;
    for (record, roots) in records.iter().enumerate() {
        let own = &mut raws[record];
        if record > 0 && own.first().is_some_and(|first| said(first).is_some()) {
            out.rows.insert(record);
            // Its cells are those of who has the stand.
            let called = called(shown, roots, own, 0).0;
            out.all.extend(called.into_iter().flat_map(|at| others(shown, (host, roots), &own[at], base)));
            for raw in own.iter_mut() {
                raw.spent = true;
            }
        } else {
            host = record;
            let mut at = 0;
            while at < own.len() {
                if own[at].spent && said(&own[at]).is_none() || names[record] == Some(at) {
                    at += 1;
                    continue;
                }
                let (called, next) = called(shown, roots, own, at);
                for at in called {
                    out.all.extend(others(shown, (record, roots), &own[at], base));
                }
                for raw in &mut own[at..next] {
                    raw.spent = true;
                }
                at = next.max(at + 1);
            }
        }
        let behind = between(shown, records, record);
        let own: Vec<Raw> = behind.iter().flat_map(|at| cells(*at)).collect();
        if let Some(first) = own.iter().position(|raw| said(raw).is_some()) {
            let called = called(shown, &behind, &own, first).0;
            out.all.extend(called.into_iter().flat_map(|raw| others(shown, (host, &behind), &own[raw], base)));
        }
    }
    for (record, at) in unnamed(shown, records, (raws, names)) {
        let raw = &mut raws[record][at];
        raw.spent = true;
        out.all.extend(others(shown, (record, &records[record]), raw, base));
        let around = shown.nodes[raw.at].parent;
        let box_of = around..shown.nodes[around].end;
        let holds_name = names[record].is_some_and(|name| box_of.contains(&raws[record][name].at));
        if raws[record][at].heading && !holds_name && !records[record].contains(&around) {
            // What stands below the heading of another says more of that one.
            let said = raws[record].iter_mut().filter(|raw| box_of.contains(&raw.at) && !raw.heading);
            said.for_each(|raw| raw.spent = true);
        }
    }
    for (record, at, all) in parted(raws, names) {
        let mut all = all.into_iter();
        raws[record][at].text = all.next().unwrap_or_default();
        out.all.extend(all.map(|name| Other { record, name, link: None }));
    }
    out.all.sort_by_key(|other| other.record);
    out
}

/// Calls the cells below the head of a column of others so.
fn headed(raws: &mut [Vec<Raw>], names: &[Option<usize>], heads: &[String]) {
    let calls: Vec<bool> = heads.iter().map(|head| calls_others(head)).collect();
    if !calls.contains(&true) {
        return;
    }
    for (own, name) in raws.iter_mut().zip(names) {
        for (_, raw) in own.iter_mut().enumerate().filter(|(i, _)| Some(*i) != *name) {
            let head = raw.cell.map(|(cell, _)| cell).filter(|cell| calls.get(*cell) == Some(&true));
            if let Some(head) = head.filter(|_| raw.called.is_none() && raw.text.chars().any(char::is_alphabetic)) {
                raw.called = Some(heads[head].clone());
            }
        }
    }
}

/// The names that are several, by their record and cell, where each has a legal form: "Adler Ltd / Kranz plc".
fn parted(raws: &[Vec<Raw>], names: &[Option<usize>]) -> Vec<(usize, usize, Vec<String>)> {
    let parts = |(record, name): (usize, &Option<usize>)| {
        let text = &raws[record][(*name)?].text;
        let all: Vec<String> = text.split(" / ").map(|part| part.trim().to_owned()).collect();
        let formed = all.len() > 1 && all.iter().all(|name| CompanyName::parse(name).form.is_some());
        formed.then_some((record, (*name)?, all))
    };
    let found: Vec<_> = names.iter().enumerate().filter_map(parts).collect();
    if found.len() * 2 > raws.len() { Vec::new() } else { found }
}

/// Whether words call others.
pub(super) fn calls_others(text: &str) -> bool {
    others_in(text).is_some()
}

/// What a cell calls others, and whom it names behind that: nobody, where it is a caption alone.
fn said(raw: &Raw) -> Option<&str> {
    others_in(&raw.text).filter(|_| raw.contact.is_none())
}

fn others_in(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let colon = text.find([':', '：']).map(|at| (&text[..at], text[at..].trim_start_matches([':', '：', ' '])));
    let (caption, rest) = colon.unwrap_or((text, ""));
    (caption.chars().count() <= NAME && WORDS.contains(&words(caption))).then_some(rest)
}

/// The cells that name others, where that at `from` says so, and the first that is none of it: the cell itself, or that behind a caption with those
/// that stand beside it in the same element.
fn called(shown: &Shown<'_>, roots: &[At], own: &[Raw], from: usize) -> (Vec<usize>, usize) {
    let by_caption = own[from].called.as_ref().is_some_and(|called| WORDS.contains(&words(called)));
    match said(&own[from]) {
        Some(rest) if !rest.is_empty() => return (vec![from], from + 1),
        None if !by_caption => return (Vec::new(), from),
        Some(_) | None => {}
    }
    let first = from + usize::from(!by_caption);
    let Some(one) = own.get(first) else { return (Vec::new(), first) };
    let parent = |raw: &Raw| shown.nodes[raw.at].parent;
    let beside = |raw: &&Raw| {
        let alone = roots.contains(&parent(raw)) && raw.way != one.way;
        parent(raw) == parent(one) && !alone && raw.called.is_none() && raw.contact.is_none() && !raw.spent
    };
    let more = own[first + 1..].iter().take_while(beside).count();
    ((first..=first + more).collect(), first + 1 + more)
}

/// Elements between a record and the next, or behind the last one, none of which holds a record.
fn between(shown: &Shown<'_>, records: &[Vec<At>], record: usize) -> Vec<At> {
    let Some(last) = records[record].last() else { return Vec::new() };
    let around = shown.nodes[shown.nodes[*last].parent].end;
    let next = records.get(record + 1).and_then(|next| next.first()).copied().filter(|next| *next < around).unwrap_or(around);
    let mut at = shown.nodes[*last].end;
    let mut out = Vec::new();
    while at < next && out.len() < BETWEEN {
        let node = &shown.nodes[at];
        if node.element.is_some() && node.end <= next && node.chars > 0 {
            out.push(at);
        }
        at = if node.end <= next { node.end } else { at + 1 };
    }
    out
}

/// The cells that nothing calls others, by their record: names with a legal form as all that stands beside them.
fn unnamed(shown: &Shown<'_>, records: &[Vec<At>], (raws, names): (&[Vec<Raw>], &[Option<usize>])) -> Vec<(usize, usize)> {
    let is_name = |text: &str| text.chars().count() <= NAME && CompanyName::parse(name_and_country(text).0).form.is_some();
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
            let alone = raw.called.is_none() && raw.contact.is_none() && is_name(&raw.text);
            let listed = |raw: &Raw| same_cell(raw) || list(raw).is_some_and(|list| !spoilt.contains(&list));
            let below = raw.heading && own[name].heading || is_name(&own[name].text) && listed(raw);
            *i != name && !raw.spent && alone && below
        };
        found.extend(own.iter().enumerate().filter(is_other).map(|(i, _)| (record, i)));
    }
    let with: HashSet<usize> = found.iter().map(|(record, _)| *record).collect();
    if with.len() * 2 > raws.len() { Vec::new() } else { found }
}

/// Those whom a cell names, with where it leads.
fn others(shown: &Shown<'_>, (record, roots): (usize, &[At]), raw: &Raw, base: &Url) -> Vec<Other> {
    let around = std::iter::once(raw.at).chain(shown.around(raw.at)).take_while(|at| !roots.contains(at));
    let href = around.chain(raw.at..shown.nodes[raw.at].end).find(|at| shown.nodes[*at].is(Tag::A));
    let link = href.and_then(|at| value::url(shown.nodes[at].attr("href"), base));
    let named = said(raw).is_some() || raw.called.is_some();
    let all = if named { each(said(raw).unwrap_or(&raw.text)) } else { vec![raw.text.clone()] };
    all.into_iter().map(|name| Other { record, name, link: link.clone() }).collect()
}

/// The names of a line; a legal form behind a comma belongs to the name before it.
fn each(line: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in line.split([';', '；', '•', '|']).flat_map(|part| part.split(" / ")) {
        let mut names: Vec<String> = Vec::new();
        for piece in pieces(part).into_iter().map(|piece| piece.trim().trim_end_matches(',')).filter(|piece| !piece.is_empty()) {
            let form = |name: &str| CompanyName::parse(name).form.is_some();
            // "S.L. (Spain)"
            let own = piece.split_once(" (").map_or(piece, |(own, _)| own);
            match names.last_mut() {
                Some(last) if own.chars().count() <= FORM && !form(last) && form(&format!("{last}, {own}")) => {
                    *last = format!("{last}, {piece}");
                }
                Some(_) | None => names.push(piece.to_owned()),
            }
        }
        out.append(&mut names);
    }
    out.retain(|name| name.chars().count() <= NAME && name.chars().any(char::is_alphabetic));
    out
}

/// The parts of a line between its commas; those in brackets part nothing.
fn pieces(line: &str) -> Vec<&str> {
    let (mut out, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in line.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 && line[at..].starts_with(", ") => {
                out.push(&line[from..at]);
                from = at + 2;
            }
            _ => {}
        }
    }
    out.push(&line[from..]);
    out
}

/// Whether a column's caption is a field of this name.
fn says(column: &Column, label: &str) -> bool {
    column.caption.as_deref().and_then(super::super::captions::field_of) == Some(label)
}
