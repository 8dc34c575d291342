//! Deadlines and dates as portals write them: the text, the zone and how it was known, the instant. Knows no format.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::base::text::dates::{self, Written};
use crate::base::text::squeeze;
use crate::model::{Content, Deadline, DeadlineKind, Due, FAR, Oddity, ZoneFrom};

/// The zone of times that name none, and how it is known.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The zone.
    pub zone: TimeZone,
    /// How it is known.
    pub from: ZoneFrom,
}

/// What is odd about each of these deadlines.
pub fn oddities(deadlines: &[Deadline], published: Option<Timestamp>) -> Vec<(DeadlineKind, Oddity)> {
    let at =
        |kind: DeadlineKind| deadlines.iter().filter(move |deadline| deadline.kind == kind).filter_map(|deadline| deadline.due.as_ref());
    let mut found = Vec::new();
    for deadline in deadlines.iter().filter(|deadline| deadline.kind.binds()) {
        let Some(due) = &deadline.due else { continue };
        // A day without a time is not over before it ends.
        let end = if due.time.is_none() { due.at.saturating_add(SignedDuration::from_hours(24)).unwrap_or(due.at) } else { due.at };
        if let Some(published) = published {
            if due.at.duration_since(published) > FAR {
                found.push((deadline.kind, Oddity::Far));
            } else if end < published {
                found.push((deadline.kind, Oddity::BeforePublication));
            }
        }
        if at(DeadlineKind::Opening).any(|opening| opening.time.is_some() && due.time.is_some() && opening.at < due.at) {
            found.push((deadline.kind, Oddity::OpenedBefore));
        }
    }
    found
}

/// A deadline from a day and, apart from it or in the same text, a time of day. Offsets written on either count
/// (`2024-05-03+02:00`, `12:00:00Z`, `2024-05-03T12:00:00`). Where midnight means a day without a time, [`midnight_is_day`] comes first.
pub(super) fn deadline(kind: DeadlineKind, day: &str, time: &str, clock: &Clock) -> Option<Deadline> {
    let text = squeeze(&format!("{day} {time}"));
    if text.is_empty() {
        return None;
    }
    Some(Deadline { kind, due: due(day.trim(), time.trim(), clock), text })
}

/// A deadline that is given in words alone.
pub(super) fn in_words(kind: DeadlineKind, words: &str) -> Option<Deadline> {
    let text = squeeze(words);
    (!text.is_empty()).then_some(Deadline { kind, text, due: None })
}

fn due(day: &str, time: &str, clock: &Clock) -> Option<Due> {
    let (date, own_time, day_offset) = parts(day).or_else(|| in_other_words(day))?;
    let (time, time_offset) = match (own_time, time) {
        (Some(time), _) => (Some(time), None),
        (None, "") => (None, None),
        (None, written) => {
            let (time, offset) = time_of_day(written)?;
            (Some(time), offset)
        }
    };
    let (zone, zone_from) = match time_offset.or(day_offset) {
        Some(offset) => (offset, ZoneFrom::Text),
        None => (clock.zone.clone(), clock.from),
    };
    let zoned = date.to_datetime(time.unwrap_or(Time::midnight())).to_zoned(zone).ok()?;
    let name = zoned.time_zone().iana_name().map_or_else(|| zoned.offset().to_string(), str::to_owned);
    Some(Due { day: date, time, zone: name, zone_from, at: zoned.timestamp() })
}

/// ISO 8601 day, with time and offset where they are written.
fn parts(text: &str) -> Option<(Date, Option<Time>, Option<TimeZone>)> {
    let mut text = text.replacen(' ', "T", 1);
    if compact(&text).is_some() {
        text.insert(6, '-');
        text.insert(4, '-');
    }
    // An offset on a bare day (`2024-05-03+02:00`, XML Schema `date`) is no part of what jiff reads.
    if let Some((day, offset)) = text.split_at_checked(10).filter(|(_, offset)| !offset.is_empty() && !offset.starts_with('T')) {
        return Some((day.parse().ok()?, None, Some(offset_of(offset)?)));
    }
    let pieces = Pieces::parse(&text).ok()?;
    let zone = pieces.to_numeric_offset().map(fixed).or_else(|| pieces.to_time_zone().ok().flatten());
    Some((pieces.date(), pieces.time(), zone))
}

/// What is no ISO 8601 and yet one day, with its time: `2027-01-15 12:00 UTC`, `2027-01-15T24:00:00Z`, `Fri, 15 Jan 2027 12:00:00 GMT`.
fn in_other_words(text: &str) -> Option<(Date, Option<Time>, Option<TimeZone>)> {
    let is_long = text.len() > 10 && text.contains(|c: char| c.is_ascii_digit());
    // An hour that there is not makes the whole doubtful.
    let read = is_long.then(|| dates::only(text, None)).flatten().filter(|read| read.time.is_some() || !text.contains(':'));
    read.map(|Written { date, time, zone }| (date, time, zone))
}

/// `12:00:00`, `12:00`, `12:00:00+02:00`, `12:00:00.000Z`.
fn time_of_day(text: &str) -> Option<(Time, Option<TimeZone>)> {
    let at = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    let (time, offset) = text.split_at(at);
    // XML Schema and people write the end of a day as 24:00; some senders write `9:30`.
    let time = if time.trim().starts_with("24:00") { "23:59:59" } else { time.trim() };
    let (hour, rest) = time.split_at(time.find(':').unwrap_or(time.len()));
    let time = format!("{hour:0>2}{rest}").parse::<Time>().ok()?;
    Some((time, if offset.is_empty() { None } else { Some(offset_of(offset)?) }))
}

fn offset_of(text: &str) -> Option<TimeZone> {
    let text = text.trim();
    if text == "Z" {
        return Some(TimeZone::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        (_, _) => return None,
    };
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2)).unwrap_or((rest, "0"));
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let seconds = hours.parse::<i32>().ok()?.checked_mul(3600)?.checked_add(minutes.parse::<i32>().ok()?.checked_mul(60)?)?;
    Offset::from_seconds(seconds * sign).ok().map(fixed)
}

/// UTC where the offset is nought, so that it has a name.
fn fixed(offset: Offset) -> TimeZone {
    if offset == Offset::UTC { TimeZone::UTC } else { TimeZone::fixed(offset) }
}

/// The day alone where midnight exactly and no offset stand for a day without a time: some portals have no other way to say it.
pub(super) fn midnight_is_day(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked(10) {
        Some((day, time)) if time.starts_with(['T', ' ']) && time[1..].bytes().all(|b| matches!(b, b'0' | b':' | b'.')) => day,
        Some(_) | None => text,
    }
}

/// An instant as written, its day's beginning when no time is given.
pub(super) fn instant(text: &str, clock: &Clock) -> Option<Timestamp> {
    due(text.trim(), "", clock).map(|due| due.at)
}

/// The day of what is written.
pub(super) fn day(text: &str) -> Option<Date> {
    parts(text.trim()).map(|(date, _, _)| date).or_else(|| compact(text.trim()))
}

/// `20200131`, as older documents have it.
fn compact(text: &str) -> Option<Date> {
    let digits = text.get(..8).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()
}

/// Whether the month stands first where days are written in figures alone, as far as the language or else the zone of a source says so.
pub(super) fn month_first(language: &str, clock: &Clock) -> Option<bool> {
    const AMERICAN: [&str; 16] = [
        "America/New_York",
        "America/Detroit",
        "America/Chicago",
        "America/Denver",
        "America/Boise",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Anchorage",
        "America/Juneau",
        "America/Menominee",
        "America/Adak",
        "Pacific/Honolulu",
        "US/Eastern",
        "US/Central",
        "US/Mountain",
        "US/Pacific",
    ];
    let language = language.trim().to_lowercase();
    match (language.as_str(), clock.zone.iana_name()) {
        ("en-us", _) => Some(true),
        ("" | "en" | "und", None | Some("UTC")) => None,
        ("" | "en" | "und", Some(zone)) => {
            Some(AMERICAN.contains(&zone) || zone.starts_with("America/Indiana/") || zone.starts_with("America/Kentucky/"))
        }
        _ => Some(false),
    }
}

/// A day that people wrote, with its time of day and the offset of that where they say so, as ISO 8601: `05.10.2026 14:00`, `31/12/2026`,
/// `7 January 2016`, `2015/Apr/30`. `month_first`: see [`dates::only`].
pub(super) fn iso(text: &str, month_first: Option<bool>) -> Option<String> {
    let Written { date, time, zone } = dates::only(text, month_first)?;
    let Some(time) = time else { return Some(date.to_string()) };
    let offset = zone.map(|zone| date.to_datetime(time).to_zoned(zone)).and_then(Result::ok).map(|zoned| zoned.strftime("%:z").to_string());
    Some(format!("{date}T{time}{}", offset.unwrap_or_default()))
}

impl Content {
    /// The deadlines of the whole and of every lot.
    pub fn all_deadlines(&self) -> impl Iterator<Item = &Deadline> {
        self.deadlines.iter().chain(self.lots.iter().flat_map(|lot| &lot.deadlines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn madrid() -> Clock {
        Clock { zone: TimeZone::get("Europe/Madrid").unwrap(), from: ZoneFrom::Portal }
    }

    #[test]
    fn deadlines_as_portals_write_them() {
        for (day, time, at, has_time, from) in [
            // eForms: an offset on both.
            ("2023-10-12+02:00", "12:00:00+02:00", "2023-10-12T10:00:00Z", true, ZoneFrom::Text),
            ("2023-11-20Z", "23:59:59Z", "2023-11-20T23:59:59Z", true, ZoneFrom::Text),
            // PLACSP: never a zone.
            ("2021-01-18", "14:00:00", "2021-01-18T13:00:00Z", true, ZoneFrom::Portal),
            ("2021-07-18", "14:00:00", "2021-07-18T12:00:00Z", true, ZoneFrom::Portal),
            // The hour that there is twice, and the one that there is not.
            ("2026-10-25", "02:30:00", "2026-10-25T00:30:00Z", true, ZoneFrom::Portal),
            ("2026-03-29", "02:30:00", "2026-03-29T01:30:00Z", true, ZoneFrom::Portal),
            ("2021-01-18", "", "2021-01-17T23:00:00Z", false, ZoneFrom::Portal),
            ("2021-01-18", "24:00:00", "2021-01-18T22:59:59Z", true, ZoneFrom::Portal),
            // OCDS and others: in one.
            ("2021-01-18T14:00:00-05:00", "", "2021-01-18T19:00:00Z", true, ZoneFrom::Text),
            ("2021-01-18T14:00:00", "", "2021-01-18T13:00:00Z", true, ZoneFrom::Portal),
            ("2021-01-18 14:00:00.000", "", "2021-01-18T13:00:00Z", true, ZoneFrom::Portal),
            ("2026-03-11T14:00:00-0500", "", "2026-03-11T19:00:00Z", true, ZoneFrom::Text),
            // The European gazette before eForms: compact, and an hour of one digit.
            ("20181226", "", "2018-12-25T23:00:00Z", false, ZoneFrom::Portal),
            ("20181226 12:00", "", "2018-12-26T11:00:00Z", true, ZoneFrom::Portal),
            ("2018-12-26", "9:30", "2018-12-26T08:30:00Z", true, ZoneFrom::Portal),
            // As nobody should write them.
            ("2027-01-15 12:00:00 UTC", "", "2027-01-15T12:00:00Z", true, ZoneFrom::Text),
            ("2027-01-15T12:00:00 CET", "", "2027-01-15T11:00:00Z", true, ZoneFrom::Text),
            ("2027-01-15 23:59:59 +0100", "", "2027-01-15T22:59:59Z", true, ZoneFrom::Text),
            ("2027-01-15T24:00:00Z", "", "2027-01-16T00:00:00Z", true, ZoneFrom::Text),
            ("2027-01-15T12:00:00[America/Bogota]", "", "2027-01-15T17:00:00Z", true, ZoneFrom::Text),
            ("Fri, 15 Jan 2027 12:00:00 GMT", "", "2027-01-15T12:00:00Z", true, ZoneFrom::Text),
        ] {
            let found = deadline(DeadlineKind::Tender, day, time, &madrid()).unwrap();
            let due = found.due.unwrap_or_else(|| panic!("{day} {time}"));
            assert_eq!((due.at.to_string(), due.time.is_some(), due.zone_from), (at.to_owned(), has_time, from), "{day} {time}");
        }
    }

    /// Both changes of the clocks, zones ahead of and behind UTC, and zones that never change: of an hour that there is twice the first counts,
    /// of one that there is not the hour after it.
    #[test]
    fn deadlines_across_the_changes_of_the_clocks() {
        for (zone, day, time, at) in [
            ("Europe/Madrid", "2026-03-28", "14:00", "2026-03-28T13:00:00Z"),
            ("Europe/Madrid", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"),
            ("Europe/Madrid", "2026-03-29", "14:00", "2026-03-29T12:00:00Z"),
            ("Europe/Madrid", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
            ("Europe/Madrid", "2026-10-25", "14:00", "2026-10-25T13:00:00Z"),
            ("Europe/Madrid", "2026-03-29", "", "2026-03-28T23:00:00Z"),
            ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:30:00Z"),
            ("Europe/London", "2026-03-29", "12:00", "2026-03-29T11:00:00Z"),
            ("Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30:00Z"),
            ("Europe/London", "2026-10-25", "12:00", "2026-10-25T12:00:00Z"),
            ("Europe/London", "2026-07-01", "", "2026-06-30T23:00:00Z"),
            ("America/Bogota", "2026-03-29", "02:30", "2026-03-29T07:30:00Z"),
            ("America/Bogota", "2026-10-25", "02:30", "2026-10-25T07:30:00Z"),
            ("America/Bogota", "2026-10-25", "", "2026-10-25T05:00:00Z"),
            ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"),
            ("America/New_York", "2026-03-08", "17:00", "2026-03-08T21:00:00Z"),
            ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"),
            ("America/New_York", "2026-11-01", "17:00", "2026-11-01T22:00:00Z"),
            ("Australia/Canberra", "2026-10-04", "02:30", "2026-10-03T16:30:00Z"),
            ("Australia/Canberra", "2026-10-04", "14:00", "2026-10-04T03:00:00Z"),
            ("Australia/Canberra", "2026-04-05", "02:30", "2026-04-04T15:30:00Z"),
            ("Australia/Canberra", "2026-04-05", "14:00", "2026-04-05T04:00:00Z"),
            ("Australia/Canberra", "2026-01-05", "", "2026-01-04T13:00:00Z"),
            ("Europe/Moscow", "2026-03-29", "02:30", "2026-03-28T23:30:00Z"),
            ("Europe/Moscow", "2026-10-25", "02:30", "2026-10-24T23:30:00Z"),
            ("Pacific/Tongatapu", "2026-11-10", "01:00", "2026-11-09T12:00:00Z"),
            ("Pacific/Tongatapu", "2026-11-10", "", "2026-11-09T11:00:00Z"),
            // What is written counts before any zone.
            ("America/New_York", "2026-11-10", "01:00:00+13:00", "2026-11-09T12:00:00Z"),
            ("Europe/Madrid", "2026-10-25", "02:30:00+01:00", "2026-10-25T01:30:00Z"),
        ] {
            let clock = Clock { zone: TimeZone::get(zone).unwrap(), from: ZoneFrom::Portal };
            let due = deadline(DeadlineKind::Tender, day, time, &clock).unwrap().due.unwrap();
            assert_eq!((due.at.to_string().as_str(), due.day.to_string().as_str()), (at, day), "{zone} {day} {time}");
            let offset_written = time.len() > 8;
            assert_eq!((due.zone_from == ZoneFrom::Text, due.zone != zone), (offset_written, offset_written), "{zone} {day} {time}");
        }
    }

    #[test]
    fn midnight_may_be_a_day() {
        for (text, want) in [
            ("2015-08-21T00:00:00", "2015-08-21"),
            ("2015-08-21 00:00:00.000", "2015-08-21"),
            ("2015-08-21T00:00:01", "2015-08-21T00:00:01"),
            ("2015-08-21T00:00:00+02:00", "2015-08-21T00:00:00+02:00"),
            ("2015-08-21", "2015-08-21"),
            ("x", "x"),
        ] {
            assert_eq!(midnight_is_day(text), want);
        }
    }

    #[test]
    fn words_stay_words() {
        let found = deadline(DeadlineKind::Tender, "15 days after publication", "", &madrid()).unwrap();
        assert_eq!((found.due, found.text.as_str()), (None, "15 days after publication"));
        assert_eq!(deadline(DeadlineKind::Tender, " ", "", &madrid()), None);
    }

    #[test]
    fn days_that_people_wrote() {
        for (text, want) in [
            ("05.10.2026", Some("2026-10-05")),
            ("05.10.2026 14:30", Some("2026-10-05T14:30:00")),
            ("January 7, 2016", Some("2016-01-07")),
            ("Jan. 7th, 2016 at the office", Some("2016-01-07")),
            ("7 January 2016, 10:00", Some("2016-01-07T10:00:00")),
            ("2015/Apr/30", Some("2015-04-30")),
            ("2026-10-05", Some("2026-10-05")),
            ("31/12/2026 14:00 CET", Some("2026-12-31T14:00:00+01:00")),
            ("01/02/2016", None),
            ("31.02.2026", None),
            ("Not applicable. The tender has yet to be released.", None),
            ("", None),
        ] {
            assert_eq!(iso(text, None).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_that_of_language_or_zone() {
        for (language, zone, want) in [
            ("es", "UTC", Some(false)),
            ("en-US", "Europe/Madrid", Some(true)),
            ("en-GB", "UTC", Some(false)),
            ("en", "UTC", None),
            ("", "UTC", None),
            ("", "Europe/Madrid", Some(false)),
            ("en", "America/New_York", Some(true)),
            ("en", "America/Bogota", Some(false)),
        ] {
            let clock = Clock { zone: TimeZone::get(zone).unwrap(), from: ZoneFrom::Source };
            assert_eq!(month_first(language, &clock), want, "{language} {zone}");
        }
    }

    #[test]
    fn odd_deadlines_are_told() {
        let published = "2026-11-01T09:00:00Z".parse().ok();
        let of = |kind, day: &str| deadline(kind, day, "", &madrid()).unwrap();
        for (deadlines, odd) in [
            (vec![of(DeadlineKind::Tender, "2049-01-01T10:00:00Z")], vec![Oddity::Far]),
            (vec![of(DeadlineKind::Tender, "2026-10-01T10:00:00Z")], vec![Oddity::BeforePublication]),
            (vec![of(DeadlineKind::Tender, "2026-11-01")], vec![]),
            (
                vec![of(DeadlineKind::Tender, "2026-12-01T10:00:00Z"), of(DeadlineKind::Opening, "2026-11-30T10:00:00Z")],
                vec![Oddity::OpenedBefore],
            ),
        ] {
            assert_eq!(oddities(&deadlines, published).into_iter().map(|(_, odd)| odd).collect::<Vec<_>>(), odd);
        }
    }
}
