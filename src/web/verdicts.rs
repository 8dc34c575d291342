//! What somebody says of a lead: the order, and what they should know of it beside the lead. Carried out by the pipeline.

use anyhow::bail;
use jiff::Timestamp;

use super::answer::{AnswerError, SIGNALS, lead, moment, unknown};
use super::ask::LeadView;
use super::called;
use crate::base::ids::LeadId;
use crate::base::text::{clip, no_such, squeeze};
use crate::config::Config;
use crate::model::{Decision, Lead, LeadState, Subject, Verdict, closings, first_open, is_live};
use crate::pipeline::{Effects, Grounds, behind, give_verdict, silent, why_not};
use crate::render::{Language, clock};

/// Characters of the name of who says something of a lead, and of why.
const NAME: usize = 100;
const WORDS: usize = 500;

/// Gives a verdict: the word, why, who and whether they were named as such, until when.
pub(super) async fn give(
    effects: &Effects,
    config: &Config,
    id: &str,
    (said, because, (by, named), until): (Option<&str>, String, (String, bool), Option<&str>),
) -> Result<LeadView, AnswerError> {
    let now = effects.clock.now();
    let until = until.map(|until| moment(until, false, &config.daemon.zone)).transpose()?;
    if until.is_some_and(|until| until <= now) {
        bail!("it would be put away until a time that is over: name a later day");
    }
    let said = match said {
        Some(word) => {
            let known = [LeadState::Accepted, LeadState::Rejected, LeadState::Parked];
            let found = known.into_iter().find(|state| state.word() == word);
            Some(found.ok_or_else(|| unknown("verdict", word, known.iter().map(|state| state.word())))?)
        }
        None => None,
    };
    let of = called::lead(effects, id).await?.id;
    let by = clip(&squeeze(&by), NAME);
    let verdict = said.map(|said| Verdict { said, at: now, by: by.clone(), because: clip(&squeeze(&because), WORDS), until });
    give_verdict(effects, config, of, verdict, now).await?;
    let mut notes = Vec::new();
    if named {
        notes.extend(nobodys_name(effects, config, (of, said, &by)).await?);
    }
    if said.is_none_or(|said| said == LeadState::Accepted) {
        notes.extend(unheard(effects, config, of).await?);
    }
    if let Some(until) = until {
        notes.extend(closes_before(effects, config, (of, until), now).await?);
    }
    if said.is_none() {
        tracing::info!(lead = %of, by, because = clip(&squeeze(&because), WORDS), "what was said of a lead is taken back");
    }
    Ok(LeadView { notes, ..lead(effects, config, &of.to_string(), None).await? })
}

/// That who was named is no rep: who takes a lead up so does not get it, and anything else is said by nobody that is known here.
async fn nobodys_name(
    effects: &Effects,
    config: &Config,
    (of, said, by): (LeadId, Option<LeadState>, &str),
) -> Result<Option<String>, AnswerError> {
    if config.reps.is_empty() || config.reps.iter().any(|rep| rep.rep.id.as_str() == by) {
        return Ok(None);
    }
    let no_rep = no_such("rep", by, config.reps.iter().map(|rep| rep.rep.id.as_str()));
    if said != Some(LeadState::Accepted) {
        let kept = if said.is_some() { format!("it is kept as said by `{by}`, but ") } else { String::new() };
        return Ok(Some(format!("{kept}{no_rep}")));
    }
    let with = match effects.store.lead(of).await?.map(|lead| lead.owner) {
        Some(Decision::To(rep, _)) => format!("the lead stays with {rep}"),
        Some(Decision::Nobody(_)) | None => "nobody has the lead".to_owned(),
    };
    Ok(Some(format!("{with}, for {no_rep}")))
}

/// That who has the lead then is told nothing of it.
async fn unheard(effects: &Effects, config: &Config, of: LeadId) -> Result<Option<String>, AnswerError> {
    let Some(Lead { owner: Decision::To(rep, _), .. }) = effects.store.lead(of).await? else { return Ok(None) };
    let why = why_not(config, &silent(effects, config).await?, &rep);
    Ok(why.map(|why| format!("{why}: nobody is told what is new of it; another rep is named with `atalaya lead accept {of} --by`")))
}

/// The tenders behind a lead that take no answers any more by the time it comes up again.
async fn closes_before(
    effects: &Effects,
    config: &Config,
    (of, until): (LeadId, Timestamp),
    now: Timestamp,
) -> Result<Vec<String>, AnswerError> {
    let Some(lead) = effects.store.lead(of).await? else { return Ok(Vec::new()) };
    let Subject::Organisation(subject) = lead.subject;
    let Some(organisation) = effects.store.organisation(subject).await? else { return Ok(Vec::new()) };
    let Grounds { records, signals, .. } = behind(effects, config, (&organisation, &lead), SIGNALS).await?;
    let told = records.iter().filter(|record| is_live(record) && !record.gone && signals.iter().any(|signal| signal.record == record.id));
    let over = told.filter_map(|record| {
        let last = closings(&first_open(record, now))
            .iter()
            .filter(|closing| closing.name.as_str() == "deadline" && closing.at > now)
            .map(|closing| closing.at)
            .max()?;
        let title = record.value("title").map_or_else(|| record.url.to_string(), |title| clip(&title.told(), 80));
        let at = clock(Language::En, &last.to_zoned(config.daemon.zone.clone()));
        (last < until).then(|| format!("it closes before that day: “{title}” takes answers until {at}"))
    });
    Ok(over.collect())
}
