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
    let mut notes: Vec<String> = Vec::new();
    match &which {
        Replay::These(ids) => {
            for id in ids.iter().filter(|id| !found.contains(id)) {
                notes.push(format!("{id} {}", instead(effects.store.message(id).await?.as_ref())));
            }
        }
        Replay::DeadSince(..) | Replay::DeliveredSince(..) => {
            notes.extend(note(effects, config, &which, found.is_empty() && left_out == 0));
        }
    }
    if left_out > 0 {
        let messages = count(left_out, "message is", "messages are");
        notes.push(format!(
            "{messages} left out: they tell of nothing but leads that are no more, because they were taken back or forgotten, or are part of others"
        ));
    }
    let note = (!notes.is_empty()).then(|| notes.join("\n"));
    Ok(ReplayedView { note, ids: found.iter().map(ToString::to_string).collect() })
}

/// Why a message is not replayed, and what to do instead.
fn instead(message: Option<&Message>) -> String {
    let Some(message) = message else {
        return "is not kept (any more): `atalaya outbox list` shows what is".to_owned();
    };
    match &message.state {
        MessageState::Ready { .. } | MessageState::Leased { .. } => {
            let channel = &message.channel;
            format!("waits and leaves by itself: nothing need be done, unless the channel `{channel}` is switched off (`atalaya status`)")
        }
        MessageState::Delivered { at } if message.sealed.recipient.is_empty() => format!(
            "was delivered at {}: `atalaya outbox replay --delivered --channel {} --since {}` sends it again, with what followed it",
            views::time(*at),
            message.channel,
            at.strftime("%Y-%m-%d")
        ),
        MessageState::Delivered { at } => format!(
            "was delivered at {}, and mail is not sent to a person twice: what a rep was told is in `atalaya lead list --owner REP`",
            views::time(*at)
        ),
        MessageState::Suppressed { .. } => {
            "was not wanted by its recipient, or nothing in it was to be told any more: `atalaya status` shows who chose what".to_owned()
        }
        MessageState::Dead { .. } => "is of a lead of which the receiver has something newer: nothing is missing there".to_owned(),
    }
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
        Replay::DeadSince(..) if nothing => {
            Some("None was given up. What was delivered is sent again with --delivered --channel NAME --since DAY".to_owned())
        }
        Replay::These(_) | Replay::DeadSince(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{MessageKind, Sealed};
    use crate::outbox;

    #[test]
    fn what_is_not_replayed_says_what_to_do_instead() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().expect("time");
        let message = |recipient: &str, state: MessageState| {
            let sealed = Sealed { content_type: String::new(), bytes: Vec::new(), recipient: recipient.to_owned() };
            Message { state, ..outbox::alone(&"crm".parse().expect("slug"), MessageKind::Lead, "x", sealed, at) }
        };
        let dead = MessageState::Dead { at, reason: "404".to_owned() };
        let all = [
            ("", MessageState::Ready { not_before: at }),
            ("", MessageState::Delivered { at }),
            ("ana@example.com", MessageState::Delivered { at }),
            ("ana@example.com", MessageState::Suppressed { at }),
            ("", dead),
        ];
        let mut said: Vec<String> = all.into_iter().map(|(to, state)| instead(Some(&message(to, state)))).collect();
        said.push(instead(None));
        insta::assert_snapshot!(said.join("\n"));
    }
}
