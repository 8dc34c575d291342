//! Codes that all portals share: classes, currencies, countries. Knows no format.

use iso_currency::Currency;
use url::Url;

use super::json::number;
use crate::base::text::squeeze;
use crate::model::{Amount, Class, Place, TypedId, Worth, WorthKind, country_code};

/// A class; `None` when there is no code. Names of schemes are brought to one spelling, CPV loses its check digit.
pub(super) fn class(scheme: &str, code: &str, main: bool, label: &str) -> Option<Class> {
    let scheme = scheme_name(scheme);
    let code = code.trim();
    let code = match scheme.as_str() {
        "CPV" | "DK021" => cpv(code)?,
        "UNSPSC" => code.strip_prefix("V1.").unwrap_or(code).to_owned(),
        _ => squeeze(code),
    };
    (!code.is_empty()).then(|| Class { scheme, code, main, label: squeeze(label) })
}

fn scheme_name(written: &str) -> String {
    let upper: String = written.trim().to_uppercase();
    let plain: String = upper.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.as_str() {
        "CPV" | "CPV2008" | "CPVS" => "CPV".to_owned(),
        "ДК021" | "DK021" | "021" if upper.contains("021") => "DK021".to_owned(),
        "UNSPSC" | "NAICS" | "PSC" | "GSIN" | "CPC" | "CUCOP" | "OKPD2" | "OKVED2" | "OKPD" | "OKDP" => plain,
        _ => written.trim().to_owned(),
    }
}

/// Eight digits of a CPV code, its check digit left away: `72000000-5`, `72000000`.
pub(super) fn cpv(code: &str) -> Option<String> {
    let digits = code.trim().split('-').next()?.trim();
    (digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.to_owned())
}

/// An amount: a plain number, and a currency by its ISO 4217 code.
pub(super) fn amount(written: &str, currency: &str) -> Option<Amount> {
    let number = number(written)?;
    Some(Amount { number, currency: Currency::from_code(&currency.trim().to_uppercase()) })
}

/// An amount, and which value it is.
pub(super) fn worth(kind: WorthKind, written: &str, currency: &str, with_tax: Option<bool>) -> Option<Worth> {
    Some(Worth { kind, amount: amount(written, currency)?, with_tax })
}

/// ISO 3166-1 alpha-2 where the code (of two or three letters) or name is known, else as written.
pub(super) fn country(written: &str) -> String {
    let written = squeeze(written);
    country_code(&written).map_or(written, str::to_owned)
}

/// A place; `None` when nothing is said.
pub(super) fn place(country_written: &str, region: &str, text: &str) -> Option<Place> {
    let place = Place { country: country(country_written), region: squeeze(region), text: squeeze(text) };
    (place != Place::default()).then_some(place)
}

/// An identifier; `None` when there is none.
pub(super) fn id(scheme: &str, written: &str) -> Option<TypedId> {
    let id = squeeze(written);
    (!id.is_empty()).then(|| TypedId { scheme: squeeze(scheme), id })
}

/// An address, also one that was written without its scheme.
pub(super) fn url(written: &str, base: Option<&Url>) -> Option<Url> {
    let written = written.trim();
    if written.is_empty() || written.contains(char::is_whitespace) {
        return None;
    }
    let parsed = Url::parse(written).ok().or_else(|| match base {
        Some(base) if written.starts_with(['/', '?', '.']) => base.join(written).ok(),
        Some(_) | None => None,
    });
    let parsed = parsed.or_else(|| written.contains('.').then(|| Url::parse(&format!("https://{written}")).ok()).flatten());
    parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Values of one list of a notice; no honest one comes near it, and comparing each with all grows with its square.
const VALUES: usize = 2_000;

/// Puts a value into a list unless it is there already, or the list is longer than any honest one.
pub(super) fn push<T: PartialEq>(list: &mut Vec<T>, value: Option<T>) {
    list.extend(value.filter(|value| list.len() < VALUES && !list.contains(value)));
}

/// Puts a class into a list unless one of its scheme and code is there already; the first is the main one.
pub(super) fn push_class(list: &mut Vec<Class>, class: Option<Class>) {
    let is_new = |class: &Class| list.iter().all(|known| (&known.scheme, &known.code) != (&class.scheme, &class.code));
    list.extend(class.filter(|class| list.len() < VALUES && is_new(class)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_in_one_spelling() {
        for (scheme, code, want) in [
            ("cpv", "72000000-5", Some(("CPV", "72000000"))),
            ("CPV", "72000000", Some(("CPV", "72000000"))),
            ("ДК021", "33600000-6", Some(("DK021", "33600000"))),
            ("UNSPSC", "V1.43211500", Some(("UNSPSC", "43211500"))),
            ("unspsc", "43211500", Some(("UNSPSC", "43211500"))),
            ("naics", "541511", Some(("NAICS", "541511"))),
            ("CPV", "7200", None),
            ("x-own", "A 1", Some(("x-own", "A 1"))),
            ("CPV", "", None),
        ] {
            let found = class(scheme, code, true, "");
            assert_eq!(found.as_ref().map(|class| (class.scheme.as_str(), class.code.as_str())), want, "{scheme} {code}");
        }
    }

    #[test]
    fn addresses_and_countries() {
        for (written, want) in [
            ("www.contratacion.example/x", Some("https://www.contratacion.example/x")),
            ("http://a.example", Some("http://a.example/")),
            ("not given", None),
            ("mailto:a@b.example", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(url(written, None).map(|url| url.to_string()).as_deref(), want, "{written}");
        }
        assert_eq!(
            (country("ESP"), country("ES"), country("España"), country("Atlantis")),
            ("ES".into(), "ES".into(), "ES".into(), "Atlantis".into())
        );
    }
}
