//! One check of one page, from due to committed: the whole journey in one screen ([`check`]).
//!
//! Knows the order of the steps; they themselves are pure and live below. Owns no loop but the bounded one that decides anew on a conflict.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::decided::{CheckError, Checked, Decided, Outcome};
use super::details::mark_reached;
use super::onward::{brought, set_out};
use super::read::{Read, again, read, tell_new, tell_nobody};
use super::visit::{self, Step, Walked};
use super::walk::{Before, Plan, after_failure, broke_off, count, ill_since, lead_to, net, next_visit, number, once_more, soon, walk};
use super::{Effects, completeness, news, notice, vitals};
use crate::base::ids::{ContentHash, PageId, RecordId};
use crate::config::{Config, Source};
use crate::diff::{self, Comparison};
use crate::extract::{self, Brought};
use crate::fetch::{Asked, Fetched, Lane, Request};
use crate::model::{
    Baseline, CheckTimes, Checkpoint, Failure, FailureClass, Health, Page, PageRole, PageWrite, Reading, Record, RecordKind, SourceState,
    Spent, Turn, Validators,
};
use crate::store::{CommitError, StoreError};

/// How often a turn is decided again because another one wrote first.
const TRIES: u32 = 8;

/// Checks one page: fetch, read, compare, resolve, score, route, commit.
pub async fn check(effects: &Effects, config: &Config, lane: &Lane, id: PageId) -> Result<Checked, CheckError> {
    decide(effects, config, lane, id).await?.end().await
}

/// Checks one page, and does not wait for the commit of a turn that carries nothing but times: the host's next page may be asked for
/// meanwhile. Should the process die before it is durable, the page is simply checked again.
pub async fn decide(effects: &Effects, config: &Config, lane: &Lane, id: PageId) -> Result<Decided, CheckError> {
    let unknown = Checked { page: id, source: None, outcome: Outcome::Unknown, requests: 0 };
    let Some((page, state)) = effects.store.page_and_state(id).await? else { return Ok(unknown.into()) };
    let Some(source) = config.source(&page.source).filter(|source| source.enabled) else { return Ok(unknown.into()) };
    let now = effects.clock.now();
    if let Some(until) = over_budget(effects, source, now).await? {
        let times = CheckTimes { visit: page.visit, checked: page.checked, next_due: until };
        return postpone(effects, &page, times).await;
    }
    let renewed = page.spec != source.spec_hash;
    let (begun, url) = set_out(source, &page, state.as_ref(), now);
    let moves = source.reader.transport().moves();
    let anew = renewed || moves || own_due(source, &page, now) || state.as_ref().is_some_and(vitals::lacks);
    let asked = lane
        .fetch(&Request {
            url: &url,
            validators: (page.reading != Reading::Never && !anew).then_some(&page.validators),
            full: moves || matches!(page.reading, Reading::Suspect(_)) || weekly(&page, now),
            body: source.fetch.body.as_ref(),
            source: &source.fetch,
        })
        .await;
    if let (true, Err(Failure { retry_after, .. })) = (asked.deferred, &asked.result) {
        let wait = retry_after.unwrap_or(SignedDuration::from_mins(1));
        let next_due = source.schedule.soonest(now.saturating_add(wait).unwrap_or(now));
        return postpone(effects, &page, CheckTimes { visit: page.visit, checked: page.checked, next_due }).await;
    }
    // Apart, so that a check that waits for its answer is small.
    Box::pin(settle(effects, config, lane, Underway { source, page, early: state, begun, url, at: now }, asked)).await
}

/// A check whose answer is there.
struct Underway<'a> {
    source: &'a Source,
    page: Page,
    /// What was known of the visits when the page was asked for.
    early: Option<SourceState>,
    begun: Option<Checkpoint>,
    url: Url,
    /// When it set out.
    at: Timestamp,
}

/// Decides and commits; decides again on fresh reads when another turn wrote first.
async fn settle(
    effects: &Effects,
    config: &Config,
    lane: &Lane,
    Underway { source, mut page, early, begun, url, at }: Underway<'_>,
    asked: Asked,
) -> Result<Decided, CheckError> {
    let Asked { requested, requests, result, deferred: _ } = asked;
    let (id, mut spent) = (page.id, requests);
    // Kept for another try: detail pages are asked for once.
    let mut done_before = None;
    // A visit of one page at rest is touched by this page's turns alone; any other state may have moved on while the answer was awaited.
    let mut early = early.filter(|state| at_rest(state) && page.role == PageRole::Root);
    let mut behind = None;
    for _ in 0..TRIES {
        let now = effects.clock.now();
        let state = match early.take() {
            Some(state) => state,
            None => effects.store.state(&source.id, page.root).await?.unwrap_or_else(|| SourceState::new(&source.id, page.root)),
        };
        let step = visit::step(&page, &state);
        let mut before = Before { config, source, page, state, step, begun: begun.clone(), asked: url.clone(), asked_at: at };
        let (mut turn, outcome) = match &result {
            Err(failure) => Box::pin(failed(effects, &before, failure.clone(), now)).await?,
            Ok(fetched) => {
                if unchanged(&before, fetched) {
                    stayed(effects, &before, &fetched.validators, now).await?
                } else {
                    let done = match done_before.take() {
                        Some(read) => Ok(Box::pin(again(effects, source, &before.page, fetched, read)).await?),
                        None => vitals::count_misread(
                            source,
                            Box::pin(read(effects, lane, source, &before.page, (fetched, &before.state, now))).await?,
                        ),
                    };
                    match done {
                        Err(failure) => Box::pin(failed(effects, &before, failure, now)).await?,
                        Ok(mut read) => {
                            spent = requests + read.details.requests;
                            behind = Some(effects.gate.enter(behind.take()).await);
                            vitals::note(&mut before, &mut read, now);
                            let decided = Box::pin(differs(effects, &before, fetched, &mut read, now)).await?;
                            done_before = Some(read.kept_for_another_try());
                            decided
                        }
                    }
                }
            }
        };
        turn.requested = requested;
        account(&before, &mut turn, spent, now);
        let unsaved = lane.unsaved();
        turn.host_state = unsaved.as_ref().map(|(state, _)| state.clone());
        effects.hook.pass("check.decided");
        if turn.is_times() {
            let submitted = Some(effects.store.submit(turn).await.map_err(unexpected)?);
            return Ok(Decided { checked: Checked { page: id, source: Some(source.id.clone()), outcome, requests: spent }, submitted });
        }
        match effects.store.commit(turn).await {
            Ok(()) => {
                if let Some((_, revision)) = unsaved {
                    lane.saved(revision);
                }
                return Ok(Checked { page: id, source: Some(source.id.clone()), outcome, requests: spent }.into());
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(CommitError::Conflict { .. }) => {
                metrics::counter!(crate::telemetry::CONFLICTS).increment(1);
                // Two portals that catch up at once would overtake each other for ever. Alone goes only who needs nothing any more that others hold.
                behind = match &done_before {
                    Some(_) => Some(effects.gate.alone(behind.take()).await),
                    None => None,
                };
                match effects.store.page(id).await? {
                    Some(fresh) => page = fresh,
                    None => return Ok(Checked { page: id, source: None, outcome: Outcome::Unknown, requests: spent }.into()),
                }
            }
        }
    }
    Err(CheckError::Crowded(TRIES))
}

/// What every turn of a check says beside its news: of the source's health, and of its budget.
fn account(before: &Before<'_>, turn: &mut Turn, spent: u32, now: Timestamp) {
    let Before { config, source, .. } = before;
    vitals::note_news(before, turn, now);
    notice::health(config, source, turn, now);
    if source.schedule.budget().is_some() && spent > 0 {
        turn.spent = Some(Spent { source: source.id.clone(), day: source.schedule.day(now), requests: spent });
    }
}

/// The start of the next day, when the day's requests are used up.
async fn over_budget(effects: &Effects, source: &Source, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let Some(budget) = source.schedule.budget() else { return Ok(None) };
    let used = effects.store.spent(&source.id, source.schedule.day(now)).await?;
    Ok((used >= budget).then(|| source.schedule.next_day(now, crate::base::ids::hash64(&[source.id.as_str().as_bytes()]))))
}

async fn postpone(effects: &Effects, page: &Page, times: CheckTimes) -> Result<Decided, CheckError> {
    let turn = Turn::new(PageWrite::Times(page.id, times), page.host());
    let submitted = Some(effects.store.submit(turn).await.map_err(unexpected)?);
    Ok(Decided {
        checked: Checked { page: page.id, source: Some(page.source.clone()), outcome: Outcome::Postponed, requests: 0 },
        submitted,
    })
}

/// A turn of mere times is never refused before the committer sees it.
fn unexpected(error: CommitError) -> CheckError {
    match error {
        CommitError::Store(error) => error.into(),
        CommitError::Conflict { .. } => CheckError::Crowded(1),
    }
}

/// Whether this check is the page's weekly unconditional one: some servers answer 304 for ever. Spread over the week by the page's id.
fn weekly(page: &Page, now: Timestamp) -> bool {
    const DAY: i64 = 86_400;
    let today = now.as_second() / DAY;
    let its_day = i64::try_from(page.id.0 % 7).unwrap_or(0) == today % 7;
    its_day && page.checked.is_some_and(|checked| checked.as_second() / DAY != today)
}

/// Whether the page is as it is known to be: the answer brings nothing to read.
fn unchanged(before: &Before<'_>, fetched: &Fetched) -> bool {
    let page = &before.page;
    // Asked first: hashing the bytes of a page that must be read in any case would be for nothing.
    let known = page.spec == before.source.spec_hash
        && !before.source.reader.transport().moves()
        && !vitals::lacks(&before.state)
        && !own_due(before.source, page, before.asked_at)
        && !matches!(page.reading, Reading::Never | Reading::Suspect(_));
    known
        && (fetched.not_modified
            || leads_on_as_before(before, fetched)
                && (page.exact == Some(diff::exact(&fetched.bytes, &page.stretches))
                    || page.fingerprint == Some(diff::fingerprint(&fetched.bytes, &page.volatile))))
}

/// Whether own pages of its records are to be read again, so that it must be read which they are.
fn own_due(source: &Source, page: &Page, now: Timestamp) -> bool {
    source.reader.reads_own() && page.own_due.is_some_and(|due| due <= now)
}

/// Whether the head of the answer names the next page that it named before, where it is the head that does: a last page that was full stays the same
/// when another one comes behind it, and when that one goes.
fn leads_on_as_before(before: &Before<'_>, fetched: &Fetched) -> bool {
    let Page { source, follow, .. } = &before.page;
    !before.source.reader.follows_head()
        || fetched.next.as_ref().map_or(follow.is_empty(), |url| follow.contains(&Page::id_of(source, url)))
}

/// The turn of a page that brought nothing new. Mostly it writes nothing but times.
async fn stayed(effects: &Effects, before: &Before<'_>, validators: &Validators, now: Timestamp) -> Result<(Turn, Outcome), StoreError> {
    let page = &before.page;
    let leads = before.step != Step::Look && !page.follow.is_empty();
    let mut known = if leads { effects.store.pages(page.follow.clone()).await? } else { Vec::new() };
    let entries = page.members.len();
    let next = known.first().map(|page| page.url.clone());
    let brought = Brought { entries, at_most: entries, total: None, cut: false, fresh: false, next: next.as_ref() };
    let onward = before.onward(Ok(brought));
    let mut new = Vec::new();
    if let Some(onward) = &onward {
        (known, new) = lead_to(effects, before, onward.next.as_slice(), now).await?;
    }
    let walked = Walked { records: count(entries), bad: page.bad, unread: page.unread, ..Walked::default() };
    let stays = onward.as_ref().is_none_or(|onward| onward.checkpoint == before.state.checkpoint);
    let alone = known.is_empty() && new.is_empty() && stays;
    let rests = page.reading == Reading::Settled && page.failures.is_none() && page.validators == *validators;
    let quick = rests
        && before.step == Step::Begin
        && alone
        && at_rest(&before.state)
        && vitals::silence(before, &before.state, None, now).is_none();
    if quick {
        let times = CheckTimes { visit: page.visit, checked: Some(now), next_due: next_visit(before, now, now) };
        return Ok((Turn::new(PageWrite::Times(page.id, times), page.host()), Outcome::Unchanged));
    }
    let same = Page { validators: validators.clone(), reading: Reading::Settled, failures: None, ..page.clone() };
    let (checkpoint, whole) = (onward.map(|onward| onward.checkpoint), before.source.reader.is_whole() && same.bad == 0);
    let plan = Plan { page: same, walked, checkpoint, known, new, look_again: None, cut: None, whole };
    let mut turn = Box::pin(walk(effects, before, plan, now)).await?;
    keep_small(&mut turn, page);
    let changes = std::mem::take(&mut turn.changes);
    let told = Box::pin(news::tell(effects, before.config, before.source.into(), &mut turn, changes, now)).await?;
    let outcome = if told.changes == 0 {
        Outcome::Unchanged
    } else {
        Outcome::Changed { records: turn.records.len(), changes: told.changes, leads: told.leads, baseline: false }
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
        && !state.visit.lost
        && matches!(state.baseline, Baseline::Done(_))
        && matches!(state.health, Health::Well { .. })
}

/// The turn of a page whose bytes had to be read.
async fn differs(
    effects: &Effects,
    before: &Before<'_>,
    fetched: &Fetched,
    read: &mut Read,
    now: Timestamp,
) -> Result<(Turn, Outcome), StoreError> {
    let Read { extract, stored, previous, details, corrected, .. } = read;
    let renewed = before.page.reading != Reading::Never && before.page.spec != before.source.spec_hash;
    let content = ContentHash::of(&fetched.bytes);
    let host = effects.web.lane(&before.page.host(), None).state();
    let fresh = renewed || matches!(before.state.baseline, Baseline::Pending(_)) || before.state.spec != before.source.spec_hash;
    let quiet = fresh || extract.relaid;
    let began = if before.step == Step::Begin { Some(before.asked_at) } else { before.state.visit.started };
    let mut found = diff::compare(
        &before.source.rules,
        &before.page,
        diff::Known { records: stored, blocks: previous.as_ref().and_then(|p| p.blocks.as_deref()) },
        extract,
        &diff::Context { now, quiet, content, began, noise: &host.noise },
    );
    mark_reached(before.source, &mut found, (extract, stored), details);
    if before.state.turns() {
        tell_nobody(&mut found, before.state.covers());
    } else if !fresh && extract.relaid {
        tell_new(&mut found);
    }
    let mut page = reread(before, fetched, &found, (extract, previous.as_ref().map(|p| &p.bytes)));
    page.own_due = details.due(before.source, &before.page);
    if extract.cut || details.wait() {
        // What broke off is read again even if it breaks off at the same place, and so is what leads to pages that are still to be read.
        (page.exact, page.fingerprint, page.validators) = (None, None, Validators::default());
    }
    let lost = any_left(&before.page.members, &page.members);
    if found.changes.iter().any(|change| !change.baseline) || (lost && !quiet) {
        page.changed = Some(now);
    }
    let walked = Walked { records: count(page.members.len()), bad: page.bad, unread: page.unread, lost, ..Walked::default() };
    let onward = before.onward(Ok(brought(extract, &found)));
    let follow = onward.as_ref().map_or(extract.follow.as_slice(), |onward| onward.next.as_slice());
    let (known, new) = if before.step == Step::Look { (Vec::new(), Vec::new()) } else { lead_to(effects, before, follow, now).await? };
    if before.step != Step::Look && follow.is_empty() && !extract.cut {
        // It leads nowhere any more: what it led to before is asked for no longer.
        page.follow.clear();
    }
    let (look_again, checkpoint) = (found.look_again, onward.map(|onward| onward.checkpoint));
    let mut turn = walk(
        effects,
        before,
        Plan { page, walked, checkpoint, known, new, look_again, cut: broke_off(extract), whole: extract.whole && extract.bad.is_empty() },
        now,
    )
    .await?;
    if found.accept_snapshot {
        turn.snapshot = Some(fetched.bytes.clone());
    }
    if let Some(noise) = found.noise {
        effects.web.lane(&before.page.host(), None).set_noise(noise);
    }
    let ended = std::mem::take(&mut turn.records);
    turn.records = merge_records(found.records, ended.into_iter().chain(corrected.iter().cloned()).chain(details.moved(stored)).collect());
    turn.notices = extract.notices.iter().map(|(key, filed)| (Record::id_of(&before.source.id, key), filed.clone())).collect();
    turn.idle = extract.idle.iter().map(|(key, hash)| (Record::id_of(&before.source.id, key), *hash)).collect();
    let changes = found.changes.into_iter().chain(std::mem::take(&mut turn.changes)).collect();
    let whence = news::Whence { masks: &found.masks, ..before.source.into() };
    let told = news::tell(effects, before.config, whence, &mut turn, changes, now).await?;
    let outcome = if turn.records.is_empty() && told.changes == 0 {
        Outcome::Unchanged
    } else {
        Outcome::Changed { records: turn.records.len(), changes: told.changes, leads: told.leads, baseline: quiet }
    };
    Ok((turn, outcome))
}

/// The page after it was read and compared.
fn reread(before: &Before<'_>, fetched: &Fetched, found: &Comparison, (extract, old): (&crate::model::Extract, Option<&Bytes>)) -> Page {
    let page = &before.page;
    let nothing = found.records.is_empty() && found.changes.is_empty() && found.look_again.is_none();
    let mut volatile = if extract.notices.is_empty() { page.volatile.clone() } else { Vec::new() };
    // An entry that cannot be read differs without a record that does: what changes there may be its mending.
    let whole = extract.bad.is_empty() && page.bad == 0;
    // A portal's document is read whenever it differs: its notices say more than what is compared of them.
    let whole = whole && extract.notices.is_empty();
    // What is in doubt is read again as soon as it differs.
    let whole = whole && extract.learned.as_ref().is_none_or(|learned| learned.doubt.is_none());
    // Where an entry left, another may come, or the same again.
    let of = |members: &[RecordId]| members.iter().copied().collect::<HashSet<_>>();
    let whole = whole && of(&page.members) == of(&found.members);
    if let (true, Some(old)) = (whole && (nothing || page.reading == Reading::Settling), old) {
        // The bytes differ and what is read from them does not: whatever differs changes by itself.
        let spans = diff::volatile_spans(old, &fetched.bytes, &volatile);
        volatile = diff::spans_outside(&fetched.bytes, &spans, extract);
    }
    let stretches = diff::stretches(&fetched.bytes, &volatile);
    Page {
        validators: if found.look_again.is_some() { Validators::default() } else { fetched.validators.clone() },
        exact: Some(diff::exact(&fetched.bytes, &stretches)),
        // After a first visit only equal bytes say that nothing changed: what differs by itself is yet to be learned.
        fingerprint: (page.reading != Reading::Never).then(|| diff::fingerprint(&fetched.bytes, &volatile)),
        volatile,
        stretches,
        masks: found.masks.clone(),
        reading: found.reading.clone(),
        members: found.members.clone(),
        awards: Some(count(extract.records.iter().filter(|draft| draft.kind == RecordKind::Award).count())),
        bad: count(extract.bad.len()),
        unread: count(extract.unread.len()),
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

/// The turn of a page that could not be read.
async fn failed(effects: &Effects, before: &Before<'_>, failure: Failure, now: Timestamp) -> Result<(Turn, Outcome), StoreError> {
    let failure = since_when(before, failure);
    let onward = before.onward(Err(&failure));
    let next = onward.as_ref().map_or(&[][..], |onward| onward.next.as_slice());
    let (mut known, new) = lead_to(effects, before, next, now).await?;
    known.retain(|page| page.visit != number(before) && page.role == PageRole::Follow);
    let mut page = before.page.clone();
    let failures = once_more(page.failures.as_ref(), &failure, now);
    let mut state = before.state.clone();
    if before.step == Step::Begin {
        // The visits before it may have written nothing but the root's times, which are those of the failure from now on.
        state.complete_until = completeness::until(before.source, &before.state, &before.page);
    }
    let walked = Walked { failed: true, leads_to: count(known.len() + new.len()), ..Walked::default() };
    state.visit = visit::advance(&before.state.visit, before.step, walked, now);
    state.checkpoint = onward.map_or(state.checkpoint, |onward| onward.checkpoint);
    if before.step != Step::Look {
        page.visit = number(before);
        state.health = Health::Ill { since: ill_since(&before.state.health, failure.class, now), failure: failure.clone() };
        if let (Baseline::Pending(tries), 0) = (state.baseline, state.visit.outstanding) {
            // The visit ends here, incomplete. A page that always fails must not keep its source silent for ever.
            let tries = tries.saturating_add(1);
            let enough = tries >= diff::PATIENCE && state.visit.pages > 0;
            state.baseline = if enough { Baseline::Done(now) } else { Baseline::Pending(tries) };
        }
    }
    page.checked = Some(now);
    let (retry, varies) = (after_failure(before, &failures, now), before.source.reader.transport().varies());
    // Where the next visit asks again what failed, the page by itself is not worth a request.
    page.next_due = if varies && page.role == PageRole::Follow { net(before, now) } else { retry };
    page.failures = Some(failures);
    let mut turn = Turn::new(PageWrite::Whole(Box::new(page.clone())), page.host());
    turn.queued = known.iter().map(|known| (known.id, visit::queue(known, &state.visit, now))).collect();
    turn.follow = new;
    if page.role == PageRole::Follow && before.step == Step::Within && state.visit.outstanding == 0 {
        let due = next_visit(before, state.visit.started.unwrap_or(now), now);
        let due = if varies && !extract::is_of_the_page(failure.class) { due.min(retry) } else { due };
        let due = soon(before, &state.health, now).map_or(due, |soon| due.min(soon));
        turn.queued.push((page.root, CheckTimes { visit: state.visit.number, checked: state.visit.started, next_due: due }));
    }
    if state != before.state {
        turn.source = Some(state);
    }
    Ok((turn, Outcome::Failed(failure)))
}

/// With the day until which the source was read, where something else is answered than was read there before.
fn since_when(before: &Before<'_>, failure: Failure) -> Failure {
    let worked = before.page.reading != Reading::Never;
    match before.state.complete_until.filter(|_| worked && failure.class == FailureClass::OtherAnswer) {
        Some(until) => Failure {
            text: format!("{}; until {} it answered what is read here", failure.text, until.strftime("%Y-%m-%d %H:%M UTC")),
            ..failure
        },
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Visit;

    #[test]
    fn a_source_is_at_rest_when_nothing_is_left_to_look_for() {
        let page = Page::root(&"fair".parse().unwrap(), "https://fair.example/".parse().unwrap(), Timestamp::UNIX_EPOCH);
        let now = Timestamp::UNIX_EPOCH;
        let visit = Visit { started: Some(now), pages: 1, ..Visit::default() };
        let rest = SourceState {
            visit: visit.clone(),
            baseline: Baseline::Done(now),
            health: Health::Well { since: now },
            ..SourceState::new(&page.source, page.id)
        };
        assert!(at_rest(&rest));
        for restless in [
            SourceState { missing: 1, ..rest.clone() },
            SourceState { visit: Visit { lost: true, ..visit.clone() }, ..rest.clone() },
            SourceState { visit: Visit { outstanding: 1, ..visit }, ..rest.clone() },
            SourceState { baseline: Baseline::Pending(0), ..rest },
        ] {
            assert!(!at_rest(&restless), "{restless:?}");
        }
    }
}
