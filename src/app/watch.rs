//! The loop that gives out due pages, host by host, to a bounded number of workers.
//!
//! Knows nothing of what a check does; it claims, checks and releases.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jiff::SignedDuration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::beats::Part;
use super::daemon::Inner;
use crate::base::ids::PageId;
use crate::base::text;
use crate::pipeline::{CheckError, Checked, Decided, Outcome, decide};
use crate::store::Claim;
use crate::telemetry;

/// Pages of one host claimed at once.
const PAGES: usize = 64;
/// How long a claim holds; a worker that takes longer stops after the page in hand.
const LEASE: SignedDuration = SignedDuration::from_mins(15);
/// The longest sleep: the loop gives a sign of life at least this often.
const NAP: Duration = Duration::from_secs(5);
/// Hosts begun in a second, over all of them: after a downtime everything may be due, and the line out must not be flooded.
const STARTS: NonZeroU32 = NonZeroU32::new(250).expect("not zero");
/// How long a page waits whose source is not in the configuration (any more).
const PARKED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Runs until the daemon stops.
pub(super) async fn watch(inner: Arc<Inner>, workers: usize) {
    let places = Arc::new(Semaphore::new(workers.max(1)));
    let starts: DefaultDirectRateLimiter = RateLimiter::direct(Quota::per_second(STARTS));
    while !inner.stop.is_cancelled() {
        inner.beats.beat(Part::Watch, inner.effects.clock.now());
        let place = tokio::select! {
            () = inner.stop.cancelled() => return,
            place = Arc::clone(&places).acquire_owned() => place,
            () = tokio::time::sleep(NAP) => continue,
        };
        let Ok(place) = place else { return };
        if starts.check().is_err() {
            drop(place);
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        let now = inner.effects.clock.now();
        if let Some(claim) = inner.effects.store.claim(now, PAGES, LEASE) {
            let worker = Arc::clone(&inner);
            inner.tasks.spawn(async move { work(worker, claim, place).await });
            continue;
        }
        drop(place);
        let wait = inner.effects.store.next_due().map_or(NAP, |due| Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO));
        tokio::select! {
            () = inner.stop.cancelled() => return,
            () = inner.wake.notified() => {}
            // Never a busy loop: what is due but cannot be claimed (its host is being worked on) becomes free by a notification.
            () = tokio::time::sleep(wait.clamp(Duration::from_millis(10), NAP)) => {}
        }
    }
}

/// Checks the claimed pages of one host, one after the other, as the host's pace allows.
async fn work(inner: Arc<Inner>, claim: Claim, _place: OwnedSemaphorePermit) {
    let lane = match inner.effects.web.held(&claim.host) {
        Some(lane) => lane,
        None => match inner.effects.store.host(&claim.host).await {
            Ok(stored) => inner.effects.web.lane(&claim.host, stored),
            Err(error) => {
                tracing::error!(host = %claim.host, %error, "a host's state could not be read; its pages stay due");
                return inner.effects.store.release(&claim.host);
            }
        },
    };
    let mut open: VecDeque<(PageId, Decided)> = VecDeque::new();
    for page in &claim.pages {
        if inner.stop.is_cancelled() || inner.effects.clock.now() >= claim.until {
            break;
        }
        let config = inner.config.borrow().clone();
        // A check under way is never cut off by a stop: it is short (every phase has a deadline), and its turn is worth having.
        match decide(&inner.effects, &config, &lane, *page).await {
            Ok(decided) => open.push_back((*page, decided)),
            Err(error) => {
                report(&inner, *page, Err(error)).await;
                break;
            }
        }
        // What is durable by now is reported; the rest is on its way while the next page is asked for.
        while let Some((page, decided)) = open.pop_front() {
            match decided.try_end() {
                Ok(ended) => report(&inner, page, ended).await,
                Err(decided) => {
                    open.push_front((page, decided));
                    break;
                }
            }
        }
    }
    for (page, decided) in open {
        report(&inner, page, decided.end().await).await;
    }
    inner.effects.store.release(&claim.host);
    inner.wake.notify_one();
}

async fn report(inner: &Inner, page: PageId, ended: Result<Checked, CheckError>) {
    let (source, outcome) = match ended {
        Ok(checked) => (checked.source.map(|source| source.to_string()).unwrap_or_default(), checked.outcome),
        Err(error) => {
            metrics::counter!(telemetry::CHECKS, "outcome" => "store").increment(1);
            return tracing::error!(%page, %error, "a check could not be committed; the page stays due");
        }
    };
    let word = match &outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Changed { records, changes: 0, baseline: true, .. } => {
            tracing::info!(source, %page, "baseline, {}", text::count(*records, "record", "records"));
            "changed"
        }
        Outcome::Changed { records, changes, leads, baseline: _ } => {
            tracing::info!(source, %page, records, changes, leads, "a page changed");
            inner.drain.notify_one();
            "changed"
        }
        Outcome::Failed(failure) => {
            tracing::warn!(source, %page, class = failure.class.word(), reason = failure.text, next = failure.class.what_to_do(), "a page could not be read");
            failure.class.word()
        }
        Outcome::Postponed => "postponed",
        Outcome::Unknown => {
            let due = inner.effects.clock.now().saturating_add(PARKED).unwrap_or(jiff::Timestamp::MAX);
            if let Err(error) = inner.effects.store.reschedule(vec![(page, due)]).await {
                tracing::error!(%page, %error, "a page without a source could not be parked");
            }
            "parked"
        }
    };
    metrics::counter!(telemetry::CHECKS, "outcome" => word).increment(1);
}
