//! What a turn makes of the leads of the organisations it touches, and of the head offices for which their news count: judged, given to reps, and put
//! into the turn. Knows no record's source.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::closing::Behind;
use super::fresh::{Fresh, Touched};
use super::group::{Groups, Part};
use super::link::Affected;
use super::news::{Alerts, Revised, SIGNALS, Staff, announce, handed_by, owner_of, revise};
use super::{Effects, unite};
use crate::base::ids::{LeadId, OrganisationId};
use crate::config::Config;
use crate::model::{Decision, Lead, Organisation, Record, Turn};
use crate::resolve;
use crate::route::{self, Cause};
use crate::store::StoreError;

/// What was told of leads.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How many are told.
    pub(super) leads: usize,
    /// Which leads tell what is new of members of their group.
    pub(super) of_members: Vec<(LeadId, OrganisationId)>,
}

/// Scores and routes what is new of these organisations and of the head offices for which it may count, and puts all of it into the turn.
pub(super) async fn announce_all(
    effects: &Effects,
    config: &Config,
    turn: &mut Turn,
    affected: BTreeMap<OrganisationId, Affected>,
    now: Timestamp,
) -> Result<Told, StoreError> {
    // They are looked at while the turn is written to.
    let records = std::mem::take(&mut turn.records);
    let told = announce_each(effects, config, (turn, &records), &affected, now).await?;
    turn.records = records;
    for touched in affected.into_values() {
        turn.signals.extend(touched.news);
        turn.forgotten.organisations.extend(touched.absorbed);
        if touched.changed {
            turn.organisations.push(touched.organisation);
        }
    }
    Ok(told)
}

async fn announce_each(
    effects: &Effects,
    config: &Config,
    (turn, records): (&mut Turn, &[Record]),
    affected: &BTreeMap<OrganisationId, Affected>,
    now: Timestamp,
) -> Result<Told, StoreError> {
    // One that is known quietly may lead others, whose leads another had until now.
    let of_group = |one: &Organisation| !resolve::above(one).is_empty() || !effects.store.beneath(&one.keys).is_empty();
    let is_judged = |touched: &&Affected| touched.known || !touched.news.is_empty() || of_group(&touched.organisation);
    let mut desk = Desk::default();
    if !affected.values().any(|touched| is_judged(&touched)) {
        return Ok(desk.told);
    }
    let mut fresh = freshly(effects, (turn, records), affected).await?;
    let touched = affected.values().filter(is_judged).flat_map(|one| std::iter::once(&one.organisation).chain(&one.absorbed));
    let touched: Vec<&Organisation> = touched.collect();
    let mut led = Groups { effects, config, fresh: &fresh, at: now }.led(&touched).await?;
    led.put_into(&mut fresh);
    let (groups, heads) = (Groups { effects, config, fresh: &fresh, at: now }, led.heads);
    let of_turn = affected.values().filter(|one| is_judged(one) || heads.contains_key(&one.organisation.id)).map(|one| &one.organisation);
    let joined = heads.values().filter(|head| !affected.contains_key(&head.id));
    for one in of_turn.chain(joined) {
        let first = turn.leads.len();
        let previous = groups.leads(one).await?;
        if previous.is_empty() && groups.news_of(one.id).is_empty() && !heads.contains_key(&one.id) {
            continue;
        }
        announce_one(&groups, (turn, &mut desk), (one, &previous), now).await?;
        // What the rules see as before, and what is still of another organisation in the store.
        let moved = previous.into_iter().filter(|lead| fresh.moved.contains(&lead.id));
        let moved: Vec<Lead> = moved.filter(|lead| !turn.leads[first..].iter().any(|revised| revised.id == lead.id)).collect();
        turn.leads.extend(moved);
    }
    Ok(desk.told)
}

/// What a turn changes about these organisations; what those bring along that became part of others is put into it.
async fn freshly<'a>(
    effects: &Effects,
    (turn, records): (&mut Turn, &'a [Record]),
    affected: &'a BTreeMap<OrganisationId, Affected>,
) -> Result<Fresh<'a>, StoreError> {
    let mut fresh = Fresh::of_records(records);
    for touched in affected.values() {
        let mut one = Touched { news: &touched.news, ..Touched::only(&touched.organisation) };
        if !touched.absorbed.is_empty() {
            let brought = unite::bring(effects, &touched.organisation, &touched.absorbed).await?;
            turn.signals.extend(brought.signals.iter().cloned());
            turn.entries.extend(brought.entries);
            one.more.extend(brought.signals.into_iter().take(SIGNALS));
            fresh.leads.insert(touched.organisation.id, brought.leads);
            fresh.moved.extend(brought.changed);
        }
        touched.absorbed.iter().for_each(|part| fresh.is_gone(part.id));
        fresh.put(one);
    }
    Ok(fresh)
}

/// What is looked up once for all leads of a turn, and what was told so far.
#[derive(Default)]
struct Desk {
    staff: Option<Staff>,
    alerts: Alerts,
    told: Told,
}

/// Puts into the turn what is new of the leads of one organisation.
async fn announce_one(
    groups: &Groups<'_>,
    (turn, desk): (&mut Turn, &mut Desk),
    (one, previous): (&Organisation, &[Lead]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let Groups { effects, config, .. } = *groups;
    for Part { segments, grounds } in groups.parts_behind(one, previous).await?.parts {
        if grounds.news.is_empty() && previous.is_empty() {
            continue;
        }
        let behind = grounds.behind(one, None);
        for revised in revise(config, &segments, (previous, Cause::News(&grounds.news)), &behind, now) {
            let Revised { segment, mut lead, is_new, mut is_told } = revised;
            let (mut handed, mut passed) = (None, false);
            if route::for_rep(lead.state) {
                if desk.staff.is_none() {
                    desk.staff = Some(Staff::now(effects, config).await?);
                }
                let staff = desk.staff.get_or_insert_default();
                let known_owner = previous.iter().find_map(owner_of);
                lead.owner = staff.assign(config, (&lead, one, known_owner), now);
                let before = previous.iter().find(|before| before.id == lead.id);
                handed = handed_by(before, &lead);
                passed = before.and_then(owner_of) != owner_of(&lead);
                if let (true, Decision::To(rep, _)) = (passed, &lead.owner) {
                    *staff.loads.entry(rep.clone()).or_default() += 1;
                }
            }
            // Who has it now has not heard of it, whoever had it before.
            if passed && !is_told && owner_of(&lead).is_some() {
                lead.revision += 1;
                is_told = true;
            }
            if is_told {
                desk.told.leads += 1;
                desk.told.of_members.extend(grounds.members.iter().map(|member| (lead.id, member.id)));
                metrics::counter!(crate::telemetry::LEADS, "segment" => lead.segment.to_string()).increment(1);
                let news = (!is_new && !passed).then_some(grounds.news.as_slice());
                let behind = Behind { news, ..behind };
                announce(effects, config, (turn, &mut desk.alerts), (&segment, &lead, handed), &behind, now).await?;
            }
            turn.leads.push(lead);
        }
    }
    Ok(())
}
