//! Organisations, questions and rulings for people. Knows view types only.

use std::fmt::Write as _;

use comfy_table::Table;

use super::{or_dash, sized};
use crate::base::text::clip;
use crate::web::{OrganisationLine, OrganisationQuestion, OrganisationView, RulingView};

/// The list.
pub(super) fn list(views: &[OrganisationLine], width: u16) -> Table {
    let mut all = sized(&["organisation", "name", "place", "known by", "records", "changed"], width);
    for view in views {
        all.add_row([
            view.id.clone(),
            called(view, 60),
            or_dash(view.place.as_ref()),
            view.keys.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("\n"),
            view.records.to_string(),
            view.changed.clone(),
        ]);
    }
    all
}

/// What it is called, and was before.
fn called(view: &OrganisationLine, most: usize) -> String {
    let before = view.formerly.as_ref().map(|name| format!(" (formerly {})", clip(name, most))).unwrap_or_default();
    clip(&view.name, most) + &before
}

/// Everything known of one.
pub(super) fn whole(view: &OrganisationView, width: u16) -> String {
    let mut text = format!("{} ({}), changed {}\n", called(&view.organisation, 200), view.organisation.id, view.organisation.changed);
    let mut values = sized(&["field", "value", "source", "since", "others say"], width);
    for value in &view.values {
        let others: Vec<String> =
            value.conflicts.iter().map(|(value, source, seen)| format!("{} ({source}, {seen})", clip(value, 80))).collect();
        values.add_row([
            value.field.replace('_', " "),
            value.note.iter().fold(clip(&value.value, 80), |said, note| format!("{said}\n({note})")),
            from(&value.source, value.origin.as_ref()),
            value.seen.clone(),
            others.join("\n"),
        ]);
    }
    let mut records = sized(&["record id", "title", "source", "since", "belongs to it because"], width);
    for record in &view.records {
        records.add_row([
            record.record.clone(),
            clip(&record.title, 60),
            from(&record.source, record.origin.as_ref()),
            record.first_seen.clone(),
            record.because.clone(),
        ]);
    }
    let _ = writeln!(text, "{values}\n{records}");
    if !view.apart.is_empty() {
        let _ = writeln!(text, "kept apart from it by a ruling: {} record(s)", view.apart.len());
    }
    if let Some((id, name)) = &view.head_office {
        let _ = writeln!(text, "its head office is {name} ({id})");
    }
    for (id, name) in &view.members {
        let _ = writeln!(text, "head office of {name} ({id})");
    }
    for (segment, id, state) in &view.leads {
        let of_group = view.leads_with.iter().find(|(of, _)| of == segment).map(|(_, names)| names.join(", "));
        let of_group = of_group.map(|names| format!("; it tells also of {names}")).unwrap_or_default();
        let _ = writeln!(text, "lead of {segment}: {id}, {state}{of_group}");
    }
    for (segment, id, state) in &view.leads_above {
        let _ = writeln!(text, "its news of {segment} goes to the lead of its head office: {id}, {state}");
    }
    for question in &view.questions {
        let other = if question.a.id == view.organisation.id { &question.b } else { &question.a };
        let _ = writeln!(text, "may be the same as {} ({}): {}", other.name, other.id, question.because);
    }
    text
}

/// A source, and of an import where it comes from.
fn from(source: &str, origin: Option<&String>) -> String {
    origin.map_or_else(|| source.to_owned(), |origin| format!("{source}: {}", clip(origin, 60)))
}

/// Pairs that may be one.
pub(super) fn questions(views: &[OrganisationQuestion], width: u16) -> Table {
    let mut all = sized(&["organisation", "the other", "names", "what speaks for it, and why it is not done"], width);
    for view in views {
        let place = |line: &OrganisationLine| line.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
        all.add_row([
            view.a.id.clone(),
            view.b.id.clone(),
            format!("{}{}\n{}{}", clip(&view.a.name, 50), place(&view.a), clip(&view.b.name, 50), place(&view.b)),
            view.because.clone(),
        ]);
    }
    all
}

/// What was said.
pub(super) fn rulings(views: &[RulingView], width: u16) -> Table {
    let mut all = sized(&["ruling", "said", "of", "and", "at", "taken back"], width);
    let named = |id: &String, name: Option<&String>| name.map_or_else(|| id.clone(), |name| format!("{id}\n{}", clip(name, 50)));
    for view in views {
        all.add_row([
            view.number.to_string(),
            view.said.clone(),
            named(&view.a, view.a_name.as_ref()),
            named(&view.b, view.b_name.as_ref()),
            view.at.clone(),
            or_dash(view.undone.as_ref()),
        ]);
    }
    all
}

/// One that was just said or taken back.
pub(super) fn ruled(view: &RulingView) -> String {
    let name = |id: &String, name: Option<&String>| name.map_or_else(|| id.clone(), |name| format!("{name} ({id})"));
    let (a, b) = (name(&view.a, view.a_name.as_ref()), name(&view.b, view.b_name.as_ref()));
    match (&view.undone, view.said.as_str()) {
        (Some(_), "same") => format!("ruling {} is taken back: {a} and {b} are two again, and stay so", view.number),
        (Some(_), _) => format!("ruling {} is taken back: {a} and {b} may be joined again", view.number),
        (None, "same") => format!("ruling {}: {b} is part of {a} now; `atalaya org undo {}` takes it back", view.number, view.number),
        (None, _) => format!("ruling {}: {a} and {b} are two, and stay so; `atalaya org undo {}` takes it back", view.number, view.number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{BelongsView, ValueView};

    fn line(id: &str, name: &str, place: Option<&str>) -> OrganisationLine {
        OrganisationLine {
            id: id.to_owned(),
            name: name.to_owned(),
            formerly: None,
            place: place.map(str::to_owned),
            keys: vec!["domain:orbaneja.example".to_owned(), "phone:+34947200331".to_owned()],
            records: 2,
            changed: "2026-11-20T08:00:00Z".to_owned(),
        }
    }

    #[test]
    fn what_a_person_reads_of_organisations() {
        let record = |record: &str, title: &str, source: &str, because: &str| BelongsView {
            record: record.to_owned(),
            title: title.to_owned(),
            source: source.to_owned(),
            url: "https://fair.example/12".to_owned(),
            first_seen: "2026-11-18T08:00:00Z".to_owned(),
            because: because.to_owned(),
            ..BelongsView::default()
        };
        let value = |field: &str, value: &str, conflicts: &[(&str, &str, &str)]| ValueView {
            field: field.to_owned(),
            value: value.to_owned(),
            source: "fair".to_owned(),
            origin: None,
            seen: "2026-11-18T08:00:00Z".to_owned(),
            record: "record-0000000000001".to_owned(),
            note: None,
            conflicts: conflicts.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect(),
        };
        let orbaneja = line("org-0000000000001", "Talleres Orbaneja, S.L.", Some("Burgos"));
        let other = line("org-0000000000002", "Orbaneja Viajes", None);
        let question = OrganisationQuestion {
            a: orbaneja.clone(),
            b: other.clone(),
            because: "too little speaks for it to join them unasked (-20 points: name 30, phone 109)".to_owned(),
            points: Some(-20.0),
            since: "2026-11-20T08:00:00Z".to_owned(),
        };
        let view = OrganisationView {
            organisation: orbaneja.clone(),
            values: vec![
                value("name", "Talleres Orbaneja, S.L.", &[("TALLERES ORBANEJA", "guide", "2026-11-19T08:00:00Z")]),
                value("tax_id", "B12345674", &[]),
            ],
            records: vec![
                record("record-0000000000001", "Pallets", "fair", "it was the first"),
                record("record-0000000000002", "Old pallets", "guide", "alike, 41 points: address 102, name 79"),
            ],
            apart: vec!["record-0000000000003".to_owned()],
            questions: vec![question.clone()],
            leads: vec![("all".to_owned(), "lead-0000000000001".to_owned(), "new".to_owned())],
            leads_with: vec![("all".to_owned(), vec!["Orbaneja Portugal, Lda. (Lisboa)".to_owned()])],
            leads_above: vec![("wood".to_owned(), "lead-0000000000002".to_owned(), "accepted".to_owned())],
            head_office: Some(("org-0000000000004".to_owned(), "Grupo Orbaneja".to_owned())),
            members: vec![("org-0000000000005".to_owned(), "Orbaneja Portugal, Lda.".to_owned())],
        };
        let ruling = |said: &str, undone: Option<&str>| RulingView {
            number: 3,
            at: "2026-11-20T08:00:00Z".to_owned(),
            said: said.to_owned(),
            a: orbaneja.id.clone(),
            a_name: Some(orbaneja.name.clone()),
            b: other.id.clone(),
            b_name: None,
            undone: undone.map(str::to_owned),
        };
        let all = [
            list(&[orbaneja.clone(), other.clone()], 140).to_string(),
            whole(&view, 140),
            questions(&[question], 140).to_string(),
            rulings(&[ruling("same", Some("2026-11-21T08:00:00Z"))], 140).to_string(),
            ruled(&ruling("same", None)),
            ruled(&ruling("not-same", None)),
            ruled(&ruling("same", Some("x"))),
        ];
        let trimmed: Vec<&str> = all.iter().flat_map(|text| text.lines()).map(str::trim_end).collect();
        insta::assert_snapshot!(trimmed.join("\n"));
    }
}
