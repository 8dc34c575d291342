//! Sources that left the configuration: the store remembers since when, so that what they brought has an end; a source that is named again
//! has never left. One that is only disabled has not left. Forgets nothing.

use jiff::Timestamp;

use super::Effects;
use super::keep::KeepError;
use crate::base::ids::SourceId;
use crate::config::Config;
use crate::model::Turn;
use crate::store::StoreError;

/// Under names that begin so the store remembers when a source was first seen absent.
const LEFT: &str = "left.";
/// Sources that left and are not forgotten yet; further ones have their turn after them.
const SOURCES: usize = 10_000;

/// A source that is in the store and not in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    /// Which.
    pub source: SourceId,
    /// When it was first seen absent.
    pub since: Timestamp,
}

/// The name under which the store remembers since when a source is absent.
pub(super) fn mark_of(source: &SourceId) -> String {
    format!("{LEFT}{source}")
}

async fn marked(effects: &Effects) -> Result<Vec<Departed>, StoreError> {
    let read = |(name, value): (String, Vec<u8>)| {
        let source = name.strip_prefix(LEFT)?.parse().ok()?;
        let since = String::from_utf8(value).ok()?.parse().ok()?;
        Some(Departed { source, since })
    };
    Ok(effects.store.marks(LEFT, SOURCES).await?.into_iter().filter_map(read).collect())
}

/// The sources that left the configuration and are not forgotten yet, by name.
pub async fn departures(effects: &Effects, config: &Config) -> Result<Vec<Departed>, StoreError> {
    let mut all = marked(effects).await?;
    all.retain(|departed| !config.knows(&departed.source));
    Ok(all)
}

/// Remembers which sources are absent from now on, and takes back what is remembered of those that are named again.
pub(super) async fn note_departures(effects: &Effects, config: &Config, now: Timestamp) -> Result<(), KeepError> {
    let before = marked(effects).await?;
    let back = before.iter().map(|departed| &departed.source).filter(|source| config.knows(source));
    let mut turn = Turn::upkeep();
    turn.marks = back.map(|source| (mark_of(source), None)).collect();
    for size in effects.store.source_sizes() {
        if !config.knows(&size.source) && !before.iter().any(|departed| departed.source == size.source) {
            tracing::info!(source = %size.source, "a source left the configuration; what it brought is kept for `keep_gone`, then forgotten");
            turn.marks.push((mark_of(&size.source), Some(now.to_string().into_bytes())));
        }
    }
    if !turn.marks.is_empty() {
        effects.store.commit(turn).await?;
    }
    Ok(())
}
