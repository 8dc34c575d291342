//! Stored forms of entries, messages, channels and suppressions. A message's bytes are a value of their own: they never change.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::codes::{lane_code, lane_of, message_kind_code, message_kind_of, scope_code, scope_of};
use super::{Stored, StoredSignal, lengthened, millis, timestamp};
use crate::base::ids::{BadSlug, ChannelId, EntryId, LeadId, MessageId, RecordId, RepId};
use crate::model::{Attempt, ChannelState, Entry, FieldName, Message, MessageState, OfTender, Reminder, Sealed};
use crate::store::error::StoreError;
use crate::store::words::Suppression;

type Id = [u8; 8];

/// [`Entry`], and the message it went into.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredEntry {
    id: Id,
    channel: String,
    rep: String,
    lead: Id,
    revision: u32,
    lane: u8,
    at: i64,
    pub(in crate::store) due: i64,
    pub(in crate::store) settled: Option<String>,
    held: Option<String>,
    reminds: Option<StoredReminder>,
    closes: Option<i64>,
    change: Option<StoredSignal>,
    handed: Option<String>,
    /// Of which tender, zero where it is of the lead, and whose it became; empty: nobody's.
    passed: Option<(Id, String)>,
}

/// [`Reminder`].
#[derive(Debug, Serialize, Deserialize)]
struct StoredReminder {
    record: Id,
    field: String,
    at: i64,
    before: i64,
}

impl Stored for StoredEntry {
    const KIND: &'static str = "entry";
    const VERSION: u8 = 6;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        // Earlier ones are of earlier formats of the store, which are not opened.
        match version {
            4 => Some(lengthened(bytes, &[0, 0, 0])),
            5 => Some(lengthened(bytes, &[0])),
            _ => None,
        }
    }
}

impl StoredEntry {
    /// Whether it is for this rep by this way.
    pub(in crate::store) fn is_for(&self, channel: &ChannelId, rep: &RepId) -> bool {
        self.channel == channel.as_str() && self.rep == rep.as_str()
    }

    /// The deadline it reminds of: until then it must be known that this was done.
    pub(in crate::store) fn reminds_of(&self) -> Option<i64> {
        self.reminds.as_ref().map(|reminder| reminder.at)
    }
}

impl From<&Entry> for StoredEntry {
    fn from(entry: &Entry) -> Self {
        Self {
            id: entry.id.0.to_be_bytes(),
            channel: entry.channel.as_str().to_owned(),
            rep: entry.rep.as_str().to_owned(),
            lead: entry.lead.0.to_be_bytes(),
            revision: entry.revision,
            lane: lane_code(entry.lane),
            at: millis(entry.at),
            due: millis(entry.due),
            settled: None,
            held: entry.held.as_ref().map(|source| source.as_str().to_owned()),
            reminds: entry.reminds().map(|reminder| StoredReminder {
                record: reminder.record.0.to_be_bytes(),
                field: reminder.field.as_str().to_owned(),
                at: millis(reminder.at),
                before: reminder.before.as_secs(),
            }),
            closes: entry.closes.map(millis),
            change: entry.change().map(StoredSignal::from),
            handed: entry.handed.as_ref().map(|rep| rep.as_str().to_owned()),
            passed: entry.passed().map(|(record, to)| {
                let to = to.map_or_else(String::new, |to| to.as_str().to_owned());
                (record.map_or(0, |record| record.0).to_be_bytes(), to)
            }),
        }
    }
}

impl TryFrom<StoredEntry> for Entry {
    type Error = String;
    fn try_from(stored: StoredEntry) -> Result<Self, String> {
        let slug = |why: BadSlug| why.to_string();
        Ok(Self {
            id: EntryId(u64::from_be_bytes(stored.id)),
            channel: stored.channel.parse().map_err(slug)?,
            rep: stored.rep.parse().map_err(slug)?,
            lead: LeadId(u64::from_be_bytes(stored.lead)),
            revision: stored.revision,
            lane: lane_of(stored.lane)?,
            at: timestamp(stored.at)?,
            due: timestamp(stored.due)?,
            held: stored.held.map(|source| source.parse().map_err(slug)).transpose()?,
            of_tender: match (stored.reminds, stored.change, stored.passed) {
                (Some(stored), ..) => Some(OfTender::Comes(reminder(stored)?)),
                (None, Some(signal), _) => Some(OfTender::Changed(Box::new(signal.try_into()?))),
                (None, None, Some((record, to))) => {
                    let to = if to.is_empty() { None } else { Some(to.parse().map_err(slug)?) };
                    let record = Some(u64::from_be_bytes(record)).filter(|id| *id != 0).map(RecordId);
                    Some(OfTender::Passed { record, to })
                }
                (None, None, None) => None,
            },
            closes: stored.closes.map(timestamp).transpose()?,
            handed: stored.handed.map(|rep| rep.parse().map_err(slug)).transpose()?,
        })
    }
}

fn reminder(stored: StoredReminder) -> Result<Reminder, String> {
    Ok(Reminder {
        record: RecordId(u64::from_be_bytes(stored.record)),
        field: FieldName::new(&stored.field),
        at: timestamp(stored.at)?,
        before: SignedDuration::from_secs(stored.before),
    })
}

/// Leases are kept in memory only, so there is no such state here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) enum StoredState {
    Ready(i64),
    Delivered(i64),
    Dead(i64, String),
    Suppressed(i64),
}

/// [`Message`] without its bytes. `order` is the order of making.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredMessage {
    id: String,
    pub(in crate::store) order: u64,
    pub(in crate::store) channel: String,
    kind: u8,
    pub(in crate::store) order_key: Id,
    title: String,
    content_type: String,
    recipient: String,
    entries: Vec<Id>,
    leads: Vec<Id>,
    pub(in crate::store) made: i64,
    pub(in crate::store) state: StoredState,
    tries: u32,
    attempts: Vec<(i64, String)>,
}

impl Stored for StoredMessage {
    const KIND: &'static str = "message";
}

impl StoredMessage {
    pub(in crate::store) fn new(message: &Message, order: u64) -> Self {
        Self {
            id: message.id.as_str().to_owned(),
            order,
            channel: message.channel.as_str().to_owned(),
            kind: message_kind_code(message.kind),
            order_key: message.order_key.to_be_bytes(),
            title: message.title.clone(),
            content_type: message.sealed.content_type.clone(),
            recipient: message.sealed.recipient.clone(),
            entries: message.entries.iter().map(|id| id.0.to_be_bytes()).collect(),
            leads: message.leads.iter().map(|id| id.0.to_be_bytes()).collect(),
            made: millis(message.made),
            state: match &message.state {
                MessageState::Ready { not_before } => StoredState::Ready(millis(*not_before)),
                // An acknowledgement that leaves the lease in place would be a fault of the caller; ready again loses nothing.
                MessageState::Leased { .. } => StoredState::Ready(millis(message.made)),
                MessageState::Delivered { at } => StoredState::Delivered(millis(*at)),
                MessageState::Dead { at, reason } => StoredState::Dead(millis(*at), reason.clone()),
                MessageState::Suppressed { at } => StoredState::Suppressed(millis(*at)),
            },
            tries: message.tries,
            attempts: message.attempts.iter().map(|attempt| (millis(attempt.at), attempt.outcome.clone())).collect(),
        }
    }

    /// Which it is.
    pub(in crate::store) fn id(&self) -> Result<MessageId, String> {
        self.id.parse().map_err(|why: crate::base::ids::BadId| why.to_string())
    }

    /// Whether this is whom it goes to.
    pub(in crate::store) fn goes_to(&self, recipient: &str) -> bool {
        self.recipient.trim().eq_ignore_ascii_case(recipient.trim())
    }

    /// When it may be sent, if it still wants to be.
    pub(in crate::store) const fn undelivered(&self) -> Option<i64> {
        match self.state {
            StoredState::Ready(not_before) => Some(not_before),
            StoredState::Delivered(_) | StoredState::Dead(..) | StoredState::Suppressed(_) => None,
        }
    }

    /// Whether it was given up.
    pub(in crate::store) const fn dead(&self) -> bool {
        matches!(self.state, StoredState::Dead(..))
    }

    /// When it came to rest, if it did.
    pub(in crate::store) const fn rest(&self) -> Option<i64> {
        match self.state {
            StoredState::Ready(_) => None,
            StoredState::Delivered(at) | StoredState::Dead(at, _) | StoredState::Suppressed(at) => Some(at),
        }
    }

    /// With its bytes, as the model has it.
    pub(in crate::store) fn with_body(self, bytes: Vec<u8>) -> Result<Message, String> {
        let attempt = |(at, outcome): (i64, String)| Ok::<_, String>(Attempt { at: timestamp(at)?, outcome });
        Ok(Message {
            id: self.id.parse::<MessageId>().map_err(|why| why.to_string())?,
            channel: self.channel.parse().map_err(|why: BadSlug| why.to_string())?,
            kind: message_kind_of(self.kind)?,
            order_key: u64::from_be_bytes(self.order_key),
            title: self.title,
            sealed: Sealed { content_type: self.content_type, bytes, recipient: self.recipient },
            entries: self.entries.into_iter().map(|id| EntryId(u64::from_be_bytes(id))).collect(),
            leads: self.leads.into_iter().map(|id| LeadId(u64::from_be_bytes(id))).collect(),
            made: timestamp(self.made)?,
            state: match self.state {
                StoredState::Ready(at) => MessageState::Ready { not_before: timestamp(at)? },
                StoredState::Delivered(at) => MessageState::Delivered { at: timestamp(at)? },
                StoredState::Dead(at, reason) => MessageState::Dead { at: timestamp(at)?, reason },
                StoredState::Suppressed(at) => MessageState::Suppressed { at: timestamp(at)? },
            },
            tries: self.tries,
            attempts: self.attempts.into_iter().map(attempt).collect::<Result<_, _>>()?,
        })
    }
}

/// [`ChannelState`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredChannel {
    channel: String,
    failures: u32,
    failing_since: Option<i64>,
    not_before: Option<i64>,
    disabled: Option<String>,
    last_failure: Option<String>,
}

impl Stored for StoredChannel {
    const KIND: &'static str = "channel";
    const VERSION: u8 = 2;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        // What its receiver said last was not kept.
        (version == 1).then(|| lengthened(bytes, &[0]))
    }
}

impl From<&ChannelState> for StoredChannel {
    fn from(state: &ChannelState) -> Self {
        Self {
            channel: state.channel.as_str().to_owned(),
            failures: state.failures,
            failing_since: state.failing_since.map(millis),
            not_before: state.not_before.map(millis),
            disabled: state.disabled.clone(),
            last_failure: state.last_failure.clone(),
        }
    }
}

impl TryFrom<StoredChannel> for ChannelState {
    type Error = String;
    fn try_from(stored: StoredChannel) -> Result<Self, String> {
        Ok(Self {
            channel: stored.channel.parse().map_err(|why: BadSlug| why.to_string())?,
            failures: stored.failures,
            failing_since: stored.failing_since.map(timestamp).transpose()?,
            not_before: stored.not_before.map(timestamp).transpose()?,
            disabled: stored.disabled,
            last_failure: stored.last_failure,
        })
    }
}

/// [`Suppression`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredSuppression {
    channel: String,
    recipient: String,
    at: i64,
    scope: u8,
    paused: Option<i64>,
    weekly: bool,
}

impl Stored for StoredSuppression {
    const KIND: &'static str = "suppression";
    const VERSION: u8 = 2;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        (version == 1).then(|| lengthened(bytes, &[0, 0]))
    }
}

impl From<&Suppression> for StoredSuppression {
    fn from(suppression: &Suppression) -> Self {
        Self {
            channel: suppression.channel.as_str().to_owned(),
            recipient: suppression.recipient.clone(),
            at: millis(suppression.at),
            scope: scope_code(suppression.scope),
            paused: suppression.paused.map(millis),
            weekly: suppression.weekly,
        }
    }
}

impl TryFrom<StoredSuppression> for Suppression {
    type Error = String;
    fn try_from(stored: StoredSuppression) -> Result<Self, String> {
        Ok(Self {
            channel: stored.channel.parse().map_err(|why: BadSlug| why.to_string())?,
            recipient: stored.recipient,
            at: timestamp(stored.at)?,
            scope: scope_of(stored.scope)?,
            paused: stored.paused.map(timestamp).transpose()?,
            weekly: stored.weekly,
        })
    }
}
