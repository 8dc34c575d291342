//! When a lead is told anew, who gets it, and how soon.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::base::ids::{ContentHash, RepId, SourceId};
use crate::model::sample::{day, evidence, organisation, signal};
use crate::model::{
    Decision, Entry, FactName, Lane, Lead, LeadState, NextStep, Organisation, Part, PartKind, Score, Signal, SignalKind, Story, Terms,
    Verdict,
};

fn terms() -> Terms {
    Terms { segment: "hospitals".parse().unwrap(), title: "Hospitals".to_owned(), line: 1000, hot: 4000, next_step: String::new() }
}

fn score(fit: i64, signals: &[(&Signal, i64)]) -> Score {
    let part = |(signal, centipoints): &(&Signal, i64)| Part {
        kind: PartKind::Signal(signal.kind),
        rule: "hospitals.points[1]".to_owned(),
        why: String::new(),
        centipoints: *centipoints,
        how: String::new(),
        evidence: Some(signal.evidence.clone()),
    };
    let fit_part = Part {
        kind: PartKind::Fit,
        rule: "hospitals.points[0]".to_owned(),
        why: String::new(),
        centipoints: fit,
        how: String::new(),
        evidence: Some(evidence("fair", "x", 0)),
    };
    let signal = signals.iter().map(|(_, centipoints)| centipoints).sum();
    let parts = std::iter::once(fit_part).chain(signals.iter().map(part)).collect();
    Score {
        fit,
        signal,
        between: (fit + signal, fit + signal),
        known: 100,
        parts,
        unknown: Vec::new(),
        excluded: None,
        rules: ContentHash::default(),
        at: day(0),
    }
}

fn trust(_: &SourceId) -> f32 {
    0.5
}

fn acme() -> Organisation {
    organisation("Acme", &[(FactName::Phone, "+34911234567"), (FactName::Person, "Ana Ruiz")])
}

fn turn(previous: Option<&Lead>, score: &Score, news: &[Signal], at: i64) -> Option<Lead> {
    let finding = Finding {
        organisation: &acme(),
        score,
        cause: Cause::News(news),
        speaks: true,
        concerns: &|_| true,
        counts: &|_| true,
        trust_of: &trust,
    };
    revise(&terms(), previous, &finding, day(at))
}

#[test]
fn a_lead_begins_at_the_line_and_outside_no_gate() {
    assert_eq!(turn(None, &score(999, &[]), &[], 0), None);
    let shut = Score { excluded: Some("client list, line 1".to_owned()), ..score(5000, &[]) };
    assert_eq!(turn(None, &shut, &[], 0), None);
    let lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
    assert_eq!((lead.revision, lead.version, lead.state, lead.title.as_str()), (1, 0, LeadState::New, "Acme"));
    let NextStep::By { wanted, unnamed, person, phone, .. } = lead.next_step else { panic!("old words") };
    assert_eq!((wanted.as_str(), unnamed), ("", false));
    assert_eq!((person.as_deref(), phone.as_deref()), (Some("Ana Ruiz"), Some("+34911234567")));
}

#[test]
fn a_lead_is_born_of_a_reason_and_lives_without_one() {
    let acme = acme();
    let silent = |previous: Option<&Lead>, cause: Cause<'_>| {
        let finding = Finding {
            organisation: &acme,
            score: &score(1000, &[]),
            cause,
            speaks: false,
            concerns: &|_| true,
            counts: &|_| true,
            trust_of: &trust,
        };
        revise(&terms(), previous, &finding, day(1)).map(|lead| lead.state)
    };
    let gone = signal(&acme, SignalKind::WentAway, 1, 1);
    let was = Lead { state: LeadState::Below, ..turn(None, &score(1000, &[]), &[], 0).unwrap() };
    for cause in [Cause::News(std::slice::from_ref(&gone)), Cause::Rules, Cause::Forgetting] {
        assert_eq!(silent(None, cause), None, "{cause:?}");
    }
    assert_eq!(silent(Some(&was), Cause::Rules), Some(LeadState::New));
}

#[test]
fn other_rules_tell_of_who_becomes_a_lead_and_forgetting_tells_of_nobody() {
    use LeadState::{Below, New};
    let acme = acme();
    let then = |from: Option<(LeadState, i64)>, cause: Cause<'_>, fit: i64| {
        let previous = from.map(|(state, fit)| Lead { state, score: score(fit, &[]), ..turn(None, &score(1000, &[]), &[], 0).unwrap() });
        let finding = Finding {
            organisation: &acme,
            score: &score(fit, &[]),
            cause,
            speaks: true,
            concerns: &|_| true,
            counts: &|_| true,
            trust_of: &trust,
        };
        revise(&terms(), previous.as_ref(), &finding, day(1)).map(|lead| (lead.revision, lead.state))
    };
    for (from, cause, fit, want) in [
        (None, Cause::Rules, 1000, Some((1, New))),
        (Some((Below, 500)), Cause::Rules, 1000, Some((2, New))),
        (Some((New, 1000)), Cause::Rules, 9000, Some((1, New))),
        // Machines alone hear of it.
        (Some((New, 1000)), Cause::Rules, 500, Some((2, Below))),
        (Some((New, 1000)), Cause::Forgetting, 500, Some((1, Below))),
        (Some((New, 1000)), Cause::Rules, 1000, None),
        (None, Cause::Forgetting, 1000, None),
        (Some((Below, 500)), Cause::Forgetting, 1000, Some((1, New))),
    ] {
        assert_eq!(then(from, cause, fit), want, "{from:?} {cause:?} {fit}");
    }
}

#[test]
fn who_has_a_lead_hears_what_takes_it_below_the_line() {
    use LeadState::{Below, New};
    let cancelled = signal(&acme(), SignalKind::TenderCancelled, 1, 1);
    let was = score(1500, &[]);
    assert_eq!(then(New, &was, &score(500, &[(&cancelled, -100)]), std::slice::from_ref(&cancelled)), Some((2, New)));
    // The lead rests on that tender: it is told whatever the rules count. Of another one, or when nothing but time did it, machines alone are told.
    assert_eq!(then(New, &was, &score(500, &[]), std::slice::from_ref(&cancelled)), Some((2, New)));
    assert_eq!(then(New, &was, &score(500, &[]), &[of_another(cancelled)]), Some((2, Below)));
    assert_eq!(then(New, &was, &score(500, &[]), &[]), Some((2, Below)));
}

#[test]
fn a_tender_that_was_told_and_is_none_of_the_segments_any_more_is_taken_back() {
    use LeadState::{Below, New};
    let acme = acme();
    let changed = signal(&acme, SignalKind::TenderChanged, 1, 1);
    let was = Lead { score: score(1500, &[]), ..turn(None, &score(1000, &[]), &[], 0).unwrap() };
    let then = |previous: &Lead, total: i64, concerns: bool| {
        let news = std::slice::from_ref(&changed);
        let score = score(total, &[]);
        let wanted = move |_| concerns;
        let finding = Finding {
            organisation: &acme,
            score: &score,
            cause: Cause::News(news),
            speaks: true,
            concerns: &wanted,
            counts: &|_| true,
            trust_of: &trust,
        };
        revise(&terms(), Some(previous), &finding, day(1)).unwrap()
    };
    let (kept, taken) = (then(&was, 500, true), then(&was, 500, false));
    assert_eq!([(kept.state, kept.revision), (taken.state, taken.revision)], [(Below, 2), (New, 2)]);
    let again = then(&taken, 1500, true);
    assert_eq!((again.state, again.revision), (New, 3), "it is what is looked for again, and that is told too");
}

#[test]
fn another_tender_that_is_looked_for_is_told_where_no_rule_counts_it() {
    let acme = acme();
    for (kind, concerns, counts, want) in [
        (SignalKind::TenderPublished, true, false, Some(2)),
        (SignalKind::TenderPlanned, true, false, Some(2)),
        // It is not looked for; the rules count it for nothing here; it is no call.
        (SignalKind::TenderPublished, false, false, None),
        (SignalKind::TenderPublished, true, true, None),
        (SignalKind::TenderChanged, true, false, None),
    ] {
        let score = score(1500, &[]);
        let was = Lead { score: score.clone(), ..turn(None, &score, &[], 0).unwrap() };
        let news = [of_another(signal(&acme, kind, 1, 1))];
        let (concerns, counts) = (move |_| concerns, move |_| counts);
        let cause = Cause::News(&news);
        let (score, trust) = (&score, |_: &SourceId| 1.0);
        let finding = Finding { organisation: &acme, score, cause, speaks: true, concerns: &concerns, counts: &counts, trust_of: &trust };
        assert_eq!(revise(&terms(), Some(&was), &finding, day(1)).map(|lead| lead.revision), want, "{kind:?}");
    }
}

/// A signal of a record that the lead does not rest on.
fn of_another(mut signal: Signal) -> Signal {
    signal.evidence.url = "https://fair.example/another".parse().unwrap();
    signal
}

/// One turn later: `None` when nothing is stored, else revision and state.
fn then(from: LeadState, was: &Score, now: &Score, news: &[Signal]) -> Option<(u32, LeadState)> {
    let mut lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
    lead.state = from;
    lead.score = was.clone();
    turn(Some(&lead), now, news, 1).map(|lead| (lead.revision, lead.state))
}

#[test]
fn only_something_new_is_told() {
    use LeadState::{Accepted, Below, Excluded, New, Parked, Rejected};
    let tender = signal(&acme(), SignalKind::TenderPublished, 1, 1);
    let fresh = score(1000, &[(&tender, 1500)]);
    let faded = score(1000, &[(&tender, 700)]);
    let shut = Score { excluded: Some("client list, line 1".to_owned()), ..score(1000, &[]) };
    let news = std::slice::from_ref(&tender);
    let plain = score(1000, &[]);
    let check = |what: &str, from: LeadState, was: &Score, now: &Score, news: &[Signal], want: Option<(u32, LeadState)>| {
        assert_eq!(then(from, was, now, news), want, "{what}");
    };
    check("nothing", New, &plain, &plain, &[], None);
    check("fading", New, &fresh, &faded, &[], None);
    check("a signal that counts", New, &plain, &fresh, news, Some((2, New)));
    check("a signal that no rule asks for", New, &plain, &plain, news, None);
    check("the same signal in a later turn", New, &fresh, &faded, &[], None);
    check("faded below the line", New, &fresh, &score(900, &[]), &[], Some((2, Below)));
    check("still below", Below, &score(900, &[]), &score(900, &[]), &[], None);
    check("above the line again", Below, &score(900, &[]), &plain, &[], Some((2, New)));
    check("hot", New, &plain, &score(4000, &[]), &[], Some((2, New)));
    check("better, not hot", New, &plain, &score(3999, &[]), &[], Some((1, New)));
    check("a gate shuts", New, &plain, &shut, &[], Some((2, Excluded)));
    check("a gate shuts on one below", Below, &score(900, &[]), &shut, &[], Some((1, Excluded)));
    check("a gate opens", Excluded, &shut, &plain, &[], Some((2, New)));
    check("a gate opens on little", Excluded, &shut, &score(900, &[]), &[], Some((1, Below)));
    let annulled = [signal(&acme(), SignalKind::AwardAnnulled, 1, 1)];
    check("an award annulled that no rule asks for", New, &plain, &plain, &annulled, Some((2, New)));
    check("nothing left but that it was annulled", New, &plain, &score(0, &[]), &annulled, Some((2, New)));
    let moved = [signal(&acme(), SignalKind::DeadlineMoved, 1, 2)];
    let cancelled = [signal(&acme(), SignalKind::TenderCancelled, 1, 2)];
    check("a deadline that no rule asks for, of a tender told of", New, &fresh, &faded, &moved, Some((2, New)));
    check("a tender told of is cancelled, and nothing is left", New, &fresh, &score(0, &[]), &cancelled, Some((2, New)));
    let other = moved.clone().map(of_another);
    check("a deadline of a tender that was never told", New, &plain, &plain, &other, None);
    let left = signal(&acme(), SignalKind::WentAway, 1, 1);
    let story = Story::Again { of: Box::new(left.story.clone()), gone: "2026-01-02T00:00:00Z".parse().unwrap() };
    let back = [Signal { story, kind: SignalKind::RecordChanged, ..left.clone() }];
    check("back after it was told that it went away", New, &score(1000, &[(&left, 500)]), &plain, &back, Some((2, New)));
    check("back above the line after a short while", Below, &score(900, &[]), &plain, &back, Some((1, New)));
    check("back, and nobody heard that it was away", New, &plain, &plain, &back, None);
    check("then it falls", New, &score(0, &[]), &score(0, &[]), &[], Some((2, Below)));
    check("annulled for nobody", Below, &score(0, &[]), &score(0, &[]), &annulled, None);
    check("annulled, and a gate shuts", New, &plain, &shut, &annulled, Some((2, Excluded)));
    check("annulled for who accepted", Accepted, &plain, &score(0, &[]), &annulled, Some((2, Accepted)));
    check("annulled for who rejected", Rejected, &plain, &plain, &annulled, None);
    check("accepted stays, and hears", Accepted, &plain, &fresh, news, Some((2, Accepted)));
    check("accepted does not fall", Accepted, &plain, &score(0, &[]), &[], Some((1, Accepted)));
    check("rejected is not brought up", Rejected, &plain, &fresh, news, Some((1, Rejected)));
    check("rejected stays against a gate", Rejected, &plain, &shut, &[], Some((1, Rejected)));
    check("parked waits", Parked, &plain, &fresh, news, Some((1, Parked)));
    // One that wakes below the line machines hear of: they have it as put away.
    for (until, now, total, want) in
        [(Some(3), 2, 1000, None), (Some(3), 3, 1000, Some((2, New))), (Some(3), 4, 900, Some((2, Below))), (None, 400, 1000, None)]
    {
        let woken = turn(Some(&of_verdict(Parked, Parked, until)), &score(total, &[]), &[], now);
        assert_eq!(woken.map(|lead| (lead.revision, lead.state)), want, "{until:?} {now}");
    }
    assert!(for_rep(New) && for_rep(Accepted) && !for_rep(Excluded) && !for_rep(Rejected));
}

/// A lead of which somebody said so, until a day.
fn of_verdict(state: LeadState, said: LeadState, until: Option<i64>) -> Lead {
    let verdict = Verdict { said, at: day(0), by: "ana".to_owned(), because: String::new(), until: until.map(day) };
    Lead { state, verdict: Some(verdict), ..turn(None, &score(1000, &[]), &[], 0).unwrap() }
}

#[test]
fn what_was_said_of_a_lead_outlives_a_gate() {
    use LeadState::{Accepted, Excluded, New, Parked};
    let acme = acme();
    let shut = Score { excluded: Some("client list, line 1".to_owned()), ..score(1000, &[]) };
    let then = |lead: &Lead, score: &Score, at: i64| {
        let finding = Finding {
            organisation: &acme,
            score,
            cause: Cause::Rules,
            speaks: true,
            concerns: &|_| true,
            counts: &|_| true,
            trust_of: &trust,
        };
        revise(&terms(), Some(lead), &finding, day(at)).unwrap()
    };
    for (said, until, opens, total, shuts, want) in [
        (Parked, Some(9), 2, 1000, 1, (1, Parked)),
        (Parked, None, 2, 1000, 1, (1, Parked)),
        // Its day came while the gate was shut.
        (Parked, Some(9), 9, 1000, 1, (2, New)),
        // Both the gate that shut and the one that opened are told.
        (Accepted, None, 2, 1000, 2, (3, Accepted)),
        (Accepted, None, 2, 0, 2, (3, Accepted)),
    ] {
        let kept = then(&of_verdict(said, said, until), &shut, 1);
        assert_eq!((kept.revision, kept.state), (shuts, Excluded), "{said:?} {until:?}");
        let back = then(&kept, &score(total, &[]), opens);
        assert_eq!((back.revision, back.state), want, "{said:?} {until:?} {opens} {total}");
        let news = turn(Some(&kept), &score(total, &[]), &[], opens).unwrap();
        assert_eq!((news.revision, news.state), want, "{said:?} {until:?} {opens} {total}, by news");
    }
}

#[test]
fn forgetting_wakes_nothing_that_was_put_away() {
    use LeadState::{Below, New, Parked};
    let acme = acme();
    let lead = of_verdict(Parked, Parked, Some(3));
    for (total, woken) in [(1000, New), (900, Below)] {
        let then = |lead: &Lead, cause: Cause<'_>| {
            // By other rules, so that there is something to store.
            let score = Score { rules: ContentHash::of(b"others"), ..score(total, &[]) };
            let finding = Finding {
                organisation: &acme,
                score: &score,
                cause,
                speaks: true,
                concerns: &|_| true,
                counts: &|_| true,
                trust_of: &trust,
            };
            revise(&terms(), Some(lead), &finding, day(4)).unwrap()
        };
        let quiet = then(&lead, Cause::Forgetting);
        assert_eq!((quiet.revision, quiet.state), (1, Parked));
        let told = then(&quiet, Cause::Rules);
        assert_eq!((told.revision, told.state), (2, woken), "the next look tells of it");
    }
}

fn rep(toml: &str) -> Rep {
    let spec: Spec = toml::from_str(&format!("email = \"x@example.com\"\n{toml}")).expect("a test's own settings parse");
    spec.compile().expect("a test's own settings are good")
}

fn team() -> Vec<Rep> {
    vec![
        rep("id = 'ana'\nsegments = ['hospitals']\nregions = ['ES']\ncapacity = 2"),
        rep("id = 'bob'\nsegments = ['hospitals']\nregions = ['PT']\nabsent = ['2026-01-05..2026-01-06']"),
        rep("id = 'eva'\nsegments = ['schools']"),
        rep("id = 'zoe'\nindustries = ['metal']\nregions = ['ES', 'PT']"),
    ]
}

#[test]
fn who_gets_it() {
    fn check(what: &str, country: &[(FactName, &str)], load: &[(&str, u32)], at: i64, want: &str) {
        let org = organisation("Acme", country);
        let lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
        let load: BTreeMap<RepId, u32> = load.iter().map(|(rep, n)| (rep.parse().unwrap(), *n)).collect();
        let case = Case { lead: &lead, organisation: &org, known_owner: None, silent: &BTreeSet::new() };
        let said = match assign(&case, &team(), &load, day(at)) {
            Decision::To(rep, because) => format!("{rep}: {because}"),
            Decision::Nobody(because) => format!("nobody: {because}"),
        };
        assert_eq!(said, want, "{what}");
    }
    use FactName::{Country, Industry};
    let (es, pt) = ([(Country, "ES"), (Industry, "Health")], [(Country, "PT"), (Industry, "Health")]);
    check("by region", &es, &[], 0, "ana: works `hospitals` with 0 of 2 taken");
    check(
        "full",
        &es,
        &[("ana", 2)],
        0,
        "nobody: nobody is free: ana has 2 of 2: raise `capacity`, settle leads of theirs (`atalaya lead reject`), or add a `[[rep]]`",
    );
    check("away", &pt, &[], 5, "nobody: nobody is free: bob is away until 2026-01-06: add a `[[rep]]`");
    check("back", &pt, &[], 6, "bob: works `hospitals` with 0 taken");
    check(
        "elsewhere",
        &[(Country, "FR")],
        &[],
        0,
        "nobody: no rep of `hospitals` serves its industry and region (ana, bob, zoe): widen theirs, or add a `[[rep]]`",
    );
    check("least load", &[(Country, "ES"), (Industry, "metal")], &[("ana", 1)], 0, "zoe: works `hospitals` with 0 taken");
    check("ties by id", &[(Country, "ES"), (Industry, "metal")], &[], 0, "ana: works `hospitals` with 0 of 2 taken");
    check("sure before unsure", &[(Country, "ES")], &[("ana", 1)], 0, "ana: works `hospitals` with 1 of 2 taken");
    check("no limit without `capacity`", &pt, &[("bob", 4_000)], 0, "bob: works `hospitals` with 4000 taken");
    check("unknown place", &[], &[("ana", 1)], 0, "bob: works `hospitals` with 0 taken, its industry or region is not known");
}

#[test]
fn an_owner_stays() {
    let org = organisation("Acme", &[(FactName::Country, "ES")]);
    let mut lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
    let (zoe, eva): (RepId, RepId) = ("zoe".parse().unwrap(), "eva".parse().unwrap());
    let known = |lead: &Lead, owner: Option<&RepId>| {
        let case = Case { lead, organisation: &org, known_owner: owner, silent: &BTreeSet::new() };
        assign(&case, &team(), &BTreeMap::from([(zoe.clone(), 99)]), day(0))
    };
    assert_eq!(known(&lead, Some(&zoe)), Decision::To(zoe.clone(), "looks after this organisation already".to_owned()));
    // Who does not work the segment cannot keep it.
    assert!(matches!(known(&lead, Some(&eva)), Decision::To(rep, _) if rep.as_str() == "ana"));
    lead.owner = Decision::To(zoe.clone(), String::new());
    assert_eq!(known(&lead, None), Decision::To(zoe.clone(), "works this lead already".to_owned()));
    assert_eq!(
        assign(&Case { lead: &lead, organisation: &org, known_owner: None, silent: &BTreeSet::new() }, &[], &BTreeMap::new(), day(0)),
        Decision::Nobody("no rep is set up: add a `[[rep]]`".to_owned())
    );
}

#[test]
fn who_wants_no_mails_gets_no_leads_while_others_can_have_them() {
    let org = organisation("Acme", &[(FactName::Country, "ES")]);
    let mut lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
    let (ana, zoe): (RepId, RepId) = ("ana".parse().unwrap(), "zoe".parse().unwrap());
    let reps = [rep("id = 'ana'\nsegments = ['hospitals']"), rep("id = 'zoe'\nsegments = ['hospitals']\ncapacity = 1")];
    let mut check = |owner: Option<&RepId>, silent: &[&RepId], zoes: u32, want: &str| {
        lead.owner = owner.map_or_else(|| Decision::Nobody(String::new()), |owner| Decision::To(owner.clone(), String::new()));
        let silent = silent.iter().map(|rep| (*rep).clone()).collect();
        let case = Case { lead: &lead, organisation: &org, known_owner: Some(&ana), silent: &silent };
        let said = match assign(&case, &reps, &BTreeMap::from([(zoe.clone(), zoes)]), day(0)) {
            Decision::To(rep, because) => format!("{rep}: {because}"),
            Decision::Nobody(because) => format!("nobody: {because}"),
        };
        assert_eq!(said, want, "{owner:?} {silent:?} {zoes}");
    };
    check(None, &[], 0, "ana: looks after this organisation already");
    check(None, &[&ana], 0, "zoe: works `hospitals` with 0 of 1 taken");
    check(Some(&ana), &[&ana], 0, "zoe: works `hospitals` with 0 of 1 taken");
    check(
        None,
        &[&ana],
        1,
        "nobody: nobody is free: ana asked for no more mails, zoe has 1 of 1: raise `capacity`, settle leads of theirs (`atalaya lead reject`), or add a `[[rep]]`",
    );
    check(None, &[&ana, &zoe], 0, "nobody: nobody is told: ana, zoe asked for no more mails");
    // What she has stays hers where nobody else can have it.
    check(Some(&ana), &[&ana, &zoe], 0, "ana: works this lead already");
}

#[test]
fn how_soon() {
    let madrid = rep("id = 'ana'\nzone = 'Europe/Madrid'\nquiet = '22:00-07:00'\nabsent = ['2026-01-10']");
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let check = |points: i64, sent: u32, now: &str, want: Lane, because: &str| {
        let lead = turn(None, &score(points, &[]), &[], 0).unwrap();
        let alerts = vec![at(now); usize::try_from(sent).unwrap()];
        let timing = Timing { alerts: &alerts, digest: at("2026-01-12T07:00:00Z"), closes: None, waits: false };
        let slot = lane(&terms(), lead.score.total(), &madrid, &timing, at(now));
        assert_eq!((slot.lane, slot.because.as_str()), (want, because), "{points} {sent} {now}");
    };
    check(4000, 0, "2026-01-05T12:00:00Z", Lane::Urgent, "40 points, at once from 40 on");
    check(3999, 0, "2026-01-05T12:00:00Z", Lane::Digest, "39 points, at once from 40 on");
    check(4000, 4, "2026-01-05T12:00:00Z", Lane::Digest, "hot, but ana had 4 alerts in the last hour (at most 4)");
    check(4000, 0, "2026-01-05T21:00:00Z", Lane::Digest, "hot, but ana has quiet hours");
    check(4000, 0, "2026-01-05T20:59:59Z", Lane::Urgent, "40 points, at once from 40 on");
    check(4000, 0, "2026-01-05T06:00:00Z", Lane::Urgent, "40 points, at once from 40 on");
    check(4000, 0, "2026-01-10T12:00:00Z", Lane::Digest, "ana is away until 2026-01-10");
    // Somebody heard of it before: who has it now gets it with the digest, unless it closes.
    for (closes, want) in [(None, Lane::Digest), (Some(at("2026-01-06T07:00:00Z")), Lane::Urgent)] {
        let timing = Timing { alerts: &[], digest: at("2026-01-12T07:00:00Z"), closes, waits: true };
        let slot = lane(&terms(), 4000, &madrid, &timing, at("2026-01-05T12:00:00Z"));
        assert_eq!(slot.lane, want, "{closes:?}: {}", slot.because);
    }
}

#[test]
fn what_closes_before_the_digest_does_not_wait_for_it() {
    use Lane::{Digest, Urgent};
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let plain = "id = 'ana'\nalerts_per_hour = 2";
    let quiet = "id = 'ana'\nalerts_per_hour = 2\nquiet = '22:00-07:00'";
    let check = |settings: &str, closes: &str, alerts: &[&str], now: &str, want: (Lane, &str)| {
        let lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
        let alerts: Vec<Timestamp> = alerts.iter().map(|text| at(text)).collect();
        let timing = Timing { alerts: &alerts, digest: at("2026-01-12T08:00:00Z"), closes: Some(at(closes)), waits: false };
        let slot = lane(&terms(), lead.score.total(), &rep(settings), &timing, at(now));
        assert_eq!((slot.lane, slot.due), (want.0, at(want.1)), "{settings} {closes} {alerts:?} {now}: {}", slot.because);
    };
    let friday = "2026-01-09T12:00:00Z";
    let digest = (Digest, "2026-01-12T08:00:00Z");
    check(plain, "2026-01-11T12:00:00Z", &[], friday, (Urgent, friday));
    check(plain, "2026-01-12T08:00:00Z", &[], friday, (Urgent, friday));
    // After it there is some time left, but too little to act.
    check(plain, "2026-01-12T18:00:00Z", &[], friday, (Urgent, friday));
    check(plain, "2026-01-13T08:00:00Z", &[], friday, digest);
    // The digest is so near that waiting for it costs little.
    check(plain, "2026-01-12T18:00:00Z", &[], "2026-01-12T06:00:00Z", digest);
    // Its day has begun, and is not over everywhere.
    check(plain, "2026-01-09T00:00:00Z", &[], friday, (Urgent, friday));
    // The cap: as soon as there is room again, not with a digest that is too late.
    let two = ["2026-01-09T11:30:00Z", "2026-01-09T11:45:00Z"];
    check(plain, "2026-01-11T12:00:00Z", &two, friday, (Urgent, "2026-01-09T12:30:00Z"));
    check(plain, "2026-01-11T12:00:00Z", &[two[0], two[1], two[1]], friday, (Urgent, "2026-01-09T12:45:00Z"));
    check(plain, "2026-01-11T12:00:00Z", &[two[0], two[1], "2026-01-09T12:30:00Z"], friday, (Urgent, "2026-01-09T12:30:00Z"));
    check(plain, "2026-01-09T12:10:00Z", &two, friday, (Urgent, friday));
    // Quiet hours, unless it is over by their end.
    check(quiet, "2026-01-10T12:00:00Z", &[], "2026-01-09T23:00:00Z", (Urgent, "2026-01-10T07:00:00Z"));
    check(quiet, "2026-01-10T06:00:00Z", &[], "2026-01-09T23:00:00Z", (Urgent, "2026-01-09T23:00:00Z"));
    check("id = 'ana'\nalerts_per_hour = 0", "2026-01-11T12:00:00Z", &[], friday, digest);
    check("id = 'ana'\nabsent = ['2026-01-09']", "2026-01-11T12:00:00Z", &[], friday, digest);
}

#[test]
fn the_same_revision_enters_once() {
    let lead = turn(None, &score(4000, &[]), &[], 0).unwrap();
    let (rep, channel) = ("ana".parse().unwrap(), "mail".parse().unwrap());
    let to = Address { rep: &rep, channel: &channel };
    let urgent = entry(&lead, to, (Lane::Urgent, day(1)), None, day(1));
    let later = entry(&lead, to, (Lane::Digest, day(7)), None, day(1));
    assert_eq!((urgent.id, later.id), (Entry::id_of(&channel, &rep, lead.id, 1), urgent.id));
}

#[test]
fn every_mistake_in_the_settings_is_named_at_once() {
    let spec: Spec = toml::from_str(
        "id = 'A'\nemail = 'nobody'\nzone = 'Europe/Madird'\nsegments = ['x y']\nindustries = ['--']\nregions = ['-']\n\
         absent = ['2026-02-30', '2026-01-02..2026-01-01']\nquiet = '22-7'\nempty_digest = 'no'\nchannel = 'C'\nremind = ['1d', '40d', 'soon']",
    )
    .unwrap();
    let keys: Vec<String> = spec.compile().unwrap_err().into_iter().map(|fault| fault.key).collect();
    assert_eq!(
        keys,
        [
            "id",
            "email",
            "zone",
            "segments[0]",
            "industries[0]",
            "regions[0]",
            "absent[0]",
            "absent[1]",
            "remind[1]",
            "remind[2]",
            "quiet",
            "empty_digest",
            "channel"
        ]
    );
    let plain = rep("id = 'ana'");
    assert_eq!((plain.name.as_str(), plain.digest.as_str(), plain.capacity, plain.alerts_per_hour), ("ana", "Mon-Fri 08:00", None, 4));
    let all = "id='a'\nname=''\nemail='a@b.c'\nlanguage='en'\nzone='UTC'\nsegments=[]\nindustries=[]\nregions=[]\ncapacity=1\ndigest='daily 08:00'\n\
               alerts_per_hour=1\nempty_digest='always'\nquestions=true\nquiet=''\nchannel='mail'\nabsent=[]\nremind=[]";
    let table: toml::Table = all.parse().unwrap();
    let mut keys: Vec<&str> = table.keys().map(String::as_str).collect();
    let mut want = KEYS.to_vec();
    keys.sort_unstable();
    want.sort_unstable();
    assert_eq!(keys, want);
    toml::from_str::<Spec>(all).unwrap().compile().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// However scores go up and down, revisions never fall, rise by one at most, and without news and without crossing they stand still.
    #[test]
    fn revisions_follow_news(totals in proptest::collection::vec((0_i64..6000, any::<bool>()), 1..20)) {
        let mut lead: Option<Lead> = None;
        for (n, (total, shut)) in (0_i64..).zip(totals) {
            let mut now = score(total, &[]);
            now.excluded = shut.then(|| "client list, line 1".to_owned());
            let next = turn(lead.as_ref(), &now, &[], n);
            if let (Some(before), Some(after)) = (&lead, &next) {
                prop_assert!(after.revision == before.revision || after.revision == before.revision + 1);
                let crossed = before.state != after.state || before.score.total() < 4000 && total >= 4000;
                prop_assert!(crossed || after.revision == before.revision);
                prop_assert_eq!(after.id, before.id);
            }
            if let Some(after) = &next {
                let again = turn(Some(after), &now, &[], n + 1);
                prop_assert_eq!(again, None, "the same again is nothing");
            }
            lead = next.or(lead);
        }
    }

    #[test]
    fn the_choice_does_not_depend_on_the_order_of_reps(by in 0_usize..4, ana in 0_u32..3, zoe in 0_u32..3, country in 0_usize..3, metal in any::<bool>()) {
        let mut facts = vec![(FactName::Country, ["ES", "PT", "FR"][country])];
        if metal { facts.push((FactName::Industry, "metal")); }
        let org = organisation("Acme", &facts);
        let lead = turn(None, &score(1000, &[]), &[], 0).unwrap();
        let load = BTreeMap::from([("ana".parse().unwrap(), ana), ("zoe".parse().unwrap(), zoe)]);
        let case = Case { lead: &lead, organisation: &org, known_owner: None, silent: &BTreeSet::new() };
        let mut turned = team();
        turned.rotate_left(by);
        prop_assert_eq!(assign(&case, &team(), &load, day(0)), assign(&case, &turned, &load, day(0)));
    }
}

#[test]
fn of_two_leads_of_one_organisation_the_older_stays_but_a_decision_goes_first() {
    let made = |state: LeadState, rep: &str, day_first: i64, revision: u32| {
        let lead = turn(None, &score(1500, &[]), &[], day_first).unwrap();
        Lead { state, owner: Decision::To(rep.parse().unwrap(), String::new()), revision, version: 3, ..lead }
    };
    let subject = made(LeadState::New, "ana", 1, 1).subject;
    for (mine, theirs, want) in [
        (made(LeadState::New, "ana", 1, 2), made(LeadState::New, "bob", 2, 5), ("ana", LeadState::New)),
        (made(LeadState::New, "ana", 2, 5), made(LeadState::New, "bob", 1, 2), ("bob", LeadState::New)),
        (made(LeadState::New, "ana", 1, 5), made(LeadState::Accepted, "bob", 2, 2), ("bob", LeadState::Accepted)),
        (made(LeadState::Parked, "ana", 1, 5), made(LeadState::Accepted, "bob", 2, 2), ("ana", LeadState::Parked)),
        (made(LeadState::Below, "ana", 1, 5), made(LeadState::Rejected, "bob", 2, 2), ("bob", LeadState::Rejected)),
    ] {
        let one = as_one(Some(&mine), &theirs, subject);
        let Decision::To(rep, _) = &one.owner else { panic!("nobody has it") };
        assert_eq!((rep.as_str(), one.state), want);
        assert_eq!((one.revision, one.version, one.first_seen), (5, 3, day(1)));
    }
    let alone = as_one(None, &made(LeadState::New, "ana", 1, 7), subject);
    assert_eq!((alone.version, alone.revision), (0, 7), "it is not there yet, and nothing of it is told anew");
}
