//! Tells whether a stretch of bytes that is not compared holds something that is read. Knows the page's bytes and its extract only.

use std::collections::HashSet;

use super::bytes::skipped;
use crate::base::text::squeeze;
use crate::model::{Extract, VolatileSpan};

/// Values shorter than this are not looked for inside scripts and attributes: they occur everywhere.
const TELLING: usize = 4;

/// Those of `spans` in which nothing lies that is read from the page: a change in what is read must never hide inside a span.
///
/// `bytes` is a fetch of the page and `extract` what was read from it; ask for both fetches when both were read. A span that holds
/// words of a block or of a field (or that a field's value could come from) is left out: its content is compared after reading,
/// under masks. In doubt (bytes that are not UTF-8) a span with text is left out.
pub fn spans_outside(bytes: &[u8], spans: &[VolatileSpan], extract: &Extract) -> Vec<VolatileSpan> {
    if bytes.iter().take(1_000).any(|byte| *byte == 0) {
        // UTF-16: its pieces are not the text.
        return Vec::new();
    }
    let read = Read::of(extract);
    let inside: HashSet<VolatileSpan> =
        skipped(bytes, spans).into_iter().filter(|(_, place)| read.holds(&bytes[place.clone()])).map(|(span, _)| span).collect();
    spans.iter().filter(|span| !inside.contains(span)).copied().collect()
}

/// Everything that was read from a page, as texts.
struct Read {
    /// Values and quotes of fields, white space squeezed.
    fields: HashSet<String>,
    /// All texts in one, for a search.
    all: String,
}

impl Read {
    fn of(extract: &Extract) -> Self {
        let mut fields = HashSet::new();
        for draft in &extract.records {
            fields.insert(squeeze(&draft.key));
            for found in draft.fields.values() {
                fields.extend(found.value.each().iter().map(|value| squeeze(&value.text())));
                fields.insert(squeeze(&found.quote));
            }
        }
        fields.remove("");
        let blocks = extract.blocks.iter().map(|block| squeeze(&block.text));
        let mut all = String::from("\n");
        for text in fields.iter().cloned().chain(blocks) {
            all.push_str(&text);
            all.push('\n');
        }
        Self { fields, all }
    }

    /// Whether some of these bytes could have been read.
    fn holds(&self, bytes: &[u8]) -> bool {
        let Ok(source) = std::str::from_utf8(bytes) else { return true };
        let mut script = false;
        let mut rest = source;
        while !rest.is_empty() {
            let end =
                if rest.starts_with('<') { rest.find('>').map_or(rest.len(), |i| i + 1) } else { rest.find('<').unwrap_or(rest.len()) };
            let (piece, tail) = rest.split_at(end);
            rest = tail;
            let held = if let Some(tag) = piece.strip_prefix('<') {
                script = ["script", "style"].iter().any(|name| tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
                self.in_attributes(tag)
            } else if script || piece.contains(['{', '"']) {
                self.in_code(piece)
            } else {
                self.in_text(piece)
            };
            if held {
                return true;
            }
        }
        false
    }

    /// Whether visible text is part of something read, or something read is all of its words or some of them.
    fn in_text(&self, piece: &str) -> bool {
        let text = squeeze(&entities(piece));
        if text.is_empty() {
            return false;
        }
        if self.all.contains(&text) {
            return true;
        }
        let words: Vec<&str> = text.split(' ').collect();
        // Short runs of its words, as a transform may have cut them out.
        (1..=words.len().min(8)).any(|n| {
            let run = |run: &[&str]| self.fields.contains(run.join(" ").trim_matches(|c: char| !c.is_alphanumeric()));
            words.windows(n).any(run)
        })
    }

    /// Whether a field could be read from one of a tag's attributes.
    fn in_attributes(&self, tag: &str) -> bool {
        let mut values = tag.split(['"', '\'']).skip(1).step_by(2).map(|value| squeeze(&entities(value)));
        values.any(|value| {
            let ends = || self.all.contains(&format!("{}\n", value.trim_start_matches(['.', '/'])));
            value.len() >= TELLING && (self.fields.contains(&value) || ends())
        })
    }

    /// Whether a field could be read out of a script or a member of JSON.
    fn in_code(&self, piece: &str) -> bool {
        let text = squeeze(&entities(piece));
        let told = |value: &String| value.len() >= TELLING && text.contains(value.as_str());
        let member = |part: &str| self.fields.contains(part.trim_matches(|c: char| !c.is_alphanumeric()));
        self.fields.iter().any(told) || (!text.starts_with('<') && text.rsplit(':').take(1).any(member))
    }
}

/// The few entities that text is full of, decoded; others stay as they are.
fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    for (entity, plain) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&amp;", "&")]
    {
        out = out.replace(entity, plain);
    }
    out
}
