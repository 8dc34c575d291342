//! JSON as pages really hold it: read strictly first, then with what people leave in it mended. Knows no vocabulary.
//!
//! Mended are comments (`//`, `/* */`, `<!-- -->`), CDATA marks, trailing and doubled commas, control characters and line feeds in strings, single
//! quotes, unquoted keys, quotes inside strings, entities in place of quotes, and several values one after the other.

use serde_json::{Map, Number, Value};

use crate::extract::markup::unescape;

/// Nested arrays and objects.
const DEPTH: usize = 100;
/// Bytes looked at to tell whether a quote ends a string.
const ENDS: usize = 100;
/// Values of one text.
const VALUES: usize = 200_000;

/// The values in a text, in order; empty when there is nothing to read.
pub(super) fn values(text: &str) -> Vec<Value> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if let Ok(value) = serde_json::from_str(text) {
        return vec![value];
    }
    let found = lenient(text);
    if found.is_empty() && text.contains("&quot;") || text.starts_with('&') {
        return lenient(&unescape(text));
    }
    found
}

fn lenient(text: &str) -> Vec<Value> {
    let mut reader = Reader { text, at: 0, left: VALUES };
    let mut found = Vec::new();
    while let Some(start) = reader.next_root() {
        reader.at = start;
        match reader.value(0) {
            Some(value) => found.push(value),
            None => reader.at = (start + 1).max(reader.at),
        }
        if reader.left == 0 {
            break;
        }
    }
    found
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Values that may still come.
    left: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Where the next object or array begins, comments left out.
    fn next_root(&mut self) -> Option<usize> {
        loop {
            self.skip(&[]);
            let c = self.rest().chars().next()?;
            if matches!(c, '{' | '[') {
                return Some(self.at);
            }
            self.at += c.len_utf8();
        }
    }

    /// Over white space, comments, wrappers, and these bytes.
    fn skip(&mut self, also: &[u8]) {
        loop {
            let rest = self.rest();
            let ended = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
            let step = if rest.starts_with("//") {
                rest.find('\n').map_or(rest.len(), |at| at + 1)
            } else if rest.starts_with("/*") {
                ended("*/")
            } else if rest.starts_with("<![CDATA[") {
                "<![CDATA[".len()
            } else if rest.starts_with("]]>") || rest.starts_with("-->") {
                3
            } else if rest.starts_with("<!--") {
                // Around the whole it is a wrapper, around a part a comment.
                if self.at == 0 { 4 } else { ended("-->") }
            } else {
                match rest.chars().next() {
                    Some(c) if c.is_whitespace() || c.is_control() || c == '\u{feff}' => c.len_utf8(),
                    Some(c) if u8::try_from(c).is_ok_and(|b| also.contains(&b)) => 1,
                    Some(_) | None => return,
                }
            };
            self.at += step;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if depth > DEPTH {
            return None;
        }
        self.skip(&[]);
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            quote @ (b'"' | b'\'') => self.string(quote).map(Value::String),
            _ => self.bare(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut map = Map::new();
        loop {
            self.skip(b",;");
            let key = match self.peek() {
                // What is cut off ends where it ends.
                None => break,
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
                Some(_) => {
                    let rest = self.rest();
                    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '-')))?;
                    if end == 0 {
                        return None;
                    }
                    let key = rest[..end].to_owned();
                    self.at += end;
                    key
                }
            };
            self.skip(&[]);
            if self.peek() != Some(b':') {
                return None;
            }
            self.at += 1;
            self.skip(&[]);
            // "key": , — nothing is said.
            let value = if matches!(self.peek(), Some(b',' | b'}')) { Value::Null } else { self.value(depth + 1)? };
            map.insert(key, value);
        }
        Some(Value::Object(map))
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.skip(b",");
            match self.peek() {
                None => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(_) => list.push(self.value(depth + 1)?),
            }
        }
        Some(Value::Array(list))
    }

    /// A string; a quote that is not followed by what may follow a string is part of it.
    fn string(&mut self, quote: u8) -> Option<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let c = self.rest().chars().next()?;
            self.at += c.len_utf8();
            match c {
                '\\' => self.escape(&mut out)?,
                c if c == char::from(quote) && self.ends_string() => return Some(out),
                '\0' => {}
                c => out.push(c),
            }
        }
    }

    /// Whether what follows may follow a string.
    fn ends_string(&self) -> bool {
        // A look of bounded length: each quote in a long text is asked about.
        let near = &self.rest()[..self.rest().floor_char_boundary(ENDS)];
        let rest = near.trim_start();
        match rest.as_bytes().first() {
            None | Some(b':' | b'}' | b']' | b'/' | b'<') => true,
            // "a "quoted", word": a comma ends it only before a key, a value or an end.
            Some(b',') => {
                rest[1..]
                    .trim_start()
                    .starts_with(|c: char| matches!(c, '"' | '\'' | '{' | '}' | '[' | ']' | '/' | '-' | ',' | '@') || c.is_ascii_digit())
                    || ["true", "false", "null"].iter().any(|word| rest[1..].trim_start().starts_with(word))
                    || rest[1..]
                        .split(':')
                        .next()
                        .is_some_and(|key| key.len() < 40 && key.trim().chars().all(|c| c.is_alphanumeric() || c == '_'))
            }
            // A missing comma.
            Some(b'"') => self.rest().starts_with(['\n', '\r']),
            Some(_) => false,
        }
    }

    fn escape(&mut self, out: &mut String) -> Option<()> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        out.push(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let mut unit = self.hex()?;
                if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    let low = self.hex()?;
                    unit = 0x10000 + ((unit - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
                }
                char::from_u32(unit).unwrap_or('\u{fffd}')
            }
            other => other,
        });
        Some(())
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        let unit = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(unit)
    }

    /// A number or a word without quotes.
    fn bare(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest.find([',', '}', ']', '\n', '\r']).unwrap_or(rest.len());
        let word = rest[..end].split("//").next().unwrap_or("").trim();
        if word.is_empty() || word.starts_with(['{', '[', ':']) {
            return None;
        }
        let value = match word {
            "null" | "undefined" | "NaN" | "None" => Value::Null,
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            _ => serde_json::from_str::<Number>(word).map_or_else(|_| Value::String(word.to_owned()), Value::Number),
        };
        self.at += end;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_leave_in_json_is_mended() {
        let cases = [
            (r#"{"a": 1}"#, r#"[{"a":1}]"#),
            ("{\"a\": \"x\ny\", // note\n \"b\": 2,\n}", r#"[{"a":"x\ny","b":2}]"#),
            ("<!-- {\"a\": [1, 2, ]} -->", r#"[{"a":[1,2]}]"#),
            ("//<![CDATA[\n{\"a\": 1}\n//]]>", r#"[{"a":1}]"#),
            ("/* b */ {a: 'x', 'b': true};", r#"[{"a":"x","b":true}]"#),
            ("{\"a\": 1} {\"b\": 2}", r#"[{"a":1},{"b":2}]"#),
            ("{&quot;a&quot;: &quot;b&quot;}", r#"[{"a":"b"}]"#),
            (r#"{"a": "the "big" one", "b": "x"}"#, r#"[{"a":"the \"big\" one","b":"x"}]"#),
            ("{\"a\": \"http://x.example/\", /* c */ \"b\": , \"c\": 1}", r#"[{"a":"http://x.example/","b":null,"c":1}]"#),
            ("{\"a\": \"b\"\n \"c\": \"d\"}", r#"[{"a":"b","c":"d"}]"#),
            (r#"{"a": "\u00e9\ud83d\ude00\'"}"#, r#"[{"a":"é😀'"}]"#),
            ("{\"a\": [\"b\"", r#"[{"a":["b"]}]"#),
            ("null", "[null]"),
            ("no json", "[]"),
            ("", "[]"),
        ];
        for (text, want) in cases {
            assert_eq!(serde_json::to_string(&values(text)).unwrap(), want, "{text}");
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        assert!(values(&"[".repeat(3_000)).len() < 3_000);
        assert!(values(&"{\"a\":".repeat(100_000)).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_text_it_ends(text in r#"([\[\]{}:,"'\\/*<!\-a1&u \n]|\PC){0,200}"#) {
            values(&text);
        }

        #[test]
        fn good_json_stays_as_it_is(keys in proptest::collection::vec("[ -~é]{0,8}", 0..6)) {
            let value = serde_json::json!({ "list": keys, "n": 1.5 });
            proptest::prop_assert_eq!(lenient(&value.to_string()), vec![value.clone()]);
        }
    }
}
