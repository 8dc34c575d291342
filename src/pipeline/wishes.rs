//! What recipients want to be spared: nothing more at all, nothing for a while, a digest once a week. Obeyed when a message is sealed and again
//! when it is sent, so that a wish counts before the next mail leaves.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Effects;
use super::drain::{DrainError, ENTRIES};
use crate::base::ids::RepId;
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{Entry, Lane, Message, MessageKind, MessageState};
use crate::render::Address;
use crate::store::{CommitError, DueEntries, EntryFilter, MessageFilter, Scope, Standing, StoreError, Suppression};
use crate::{outbox, route};

/// Letters of one channel that are taken back at once.
const MESSAGES: usize = 1_000;

/// Whether a message is not to leave as things are now: its recipient takes none of its kind, or there is no rep any more to whom it goes by this way
/// and address. What a letter was to tell waits again then, and is told anew in its time: nobody wants what was written weeks ago.
pub(super) async fn is_unwanted(effects: &Effects, config: &Config, message: &Message, now: Timestamp) -> Result<bool, StoreError> {
    let recipient = &message.sealed.recipient;
    if recipient.is_empty() {
        return Ok(false);
    }
    let of_rep = config.reps.iter().filter(|rep| rep.channel == message.channel).find(|rep| {
        let mailbox = Address::parse(&rep.rep.email).map_or_else(|_| rep.rep.email.clone(), |address| address.email());
        is_same(&mailbox, recipient)
    });
    let letter = matches!(message.kind, MessageKind::Digest | MessageKind::Alert);
    if letter && of_rep.is_none() {
        return Ok(true);
    }
    let address = of_rep.map_or(recipient, |rep| &rep.rep.email);
    let Some(wish) = effects.store.suppressed(&message.channel, address).await? else { return Ok(false) };
    Ok(match (wish.scope, message.kind) {
        (Scope::All, _) | (Scope::Digests, MessageKind::Digest) | (Scope::Alerts, MessageKind::Alert) => true,
        (_, _) => letter && wish.paused.is_some_and(|until| until > now),
    })
}

/// Takes back the letters that wait for channels which are not there any more: what they were to tell is told anew, by the one that their rep has.
pub(super) async fn take_back_gone(effects: &Effects, config: &Config, now: Timestamp) -> Result<(), DrainError> {
    let waiting = effects.store.counts().await?.waiting;
    for (channel, _) in waiting.into_iter().filter(|(id, waits)| *waits > 0 && config.channel(id).is_none()) {
        take_back(effects, MessageFilter { channel: Some(channel), ..MessageFilter::default() }, |_| true, now).await?;
    }
    Ok(())
}

/// Takes back some of the letters that wait; one that was sent or given up meanwhile stays what it is.
async fn take_back(effects: &Effects, filter: MessageFilter, which: impl Fn(&Message) -> bool, now: Timestamp) -> Result<(), DrainError> {
    let filter = MessageFilter { standing: Some(Standing::Ready), ..filter };
    for message in effects.store.messages(filter, MESSAGES).await? {
        if matches!(message.kind, MessageKind::Digest | MessageKind::Alert) && which(&message) {
            unless_conflict(effects.store.acknowledge(outbox::suppress(message, now), None, Vec::new()).await)?;
        }
    }
    Ok(())
}

/// Whether a rep takes a digest at this time, though it had nothing in it: not while they paused, and at their own rhythm.
pub(super) async fn takes_digest(
    effects: &Effects,
    channel: &Settings,
    rep: &Rep,
    window: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(wish) = effects.store.suppressed(&channel.id, &rep.rep.email).await? else { return Ok(true) };
    let refused = matches!(wish.scope, Scope::All | Scope::Digests) || wish.paused.is_some_and(|until| until > now);
    Ok(!refused && (!wish.weekly || rep.digest.weekly(window) == window))
}

/// The due entries of a rep that may be sealed now; those that a pause or a weekly digest holds back get their new time. What a pause held
/// back comes with one digest after it, not as alerts.
pub(super) async fn held_back(effects: &Effects, rep: &Rep, due: DueEntries, now: Timestamp) -> Result<Vec<Entry>, DrainError> {
    let Some(wish) = effects.store.suppressed(&due.channel, &rep.rep.email).await? else { return Ok(due.entries) };
    let (wait, go): (Vec<Entry>, Vec<Entry>) =
        due.entries.into_iter().map(|entry| later(entry, rep, &wish, now)).partition(|entry| entry.due > now);
    postpone(effects, wait).await?;
    Ok(go)
}

/// Gives entries another time or address, unless others wrote meanwhile: those that are due are looked at with the next round. Returns whether it
/// was done.
pub(super) async fn postpone(effects: &Effects, entries: Vec<Entry>) -> Result<bool, CommitError> {
    if entries.is_empty() {
        return Ok(true);
    }
    unless_conflict(effects.store.postpone(entries).await)
}

fn unless_conflict(done: Result<(), CommitError>) -> Result<bool, CommitError> {
    match done {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error @ CommitError::Store(_)) => Err(error),
    }
}

/// The reps who asked for no more mails: what is theirs is told to nobody.
pub async fn silent(effects: &Effects, config: &Config) -> Result<BTreeSet<RepId>, StoreError> {
    let wishes = effects.store.suppressions().await?;
    let none = |rep: &Rep| wishes.iter().any(|wish| wish.scope == Scope::All && is_of(wish, rep));
    Ok(config.reps.iter().filter(|rep| none(rep)).map(|rep| rep.rep.id.clone()).collect())
}

/// Whether a wish is this rep's.
pub(super) fn is_of(wish: &Suppression, rep: &Rep) -> bool {
    wish.channel == rep.channel && is_same(&wish.recipient, &rep.rep.email)
}

/// Whether two addresses are one, as wishes are filed.
fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// An entry at the time that its rep's wish leaves it.
pub(super) fn later(entry: Entry, rep: &Rep, wish: &Suppression, now: Timestamp) -> Entry {
    let entry = match wish.paused.filter(|until| *until > now) {
        Some(until) => Entry { lane: Lane::Digest, due: rep.digest.next(until), ..entry },
        // Who takes no alerts gets it with the digest.
        None if wish.scope == Scope::Alerts && entry.lane == Lane::Urgent => {
            return Entry { lane: Lane::Digest, due: rep.digest.next(now), ..entry };
        }
        // Who takes no digests is not told of it: it waits for the day they take them again.
        None if wish.scope == Scope::Digests && entry.lane == Lane::Digest && entry.due <= now => {
            return Entry { due: rep.digest.next(now), ..entry };
        }
        None => entry,
    };
    if !wish.weekly || entry.lane == Lane::Urgent {
        return entry;
    }
    let due = rep.digest.weekly(entry.due);
    match entry.ends() {
        // The week's digest would be too late for it.
        Some(end) if end <= due && wish.scope == Scope::Alerts => entry,
        Some(end) if end <= due => Entry { lane: Lane::Urgent, ..entry },
        Some(_) | None => Entry { due, ..entry },
    }
}

/// An entry that nothing holds back any more: with the next digest, or at once where that would be too late for what closes; `None` where it waits
/// no longer than that as it is.
fn free(entry: Entry, rep: &Rep, next: Timestamp, now: Timestamp) -> Option<Entry> {
    let closes = entry.ends().filter(|end| *end > now && rep.rep.alerts_per_hour > 0 && route::closes_early(*end, next, now));
    match closes {
        Some(end) if entry.due > now => {
            let due = rep.rep.quiet_until(now).filter(|over| *over < end).unwrap_or(now);
            Some(Entry { lane: Lane::Urgent, due, ..entry })
        }
        Some(_) | None => (entry.due > next).then_some(Entry { lane: Lane::Digest, due: next, ..entry }),
    }
}

/// Remembers what a recipient wants from now on; that they want everything again too, so that it outlives the restore of a store in which
/// they did not. What waits for them gets the time it would have without a wish; sealing holds
/// it back again if need be. Looks at what waits, not at what was wished before, so that trying again does what a try cut short left.
pub async fn wish(effects: &Effects, config: &Config, wish: Suppression, now: Timestamp) -> Result<(), DrainError> {
    let (channel, recipient) = (wish.channel.clone(), wish.recipient.clone());
    effects.store.suppress(wish).await?;
    for rep in config.reps.iter().filter(|rep| is_same(&rep.rep.email, &recipient)) {
        let filter = EntryFilter { channel: Some(channel.clone()), rep: Some(rep.rep.id.clone()) };
        let next = rep.digest.next(now);
        let freed = effects.store.waiting_entries(filter, ENTRIES).await?.into_iter().filter_map(|entry| free(entry, rep, next, now));
        let freed: Vec<Entry> = freed.collect();
        postpone(effects, freed).await?;
    }
    // Letters that were made before waiting letters were taken back may wait for the end of a pause, and hold up what comes after them.
    let filter = MessageFilter { channel: Some(channel), recipient: Some(recipient), ..MessageFilter::default() };
    let parked = |message: &Message| matches!(message.state, MessageState::Ready { not_before } if not_before > now && message.tries == 0);
    take_back(effects, filter, parked, now).await
}
