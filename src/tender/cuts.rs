//! Cuts the entries out of a long XML document one by one, so that neither its length nor one broken entry matters to the others, and makes
//! each a document of its own. Knows no format.

use std::collections::BTreeSet;
use std::io::{BufRead, ErrorKind, Read};

use memchr::{memchr, memmem};

use crate::model::{Failure, FailureClass, Raw};

/// Bytes of one entry; the longest ones seen have under 2 MB.
const ENTRY_BYTES: usize = 16 * 1024 * 1024;
const TOO_LONG: &str = "it is longer than 16 MiB";
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;
/// Bytes of one tag that matters here.
const TAG_BYTES: usize = 64 * 1024;
/// Elements within each other in one entry; CODICE comes to 15.
const DEPTH: usize = 256;
/// Attributes of one element: the reader compares each with each.
const ATTRIBUTES: usize = 500;
/// Prefixes of one entry.
const PREFIXES: usize = 64;
/// The element that entries are wrapped in.
const WRAP: &str = "w";

/// An element that was cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Its local name.
    pub(super) name: String,
    /// Which one of this name it is, from 1.
    pub(super) number: usize,
    /// Its bytes as text; what was no UTF-8 is U+FFFD.
    pub(super) text: String,
    /// Why it is not whole.
    pub(super) fault: Option<&'static str>,
}

/// What is to be cut out: names are local ones, or with their prefix where they hold a `:`.
pub(super) struct Names<'a> {
    /// Entries: the beginning of one ends the one before it, whatever is missing there.
    pub(super) entries: &'a [&'a str],
    /// Small elements beside the entries; inside of entries they are left alone.
    pub(super) beside: &'a [&'a str],
}

/// The elements of a document, cut out in its order.
pub(super) struct Cuts<'a, R> {
    reader: R,
    names: Names<'a>,
    held: Vec<u8>,
    /// Where in `held` to go on.
    at: usize,
    /// The element that has begun: its place in `held`, its name as written, and whether it is an entry.
    open: Option<(usize, String, bool)>,
    numbers: Vec<(String, usize)>,
    /// The root's name as written; empty before it was met.
    pub(super) root: String,
    /// The root's start tag as written.
    pub(super) root_tag: String,
    /// Whether the root's end was met.
    pub(super) closed: bool,
    ended: bool,
}

/// What begins at a `<`.
#[derive(Debug, PartialEq, Eq)]
enum Markup<'a> {
    /// A comment, CDATA, a declaration, or a `<` that begins nothing: so many bytes to pass over.
    Pass(usize),
    /// A start tag's name as written.
    Start(&'a str),
    /// An end tag's name as written.
    End(&'a str),
    /// It cannot be told before there is more.
    More,
}

/// What begins at this `<`. Comments and CDATA that do not end as they must count as none: else one slip hides all that follows.
fn markup(bytes: &[u8], last: bool) -> Markup<'_> {
    if bytes.starts_with(b"<!--") {
        return match memmem::find(&bytes[4..], b"--") {
            // XML 1.0, 2.5: `--` must not occur within comments.
            Some(end) if bytes.get(end + 6).is_none() && !last => Markup::More,
            Some(end) if bytes.get(end + 6) == Some(&b'>') => Markup::Pass(end + 7),
            None if !last && bytes.len() < ENTRY_BYTES => Markup::More,
            Some(_) | None => Markup::Pass(4),
        };
    }
    if bytes.starts_with(b"<![CDATA[") {
        // No further than the next one: else many without an end are searched to the document's end each.
        let again = memmem::find(&bytes[9..], b"<![CDATA[");
        return match memmem::find(&bytes[9..again.map_or(bytes.len(), |again| again + 9)], b"]]>") {
            Some(end) => Markup::Pass(end + 12),
            None if again.is_none() && !last && bytes.len() < ENTRY_BYTES => Markup::More,
            None => Markup::Pass(9),
        };
    }
    if bytes.len() < 9 && !last && (b"<!--".starts_with(bytes) || b"<![CDATA[".starts_with(bytes)) {
        return Markup::More;
    }
    let from = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    let rest = &bytes[from.min(bytes.len())..];
    let length =
        rest.iter().take(256).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'.') || **b >= 128).count();
    if from + length == bytes.len() && !last {
        return Markup::More;
    }
    match std::str::from_utf8(&rest[..length]) {
        Ok("") | Err(_) => Markup::Pass(1),
        Ok(name) if from == 2 => Markup::End(name),
        Ok(name) => Markup::Start(name),
    }
}

/// The length of the tag that begins here, and whether it is an empty element. `None`: its end is not there.
fn tag(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut quote = None;
    for (i, byte) in bytes.iter().enumerate().skip(1).take(TAG_BYTES) {
        match (byte, quote) {
            // No attribute holds a `<`: the tag was cut off.
            (b'<', _) => return Some((i, false)),
            (b'>', None) => return Some((i + 1, bytes[i - 1] == b'/')),
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(open)) if *byte == open => quote = None,
            (_, _) => {}
        }
    }
    (bytes.len() > TAG_BYTES).then_some((1, false))
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

impl<'a, R: BufRead> Cuts<'a, R> {
    pub(super) fn new(reader: R, names: Names<'a>) -> Self {
        let (held, numbers) = (Vec::new(), Vec::new());
        Self { reader, names, held, at: 0, open: None, numbers, root: String::new(), root_tag: String::new(), closed: false, ended: false }
    }

    /// The next element, `None` at the document's end.
    ///
    /// # Errors
    ///
    /// [`FailureClass::Broken`] when the reader fails.
    pub(super) fn next(&mut self) -> Result<Option<Cut>, Failure> {
        loop {
            if let Some((start, _, _)) = &self.open
                && self.at - start > ENTRY_BYTES
            {
                return Ok(self.cut(self.at, Some(TOO_LONG)));
            }
            let Some(found) = memchr(b'<', &self.held[self.at..]) else {
                self.at = self.held.len();
                if self.fill()? {
                    continue;
                }
                return Ok(self.cut(self.at, Some("the document breaks off within it")));
            };
            self.at += found;
            match markup(&self.held[self.at..], self.ended) {
                Markup::More => {
                    self.fill()?;
                }
                Markup::Pass(length) => self.at += length,
                Markup::Start(name) => {
                    let name = name.to_owned();
                    if let Some(cut) = self.start(&name)? {
                        return Ok(Some(cut));
                    }
                }
                Markup::End(name) => {
                    let name = name.to_owned();
                    if let Some(cut) = self.end(&name)? {
                        return Ok(Some(cut));
                    }
                }
            }
        }
    }

    /// An element that was cut out, as the only one of its document; `between` stands before it.
    pub(super) fn alone(&self, cut: &Cut, between: &str) -> Raw {
        let close = if between.starts_with("<channel>") { "</channel>" } else { "" };
        Raw::new([&self.root_tag, between].concat(), cut.text.as_str(), format!("{close}</{}>", self.root))
    }

    fn start(&mut self, name: &str) -> Result<Option<Cut>, Failure> {
        if self.root.is_empty() {
            name.clone_into(&mut self.root);
            let (length, _) = self.whole_tag()?;
            self.root_tag = String::from_utf8_lossy(&self.held[self.at..self.at + length]).into_owned();
        }
        let is = |wanted: &&str| if wanted.contains(':') { *wanted == name } else { *wanted == local(name) };
        let entry = self.names.entries.iter().any(is);
        let inside = self.open.as_ref().is_some_and(|(_, _, entry)| *entry);
        if !entry && (inside || !self.names.beside.iter().any(is)) {
            self.at += name.len();
            return Ok(None);
        }
        if self.open.is_some() {
            // The one before has no end; this tag is looked at again.
            return Ok(self.cut(self.at, Some("it has no end")));
        }
        let (length, empty) = self.whole_tag()?;
        self.open = Some((self.at, name.to_owned(), entry));
        self.at += length;
        Ok(if empty { self.cut(self.at, None) } else { None })
    }

    fn end(&mut self, name: &str) -> Result<Option<Cut>, Failure> {
        let ours = self.open.as_ref().is_some_and(|(_, open, _)| open == name);
        let root = name == self.root;
        if !ours && !root {
            self.at += name.len();
            return Ok(None);
        }
        if root && !ours && self.open.is_some() {
            return Ok(self.cut(self.at, Some("it has no end")));
        }
        let (length, _) = self.whole_tag()?;
        self.at += length;
        self.closed |= root;
        Ok(if ours { self.cut(self.at, None) } else { None })
    }

    fn whole_tag(&mut self) -> Result<(usize, bool), Failure> {
        loop {
            if let Some(found) = tag(&self.held[self.at..]) {
                return Ok(found);
            }
            if !self.fill()? {
                return Ok((self.held.len() - self.at, false));
            }
        }
    }

    /// Takes the open element up to here. Small ones without an end are dropped.
    fn cut(&mut self, end: usize, fault: Option<&'static str>) -> Option<Cut> {
        let (start, name, entry) = self.open.take()?;
        let fault = if end - start > ENTRY_BYTES { Some(TOO_LONG) } else { fault };
        let bytes = &self.held[start..end.min(start + ENTRY_BYTES)];
        let text = String::from_utf8_lossy(bytes).into_owned();
        let name = local(&name).to_owned();
        if fault.is_some() && !entry {
            return None;
        }
        let place = self.numbers.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.numbers.push((name.clone(), 0));
            self.numbers.len() - 1
        });
        self.numbers[place].1 += 1;
        Some(Cut { number: self.numbers[place].1, name, text, fault })
    }

    /// Holds more of the document; false at its end. What is done with is let go first.
    fn fill(&mut self) -> Result<bool, Failure> {
        let keep = self.open.as_ref().map_or(self.at, |(start, _, _)| *start);
        self.held.drain(..keep);
        self.at -= keep;
        if let Some((start, _, _)) = &mut self.open {
            *start = 0;
        }
        // As much again as is looked at anew, so that a long comment is not searched over and over.
        let wanted = CHUNK.max(self.held.len() - self.at);
        let before = self.held.len();
        let mut part = self.reader.by_ref().take(wanted as u64);
        loop {
            match part.read_to_end(&mut self.held) {
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => return Err(Failure::new(FailureClass::Broken, format!("reading it broke off: {why}"))),
                Ok(_) => break,
            }
        }
        self.ended = self.held.len() == before;
        Ok(!self.ended)
    }
}

impl Cut {
    /// Its place in the document: `/feed/entry[3]`. `above` is the path of what it was cut from.
    pub(super) fn place(&self, above: &str) -> String {
        format!("{above}/{}[{}]", self.name, self.number)
    }

    /// The element as a document of its own, its prefixes declared by whatever stands for them: they were declared far above. The element is
    /// the root's only child.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, in words.
    pub(super) fn document(&self) -> Result<String, String> {
        if let Some(fault) = self.fault {
            return Err(fault.to_owned());
        }
        let prefixes = prefixes(&self.text)?;
        let mut wrapped = String::with_capacity(self.text.len() + 256);
        wrapped.push('<');
        wrapped.push_str(WRAP);
        for prefix in prefixes {
            for part in [" xmlns:", prefix, "=\"", prefix, "\""] {
                wrapped.push_str(part);
            }
        }
        wrapped.push('>');
        wrapped.push_str(&self.text);
        wrapped.push_str("</");
        wrapped.push_str(WRAP);
        wrapped.push('>');
        Ok(wrapped)
    }
}

/// Every prefix of an element or attribute name.
fn prefixes(text: &str) -> Result<BTreeSet<&str>, String> {
    let (mut found, mut depth, mut at) = (BTreeSet::new(), 0_usize, 0);
    let bytes = text.as_bytes();
    while let Some(next) = memchr(b'<', &bytes[at..]) {
        at += next;
        match markup(&bytes[at..], true) {
            Markup::More => break,
            Markup::Pass(length) => at += length,
            Markup::End(name) => {
                depth = depth.saturating_sub(1);
                at += name.len();
            }
            Markup::Start(name) => {
                let (length, empty) = tag(&bytes[at..]).unwrap_or((name.len() + 1, false));
                depth += usize::from(!empty);
                if depth > DEPTH {
                    return Err(format!("more than {DEPTH} elements within each other"));
                }
                let written = text.get(at + 1..at + length).unwrap_or_default();
                if length == 1 || written.bytes().filter(|b| *b == b'=').count() > ATTRIBUTES {
                    return Err(format!("a tag of more than 64 KiB or {ATTRIBUTES} attributes"));
                }
                // Beside names of attributes, this takes words of their values with a `:`; that does no harm.
                let words = written.split(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '='));
                found.extend(words.filter_map(|word| word.split_once(':')).map(|(prefix, _)| prefix).filter(|prefix| is_prefix(prefix)));
                at += length.max(1);
            }
        }
        if found.len() > PREFIXES {
            return Err(format!("more than {PREFIXES} prefixes"));
        }
    }
    Ok(found)
}

fn is_prefix(word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    word.starts_with(|c: char| c.is_alphabetic() || c == '_') && word.chars().all(name) && !word.to_ascii_lowercase().starts_with("xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(text: &[u8]) -> (Vec<Cut>, String, bool) {
        let names = Names { entries: &["entry", "deleted-entry"], beside: &["link"] };
        // A reader that gives three bytes at a time: every seam is met.
        let mut cuts = Cuts::new(std::io::BufReader::with_capacity(3, text), names);
        let mut found = Vec::new();
        while let Some(cut) = cuts.next().unwrap() {
            found.push(cut);
        }
        (found, cuts.root, cuts.closed)
    }

    fn shown(text: &str) -> String {
        let (found, root, closed) = cuts(text.as_bytes());
        let each = found.iter().map(|cut| format!("{}[{}] {}{}", cut.name, cut.number, cut.text, cut.fault.unwrap_or_default()));
        format!("{root} {closed} | {}", each.collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn entries_one_by_one() {
        for (text, want) in [
            (
                "<feed><link a='>'/><entry>1</entry><a:entry><link/></a:entry></feed>",
                "feed true | link[1] <link a='>'/> | entry[1] <entry>1</entry> | entry[2] <a:entry><link/></a:entry>",
            ),
            // The end is missing: of an entry, of the document, of a small element.
            ("<feed><entry>1<entry>2</entry></feed>", "feed true | entry[1] <entry>1it has no end | entry[2] <entry>2</entry>"),
            ("<feed><entry>1</feed>", "feed true | entry[1] <entry>1it has no end"),
            ("<feed><entry>1", "feed false | entry[1] <entry>1the document breaks off within it"),
            ("<feed><link><entry>1</entry></feed>", "feed true | entry[1] <entry>1</entry>"),
            // Comments and CDATA hide, unless they have no end.
            (
                "<feed><!-- <entry>0</entry> --><entry><![CDATA[</entry>]]></entry></feed>",
                "feed true | entry[1] <entry><![CDATA[</entry>]]></entry>",
            ),
            (
                "<feed><entry><!-- 1</entry><entry><!-- 2 --></entry></feed>",
                "feed true | entry[1] <entry><!-- 1</entry> | entry[2] <entry><!-- 2 --></entry>",
            ),
            (
                "<feed><entry><![CDATA[1</entry><entry>2</entry></feed>",
                "feed true | entry[1] <entry><![CDATA[1</entry> | entry[2] <entry>2</entry>",
            ),
            ("<feed><entry a='1><b/></entry><entry/></feed>", "feed true | entry[1] <entry a='1><b/></entry> | entry[2] <entry/>"),
            ("<f:feed><at:deleted-entry ref='x'/></f:feed>", "f:feed true | deleted-entry[1] <at:deleted-entry ref='x'/>"),
            ("", " false | "),
            ("1 < 2", " false | "),
        ] {
            assert_eq!(shown(text), want, "{text}");
        }
    }

    #[test]
    fn an_entry_is_a_document_of_its_own() {
        let cut = |text: &str| Cut { name: "entry".into(), number: 1, text: text.into(), fault: None };
        let document = cut("<a:entry x:y='b:c 10:30'><cac:ID t=\"1\">1 < 2</cac:ID></a:entry>").document().unwrap();
        assert!(document.starts_with("<w xmlns:a=\"a\" xmlns:b=\"b\" xmlns:cac=\"cac\" xmlns:x=\"x\"><a:entry"), "{document}");
        let deep = format!("<entry>{}", "<a>".repeat(100_000));
        assert!(cut(&deep).document().unwrap_err().contains("within each other"));
        let many = (0..100).map(|n| format!("<p{n}:a/>")).collect::<Vec<_>>().concat();
        assert!(cut(&many).document().unwrap_err().contains("prefixes"));
        for count in [600, 20_000] {
            let wide = (0..count).map(|n| format!(" a{n}=''")).collect::<Vec<_>>().concat();
            assert!(cut(&format!("<entry{wide}/>")).document().unwrap_err().contains("attributes"), "{count}");
        }
    }

    #[test]
    fn an_entry_too_long_is_let_go() {
        let text = format!("<feed><entry>{}</entry><entry>2</entry></feed>", "x".repeat(ENTRY_BYTES));
        let names = Names { entries: &["entry"], beside: &[] };
        let mut cuts = Cuts::new(text.as_bytes(), names);
        assert!(cuts.next().unwrap().unwrap().fault.unwrap().contains("16 MiB"));
        assert_eq!(cuts.next().unwrap().unwrap().text, "<entry>2</entry>");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(proptest::sample::select(b"<>/!-[]CDATAentry ='\"\xc3".to_vec()), 0..200)) {
            for cut in cuts(&bytes).0 {
                let _ = cut.document();
            }
        }
    }
}
