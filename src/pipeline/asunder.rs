//! What only forgotten records held together is no longer one: an organisation whose records name several without them becomes these again.
//! Forgets nothing.

use std::collections::HashSet;

use jiff::Timestamp;

use super::forget::{identity, took_place};
use super::keep::KeepError;
use super::{Effects, unite};
use crate::base::ids::{OrganisationId, RecordId};
use crate::config::Config;
use crate::model::{Bond, IdentityKey, Organisation, Record, Turn};
use crate::resolve::{self, Identity};
use crate::store::StoreError;

/// Parts that leave one organisation in one go.
const PARTS: usize = 20;

/// Divides an organisation into those that its records name. `false`: others wrote at the same time.
pub(super) async fn fall_apart(effects: &Effects, config: &Config, id: OrganisationId, now: Timestamp) -> Result<bool, KeepError> {
    for _ in 0..PARTS {
        let Some(whole) = effects.store.organisation(id).await? else { return Ok(true) };
        let Some((rest, part)) = loose(effects, config, &whole, now).await? else { return Ok(true) };
        let mut turn = Turn::upkeep();
        unite::take_along(effects, config, &mut turn, (&rest, &part), now).await?;
        turn.organisations.extend([rest, part]);
        if !took_place(effects.store.commit(turn).await)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What stays of an organisation and a part that nothing holds to it any more; `None` when all of it is one.
async fn loose(
    effects: &Effects,
    config: &Config,
    whole: &Organisation,
    now: Timestamp,
) -> Result<Option<(Organisation, Organisation)>, StoreError> {
    // A full list does not name all that hold it together.
    if whole.records.len() < 2 || whole.records.len() >= resolve::RECORDS {
        return Ok(None);
    }
    let records = effects.store.records(whole.records.clone()).await?;
    let known: Vec<(Record, Identity)> =
        records.into_iter().map(|record| (identity(config, &record), record)).map(|(a, b)| (b, a)).collect();
    let keys: Vec<IdentityKey> = known.iter().flat_map(|(_, identity)| identity.keys.iter().cloned()).collect();
    let common = effects.store.common(&keys);
    let mut groups: Vec<Organisation> = Vec::new();
    for (record, identity) in &known {
        let merged = resolve::merge(record, identity, resolve::Met { found: &groups, common: Some(&common) }, record.first_seen);
        groups.retain(|group| group.id != merged.organisation.id && !merged.absorbed.contains(&group.id));
        groups.push(merged.organisation);
    }
    let has = |group: &Organisation, wanted: &dyn Fn(&RecordId) -> bool| group.records.iter().any(wanted);
    let ruled = |record: &RecordId| matches!(whole.bonds.get(record), Some(Bond::Ruling(_)));
    let first = |record: &RecordId| Some(record) == whole.records.first();
    // What was known first stays, with whatever somebody said is the same.
    let leaving = groups.iter().filter(|group| !has(group, &first) && !has(group, &ruled));
    for group in leaving {
        let leaves = |record: &Record| group.records.contains(&record.id);
        let of = |wanted: bool| {
            known.iter().filter(|(record, _)| leaves(record) == wanted).map(|(_, identity)| identity.clone()).collect::<Vec<_>>()
        };
        let id = free_id(effects, whole, group).await?;
        let (mut rest, mut part) = resolve::divide(whole, &group.records, (&of(true), &of(false)), id, now);
        // Nobody said that they are not the same.
        (rest.apart, part.apart) = (whole.apart.clone(), whole.apart.clone());
        plain(&mut part);
        part.first_seen = group.first_seen;
        let asked = vec![(rest.id, resolve::rows(&rest)), (part.id, resolve::rows(&part))];
        let (_, likely) = effects.store.likely(asked, HashSet::new()).await?;
        let alike = likely.iter().find(|one| one.organisation == part.id).into_iter().flat_map(|one| &one.matches);
        if !alike.into_iter().any(|found| found.organisation == rest.id && found.points > 0.0) {
            return Ok(Some((rest, part)));
        }
    }
    Ok(None)
}

/// The id it has by its first key, as before it became part of another; another one where that is somebody's.
async fn free_id(effects: &Effects, whole: &Organisation, group: &Organisation) -> Result<OrganisationId, StoreError> {
    let taken = group.id == whole.id || effects.store.organisation(group.id).await?.is_some();
    let first = group.records.first().map_or(0, |record| record.0);
    Ok(if taken { OrganisationId::of(&[b"asunder", &whole.id.0.to_be_bytes(), &first.to_be_bytes()]) } else { group.id })
}

/// It is known by what its records say, not by the records themselves, where they say anything.
fn plain(part: &mut Organisation) {
    let named = |key: &IdentityKey| !matches!(key, IdentityKey::Unnamed(_));
    if part.keys.iter().any(named) {
        part.keys.retain(named);
    }
}
