//! Retention of what went away: records past `keep_gone` are forgotten, and with them everything that quotes them.
//!
//! One step of bounded size; what is decided is committed in bounded turns, records last, so that a step cut short is simply done again.
//! Knows no loop and no rhythm.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Effects;
use super::keep::KeepError;
use super::news::{SIGNALS, revise};
use crate::base::ids::RecordId;
use crate::config::Config;
use crate::model::{Lead, NextStep, Organisation, Record, Signal, Subject, Turn};
use crate::resolve::{self, About, Identity};
use crate::route::Cause;
use crate::store::{CommitError, StoreError};

/// Organisations in one read.
const READ: usize = 500;
/// Records forgotten in one step.
const STEP: usize = 2_000;
/// Records, or organisations that quote them, in one commit.
const TURN: usize = 50;
/// Signals of one organisation that are looked through.
const HISTORY: usize = 5_000;

/// What a step of forgetting did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgot {
    /// Records forgotten.
    pub records: usize,
    /// Organisations that nobody names any more, forgotten with their leads.
    pub organisations: usize,
    /// Whether there is more to do: the step was full, or others wrote at the same time.
    pub more: bool,
}

/// Forgets records that went away longer ago than `keep_gone`, and what organisations, signals and leads have from them.
pub async fn forget_gone(effects: &Effects, config: &Config, now: Timestamp) -> Result<Forgot, KeepError> {
    let line = now.saturating_sub(config.keep.keep_gone).unwrap_or(Timestamp::UNIX_EPOCH);
    let expired = effects.store.gone_before(line, STEP).await?;
    let mut done = Forgot { more: expired.len() >= STEP, ..Forgot::default() };
    if expired.is_empty() {
        return Ok(done);
    }
    let ids: BTreeSet<RecordId> = expired.iter().map(|record| record.id).collect();
    let mut after = None;
    loop {
        let batch = effects.store.organisations_after(after, READ).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        let quoting: Vec<Organisation> = batch.into_iter().filter(|organisation| may_quote(organisation, &ids)).collect();
        for some in quoting.chunks(TURN) {
            let turn = strip(effects, config, some, &ids, now).await?;
            let gone = turn.forgotten.organisations.len();
            if !commit(effects, turn).await? {
                return Ok(Forgot { more: true, ..done });
            }
            done.organisations += gone;
        }
    }
    match effects.store.forget_changes(&expired).await {
        Ok(()) => {}
        Err(CommitError::Conflict { .. }) => return Ok(Forgot { more: true, ..done }),
        Err(error @ CommitError::Store(_)) => return Err(error.into()),
    }
    for some in expired.chunks(TURN) {
        let mut turn = Turn::upkeep();
        turn.forgotten.records = some.to_vec();
        if commit(effects, turn).await? {
            done.records += some.len();
        } else {
            done.more = true;
        }
    }
    Ok(done)
}

/// Whether it took place; a conflict means that it is decided again with the next step.
async fn commit(effects: &Effects, turn: Turn) -> Result<bool, KeepError> {
    match effects.store.commit(turn).await {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}

fn may_quote(organisation: &Organisation, forgotten: &BTreeSet<RecordId>) -> bool {
    // An organisation of many records may have signals of one that its list no longer names.
    organisation.records.len() >= resolve::RECORDS
        || organisation.records.iter().any(|record| forgotten.contains(record))
        || organisation.facts.iter().any(|fact| forgotten.contains(&fact.record))
}

/// The turn after which these organisations, their signals and leads say nothing any more that only a forgotten record said.
async fn strip(
    effects: &Effects,
    config: &Config,
    organisations: &[Organisation],
    forgotten: &BTreeSet<RecordId>,
    now: Timestamp,
) -> Result<Turn, StoreError> {
    let mut turn = Turn::upkeep();
    for organisation in organisations {
        let kept = organisation.records.iter().filter(|record| !forgotten.contains(record)).copied().collect();
        let records = effects.store.records(kept).await?;
        let identities: Vec<Identity> = records.iter().map(|record| identity(config, record)).collect();
        let Some(rest) = resolve::without(organisation, forgotten, &identities) else {
            turn.forgotten.organisations.push(organisation.clone());
            continue;
        };
        let history = effects.store.signals_of(organisation.id, HISTORY).await?;
        let (gone, mut signals): (Vec<Signal>, Vec<Signal>) = history.into_iter().partition(|signal| forgotten.contains(&signal.record));
        if rest == *organisation && gone.is_empty() {
            continue;
        }
        signals.truncate(SIGNALS);
        let previous = effects.store.leads_of(Subject::Organisation(organisation.id)).await?;
        let revised = revise(config, (&rest, Cause::Forgetting), &previous, (&records, &signals), now);
        turn.leads.extend(revised.into_iter().map(|revised| revised.lead));
        let has_rules = |lead: &&Lead| config.segments.iter().any(|segment| segment.terms.segment == lead.segment);
        turn.leads.extend(previous.iter().filter(|lead| !has_rules(lead)).map(|lead| without_proof(lead, &rest)));
        turn.forgotten.signals.extend(gone);
        turn.organisations.push(rest);
    }
    Ok(turn)
}

fn identity(config: &Config, record: &Record) -> Identity {
    let about = About::default();
    resolve::identify(record, config.source(&record.source).map_or(&about, |source| source.about()))
}

/// A lead whose segment is not configured any more cannot be judged anew: its sum stays, and no word of what was read.
fn without_proof(lead: &Lead, rest: &Organisation) -> Lead {
    let mut bare = lead.clone();
    rest.title().clone_into(&mut bare.title);
    bare.next_step = NextStep::Words(String::new());
    for part in &mut bare.score.parts {
        part.evidence = None;
    }
    bare
}
