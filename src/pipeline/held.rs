//! What a source held when it was added, handed over once where its settings ask for it: to each rep as one digest that says what it is,
//! never as news, never as alerts, never to machines.
//!
//! One commit; a mark in it says for which baseline it is done. Knows no loop and no rhythm.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Effects;
use super::fresh::{Fresh, Touched};
use super::group::{Groups, Part};
use super::keep::KeepError;
use super::news::{Revised, SIGNALS, Staff, owner_of, revise, signals_of};
use crate::base::ids::{OrganisationId, RecordId, SourceId};
use crate::config::{Config, Source};
use crate::model::{Baseline, Change, ChangeKind, IdentityKey, Lane, Lead, Organisation, Record, Signal, Subject, Turn};
use crate::resolve;
use crate::route::{self, Cause};
use crate::store::{CommitError, StoreError};

/// Pages in one read.
const PAGES: usize = 100;
/// Records in one read.
const READ: usize = 500;
/// Leads handed over, the best: nobody reads more at once.
const LEADS: usize = 500;

/// A lead that the baseline amounts to.
struct Found {
    lead: Lead,
    organisation: Organisation,
    signals: Vec<Signal>,
}

/// Hands over what this source held, once all of it is known; `None` as long as it is not, and when others wrote at the same time. Returns
/// how many leads it amounts to; what has become a lead by news meanwhile is none of them.
pub async fn hand_over(effects: &Effects, config: &Config, source: &Source, now: Timestamp) -> Result<Option<usize>, KeepError> {
    let Some(until) = known_since(effects, source).await? else { return Ok(None) };
    let mark = mark_of(&source.id);
    if effects.store.mark(&mark).await?.and_then(time_of).is_some_and(|done| done >= until) {
        return Ok(Some(0));
    }
    let found = find(effects, config, source, until, now).await?;
    let mut turn = Turn::upkeep();
    turn.marks.push((mark, Some(until.to_string().into_bytes())));
    let mut staff = Staff::now(effects, config).await?;
    for Found { mut lead, organisation, signals } in found {
        let previous = effects.store.leads_of(Subject::Organisation(organisation.id)).await?;
        let known_owner = previous.iter().chain(turn.leads.iter().filter(|other| other.subject == lead.subject)).find_map(owner_of);
        lead.owner = staff.assign(config, (&lead, &organisation, known_owner), now);
        if let Some(id) = owner_of(&lead)
            && let Some((rep, channel)) = config.rep(id).and_then(|rep| config.channel_of(rep).map(|channel| (rep, channel)))
        {
            *staff.loads.entry(id.clone()).or_default() += 1;
            let address = route::Address { rep: id, channel: &channel.id };
            let entry = route::entry(&lead, address, (Lane::Digest, rep.digest.next(now)), None, now);
            turn.entries.push(crate::model::Entry { held: Some(source.id.clone()), ..entry });
        }
        turn.signals.extend(signals);
        turn.leads.push(lead);
    }
    let leads = turn.leads.len();
    match effects.store.commit(turn).await {
        Ok(()) => Ok(Some(leads)),
        Err(CommitError::Conflict { .. }) => Ok(None),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}

/// The name under which the store remembers for which baseline of a source it is done.
pub(super) fn mark_of(source: &SourceId) -> String {
    format!("held.{source}")
}

/// The end of the baseline that a mark says was handed over.
fn time_of(mark: Vec<u8>) -> Option<Timestamp> {
    String::from_utf8(mark).ok()?.parse().ok()
}

/// When the last of the source's roots came to the end of its baseline; nothing while one has not, by the settings it has now.
pub(super) async fn known_since(effects: &Effects, source: &Source) -> Result<Option<Timestamp>, StoreError> {
    let mut last = None;
    for root in source.reader.roots() {
        let id = crate::model::Page::id_of(&source.id, root);
        let state = effects.store.state(&source.id, id).await?.filter(|state| state.spec == source.spec_hash);
        match state.map(|state| state.baseline) {
            Some(Baseline::Done(at)) => last = last.max(Some(at)),
            Some(Baseline::Pending(_)) | None => return Ok(None),
        }
    }
    Ok(last)
}

/// The best leads that the records of the baseline amount to; each organisation is judged once, by all of its records.
async fn find(effects: &Effects, config: &Config, source: &Source, until: Timestamp, now: Timestamp) -> Result<Vec<Found>, StoreError> {
    let mut found: Vec<Found> = Vec::new();
    let named = named(effects, source, until).await?;
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: now };
    let mut heads: BTreeSet<OrganisationId> = BTreeSet::new();
    for id in named.keys() {
        let Some(organisation) = effects.store.organisation(*id).await? else { continue };
        heads.extend(groups.head(&organisation).await?.map(|head| head.id).filter(|head| !named.contains_key(head)));
        found.extend(leads(&groups, source, (organisation, &named), now).await?);
        if found.len() > 2 * LEADS {
            keep_best(&mut found);
        }
    }
    for id in heads {
        if let Some(organisation) = effects.store.organisation(id).await? {
            found.extend(leads(&groups, source, (organisation, &named), now).await?);
        }
    }
    keep_best(&mut found);
    Ok(found)
}

fn keep_best(found: &mut Vec<Found>) {
    found.sort_by_key(|found| (std::cmp::Reverse(found.lead.score.total()), found.lead.id));
    found.truncate(LEADS);
}

/// The organisations that the records of the baseline name, each with those of the records that name it. Ids alone, so that a source of
/// any size fits.
async fn named(effects: &Effects, source: &Source, until: Timestamp) -> Result<BTreeMap<OrganisationId, Vec<RecordId>>, StoreError> {
    let (mut named, mut seen) = (BTreeMap::<OrganisationId, Vec<RecordId>>::new(), BTreeSet::new());
    for pages in effects.store.pages_of(&source.id).chunks(PAGES) {
        let members = effects.store.pages(pages.to_vec()).await?.into_iter().flat_map(|page| page.members);
        let members: Vec<RecordId> = members.filter(|id| seen.insert(*id)).collect();
        for ids in members.chunks(READ) {
            let records = effects.store.records(ids.to_vec()).await?;
            let held: Vec<Record> = records.into_iter().filter(|record| !record.gone && record.first_seen <= until).collect();
            let keys: Vec<IdentityKey> = held.iter().flat_map(|record| resolve::identify(record, source.about()).keys).collect();
            let held: BTreeSet<RecordId> = held.into_iter().map(|record| record.id).collect();
            for organisation in effects.store.organisations_by_keys(keys).await? {
                let of_it: Vec<RecordId> = organisation.records.iter().filter(|id| held.contains(id)).copied().collect();
                if !of_it.is_empty() {
                    named.entry(organisation.id).or_default().extend(of_it);
                }
            }
        }
    }
    Ok(named)
}

/// What the segments that have no lead of this organisation make of it, its records taken as if they had just appeared, and those of its group.
async fn leads(
    stored: &Groups<'_>,
    source: &Source,
    (organisation, named): (Organisation, &BTreeMap<OrganisationId, Vec<RecordId>>),
    now: Timestamp,
) -> Result<Vec<Found>, StoreError> {
    let Groups { effects, config, .. } = *stored;
    let mut of_group = stored.group_of(&organisation).await?;
    of_group.push(organisation.clone());
    let mut drafts = Vec::new();
    for one in &of_group {
        if let Some(held) = named.get(&one.id) {
            drafts.push((one, drafted(effects, config, source, (one.id, held), now).await?));
        }
    }
    let mut fresh = Fresh::default();
    for (one, drafted) in &drafts {
        fresh.put(Touched { more: drafted.clone(), ..Touched::only(one) });
    }
    let groups = Groups { fresh: &fresh, ..*stored };
    let previous = groups.leads(&organisation).await?;
    let mut found = Vec::new();
    for Part { segments, grounds } in groups.parts(&organisation).await?.parts {
        let revised = revise(config, &segments, (&previous, Cause::Rules), &grounds.behind(&organisation, None), now);
        let signals: Vec<Signal> = {
            let counts = |one: &Organisation| one.id == organisation.id || grounds.members.iter().any(|member| member.id == one.id);
            drafts.iter().filter(|(one, _)| counts(one)).flat_map(|(_, drafted)| drafted.iter().cloned()).collect()
        };
        let new = revised.into_iter().filter(|revised| revised.is_new);
        found.extend(new.map(|Revised { lead, .. }| Found { lead, organisation: organisation.clone(), signals: signals.clone() }));
    }
    Ok(found)
}

/// The reasons to act that these records of an organisation would be if they had just appeared.
async fn drafted(
    effects: &Effects,
    config: &Config,
    source: &Source,
    (organisation, held): (OrganisationId, &[RecordId]),
    now: Timestamp,
) -> Result<Vec<Signal>, StoreError> {
    let held = effects.store.records(held.to_vec()).await?;
    let known = effects.store.signals_of(organisation, SIGNALS).await?;
    let appeared = |record: &Record| Change {
        source: source.id.clone(),
        record: record.id,
        kind: ChangeKind::Appeared,
        at: record.first_seen,
        baseline: false,
    };
    let new = held.iter().filter(|record| !known.iter().any(|signal| signal.record == record.id));
    Ok(new.flat_map(|record| signals_of(config, source.into(), (&appeared(record), record), organisation, now)).collect())
}
