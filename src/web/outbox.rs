//! The outbox as it is shown: its messages, and what holds a channel back. Sends nothing.

use std::collections::HashMap;

use jiff::Timestamp;

use super::answer::{AnswerError, channel_named, unknown};
use super::ask::MessageView;
use super::sent::HeldView;
use super::views::time;
use crate::base::ids::ChannelId;
use crate::config::Config;
use crate::model::{ChannelState, Message, MessageState};
use crate::pipeline::Effects;
use crate::store::{MessageFilter, Standing};

/// Messages of a channel, standing so.
pub(super) async fn list(
    effects: &Effects,
    config: &Config,
    (channel, standing): (Option<&str>, Option<&str>),
    limit: usize,
) -> Result<Vec<MessageView>, AnswerError> {
    let channel = channel_named(config, channel);
    let standing = standing.map(standing_of).transpose()?;
    let found = effects.store.messages(MessageFilter { channel: channel.id()?, standing, recipient: None }, limit).await?;
    if found.is_empty() {
        channel.expect()?;
    }
    let held = held(effects).await?;
    Ok(found.iter().map(|one| message(one, &held, effects.clock.now())).collect())
}

fn standing_of(word: &str) -> Result<Standing, AnswerError> {
    Standing::from_word(word).ok_or_else(|| unknown("state of messages", word, Standing::ALL.iter().map(|standing| standing.word())))
}

/// The channels whose messages wait because their receivers fail.
pub(super) async fn held(effects: &Effects) -> Result<HashMap<ChannelId, HeldView>, AnswerError> {
    let waiting: HashMap<ChannelId, u64> = effects.store.counts().await?.waiting.into_iter().collect();
    let states = effects.store.channel_states().await?;
    let held = |state: &ChannelState| held_back(state, waiting.get(&state.channel).copied().unwrap_or_default());
    Ok(states.iter().filter_map(|state| Some((state.channel.clone(), held(state)?))).collect())
}

/// What holds the messages of a channel back, if its receiver fails; so many wait.
fn held_back(state: &ChannelState, waiting: u64) -> Option<HeldView> {
    let until = match (&state.disabled, state.not_before) {
        (Some(_), _) => None,
        (None, Some(until)) => Some(time(until)),
        (None, None) => return None,
    };
    let why = state.disabled.as_ref().or(state.last_failure.as_ref());
    Some(HeldView {
        since: state.failing_since.map(time),
        until,
        failures: state.failures,
        why: why.cloned().unwrap_or_else(|| "what it answered is not known".to_owned()),
        waiting,
    })
}

/// A message, with what holds its channel back where it waits.
fn message(message: &Message, held: &HashMap<ChannelId, HeldView>, now: Timestamp) -> MessageView {
    let waits = matches!(message.state, MessageState::Ready { .. });
    MessageView {
        held: held.get(&message.channel).filter(|_| waits).cloned(),
        id: message.id.to_string(),
        channel: message.channel.to_string(),
        kind: message.kind.word().to_owned(),
        title: message.title.clone(),
        state: message.state.word().to_owned(),
        detail: match &message.state {
            MessageState::Ready { not_before } if *not_before <= now => format!("due since {}", time(*not_before)),
            MessageState::Ready { not_before } => format!("not before {}", time(*not_before)),
            MessageState::Leased { until } => format!("until {}", time(*until)),
            MessageState::Delivered { at } | MessageState::Suppressed { at } => format!("at {}", time(*at)),
            MessageState::Dead { at, reason } => format!("at {}: {reason}", time(*at)),
        },
        tries: message.tries,
        last: message.attempts.last().map(|attempt| format!("{} {}", time(attempt.at), attempt.outcome)),
        made: time(message.made),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MessageKind, Sealed};

    #[test]
    fn a_message_whose_time_has_come_is_due_and_not_to_come() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().expect("time");
        let sealed = Sealed { content_type: String::new(), bytes: Vec::new(), recipient: String::new() };
        let ready = crate::outbox::alone(&"crm".parse().expect("slug"), MessageKind::Test, "x", sealed, at);
        for (now, want) in [
            ("2026-11-23T07:59:00Z", "not before 2026-11-23T08:00:00Z"),
            ("2026-11-23T08:00:00Z", "due since 2026-11-23T08:00:00Z"),
            ("2026-11-24T08:00:00Z", "due since 2026-11-23T08:00:00Z"),
        ] {
            assert_eq!(message(&ready, &HashMap::new(), now.parse().expect("time")).detail, want);
        }
    }

    #[test]
    fn what_holds_a_channel_back_is_shown_with_what_waits_for_it() {
        let crm: ChannelId = "crm".parse().expect("slug");
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().expect("time");
        let fails = ChannelState {
            failures: 3,
            failing_since: Some(at),
            not_before: Some("2026-11-23T08:30:00Z".parse().expect("time")),
            last_failure: Some("503 Service Unavailable".to_owned()),
            ..ChannelState::new(&crm)
        };
        let off = ChannelState { disabled: Some("gone for good".to_owned()), ..fails.clone() };
        for (state, want) in [
            (&ChannelState::new(&crm), None),
            // Of one message alone: the others go on.
            (&ChannelState { not_before: None, ..fails.clone() }, None),
            (&fails, Some((Some("2026-11-23T08:30:00Z"), "503 Service Unavailable"))),
            (&off, Some((None, "gone for good"))),
        ] {
            let view = held_back(state, 7);
            assert_eq!(view.as_ref().map(|view| (view.until.as_deref(), view.why.as_str())), want);
            assert!(view.is_none_or(|view| view.since.as_deref() == Some("2026-11-23T08:00:00Z") && view.waiting == 7));
        }
        let all: HashMap<_, _> = held_back(&fails, 7).map(|view| (crm.clone(), view)).into_iter().collect();
        let sealed = Sealed { content_type: String::new(), bytes: Vec::new(), recipient: String::new() };
        let ready = crate::outbox::alone(&crm, MessageKind::Test, "x", sealed, at);
        assert!(message(&ready, &all, at).held.is_some());
        let delivered = Message { state: MessageState::Delivered { at }, ..ready };
        assert_eq!(message(&delivered, &all, at).held, None, "it waits for nothing");
    }
}
