//! The whole sum: gates, fit, signals, what is unknown, and the rule of trust. Knows how the parts are put together, not how each is found.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::fit;
use super::gates::Verdict;
use super::rules::{Outcome, View};
use super::segment::{Of, Rule, Segment};
use super::signals::{REPEATS, faded, how};
use super::{Known, TRUSTED};
use crate::base::ids::RecordId;
use crate::model::{Evidence, FactName, Part, PartKind, Score, Signal, SignalKind, Story, Unknown};

/// A fit rule that holds, or one that might.
struct Held<'a> {
    rule: &'a Rule,
    evidence: Option<Evidence>,
}

struct Open<'a> {
    rule: &'a Rule,
    by: Vec<Unknown>,
}

/// What this segment makes of an organisation at a moment. Facts, records and signals seen later are left out; their order does not matter.
pub fn score(segment: &Segment, known: &Known<'_>, at: Timestamp) -> Score {
    let view = View::new(*known, at);
    let mut excluded = None;
    let mut unknown = Vec::new();
    let mut asked = Gates::default();
    for gate in &segment.gates {
        asked.all += i64::from(gate.may_lack());
        match gate.ask(&view) {
            Verdict::Open => {}
            Verdict::Shut(reason) => excluded = excluded.or(Some(reason)),
            Verdict::Unknown(fact) => {
                asked.open += 1;
                unknown.push(Unknown::Fact(fact));
            }
        }
    }
    let (held, open) = ask_fit_rules(segment, &view);
    let mut parts = fit_parts(segment, &held);
    let signals = signal_parts(segment, &view);
    parts.extend(signals.parts);
    let held_back = hold_back_distrusted(&view, &mut parts);

    let sum = |parts: &[Part], fit: bool| -> i64 {
        parts.iter().filter(|part| (part.kind == PartKind::Fit) == fit).map(|part| part.centipoints).sum()
    };
    let (fit_sum, signal_sum) = (sum(&parts, true), sum(&parts, false));
    let (down, up) = swing(segment, &held, &open, |_| true);
    unknown.extend(by_leverage(segment, &held, &open));
    unknown.extend(signals.unknown);
    let mut seen = BTreeSet::new();
    unknown.retain(|one| seen.insert(one.clone()));

    Score {
        fit: fit_sum,
        signal: signal_sum,
        between: (fit_sum + signal_sum + down + signals.swing.0, fit_sum + signal_sum + up + held_back + signals.swing.1),
        known: known_share(segment, &open, signals.open, (asked, unknown.is_empty())),
        parts,
        unknown,
        excluded,
        rules: segment.hash,
        at,
    }
}

fn ask_fit_rules<'a>(segment: &'a Segment, view: &View<'_>) -> (Vec<Held<'a>>, Vec<Open<'a>>) {
    let (mut held, mut open) = (Vec::new(), Vec::new());
    for rule in segment.rules.iter().filter(|rule| rule.of == Of::Fit) {
        match rule.when.as_ref().map(|when| when.ask(view)) {
            Some(Outcome::Yes(evidence)) => held.push(Held { rule, evidence }),
            Some(Outcome::Unknown(by)) => open.push(Open { rule, by }),
            Some(Outcome::No) | None => {}
        }
    }
    (held, open)
}

fn fit_parts(segment: &Segment, held: &[Held<'_>]) -> Vec<Part> {
    let rules: Vec<(&Rule, i64)> = held.iter().map(|held| (held.rule, held.rule.centipoints)).collect();
    let shares = fit::capped(&segment.caps, &rules);
    let part = |(held, share): (&Held<'_>, i64)| Part {
        kind: PartKind::Fit,
        rule: held.rule.place.clone(),
        why: held.rule.why.clone(),
        centipoints: share,
        how: match &held.rule.family {
            Some(family) if share != held.rule.centipoints => {
                format!("{} of {}: the family `{family}` is full", points(share), points(held.rule.centipoints))
            }
            Some(_) | None => points(share),
        },
        evidence: held.evidence.clone(),
    };
    held.iter().zip(shares).map(part).collect()
}

/// What the signals add, and what those might add and take whose own record leaves open whether they count.
#[derive(Default)]
struct Signals {
    parts: Vec<Part>,
    swing: (i64, i64),
    unknown: Vec<Unknown>,
    /// Weight of the rules of which it is open whether a signal counts.
    open: i64,
}

fn signal_parts(segment: &Segment, view: &View<'_>) -> Signals {
    let mut all = Signals::default();
    for rule in &segment.rules {
        let Of::Signal(kind, half_life) = rule.of else { continue };
        let (mut held, mut possible): (Vec<&Signal>, Vec<&Signal>) = (Vec::new(), Vec::new());
        let by_source = rule.when.as_ref().is_some_and(|when| when.sources().next().is_some());
        for signal in signals_of(kind, by_source, view) {
            let again = |counted: &[&Signal]| counted.iter().any(|known| says_the_same(known, signal));
            match rule.when.as_ref().map(|when| when.ask(&view.of_record(signal.record))) {
                Some(Outcome::Yes(_)) | None if again(&held) => continue,
                Some(Outcome::Yes(_)) | None => held.push(signal),
                Some(Outcome::Unknown(by)) => all.unknown.extend(by),
                Some(Outcome::No) => continue,
            }
            if !again(&possible) {
                possible.push(signal);
            }
        }
        if held.len() < possible.len() {
            all.open += rule.centipoints.abs();
        }
        let left = |signal: &Signal, index: usize| faded(rule.centipoints, signal, half_life, index + 1, view.at);
        let sum =
            |signals: &[&Signal]| -> i64 { signals.iter().take(REPEATS).enumerate().map(|(index, signal)| left(signal, index)).sum() };
        let more = sum(&possible) - sum(&held);
        all.swing = (all.swing.0 + more.min(0), all.swing.1 + more.max(0));
        for (index, signal) in held.into_iter().take(REPEATS).enumerate() {
            let centipoints = left(signal, index);
            if centipoints != 0 {
                all.parts.push(Part {
                    kind: PartKind::Signal(kind),
                    rule: rule.place.clone(),
                    why: rule.why.clone(),
                    centipoints,
                    how: how(&points(rule.centipoints), signal, half_life, index + 1, view.at),
                    evidence: Some(signal.evidence.clone()),
                });
            }
        }
    }
    all
}

/// The signals of this kind that count, the newest first: no echo unless sources are asked for, and none that is no reason any more.
pub(super) fn signals_of<'a>(kind: SignalKind, by_source: bool, view: &View<'a>) -> Vec<&'a Signal> {
    let of_kind = |s: &&Signal| s.kind == kind && s.seen <= view.at;
    let mut signals: Vec<&Signal> = view.known.signals.iter().filter(of_kind).collect();
    signals.retain(|signal| by_source || !signal.echo);
    signals.retain(|signal| view.stands(signal));
    // That a tender is open again is news, and no second reason: it counts as it did.
    let is_again = |signal: &Signal| signal.kind == SignalKind::TenderPublished && matches!(signal.story.plain(), Story::Changed { .. });
    let firsts: BTreeSet<RecordId> = signals.iter().filter(|signal| !is_again(signal)).map(|signal| signal.record).collect();
    signals.retain(|signal| !is_again(signal) || !firsts.contains(&signal.record));
    signals.sort_by(|a, b| newest_first(a, b));
    signals.dedup();
    signals
}

/// Whether two signals are one event in the words of one source: two people of a firm who were met at one fair.
fn says_the_same(one: &Signal, other: &Signal) -> bool {
    let said = |signal: &Signal| match signal.story.plain() {
        Story::Said { sentence, .. } => Some(sentence.clone()),
        Story::Appeared { .. } | Story::Changed { .. } | Story::Gone { .. } | Story::Sentence(_) | Story::Again { .. } => None,
    };
    one.evidence.source == other.evidence.source && said(one).is_some_and(|sentence| said(other) == Some(sentence))
}

/// Newest first; the rest only settles ties in the same way for any order given.
fn newest_first(a: &Signal, b: &Signal) -> std::cmp::Ordering {
    (b.at, b.seen, b.record, &b.story).cmp(&(a.at, a.seen, a.record, &a.story)).then_with(|| {
        let key = |e: &Evidence| (e.source.clone(), e.url.clone(), e.quote.clone(), e.path.clone(), e.content, e.seen);
        key(&a.evidence).cmp(&key(&b.evidence))
    })
}

/// When nobody who is trusted says anything good, what the others say counts nothing until a second source says it too. Returns what was held back.
fn hold_back_distrusted(view: &View<'_>, parts: &mut [Part]) -> i64 {
    // A part about something absent has no proof of its own: it is worth what those are worth who know the organisation at all.
    let trusted = |part: &Part| match &part.evidence {
        Some(evidence) => view.trust(evidence) >= TRUSTED,
        None => view.known_to(TRUSTED),
    };
    if parts.iter().any(|part| part.centipoints > 0 && trusted(part)) {
        return 0;
    }
    let mut held_back = 0;
    for part in parts.iter_mut().filter(|part| part.centipoints > 0) {
        held_back += part.centipoints;
        let who = part.evidence.as_ref().map_or_else(
            || "only little trusted sources know it".to_owned(),
            |evidence| format!("only `{}` says so (trust {:.1}, below {TRUSTED})", evidence.source, view.trust(evidence)),
        );
        part.how = format!("0 of {}: {who}; a second source must confirm it", points(part.centipoints));
        part.centipoints = 0;
    }
    held_back
}

/// How far the sum may fall and rise with what is unknown, over the open rules that `which` picks.
fn swing(segment: &Segment, held: &[Held<'_>], open: &[Open<'_>], which: impl Fn(&Open<'_>) -> bool) -> (i64, i64) {
    let now: Vec<(&Rule, i64)> = held.iter().map(|held| (held.rule, held.rule.centipoints)).collect();
    let with = |sign: i64| {
        let more = open.iter().filter(|open| which(open) && open.rule.centipoints.signum() == sign);
        let rules: Vec<(&Rule, i64)> = now.iter().copied().chain(more.map(|open| (open.rule, open.rule.centipoints))).collect();
        fit::total(&segment.caps, &rules)
    };
    let (lowest, highest) = (with(-1), with(1));
    let base = fit::total(&segment.caps, &now);
    (lowest - base, highest - base)
}

/// What is unknown, that which would move the sum most first.
fn by_leverage(segment: &Segment, held: &[Held<'_>], open: &[Open<'_>]) -> Vec<Unknown> {
    let fields: BTreeSet<&Unknown> = open.iter().flat_map(|open| &open.by).filter(|by| matches!(by, Unknown::Field(_))).collect();
    let all = FactName::ALL.into_iter().map(Unknown::Fact).chain(fields.into_iter().cloned());
    let mut found: Vec<(i64, usize, Unknown)> = Vec::new();
    for (order, one) in all.enumerate() {
        if open.iter().any(|open| open.by.contains(&one)) {
            let (down, up) = swing(segment, held, open, |open| open.by.contains(&one));
            found.push((down - up, order, one));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, _, one)| one).collect()
}

/// Gates that ask for a fact, and those that are open for want of it.
#[derive(Clone, Copy, Default)]
struct Gates {
    all: i64,
    open: i64,
}

/// The share of the weight that is settled, in percent, of the fit rules, of those over signals that are open, and of the gates that ask for a fact,
/// each as heavy as the heaviest rule: where it is unknown whether somebody is to be called at all, little is known. 100 only when nothing is unknown.
fn known_share(segment: &Segment, open: &[Open<'_>], open_signals: i64, (gates, nothing_unknown): (Gates, bool)) -> u8 {
    let weights = || segment.rules.iter().filter(|rule| rule.of == Of::Fit).map(|rule| rule.centipoints.abs());
    let heaviest = weights().max().unwrap_or(1).max(1);
    let all = weights().sum::<i64>() + open_signals + gates.all * heaviest;
    let unsettled = open.iter().map(|open| open.rule.centipoints.abs()).sum::<i64>() + open_signals + gates.open * heaviest;
    let share = if all == 0 { 100 } else { u8::try_from((all - unsettled) * 100 / all).unwrap_or(100) };
    if nothing_unknown { share } else { share.min(99) }
}

/// Centipoints as a person reads them: "15 points", "-2.5 points".
fn points(centipoints: i64) -> String {
    let sign = if centipoints < 0 { "-" } else { "" };
    let (whole, part) = (centipoints.abs() / 100, centipoints.abs() % 100);
    let part = if part == 0 { String::new() } else { format!(".{part:02}").trim_end_matches('0').to_owned() };
    let unit = if centipoints.abs() == 100 { "point" } else { "points" };
    format!("{sign}{whole}{part} {unit}")
}
