//! Groups: what is learned of a branch or a daughter is a reason to call the head office. Who leads whom is decided in `resolve`; this fetches
//! what that needs. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::link::Affected;
use super::{Effects, news};
use crate::base::ids::OrganisationId;
use crate::model::{Lead, Organisation, Record, Signal, Subject, Turn};
use crate::resolve;
use crate::route;
use crate::store::StoreError;

/// Steps from an organisation to its head office at most.
const STEPS: usize = 4;
/// Organisations of one group whose reasons are looked at.
const MEMBERS: usize = 50;
/// Records of the whole group that a score looks at.
const RECORDS: usize = 400;

/// The head office at the top of an organisation's group; `None` where it is that itself, or nobody knows of one.
pub async fn head_office(effects: &Effects, organisation: &Organisation) -> Result<Option<Organisation>, StoreError> {
    let mut met = BTreeSet::from([organisation.id]);
    let mut top: Option<Organisation> = None;
    for _ in 0..STEPS {
        let below = top.as_ref().unwrap_or(organisation);
        let keys = resolve::above(below);
        if keys.is_empty() {
            break;
        }
        let owners = effects.store.organisations_by_keys(keys).await?;
        match resolve::head(below, &owners) {
            Some(head) if met.insert(head.id) => top = Some(head.clone()),
            Some(_) | None => break,
        }
    }
    Ok(top)
}

/// The organisations whose head office this is, over all steps.
pub async fn members(effects: &Effects, organisation: &Organisation) -> Result<Vec<Organisation>, StoreError> {
    let mut met = BTreeSet::from([organisation.id]);
    let (mut found, mut heads): (Vec<Organisation>, Vec<Organisation>) = (Vec::new(), vec![organisation.clone()]);
    for _ in 0..STEPS {
        let mut next = Vec::new();
        for head in &heads {
            let may = effects.store.beneath(&head.keys).into_iter().filter(|id| !met.contains(id)).collect::<Vec<_>>();
            if may.is_empty() || found.len() >= MEMBERS {
                continue;
            }
            for one in effects.store.organisations(may).await? {
                if resolve::head(&one, std::slice::from_ref(head)).is_some() && met.insert(one.id) {
                    next.push(one);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        found.extend(next.iter().cloned());
        heads = next;
    }
    found.truncate(MEMBERS);
    Ok(found)
}

/// Records and reasons to act of the organisations whose head office this is, the reasons under its own name. `most` signals of each.
pub(super) async fn of_members(
    effects: &Effects,
    (organisation, turn): (&Organisation, &Turn),
    most: usize,
) -> Result<(Vec<Record>, Vec<Signal>), StoreError> {
    let (mut records, mut signals) = (Vec::new(), Vec::new());
    for member in members(effects, organisation).await? {
        let of_member = effects.store.signals_of(member.id, most).await?;
        signals.extend(of_member.into_iter().map(|signal| Signal { organisation: organisation.id, ..signal }));
        if records.len() < RECORDS {
            records.extend(news::records_of(effects, &member, turn).await?);
        }
    }
    Ok((records, signals))
}

/// What is known behind an organisation's leads: its records and reasons to act, and those of its group. `most` signals of each.
pub async fn behind(
    effects: &Effects,
    (organisation, turn): (&Organisation, &Turn),
    most: usize,
) -> Result<(Vec<Record>, Vec<Signal>), StoreError> {
    let mut records = news::records_of(effects, organisation, turn).await?;
    let mut signals = effects.store.signals_of(organisation.id, most).await?;
    let (more_records, more_signals) = of_members(effects, (organisation, turn), most).await?;
    records.extend(more_records);
    signals.extend(more_signals);
    Ok((records, signals))
}

/// Whether an organisation becomes no lead of its own: it has a head office, which is called instead.
pub(super) async fn is_led(effects: &Effects, organisation: &Organisation) -> Result<bool, StoreError> {
    Ok(head_office(effects, organisation).await?.is_some())
}

/// Leads of one organisation that somebody works on, so that what is new of it is theirs.
fn is_worked_on(leads: &[Lead]) -> bool {
    leads.iter().any(|lead| route::for_rep(lead.state))
}

/// Hands what is new of branches on to their head offices, each under the head office's name: a lead is the head office's. A branch that is a
/// lead already stays one, with what is new of it.
pub(super) async fn hand_on(effects: &Effects, affected: &mut BTreeMap<OrganisationId, Affected>) -> Result<(), StoreError> {
    let with_news = affected.values().filter(|one| !one.news.is_empty());
    let of_groups: Vec<Organisation> =
        with_news.filter(|one| !resolve::above(&one.organisation).is_empty()).map(|one| one.organisation.clone()).collect();
    for branch in of_groups {
        let Some(head) = head_office(effects, &branch).await? else { continue };
        if is_worked_on(&effects.store.leads_of(Subject::Organisation(branch.id)).await?) {
            continue;
        }
        let id = head.id;
        let Some(one) = affected.get_mut(&branch.id) else { continue };
        one.is_led = true;
        let news: Vec<Signal> = one.news.iter().map(|signal| Signal { organisation: id, ..signal.clone() }).collect();
        affected.entry(id).or_insert_with(|| Affected::known(head)).of_branches.extend(news);
    }
    Ok(())
}
