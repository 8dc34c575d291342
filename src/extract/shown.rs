//! The shown part of a page as one flat array in the order of the page. Knows no list, no label and no language.
//!
//! What is below a node is a slice, and how much text and how many links it holds is added up once: whatever asks the same of each
//! element stays linear.

use html5ever::local_name;
use scraper::{ElementRef, Node as Kind};

use super::html::{Attributes as _, Tag, Tree, skipped};
use super::icons;

/// Bytes of one step of a path beside its name: `/[12345]`.
const STEP: usize = 8;

/// A node's place in the array.
pub(super) type At = usize;

/// One shown element or text.
pub(super) struct Node<'t> {
    /// The element around it; the root is its own.
    pub(super) parent: At,
    /// One past the last node in it.
    pub(super) end: At,
    /// Elements around it.
    pub(super) depth: usize,
    /// `None`: text.
    pub(super) element: Option<ElementRef<'t>>,
    /// What the element's name means.
    pub(super) tag: Tag,
    /// The words, of text.
    pub(super) text: &'t str,
    /// Its number among the siblings of its name, from 1, hidden ones counted.
    pub(super) nth: u32,
    /// Characters shown in it, white space left out.
    pub(super) chars: usize,
    /// Those of them in links.
    pub(super) link_chars: usize,
    /// Links in it, itself counted.
    pub(super) links: usize,
    /// Images in it, itself counted.
    pub(super) images: usize,
    /// Runs of text in it.
    pub(super) runs: usize,
    /// Whether it is a link or in one.
    pub(super) linked: bool,
    /// What an icon between the text before and this text shows: a fax (`true`), a telephone.
    pub(super) icon: Option<bool>,
    /// Whether white space alone stands before it: it is no node of its own, and parts two words all the same.
    pub(super) spaced: bool,
}

impl Node<'_> {
    /// An attribute's value; empty when there is none.
    pub(super) fn attr(&self, name: &str) -> &str {
        self.element.and_then(|element| element.value().attribute(name)).unwrap_or("")
    }

    /// Whether it is an element of this name.
    pub(super) fn is(&self, tag: Tag) -> bool {
        self.element.is_some() && self.tag == tag
    }

    /// The share of its text that is in links.
    pub(super) fn link_share(&self) -> f64 {
        if self.chars == 0 { 0.0 } else { self.link_chars as f64 / self.chars as f64 }
    }
}

/// The shown part of a page.
pub(super) struct Shown<'t> {
    /// The nodes, each before what is in it.
    pub(super) nodes: Vec<Node<'t>>,
}

impl<'t> Shown<'t> {
    /// Of a parsed page.
    pub(super) fn of(tree: &'t Tree) -> Self {
        let root = tree.html.root_element();
        let mut nodes: Vec<Node<'t>> = Vec::with_capacity(tree.nodes);
        nodes.push(element(root, 0, 0, 1, false));
        let mut open = vec![Open { at: 0, seen: Vec::new() }];
        let mut next = root.first_child();
        let (mut spaced, mut icon) = (false, None);
        let mut seam = Seam::default();
        while let Some(top) = open.last_mut() {
            let Some(node) = next else {
                close(&mut nodes, top.at);
                seam.closed = true;
                let done = open.pop().and_then(|done| nodes[done.at].element);
                next = if open.is_empty() { None } else { done.and_then(|done| done.next_sibling()) };
                continue;
            };
            next = node.next_sibling();
            let (parent, depth, linked) = (top.at, nodes[top.at].depth + 1, nodes[top.at].linked);
            match node.value() {
                Kind::Text(text) => {
                    let nth = top.number("");
                    let chars = text.chars().filter(|c| !c.is_whitespace()).count();
                    if chars > 0 {
                        let node = text_node(text, chars, (parent, depth, nth, linked));
                        let parts = seam.parts(text);
                        nodes.push(Node { spaced: std::mem::take(&mut spaced) || parts, icon: icon.take(), ..node });
                    } else {
                        spaced = true;
                    }
                }
                Kind::Element(_) => {
                    let Some(inner) = ElementRef::wrap(node) else { continue };
                    let nth = top.number(inner.value().name());
                    icon = icons::of(inner).or(icon);
                    if !skipped(&inner) {
                        // An image parts words as white space does.
                        let spaced = std::mem::take(&mut spaced) || inner.value().name() == "img";
                        nodes.push(Node { spaced, ..element(inner, parent, depth, nth, linked) });
                        next = inner.first_child();
                        open.push(Open { at: nodes.len() - 1, seen: Vec::new() });
                        seam.opened = seam.closed;
                    }
                }
                Kind::Document | Kind::Fragment | Kind::Doctype(_) | Kind::Comment(_) | Kind::ProcessingInstruction(_) => {}
            }
        }
        Self { nodes }
    }

    /// The nodes right below one.
    pub(super) fn children(&self, at: At) -> impl Iterator<Item = At> {
        let end = self.nodes[at].end;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.nodes[child].end;
            Some(child)
        })
    }

    /// The elements around a node, from the nearest outwards.
    pub(super) fn around(&self, at: At) -> impl Iterator<Item = At> {
        let mut at = at;
        std::iter::from_fn(move || {
            let parent = self.nodes[at].parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }

    /// The words of a node, with a space wherever a line or a cell begins; at most about so many bytes.
    pub(super) fn words(&self, at: At, cap: usize) -> String {
        let mut out = String::new();
        let end = self.nodes[at].end;
        let mut open: Vec<At> = Vec::new();
        for (i, node) in self.nodes[at..end].iter().enumerate() {
            while open.last().is_some_and(|end| at + i >= *end) {
                open.pop();
                out.push(' ');
            }
            if node.element.is_some() && node.tag.breaks() {
                out.push(' ');
                open.push(node.end);
            }
            if node.spaced {
                out.push(' ');
            }
            out.push_str(node.text);
            if out.len() > cap {
                break;
            }
        }
        crate::base::text::squeeze(&out)
    }

    /// The first image in a node that says something in place of itself, and what.
    pub(super) fn words_of_image(&self, at: At) -> Option<(At, &str)> {
        let images = (at..self.nodes[at].end).filter(|at| self.nodes[*at].is(Tag::Img));
        images.map(|at| (at, self.nodes[at].attr("alt").trim())).find(|(_, text)| text.contains(char::is_alphanumeric))
    }

    /// Bytes that the path to a node takes, about: its depth and the names of what is around it.
    pub(super) fn path_bytes(&self, at: At) -> usize {
        let step = |at: At| self.nodes[at].element.map_or(STEP, |element| element.value().name().len() + STEP);
        self.around(at).chain([at]).map(step).sum()
    }

    /// The absolute `XPath` of a node in the parsed page.
    pub(super) fn path(&self, at: At) -> String {
        let mut chain: Vec<At> = self.around(at).collect();
        chain.insert(0, at);
        let mut out = String::new();
        for at in chain.into_iter().rev() {
            let node = &self.nodes[at];
            out.push('/');
            match node.element {
                Some(element) => out.push_str(element.value().name()),
                None => out.push_str("text()"),
            }
            if node.depth > 0 {
                out.push('[');
                out.push_str(&node.nth.to_string());
                out.push(']');
            }
        }
        out
    }
}

/// What stands between a text and the one before it.
#[derive(Default)]
struct Seam<'t> {
    before: &'t str,
    closed: bool,
    opened: bool,
}

impl<'t> Seam<'t> {
    /// Whether two words meet here: one element ended and another began, as buttons and tabs stand beside each other, and what would come of it
    /// is no word (`PricingContact`). Takes the text for the one before.
    fn parts(&mut self, text: &'t str) -> bool {
        let Self { before, opened, .. } = std::mem::replace(self, Self { before: text, ..Self::default() });
        let long = |text: &str| text.trim().chars().nth(1).is_some();
        let ends = before.chars().next_back().is_some_and(|c| c.is_lowercase() || c.is_numeric());
        opened && ends && text.starts_with(char::is_uppercase) && long(before) && long(text)
    }
}

/// An open element on the way down, with how often each name was seen in it.
struct Open {
    at: At,
    seen: Vec<(String, u32)>,
}

impl Open {
    /// The number of the next sibling of this name.
    fn number(&mut self, name: &str) -> u32 {
        if let Some((_, count)) = self.seen.iter_mut().find(|(seen, _)| seen == name) {
            *count += 1;
            return *count;
        }
        // Names beyond so many are nobody's: their numbers are not needed, and the search stays short.
        if self.seen.len() < 64 {
            self.seen.push((name.to_owned(), 1));
        }
        1
    }
}

fn element(element: ElementRef<'_>, parent: At, depth: usize, nth: u32, linked: bool) -> Node<'_> {
    let value = element.value();
    let link = value.name.local == local_name!("a") && value.attribute("href").is_some();
    let tag = Tag::of(value.name());
    let images = usize::from(tag == Tag::Img);
    Node {
        parent,
        end: 0,
        depth,
        element: Some(element),
        tag,
        text: "",
        nth,
        chars: 0,
        link_chars: 0,
        links: usize::from(link),
        images,
        runs: 0,
        linked: linked || link,
        icon: None,
        spaced: false,
    }
}

fn text_node(text: &str, chars: usize, (parent, depth, nth, linked): (At, usize, u32, bool)) -> Node<'_> {
    Node {
        parent,
        end: 0,
        depth,
        element: None,
        tag: Tag::Other,
        text,
        nth,
        chars,
        link_chars: if linked { chars } else { 0 },
        links: 0,
        images: 0,
        runs: 1,
        linked,
        icon: None,
        spaced: false,
    }
}

/// Ends an element: its sums are those of what is right below it.
fn close(nodes: &mut [Node<'_>], at: At) {
    let end = nodes.len();
    nodes[at].end = end;
    let mut child = at + 1;
    let (mut chars, mut link_chars, mut links, mut images, mut runs) = (0, 0, nodes[at].links, nodes[at].images, 0);
    while child < end {
        let node = &mut nodes[child];
        if node.element.is_none() {
            node.end = child + 1;
        }
        chars += node.chars;
        link_chars += node.link_chars;
        links += node.links;
        images += node.images;
        runs += node.runs;
        child = node.end;
    }
    let node = &mut nodes[at];
    (node.chars, node.link_chars, node.links, node.images, node.runs) = (chars, link_chars, links, images, runs);
}
