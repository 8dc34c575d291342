//! Plain pages without a tree: their elements and texts in one list, borrowed from the page. Takes nothing that it might see differently.
//!
//! Building a tree is most of what a page costs, and it copies every word. Yet nearly all tags of nearly all pages open and close one inside
//! the other, and of those the tree builder makes what is written. So this reads such pages itself: as long as everything is as the HTML
//! standard foresees, without anything being moved or opened again. At the first doubt it gives up, and the tree is built: whether a page was
//! read here can be seen by its cost only. (The tests compare both, on pages made to be nasty.)

mod grow;
mod node;
mod refs;
mod scan;

use std::borrow::Cow;
use std::cell::Cell;

use memchr::{memchr, memchr2};

use super::LOOK_BYTES;
use super::tag::Tag;
use crate::base::caps;
use crate::extract::Input;
use crate::model::Failure;

use grow::Growth;
pub(in crate::extract) use node::Node;
use scan::Scanner;

/// Why a page is not plain.
pub(super) type Odd = &'static str;

/// A part of the page's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    from: u32,
    to: u32,
}

impl Range {
    /// The text is shorter than 4 GiB: [`Outline::of`] saw to it.
    #[expect(clippy::cast_possible_truncation, reason = "looked at before")]
    fn new(from: usize, to: usize) -> Self {
        Self { from: from as u32, to: to as u32 }
    }

    fn of(self, text: &str) -> &str {
        &text[self.from as usize..self.to as usize]
    }

    fn is_empty(self) -> bool {
        self.from == self.to
    }
}

/// An attribute as it is written.
#[derive(Clone, Copy, Debug)]
struct Attr {
    name: Range,
    /// Without the quotes.
    value: Range,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Element,
    /// An element inside an `svg`, or the `svg` itself.
    Foreign,
    Text,
    /// Text without character references.
    Raw,
}

/// No entry.
const NONE: u32 = u32::MAX;

/// An element or a text.
#[derive(Clone, Copy, Debug)]
struct Entry {
    what: What,
    tag: Tag,
    parent: u32,
    /// The sibling before it.
    before: u32,
    /// Where what it holds ends: all between it and here is inside it.
    end: u32,
    /// The name as it is written (empty where the element is not), or the text.
    text: Range,
    /// Its attributes in the list.
    attrs: Range,
}

/// A plain page.
#[derive(Debug)]
pub(in crate::extract) struct Outline<'t> {
    text: &'t str,
    /// In the order of the page; the first is the `html` element.
    entries: Vec<Entry>,
    attrs: Vec<Attr>,
    nodes: usize,
    doubtful: Cell<bool>,
}

impl<'t> Outline<'t> {
    /// Reads a page in [`lines`]; `None` when it is not plain.
    ///
    /// # Errors
    ///
    /// When the time is used up.
    pub(super) fn of(text: &'t str, input: &Input<'_>) -> Result<Option<Self>, Failure> {
        Ok(Self::read(text, input)?.ok())
    }

    /// As [`Outline::of`], and why not.
    pub(super) fn read(text: &'t str, input: &Input<'_>) -> Result<Result<Self, Odd>, Failure> {
        if u32::try_from(text.len()).is_err() {
            return Ok(Err("a long page"));
        }
        if memchr2(0, b'\r', text.as_bytes()).is_some() {
            return Ok(Err("a zero byte or a carriage return"));
        }
        if text.starts_with('\u{feff}') {
            return Ok(Err("a byte order mark"));
        }
        let mut scanner = Scanner::new(text);
        let mut growth = Growth::new(text);
        let mut looked = 0;
        loop {
            if scanner.at() - looked >= LOOK_BYTES {
                looked = scanner.at();
                input.check_time()?;
            }
            match growth.step(&mut scanner) {
                Ok(true) => {}
                Ok(false) => return Ok(growth.finish()),
                Err(odd) => return Ok(Err(odd)),
            }
        }
    }

    /// The `html` element.
    pub(super) fn root(&self) -> Node<'_> {
        Node::new(self, 0)
    }

    /// How many nodes the tree would have.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    /// Whether something was asked that only the tree can answer: what was read is to be read again.
    pub(super) fn doubtful(&self) -> bool {
        self.doubtful.get()
    }
}

/// The text with line feeds for all ends of lines, as the standard wants it (13.2.3.5).
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    match memchr(b'\r', text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        None => Cow::Borrowed(text),
    }
}

/// The most elements inside each other. The guard of the tree holds each element at most twice: so it would not touch a page that is less deep.
const DEPTH: usize = caps::HTML_DEPTH / 2 - 8;

#[cfg(test)]
mod tests;
