//! An element of a page, whichever way the page was read: what selectors match and readers ask.

use std::borrow::Cow;

use html5ever::ns;
use scraper::selector::Simple;
use scraper::{ElementRef, Node};

use super::tag::Tag;

/// A step through an element and all it holds.
pub(in crate::extract) enum Edge<'t, E> {
    /// An element begins.
    Open(E),
    /// Words.
    Text(Cow<'t, str>),
    /// An element ends.
    Close(E),
}

/// An element of a page.
pub(in crate::extract) trait Element<'t>: selectors::Element<Impl = Simple> + Copy + PartialEq {
    /// Its name.
    fn tag(&self) -> Tag;

    /// The value of its first attribute with this name.
    fn attribute(&self, name: &str) -> Option<Cow<'t, str>>;

    /// The steps through it, from its own beginning to its own end.
    fn edges(self) -> impl Iterator<Item = Edge<'t, Self>>;

    /// The elements in it, in the order of the page.
    fn below(self) -> impl Iterator<Item = Self>;
}

/// What an element says of itself.
pub(in crate::extract) trait Attributes {
    /// The value of its attribute with this name. As `scraper` finds it; but that interns each name it is asked for, a seventh of reading a page.
    fn attribute(&self, name: &str) -> Option<&str>;
}

impl Attributes for scraper::node::Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(key, _)| *key.local == *name && key.ns == ns!()).map(|(_, value)| &**value)
    }
}

impl<'t> Element<'t> for ElementRef<'t> {
    fn tag(&self) -> Tag {
        Tag::of(self.value().name())
    }

    fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        self.value().attrs().find(|(key, _)| *key == name).map(|(_, value)| Cow::Borrowed(value))
    }

    fn edges(self) -> impl Iterator<Item = Edge<'t, Self>> {
        let root = *self;
        let mut next = Some((root, true));
        std::iter::from_fn(move || {
            loop {
                let (node, begins) = next?;
                next = if begins {
                    Some(node.first_child().map_or((node, false), |child| (child, true)))
                } else if node == root {
                    None
                } else {
                    node.next_sibling().map(|sibling| (sibling, true)).or_else(|| node.parent().map(|parent| (parent, false)))
                };
                match (node.value(), begins) {
                    (Node::Text(text), true) => return Some(Edge::Text(Cow::Borrowed(text))),
                    (Node::Element(_), true) => return ElementRef::wrap(node).map(Edge::Open),
                    (Node::Element(_), false) => return ElementRef::wrap(node).map(Edge::Close),
                    _ => {}
                }
            }
        })
    }

    fn below(self) -> impl Iterator<Item = Self> {
        self.descendent_elements().skip(1)
    }
}
