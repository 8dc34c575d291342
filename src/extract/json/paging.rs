//! Where the next page of a JSON answer is: an address in it or in its head, a cursor in it, or one more than the number asked for.

use serde_json::Value;
use url::Url;

use super::super::{Input, Spec};
use super::filter::Program;
use super::path::Path;
use crate::model::Fault;

/// Pages read in one visit when the settings do not say.
pub(super) const PAGES: u32 = 20;

/// How the next page is asked for.
pub(super) enum Paging {
    /// There is only one.
    Single,
    /// The answer holds its address.
    Next(Place),
    /// The head of the answer holds its address.
    Link,
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
        /// What of the answer says where they end.
        end: End,
        /// Pages in one visit.
        pages: u64,
    },
}

/// Where an address is in an answer.
pub(super) enum Place {
    /// At a path.
    At(Path),
    /// What a filter yields.
    Of(Box<Program>),
}

/// Where numbered pages end.
pub(super) enum End {
    /// With a page that has no records.
    Empty,
    /// With the number at this path: that of the next page, or of the last.
    Number(Path),
    /// After as many pages as stand at this path.
    Count(Path),
}

impl Paging {
    /// From `paging`.
    pub(super) fn compile(spec: &Spec, faults: &mut Vec<Fault>) -> Self {
        let pages = u64::from(spec.pages.unwrap_or(PAGES));
        let Some(paging) = &spec.paging else {
            return Self::Single;
        };
        let before = faults.len();
        let next = paging.next.as_deref().and_then(|text| Place::compile(text, faults));
        let mut path =
            |key: &str, text: &Option<String>| text.as_deref().and_then(|text| compile_path(&format!("paging.{key}"), text, faults));
        let (cursor, page, count) = (path("cursor", &paging.cursor), path("page", &paging.page), path("count", &paging.count));
        let named = [&paging.next, &paging.cursor, &paging.page, &paging.count].into_iter().filter(|text| text.is_some()).count();
        if named + usize::from(paging.link) > 1 {
            faults.push(Fault::new("paging", "several of `next`, `link`, `cursor`, `page` and `count`", "one of them"));
        }
        let mut needs_param = |what: &str| {
            if paging.param.is_none() && faults.len() == before {
                faults.push(Fault::new("paging.param", "", format!("the query parameter that takes {what}")));
            }
        };
        if paging.link {
            return Self::Link;
        }
        if paging.next.is_some() {
            return next.map_or(Self::Single, Self::Next);
        }
        if paging.cursor.is_some() {
            needs_param("the cursor, such as `after`");
            return cursor.zip(paging.param.clone()).map_or(Self::Single, |(path, param)| Self::Cursor { path, param });
        }
        needs_param("the number of the page, such as `page`");
        let end = page.map(End::Number).or(count.map(End::Count)).unwrap_or(End::Empty);
        let (start, step) = (u64::from(paging.start.unwrap_or(1)), u64::from(paging.step.unwrap_or(1)));
        paging.param.clone().map_or(Self::Single, |param| Self::Number { param, start, step, end, pages })
    }

    /// The page after this one, if there is one.
    pub(super) fn next(&self, answer: &Value, records: usize, input: &Input<'_>) -> Option<Url> {
        let url = input.url;
        let next = match self {
            Self::Single => None,
            Self::Next(place) => {
                let next = place.text(answer, input)?;
                let next =
                    url.join(next.trim()).ok().filter(|next| !next.as_str().is_empty() && matches!(next.scheme(), "http" | "https"))?;
                Some(next)
            }
            Self::Link => input.next.cloned(),
            Self::Cursor { path, param } => {
                let cursor = scalar(path.first(answer)?).filter(|cursor| !cursor.is_empty() && records > 0)?;
                Some(with_param(url, param, &cursor))
            }
            Self::Number { param, start, step, end, pages } => {
                let current = number_of(url, param).unwrap_or(*start);
                let next = current.checked_add(*step)?;
                let place = next.checked_sub(*start)? / (*step).max(1);
                let said = |path: &Path| scalar(path.first(answer)?)?.parse::<u64>().ok();
                let more = match end {
                    // Both "the next is 3" and "the last is 7" end the same way: with a number that is not beyond this page.
                    End::Number(path) => said(path)? > current,
                    End::Count(path) => said(path)? > place,
                    End::Empty => records > 0,
                };
                (place < *pages && more).then(|| with_param(url, param, &next.to_string()))
            }
        };
        next.filter(|next| next != url)
    }
}

impl Place {
    fn compile(text: &str, faults: &mut Vec<Fault>) -> Option<Self> {
        let why = match Path::parse(text) {
            Ok(path) => return Some(Self::At(path)),
            Err(why) => why,
        };
        if let Ok(program) = Program::compile(text) {
            return Some(Self::Of(Box::new(program)));
        }
        faults.push(Fault::new("paging.next", text, format!("{PATHS}, or a jq filter: {why}")));
        None
    }

    fn text(&self, answer: &Value, input: &Input<'_>) -> Option<String> {
        match self {
            Self::At(path) => path.first(answer)?.as_str().map(str::to_owned),
            Self::Of(program) => program.run(answer, 1, input.expired).values.first()?.as_str().map(str::to_owned),
        }
    }
}

const PATHS: &str = "a path such as `.meta.next`, `items[0].name` or `/meta/next`";

/// A path, or a fault at this key.
pub(super) fn compile_path(key: &str, text: &str, faults: &mut Vec<Fault>) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(why) => {
            faults.push(Fault::new(key, text, format!("{PATHS}: {why}")));
            None
        }
    }
}

/// The number that an address has for a parameter.
pub(super) fn number_of(url: &Url, param: &str) -> Option<u64> {
    url.query_pairs().find(|(name, _)| name == param).and_then(|(_, value)| value.parse().ok())
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
