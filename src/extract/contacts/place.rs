//! Which country a page speaks from, and what a written postal address says. Tables of formats; knows no tree.

use std::sync::OnceLock;

use regex::Regex;
use serde::Serialize;
use url::Url;

use crate::base::text::patterns::compiled;
use crate::extract::structured::PostalAddress;
use crate::model::country_code;

/// Endings of countries that anybody uses.
const OPEN: &[&str] = &["io", "co", "tv", "me", "ai", "cc", "ly", "fm", "ws", "gg", "to", "sh", "la", "nu", "so", "vc", "eu"];
/// Languages at home in one country above all.
const HOMES: &[(&str, &str)] = &[
    ("de", "DE"),
    ("it", "IT"),
    ("pl", "PL"),
    ("ru", "RU"),
    ("uk", "UA"),
    ("cs", "CZ"),
    ("sk", "SK"),
    ("nl", "NL"),
    ("sv", "SE"),
    ("da", "DK"),
    ("nb", "NO"),
    ("no", "NO"),
    ("fi", "FI"),
    ("hu", "HU"),
    ("ro", "RO"),
    ("bg", "BG"),
    ("el", "GR"),
    ("tr", "TR"),
    ("zh", "CN"),
    ("ja", "JP"),
    ("ko", "KR"),
    ("he", "IL"),
    ("fr", "FR"),
    ("hr", "HR"),
    ("sl", "SI"),
    ("lt", "LT"),
    ("lv", "LV"),
    ("et", "EE"),
];

/// The country (ISO 3166-1 alpha-2) by the ending of the address.
pub(super) fn of_ending(url: &Url) -> Option<&'static str> {
    let ending = url.host_str()?.rsplit('.').next()?.to_lowercase();
    if OPEN.contains(&ending.as_str()) {
        return None;
    }
    match ending.as_str() {
        "uk" => Some("GB"),
        // .рф and .укр, as addresses carry them.
        "xn--p1ai" => Some("RU"),
        "xn--j1amh" => Some("UA"),
        _ => (ending.len() == 2).then(|| country_code(&ending)).flatten(),
    }
}

/// The country that a language tag names (`es-MX`), and the home of its language.
pub(in crate::extract) fn of_language(tag: &str) -> (Option<&'static str>, Option<&'static str>) {
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or("").to_lowercase();
    let region = parts.find(|part| part.len() == 2).and_then(country_code);
    (region, HOMES.iter().find(|(known, _)| *known == language).map(|(_, home)| *home))
}

/// A postal address with what its words say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The parts as written.
    #[serde(flatten)]
    pub parts: PostalAddress,
    /// The country, ISO 3166-1 alpha-2, where it is said or its form of postcode and the page tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
}

/// Forms of postcodes by country.
const POSTCODES: &[(&str, &str)] = &[
    ("GB", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
    ("CA", r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"),
    ("NL", r"\b\d{4} ?[A-Z]{2}\b"),
    ("US", r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b"),
    ("BR", r"\b\d{5}-\d{3}\b"),
    ("PT", r"\b\d{4}-\d{3}\b"),
    ("PL", r"\b\d{2}-\d{3}\b"),
    ("JP", r"\b\d{3}-\d{4}\b"),
    ("IE", r"\b[A-Z]\d[\dW] ?[A-Z\d]{4}\b"),
    ("SE", r"\b\d{3} \d{2}\b"),
    ("CZ", r"\b\d{3} \d{2}\b"),
    ("SK", r"\b\d{3} \d{2}\b"),
    ("GR", r"\b\d{3} ?\d{2}\b"),
    ("DE", r"\b\d{5}\b"),
    ("ES", r"\b\d{5}\b"),
    ("FR", r"\b\d{5}\b"),
    ("IT", r"\b\d{5}\b"),
    ("FI", r"\b\d{5}\b"),
    ("MX", r"\b\d{5}\b"),
    ("UA", r"\b\d{5}\b"),
    ("TR", r"\b\d{5}\b"),
    ("EE", r"\b\d{5}\b"),
    ("HR", r"\b\d{5}\b"),
    ("AT", r"\b\d{4}\b"),
    ("CH", r"\b\d{4}\b"),
    ("BE", r"\b\d{4}\b"),
    ("DK", r"\b\d{4}\b"),
    ("NO", r"\b\d{4}\b"),
    ("HU", r"\b\d{4}\b"),
    ("AU", r"\b\d{4}\b"),
    ("BG", r"\b\d{4}\b"),
    ("SI", r"\b\d{4}\b"),
    ("RU", r"\b\d{6}\b"),
    ("IN", r"\b\d{3} ?\d{3}\b"),
    ("RO", r"\b\d{6}\b"),
    ("CN", r"\b\d{6}\b"),
];

/// Of [`POSTCODES`], each built when a page of its country comes.
static FORMS: [OnceLock<Regex>; POSTCODES.len()] = [const { OnceLock::new() }; POSTCODES.len()];

/// What postcodes of a country look like, where that is known.
fn form_of(country: &str) -> Option<&'static Regex> {
    let at = POSTCODES.iter().position(|(known, _)| *known == country)?;
    Some(FORMS[at].get_or_init(|| compiled(POSTCODES[at].1)))
}

/// Whether words hold a postcode of a country's form with a town behind it: `09200 Miranda de Ebro`.
pub(in crate::extract) fn has_postcode(text: &str, country: &str) -> bool {
    let is_before_town = |rest: &str| rest.trim_start_matches([' ', ',']).starts_with(char::is_uppercase);
    form_of(country).is_some_and(|form| form.find_iter(text).any(|found| is_before_town(&text[found.end()..])))
}

/// What a written address says; the page's country serves where it names none.
pub(super) fn read(parts: PostalAddress, page: Option<&str>) -> Place {
    let mut place = Place { parts, country_code: None };
    let said = place.parts.country.as_deref().and_then(country_code);
    let text = place.parts.text.clone().unwrap_or_default();
    let at_end = || text.rsplit([',', '\n', ';']).next().map(|last| last.trim().trim_end_matches('.')).and_then(country_code);
    let of_page = page.and_then(country_code);
    let country = said.or_else(at_end).or(of_page);
    place.country_code = country.map(str::to_owned);
    if place.parts.postcode.is_none()
        && let Some(form) = country.and_then(form_of)
        && let Some(found) = form.find_iter(&text).last()
    {
        let found = found.as_str();
        let state = found.get(..2).filter(|_| country == Some("US"));
        place.parts.region = place.parts.region.or(state.map(str::to_owned));
        place.parts.postcode = Some(found.trim_start_matches(|c: char| state.is_some() && !c.is_ascii_digit()).to_owned());
    }
    place
}
