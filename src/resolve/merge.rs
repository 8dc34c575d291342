//! Joins a record to the organisation it names. Knows no store: whoever shares a key is handed in, in any order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::unite::{bound_records, parted, unite};
use super::{Also, Identity, Merged, Met, facts, linkage};
use crate::base::ids::{OrganisationId, RecordId};
use crate::model::{Bond, CompanyName, FactName, IdentityKey, Organisation, Record, identifier};

/// Facts kept of one organisation.
pub const FACTS: usize = 64;
/// Records remembered of one organisation; more drop the oldest.
pub const RECORDS: usize = 200;
/// Identity keys of one organisation; further ones are not taken up.
pub const KEYS: usize = 64;

/// Joins a record to the organisation found by its strongest key, or makes a new one. Others that it shares a key with become part of it.
///
/// Never joined: two different valid tax ids of one kind; what somebody said is not the same; by a telephone number or a domain alone names
/// that have nothing in common (a switchboard, a marketplace's own), or anybody where many names share it; a name alone when the place is
/// another. Keys that another organisation owns stay its own. The outcome is the same for any order of the found.
pub fn merge(record: &Record, identity: &Identity, met: Met<'_>, now: Timestamp) -> Merged {
    let (mut joining, mut also, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
    for org in met.found {
        match tie(identity, org, met.common) {
            Tie::By(rank) => joining.push((rank, org)),
            Tie::No(because) => {
                also.extend(because.map(|because| Also { organisation: org.id, because }));
                taken.extend(&org.keys);
            }
        }
    }
    joining.sort_by_key(|(rank, org)| (*rank, org.first_seen, org.id));
    joining.dedup_by_key(|(_, org)| org.id);
    let mut joining = joining.into_iter();
    let chosen = joining.next();
    let mut organisation = chosen.map(|(_, org)| org.clone());
    let mut absorbed = Vec::new();
    for (rank, org) in joining {
        let Some(whole) = organisation.take() else { break };
        if parted(&whole, org).is_some() {
            taken.extend(&org.keys);
            organisation = Some(whole);
        } else {
            let one = unite(whole.clone(), org.clone(), &Bond::Key(identity.keys[rank].clone()), now);
            absorbed.push(if one.id == org.id { whole.id } else { org.id });
            organisation = Some(one);
        }
    }
    let free: Vec<&IdentityKey> = identity.keys.iter().filter(|key| !taken.contains(key)).collect();
    let mut organisation = organisation.unwrap_or_else(|| newly_met(record, free.first().copied(), now));
    let by = chosen.map(|(rank, _)| Bond::Key(identity.keys[rank].clone()));
    add(&mut organisation, record, identity, (&free, by));
    let changed = chosen.is_none_or(|(_, before)| *before != organisation);
    if changed {
        organisation.changed = now;
    }
    also.sort_by_key(|also| also.organisation);
    Merged { organisation, changed, absorbed, also }
}

/// The organisation among these that [`merge`] would join a record of this identity to.
pub fn owner(identity: &Identity, found: &[Organisation]) -> Option<OrganisationId> {
    let tied = found.iter().filter_map(|org| match tie(identity, org, None) {
        Tie::By(rank) => Some((rank, org.first_seen, org.id)),
        Tie::No(_) => None,
    });
    tied.min().map(|(_, _, id)| id)
}

/// What is left of an organisation without these records, given the identities of those that still name it; `None` when none does.
///
/// Keys, facts and the name that only a forgotten record gave go with it; of its records those that [`RECORDS`] has room for stay.
pub fn without(organisation: &Organisation, forgotten: impl Fn(&RecordId) -> bool, left: &[Identity]) -> Option<Organisation> {
    if left.is_empty() {
        return None;
    }
    let mut rest = organisation.clone();
    rest.records.retain(|record| !forgotten(record));
    let over = rest.records.len().saturating_sub(RECORDS);
    rest.records.drain(..over);
    rest.facts.retain(|fact| !forgotten(&fact.record));
    rest.apart.retain(|record| !forgotten(record));
    let still: BTreeSet<IdentityKey> =
        left.iter().flat_map(|identity| &identity.keys).filter(|key| organisation.keys.contains(*key)).cloned().collect();
    if !still.is_empty() {
        rest.keys = still;
    }
    let (records, keys) = (&rest.records, &rest.keys);
    rest.bonds.retain(|record, bond| records.contains(record) && !matches!(bond, Bond::Key(key) if !keys.contains(key)));
    if !left.iter().any(|identity| identity.name == rest.name) {
        rest.name = left.iter().rev().find_map(|identity| identity.name.clone());
    }
    Some(rest)
}

/// Whether a record joins an organisation that it shares a key with.
enum Tie {
    /// It does, by the key of this rank.
    By(usize),
    /// It does not; why, where it may be the same all the same.
    No(Option<String>),
}

/// What a shared key does.
enum Verdict {
    Joins,
    /// Nothing, and that is no question.
    Idle,
    /// Nothing, but they may be the same; why not, in words.
    Asks(String),
}

fn tie(identity: &Identity, org: &Organisation, common: Option<&BTreeSet<IdentityKey>>) -> Tie {
    let record = identity.keys.iter().find_map(|key| if let IdentityKey::Unnamed(record) = key { Some(record) } else { None });
    let differs = |mine: &str| org.keys.iter().filter_map(tax_of).any(|theirs| identifier::contradict(mine, theirs));
    if record.is_some_and(|record| org.apart.contains(record)) || identity.keys.iter().filter_map(tax_of).any(differs) {
        return Tie::No(None);
    }
    let mut because = None;
    for (rank, key) in identity.keys.iter().enumerate().filter(|(_, key)| org.keys.contains(key)) {
        // What belongs to it stays with it.
        if record.is_some_and(|record| org.records.contains(record)) {
            return Tie::By(rank);
        }
        match verdict(identity, org, key, common.is_some_and(|common| common.contains(key))) {
            Verdict::Joins => return Tie::By(rank),
            Verdict::Idle => {}
            Verdict::Asks(why) => because = because.or(Some(why)),
        }
    }
    Tie::No(because)
}

fn verdict(identity: &Identity, org: &Organisation, key: &IdentityKey, common: bool) -> Verdict {
    match key {
        IdentityKey::Phone(_) | IdentityKey::Domain(_) if common => Verdict::Idle,
        IdentityKey::Phone(_) | IdentityKey::Domain(_) => {
            let what = if matches!(key, IdentityKey::Phone(_)) { "telephone number" } else { "domain" };
            let mine = identity.name.as_deref().map(CompanyName::parse);
            let theirs = names(org);
            let is_called_so = mine.as_ref().is_none_or(|mine| theirs.iter().any(|name| name.core == mine.core));
            if gave_up(org, key) && !is_called_so {
                return Verdict::Asks("it had this telephone number, and has it no longer".to_owned());
            }
            if mine.is_none_or(|mine| theirs.is_empty() || theirs.iter().any(|name| linkage::are_alike(&mine, name))) {
                Verdict::Joins
            } else {
                Verdict::Asks(format!("they share a {what}, and their names have nothing in common"))
            }
        }
        IdentityKey::NamePlace(..) if of_another_form(identity, org) => Verdict::Idle,
        IdentityKey::NamePlace(name, place) if place.starts_with('@') => {
            let here = identity.keys.iter().filter_map(named).map(|(_, place)| place).find(|place| !place.starts_with('@'));
            let there = || org.keys.iter().filter_map(named).filter(|(n, p)| n == name && !p.starts_with('@')).map(|(_, p)| p);
            let elsewhere = here.is_some_and(|here| there().next().is_some() && !there().any(|place| place == here));
            if elsewhere { Verdict::Idle } else { Verdict::Joins }
        }
        IdentityKey::TaxId(_) | IdentityKey::Unnamed(_) | IdentityKey::NamePlace(..) => Verdict::Joins,
    }
}

/// Whether a telephone number was an organisation's and stands in none of its records any more: somebody else may have it now.
fn gave_up(org: &Organisation, key: &IdentityKey) -> bool {
    let IdentityKey::Phone(number) = key else { return false };
    let mut held = org.facts(FactName::Phone).map(|fact| fact.value.text()).peekable();
    held.peek().is_some() && org.facts.len() < FACTS && !held.any(|held| held == *number)
}

/// Whether a name has another legal form than any that an organisation's names have: a name and a town alone do not make those one.
fn of_another_form(identity: &Identity, org: &Organisation) -> bool {
    let Some(form) = identity.name.as_deref().and_then(|name| CompanyName::parse(name).form) else { return false };
    let mut known = org.facts(FactName::Name).filter_map(|fact| CompanyName::parse(&fact.value.text()).form).peekable();
    known.peek().is_some() && known.all(|known| known.differs(form))
}

/// Everything it is called, each once.
fn names(org: &Organisation) -> Vec<CompanyName> {
    let cores: BTreeSet<&str> = org.keys.iter().filter_map(|key| named(key).map(|(name, _)| name)).collect();
    cores.into_iter().map(|core| CompanyName { core: core.to_owned(), form: None }).collect()
}

pub(super) fn tax_of(key: &IdentityKey) -> Option<&str> {
    match key {
        IdentityKey::TaxId(id) => Some(id),
        IdentityKey::Domain(_) | IdentityKey::Phone(_) | IdentityKey::NamePlace(..) | IdentityKey::Unnamed(_) => None,
    }
}

fn named(key: &IdentityKey) -> Option<(&str, &str)> {
    match key {
        IdentityKey::NamePlace(name, place) => Some((name, place)),
        IdentityKey::TaxId(_) | IdentityKey::Domain(_) | IdentityKey::Phone(_) | IdentityKey::Unnamed(_) => None,
    }
}

/// An organisation that nobody has named before; its id follows from the first key that is nobody else's.
fn newly_met(record: &Record, first: Option<&IdentityKey>, now: Timestamp) -> Organisation {
    // When every other key is somebody else's, the record's own, the last, is what it is known by.
    let first = first.cloned().unwrap_or(IdentityKey::Unnamed(record.id));
    Organisation {
        id: OrganisationId::of(&[first.to_string().as_bytes()]),
        version: 0,
        name: None,
        keys: BTreeSet::from([first]),
        facts: Vec::new(),
        records: Vec::new(),
        bonds: BTreeMap::new(),
        apart: BTreeSet::new(),
        first_seen: now,
        changed: now,
    }
}

fn add(organisation: &mut Organisation, record: &Record, identity: &Identity, (free, by): (&[&IdentityKey], Option<Bond>)) {
    for key in free {
        // The record's own key finds its organisation again; it becomes one of the organisation's only when there is no better.
        let stands_alone = free.len() == 1 || !matches!(key, IdentityKey::Unnamed(_));
        if stands_alone && organisation.keys.len() < KEYS {
            organisation.keys.insert((*key).clone());
        }
    }
    if !organisation.records.contains(&record.id) {
        organisation.records.push(record.id);
        organisation.bonds.extend(by.map(|by| (record.id, by)));
        bound_records(organisation);
    }
    // Who called it as it is called, and calls it otherwise now, says what it is called.
    let renamed = facts::update(&mut organisation.facts, record, identity);
    let stale = |name: &String| renamed.is_some_and(|was| was.value.text() == *name);
    if organisation.name.as_ref().is_none_or(stale) {
        organisation.name.clone_from(&identity.name);
    }
}
