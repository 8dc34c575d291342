//! The committer: one thread that writes everything. It groups what is in flight, refuses what conflicts, and acknowledges what is durable.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::codec::{self, Key, Table};
use super::embedded::Inner;
use super::error::{CommitError, StoreError};
use super::frame::{self, BlobRef};
use super::generation::Generation;
use super::prepare::{Check, Effect, Prepared};
use super::stored::StoredVersions;
use super::tally::Tally;
use crate::base::clock::Stopwatch;
use crate::base::ids::RecordId;
use crate::telemetry;

/// Turns of one group at most that carry more than times.
const GROUP: usize = 64;
/// Turns of one group at most.
pub(super) const MOST: usize = 1024;
/// How long a group waits for turns that are being prepared.
const WAIT: Duration = Duration::from_millis(50);
/// How long a group waits for company when the one before it had some: a flush costs the same for one turn as for a thousand.
const LINGER: Duration = Duration::from_millis(40);
/// How often it looks meanwhile whether all are there: being woken by each that comes would cost more than the commit.
const LOOK: Duration = Duration::from_millis(4);

/// Something for the committer.
pub(super) enum Job {
    /// A commit; the answer is how many of its conditional writes took place. One of mere times is light.
    Write { prepared: Box<Prepared>, answer: Answer, light: bool },
    /// Anything that must happen between two groups.
    Between(Box<dyn FnOnce(&mut Committer) + Send>),
}

/// State of the committer's thread.
pub(super) struct Committer {
    pub(super) inner: Arc<Inner>,
    /// Keys written since a copy began.
    pub(super) log: Option<HashSet<Key>>,
    /// Turns of the last group.
    together: usize,
}

/// Where the answer to a commit goes; with it goes the permit under which it was prepared.
pub(super) struct Answer {
    pub(super) answer: oneshot::Sender<Result<u64, CommitError>>,
    pub(super) _permit: OwnedSemaphorePermit,
}

impl Answer {
    fn send(self, outcome: Result<u64, CommitError>) {
        // Nobody may be waiting any more.
        let _ = self.answer.send(outcome);
    }
}

type Asked = Vec<(Box<Prepared>, Answer)>;
type Admitted = Vec<(Box<Prepared>, Answer, u64)>;

/// Runs until the store is closed.
pub(super) fn run(inner: Arc<Inner>, jobs: Receiver<Job>) {
    let mut committer = Committer { inner, log: None, together: 0 };
    let mut held = None;
    while let Some(job) = held.take().or_else(|| jobs.recv().ok()) {
        match job {
            Job::Between(step) => {
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| step(&mut committer))) {
                    committer.inner.stop(&panic_text(panic.as_ref()));
                }
            }
            first @ Job::Write { .. } => {
                committer.linger();
                let mut group = Vec::new();
                held = committer.gather(first, &jobs, &mut group);
                committer.together = group.len();
                committer.commit(group);
            }
        }
    }
}

impl Committer {
    /// Waits for company without being woken by each that comes.
    fn linger(&self) {
        let watch = Stopwatch::start();
        while self.together > 1 && watch.elapsed() < LINGER && self.inner.coming.load(Ordering::SeqCst) < GROUP {
            std::thread::park_timeout(LOOK);
        }
    }

    /// Takes what else is there or being prepared; a job that is no commit ends the group and is returned.
    fn gather(&self, first: Job, jobs: &Receiver<Job>, group: &mut Asked) -> Option<Job> {
        let watch = Stopwatch::start();
        let mut heavy = 0;
        let mut next = first;
        loop {
            match next {
                Job::Write { prepared, answer, light } => {
                    if !light {
                        self.inner.coming.fetch_sub(1, Ordering::SeqCst);
                        heavy += 1;
                    }
                    group.push((prepared, answer));
                }
                between @ Job::Between(_) => return Some(between),
            }
            if heavy >= GROUP || group.len() >= MOST {
                return None;
            }
            next = match jobs.try_recv() {
                Ok(job) => job,
                Err(_) if self.inner.coming.load(Ordering::SeqCst) == 0 => return None,
                Err(_) => jobs.recv_timeout(WAIT.checked_sub(watch.elapsed())?).ok()?,
            };
        }
    }

    fn commit(&mut self, group: Asked) {
        if let Some(why) = self.inner.stopped() {
            for (_, answer) in group {
                answer.send(Err(StoreError::Stopped(why.clone()).into()));
            }
            return;
        }
        let mut admitted = Vec::new();
        let written = catch_unwind(AssertUnwindSafe(|| self.write(group, &mut admitted)))
            .unwrap_or_else(|panic| Err(StoreError::Panicked(panic_text(panic.as_ref()))));
        match written {
            Ok(()) => {
                metrics::counter!(telemetry::COMMITS).increment(1);
                metrics::histogram!(telemetry::COMMIT_SIZE).record(admitted.len() as f64);
                for (prepared, answer, applied) in admitted {
                    // The blobs are referred to now (or never will be), so the pins may go.
                    drop(prepared);
                    answer.send(Ok(applied));
                }
            }
            Err(why) => {
                self.inner.stop(&why.to_string());
                for (_, answer, _) in admitted {
                    answer.send(Err(StoreError::Stopped(why.to_string()).into()));
                }
            }
        }
    }

    /// Writes a group: conditions, blobs, batch, flush, sync; then memory.
    fn write(&mut self, group: Asked, admitted: &mut Admitted) -> Result<(), StoreError> {
        let inner = Arc::clone(&self.inner);
        let generation = inner.generation()?;
        let mut batch = Group::new(&generation);
        let mut effects = Vec::new();
        for (mut prepared, answer) in group {
            match batch.admit(&mut prepared, &inner, &mut effects) {
                Ok(applied) => admitted.push((prepared, answer, applied)),
                Err(refused @ CommitError::Conflict { .. }) => {
                    answer.send(Err(refused));
                }
                Err(CommitError::Store(why)) => {
                    admitted.push((prepared, answer, 0));
                    return Err(why);
                }
            }
        }
        let (times, dead) = inner.index().take_times();
        for (key, shape) in times {
            let value = frame::pack(&shape, None, &inner.segments, &mut Vec::new())?;
            batch.set(key, Some(value))?;
        }
        for key in dead {
            batch.set(key, None)?;
        }
        self.write_batch(&generation, batch)?;
        inner.apply(effects);
        Ok(())
    }

    /// Makes a batch of another step durable; after a failure nothing more is written.
    pub(super) fn write_or_stop(&mut self, generation: &Generation, group: Group<'_>) -> Result<(), StoreError> {
        if let Some(why) = self.inner.stopped() {
            return Err(StoreError::Stopped(why));
        }
        self.write_batch(generation, group).inspect_err(|why| self.inner.stop(&why.to_string()))
    }

    /// Makes a batch durable; the tally goes with it.
    fn write_batch(&mut self, generation: &Generation, group: Group<'_>) -> Result<(), StoreError> {
        let inner = &self.inner;
        let mut tally = *inner.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = sled::Batch::default();
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        let mut any = false;
        for (key, change) in group.changes {
            if change.old.as_deref() == change.new.as_deref() {
                continue;
            }
            any = true;
            if let Some(old) = &change.old {
                tally.remove(&key, old);
                removed.extend(refs(&key, old)?);
            }
            if let Some(log) = &mut self.log {
                log.insert(key.clone());
            }
            match change.new {
                Some(new) => {
                    tally.add(&key, &new);
                    added.extend(refs(&key, &new)?);
                    batch.insert(key, new);
                }
                None => batch.remove(key),
            }
        }
        if !any {
            return Ok(());
        }
        tally.order = inner.order.load(Ordering::SeqCst);
        let tally_key = codec::system("tally");
        batch.insert(tally_key.as_slice(), tally.to_bytes());
        let hook = &inner.settings.hook.0;
        inner.segments.sync()?;
        hook("store.batch.before");
        generation.db.apply_batch(batch)?;
        hook("store.batch.applied");
        generation.db.flush()?;
        hook("store.batch.flushed");
        generation.sync()?;
        hook("store.batch.synced");
        *inner.tally.lock().unwrap_or_else(PoisonError::into_inner) = tally;
        inner.segments.adjust(&added, &removed);
        Ok(())
    }
}

/// Blobs that a value refers to.
pub(super) fn refs(key: &[u8], value: &[u8]) -> Result<Vec<BlobRef>, StoreError> {
    if Table::of(key) == Some(Table::Versions) {
        // Lists of versions are short (settings cap their number) and always lie in the tree.
        let list: StoredVersions = frame::unpack_inline(value)?;
        return Ok(list.blobs());
    }
    Ok(if Table::of(key).is_some_and(Table::framed) { frame::blob(value).into_iter().collect() } else { Vec::new() })
}

struct Change {
    old: Option<sled::IVec>,
    new: Option<Vec<u8>>,
}

/// A batch in the making: what it changes, seen over what is stored.
pub(super) struct Group<'a> {
    generation: &'a Generation,
    changes: BTreeMap<Key, Change>,
    /// Records that it brings.
    fresh: HashSet<RecordId>,
}

impl<'a> Group<'a> {
    pub(super) fn new(generation: &'a Generation) -> Self {
        Self { generation, changes: BTreeMap::new(), fresh: HashSet::new() }
    }

    /// Looks at the value a key will have once the batch is written.
    fn with<T>(&self, key: &[u8], look: impl FnOnce(Option<&[u8]>) -> T) -> Result<T, StoreError> {
        match self.changes.get(key) {
            Some(change) => Ok(look(change.new.as_deref())),
            None => Ok(look(self.generation.db.get(key)?.as_deref())),
        }
    }

    pub(super) fn set(&mut self, key: Key, new: Option<Vec<u8>>) -> Result<(), StoreError> {
        if let Some(change) = self.changes.get_mut(&key) {
            change.new = new;
        } else {
            let old = self.generation.db.get(&key)?;
            self.changes.insert(key, Change { old, new });
        }
        Ok(())
    }

    /// Replaces a value if it is still this one.
    pub(super) fn replace(&mut self, key: Key, old: &[u8], new: Vec<u8>) -> Result<bool, StoreError> {
        let same = self.with(&key, |value| value == Some(old))?;
        if same {
            self.set(key, Some(new))?;
        }
        Ok(same)
    }

    /// Takes a commit in, or refuses it without a trace.
    fn admit(&mut self, prepared: &mut Prepared, inner: &Inner, effects: &mut Vec<Effect>) -> Result<u64, CommitError> {
        for check in &prepared.checks {
            self.check(check, inner)?;
        }
        if prepared.fresh.iter().any(|id| inner.places.holds(*id) || self.fresh.contains(id)) {
            return Err(CommitError::Conflict { what: "a record that is new".to_owned() });
        }
        if prepared.asked.is_some_and(|asked| inner.linked.is_overtaken(asked, &prepared.effects, effects)) {
            return Err(CommitError::Conflict { what: "an organisation that is like one of these".to_owned() });
        }
        if prepared.looked.is_some_and(|looked| inner.shared.is_overtaken(looked, &prepared.effects, effects)) {
            return Err(CommitError::Conflict { what: "what another source tells of the same".to_owned() });
        }
        for (key, value) in std::mem::take(&mut prepared.writes) {
            self.set(key, value)?;
        }
        self.fresh.extend(&prepared.fresh);
        effects.append(&mut prepared.effects);
        let mut applied = 0;
        for once in std::mem::take(&mut prepared.once) {
            if self.with(&once.key, |value| value.is_none())? {
                self.set(once.key, Some(once.value))?;
                for (key, value) in once.more {
                    self.set(key, value)?;
                }
                effects.extend(once.effects);
                applied += 1;
            }
        }
        // Claims wait for this lock, so it is held for no read of the tree.
        let mut index = inner.index();
        for times in &prepared.times {
            index.note_times(*times);
        }
        if let Some((host, at)) = &prepared.request {
            index.note_request(host, *at, prepared.order);
        }
        Ok(applied)
    }

    fn check(&self, check: &Check, inner: &Inner) -> Result<(), CommitError> {
        let (holds, what) = match check {
            Check::Version { key, version, what } => (self.with(key, |value| value.map_or(0, frame::counter))? == *version, what.clone()),
            Check::Same { key, value, what } => (self.with(key, |now| now == value.as_deref())?, what.clone()),
            Check::Page(page) => (inner.index().contains(*page), format!("{page}")),
            Check::Identity { key, organisations, what } => {
                let ours = |owner: &[u8]| organisations.iter().any(|one| one == owner);
                (self.with(key, |value| value.is_none_or(ours))?, what.clone())
            }
        };
        if holds { Ok(()) } else { Err(CommitError::Conflict { what }) }
    }
}

impl Tally {
    /// Of a value that is part of the count: everything but the tally itself.
    pub(super) fn counts(key: &[u8]) -> bool {
        key != codec::system("tally")
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".to_owned())
}
