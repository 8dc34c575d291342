//! How many messages may leave by a channel, and when. That of one order key only the oldest leaves is the store's to hold.

use jiff::Timestamp;

use crate::model::ChannelState;

/// Until when a channel is left alone after a failure of its receiver, in the past if it is not; `None`: it is switched off.
pub fn pause(channel: &ChannelState) -> Option<Timestamp> {
    if channel.disabled.is_some() { None } else { Some(channel.not_before.unwrap_or(Timestamp::MIN)) }
}

/// How many of `most` messages may leave by this channel now: none while it is left alone, and while its receiver fails one, which asks
/// whether it is back (W6).
pub fn room(channel: &ChannelState, now: Timestamp, most: usize) -> usize {
    match pause(channel) {
        None => 0,
        Some(until) if until > now => 0,
        Some(_) if channel.failures > 0 => most.min(1),
        Some(_) => most,
    }
}
