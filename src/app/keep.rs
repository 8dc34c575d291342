//! The loop of retention, compaction and backups.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::beats::Part;
use super::daemon::Inner;
use crate::pipeline::keep_step;
use crate::telemetry;

/// Between two steps.
const PAUSE: Duration = Duration::from_secs(30);

/// Runs until the daemon stops. The first backup is made one interval after the newest one that is there.
pub(super) async fn keep(inner: Arc<Inner>, newest: Option<Timestamp>) {
    let started = inner.effects.clock.now();
    let mut last = newest.unwrap_or(started);
    loop {
        let now = inner.effects.clock.now();
        inner.beats.beat(Part::Keep, now);
        tokio::select! {
            () = inner.stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let now = inner.effects.clock.now();
        let every = inner.config.borrow().keep.backup_every;
        let due = every.is_some_and(|every| now.duration_since(last) >= every);
        match keep_step(&inner.effects, due, now).await {
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
        metrics::gauge!(telemetry::LANES).set(inner.effects.web.lanes() as f64);
        metrics::gauge!(telemetry::STORE_BYTES).set(inner.effects.store.size().file as f64);
    }
}
