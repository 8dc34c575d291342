//! What a check adds to what is known of its source's health beyond whether it could be read: news, fields of its lists and of its records' own pages, entries that could not be read;
//! and the judgement when a visit has ended.
//!
//! Reads the states of other roots where a source has several. The rules are `schedule`'s and `diff`'s.

use jiff::{SignedDuration, Timestamp};

use super::read::Read;
use super::visit::Step;
use super::walk::{Before, ill_since};
use super::{Effects, believed};
use crate::base::text::clip;
use crate::config::Source;
use crate::diff;
use crate::extract::Kind;
use crate::model::{BadEntry, Baseline, ChangeKind, Failure, FailureClass, Health, Misread, Page, Reading, SourceState, Turn};
use crate::store::StoreError;

/// Fields in which entries are dated.
const DATED: [&str; 2] = ["published", "updated"];
/// A date that lies further ahead than this says nothing of when an entry was published.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// Characters kept of the place and of the reason of an entry that could not be read.
const PATH_CHARS: usize = 80;
const REASON_CHARS: usize = 120;
/// Of other sources than tender portals: so many entries and such a part of all (in percent) are worth a word.
const MISREAD_LEAST: u32 = 3;
const MISREAD_PERCENT: u64 = 5;
/// What is said of one of which all that it shows are known.
const COVERS: &str = "the list shows another part of its records at each visit, or the newest of them: who was never there is told as new, who leaves or is back is stored \
                      without a word; an address that shows all of them tells more";
/// What is said of a list that shows another part of its records each time.
const TURNS: &str = "the list shows another part of its records at each visit: who comes, goes or is back there is stored without a word; an address that shows \
                     all of them tells more";

/// Counts the entries of a page that could not be read, and the fields of those that could.
pub(super) fn count_misread(source: &Source, read: Result<Read, Failure>) -> Result<Read, Failure> {
    if let Ok(Read { extract, .. }) = &read {
        for (name, all) in [(crate::telemetry::MISREAD, &extract.bad), (crate::telemetry::UNREAD, &extract.unread)] {
            if !all.is_empty() {
                metrics::counter!(name, "source" => source.id.to_string()).increment(all.len() as u64);
            }
        }
    }
    read
}

/// Notes what a page of the visit shows, before the turn is decided. A second look is no part of a visit and is not counted.
pub(super) fn note(before: &mut Before<'_>, Read { extract, shapes, details, stored, another, .. }: &mut Read, now: Timestamp) {
    let (state, step) = (&mut before.state, before.step);
    let renewed = step == Step::Begin && state.spec != before.source.spec_hash;
    if renewed || *another {
        // Other settings read other fields, and another list has them.
        state.shapes.clear();
        state.learned = None;
        (state.doubted, state.turning) = (0, 0);
    }
    if *another {
        // Who was there goes without a word, and so comes who is there.
        state.usual.clear();
        state.baseline = Baseline::Pending(0);
    }
    match step {
        Step::Begin => diff::close_counts(&mut state.shapes, false),
        Step::Within => {}
        Step::Look => return,
    }
    // What another list was read by was learned from the one before.
    if extract.learned.is_some() && !*another {
        state.learned.clone_from(&extract.learned);
    }
    if !renewed && !*another && believed::is_all(before.source, &before.page, extract) {
        state.turning = diff::Turnover::of(&before.page, &extract.records, stored).turning(state.turning);
        let note = || BadEntry { path: "page".to_owned(), reason: if state.covers() { COVERS } else { TURNS }.to_owned() };
        extract.notes.extend(state.turns().then(note));
    }
    diff::add_counts(&mut state.shapes, shapes);
    diff::add_own(&mut state.shapes, &details.read);
    for draft in extract.records.iter_mut().filter(|draft| details.read.iter().any(|read| read.key == draft.key)) {
        // What its own page does not show may stand where nobody found it: it is not told as gone.
        draft.partial |= diff::own_in_doubt(&state.shapes, draft.kind);
    }
    let dates = extract.records.iter().flat_map(|draft| DATED.iter().filter_map(|name| draft.value(name)?.instant()));
    let latest = now.saturating_add(AHEAD).unwrap_or(now);
    state.pulse.newest = state.pulse.newest.max(dates.filter(|at| *at <= latest).max());
    for bad in extract.notes.iter().chain(&extract.bad).take(Misread::KEPT) {
        let misread = Misread { at: now, path: clip(&bad.path, PATH_CHARS), reason: clip(&bad.reason, REASON_CHARS) };
        state.misread.retain(|known| (&known.path, &known.reason) != (&misread.path, &misread.reason));
        state.misread.push(misread);
    }
    let over = state.misread.len().saturating_sub(Misread::KEPT);
    state.misread.drain(..over);
}

/// Notes that a turn brings something new; a silence ends with it.
pub(super) fn note_news(before: &Before<'_>, turn: &mut Turn, now: Timestamp) {
    let is_new = |kind: &ChangeKind| match kind {
        ChangeKind::Appeared | ChangeKind::Returned(_) | ChangeKind::Changed(_) => true,
        ChangeKind::Gone => false,
    };
    if !turn.changes.iter().any(|change| !change.baseline && is_new(&change.kind)) {
        return;
    }
    let state = turn.source.get_or_insert_with(|| before.state.clone());
    state.pulse.beat(now, before.source.schedule.day(now));
    if let Health::Ill { failure: Failure { class: FailureClass::Silent, .. }, .. } = state.health {
        state.health = Health::Well { since: now };
    }
}

/// The last sign of life of the source's other roots: what a source is expected to bring may come by any of them.
pub(super) async fn elsewhere(effects: &Effects, before: &Before<'_>) -> Result<Option<Timestamp>, StoreError> {
    if before.source.reader.roots().len() < 2 {
        return Ok(None);
    }
    let states = effects.store.states_of(&before.source.id).await?;
    Ok(states.iter().filter(|state| state.root != before.state.root).filter_map(SourceState::last_sign).max())
}

/// Why the source counts as silent, if it does.
pub(super) fn silence(before: &Before<'_>, state: &SourceState, elsewhere: Option<Timestamp>, now: Timestamp) -> Option<Failure> {
    let since = state.last_sign()?.max(elsewhere.unwrap_or(Timestamp::MIN));
    before.source.schedule.silent(&state.pulse, since, now).map(|text| Failure::new(FailureClass::Silent, text))
}

/// Closes the counts of a visit, and says what is wrong with a source that was read completely.
pub(super) fn judge(before: &Before<'_>, (state, page): (&mut SourceState, &Page), elsewhere: Option<Timestamp>, now: Timestamp) {
    let well = matches!(state.health, Health::Well { .. });
    diff::close_counts(&mut state.shapes, well);
    if !well {
        return;
    }
    // A change that waits for its second look may be the news that is missed.
    let waits = matches!(page.reading, Reading::Suspect(_));
    let failure = misread(before.source, state)
        .or_else(|| drift(state).map(|text| Failure::new(FailureClass::Drift, text)))
        .or_else(|| if waits { None } else { silence(before, state, elsewhere, now) });
    let Some(failure) = failure else { return };
    state.health = Health::Ill { since: ill_since(&before.state.health, failure.class, now), failure };
}

/// Whether its lists lack what they had: until that is over they are read at each visit, for bytes that stay the same are a visit without it too.
pub(super) fn lacks(state: &SourceState) -> bool {
    let learned = state.learned.as_ref().is_some_and(|learned| learned.doubt.is_some());
    learned || diff::drifted(state.shapes.iter().filter(|shape| !shape.own)).is_some()
}

/// How the records differ from what they were, if they do.
fn drift(state: &SourceState) -> Option<String> {
    let doubt = state.learned.as_ref().and_then(|learned| learned.doubt.clone());
    // Of a list that is read by itself the doubt says more than the shares.
    let drifted = diff::drifted(state.shapes.iter().filter(|shape| shape.own || doubt.is_none()));
    let all: Vec<String> = doubt.into_iter().chain(drifted).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether so many entries could not be read that somebody must hear of it: of a tender portal each one may be the tender that is missed.
fn misread(source: &Source, state: &SourceState) -> Option<Failure> {
    let (bad, all) = (state.visit.bad, u64::from(state.visit.bad) + u64::from(state.visit.records));
    let portal = bad > 0 && source.reader.kind() == Kind::Tenders;
    let many = bad >= MISREAD_LEAST && u64::from(bad) * 100 > all * MISREAD_PERCENT;
    (portal || many).then(|| {
        let entries = if bad == 1 { "entry" } else { "entries" };
        let last = state.misread.last().map(|one| format!("; the last: {}: {}", one.path, one.reason)).unwrap_or_default();
        Failure::new(FailureClass::BadEntries, format!("{bad} {entries} of {all} could not be read in full{last}"))
    })
}
