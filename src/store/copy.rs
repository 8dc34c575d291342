//! The one verified copy of what is live, made while commits go on: keys written meanwhile are noted and copied again, and only the last
//! few of them while the committer waits. It is the compaction, and the beginning of a backup and of a move.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::backup::Earlier;
use super::codec::{self, Key};
use super::commit::Committer;
use super::embedded::{Embedded, Inner, blocking};
use super::error::StoreError;
use super::generation::{self, Generation};
use super::tally::Tally;
use super::words::Size;

/// Keys of one batch of a copy.
const BATCH: usize = 1_000;
/// With fewer keys than this left over, the committer may be made to wait for them.
const FEW: usize = 500;
/// Rounds of catching up before the rest is copied whatever it is.
const ROUNDS: usize = 20;

/// Marks that a copy is being made; two at once would take each other's notes.
struct Busy(Arc<Inner>);

impl Busy {
    fn begin(inner: &Arc<Inner>) -> Result<Self, StoreError> {
        let free = inner.copying.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if free { Ok(Self(Arc::clone(inner))) } else { Err(StoreError::Busy) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.copying.store(false, Ordering::SeqCst);
    }
}

/// A database that holds what the store held, and has been counted.
struct Copy {
    generation: Generation,
    tally: Tally,
}

impl Copy {
    /// Copies keys as they are now in the store.
    fn catch_up(&mut self, from: &sled::Db, keys: HashSet<Key>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for key in keys {
            if let Some(old) = self.generation.db.get(&key)? {
                self.tally.remove(&key, &old);
            }
            match from.get(&key)? {
                Some(value) => {
                    self.tally.add(&key, &value);
                    batch.insert(key, value);
                }
                None => batch.remove(key),
            }
        }
        Ok(self.generation.db.apply_batch(batch)?)
    }

    /// Counts what is really there; it must be what was put in.
    fn verify(&self) -> Result<(), StoreError> {
        let mut found = Tally::default();
        for item in self.generation.db.iter() {
            let (key, value) = item?;
            if Tally::counts(&key) {
                found.add(&key, &value);
            }
        }
        if found.agrees(&self.tally) { Ok(()) } else { Err(self.bad(&self.tally, &found)) }
    }

    fn bad(&self, want: &Tally, found: &Tally) -> StoreError {
        let why = format!("{} keys and {} bytes instead of {} and {}", found.keys, found.bytes, want.keys, want.bytes);
        StoreError::BadCopy { path: self.generation.folder.clone(), why }
    }

    /// The last step, while the committer waits: nothing is written meanwhile, so the copy is the store.
    fn finish(&mut self, committer: &mut Committer) -> Result<(), StoreError> {
        let live = committer.inner.generation()?;
        self.catch_up(&live.db, committer.log.take().unwrap_or_default())?;
        let tally = *committer.inner.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if !tally.agrees(&self.tally) {
            return Err(self.bad(&tally, &self.tally));
        }
        let tally = Tally { order: committer.inner.order.load(Ordering::SeqCst), ..tally };
        self.generation.db.insert(codec::system("tally"), tally.to_bytes())?;
        self.generation.settle()
    }
}

impl Embedded {
    /// Fills a fresh database beside the commits; what is left over is noted by the committer.
    fn fill(&self, store: &Path, number: u32) -> Result<Copy, StoreError> {
        let inner = &self.inner;
        let hook = &inner.settings.hook.0;
        hook("store.copy.begun");
        std::fs::create_dir_all(store).map_err(StoreError::io("make the folder", store))?;
        let generation = Generation::open(store, number, inner.settings.cache)?;
        let mut copy = Copy { generation, tally: Tally::default() };
        self.between(|committer| {
            committer.log = Some(HashSet::new());
            Ok(())
        })?;
        let live = inner.tree()?;
        let mut batch = sled::Batch::default();
        for (n, item) in live.iter().enumerate() {
            let (key, value) = item?;
            if Tally::counts(&key) {
                copy.tally.add(&key, &value);
                batch.insert(key, value);
            }
            if n % BATCH == BATCH - 1 {
                copy.generation.db.apply_batch(std::mem::take(&mut batch))?;
            }
        }
        copy.generation.db.apply_batch(batch)?;
        for _ in 0..ROUNDS {
            let keys = self.between(|committer| Ok(committer.log.replace(HashSet::new()).unwrap_or_default()))?;
            let few = keys.len() < FEW;
            copy.catch_up(&live, keys)?;
            if few {
                break;
            }
        }
        copy.generation.settle()?;
        hook("store.copy.filled");
        copy.verify()?;
        generation::sync_tree(&copy.generation.folder)?;
        hook("store.copy.verified");
        Ok(copy)
    }

    /// Fills a copy and ends it with `last`, which runs while the committer waits. A copy that fails is removed.
    fn copied<T: Send + 'static>(
        &self,
        store: &Path,
        number: u32,
        last: impl FnOnce(Generation, &mut Committer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.fill(store, number).and_then(|mut copy| {
            self.between(move |committer| {
                copy.finish(committer)?;
                last(copy.generation, committer)
            })
        });
        if done.is_err() {
            let _ = self.between(|committer| {
                committer.log = None;
                Ok(())
            });
            let _ = std::fs::remove_dir_all(generation::folder(store, number));
        }
        done
    }

    pub(super) async fn compact(&self) -> Result<Size, StoreError> {
        let this = self.clone();
        blocking(move || this.compact_now()).await
    }

    fn compact_now(&self) -> Result<Size, StoreError> {
        let inner = &self.inner;
        let _busy = Busy::begin(inner)?;
        let store = inner.settings.data.join("store");
        let number = inner.generation()?.number + 1;
        let _ = std::fs::remove_dir_all(generation::folder(&store, number));
        let at = store.clone();
        let old = self.copied(&store, number, move |generation, committer| {
            let hook = &committer.inner.settings.hook.0;
            hook("store.switch.before");
            generation::point(&at, generation.number)?;
            hook("store.switch.after");
            Ok(committer.inner.swap(Some(Arc::new(generation))))
        })?;
        if let Some(old) = old {
            old.retire();
        }
        Ok(inner.size())
    }

    pub(super) async fn copy_to(&self, data: &Path) -> Result<Size, StoreError> {
        let (this, data) = (self.clone(), data.to_owned());
        blocking(move || {
            let _busy = Busy::begin(&this.inner)?;
            this.copy_whole(&data, None)
        })
        .await
    }

    /// The whole store, database and segments, in a fresh data folder. Segments that an earlier copy holds unchanged are shared with it.
    pub(super) fn copy_whole(&self, data: &Path, earlier: Option<&Earlier>) -> Result<Size, StoreError> {
        let store = data.join("store");
        if store.exists() {
            return Err(StoreError::BadCopy { path: store, why: "there is a store already".to_owned() });
        }
        let _hold = super::segments::Segments::hold(&self.inner.segments);
        let live = self.copied(&store, 1, |generation, committer| {
            drop(generation);
            // What the copy refers to lies in closed files from here on.
            committer.inner.segments.roll()?;
            committer.inner.segments.sync()?;
            Ok(committer.inner.segments.live())
        })?;
        let segments = store.join("segments");
        std::fs::create_dir_all(&segments).map_err(StoreError::io("make the folder", &segments))?;
        let mut fresh = HashSet::new();
        for number in live {
            let (from, to) = (self.inner.segments.path(number), segments.join(super::segments::file_name(number)));
            let shared = earlier.map_or(Ok(None), |earlier| earlier.same(&from))?;
            if shared.is_none_or(|shared| std::fs::hard_link(shared, &to).is_err()) {
                std::fs::copy(&from, &to).map_err(StoreError::io("copy", &from))?;
                fresh.insert(number);
            }
        }
        generation::point(&store, 1)?;
        check(&store, self.inner.settings.cache, &fresh)?;
        generation::sync_tree(&store)?;
        super::segments::sync_folder(data)?;
        Ok(self.inner.size())
    }

    /// Runs a backup as the only copy.
    pub(super) fn alone<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let _busy = Busy::begin(&self.inner)?;
        work()
    }
}

/// Opens a copy and looks at all of it.
fn check(store: &Path, cache: u64, deep: &HashSet<u32>) -> Result<(), StoreError> {
    let generation = Generation::open(store, 1, cache)?;
    let segments = super::segments::Segments::open(&store.join("segments"), super::spec::Hook::default())?;
    let survey = super::opening::survey(&generation, &segments, (deep, None))?;
    match survey.damage() {
        None => Ok(()),
        Some(why) => Err(StoreError::BadCopy { path: store.to_owned(), why }),
    }
}
