//! JSON documents by paths. Knows no format.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::base::text::squeeze;
use crate::model::{Failure, FailureClass};

/// Reads a document; numbers that are none (`1e9999`, ` 000,`) become `null`, and how many did is told.
pub(super) fn parse(text: &str) -> Result<(Value, usize), Failure> {
    let text = text.trim_start_matches('\u{feff}');
    let unreadable = |why: &serde_json::Error| match cut_off(text) {
        Some(cut) if why.is_eof() => Failure::new(FailureClass::Broken, cut),
        Some(_) | None if why.is_eof() => Failure::new(FailureClass::Unreadable, format!("it breaks off: {why}")),
        Some(_) | None => Failure::new(FailureClass::Unreadable, format!("it is no JSON that can be read: {why}")),
    };
    match serde_json::from_str(text) {
        Ok(value) => Ok((value, 0)),
        Err(why) if why.is_eof() => Err(unreadable(&why)),
        Err(why) => {
            let (mended, count) = mend_numbers(text);
            if count == 0 {
                return Err(unreadable(&why));
            }
            serde_json::from_str(&mended).map(|value| (value, count)).map_err(|why| unreadable(&why))
        }
    }
}

/// That JSON which begins as it should ends too early, in words: the answer was cut off on its way, or the portal broke off. `None`: it is whole,
/// or something else is wrong with it.
pub fn cut_off(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let why = serde_json::from_str::<serde::de::IgnoredAny>(text).err().filter(serde_json::Error::is_eof)?;
    Some(format!("the answer was cut off: its JSON breaks off at line {}, column {}", why.line(), why.column()))
}

/// Puts `null` in the place of bare words that begin like a number and are none.
fn mend_numbers(text: &str) -> (String, usize) {
    let (mut mended, mut count) = (String::with_capacity(text.len()), 0);
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !quoted && (c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
            let end = rest.find(|c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace()).unwrap_or(rest.len());
            let number = &rest[..end];
            if serde_json::from_str::<serde_json::Number>(number).is_ok() {
                mended.push_str(number);
            } else {
                mended.push_str("null");
                count += 1;
            }
            rest = &rest[end..];
            continue;
        }
        if quoted && !escaped && c == '\\' {
            escaped = true;
        } else {
            quoted ^= c == '"' && !escaped;
            escaped = false;
        }
        // NUL bytes come from one portal, between values.
        if c == '\0' {
            count += 1;
        } else {
            mended.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    (mended, count)
}

/// The value at a path of keys: `tender/value/amount`. `null` is no value.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let found = path.split('/').try_fold(value, |value, key| match value {
        Value::Object(map) => map.get(key),
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    });
    found.filter(|value| !value.is_null())
}

/// The words at a path: of a text, a number or a yes and no; empty for anything else.
pub(super) fn text(value: &Value, path: &str) -> String {
    at(value, path).map(words).unwrap_or_default()
}

/// The words of a value; empty when it has none.
pub(super) fn words(value: &Value) -> String {
    match value {
        Value::String(text) => squeeze(text),
        // `45233130.0` is how some write the number 45233130.
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
        }
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The list at a path; a single value counts as a list of one, nothing as an empty one.
pub(super) fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    match at(value, path) {
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// A plain number as written: `12500`, `12500.50`, `1.25e4`.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_become_nothing() {
        let (value, mended) = parse(r#"{"a": 1e9999, "b": 12.50, "c": "1e9999, \" 5", "d": [ 000, -3]}"#).unwrap();
        assert_eq!(mended, 2);
        assert_eq!((at(&value, "a"), number(&text(&value, "b"))), (None, Some("12.5".parse().unwrap())));
        assert_eq!((text(&value, "c").as_str(), text(&value, "d/1").as_str()), ("1e9999, \" 5", "-3"));
    }

    #[test]
    fn what_breaks_off_says_so() {
        let cut = parse(r#"{"a": [1, 2"#).unwrap_err();
        assert!(cut.class == FailureClass::Broken && cut.text.contains("breaks off at line 1"), "{cut}");
        assert!(parse("<html>").unwrap_err().text.contains("no JSON"));
        assert!(parse("").unwrap_err().text.contains("breaks off"));
    }

    #[test]
    fn values_by_path() {
        let (value, _) = parse(r#"{"a": {"b": [{"c": 5}], "n": null}, "s": "1.2e3"}"#).unwrap();
        assert_eq!(
            (text(&value, "a/b/0/c"), list(&value, "a/b").len(), list(&value, "a/n").len(), list(&value, "s").len()),
            ("5".into(), 1, 0, 1)
        );
        assert_eq!(number(&text(&value, "s")), Some("1200".parse().unwrap()));
    }
}
