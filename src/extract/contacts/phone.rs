//! Telephone numbers of a page: by link, by label, by their own plus sign. Knows labels, not trees.

use std::sync::LazyLock;

use regex::Regex;

use crate::base::text::words;

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:\+|\b00|\(|\b)\d[\d\s().\-/–\u{a0}]{5,22}\d").expect("the pattern is fixed"));

const FAX: &[&str] = &["fax", "telefax", "факс", "faks", "telecopie", "f", "φαξ", "فاكس", "传真", "傳真", "ファックス"];
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
    "τηλ",
    "τηλεφωνο",
    "κιν",
    "κινητο",
    "هاتف",
    "الهاتف",
    "تلفون",
    "جوال",
    "موبايل",
    "טלפון",
    "טל",
    "电话",
    "電話",
    "手机",
    "手機",
    "電話番号",
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
        } else if is_one(FAX, word) {
            Some(true)
        } else if is_one(PHONE, word) {
            Some(false)
        } else {
            None
        }
    })
}

/// Chinese and Japanese write no space before a label (`联系电话`).
fn is_one(labels: &[&str], word: &str) -> bool {
    let wide = |label: &str| label.starts_with(|c: char| matches!(c, '\u{2e80}'..='\u{9fff}'));
    labels.iter().any(|label| word == *label || wide(label) && word.ends_with(label))
}

/// Runs of digits that may be numbers, with where they begin.
pub(super) fn runs(text: &str) -> Vec<(usize, &str)> {
    if text.bytes().filter(u8::is_ascii_digit).take(6).count() < 6 {
        return Vec::new();
    }
    NUMBER.find_iter(text).take(200).map(|found| (found.start(), found.as_str())).collect()
}
