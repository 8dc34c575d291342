//! What of a reading is believed: who is known under another key, what is none of the list's records, and pages that break off, repeat another
//! one of the visit, or show another list.
//!
//! Reads what it needs of the store; the rules are `diff`'s.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Effects;
use super::details::Details;
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::diff;
use crate::extract::{Kind, aside_of};
use crate::model::{Baseline, Extract, Failure, FailureClass, Page, PageRole, Reading, Record, RecordKind, SourceState};
use crate::store::StoreError;

/// Records of a source among which it is looked for who is not on the page: those of larger lists are known by the page alone.
const ELSEWHERE: usize = 5_000;
/// After so long what looks broken is how the page is now.
const USED_TO: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What is known of a page's records and of those that were on it before; drafts under other keys than before get the keys they are known by,
/// and what is no record of the list is left out.
pub(super) async fn stored(
    effects: &Effects,
    source: &Source,
    (page, state): (&Page, &SourceState),
    extract: &mut Extract,
) -> Result<Vec<Record>, StoreError> {
    let mut stored = of_page(effects, source, page, extract).await?;
    if !diff::strangers(&extract.records, &stored) {
        return Ok(stored);
    }
    if page.reading == Reading::Never {
        leave_out(source, extract, &stored);
        return Ok(stored);
    }
    // Who was absent in a visit that was ill is missing by no count yet.
    if state.missing > 0 || state.visit.lost || page.role == PageRole::Follow || !page.follow.is_empty() {
        stored.extend(elsewhere(effects, (source, state), (extract, &stored)).await?);
    }
    diff::realign(&mut extract.records, &stored, page);
    if renewed(source, page, state) {
        // What other settings found says nothing of what a record has, nor of what its columns are called.
        leave_out(source, extract, &[]);
    } else {
        diff::keep_columns(&mut extract.records, &stored);
        leave_out(source, extract, &stored);
    }
    let meant: HashSet<RecordId> = extract.records.iter().map(|draft| Record::id_of(&source.id, &draft.key)).collect();
    let on_it: HashSet<RecordId> = page.members.iter().copied().collect();
    stored.retain(|record| meant.contains(&record.id) || on_it.contains(&record.id));
    Ok(stored)
}

/// Gives drafts that are known after their own pages were read, by what these say, the keys that they are known by: who was called otherwise and stood
/// at another address.
pub(super) async fn renamed(
    effects: &Effects,
    source: &Source,
    (page, state): (&Page, &SourceState),
    (extract, stored): (&mut Extract, &mut Vec<Record>),
    details: &mut Details,
) -> Result<(), StoreError> {
    let known: HashSet<&str> = stored.iter().map(|record| record.key.as_str()).collect();
    if page.reading == Reading::Never || details.read.iter().all(|read| known.contains(read.key.as_str())) {
        return Ok(());
    }
    let had = stored.len();
    stored.extend(elsewhere(effects, (source, state), (extract, stored)).await?);
    let keys: Vec<String> = extract.records.iter().map(|draft| draft.key.clone()).collect();
    diff::realign(&mut extract.records, stored, page);
    let moved = keys.iter().zip(&extract.records).filter(|(key, draft)| **key != draft.key);
    let meant: HashSet<RecordId> = moved
        .map(|(key, draft)| {
            details.rename(source, (key, &draft.key));
            Record::id_of(&source.id, &draft.key)
        })
        .collect();
    let mut at = 0..;
    stored.retain(|record| at.next().is_some_and(|at| at < had) || meant.contains(&record.id));
    Ok(())
}

/// Records of the source that are not on this page, among which it is looked for who is called otherwise by now. Who was on a page and is on none
/// any more, as far as the visit has come, is missing from this moment on, but where a list shows another part of them each time.
async fn elsewhere(
    effects: &Effects,
    (source, state): (&Source, &SourceState),
    (extract, stored): (&Extract, &[Record]),
) -> Result<Vec<Record>, StoreError> {
    let companies = extract.records.iter().any(|draft| draft.kind == RecordKind::Company);
    // Elsewhere the format itself says who is who.
    let listed = matches!(source.reader.kind(), Kind::Listing | Kind::Directory);
    if !listed || !companies {
        return Ok(Vec::new());
    }
    let have = stored.iter().map(|record| record.id).collect();
    let mut all = effects.store.absent(&source.id, have, ELSEWHERE).await?;
    if state.turns() {
        return Ok(all);
    }
    let pages = effects.store.pages(effects.store.pages_of(&source.id)).await?;
    let shown: HashSet<RecordId> = pages.iter().flat_map(|page| &page.members).copied().collect();
    for record in all.iter_mut().filter(|record| !shown.contains(&record.id) && record.said_in().is_none()) {
        record.missing = record.missing.max(1);
    }
    Ok(all)
}

/// Leaves out what is no record of the list, and notes that it did.
fn leave_out(source: &Source, extract: &mut Extract, stored: &[Record]) {
    if source.reader.learns() {
        let beside = diff::Beside { says: &aside_of, own: &extract.around };
        extract.notes.extend(diff::set_apart(&mut extract.records, stored, &beside));
    }
}

/// What is known of the records on a page, and of those that were on it before. What is known under another spelling of its key gets that key.
pub(super) async fn of_page(effects: &Effects, source: &Source, page: &Page, extract: &mut Extract) -> Result<Vec<Record>, StoreError> {
    let mut ids: Vec<RecordId> = extract.records.iter().map(|draft| Record::id_of(&source.id, &draft.key)).collect();
    let on_it: HashSet<RecordId> = ids.iter().copied().collect();
    ids.extend(page.members.iter().filter(|id| !on_it.contains(id)));
    let mut stored = effects.store.records(ids).await?;
    let others = diff::other_ids(&source.id, extract, &stored);
    if !others.is_empty() {
        stored.extend(effects.store.records(others).await?);
    }
    diff::keep_keys(page, extract, &stored);
    if source.reader.learns() && (page.reading == Reading::Never || page.spec == source.spec_hash) {
        diff::keep_columns(&mut extract.records, &stored);
    }
    Ok(stored)
}

/// That a page lacks the end that it had before, if it does and has not for long.
pub(super) fn broke_off(page: &Page, (old, new): (&[u8], &[u8]), now: Timestamp) -> Option<Failure> {
    let text = || format!("the page breaks off after {} bytes: `</html>`, with which it ended before, is missing", new.len());
    (!used_to(page, now) && diff::broke_off(old, new)).then(|| Failure::new(FailureClass::Broken, text()))
}

/// That a page shows nothing but what another page of the visit shows, where it showed other records before.
pub(super) async fn repeats(effects: &Effects, source: &Source, page: &Page, extract: &Extract) -> Result<Option<Failure>, StoreError> {
    let now: HashSet<RecordId> = extract.records.iter().map(|draft| Record::id_of(&source.id, &draft.key)).collect();
    let others = !page.members.is_empty() && !now.is_empty() && !page.members.iter().any(|id| now.contains(id));
    if page.role != PageRole::Follow || !others || used_to(page, effects.clock.now()) {
        return Ok(None);
    }
    for other in effects.store.pages(effects.store.pages_of(&source.id)).await? {
        let members: HashSet<&RecordId> = other.members.iter().collect();
        if other.id != page.id && (other.root, other.visit) == (page.root, page.visit) && now.iter().all(|id| members.contains(id)) {
            let text = format!("the page repeats {} instead of the other records that it had", other.url);
            return Ok(Some(Failure::new(FailureClass::Broken, text)));
        }
    }
    Ok(None)
}

/// Whether a page shows another list than before, which is the list from now on; fails while that is not believed.
///
/// Asked of a page that is the whole list: what is on the pages of a longer one moves on when somebody comes.
pub(super) fn another(
    source: &Source,
    (page, state): (&Page, &SourceState),
    (extract, stored): (&Extract, &[Record]),
) -> Result<bool, Failure> {
    let known = matches!(state.baseline, Baseline::Done(_)) && !renewed(source, page, state) && !state.turns();
    if !known || !is_all(source, page, extract) || !diff::Turnover::of(page, &extract.records, stored).is_another() {
        return Ok(false);
    }
    diff::Turnover::of(page, &extract.records, stored).doubt(&source.rules, page, &extract.records).map_or(Ok(true), Err)
}

/// Whether a page shows all that its source lists.
pub(super) fn is_all(source: &Source, page: &Page, extract: &Extract) -> bool {
    let alone = page.role == PageRole::Root && extract.follow.is_empty() && !source.reader.transport().varies();
    alone && page.reading != Reading::Never && extract.whole && !extract.cut
}

/// Whether other settings than at the last visit read it.
fn renewed(source: &Source, page: &Page, state: &SourceState) -> bool {
    page.spec != source.spec_hash || state.spec != source.spec_hash
}

fn used_to(page: &Page, now: Timestamp) -> bool {
    page.failures
        .as_ref()
        .is_some_and(|failures| failures.last.class == FailureClass::Broken && now.duration_since(failures.since) >= USED_TO)
}
