//! The small parts of XML as found in the wild: names, values, declarations, characters and references. Knows no element.

use std::collections::BTreeSet;

use super::super::markup;
use super::mend::Repair;

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The name `text` begins with: everything up to a character that can be in none.
pub(super) fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))).unwrap_or(text.len());
    &text[..end]
}

/// The value after an attribute's name, and what follows it.
pub(super) fn value_of(text: &str) -> (Option<&str>, &str) {
    let Some(value) = text.trim_start().strip_prefix('=').map(str::trim_start) else { return (None, text) };
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return match quoted.split_once(quote) {
                Some((value, after)) => (Some(value), after),
                None => (Some(quoted), ""),
            };
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    (Some(&value[..end]), &value[end..])
}

/// Where a `<!…>` before the root ends, its internal subset included.
pub(super) fn declaration_end(text: &str) -> usize {
    let close = text.find('>').map_or(text.len(), |at| at + 1);
    match text[..close].find('[') {
        Some(subset) => match text[subset..].find("]>") {
            Some(at) => subset + at + 2,
            None => text[subset..].find(']').map_or(close, |at| subset + at + 1),
        },
        None => close,
    }
}

/// Characters that XML 1.0 allows (section 2.2).
fn allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes text so that no character of it is markup; what XML does not allow goes.
pub(super) fn escape(text: &str, out: &mut String, repairs: &mut BTreeSet<Repair>) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let instead = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\t' | b'\n' | b'\r' => continue,
            0..=0x1f => {
                repairs.insert(Repair::Controls);
                ""
            }
            // U+FFFE and U+FFFF, as UTF-8.
            0xef if matches!(text.as_bytes().get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])) => {
                repairs.insert(Repair::Controls);
                out.push_str(&text[from..at]);
                from = at + 3;
                continue;
            }
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(instead);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Writes the characters of the reference that `after` an ampersand stands; gives the bytes it took.
pub(super) fn expand(after: &str, out: &mut String, repairs: &mut BTreeSet<Repair>) -> usize {
    let Some((taken, first, second)) = markup::reference(after) else {
        repairs.insert(Repair::Ampersands);
        out.push_str("&amp;");
        return 0;
    };
    if !after.starts_with('#') && !matches!(&after[..taken], "amp;" | "lt;" | "gt;" | "quot;" | "apos;") {
        repairs.insert(Repair::Ampersands);
    }
    for c in [Some(first), second].into_iter().flatten() {
        if allowed(c) {
            escape(c.encode_utf8(&mut [0; 4]), out, repairs);
        } else {
            repairs.insert(Repair::Controls);
        }
    }
    taken
}
