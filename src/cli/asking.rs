//! Questions to an installation: the running daemon answers, or the store at rest is opened and read.

use anyhow::bail;
use jiff::tz::TimeZone;

use super::args::Said;
use super::{Ended, print};
use crate::app::{self, AskError, Opened};
use crate::config::{Config, Refusal, Request};
use crate::web::{self, Answer, Question};

/// Asks the daemon; where none runs, opens the store. Secrets are read only for what needs them: an operator's shell need not hold them.
/// The answer is as people are told it, or with `json` as programs are.
pub(super) async fn ask(request: &Request, question: Question, json: bool) -> anyhow::Result<Answer> {
    let config = match Config::load(&Request { without_secrets: true, ..request.clone() }) {
        Ok(config) => config,
        Err(refusal) => return ask_only(request, &question, refusal, json).await,
    };
    let zone = if json { TimeZone::UTC } else { config.daemon.zone.clone() };
    let answer = match app::ask(&config.daemon.data, &question).await {
        Ok(answer) => answer,
        Err(AskError::Nobody(_)) => {
            let sends = matches!(question, Question::NotifyTest { .. } | Question::Check { .. });
            // What would become of a file is to be seen before anything runs, and what is brought in is what there is then.
            let begins = matches!(question, Question::Import { .. });
            if !sends && !begins && !config.daemon.data.join("store").exists() {
                bail!(
                    "there is no store in {} yet: `atalaya run` makes it; if yours lies elsewhere, say so with --data or in [daemon] data",
                    config.daemon.data.display()
                );
            }
            let config = if sends { Config::load(request)? } else { config };
            match app::open_or_ask(&config, &question).await? {
                Opened::Answered(answer) => answer,
                Opened::AtRest(home) => {
                    let answer = web::answer(&home.effects, &config, question, false).await;
                    home.effects.store.close().await;
                    answer?
                }
            }
        }
        Err(error) => return Err(error.into()),
    };
    print::in_zone(answer, &zone)
}

/// Asks the daemon although the configuration on disk is not taken: all that is needed of it is where the data folder is. The daemon knows too in
/// which zone times are told.
async fn ask_only(request: &Request, question: &Question, refusal: Refusal, json: bool) -> anyhow::Result<Answer> {
    let Some(data) = Config::data_folder(request) else {
        let words = "and the data folder cannot be read from it, so that no daemon can be asked: mend it, or name the folder with --data";
        return Err(anyhow::Error::from(refusal).context(format!("the configuration is not taken, {words}")));
    };
    match app::ask(&data, question).await {
        Ok(answer) => {
            let what = match refusal {
                Refusal::Wrong(_) => "the configuration on disk is broken (`atalaya config check` shows it)",
                Refusal::NotFound(_) => "no configuration was found",
                Refusal::Missing(_) => "the configuration that was named does not exist",
            };
            eprintln!("Warning: {what}; the running daemon answers by the one it has.");
            let told = if json { None } else { app::ask(&data, &Question::Status).await.ok() };
            let zone = told.and_then(|told| match told {
                Answer::Status(status) => TimeZone::get(&status.zone).ok(),
                _ => None,
            });
            print::in_zone(answer, &zone.unwrap_or(TimeZone::UTC))
        }
        Err(AskError::Nobody(_)) => Err(refusal.into()),
        Err(error) => Err(error.into()),
    }
}

/// Asks and prints.
pub(super) async fn show(request: &Request, question: Question, json: bool) -> anyhow::Result<Ended> {
    let limit = question.limit();
    let answer = ask(request, question, json).await?;
    print::answer(&answer, json)?;
    if let Some(limit) = answer.listed().filter(|listed| Some(*listed) == limit) {
        eprintln!("These are the first {limit}, and there may be more: `--limit` shows them.");
    }
    Ok(ended(&answer))
}

/// A problem that was found shows in the exit status, so that scripts see it.
fn ended(answer: &Answer) -> Ended {
    let problem = match answer {
        Answer::Status(status) => {
            let off = status.channels.iter().any(|channel| channel.disabled.is_some());
            off || !status.attention.is_empty() || !status.untold.is_empty()
        }
        Answer::Check(check) => check.problem.is_some() || check.records.is_empty(),
        Answer::Sent(sent) => !sent.accepted,
        Answer::Sources(_)
        | Answer::Source(_)
        | Answer::Due(_)
        | Answer::Unmapped(_)
        | Answer::Leads(_)
        | Answer::Lead(_)
        | Answer::Tenders(_)
        | Answer::Tender(_)
        | Answer::TenderHistory(_)
        | Answer::TenderRaw(_)
        | Answer::Outbox(_)
        | Answer::Replayed(_)
        | Answer::Digest(_)
        | Answer::Calendars(_)
        | Answer::Organisations(_)
        | Answer::Organisation(_)
        | Answer::OrganisationQuestions(_)
        | Answer::Rulings(_)
        | Answer::Ruled(_)
        | Answer::Import(_)
        | Answer::Imports(_)
        | Answer::ImportUndone(_)
        | Answer::Backup(_) => false,
    };
    if problem { Ended::Problem } else { Ended::Fine }
}

/// What somebody says of a lead: accepted, rejected, parked; without a word it is taken back.
pub(super) async fn verdict(request: &Request, word: &str, said: Said, until: Option<String>, json: bool) -> anyhow::Result<Ended> {
    let Said { id, because, by } = said;
    let named = by.is_some();
    let by = by.or_else(|| std::env::var("USER").ok()).filter(|by| !by.trim().is_empty()).unwrap_or_else(|| "somebody".to_owned());
    let said = (!word.is_empty()).then(|| word.to_owned());
    let answer = ask(request, Question::Verdict { id, said, because, by, named, until }, json).await?;
    if let Answer::Lead(lead) = &answer {
        lead.notes.iter().for_each(|note| eprintln!("Warning: {note}"));
    }
    match (&answer, json) {
        (Answer::Lead(lead), false) => print::verdict(lead),
        _ => print::answer(&answer, json)?,
    }
    Ok(Ended::Fine)
}

/// A lead's score, line by line.
pub(super) async fn explain(request: &Request, id: String, at: Option<String>, json: bool) -> anyhow::Result<Ended> {
    let answer = ask(request, Question::Lead { id, at }, json).await?;
    match (&answer, json) {
        (Answer::Lead(lead), false) => print::explain(lead),
        _ => print::answer(&answer, json)?,
    }
    Ok(Ended::Fine)
}
