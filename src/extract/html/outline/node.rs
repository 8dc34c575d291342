//! The elements of an outline, as selectors and readers see them. Says the same as scraper's, or that it does not know.

use std::borrow::Cow;

use html5ever::{Namespace, ns};
use scraper::selector::{CssLocalName, CssString, NonTSPseudoClass, PseudoElement, Simple};
use selectors::OpaqueElement;
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::matching::{ElementSelectorFlags, MatchingContext};

use super::super::element::{Edge, Element};
use super::super::tag::Tag;
use super::{Entry, NONE, Outline, Range, What, refs};

/// An element of an outline.
#[derive(Clone, Copy, Debug)]
pub(in crate::extract) struct Node<'t> {
    outline: &'t Outline<'t>,
    at: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl<'t> Node<'t> {
    pub(super) fn new(outline: &'t Outline<'t>, at: u32) -> Self {
        Self { outline, at }
    }

    fn entry(&self) -> &'t Entry {
        &self.outline.entries[self.at as usize]
    }

    fn element(&self, at: u32) -> Option<Self> {
        let entry = self.outline.entries.get(at as usize)?;
        matches!(entry.what, What::Element | What::Foreign).then_some(Self { outline: self.outline, at })
    }

    fn is_foreign(&self) -> bool {
        self.entry().what == What::Foreign
    }

    fn part(&self, range: Range) -> &'t str {
        range.of(self.outline.text)
    }

    /// The name as it is written.
    pub(super) fn written(&self) -> &'t str {
        let entry = self.entry();
        if entry.text.is_empty() { entry.tag.name() } else { self.part(entry.text) }
    }

    /// Its attributes as they are written; of two with the same name the first counts.
    pub(super) fn written_attributes(&self) -> impl Iterator<Item = (&'t str, Range)> {
        let Range { from, to } = self.entry().attrs;
        let node = *self;
        self.outline.attrs[from as usize..to as usize].iter().map(move |attr| (node.part(attr.name), attr.value))
    }

    pub(super) fn decoded(&self, value: Range) -> Cow<'t, str> {
        let quote = match self.outline.text.as_bytes()[..value.from as usize].last() {
            Some(b'"') => "\"",
            Some(b'\'') => "'",
            _ => "",
        };
        refs::of_value(self.part(value), quote)
    }

    /// Names inside an `svg` may have been changed on the way: unless it is one of those that never are, only the tree knows.
    fn doubt(&self) {
        self.outline.doubtful.set(true);
    }

    fn text(&self, entry: &Entry) -> Cow<'t, str> {
        let text = self.part(entry.text);
        if entry.what == What::Raw { Cow::Borrowed(text) } else { refs::of_text(text) }
    }
}

impl<'t> Element<'t> for Node<'t> {
    fn tag(&self) -> Tag {
        self.entry().tag
    }

    fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        if self.is_foreign() && !matches!(name, "class" | "id" | "style" | "hidden") {
            let ends =
                |key: &str| key.len() >= name.len() && key.as_bytes()[key.len() - name.len()..].eq_ignore_ascii_case(name.as_bytes());
            if self.written_attributes().any(|(key, _)| ends(key)) {
                self.doubt();
            }
        }
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let found = self.written_attributes().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| self.decoded(value))
    }

    fn edges(self) -> impl Iterator<Item = Edge<'t, Self>> {
        let outline = self.outline;
        let end = self.entry().end;
        let mut at = self.at;
        let mut open = NONE;
        std::iter::from_fn(move || {
            if open != NONE && outline.entries[open as usize].end == at {
                let closed = Self { outline, at: open };
                open = if open == self.at { NONE } else { closed.entry().parent };
                return Some(Edge::Close(closed));
            }
            if at == end {
                return None;
            }
            let node = Self { outline, at };
            at += 1;
            Some(match node.entry().what {
                What::Element | What::Foreign => {
                    open = node.at;
                    Edge::Open(node)
                }
                What::Text | What::Raw => Edge::Text(node.text(node.entry())),
            })
        })
    }

    fn below(self) -> impl Iterator<Item = Self> {
        (self.at + 1..self.entry().end).filter_map(move |at| self.element(at))
    }
}

impl selectors::Element for Node<'_> {
    type Impl = Simple;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(self.entry())
    }

    fn parent_element(&self) -> Option<Self> {
        self.element(self.entry().parent)
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        let mut before = self.entry().before;
        while let Some(entry) = self.outline.entries.get(before as usize) {
            if let Some(element) = self.element(before) {
                return Some(element);
            }
            before = entry.before;
        }
        None
    }

    fn next_sibling_element(&self) -> Option<Self> {
        let parent = self.outline.entries.get(self.entry().parent as usize)?;
        let mut next = self.entry().end;
        while next < parent.end {
            if let Some(element) = self.element(next) {
                return Some(element);
            }
            next = self.outline.entries[next as usize].end;
        }
        None
    }

    fn first_element_child(&self) -> Option<Self> {
        self.below().next().filter(|first| first.entry().parent == self.at)
    }

    fn is_html_element_in_html_document(&self) -> bool {
        !self.is_foreign()
    }

    fn has_local_name(&self, name: &CssLocalName) -> bool {
        let (asked, entry) = (&*name.0, self.entry());
        if entry.what == What::Element && entry.tag != Tag::Other {
            return entry.tag.name() == asked;
        }
        if !self.written().eq_ignore_ascii_case(asked) {
            return false;
        }
        if self.is_foreign() && !matches!(asked, "svg" | "path" | "g" | "use" | "circle" | "rect" | "line" | "text" | "a") {
            self.doubt();
        }
        !asked.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    fn has_namespace(&self, namespace: &Namespace) -> bool {
        *namespace == if self.is_foreign() { ns!(svg) } else { ns!(html) }
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.is_foreign() == other.is_foreign() && self.written().eq_ignore_ascii_case(other.written())
    }

    fn attr_matches(
        &self,
        namespace: &NamespaceConstraint<&Namespace>,
        name: &CssLocalName,
        operation: &AttrSelectorOperation<&CssString>,
    ) -> bool {
        let value = self.attribute(&name.0);
        if matches!(*namespace, NamespaceConstraint::Specific(url) if *url != ns!()) {
            return false;
        }
        value.is_some_and(|value| operation.eval_str(&value))
    }

    fn match_non_ts_pseudo_class(&self, _: &NonTSPseudoClass, _: &mut MatchingContext<'_, Simple>) -> bool {
        false
    }

    fn match_pseudo_element(&self, _: &PseudoElement, _: &mut MatchingContext<'_, Simple>) -> bool {
        false
    }

    fn apply_selector_flags(&self, _: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        self.written().eq_ignore_ascii_case("link")
    }

    fn is_html_slot_element(&self) -> bool {
        true
    }

    fn has_id(&self, id: &CssLocalName, case: CaseSensitivity) -> bool {
        self.attribute("id").is_some_and(|value| case.eq(id.0.as_bytes(), value.as_bytes()))
    }

    fn has_class(&self, name: &CssLocalName, case: CaseSensitivity) -> bool {
        let value = self.attribute("class");
        value.is_some_and(|value| value.split_ascii_whitespace().any(|class| case.eq(name.0.as_bytes(), class.as_bytes())))
    }

    fn has_custom_state(&self, _: &CssLocalName) -> bool {
        false
    }

    fn imported_part(&self, _: &CssLocalName) -> Option<CssLocalName> {
        None
    }

    fn is_part(&self, _: &CssLocalName) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        self.entry().end == self.at + 1
    }

    fn is_root(&self) -> bool {
        self.at == 0
    }

    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}
