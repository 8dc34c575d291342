//! Says which change is a dated reason to act, and puts it into a sentence. Knows no organisation and no score.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::{Change, Evidence, Record, SignalKind};

/// What is known of the source that a change comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The exhibition or event whose list the source is: its name, and its first day if known.
    pub event: Option<(&'a str, Option<Date>)>,
}

/// A signal but for the organisation, which `resolve` finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalDraft {
    /// What kind of reason.
    pub kind: SignalKind,
    /// When it happened: the record's own date where it has one that is not in the future, else the time it was seen.
    pub at: Timestamp,
    /// One sentence for the rep.
    pub sentence: String,
    /// Proof: the field that says so.
    pub evidence: Evidence,
}

/// The reason to act that a change gives; `None` for a quiet change, and where no one would act.
pub fn signal(_change: &Change, _record: &Record, _about: &About<'_>) -> Option<SignalDraft> {
    None
}
