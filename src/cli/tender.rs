//! `tender read` and `tender merge`: documents of procurement portals, from files alone. Asks no daemon and no configuration.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::archive::{self, Out};
use super::check::file;
use super::{Ended, has_enough};
use crate::base::clock::Stopwatch;
use crate::base::text::count;
use crate::extract;
use crate::model::ZoneFrom;
use crate::tender::ocds::{self, Compiled, Form, Rules};
use crate::tender::{self, Clock, Format};
use crate::web;

/// Time for one file; a page of a portal that takes longer is read in part by no reader of ours.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);
/// Lots that are named beside one deadline.
const LOTS: usize = 8;

/// Compiled releases are data for programs: they are printed as JSON, whatever was asked for; words go to stderr.
pub(super) fn merge(files: &[PathBuf], versioned: bool, schema: Option<&Path>) -> anyhow::Result<Ended> {
    let rules = schema.map(|path| -> anyhow::Result<Rules> {
        let schema = serde_json::from_slice(&file(&path.display().to_string())?);
        Ok(Rules::of_schema(&schema.with_context(|| format!("{} is no JSON schema", path.display()))?))
    });
    let rules = rules.transpose()?;
    let (mut releases, mut problem) = (Vec::new(), false);
    for path in files {
        let name = path.display().to_string();
        match ocds::releases(&text(&name)?) {
            Ok((found, bad)) => {
                releases.extend(found);
                problem |= !bad.is_empty();
                for entry in &bad {
                    eprintln!("{name}: {}: {}", entry.path, entry.reason);
                }
            }
            Err(failure) => {
                problem = true;
                eprintln!("{name}: {failure}");
            }
        }
    }
    let form = if versioned { Form::Versioned } else { Form::Compiled };
    let merged = ocds::merge(&releases, form, rules.as_ref());
    for Compiled { ocid, bad, .. } in &merged {
        for entry in bad {
            eprintln!("{ocid}: {}: {}", entry.path, entry.reason);
        }
    }
    let merged: Vec<Value> = merged.into_iter().map(|compiled| compiled.release).collect();
    println!("{}", serde_json::to_string_pretty(&merged)?);
    Ok(if problem { Ended::Problem } else { Ended::Fine })
}

pub(super) fn read(
    files: &[PathBuf],
    format: Option<&str>,
    zone: Option<&str>,
    url: Option<&url::Url>,
    json: bool,
) -> anyhow::Result<Ended> {
    let words = || Format::ALL.iter().map(|format| format.word()).collect::<Vec<_>>().join(", ");
    let wanted =
        format.map(|word| Format::from_word(word).with_context(|| format!("`{word}` is no format: one of {}", words()))).transpose()?;
    let clock = match zone {
        Some(name) => Clock { zone: TimeZone::get(name).with_context(|| format!("`{name}` is no IANA zone"))?, from: ZoneFrom::Source },
        None => Clock::assumed(),
    };
    let mut to = std::io::stdout().lock();
    let mut out = Out::new(&mut to, (!json).then_some(print));
    for path in files {
        let name = path.display().to_string();
        let done = if archive::is_one(path) {
            archive::read(path, &mut out, &mut |name, bytes| one(name, &bytes, (wanted, url), &clock))
        } else {
            file(&name).and_then(|bytes| one(&name, &bytes, (wanted, url), &clock)).and_then(|view| out.view(view))
        };
        if let Err(error) = done {
            if has_enough(&error) {
                return Err(error);
            }
            eprintln!("{}", archive::named(&name, &error));
            out.view(json!({ "file": name, "problem": format!("{error:#}") }))?;
        }
        out.end_file();
    }
    let problem = out.problem;
    out.close()?;
    Ok(if problem { Ended::Problem } else { Ended::Fine })
}

fn one(name: &str, bytes: &[u8], (wanted, url): (Option<Format>, Option<&url::Url>), clock: &Clock) -> anyhow::Result<Value> {
    let text = decoded(bytes)?;
    let format = wanted.or_else(|| Format::detect(&text)).with_context(|| {
        let is = tender::other(&text).map(|is| format!("{is}; ")).unwrap_or_default();
        format!("{is}it is no document of a tender portal that is known here; `--format` names one")
    })?;
    let watch = Stopwatch::start();
    let expired = || watch.elapsed() > PATIENCE;
    let batch = tender::read(format, &tender::Input { text: &text, url, clock: clock.clone(), expired: &expired })?;
    Ok(web::batch_view(name, format, &batch))
}

fn text(name: &str) -> anyhow::Result<String> {
    decoded(&file(name)?)
}

fn decoded(bytes: &[u8]) -> anyhow::Result<String> {
    let url = url::Url::parse("file:///").context("an address")?;
    Ok(extract::decode(bytes, None, &url).into_owned())
}

/// The deadlines of the lots of a notice, each once, with the ids of the lots that have it.
fn of_lots(notice: &Value) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for lot in notice.get("lots").and_then(Value::as_array).into_iter().flatten() {
        for deadline in lot.get("deadlines").and_then(Value::as_array).into_iter().flatten() {
            let until = format!("{} until {} ({})", text(deadline, "kind"), text(deadline, "text"), text(deadline, "zone"));
            match found.iter_mut().find(|(known, _)| *known == until) {
                Some((_, lots)) => lots.push(text(lot, "id")),
                None => found.push((until, vec![text(lot, "id")])),
            }
        }
    }
    found
}

/// What a person wants to see first of each notice.
fn print(to: &mut dyn Write, view: &Value) -> std::io::Result<()> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |key: &str| view.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let (notices, bad) = (list("notices"), list("quarantined"));
    if view.get("problem").is_some() {
        return Ok(()); // Said on stderr.
    }
    if let Some(file) = view.get("file").and_then(Value::as_str) {
        let told = count(notices.len(), "notice", "notices");
        writeln!(to, "{file} ({}): {told}, {} quarantined", text(view, "format"), bad.len())?;
    }
    for notice in &notices {
        let title = notice.get("title").and_then(Value::as_object).and_then(|texts| texts.values().next()).and_then(Value::as_str);
        writeln!(to, "  {:<10} {}  {}", text(notice, "stage"), text(notice, "procedure"), title.unwrap_or("(no title)"))?;
        for deadline in notice.get("deadlines").and_then(Value::as_array).into_iter().flatten() {
            writeln!(to, "             {} until {} ({})", text(deadline, "kind"), text(deadline, "text"), text(deadline, "zone"))?;
        }
        for (until, lots) in of_lots(notice) {
            let more = lots.len().saturating_sub(LOTS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = lots.into_iter().take(LOTS).collect::<Vec<_>>().join(", ");
            writeln!(to, "             {until}: lots {named}{more}")?;
        }
    }
    for notice in &notices {
        for field in notice.get("unread").and_then(Value::as_array).into_iter().flatten() {
            writeln!(to, "  left unknown  {}: {}", text(field, "path"), text(field, "reason"))?;
        }
    }
    for field in list("unread") {
        writeln!(to, "  left unknown  {}: {}", text(&field, "path"), text(&field, "reason"))?;
    }
    for entry in &bad {
        writeln!(to, "  set aside  {}: {}", text(entry, "path"), text(entry, "reason"))?;
    }
    Ok(())
}
