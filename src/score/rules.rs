//! Conditions of rules, as compiled, and what the facts say to them. Knows no points and no sums.

use std::cell::OnceCell;

use jiff::Timestamp;

use super::Known;
use crate::base::ids::SourceId;
use crate::base::text;
use crate::model::{Answer, Area, Evidence, Fact, FactName, Record, RecordKind, Value, within};

/// A word or phrase, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    text: String,
    /// Whether the last word may go on (`pallet*`).
    stem: bool,
}

/// Words of which one must be there, and words that must not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phrases {
    any: Vec<Phrase>,
    none: Vec<Phrase>,
}

impl Phrase {
    fn parse(written: &str) -> Option<Self> {
        let text = text::words(written);
        (!text.is_empty()).then(|| Self { text, stem: written.trim_end().ends_with('*') })
    }

    /// Looks in text folded by [`text::words`] and padded with one space on both sides.
    fn is_in(&self, padded: &str) -> bool {
        if self.stem { padded.contains(&format!(" {}", self.text)) } else { padded.contains(&format!(" {} ", self.text)) }
    }
}

impl Phrases {
    /// Reads them; the error is the entry that says nothing, or `None` when there is no word to look for.
    pub(super) fn parse(written: &[String]) -> Result<Self, Option<usize>> {
        let mut phrases = Self::default();
        for (index, entry) in written.iter().enumerate() {
            let (list, entry) = match entry.trim().strip_prefix('-') {
                Some(rest) => (&mut phrases.none, rest),
                None => (&mut phrases.any, entry.as_str()),
            };
            list.push(Phrase::parse(entry).ok_or(Some(index))?);
        }
        if phrases.any.is_empty() && !written.is_empty() { Err(None) } else { Ok(phrases) }
    }

    fn is_empty(&self) -> bool {
        self.any.is_empty()
    }

    fn holds(&self, padded: &str) -> bool {
        self.any.iter().any(|phrase| phrase.is_in(padded)) && !self.none.iter().any(|phrase| phrase.is_in(padded))
    }
}

/// A condition on one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldCondition {
    pub(super) name: String,
    pub(super) contains: Phrases,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
}

/// A compiled `when`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Condition {
    pub(super) words: Phrases,
    pub(super) industry: Phrases,
    pub(super) region: Vec<Area>,
    pub(super) country: Vec<Area>,
    pub(super) source: Vec<SourceId>,
    pub(super) record: Vec<RecordKind>,
    pub(super) has: Vec<FactName>,
    pub(super) lacks: Vec<FactName>,
    pub(super) cpv: Vec<String>,
    pub(super) field: Option<FieldCondition>,
}

/// What the facts say to a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It holds; the proof, unless it is about something absent.
    Yes(Option<Evidence>),
    /// It does not.
    No,
    /// Nobody knows; these facts would tell (a field that is no fact has no name here).
    Unknown(Vec<FactName>),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes(evidence) => Self::Yes(Some(evidence)),
            Answer::No(_) => Self::No,
            Answer::Unknown(fact) => Self::Unknown(vec![fact]),
        }
    }
}

struct Read<'a> {
    record: &'a Record,
    at: Timestamp,
    texts: OnceCell<Vec<(&'a str, String)>>,
}

impl<'a> Read<'a> {
    fn new(record: &'a Record, at: Timestamp) -> Self {
        Self { record, at, texts: OnceCell::new() }
    }

    /// Padded folded text of each field that holds words; made once, and only for rules that ask for words.
    fn texts(&self) -> &[(&'a str, String)] {
        self.texts.get_or_init(|| texts(self.record, self.at))
    }
}

/// What was known at a moment, the most trusted and newest first: the first proof found is the best.
pub(super) struct View<'a> {
    pub(super) known: Known<'a>,
    pub(super) at: Timestamp,
    records: Vec<Read<'a>>,
    facts: Vec<&'a Fact>,
}

fn padded(words: &str) -> String {
    format!(" {} ", text::words(words))
}

/// The words of a value, where it holds words.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(padded(text)),
        // Members are kept apart by a sign that no phrase holds.
        Value::List(values) => Some(values.iter().filter_map(said).collect::<Vec<_>>().join("|")).filter(|text| !text.is_empty()),
        Value::Url(_) | Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) => None,
    }
}

impl<'a> View<'a> {
    pub(super) fn new(known: Known<'a>, at: Timestamp) -> Self {
        let trust = |source: &SourceId| (known.trust_of)(source);
        let mut records: Vec<&Record> = known.records.iter().filter(|r| r.first_seen <= at && !(r.gone && r.changed <= at)).collect();
        records.sort_by(|a, b| trust(&b.source).total_cmp(&trust(&a.source)).then_with(|| (b.first_seen, b.id).cmp(&(a.first_seen, a.id))));
        records.dedup_by_key(|record| record.id);
        let mut facts: Vec<&Fact> = known.organisation.facts.iter().filter(|fact| fact.evidence.seen <= at).collect();
        facts.sort_by(|a, b| {
            let trusts = trust(&b.evidence.source).total_cmp(&trust(&a.evidence.source));
            trusts
                .then_with(|| (b.evidence.seen, b.record, b.name).cmp(&(a.evidence.seen, a.record, a.name)))
                .then_with(|| a.value.text().cmp(&b.value.text()))
        });
        let records = records.into_iter().map(|record| Read::new(record, at)).collect();
        Self { known, at, records, facts }
    }

    /// The view that a rule over a signal has: its own record only, all facts.
    pub(super) fn of_record(&self, record: crate::base::ids::RecordId) -> View<'a> {
        let of_signal = self.known.records.iter().filter(|r| r.id == record && r.first_seen <= self.at).take(1);
        let records = of_signal.map(|record| Read::new(record, self.at)).collect();
        View { known: self.known, at: self.at, records, facts: self.facts.clone() }
    }

    pub(super) fn facts(&self, name: FactName) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().copied().filter(move |fact| fact.name == name)
    }

    /// Whether a source trusted at least so much knows the organisation.
    pub(super) fn known_to(&self, trust: f32) -> bool {
        let mut sources = self.records.iter().map(|read| &read.record.source).chain(self.facts.iter().map(|fact| &fact.evidence.source));
        sources.any(|source| (self.known.trust_of)(source) >= trust)
    }

    pub(super) fn trust(&self, evidence: &Evidence) -> f32 {
        (self.known.trust_of)(&evidence.source)
    }
}

fn texts(record: &Record, at: Timestamp) -> Vec<(&str, String)> {
    let known = record.fields.iter().filter(|(_, field)| field.first_seen <= at);
    known.filter_map(|(name, field)| Some((name.as_str(), said(&field.value)?))).collect()
}

impl Condition {
    /// Whether it asks what a record is about: something that organisations do not say, and that does not pass with time.
    pub(super) fn asks_of_records(&self) -> bool {
        let passes = |name: &str| matches!(name, "stage" | "deadline" | "questions_until" | "opening" | "published");
        !self.words.is_empty() || !self.cpv.is_empty() || self.field.as_ref().is_some_and(|field| !passes(&field.name))
    }

    /// What the facts say; all keys together. One "no" settles it, then what is unknown, then "yes" with the first proof.
    pub(super) fn ask(&self, view: &View<'_>) -> Outcome {
        let mut proof = None;
        let mut unknown: Option<Vec<FactName>> = None;
        for outcome in self.outcomes(view) {
            match outcome {
                Outcome::No => return Outcome::No,
                Outcome::Unknown(facts) => unknown.get_or_insert_default().extend(facts),
                Outcome::Yes(evidence) => proof = better(view, proof, evidence),
            }
        }
        match unknown {
            Some(mut facts) => {
                facts.sort_unstable();
                facts.dedup();
                Outcome::Unknown(facts)
            }
            None => Outcome::Yes(proof),
        }
    }

    fn outcomes(&self, view: &View<'_>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        if !self.words.is_empty() {
            outcomes.push(ask_words(&self.words, view));
        }
        if !self.industry.is_empty() {
            outcomes.push(ask_fact(FactName::Industry, view, |fact| said(&fact.value).is_some_and(|text| self.industry.holds(&text))));
        }
        for areas in [&self.region, &self.country] {
            if !areas.is_empty() {
                outcomes.push(within(areas, view.known.organisation, view.at).into());
            }
        }
        if !self.source.is_empty() {
            outcomes.push(ask_record(view, |record| self.source.contains(&record.source)));
        }
        if !self.record.is_empty() {
            outcomes.push(ask_record(view, |record| self.record.contains(&record.kind)));
        }
        outcomes.extend(self.has.iter().map(|name| ask_fact(*name, view, |_| true)));
        outcomes.extend(self.lacks.iter().map(|name| if view.facts(*name).next().is_some() { Outcome::No } else { Outcome::Yes(None) }));
        if !self.cpv.is_empty() {
            outcomes.push(ask_cpv(&self.cpv, view));
        }
        outcomes.extend(self.field.as_ref().map(|field| ask_field(field, view)));
        outcomes
    }
}

/// Of two proofs of one rule the less trusted stands for it: a chain is as strong as its weakest link.
fn better(view: &View<'_>, held: Option<Evidence>, new: Option<Evidence>) -> Option<Evidence> {
    match (held, new) {
        (Some(held), Some(new)) => Some(if view.trust(&new) < view.trust(&held) { new } else { held }),
        (held, new) => held.or(new),
    }
}

fn ask_words(words: &Phrases, view: &View<'_>) -> Outcome {
    for read in &view.records {
        let forbidden = read.texts().iter().any(|(_, text)| words.none.iter().any(|phrase| phrase.is_in(text)));
        let hit = read.texts().iter().find(|(_, text)| words.any.iter().any(|phrase| phrase.is_in(text)));
        if let (false, Some((field, _))) = (forbidden, hit) {
            return Outcome::Yes(read.record.evidence(field));
        }
    }
    Outcome::No
}

fn ask_fact(name: FactName, view: &View<'_>, holds: impl Fn(&Fact) -> bool) -> Outcome {
    let mut facts = view.facts(name).peekable();
    if facts.peek().is_none() {
        return Outcome::Unknown(vec![name]);
    }
    facts.find(|fact| holds(fact)).map_or(Outcome::No, |fact| Outcome::Yes(Some(fact.evidence.clone())))
}

fn ask_record(view: &View<'_>, holds: impl Fn(&Record) -> bool) -> Outcome {
    match view.records.iter().find(|read| holds(read.record)) {
        Some(read) => Outcome::Yes(Some(whole(read.record))),
        None => Outcome::No,
    }
}

/// The proof that a record is there at all.
fn whole(record: &Record) -> Evidence {
    let named = ["title", "name"].into_iter().find_map(|field| record.evidence(field));
    named.or_else(|| record.fields.keys().next().and_then(|field| record.evidence(field.as_str()))).unwrap_or_else(|| Evidence {
        source: record.source.clone(),
        url: record.url.clone(),
        quote: String::new(),
        path: String::new(),
        content: record.content,
        seen: record.first_seen,
    })
}

fn ask_cpv(prefixes: &[String], view: &View<'_>) -> Outcome {
    let mut any = false;
    for read in &view.records {
        let Some(field) = read.record.fields.get("cpv").filter(|field| field.first_seen <= view.at) else { continue };
        any = true;
        let holds = |value: &Value| {
            let digits: String = value.text().chars().take_while(|c| *c != '-').filter(char::is_ascii_digit).collect();
            prefixes.iter().any(|prefix| digits.starts_with(prefix.as_str()))
        };
        if field.value.each().iter().any(holds) {
            return Outcome::Yes(read.record.evidence("cpv"));
        }
    }
    if any { Outcome::No } else { Outcome::Unknown(Vec::new()) }
}

fn ask_field(condition: &FieldCondition, view: &View<'_>) -> Outcome {
    let fact = FactName::from_word(&condition.name);
    let mut any = false;
    let of_facts = view.facts.iter().filter(|f| Some(f.name) == fact).map(|f| (&f.value, Some(f.evidence.clone())));
    let of_records = view.records.iter().filter_map(|read| {
        let field = read.record.fields.get(condition.name.as_str()).filter(|field| field.first_seen <= view.at)?;
        Some((&field.value, read.record.evidence(&condition.name)))
    });
    for (value, evidence) in of_facts.chain(of_records) {
        any = true;
        if value.each().iter().any(|one| condition.holds(one)) {
            return Outcome::Yes(evidence);
        }
    }
    if any { Outcome::No } else { Outcome::Unknown(fact.into_iter().collect()) }
}

impl FieldCondition {
    fn holds(&self, value: &Value) -> bool {
        let words = self.contains.is_empty() || self.contains.holds(&padded(&value.text()));
        let bounded = self.min.is_some() || self.max.is_some();
        words
            && (!bounded
                || number(value).is_some_and(|number| self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)))
    }
}

/// The number in a value; of words the first one ("1,200 employees").
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => f64::try_from(*number).ok(),
        Value::Money(amount) => f64::try_from(amount.number).ok(),
        Value::Text(text) => first_number(text),
        Value::Url(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) | Value::List(_) => None,
    }
}

fn first_number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut digits = String::new();
    let mut rest = text[start..].chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // A separator belongs to the number only when three digits follow: "1.200" is 1200, "2.5" is 2.
        let group: Vec<char> = rest.clone().take(4).collect();
        let three = group.len() >= 3 && group[..3].iter().all(char::is_ascii_digit) && !group.get(3).is_some_and(char::is_ascii_digit);
        if !matches!(c, '.' | ',' | ' ' | '\'' | '\u{a0}') || !three {
            break;
        }
    }
    digits.parse().ok()
}
