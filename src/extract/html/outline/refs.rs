//! Character references. The usual ones are read here; for the rest the tokenizer of the tree is asked, so that both say the same.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use memchr::memchr;

/// Text between tags.
pub(super) fn of_text(raw: &str) -> Cow<'_, str> {
    // In this state nothing but references has a meaning: there is no element whose end tag would end it.
    decode(raw, || ask(raw, Some(State::RawData(RawKind::Rcdata))))
}

/// The value of an attribute; `quote` is what stands around it.
pub(super) fn of_value<'t>(raw: &'t str, quote: &str) -> Cow<'t, str> {
    decode(raw, || ask(&format!("<a a={quote}{raw}{quote}>"), None))
}

fn decode(raw: &str, ask: impl FnOnce() -> String) -> Cow<'_, str> {
    let Some(mut next) = memchr(b'&', raw.as_bytes()) else { return Cow::Borrowed(raw) };
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        out.push_str(&rest[..next]);
        rest = &rest[next + 1..];
        let Some((c, length)) = usual(rest) else { return Cow::Owned(ask()) };
        out.push(c);
        rest = &rest[length..];
        match memchr(b'&', rest.as_bytes()) {
            Some(at) => next = at,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What begins after an `&`, and how many bytes of it; `None` when one must know the standard's table.
fn usual(rest: &str) -> Option<(char, usize)> {
    let first = rest.as_bytes().first();
    if !first.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'#') {
        return Some(('&', 0));
    }
    for (name, c) in [("amp;", '&'), ("nbsp;", '\u{a0}'), ("quot;", '"'), ("lt;", '<'), ("gt;", '>')] {
        if rest.starts_with(name) {
            return Some((c, name.len()));
        }
    }
    let end = rest.bytes().take(9).position(|b| b == b';')?;
    let digits = rest[..end].strip_prefix('#')?;
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    // Those below stand for others (13.2.5.80).
    let c = char::from_u32(number).filter(|c| matches!(c, ' '..='~' | '\u{a0}'..))?;
    Some((c, end + 1))
}

/// Gathers what the tokenizer says.
#[derive(Default)]
struct Listener(RefCell<String>);

impl TokenSink for Listener {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.0.borrow_mut().push_str(&text),
            Token::TagToken(tag) => tag.attrs.iter().for_each(|attr| self.0.borrow_mut().push_str(&attr.value)),
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

fn ask(text: &str, initial_state: Option<State>) -> String {
    let options = TokenizerOpts { discard_bom: false, initial_state, ..TokenizerOpts::default() };
    let tokenizer = Tokenizer::new(Listener::default(), options);
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(text));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.take()
}
