//! The part of a turn that carries a visit on: where a page leads, when the walk has ended, who was missing, when everybody is due again.
//!
//! Reads what it needs of the store and decides with `visit`, `diff` and the source's schedule. Knows no bytes and no leads.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::visit::{self, NET, Step, Walked};
use super::{Effects, completeness, vitals};
use crate::base::ids::{PageId, RecordId};
use crate::base::text;
use crate::config::{Config, Source};
use crate::diff::{self, Visited};
use crate::model::{
    Advice, Baseline, CheckTimes, Checkpoint, Extract, Failure, FailureClass, Failures, Health, Page, PageRole, PageWrite, Reading, Record,
    SourceState, Turn, Visit,
};
use crate::store::StoreError;

/// Records that one visit finds missing: they are read, changed and written in its last turn. Further ones are found by the visits after it.
const ABSENT: usize = 5_000;

/// Everything a turn is decided from, as read at one moment.
pub(super) struct Before<'a> {
    pub config: &'a Config,
    pub source: &'a Source,
    pub page: Page,
    pub state: SourceState,
    pub step: Step,
    /// With which the visit begins, where the page begins one.
    pub begun: Option<Checkpoint>,
    /// The address that was asked: another one than the page's where the transport moves.
    pub asked: Url,
    /// When it was asked, before any waiting: what was published later need not be in the answer.
    pub asked_at: Timestamp,
}

/// Pages this one leads to: those that are known and those that are new, none twice in one visit.
pub(super) async fn lead_to(
    effects: &Effects,
    before: &Before<'_>,
    follow: &[Url],
    now: Timestamp,
) -> Result<(Vec<Page>, Vec<Page>), StoreError> {
    let (page, visit) = (&before.page, number(before));
    let mut seen = HashSet::from([page.id, page.root]);
    let urls: Vec<_> = follow.iter().filter(|url| seen.insert(Page::id_of(&page.source, url))).collect();
    if urls.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let known = effects.store.pages(urls.iter().map(|url| Page::id_of(&page.source, url)).collect()).await?;
    let have: HashSet<PageId> = known.iter().map(|page| page.id).collect();
    let new = urls.into_iter().filter(|url| !have.contains(&Page::id_of(&page.source, url)));
    Ok((known, new.map(|url| Page::follow(page, url.clone(), visit, now)).collect()))
}

/// The number of the visit this check belongs to.
pub(super) fn number(before: &Before<'_>) -> u32 {
    before.state.visit.number + u32::from(before.step == Step::Begin)
}

/// A page as it is to be stored, and where it leads.
pub(super) struct Plan {
    pub page: Page,
    pub walked: Walked,
    /// Where the transport stands from now on.
    pub checkpoint: Option<Checkpoint>,
    pub known: Vec<Page>,
    pub new: Vec<Page>,
    /// The wait until a second look, where one is wanted.
    pub look_again: Option<SignedDuration>,
    /// That it broke off, where it did: what was read of it counts, and what comes after is not known.
    pub cut: Option<Failure>,
    /// Whether absence from it says something.
    pub whole: bool,
}

/// That a document breaks off, if it does.
pub(super) fn broke_off(extract: &Extract) -> Option<Failure> {
    let read = text::count(extract.entries, "entry was read", "entries were read");
    extract.cut.then(|| Failure::new(FailureClass::Broken, format!("the document breaks off: {read}, and what comes after is not known")))
}

/// The failures of a page that failed so before, or for the first time: what was another illness says nothing of how long to wait with this one.
pub(super) fn once_more(before: Option<&Failures>, failure: &Failure, now: Timestamp) -> Failures {
    let before = before.filter(|before| before.last.class.is_same_illness(failure.class));
    Failures { count: before.map_or(1, |f| f.count.saturating_add(1)), since: before.map_or(now, |f| f.since), last: failure.clone() }
}

/// The part of a turn that carries the visit on: the pages it leads to, the visit's end, and when everybody is due again.
pub(super) async fn walk(effects: &Effects, before: &Before<'_>, plan: Plan, now: Timestamp) -> Result<Turn, StoreError> {
    let Plan { mut page, mut walked, checkpoint, known, mut new, look_again, cut, whole } = plan;
    let (visit, transport) = (number(before), before.source.reader.transport());
    let limit = before.source.reader.pages();
    let mut room = usize::try_from(visit::room(&before.state.visit, before.step, limit)).unwrap_or(0);
    let others = known.into_iter().filter(|page| page.visit != visit && page.role == PageRole::Follow);
    let (faded, mut known): (Vec<Page>, Vec<Page>) = others.partition(|page| !transport.varies() && visit::fades(page, now));
    known.truncate(room);
    room -= known.len();
    new.truncate(room);
    walked.leads_to = count(known.len() + new.len());
    walked.faded = count(faded.len());
    walked.failed = cut.is_some();
    if before.step != Step::Look {
        page.visit = visit;
        if walked.leads_to + walked.faded > 0 {
            page.follow = known.iter().chain(&faded).chain(&new).map(|page| page.id).collect();
        }
    }
    let mut state = before.state.clone();
    if before.page.awards.is_none() && page.awards.is_some_and(|awards| awards > 0) {
        // What was usual counted them.
        state.usual.clear();
    }
    if let Some(failure) = cut.filter(|_| before.step != Step::Look) {
        page.failures = Some(once_more(before.page.failures.as_ref(), &failure, now));
        state.health = Health::Ill { since: ill_since(&before.state.health, failure.class, now), failure };
    }
    if before.step == Step::Begin {
        // The visits before it may have written nothing but the root's times, which are others from now on.
        state.complete_until = completeness::until(before.source, &before.state, &before.page);
    }
    state.visit = visit::advance(&before.state.visit, before.step, walked, now);
    // Without a transport nothing is left of one that the source had before.
    let begun = before.begun.as_ref().filter(|_| before.step == Step::Begin);
    state.checkpoint = checkpoint.or_else(|| begun.cloned()).unwrap_or(state.checkpoint);
    let ends = before.step != Step::Look && state.visit.outstanding == 0;
    let mut turn = Turn::new(PageWrite::Whole(Box::new(page.clone())), page.host());
    turn.queued = known.iter().map(|known| (known.id, visit::queue(known, &state.visit, now))).collect();
    turn.follow = new;
    if before.step == Step::Begin && state.spec != before.source.spec_hash {
        state.spec = before.source.spec_hash;
        state.baseline = Baseline::Pending(0);
        // How many records other settings found says nothing of how many there are.
        state.usual.clear();
    }
    if ends {
        end(effects, before, &mut turn, (&mut state, &page), whole, now).await?;
    }
    page.checked = Some(now);
    let begun = state.visit.started.unwrap_or(now);
    page.next_due = match (&page.failures, look_again) {
        // Where the next visit asks again what broke off, the page by itself is not worth a request.
        (Some(_), _) if transport.varies() && page.role == PageRole::Follow => net(before, now),
        (Some(failures), _) => after_failure(before, failures, now),
        (None, Some(wait)) => before.source.schedule.soonest(now.saturating_add(wait).unwrap_or(now)),
        (None, None) if page.role == PageRole::Root && state.visit.outstanding == 0 => next_visit(before, begun, now),
        (None, None) => net(before, now),
    };
    if ends && page.role == PageRole::Follow {
        // The walk is over: the root begins the next one at its time, unless it waits for a second look before that.
        if let Some(root) = effects.store.page(page.root).await? {
            let due = next_visit(before, begun, now);
            let due = soon(before, &state.health, now).map_or(due, |soon| due.min(soon));
            let waits = matches!(root.reading, Reading::Settling | Reading::Suspect(_)) || root.failures.is_some();
            let next_due = if waits { due.min(root.next_due) } else { due };
            turn.queued.push((root.id, CheckTimes { visit: root.visit, checked: root.checked, next_due }));
        }
    }
    turn.page = PageWrite::Whole(Box::new(page));
    if state != before.state {
        turn.source = Some(state);
    }
    Ok(turn)
}

/// Closes the visit: who is missing, whether that may be believed, how the source is.
async fn end(
    effects: &Effects,
    before: &Before<'_>,
    turn: &mut Turn,
    (state, page): (&mut SourceState, &Page),
    whole: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut members: HashSet<RecordId> = page.members.iter().copied().collect();
    let mut awards = page.awards.unwrap_or(0);
    let mut whose: Vec<Page> = Vec::new();
    // It led on before, even where the visit is one page now.
    if state.visit.pages + state.visit.failed > 1 || !before.page.follow.is_empty() {
        whose = effects.store.pages(effects.store.pages_of(&before.source.id)).await?;
    }
    let walked = |other: &&Page| other.id != page.id && other.root == page.root;
    for other in whose.iter().filter(walked).filter(|other| other.visit == state.visit.number) {
        members.extend(&other.members);
        awards = awards.saturating_add(other.awards.unwrap_or(0));
    }
    let transport = before.source.reader.transport();
    let whole_way = state.checkpoint.is_whole();
    let complete = state.visit.failed == 0 && whole_way;
    let retired = |other: &&Page| walked(other) && other.role == PageRole::Follow && other.visit != state.visit.number;
    let left: Vec<&Page> = whose.iter().filter(retired).collect();
    state.visit.lost |= left.iter().any(|page| !page.members.is_empty());
    // A source whose only root is new may hold records of the root it had before.
    let begins = matches!(state.baseline, Baseline::Pending(_)) && before.source.reader.roots().len() == 1;
    let looks = whole && complete && (state.visit.lost || state.missing > 0 || begins);
    // Of an empty page nobody asks which are missing.
    let stored = if looks && !members.is_empty() { absent(effects, before, &members).await? } else { Vec::new() };
    let more = stored.len() == ABSENT;
    let visited = Visited { members: &members, awards, complete, whole, counted: !transport.moves(), looked: looks };
    let mut ended = diff::visit_end(&before.source.rules, state, visited, stored, now);
    if !whole_way && state.visit.failed == 0 {
        // The visit was cut by its limit of pages and the next one goes on: no reason to give the baseline up.
        ended.state.baseline = state.baseline;
    }
    let believed = complete && ended.failure.is_none();
    let failure = page.failures.as_ref().map(|failures| failures.last.clone()).or(ended.failure);
    // Where an entry could not be read nobody was looked for: who left is looked for at the next visit that is whole.
    let settled = believed && (whole || !before.source.reader.is_whole());
    let visit = Visit { lost: (state.visit.lost && !settled) || more, ..state.visit.clone() };
    let (was, begun) = (state.complete_until, before.begun_at());
    *state = SourceState { visit, ..ended.state };
    match transport.complete_until(&state.checkpoint, begun, believed) {
        Some(until) => state.complete_until = Some(was.map_or(until, |was| was.max(until))),
        None if transport.varies() => state.complete_until = was,
        None => {}
    }
    state.health = match (failure, &state.health) {
        (Some(failure), _) => Health::Ill { since: ill_since(&before.state.health, failure.class, now), failure },
        (None, Health::Ill { .. }) if state.visit.failed > 0 => state.health.clone(),
        (None, Health::Well { since }) => Health::Well { since: *since },
        (None, Health::Ill { .. } | Health::Unknown) => Health::Well { since: now },
    };
    let elsewhere = vitals::elsewhere(effects, before).await?;
    vitals::judge(before, (state, page), elsewhere, now);
    if complete || transport.moves() {
        turn.retired = left.iter().map(|other| other.id).collect();
    }
    turn.records.extend(ended.records);
    turn.changes.extend(ended.changes);
    Ok(())
}

/// Stored records of the source that the visit did not meet on any of its own pages or on those of other roots; at most [`ABSENT`].
async fn absent(effects: &Effects, before: &Before<'_>, members: &HashSet<RecordId>) -> Result<Vec<Record>, StoreError> {
    let mut present = members.clone();
    if before.source.reader.roots().len() > 1 {
        for other in effects.store.pages(effects.store.pages_of(&before.source.id)).await? {
            if other.root != before.page.root {
                present.extend(&other.members);
            }
        }
    }
    let is_told = |record: &Record| record.said_in().is_some_and(|of| present.contains(&of));
    let mut absent = effects.store.absent(&before.source.id, present.clone(), ABSENT).await?;
    // What a record says of others is there as long as it is.
    absent.retain(|record| !is_told(record));
    Ok(absent)
}

/// Since when it has this illness; that it had another one before is another matter.
pub(super) fn ill_since(health: &Health, class: FailureClass, now: Timestamp) -> Timestamp {
    match health {
        Health::Ill { since, failure } if failure.class.is_same_illness(class) => *since,
        Health::Ill { .. } | Health::Well { .. } | Health::Unknown => now,
    }
}

pub(super) fn after_failure(before: &Before<'_>, failures: &Failures, now: Timestamp) -> Timestamp {
    before.source.schedule.retry(failures, before.page.role, now, before.page.id.0)
}

/// When a visit that met an answer which was cut off is begun again, where that is before its time: after as long as the source has been so, as
/// every single page is. Only where the next visit asks for what failed; elsewhere the page is asked for again by itself.
pub(super) fn soon(before: &Before<'_>, health: &Health, now: Timestamp) -> Option<Timestamp> {
    let Health::Ill { since, failure } = health else { return None };
    let Advice::Retry { first, cap } = failure.class.advice() else { return None };
    let of_it = failure.class == FailureClass::Broken && before.source.reader.transport().varies();
    let wait = now.duration_since(*since).max(first.min(before.source.schedule.period())).min(cap);
    of_it.then(|| before.source.schedule.soonest(now.saturating_add(wait).unwrap_or(now)))
}

/// When the root begins its next visit.
pub(super) fn next_visit(before: &Before<'_>, begun: Timestamp, now: Timestamp) -> Timestamp {
    visit::next_visit(&before.source.schedule, (before.page.root, number(before)), begun, now)
}

/// The net below the walk: a page waits at most this long for a visit that never comes to it.
pub(super) fn net(before: &Before<'_>, now: Timestamp) -> Timestamp {
    let wait = NET.max(before.source.schedule.period().checked_mul(3).unwrap_or(NET));
    now.saturating_add(wait).unwrap_or(now + SignedDuration::from_hours(24))
}

pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
