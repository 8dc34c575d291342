//! One procurement procedure, and the notices it is built from. Plain values; knows no format, no portal's interface and no stored shape.
//!
//! A [`Notice`] is what one document said at one time and never changes. The reference for the fields of its [`Content`] is the union of
//! eForms, PLACSP CODICE and OCDS.

mod closing;
mod lots;
mod portals;
mod texts;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};
use url::Url;

use super::{Amount, BadEntry, Record, Value, ZoneFrom};
use crate::base::ids::ContentHash;

pub use closing::{
    Awaited, Closing, DEADLINE_FOR, FAR, LAST_DEADLINE, Oddity, UNREADABLE, closings, deadline, is_live, last_readable, stage, undated,
    unreadable,
};
pub use lots::{
    AWARD_BEFORE, AWARDED_LOTS, CANCELLED_LOTS, CONTRACTS, ENDED, FROM_TO, LOT_AWARDS, LOT_WORTH, LOTS_DUE, by_numbers, first_open,
    lots_due, moved_lots, next_lots, said_now,
};
pub use portals::{Joined, Said, as_one, is_closed, named_by, standing};
pub use texts::{Texts, language_code};

/// The field that names who buys together with the buyer.
pub const JOINT_BUYERS: &str = "joint_buyers";

/// All who buy together, as a record names them.
pub fn buyers(record: &Record) -> Option<String> {
    let buyer = record.text("buyer")?;
    let others = record.value(JOINT_BUYERS).map_or(&[][..], Value::each).iter().map(Value::text);
    Some([buyer].into_iter().chain(others).collect::<Vec<_>>().join("; "))
}

/// Fields of a tender's record that are lists of which is told what came and what went.
pub const LISTS: [&str; 10] = ["lots", LOT_WORTH, LOT_AWARDS, CONTRACTS, "documents", "cpv", "unspsc", "naics", "classes", "performed_in"];

pub use words::{BuyerKind, DeadlineKind, Nature, NoticeKind, Outcome, ProcedureKind, Stage, WorthKind};

/// An identifier and what kind it is: `NIF` `B12345674`, `GB-COH` `01234567`, `DIR3` `L01280796`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypedId {
    /// The list it comes from, as written; empty when nothing says so.
    pub scheme: String,
    /// The identifier, as written, white space trimmed.
    pub id: String,
}

/// How the winner is found, and the document's own word for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// What it comes to.
    pub kind: ProcedureKind,
    /// The code or words of the document.
    pub text: String,
}

/// A code of a classification.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// `CPV`, `UNSPSC`, `NAICS`, `PSC`, `OKPD2`, `OKVED2`, `GSIN`, `CPC`, `CUCOP`, `DK021`, in upper case; others as written.
    pub scheme: String,
    /// The code: for CPV and DK021 the eight digits without the check digit, for others as written.
    pub code: String,
    /// Whether it is the main one.
    pub main: bool,
    /// Its label, when the document brings one.
    pub label: String,
}

/// An amount, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Which value.
    pub kind: WorthKind,
    /// How much.
    pub amount: Amount,
    /// Whether tax is in it, when the document says so.
    pub with_tax: Option<bool>,
}

/// A deadline as written, and the instant it means when it names a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What for.
    pub kind: DeadlineKind,
    /// What the document says, day and time joined by a blank.
    pub text: String,
    /// What it means; `None` for words such as "15 days after publication".
    pub due: Option<Due>,
}

/// The instant of a deadline, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day in the deadline's own zone.
    pub day: Date,
    /// The time of day; `None` when only the day is given: then people are told a day earlier.
    pub time: Option<Time>,
    /// IANA name or offset.
    pub zone: String,
    /// How the zone was known.
    pub zone_from: ZoneFrom,
    /// The instant, in UTC. With the day alone it is the day's beginning: the latest moment that is surely early enough.
    pub at: Timestamp,
}

/// A place of performance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1 alpha-2 where the document's code or name is known, else as written; may be empty.
    pub country: String,
    /// NUTS code or ISO 3166-2, else empty.
    pub region: String,
    /// Town, address or words.
    pub text: String,
}

/// A party: a buyer, a winner, a bidder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// What it is called.
    pub name: Texts,
    /// Its identifiers, the tax or register number first where the document tells them apart.
    pub ids: Vec<TypedId>,
    /// Its seat.
    pub seat: Place,
    /// E-mail address, as written; empty when there is none.
    pub email: String,
    /// Telephone, as written; empty when there is none.
    pub phone: String,
    /// Web address.
    pub website: Option<Url>,
    /// The document's code or words for its kind (`cga`, `ra`, `body-pl`, ...); empty when there is none.
    pub kind: String,
    /// The document's code or words for what it does (`health`, `education`, ...); empty when there is none.
    pub activity: String,
    /// Whether it is a small or medium enterprise, when the document says so.
    pub small: Option<bool>,
}

/// A document to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where.
    pub url: Url,
    /// What it is called, or its kind, in the document's words.
    pub title: String,
    /// Whether not everybody may have it.
    pub restricted: bool,
    /// Its hash, as published.
    pub hash: String,
    /// When it was published or changed, as written.
    pub date: String,
}

/// Part of a procedure that can be won by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    /// The document's id of it: `LOT-0001`, `1`.
    pub id: String,
    /// What it is called.
    pub title: Texts,
    /// What is wanted.
    pub description: Texts,
    /// Where it stands, when that is told lot by lot.
    pub stage: Option<Stage>,
    /// Its nature, where it differs.
    pub nature: Option<Nature>,
    /// Its classes.
    pub classes: Vec<Class>,
    /// Its values.
    pub worth: Vec<Worth>,
    /// Its deadlines.
    pub deadlines: Vec<Deadline>,
    /// Where it is done.
    pub places: Vec<Place>,
    /// How long it runs.
    pub term: Option<Term>,
    /// Whether money of the European Union is in it, when the document says so.
    pub eu_funds: Option<bool>,
    /// Whether it suits small enterprises, when the document says so.
    pub suits_small: Option<bool>,
    /// Whether it is reserved for sheltered workshops and the like, when the document says so.
    pub reserved: Option<bool>,
    /// Whether the dynamic purchasing system that it is was ended before its time.
    pub system_ended: bool,
}

/// How long a contract runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub start: Option<Date>,
    /// Last day, as the document says or as start and duration make it.
    pub end: Option<Date>,
    /// Its length in words: `24 months`; empty when not given.
    pub duration: String,
    /// How often it can be renewed.
    pub renewals: Option<u32>,
    /// What is said of renewals.
    pub renewal: String,
}

impl Term {
    /// This term as a later word on it leaves it: what that leaves out stays, and another length gives another end.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let start = later.start.or(self.start);
        let by_length = || start.and_then(|start| last_day(start, &later.duration));
        let end = later.end.or_else(by_length).or(if later.duration.is_empty() { self.end } else { None });
        // A length that was said before is none of another end.
        let stays = later.end.is_none() || later.end == self.end;
        let duration = if later.duration.is_empty() && stays { self.duration.clone() } else { later.duration.clone() };
        let renewal = if later.renewal.is_empty() { self.renewal.clone() } else { later.renewal.clone() };
        Self { start, end, duration, renewals: later.renewals.or(self.renewals), renewal }
    }
}

/// The last day of a term that begins on this one and is so long: "24 months".
fn last_day(start: Date, length: &str) -> Option<Date> {
    let (count, unit) = length.split_once(' ')?;
    let count = count.parse::<i64>().ok()?;
    let span = match unit {
        "day" | "days" => Span::new().try_days(count),
        "week" | "weeks" => Span::new().try_weeks(count),
        "month" | "months" => Span::new().try_months(count),
        "year" | "years" => Span::new().try_years(count),
        _ => return None,
    };
    start.checked_add(span.ok()?).ok()?.yesterday().ok()
}

/// A result of one lot, or of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// The document's id of it, else its place in the document.
    pub id: String,
    /// Lots it is for; empty: the whole, or nothing says so.
    pub lots: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why nobody won, in the document's code or words.
    pub reason: String,
    /// Who won.
    pub winners: Vec<Party>,
    /// Who offered and did not win, where that is known.
    pub losers: Vec<Party>,
    /// What it came to.
    pub worth: Vec<Worth>,
    /// When it was decided, or the contract was signed.
    pub date: Option<Date>,
    /// Offers received.
    pub bids: Option<u32>,
    /// How long the contract runs.
    pub term: Option<Term>,
}

/// The field of a tender with what its newest notice says of what it changes, in the buyer's words.
pub const BUYER_SAYS: &str = "buyer_says";
/// What stands between the words on one change and on another.
pub const SAID_APART: &str = " · ";

/// What a notice says it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    /// The id of what is changed: a section, a lot, a field; empty when nothing says so.
    pub place: String,
    /// The code or words of why.
    pub reason: String,
    /// What is said of it.
    pub text: Texts,
    /// What it was, where the notice says so.
    pub old: String,
    /// What it is, where the notice says so.
    pub new: String,
}

/// What is known of a procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Identifiers by which other portals know the same procedure: eForms procedure id (`BT-04`), OCID, TED notice number, file number.
    pub other_ids: Vec<TypedId>,
    /// What it is called.
    pub title: Texts,
    /// What is wanted.
    pub description: Texts,
    /// Languages in which offers are taken, as in [`Texts`].
    pub submission_languages: Vec<String>,
    /// Who buys; the one responsible first.
    pub buyers: Vec<Party>,
    /// Classes of the whole; those of lots are with the lots.
    pub classes: Vec<Class>,
    /// What is bought.
    pub nature: Option<Nature>,
    /// How the winner is found.
    pub procedure: Option<Procedure>,
    /// Whether it is a framework agreement or a dynamic purchasing system, in the document's word; empty when it is not or nothing says so.
    pub technique: String,
    /// Values of the whole.
    pub worth: Vec<Worth>,
    /// Deadlines of the whole; those of lots are with the lots.
    pub deadlines: Vec<Deadline>,
    /// Where it is done.
    pub places: Vec<Place>,
    /// Parts that can be won alone.
    pub lots: Vec<Lot>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Where offers go.
    pub submission: Option<Url>,
    /// The page for people.
    pub link: Option<Url>,
    /// How long the contract runs.
    pub term: Option<Term>,
    /// Results.
    pub awards: Vec<Award>,
    /// Whether money of the European Union is in it, when the document says so.
    pub eu_funds: Option<bool>,
    /// Whether it suits small enterprises, when the document says so.
    pub suits_small: Option<bool>,
    /// Whether it is reserved for sheltered workshops and the like, when the document says so.
    pub reserved: Option<bool>,
}

/// What one document said of one procedure at one time. Never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The procedure's id within its portal: what all its notices share (`BT-04`, entry id, OCID, tenderID, solicitation number).
    pub procedure: String,
    /// The notice's own id within its portal; where the format has none, one made of what it says.
    pub id: String,
    /// Its version, as written; empty when the format has none.
    pub version: String,
    /// Its number of publication (`00486429-2023`); empty when there is none.
    pub publication: String,
    /// When it was published, as written.
    pub published_text: String,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// What it is for.
    pub kind: NoticeKind,
    /// Where it leaves the procedure.
    pub stage: Stage,
    /// The document's own code for kind and stage: `16 cn-standard`, `PUB`, `tender active`.
    pub code: String,
    /// The notice before it that it says it follows or changes.
    pub previous: String,
    /// Languages it is written in, as in [`Texts`].
    pub languages: Vec<String>,
    /// Whether it is marked as a test.
    pub test: bool,
    /// Whether it says everything of the procedure (it takes the place of what was known) or only what is new.
    pub whole: bool,
    /// Whether results come in notices of their own: then even a whole notice takes back none that it leaves out.
    pub results_apart: bool,
    /// What it changes, where it says so itself.
    pub amendments: Vec<Amendment>,
    /// What it says.
    pub content: Content,
    /// Where each field was found: a path in the document for `title`, `deadlines`, `lots`, `awards`, ...
    pub found: BTreeMap<&'static str, String>,
    /// What of it could not be read; it stays unknown, and the notice is taken all the same.
    pub unread: Vec<BadEntry>,
    /// Hash of its bytes, so that a correction under the same id and time is seen.
    pub hash: ContentHash,
    /// Its bytes as a document by itself.
    pub raw: Raw,
}

/// The bytes of one notice as a document of its format by itself: what stands around them is shared by all notices of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    before: Arc<str>,
    own: Arc<str>,
    after: Arc<str>,
}

impl Default for Raw {
    fn default() -> Self {
        Self::new("", "", "")
    }
}

impl Raw {
    /// A notice's own text, with what must stand around it.
    pub fn new(before: impl Into<Arc<str>>, own: impl Into<Arc<str>>, after: impl Into<Arc<str>>) -> Self {
        Self { before: before.into(), own: own.into(), after: after.into() }
    }

    /// The same with more of its own text after a line break: another row of the same notice.
    #[must_use]
    pub fn with(&self, more: &Self) -> Self {
        let own = [&*self.own, "\n", &*more.own].concat();
        Self { own: own.into(), ..self.clone() }
    }

    /// The whole document.
    pub fn text(&self) -> String {
        [&*self.before, &*self.own, &*self.after].concat()
    }

    /// Bytes of the whole document.
    pub fn len(&self) -> usize {
        self.before.len() + self.own.len() + self.after.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A notice as it is filed: its bytes for ever as they came, and what is needed to read them the same way again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Hash of the notice's own bytes: the same notice is filed once.
    pub hash: ContentHash,
    /// By what it is called: its number of publication and its id.
    pub numbers: Vec<String>,
    /// When it was published, when it says so.
    pub published: Option<Timestamp>,
    /// When it was first fetched.
    pub seen: Timestamp,
    /// The document it was read from.
    pub url: Url,
    /// The format's word.
    pub format: String,
    /// IANA name of the zone of times that name none.
    pub zone: String,
    /// How that zone was known.
    pub zone_from: ZoneFrom,
    /// Its bytes.
    pub raw: Raw,
}

impl Filed {
    /// The same notice, come back after another of its time had taken its place: filed once more, as what was shown since.
    #[must_use]
    pub fn back(&self) -> Self {
        let hash = self.hash_of_back(self.seen);
        let own = self.hash.to_string();
        // A number that is its hash goes along with it.
        let numbers = self.numbers.iter().map(|number| if *number == own { hash.to_string() } else { number.clone() }).collect();
        Self { hash, numbers, ..self.clone() }
    }

    /// Whether another is this notice, as it came or come back.
    pub fn is_same(&self, other: &Self) -> bool {
        self.hash == other.hash || other.hash == self.hash_of_back(other.seen) || self.hash == other.hash_of_back(self.seen)
    }

    /// Whether another is of the same time and goes by the same number; where portals give none, its hash stands for one.
    pub fn is_of_time_of(&self, other: &Self) -> bool {
        let numbers = |filed: &Self| filed.numbers.iter().filter(|number| **number != filed.hash.to_string()).cloned().collect::<Vec<_>>();
        self.published == other.published && numbers(self) == numbers(other)
    }

    fn hash_of_back(&self, seen: Timestamp) -> ContentHash {
        ContentHash::of(&[&self.hash.0[..], &seen.as_millisecond().to_be_bytes()].concat())
    }

    /// Its place in the order of a procedure's notices: by publication, where that is known.
    pub fn at(&self) -> Timestamp {
        self.published.unwrap_or(self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_word_on_a_term_leaves_what_it_does_not_say() {
        let term = |written: &str| {
            let [start, end, duration]: [&str; 3] = written.split('|').collect::<Vec<_>>().try_into().unwrap();
            Term { start: start.parse().ok(), end: end.parse().ok(), duration: duration.to_owned(), ..Term::default() }
        };
        for (known, later, want) in [
            ("2026-01-01|2026-12-31|12 months", "||", "2026-01-01|2026-12-31|12 months"),
            ("2026-01-01|2026-12-31|12 months", "|2027-06-30|", "2026-01-01|2027-06-30|"),
            ("2026-01-01|2026-12-31|12 months", "||24 months", "2026-01-01|2027-12-31|24 months"),
            ("|2026-12-31|", "||2 years", "||2 years"),
            ("||1 year", "2026-03-01||", "2026-03-01||1 year"),
            ("2026-01-01||", "||three years", "2026-01-01||three years"),
        ] {
            assert_eq!(term(known).then(&term(later)), term(want), "{known} {later}");
        }
    }
}
