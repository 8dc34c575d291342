//! The daemon as something that can be started on port 0, twice in one process, and stopped in bounded time.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::beats::Beats;
use super::{control, deadlines, drain, judge, keep, listen, watch as watching};
use crate::base::clock::Clock;
use crate::config::{Config, ConfigChange, Refusal, Request};
use crate::door::Door;
use crate::fetch::Web;
use crate::pipeline::{Effects, Found, Gate, Pool, Ways, beside_imports, retime, sync_pages};
use crate::store::{Settings, Store};
use crate::telemetry;

/// What all loops share.
pub(super) struct Inner {
    pub effects: Effects,
    pub config: watch::Receiver<Arc<Config>>,
    /// Where another configuration is put in force.
    pub new_config: watch::Sender<Arc<Config>>,
    /// No new work from now on.
    pub stop: CancellationToken,
    /// Sends under way are cut off: the time to end in is over.
    pub cut: CancellationToken,
    pub tasks: TaskTracker,
    pub beats: Beats,
    /// Pages may be due.
    pub wake: Notify,
    /// Messages may be due.
    pub drain: Notify,
    /// Where the configuration was read from, and is read again; unset in a daemon that was given it in hand.
    pub request: OnceLock<Request>,
    /// Judging, handing over and forgetting go one after the other: none decides on what another is about to remove.
    pub upkeep: Mutex<()>,
}

impl Inner {
    /// Nothing has begun yet.
    pub fn new(effects: Effects, new_config: watch::Sender<Arc<Config>>) -> Self {
        Self {
            effects,
            config: new_config.subscribe(),
            new_config,
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
            beats: Beats::default(),
            wake: Notify::new(),
            drain: Notify::new(),
            request: OnceLock::new(),
            upkeep: Mutex::new(()),
        }
    }

    /// Ends a sender between two messages.
    pub fn stop_sending(&self) -> CancellationToken {
        self.stop.clone()
    }
}

/// What is opened before anything runs, and reached by the command line at rest too.
pub struct Home {
    /// Store, web, clock, pool.
    pub effects: Effects,
    /// When the newest verified backup was made.
    pub newest_backup: Option<Timestamp>,
}

/// Opens the store and the way out.
pub async fn open_effects(config: &Config, clock: Clock) -> anyhow::Result<Home> {
    let hook = super::crash::hook()?;
    let (store, opened) = Store::open(Settings { hook: hook.clone(), ..config.store.clone() }).await?;
    tracing::info!(pages = opened.pages, keys = opened.size.keys, bytes = opened.size.file, fresh = opened.fresh, "the store is open");
    let door = Door::new(config.net.clone());
    let ways = Ways::new(door.clone());
    let web = Web::new(door, config.fetch.clone(), clock.clone()).context("the HTTP client could not be made")?;
    let newest_backup = Store::backups(&config.store).await?.into_iter().map(|backup| backup.at).max();
    Ok(Home {
        effects: Effects {
            store,
            web,
            ways,
            begun: clock.now(),
            clock,
            pool: Pool::default(),
            found: Found::default(),
            gate: Gate::default(),
            hook,
        },
        newest_backup,
    })
}

/// Links lead to the port that was really taken, where the configuration left the choice to the system (`listen = "127.0.0.1:0"`).
fn with_port(config: Arc<Config>, listening: SocketAddr) -> Arc<Config> {
    if config.daemon.public_url.port() != Some(0) {
        return config;
    }
    let mut taken = (*config).clone();
    // Fails only for addresses without a host; this one has had a port.
    let _ = taken.daemon.public_url.set_port(Some(listening.port()));
    Arc::new(taken)
}

/// A running daemon.
pub struct Daemon {
    inner: Arc<Inner>,
    listening: SocketAddr,
    control: Option<PathBuf>,
}

/// What waits for a digest waits for the time it has in this configuration.
async fn retime_digests(effects: &Effects, config: &Config, now: Timestamp) {
    match retime(effects, config, now).await {
        Ok(0) => {}
        Ok(entries) => tracing::info!(entries, "what waits for a digest has another time now"),
        Err(error) => tracing::error!(%error, "what waits for a digest could not be given its new time; reload again"),
    }
}

/// What the configuration says and does not do as one may expect, for whoever reads the log: the same as `config check` tells.
pub(super) fn note(config: &Config) {
    config.notes().iter().for_each(|note| tracing::warn!("configuration: {note}"));
}

impl Daemon {
    /// Opens the store, brings the pages in line with the configuration, and starts every loop.
    pub async fn start(config: Arc<Config>, clock: Clock) -> anyhow::Result<Self> {
        let metrics = super::measure::install();
        let Home { effects, newest_backup } = open_effects(&config, clock).await?;
        let config = beside_imports(&effects, &config).await?.unwrap_or(config);
        let now = effects.clock.now();
        let added = sync_pages(&effects, &config, now).await?;
        tracing::info!(sources = config.sources.len(), new_pages = added, "the pages are in line with the configuration");
        note(&config);
        retime_digests(&effects, &config, now).await;
        let listener = tokio::net::TcpListener::bind(config.daemon.listen)
            .await
            .with_context(|| format!("cannot listen on {}: choose another `listen` in [daemon]", config.daemon.listen))?;
        let listening = listener.local_addr()?;
        let config = with_port(config, listening);
        let (new_config, _) = watch::channel(Arc::clone(&config));
        let inner = Arc::new(Inner::new(effects, new_config));
        for part in [super::beats::Part::Watch, super::beats::Part::Drain, super::beats::Part::Keep] {
            inner.beats.beat(part, now);
        }
        inner.tasks.spawn(listen::serve(Arc::clone(&inner), listener, metrics));
        let control = control::listen(&inner, &config.daemon.data)?;
        let workers = config.fetch.concurrency;
        inner.tasks.spawn(watching::watch(Arc::clone(&inner), workers));
        inner.tasks.spawn(drain::drain(Arc::clone(&inner)));
        inner.tasks.spawn(keep::keep(Arc::clone(&inner), newest_backup));
        inner.tasks.spawn(judge::judge(Arc::clone(&inner)));
        inner.tasks.spawn(deadlines::deadlines(Arc::clone(&inner)));
        Ok(Self { inner, listening, control })
    }

    /// Where health, metrics and unsubscribe links are served.
    pub fn listening(&self) -> SocketAddr {
        self.listening
    }

    /// Says where its configuration is on disk: a dry run reads it as it is there.
    pub fn reads_from(&self, request: Request) {
        // A second word changes nothing: a daemon keeps the files that it was started with.
        let _ = self.inner.request.set(request);
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        self.inner.config.borrow().clone()
    }

    /// Loops that were silent for too long; empty: all is well.
    pub fn silent(&self) -> Vec<String> {
        self.inner.beats.silent(self.inner.effects.clock.now())
    }

    /// Reads the configuration again. A broken one changes nothing; a good one changes only what differs.
    pub async fn reload(&self, request: &Request) -> Result<Vec<ConfigChange>, Refusal> {
        let new = match Config::load(request) {
            Ok(new) => new,
            Err(refusal) => {
                metrics::counter!(telemetry::RELOADS, "outcome" => "refused").increment(1);
                return Err(refusal);
            }
        };
        let running = self.config();
        let changes = Config::changes(&running, &new);
        // What needs a restart is not taken: nothing may name an address before somebody listens there.
        let new = with_port(Arc::new(new.held_by(&running)), self.listening);
        if !changes.is_empty() || new.pending != running.pending {
            // What was brought in meanwhile is no matter of the files.
            self.inner.new_config.send_modify(|running| *running = new.beside_those_of(running));
            let new = self.config();
            // What is being forgotten by the configuration before goes no further than its step.
            let _alone = self.inner.upkeep.lock().await;
            let now = self.inner.effects.clock.now();
            if let Err(error) = sync_pages(&self.inner.effects, &new, now).await {
                tracing::error!(%error, "the pages could not be brought in line with the new configuration; reload again");
            }
            retime_digests(&self.inner.effects, &new, now).await;
            self.inner.wake.notify_one();
            self.inner.drain.notify_one();
        }
        metrics::counter!(telemetry::RELOADS, "outcome" => "applied").increment(1);
        Ok(changes)
    }

    /// Ends: no new work, what is under way may finish within the configured time. Returns whether everything did.
    pub async fn stop(self) -> bool {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        let limit = Duration::try_from(self.inner.config.borrow().daemon.drain).unwrap_or(Duration::from_secs(10));
        let whole = tokio::time::timeout(limit, self.inner.tasks.wait()).await.is_ok();
        self.inner.cut.cancel();
        if let Some(path) = &self.control {
            // The socket's file is of no use any more; a new daemon replaces it in any case.
            drop(std::fs::remove_file(path));
        }
        self.inner.effects.store.close().await;
        whole
    }

    /// Asks the daemon itself, as the control socket does.
    pub async fn ask(&self, question: crate::web::Question) -> Result<crate::web::Answer, String> {
        control::answer(&self.inner, question).await
    }
}
