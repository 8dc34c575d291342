//! What one attempt makes of a message and of its channel.

use jiff::{SignedDuration, Timestamp};

use super::Policy;
use crate::base::ids::ChannelId;
use crate::base::text::{clip, squeeze};
use crate::model::{Attempt, ChannelState, Message, MessageKind, MessageState};

/// Attempts kept on a message for people to read.
const ATTEMPTS_KEPT: usize = 10;
/// Characters of one attempt's text.
const TEXT_CHARS: usize = 300;
/// A channel that only failed for this long is switched off.
const DISABLED_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);

/// What came of an attempt. The texts are for people: no secret, no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Accepted {
        /// "250 2.0.0 queued", "204 No Content".
        text: String,
    },
    /// Not now: try the same bytes again.
    Later {
        /// What happened.
        text: String,
        /// The receiver's own word on when to come back.
        retry_after: Option<SignedDuration>,
        /// Whether the receiver as a whole is in trouble (no answer, 5xx), or only this message was put off (a grey-listed recipient).
        whole: bool,
    },
    /// Never for these bytes: the receiver works and says no.
    Refused {
        /// What it said.
        text: String,
    },
    /// The receiver wants nothing any more (410): the channel is switched off.
    Gone {
        /// What it said.
        text: String,
    },
}

impl Outcome {
    /// The word used as metric label.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Later { .. } => "later",
            Self::Refused { .. } => "refused",
            Self::Gone { .. } => "gone",
        }
    }

    /// What happened, in words.
    pub fn text(&self) -> &str {
        match self {
            Self::Accepted { text } | Self::Later { text, .. } | Self::Refused { text } | Self::Gone { text } => text,
        }
    }
}

/// An attempt that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// What came of it.
    pub outcome: Outcome,
    /// When it ended.
    pub at: Timestamp,
    /// For the jitter of the next wait; any number that differs between messages.
    pub seed: u64,
}

/// What the operator must hear by another channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// A channel was switched off.
    ChannelDisabled,
    /// A message was given up.
    MessageDead,
}

/// A word to the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What about.
    pub kind: NoticeKind,
    /// Which channel.
    pub channel: ChannelId,
    /// One sentence: what happened and what to do.
    pub text: String,
}

/// Message and channel after an attempt, to be committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// The message.
    pub message: Message,
    /// The channel.
    pub channel: ChannelState,
    /// What the operator must hear.
    pub notices: Vec<Notice>,
}

/// The message and its channel after an attempt. Total: an acknowledgement of a message that was already settled (a lease that ended and
/// two senders) changes nothing but a delivery, which always counts.
pub fn after(message: Message, channel: &ChannelState, attempted: &Attempted, policy: &Policy) -> After {
    let mut message = message;
    let mut channel = channel.clone();
    let mut notices = Vec::new();
    let was_dead = matches!(message.state, MessageState::Dead { .. });
    record(&mut message, attempted);
    let at = attempted.at;
    match &attempted.outcome {
        Outcome::Accepted { .. } => {
            message.state = MessageState::Delivered { at };
            channel.failures = 0;
            channel.failing_since = None;
            channel.not_before = None;
            channel.last_failure = None;
        }
        Outcome::Later { text, retry_after, whole } => {
            count_failure(&mut channel, at, text);
            let asked = retry_after.map(|wait| policy.asked(wait));
            if *whole {
                let pause = policy.probe(channel.failures, attempted.seed ^ 1);
                channel.not_before = Some(later(at, asked.unwrap_or(pause).max(pause)));
            }
            put_off(&mut message, attempted, policy, asked, text);
        }
        Outcome::Refused { text } => {
            count_failure(&mut channel, at, text);
            give_up(&mut message, at, format!("refused: {text}"));
        }
        Outcome::Gone { text } => {
            count_failure(&mut channel, at, text);
            // The message stays pending, as long as it has attempts left: the operator may switch the channel on again with a new address.
            match policy.wait(message.tries, attempted.seed) {
                Some(_) => unsettled(&mut message, MessageState::Ready { not_before: at }),
                None => exhausted(&mut message, at, text),
            }
            let reason = format!("the receiver answered that it is gone for good ({})", tidy(text));
            notices.extend(disable(&mut channel, reason));
        }
    }
    if channel.failing_since.is_some_and(|since| at.duration_since(since) >= DISABLED_AFTER) {
        let reason = format!("nothing but failures for five days; the last: {}", tidy(attempted.outcome.text()));
        notices.extend(disable(&mut channel, reason));
    }
    if let (MessageState::Dead { reason, .. }, false) = (&message.state, was_dead) {
        notices.push(Notice {
            kind: NoticeKind::MessageDead,
            channel: channel.channel.clone(),
            text: format!(
                "“{}” was given up: {reason}. Mend the cause, then send it again: atalaya outbox replay {}",
                message.title, message.id
            ),
        });
    }
    After { message, channel, notices }
}

/// A dead message, ready again under its old id with a fresh set of attempts; what was tried before stays in the list. `None`: it is not
/// dead, or it is about a lead or a tender and the receiver has accepted a later message about it, made at `accepted`, from which it would be turned
/// back (W4).
pub fn replay(message: Message, accepted: Option<Timestamp>, now: Timestamp) -> Option<Message> {
    let overtaken = matches!(message.kind, MessageKind::Lead | MessageKind::Tender) && accepted.is_some_and(|made| made > message.made);
    let dead = matches!(message.state, MessageState::Dead { .. });
    // A letter that was never written: its entries are told anew, by one that is.
    let state = if message.is_unwritten() { MessageState::Suppressed { at: now } } else { MessageState::Ready { not_before: now } };
    (dead && !overtaken).then_some(Message { state, tries: 0, ..message })
}

/// A delivered message, ready to be sent once more under its old id, for a receiver that lost what it had. `None`: it was not delivered, or it is
/// mail. All that followed on the same lead must be sent after it, or the receiver is left with what is old.
pub fn resend(message: Message, now: Timestamp) -> Option<Message> {
    let delivered = matches!(message.state, MessageState::Delivered { .. });
    (delivered && message.sealed.recipient.is_empty()).then_some(Message {
        state: MessageState::Ready { not_before: now },
        tries: 0,
        ..message
    })
}

/// A waiting message that its recipient does not want; anything settled stays as it is. What it was to tell waits again.
pub fn suppress(message: Message, now: Timestamp) -> Message {
    let mut message = message;
    unsettled(&mut message, MessageState::Suppressed { at: now });
    message
}

fn record(message: &mut Message, attempted: &Attempted) {
    message.tries = message.tries.saturating_add(1);
    message.attempts.push(Attempt { at: attempted.at, outcome: tidy(attempted.outcome.text()) });
    let extra = message.attempts.len().saturating_sub(ATTEMPTS_KEPT);
    message.attempts.drain(..extra);
}

fn count_failure(channel: &mut ChannelState, at: Timestamp, text: &str) {
    channel.failures = channel.failures.saturating_add(1);
    channel.failing_since.get_or_insert(at);
    channel.last_failure = Some(tidy(text));
}

fn put_off(message: &mut Message, attempted: &Attempted, policy: &Policy, asked: Option<SignedDuration>, text: &str) {
    match policy.wait(message.tries, attempted.seed) {
        Some(planned) => {
            let wait = asked.unwrap_or(planned).max(planned);
            unsettled(message, MessageState::Ready { not_before: later(attempted.at, wait) });
        }
        None => exhausted(message, attempted.at, text),
    }
}

fn exhausted(message: &mut Message, at: Timestamp, last: &str) {
    let reason = format!("{} attempts failed, the last: {last}", message.tries);
    give_up(message, at, reason);
}

fn give_up(message: &mut Message, at: Timestamp, reason: String) {
    unsettled(message, MessageState::Dead { at, reason: tidy(&reason) });
}

/// Moves a message that is still under way; a delivered or suppressed one stays what it is.
fn unsettled(message: &mut Message, state: MessageState) {
    match message.state {
        MessageState::Ready { .. } | MessageState::Leased { .. } => message.state = state,
        MessageState::Delivered { .. } | MessageState::Dead { .. } | MessageState::Suppressed { .. } => {}
    }
}

fn disable(channel: &mut ChannelState, reason: String) -> Option<Notice> {
    if channel.disabled.is_some() {
        return None;
    }
    let text = format!(
        "Channel `{0}` was switched off: {reason}. What waits for it is kept; once its receiver works, `atalaya notify test {0}` switches it on again.",
        channel.channel
    );
    channel.disabled = Some(reason);
    Some(Notice { kind: NoticeKind::ChannelDisabled, channel: channel.channel.clone(), text })
}

fn later(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

fn tidy(text: &str) -> String {
    clip(&squeeze(text), TEXT_CHARS)
}
