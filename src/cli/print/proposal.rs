//! How an address could be watched, and what saved pages say of the present settings, for people. Knows view types only.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{sized, value, width};
use crate::base::text::{clip, count};
use crate::pipeline::Differs;

/// Records and fields shown; `--json` has them all.
const RECORDS: usize = 5;
const FIELDS: usize = 6;
/// Characters of one value.
const VALUE: usize = 40;
/// Differences shown of one source.
const DIFFERENCES: usize = 20;

/// How an address could be watched.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::cli) struct ProposalView {
    pub target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robots: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    pub tried: Vec<TriedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<ChosenView>,
    /// What else works, with the flag that chooses it.
    pub others: Vec<String>,
    /// The file it was written into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// The folder its page was saved in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct TriedView {
    pub way: &'static str,
    pub told: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::cli) struct ChosenView {
    pub way: &'static str,
    pub kind: String,
    pub why: String,
    pub count: usize,
    pub fields: Vec<FieldView>,
    pub records: Vec<BTreeMap<String, String>>,
    pub unsure: Vec<UnsureView>,
    /// Own pages of records that were read, and what they add.
    pub own_pages: usize,
    pub own_fields: Vec<FieldView>,
    /// What selectors do not read as it was found.
    pub lost: Vec<String>,
    pub toml: String,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct FieldView {
    pub name: String,
    pub records: usize,
    pub example: String,
}

#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct UnsureView {
    pub what: String,
    pub setting: String,
}

/// What the saved page of a source says.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct TestedView {
    pub source: String,
    /// `same`, `differs`, `saved`, `no-fixture` or `failed`.
    pub result: &'static str,
    pub told: String,
    pub differences: Vec<Differs>,
}

/// Prints how an address could be watched.
pub(in crate::cli) fn proposal(view: &ProposalView) {
    print!("{}", text(view, width()));
}

fn text(view: &ProposalView, width: u16) -> String {
    let mut out = String::new();
    for (name, said) in [("robots.txt", &view.robots), ("answer", &view.answer)] {
        if let Some(said) = said {
            _ = writeln!(out, "{name}: {said}");
        }
    }
    if !view.tried.is_empty() {
        out.push_str("\ntried:\n");
        for tried in &view.tried {
            _ = writeln!(out, "  {}: {}", tried.way, tried.told);
        }
    }
    if let Some(problem) = &view.problem {
        _ = writeln!(out, "\nPROBLEM: {problem}");
    }
    if let Some(chosen) = &view.chosen {
        out.push_str(&chosen_text(view, chosen, width));
    }
    if !view.others.is_empty() {
        out.push_str("\nalso possible:\n");
        for other in &view.others {
            _ = writeln!(out, "  {other}");
        }
    }
    if let Some(chosen) = &view.chosen {
        _ = write!(out, "\n{}", chosen.toml);
    }
    out
}

fn chosen_text(view: &ProposalView, chosen: &ChosenView, width: u16) -> String {
    let why = if chosen.why.is_empty() { String::new() } else { format!(": {}", chosen.why) };
    let mut out = format!("\n{} is best watched by {}, as kind `{}`{why}\n\n", view.target, chosen.way, chosen.kind);
    let shown: Vec<&FieldView> =
        chosen.fields.iter().filter(|field| !matches!(field.name.as_str(), "url" | "link" | "image")).take(FIELDS).collect();
    let head: Vec<&str> = shown.iter().map(|field| field.name.as_str()).collect();
    let mut table = sized(&head, width);
    for record in chosen.records.iter().take(RECORDS) {
        table.add_row(head.iter().map(|name| record.get(*name).map_or_else(|| "–".to_owned(), |words| clip(words, VALUE))));
    }
    _ = writeln!(out, "{table}");
    let more = if chosen.count > RECORDS { format!(", the first {RECORDS} shown") } else { String::new() };
    let filled: Vec<String> = chosen.fields.iter().map(|field| format!("{} {}", field.name, field.records)).collect();
    _ = writeln!(out, "{}{more}; how many have what: {}", count(chosen.count, "record", "records"), filled.join(", "));
    if !chosen.own_fields.is_empty() {
        let said =
            chosen.own_fields.iter().map(|field| format!("{} {} (such as \"{}\")", field.name, field.records, clip(&field.example, VALUE)));
        let pages = count(chosen.own_pages, "own page was read here, and adds", "own pages were read here, and add");
        _ = writeln!(out, "{pages}: {}", said.collect::<Vec<_>>().join(", "));
    }
    if !chosen.unsure.is_empty() {
        out.push_str("\nunsure:\n");
        for unsure in &chosen.unsure {
            _ = writeln!(out, "  {}\n    → {}", unsure.what, unsure.setting);
        }
    }
    if !chosen.lost.is_empty() {
        out.push_str("\nthe selectors do not read as it was found:\n");
        for lost in &chosen.lost {
            _ = writeln!(out, "  {lost}");
        }
    }
    out
}

/// Prints what saved pages say.
pub(in crate::cli) fn tested(views: &[TestedView], zone: &TimeZone) {
    print!("{}", tested_text(views, zone));
}

fn tested_text(views: &[TestedView], zone: &TimeZone) -> String {
    let mut out = String::new();
    for view in views {
        _ = writeln!(out, "{}: {}", view.source, view.told);
        for difference in view.differences.iter().take(DIFFERENCES) {
            _ = writeln!(out, "  {}", difference_text(difference, zone));
        }
        if view.differences.len() > DIFFERENCES {
            _ = writeln!(
                out,
                "  … {}: --json has them",
                count(view.differences.len() - DIFFERENCES, "more difference", "more differences")
            );
        }
    }
    out
}

fn difference_text(difference: &Differs, zone: &TimeZone) -> String {
    let quoted = |words: &String| format!("\"{}\"", clip(&value(words, zone), VALUE));
    let say = |words: &Option<String>| words.as_ref().map_or_else(|| "nothing".to_owned(), quoted);
    match difference {
        Differs::Missing { key } => format!("{key} does not come out any more"),
        Differs::Added { key } => format!("{key} comes out, and did not before"),
        Differs::Field { key, field, before, after } => format!("{key}: `{field}` was {}, and is {}", say(before), say(after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_with_all_its_parts() {
        let field = |name: &str, records| FieldView { name: name.to_owned(), records, example: String::new() };
        let record = |n: usize| {
            [("name", format!("Company {n}")), ("url", "https://fair.example/1".to_owned())]
                .map(|(name, words)| (name.to_owned(), words))
                .into()
        };
        let chosen = ChosenView {
            way: "lists of the page",
            kind: "directory".to_owned(),
            why: "6 of 7 names are those of companies".to_owned(),
            count: 7,
            fields: vec![field("name", 7), field("url", 7), field("phone", 1)],
            records: (1..=7).map(record).collect(),
            unsure: vec![UnsureView {
                what: "`phone` is in 1 of 7 records".to_owned(),
                setting: "--selectors says where it stands".to_owned(),
            }],
            own_pages: 3,
            own_fields: vec![FieldView { example: "01482 555 123".to_owned(), ..field("phone_as_written", 2) }],
            lost: vec!["`phone` has no selector".to_owned()],
            toml: "[[source]]\nid = \"fair\"\n".to_owned(),
        };
        let view = ProposalView {
            target: "https://fair.example/list".to_owned(),
            robots: Some("allowed".to_owned()),
            tried: vec![TriedView { way: "the sitemap", told: "not asked".to_owned() }],
            others: vec!["--kind page: the text of the page, 1 record".to_owned()],
            chosen: Some(chosen),
            ..ProposalView::default()
        };
        insta::assert_snapshot!("proposal", text(&view, 100));
    }
}
