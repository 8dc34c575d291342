//! The settings of transports, and how they are checked. Knows the words, not what they do.

use std::borrow::Cow;
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::address::{Clockwork, has_from, has_to};
use super::{Transport, WalkBack, Window};
use crate::model::Fault;

/// The longest of all times in these settings: ten years.
const LONGEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);
/// Pages that a walk back reads in any case.
const LEAST: u32 = 2;

/// How the whole of a source is got: a word, or a table that says more.
#[derive(Debug, Clone, Default)]
pub struct TransportSpec {
    /// The table; a plain word fills only `kind`.
    pub table: TransportTable,
}

/// All that can be said about how the whole of a source is got.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TransportTable {
    /// `follow` (each page leads on, up to `pages`), `walk-back` (newest first, back to what is known), `cursor` (on from the portal's own word),
    /// `window` (stretches of time, put into `{from}` and `{to}` of the address), or `file` (one file is everything there is).
    pub kind: String,
    /// For `window`: entries of a full page, such as 100. A full page may hide some, so its stretch is halved.
    pub limit: Option<u32>,
    /// How times are written in the address: `%Y-%m-%dT%H:%M:%S` (the default), `%m/%d/%Y`, `%s`, …; in the zone of the portal or source.
    pub format: Option<String>,
    /// The IANA zone of these times, where it is not that of the portal or source.
    pub zone: Option<String>,
    /// How far back a first visit reaches, such as `7d`, which is the default.
    pub since: Option<String>,
    /// How far each visit reaches back into what was read before; `10m` by default.
    pub overlap: Option<String>,
    /// For `window`: the longest stretch asked for at once, such as `30d`, which is the default.
    pub longest: Option<String>,
    /// For `window`: `true` where the pages of one stretch lead on and say how many entries there are in all: they are followed and counted,
    /// and a full page is no reason to halve the stretch. `false` by default: portals lose entries that way without a sign.
    pub next: Option<bool>,
    /// For `window`: how old something is before it can be asked for, such as `1d` for a portal that shows days when they are over.
    pub lag: Option<String>,
    /// For `walk-back`: pages read in every visit, since corrections come without a word; 2 by default.
    pub least: Option<u32>,
    /// For `walk-back`: the query parameter that numbers pages, where no page names the next one.
    pub page: Option<String>,
}

impl<'de> Deserialize<'de> for TransportSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = TransportSpec;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word such as \"walk-back\", or { kind = \"window\", limit = 100 }")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<TransportSpec, E> {
                Ok(TransportSpec { table: TransportTable { kind: text.to_owned(), ..TransportTable::default() } })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TransportSpec, A::Error> {
                TransportTable::deserialize(MapAccessDeserializer::new(map)).map(|table| TransportSpec { table })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for TransportSpec {
    fn schema_name() -> Cow<'static, str> {
        "Transport".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<TransportTable>();
        json_schema!({ "anyOf": [{ "type": "string" }, table] })
    }
}

impl TransportSpec {
    /// Checks and compiles; all faults are added. `roots` are the addresses that the source starts from.
    pub(in crate::extract) fn compile(spec: Option<&Self>, roots: &[Url], zone: &TimeZone, faults: &mut Vec<Fault>) -> Transport {
        let places = |url: &&Url| has_from(url) || has_to(url);
        let Some(Self { table }) = spec else {
            if let Some(url) = roots.iter().find(places) {
                faults.push(Fault::new("transport", url.as_str(), "`window` or `cursor`, since the address has a place for a time"));
            }
            return Transport::Follow;
        };
        let before = faults.len();
        let clock = table.clock(zone, faults);
        let transport = match table.kind.as_str() {
            "follow" => Transport::Follow,
            "file" => Transport::File,
            "walk-back" => Transport::WalkBack(WalkBack { least: table.least.unwrap_or(LEAST), page: table.page.clone() }),
            "cursor" => Transport::Cursor(clock),
            "window" => {
                let longest = time("longest", table.longest.as_deref(), SignedDuration::from_hours(30 * 24), faults);
                Transport::Window(Window { clock, limit: table.limit, longest, next: table.next.unwrap_or_default() })
            }
            other => {
                faults.push(Fault::new("transport", other, "one of `follow`, `walk-back`, `cursor`, `window`, `file`"));
                return Transport::Follow;
            }
        };
        if let Transport::Window(window) = &transport
            && let Some(url) = roots.iter().find(|url| !has_from(url) || !(has_to(url) || window.is_of_days()))
        {
            faults.push(Fault::new("url", url.as_str(), "an address with `{from}` and `{to}` where the stretch of time belongs"));
        }
        if let (false, Some(url)) = (transport.moves(), roots.iter().find(places)) {
            faults.push(Fault::new("url", url.as_str(), "an address without `{from}` and `{to}`: only `window` and `cursor` fill them in"));
        }
        table.unused(&transport, faults);
        if faults.len() == before { transport } else { Transport::Follow }
    }
}

impl TransportTable {
    fn clock(&self, zone: &TimeZone, faults: &mut Vec<Fault>) -> Clockwork {
        let usual = if self.kind == "cursor" { "%s" } else { "%Y-%m-%dT%H:%M:%S" };
        let format = self.format.clone().unwrap_or_else(|| usual.to_owned());
        let written = jiff::fmt::strtime::format(&format, &Timestamp::UNIX_EPOCH.to_zoned(zone.clone()));
        if written.is_err() || !format.contains('%') {
            faults.push(Fault::new("transport.format", &format, "the form of a time, such as `%Y-%m-%dT%H:%M:%S` or `%m/%d/%Y`"));
        }
        let days = !["%H", "%I", "%T", "%R", "%s", "%c", "%X"].iter().any(|part| format.contains(part));
        let zone = self.zone.as_deref().map_or_else(
            || zone.clone(),
            |name| {
                TimeZone::get(name).unwrap_or_else(|_| {
                    faults.push(Fault::new("transport.zone", name, "an IANA time zone such as `Europe/London`"));
                    zone.clone()
                })
            },
        );
        Clockwork {
            zone,
            format,
            days,
            since: time("since", self.since.as_deref(), SignedDuration::from_hours(7 * 24), faults),
            overlap: time("overlap", self.overlap.as_deref(), SignedDuration::from_mins(10), faults),
            lag: time("lag", self.lag.as_deref(), SignedDuration::ZERO, faults),
        }
    }

    /// Faults for settings that this transport would silently leave unused.
    fn unused(&self, transport: &Transport, faults: &mut Vec<Fault>) {
        let (window, back) = (matches!(transport, Transport::Window(_)), matches!(transport, Transport::WalkBack(_)));
        for (key, set, used, whose) in [
            ("limit", self.limit.is_some(), window, "window"),
            ("longest", self.longest.is_some(), window, "window"),
            ("next", self.next.is_some(), window, "window"),
            ("lag", self.lag.is_some(), window, "window"),
            ("format", self.format.is_some(), transport.moves(), "window` and `cursor"),
            ("zone", self.zone.is_some(), transport.moves(), "window` and `cursor"),
            ("since", self.since.is_some(), transport.moves(), "window` and `cursor"),
            ("overlap", self.overlap.is_some(), transport.moves(), "window` and `cursor"),
            ("least", self.least.is_some(), back, "walk-back"),
            ("page", self.page.is_some(), back, "walk-back"),
        ] {
            if set && !used {
                faults.push(Fault::new(format!("transport.{key}"), transport.word(), format!("only `{whose}` has it: leave it out")));
            }
        }
    }
}

fn time(key: &str, text: Option<&str>, usual: SignedDuration, faults: &mut Vec<Fault>) -> SignedDuration {
    let Some(text) = text else { return usual };
    let read = text.trim().parse::<Span>().ok().and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    read.filter(|time| (SignedDuration::ZERO..=LONGEST).contains(time)).unwrap_or_else(|| {
        faults.push(Fault::new(format!("transport.{key}"), text, "a time such as `30m` or `7d`"));
        usual
    })
}
