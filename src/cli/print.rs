//! Answers as tables and JSON. Knows view types only.

mod imports;
mod leads;
mod lines;
mod organisations;
mod proposal;
mod reading;
mod tenders;
mod times;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::base::clock::Clock;
use crate::base::text::{clip, count};
use crate::store::Backup;
use crate::web::{
    Answer, CalendarView, CheckView, DiffView, HeldView, LeadView, MessageView, QuotaView, RecordView, SourcePages, SourceView,
    StatementView, StatusView, UnmappedView, WishView,
};

/// Columns of ids, which people copy: they are never broken over lines, the other columns give way.
const IDS: [&str; 12] =
    ["lead", "tender", "message", "source", "segment", "channel", "owner", "rep", "backup", "organisation", "the other", "record id"];

pub(super) use imports::imported;
pub(super) use leads::verdict;
pub(super) use lines::held;
pub(super) use proposal::{ChosenView, FieldView, ProposalView, TestedView, TriedView, UnsureView, proposal, tested};
pub(super) use reading::reading;
pub(super) use times::{at, in_zone, value};

/// Records whose words are told.
const SAYING: usize = 50;

/// Columns where there is no terminal.
const WIDE: u16 = 160;

/// Columns of the terminal, or many where there is none.
fn width() -> u16 {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(WIDE, |(width, _)| width.0)
}

/// A table that fits the terminal, or is wide where there is none.
pub(super) fn table(head: &[&str]) -> Table {
    sized(head, width())
}

fn sized(head: &[&str], width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_header(head);
    for (place, _) in head.iter().enumerate().filter(|(_, name)| IDS.contains(name)) {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table.set_width(width);
    table
}

/// Prints an answer: JSON of what it carries, or words and tables.
pub(super) fn answer(answer: &Answer, json: bool) -> anyhow::Result<()> {
    if json {
        let mut value = serde_json::to_value(answer)?;
        println!("{}", serde_json::to_string_pretty(&value["with"].take())?);
        return Ok(());
    }
    let now = Clock::System.now();
    match answer {
        Answer::Status(view) => status(view, now),
        Answer::Sources(views) => println!("{}{}", sources(views, now), why(views)),
        Answer::Source(view) => source(view, now),
        Answer::Due(due) => {
            eprintln!("{} due now; a running daemon visits what is due at the host's pace.", count(*due, "page is", "pages are"));
        }
        Answer::Check(view) => check(view),
        Answer::Leads(views) => println!("{}", leads(views)),
        Answer::Lead(view) => leads::lead(view),
        Answer::Tenders(views) if views.is_empty() => eprintln!("no tender is like that; `atalaya tender list` without filters shows all"),
        Answer::Tenders(views) => println!("{}", tenders::list(views)),
        Answer::Tender(view) => println!("{}", tenders::whole(view, width())),
        Answer::TenderHistory(view) => println!("{}", tenders::history(view, width())),
        Answer::TenderRaw(view) => print!("{}", view.text),
        Answer::Outbox(views) => println!("{}{}", lines::outbox(views), lines::held_back(views)),
        Answer::Replayed(view) => {
            eprintln!("{}:", count(view.ids.len(), "message", "messages"));
            view.ids.iter().for_each(|id| println!("{id}"));
            view.note.iter().for_each(|note| eprintln!("{note}"));
        }
        Answer::Sent(view) => {
            let word = if view.accepted { "accepted" } else { "NOT accepted" };
            println!("{word} after {} ms: {} ({})", view.millis, view.outcome, view.id);
        }
        Answer::Digest(view) => {
            if view.waiting == 0 {
                eprintln!("Nothing waits for {}: this is what a digest of the present leads would look like.", view.rep);
            }
            println!("Subject: {}\n\n{}", view.subject, view.text);
        }
        Answer::Calendars(views) => calendars(views),
        Answer::Organisations(views) => println!("{}", organisations::list(views, width())),
        Answer::Organisation(view) => print!("{}", organisations::whole(view, width())),
        Answer::OrganisationQuestions(views) => {
            println!("{}", organisations::questions(views, width()));
            eprintln!("{} open, the most telling first; answer with `atalaya org same A B` or `atalaya org not-same A B`", views.len());
        }
        Answer::Rulings(views) => println!("{}", organisations::rulings(views, width())),
        Answer::Ruled(view) => println!("{}", organisations::ruled(view)),
        Answer::Unmapped(views) => lines::unmapped(views),
        Answer::Import(view) => print!("{}", imports::report(view, width())),
        Answer::Imports(views) => println!("{}", imports::list(views, width())),
        Answer::ImportUndone(view) => println!("{}", imports::undone(view)),
        Answer::Backup(view) => println!("{}", lines::backup(view)),
    }
    Ok(())
}

/// The backups that are there.
pub(super) fn backups(backups: &[Backup], zone: &TimeZone, json: bool) -> anyhow::Result<()> {
    if json {
        let list: Vec<_> = backups
            .iter()
            .map(|b| serde_json::json!({ "name": b.name, "path": b.path, "at": b.at, "keys": b.keys, "bytes": b.bytes }))
            .collect();
        println!("{}", serde_json::to_string_pretty(&list)?);
        return Ok(());
    }
    let mut all = table(&["backup", "made", "keys", "size"]);
    for backup in backups {
        all.add_row([backup.name.clone(), at(backup.at, zone), backup.keys.to_string(), bytes(backup.bytes)]);
    }
    println!("{all}");
    eprintln!("To put one in place: atalaya restore NAME (--yes where no terminal is)");
    Ok(())
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} kB", count / 1_000),
        _ => format!("{} MB", count / 1_000_000),
    }
}

/// A next check: `now` once its time has come.
fn next_check(at: Option<&String>, now: Timestamp) -> String {
    match at.map(|at| (at, at.parse::<Timestamp>())) {
        Some((_, Ok(due))) if due <= now => "now".to_owned(),
        Some((at, _)) => at.clone(),
        None => "–".to_owned(),
    }
}

fn or_dash(text: Option<&String>) -> String {
    text.cloned().unwrap_or_else(|| "–".to_owned())
}

fn status(view: &StatusView, now: Timestamp) {
    let how = if view.running {
        format!("running (process {})", view.pid.unwrap_or_default())
    } else {
        "not running; read from the store at rest".to_owned()
    };
    println!("atalaya {}: {how}", view.version);
    println!(
        "{} on {}, {}, {}, {}; {} waiting for a digest",
        count(view.pages, "page", "pages"),
        count(view.hosts, "host", "hosts"),
        count(view.records, "record", "records"),
        count(view.organisations, "organisation", "organisations"),
        count(view.leads, "lead", "leads"),
        view.entries
    );
    if !view.pending.is_empty() {
        println!("a restart is pending: {} changed in the configuration; the daemon runs with the values before", view.pending.join(", "));
    }
    for line in &view.untold {
        println!("{line}");
    }
    let late = if view.late_seconds > 60 { format!(", {} s late", view.late_seconds) } else { String::new() };
    println!("next check {}{late}", next_check(view.next_check.as_ref(), now));
    println!(
        "store {}, snapshots {}; last backup: {}",
        bytes(view.store_bytes),
        bytes(view.segment_bytes),
        view.backup.as_ref().map_or_else(|| "none yet".to_owned(), lines::backup)
    );
    if !view.channels.is_empty() {
        let mut all = table(&["channel", "kind", "waiting", "dead", "state"]);
        for channel in &view.channels {
            let state = match (&channel.held, channel.failures) {
                (Some(held), _) => lines::held(held),
                (None, 0) => "well".to_owned(),
                (None, n) => format!("{} in a row", count(n, "failure", "failures")),
            };
            all.add_row([channel.id.clone(), channel.kind.clone(), channel.waiting.to_string(), channel.dead.to_string(), state]);
        }
        println!("{all}");
    }
    if !view.wishes.is_empty() {
        println!("what recipients chose by the link in their mails:\n{}", lines::wishes(&view.wishes));
    }
    for quota in &view.quotas {
        println!("{}: {}", quota.source, quota_line(quota));
    }
    if view.attention.is_empty() {
        println!("{}", if view.pages == 0 { "no source is visited yet" } else { "every visited source is well" });
    } else {
        println!("sources that need attention:");
        for source in &view.attention {
            println!("  {}", attention(source));
        }
    }
    if !view.left.is_empty() {
        println!("sources that left the configuration:");
        println!("{}{}", sources(&view.left, now), why(&view.left));
    }
}

/// A source that needs attention: how it stands, and why.
pub(super) fn attention(view: &SourceView) -> String {
    let reason = view.reason.as_ref().filter(|reason| **reason != view.standing).map(|reason| format!(" – {reason}")).unwrap_or_default();
    format!("{}: {}{reason}", view.id, view.standing)
}

fn quota_line(quota: &QuotaView) -> String {
    format!("{} of {} used today; anew at {}", quota.used, count(quota.allowed, "request", "requests"), quota.anew)
}

fn sources(views: &[SourceView], now: Timestamp) -> Table {
    let mut all = table(&["source", "kind", "health", "complete until", "last news", "next check", "pages", "records", "unread"]);
    for view in views {
        all.add_row([
            view.id.clone(),
            view.kind.clone(),
            view.health.clone(),
            or_dash(view.complete_until.as_ref()),
            or_dash(view.last_new.as_ref()),
            next_check(view.next_check.as_ref(), now),
            view.pages.to_string(),
            view.records.map_or_else(|| "–".to_owned(), |n| n.to_string()),
            view.unread.to_string(),
        ]);
    }
    all
}

/// Why sources are not well, each in full on a line of its own: no column is wide enough for that.
fn why(views: &[SourceView]) -> String {
    views.iter().filter_map(|view| view.reason.as_ref().map(|reason| format!("\n{}: {reason}", view.id))).collect()
}

fn source(view: &SourcePages, now: Timestamp) {
    println!("{}{}", sources(std::slice::from_ref(&view.source), now), why(std::slice::from_ref(&view.source)));
    if let Some(said) = &view.source.statement {
        println!("{}", statement(said));
    }
    for line in health(view) {
        println!("{line}");
    }
    println!("{}", pages(view, now));
    if view.pages.iter().any(|page| page.role == "follow") {
        println!(
            "Pages that were found by following are read by the visits that begin at the first page: their next check is the next visit."
        );
    }
    let mut changes = table(&["at", "what", "record", "fields"]);
    for change in view.changes.iter().filter(|change| !change.baseline) {
        let fields: Vec<String> =
            change.fields.iter().map(|(name, old, new)| format!("{name}: {} → {}", or_dash(old.as_ref()), or_dash(new.as_ref()))).collect();
        changes.add_row([change.at.clone(), change.kind.clone(), clip(&change.title, 60), fields.join("\n")]);
    }
    println!("{changes}");
    if let Some(diff) = &view.diff {
        println!("{}", difference(diff));
    }
}

/// The pages of a source, and how many are not shown; the kept versions of a page that stands alone.
fn pages(view: &SourcePages, now: Timestamp) -> String {
    let mut pages = table(&["page", "state", "checked", "changed", "next check", "records", "versions", "failure"]);
    for page in &view.pages {
        pages.add_row([
            page.url.clone(),
            page.state.clone(),
            or_dash(page.checked.as_ref()),
            or_dash(page.changed.as_ref()),
            next_check(page.next_check.as_ref(), now),
            page.records.to_string(),
            page.versions.len().to_string(),
            page.failure.clone().unwrap_or_default(),
        ]);
    }
    let mut lines = vec![pages.to_string()];
    match view.pages.as_slice() {
        [only] => lines.extend(only.versions.iter().map(|(at, length)| format!("kept version of {at}: {length} bytes"))),
        some if (some.len() as u64) < view.source.pages => {
            lines.push(format!("{} of {} pages, those that changed last; `--page URL` shows any of them", some.len(), view.source.pages));
        }
        _ => {}
    }
    lines.join("\n")
}

/// How a page differs from what it was, and which page that is.
fn difference(view: &DiffView) -> String {
    let of = match (&view.old, &view.new) {
        (Some(old), Some(new)) => format!("{}, from {old} to {new}", view.url),
        (_, _) => view.url.clone(),
    };
    let others = match view.others {
        0 => String::new(),
        n => format!("\n{n} other page(s) of this source changed too: `--page URL --diff` shows one"),
    };
    format!("difference of the last two kept versions of {of}:{others}\n{}", view.text)
}

/// How complete a source is, in lines.
fn statement(view: &StatementView) -> String {
    let visit = if view.under_way { "the visit under way has" } else { "the last visit" };
    let until = view.complete_until.as_ref().map_or_else(|| "not complete so far".to_owned(), |at| format!("complete until {at}"));
    let mut lines =
        vec![format!("{visit} asked for {} and got {}; {until}", count(view.asked, "page", "pages"), count(view.got, "record", "records"))];
    lines.extend(view.gaps.iter().map(|gap| match (&gap.from, &gap.to) {
        (Some(from), Some(to)) => format!("missing: {from} to {to}: {}", gap.why),
        (_, _) => format!("missing: {}", gap.why),
    }));
    lines.extend(view.note.clone());
    lines.join("\n")
}

/// What is known of a source's health beyond its row, line by line.
fn health(view: &SourcePages) -> Vec<String> {
    let one = &view.source;
    let mut lines = vec![format!("stands: {}", one.standing)];
    let newest = one.newest_entry.as_ref().map(|at| format!("; its newest entry is of {at}")).unwrap_or_default();
    lines.push(format!("news: last {}{newest}; expected {}", or_dash(one.last_new.as_ref()), one.expects));
    lines.extend(one.quota.as_ref().map(|quota| format!("requests: {}", quota_line(quota))));
    let lost = view.fields.iter().filter(|field| field.lost);
    lines.extend(lost.map(|field| {
        let of = if field.own_pages { "on the own pages of" } else { "of" };
        format!(
            "lost: the field `{}` {of} {} records: usually in {:.0} %, now in {:.0} %",
            field.field, field.kind, field.usual, field.last
        )
    }));
    if one.unknown_fields > 0 {
        lines.push(format!(
            "{} field(s) of entries that were read could not be, at the last visit; they are left unknown: `atalaya check {}` and `atalaya tender show` say which",
            one.unknown_fields, one.id
        ));
    }
    lines.extend(view.remarks.iter().map(|remark| format!("note: {remark}")));
    if !view.unread.is_empty() {
        lines.push(format!(
            "entries that could not be read in full ({} at the last visit), and what else to know of the pages:",
            one.unread
        ));
        lines.extend(view.unread.iter().map(|misread| format!("  {} {}: {}", misread.at, misread.path, misread.reason)));
    }
    lines
}

/// Leads of a dry run whose sum is shown line by line.
const EXPLAINED: usize = 3;

fn check(view: &CheckView) {
    println!("{} read as {}", view.target, view.kind);
    if let Some(robots) = &view.robots {
        println!("robots.txt: {robots}; {} s between two requests", view.pace_seconds.unwrap_or_default());
    }
    if let Some(answer) = &view.answer {
        println!("answer: {answer}");
    }
    let mut names: Vec<&String> = view.records.iter().flat_map(|record| record.fields.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(8);
    let head: Vec<&str> = ["", "kind"].into_iter().chain(names.iter().map(|name| name.as_str())).collect();
    let mut all = table(&head);
    for record in view.records.iter().take(100) {
        let fixed = [record.news.clone().unwrap_or_default(), record.kind.clone()];
        let values = names.iter().map(|name| {
            record.told.get(*name).or_else(|| record.fields.get(*name)).map_or_else(|| "–".to_owned(), |value| clip(value, 80))
        });
        all.add_row(fixed.into_iter().chain(values));
    }
    println!("{all}");
    println!("{}{}", count(view.records.len(), "record", "records"), if view.records.len() > 100 { ", the first 100 shown" } else { "" });
    for remark in &view.remarks {
        println!("note: {remark}");
    }
    let titled = |record: &RecordView| record.fields.get("title").or_else(|| record.fields.get("name")).unwrap_or(&record.key).clone();
    for record in view.records.iter().filter(|record| !record.signals.is_empty()).take(SAYING) {
        for line in reading::said(&record.signals) {
            println!("{} {line}", clip(&titled(record), 60));
        }
    }
    for url in view.follow.iter().take(10) {
        println!("leads on to {url}");
    }
    for (place, reason) in view.bad.iter().take(20) {
        println!("could not be read: {place}: {reason}");
    }
    for (place, reason) in view.unread.iter().take(20) {
        println!("left unknown: {place}: {reason}");
    }
    if view.unread.len() > 20 {
        println!("{} fields were left unknown, the first 20 are shown", view.unread.len());
    }
    if view.baseline && !view.leads.is_empty() {
        println!("\nThe first visit is a baseline: what is there already is stored quietly. If it were news:");
    }
    for (place, lead) in view.leads.iter().enumerate() {
        println!("\nwould be told: {} → {}", lead.title, lead.because);
        if place < EXPLAINED {
            explain(lead);
        }
    }
    if let Some(said) = &view.statement {
        println!("if the visit ended here: {}", statement(said));
    }
    if let Some(problem) = &view.problem {
        println!("PROBLEM: {problem}");
    }
}

fn leads(views: &[LeadView]) -> Table {
    let mut all = table(&["lead", "segment", "who", "fit", "signal", "known", "state", "owner", "told", "changed"]);
    for view in views {
        all.add_row([
            view.id.clone(),
            view.segment.clone(),
            view.formerly.iter().fold(clip(&view.title, 50), |now, before| format!("{now} (formerly {})", clip(before, 50))),
            // As mails round: the half away from zero.
            format!("{:.0}", view.fit.round()),
            format!("{:.0}", view.signal.round()),
            format!("{} %", view.known),
            view.state.clone(),
            or_dash(view.owner.as_ref()),
            or_dash(view.told.as_ref()),
            times::to_the_minute(&view.changed),
        ]);
    }
    all
}

/// Each address whole on a line of its own, to be copied.
fn calendars(views: &[CalendarView]) {
    eprintln!("Whoever has an address can read that calendar: give it to nobody else.");
    for view in views {
        println!("{} {} ({})\n{}", view.of, view.name, view.title, view.url);
    }
}

/// The score line by line: the points column sums to the totals, to the last digit.
pub(super) fn explain(view: &LeadView) {
    let mut all = table(&["points", "why", "how", "proof"]);
    for part in &view.parts {
        let proof = match (&part.quote, &part.url) {
            (Some(quote), Some(url)) => format!("“{}” {url}", clip(quote, 160)),
            _ => String::new(),
        };
        let member = part.member.as_ref().map(|member| format!(", of {member}, of its group")).unwrap_or_default();
        all.add_row([format!("{:+.2}", part.points), format!("{} ({}){member}", part.why, part.kind), part.how.clone(), proof]);
    }
    all.add_row([format!("{:+.2}", view.fit), "= fit".to_owned(), String::new(), String::new()]);
    all.add_row([format!("{:+.2}", view.signal), "= signal".to_owned(), format!("as of {}", view.at), String::new()]);
    println!("{all}");
    println!(
        "known: {} % of what rules and gates ask; with the unknown the sum lies between {:.2} and {:.2}",
        view.known, view.between.0, view.between.1
    );
    for (name, value, quote, url) in &view.profile {
        let proof = if quote.is_empty() { String::new() } else { format!(": “{}” {url}", clip(quote, 160)) };
        println!("{} {value}{proof}", name.replace('_', " "));
    }
    if !view.unknown.is_empty() {
        println!("to find out next: {}", view.unknown.join(", "));
    }
    if let Some(gate) = &view.excluded {
        println!("kept out: {gate}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{FieldShareView, GapView, MisreadView};

    #[test]
    fn every_command_that_a_letter_names_is_one() {
        use clap::Parser as _;
        for named in
            ["lead list --owner ana", "lead show lead-1", "lead explain lead-1", "tender show record-1", "calendar ana", "source list"]
        {
            let words = std::iter::once("atalaya").chain(named.split(' '));
            assert!(crate::cli::args::Args::try_parse_from(words).is_ok(), "{named}");
        }
    }

    #[test]
    fn ids_stay_whole_on_a_narrow_terminal() {
        let lead = LeadView {
            id: "lead-0123456789abc".to_owned(),
            segment: "packaging-for-the-food-industry".to_owned(),
            title: "Cajas y Embalajes del Vallès, Sociedad Limitada Laboral".to_owned(),
            state: "excluded".to_owned(),
            owner: Some("ana-maria.gonzalez".to_owned()),
            changed: "2026-11-23T08:00:00Z".to_owned(),
            ..LeadView::default()
        };
        let message = MessageView {
            id: "msg_0123456789abcdefghijklmnop".to_owned(),
            channel: "the-webhook-of-the-crm".to_owned(),
            kind: "digest".to_owned(),
            title: "digest for ana, 7 leads".to_owned(),
            state: "dead".to_owned(),
            detail: "at 2026-11-23T08:00:00Z: the receiver answered 500 again and again".to_owned(),
            last: Some("2026-11-23T08:00:00Z 500 Internal Server Error".to_owned()),
            ..MessageView::default()
        };
        let source = SourceView {
            id: "es-exhibitors-of-the-fair-in-zaragoza".to_owned(),
            reason: Some("since 2026-11-23T08:00:00Z: zero records: no record was found (look at the page)".to_owned()),
            ..SourceView::default()
        };
        let now = Timestamp::UNIX_EPOCH;
        for (mut table, ids) in [
            (leads(std::slice::from_ref(&lead)), vec![lead.id, lead.segment, lead.owner.unwrap_or_default()]),
            (lines::outbox(std::slice::from_ref(&message)), vec![message.id, message.channel]),
            (sources(std::slice::from_ref(&source), now), vec![source.id]),
        ] {
            for width in [200, 120, 80] {
                let text = table.set_width(width).to_string();
                for id in &ids {
                    assert!(text.contains(id.as_str()), "{id} is broken at {width}:\n{text}");
                }
            }
        }
    }

    #[test]
    fn a_statement_says_what_is_missing() {
        let gap = |from: Option<&str>, to: Option<&str>, why: &str| GapView {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            why: why.to_owned(),
        };
        let view = StatementView {
            asked: 14,
            got: 312,
            complete_until: Some("2026-11-23T07:45:00Z".to_owned()),
            gaps: vec![
                gap(Some("2026-11-23T07:45:00Z"), Some("2026-11-23T07:50:00Z"), "it could not be read; the next visit asks again"),
                gap(None, None, "not reached: the visit stopped at a failure (slow-down)"),
            ],
            note: Some("the portal refused the stored cursor (not-found): begun before 2026-11-23 07:00 UTC".to_owned()),
            under_way: false,
        };
        insta::assert_snapshot!(statement(&view), @r"
        the last visit asked for 14 pages and got 312 records; complete until 2026-11-23T07:45:00Z
        missing: 2026-11-23T07:45:00Z to 2026-11-23T07:50:00Z: it could not be read; the next visit asks again
        missing: not reached: the visit stopped at a failure (slow-down)
        the portal refused the stored cursor (not-found): begun before 2026-11-23 07:00 UTC
        ");
        insta::assert_snapshot!(statement(&StatementView { under_way: true, ..StatementView::default() }), @"the visit under way has asked for 0 pages and got 0 records; not complete so far");
    }

    #[test]
    fn why_a_source_is_not_well_is_told_whole() {
        let reason =
            "since 2026-11-23T07:40:00Z: silent: nothing new since 2026-11-19 06:00 UTC, where news is expected at least every 2d Mon-Fri";
        let views = ["es", "fr"].map(|id| SourceView {
            id: id.to_owned(),
            reason: (id == "es").then(|| reason.to_owned()),
            ..SourceView::default()
        });
        assert_eq!(why(&views), format!("\nes: {reason}"));
    }

    #[test]
    fn the_health_of_a_source() {
        let quota = QuotaView { source: "es".to_owned(), used: 37, allowed: 500, anew: "2026-11-24T00:00:00Z".to_owned() };
        let source = SourceView {
            id: "es".to_owned(),
            standing: "3 entries could not be read in full; complete until 2026-11-23T07:40:00Z".to_owned(),
            reason: Some("since 2026-11-23T07:40:00Z: bad-entries: 3 entries of 500 could not be read in full (look)".to_owned()),
            last_new: Some("2026-11-23T07:40:00Z".to_owned()),
            newest_entry: Some("2026-11-20T09:00:00Z".to_owned()),
            expects: "at least every 2d Mon-Fri".to_owned(),
            unread: 3,
            unknown_fields: 2,
            quota: Some(quota),
            ..SourceView::default()
        };
        let row = attention(&source);
        let field =
            FieldShareView { kind: "tender".into(), own_pages: false, field: "deadline".into(), usual: 97.0, last: 3.0, lost: true };
        let misread = MisreadView { at: "2026-11-23T07:40:00Z".into(), path: "feed/entry[3]".into(), reason: "no id".into() };
        let pages = SourcePages { source, unread: vec![misread], fields: vec![field], ..SourcePages::default() };
        insta::assert_snapshot!("health", format!("{row}\n\n{}", health(&pages).join("\n")));
    }

    #[test]
    fn what_is_due_is_checked_now() {
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        for (at, want) in [
            (None, "–"),
            (Some("2026-11-23T07:59:00Z"), "now"),
            (Some("2026-11-23T08:00:00Z"), "now"),
            (Some("2026-11-23T09:00:00Z"), "2026-11-23T09:00:00Z"),
        ] {
            assert_eq!(next_check(at.map(str::to_owned).as_ref(), now), want, "{at:?}");
        }
    }
}
