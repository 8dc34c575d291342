//! How much a cut looks like the list that a page is for.

use std::collections::HashSet;

use super::super::html::Tag;
use super::super::shown::{At, Node, Shown};
use super::cut::Cut;
use super::line;
use crate::model::CompanyName;

/// Runs of text and images of one record that count.
const RUNS: usize = 8;
/// Text of one record that counts, in characters.
const COUNTED: f64 = 300.0;
/// Names that make a list by themselves, and how many are looked at.
const FEW_NAMES: usize = 5;
const LOOKED: usize = 40;
/// Bytes of a name, and of a line that begins with one.
const NAME: usize = 90;
const LINE: usize = 200;
/// Digits of a name; more are a telephone number.
const DIGITS: usize = 5;
/// Digits of a number by which somebody is reached: a day and its year have fewer.
const NUMBER: usize = 8;
/// What it counts for beside a link to a page.
const REACHED: f64 = 0.5;
/// What names without any legal form count for.
const NO_FORM: f64 = 0.2;

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
    let (mut runs, mut linked, mut chars, mut link_chars) = (0, 0.0, 0, 0);
    for record in &cut.records {
        let sum = |of: fn(&Node<'_>) -> usize| record.iter().map(|at| of(&shown.nodes[*at])).sum::<usize>();
        runs += sum(|node| node.runs + node.images).min(RUNS);
        linked += if sum(|node| node.links) > 0 {
            1.0
        } else if is_reached(shown, record) {
            REACHED
        } else {
            0.0
        };
        chars += sum(|node| node.chars);
        link_chars += sum(|node| node.link_chars);
    }
    // Images alone are no records: those that say whose logos they are make a list of their own.
    if chars == 0 {
        return 0.0;
    }
    let n = cut.records.len() as f64;
    let bare_names = if linked < 1.0 && runs < 2 * cut.records.len() {
        // Paragraphs, or names and nothing else.
        let Some(forms) = names(shown, cut) else { return 0.0 };
        (0.5 + forms) * forms.max(NO_FORM)
    } else {
        0.0
    };
    // A record is more than one word, leads to a page about it, and says something beside that link.
    let compound = (0.25 + 0.15 * (runs as f64 / n)).min(1.0);
    let leads = if bare_names > 0.0 { bare_names.min(1.0) } else { 0.35 + 0.65 * linked / n };
    let bare = if link_chars as f64 > 0.95 * chars as f64 { 0.5 } else { 1.0 };
    worth(shown, cut) * compound * leads * bare * place(shown, cut.records[0][0])
}

/// The share of records with a legal form, where records are names and nothing else: each short, another one, and with a form or with nothing but
/// words that begin with a capital.
fn names(shown: &Shown<'_>, cut: &Cut) -> Option<f64> {
    let one = |record: &Vec<At>| {
        let mut texts = record.iter().flat_map(|at| *at..shown.nodes[*at].end).filter(|at| shown.nodes[*at].element.is_none());
        let line = texts.next().map(|at| shown.nodes[at].text.trim()).filter(|text| text.len() <= LINE && texts.next().is_none())?;
        let name = match line::pieces(line)[..] {
            [name, _, ..] => name,
            _ => line::parts(line).0,
        };
        Some(name).filter(|name| is_name(name))
    };
    let all = cut.records.len();
    let texts: Vec<&str> = cut.records.iter().filter_map(one).take(LOOKED).collect();
    if all < FEW_NAMES || texts.len() * 10 < all.min(LOOKED) * 9 || texts.iter().collect::<HashSet<_>>().len() * 10 < texts.len() * 9 {
        return None;
    }
    let (formed, others): (Vec<&str>, Vec<&str>) = texts.iter().copied().partition(|text| CompanyName::parse(text).form.is_some());
    let named = formed.len() + others.iter().filter(|text| line::is_titled(text)).count();
    (named * 10 >= texts.len() * 8).then(|| formed.len() as f64 / texts.len() as f64)
}

/// Whether a record says how to reach somebody: a link that dials or writes, an address of mail, a long number.
pub(super) fn is_reached(shown: &Shown<'_>, record: &[At]) -> bool {
    let begins =
        |href: &str| href.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:") || scheme.eq_ignore_ascii_case("mail"));
    let said = |text: &str| text.contains('@') || text.bytes().filter(u8::is_ascii_digit).count() >= NUMBER;
    let nodes = record.iter().flat_map(|at| *at..shown.nodes[*at].end).map(|at| &shown.nodes[at]);
    nodes.into_iter().any(|node| if node.element.is_some() { begins(node.attr("href")) } else { said(node.text) })
}

/// Whether a text may be a name and no more: no way to reach somebody is in it.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= NAME && !text.contains('@') && text.bytes().filter(u8::is_ascii_digit).count() <= DIGITS
}

/// Whether these records are links that stand in a menu: in navigation, at the head or the foot of a page.
pub(super) fn is_menu(shown: &Shown<'_>, records: &[Vec<At>]) -> bool {
    let around = |at: &At| {
        let node = &shown.nodes[*at];
        let named = matches!(node.tag, Tag::Nav | Tag::Footer | Tag::Header) && node.element.is_some();
        named || matches!(node.attr("role"), "navigation" | "contentinfo" | "banner")
    };
    let Some(first) = records.first().and_then(|record| record.first()) else { return false };
    let sum = |of: fn(&Node<'_>) -> usize| records.iter().flatten().map(|at| of(&shown.nodes[*at])).sum::<usize>();
    shown.around(*first).chain([*first]).any(|at| around(&at)) && sum(|node| node.link_chars) as f64 > 0.95 * sum(|node| node.chars) as f64
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
