//! News of tenders: a deadline moved, a tender was suspended, cancelled or otherwise changed. Whoever has it in their calendar is told, and so are
//! the machines that asked for a segment which looks for it, apart from those whom a lead tells of it in the same turn. Makes no lead.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::Effects;
use super::calendars::LOOK_BACK;
use super::drain::ENTRIES;
use super::fresh::Fresh;
use super::group::Groups;
use super::linked::whole_tender;
use super::news::{Alerts, SIGNALS, owner_of, slot};
use super::sought;
use super::telling::{Shown, is_said_by_first};
use super::wanted::{Wanted, wanted_after, wanted_of};
use crate::base::ids::{ChannelId, EntryId, LeadId, OrganisationId, RecordId, SegmentId};
use crate::base::text::clip;
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{
    AWARDED_LOTS, CANCELLED_LOTS, CONTRACTS, Entry, Joined, LOT_AWARDS, LOTS_DUE, Lane, Lead, MessageKind, OfTender, Record, RecordKind,
    Signal, SignalKind, Stage, Story, Subject, Turn, Value, deadline, first_open, is_live, stage,
};
use crate::render::Fits;
use crate::store::{EntryFilter, StoreError};
use crate::{outbox, render, route};

/// Somewhere on earth a day is not over before so long after its beginning in UTC.
const DAY: SignedDuration = SignedDuration::from_hours(36);
/// Characters of a tender's title in a list of messages.
const TITLE: usize = 90;

/// A tender with what became otherwise of it, the oldest first.
pub(super) struct Altered {
    pub(super) tender: Joined,
    pub(super) signals: Vec<Signal>,
    /// Who answers it now, where its rep did until then.
    pub(super) with: Option<render::Holder>,
    /// Whether it is what its rep looks for, as far as that is otherwise too.
    pub(super) fits: Fits,
}

impl Altered {
    pub(super) fn item(&self) -> render::ChangeItem<'_> {
        let Self { tender, signals, with, fits } = self;
        render::ChangeItem { record: &tender.record, said: &tender.said, signals, with: with.as_ref(), fits: *fits }
    }
}

/// Puts into the turn what it tells of tenders that are looked for; `of_members`: which of its leads tell what is new of members of their group.
pub(super) async fn tell(
    effects: &Effects,
    config: &Config,
    (turn, of_members): (&mut Turn, &[(LeadId, OrganisationId)]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut news: Vec<(Signal, Record)> = Vec::new();
    for signal in turn.signals.iter().filter(|signal| signal.is_of_known_tender() && !signal.echo && signal.seen == now) {
        let record = match turn.records.iter().find(|one| one.id == signal.record) {
            Some(record) => Some(record.clone()),
            None => effects.store.records(vec![signal.record]).await?.pop(),
        };
        // What is over leaves the lists of its portal.
        let over = |record: &Record| !is_live(record) || deadline(record).is_some_and(|closing| closing.is_over(now));
        let tells = |record: &Record| record.kind == RecordKind::Tender && (signal.kind != SignalKind::WentAway || !over(record));
        news.extend(record.filter(tells).map(|record| (signal.clone(), record)));
    }
    let heads = heads(effects, config, (turn, &news), now).await?;
    let mut alerts = Alerts::new();
    for (signal, record) in news {
        let (id, before) = (record.id, effects.store.records(vec![record.id]).await?.pop());
        // What is looked for no more was looked for until now.
        let mut found = wanted_after(effects, config, (record.clone(), before.as_ref()), now).await?;
        if found.is_none() && is_of_contract(&signal) && [Some(&record), before.as_ref()].into_iter().flatten().any(|one| runs(one, now)) {
            found = running(effects, config, (record, before.as_ref()), now).await?;
        }
        let Some(mut wanted) = found else { continue };
        turn.marks.extend(wanted.turned.take().map(|turned| (sought::mark_of(id), Some(sought::written(&turned)))));
        // What is in no calendar any more is nobody's; a contract that runs is in them for its end.
        let old = |record: &Record| {
            let over = deadline(record).is_some_and(|closing| now.duration_since(closing.at) > LOOK_BACK && closing.is_over(now));
            over && !(is_of_contract(&signal) && runs(record, now))
        };
        if old(&wanted.tender.record) && before.as_ref().is_none_or(old) {
            continue;
        }
        let head = heads.get(&signal.organisation).copied();
        wanted.beside(effects, (signal.organisation, head), &turn.leads).await?;
        let ends =
            |record: &Record| deadline(&first_open(record, now)).filter(|closing| !closing.is_over(now)).map(|closing| closing.early());
        // Who works towards the old day must hear in time that it is none any more.
        let closes = before.iter().chain([&wanted.tender.record]).filter_map(ends).min();
        let telling = telling(turn, of_members, &signal);
        to_reps(effects, config, (turn, &mut alerts), (&wanted, (&signal, &telling), closes), now).await?;
        to_machines(config, turn, (&wanted, (&signal, &telling)), now);
    }
    Ok(())
}

const fn is_of_contract(signal: &Signal) -> bool {
    matches!(signal.kind, SignalKind::ContractModified | SignalKind::ContractCompleted)
}

/// Who looks for a tender that nobody could answer when it was first seen, for the contract that was made of it: whatever its deadline was.
async fn running(
    effects: &Effects,
    config: &Config,
    (record, before): (Record, Option<&Record>),
    now: Timestamp,
) -> Result<Option<Wanted>, StoreError> {
    let undated = |record: &Record| {
        let mut undated = record.clone();
        undated.fields.retain(|name, _| !["deadline", LOTS_DUE].contains(&name.as_str()));
        undated
    };
    let mut wanted = wanted_after(effects, config, (undated(&record), before.map(undated).as_ref()), now).await?;
    if let Some(wanted) = &mut wanted {
        wanted.tender = whole_tender(effects, config, record, now).await?;
    }
    Ok(wanted)
}

/// Whether a contract of a tender runs, as far as it says until when.
fn runs(record: &Record, now: Timestamp) -> bool {
    let until = |one: Value| one.text().rsplit(", ").next().and_then(|day| day.parse::<Date>().ok());
    let ends =
        ["contract_end", CONTRACTS].into_iter().filter_map(|name| record.value(name)).flat_map(Value::each).cloned().filter_map(until);
    ends.filter_map(|day| day.to_zoned(TimeZone::UTC).ok()).any(|day| day.timestamp().saturating_add(DAY).is_ok_and(|end| end >= now))
}

/// The head offices of those whom signals are about, as the turn leaves them.
async fn heads(
    effects: &Effects,
    config: &Config,
    (turn, news): (&Turn, &[(Signal, Record)]),
    now: Timestamp,
) -> Result<BTreeMap<OrganisationId, OrganisationId>, StoreError> {
    let mut heads = BTreeMap::new();
    let ids: BTreeSet<OrganisationId> = news.iter().map(|(signal, _)| signal.organisation).collect();
    if ids.is_empty() {
        return Ok(heads);
    }
    let fresh = Fresh::of_turn(turn);
    let groups = Groups { effects, config, fresh: &fresh, at: now };
    for id in ids {
        let Some(one) = groups.now(id).await? else { continue };
        heads.extend(groups.head(&one).await?.map(|head| (id, head.id)));
    }
    Ok(heads)
}

/// The leads that tell of this signal when they are told of in this turn.
fn telling(turn: &Turn, of_members: &[(LeadId, OrganisationId)], signal: &Signal) -> HashSet<LeadId> {
    let of_it = turn.leads.iter().filter(|lead| lead.subject == Subject::Organisation(signal.organisation));
    let of_group = of_members.iter().filter(|(_, member)| *member == signal.organisation);
    of_it.map(|lead| lead.id).chain(of_group.map(|(lead, _)| *lead)).collect()
}

async fn to_reps(
    effects: &Effects,
    config: &Config,
    (turn, alerts): (&mut Turn, &mut Alerts),
    (wanted, (signal, telling), closes): (&Wanted, (&Signal, &HashSet<LeadId>), Option<Timestamp>),
    now: Timestamp,
) -> Result<(), StoreError> {
    for rep in &config.reps {
        let Some(channel) = config.channel_of(rep) else { continue };
        if let Some(gone) = signal.gone() {
            // Only who is told that it went away hears that it is back.
            let went = Signal { kind: SignalKind::WentAway, seen: gone, ..signal.clone() };
            if effects.store.entered(vec![Entry::id_of_change(&channel.id, &rep.rep.id, &went)]).await?.is_empty() {
                continue;
            }
        }
        let tells = |entry: &&Entry| entry.rep == rep.rep.id && entry.of_tender.is_none() && telling.contains(&entry.lead);
        let told = turn.entries.iter().filter(tells).map(|entry| entry.due).min();
        let mut soonest: Option<(Lane, Timestamp, LeadId, u32)> = None;
        for (looks, lead) in wanted.of_rep(rep, now) {
            let Some(segment) = config.segments.iter().find(|segment| segment.terms.segment == looks.segment) else { continue };
            let slot = slot(effects, (turn, alerts), (rep, channel), (&segment.terms, looks.total, closes, signal.gave_way()), now).await?;
            let may_be = Lead::id_of(&looks.segment, Subject::Organisation(wanted.buyer.id));
            let (lead, revision) = lead.map_or((may_be, 0), |lead| (lead.id, lead.revision));
            let found = (slot.lane, slot.due, lead, revision);
            soonest = Some(soonest.map_or(found, |known| known.min(found)));
        }
        // A lead tells of it as soon, unless it waits for the digest. That it is over makes no lead: it is told by itself, once.
        let leaves = wanted.left(rep, now).is_some();
        let apart = |due: Timestamp| leaves || ends(signal) || takes_back(signal) || told.is_none_or(|told| due < told);
        let Some((lane, due, lead, revision)) = soonest.filter(|(_, due, ..)| apart(*due)) else { continue };
        turn.entries.push(Entry {
            id: Entry::id_of_change(&channel.id, &rep.rep.id, signal),
            channel: channel.id.clone(),
            rep: rep.rep.id.clone(),
            lead,
            revision,
            lane,
            at: now,
            due,
            held: None,
            of_tender: Some(OfTender::Changed(Box::new(signal.clone()))),
            closes,
            handed: None,
        });
    }
    Ok(())
}

fn to_machines(config: &Config, turn: &mut Turn, (wanted, (signal, telling)): (&Wanted, (&Signal, &HashSet<LeadId>)), now: Timestamp) {
    let telling: HashSet<u64> = telling.iter().map(|lead| lead.0).collect();
    let mut asked: BTreeMap<&ChannelId, Vec<&SegmentId>> = BTreeMap::new();
    for looks in wanted.segments.iter().filter(|looks| wanted.is_of(&looks.segment)) {
        for channel in config.machine_channels(&looks.segment) {
            asked.entry(&channel.id).or_default().push(&looks.segment);
        }
    }
    let is_told = |channel: &ChannelId| {
        let of_lead = turn.messages.iter().filter(|message| message.kind == MessageKind::Lead && message.channel == *channel);
        of_lead.into_iter().any(|message| telling.contains(&message.order_key))
    };
    asked.retain(|channel, _| !is_told(channel));
    let record = &wanted.tender.record;
    let title = format!("{} ({})", clip(&record.title(), TITLE), signal.kind.word());
    for (channel, segments) in asked {
        let sealed = render::payload(&render::Event::Tender { record, signal, segments: &segments });
        turn.messages.push(outbox::for_tender(channel, (signal, title.clone()), sealed, now));
    }
}

/// Whether it says how a tender ended, or that this is otherwise: that is news also when nobody can answer it any more.
fn ends(signal: &Signal) -> bool {
    const ENDS: [&str; 5] = [AWARDED_LOTS, CANCELLED_LOTS, LOT_AWARDS, CONTRACTS, "award_value"];
    let lost = |(name, old, _): &(String, Option<String>, Option<String>)| name == "winner" && old.is_some();
    let otherwise = matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(lost));
    let closed =
        |(name, _, new): &(String, Option<String>, Option<String>)| name == "stage" && new.as_deref() == Some(Stage::Closed.word());
    let closed = matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(closed));
    // What became of one lot of several, and for how much it was won, is told also where none takes offers any more.
    let lots = |field: &(String, Option<String>, Option<String>)| ENDS.contains(&field.0.as_str());
    let of_lots = matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(lots));
    otherwise
        || closed
        || of_lots
        || is_moved_to_the_past(signal)
        || matches!(signal.kind, SignalKind::TenderCancelled | SignalKind::TenderAwarded | SignalKind::WentAway)
        || matches!(signal.kind, SignalKind::ContractModified | SignalKind::ContractCompleted)
}

/// Whether it says nothing but that offers are taken no more.
fn is_close(signal: &Signal) -> bool {
    let Story::Changed { fields, .. } = signal.story.plain() else { return false };
    let closed =
        |(name, _, new): &(String, Option<String>, Option<String>)| name == "stage" && new.as_deref() == Some(Stage::Closed.word());
    fields.len() == 1 && fields.iter().all(closed)
}

/// Of what is cancelled that is told once: the last time, and not at all where it was so when this began, and was open in between.
fn leave_last_end(signals: &mut Vec<Signal>) {
    let is_end = |signal: &Signal| signal.kind == SignalKind::TenderCancelled;
    let was =
        |(name, old, _): &(String, Option<String>, Option<String>)| name == "stage" && old.as_deref() == Some(Stage::Cancelled.word());
    let opens = |signal: &Signal| matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(was));
    let turns = |signal: &&Signal| is_end(signal) || opens(signal);
    let was_over = signals.iter().find(turns).is_some_and(|first| !is_end(first));
    let last = signals.iter().rposition(is_end).filter(|_| !was_over);
    let mut place = 0..;
    signals.retain(|signal| place.next() == last || !is_end(signal));
}

/// Whether it says that an end was none: it is told where that was told.
fn takes_back(signal: &Signal) -> bool {
    let stage = |text: &Option<String>| text.as_deref().and_then(Stage::from_word);
    let again = |(name, old, new): &(String, Option<String>, Option<String>)| {
        name == "stage" && stage(old).is_some_and(|old| !old.is_live()) && stage(new).is_some_and(Stage::is_live)
    };
    signal.gone().is_some() || matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(again))
}

/// Whether it says that a deadline is one now which was over already when that was seen.
fn is_moved_to_the_past(signal: &Signal) -> bool {
    let over = |until: &str| match (until.parse::<Zoned>(), until.parse::<Date>()) {
        (Ok(at), _) => at.timestamp() < signal.seen,
        (_, Ok(day)) => day.to_zoned(TimeZone::UTC).is_ok_and(|day| signal.seen.duration_since(day.timestamp()) > DAY),
        _ => false,
    };
    let moved = |(name, _, new): &(String, Option<String>, Option<String>)| name == "deadline" && new.as_deref().is_some_and(over);
    signal.kind == SignalKind::DeadlineMoved
        && matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(moved) && !fields.iter().any(|(name, ..)| name == "lot"))
}

/// What a rep is to be told still of these changes, each tender once, that which closes first before the others; and the tenders that closed before
/// it could be told. What was turned down meanwhile, or is another's, is left out.
pub(super) async fn still_told<'a>(
    effects: &Effects,
    (config, rep): (&Config, &Rep),
    changes: impl Iterator<Item = (&'a LeadId, &'a Signal)>,
    now: Timestamp,
) -> Result<(Vec<Altered>, Vec<Record>), StoreError> {
    let mut all: BTreeMap<RecordId, Altered> = BTreeMap::new();
    let mut waits = None;
    for (lead, signal) in changes {
        let Some(record) = effects.store.records(vec![signal.record]).await?.pop() else { continue };
        let (tender, first, [left, back]) = match wanted_of(effects, config, record.clone(), now).await? {
            Some(wanted) if wanted.of_rep(rep, now).next().is_none() => continue,
            Some(wanted) => {
                let waits = match &waits {
                    Some(waits) => waits,
                    None => waits.insert(waiting(effects, rep).await?),
                };
                let first = first_heard(effects, (rep, waits), (&wanted, signal), now).await?;
                let turned = [wanted.left(rep, now), wanted.back(rep, now)];
                (wanted.tender, first, turned)
            }
            // Nobody looks for it any more: that it changed so is told to who had it.
            None => {
                let theirs = |lead: &Lead| route::is_open(lead.state) && owner_of(lead).is_none_or(|owner| *owner == rep.rep.id);
                if effects.store.lead(*lead).await?.is_some_and(|lead| !theirs(&lead)) {
                    continue;
                }
                (whole_tender(effects, config, record, now).await?, None, [Some(signal.seen), None])
            }
        };
        // What it was before it became theirs is nothing to them, nor is what was theirs between two letters alone.
        if first.is_some_and(|first| signal.seen < first || left.is_some()) {
            continue;
        }
        let altered = all.entry(tender.record.id).or_insert(Altered { tender, signals: Vec::new(), with: None, fits: Fits::Still });
        if first.is_some() {
            altered.fits = Fits::New;
        } else if left == Some(signal.seen) {
            altered.fits = Fits::NoMore;
        } else if back == Some(signal.seen) {
            altered.fits = Fits::Again;
        }
        if !altered.signals.iter().any(|known| (known.record, known.kind, known.seen) == (signal.record, signal.kind, signal.seen)) {
            altered.signals.push(signal.clone());
        }
    }
    let (mut told, mut closed) = (Vec::new(), Vec::new());
    for mut altered in all.into_values() {
        let record = &altered.tender.record;
        let over = deadline(record).is_some_and(|closing| closing.is_over(now));
        if over && is_live(record) && !record.gone && !altered.signals.iter().any(is_moved_to_the_past) {
            closed.push(record.clone());
        }
        // What is there again by the time of the letter was not gone.
        let back: Vec<Timestamp> = altered.signals.iter().filter_map(Signal::gone).collect();
        let unsaid = |signal: &Signal| signal.kind == SignalKind::WentAway && (!record.gone || back.contains(&signal.seen));
        let untold: Vec<Timestamp> = altered.signals.iter().filter(|signal| unsaid(signal)).map(|signal| signal.seen).collect();
        altered.signals.retain(|signal| !unsaid(signal) && signal.gone().is_none_or(|gone| !untold.contains(&gone)));
        // That its time is over is what everybody knew.
        altered.signals.retain(|signal| !(is_close(signal) && deadline(record).is_some_and(|closing| closing.is_over(signal.seen))));
        altered.signals.sort_by_key(|signal| (signal.seen, signal.kind));
        if stage(record) == Stage::Cancelled {
            leave_last_end(&mut altered.signals);
        }
        if altered.fits == Fits::New && (over || !is_live(record)) {
            // It came and ended before they heard of it. One that only left its list may be open.
            continue;
        }
        if over || record.gone || !is_live(record) {
            // Nobody can answer it any more: that it was cancelled or awarded is news, what was moved before is none.
            altered.signals.retain(ends);
        }
        if record.gone && altered.fits == Fits::New {
            altered.fits = Fits::Still;
        }
        told.extend(Some(altered).filter(|altered| !altered.signals.is_empty()));
    }
    let due = |record: &Record| (deadline(record).map_or(Timestamp::MAX, |closing| closing.at), record.id);
    told.sort_by_key(|altered| due(&altered.tender.record));
    Ok((told, closed))
}

/// Since when each lead of a rep waits to be told.
async fn waiting(effects: &Effects, rep: &Rep) -> Result<HashMap<LeadId, Timestamp>, StoreError> {
    let filter = EntryFilter { rep: Some(rep.rep.id.clone()), ..EntryFilter::default() };
    let mut since = HashMap::new();
    for entry in effects.store.waiting_entries(filter, ENTRIES).await?.into_iter().filter(|entry| entry.of_tender.is_none()) {
        since.entry(entry.lead).and_modify(|at: &mut Timestamp| *at = entry.at.min(*at)).or_insert(entry.at);
    }
    Ok(since)
}

/// When a tender became a rep's, where this change of it is told with that or before: it is what they look for since it changed so, or waits still to
/// be told as new.
async fn first_heard(
    effects: &Effects,
    (rep, waits): (&Rep, &HashMap<LeadId, Timestamp>),
    (wanted, signal): (&Wanted, &Signal),
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    if let Some(began) = wanted.began(rep, now).filter(|began| signal.seen <= *began) {
        return Ok(Some(began));
    }
    let Some(since) = wanted.leads_of(rep, now).filter_map(|lead| waits.get(&lead.id)).min() else { return Ok(None) };
    let known = effects.store.signals_of(signal.organisation, SIGNALS).await?;
    let appeared = |known: &&Signal| {
        let calls = matches!(known.kind, SignalKind::TenderPlanned | SignalKind::TenderPublished);
        known.record == signal.record && calls && matches!(known.story, Story::Appeared { .. })
    };
    Ok(known.iter().filter(appeared).map(|signal| signal.seen).min().filter(|seen| seen >= since))
}

/// Takes out what was never told otherwise: of a tender that the same letter tells of for the first time, as it is now.
pub(super) fn leave_unheard(altered: &mut Vec<Altered>, shown: &[Shown]) {
    let first: HashSet<RecordId> = shown.iter().flat_map(Shown::first_told).collect();
    altered.retain_mut(|altered| {
        let before = altered.signals.len();
        let told = |signal: &Signal| shown.iter().flat_map(|one| &one.signals).any(|told| told.record == signal.record);
        if altered.fits == Fits::New && altered.signals.iter().any(told) {
            return false;
        }
        let new = first.contains(&altered.tender.record.id);
        altered.signals.retain(|signal| !new || !is_said_by_first(signal, &altered.tender.record));
        altered.signals.len() == before || !altered.signals.is_empty()
    });
}

/// Takes out of what leads tell what their rep is told of tenders by itself, here or before, or by a better lead of the same letter; and the leads
/// of which nothing new is left then.
pub(super) async fn leave_told_apart(
    effects: &Effects,
    (rep, channel): (&Rep, &Settings),
    here: &[Altered],
    shown: &mut Vec<Shown>,
) -> Result<(), StoreError> {
    let id = |signal: &Signal| Entry::id_of_change(&channel.id, &rep.rep.id, signal);
    let mut told: HashSet<EntryId> = here.iter().flat_map(|altered| &altered.signals).map(id).collect();
    let mut left = Vec::with_capacity(shown.len());
    for mut one in std::mem::take(shown) {
        let of_tenders = |signals: &[Signal]| signals.iter().filter(|signal| signal.is_of_known_tender()).map(id).collect::<Vec<_>>();
        let ids = of_tenders(&one.signals);
        told.extend(if ids.is_empty() { Vec::new() } else { effects.store.entered(ids).await? });
        let before = one.has_news();
        one.signals.retain(|signal| !signal.is_of_known_tender() || !told.contains(&id(signal)));
        told.extend(of_tenders(&one.signals));
        if one.has_news() || !before || one.is_handed() {
            left.push(one);
        }
    }
    *shown = left;
    Ok(())
}
