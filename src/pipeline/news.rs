//! From changes to leads and messages: whom a record names, what each segment makes of it, who is told.
//!
//! Reads what the pure steps need, calls them in order, and puts their results into the turn. Knows no page and no network.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::announce::announce_all;
use super::closing::{self, Behind};
use super::drain::ENTRIES;
use super::link::{self, Affected};
use super::{Effects, altered, beside, linked, named, passed, silent};
use crate::base::caps;
use crate::base::ids::{LeadId, OrganisationId, RecordId, RepId, SegmentId, SourceId};
use crate::base::text::clip;
use crate::config::{Config, Event, Imported, Rep, Source};
use crate::deliver::Settings;
use crate::model::{
    Change, ChangeKind, Decision, Entry, Evidence, Lane, Lead, LeadState, Mask, MessageKind, Organisation, Record, Signal, SignalKind,
    Story, Subject, Terms, Turn,
};
use crate::route::Cause;
use crate::score::Segment;
use crate::store::{EntryFilter, LeadFilter, MessageFilter, StoreError};
use crate::{diff, outbox, render, resolve, route, score};

/// Signals that a score looks back on.
pub(super) const SIGNALS: usize = 64;
/// Leads of one rep that are counted; nobody works more.
const LOAD: usize = 2_000;
/// Characters of a title inside a story.
pub(super) const TITLE: usize = 90;
/// Alerts looked back on for the cap an hour.
const ALERTS: usize = 200;

/// Deadlines of one lead that are told with it.
const DEADLINES: usize = 10;

/// What a turn told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Changes that are news.
    pub changes: usize,
    /// Leads made or told again.
    pub leads: usize,
    /// Which of them tell what is new of members of their organisation's group.
    pub of_members: Vec<(LeadId, OrganisationId)>,
}

/// Where records come from, as far as it counts for what they mean.
#[derive(Clone, Copy, Debug)]
pub struct Whence<'a> {
    /// What is said about all of them.
    pub about: &'a resolve::About,
    /// The exhibition or event they belong to.
    pub event: Option<&'a Event>,
    /// The language of their texts.
    pub language: Option<&'a str>,
    /// What changes by itself on their page.
    pub masks: &'a [Mask],
    /// The reason to act that each new one is, and the words that say so; `None`: whatever its change says.
    pub signal: Option<Met<'a>>,
    /// Companies that are known, by the words of their names without a legal form.
    pub companies: Option<&'a BTreeMap<String, String>>,
}

/// What somebody said of all that was brought in.
#[derive(Clone, Copy, Debug)]
pub struct Met<'a> {
    /// Which reason to act it is.
    pub kind: SignalKind,
    /// Where it is from.
    pub origin: &'a str,
    /// What allows to speak to them.
    pub consent: Option<&'a str>,
}

impl Met<'_> {
    /// Where and when they were met, and what allows to speak to them, in the words of whoever brought them in.
    fn words(&self, event: Option<(&str, Date)>) -> String {
        let place = match event {
            Some((name, day)) if self.origin.contains(name) => format!("{} ({day})", self.origin),
            Some((name, day)) => format!("{name} ({day})"),
            None => self.origin.to_owned(),
        };
        self.consent.map_or_else(|| place.clone(), |consent| format!("{place}; {consent}"))
    }
}

impl<'a> From<&'a Source> for Whence<'a> {
    fn from(source: &'a Source) -> Self {
        Self {
            about: source.about(),
            event: source.event.as_ref(),
            language: source.language.as_deref(),
            masks: &[],
            signal: None,
            companies: None,
        }
    }
}

impl<'a> From<&'a Imported> for Whence<'a> {
    fn from(imported: &'a Imported) -> Self {
        let import = &imported.import;
        let met = |kind| Met { kind, origin: import.origin.as_str(), consent: import.consent.as_deref() };
        let signal = import.signal.map(met);
        Self {
            about: imported.about(),
            event: imported.event.as_ref(),
            language: import.language.as_deref(),
            masks: &[],
            signal,
            companies: None,
        }
    }
}

/// Resolves the turn's records, makes signals of its changes, scores and routes, and puts all of it into the turn.
pub async fn tell(
    effects: &Effects,
    config: &Config,
    whence: Whence<'_>,
    turn: &mut Turn,
    changes: Vec<Change>,
    now: Timestamp,
) -> Result<News, StoreError> {
    let companies = named::known_companies(effects, whence, (&turn.records, &changes)).await?;
    let whence = Whence { companies: Some(&companies), ..whence };
    let mut told = News { changes: changes.iter().filter(|change| !change.baseline).count(), ..News::default() };
    let (mut untold, looked) = linked::untold(effects, config, &turn.records, &changes).await?;
    let (beside, heard) = beside::of_others(config, whence, &turn.records, &untold);
    turn.records.extend(beside);
    untold.extend(heard);
    let link::Linked { mut affected, questions, asked } = link::affected(effects, (config, whence), turn, &untold, now).await?;
    let again = forget_told(effects, &mut affected).await?;
    if whence.signal.is_some() {
        // Each row of an import is a reason by itself, so that the reason stays when another row with the same goes.
        turn.signals.extend(again);
    }
    linked::judge_beside(effects, config, (&turn.records, &changes), &mut affected).await?;
    (turn.changes, turn.questions, turn.asked, turn.looked) = (changes, questions, asked, looked);
    let of_leads = announce_all(effects, config, turn, affected, now).await?;
    told.leads = of_leads.leads;
    altered::tell(effects, config, (turn, &of_leads.of_members), now).await?;
    passed::tell(effects, config, (turn, &config.reps), now).await?;
    told.of_members = of_leads.of_members;
    Ok(told)
}

/// A lead that is new or differs.
pub(super) struct Revised {
    pub(super) segment: Arc<Segment>,
    pub(super) lead: Lead,
    /// There was none of this segment before.
    pub(super) is_new: bool,
    /// Somebody is to hear of it.
    pub(super) is_told: bool,
}

/// What each of these segments makes of an organisation now.
pub(super) fn revise(
    config: &Config,
    segments: &[Arc<Segment>],
    (previous, cause): (&[Lead], Cause<'_>),
    behind: &Behind<'_>,
    now: Timestamp,
) -> Vec<Revised> {
    let Behind { organisation, records, elsewhere, signals, news: _, members: _ } = *behind;
    let trust_of = |id: &SourceId| config.trust(id);
    let listed = config.lists.find_told(organisation, records, signals);
    let placed = config.placed(organisation);
    let organisation = placed.as_ref();
    let tables = &config.lexicons.tables;
    let known = score::Known { organisation, records, elsewhere, signals, listed: &listed, tables, trust_of: &trust_of };
    let revised = segments.iter().filter_map(|segment| {
        let scored = score::score(segment, &known, now);
        let before = previous.iter().find(|lead| lead.segment == segment.terms.segment);
        let speaks = before.is_some() || (scored.total() >= segment.terms.line && score::speaks(segment, &known, &scored));
        let concerns = |record| score::concerns(segment, &known, record, now);
        let counts = |kind| segment.counts(kind);
        let finding =
            route::Finding { organisation, score: &scored, cause, speaks, concerns: &concerns, counts: &counts, trust_of: &trust_of };
        let lead = route::revise(&segment.terms, before, &finding, now)?;
        let is_told = before.is_none_or(|before| before.revision < lead.revision);
        Some(Revised { segment: Arc::clone(segment), lead, is_new: before.is_none(), is_told })
    });
    revised.collect()
}

pub(super) fn owner_of(lead: &Lead) -> Option<&RepId> {
    match &lead.owner {
        Decision::To(rep, _) => Some(rep),
        Decision::Nobody(_) => None,
    }
}

/// Who had a lead that somebody else has now.
pub(super) fn handed_by(before: Option<&Lead>, lead: &Lead) -> Option<RepId> {
    let (had, has) = (before.and_then(owner_of)?, owner_of(lead)?);
    (had != has).then(|| had.clone())
}

/// The reasons to act that a change gives: that of its kind, and those that its words tell beside it. None when it is part of a baseline.
pub(super) fn signals_of(
    config: &Config,
    whence: Whence<'_>,
    (change, record): (&Change, &Record),
    organisation: OrganisationId,
    now: Timestamp,
) -> Vec<Signal> {
    if let Some(said) = whence.signal {
        let is_new = !change.baseline && change.kind == ChangeKind::Appeared;
        return Vec::from_iter(is_new.then(|| met(whence, said, record, organisation, now)));
    }
    let about = diff::About { event: whence.event.map(|event| (event.name.as_str(), Some(event.date))) };
    let mut drafts: Vec<diff::SignalDraft> = Vec::new();
    if record.said_in().is_none() {
        drafts.extend(diff::signal(change, record, &about));
    }
    let own = drafts.first().map(|draft| draft.kind);
    drafts.extend(said(config, whence, change, record).into_iter().filter(|draft| draft.of.is_none() && Some(draft.kind) != own));
    drafts.into_iter().map(|draft| of_draft(draft, record.id, organisation, now)).collect()
}

/// That the article was published which this record is of: the story of whom it names, where it names nobody else.
pub(super) fn story_of(
    whence: Whence<'_>,
    (change, record): (&Change, &Record),
    organisation: OrganisationId,
    now: Timestamp,
) -> Option<Signal> {
    let about = diff::About { event: whence.event.map(|event| (event.name.as_str(), Some(event.date))) };
    diff::signal(change, record, &about).map(|draft| of_draft(draft, record.id, organisation, now))
}

fn of_draft(draft: diff::SignalDraft, record: RecordId, organisation: OrganisationId, now: Timestamp) -> Signal {
    let diff::SignalDraft { kind, at, story, evidence, of: _ } = draft;
    Signal { kind, organisation, record, at, seen: now, story, evidence, echo: false }
}

/// What the words of a change say, of the record's organisation and of others.
pub(super) fn said(config: &Config, whence: Whence<'_>, change: &Change, record: &Record) -> Vec<diff::SignalDraft> {
    let own = resolve::identify(record, whence.about).name;
    let about = diff::SaidIn { language: whence.language, masks: whence.masks, companies: whence.companies };
    diff::said(&config.lexicons.signals, about, change, (record, own.as_deref()))
}

/// The reason to act that a record of an import is because somebody said so. It happened at the event where there was one.
fn met(whence: Whence<'_>, said: Met<'_>, record: &Record, organisation: OrganisationId, now: Timestamp) -> Signal {
    let (kind, sentence) = (said.kind, said.words(whence.event.map(|event| (event.name.as_str(), event.date))));
    let day = whence.event.and_then(|event| event.date.to_zoned(jiff::tz::TimeZone::UTC).ok()).map(|day| day.timestamp());
    let path = record.fields.values().next().map(|field| field.path.clone()).unwrap_or_default();
    Signal {
        kind,
        organisation,
        record: record.id,
        at: day.filter(|day| *day <= now).unwrap_or(now),
        seen: now,
        story: Story::Said { title: clip(&record.title(), TITLE), by: None, sentence: sentence.clone() },
        evidence: Evidence {
            source: record.source.clone(),
            url: record.url.clone(),
            quote: clip(&sentence, caps::QUOTE_CHARS),
            path,
            content: record.content,
            seen: now,
        },
        echo: false,
    }
}

/// Drops what a text says when it has been told of the same organisation, and returns it: one event, one signal, however many pages write of it.
async fn forget_told(effects: &Effects, affected: &mut BTreeMap<OrganisationId, Affected>) -> Result<Vec<Signal>, StoreError> {
    let mut again = Vec::new();
    let is_said = |signal: &Signal| matches!(signal.story, Story::Said { .. });
    for touched in affected.values_mut().filter(|touched| touched.news.iter().any(is_said)) {
        let mut told = if touched.known { effects.store.signals_of(touched.organisation.id, SIGNALS).await? } else { Vec::new() };
        // What is a reason by its kind goes first.
        told.extend(touched.news.iter().filter(|signal| !is_said(signal)).cloned());
        touched.news.retain(|signal| {
            let is_new = !is_said(signal) || !told.iter().any(|known| diff::told_alike(known, signal));
            if is_new { &mut told } else { &mut again }.push(signal.clone());
            is_new
        });
    }
    affected.retain(|_, affected| affected.changed || !affected.news.is_empty());
    Ok(again)
}

/// Where each record stands: looked up once for all organisations of a turn, which may be those of a whole file.
pub(super) fn places_of(records: &[Record]) -> HashMap<RecordId, usize> {
    records.iter().enumerate().map(|(place, record)| (record.id, place)).collect()
}

/// The records that name an organisation, those of this turn as they are now.
pub(super) async fn records_at(
    effects: &Effects,
    organisation: &Organisation,
    (fresh, places): (&[Record], &HashMap<RecordId, usize>),
) -> Result<Vec<Record>, StoreError> {
    let older = organisation.records.iter().filter(|id| !places.contains_key(id)).copied().collect();
    let mut records = effects.store.records(older).await?;
    records.extend(organisation.records.iter().filter_map(|id| fresh.get(*places.get(id)?)).cloned());
    Ok(records)
}

/// Who leads can be given to.
#[derive(Clone, Debug, Default)]
pub(super) struct Staff {
    /// How many organisations each rep looks after.
    pub(super) loads: BTreeMap<RepId, u32>,
    /// Who asked for no more mails.
    pub(super) silent: BTreeSet<RepId>,
}

impl Staff {
    /// As it is now.
    pub(super) async fn now(effects: &Effects, config: &Config) -> Result<Self, StoreError> {
        Ok(Self { loads: count_loads(effects, config).await?, silent: silent(effects, config).await? })
    }

    /// Who gets this lead.
    pub(super) fn assign(
        &self,
        config: &Config,
        (lead, organisation, known_owner): (&Lead, &Organisation, Option<&RepId>),
        now: Timestamp,
    ) -> Decision {
        let case = route::Case { lead, organisation: &config.placed(organisation), known_owner, silent: &self.silent };
        route::assign(&case, &config.rep_list(), &self.loads, now)
    }
}

async fn count_loads(effects: &Effects, config: &Config) -> Result<BTreeMap<RepId, u32>, StoreError> {
    let mut loads = BTreeMap::new();
    for rep in &config.reps {
        let mut subjects = HashSet::new();
        for state in [LeadState::New, LeadState::Accepted] {
            let filter = LeadFilter { state: Some(state), owner: Some(rep.rep.id.clone()), ..LeadFilter::default() };
            subjects.extend(effects.store.leads(filter, LOAD).await?.into_iter().map(|lead| lead.subject));
        }
        loads.insert(rep.rep.id.clone(), u32::try_from(subjects.len()).unwrap_or(u32::MAX));
    }
    Ok(loads)
}

/// When alerts went to each rep in the last hour, looked up when the first lead of a turn asks that might be one.
pub(super) type Alerts = BTreeMap<RepId, Vec<Timestamp>>;

/// Puts a told lead into the outbox: for its rep, and for the machines that asked for its segment. What waits for who had it before goes along
/// with one that is handed over.
pub(super) async fn announce(
    effects: &Effects,
    config: &Config,
    (turn, alerts): (&mut Turn, &mut Alerts),
    (segment, lead, handed): (&Segment, &Lead, Option<RepId>),
    behind: &Behind<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let (true, Decision::To(id, _)) = (route::for_rep(lead.state), &lead.owner)
        && let Some((rep, channel)) = config.rep(id).and_then(|rep| config.channel_of(rep).map(|channel| (rep, channel)))
    {
        let (closings, digest) = (closing::closings(config, segment, lead, behind, now), rep.digest.next(now));
        let closes = closings.first().map(|closes| closes.at);
        let slot = if is_alerted(config, (turn, id), lead) {
            // It leaves with the alert, whatever its own time: that counts as one.
            route::Slot { lane: Lane::Digest, due: digest, because: String::new() }
        } else {
            let waits = handed.is_some() || behind.news.is_some_and(|news| !news.is_empty() && news.iter().all(Signal::gave_way));
            slot(effects, (turn, alerts), (rep, channel), (&segment.terms, lead.score.total(), closes, waits), now).await?
        };
        let early = closings.iter().filter(|closes| slot.lane == Lane::Urgent && route::closes_early(closes.at, digest, now));
        for closes in early.take(DEADLINES) {
            let reminders = closing::reminders(effects, config, (rep, channel, lead), (closes.record, slot.due), now).await?;
            let known: HashSet<_> = turn.entries.iter().map(|entry| entry.id).collect();
            turn.entries.extend(reminders.into_iter().filter(|reminder| !known.contains(&reminder.id)));
        }
        let address = route::Address { rep: id, channel: &channel.id };
        let mut entry = Entry { handed, ..route::entry(lead, address, (slot.lane, slot.due), closes, now) };
        if let Some(had) = entry.handed.clone().filter(|had| had != id) {
            let moved = taken_over(effects, &had, &entry).await?;
            // It is back before who had it meanwhile heard of it.
            if moved.iter().any(|moved| moved.handed.is_none()) {
                entry.handed = None;
            }
            turn.moved.extend(moved);
        }
        turn.entries.push(entry);
    }
    to_machines(config, turn, (segment, lead), behind, now);
    Ok(())
}

/// Puts a lead's revision into the outbox for the machines that asked for its segment.
pub(super) fn to_machines(config: &Config, turn: &mut Turn, (segment, lead): (&Segment, &Lead), behind: &Behind<'_>, now: Timestamp) {
    let mut heard = closing::standing(config, behind, now);
    heard.retain(|signal| hears(config, &lead.segment, signal));
    let item = render::Item {
        lead,
        segment: &segment.terms.title,
        organisation: behind.organisation,
        signals: &heard,
        members: behind.members,
        told: None,
        handed: None,
        also: &[],
        tenders: &[],
        texts: &BTreeMap::new(),
        meanings: &BTreeMap::new(),
    };
    let tender = closing::first_due(config, (segment, lead), behind, now);
    let deadline = tender.as_ref().and_then(|tender| tender.fields.get("deadline"));
    for channel in config.machine_channels(&lead.segment) {
        let sealed = render::payload(&render::Event::Lead { item, deadline });
        turn.messages.push(outbox::for_lead(&channel.id, lead, sealed, now));
    }
}

/// How soon a rep is told of what comes to so many hundredths of a point in a segment, and closes then.
pub(super) async fn slot(
    effects: &Effects,
    (turn, alerts): (&Turn, &mut Alerts),
    (rep, channel): (&Rep, &Settings),
    (terms, total, closes, waits): (&Terms, i64, Option<Timestamp>, bool),
    now: Timestamp,
) -> Result<route::Slot, StoreError> {
    let id = &rep.rep.id;
    // Nobody asks how many there were for what is neither hot nor closes.
    if (total >= terms.hot || closes.is_some()) && !alerts.contains_key(id) {
        alerts.insert(id.clone(), alerts_last_hour(effects, channel, &rep.rep.email, id, now).await?);
    }
    let sent = together(alerts.get(id).map_or(&[], Vec::as_slice), turn.entries.iter().filter(|entry| entry.rep == *id));
    let timing = route::Timing { alerts: &sent, digest: rep.digest.next(now), closes, waits };
    Ok(route::lane(terms, total, &rep.rep, &timing, now))
}

/// Whether an alert to a rep in this turn is on the same organisation as this lead.
fn is_alerted(config: &Config, (turn, rep): (&Turn, &RepId), lead: &Lead) -> bool {
    let of_it = leads_beside(config, lead.subject);
    turn.entries
        .iter()
        .any(|entry| entry.lane == Lane::Urgent && entry.rep == *rep && entry.of_tender.is_none() && of_it.contains(&entry.lead))
}

/// The leads that segments may have of one organisation.
pub(super) fn leads_beside(config: &Config, subject: Subject) -> Vec<LeadId> {
    config.segments.iter().map(|segment| Lead::id_of(&segment.terms.segment, subject)).collect()
}

/// The news of a lead that waits for who had it, as it leaves together with what is new of it: as handed over, unless it was the new rep's own
/// before.
async fn taken_over(effects: &Effects, had: &RepId, entry: &Entry) -> Result<Vec<Entry>, StoreError> {
    let waiting = effects.store.waiting_entries(EntryFilter { rep: Some(had.clone()), ..EntryFilter::default() }, ENTRIES).await?;
    let of_it = waiting.into_iter().filter(|waits| waits.lead == entry.lead && waits.of_tender.is_none());
    let as_now = |waits: Entry| {
        let Entry { channel, rep, lane, due, handed, .. } = entry.clone();
        let handed = handed.filter(|_| waits.handed.as_ref() != Some(&rep));
        Entry { channel, rep, lane, due, handed, held: None, ..waits }
    };
    Ok(of_it.map(as_now).collect())
}

/// Whether a segment's reps hear of a signal: of an echo only where a rule asks for the source it comes from.
pub(super) fn hears(config: &Config, segment: &SegmentId, signal: &Signal) -> bool {
    let mut of_it = config.segments.iter().filter(|one| one.terms.segment == *segment).flat_map(|one| one.sources());
    !signal.echo || of_it.any(|(source, _)| *source == signal.evidence.source)
}

/// When alerts went to a rep within the last hour, or are waiting to go.
async fn alerts_last_hour(
    effects: &Effects,
    channel: &Settings,
    recipient: &str,
    rep: &RepId,
    now: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let since = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::UNIX_EPOCH);
    let filter = MessageFilter { channel: Some(channel.id.clone()), recipient: Some(recipient.to_owned()), ..MessageFilter::default() };
    let sent = effects.store.messages(filter, ALERTS).await?;
    let sent = sent.iter().filter(|message| message.kind == MessageKind::Alert && message.made >= since).map(|message| message.made);
    let waiting = effects.store.waiting_entries(EntryFilter { rep: Some(rep.clone()), ..EntryFilter::default() }, ALERTS).await?;
    Ok(together(&sent.collect::<Vec<_>>(), waiting.iter()))
}

/// The times of alerts with those of these entries: what has to wait leaves as one, and so does what is told of tenders without a lead. Reminders
/// leave with those.
fn together<'a>(sent: &[Timestamp], entries: impl Iterator<Item = &'a Entry>) -> Vec<Timestamp> {
    let urgent = entries.filter(|entry| entry.lane == Lane::Urgent && entry.reminds().is_none());
    let (waited, at_once): (Vec<&Entry>, Vec<&Entry>) = urgent.partition(|entry| entry.due > entry.at || entry.change().is_some());
    let at_once: Vec<Timestamp> = at_once.into_iter().map(|entry| entry.due).collect();
    let is_more = |due: &Timestamp| !sent.contains(due) && !at_once.contains(due);
    let waited: BTreeSet<Timestamp> = waited.into_iter().map(|entry| entry.due).filter(is_more).collect();
    sent.iter().copied().chain(at_once.iter().copied()).chain(waited).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_that_an_import_is_names_event_day_and_consent() {
        let fair = Some(("Expo Industria", jiff::civil::date(2026, 10, 12)));
        for (origin, event, consent, want) in [
            ("expo.csv", None, None, "expo.csv"),
            ("expo.csv", None, Some("gave us their cards"), "expo.csv; gave us their cards"),
            ("expo.csv", fair, None, "Expo Industria (2026-10-12)"),
            ("Expo Industria, stand B12", fair, None, "Expo Industria, stand B12 (2026-10-12)"),
            ("expo.csv", fair, Some("gave us their cards"), "Expo Industria (2026-10-12); gave us their cards"),
        ] {
            assert_eq!(Met { kind: SignalKind::ExhibitorListed, origin, consent }.words(event), want);
        }
    }
}
