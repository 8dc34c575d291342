//! Which messages may leave next, and which must wait for another.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::ready;
use crate::base::ids::MessageId;
use crate::model::{ChannelState, Message, MessageState};

/// What may leave now, and when it is worth looking again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picking {
    /// In the order they are to leave.
    pub ids: Vec<MessageId>,
    /// When the next one becomes due by itself; `None`: not before something happens.
    pub look_again: Option<Timestamp>,
}

/// What may leave now of one channel's unsettled messages, given in the order of their making, at most `room` of them.
///
/// - Of one order key only the oldest unsettled message leaves (W4): a revision never follows a newer one.
/// - While the channel fails, one probe is in flight and no more (W6).
pub fn pick<'a>(waiting: impl IntoIterator<Item = &'a Message>, channel: &ChannelState, now: Timestamp, room: usize) -> Picking {
    let mut keys = BTreeSet::new();
    let mut picking = Picking::default();
    let mut in_flight = 0_usize;
    let mut head_due = Vec::new();
    for message in waiting {
        let due = match message.state {
            MessageState::Ready { not_before } => not_before,
            MessageState::Leased { until } => until,
            MessageState::Delivered { .. } | MessageState::Dead { .. } | MessageState::Suppressed { .. } => continue,
        };
        if !keys.insert(message.order_key) {
            continue;
        }
        if ready(message, channel, now) {
            picking.ids.push(message.id.clone());
        } else {
            in_flight += usize::from(matches!(message.state, MessageState::Leased { until } if until > now));
            head_due.push(channel.not_before.map_or(due, |pause| pause.max(due)));
        }
    }
    let room = if channel.failures > 0 { room.min(1_usize.saturating_sub(in_flight)) } else { room };
    picking.ids.truncate(room);
    picking.look_again = if channel.disabled.is_some() { None } else { head_due.into_iter().min() };
    picking
}

/// The message by which this one was overtaken: a later one of the same channel and order key that the receiver has accepted.
pub fn overtaken<'a>(message: &Message, others: impl IntoIterator<Item = &'a Message>) -> Option<MessageId> {
    others
        .into_iter()
        .find(|other| {
            other.channel == message.channel
                && other.order_key == message.order_key
                && other.made > message.made
                && matches!(other.state, MessageState::Delivered { .. })
        })
        .map(|other| other.id.clone())
}
