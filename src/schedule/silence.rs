//! When a source has been silent for too long: by what its settings expect, or by what its own history makes unlikely. Knows no page.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::spec::duration;
use super::windows::Days;
use crate::base::clock::minute;

/// Days with news before anything is learned from them.
const LEARNED_FROM: usize = 8;
/// The silence that is remarkable is so many times the longest so far, ...
const TIMES: i32 = 3;
/// ... and never shorter than this many days.
const LEAST: i32 = 3;
/// The longest distance that can be expected.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Days looked back on when only some days of the week count; a longer silence is told as this one.
const DAYS: i32 = 2 * 366;

/// How often a source should bring something new.
#[derive(Debug, Clone)]
pub(super) enum Expect {
    /// As often as it used to.
    Learned,
    /// At least so often; only time on these days counts.
    Within {
        span: SignedDuration,
        days: Option<Days>,
        /// As written.
        text: String,
    },
    /// It may be silent for ever.
    Off,
}

impl Expect {
    /// Reads `3d`, `2d Mon-Fri` or `off`; the text says what is expected.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const SHAPE: &str =
            "the longest silence that is normal, such as `3d` or `2d Mon-Fri` (only these days count; at most 366 days), or `off`";
        let text = text.trim();
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        let (span, days) = match text.rsplit_once(char::is_whitespace).map(|(span, days)| (span, Days::parse(days))) {
            Some((span, Some(days))) => (span, Some(days)),
            Some((_, None)) | None => (text, None),
        };
        let span = duration(span).filter(|span| (SignedDuration::from_mins(1)..=LONGEST).contains(span)).ok_or(SHAPE)?;
        Ok(Self::Within { span, days, text: text.to_owned() })
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Learned => f.write_str("as it used to"),
            Self::Within { text, .. } => write!(f, "at least every {text}"),
            Self::Off => f.write_str("may be silent"),
        }
    }
}

/// Why a silence is too long, or `None` while it is not. `since` is the last sign of life, `news` the days with news, the oldest first.
///
/// Without a setting the rule is cautious, for a false alarm costs more than a late one: only after [`LEARNED_FROM`] days with news, and
/// only when the silence is [`TIMES`] times the longest distance between two of them, and at least [`LEAST`] days. A source that is quiet
/// at weekends has a longest distance of three days, and is told of after nine.
pub(super) fn silent(expect: &Expect, news: &[Date], zone: &TimeZone, since: Timestamp, now: Timestamp) -> Option<String> {
    // Said only where it is one: this is asked at every check.
    let said = || minute(since, zone);
    match expect {
        Expect::Off => None,
        Expect::Within { span, days, text } => {
            let counted = match days {
                Some(days) => on_days(*days, zone, since, now),
                None => now.duration_since(since),
            };
            (counted > *span).then(|| format!("nothing new since {}, where news is expected at least every {text}", said()))
        }
        Expect::Learned => {
            if news.len() < LEARNED_FROM {
                return None;
            }
            let days = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
            let longest = news.windows(2).map(|pair| days(pair[0], pair[1])).max()?;
            let silent = days(since.to_zoned(zone.clone()).date(), now.to_zoned(zone.clone()).date());
            let many = if longest == 1 { "day" } else { "days" };
            let (count, most) = (news.len(), longest.saturating_mul(TIMES).max(LEAST));
            (silent > most)
                .then(|| format!("nothing new since {}, where its last {count} days with news lay at most {longest} {many} apart", said()))
        }
    }
}

/// How much of the time between two instants lies on these days of the week.
fn on_days(days: Days, zone: &TimeZone, from: Timestamp, to: Timestamp) -> SignedDuration {
    let first = from.to_zoned(zone.clone()).date();
    let mut counted = SignedDuration::ZERO;
    for offset in 0..DAYS {
        let begin_and_end = first.checked_add(offset.days()).ok().and_then(|date| {
            let begin = date.to_zoned(zone.clone()).ok()?.timestamp();
            let end = date.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp();
            Some((date, begin.max(from), end.min(to)))
        });
        let Some((date, begin, end)) = begin_and_end else { break };
        if begin >= to {
            break;
        }
        if days.contain(date.weekday()) && end > begin {
            counted = counted.saturating_add(end.duration_since(begin));
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    fn is_silent(expect: &str, news: &[Date], since: &str, now: &str) -> bool {
        let expect = if expect.is_empty() { Expect::Learned } else { Expect::parse(expect).expect(expect) };
        let zone = TimeZone::get("Europe/Madrid").expect("bundled");
        silent(&expect, news, &zone, at(since), at(now)).is_some()
    }

    #[test]
    fn what_is_expected() {
        // 2026-11-20 is a Friday; Madrid is an hour ahead of UTC.
        for (expect, since, now, want) in [
            ("3d", "2026-11-20T12:00:00Z", "2026-11-23T12:00:00Z", false),
            ("3d", "2026-11-20T12:00:00Z", "2026-11-23T12:00:01Z", true),
            ("2d Mon-Fri", "2026-11-20T12:00:00Z", "2026-11-24T12:00:00Z", false),
            ("2d Mon-Fri", "2026-11-20T12:00:00Z", "2026-11-24T12:00:01Z", true),
            // From Saturday noon on only Monday counts, whose day begins at 23:00 UTC.
            ("1d Mon-Fri", "2026-11-21T12:00:00Z", "2026-11-23T23:00:00Z", false),
            ("1d Mon-Fri", "2026-11-21T12:00:00Z", "2026-11-23T23:00:01Z", true),
            ("12h", "2026-11-20T12:00:00Z", "2026-11-21T01:00:00Z", true),
            ("off", "2020-11-20T12:00:00Z", "2026-11-21T01:00:00Z", false),
            ("30d Mon-Fri", "2010-11-20T12:00:00Z", "2026-11-21T01:00:00Z", true),
            // A clock that went back.
            ("1d", "2026-11-24T12:00:00Z", "2026-11-20T12:00:00Z", false),
            ("1d Mon-Fri", "2026-11-24T12:00:00Z", "2026-11-20T12:00:00Z", false),
        ] {
            assert_eq!(is_silent(expect, &[], since, now), want, "{expect} {since} {now}");
        }
    }

    #[test]
    fn what_is_learned_from_the_days_with_news() {
        let day = |n: i8| jiff::civil::date(2026, 11, n);
        let daily: Vec<Date> = (1..=8).map(day).collect();
        let working: Vec<Date> = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13].map(day).to_vec();
        for (news, now, want) in [
            // The last news was on the evening of the 8th (daily) or the 13th (working days).
            (&daily[1..], "2026-11-30T12:00:00Z", false),
            (&daily[..], "2026-11-11T12:00:00Z", false),
            (&daily[..], "2026-11-12T12:00:00Z", true),
            (&working[..], "2026-11-22T12:00:00Z", false),
            (&working[..], "2026-11-23T12:00:00Z", true),
        ] {
            let since = format!("{}T18:00:00Z", news.last().expect("some"));
            assert_eq!(is_silent("", news, &since, now), want, "{news:?} {now}");
        }
    }

    #[test]
    fn a_silence_is_told_in_the_zone_of_the_source() {
        let zone = TimeZone::get("Europe/Madrid").expect("bundled");
        let expect = Expect::parse("3d").expect("good");
        let said = silent(&expect, &[], &zone, at("2026-11-20T12:00:00Z"), at("2026-11-24T12:00:00Z"));
        assert_eq!(said.as_deref(), Some("nothing new since 2026-11-20 13:00 +01:00, where news is expected at least every 3d"));
    }

    #[test]
    fn what_is_no_expectation() {
        for text in ["", "often", "Mon-Fri", "2d Mun", "0s", "400d", "-1d", "2 months"] {
            assert!(Expect::parse(text).is_err(), "{text}");
        }
    }
}
