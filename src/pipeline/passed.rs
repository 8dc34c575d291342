//! Tenders that went to somebody else: when their buyer becomes another's lead, whoever had them in their calendar is told so once, with their next
//! digest. Makes no lead.

use std::collections::HashSet;

use jiff::Timestamp;

use super::altered::Altered;
use super::news::owner_of;
use super::wanted::wanted_of;
use super::{Effects, group};
use crate::base::ids::{EntryId, LeadId, RecordId, RepId};
use crate::config::{Config, Rep};
use crate::model::{Entry, Lane, Lead, OfTender, Record, Subject, Turn, closings, is_live};
use crate::route;
use crate::store::StoreError;

/// Tenders of one buyer that are looked at, those that close first: nobody has more of one in their calendar.
const TENDERS: usize = 100;

/// Puts into the turn what of its leads went from one to another, or from all to one.
pub(super) async fn tell(effects: &Effects, config: &Config, turn: &mut Turn, now: Timestamp) -> Result<(), StoreError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut met: HashSet<EntryId> = HashSet::new();
    for lead in &turn.leads {
        let Some(to) = owner_of(lead).filter(|_| route::is_open(lead.state)) else { continue };
        if effects.store.lead(lead.id).await?.as_ref().and_then(owner_of) == Some(to) {
            continue;
        }
        for record in open_tenders(effects, config, lead, now).await? {
            let id = record.id;
            let Some(mut wanted) = wanted_of(effects, config, record, now).await? else { continue };
            let had: Vec<&Rep> = config.reps.iter().map(AsRef::as_ref).filter(|rep| wanted.of_rep(rep, now).next().is_some()).collect();
            wanted.after(effects, &turn.leads).await?;
            for rep in had.into_iter().filter(|rep| rep.rep.id != *to && wanted.of_rep(rep, now).next().is_none()) {
                entries.extend(entry(config, rep, lead, (id, to), now).filter(|entry| met.insert(entry.id)));
            }
        }
    }
    turn.entries.extend(entries);
    Ok(())
}

/// The tenders of the buyer, and of the members of its group whose lead it is, that are known and can be answered, those that close first.
async fn open_tenders(effects: &Effects, config: &Config, lead: &Lead, now: Timestamp) -> Result<Vec<Record>, StoreError> {
    let Subject::Organisation(buyer) = lead.subject;
    let Some(organisation) = effects.store.organisation(buyer).await? else { return Ok(Vec::new()) };
    let mut records = group::beside(effects, config, (&organisation, lead)).await?;
    records.extend(effects.store.records(organisation.records).await?);
    let ends = |record: &Record| closings(record).iter().filter(|closing| !closing.is_over(now)).map(|closing| closing.at).min();
    records.retain(|record| is_live(record) && !record.gone && ends(record).is_some());
    records.sort_by_key(|record| (ends(record), record.id));
    records.truncate(TENDERS);
    Ok(records)
}

fn entry(config: &Config, rep: &Rep, lead: &Lead, (record, to): (RecordId, &RepId), now: Timestamp) -> Option<Entry> {
    let channel = config.channel_of(rep)?;
    Some(Entry {
        id: Entry::id_of_passed(&channel.id, &rep.rep.id, (record, to), now),
        channel: channel.id.clone(),
        rep: rep.rep.id.clone(),
        lead: lead.id,
        revision: lead.revision,
        lane: Lane::Digest,
        at: now,
        due: rep.digest.next(now),
        held: None,
        of_tender: Some(OfTender::Passed { record, to: to.clone() }),
        closes: None,
        handed: None,
    })
}

/// Of these tenders those that can be answered still and are not the rep's, with who has them. A tender that is told of otherwise is left out.
pub(super) async fn still_passed<'a>(
    effects: &Effects,
    (config, rep): (&Config, &Rep),
    passed: impl Iterator<Item = (&'a LeadId, (RecordId, &'a RepId))>,
    told: &mut Vec<Altered>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (_, (record, to)) in passed {
        let Some(record) = effects.store.records(vec![record]).await?.pop() else { continue };
        let Some(wanted) = wanted_of(effects, config, record, now).await? else { continue };
        let tender = &wanted.tender.record;
        let open = is_live(tender) && !tender.gone && closings(tender).iter().any(|closing| !closing.is_over(now));
        if !open || wanted.of_rep(rep, now).next().is_some() || told.iter().any(|known| known.tender.record.id == tender.id) {
            continue;
        }
        let with = config.rep(to).map_or_else(|| to.to_string(), |rep| rep.rep.name.clone());
        told.push(Altered { tender: wanted.tender, signals: Vec::new(), with: Some(with) });
    }
    Ok(())
}
