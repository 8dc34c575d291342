//! Conditions of rules, as compiled, and what the facts say to them. Knows no points and no sums.

use std::cell::OnceCell;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::Known;
use super::asks::{Ask, FieldCondition, Read, Said, joined};
use super::profile::{Profile, ProfileAsk, Standing, profile};
use super::words::{Phrases, Text};
use crate::base::ids::SourceId;
use crate::model::{Answer, Area, Evidence, Fact, FactName, Record, RecordKind, Unknown, is_closed, is_of_source, within};

/// A compiled `when`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Condition {
    /// What one and the same record must say.
    pub(super) asks: Vec<Ask>,
    pub(super) industry: Phrases,
    pub(super) region: Vec<Area>,
    pub(super) country: Vec<Area>,
    pub(super) has: Vec<FactName>,
    pub(super) lacks: Vec<FactName>,
    /// A field that is a fact of the organisation.
    pub(super) fact: Option<(FactName, FieldCondition)>,
    /// What kind of client it must be.
    pub(super) profile: Vec<ProfileAsk>,
}

/// What the facts say to a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It holds; the proof, unless it is about something absent.
    Yes(Option<Evidence>),
    /// It does not.
    No,
    /// Nobody knows; these would tell.
    Unknown(Vec<Unknown>),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes(evidence) => Self::Yes(Some(evidence)),
            Answer::No(_) => Self::No,
            Answer::Unknown(fact) => Self::Unknown(vec![Unknown::Fact(fact)]),
        }
    }
}

/// What was known at a moment, the most trusted and newest first: the first proof found is the best.
pub(super) struct View<'a> {
    pub(super) known: Known<'a>,
    pub(super) at: Timestamp,
    records: Vec<Read<'a>>,
    facts: Vec<&'a Fact>,
    /// What kind of client it is; found once, and only for rules that ask.
    profile: Rc<OnceCell<Profile>>,
    /// Tenders with what they are known by elsewhere; found once, and only for rules over signals of tenders.
    tenders: OnceCell<Vec<(&'a Record, Vec<String>)>>,
}

impl<'a> View<'a> {
    pub(super) fn new(known: Known<'a>, at: Timestamp) -> Self {
        let trust = |source: &SourceId| (known.trust_of)(source);
        let mut records: Vec<&Record> = known.records.iter().filter(|r| r.first_seen <= at && !(r.gone && r.changed <= at)).collect();
        records.sort_by(|a, b| trust(&b.source).total_cmp(&trust(&a.source)).then_with(|| (b.first_seen, b.id).cmp(&(a.first_seen, a.id))));
        records.dedup_by_key(|record| record.id);
        let mut facts: Vec<&Fact> =
            known.organisation.facts.iter().filter(|fact| fact.evidence.seen <= at).filter(|fact| !is_of_source(&fact.evidence)).collect();
        facts.sort_by(|a, b| {
            let trusts = trust(&b.evidence.source).total_cmp(&trust(&a.evidence.source));
            trusts
                .then_with(|| (b.evidence.seen, b.record, b.name).cmp(&(a.evidence.seen, a.record, a.name)))
                .then_with(|| a.value.text().cmp(&b.value.text()))
        });
        let records = records.into_iter().map(|record| Read::new(record, at)).collect();
        Self { known, at, records, facts, profile: Rc::default(), tenders: OnceCell::new() }
    }

    /// The view that a rule over a signal has: its own record only, all facts.
    pub(super) fn of_record(&self, record: crate::base::ids::RecordId) -> View<'a> {
        let of_signal = self.known.records.iter().filter(|r| r.id == record && r.first_seen <= self.at).take(1);
        let records = of_signal.map(|record| Read::new(record, self.at)).collect();
        View { records, facts: self.facts.clone(), profile: Rc::clone(&self.profile), tenders: OnceCell::new(), ..*self }
    }

    pub(super) fn facts(&self, name: FactName) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().copied().filter(move |fact| fact.name == name)
    }

    /// The records known then, the most trusted and newest first.
    pub(super) fn records(&self) -> impl Iterator<Item = &'a Record> {
        self.records.iter().map(|read| read.record)
    }

    /// What kind of client it is, by all that is known of it.
    pub(super) fn profile(&self) -> &Profile {
        self.profile.get_or_init(|| profile(&self.known, self.at))
    }

    /// Whether the tender of this record cannot be answered any more, by all records that are known of it.
    pub(super) fn is_closed(&self, record: crate::base::ids::RecordId) -> bool {
        let tenders = self.tenders.get_or_init(|| {
            let all = self.known.records.iter().chain(self.known.elsewhere);
            let known = all.filter(|r| r.kind == RecordKind::Tender && r.first_seen <= self.at);
            known.map(|record| (record, record.shared_ids())).collect()
        });
        let Some(first) = tenders.iter().position(|(known, _)| known.id == record) else { return false };
        let mut same = vec![first];
        let mut asked = 0;
        // A portal in between may be the only one that knows two by the same.
        while let Some((_, ids)) = same.get(asked).and_then(|place| tenders.get(*place)) {
            let new = tenders.iter().enumerate().filter(|(place, (_, own))| !same.contains(place) && own.iter().any(|id| ids.contains(id)));
            let new: Vec<usize> = new.map(|(place, _)| place).collect();
            same.extend(new);
            asked += 1;
        }
        let same: Vec<&Record> = same.into_iter().map(|place| tenders[place].0).collect();
        // What left every portal that had it takes no offers.
        is_closed(&same, self.at) || same.iter().all(|record| record.gone && record.changed <= self.at)
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

impl Condition {
    /// Every source that it names.
    pub(super) fn sources(&self) -> impl Iterator<Item = &SourceId> {
        self.asks.iter().flat_map(|ask| if let Ask::Source(sources) = ask { sources.as_slice() } else { &[] })
    }

    /// How long before a deadline its answer changes: each that it asks to be left.
    pub(super) fn left(&self) -> impl Iterator<Item = SignedDuration> {
        self.asks.iter().filter_map(|ask| if let Ask::Left(left) = ask { Some(*left) } else { None })
    }

    /// Of it what is asked of what a record is about: that organisations do not say, and that does not pass with time. `None`: nothing.
    pub(super) fn lasting(&self) -> Option<Self> {
        let passes = |name: &str| matches!(name, "stage" | "deadline" | "questions_until" | "opening" | "published");
        let lasts = |ask: &Ask| match ask {
            Ask::Words(_) | Ask::Codes(_) | Ask::Buyer(_) | Ask::Places(_) | Ask::Worth(_) => true,
            Ask::OneOf(name, _) => !passes(name),
            Ask::Field(field) => !passes(&field.name),
            Ask::Source(_) | Ask::Kind(_) | Ask::Left(_) => false,
        };
        let asks: Vec<Ask> = self.asks.iter().filter(|ask| lasts(ask)).cloned().collect();
        (!asks.is_empty()).then(|| Self { asks, ..self.clone() })
    }

    /// What the facts say; all keys together. One "no" settles it, then what is unknown, then "yes" with the first proof.
    pub(super) fn ask(&self, view: &View<'_>) -> Outcome {
        let mut proof = None;
        let mut unknown: Option<Vec<Unknown>> = None;
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
        if !self.asks.is_empty() {
            outcomes.push(ask_records(&self.asks, view));
        }
        if !self.industry.is_empty() {
            let holds = |fact: &Fact| Text::of(&fact.value).is_some_and(|text| self.industry.holds(&text));
            outcomes.push(ask_fact(FactName::Industry, view, holds));
        }
        for areas in [&self.region, &self.country] {
            if !areas.is_empty() {
                outcomes.push(within(areas, view.known.organisation, view.at).into());
            }
        }
        outcomes.extend(self.has.iter().map(|name| ask_fact(*name, view, |_| true)));
        outcomes.extend(self.lacks.iter().map(|name| if view.facts(*name).next().is_some() { Outcome::No } else { Outcome::Yes(None) }));
        outcomes.extend(self.profile.iter().map(|ask| match ask.ask(view.profile()) {
            Standing::Yes(proof) => Outcome::Yes(Some(proof)),
            Standing::No(_) => Outcome::No,
            Standing::Unknown => Outcome::Unknown(vec![ask.unknown()]),
        }));
        outcomes.extend(self.fact.as_ref().map(|(name, field)| ask_field(*name, field, view)));
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

/// Whether one record says yes to everything. What a record says "no" to is settled; a tender that leaves out a field leaves the question
/// open, and so does a record of another kind as long as no record says anything of what is asked.
fn ask_records(asks: &[Ask], view: &View<'_>) -> Outcome {
    let (mut open, mut bare, mut settled) = (false, view.records.is_empty() && asks.iter().all(Ask::may_lack), false);
    let mut left_out: Vec<Unknown> = Vec::new();
    for read in &view.records {
        let said: Vec<Said> = asks.iter().map(|ask| ask.of(read)).collect();
        let told = asks.iter().zip(&said).any(|(ask, said)| ask.may_lack() && *said != Said::Nothing);
        if said.contains(&Said::No) {
            settled |= told;
        } else if !said.contains(&Said::Nothing) {
            return Outcome::Yes(joined(asks, said));
        } else if told || read.record.kind == RecordKind::Tender {
            open = true;
            let nothing = asks.iter().zip(&said).filter(|(_, said)| **said == Said::Nothing);
            left_out.extend(nothing.filter_map(|(ask, _)| ask.field()).map(|name| Unknown::Field(name.to_owned())));
        } else {
            bare = true;
        }
    }
    match (open, bare && !settled) {
        (true, _) => Outcome::Unknown(left_out),
        (false, true) => Outcome::Unknown(asks.iter().filter_map(Ask::field).map(|name| Unknown::Field(name.to_owned())).collect()),
        (false, false) => Outcome::No,
    }
}

fn ask_fact(name: FactName, view: &View<'_>, holds: impl Fn(&Fact) -> bool) -> Outcome {
    let mut facts = view.facts(name).peekable();
    if facts.peek().is_none() {
        return Outcome::Unknown(vec![Unknown::Fact(name)]);
    }
    facts.find(|fact| holds(fact)).map_or(Outcome::No, |fact| Outcome::Yes(Some(fact.evidence.clone())))
}

/// Asks the facts, then the fields of records that have the same name.
fn ask_field(name: FactName, condition: &FieldCondition, view: &View<'_>) -> Outcome {
    let mut any = false;
    let of_facts = view.facts(name).map(|fact| (&fact.value, Some(fact.evidence.clone())));
    let of_records =
        view.records.iter().filter_map(|read| Some((&read.field(&condition.name)?.value, read.record.evidence(&condition.name))));
    for (value, evidence) in of_facts.chain(of_records) {
        any = true;
        if value.each().iter().any(|one| condition.holds(one)) {
            return Outcome::Yes(evidence);
        }
    }
    if any { Outcome::No } else { Outcome::Unknown(vec![Unknown::Fact(name)]) }
}
