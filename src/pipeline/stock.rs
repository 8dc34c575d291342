//! What a tender portal held when it was added and matters still: told in the first digest after the baseline, which is quiet otherwise.
//! Counted when the digest is made. Writes nothing.

use jiff::{SignedDuration, Timestamp};

use super::Effects;
use super::held::known_since;
use super::news::{revise, signals_of};
use crate::base::ids::RecordId;
use crate::config::{Config, Rep, Source};
use crate::deliver::Settings;
use crate::extract::Kind;
use crate::model::{Change, ChangeKind, MessageKind, MessageState, Organisation, Record, Signal, SignalKind, Stage, Story, closings};
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
/// over tell it themselves.
pub(super) async fn stock(
    effects: &Effects,
    config: &Config,
    (rep, channel): (&Rep, &Settings),
    now: Timestamp,
) -> Result<Vec<Stock>, StoreError> {
    let mut all = Vec::new();
    for source in config.feeding(rep) {
        if source.reader.kind() != Kind::Tenders || source.hands_over {
            continue;
        }
        let Some(until) = known_since(effects, source).await?.filter(|until| now.duration_since(*until) <= RECENT) else { continue };
        if !had_digest(effects, channel, rep, until).await? {
            all.push(of_source(effects, (config, rep, source), until, now).await?);
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
    until: Timestamp,
    now: Timestamp,
) -> Result<Stock, StoreError> {
    let rows = async |by: TenderOrder, takes: fn(&TenderRow) -> bool| {
        let id = source.id.to_string();
        let walk = TenderWalk { by, from: Some(now), to: None, back: false, limit: LOOKED };
        effects.store.tenders(walk, move |row| row.source == id && row.first_seen <= until && takes(row)).await
    };
    let (open, all_open) = rows(TenderOrder::Due, |row| {
        let stage = Stage::from_word(&row.stage).unwrap_or(Stage::Unknown);
        stage == Stage::Open || (stage == Stage::Unknown && row.at.is_some())
    })
    .await?;
    let (ends, all_ends) = rows(TenderOrder::Ends, |_| true).await?;
    let mut stock = Stock {
        source: source.title.clone(),
        id: source.id.to_string(),
        open: 0,
        contracts: 0,
        more: !all_open || !all_ends,
        next: Vec::new(),
    };
    for record in effects.store.records(open.iter().map(|row| row.record).collect()).await? {
        let appeared = |organisation: &Organisation| {
            let (source_id, kind) = (source.id.clone(), ChangeKind::Appeared);
            let change = Change { source: source_id, record: record.id, kind, at: record.first_seen, baseline: false };
            signals_of(config, source.into(), (&change, &record), organisation.id, now).into_iter().next()
        };
        if is_for(config, rep, (source, &record), appeared, now) {
            stock.open += 1;
            let dated = closings(&record).iter().any(|closing| closing.name.as_str() == "deadline");
            stock.next.extend(Some(record).filter(|_| stock.next.len() < NAMED && dated));
        }
    }
    // A contract of several lots is one.
    let mut contracts: Vec<RecordId> = ends.iter().map(|row| row.tender).collect();
    contracts.sort_unstable();
    contracts.dedup();
    for record in effects.store.records(contracts).await? {
        if is_for(config, rep, (source, &record), |organisation| expiring(&record, organisation, now), now) {
            stock.contracts += 1;
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

/// Whether a segment of this rep would make a lead of a record's organisation, if this record and this reason were all there is of it.
fn is_for(
    config: &Config,
    rep: &Rep,
    (source, record): (&Source, &Record),
    reason: impl Fn(&Organisation) -> Option<Signal>,
    now: Timestamp,
) -> bool {
    let identity = resolve::identify(record, source.about());
    let organisation = resolve::merge(record, &identity, resolve::Met::default(), now).organisation;
    let signals: Vec<Signal> = reason(&organisation).into_iter().collect();
    let records = std::slice::from_ref(record);
    let revised = revise(config, (&organisation, Cause::News(&signals)), &[], (records, &signals), now);
    revised.iter().any(|revised| route::for_rep(revised.lead.state) && rep.rep.works(&revised.segment.terms.segment))
}
