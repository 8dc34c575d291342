//! Makes the bytes that leave: digests and alerts a rep reads in two minutes, mail around them, payloads for machines, unsubscribe links.
//! Pure: knows no wire, no store and no clock. Everything foreign that enters here (names, quotes, addresses) leaves it escaped.

mod clean;
mod html;
mod language;
mod letter;
mod mail;
mod payload;
mod plain;
mod say;
mod sentence;
mod sources;
mod unsubscribe;
mod view;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::base::ids::RepId;
use crate::model::{Completeness, Lead, Organisation, Signal};

pub use language::Language;
pub use mail::{Address, BadAddress, Envelope, html_part, mail};
pub use payload::{Event, payload};
pub use say::Say;
pub use sentence::{next_step, sentence};
pub use unsubscribe::{UNSUBSCRIBE_PATH, UnsubscribeKey};

/// Whom it is for.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    /// The rep.
    pub rep: &'a RepId,
    /// Language of labels and dates.
    pub language: Language,
    /// Zone of dates.
    pub zone: &'a TimeZone,
}

/// One lead with what is known behind it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The lead.
    pub lead: &'a Lead,
    /// What people call its segment.
    pub segment: &'a str,
    /// Whom it is about.
    pub organisation: &'a Organisation,
    /// Its dated reasons, in any order; the newest are shown.
    pub signals: &'a [Signal],
}

/// Where the reader can go from here.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Ends these mails; shown in the footer. The mail's header needs it too: [`Envelope::unsubscribe`].
    pub unsubscribe: Option<Url>,
}

/// A letter, in both its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// For people in lists of messages: "digest for ana, 7 leads".
    pub title: String,
    /// Plain text, 72 columns.
    pub text: String,
    /// HTML, below 90 kB.
    pub html: String,
}

/// What can go wrong while making bytes; each is a fault of this program or of its settings, never of the foreign text.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed. They are part of the program: report it.
    #[error("the mail template failed: {0}")]
    Template(#[from] minijinja::Error),
    /// An address that cannot be written into a mail.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The mail could not be put together.
    #[error("the mail could not be put together: {0}")]
    Mail(#[from] lettre::error::Error),
}

/// Leads for one rep, best first as given, and how complete each source is. No leads is a heartbeat: "nothing new, 4 sources complete".
pub fn digest(
    reader: &Reader<'_>,
    items: &[Item<'_>],
    sources: &[Completeness],
    links: &Links,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    letter::digest(reader, items, sources, links, now)
}

/// How a source stands, in one English line: "not complete since 2026-11-20T06:40:00Z: no entries were found".
pub fn completeness(source: &Completeness, now: Timestamp) -> String {
    sources::in_words(source, now)
}

/// What a source held when it was added: leads for one rep, best first as given. Told once, and never as news.
pub fn held(reader: &Reader<'_>, items: &[Item<'_>], source: &str, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::held(reader, items, source, links, now)
}

/// One lead that cannot wait.
pub fn alert(reader: &Reader<'_>, item: &Item<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::alert(reader, item, links, now)
}

/// A few paragraphs without leads: a test, a word to the operator.
pub fn note(language: Language, subject: &str, paragraphs: &[&str]) -> Result<Rendered, RenderError> {
    letter::note(language, subject, paragraphs)
}
