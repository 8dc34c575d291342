//! Addresses with a stretch of time in them, written as their portal wants it. Knows no checkpoint.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use url::Url;

/// The places of a stretch of time in an address, as written and as they stand in a parsed one.
const FROM: [&str; 2] = ["{from}", "%7Bfrom%7D"];
const TO: [&str; 2] = ["{to}", "%7Bto%7D"];
/// The shortest stretch that is halved no further.
const SHORTEST: SignedDuration = SignedDuration::from_secs(2);
/// Changes of the clock that are looked through for one within a stretch.
const CHANGES: usize = 4;

/// Whether an address has a place for the beginning of a stretch.
pub(super) fn has_from(url: &Url) -> bool {
    FROM.iter().any(|place| url.as_str().contains(place))
}

/// Whether an address has a place for the end of a stretch.
pub(super) fn has_to(url: &Url) -> bool {
    TO.iter().any(|place| url.as_str().contains(place))
}

/// How a portal writes times, and how far visits reach.
#[derive(Clone, Debug)]
pub struct Clockwork {
    pub(super) zone: TimeZone,
    pub(super) format: String,
    /// Whether times are whole days, the last one included.
    pub(super) days: bool,
    /// How far back a first visit reaches.
    pub(super) since: SignedDuration,
    /// How far each visit reaches back into what was read.
    pub(super) overlap: SignedDuration,
    /// How old something is before it can be asked for.
    pub(super) lag: SignedDuration,
}

impl Clockwork {
    /// The second, or the day, that this instant is in.
    pub(super) fn floor(&self, at: Timestamp) -> Timestamp {
        if self.days {
            return self.midnight(at).timestamp();
        }
        Timestamp::from_second(at.as_second()).unwrap_or(at)
    }

    /// The end of what can be asked for now: this second, or all of today.
    pub(super) fn end(&self, now: Timestamp) -> Timestamp {
        if !self.days {
            return self.floor(now);
        }
        let tomorrow = self.midnight(now).tomorrow().and_then(|day| day.start_of_day());
        tomorrow.map_or(now, |day| day.timestamp())
    }

    fn midnight(&self, at: Timestamp) -> Zoned {
        let zoned = at.to_zoned(self.zone.clone());
        zoned.start_of_day().unwrap_or(zoned)
    }

    /// The middle of a stretch, where it can be halved.
    pub(super) fn middle(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let length = to.duration_since(from);
        let middle = self.floor(from.saturating_add(length / 2).ok()?);
        let long = self.days || length > SHORTEST;
        (long && from < middle && middle < to).then_some(middle)
    }

    /// The first change of the clock within a stretch. On both sides of it the same hour may be written, so none is asked across it.
    pub(super) fn change(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        if self.days {
            return None;
        }
        let mut changes = self.zone.following(from).take(CHANGES).map(|change| change.timestamp());
        changes.find(|at| *at < to && self.zone.to_offset(*at) != self.zone.to_offset(before(*at))).filter(|at| from < *at)
    }

    /// The address with this stretch in it.
    pub(super) fn fill(&self, root: &Url, from: Timestamp, to: Timestamp) -> Url {
        let mut text = root.as_str().to_owned();
        let from = self.written(from.to_zoned(self.zone.clone()));
        // The last day is meant with the stretch; a time is written by the clock that goes until then.
        let last = before(to);
        let to = if self.days { last.to_zoned(self.zone.clone()) } else { to.to_zoned(TimeZone::fixed(self.zone.to_offset(last))) };
        for (places, value) in [(FROM, from), (TO, self.written(to))] {
            for place in places {
                text = text.replace(place, &value);
            }
        }
        Url::parse(&text).unwrap_or_else(|_| root.clone())
    }

    fn written(&self, at: Zoned) -> String {
        let text = jiff::fmt::strtime::format(&self.format, &at).unwrap_or_default();
        text.replace('%', "%25").replace('+', "%2B").replace('&', "%26").replace('#', "%23").replace(' ', "%20")
    }
}

/// The instant before.
fn before(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(at)
}
