//! Reminders of deadlines that come up: decided here and stored, sealed and sent as everything else is. The id of an entry follows from
//! tender, deadline and distance, so that deciding again decides nothing new, and a deadline that moved is told anew. Whom a letter told a deadline
//! with its news, as a move or as a new tender, needs no reminder at the distance that lay behind by then.
//!
//! One step of bounded size. Knows no loop and no rhythm.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Effects;
use super::calendars::{tenders_of, worked};
use super::keep::KeepError;
use super::linked::whole_tender;
use super::wanted::{wanted, wanted_of};
use crate::base::ids::{EntryId, LeadId, RecordId, SegmentId};
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{Entry, FieldName, Joined, Lane, Lead, OfTender, Record, Reminder, Stage, Subject, Turn, closings, is_live};
use crate::route;
use crate::store::{LeadFilter, StoreError, TenderOrder, TenderRow, TenderWalk};

/// Tenders to come that are looked through beside the leads.
const TENDERS: usize = 2_000;

/// Puts the reminders whose time has come into the outbox. Returns how many there are, those of before included.
pub async fn remind_due(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, KeepError> {
    let told = config.reps.iter().filter(|rep| !rep.rep.remind.is_empty());
    let told: Vec<(&Rep, &Settings)> = told.filter_map(|rep| Some((rep.as_ref(), config.channel_of(rep).map(AsRef::as_ref)?))).collect();
    let works = |segment: &SegmentId| told.iter().any(|(rep, _)| rep.rep.works(segment));
    // Without a deadline there may be questions until some time.
    let dated = |row: &TenderRow| row.at.is_some() || Stage::from_word(&row.stage).is_none_or(Stage::is_live);
    let to_come = TenderWalk { by: TenderOrder::Due, from: Some(now), to: None, back: false, limit: TENDERS };
    let to_come = if told.is_empty() { Vec::new() } else { wanted(effects, config, (to_come, dated), works, now).await?.0 };
    let mut count = 0;
    for (rep, channel) in told {
        let filter = LeadFilter { owner: Some(rep.rep.id.clone()), ..LeadFilter::default() };
        let (mut turn, mut met) = (Turn::upkeep(), HashSet::new());
        let mut put = |about: (LeadId, u32), record: &Record| {
            let due = if is_live(record) && !record.gone { entries((rep, channel), about, record, now) } else { Vec::new() };
            turn.entries.extend(due.into_iter().filter(|entry| met.insert(entry.id)));
        };
        for lead in worked(effects, &filter).await? {
            for tender in tenders_of(effects, config, &lead, now).await? {
                put((lead.id, lead.revision), &tender.record);
            }
        }
        for one in &to_come {
            let Some((looks, lead)) = one.of_rep(rep, now).next() else { continue };
            let may_be = Lead::id_of(&looks.segment, Subject::Organisation(one.buyer.id));
            put(lead.map_or((may_be, 0), |lead| (lead.id, lead.revision)), &one.tender.record);
        }
        leave_heard(effects, (rep, channel), &mut turn.entries).await?;
        count += turn.entries.len();
        if !turn.entries.is_empty() {
            effects.store.commit(turn).await?;
        }
    }
    Ok(count)
}

fn entries((rep, channel): (&Rep, &Settings), about: (LeadId, u32), record: &Record, now: Timestamp) -> Vec<Entry> {
    let next = rep.digest.next(now);
    let of = |closing: &crate::model::Closing<'_>| {
        let reminder = route::reminder(record, closing, &rep.rep.remind, now)?;
        let lane = route::reminder_lane(&rep.rep, closing, next, now)?;
        let due = match lane {
            Lane::Urgent => now,
            Lane::Digest => next,
        };
        Some(entry((rep, channel), about, (reminder, lane, due), now))
    };
    closings(record).iter().filter_map(of).collect()
}

/// Takes out the reminders of deadlines that a letter told otherwise, unless it was given up.
async fn leave_heard(effects: &Effects, (rep, channel): (&Rep, &Settings), entries: &mut Vec<Entry>) -> Result<(), StoreError> {
    let told_id = |entry: &Entry| entry.reminds().map(|reminder| reminder.told_id(&channel.id, &rep.rep.id));
    let ids: Vec<EntryId> = entries.iter().filter_map(told_id).collect();
    if !ids.is_empty() {
        let heard: HashSet<EntryId> = effects.store.letters_of(ids).await?.into_iter().map(|(id, _)| id).collect();
        entries.retain(|entry| told_id(entry).is_none_or(|id| !heard.contains(&id)));
    }
    Ok(())
}

/// Of the deadlines that a letter tells with news those whose time to remind of has come, as entries by which it is known that they were told.
pub(super) fn told(
    (rep, channel): (&Rep, &Settings),
    about: (LeadId, u32),
    deadlines: impl Iterator<Item = (Record, FieldName)>,
    now: Timestamp,
) -> Vec<Entry> {
    let of = |(record, field): (Record, FieldName)| {
        let closing = closings(&record).into_iter().find(|closing| *closing.name == field)?;
        let reminder = route::reminder(&record, &closing, &rep.rep.remind, now)?;
        let id = reminder.told_id(&channel.id, &rep.rep.id);
        Some(Entry { id, ..entry((rep, channel), about, (reminder, Lane::Digest, now), now) })
    };
    let mut met = HashSet::new();
    deadlines.filter_map(of).filter(|entry| met.insert(entry.id)).collect()
}

/// The reminders whose time has come, to leave at this moment with an alert.
pub(super) fn with_alert(
    (rep, channel): (&Rep, &Settings),
    lead: &Lead,
    (record, due): (&Record, Timestamp),
    now: Timestamp,
) -> Vec<Entry> {
    let found = closings(record).into_iter().filter_map(|closing| route::reminder(record, &closing, &rep.rep.remind, now));
    found.map(|reminder| entry((rep, channel), (lead.id, lead.revision), (reminder, Lane::Urgent, due), now)).collect()
}

fn entry(
    (rep, channel): (&Rep, &Settings),
    (lead, revision): (LeadId, u32),
    (reminder, lane, due): (Reminder, Lane, Timestamp),
    now: Timestamp,
) -> Entry {
    Entry {
        id: reminder.entry_id(&channel.id, &rep.rep.id),
        channel: channel.id.clone(),
        rep: rep.rep.id.clone(),
        lead,
        revision,
        lane,
        at: now,
        due,
        held: None,
        of_tender: Some(OfTender::Comes(reminder)),
        closes: None,
        handed: None,
    }
}

/// The deadlines of these reminders that are still what they were and still matter to a rep, the soonest first, each once; without those that a
/// letter which left told them otherwise.
pub(super) async fn still_due<'a>(
    effects: &Effects,
    (config, rep): (&Config, &Rep),
    reminders: impl Iterator<Item = (&'a LeadId, &'a Reminder)>,
    now: Timestamp,
) -> Result<Vec<(Joined, FieldName)>, StoreError> {
    let mut found: Vec<(Timestamp, RecordId, FieldName, Joined)> = Vec::new();
    for (lead, reminder) in reminders {
        let told = reminder.told_id(&rep.channel, &rep.rep.id);
        if effects.store.letters_of(vec![told]).await?.iter().any(|(_, left)| *left) {
            continue;
        }
        let Some(record) = effects.store.records(vec![reminder.record]).await?.pop() else { continue };
        let tender = if effects.store.lead(*lead).await?.is_some_and(|lead| route::for_rep(lead.state)) {
            whole_tender(effects, config, record, now).await?
        } else {
            // There is no lead of it, or none any more.
            let one = wanted_of(effects, config, record, now).await?.filter(|one| one.of_rep(rep, now).next().is_some());
            let Some(one) = one else { continue };
            one.tender
        };
        let record = &tender.record;
        if !is_live(record) || record.gone {
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
