//! The Spanish public sector's platform PLACSP: ATOM feeds of CODICE (hosted tenders 643, aggregated ones 1044, minor contracts 1143, market
//! consultations 1403). Must not know how pages are fetched or followed.
//!
//! An entry is a procedure and is published anew with every notice, under the same id. Reference: the platform's specification of its
//! syndication, version 1.10 ("PS"); code lists at `contrataciondelestado.es/codice/cl`.

mod codes;
mod content;
mod party;
mod project;
mod result;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use jiff::tz::TimeZone;
use roxmltree::Node;
use url::Url;

use super::cuts::{Cut, Cuts, Names};
use super::notes::Notes;
use super::when::{self, Clock};
use super::{Batch, Head, Input, Tombstone, xml};
use crate::base::ids::ContentHash;
use crate::model::{BadEntry, Failure, FailureClass, Notice, Raw, ZoneFrom};
use content::Folder;

/// Whether the head is that of a feed with CODICE in it.
pub(super) fn fits(head: &Head<'_>) -> bool {
    head.root == "feed" && head.text.contains("codice")
}

/// Reads one page.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    let mut failure = None;
    let next = stream(&mut input.text.as_bytes(), input.url, &mut |piece| {
        failure = failure.take().or_else(|| input.check_time().and_then(|()| batch.check_room()).err());
        match piece {
            Piece::Notice(notice) => batch.notices.push(*notice),
            Piece::Gone(gone) => batch.gone.push(gone),
            Piece::Bad(bad) => batch.bad.push(bad),
            Piece::Cut(bad) => {
                batch.cut = true;
                batch.bad.push(bad);
            }
        }
        failure.is_none()
    })?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    batch.next = next;
    Ok(batch)
}

/// Part of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An entry.
    Notice(Box<Notice>),
    /// An entry that is no longer shown.
    Gone(Tombstone),
    /// What could not be read.
    Bad(BadEntry),
    /// The document broke off here.
    Cut(BadEntry),
}

/// Reads a feed of any length, one entry at a time, for archives: about twice the longest entry is held, whatever the length of the whole.
/// `each` is given the pieces in the document's order and says whether to go on. Returns where the next page is, resolved against `url`
/// when there is one.
///
/// # Errors
///
/// [`FailureClass::Unreadable`] when it is no feed, [`FailureClass::Broken`] when the reader fails.
pub fn stream(reader: &mut dyn BufRead, url: Option<&Url>, each: &mut dyn FnMut(Piece) -> bool) -> Result<Option<String>, Failure> {
    let mut cuts = Cuts::new(reader, Names { entries: &["entry", "deleted-entry"], beside: &["link"] });
    let clock = clock();
    let mut next = None;
    while let Some(cut) = cuts.next()? {
        let pieces = match cut.name.as_str() {
            "link" => {
                next = next.or_else(|| next_link(&cut, url));
                continue;
            }
            "deleted-entry" => vec![tombstone(&cut)],
            _ => entry(&cut, &cuts.alone(&cut, ""), (url, &clock)),
        };
        if !pieces.into_iter().all(&mut *each) {
            return Ok(next);
        }
    }
    let root = cuts.root.rsplit(':').next().unwrap_or_default();
    if root != "feed" {
        let what = if root.is_empty() { "it is empty or no XML".to_owned() } else { format!("its root is `{root}`, not `feed`") };
        return Err(Failure::new(FailureClass::Unreadable, format!("it is no ATOM feed: {what}")));
    }
    if !cuts.closed {
        each(Piece::Cut(bad("/feed".to_owned(), "the document breaks off: it has no end; what comes after is not known".to_owned())));
    }
    Ok(next)
}

/// PS 4.21: times of day carry no zone and mean that of the Spanish mainland.
fn clock() -> Clock {
    TimeZone::get("Europe/Madrid").map_or_else(|_| Clock::assumed(), |zone| Clock { zone, from: ZoneFrom::Portal })
}

fn bad(path: String, reason: String) -> BadEntry {
    BadEntry { path, reason }
}

/// The address in a link to the next page, which is the one before in time.
fn next_link(cut: &Cut, url: Option<&Url>) -> Option<String> {
    let text = cut.document().ok()?;
    let document = xml::parse(&text).ok()?;
    let link = document.root_element().first_element_child()?;
    let href = xml::attribute(link, "href");
    if xml::attribute(link, "rel") != "next" || href.is_empty() {
        return None;
    }
    Some(url.and_then(|url| url.join(href).ok()).map_or_else(|| href.to_owned(), Into::into))
}

/// RFC 6721. An archived procedure (`CERRADA`) is not cancelled; only `ANULADA` is.
fn tombstone(cut: &Cut) -> Piece {
    let place = cut.place("/feed");
    let read = |text: &str| {
        let document = xml::parse(text).map_err(|failure| failure.text)?;
        let node = document.root_element().first_element_child().ok_or("it is empty")?;
        let procedure = xml::attribute(node, "ref").to_owned();
        if procedure.is_empty() {
            return Err("it has no `ref`: nothing says which entry is gone".to_owned());
        }
        let typed = xml::first(node, "comment").map(|comment| xml::attribute(comment, "type").to_owned()).filter(|word| !word.is_empty());
        let reason = typed.unwrap_or_else(|| xml::text(node, "comment"));
        Ok(Tombstone { procedure, when: xml::attribute(node, "when").to_owned(), void: reason.eq_ignore_ascii_case("ANULADA"), reason })
    };
    match cut.document().and_then(|text| read(&text)) {
        Ok(gone) => Piece::Gone(gone),
        Err(reason) => Piece::Bad(bad(place, reason)),
    }
}

/// The notice of an entry, after what could not be read of it.
fn entry(cut: &Cut, raw: &Raw, (url, clock): (Option<&Url>, &Clock)) -> Vec<Piece> {
    let place = cut.place("/feed");
    let mut notes = Notes::new(&place, url, clock);
    let read = |text: &str, notes: &mut Notes<'_>| {
        let document = xml::parse(text).map_err(|failure| failure.text)?;
        let node = document.root_element().first_element_child().ok_or("it is empty")?;
        notice(node, ContentHash::of(cut.text.as_bytes()), notes)
    };
    let notice = cut.document().and_then(|text| read(&text, &mut notes));
    match notice {
        Ok(notice) => {
            let (notice, has_body) = notice;
            // Of an entry without its body nothing but the feed's own words is known: somebody must look.
            let why = "it has no `ContractFolderStatus`: nothing but its title and link can be read";
            let empty = (!has_body).then(|| Piece::Bad(bad(place.clone(), why.to_owned())));
            let notice = Notice { raw: raw.clone(), unread: notes.unread, ..notice };
            empty.into_iter().chain([Piece::Notice(Box::new(notice))]).collect()
        }
        Err(reason) => vec![Piece::Bad(bad(place.clone(), reason))],
    }
}

/// The notice of an entry, and whether there is more of it than the feed's own words.
fn notice(entry: Node<'_, '_>, hash: ContentHash, notes: &mut Notes<'_>) -> Result<(Notice, bool), String> {
    let procedure = xml::text(entry, "id");
    if procedure.is_empty() {
        return Err("it has no `id`: nothing says which procedure it is".to_owned());
    }
    let folder = xml::first(entry, "ContractFolderStatus").or_else(|| xml::first(entry, "PreliminaryMarketConsultationStatus"));
    let has_body = folder.is_some();
    let updated = xml::first(entry, "updated");
    let published_text = updated.map(xml::words).unwrap_or_default();
    let published = when::instant(&published_text, notes.clock);
    match updated {
        Some(updated) if published.is_none() => notes.odd(updated, "time"),
        Some(_) => {}
        None => notes.missing("`updated`"),
    }
    let folder = Folder::new(entry, folder.unwrap_or(entry));
    let content = folder.content(notes);
    let life = folder.life(&content, notes);
    let notice = Notice {
        procedure,
        // The entry's bytes hold `updated`; a correction may come without a new one (PS 3.3.1).
        id: hash.to_string(),
        version: String::new(),
        publication: String::new(),
        // An entry without `updated` is as old as its newest announcement.
        published: published.or_else(|| when::instant(&life.announced, notes.clock)),
        published_text: if published_text.is_empty() { life.announced } else { published_text },
        kind: life.kind,
        stage: life.stage,
        code: life.code,
        previous: String::new(),
        languages: vec![folder.language()],
        test: false,
        whole: true,
        results_apart: false,
        unread: Vec::new(),
        raw: Raw::default(),
        amendments: folder.amendments(notes),
        content,
        found: std::mem::take(&mut notes.found),
        hash,
    };
    Ok((notice, has_body))
}
