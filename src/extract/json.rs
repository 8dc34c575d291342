//! Reads the kind `json`.

use super::{About, Input, Spec};
use crate::model::{Extract, Failure, Fault};

/// Compiled settings of the kind `json`.
pub(super) struct JsonReader;

impl JsonReader {
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
