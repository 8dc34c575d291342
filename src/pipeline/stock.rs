//! What a tender portal held when it was added and matters still: told in the first digest after the baseline, which is quiet otherwise.
//! Counted when the digest is made. Writes nothing.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Effects;
use super::closing::Behind;
use super::held::known_since;
use super::linked::linked;
use super::news::revise;
use super::wanted::wanted;
use crate::base::ids::{RecordId, SegmentId};
use crate::config::{Config, Rep, Source};
use crate::deliver::Settings;
use crate::extract::Kind;
use crate::model::{MessageKind, MessageState, Organisation, Record, Signal, SignalKind, Stage, Story, closings};
use crate::render::Stock;
use crate::resolve;
use crate::route::{self, Cause};
use crate::store::{MessageFilter, StoreError, TenderOrder, TenderRow, TenderWalk};

/// Tenders, and contracts, of one source that are looked at.
const LOOKED: usize = 2_000;
/// Deadlines that are named.
const NAMED: usize = 5;
/// A baseline that ended longer ago is not told of.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 31);
/// Messages of one recipient looked through for an earlier digest.
const MESSAGES: usize = 200;

/// What the tender sources that feed a rep held when they were added, of each that no digest to them has told of; those that hand their baseline
/// over tell it themselves. Of those that are `told` otherwise in the same letter none is named.
pub(super) async fn stock(
    effects: &Effects,
    config: &Config,
    (rep, channel): (&Rep, &Settings),
    told: &HashSet<RecordId>,
    now: Timestamp,
) -> Result<Vec<Stock>, StoreError> {
    let (mut all, mut met) = (Vec::new(), HashSet::new());
    for source in config.feeding(rep) {
        if source.reader.kind() != Kind::Tenders || source.hands_over {
            continue;
        }
        let Some(until) = known_since(effects, source).await?.filter(|until| now.duration_since(*until) <= RECENT) else { continue };
        if !had_digest(effects, channel, rep, until).await? {
            all.push(of_source(effects, (config, rep, source), (until, told), &mut met, now).await?);
        }
    }
    Ok(all)
}

/// Whether a digest has left for a rep since then.
async fn had_digest(effects: &Effects, channel: &Settings, rep: &Rep, since: Timestamp) -> Result<bool, StoreError> {
    let filter = MessageFilter { channel: Some(channel.id.clone()), recipient: Some(rep.rep.email.clone()), ..MessageFilter::default() };
    let found = effects.store.messages(filter, MESSAGES).await?;
    Ok(found.iter().any(|message| {
        message.kind == MessageKind::Digest && message.made >= since && !matches!(message.state, MessageState::Suppressed { .. })
    }))
}

async fn of_source(
    effects: &Effects,
    (config, rep, source): (&Config, &Rep, &Source),
    (until, told): (Timestamp, &HashSet<RecordId>),
    met: &mut HashSet<RecordId>,
    now: Timestamp,
) -> Result<Stock, StoreError> {
    let id = source.id.to_string();
    let walk = |by: TenderOrder| TenderWalk { by, from: Some(now), to: None, back: false, limit: LOOKED };
    let of_it = move |row: &TenderRow| row.source == id && row.first_seen <= until;
    let held = of_it.clone();
    let takes = move |row: &TenderRow| {
        let stage = Stage::from_word(&row.stage).unwrap_or(Stage::Unknown);
        held(row) && (stage == Stage::Open || (stage == Stage::Unknown && row.at.is_some()))
    };
    let works = |segment: &SegmentId| rep.rep.works(segment);
    let (open, all_open) = wanted(effects, config, (walk(TenderOrder::Due), takes), works, now).await?;
    let (ends, all_ends) = effects.store.tenders(walk(TenderOrder::Ends), of_it).await?;
    let mut theirs: Vec<Record> =
        open.into_iter().filter(|one| one.of_rep(rep, now).next().is_some()).map(|one| one.tender.record).collect();
    let mut own = HashSet::new();
    theirs.retain(|record| own.insert(record.id));
    let all = theirs.len();
    // What an earlier source has too is told once.
    theirs.retain(|record| met.insert(record.id));
    let open = theirs.len();
    theirs.retain(|record| !told.contains(&record.id));
    let untold = theirs.len();
    theirs.retain(|record| closings(record).iter().any(|closing| closing.name.as_str() == "deadline"));
    let mut stock = Stock {
        source: source.title.clone(),
        id: source.id.to_string(),
        open,
        again: all - open,
        contracts: 0,
        more: !all_open || !all_ends,
        told: open - untold,
        undated: untold - theirs.len(),
        next: theirs.into_iter().take(NAMED).collect(),
    };
    // A contract of several lots is one.
    let mut contracts: Vec<RecordId> = ends.iter().map(|row| row.tender).collect();
    contracts.sort_unstable();
    contracts.dedup();
    for record in effects.store.records(contracts).await? {
        if is_for(config, rep, (source, &record), now) {
            let others = linked(effects, &record).await?;
            stock.contracts += usize::from(!others.iter().any(|other| met.contains(&other.id)));
            met.insert(record.id);
        }
    }
    Ok(stock)
}

fn expiring(record: &Record, buyer: &Organisation, now: Timestamp) -> Option<Signal> {
    let named = ["contract_end", "title"].into_iter().find_map(|field| record.evidence(field));
    Some(Signal {
        kind: SignalKind::ContractExpiring,
        organisation: buyer.id,
        record: record.id,
        at: now,
        seen: now,
        story: Story::Appeared { title: record.title(), by: None, with: None, on: None },
        evidence: named?,
        echo: false,
    })
}

/// Whether a segment of this rep would make a lead of a contract's buyer, if this contract and its end were all there is of it.
fn is_for(config: &Config, rep: &Rep, (source, record): (&Source, &Record), now: Timestamp) -> bool {
    let identity = resolve::identify(record, source.about());
    let buyer = resolve::merge(record, &identity, resolve::Met::default(), now).organisation;
    let signals: Vec<Signal> = expiring(record, &buyer, now).into_iter().collect();
    let behind =
        Behind { organisation: &buyer, records: std::slice::from_ref(record), elsewhere: &[], signals: &signals, news: None, members: &[] };
    let revised = revise(config, &config.segments, (&[], Cause::News(&signals)), &behind, now);
    revised.iter().any(|revised| route::for_rep(revised.lead.state) && rep.rep.works(&revised.segment.terms.segment))
}
