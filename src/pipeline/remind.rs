//! Reminders of deadlines that come up: decided here and stored, sealed and sent as everything else is. The id of an entry follows from
//! tender, deadline and distance, so that deciding again decides nothing new, and a deadline that moved is told anew.
//!
//! One step of bounded size. Knows no loop and no rhythm.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Effects;
use super::calendars::{tenders_of, worked};
use super::keep::KeepError;
use super::linked::whole_tender;
use crate::base::ids::RecordId;
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{Entry, FieldName, Joined, Lane, Lead, Record, Reminder, Turn, closings, is_live};
use crate::route;
use crate::store::{LeadFilter, StoreError};

/// Puts the reminders whose time has come into the outbox. Returns how many there are, those of before included.
pub async fn remind_due(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, KeepError> {
    let mut count = 0;
    for rep in config.reps.iter().filter(|rep| !rep.rep.remind.is_empty()) {
        let Some(channel) = config.channel_of(rep) else { continue };
        let filter = LeadFilter { owner: Some(rep.rep.id.clone()), ..LeadFilter::default() };
        let (mut turn, mut met) = (Turn::upkeep(), HashSet::new());
        for lead in worked(effects, &filter).await? {
            for record in
                tenders_of(effects, config, &lead, now).await?.iter().map(|tender| &tender.record).filter(|record| is_live(record))
            {
                turn.entries.extend(entries(rep, channel, &lead, record, now).into_iter().filter(|entry| met.insert(entry.id)));
            }
        }
        count += turn.entries.len();
        if !turn.entries.is_empty() {
            effects.store.commit(turn).await?;
        }
    }
    Ok(count)
}

fn entries(rep: &Rep, channel: &Settings, lead: &Lead, record: &Record, now: Timestamp) -> Vec<Entry> {
    let next = rep.digest.next(now);
    let of = |closing: &crate::model::Closing<'_>| {
        let reminder = route::reminder(record, closing, &rep.rep.remind, now)?;
        let lane = route::reminder_lane(&rep.rep, closing, next, now)?;
        let due = match lane {
            Lane::Urgent => now,
            Lane::Digest => next,
        };
        Some(entry(rep, channel, lead, (reminder, lane, due), now))
    };
    closings(record).iter().filter_map(of).collect()
}

/// The reminders whose time has come, to leave at this moment with an alert.
pub(super) fn with_alert(rep: &Rep, channel: &Settings, lead: &Lead, (record, due): (&Record, Timestamp), now: Timestamp) -> Vec<Entry> {
    let found = closings(record).into_iter().filter_map(|closing| route::reminder(record, &closing, &rep.rep.remind, now));
    found.map(|reminder| entry(rep, channel, lead, (reminder, Lane::Urgent, due), now)).collect()
}

fn entry(rep: &Rep, channel: &Settings, lead: &Lead, (reminder, lane, due): (Reminder, Lane, Timestamp), now: Timestamp) -> Entry {
    Entry {
        id: reminder.entry_id(&channel.id, &rep.rep.id),
        channel: channel.id.clone(),
        rep: rep.rep.id.clone(),
        lead: lead.id,
        revision: lead.revision,
        lane,
        at: now,
        due,
        held: None,
        reminds: Some(reminder),
        closes: None,
    }
}

/// The deadlines of these reminders that are still what they were and still matter, the soonest first, each once.
pub(super) async fn still_due<'a>(
    effects: &Effects,
    config: &Config,
    reminders: impl Iterator<Item = (&'a crate::base::ids::LeadId, &'a Reminder)>,
    now: Timestamp,
) -> Result<Vec<(Joined, FieldName)>, StoreError> {
    let mut found: Vec<(Timestamp, RecordId, FieldName, Joined)> = Vec::new();
    for (lead, reminder) in reminders {
        let wanted = effects.store.lead(*lead).await?.is_some_and(|lead| route::for_rep(lead.state));
        let Some(record) = effects.store.records(vec![reminder.record]).await?.pop().filter(|_| wanted) else { continue };
        let tender = whole_tender(effects, config, record, now).await?;
        let record = &tender.record;
        if !is_live(record) {
            continue;
        }
        let holds = closings(record).iter().any(|closing| *closing.name == reminder.field && closing.at == reminder.at && now < closing.at);
        if holds && !found.iter().any(|(_, id, field, _)| *id == record.id && *field == reminder.field) {
            found.push((reminder.at, record.id, reminder.field.clone(), tender));
        }
    }
    found.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    Ok(found.into_iter().map(|(_, _, field, tender)| (tender, field)).collect())
}
