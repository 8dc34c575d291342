//! Stands between tokenizer and tree builder and keeps the builder's two lists short. Knows tags, not trees.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use html5ever::interface::{Tracer, TreeSink};
use html5ever::tokenizer::{EndTag, StartTag, Tag, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, local_name};
use scraper::Html;

use super::meter::Meter;
use super::sink::{CountingSink, NodeId};
use crate::base::caps;

/// Start tags between two counts of the builder's lists, while they are short.
const RECOUNT: usize = 32;
/// Comparing two formatting elements copies and sorts the attributes of both: dear, so it counts for more.
const COMPARE: usize = 8;

/// The guard, with the tree builder behind it.
pub(super) struct Guard {
    builder: TreeBuilder<NodeId, CountingSink>,
    meter: Meter,
    /// Elements open or waiting to be opened again, at the last count.
    held: Cell<usize>,
    /// Start tags since that count, those of flattened elements left out.
    since: Cell<usize>,
    /// Whether an end tag has reached the builder since that count: only then can it hold fewer.
    ended: Cell<bool>,
    /// Elements that were closed as soon as opened, by name: their end tags are still to come.
    flattened: RefCell<HashMap<LocalName, usize>>,
}

/// Counts handles.
struct Census(Cell<usize>);

impl Tracer for Census {
    type Handle = NodeId;
    fn trace_handle(&self, _: &NodeId) {
        self.0.set(self.0.get() + 1);
    }
}

impl Guard {
    /// An empty document.
    pub(super) fn new(meter: Meter) -> Self {
        let builder = TreeBuilder::new(CountingSink::new(meter.clone()), TreeBuilderOpts::default());
        Self { builder, meter, held: Cell::new(0), since: Cell::new(0), ended: Cell::new(false), flattened: RefCell::default() }
    }

    /// The tree as far as it was built.
    pub(super) fn finish(self) -> Html {
        self.builder.sink.finish()
    }

    /// How many elements the builder holds: at most twice as many as the tree is deep, as formatting elements are in both of its lists.
    fn recount(&self) -> usize {
        let census = Census(Cell::new(0));
        self.builder.trace_handles(&census);
        let held = census.0.get();
        self.meter.spend(held as u64);
        self.held.set(held);
        self.since.set(0);
        self.ended.set(false);
        held
    }

    fn start_tag(&self, tag: Tag, line: u64) -> TokenSinkResult<NodeId> {
        self.meter.see_attributes(tag.attrs.len());
        self.meter.name(&tag.name);
        for attribute in &tag.attrs {
            self.meter.name(&attribute.name.local);
            if attribute.name.local == local_name!("class") {
                self.meter.classes(&attribute.value);
            }
        }
        if self.meter.over().is_some() {
            return TokenSinkResult::Continue;
        }
        let since = self.since.get() + 1;
        let mut held = self.held.get() + since;
        let dear = is_formatting(&tag.name) && tag.attrs.len() * held > RECOUNT;
        let known_full = self.held.get() >= caps::HTML_DEPTH && !self.ended.get();
        if dear || since >= RECOUNT || held >= caps::HTML_DEPTH && !known_full {
            held = self.recount();
        }
        if dear {
            self.meter.spend((tag.attrs.len() * held * COMPARE) as u64);
        }
        if held < caps::HTML_DEPTH || !nests(&tag.name) {
            self.since.set(self.since.get() + 1);
            return self.builder.process_token(Token::TagToken(tag), line);
        }
        let end = Tag { kind: EndTag, name: tag.name.clone(), self_closing: false, attrs: Vec::new(), had_duplicate_attributes: false };
        *self.flattened.borrow_mut().entry(tag.name.clone()).or_default() += 1;
        let result = self.builder.process_token(Token::TagToken(tag), line);
        match result {
            TokenSinkResult::Continue => self.builder.process_token(Token::TagToken(end), line),
            TokenSinkResult::Script(_)
            | TokenSinkResult::Plaintext
            | TokenSinkResult::RawData(_)
            | TokenSinkResult::EncodingIndicator(_) => result,
        }
    }

    fn end_tag(&self, tag: Tag, line: u64) -> TokenSinkResult<NodeId> {
        let mut flattened = self.flattened.borrow_mut();
        if let Some(count) = flattened.get_mut(&tag.name) {
            *count -= 1;
            if *count == 0 {
                flattened.remove(&tag.name);
            }
            return TokenSinkResult::Continue;
        }
        drop(flattened);
        self.ended.set(true);
        self.builder.process_token(Token::TagToken(tag), line)
    }
}

impl TokenSink for Guard {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        if let Token::ParseError(_) = token {
            return TokenSinkResult::Continue;
        }
        self.meter.token();
        if self.meter.over().is_some() {
            return TokenSinkResult::Continue;
        }
        match token {
            // Nobody reads comments, and a flood of them would fill the tree.
            Token::CommentToken(_) | Token::ParseError(_) => TokenSinkResult::Continue,
            Token::TagToken(tag) if tag.kind == StartTag => self.start_tag(tag, line),
            Token::TagToken(tag) => self.end_tag(tag, line),
            Token::DoctypeToken(_) | Token::CharacterTokens(_) | Token::NullCharacterToken | Token::EOFToken => {
                self.builder.process_token(token, line)
            }
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Elements that the builder opens again after each block (HTML standard 13.2.4.3).
fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Whether elements of this name can hold others. The rest (void, raw text, once in a document) must not be closed by us: the first two close
/// themselves, and the end of the last would end the document.
fn nests(name: &LocalName) -> bool {
    !matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("col")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("image")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("param")
            | local_name!("source")
            | local_name!("track")
            | local_name!("wbr")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("noscript")
            | local_name!("plaintext")
            | local_name!("script")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("xmp")
            | local_name!("html")
            | local_name!("head")
            | local_name!("body")
            | local_name!("frameset")
    )
}
