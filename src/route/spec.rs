//! The shape of `[[rep]]` as people write it, and its checks.

use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use schemars::JsonSchema;
use serde::Deserialize;

use super::rep::{EmptyDigest, Quiet, Rep};
use crate::base::ids::{BadSlug, ChannelId, RepId, SegmentId};
use crate::base::text;
use crate::model::{Area, Fault};

/// The keys of `[[rep]]`.
pub const KEYS: &[&str] = &[
    "id",
    "name",
    "email",
    "language",
    "zone",
    "segments",
    "industries",
    "regions",
    "capacity",
    "digest",
    "empty_digest",
    "questions",
    "alerts_per_hour",
    "quiet",
    "channel",
    "absent",
    "remind",
];

/// Alerts an hour, unless set.
const ALERTS_PER_HOUR: u32 = 4;
/// How long before a deadline a rep is reminded, unless set.
pub const REMIND: [SignedDuration; 2] = [SignedDuration::from_hours(7 * 24), SignedDuration::from_hours(24)];
/// When digests go out, unless set.
const DIGEST: &str = "Mon-Fri 08:00";

/// A person who works leads.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Its name in settings and output: 1 to 64 of a-z, 0-9, `-`, `_` and `.`.
    pub id: String,
    /// What people call them; the id when left out.
    pub name: String,
    /// Where their mail goes.
    pub email: String,
    /// The language of their mail: `en` (default), `es` or `ru`.
    pub language: Option<String>,
    /// Their time zone, an IANA name such as `Europe/Madrid` (default `UTC`).
    pub zone: Option<String>,
    /// The segments they work; all when left out.
    pub segments: Vec<String>,
    /// The lines of business they work, as words that sources use; all when left out.
    pub industries: Vec<String>,
    /// Where they work: countries (`ES`), parts (`ES-MD`, `ES30`) or words; everywhere when left out.
    pub regions: Vec<String>,
    /// The most organisations they can look after at a time: further leads go to others of the segment, or to nobody, which `status` says. Left out: no limit.
    pub capacity: Option<u32>,
    /// When their digest goes out, in their zone: `Mon-Fri 08:00` (the default), `daily 07:30, 16:00`.
    pub digest: Option<String>,
    /// What comes at a digest time that has nothing to tell: `trouble` (the default) a digest only when one of their sources is not complete or
    /// silent, once, and again when that has changed; `always` a digest each time; `never` none.
    pub empty_digest: Option<String>,
    /// Whether their digests ask which organisations are one, at most three pairs each, with the commands that answer: for who looks after the
    /// sources and has the command line. Left out: they do not.
    pub questions: bool,
    /// The most alerts an hour (default 4); further ones go into the digest, or, where it would be too late for what closes, into the next alert.
    /// 0: no alerts.
    pub alerts_per_hour: Option<u32>,
    /// When no alert may come, in their zone: `22:00-07:00`, but of what closes before they are over. Left out: alerts come at any time.
    pub quiet: Option<String>,
    /// The channel their digests and alerts leave by; the mail channel when left out.
    pub channel: Option<String>,
    /// When they are away, both days included: `2026-12-24..2027-01-02`, or one day. New leads go to others then.
    pub absent: Vec<String>,
    /// How long before the deadlines of their tenders they are reminded, in the digest, or at once where the next one would be too late;
    /// `["7d", "1d"]` when left out, `[]` for never. From `1h` to `30d`. Where only the day of a deadline is known, a day earlier.
    pub remind: Option<Vec<String>>,
}

impl Spec {
    /// Checks the settings; all mistakes at once. The text of `digest` is checked by whoever knows digest times.
    pub fn compile(&self) -> Result<Rep, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |key: String, found: &str, expected: &str| faults.push(Fault::new(key, found, expected));
        let id = RepId::from_str(&self.id).map_err(|_| fault("id".to_owned(), &self.id, BadSlug::EXPECTED)).ok();
        if !is_email(&self.email) {
            fault("email".to_owned(), &self.email, "an e-mail address such as `ana@example.com`");
        }
        let zone_name = self.zone.as_deref().unwrap_or("UTC");
        let zone =
            TimeZone::get(zone_name).map_err(|_| fault("zone".to_owned(), zone_name, "an IANA time zone such as `Europe/Madrid`")).ok();
        let segments = each("segments", &self.segments, |s| SegmentId::from_str(s).ok(), "the id of a segment", &mut fault);
        let industries =
            each("industries", &self.industries, |s| Some(text::words(s)).filter(|w| !w.is_empty()), "a word or a phrase", &mut fault);
        let regions = each("regions", &self.regions, Area::parse, "a country (`ES`), a part of one (`ES-MD`) or words", &mut fault);
        let absent = each("absent", &self.absent, days, "a day, or two with `..` between: `2026-12-24..2027-01-02`", &mut fault);
        let remind = self
            .remind
            .as_ref()
            .map(|written| each("remind", written, distance, "a duration from `1h` to `30d`, such as `7d`", &mut fault));
        let quiet = self.quiet.as_deref().filter(|q| !q.trim().is_empty()).and_then(|written| {
            let quiet = quiet(written);
            if quiet.is_none() {
                fault("quiet".to_owned(), written, "two different times of day, such as `22:00-07:00`");
            }
            quiet
        });
        let empty_digest = self.empty_digest.as_deref().map_or(Some(EmptyDigest::Trouble), EmptyDigest::from_word);
        if empty_digest.is_none() {
            fault("empty_digest".to_owned(), self.empty_digest.as_deref().unwrap_or_default(), "`trouble`, `always` or `never`");
        }
        let channel = self
            .channel
            .as_deref()
            .and_then(|written| ChannelId::from_str(written).map_err(|_| fault("channel".to_owned(), written, BadSlug::EXPECTED)).ok());
        let (Some(id), Some(zone), true) = (id, zone, faults.is_empty()) else { return Err(faults) };
        let name = text::squeeze(&self.name);
        Ok(Rep {
            name: if name.is_empty() { self.id.clone() } else { name },
            id,
            email: self.email.trim().to_owned(),
            zone,
            segments,
            industries,
            regions,
            capacity: self.capacity,
            digest: self.digest.clone().unwrap_or_else(|| DIGEST.to_owned()),
            empty_digest: empty_digest.unwrap_or(EmptyDigest::Trouble),
            questions: self.questions,
            alerts_per_hour: self.alerts_per_hour.unwrap_or(ALERTS_PER_HOUR),
            quiet,
            channel,
            absent,
            remind: remind.unwrap_or_else(|| REMIND.to_vec()),
        })
    }
}

fn each<T>(
    key: &str,
    written: &[String],
    read: impl Fn(&str) -> Option<T>,
    expected: &str,
    fault: &mut impl FnMut(String, &str, &str),
) -> Vec<T> {
    let mut good = Vec::new();
    for (index, entry) in written.iter().enumerate() {
        match read(entry) {
            Some(value) => good.push(value),
            None => fault(format!("{key}[{index}]"), entry, expected),
        }
    }
    good
}

/// Enough to catch what is no address at all; the mail channel judges the rest.
fn is_email(written: &str) -> bool {
    let Some((local, domain)) = written.trim().rsplit_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | '@'))
    };
    plain(local) && plain(domain) && written.len() <= 254 && !domain.starts_with('.') && !domain.ends_with('.')
}

fn distance(written: &str) -> Option<SignedDuration> {
    let span: Span = written.trim().parse().ok()?;
    let distance = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (SignedDuration::from_hours(1)..=SignedDuration::from_hours(30 * 24)).contains(&distance).then_some(distance)
}

fn days(written: &str) -> Option<(Date, Date)> {
    let (first, last) = written.split_once("..").unwrap_or((written, written));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

fn quiet(written: &str) -> Option<Quiet> {
    let (from, to) = written.split_once('-')?;
    let quiet = Quiet { from: time(from)?, to: time(to)? };
    (quiet.from != quiet.to).then_some(quiet)
}

fn time(written: &str) -> Option<Time> {
    let (hour, minute) = written.trim().split_once(':')?;
    if hour == "24" && minute == "00" {
        return Some(Time::midnight());
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}
