//! What a source held when it was added, handed over once where its settings ask for it: to each rep as one digest that says what it is,
//! never as news, never as alerts, never to machines.
//!
//! One commit; a mark says that it is done. Knows no loop and no rhythm.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::Effects;
use super::keep::KeepError;
use super::news::{Revised, SIGNALS, count_loads, owner_of, revise, signal_of};
use crate::base::ids::{OrganisationId, RecordId};
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
    let mark = format!("held.{}", source.id);
    if effects.store.mark(&mark).await?.is_some() {
        return Ok(Some(0));
    }
    let Some(until) = known_since(effects, source).await? else { return Ok(None) };
    let found = find(effects, config, source, until, now).await?;
    let mut turn = Turn::upkeep();
    let mut loads = count_loads(effects, config).await?;
    for Found { mut lead, organisation, signals } in found {
        let previous = effects.store.leads_of(Subject::Organisation(organisation.id)).await?;
        let known_owner = previous.iter().chain(turn.leads.iter().filter(|other| other.subject == lead.subject)).find_map(owner_of);
        lead.owner = route::assign(&route::Case { lead: &lead, organisation: &organisation, known_owner }, &config.rep_list(), &loads, now);
        if let Some(id) = owner_of(&lead)
            && let Some((rep, channel)) = config.rep(id).and_then(|rep| config.channel_of(rep).map(|channel| (rep, channel)))
        {
            *loads.entry(id.clone()).or_default() += 1;
            let address = route::Address { rep: id, channel: &channel.id };
            let entry = route::entry(&lead, address, Lane::Digest, now, &|after| rep.digest.next(after));
            turn.entries.push(crate::model::Entry { held: Some(source.id.clone()), ..entry });
        }
        turn.signals.extend(signals);
        turn.leads.push(lead);
    }
    let leads = turn.leads.len();
    if leads > 0 {
        match effects.store.commit(turn).await {
            Ok(()) => {}
            Err(CommitError::Conflict { .. }) => return Ok(None),
            Err(error @ CommitError::Store(_)) => return Err(error.into()),
        }
    }
    effects.store.set_mark(&mark, Some(now.to_string().into_bytes())).await?;
    Ok(Some(leads))
}

/// When the last of the source's roots came to the end of its baseline; nothing while one has not.
async fn known_since(effects: &Effects, source: &Source) -> Result<Option<Timestamp>, StoreError> {
    let mut last = None;
    for root in source.reader.roots() {
        let id = crate::model::Page::id_of(&source.id, root);
        match effects.store.state(&source.id, id).await?.map(|state| state.baseline) {
            Some(Baseline::Done(at)) => last = last.max(Some(at)),
            Some(Baseline::Pending(_)) | None => return Ok(None),
        }
    }
    Ok(last)
}

/// The best leads that the records of the baseline amount to.
async fn find(effects: &Effects, config: &Config, source: &Source, until: Timestamp, now: Timestamp) -> Result<Vec<Found>, StoreError> {
    let (mut found, mut seen): (Vec<Found>, BTreeSet<RecordId>) = (Vec::new(), BTreeSet::new());
    for pages in effects.store.pages_of(&source.id).chunks(PAGES) {
        let members = effects.store.pages(pages.to_vec()).await?.into_iter().flat_map(|page| page.members);
        let members: Vec<RecordId> = members.filter(|id| seen.insert(*id)).collect();
        for ids in members.chunks(READ) {
            let records = effects.store.records(ids.to_vec()).await?;
            let held = records.into_iter().filter(|record| !record.gone && record.first_seen <= until).collect();
            for (organisation, records) in named(effects, source, held).await? {
                found.extend(leads(effects, config, source, (organisation, &records), now).await?);
            }
            found.sort_by_key(|found| (std::cmp::Reverse(found.lead.score.total()), found.lead.id));
            found.dedup_by_key(|found| found.lead.id);
            found.truncate(LEADS);
        }
    }
    Ok(found)
}

/// The organisations that these records name, each with those of the records that name it.
async fn named(effects: &Effects, source: &Source, records: Vec<Record>) -> Result<Vec<(Organisation, Vec<Record>)>, StoreError> {
    let keys: Vec<IdentityKey> = records.iter().flat_map(|record| resolve::identify(record, source.about()).keys).collect();
    let known = effects.store.organisations_by_keys(keys).await?;
    let mut of: HashMap<RecordId, Vec<OrganisationId>> = HashMap::new();
    for organisation in &known {
        for record in &organisation.records {
            of.entry(*record).or_default().push(organisation.id);
        }
    }
    let mut all: BTreeMap<OrganisationId, (Organisation, Vec<Record>)> =
        known.into_iter().map(|organisation| (organisation.id, (organisation, Vec::new()))).collect();
    for record in records {
        for id in of.remove(&record.id).unwrap_or_default() {
            if let Some((_, records)) = all.get_mut(&id) {
                records.push(record.clone());
            }
        }
    }
    Ok(all.into_values().filter(|(_, records)| !records.is_empty()).collect())
}

/// What the segments that have no lead of this organisation make of it, its records taken as if they had just appeared.
async fn leads(
    effects: &Effects,
    config: &Config,
    source: &Source,
    (organisation, held): (Organisation, &[Record]),
    now: Timestamp,
) -> Result<Vec<Found>, StoreError> {
    let previous = effects.store.leads_of(Subject::Organisation(organisation.id)).await?;
    let known = effects.store.signals_of(organisation.id, SIGNALS).await?;
    let appeared = |record: &Record| Change {
        source: source.id.clone(),
        record: record.id,
        kind: ChangeKind::Appeared,
        at: record.first_seen,
        baseline: false,
    };
    let drafted: Vec<Signal> = held
        .iter()
        .filter(|record| !known.iter().any(|signal| signal.record == record.id))
        .filter_map(|record| signal_of(source, (&appeared(record), record), organisation.id, now))
        .collect();
    let signals: Vec<Signal> = known.into_iter().chain(drafted.iter().cloned()).collect();
    let records = effects.store.records(organisation.records.clone()).await?;
    let revised = revise(config, (&organisation, Cause::Rules), &previous, (&records, &signals), now);
    let new = revised.into_iter().filter(|Revised { is_new, .. }| *is_new);
    Ok(new.map(|Revised { lead, .. }| Found { lead, organisation: organisation.clone(), signals: drafted.clone() }).collect())
}
