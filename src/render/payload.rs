//! What machines get: JSON in the shape of Standard Webhooks (`type`, `timestamp`, `data`), below 20 kB, stable within a major version.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::sentence::place_of;
use super::{Item, Language, next_step_quoted, sentence};
use crate::base::ids::SegmentId;
use crate::base::text::clip;
use crate::model::{
    Decision, Evidence, Failure, Field, Organisation, PartKind, Record, Sealed, Signal, SourceState, Subject, Value, deadline, stage,
};

/// Bytes a payload stays below (the specification's advice); fewer signals, facts and quotes are told first.
const BYTES: usize = 20_000;
/// Characters of a tender's title and buyer.
const TEXT: usize = 500;

/// Something a machine is told.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A lead's first revision (`lead.created`) or a later one (`lead.updated`).
    Lead {
        /// The lead.
        item: Item<'a>,
        /// The deadline that comes first of what its reasons call for and that is not over, as its portal says it.
        deadline: Option<&'a Field>,
    },
    /// A tender that segments look for is otherwise than it was, and no lead tells of it (`tender.changed`).
    Tender {
        /// The tender as it is now, as all portals tell it.
        record: &'a Record,
        /// What became otherwise.
        signal: &'a Signal,
        /// The segments that look for it.
        segments: &'a [&'a SegmentId],
    },
    /// A test by hand (`test`).
    Test {
        /// Words of whoever sends it.
        note: &'a str,
        /// When.
        at: Timestamp,
    },
    /// A source fails, is silent, lost a field or holds what cannot be read (`source.ill`).
    SourceIll {
        /// Which.
        source: &'a str,
        /// What people call it.
        title: &'a str,
        /// What.
        failure: &'a Failure,
        /// Since when.
        since: Timestamp,
        /// What is remembered of it.
        state: &'a SourceState,
    },
    /// A source is well again (`source.well`).
    SourceWell {
        /// Which.
        source: &'a str,
        /// What people call it.
        title: &'a str,
        /// Since when.
        since: Timestamp,
        /// What is remembered of it.
        state: &'a SourceState,
    },
    /// A word to the operator (`notice`).
    Notice {
        /// What.
        text: &'a str,
        /// When.
        at: Timestamp,
    },
}

impl Event<'_> {
    /// The event's type, dot-separated words.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Lead { item, .. } => {
                if item.lead.revision <= 1 {
                    "lead.created"
                } else {
                    "lead.updated"
                }
            }
            Self::Tender { .. } => "tender.changed",
            Self::Test { .. } => "test",
            Self::SourceIll { .. } => "source.ill",
            Self::SourceWell { .. } => "source.well",
            Self::Notice { .. } => "notice",
        }
    }
}

#[derive(Serialize)]
struct Body<'a, D> {
    r#type: &'a str,
    timestamp: String,
    data: D,
}

#[derive(Serialize)]
struct LeadData<'a> {
    lead: String,
    revision: u32,
    segment: &'a str,
    segment_title: &'a str,
    state: &'a str,
    title: &'a str,
    organisation: OrganisationData<'a>,
    /// Points; exact to the hundredth.
    fit: f64,
    signal: f64,
    total_between: [f64; 2],
    known_percent: u8,
    parts: Vec<PartData<'a>>,
    unknown: Vec<&'a str>,
    signals: Vec<SignalData<'a>>,
    /// RFC 3339, by the clock it was written for; of a day alone its beginning in UTC.
    deadline: Option<String>,
    /// As it was published.
    deadline_text: Option<&'a str>,
    next_step: String,
    owner: OwnerData<'a>,
    /// What somebody said of it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictData<'a>>,
    first_seen: String,
    changed: String,
    /// Whether something was left out to stay small.
    shortened: bool,
}

#[derive(Serialize)]
struct OrganisationData<'a> {
    id: String,
    name: Option<&'a str>,
    facts: Vec<FactData<'a>>,
}

#[derive(Serialize)]
struct FactData<'a> {
    name: &'a str,
    value: String,
    source: &'a str,
    url: &'a str,
    seen: String,
}

#[derive(Serialize)]
struct PartData<'a> {
    of: &'a str,
    points: f64,
    why: &'a str,
    how: &'a str,
    rule: &'a str,
    evidence: Option<EvidenceData<'a>>,
}

#[derive(Serialize)]
struct SignalData<'a> {
    kind: &'a str,
    sentence: String,
    at: String,
    evidence: EvidenceData<'a>,
    /// Of the lead's group, the one that it is of, where that is not the lead's organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<MemberData<'a>>,
}

#[derive(Serialize)]
struct MemberData<'a> {
    id: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

#[derive(Serialize)]
struct EvidenceData<'a> {
    source: &'a str,
    url: &'a str,
    quote: &'a str,
    seen: String,
}

#[derive(Serialize)]
struct OwnerData<'a> {
    rep: Option<&'a str>,
    why: &'a str,
}

#[derive(Serialize)]
struct VerdictData<'a> {
    said: &'a str,
    at: String,
    by: &'a str,
    because: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Serialize)]
struct TenderData<'a> {
    tender: String,
    procedure: &'a str,
    segments: Vec<&'a str>,
    title: String,
    buyer: Option<String>,
    stage: &'a str,
    /// By the clock it was written for.
    deadline: Option<String>,
    /// In UTC; of a day alone its beginning.
    deadline_at: Option<String>,
    url: &'a str,
    change: SignalData<'a>,
}

#[derive(Serialize)]
struct NoteData<'a> {
    note: &'a str,
}

#[derive(Serialize)]
struct SourceData<'a> {
    source: &'a str,
    source_title: &'a str,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_to_do: Option<&'a str>,
    /// Everything up to then was read.
    complete_until: Option<String>,
    /// When something new last came.
    last_new: Option<String>,
    /// Entries that could not be read at the last visit.
    unread: u32,
    /// Fields left unknown, of those that could.
    unknown_fields: u32,
}

/// How much is told of each list.
#[derive(Clone, Copy)]
struct Limits {
    facts: usize,
    parts: usize,
    signals: usize,
    quotes: bool,
}

/// The event as sealed bytes of one line. Same arguments, same bytes.
pub fn payload(event: &Event<'_>) -> Sealed {
    let word = event.word();
    let bytes = match event {
        Event::Lead { item, deadline } => lead(word, (item, *deadline)),
        Event::Tender { record, signal, segments } => json(word, signal.seen, tender_data(record, signal, segments)),
        Event::Test { note, at } | Event::Notice { text: note, at } => json(word, *at, NoteData { note }),
        Event::SourceIll { source, title, failure, since, state } => {
            let (class, text) = (Some(failure.class.word()), Some(failure.text.as_str()));
            let what_to_do = Some(failure.class.what_to_do());
            json(word, *since, SourceData { class, text, what_to_do, ..source_data(source, title, *since, state) })
        }
        Event::SourceWell { source, title, since, state } => json(word, *since, source_data(source, title, *since, state)),
    };
    Sealed { content_type: "application/json".to_owned(), bytes, recipient: String::new() }
}

fn source_data<'a>(source: &'a str, title: &'a str, since: Timestamp, state: &SourceState) -> SourceData<'a> {
    SourceData {
        source,
        source_title: title,
        since: since.to_string(),
        class: None,
        text: None,
        what_to_do: None,
        complete_until: state.complete_until.map(|at| at.to_string()),
        last_new: state.pulse.last.map(|at| at.to_string()),
        unread: state.visit.bad,
        unknown_fields: state.visit.unread,
    }
}

fn lead(word: &str, (item, deadline): (&Item<'_>, Option<&Field>)) -> Vec<u8> {
    let steps = [
        Limits { facts: 60, parts: 60, signals: 20, quotes: true },
        Limits { facts: 30, parts: 30, signals: 8, quotes: true },
        Limits { facts: 20, parts: 20, signals: 5, quotes: false },
        Limits { facts: 8, parts: 8, signals: 2, quotes: false },
    ];
    let mut bytes = Vec::new();
    for limits in steps {
        bytes = json(word, item.lead.changed, lead_data((item, deadline), limits));
        if bytes.len() <= BYTES {
            break;
        }
    }
    bytes
}

fn lead_data<'a>((item, deadline): (&Item<'a>, Option<&'a Field>), limits: Limits) -> LeadData<'a> {
    let Item { lead, segment, organisation, members, signals, told: _, handed: _, also: _, tenders: _, texts: _, meanings: _ } = *item;
    let mut newest: Vec<_> = signals.iter().collect();
    newest.sort_by(|a, b| (b.at, b.seen, &a.story).cmp(&(a.at, a.seen, &b.story)));
    let score = &lead.score;
    let shortened =
        organisation.facts.len() > limits.facts || score.parts.len() > limits.parts || signals.len() > limits.signals || !limits.quotes;
    let Subject::Organisation(organisation_id) = lead.subject;
    LeadData {
        lead: lead.id.to_string(),
        revision: lead.revision,
        segment: lead.segment.as_str(),
        segment_title: segment,
        state: lead.state.word(),
        title: &lead.title,
        organisation: OrganisationData {
            id: organisation_id.to_string(),
            name: organisation.name.as_deref(),
            facts: organisation.facts.iter().take(limits.facts).map(fact_data).collect(),
        },
        fit: points(score.fit),
        signal: points(score.signal),
        total_between: [points(score.between.0), points(score.between.1)],
        known_percent: score.known,
        parts: score.parts.iter().take(limits.parts).map(|part| part_data(part, limits)).collect(),
        unknown: score.unknown.iter().map(crate::model::Unknown::word).collect(),
        signals: newest.into_iter().take(limits.signals).map(|signal| signal_data((signal, members), limits, lead.changed)).collect(),
        deadline: deadline.map(|field| written(&field.value)),
        deadline_text: deadline.map(|field| field.quote.as_str()),
        next_step: next_step_quoted(&lead.next_step),
        owner: match &lead.owner {
            Decision::To(rep, why) => OwnerData { rep: Some(rep.as_str()), why },
            Decision::Nobody(why) => OwnerData { rep: None, why },
        },
        verdict: lead.verdict.as_ref().map(|verdict| VerdictData {
            said: verdict.said.word(),
            at: verdict.at.to_string(),
            by: &verdict.by,
            because: &verdict.because,
            until: verdict.until.map(|until| until.to_string()),
        }),
        first_seen: lead.first_seen.to_string(),
        changed: lead.changed.to_string(),
        shortened,
    }
}

fn signal_data<'a>((signal, members): (&'a Signal, &'a [Organisation]), limits: Limits, now: Timestamp) -> SignalData<'a> {
    let member = members.iter().find(|member| member.id == signal.organisation);
    SignalData {
        member: member.map(|member| MemberData { id: member.id.to_string(), name: member.title(), place: place_of(member) }),
        kind: signal.kind.word(),
        sentence: sentence(Language::En, None, signal, now),
        at: signal.at.to_string(),
        evidence: evidence(&signal.evidence, limits),
    }
}

fn tender_data<'a>(record: &'a Record, signal: &'a Signal, segments: &[&'a SegmentId]) -> TenderData<'a> {
    let closing = deadline(record);
    TenderData {
        tender: record.id.to_string(),
        procedure: &record.key,
        segments: segments.iter().map(|segment| segment.as_str()).collect(),
        title: clip(&record.title(), TEXT),
        buyer: record.text("buyer").map(|buyer| clip(&buyer, TEXT)),
        stage: stage(record).word(),
        deadline: closing.as_ref().map(|closing| closing.field.value.text()),
        deadline_at: closing.as_ref().map(|closing| closing.at.to_string()),
        url: record.url.as_str(),
        change: signal_data((signal, &[]), Limits { facts: 0, parts: 0, signals: 1, quotes: true }, signal.seen),
    }
}

/// A deadline in RFC 3339 with its offset.
fn written(value: &Value) -> String {
    let at = match value {
        Value::Time(moment) => Some(moment.zoned()),
        other => other.instant().map(|at| at.to_zoned(TimeZone::UTC)),
    };
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
}

fn fact_data(fact: &crate::model::Fact) -> FactData<'_> {
    FactData {
        name: fact.word(),
        value: fact.value.text(),
        source: fact.evidence.source.as_str(),
        url: fact.evidence.url.as_str(),
        seen: fact.evidence.seen.to_string(),
    }
}

fn part_data(part: &crate::model::Part, limits: Limits) -> PartData<'_> {
    PartData {
        of: match part.kind {
            PartKind::Fit => "fit",
            PartKind::Signal(_) => "signal",
        },
        points: points(part.centipoints),
        why: &part.why,
        how: &part.how,
        rule: &part.rule,
        evidence: part.evidence.as_ref().map(|proof| evidence(proof, limits)),
    }
}

fn evidence(evidence: &Evidence, limits: Limits) -> EvidenceData<'_> {
    EvidenceData {
        source: evidence.source.as_str(),
        url: evidence.url.as_str(),
        quote: if limits.quotes { &evidence.quote } else { "" },
        seen: evidence.seen.to_string(),
    }
}

/// Points as a JSON number; scores are small, so the hundredths come out as written.
fn points(hundredths: i64) -> f64 {
    hundredths as f64 / 100.0
}

fn json<D: Serialize>(word: &str, at: Timestamp, data: D) -> Vec<u8> {
    let body = Body { r#type: word, timestamp: at.to_string(), data };
    serde_json::to_vec(&body).expect("structs of text and finite numbers always serialise")
}
