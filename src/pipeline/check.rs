//! One check of one page, from due to committed: the whole journey in one screen ([`check`]).
//!
//! Knows the order of the steps and what each needs; the steps themselves are pure and live below. Owns no loop but the bounded one that
//! decides again when another turn wrote first.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::read::{Read, read};
use super::visit::{self, NET, Step, Walked};
use super::{Effects, news};
use crate::base::ids::{ContentHash, PageId, RecordId};
use crate::config::{Config, Source};
use crate::diff::{self, Comparison, Visited};
use crate::fetch::{Asked, Fetched, Lane, Request};
use crate::model::{
    Baseline, ChangeKind, CheckTimes, Failure, FailureClass, Failures, Health, Page, PageRole, PageWrite, Reading, Record, SourceState,
    Spent, Turn, Validators, Visit,
};
use crate::store::{CommitError, StoreError};

/// How often a turn is decided again because another one wrote first.
const TRIES: u32 = 8;

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

/// Everything a turn is decided from, as read at one moment.
struct Before<'a> {
    config: &'a Config,
    source: &'a Source,
    page: Page,
    state: SourceState,
    step: Step,
}

/// Checks one page: fetch, read, compare, resolve, score, route, commit.
pub async fn check(effects: &Effects, config: &Config, lane: &Lane, id: PageId) -> Result<Checked, CheckError> {
    let unknown = Checked { page: id, outcome: Outcome::Unknown, requests: 0 };
    let Some((page, state)) = effects.store.page_and_state(id).await? else { return Ok(unknown) };
    let Some(source) = config.source(&page.source).filter(|source| source.enabled) else { return Ok(unknown) };
    let now = effects.clock.now();
    if let Some(until) = over_budget(effects, source, now).await? {
        let times = CheckTimes { visit: page.visit, checked: page.checked, next_due: until };
        return postpone(effects, &page, times).await;
    }
    let renewed = page.spec != source.spec_hash;
    let asked = lane
        .fetch(&Request {
            url: &page.url,
            validators: (page.reading != Reading::Never && !renewed).then_some(&page.validators),
            full: matches!(page.reading, Reading::Suspect(_)) || weekly(&page, now),
            source: &source.fetch,
        })
        .await;
    if let (true, Err(Failure { retry_after, .. })) = (asked.deferred, &asked.result) {
        let wait = retry_after.unwrap_or(SignedDuration::from_mins(1));
        let next_due = source.schedule.soonest(now.saturating_add(wait).unwrap_or(now));
        return postpone(effects, &page, CheckTimes { visit: page.visit, checked: page.checked, next_due }).await;
    }
    settle(effects, config, lane, (source, page, state), asked).await
}

/// Decides and commits; decides again on fresh reads when another turn wrote first.
async fn settle(
    effects: &Effects,
    config: &Config,
    lane: &Lane,
    (source, mut page, early): (&Source, Page, Option<SourceState>),
    asked: Asked,
) -> Result<Checked, CheckError> {
    let Asked { requested, requests, result, deferred: _ } = asked;
    let (id, mut spent) = (page.id, requests);
    // A visit of one page at rest is touched by this page's turns alone; any other state may have moved on while the answer was awaited.
    let mut early = early.filter(|state| at_rest(state) && page.role == PageRole::Root);
    for _ in 0..TRIES {
        let now = effects.clock.now();
        let state = match early.take() {
            Some(state) => state,
            None => effects.store.state(&source.id, page.root).await?.unwrap_or_else(|| SourceState::new(&source.id, page.root)),
        };
        let step = visit::step(&page, &state);
        let before = Before { config, source, page: page.clone(), state, step };
        let (mut turn, outcome) = match &result {
            Err(failure) => failed(&before, failure.clone(), now),
            Ok(fetched) => {
                if let Some(same) = unchanged(&before, fetched) {
                    stayed(effects, &before, same, now).await?
                } else {
                    let done = read(effects, lane, source, &page, fetched).await?;
                    spent = requests + done.as_ref().map_or(0, |read| read.requests);
                    match done {
                        Err(failure) => failed(&before, failure, now),
                        Ok(read) => differs(effects, &before, fetched, read, now).await?,
                    }
                }
            }
        };
        turn.requested = requested;
        if source.schedule.budget().is_some() && spent > 0 {
            turn.spent = Some(Spent { source: source.id.clone(), day: source.schedule.day(now), requests: spent });
        }
        let unsaved = lane.unsaved();
        turn.host_state = unsaved.as_ref().map(|(state, _)| state.clone());
        effects.hook.pass("check.decided");
        match effects.store.commit(turn).await {
            Ok(()) => {
                if let Some((_, revision)) = unsaved {
                    lane.saved(revision);
                }
                return Ok(Checked { page: id, outcome, requests: spent });
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(CommitError::Conflict { .. }) => {
                metrics::counter!(crate::telemetry::CONFLICTS).increment(1);
                match effects.store.page(id).await? {
                    Some(fresh) => page = fresh,
                    None => return Ok(Checked { page: id, outcome: Outcome::Unknown, requests: spent }),
                }
            }
        }
    }
    Err(CheckError::Crowded(TRIES))
}

/// The start of the next day, when the day's requests are used up.
async fn over_budget(effects: &Effects, source: &Source, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let Some(budget) = source.schedule.budget() else { return Ok(None) };
    let used = effects.store.spent(&source.id, source.schedule.day(now)).await?;
    Ok((used >= budget)
        .then(|| source.schedule.retry(FailureClass::Budget, 1, None, now, crate::base::ids::hash64(&[source.id.as_str().as_bytes()]))))
}

async fn postpone(effects: &Effects, page: &Page, times: CheckTimes) -> Result<Checked, CheckError> {
    let turn = Turn::new(PageWrite::Times(page.id, times), page.host());
    match effects.store.commit(turn).await {
        Ok(()) | Err(CommitError::Conflict { .. }) => Ok(Checked { page: page.id, outcome: Outcome::Postponed, requests: 0 }),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

/// Whether this check is the page's weekly unconditional one: some servers answer 304 for ever. Spread over the week by the page's id.
fn weekly(page: &Page, now: Timestamp) -> bool {
    const DAY: i64 = 86_400;
    let today = now.as_second() / DAY;
    let its_day = i64::try_from(page.id.0 % 7).unwrap_or(0) == today % 7;
    its_day && page.checked.is_some_and(|checked| checked.as_second() / DAY != today)
}

/// The page as it is known to be, when the answer brings nothing to read.
fn unchanged(before: &Before<'_>, fetched: &Fetched) -> Option<Page> {
    let page = &before.page;
    let known = page.spec == before.source.spec_hash && !matches!(page.reading, Reading::Never | Reading::Suspect(_));
    let same = fetched.not_modified || page.fingerprint == Some(diff::fingerprint(&fetched.bytes, &page.volatile));
    (known && same).then(|| Page { validators: fetched.validators.clone(), reading: Reading::Settled, failures: None, ..page.clone() })
}

/// The turn of a page that brought nothing new. Mostly it writes nothing but times.
async fn stayed(effects: &Effects, before: &Before<'_>, same: Page, now: Timestamp) -> Result<(Turn, Outcome), StoreError> {
    let leads = before.step != Step::Look && !before.page.follow.is_empty();
    let known = if leads { effects.store.pages(before.page.follow.clone()).await? } else { Vec::new() };
    let walked = Walked { failed: false, records: count(same.members.len()), lost: false, leads_to: 0 };
    let quick = same == before.page && before.step == Step::Begin && known.is_empty() && at_rest(&before.state);
    let mut turn = if quick {
        let times = CheckTimes { visit: same.visit, checked: Some(now), next_due: next_visit(before, now, now) };
        Turn::new(PageWrite::Times(same.id, times), same.host())
    } else {
        let plan = Plan { page: same.clone(), walked, known, new: Vec::new(), look_again: None, whole: true };
        let mut turn = walk(effects, before, plan, now).await?;
        keep_small(&mut turn, &before.page);
        turn
    };
    let changes = std::mem::take(&mut turn.changes);
    let told = news::tell(effects, before.config, before.source, &mut turn, changes, now).await?;
    let outcome = if told.changes == 0 {
        Outcome::Unchanged
    } else {
        Outcome::Changed { records: turn.records.len(), changes: told.changes, leads: told.leads }
    };
    Ok((turn, outcome))
}

/// A page that differs in nothing but its times is written as times.
fn keep_small(turn: &mut Turn, was: &Page) {
    if let PageWrite::Whole(page) = &turn.page {
        let timeless = Page { visit: was.visit, checked: was.checked, next_due: was.next_due, ..(**page).clone() };
        if timeless == *was {
            turn.page = PageWrite::Times(page.id, CheckTimes { visit: page.visit, checked: page.checked, next_due: page.next_due });
        }
    }
}

/// Whether a source's visits are in a state that an unchanged single page need not touch.
fn at_rest(state: &SourceState) -> bool {
    state.visit.started.is_some()
        && state.visit.outstanding == 0
        && state.visit.pages == 1
        && state.missing == 0
        && matches!(state.baseline, Baseline::Done(_))
        && matches!(state.health, Health::Well { .. })
}

/// The turn of a page whose bytes had to be read.
async fn differs(
    effects: &Effects,
    before: &Before<'_>,
    fetched: &Fetched,
    read: Read,
    now: Timestamp,
) -> Result<(Turn, Outcome), StoreError> {
    let Read { extract, stored, previous, wanting, .. } = read;
    let renewed = before.page.reading != Reading::Never && before.page.spec != before.source.spec_hash;
    let content = ContentHash::of(&fetched.bytes);
    let host = effects.web.lane(&before.page.host(), None).state();
    let quiet = renewed || matches!(before.state.baseline, Baseline::Pending(_)) || before.state.spec != before.source.spec_hash;
    let mut found = diff::compare(
        &before.source.rules,
        &before.page,
        diff::Known { records: &stored, blocks: previous.as_ref().and_then(|p| p.blocks.as_deref()) },
        &extract,
        &diff::Context { now, quiet, content, noise: &host.noise },
    );
    mark_wanting(&mut found, &wanting, &stored);
    let page = reread(before, fetched, &found, (&extract, previous.as_ref().map(|p| &p.bytes)));
    let lost = any_left(&before.page.members, &page.members);
    let walked = Walked { failed: false, records: count(page.members.len()), lost, leads_to: 0 };
    let (known, new) =
        if before.step == Step::Look { (Vec::new(), Vec::new()) } else { lead_to(effects, before, &extract.follow, now).await? };
    let look_again = found.look_again;
    let mut turn = walk(effects, before, Plan { page, walked, known, new, look_again, whole: extract.whole }, now).await?;
    if found.accept_snapshot {
        turn.snapshot = Some(fetched.bytes.clone());
    }
    if let Some(noise) = found.noise {
        effects.web.lane(&before.page.host(), None).set_noise(noise);
    }
    let ended = std::mem::take(&mut turn.records);
    turn.records = merge_records(found.records, ended);
    let changes = found.changes.into_iter().chain(std::mem::take(&mut turn.changes)).collect();
    let told = news::tell(effects, before.config, before.source, &mut turn, changes, now).await?;
    let outcome = if turn.records.is_empty() && told.changes == 0 {
        Outcome::Unchanged
    } else {
        Outcome::Changed { records: turn.records.len(), changes: told.changes, leads: told.leads }
    };
    Ok((turn, outcome))
}

/// Records whose detail page is still to be read say so; what such a page adds later is no news.
fn mark_wanting(found: &mut Comparison, wanting: &HashSet<RecordId>, stored: &[Record]) {
    for record in &mut found.records {
        record.detail_wanted = wanting.contains(&record.id);
    }
    let waited: HashSet<RecordId> = stored.iter().filter(|record| record.detail_wanted).map(|record| record.id).collect();
    for change in &mut found.changes {
        if let (true, ChangeKind::Changed(fields)) = (waited.contains(&change.record), &mut change.kind) {
            fields.retain(|field| field.old.is_some());
        }
    }
    found.changes.retain(|change| !matches!(&change.kind, ChangeKind::Changed(fields) if fields.is_empty()));
}

/// The page after it was read and compared.
fn reread(before: &Before<'_>, fetched: &Fetched, found: &Comparison, (extract, old): (&crate::model::Extract, Option<&Bytes>)) -> Page {
    let page = &before.page;
    let nothing = found.records.is_empty() && found.changes.is_empty() && found.look_again.is_none();
    let mut volatile = page.volatile.clone();
    if let (true, Some(old)) = (nothing || page.reading == Reading::Settling, old) {
        // The bytes differ and what is read from them does not: whatever differs changes by itself.
        let spans = diff::volatile_spans(old, &fetched.bytes, &volatile);
        volatile = diff::spans_outside(&fetched.bytes, &spans, extract);
    }
    Page {
        validators: if found.look_again.is_some() { Validators::default() } else { fetched.validators.clone() },
        fingerprint: Some(diff::fingerprint(&fetched.bytes, &volatile)),
        volatile,
        masks: found.masks.clone(),
        reading: found.reading.clone(),
        members: found.members.clone(),
        spec: before.source.spec_hash,
        failures: None,
        ..page.clone()
    }
}

/// Whether a record of before is not there now.
fn any_left(before: &[RecordId], now: &[RecordId]) -> bool {
    let now: HashSet<&RecordId> = now.iter().collect();
    !before.iter().all(|id| now.contains(id))
}

/// Each record once; what the comparison says of it wins over what the end of the visit says.
fn merge_records(found: Vec<Record>, ended: Vec<Record>) -> Vec<Record> {
    let mut all: BTreeMap<RecordId, Record> = ended.into_iter().map(|record| (record.id, record)).collect();
    all.extend(found.into_iter().map(|record| (record.id, record)));
    all.into_values().collect()
}

/// Pages this one leads to: those that are known and those that are new, none twice in one visit.
async fn lead_to(
    effects: &Effects,
    before: &Before<'_>,
    follow: &[url::Url],
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
fn number(before: &Before<'_>) -> u32 {
    before.state.visit.number + u32::from(before.step == Step::Begin)
}

/// A page as it is to be stored, and where it leads.
struct Plan {
    page: Page,
    walked: Walked,
    known: Vec<Page>,
    new: Vec<Page>,
    /// The wait until a second look, where one is wanted.
    look_again: Option<SignedDuration>,
    /// Whether absence from it says something.
    whole: bool,
}

/// The part of a turn that carries the visit on: the pages it leads to, the visit's end, and when everybody is due again.
async fn walk(effects: &Effects, before: &Before<'_>, plan: Plan, now: Timestamp) -> Result<Turn, StoreError> {
    let Plan { mut page, mut walked, known, mut new, look_again, whole } = plan;
    let visit = number(before);
    let limit = before.source.reader.pages();
    let mut room = usize::try_from(visit::room(&before.state.visit, before.step, limit)).unwrap_or(0);
    let mut known: Vec<Page> = known.into_iter().filter(|page| page.visit != visit && page.role == PageRole::Follow).collect();
    known.truncate(room);
    room -= known.len();
    new.truncate(room);
    walked.leads_to = count(known.len() + new.len());
    if before.step != Step::Look {
        page.visit = visit;
        if !new.is_empty() || !known.is_empty() {
            page.follow = known.iter().chain(&new).map(|page| page.id).collect();
        }
    }
    let mut state = before.state.clone();
    state.visit = visit::advance(&before.state.visit, before.step, walked, now);
    let ends = before.step != Step::Look && state.visit.outstanding == 0;
    let mut turn = Turn::new(PageWrite::Whole(Box::new(page.clone())), page.host());
    turn.queued = known.iter().map(|known| (known.id, visit::queue(known, visit, now))).collect();
    turn.follow = new;
    if before.step == Step::Begin && state.spec != before.source.spec_hash {
        state.spec = before.source.spec_hash;
        state.baseline = Baseline::Pending(0);
    }
    if ends {
        end(effects, before, &mut turn, (&mut state, &page), whole, now).await?;
    }
    page.checked = Some(now);
    if !turn.records.is_empty() || !turn.changes.is_empty() || walked.lost {
        page.changed = Some(now);
    }
    let begun = state.visit.started.unwrap_or(now);
    page.next_due = match (&page.failures, look_again) {
        (Some(failures), _) => after_failure(before, failures, now),
        (None, Some(wait)) => before.source.schedule.soonest(now.saturating_add(wait).unwrap_or(now)),
        (None, None) if page.role == PageRole::Root && state.visit.outstanding == 0 => next_visit(before, begun, now),
        (None, None) => net(before, now),
    };
    if ends && page.role == PageRole::Follow {
        // The walk is over: the root begins the next one at its time, unless it waits for a second look before that.
        if let Some(root) = effects.store.page(page.root).await? {
            let due = next_visit(before, begun, now);
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
    let mut whose: Vec<Page> = Vec::new();
    if state.visit.pages + state.visit.failed > 1 {
        whose = effects.store.pages(effects.store.pages_of(&before.source.id)).await?;
    }
    let walked = |other: &&Page| other.id != page.id && other.root == page.root;
    for other in whose.iter().filter(walked).filter(|other| other.visit == state.visit.number) {
        members.extend(&other.members);
    }
    let complete = state.visit.failed == 0;
    let retired = |other: &&Page| walked(other) && other.role == PageRole::Follow && other.visit != state.visit.number;
    let left: Vec<&Page> = whose.iter().filter(retired).collect();
    state.visit.lost |= left.iter().any(|page| !page.members.is_empty());
    // A source whose only root is new may hold records of the root it had before.
    let begins = matches!(state.baseline, Baseline::Pending(_)) && before.source.reader.roots().len() == 1;
    let looks = whole && complete && (state.visit.lost || state.missing > 0 || begins);
    let stored = if looks { absent(effects, before, &members).await? } else { Vec::new() };
    let ended = diff::visit_end(&before.source.rules, state, Visited { members: &members, complete, whole }, stored, now);
    let believed = complete && ended.failure.is_none();
    let failure = page.failures.as_ref().map(|failures| failures.last.clone()).or(ended.failure);
    let visit = Visit { lost: state.visit.lost && !believed, ..state.visit.clone() };
    *state = SourceState { visit, ..ended.state };
    state.health = match (failure, &state.health) {
        (Some(failure), Health::Ill { since, .. }) => Health::Ill { since: *since, failure },
        (Some(failure), Health::Well { .. } | Health::Unknown) => Health::Ill { since: now, failure },
        (None, Health::Ill { .. }) if state.visit.failed > 0 => state.health.clone(),
        (None, Health::Well { since }) => Health::Well { since: *since },
        (None, Health::Ill { .. } | Health::Unknown) => Health::Well { since: now },
    };
    if complete {
        turn.retired = left.iter().map(|other| other.id).collect();
    }
    turn.records.extend(ended.records);
    turn.changes.extend(ended.changes);
    Ok(())
}

/// Stored records of the source that the visit did not meet on any of its own pages or on those of other roots.
async fn absent(effects: &Effects, before: &Before<'_>, members: &HashSet<RecordId>) -> Result<Vec<Record>, StoreError> {
    const BATCH: usize = 1_000;
    let mut elsewhere: HashSet<RecordId> = HashSet::new();
    if before.source.reader.roots().len() > 1 {
        for other in effects.store.pages(effects.store.pages_of(&before.source.id)).await? {
            if other.root != before.page.root {
                elsewhere.extend(&other.members);
            }
        }
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let batch = effects.store.records_of(&before.source.id, after, BATCH).await?;
        let last = batch.last().map(|record| record.id);
        let full = batch.len() == BATCH;
        found.extend(
            batch.into_iter().filter(|record| (!members.contains(&record.id) || record.missing > 0) && !elsewhere.contains(&record.id)),
        );
        if !full {
            return Ok(found);
        }
        after = last;
    }
}

/// The turn of a page that could not be read.
fn failed(before: &Before<'_>, failure: Failure, now: Timestamp) -> (Turn, Outcome) {
    let mut page = before.page.clone();
    let count_before = page.failures.as_ref();
    let failures = Failures {
        count: count_before.map_or(1, |f| f.count.saturating_add(1)),
        since: count_before.map_or(now, |f| f.since),
        last: failure.clone(),
    };
    let mut state = before.state.clone();
    let walked = Walked { failed: true, records: 0, lost: false, leads_to: 0 };
    state.visit = visit::advance(&before.state.visit, before.step, walked, now);
    if before.step != Step::Look {
        page.visit = number(before);
        state.health = Health::Ill { since: ill_since(&before.state.health, now), failure: failure.clone() };
        if let Baseline::Pending(tries) = state.baseline {
            state.baseline = Baseline::Pending(tries.saturating_add(1));
        }
    }
    page.checked = Some(now);
    page.next_due = after_failure(before, &failures, now);
    page.failures = Some(failures);
    let mut turn = Turn::new(PageWrite::Whole(Box::new(page.clone())), page.host());
    if page.role == PageRole::Follow && before.step == Step::Within && state.visit.outstanding == 0 {
        let due = next_visit(before, state.visit.started.unwrap_or(now), now);
        turn.queued.push((page.root, CheckTimes { visit: state.visit.number, checked: state.visit.started, next_due: due }));
    }
    if state != before.state {
        turn.source = Some(state);
    }
    (turn, Outcome::Failed(failure))
}

fn ill_since(health: &Health, now: Timestamp) -> Timestamp {
    match health {
        Health::Ill { since, .. } => *since,
        Health::Well { .. } | Health::Unknown => now,
    }
}

fn after_failure(before: &Before<'_>, failures: &Failures, now: Timestamp) -> Timestamp {
    let Failure { class, retry_after, .. } = failures.last;
    before.source.schedule.retry(class, failures.count, retry_after, now, before.page.id.0)
}

/// When the root begins its next visit: by the rhythm of the last one's start, so that long walks do not drift; never in the past.
fn next_visit(before: &Before<'_>, begun: Timestamp, now: Timestamp) -> Timestamp {
    let seed = before.page.root.0 ^ u64::from(number(before)) ^ u64::try_from(begun.as_second()).unwrap_or(0);
    let next = before.source.schedule.next(begun, seed);
    if next > now { next } else { before.source.schedule.next(now, seed) }
}

/// The net below the walk: a page waits at most this long for a visit that never comes to it.
fn net(before: &Before<'_>, now: Timestamp) -> Timestamp {
    let wait = NET.max(before.source.schedule.period().checked_mul(3).unwrap_or(NET));
    now.saturating_add(wait).unwrap_or(now + SignedDuration::from_hours(24))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
