//! Says what a segment makes of an organisation, line by line. Pure: knows no store, no rep and no message, and keeps no counter.
//!
//! One point is a tenth of a doubling of the odds, kept in hundredths. FIT (who) and SIGNAL (why now) are never blended; what is not
//! known adds nothing and opens an interval instead. A score is a function of facts, signals, rules and the moment, so an old one can be
//! computed again.

mod asks;
mod codes;
mod concern;
mod fit;
mod gates;
mod people;
mod places;
mod profile;
mod rules;
mod segment;
mod signals;
mod speaks;
mod spec;
mod stands;
mod sum;
mod tables;
mod when;
mod words;

use crate::base::ids::SourceId;
use crate::model::{Listings, Organisation, Record, Signal};

pub use concern::{concerns, turned};
pub use people::People;
pub use profile::{Profile, Standing, profile};
pub use segment::Segment;
pub use signals::half_life;
pub use speaks::speaks;
pub use spec::{FieldSpec, GateSpec, KEYS, PointsSpec, Spec, StemsSpec, ValueSpec, WhenSpec};
pub use stands::{calls, standing};
pub use sum::score;
pub use tables::{BadTable, Tables};

/// A source trusted less than this never makes a lead by itself.
pub const TRUSTED: f32 = 0.3;

/// What is known of an organisation, as handed in by the caller; later things than the moment scored for are left out by [`score`].
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Whom it is about.
    pub organisation: &'a Organisation,
    /// Records that name it, and those behind the signals about others.
    pub records: &'a [Record],
    /// Records of other organisations that are the same tenders as some of those, on other portals: they say whether a tender can be answered, and
    /// nothing else.
    pub elsewhere: &'a [Record],
    /// Signals that count for it: about it, and about those of its group whose lead it is.
    pub signals: &'a [Signal],
    /// On which lists that gates name it is, as whoever matches them found.
    pub listed: &'a Listings,
    /// The tables by which the kind of an organisation is known.
    pub tables: &'a Tables,
    /// How far a source is trusted, 0 to 1.
    pub trust_of: &'a dyn Fn(&SourceId) -> f32,
}

#[cfg(test)]
mod tender_tests;
#[cfg(test)]
mod tests;
