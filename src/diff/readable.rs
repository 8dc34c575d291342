//! The difference of two texts for people. Knows no records.

use similar::TextDiff;

use crate::base::text::clip;
use crate::model::Block;

/// Lines kept around each difference.
const CONTEXT: usize = 3;
/// Words kept around each difference of a long block.
const NEAR: usize = 12;
/// Characters of an excerpt.
const EXCERPT: usize = 600;
/// Lines or words that are compared one by one; the work is bounded by these, not by a clock, so that it always comes out the same.
const COMPARED: usize = 20_000;

/// The difference between two versions of a page, line by line: `-` before what went, `+` before what came, a space before what
/// stayed (three lines around each difference), `...` where lines were left out. Empty when nothing differs.
pub fn readable(old: &[Block], new: &[Block]) -> String {
    let lines = |blocks: &[Block]| blocks.iter().take(COMPARED).map(|block| block.text.clone() + "\n").collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    let (a, b): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&a, &b);
    let mut out = String::new();
    for (i, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if i > 0 {
            out.push_str("...\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            out.push(match change.tag() {
                similar::ChangeTag::Equal => ' ',
                similar::ChangeTag::Delete => '-',
                similar::ChangeTag::Insert => '+',
            });
            out.push(' ');
            out.push_str(change.value());
        }
    }
    out
}

/// The differing blocks' texts, old and new, for one change: long ones cut to the words around what differs.
pub(super) fn excerpt(old: &[&str], new: &[&str]) -> (String, String) {
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for (a, b) in old.iter().zip(new) {
        let (a, b) = near(a, b);
        was.push(a);
        is.push(b);
    }
    let join = |parts: Vec<String>| clip(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"), EXCERPT);
    (join(was), join(is))
}

/// Two versions of a block, from a few words before the first difference to a few after the last.
fn near(old: &str, new: &str) -> (String, String) {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    if a.is_empty() || b.is_empty() || a.len().max(b.len()) <= 2 * NEAR {
        return (a.join(" "), b.join(" "));
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let cut = |words: &[&str]| {
        let (from, to) = (head.saturating_sub(NEAR), (words.len() - tail + NEAR).min(words.len()));
        let mut out = String::new();
        if from > 0 {
            out.push_str("… ");
        }
        out.push_str(&words[from..to].join(" "));
        if to < words.len() {
            out.push_str(" …");
        }
        out
    };
    (cut(&a), cut(&b))
}
