//! Words out of markup without building a tree: entities, tags. Total and linear; knows no format and no field.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

/// Elements whose content no reader of a page sees.
const UNSEEN: [&str; 3] = ["script", "style", "template"];

/// Elements inside a word or a line: taking them away leaves no gap.
const INLINE: [&str; 19] =
    ["a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "ins", "mark", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"];

/// The characters of one named reference without `&` and `;` (`nbsp`, `eacute`), as HTML knows them.
pub(super) fn named(name: &str) -> Option<(char, Option<char>)> {
    let &(first, second) = NAMED_ENTITIES.get(&format!("{name};"))?;
    let first = char::from_u32(first).filter(|c| *c != '\0')?;
    Some((first, char::from_u32(second).filter(|c| *c != '\0')))
}

/// What stands behind an ampersand: the bytes it takes after the `&`, and its characters. `None` for an ampersand that is only itself.
pub(super) fn reference(after: &str) -> Option<(usize, char, Option<char>)> {
    // The longest name HTML knows has 31 letters.
    let end = after.bytes().take(34).position(|b| b == b';')?;
    let name = &after[..end];
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some((end + 1, char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}'), None));
    }
    let (first, second) = name.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| named(name)).flatten()?;
    Some((end + 1, first, second))
}

/// Text with its references read: `AT&amp;T` becomes `AT&T`.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match reference(rest) {
            Some((taken, first, second)) => {
                out.push(first);
                out.extend(second);
                rest = &rest[taken..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The words of a piece of HTML: tags, comments and unseen content gone, references read, white space squeezed, at most `chars` characters.
///
/// A `<` that begins no tag ("temperature < 5") stays. What is cut off in the middle ends there.
pub(super) fn plain(html: &str, chars: usize) -> String {
    let mut out = String::with_capacity(html.len().min(4 * chars));
    let mut rest = html;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        out.push_str(&unescape(&rest[..at]));
        rest = &rest[at..];
        if let Some(found) = tag(rest) {
            if !found.inline {
                out.push(' ');
            }
            rest = &rest[found.length..];
            if let Some(name) = found.unseen {
                rest = skip_to_close(rest, name);
            }
        } else {
            out.push('<');
            rest = &rest[1..];
        }
        if out.len() > 4 * chars {
            break;
        }
    }
    if out.len() <= 4 * chars {
        out.push_str(&unescape(rest));
    }
    clip(crate::base::text::squeeze(&out), chars)
}

fn clip(mut text: String, chars: usize) -> String {
    if text.len() > chars
        && let Some((at, _)) = text.char_indices().nth(chars)
    {
        text.truncate(at);
    }
    text
}

struct Tag {
    length: usize,
    inline: bool,
    unseen: Option<&'static str>,
}

/// The tag, comment or declaration that `text` (beginning with `<`) opens with.
fn tag(text: &str) -> Option<Tag> {
    let gap = |length| Some(Tag { length, inline: false, unseen: None });
    if let Some(comment) = text.strip_prefix("<!--") {
        return gap(comment.find("-->").map_or(text.len(), |end| end + 7));
    }
    let inner = &text[1..];
    let (closing, name_on) = match inner.strip_prefix('/') {
        Some(name_on) => (true, name_on),
        None => (false, inner),
    };
    if inner.starts_with(['!', '?']) {
        return gap(text.find('>').map_or(text.len(), |end| end + 1));
    }
    if !name_on.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name_end = name_on.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':').unwrap_or(name_on.len());
    let name = name_on[..name_end].to_ascii_lowercase();
    let length = tag_end(text);
    let unseen = UNSEEN.into_iter().find(|unseen| !closing && *unseen == name);
    Some(Tag { length, inline: INLINE.contains(&name.as_str()), unseen })
}

/// Where a tag ends; a `>` inside a quoted value is none.
pub(super) fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that never closes: the first bracket then.
    text.find('>').map_or(text.len(), |end| end + 1)
}

fn skip_to_close<'a>(text: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let after = &text.as_bytes()[from + at + 2..];
        if after.len() >= name.len() && after[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return &text[from + at..];
        }
        from += at + 2;
    }
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_out_of_markup() {
        for (html, want) in [
            ("plain", "plain"),
            ("<p>One</p><p>two &amp; <b>th</b>ree</p>", "One two & three"),
            ("temperature < 5 &lt; 6 & more", "temperature < 5 < 6 & more"),
            ("a<br/>b<img alt='x > y'>c", "a b c"),
            ("<style>p { }</style>x<SCRIPT>if (a</b) {}</script >y", "x y"),
            ("<!-- gone -->kept<!-- cut", "kept"),
            ("<a href=\"cut", ""),
            ("&nbsp;&eacute;&#233;&#xE9;&#0;&unknown;&NotEqualTilde;", "ééé\u{fffd}&unknown;≂̸"),
            ("<![CDATA[x]]>y", "y"),
            ("<", "<"),
        ] {
            assert_eq!(plain(html, 1000).trim_start(), want, "{html}");
        }
        assert_eq!(plain("ñandú <b>grande</b>", 4), "ñand");
    }

    #[test]
    fn unclosed_quotes_do_not_make_it_slow() {
        let html = "<a b='".repeat(20_000);
        assert_eq!(plain(&html, 1000), "");
    }

    proptest! {
        #[test]
        fn any_text_has_its_words(html in "[<>&;/!\"'a-c#x0-9 \\-é]{0,200}") {
            prop_assert!(plain(&html, 50).chars().count() <= 50);
        }
    }
}
