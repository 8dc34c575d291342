//! Puts tags and texts into each other as the HTML standard says (13.2.6), as long as nothing has to be moved, copied or left out.
//!
//! Two things make this short. Elements are closed by their own end tag, or by a tag that the standard says closes them, when they are the
//! innermost (after items and paragraphs whose end tags may be left out): so no formatting element is ever left over to be opened again. And what
//! the standard finds by walking up the open elements each element inherits from its parent as a bit.

use std::cell::Cell;

use memchr::{memchr_iter, memmem};

use super::super::meter;
use super::super::tag::{
    BREAKS_OUT, CLOSES_INNER, CLOSES_P, DROPS_LF, FORMATS, GRID, HEAD, HEADING, IMPLIED, ODD, PART, RAW, RCDATA, SCOPE, SPECIAL, Tag, VOID,
};
use super::scan::{Scanner, Token};
use super::{Attr, DEPTH, Entry, NONE, Odd, Outline, Range, What, refs};
use crate::base::caps;

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

/// What stands around an element, as bits.
type Around = u16;

/// A `p` in button scope.
const IN_P: Around = 1;
/// A `li` that the next `li` closes.
const IN_LI: Around = 1 << 1;
/// The same for `dd` and `dt`.
const IN_DD: Around = 1 << 2;
/// An `a`, up to the last marker.
const IN_A: Around = 1 << 3;
const IN_BUTTON: Around = 1 << 4;
const IN_SELECT: Around = 1 << 5;
const IN_FORM: Around = 1 << 6;
const IN_CELL: Around = 1 << 7;
const IN_CAPTION: Around = 1 << 8;
/// The `body` in scope.
const IN_BODY: Around = 1 << 9;

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
    /// Whether a line feed that comes next is left out.
    drop_lf: bool,
    /// Document types: nodes of the tree, and nowhere here.
    doctypes: usize,
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
            drop_lf: false,
            doctypes: 0,
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
            Token::Doctype if self.mode == Mode::Initial => {
                self.doctypes += 1;
                self.mode = Mode::BeforeHtml;
            }
            Token::Doctype => return Err("a second document type"),
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
        // The tree counts texts that follow each other, wherever they are, as one.
        let is_text = |entry: &Entry| matches!(entry.what, What::Text | What::Raw);
        let texts = self.entries.windows(2).filter(|pair| is_text(&pair[0]) && is_text(&pair[1])).count();
        let nodes = self.entries.len() - texts + self.doctypes;
        if nodes > caps::HTML_NODES || self.attrs.len() > meter::ATTRIBUTES {
            return Err("too many nodes");
        }
        Ok(Outline { text: self.text, entries: self.entries, attrs: self.attrs, nodes, doubtful: Cell::new(false) })
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

    // What the lists are made of.

    fn current(&self) -> Open {
        self.open.last().copied().unwrap_or(Open { entry: NONE, last: NONE, tag: Tag::Other, foreign: false, around: 0 })
    }

    /// Adds an entry to the current element.
    fn add(&mut self, what: What, tag: Tag, text: Range, attrs: Range) -> u32 {
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
        let around = if foreign { outer } else { around(tag, outer) };
        let entry = self.add(what, tag, name, attrs);
        self.open.push(Open { entry, last: NONE, tag, foreign, around });
    }

    /// Opens an element that is not written.
    fn push_implied(&mut self, tag: Tag) {
        self.push(What::Element, tag, Range::new(0, 0), Range::new(0, 0));
    }

    fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            self.entries[open.entry as usize].end = Range::new(self.entries.len(), 0).from;
        }
    }

    /// Closes the elements whose end tags may be left out here.
    fn pop_inner(&mut self, except: Option<Tag>) {
        while self.current().tag.has(IMPLIED) && Some(self.current().tag) != except && !self.current().foreign {
            self.pop();
        }
    }

    fn pop_if(&mut self, good: bool, odd: Odd) -> Plain {
        if !good || self.current().foreign {
            return Err(odd);
        }
        self.pop();
        Ok(())
    }

    // Texts.

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

    // Start tags.

    /// Opens `html`, `head` and `body` as far as they are not.
    fn reach_body(&mut self) {
        while self.mode != Mode::Body {
            self.advance();
        }
    }

    /// To the next mode, as any tag does that does not belong in this one.
    fn advance(&mut self) {
        self.mode = match self.mode {
            Mode::Initial => Mode::BeforeHtml,
            Mode::BeforeHtml => {
                self.push_implied(Tag::Html);
                Mode::BeforeHead
            }
            Mode::BeforeHead => {
                self.push_implied(Tag::Head);
                Mode::InHead
            }
            Mode::InHead => {
                self.pop();
                Mode::AfterHead
            }
            Mode::AfterHead | Mode::Body => {
                self.push_implied(Tag::Body);
                Mode::Body
            }
        };
    }

    /// Whether raw text follows.
    fn start(&mut self, tag: Tag, name: Range, attrs: Range, closed: bool) -> Plain<bool> {
        if self.current().foreign {
            return self.start_foreign(tag, name, attrs, closed).map(|()| false);
        }
        if tag.has(ODD) {
            return Err(tag.name());
        }
        if self.mode != Mode::Body && self.start_before_body(tag, name, attrs)? {
            return Ok(tag.has(RAW | RCDATA));
        }
        if matches!(tag, Tag::Html | Tag::Head | Tag::Body) {
            return Err("a second html, head or body");
        }
        let Some(in_table) = self.start_in_table(tag)? else { return Ok(false) };
        if !in_table {
            self.close_before(tag)?;
        }
        self.drop_lf = tag.has(DROPS_LF);
        match tag {
            Tag::Svg if closed => drop(self.add(What::Foreign, tag, name, attrs)),
            Tag::Svg => self.push(What::Foreign, tag, name, attrs),
            _ if tag.has(VOID) => drop(self.add(What::Element, tag, name, attrs)),
            _ => self.push(What::Element, tag, name, attrs),
        }
        Ok(tag.has(RAW | RCDATA))
    }

    /// Whether the tag was taken; else the body is open now.
    fn start_before_body(&mut self, tag: Tag, name: Range, attrs: Range) -> Plain<bool> {
        loop {
            let next = match (self.mode, tag) {
                (Mode::Body, _) => return Ok(false),
                (Mode::Initial | Mode::BeforeHtml, Tag::Html) => Mode::BeforeHead,
                (Mode::BeforeHead, Tag::Head) => Mode::InHead,
                (Mode::AfterHead, Tag::Body) => Mode::Body,
                (Mode::BeforeHead | Mode::InHead | Mode::AfterHead, Tag::Html) | (Mode::InHead | Mode::AfterHead, Tag::Head) => {
                    return Err("a second html or head");
                }
                (Mode::InHead, _) if tag.has(HEAD) => {
                    if tag.has(VOID) {
                        self.add(What::Element, tag, name, attrs);
                    } else {
                        self.push(What::Element, tag, name, attrs);
                    }
                    return Ok(true);
                }
                (Mode::AfterHead, _) if tag.has(HEAD) && tag != Tag::Noscript => return Err("something for the head after it"),
                _ => {
                    self.advance();
                    continue;
                }
            };
            self.push(What::Element, tag, name, attrs);
            self.mode = next;
            return Ok(true);
        }
    }

    /// Closes and opens the parts of a table as the tag demands: whether it belongs right inside a table now; `None` when it is ignored.
    fn start_in_table(&mut self, tag: Tag) -> Plain<Option<bool>> {
        loop {
            let open = self.current();
            match (open.tag, tag) {
                (Tag::Colgroup, Tag::Col)
                | (Tag::Table, Tag::Caption | Tag::Colgroup | Tag::Tbody | Tag::Thead | Tag::Tfoot)
                | (Tag::Tbody | Tag::Thead | Tag::Tfoot, Tag::Tr)
                | (Tag::Tr, Tag::Td | Tag::Th)
                | (Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr, Tag::Style | Tag::Script) => return Ok(Some(true)),
                (Tag::Table, Tag::Col) => self.push_implied(Tag::Colgroup),
                (Tag::Table, Tag::Tr | Tag::Td | Tag::Th) => self.push_implied(Tag::Tbody),
                (Tag::Tbody | Tag::Thead | Tag::Tfoot, Tag::Td | Tag::Th) => self.push_implied(Tag::Tr),
                (Tag::Colgroup, _) => self.pop(),
                (Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr, _) if tag.has(PART) => self.pop(),
                (Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr, _) => return Err("something in a table"),
                _ if !tag.has(PART) => return Ok(Some(false)),
                _ if open.around & (IN_CELL | IN_CAPTION) != 0 => self.close_cell()?,
                // A part of a table outside of tables is as if it were not written.
                _ => return Ok(None),
            }
        }
    }

    /// Closes the cell or caption that is open.
    fn close_cell(&mut self) -> Plain {
        self.pop_inner(None);
        self.pop_if(matches!(self.current().tag, Tag::Td | Tag::Th | Tag::Caption), "an open element at the end of a cell")
    }

    fn close_p(&mut self) -> Plain {
        if self.current().around & IN_P == 0 {
            return Ok(());
        }
        self.pop_inner(Some(Tag::P));
        self.pop_if(self.current().tag == Tag::P, "an open element at the end of a p")
    }

    /// Closes what the start tag closes.
    fn close_before(&mut self, tag: Tag) -> Plain {
        let around = self.current().around;
        let nested = match tag {
            Tag::A => IN_A,
            Tag::Button => IN_BUTTON,
            Tag::Form => IN_FORM,
            Tag::Select | Tag::Input | Tag::Hr => IN_SELECT,
            // Whether it closes the p depends on the document type.
            Tag::Table => IN_P,
            _ => 0,
        };
        if around & nested != 0 {
            return Err(match tag {
                Tag::A => "an a in an a",
                Tag::Table => "a table in a p",
                _ => "a control in a control",
            });
        }
        match tag {
            Tag::Li if around & IN_LI != 0 => self.close_item(&[Tag::Li])?,
            Tag::Dd | Tag::Dt if around & IN_DD != 0 => self.close_item(&[Tag::Dd, Tag::Dt])?,
            Tag::Option if around & IN_SELECT != 0 => self.pop_inner(Some(Tag::Optgroup)),
            Tag::Optgroup if around & IN_SELECT != 0 => self.pop_inner(None),
            Tag::Option | Tag::Optgroup if self.current().tag == Tag::Option => self.pop(),
            _ => {}
        }
        if tag.has(CLOSES_P) || matches!(tag, Tag::Li | Tag::Dd | Tag::Dt) {
            self.close_p()?;
        }
        if tag.has(HEADING) && self.current().tag.has(HEADING) {
            return Err("a heading in a heading");
        }
        Ok(())
    }

    /// Closes the item before the next.
    fn close_item(&mut self, items: &[Tag]) -> Plain {
        // The nearest is the one that is closed: what may be left out above it is popped, the item itself is not.
        while self.current().tag.has(IMPLIED) && !items.contains(&self.current().tag) {
            self.pop();
        }
        self.pop_if(items.contains(&self.current().tag), "an open element at the end of an item")
    }

    fn start_foreign(&mut self, tag: Tag, name: Range, attrs: Range, closed: bool) -> Plain {
        let inside = self.current().tag;
        if tag.has(BREAKS_OUT) || matches!(tag, Tag::Script | Tag::ForeignObject | Tag::Font | Tag::Math) {
            return Err("an odd element in an svg");
        }
        if matches!(inside, Tag::Title | Tag::Desc) {
            return Err("an element in an svg's title");
        }
        if closed {
            self.add(What::Foreign, tag, name, attrs);
        } else {
            self.push(What::Foreign, tag, name, attrs);
        }
        Ok(())
    }

    // End tags.

    fn end(&mut self, tag: Tag, name: Range) -> Plain {
        let open = self.current();
        if open.foreign {
            return self.end_named(name);
        }
        match self.mode {
            Mode::Body => {}
            Mode::InHead if tag == Tag::Head => {
                self.advance();
                return Ok(());
            }
            Mode::Initial | Mode::BeforeHtml | Mode::BeforeHead | Mode::InHead | Mode::AfterHead => {
                return Err("an end tag before the body");
            }
        }
        match tag {
            // Nothing is closed by these: what follows still goes where the body's end went.
            Tag::Body | Tag::Html if open.around & IN_BODY != 0 => return Ok(()),
            Tag::Body | Tag::Html => return Err("the end of the body in something"),
            Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr => return self.end_in_table(tag),
            Tag::P if open.around & IN_P == 0 => {
                if open.tag.has(GRID) {
                    return Err("a p in a table");
                }
                // The end of a p that is not open is an empty p.
                self.push_implied(Tag::P);
            }
            Tag::P | Tag::Li | Tag::Dd | Tag::Dt => self.pop_inner(Some(tag)),
            Tag::Td | Tag::Th | Tag::Caption => self.pop_inner(None),
            _ if tag.has(CLOSES_INNER | HEADING) => self.pop_inner(None),
            _ if tag.has(FORMATS) => {}
            _ => {
                while matches!(self.current().tag, Tag::Option | Tag::Optgroup) && self.current().tag != tag {
                    self.pop();
                }
            }
        }
        self.end_named(name)
    }

    /// Closes the current element, which must have this name.
    fn end_named(&mut self, name: Range) -> Plain {
        let open = self.current();
        let (name, written) = (name.of(self.text), self.entries[open.entry as usize].text.of(self.text));
        let written = if written.is_empty() { open.tag.name() } else { written };
        if !written.eq_ignore_ascii_case(name) {
            return Err("an end tag of something else");
        }
        self.pop();
        Ok(())
    }

    /// Closes all parts of a table up to this one.
    fn end_in_table(&mut self, tag: Tag) -> Plain {
        loop {
            let open = self.current();
            match open.tag {
                _ if open.tag == tag => {
                    self.pop();
                    return Ok(());
                }
                Tag::Colgroup | Tag::Tbody | Tag::Thead | Tag::Tfoot if tag == Tag::Table => self.pop(),
                Tag::Tr if tag != Tag::Tr => self.pop(),
                Tag::Table | Tag::Colgroup | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr => return Err("an end tag of something else"),
                _ if open.around & IN_CELL != 0 || open.around & IN_CAPTION != 0 && tag == Tag::Table => self.close_cell()?,
                _ => return Err("an end tag of something else"),
            }
        }
    }
}

/// What stands around the children of an element.
fn around(tag: Tag, mut around: Around) -> Around {
    if tag.has(SCOPE) {
        around &= !(IN_P | IN_BUTTON | IN_SELECT | IN_BODY);
    }
    if tag.has(SPECIAL) && !matches!(tag, Tag::Address | Tag::Div | Tag::P) {
        around &= !(IN_LI | IN_DD);
    }
    match tag {
        Tag::Body => around | IN_BODY,
        Tag::P => around | IN_P,
        Tag::Li => around | IN_LI,
        Tag::Dd | Tag::Dt => around | IN_DD,
        Tag::A => around | IN_A,
        Tag::Button => around & !IN_P | IN_BUTTON,
        Tag::Select => around | IN_SELECT,
        Tag::Form => around | IN_FORM,
        Tag::Td | Tag::Th => around & !(IN_A | IN_CAPTION) | IN_CELL,
        Tag::Caption => around & !(IN_A | IN_CELL) | IN_CAPTION,
        Tag::Table => around & !(IN_CELL | IN_CAPTION),
        Tag::Object => around & !IN_A,
        _ => around,
    }
}

/// Whether in this script `</script` may not be its end: a script begins inside a comment (13.2.5.20 to 31).
fn hides_its_end(script: &[u8]) -> bool {
    let Some(comment) = memmem::find(script, b"<!--") else { return false };
    let rest = &script[comment..];
    memchr_iter(b'<', rest).any(|at| rest.get(at + 1..at + 7).is_some_and(|word| word.eq_ignore_ascii_case(b"script")))
}
