//! Days and times: ISO 8601, RFC 2822, and what people write. Relative words ("yesterday") are not read: they change by
//! themselves.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

use super::Hints;
use crate::base::text::dates::{Written, fixed, written};
use crate::base::text::squeeze;
use crate::model::{Moment, Value, ZoneFrom};

/// A day, and the time on it where one is given.
#[derive(Clone, Debug)]
pub(super) struct When {
    date: Date,
    moment: Option<Moment>,
}

impl When {
    /// The day as the page says it.
    pub(super) fn date(&self) -> Date {
        self.date
    }

    /// A point in time, or the day when no time is given.
    pub(super) fn into_value(self) -> Value {
        self.moment.map_or(Value::Date(self.date), Value::Time)
    }
}

/// Reads a day or a point in time.
pub(super) fn read(words: &str, hints: &Hints) -> Option<When> {
    let text = squeeze(words);
    let parts = match &hints.format {
        Some(format) => by_format(format, &text)?,
        None => iso(&text).or_else(|| mail(&text)).or_else(|| epoch(&text)).or_else(|| written(&text, hints.month_first))?,
    };
    let moment = match parts.time {
        None => None,
        Some(time) => {
            let (zone, zone_from) = match parts.zone {
                Some(zone) => (zone, ZoneFrom::Text),
                None => (hints.zone.clone(), hints.zone_from),
            };
            let zoned = parts.date.to_datetime(time).to_zoned(zone).ok()?;
            let name = zoned.time_zone().iana_name().map_or_else(|| zoned.offset().to_string(), str::to_owned);
            Some(Moment { text, at: zoned.timestamp(), zone: name, zone_from })
        }
    };
    Some(When { date: parts.date, moment })
}

fn by_format(format: &str, text: &str) -> Option<Written> {
    let broken = strtime::parse(format, text).ok()?;
    let zone = broken.offset().map(TimeZone::fixed);
    let zone = zone.or_else(|| broken.iana_time_zone().and_then(|name| TimeZone::get(name).ok()));
    if let (Ok(at), true) = (broken.to_timestamp(), zone.is_none()) {
        return Some(at_instant(at));
    }
    Some(Written { date: broken.to_date().ok()?, time: broken.to_time().ok(), zone })
}

fn at_instant(at: Timestamp) -> Written {
    let utc = at.to_zoned(TimeZone::UTC);
    Written { date: utc.date(), time: Some(utc.time()), zone: Some(TimeZone::UTC) }
}

/// ISO 8601 and RFC 3339, with RFC 9557's zone in brackets.
fn iso(text: &str) -> Option<Written> {
    // Without hyphens eight digits may be anything.
    if text.get(4..5) != Some("-") {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    let named = pieces.to_time_zone().ok().flatten();
    let zone = named.or_else(|| pieces.to_numeric_offset().map(fixed));
    Some(Written { date: pieces.date(), time: pieces.time(), zone })
}

/// RFC 2822, as in feeds and headers.
fn mail(text: &str) -> Option<Written> {
    let zoned = rfc2822::parse(text).ok()?;
    Some(Written { date: zoned.date(), time: Some(zoned.time()), zone: Some(fixed(zoned.offset())) })
}

/// Seconds or milliseconds since 1970, as JSON APIs have them.
fn epoch(text: &str) -> Option<Written> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => Timestamp::from_second(number).ok().map(at_instant),
        13 => Timestamp::from_millisecond(number).ok().map(at_instant),
        _ => None,
    }
}
