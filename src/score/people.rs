//! How many people work somewhere, as people write it, and which band that is. Knows no organisation and no rule.

use rust_decimal::Decimal;

use crate::base::text::words;
use crate::model::Amount;

/// How many people: from, and to where an end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// At least.
    pub from: u32,
    /// At most; `None`: nobody says.
    pub to: Option<u32>,
}

/// Yearly turnover in millions of euros up to which a firm is of a band, with the most people of that band: article 2 of the Recommendation
/// 2003/361/EC.
const TURNOVER: [(i64, u32); 3] = [(2, 9), (10, 49), (50, 249)];
/// Currencies whose unit is worth about a euro: within what a band means.
const LIKE_EUROS: [&str; 4] = ["EUR", "USD", "GBP", "CHF"];

/// Words before a number (folded) that make it the least.
const LEAST: [&str; 7] = ["at least", "from", "desde", "al menos", "ab", "au moins", "от"];
/// Words before a number (folded) of which there are more than it.
const MORE: [&str; 10] = ["more than", "over", "above", "mas de", "mehr als", "uber", "ueber", "plus de", "более", "свыше"];
/// Words before a number (folded) that make it the most.
const MOST: [&str; 6] = ["up to", "hasta", "bis", "bis zu", "jusqu a", "до"];
/// Words before a number (folded) of which there are less than it.
const LESS: [&str; 9] = ["less than", "fewer than", "under", "below", "menos de", "weniger als", "unter", "moins de", "менее"];
/// What stands behind a number of thousands, folded.
const THOUSANDS: [&str; 7] = ["k", "mil", "thousand", "tausend", "tsd", "mille", "тыс"];
/// Characters of a value: more is a description.
const CHARS: usize = 120;

impl People {
    /// How many people work where so much is turned over in a year, by the bands; `None` in currencies that would have to be converted.
    pub fn of_turnover(amount: &Amount) -> Option<Self> {
        let currency = amount.currency?;
        if !LIKE_EUROS.contains(&currency.code()) || amount.number <= Decimal::ZERO {
            return None;
        }
        let band = TURNOVER.iter().position(|(most, _)| amount.number <= Decimal::from(most * 1_000_000));
        let below = band.unwrap_or(TURNOVER.len()).checked_sub(1);
        Some(Self { from: below.map_or(1, |below| TURNOVER[below].1 + 1), to: band.map(|band| TURNOVER[band].1) })
    }

    /// Reads "50", "50-99", "ca. 1.200 Mitarbeiter", "más de 100 empleados", "до 50 человек", "250+", "1.5k"; `None` when no number is in it, or
    /// one below zero, or none but zero: a form that nobody filled in.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).filter(|people| people.from > 0 || people.to.is_some_and(|to| to > 0))
    }

    fn read(text: &str) -> Option<Self> {
        let text: Vec<char> = text.chars().take(CHARS).collect();
        let mut numbers: Vec<(usize, usize, u32)> = Vec::new();
        let mut at = 0;
        while at < text.len() {
            if text[at].is_ascii_digit() {
                let (end, number) = number(&text, at)?;
                let (end, number) = thousands(&text, (at, end))?.unwrap_or((end, number));
                numbers.push((at, end, number));
                at = end;
            } else {
                at += 1;
            }
        }
        let said = |from: usize, to: usize| words(&text[from..to].iter().collect::<String>());
        let (start, end, first) = *numbers.first()?;
        let sign = text[..start].iter().rev().find(|c| !c.is_whitespace());
        let before = said(0, start);
        if before.is_empty() && matches!(sign, Some('-' | '−')) {
            return None;
        }
        if let Some((next, _, second)) = numbers.get(1).filter(|(_, _, second)| *second >= first) {
            let between: String = text[end..*next].iter().collect::<String>().trim().to_lowercase();
            if matches!(between.as_str(), "-" | "–" | "—" | "to" | "a" | "y" | "bis" | "à" | "до" | "и" | "..." | "…" | "and") {
                return Some(Self { from: first, to: Some(*second) });
            }
        }
        let ends = |words: &[&str]| words.iter().any(|word| before == *word || before.ends_with(&format!(" {word}")));
        let after = text[end..].iter().find(|c| !c.is_whitespace());
        Some(if ends(&LESS) || sign == Some(&'<') {
            Self { from: 0, to: Some(first.saturating_sub(1)) }
        } else if ends(&MOST) || sign == Some(&'≤') {
            Self { from: 0, to: Some(first) }
        } else if ends(&MORE) || sign == Some(&'>') {
            Self { from: first.saturating_add(1), to: None }
        } else if ends(&LEAST) || sign == Some(&'≥') || after == Some(&'+') {
            Self { from: first, to: None }
        } else {
            Self { from: first, to: Some(first) }
        })
    }
}

/// The number that begins here, and where it ends: `1.200`, `1,200`, `1 200` and `1'200` are one, for three digits follow each sign.
fn number(text: &[char], start: usize) -> Option<(usize, u32)> {
    let digits = |from: usize| text[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut end = start + digits(start);
    let mut written: String = text[start..end].iter().collect();
    let grouped = written.len() <= 3;
    while grouped
        && written.len() <= 9
        && text.get(end).is_some_and(|c| matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’'))
        && digits(end + 1) == 3
    {
        written.extend(&text[end + 1..end + 4]);
        end += 4;
    }
    written.parse().ok().map(|number| (end, number))
}

/// Thousands behind a number that begins and ends here, `1.5k`, `2 mil`: where they end, and how many that is; `None` within where there are none.
#[expect(clippy::option_option, reason = "more than there are people anywhere is no number at all")]
fn thousands(text: &[char], (start, end): (usize, usize)) -> Option<Option<(usize, u32)>> {
    let digits = text[end..].iter().skip(1).take_while(|c| c.is_ascii_digit()).count();
    let fraction = text.get(end).is_some_and(|c| matches!(c, '.' | ',')) && matches!(digits, 1 | 2);
    let end = if fraction { end + 1 + digits } else { end };
    let gap = text[end..].iter().take_while(|c| c.is_whitespace()).count();
    let letters = text[end + gap..].iter().take_while(|c| c.is_alphabetic()).count();
    let word = words(&text[end + gap..end + gap + letters].iter().collect::<String>());
    if !THOUSANDS.contains(&word.as_str()) {
        return Some(None);
    }
    let written: String = text[start..end].iter().map(|c| if *c == ',' { '.' } else { *c }).collect();
    let number = written.parse::<Decimal>().ok()?.checked_mul(Decimal::ONE_THOUSAND)?;
    Some(Some((end + gap + letters, u32::try_from(number).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, want) in [
            ("50", Some((50, Some(50)))),
            ("50-99", Some((50, Some(99)))),
            ("11 – 50 employees", Some((11, Some(50)))),
            ("51 bis 200", Some((51, Some(200)))),
            ("от 50 до 100 человек", Some((50, Some(100)))),
            ("ca. 1.200 Mitarbeiter", Some((1_200, Some(1_200)))),
            ("1,200 employees", Some((1_200, Some(1_200)))),
            ("1 200 employés", Some((1_200, Some(1_200)))),
            ("1.001-5.000", Some((1_001, Some(5_000)))),
            ("más de 100 empleados", Some((101, None))),
            ("over 10,000 people", Some((10_001, None))),
            ("über 500 Mitarbeiter", Some((501, None))),
            ("более 300 сотрудников", Some((301, None))),
            ("at least 300", Some((300, None))),
            ("250+", Some((250, None))),
            ("> 249", Some((250, None))),
            ("≥ 250", Some((250, None))),
            ("до 50 человек", Some((0, Some(50)))),
            ("unter 10", Some((0, Some(9)))),
            ("<10", Some((0, Some(9)))),
            ("≤10", Some((0, Some(10)))),
            ("1.5k", Some((1_500, Some(1_500)))),
            ("10k+ employees", Some((10_000, None))),
            ("1,5 тыс. сотрудников", Some((1_500, Some(1_500)))),
            ("más de 2 mil empleados", Some((2_001, None))),
            ("3 kilómetros", Some((3, Some(3)))),
            ("9999999k", None),
            ("-5", None),
            ("− 5", None),
            ("staff - 5", Some((5, Some(5)))),
            ("hasta 9 trabajadores", Some((0, Some(9)))),
            ("0", None),
            ("0 employees", None),
            ("0+", None),
            ("0-0", None),
            ("<1", None),
            ("0-9", Some((0, Some(9)))),
            (">0", Some((1, None))),
            ("a few", None),
            ("", None),
            ("99999999999999", None),
        ] {
            assert_eq!(People::parse(text).map(|people| (people.from, people.to)), want, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9 .,<>+–a-zñё'-]{0,60}") {
            if let Some(People { from, to }) = People::parse(&text) {
                proptest::prop_assert!(to.is_none_or(|to| from <= to));
            }
        }
    }
}
