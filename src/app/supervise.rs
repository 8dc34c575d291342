//! The process around the daemon: signals, systemd's notifications, the watchdog.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};

use super::daemon::Daemon;
use crate::base::clock::Clock;
use crate::config::{Config, Request};

/// Runs the daemon until it is told to stop: SIGTERM or SIGINT drain, a second one ends at once, SIGHUP reloads.
/// `started` is called once everything runs, `reloaded` with every configuration that is taken over after that.
pub async fn run(config: Arc<Config>, request: Request, started: impl FnOnce(&Daemon), reloaded: impl Fn(&Config)) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let daemon = Daemon::start(config, Clock::System).await?;
    daemon.reads_from(request.clone());
    started(&daemon);
    tell(&[NotifyState::Ready, NotifyState::Status("watching")]);
    let mut feeding = tokio::time::interval(watchdog_pause());
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => reload(&daemon, &request, &reloaded).await,
            _ = feeding.tick() => {
                let silent = daemon.silent();
                if silent.is_empty() {
                    tell(&[NotifyState::Watchdog]);
                } else {
                    tracing::error!(reason = silent.join("; "), "a loop is silent; the watchdog is not fed");
                }
            }
        }
    }
    tracing::info!("stopping: what is under way may finish; a second signal ends at once");
    tell(&[NotifyState::Stopping]);
    tokio::select! {
        whole = daemon.stop() => {
            if whole {
                tracing::info!("stopped: everything under way was finished");
            } else {
                tracing::warn!("stopped: the time to end in is over; what was under way is done again at the next start");
            }
            Ok(())
        }
        // Exit at once means at once: nothing acknowledged can be lost, the store is crash-proof.
        _ = terminate.recv() => std::process::exit(143),
        _ = interrupt.recv() => std::process::exit(130),
    }
}

async fn reload(daemon: &Daemon, request: &Request, reloaded: impl Fn(&Config)) {
    let mut states = vec![NotifyState::Reloading];
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        states.push(now);
    }
    tell(&states);
    match daemon.reload(request).await {
        Ok(changes) if changes.is_empty() => tracing::info!("reloaded: nothing differs"),
        Ok(changes) => {
            reloaded(&daemon.config());
            super::daemon::note(&daemon.config());
            for change in changes {
                tracing::info!(%change, "reloaded");
            }
        }
        Err(refusal) => {
            // One line for each mistake, its place first: whoever reads the log finds the line to mend.
            for problem in refusal.problems() {
                tracing::error!("{}", problem.in_one_line());
            }
            let why = if refusal.problems().is_empty() { format!("{refusal}; ") } else { String::new() };
            tracing::error!("{why}the new configuration was not taken; the old one stays in force");
        }
    }
    tell(&[NotifyState::Ready, NotifyState::Status("watching")]);
}

/// Half the time that systemd gives, or a minute where it gives none.
fn watchdog_pause() -> Duration {
    sd_notify::watchdog_enabled().map_or(Duration::from_mins(1), |limit| limit / 2)
}

/// Tells systemd; without systemd nobody listens, and that is fine.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be notified");
    }
}
