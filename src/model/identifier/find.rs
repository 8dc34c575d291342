//! Numbers in running text, with the words that announce them. Knows the table of kinds and no page.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, Proof, Verdict, identify, kinds};

/// Mentions found in one text; further ones are not looked for.
pub const MENTIONS: usize = 64;
/// Characters of a number with its separators.
const WIDE: usize = 28;
/// Places of one text that are judged.
const TRIALS: usize = 2_000;

/// A number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it is; of several kinds it can be, the first that its label, itself or the country names.
    pub verdict: Verdict,
    /// The word that announces it, as written.
    pub label: Option<String>,
    /// The bytes of the text where the number is written.
    pub at: Range<usize>,
}

/// The labels and their kinds, each folded.
static LABELS: LazyLock<Vec<(String, &'static Kind)>> = LazyLock::new(|| {
    let rows = kinds().flat_map(|kind| kind.labels.iter().map(move |label| (fold(label), kind)));
    rows.collect()
});

/// Labels as they may be written, each with its second letter.
type Spelled = Vec<(char, Vec<Part>)>;

/// Every label by its first letter; the longest first. As one pattern they take longer to be built than a page to be read.
static SPELLED: LazyLock<HashMap<char, Spelled>> = LazyLock::new(|| {
    let mut labels: Vec<Vec<Part>> = kinds().flat_map(|kind| kind.labels).map(|label| spelled(label)).collect();
    labels.sort_by_key(|label| std::cmp::Reverse(label.iter().map(|part| part.weight()).sum::<usize>()));
    let mut by_first: HashMap<char, Spelled> = HashMap::new();
    for label in labels {
        let mut letters = label.iter().filter_map(|part| if let Part::Char(c) = part { Some(*c) } else { None });
        let Some((first, second)) = letters.next().zip(letters.find(|c| c.is_alphanumeric())) else { continue };
        let known = by_first.entry(first).or_default();
        if known.iter().all(|(_, other)| *other != label) {
            known.push((second, label));
        }
    }
    by_first
});

/// What may stand between a label and its number.
static BETWEEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let mark = r"[\s:.#№º°()\-–=]*";
    let words = r"(?:n[°º]|(?:nr|no|num|numéro|number|nummer|número|numero|reg|id|code|is|de|es)(?-u:\b))";
    Regex::new(&format!(r"^(?i){mark}(?:{words}{mark}){{0,3}}")).ok()
});

/// Labels in a row that announce as many numbers: "ИНН/КПП".
const ROW: usize = 3;
/// Bytes behind the beginning of a label in which its number has begun, and digits of a number.
const NEAR: usize = 2_000;
const DIGITS: usize = 5;

/// What names its country or proves itself by long check digits, with no word before it.
static BARE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)(?:[A-Z]{2,3}[ \-:]?[A-Z]?[0-9][0-9A-Z .\-]{5,18}|[0-9A-Z]{18}[0-9]{2})(?-u:\b)").ok());

/// A part of a label as it may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// This one, small or capital.
    Char(char),
    /// A point and a space, each of them or not.
    Spread,
    /// Any spaces or none.
    Spaces,
    /// Any hyphens, spaces and points, or none.
    Hyphens,
}

impl Part {
    /// How much of a label it is: what may be spread goes before what is written in one way.
    const fn weight(self) -> usize {
        match self {
            Self::Char('.') => 2,
            Self::Char(c) => c.len_utf8(),
            Self::Spread => 6,
            Self::Spaces => 3,
            Self::Hyphens => 9,
        }
    }
}

/// A label as it may be written: short ones also with points or spaces between the letters (`C.I.F.`), and any space or none for a space.
fn spelled(label: &str) -> Vec<Part> {
    let letters = label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let short = letters.clone().count() <= 4 && label.chars().all(|c| c.is_uppercase() || c == '.');
    if short {
        return letters.flat_map(|c| [Part::Char(c), Part::Spread]).collect();
    }
    let part = |c: char| match c {
        ' ' => Part::Spaces,
        '-' => Part::Hyphens,
        c => Part::Char(c),
    };
    label.chars().flat_map(char::to_lowercase).map(part).collect()
}

/// What is left of a text that begins with a label.
fn behind<'t>(label: &[Part], text: &'t str) -> Option<&'t str> {
    label.iter().try_fold(text, |rest, part| match part {
        Part::Char(want) => {
            let c = rest.chars().next()?;
            (c == *want || c.to_lowercase().eq([*want])).then(|| &rest[c.len_utf8()..])
        }
        Part::Spread => {
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            Some(rest.strip_prefix(char::is_whitespace).unwrap_or(rest))
        }
        Part::Spaces => Some(rest.trim_start()),
        Part::Hyphens => Some(rest.trim_start_matches(|c: char| c == '-' || c == '.' || c.is_whitespace())),
    })
}

/// What is left of a text that begins with labels, at most so many, with a slash or a comma between.
fn behind_row(text: &str, most: usize) -> Option<&str> {
    let mut letters = text.chars().map(|c| if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) });
    let (first, next) = (letters.next()?, letters.next()?);
    let known = SPELLED.get(&first)?;
    // What is no letter may part the two.
    let may = |second: char| next == second || !next.is_alphanumeric();
    let labels = || known.iter().filter(|(second, _)| may(*second)).filter_map(|(_, label)| behind(label, text));
    let more = |rest: &'_ str| -> Option<usize> {
        let next = rest.trim_start().strip_prefix(['/', ','])?.trim_start();
        behind_row(next, most - 1).map(str::len)
    };
    let row = if most > 1 { labels().find_map(more) } else { None };
    row.map(|left| &text[text.len() - left..]).or_else(|| labels().next())
}

/// The labels of a text, each with where it begins, where it ends, and where a number may begin that it announces.
fn labels(text: &str) -> impl Iterator<Item = (Range<usize>, usize)> {
    let mut from = 0;
    let parts = text.char_indices().filter(|(_, c)| !c.is_alphabetic() && !c.is_ascii_digit());
    let mut begins = std::iter::once((0, 0)).chain(parts.map(|(at, c)| (at, at + c.len_utf8())));
    let digits: Vec<usize> = text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
    let mut passed = 0;
    std::iter::from_fn(move || {
        let (at, end) = begins.find_map(|(parted, at)| {
            // Most words have no number near them.
            passed += digits[passed..].iter().take_while(|digit| **digit < at).count();
            let is_near = digits.get(passed + DIGITS - 1).is_some_and(|last| *last < at + NEAR);
            // What a label took with it parts it from no other.
            let left = if is_near && parted >= from { behind_row(&text[at..], ROW)?.len() } else { return None };
            Some((at, text.len() - left))
        })?;
        from = end + BETWEEN.as_ref().and_then(|between| between.find(&text[end..])).map_or(0, |between| between.end());
        Some((at..end, from))
    })
}

fn fold(label: &str) -> String {
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The numbers that a text mentions, in its order, at most [`MENTIONS`].
///
/// A number counts when a word announces it, or when it names its country and has a check digit, or is a LEI. Of announced ones also what is
/// wrong is told. `country` is the page's: it decides between kinds of one label (`NIF`).
pub fn find(text: &str, country: Option<&str>) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let free = |found: &[Mention], at: &Range<usize>| !found.iter().any(|one| one.at.start < at.end && at.start < one.at.end);
    for (row, number) in labels(text).take(TRIALS) {
        // "ИНН/КПП: 7707083893/773601001": several labels, then their numbers in that order; of "CIF/NIF" both mean one.
        let mut from = number;
        for label in text[row].split(['/', ',']) {
            let mention = announced(text, label.trim(), from, country).filter(|mention| free(&found, &mention.at));
            if let Some(mention) = mention {
                let after = &text[mention.at.end..];
                from = text.len() - after.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == ',').len();
                found.push(mention);
            }
        }
        if found.len() >= MENTIONS {
            break;
        }
    }
    for hit in BARE.iter().flat_map(|pattern| pattern.find_iter(text)).take(TRIALS) {
        if found.len() >= MENTIONS {
            break;
        }
        let proved = |verdict: &Verdict| {
            let own = verdict.kind.country.is_none() || (verdict.prefixed && !verdict.kind.prefix.is_empty());
            own && verdict.outcome.as_ref().is_ok_and(|valid| valid.proof == Proof::CheckDigit)
        };
        let mention = pieces(text, hit.start()).into_iter().filter(|at| at.end <= hit.end() && free(&found, at)).find_map(|at| {
            let verdict = identify(&text[at.clone()], None).into_iter().find(proved)?;
            Some(Mention { verdict, label: None, at })
        });
        found.extend(mention);
    }
    found.truncate(MENTIONS);
    found.sort_by_key(|mention| mention.at.start);
    found
}

/// The number behind a label: the longest piece that is a valid number of the label's kinds; failing that, what the shortest is wrong in.
fn announced(text: &str, label: &str, from: usize, country: Option<&str>) -> Option<Mention> {
    let folded = fold(label);
    let kinds: Vec<&Kind> = LABELS.iter().filter(|(known, _)| *known == folded).map(|(_, kind)| *kind).collect();
    let mut wrong = None;
    for at in pieces(text, from) {
        let written = &text[at.clone()];
        if written.bytes().filter(u8::is_ascii_digit).count() < DIGITS {
            continue;
        }
        let homes = country.into_iter().map(Some).chain(kinds.iter().map(|kind| kind.country));
        // "VAT no. DE..." is Germany's, whosever word it is.
        let says_itself = |verdict: &Verdict| verdict.prefixed && !verdict.kind.prefix.is_empty();
        let mut verdicts = homes.flat_map(|home| identify(written, home)).filter(|one| says_itself(one) || kinds.contains(&one.kind));
        let Some(first) = verdicts.next() else { continue };
        let valid = std::iter::once(first.clone()).chain(verdicts).find(|verdict| verdict.outcome.is_ok());
        let told = |verdict| Some(Mention { verdict, label: Some(label.to_owned()), at: at.clone() });
        match valid {
            Some(valid) => return told(valid),
            None => wrong = told(first),
        }
    }
    wrong
}

/// What may be the number that begins here: up to the ends of its words, the longest first.
fn pieces(text: &str, from: usize) -> Vec<Range<usize>> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '/' | ' ' | '\u{a0}' | '&' | '–' | '+' | '*');
    let mut ends = Vec::new();
    let mut before = None;
    let mut chars = text[from..].char_indices().take(WIDE).peekable();
    while let Some((at, c)) = chars.next() {
        if !is_part(c) {
            break;
        }
        let next = chars.peek().map(|(_, next)| *next);
        if c.is_alphanumeric() && !next.is_some_and(char::is_alphanumeric) {
            ends.push(from + at + c.len_utf8());
        }
        // Two spaces in a row end a number.
        if c == ' ' && before == Some(' ') {
            break;
        }
        before = Some(c);
    }
    ends.into_iter().rev().map(|end| from..end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_running_text() {
        fn check(text: &str, country: Option<&str>, want: &[&str]) {
            let told: Vec<String> = find(text, country)
                .into_iter()
                .map(|mention| match mention.verdict.outcome {
                    Ok(valid) => format!("{} {}", mention.verdict.kind.id, valid.canonical),
                    Err(fault) => format!("{} {fault}: {}", mention.verdict.kind.id, &text[mention.at]),
                })
                .collect();
            assert_eq!(told, want, "{text}");
        }
        check("Talleres García, S.L. CIF: B-12345674, Getafe", None, &["es-nif ESB12345674"]);
        check("C.I.F. B 12.345.674", None, &["es-nif ESB12345674"]);
        check("CIF: B-12345678", Some("ES"), &["es-nif wrong check digit: B-12345678"]);
        check("NIPC 501 442 600", Some("PT"), &["pt-nif PT501442600"]);
        check("ИНН 7707083893 / КПП 773601001", None, &["ru-inn 7707083893", "ru-kpp 773601001"]);
        check("ИНН/КПП: 7707083893/773601001", None, &["ru-inn 7707083893", "ru-kpp 773601001"]);
        check("CIF/NIF: B12345674", None, &["es-nif ESB12345674"]);
        check("VAT no. GB 980 7806 84", None, &["gb-vat GB980780684"]);
        check("Our VAT number is DE136695976.", None, &["de-vat DE136695976"]);
        check("Umsatzsteuer-Identifikationsnummer gemäß: DE 136 695 976", Some("DE"), &["de-vat DE136695976"]);
        check("call 2026-11-28 or order AB123456", None, &[]);
        check("the tax of 12345 euros, VAT 21 %", Some("ES"), &[]);
        check("LEI 5493001KJTIIGC8Y1R12", None, &["lei 5493001KJTIIGC8Y1R12"]);
        check("SIRET : 732 829 320 00074 - RCS Paris", Some("FR"), &["fr-siret 73282932000074"]);
        check("CNPJ 11.222.333/0001-81", None, &["br-cnpj 11222333000181"]);
        check("", None, &[]);
    }

    #[test]
    fn a_long_hostile_text_ends() {
        for text in ["CIF ".repeat(50_000), "1 ".repeat(200_000), "ESB12345674 ".repeat(50_000), "VAT no. ".repeat(50_000)] {
            assert!(find(&text, Some("ES")).len() <= MENTIONS);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,80}", tail in "(CIF|ИНН|VAT no\\.|NIF:) ?[A-Z]?[0-9 .\\-]{0,20}") {
            for mention in find(&format!("{text} {tail}"), Some("ES")) {
                proptest::prop_assert!(mention.at.start < mention.at.end);
            }
        }
    }
}
