//! Tax and register numbers in one form, so that the same number written twice is the same key. Loose: shapes, no check digits yet.

use crate::model::vat_country;

/// Fields that hold a number, and the country whose number it is when the field's name says so.
pub(super) const FIELDS: &[(&str, Option<&str>)] = &[
    ("tax_id", None),
    ("vat", None),
    ("vat_id", None),
    ("cif", Some("ES")),
    ("nif", None),
    ("nipc", Some("PT")),
    ("siret", Some("FR")),
    ("siren", Some("FR")),
    ("ust_id", Some("DE")),
    ("partita_iva", Some("IT")),
    ("piva", Some("IT")),
    ("inn", Some("RU")),
    ("ogrn", Some("RU")),
    ("ein", Some("US")),
];

/// Upper case, no separators, the country in front where it is known: `B-12.345.678` of Spain is `ESB12345678`.
///
/// `None` for what can be no number: 5 to 18 characters with at least 5 digits, not all of them the same and not just counted up.
pub(super) fn canonical(written: &str, country: Option<&str>) -> Option<String> {
    let id: String = written.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let id = ["VATID", "VAT", "CIF", "NIF", "INN", "OGRN", "SIREN", "SIRET", "USTID", "PIVA"]
        .iter()
        .find_map(|label| id.strip_prefix(label))
        .unwrap_or(&id);
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    let placeholder = digits.bytes().all(|d| Some(&d) == digits.as_bytes().first()) || "1234567890".starts_with(&digits);
    if !(5..=18).contains(&id.len()) || digits.len() < 5 || placeholder || written.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        return None;
    }
    let (country, number) = match vat_country(id) {
        Some(country) => (Some(country), &id[2..]),
        None => (country, id),
    };
    Some(match country {
        // The number of a company is inside both its VAT number (two check digits in front) and its sites' numbers (five digits behind).
        Some("FR") if number.len() == 11 => format!("FR{}", &number[2..]),
        Some("FR") if number.len() == 14 => format!("FR{}", &number[..9]),
        Some(country) => format!("{country}{number}"),
        None => number.to_owned(),
    })
}

/// Whether two numbers can not both be one organisation's: numbers of the same country and kind that differ.
///
/// Kinds are told apart by length (a Russian INN has 10 digits, an OGRN 13). A number whose country nobody knows may be the other's
/// without its country; else it says nothing.
pub(super) fn contradict(a: &str, b: &str) -> bool {
    let same_kind = a.len() == b.len() && vat_country(a) == vat_country(b);
    same_kind && a != b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_number() {
        fn check(written: &str, country: Option<&str>, want: Option<&str>) {
            assert_eq!(canonical(written, country).as_deref(), want, "{written}");
        }
        check("B-12.345.674", Some("ES"), Some("ESB12345674"));
        check("ES B12345674", Some("DE"), Some("ESB12345674"));
        check("CIF: b12345674", Some("ES"), Some("ESB12345674"));
        check("EL 094259216", None, Some("GR094259216"));
        check("FR 40 303 265 045", None, Some("FR303265045"));
        check("303 265 045 00012", Some("FR"), Some("FR303265045"));
        check("7707083893", Some("RU"), Some("RU7707083893"));
        check("7707083893", None, Some("7707083893"));
        check("00000000", Some("ES"), None);
        check("123456789", Some("DE"), None);
        check("on request", None, None);
        check("№ 7707083893 от 2019 года", Some("RU"), None);
    }

    #[test]
    fn contradictions() {
        for (a, b, want) in [
            ("ESB12345674", "ESB12345674", false),
            ("ESB12345674", "ESA99345674", true),
            ("RU7707083893", "RU1027700132195", false),
            ("7707083893", "RU7707083893", false),
            ("ESB12345674", "PT501234560", false),
        ] {
            assert_eq!(contradict(a, b), want, "{a} {b}");
            assert_eq!(contradict(b, a), want, "{b} {a}");
        }
    }
}
