//! Notices on file, with the record of their procedure: written once and never changed, found by the hash of their bytes. And the records
//! that go by the same identifiers. Knows no format.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::codec::{self, Key};
use super::embedded::{Embedded, Inner};
use super::error::StoreError;
use super::prepare::{Draft, Effect};
use super::shared::Under;
use super::stored::{StoredNotice, millis, to_model};
use super::words::OnFile;
use crate::base::ids::{ContentHash, RecordId};
use crate::model::{Filed, Record, RecordKind};

/// Notices kept of one record: the first, which says most, and the newest of the others.
const NOTICES: usize = 200;
/// Bytes of them that are read at once; the first is read in any case.
const BYTES: usize = 16 * 1024 * 1024;
/// Records found by one identifier, of one kind: a portal that gives all its procedures the same one must not join them all.
const SHARED: usize = 200;

impl Inner {
    /// Whether this very notice is on file. One without a date lies at the time it was first seen, which must be looked for.
    fn is_filed(&self, record: RecordId, filed: &Filed) -> Result<bool, StoreError> {
        if !self.places.holds(record) {
            return Ok(false);
        }
        match filed.published {
            Some(at) => Ok(self.tree()?.contains_key(codec::notice(record, millis(at), filed.hash))?),
            None => Ok(self.notice_keys(record)?.iter().any(|key| codec::notice_hash(key) == Some(filed.hash))),
        }
    }

    /// Whether it is on file and none of its time was filed beside it; of those without a date, none after it.
    fn is_settled(&self, record: RecordId, filed: &Filed) -> Result<bool, StoreError> {
        if !self.is_filed(record, filed)? {
            return Ok(false);
        }
        match filed.published {
            Some(at) => Ok(self.tree()?.scan_prefix(codec::notices_at(record, millis(at))).keys().take(2).count() == 1),
            None => Ok(self.notice_keys(record)?.last().and_then(|key| codec::notice_hash(key)) == Some(filed.hash)),
        }
    }

    fn notice_keys(&self, record: RecordId) -> Result<Vec<Key>, StoreError> {
        let keys = self.tree()?.scan_prefix(codec::notices_of(record)).keys();
        keys.map(|key| Ok(key?.to_vec())).collect()
    }

    /// The notices of a record, the oldest first; of the same time in the order in which they came.
    fn notices_of(&self, record: RecordId) -> Result<OnFile, StoreError> {
        let keys = self.notice_keys(record)?;
        let (mut all, mut bytes, mut found) = (keys.len() < NOTICES, 0, Vec::new());
        // The first says most; of the others the newest count.
        for key in keys.first().into_iter().chain(keys.iter().skip(1).rev()) {
            if bytes >= BYTES {
                all = false;
                break;
            }
            if let Some((_, stored)) = self.load::<StoredNotice>(key)? {
                let place = stored.place;
                let filed: Filed = to_model(stored)?;
                bytes += filed.raw.len();
                found.push((filed.at(), filed.seen, place, filed));
            }
        }
        found.sort_by_key(|(at, seen, place, _)| (*at, *seen, *place));
        Ok(OnFile { notices: found.into_iter().map(|(_, _, _, filed)| filed).collect(), all })
    }

    /// Those of other sources, of the record's own kind; of an article also those of its own: a feed may bring it twice.
    fn shared_by(&self, record: &Record) -> Result<Vec<RecordId>, StoreError> {
        let mut found = BTreeSet::new();
        for id in record.shared_ids() {
            let (all, own) = (codec::shared_by(&id, record.kind), codec::shared_in(&id, record.kind, &record.source));
            let tree = self.tree()?;
            let before = tree.range(all.clone()..own.clone()).keys();
            let after = tree.range(own.clone()..).keys().skip_while(|key| key.as_ref().is_ok_and(|key| key.starts_with(&own)));
            let after = after.take_while(|key| key.as_ref().map_or(true, |key| key.starts_with(&all)));
            for key in before.chain(after).take(SHARED) {
                found.extend(codec::last_u64(&key?).map(RecordId));
            }
            if record.kind == RecordKind::Article {
                for key in tree.scan_prefix(&own).keys().take(SHARED) {
                    found.extend(codec::last_u64(&key?).map(RecordId).filter(|id| *id != record.id));
                }
            }
        }
        Ok(found.into_iter().collect())
    }
}

impl Inner {
    /// The tenders that have a notice of this number.
    fn of_notice(&self, number: &str) -> Result<Vec<RecordId>, StoreError> {
        let keys = self.tree()?.scan_prefix(codec::notice_numbers(number)).keys().take(SHARED);
        keys.filter_map(|key| key.map(|key| codec::last_u64(&key).map(RecordId)).transpose())
            .map(|id| id.map_err(StoreError::from))
            .collect()
    }
}

impl Draft<'_> {
    /// Files notices; those that are on file stay as they are. Those that are idle make room, then the oldest but the first.
    pub(super) fn notices(&mut self, notices: &[(RecordId, Filed)], idle: &[(RecordId, ContentHash)]) -> Result<(), StoreError> {
        let mut fresh = BTreeMap::<RecordId, BTreeMap<Key, (u32, &Filed)>>::new();
        let mut met = HashSet::<(RecordId, ContentHash)>::new();
        for (place, (record, filed)) in (0..).zip(notices) {
            if met.insert((*record, filed.hash)) && !self.inner.is_filed(*record, filed)? {
                fresh.entry(*record).or_default().insert(codec::notice(*record, millis(filed.at()), filed.hash), (place, filed));
            }
        }
        for (record, mut new) in fresh {
            let mut on_file = if self.inner.places.holds(record) { self.inner.notice_keys(record)? } else { Vec::new() };
            let is_idle = |key: &Key| codec::notice_hash(key).is_some_and(|hash| idle.contains(&(record, hash)));
            on_file.extract_if(.., |key| is_idle(key)).for_each(|key| self.delete(key));
            let all: BTreeSet<Key> = on_file.into_iter().chain(new.keys().cloned()).collect();
            let over = all.len().saturating_sub(NOTICES);
            for key in all.into_iter().skip(1).take(over) {
                if new.remove(&key).is_none() {
                    self.delete(key);
                }
            }
            for (key, (place, filed)) in new {
                for number in &filed.numbers {
                    self.to.writes.push((codec::notice_number(number, record), Some(Vec::new())));
                }
                self.put(key, &StoredNotice::new(filed, place), None)?;
            }
        }
        Ok(())
    }

    /// Forgets the notices of a record that is forgotten, and what it was known by.
    pub(super) fn notices_gone(&mut self, record: &Record) -> Result<(), StoreError> {
        for key in self.inner.notice_keys(record.id)? {
            for number in self.inner.load::<StoredNotice>(&key)?.into_iter().flat_map(|(_, stored)| stored.numbers) {
                self.delete(codec::notice_number(&number, record.id));
            }
            self.delete(key);
        }
        for id in record.shared_ids() {
            self.delete(codec::shared_id(&id, record));
        }
        Ok(())
    }

    /// Keeps by which identifiers a record is known; `before`: as it was. A record that says what it said is nothing that another turn must see.
    pub(super) fn shared_ids(&mut self, record: &Record, before: Option<&Record>) {
        let now = record.shared_ids();
        if before.is_none_or(|before| !says_the_same(before, record)) {
            self.to.effects.extend(now.iter().map(|id| Effect::Shared(Under::new(id, record))));
        }
        let before = before.map(Record::shared_ids).unwrap_or_default();
        for id in before.iter().filter(|id| !now.contains(id)) {
            self.delete(codec::shared_id(id, record));
        }
        for id in now.iter().filter(|id| !before.contains(id)) {
            self.to.writes.push((codec::shared_id(id, record), Some(Vec::new())));
        }
    }
}

/// Whether two states of a record say the same.
fn says_the_same(one: &Record, other: &Record) -> bool {
    let values = |record: &Record| record.fields.iter().map(|(name, field)| (name.clone(), field.value.clone())).collect::<Vec<_>>();
    one.gone == other.gone && values(one) == values(other)
}

impl Embedded {
    pub(super) async fn unsettled(&self, notices: Vec<(RecordId, Filed)>) -> Result<HashSet<RecordId>, StoreError> {
        self.read(move |inner| {
            let mut found = HashSet::new();
            for (record, filed) in &notices {
                if !found.contains(record) && !inner.is_settled(*record, filed)? {
                    found.insert(*record);
                }
            }
            Ok(found)
        })
        .await
    }

    pub(super) async fn notices_of(&self, record: RecordId) -> Result<OnFile, StoreError> {
        self.read(move |inner| inner.notices_of(record)).await
    }

    pub(super) async fn of_notice(&self, number: String) -> Result<Vec<RecordId>, StoreError> {
        self.read(move |inner| inner.of_notice(&number)).await
    }

    pub(super) fn shared_written(&self) -> u64 {
        self.inner.shared.written()
    }

    pub(super) async fn shared_by(&self, record: Record) -> Result<Vec<RecordId>, StoreError> {
        self.read(move |inner| inner.shared_by(&record)).await
    }
}
