//! Stored forms of organisations and leads.

use serde::{Deserialize, Serialize};

use super::bond::{StoredBond, ids, records};
use super::codes::{fact_name_code, fact_name_of, lead_state_code, lead_state_of, signal_kind_code, signal_kind_of};
use super::value::{StoredEvidence, StoredValue};
use super::{Stored, lengthened, millis, timestamp};
use crate::base::ids::{BadSlug, ContentHash, LeadId, OrganisationId, RecordId};
use crate::model::{Decision, Fact, IdentityKey, Lead, NextStep, Organisation, Part, PartKind, Score, Subject, Unknown, Value, Verdict};
use crate::store::error::StoreError;

type Id = [u8; 8];

/// [`IdentityKey`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredKey {
    TaxId(String),
    Domain(String),
    Phone(String),
    NamePlace(String, String),
    Unnamed(Id),
}

impl From<&IdentityKey> for StoredKey {
    fn from(key: &IdentityKey) -> Self {
        match key {
            IdentityKey::TaxId(text) => Self::TaxId(text.clone()),
            IdentityKey::Domain(text) => Self::Domain(text.clone()),
            IdentityKey::Phone(text) => Self::Phone(text.clone()),
            IdentityKey::NamePlace(name, place) => Self::NamePlace(name.clone(), place.clone()),
            IdentityKey::Unnamed(record) => Self::Unnamed(record.0.to_be_bytes()),
        }
    }
}

impl From<StoredKey> for IdentityKey {
    fn from(key: StoredKey) -> Self {
        match key {
            StoredKey::TaxId(text) => Self::TaxId(text),
            StoredKey::Domain(text) => Self::Domain(text),
            StoredKey::Phone(text) => Self::Phone(text),
            StoredKey::NamePlace(name, place) => Self::NamePlace(name, place),
            StoredKey::Unnamed(record) => Self::Unnamed(RecordId(u64::from_be_bytes(record))),
        }
    }
}

/// [`Organisation`] without its version, which the frame holds. Repeated evidence is left to the frame's compression. Its first form had
/// neither bonds nor records kept apart.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredOrganisation {
    id: Id,
    name: Option<String>,
    keys: Vec<StoredKey>,
    facts: Vec<(u8, StoredValue, Id, StoredEvidence)>,
    records: Vec<Id>,
    first_seen: i64,
    changed: i64,
    bonds: Vec<(Id, StoredBond)>,
    apart: Vec<Id>,
}

impl Stored for StoredOrganisation {
    const KIND: &'static str = "organisation";
    const VERSION: u8 = 2;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        (version == 1).then(|| lengthened(bytes, &[0, 0]))
    }
}

impl From<&Organisation> for StoredOrganisation {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id.0.to_be_bytes(),
            name: organisation.name.clone(),
            keys: organisation.keys.iter().map(Into::into).collect(),
            facts: organisation
                .facts
                .iter()
                .map(|fact| (fact_name_code(fact.name), (&fact.value).into(), fact.record.0.to_be_bytes(), (&fact.evidence).into()))
                .collect(),
            records: ids(&organisation.records),
            first_seen: millis(organisation.first_seen),
            changed: millis(organisation.changed),
            bonds: organisation.bonds.iter().map(|(record, bond)| (record.0.to_be_bytes(), bond.into())).collect(),
            apart: ids(&organisation.apart),
        }
    }
}

impl TryFrom<StoredOrganisation> for Organisation {
    type Error = String;
    fn try_from(stored: StoredOrganisation) -> Result<Self, String> {
        let fact = |(name, value, record, evidence): (u8, StoredValue, Id, StoredEvidence)| {
            Ok::<_, String>(Fact {
                name: fact_name_of(name)?,
                value: Value::try_from(value)?,
                record: RecordId(u64::from_be_bytes(record)),
                evidence: evidence.try_into()?,
            })
        };
        Ok(Self {
            id: OrganisationId(u64::from_be_bytes(stored.id)),
            version: 0,
            name: stored.name,
            keys: stored.keys.into_iter().map(Into::into).collect(),
            facts: stored.facts.into_iter().map(fact).collect::<Result<_, _>>()?,
            records: records(stored.records),
            bonds: stored.bonds.into_iter().map(|(id, bond)| (RecordId(u64::from_be_bytes(id)), bond.into())).collect(),
            apart: records(stored.apart),
            first_seen: timestamp(stored.first_seen)?,
            changed: timestamp(stored.changed)?,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredPart {
    /// The kind of signal; `None` for fit.
    signal: Option<u8>,
    rule: String,
    why: String,
    centipoints: i64,
    how: String,
    evidence: Option<StoredEvidence>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredScore {
    fit: i64,
    signal: i64,
    between: (i64, i64),
    known: u8,
    parts: Vec<StoredPart>,
    unknown: Vec<StoredUnknown>,
    excluded: Option<String>,
    rules: [u8; 16],
    at: i64,
}

impl From<&Score> for StoredScore {
    fn from(score: &Score) -> Self {
        Self {
            fit: score.fit,
            signal: score.signal,
            between: score.between,
            known: score.known,
            parts: score
                .parts
                .iter()
                .map(|part| StoredPart {
                    signal: match part.kind {
                        PartKind::Fit => None,
                        PartKind::Signal(kind) => Some(signal_kind_code(kind)),
                    },
                    rule: part.rule.clone(),
                    why: part.why.clone(),
                    centipoints: part.centipoints,
                    how: part.how.clone(),
                    evidence: part.evidence.as_ref().map(Into::into),
                })
                .collect(),
            unknown: score.unknown.iter().map(Into::into).collect(),
            excluded: score.excluded.clone(),
            rules: score.rules.0,
            at: millis(score.at),
        }
    }
}

impl TryFrom<StoredScore> for Score {
    type Error = String;
    fn try_from(stored: StoredScore) -> Result<Self, String> {
        let part = |part: StoredPart| {
            Ok::<_, String>(Part {
                kind: match part.signal {
                    None => PartKind::Fit,
                    Some(code) => PartKind::Signal(signal_kind_of(code)?),
                },
                rule: part.rule,
                why: part.why,
                centipoints: part.centipoints,
                how: part.how,
                evidence: part.evidence.map(TryInto::try_into).transpose()?,
            })
        };
        Ok(Self {
            fit: stored.fit,
            signal: stored.signal,
            between: stored.between,
            known: stored.known,
            parts: stored.parts.into_iter().map(part).collect::<Result<_, _>>()?,
            unknown: stored.unknown.into_iter().map(Unknown::try_from).collect::<Result<_, _>>()?,
            excluded: stored.excluded,
            rules: ContentHash(stored.rules),
            at: timestamp(stored.at)?,
        })
    }
}

/// [`Unknown`].
#[derive(Debug, Serialize, Deserialize)]
enum StoredUnknown {
    Fact(u8),
    Field(String),
}

impl From<&Unknown> for StoredUnknown {
    fn from(unknown: &Unknown) -> Self {
        match unknown {
            Unknown::Fact(name) => Self::Fact(fact_name_code(*name)),
            Unknown::Field(name) => Self::Field(name.clone()),
        }
    }
}

impl TryFrom<StoredUnknown> for Unknown {
    type Error = String;
    fn try_from(stored: StoredUnknown) -> Result<Self, String> {
        Ok(match stored {
            StoredUnknown::Fact(code) => Self::Fact(fact_name_of(code)?),
            StoredUnknown::Field(name) => Self::Field(name),
        })
    }
}

/// [`NextStep`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) enum StoredNextStep {
    Words(String),
    By { wanted: String, unnamed: bool, person: Option<String>, phone: Option<String>, email: Option<String>, website: Option<String> },
}

impl From<&NextStep> for StoredNextStep {
    fn from(step: &NextStep) -> Self {
        match step.clone() {
            NextStep::Words(words) => Self::Words(words),
            NextStep::By { wanted, unnamed, person, phone, email, website } => Self::By { wanted, unnamed, person, phone, email, website },
        }
    }
}

impl From<StoredNextStep> for NextStep {
    fn from(stored: StoredNextStep) -> Self {
        match stored {
            StoredNextStep::Words(words) => Self::Words(words),
            StoredNextStep::By { wanted, unnamed, person, phone, email, website } => {
                Self::By { wanted, unnamed, person, phone, email, website }
            }
        }
    }
}

/// [`Lead`] without its version, which the frame holds. Its first form had words for the next step.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredLead<N = StoredNextStep> {
    id: Id,
    revision: u32,
    segment: String,
    subject: (u8, Id),
    title: String,
    score: StoredScore,
    state: u8,
    rep: Option<String>,
    because: String,
    next_step: N,
    first_seen: i64,
    changed: i64,
    verdict: Option<StoredVerdict>,
}

/// [`Verdict`]: what was said, when, by whom, why, and until when it holds.
type StoredVerdict = (u8, i64, String, String, Option<i64>);

impl<N> StoredLead<N> {
    /// The same with its next step in another form.
    pub(in crate::store) fn with_next_step<M>(self, next_step: M) -> StoredLead<M> {
        let Self { id, revision, segment, subject, title, score, state, rep, because, next_step: _, first_seen, changed, verdict } = self;
        StoredLead { id, revision, segment, subject, title, score, state, rep, because, next_step, first_seen, changed, verdict }
    }
}

impl Stored for StoredLead<String> {
    const KIND: &'static str = "lead";
}

impl Stored for StoredLead {
    const KIND: &'static str = "lead";
    const VERSION: u8 = 3;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        // Nobody could say anything of a lead yet.
        match version {
            1 => Some(lengthened::<StoredLead<String>>(bytes, &[0]).map(|old| {
                let words = StoredNextStep::Words(old.next_step.clone());
                old.with_next_step(words)
            })),
            2 => Some(lengthened(bytes, &[0])),
            _ => None,
        }
    }
}

impl From<&Lead> for StoredLead {
    fn from(lead: &Lead) -> Self {
        let (rep, because) = match &lead.owner {
            Decision::To(rep, because) => (Some(rep.as_str().to_owned()), because),
            Decision::Nobody(because) => (None, because),
        };
        Self {
            id: lead.id.0.to_be_bytes(),
            revision: lead.revision,
            segment: lead.segment.as_str().to_owned(),
            subject: match lead.subject {
                Subject::Organisation(id) => (1, id.0.to_be_bytes()),
            },
            title: lead.title.clone(),
            score: (&lead.score).into(),
            state: lead_state_code(lead.state),
            rep,
            because: because.clone(),
            next_step: (&lead.next_step).into(),
            first_seen: millis(lead.first_seen),
            changed: millis(lead.changed),
            verdict: lead.verdict.as_ref().map(|verdict| {
                let Verdict { said, at, by, because, until } = verdict.clone();
                (lead_state_code(said), millis(at), by, because, until.map(millis))
            }),
        }
    }
}

impl TryFrom<StoredLead> for Lead {
    type Error = String;
    fn try_from(stored: StoredLead) -> Result<Self, String> {
        Ok(Self {
            id: LeadId(u64::from_be_bytes(stored.id)),
            version: 0,
            revision: stored.revision,
            segment: stored.segment.parse().map_err(|why: BadSlug| why.to_string())?,
            subject: match stored.subject {
                (1, id) => Subject::Organisation(OrganisationId(u64::from_be_bytes(id))),
                (other, _) => return Err(format!("{other} is no kind of subject")),
            },
            title: stored.title,
            score: stored.score.try_into()?,
            state: lead_state_of(stored.state)?,
            owner: match stored.rep {
                Some(rep) => Decision::To(rep.parse().map_err(|why: BadSlug| why.to_string())?, stored.because),
                None => Decision::Nobody(stored.because),
            },
            next_step: stored.next_step.into(),
            first_seen: timestamp(stored.first_seen)?,
            changed: timestamp(stored.changed)?,
            verdict: stored
                .verdict
                .map(|(said, at, by, because, until)| {
                    let until = until.map(timestamp).transpose()?;
                    Ok::<_, String>(Verdict { said: lead_state_of(said)?, at: timestamp(at)?, by, because, until })
                })
                .transpose()?,
        })
    }
}
