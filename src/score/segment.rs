//! A segment as compiled: every mistake in its settings found and named at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use jiff::{SignedDuration, Span, SpanRelativeTo};

use super::gates::Gate;
use super::profile::ProfileAsk;
use super::rules::Condition;
use super::signals::half_life;
use super::spec::{GateSpec, PointsSpec, Spec, WhenSpec};
use super::tables::is_nace;
use super::words::{Language, Phrases};
use crate::base::ids::{BadSlug, ContentHash, SourceId};
use crate::model::{Area, FactName, Fault, ListName, SignalKind, Terms};

/// Points from which on an organisation is a lead, unless the segment says otherwise.
const LINE: f64 = 10.0;
/// Points from which on a rep is told at once, unless the segment says otherwise.
const HOT: f64 = 40.0;
/// The most that one rule may give or take: odds of 2^100 to 1 are certainty, and sums stay far from any overflow.
const MOST_POINTS: f64 = 1_000.0;
/// Rules of one segment.
const RULES: usize = 1_000;

/// What a rule with points looks at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Of {
    /// What is known of the organisation.
    Fit,
    /// Signals of a kind, fading.
    Signal(SignalKind, SignedDuration),
}

/// A compiled rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) place: String,
    pub(super) of: Of,
    pub(super) when: Option<Condition>,
    pub(super) centipoints: i64,
    pub(super) why: String,
    pub(super) family: Option<String>,
}

/// A segment, ready to score with.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its name, its lines and what it wants done.
    pub terms: Terms,
    /// Leads a week that its reps can work.
    pub capacity_per_week: Option<u32>,
    /// Hash of its settings: a score names the rules it was made with.
    pub hash: ContentHash,
    pub(super) gates: Vec<Gate>,
    pub(super) rules: Vec<Rule>,
    pub(super) caps: BTreeMap<String, i64>,
}

impl Segment {
    /// The sources that alone can make leads of it; `None` where some rule with points takes the word of any source.
    pub fn fed_by(&self) -> Option<BTreeSet<&SourceId>> {
        let mut named = BTreeSet::new();
        for rule in self.rules.iter().filter(|rule| rule.centipoints > 0) {
            let sources: Vec<&SourceId> =
                rule.when.as_ref().map(|when| when.sources().collect()).filter(|sources: &Vec<_>| !sources.is_empty())?;
            named.extend(sources);
        }
        (!named.is_empty()).then_some(named)
    }

    /// Every source that a rule names, with the rule's place: `config` checks that they are there.
    pub fn sources(&self) -> impl Iterator<Item = (&SourceId, &str)> {
        self.rules.iter().flat_map(|rule| rule.when.iter().flat_map(Condition::sources).map(|source| (source, rule.place.as_str())))
    }
}

/// Centipoints of points as written.
#[expect(clippy::cast_possible_truncation, reason = "bounded by MOST_POINTS before")]
fn centipoints(points: f64) -> i64 {
    (points.clamp(-MOST_POINTS, MOST_POINTS) * 100.0).round() as i64
}

/// Collects faults, so that one run names all of them.
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, key: impl Into<String>, found: impl Display, expected: impl Into<String>) {
        self.0.push(Fault::new(key, found.to_string(), expected));
    }

    fn points(&mut self, key: &str, points: f64) -> i64 {
        if !points.is_finite() || points.abs() > MOST_POINTS {
            self.add(key, points, format!("points between -{MOST_POINTS} and {MOST_POINTS}; +10 doubles the odds"));
        }
        centipoints(if points.is_finite() { points } else { 0.0 })
    }

    pub(super) fn each<T>(&mut self, key: &str, written: &[String], read: impl Fn(&str) -> Option<T>, expected: &str) -> Vec<T> {
        let mut good = Vec::new();
        for (index, entry) in written.iter().enumerate() {
            match read(entry) {
                Some(value) => good.push(value),
                None => self.add(format!("{key}[{index}]"), entry, expected),
            }
        }
        good
    }

    pub(super) fn phrases(&mut self, key: &str, written: &[String], language: Option<Language>) -> Phrases {
        Phrases::parse(written, language).unwrap_or_else(|index| {
            match index {
                Some(index) => self.add(format!("{key}[{index}]"), &written[index], "a word or a phrase"),
                None => self.add(key, written.join(", "), "at least one word to look for beside those to leave out"),
            }
            Phrases::default()
        })
    }

    pub(super) fn areas(&mut self, key: &str, written: &[String]) -> Vec<Area> {
        self.each(key, written, Area::parse, "a country (`ES`), a part of one (`ES-MD`, `ES30`) or the words a source uses")
    }

    pub(super) fn countries(&mut self, key: &str, written: &[String]) -> Vec<Area> {
        let country = |text: &str| Area::parse(text).filter(|area| matches!(area, Area::Country(_)));
        self.each(key, written, country, "a country: two letters of ISO 3166-1 such as `ES`, or its usual name")
    }

    pub(super) fn nace(&mut self, key: &str, written: &[String]) -> Vec<String> {
        let read = |code: &str| Some(code.trim().to_uppercase()).filter(|code| is_nace(code));
        self.each(key, written, read, "a section of NACE (`C`) or a division (`10`)")
    }

    pub(super) fn facts(&mut self, key: &str, written: &[String]) -> Vec<FactName> {
        let expected = format!("a fact: {}", words(&FactName::ALL, FactName::word));
        self.each(key, written, FactName::from_word, &expected)
    }
}

pub(super) fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|one| format!("`{}`", word(*one))).collect::<Vec<_>>().join(", ")
}

/// `10d`, `12h`, `2 weeks`: a day is 24 hours here.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let span: Span = text.trim().parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok().filter(|d| *d >= SignedDuration::from_mins(1))
}

impl Spec {
    /// Checks the settings; all mistakes at once.
    pub fn compile(&self) -> Result<Segment, Vec<Fault>> {
        let mut faults = Faults(Vec::new());
        let segment = self.id.parse().map_err(|_: BadSlug| faults.add("id", &self.id, BadSlug::EXPECTED));
        let line = faults.points("line", self.line.unwrap_or(LINE));
        let hot = faults.points("hot", self.hot.unwrap_or(HOT.max(self.line.unwrap_or(LINE))));
        if hot < line {
            faults.add("hot", self.hot.unwrap_or(HOT), "no less than `line`: whoever is told at once must be a lead first");
        }
        let mut gates = Vec::new();
        let areas = [faults.areas("regions", &self.regions), faults.countries("countries", &self.countries)];
        for (key, areas) in ["regions", "countries"].into_iter().zip(areas) {
            if !areas.is_empty() {
                gates.push(Gate::Within(key, areas));
            }
        }
        for (index, gate) in self.gates.iter().enumerate() {
            gates.extend(gate.compile(&format!("gates[{index}]"), &mut faults));
        }
        if self.points.len() > RULES {
            faults.add("points", self.points.len(), format!("at most {RULES} rules"));
        }
        let mut rules = Vec::new();
        for (index, rule) in self.points.iter().enumerate().take(RULES) {
            rules.push(rule.compile(&format!("points[{index}]"), &self.id, &mut faults));
        }
        let caps = self.compile_caps(&mut faults);
        let Ok(segment) = segment else { return Err(faults.0) };
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        let title = if self.title.trim().is_empty() { self.id.clone() } else { crate::base::text::squeeze(&self.title) };
        let terms = Terms { segment, title, line, hot, next_step: crate::base::text::squeeze(&self.next_step) };
        let hash = ContentHash::of(format!("{self:?}").as_bytes());
        Ok(Segment { terms, capacity_per_week: self.capacity_per_week, hash, gates, rules, caps })
    }

    fn compile_caps(&self, faults: &mut Faults) -> BTreeMap<String, i64> {
        let mut caps = BTreeMap::new();
        for (family, cap) in &self.caps {
            let key = format!("caps.{family}");
            if !self.points.iter().any(|rule| rule.family.as_ref() == Some(family)) {
                faults.add(key, family, "the `family` of at least one rule");
            } else if cap.is_finite() && *cap >= 0.0 {
                caps.insert(family.clone(), faults.points(&key, *cap));
            } else {
                faults.add(key, cap, "points, 0 or more: the most that this family adds or takes");
            }
        }
        caps
    }
}

impl GateSpec {
    fn compile(&self, key: &str, faults: &mut Faults) -> Option<Gate> {
        let mut written = Vec::new();
        if let Some(list) = &self.exclude {
            let gate = ListName::from_word(list).map(Gate::Exclude).or_else(|| kind_of_client(list, false));
            if gate.is_none() {
                let expected = format!("a list or a kind of client: {}, {KINDS}", words(&ListName::ALL, ListName::word));
                faults.add(format!("{key}.exclude"), list, expected);
            }
            written.push(gate);
        }
        written.extend(self.require.as_deref().map(|what| required(what, key, faults)));
        if !self.country.is_empty() {
            written.push(Some(Gate::Within("country", faults.countries(&format!("{key}.country"), &self.country))));
        }
        if !self.region.is_empty() {
            written.push(Some(Gate::Within("region", faults.areas(&format!("{key}.region"), &self.region))));
        }
        if !self.nace.is_empty() {
            written.push(Some(Gate::Kind(ProfileAsk::Nace(faults.nace(&format!("{key}.nace"), &self.nace)))));
        }
        if !self.size_band.is_empty() {
            written.push(Some(Gate::Kind(ProfileAsk::SizeBand(self.size_band.clone()))));
        }
        if written.len() != 1 {
            let expected = "exactly one of `exclude`, `require`, `country`, `region`, `nace`, `size_band`";
            faults.add(key, format!("{} keys", written.len()), expected);
        }
        written.pop().flatten()
    }
}

const KINDS: &str = "`government`, `state-owned`, `reseller`";

/// A kind of client that must be, or must not be.
fn kind_of_client(word: &str, wanted: bool) -> Option<Gate> {
    let ask = match word {
        "government" => ProfileAsk::Government(wanted),
        "state-owned" => ProfileAsk::StateOwned(wanted),
        "reseller" => ProfileAsk::Reseller(wanted),
        _ => return None,
    };
    Some(Gate::Kind(ask))
}

/// What must be known of an organisation.
fn required(what: &str, key: &str, faults: &mut Faults) -> Option<Gate> {
    match what {
        "legal-entity" => Some(Gate::LegalEntity),
        "contact" => Some(Gate::Contact),
        "government" | "state-owned" | "reseller" => kind_of_client(what, true),
        fact => {
            let name = FactName::from_word(fact);
            if name.is_none() {
                let expected = format!("`legal-entity`, `contact`, {KINDS}, or a fact: {}", words(&FactName::ALL, FactName::word));
                faults.add(format!("{key}.require"), fact, expected);
            }
            name.map(Gate::Has)
        }
    }
}

impl PointsSpec {
    fn compile(&self, key: &str, segment: &str, faults: &mut Faults) -> Rule {
        let when = self.when.as_ref().map(|when| when.compile(&format!("{key}.when"), faults));
        if self.half_life.is_some() && self.signal.is_none() {
            faults.add(format!("{key}.half_life"), self.half_life.as_deref().unwrap_or_default(), "`signal` beside it: only signals fade");
        }
        let of = self.signal.as_deref().map_or(Of::Fit, |word| self.compile_signal(key, word, faults));
        if self.when.is_none() && self.signal.is_none() {
            faults.add(key, "neither `when` nor `signal`", "`when = { … }`, `signal = \"…\"`, or both");
        }
        if self.points == 0.0 {
            faults.add(format!("{key}.points"), self.points, "points other than 0: +10 doubles the odds, -10 halves them");
        }
        let family = self.family.clone().filter(|family| !family.is_empty());
        if family.is_some() && self.signal.is_some() {
            faults.add(
                format!("{key}.family"),
                family.as_deref().unwrap_or_default(),
                "no family for a signal: repeats already count less",
            );
        }
        let centipoints = faults.points(&format!("{key}.points"), self.points);
        let why = match (self.why.trim(), &self.signal) {
            ("", Some(signal)) => signal.replace('-', " "),
            ("", None) => self.when.as_ref().map(WhenSpec::said).unwrap_or_default(),
            (why, _) => why.to_owned(),
        };
        Rule { place: format!("{segment}.{key}"), of, when, centipoints, why, family }
    }

    fn compile_signal(&self, key: &str, word: &str, faults: &mut Faults) -> Of {
        let kind = SignalKind::from_word(word);
        if kind.is_none() {
            faults.add(format!("{key}.signal"), word, format!("a kind of signal: {}", words(&SignalKind::ALL, SignalKind::word)));
        }
        let kind = kind.unwrap_or(SignalKind::RecordChanged);
        let fades = match self.half_life.as_deref() {
            None => half_life(kind),
            Some(text) => duration(text).unwrap_or_else(|| {
                faults.add(format!("{key}.half_life"), text, "a duration of a minute or more, such as `10d` or `12h`");
                half_life(kind)
            }),
        };
        Of::Signal(kind, fades)
    }
}
