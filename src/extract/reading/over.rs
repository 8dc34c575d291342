//! What stands over the records of a list, in groups: the town or the trade of those below it. Knows no town and no trade.

use std::collections::BTreeSet;

use super::super::html::Tag;
use super::super::lists::{LETTER, is_heading};
use super::super::shown::{At, Shown};

/// Characters of a heading.
const SHORT: usize = 60;
/// Nodes before the first record in which its heading stands.
const BEFORE: usize = 40;

/// The heading over each record, where several of them stand between the records.
pub(super) fn headings(shown: &Shown<'_>, records: &[Vec<At>]) -> Option<Vec<Option<At>>> {
    let first = *records.first()?.first()?;
    let (mut end, mut heading) = (first, None);
    let mut over = Vec::with_capacity(records.len());
    for record in records {
        let start = *record.first()?;
        heading = (end..start).rev().find(|at| is_head(shown, *at)).or(heading);
        over.push(heading);
        end = record.last().map_or(end, |last| shown.nodes[*last].end.max(end));
    }
    // Over the first ones stands what is built as those after it.
    let other = over.iter().flatten().next().copied()?;
    let same = |at: &At| is_head(shown, *at) && shown.nodes[*at].tag == shown.nodes[other].tag;
    let before = (first.saturating_sub(BEFORE)..first).rev().find(same);
    over.iter_mut().take_while(|heading| heading.is_none()).for_each(|heading| *heading = before);
    let distinct = over.iter().flatten().collect::<BTreeSet<_>>().len();
    (distinct > 1 && distinct < records.len()).then_some(over)
}

/// Whether it is a heading, or a row with words in one cell alone: a letter of the alphabet says nothing of those below it.
fn is_head(shown: &Shown<'_>, at: At) -> bool {
    let node = &shown.nodes[at];
    let over = is_heading(node.tag) || node.tag == Tag::Tr;
    node.element.is_some() && node.runs == 1 && (LETTER + 1..=SHORT).contains(&node.chars) && over
}
