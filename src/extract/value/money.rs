//! Prices and numbers: the digits, their grouping understood from their own shape, and the currency written beside them.

use iso_currency::Currency;
use phonenumber::country;
use rust_decimal::Decimal;

use super::Hints;
use crate::model::Amount;

/// A number in a text, and where.
#[derive(Clone, Debug)]
struct Number {
    start: usize,
    end: usize,
    digits: String,
}

/// A currency sign, code or word in a text, and where.
struct Mark {
    start: usize,
    end: usize,
    currency: Option<Currency>,
}

/// The price in a text; of a range the lower end.
pub(super) fn amount(words: &str, hints: &Hints) -> Option<Amount> {
    let text = plain_spaces(words);
    let numbers = numbers(&text);
    let marks: Vec<Mark> = marks(&text, hints).into_iter().filter(|mark| beside(&text, mark, &numbers).is_some()).collect();
    let mark = marks.first();
    let chosen = match mark {
        Some(mark) => beside(&text, mark, &numbers)?,
        None => numbers.iter().position(|number| !text[number.end..].trim_start().starts_with('%'))?,
    };
    let first = range_start(&text, &numbers, &marks, chosen);
    let currency = mark.map_or(hints.currency, |mark| mark.currency);
    let number = decimal(&numbers[first].digits, currency)?;
    let after = [first, chosen].iter().find_map(|i| multiple(&text[numbers[*i].end..]));
    let number = after.map_or(Some(number), |times| number.checked_mul(times))?;
    Some(Amount { number: number.normalize(), currency })
}

/// The first number in a text, with its sign.
pub(super) fn number(words: &str) -> Option<Decimal> {
    let text = plain_spaces(words);
    let first = numbers(&text).into_iter().next()?;
    let number = decimal(&first.digits, None)?;
    let before = &text[..first.start];
    let minus = before.ends_with(['-', '−']) && !before[..before.len() - 1].ends_with(|c: char| c.is_alphanumeric());
    Some(if minus { -number } else { number }.normalize())
}

/// Every kind of space becomes one that can be compared, every apostrophe too, so that offsets are those of one text.
fn plain_spaces(words: &str) -> String {
    words
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{202a}'..='\u{202e}'))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .map(|c| if matches!(c, '’' | '´' | '`') { '\'' } else { c })
        .collect()
}

/// Every number: digits, with separators that stand between digits. A space or apostrophe joins only groups of three.
fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let digits_to = |from: usize| bytes[from..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |n| from + n);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|n| at + n) {
        let mut end = digits_to(start);
        let mut grouped = end - start <= 3;
        while let Some(separator) = bytes.get(end)
            && matches!(separator, b'.' | b',' | b' ' | b'\'')
        {
            let next = digits_to((end + 1).min(bytes.len()));
            let length = next.saturating_sub(end + 1);
            let joins = match separator {
                b' ' | b'\'' => grouped && length == 3,
                _ => length > 0,
            };
            if !joins {
                break;
            }
            grouped = grouped && length == 3;
            end = next;
        }
        let mut number = Number { start, end, digits: text[start..end].to_owned() };
        if text[..start].ends_with('.') && !text[..start - 1].ends_with(|c: char| c.is_alphanumeric() || c == '.') {
            // "$.75"
            number = Number { start: start - 1, end, digits: format!("0.{}", number.digits) };
        }
        found.push(number);
        at = end;
        if found.len() >= 32 {
            break;
        }
    }
    found
}

/// What the digits and their separators say.
fn decimal(digits: &str, currency: Option<Currency>) -> Option<Decimal> {
    let plain: String = digits.chars().filter(|c| !matches!(c, ' ' | '\'')).collect();
    let (dots, commas) = (plain.matches('.').count(), plain.matches(',').count());
    let point = match (dots, commas) {
        (1, 0) | (0, 1) => {
            let at = plain.find(['.', ','])?;
            let after = plain.len() - at - 1;
            // "1.234" is a thousand and more, unless nothing could be grouped so ("0.234", "1234.567") or the currency has thousandths.
            let thousandths = currency.and_then(Currency::exponent) == Some(3);
            let groups = after == 3 && at <= 3 && !plain.starts_with('0') && !thousandths && !digits.contains([' ', '\'']);
            (!groups).then_some(at)
        }
        (1, _) if plain.rfind('.') > plain.rfind(',') => plain.rfind('.'),
        (_, 1) if plain.rfind(',') > plain.rfind('.') => plain.rfind(','),
        (_, 0) | (0, _) => None,
        _ => return None,
    };
    let (whole, rest) = point.map_or((plain.as_str(), ""), |at| (&plain[..at], &plain[at + 1..]));
    let mut groups = whole.split(['.', ',']);
    let first = groups.next().unwrap_or("");
    let groups: Vec<&str> = groups.collect();
    // "12.03.2026" is no number; "1,23,456" (India) is one.
    let grouped_right = groups.last().is_none_or(|last| last.len() == 3) && groups.iter().all(|group| matches!(group.len(), 2 | 3));
    if first.is_empty() || first.len() > 3 && !groups.is_empty() || !grouped_right {
        return None;
    }
    let joined: String = whole.chars().filter(char::is_ascii_digit).collect();
    if rest.is_empty() { joined.parse().ok() } else { format!("{joined}.{rest}").parse().ok() }
}

/// "1.2 Mio.", "3 млн", "5k".
fn multiple(after: &str) -> Option<Decimal> {
    let word: String = after.trim_start().chars().take_while(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let zeros = match word.as_str() {
        "k" | "tsd" | "тыс" | "mille" | "mil" => 3,
        "mio" | "mln" | "mill" | "million" | "millions" | "millionen" | "millón" | "millones" | "milioni" | "milhões" | "млн" => 6,
        "mrd" | "bn" | "billion" | "milliarden" | "млрд" => 9,
        _ => return None,
    };
    Some(Decimal::from(10_u64.pow(zeros)))
}

/// The number right after a mark, or right before it.
fn beside(text: &str, mark: &Mark, numbers: &[Number]) -> Option<usize> {
    let after = numbers.iter().position(|number| number.start >= mark.end && gap(&text[mark.end..number.start], &[]));
    let before = numbers.iter().rposition(|number| number.end <= mark.start && gap(&text[number.end..mark.start], &[',', '-', '–', '—']));
    match (before, after) {
        // "10 € 20 €": the sign belongs to the number it is closer to, and to the one before it when in doubt.
        (Some(before), Some(after)) => {
            let close = numbers[after].start - mark.end < mark.start - numbers[before].end;
            Some(if close { after } else { before })
        }
        (found, None) | (None, found) => found,
    }
}

/// Whether only spaces, full stops, a multiple's word or these stand between number and sign.
fn gap(between: &str, also: &[char]) -> bool {
    let rest = between.trim_matches(|c: char| c == ' ' || c == '.' || c == ':' || also.contains(&c));
    rest.is_empty() || multiple(rest).is_some() && rest.chars().all(char::is_alphabetic)
}

/// In "10 – 20 EUR" the number before the dash.
fn range_start(text: &str, numbers: &[Number], marks: &[Mark], chosen: usize) -> usize {
    let Some(before) = chosen.checked_sub(1).map(|i| &numbers[i]) else { return chosen };
    let mut between = text[before.end..numbers[chosen].start].to_owned();
    for mark in marks.iter().rev() {
        if mark.start >= before.end && mark.end <= numbers[chosen].start {
            between.replace_range(mark.start - before.end..mark.end - before.end, "");
        }
    }
    if matches!(between.trim(), "-" | "–" | "—" | "~" | "…" | "..." | "to" | "bis" | "a" | "à" | "до") {
        chosen - 1
    } else {
        chosen
    }
}

/// Every currency in a text, in order.
fn marks(text: &str, hints: &Hints) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < 16 {
        let rest = &text[at..];
        if rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | ',' | '-')) {
            at += 1;
            continue;
        }
        let begins = !text[..at].ends_with(char::is_alphabetic);
        if let Some((length, currency)) = mark_at(rest, begins, hints) {
            found.push(Mark { start: at, end: at + length, currency });
            at += length;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The currency that a text begins with, and the length of its mark.
fn mark_at(rest: &str, begins: bool, hints: &Hints) -> Option<(usize, Option<Currency>)> {
    for (sign, currency) in SIGNS {
        if rest.starts_with(sign) && (begins || !sign.starts_with(char::is_alphabetic)) {
            return Some((sign.len(), Some(*currency)));
        }
    }
    for (sign, kinds) in AMBIGUOUS {
        if rest.starts_with(sign) {
            return Some((sign.len(), choose(kinds, hints)));
        }
    }
    if !begins {
        return None;
    }
    let word: String = rest.chars().take_while(|c| c.is_alphabetic()).take(12).collect();
    if word.len() == 3
        && let Some(currency) = Currency::from_code(&word)
        // English words in capitals: "ALL 20 items", "TOP 10".
        && (!matches!(word.as_str(), "ALL" | "TOP" | "CUP" | "SOS") || hints.currency == Some(currency))
    {
        return Some((3, Some(currency)));
    }
    let lower = word.to_lowercase();
    if let Some((_, currency)) = WORDS.iter().find(|(known, _)| *known == lower) {
        return Some((word.len(), Some(*currency)));
    }
    let (_, kinds) = AMBIGUOUS_WORDS.iter().find(|(known, _)| *known == lower)?;
    Some((word.len(), choose(kinds, hints)))
}

/// Of the currencies that share a sign: the one of the settings, that of the country, or the first when it is the usual one.
fn choose(kinds: &Shared, hints: &Hints) -> Option<Currency> {
    let set = hints.currency.filter(|currency| kinds.all.iter().any(|(_, kind)| kind == currency));
    let local = hints.country.and_then(|country| kinds.all.iter().find(|(of, _)| *of == country).map(|(_, kind)| *kind));
    set.or(local).or(kinds.usual)
}

/// Currencies that share a sign, with the country each belongs to.
struct Shared {
    usual: Option<Currency>,
    all: &'static [(country::Id, Currency)],
}

/// Signs that mean one currency; longer ones first.
const SIGNS: &[(&str, Currency)] = &[
    ("US$", Currency::USD),
    ("AU$", Currency::AUD),
    ("A$", Currency::AUD),
    ("CA$", Currency::CAD),
    ("C$", Currency::CAD),
    ("NZ$", Currency::NZD),
    ("HK$", Currency::HKD),
    ("SG$", Currency::SGD),
    ("S$", Currency::SGD),
    ("MX$", Currency::MXN),
    ("NT$", Currency::TWD),
    ("R$", Currency::BRL),
    ("€", Currency::EUR),
    ("£", Currency::GBP),
    ("zł", Currency::PLN),
    ("Kč", Currency::CZK),
    ("₽", Currency::RUB),
    ("₴", Currency::UAH),
    ("₸", Currency::KZT),
    ("₺", Currency::TRY),
    ("₹", Currency::INR),
    ("₩", Currency::KRW),
    ("฿", Currency::THB),
    ("₫", Currency::VND),
    ("₪", Currency::ILS),
    ("₦", Currency::NGN),
    ("₱", Currency::PHP),
    ("₾", Currency::GEL),
    ("円", Currency::JPY),
    ("元", Currency::CNY),
];

/// Words that mean one currency, in lower case.
const WORDS: &[(&str, Currency)] = &[
    ("euro", Currency::EUR),
    ("euros", Currency::EUR),
    ("eur", Currency::EUR),
    ("usd", Currency::USD),
    ("gbp", Currency::GBP),
    ("руб", Currency::RUB),
    ("рублей", Currency::RUB),
    ("рубля", Currency::RUB),
    ("рубль", Currency::RUB),
    ("р", Currency::RUB),
    ("грн", Currency::UAH),
    ("тенге", Currency::KZT),
    ("лв", Currency::BGN),
    ("ft", Currency::HUF),
    ("lei", Currency::RON),
    ("sfr", Currency::CHF),
    ("fr", Currency::CHF),
    ("tl", Currency::TRY),
    ("pln", Currency::PLN),
];

/// Signs that several currencies share.
const AMBIGUOUS: &[(&str, Shared)] = &[
    (
        "$",
        Shared {
            usual: Some(Currency::USD),
            all: &[
                (country::US, Currency::USD),
                (country::CA, Currency::CAD),
                (country::AU, Currency::AUD),
                (country::NZ, Currency::NZD),
                (country::SG, Currency::SGD),
                (country::HK, Currency::HKD),
                (country::MX, Currency::MXN),
                (country::AR, Currency::ARS),
                (country::CL, Currency::CLP),
                (country::CO, Currency::COP),
                (country::UY, Currency::UYU),
            ],
        },
    ),
    ("¥", Shared { usual: Some(Currency::JPY), all: &[(country::JP, Currency::JPY), (country::CN, Currency::CNY)] }),
];

/// Words that several currencies share, in lower case.
const AMBIGUOUS_WORDS: &[(&str, Shared)] = &[
    (
        "kr",
        Shared {
            usual: None,
            all: &[(country::SE, Currency::SEK), (country::NO, Currency::NOK), (country::DK, Currency::DKK), (country::IS, Currency::ISK)],
        },
    ),
    ("rs", Shared { usual: Some(Currency::INR), all: &[(country::IN, Currency::INR), (country::PK, Currency::PKR)] }),
];
