//! Carries over to a store that is being restored what must not be undone: who opted out since the backup stays opted out, and what was
//! counted up ([`RISING`]) does not fall. Knows no other table and nothing of where the stores come from.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::codec::{self, Key, Table};
use super::commit::panic_text;
use super::error::StoreError;
use super::frame;
use super::generation::{self, Generation};
use super::opening::FORMAT;
use super::segments::Segments;
use super::spec::Hook;
use super::stored::{StoredSuppression, to_model};
use super::tally::Tally;
use super::words::{RISING, Suppression};

/// One wish as it lies in a store.
pub(super) struct Wish {
    says: Suppression,
    key: Key,
    value: sled::IVec,
}

/// What a store has that must not be undone.
pub(super) struct Carried {
    wishes: Vec<Wish>,
    /// Counts that only rise, each under its key.
    counts: Vec<(Key, sled::IVec)>,
}

/// How much of it was newer than in the store it was put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Newer {
    pub(super) wishes: u64,
    pub(super) counts: u64,
}

/// A count as it lies in a store; what is none is as good as nothing.
fn count_of(value: &[u8]) -> u64 {
    std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn bad(why: impl Into<String>) -> StoreError {
    StoreError::Undecodable { what: "store", why: why.into() }
}

/// A store at rest.
struct Resting {
    generation: Generation,
    segments: Arc<Segments>,
}

impl Resting {
    /// `None` when there is no database yet.
    fn open(store: &Path, cache: u64) -> Result<Option<Self>, StoreError> {
        if !store.is_dir() {
            return Ok(None);
        }
        let number = match (generation::current(store), generation::numbers(store)?.as_slice()) {
            (Ok(Some(number)), _) => number,
            (Ok(None), []) => return Ok(None),
            (Ok(None) | Err(_), [only]) => *only,
            (Ok(None), _) => return Err(bad("the file `current` is missing and there are several databases")),
            (Err(why), _) => return Err(why),
        };
        if !generation::folder(store, number).join("db").is_file() {
            return Err(bad(format!("the file db-{number:06}/db is missing")));
        }
        let segments = Segments::open(&store.join("segments"), Hook::default())?;
        Ok(Some(Self { generation: Generation::open(store, number, cache)?, segments }))
    }

    fn wish(&self, value: &[u8]) -> Result<Suppression, StoreError> {
        to_model::<StoredSuppression, _>(frame::unpack(value, &self.segments)?)
    }
}

/// Every wish and every rising count in a store, which may be damaged elsewhere; where one cannot be read, none is.
pub(super) fn carried(store: &Path, cache: u64) -> Result<Carried, StoreError> {
    let look = || {
        let Some(store) = Resting::open(store, cache)? else { return Ok(Carried { wishes: Vec::new(), counts: Vec::new() }) };
        let format = store.generation.db.get(codec::system("format"))?;
        if format.as_deref() != Some(FORMAT.to_be_bytes().as_slice()) {
            return Err(bad("another version of atalaya wrote it"));
        }
        let found = store.generation.db.scan_prefix(Table::Suppression.prefix()).map(|item| {
            let (key, value) = item?;
            Ok(Wish { says: store.wish(&value)?, key: key.to_vec(), value })
        });
        let wishes = found.collect::<Result<_, StoreError>>()?;
        let counts = store.generation.db.scan_prefix(codec::mark(RISING)).map(|item| item.map(|(key, value)| (key.to_vec(), value)));
        Ok(Carried { wishes, counts: counts.collect::<Result<_, _>>()? })
    };
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|panic| Err(StoreError::Panicked(panic_text(panic.as_ref()))))
}

/// Puts into a store at rest the wishes of whom it has none, or an older one, and the counts that are greater: all of them or nothing.
pub(super) fn put(store: &Path, cache: u64, Carried { wishes, counts }: Carried) -> Result<Newer, StoreError> {
    let mut newer = Newer { wishes: 0, counts: 0 };
    if wishes.is_empty() && counts.is_empty() {
        return Ok(newer);
    }
    let store = Resting::open(store, cache)?.ok_or_else(|| bad("it is empty"))?;
    let db = &store.generation.db;
    let count = codec::system("tally");
    let stored = db.get(&count)?.and_then(|value| Tally::from_bytes(&value));
    let mut tally = stored.ok_or_else(|| bad("the count of its keys is missing"))?;
    let mut batch = sled::Batch::default();
    for Wish { says, key, value } in wishes {
        if let Some(old) = &db.get(&key)? {
            if store.wish(old)?.at >= says.at {
                continue;
            }
            tally.remove(&key, old);
        }
        tally.add(&key, &value);
        batch.insert(key, value);
        newer.wishes += 1;
    }
    for (key, value) in counts {
        let old = db.get(&key)?;
        if old.as_deref().map_or(0, count_of) >= count_of(&value) {
            continue;
        }
        if let Some(old) = &old {
            tally.remove(&key, old);
        }
        tally.add(&key, &value);
        batch.insert(key, value);
        newer.counts += 1;
    }
    batch.insert(count, tally.to_bytes());
    db.apply_batch(batch)?;
    store.generation.settle()?;
    Ok(newer)
}
