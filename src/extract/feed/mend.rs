//! Makes any text that means to be a feed well-formed and bounded, so that the strict parser behind it never meets what it fails or panics on.
//!
//! One linear pass: prolog, DTD and comments go; stray `&` and `<`, HTML's entities, control characters, unclosed and crossed tags,
//! undeclared prefixes and a cut-off tail are put right; depth, items, attributes and length of a text are limited. Knows XML and where
//! a feed keeps its items, nothing of what they mean.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::markup;
use super::xml::{declaration_end, escape, expand, local, name_of, value_of};
use crate::base::caps;

/// Elements inside each other. Real feeds stay under 40, article markup included.
pub(super) const DEPTH: usize = 128;
/// Attributes of one element that are kept, and as many namespaces.
const ATTRIBUTES: usize = 64;

/// Prefixes that are used so alike everywhere that their meaning is known without a declaration.
const PREFIXES: [(&str, &str); 6] = [
    ("atom", "http://www.w3.org/2005/Atom"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
];

/// What had to be put right. The order is that of the sentence shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Repair {
    Tail,
    Tags,
    Brackets,
    Ampersands,
    Controls,
    Attributes,
    Prefixes,
    Version,
    LongText,
    ManyItems,
}

impl Repair {
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Tail => "its end is missing, and an unfinished item was left out",
            Self::Tags => "tags were not closed or crossed each other",
            Self::Brackets => "markup stood where only text may, or `<` was not written `&lt;`",
            Self::Ampersands => "`&` was not written `&amp;`, or an entity was not declared",
            Self::Controls => "control characters were removed",
            Self::Attributes => "attributes were malformed, doubled or too many",
            Self::Prefixes => "namespace prefixes were not declared",
            Self::Version => "the version of RSS was not given or unknown",
            Self::LongText => "a text longer than 1 MiB was cut",
            Self::ManyItems => "items beyond the first 10,000 were left out",
        }
    }
}

/// A feed made well-formed.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// The whole.
    pub text: String,
    /// Where in it each complete item stands.
    pub items: Vec<Range<usize>>,
    /// The start tags around the items, and their end tags: what an item needs to be a feed by itself.
    pub around: (String, String),
    /// What was put right.
    pub repairs: BTreeSet<Repair>,
}

/// Elements lie deeper inside each other than [`DEPTH`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooDeep;

/// The feed in `text`, well-formed and within limits; empty when it holds no element.
pub(super) fn mend(text: &str) -> Result<Mended, TooDeep> {
    let mut pass = Pass::default();
    let mut rest = text;
    while !rest.is_empty() && !pass.done {
        let at = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        pass.text(&rest[..at]);
        rest = &rest[at..];
        if !rest.is_empty() {
            rest = &rest[pass.markup(rest)?..];
        }
    }
    Ok(pass.finish())
}

struct Open<'a> {
    name: &'a str,
    /// Its start tag in the body; empty for the root.
    tag: Range<usize>,
}

#[derive(Default)]
struct Pass<'a> {
    /// The root's start tag without its `>`.
    head: String,
    /// Everything after it.
    body: String,
    stack: Vec<Open<'a>>,
    /// Where the open item begins, and how many elements are open around it.
    item: Option<(usize, usize)>,
    items: Vec<Range<usize>>,
    around: Option<(String, String)>,
    declared: BTreeSet<&'a str>,
    used: BTreeSet<&'a str>,
    repairs: BTreeSet<Repair>,
    rss: bool,
    /// Bytes of text since the last tag.
    run: usize,
    done: bool,
}

impl<'a> Pass<'a> {
    /// Handles what begins with `<`; gives how many bytes it took.
    fn markup(&mut self, rest: &'a str) -> Result<usize, TooDeep> {
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let end = inner.find("]]>");
            self.raw_text(&inner[..end.unwrap_or(inner.len())]);
            return Ok(end.map_or(rest.len(), |end| end + 12));
        }
        if let Some(inner) = rest.strip_prefix("<!--") {
            return Ok(inner.find("-->").map_or(rest.len(), |end| end + 7));
        }
        if rest.starts_with("<?") {
            return Ok(rest.find('>').map_or(rest.len(), |end| end + 1));
        }
        if rest.starts_with("<!") && self.stack.is_empty() {
            return Ok(declaration_end(rest));
        }
        let name = name_of(rest[1..].trim_start_matches('/'));
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.stray(&rest[..1]);
            return Ok(1);
        }
        let length = markup::tag_end(rest);
        let tag = &rest[..length];
        if !tag.ends_with('>') {
            // Cut off inside a tag.
            return Ok(length);
        }
        if rest[1..].starts_with('/') {
            self.close(name, tag);
        } else {
            self.open(name, tag)?;
        }
        Ok(length)
    }

    /// A start tag.
    fn open(&mut self, name: &'a str, tag: &'a str) -> Result<(), TooDeep> {
        if self.holds_text_only() && !is_item(name) {
            self.stray(tag);
            return Ok(());
        }
        if self.stack.len() >= DEPTH {
            return Err(TooDeep);
        }
        if is_item(name) {
            if let Some((_, around)) = self.item.filter(|(_, around)| self.stack[*around].name == name) {
                // An item in an item of its kind: the first was not closed.
                self.repairs.insert(Repair::Tags);
                self.pop_to(around);
            }
            if self.item.is_none() && self.stack.len() <= 2 && !self.begin_item() {
                return Ok(());
            }
        }
        let empty = tag.ends_with("/>");
        let attributes = tag[1 + name.len()..tag.len() - 1].trim_end_matches('/');
        let start = self.body.len();
        if self.stack.is_empty() {
            self.root(name, attributes);
        } else {
            self.body.push('<');
            self.body.push_str(name);
            let attributes = self.attributes(attributes, None);
            self.body.push_str(&attributes);
            self.body.push('>');
        }
        self.prefix(name);
        self.run = 0;
        self.stack.push(Open { name, tag: start..self.body.len() });
        if empty {
            self.pop_to(self.stack.len() - 1);
        }
        Ok(())
    }

    /// Notes where an item begins; false when there have been enough.
    fn begin_item(&mut self) -> bool {
        if self.items.len() >= caps::RECORDS {
            self.repairs.insert(Repair::ManyItems);
            self.done = true;
            return false;
        }
        self.item = Some((self.body.len(), self.stack.len()));
        if self.around.is_none() {
            let opening = self.stack.iter().map(|open| &self.body[open.tag.clone()]).collect();
            let closing = self.stack.iter().rev().flat_map(|open| ["</", open.name, ">"]).collect();
            self.around = Some((opening, closing));
        }
        true
    }

    fn root(&mut self, name: &'a str, attributes: &'a str) {
        self.rss = name == "rss" || local(name) == "RDF";
        let known =
            attributes.contains("\"2.0\"") || attributes.contains("'2.0'") || attributes.contains("0.91") || attributes.contains("0.92");
        let version = (name == "rss" && !known).then_some("2.0");
        if version.is_some() {
            self.repairs.insert(Repair::Version);
        }
        self.head = format!("<{name}{}", self.attributes(attributes, version));
    }

    /// An end tag.
    fn close(&mut self, name: &'a str, tag: &'a str) {
        match self.stack.iter().rposition(|open| open.name == name) {
            Some(at) => {
                if at + 1 < self.stack.len() {
                    self.repairs.insert(Repair::Tags);
                }
                self.pop_to(at);
            }
            None if self.holds_text_only() => self.stray(tag),
            None => {
                self.repairs.insert(Repair::Tags);
            }
        }
        self.run = 0;
    }

    /// Closes open elements until `keep` are left.
    fn pop_to(&mut self, keep: usize) {
        while self.stack.len() > keep {
            let Some(open) = self.stack.pop() else { break };
            if !open.tag.is_empty() {
                self.body.push_str("</");
                self.body.push_str(open.name);
                self.body.push('>');
            }
            if let Some((start, _)) = self.item.filter(|(_, around)| *around == self.stack.len()) {
                self.items.push(start..self.body.len());
                self.item = None;
            }
        }
        if self.stack.is_empty() {
            self.done = true;
        }
    }

    /// In RSS these hold text, and markup in them must be escaped; where it is not, it is text all the same.
    fn holds_text_only(&self) -> bool {
        self.rss && self.stack.last().is_some_and(|open| matches!(open.name, "title" | "description" | "content:encoded"))
    }

    /// Markup that can only be text.
    fn stray(&mut self, markup: &str) {
        if !self.stack.is_empty() {
            self.repairs.insert(Repair::Brackets);
            self.raw_text(markup);
        }
    }

    /// Text as written, with its references.
    fn text(&mut self, text: &str) {
        if self.stack.is_empty() || text.is_empty() {
            return;
        }
        let mut rest = self.room(text);
        while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
            escape(&rest[..at], &mut self.body, &mut self.repairs);
            rest = &rest[at + 1..];
            rest = &rest[expand(rest, &mut self.body, &mut self.repairs)..];
        }
        escape(rest, &mut self.body, &mut self.repairs);
    }

    /// Text in which `&` is a character like others.
    fn raw_text(&mut self, text: &str) {
        if !self.stack.is_empty() {
            let text = self.room(text);
            escape(text, &mut self.body, &mut self.repairs);
        }
    }

    /// As much of `text` as the element still has room for.
    fn room<'t>(&mut self, text: &'t str) -> &'t str {
        let room = caps::FIELD_CHARS.saturating_sub(self.run);
        self.run += text.len();
        if text.len() <= room {
            return text;
        }
        self.repairs.insert(Repair::LongText);
        let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        // Not in the middle of a reference.
        match text[..end].rfind('&') {
            Some(at) if end - at < 34 => &text[..at],
            _ => &text[..end],
        }
    }

    /// The attributes of a tag, written anew.
    fn attributes(&mut self, mut rest: &'a str, version: Option<&str>) -> String {
        let mut out = String::new();
        let mut seen: Vec<&str> = Vec::new();
        loop {
            rest = rest.trim_start();
            let name = name_of(rest);
            if name.is_empty() {
                match rest.chars().next() {
                    Some(odd) => {
                        self.repairs.insert(Repair::Attributes);
                        rest = &rest[odd.len_utf8()..];
                        continue;
                    }
                    None => break,
                }
            }
            let (value, after) = value_of(&rest[name.len()..]);
            rest = after;
            let good = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.matches(':').count() <= 1 && !name.ends_with(':');
            let alike = seen.iter().filter(|other| other.starts_with("xmlns") == name.starts_with("xmlns")).count();
            let Some(value) = value.filter(|_| good && alike < ATTRIBUTES && !seen.contains(&name)) else {
                self.repairs.insert(Repair::Attributes);
                continue;
            };
            seen.push(name);
            if version.is_some() && name == "version" {
                continue;
            }
            match name.strip_prefix("xmlns:") {
                Some(prefix) if self.stack.is_empty() => {
                    self.declared.insert(prefix);
                }
                Some(_) => {}
                None => self.prefix(name),
            }
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            let mut text = value;
            while let Some(at) = memchr::memchr(b'&', text.as_bytes()) {
                escape(&text[..at], &mut out, &mut self.repairs);
                text = &text[at + 1..];
                text = &text[expand(text, &mut out, &mut self.repairs)..];
            }
            escape(text, &mut out, &mut self.repairs);
            out.push('"');
        }
        if let Some(version) = version {
            out.extend([" version=\"", version, "\""]);
        }
        out
    }

    fn prefix(&mut self, name: &'a str) {
        if let Some((prefix, _)) = name.split_once(':')
            && PREFIXES.iter().any(|(known, _)| *known == prefix)
        {
            self.used.insert(prefix);
        }
    }

    fn finish(mut self) -> Mended {
        if self.head.is_empty() {
            return Mended::default();
        }
        if !self.stack.is_empty() && !self.repairs.contains(&Repair::ManyItems) {
            self.repairs.insert(Repair::Tail);
            if let Some((start, around)) = self.item.take() {
                self.body.truncate(start);
                self.stack.truncate(around);
            }
        }
        let root = name_of(&self.head[1..]).to_owned();
        self.pop_to(0);
        // The body of a root that was closed has no end tag for it yet: pop_to leaves the root's to us.
        let mut text = self.head;
        for (prefix, address) in PREFIXES {
            // `xmlns:rdf` and its like may be declared further in; a second declaration of the same does no harm.
            if self.used.contains(prefix) && !self.declared.contains(prefix) {
                self.repairs.insert(Repair::Prefixes);
                text.extend([" xmlns:", prefix, "=\"", address, "\""]);
            }
        }
        text.push('>');
        let shift = text.len();
        let (opening, closing) = self.around.unwrap_or_default();
        let around = (format!("{text}{opening}"), closing);
        text.push_str(&self.body);
        text.extend(["</", &root, ">"]);
        let items = self.items.into_iter().map(|range| range.start + shift..range.end + shift).collect();
        Mended { text, items, around, repairs: self.repairs }
    }
}

fn is_item(name: &str) -> bool {
    matches!(local(name), "item" | "entry")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::events::Event;

    use super::*;

    fn well_formed(xml: &str) -> Result<usize, String> {
        let mut reader = quick_xml::Reader::from_str(xml);
        reader.config_mut().check_comments = true;
        let mut elements = 0;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => return Ok(elements),
                Ok(Event::Start(start)) => {
                    elements += 1;
                    for attribute in start.attributes() {
                        attribute.map_err(|why| format!("{why} in {xml}"))?;
                    }
                }
                Ok(_) => {}
                Err(why) => return Err(format!("{why} in {xml}")),
            }
        }
    }

    fn check(text: &str, items: usize, repairs: &[Repair], holds: &str) {
        let mended = mend(text).unwrap();
        assert!(mended.text.contains(holds), "{holds} not in {}", mended.text);
        assert_eq!(mended.items.len(), items, "{}", mended.text);
        assert_eq!(mended.repairs.iter().copied().collect::<Vec<_>>(), repairs, "{}", mended.text);
        well_formed(&mended.text).unwrap();
        for range in mended.items {
            let item = &mended.text[range];
            assert!(item.starts_with('<') && item.ends_with('>'), "{item}");
            well_formed(&format!("{}{item}{}", mended.around.0, mended.around.1)).unwrap();
        }
    }

    #[test]
    fn what_is_right_stays_as_it_is() {
        let feed = "<rss version=\"2.0\"><channel><title>A &amp; B</title><item><guid a=\"b\">1</guid></item></channel></rss>";
        assert_eq!(mend(feed).unwrap().text, feed);
        check(feed, 1, &[], feed);
    }

    #[test]
    fn what_is_broken_is_put_right() {
        use Repair::{Ampersands, Attributes, Brackets, Controls, Prefixes, Tags, Tail, Version};
        let rss = |inner: &str| format!("<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'b'>]>\n<rss version='2.0'><channel>{inner}");
        let whole = |inner: &str| format!("{}</channel></rss> trailing", rss(inner));
        for (text, items, repairs, holds) in [
            (whole("<item><title>A & B &nbsp;&a;</title></item>"), 1, vec![Ampersands], "A &amp; B \u{a0}&amp;a;"),
            (whole("<item><title>A\u{1}\u{ffff}B&#2;</title></item>"), 1, vec![Controls], "<title>AB</title>"),
            (rss("<item><guid>1</guid></item><item><gui"), 1, vec![Tail], "<guid>1</guid></item></channel></rss>"),
            (rss("<item><guid>1</guid></item>"), 1, vec![Tail], "</item></channel></rss>"),
            (whole("<item><guid>1<item><guid>2</guid></item>"), 2, vec![Tags], "<item><guid>1</guid></item><item>"),
            (whole("<item><description>a <b>c<br> d</description></item>"), 1, vec![Brackets], "a &lt;b&gt;c&lt;br&gt; d</desc"),
            (whole("<item><title>1 < 2</title></item>"), 1, vec![Brackets], "1 &lt; 2"),
            (whole("<item><x y=1 y=2 'z' w='a&b'/></item>"), 1, vec![Ampersands, Attributes], "<x y=\"1\" w=\"a&amp;b\"></x>"),
            (whole("<item><dc:date>x</dc:date></item>"), 1, vec![Prefixes], "xmlns:dc=\"http://purl.org/dc/elements/1.1/\""),
            (whole("<item></guid></item>"), 1, vec![Tags], "<item></item>"),
            (whole("<item><![CDATA[<p>&amp;]]></item><!-- <item> -->"), 1, vec![], "<item>&lt;p&gt;&amp;amp;</item>"),
            ("<rss><channel><item/></channel></rss>".to_owned(), 1, vec![Version], "<rss version=\"2.0\">"),
            ("junk <feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id></entry></feed>".to_owned(), 1, vec![], "<entry><id>1"),
            ("no element at all".to_owned(), 0, vec![], ""),
        ] {
            check(&text, items, &repairs, holds);
        }
    }

    #[test]
    fn limits_hold() {
        assert_eq!(mend(&"<a>".repeat(200_000)).unwrap_err(), TooDeep);
        let flood = format!("<rss version=\"2.0\"{}/>", (0..50_000).map(|n| format!(" xmlns:p{n}='u'")).collect::<Vec<_>>().concat());
        assert!(mend(&flood).unwrap().text.len() < 5_000);
        let items = format!("<rss version='2.0'><channel>{}</channel></rss>", "<item/>".repeat(50_000));
        let mended = mend(&items).unwrap();
        assert_eq!((mended.items.len(), mended.repairs.contains(&Repair::ManyItems)), (10_000, true));
        let long = format!("<rss version='2.0'><channel><item><title>{}</title></item></channel></rss>", "x".repeat(3_000_000));
        let mended = mend(&long).unwrap();
        assert!(mended.text.len() < 1_100_000 && mended.repairs.contains(&Repair::LongText));
    }

    proptest! {
        #[test]
        fn whatever_comes_out_is_well_formed(parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "</channel>", "</rss>", "<feed>", "<entry a='<'>",
                "</entry>", "&", "&amp;", "&nbsp;", "<", ">", "<![CDATA[", "]]>", "<!--", "-->", "text", "<dc:x>", "</dc:x>", "<b/", "\u{1}", "'",
                "\"", "<?x", "?>", "<!DOCTYPE x [", "]>", "<description>", "</description>", "<é ü=ö>", "</é>", " a=b ", "<a:b:c>", "<:x>",
            ]),
            0..40,
        )) {
            let text: String = parts.concat();
            let mended = mend(&text).unwrap();
            if !mended.text.is_empty() && let Err(why) = well_formed(&mended.text) {
                return Err(TestCaseError::fail(why));
            }
        }
    }
}
