//! Contracts that end soon: a reason to call the buyer before the next tender exists. Each end is told once: the signal itself remembers
//! it. What was already about to end when its source was first read is part of the baseline, and told to nobody.
//!
//! One step of bounded size over all records. Knows no loop and no rhythm.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Effects;
use super::announce::announce_all;
use super::forget::identity;
use super::keep::KeepError;
use super::link::Affected;
use super::linked::linked;
use crate::base::ids::{RecordId, SourceId};
use crate::base::text::{clip, words};
use crate::config::Config;
use crate::diff::of_lots;
use crate::model::{
    Baseline, Evidence, Organisation, Record, RecordKind, Signal, SignalKind, Stage, Story, Turn, Value, procedure_of, stage,
};
use crate::store::{CommitError, Reached, StoreError};

/// Records in one step.
const STEP: usize = 1_000;
/// Signals of one record that are looked through: each is another end of its contract, or another change.
const SIGNALS: usize = 200;
/// Days by which two portals may differ on the end of one contract.
const NEAR: i32 = 31;
/// Characters of a title or a name inside a sentence.
const WORDS: usize = 90;
/// What a contract is worth, the surest first.
const WORTH: [&str; 3] = ["award_value", "estimate", "maximum"];

/// What a step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expiring {
    /// Contracts that are told of for the first time.
    pub contracts: usize,
    /// Where the next step goes on; `None`: every record was looked at.
    pub next: Option<Reached>,
}

/// A contract that ends soon.
struct Ending {
    end: Date,
    /// The tender it came from.
    tender: RecordId,
    title: String,
    /// Its lots, as they follow the title.
    lots: String,
    holder: Option<String>,
    worth: Option<String>,
    /// Since when it has been within the lead time.
    begins: Timestamp,
    proof: Evidence,
}

/// Looks at the records that come after `after`. Where others wrote at the same time, the same records are to be looked at again.
pub async fn expiring_some(effects: &Effects, config: &Config, after: Option<Reached>, now: Timestamp) -> Result<Expiring, KeepError> {
    let (records, next) = effects.store.records_after(after.clone(), STEP).await?;
    let (mut affected, mut baselines) = (BTreeMap::new(), BTreeMap::new());
    let mut contracts = 0;
    for ending in records.iter().filter_map(|record| ending(config, record, now)) {
        if is_held(effects, &ending, &mut baselines).await? {
            continue;
        }
        let Some((ending, tender, organisation)) = untold(effects, config, ending).await? else { continue };
        let id = organisation.id;
        let signal = signal(&ending, &tender, &organisation, now);
        let known: &mut Affected = affected.entry(id).or_insert_with(|| Affected::known(organisation));
        // A tender and its awards often name the same end.
        if !known.news.iter().any(|told| told.record == signal.record && is_same(told, &ending)) {
            known.news.push(signal);
            contracts += 1;
        }
    }
    if affected.is_empty() {
        return Ok(Expiring { contracts, next });
    }
    let mut turn = Turn::upkeep();
    announce_all(effects, config, &mut turn, affected, now).await?;
    match effects.store.commit(turn).await {
        Ok(()) => Ok(Expiring { contracts, next }),
        Err(CommitError::Conflict { .. }) => Ok(Expiring { contracts: 0, next: after }),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}

/// Whether the contract was already about to end when its source was first read: a baseline stays quiet, and `tender list --expiring` shows it.
/// One whose end was told or moved since is news.
async fn is_held(effects: &Effects, ending: &Ending, baselines: &mut BTreeMap<SourceId, Option<Timestamp>>) -> Result<bool, StoreError> {
    let source = &ending.proof.source;
    let mut until = baselines.get(source).copied();
    if until.is_none() {
        let mut last = None;
        for state in effects.store.states_of(source).await? {
            last = last.max(match state.baseline {
                Baseline::Done(at) => Some(at),
                Baseline::Pending(_) => Some(Timestamp::MAX),
            });
        }
        until = Some(last);
        baselines.insert(source.clone(), last);
    }
    // An end that came with the baseline and lay within the lead time then.
    Ok(until.flatten().is_some_and(|until| ending.proof.seen <= until && ending.begins <= ending.proof.seen))
}

/// Whether a signal tells of this end: the same day, or on another portal nearly the same day of the same holder's contract. Portals count a
/// contract's months from the award, the signing or the start.
fn is_same(signal: &Signal, ending: &Ending) -> bool {
    let Some(end) = end_of(&signal.story) else { return false };
    let holder = if let Story::Appeared { by, .. } = signal.story.plain() { by.as_deref() } else { None };
    let same_holder = holder.zip(ending.holder.as_deref()).is_none_or(|(one, other)| words(one) == words(other));
    let apart = end.until(ending.end).map_or(i32::MAX, |span| span.get_days().abs());
    end == ending.end || (signal.evidence.source != ending.proof.source && same_holder && apart <= NEAR)
}

/// The day on which a signal's contract ends.
const fn end_of(story: &Story) -> Option<Date> {
    match story {
        Story::Appeared { on, .. } => *on,
        Story::Sentence(_) | Story::Again { .. } | Story::Changed { .. } | Story::Gone { .. } | Story::Said { .. } => None,
    }
}

/// The contract of this record, if it has one that ends within the lead time of its source.
fn ending(config: &Config, record: &Record, now: Timestamp) -> Option<Ending> {
    let awarded = match record.kind {
        RecordKind::Award => record.fields.contains_key("winner"),
        // What is only tendered has no contract yet that could end.
        RecordKind::Tender => matches!(stage(record), Stage::Awarded | Stage::Modified),
        RecordKind::Offer | RecordKind::Request | RecordKind::Company | RecordKind::Article | RecordKind::Vacancy | RecordKind::Page => {
            false
        }
    };
    let expiring = config.source(&record.source).filter(|_| awarded && !record.gone)?.expiring?;
    let Value::Date(end) = record.value("contract_end")? else { return None };
    let last = end.to_zoned(TimeZone::UTC).ok()?.timestamp();
    if last < now || last.duration_since(now) > expiring {
        return None;
    }
    let tender = Record::id_of(&record.source, procedure_of(&record.key));
    Some(Ending {
        end: *end,
        tender,
        title: clip(&record.title(), WORDS),
        lots: of_lots(record),
        holder: record.text("winner").filter(|winner| !winner.is_empty()).map(|winner| clip(&winner, WORDS)),
        begins: last.checked_sub(expiring).ok()?,
        worth: WORTH.iter().find_map(|name| record.text(name)),
        proof: record.evidence("contract_end")?,
    })
}

/// Whose contract it is: the organisation that the tender's record names.
pub(super) async fn buyer_of(effects: &Effects, config: &Config, tender: &Record) -> Result<Option<Organisation>, StoreError> {
    let named = effects.store.organisations_by_keys(identity(config, tender).keys).await?;
    Ok(named.into_iter().max_by_key(|organisation| organisation.records.contains(&tender.id)))
}

/// The end of a contract with its tender and its buyer, if nobody told of it. Of a tender on several portals the record that was first seen
/// stands for all, so that each portal's end of it is the same.
async fn untold(effects: &Effects, config: &Config, ending: Ending) -> Result<Option<(Ending, Record, Organisation)>, StoreError> {
    let Some(own) = effects.store.records(vec![ending.tender]).await?.pop() else { return Ok(None) };
    // A contract that came to its end already does not come to it.
    if matches!(stage(&own), Stage::Completed | Stage::Cancelled) {
        return Ok(None);
    }
    let mut all = linked(effects, &own).await?;
    all.push(own);
    all.sort_by_key(|record| (record.first_seen, record.id));
    let ids: Arc<HashSet<RecordId>> = Arc::new(all.iter().map(|record| record.id).collect());
    let mut first = None;
    for tender in all {
        let Some(buyer) = buyer_of(effects, config, &tender).await? else { continue };
        let (signals, _) = effects.store.signals_apart(buyer.id, Arc::clone(&ids), (SIGNALS, 0)).await?;
        let told = |signal: &Signal| signal.kind == SignalKind::ContractExpiring && is_same(signal, &ending);
        if signals.iter().any(told) {
            return Ok(None);
        }
        first = first.or(Some((tender, buyer)));
    }
    Ok(first.map(|(tender, buyer)| (Ending { tender: tender.id, ..ending }, tender, buyer)))
}

fn signal(ending: &Ending, tender: &Record, buyer: &Organisation, now: Timestamp) -> Signal {
    // A result does not always repeat what was bought.
    let title = tender.text("title").map_or_else(|| ending.title.clone(), |title| clip(&title, WORDS)) + &ending.lots;

    Signal {
        kind: SignalKind::ContractExpiring,
        organisation: buyer.id,
        record: ending.tender,
        at: now,
        seen: now,
        story: Story::Appeared { title, by: ending.holder.clone(), with: ending.worth.clone(), on: Some(ending.end) },
        evidence: ending.proof.clone(),
        echo: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{organisation, record};

    #[test]
    fn one_contract_on_several_portals_ends_once() {
        let tender = |source: &str| record(source, "1", RecordKind::Tender, &[("title", "Scanners")]);
        let of = |source: &str, end: &str, holder: Option<&str>| Ending {
            end: end.parse().unwrap(),
            tender: tender(source).id,
            title: "Scanners".to_owned(),
            lots: String::new(),
            holder: holder.map(str::to_owned),
            worth: None,
            begins: Timestamp::UNIX_EPOCH,
            proof: tender(source).evidence("title").unwrap(),
        };
        let told = of("a", "2027-08-01", Some("Acme, S.L."));
        let told = signal(&told, &tender("a"), &organisation("Hospital", &[]), Timestamp::UNIX_EPOCH);
        for (source, end, holder, same) in [
            ("a", "2027-08-01", Some("Acme, S.L."), true),
            // Another lot.
            ("a", "2027-08-02", Some("Acme, S.L."), false),
            ("b", "2027-09-01", Some("ACME, s.l."), true),
            ("b", "2027-07-01", None, true),
            ("b", "2027-09-02", Some("Acme, S.L."), false),
            ("b", "2027-08-02", Some("Bolt, S.A."), false),
        ] {
            assert_eq!(is_same(&told, &of(source, end, holder)), same, "{source} {end} {holder:?}");
        }
    }
}
