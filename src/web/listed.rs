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
use crate::base::ids::RecordId;
use crate::base::text::words;
use crate::config::Config;
use crate::model::{Joined, Record, Stage, as_one};
use crate::pipeline::{Effects, linked};
use crate::store::{TenderOrder, TenderRow, TenderWalk};

/// The longest list.
const MOST: usize = 5_000;
/// Records that are read at a time.
const READ: usize = 100;
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
    buyer: Vec<String>,
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
            buyer: words(filter.buyer.as_deref().unwrap_or_default()).split(' ').map(str::to_owned).collect(),
            class: class.map(|class| of_scheme(&class).to_owned()),
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
            && self.buyer.iter().all(|word| row.buyer.contains(word))
            && self.since.is_none_or(|since| row.first_seen >= since)
            && self.class.as_deref().is_none_or(has_class)
    }
}

/// A class as it is kept: those of the schemes that have a field of their own without its name, a CPV code without its check digit.
fn of_scheme(class: &str) -> &str {
    let bare =
        class.split_once(':').filter(|(scheme, _)| ["cpv", "dk021", "unspsc", "naics"].contains(scheme)).map_or(class, |(_, bare)| bare);
    bare.split_once('-').map_or(bare, |(code, _)| code)
}

/// The tenders that are asked for: those whose time for offers ends first, then those without such a time, then those whose time is over, the
/// latest first. With `expiring` those with a contract that ends, the soonest first.
pub(super) async fn list(effects: &Effects, config: &Config, filter: TenderFilter) -> Result<Vec<TenderView>, AnswerError> {
    let wanted = Wanted::new(config, &filter)?;
    let shown = Shown { effects, stage: filter.stage.clone(), limit: filter.limit.min(MOST), met: HashSet::new(), views: Vec::new() };
    match filter.expiring {
        Some(days) => ending(shown, wanted, days.min(FAR)).await,
        None => due(shown, wanted, &filter, &config.daemon.zone).await,
    }
}

async fn due(mut shown: Shown<'_>, wanted: Wanted, filter: &TenderFilter, zone: &TimeZone) -> Result<Vec<TenderView>, AnswerError> {
    let store = &shown.effects.store;
    let now = shown.effects.clock.now();
    let after = filter.due_after.as_deref().map(|text| moment(text, false, zone)).transpose()?;
    let before = filter.due_before.as_deref().map(|text| moment(text, true, zone)).transpose()?;
    // Who asks for a time asks for none without one.
    let before = before.or(after.map(|_| Timestamp::MAX));
    let wanted = std::sync::Arc::new(wanted);
    let walk = TenderWalk { by: TenderOrder::Due, from: after.or(Some(now)), to: before, back: false, limit: MOST };
    let hold = std::sync::Arc::clone(&wanted);
    let (mut rows, _) = store.tenders(walk, move |row| hold.holds(row)).await?;
    if after.is_none() && before.is_none() && rows.len() < MOST {
        let walk = TenderWalk { from: None, to: Some(now), back: true, limit: MOST - rows.len(), ..walk };
        rows.extend(store.tenders(walk, move |row| wanted.holds(row)).await?.0);
    }
    for rows in rows.chunks(READ) {
        for record in store.records(rows.iter().map(|row| row.record).collect()).await? {
            if !shown.take(&record, None).await? {
                return Ok(shown.views);
            }
        }
    }
    Ok(shown.views)
}

async fn ending(mut shown: Shown<'_>, wanted: Wanted, days: u32) -> Result<Vec<TenderView>, AnswerError> {
    let store = &shown.effects.store;
    let now = shown.effects.clock.now();
    // A contract that ends today ends at the end of the day.
    let from = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let to = now.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    let walk = TenderWalk { by: TenderOrder::Ends, from: Some(from), to: Some(to), back: false, limit: MOST };
    let (rows, _) = store.tenders(walk, move |row| wanted.holds(row)).await?;
    for rows in rows.chunks(READ) {
        let winners = store.records(rows.iter().map(|row| row.record).collect()).await?;
        let tenders = store.records(rows.iter().map(|row| row.tender).collect()).await?;
        let of = |list: &[Record], id| list.iter().find(|record| record.id == id).cloned();
        for row in rows {
            let Some(named) = of(&winners, row.record) else { continue };
            let tender = of(&tenders, row.tender).unwrap_or_else(|| named.clone());
            if !shown.take(&tender, Some(&named)).await? {
                return Ok(shown.views);
            }
        }
    }
    Ok(shown.views)
}

/// What is in a list so far.
struct Shown<'a> {
    effects: &'a Effects,
    stage: Option<String>,
    limit: usize,
    met: HashSet<RecordId>,
    views: Vec<TenderView>,
}

impl Shown<'_> {
    /// Takes in a tender; one on several portals once, where it comes first, under the id that was known first, and in the stage that all of them
    /// together say: what one of them says may be overtaken by another. `award`: whose contract ends. Returns whether more are wanted.
    async fn take(&mut self, record: &Record, award: Option<&Record>) -> Result<bool, AnswerError> {
        if self.views.len() >= self.limit || !self.met.insert(record.id) {
            return Ok(self.views.len() < self.limit);
        }
        let mut all = linked(self.effects, record).await?;
        self.met.extend(all.iter().map(|other| other.id));
        all.push(record.clone());
        all.sort_by_key(|record| (record.first_seen, record.id));
        let mut view = TenderView { also: also(&all[1..]), ..views::tender(&all[0], None) };
        if let Some(Joined { record, .. }) = as_one(&all, self.effects.clock.now()) {
            (view.title, view.stage) = (record.title(), record.text("stage"));
            views::dated(&mut view, &record);
        }
        if let Some(award) = award {
            (view.contract_end, view.winner) = (award.text("contract_end"), award.text("winner"));
        }
        if self.stage.is_none() || view.stage == self.stage {
            self.views.push(view);
        }
        Ok(self.views.len() < self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_looked_for_as_it_is_kept() {
        for (class, want) in [
            ("336", "336"),
            ("33600000-6", "33600000"),
            ("cpv:336", "336"),
            ("cpv:33600000-6", "33600000"),
            ("naics:62", "62"),
            ("gsin:n65", "gsin:n65"),
        ] {
            assert_eq!(of_scheme(class), want, "{class}");
        }
    }
}
