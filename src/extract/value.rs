//! Turns words into typed values. What cannot be understood has no value: missing is not zero.

pub(super) mod contact;
pub(super) mod money;
mod when;

use iso_currency::Currency;
use jiff::tz::TimeZone;
use phonenumber::country;
use url::Url;

use super::record::canonical;
use super::{About, Spec};
use crate::base::text::squeeze;
use crate::model::{AS_WRITTEN, Fault, FieldName, Value, ZoneFrom};

/// Characters of an address that is taken; browsers and servers stop at about as many.
const URL_CHARS: usize = 8 * 1024;

/// Whether an address is on the same site: under the same registrable domain, or on the same host where there is none.
pub(super) fn is_of_site(url: &Url, site: &Url) -> bool {
    // An address of numbers has no owner above it.
    let owner = |url: &Url| url.domain().and_then(psl::domain_str).or(url.host_str()).map(str::to_lowercase);
    owner(url) == owner(site)
}

/// How the words of a field are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Url,
    Money,
    Number,
    Date,
    Time,
    Phone,
    /// A telephone number too.
    Fax,
    Email,
}

impl Type {
    /// The type of this word.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Self::Text,
            "url" => Self::Url,
            "money" => Self::Money,
            "number" => Self::Number,
            "date" => Self::Date,
            "time" => Self::Time,
            "phone" => Self::Phone,
            "email" => Self::Email,
            _ => return None,
        })
    }

    /// The type of a field with this name, when the settings do not say. `Time` is a day where the page gives no time.
    pub(super) fn usual(name: &str) -> Self {
        match name {
            "url" | "website" | "link" => Self::Url,
            "price" | "value" | "amount" => Self::Money,
            "date" | "published" | "updated" | "deadline" | "time" => Self::Time,
            "phone" | "mobile" => Self::Phone,
            "fax" => Self::Fax,
            "email" => Self::Email,
            _ => Self::Text,
        }
    }
}

/// What a page leaves unsaid and the settings say.
#[derive(Clone, Debug)]
pub(super) struct Hints {
    /// Zone of times that name none.
    pub(super) zone: TimeZone,
    /// How that zone is known.
    pub(super) zone_from: ZoneFrom,
    /// Country of telephone numbers.
    pub(super) country: Option<country::Id>,
    /// Currency of prices that name none or an ambiguous one.
    pub(super) currency: Option<Currency>,
    /// Whether 03/04 is the 4th of March.
    pub(super) month_first: bool,
    /// strptime form of dates and times.
    pub(super) format: Option<String>,
}

impl Hints {
    /// From the settings of the source; faults name `country`, `currency`, `dates`, `language`.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Self {
        let country = match &spec.country {
            Some(code) => compile_country("country", code, faults),
            None => about.country.as_deref().and_then(country_id),
        };
        let month_first = match spec.dates.as_deref() {
            None | Some("dmy") => false,
            Some("mdy") => true,
            Some(other) => {
                faults.push(Fault::new("dates", other, "`dmy` (03/04 is the 3rd of April) or `mdy` (03/04 is the 4th of March)"));
                false
            }
        };
        if let Some(language) = &spec.language
            && !(language.len() == 2 && language.chars().all(|c| c.is_ascii_lowercase()))
        {
            faults.push(Fault::new("language", language, "two letters, such as `es`"));
        }
        // About's zone is UTC when nobody set one; whoever sets UTC means the same instants.
        let zone_from = if about.zone == TimeZone::UTC { ZoneFrom::Assumed } else { ZoneFrom::Source };
        Self {
            zone: about.zone.clone(),
            zone_from,
            country,
            currency: spec.currency.as_deref().and_then(|code| compile_currency("currency", code, faults)),
            month_first,
            format: None,
        }
    }
}

/// A country by its two letters; the fault names `key`.
pub(super) fn compile_country(key: &str, code: &str, faults: &mut Vec<Fault>) -> Option<country::Id> {
    let found = country_id(code);
    if found.is_none() {
        faults.push(Fault::new(key, code, "a country in two letters (ISO 3166-1), such as `ES`"));
    }
    found
}

fn country_id(code: &str) -> Option<country::Id> {
    code.to_ascii_uppercase().parse().ok()
}

/// A currency by its three letters; the fault names `key`.
pub(super) fn compile_currency(key: &str, code: &str, faults: &mut Vec<Fault>) -> Option<Currency> {
    let found = Currency::from_code(&code.to_ascii_uppercase());
    if found.is_none() {
        faults.push(Fault::new(key, code, "a currency in three letters (ISO 4217), such as `EUR`"));
    }
    found
}

/// Reads words as a value of this type; relative addresses are completed from `base`.
pub(super) fn read(kind: Type, words: &str, base: &Url, hints: &Hints) -> Option<Value> {
    match kind {
        Type::Text => Some(squeeze(words)).filter(|text| !text.is_empty()).map(Value::Text),
        // A session's number would make the same address another one at each visit.
        Type::Url => url(words, base).map(|url| Value::Url(canonical(&url))),
        Type::Money => money::amount(words, hints).map(Value::Money),
        Type::Number => money::number(words).map(Value::Number),
        Type::Date => when::read(words, hints).map(|when| Value::Date(when.date())),
        Type::Time => when::read(words, hints).map(when::When::into_value),
        Type::Phone => contact::phone(words, hints.country).map(Value::Phone),
        Type::Fax => contact::fax(words, hints.country).map(Value::Phone),
        Type::Email => contact::email(words).map(Value::Email),
    }
}

/// A telephone number that cannot be brought to E.164, as it is written, and the field that says so: it is not lost, and nobody is known by it.
pub(super) fn as_written(field: &str, words: &str) -> Option<(FieldName, Value)> {
    let base = field.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let written = matches!(Type::usual(base), Type::Phone | Type::Fax).then(|| contact::as_written(words)).flatten()?;
    Some((FieldName::new(&format!("{field}{AS_WRITTEN}")), Value::Text(written)))
}

pub(super) use crate::base::text::dates::{begins_with_day, begins_with_hour, month_first};

/// An absolute http(s) address without its fragment and without a password in it.
pub(super) fn url(words: &str, base: &Url) -> Option<Url> {
    let words = words.trim();
    if words.is_empty() || words.len() > URL_CHARS || words.starts_with('#') {
        return None;
    }
    let parsed = if words.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        Url::parse(&format!("https://{words}"))
    } else {
        base.join(words)
    };
    let mut url = parsed.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    url.set_fragment(None);
    // These cannot fail for an address with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url)
}

/// The address that words name which somebody reads: with its scheme or without, and never within the site whose page says it ("on request").
pub(super) fn site(words: &str, base: &Url) -> Option<Url> {
    let words = words.trim();
    let whole = if words.contains("://") { words.to_owned() } else { format!("https://{}", words.trim_start_matches('/')) };
    let plain = words.contains('.') && !words.contains(char::is_whitespace) && !words.contains('@');
    plain.then(|| url(&whole, base)).flatten().filter(|url| url.domain().is_some_and(|host| host.contains('.'))).map(|url| canonical(&url))
}

#[cfg(test)]
mod price_cases;
#[cfg(test)]
mod tests;
