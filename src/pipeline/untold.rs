//! Leads that are told to nobody: how many, in which segment and why; who gets them once there is room; and the notice that whoever runs the daemon
//! gets when it begins. Owns no loop.

use jiff::{SignedDuration, Timestamp};

use super::keep::KeepError;
use super::news::{Alerts, SIGNALS, Staff, announce, owner_of};
use super::{Effects, group, notice, passed, silent, stranded};
use crate::base::ids::SegmentId;
use crate::base::text::count;
use crate::config::Config;
use crate::model::{Decision, Lead, LeadState, Subject, Turn};
use crate::route;
use crate::store::{CommitError, LeadFilter, StoreError};

/// Leads of one segment in one state that are counted.
const LEADS: usize = 10_000;
/// Leads of one segment in one state that somebody is looked for, at a time; the best.
const TRIED: usize = 500;
/// Leads given to somebody in one commit.
const STEP: usize = 50;
/// Under these names the store remembers of which segments was told, and when.
const TOLD: &str = "untold.";
/// Segments that are remembered.
const SEGMENTS: usize = 10_000;
/// Who was told of a segment does not hear of it again before so long, however often its leads find somebody meanwhile.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// The leads of a segment that are told to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Which.
    pub segment: SegmentId,
    /// How many.
    pub leads: usize,
    /// Why the newest of them is, and what to do.
    pub why: String,
}

impl Untold {
    /// In one line.
    pub fn words(&self) -> String {
        let Self { segment, leads, why } = self;
        let are = if *leads == 1 { "is" } else { "are" };
        let leads = count(*leads, "lead", "leads");
        format!("segment `{segment}`: {leads} {are} told to nobody, {why}; `atalaya lead list --segment {segment}` shows which")
    }
}

/// The segments that have leads which are told to nobody. Where no rep is set up at all, or a channel of machines names the segment that no rep
/// works, that is as it was wanted.
pub async fn untold(effects: &Effects, config: &Config) -> Result<Vec<Untold>, StoreError> {
    let mut all = Vec::new();
    if config.reps.is_empty() {
        return Ok(all);
    }
    let silent = silent(effects, config).await?;
    for segment in config.segments.iter().map(|segment| &segment.terms.segment) {
        let mut machines = config.machine_channels(segment).filter(|channel| channel.segments.contains(segment));
        if machines.next().is_some() && !config.reps.iter().any(|rep| rep.rep.works(segment)) {
            continue;
        }
        let mut leads = of_nobody(effects, segment, LEADS).await?;
        for rep in &silent {
            let of_rep = LeadFilter { segment: Some(segment.clone()), owner: Some(rep.clone()), ..LeadFilter::default() };
            for state in LeadState::ALL.into_iter().filter(|state| route::for_rep(*state)) {
                leads.extend(effects.store.leads(LeadFilter { state: Some(state), ..of_rep.clone() }, LEADS).await?);
            }
        }
        let newest = leads.iter().max_by_key(|lead| (lead.changed, lead.id));
        let why = newest.map(|lead| match &lead.owner {
            Decision::Nobody(why) => why.clone(),
            Decision::To(rep, _) => route::untold(&[rep]),
        });
        all.extend(why.map(|why| Untold { segment: segment.clone(), leads: leads.len(), why }));
    }
    Ok(all)
}

/// The leads of a segment that are nobody's, though somebody is to hear of them; the best first.
async fn of_nobody(effects: &Effects, segment: &SegmentId, most: usize) -> Result<Vec<Lead>, StoreError> {
    let mut leads = Vec::new();
    for state in LeadState::ALL.into_iter().filter(|state| route::for_rep(*state)) {
        let filter = LeadFilter { segment: Some(segment.clone()), state: Some(state), nobodys: true, ..LeadFilter::default() };
        leads.extend(effects.store.leads(filter, most).await?);
    }
    Ok(leads)
}

/// Gives leads that were nobody's to whoever has room by now: they are told of them as of new ones. Returns how many; at most so many in one commit,
/// the best first.
pub async fn give_out(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, KeepError> {
    let mut turn = Turn::upkeep();
    let (mut staff, mut alerts) = (None, Alerts::new());
    let worked = config.segments.iter().filter(|segment| config.reps.iter().any(|rep| rep.rep.works(&segment.terms.segment)));
    'given: for segment in worked {
        for mut lead in of_nobody(effects, &segment.terms.segment, TRIED).await? {
            let Subject::Organisation(subject) = lead.subject;
            if turn.leads.len() >= STEP {
                break 'given;
            }
            let Some(organisation) = effects.store.organisation(subject).await? else { continue };
            if staff.is_none() {
                staff = Some(Staff::now(effects, config).await?);
            }
            let staff = staff.get_or_insert_default();
            let previous = effects.store.leads_of(lead.subject).await?;
            let known_owner = previous.iter().chain(turn.leads.iter().filter(|other| other.subject == lead.subject)).find_map(owner_of);
            let owner = staff.assign(config, (&lead, &organisation, known_owner), now);
            let Decision::To(rep, _) = &owner else { continue };
            *staff.loads.entry(rep.clone()).or_default() += 1;
            lead = Lead { owner, revision: lead.revision + 1, changed: now, ..lead };
            let grounds = group::behind(effects, config, (&organisation, &lead), SIGNALS).await?;
            let behind = grounds.behind(&organisation, None);
            announce(effects, config, (&mut turn, &mut alerts), (segment, &lead, None), &behind, now).await?;
            turn.leads.push(lead);
        }
    }
    let given = turn.leads.len();
    if given == 0 {
        return Ok(0);
    }
    passed::tell(effects, config, (&mut turn, &config.reps), now).await?;
    Ok(if committed(effects, turn).await? { given } else { 0 })
}

async fn committed(effects: &Effects, turn: Turn) -> Result<bool, KeepError> {
    match effects.store.commit(turn).await {
        Ok(()) => Ok(true),
        // It is looked at again.
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}

/// Tells whoever runs the daemon of the segments whose leads have begun to be told to nobody, and of the reps who left while news waits for them: of
/// each once, until it is over, and once a day at most. Returns of how many.
pub async fn tell_untold(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, KeepError> {
    let of_segment = |one: Untold| (format!("{TOLD}{}", one.segment), one.words());
    let mut found: Vec<(String, String)> = untold(effects, config).await?.into_iter().map(of_segment).collect();
    // Who asked for it is known to whoever reads of their segment.
    let gone = stranded(effects, config).await?.into_iter().filter(|one| !one.asked);
    found.extend(gone.map(|one| (format!("{TOLD}rep.{}", one.rep), one.words(now))));
    let known = effects.store.marks(TOLD, SEGMENTS).await?;
    let mut turn = Turn::upkeep();
    let is_over = |(mark, told): &&(String, Vec<u8>)| {
        let told = std::str::from_utf8(told).ok().and_then(|told| told.parse::<Timestamp>().ok());
        !found.iter().any(|(name, _)| name == mark) && told.is_none_or(|told| now.duration_since(told) >= AGAIN)
    };
    turn.marks.extend(known.iter().filter(is_over).map(|(mark, _)| (mark.clone(), None)));
    let begun: Vec<(String, String)> = found.into_iter().filter(|(name, _)| !known.iter().any(|(mark, _)| mark == name)).collect();
    turn.marks.extend(begun.iter().map(|(name, _)| (name.clone(), Some(now.to_string().into_bytes()))));
    if turn.marks.is_empty() {
        return Ok(0);
    }
    let told = begun.len();
    if !begun.is_empty() {
        turn.messages = notice::of_untold(config, begun.into_iter().map(|(_, words)| words).collect(), now);
    }
    Ok(if committed(effects, turn).await? { told } else { 0 })
}
