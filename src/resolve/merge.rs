//! Joins a record to the organisation it names. Knows no store: whoever shares a key is handed in, in any order.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::facts;
use super::{Also, Identity, Merged};
use crate::base::ids::{OrganisationId, RecordId};
use crate::model::{IdentityKey, Organisation, Record, identifier};

/// Facts kept of one organisation.
pub const FACTS: usize = 64;
/// Records remembered of one organisation; more drop the oldest.
pub const RECORDS: usize = 200;
/// Identity keys of one organisation; further ones are not taken up.
pub const KEYS: usize = 64;

/// Joins a record to the organisation found by its strongest key, or makes a new one.
///
/// Never joined: two different valid tax numbers of one kind; a telephone number alone between names with no word in common (a
/// switchboard, a marketplace's own number); a name alone when the place is another. Keys that another organisation owns stay its own.
/// `found` are the organisations that own a key of `identity`; the outcome is the same for any order of them.
pub fn merge(record: &Record, identity: &Identity, found: &[Organisation], now: Timestamp) -> Merged {
    let mut chosen: Option<&Organisation> = None;
    let mut also = Vec::new();
    let mut taken = BTreeSet::new();
    for (rank, org) in ranked(identity, found) {
        let refusal = refusal(identity, org, rank);
        match (refusal, &chosen) {
            (None, None) => chosen = Some(org),
            (refusal, _) => {
                let because = refusal.unwrap_or_else(|| "a stronger key led to another organisation; they may be the same".to_owned());
                also.push(Also { organisation: org.id, key: identity.keys[rank].clone(), because });
                taken.extend(&org.keys);
            }
        }
    }
    let before = chosen;
    let free: Vec<&IdentityKey> = identity.keys.iter().filter(|key| !taken.contains(key)).collect();
    let mut organisation = chosen.cloned().unwrap_or_else(|| newly_met(record, free.first().copied(), now));
    add(&mut organisation, record, identity, &free);
    let changed = before != Some(&organisation);
    if changed {
        organisation.changed = now;
    }
    Merged { organisation, changed, also }
}

/// The organisation among these that [`merge`] would join a record of this identity to.
pub fn owner(identity: &Identity, found: &[Organisation]) -> Option<OrganisationId> {
    ranked(identity, found).into_iter().find(|(rank, org)| refusal(identity, org, *rank).is_none()).map(|(_, org)| org.id)
}

/// Those that share a key, each once with the place of the strongest such key, the best first.
fn ranked<'a>(identity: &Identity, found: &'a [Organisation]) -> Vec<(usize, &'a Organisation)> {
    let mut candidates: Vec<(usize, &Organisation)> =
        found.iter().filter_map(|org| Some((identity.keys.iter().position(|key| org.keys.contains(key))?, org))).collect();
    candidates.sort_by(|(rank_a, a), (rank_b, b)| (rank_a, a.first_seen, a.id).cmp(&(rank_b, b.first_seen, b.id)));
    candidates.dedup_by_key(|(_, org)| org.id);
    candidates
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
    let still: BTreeSet<IdentityKey> =
        left.iter().flat_map(|identity| &identity.keys).filter(|key| organisation.keys.contains(*key)).cloned().collect();
    if !still.is_empty() {
        rest.keys = still;
    }
    if !left.iter().any(|identity| identity.name == rest.name) {
        rest.name = left.iter().rev().find_map(|identity| identity.name.clone());
    }
    Some(rest)
}

/// Why a record is not joined with an organisation that shares the key of this rank; `None` when it may be.
fn refusal(identity: &Identity, org: &Organisation, rank: usize) -> Option<String> {
    for mine in identity.keys.iter().filter_map(tax_of) {
        if let Some(theirs) = org.keys.iter().filter_map(tax_of).find(|theirs| identifier::contradict(mine, theirs)) {
            return Some(format!("different tax numbers: {mine} and {theirs}"));
        }
    }
    let names = |org: &Organisation| -> BTreeSet<String> {
        org.keys.iter().filter_map(|key| named(key).map(|(name, _)| name.to_owned())).collect()
    };
    match &identity.keys[rank] {
        IdentityKey::Phone(phone) => {
            let mine = identity.keys.iter().find_map(named).map(|(name, _)| name)?;
            let theirs = names(org);
            let alike = theirs.is_empty() || theirs.iter().any(|name| share_a_word(mine, name));
            (!alike).then(|| format!("they share {phone} and no word of their names"))
        }
        IdentityKey::NamePlace(name, place) if place.starts_with('@') => {
            let here = identity.keys.iter().filter_map(named).map(|(_, place)| place).find(|place| !place.starts_with('@'))?;
            let there: Vec<&str> =
                org.keys.iter().filter_map(named).filter(|(n, p)| n == name && !p.starts_with('@')).map(|(_, p)| p).collect();
            let elsewhere = !there.is_empty() && !there.contains(&here);
            elsewhere.then(|| format!("the same name in another place: {here}, not {}", there.join(", ")))
        }
        IdentityKey::TaxId(_) | IdentityKey::Domain(_) | IdentityKey::Unnamed(_) | IdentityKey::NamePlace(..) => None,
    }
}

fn tax_of(key: &IdentityKey) -> Option<&str> {
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

/// A word of three letters or more in common: "talleres garcia" and "garcia hermanos".
fn share_a_word(a: &str, b: &str) -> bool {
    a == b || a.split(' ').any(|word| word.chars().count() >= 3 && b.split(' ').any(|other| other == word))
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
        first_seen: now,
        changed: now,
    }
}

fn add(organisation: &mut Organisation, record: &Record, identity: &Identity, free: &[&IdentityKey]) {
    for key in free {
        // The record's own key finds its organisation again; it becomes one of the organisation's only when there is no better.
        let stands_alone = free.len() == 1 || !matches!(key, IdentityKey::Unnamed(_));
        if stands_alone && organisation.keys.len() < KEYS {
            organisation.keys.insert((*key).clone());
        }
    }
    if organisation.name.is_none() {
        organisation.name.clone_from(&identity.name);
    }
    if !organisation.records.contains(&record.id) {
        organisation.records.push(record.id);
        let over = organisation.records.len().saturating_sub(RECORDS);
        organisation.records.drain(..over);
    }
    facts::update(&mut organisation.facts, record, identity);
}
