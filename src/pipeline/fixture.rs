//! A source's saved page and what was read from it: read again with the present settings and compared. Knows no folder; never asks a site.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Rehearsal, propose};
use crate::base::caps;
use crate::config::Source;
use crate::extract::Reader;
use crate::fetch::Fetched;
use crate::model::{Draft, Extract, Failure, FailureClass, Validators};

/// Bytes of a page that is saved.
pub const MOST: usize = 4 * 1024 * 1024;

/// A record as it is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Its key.
    pub key: String,
    /// What it is.
    pub kind: String,
    /// Its fields as words.
    pub fields: BTreeMap<String, String>,
}

/// What is saved beside a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Where the page was.
    pub url: Url,
    /// Its media type, as sent.
    pub content_type: Option<String>,
    /// When it was fetched; dates such as "yesterday" hang on it.
    pub fetched: Timestamp,
    /// The name of the file with its bytes.
    pub page: String,
    /// What was read.
    pub records: Vec<Expected>,
}

/// How a record is read otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// It does not come out any more.
    Missing {
        /// Its key.
        key: String,
    },
    /// It did not come out before.
    Added {
        /// Its key.
        key: String,
    },
    /// A field of it differs; `None`: it is not there.
    Field {
        /// The record's key.
        key: String,
        /// The field.
        field: String,
        /// As it was.
        before: Option<String>,
        /// As it is.
        after: Option<String>,
    },
}

impl Expected {
    fn of(draft: &Draft) -> Self {
        let fields = draft.fields.iter().map(|(name, found)| (name.as_str().to_owned(), found.value.text())).collect();
        Self { key: draft.key.clone(), kind: draft.kind.word().to_owned(), fields }
    }
}

impl Fixture {
    /// Of a page that was just read; `None` when it is too large to be saved.
    pub fn of(fetched: &Fetched, extract: &Extract, at: Timestamp) -> Option<Self> {
        let kind = fetched.content_type.as_deref().unwrap_or_default().to_ascii_lowercase();
        let ends = [("html", "html"), ("json", "json"), ("xml", "xml"), ("rss", "xml"), ("csv", "csv"), ("zip", "zip")];
        let end = ends.iter().find(|(word, _)| kind.contains(word)).map_or("bin", |(_, end)| end);
        (fetched.bytes.len() <= MOST).then(|| Self {
            url: fetched.url.clone(),
            content_type: fetched.content_type.clone(),
            fetched: at,
            page: format!("page.{end}"),
            records: extract.records.iter().map(Expected::of).collect(),
        })
    }

    /// What the present settings read from the page.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub async fn read(&self, rehearsal: &Rehearsal, source: &Source, bytes: Bytes) -> Result<Vec<Expected>, Failure> {
        let (reader, now) = (std::sync::Arc::clone(&source.reader), self.fetched);
        let fetched = fetched(self.url.clone(), self.content_type.clone(), bytes);
        let what = fetched.url.to_string();
        let extract = rehearsal.pool.run(&what, move |expired| Reader::read(&reader, &propose::input(&fetched, now, expired))).await?;
        Ok(extract.records.iter().map(Expected::of).collect())
    }
}

fn fetched(url: Url, content_type: Option<String>, bytes: Bytes) -> Fetched {
    let validators = Validators::default();
    Fetched { url, status: 200, not_modified: false, content_type, validators, next: None, total: None, bytes, redirected: false }
}

impl Rehearsal {
    /// The first page of a source, fetched now, with what its settings read from it.
    ///
    /// # Errors
    ///
    /// Those of fetching and reading.
    pub async fn first_page(&self, source: &Source) -> Result<(Fetched, Extract), Failure> {
        let Some(root) = source.reader.roots().first() else {
            return Err(Failure::new(FailureClass::Unreadable, "the source has no address"));
        };
        let (_, asked) = source.reader.transport().begin(root, &crate::model::Checkpoint::default(), self.clock.now());
        let fetched = self.ask(&asked, &source.fetch).await?;
        let (reader, page, now) = (std::sync::Arc::clone(&source.reader), fetched.clone(), self.clock.now());
        let extract = self.pool.run(asked.as_str(), move |expired| Reader::read(&reader, &propose::input(&page, now, expired))).await?;
        Ok((fetched, extract))
    }
}

/// What differs, record by record in the order of the page.
pub fn compare(before: &[Expected], after: &[Expected]) -> Vec<Differs> {
    let now: BTreeMap<&str, &Expected> = after.iter().map(|record| (record.key.as_str(), record)).collect();
    let was: BTreeMap<&str, &Expected> = before.iter().map(|record| (record.key.as_str(), record)).collect();
    let mut out = Vec::new();
    for old in before.iter().take(caps::RECORDS) {
        let Some(new) = now.get(old.key.as_str()) else {
            out.push(Differs::Missing { key: old.key.clone() });
            continue;
        };
        let mut differ = |field: &str, before: Option<&String>, after: Option<&String>| {
            if before != after {
                out.push(Differs::Field { key: old.key.clone(), field: field.to_owned(), before: before.cloned(), after: after.cloned() });
            }
        };
        differ("kind", Some(&old.kind), Some(&new.kind));
        let names: std::collections::BTreeSet<&String> = old.fields.keys().chain(new.fields.keys()).collect();
        for name in names {
            differ(name, old.fields.get(name), new.fields.get(name));
        }
    }
    out.extend(after.iter().filter(|new| !was.contains_key(new.key.as_str())).map(|new| Differs::Added { key: new.key.clone() }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, fields: &[(&str, &str)]) -> Expected {
        let fields = fields.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect();
        Expected { key: key.to_owned(), kind: "company".to_owned(), fields }
    }

    #[test]
    fn what_differs_is_told_by_record_and_field() {
        let before = [record("a", &[("name", "A"), ("phone", "1")]), record("b", &[("name", "B")])];
        let after = [record("a", &[("name", "A"), ("fax", "2")]), record("c", &[])];
        let field = |field: &str, before: Option<&str>, after: Option<&str>| Differs::Field {
            key: "a".to_owned(),
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let want = [
            field("fax", None, Some("2")),
            field("phone", Some("1"), None),
            Differs::Missing { key: "b".to_owned() },
            Differs::Added { key: "c".to_owned() },
        ];
        assert_eq!(compare(&before, &after), want);
        assert_eq!(compare(&before, &before), []);
    }
}
