//! From what is stored and computed to what is shown. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::ask::{
    BackupView, ChangeView, CheckView, GapView, LeadView, PageView, PartView, RecordView, SaidView, SourceView, StatementView, WishView,
};
use super::health;
use super::leads::{Behind, VerdictView};
use super::tenders::{FieldView, TenderView};
use crate::base::clock::minute;
use crate::base::ids::{LeadId, RepId, SegmentId};
use crate::config::{Config, Rep, Source};
use crate::diff;
use crate::model::codes::Labels;
use crate::model::{
    Advice, Change, ChangeKind, Completeness, DEADLINE_FOR, Decision, Draft, Evidence, Gap, Health, Import, Lane, Lead, LeadState,
    Organisation, Page, PageRole, Part, PartKind, Reading, Record, Score, SourceState, Statement, Trouble, Value, deadline, place_of,
};
use crate::pipeline::{Departed, Rehearsed, Spending, Untold, Wait, WouldTell, why_not};
use crate::render::{Language, deadline_lines, next_step_quoted, sentence, with_member};
use crate::route::{for_rep, untold};
use crate::score::Profile;
use crate::store::{Backup, LastTold, Scope, Suppression, Version};

/// What a tender is worth, the surest first.
const WORTH: [&str; 6] = ["award_value", "estimate", "budget_net", "budget_gross", "maximum", "minimum"];

pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn points(centipoints: i64) -> f64 {
    centipoints as f64 / 100.0
}

/// What is known of a source beside its settings.
pub(super) struct Found<'a> {
    pub(super) states: &'a [SourceState],
    pub(super) standing: &'a Completeness,
    pub(super) spending: Option<Spending>,
    pub(super) pages: u64,
    pub(super) records: u64,
    pub(super) next: Option<Timestamp>,
}

pub(super) fn source(source: &Source, found: &Found<'_>, now: Timestamp) -> SourceView {
    let Found { states, standing, spending, pages, records, next } = found;
    let ill = states.iter().find_map(|state| match &state.health {
        Health::Ill { since, failure } => Some((since, failure)),
        Health::Well { .. } | Health::Unknown => None,
    });
    let said = crate::render::completeness(standing, now);
    let (health, reason) = match (&standing.trouble, ill) {
        _ if !source.enabled => ("off", None),
        (_, Some((since, failure))) => {
            ("ill", Some(format!("since {}: {}: {} ({})", time(*since), failure.class, failure.text, failure.class.what_to_do())))
        }
        (Some(Trouble::Late | Trouble::Spent), None) => ("late", Some(said.clone())),
        (Some(Trouble::New), None) => ("new", None),
        (Some(_) | None, None) => ("well", None),
    };
    SourceView {
        id: source.id.to_string(),
        title: source.title.clone(),
        kind: source.reader.kind().word().to_owned(),
        health: health.to_owned(),
        reason,
        trouble: standing.trouble.as_ref().filter(|_| source.enabled).map(|trouble| trouble.word().to_owned()),
        standing: said,
        complete_until: standing.complete_until.map(time),
        last_new: standing.last_new.map(time),
        newest_entry: states.iter().filter_map(|state| state.pulse.newest).max().map(time),
        expects: source.schedule.expects(),
        unread: states.iter().map(|state| state.visit.bad).sum(),
        unknown_fields: states.iter().map(|state| state.visit.unread).sum(),
        quota: spending.map(|spending| health::quota(source, spending)),
        next_check: next.filter(|_| source.enabled).map(time),
        pages: *pages,
        records: Some(*records),
        statement: states.iter().any(|state| state.visit.started.is_some()).then(|| {
            let statements: Vec<Statement> = states.iter().map(SourceState::statement).collect();
            StatementView {
                asked: statements.iter().map(|one| one.asked).sum(),
                got: statements.iter().map(|one| one.got).sum(),
                complete_until: standing.complete_until.map(time),
                gaps: statements.iter().flat_map(|one| &one.gaps).map(gap).collect(),
                note: statements.iter().find_map(|one| one.note.clone()),
                under_way: statements.iter().any(|one| one.under_way),
            }
        }),
    }
}

/// What a dry run says of how far it would have come.
pub(super) fn statement(statement: &Statement) -> StatementView {
    StatementView {
        asked: statement.asked,
        got: statement.got,
        complete_until: statement.complete_until.map(time),
        gaps: statement.gaps.iter().map(gap).collect(),
        note: statement.note.clone(),
        under_way: statement.under_way,
    }
}

fn gap(gap: &Gap) -> GapView {
    GapView { from: gap.from.map(time), to: gap.to.map(time), why: gap.why.clone() }
}

/// Nothing of a recipient who gets everything.
pub(super) fn wish(wish: &Suppression, config: &Config, now: Timestamp) -> Option<WishView> {
    let same = |rep: &&Arc<Rep>| rep.rep.email.trim().eq_ignore_ascii_case(wish.recipient.trim());
    let paused = wish.paused.filter(|until| *until > now && wish.scope != Scope::All);
    let usual = match (wish.scope, wish.weekly) {
        (Scope::None, false) if paused.is_none() => return None,
        (Scope::None, false) => "digests and alerts",
        (Scope::None, true) => "one digest a week, and alerts",
        (Scope::Alerts, false) => "digests only",
        (Scope::Alerts, true) => "one digest a week only",
        (Scope::Digests, _) => "alerts only",
        (Scope::All, _) => "no more mails",
    };
    Some(WishView {
        reps: config.reps.iter().filter(same).map(|rep| rep.rep.id.to_string()).collect(),
        recipient: wish.recipient.clone(),
        channel: wish.channel.to_string(),
        gets: paused.map_or_else(|| usual.to_owned(), |until| format!("nothing until {}, then {usual}", time(until))),
        spared: wish.scope.word().to_owned(),
        paused_until: paused.map(time),
        weekly: wish.weekly,
        since: time(wish.at),
    })
}

/// A file that was brought in: nobody visits it.
pub(super) fn imported(import: &Import) -> SourceView {
    let broke_off = "it broke off: bring the file in again, or take it back (`atalaya import --undo`)".to_owned();
    SourceView {
        id: import.id.to_string(),
        title: import.origin.clone(),
        kind: "import".to_owned(),
        health: if import.whole { "well" } else { "ill" }.to_owned(),
        reason: (!import.whole).then_some(broke_off),
        standing: format!("brought in on {} from {}", day(import.last), import.file),
        complete_until: import.whole.then(|| time(import.last)),
        last_new: Some(time(import.last)),
        records: Some(u64::from(import.rows)),
        ..SourceView::default()
    }
}

/// A source that is only in the store, and when it is forgotten.
pub(super) fn departed(departed: &Departed, until: Timestamp, pages: u64) -> SourceView {
    SourceView {
        id: departed.source.to_string(),
        title: departed.source.to_string(),
        health: "left".to_owned(),
        reason: Some(format!("left the configuration on {}, forgotten on {}", day(departed.since), day(until))),
        pages,
        ..SourceView::default()
    }
}

pub(super) fn page(page: &Page, versions: &[Version], next: Option<Timestamp>) -> PageView {
    PageView {
        url: page.url.to_string(),
        role: match page.role {
            PageRole::Root => "root".to_owned(),
            PageRole::Follow => "follow".to_owned(),
        },
        state: page_state(page).to_owned(),
        checked: page.checked.map(time),
        changed: page.changed.map(time),
        next_check: next.map(time),
        records: page.members.len(),
        failure: page.failures.as_ref().map(|failures| {
            let rarely = if matches!(failures.last.class.advice(), Advice::Fade) { "; it is asked for ever more rarely" } else { "" };
            format!("{} in a row since {}: {}{rarely}", failures.count, time(failures.since), failures.last)
        }),
        versions: versions.iter().map(|version| (time(version.at), version.length)).collect(),
    }
}

fn page_state(page: &Page) -> &'static str {
    match (&page.failures, &page.reading) {
        (Some(failures), _) if matches!(failures.last.class.advice(), Advice::Fade) => "not there",
        (Some(_), _) => "fails",
        (None, Reading::Never) => "not read yet",
        (None, Reading::Settling | Reading::Suspect(_)) => "second look due",
        (None, Reading::Settled) => "well",
    }
}

pub(super) fn change(change: &Change, record: Option<&Record>) -> ChangeView {
    let (kind, fields) = match &change.kind {
        ChangeKind::Appeared => ("appeared", Vec::new()),
        ChangeKind::Returned(_) => ("returned", Vec::new()),
        ChangeKind::Gone => ("gone", Vec::new()),
        ChangeKind::Changed(fields) => {
            let words = |value: &Option<Value>| value.as_ref().map(|value| crate::base::text::clip(&value.told(), 300));
            ("changed", fields.iter().map(|field| (field.field.to_string(), words(&field.old), words(&field.new))).collect())
        }
    };
    ChangeView {
        at: time(change.at),
        kind: kind.to_owned(),
        title: record.map_or_else(|| change.record.to_string(), Record::title),
        fields,
        baseline: change.baseline,
    }
}

/// A tender as a row; with its fields and what it was before when they are wanted.
pub(super) fn tender(record: &Record, history: Option<&[Change]>) -> TenderView {
    let fields = record.fields.iter().filter(|_| history.is_some()).map(|(name, field)| FieldView {
        name: name.to_string(),
        value: field.value.told(),
        quote: field.quote.clone(),
        path: field.path.clone(),
        since: time(field.first_seen),
    });
    let mut view = TenderView {
        id: record.id.to_string(),
        source: record.source.to_string(),
        procedure: record.key.clone(),
        title: record.title(),
        buyer: record.text("buyer"),
        stage: record.text("stage"),
        published: record.text("published"),
        published_at: moment_of(record, "published"),
        classes: ["cpv", "unspsc", "naics", "classes"]
            .into_iter()
            .flat_map(|name| record.value(name).map_or(&[][..], Value::each))
            .map(Value::text)
            .collect(),
        worth: WORTH.iter().find_map(|name| record.text(name)),
        performed_in: record.text("performed_in"),
        winner: record.text("winner"),
        contract_end: record.text("contract_end"),
        url: record.url.to_string(),
        first_seen: time(record.first_seen),
        changed: time(record.changed),
        fields: fields.collect(),
        meanings: Vec::new(),
        history: history.into_iter().flatten().map(|one| change(one, Some(record))).collect(),
        ..TenderView::default()
    };
    dated(&mut view, record);
    view
}

/// Puts into a view until when offers are taken, by this record.
pub(super) fn dated(view: &mut TenderView, record: &Record) {
    let closing = deadline(record);
    view.deadline = record.value("deadline").map(Value::told);
    view.deadline_at = moment_of(record, "deadline");
    view.deadline_for = record.text(DEADLINE_FOR);
    view.odd = closing.iter().flat_map(|one| &one.odd).map(|odd| odd.word().to_owned()).collect();
    view.later_lots = closing.iter().flat_map(|one| &one.after).map(|(lots, until)| (lots.clone(), until.told())).collect();
    view.lots = closing.and_then(|one| one.lots);
    view.deadlines = deadline_lines(Language::En, record);
}

/// The moment of a field that holds a time.
pub(super) fn moment_of(record: &Record, name: &str) -> Option<String> {
    if let Some(Value::Time(moment)) = record.value(name) { Some(time(moment.at)) } else { None }
}

/// What the codes of a tender mean; of one that is not known, what the next above it does.
pub(super) fn meanings(labels: &Labels, record: &Record) -> Vec<String> {
    let mut meanings = Vec::new();
    for (field, scheme) in [("cpv", "CPV"), ("unspsc", "UNSPSC"), ("naics", "NAICS")] {
        for code in record.value(field).map_or(&[][..], Value::each).iter().map(Value::text) {
            let code: String = code.chars().take_while(char::is_ascii_digit).collect();
            let meaning = labels.find(scheme, &code, &["en"]).map(|label| format!("{scheme} {}", label.of(&code).told(&code, "in")));
            meanings.extend(meaning.filter(|meaning| !meanings.contains(meaning)));
        }
    }
    meanings
}

pub(super) fn draft(draft: &Draft, news: Option<&str>) -> RecordView {
    let times = draft.fields.iter().filter(|(_, found)| matches!(found.value, Value::Time(_)));
    RecordView {
        key: draft.key.clone(),
        kind: draft.kind.word().to_owned(),
        url: draft.url.to_string(),
        fields: draft.fields.iter().map(|(name, found)| (name.to_string(), found.value.text())).collect(),
        told: times.map(|(name, found)| (name.to_string(), found.value.text())).collect(),
        news: news.map(str::to_owned),
        signals: Vec::new(),
    }
}

fn part(part: &Part, behind: &Behind<'_>) -> PartView {
    PartView {
        kind: match part.kind {
            PartKind::Fit => "fit".to_owned(),
            PartKind::Signal(kind) => kind.word().to_owned(),
        },
        rule: part.rule.clone(),
        why: part.why.clone(),
        points: points(part.centipoints),
        how: part.how.clone(),
        quote: part.evidence.as_ref().map(|evidence| evidence.quote.clone()),
        url: part.evidence.as_ref().map(|evidence| place_of(&evidence.url)),
        member: behind.member_of(part),
    }
}

/// A lead with a score, which may be another than the stored one, as seen at a moment.
pub(super) fn lead(lead: &Lead, score: &Score, organisation: Option<&Organisation>, behind: Behind<'_>, now: Timestamp) -> LeadView {
    let (owner, because) = match &lead.owner {
        Decision::To(rep, because) => (Some(rep.to_string()), because.clone()),
        Decision::Nobody(because) => (None, because.clone()),
    };
    let mut facts: Vec<_> = organisation.map_or(&[][..], |o| &o.facts).iter().collect();
    facts.sort_by_key(|fact| fact.name);
    LeadView {
        id: lead.id.to_string(),
        segment: lead.segment.to_string(),
        title: lead.title.clone(),
        formerly: organisation.and_then(Organisation::formerly),
        state: lead.state.word().to_owned(),
        owner,
        because,
        told: None,
        told_state: None,
        told_at: None,
        fit: points(score.fit),
        signal: points(score.signal),
        between: (points(score.between.0), points(score.between.1)),
        known: score.known,
        unknown: score.unknown.iter().map(|name| name.word().to_owned()).collect(),
        excluded: score.excluded.clone(),
        parts: score.parts.iter().map(|one| part(one, &behind)).collect(),
        signals: behind
            .shown
            .iter()
            .map(|signal| {
                let said = sentence(Language::En, None, signal, now);
                (time(signal.at), with_member(Language::En, said, signal, behind.members), place_of(&signal.evidence.url))
            })
            .collect(),
        facts: facts.into_iter().map(|fact| (fact.word().to_owned(), fact.value.text(), place_of(&fact.evidence.url))).collect(),
        profile: Vec::new(),
        verdict: lead.verdict.as_ref().map(|verdict| VerdictView {
            said: verdict.said.word().to_owned(),
            at: time(verdict.at),
            by: verdict.by.clone(),
            because: verdict.because.clone(),
            until: verdict.until.map(time),
        }),
        notes: Vec::new(),
        next_step: next_step_quoted(&lead.next_step),
        revision: lead.revision,
        first_seen: time(lead.first_seen),
        changed: time(lead.changed),
        at: time(score.at),
    }
}

/// With what kind of client it is.
pub(super) fn profiled(view: LeadView, profile: &Profile) -> LeadView {
    let line = |(name, value, proof): (&str, String, Option<&Evidence>)| {
        let (quote, url) = proof.map_or_else(Default::default, |proof| (proof.quote.clone(), place_of(&proof.url)));
        (name.to_owned(), value, quote, url)
    };
    LeadView { profile: profile.lines().into_iter().map(line).collect(), ..view }
}

/// With when it is told or was, or why it is not.
pub(super) fn told(view: LeadView, lead: &Lead, (desk, last): (&Desk<'_>, &LastTold), now: Timestamp) -> LeadView {
    let wait = desk.waiting.get(&lead.id).filter(|_| for_rep(lead.state));
    let zone = match &lead.owner {
        Decision::To(rep, _) => desk.config.rep(rep).map(|rep| rep.rep.zone.clone()),
        Decision::Nobody(_) => None,
    };
    let zone = zone.unwrap_or_else(|| desk.config.daemon.zone.clone());
    let said = |at: Timestamp| minute(at, &zone);
    let before = last.at.map(|at| format!("; it was told {}", said(at))).unwrap_or_default();
    let never = |why: &str| ("no", format!("no: {why}{before}"), last.at);
    let nobody = |why: String| ("nobody", why, None);
    let (state, told, at) = match (&lead.owner, lead.state) {
        (_, LeadState::Below) => never("below the line"),
        (_, LeadState::Excluded) => never("kept out by a gate"),
        (_, LeadState::Rejected) => never("rejected"),
        (_, LeadState::Parked) => never("parked"),
        (Decision::To(rep, _), _) if desk.silent.contains(rep) && wait.is_none() => nobody(untold(&[rep])),
        (Decision::Nobody(because), LeadState::New | LeadState::Accepted) => {
            nobody(if because.starts_with("nobody") { because.clone() } else { format!("nobody to tell: {because}") })
        }
        (Decision::To(rep, _), LeadState::New | LeadState::Accepted) => match (wait, desk.config.rep(rep)) {
            (Some(wait), _)
                if wait.rep == *rep
                    && let Some(why) = why_not(desk.config, &desk.silent, rep) =>
            {
                nobody(format!("nobody is told: {why}; what is new of it waits for that to change"))
            }
            (Some(wait), _) if wait.at <= now => ("waits", "now".to_owned(), Some(wait.at)),
            (Some(Wait { at, lane, zone, .. }), _) => {
                let how = match lane {
                    Lane::Urgent => "alert",
                    Lane::Digest => "digest",
                };
                ("waits", format!("{how} {}", minute(*at, zone)), Some(*at))
            }
            (None, None) => nobody(format!("nobody to tell: there is no rep {rep} any more")),
            (None, Some(known)) => match (&last.given_up, last.at) {
                (Some((id, at)), _) => {
                    let words = format!("no: the mail was given up {}, `atalaya outbox replay {id}` sends it again{before}", said(*at));
                    ("given-up", words, Some(*at))
                }
                (None, Some(at)) => ("told", said(at), Some(at)),
                (None, None) if desk.config.channel_of(known).is_none() => nobody(format!("nobody to tell: no mail goes to {rep}")),
                (None, None) => never("nothing new of it"),
            },
        },
    };
    LeadView { told: Some(told), told_state: Some(state.to_owned()), told_at: at.map(time), ..view }
}

/// What waits to be told, and to whom nothing is.
pub(super) struct Desk<'a> {
    pub(super) config: &'a Config,
    pub(super) waiting: HashMap<LeadId, Wait>,
    pub(super) silent: BTreeSet<RepId>,
}

/// The segments whose leads are told to nobody: all who work them asked for no more mails, or there are leads that nobody can have.
pub(super) fn untold_segments(config: &Config, silent: &BTreeSet<RepId>, found: &[Untold]) -> Vec<String> {
    let of = |segment: &SegmentId| config.reps.iter().filter(|rep| rep.rep.works(segment)).map(|rep| &rep.rep.id).collect::<Vec<_>>();
    let ids = config.segments.iter().map(|segment| &segment.terms.segment);
    ids.filter_map(|id| {
        let reps = of(id);
        let all = !reps.is_empty() && reps.iter().all(|rep| silent.contains(*rep));
        let of_leads = || found.iter().find(|one| one.segment == *id).map(Untold::words);
        if all { Some(format!("segment `{id}`: {}", untold(&reps))) } else { of_leads() }
    })
    .collect()
}

pub(super) fn backup(backup: &Backup) -> BackupView {
    BackupView {
        name: backup.name.clone(),
        path: backup.path.display().to_string(),
        at: time(backup.at),
        keys: backup.keys,
        bytes: backup.bytes,
    }
}

/// A reason to act that a text gives.
pub(super) fn said(said: &diff::Said) -> SaidView {
    SaidView { kind: said.kind.word().to_owned(), language: said.language.clone(), sentence: said.sentence.clone() }
}

/// The findings of a dry run, as shown.
pub fn check_view(target: &str, kind: &str, found: Rehearsed) -> CheckView {
    let leads = found.leads.iter().map(|would| {
        let WouldTell { lead: made, organisation, members, signals, .. } = would;
        let mut view =
            lead(made, &made.score, organisation.as_ref(), Behind { shown: signals, signals, records: &[], members }, made.changed);
        view.because = would.who();
        view
    });
    let of_record = |place: usize| found.said.iter().filter(move |(of, _)| *of == place).map(|(_, one)| said(one)).collect();
    CheckView {
        robots: found.robots.clone(),
        pace_seconds: found.pace.map(|pace| pace.as_secs_f64()),
        answer: found.answer.clone(),
        records: found
            .records
            .iter()
            .enumerate()
            .map(|(place, (read, news))| RecordView { signals: of_record(place), ..draft(read, *news) })
            .collect(),
        bad: found.bad.iter().map(|bad| (bad.path.clone(), bad.reason.clone())).collect(),
        unread: found.unread.iter().map(|field| (field.path.clone(), field.reason.clone())).collect(),
        follow: found.follow.iter().map(Url::to_string).collect(),
        remarks: found.remarks.clone(),
        problem: found.failure.as_ref().map(|failure| format!("{failure} ({})", failure.class.what_to_do())),
        baseline: found.baseline,
        leads: leads.collect(),
        statement: found.statement.as_ref().map(statement),
        target: target.to_owned(),
        kind: kind.to_owned(),
    }
}
