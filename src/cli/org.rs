//! `org`: which rows of a table are one company, from files alone; and the organisations of the store, by questions to whoever holds it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use comfy_table::Table;
use serde_json::{Value, json};

use super::args::OrgCommand;
use super::check::file;
use super::{Ended, asking, print};
use crate::base::text::count;
use crate::config::Request;
use crate::extract;
use crate::resolve::linkage::{self, BadRow, Cluster, Column, Question, ReadTable, Resolution, Tie};
use crate::web;

/// Pairs and clusters that are shown to a person; `--json` has all.
const SHOWN: usize = 20;

/// Does what was asked.
pub(super) async fn run(request: &Request, command: OrgCommand, json: bool) -> anyhow::Result<Ended> {
    let question = match command {
        OrgCommand::Resolve { file, answers } => return resolve(&file, answers.as_deref(), json),
        OrgCommand::List { questions: true, limit, .. } => web::Question::OrganisationQuestions { limit },
        OrgCommand::List { rulings: true, limit, .. } => web::Question::Rulings { limit },
        OrgCommand::List { words, limit, .. } => web::Question::Organisations { words: words.join(" "), limit },
        OrgCommand::Unmapped => web::Question::Unmapped,
        OrgCommand::Show { name } => web::Question::Organisation { name },
        OrgCommand::Same { a, b } => web::Question::Same { a, b },
        OrgCommand::NotSame { a, b } => web::Question::NotSame { a, b },
        OrgCommand::Undo { number } => web::Question::UndoRuling { number },
    };
    asking::show(request, question, json).await
}

/// Resolves a table. Rows that cannot be read are told and left out, and make the end a problem.
fn resolve(path: &Path, answers: Option<&Path>, json: bool) -> anyhow::Result<Ended> {
    let name = path.display().to_string();
    let table = linkage::read_table(&text(&name)?, extract::column_field).with_context(|| name.clone())?;
    let (given, bad_answers) = match answers {
        Some(path) => linkage::read_answers(&text(&path.display().to_string())?),
        None => (Vec::new(), Vec::new()),
    };
    let found = linkage::resolve(&table.rows, &given);
    if json {
        println!("{}", serde_json::to_string_pretty(&view(&table, &bad_answers, &found))?);
    } else {
        println!("{}", clusters(&table, &found));
        if !found.questions.is_empty() {
            println!("\nWorth asking, the most telling first; answer with lines such as `{}`:", answer_line(&found.questions[0]));
            println!("{}", questions(&table, &found));
        }
    }
    told(&name, &table, &bad_answers, &found);
    Ok(if table.bad_count > 0 || !bad_answers.is_empty() { Ended::Problem } else { Ended::Fine })
}

fn answer_line(question: &Question) -> String {
    format!("{},{},yes", question.a, question.b)
}

/// What goes beside the data.
fn told(name: &str, table: &ReadTable, bad_answers: &[BadRow], found: &Resolution) {
    eprintln!(
        "{}, {}, {} compared, {} used",
        count(table.rows.len(), "row", "rows"),
        count(found.clusters.len(), "company", "companies"),
        count(found.compared, "pair", "pairs"),
        count(found.answered, "answer", "answers")
    );
    if !table.unknown.is_empty() {
        eprintln!("{name}: columns not used: {}", table.unknown.join(", "));
    }
    for bad in &table.bad {
        eprintln!("{name}:{}: {}", bad.line, bad.why);
    }
    let more = table.bad_count - table.bad.len();
    if more > 0 {
        eprintln!("{name}: {more} more rows could not be read");
    }
    for bad in bad_answers {
        eprintln!("answers, line {}: {}", bad.line, bad.why);
    }
}

fn text(name: &str) -> anyhow::Result<String> {
    let url = url::Url::parse("file:///").context("an address")?;
    Ok(extract::decode(&file(name)?, None, &url).into_owned())
}

fn view(table: &ReadTable, bad_answers: &[BadRow], found: &Resolution) -> Value {
    let of: BTreeMap<u32, String> =
        found.clusters.iter().flat_map(|cluster| cluster.rows.iter().map(|row| (*row, cluster.id.to_string()))).collect();
    let bad = |rows: &[BadRow]| rows.iter().map(|bad| json!({ "line": bad.line, "why": bad.why })).collect::<Vec<_>>();
    json!({
        "rows": table.rows.iter().map(|row| json!({ "row": row.number, "line": row.line, "cluster": of.get(&row.number) })).collect::<Vec<_>>(),
        "clusters": found.clusters.iter().map(cluster_view).collect::<Vec<_>>(),
        "questions": found.questions.iter().map(|question| json!({
            "a": question.a, "b": question.b, "points": tenths(question.points), "joined": question.joined, "against": question.veto,
        })).collect::<Vec<_>>(),
        "compared": found.compared,
        "answers_used": found.answered,
        "unread": { "count": table.bad_count, "rows": bad(&table.bad), "answers": bad(bad_answers) },
        "columns_not_used": table.unknown,
    })
}

fn cluster_view(cluster: &Cluster) -> Value {
    let merged: serde_json::Map<String, Value> =
        cluster.merged.iter().map(|(column, value)| (column.word().to_owned(), Value::from(value.as_str()))).collect();
    let reasons = cluster.reasons.iter().map(|reason| {
        let fields: serde_json::Map<String, Value> =
            reason.fields.iter().map(|(field, points)| (field.word().to_owned(), tenths(*points))).collect();
        json!({ "a": reason.a, "b": reason.b, "by": tie(reason.why), "points": tenths(reason.points), "fields": fields })
    });
    json!({
        "cluster": cluster.id.to_string(),
        "rows": cluster.rows,
        "reasons": reasons.collect::<Vec<_>>(),
        "merged": merged,
        "conflicts": cluster.conflicts.iter().map(|conflict| json!({
            "column": conflict.column.word(), "value": conflict.value, "rows": conflict.rows,
        })).collect::<Vec<_>>(),
    })
}

fn tenths(points: f64) -> Value {
    json!((points * 10.0).round() / 10.0)
}

fn tie(why: Tie) -> &'static str {
    match why {
        Tie::Equal => "equal",
        Tie::Fields => "fields",
        Tie::Names => "names",
        Tie::Answer => "answer",
    }
}

/// Companies of more than one row; the others stand alone.
fn clusters(table: &ReadTable, found: &Resolution) -> Table {
    let mut all = print::table(&["company", "rows", "name", "tied by", "values that differ"]);
    let several = || found.clusters.iter().filter(|cluster| cluster.rows.len() > 1);
    for cluster in several().take(SHOWN) {
        let name = cluster.merged.iter().find(|(column, _)| *column == Column::Name).map_or("", |(_, name)| name);
        let rows: Vec<String> = cluster.rows.iter().map(u32::to_string).collect();
        let ties: Vec<String> = cluster.reasons.iter().take(3).map(tied_by).collect();
        let differ: Vec<String> =
            cluster.conflicts.iter().take(4).map(|conflict| format!("{} {}", conflict.column.word(), conflict.value)).collect();
        all.add_row([cluster.id.to_string(), rows.join(" "), name.to_owned(), ties.join("\n"), differ.join("\n")]);
    }
    let more = several().count().saturating_sub(SHOWN);
    let alone = found.clusters.len() - several().count();
    let more = if more > 0 { format!("{more} more (--json has all); ") } else { String::new() };
    all.add_row([String::new(), String::new(), format!("{more}{alone} of {} stand alone", count(table.rows.len(), "row", "rows"))]);
    all
}

/// "3+7 name 68 phone 100": the fields that speak for it, the loudest first.
fn tied_by(reason: &linkage::Reason) -> String {
    let mut fields = reason.fields.clone();
    fields.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let said: Vec<String> = fields.iter().take(4).map(|(field, points)| format!("{} {points:.0}", field.word())).collect();
    match reason.why {
        Tie::Equal | Tie::Answer => format!("{}+{} {}", reason.a, reason.b, tie(reason.why)),
        Tie::Fields | Tie::Names => format!("{}+{} {}", reason.a, reason.b, said.join(", ")),
    }
}

fn questions(table: &ReadTable, found: &Resolution) -> Table {
    let mut all = print::table(&["pair", "points", "now", "one", "other"]);
    let said = |number: u32| {
        let row = table.rows.iter().find(|row| row.number == number);
        let cells = row.into_iter().flat_map(|row| Column::ALL.into_iter().filter_map(|column| row.cell(column)));
        crate::base::text::clip(&cells.collect::<Vec<_>>().join(" · "), 120)
    };
    for question in found.questions.iter().take(SHOWN) {
        let now = question.veto.as_deref().unwrap_or(if question.joined { "one" } else { "two" });
        all.add_row([
            format!("{},{}", question.a, question.b),
            format!("{:.0}", question.points),
            now.to_owned(),
            said(question.a),
            said(question.b),
        ]);
    }
    all
}
