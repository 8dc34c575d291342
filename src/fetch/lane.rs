//! One host's lane: its pace, permits, hold and robots.txt, and what of that is to be remembered. Knows no page.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::hops::Trip;
use super::pace::Pace;
use super::robots::Robots;
use super::web::Web;
use super::{Asked, Request, SourceSettings, Verdict};
use crate::model::{Failure, FailureClass, HostKey, HostState, NoiseSeen, RobotsCopy};

/// The product token that robots.txt files know us by.
pub(super) const TOKEN: &str = "atalaya";
/// A Crawl-delay longer than this is cut to it: a site that asks for hours means "not at all", and says so with `Disallow`.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_mins(1);
/// A turn that would come later than this is given back: the caller does better to come again.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// The hold after a 429 that names no time; doubled with every halving of the pace, up to an hour.
const HOLD: SignedDuration = SignedDuration::from_secs(60);
/// See [`HOLD`].
const LONGEST_OWN_HOLD: SignedDuration = SignedDuration::from_hours(1);

/// A handle on one host's lane. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lane {
    web: Web,
    core: Arc<Core>,
}

/// What all handles share.
#[derive(Debug)]
pub(super) struct Core {
    host: HostKey,
    permits: Semaphore,
    /// One robots.txt fetch at a time.
    pub(super) refreshing: Semaphore,
    waiting: AtomicU32,
    used: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seeded: bool,
    pace: Pace,
    not_before: Timestamp,
    robots: Option<Arc<Known>>,
    /// Why robots.txt could not be fetched, and until when it is not tried again.
    robots_failed: Option<(Timestamp, Failure)>,
    noise: NoiseSeen,
    revision: u64,
    saved: u64,
}

/// A robots.txt at hand.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) copy: RobotsCopy,
    pub(super) rules: Robots,
}

impl Known {
    pub(super) fn new(copy: RobotsCopy) -> Self {
        let rules = Robots::parse(copy.body.as_bytes(), TOKEN);
        Self { copy, rules }
    }
}

impl Core {
    pub(super) fn new(host: HostKey, permits: usize, now: Duration) -> Self {
        let core = Self {
            host,
            permits: Semaphore::new(permits),
            refreshing: Semaphore::new(1),
            waiting: AtomicU32::new(0),
            used: AtomicU64::new(0),
            state: Mutex::new(State { not_before: Timestamp::UNIX_EPOCH, ..State::default() }),
        };
        core.touch(now);
        core
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that holds it can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn touch(&self, now: Duration) {
        self.used.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn is_idle(&self, now: Duration, after: Duration) -> bool {
        now.saturating_sub(Duration::from_millis(self.used.load(Ordering::Relaxed))) > after
    }

    pub(super) fn is_seeded(&self) -> bool {
        self.state().seeded
    }

    pub(super) fn is_forgettable(&self, now: Duration) -> bool {
        let state = self.state();
        state.revision == state.saved && state.pace.wait(now, LONGEST_CRAWL_DELAY).is_zero()
    }

    /// Takes over what was stored; what is known already from this run is newer and stays.
    pub(super) fn seed(&self, stored: Option<HostState>) {
        let mut state = self.state();
        if std::mem::replace(&mut state.seeded, true) {
            return;
        }
        let Some(stored) = stored else { return };
        state.not_before = state.not_before.max(stored.not_before);
        if state.pace.slowed() < stored.slowed {
            state.pace = Pace::slowed_by(stored.slowed);
        }
        if state.robots.is_none() {
            state.robots = stored.robots.map(|copy| Arc::new(Known::new(copy)));
        }
        if state.noise.values.is_empty() {
            state.noise = stored.noise;
        }
    }
}

/// How long a host is left alone altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Not at all: only its pace is halved.
    None,
    /// As long as it asked for.
    For(SignedDuration),
    /// It asked without saying how long.
    OurGuess,
}

/// A request may leave; the permits come back when this is dropped.
pub(super) struct Leave<'a> {
    _host: SemaphorePermit<'a>,
    _all: SemaphorePermit<'a>,
}

/// Counts a waiting request for as long as it waits.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lane {
    pub(super) fn new(web: Web, core: Arc<Core>) -> Self {
        Self { web, core }
    }

    /// Whose lane.
    pub fn host(&self) -> &HostKey {
        &self.core.host
    }

    /// Fetches a page of this host, after robots.txt, hold and pace allow it; follows at most five redirects, each under the lane of
    /// the host it leads to. Waits for the pace at most a minute, else says when to come again.
    pub async fn fetch(&self, request: &Request<'_>) -> Asked {
        Trip::page(self, request).await
    }

    /// What robots.txt says of an address; fetches the file when it is not at hand.
    pub async fn robots(&self, request: &Request<'_>) -> Result<Verdict, Failure> {
        Trip::verdict(self, request).await
    }

    /// Time between two requests as things stand: the source's delay or the process's, the host's Crawl-delay (at most 60 s) if that is
    /// longer, doubled by every halving in force.
    pub fn spacing(&self, source: &SourceSettings) -> Duration {
        let state = self.core.state();
        state.pace.spacing(self.base(&state, source))
    }

    /// The sitemaps that the host's robots.txt names, as far as it is at hand.
    pub fn sitemaps(&self) -> Vec<String> {
        self.core.state().robots.as_ref().map(|known| known.rules.sitemaps().to_vec()).unwrap_or_default()
    }

    /// No request leaves before this.
    pub fn not_before(&self) -> Timestamp {
        self.core.state().not_before
    }

    /// What is to be remembered of the host.
    pub fn state(&self) -> HostState {
        self.snapshot(&self.core.state())
    }

    /// The state and its revision, when more than times of requests changed since the store was last told. Put it into the turn, and
    /// call [`Lane::saved`] when the turn is committed.
    pub fn unsaved(&self) -> Option<(HostState, u64)> {
        let state = self.core.state();
        (state.revision != state.saved).then(|| (self.snapshot(&state), state.revision))
    }

    /// The commit that carried this revision is done.
    pub fn saved(&self, revision: u64) {
        let mut state = self.core.state();
        state.saved = state.saved.max(revision);
    }

    /// The texts of places that change by themselves, as last set.
    pub fn noise(&self) -> NoiseSeen {
        self.core.state().noise.clone()
    }

    /// Replaces those texts; they are remembered with the rest.
    pub fn set_noise(&self, noise: NoiseSeen) {
        let mut state = self.core.state();
        if state.noise != noise {
            state.noise = noise;
            state.revision += 1;
        }
    }

    pub(super) fn web(&self) -> &Web {
        &self.web
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    fn snapshot(&self, state: &State) -> HostState {
        HostState {
            host: self.core.host.clone(),
            not_before: state.not_before,
            slowed: state.pace.slowed(),
            robots: state.robots.as_ref().map(|known| known.copy.clone()),
            noise: state.noise.clone(),
        }
    }

    fn base(&self, state: &State, source: &SourceSettings) -> Duration {
        let own = source.delay.unwrap_or(self.web.settings().delay);
        let asked = state.robots.as_ref().and_then(|known| known.rules.crawl_delay()).unwrap_or_default();
        own.max(asked.min(LONGEST_CRAWL_DELAY))
    }

    /// Waits until a request may leave.
    pub(super) async fn leave(&self, source: &SourceSettings) -> Result<Leave<'_>, Failure> {
        let queued = self.core.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.core.waiting);
        self.not_too_long(source, queued)?;
        let host = self.permit(&self.core.permits).await?;
        loop {
            let wait = self.gate(source, |pace, now, base| pace.wait(now, base))?;
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
                continue;
            }
            let all = self.permit(self.web.permits()).await?;
            // While it waited for the permit, another one may have left.
            if self.gate(source, Pace::depart)?.is_zero() {
                return Ok(Leave { _host: host, _all: all });
            }
        }
    }

    async fn permit<'a>(&self, permits: &'a Semaphore) -> Result<SemaphorePermit<'a>, Failure> {
        // Err means closed, and nobody closes them.
        permits.acquire().await.map_err(|_| self.later(SignedDuration::from_secs(1), "the daemon is stopping"))
    }

    fn not_too_long(&self, source: &SourceSettings, queued: u32) -> Result<(), Failure> {
        let wait = self.gate(source, |pace, now, base| pace.wait(now, base))?;
        let wait = self.spacing(source).saturating_mul(queued).saturating_add(wait);
        if wait <= LONGEST_WAIT {
            return Ok(());
        }
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        Err(self.later(wait, "the host's turn comes later"))
    }

    fn gate(&self, source: &SourceSettings, ask: impl FnOnce(&mut Pace, Duration, Duration) -> Duration) -> Result<Duration, Failure> {
        let (now, clock) = (self.web.now(), self.web.clock().now());
        let mut state = self.core.state();
        if clock < state.not_before {
            let wait = state.not_before.duration_since(clock);
            drop(state);
            return Err(self.later(wait, "the host asked to be left alone"));
        }
        let base = self.base(&state, source);
        Ok(ask(&mut state.pace, now, base))
    }

    fn later(&self, wait: SignedDuration, why: &str) -> Failure {
        let seconds = wait.as_secs().max(1);
        Failure {
            class: FailureClass::SlowDown,
            text: format!("{}: nothing was sent, {why}: again in {seconds} s", self.core.host),
            retry_after: Some(wait),
        }
    }

    /// The host answered as hosts should.
    pub(super) fn heard_good(&self) {
        let mut state = self.core.state();
        if state.pace.good() {
            state.revision += 1;
        }
    }

    /// The host (or a wall before it) wants us slower.
    pub(super) fn heard_slow_down(&self, hold: Hold) {
        let now = self.web.clock().now();
        let mut state = self.core.state();
        let wait = match hold {
            Hold::None => SignedDuration::ZERO,
            Hold::For(asked) => asked,
            Hold::OurGuess => HOLD.checked_mul(1 << state.pace.slowed().min(6)).map_or(LONGEST_OWN_HOLD, |own| own.min(LONGEST_OWN_HOLD)),
        };
        let mut changed = state.pace.slow_down();
        if let Some(until) = now.checked_add(wait).ok().filter(|until| *until > now.max(state.not_before)) {
            state.not_before = until;
            changed = true;
        }
        if changed {
            state.revision += 1;
        }
    }

    /// The robots.txt at hand, and why the last try failed if that was not long ago.
    pub(super) fn robots_at_hand(&self, now: Timestamp) -> (Option<Arc<Known>>, Option<Failure>) {
        let state = self.core.state();
        let failed = state.robots_failed.as_ref().filter(|(until, _)| now < *until).map(|(_, failure)| failure.clone());
        (state.robots.clone(), failed)
    }

    pub(super) fn set_robots(&self, copy: RobotsCopy) -> Arc<Known> {
        let known = Arc::new(Known::new(copy));
        let mut state = self.core.state();
        state.robots = Some(Arc::clone(&known));
        state.robots_failed = None;
        state.revision += 1;
        known
    }

    /// Forgets that robots.txt could not be fetched: who asks by hand wants to know how it is now.
    pub fn ask_robots_anew(&self) {
        self.core.state().robots_failed = None;
    }

    pub(super) fn set_robots_failed(&self, until: Timestamp, failure: Failure) {
        self.core.state().robots_failed = Some((until, failure));
    }
}
