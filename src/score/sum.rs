//! The whole sum: gates, fit, signals, what is unknown, and the rule of trust. Knows how the parts are put together, not how each is found.

use jiff::Timestamp;

use super::fit;
use super::gates::Verdict;
use super::rules::{Outcome, View};
use super::segment::{Of, Rule, Segment};
use super::signals::{REPEATS, faded, how};
use super::{Known, TRUSTED};
use crate::model::{Evidence, FactName, Part, PartKind, Score, Signal};

/// A fit rule that holds, or one that might.
struct Held<'a> {
    rule: &'a Rule,
    evidence: Option<Evidence>,
}

struct Open<'a> {
    rule: &'a Rule,
    facts: Vec<FactName>,
}

/// What this segment makes of an organisation at a moment. Facts, records and signals seen later are left out; their order does not matter.
pub fn score(segment: &Segment, known: &Known<'_>, at: Timestamp) -> Score {
    let view = View::new(*known, at);
    let mut excluded = None;
    let mut unknown = Vec::new();
    for gate in &segment.gates {
        match gate.ask(&view) {
            Verdict::Open => {}
            Verdict::Shut(reason) => excluded = excluded.or(Some(reason)),
            Verdict::Unknown(fact) => unknown.push(fact),
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
    let mut seen = Vec::new();
    unknown.retain(|fact| {
        !seen.contains(fact) && {
            seen.push(*fact);
            true
        }
    });

    Score {
        fit: fit_sum,
        signal: signal_sum,
        between: (fit_sum + signal_sum + down + signals.swing.0, fit_sum + signal_sum + up + held_back + signals.swing.1),
        known: known_share(segment, &open),
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
            Some(Outcome::Unknown(facts)) => open.push(Open { rule, facts }),
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
    unknown: Vec<FactName>,
}

fn signal_parts(segment: &Segment, view: &View<'_>) -> Signals {
    let mut all = Signals::default();
    for rule in &segment.rules {
        let Of::Signal(kind, half_life) = rule.of else { continue };
        let of_kind = |s: &&Signal| s.kind == kind && s.organisation == view.known.organisation.id && s.seen <= view.at;
        let mut signals: Vec<&Signal> = view.known.signals.iter().filter(of_kind).collect();
        signals.sort_by(|a, b| newest_first(a, b));
        signals.dedup();
        let (mut held, mut possible) = (Vec::new(), Vec::new());
        for signal in signals {
            match rule.when.as_ref().map(|when| when.ask(&view.of_record(signal.record))) {
                Some(Outcome::Yes(_)) | None => held.push(signal),
                Some(Outcome::Unknown(facts)) => all.unknown.extend(facts),
                Some(Outcome::No) => continue,
            }
            possible.push(signal);
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

/// The unknown facts, the one that would move the sum most first.
fn by_leverage(segment: &Segment, held: &[Held<'_>], open: &[Open<'_>]) -> Vec<FactName> {
    let mut facts: Vec<(i64, usize, FactName)> = Vec::new();
    for (order, fact) in FactName::ALL.into_iter().enumerate() {
        if open.iter().any(|open| open.facts.contains(&fact)) {
            let (down, up) = swing(segment, held, open, |open| open.facts.contains(&fact));
            facts.push((down - up, order, fact));
        }
    }
    facts.sort_unstable();
    facts.into_iter().map(|(_, _, fact)| fact).collect()
}

/// The share of the fit rules' weight that is settled, in percent; 100 only when all of it is.
fn known_share(segment: &Segment, open: &[Open<'_>]) -> u8 {
    let all: i64 = segment.rules.iter().filter(|rule| rule.of == Of::Fit).map(|rule| rule.centipoints.abs()).sum();
    let unsettled: i64 = open.iter().map(|open| open.rule.centipoints.abs()).sum();
    if all == 0 {
        return 100;
    }
    u8::try_from((all - unsettled) * 100 / all).unwrap_or(100)
}

/// Centipoints as a person reads them: "15 points", "-2.5 points".
fn points(centipoints: i64) -> String {
    let sign = if centipoints < 0 { "-" } else { "" };
    let (whole, part) = (centipoints.abs() / 100, centipoints.abs() % 100);
    let part = if part == 0 { String::new() } else { format!(".{part:02}").trim_end_matches('0').to_owned() };
    let unit = if centipoints.abs() == 100 { "point" } else { "points" };
    format!("{sign}{whole}{part} {unit}")
}
