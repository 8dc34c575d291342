//! The steps that keep an installation in order: pages in line with the configuration, retention, compaction, backups.
//!
//! Each step is short and returns what it did. Owns no loop and no rhythm.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Effects;
use super::departed::note_departures;
use crate::base::ids::PageId;
use crate::config::{Config, Source};
use crate::model::{Page, PageRole};
use crate::store::{Backup, Kept, StoreError};

/// Pages of one source that are looked at in one read.
const BATCH: usize = 1_000;

/// Why a keeping step failed. The next one tries again.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A commit failed.
    #[error(transparent)]
    Commit(#[from] crate::store::CommitError),
}

/// What a keeping step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// What was past its time.
    pub kept: Kept,
    /// Whether the database was compacted.
    pub compacted: bool,
    /// The backup that was made.
    pub backup: Option<Backup>,
}

/// Brings the known pages in line with the configuration: roots that are new are added, roots that left it go, and after a downtime the
/// pages that missed a visit are spread instead of all being due at once; sources that left it or came back are remembered as such. Returns
/// how many pages were added.
pub async fn sync_pages(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, KeepError> {
    note_departures(effects, config, now).await?;
    let mut added = 0;
    for source in config.sources.iter().filter(|source| source.enabled) {
        added += sync_source(effects, source, now).await?;
    }
    Ok(added)
}

async fn sync_source(effects: &Effects, source: &Source, now: Timestamp) -> Result<usize, KeepError> {
    let wanted: Vec<Page> =
        source.reader.roots().iter().map(|url| Page::root(&source.id, url.clone(), source.schedule.soonest(now))).collect();
    let roots: HashSet<PageId> = wanted.iter().map(|page| page.id).collect();
    let known = effects.store.pages_of(&source.id);
    let (mut gone, mut moved) = (Vec::new(), Vec::new());
    for ids in known.chunks(BATCH) {
        for page in effects.store.pages(ids.to_vec()).await? {
            if !roots.contains(&page.root) {
                gone.push(page.id);
            } else if page.role == PageRole::Root
                && let Some(due) = new_time(source, &page, now)
            {
                moved.push((page.id, due));
            }
        }
    }
    let have: HashSet<PageId> = known.into_iter().collect();
    if !gone.is_empty() {
        effects.store.remove_pages(gone).await?;
    }
    if !moved.is_empty() {
        effects.store.reschedule(moved).await?;
    }
    let new: Vec<Page> = wanted.into_iter().filter(|page| !have.contains(&page.id)).collect();
    let count = new.len();
    if count > 0 {
        effects.store.add_pages(new).await?;
    }
    Ok(count)
}

/// A root's next time, where the stored one no longer fits: a visit was missed, or the rhythm is quicker than it was.
fn new_time(source: &Source, page: &Page, now: Timestamp) -> Option<Timestamp> {
    let period = source.schedule.period();
    let missed = now.duration_since(page.next_due) > period;
    let far = page.next_due.duration_since(now) > period.checked_mul(2).unwrap_or(SignedDuration::MAX) && page.failures.is_none();
    if missed {
        Some(source.schedule.catch_up(page.next_due, now, page.id.0))
    } else if far {
        Some(source.schedule.next(now, page.id.0))
    } else {
        None
    }
}

/// Retention of what was told, compaction when the file is overgrown, and a backup when one is due.
pub async fn keep_step(effects: &Effects, config: &Config, backup_due: bool, now: Timestamp) -> Result<Keeping, KeepError> {
    let kept = effects.store.keep(now, config.keep.keep_gone).await?;
    let compacted = effects.store.size().overgrown();
    if compacted {
        effects.store.compact().await?;
    }
    let backup = if backup_due { Some(effects.store.backup(now).await?) } else { None };
    Ok(Keeping { kept, compacted, backup })
}
