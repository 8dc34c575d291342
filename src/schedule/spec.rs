//! The settings of a schedule, and how they are checked.

use std::str::FromStr;

use croner::Cron;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::plan::{Rhythm, Schedule};
use super::silence::Expect;
use super::windows::{Window, Windows};
use crate::model::Fault;

/// The top-level keys of [`Spec`].
pub const KEYS: &[&str] = &["every", "cron", "between", "zone", "jitter", "budget", "expect", "detail_every"];

/// The shortest distance between visits: one second.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// The longest: a year.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// How old what own pages said may be where nobody says otherwise.
const OWN_PAGES: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Windows of one source.
const WINDOWS: usize = 50;

/// When a source is visited.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// The distance between visits, such as `30m` or `1d`; by default `1h`. Not together with `cron`.
    pub every: Option<String>,
    /// A cron line of five fields, such as `0 */2 * * *`, in the source's zone. Not together with `every`.
    pub cron: Option<String>,
    /// Only in these hours: `07:00-20:00`, `Mon-Fri 07:00-20:00`, `22:00-06:00 Europe/Madrid`; a text or a list of them.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema")]
    pub between: Vec<String>,
    /// The IANA time zone of `cron`, of `between` and of the day of `budget`, such as `Europe/Madrid`; by default that of `between`, else UTC.
    pub zone: Option<String>,
    /// How far visits are moved, so that not all fall on the same second: `10%` of the distance (the default; at most `50%`) or `2m`.
    pub jitter: Option<String>,
    /// At most this many requests a day.
    pub budget: Option<i64>,
    /// The longest silence that is normal: with nothing new for longer than `3d`, or `2d Mon-Fri` (only these days count), the source counts
    /// as silent and you are told. Left out, its own history says it: at least 8 days with news, three times the longest distance between
    /// them, 3 days at least. `off`: it may be silent for ever.
    pub expect: Option<String>,
    /// How old what a record's own page said may be, such as `14d` (the default): until then it is read again, a hundred of a list's page at
    /// each visit, the oldest first. `off`: only when the record is new or changed.
    pub detail_every: Option<String>,
}

impl Spec {
    /// Checks everything and reports all faults at once.
    pub fn compile(&self) -> Result<Schedule, Vec<Fault>> {
        let mut faults = Vec::new();
        let named = self.zone.as_ref().and_then(|name| {
            let fault = || Fault::new("zone", name, "an IANA time zone such as `Europe/Madrid`");
            TimeZone::get(name).map_err(|_| faults.push(fault())).ok()
        });
        let windows = self.windows(named.as_ref().unwrap_or(&TimeZone::UTC), &mut faults);
        let zone = named.or_else(|| windows.0.first().map(|w| w.zone().clone())).unwrap_or(TimeZone::UTC);
        let budget = self.budget.and_then(|n| match u32::try_from(n) {
            Ok(n) if n > 0 => Some(n),
            Ok(_) | Err(_) => {
                faults.push(Fault::new("budget", n.to_string(), "a whole number of requests a day, 1 or more"));
                None
            }
        });
        let expect = self
            .expect
            .as_ref()
            .map_or(Ok(Expect::Learned), |text| Expect::parse(text).map_err(|expected| faults.push(Fault::new("expect", text, expected))));
        let mut schedule = Schedule {
            rhythm: Rhythm::Every,
            period: SignedDuration::from_hours(1),
            jitter: SignedDuration::ZERO,
            windows,
            zone,
            budget,
            expect: expect.unwrap_or(Expect::Learned),
            own_pages: self.own_pages(&mut faults),
        };
        self.rhythm(&mut schedule, &mut faults);
        self.jitter(&mut schedule, &mut faults);
        if faults.is_empty() { Ok(schedule) } else { Err(faults) }
    }

    fn own_pages(&self, faults: &mut Vec<Fault>) -> Option<SignedDuration> {
        match self.detail_every.as_deref() {
            None => Some(OWN_PAGES),
            Some("off") => None,
            Some(text) => {
                let every = duration(text).filter(|every| (SHORTEST..=LONGEST).contains(every));
                if every.is_none() {
                    faults.push(Fault::new("detail_every", text, "a duration such as `14d`, from `1s` to 366 days, or `off`"));
                }
                every
            }
        }
    }

    fn windows(&self, zone: &TimeZone, faults: &mut Vec<Fault>) -> Windows {
        if self.between.len() > WINDOWS {
            faults.push(Fault::new("between", format!("{} windows", self.between.len()), format!("at most {WINDOWS} windows")));
        }
        let mut windows = Vec::new();
        for (i, text) in self.between.iter().enumerate() {
            match Window::parse(text, zone) {
                Ok(window) => windows.push(window),
                Err(expected) => {
                    let key = if self.between.len() == 1 { "between".to_owned() } else { format!("between[{i}]") };
                    faults.push(Fault::new(key, text, expected));
                }
            }
        }
        Windows(windows)
    }

    fn rhythm(&self, schedule: &mut Schedule, faults: &mut Vec<Fault>) {
        if let Some(every) = &self.every {
            match duration(every).filter(|d| (SHORTEST..=LONGEST).contains(d)) {
                Some(period) => schedule.period = period,
                None => faults.push(Fault::new("every", every, "a duration such as `30m` or `1d`, from `1s` to 366 days")),
            }
        }
        if let Some(line) = &self.cron {
            match cron(line, schedule) {
                Ok(_) if self.every.is_some() => {
                    faults.push(Fault::new("cron", line, "either `every` or `cron`, not both: leave one out"));
                }
                Ok((cron, period)) => {
                    schedule.rhythm = Rhythm::Cron(Box::new(cron));
                    schedule.period = period;
                }
                Err(expected) => faults.push(Fault::new("cron", line, expected)),
            }
        }
    }

    fn jitter(&self, schedule: &mut Schedule, faults: &mut Vec<Fault>) {
        let half = schedule.period / 2;
        let Some(text) = &self.jitter else {
            schedule.jitter = schedule.period / 10;
            return;
        };
        let share = text.strip_suffix('%').and_then(|n| n.trim().parse::<u16>().ok()).map(|n| schedule.period * i32::from(n) / 100);
        match share.or_else(|| duration(text)).filter(|jitter| !jitter.is_negative() && *jitter <= half) {
            Some(jitter) => schedule.jitter = jitter,
            None => faults.push(Fault::new(
                "jitter",
                text,
                "a share such as `10%` or a duration such as `2m`, at most half the distance between visits",
            )),
        }
    }
}

/// A cron line and the mean distance of its times; the text says what is expected of one that never comes.
fn cron(line: &str, schedule: &Schedule) -> Result<(Cron, SignedDuration), String> {
    let cron = Cron::from_str(line).map_err(|error| format!("a cron line of five fields such as `0 */2 * * *` ({error})"))?;
    // Any instant will do: a line that never comes never comes from here either.
    let start = Timestamp::constant(1_767_225_600, 0);
    let first = schedule.cron_time(&cron, start).ok_or_else(|| {
        if schedule.windows.0.is_empty() {
            "a cron line that comes at some time: this one names a day that does not exist".to_owned()
        } else {
            "a cron line with times inside `between`: these two never meet".to_owned()
        }
    })?;
    let (mut last, mut count) = (first, 0);
    while count < 16
        && let Some(at) = schedule.cron_time(&cron, last)
    {
        (last, count) = (at, count + 1);
    }
    let mean = if count == 0 { LONGEST } else { last.duration_since(first) / count };
    Ok((cron, mean.clamp(SHORTEST, LONGEST)))
}

/// Reads `30m`, `1h 30m`, `1d` (24 hours).
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    text.trim().parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// A text, or a list of texts.
fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;
    impl<'de> serde::de::Visitor<'de> for OneOrMany {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a text or a list of texts")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![text.to_owned()])
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(text) = items.next_element()? {
                all.push(text);
            }
            Ok(all)
        }
    }
    from.deserialize_any(OneOrMany)
}

fn one_or_many_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}
