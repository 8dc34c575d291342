//! Sends messages of the outbox again: what was given up, and to machines also what was delivered. Answers alone; the store does it.

use anyhow::{anyhow, bail};

use super::answer::{AnswerError, channel_named, moment};
use super::ask::ReplayedView;
use super::views;
use crate::base::ids::MessageId;
use crate::base::text::count;
use crate::config::Config;
use crate::model::{Message, MessageState};
use crate::pipeline::Effects;
use crate::store::{MessageFilter, Replay, Standing};

/// Messages looked through.
const MESSAGES: usize = 100_000;

/// Makes messages ready again, or only says which. What was delivered is sent again to one channel of machines, under the same ids.
pub(super) async fn replay(
    effects: &Effects,
    config: &Config,
    (ids, since, channel): (Vec<String>, Option<String>, Option<String>),
    delivered: bool,
    dry_run: bool,
) -> Result<ReplayedView, AnswerError> {
    let named = channel_named(config, channel.as_deref());
    let ids: Vec<MessageId> = ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
    let since = since.as_deref().map(|text| moment(text, false, &config.daemon.zone)).transpose()?;
    let id = named.id()?;
    let which = match (ids.is_empty(), since, &id, delivered) {
        (false, _, _, false) => Replay::These(ids),
        (true, Some(since), _, false) => Replay::DeadSince(since, id.clone()),
        (true, Some(since), Some(channel), true) => {
            let known = config.channel(channel).ok_or_else(|| {
                let known = config.channels.iter().map(|channel| channel.id.as_str());
                anyhow!(crate::base::text::no_such("channel", channel.as_str(), known))
            })?;
            if known.carries_mail() {
                bail!(
                    "`{channel}` carries mail to people, who would get every letter again: only channels of machines, which drop repeats by id, are \
                     sent to again. What a rep was told is in `atalaya lead list --owner REP`"
                );
            }
            Replay::DeliveredSince(since, channel.clone())
        }
        (.., true) => bail!("name the channel and a time: --delivered --channel NAME --since 2026-11-20"),
        (true, None, _, false) => bail!("name the messages to replay, or a time with --since"),
    };
    let (found, left_out) = meant(effects, &which).await?;
    let found = if dry_run { found } else { effects.store.replay(which.clone(), effects.clock.now()).await? };
    if found.is_empty() && left_out == 0 {
        named.expect()?;
    }
    let gone = (left_out > 0).then(|| {
        let messages = count(left_out, "message is", "messages are");
        format!(
            "{messages} left out: they tell of leads that are no more, because they were taken back or forgotten, or are part of others"
        )
    });
    let notes: Vec<String> = note(effects, config, &which, found.is_empty() && left_out == 0).into_iter().chain(gone).collect();
    let note = (!notes.is_empty()).then(|| notes.join(". "));
    Ok(ReplayedView { note, ids: found.iter().map(ToString::to_string).collect() })
}

/// The messages that would be sent again, the oldest first, and how many are left out because they tell of leads that are no more.
async fn meant(effects: &Effects, which: &Replay) -> Result<(Vec<MessageId>, usize), AnswerError> {
    let (channel, standing) = match which {
        Replay::These(_) => (None, Standing::Dead),
        Replay::DeadSince(_, channel) => (channel.clone(), Standing::Dead),
        Replay::DeliveredSince(_, channel) => (Some(channel.clone()), Standing::Delivered),
    };
    let messages = effects.store.messages(MessageFilter { channel, standing: Some(standing), recipient: None }, MESSAGES).await?;
    let is_meant = |message: &&Message| match (which, &message.state) {
        (Replay::These(ids), _) => ids.contains(&message.id),
        (Replay::DeadSince(since, _), MessageState::Dead { at, .. })
        | (Replay::DeliveredSince(since, _), MessageState::Delivered { at }) => at >= since,
        (Replay::DeadSince(..) | Replay::DeliveredSince(..), _) => false,
    };
    let (mut found, mut left_out) = (Vec::new(), 0);
    for message in messages.iter().rev().filter(is_meant) {
        if effects.store.tells_of_gone(message).await? {
            left_out += 1;
        } else {
            found.push(message.id.clone());
        }
    }
    Ok((found, left_out))
}

/// What is to be known beside the messages: how far back they go, or what else to ask for.
fn note(effects: &Effects, config: &Config, which: &Replay, nothing: bool) -> Option<String> {
    match which {
        Replay::DeliveredSince(since, _) => {
            // Messages quote what is known of people: none is kept longer than what went away.
            let kept = config.store.keep_delivered.min(config.keep.keep_gone);
            let days = kept.as_hours() / 24;
            let first = effects.clock.now().saturating_sub(kept).unwrap_or(*since);
            let lost = if *since < first { format!("; what was delivered before {} is gone", views::time(first)) } else { String::new() };
            Some(format!("Delivered messages are kept for {days} days (`keep_delivered` in [store], at most `keep_gone`){lost}"))
        }
        Replay::These(_) | Replay::DeadSince(..) if nothing => {
            Some("None of them was given up. What was delivered is sent again with --delivered --channel NAME --since DAY".to_owned())
        }
        Replay::These(_) | Replay::DeadSince(..) => None,
    }
}
