//! Days and times of day as people write them, in the languages of `months.txt`: "31/12/2026 14:00", "23 de noviembre de 2026", "14 h 30". Knows no field
//! and no page.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use regex::Regex;

use super::fold;
use super::patterns::compiled;

/// A weekday with its signs, and the day.
const WEEKDAY: usize = 4;
/// Tokens of a time of day, from its first number on: "10 to 2 p.m.".
const CLOCK: usize = 6;
/// Characters in which a date is looked for.
const LOOK: usize = 200;

/// A day as it is written, with what stands beside it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The day.
    pub date: Date,
    /// The time on it, where one is given.
    pub time: Option<Time>,
    /// The zone of that time, where it is named.
    pub zone: Option<TimeZone>,
}

/// A piece of a written date.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number { value: i32, digits: usize },
    Word(String),
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    first_tokens(text, usize::MAX)
}

fn first_tokens(text: &str, most: usize) -> Vec<Token> {
    let folded = fold(&text.chars().take(LOOK).collect::<String>());
    let mut out = Vec::new();
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next().filter(|_| out.len() < most) {
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

/// The first day in a text, as people write it: numbers with signs between, or with a month's name.
pub fn written(text: &str, month_first: bool) -> Option<Written> {
    if !text.contains(char::is_numeric) {
        return None;
    }
    let tokens = tokens(text);
    let (date, from, to) = first_day(&tokens, month_first)?;
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
    Some(Written { date, time, zone: time.and_then(|_| zone(rest)) })
}

/// The first day, and the tokens where it begins and ends.
fn first_day(tokens: &[Token], month_first: bool) -> Option<(Date, usize, usize)> {
    (0..tokens.len()).find_map(|at| numeric(&tokens[at..], month_first).map(|(date, used)| (date, at, at + used))).or_else(|| named(tokens))
}

/// The one day that a text names, with its time; `None` where it names several, or one that is another day to whoever reads the month first and nobody
/// says who does.
pub fn only(text: &str, month_first: Option<bool>) -> Option<Written> {
    let tokens = tokens(text);
    let (date, _, to) = first_day(&tokens, month_first.unwrap_or(false))?;
    let sure = month_first.is_some() || first_day(&tokens, true).is_some_and(|(other, ..)| other == date);
    let one = first_day(&tokens[to..], false).is_none();
    if sure && one { written(text, month_first.unwrap_or(false)) } else { None }
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
pub fn is_month(word: &str) -> bool {
    month(word).is_some()
}

/// Whether a text begins with a day, with or without its weekday and its year: "3 nov. 2026", "Friday, 12 December, at the inn". "Plaza 2 de Mayo"
/// does not.
pub fn begins_with_day(text: &str) -> bool {
    if !text.contains(char::is_numeric) {
        return false;
    }
    let begins = |token: &Token| number(Some(token)).is_some() || matches!(token, Token::Word(word) if is_month(word));
    if !first_tokens(text, WEEKDAY).iter().any(begins) {
        return false;
    }
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
    if !text.contains(char::is_numeric) {
        return false;
    }
    let tokens = first_tokens(text, WEEKDAY + CLOCK);
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

static SLASHED: LazyLock<Regex> = LazyLock::new(|| compiled(r"\b(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})\b"));

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

/// A zone of a fixed offset: UTC where it is nought, so that it has a name.
pub fn fixed(offset: Offset) -> TimeZone {
    if offset == Offset::UTC { TimeZone::UTC } else { TimeZone::fixed(offset) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_only_read_where_it_is_the_only_one_and_no_other_to_anybody() {
        for (text, month_first, want) in [
            ("31/12/2026", None, Some("2026-12-31")),
            ("12/31/2026", None, Some("2026-12-31")),
            ("31-12-2026 14:00", None, Some("2026-12-31 14:00:00")),
            ("01/02/2027", None, None),
            ("01/02/2027", Some(false), Some("2027-02-01")),
            ("01/02/2027", Some(true), Some("2027-01-02")),
            ("02/02/2027", None, Some("2027-02-02")),
            ("01.02.2027", None, Some("2027-02-01")),
            ("Friday, 12 February 2027 at 2 pm", None, Some("2027-02-12 14:00:00")),
            ("hasta el 31 de diciembre de 2026 a las 14:00 h", None, Some("2026-12-31 14:00:00")),
            ("до 31 декабря 2026 г. 10:00", None, Some("2026-12-31 10:00:00")),
            ("extended from 10/12/2026 to 31/12/2026", None, None),
            ("31 December 2026 (was 15 December 2026)", None, None),
            ("15 days after publication", None, None),
            ("", None, None),
        ] {
            let read =
                only(text, month_first).map(|is| format!("{} {}", is.date, is.time.map(|time| time.to_string()).unwrap_or_default()));
            assert_eq!(read.as_deref().map(str::trim), want, "{text} {month_first:?}");
        }
    }
}
