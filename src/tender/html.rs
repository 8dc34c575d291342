//! Words out of the bits of HTML that feeds put into their texts. Knows no feed.

use crate::base::text::squeeze;

/// Elements whose content is no text.
const HIDDEN: [&str; 2] = ["script", "style"];
/// Elements that run within a line.
const INLINE: &str = " a abbr b big cite code em font i img ins label mark q s small span strike strong sub sup tt u wbr ";

/// The lines of a text, the cells of a table row parted by tabs. Text without any tag keeps its own lines.
pub(super) fn lines(html: &str) -> Vec<String> {
    let mut out = String::with_capacity(html.len());
    let (mut rest, mut tags, mut hidden) = (html, false, "");
    // Behind the last end of a comment there is none to look for.
    let comments_end = html.rfind("-->").map_or(usize::MAX, |at| html.len() - at);
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && let Some((name, closing, length)) = tag(rest, rest.len() > comments_end)
        {
            tags = true;
            rest = &rest[length..];
            if let Some(name) = HIDDEN.into_iter().find(|hidden| *hidden == name) {
                hidden = if closing { "" } else { name };
            } else if matches!(name.as_str(), "td" | "th") {
                out.push(if closing { ' ' } else { '\t' });
            } else if !name.is_empty() && !INLINE.contains(&format!(" {name} ")) {
                out.push('\u{b}');
            }
            continue;
        }
        let (shown, length) = if c == '&' { entity(rest) } else { (c, c.len_utf8()) };
        if hidden.is_empty() {
            out.push(if shown == '\u{b}' || shown == '\t' { ' ' } else { shown });
        }
        rest = &rest[length..];
    }
    let cells = |line: &str| line.split('\t').map(squeeze).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("\t");
    out.split(|c| c == '\u{b}' || (!tags && c == '\n')).map(cells).filter(|line| !line.is_empty()).collect()
}

/// All words of a text.
pub(super) fn words(html: &str) -> String {
    squeeze(&lines(html).join(" "))
}

/// Lines of the form `label: value`, and table rows of two cells.
pub(super) fn labelled(html: &str) -> Vec<(String, String)> {
    let parted = |line: String| {
        let (label, value) = line.split_once('\t').or_else(|| line.split_once(':'))?;
        let label = squeeze(label.trim_end().trim_end_matches(':'));
        Some((label, squeeze(value)))
    };
    lines(html).into_iter().filter_map(parted).filter(|(label, value)| !label.is_empty() && !value.is_empty()).collect()
}

/// The name of the tag that begins here in lower case, whether it closes, and its length; a comment has no name. `comment_ends` says whether
/// any comment ends behind here.
fn tag(text: &str, comment_ends: bool) -> Option<(String, bool, usize)> {
    if let Some(comment) = text.strip_prefix("<!--").filter(|_| comment_ends) {
        return Some((String::new(), false, comment.find("-->")? + 7));
    }
    let closing = text.starts_with("</");
    let rest = &text[1 + usize::from(closing)..];
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    // A tag that is never closed is text.
    let end = rest.find(['<', '>']).filter(|end| rest[*end..].starts_with('>'))?;
    let length = text.len() - rest.len() + end + 1;
    Some((name.to_ascii_lowercase(), closing, length))
}

/// The character that is written here, and how many bytes it takes; `&` itself when it is none that we know.
fn entity(text: &str) -> (char, usize) {
    let Some(end) = text.bytes().take(12).position(|b| b == b';') else { return ('&', 1) };
    let name = &text[1..end];
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    let known = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "laquo" => Some('«'),
        "raquo" => Some('»'),
        "ldquo" => Some('“'),
        "rdquo" => Some('”'),
        "lsquo" => Some('‘'),
        "rsquo" => Some('’'),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "hellip" => Some('…'),
        "euro" => Some('€'),
        "bull" => Some('•'),
        _ => number.and_then(char::from_u32),
    };
    known.map_or(('&', 1), |c| (c, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_labels() {
        for (html, want) in [
            ("<strong>A: </strong>b &amp; c<br/><b>D:</b> e", vec![("A", "b & c"), ("D", "e")]),
            ("<table><tr><td>A:</td><td>b: c</td></tr><tr><th>D</th><td>e</td></tr></table>", vec![("A", "b: c"), ("D", "e")]),
            ("Deadline: January 7\nNone\nB:\nC: d", vec![("Deadline", "January 7"), ("C", "d")]),
            ("<style>a: b</style>x<!-- c: d --> 1 < 2, A: &#1041;&#x42;&nbsp;&bogus;", vec![("x 1 < 2, A", "БB &bogus;")]),
        ] {
            let found = labelled(html);
            assert_eq!(found.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect::<Vec<_>>(), want, "{html}");
        }
        assert_eq!(words("<p>one</p><p>two <a href='x'>three</a>s &unknown <open"), "one two threes &unknown <open");
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(html in "(<[a-z]{0,3}|</|>|<!--|-->|&[a-z#0-9]{0,4}|;|\\PC){0,60}") {
            let _ = labelled(&html);
        }
    }
}
