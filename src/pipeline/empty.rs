//! Digests with nothing in them: whether a rep gets one at a digest time, so that no mail is never taken for "nothing happened" when a source
//! was not read, or held open tenders when it was added. Once per digest time, stored before it is sent. Owns no loop but over the reps.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::drain::{DrainError, ENTRIES, seal};
use super::stock::stock;
use super::{Effects, completeness_of, wishes};
use crate::base::ids::{ContentHash, RepId};
use crate::config::{Config, Rep};
use crate::deliver::Settings;
use crate::model::{Completeness, Lane, Message, MessageKind, MessageState, Trouble};
use crate::outbox::Batch;
use crate::route::EmptyDigest;
use crate::store::{EntryFilter, MessageFilter};

/// So long after a start sources that are late are waited for: the first round, after a stop or a `restore`, is under way.
const FIRST: SignedDuration = SignedDuration::from_mins(30);
/// Messages of one recipient looked through for a digest that left already.
const MESSAGES: usize = 200;

/// The last digest time that is done with, and the troubles the rep knows of.
struct Known {
    window: Timestamp,
    /// [`troubles`] as they were told of.
    troubles: String,
}

/// Seals the empty digests that are due; `told` are the reps whose digest with leads was sealed just now. Returns how many.
pub(super) async fn seal_empty(effects: &Effects, config: &Config, told: &HashSet<RepId>, now: Timestamp) -> Result<usize, DrainError> {
    let mut sealed = 0;
    for rep in &config.reps {
        let (Some(channel), Some(window)) = (config.channel_of(rep), rep.digest.last(now)) else { continue };
        if rep.rep.empty_digest == EmptyDigest::Never {
            continue;
        }
        let mark = format!("digest.{}", rep.rep.id);
        let known = match effects.store.mark(&mark).await?.and_then(|bytes| read(&bytes)) {
            Some(known) if known.window >= window => continue,
            Some(known) => known,
            // Nobody is told of digest times before they were a rep.
            None => {
                effects.store.set_mark(&mark, Some(written(&Known { window, troubles: troubles(&[]) }))).await?;
                continue;
            }
        };
        let standings = completeness_of(effects, &config.feeding(rep), now).await?;
        if !told.contains(&rep.rep.id) && in_first_round(&standings, effects.begun, now) {
            continue;
        }
        let troubles = troubles(&standings);
        let news = match rep.rep.empty_digest {
            EmptyDigest::Always => true,
            EmptyDigest::Trouble => {
                troubles != known.troubles
                    || stock(effects, config, (rep, channel), &HashSet::new(), now).await?.iter().any(|one| one.open > 0)
            }
            EmptyDigest::Never => false,
        };
        let had = told.contains(&rep.rep.id) || (news && had_one(effects, channel, rep, window).await?);
        // What became due meanwhile comes with the next round: it must not be denied before.
        let waits = !had && news && waits(effects, channel, rep, now).await?;
        if waits {
            continue;
        }
        let send = !had && news && rep.rep.absent_until(now).is_none() && wishes::takes_digest(effects, channel, rep, window, now).await?;
        if send {
            let batch = Batch {
                channel: channel.id.clone(),
                rep: rep.rep.id.clone(),
                lane: Lane::Digest,
                window,
                leads: Vec::new(),
                reminders: Vec::new(),
                changes: Vec::new(),
                passed: Vec::new(),
                held: None,
                entries: Vec::new(),
            };
            let (message, asked, told) = seal(effects, (config, rep, channel), batch, now).await?;
            effects.store.seal(message, asked, told).await?;
            sealed += 1;
        }
        let troubles = if had || send { troubles } else { known.troubles };
        effects.store.set_mark(&mark, Some(written(&Known { window, troubles }))).await?;
    }
    Ok(sealed)
}

/// Whether the daemon began so lately that what is late may only have to be visited.
fn in_first_round(standings: &[Completeness], begun: Timestamp, now: Timestamp) -> bool {
    now.duration_since(begun) < FIRST && standings.iter().any(|standing| matches!(standing.trouble, Some(Trouble::Late)))
}

/// What is wrong and lasts, in one value: the same as long as nothing turns bad and nothing is well again.
fn troubles(standings: &[Completeness]) -> String {
    let lasting = standings.iter().filter(|standing| standing.lasting);
    let words = lasting.filter_map(|standing| Some(format!("{}:{}\n", standing.source, standing.trouble.as_ref()?.word())));
    ContentHash::of(words.collect::<String>().as_bytes()).to_string()
}

/// Whether there is something for a rep's digest that is due by now, and not held back by a wish of theirs.
async fn waits(effects: &Effects, channel: &Settings, rep: &Rep, now: Timestamp) -> Result<bool, DrainError> {
    let filter = EntryFilter { channel: Some(channel.id.clone()), rep: Some(rep.rep.id.clone()) };
    let found = effects.store.waiting_entries(filter, ENTRIES).await?;
    Ok(found.iter().any(|entry| entry.due <= now))
}

/// Whether a digest for this time left already, should the process have ended in between. One that was not sent is none.
async fn had_one(effects: &Effects, channel: &Settings, rep: &Rep, window: Timestamp) -> Result<bool, DrainError> {
    let recipient = Some(rep.rep.email.clone());
    let filter = MessageFilter { channel: Some(channel.id.clone()), recipient, ..MessageFilter::default() };
    let found = effects.store.messages(filter, MESSAGES).await?;
    let sent = |message: &Message| !matches!(message.state, MessageState::Suppressed { .. });
    let of_news = |message: &&Message| message.kind == MessageKind::Digest && !message.entries.is_empty() && message.made >= window;
    Ok(found.iter().filter(of_news).any(sent))
}

fn written(known: &Known) -> Vec<u8> {
    format!("{} {}", known.window, known.troubles).into_bytes()
}

fn read(bytes: &[u8]) -> Option<Known> {
    let (window, troubles) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
    Some(Known { window: window.parse().ok()?, troubles: troubles.to_owned() })
}
