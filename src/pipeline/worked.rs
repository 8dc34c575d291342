//! How reps worked when leads were last given out: so that whoever has other segments, industries or regions since then hears which tenders of their
//! calendar went with them. Judges nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keep::KeepError;
use super::{Effects, passed};
use crate::config::{Config, Rep};
use crate::model::{Area, Turn};
use crate::route;
use crate::store::{CommitError, StoreError};

/// Under these names the store remembers it, rep by rep.
const WORKED: &str = "worked.";
/// Reps that are remembered.
const REPS: usize = 10_000;

/// What of a rep says which tenders are theirs.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Works {
    segments: Vec<String>,
    industries: Vec<String>,
    regions: Vec<String>,
}

impl Works {
    fn of(rep: &Rep) -> Self {
        let route::Rep { segments, industries, regions, .. } = &rep.rep;
        let written = |area: &Area| match area {
            Area::Country(written) | Area::Code(written) | Area::Words(written) => written.clone(),
        };
        Self {
            segments: segments.iter().map(ToString::to_string).collect(),
            industries: industries.clone(),
            regions: regions.iter().map(written).collect(),
        }
    }

    /// The rep who worked so. What is no segment's name any more was none of theirs.
    fn put(self, rep: &Rep) -> Rep {
        let all = self.segments.is_empty();
        let mut before = rep.clone();
        before.rep.segments = self.segments.iter().filter_map(|id| id.parse().ok()).collect();
        before.rep.industries = self.industries;
        before.rep.regions = self.regions.iter().filter_map(|area| Area::parse(area)).collect();
        if all || !before.rep.segments.is_empty() { before } else { rep.clone() }
    }
}

async fn remembered(effects: &Effects) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    Ok(effects.store.marks(WORKED, REPS).await?.into_iter().collect())
}

/// The reps as they worked when leads were last given out; who is new as they do now.
pub(super) async fn before(effects: &Effects, config: &Config) -> Result<Vec<Arc<Rep>>, StoreError> {
    let known = remembered(effects).await?;
    let before = |rep: &Arc<Rep>| {
        let works = known.get(&mark_of(rep)).and_then(|bytes| serde_json::from_slice::<Works>(bytes).ok());
        works.map_or_else(|| Arc::clone(rep), |works| Arc::new(works.put(rep)))
    };
    Ok(config.reps.iter().map(before).collect())
}

fn mark_of(rep: &Rep) -> String {
    format!("{WORKED}{}", rep.rep.id)
}

/// Remembers how they work now, and tells whoever worked otherwise `before` which tenders without a lead went to others: once, in one commit.
/// `false`: others wrote first.
pub(super) async fn settle(effects: &Effects, config: &Config, before: &[Arc<Rep>], now: Timestamp) -> Result<bool, KeepError> {
    let known = remembered(effects).await?;
    let works: BTreeMap<String, Vec<u8>> =
        config.reps.iter().filter_map(|rep| Some((mark_of(rep), serde_json::to_vec(&Works::of(rep)).ok()?))).collect();
    if works == known {
        return Ok(true);
    }
    let otherwise = |rep: &&Arc<Rep>| config.rep(&rep.rep.id).is_some_and(|now| Works::of(now) != Works::of(rep));
    let otherwise: Vec<Arc<Rep>> = before.iter().filter(otherwise).cloned().collect();
    let mut turn = Turn::upkeep();
    if !otherwise.is_empty() {
        turn.entries = passed::of_others(effects, config, &otherwise, now).await?;
    }
    let gone = known.into_keys().filter(|mark| !works.contains_key(mark)).map(|mark| (mark, None));
    turn.marks = gone.chain(works.iter().map(|(mark, bytes)| (mark.clone(), Some(bytes.clone())))).collect();
    match effects.store.commit(turn).await {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}
