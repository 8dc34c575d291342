//! The hours in which a source may be visited. Knows nothing of how often.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Days of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days([bool; 7]);

impl Days {
    pub(super) const ALL: Self = Self([true; 7]);

    /// Reads `Mon`, `Mon-Fri`, `Sat-Mon` (over the week's end), `Mon,Thu`, `daily`; full English names too; case does not matter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut days = [false; 7];
        for part in text.split(',') {
            let part = part.trim();
            if part.eq_ignore_ascii_case("daily") {
                return Some(Self::ALL);
            }
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (weekday(from)?, weekday(to)?);
            let mut day = from;
            days[day] = true;
            while day != to {
                day = (day + 1) % 7;
                days[day] = true;
            }
        }
        Some(Self(days))
    }

    pub(super) fn contain(self, day: Weekday) -> bool {
        self.0[usize::from(day.to_monday_zero_offset().unsigned_abs())]
    }
}

fn weekday(text: &str) -> Option<usize> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.trim().to_ascii_lowercase();
    NAMES.iter().position(|name| text == *name || (text.len() >= 3 && text.len() <= 4 && name.starts_with(&text)))
}

/// Reads `07:30` or `7:30`.
pub(super) fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 || !text.trim().bytes().all(|b| b.is_ascii_digit() || b == b':') {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The instant of a civil time in a zone: in a gap the later one, in a repeated hour the first one (as RFC 5545 has it).
pub(super) fn instant(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()
}

/// One window of the week.
#[derive(Debug, Clone)]
pub(super) struct Window {
    days: Days,
    from: Time,
    /// `None`: until the end of the day.
    to: Option<Time>,
    zone: TimeZone,
}

impl Window {
    /// Reads `[days] HH:MM-HH:MM [zone]`; a window whose end comes first runs into the next day. The text says what is wrong.
    pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Self, &'static str> {
        const SHAPE: &str = "a window such as `07:00-20:00`, `Mon-Fri 07:00-20:00` or `22:00-06:00 Europe/Madrid`";
        let mut days = Days::ALL;
        let mut hours = None;
        let mut own = None;
        for word in text.split_whitespace() {
            let times = opening_hours(word);
            match (times, hours) {
                (Some(times), None) => hours = Some(times),
                (None, None) => days = Days::parse(word).ok_or(SHAPE)?,
                (None, Some(_)) if own.is_none() => {
                    own = Some(TimeZone::get(word).map_err(|_| "an IANA time zone such as `Europe/Madrid` after the hours")?);
                }
                (Some(_) | None, Some(_)) => return Err(SHAPE),
            }
        }
        let (from, to) = hours.ok_or(SHAPE)?;
        if to == Some(from) {
            return Err("a window that is open for a while: its start and end differ (all day is `00:00-24:00`)");
        }
        Ok(Self { days, from, to, zone: own.unwrap_or_else(|| zone.clone()) })
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When it is open on (or from) this day.
    fn opening(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contain(date.weekday()) {
            return None;
        }
        let start = instant(date, self.from, &self.zone)?;
        let end = match self.to {
            Some(to) if to > self.from => instant(date, to, &self.zone)?,
            Some(to) => instant(date.checked_add(1.day()).ok()?, to, &self.zone)?,
            None => instant(date.checked_add(1.day()).ok()?, Time::midnight(), &self.zone)?,
        };
        // A window that lies in the hour a spring night skips does not open that day.
        (start < end).then_some((start, end))
    }

    /// The first opening that ends after `at`.
    fn ahead(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let today = at.to_zoned(self.zone.clone()).date();
        // Yesterday's may run over midnight; a weekly one may fall into a skipped hour once.
        (-1..=15).find_map(|offset| {
            let date = today.checked_add(i64::from(offset).days()).ok()?;
            self.opening(date).filter(|(_, end)| *end > at)
        })
    }
}

/// Reads `07:00-20:00`; the end `24:00` is none.
fn opening_hours(text: &str) -> Option<(Time, Option<Time>)> {
    let (from, to) = text.split_once('-')?;
    let to = if to.trim() == "24:00" { None } else { Some(clock_time(to)?) };
    Some((clock_time(from)?, to))
}

/// All windows of a source; none means always open.
#[derive(Debug, Clone, Default)]
pub(super) struct Windows(pub(super) Vec<Window>);

impl Windows {
    /// `at`, or the start of the next opening.
    pub(super) fn soonest(&self, at: Timestamp) -> Timestamp {
        self.0.iter().filter_map(|window| window.ahead(at)).map(|(start, _)| start.max(at)).min().unwrap_or(at)
    }

    /// How long it stays open from `at`; `None` when it is not restricted.
    pub(super) fn remaining(&self, at: Timestamp) -> Option<SignedDuration> {
        let open = |window: &Window| window.ahead(at).filter(|(start, _)| *start <= at).map(|(_, end)| end.duration_since(at));
        if self.0.is_empty() { None } else { Some(self.0.iter().filter_map(open).max().unwrap_or(SignedDuration::ZERO)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, at: &str, want: &str) {
        let zone = TimeZone::get("Europe/Madrid").expect("bundled");
        let windows = Windows(text.split(';').filter(|t| !t.is_empty()).map(|t| Window::parse(t, &zone).expect(t)).collect());
        let at: Timestamp = at.parse().expect(at);
        assert_eq!(windows.soonest(at).to_string(), want, "{text} at {at}");
    }

    #[test]
    fn the_next_opening() {
        for (text, at, want) in [
            ("", "2026-11-23T03:00:00Z", "2026-11-23T03:00:00Z"),
            ("07:00-20:00", "2026-11-23T03:00:00Z", "2026-11-23T06:00:00Z"),
            ("07:00-20:00", "2026-11-23T12:34:56Z", "2026-11-23T12:34:56Z"),
            ("07:00-20:00", "2026-11-23T19:00:00Z", "2026-11-24T06:00:00Z"),
            ("07:00-20:00 Asia/Tokyo", "2026-11-23T12:00:00Z", "2026-11-23T22:00:00Z"),
            ("22:00-06:00", "2026-11-23T03:00:00Z", "2026-11-23T03:00:00Z"),
            ("22:00-06:00", "2026-11-23T05:00:00Z", "2026-11-23T21:00:00Z"),
            ("Mon-Fri 07:00-20:00", "2026-11-21T12:00:00Z", "2026-11-23T06:00:00Z"),
            ("Fri 22:00-06:00", "2026-11-21T04:00:00Z", "2026-11-21T04:00:00Z"),
            ("Fri 22:00-06:00", "2026-11-22T04:00:00Z", "2026-11-27T21:00:00Z"),
            ("Sat-Mon 10:00-11:00", "2026-11-24T12:00:00Z", "2026-11-28T09:00:00Z"),
            ("07:00-08:00;20:00-24:00", "2026-11-23T12:00:00Z", "2026-11-23T19:00:00Z"),
            ("20:00-24:00", "2026-11-23T22:59:59Z", "2026-11-23T22:59:59Z"),
            // spring night: 02:00 to 03:00 is not there, so this opens on the next night
            ("02:30-03:10", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
            ("02:30-06:00", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
            // autumn night: open from the first 02:30 on
            ("02:30-06:00", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ] {
            check(text, at, want);
        }
    }

    #[test]
    fn what_is_no_window() {
        for text in [
            "",
            "07:00",
            "7-20",
            "07:00-07:00",
            "25:00-26:00",
            "Mon",
            "Mun 07:00-08:00",
            "07:00-08:00 Mars/Base",
            "07:00-08:00 08:00-09:00",
        ] {
            assert!(Window::parse(text, &TimeZone::UTC).is_err(), "{text}");
        }
    }
}
