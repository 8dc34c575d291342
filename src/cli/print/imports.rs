//! Files that are brought in, for people. Knows view types only.

use std::fmt::Write as _;

use comfy_table::{ColumnConstraint, Table};

use super::{or_dash, sized};
use crate::base::text::{clip, count};
use crate::web::{ImportReport, ImportUndoneView, ImportView};

/// Rows of one kind that are shown; `--json` has all.
const SHOWN: usize = 15;

/// What becomes of a file, or became of it.
pub(super) fn report(view: &ImportReport, width: u16) -> String {
    let mut text = String::new();
    let how = match (view.written, view.updates) {
        (true, _) => "was brought in",
        (false, true) => "would bring up to date what stands",
        (false, false) => "would be brought in; nothing is written yet",
    };
    let _ = writeln!(text, "{} ({}) as `{}`, from \"{}\": {how}", view.file, view.format, view.id, view.origin);
    let understood = |wanted: bool| {
        let columns = view.columns.iter().filter(|(_, field, understood)| field.is_some() && *understood == wanted);
        columns.map(|(caption, field, _)| format!("{caption} → {}", field.as_deref().unwrap_or("–"))).collect::<Vec<_>>()
    };
    let (known, unknown) = (understood(true), understood(false));
    let _ = writeln!(text, "columns: {}", known.join(", "));
    if !unknown.is_empty() {
        let _ = writeln!(text, "columns kept under their own names (--column says what they are): {}", unknown.join(", "));
    }
    let left: Vec<&str> =
        view.columns.iter().filter(|(_, field, known)| field.is_none() && *known).map(|(caption, ..)| caption.as_str()).collect();
    if view.format == "csv" && !left.is_empty() {
        let _ = writeln!(text, "columns left out: {}", left.join(", "));
    }
    missed(&mut text, view);
    text.push_str("rows:\n");
    for (rows, what) in sums_of(view) {
        let _ = writeln!(text, "{rows:>7}  {what}");
    }
    details(&mut text, view, width);
    text
}

/// What the file does not say, or says in vain.
fn missed(text: &mut String, view: &ImportReport) {
    let read = view.rows.saturating_sub(view.unreadable + view.repeats.len());
    if read > 0 && view.without_company == read {
        text.push_str("NO ROW NAMES A COMPANY: each is known by its person, address or number alone");
        text.push_str(if view.format == "csv" { "; say which column has it, as in --column \"CAPTION=company\"\n" } else { "\n" });
    }
    for (caption, rows) in view.wishes.iter().filter(|(_, rows)| *rows > 0) {
        let _ = writeln!(
            text,
            "`{caption}` says of {} that they want to be left alone. NOBODY IS KEPT OUT BY IT: save those rows as a file and name it in the \
             configuration, [lists] do_not_contact = {{ file = \"…\" }}, with the gate {{ exclude = \"do-not-contact\" }}",
            count(*rows, "row", "rows")
        );
    }
}

fn sums_of(view: &ImportReport) -> Vec<(usize, String)> {
    let all = [
        (view.rows, "in the file".to_owned()),
        (view.unreadable, "cannot be read".to_owned()),
        (view.repeats.len(), "say the same as another row, in every cell".to_owned()),
        (view.fresh, format!("new; of them {} of organisations that are known", view.recognised.len())),
        (view.together.len(), "name a new organisation that another row names too".to_owned()),
        (view.unnamed, "name nobody who could be recognised: kept, and that is all".to_owned()),
        (view.without_company, "name no company".to_owned()),
        (view.corrected, "say something else than before".to_owned()),
        (view.same, "are as they were".to_owned()),
        (view.missing, "of before are no more in the file: taken back".to_owned()),
    ];
    all.into_iter().enumerate().filter(|(place, (rows, _))| *place == 0 || *rows > 0).map(|(_, sum)| sum).collect()
}

fn details(text: &mut String, view: &ImportReport, width: u16) {
    let _ = writeln!(text, "{}", count(view.organisations, "new organisation", "new organisations"));
    told(text, "rows that cannot be read", view.unreadable, &view.unreadable_rows);
    if view.updates && view.unreadable > 0 {
        text.push_str(
            "as long as rows cannot be read, nothing that the file brought before is taken back: mend them, and bring it in again\n",
        );
    }
    told(text, "cells that are not understood; their words are kept", view.unclear, &view.unclear_cells);
    told(text, "tax numbers that cannot be right; they are kept, and nobody is recognised by them", view.wrong_ids, &view.wrong_id_cells);
    table(
        text,
        ("rows of known organisations", &["line", "the row", "organisation", "its name", "by"], width),
        view.recognised
            .iter()
            .map(|one| vec![one.line.to_string(), short(&one.row), one.organisation.clone(), short(&one.name), one.because.clone()]),
    );
    table(
        text,
        ("rows that name one new organisation", &["line", "the row", "as line", "by"], width),
        view.together.iter().map(|one| vec![one.line.to_string(), short(&one.row), one.first.to_string(), one.because.clone()]),
    );
    table(
        text,
        ("known organisations that become one by it", &["one", "the other one"], width),
        view.united.iter().map(|(a, b)| vec![short(a), short(b)]),
    );
    table(
        text,
        (
            "pairs that may be one (`atalaya org list --questions` asks about them afterwards)",
            &["one", "the other one", "why not joined"],
            width,
        ),
        view.questions.iter().map(|(a, b, why)| vec![short(a), short(b), why.clone()]),
    );
    table(
        text,
        ("on your lists", &["line", "organisation named", "list", "its line"], width),
        view.listed
            .iter()
            .map(|one| vec![one.line.to_string(), short(&one.name), one.list.clone(), format!("{}: {}", one.entry.0, one.entry.1)]),
    );
    table(
        text,
        ("segments with new leads", &["segment", "state", "leads"], width),
        view.leads.iter().map(|one| vec![one.segment.clone(), one.state.clone(), one.leads.to_string()]),
    );
    leadless(text, view);
    if view.changed_leads > 0 {
        let _ = writeln!(text, "{} something new to tell", count(view.changed_leads, "known lead has", "known leads have"));
    }
}

/// Why new rows make no lead.
fn leadless(text: &mut String, view: &ImportReport) {
    let rows: usize = view.leadless.iter().map(|one| one.rows).sum();
    if rows == 0 {
        return;
    }
    let _ = writeln!(text, "new rows that make no lead: {rows}");
    for one in &view.leadless {
        let _ = writeln!(text, "{:>7}  {}", one.rows, one.reason);
        for (line, name, alone) in &one.first {
            let alone = if alone.is_empty() { String::new() } else { format!(" ({alone})") };
            let _ = writeln!(text, "         line {line}: {}{alone}", short(name));
        }
        if one.rows > one.first.len() {
            let _ = writeln!(text, "         and {} more", one.rows - one.first.len());
        }
    }
}

fn short(name: &str) -> String {
    clip(name, 50)
}

fn told(text: &mut String, what: &str, all: usize, first: &[(String, String)]) {
    if all == 0 {
        return;
    }
    let _ = writeln!(text, "{what}: {all}");
    for (place, reason) in first.iter().take(SHOWN) {
        let _ = writeln!(text, "  {place}: {reason}");
    }
    if all > SHOWN {
        let _ = writeln!(text, "  and {} more", all - SHOWN);
    }
}

fn table(text: &mut String, (what, head, width): (&str, &[&str], u16), rows: impl ExactSizeIterator<Item = Vec<String>>) {
    let all = rows.len();
    if all == 0 {
        return;
    }
    let mut shown = sized(head, width);
    rows.take(SHOWN).for_each(|row| {
        shown.add_row(row);
    });
    let more = if all > SHOWN { format!(", the first {SHOWN} (--json has all)") } else { String::new() };
    let _ = writeln!(text, "{what}: {all}{more}\n{shown}");
}

/// One line after a yes.
pub(in crate::cli) fn imported(view: &ImportReport) -> String {
    let rows = count(view.fresh + view.corrected, "row", "rows");
    format!("{rows} brought in as `{}`; `atalaya import --undo {}` takes all of it back", view.id, view.id)
}

/// What stands.
pub(super) fn list(views: &[ImportView], width: u16) -> Table {
    let mut all = sized(&["import", "from", "file", "last brought in", "rows", "organisations", "trust", "signal", "remarks"], width);
    if let Some(names) = all.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    for view in views {
        let broken = if view.whole { None } else { Some("broke off: bring the file in again, or take it back".to_owned()) };
        let remarks = [
            view.event.as_ref().map(|(name, day)| format!("{name}, {day}")),
            view.consent.clone(),
            view.cost.as_ref().map(|cost| format!("cost {cost}")),
            broken,
        ];
        all.add_row([
            view.id.clone(),
            clip(&view.origin, 60),
            clip(&view.file, 40),
            view.last.clone(),
            view.rows.to_string(),
            view.organisations.to_string(),
            view.trust.to_string(),
            or_dash(view.signal.as_ref()),
            remarks.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        ]);
    }
    all
}

/// What taking back came to.
pub(super) fn undone(view: &ImportUndoneView) -> String {
    let gone = count(view.organisations, "organisation that nobody else names", "organisations that nobody else names");
    format!("`{}` was taken back: {} and {gone}", view.id, count(view.records, "record", "records"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{LeadCountView, LeadlessView, OnListView, RecognisedView, TogetherView};

    #[test]
    fn what_a_person_reads_before_a_yes() {
        let view = ImportReport {
            id: "expo-2026".into(),
            origin: "Expo Industria 2026, stand B12".into(),
            file: "expo 2026.csv".into(),
            format: "csv".into(),
            columns: vec![
                ("Empresa".into(), Some("company".into()), true),
                ("Our rating".into(), Some("our_rating".into()), false),
                ("Notes".into(), None, true),
            ],
            rows: 9,
            unreadable: 1,
            unreadable_rows: vec![("line 4".into(), "one cell, the header has 3".into())],
            unclear: 1,
            unclear_cells: vec![("line 2, Tel".into(), "`12` is no telephone number".into())],
            wrong_ids: 2,
            wrong_id_cells: vec![("line 5, CIF".into(), "`B12345678`: wrong check digit".into())],
            repeats: vec![(6, 3)],
            fresh: 6,
            same: 1,
            organisations: 4,
            recognised: vec![RecognisedView {
                line: 3,
                row: "Talleres Orbaneja".into(),
                organisation: "org-0123456789abc".into(),
                name: "Talleres Orbaneja, S.L.".into(),
                because: "the same telephone number +34947200331".into(),
            }],
            together: vec![TogetherView { line: 8, row: "Acme".into(), first: 7, because: "the same domain acme.es".into() }],
            questions: vec![("Autos Duero".into(), "Automóviles Duero".into(), "too little speaks for it to join them unasked".into())],
            listed: vec![OnListView { line: 7, name: "Acme".into(), list: "competitors".into(), entry: (12, "acme.es".into()) }],
            leadless: vec![
                LeadlessView {
                    reason: "a gate of `hospitals` keeps them out: on the list of competitors".into(),
                    rows: 1,
                    first: vec![(7, "Acme".into(), "on the list of competitors, line 12 (acme.es)".into())],
                },
                LeadlessView {
                    reason: "they name nobody who could be recognised".into(),
                    rows: 3,
                    first: vec![(9, "info".into(), String::new())],
                },
            ],
            leads: vec![LeadCountView { segment: "hospitals".into(), state: "new".into(), leads: 2 }],
            ..ImportReport::default()
        };
        insta::assert_snapshot!(report(&view, 140));
        let lacking = ImportReport { without_company: 7, wishes: vec![("Do Not Call".into(), 2), ("DNC".into(), 0)], ..view.clone() };
        let told = report(&lacking, 140);
        assert!(told.contains("NO ROW NAMES A COMPANY") && told.contains("      7  name no company"), "{told}");
        assert!(told.contains("`Do Not Call` says of 2 rows") && !told.contains("DNC"), "{told}");
        let stands = ImportView {
            id: "expo-2026".into(),
            origin: view.origin.clone(),
            consent: Some("gave us their cards".into()),
            trust: 0.7,
            cost: Some("120 EUR".into()),
            event: Some(("Expo Industria".into(), "2026-10-12".into())),
            signal: Some("exhibitor-listed".into()),
            file: view.file.clone(),
            last: "2026-11-23T08:00:00Z".into(),
            rows: 7,
            organisations: 5,
            ..ImportView::default()
        };
        insta::assert_snapshot!(list(&[stands], 160).to_string());
    }
}
