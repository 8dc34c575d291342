//! What waits for who can be told nothing: who asked for no more mails, and who is not configured any more. It goes to who has its lead by now, or
//! waits for the day they take mails again; what waited in vain is given up, where it is seen. Writes no letter.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::drain::DrainError;
use super::news::owner_of;
use super::{Effects, notice, silent, wishes};
use crate::base::ids::RepId;
use crate::base::text::count;
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{Entry, Lane, Message, MessageState, Sealed};
use crate::outbox;
use crate::store::{EntryFilter, StoreError};

/// How long what was decided waits for who is told nothing: whoever comes back later begins with what is new.
const WAITS: SignedDuration = SignedDuration::from_hours(24 * WAITS_DAYS);
/// The same in days.
const WAITS_DAYS: i64 = 90;
/// How often what waits for somebody without a digest is looked at: its lead may be another's by then.
const LOOK: SignedDuration = SignedDuration::from_hours(24);
/// Waiting entries looked through.
const LOOKED: usize = 20_000;

/// What waits for one rep who is told nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// For whom.
    pub rep: RepId,
    /// How much.
    pub entries: usize,
    /// Since when the oldest does.
    pub since: Timestamp,
    /// Why they are told nothing.
    pub why: String,
    /// Whether they asked for that.
    pub asked: bool,
}

impl Stranded {
    /// In one line.
    pub fn words(&self, now: Timestamp) -> String {
        let days = usize::try_from(now.duration_since(self.since).as_hours() / 24).unwrap_or_default();
        let days = if days == 0 { "less than a day".to_owned() } else { count(days, "day", "days") };
        let (waits, them) = if self.entries == 1 { ("waits", "it is") } else { ("wait", "they are") };
        let news = count(self.entries, "piece of news", "pieces of news");
        format!(
            "{}: {news} {waits}, the oldest for {days}; once that has changed {them} told with the next digest, what nobody was told in {WAITS_DAYS} days \
             is given up",
            self.why
        )
    }
}

/// To whom a rep's mails go, and by which way; or why to nobody.
pub(super) fn addressee<'a>(config: &'a Config, silent: &BTreeSet<RepId>, id: &RepId) -> Result<(&'a Rep, &'a Settings), String> {
    let rep = config.rep(id).ok_or_else(|| format!("{id} is not configured any more"))?;
    if silent.contains(id) {
        return Err(format!("{id} asked for no more mails"));
    }
    let channel = config.channel_of(rep).filter(|channel| channel.carries_mail());
    Ok((rep, channel.ok_or_else(|| format!("the channel {} of {id} is not configured any more", rep.channel))?))
}

/// Why nobody is told what waits for this rep; `None`: they are.
pub fn why_not(config: &Config, silent: &BTreeSet<RepId>, id: &RepId) -> Option<String> {
    addressee(config, silent, id).err()
}

/// What waits for reps who are told nothing.
pub async fn stranded(effects: &Effects, config: &Config) -> Result<Vec<Stranded>, StoreError> {
    let silent = silent(effects, config).await?;
    let mut found: BTreeMap<RepId, Stranded> = BTreeMap::new();
    let waiting = effects.store.waiting_entries(EntryFilter::default(), LOOKED).await?;
    // That somebody else has something now is told by the way, and missed by nobody.
    for Entry { rep, at, lead, .. } in waiting.into_iter().filter(|entry| entry.passed().is_none()) {
        if why_not(config, &silent, &rep).is_none() {
            continue;
        }
        let lead = effects.store.lead(lead).await?;
        if lead.as_ref().and_then(owner_of).is_some_and(|owner| *owner != rep && why_not(config, &silent, owner).is_none()) {
            // It is about to go there.
            continue;
        }
        if let Some(one) = found.get_mut(&rep) {
            (one.entries, one.since) = (one.entries + 1, one.since.min(at));
        } else if let Some(why) = why_not(config, &silent, &rep) {
            let asked = silent.contains(&rep);
            found.insert(rep.clone(), Stranded { rep, entries: 1, since: at, why, asked });
        }
    }
    Ok(found.into_values().collect())
}

/// Sends the due entries of a rep who is told nothing on their way: to who has their lead by now, to a later day, or out of the world. Returns how
/// many messages stand for the last.
pub(super) async fn wait(
    effects: &Effects,
    config: &Config,
    (entries, why): (Vec<Entry>, &str),
    now: Timestamp,
) -> Result<usize, DrainError> {
    let (mut later, mut over) = (Vec::new(), Vec::new());
    for entry in entries {
        let lead = effects.store.lead(entry.lead).await?;
        let owner =
            lead.as_ref().and_then(owner_of).filter(|id| **id != entry.rep && entry.passed().is_none()).and_then(|id| config.rep(id));
        match owner.and_then(|rep| config.channel_of(rep).map(|channel| (rep, channel))) {
            Some((rep, channel)) => {
                let digest = rep.digest.next(now);
                let late = entry.ends().is_some_and(|end| end <= digest);
                let (lane, due) = if late { (Lane::Urgent, now) } else { (Lane::Digest, digest) };
                later.push(Entry { rep: rep.rep.id.clone(), channel: channel.id.clone(), lane, due, ..entry });
            }
            None if now.duration_since(entry.at) >= WAITS => over.push(Entry { lane: Lane::Digest, ..entry }),
            None => {
                let look = || now.saturating_add(LOOK).unwrap_or(Timestamp::MAX);
                let due = config.rep(&entry.rep).map_or_else(look, |rep| rep.digest.next(now));
                later.push(Entry { lane: Lane::Digest, due, ..entry });
            }
        }
    }
    wishes::postpone(effects, later).await?;
    give_up(effects, config, (&over, why), now).await
}

/// What waited in vain, as messages that are dead, so that it is seen. Replayed, they are told anew.
async fn give_up(effects: &Effects, config: &Config, (over, why): (&[Entry], &str), now: Timestamp) -> Result<usize, DrainError> {
    let mut made = 0;
    for batch in outbox::batches(over, &BTreeMap::new(), now) {
        let title = format!("{} for {}", count(batch.entries.len(), "piece of news", "pieces of news"), batch.rep);
        let reason = format!("nobody was told in {WAITS_DAYS} days: {why}");
        let sealed = Sealed { content_type: "text/plain".to_owned(), bytes: reason.clone().into_bytes(), recipient: String::new() };
        let by_the_way = batch.leads.is_empty() && batch.reminders.is_empty() && batch.changes.is_empty();
        let message = batch.seal(title, sealed, now);
        if by_the_way {
            effects.store.seal(outbox::suppress(message, now), Vec::new(), Vec::new()).await?;
            continue;
        }
        let text = format!(
            "“{}” was given up: {reason}. Once that has changed, tell it anew: atalaya outbox replay {}",
            message.title, message.id
        );
        effects.store.seal(Message { state: MessageState::Dead { at: now, reason }, ..message }, Vec::new(), Vec::new()).await?;
        effects.store.enqueue(notice::of_untold(config, vec![text], now)).await?;
        made += 1;
    }
    Ok(made)
}
