//! OCDS, the Open Contracting Data Standard: releases, records and their packages, as 1.0, 1.1 and their publishers write them.
//!
//! Source: <https://standard.open-contracting.org/1.1/en/schema/>. This file opens what releases come in; `notice` reads one, `merge` brings
//! those of one process together. It does not fetch what is only linked.

mod content;
mod documents;
mod items;
mod merge;
mod notice;
mod party;
mod result;
mod rules;
mod scope;

use serde_json::Value;

use self::notice::Place;
use super::json::{self, list, text, words};
use super::{Batch, Clock, Head, Input};
use crate::base::text::clip;
use crate::model::{BadEntry, Failure, FailureClass, Notice};

pub use merge::{Compiled, Form, compile, merge};
pub use rules::{Rule, Rules, Version};

/// Packages stand in lists and in envelopes of a portal's own; deeper than this nobody hides them.
const DEPTH: usize = 4;
/// Keys of envelopes that portals put around packages.
const ENVELOPES: [&str; 9] =
    ["releasePackage", "recordPackage", "arrayReleasePackage", "releasePackages", "recordPackages", "data", "results", "items", "value"];
/// Keys under which portals say what went wrong, with HTTP 200.
const ERRORS: [&str; 7] = ["error", "errors", "message", "Message", "detail", "exception", "fault"];

/// Whether a document is OCDS.
pub(super) fn fits(head: &Head<'_>) -> bool {
    let package = head.has_key("publishedDate") || head.has_key("publisher") || head.has_key("uri");
    head.has_key("ocid") || head.has_key("compiledRelease") || (package && (head.has_key("releases") || head.has_key("records")))
}

/// Reads a document: one notice for each release, one for what each record says in sum.
///
/// # Errors
///
/// [`FailureClass::Unreadable`] for what is no OCDS (nothing at all, a web page, a portal's error). A package that is well formed and empty is
/// none: nothing was published in the stretch of time it was asked for.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    let documents = documents(input.text, (&mut batch.bad, &mut batch.unread))?;
    let mut entries = Vec::new();
    for (place, document) in &documents {
        let mut opened = Opened { entries: &mut entries, known: false };
        open(document, place, &mut opened, 0);
        // A list with nothing in it, beside an error, is no list.
        let error = || ["error", "errors"].into_iter().any(|key| !words(document.get(key).unwrap_or(&Value::Null)).is_empty());
        if !opened.known || (entries.is_empty() && error()) {
            let failure = unknown(document);
            if documents.len() == 1 {
                return Err(failure);
            }
            batch.bad.push(BadEntry { path: place.clone(), reason: failure.text });
        }
        batch.next = batch.next.take().or_else(|| next(document));
        batch.total = batch.total.or_else(|| total(document));
    }
    for entry in &entries {
        input.check_time()?;
        batch.check_room()?;
        match entry {
            Entry::Release { release, place, ocid, whole } => {
                let place = Place { path: place.clone(), ocid: ocid.clone(), whole: *whole, clock: &input.clock, url: input.url };
                match notice::notice(release, place) {
                    Ok(notice) => batch.notices.push(notice),
                    Err(bad) => batch.bad.push(bad),
                }
            }
            // What it says is in the sum; only when it said so is not.
            Entry::Linked { release, place, summed: true } => batch.unread.push(linked(release, place)),
            Entry::Linked { release, place, summed: false } => batch.bad.push(linked(release, place)),
            Entry::Nothing { place } => {
                let reason = "the record has neither releases nor a compiled release: ask for the record itself".to_owned();
                batch.bad.push(BadEntry { path: place.clone(), reason });
            }
        }
    }
    Ok(batch)
}

/// The compiled release of a process as a notice that says everything of it.
///
/// # Errors
///
/// What is missing, when nothing says which process it is.
pub fn notice_of_compiled(compiled: &Value, clock: &Clock) -> Result<Notice, BadEntry> {
    notice::notice(compiled, Place { path: String::new(), ocid: String::new(), whole: true, clock, url: None })
}

/// The releases in a document, for [`merge`]: those of packages, of records, of lines. What records say in sum is not among them, and told where there
/// is nothing else; what is only linked is told as missing.
///
/// # Errors
///
/// As [`read`](super::read) of this format, but an empty package has no releases and is none.
pub fn releases(document: &str) -> Result<(Vec<Value>, Vec<BadEntry>), Failure> {
    let (mut found, mut bad, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for (place, document) in &documents(document, (&mut bad, &mut unread))? {
        let mut entries = Vec::new();
        let mut opened = Opened { entries: &mut entries, known: false };
        open(document, place, &mut opened, 0);
        if !opened.known {
            return Err(unknown(document));
        }
        let version = text(document, "version");
        let sums = |entry: &Entry<'_>| matches!(entry, Entry::Release { whole: true, .. });
        // What others have merged is nothing to merge.
        if let Some(Entry::Release { place, .. }) = entries.iter().find(|entry| sums(entry)).filter(|_| entries.iter().all(sums)) {
            let reason =
                "this is a compiled release already, and the releases that it is of are not here: nothing is to be merged".to_owned();
            bad.push(BadEntry { path: place.clone(), reason });
        }
        for entry in entries {
            match entry {
                Entry::Release { release, whole: false, .. } => {
                    let mut release = release.clone();
                    // The package says the version for its releases, and merging asks for it.
                    if let (Some(fields), false) = (release.as_object_mut(), version.is_empty()) {
                        fields.entry("version").or_insert_with(|| Value::String(version.clone()));
                    }
                    found.push(release);
                }
                Entry::Release { .. } | Entry::Nothing { .. } => {}
                Entry::Linked { release, place, .. } => bad.push(linked(release, &place)),
            }
        }
    }
    bad.append(&mut unread);
    Ok((found, bad))
}

/// One thing found in a document.
enum Entry<'a> {
    Release {
        release: &'a Value,
        place: String,
        ocid: String,
        whole: bool,
    },
    /// A release that is elsewhere; whether its record says in sum what it said.
    Linked {
        release: &'a Value,
        place: String,
        summed: bool,
    },
    Nothing {
        place: String,
    },
}

struct Opened<'a, 'e> {
    entries: &'e mut Vec<Entry<'a>>,
    /// Whether anything of the standard was met, even an empty list.
    known: bool,
}

/// Finds releases and records, in packages or by themselves.
fn open<'a>(value: &'a Value, place: &str, found: &mut Opened<'a, '_>, depth: usize) {
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}/{key}") };
    let each = |key: &str, i: usize| format!("{}[{i}]", below(key));
    match value {
        Value::Array(items) if depth < DEPTH => {
            for (i, item) in items.iter().enumerate() {
                open(item, &format!("{place}[{i}]"), found, depth + 1);
            }
        }
        Value::Object(fields) if fields.contains_key("compiledRelease") || fields.contains_key("versionedRelease") => {
            record(value, place, found);
        }
        Value::Object(fields) if matches!(fields.get("records"), Some(Value::Array(_))) => {
            found.known = true;
            for (i, one) in list(value, "records").iter().enumerate() {
                record(one, &each("records", i), found);
            }
        }
        Value::Object(fields) if matches!(fields.get("releases"), Some(Value::Array(_))) => {
            found.known = true;
            let ocid = text(value, "ocid");
            for (i, release) in list(value, "releases").iter().enumerate() {
                found.entries.push(entry_of(release, each("releases", i), ocid.clone()));
            }
        }
        Value::Object(fields) if fields.contains_key("ocid") || (fields.contains_key("tag") && fields.contains_key("date")) => {
            found.known = true;
            found.entries.push(entry_of(value, place.to_owned(), String::new()));
        }
        Value::Object(fields) if depth < DEPTH => {
            for key in ENVELOPES {
                if let Some(inner) = fields.get(key).filter(|inner| inner.is_object() || inner.is_array()) {
                    open(inner, &below(key), found, depth + 1);
                }
            }
        }
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A record: its releases, and what it says in sum. The compiled form is asked first; the versioned one holds the same and more.
fn record<'a>(record: &'a Value, place: &str, found: &mut Opened<'a, '_>) {
    found.known = true;
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}/{key}") };
    let ocid = text(record, "ocid");
    let releases = match record.get("releases") {
        // Some publishers put a whole package into a record.
        Some(package @ Value::Object(_)) => list(package, "releases"),
        Some(_) | None => list(record, "releases"),
    };
    let each = releases.iter().enumerate();
    let mut entries: Vec<Entry<'_>> =
        each.map(|(i, release)| entry_of(release, format!("{}[{i}]", below("releases")), ocid.clone())).collect();
    let sum =
        ["compiledRelease", "versionedRelease"].into_iter().find_map(|key| Some((key, record.get(key).filter(|sum| sum.is_object())?)));
    match sum {
        Some((key, release)) => {
            // Some publishers list the compiled release among the releases too.
            entries.retain(|entry| !matches!(entry, Entry::Release { whole: true, .. }));
            for entry in &mut entries {
                if let Entry::Linked { summed, .. } = entry {
                    *summed = true;
                }
            }
            entries.push(Entry::Release { release, place: below(key), ocid, whole: true });
        }
        // A record without its own wrapper: the list is of compiled releases.
        None if record.get("tag").is_some() => entries.push(entry_of(record, place.to_owned(), ocid)),
        None if releases.is_empty() => entries.push(Entry::Nothing { place: place.to_owned() }),
        None => {}
    }
    found.entries.append(&mut entries);
}

fn entry_of(release: &Value, place: String, ocid: String) -> Entry<'_> {
    let said = |key: &str| release.get(key).is_some_and(|value| !value.is_null());
    if said("url") && !["id", "tender", "awards", "contracts", "planning", "parties", "buyer"].into_iter().any(said) {
        return Entry::Linked { release, place, summed: false };
    }
    let whole = list(release, "tag").iter().any(|tag| words(tag) == "compiled") || notice::is_versioned(release);
    Entry::Release { release, place, ocid, whole }
}

fn linked(release: &Value, place: &str) -> BadEntry {
    let (url, date) = (text(release, "url"), text(release, "date"));
    let tags = list(release, "tag").iter().map(words).collect::<Vec<_>>().join(", ");
    BadEntry {
        path: place.to_owned(),
        reason: format!("the release of {date} ({tags}) is only linked, its record is incomplete: fetch {url}"),
    }
}

/// The documents of a text: one, or one a line.
fn documents(text: &str, (bad, unread): (&mut Vec<BadEntry>, &mut Vec<BadEntry>)) -> Result<Vec<(String, Value)>, Failure> {
    let unreadable = |text: &str| Failure::new(FailureClass::Unreadable, text);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').trim_end();
    if text.is_empty() {
        return Err(unreadable("the document is empty: there is not one character in it"));
    }
    if text.starts_with('<') {
        let html = text.get(..512).unwrap_or(text).to_lowercase();
        let what = if html.contains("<html") || html.contains("<!doctype html") { "a web page (HTML)" } else { "XML" };
        return Err(unreadable(&format!("it is {what}, not JSON: {}", clip(text, 80))));
    }
    let mut mended = |count: usize, place: &str| {
        if count > 0 {
            let reason = format!("{count} numbers or characters are none of JSON (`1e9999`, ` 000`, NUL): they count as unknown");
            unread.push(BadEntry { path: place.to_owned(), reason });
        }
    };
    let failure = match json::parse(text) {
        Ok((value, count)) => {
            mended(count, "");
            return Ok(vec![(String::new(), value)]);
        }
        Err(failure) => failure,
    };
    let lines = || text.lines().enumerate().map(|(i, line)| (i, line.trim())).filter(|(_, line)| !line.is_empty());
    if !lines().next().is_some_and(|(_, line)| line.starts_with('{') && json::parse(line).is_ok()) || lines().nth(1).is_none() {
        return Err(failure);
    }
    let mut documents = Vec::new();
    for (i, line) in lines() {
        let place = format!("line {}", i + 1);
        match json::parse(line) {
            Ok((value, count)) => {
                mended(count, &place);
                documents.push((place, value));
            }
            Err(failure) => bad.push(BadEntry { path: place, reason: failure.text }),
        }
    }
    Ok(documents)
}

/// What to say of JSON that is no OCDS.
fn unknown(document: &Value) -> Failure {
    let said = ERRORS.into_iter().find_map(|key| document.get(key)).filter(|said| !said.is_null());
    let reason = match said {
        Some(said) => {
            let words = Some(words(said)).filter(|words| !words.is_empty()).unwrap_or_else(|| said.to_string());
            format!("the portal answers with an error in the place of a package: {}", clip(&words, 200))
        }
        None if document.as_object().is_some_and(serde_json::Map::is_empty) || document.as_array().is_some_and(Vec::is_empty) => {
            "it is JSON with nothing in it: a package of releases or records is expected".to_owned()
        }
        None => {
            let keys: Vec<&str> = document.as_object().into_iter().flat_map(|fields| fields.keys()).map(String::as_str).take(8).collect();
            format!("it has neither `releases` nor `records` nor `ocid`; it has {}", clip(&keys.join(", "), 160))
        }
    };
    Failure::new(FailureClass::Unreadable, reason)
}

/// Where the rest is: `links.next` of the standard's API extension, and what portals have beside it.
fn next(document: &Value) -> Option<String> {
    let paths = ["links/next", "next_page/uri", "next_url", "next", "pagination/next", "pagination/next_page", "links/next/href"];
    paths.into_iter().map(|path| text(document, path)).find(|next| !scope::is_nothing(next))
}

fn total(document: &Value) -> Option<u64> {
    let paths = ["total", "totalCount", "hitCount", "pagination/total", "pagination/total_items", "meta/total"];
    paths.into_iter().find_map(|path| text(document, path).parse().ok())
}

#[cfg(test)]
mod tests;
