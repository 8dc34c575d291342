//! The civil times at which a rep's digest leaves. Knows no rep and no digest.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::spec::duration;
use super::windows::{Days, clock_time, instant};

/// What is expected of a digest's times.
const SHAPE: &str = "days and times such as `Mon-Fri 08:00`, `daily 07:30` or `Mon,Thu 09:00, 16:00`, or `every 2h`";
/// The longest distance of `every`; what is longer is said by days.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Times of the week in a zone: `Mon-Fri 08:00`, `daily 07:30`, `Mon,Thu 09:00, 16:00`, `Mon-Fri 08:00; Sat 10:00`; or `every 2h`,
/// counted from 1970 so that it stays the same over restarts.
///
/// Each listed time comes once on each listed civil day, whatever the clocks do: in a skipped hour it comes an hour later, in a
/// repeated hour the first time. (Two listed times that fall on one instant in a skipped hour are one.)
#[derive(Debug, Clone)]
pub struct DigestTimes {
    zone: TimeZone,
    rhythm: Rhythm,
}

#[derive(Debug, Clone)]
enum Rhythm {
    Listed(Vec<(Days, BTreeSet<Time>)>),
    Every(SignedDuration),
}

impl DigestTimes {
    /// Reads the text; the error says what is expected. Without days, every day is meant.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, String> {
        if let Some(every) = text.trim().strip_prefix("every ") {
            let every = duration(every).filter(|every| (SignedDuration::from_secs(1)..=LONGEST).contains(every)).ok_or(SHAPE)?;
            return Ok(Self { zone, rhythm: Rhythm::Every(every) });
        }
        let mut slots: Vec<(Days, BTreeSet<Time>)> = Vec::new();
        let mut days: Vec<&str> = Vec::new();
        for word in text.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty()) {
            if let Some(time) = clock_time(word) {
                if slots.is_empty() || !days.is_empty() {
                    let days = if days.is_empty() { Days::ALL } else { Days::parse(&days.join(",")).ok_or(SHAPE)? };
                    slots.push((days, BTreeSet::new()));
                }
                days.clear();
                if let Some((_, times)) = slots.last_mut() {
                    times.insert(time);
                }
            } else {
                Days::parse(word).ok_or(SHAPE)?;
                days.push(word);
            }
        }
        if slots.is_empty() || !days.is_empty() { Err(SHAPE.to_owned()) } else { Ok(Self { zone, rhythm: Rhythm::Listed(slots) }) }
    }

    /// The first time strictly after `after`.
    pub fn next(&self, after: Timestamp) -> Timestamp {
        if let Rhythm::Every(every) = self.rhythm {
            return floor(after, every).and_then(|at| at.checked_add(every).ok()).unwrap_or(Timestamp::MAX);
        }
        // Eight days reach the same weekday again; a day more on each side for what a skipped hour moves over midnight.
        self.around(after, -1..=9).filter(|at| *at > after).min().unwrap_or(Timestamp::MAX)
    }

    /// The last time not after `at`; `None` only at the very beginning of time.
    pub fn last(&self, at: Timestamp) -> Option<Timestamp> {
        if let Rhythm::Every(every) = self.rhythm {
            return floor(at, every);
        }
        self.around(at, -9..=1).filter(|fire| *fire <= at).max()
    }

    /// The first time of a week (from Monday on, in its zone) that is not before `at`: the rhythm of who wants one digest a week.
    pub fn weekly(&self, at: Timestamp) -> Timestamp {
        let today = at.to_zoned(self.zone.clone()).date();
        let monday = today.saturating_sub(i32::from(today.weekday().to_monday_zero_offset()).days());
        let first_of = |day: Date| {
            let begin = day.to_zoned(self.zone.clone()).map_or(at, |begin| begin.timestamp());
            self.next(begin.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(begin))
        };
        let first = first_of(monday);
        if first >= at { first } else { first_of(monday.saturating_add(7.days())) }
    }

    /// The zone its times are in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    fn around(&self, at: Timestamp, days: std::ops::RangeInclusive<i32>) -> impl Iterator<Item = Timestamp> {
        let today = at.to_zoned(self.zone.clone()).date();
        days.filter_map(move |offset| today.checked_add(offset.days()).ok()).flat_map(|date| self.on(date))
    }

    fn on(&self, date: Date) -> impl Iterator<Item = Timestamp> {
        let slots: &[_] = match &self.rhythm {
            Rhythm::Listed(slots) => slots,
            Rhythm::Every(_) => &[],
        };
        let listed = slots.iter().filter(move |(days, _)| days.contain(date.weekday()));
        listed.flat_map(|(_, times)| times).filter_map(move |time| instant(date, *time, &self.zone))
    }
}

/// The last multiple of `every`, counted from 1970, that is not after `at`.
fn floor(at: Timestamp, every: SignedDuration) -> Option<Timestamp> {
    let (at, every) = (at.as_millisecond(), i64::try_from(every.as_millis()).ok().filter(|every| *every > 0)?);
    Timestamp::from_millisecond(at - at.rem_euclid(every)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("bundled")
    }

    #[test]
    fn once_a_week_is_the_first_time_of_the_week() {
        for (text, at, want) in [
            // 2026-11-23 is a Monday.
            ("Mon-Fri 08:00", "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z"),
            ("Mon-Fri 08:00", "2026-11-23T07:00:01Z", "2026-11-30T07:00:00Z"),
            ("Mon-Fri 08:00", "2026-11-29T22:59:00Z", "2026-11-30T07:00:00Z"),
            ("Mon-Fri 08:00", "2026-11-29T23:00:00Z", "2026-11-30T07:00:00Z"),
            ("Tue,Thu 16:00, 09:00", "2026-11-24T09:00:00Z", "2026-12-01T08:00:00Z"),
            ("every 2h", "2026-11-25T00:00:00Z", "2026-11-30T00:00:00Z"),
        ] {
            let digest = DigestTimes::parse(text, zone("Europe/Madrid")).expect("shape");
            let weekly = digest.weekly(at.parse().expect("time"));
            assert_eq!(weekly.to_string(), want, "{text} {at}");
            assert_eq!(digest.weekly(weekly), weekly, "{text} {at}");
        }
    }

    #[test]
    fn readings() {
        for (text, after, want) in [
            ("Mon-Fri 08:00", "2026-11-20T08:00:00Z", "2026-11-23T07:00:00Z"),
            ("daily 07:30", "2026-11-23T06:30:00Z", "2026-11-24T06:30:00Z"),
            ("07:30", "2026-11-23T06:29:59Z", "2026-11-23T06:30:00Z"),
            ("Mon,Thu 09:00, 16:00", "2026-11-23T08:00:00Z", "2026-11-23T15:00:00Z"),
            ("Mon,Thu 09:00, 16:00", "2026-11-23T15:00:00Z", "2026-11-26T08:00:00Z"),
            ("mon-fri 08:00; saturday 10:00", "2026-11-27T12:00:00Z", "2026-11-28T09:00:00Z"),
            ("Sun 02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
            ("Sun 02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("Sun 02:30", "2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"),
            ("every 12s", "2026-11-23T08:00:00Z", "2026-11-23T08:00:12Z"),
            ("every 12s", "2026-11-23T08:00:11.999Z", "2026-11-23T08:00:12Z"),
            ("every 2h", "2026-11-23T07:59:59Z", "2026-11-23T08:00:00Z"),
        ] {
            let times = DigestTimes::parse(text, zone("Europe/Madrid")).expect(text);
            let after: Timestamp = after.parse().expect(after);
            let next = times.next(after);
            assert_eq!(next.to_string(), want, "{text} after {after}");
            assert_eq!(times.last(next), Some(next), "{text}");
            assert!(times.last(next - SignedDuration::from_nanos(1)).is_some_and(|last| last <= after), "{text}");
        }
        for text in [
            "",
            "Mon",
            "8",
            "Mon-Fri 8",
            "Mon-Fri 25:00",
            "Mon-Fri 08:00 Sat",
            "fortnightly 08:00",
            "every",
            "every day",
            "every 0s",
            "every 2d",
        ] {
            assert!(DigestTimes::parse(text, TimeZone::UTC).is_err(), "{text}");
        }
    }

    /// Over two years, in zones whose clocks jump at night, at midnight, by half an hour and never.
    #[test]
    fn every_civil_day_once_per_listed_time() {
        for name in [
            "Europe/Madrid",
            "America/New_York",
            "Asia/Kolkata",
            "Pacific/Auckland",
            "Australia/Lord_Howe",
            "Africa/Cairo",
            "Pacific/Kiritimati",
            "UTC",
        ] {
            let zone = zone(name);
            let times = DigestTimes::parse("daily 00:15, 02:30, 08:00", zone.clone()).expect("well formed");
            let first = jiff::civil::date(2026, 1, 1);
            let mut want = Vec::new();
            for day in 0..730 {
                for (hour, minute) in [(0, 15), (2, 30), (8, 0)] {
                    let civil = first.checked_add(day.days()).expect("in range").at(hour, minute, 0, 0);
                    want.push(civil.to_zoned(zone.clone()).expect("in range").timestamp());
                }
            }
            let mut at = first.to_zoned(zone).expect("in range").timestamp() - SignedDuration::from_secs(1);
            for fire in want {
                at = times.next(at);
                assert_eq!(at, fire, "{name}");
            }
        }
    }
}
