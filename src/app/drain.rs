//! The loop that seals what is due and sends what is sealed: one sender a channel at a time, so that a dead receiver holds up nobody else.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::beats::Part;
use super::daemon::Inner;
use crate::base::ids::ChannelId;
use crate::pipeline::{next_send, seal_due, send_some};

/// Messages leased for one sender at once.
const BATCH: usize = 16;
/// The longest sleep.
const NAP: Duration = Duration::from_secs(5);

/// Channels that have a sender at work.
type Busy = Arc<Mutex<HashSet<ChannelId>>>;

/// Runs until the daemon stops.
pub(super) async fn drain(inner: Arc<Inner>) {
    let busy = Busy::default();
    while !inner.stop.is_cancelled() {
        let now = inner.effects.clock.now();
        inner.beats.beat(Part::Drain, now);
        let config = inner.config.borrow().clone();
        if let Err(error) = seal_due(&inner.effects, &config, now).await {
            tracing::error!(%error, "entries that are due could not be sealed; they stay due");
        }
        let mut next = inner.effects.store.next_entry();
        for channel in &config.channels {
            match next_send(&inner.effects, &channel.id).await {
                Ok(Some(at)) if at <= now => send(&inner, &busy, &channel.id),
                Ok(Some(at)) => next = Some(next.map_or(at, |n| n.min(at))),
                Ok(None) => {}
                Err(error) => tracing::error!(channel = %channel.id, %error, "the state of a channel could not be read; it is tried again"),
            }
        }
        let wait = next.map_or(NAP, |at| Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO));
        tokio::select! {
            () = inner.stop.cancelled() => return,
            () = inner.drain.notified() => {}
            () = tokio::time::sleep(wait.clamp(Duration::from_millis(20), NAP)) => {}
        }
    }
}

/// Starts a sender for this channel, unless one is at work.
fn send(inner: &Arc<Inner>, busy: &Busy, channel: &ChannelId) {
    if !busy.lock().unwrap_or_else(PoisonError::into_inner).insert(channel.clone()) {
        return;
    }
    let (inner, busy, channel) = (Arc::clone(inner), Arc::clone(busy), channel.clone());
    let tasks = inner.tasks.clone();
    tasks.spawn(async move {
        loop {
            let config = inner.config.borrow().clone();
            let now = inner.effects.clock.now();
            match send_some(&inner.effects, &config, &channel, BATCH, &inner.stop_sending()).await {
                Ok(sending) if sending.leased > 0 && !inner.stop.is_cancelled() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(%channel, %error, "messages could not be sent or settled; they stay in the outbox");
                    break;
                }
            }
            inner.beats.beat(Part::Drain, now);
        }
        busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&channel);
    });
}
