//! Sends messages of the outbox again: what was given up, and to machines also what was delivered. Answers alone; the store does it.

use anyhow::{anyhow, bail};

use super::answer::{AnswerError, channel_named, moment};
use super::ask::ReplayedView;
use super::views;
use crate::base::ids::{MessageId, RecordId};
use crate::base::text::count;
use crate::config::Config;
use crate::model::{Message, MessageKind, MessageState};
use crate::pipeline::Effects;
use crate::store::{LeftOut, Replay, Replayed};

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
    let now = effects.clock.now();
    let Replayed { again, left, more } =
        if dry_run { effects.store.replayed(which.clone(), now).await? } else { effects.store.replay(which.clone(), now).await? };
    let nothing = again.is_empty() && left.is_empty();
    if nothing {
        named.expect()?;
    }
    let mut notes: Vec<String> = Vec::new();
    match &which {
        Replay::These(ids) => {
            for id in ids.iter().filter(|id| !again.contains(id)) {
                let why = left.iter().find(|(left, _)| left == id).map_or(LeftOut::State, |(_, why)| *why);
                notes.push(format!("{id} {}", instead(effects.store.message(id).await?.as_ref(), why)));
            }
        }
        Replay::DeadSince(..) | Replay::DeliveredSince(..) => {
            notes.extend(note(effects, config, &which, nothing));
            notes.extend(left_out(&left));
        }
    }
    if more {
        notes.push("More are meant than are looked at at once: name a channel or a later --since for the rest".to_owned());
    }
    let note = (!notes.is_empty()).then(|| notes.join("\n"));
    Ok(ReplayedView { note, ids: again.iter().map(ToString::to_string).collect() })
}

/// How many messages are left out, and why.
fn left_out(left: &[(MessageId, LeftOut)]) -> Vec<String> {
    let reasons = [
        (
            LeftOut::Gone,
            "they tell of nothing but leads that are no more, because they were taken back or forgotten, or are part of others",
        ),
        (LeftOut::Overtaken, "their receivers have something newer on the same leads or tenders, which they would take back"),
        (LeftOut::State, "they are mail, and nobody gets it twice"),
    ];
    let said = |(why, words): (LeftOut, &str)| {
        let many = left.iter().filter(|(_, left)| *left == why).count();
        (many > 0).then(|| format!("{} left out: {words}", count(many, "message is", "messages are")))
    };
    reasons.into_iter().filter_map(said).collect()
}

/// Why a message is not replayed, and what to do instead.
fn instead(message: Option<&Message>, why: LeftOut) -> String {
    let Some(message) = message else {
        return "is not kept (any more): `atalaya outbox list` shows what is".to_owned();
    };
    match why {
        LeftOut::State => {}
        LeftOut::Gone => {
            return "tells of nothing but leads that are no more: they were taken back or forgotten, or are part of others".to_owned();
        }
        LeftOut::Overtaken => return overtaken(message),
    }
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
            "was not wanted by its recipient, and what it was to tell waits (`atalaya status` shows who chose what), or it is told by another one, or \
             nothing in it was to be told any more"
                .to_owned()
        }
        MessageState::Dead { .. } => "was given up just now: do the same once more".to_owned(),
    }
}

/// What its receiver has of it that a message would take back.
fn overtaken(message: &Message) -> String {
    match message.kind {
        MessageKind::Tender => format!(
            "is of a tender of which the receiver has something newer, which it would take back; what it told is in `atalaya tender history {}`",
            RecordId(message.order_key)
        ),
        MessageKind::Lead | MessageKind::Digest | MessageKind::Alert | MessageKind::Test | MessageKind::Notice => {
            "is of a lead of which the receiver has something newer: nothing is missing there".to_owned()
        }
    }
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
    use crate::model::Sealed;
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
        let mut said: Vec<String> = all.into_iter().map(|(to, state)| instead(Some(&message(to, state)), LeftOut::State)).collect();
        for (kind, why) in
            [(MessageKind::Lead, LeftOut::Gone), (MessageKind::Lead, LeftOut::Overtaken), (MessageKind::Tender, LeftOut::Overtaken)]
        {
            let message = Message { kind, order_key: 4711, ..message("", MessageState::Dead { at, reason: "404".to_owned() }) };
            said.push(instead(Some(&message), why));
        }
        said.push(instead(None, LeftOut::State));
        let left = [LeftOut::Gone, LeftOut::Overtaken, LeftOut::Overtaken].map(|why| (message("", MessageState::Delivered { at }).id, why));
        said.extend(left_out(&left));
        insta::assert_snapshot!(said.join("\n"));
    }
}
