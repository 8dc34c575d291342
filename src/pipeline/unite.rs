//! What organisations bring along when they become part of another: their reasons to act, their leads, what waits to be told of them; and what
//! goes with records that leave. Decides nothing of who is whom.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::fresh::{Fresh, Touched};
use super::group::Groups;
use super::news::SIGNALS;
use super::{Effects, forget};
use crate::base::ids::{LeadId, OrganisationId, SegmentId};
use crate::config::Config;
use crate::model::{Entry, Lead, Organisation, Signal, Subject, Turn};
use crate::route;
use crate::store::{EntryFilter, StoreError};

/// Reasons to act that move with one organisation: the last. No score looks further back.
pub(super) const MOVED: usize = 1_000;
/// Waiting entries looked through for those of leads that become part of others.
const ENTRIES: usize = 10_000;

/// What came along.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// All leads of the organisation, one a segment.
    pub(super) leads: Vec<Lead>,
    /// Those that differ from what is stored.
    pub(super) changed: Vec<LeadId>,
    /// Reasons to act, under the organisation that has them now.
    pub(super) signals: Vec<Signal>,
    /// What waits to be told of leads that are part of others now.
    pub(super) entries: Vec<Entry>,
}

/// Gathers what these organisations bring to the one they are part of.
pub(super) async fn bring(effects: &Effects, organisation: &Organisation, absorbed: &[Organisation]) -> Result<Brought, StoreError> {
    let subject = Subject::Organisation(organisation.id);
    let own = effects.store.leads_of(subject).await?;
    let mut leads: BTreeMap<SegmentId, Lead> = own.into_iter().map(|lead| (lead.segment.clone(), lead)).collect();
    let mut brought = Brought::default();
    let mut became: BTreeMap<LeadId, SegmentId> = BTreeMap::new();
    for part in absorbed {
        for lead in effects.store.leads_of(Subject::Organisation(part.id)).await? {
            let one = route::as_one(leads.get(&lead.segment), &lead, subject);
            brought.changed.push(one.id);
            became.insert(lead.id, lead.segment.clone());
            leads.insert(lead.segment, one);
        }
        let signals = effects.store.signals_of(part.id, MOVED).await?;
        brought.signals.extend(signals.into_iter().map(|signal| Signal { organisation: organisation.id, ..signal }));
    }
    if !became.is_empty() {
        for entry in effects.store.waiting_entries(EntryFilter::default(), ENTRIES).await? {
            let Some(lead) = became.get(&entry.lead).and_then(|segment| leads.get_mut(segment)) else { continue };
            // Under a revision of its own, so that it is not taken for what was told already.
            lead.revision += 1;
            let id = Entry::id_of(&entry.channel, &entry.rep, lead.id, lead.revision);
            brought.entries.push(Entry { id, lead: lead.id, revision: lead.revision, ..entry });
        }
    }
    brought.leads = leads.into_values().collect();
    Ok(brought)
}

/// Puts into the turn what goes with a part that leaves an organisation: the reasons to act that its records gave, and every lead twice, as
/// each of the two makes it now. What reps decided stays with both; nobody is told anew.
pub(super) async fn take_along(
    effects: &Effects,
    config: &Config,
    turn: &mut Turn,
    (rest, part): (&Organisation, &Organisation),
    now: Timestamp,
) -> Result<(), StoreError> {
    let of_part = std::sync::Arc::new(part.records.iter().copied().collect());
    let (gone, stay) = effects.store.signals_apart(rest.id, of_part, (MOVED, SIGNALS)).await?;
    let moved: Vec<Signal> = gone.iter().map(|signal| Signal { organisation: part.id, ..signal.clone() }).collect();
    let before = effects.store.leads_of(Subject::Organisation(rest.id)).await?;
    let copies: Vec<Lead> = before.iter().map(|lead| route::as_one(None, lead, Subject::Organisation(part.id))).collect();
    let recent = |signals: &[Signal]| signals[..signals.len().min(SIGNALS)].to_vec();
    let mut fresh = Fresh::of_records(&turn.records);
    fresh.put(Touched { left: Some(recent(&stay)), ..Touched::only(rest) });
    fresh.put(Touched { left: Some(recent(&moved)), ..Touched::only(part) });
    fresh.moved.extend(copies.iter().map(|lead| lead.id));
    fresh.leads.insert(part.id, copies);
    let leads = lead_otherwise(effects, config, (fresh, &[rest, part]), now).await?;
    turn.leads.retain(|lead| !leads.iter().any(|other| other.id == lead.id));
    turn.leads.extend(leads);
    turn.forgotten.signals.extend(gone);
    turn.signals.extend(moved);
    Ok(())
}

/// The leads of these organisations, and of whoever else has others by them, that are otherwise as a turn leaves them. Nobody is told.
pub(super) async fn lead_otherwise(
    effects: &Effects,
    config: &Config,
    (mut fresh, touched): (Fresh<'_>, &[&Organisation]),
    now: Timestamp,
) -> Result<Vec<Lead>, StoreError> {
    let mut led = Groups { effects, config, fresh: &fresh, at: now }.led(touched).await?;
    led.put_into(&mut fresh);
    let groups = Groups { effects, config, fresh: &fresh, at: now };
    let is_there = |one: &&Organisation| !fresh.gone.contains(&one.id);
    let mut all: BTreeMap<OrganisationId, &Organisation> = led.heads.iter().map(|(id, head)| (*id, head)).collect();
    all.extend(
        touched.iter().copied().filter(is_there).map(|one| (one.id, fresh.touched.get(&one.id).map_or(one, |now| now.organisation))),
    );
    let mut leads = Vec::new();
    for one in all.into_values() {
        leads.extend(forget::quietly(&groups, one, now).await?);
    }
    Ok(leads)
}
