//! How complete each source is at this moment, for digests, the operator and dashboards: one answer for all of them.
//!
//! Reads the store, decides nothing.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Effects, notice};
use crate::base::ids::PageId;
use crate::config::Source;
use crate::model::{Completeness, Failure, FailureClass, Health, Page, SourceState, Trouble};
use crate::store::StoreError;

/// A visit that is under way for no longer than this, or three times the distance between visits, is not late.
const WALK: SignedDuration = SignedDuration::from_hours(24);

/// The day's requests of a source with a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// Requests made today.
    pub used: u32,
    /// Requests allowed a day.
    pub allowed: u32,
    /// When the next day begins.
    pub anew: Timestamp,
}

/// What is left of a source's requests today; `None` where it may ask without end.
pub async fn spending(effects: &Effects, source: &Source, now: Timestamp) -> Result<Option<Spending>, StoreError> {
    let Some(allowed) = source.schedule.budget() else { return Ok(None) };
    let used = effects.store.spent(&source.id, source.schedule.day(now)).await?;
    Ok(Some(Spending { used, allowed, anew: source.schedule.begins_anew(now) }))
}

/// How complete these sources are.
pub async fn completeness_of(effects: &Effects, sources: &[&Arc<Source>], now: Timestamp) -> Result<Vec<Completeness>, StoreError> {
    let mut all = Vec::with_capacity(sources.len());
    for source in sources {
        all.push(completeness(effects, source, now).await?);
    }
    Ok(all)
}

/// How complete a source is: of several roots the earliest time, and the gravest trouble.
pub async fn completeness(effects: &Effects, source: &Source, now: Timestamp) -> Result<Completeness, StoreError> {
    let roots: HashSet<PageId> = source.reader.roots().iter().map(|url| Page::id_of(&source.id, url)).collect();
    let mut states = effects.store.states_of(&source.id).await?;
    states.retain(|state| roots.contains(&state.root));
    let spent = spending(effects, source, now).await?.is_some_and(|spending| spending.used >= spending.allowed);
    let mut complete = Some(Timestamp::MAX);
    let (mut found, mut news) = ((states.len() < roots.len()).then_some((Trouble::New, false)), None);
    for state in &states {
        let of_root = complete_until(effects, source, state).await?;
        complete = complete.min(of_root);
        news = news.max(state.pulse.last);
        found = found.into_iter().chain(trouble(source, (state, of_root), spent, now)).min_by_key(|(trouble, _)| trouble.rank());
    }
    let (trouble, lasting) = found.unzip();
    Ok(Completeness {
        source: source.id.clone(),
        title: source.title.clone(),
        complete_until: complete.filter(|at| *at != Timestamp::MAX && states.len() == roots.len()),
        last_new: news,
        trouble,
        lasting: lasting.unwrap_or(false),
    })
}

async fn complete_until(effects: &Effects, source: &Source, state: &SourceState) -> Result<Option<Timestamp>, StoreError> {
    let root = effects.store.page(state.root).await?;
    Ok(root.map_or(state.complete_until, |root| until(source, state, &root)))
}

/// Until when everything was read, by what is stored of a root and its visits. Visits of a single unchanged page write nothing but the page's
/// own times: the later of both counts, as long as no visit goes further than that page.
pub(super) fn until(source: &Source, state: &SourceState, root: &Page) -> Option<Timestamp> {
    let (known, visit) = (state.complete_until, &state.visit);
    // Where each visit asks other addresses none is unchanged.
    if source.reader.transport().moves() || visit.pages != 1 || visit.failed > 0 || visit.outstanding > 0 || !state.checkpoint.is_whole() {
        return known;
    }
    let read = root.checked.filter(|_| root.failures.is_none());
    let well = match &state.health {
        Health::Well { .. } => true,
        Health::Ill { failure, .. } => failure.class.is_mild(),
        Health::Unknown => false,
    };
    if well { known.map(|known| read.map_or(known, |read| known.max(read))) } else { known }
}

/// What is wrong with the visits of one root, and whether it lasts.
fn trouble(source: &Source, (state, complete): (&SourceState, Option<Timestamp>), spent: bool, now: Timestamp) -> Option<(Trouble, bool)> {
    if let Health::Ill { since, failure } = &state.health
        && !failure.class.is_mild()
    {
        let (failed, read) = (state.visit.failed, state.visit.pages);
        let unread = (failed > 0 && read > 0).then_some((failed, failed + read));
        let trouble = Trouble::Incomplete { since: *since, class: failure.class, unread };
        return Some((trouble, state.told_ill || notice::lasts(failure, *since, now)));
    }
    let Some(complete) = complete else { return Some((Trouble::New, false)) };
    let longest = WALK.max(source.schedule.period().saturating_mul(3));
    let walks = state.visit.outstanding > 0 && state.visit.started.is_some_and(|begun| now.duration_since(begun) < longest);
    if !walks && source.schedule.is_late(complete, now) {
        return Some((if spent { Trouble::Spent } else { Trouble::Late }, true));
    }
    match &state.health {
        Health::Ill { since, failure: Failure { class, .. } } => Some((mild(state, *since, *class), true)),
        Health::Well { .. } | Health::Unknown => None,
    }
}

fn mild(state: &SourceState, since: Timestamp, class: FailureClass) -> Trouble {
    match class {
        FailureClass::Silent => Trouble::Silent { since: state.last_sign().unwrap_or(since) },
        FailureClass::Drift => Trouble::Drift { since },
        FailureClass::BadEntries => Trouble::Misread { entries: state.visit.bad },
        other => Trouble::Incomplete { since, class: other, unread: None },
    }
}
