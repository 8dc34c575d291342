//! What is only written otherwise: case, accents, punctuation, the legal form in another spelling; and names that are cut, shortened, numbered
//! or have something beside them. Knows no page.

use crate::base::text::{latin, words};
use crate::model::{CompanyName, FieldName, Value};

/// Letters from which on a word of a name says something.
const LONG: usize = 4;
/// Characters of a text that may be a name.
const NAME_CHARS: usize = 160;
/// Digits from which on a number is a telephone's.
const DIGITS: usize = 6;

/// Whether two values say the same in another spelling.
pub(super) fn respelled(old: &Value, new: &Value) -> bool {
    let (Value::Text(old), Value::Text(new)) = (old, new) else { return false };
    let signs = |text: &str| text.chars().filter(|c| "+%€$£#=<>*°".contains(*c)).collect::<String>();
    if signs(old) != signs(new) {
        return false;
    }
    words(old) == words(new)
        || latin(old) == latin(new)
        || is_cut(old, new)
        || is_cut(new, old)
        || unnumbered(old).zip(unnumbered(new)).is_some_and(|(old, new)| words(old) == words(new))
        || (old.len().max(new.len()) <= NAME_CHARS && same_name(old, new))
}

/// Whether a text is the beginning of another, with a mark that says so.
fn is_cut(short: &str, long: &str) -> bool {
    let start = short.trim_end().strip_suffix(['…']).or_else(|| short.trim_end().strip_suffix("..."));
    start.map(words).is_some_and(|start| !start.is_empty() && words(long).starts_with(&start))
}

/// A name without its number in a list, "12. Name": whoever comes before it moves it on.
fn unnumbered(text: &str) -> Option<&str> {
    let rest = text.trim().trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = (1..=4).contains(&(text.trim().len() - rest.len()));
    let rest = rest.strip_prefix(['.', ')', '-']).filter(|rest| numbered && rest.starts_with(char::is_whitespace))?;
    rest.split_whitespace().any(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= LONG).then_some(rest)
}

/// Whether two names differ in the spelling of their legal form, or in words that are shortened by a stop.
fn same_name(old: &str, new: &str) -> bool {
    let stops = |text: &str| text.split_whitespace().filter(|word| word.ends_with('.')).count();
    let (was, is) = (CompanyName::parse(old), CompanyName::parse(new));
    let forms = was.form.map(|form| form.shown) == is.form.map(|form| form.shown);
    forms && !was.core.is_empty() && (was.core == is.core || stops(old) != stops(new) && are_short(&was.core, &is.core))
}

/// Whether the words of two names are the same, but for such as are short of the other's.
fn are_short(old: &str, new: &str) -> bool {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split(' ').collect(), new.split(' ').collect());
    old.len() == new.len() && old.iter().zip(new).all(|(one, two)| *one == two || is_short_of(one, two) || is_short_of(two, one))
}

/// The telephone numbers and mail addresses that a value is, whatever its field is called; `None` where it is anything else.
pub(super) fn reached(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::Text(text) | Value::Phone(text) | Value::Email(text) => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let is_number = digits.len() >= DIGITS && text.chars().all(|c| c.is_ascii_digit() || "+-./() \u{a0}".contains(c));
            // The prefix of a country may be written or not, and so may a zero.
            let number = || digits[digits.len().saturating_sub(9)..].trim_start_matches('0').to_owned();
            let is_mail = text.contains('@') && !text.contains(char::is_whitespace);
            is_number.then(number).or_else(|| is_mail.then(|| text.to_lowercase()))
        }
        _ => None,
    };
    value.each().iter().map(one).collect()
}

/// Whether two of them are one: a short number may be written without the code of its country.
pub(super) fn is_reached_by(one: &str, other: &str) -> bool {
    one == other || !one.contains('@') && !other.contains('@') && (one.ends_with(other) || other.ends_with(one))
}

/// The values of a record by which it is told from others, each in a form that does not depend on how it is written.
pub(super) fn identities<'v>(fields: impl Iterator<Item = (&'v FieldName, &'v Value)>) -> impl Iterator<Item = String> {
    fields.filter_map(|(name, value)| {
        let base = name.as_str().trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
        let text = value.text();
        let kept = |is: fn(&char) -> bool| text.chars().filter(is).flat_map(char::to_lowercase).collect::<String>();
        match base {
            "phone" | "mobile" | "fax" => {
                let digits = kept(char::is_ascii_digit);
                // The prefix of a country may be written or not.
                let own = digits.len().saturating_sub(9);
                (digits.len() >= DIGITS).then(|| format!("t {}", &digits[own..]))
            }
            "email" => Some(format!("e {}", text.trim().to_lowercase())),
            "website" => {
                let rest = text.trim().split_once("://").map_or(text.trim(), |(_, rest)| rest);
                Some(format!("w {}", rest.trim_start_matches("www.").trim_end_matches('/').to_lowercase()))
            }
            "tax_id" => Some(format!("n {}", kept(|c| c.is_alphanumeric()))).filter(|id| id.len() > DIGITS),
            _ => None,
        }
    })
}

/// A name under comparison.
#[derive(Debug, Default)]
pub(super) struct Name {
    /// Its words in Latin letters, without legal form and without a number in front.
    pub(super) core: String,
}

impl Name {
    /// Of a record or a draft, whose values are asked for.
    pub(super) fn of<'v>(value: impl Fn(&str) -> Option<&'v Value>) -> Self {
        let name = value("name").or_else(|| value("title"));
        Self::parse(&name.map(Value::text).unwrap_or_default())
    }

    fn parse(name: &str) -> Self {
        let name = name.trim();
        // "12. Name": its place in the list.
        let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = (1..=4).contains(&(name.len() - rest.len())).then(|| rest.strip_prefix(['.', ')', '-'])).flatten();
        let name = numbered.map(str::trim).filter(|rest| rest.chars().any(char::is_alphabetic)).unwrap_or(name);
        let whole = CompanyName::parse(name).core;
        Self { core: if whole.is_empty() { latin(name) } else { latin(&whole) } }
    }

    /// Its words that say something.
    pub(super) fn long(&self) -> impl Iterator<Item = &str> {
        self.core.split(' ').filter(|word| word.len() >= LONG)
    }

    /// Whether one name is the other, cut, shortened or with something before or behind it.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (one, two): (Vec<&str>, Vec<&str>) = (self.core.split(' ').collect(), other.core.split(' ').collect());
        let (short, long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
        long.windows(short.len()).any(|part| {
            let last = short.len() - 1;
            let fits = |at: usize| short[at] == part[at] || is_short_of(short[at], part[at]) || is_short_of(part[at], short[at]);
            let equal = (0..short.len()).filter(|at| short[*at] == part[*at] && short[*at].len() >= LONG).count();
            let digits = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
            equal > 0 && (0..=last).all(|at| fits(at) && (!digits(short[at]) || short[at] == part[at]))
        })
    }
}

/// Whether a word is an abbreviation of another: it begins with it, or leaves letters out of it ("Hnos." of "Hermanos").
fn is_short_of(short: &str, long: &str) -> bool {
    if short.is_empty() || short.len() >= long.len() || short.as_bytes()[0] != long.as_bytes()[0] {
        return false;
    }
    let mut letters = long.chars();
    long.starts_with(short) || (short.len() <= LONG + 1 && short.chars().all(|c| letters.any(|other| other == c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_written_otherwise() {
        for (old, new, same) in [
            ("Talleres Orbaneja, S.L.", "TALLERES ORBANEJA SL", true),
            ("Maderas Asón, S.A.", "Maderas Ason Sociedad Anónima", true),
            ("Burgos", "BURGOS", true),
            ("Straßenbau Groß GmbH", "STRASSENBAU GROSS GMBH", true),
            ("Ágreda (Soria)", "Agreda, Soria", true),
            ("Maderas Asón, S.A.", "Maderas Asón, S.L.", false),
            ("Maderas Asón, S.A.", "Maderas Asón", false),
            ("Maderas Asón", "Maderas Ason y Pas", false),
            ("6. Bodegas Cepa", "11. Bodegas Cepa", true),
            ("6. Bodegas Cepa", "11. Bodegas Duero", false),
            ("1. 5 t", "2. 5 t", false),
            ("1,5 t", "1.5 t", true),
            ("1.5 t", "15 t", false),
            ("20 %", "20", false),
            ("Grade A+", "Grade A", false),
            ("Hall 1", "1", false),
            ("Talleres Sella Asón, S.L.", "Talleres Sella Asó…", true),
            ("Talleres Sella…", "Talleres Sella Asón, S.L.", true),
            ("Talleres Sella", "Talleres Sella Asón, S.L.", false),
            ("Hermanos Cuesta, C.B.", "Hnos. Cuesta, C.B.", true),
            ("Talleres Sella", "Tall. Sella", true),
            ("Talleres Sella", "Talleres Sellada", false),
        ] {
            let text = |text: &str| Value::Text(text.to_owned());
            assert_eq!(respelled(&text(old), &text(new)), same, "{old} | {new}");
        }
        assert!(!respelled(&Value::Number(1.into()), &Value::Number(1.into())), "other values have their own forms");
    }

    #[test]
    fn names_that_are_nearly_the_same() {
        for (one, two, like) in [
            ("Talleres Sella Asón, S.L.", "Talleres Sella Asó…", true),
            ("Talleres Sella, S.L.", "Tall. Sella", true),
            ("Hermanos Cuesta, C.B.", "Hnos. Cuesta C.B.", true),
            ("Panadería Urbión", "Panadería Urbión (cerrado)", true),
            ("Panadería Urbión, S.L.", "Panadería Urbión, S.L. ¡Nuevo!", true),
            ("Panadería Urbión", "7. Panadería Urbión", true),
            ("Forjas Leonesas", "Forjas Leonesas (León)", true),
            ("ООО «Ромашка»", "Ромашка", true),
            ("Panadería Urbión", "Panadería Duero", false),
            ("Talleres 3", "Talleres 4", false),
            ("Grupo 12", "Grupo 1", false),
            ("Talleres Sella", "Bodegas Cepa Vieja", false),
            ("", "", false),
        ] {
            assert_eq!(Name::parse(one).is_like(&Name::parse(two)), like, "{one} | {two}");
            assert_eq!(Name::parse(two).is_like(&Name::parse(one)), like, "{two} | {one}");
        }
    }

    #[test]
    fn values_by_which_one_is_told_from_another() {
        let of = |name: &str, text: &str| {
            let (name, value) = (FieldName::new(name), Value::Text(text.to_owned()));
            identities(std::iter::once((&name, &value))).next()
        };
        for (name, one, two, same) in [
            ("phone", "947 200 331", "+34-947-200-331", true),
            ("phone", "947 200 331", "947 200 332", false),
            ("email", "Info@A.example", "info@a.example", true),
            ("website", "https://www.a.example/", "http://a.example", true),
            ("tax_id", "B-09012345", "b09012345", true),
            ("phone_2", "947 200 331", "947200331", true),
        ] {
            assert!(of(name, one).is_some());
            assert_eq!(of(name, one) == of(name, two), same, "{one} | {two}");
        }
        assert_eq!((of("phone", "112"), of("place", "Burgos")), (None, None));
    }
}
