//! The loop of retention, compaction and backups.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::beats::Part;
use super::daemon::Inner;
use crate::model::Health;
use crate::pipeline::{completeness, forget_gone, keep_step};
use crate::telemetry;

/// Between two steps.
const PAUSE: Duration = Duration::from_secs(30);
/// Between two looks for records to forget: their time is counted in days.
const FORGET: SignedDuration = SignedDuration::from_hours(6);

/// Sources with gauges of their own.
const GAUGED: usize = 500;

/// Runs until the daemon stops. The first backup is made one interval after the newest one that is there.
pub(super) async fn keep(inner: Arc<Inner>, newest: Option<Timestamp>) {
    let started = inner.effects.clock.now();
    let mut last = newest.unwrap_or(started);
    let mut forget = started;
    loop {
        let now = inner.effects.clock.now();
        inner.beats.beat(Part::Keep, now);
        tokio::select! {
            () = inner.stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let now = inner.effects.clock.now();
        if now >= forget {
            let alone = inner.upkeep.lock().await;
            // Read under the lock: a source that is named again meanwhile is not forgotten any further.
            let config = inner.config.borrow().clone();
            let forgot = forget_gone(&inner.effects, &config, now).await;
            drop(alone);
            match forgot {
                Ok(forgot) => {
                    if forgot.records > 0 {
                        tracing::info!(
                            records = forgot.records,
                            organisations = forgot.organisations,
                            "records past `keep_gone` were forgotten"
                        );
                    }
                    if forgot.sources > 0 {
                        tracing::info!(sources = forgot.sources, "sources that left the configuration were forgotten");
                    }
                    forget = if forgot.more { now } else { now.saturating_add(FORGET).unwrap_or(now) };
                }
                Err(error) => tracing::error!(%error, "records past `keep_gone` could not be forgotten; it is tried again"),
            }
        }
        let config = inner.config.borrow().clone();
        let due = config.keep.backup_every.is_some_and(|every| now.duration_since(last) >= every);
        match keep_step(&inner.effects, &config, due, now).await {
            Ok(keeping) => {
                if let Some(backup) = keeping.backup {
                    tracing::info!(name = backup.name, keys = backup.keys, bytes = backup.bytes, "a verified backup was made");
                    last = now;
                }
                if keeping.compacted {
                    tracing::info!(bytes = inner.effects.store.size().file, "the database was compacted");
                }
            }
            Err(error) => tracing::error!(%error, "keeping the store in order failed; it is tried again"),
        }
        inner.effects.web.tidy();
        let age = u32::try_from(now.duration_since(last).as_secs()).unwrap_or(u32::MAX);
        metrics::gauge!(telemetry::BACKUP_AGE).set(f64::from(age));
        gauge(&inner, now).await;
    }
}

/// What a dashboard wants to see at a glance.
async fn gauge(inner: &Inner, now: Timestamp) {
    let (store, config) = (&inner.effects.store, inner.config.borrow().clone());
    metrics::gauge!(telemetry::LANES).set(inner.effects.web.lanes() as f64);
    metrics::gauge!(telemetry::STORE_BYTES).set(store.size().file as f64);
    let late = store.next_due().map_or(0, |due| now.duration_since(due).as_secs().max(0));
    metrics::gauge!(telemetry::LATENESS).set(late as f64);
    match store.counts().await {
        Ok(counts) => {
            metrics::gauge!(telemetry::PAGES).set(counts.pages as f64);
            for (channel, waiting) in counts.waiting {
                metrics::gauge!(telemetry::OUTBOX_WAITING, "channel" => channel.to_string()).set(waiting as f64);
            }
            for (channel, dead) in counts.dead {
                metrics::gauge!(telemetry::OUTBOX_DEAD, "channel" => channel.to_string()).set(dead as f64);
            }
        }
        Err(error) => tracing::error!(%error, "the store could not be counted"),
    }
    let mut ill = 0_u32;
    for source in config.sources.iter().filter(|source| source.enabled) {
        let states = store.states_of(&source.id).await.unwrap_or_default();
        ill += u32::from(states.iter().any(|state| matches!(state.health, Health::Ill { .. })));
    }
    metrics::gauge!(telemetry::SOURCES_ILL).set(f64::from(ill));
    for source in config.sources.iter().filter(|source| source.enabled).take(GAUGED) {
        let Ok(known) = completeness(&inner.effects, source, now).await else { continue };
        for (name, at) in [(telemetry::NEWS_AGE, known.last_new), (telemetry::COMPLETE_AGE, known.complete_until)] {
            if let Some(at) = at {
                metrics::gauge!(name, "source" => source.id.to_string()).set(now.duration_since(at).as_secs() as f64);
            }
        }
    }
}
