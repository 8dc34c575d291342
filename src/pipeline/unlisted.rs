//! Who else names an organisation of more records than its list holds: found by reading all records once, each joined as a turn would join
//! it. Writes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::Effects;
use super::forget::identity;
use crate::base::ids::{OrganisationId, RecordId};
use crate::config::Config;
use crate::model::{IdentityKey, Organisation, Record};
use crate::resolve::{self, Identity};
use crate::store::StoreError;

/// Records in one read.
const READ: usize = 500;

/// What the records beyond an organisation's list say of it.
#[derive(Debug, Default)]
pub(super) struct Unlisted {
    newest: BTreeSet<(Timestamp, RecordId)>,
    keys: BTreeSet<IdentityKey>,
    name: Option<String>,
}

impl Unlisted {
    fn add(&mut self, organisation: &Organisation, record: &Record, identity: Identity) {
        self.newest.insert((record.first_seen, record.id));
        if self.newest.len() > resolve::RECORDS {
            self.newest.pop_first();
        }
        self.keys.extend(identity.keys.into_iter().filter(|key| organisation.keys.contains(key)));
        if self.name.is_none() || identity.name == organisation.name {
            self.name = identity.name;
        }
    }

    /// The newest of them, the newest last; as many as a list holds.
    pub(super) fn records(&self) -> impl Iterator<Item = RecordId> {
        self.newest.iter().map(|(_, id)| *id)
    }

    /// All that they know it by, as if one record said it; `None`: there are none.
    pub(super) fn identity(&self) -> Option<Identity> {
        (!self.newest.is_empty()).then(|| Identity {
            keys: self.keys.iter().cloned().collect(),
            name: self.name.clone(),
            country: None,
            of_source: None,
        })
    }
}

/// What records that are neither on the lists of these organisations nor forgotten say of each of them.
pub(super) async fn unlisted(
    effects: &Effects,
    config: &Config,
    crowded: &[Organisation],
    forgotten: &HashSet<RecordId>,
) -> Result<HashMap<OrganisationId, Unlisted>, StoreError> {
    let by_id: HashMap<OrganisationId, &Organisation> = crowded.iter().map(|organisation| (organisation.id, organisation)).collect();
    let keys: HashSet<&IdentityKey> = crowded.iter().flat_map(|organisation| &organisation.keys).collect();
    let listed: HashSet<RecordId> = crowded.iter().flat_map(|organisation| &organisation.records).copied().collect();
    let mut found: HashMap<OrganisationId, Unlisted> = by_id.keys().map(|id| (*id, Unlisted::default())).collect();
    let mut after = None;
    loop {
        let (records, reached) = effects.store.records_after(after, READ).await?;
        let others = records.into_iter().filter(|record| !forgotten.contains(&record.id) && !listed.contains(&record.id));
        let named: Vec<(Record, Identity)> = others
            .map(|record| (identity(config, &record), record))
            .filter(|(identity, _)| identity.keys.iter().any(|key| keys.contains(key)))
            .map(|(identity, record)| (record, identity))
            .collect();
        let all: BTreeSet<IdentityKey> = named.iter().flat_map(|(_, identity)| &identity.keys).cloned().collect();
        let owners = effects.store.organisations_by_keys(all.into_iter().collect()).await?;
        for (record, identity) in named {
            if let Some(organisation) = resolve::owner(&identity, &owners).and_then(|id| by_id.get(&id)) {
                found.entry(organisation.id).or_default().add(organisation, &record, identity);
            }
        }
        after = reached;
        if after.is_none() {
            return Ok(found);
        }
    }
}
