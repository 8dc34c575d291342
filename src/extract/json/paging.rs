//! Where the next page of a JSON answer is: an address in it, a cursor in it, or one more than the number asked for.

use serde_json::Value;
use url::Url;

use super::super::Spec;
use super::path::Path;
use crate::model::Fault;

/// Pages read in one visit when the settings do not say.
const PAGES: u32 = 20;

/// How the next page is asked for.
pub(super) enum Paging {
    /// There is only one.
    Single,
    /// The answer holds its address.
    Next(Path),
    /// The answer holds a word to send back.
    Cursor {
        /// Where.
        path: Path,
        /// In which query parameter it goes back.
        param: String,
    },
    /// Pages are numbered.
    Number {
        /// The query parameter.
        param: String,
        /// Its value on the first page.
        start: u64,
        /// What is added for each page.
        step: u64,
        /// Where the answer says the number of the next or last page, if it does.
        path: Option<Path>,
        /// Pages in one visit.
        pages: u64,
    },
}

impl Paging {
    /// From `paging`.
    pub(super) fn compile(spec: &Spec, faults: &mut Vec<Fault>) -> Self {
        let pages = u64::from(spec.pages.unwrap_or(PAGES));
        let Some(paging) = &spec.paging else {
            return Self::Single;
        };
        let mut path =
            |key: &str, text: &Option<String>| text.as_deref().and_then(|text| compile_path(&format!("paging.{key}"), text, faults));
        let (next, cursor, page) = (path("next", &paging.next), path("cursor", &paging.cursor), path("page", &paging.page));
        let named = [&paging.next, &paging.cursor, &paging.page].into_iter().filter(|text| text.is_some()).count();
        if named > 1 {
            faults.push(Fault::new("paging", "several of `next`, `cursor` and `page`", "one of them"));
        }
        match (next, cursor, paging.param.clone()) {
            (Some(path), ..) => Self::Next(path),
            (None, Some(path), Some(param)) => Self::Cursor { path, param },
            (None, Some(_), None) => {
                faults.push(Fault::new("paging.param", "", "the query parameter that takes the cursor, such as `after`"));
                Self::Single
            }
            (None, None, Some(param)) => Self::Number {
                param,
                start: u64::from(paging.start.unwrap_or(1)),
                step: u64::from(paging.step.unwrap_or(1)),
                path: page,
                pages,
            },
            (None, None, None) => {
                if named == 0 || paging.page.is_some() {
                    faults.push(Fault::new("paging.param", "", "the query parameter that takes the number of the page, such as `page`"));
                }
                Self::Single
            }
        }
    }

    /// The page after this one, if there is one.
    pub(super) fn next(&self, answer: &Value, records: usize, url: &Url) -> Option<Url> {
        let next = match self {
            Self::Single => None,
            Self::Next(path) => {
                let next = path.first(answer)?.as_str()?.trim();
                let next = url.join(next).ok().filter(|next| !next.as_str().is_empty() && matches!(next.scheme(), "http" | "https"))?;
                Some(next)
            }
            Self::Cursor { path, param } => {
                let cursor = scalar(path.first(answer)?).filter(|cursor| !cursor.is_empty() && records > 0)?;
                Some(with_param(url, param, &cursor))
            }
            Self::Number { param, start, step, path, pages } => {
                let current = url.query_pairs().find(|(name, _)| name == param).and_then(|(_, value)| value.parse().ok()).unwrap_or(*start);
                let next = current.checked_add(*step)?;
                let within = next.checked_sub(*start)? / (*step).max(1) < *pages;
                let more = match path {
                    // Both "the next is 3" and "the last is 7" end the same way: with a number that is not beyond this page.
                    Some(path) => scalar(path.first(answer)?)?.parse::<u64>().ok()? > current,
                    None => records > 0,
                };
                (within && more).then(|| with_param(url, param, &next.to_string()))
            }
        };
        next.filter(|next| next != url)
    }
}

/// A path, or a fault at this key.
pub(super) fn compile_path(key: &str, text: &str, faults: &mut Vec<Fault>) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(why) => {
            faults.push(Fault::new(key, text, format!("a path such as `.meta.next`, `items[0].name` or `/meta/next`: {why}")));
            None
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The address with this parameter set, the others as they were and where they were.
fn with_param(url: &Url, param: &str, value: &str) -> Url {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    match pairs.iter_mut().find(|(name, _)| name == param) {
        Some(pair) => value.clone_into(&mut pair.1),
        None => pairs.push((param.to_owned(), value.to_owned())),
    }
    let mut next = url.clone();
    next.query_pairs_mut().clear().extend_pairs(pairs);
    next
}
