//! The only place that reads time. Everybody else is given it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where the present comes from: the machine, or a hand-moved clock in tests and simulations.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's wall clock.
    #[default]
    System,
    /// A clock that is moved by hand; clones share it.
    Manual(Arc<Hands>),
}

/// Where a manual clock stands, and by how much it goes on with each reading, in milliseconds.
#[derive(Debug, Default)]
pub struct Hands {
    at: AtomicI64,
    step: AtomicI64,
}

impl Clock {
    /// A clock that stands at `start` until moved.
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(Hands { at: AtomicI64::new(start.as_millisecond()), step: AtomicI64::new(0) }))
    }

    /// Lets a manual clock go on by a millisecond with each reading, as a real one does between two: who reads it twice for one moment is found out.
    pub fn tick(&self) {
        if let Self::Manual(hands) = self {
            hands.step.store(1, Ordering::SeqCst);
        }
    }

    /// The present, cut to milliseconds (the resolution of everything stored).
    pub fn now(&self) -> Timestamp {
        let millis = match self {
            #[expect(clippy::disallowed_methods, reason = "this is the place the ban points to")]
            Self::System => Timestamp::now().as_millisecond(),
            Self::Manual(hands) => hands.at.fetch_add(hands.step.load(Ordering::SeqCst), Ordering::SeqCst),
        };
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }

    /// Moves a manual clock forward (or back); the system clock stays as it is.
    pub fn advance(&self, by: SignedDuration) {
        if let Self::Manual(hands) = self {
            let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            hands.at.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock; the system clock stays as it is.
    pub fn set(&self, to: Timestamp) {
        if let Self::Manual(hands) = self {
            hands.at.store(to.as_millisecond(), Ordering::SeqCst);
        }
    }
}

/// To the minute in a zone, with its offset from UTC: `2026-11-23 09:00 +01:00`.
pub fn minute(at: Timestamp, zone: &TimeZone) -> String {
    let format = if *zone == TimeZone::UTC { "%Y-%m-%d %H:%M UTC" } else { "%Y-%m-%d %H:%M %:z" };
    at.to_zoned(zone.clone()).strftime(format).to_string()
}

/// A stopwatch over the monotonic clock, for durations that are reported and never stored.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the place the ban points to")]
        let now = std::time::Instant::now();
        Self(now)
    }

    /// Time since the start.
    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand_and_clones_share_it() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let twin = clock.clone();
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(twin.now().as_second(), 90);
        assert_eq!(twin.now(), clock.now());
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        clock.tick();
        assert_eq!([clock.now(), clock.now(), clock.clone().now()].map(Timestamp::as_millisecond), [0, 1, 2]);
    }
}
