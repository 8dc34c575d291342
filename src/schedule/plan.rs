//! The compiled schedule of one source: civil hours and cron lines, made into instants.

use croner::Cron;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::silence::{self, Expect};
use super::windows::Windows;
use crate::model::{Advice, Failures, PageRole, Pulse};

/// The server's own word on when to come back is believed up to this.
const LONGEST_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// The longest wait for a page that is not there, if it was found by a link; a page of the configuration waits for at most so many periods, or
/// a day where that is longer: it is what the source lives from.
const LONGEST_FADED: SignedDuration = SignedDuration::from_hours(30 * 24);
const FADED_PERIODS: i32 = 8;
const FADED_ROOT: SignedDuration = SignedDuration::from_hours(24);
/// Overdue pages are spread over at most this.
const LONGEST_CATCH_UP: SignedDuration = SignedDuration::from_mins(10);
/// Steps from a cron time outside the windows to the next opening, before giving up. At least one of the two repeats weekly.
const CRON_STEPS: usize = 1_000;

/// How often.
#[derive(Debug, Clone)]
pub(super) enum Rhythm {
    /// This long after the last visit.
    Every,
    /// At the times of a cron line.
    Cron(Box<Cron>),
}

/// When a source is visited. Total: there always is a next time.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub(super) rhythm: Rhythm,
    pub(super) period: SignedDuration,
    pub(super) jitter: SignedDuration,
    pub(super) windows: Windows,
    pub(super) zone: TimeZone,
    pub(super) budget: Option<u32>,
    pub(super) expect: Expect,
    /// How old what own pages said may be; `None`: as old as it is.
    pub(super) own_pages: Option<SignedDuration>,
}

impl Schedule {
    /// The first visit strictly after `after`, inside the windows; `seed` decides the jitter.
    ///
    /// With `every`, the jitter lies on both sides; with `cron`, after the time it names, so that no visit is early. A visit
    /// that has to wait for a window comes within its first minutes, spread by the same jitter.
    pub fn next(&self, after: Timestamp, seed: u64) -> Timestamp {
        match &self.rhythm {
            Rhythm::Every => {
                let moved = self.period - self.jitter + part(seed, self.jitter * 2);
                self.in_window(later(after, moved), seed)
            }
            Rhythm::Cron(cron) => match self.cron_time(cron, after) {
                Some(at) => self.spread(at, self.jitter, seed),
                // Not reached with settings that compiled; a page without a next time would be forgotten.
                None => self.in_window(later(after, self.period), seed),
            },
        }
    }

    /// `at`, or the start of the next window when `at` lies outside all of them.
    pub fn soonest(&self, at: Timestamp) -> Timestamp {
        self.windows.soonest(at)
    }

    /// When to try a page again after these failures in a row; always after `now`.
    ///
    /// Follows [`crate::model::FailureClass::advice`]: the first wait (at most the period), doubling up to the cap, a fifth more or less; never
    /// before the server's own word (`retry_after`), which is believed for up to a day. What only the operator can mend goes on
    /// at the usual rhythm; what is not there begins with it and doubles, up to 30 days for a page found by a link, and up to eight periods
    /// or a day, whichever is longer, for one of the configuration.
    pub fn retry(&self, failures: &Failures, role: PageRole, now: Timestamp, seed: u64) -> Timestamp {
        let asked = failures.last.retry_after.unwrap_or_default().clamp(SignedDuration::ZERO, LONGEST_RETRY_AFTER);
        let doublings = failures.count.saturating_sub(1).min(16);
        match failures.last.class.advice() {
            Advice::Retry { first, cap } | Advice::SlowDown { first, cap } => {
                let wait = (first.min(self.period) * (1 << doublings)).min(cap);
                let fifth = wait / 5;
                let moved = wait - fifth + part(seed, fifth * 2);
                self.in_window(later(now, moved.max(asked + part(seed, asked / 5)).max(SignedDuration::from_secs(1))), seed)
            }
            Advice::AskOperator => self.next(later(now, asked), seed),
            Advice::Fade => {
                let cap = match role {
                    PageRole::Root => FADED_ROOT.max(self.period.saturating_mul(FADED_PERIODS)),
                    PageRole::Follow => LONGEST_FADED.max(self.period),
                };
                let more = self.period.saturating_mul(1 << doublings).min(cap) - self.period;
                self.next(later(now, more.max(asked)), seed)
            }
            Advice::NextDay => self.next_day(now, seed),
        }
    }

    /// When it goes on after the day's budget is used up: in the first minutes of the next day.
    pub fn next_day(&self, now: Timestamp, seed: u64) -> Timestamp {
        let start = self.windows.soonest(self.begins_anew(now));
        self.spread(start, LONGEST_CATCH_UP.min(self.period / 4), seed)
    }

    /// When a page that was due while nobody ran is visited: overdue pages are spread over a quarter of the period, at most ten
    /// minutes, and wait for a window. A page that is not overdue keeps its time.
    pub fn catch_up(&self, was_due: Timestamp, now: Timestamp, seed: u64) -> Timestamp {
        if was_due > now {
            return was_due;
        }
        let start = self.windows.soonest(now);
        self.spread(start, LONGEST_CATCH_UP.min(self.period / 4), seed)
    }

    /// When the own page of a record is read again that was read at this time; never, where nothing says so. The seed is that of the page that lists
    /// it: what was read together is read together again, so that what the site does to all of them is seen as such, and pages take turns.
    pub fn own_again(&self, read: Timestamp, seed: u64) -> Option<Timestamp> {
        let quarter = self.own_pages? / 4;
        Some(later(read, quarter * 3 + part(seed, quarter)))
    }

    /// Requests allowed a day.
    pub fn budget(&self) -> Option<u32> {
        self.budget
    }

    /// When the next day of the budget begins.
    pub fn begins_anew(&self, now: Timestamp) -> Timestamp {
        let tomorrow = self.day(now).checked_add(1.day()).ok().and_then(|date| date.to_zoned(self.zone.clone()).ok());
        tomorrow.map_or_else(|| later(now, LONGEST_RETRY_AFTER), |midnight| midnight.timestamp())
    }

    /// Why the source counts as silent, if it does: `since` is its last sign of life, `pulse` remembers its news.
    pub fn silent(&self, pulse: &Pulse, since: Timestamp, now: Timestamp) -> Option<String> {
        silence::silent(&self.expect, &pulse.days, &self.zone, since, now)
    }

    /// How often news is expected, in words.
    pub fn expects(&self) -> String {
        self.expect.to_string()
    }

    /// Whether a source that was complete at `complete` should have been visited since, twice over, and was not.
    pub fn is_late(&self, complete: Timestamp, now: Timestamp) -> bool {
        let twice = self.next(self.next(complete, 0), 0);
        now > later(twice, self.period.min(SignedDuration::from_hours(1)).max(SignedDuration::from_mins(10)))
    }

    /// The civil day of an instant in the source's zone: the day of its budget.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The typical distance between visits: `every`, or the mean distance of the cron line's times.
    pub fn period(&self) -> SignedDuration {
        self.period
    }

    /// The source's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// `at` when a window is open; else somewhere in the first minutes of the next one.
    fn in_window(&self, at: Timestamp, seed: u64) -> Timestamp {
        let open = self.windows.soonest(at);
        if open == at { at } else { self.spread(open, self.jitter * 2, seed) }
    }

    /// Somewhere from `at` on, at most `over` later and still inside the window that is open at `at`.
    fn spread(&self, at: Timestamp, over: SignedDuration, seed: u64) -> Timestamp {
        let room = self.windows.remaining(at).map_or(over, |open| over.min(open / 2));
        later(at, part(seed, room))
    }

    /// The first time of the cron line after `after` at which a window is open.
    pub(super) fn cron_time(&self, cron: &Cron, after: Timestamp) -> Option<Timestamp> {
        let mut from = after;
        let mut inclusive = false;
        for _ in 0..CRON_STEPS {
            let at = cron.find_next_occurrence(&from.to_zoned(self.zone.clone()), inclusive).ok()?.timestamp();
            let open = self.windows.soonest(at);
            if open == at && at > after {
                return Some(at);
            }
            (from, inclusive) = (open.max(at), open > at);
        }
        None
    }
}

/// `at` and `by` more, within the range of time.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A share of `span` between nothing and all of it, in milliseconds, from a seed (splitmix64).
fn part(seed: u64, span: SignedDuration) -> SignedDuration {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    let millis = (u128::from(x) * span.as_millis().unsigned_abs()) >> 64;
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::Spec;
    use super::*;
    use crate::model::{Failure, FailureClass};
    use proptest::prelude::*;

    fn spec(text: &str) -> Schedule {
        toml::from_str::<Spec>(text).expect(text).compile().expect(text)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn cron_comes_once_a_night_whatever_the_clocks_do() {
        let daily = spec("cron = '30 2 * * *'\nzone = 'Europe/Madrid'\njitter = '0%'");
        for (after, want) in [
            ("2026-11-23T00:00:00Z", "2026-11-23T01:30:00Z"),
            ("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        ] {
            assert_eq!(daily.next(at(after), 7), at(want), "after {after}");
        }
        assert_eq!(daily.period().as_hours(), 24);
        let inside = spec("cron = '0 */2 * * *'\nbetween = 'Mon-Fri 07:00-20:00'\njitter = '0%'");
        assert_eq!(inside.next(at("2026-11-20T18:00:00Z"), 7), at("2026-11-23T08:00:00Z"));
    }

    #[test]
    fn settings_that_cannot_be() {
        for (text, key) in [
            ("every = '1h'\ncron = '0 * * * *'", "cron"),
            ("every = 'often'", "every"),
            ("every = '0s'", "every"),
            ("every = '2000d'", "every"),
            ("every = '1 month'", "every"),
            ("cron = 'x'", "cron"),
            ("cron = '0 0 31 2 *'", "cron"),
            ("cron = '0 3 * * *'\nbetween = '07:00-20:00'", "cron"),
            ("between = ['07:00-08:00', 'x']", "between[1]"),
            ("between = 'x'", "between"),
            ("zone = 'Mars/Base'", "zone"),
            ("jitter = '60%'", "jitter"),
            ("jitter = '40m'", "jitter"),
            ("budget = 0", "budget"),
            ("expect = 'soon'", "expect"),
            ("detail_every = 'daily'", "detail_every"),
        ] {
            let faults = toml::from_str::<Spec>(text).expect(text).compile().expect_err(text);
            assert_eq!(faults.iter().map(|f| f.key.as_str()).collect::<Vec<_>>(), [key], "{text}");
        }
        let all = toml::from_str::<Spec>("every = 'x'\nzone = 'x'\nbetween = 'x'\njitter = 'x'\nbudget = -1").expect("shape");
        assert_eq!(all.compile().expect_err("all wrong").len(), 5);
    }

    #[test]
    fn what_was_to_be_read_again_twice_and_was_not_is_late() {
        for (text, now, late) in [
            ("every = '1h'", "2026-11-20T10:00:00Z", false),
            ("every = '1h'", "2026-11-20T11:30:00Z", true),
            ("every = '1m'", "2026-11-20T08:11:00Z", false),
            ("every = '1m'", "2026-11-20T08:15:00Z", true),
            // A Friday: what is visited on working days only is not late on Sunday.
            ("every = '1h'\nbetween = 'Mon-Fri 07:00-09:00'", "2026-11-22T12:00:00Z", false),
            ("every = '1d'", "2026-11-21T12:00:00Z", false),
            ("every = '1d'", "2026-11-22T15:00:00Z", true),
        ] {
            assert_eq!(spec(text).is_late(at("2026-11-20T08:00:00Z"), at(now)), late, "{text} {now}");
        }
    }

    #[test]
    fn own_pages_are_read_again_before_they_are_too_old() {
        let read = at("2026-11-01T00:00:00Z");
        for (text, most) in [("", Some(14)), ("detail_every = '4d'", Some(4)), ("detail_every = 'off'", None)] {
            for seed in 0..50 {
                let days = spec(text).own_again(read, seed).map(|again| again.duration_since(read).as_secs_f64() / 86_400.0);
                assert_eq!(days.is_some(), most.is_some(), "{text}");
                assert!(
                    days.zip(most).is_none_or(|(days, most)| (f64::from(most) * 0.75..=f64::from(most)).contains(&days)),
                    "{text} {days:?}"
                );
            }
        }
    }

    #[test]
    fn defaults_and_days() {
        let plain = spec("");
        assert_eq!((plain.period().as_mins(), plain.budget()), (60, None));
        let far = spec("between = '07:00-20:00 Pacific/Kiritimati'\nbudget = 50");
        assert_eq!(far.day(at("2026-11-23T12:00:00Z")).to_string(), "2026-11-24");
        assert_eq!(far.budget(), Some(50));
        assert_eq!(spec("cron = '0 9,10 * * *'").period().as_hours(), 12);
    }

    #[test]
    fn failures_are_retried_with_growing_waits_and_the_servers_word() {
        let hourly = spec("every = '1h'");
        let now = at("2026-11-23T12:00:00Z");
        let row = |class, count, retry_after| Failures { count, since: now, last: Failure { retry_after, ..Failure::new(class, "") } };
        let wait = |class, n, after| hourly.retry(&row(class, n, after), PageRole::Root, now, 3).duration_since(now).as_secs();
        let about = |secs: i64, want: i64| assert!((want * 8 / 10..=want * 12 / 10).contains(&secs), "{secs} for {want}");
        about(wait(FailureClass::Timeout, 1, None), 300);
        about(wait(FailureClass::Timeout, 3, None), 1200);
        about(wait(FailureClass::Timeout, 60, None), 6 * 3600);
        about(wait(FailureClass::Challenge, 9, None), 24 * 3600);
        about(wait(FailureClass::Forbidden, 9, None), 3600);
        assert!((7200..=8640).contains(&wait(FailureClass::SlowDown, 1, Some(SignedDuration::from_hours(2)))));
        assert!(wait(FailureClass::SlowDown, 1, Some(SignedDuration::from_hours(9_000))) <= 29 * 3600);
        about(wait(FailureClass::SlowDown, 1, Some(SignedDuration::from_hours(-2))), 300);
        let minutely = spec("every = '1m'");
        about(minutely.retry(&row(FailureClass::Dns, 1, None), PageRole::Root, now, 3).duration_since(now).as_secs(), 60);
        let day = spec("every = '1h'\nzone = 'Europe/Madrid'").retry(&row(FailureClass::Budget, 1, None), PageRole::Root, now, 3);
        assert!((at("2026-11-23T23:00:00Z")..=at("2026-11-23T23:10:00Z")).contains(&day), "{day}");
    }

    #[test]
    fn what_is_not_there_is_asked_for_ever_more_rarely() {
        let now = at("2026-11-23T12:00:00Z");
        let hours = |text: &str, role, count| {
            let failures = Failures { count, since: now, last: Failure::new(FailureClass::NotFound, "404") };
            spec(&format!("{text}\njitter = '0s'")).retry(&failures, role, now, 3).duration_since(now).as_hours()
        };
        for (text, role, want) in [
            ("every = '1h'", PageRole::Root, [1, 2, 4, 8, 16, 24, 24]),
            ("every = '1d'", PageRole::Root, [24, 48, 96, 192, 192, 192, 192]),
            ("cron = '0 12 * * *'", PageRole::Root, [24, 48, 96, 192, 192, 192, 192]),
            ("every = '1h'", PageRole::Follow, [1, 2, 4, 8, 16, 32, 64]),
            ("every = '1d'", PageRole::Follow, [24, 48, 96, 192, 384, 720, 720]),
            ("every = '60d'", PageRole::Follow, [1440; 7]),
        ] {
            let waits: Vec<i64> = (1..=7).map(|count| hours(text, role, count)).collect();
            assert_eq!(waits, want, "{text} {role:?}");
        }
        assert_eq!(hours("every = '1h'", PageRole::Follow, u32::MAX), 720);
    }

    fn schedules() -> impl Strategy<Value = Schedule> {
        let zone = prop::sample::select(vec![
            "UTC",
            "Europe/Madrid",
            "Pacific/Kiritimati",
            "America/St_Johns",
            "Australia/Lord_Howe",
            "Africa/Cairo",
        ]);
        let rhythm = prop::sample::select(vec![
            "every = '1s'",
            "every = '30m'",
            "every = '1d'",
            "every = '30d'",
            "cron = '*/30 * * * *'",
            "cron = '30 2 * * *'",
            "cron = '0 0 29 2 *'",
            "cron = '15 3 * * Sun'",
        ]);
        let between = prop::sample::select(vec![
            "",
            "between = '00:10-23:50'",
            "between = ['Mon-Fri 02:00-04:00', 'Sun 02:00-05:00']",
            "between = '22:00-06:00 Asia/Tokyo'",
        ]);
        (zone, rhythm, between).prop_filter_map("never meet", |(zone, rhythm, between)| {
            toml::from_str::<Spec>(&format!("zone = '{zone}'\n{rhythm}\n{between}")).ok()?.compile().ok()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn next_is_later_inside_a_window_and_not_too_far(schedule in schedules(), second in 1_767_225_600_i64..1_830_000_000, seed: u64, (failures, asked) in (0_u32..40, 0_i64..1000)) {
            let now = Timestamp::from_second(second).expect("in range");
            let next = schedule.next(now, seed);
            prop_assert!(next > now);
            prop_assert_eq!(schedule.soonest(next), next);
            // The farthest: a leap day (up to four years), else the distance and a week until a window opens.
            let longest = if schedule.period() > SignedDuration::from_hours(24 * 300) { 24 * 366 * 5 } else { schedule.period().as_hours() * 3 / 2 + 24 * 8 };
            prop_assert!(next.duration_since(now).as_hours() <= longest);
            for class in FailureClass::ALL {
                let last = Failure { retry_after: Some(SignedDuration::from_secs(asked)), ..Failure::new(class, "") };
                let role = if failures % 2 == 0 { PageRole::Root } else { PageRole::Follow };
                let retry = schedule.retry(&Failures { count: failures, since: now, last }, role, now, seed);
                prop_assert!(retry > now);
                prop_assert_eq!(schedule.soonest(retry), retry);
            }
        }

        #[test]
        fn overdue_pages_are_spread(schedule in schedules(), second in 1_767_225_600_i64..1_830_000_000, seed: u64) {
            let now = Timestamp::from_second(second).expect("in range");
            let open = schedule.soonest(now);
            let due = schedule.catch_up(now - SignedDuration::from_hours(5), now, seed);
            prop_assert!(due >= open && due.duration_since(open) <= LONGEST_CATCH_UP);
            prop_assert_eq!(schedule.soonest(due), due);
            let tomorrow = now + SignedDuration::from_hours(24);
            prop_assert_eq!(schedule.catch_up(tomorrow, now, seed), tomorrow);
        }
    }
}
