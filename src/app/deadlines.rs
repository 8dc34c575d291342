//! The loop of what time alone brings about: reminders of deadlines, and contracts that end soon.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::daemon::Inner;
use crate::pipeline::{KeepError, expiring_some, remind_due};

/// Between two looks for reminders.
const PAUSE: Duration = Duration::from_mins(5);
/// Between two steps of looking through the records, so that checks and messages go before.
const BREATH: Duration = Duration::from_millis(50);
/// Between two looks through all records: contracts end by the day.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// Runs until the daemon stops.
pub(super) async fn deadlines(inner: Arc<Inner>) {
    let mut look = inner.effects.clock.now();
    while !inner.stop.is_cancelled() {
        let now = inner.effects.clock.now();
        if let Err(error) = remind(&inner, now).await {
            tracing::error!(%error, "reminders of deadlines could not be decided; it is tried again");
        }
        if now >= look {
            match expiring(&inner).await {
                Ok(()) => look = now.saturating_add(DAILY).unwrap_or(now),
                Err(error) => tracing::error!(%error, "contracts that end soon could not be looked for; it is tried again"),
            }
        }
        tokio::select! {
            () = inner.stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn remind(inner: &Inner, now: Timestamp) -> Result<(), KeepError> {
    let _alone = inner.upkeep.lock().await;
    let config = inner.config.borrow().clone();
    if remind_due(&inner.effects, &config, now).await? > 0 {
        inner.drain.notify_one();
    }
    Ok(())
}

/// Looks through all records once.
async fn expiring(inner: &Inner) -> Result<(), KeepError> {
    let (mut after, mut contracts) = (None, 0);
    while !inner.stop.is_cancelled() {
        let step = {
            let _alone = inner.upkeep.lock().await;
            let config = inner.config.borrow().clone();
            expiring_some(&inner.effects, &config, after, inner.effects.clock.now()).await?
        };
        contracts += step.contracts;
        after = step.next;
        if after.is_none() {
            break;
        }
        tokio::select! {
            () = inner.stop.cancelled() => {}
            () = tokio::time::sleep(BREATH) => {}
        }
    }
    if contracts > 0 {
        tracing::info!(contracts, "contracts that end soon were told of");
        inner.drain.notify_one();
    }
    Ok(())
}
