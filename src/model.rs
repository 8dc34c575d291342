//! The words of the product as types: what a source yields, what it means, and what a turn decides.
//!
//! Plain values with small total functions. Knows no file, no wire and no stored shape; `store` and `web` have shapes of their own.

mod area;
mod bond;
mod change;
pub mod codes;
mod company_name;
mod coverage;
mod extract;
mod failure;
pub mod identifier;
mod import;
mod lead;
mod learned;
mod listed;
mod message;
mod organisation;
mod page;
mod parts;
mod record;
#[cfg(test)]
pub(crate) mod sample;
pub mod telephone;
mod tender;
mod tracking;
mod turn;
mod vacancy;
mod value;
mod vitals;

pub use area::{
    Answer, Area, calling_country, country_code, country_names, country_of_source, is_of_source, name_and_country, place_and_country,
    placed, vat_country, within,
};
pub use bond::{Bond, Likeness, Question, Ruling};
pub use change::{Change, ChangeKind, FieldChange, Signal, SignalKind, Story, Weight};
pub use company_name::{CompanyName, LegalClass, LegalForm, LegalKind};
pub use coverage::{Checkpoint, Gap, Loss, Statement, Stretch};
pub use extract::{Aside, BadEntry, Block, Draft, Extract, Fault, Found, Whole};
pub use failure::{Advice, Failure, FailureClass};
pub use import::{Import, origin_of, place_of};
pub use lead::{Decision, Lead, LeadState, NextStep, Part, PartKind, Score, Subject, Terms, Unknown, Verdict, whole_points};
pub use learned::{Learned, LearnedField, LearnedPage};
pub use listed::{ListName, Listed, Listings};
pub use message::{Attempt, ChannelState, Entry, Lane, Message, MessageKind, MessageState, OfTender, Reminder, Sealed};
pub use organisation::{Fact, FactName, IdentityKey, Organisation, UNNAMED};
pub use page::{
    Baseline, Failures, Health, HostKey, HostState, Mask, NoiseSeen, Page, PageRole, Reading, RobotsCopy, SourceState, Suspect, Validators,
    Visit, VolatileSpan,
};
pub use record::{
    AS_WRITTEN, Evidence, Field, FieldName, KEY_PARTS, LOST_BY, OF_LETTERS, OwnPage, Record, RecordKind, SAID_IN, TITLES, WON_BY,
    one_spelling, other_scheme, procedure_of,
};
pub use tender::{
    AWARD_BEFORE, AWARDED_LOTS, Amendment, Awaited, Award, BUYER_SAYS, BuyerKind, CANCELLED_LOTS, CONTRACTS, Class, Closing, Content,
    DEADLINE_FOR, Deadline, DeadlineKind, Document, Due, ENDED, FAR, FROM_TO, Filed, JOINT_BUYERS, Joined, LAST_DEADLINE, LISTS,
    LOT_AWARDS, LOT_WORTH, LOTS_DUE, Lot, Nature, Notice, NoticeKind, Oddity, Outcome, Party, Place, Procedure, ProcedureKind, Raw,
    SAID_APART, Said, Stage, Term, Texts, TypedId, UNREADABLE, Worth, WorthKind, as_one, buyers, by_numbers, closings, deadline,
    first_open, is_closed, is_live, language_code, last_readable, lots_due, moved_lots, named_by, next_lots, said_now, stage, standing,
    undated, unreadable,
};
pub use tracking::{tracks, untracked, without};
pub use turn::{CheckTimes, Forgotten, PageWrite, Spent, Turn};
pub use vacancy::is_open_application;
pub use value::{Amount, Moment, Value, ZoneFrom};
pub use vitals::{Completeness, FieldShare, Misread, Pulse, Shape, Trouble};
