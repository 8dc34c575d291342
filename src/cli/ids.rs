//! `ids check`: what tax and register numbers are. Asks nobody; the arithmetic is the model's.

use comfy_table::Table;
use serde_json::{Value, json};

use super::Ended;
use super::print;
use crate::model::identifier::{Proof, Verdict, Whom, identify};

/// What a table shows of a number that is none of its kinds.
const FAULTS: usize = 3;

/// Judges each value; a problem when one is valid as no kind.
pub(super) fn check(values: &[String], country: Option<&str>, json: bool) -> anyhow::Result<Ended> {
    let judged: Vec<(&str, Vec<Verdict>)> = values.iter().map(|value| (value.as_str(), identify(value, country))).collect();
    if json {
        let rows: Vec<Value> = judged.iter().map(|(value, verdicts)| row(value, verdicts)).collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        println!("{}", table(&judged, print::table(&HEAD)));
    }
    Ok(if judged.iter().all(|(_, verdicts)| is_valid(verdicts)) { Ended::Fine } else { Ended::Problem })
}

const HEAD: [&str; 6] = ["value", "country", "kind", "verdict", "canonical", "names"];

fn is_valid(verdicts: &[Verdict]) -> bool {
    verdicts.iter().any(|verdict| verdict.outcome.is_ok())
}

fn whom(whom: Whom) -> &'static str {
    match whom {
        Whom::Entity => "legal entity",
        Whom::Person => "person",
        Whom::Either => "either",
    }
}

fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::CheckDigit => "valid",
        Proof::Form => "valid form, no check digit proves it",
    }
}

fn row(value: &str, verdicts: &[Verdict]) -> Value {
    let kinds: Vec<Value> = verdicts
        .iter()
        .map(|verdict| {
            let kind = verdict.kind;
            let valid = verdict.outcome.as_ref().ok();
            json!({
                "kind": kind.id,
                "country": kind.country,
                "name": kind.name,
                "valid": valid.is_some(),
                "reason": verdict.outcome.as_ref().err().map(ToString::to_string),
                "canonical": valid.map(|valid| &valid.canonical),
                "key": valid.and_then(|valid| valid.key.as_ref()),
                "names": valid.map(|valid| whom(valid.whom)),
                "check_digit": valid.map(|valid| valid.proof == Proof::CheckDigit),
            })
        })
        .collect();
    json!({ "value": value, "valid": is_valid(verdicts), "kinds": kinds })
}

/// Of a valid number what it is; of another why it is none of the likeliest kinds.
fn table(judged: &[(&str, Vec<Verdict>)], mut table: Table) -> Table {
    for (value, verdicts) in judged {
        let valid = is_valid(verdicts);
        let told = verdicts.iter().filter(|verdict| verdict.outcome.is_ok() == valid);
        let told: Vec<&Verdict> = if valid { told.collect() } else { told.take(FAULTS).collect() };
        if told.is_empty() {
            table.add_row([value, "", "", "no number of a kind that is known", "", ""]);
        }
        for (n, verdict) in told.into_iter().enumerate() {
            let (said, canonical, names) = match &verdict.outcome {
                Ok(valid) => (proof(valid.proof).to_owned(), valid.canonical.as_str(), whom(valid.whom)),
                Err(fault) => (format!("NOT valid: {fault}"), "", ""),
            };
            let value = if n == 0 { *value } else { "" };
            table.add_row([value, verdict.kind.country.unwrap_or("any"), verdict.kind.name, &said, canonical, names]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_a_table() {
        let values = ["B-12.345.674", "DE136695977", "7707083893", "2475181508152", "on request"];
        let judged: Vec<(&str, Vec<Verdict>)> = values.iter().map(|value| (*value, identify(value, Some("ES")))).collect();
        let mut empty = Table::new();
        empty.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_header(HEAD);
        insta::assert_snapshot!(table(&judged, empty));
    }

    #[test]
    fn a_number_as_json() {
        let verdicts = identify("732 829 320 00074", Some("FR"));
        insta::assert_snapshot!(serde_json::to_string_pretty(&row("732 829 320 00074", &verdicts)).unwrap());
    }
}
