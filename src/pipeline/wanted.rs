//! Which tenders the segments look for, each by itself alone: those that would make a lead of their buyer if they had just appeared, whether or
//! not there is one. One answer for calendars, reminders, first digests and news of tenders. Found by walking the tenders by their deadlines; what was found of
//! each is remembered by what it says, as long as the rules stay the same. Writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Effects;
use super::closing::Behind;
use super::forget::identity;
use super::fresh::Fresh;
use super::group::Groups;
use super::linked::{linked, whole};
use super::news::{revise, signals_of};
use super::sought::{self, Sought, sought};
use crate::base::ids::{ContentHash, OrganisationId, RecordId, SegmentId, SourceId};
use crate::config::{Config, Rep};
use crate::model::{
    Change, ChangeKind, Field, FieldName, Joined, Lead, LeadState, Listings, Organisation, Record, Signal, Stage, Subject, Value, deadline,
    is_live, stage,
};
use crate::route::{self, Cause};
use crate::store::{StoreError, TenderRow, TenderWalk};
use crate::{resolve, score};

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
    tenders: HashMap<RecordId, (u64, Vec<Looks>)>,
}

impl Found {
    /// The segments that look for the tender of a row; `None`: nobody judged it by these rules, as it is now.
    fn of(&self, rules: ContentHash, row: &TenderRow) -> Option<Vec<Looks>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.tenders.get(&row.record).filter(|(says, _)| kept.rules == rules && *says == row.says);
        known.map(|(_, segments)| segments.clone())
    }

    fn put(&self, rules: ContentHash, row: &TenderRow, segments: Vec<Looks>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.rules != rules || kept.tenders.len() >= KNOWN {
            *kept = Kept { rules, tenders: HashMap::new() };
        }
        kept.tenders.insert(row.record, (row.says, segments));
        metrics::gauge!(crate::telemetry::JUDGED).set(kept.tenders.len() as f64);
    }
}

/// A segment that looks for a tender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Looks {
    /// Which.
    pub(super) segment: SegmentId,
    /// What the tender alone would come to when it was first seen, in hundredths of a point.
    pub(super) total: i64,
}

/// A tender that segments look for, with what is known of its buyer.
pub(super) struct Wanted {
    /// As all portals tell it.
    pub(super) tender: Joined,
    /// Who looks for it.
    pub(super) segments: Vec<Looks>,
    /// Who buys, as the first portal says.
    pub(super) buyer: Organisation,
    /// Who buys, as other portals say, and the head offices of all of them.
    others: Vec<Organisation>,
    /// All whom portals name as buyers, each with its head office, if it has one.
    heads: BTreeMap<OrganisationId, Option<OrganisationId>>,
    /// The leads of all of these.
    leads: Vec<Lead>,
    /// What segments made of it that did not look for it all the time.
    sought: Vec<Sought>,
    /// What is to be remembered of that from now on, where the record's change turned it.
    pub(super) turned: Option<Vec<Sought>>,
}

impl Wanted {
    /// The segments for which it is a rep's to answer, each with its lead, if there is one.
    pub(super) fn of_rep<'a>(&'a self, rep: &'a Rep, now: Timestamp) -> impl Iterator<Item = (&'a Looks, Option<&'a Lead>)> {
        let seen = self.segments.iter().flat_map(|looks| {
            let leads = self.leads_in(&looks.segment);
            let none = leads.is_empty().then_some(None);
            leads.into_iter().map(Some).chain(none).map(move |lead| (looks, lead))
        });
        seen.filter(move |(looks, lead)| route::answers(&rep.rep, &looks.segment, *lead, &self.buyer, now))
    }

    /// Whether it is to be answered for a segment: nobody turned its buyer down there.
    pub(super) fn is_of(&self, segment: &SegmentId) -> bool {
        let leads = self.leads_in(segment);
        self.segments.iter().any(|looks| looks.segment == *segment)
            && (leads.is_empty() || leads.iter().any(|lead| route::is_open(lead.state)))
    }

    /// The lead of each buyer; of one that has none, or one that is below the line, that of its head office.
    fn leads_in(&self, segment: &SegmentId) -> Vec<&Lead> {
        let of = |id: OrganisationId| self.leads.iter().find(|lead| lead.segment == *segment && lead.subject == Subject::Organisation(id));
        let of_buyer = |(buyer, head): (&OrganisationId, &Option<OrganisationId>)| {
            let own = of(*buyer);
            let above = head.and_then(of).filter(|lead| lead.state != LeadState::Excluded);
            above.filter(|_| own.is_none_or(|own| own.state == LeadState::Below)).or(own)
        };
        let mut leads: Vec<&Lead> = self.heads.iter().filter_map(of_buyer).collect();
        let mut seen = HashSet::new();
        leads.retain(|lead| seen.insert(lead.id));
        leads
    }

    /// When it became what the segments look for, for which it is a rep's to answer; `None`: one of them did so from the start.
    pub(super) fn began(&self, rep: &Rep, now: Timestamp) -> Option<Timestamp> {
        let began = |looks: &Looks| self.sought.iter().find(|one| one.segment == looks.segment)?.began;
        let all: Option<Vec<Timestamp>> = self.of_rep(rep, now).map(|(looks, _)| began(looks)).collect();
        all?.into_iter().min()
    }

    /// Since when none of the segments looks for it any more, for which it is a rep's to answer.
    pub(super) fn left(&self, rep: &Rep, now: Timestamp) -> Option<Timestamp> {
        let left = |looks: &Looks| self.sought.iter().find(|one| one.segment == looks.segment)?.left;
        let all: Option<Vec<Timestamp>> = self.of_rep(rep, now).map(|(looks, _)| left(looks)).collect();
        all?.into_iter().max()
    }

    /// When it became again what all of the segments look for, for which it is a rep's to answer.
    pub(super) fn back(&self, rep: &Rep, now: Timestamp) -> Option<Timestamp> {
        let back = |looks: &Looks| self.sought.iter().find(|one| one.segment == looks.segment)?.back;
        let all: Option<Vec<Timestamp>> = self.of_rep(rep, now).map(|(looks, _)| back(looks)).collect();
        all?.into_iter().min()
    }

    /// The leads for which it is a rep's to answer.
    pub(super) fn leads_of<'a>(&'a self, rep: &'a Rep, now: Timestamp) -> impl Iterator<Item = &'a Lead> {
        self.of_rep(rep, now).filter_map(|(_, lead)| lead)
    }

    /// The segments that look for it as one of the tenders of a lead of its buyers, as these records say.
    fn as_leads(&self, config: &Config, records: &[Record], now: Timestamp) -> Vec<Looks> {
        let known = self.leads.iter().filter(|lead| route::for_rep(lead.state) && self.leads_in(&lead.segment).contains(lead));
        let looks = known.filter_map(|lead| {
            let Subject::Organisation(subject) = lead.subject;
            let buyer = std::iter::once(&self.buyer).chain(&self.others).find(|buyer| buyer.id == subject)?;
            let listed = config.lists.find(buyer);
            let is_of_it = |record: &Record| is_wanted(config, lead, (buyer, &listed), record, now);
            records.iter().any(is_of_it).then(|| Looks { segment: lead.segment.clone(), total: 0 })
        });
        looks.collect()
    }

    /// With the leads of its buyers and their head offices as a turn that is not stored yet leaves them.
    pub(super) async fn after(&mut self, effects: &Effects, leads: &[Lead]) -> Result<(), StoreError> {
        for (buyer, head) in self.heads.clone() {
            self.beside(effects, (buyer, head), leads).await?;
        }
        Ok(())
    }

    /// With the leads of a buyer and its head office as a turn that is not stored yet leaves them.
    pub(super) async fn beside(
        &mut self,
        effects: &Effects,
        (buyer, head): (OrganisationId, Option<OrganisationId>),
        leads: &[Lead],
    ) -> Result<(), StoreError> {
        self.heads.insert(buyer, head);
        if let Some(head) = head.filter(|head| !self.leads.iter().any(|lead| lead.subject == Subject::Organisation(*head))) {
            self.leads.extend(effects.store.leads_of(Subject::Organisation(head)).await?);
        }
        let theirs = |lead: &&Lead| {
            let Subject::Organisation(id) = lead.subject;
            id == buyer || Some(id) == head || self.leads.iter().any(|known| known.id == lead.id)
        };
        let new: Vec<Lead> = leads.iter().filter(theirs).cloned().collect();
        self.leads.retain(|lead| !new.iter().any(|new| new.id == lead.id));
        self.leads.extend(new);
        Ok(())
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
    let mut looked: HashMap<RecordId, Vec<Looks>> =
        rows.iter().filter_map(|row| Some((row.record, effects.found.of(rules, row)?))).collect();
    let unknown: Vec<&TenderRow> = rows.iter().filter(|row| !looked.contains_key(&row.record)).collect();
    for rows in unknown.chunks(STEP) {
        let records = effects.store.records(rows.iter().map(|row| row.record).collect()).await?;
        for row in rows {
            let record = records.iter().find(|record| record.id == row.record);
            let segments = match record {
                Some(record) => now_or_at_its_end(effects, config, record).await?,
                None => Vec::new(),
            };
            effects.found.put(rules, row, segments.clone());
            looked.insert(row.record, segments);
        }
        tokio::task::yield_now().await;
    }
    let mut wanted = Vec::new();
    for row in &rows {
        let segments = looked.remove(&row.record).unwrap_or_default();
        if !segments.iter().any(|looks| whose(&looks.segment)) {
            continue;
        }
        if wanted.len() == most {
            all = false;
            break;
        }
        if let Some(record) = effects.store.records(vec![row.record]).await?.pop() {
            let mut all = linked(effects, &record).await?;
            all.insert(0, record);
            wanted.push(with_buyers(effects, config, (all, segments), now).await?);
        }
    }
    Ok((wanted, all))
}

/// What segments look for in a record; one that is over is what it was when it could be answered.
async fn now_or_at_its_end(effects: &Effects, config: &Config, record: &Record) -> Result<Vec<Looks>, StoreError> {
    let mut segments = looked_for(config, record);
    if !is_live(record) {
        let until = sought(effects, record.id).await?.into_iter().map(|one| Looks { segment: one.segment, total: 0 });
        add(&mut segments, until);
    }
    Ok(segments)
}

/// Each segment once, with the best that it makes of it.
fn add(all: &mut Vec<Looks>, more: impl IntoIterator<Item = Looks>) {
    for looks in more {
        match all.iter_mut().find(|known| known.segment == looks.segment) {
            Some(known) => known.total = known.total.max(looks.total),
            None => all.push(looks),
        }
    }
}

/// A record's tender, if some segment looks for it as this portal or another tells it, by itself or as one of a lead's, or did so before: whoever was
/// told of it hears what becomes of it.
pub(super) async fn wanted_of(effects: &Effects, config: &Config, record: Record, now: Timestamp) -> Result<Option<Wanted>, StoreError> {
    wanted_after(effects, config, (record, None), now).await
}

/// The same of a record that a turn changes, which is `before` in the store.
pub(super) async fn wanted_after(
    effects: &Effects,
    config: &Config,
    (record, before): (Record, Option<&Record>),
    now: Timestamp,
) -> Result<Option<Wanted>, StoreError> {
    let (id, mut all) = (record.id, linked(effects, &record).await?);
    let of_all = |records: &[&Record]| {
        let mut segments = Vec::new();
        for one in records {
            add(&mut segments, looked_for(config, one));
        }
        segments
    };
    let others: Vec<&Record> = all.iter().collect();
    let until = before.map(|before| of_all(&[&others[..], &[before]].concat()));
    all.insert(0, record);
    let segments = of_all(&all.iter().collect::<Vec<_>>());
    let mut wanted = with_buyers(effects, config, (all.clone(), segments), now).await?;
    let own = wanted.as_leads(config, &all, now);
    add(&mut wanted.segments, own);
    if let (Some(mut until), Some(before)) = (until, before) {
        let others = all[1..].iter().chain([before]).cloned().collect::<Vec<_>>();
        add(&mut until, wanted.as_leads(config, &others, now));
        let ids = |looks: &[Looks]| looks.iter().map(|looks| looks.segment.clone()).collect::<Vec<_>>();
        let known = sought(effects, id).await?;
        // What nobody could answer when it was first seen was nobody's then, whatever it said, and is told as it ends.
        let open = is_live(before) && deadline(before).is_none_or(|closing| !closing.is_over(before.first_seen));
        let begin = if open || is_live(&all[0]) { ids(&wanted.segments) } else { Vec::new() };
        let stay = ids(&until).into_iter().filter(|segment| wanted.segments.iter().any(|looks| looks.segment == *segment));
        let looking: Vec<SegmentId> = begin.into_iter().chain(stay).collect();
        wanted.turned = sought::turned(&known, (&ids(&until), &looking), (now, is_live(&all[0])));
        add(&mut wanted.segments, until);
    }
    for one in &all {
        wanted.sought.extend(sought(effects, one.id).await?);
    }
    if let Some(turned) = &wanted.turned {
        wanted.sought.splice(0..0, turned.iter().cloned());
    }
    let known = wanted.sought.iter().filter(|one| config.segments.iter().any(|segment| segment.terms.segment == one.segment));
    let known: Vec<Looks> = known.map(|one| Looks { segment: one.segment.clone(), total: 0 }).collect();
    add(&mut wanted.segments, known);
    Ok(Some(wanted).filter(|wanted| !wanted.segments.is_empty()))
}

/// Whether a tender of the buyer who is this lead is what its segment looks for.
pub(super) fn is_wanted(
    config: &Config,
    lead: &Lead,
    (organisation, listed): (&Organisation, &Listings),
    record: &Record,
    now: Timestamp,
) -> bool {
    let trust_of = |id: &SourceId| config.trust(id);
    // Of this record alone: a ministry has thousands.
    let known = score::Known {
        organisation: &config.placed(organisation),
        records: std::slice::from_ref(record),
        elsewhere: &[],
        signals: &[],
        listed,
        tables: &config.lexicons.tables,
        trust_of: &trust_of,
    };
    let segment = config.segments.iter().find(|segment| segment.terms.segment == lead.segment);
    segment.is_some_and(|segment| score::concerns(segment, &known, record.id, now))
}

/// The tender of these records, of which there is one at least, with its buyers.
async fn with_buyers(
    effects: &Effects,
    config: &Config,
    (records, segments): (Vec<Record>, Vec<Looks>),
    now: Timestamp,
) -> Result<Wanted, StoreError> {
    let (mut buyers, mut above, mut leads): (Vec<Organisation>, Vec<Organisation>, Vec<Lead>) = (Vec::new(), Vec::new(), Vec::new());
    let mut heads = BTreeMap::new();
    let fresh = Fresh::default();
    let groups = Groups { effects, config, fresh: &fresh, at: now };
    for record in &records {
        let identity = identity(config, record);
        let found = effects.store.organisations_by_keys(identity.keys.clone()).await?;
        let owner = resolve::owner(&identity, &found);
        let known = found.into_iter().find(|organisation| owner == Some(organisation.id));
        let buyer = match known {
            Some(buyer) if heads.contains_key(&buyer.id) => continue,
            Some(buyer) => buyer,
            None => resolve::merge(record, &identity, resolve::Met::default(), now).organisation,
        };
        let head = groups.head(&buyer).await?;
        heads.insert(buyer.id, head.as_ref().map(|head| head.id));
        above.extend(head);
        buyers.push(buyer);
    }
    let buyer = buyers.remove(0);
    buyers.extend(above);
    let mut seen = BTreeSet::new();
    for one in std::iter::once(&buyer).chain(&buyers).filter(|one| seen.insert(one.id)) {
        leads.extend(effects.store.leads_of(Subject::Organisation(one.id)).await?);
    }
    let buyer = config.placed(&buyer).into_owned();
    Ok(Wanted { tender: whole(config, records, now), segments, buyer, others: buyers, heads, leads, sought: Vec::new(), turned: None })
}

/// By what tenders are judged: the rules, and what is known of the sources.
fn rules(config: &Config) -> ContentHash {
    let sources: Vec<(ContentHash, bool)> = config.sources.iter().map(|source| (source.spec_hash, source.enabled)).collect();
    ContentHash::of(format!("{:?} {sources:?}", config.rules()).as_bytes())
}

/// The segments that would make a lead of a tender's buyer if this record had just appeared and were all there is.
fn looked_for(config: &Config, record: &Record) -> Vec<Looks> {
    let Some(source) = config.source(&record.source).filter(|source| source.enabled) else { return Vec::new() };
    let record = as_when_first_seen(record);
    let at = record.first_seen;
    let identity = resolve::identify(&record, source.about());
    let buyer = resolve::merge(&record, &identity, resolve::Met::default(), at).organisation;
    let change = Change { source: source.id.clone(), record: record.id, kind: ChangeKind::Appeared, at, baseline: false };
    let signals: Vec<Signal> = signals_of(config, source.as_ref().into(), (&change, &record), buyer.id, at).into_iter().take(1).collect();
    let signals: Vec<Signal> = signals.into_iter().map(|signal| Signal { at, seen: at, ..signal }).collect();
    let behind = Behind {
        organisation: &buyer,
        records: std::slice::from_ref(&record),
        elsewhere: &[],
        signals: &signals,
        news: None,
        members: &[],
    };
    let revised = revise(config, &config.segments, (&[], Cause::News(&signals)), &behind, at);
    let leads = revised.into_iter().map(|revised| revised.lead).filter(|lead| route::for_rep(lead.state));
    leads.map(|lead| Looks { total: lead.score.total(), segment: lead.segment }).collect()
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
