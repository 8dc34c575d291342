//! `tender read` and `tender merge`: documents of procurement portals, from files alone. Asks no daemon and no configuration.

use std::path::PathBuf;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Ended;
use super::args::TenderCommand;
use super::check::file;
use crate::base::clock::Stopwatch;
use crate::extract;
use crate::model::ZoneFrom;
use crate::tender::{self, Clock, Format};
use crate::web;

/// Time for one file; a page of a portal that takes longer is read in part by no reader of ours.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

pub(super) fn tender(command: TenderCommand, json: bool) -> anyhow::Result<Ended> {
    match command {
        TenderCommand::Read { files, format, zone } => read(&files, format.as_deref(), zone.as_deref(), json),
    }
}

fn read(files: &[PathBuf], format: Option<&str>, zone: Option<&str>, json: bool) -> anyhow::Result<Ended> {
    let words = || Format::ALL.iter().map(|format| format.word()).collect::<Vec<_>>().join(", ");
    let wanted =
        format.map(|word| Format::from_word(word).with_context(|| format!("`{word}` is no format: one of {}", words()))).transpose()?;
    let clock = match zone {
        Some(name) => Clock { zone: TimeZone::get(name).with_context(|| format!("`{name}` is no IANA zone"))?, from: ZoneFrom::Source },
        None => Clock::assumed(),
    };
    let (mut views, mut problem) = (Vec::new(), false);
    for path in files {
        let name = path.display().to_string();
        match one(&name, wanted, &clock) {
            Ok(view) => views.push(view),
            Err(error) => {
                problem = true;
                eprintln!("{name}: {error:#}");
                views.push(json!({ "file": name, "problem": format!("{error:#}") }));
            }
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&views)?);
    } else {
        views.iter().for_each(print);
    }
    Ok(if problem { Ended::Problem } else { Ended::Fine })
}

fn one(name: &str, wanted: Option<Format>, clock: &Clock) -> anyhow::Result<Value> {
    let bytes = file(name)?;
    let url = url::Url::parse("file:///").context("an address")?;
    let text = extract::decode(&bytes, None, &url);
    let format = wanted
        .or_else(|| Format::detect(&text))
        .context("it is no document of a tender portal that is known here; `--format` names one")?;
    let watch = Stopwatch::start();
    let expired = || watch.elapsed() > PATIENCE;
    let batch = tender::read(format, &tender::Input { text: &text, url: None, clock: clock.clone(), expired: &expired })?;
    Ok(web::batch_view(name, format, &batch))
}

/// What a person wants to see first of each notice.
fn print(view: &Value) {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |key: &str| view.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let (notices, bad) = (list("notices"), list("quarantined"));
    println!("{} ({}): {} notices, {} quarantined", text(view, "file"), text(view, "format"), notices.len(), bad.len());
    for notice in &notices {
        let title = notice.get("title").and_then(Value::as_object).and_then(|texts| texts.values().next()).and_then(Value::as_str);
        println!("  {:<10} {}  {}", text(notice, "stage"), text(notice, "procedure"), title.unwrap_or("(no title)"));
        for deadline in notice.get("deadlines").and_then(Value::as_array).into_iter().flatten() {
            println!("             {} until {} ({})", text(deadline, "kind"), text(deadline, "text"), text(deadline, "zone"));
        }
    }
    for entry in &bad {
        println!("  set aside  {}: {}", text(entry, "path"), text(entry, "reason"));
    }
}
