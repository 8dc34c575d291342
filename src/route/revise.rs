//! Whether there is something new to tell about an organisation in a segment, and what. Knows no reps.

use jiff::Timestamp;

use crate::base::ids::{RecordId, SourceId};
use crate::model::{
    Decision, Evidence, FactName, Lead, LeadState, NextStep, Organisation, PartKind, Score, Signal, SignalKind, Story, Subject, Terms,
};

/// Why a lead is looked at again.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'a> {
    /// These signals are new.
    News(&'a [Signal]),
    /// The rules are others, or time passed: who becomes a lead by it is told of, nobody else is.
    Rules,
    /// Something was forgotten: nobody is told of anything, and nothing becomes a lead.
    Forgetting,
}

/// What a turn found out about an organisation.
#[derive(Clone, Copy)]
pub struct Finding<'a> {
    /// Whom it is about.
    pub organisation: &'a Organisation,
    /// What the segment makes of it now.
    pub score: &'a Score,
    /// Why it is looked at.
    pub cause: Cause<'a>,
    /// Whether a signal speaks for it now: without one, nothing becomes a lead that was none.
    pub speaks: bool,
    /// Whether what the segment looks for is in a record.
    pub concerns: &'a dyn Fn(RecordId) -> bool,
    /// Whether a rule of the segment gives points to signals of a kind, or takes some.
    pub counts: &'a dyn Fn(SignalKind) -> bool,
    /// How far a source is trusted: says which contact to name.
    pub trust_of: &'a dyn Fn(&SourceId) -> f32,
}

/// The lead as it is now, when it is new or differs; `None` when there is nothing to store.
///
/// The revision rises, and with it somebody is told, only for something new: it became a lead, a new signal that counts, the hot line
/// crossed upwards, a gate that opened or shut. Fading changes neither; that it fell below the line machines hear alone, unless news brings it
/// about (a tender that is cancelled, an award annulled): then it is told, and the lead stays one until it is looked at again. What a rep
/// decided (accepted, rejected, parked) stays; a gate may still shut, once it opens it is again what was decided, and a rejected or parked lead
/// is not brought up again by news. One that was parked until a day is what its score says from then on, once that can be told.
pub fn revise(terms: &Terms, previous: Option<&Lead>, finding: &Finding<'_>, now: Timestamp) -> Option<Lead> {
    let score = finding.score;
    let computed = if score.excluded.is_some() {
        LeadState::Excluded
    } else if score.total() >= terms.line {
        LeadState::New
    } else {
        LeadState::Below
    };
    let Some(previous) = previous else {
        // A firm that fits is one to call only for a reason; that its telephone number changed is none.
        let is_lead = computed == LeadState::New && finding.speaks && !matches!(finding.cause, Cause::Forgetting);
        return is_lead.then(|| first(terms, finding, now));
    };
    let has_news = matches!(finding.cause, Cause::News(news) if news.iter().any(|signal| counts(score, signal)));
    let falls = previous.state == LeadState::New && computed == LeadState::Below;
    let tells = has_news || takes_back(previous, finding);
    let quiet = matches!(finding.cause, Cause::Forgetting);
    // What was put away until now is as if it had been below the line; what is forgotten wakes nothing, as nobody would hear of it.
    let wakes = !quiet && previous.wakes(Timestamp::MIN, now);
    let was = if wakes { LeadState::Below } else { previous.state };
    let state = next_state((was, standing(previous, now)), if falls && tells { LeadState::New } else { computed });
    let ends = (wakes || for_rep(previous.state)) && !for_rep(state) && !quiet;
    let tell = ends || is_news(terms, (previous, was), state, finding);
    let same = state == previous.state && score.rules == previous.score.rules && same_grounds(score, &previous.score);
    let next_step = next_step(terms, finding);
    if !tell && same && previous.title == finding.organisation.title() && previous.next_step == next_step {
        return None;
    }
    let mut lead = previous.clone();
    lead.revision += u32::from(tell);
    finding.organisation.title().clone_into(&mut lead.title);
    lead.score = score.clone();
    lead.state = state;
    lead.next_step = next_step;
    lead.changed = now;
    Some(lead)
}

/// Whether a rep is to hear of a lead in this state; machines hear of every revision.
pub const fn for_rep(state: LeadState) -> bool {
    match state {
        LeadState::New | LeadState::Accepted => true,
        LeadState::Rejected | LeadState::Parked | LeadState::Below | LeadState::Excluded => false,
    }
}

fn first(terms: &Terms, finding: &Finding<'_>, now: Timestamp) -> Lead {
    let subject = Subject::Organisation(finding.organisation.id);
    Lead {
        id: Lead::id_of(&terms.segment, subject),
        version: 0,
        revision: 1,
        segment: terms.segment.clone(),
        subject,
        title: finding.organisation.title().to_owned(),
        score: finding.score.clone(),
        state: LeadState::New,
        owner: Decision::Nobody("not given to anybody yet".to_owned()),
        next_step: next_step(terms, finding),
        first_seen: now,
        changed: now,
        verdict: None,
    }
}

/// What a rep decided of a lead and holds still.
fn standing(lead: &Lead, now: Timestamp) -> Option<LeadState> {
    let verdict = lead.verdict.as_ref()?;
    verdict.until.is_none_or(|until| until > now).then_some(verdict.said)
}

/// What a rep decided stands, except as long as a gate is shut; what nobody decided follows the score.
const fn next_state((previous, said): (LeadState, Option<LeadState>), computed: LeadState) -> LeadState {
    match (previous, computed) {
        (LeadState::Rejected, _) => LeadState::Rejected,
        (LeadState::Accepted | LeadState::Parked | LeadState::Excluded, LeadState::Excluded) => LeadState::Excluded,
        (LeadState::Accepted, _) => LeadState::Accepted,
        (LeadState::Parked, _) => LeadState::Parked,
        (LeadState::Excluded, state) => match said {
            Some(said) => said,
            None => state,
        },
        (LeadState::New | LeadState::Below, state) => state,
    }
}

fn is_news(terms: &Terms, (previous, was): (&Lead, LeadState), state: LeadState, finding: &Finding<'_>) -> bool {
    let news = match finding.cause {
        Cause::News(news) => news,
        Cause::Rules => return matches!((was, state), (LeadState::Below | LeadState::Excluded, LeadState::New | LeadState::Accepted)),
        Cause::Forgetting => return false,
    };
    if takes_back(previous, finding) {
        return true;
    }
    // What was gone for a short while is what it was: nobody heard that it was away.
    let back = |signal: &Signal| signal.kind == SignalKind::RecordChanged && matches!(signal.story, Story::Again { .. });
    match (was, state) {
        (LeadState::Below | LeadState::Excluded, LeadState::New | LeadState::Accepted) if !news.is_empty() && news.iter().all(back) => {
            false
        }
        // It became a lead, or a gate took one away.
        (LeadState::Below | LeadState::Excluded, LeadState::New | LeadState::Accepted)
        | (LeadState::New | LeadState::Accepted, LeadState::Excluded) => true,
        (LeadState::New | LeadState::Accepted, LeadState::New | LeadState::Accepted) => {
            let crosses = |line: i64| previous.score.total() < line && finding.score.total() >= line;
            // What had fallen and was told of as such is told of when it stands again.
            let crossed = crosses(terms.hot) || was == LeadState::New && crosses(terms.line);
            crossed || news.iter().any(|signal| counts(finding.score, signal) || is_another_call(finding, signal))
        }
        (_, LeadState::New | LeadState::Accepted | LeadState::Rejected | LeadState::Parked | LeadState::Below | LeadState::Excluded) => {
            false
        }
    }
}

/// Whether what a rep was told of holds no longer, or is otherwise: that is told whatever the rules count, and even when nothing else of the
/// lead is left.
fn takes_back(previous: &Lead, finding: &Finding<'_>) -> bool {
    let Cause::News(news) = finding.cause else { return false };
    let told_of = |signal: &Signal| {
        let of_it = |evidence: &Evidence| (&evidence.source, &evidence.url) == (&signal.evidence.source, &signal.evidence.url);
        previous.score.parts.iter().filter_map(|part| part.evidence.as_ref()).any(of_it)
    };
    // Who was told that it went away.
    let missed = |signal: &Signal| {
        let gone = previous.score.parts.iter().filter(|part| part.kind == PartKind::Signal(SignalKind::WentAway));
        gone.filter_map(|part| part.evidence.as_ref())
            .any(|evidence| (&evidence.source, &evidence.url) == (&signal.evidence.source, &signal.evidence.url))
    };
    // That something of it changed takes nothing back, unless it is none of the segment's any more.
    let is_taken = |signal: &Signal| signal.kind != SignalKind::TenderChanged || !(finding.concerns)(signal.record);
    let takes = |signal: &Signal| {
        matches!(signal.story, Story::Again { .. }) && missed(signal)
            || signal.kind == SignalKind::AwardAnnulled
            || told_of(signal) && signal.kind.is_of_open_tender() && is_taken(signal)
    };
    for_rep(previous.state) && news.iter().any(takes)
}

/// Whether a signal says of another tender that the segment looks for and that no rule counts: who buys again is told again, as each is to be answered.
fn is_another_call(finding: &Finding<'_>, signal: &Signal) -> bool {
    let calls = matches!(signal.kind, SignalKind::TenderPlanned | SignalKind::TenderPublished);
    calls && !signal.echo && !(finding.counts)(signal.kind) && (finding.concerns)(signal.record)
}

/// Whether a signal has a line of its own in the sum: one that no rule of the segment asks for is no news there.
fn counts(score: &Score, signal: &Signal) -> bool {
    score
        .parts
        .iter()
        .any(|part| part.kind == PartKind::Signal(signal.kind) && part.centipoints != 0 && part.evidence.as_ref() == Some(&signal.evidence))
}

/// Whether two scores rest on the same: the same fit, the same signals however faded, the same unknowns and gates.
fn same_grounds(a: &Score, b: &Score) -> bool {
    fn grounds(score: &Score) -> Vec<(PartKind, &str, Option<&Evidence>)> {
        score.parts.iter().map(|part| (part.kind, part.rule.as_str(), part.evidence.as_ref())).collect()
    }
    a.fit == b.fit && a.excluded == b.excluded && a.unknown == b.unknown && grounds(a) == grounds(b)
}

/// What the segment wants done, and the way to them that is known.
fn next_step(terms: &Terms, finding: &Finding<'_>) -> NextStep {
    let best = |name: FactName| finding.organisation.best(name, finding.trust_of).map(|fact| fact.value.text());
    NextStep::By {
        wanted: terms.next_step.clone(),
        unnamed: finding.organisation.name.is_none(),
        person: best(FactName::Person),
        phone: best(FactName::Phone),
        email: best(FactName::Email),
        website: best(FactName::Website),
    }
}
