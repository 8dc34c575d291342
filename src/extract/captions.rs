//! What the words mean that pages put before a value or above a column: `Sector:`, `Telefon`, `ИНН`. A table of words; knows no page.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::text::words;

/// Characters of a caption; what is longer is text.
const CHARS: usize = 40;
/// Words for a hall, folded: a number alone does not say that it is one.
const HALLS: [&str; 16] = [
    "hall",
    "halle",
    "halls",
    "hal",
    "pabellon",
    "pab",
    "pavello",
    "pavilhao",
    "pavillon",
    "pavilion",
    "padiglione",
    "pad",
    "павильон",
    "зал",
    "hala",
    "halli",
];
/// Words before a day until which something is open, folded, and words that may stand there in all.
const UNTIL: [&str; 28] = [
    "until",
    "till",
    "by",
    "before",
    "closing",
    "close",
    "ends",
    "ending",
    "due",
    "deadline for",
    "hasta",
    "cierra",
    "cierre",
    "antes del",
    "termina",
    "finaliza",
    "ate",
    "encerra",
    "bis",
    "bis zum",
    "spatestens",
    "jusqu",
    "avant le",
    "entro",
    "scade",
    "до",
    "tot",
    "do",
];
const LEAD: usize = 6;
/// Digits of a telephone number.
const DIGITS: usize = 6;

static FIELDS: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| all(include_str!("captions.txt")).map(|(caption, field)| (words(caption), field)).collect());

/// The captions of pages, and the field that each names.
pub(super) fn of_pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    all(include_str!("captions.txt"))
}

/// The words of a table `field | words ...`, each with its field.
pub(super) fn all(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = table.lines().filter(|row| !row.starts_with('#')).filter_map(|row| row.split_once('|'));
    rows.flat_map(|(field, all)| all.split('|').map(move |caption| (caption.trim(), field.trim())))
}

/// The field that a caption names: `industry` of "Sector:".
pub(super) fn field_of(caption: &str) -> Option<&'static str> {
    if caption.chars().count() > CHARS {
        return None;
    }
    FIELDS.get(words(caption).as_str()).copied()
}

/// What stands where somebody to be asked for is named, if it is nobody: a telephone number, or an address of mail.
pub(super) fn reached(value: &str) -> Option<&'static str> {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let address = value.contains('@') && !value.trim().contains(char::is_whitespace);
    address.then_some("email").or_else(|| (digits >= DIGITS && !value.contains(char::is_alphabetic)).then_some("phone"))
}

/// Whether words say where somebody stands: "Hall 5, Stand B12", "Stand 5B12".
pub(super) fn is_stand(text: &str) -> bool {
    let Some((first, rest)) = text.split_once(char::is_whitespace) else { return false };
    text.chars().count() <= CHARS && rest.contains(|c: char| c.is_ascii_digit()) && field_of(first) == Some("stand")
}

/// Whether words before a day say that something is open until then: "Closes 3 March", "Offers until 3 March", "Заявки до 3 марта".
pub(super) fn says_until(text: &str) -> bool {
    let Some(digit) = text.find(|c: char| c.is_ascii_digit()).filter(|at| *at <= CHARS * 2) else { return false };
    let before = words(&text[..digit]);
    let all: Vec<&str> = before.split(' ').collect();
    let captions = || (0..all.len()).flat_map(|from| (from + 1..=all.len()).map(move |to| (from, to)));
    all.len() <= LEAD
        && captions().any(|(from, to)| {
            let said = all[from..to].join(" ");
            FIELDS.get(said.as_str()) == Some(&"deadline") || UNTIL.contains(&said.as_str())
        })
}

/// Whether a caption is that of a hall.
pub(super) fn says_hall(caption: &str) -> bool {
    HALLS.contains(&words(caption).as_str())
}

/// Whether words say a hall and no stand in it: "Halle A1".
pub(super) fn is_hall_alone(text: &str) -> bool {
    let mut all = text.split_whitespace();
    all.next().is_some_and(says_hall) && all.count() == 1
}

/// Whether a caption and its value are one text: a hall is told by its word, and what has a stand behind it is no value of the hall alone.
fn is_hall(caption: &str, value: &str, colon: bool) -> bool {
    let stands = || value.split(|c: char| !c.is_alphanumeric()).any(|word| field_of(word) == Some("stand"));
    says_hall(caption) && (!colon || stands())
}

/// Cuts a caption off its value: what stands before the first colon of a line, or the words of the table in front of it. `None` when there is
/// no caption, or no value.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    let colon = line.find([':', '：']).filter(|at| line[..*at].chars().count() <= CHARS);
    let cut = colon.map(|at| (line[..at].trim(), line[at..].trim_start_matches([':', '：']).trim()));
    // "https:" and "10:30" are no captions.
    let named = |(caption, value): &(&str, &str)| {
        !value.is_empty() && !value.starts_with("//") && caption.chars().any(char::is_alphabetic) && caption.split_whitespace().count() <= 5
    };
    let cut = cut.filter(named);
    if let Some((caption, value)) = cut {
        return cut.filter(|_| !is_hall(caption, value, true));
    }
    let at = line.find(char::is_whitespace)?;
    let (caption, value) = (&line[..at], line[at..].trim());
    let field = field_of(caption).filter(|_| !value.is_empty() && !is_hall(caption, value, false));
    field.is_some_and(|field| matches!(field, "stand" | "phone" | "fax" | "tax_id")).then_some((caption, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_of_many_languages() {
        for (caption, want) in [
            ("Sector:", Some("industry")),
            ("BRANCHE", Some("industry")),
            ("Teléfono", Some("phone")),
            ("Tél.", Some("phone")),
            ("Telefon:", Some("phone")),
            ("ИНН", Some("tax_id")),
            ("E-Mail", Some("email")),
            ("Mitarbeiter", Some("size")),
            ("C.P.", Some("postcode")),
            ("Read more", None),
            ("", None),
        ] {
            assert_eq!(field_of(caption), want, "{caption}");
        }
        let fields: std::collections::HashSet<_> = FIELDS.values().collect();
        assert!(fields.len() > 15 && !FIELDS.contains_key(""));
    }

    #[test]
    fn words_before_a_day_say_that_it_is_the_last() {
        for (text, want) in [
            ("Closes 18 December 2026", true),
            ("Offers until 3 March", true),
            ("Ofertas hasta el 3 de marzo", true),
            ("Angebote bis zum 3. März 2027", true),
            ("Заявки принимаются до 3 марта", true),
            ("Срок: 3 марта", true),
            ("Réponses jusqu'au 3 mars", true),
            ("3 March 2027", false),
            ("Posted 3 March", false),
            ("Member since 2014", false),
            ("Mitglied seit 2014", false),
        ] {
            assert_eq!(says_until(text), want, "{text}");
        }
    }

    #[test]
    fn a_caption_is_cut_off_its_value() {
        for (line, want) in [
            ("Sector: Food and drink", Some(("Sector", "Food and drink"))),
            ("Stand 5B12", Some(("Stand", "5B12"))),
            ("Stand B12, Hall 5", Some(("Stand", "B12, Hall 5"))),
            ("Stand: Hall 5, B12", Some(("Stand", "Hall 5, B12"))),
            ("Hall 5, Stand B12", None),
            ("Halle: 5, Stand: B12", None),
            ("Halle: 5", Some(("Halle", "5"))),
            ("Павильон 3, стенд Б10", None),
            ("Tel 91 123 45 67", Some(("Tel", "91 123 45 67"))),
            ("https://a.example/", None),
            ("10:30", None),
            ("Sector:", None),
            ("Makers of boxes", None),
        ] {
            assert_eq!(split(line), want, "{line}");
        }
    }
}
