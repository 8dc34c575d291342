//! Which reasons of a lead stand still, and by when whoever is told of it must be done. Writes nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Effects;
use super::linked::{whole, whole_tender};
use super::remind;
use crate::base::ids::SourceId;
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{Entry, Lead, Listings, Organisation, PartKind, Record, RecordKind, Signal, SignalKind, Story, deadline, first_open};
use crate::score::{self, Known, Segment};
use crate::store::StoreError;

/// What is known behind a lead.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    pub(super) organisation: &'a Organisation,
    pub(super) records: &'a [Record],
    /// Those of others that are the same tenders on other portals.
    pub(super) elsewhere: &'a [Record],
    pub(super) signals: &'a [Signal],
    /// Of the signals those that are new; `None`: of a lead that is new they all are.
    pub(super) news: Option<&'a [Signal]>,
    /// Of its group those whose signals and records are among these.
    pub(super) members: &'a [Organisation],
}

/// Something that closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closes<'a> {
    /// By when whoever is told must be done.
    pub(super) at: Timestamp,
    /// The record that says so.
    pub(super) record: &'a Record,
    /// Whether its day is over, though it counts as open: it was so when it was published.
    pub(super) over: bool,
    /// Whether it begins then, rather than closes: a fair.
    pub(super) begins: bool,
}

fn with_known<T>(config: &Config, behind: &Behind<'_>, ask: impl FnOnce(&Known<'_>) -> T) -> T {
    let Behind { organisation, records, elsewhere, signals, news: _, members: _ } = *behind;
    let trust_of = |id: &SourceId| config.trust(id);
    // No gate is asked.
    let listed = Listings::default();
    ask(&Known { organisation, records, elsewhere, signals, listed: &listed, tables: &config.lexicons.tables, trust_of: &trust_of })
}

/// The signals behind a lead that are reasons still.
pub(super) fn standing(config: &Config, behind: &Behind<'_>, now: Timestamp) -> Vec<Signal> {
    with_known(config, behind, |known| score::standing(known, now).into_iter().cloned().collect())
}

/// Whether a signal has points in the sum of a lead.
pub(super) fn counts(lead: &Lead, signal: &Signal) -> bool {
    let of_it = |kind: PartKind| kind == PartKind::Signal(signal.kind);
    lead.score.parts.iter().any(|part| of_it(part.kind) && part.centipoints > 0 && part.evidence.as_ref() == Some(&signal.evidence))
}

/// What closes of that which the news of a lead calls for, and what begins of the events at which it can be met, the soonest first.
pub(super) fn closings<'a>(config: &Config, segment: &Segment, lead: &Lead, behind: &Behind<'a>, now: Timestamp) -> Vec<Closes<'a>> {
    let stands = standing(config, behind, now);
    let news = stands.iter().filter(|signal| behind.news.is_none_or(|news| news.contains(signal)));
    let wanted =
        |signal: &Signal| counts(lead, signal) || with_known(config, behind, |known| score::concerns(segment, known, signal.record, now));
    let closes = news.filter(|signal| wanted(signal)).filter_map(|signal| {
        let record = behind.records.iter().find(|record| record.id == signal.record)?;
        let (at, over) = match signal.kind {
            SignalKind::ExhibitorListed => (begins(signal).filter(|at| *at > now)?, false),
            kind if score::calls(kind) => {
                let record = first_open(record, now);
                let closing = deadline(&record).filter(|closing| !closing.is_over(now))?;
                (closing.early(), closing.end() < now)
            }
            _ => return None,
        };
        Some(Closes { at, record, begins: signal.kind == SignalKind::ExhibitorListed, over })
    });
    let mut closes: Vec<Closes<'_>> = closes.collect();
    closes.sort_by_key(|closes| (closes.at, closes.record.id));
    closes.dedup_by_key(|closes| closes.record.id);
    closes
}

/// What closes first of that which the reasons of a lead call for, as all portals that are known here tell it.
pub(super) fn first_due(config: &Config, (segment, lead): (&Segment, &Lead), behind: &Behind<'_>, now: Timestamp) -> Option<Record> {
    let due = closings(config, segment, lead, &Behind { news: None, ..*behind }, now);
    due.into_iter().find(|closes| !closes.begins).map(|closes| on_all_portals(config, behind, closes.record, now))
}

/// A tender as all portals that are known here tell it.
fn on_all_portals(config: &Config, behind: &Behind<'_>, record: &Record, now: Timestamp) -> Record {
    let ids = record.shared_ids();
    let same = |other: &&Record| other.id != record.id && other.shared_ids().iter().any(|id| ids.contains(id));
    let others = behind.records.iter().chain(behind.elsewhere).filter(same).cloned();
    whole(config, std::iter::once(record.clone()).chain(others).collect(), now).record
}

fn begins(signal: &Signal) -> Option<Timestamp> {
    let Story::Appeared { on: Some(day), .. } = signal.story.plain() else { return None };
    day.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp())
}

/// The records of what was wanted of the news decided since a moment, and closed meanwhile.
pub(super) fn closed(config: &Config, lead: &Lead, behind: &Behind<'_>, since: Timestamp, now: Timestamp) -> Vec<Record> {
    let Some(segment) = config.segments.iter().find(|segment| segment.terms.segment == lead.segment) else { return Vec::new() };
    let called = |record: &Record| {
        let of_it = |signal: &Signal| signal.record == record.id && signal.seen >= since && score::calls(signal.kind);
        behind.signals.iter().any(of_it) && with_known(config, behind, |known| score::concerns(segment, known, record.id, now))
    };
    let over = |record: &Record| deadline(record).is_some_and(|closing| closing.is_over(now) && closing.at > closing.field.first_seen);
    // Another portal may take offers for longer.
    let ends = |record: &Record| deadline(&on_all_portals(config, behind, record, now)).is_none_or(|closing| closing.is_over(now));
    behind.records.iter().filter(|record| over(record) && called(record) && ends(record)).cloned().collect()
}

/// The reminders of a tender whose time has come, to leave with the alert on its lead rather than after it.
pub(super) async fn reminders(
    effects: &Effects,
    config: &Config,
    (rep, channel, lead): (&Rep, &Settings, &Lead),
    (record, due): (&Record, Timestamp),
    now: Timestamp,
) -> Result<Vec<Entry>, StoreError> {
    if record.kind != RecordKind::Tender {
        return Ok(Vec::new());
    }
    let tender = whole_tender(effects, config, record.clone(), now).await?;
    Ok(remind::with_alert((rep, channel), lead, (&tender.record, due), now))
}
