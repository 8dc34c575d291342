//! The way out of what was decided: due entries are sealed into messages, sealed messages are sent, and each outcome is a commit.
//!
//! Nothing is sent that was not first stored. Owns no loop but over what it has leased.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::altered::{Altered, leave_told_apart, leave_unheard, still_told};
use super::calendars::link_for;
use super::news::leads_beside;
use super::pairs::Asks;
use super::passed::still_passed;
use super::remind::still_due;
use super::stock::stock;
use super::telling::{self, Known, Told, add_closed, early, items};
use super::{Effects, completeness_of, empty, notice, pairs, remind, silent, stranded, wishes};
use crate::base::ids::{ChannelId, EntryId, LeadId, MessageId, RecordId};
use crate::base::secret::Secret;
use crate::config::{Config, Rep};
use crate::deliver::{DeliverError, Settings};
use crate::model::{ChannelState, Entry, FieldName, Joined, Lane, Message, MessageKind, MessageState, Question, Record, Sealed, Subject};
use crate::outbox::{self, Attempted, Batch, Outcome};
use crate::render::{self, Address, DeadlineItem, Envelope, Links, Reader, RenderError, Rendered, UnsubscribeKey};
use crate::store::{CommitError, EntryFilter, StoreError};
use crate::telemetry;

/// Entries of one rep looked at in one step.
pub(super) const ENTRIES: usize = 2_000;
/// How long a message is ours to send; longer than any attempt may take.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// Leads in a preview.
const PREVIEW: usize = 20;

/// Why a step of draining failed. Nothing is lost: what is due stays due.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A letter could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A channel could not be opened.
    #[error(transparent)]
    Deliver(#[from] DeliverError),
    /// Somebody asked for something that is not configured.
    #[error("{0}")]
    Unknown(String),
}

/// What a sealing step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealing {
    /// Messages sealed.
    pub sealed: usize,
}

/// What a sending step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// Messages taken in hand.
    pub leased: usize,
    /// Of them delivered.
    pub delivered: usize,
}

/// Seals everything that is due: one digest per rep, one message per alert; and the digests of reps who hear that there is nothing.
pub async fn seal_due(effects: &Effects, config: &Config, now: Timestamp) -> Result<Sealing, DrainError> {
    let (mut done, mut told) = (Sealing::default(), HashSet::new());
    // What was under way when its channel went comes back later.
    wishes::take_back_gone(effects, config, now).await?;
    let due = effects.store.due_entries(now, ENTRIES).await?;
    let silent = if due.is_empty() { BTreeSet::new() } else { silent(effects, config).await? };
    for due in due {
        let (rep, channel) = match stranded::addressee(config, &silent, &due.rep) {
            Ok(found) => found,
            Err(why) => {
                done.sealed += stranded::wait(effects, config, (due.entries, &why), now).await?;
                continue;
            }
        };
        if channel.id != due.channel {
            // The rep has another way by now: it is due there with the next round.
            let moved = due.entries.into_iter().map(|entry| Entry { channel: channel.id.clone(), ..entry });
            wishes::postpone(effects, moved.collect()).await?;
            continue;
        }
        let entries = wishes::held_back(effects, rep, due, now).await?;
        let (entries, subjects) = with_the_rest(effects, config, entries).await?;
        for batch in outbox::batches(&entries, &subjects, now) {
            let digest = (batch.kind() == MessageKind::Digest).then(|| batch.rep.clone());
            let (message, asked, told_beside) = seal(effects, (config, rep, channel), batch, now).await?;
            told.extend(digest.filter(|_| !matches!(message.state, MessageState::Suppressed { .. })));
            effects.hook.pass("drain.made");
            effects.store.seal(message, asked, told_beside).await?;
            effects.hook.pass("drain.sealed");
            done.sealed += 1;
        }
    }
    done.sealed += empty::seal_empty(effects, config, &told, now).await?;
    Ok(done)
}

/// The due entries of a rep with what waits for later of the same organisations, in whatever segment: who is told of one is told all there is of it,
/// once, and as soon as the first of it is told. With it whom the leads are about.
async fn with_the_rest(
    effects: &Effects,
    config: &Config,
    mut entries: Vec<Entry>,
) -> Result<(Vec<Entry>, BTreeMap<LeadId, Subject>), DrainError> {
    let is_news = |entry: &Entry| entry.of_tender.is_none() && entry.held.is_none();
    let mut subjects: BTreeMap<LeadId, Subject> = BTreeMap::new();
    let mut soonest: HashMap<Subject, (Lane, Timestamp)> = HashMap::new();
    for entry in entries.iter().filter(|entry| is_news(entry)) {
        let Some(lead) = effects.store.lead(entry.lead).await? else { continue };
        subjects.insert(lead.id, lead.subject);
        subjects.extend(leads_beside(config, lead.subject).into_iter().map(|beside| (beside, lead.subject)));
        let leaves = (entry.lane, entry.due);
        soonest.entry(lead.subject).and_modify(|known| *known = leaves.min(*known)).or_insert(leaves);
    }
    if let Some(first) = entries.first().filter(|_| !subjects.is_empty()) {
        let filter = EntryFilter { channel: Some(first.channel.clone()), rep: Some(first.rep.clone()) };
        let due: HashSet<EntryId> = entries.iter().map(|entry| entry.id).collect();
        let waiting = effects.store.waiting_entries(filter, ENTRIES).await?.into_iter().filter(|entry| !due.contains(&entry.id));
        entries.extend(waiting.filter(|entry| is_news(entry) && subjects.contains_key(&entry.lead)));
    }
    for entry in entries.iter_mut().filter(|entry| is_news(entry)) {
        if let Some(leaves) = subjects.get(&entry.lead).and_then(|subject| soonest.get(subject)) {
            (entry.lane, entry.due) = *leaves;
        }
    }
    Ok((entries, subjects))
}

/// What these entries tell of leads, all of it as if it left with one digest.
fn as_one(entries: &[Entry], now: Timestamp) -> Vec<outbox::Told> {
    let as_one: Vec<Entry> = entries.iter().map(|entry| Entry { lane: Lane::Digest, held: None, due: now, ..entry.clone() }).collect();
    outbox::batches(&as_one, &BTreeMap::new(), now).into_iter().next().map(|batch| batch.leads).unwrap_or_default()
}

/// These leads as their rep knows them.
async fn known(effects: &Effects, (config, rep): (&Config, &Rep), leads: &[outbox::Told]) -> Result<Vec<Known>, StoreError> {
    let mut known = Vec::with_capacity(leads.len());
    for told in leads {
        if let Some(lead) = effects.store.lead(told.lead).await? {
            known.push(Known::told(effects, (config, rep), lead, told).await?);
        }
    }
    Ok(known)
}

/// One batch as a message. Returns with it the pairs that it asks about, and the deadlines that it tells with news, as entries.
pub(super) async fn seal(
    effects: &Effects,
    (config, rep, channel): (&Config, &Rep, &Settings),
    batch: Batch,
    now: Timestamp,
) -> Result<(Message, Vec<Question>, Vec<Entry>), DrainError> {
    let known = known(effects, (config, rep), &batch.leads).await?;
    let Told { mut shown, mut closed } = telling::leads(effects, (config, rep.language), known, now).await?;
    let mut due = still_due(effects, (config, rep), batch.reminders.iter().map(|(lead, reminder)| (lead, reminder)), now).await?;
    let (mut altered, over) = still_told(effects, (config, rep), batch.changes.iter().map(|(lead, signal)| (lead, signal)), now).await?;
    leave_unheard(&mut altered, &shown);
    leave_told_apart(effects, (rep, channel), &altered, &mut shown).await?;
    let passed = batch.passed.iter().map(|(lead, record)| (lead, *record));
    let lost = still_passed(effects, (config, rep), passed, &mut altered, now).await?;
    add_closed(&mut closed, over);
    let unsubscribe = unsubscribe_link(effects, config, channel, &rep.rep.email);
    let links = Links { unsubscribe: Some(unsubscribe.clone()), calendar: link_for(effects, config, rep).await? };
    let (items, changes) = (items(&shown, config), changes(&altered));
    let told = tell_once(&reader(rep), (&items, &changes), &mut due, now);
    let about = batch.leads.first().map(|told| told.lead).or_else(|| batch.changes.first().map(|(lead, _)| *lead));
    let told = about.map(|lead| remind::told((rep, channel), (lead, 0), told.into_iter(), now)).unwrap_or_default();
    let of_digest = batch.kind() == MessageKind::Digest && batch.held.is_none();
    let asks = if of_digest { pairs::open(effects, config, rep).await? } else { Asks::default() };
    let news = render::News {
        items: &items,
        changes: &changes,
        deadlines: &deadlines(&due),
        closed: &closed,
        lost: &lost,
        pairs: &asks.pairs,
        ..render::News::default()
    };
    let letter = match (batch.kind(), items.as_slice()) {
        (MessageKind::Alert, []) if closed.is_empty() => render::reminder(&reader(rep), &news, &links, now)?,
        // All of it closed before it could leave: that alone is said, and the digest tells the rest.
        (MessageKind::Alert, []) if due.is_empty() && altered.is_empty() && !closed.is_empty() => {
            render::too_late(&reader(rep), &closed, &links, now)?
        }
        (MessageKind::Alert, []) => render::reminder(&reader(rep), &news, &links, now)?,
        (MessageKind::Alert, [_, ..]) => {
            let early = early(&shown, !due.is_empty());
            render::alert(&reader(rep), &news, early, &links, now)?
        }
        _ => match &batch.held {
            Some(source) => {
                let title = config.source_title(source);
                let stock = stock_of(effects, config, (rep, &tenders_in(&news)), now).await?;
                render::held(&reader(rep), &render::News { stock: &stock, ..news }, title, &links, now)?
            }
            None => digest(effects, config, rep, (&news, &links), now).await?,
        },
    };
    let id = batch.id(now);
    let sealed = mail(rep, channel, &letter, (batch.kind(), &id, batch.window), Some(&unsubscribe), now)?;
    // A digest that was made for nobody's sake is not sent; one that says that there is nothing is.
    let nothing_left =
        shown.is_empty() && due.is_empty() && altered.is_empty() && closed.is_empty() && lost.is_empty() && !batch.entries.is_empty();
    let message = batch.seal(letter.title, sealed, now);
    Ok(if nothing_left { (outbox::suppress(message, now), Vec::new(), Vec::new()) } else { (message, asks.questions, told) })
}

/// Takes out the reminders of deadlines that the same letter tells with news. Returns what it tells so, each with its tender.
fn tell_once(
    reader: &Reader<'_>,
    (items, changes): (&[render::Item<'_>], &[render::ChangeItem<'_>]),
    due: &mut Vec<(Joined, FieldName)>,
    now: Timestamp,
) -> Vec<(Record, FieldName)> {
    let told = render::tells(reader, (items, changes), now);
    due.retain(|(tender, field)| !told.iter().any(|(record, name)| *record == tender.record.id && name == field));
    let of_leads = items.iter().flat_map(|item| item.tenders).map(|(_, tender)| &tender.record);
    let tenders: Vec<&Record> = of_leads.chain(changes.iter().map(|change| change.record)).collect();
    let record = |id: RecordId| tenders.iter().find(|record| record.id == id).map(|record| (*record).clone());
    told.into_iter().filter_map(|(id, field)| Some((record(id)?, field))).collect()
}

fn changes(altered: &[Altered]) -> Vec<render::ChangeItem<'_>> {
    altered.iter().map(Altered::item).collect()
}

fn deadlines(due: &[(Joined, FieldName)]) -> Vec<DeadlineItem<'_>> {
    due.iter().map(|(tender, field)| DeadlineItem { record: &tender.record, field: field.as_str(), said: &tender.said }).collect()
}

fn reader(rep: &Rep) -> Reader<'_> {
    Reader { rep: &rep.rep.id, language: rep.language, zone: &rep.rep.zone }
}

/// A digest: the leads, and for each source whether it is complete, so that silence is never ambiguous.
async fn digest(
    effects: &Effects,
    config: &Config,
    rep: &Rep,
    (news, links): (&render::News<'_>, &Links),
    now: Timestamp,
) -> Result<Rendered, DrainError> {
    let sources = completeness_of(effects, &config.feeding(rep), now).await?;
    let stock = stock_of(effects, config, (rep, &tenders_in(news)), now).await?;
    Ok(render::digest(&reader(rep), &render::News { sources: &sources, stock: &stock, ..*news }, links, now)?)
}

/// The tenders that a letter tells of by themselves or with a lead, on whichever portal.
fn tenders_in(news: &render::News<'_>) -> HashSet<RecordId> {
    let of_portal = news.items.iter().flat_map(|item| item.signals).map(|signal| signal.record);
    let of_items = news.items.iter().flat_map(|item| item.tenders).map(|(_, tender)| tender.record.id).chain(of_portal);
    let of_changes = news.changes.iter().map(|change| change.record.id);
    of_items.chain(of_changes).chain(news.deadlines.iter().map(|due| due.record.id)).collect()
}

/// What sources held that no digest to this rep has told of.
async fn stock_of(
    effects: &Effects,
    config: &Config,
    (rep, told): (&Rep, &HashSet<RecordId>),
    now: Timestamp,
) -> Result<Vec<render::Stock>, StoreError> {
    match config.channel_of(rep) {
        Some(channel) => stock(effects, config, (rep, channel), told, now).await,
        None => Ok(Vec::new()),
    }
}

fn unsubscribe_link(effects: &Effects, config: &Config, channel: &Settings, recipient: &str) -> url::Url {
    unsubscribe_key(effects).link(&config.daemon.public_url, &channel.id, recipient)
}

/// The key that signs unsubscribe links: from the installation's own key, so that links outlive restarts and restores.
pub fn unsubscribe_key(effects: &Effects) -> UnsubscribeKey {
    UnsubscribeKey::new(Secret::new(crate::base::ids::base32(&effects.store.install_key())))
}

fn mail(
    rep: &Rep,
    channel: &Settings,
    letter: &Rendered,
    (kind, id, window): (MessageKind, &MessageId, Timestamp),
    unsubscribe: Option<&url::Url>,
    now: Timestamp,
) -> Result<Sealed, DrainError> {
    let from = channel.from().ok_or_else(|| DrainError::Unknown(format!("the channel `{}` has no sender", channel.id)))?;
    let to = Address::parse(&rep.rep.email).map_err(RenderError::from)?;
    let envelope = Envelope { from, reply_to: channel.reply_to(), to: &to, rep: &rep.rep.id, kind, id, window, date: now, unsubscribe };
    Ok(render::mail(&envelope, letter)?)
}

/// When it is worth sending by this channel again; in the past if it is now. `None`: nothing waits, or it is switched off.
pub async fn next_send(effects: &Effects, channel: &ChannelId) -> Result<Option<Timestamp>, StoreError> {
    let Some(due) = effects.store.next_message(channel) else { return Ok(None) };
    let state = effects.store.channel_state(channel).await?;
    Ok(state.map_or(Some(due), |state| outbox::pause(&state).map(|until| until.max(due))))
}

/// Sends what one channel has ready, one message after the other, each outcome committed before the next leaves.
pub async fn send_some(
    effects: &Effects,
    config: &Config,
    channel: &ChannelId,
    most: usize,
    stop: &CancellationToken,
) -> Result<Sending, DrainError> {
    let Some(settings) = config.channel(channel) else { return Ok(Sending::default()) };
    let open = effects.ways.channel(settings)?;
    let now = effects.clock.now();
    let most = effects.store.channel_state(channel).await?.map_or(most, |state| outbox::room(&state, now, most));
    if most == 0 {
        return Ok(Sending::default());
    }
    let until = now.saturating_add(LEASE).unwrap_or(now);
    let leased = effects.store.lease_messages(channel, now, most, until).await?;
    let mut done = Sending { leased: leased.len(), delivered: 0 };
    let mut left = leased.into_iter();
    for message in left.by_ref() {
        // A lease that is nearly over is given back: its message must not be sent by two.
        let expired = effects.clock.now().saturating_add(SignedDuration::from_mins(1)).unwrap_or(until) > until;
        if stop.is_cancelled() || expired {
            let rest: Vec<MessageId> = std::iter::once(message.id).chain(left.map(|message| message.id)).collect();
            effects.store.unlease(&rest);
            break;
        }
        let now = effects.clock.now();
        if wishes::is_unwanted(effects, config, &message, now).await? {
            effects.store.acknowledge(outbox::suppress(message, now), None, Vec::new()).await?;
            continue;
        }
        let outcome = open.send(&message, effects.clock.now()).await;
        effects.hook.pass("drain.sent");
        done.delivered += usize::from(matches!(outcome, Outcome::Accepted { .. }));
        metrics::counter!(telemetry::SENDS, "channel" => channel.to_string(), "outcome" => outcome.word()).increment(1);
        let stopped = settle(effects, config, (message, settings), outcome).await?;
        if stopped {
            effects.store.unlease(&left.map(|message| message.id).collect::<Vec<_>>());
            break;
        }
    }
    Ok(done)
}

/// Commits an outcome. Returns whether the channel is to be left alone now.
async fn settle(
    effects: &Effects,
    config: &Config,
    (message, settings): (Message, &Settings),
    outcome: Outcome,
) -> Result<bool, DrainError> {
    let now = effects.clock.now();
    let before = effects.store.channel_state(&settings.id).await?.unwrap_or_else(|| ChannelState::new(&settings.id));
    let seed = crate::base::ids::hash64(&[message.id.as_str().as_bytes(), &message.tries.to_be_bytes()]);
    let fails = !matches!(outcome, Outcome::Accepted { .. } | Outcome::Refused { .. });
    if fails {
        tracing::warn!(channel = %settings.id, id = %message.id, reason = outcome.text(), "a message was not taken; it stays in the outbox");
    }
    let after = outbox::after(message, &before, &Attempted { outcome, at: now, seed }, &settings.policy());
    let notices = notice::of_channel(config, &settings.id, &after.notices, now)?;
    let channel = (after.channel != before).then_some(after.channel);
    effects.store.acknowledge(after.message, channel, notices).await?;
    effects.hook.pass("drain.acknowledged");
    Ok(fails)
}

/// The digest a rep would get now, the first where it takes several: of what waits for them, or of their best leads where nothing waits.
pub async fn preview(effects: &Effects, config: &Config, rep: &Rep, now: Timestamp) -> Result<(Rendered, usize), DrainError> {
    let of_them = EntryFilter { rep: Some(rep.rep.id.clone()), ..EntryFilter::default() };
    let waiting = effects.store.waiting_entries(of_them, ENTRIES).await?;
    let mut due = still_due(effects, (config, rep), waiting.iter().filter_map(|entry| Some((&entry.lead, entry.reminds()?))), now).await?;
    let (mut altered, over) =
        still_told(effects, (config, rep), waiting.iter().filter_map(|entry| Some((&entry.lead, entry.change()?))), now).await?;
    let waits = waiting.len();
    let of_leads: Vec<Entry> = waiting.iter().filter(|entry| entry.of_tender.is_none()).cloned().collect();
    let mut known = known(effects, (config, rep), &as_one(&of_leads, now)).await?;
    if waits == 0 {
        let filter = crate::store::LeadFilter { owner: Some(rep.rep.id.clone()), ..Default::default() };
        for lead in effects.store.leads(filter, PREVIEW).await? {
            known.push(Known::untold(effects, (config, rep), lead).await?);
        }
    }
    let Told { mut shown, mut closed } = telling::leads(effects, (config, rep.language), known, now).await?;
    leave_unheard(&mut altered, &shown);
    if let Some(channel) = config.channel_of(rep) {
        leave_told_apart(effects, (rep, channel), &altered, &mut shown).await?;
    }
    let passed = waiting.iter().filter_map(|entry| Some((&entry.lead, entry.passed()?.0)));
    let lost = still_passed(effects, (config, rep), passed, &mut altered, now).await?;
    add_closed(&mut closed, over);
    let (items, changes) = (items(&shown, config), changes(&altered));
    tell_once(&reader(rep), (&items, &changes), &mut due, now);
    let deadlines = deadlines(&due);
    let asks = pairs::open(effects, config, rep).await?;
    let news = render::News {
        items: &items,
        changes: &changes,
        deadlines: &deadlines,
        closed: &closed,
        lost: &lost,
        pairs: &asks.pairs,
        ..render::News::default()
    };
    Ok((digest(effects, config, rep, (&news, &Links::default()), now).await?, waits))
}
