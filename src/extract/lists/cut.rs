//! Cuts a row of children into records: before each child with a mark, for every mark that occurs again and again, and at what only parts them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::super::captions;
use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::alternate;
use super::begins::{Begins, is_heading};
use super::marks::{Marks, Work, alike};
use super::rank;

/// Marks tried for one row of children.
const TRIED: usize = 16;
/// A record at an end of the list that is less alike than this share of the usual is none: a heading, a row of page numbers.
const END: f64 = 0.62;
/// The same for one in the middle: an advertisement.
const MIDDLE: f64 = 0.35;

/// How alike headings between records are to the one before the first.
const HEADING: f64 = 0.8;
/// Rows that all lead somewhere, beside a first one that does not.
const ROWS: usize = 5;
/// Records that are looked at for how they begin and end, and how alike to that is what stands around them where a cut is in the wrong places.
const LOOKED: usize = 5;
const LIKE: f64 = 0.6;
/// How much a heading in the middle of records counts against a cut.
const LATE: f64 = 0.5;
/// Bytes of the caption of a column.
const CAPTION: usize = 60;
/// How alike the first record begins to those after a line.
const BEGINS: f64 = 0.6;

/// A row of children cut into records.
pub(super) struct Cut {
    /// The records, each as its sub-trees.
    pub(super) records: Vec<Vec<At>>,
    /// How alike they are, from 0 to 1.
    pub(super) alike: f64,
    /// How many records hold, beyond what they usually do, a child like the one they begin with: a record that was missed.
    pub(super) swallowed: f64,
    /// How many children of all records begin as a record does, and are none.
    pub(super) again: f64,
    /// The children before the first record that could be the end of one: as many, relative to a record.
    pub(super) shifted: f64,
}

/// The best cut of these children, which may be of several parents.
pub(super) fn best(shown: &Shown<'_>, children: &[(At, Marks)], work: &mut Work) -> Option<Cut> {
    let (mut children, breaks) = parted(shown, children, work);
    let turns = alternate::tell(shown, children.to_mut(), work);
    let mut leaders = leaders(&children, work)?;
    leaders.extend(after(shown, &children, &breaks));
    let begins = Begins::of(shown, children.iter().map(|(at, _)| *at), &turns);
    let mut best: Option<(f64, Cut)> = None;
    for leaders in leaders {
        if !work.spend(children.iter().map(|(_, marks)| marks.len() + 1).sum()) {
            break;
        }
        let Some(cut) = at_leaders(shown, (&children, &begins, &breaks), &leaders).filter(|cut| cut.records.len() >= work.fewest) else {
            continue;
        };
        let worth = rank::worth(shown, &cut);
        if best.as_ref().is_none_or(|(most, _)| worth > *most) {
            best = Some((worth, cut));
        }
    }
    best.map(|(_, cut)| cut)
}

/// The children without those that only part others, and before which of them one stood.
fn parted<'c>(shown: &Shown<'_>, children: &'c [(At, Marks)], work: &mut Work) -> (Cow<'c, [(At, Marks)]>, Vec<usize>) {
    let node = |i: usize| &shown.nodes[children[i].0];
    // Two line breaks make an empty line.
    let is_break = |i: Option<usize>| i.filter(|i| *i < children.len()).is_some_and(|i| node(i).is(Tag::Br));
    let blank = |i: usize| node(i).is(Tag::Br) && (is_break(i.checked_sub(1)) || is_break(Some(i + 1)));
    let parts = |i: &usize| {
        let (at, node) = (children[*i].0, node(*i));
        let empty = node.chars + node.links + node.images == 0 && node.element.is_some();
        let rule = || (at..node.end).any(|at| shown.nodes[at].is(Tag::Hr));
        empty && (matches!(node.tag, Tag::Tr | Tag::P | Tag::Li) || blank(*i) || rule())
    };
    if (0..children.len()).filter(parts).take(2).count() < 2 || !work.spend(children.iter().map(|(_, marks)| marks.len()).sum()) {
        return (Cow::Borrowed(children), Vec::new());
    }
    let (mut kept, mut breaks) = (Vec::with_capacity(children.len()), Vec::new());
    for (i, child) in children.iter().enumerate() {
        if !parts(&i) {
            kept.push(child.clone());
        } else if breaks.last() != Some(&kept.len()) {
            breaks.push(kept.len());
        }
    }
    breaks.retain(|at| *at < kept.len());
    (Cow::Owned(kept), breaks)
}

/// Records that begin after what parts them; the first where something stands as those after it begin.
fn after(shown: &Shown<'_>, children: &[(At, Marks)], breaks: &[usize]) -> Option<Vec<usize>> {
    let one = *breaks.first()?;
    let longest = breaks.windows(2).map(|pair| pair[1] - pair[0]).max()?;
    let beside = |i: &usize| shown.nodes[children[*i].0].parent == shown.nodes[children[one].0].parent;
    let before = (0..one).rev().take(longest).take_while(beside).map(|i| (alike(&children[i].1, &children[one].1), i));
    let first = before.max_by(|(a, i), (b, j)| a.total_cmp(b).then(j.cmp(i))).filter(|(like, _)| *like >= BEGINS);
    Some(first.map(|(_, i)| i).into_iter().chain(breaks.iter().copied()).collect())
}

/// Which children have a mark, for each of the most promising marks.
fn leaders(children: &[(At, Marks)], work: &mut Work) -> Option<Vec<Vec<usize>>> {
    if !work.spend(children.iter().map(|(_, marks)| marks.len()).sum()) {
        return None;
    }
    // Marks that occur in the same children are one; how many there are says how much sets these children apart.
    let id = |i: usize| super::marks::join(i as u64 + 1, 0x51ed_270b);
    let mut each: Vec<(u64, u64)> =
        children.iter().enumerate().flat_map(|(i, (_, marks))| marks.iter().map(move |mark| (*mark, id(i)))).collect();
    each.sort_unstable();
    let mut sets: HashMap<u64, (u64, usize, usize)> = HashMap::new();
    for of_mark in each.chunk_by(|(a, _), (b, _)| a == b).filter(|of_mark| of_mark.len() >= work.fewest) {
        let sum = of_mark.iter().fold(0_u64, |sum, (_, id)| sum.wrapping_add(*id));
        // The least mark comes first.
        let (_, support, _) = sets.entry(sum).or_insert((of_mark[0].0, 0, of_mark.len()));
        *support += 1;
    }
    let mut sets: Vec<(u64, usize, usize)> = sets.into_values().collect();
    sets.sort_by_key(|(mark, support, count)| (std::cmp::Reverse(*support * *count), *mark));
    sets.truncate(TRIED);
    let chosen = sets.into_iter().map(|(mark, _, _)| {
        children.iter().enumerate().filter(|(_, (_, marks))| marks.binary_search(&mark).is_ok()).map(|(i, _)| i).collect()
    });
    Some(chosen.collect())
}

/// A record on trial: a range of the children, and its marks.
struct Trial {
    start: usize,
    end: usize,
    marks: Marks,
    alike: f64,
}

fn at_leaders(shown: &Shown<'_>, (children, begins, breaks): (&[(At, Marks)], &Begins<'_>, &[usize]), leaders: &[usize]) -> Option<Cut> {
    let parent = |i: usize| shown.nodes[children[i].0].parent;
    let mut trials: Vec<Trial> = Vec::with_capacity(leaders.len());
    for (k, start) in leaders.iter().enumerate() {
        let next = leaders.get(k + 1).copied().unwrap_or(children.len());
        let end = (*start + 1..next).find(|i| parent(*i) != parent(*start)).unwrap_or(next);
        trials.push(Trial { start: *start, end, marks: Marks::new(), alike: 0.0 });
    }
    // What follows the last record of a parent is a foot, as far as it is more than records usually have.
    let mut lengths: Vec<usize> = trials.iter().map(|trial| trial.end - trial.start).collect();
    lengths.sort_unstable();
    let usual = lengths[lengths.len() / 2];
    let is_last = |trial: &Trial| trial.end == children.len() || parent(trial.end) != parent(trial.start);
    let mut within: HashSet<u64> = HashSet::new();
    if usual > 1 {
        let others = trials.iter().filter(|trial| !is_last(trial)).flat_map(|trial| &children[trial.start..trial.end]);
        within.extend(others.flat_map(|(_, marks)| marks));
    }
    let heading = heading(shown, children, &trials, usual);
    let over = |trial: &Trial| {
        let heading = heading?;
        (trial.start + 1..trial.end).find(|i| is_like(shown, children, (*i, heading)))
    };
    let ends: Vec<Option<usize>> = trials.iter().map(over).collect();
    // What stands before each of them is over none.
    let is_over = usual == 1 || ends.iter().flatten().count() + 1 < trials.len();
    for (trial, over) in trials.iter_mut().zip(ends) {
        trial.end = over.filter(|_| is_over).unwrap_or(trial.end);
        if is_last(trial) {
            trial.end = trial.end.min(trial.start + usual);
            let foot = |i: usize| !within.is_empty() && !children[i].1.iter().any(|mark| within.contains(mark));
            while trial.end > trial.start + 1 && foot(trial.end - 1) {
                trial.end -= 1;
            }
        }
        let mut marks: Marks = children[trial.start..trial.end].iter().flat_map(|(_, marks)| marks).copied().collect();
        if trial.end - trial.start > 1 {
            marks.sort_unstable();
            marks.dedup();
        }
        trial.marks = marks;
    }
    judge(&mut trials);
    let usual_begin = begins.usual(trials.iter().map(|trial| trial.start));
    let begins_so = |trial: &Trial| usual_begin.is_some_and(|usual| begins.is(trial.start, usual));
    // What has the class of the others too is one of them with next to nothing in it.
    let named = |trial: &Trial| !shown.nodes[children[trial.start].0].attr("class").is_empty() && begins_so(trial);
    let mut trials = without_strangers(trials, begins_so, named)?;
    // Among records of words, one without any says nothing: a rule, a row that only makes room.
    let says = |trial: &Trial| (trial.start..trial.end).any(|i| shown.nodes[children[i].0].chars > 0);
    if trials.iter().filter(|trial| says(trial)).count() * 2 > trials.len() {
        trials.retain(says);
    }
    if is_head(shown, children, &trials) {
        trials.remove(0);
    }
    let first = trials[0].start;
    let before = (0..first).rev().take_while(|i| parent(*i) == parent(first)).take(usual.saturating_sub(1)).count();
    // Where a heading stands in each record, and none begins with it or with anything else that tells, it is no beginning.
    let headed = |trial: &Trial| (trial.start + 1..trial.end).any(|i| is_heading(shown.nodes[children[i].0].tag));
    let late = if usual_begin.is_none() && trials.iter().all(headed) { LATE } else { 0.0 };
    let last = trials[trials.len() - 1].end;
    let after = (last..children.len()).take_while(|i| parent(*i) == parent(last - 1)).take(usual.saturating_sub(1)).count();
    let shifted = shift(children, &trials, (first, before), (last, after)) + late;
    let alike = trials.iter().map(|trial| trial.alike).sum::<f64>() / trials.len() as f64;
    let same = |i: usize, trial: &Trial| same_element(shown, children[i].0, children[trial.start].0);
    let swallows = |trial: &&Trial| trial.end - trial.start > usual && (trial.start + 1..trial.end).any(|i| same(i, trial));
    let ranges: Vec<(usize, usize)> = trials.iter().map(|trial| (trial.start, trial.end)).collect();
    let again = begins.again(&ranges) as f64;
    // What parts records stands in none.
    let parted = |trial: &Trial| breaks.iter().any(|at| (trial.start + 1..trial.end).contains(at));
    let swallowed = trials.iter().filter(|trial| swallows(trial) || parted(trial)).count() as f64;
    let records = trials.iter().map(|trial| children[trial.start..trial.end].iter().map(|(at, _)| *at).collect()).collect();
    Some(Cut { records, alike, swallowed, again, shifted })
}

/// What stands before the first record and says one thing, where a record says more: a heading over some of them, as others may stand between them.
/// Over records of several children it is marked as one, and they begin otherwise.
fn heading(shown: &Shown<'_>, children: &[(At, Marks)], trials: &[Trial], usual: usize) -> Option<usize> {
    let first = trials.first()?.start;
    let before = first.checked_sub(1)?;
    let (heading, record) = (&shown.nodes[children[before].0], &shown.nodes[children[first].0]);
    let says_more =
        if usual == 1 { record.runs > 1 } else { is_heading(heading.tag) && !same_element(shown, children[before].0, children[first].0) };
    (heading.parent == record.parent && heading.runs == 1 && says_more).then_some(before)
}

/// Whether a child is built as such a heading is.
fn is_like(shown: &Shown<'_>, children: &[(At, Marks)], (child, heading): (usize, usize)) -> bool {
    shown.nodes[children[child].0].runs == 1 && alike(&children[child].1, &children[heading].1) >= HEADING
}

/// Whether two nodes have the same name and the same classes.
fn same_element(shown: &Shown<'_>, a: At, b: At) -> bool {
    let name = |at: At| shown.nodes[at].element.map(|element| element.value().name());
    name(a).is_some() && name(a) == name(b) && shown.nodes[a].attr("class") == shown.nodes[b].attr("class")
}

/// How alike each is to what most have, and to the one before it.
fn judge(trials: &mut [Trial]) {
    let mut all: Marks = trials.iter().flat_map(|trial| &trial.marks).copied().collect();
    all.sort_unstable();
    let common: Marks = all.chunk_by(|a, b| a == b).filter(|same| same.len() * 2 > trials.len()).map(|same| same[0]).collect();
    let beside: Vec<f64> = trials.windows(2).map(|pair| alike(&pair[0].marks, &pair[1].marks)).collect();
    for (i, trial) in trials.iter_mut().enumerate() {
        let before = i.checked_sub(1).and_then(|i| beside.get(i)).copied();
        let after = beside.get(i).copied();
        let near = match (before, after) {
            (Some(before), Some(after)) => before.midpoint(after),
            (one, other) => one.or(other).unwrap_or(0.0),
        };
        trial.alike = alike(&trial.marks, &common).midpoint(near);
    }
}

/// Without what is too unlike the others; `None` when nothing is left.
fn without_strangers(mut trials: Vec<Trial>, begins: impl Fn(&Trial) -> bool, named: impl Fn(&Trial) -> bool) -> Option<Vec<Trial>> {
    let usual = {
        let mut all: Vec<f64> = trials.iter().map(|trial| trial.alike).collect();
        all.sort_by(f64::total_cmp);
        *all.get(all.len() / 2)?
    };
    // What begins as most do is no heading and no row of page numbers, be it without all that others have.
    let fits = |trial: &Trial| trial.alike >= END * usual || begins(trial) && trial.alike >= MIDDLE * usual || named(trial);
    while trials.last().is_some_and(|trial| !fits(trial)) {
        trials.pop();
    }
    let start = trials.iter().position(fits)?;
    trials.drain(..start);
    trials.retain(|trial| trial.alike >= MIDDLE * usual || named(trial));
    (!trials.is_empty()).then_some(trials)
}

/// Whether the first of these rows is the head of their table, built as they are: all but it lead to their pages, or it names what they hold; and no
/// number is in it.
fn is_head(shown: &Shown<'_>, children: &[(At, Marks)], trials: &[Trial]) -> bool {
    let [head, rows @ ..] = trials else { return false };
    let at = children[head.start].0;
    let leads = |trial: &Trial| (trial.start..trial.end).any(|i| shown.nodes[children[i].0].links > 0);
    // Of several tables each has such a row.
    let beside = |trial: &Trial| shown.nodes[children[trial.start].0].parent == shown.nodes[at].parent;
    shown.nodes[at].is(Tag::Tr)
        && rows.len() >= ROWS
        && (names_columns(shown, at) && rows.iter().all(beside) || !leads(head) && rows.iter().all(leads) && !counts(shown, at))
}

/// Whether at least half of the cells of a row of a table are captions, and no number is in any.
pub(super) fn names_columns(shown: &Shown<'_>, row: At) -> bool {
    let cells = || shown.children(row).filter(|cell| shown.nodes[*cell].chars > 0);
    let named = cells().filter(|cell| captions::field_of(&shown.words(*cell, CAPTION)).is_some()).count();
    shown.nodes[row].is(Tag::Tr) && named > 1 && named * 2 >= cells().count() && !counts(shown, row)
}

/// Whether a number is in a row.
fn counts(shown: &Shown<'_>, row: At) -> bool {
    shown.nodes[row..shown.nodes[row].end].iter().any(|node| node.text.contains(char::is_numeric))
}

/// Whether so many children before the first record look like the ends of records, or after the last like their beginnings: then the cut is in the
/// wrong places.
fn shift(children: &[(At, Marks)], trials: &[Trial], (first, before): (usize, usize), (last, after): (usize, usize)) -> f64 {
    let looked = &trials[..trials.len().min(LOOKED)];
    let like = |child: usize, nth: usize, of: &dyn Fn(&Trial) -> usize| {
        let long = looked.iter().filter(|trial| trial.end - trial.start > nth);
        long.map(|trial| alike(&children[child].1, &children[of(trial)].1)).sum::<f64>() / looked.len() as f64
    };
    let ends = (1..=before).take_while(|back| like(first - back, *back, &|trial| trial.end - back) >= LIKE).count();
    let begins = (0..after).take_while(|on| like(last + on, *on, &|trial| trial.start + on) >= LIKE).count();
    (ends + begins) as f64
}
