//! Deadlines that pass while another lot, or another portal, takes offers for the same tender for longer: from then on that one counts, and whoever
//! works towards the tender is told so. Each is told once: the store remembers up to when was looked. A record says until when its first lot still
//! open is.
//!
//! One step of bounded size. Knows no loop and no rhythm.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::announce::announce_all;
use super::expiring::buyer_of;
use super::keep::KeepError;
use super::link::Affected;
use super::linked::{called, linked, taken_over, watched};
use super::{Effects, altered};
use crate::base::ids::{OrganisationId, SourceId};
use crate::config::Config;
use crate::diff;
use crate::model::{Change, ChangeKind, FieldChange, FieldName, Record, Signal, Turn, deadline, first_open, named_by};
use crate::store::{CommitError, TenderOrder, TenderRow, TenderWalk};

/// Under this name the store remembers up to when was looked.
const MARK: &str = "overtaken";
/// Tenders whose deadline passed that are looked at in one step.
const TENDERS: usize = 2_000;
/// A day alone is over so long after it is in order.
const DAY: SignedDuration = SignedDuration::from_hours(36);

/// Tells of the deadlines that passed since the last step and gave way to another lot's or portal's. Returns how many.
pub async fn overtaken(effects: &Effects, config: &Config, now: Timestamp) -> Result<usize, KeepError> {
    let mark = effects.store.mark(MARK).await?;
    let since = mark.and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<Timestamp>().ok()).unwrap_or(now);
    let from = since.saturating_sub(DAY).unwrap_or(since);
    let passed = TenderWalk { by: TenderOrder::Due, from: Some(from), to: Some(now), back: false, limit: TENDERS };
    let rows = effects.store.tenders(passed, |row: &TenderRow| row.record == row.tender).await?.0;
    let mut affected: BTreeMap<OrganisationId, Affected> = BTreeMap::new();
    let (mut count, mut turn) = (0, Turn::upkeep());
    for record in effects.store.records(rows.into_iter().map(|row| row.record).collect()).await? {
        let ended = deadline(&record).map(|closing| closing.end()).filter(|end| *end >= since && *end < now);
        let Some(ended) = ended.filter(|_| !record.gone) else { continue };
        let all = linked(effects, &record).await?;
        let others = watched(config, all.clone());
        if let Cow::Owned(moved) = first_open(&record, now) {
            turn.changes.push(by_itself(&record, &moved, now));
            turn.records.push(Record { changed: now, ..moved });
            turn.as_read.push(record.clone());
        }
        let title = |id: &SourceId| config.source_title(id).to_owned();
        let Some((later, fields)) = taken_over(&title, (&record, &others), (ended, now)) else { continue };
        let Some(buyer) = buyer_of(effects, config, &record).await? else { continue };
        let change =
            Change { source: later.source.clone(), record: record.id, kind: ChangeKind::Changed(fields), at: now, baseline: false };
        let says = Record { id: record.id, ..later };
        let Some(draft) = diff::signal(&change, &says, &diff::About::default()) else { continue };
        let diff::SignalDraft { kind, at, story, evidence, of: _ } = draft;
        let signal = Signal { kind, organisation: buyer.id, record: record.id, at, seen: now, story, evidence, echo: false };
        let title = named_by(all.iter().chain([&record])).map(Record::title);
        let signal = called(signal, &says, title.as_deref());
        affected.entry(buyer.id).or_insert_with(|| Affected::known(buyer)).news.push(signal);
        count += 1;
    }
    turn.marks.push((MARK.to_owned(), Some(now.to_string().into_bytes())));
    if count > 0 {
        let told = announce_all(effects, config, &mut turn, affected, now).await?;
        altered::tell(effects, config, (&mut turn, &told.of_members), now).await?;
    }
    match effects.store.commit(turn).await {
        Ok(()) => Ok(count),
        // It is looked at again.
        Err(CommitError::Conflict { .. }) => Ok(0),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}

/// The history of a deadline that gave way to the next lot's.
fn by_itself(was: &Record, is: &Record, now: Timestamp) -> Change {
    let [old, new] = [was, is].map(|record| record.value("deadline").cloned());
    let fields = vec![FieldChange { field: FieldName::new("deadline"), old, new }];
    Change { source: is.source.clone(), record: is.id, kind: ChangeKind::Changed(fields), at: now, baseline: false }
}
