//! Makes one organisation of two, and two of one. A view over records both ways: nothing that a record says is lost. Knows no store.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Identity;
use super::merge::{FACTS, KEYS, RECORDS, tax_of};
use crate::base::ids::{OrganisationId, RecordId};
use crate::model::{Bond, IdentityKey, Organisation, identifier};

/// Records that are kept apart from one organisation at most; further ones are known by what else tells them apart.
const APART: usize = 400;

/// Two tax ids that no one legal entity has, one of each.
pub(super) fn contradicting<'o>(a: &'o Organisation, b: &'o Organisation) -> Option<(&'o str, &'o str)> {
    let ids = |of: &'o Organisation| of.keys.iter().filter_map(tax_of);
    ids(a).flat_map(|one| ids(b).map(move |two| (one, two))).find(|(one, two)| identifier::contradict(one, two))
}

/// Why two organisations are never one, whatever speaks for it; `None` when they may be.
pub fn parted(a: &Organisation, b: &Organisation) -> Option<String> {
    if let Some((one, two)) = contradicting(a, b) {
        return Some(format!("different tax ids: {} and {}", one.min(two), one.max(two)));
    }
    are_kept_apart(a, b).then(|| "somebody said that they are not the same".to_owned())
}

/// Whether somebody said that they are not the same.
pub(super) fn are_kept_apart(a: &Organisation, b: &Organisation) -> bool {
    let said = |one: &Organisation, other: &Organisation| one.records.iter().any(|record| other.apart.contains(record));
    said(a, b) || said(b, a)
}

/// Makes one of two: the one that was known first stays, and the other's records belong to it by this bond. The same whichever is named first.
pub fn unite(a: Organisation, b: Organisation, bond: &Bond, now: Timestamp) -> Organisation {
    let age = |one: &Organisation| (one.version == 0, one.first_seen, one.id);
    let (mut stays, joins) = if age(&a) <= age(&b) { (a, b) } else { (b, a) };
    for record in &joins.records {
        let of_record = joins.bonds.get(record).unwrap_or(bond);
        stays.bonds.entry(*record).or_insert_with(|| of_record.clone());
    }
    stays.records.extend(joins.records.iter().filter(|record| !stays.records.contains(record)).copied().collect::<Vec<_>>());
    bound_records(&mut stays);
    stays.keys = stays.keys.into_iter().chain(joins.keys).collect::<BTreeSet<_>>().into_iter().take(KEYS).collect();
    stays.apart = stays.apart.into_iter().chain(joins.apart).take(APART).collect();
    stays.facts.extend(joins.facts);
    super::facts::bound(&mut stays.facts, FACTS);
    stays.name = stays.name.or(joins.name);
    stays.first_seen = stays.first_seen.min(joins.first_seen);
    stays.changed = now;
    stays
}

/// Remembers that these records are not of an organisation.
pub fn keep_apart(organisation: &mut Organisation, records: &[RecordId]) {
    let room = APART.saturating_sub(organisation.apart.len());
    organisation.apart.extend(records.iter().take(room));
}

/// Takes these records out of an organisation into one of their own, of this id: with what they say of it, and the keys that they alone have.
///
/// `leaving` and `staying` are the identities of the records as they are now. The new one is known by its records themselves too, so that they
/// find it again whatever else they share.
pub fn divide(
    organisation: &Organisation,
    records: &[RecordId],
    (leaving, staying): (&[Identity], &[Identity]),
    id: OrganisationId,
    now: Timestamp,
) -> (Organisation, Organisation) {
    let leaves = |record: &RecordId| records.contains(record);
    let kept: BTreeSet<&IdentityKey> = staying.iter().flat_map(|identity| &identity.keys).collect();
    let said = leaving.iter().flat_map(|identity| &identity.keys);
    let mut keys: BTreeSet<IdentityKey> = said.filter(|key| organisation.keys.contains(*key) && !kept.contains(key)).cloned().collect();
    let (mut rest, mut part) = (organisation.clone(), organisation.clone());
    rest.keys.retain(|key| !keys.contains(key));
    keys.extend(records.iter().map(|record| IdentityKey::Unnamed(*record)));
    if rest.keys.is_empty() {
        rest.keys.extend(organisation.records.iter().filter(|record| !leaves(record)).map(|record| IdentityKey::Unnamed(*record)));
    }
    part.keys = keys.into_iter().take(KEYS).collect();
    part.records.retain(leaves);
    rest.records.retain(|record| !leaves(record));
    part.facts.retain(|fact| leaves(&fact.record));
    rest.facts.retain(|fact| !leaves(&fact.record));
    for (one, identities) in [(&mut rest, staying), (&mut part, leaving)] {
        if !identities.iter().any(|identity| identity.name == one.name) {
            one.name = identities.iter().rev().find_map(|identity| identity.name.clone());
        }
        let keys = &one.keys;
        let records = &one.records;
        one.bonds.retain(|record, bond| records.contains(record) && !matches!(bond, Bond::Key(key) if !keys.contains(key)));
        stand_by_itself(one);
        one.changed = now;
    }
    (part.id, part.version, part.first_seen) = (id, 0, now);
    keep_apart(&mut rest, records);
    let stay = rest.records.clone();
    keep_apart(&mut part, &stay);
    (rest, part)
}

/// Where every record has a bond, one of them is a bond with what is not there any more: what once joined all of them to it goes.
fn stand_by_itself(organisation: &mut Organisation) {
    if organisation.records.iter().all(|record| organisation.bonds.contains_key(record)) {
        let joined = |record: &&RecordId| !matches!(organisation.bonds.get(*record), Some(Bond::Key(_)));
        let first = organisation.records.iter().find(joined).or_else(|| organisation.records.first()).copied();
        organisation.bonds.retain(|record, _| Some(*record) != first);
    }
}

/// Drops the oldest records beyond the bound, and what is said of records that are not listed.
pub(super) fn bound_records(organisation: &mut Organisation) {
    let over = organisation.records.len().saturating_sub(RECORDS);
    organisation.records.drain(..over);
    let records = &organisation.records;
    organisation.bonds.retain(|record, _| records.contains(record));
}
