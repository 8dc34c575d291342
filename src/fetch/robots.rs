//! robots.txt after RFC 9309, to the letter. Pure; knows no network, no clock, and of the file only what concerns one agent.

use std::time::Duration;

use memchr::memmem;
use url::Url;

use crate::base::caps;

/// Rules of one file that are kept; more is an attack on the reader.
const RULES: usize = 50_000;
/// Sitemap lines that are kept.
const SITEMAPS: usize = 1_000;
/// How `disallow` is misspelt in the wild; Google's parser reads the same five.
const DISALLOW: [&[u8]; 6] = [b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw"];

/// What a robots.txt says to one agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Robots {
    /// Longest first, and `allow` before `disallow` of the same length: the first that matches decides (section 2.2.2).
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
    sitemaps: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    allow: bool,
    line: u32,
    written: String,
    plain: Pattern,
    /// The same with the reserved characters of its query encoded, when that differs (the second row of the table in section 2.2.2).
    encoded: Option<Pattern>,
}

/// The pieces between `*`, in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    pieces: Vec<Vec<u8>>,
    anchored: bool,
    octets: usize,
}

/// What robots.txt says of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be fetched.
    Allowed,
    /// It may not.
    Disallowed {
        /// The deciding line's number, from 1.
        line: u32,
        /// The path it names.
        rule: String,
    },
}

impl Robots {
    /// Reads a file for the agent with this product token (letters, `-` and `_`, such as `atalaya`). Total: any bytes are a robots.txt.
    pub fn parse(body: &[u8], token: &str) -> Self {
        let mut reading = Reading::new(token);
        for (number, line) in (1_u32..).zip(lines(cut(body))) {
            if let Some((key, value)) = key_and_value(line) {
                reading.line(number, key, value);
            }
        }
        reading.end()
    }

    /// Whether the address may be fetched. Only its path and query count.
    pub fn verdict(&self, url: &Url) -> Verdict {
        if url.path() == "/robots.txt" || self.rules.is_empty() {
            return Verdict::Allowed;
        }
        let mut target = url.path().to_owned();
        if let Some(query) = url.query() {
            target.push('?');
            target.push_str(query);
        }
        let plain = normal(target.as_bytes(), Special::Literal, Query::AsIs);
        let encoded = normal(target.as_bytes(), Special::Literal, Query::Encoded);
        let hit =
            self.rules.iter().find(|rule| rule.plain.matches(&plain) || rule.encoded.as_ref().unwrap_or(&rule.plain).matches(&encoded));
        match hit {
            Some(rule) if !rule.allow => Verdict::Disallowed { line: rule.line, rule: rule.written.clone() },
            Some(_) | None => Verdict::Allowed,
        }
    }

    /// The `Crawl-delay` for this agent, as written (not in the RFC, but honoured).
    pub const fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// The `Sitemap` lines, as written.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }
}

/// Octets that are no UTF-8 become their percent form, which is how they would be compared anyway; so the text can be stored.
pub(super) fn text_of(body: &[u8]) -> String {
    let mut out = String::with_capacity(body.len());
    for chunk in cut(body).utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            push_percent(&mut out, *byte);
        }
    }
    out
}

fn push_percent(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

/// At most the cap, and then only whole lines: half a path would forbid more than was meant.
fn cut(body: &[u8]) -> &[u8] {
    let most = usize::try_from(caps::ROBOTS_BYTES).unwrap_or(usize::MAX);
    if body.len() <= most {
        return body;
    }
    let head = &body[..most];
    memchr::memrchr2(b'\n', b'\r', head).map_or(head, |end| &head[..end])
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let all = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', all) else {
            rest = None;
            return Some(all);
        };
        let skip = if all[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = Some(&all[end + skip..]);
        Some(&all[..end])
    })
}

fn key_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = memchr::memchr(b'#', line).map_or(line, |at| &line[..at]).trim_ascii();
    if let Some(at) = memchr::memchr(b':', line) {
        return Some((line[..at].trim_ascii(), line[at + 1..].trim_ascii()));
    }
    // `Disallow /private`: the colon forgotten, and nothing else it could mean.
    let at = line.iter().position(u8::is_ascii_whitespace)?;
    let value = line[at..].trim_ascii();
    (!value.iter().any(u8::is_ascii_whitespace)).then_some((&line[..at], value))
}

/// Whom a group speaks to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Us,
    Everyone,
    Others,
}

/// What was gathered for one of the two names that concern us.
#[derive(Default)]
struct Gathered {
    seen: bool,
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

struct Reading<'a> {
    token: &'a str,
    us: Gathered,
    everyone: Gathered,
    to_us: bool,
    to_everyone: bool,
    /// A rule was read since the last `user-agent`: the next one begins a new group.
    rules_begun: bool,
    sitemaps: Vec<String>,
}

impl<'a> Reading<'a> {
    fn new(token: &'a str) -> Self {
        Self {
            token,
            us: Gathered::default(),
            everyone: Gathered::default(),
            to_us: false,
            to_everyone: false,
            rules_begun: false,
            sitemaps: Vec::new(),
        }
    }

    fn line(&mut self, number: u32, key: &[u8], value: &[u8]) {
        let is = |word: &[u8]| key.eq_ignore_ascii_case(word);
        if is(b"user-agent") || is(b"useragent") || is(b"user agent") {
            self.agent(value);
        } else if is(b"allow") {
            self.rule(number, true, value);
        } else if DISALLOW.iter().any(|word| is(word)) {
            self.rule(number, false, value);
        } else if is(b"crawl-delay") || is(b"crawldelay") {
            self.delay(value);
        } else if (is(b"sitemap") || is(b"site-map")) && self.sitemaps.len() < SITEMAPS && !value.is_empty() {
            self.sitemaps.push(String::from_utf8_lossy(value).into_owned());
        }
    }

    fn agent(&mut self, value: &[u8]) {
        if self.rules_begun {
            (self.to_us, self.to_everyone, self.rules_begun) = (false, false, false);
        }
        match named(value, self.token) {
            Named::Us => (self.to_us, self.us.seen) = (true, true),
            Named::Everyone => (self.to_everyone, self.everyone.seen) = (true, true),
            Named::Others => {}
        }
    }

    fn rule(&mut self, line: u32, allow: bool, value: &[u8]) {
        self.rules_begun = true;
        // An empty path matches nothing: `Disallow:` forbids nothing.
        if value.is_empty() || !(self.to_us || self.to_everyone) {
            return;
        }
        let written = String::from_utf8_lossy(value).into_owned();
        let (plain, encoded) = (Pattern::new(value, Query::AsIs), Pattern::new(value, Query::Encoded));
        let encoded = (encoded != plain).then_some(encoded);
        let rule = Rule { allow, line, written, plain, encoded };
        if self.to_us && self.us.rules.len() < RULES {
            self.us.rules.push(rule.clone());
        }
        if self.to_everyone && self.everyone.rules.len() < RULES {
            self.everyone.rules.push(rule);
        }
    }

    fn delay(&mut self, value: &[u8]) {
        let seconds = std::str::from_utf8(value).ok().and_then(|text| text.parse::<f64>().ok());
        let Some(delay) = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok()) else { return };
        for (addressed, gathered) in [(self.to_us, &mut self.us), (self.to_everyone, &mut self.everyone)] {
            if addressed {
                gathered.crawl_delay = gathered.crawl_delay.max(Some(delay));
            }
        }
    }

    fn end(self) -> Robots {
        // Groups that name us make all others void, also when they hold no rule (section 2.2.1).
        let Gathered { mut rules, crawl_delay, .. } = if self.us.seen { self.us } else { self.everyone };
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.plain.octets), !rule.allow));
        Robots { rules, crawl_delay, sitemaps: self.sitemaps }
    }
}

/// `*`, or the product token at the start of the value: `atalaya/1.0` and `Atalaya (test)` name `atalaya`, `atalayabot` does not.
fn named(value: &[u8], token: &str) -> Named {
    if value.first() == Some(&b'*') && value.get(1).is_none_or(u8::is_ascii_whitespace) {
        return Named::Everyone;
    }
    let length = value.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_')).count();
    if value[..length].eq_ignore_ascii_case(token.as_bytes()) { Named::Us } else { Named::Others }
}

/// What `*` and `$` are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    /// Characters of an address: compared in their percent form (section 2.2.3).
    Literal,
    /// Signs of a pattern.
    Sign,
}

/// How reserved characters behind the `?` are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Query {
    AsIs,
    Encoded,
}

/// The form in which octets are compared (section 2.2.2): unreserved characters plain, other percent forms in upper case, everything
/// outside ASCII encoded.
fn normal(text: &[u8], special: Special, query: Query) -> Vec<u8> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut in_query = false;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let escaped = (byte == b'%').then(|| text.get(at + 1..at + 3).and_then(hex)).flatten();
        at += if escaped.is_some() { 3 } else { 1 };
        match (escaped, byte) {
            (Some(octet), _) if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') => out.push(char::from(octet)),
            (Some(octet), _) => push_percent(&mut out, octet),
            (None, b'*' | b'$') if special == Special::Literal => push_percent(&mut out, byte),
            (None, b':' | b'/' | b'?' | b'@' | b'[' | b']' | b'!' | b'\'' | b'(' | b')' | b',') if in_query && query == Query::Encoded => {
                push_percent(&mut out, byte);
            }
            (None, _) if byte.is_ascii_graphic() => out.push(char::from(byte)),
            (None, _) => push_percent(&mut out, byte),
        }
        in_query |= byte == b'?';
    }
    out.into_bytes()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(*digits.first()?)? << 4 | digit(*digits.get(1)?)?)
}

impl Pattern {
    fn new(written: &[u8], query: Query) -> Self {
        let (body, anchored) = match written.strip_suffix(b"$") {
            Some(body) => (body, true),
            None => (written, false),
        };
        let text = normal(body, Special::Sign, query);
        let octets = text.len() + usize::from(anchored);
        // A `$` that does not end the pattern is a character like any other, and compared as addresses have it.
        let pieces = text.split(|b| *b == b'*').map(dollars_encoded).collect();
        Self { pieces, anchored, octets }
    }

    fn matches(&self, target: &[u8]) -> bool {
        let [first, middle @ ..] = self.pieces.as_slice() else { return false };
        let Some(mut rest) = target.strip_prefix(first.as_slice()) else { return false };
        let Some((last, between)) = middle.split_last() else { return !self.anchored || rest.is_empty() };
        for piece in between {
            let Some(at) = memmem::find(rest, piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        if self.anchored { rest.ends_with(last) } else { memmem::find(rest, last).is_some() }
    }
}

fn dollars_encoded(piece: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(piece.len());
    for byte in piece {
        match byte {
            b'$' => out.extend_from_slice(b"%24"),
            _ => out.push(*byte),
        }
    }
    out
}

#[cfg(test)]
#[path = "robots_tests.rs"]
mod tests;
