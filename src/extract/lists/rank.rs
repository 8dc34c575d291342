//! How much a cut looks like the list that a page is for.

use super::super::html::Tag;
use super::super::shown::{At, Node, Shown};
use super::cut::Cut;

/// Runs of text and images of one record that count.
const RUNS: usize = 8;
/// Text of one record that counts, in characters.
const COUNTED: f64 = 300.0;

/// How good a cut is among the cuts of the same children; what holds parts that begin as a record does is a group.
pub(super) fn worth(shown: &Shown<'_>, cut: &Cut) -> f64 {
    let n = cut.records.len() as f64;
    let held: f64 = cut.records.iter().map(|record| held(shown, record)).sum();
    cut.alike.powi(3) * n.powf(0.3) * held.powf(0.7) / (1.0 + 0.3 * cut.shifted) / (1.0 + cut.swallowed / n) / (1.0 + cut.again / n)
}

/// What a record holds, as characters: of links less, of a long text no more than so much.
fn held(shown: &Shown<'_>, record: &[At]) -> f64 {
    let (mut plain, mut linked, mut images) = (0.0, 0.0, 0.0);
    for at in record {
        let node = &shown.nodes[*at];
        plain += (node.chars - node.link_chars) as f64;
        linked += node.link_chars as f64;
        images += node.images as f64;
    }
    (plain + 0.5 * linked + 20.0 * f64::min(images, 2.0)).min(COUNTED)
}

/// The score of a cut among all of the page.
pub(super) fn score(shown: &Shown<'_>, cut: &Cut) -> f64 {
    let (mut runs, mut linked, mut chars, mut link_chars) = (0, 0, 0, 0);
    for record in &cut.records {
        let sum = |of: fn(&Node<'_>) -> usize| record.iter().map(|at| of(&shown.nodes[*at])).sum::<usize>();
        runs += sum(|node| node.runs + node.images).min(RUNS);
        linked += usize::from(sum(|node| node.links) > 0);
        chars += sum(|node| node.chars);
        link_chars += sum(|node| node.link_chars);
    }
    if linked == 0 && runs < 2 * cut.records.len() {
        // Paragraphs.
        return 0.0;
    }
    let n = cut.records.len() as f64;
    // A record is more than one word, leads to a page about it, and says something beside that link.
    let compound = (0.25 + 0.15 * (runs as f64 / n)).min(1.0);
    let leads = 0.35 + 0.65 * linked as f64 / n;
    let bare = if chars == 0 || link_chars as f64 > 0.95 * chars as f64 { 0.5 } else { 1.0 };
    worth(shown, cut) * compound * leads * bare * place(shown, cut.records[0][0])
}

/// Where it stands: what the page itself calls navigation is rarely what it is for.
pub(super) fn place(shown: &Shown<'_>, at: At) -> f64 {
    let mut out: f64 = 1.0;
    for around in shown.around(at).chain([at]) {
        let node = &shown.nodes[around];
        let role = node.attr("role");
        out *= match node.tag {
            Tag::Nav | Tag::Footer => 0.1,
            Tag::Aside | Tag::Header | Tag::Select => 0.3,
            Tag::Main => 1.5,
            _ if matches!(role, "navigation" | "contentinfo" | "banner") => 0.1,
            _ if matches!(role, "complementary") => 0.3,
            _ => 1.0,
        };
    }
    out
}
