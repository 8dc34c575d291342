//! What one page says by itself, as tables and lines. Knows view types only.

use super::{sized, width};
use crate::base::text::{clip, count};
use crate::extract::contacts::{Contact, Contacts};
use crate::web::{ListView, ReadingView, SaidView};

/// Records shown; `--json` has them all.
const RECORDS: usize = 50;
/// Columns shown.
const COLUMNS: usize = 7;
/// Characters of one value.
const VALUE: usize = 60;
/// Contacts of one kind shown.
const CONTACTS: usize = 5;
/// Lines of the main text shown.
const LINES: usize = 12;

/// Prints what a page says.
pub(in crate::cli) fn reading(view: &ReadingView) {
    print!("{}", text(view, width()));
}

fn text(view: &ReadingView, width: u16) -> String {
    let mut out: Vec<String> = Vec::new();
    if let Some(robots) = &view.robots {
        out.push(format!("robots.txt: {robots}"));
    }
    if let Some(answer) = &view.answer {
        out.push(format!("answer: {answer}"));
    }
    if let Some(problem) = &view.problem {
        out.push(format!("PROBLEM: {problem}"));
        return out.join("\n") + "\n";
    }
    let language = view.language.as_ref().map_or_else(String::new, |language| format!(", in {language}"));
    let title = if view.title.is_empty() { String::new() } else { format!(": {}", view.title) };
    let read_as = view.unsure.clone().unwrap_or_else(|| of_type(&view.page_type, view.main.is_some()));
    out.push(format!("{} is read as {read_as}{language}{title}", view.target));
    if let Some(main) = view.main.as_ref().or(view.short.as_ref()) {
        out.push(String::new());
        out.extend(list(main, width));
    }
    if !view.others.is_empty() {
        let others: Vec<String> = view.others.iter().map(|list| list.count.to_string()).collect();
        out.push(format!("{}, of {} records", count(others.len(), "other list", "other lists"), others.join(", ")));
    }
    if let Some(next) = &view.next {
        out.push(format!("goes on at {next}"));
    }
    out.extend(view.more.iter().map(|more| format!("note: {more}")));
    out.extend(said(&view.signals));
    out.extend(contacts(&view.contacts));
    if !view.text.is_empty() {
        out.push(format!("\nmain text, {} characters:", view.text.chars().count()));
        let lines: Vec<&str> = view.text.lines().collect();
        out.extend(lines.iter().take(LINES).map(|line| clip(line, 300)));
        if lines.len() > LINES {
            out.push(format!("… {}: --json has them", count(lines.len() - LINES, "more line", "more lines")));
        }
    }
    out.join("\n") + "\n"
}

fn of_type(word: &str, lists: bool) -> String {
    match word {
        "other" if lists => "a page with a list that is not most of it".to_owned(),
        "other" => "no list, no article and no page of one thing".to_owned(),
        "article" => "an article".to_owned(),
        "detail" => "a page of one thing".to_owned(),
        word => format!("a {word}"),
    }
}

/// The reasons to act that a text gives, each with the sentence that says so.
pub(super) fn said(signals: &[SaidView]) -> Vec<String> {
    signals.iter().map(|said| format!("says ({}) {}: “{}”", said.language, said.kind, said.sentence)).collect()
}

/// The ways to reach whom the page is about; `--json` has where each stands.
fn contacts(found: &Contacts) -> Vec<String> {
    let groups = [
        ("e-mail", &found.emails),
        ("telephone", &found.phones),
        ("telephone, country not known", &found.unread),
        ("elsewhere", &found.links),
    ];
    let mut out = Vec::new();
    for (name, group) in groups.into_iter().filter(|(_, group)| !group.is_empty()) {
        let shown = |contact: &Contact| format!("{}{}", contact.value, if contact.fax { " (fax)" } else { "" });
        let some: Vec<String> = group.iter().take(CONTACTS).map(shown).collect();
        let more = if group.len() > CONTACTS { format!(" and {} more", group.len() - CONTACTS) } else { String::new() };
        out.push(format!("{name}: {}{more}", some.join(", ")));
    }
    out.extend(
        found.addresses.iter().take(CONTACTS).filter_map(|address| Some(format!("address: {}", address.place.parts.text.as_ref()?))),
    );
    out.extend(found.numbers.iter().take(CONTACTS).map(|number| format!("{}: {}", number.kind, number.value)));
    out
}

fn list(view: &ListView, width: u16) -> Vec<String> {
    let shown: Vec<_> = view.columns.iter().filter(|column| column.label != "image").take(COLUMNS).collect();
    let head: Vec<&str> = shown.iter().map(|column| column.label.as_str()).collect();
    let mut table = sized(&head, width);
    for record in view.records.iter().take(RECORDS) {
        table.add_row(head.iter().map(|label| record.fields.get(*label).map_or_else(|| "–".to_owned(), |value| clip(value, VALUE))));
    }
    let more = if view.count > RECORDS { format!(", the first {RECORDS} shown") } else { String::new() };
    let filled: Vec<String> = view.columns.iter().map(|column| format!("{} {}", column.label, column.filled)).collect();
    vec![table.to_string(), format!("{}{more}; filled: {}", count(view.count, "record", "records"), filled.join(", "))]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::web::{ColumnView, ItemView};

    #[test]
    fn a_page_that_was_read() {
        let column = |label: &str, filled, example: &str| ColumnView { label: label.to_owned(), filled, example: example.to_owned() };
        let record = |name: &str, price: Option<&str>| ItemView {
            paths: vec!["/html/body[1]/ul[1]/li[1]".to_owned()],
            fields: [("name", Some(name)), ("price", price), ("image", Some("https://fair.example/1.png"))]
                .into_iter()
                .filter_map(|(label, value)| Some((label.to_owned(), value?.to_owned())))
                .collect::<BTreeMap<_, _>>(),
            detail: Some("https://fair.example/1".to_owned()),
        };
        let main = ListView {
            count: 2,
            columns: vec![column("name", 2, "Cajas Vallès"), column("price", 1, "12 €"), column("image", 2, "https://fair.example/1.png")],
            records: vec![record("Cajas Vallès", Some("12 €")), record("Envases García", None)],
        };
        let view = ReadingView {
            target: "list.html".to_owned(),
            answer: Some("1234 bytes at hand".to_owned()),
            page_type: "list".to_owned(),
            title: "Exhibitors".to_owned(),
            language: Some("es".to_owned()),
            main: Some(main),
            others: vec![ListView { count: 5, ..ListView::default() }, ListView { count: 3, ..ListView::default() }],
            next: Some("https://fair.example/list?page=2".to_owned()),
            signals: vec![SaidView {
                kind: "request-for-suppliers".to_owned(),
                language: "es".to_owned(),
                sentence: "Buscamos proveedores de cartón.".to_owned(),
            }],
            text: "Exhibitors\nCajas Vallès".to_owned(),
            ..ReadingView::default()
        };
        insta::assert_snapshot!("read_list", text(&view, 100));
        let failed = ReadingView { problem: Some("parse-limit: too large (look)".to_owned()), ..ReadingView::default() };
        insta::assert_snapshot!(text(&failed, 100), @"PROBLEM: parse-limit: too large (look)");
    }
}
