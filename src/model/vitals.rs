//! How a source fares beyond whether it could be read: when it last brought news, which fields its records carry, what of it could not be
//! read, and what is to be said of it. Values only; the rules are in `schedule` and `diff`.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{FailureClass, FieldName, RecordKind};
use crate::base::ids::SourceId;

/// When a source brought something new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// When a record last appeared or changed, a baseline apart.
    pub last: Option<Timestamp>,
    /// The latest date that an entry gives itself, where entries are dated.
    pub newest: Option<Timestamp>,
    /// The days with news, in the source's zone, the oldest first; at most [`Self::DAYS`].
    pub days: Vec<Date>,
}

impl Pulse {
    /// Days with news that are remembered.
    pub const DAYS: usize = 32;

    /// Something new came.
    pub fn beat(&mut self, now: Timestamp, day: Date) {
        self.last = self.last.max(Some(now));
        if self.days.last().is_none_or(|last| *last < day) {
            self.days.push(day);
            let over = self.days.len().saturating_sub(Self::DAYS);
            self.days.drain(..over);
        }
    }
}

/// How many of the records of one kind carry which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Of which kind.
    pub kind: RecordKind,
    /// Whether it counts what the records' own pages say, and not the list. Few of them are read in a visit, so that their counts go on over visits
    /// until there are enough.
    pub own: bool,
    /// Records counted and not yet compared with what is usual: those of the visit under way, or own pages.
    pub records: u32,
    /// Whether a visit was counted: the shares mean something.
    pub known: bool,
    /// Its fields; over all kinds of a source at most [`Self::FIELDS`].
    pub fields: Vec<FieldShare>,
}

impl Shape {
    /// Fields that are followed.
    pub const FIELDS: usize = 64;
}

/// How many records carry one field. Shares are in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldShare {
    /// Which.
    pub name: FieldName,
    /// Records that carried it in the visit under way.
    pub with: u32,
    /// The usual share, over the last counted visits, those that drifted apart.
    pub usual: u16,
    /// The share in the last counted visit.
    pub last: u16,
    /// Counted visits in a row in which it was nearly gone.
    pub gone: u8,
}

/// An entry that could not be read (in full).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// When it was last met.
    pub at: Timestamp,
    /// Where on its page.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Misread {
    /// Examples kept of a source.
    pub const KEPT: usize = 20;
}

/// What stands between a source and "complete until a moment ago".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No visit of it was ever complete, and none failed.
    New,
    /// It cannot be read as it should.
    Incomplete {
        /// Since when.
        since: Timestamp,
        /// Why.
        class: FailureClass,
        /// How many of the pages of the last visit could not be read, and how many there were, where some were read.
        unread: Option<(u32, u32)>,
    },
    /// It was to be visited and was not.
    Late,
    /// It was to be visited, and the day's requests are used up.
    Spent,
    /// Entries of it could not be read in full; all the others were.
    Misread {
        /// How many.
        entries: u32,
    },
    /// Its records lost a field that nearly all of them had.
    Drift {
        /// Since when.
        since: Timestamp,
    },
    /// It is read completely and brings nothing, for longer than it should.
    Silent {
        /// Its last sign of life.
        since: Timestamp,
    },
}

impl Trouble {
    /// The word used in output for machines.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Incomplete { .. } => "incomplete",
            Self::Late => "late",
            Self::Spent => "spent",
            Self::Misread { .. } => "misread",
            Self::Drift { .. } => "drift",
            Self::Silent { .. } => "silent",
        }
    }

    /// The graver, the smaller: a source with several roots is told of by its worst.
    pub const fn rank(&self) -> u8 {
        match self {
            Self::Incomplete { .. } => 0,
            Self::New => 1,
            Self::Spent => 2,
            Self::Late => 3,
            Self::Misread { .. } => 4,
            Self::Drift { .. } => 5,
            Self::Silent { .. } => 6,
        }
    }
}

/// How complete one source is: silence must never be ambiguous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// Which.
    pub source: SourceId,
    /// What people call it.
    pub title: String,
    /// Everything up to then was read; of several roots the earliest.
    pub complete_until: Option<Timestamp>,
    /// When it last brought something new.
    pub last_new: Option<Timestamp>,
    /// What is wrong, if anything is.
    pub trouble: Option<Trouble>,
    /// Whether what is wrong lasts, or needs a hand: worth a mail of its own.
    pub lasting: bool,
}
