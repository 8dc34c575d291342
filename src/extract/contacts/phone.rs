//! Telephone numbers of a page: by link, by label, by their own plus sign. Knows labels, not trees.

use std::sync::LazyLock;

use regex::Regex;

use crate::base::text::words;

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:\+|\b00|\(|\b)\d[\d\s().\-/–\u{a0}]{5,22}\d").expect("the pattern is fixed"));

const FAX: &[&str] = &["fax", "telefax", "факс", "faks", "telecopie", "f"];
const PHONE: &[&str] = &[
    "tel",
    "telefon",
    "telefono",
    "telephone",
    "phone",
    "phones",
    "ph",
    "call",
    "call us",
    "телефон",
    "тел",
    "моб",
    "mobile",
    "mobil",
    "movil",
    "cell",
    "handy",
    "fon",
    "tlf",
    "telf",
    "telefone",
    "telefoon",
    "puhelin",
    "telefonas",
    "hotline",
    "t",
    "m",
    "p",
    "whatsapp",
    "zentrale",
    "appel",
    "appelez",
    "llame",
    "llamenos",
    "телефоны",
];

/// What a label says of the number after it: `Some(true)` for a fax, `Some(false)` for a telephone.
pub(super) fn label(before: &str) -> Option<bool> {
    let tail: String = before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
    let words = words(&tail);
    let mut last = words.rsplit(' ').take(3).enumerate();
    last.find_map(|(nth, word)| {
        // A letter alone is a label next to its number only: that of a tax number has letters too ("P.IVA").
        if nth > 0 && word.chars().count() == 1 {
            None
        } else if FAX.contains(&word) {
            Some(true)
        } else if PHONE.contains(&word) {
            Some(false)
        } else {
            None
        }
    })
}

/// Runs of digits that may be numbers, with where they begin.
pub(super) fn runs(text: &str) -> Vec<(usize, &str)> {
    if text.bytes().filter(u8::is_ascii_digit).take(6).count() < 6 {
        return Vec::new();
    }
    NUMBER.find_iter(text).take(200).map(|found| (found.start(), found.as_str())).collect()
}
