//! Telephone and fax numbers in a text: by label, by their own plus sign, by standing alone. A number is what the nearest label says that it is.
//! Knows labels, not trees.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::char::is_combining_mark;

use crate::base::text::patterns::compiled;
use crate::base::text::words;

/// What stands between two things of one line.
const SEPARATORS: &[char] = &['，', '、', '；', '：', '·', '•', '|', ',', ';', ':', '–', '—', '-', '/', '\n', '(', ')', '*', '▪', '►'];

static NUMBER: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?:\+|\b00|\(|\b)\d[\d\s().\-/–\u{a0}]{5,22}\d"));

const FAX: &[&str] = &[
    "fax",
    "telefax",
    "факс",
    "faks",
    "telecopie",
    "telecopieur",
    "telecopia",
    "telecopy",
    "telefaks",
    "телефакс",
    "faxnummer",
    "факсимиле",
    "f",
    "φαξ",
    "فاكس",
    "传真",
    "傳真",
    "ファックス",
];
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
    "telfs",
    "tfno",
    "tfnos",
    "tfn",
    "tlfno",
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

/// Characters and words before a number that may be its label.
const NEAR: usize = 40;
const WORDS: usize = 3;
/// Words that are a label right before a number only: before others they are none, and beside another label they say nothing.
const ASKED: &[&str] = &["contact", "contacto", "contato", "contatto", "contacte", "kontakt", "контакт", "контакты"];
/// Between the two words of one label: "Tel. y fax".
const AND: &[&str] = &["y", "e", "and", "und", "et", "en", "и"];
/// Digits of a number that nobody calls one.
const DIGITS: usize = 8;

/// What the words before a number call it, and where they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Label {
    fax: bool,
    from: usize,
}

/// What a label says of the number after it: `Some(true)` for a fax, `Some(false)` for a telephone.
pub(super) fn label(before: &str) -> Option<bool> {
    called(before).map(|label| label.fax)
}

/// The nearest word that is a label; what is called a telephone and a fax is a telephone.
fn called(before: &str) -> Option<Label> {
    let start = before.char_indices().rev().nth(NEAR - 1).map_or(0, |(at, _)| at);
    let tail = &before[start..];
    let mut found: Option<Label> = None;
    let mut until = tail.len();
    let mut last = last_words(tail).enumerate().peekable();
    while let Some((nth, (at, word))) = last.next() {
        let one = |word: &str| word.chars().count() == 1;
        let beside = last.peek().is_some_and(|(_, (_, word))| one(word) && says(word).is_none());
        // A letter alone is a label next to its number only, and next to another letter is none: those of other numbers have letters too.
        let no_label = one(&word) && (nth > 0 && found.is_none() || beside) || ASKED.contains(&word.as_str()) && nth > 0;
        match (found, says(&word).filter(|_| !no_label)) {
            (None, None) if nth + 1 < WORDS => {}
            (None, Some(fax)) => found = Some(Label { fax, from: start + at }),
            (Some(_), None) if AND.contains(&word.as_str()) => continue,
            (Some(label), Some(fax)) if !tail[at..until].contains([':', '：', ';']) => {
                found = Some(Label { fax: label.fax && fax, from: start + at });
            }
            _ => break,
        }
        until = at;
    }
    found
}

/// The words of a text, each with where it begins, the last first.
fn last_words(text: &str) -> impl Iterator<Item = (usize, String)> {
    let is_part = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().rev().find(|(_, c)| is_part(*c)).map(|(at, c)| at + c.len_utf8())?;
        let begin = rest[..end].char_indices().rev().find(|(_, c)| !is_part(*c)).map_or(0, |(at, c)| at + c.len_utf8());
        let word = words(&rest[begin..end]);
        rest = &rest[..begin];
        Some((begin, word))
    })
}

/// Whether a word is a label: of a fax, or of a telephone.
fn says(word: &str) -> Option<bool> {
    if is_one(FAX, word) { Some(true) } else { (is_one(PHONE, word) || ASKED.contains(&word)).then_some(false) }
}

/// A number in a text, with the label that makes it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    /// Where it stands, its label included.
    pub(super) at: Range<usize>,
    /// Where the number itself begins.
    pub(super) number: usize,
    /// Whether it is a fax.
    pub(super) fax: bool,
}

/// The numbers in a text that are called so ("Tel. 947 200 331", "947 200 339 (fax)"), and those that `alone` takes for one without: they have their
/// plus sign, or stand by themselves between other things. What follows the number of a label without one of its own belongs to it.
pub(super) fn numbers(text: &str, alone: &dyn Fn(&str) -> bool) -> Vec<Rung> {
    let mut out: Vec<Rung> = Vec::new();
    let mut end = 0;
    for (start, run) in runs(text) {
        if start < end {
            continue;
        }
        // Of two numbers under one label the pattern may end within the second.
        let more = text[start + run.len()..]
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '/')))
            .unwrap_or(text.len() - start - run.len());
        let run = text[start..start + run.len() + more].trim_end_matches(|c: char| !c.is_ascii_digit());
        let (before, after) = (&text[end..start], &text[start + run.len()..]);
        let behind = behind(before, after);
        let last = out.last_mut().filter(|last| last.at.end == end);
        let to = start + run.len() + behind.map_or(0, |(_, length)| length);
        if let Some((fax, _)) = behind {
            out.push(Rung { at: start..to, number: start, fax });
        } else if let Some(label) = called(before) {
            let from = end + label.from - usize::from(before[..label.from].ends_with('('));
            out.push(Rung { at: from..to, number: start, fax: label.fax });
        } else if let Some(last) = last.filter(|_| !before.contains(char::is_alphabetic)) {
            last.at.end = to;
        } else if is_apart(before, after) && run.bytes().filter(u8::is_ascii_digit).count() >= DIGITS && alone(run) {
            out.push(Rung { at: start..to, number: start, fax: false });
        } else {
            continue;
        }
        end = to;
    }
    out
}

/// What a label in brackets right behind a number says of it, and how long it is: "(fax)". Where such a label stands before the number, that behind
/// it is of the next one.
pub(super) fn behind(before: &str, after: &str) -> Option<(bool, usize)> {
    if before.trim_end().ends_with(')') && called(before).is_some() {
        return None;
    }
    let (word, rest) = after.trim_start().strip_prefix('(')?.split_once(')')?;
    Some((says(&words(word))?, after.len() - rest.len()))
}

/// Whether what stands between these is a thing of its own: what other words lead ("Ref.: 947 20 03 31") is theirs.
fn is_apart(before: &str, after: &str) -> bool {
    let (before, after) = (before.trim_end(), after.trim_start());
    let parts = |c: char| !matches!(c, ':' | '：') && SEPARATORS.contains(&c);
    // "Ref." ends no sentence.
    let sentence = |text: &str| {
        text.strip_suffix(['.', '!', '?']).is_some_and(|rest| last_words(rest).next().is_some_and(|(_, word)| word.chars().count() > WORDS))
    };
    (before.is_empty() || before.ends_with(parts) || sentence(before))
        && (after.is_empty() || after.starts_with(parts) || after.starts_with(['.', '!', '?']))
}

/// A text without these numbers, and without what parted them from it.
pub(super) fn without(text: &str, numbers: &[Rung]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for until in numbers.iter().map(|number| &number.at).chain([&(text.len()..text.len())]) {
        let part = text[from..until.start].trim_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(&c));
        // What ended a sentence with a number begins none.
        let part = if from > 0 { part.trim_start_matches(['.', ' ']) } else { part };
        parts.extend(Some(part).filter(|part| part.contains(char::is_alphanumeric)));
        from = until.end;
    }
    parts.join(", ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_the_nearest_label_says() {
        for (text, want, rest) in [
            ("Fax 91 234 56 78 Tel. 91 234 56 70", &[("Fax 91 234 56 78", true), ("Tel. 91 234 56 70", false)][..], ""),
            (
                "Télécopie : 01 42 34 56 78, tél. 01 42 34 56 70",
                &[("Télécopie : 01 42 34 56 78", true), ("tél. 01 42 34 56 70", false)],
                "",
            ),
            (
                "Факс: 8 (495) 123-45-67; тел.: 8 (495) 123-45-68",
                &[("Факс: 8 (495) 123-45-67", true), ("тел.: 8 (495) 123-45-68", false)],
                "",
            ),
            ("Tel./Fax: 947 200 331", &[("Tel./Fax: 947 200 331", false)], ""),
            ("Tel. y fax 947 200 331", &[("Tel. y fax 947 200 331", false)], ""),
            ("Tel.: Fax: 947 200 331", &[("Fax: 947 200 331", true)], "Tel."),
            ("947 200 339 (fax), 947 200 331 (tel.)", &[("947 200 339 (fax)", true), ("947 200 331 (tel.)", false)], ""),
            ("(F) 947 200 339 (T) 947 200 331", &[("(F) 947 200 339", true), ("(T) 947 200 331", false)], ""),
            ("F: 947 200 339 | T: 947 200 331", &[("F: 947 200 339", true), ("T: 947 200 331", false)], ""),
            ("F 947 200 339 / P 947 200 331", &[("F 947 200 339", true), ("P 947 200 331", false)], ""),
            ("Burgos. Contacto: 947 200 331", &[("Contacto: 947 200 331", false)], "Burgos."),
            ("Contact fax 947 200 339", &[("fax 947 200 339", true)], "Contact"),
            ("Contact reference 947 200 339", &[], "Contact reference 947 200 339"),
            ("Tel. 947 200 331 / 947 200 332", &[("Tel. 947 200 331 / 947 200 332", false)], ""),
            ("León – Tel. 978 470 406", &[("Tel. 978 470 406", false)], "León"),
            ("We make boxes. Phone +34 947 200 331, daily", &[("Phone +34 947 200 331", false)], "We make boxes., daily"),
            ("Calle Mayor 3, Burgos · +34 947 20 03 31", &[("+34 947 20 03 31", false)], "Calle Mayor 3, Burgos"),
            ("947 20 03 31, Burgos", &[("947 20 03 31", false)], "Burgos"),
            ("947 20 03 31. Rúa do Vilar, 2", &[("947 20 03 31", false)], "Rúa do Vilar, 2"),
            // Numbers of other things.
            ("Ref. 947 20 03 31", &[], "Ref. 947 20 03 31"),
            ("Ref.: 947 20 03 31", &[], "Ref.: 947 20 03 31"),
            ("C.P. 4000-123 Porto", &[], "C.P. 4000-123 Porto"),
            ("Calle Mayor 12, 09001 Burgos", &[], "Calle Mayor 12, 09001 Burgos"),
        ] {
            let found = numbers(text, &|_| true);
            let told: Vec<(&str, bool)> = found.iter().map(|one| (&text[one.at.clone()], one.fax)).collect();
            assert_eq!((told.as_slice(), without(text, &found).as_str()), (want, rest), "{text}");
        }
    }
}
