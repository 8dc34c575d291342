//! One `[[source]]`: the union of the keys of schedule, fetch, extract and diff, and of those that are nobody's but ours.

use std::fmt;
use std::sync::Arc;

use iso_currency::Currency;
use jiff::SignedDuration;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::process;
use crate::base::ids::{BadSlug, ContentHash, SourceId};
use crate::model::{Amount, Fault};
use crate::{diff, extract, fetch, resolve, schedule};

/// The keys of a source that are nobody's but ours.
pub const KEYS: &[&str] = &["id", "title", "enabled", "trust", "cost_per_month", "event", "tags", "baseline", "expiring"];

/// What a source says about itself, beside when it is visited, how it is asked, how it is read and how its changes are found.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Its name in settings and output: 1 to 64 of a-z, 0-9, `-`, `_` and `.`. Must be set; keep it, its history hangs on it.
    pub id: String,
    /// What people call it; the id when left out.
    pub title: String,
    /// `false` leaves it alone, and keeps what is known. By default `true`.
    pub enabled: Option<bool>,
    /// How far its word is believed, from 0 (hearsay) to 1 (an official register). By default 0.7.
    pub trust: Option<f64>,
    /// What it costs a month, such as `40 EUR`; the ledger weighs it against the leads it brings.
    pub cost_per_month: Option<String>,
    /// The exhibition or event it belongs to: `{ name = "Expo Industria", date = 2026-10-12 }`.
    pub event: Option<EventSpec>,
    /// Your own words for it, for filters.
    pub tags: Vec<String>,
    /// What becomes of what it holds when it is added: `quiet` (by default) stores it without a word, `batch` tells each rep once, in a
    /// digest of its own, which leads it amounts to.
    pub baseline: Option<String>,
    /// How long before the end of a contract that its notices tell of its buyer has a reason to be called (signal `contract-expiring`): a
    /// duration from `1d` to `1000d`, or `off`. By default `180d`.
    pub expiring: Option<String>,
}

/// The exhibition or event a source belongs to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventSpec {
    /// Its name.
    pub name: String,
    /// Its first day, such as 2026-10-12.
    pub date: String,
}

/// The exhibition or event a source belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its first day.
    pub date: Date,
}

/// What a source says about itself, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Own {
    pub(super) id: SourceId,
    pub(super) title: String,
    pub(super) enabled: bool,
    pub(super) trust: f64,
    pub(super) cost_per_month: Option<Amount>,
    pub(super) event: Option<Event>,
    pub(super) tags: Vec<String>,
    pub(super) hands_over: bool,
    pub(super) expiring: Option<SignedDuration>,
}

/// How long before its end a contract is a reason to call its buyer, unless set.
const EXPIRING: SignedDuration = SignedDuration::from_hours(180 * 24);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How far a source's word is believed when it does not say.
pub const TRUST: f64 = 0.7;

impl Spec {
    /// Checks the keys; all faults at once.
    pub(super) fn compile(&self) -> Result<Own, Vec<Fault>> {
        let mut faults = Vec::new();
        let id = self.id.parse::<SourceId>();
        if id.is_err() {
            faults.push(Fault::new("id", &self.id, BadSlug::EXPECTED));
        }
        let trust = self.trust.unwrap_or(TRUST);
        if !(0.0..=1.0).contains(&trust) {
            faults.push(Fault::new("trust", trust.to_string(), "a number from 0 to 1"));
        }
        let cost_per_month = self.cost_per_month.as_deref().and_then(|text| {
            let amount = money(text).filter(|amount| !amount.number.is_sign_negative());
            if amount.is_none() {
                faults.push(Fault::new("cost_per_month", text, "a number and an ISO 4217 currency, such as \"40 EUR\""));
            }
            amount
        });
        let event = self.event.as_ref().and_then(|event| event.compile(&mut faults));
        for (at, tag) in self.tags.iter().enumerate().filter(|(_, tag)| tag.trim().is_empty()) {
            faults.push(Fault::new(format!("tags[{at}]"), tag, "a word"));
        }
        let hands_over = match self.baseline.as_deref() {
            None | Some("quiet") => false,
            Some("batch") => true,
            Some(other) => {
                faults.push(Fault::new("baseline", other, "`quiet` or `batch`"));
                false
            }
        };
        let expiring = match self.expiring.as_deref().map(str::trim) {
            None => Some(EXPIRING),
            Some("off") => None,
            Some(text) => {
                let time = process::duration(text).filter(|time| (DAY..=DAY * 1_000).contains(time));
                if time.is_none() {
                    faults.push(Fault::new("expiring", text, "a duration from `1d` to `1000d`, such as `180d`, or `off`"));
                }
                time
            }
        };
        match (id, faults.is_empty()) {
            (Ok(id), true) => {
                let title = if self.title.trim().is_empty() { id.to_string() } else { self.title.trim().to_owned() };
                let tags = self.tags.iter().map(|tag| tag.trim().to_owned()).collect();
                Ok(Own { id, title, enabled: self.enabled.unwrap_or(true), trust, cost_per_month, event, tags, hands_over, expiring })
            }
            (_, _) => Err(faults),
        }
    }
}

impl EventSpec {
    fn compile(&self, faults: &mut Vec<Fault>) -> Option<Event> {
        if self.name.trim().is_empty() {
            faults.push(Fault::new("event.name", &self.name, "the name of the event"));
        }
        let date = self.date.parse::<Date>();
        if date.is_err() {
            faults.push(Fault::new("event.date", &self.date, "its first day, such as 2026-10-12"));
        }
        date.ok().map(|date| Event { name: self.name.trim().to_owned(), date })
    }
}

/// `40 EUR`: a number and an ISO 4217 currency.
pub fn money(text: &str) -> Option<Amount> {
    let (number, code) = text.trim().rsplit_once(char::is_whitespace)?;
    let number = number.trim().parse::<Decimal>().ok()?;
    Some(Amount { number, currency: Some(Currency::from_code(code)?) })
}

/// Parts of a source's settings that can change one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// When it is visited.
    Schedule,
    /// How it is asked.
    Fetch,
    /// What is read from it: what is known must be read anew.
    Reading,
    /// How its changes are found.
    Rules,
    /// Whether it is visited at all.
    Enabled,
    /// What it says about itself.
    About,
}

impl Aspect {
    /// The word shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Fetch => "fetch",
            Self::Reading => "reading",
            Self::Rules => "rules",
            Self::Enabled => "enabled",
            Self::About => "about",
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A source, ready to be visited.
#[derive(Clone)]
pub struct Source {
    /// Its name.
    pub id: SourceId,
    /// What people call it.
    pub title: String,
    /// Whether it is visited.
    pub enabled: bool,
    /// When it is visited.
    pub schedule: schedule::Schedule,
    /// How it is asked.
    pub fetch: fetch::SourceSettings,
    /// How its pages are read.
    pub reader: Arc<extract::Reader>,
    /// How its changes are found.
    pub rules: diff::Rules,
    /// How far its word is believed, from 0 to 1.
    pub trust: f64,
    /// What it costs a month.
    pub cost_per_month: Option<Amount>,
    /// The event it belongs to.
    pub event: Option<Event>,
    /// The user's own words for it.
    pub tags: Vec<String>,
    /// Whether what it holds when it is added is told of once, as what it is.
    pub hands_over: bool,
    /// How long before its end a contract is a reason to call its buyer; `None`: it is none.
    pub expiring: Option<SignedDuration>,
    /// The language of its texts, where it says so.
    pub language: Option<String>,
    /// What it says about all of its records.
    pub(super) named: resolve::About,
    /// Hash over the settings that decide what is read: when it differs, what is known was read in another way.
    pub spec_hash: ContentHash,
    /// Hashes by aspect, to find what a reload changes.
    pub(super) aspects: [(Aspect, ContentHash); 5],
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("id", &self.id)
            .field("enabled", &self.enabled)
            .field("spec_hash", &self.spec_hash)
            .finish_non_exhaustive()
    }
}

/// Every key of `[[source]]`.
pub fn keys() -> Vec<&'static str> {
    [KEYS, schedule::KEYS, fetch::KEYS, extract::KEYS, diff::KEYS].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_a_number_and_a_currency() {
        for (text, want) in [
            ("40 EUR", Some("40 EUR")),
            (" 1200.50  USD ", Some("1200.50 USD")),
            ("40", None),
            ("40 euro", None),
            ("EUR 40", None),
            ("40EUR", None),
            ("", None),
        ] {
            let got = money(text).map(|amount| crate::model::Value::Money(amount).text());
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }

    #[test]
    fn every_fault_at_once() {
        let spec = Spec {
            id: "No".into(),
            trust: Some(2.0),
            cost_per_month: Some("-1 EUR".into()),
            event: Some(EventSpec::default()),
            tags: vec![" ".into()],
            ..Spec::default()
        };
        let keys: Vec<_> = spec.compile().unwrap_err().into_iter().map(|fault| fault.key).collect();
        assert_eq!(keys, ["id", "trust", "cost_per_month", "event.name", "event.date", "tags[0]"]);
    }
}
