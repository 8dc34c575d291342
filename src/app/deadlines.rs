//! The loop of what time alone brings about: reminders of deadlines, deadlines that give way to another portal's, leads whose rules look at the time that is left, contracts that end soon.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::daemon::Inner;
use crate::pipeline::{Judging, KeepError, expiring_some, judge_some, overtaken, remind_due};

/// Between two looks for reminders.
const PAUSE: Duration = Duration::from_mins(5);
/// Between two steps of looking through the records, so that checks and messages go before.
const BREATH: Duration = Duration::from_millis(50);
/// Between two looks through all records: contracts end by the day.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// Between two looks for leads that time alone changes.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// A look begins so long before the last one ended: a check that was under way then may have judged by the time of its beginning.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// Under this name the store remembers up to when time was looked at.
const MARK: &str = "turned";

/// Runs until the daemon stops.
pub(super) async fn deadlines(inner: Arc<Inner>) {
    let mut look = inner.effects.clock.now();
    let mut turn = look;
    while !inner.stop.is_cancelled() {
        let now = inner.effects.clock.now();
        if let Err(error) = remind(&inner, now).await {
            tracing::error!(%error, "reminders of deadlines could not be decided; it is tried again");
        }
        if now >= turn {
            match turned(&inner, now).await {
                Ok(()) => turn = now.saturating_add(QUARTER).unwrap_or(now),
                Err(error) => tracing::error!(%error, "leads that time changes could not be judged; it is tried again"),
            }
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
    let moved = overtaken(&inner.effects, &config, now).await?;
    if remind_due(&inner.effects, &config, now).await? + moved > 0 {
        inner.drain.notify_one();
    }
    Ok(())
}

/// Judges the leads that time alone changed since the last look, through a stop of any length.
async fn turned(inner: &Inner, now: Timestamp) -> Result<(), KeepError> {
    let mark = inner.effects.store.mark(MARK).await?;
    let since = mark.and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<Timestamp>().ok()).unwrap_or(now);
    let mut judging = Judging::turned(since.saturating_sub(OVERLAP).unwrap_or(since), now);
    let mut told = 0;
    loop {
        let judged = {
            let _alone = inner.upkeep.lock().await;
            let config = inner.config.borrow().clone();
            judge_some(&inner.effects, &config, &mut judging, inner.effects.clock.now()).await?
        };
        told += judged.told;
        if judged.done {
            break;
        }
        tokio::select! {
            () = inner.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(BREATH) => {}
        }
    }
    if told > 0 {
        inner.drain.notify_one();
    }
    inner.effects.store.set_mark(MARK, Some(now.to_string().into_bytes())).await?;
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
