//! How much of a page there is, without a tree: visible characters, links, password fields, titles. Pure.

use encoding_rs::{Encoding, UTF_8};
use memchr::{memchr, memmem};

use crate::base::text::squeeze;

/// Titles and headings that are read.
const TITLES: usize = 3;
/// Bytes in which they are looked for.
const TITLE_BYTES: usize = 32 * 1024;
/// Bytes of one of them.
const ONE_TITLE: usize = 400;
/// Elements whose content nobody sees.
const UNSEEN: [&[u8]; 4] = [b"script", b"style", b"template", b"svg"];

/// A page by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gauge {
    /// Visible characters, white space not counted.
    pub(super) chars: usize,
    /// Links.
    pub(super) links: usize,
    /// Password fields.
    pub(super) passwords: usize,
}

impl Gauge {
    /// Weighs a page in one scan, which ends as soon as it has more characters or links than these.
    pub(super) fn within(page: &[u8], chars: usize, links: usize) -> Option<Self> {
        let mut gauge = Self::default();
        let mut rest = page;
        while let Some(at) = memchr(b'<', rest) {
            gauge.chars += visible(&rest[..at]);
            rest = gauge.tag(&rest[at..]);
            if gauge.chars > chars || gauge.links > links {
                return None;
            }
        }
        gauge.chars += visible(rest);
        (gauge.chars <= chars).then_some(gauge)
    }

    /// Takes one tag (or comment, or unseen element) from the front, and returns what follows it.
    fn tag<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        if text.starts_with(b"<!--") {
            return memmem::find(text, b"-->").map_or(&[], |end| &text[end + 3..]);
        }
        let Some(end) = memchr(b'>', text) else { return &[] };
        let (tag, rest) = (&text[1..end], &text[end + 1..]);
        let name_end = tag.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = &tag[..name_end];
        if name.eq_ignore_ascii_case(b"a") {
            self.links += 1;
        } else if name.eq_ignore_ascii_case(b"input") && find_word(tag, b"password") {
            self.passwords += 1;
        } else if let Some(unseen) = UNSEEN.iter().find(|unseen| name.eq_ignore_ascii_case(unseen)) {
            return after_close(rest, unseen);
        }
        rest
    }
}

fn find_word(tag: &[u8], word: &[u8]) -> bool {
    tag.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

fn after_close<'a>(text: &'a [u8], name: &[u8]) -> &'a [u8] {
    let mut rest = text;
    while let Some(at) = memmem::find(rest, b"</") {
        rest = &rest[at + 2..];
        if rest.len() >= name.len() && rest[..name.len()].eq_ignore_ascii_case(name) {
            return memchr(b'>', rest).map_or(&[], |end| &rest[end + 1..]);
        }
    }
    &[]
}

/// Characters, by their first octets: in UTF-8 exactly, in single-octet charsets nearly.
fn visible(text: &[u8]) -> usize {
    text.iter().filter(|b| !b.is_ascii_whitespace() && (**b & 0xc0) != 0x80).count()
}

/// The title and the first headings, lower-cased and squeezed.
pub(super) fn titles(page: &[u8], content_type: Option<&str>) -> Vec<String> {
    let page = &page[..page.len().min(TITLE_BYTES)];
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = memchr(b'<', rest) {
        rest = &rest[at + 1..];
        let heading = [b"title".as_slice(), b"h1", b"h2"].into_iter().find(|name| is_tag(rest, name));
        let Some(name) = heading else { continue };
        let Some(open) = memchr(b'>', rest) else { break };
        let inner = &rest[open + 1..];
        let close = closing(inner, name).min(ONE_TITLE);
        found.push(inner[..close].to_owned());
        rest = &inner[close..];
        if found.len() == TITLES {
            break;
        }
    }
    let charset = if found.iter().all(|title| title.is_ascii()) { UTF_8 } else { charset(page, content_type) };
    found.iter().map(|title| plain(&charset.decode(title).0)).filter(|title| !title.is_empty()).collect()
}

fn is_tag(text: &[u8], name: &[u8]) -> bool {
    text.len() > name.len()
        && text[..name.len()].eq_ignore_ascii_case(name)
        && (text[name.len()] == b'>' || text[name.len()].is_ascii_whitespace())
}

fn closing(text: &[u8], name: &[u8]) -> usize {
    memmem::find_iter(text, b"</")
        .find(|at| text[at + 2..].get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)))
        .unwrap_or(text.len())
}

/// Header, then `<meta charset>`, then UTF-8: enough for a title.
fn charset(page: &[u8], content_type: Option<&str>) -> &'static Encoding {
    let start = &page[..page.len().min(2_048)];
    [content_type.map(str::as_bytes), Some(start)]
        .into_iter()
        .flatten()
        .find_map(|text| {
            let at = memmem::find(text, b"charset=")? + 8;
            let label = text[at..].trim_ascii_start();
            let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
            let end = label.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))).unwrap_or(label.len());
            Encoding::for_label(&label[..end])
        })
        .unwrap_or(UTF_8)
}

/// Without tags and the commonest entities.
fn plain(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len());
    let mut inside = false;
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            _ if inside => {}
            _ => out.push(c),
        }
    }
    let mut text = out;
    for (entity, with) in
        [("&#39;", "'"), ("&#x27;", "'"), ("&apos;", "'"), ("&rsquo;", "’"), ("&nbsp;", " "), ("&amp;", "&"), ("&hellip;", "…")]
    {
        if text.contains(entity) {
            text = text.replace(entity, with);
        }
    }
    squeeze(&text).to_lowercase()
}
