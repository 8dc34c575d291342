//! The parts of a page: head, menu, content, side and foot, each another thing by its own name. Knows no words.

use std::collections::HashSet;

use super::super::html::Tag;
use super::super::shown::{At, Node, Shown};

/// The share of the text of an element that the one part of it has in which its parts are looked for, of ten.
const MOST: usize = 9;
/// Parts that a page has at the most.
const PARTS: usize = 20;

/// The parts of a page, in its order; none where it has none that are told apart.
pub(super) struct Frame {
    parts: Vec<(At, At)>,
}

impl Frame {
    /// Below the last element that holds nearly all words of the page: what has a name there, each another one and no numbered one.
    pub(super) fn of(shown: &Shown<'_>) -> Self {
        let node = |at: At| &shown.nodes[at];
        let said = |at: At| shown.children(at).filter(move |child| node(*child).element.is_some() && node(*child).chars > 0);
        let mut whole = 0;
        while let Some(inner) = said(whole).find(|child| node(*child).chars * 10 >= node(whole).chars * MOST) {
            whole = inner;
        }
        let mut names = HashSet::new();
        let named: Vec<At> = said(whole).take(PARTS + 1).filter(|part| name(node(*part)).is_some()).collect();
        let apart =
            named.iter().filter_map(|part| name(node(*part))).all(|name| !name.contains(|c: char| c.is_numeric()) && names.insert(name));
        let several = apart && (2..=PARTS).contains(&named.len());
        Self { parts: named.into_iter().filter(|_| several).map(|part| (part, node(part).end)).collect() }
    }

    /// The part that a node is in.
    pub(super) fn part(&self, at: At) -> Option<At> {
        self.parts.iter().find(|(from, end)| (*from..*end).contains(&at)).map(|(from, _)| *from)
    }

    /// Whether records are these parts, or most of them are.
    pub(super) fn is_list(&self, records: &[Vec<At>]) -> bool {
        let parts = records.iter().flatten().filter(|at| self.parts.iter().any(|(from, _)| from == *at)).count();
        parts * 2 > records.len()
    }
}

/// What an element is called: by its class, its id or the part of a page that it says to be.
fn name<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    let part = matches!(node.tag, Tag::Main | Tag::Nav | Tag::Header | Tag::Footer | Tag::Aside);
    let tag = node.element.filter(|_| part).map_or("", |element| element.value().name());
    [node.attr("class").trim(), node.attr("id").trim(), tag].into_iter().find(|name| !name.is_empty())
}
