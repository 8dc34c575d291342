//! Numbers in running text, with the words that announce them. Knows the table of kinds and no page.

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

/// Every label, then what may stand between it and a number.
static ANNOUNCED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let mut labels: Vec<String> = kinds().flat_map(|kind| kind.labels).map(|label| spelled(label)).collect();
    labels.sort_by_key(|label| std::cmp::Reverse(label.len()));
    labels.dedup();
    let labels = labels.join("|");
    let mark = r"[\s:.#№º°()\-–=]*";
    let between =
        format!(r"{mark}(?:(?:n[°º]|(?:nr|no|num|numéro|number|nummer|número|numero|reg|id|code|is|de|es)(?-u:\b)){mark}){{0,3}}");
    Regex::new(&format!(r"(?i)(?:^|[^\p{{L}}\d])(?P<label>(?:(?:{labels})\s*[/,]\s*){{0,2}}(?:{labels})){between}")).ok()
});

/// What names its country or proves itself by long check digits, with no word before it.
static BARE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)(?:[A-Z]{2,3}[ \-:]?[A-Z]?[0-9][0-9A-Z .\-]{5,18}|[0-9A-Z]{18}[0-9]{2})(?-u:\b)").ok());

/// A label as a pattern: short ones also with points or spaces between the letters (`C.I.F.`), and any space or none for a space.
fn spelled(label: &str) -> String {
    let letters: Vec<char> = label.chars().filter(|c| c.is_alphanumeric()).collect();
    let short = letters.len() <= 4 && label.chars().all(|c| c.is_uppercase() || c == '.');
    if short {
        let spread: Vec<String> = letters.iter().map(|c| regex::escape(&c.to_string())).collect();
        return format!(r"(?:{})\.?", spread.join(r"\.?\s?"));
    }
    let pattern = label.split(' ').map(regex::escape).collect::<Vec<_>>().join(r"\s*");
    pattern.replace(r"\-", r"[\-\s.]*")
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
    // Where it stands is found on the engine's quick way, which knows no groups; they are asked for in what was found alone.
    let hits = ANNOUNCED.iter().flat_map(|pattern| pattern.find_iter(text).map(move |whole| (whole, pattern.captures(whole.as_str()))));
    for (whole, groups) in hits.take(TRIALS) {
        let Some(label) = groups.as_ref().and_then(|groups| groups.name("label")) else { continue };
        // "ИНН/КПП: 7707083893/773601001": several labels, then their numbers in that order; of "CIF/NIF" both mean one.
        let mut from = whole.end();
        for label in label.as_str().split(['/', ',']) {
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
        if written.bytes().filter(u8::is_ascii_digit).count() < 5 {
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
