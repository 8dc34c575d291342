//! Carries what recipients wished over to a store that is being restored: who opted out since the backup stays opted out. Knows no other
//! table and nothing of where the stores come from.

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
use super::words::Suppression;

/// One wish as it lies in a store.
pub(super) struct Wish {
    says: Suppression,
    key: Key,
    value: sled::IVec,
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

/// Every wish in a store, which may be damaged elsewhere; where a wish cannot be read, none is.
pub(super) fn wishes(store: &Path, cache: u64) -> Result<Vec<Wish>, StoreError> {
    let look = || {
        let Some(store) = Resting::open(store, cache)? else { return Ok(Vec::new()) };
        let format = store.generation.db.get(codec::system("format"))?;
        if format.as_deref() != Some(FORMAT.to_be_bytes().as_slice()) {
            return Err(bad("another version of atalaya wrote it"));
        }
        let found = store.generation.db.scan_prefix(Table::Suppression.prefix()).map(|item| {
            let (key, value) = item?;
            Ok(Wish { says: store.wish(&value)?, key: key.to_vec(), value })
        });
        found.collect()
    };
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|panic| Err(StoreError::Panicked(panic_text(panic.as_ref()))))
}

/// Puts the wishes into a store at rest that has none of this recipient, or an older one: all of them or nothing. Returns how many.
pub(super) fn put(store: &Path, cache: u64, wishes: Vec<Wish>) -> Result<u64, StoreError> {
    if wishes.is_empty() {
        return Ok(0);
    }
    let store = Resting::open(store, cache)?.ok_or_else(|| bad("it is empty"))?;
    let db = &store.generation.db;
    let count = codec::system("tally");
    let stored = db.get(&count)?.and_then(|value| Tally::from_bytes(&value));
    let mut tally = stored.ok_or_else(|| bad("the count of its keys is missing"))?;
    let mut batch = sled::Batch::default();
    let mut carried = 0;
    for Wish { says, key, value } in wishes {
        if let Some(old) = &db.get(&key)? {
            if store.wish(old)?.at >= says.at {
                continue;
            }
            tally.remove(&key, old);
        }
        tally.add(&key, &value);
        batch.insert(key, value);
        carried += 1;
    }
    batch.insert(count, tally.to_bytes());
    db.apply_batch(batch)?;
    store.generation.settle()?;
    Ok(carried)
}
