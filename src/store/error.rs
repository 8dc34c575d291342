//! Ways the store can fail, each with what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why a store could not be opened. Nothing was changed, and nothing is ever deleted by opening.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{path} is in use by process {pid}: stop it first, or use another `data` folder")]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who has it, as written in the lock file.
        pid: String,
    },
    /// Written by a version that keeps things in another way.
    #[error(
        "{path} was written by another version of atalaya (store format {found}, this one reads {known}): use that version, or move the \
         folder away to begin anew"
    )]
    Format {
        /// The store.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The one we know.
        known: u32,
    },
    /// The database cannot be opened or fails its integrity pass.
    #[error("the store in {path} is damaged: {reason}. It was left where it is. {advice}")]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What is wrong: the first few findings.
        reason: String,
        /// What to do: the newest verified backup and the command that restores it.
        advice: String,
        /// That backup's name.
        backup: Option<String>,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why something could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file operation failed.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database failed.
    #[error("the database failed: {0}; check disk space and health, then restart")]
    Database(#[from] sled::Error),
    /// A stored value does not have its shape.
    #[error("the stored {what} cannot be read: {why}; restore a backup with `atalaya restore`")]
    Undecodable {
        /// Which kind of value.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A value that is stored in a segment is not there or is not what it was.
    #[error("segment {segment} at {offset}: {why}; restore a backup with `atalaya restore`")]
    Segment {
        /// Number of the segment file.
        segment: u32,
        /// Byte offset in it.
        offset: u32,
        /// What is wrong.
        why: String,
    },
    /// A value too large to be kept.
    #[error("a {what} of {bytes} bytes is too large to be stored")]
    TooLarge {
        /// Which kind of value.
        what: &'static str,
        /// How large.
        bytes: usize,
    },
    /// A turn holds two of one id.
    #[error("a turn holds {0} twice; nothing of it was written; this is a fault of atalaya, please report it")]
    Twice(String),
    /// An earlier write failed; nothing is written any more, so that nothing is acknowledged that could be lost.
    #[error("the store stopped writing after a failure: {0}; restart the daemon")]
    Stopped(String),
    /// A step of the store panicked.
    #[error("a step of the store broke off: {0}; this is a fault of atalaya, please report it")]
    Panicked(String),
    /// No backup has this name; the text names those that are there.
    #[error("{0}")]
    NoBackup(String),
    /// A backup is not whole.
    #[error("the backup {path} does not count: {why}; choose another one")]
    BadBackup {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A copy does not agree with what was copied.
    #[error("the copy in {path} does not agree with the store ({why}) and was discarded; check the disk")]
    BadCopy {
        /// Where.
        path: PathBuf,
        /// What differs.
        why: String,
    },
    /// Another copy is being made.
    #[error("a copy of the store is already being made; wait for it to end")]
    Busy,
}

impl StoreError {
    /// For `map_err` on file operations.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// Why a commit was refused. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else wrote first: read again, decide again, commit again.
    #[error("{what} was changed meanwhile")]
    Conflict {
        /// What was not as the turn had read it.
        what: String,
    },
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
