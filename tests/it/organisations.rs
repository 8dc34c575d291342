//! `org resolve` as a person and a program meet it: the table of the README, whole and in another order.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::rig::program;

fn readme_table() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    readme.split("```csv\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap().to_owned()
}

fn resolve(folder: &Path, table: &str, more: &[&str]) -> Output {
    std::fs::write(folder.join("companies.csv"), table).unwrap();
    program().current_dir(folder).args(["org", "resolve", "companies.csv"]).args(more).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&output.stderr)))
}

fn companies(view: &Value) -> Vec<Vec<u64>> {
    let rows = |cluster: &Value| cluster["rows"].as_array().unwrap().iter().map(|row| row.as_u64().unwrap()).collect();
    let mut found: Vec<Vec<u64>> = view["clusters"].as_array().unwrap().iter().map(rows).collect();
    found.sort();
    found
}

#[test]
fn the_table_in_the_readme_is_resolved() {
    let folder = tempfile::tempdir().unwrap();
    let table = readme_table();
    let shown = resolve(folder.path(), &table, &[]);
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown = String::from_utf8_lossy(&shown.stdout);
    insta::assert_snapshot!("organisations", shown.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
    let view = json(&resolve(folder.path(), &table, &["--json"]));
    assert_eq!(companies(&view), [vec![1, 2], vec![3, 4], vec![5], vec![6]], "{view:#}");
    let of = |view: &Value| view["rows"].as_array().unwrap().iter().map(|row| row["cluster"].clone()).collect::<Vec<_>>();
    let (head, rows) = table.split_once('\n').unwrap();
    let turned = format!("{head}\n{}\n", rows.lines().rev().collect::<Vec<_>>().join("\n"));
    let mut back = of(&json(&resolve(folder.path(), &turned, &["--json"])));
    back.reverse();
    assert_eq!(back, of(&view));
}

#[test]
fn answers_count_and_bad_rows_are_told_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("answers.csv"), "1,2,no\n3,perhaps\n").unwrap();
    let table = format!("{}one cell\n", readme_table());
    let output = resolve(folder.path(), &table, &["--json", "--answers", "answers.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let view = json(&output);
    assert_eq!(companies(&view), [vec![1], vec![2], vec![3, 4], vec![5], vec![6]], "{view:#}");
    assert_eq!((&view["unread"]["count"], &view["unread"]["rows"][0]["line"]), (&Value::from(1), &Value::from(8)));
    assert_eq!(view["unread"]["answers"][0]["line"], 2);
    let none = resolve(folder.path(), "a,b\n1,2\n", &[]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stderr).contains("names no column"));
}
