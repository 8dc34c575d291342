//! What stands over the records of a list, in groups: the town or the trade of those below it. Knows no town and no trade.

use std::collections::{BTreeSet, HashMap};

use super::super::html::Tag;
use super::super::lists::{LETTER, is_heading};
use super::super::shown::{At, Shown};
use super::beside;

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

/// Leaves out of headings how many stand below each: "Food (3)", "Food 3". They would all change with whoever comes.
pub(super) fn without_counts(over: &mut [Option<String>]) {
    let mut below: HashMap<&str, usize> = HashMap::new();
    for heading in over.iter().flatten() {
        *below.entry(heading).or_default() += 1;
    }
    let bare = |heading: &str| heading.trim_end_matches([')', ']']).trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let counted = |heading: &str| {
        let (whole, digits) = (heading.trim_end(), bare(heading));
        let count = whole[digits..].trim_end_matches([')', ']']).parse::<usize>().ok()?;
        let name = whole[..digits].trim_end_matches(['(', '[', ' ', ':', '-', '–', '·']);
        let bracket = whole.ends_with([')', ']']) && whole[..digits].ends_with(['(', '[']);
        (!name.is_empty()).then(|| (name.to_owned(), count, bracket))
    };
    let all: Option<HashMap<String, (String, usize, bool)>> =
        below.keys().map(|heading| counted(heading).map(|counted| ((*heading).to_owned(), counted))).collect();
    let Some(all) = all else { return };
    // Without brackets it may be a street, or a year.
    let right = all.iter().filter(|(heading, (_, count, _))| below.get(heading.as_str()) == Some(count)).count();
    let names: BTreeSet<&String> = all.values().map(|(name, ..)| name).collect();
    if all.values().all(|(.., bracket)| *bracket) || right * 10 >= all.len() * 8 && names.len() == all.len() {
        for heading in over.iter_mut().flatten() {
            if let Some((name, ..)) = all.get(heading.as_str()) {
                heading.clone_from(name);
            }
        }
    }
}

/// Whether it is a heading, or a row with words in one cell alone: a letter of the alphabet says nothing of those below it, and who shares a stand is
/// one of them.
fn is_head(shown: &Shown<'_>, at: At) -> bool {
    let node = &shown.nodes[at];
    let over = is_heading(node.tag) || node.tag == Tag::Tr;
    node.element.is_some()
        && node.runs == 1
        && (LETTER + 1..=SHORT).contains(&node.chars)
        && over
        && !beside::calls_others(&shown.words(at, SHORT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_stand_below_is_no_part_of_a_heading() {
        for (over, want) in [
            (["Food (2)", "Food (2)", "Wood (1)"], ["Food", "Food", "Wood"]),
            (["Food (7)", "Food (7)", "Wood [3]"], ["Food", "Food", "Wood"]),
            (["Food 2", "Food 2", "Wood 1"], ["Food", "Food", "Wood"]),
            (["Food · 2", "Food · 2", "Wood · 1"], ["Food", "Food", "Wood"]),
            (["Hall 1", "Hall 1", "Hall 2"], ["Hall 1", "Hall 1", "Hall 2"]),
            (["Food (2)", "Food (2)", "Wood"], ["Food (2)", "Food (2)", "Wood"]),
        ] {
            let mut all: Vec<Option<String>> = over.iter().map(|text| Some((*text).to_owned())).collect();
            without_counts(&mut all);
            assert_eq!(all.iter().flatten().map(String::as_str).collect::<Vec<_>>(), want);
        }
    }
}
