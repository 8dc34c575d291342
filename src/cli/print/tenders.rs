//! Tenders and their notices as tables. Knows view types only.

use std::fmt::Write as _;

use comfy_table::{LineStyle, Table, TableStyle};

use super::{or_dash, sized, table};
use crate::base::text::{clip, count};
use crate::web::{HistoryView, NoticeView, TenderView};

/// Characters of one value.
const WORDS: usize = 300;
/// Lines of a first notice that are shown; `tender show` has them all.
const FIRST: usize = 12;

/// Later deadlines of lots that are shown in a list.
const LATER: usize = 2;
/// Fields left unknown that are shown.
const UNREAD: usize = 10;

/// A table without lines between its rows: they belong to one thing.
fn close(head: &[&str], width: u16) -> Table {
    let mut table = sized(head, width);
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table
}

/// Tenders as rows; one on several portals names all of them.
pub(super) fn list(views: &[TenderView]) -> Table {
    // Of contracts the end is shown, and whose they are; offers for them are taken no more.
    let ends = views.iter().all(|view| view.contract_end.is_some()) && !views.is_empty();
    let mut all = table(&[
        "tender",
        "source",
        "stage",
        if ends { "contract ends" } else { "until" },
        "what",
        if ends { "buyer, holder" } else { "buyer" },
    ]);
    for view in views {
        let sources = std::iter::once(view.source.as_str()).chain(view.also.iter().map(|also| also.source.as_str()));
        all.add_row([
            view.id.clone(),
            sources.collect::<Vec<_>>().join("\n"),
            or_dash(view.stage.as_ref()),
            if ends { or_dash(view.contract_end.as_ref()) } else { due(view) },
            clip(&view.title, 60),
            names(view.buyer.iter().chain(view.winner.iter().filter(|_| ends))),
        ]);
    }
    all
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| clip(name, 40)).collect();
    if names.is_empty() { "–".to_owned() } else { names.join("\n") }
}

/// One tender, all of it.
pub(super) fn whole(view: &TenderView, width: u16) -> String {
    let mut out = format!("{} · {} · {}\n", view.title, or_dash(view.buyer.as_ref()), or_dash(view.stage.as_ref()));
    let _ = writeln!(out, "{} ({}, {})", view.url, view.source, view.procedure);
    for also in &view.also {
        let _ = writeln!(out, "{} ({}, {}): the same procedure", also.url, also.source, also.id);
    }
    let what = match view.deadline_for.as_deref() {
        Some("requests") => "requests to take part",
        Some("interest") => "expressions of interest",
        _ => "offers",
    };
    let _ = writeln!(out, "{what} until {}; first seen {}, changed {}", dues(view).join(", "), view.first_seen, view.changed);
    for note in &view.deadlines {
        let _ = writeln!(out, "  {note}");
    }
    for note in &view.differing {
        let _ = writeln!(out, "  ! {note}");
    }
    if view.lines.is_empty() {
        let mut fields = close(&["field", "value", "since", "found at"], width);
        for field in &view.fields {
            fields.add_row([field.name.clone(), clip(&field.value, WORDS), field.since.clone(), field.path.clone()]);
        }
        let _ = writeln!(out, "{fields}");
    } else {
        let mut lines = close(&["what", "", "said on"], width);
        for line in &view.lines {
            lines.add_row([line.name.clone(), clip(&line.value, WORDS), or_dash(line.said.as_ref())]);
        }
        let _ = writeln!(out, "{lines}");
        let _ = writeln!(out, "{} on file: `atalaya tender history {}`", count(view.notices, "notice", "notices"), view.id);
    }
    for (path, reason) in view.unread.iter().take(UNREAD) {
        let _ = writeln!(out, "left unknown: {path}: {reason}");
    }
    if let Some(more) = view.unread.len().checked_sub(UNREAD).filter(|more| *more > 0) {
        let _ = writeln!(out, "and {more} more fields were left unknown: `--json` has them");
    }
    for meaning in &view.meanings {
        let _ = writeln!(out, "{meaning}");
    }
    for amendment in &view.amendments {
        let _ = writeln!(out, "a notice says it changes: {}", clip(amendment, WORDS));
    }
    for maybe in &view.maybe {
        let _ = writeln!(out, "possibly the same: {} ({}) {}: {}", maybe.id, maybe.source, clip(&maybe.title, 60), maybe.because);
    }
    let mut history = close(&["seen", "field", "was", "is"], width);
    for change in &view.history {
        if change.fields.is_empty() {
            let how = if change.baseline { format!("{} (there from the start)", change.kind) } else { change.kind.clone() };
            history.add_row([change.at.clone(), how, String::new(), String::new()]);
        }
        for (name, old, new) in &change.fields {
            history.add_row([change.at.clone(), name.clone(), or_dash(old.as_ref()), or_dash(new.as_ref())]);
        }
    }
    let _ = write!(out, "{history}");
    out
}

/// The notices of a tender, each with what it changed.
pub(super) fn history(view: &HistoryView, width: u16) -> String {
    let mut out = format!("{} ({}, {})\n", view.title, view.id, view.procedure);
    if view.notices.is_empty() {
        out.push_str("no notice is on file: they are filed from the next check on\n");
    }
    for notice in &view.notices {
        one(&mut out, notice, width);
    }
    let _ = write!(out, "the bytes of a notice: `atalaya tender history {} --raw NUMBER`", view.id);
    out
}

fn one(out: &mut String, notice: &NoticeView, width: u16) {
    let version = if notice.version.is_empty() { String::new() } else { format!(", version {}", notice.version) };
    let published = notice.published.as_ref().map_or_else(|| "no date".to_owned(), Clone::clone);
    let _ = writeln!(out, "\n{}. {published} · {} · {}{version} ({})", notice.number, notice.kind, notice.notice, notice.code);
    let _ = writeln!(out, "   fetched {} from {} ({})", notice.fetched, notice.from, notice.source);
    let _ = writeln!(out, "   {} bytes, hash {}", notice.bytes, notice.hash);
    for says in &notice.says {
        let _ = writeln!(out, "   it says: {}", clip(says, WORDS));
    }
    if let Some(problem) = &notice.problem {
        let _ = writeln!(out, "   it cannot be read any more: {problem}");
        return;
    }
    if notice.changes.is_empty() {
        out.push_str("   changes nothing\n");
        return;
    }
    let first = notice.changes.iter().all(|(_, was, _)| was.is_none());
    let mut changes = close(if first { &["what", "is"] } else { &["what", "was", "is"] }, width);
    for (name, was, is) in notice.changes.iter().take(if first { FIRST } else { usize::MAX }) {
        let words = |text: &Option<String>| text.as_ref().map_or_else(|| "–".to_owned(), |text| clip(text, WORDS));
        if first {
            changes.add_row([name.clone(), words(is)]);
        } else {
            changes.add_row([name.clone(), words(was), words(is)]);
        }
    }
    let _ = writeln!(out, "{changes}");
    if let Some(more) = notice.changes.len().checked_sub(FIRST).filter(|more| first && *more > 0) {
        let _ = writeln!(out, "   and {more} more: `tender show` has them");
    }
}

/// Until when offers are taken, and what is odd about it.
fn due(view: &TenderView) -> String {
    let odd = view.odd.iter().map(|odd| format!("! {odd}"));
    dues(view).into_iter().chain(odd).collect::<Vec<_>>().join("\n")
}

/// Until when offers are taken, for which lots where these differ.
fn dues(view: &TenderView) -> Vec<String> {
    let deadline = or_dash(view.deadline.as_ref());
    let first = view.lots.as_ref().map_or_else(|| deadline.clone(), |lots| format!("{lots}: {deadline}"));
    let later = view.later_lots.iter().take(LATER).map(|(lots, until)| format!("{lots}: {until}"));
    let more = view.later_lots.len().checked_sub(LATER).filter(|more| *more > 0).map(|more| format!("and {more} later"));
    std::iter::once(first).chain(later).chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{AlsoView, ChangeView, LineView, MaybeView};

    fn said(text: impl Into<String>) -> Option<String> {
        text.into().into()
    }

    fn notice(number: usize, kind: &str, changes: &[(&str, Option<&str>, Option<&str>)]) -> NoticeView {
        NoticeView {
            number,
            source: "es-tenders".to_owned(),
            published: said(format!("2026-11-2{number}T09:00:00Z")),
            fetched: format!("2026-11-2{number}T10:00:00Z"),
            from: "https://portal.example/releases?page=1".to_owned(),
            notice: format!("00123{number}-2026"),
            kind: kind.to_owned(),
            code: "16 cn-standard".to_owned(),
            changes: changes.iter().map(|(name, was, is)| ((*name).to_owned(), was.map(str::to_owned), is.map(str::to_owned))).collect(),
            hash: "5f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5f".to_owned(),
            bytes: 18_412,
            ..NoticeView::default()
        }
    }

    #[test]
    fn a_history_in_80_columns() {
        let until = |day: &str| format!("2026-12-{day} 13:00 Europe/Madrid (zone by the portal's rule; 2026-12-{day} 12:00 UTC)");
        let (was, is) = (until("10"), until("17"));
        let view = HistoryView {
            id: "record-0123456789abc".to_owned(),
            title: "Suministro de ecógrafos para el Hospital Universitario de Getafe".to_owned(),
            procedure: "0f0e0d0c-1111-4222-8333-444455556666".to_owned(),
            notices: vec![
                notice(
                    1,
                    "competition",
                    &[
                        ("stage", None, Some("open")),
                        ("title", None, Some("Suministro de ecógrafos")),
                        ("tender deadline", None, Some(&was)),
                    ],
                ),
                NoticeView {
                    says: vec!["LOT-0001: update-add: The deadline is extended by a week.".to_owned()],
                    ..notice(
                        2,
                        "change",
                        &[("tender deadline", Some(&was), Some(&is)), ("document https://portal.example/pliego.pdf", None, Some("Pliego"))],
                    )
                },
                notice(
                    3,
                    "award",
                    &[
                        ("stage", Some("open"), Some("awarded")),
                        ("award 1 for LOT-0001", None, Some("won; Ecografía Ibérica, S.L., NIF B12345674; 95000 EUR without tax")),
                        ("lot LOT-0002", Some("Mantenimiento"), None),
                    ],
                ),
                notice(4, "award", &[]),
                NoticeView { problem: said("its bytes hold no notice that can be read"), ..notice(5, "", &[]) },
            ],
        };
        insta::assert_snapshot!("history", history(&view, 80));
    }

    #[test]
    fn an_odd_deadline_is_flagged_in_the_list() {
        let view = TenderView {
            deadline: said("2049-12-17 13:00 +01:00"),
            odd: vec!["more than three years ahead".to_owned()],
            ..TenderView::default()
        };
        let table = list(&[view]).to_string();
        assert!(table.contains("2049-12-17") && table.contains("! more than"), "{table}");
    }

    #[test]
    fn lots_that_are_due_at_different_times_are_named_in_the_list() {
        let later = |lots: &str, day: &str| (lots.to_owned(), format!("2026-12-{day} 13:00 Europe/Madrid"));
        let all = [later("L2, L3", "17"), later("L4", "18"), later("L5", "19")];
        let view = |more: &[(String, String)]| TenderView {
            deadline: said("2026-12-10 13:00 Europe/Madrid"),
            lots: said("L1").filter(|_| !more.is_empty()),
            later_lots: more.to_vec(),
            ..TenderView::default()
        };
        for (more, want) in [
            (&all[..0], &["2026-12-10 13:00 Europe/Madrid"][..]),
            (&all[..1], &["L1: 2026-12-10 13:00 Europe/Madrid", "L2, L3: 2026-12-17 13:00 Europe/Madrid"]),
            (
                &all[..],
                &[
                    "L1: 2026-12-10 13:00 Europe/Madrid",
                    "L2, L3: 2026-12-17 13:00 Europe/Madrid",
                    "L4: 2026-12-18 13:00 Europe/Madrid",
                    "and 1 later",
                ],
            ),
        ] {
            assert_eq!(dues(&view(more)), want);
        }
    }

    #[test]
    fn a_tender_in_80_columns() {
        let line = |name: &str, value: &str, day: &str| LineView { name: name.to_owned(), value: value.to_owned(), said: said(day) };
        let view = TenderView {
            id: "record-0123456789abc".to_owned(),
            source: "es-tenders".to_owned(),
            procedure: "https://contrataciondelestado.es/sindicacion/licitacionesPerfilContratante/123".to_owned(),
            title: "Suministro de ecógrafos".to_owned(),
            buyer: said("Hospital Universitario de Getafe"),
            stage: said("open"),
            deadline: said("2026-12-17 12:00 UTC"),
            url: "https://portal.example/1".to_owned(),
            first_seen: "2026-11-21T10:00:00Z".to_owned(),
            changed: "2026-11-22T10:00:00Z".to_owned(),
            lines: vec![
                line("stage", "open", "2026-11-21"),
                line("title", "Suministro de ecógrafos", "2026-11-21"),
                line("buyer", "Hospital Universitario de Getafe, NIF Q2818014I, ES ES300 Getafe", "2026-11-21"),
                line("lot LOT-0001", "Ecógrafos", "2026-11-21"),
                line(
                    "lot LOT-0001 tender deadline",
                    "2026-12-17 13:00 Europe/Madrid (zone by the portal's rule; 2026-12-17 12:00 UTC)",
                    "2026-11-22",
                ),
                line("lot LOT-0001 estimate", "100000 EUR without tax", "2026-11-21"),
                line("document https://portal.example/pliego.pdf", "Pliego", "2026-11-22"),
            ],
            notices: 2,
            differing: vec![
                "eu-ted says Thu 17 Dec 2026 13:00 +01:00, es-tenders says Fri 18 Dec 2026 13:00 Europe/Madrid: the earlier counts"
                    .to_owned(),
            ],
            unread: vec![("entry[3]/Budget".to_owned(), "`cien mil` is no amount; it stays unknown".to_owned())],
            amendments: vec!["LOT-0001: update-add: The deadline is extended by a week.".to_owned()],
            also: vec![AlsoView {
                id: "record-cba9876543210".to_owned(),
                source: "eu-ted".to_owned(),
                url: "https://ted.europa.eu/en/notice/-/detail/123-2026".to_owned(),
            }],
            maybe: vec![MaybeView {
                id: "record-0000000000abc".to_owned(),
                source: "madrid".to_owned(),
                title: "Suministro de ecógrafos (2)".to_owned(),
                because: "the buyer's tax number and nearly the title".to_owned(),
            }],
            history: vec![ChangeView {
                at: "2026-11-22T10:00:00Z".to_owned(),
                kind: "changed".to_owned(),
                fields: vec![("deadline".to_owned(), said("2026-12-10 12:00 UTC"), said("2026-12-17 12:00 UTC"))],
                ..ChangeView::default()
            }],
            ..TenderView::default()
        };
        insta::assert_snapshot!("tender", whole(&view, 80));
    }
}
