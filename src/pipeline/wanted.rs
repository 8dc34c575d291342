//! Which tenders the segments look for, each by itself alone: those that would make a lead of their buyer if they had just appeared, whether or
//! not there is one. One answer for calendars, reminders and first digests. Found by walking the tenders by their deadlines; what was found of
//! each is remembered by what it says, as long as the rules stay the same. Writes nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Effects;
use super::forget::identity;
use super::linked::{linked, whole_tender};
use super::news::{revise, signals_of};
use crate::base::ids::{ContentHash, RecordId, SegmentId};
use crate::config::{Config, Rep};
use crate::model::{Change, ChangeKind, Field, FieldName, Joined, Lead, Organisation, Record, Signal, Stage, Subject, Value, stage};
use crate::resolve;
use crate::route::{self, Cause};
use crate::store::{StoreError, TenderRow, TenderWalk};

/// Rows that are looked at more closely in one walk: those that nobody judged yet, and those that some segment looks for.
const LOOKED: usize = 50_000;
/// Tenders judged in one go.
const STEP: usize = 200;
/// Tenders remembered; beyond it all are forgotten, and found again.
const KNOWN: usize = 300_000;

/// What was found of tenders, by the rules of one configuration.
#[derive(Clone, Default)]
pub struct Found(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    rules: ContentHash,
    tenders: HashMap<RecordId, (u64, Vec<SegmentId>)>,
}

impl Found {
    /// The segments that look for the tender of a row; `None`: nobody judged it by these rules, as it is now.
    fn of(&self, rules: ContentHash, row: &TenderRow) -> Option<Vec<SegmentId>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.tenders.get(&row.record).filter(|(says, _)| kept.rules == rules && *says == row.says);
        known.map(|(_, segments)| segments.clone())
    }

    fn put(&self, rules: ContentHash, row: &TenderRow, segments: Vec<SegmentId>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.rules != rules || kept.tenders.len() >= KNOWN {
            *kept = Kept { rules, tenders: HashMap::new() };
        }
        kept.tenders.insert(row.record, (row.says, segments));
    }
}

/// A tender that segments look for, with what is known of its buyer.
pub(super) struct Wanted {
    /// As all portals tell it.
    pub(super) tender: Joined,
    /// Who looks for it.
    pub(super) segments: Vec<SegmentId>,
    /// Who buys.
    pub(super) buyer: Organisation,
    /// Their leads.
    leads: Vec<Lead>,
}

impl Wanted {
    /// The segments for which it is a rep's to answer, each with its lead, if there is one.
    pub(super) fn of_rep<'a>(&'a self, rep: &'a Rep, now: Timestamp) -> impl Iterator<Item = (&'a SegmentId, Option<&'a Lead>)> {
        let seen = self.segments.iter().map(|segment| (segment, self.lead(segment)));
        seen.filter(move |(segment, lead)| route::answers(&rep.rep, segment, *lead, &self.buyer, now))
    }

    /// Whether it is to be answered for a segment: nobody turned its buyer down there.
    pub(super) fn is_of(&self, segment: &SegmentId) -> bool {
        self.segments.contains(segment) && self.lead(segment).is_none_or(|lead| route::is_open(lead.state))
    }

    fn lead(&self, segment: &SegmentId) -> Option<&Lead> {
        self.leads.iter().find(|lead| lead.segment == *segment)
    }
}

/// The tenders of a stretch of time that segments look for: the first of `most` that `whose` asks for, in the order of the walk. Of several
/// records of one tender each has its place. Whether that is all of them.
pub(super) async fn wanted(
    effects: &Effects,
    config: &Config,
    (walk, takes): (TenderWalk, impl Fn(&TenderRow) -> bool + Send + 'static),
    whose: impl Fn(&SegmentId) -> bool,
    now: Timestamp,
) -> Result<(Vec<Wanted>, bool), StoreError> {
    let rules = rules(config);
    let known = effects.found.clone();
    let most = walk.limit;
    let may = move |row: &TenderRow| takes(row) && known.of(rules, row).is_none_or(|segments| !segments.is_empty());
    let (rows, mut all) = effects.store.tenders(TenderWalk { limit: LOOKED, ..walk }, may).await?;
    // Of this walk alone: another with other rules may empty what is shared at any time.
    let mut looked: HashMap<RecordId, Vec<SegmentId>> =
        rows.iter().filter_map(|row| Some((row.record, effects.found.of(rules, row)?))).collect();
    let unknown: Vec<&TenderRow> = rows.iter().filter(|row| !looked.contains_key(&row.record)).collect();
    for rows in unknown.chunks(STEP) {
        let records = effects.store.records(rows.iter().map(|row| row.record).collect()).await?;
        for row in rows {
            let record = records.iter().find(|record| record.id == row.record);
            let segments = record.map_or_else(Vec::new, |record| looked_for(config, record));
            effects.found.put(rules, row, segments.clone());
            looked.insert(row.record, segments);
        }
        tokio::task::yield_now().await;
    }
    let mut wanted = Vec::new();
    for row in &rows {
        let segments = looked.remove(&row.record).unwrap_or_default();
        if !segments.iter().any(&whose) {
            continue;
        }
        if wanted.len() == most {
            all = false;
            break;
        }
        if let Some(record) = effects.store.records(vec![row.record]).await?.pop() {
            wanted.push(with_buyer(effects, config, (record, segments), now).await?);
        }
    }
    Ok((wanted, all))
}

/// A record's tender, if some segment looks for it as this portal or another tells it.
pub(super) async fn wanted_of(effects: &Effects, config: &Config, record: Record, now: Timestamp) -> Result<Option<Wanted>, StoreError> {
    let others = linked(effects, &record).await?;
    for one in std::iter::once(record).chain(others) {
        let segments = looked_for(config, &one);
        if !segments.is_empty() {
            return with_buyer(effects, config, (one, segments), now).await.map(Some);
        }
    }
    Ok(None)
}

async fn with_buyer(
    effects: &Effects,
    config: &Config,
    (record, segments): (Record, Vec<SegmentId>),
    now: Timestamp,
) -> Result<Wanted, StoreError> {
    let identity = identity(config, &record);
    let found = effects.store.organisations_by_keys(identity.keys.clone()).await?;
    let owner = resolve::owner(&identity, &found);
    let known = found.into_iter().find(|organisation| owner == Some(organisation.id));
    let leads = match &known {
        Some(buyer) => effects.store.leads_of(Subject::Organisation(buyer.id)).await?,
        None => Vec::new(),
    };
    let buyer = known.unwrap_or_else(|| resolve::merge(&record, &identity, resolve::Met::default(), now).organisation);
    Ok(Wanted { tender: whole_tender(effects, config, record, now).await?, segments, buyer, leads })
}

/// By what tenders are judged: the rules, and what is known of the sources.
fn rules(config: &Config) -> ContentHash {
    let sources: Vec<(ContentHash, bool)> = config.sources.iter().map(|source| (source.spec_hash, source.enabled)).collect();
    ContentHash::of(format!("{:?} {sources:?}", config.rules()).as_bytes())
}

/// The segments that would make a lead of a tender's buyer if this record had just appeared and were all there is.
fn looked_for(config: &Config, record: &Record) -> Vec<SegmentId> {
    let Some(source) = config.source(&record.source).filter(|source| source.enabled) else { return Vec::new() };
    let record = as_when_first_seen(record);
    let at = record.first_seen;
    let identity = resolve::identify(&record, source.about());
    let buyer = resolve::merge(&record, &identity, resolve::Met::default(), at).organisation;
    let change = Change { source: source.id.clone(), record: record.id, kind: ChangeKind::Appeared, at, baseline: false };
    let signals: Vec<Signal> = signals_of(config, source.as_ref().into(), (&change, &record), buyer.id, at).into_iter().take(1).collect();
    let signals: Vec<Signal> = signals.into_iter().map(|signal| Signal { at, seen: at, ..signal }).collect();
    let revised = revise(config, (&buyer, Cause::News(&signals)), &[], (std::slice::from_ref(&record), &signals), at);
    revised.into_iter().filter(|revised| route::for_rep(revised.lead.state)).map(|revised| revised.lead.segment).collect()
}

/// A tender as it says now, if all of it had been known when it was first seen and it could be answered then: so that it is looked for until
/// it is over, whatever becomes of it and however near its deadline is.
fn as_when_first_seen(record: &Record) -> Record {
    let mut record = Record { gone: false, changed: record.first_seen, ..record.clone() };
    let ended = !stage(&record).is_live() || stage(&record) == Stage::Suspended;
    for (name, field) in &mut record.fields {
        let value =
            if ended && *name == FieldName::new("stage") { Value::Text(Stage::Open.word().to_owned()) } else { field.value.clone() };
        *field = Field { value, first_seen: record.first_seen, ..field.clone() };
    }
    record
}
