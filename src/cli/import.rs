//! `import`: shows what would become of a file, asks, and brings it in; lists what stands, and takes it back.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use base64::Engine as _;

use super::args::ImportOptions;
use super::check::file;
use super::{Ended, asking, print};
use crate::config::Request;
use crate::web::{Answer, IMPORT_BYTES, ImportOrder, ImportReport, Question};

/// Does what was asked.
pub(super) async fn run(request: &Request, options: ImportOptions, json: bool) -> anyhow::Result<Ended> {
    if let Some(id) = options.undo {
        return undo(request, id, options.yes, json).await;
    }
    match &options.file {
        Some(path) => {
            let name = path.display().to_string();
            Box::pin(bring_in(request, &name, &options, json)).await
        }
        None => asking::show(request, Question::Imports, json).await,
    }
}

async fn bring_in(request: &Request, name: &str, options: &ImportOptions, json: bool) -> anyhow::Result<Ended> {
    let bytes = file(name)?;
    if bytes.len() > IMPORT_BYTES {
        bail!("{name} has more than {} MB: split it, and bring in the parts under names of their own", IMPORT_BYTES / 1024 / 1024);
    }
    if name == "-" && options.name.is_none() {
        bail!("standard input has no name: give it one with --as");
    }
    let order = ImportOrder {
        id: options.name.clone(),
        origin: options.origin.clone(),
        consent: options.consent.clone(),
        trust: options.trust,
        cost: options.cost.clone(),
        event: options.event.clone(),
        country: options.country.clone(),
        language: options.language.clone(),
        signal: options.signal.clone(),
        columns: options.columns.clone(),
    };
    let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
    let question = |write: bool| Question::Import { file: name.to_owned(), bytes: bytes.clone(), order: Box::new(order.clone()), write };
    if !options.yes {
        let answer = asking::ask(request, question(false), json).await?;
        print::answer(&answer, json)?;
        let Answer::Import(report) = &answer else { bail!("the daemon answered something else: is it of another version?") };
        if options.dry_run || !worth_writing(report) {
            return Ok(ended(report));
        }
        if !std::io::stdin().is_terminal() || name == "-" {
            bail!("nothing was written; say --yes to bring it in, or --dry-run to only look");
        }
        if !agreed("Bring it in?")? {
            bail!("nothing was written");
        }
    }
    let answer = asking::ask(request, question(true), json).await?;
    match (&answer, options.yes, json) {
        // What there is to tell was told before the question.
        (Answer::Import(report), false, false) => eprintln!("{}", print::imported(report)),
        _ => print::answer(&answer, json)?,
    }
    let Answer::Import(report) = &answer else { bail!("the daemon answered something else: is it of another version?") };
    Ok(ended(report))
}

/// Whether there is anything that a yes would change.
fn worth_writing(report: &ImportReport) -> bool {
    report.fresh + report.corrected + report.missing > 0 || (report.updates && report.same > 0)
}

/// What could not be read is a problem, for scripts.
fn ended(report: &ImportReport) -> Ended {
    if report.unreadable > 0 { Ended::Problem } else { Ended::Fine }
}

async fn undo(request: &Request, id: String, yes: bool, json: bool) -> anyhow::Result<Ended> {
    if !yes {
        if !std::io::stdin().is_terminal() {
            bail!("taking an import back takes its records and the leads that only it gave; say --yes");
        }
        let what = format!("Take back everything that `{id}` brought? What reps decided on leads that remain stays.");
        if !agreed(&what)? {
            bail!("nothing was taken back");
        }
    }
    asking::show(request, Question::UndoImport { id }, json).await
}

fn agreed(question: &str) -> anyhow::Result<bool> {
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the terminal cannot be read")?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
