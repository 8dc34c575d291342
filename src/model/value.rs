//! One typed value of a field, as read from a page. Knows how to show itself, not where it came from.

use std::fmt;

use iso_currency::Currency;
use jiff::civil::Date;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rust_decimal::Decimal;
use url::Url;

/// An amount of money: exact decimal and ISO 4217 currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The number as printed, its grouping removed.
    pub number: Decimal,
    /// Unknown stays unknown: a price without a sign has no currency.
    pub currency: Option<Currency>,
}

/// How the zone of a point in time was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneFrom {
    /// Written beside the time (`+02:00`, `Z`, `CET`).
    Text,
    /// The source's own setting.
    Source,
    /// The rule of the portal it comes from.
    Portal,
    /// The country of the buyer.
    Buyer,
    /// Nothing said: UTC was assumed.
    Assumed,
}

/// A point in time as read: the text, the zone and how it was known, and the instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the page said.
    pub text: String,
    /// The instant, in UTC.
    pub at: Timestamp,
    /// IANA name or offset.
    pub zone: String,
    /// How the zone was known.
    pub zone_from: ZoneFrom,
}

impl Moment {
    /// By the clock it was written for; in UTC where its zone is neither a name nor an offset.
    pub fn zoned(&self) -> Zoned {
        self.at.to_zoned(DateTimeParser::new().parse_time_zone(&self.zone).unwrap_or(TimeZone::UTC))
    }
}

/// One value. A field that could not be read has none: missing is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words, white space squeezed.
    Text(String),
    /// An absolute address.
    Url(Url),
    /// Money.
    Money(Amount),
    /// A plain number.
    Number(Decimal),
    /// A day without a time.
    Date(Date),
    /// A point in time.
    Time(Moment),
    /// A telephone number in E.164, `+34911234567`.
    Phone(String),
    /// An e-mail address, its domain in lower case.
    Email(String),
    /// Several of the above, in page order (list fields).
    List(Vec<Value>),
}

impl Value {
    /// The value as words, for conditions over text and for names; a list is joined by `; `.
    pub fn text(&self) -> String {
        self.to_string()
    }

    /// The value for people: as its words, but a time by the clock it was written for: `2026-12-10 13:00 Europe/Madrid`, `2026-12-10 13:00 +01:00`.
    pub fn told(&self) -> String {
        if let Self::Time(moment) = self { moment.zoned().strftime("%Y-%m-%d %H:%M %:Q").to_string() } else { self.text() }
    }

    /// The value as its page wrote it, as far as that was kept.
    pub fn written(&self) -> String {
        if let Self::Time(moment) = self { moment.text.clone() } else { self.text() }
    }

    /// The instant of a time, or the start (UTC) of a day; `None` for anything else.
    pub fn instant(&self) -> Option<Timestamp> {
        match self {
            Self::Time(moment) => Some(moment.at),
            Self::Date(date) => date.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp()),
            Self::Text(_) | Self::Url(_) | Self::Money(_) | Self::Number(_) | Self::Phone(_) | Self::Email(_) | Self::List(_) => None,
        }
    }

    /// The members of a list, or the value alone.
    pub fn each(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Phone(text) | Self::Email(text) => f.write_str(text),
            Self::Url(url) => f.write_str(url.as_str()),
            Self::Money(Amount { number, currency: Some(currency) }) => write!(f, "{number} {}", currency.code()),
            Self::Money(Amount { number, currency: None }) | Self::Number(number) => write!(f, "{number}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Time(moment) => write!(f, "{}", moment.at.strftime("%Y-%m-%d %H:%M UTC")),
            Self::List(values) => {
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        f.write_str("; ")?;
                    }
                    value.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_the_clock_it_was_written_for() {
        for (zone, want) in [
            ("Europe/Madrid", "2026-12-10 13:00 Europe/Madrid"),
            ("+01:00", "2026-12-10 13:00 +01:00"),
            ("-05", "2026-12-10 07:00 -05:00"),
            ("UTC", "2026-12-10 12:00 UTC"),
            ("nowhere", "2026-12-10 12:00 UTC"),
        ] {
            let at = "2026-12-10T12:00:00Z".parse().unwrap();
            let moment = Moment { text: String::new(), at, zone: zone.to_owned(), zone_from: ZoneFrom::Text };
            assert_eq!(Value::Time(moment).told(), want);
        }
    }
}
