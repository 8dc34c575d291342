//! That a list goes on where no link leads: below it stands a button for more of it, or page numbers that only a script follows.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::html::Tag;
use super::super::lists::is_content;
use super::super::shown::{At, Node, Shown};
use super::next::{SAID, is_next};
use crate::base::text::words;

/// Characters of what a button says.
const SHORT: usize = 40;
/// Nodes between the numbers of a row.
const NEAR: usize = 12;

/// What a button for more says: the words, folded.
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("more.txt").lines().filter(|line| !line.starts_with('#')).map(words).collect());

/// What says below a list, which ends before `end`, that there is more of it, and cannot be followed.
pub(super) fn unfollowed(shown: &Shown<'_>, end: At) -> Option<String> {
    let buttons = (end..shown.nodes.len()).filter(|at| acts(&shown.nodes[*at]) && is_content(shown, *at));
    let said: Vec<(At, String)> = buttons.map(|at| (at, shown.words(at, 2 * SHORT))).collect();
    let more: Vec<&String> = said.iter().map(|(_, text)| text).filter(|text| is_more(text)).collect();
    if (1..=SAID).contains(&more.len()) {
        return more.first().map(|text| (*text).clone());
    }
    let numbers: Vec<(At, u32)> = said.iter().filter_map(|(at, text)| Some((*at, text.trim().parse().ok()?))).collect();
    let row = |pair: &&[(At, u32)]| pair[0].1 > 0 && pair[0].1 + 1 == pair[1].1 && pair[1].0 - pair[0].0 <= NEAR;
    numbers.windows(2).find(row).map(|pair| format!("{} {}", pair[0].1, pair[1].1))
}

/// Whether something is done by clicking on it and no page is at its address.
fn acts(node: &Node<'_>) -> bool {
    let nowhere = || {
        let href = node.attr("href").trim();
        href.is_empty() || href.starts_with('#') || href.starts_with("javascript:")
    };
    node.element.is_some()
        && (1..=SHORT).contains(&node.chars)
        && (node.tag == Tag::Button || node.tag == Tag::A && nowhere() || node.attr("role") == "button" && nowhere())
}

/// Whether these are words of a button for more; how many there are may stand in brackets behind them.
fn is_more(text: &str) -> bool {
    let said = text.split(['(', '[']).next().unwrap_or_default().trim_end_matches(|c: char| !c.is_alphabetic());
    is_next(text) || is_next(said) || WORDS.contains(&words(said)) && !said.is_empty()
}
