//! What a legal notice says in plain words: tax and register numbers with the words that announce them, and addresses in lines. Knows no element.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::Proof;
use crate::base::caps::QUOTE_CHARS;
use crate::base::text::{clip, squeeze};
use crate::model::identifier;

/// Bytes of text in which numbers are looked for, and what of it stands around one as its proof.
const TEXT: usize = 256 * 1024;
const AROUND: usize = 60;
/// Registers of one page.
const COURTS: usize = 8;
/// Characters of a line of an address.
const LINE: usize = 70;

/// A tax or register number and its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Number {
    /// As it is written internationally: `DE136695976`.
    pub value: String,
    /// What it is: `VAT number`, `Handelsregister`.
    pub kind: &'static str,
    /// The proof.
    pub proof: Proof,
}

/// The valid numbers of a text that are announced, or name their country and prove themselves; each once.
pub(super) fn numbers(text: &str, country: Option<&str>) -> Vec<Number> {
    let text = &text[..text.floor_char_boundary(TEXT)];
    let mut out: Vec<Number> = Vec::new();
    for mention in identifier::find(text, country) {
        let Ok(valid) = mention.verdict.outcome else { continue };
        let from = text.floor_char_boundary(mention.at.start.saturating_sub(AROUND));
        let quote = squeeze(&text[from..mention.at.end]);
        if out.iter().all(|known| known.value != valid.canonical) {
            let proof = Proof { place: "text".to_owned(), text: clip(&quote, QUOTE_CHARS) };
            out.push(Number { value: valid.canonical, kind: mention.verdict.kind.name, proof });
        }
    }
    // Most texts have none: what they are looked for with is built for those that may.
    let registers = ["HRA", "HRB"].iter().any(|register| text.contains(register));
    for found in registers.then(|| COURT.captures_iter(text)).into_iter().flatten().take(COURTS) {
        let written = format!("Amtsgericht {} {} {}", &found["court"], &found["part"], &found["number"]);
        let valid =
            identifier::identify(&written, Some("DE")).into_iter().find_map(|verdict| Some((verdict.kind.name, verdict.outcome.ok()?)));
        if let Some((kind, valid)) = valid.filter(|(_, valid)| out.iter().all(|known| known.value != valid.canonical)) {
            let proof = Proof { place: "text".to_owned(), text: clip(&squeeze(&found[0]), QUOTE_CHARS) };
            out.push(Number { value: valid.canonical, kind, proof });
        }
    }
    out
}

/// The register of a German court, wherever the court stands before it: `Amtsgericht München, Registernummer: HRB 6684`.
static COURT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:Amtsgericht|Registergericht|AG)[\s:]+(?:Amtsgericht\s+)?(?<court>\p{Lu}[\p{L}-]+(?: (?:am|an der|im) \p{Lu}\p{L}+)?)[\s,;:.]*(?:(?:unter|unter der|Nr\.?|Nummer|Registernummer|Handelsregister(?:nummer)?|Handelsregister-Nr\.?|eingetragen)[\s,;:.]*){0,4}(?<part>HR[AB])\s*(?:Nr\.?\s*)?(?<number>\d{1,6})\b").expect("the pattern is fixed")
});

/// A line of a postcode and its town, in the forms of most countries.
static TOWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[A-Z]{1,3}[- ])?(?:\d{4,6}|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}|\d{4} ?[A-Z]{2}),? (?:г\. ?|м\. ?)?\p{Lu}[\p{L}'’.()/ -]{1,40}$").expect("the pattern is fixed")
});
/// A line of a town and its postcode, as Britain and the New World write it.
static TOWN_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\p{Lu}[\p{L}'’. -]{1,40},? (?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2,3},? \d{4,5}(?:-\d{4})?|[A-Z]{2} [A-Z]\d[A-Z] ?\d[A-Z]\d)$").expect("the pattern is fixed")
});

/// The address that lines hold: a street with its number, and below it a postcode with its town.
pub(super) fn address(lines: &[String]) -> Option<String> {
    let is_town = |line: &str| line.chars().count() <= LINE && (TOWN.is_match(line) || TOWN_FIRST.is_match(line));
    let is_street = |line: &str| {
        let letters = line.chars().filter(|c| c.is_alphabetic()).count();
        let digits = line.chars().filter(char::is_ascii_digit).count();
        letters >= 3 && (1..=6).contains(&digits) && line.chars().count() <= LINE && !line.contains(['@', ':', '?'])
    };
    let at = lines.windows(2).position(|pair| is_street(&pair[0]) && is_town(&pair[1]))?;
    Some(format!("{}, {}", lines[at], lines[at + 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_legal_notice_says_in_words() {
        for (text, country, want) in [
            ("Umsatzsteuer-Identifikationsnummer gemäß § 27a: DE 136 695 976", Some("DE"), &["DE136695976"][..]),
            ("USt-IdNr.: DE136695976 Registergericht: Amtsgericht München HRB 6684", Some("DE"), &["DE136695976", "München HRB 6684"]),
            ("C.I.F.: B-12345674", Some("ES"), &["ESB12345674"]),
            ("ИНН 7707083893", Some("RU"), &["7707083893"]),
            ("VAT no. DE 136 695 977", None, &[]),
            ("Tel. 030 901820 Fax 030 901821", Some("DE"), &[]),
        ] {
            let found: Vec<String> = numbers(text, country).into_iter().map(|one| one.value).collect();
            assert_eq!(found, want, "{text}");
        }
    }

    #[test]
    fn addresses_in_lines() {
        for (lines, want) in [
            (&["Firma GmbH", "Hauptstr. 5", "10115 Berlin", "Tel. 030 1"][..], "Hauptstr. 5, 10115 Berlin"),
            (&["Firma AB", "Hamngatan 3", "411 05 Göteborg"], "Hamngatan 3, 411 05 Göteborg"),
            (&["5 Dock Street", "Hull HU1 3DZ"], "5 Dock Street, Hull HU1 3DZ"),
            (&["C/ Mayor, 12", "09001 Burgos"], "C/ Mayor, 12, 09001 Burgos"),
            (&["ul. Długa 5", "00-238 Warszawa"], "ul. Długa 5, 00-238 Warszawa"),
            (&["Herengracht 1", "1015 AB Amsterdam"], "Herengracht 1, 1015 AB Amsterdam"),
            (&["12 Main St", "Austin, TX 78701"], "12 Main St, Austin, TX 78701"),
            (&["Since 1990", "2024 was a good year for all of us"], ""),
            (&["Tel: 5", "10115 Berlin"], ""),
            (&["10115 Berlin"], ""),
        ] {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(address(&lines).unwrap_or_default(), want, "{lines:?}");
        }
    }
}
