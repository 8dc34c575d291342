//! Pages that stand where the page should be: blocks, puzzles, log-ins, works, parked domains. Pure; knows no host by name.
//!
//! A wall says one thing and nothing else, so a verdict needs both: a sign (words in title or heading, or a marker in the markup), and
//! the absence of a page around it (little text, few links). A page that merely talks of blocked accounts or maintenance has more to say.

mod gauge;
mod rows;

use reqwest::header::HeaderMap;
use url::Url;

use crate::model::FailureClass;
use gauge::Gauge;
use rows::Row;

/// Bytes at the start of a page in which markers are looked for.
const HEAD_BYTES: usize = 16 * 1024;
/// Pages larger than this are not taken for walls whatever they say: the largest known puzzles are about half of it.
const LARGEST: usize = 512 * 1024;

/// An answer, as far as a wall can be told from it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub head: &'a HeaderMap,
    /// Its content type.
    pub content_type: Option<&'a str>,
    /// What was asked for.
    pub requested: &'a Url,
    /// What was answered in the end.
    pub url: &'a Url,
    /// The body.
    pub bytes: &'a [u8],
}

/// What was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// The name of the row, for people.
    pub name: &'static str,
    /// What kind of wall.
    pub class: FailureClass,
}

/// Looks for a wall. Cheap on pages that are none: one scan up to the first dozen links.
pub fn look(seen: &Seen<'_>) -> Option<Wall> {
    if seen.head.get("cf-mitigated").is_some_and(|value| value == "challenge") {
        return Some(Wall { name: "a Cloudflare challenge", class: FailureClass::Challenge });
    }
    if seen.bytes.is_empty() || seen.bytes.len() > LARGEST || !is_html(seen) {
        return None;
    }
    let most = |of: fn(&Row) -> usize| rows::ROWS.iter().map(of).max().unwrap_or(0) * generosity(seen);
    let gauge = Gauge::within(seen.bytes, most(|row| row.chars), most(|row| row.links))?;
    let head = &seen.bytes[..seen.bytes.len().min(HEAD_BYTES)];
    let titles = gauge::titles(seen.bytes, seen.content_type);
    rows::signed(head, &titles)
        .into_iter()
        .map(|place| &rows::ROWS[place])
        .find(|row| stands(row, seen, &gauge))
        .map(|row| Wall { name: row.name, class: row.class })
}

/// Whether there is little enough around the sign, and what else the row wants.
fn stands(row: &Row, seen: &Seen<'_>, gauge: &Gauge) -> bool {
    let generous = generosity(seen);
    let bare = gauge.chars <= row.chars * generous && gauge.links <= row.links * generous;
    let log_in = match row.class {
        FailureClass::LoginWall => gauge.passwords > 0 && !asked_for_log_in(seen),
        _ => true,
    };
    bare && log_in
}

/// An error status vouches for the sign: more text may stand around it.
const fn generosity(seen: &Seen<'_>) -> usize {
    if seen.status >= 400 { 4 } else { 1 }
}

/// Whoever watches a log-in page gets one.
fn asked_for_log_in(seen: &Seen<'_>) -> bool {
    seen.requested.path() == seen.url.path() && rows::is_log_in_path(seen.requested.path())
}

fn is_html(seen: &Seen<'_>) -> bool {
    if let Some(kind) = seen.content_type {
        let kind = kind.trim_start().as_bytes();
        let is = |word: &[u8]| kind.len() >= word.len() && kind[..word.len()].eq_ignore_ascii_case(word);
        if is(b"text/html") || is(b"application/xhtml") {
            return true;
        }
    }
    let start = seen.bytes[..seen.bytes.len().min(512)].trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let begins = |word: &[u8]| start.len() >= word.len() && start[..word.len()].eq_ignore_ascii_case(word);
    begins(b"<!doctype html") || begins(b"<html")
}

#[cfg(test)]
#[path = "wall/tests.rs"]
mod tests;
