//! A place in a JSON value: `.a.b[0].c` as jq writes it, `a.b[].c` for all members of a list, `/a/b/0/c` as RFC 6901 writes it.

use serde_json::Value;

/// Steps of one path.
const STEPS: usize = 32;
/// Values one path may find.
const FOUND: usize = 1_000;

/// A parsed path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    All,
}

impl Path {
    /// Reads a path; the error says what is odd about it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let steps = if text.starts_with('/') { pointer(text) } else { dotted(text)? };
        if steps.len() > STEPS { Err(format!("more than {STEPS} steps")) } else { Ok(Self(steps)) }
    }

    /// The first value it leads to.
    pub(super) fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.all(value).into_iter().next()
    }

    /// Every value it leads to, in order.
    pub(super) fn all<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![value];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| step.from(value)).take(FOUND).collect();
        }
        found.retain(|value| !value.is_null());
        found
    }
}

impl Step {
    fn from<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match (self, value) {
            (Self::Name(name), Value::Object(members)) => members.get(name).into_iter().collect(),
            // RFC 6901 writes an index like a name.
            (Self::Name(name), Value::Array(values)) => name.parse::<usize>().ok().and_then(|at| values.get(at)).into_iter().collect(),
            (Self::Index(at), Value::Array(values)) => values.get(*at).into_iter().collect(),
            (Self::All, Value::Array(values)) => values.iter().collect(),
            (Self::All, Value::Object(members)) => members.values().collect(),
            (Self::Name(_) | Self::Index(_) | Self::All, _) => Vec::new(),
        }
    }
}

fn pointer(text: &str) -> Vec<Step> {
    text[1..].split('/').map(|name| Step::Name(name.replace("~1", "/").replace("~0", "~"))).collect()
}

fn dotted(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = text.strip_prefix('.').unwrap_or(text);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = inner.split_once(']').ok_or("a `[` without its `]`")?;
            let inside = inside.trim();
            steps.push(match inside.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
                Some(name) => Step::Name(name.to_owned()),
                None if inside.is_empty() => Step::All,
                None => Step::Index(inside.parse().map_err(|_| format!("`{inside}` is no index"))?),
            });
            rest = after.strip_prefix('.').unwrap_or(after);
        } else if let Some(inner) = rest.strip_prefix('"') {
            let (name, after) = inner.split_once('"').ok_or("a `\"` without its second")?;
            steps.push(Step::Name(name.to_owned()));
            rest = after.strip_prefix('.').unwrap_or(after);
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = rest[..end].trim();
            if name.is_empty() {
                return Err("two dots without a name between them".to_owned());
            }
            if name.contains(['|', '(', ')', '{', '}', '"']) {
                return Err(format!("`{name}` is more than a path: put it into `filter`"));
            }
            steps.push(Step::Name(name.to_owned()));
            rest = &rest[end..];
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn three_ways_to_write_a_place() {
        let value = json!({"a": {"b": [{"c": 1}, {"c": 2}], "x.y": 3, "/": 4}, "n": null});
        for (text, want) in [
            ("a.b[0].c", json!([1])),
            (".a.b[1].c", json!([2])),
            ("/a/b/1/c", json!([2])),
            ("a.b[].c", json!([1, 2])),
            ("a.\"x.y\"", json!([3])),
            ("a[\"x.y\"]", json!([3])),
            ("/a/~1", json!([4])),
            ("n", json!([])),
            ("a.b[7]", json!([])),
            ("a.b.1.c", json!([2])),
            ("[]", json!([{"b": [{"c": 1}, {"c": 2}], "x.y": 3, "/": 4}])),
        ] {
            let found = Path::parse(text).unwrap().all(&value).into_iter().cloned().collect::<Vec<_>>();
            assert_eq!(Value::Array(found), want, "{text}");
        }
        assert_eq!(Path::parse(".").unwrap().first(&value), Some(&value));
        for bad in ["a..b", "a[x]", "a[0", ".a | .b", "\"a"] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_path_or_none(text in "[a-c.\\[\\]\"/~0-9|]{0,40}") {
            if let Ok(path) = Path::parse(&text) {
                let _ = path.all(&json!({"a": [[{"b": "c"}]]}));
            }
        }
    }
}
