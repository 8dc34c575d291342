//! Closes a visit: who was not found, whether that may be believed, and what is usual for the source.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Rules;
use crate::base::ids::RecordId;
use crate::model::{Change, Failure, Record, SourceState};

/// What the end of a visit comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitEnd {
    /// The source's state from now on; `version` and the budget are as they were.
    pub state: SourceState,
    /// Records whose count of missing changed, or that are gone.
    pub records: Vec<Record>,
    /// The history entries of those that are gone.
    pub changes: Vec<Change>,
    /// Why the visit counts as incomplete, unless it is complete or a page's failure says so already.
    pub failure: Option<Failure>,
}

/// Ends a visit. `members` are the records on all its pages (of unchanged pages too), `stored` the records of the source,
/// `complete` whether every page was read, each of them whole. An incomplete visit makes nobody disappear.
pub fn visit_end(
    _rules: &Rules,
    state: &SourceState,
    (_members, _complete): (&HashSet<RecordId>, bool),
    _stored: impl IntoIterator<Item = Record>,
    _now: Timestamp,
) -> VisitEnd {
    VisitEnd { state: state.clone(), records: Vec::new(), changes: Vec::new(), failure: None }
}
