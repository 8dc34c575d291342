//! An organisation seen by a segment: what it scores and why, who has it, and what comes next.

use jiff::Timestamp;

use super::{Evidence, FactName, SignalKind};
use crate::base::ids::{ContentHash, LeadId, OrganisationId, RepId, SegmentId};

/// What a lead is about. Tenders join here with their own milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An organisation.
    Organisation(OrganisationId),
}

/// Which of the two sums a part belongs to; they are never blended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// Who: a rule over what is known of the organisation.
    Fit,
    /// Why now: a dated reason, fading with its half-life.
    Signal(SignalKind),
}

/// One line of the sum, with its proof. Points in tenths of a doubling of the odds, kept in hundredths so that sums are exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which sum.
    pub kind: PartKind,
    /// The rule: `segment.points[2]`, as a place in the configuration.
    pub rule: String,
    /// The user's words: "buys medical equipment".
    pub why: String,
    /// Hundredths of a point, after fading and caps.
    pub centipoints: i64,
    /// How it came to this: "15 points, 3 days old, half-life 10 days".
    pub how: String,
    /// Proof; a rule about something absent has none.
    pub evidence: Option<Evidence>,
}

/// What is not known and would move a score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// A fact of the organisation.
    Fact(FactName),
    /// A field that its records leave out: `cpv`, `deadline`, a user's own.
    Field(String),
}

impl Unknown {
    /// The word used in output.
    pub fn word(&self) -> &str {
        match self {
            Self::Fact(name) => name.word(),
            Self::Field(name) => name,
        }
    }
}

/// What a segment makes of an organisation at a moment. A pure function of facts, signals, rules and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Sum of the fit parts, in hundredths of a point.
    pub fit: i64,
    /// Sum of the signal parts, in hundredths of a point.
    pub signal: i64,
    /// The lowest and highest `fit + signal` that the unknown facts leave open, in hundredths of a point.
    pub between: (i64, i64),
    /// Share of what rules and gates ask that is known, in percent, by the weight of the rules; 100 only when nothing is unknown.
    pub known: u8,
    /// Every line; the fit lines sum to `fit`, the signal lines to `signal`, to the last digit.
    pub parts: Vec<Part>,
    /// What is not known, what would move the score most first.
    pub unknown: Vec<Unknown>,
    /// Reached by a gate: why this organisation is none of this segment's business.
    pub excluded: Option<String>,
    /// Hash of the rules used.
    pub rules: ContentHash,
    /// The moment it is for.
    pub at: Timestamp,
}

/// Hundredths of a point as people are told them: whole points, the half away from zero. 2000 is `20`, -1525 is `-15`, 1550 is `16`.
pub const fn whole_points(hundredths: i64) -> i64 {
    (hundredths.abs() + 50) / 100 * hundredths.signum()
}

impl Score {
    /// `fit + signal`, in hundredths of a point.
    pub const fn total(&self) -> i64 {
        self.fit + self.signal
    }

    /// The total as people are told it: fit and signal in whole points each.
    pub const fn points(&self) -> i64 {
        whole_points(self.fit) + whole_points(self.signal)
    }

    /// Whether the lines sum to the two sums, to the last digit.
    pub fn check_sum(&self) -> bool {
        let sum =
            |fit: bool| -> i64 { self.parts.iter().filter(|part| (part.kind == PartKind::Fit) == fit).map(|part| part.centipoints).sum() };
        sum(true) == self.fit && sum(false) == self.signal
    }
}

/// What a segment asks of a lead, apart from how it scores: the lines it must reach, and what to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Which segment.
    pub segment: SegmentId,
    /// What people call it.
    pub title: String,
    /// From this total on it is a lead, in hundredths of a point.
    pub line: i64,
    /// From this total on a rep is told at once, in hundredths of a point.
    pub hot: i64,
    /// What the segment wants done with its leads, in the user's words; empty: the contact that is known says it.
    pub next_step: String,
}

/// Where a lead stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeadState {
    /// Waiting for a rep's look.
    New,
    /// A rep took it up.
    Accepted,
    /// A rep said no.
    Rejected,
    /// Put away until a date.
    Parked,
    /// Below the segment's line.
    Below,
    /// A gate keeps it out.
    Excluded,
}

impl LeadState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::New, Self::Accepted, Self::Rejected, Self::Parked, Self::Below, Self::Excluded];

    /// The word used in command line and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
            Self::Below => "below",
            Self::Excluded => "excluded",
        }
    }

    /// The state of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Who has a lead and why, or why nobody has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes to this rep, because.
    To(RepId, String),
    /// It goes to nobody, because.
    Nobody(String),
}

/// What to do next, as what is known of the way; `render` puts it into words, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Words from before ways were kept.
    Words(String),
    /// By what is known.
    By {
        /// What the segment wants done, in the user's words; may be empty.
        wanted: String,
        /// Whether it is still to be found out who it is.
        unnamed: bool,
        /// Whom to speak to.
        person: Option<String>,
        /// A telephone number.
        phone: Option<String>,
        /// An e-mail address.
        email: Option<String>,
        /// Where a number or an address may be found.
        website: Option<String>,
    },
}

/// A lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// From segment and subject.
    pub id: LeadId,
    /// Raised by each write; a commit names the version it read (0: it was not there).
    pub version: u64,
    /// Raised when there is something new to tell; messages name it.
    pub revision: u32,
    /// Which segment sees it.
    pub segment: SegmentId,
    /// What it is about.
    pub subject: Subject,
    /// What to call it.
    pub title: String,
    /// What it scored when it last changed.
    pub score: Score,
    /// Where it stands.
    pub state: LeadState,
    /// Who has it, or why nobody.
    pub owner: Decision,
    /// What to do next.
    pub next_step: NextStep,
    /// When it was first made.
    pub first_seen: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// What somebody said of it last, if they said anything.
    pub verdict: Option<Verdict>,
}

/// What somebody said of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Accepted, rejected or parked.
    pub said: LeadState,
    /// When.
    pub at: Timestamp,
    /// Who: a rep's id, or the name of whoever gave the command.
    pub by: String,
    /// Why, in their words; may be empty.
    pub because: String,
    /// Until when it is put away; then it is what its score says.
    pub until: Option<Timestamp>,
}

impl Lead {
    /// Whether it was put away until a moment between these two.
    pub fn wakes(&self, after: Timestamp, until: Timestamp) -> bool {
        let day = self.verdict.as_ref().filter(|_| self.state == LeadState::Parked).and_then(|verdict| verdict.until);
        day.is_some_and(|day| day > after && day <= until)
    }

    /// The id of the lead that this segment has of this subject.
    pub fn id_of(segment: &SegmentId, subject: Subject) -> LeadId {
        match subject {
            Subject::Organisation(id) => LeadId::of(&[segment.as_str().as_bytes(), b"organisation", &id.0.to_be_bytes()]),
        }
    }
}
