//! The way to all hosts: clients, lanes, and what holds over all of them. Knows no page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::lane::{Core, Lane};
use super::{Settings, SourceSettings};
use crate::base::clock::{Clock, Stopwatch};
use crate::door::{Client, ClientSettings, Door, DoorError, Proxy};
use crate::model::{HostKey, HostState};
use crate::telemetry;

/// Lanes held before idle ones are let go.
const LANES: usize = 10_000;
/// A lane that was not used for this long is idle.
const IDLE: Duration = Duration::from_mins(10);
/// Clients through proxies held at once; the one made first goes first.
const PROXIED: usize = 32;
/// Time for connecting, TLS included; the fetch's own deadline holds beside it.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// The way to all hosts. Cheap to clone; clones share lanes, connections and limits.
#[derive(Clone, Debug)]
pub struct Web {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    door: Door,
    settings: Settings,
    clock: Clock,
    born: Stopwatch,
    direct: OnceLock<Client>,
    proxied: Mutex<Vec<(Proxy, Client)>>,
    lanes: Mutex<HashMap<HostKey, Arc<Core>>>,
    permits: Semaphore,
}

impl Web {
    /// A web behind this door. Make one and keep it: connections, TLS sessions and the pace of hosts live in it.
    pub fn new(door: Door, settings: Settings, clock: Clock) -> Result<Self, DoorError> {
        let web = Self::unready(door, settings, clock);
        web.direct()?;
        Ok(web)
    }

    /// One whose client is made for its first request, for whoever may ask nobody: what it trusts takes longer to read than a page.
    pub fn unready(door: Door, settings: Settings, clock: Clock) -> Self {
        let permits = Semaphore::new(settings.concurrency);
        let (direct, proxied, lanes) = (OnceLock::new(), Mutex::default(), Mutex::default());
        Self { shared: Arc::new(Shared { door, settings, clock, born: Stopwatch::start(), direct, proxied, lanes, permits }) }
    }

    fn direct(&self) -> Result<Client, DoorError> {
        let Shared { direct, door, settings, .. } = &*self.shared;
        if let Some(client) = direct.get() {
            return Ok(client.clone());
        }
        let client = door.client(&client_settings(settings, None))?;
        Ok(direct.get_or_init(|| client).clone())
    }

    /// The lane of a host, if it is held and knows what was stored: then the store need not be asked.
    pub fn held(&self, host: &HostKey) -> Option<Lane> {
        let core = self.lock().get(host).cloned()?;
        core.is_seeded().then(|| Lane::new(self.clone(), core))
    }

    /// The lane of a host. `stored` is what the store remembers of it, `None` when it remembers nothing; it counts on the first call
    /// only, so ask the store just when [`Web::held`] has no lane.
    pub fn lane(&self, host: &HostKey, stored: Option<HostState>) -> Lane {
        let core = self.core(host);
        core.seed(stored);
        Lane::new(self.clone(), core)
    }

    /// The lane of a host that a redirect leads to: the store has not been asked.
    pub(super) fn passing(&self, host: &HostKey) -> Lane {
        Lane::new(self.clone(), self.core(host))
    }

    fn core(&self, host: &HostKey) -> Arc<Core> {
        let now = self.now();
        let mut lanes = self.lock();
        if let Some(core) = lanes.get(host) {
            core.touch(now);
            return Arc::clone(core);
        }
        if lanes.len() >= LANES {
            evict(&mut lanes, now);
        }
        let core = Arc::new(Core::new(host.clone(), self.shared.settings.per_host, now));
        lanes.insert(host.clone(), Arc::clone(&core));
        metrics::gauge!(telemetry::LANES).set(lanes.len() as f64);
        core
    }

    /// Lanes held in memory.
    pub fn lanes(&self) -> usize {
        self.lock().len()
    }

    /// Lets go of the lanes that were not used for ten minutes; call now and then.
    pub fn tidy(&self) {
        let now = self.now();
        let mut lanes = self.lock();
        lanes.retain(|_, core| !may_go(core, now) || !core.is_idle(now, IDLE));
        lanes.shrink_to_fit();
        metrics::gauge!(telemetry::LANES).set(lanes.len() as f64);
    }

    /// The guard, for those who want to check an address before they ask.
    pub fn door(&self) -> &Door {
        &self.shared.door
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    pub(super) fn permits(&self) -> &Semaphore {
        &self.shared.permits
    }

    /// Time since the web was made: the scale of pace.
    pub(super) fn now(&self) -> Duration {
        self.shared.born.elapsed()
    }

    /// The client for a source: the common one, or the one through its proxy.
    pub(super) fn client(&self, source: &SourceSettings) -> Result<Client, DoorError> {
        let Some(proxy) = &source.proxy else { return self.direct() };
        let mut proxied = self.shared.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = proxied.iter().find(|(known, _)| known == proxy) {
            return Ok(client.clone());
        }
        let client = self.shared.door.client(&client_settings(&self.shared.settings, Some(proxy.clone())))?;
        if proxied.len() >= PROXIED {
            proxied.remove(0);
        }
        proxied.push((proxy.clone(), client.clone()));
        Ok(client)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<HostKey, Arc<Core>>> {
        // No code that holds it can panic half-way through a change.
        self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn client_settings(settings: &Settings, proxy: Option<Proxy>) -> ClientSettings {
    ClientSettings {
        proxy,
        connect_timeout: CONNECT_TIME,
        extra_roots: settings.extra_roots.clone(),
        idle_per_host: settings.per_host,
        ..ClientSettings::new(settings.user_agent.clone())
    }
}

/// The idle ones first; if that is not enough, all that nobody holds.
fn evict(lanes: &mut HashMap<HostKey, Arc<Core>>, now: Duration) {
    lanes.retain(|_, core| !may_go(core, now) || !core.is_idle(now, IDLE));
    if lanes.len() >= LANES {
        lanes.retain(|_, core| !may_go(core, now));
    }
}

/// Nobody holds it, and nothing would be forgotten with it.
fn may_go(core: &Arc<Core>, now: Duration) -> bool {
    Arc::strong_count(core) == 1 && core.is_forgettable(now)
}
