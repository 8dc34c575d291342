//! What went to somebody else: whoever had a tender in their calendar when its buyer becomes another's lead, or others work its segment, and whoever
//! was told of a lead that is another's now, is told so once, with their next digest. Makes no lead.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::altered::Altered;
use super::news::owner_of;
use super::telling::holder_of;
use super::wanted::{Wanted, wanted, wanted_of};
use super::{Effects, group};
use crate::base::ids::{ChannelId, EntryId, LeadId, RecordId, RepId, SegmentId};
use crate::config::{Config, Rep};
use crate::model::{Entry, Lane, Lead, LeadState, OfTender, Record, Subject, Turn, closings, first_open, is_live};
use crate::render::{Fits, Holder};
use crate::route;
use crate::store::{StoreError, TenderOrder, TenderRow, TenderWalk};

/// Tenders of one buyer that are looked at, those that close first: nobody has more of one in their calendar.
const TENDERS: usize = 100;
/// Tenders looked at in one turn, those that close first: each is asked for every rep. A calendar is right without it.
const OF_TURN: usize = 500;

/// Puts into the turn what of its leads went from one to another, or from all to one; `reps`: as they worked until now.
pub(super) async fn tell(
    effects: &Effects,
    config: &Config,
    (turn, reps): (&mut Turn, &[Arc<Rep>]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tenders: Vec<(Timestamp, (Record, &Lead))> = Vec::new();
    let mut lost: Vec<(&Lead, Lead)> = Vec::new();
    for lead in turn.leads.iter().filter(|lead| route::is_open(lead.state)) {
        let (to, before) = (owner_of(lead), effects.store.lead(lead.id).await?);
        let is_lost = |before: &Lead| route::is_open(before.state) && owner_of(before).is_some_and(|had| Some(had) != to);
        lost.extend(before.clone().filter(is_lost).map(|before| (lead, before)));
        if before.as_ref().and_then(owner_of) != to && others_had(reps, before.as_ref(), (&lead.segment, to)) {
            let more = open_tenders(effects, config, lead, now).await?;
            tenders.extend(more.into_iter().map(|(closes, record)| (closes, (record, lead))));
            keep_soonest(&mut tenders, OF_TURN);
        }
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut met: HashSet<EntryId> = HashSet::new();
    for (_, (record, lead)) in tenders {
        let (id, to) = (record.id, owner_of(lead));
        let Some(mut wanted) = wanted_of(effects, config, record, now).await? else { continue };
        let had = reps.iter().filter(|rep| wanted.of_rep(rep, now).next().is_some());
        let had: Vec<&Rep> = had.filter_map(|rep| config.rep(&rep.rep.id)).collect();
        wanted.after(effects, &turn.leads).await?;
        for rep in had.into_iter().filter(|rep| Some(&rep.rep.id) != to && wanted.of_rep(rep, now).next().is_none()) {
            let told = of_rep(config, rep, (lead.id, lead.revision), (id, to), now);
            entries.extend(told.filter(|entry| met.insert(entry.id)));
        }
    }
    for (lead, before) in lost {
        let Some(had) = owner_of(&before) else { continue };
        let rep = config.rep(had);
        // Who is not configured any more hears it when they are again; which way their letters went is not remembered.
        let ways = config.channels.iter().filter(|channel| rep.map_or(channel.carries_mail(), |rep| rep.channel == channel.id));
        for way in ways {
            if effects.store.told(&way.id, had, lead.id, before.revision.saturating_add(1)).await?.at.is_some() {
                let due = rep.map_or(now, |rep| rep.digest.next(now));
                entries.push(entry((&way.id, had), (lead.id, lead.revision), (None, owner_of(lead)), (now, due)));
            }
        }
    }
    turn.entries.extend(entries);
    Ok(())
}

fn keep_soonest<T>(tenders: &mut Vec<(Timestamp, T)>, most: usize) {
    tenders.sort_by_key(|(closes, _)| *closes);
    tenders.truncate(most);
}

/// Whether somebody else may have had tenders by a lead as it was: of one that is worked its owner alone has them, of one that was put away
/// nobody; where there was none, or another may have stood for it, whoever works the segment.
fn others_had(reps: &[Arc<Rep>], before: Option<&Lead>, (segment, to): (&SegmentId, Option<&RepId>)) -> bool {
    let mut others = reps.iter().filter(|rep| Some(&rep.rep.id) != to && rep.rep.works(segment));
    match before.map(|lead| (lead.state, owner_of(lead))) {
        Some((LeadState::Rejected | LeadState::Parked, _)) => false,
        Some((LeadState::New | LeadState::Accepted, Some(had))) => others.any(|rep| rep.rep.id == *had),
        Some((LeadState::New | LeadState::Accepted, None) | (LeadState::Below | LeadState::Excluded, _)) | None => others.next().is_some(),
    }
}

/// What is to be told of the tenders without a lead of somebody's own, of segments that others work by now.
pub(super) async fn of_others(effects: &Effects, config: &Config, reps: &[Arc<Rep>], now: Timestamp) -> Result<Vec<Entry>, StoreError> {
    let to_come = TenderWalk { by: TenderOrder::Due, from: Some(now), to: None, back: false, limit: OF_TURN };
    let works = |segment: &SegmentId| reps.iter().any(|rep| rep.rep.works(segment));
    let found = wanted(effects, config, (to_come, |row: &TenderRow| row.at.is_some()), works, now).await?.0;
    let (mut entries, mut met) = (Vec::new(), HashSet::new());
    for wanted in found.iter().filter(|wanted| is_live(&wanted.tender.record) && !wanted.tender.record.gone) {
        let record = wanted.tender.record.id;
        let to = holder(config, wanted, now).map(|rep| &rep.rep.id);
        for before in reps {
            let Some((looks, lead)) = wanted.of_rep(before, now).next() else { continue };
            let Some(rep) = config.rep(&before.rep.id).filter(|rep| wanted.of_rep(rep, now).next().is_none()) else { continue };
            let may_be = Lead::id_of(&looks.segment, Subject::Organisation(wanted.buyer.id));
            let lead = lead.map_or((may_be, 0), |lead| (lead.id, lead.revision));
            entries.extend(of_rep(config, rep, lead, (record, to), now).filter(|entry| met.insert(entry.id)));
        }
    }
    Ok(entries)
}

/// Who answers a tender, the first of them by the order of the files.
fn holder<'a>(config: &'a Config, wanted: &Wanted, now: Timestamp) -> Option<&'a Rep> {
    config.reps.iter().map(AsRef::as_ref).find(|rep: &&Rep| wanted.of_rep(rep, now).next().is_some())
}

/// The tenders of the buyer, and of the members of its group whose lead it is, that are known and can be answered, those that close first; with
/// when they do.
async fn open_tenders(effects: &Effects, config: &Config, lead: &Lead, now: Timestamp) -> Result<Vec<(Timestamp, Record)>, StoreError> {
    let Subject::Organisation(buyer) = lead.subject;
    let Some(organisation) = effects.store.organisation(buyer).await? else { return Ok(Vec::new()) };
    let mut records = group::beside(effects, config, (&organisation, lead)).await?;
    records.extend(effects.store.records(organisation.records).await?);
    let ends = |record: &Record| closings(record).iter().filter(|closing| !closing.is_over(now)).map(|closing| closing.at).min();
    records.retain(|record| is_live(record) && !record.gone);
    let records = records.into_iter().map(|record| first_open(&record, now).into_owned());
    let mut open: Vec<(Timestamp, Record)> = records.filter_map(|record| Some((ends(&record)?, record))).collect();
    open.sort_by_key(|(closes, record)| (*closes, record.id));
    open.truncate(TENDERS);
    Ok(open)
}

fn of_rep(config: &Config, rep: &Rep, lead: (LeadId, u32), (tender, to): (RecordId, Option<&RepId>), now: Timestamp) -> Option<Entry> {
    let channel = config.channel_of(rep)?;
    Some(entry((&channel.id, &rep.rep.id), lead, (Some(tender), to), (now, rep.digest.next(now))))
}

fn entry(
    (channel, rep): (&ChannelId, &RepId),
    (lead, revision): (LeadId, u32),
    (record, to): (Option<RecordId>, Option<&RepId>),
    (at, due): (Timestamp, Timestamp),
) -> Entry {
    let id = match record {
        Some(tender) => Entry::id_of_passed(channel, rep, (tender, to), at),
        None => Entry::id_of_loss(channel, rep, lead, revision),
    };
    Entry {
        id,
        channel: channel.clone(),
        rep: rep.clone(),
        lead,
        revision,
        lane: Lane::Digest,
        at,
        due,
        held: None,
        of_tender: Some(OfTender::Passed { record, to: to.cloned() }),
        closes: None,
        handed: None,
    }
}

/// Of these tenders those that can be answered still and are not the rep's, with who has them by now, put with what else is told of tenders. A tender
/// that is told of otherwise is left out. Returns the same of leads of which no such tender is told.
pub(super) async fn still_passed<'a>(
    effects: &Effects,
    (config, rep): (&Config, &Rep),
    passed: impl Iterator<Item = (&'a LeadId, Option<RecordId>)>,
    told: &mut Vec<Altered>,
    now: Timestamp,
) -> Result<Vec<(Lead, Holder)>, StoreError> {
    let mut leads: Vec<(Lead, Holder)> = Vec::new();
    let mut said: HashSet<LeadId> = HashSet::new();
    for (id, record) in passed {
        // It may have gone on since.
        let lead = effects.store.lead(*id).await?.filter(|lead| route::is_open(lead.state));
        let owner = lead.as_ref().and_then(owner_of).cloned();
        let owner = owner.as_ref();
        let Some(record) = record else {
            let theirs = owner == Some(&rep.rep.id);
            let lost = lead.filter(|lead| !theirs && !leads.iter().any(|(known, _)| known.id == lead.id));
            let with = owner.map_or(Holder::Nobody, |to| holder_of(config, to));
            leads.extend(lost.map(|lead| (lead, with)));
            continue;
        };
        let Some(record) = effects.store.records(vec![record]).await?.pop() else { continue };
        let Some(wanted) = wanted_of(effects, config, record, now).await? else { continue };
        let tender = &wanted.tender.record;
        let open = is_live(tender) && !tender.gone && closings(tender).iter().any(|closing| !closing.is_over(now));
        if !open || wanted.of_rep(rep, now).next().is_some() || told.iter().any(|known| known.tender.record.id == tender.id) {
            continue;
        }
        let to = owner.or_else(|| holder(config, &wanted, now).map(|rep| &rep.rep.id));
        let with = to.map_or(Holder::Nobody, |to| holder_of(config, to));
        told.push(Altered { tender: wanted.tender, signals: Vec::new(), with: Some(with), fits: Fits::Still });
        said.insert(*id);
    }
    leads.retain(|(lead, _)| !said.contains(&lead.id));
    Ok(leads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::day;

    #[test]
    fn of_too_many_tenders_those_that_close_first_are_looked_at() {
        let of = |days: &[i64]| days.iter().map(|at| (day(*at), *at)).collect::<Vec<_>>();
        for (all, more, want) in [
            (&[][..], &[2, 5][..], &[2, 5][..]),
            (&[2, 5], &[1, 3], &[1, 2, 3]),
            (&[1, 2, 3], &[4], &[1, 2, 3]),
            (&[7, 8, 9], &[1, 8], &[1, 7, 8]),
        ] {
            let mut tenders = of(all);
            tenders.extend(of(more));
            keep_soonest(&mut tenders, 3);
            assert_eq!(tenders, of(want), "{all:?} {more:?}");
        }
    }
}
