//! Pages of HTML, read within limits: nodes, depth, attributes and counted work. Knows nothing of records.
//!
//! Plain pages are read from an [`outline`], all others from a tree: [`read`] decides, and nobody else can tell.
//!
//! Every known way to make the tree builder slow is a way to make its stack of open elements or its list of formatting elements long:
//! it scans them for each tag, and opens the whole list anew for each paragraph. So the guard sits between tokenizer and tree builder and
//! keeps both short: past [`caps::HTML_DEPTH`] an element is closed as soon as it is opened, so that what it holds goes to its ancestor.
//! What is left is linear, and counted in the tree sink, which sees each step of each scan.

mod element;
mod guard;
mod meter;
mod outline;
mod sink;
mod tag;
mod text;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use memchr::memchr;
use scraper::Html;

use super::Input;
use crate::base::caps;
use crate::model::{Failure, FailureClass};

use guard::Guard;
use meter::{Meter, Over};

pub(super) use element::{Attributes, Element};
use outline::Outline;
pub(super) use sink::NodeId;
pub(super) use tag::Tag;
pub(super) use text::{skipped, visible_text};

/// Bytes given to the tokenizer at once.
const PIECE: usize = 4 * 1024;
/// Bytes of a tag after which its attributes are counted before it ends.
const LONG_TAG: usize = 4 * 1024;
/// Bytes, and steps of counted work, between two looks at the clock.
const LOOK_BYTES: usize = 16 * 1024;
const LOOK_WORK: u64 = 200_000;

/// What is done with a page, whichever way it is read.
pub(super) trait Reading {
    /// What comes of it.
    type Output;

    /// Reads the page with this root, which has so many nodes. It may be called twice: what it did at first is to be forgotten then.
    fn read<'t, E: Element<'t>>(&self, root: E, nodes: usize) -> Result<Self::Output, Failure>;
}

/// Reads a page.
///
/// # Errors
///
/// As [`parse`], and those of the reading.
pub(super) fn read<R: Reading>(text: &str, input: &Input<'_>, reading: &R) -> Result<R::Output, Failure> {
    let lines = outline::lines(text);
    if let Some(outline) = Outline::of(&lines, input)? {
        let output = reading.read(outline.root(), outline.nodes());
        if !outline.doubtful() {
            return output;
        }
    }
    let tree = parse(text, input)?;
    reading.read(tree.html.root_element(), tree.nodes)
}

/// How many nodes the outline of a page has; for benchmarks.
#[cfg(test)]
pub(super) fn outline_nodes(text: &str, input: &Input<'_>) -> usize {
    Outline::of(text, input).ok().flatten().map_or(0, |outline| outline.nodes())
}

/// A parsed page.
pub(super) struct Tree {
    /// The tree. (It is not `Send`; it lives and dies inside one read.)
    pub(super) html: Html,
    /// How many nodes it has.
    pub(super) nodes: usize,
}

/// Parses a page.
///
/// # Errors
///
/// [`FailureClass::ParseLimit`] with the figure that was exceeded.
pub(super) fn parse(text: &str, input: &Input<'_>) -> Result<Tree, Failure> {
    parse_counted(text, input).map(|(tree, _)| tree)
}

/// As [`parse`], and the work it took.
fn parse_counted(text: &str, input: &Input<'_>) -> Result<(Tree, u64), Failure> {
    match attempt(text, input, Cut::Anywhere)? {
        Some(parsed) => Ok(parsed),
        None => Ok(attempt(text, input, Cut::AtTags)?.expect("only pieces cut anywhere leave a doubt")),
    }
}

/// How the text is cut into pieces.
#[derive(Clone, Copy, PartialEq)]
enum Cut {
    /// Every [`PIECE`] bytes: quick, but a long tag cannot be told from a long comment.
    Anywhere,
    /// At each `<` too: whatever is unfinished at the end of a piece began where a piece began.
    AtTags,
}

/// Parses once; `None` when a doubt about a long tag asks for the other cut.
fn attempt(text: &str, input: &Input<'_>, cut: Cut) -> Result<Option<(Tree, u64)>, Failure> {
    let meter = Meter::new();
    let tokenizer = Tokenizer::new(Guard::new(meter.clone()), TokenizerOpts::default());
    if !feed(&tokenizer, &meter, text, input, cut)? {
        return Ok(None);
    }
    tokenizer.end();
    if let Some(over) = meter.over() {
        return Err(limit(input, over));
    }
    let work = meter.work();
    let nodes = meter.nodes();
    Ok(Some((Tree { html: tokenizer.sink.finish(), nodes }, work)))
}

fn limit(input: &Input<'_>, over: Over) -> Failure {
    Failure::new(FailureClass::ParseLimit, format!("{}: {over}", input.url))
}

/// Gives the text to the tokenizer piece by piece; `false` when a doubt asks for the other cut.
///
/// The tokenizer compares each attribute of a tag with all before it, and says nothing until the tag ends. So a silent stretch is looked at from
/// outside: roughly at first, and only if there may be too many attributes in it, exactly.
fn feed(tokenizer: &Tokenizer<Guard>, meter: &Meter, text: &str, input: &Input<'_>, cut: Cut) -> Result<bool, Failure> {
    let whole = StrTendril::from_slice(text);
    let queue = BufferQueue::default();
    let mut silent: Option<Silent> = None;
    let (mut looked_at, mut looked_work) = (0, 0);
    let mut at = 0;
    while at < text.len() {
        let end = piece_end(text, at, cut);
        let tokens = meter.tokens();
        queue.push_back(whole.subtendril(small(at), small(end - at)));
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        if let Some(over) = meter.over() {
            return Err(limit(input, over));
        }
        if meter.tokens() == tokens {
            let silent = silent.get_or_insert(Silent { start: at, count_at: at + LONG_TAG, separators: 0 });
            match cut {
                Cut::Anywhere if silent.doubtful(&text.as_bytes()[at..end]) => return Ok(false),
                Cut::Anywhere => {}
                Cut::AtTags => silent.count(text.as_bytes(), end, meter),
            }
        } else {
            silent = None;
        }
        at = end;
        if at - looked_at >= LOOK_BYTES || meter.work() - looked_work >= LOOK_WORK {
            (looked_at, looked_work) = (at, meter.work());
            input.check_time()?;
        }
    }
    Ok(true)
}

/// The end of the piece that begins at `at`, at a character's border.
fn piece_end(text: &str, at: usize, cut: Cut) -> usize {
    let limit = text.floor_char_boundary((at + PIECE).min(text.len()));
    match cut {
        Cut::Anywhere => limit,
        Cut::AtTags => memchr(b'<', &text.as_bytes()[at + 1..limit]).map_or(limit, |next| at + 1 + next),
    }
}

/// Bodies are capped far below 4 GiB ([`caps::BODY_BYTES`]); what is longer would be cut by the tokenizer's own limit anyway.
fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A stretch in which no token ended: the inside of a tag, a comment or a declaration.
struct Silent {
    start: usize,
    count_at: usize,
    separators: usize,
}

impl Silent {
    /// Whether, with this piece, it may hold too many attributes: each has white space, a slash or a closing quote before it.
    fn doubtful(&mut self, piece: &[u8]) -> bool {
        self.separators += piece.iter().filter(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'')).count();
        self.separators > caps::HTML_ATTRIBUTES / 2
    }

    /// Counts the attributes from the beginning of the tag: at 4 KiB, then at twice the length each time, so that this stays linear.
    fn count(&mut self, text: &[u8], end: usize, meter: &Meter) {
        if end >= self.count_at {
            self.count_at = end + (end - self.start);
            meter.see_attributes(count_attributes(&text[self.start..end]));
        }
    }
}

/// The attributes in the beginning of a tag, as the tokenizer would see them (HTML standard 13.2.5.32 ff.); 0 when it is no tag.
fn count_attributes(tag: &[u8]) -> usize {
    let name = tag.strip_prefix(b"</").or_else(|| tag.strip_prefix(b"<")).unwrap_or_default();
    if !name.first().is_some_and(u8::is_ascii_alphabetic) {
        return 0;
    }
    let mut rest = name.iter().copied().skip_while(|b| !b.is_ascii_whitespace() && *b != b'/').peekable();
    let mut count = 0;
    loop {
        while rest.next_if(|b| b.is_ascii_whitespace() || *b == b'/').is_some() {}
        let Some(_) = rest.next_if(|b| *b != b'>') else { return count };
        count += 1;
        while rest.next_if(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'=')).is_some() {}
        while rest.next_if(u8::is_ascii_whitespace).is_some() {}
        if rest.next_if_eq(&b'=').is_none() {
            continue;
        }
        while rest.next_if(u8::is_ascii_whitespace).is_some() {}
        match rest.next_if(|b| matches!(b, b'"' | b'\'')) {
            Some(quote) => {
                while rest.next_if(|b| *b != quote).is_some() {}
                rest.next();
            }
            None => while rest.next_if(|b| !b.is_ascii_whitespace() && *b != b'>').is_some() {},
        }
    }
}

#[cfg(test)]
pub(crate) mod soup;
#[cfg(test)]
mod tests;
