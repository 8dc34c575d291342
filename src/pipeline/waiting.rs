//! When what waits for a digest is told: by the times that its rep has now, whatever they were when it was decided. Seals nothing.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::drain::DrainError;
use super::news::owner_of;
use super::{Effects, wishes};
use crate::base::ids::{LeadId, RepId};
use crate::config::{Config, Rep};
use crate::model::{Entry, Lane, Lead};
use crate::store::{EntryFilter, LastTold, StoreError, Suppression};

/// How often the entries of a rep are read anew because some were sealed meanwhile.
const TRIES: usize = 3;
/// Entries moved in one commit.
const MOVED: usize = 500;
/// Waiting entries looked through.
const LOOKED: usize = 20_000;

/// What a waiting lead waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Who is told.
    pub rep: RepId,
    /// When; in the past: with the next step.
    pub at: Timestamp,
    /// With a digest, or by itself.
    pub lane: Lane,
    /// The zone of whoever is told.
    pub zone: TimeZone,
}

/// Gives everything that waits for a digest the time that its rep's digest has by this configuration. What is due already leaves as it is, by the way
/// that its rep has now. Returns how many entries have another time.
pub async fn retime(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, DrainError> {
    wishes::take_back_gone(effects, config, now).await?;
    let wishes = effects.store.suppressions().await?;
    let mut moved = 0;
    for rep in &config.reps {
        let wish = wishes.iter().find(|wish| wishes::is_of(wish, rep));
        for _ in 0..TRIES {
            let filter = EntryFilter { rep: Some(rep.rep.id.clone()), ..EntryFilter::default() };
            let waiting = effects.store.waiting_entries(filter, LOOKED).await?;
            let late: Vec<Entry> = waiting.into_iter().filter_map(|entry| other_time(entry, rep, wish, now)).collect();
            let mut whole = true;
            for some in late.chunks(MOVED) {
                let done = wishes::postpone(effects, some.to_vec()).await?;
                moved += if done { some.len() } else { 0 };
                // Sealed meanwhile: the next try finds what is left.
                whole &= done;
            }
            if whole {
                break;
            }
        }
    }
    Ok(moved)
}

/// The entry at its new time; `None` where it keeps its own: it is urgent, due, or at its time, or what it tells of is over
/// by then.
fn other_time(entry: Entry, rep: &Rep, wish: Option<&Suppression>, now: Timestamp) -> Option<Entry> {
    if entry.lane == Lane::Urgent || entry.due <= now {
        return None;
    }
    let was = entry.due;
    let next = Entry { due: rep.digest.next(now), ..entry };
    let moved = match wish {
        Some(wish) => wishes::later(next, rep, wish, now),
        None => next,
    };
    let too_late = moved.lane == Lane::Digest && moved.ends().is_some_and(|end| end <= moved.due);
    (moved.due != was && !too_late).then_some(moved)
}

/// What its owner was told of a lead last, of its news that is known still.
pub async fn last_told(effects: &Effects, config: &Config, lead: &Lead) -> Result<LastTold, StoreError> {
    let Some((rep, channel)) = owner_of(lead).and_then(|id| config.rep(id)).and_then(|rep| Some((rep, config.channel_of(rep)?))) else {
        return Ok(LastTold::default());
    };
    effects.store.told(&channel.id, &rep.rep.id, lead.id, lead.revision.saturating_add(1)).await
}

/// For each lead that waits to be told: whom, and when first; of every lead that was read before this is asked.
pub async fn waiting(effects: &Effects, config: &Config) -> Result<HashMap<LeadId, Wait>, StoreError> {
    let mut found: HashMap<LeadId, Wait> = HashMap::new();
    effects.store.barrier().await?;
    let entries = effects.store.waiting_entries(EntryFilter::default(), LOOKED).await?;
    for entry in entries.into_iter().filter(|entry| entry.of_tender.is_none()) {
        let zone = || config.rep(&entry.rep).map_or_else(|| config.daemon.zone.clone(), |rep| rep.rep.zone.clone());
        let wait =
            found.entry(entry.lead).or_insert_with(|| Wait { rep: entry.rep.clone(), at: entry.due, lane: entry.lane, zone: zone() });
        if entry.due < wait.at {
            *wait = Wait { at: entry.due, lane: entry.lane, zone: zone(), rep: entry.rep };
        }
    }
    Ok(found)
}
