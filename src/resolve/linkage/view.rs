//! What a person is told of companies found: what ties their rows, the values chosen, those that conflict, and what is worth asking.
//! A merge is this view: no row is changed by it.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Field, Pattern};
use super::entities::Entities;
use super::scoring::Scored;
use super::weights::probability;
use super::{Column, Nodes, QUESTIONS, Row};
use crate::base::ids::OrganisationId;
use crate::base::text;

/// A company: rows that are one.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// The same for the same rows in any order.
    pub id: OrganisationId,
    /// Numbers of its rows.
    pub rows: Vec<u32>,
    /// What ties each row to one that came before; the strongest ties.
    pub reasons: Vec<Reason>,
    /// The values chosen: those that most trust stands behind, of these the newest, then the fullest.
    pub merged: Vec<(Column, String)>,
    /// Values that were not chosen.
    pub conflicts: Vec<Conflict>,
}

/// What ties two rows, field by field, in points.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The number of one row.
    pub a: u32,
    /// The number of the other.
    pub b: u32,
    /// With the points that stand for how rarely two rows are one company at all.
    pub points: f64,
    /// What each field says; none that says nothing.
    pub fields: Vec<(Field, f64)>,
    /// By what they are tied.
    pub why: Tie,
}

/// By what two rows are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// They say the same in every column.
    Equal,
    /// Their fields.
    Fields,
    /// They have nothing but names, and these are alike.
    Names,
    /// Somebody said so.
    Answer,
}

/// A value that was not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The column.
    pub column: Column,
    /// The value.
    pub value: String,
    /// Numbers of the rows that say so.
    pub rows: Vec<u32>,
}

/// A pair worth asking about.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The number of one row.
    pub a: u32,
    /// The number of the other.
    pub b: u32,
    /// Over zero, one company is likelier than two.
    pub points: f64,
    /// Whether they are one company as things stand.
    pub joined: bool,
    /// What speaks against it beyond points.
    pub veto: Option<String>,
}

/// What was found, for the view.
pub(super) struct Found<'a> {
    pub rows: &'a [Row],
    pub nodes: &'a Nodes,
    pub scored: &'a Scored,
    pub answers: &'a BTreeMap<(u32, u32), bool>,
    pub entities: &'a Entities<'a>,
}

impl Found<'_> {
    /// The number of the row that speaks for a node.
    fn number(&self, node: u32) -> u32 {
        self.rows[self.nodes.first[node as usize]].number
    }
}

/// Makes the view.
pub(super) fn build(found: &Found<'_>, groups: &[Vec<u32>]) -> super::Resolution {
    let Found { scored, answers, .. } = found;
    let mut clusters: Vec<Cluster> = groups.iter().map(|group| cluster(found, group)).collect();
    clusters.sort_by(|a, b| b.rows.len().cmp(&a.rows.len()).then_with(|| a.id.cmp(&b.id)));
    let questions = questions(found, groups);
    super::Resolution { clusters, questions, compared: scored.patterns.len(), answered: answers.len() }
}

fn cluster(found: &Found<'_>, group: &[u32]) -> Cluster {
    let Found { rows, nodes, .. } = found;
    let members: Vec<&Row> = group.iter().flat_map(|node| &nodes.rows[*node as usize]).map(|row| &rows[*row]).collect();
    let mut numbers: Vec<u32> = members.iter().map(|row| row.number).collect();
    numbers.sort_unstable();
    let (merged, conflicts) = survivors(&members);
    Cluster {
        // Nodes stand in the order of what they say, so the first one names the company whatever the order of the rows.
        id: OrganisationId::of(&[nodes.said[group[0] as usize].as_bytes()]),
        rows: numbers,
        reasons: reasons(found, group),
        merged,
        conflicts,
    }
}

/// The strongest ties that hold a group together: a tree over its rows.
fn reasons(found: &Found<'_>, group: &[u32]) -> Vec<Reason> {
    let Found { rows, nodes, scored, answers, .. } = found;
    let number = |node: u32| found.number(node);
    let mut reasons = Vec::new();
    for node in group {
        let twins = nodes.rows[*node as usize].iter().map(|row| rows[*row].number).filter(|twin| *twin != number(*node));
        reasons.extend(twins.map(|b| Reason { a: number(*node), b, points: 0.0, fields: Vec::new(), why: Tie::Equal }));
    }
    let inside: BTreeSet<u32> = group.iter().copied().collect();
    let mut ties: Vec<(f64, (u32, u32))> = Vec::new();
    for a in group {
        let of = scored.edges.range((*a, 0)..=(*a, u32::MAX)).filter(|((_, b), _)| inside.contains(b));
        ties.extend(of.map(|(pair, points)| (if answers.get(pair) == Some(&true) { f64::MAX } else { *points }, *pair)));
    }
    ties.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut part: BTreeMap<u32, u32> = group.iter().map(|node| (*node, *node)).collect();
    for (_, pair) in ties {
        let (a, b) = (part[&pair.0], part[&pair.1]);
        if a != b {
            part.values_mut().filter(|of| **of == b).for_each(|of| *of = a);
            reasons.push(reason(scored, pair, (number(pair.0), number(pair.1)), answers.get(&pair) == Some(&true)));
        }
    }
    reasons
}

fn reason(scored: &Scored, pair: (u32, u32), (a, b): (u32, u32), answered: bool) -> Reason {
    let pattern: Pattern = scored.patterns[&pair];
    let by_name = !scored.entries[pair.0 as usize].is_identified() || !scored.entries[pair.1 as usize].is_identified();
    let (points, fields) = if by_name {
        (scored.edges[&pair], vec![(Field::Name, scored.edges[&pair])])
    } else {
        let fields = scored.weights.parts(&pattern).filter(|(field, _)| pattern[*field as usize] > 0).collect();
        (scored.weights.sum(&pattern), fields)
    };
    let why = if answered {
        Tie::Answer
    } else if by_name {
        Tie::Names
    } else {
        Tie::Fields
    };
    Reason { a, b, points, fields, why }
}

/// What a value says, however it is written: two spellings of one telephone number are no conflict.
fn sense(column: Column, cell: &str) -> String {
    let digits = || cell.chars().filter(char::is_ascii_digit).rev().take(9).collect::<String>();
    if column == Column::Phone { digits() } else { text::words(cell) }
}

/// Field by field the value that most trust stands behind; equal ones by age (newest first), then by length, then by letters.
fn survivors(rows: &[&Row]) -> (Vec<(Column, String)>, Vec<Conflict>) {
    let (mut chosen, mut conflicts) = (Vec::new(), Vec::new());
    for column in Column::ALL {
        let mut said: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            if let Some(cell) = row.cell(column) {
                said.entry(sense(column, cell)).or_default().push(row);
            }
        }
        // Of spellings that differ in accents and case, the most frequent.
        let spelling = |by: &[&Row]| {
            let mut spellings: BTreeMap<&str, usize> = BTreeMap::new();
            by.iter().filter_map(|row| row.cell(column)).for_each(|cell| *spellings.entry(cell).or_default() += 1);
            let best = spellings.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
            best.map(|(cell, _)| cell.to_owned()).unwrap_or_default()
        };
        let mut values: Vec<(u64, &str, String, Vec<u32>)> = said
            .values()
            .map(|by| {
                let trust = by.iter().map(|row| u64::from(row.trust)).sum();
                let newest = by.iter().map(|row| row.seen.as_str()).max().unwrap_or_default();
                let mut numbers: Vec<u32> = by.iter().map(|row| row.number).collect();
                numbers.sort_unstable();
                (trust, newest, spelling(by), numbers)
            })
            .collect();
        values.sort_by(|a, b| (b.0, b.1, b.2.chars().count(), &a.2).cmp(&(a.0, a.1, a.2.chars().count(), &b.2)));
        let mut values = values.into_iter();
        chosen.extend(values.next().map(|(_, _, value, _)| (column, value)));
        conflicts.extend(values.map(|(_, _, value, rows)| Conflict { column, value, rows }));
    }
    (chosen, conflicts)
}

/// How unsure a pair is.
type Doubt = (f64, (u32, u32));

/// Pairs near the line first, of those the ones that stand for most others: after a pattern was asked about, its next pair tells half as much.
fn questions(found: &Found<'_>, groups: &[Vec<u32>]) -> Vec<Question> {
    let Found { scored, answers, .. } = found;
    let mut group_of = vec![0_usize; scored.entries.len()];
    for (place, group) in groups.iter().enumerate() {
        for node in group {
            group_of[*node as usize] = place;
        }
    }
    let mut alike: BTreeMap<Pattern, Vec<Doubt>> = BTreeMap::new();
    for (pair, points) in scored.edges.iter().filter(|(pair, _)| !answers.contains_key(pair)) {
        let p = probability(*points);
        let joined = group_of[pair.0 as usize] == group_of[pair.1 as usize];
        // A pair whose points and group disagree is as unsure as one on the line.
        let doubt = if joined == (*points > 0.0) { p.min(1.0 - p) } else { 0.4 };
        // What tax ids settle is no question.
        let settled = || {
            let (one, two) = (&groups[group_of[pair.0 as usize]], &groups[group_of[pair.1 as usize]]);
            !joined && matches!(found.entities.ids(one, two), Some(Err(_)))
        };
        if doubt > 0.02 && !settled() {
            alike.entry(scored.patterns[pair]).or_default().push((doubt, *pair));
        }
    }
    let mut ranked: Vec<(f64, (u32, u32))> = Vec::new();
    for pairs in alike.values_mut() {
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let many = (pairs.len() as f64).sqrt();
        let mut worth = many;
        for (doubt, pair) in pairs.iter().take(QUESTIONS) {
            ranked.push((doubt * worth, *pair));
            worth *= 0.5;
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let ask = |pair: (u32, u32)| Question {
        a: found.number(pair.0),
        b: found.number(pair.1),
        points: scored.edges[&pair],
        joined: group_of[pair.0 as usize] == group_of[pair.1 as usize],
        veto: found
            .entities
            .conflict(&groups[group_of[pair.0 as usize]], &groups[group_of[pair.1 as usize]])
            .filter(|_| group_of[pair.0 as usize] != group_of[pair.1 as usize]),
    };
    ranked.into_iter().take(QUESTIONS).map(|(_, pair)| ask(pair)).collect()
}
