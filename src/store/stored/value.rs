//! Stored forms of values, evidence and failures: parts of the other shapes.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use url::Url;

use super::codes::{failure_code, failure_of, zone_from_code, zone_from_of};
use super::{millis, timestamp};
use crate::base::ids::ContentHash;
use crate::model::{Amount, Evidence, Failure, Moment, Value};

/// A day as year, month, day.
pub(super) type StoredDate = (i16, i8, i8);

pub(super) fn store_date(date: Date) -> StoredDate {
    (date.year(), date.month(), date.day())
}

pub(super) fn date((year, month, day): StoredDate) -> Result<Date, String> {
    Date::new(year, month, day).map_err(|why| why.to_string())
}

pub(super) fn url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|why| format!("`{text}` is no address: {why}"))
}

/// [`Value`]. Times keep their nanoseconds: what a page says must compare equal to itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum StoredValue {
    Text(String),
    Url(String),
    Money([u8; 16], Option<String>),
    Number([u8; 16]),
    Date(StoredDate),
    Time { text: String, second: i64, nanosecond: i32, zone: String, zone_from: u8 },
    Phone(String),
    Email(String),
    List(Vec<StoredValue>),
}

impl From<&Value> for StoredValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Url(url) => Self::Url(url.as_str().to_owned()),
            Value::Money(Amount { number, currency }) => Self::Money(number.serialize(), currency.map(|c| c.code().to_owned())),
            Value::Number(number) => Self::Number(number.serialize()),
            Value::Date(date) => Self::Date(store_date(*date)),
            Value::Time(moment) => Self::Time {
                text: moment.text.clone(),
                second: moment.at.as_second(),
                nanosecond: moment.at.subsec_nanosecond(),
                zone: moment.zone.clone(),
                zone_from: zone_from_code(moment.zone_from),
            },
            Value::Phone(text) => Self::Phone(text.clone()),
            Value::Email(text) => Self::Email(text.clone()),
            Value::List(values) => Self::List(values.iter().map(Self::from).collect()),
        }
    }
}

impl TryFrom<StoredValue> for Value {
    type Error = String;
    fn try_from(value: StoredValue) -> Result<Self, String> {
        Ok(match value {
            StoredValue::Text(text) => Self::Text(text),
            StoredValue::Url(text) => Self::Url(url(&text)?),
            StoredValue::Money(number, currency) => Self::Money(Amount {
                number: Decimal::deserialize(number),
                currency: match currency {
                    None => None,
                    Some(code) => Some(iso_currency::Currency::from_code(&code).ok_or_else(|| format!("`{code}` is no currency"))?),
                },
            }),
            StoredValue::Number(number) => Self::Number(Decimal::deserialize(number)),
            StoredValue::Date(stored) => Self::Date(date(stored)?),
            StoredValue::Time { text, second, nanosecond, zone, zone_from } => Self::Time(Moment {
                text,
                at: Timestamp::new(second, nanosecond).map_err(|why| why.to_string())?,
                zone,
                zone_from: zone_from_of(zone_from)?,
            }),
            StoredValue::Phone(text) => Self::Phone(text),
            StoredValue::Email(text) => Self::Email(text),
            StoredValue::List(values) => Self::List(values.into_iter().map(Self::try_from).collect::<Result<_, _>>()?),
        })
    }
}

/// [`Evidence`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredEvidence {
    source: String,
    url: String,
    quote: String,
    path: String,
    content: [u8; 16],
    seen: i64,
}

impl From<&Evidence> for StoredEvidence {
    fn from(evidence: &Evidence) -> Self {
        Self {
            source: evidence.source.as_str().to_owned(),
            url: evidence.url.as_str().to_owned(),
            quote: evidence.quote.clone(),
            path: evidence.path.clone(),
            content: evidence.content.0,
            seen: millis(evidence.seen),
        }
    }
}

impl TryFrom<StoredEvidence> for Evidence {
    type Error = String;
    fn try_from(stored: StoredEvidence) -> Result<Self, String> {
        Ok(Self {
            source: stored.source.parse().map_err(|why: crate::base::ids::BadSlug| why.to_string())?,
            url: url(&stored.url)?,
            quote: stored.quote,
            path: stored.path,
            content: ContentHash(stored.content),
            seen: timestamp(stored.seen)?,
        })
    }
}

/// [`Failure`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredFailure {
    class: u8,
    text: String,
    retry_after: Option<i64>,
}

impl From<&Failure> for StoredFailure {
    fn from(failure: &Failure) -> Self {
        Self {
            class: failure_code(failure.class),
            text: failure.text.clone(),
            retry_after: failure.retry_after.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
        }
    }
}

impl TryFrom<StoredFailure> for Failure {
    type Error = String;
    fn try_from(stored: StoredFailure) -> Result<Self, String> {
        Ok(Self { class: failure_of(stored.class)?, text: stored.text, retry_after: stored.retry_after.map(SignedDuration::from_millis) })
    }
}
