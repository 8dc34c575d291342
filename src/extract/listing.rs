//! Reads the kind `listing`.

use super::{About, Input, Spec};
use crate::model::{Extract, Failure, Fault};

/// Compiled settings of the kind `listing`.
pub(super) struct ListingReader;

impl ListingReader {
    /// Checks and compiles; all faults are added.
    pub(super) fn compile(_: &Spec, _: &About, _: &mut Vec<Fault>) -> Option<Self> {
        Some(Self)
    }

    /// Reads one page.
    #[expect(clippy::unused_self, reason = "unfinished")]
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        input.check_time()?;
        Ok(Extract::default())
    }
}

impl ListingReader {
    /// Adds what a record's own page says.
    #[expect(clippy::unused_self, reason = "unfinished")]
    pub(super) fn read_detail(&self, _: &mut crate::model::Draft, input: &Input<'_>) -> Result<(), Failure> {
        input.check_time()
    }
}
