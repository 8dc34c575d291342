//! Items of a well-formed RSS or Atom feed, through feed-rs. Knows its model; nobody else does.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use feed_rs::model::{Entry, Link};
use feed_rs::parser::Builder;
use url::Url;

use super::super::value::{self, Hints, Type};
use super::bounded;

/// One item as the feed says it, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    /// What items are called in this format; for evidence.
    pub place: &'static str,
    /// The feed's own id.
    pub id: Option<String>,
    /// Where it can be read.
    pub url: Option<Url>,
    /// Its heading.
    pub title: Option<String>,
    /// Its first words.
    pub summary: Option<String>,
    /// All of it.
    pub text: Option<String>,
    /// When, as written.
    pub published: Option<String>,
    /// When last changed, as written.
    pub updated: Option<String>,
    /// Names.
    pub authors: Vec<String>,
    /// Subjects.
    pub categories: Vec<String>,
    /// Files that belong to it.
    pub enclosures: Vec<Url>,
}

/// Reads a feed; panics of the parser become its error.
pub(super) fn parse(xml: &str, base: &Url, hints: &Hints) -> Result<Vec<Item>, String> {
    let times = Times::default();
    let (seen, hints, zero) = (times.clone(), hints.clone(), base.clone());
    let parser = Builder::new()
        .base_uri(Some(base))
        .sanitize_content(false)
        // The default is a random one at each reading.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            let text = text.trim();
            let at = value::read(Type::Time, text, &zero, &hints)?.instant()?;
            seen.0.lock().unwrap_or_else(PoisonError::into_inner).entry(at.as_millisecond()).or_insert_with(|| text.to_owned());
            at.to_string().parse().ok()
        })
        .build();
    let feed = catch_unwind(AssertUnwindSafe(|| parser.parse(xml.as_bytes())))
        .map_err(|_| "the parser failed on it".to_owned())?
        .map_err(|why| why.to_string())?;
    let place = if xml.starts_with("<feed") || xml.starts_with("<entry") { "entry" } else { "item" };
    Ok(feed.entries.into_iter().map(|entry| item(entry, place, base, &times)).collect())
}

/// The words times were read from. The parser's model keeps only instants, and evidence needs what the page said.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<HashMap<i64, String>>>);

impl Times {
    fn words(&self, millis: i64) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&millis).cloned()
    }
}

fn item(entry: Entry, place: &'static str, base: &Url, times: &Times) -> Item {
    let address = |link: &Link| address(&link.href, base);
    let authors = names(&entry);
    let enclosed = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure")).filter_map(address);
    let media = entry.media.iter().flat_map(|media| media.content.iter().filter_map(|content| content.url.clone()));
    let mut enclosures: Vec<Url> = Vec::new();
    for url in enclosed.chain(media).take(32) {
        if !enclosures.contains(&url) {
            enclosures.push(url);
        }
    }
    let main = |link: &&Link| link.target.is_none() && matches!(link.rel.as_deref(), None | Some("alternate"));
    let other = |link: &&Link| link.target.is_none() && link.rel.as_deref() != Some("enclosure");
    let link = entry.links.iter().find(main).or_else(|| entry.links.iter().find(other)).and_then(address);
    let id = Some(entry.id.trim()).filter(|id| !id.is_empty()).map(str::to_owned);
    let permalink = || id.as_deref().filter(|id| id.starts_with("http")).and_then(|id| Url::parse(id).ok());
    let published = entry.published.and_then(|at| times.words(at.timestamp_millis()));
    let updated = entry.updated.and_then(|at| times.words(at.timestamp_millis()));
    Item {
        place,
        url: link.or_else(permalink),
        title: entry.title.and_then(|title| bounded(&title.content)),
        summary: entry.summary.and_then(|summary| bounded(&summary.content)),
        text: entry.content.and_then(|content| content.body).and_then(|body| bounded(&body)),
        // The parser fills one with the other for RSS; a second copy would say nothing.
        updated: updated.filter(|updated| published.as_ref() != Some(updated)),
        published,
        authors,
        categories: entry
            .categories
            .iter()
            .take(64)
            .filter_map(|category| bounded(category.label.as_ref().unwrap_or(&category.term)))
            .collect(),
        enclosures,
        id,
    }
}

fn names(entry: &Entry) -> Vec<String> {
    let name = |person: &feed_rs::model::Person| person.name.clone().or_else(|| person.email.clone());
    entry.authors.iter().take(16).filter_map(name).filter_map(|name| bounded(&name)).collect()
}

/// An absolute web address.
pub(super) fn address(text: &str, base: &Url) -> Option<Url> {
    base.join(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
