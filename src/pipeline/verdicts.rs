//! What people say of leads: taken up, not for us, later, or none of these any more. Applied at once in one commit, with what machines are told of
//! it; what waits for its rep is closed, or goes along to who has it now. Knows no command line.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::closing::Behind;
use super::news::{Alerts, SIGNALS, Staff, announce, handed_by, owner_of, to_machines};
use super::{Effects, Grounds, closing, group, last_told, passed};
use crate::base::ids::LeadId;
use crate::config::Config;
use crate::model::{Decision, Lead, LeadState, Sealed, Signal, Subject, Turn, Verdict};
use crate::store::{CommitError, EntryFilter, StoreError};
use crate::{outbox, route};

/// Waiting entries looked through for those of one lead.
const ENTRIES: usize = 10_000;
/// How often it is tried when others write at the same time.
const TRIES: usize = 5;

/// Why a verdict is not given.
#[derive(Debug, thiserror::Error)]
pub enum VerdictError {
    /// It cannot be so.
    #[error("{0}")]
    Refused(String),
    /// Others write all the time.
    #[error("others were writing to the same lead all the time: try again")]
    Busy,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a lead what somebody says of it; without a verdict it is what its score says.
pub async fn give_verdict(
    effects: &Effects,
    config: &Config,
    id: LeadId,
    verdict: Option<Verdict>,
    now: Timestamp,
) -> Result<(), VerdictError> {
    for _ in 0..TRIES {
        let Some(before) = effects.store.lead(id).await? else {
            return Err(VerdictError::Refused(format!("there is no lead {id} (any more)")));
        };
        let lead = judged(config, before.clone(), verdict.as_ref(), now).map_err(VerdictError::Refused)?;
        let lead = owned(effects, config, lead, now).await?;
        let mut turn = Turn::upkeep();
        tell(effects, config, &mut turn, (&before, &lead), now).await?;
        turn.leads.push(lead.clone());
        passed::tell(effects, config, (&mut turn, &config.reps), now).await?;
        match effects.store.commit(turn).await {
            Ok(()) => {
                close(effects, &lead, now).await?;
                return Ok(());
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(VerdictError::Busy)
}

/// The lead as it is then, or why it cannot be so.
fn judged(config: &Config, before: Lead, verdict: Option<&Verdict>, now: Timestamp) -> Result<Lead, String> {
    let segment = config.segments.iter().find(|segment| segment.terms.segment == before.segment);
    let by = verdict.and_then(|verdict| config.reps.iter().find(|rep| rep.rep.id.as_str() == verdict.by));
    let (state, owner) = match (verdict.map(|verdict| verdict.said), &before.score.excluded) {
        (Some(LeadState::Accepted | LeadState::Parked), Some(gate)) => {
            return Err(format!("a gate of the segment keeps it out ({gate}): it can be rejected, or the gate changed"));
        }
        (Some(LeadState::Accepted), None) => match by {
            Some(rep) if !rep.rep.works(&before.segment) => {
                return Err(format!("{} does not work the segment {}: name another rep with --by", rep.rep.id, before.segment));
            }
            // Whoever takes it up has it.
            Some(rep) if !matches!(&before.owner, Decision::To(owner, _) if *owner == rep.rep.id) => {
                (LeadState::Accepted, Decision::To(rep.rep.id.clone(), "took it up".to_owned()))
            }
            Some(_) | None => (LeadState::Accepted, before.owner.clone()),
        },
        (Some(said), _) => (said, before.owner.clone()),
        (None, Some(_)) => (LeadState::Excluded, before.owner.clone()),
        (None, None) => {
            let line = segment.map_or(i64::MIN, |segment| segment.terms.line);
            let state = if before.score.total() >= line { LeadState::New } else { LeadState::Below };
            (state, before.owner.clone())
        }
    };
    Ok(Lead { state, owner, verdict: verdict.cloned(), revision: before.revision + 1, changed: now, ..before })
}

/// With somebody else, where it is a lead again and whose it was does not work its segment any more.
async fn owned(effects: &Effects, config: &Config, lead: Lead, now: Timestamp) -> Result<Lead, StoreError> {
    let works = |id| config.rep(id).is_some_and(|rep| rep.rep.works(&lead.segment));
    let Subject::Organisation(subject) = lead.subject;
    if lead.state != LeadState::New || owner_of(&lead).is_some_and(works) {
        return Ok(lead);
    }
    let Some(organisation) = effects.store.organisation(subject).await? else { return Ok(lead) };
    let owner = Staff::now(effects, config).await?.assign(config, (&lead, &organisation, None), now);
    Ok(Lead { owner, ..lead })
}

/// Closes what waits for the rep of a lead that is told to nobody any more, so that it is seen why. Where the process ends before this it is left out
/// when it would be sealed.
async fn close(effects: &Effects, lead: &Lead, now: Timestamp) -> Result<(), VerdictError> {
    let Some(verdict) = lead.verdict.as_ref().filter(|_| !route::for_rep(lead.state)) else { return Ok(()) };
    let mut waiting = effects.store.waiting_entries(EntryFilter::default(), ENTRIES).await?;
    // What came to wait since is of who took it back.
    waiting.retain(|entry| entry.lead == lead.id && entry.revision < lead.revision && entry.of_tender.is_none());
    let because = if verdict.because.is_empty() { String::new() } else { format!(": {}", verdict.because) };
    let why = format!("not told, {} by {}{because}: {} ({})", verdict.said.word(), verdict.by, lead.title, lead.segment);
    for batch in outbox::batches(&waiting, &BTreeMap::new(), Timestamp::MAX) {
        let sealed = Sealed { content_type: "text/plain".to_owned(), bytes: why.clone().into_bytes(), recipient: String::new() };
        let message = outbox::suppress(batch.seal(why.clone(), sealed, now), now);
        match effects.store.seal(message, Vec::new(), Vec::new()).await {
            // Others settled them just now.
            Ok(()) | Err(CommitError::Conflict { .. }) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Puts into the turn what machines are told of it, and its rep where they do not know of it.
async fn tell(
    effects: &Effects,
    config: &Config,
    turn: &mut Turn,
    (before, lead): (&Lead, &Lead),
    now: Timestamp,
) -> Result<(), StoreError> {
    let Subject::Organisation(subject) = lead.subject;
    let segment = config.segments.iter().find(|segment| segment.terms.segment == lead.segment);
    let (Some(segment), Some(organisation)) = (segment, effects.store.organisation(subject).await?) else { return Ok(()) };
    let grounds = group::behind(effects, config, (&organisation, lead), SIGNALS).await?;
    let behind = grounds.behind(&organisation, None);
    let told = last_told(effects, config, lead).await?.at;
    if is_unheard(effects, (before, lead), (&grounds, told)).await? {
        let handed = handed_by(Some(before), lead);
        // What they know of it comes up by itself, when its time has come.
        let news: Vec<Signal> = grounds.signals.iter().filter(|signal| told.is_none_or(|told| signal.seen > told)).cloned().collect();
        let behind = Behind { news: handed.is_none().then_some(&news), ..behind };
        return announce(effects, config, (turn, &mut Alerts::new()), (segment, lead, handed), &behind, now).await;
    }
    to_machines(config, turn, (segment, lead), &behind, now);
    Ok(())
}

/// Whether there is something of the lead that whoever has it now has not heard, and would not hear otherwise.
async fn is_unheard(
    effects: &Effects,
    (before, lead): (&Lead, &Lead),
    (grounds, told): (&Grounds, Option<Timestamp>),
) -> Result<bool, StoreError> {
    if let Some(had) = handed_by(Some(before), lead) {
        // Who takes it up knows it, but not what waits for who had it.
        let waiting = effects.store.waiting_entries(EntryFilter { rep: Some(had), ..EntryFilter::default() }, ENTRIES).await?;
        return Ok(waiting.iter().any(|entry| entry.lead == lead.id && entry.of_tender.is_none()));
    }
    let by_owner = lead.verdict.as_ref().zip(owner_of(lead)).is_some_and(|(verdict, owner)| verdict.by == owner.as_str());
    if by_owner || route::for_rep(before.state) || !route::for_rep(lead.state) {
        return Ok(false);
    }
    // What waited was closed when it was put away, and what came meanwhile was told to nobody.
    Ok(told.is_none_or(|told| grounds.signals.iter().any(|signal| signal.seen > told && closing::counts(lead, signal))))
}
