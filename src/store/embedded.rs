//! The embedded backend: what is open, and the way of a commit to the committer. Reads and the outbox are in modules of their own.

use std::fmt;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::commit::{self, Answer, Committer, Job, panic_text};
use super::error::{CommitError, OpenError, StoreError};
use super::generation::Generation;
use super::index::Index;
use super::likely::Linked;
use super::opening;
use super::places::Places;
use super::prepare::{self, Effect, Prepared};
use super::queue::Queue;
use super::segments::Segments;
use super::shared::Shared;
use super::spec::Settings;
use super::tally::Tally;
use super::words::{Opened, Size};
use crate::model::Turn;
use crate::telemetry;

/// Commits that may be under way at once; more wait, so that what is prepared is bounded.
const UNDER_WAY: usize = commit::MOST;
/// Reads and preparations at once: more threads than this only hold memory, each in an arena of its own.
const HANDS: usize = 3;

/// The embedded backend: sled and segment files in the data folder.
#[derive(Clone)]
pub struct Embedded {
    pub(super) inner: Arc<Inner>,
    /// Apart from `inner`, which the committer's thread holds: the thread ends when the last of these is gone.
    jobs: Arc<Mutex<Option<Sender<Job>>>>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("data", &self.inner.settings.data).finish_non_exhaustive()
    }
}

/// What is open.
pub(super) struct Inner {
    pub(super) settings: Settings,
    generation: RwLock<Option<Arc<Generation>>>,
    pub(super) segments: Arc<Segments>,
    index: Mutex<Index>,
    queue: Mutex<Queue>,
    pub(super) places: Places,
    pub(super) linked: Linked,
    pub(super) shared: Shared,
    pub(super) tally: Mutex<Tally>,
    pub(super) order: AtomicU64,
    pub(super) install_key: [u8; 32],
    /// Commits begun that have not reached the committer.
    pub(super) coming: AtomicUsize,
    /// Whether a copy is being made.
    pub(super) copying: AtomicBool,
    under_way: Arc<Semaphore>,
    hands: Semaphore,
    stopped: Mutex<Option<String>>,
    lock: Mutex<Option<File>>,
}

/// A turn on its way to the disk.
#[derive(Debug)]
pub struct Submitted(oneshot::Receiver<Result<u64, CommitError>>);

impl Submitted {
    /// Returns when it is durable, or refused.
    pub async fn done(self) -> Result<(), CommitError> {
        settled(self.0.await.map_err(|_| ended()))
    }

    /// The same without waiting: `None` as long as it is on its way.
    pub fn try_done(&mut self) -> Option<Result<(), CommitError>> {
        match self.0.try_recv() {
            Ok(answer) => Some(settled(Ok(answer))),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Closed) => Some(settled(Err(ended()))),
        }
    }
}

fn settled(answer: Result<Result<u64, CommitError>, StoreError>) -> Result<(), CommitError> {
    counted(answer.map_err(CommitError::from).flatten().map(drop))
}

/// Counts how a turn ended.
fn counted<T>(done: Result<T, CommitError>) -> Result<T, CommitError> {
    let outcome = match &done {
        Ok(_) => "written",
        Err(CommitError::Conflict { .. }) => "conflict",
        Err(CommitError::Store(_)) => "failed",
    };
    metrics::counter!(telemetry::TURNS, "outcome" => outcome).increment(1);
    done
}

fn ended() -> StoreError {
    StoreError::Stopped("the committer has ended".to_owned())
}

/// Counts a commit as coming until it is handed over or given up. Those of mere times are not counted: nobody waits for them.
struct Coming<'a>(Option<&'a Inner>);

impl<'a> Coming<'a> {
    fn new(inner: &'a Inner) -> Self {
        inner.coming.fetch_add(1, Ordering::SeqCst);
        Self(Some(inner))
    }
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        if let Some(inner) = self.0 {
            inner.coming.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub(super) fn index(&self) -> MutexGuard<'_, Index> {
        held(&self.index)
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        held(&self.queue)
    }

    /// The present database.
    pub(super) fn generation(&self) -> Result<Arc<Generation>, StoreError> {
        let generation = self.generation.read().unwrap_or_else(PoisonError::into_inner).clone();
        generation.ok_or_else(|| StoreError::Stopped("it was closed".to_owned()))
    }

    /// Puts another database in its place, or none; returns the old one.
    pub(super) fn swap(&self, new: Option<Arc<Generation>>) -> Option<Arc<Generation>> {
        std::mem::replace(&mut *self.generation.write().unwrap_or_else(PoisonError::into_inner), new)
    }

    /// The tree, for one read.
    pub(super) fn tree(&self) -> Result<sled::Db, StoreError> {
        Ok(self.generation()?.db.clone())
    }

    /// Why nothing is written any more, if so.
    pub(super) fn stopped(&self) -> Option<String> {
        held(&self.stopped).clone()
    }

    /// Refuses all further commits.
    pub(super) fn stop(&self, why: &str) {
        held(&self.stopped).get_or_insert_with(|| why.to_owned());
    }

    /// Lets memory know what is durable.
    pub(super) fn apply(&self, effects: Vec<Effect>) {
        let mut index = self.index();
        for effect in &effects {
            match effect {
                Effect::PagePut { id, host, source, due } => index.put(*id, host, source, *due),
                Effect::PageGone(id) => index.forget(*id),
                Effect::HoldOff(host, at) => index.hold_off(host, *at),
                Effect::Packed(pack, records) => {
                    self.places.put(*pack, records.iter().copied());
                }
                Effect::Unpacked(record) => self.places.remove(*record),
                Effect::Said(organisation, said) => self.linked.put(*organisation, said),
                Effect::Shared(under) => self.shared.put(*under),
                Effect::Ruled(number, lesson) => self.linked.learn([(*number, *lesson)]),
                Effect::Entry(..) | Effect::EntrySettled(..) | Effect::Waiting(..) | Effect::NotWaiting(_) | Effect::Dead(..) => {}
            }
        }
        drop(index);
        opening::apply_queue(&mut self.queue(), effects);
    }

    pub(super) fn size(&self) -> Size {
        let tally = *held(&self.tally);
        let (segments, segments_live) = self.segments.size();
        let file = self.generation().map_or(0, |generation| generation.size());
        Size { keys: tally.keys, live: tally.bytes, file, segments, segments_live }
    }
}

/// Runs on a thread that may block; a panic there is an error here.
pub(super) async fn blocking<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(broken) => {
            let text = broken.try_into_panic().map_or_else(|_| "the runtime is stopping".to_owned(), |panic| panic_text(panic.as_ref()));
            Err(StoreError::Panicked(text).into())
        }
    }
}

impl Embedded {
    pub(super) async fn open(settings: Settings) -> Result<(Self, Opened), OpenError> {
        blocking(move || Self::open_now(settings)).await
    }

    fn open_now(settings: Settings) -> Result<(Self, Opened), OpenError> {
        let lock = opening::lock(&settings.data)?;
        let ready = opening::open(&settings)?;
        let survey = ready.survey;
        let pages = survey.index.counts().0;
        let inner = Arc::new(Inner {
            settings,
            generation: RwLock::new(Some(Arc::new(ready.generation))),
            segments: ready.segments,
            index: Mutex::new(survey.index),
            queue: Mutex::new(survey.queue),
            places: survey.places,
            linked: survey.linked.unwrap_or_default(),
            shared: Shared::default(),
            order: AtomicU64::new(survey.tally.order),
            tally: Mutex::new(survey.tally),
            install_key: ready.install_key,
            coming: AtomicUsize::new(0),
            copying: AtomicBool::new(false),
            under_way: Arc::new(Semaphore::new(UNDER_WAY)),
            hands: Semaphore::new(HANDS),
            stopped: Mutex::new(None),
            lock: Mutex::new(Some(lock)),
        });
        let (sender, jobs) = channel();
        let writer = Arc::clone(&inner);
        std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || commit::run(writer, jobs))
            .map_err(StoreError::io("start the committer of", &inner.settings.data))?;
        let opened = Opened { size: inner.size(), pages, fresh: ready.fresh };
        Ok((Self { inner, jobs: Arc::new(Mutex::new(Some(sender))) }, opened))
    }

    /// Reads on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        let _hand = self.hand().await?;
        blocking(move || look(&inner)).await
    }

    /// Reads one or two small values where the caller is: from the cache in microseconds, else with one short read of the file. The way to
    /// another thread and back costs ten times that.
    pub(super) fn read_here<T>(&self, look: impl FnOnce(&Inner) -> Result<T, StoreError>) -> Result<T, StoreError> {
        catch_unwind(AssertUnwindSafe(|| look(&self.inner))).unwrap_or_else(|panic| Err(StoreError::Panicked(panic_text(panic.as_ref()))))
    }

    /// Prepares a commit on a thread that may block, and sends it. Returns how many of its conditional writes took place.
    pub(super) async fn write(
        &self,
        prepare: impl FnOnce(&Inner) -> Result<Prepared, CommitError> + Send + 'static,
    ) -> Result<u64, CommitError> {
        let permit = self.permit().await?;
        let coming = Coming::new(&self.inner);
        let prepared = self.prepare(prepare).await?;
        self.hand_over(prepared, Some(coming), permit)?.await.map_err(|_| ended())?
    }

    async fn prepare(
        &self,
        prepare: impl FnOnce(&Inner) -> Result<Prepared, CommitError> + Send + 'static,
    ) -> Result<Prepared, CommitError> {
        let inner = Arc::clone(&self.inner);
        let _hand = self.hand().await?;
        blocking(move || prepare(&inner)).await
    }

    pub(super) async fn submit(&self, turn: Turn) -> Result<Submitted, CommitError> {
        self.begin(turn).await.or_else(|why| counted(Err(why)))
    }

    async fn begin(&self, turn: Turn) -> Result<Submitted, CommitError> {
        let permit = self.permit().await?;
        let (prepared, coming) = if turn.is_times() {
            (prepare::turn(&self.inner, &turn)?, None)
        } else {
            let coming = Coming::new(&self.inner);
            (self.prepare(move |inner| prepare::turn(inner, &turn)).await?, Some(coming))
        };
        Ok(Submitted(self.hand_over(prepared, coming, permit)?))
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let under_way = Arc::clone(&self.inner.under_way);
        under_way.acquire_owned().await.map_err(|_| StoreError::Stopped("it was closed".to_owned()))
    }

    async fn hand(&self) -> Result<tokio::sync::SemaphorePermit<'_>, StoreError> {
        self.inner.hands.acquire().await.map_err(|_| StoreError::Stopped("it was closed".to_owned()))
    }

    /// Gives a commit to the committer, who counts it from here. Its permit goes back when it is answered, whoever waits for the answer.
    fn hand_over(
        &self,
        prepared: Prepared,
        coming: Option<Coming<'_>>,
        permit: OwnedSemaphorePermit,
    ) -> Result<oneshot::Receiver<Result<u64, CommitError>>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let light = coming.is_none();
        self.job(Job::Write { prepared: Box::new(prepared), answer: Answer { answer, _permit: permit }, light })?;
        if let Some(mut coming) = coming {
            coming.0 = None;
        }
        Ok(answered)
    }

    fn job(&self, job: Job) -> Result<(), StoreError> {
        let jobs = held(&self.jobs);
        let sent = jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if sent { Ok(()) } else { Err(StoreError::Stopped("it was closed".to_owned())) }
    }

    /// Runs something between two groups of commits, from a thread that may block.
    pub(super) fn between<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Committer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = channel();
        let step = move |committer: &mut Committer| {
            let _ = answer.send(step(committer));
        };
        self.job(Job::Between(Box::new(step)))?;
        answered.recv().map_err(|_| StoreError::Stopped("the committer has ended".to_owned()))?
    }

    pub(super) async fn barrier(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let step = move |_: &mut Committer| {
            let _ = answer.send(());
        };
        self.job(Job::Between(Box::new(step)))?;
        answered.await.map_err(|_| StoreError::Stopped("the committer has ended".to_owned()))
    }

    pub(super) async fn close(&self) {
        // The jobs before it are done when the last one is; then the thread ends by itself.
        let (answer, answered) = oneshot::channel();
        let last = Job::Between(Box::new(move |committer: &mut Committer| {
            let old = committer.inner.swap(None);
            drop(old);
            // Taken back, and not only closed: a child that is just being started still has the file open.
            if let Some(lock) = held(&committer.inner.lock).take() {
                let _ = lock.unlock();
            }
            let _ = answer.send(());
        }));
        let sent = self.job(last);
        held(&self.jobs).take();
        if sent.is_ok() {
            let _ = answered.await;
        }
    }
}
