//! When a host may be asked next, and how slowly. Pure: instants are times since the lane was opened. Knows no request.

use std::time::Duration;

/// The longest spacing that slowing down leads to.
const SLOWEST: Duration = Duration::from_mins(10);
/// What is doubled when the host has no spacing of its own.
const LEAST_SLOWED: Duration = Duration::from_millis(250);
/// Halvings of the pace at most.
const MOST_SLOWED: u8 = 8;
/// Good answers that heal one halving.
const HEALING: u8 = 100;

/// One host's pace: single requests at a distance, no bursts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    last: Option<Duration>,
    slowed: u8,
    good: u8,
}

impl Pace {
    /// A pace that was slowed down before.
    pub(super) fn slowed_by(slowed: u8) -> Self {
        Self { slowed: slowed.min(MOST_SLOWED), ..Self::default() }
    }

    /// Halvings in force.
    pub(super) const fn slowed(&self) -> u8 {
        self.slowed
    }

    /// The distance in force, when `base` is asked for.
    pub(super) fn spacing(&self, base: Duration) -> Duration {
        if self.slowed == 0 {
            return base;
        }
        base.max(LEAST_SLOWED).saturating_mul(1 << self.slowed).min(SLOWEST.max(base))
    }

    /// How long until the next request may leave.
    pub(super) fn wait(&self, now: Duration, base: Duration) -> Duration {
        self.last.map_or(Duration::ZERO, |last| (last + self.spacing(base)).saturating_sub(now))
    }

    /// Lets a request leave now, or says how long to wait.
    pub(super) fn depart(&mut self, now: Duration, base: Duration) -> Duration {
        let wait = self.wait(now, base);
        if wait.is_zero() {
            self.last = Some(now);
        }
        wait
    }

    /// The host asked for a slower pace. Whether anything changed.
    pub(super) fn slow_down(&mut self) -> bool {
        self.good = 0;
        let before = self.slowed;
        self.slowed = (self.slowed + 1).min(MOST_SLOWED);
        before != self.slowed
    }

    /// The host answered well. Whether a halving healed.
    pub(super) fn good(&mut self) -> bool {
        if self.slowed == 0 {
            return false;
        }
        self.good += 1;
        if self.good < HEALING {
            return false;
        }
        (self.good, self.slowed) = (0, self.slowed - 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn single_requests_at_a_distance() {
        let mut pace = Pace::default();
        assert_eq!(pace.depart(ms(5), ms(100)), ms(0));
        assert_eq!(pace.depart(ms(5), ms(100)), ms(100));
        assert_eq!(pace.depart(ms(60), ms(100)), ms(45));
        assert_eq!(pace.depart(ms(105), ms(100)), ms(0));
        assert_eq!(pace.depart(ms(1_000), ms(100)), ms(0), "time not used earns no burst");
        assert_eq!(pace.depart(ms(1_000), ms(100)), ms(100));
        assert_eq!(pace.depart(ms(1_000), ms(0)), ms(0), "another source may ask for another distance");
    }

    #[test]
    fn slowing_down_and_healing() {
        let mut pace = Pace::default();
        assert!(!pace.good());
        assert!(pace.slow_down());
        assert_eq!(pace.spacing(ms(1_000)), ms(2_000));
        assert_eq!(pace.spacing(ms(0)), ms(500));
        assert!(pace.slow_down());
        assert_eq!(pace.spacing(ms(1_000)), ms(4_000));
        for _ in 0..99 {
            assert!(!pace.good());
        }
        assert!(pace.good());
        assert_eq!(pace.slowed(), 1);
        for _ in 0..20 {
            pace.slow_down();
        }
        assert_eq!(pace.slowed(), MOST_SLOWED);
        assert!(!pace.slow_down());
        assert_eq!(pace.spacing(ms(60_000)), SLOWEST);
        assert_eq!(Pace::slowed_by(200).slowed(), MOST_SLOWED);
    }
}
