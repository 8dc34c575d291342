//! Splits a page into tags and texts without copying. Reads what pages are made of; whatever is odd it refuses, so that it need not know it.

use memchr::{memchr, memmem};

use super::super::meter;
use super::{Attr, Odd, Range};
use crate::base::caps;

/// A piece of a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    /// Text, references and all.
    Text(Range),
    /// A start tag: its name, whether it ends in `/>`; its attributes are in the list.
    Start(Range, bool),
    /// An end tag.
    End(Range),
    /// A comment: nobody reads it.
    Comment,
    /// A document type, after that word.
    Doctype(Range),
    /// Nothing is left.
    Over,
}

/// Reads a page from its beginning to its end.
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Scanner<'t> {
    /// At the beginning. The text is shorter than 4 GiB.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text: text.as_bytes(), at: 0 }
    }

    /// Bytes read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn byte(&self) -> Result<u8, Odd> {
        self.text.get(self.at).copied().ok_or("a tag that does not end")
    }

    /// The next piece; the attributes of a start tag are added to the list.
    pub(super) fn next(&mut self, attrs: &mut Vec<Attr>) -> Result<Token, Odd> {
        let start = self.at;
        let mut from = start;
        let tag = loop {
            let Some(next) = memchr(b'<', &self.text[from..]) else {
                if self.text.ends_with(b"<") {
                    return Err("a lone < at the end");
                }
                self.at = self.text.len();
                return Ok(if start == self.at { Token::Over } else { Token::Text(Range::new(start, self.at)) });
            };
            let tag = from + next;
            match self.text.get(tag + 1) {
                Some(b'/' | b'!' | b'?') | None => break tag,
                Some(letter) if letter.is_ascii_alphabetic() => break tag,
                // "1 < 2" is text.
                Some(_) => from = tag + 1,
            }
        };
        self.at = tag;
        if tag > start {
            return Ok(Token::Text(Range::new(start, tag)));
        }
        self.at = tag + 1;
        match self.byte()? {
            b'!' => self.declaration(),
            b'?' => Err("a processing instruction"),
            b'/' => {
                self.at += 1;
                self.end()
            }
            _ => self.start(attrs),
        }
    }

    /// After `<!` but for the `!`.
    fn declaration(&mut self) -> Result<Token, Odd> {
        let rest = &self.text[self.at + 1..];
        if let Some(comment) = rest.strip_prefix(b"--") {
            let end = memmem::find(comment, b"-->").ok_or("a comment that does not end")?;
            let inside = &comment[..end];
            if comment.starts_with(b">") || comment.starts_with(b"->") || memmem::find(inside, b"--!>").is_some() {
                return Err("an odd comment");
            }
            self.at += 1 + 2 + end + 3;
            return Ok(Token::Comment);
        }
        if !rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")) {
            return Err("a declaration");
        }
        let start = self.at + 1 + 7;
        let end = self.at + 1 + memchr(b'>', rest).ok_or("a declaration that does not end")?;
        self.at = end + 1;
        Ok(Token::Doctype(Range::new(start, end)))
    }

    fn name(&mut self) -> Result<Range, Odd> {
        let start = self.at;
        loop {
            match self.byte()? {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b':' | b'.' => self.at += 1,
                b' ' | b'\n' | b'\t' | 0x0c | b'/' | b'>' => return Ok(Range::new(start, self.at)),
                _ => return Err("an odd name of an element"),
            }
        }
    }

    fn white(&mut self) -> Result<u8, Odd> {
        loop {
            match self.byte()? {
                b' ' | b'\n' | b'\t' | 0x0c => self.at += 1,
                other => return Ok(other),
            }
        }
    }

    /// After `</`.
    fn end(&mut self) -> Result<Token, Odd> {
        if !self.byte()?.is_ascii_alphabetic() {
            return Err("an odd end tag");
        }
        let name = self.name()?;
        if self.white()? != b'>' {
            return Err("an end tag with attributes");
        }
        self.at += 1;
        Ok(Token::End(name))
    }

    /// After `<`, at a letter (HTML standard 13.2.5.8 and 13.2.5.32 to 40).
    fn start(&mut self, attrs: &mut Vec<Attr>) -> Result<Token, Odd> {
        let name = self.name()?;
        let most = (attrs.len() + caps::HTML_ATTRIBUTES).min(meter::ATTRIBUTES);
        loop {
            match self.white()? {
                b'>' => {
                    self.at += 1;
                    return Ok(Token::Start(name, false));
                }
                b'/' => {
                    self.at += 1;
                    if self.byte()? == b'>' {
                        self.at += 1;
                        return Ok(Token::Start(name, true));
                    }
                }
                // Counted before they are kept: the tree says which limit it was.
                _ if attrs.len() > most => return Err("too many attributes"),
                _ => attrs.push(self.attribute()?),
            }
        }
    }

    fn attribute(&mut self) -> Result<Attr, Odd> {
        let start = self.at;
        loop {
            match self.byte()? {
                b' ' | b'\n' | b'\t' | 0x0c | b'/' | b'>' => break,
                b'=' if self.at > start => break,
                _ => self.at += 1,
            }
        }
        let name = Range::new(start, self.at);
        if self.white()? != b'=' {
            return Ok(Attr { name, value: Range::new(0, 0) });
        }
        self.at += 1;
        let value = match self.white()? {
            quote @ (b'"' | b'\'') => {
                let start = self.at + 1;
                let length = memchr(quote, &self.text[start..]).ok_or("a tag that does not end")?;
                self.at = start + length + 1;
                Range::new(start, start + length)
            }
            b'>' => Range::new(0, 0),
            _ => {
                let start = self.at;
                while !matches!(self.byte()?, b' ' | b'\n' | b'\t' | 0x0c | b'>') {
                    self.at += 1;
                }
                Range::new(start, self.at)
            }
        };
        Ok(Attr { name, value })
    }

    /// The text up to the end tag of this name, which is passed.
    pub(super) fn raw(&mut self, name: &str) -> Result<Range, Odd> {
        let start = self.at;
        let mut from = start;
        loop {
            let end = from + memmem::find(&self.text[from..], b"</").ok_or("raw text that does not end")?;
            from = end + 2;
            let after = from + name.len();
            let named = self.text.get(from..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            if named && matches!(self.text.get(after), Some(b' ' | b'\n' | b'\t' | 0x0c | b'/' | b'>')) {
                self.at = after;
                if self.white()? != b'>' {
                    return Err("an end tag with attributes");
                }
                self.at += 1;
                return Ok(Range::new(start, end));
            }
        }
    }
}
