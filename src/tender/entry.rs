//! One entry of a document while it is read: the notice so far, where its fields were found, and what could not be read. Knows no format.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;
use url::Url;

use super::{Batch, Clock, Input, code, json, when};
use crate::base::ids::ContentHash;
use crate::base::text::clip;
use crate::model::{
    BadEntry, Content, Deadline, DeadlineKind, Document, Failure, FailureClass, Notice, NoticeKind, Raw, Stage, Worth, WorthKind,
};

/// Parts of one notice that are named when they cannot be read.
const UNREAD: usize = 200;

/// An entry while it is read.
pub(super) struct Entry<'b> {
    /// What it comes to.
    pub notice: Notice,
    /// Where it stands in the document.
    path: String,
    /// Zone of its times that name none.
    clock: Clock,
    bad: &'b mut Vec<BadEntry>,
}

impl<'b> Entry<'b> {
    /// An entry at this path, of these bytes, which `raw` makes a document by themselves. It says everything of its procedure unless the format says otherwise.
    pub fn new(path: impl Into<String>, (bytes, raw): (&[u8], Raw), clock: Clock, bad: &'b mut Vec<BadEntry>) -> Self {
        let notice = Notice {
            procedure: String::new(),
            id: String::new(),
            version: String::new(),
            publication: String::new(),
            published_text: String::new(),
            published: None,
            kind: NoticeKind::Other,
            stage: Stage::Unknown,
            code: String::new(),
            previous: String::new(),
            languages: Vec::new(),
            test: false,
            whole: true,
            results_apart: false,
            unread: Vec::new(),
            raw,
            amendments: Vec::new(),
            content: Content::default(),
            found: BTreeMap::new(),
            hash: ContentHash::of(bytes),
        };
        Self { notice, path: path.into(), clock, bad }
    }

    /// What the notice says.
    pub fn content(&mut self) -> &mut Content {
        &mut self.notice.content
    }

    /// Where a part of the entry stands; no part is the entry itself.
    pub fn at(&self, place: &str) -> String {
        if place.is_empty() { self.path.clone() } else { format!("{}/{place}", self.path) }
    }

    /// Remembers where a field of [`Content`] was found; the first place stays.
    pub fn mark(&mut self, field: &'static str, place: &str) {
        let at = self.at(place);
        self.notice.found.entry(field).or_insert(at);
    }

    /// Says that a part could not be read: it stays unknown, and the notice is taken all the same.
    pub fn wrong(&mut self, place: &str, reason: impl Into<String>) {
        if self.notice.unread.len() < UNREAD {
            let path = self.at(place);
            self.notice.unread.push(BadEntry { path, reason: reason.into() });
        }
    }

    /// Sets the whole entry aside.
    pub fn refuse(self, reason: impl Into<String>) {
        self.bad.push(BadEntry { path: self.path, reason: reason.into() });
    }

    /// Takes the words of a title in a language.
    pub fn title(&mut self, language: &str, place: &str, words: &str) {
        if !words.trim().is_empty() {
            self.notice.content.title.put(language, words);
            self.mark("title", place);
        }
    }

    /// Takes the words of a description in a language.
    pub fn description(&mut self, language: &str, place: &str, words: &str) {
        if !words.trim().is_empty() {
            self.notice.content.description.put(language, words);
            self.mark("description", place);
        }
    }

    /// Takes when the notice was published.
    pub fn published(&mut self, place: &str, written: &str) {
        let written = written.trim();
        if written.is_empty() {
            return;
        }
        self.notice.published = when::instant(written, &self.clock);
        written.clone_into(&mut self.notice.published_text);
        if self.notice.published.is_none() {
            self.wrong(place, format!("no day can be read from `{}`", clip(written, 80)));
        }
    }

    /// A deadline as written; one that names no day stays as words, and is told.
    pub fn read_deadline(&mut self, kind: DeadlineKind, place: &str, written: &str) -> Option<Deadline> {
        let clock = self.clock.clone();
        self.read_deadline_in(kind, place, written, &clock)
    }

    /// As [`Self::read_deadline`], with a zone of its own.
    pub fn read_deadline_in(&mut self, kind: DeadlineKind, place: &str, written: &str, clock: &Clock) -> Option<Deadline> {
        let deadline = when::deadline(kind, written, "", clock)?;
        if deadline.due.is_none() {
            self.wrong(place, format!("no day can be read from `{}`", clip(&deadline.text, 80)));
        }
        Some(deadline)
    }

    /// Takes a deadline of the whole.
    pub fn deadline(&mut self, kind: DeadlineKind, place: &str, written: &str) {
        let deadline = self.read_deadline(kind, place, written);
        if deadline.is_some() {
            code::push(&mut self.notice.content.deadlines, deadline);
            self.mark("deadlines", place);
        }
    }

    /// An amount as written; one that is no number is told.
    pub fn read_worth(&mut self, kind: WorthKind, place: &str, written: &str, currency: &str, with_tax: Option<bool>) -> Option<Worth> {
        let written = written.trim();
        if written.is_empty() {
            return None;
        }
        let worth = code::worth(kind, written, currency, with_tax);
        if worth.is_none() {
            self.wrong(place, format!("no amount can be read from `{}`", clip(written, 80)));
        }
        worth
    }

    /// Takes a value of the whole.
    pub fn worth(&mut self, kind: WorthKind, place: &str, written: &str, currency: &str) {
        let worth = self.read_worth(kind, place, written, currency, None);
        if worth.is_some() {
            code::push(&mut self.notice.content.worth, worth);
            self.mark("worth", place);
        }
    }

    /// Takes a class of the whole; one that is no code is told.
    pub fn class(&mut self, scheme: &str, place: &str, written: &str, main: bool, label: &str) {
        let class = code::class(scheme, written, main, label);
        if class.is_some() {
            self.mark("classes", place);
        } else if !written.trim().is_empty() {
            self.wrong(place, format!("`{}` is no code of {scheme}", clip(written.trim(), 80)));
        }
        // The same code once, whichever label comes first.
        let known = &self.notice.content.classes;
        if !class.as_ref().is_some_and(|class| known.iter().any(|other| other.scheme == class.scheme && other.code == class.code)) {
            self.notice.content.classes.extend(class);
        }
    }

    /// The day of what is written; one that is none is told.
    pub fn read_day(&mut self, place: &str, written: &str) -> Option<Date> {
        let written = written.trim();
        let day = when::day(written);
        if day.is_none() && !written.is_empty() {
            self.wrong(place, format!("no day can be read from `{}`", clip(written, 80)));
        }
        day
    }

    /// Takes the page for people.
    pub fn link(&mut self, place: &str, written: &str, base: Option<&Url>) {
        if self.notice.content.link.is_none()
            && let Some(url) = self.read_url(place, written, base)
        {
            self.notice.content.link = Some(url);
            self.mark("link", place);
        }
    }

    /// An address as written; one that is none is told.
    pub fn read_url(&mut self, place: &str, written: &str, base: Option<&Url>) -> Option<Url> {
        let url = code::url(written, base);
        if url.is_none() && !written.trim().is_empty() {
            self.wrong(place, format!("`{}` is no address", clip(written.trim(), 80)));
        }
        url
    }

    /// Takes a document with nothing but an address and a title.
    pub fn document(&mut self, place: &str, written: &str, title: &str, base: Option<&Url>) {
        if let Some(url) = self.read_url(place, written, base) {
            let document = Document { url, title: title.to_owned(), restricted: false, hash: String::new(), date: String::new() };
            code::push(&mut self.notice.content.documents, Some(document));
            self.mark("documents", place);
        }
    }

    /// Takes an identifier by which others know the procedure.
    pub fn other_id(&mut self, scheme: &str, place: &str, written: &str) {
        let id = code::id(scheme, written);
        if id.is_some() {
            code::push(&mut self.notice.content.other_ids, id);
            self.mark("other_ids", place);
        }
    }
}

/// A JSON document, and a batch that names the numbers in it that were none.
pub(super) fn document(input: &Input<'_>) -> Result<(Value, Batch), Failure> {
    let (value, mended) = json::parse(input.text)?;
    let mut batch = Batch::default();
    if mended > 0 {
        batch.unread.push(no_numbers("/", mended));
    }
    Ok((value, batch))
}

/// What is said of numbers in a JSON document that are none (`1e9999`): nobody can say any more of which entry they were.
pub(super) fn no_numbers(path: &str, count: usize) -> BadEntry {
    BadEntry { path: path.to_owned(), reason: format!("{count} numbers in the JSON are no numbers and are taken for unknown") }
}

/// A document that is not what its format asks for: says what is missing, and what the portal says instead.
pub(super) fn unlike(format: &str, missing: &str, said: &str) -> Failure {
    let said = if said.is_empty() { String::new() } else { format!("; the portal says: {}", clip(said, 200)) };
    Failure::new(FailureClass::Unreadable, format!("it is no answer of {format}: {missing} is missing{said}"))
}
