//! What a check came to, and how its turn gets to the disk. Knows no step of a check.

use crate::base::ids::{PageId, SourceId};
use crate::model::Failure;
use crate::store::{CommitError, StoreError, Submitted};

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing new.
    Unchanged,
    /// Something was stored.
    Changed {
        /// Records that are new or differ.
        records: usize,
        /// Changes that are news (baselines are not).
        changes: usize,
        /// Leads made or told again.
        leads: usize,
        /// Whether it is what the source held when it was added (or when its settings changed): no news, whatever differs.
        baseline: bool,
    },
    /// It could not be read.
    Failed(Failure),
    /// The host is to be left alone until the page's next time.
    Postponed,
    /// No source of the configuration has this page any more.
    Unknown,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which page.
    pub page: PageId,
    /// Of which source, where the configuration has it.
    pub source: Option<SourceId>,
    /// What it came to.
    pub outcome: Outcome,
    /// Requests sent for it.
    pub requests: u32,
}

/// Why a check could not be brought to its end. The page stays due.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others wrote first, again and again.
    #[error("{0} other turns wrote first; the page stays due")]
    Crowded(u32),
}

/// A check that is decided, and whose turn may still be on its way to the disk.
#[derive(Debug)]
pub struct Decided {
    pub(super) checked: Checked,
    pub(super) submitted: Option<Submitted>,
}

impl Decided {
    /// Waits until the turn is durable.
    pub async fn end(self) -> Result<Checked, CheckError> {
        let Self { checked, submitted } = self;
        match submitted {
            Some(submitted) => Self::ended(checked, submitted.done().await),
            None => Ok(checked),
        }
    }

    /// The same without waiting: the check comes back while its turn is on its way.
    pub fn try_end(mut self) -> Result<Result<Checked, CheckError>, Self> {
        let Some(submitted) = &mut self.submitted else { return Ok(Ok(self.checked)) };
        match submitted.try_done() {
            Some(done) => Ok(Self::ended(self.checked, done)),
            None => Err(self),
        }
    }

    /// A turn of mere times conflicts with nothing but the end of its page.
    fn ended(checked: Checked, done: Result<(), CommitError>) -> Result<Checked, CheckError> {
        match done {
            Ok(()) => Ok(checked),
            Err(CommitError::Conflict { .. }) => Ok(Checked { outcome: Outcome::Unknown, ..checked }),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}

impl From<Checked> for Decided {
    fn from(checked: Checked) -> Self {
        Self { checked, submitted: None }
    }
}
