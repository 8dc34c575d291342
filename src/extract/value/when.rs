//! Days and times: ISO 8601, RFC 2822, and what people write, in the languages of `months.txt`. Relative words ("yesterday") are not read: they change by
//! themselves.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use regex::Regex;

use super::Hints;
use crate::base::text::{fold, squeeze};
use crate::model::{Moment, Value, ZoneFrom};

/// A weekday with its signs, and the day.
const WEEKDAY: usize = 4;
/// Tokens of a time of day, from its first number on: "10 to 2 p.m.".
const CLOCK: usize = 6;
/// Characters in which a date is looked for.
const LOOK: usize = 200;

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

/// What was found, before a zone is chosen.
struct Parts {
    date: Date,
    time: Option<Time>,
    zone: Option<TimeZone>,
}

/// Reads a day or a point in time.
pub(super) fn read(words: &str, hints: &Hints) -> Option<When> {
    let text = squeeze(words);
    let parts = match &hints.format {
        Some(format) => by_format(format, &text)?,
        None => iso(&text).or_else(|| mail(&text)).or_else(|| epoch(&text)).or_else(|| written(&text, hints))?,
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

fn by_format(format: &str, text: &str) -> Option<Parts> {
    let broken = strtime::parse(format, text).ok()?;
    let zone = broken.offset().map(TimeZone::fixed);
    let zone = zone.or_else(|| broken.iana_time_zone().and_then(|name| TimeZone::get(name).ok()));
    if let (Ok(at), true) = (broken.to_timestamp(), zone.is_none()) {
        return Some(at_instant(at));
    }
    Some(Parts { date: broken.to_date().ok()?, time: broken.to_time().ok(), zone })
}

fn at_instant(at: Timestamp) -> Parts {
    let utc = at.to_zoned(TimeZone::UTC);
    Parts { date: utc.date(), time: Some(utc.time()), zone: Some(TimeZone::UTC) }
}

/// ISO 8601 and RFC 3339, with RFC 9557's zone in brackets.
fn iso(text: &str) -> Option<Parts> {
    // Without hyphens eight digits may be anything.
    if text.get(4..5) != Some("-") {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    let named = pieces.to_time_zone().ok().flatten();
    let zone = named.or_else(|| pieces.to_numeric_offset().map(fixed));
    Some(Parts { date: pieces.date(), time: pieces.time(), zone })
}

/// UTC where the offset is nought, so that it has a name.
fn fixed(offset: Offset) -> TimeZone {
    if offset == Offset::UTC { TimeZone::UTC } else { TimeZone::fixed(offset) }
}

/// RFC 2822, as in feeds and headers.
fn mail(text: &str) -> Option<Parts> {
    let zoned = rfc2822::parse(text).ok()?;
    Some(Parts { date: zoned.date(), time: Some(zoned.time()), zone: Some(fixed(zoned.offset())) })
}

/// Seconds or milliseconds since 1970, as JSON APIs have them.
fn epoch(text: &str) -> Option<Parts> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => Timestamp::from_second(number).ok().map(at_instant),
        13 => Timestamp::from_millisecond(number).ok().map(at_instant),
        _ => None,
    }
}

/// A piece of a written date.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number { value: i32, digits: usize },
    Word(String),
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let folded = fold(&text.chars().take(LOOK).collect::<String>());
    let mut out = Vec::new();
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let length = if is_digit {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else if first.is_alphabetic() && !matches!(first, '年' | '月' | '日') {
            rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        match piece.parse() {
            Ok(value) if is_digit => out.push(Token::Number { value, digits: length }),
            _ if first.is_alphabetic() && !matches!(first, '年' | '月' | '日') => out.push(Token::Word(piece.to_owned())),
            _ if first == ' ' => {}
            _ => out.push(Token::Sign(first)),
        }
        rest = after;
    }
    out
}

/// What people write: numbers with signs between, or with a month's name.
fn written(text: &str, hints: &Hints) -> Option<Parts> {
    let tokens = tokens(text);
    let (date, from, to) = (0..tokens.len())
        .find_map(|at| numeric(&tokens[at..], hints.month_first).map(|(date, used)| (date, at, at + used)))
        .or_else(|| named(&tokens))?;
    let after = clock(&tokens[to..]);
    let (time, rest) = match after {
        Some((time, used)) => (Some(time), &tokens[to + used..]),
        None => match clock(&tokens[..from]) {
            Some((time, used)) => (Some(time), &tokens[used..from]),
            None => (None, &tokens[..0]),
        },
    };
    let (time, date) = match time {
        // "24:00" is the end of the day; tenders close so.
        Some((24, 0, 0)) => (Some(Time::midnight()), date.checked_add(1.day()).ok()?),
        Some((hour, minute, second)) => (Time::new(hour, minute, second, 0).ok(), date),
        None => (None, date),
    };
    Some(Parts { date, time, zone: time.and_then(|_| zone(rest)) })
}

fn number(token: Option<&Token>) -> Option<(i32, usize)> {
    match token? {
        Token::Number { value, digits } => Some((*value, *digits)),
        Token::Word(_) | Token::Sign(_) => None,
    }
}

fn year((value, digits): (i32, usize)) -> Option<i32> {
    match digits {
        4 if (1900..2200).contains(&value) => Some(value),
        2 => Some(if value < 70 { 2000 + value } else { 1900 + value }),
        _ => None,
    }
}

fn day_of(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// "2026-11-23", "23.11.2026", "11/23/26", "2026年11月23日"; the date and the tokens used.
fn numeric(tokens: &[Token], month_first: bool) -> Option<(Date, usize)> {
    let (first, second, third) = (number(tokens.first())?, number(tokens.get(2))?, number(tokens.get(4))?);
    let (Token::Sign(one), Token::Sign(two)) = (&tokens[1], &tokens[3]) else { return None };
    if (*one, *two) == ('年', '月') {
        return day_of(first.0, second.0, third.0).map(|date| (date, 6.min(tokens.len())));
    }
    if one != two || !matches!(one, '-' | '/' | '.') || second.1 > 2 {
        return None;
    }
    let date = if first.1 == 4 {
        day_of(first.0, second.0, third.0)
    } else if first.1 <= 2 && third.1 != 1 {
        let year = year(third)?;
        // Dots are day first everywhere; what cannot be a month is the day.
        let month_first = month_first && *one != '.' && first.0 <= 12 || second.0 > 12;
        let (day, month) = if month_first { (second.0, first.0) } else { (first.0, second.0) };
        day_of(year, month, day)
    } else {
        None
    }?;
    Some((date, 5))
}

/// "23 de noviembre de 2026", "November 23rd, 2026", "23. Nov. 26"; the date and where it stands.
fn named(tokens: &[Token]) -> Option<(Date, usize, usize)> {
    tokens.iter().enumerate().find_map(|(at, token)| {
        let Token::Word(word) = token else { return None };
        let month = month(word)?;
        let before = skip_back(tokens, at);
        let after = skip(tokens, at + 1);
        let (next, next_at) = (number(tokens.get(after)), after + 1);
        if let Some((day, 1 | 2)) = before.and_then(|i| number(tokens.get(i)))
            && let Some(year) = next.and_then(year)
        {
            // "2026 November 23" has its year before the month; "23 November 26" is day first.
            return day_of(year, month, day).map(|date| (date, before.unwrap_or(at), next_at));
        }
        let (day, 1 | 2) = next? else { return None };
        let later = skip(tokens, next_at);
        if let Some(year) = number(tokens.get(later)).filter(|(_, digits)| *digits == 4).and_then(year) {
            return day_of(year, month, day).map(|date| (date, at, later + 1));
        }
        let before = before?;
        let year = number(tokens.get(before)).filter(|(_, digits)| *digits == 4).and_then(year)?;
        day_of(year, month, day).map(|date| (date, before, next_at))
    })
}

/// Words and signs that mean nothing between the parts of a date.
fn filler(token: &Token) -> bool {
    match token {
        Token::Word(word) => {
            matches!(word.as_str(), "de" | "del" | "of" | "the" | "st" | "nd" | "rd" | "th" | "er" | "o" | "a" | "ta" | "г" | "р")
        }
        Token::Sign(sign) => matches!(sign, '.' | ',' | '-' | '/' | '\'' | 'º' | 'ª' | '°'),
        Token::Number { .. } => false,
    }
}

fn skip(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(filler) {
        at += 1;
    }
    at
}

fn skip_back(tokens: &[Token], at: usize) -> Option<usize> {
    tokens[..at].iter().rposition(|token| !filler(token))
}

/// The months by their names.
static MONTHS: LazyLock<HashMap<&'static str, i32>> = LazyLock::new(|| {
    let lines = include_str!("months.txt").lines().filter(|line| !line.starts_with('#'));
    let mut months = HashMap::new();
    for (number, line) in (1..).zip(lines) {
        for name in line.split(' ') {
            months.entry(name).or_insert(number);
        }
    }
    months
});

/// The month of a name, accents and case folded: exact names and usual abbreviations, as a beginning alone ("mar") may be a weekday.
fn month(word: &str) -> Option<i32> {
    MONTHS.get(word).copied()
}

/// Whether a folded word is the name of a month.
pub(super) fn is_month(word: &str) -> bool {
    month(word).is_some()
}

/// Whether a text begins with a day, with or without its weekday and its year: "3 nov. 2026", "Friday, 12 December, at the inn". "Plaza 2 de Mayo"
/// does not.
pub fn begins_with_day(text: &str) -> bool {
    let tokens = tokens(text);
    let of_month = |at: usize| matches!(tokens.get(at), Some(Token::Word(word)) if is_month(word));
    let is_day = |at: usize| number(tokens.get(at)).is_some_and(|(day, digits)| digits <= 2 && (1..=31).contains(&day));
    let is_year = |at: usize| number(tokens.get(at)).filter(|(_, digits)| *digits == 4).and_then(year).is_some();
    let Some(at) = (0..tokens.len().min(WEEKDAY)).find(|at| of_month(*at) || number(tokens.get(*at)).is_some()) else { return false };
    let next = skip(&tokens, at + 1);
    let later = skip(&tokens, next + 1);
    let sure = at == 0 || tokens[at - 1] == Token::Sign(',');
    if of_month(at) {
        // "Mayo 12" may be a street.
        return at == 0 && (is_year(next) || is_day(next) && is_year(later));
    }
    numeric(&tokens[at..], false).is_some() || is_day(at) && of_month(next) && (sure || is_year(later))
}

/// Whether a text begins with a time of day: "18:00 h", "A las 18:30", "from 10 to 2 pm".
pub fn begins_with_hour(text: &str) -> bool {
    let tokens = tokens(text);
    let first = (0..tokens.len().min(WEEKDAY)).find(|at| number(tokens.get(*at)).is_some());
    first.is_some_and(|at| clock(&tokens[at..tokens.len().min(at + CLOCK)]).is_some())
}

/// The order of day and month that the page's own dates show: `Some(true)` where the month comes first (11/23/2026), `None` where no date tells.
/// Dates with full stops are day first everywhere, so only slashes and hyphens are looked at; of contradicting ones the more frequent order wins.
pub fn month_first(text: &str) -> Option<bool> {
    let mut counts = [0_u32; 2];
    for found in SLASHED.captures_iter(text).take(DATES) {
        let part = |i: usize| found.get(i).and_then(|part| part.as_str().parse::<u32>().ok());
        match (part(1), part(2)) {
            (Some(13..=31), Some(1..=12)) => counts[0] += 1,
            (Some(1..=12), Some(13..=31)) => counts[1] += 1,
            _ => {}
        }
    }
    (counts[0] != counts[1]).then_some(counts[1] > counts[0])
}

/// Dates looked at in one page.
const DATES: usize = 1_000;

static SLASHED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})\b").expect("the pattern is fixed"));

/// "14:30", "2:30 pm", "14h30", "14.30 Uhr"; hour, minute, second, and the tokens used up to its end.
fn clock(tokens: &[Token]) -> Option<((i8, i8, i8), usize)> {
    (0..tokens.len()).find_map(|at| {
        let (hour, 1 | 2) = number(tokens.get(at))? else { return None };
        let minute = number(tokens.get(at + 2)).filter(|(_, digits)| *digits == 2).map(|(value, _)| value);
        let word = |i: usize| match tokens.get(i) {
            Some(Token::Word(word)) => word.as_str(),
            Some(Token::Sign(_) | Token::Number { .. }) | None => "",
        };
        let sign = |i: usize, sign: char| tokens.get(i) == Some(&Token::Sign(sign));
        let (minute, mut used) = if sign(at + 1, ':') {
            (minute?, at + 3)
        } else if word(at + 1) == "h" {
            (minute.unwrap_or(0), if minute.is_some() { at + 3 } else { at + 2 })
        } else if sign(at + 1, '.') && minute.is_some() && word(at + 3) == "uhr" {
            (minute?, at + 4)
        } else if matches!(word(at + 1), "uhr" | "am" | "pm") {
            (0, at + 1)
        } else {
            return None;
        };
        let mut second = 0;
        if sign(used, ':')
            && let Some((value, 2)) = number(tokens.get(used + 1))
        {
            (second, used) = (value, used + 2);
        }
        let (half, length) = match (word(used), word(used + 2)) {
            ("am", _) => (Some(0), 1),
            ("pm", _) => (Some(12), 1),
            ("a", "m") => (Some(0), 3),
            ("p", "m") => (Some(12), 3),
            _ => (None, 0),
        };
        let hour = half.map_or(hour, |half| hour % 12 + half);
        let good = hour < 24 || (hour, minute, second) == (24, 0, 0);
        let narrow = |n: i32| i8::try_from(n).ok();
        good.then_some(((narrow(hour)?, narrow(minute)?, narrow(second)?), used + length))
    })
}

/// The zone right after a time: "CET", "UTC+2", "+02:00".
fn zone(tokens: &[Token]) -> Option<TimeZone> {
    let at =
        tokens.iter().position(|token| !matches!(token, Token::Sign('(' | '[' | ',' | '.')) && *token != Token::Word("uhr".to_owned()))?;
    let (base, mut at) = match &tokens[at] {
        Token::Word(word) => (Some(abbreviation(word)?), at + 1),
        Token::Sign(_) => (None, at),
        Token::Number { .. } => return None,
    };
    let sign = match tokens.get(at) {
        Some(Token::Sign('+')) => 1,
        Some(Token::Sign('-' | '−')) => -1,
        _ => return base.and_then(fixed_minutes),
    };
    at += 1;
    let minutes = match (number(tokens.get(at))?, tokens.get(at + 1), number(tokens.get(at + 2))) {
        ((value, 4), _, _) => value / 100 * 60 + value % 100,
        ((value, 1 | 2), Some(Token::Sign(':')), Some((minutes, 2))) => value * 60 + minutes,
        ((value, 1 | 2), _, _) => value * 60,
        _ => return None,
    };
    fixed_minutes(base.unwrap_or(0) + sign * minutes)
}

fn fixed_minutes(minutes: i32) -> Option<TimeZone> {
    Offset::from_seconds(minutes * 60).ok().map(fixed)
}

/// Minutes east of Greenwich. Letters that mean several zones (IST, CST in China) are those of their most frequent use, or left out.
fn abbreviation(word: &str) -> Option<i32> {
    Some(match word {
        "utc" | "gmt" | "z" | "wet" => 0,
        "bst" | "west" | "cet" | "mez" => 60,
        "cest" | "mesz" | "eet" => 120,
        "eest" | "msk" | "мск" | "trt" => 180,
        "jst" | "kst" => 540,
        "edt" => -240,
        "est" | "cdt" => -300,
        "cst" | "mdt" => -360,
        "mst" | "pdt" => -420,
        "pst" => -480,
        _ => return None,
    })
}
