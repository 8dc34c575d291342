//! Puts tags and texts into each other as the HTML standard says (13.2.6), as long as nothing has to be moved or copied.
//!
//! Two things make this short. No formatting element is ever closed but by its own end tag: so none is left over to be opened again. And most of
//! what the standard finds by walking up the open elements, each element inherits from its parent as a bit.

mod around;
mod ends;
mod starts;

use std::cell::Cell;

use memchr::{memchr_iter, memmem};

use super::super::meter;
use super::super::tag::{FORMATS, GRID, RCDATA, Tag};
use super::scan::{Scanner, Token};
use super::{Attr, DEPTH, Entry, NONE, Odd, Outline, Range, What, refs};
use crate::base::caps;

use around::Around;

type Plain<T = ()> = Result<T, Odd>;

/// Where in the page it stands (13.2.4.1); within the body the open elements tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    AfterHead,
    Body,
}

/// The form that controls belong to (13.2.4.4): while there is one, no other begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    None,
    /// It is open.
    Open,
    /// It began right inside a table, where it holds nothing.
    Empty,
}

/// An open element.
#[derive(Clone, Copy)]
struct Open {
    entry: u32,
    /// Its last child so far.
    last: u32,
    tag: Tag,
    foreign: bool,
    around: Around,
}

/// An outline as far as it has grown.
pub(super) struct Growth<'t> {
    text: &'t str,
    entries: Vec<Entry>,
    attrs: Vec<Attr>,
    open: Vec<Open>,
    mode: Mode,
    form: Form,
    /// Whether a `p` ends where a table begins; unknown for rare document types.
    table_ends_p: Option<bool>,
    /// Whether a line feed that comes next is left out.
    drop_lf: bool,
    /// Nodes of the tree: document types, which are nowhere here, are some; of texts that follow each other, wherever they are, the first is.
    nodes: usize,
    /// At least as many steps as the tree would count.
    work: usize,
    /// Names the tree would count, each time they occur.
    names: usize,
    class_bytes: usize,
}

impl<'t> Growth<'t> {
    /// Nothing yet.
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            // Real pages have an entry for each thirty to sixty bytes.
            entries: Vec::with_capacity(text.len() / 40 + 16),
            attrs: Vec::with_capacity(text.len() / 60 + 16),
            open: Vec::with_capacity(32),
            mode: Mode::Initial,
            form: Form::None,
            table_ends_p: Some(false),
            drop_lf: false,
            nodes: 0,
            work: 0,
            names: 0,
            class_bytes: 0,
        }
    }

    /// Takes the next piece; `false` when nothing is left.
    pub(super) fn step(&mut self, scanner: &mut Scanner<'t>) -> Plain<bool> {
        let first = self.attrs.len();
        match scanner.next(&mut self.attrs)? {
            Token::Text(text) => self.text(text)?,
            Token::Start(name, closed) => {
                let attrs = Range::new(first, self.attrs.len());
                let tag = Tag::of(name.of(self.text));
                self.count(tag, name, attrs)?;
                self.drop_lf = false;
                if self.start(tag, name, attrs, closed)? {
                    let content = scanner.raw(tag.name())?;
                    self.raw(tag, content)?;
                }
            }
            Token::End(name) => {
                self.spend(16 * (self.open.len() + 2))?;
                self.drop_lf = false;
                self.end(Tag::of(name.of(self.text)), name)?;
            }
            Token::Comment => self.spend(4)?,
            Token::Doctype(kind) if self.mode == Mode::Initial => {
                self.nodes += 1;
                self.table_ends_p = kind.of(self.text).trim_ascii().eq_ignore_ascii_case("html").then_some(true);
                self.mode = Mode::BeforeHtml;
            }
            Token::Doctype(_) => return Err("a second document type"),
            Token::Over => return Ok(false),
        }
        Ok(true)
    }

    /// The outline; whatever is open ends here.
    pub(super) fn finish(mut self) -> Plain<Outline<'t>> {
        self.reach_body();
        while !self.open.is_empty() {
            self.pop();
        }
        if self.nodes > caps::HTML_NODES || self.attrs.len() > meter::ATTRIBUTES {
            return Err("too many nodes");
        }
        Ok(Outline { text: self.text, entries: self.entries, attrs: self.attrs, nodes: self.nodes, doubtful: Cell::new(false) })
    }

    /// Keeps off the limits of the tree, so that it may say which it was.
    fn count(&mut self, tag: Tag, name: Range, attrs: Range) -> Plain {
        let many = (attrs.to - attrs.from) as usize;
        if many > caps::HTML_ATTRIBUTES {
            return Err("too many attributes");
        }
        let long = |name: Range| name.of(self.text).len() > meter::SHORT_NAME;
        self.names += usize::from(tag == Tag::Other && long(name));
        for attr in &self.attrs[attrs.from as usize..] {
            if long(attr.name) {
                self.names += 1;
            } else if attr.name.of(self.text).eq_ignore_ascii_case("class") {
                self.class_bytes += attr.value.of(self.text).len();
            }
        }
        if self.names > meter::NAMES - 200 || self.class_bytes > meter::CLASS_BYTES {
            return Err("too many names");
        }
        if self.open.len() >= DEPTH {
            return Err("too deep");
        }
        let held = 2 * self.open.len() + 8;
        // Formatting elements are compared with each other.
        self.spend(if tag.has(FORMATS) { 8 * held * (many + 2) } else { 8 * held + many })
    }

    fn spend(&mut self, steps: usize) -> Plain {
        self.work += steps;
        if self.work as u64 > meter::WORK { Err("too much work") } else { Ok(()) }
    }

    fn current(&self) -> Open {
        self.open.last().copied().unwrap_or(Open { entry: NONE, last: NONE, tag: Tag::Other, foreign: false, around: 0 })
    }

    /// Adds an entry to the current element.
    fn add(&mut self, what: What, tag: Tag, text: Range, attrs: Range) -> u32 {
        let is_text = |what: What| matches!(what, What::Text | What::Raw);
        let follows = is_text(what) && self.entries.last().is_some_and(|last| is_text(last.what));
        self.nodes += usize::from(!follows);
        let at = Range::new(self.entries.len(), 0).from;
        let (mut parent, mut before) = (NONE, NONE);
        if let Some(open) = self.open.last_mut() {
            parent = open.entry;
            before = std::mem::replace(&mut open.last, at);
        }
        self.entries.push(Entry { what, tag, parent, before, end: at + 1, text, attrs });
        at
    }

    fn push(&mut self, what: What, tag: Tag, name: Range, attrs: Range) {
        let foreign = what == What::Foreign;
        let outer = self.current().around;
        let around = if foreign { outer } else { around::within(tag, outer) };
        let entry = self.add(what, tag, name, attrs);
        self.open.push(Open { entry, last: NONE, tag, foreign, around });
    }

    /// Opens an element that is not written.
    fn push_implied(&mut self, tag: Tag) {
        self.push(What::Element, tag, Range::new(0, 0), Range::new(0, 0));
    }

    fn text(&mut self, mut text: Range) -> Plain {
        if std::mem::take(&mut self.drop_lf) {
            text = self.without_lf(text)?;
        }
        let open = self.current();
        self.spend((self.open.len() + 4) * (text.to - text.from) as usize)?;
        if self.mode == Mode::Body && (open.foreign || !open.tag.has(GRID)) {
            self.add_text(What::Text, text);
            return Ok(());
        }
        let words = text.of(self.text);
        let white = words.len() - words.trim_start_matches(|c: char| c.is_ascii_whitespace()).len();
        let split = Range::new(text.from as usize + white, 0).from;
        if self.mode >= Mode::InHead {
            self.add_text(What::Text, Range { from: text.from, to: split });
        }
        if split == text.to {
            return Ok(());
        }
        if self.mode == Mode::Body {
            return Err("words in a table");
        }
        if refs::of_text(Range { from: split, to: text.to }.of(self.text)).starts_with(|c: char| c.is_ascii_whitespace()) {
            return Err("a reference to white space before the body");
        }
        self.reach_body();
        self.add_text(What::Text, Range { from: split, to: text.to });
        Ok(())
    }

    /// Without the line feed that it begins with.
    fn without_lf(&self, text: Range) -> Plain<Range> {
        let words = text.of(self.text);
        if words.starts_with('\n') {
            return Ok(Range { from: text.from + 1, ..text });
        }
        if refs::of_text(words).starts_with('\n') { Err("a reference to a line feed") } else { Ok(text) }
    }

    fn add_text(&mut self, what: What, text: Range) {
        if !text.is_empty() {
            self.add(what, Tag::Other, text, Range::new(0, 0));
        }
    }

    /// The content of the current element, which ends with it.
    fn raw(&mut self, tag: Tag, mut text: Range) -> Plain {
        let content = text.of(self.text).as_bytes();
        if tag == Tag::Script && hides_its_end(content) {
            return Err("a script with a script in a comment");
        }
        if std::mem::take(&mut self.drop_lf) {
            text = self.without_lf(text)?;
        }
        self.spend(4 * content.len() + 4)?;
        self.add_text(if tag.has(RCDATA) { What::Text } else { What::Raw }, text);
        self.pop();
        Ok(())
    }
}

/// Whether in this script `</script` may not be its end: a script begins inside a comment (13.2.5.20 to 31).
fn hides_its_end(script: &[u8]) -> bool {
    let Some(comment) = memmem::find(script, b"<!--") else { return false };
    let rest = &script[comment..];
    memchr_iter(b'<', rest).any(|at| rest.get(at + 1..at + 7).is_some_and(|word| word.eq_ignore_ascii_case(b"script")))
}
