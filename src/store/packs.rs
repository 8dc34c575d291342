//! Records lie in packs: what one turn brought together is one value. Which pack a record lies in is kept in memory.
//!
//! A page brings dozens of records at once, much alike. One by one each costs a key in a random leaf of the tree and 300 bytes; together
//! they are a few values of a fifth the size, side by side. Knows no rule about records.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::codec::{self, Key, Table};
use super::embedded::Inner;
use super::error::{CommitError, StoreError};
use super::frame;
use super::prepare::{Draft, Effect};
use super::stored::{StoredPack, StoredRecord, millis, to_bytes, to_model};
use super::words::Reached;
use crate::base::ids::{RecordId, SourceId};
use crate::model::{Record, RecordKind};

/// Bytes of the records of one new pack before they are compressed: what is left of them fits the tree.
const PACK_BYTES: usize = 8 * 1024;

/// What a commit does to one pack.
#[derive(Default)]
struct Edit<'a> {
    put: Vec<&'a Record>,
    /// As they were when that was decided.
    forget: Vec<&'a Record>,
}

impl Inner {
    /// The key of the pack a record lies in.
    fn pack_of(&self, id: RecordId) -> Option<Key> {
        self.places.pack_of(id).map(codec::pack_at)
    }

    pub(super) fn record(&self, id: RecordId) -> Result<Option<Record>, StoreError> {
        Ok(self.records(&[id])?.pop())
    }

    /// Records in the order asked for, each pack read once; unknown ones are left out.
    pub(super) fn records(&self, ids: &[RecordId]) -> Result<Vec<Record>, StoreError> {
        let mut packs = BTreeMap::<Key, HashSet<RecordId>>::new();
        for id in ids {
            if let Some(key) = self.pack_of(*id) {
                packs.entry(key).or_default().insert(*id);
            }
        }
        let mut found = HashMap::new();
        for (key, wanted) in packs {
            // A pack that is gone by now held what was forgotten meanwhile.
            for (id, stored) in self.load::<StoredPack>(&key)?.into_iter().flat_map(|(_, pack)| pack.0) {
                let id = RecordId(u64::from_be_bytes(id));
                if wanted.contains(&id) {
                    found.insert(id, to_model::<StoredRecord, Record>(stored)?);
                }
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// The records under a prefix of packs that are wanted, at most so many.
    fn packed(&self, prefix: &[u8], most: usize, wanted: impl Fn(RecordId, &StoredRecord) -> bool) -> Result<Vec<Record>, StoreError> {
        let mut found = Vec::new();
        for key in self.tree()?.scan_prefix(prefix).keys() {
            for (id, stored) in self.load::<StoredPack>(&key?)?.into_iter().flat_map(|(_, pack)| pack.0) {
                if found.len() == most {
                    return Ok(found);
                }
                if wanted(RecordId(u64::from_be_bytes(id)), &stored) {
                    found.push(to_model(stored)?);
                }
            }
        }
        Ok(found)
    }

    pub(super) fn absent(&self, source: &SourceId, present: &HashSet<RecordId>, most: usize) -> Result<Vec<Record>, StoreError> {
        self.packed(&codec::packs_of(source), most, |id, stored| !stored.gone && stored.is_of(source) && !present.contains(&id))
    }

    pub(super) fn gone_before(&self, line: Timestamp, left: &[SourceId], most: usize) -> Result<Vec<Record>, StoreError> {
        let wanted = |stored: &StoredRecord| stored.gone && stored.changed < millis(line) || left.iter().any(|source| stored.is_of(source));
        self.packed(&Table::Pack.prefix(), most, |_, stored| wanted(stored))
    }

    /// Whole packs of records, in the order they lie in, until there are so many; and how far that was, unless it was to the end.
    pub(super) fn records_after(&self, after: Option<Reached>, limit: usize) -> Result<(Vec<Record>, Option<Reached>), StoreError> {
        let from = after.map_or_else(|| Table::Pack.prefix(), |Reached(key)| [key, vec![0]].concat());
        let mut found = Vec::new();
        for key in self.tree()?.range(from..).keys() {
            let key = key?;
            if Table::of(&key) != Some(Table::Pack) {
                break;
            }
            for (_, stored) in self.load::<StoredPack>(&key)?.into_iter().flat_map(|(_, pack)| pack.0) {
                found.push(to_model(stored)?);
            }
            if found.len() >= limit {
                return Ok((found, Some(Reached(key.to_vec()))));
            }
        }
        Ok((found, None))
    }
}

impl Draft<'_> {
    /// Writes and forgets records: known ones where they lie, new ones in packs of their own. One that is not any more as it was read is a conflict.
    pub(super) fn records(&mut self, put: &[Record], as_read: &[Record], forget: &[Record]) -> Result<(), CommitError> {
        for read in as_read {
            if self.inner.records(&[read.id])?.first() != Some(read) {
                return Err(changed(read.id));
            }
        }
        let mut fresh = BTreeMap::<(&SourceId, RecordId), &Record>::new();
        let mut edits = BTreeMap::<Key, Edit<'_>>::new();
        for record in put {
            if let Some(key) = self.inner.pack_of(record.id) {
                edits.entry(key).or_default().put.push(record);
            } else {
                self.shared_ids(record, None);
                self.tender(None, Some(record));
                fresh.insert((&record.source, record.id), record);
            }
        }
        for record in forget {
            let key = self.inner.pack_of(record.id).ok_or_else(|| changed(record.id))?;
            edits.entry(key).or_default().forget.push(record);
        }
        for (key, edit) in edits {
            self.edit(key, edit)?;
        }
        self.new_packs(fresh.into_values())
    }

    fn edit(&mut self, key: Key, edit: Edit<'_>) -> Result<(), CommitError> {
        let any = edit.put.iter().chain(&edit.forget).next();
        let what = any.map_or_else(String::new, |record| format!("record {}", record.id));
        let Some(old) = self.inner.get(&key)? else { return Err(CommitError::Conflict { what }) };
        let mut pack: StoredPack = frame::unpack(&old, &self.inner.segments)?;
        self.same(&key, Some(&old), what);
        let place = |pack: &StoredPack, record: &Record| {
            let id = record.id.0.to_be_bytes();
            pack.0.iter().position(|(known, _)| *known == id).ok_or_else(|| changed(record.id))
        };
        for record in edit.put {
            let at = place(&pack, record)?;
            let old = std::mem::replace(&mut pack.0[at].1, StoredRecord::from(record));
            if matches!(record.kind, RecordKind::Tender | RecordKind::Award) {
                let old = to_model::<StoredRecord, Record>(old)?;
                self.shared_ids(record, Some(&old));
                self.tender(Some(&old), Some(record));
            }
        }
        for record in edit.forget {
            let (_, stored) = pack.0.remove(place(&pack, record)?);
            if to_model::<StoredRecord, Record>(stored)? != *record {
                return Err(changed(record.id));
            }
            self.to.effects.push(Effect::Unpacked(record.id));
            self.notices_gone(record)?;
            self.tender(Some(record), None);
        }
        if pack.0.is_empty() {
            self.delete(key);
        } else {
            self.put(key, &pack, None)?;
        }
        Ok(())
    }

    /// Puts new records into packs, each of one source.
    fn new_packs<'r>(&mut self, records: impl Iterator<Item = &'r Record>) -> Result<(), CommitError> {
        let mut records = records.peekable();
        for part in 0.. {
            let Some(first) = records.peek() else { break };
            let source = &first.source;
            let (mut pack, mut ids, mut bytes) = (Vec::new(), Vec::new(), 0);
            let key = codec::pack(source, self.to.order, part);
            while let Some(record) = records.next_if(|record| record.source == *source && bytes < PACK_BYTES) {
                let stored = StoredRecord::from(record);
                bytes += to_bytes(&stored).len();
                ids.push(record.id);
                pack.push((record.id.0.to_be_bytes(), stored));
            }
            self.to.fresh.extend(&ids);
            self.to.effects.extend(codec::pack_id(&key).map(|id| Effect::Packed(id, ids)));
            self.put(key, &StoredPack(pack), None)?;
        }
        Ok(())
    }
}

fn changed(id: RecordId) -> CommitError {
    CommitError::Conflict { what: format!("record {id}") }
}
