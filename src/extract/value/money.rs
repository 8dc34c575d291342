//! Prices and numbers: the digits, their grouping understood from their own shape, and the currency written beside them.

mod marks;
mod number;
mod terms;

use rust_decimal::Decimal;

use super::Hints;
use crate::model::Amount;

use marks::{Mark, marks};
use number::{Number, decimal, multiple, numbers, plain_spaces};
pub use terms::Tax;

/// Characters in which a price is looked for.
const LOOK: usize = 2_000;

/// What a text says of a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) struct Price {
    /// The amount; of a range the lower end; nought when it is free. `None` where only words stand ("on request").
    pub(in crate::extract) amount: Option<Amount>,
    /// The upper end of a range.
    pub(in crate::extract) to: Option<Decimal>,
    /// The currency as written, where it is written.
    pub(in crate::extract) mark: Option<String>,
    /// Whether it begins there ("from", "ab", "desde").
    pub(in crate::extract) from: bool,
    /// What it is the price of, as written: `kg`, `month`.
    pub(in crate::extract) unit: Option<String>,
    /// Whether tax is in it, where the text says so.
    pub(in crate::extract) tax: Option<Tax>,
    /// Whether the price is told to who asks.
    pub(in crate::extract) on_request: bool,
}

/// The price in a text; of a range the lower end.
pub(super) fn amount(words: &str, hints: &Hints) -> Option<Amount> {
    price(words, "", hints).amount
}

/// All that a text says of a price; `beside` is what stands next to it on the page, and may name the currency alone.
pub(in crate::extract) fn price(words: &str, beside_it: &str, hints: &Hints) -> Price {
    let short: String = words.chars().take(LOOK).collect();
    let text = plain_spaces(&short);
    let numbers = numbers(&text);
    let marks = marks(&text, hints);
    let mut told = Price {
        amount: None,
        to: None,
        mark: marks.first().map(|mark| text[mark.start..mark.end].to_owned()),
        from: terms::from(&text),
        unit: None,
        tax: terms::tax(&text),
        on_request: false,
    };
    let valued = chosen(&text, &numbers, &marks);
    let named = || {
        let beside: String = plain_spaces(&beside_it.chars().take(LOOK).collect::<String>());
        let mark = marks::marks(&beside, hints).into_iter().next()?;
        Some((beside[mark.start..mark.end].to_owned(), mark.currency))
    };
    let Some((at, mark)) = valued else {
        if told.mark.is_none() {
            told.mark = named().map(|(mark, _)| mark);
        }
        told.on_request = terms::on_request(&text);
        if terms::free(&text) {
            told.amount = Some(Amount { number: Decimal::ZERO, currency: None });
        }
        return told;
    };
    let currency = if let Some(mark) = mark {
        told.mark = Some(text[mark.start..mark.end].to_owned());
        mark.currency
    } else {
        let named = named();
        told.mark = named.as_ref().map(|(mark, _)| mark.clone());
        named.map_or(hints.currency, |(_, currency)| currency.or(hints.currency))
    };
    let first = range_start(&text, &numbers, &marks, at);
    let last = if first < at { Some(at) } else { range_end(&text, &numbers, &marks, at) };
    let times = [Some(first), last].into_iter().flatten().find_map(|i| multiple(&text[numbers[i].end..]));
    let value = |i: usize| {
        let number = split_by_sign(&text, &numbers, &marks, i).or_else(|| decimal(&numbers[i].digits, currency))?;
        times.map_or(Some(number), |times| number.checked_mul(times)).map(|number| number.normalize())
    };
    told.to = last.and_then(value);
    told.unit = terms::unit(&text[numbers[last.unwrap_or(first)].end..]);
    told.amount = value(first).map(|number| Amount { number, currency });
    told
}

/// The number that is the price, and the mark beside it.
fn chosen<'m>(text: &str, numbers: &[Number], marks: &'m [Mark]) -> Option<(usize, Option<&'m Mark>)> {
    let mut beside = marks.iter().filter_map(|mark| Some((beside(text, mark, numbers)?, mark)));
    if let Some((at, mark)) = beside.next() {
        // "$1,190.00 AUD": of two marks at one number the one that means a single currency speaks.
        let other = beside.find(|(other, mark)| *other == at && mark.sure()).filter(|_| !mark.sure());
        return Some((at, Some(other.map_or(mark, |(_, other)| other))));
    }
    if terms::free_shipping(text) {
        return None;
    }
    let plain = |i: usize| {
        let number = &numbers[i];
        !text[number.end..].trim_start().starts_with('%') && !terms::counted(text, number.start) && !coded(text, numbers, i)
    };
    if terms::on_request(text) || terms::dated(text) {
        return None;
    }
    (0..numbers.len()).find(|i| plain(*i)).map(|i| (i, marks.first().filter(|mark| !terms::free_shipping(&text[..mark.start]))))
}

/// Parts of codes and dates: digits joined by a hyphen, one of them with a leading nought ("25-09").
fn coded(text: &str, numbers: &[Number], i: usize) -> bool {
    let nought = |n: &Number| n.digits.len() > 1 && n.digits.starts_with('0') && n.digits.bytes().all(|b| b.is_ascii_digit());
    let joined = |a: &Number, b: &Number| &text[a.end..b.start] == "-" && (nought(a) || nought(b));
    i > 0 && joined(&numbers[i - 1], &numbers[i]) || numbers.get(i + 1).is_some_and(|next| joined(&numbers[i], next))
}

/// The sign may stand where the point would: "35€ 99", "1250€60".
fn split_by_sign(text: &str, numbers: &[Number], marks: &[Mark], i: usize) -> Option<Decimal> {
    let (whole, rest) = (numbers.get(i)?, numbers.get(i + 1)?);
    let mark = marks.iter().find(|mark| mark.start == whole.end && mark.end <= rest.start)?;
    let gap = &text[mark.end..rest.start];
    let digits = |number: &Number| number.digits.bytes().all(|b| b.is_ascii_digit());
    let after = &text[rest.end..];
    let alone = !marks.iter().any(|other| other.start >= rest.end && text[rest.end..other.start].trim().is_empty());
    let cents = gap.is_empty() && rest.digits.len() <= 3 || gap == " " && rest.digits.len() == 2;
    let word = text[mark.start..mark.end].chars().all(char::is_alphabetic);
    let ends = after.is_empty() || after.starts_with([' ', ',', ')', '*', '/']);
    if !(cents && digits(whole) && digits(rest) && alone && ends && !word && whole.start <= mark.start)
        || after.trim_start().starts_with('%')
    {
        return None;
    }
    format!("{}.{}", whole.digits, rest.digits).parse().ok()
}

/// The first number in a text, with its sign.
pub(super) fn number(words: &str) -> Option<Decimal> {
    let text = plain_spaces(words);
    let first = numbers(&text).into_iter().next()?;
    let number = decimal(&first.digits, None)?;
    let before = &text[..first.start];
    let minus = before.ends_with(['-', '−'])
        && !before[..before.len() - before.chars().next_back().map_or(1, char::len_utf8)].ends_with(|c: char| c.is_alphanumeric());
    Some(if minus { -number } else { number }.normalize())
}

/// The number right after a mark, or right before it.
fn beside(text: &str, mark: &Mark, numbers: &[Number]) -> Option<usize> {
    if terms::free_shipping(&text[..mark.start]) {
        return None;
    }
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

/// Whether two numbers are the ends of a range.
fn ranged(text: &str, from: &Number, to: &Number, marks: &[Mark]) -> bool {
    let mut between = text[from.end..to.start].to_owned();
    for mark in marks.iter().rev() {
        if mark.start >= from.end && mark.end <= to.start {
            between.replace_range(mark.start - from.end..mark.end - from.end, "");
        }
    }
    let between = between.trim().trim_end_matches('.').to_lowercase();
    matches!(
        between.trim(),
        "-" | "–" | "—" | "~" | "…" | "" | "to" | "bis" | "a" | "à" | "до" | "al" | "até" | "hasta" | "fino a" | "do" | "tot" | "and" | "y" | "und"
    ) && (!between.is_empty() || text[from.end..to.start].contains(".."))
        // "2026-11": no range of prices begins above its end; codes do.
        && decimal(&from.digits, None) < decimal(&to.digits, None)
}

/// In "10 – 20 EUR" the number before the dash.
fn range_start(text: &str, numbers: &[Number], marks: &[Mark], chosen: usize) -> usize {
    chosen.checked_sub(1).filter(|before| ranged(text, &numbers[*before], &numbers[chosen], marks)).unwrap_or(chosen)
}

/// In "10 EUR – 20 EUR" the number after the dash.
fn range_end(text: &str, numbers: &[Number], marks: &[Mark], chosen: usize) -> Option<usize> {
    let after = numbers.get(chosen + 1)?;
    ranged(text, &numbers[chosen], after, marks).then_some(chosen + 1)
}
