//! Lists of tenders as a watcher asks for them: what is still to be answered first, or the contracts that end soonest. Reads the record of
//! nothing that is not shown. Knows no terminal.

use std::collections::HashSet;

use anyhow::anyhow;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::{AnswerError, moment, unknown};
use super::notices::also;
use super::tenders::TenderView;
use super::views;
use crate::base::text::words;
use crate::config::Config;
use crate::model::{Joined, Record, Stage, as_one};
use crate::pipeline::{Effects, linked};
use crate::store::{TenderOrder, TenderRow, TenderWalk};

/// The longest list.
const MOST: usize = 5_000;
/// The longest time ahead for contracts that end, in days.
const FAR: u32 = 3_650;

/// Which tenders; what is not set asks for nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TenderFilter {
    /// Of this source.
    pub source: Option<String>,
    /// In this stage.
    pub stage: Option<String>,
    /// Whose buyer's name has these words in it.
    pub buyer: Option<String>,
    /// With a class that begins so: `331`, `33112200`, `GSIN:N65`.
    pub class: Option<String>,
    /// Offers can be handed in after this moment: RFC 3339, or a day.
    pub due_after: Option<String>,
    /// Offers must be in by then.
    pub due_before: Option<String>,
    /// First seen since then.
    pub since: Option<String>,
    /// Instead those with a contract that ends within so many days.
    pub expiring: Option<u32>,
    /// At most so many.
    pub limit: usize,
}

/// A filter that was understood.
struct Wanted {
    source: Option<String>,
    stage: Option<String>,
    buyer: Option<String>,
    class: Option<String>,
    since: Option<Timestamp>,
}

impl Wanted {
    fn new(config: &Config, filter: &TenderFilter) -> Result<Self, AnswerError> {
        let ids = || config.sources.iter().map(|source| source.id.as_str());
        if let Some(name) = filter.source.as_deref().filter(|name| !ids().any(|id| id == *name)) {
            return Err(unknown("source", name, ids()));
        }
        if let Some(word) = filter.stage.as_deref().filter(|word| Stage::from_word(word).is_none()) {
            return Err(unknown("stage", word, Stage::ALL.iter().map(|stage| stage.word())));
        }
        let class = filter.class.as_deref().map(|class| class.trim().trim_end_matches('*').to_lowercase());
        if class.as_deref().is_some_and(|class| class.len() < 2) {
            return Err(anyhow!("a class has at least two characters: `--class 33`, `--class 33112200`, `--class GSIN:N65`"));
        }
        Ok(Self {
            source: filter.source.clone(),
            stage: filter.stage.clone(),
            buyer: filter.buyer.as_deref().map(words),
            // CPV codes are kept without their check digit.
            class: class.map(|class| class.split_once('-').map_or(class.clone(), |(code, _)| code.to_owned())),
            since: filter.since.as_deref().map(|text| moment(text, false, &config.daemon.zone)).transpose()?,
        })
    }

    fn holds(&self, row: &TenderRow) -> bool {
        let has_class = |class: &str| {
            row.codes.iter().any(|code| {
                let code = code.to_lowercase();
                code.starts_with(class) || code.split_once(':').is_some_and(|(_, bare)| bare.starts_with(class))
            })
        };
        self.source.as_ref().is_none_or(|source| *source == row.source)
            && self.stage.as_ref().is_none_or(|stage| *stage == row.stage)
            && self.buyer.as_ref().is_none_or(|buyer| row.buyer.contains(buyer))
            && self.since.is_none_or(|since| row.first_seen >= since)
            && self.class.as_deref().is_none_or(has_class)
    }
}

/// The tenders that are asked for: those whose time for offers ends first, then those without such a time, then those whose time is over, the
/// latest first. With `expiring` those with a contract that ends, the soonest first.
pub(super) async fn list(effects: &Effects, config: &Config, filter: TenderFilter) -> Result<Vec<TenderView>, AnswerError> {
    let wanted = Wanted::new(config, &filter)?;
    let limit = filter.limit.min(MOST);
    let mut shown = match filter.expiring {
        Some(days) => ending(effects, wanted, (days.min(FAR), limit)).await,
        None => due(effects, wanted, &filter, (limit, &config.daemon.zone)).await,
    }?;
    // What one portal says of its stage may be overtaken by another.
    shown.retain(|view| filter.stage.is_none() || view.stage == filter.stage);
    Ok(shown)
}

async fn due(
    effects: &Effects,
    wanted: Wanted,
    filter: &TenderFilter,
    (limit, zone): (usize, &TimeZone),
) -> Result<Vec<TenderView>, AnswerError> {
    let now = effects.clock.now();
    let after = filter.due_after.as_deref().map(|text| moment(text, false, zone)).transpose()?;
    let before = filter.due_before.as_deref().map(|text| moment(text, true, zone)).transpose()?;
    // Who asks for a time asks for none without one.
    let before = before.or(after.map(|_| Timestamp::MAX));
    let wanted = std::sync::Arc::new(wanted);
    let walk = TenderWalk { by: TenderOrder::Due, from: after.or(Some(now)), to: before, back: false, limit };
    let hold = std::sync::Arc::clone(&wanted);
    let (mut rows, _) = effects.store.tenders(walk, move |row| hold.holds(row)).await?;
    if after.is_none() && before.is_none() && rows.len() < limit {
        let walk = TenderWalk { from: None, to: Some(now), back: true, limit: limit - rows.len(), ..walk };
        rows.extend(effects.store.tenders(walk, move |row| wanted.holds(row)).await?.0);
    }
    let records = effects.store.records(rows.iter().map(|row| row.record).collect()).await?;
    shown(effects, records.iter().map(|record| (record, views::tender(record, None)))).await
}

async fn ending(effects: &Effects, wanted: Wanted, (days, limit): (u32, usize)) -> Result<Vec<TenderView>, AnswerError> {
    let now = effects.clock.now();
    // A contract that ends today ends at the end of the day.
    let from = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let to = now.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    let walk = TenderWalk { by: TenderOrder::Ends, from: Some(from), to: Some(to), back: false, limit };
    let (rows, _) = effects.store.tenders(walk, move |row| wanted.holds(row)).await?;
    let winners = effects.store.records(rows.iter().map(|row| row.record).collect()).await?;
    let tenders = effects.store.records(rows.iter().map(|row| row.tender).collect()).await?;
    let of = |list: &[Record], id| list.iter().find(|record| record.id == id).cloned();
    let mut found = Vec::new();
    for row in rows {
        let Some(named) = of(&winners, row.record) else { continue };
        let tender = of(&tenders, row.tender).unwrap_or_else(|| named.clone());
        let view = TenderView { contract_end: named.text("contract_end"), winner: named.text("winner"), ..views::tender(&tender, None) };
        found.push((tender, view));
    }
    shown(effects, found.iter().map(|(tender, view)| (tender, view.clone()))).await
}

/// One tender on several portals is shown once, where it comes first.
async fn shown(effects: &Effects, found: impl Iterator<Item = (&Record, TenderView)>) -> Result<Vec<TenderView>, AnswerError> {
    let (mut shown, mut met) = (Vec::new(), HashSet::new());
    for (record, view) in found {
        if met.insert(record.id) {
            let others = linked(effects, record).await?;
            met.extend(others.iter().map(|other| other.id));
            let mut view = TenderView { also: also(&others), ..view };
            let all: Vec<Record> = others.into_iter().chain([record.clone()]).collect();
            if let Some(Joined { record, .. }) = as_one(&all, effects.clock.now()) {
                (view.title, view.stage) = (record.title(), record.text("stage"));
                views::dated(&mut view, &record);
            }
            shown.push(view);
        }
    }
    Ok(shown)
}
