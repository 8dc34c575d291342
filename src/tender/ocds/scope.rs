//! Values of a release by their paths: words in several languages, amounts, periods. Remembers where each field was found and what could
//! not be read. Knows shapes, not what they mean for a tender.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde_json::Value;
use url::Url;

use crate::base::text::{clip, squeeze};
use crate::model::{BadEntry, Deadline, DeadlineKind, Due, Place, Term, Texts, Worth, WorthKind, language_code};
use crate::tender::json::{at, list, text, words};
use crate::tender::{Clock, code, when};

/// Longer periods than this many days are slips (one portal counts from the year nought).
const DAYS: i64 = 36_600;
/// Fields of one release that are named when they cannot be read.
const UNREAD: usize = 200;
/// Words that stand for nothing.
const NOTHING: [&str; 10] = ["null", "none", "n/a", "na", "n.a.", "-", "--", ".", "undefined", "nil"];

/// One release while it is read.
pub(super) struct Scope<'a> {
    /// The release.
    pub root: &'a Value,
    /// Where it stands in the document.
    pub place: String,
    /// Zone of times that name none.
    pub clock: &'a Clock,
    /// Where the document came from.
    pub url: Option<&'a Url>,
    /// Its language.
    pub language: String,
    /// The parties by `id` and by `name`.
    pub parties: BTreeMap<(&'static str, String), &'a Value>,
    /// Fields that could not be read.
    pub unread: Vec<BadEntry>,
    /// Where each field was found.
    pub found: BTreeMap<&'static str, String>,
}

impl<'a> Scope<'a> {
    pub fn new(root: &'a Value, place: String, clock: &'a Clock, url: Option<&'a Url>) -> Self {
        let language = text(root, "language");
        let language = if language.is_empty() { "und".to_owned() } else { language_code(&language) };
        let mut parties = BTreeMap::new();
        for (key, party) in list(root, "parties").iter().flat_map(|party| [("id", party), ("name", party)]) {
            let word = text(party, key);
            if !is_nothing(&word) {
                parties.entry((key, word)).or_insert(party);
            }
        }
        Self { root, place, clock, url, language, parties, unread: Vec::new(), found: BTreeMap::new() }
    }

    /// Remembers where a field was found; the first place wins.
    pub fn saw(&mut self, field: &'static str, path: &str) {
        let place = self.full(path);
        self.found.entry(field).or_insert(place);
    }

    /// Notes a field that says something that cannot be read.
    pub fn odd(&mut self, path: &str, found: &str, wanted: &str) {
        let entry = BadEntry { path: self.full(path), reason: format!("`{}` is {wanted}: the field counts as unknown", clip(found, 80)) };
        if self.unread.len() < UNREAD {
            self.unread.push(entry);
        }
    }

    fn full(&self, path: &str) -> String {
        match (self.place.as_str(), path) {
            ("", path) => path.to_owned(),
            (place, "") => place.to_owned(),
            (place, path) => format!("{place}/{path}"),
        }
    }

    /// The words of a field in all the languages it is given in: `title`, `title_en`, `title_pt_BR`, or an object by language.
    pub fn texts(&self, object: &Value, key: &str) -> Texts {
        let mut texts = Texts::default();
        match object.get(key) {
            Some(Value::Object(by_language)) => by_language.iter().for_each(|(language, value)| put(&mut texts, language, value)),
            Some(value) => put(&mut texts, &self.language, value),
            None => {}
        }
        for (name, value) in object.as_object().into_iter().flatten() {
            if let Some(language) = name.strip_prefix(key).and_then(|rest| rest.strip_prefix('_')).filter(|rest| is_language(rest)) {
                put(&mut texts, language, value);
            }
        }
        texts.original = Some(self.language.clone()).filter(|language| language != "und" && texts.by_language.contains_key(language));
        texts
    }

    /// Adds an amount, and beside it the one with tax where a publisher gives both (`amountGross`).
    pub fn worth(&mut self, worth: &mut Vec<Worth>, kind: WorthKind, value: Option<&Value>, path: &str) {
        let Some(value) = value else { return };
        let currency = text(value, "currency");
        let gross = text(value, "amountGross");
        let said = at(value, "valueAddedTaxIncluded").and_then(Value::as_bool);
        let net = if gross.is_empty() { said } else { Some(false) };
        // A bare number in the place of an object is an amount too.
        let amount = if value.is_object() { text(value, "amount") } else { words(value) };
        for (key, amount, with_tax) in [("amount", amount, net), ("amountGross", gross, Some(true))] {
            if amount.is_empty() {
                continue;
            }
            match code::worth(kind, &amount, &currency, with_tax) {
                Some(amount) => code::push(worth, Some(amount)),
                None => self.odd(&format!("{path}/{key}"), &amount, "no number"),
            }
        }
    }

    /// The day at a path.
    pub fn day(&mut self, object: &Value, key: &str, path: &str) -> Option<Date> {
        let written = text(object, key);
        let day = when::day(&written);
        if day.is_none() && !is_nothing(&written) {
            self.odd(&format!("{path}/{key}"), &written, "no date");
        }
        day
    }

    /// The end of a period as a deadline. Midnight exactly means the day.
    pub fn deadline(&mut self, kind: DeadlineKind, written: &str, path: &str) -> Option<Deadline> {
        let written = squeeze(written);
        if is_nothing(&written) {
            return None;
        }
        let (day, rest) = written.split_at_checked(10).unwrap_or((&written, ""));
        let midnight = ["T00:00:00", " 00:00:00", "T00:00"].iter().find_map(|midnight| rest.strip_prefix(midnight));
        let offset = midnight.map(|rest| rest.trim_start_matches(['.', '0']));
        let offset = offset.filter(|rest| rest.is_empty() || rest.starts_with(['Z', '+', '-']));
        let plain = offset.map_or_else(|| written.clone(), |offset| format!("{day}{offset}"));
        let mut deadline = when::deadline(kind, &plain, "", self.clock)?;
        deadline.text.clone_from(&written);
        if deadline.due.is_none() {
            self.odd(path, &written, "no date");
        }
        Some(deadline)
    }

    /// The deadline of a period: its end, or as the standard has it its beginning and its days.
    pub fn period(&mut self, kind: DeadlineKind, period: Option<&Value>, path: &str) -> Option<Deadline> {
        let period = period?;
        if let Some(deadline) = self.deadline(kind, &text(period, "endDate"), &format!("{path}/endDate")) {
            return Some(deadline);
        }
        let (start, days) = (text(period, "startDate"), days(period)?);
        let begun = self.deadline(kind, &start, &format!("{path}/startDate"))?.due?;
        let end = begun.day.checked_add(days.days()).ok()?;
        let zone = begun.at.to_zoned(jiff::tz::TimeZone::get(&begun.zone).unwrap_or(jiff::tz::TimeZone::UTC)).time_zone().clone();
        let at = end.to_datetime(Time::midnight()).to_zoned(zone).ok()?.timestamp();
        Some(Deadline { kind, text: format!("{start} + {days} days"), due: Some(Due { day: end, time: None, at, ..begun }) })
    }

    /// How long a contract runs by the period under this key, and what is said of renewals beside it; nothing when neither says anything.
    pub fn term(&mut self, object: &Value, key: &str, path: &str) -> Option<Term> {
        let mut term = Term::default();
        if let Some(period) = at(object, key) {
            let path = format!("{path}/{key}");
            (term.start, term.end) = (self.day(period, "startDate", &path), self.day(period, "endDate", &path));
            if let Some(days) = days(period) {
                term.duration = format!("{days} days");
                term.end = term.end.or_else(|| term.start?.checked_add(days.days()).ok());
            }
        }
        let most = text(object, &format!("{key}/maxExtentDate"));
        let most = Some(most).filter(|most| !is_nothing(most)).map(|most| format!("until {most} at most"));
        let said = Some(plain(&text(object, "renewal/description"))).filter(|said| !is_nothing(said));
        let can = at(object, "hasRenewal") == Some(&Value::Bool(true));
        let said = said.or_else(|| can.then(|| "it can be renewed".to_owned()));
        term.renewal = most.into_iter().chain(said).collect::<Vec<_>>().join("; ");
        term.renewals = text(object, "renewal/maximumRenewals").parse().ok();
        (term != Term::default()).then_some(term)
    }
}

/// Places an object of addresses and locations names.
pub(super) fn places_of(places: &mut Vec<Place>, object: &Value) {
    for key in ["deliveryAddress", "deliveryAddresses", "address", "addresses"] {
        for address in list(object, key) {
            code::push(places, address_of(address));
            for inner in list(address, "addresses") {
                code::push(places, address_of(inner));
            }
        }
    }
    for key in ["deliveryLocation", "deliveryLocations"] {
        for location in list(object, key) {
            let named = text(location, "description");
            let names = list(location, "gazetteer/identifiers").iter().chain(list(location, "gazetteer/Identifiers")).map(words);
            for name in names.chain([named]).filter(|name| !name.is_empty()) {
                // Numbers of a gazetteer (GEONAMES 2640729) mean nothing by themselves.
                if !name.bytes().all(|b| b.is_ascii_digit()) {
                    let (region, rest) = if is_region(&name, "") { (name.as_str(), "") } else { ("", name.as_str()) };
                    code::push(places, code::place("", region, rest));
                }
            }
        }
    }
}

fn put(texts: &mut Texts, language: &str, value: &Value) {
    let words = plain(&words(value));
    if !is_nothing(&words) {
        texts.put(language, &words);
    }
}

/// Days of a period, when they are given and can be meant. Nought is what some write for unknown.
fn days(period: &Value) -> Option<i64> {
    text(period, "durationInDays").parse::<f64>().ok().map(f64::round).filter(|days| *days >= 1.0).and_then(|days| {
        #[expect(clippy::cast_possible_truncation, reason = "checked by the bound")]
        (days <= DAYS as f64).then_some(days as i64)
    })
}

/// A place from an address of the standard.
pub(super) fn address_of(address: &Value) -> Option<Place> {
    let country = ["countryName", "country", "countryCode"].into_iter().map(|key| text(address, key)).find(|name| !is_nothing(name));
    let country = country.unwrap_or_default();
    let region = text(address, "region");
    let (code, words) = if is_region(&region, &country) { (region, String::new()) } else { (String::new(), region) };
    let mut line = String::new();
    for part in
        [text(address, "streetAddress"), text(address, "locality"), words, text(address, "postalCode"), text(address, "description")]
    {
        if !is_nothing(&part) && !line.contains(&part) {
            let comma = if line.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(line, "{comma}{part}");
        }
    }
    code::place(&country, &code, &line)
}

/// Whether it is a code of NUTS or ISO 3166-2 (`UKM82`, `ES-MD`), of this country where one is named.
fn is_region(text: &str, country: &str) -> bool {
    let named = code::country(country);
    let known = |prefix: &str| {
        let prefix = match prefix {
            "EL" => "GR",
            "UK" => "GB",
            other => other,
        };
        crate::model::country_code(prefix).is_some() && (named.is_empty() || named == prefix)
    };
    let country = text.get(..2).filter(|country| country.bytes().all(|b| b.is_ascii_uppercase()) && known(country));
    let rest = text.get(2..).unwrap_or_default();
    let alike = |rest: &str| !rest.is_empty() && rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    country.is_some()
        && (rest.strip_prefix('-').is_some_and(alike) || (alike(rest) && (text.len() == 3 || rest.bytes().any(|b| b.is_ascii_digit()))))
}

/// `en`, `fra`, `pt_BR`, `zh-Hant`: what stands behind the `_` of a translated field.
fn is_language(text: &str) -> bool {
    let first = text.split(['_', '-']).next().unwrap_or_default();
    matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_lowercase()) && text.len() <= 8 && language_code(first) != "und"
}

/// Whether words stand for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// Words without the HTML that some publishers put into them.
pub(super) fn plain(text: &str) -> String {
    if !text.contains("</") && !text.contains("/>") && !text.contains("<br") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        out.push_str(before);
        let named = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let end = tag.find('>').filter(|_| named);
        out.push(if end.is_some() { ' ' } else { '<' });
        rest = &tag[end.unwrap_or(0) + 1..];
    }
    out.push_str(rest);
    let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&rsquo;", "’"), ("&amp;", "&")];
    entities.iter().fold(out, |text, (entity, word)| text.replace(entity, word))
}
