//! The compiled schedule of one source.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::FailureClass;

/// When a source is visited. Total: there always is a next time.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: TimeZone,
    budget: Option<u32>,
    every: SignedDuration,
}

impl Schedule {
    /// The first visit strictly after `after`, inside the windows; `seed` decides the jitter.
    pub fn next(&self, after: Timestamp, _seed: u64) -> Timestamp {
        after + self.every
    }

    /// `at`, or the start of the next window when `at` lies outside all of them.
    pub fn soonest(&self, at: Timestamp) -> Timestamp {
        at
    }

    /// When to try again after the `failures_in_a_row`th failure (1 for the first) of this class.
    ///
    /// Follows [`FailureClass::advice`]: doubling up to the cap, a fifth more or less; never before the server's own word
    /// (`retry_after`), which is believed for up to a day. What only the operator can mend goes on at the usual rhythm.
    pub fn retry(
        &self,
        (_class, _failures_in_a_row): (FailureClass, u32),
        _retry_after: Option<SignedDuration>,
        now: Timestamp,
        seed: u64,
    ) -> Timestamp {
        self.next(now, seed)
    }

    /// When a page that was due while nobody ran is visited: overdue pages are spread over a quarter of the period, at most ten minutes.
    pub fn catch_up(&self, _was_due: Timestamp, now: Timestamp, _seed: u64) -> Timestamp {
        now
    }

    /// Requests allowed a day.
    pub fn budget(&self) -> Option<u32> {
        self.budget
    }

    /// The civil day of an instant in the source's zone: the day of its budget.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The typical distance between visits.
    pub fn period(&self) -> SignedDuration {
        self.every
    }

    /// The source's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
