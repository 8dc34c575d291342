//! The civil times at which a rep's digest leaves.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Times of the week in a zone: `Mon-Fri 08:00`, `daily 07:30`, `Mon,Thu 09:00, 16:00`.
#[derive(Debug, Clone)]
pub struct DigestTimes {
    zone: TimeZone,
}

impl DigestTimes {
    /// Reads the text; the error says what is expected.
    pub fn parse(_text: &str, zone: TimeZone) -> Result<Self, String> {
        Ok(Self { zone })
    }

    /// The first time strictly after `after`.
    pub fn next(&self, after: Timestamp) -> Timestamp {
        after
    }

    /// The last time not after `at`; `None` when there was none within the last two weeks.
    pub fn last(&self, _at: Timestamp) -> Option<Timestamp> {
        None
    }

    /// The zone its times are in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
