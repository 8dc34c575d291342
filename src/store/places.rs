//! Where every record lies: which pack holds it, in thirteen bytes a record. On disk the packs alone say it: an index of ids in the tree
//! costs more than reading the page that brought the records. Filled when the store is opened. Knows no value.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::codec::PackId;
use crate::base::ids::RecordId;

/// Ids are hashes: their first bits spread them evenly over so many short sorted lists.
const LISTS_BITS: u32 = 12;

/// One record; in halves, so that it takes twelve bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    id: [u32; 2],
    pack: u32,
}

#[derive(Debug)]
struct Pack {
    id: PackId,
    /// Records of it that are left; without any its number is free.
    live: u32,
}

#[derive(Debug, Default)]
struct Table {
    lists: Vec<Vec<Slot>>,
    packs: Vec<Pack>,
    free: Vec<u32>,
    records: u64,
}

/// The places of all records that are durable.
#[derive(Debug, Default)]
pub(super) struct Places(RwLock<Table>);

fn halves(id: RecordId) -> [u32; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of it")]
    [(id.0 >> 32) as u32, id.0 as u32]
}

fn list(id: [u32; 2]) -> usize {
    (id[0] >> (32 - LISTS_BITS)) as usize
}

impl Table {
    fn find(&self, id: RecordId) -> Option<&Pack> {
        let id = halves(id);
        let list = self.lists.get(list(id))?;
        let at = list.binary_search_by_key(&id, |slot| slot.id).ok()?;
        self.packs.get(list[at].pack as usize)
    }

    /// Puts a record into a pack; `false` when it lies in one already.
    fn put(&mut self, id: [u32; 2], pack: u32) -> bool {
        let list = &mut self.lists[list(id)];
        let Err(at) = list.binary_search_by_key(&id, |slot| slot.id) else { return false };
        if list.len() == list.capacity() {
            // Doubling would leave half of the memory empty.
            list.reserve_exact(list.len() / 8 + 4);
        }
        list.insert(at, Slot { id, pack });
        self.records += 1;
        true
    }
}

impl Places {
    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pack a record lies in.
    pub(super) fn pack_of(&self, id: RecordId) -> Option<PackId> {
        self.read().find(id).map(|pack| pack.id)
    }

    pub(super) fn holds(&self, id: RecordId) -> bool {
        self.read().find(id).is_some()
    }

    /// How many records there are.
    pub(super) fn records(&self) -> u64 {
        self.read().records
    }

    /// How many records of a source there are, by its hash.
    pub(super) fn records_of(&self, source: u64) -> u64 {
        self.read().packs.iter().filter(|pack| pack.id.source() == source).map(|pack| u64::from(pack.live)).sum()
    }

    /// Notes a new pack. Returns whether none of its records lies elsewhere; those that do stay where they are.
    pub(super) fn put(&self, id: PackId, records: impl IntoIterator<Item = RecordId>) -> bool {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if table.lists.is_empty() {
            table.lists.resize_with(1 << LISTS_BITS, Vec::new);
        }
        let number = table.free.pop().unwrap_or_else(|| {
            table.packs.push(Pack { id, live: 0 });
            u32::try_from(table.packs.len() - 1).unwrap_or(u32::MAX)
        });
        let (mut live, mut all) = (0, true);
        for record in records {
            let put = table.put(halves(record), number);
            live += u32::from(put);
            all &= put;
        }
        table.packs[number as usize] = Pack { id, live };
        if live == 0 {
            table.free.push(number);
        }
        all
    }

    /// Forgets a record.
    pub(super) fn remove(&self, id: RecordId) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let id = halves(id);
        let Some(list) = table.lists.get_mut(list(id)) else { return };
        let Ok(at) = list.binary_search_by_key(&id, |slot| slot.id) else { return };
        let number = list.remove(at).pack;
        table.records -= 1;
        let pack = &mut table.packs[number as usize];
        pack.live -= 1;
        if pack.live == 0 {
            table.free.push(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::base::ids::SourceId;
    use crate::store::codec;

    fn pack(n: u64) -> PackId {
        codec::pack_id(&codec::pack(&"s".parse::<SourceId>().unwrap(), n, 0)).unwrap()
    }

    proptest! {
        /// Against a plain map: packs come, records go, numbers are used again.
        #[test]
        fn a_record_is_where_it_was_put(steps in prop::collection::vec((any::<bool>(), prop::collection::vec(0u64..60, 1..6)), 0..60)) {
            let places = Places::default();
            let mut model = BTreeMap::new();
            let id = |n: u64| RecordId::of(&[&n.to_be_bytes()]);
            for (n, (put, records)) in (0..).zip(steps) {
                if put {
                    let mut all = true;
                    for record in &records {
                        all &= !model.contains_key(record);
                        model.entry(*record).or_insert(pack(n));
                    }
                    prop_assert_eq!(places.put(pack(n), records.into_iter().map(id)), all);
                } else {
                    for record in records {
                        model.remove(&record);
                        places.remove(id(record));
                    }
                }
                prop_assert_eq!(places.records(), model.len() as u64);
                for record in 0..60 {
                    prop_assert_eq!(places.pack_of(id(record)), model.get(&record).copied());
                }
            }
            let live = model.values().collect::<std::collections::BTreeSet<_>>().len();
            let table = places.read();
            prop_assert_eq!(table.packs.len() - table.free.len(), live);
        }
    }
}
