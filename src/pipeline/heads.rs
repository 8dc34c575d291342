//! Who leads whom, over all steps, as a turn leaves it; and what it makes otherwise of that. Who leads another of two is decided in `resolve`; this
//! fetches what that needs. An organisation around which nobody else is costs no read. Writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::Effects;
use super::fresh::Fresh;
use super::group::{Groups, is_kept};
use crate::base::ids::{LeadId, OrganisationId};
use crate::config::Config;
use crate::model::{IdentityKey, Lead, Organisation, Subject};
use crate::resolve;
use crate::route;
use crate::store::StoreError;

/// Steps from an organisation to its head office at most.
const STEPS: usize = 4;
/// Members of one group that are named.
const MEMBERS: usize = 50;
/// Organisations that are looked at for the members beneath one.
const LOOKED: usize = 200;

/// What a turn makes otherwise of who leads whom.
#[derive(Default)]
pub(super) struct Led {
    /// Whose leads may be others by it, beside those of whom the turn touches: head offices, and who has none any more.
    pub(super) heads: BTreeMap<OrganisationId, Organisation>,
    /// The leads before the turn of those who have what another had of them.
    leads: BTreeMap<OrganisationId, Vec<Lead>>,
    moved: HashSet<LeadId>,
}

impl Led {
    /// Leads with one that was another's, unless there is one that somebody may work on or has decided.
    fn take_over(&mut self, mut leads: Vec<Lead>, theirs: &Lead, id: OrganisationId) -> Vec<Lead> {
        let mine = leads.iter().position(|lead| lead.segment == theirs.segment);
        if mine.is_some_and(|place| is_kept(leads[place].state)) {
            return leads;
        }
        let (version, revision) = mine.map(|place| leads.swap_remove(place)).map_or((0, 0), |mine| (mine.version, mine.revision));
        let copy = route::as_one(None, theirs, Subject::Organisation(id));
        self.moved.insert(copy.id);
        leads.push(Lead { version, revision: copy.revision.max(revision), ..copy });
        leads
    }

    /// Lays the leads over what is stored.
    pub(super) fn put_into(&mut self, fresh: &mut Fresh<'_>) {
        fresh.leads.extend(std::mem::take(&mut self.leads));
        fresh.moved.extend(std::mem::take(&mut self.moved));
    }
}

impl Groups<'_> {
    /// What a turn makes otherwise, for leads, by touching these organisations: in whatever form they are handed in, as they are now or were.
    pub(super) async fn led(&self, touched: &[&Organisation]) -> Result<Led, StoreError> {
        let stored = Fresh::default();
        let before = Groups { fresh: &stored, ..*self };
        let (mut led, mut lost) = (Led::default(), BTreeMap::new());
        for one in touched {
            let now = self.fresh.touched.get(&one.id).map_or(*one, |touched| touched.organisation);
            let is_there = !self.fresh.gone.contains(&one.id);
            if is_there {
                led.heads.extend(self.head(now).await?.map(by_id));
            }
            let had = one.version > 0 && (self.effects.store.is_led(one.id) || before.may_lead(one));
            let was = if had { self.effects.store.organisation(one.id).await? } else { None };
            if is_there && was.as_ref().is_some_and(|was| resolve::lead_alike(was, now)) {
                continue;
            }
            if let Some(was) = was {
                lost.extend([by_id(before.head(&was).await?.unwrap_or(was))]);
            }
            if is_there && self.may_lead(now) {
                for member in self.members(now, true).await? {
                    if let Some(was) = before.now(member.id).await? {
                        lost.extend(before.head(&was).await?.map(by_id));
                    }
                }
            }
        }
        for head in lost.into_values() {
            self.hand_down(&before, &head, &mut led).await?;
        }
        Ok(led)
    }

    /// What a head office had of members that have another now, or none, goes with them: whoever counts it now has its leads too, as they are, and
    /// nobody is told of the same again.
    async fn hand_down(&self, before: &Groups<'_>, head: &Organisation, led: &mut Led) -> Result<(), StoreError> {
        if !self.fresh.gone.contains(&head.id) {
            led.heads.extend(self.now(head.id).await?.map(by_id));
        }
        let mut left: BTreeMap<OrganisationId, Organisation> = BTreeMap::new();
        for member in before.members(head, true).await? {
            if let Some(now) = self.now(member.id).await?.filter(|one| !self.fresh.gone.contains(&one.id)) {
                let top = self.head(&now).await?.unwrap_or(now);
                left.extend(Some((member.id, top)).filter(|(_, top)| top.id != head.id));
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let had = before.leads(head).await?;
        for part in before.shared(head).await?.iter() {
            for top in part.grounds.members.iter().filter_map(|member| left.get(&member.id)) {
                let leads = match led.leads.remove(&top.id) {
                    Some(leads) => leads,
                    None => self.leads(top).await?,
                };
                let theirs = had.iter().filter(|lead| is_kept(lead.state) && part.is_of(&lead.segment));
                let leads = theirs.fold(leads, |leads, lead| led.take_over(leads, lead, top.id));
                led.leads.insert(top.id, leads);
            }
        }
        led.heads.extend(left.into_values().map(by_id));
        Ok(())
    }

    /// The head office at the top of an organisation's group; `None` where it is that itself, nobody knows of one, or they lead one another.
    pub(super) async fn head(&self, one: &Organisation) -> Result<Option<Organisation>, StoreError> {
        let mut met = BTreeSet::from([one.id]);
        let mut top: Option<Organisation> = None;
        for _ in 0..=STEPS {
            match self.next_above(top.as_ref().unwrap_or(one)).await? {
                None => return Ok(top),
                Some(head) if met.insert(head.id) => top = Some(head),
                Some(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    async fn next_above(&self, below: &Organisation) -> Result<Option<Organisation>, StoreError> {
        for key in resolve::ties(below) {
            let around = self.around(below, &key).await?;
            if let Some(head) = resolve::head(below, &key, &around) {
                return Ok(Some(head.clone()));
            }
        }
        Ok(None)
    }

    /// The owner of a key, and those that may belong to its owner's group for it, in the order of their ids; nobody where `one` is alone there.
    async fn around(&self, one: &Organisation, key: &IdentityKey) -> Result<Arc<Vec<Organisation>>, StoreError> {
        let fresh = self.fresh;
        let mut ids = self.effects.store.beneath([key]);
        ids.extend(fresh.led.get(key).into_iter().flatten());
        ids.retain(|id| !fresh.gone.contains(id));
        let is_own = one.keys.contains(key);
        if is_own && ids.iter().all(|id| *id == one.id) {
            return Ok(Arc::default());
        }
        let known = fresh.asked().around.get(key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut all = BTreeMap::new();
        match fresh.owners.get(key).and_then(|id| fresh.touched.get(id)) {
            Some(owner) => all.extend([by_id(owner.organisation.clone())]),
            None if is_own => all.extend([by_id(one.clone())]),
            None => {
                let stored = self.effects.store.organisations_by_keys(vec![key.clone()]).await?.into_iter();
                // One that the turn touches has it no more.
                all.extend(stored.filter(|one| !fresh.gone.contains(&one.id) && !fresh.touched.contains_key(&one.id)).map(by_id));
            }
        }
        let (new, stored): (Vec<OrganisationId>, Vec<OrganisationId>) =
            ids.into_iter().take(LOOKED).partition(|id| fresh.touched.contains_key(id));
        let stored = if stored.is_empty() { Vec::new() } else { self.effects.store.organisations(stored).await? };
        let new = new.iter().filter_map(|id| Some(fresh.touched.get(id)?.organisation.clone()));
        all.extend(stored.into_iter().chain(new).map(by_id));
        let found = Arc::new(all.into_values().collect::<Vec<_>>());
        fresh.asked().around.insert(key.clone(), Arc::clone(&found));
        Ok(found)
    }

    /// The organisations beneath this one, over all steps; those `only` whose head office it is, or also those of one that has another itself.
    pub(super) async fn members(&self, one: &Organisation, only: bool) -> Result<Vec<Organisation>, StoreError> {
        let mut met = BTreeSet::from([one.id]);
        let (mut found, mut heads): (Vec<Organisation>, Vec<Organisation>) = (Vec::new(), vec![one.clone()]);
        for _ in 0..STEPS {
            let mut next = Vec::new();
            for head in &heads {
                for one in self.beneath(head).await?.into_values() {
                    if found.len() + next.len() < MEMBERS && met.insert(one.id) {
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
        let mut members = Vec::with_capacity(found.len());
        for member in found {
            if !only || self.head(&member).await?.is_some_and(|head| head.id == one.id) {
                members.push(member);
            }
        }
        Ok(members)
    }

    /// Those that are led by one itself.
    async fn beneath(&self, head: &Organisation) -> Result<BTreeMap<OrganisationId, Organisation>, StoreError> {
        let mut all = BTreeMap::new();
        for key in head.keys.iter().chain(&used(head)) {
            for one in self.around(head, key).await?.iter() {
                // Asked by itself first: that costs nothing.
                let may = resolve::head(one, key, std::slice::from_ref(head)).is_some() && !all.contains_key(&one.id);
                if may && self.next_above(one).await?.is_some_and(|above| above.id == head.id) {
                    all.extend([by_id(one.clone())]);
                }
            }
        }
        Ok(all)
    }

    /// Whether there may be members beneath this one.
    pub(super) fn may_lead(&self, one: &Organisation) -> bool {
        one.keys.iter().any(|key| self.fresh.led.contains_key(key))
            || !self.effects.store.beneath(&one.keys).is_empty()
            || !used(one).is_empty()
    }

    /// The others of an organisation's group: its head office and whoever that one leads, or whom it leads itself.
    pub(super) async fn group_of(&self, one: &Organisation) -> Result<Vec<Organisation>, StoreError> {
        let Some(head) = self.head(one).await? else { return self.members(one, true).await };
        let mut all = self.members(&head, true).await?;
        all.retain(|member| member.id != one.id);
        all.push(head);
        Ok(all)
    }
}

fn by_id(one: Organisation) -> (OrganisationId, Organisation) {
    (one.id, one)
}

/// The domains that an organisation uses and another owns.
fn used(one: &Organisation) -> Vec<IdentityKey> {
    let mut keys = resolve::above(one);
    keys.retain(|key| matches!(key, IdentityKey::Domain(_)));
    keys
}

/// The head office at the top of an organisation's group; `None` where it is that itself, or nobody knows of one.
pub async fn head_office(effects: &Effects, config: &Config, organisation: &Organisation) -> Result<Option<Organisation>, StoreError> {
    let fresh = Fresh::default();
    Groups { effects, config, fresh: &fresh, at: effects.clock.now() }.head(organisation).await
}

/// The organisations whose head office this is, over all steps.
pub async fn members(effects: &Effects, config: &Config, organisation: &Organisation) -> Result<Vec<Organisation>, StoreError> {
    let fresh = Fresh::default();
    Groups { effects, config, fresh: &fresh, at: effects.clock.now() }.members(organisation, false).await
}
