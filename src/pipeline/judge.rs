//! Judges leads anew when the rules are others (segments, reps, lists), and when time alone changed what they make of a tender. Quietly: who becomes a lead only now is told of as usual, and so is a
//! lead that has another rep now, to that one; everybody else keeps what they were told.
//!
//! One step of bounded size in one commit. Knows no loop and no rhythm.

use std::sync::Arc;

use jiff::Timestamp;

use super::fresh::Fresh;
use super::group::{Groups, Part};
use super::keep::KeepError;
use super::news::{Alerts, Revised, SIGNALS, Staff, announce, handed_by, owner_of, revise};
use super::{Effects, passed, silent, worked};
use crate::base::ids::{ContentHash, OrganisationId};
use crate::config::{Config, Rep};
use crate::model::{Decision, Lead, LeadState, Organisation, Record, Turn};
use crate::route::{self, Cause};
use crate::score::{self, Segment};
use crate::store::{CommitError, StoreError};

/// Messages that may wait for one machine before more leads are judged by other rules: what is new must not stand behind thousands that the rules dropped.
const CROWD: u64 = 200;
/// Steps that are left out at most, over all: where machines never catch up, the rules are in force all the same.
const PATIENCE: u32 = 300;
/// Organisations judged in one commit.
const STEP: usize = 50;

/// How far a run over all organisations has come.
#[derive(Clone, Debug, Default)]
pub struct Judging {
    after: Option<OrganisationId>,
    staff: Option<Staff>,
    /// Steps that were left out because machines had many messages before them.
    waited: u32,
    /// The reps as they worked when leads were last given out.
    before: Option<Vec<Arc<Rep>>>,
    turned: Option<(Timestamp, Timestamp)>,
}

impl Judging {
    /// A run over those alone that time changed something about between two moments: a deadline came nearer than a rule wants, or passed, or what was
    /// put away until then is a lead again.
    pub fn turned(since: Timestamp, until: Timestamp) -> Self {
        Self { turned: Some((since, until)), ..Self::default() }
    }
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Leads that are new or differ.
    pub leads: usize,
    /// Of them those somebody is told of.
    pub told: usize,
    /// Whether all organisations have been looked at.
    pub done: bool,
    /// Whether nothing was done because machines have to take first what waits for them.
    pub crowded: bool,
}

/// A hash over everything leads are judged and given out by: the rules, and who asked for no more mails.
pub async fn grounds(effects: &Effects, config: &Config) -> Result<ContentHash, StoreError> {
    let silent = silent(effects, config).await?;
    Ok(ContentHash::of(format!("{:?} {silent:?}", config.rules()).as_bytes()))
}

/// Judges the next few organisations. When another turn wrote first, nothing happens and the same are next again.
pub async fn judge_some(effects: &Effects, config: &Config, judging: &mut Judging, now: Timestamp) -> Result<Judged, KeepError> {
    if judging.turned.is_none() && judging.waited < PATIENCE && is_crowded(effects, config).await? {
        judging.waited += 1;
        return Ok(Judged { crowded: true, ..Judged::default() });
    }
    let some = effects.store.organisations_after(judging.after, STEP).await?;
    if judging.before.is_none() {
        judging.before = Some(worked::before(effects, config).await?);
    }
    let before = judging.before.as_deref().unwrap_or_default();
    let Some(last) = some.last().map(|organisation| organisation.id) else {
        let done = judging.turned.is_some() || worked::settle(effects, config, before, now).await?;
        return Ok(Judged { done, ..Judged::default() });
    };
    let mut staff = match &judging.staff {
        Some(staff) => staff.clone(),
        None => Staff::now(effects, config).await?,
    };
    let (mut turn, mut alerts) = (Turn::upkeep(), Alerts::new());
    let mut judged = Judged::default();
    // Nothing is written meanwhile: what is found out of a group holds for all of them.
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: now };
    for organisation in &some {
        judged.told += judge(&groups, (organisation, &mut staff, judging.turned), (&mut turn, &mut alerts), now).await?;
    }
    passed::tell(effects, config, (&mut turn, before), now).await?;
    judged.leads = turn.leads.len();
    if judged.leads > 0 {
        match effects.store.commit(turn).await {
            Ok(()) => {}
            Err(CommitError::Conflict { .. }) => return Ok(Judged::default()),
            Err(error @ CommitError::Store(_)) => return Err(error.into()),
        }
    }
    (judging.after, judging.staff) = (Some(last), Some(staff));
    Ok(judged)
}

/// Whether a machine that takes its messages has many before it. One that takes none holds up nobody.
async fn is_crowded(effects: &Effects, config: &Config) -> Result<bool, StoreError> {
    for channel in config.channels.iter().filter(|channel| !channel.carries_mail()) {
        let state = effects.store.channel_state(&channel.id).await?;
        let takes = state.is_none_or(|state| state.failures == 0 && state.disabled.is_none());
        if takes && effects.store.waiting_messages(&channel.id) > CROWD {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts into the turn what the rules make of an organisation now. Returns of how many leads somebody is told.
async fn judge(
    groups: &Groups<'_>,
    (organisation, staff, turned): (&Organisation, &mut Staff, Option<(Timestamp, Timestamp)>),
    (turn, alerts): (&mut Turn, &mut Alerts),
    now: Timestamp,
) -> Result<usize, StoreError> {
    let Groups { effects, config, .. } = *groups;
    let previous = groups.leads(organisation).await?;
    if previous.is_empty() && turned.is_some() {
        return Ok(0);
    }
    // What a source held when it was added is no news, whatever the rules.
    if previous.is_empty() && effects.store.signals_of(organisation.id, 1).await?.is_empty() && !groups.may_lead(organisation) {
        return Ok(0);
    }
    let own = groups.own(organisation, SIGNALS).await?;
    let turns = |record: &Record, (since, until)| config.segments.iter().any(|segment| score::turned(segment, record, since, until));
    if let Some(between) = turned {
        let wakes = previous.iter().any(|lead| lead.wakes(between.0, between.1));
        // What counted until now of a member may count no more.
        if !wakes
            && !own.records.iter().any(|record| turns(record, between))
            && !groups.member_records(organisation).await?.iter().any(|record| turns(record, between))
        {
            return Ok(0);
        }
    }
    let parts = groups.parts_with(organisation, own).await?.parts;
    let judge = |part: &Part| {
        let mut revised = revise(config, &part.segments, (&previous, Cause::Rules), &part.grounds.behind(organisation, None), now);
        if turned.is_none() {
            revised.extend(unchanged(&part.segments, &previous, &revised));
        }
        revised
    };
    let reasons = parts.iter().filter(|part| !previous.is_empty() || !part.grounds.signals.is_empty());
    let revised = reasons.flat_map(|part| judge(part).into_iter().map(|revised| (revised, &part.grounds))).collect::<Vec<_>>();
    let mut told = 0;
    for (Revised { segment, mut lead, is_new, mut is_told }, grounds) in revised {
        let before = previous.iter().find(|before| before.id == lead.id);
        let mut handed = None;
        if route::for_rep(lead.state) {
            let known_owner = previous.iter().find_map(owner_of);
            lead.owner = staff.assign(config, (&lead, organisation, known_owner), now);
            let had = before.and_then(owner_of);
            handed = handed_by(before, &lead);
            if turned.is_none() && handed.is_none() && before.is_some_and(|before| !route::for_rep(before.state)) {
                // The rules left it out for a while: it returns to who had it.
                handed = had.filter(|had| Some(*had) == owner_of(&lead)).cloned();
            }
            if let (Decision::To(rep, _), true) = (&lead.owner, had != owner_of(&lead)) {
                *staff.loads.entry(rep.clone()).or_default() += 1;
                // Nobody had it, so nobody has heard of it; nor has who has it now, whoever had it before.
                if !is_new && !is_told {
                    lead.revision += 1;
                    is_told = true;
                }
            }
            // Who keeps a lead keeps the reason they got it for.
            if let Some(before) = before.filter(|before| had.is_some() && owner_of(before) == owner_of(&lead)) {
                lead.owner.clone_from(&before.owner);
            }
        }
        // One that is below the line has an owner as long as they work it: nobody else would answer its tenders.
        if lead.state == LeadState::Below
            && owner_of(&lead).is_some_and(|id| config.rep(id).is_none_or(|rep| !rep.rep.works(&lead.segment)))
        {
            lead.owner = staff.assign(config, (&lead, organisation, None), now);
        }
        if before == Some(&lead) {
            continue;
        }
        lead.changed = now;
        if is_told {
            told += 1;
            metrics::counter!(crate::telemetry::LEADS, "segment" => lead.segment.to_string()).increment(1);
            announce(effects, config, (turn, &mut *alerts), (&segment, &lead, handed), &grounds.behind(organisation, None), now).await?;
        }
        turn.leads.push(lead);
    }
    Ok(told)
}

/// Leads that the rules see as before: only their owner may be another.
fn unchanged(segments: &[Arc<Segment>], previous: &[Lead], revised: &[Revised]) -> Vec<Revised> {
    let same = previous.iter().filter(|lead| !revised.iter().any(|revised| revised.lead.id == lead.id));
    same.filter_map(|lead| {
        let segment = segments.iter().find(|segment| segment.terms.segment == lead.segment)?;
        Some(Revised { segment: Arc::clone(segment), lead: lead.clone(), is_new: false, is_told: false })
    })
    .collect()
}
