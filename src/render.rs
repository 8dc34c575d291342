//! Makes the bytes that leave: digests and alerts a rep reads in two minutes, mail around them, payloads for machines, calendars, links.
//! Pure: knows no wire, no store and no clock. Everything foreign that enters here (names, quotes, addresses) leaves it escaped.

mod altered;
mod calendar;
mod calendar_key;
mod clean;
mod closes;
mod due;
mod ended;
mod fields;
mod html;
mod known;
mod language;
mod letter;
mod lots;
mod mail;
mod one_line;
mod pairs;
mod payload;
mod plain;
mod say;
mod sentence;
mod sources;
mod step;
mod stock;
mod telling;
mod unsubscribe;
mod view;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::base::ids::{RecordId, RepId};
use crate::model::codes::Meaning;
use crate::model::{Completeness, FieldName, Joined, Lead, Organisation, Record, Said, Signal};

pub use calendar::{Calendar, calendar};
pub use calendar_key::{CALENDAR_PATH, CalendarKey, CalendarOf};
pub use due::{deadline_lines, disagreement, still_open};
pub use language::Language;
pub use mail::{Address, BadAddress, Envelope, html_part, mail};
pub use payload::{Event, payload};
pub use say::Say;
pub use sentence::{clock, member, sentence, with_member};
pub use step::next_step_quoted;
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
    /// Of its group those of whom some of the reasons are.
    pub members: &'a [Organisation],
    /// Its dated reasons, in any order; the newest are shown.
    pub signals: &'a [Signal],
    /// Until when its reader was told of them: what is older is not told again. `None`: they never heard of it.
    pub told: Option<Timestamp>,
    /// Who had it before, where it is handed over to its reader.
    pub handed: Option<&'a Holder>,
    /// The other segments in which it is a lead of its reader, each with what it comes to there, in hundredths of a point.
    pub also: &'a [(String, i64)],
    /// The tenders that its signals tell of and that can be answered, as all portals together tell them, each with the record that tells of it; and
    /// whatever else of them takes answers until some time.
    pub tenders: &'a [(RecordId, Joined)],
    /// What the articles say that its signals tell of, in a sentence or two.
    pub texts: &'a BTreeMap<RecordId, String>,
    /// What the codes of classes mean that prove a line of its sum, in the reader's language.
    pub meanings: &'a BTreeMap<String, Meaning>,
}

/// A deadline that its reader is reminded of.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineItem<'a> {
    /// The tender.
    pub record: &'a Record,
    /// The field that says the deadline.
    pub field: &'a str,
    /// What each portal says, where they differ.
    pub said: &'a [Said],
}

/// A tender that is otherwise than it was.
#[derive(Clone, Copy, Debug)]
pub struct ChangeItem<'a> {
    /// The tender.
    pub record: &'a Record,
    /// What each portal says, where they differ.
    pub said: &'a [Said],
    /// What became otherwise, the oldest first.
    pub signals: &'a [Signal],
    /// Who answers it now, where its reader did until then.
    pub with: Option<&'a Holder>,
    /// Whether it is what its reader looks for, as far as that is otherwise too.
    pub fits: Fits,
}

/// Whether a tender that changed is what somebody looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fits {
    /// As before.
    Still,
    /// They hear of it for the first time.
    New,
    /// Not any more.
    NoMore,
    /// It was not for a while.
    Again,
}

/// Who has what somebody had until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A rep, by name.
    Rep(String),
    /// A rep who is not configured any more, by id.
    Gone(String),
    /// Nobody.
    Nobody,
}

/// What a tender source held when it was added and matters still.
#[derive(Clone, Debug, PartialEq)]
pub struct Stock {
    /// What the source is called.
    pub source: String,
    /// Its id, for commands.
    pub id: String,
    /// Open tenders that would have been told of, without those that a source named before it has too.
    pub open: usize,
    /// Open tenders that a source named before it has too.
    pub again: usize,
    /// Contracts that end later, and would be told of then.
    pub contracts: usize,
    /// Whether there may be more of both than were looked at.
    pub more: bool,
    /// The open ones whose time for offers ends first, of those that nothing else in the letter names.
    pub next: Vec<Record>,
    /// Open ones that something else in the letter names.
    pub told: usize,
    /// Open ones that say no deadline, of the rest.
    pub undated: usize,
}

/// An organisation as a question names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id, for commands.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub place: Option<String>,
}

/// Two organisations that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// One.
    pub one: Named,
    /// The other.
    pub other: Named,
    /// What each field says: more than zero speaks for it. Nothing: they share what belongs to one only, and their names have nothing in common.
    pub fields: Vec<(String, i32)>,
}

/// What a digest tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct News<'a> {
    /// Leads, best first; each is named.
    pub items: &'a [Item<'a>],
    /// Tenders that are otherwise than they were, without those that an item tells of.
    pub changes: &'a [ChangeItem<'a>],
    /// Deadlines coming up, the soonest first.
    pub deadlines: &'a [DeadlineItem<'a>],
    /// What closed before it could be told.
    pub closed: &'a [Record],
    /// Leads that are somebody else's now.
    pub lost: &'a [(Lead, Holder)],
    /// What sources held that were added since the last digest.
    pub stock: &'a [Stock],
    /// Pairs it asks about.
    pub pairs: &'a [Pair],
    /// How complete each source is.
    pub sources: &'a [Completeness],
}

/// Why what is told cannot wait for the next digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// Something closes: a tender, a request.
    Closes,
    /// Something begins: a fair.
    Begins,
    /// Some of it closes, some begins.
    Both,
    /// It says a day that is over.
    Over,
}

/// Where the reader can go from here.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Ends these mails; shown in the footer. The mail's header needs it too: [`Envelope::unsubscribe`].
    pub unsubscribe: Option<Url>,
    /// The reader's own calendar of deadlines, for who can reach it.
    pub calendar: Option<Url>,
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
    /// HTML, below 90 kB as long as a line on everything fits in.
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

/// Leads for one rep, best first as given, what became of their tenders, the deadlines that come up, and how complete each source is. Nothing of
/// the first three is a heartbeat: "nothing new, 4 sources complete".
pub fn digest(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::digest(reader, news, links, now)
}

/// The deadlines that a letter with these leads and changes tells, each with the tender whose it is: it needs no reminder of them.
pub fn tells(reader: &Reader<'_>, (items, changes): (&[Item<'_>], &[ChangeItem<'_>]), now: Timestamp) -> Vec<(RecordId, FieldName)> {
    letter::tells(reader, (items, changes), now)
}

/// News of tenders and deadlines that cannot wait for the next digest, and what closed before it could be told. No leads.
pub fn reminder(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::reminder(reader, news, links, now)
}

/// How a source stands, in one English line: "not complete since 2026-11-20T06:40:00Z: no entries were found".
pub fn completeness(source: &Completeness, now: Timestamp) -> String {
    sources::in_words(source, now)
}

/// What a source held when it was added: leads for one rep, best first as given. Told once, and never as news.
pub fn held(reader: &Reader<'_>, news: &News<'_>, source: &str, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::held(reader, news, source, links, now)
}

/// Leads that cannot wait, with the deadlines of their tenders; `early`: because of what closes or begins before the next digest, or soon after it.
pub fn alert(reader: &Reader<'_>, news: &News<'_>, early: Option<Early>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::alert(reader, news, early, links, now)
}

/// What was to be told at once and closed before it could leave: that alone is said.
pub fn too_late(reader: &Reader<'_>, closed: &[Record], links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    letter::too_late(reader, closed, links, now)
}

/// A few paragraphs without leads: a test, a word to the operator.
pub fn note(language: Language, subject: &str, paragraphs: &[&str]) -> Result<Rendered, RenderError> {
    letter::note(language, subject, paragraphs)
}
