//! One line that names somebody: what marks it in front, the name, and what stands behind it in brackets or as a number to ring.

use super::super::captions;
use crate::model::CompanyName;

/// What stands in front of the lines of a list.
const MARKS: &[char] = &['·', '•', '‣', '◦', '▪', '■', '●', '○', '*', '-', '–', '—', '»', '›', '►', '▸', '✓'];
/// Digits of the number of a line, and of a telephone number at least.
const NTH: usize = 4;
const NUMBER: usize = 6;
/// What stands between the parts of a line, the surest first.
const APART: &[&str] = &[" | ", " – ", " — ", " - ", " · ", "; "];
/// Characters of a legal form.
const FORM: usize = 12;
/// Words of a sentence, and letters of its last word where that is no legal form.
const SENTENCE: usize = 5;
const LAST: usize = 4;
/// Letters of a word that may be small in a name.
const SMALL_WORD: usize = 3;

/// A line without the bullet or the number in front of it.
fn unmarked(line: &str) -> &str {
    let line = line.trim();
    let bare = line.trim_start_matches(MARKS);
    if bare.len() < line.len() {
        return bare.trim_start();
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    let bare = rest.trim_start_matches(['.', ')', '-', 'º']);
    let numbered = (1..=NTH).contains(&digits) && bare.len() < rest.len() && bare.starts_with(char::is_whitespace);
    if numbered { bare.trim_start() } else { line }
}

/// The name in a line, and what is said behind it: `(Burgos)`, `Tel. 947 20 03 31`.
pub(in crate::extract) fn parts(line: &str) -> (&str, Option<&str>) {
    let line = unmarked(line);
    let Some((name, rest)) = bracketed(line).or_else(|| rung(line)) else { return (line, None) };
    let name = name.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|') || MARKS.contains(&c));
    // A line of more parts than these is none of two.
    let more = name.is_empty() || [" - ", " – ", " — ", " | "].iter().any(|mark| name.contains(mark));
    if more { (line, None) } else { (name, Some(rest)) }
}

/// What a line says one after the other, a name first: `Quesos Sil – León – 947 20 03 31`, `Forjas Tera, S.L., Calle Mayor 3, Tel. 947 20 03 31`.
/// Commas part a line with a number or an address of mail alone.
pub(in crate::extract) fn pieces(line: &str) -> Vec<&str> {
    let line = unmarked(line);
    if let Some(mark) = APART.iter().find(|mark| line.contains(**mark)) {
        return line.split(mark).map(str::trim).filter(|piece| !piece.is_empty()).collect();
    }
    let reached = line.contains('@') || line.bytes().filter(u8::is_ascii_digit).count() >= NUMBER;
    if reached { at_commas(line) } else { vec![line] }
}

/// The parts of a line between its commas; a legal form behind the first one is the end of the name.
pub(in crate::extract) fn at_commas(line: &str) -> Vec<&str> {
    let line = unmarked(line);
    let mut all: Vec<&str> = line.split(", ").map(str::trim).filter(|piece| !piece.is_empty()).collect();
    if let [name, form, ..] = all[..]
        && form.chars().count() <= FORM
        && CompanyName::parse(name).form.is_none()
        && CompanyName::parse(&format!("{name}, {form}")).form.is_some()
    {
        let end = form.as_ptr() as usize - line.as_ptr() as usize + form.len();
        all.splice(0..2, [line[..end].trim_start()]);
    }
    all
}

fn bracketed(line: &str) -> Option<(&str, &str)> {
    let (name, inside) = line.strip_suffix(')')?.rsplit_once(" (")?;
    inside.contains(char::is_alphanumeric).then_some((name, inside.trim()))
}

fn rung(line: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    if digits(line) < NUMBER {
        return None;
    }
    let called = |at: usize| {
        let word = line[at..].split_whitespace().next().unwrap_or_default();
        matches!(captions::field_of(word), Some("phone" | "fax"))
    };
    let at = line.match_indices(' ').map(|(at, _)| at + 1).find(|at| called(*at) && digits(&line[*at..]) >= NUMBER)?;
    Some((&line[..at], &line[at..]))
}

/// Whether all long words of a text begin with a capital, as those of a name do.
pub(super) fn is_titled(text: &str) -> bool {
    let small = |word: &str| word.chars().count() <= SMALL_WORD;
    let begins = text.starts_with(char::is_uppercase) && text.contains(' ') && !text.ends_with(['.', ':', '?', '!']);
    begins && text.split_whitespace().all(|word| word.starts_with(char::is_uppercase) || small(word))
}

/// Whether a line among names is a sentence about them: "Our members:", "These are the firms of the chamber.", "and many more".
pub(super) fn is_prose(line: &str) -> bool {
    let line = line.trim();
    let words = line.split_whitespace().count();
    // "S.L." and "Ltd." end names too.
    let last = line.split_whitespace().next_back().unwrap_or_default().trim_end_matches(['.', '!', '?', '…']);
    let ends = line.ends_with(['.', '!', '?', '…']) && last.chars().count() > LAST && !last.contains('.');
    let capitals = line.split_whitespace().skip(1).filter(|word| word.starts_with(char::is_uppercase)).count();
    let led = line.starts_with(char::is_lowercase) && words > 2 && capitals == 0;
    line.ends_with([':', '：']) || ends && words >= SENTENCE && capitals * 2 < words || led
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_what_is_said_behind_it() {
        for (line, want) in [
            ("Quesos Sil", ("Quesos Sil", None)),
            ("· Forjas Tera, S.L.", ("Forjas Tera, S.L.", None)),
            ("- Quesos Sil", ("Quesos Sil", None)),
            ("12. Quesos Sil", ("Quesos Sil", None)),
            ("3.- Quesos Sil", ("Quesos Sil", None)),
            ("4) Quesos Sil", ("Quesos Sil", None)),
            ("Forjas Tera, S.L. (Burgos)", ("Forjas Tera, S.L.", Some("Burgos"))),
            ("Quesos Sil, Tel. 947 200 331", ("Quesos Sil", Some("Tel. 947 200 331"))),
            // Numbers and words of the name itself, and lines of more parts.
            ("3 Hermanos SL", ("3 Hermanos SL", None)),
            ("24.7 Servicios", ("24.7 Servicios", None)),
            ("Tel Aviv Foods", ("Tel Aviv Foods", None)),
            ("Quesos Sil – León – Tel. 978 470 406", ("Quesos Sil – León – Tel. 978 470 406", None)),
        ] {
            assert_eq!(parts(line), want, "{line}");
        }
    }

    #[test]
    fn a_line_says_several_things() {
        for (line, want) in [
            ("Quesos Sil – León – 947 20 03 31", &["Quesos Sil", "León", "947 20 03 31"][..]),
            ("1. Quesos Sil | León", &["Quesos Sil", "León"]),
            ("Forjas Tera, S.L., Calle Mayor 3, Tel. 947 20 03 31", &["Forjas Tera, S.L.", "Calle Mayor 3", "Tel. 947 20 03 31"]),
            ("Quesos Sil, info@sil.example", &["Quesos Sil", "info@sil.example"]),
            ("Forjas Tera, S.L.", &["Forjas Tera, S.L."]),
            ("Quesos, Leches y Natas Sil", &["Quesos, Leches y Natas Sil"]),
        ] {
            assert_eq!(pieces(line), want, "{line}");
        }
    }

    #[test]
    fn sentences_among_names_are_none() {
        for (line, want) in [
            ("Nuestros socios:", true),
            ("Estas son las empresas que forman parte de la asociación.", true),
            ("Si quiere asociarse, escriba a la asociación.", true),
            ("y muchas más", true),
            ("Quesos Sil", false),
            ("Construcciones y reformas de la Vega, S.L.", false),
            ("Maderas del Sur y de la Sierra, Ltd.", false),
            ("grupo antolin", false),
            ("e.on energía España", false),
        ] {
            assert_eq!(is_prose(line), want, "{line}");
        }
    }
}
