//! What goes out: entries that wait for a digest, and messages that are sealed and sent until acknowledged.

use jiff::{SignedDuration, Timestamp};

use super::{FieldName, Signal};
use crate::base::ids::{ChannelId, ContentHash, EntryId, LeadId, MessageId, RecordId, RepId, SourceId};

/// How soon a lead goes to its rep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// At once, up to the rep's cap an hour.
    Urgent,
    /// With the next digest.
    Digest,
}

/// A lead's revision on its way into a rep's digest (or, in the urgent lane, an alert).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From channel, rep, lead and revision: the same lead revision enters once.
    pub id: EntryId,
    /// By which channel.
    pub channel: ChannelId,
    /// To whom.
    pub rep: RepId,
    /// Which lead.
    pub lead: LeadId,
    /// Which revision of it.
    pub revision: u32,
    /// How soon.
    pub lane: Lane,
    /// When it was decided.
    pub at: Timestamp,
    /// When it is to be sealed into a message: now, or the rep's next digest time.
    pub due: Timestamp,
    /// The source that held it when it was added: no news, and told of in a digest of its own.
    pub held: Option<SourceId>,
    /// What it tells of a tender; then it is no news of its lead.
    pub of_tender: Option<OfTender>,
    /// By when whoever is told of this news must be done with it: it is of no use after that.
    pub closes: Option<Timestamp>,
    /// Who had the lead before, where it is handed over: then all of it is told, not only what is new. The rep themselves: the rules left it out for
    /// a while.
    pub handed: Option<RepId>,
}

impl Entry {
    /// When it is over what it tells of.
    pub fn ends(&self) -> Option<Timestamp> {
        self.reminds().map(|reminder| reminder.at).or(self.closes)
    }

    /// The deadline it reminds of.
    pub fn reminds(&self) -> Option<&Reminder> {
        match self.of_tender.as_ref()? {
            OfTender::Comes(reminder) => Some(reminder),
            OfTender::Changed(_) | OfTender::Passed { .. } => None,
        }
    }

    /// What became otherwise of a tender.
    pub fn change(&self) -> Option<&Signal> {
        match self.of_tender.as_ref()? {
            OfTender::Comes(_) | OfTender::Passed { .. } => None,
            OfTender::Changed(signal) => Some(signal.as_ref()),
        }
    }

    /// The tender, or its lead itself, that is not its rep's any more, and whose it became.
    pub fn passed(&self) -> Option<(Option<RecordId>, Option<&RepId>)> {
        match self.of_tender.as_ref()? {
            OfTender::Comes(_) | OfTender::Changed(_) => None,
            OfTender::Passed { record, to } => Some((*record, to.as_ref())),
        }
    }

    /// The id of the entry that tells this rep that this lead is not theirs any more since this revision of it.
    pub fn id_of_loss(channel: &ChannelId, rep: &RepId, lead: LeadId, revision: u32) -> EntryId {
        EntryId::of(&[b"lost", channel.as_str().as_bytes(), rep.as_str().as_bytes(), &lead.0.to_be_bytes(), &revision.to_be_bytes()])
    }

    /// The id of the entry that tells this rep that this tender is not theirs any more from a moment on.
    pub fn id_of_passed(channel: &ChannelId, rep: &RepId, (tender, to): (RecordId, Option<&RepId>), at: Timestamp) -> EntryId {
        EntryId::of(&[
            b"passed",
            channel.as_str().as_bytes(),
            rep.as_str().as_bytes(),
            &tender.0.to_be_bytes(),
            to.map_or("", RepId::as_str).as_bytes(),
            &at.as_millisecond().to_be_bytes(),
        ])
    }

    /// The id of the entry that tells this rep by itself what became otherwise of a tender: each change enters once.
    pub fn id_of_change(channel: &ChannelId, rep: &RepId, signal: &Signal) -> EntryId {
        EntryId::of(&[
            b"change",
            channel.as_str().as_bytes(),
            rep.as_str().as_bytes(),
            &signal.record.0.to_be_bytes(),
            signal.kind.word().as_bytes(),
            &signal.seen.as_millisecond().to_be_bytes(),
        ])
    }

    /// The id of the entry of this lead revision for this rep.
    pub fn id_of(channel: &ChannelId, rep: &RepId, lead: LeadId, revision: u32) -> EntryId {
        EntryId::of(&[channel.as_str().as_bytes(), rep.as_str().as_bytes(), &lead.0.to_be_bytes(), &revision.to_be_bytes()])
    }
}

/// What whoever has a tender in their calendar is told of it, whether or not its buyer is their lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfTender {
    /// A deadline comes up.
    Comes(Reminder),
    /// It is otherwise than it was: its deadline moved, it is suspended, cancelled or changed.
    Changed(Box<Signal>),
    /// Its buyer became the lead of somebody else, or its segment is worked by others now: they answer it from now on.
    Passed {
        /// The tender; `None`: what its rep was told of is a lead, and no tender.
        record: Option<RecordId>,
        /// Who has it now; `None`: nobody.
        to: Option<RepId>,
    },
}

/// A deadline that a rep is reminded of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reminder {
    /// Of this tender.
    pub record: RecordId,
    /// The field that says it.
    pub field: FieldName,
    /// When it was when the reminder was decided; once it has moved, there are others.
    pub at: Timestamp,
    /// How long before.
    pub before: SignedDuration,
}

impl Reminder {
    /// The id of its entry for this rep: the same deadline at the same distance enters once.
    pub fn entry_id(&self, channel: &ChannelId, rep: &RepId) -> EntryId {
        self.id(b"reminder", channel, rep)
    }

    /// The id of the entry by which it is known that a letter told this rep of this deadline, at this distance or nearer, otherwise than as a reminder.
    pub fn told_id(&self, channel: &ChannelId, rep: &RepId) -> EntryId {
        self.id(b"told", channel, rep)
    }

    fn id(&self, how: &[u8], channel: &ChannelId, rep: &RepId) -> EntryId {
        EntryId::of(&[
            how,
            channel.as_str().as_bytes(),
            rep.as_str().as_bytes(),
            &self.record.0.to_be_bytes(),
            self.field.as_str().as_bytes(),
            &self.at.as_millisecond().to_be_bytes(),
            &self.before.as_secs().to_be_bytes(),
        ])
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// A rep's digest.
    Digest,
    /// One lead, at once.
    Alert,
    /// One lead revision, for a machine.
    Lead,
    /// What became otherwise of one tender, for a machine.
    Tender,
    /// A test by hand.
    Test,
    /// A word to the operator: a channel was disabled, a source is ill.
    Notice,
}

impl MessageKind {
    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Alert => "alert",
            Self::Lead => "lead",
            Self::Tender => "tender",
            Self::Test => "test",
            Self::Notice => "notice",
        }
    }
}

/// The bytes of a message, fixed before the first attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// `message/rfc822` for mail, `application/json` for machines.
    pub content_type: String,
    /// What every attempt sends.
    pub bytes: Vec<u8>,
    /// For mail: the envelope's recipient. Empty otherwise.
    pub recipient: String,
}

impl Sealed {
    /// Hash of the bytes.
    pub fn content(&self) -> ContentHash {
        ContentHash::of(&self.bytes)
    }
}

/// One attempt, as kept for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// What came of it: "250 queued", "503 Service Unavailable", "no answer within 30 s".
    pub outcome: String,
}

/// Where a message is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Waiting for its next attempt.
    Ready {
        /// Not before.
        not_before: Timestamp,
    },
    /// Being sent; when the lease ends without an acknowledgement, it is ready again.
    Leased {
        /// Until.
        until: Timestamp,
    },
    /// The receiver took it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// Given up; can be replayed under the same id.
    Dead {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// It is not sent after all: its recipient did not want it by then, or nothing of it was to be told any more.
    Suppressed {
        /// When.
        at: Timestamp,
    },
}

impl MessageState {
    /// The word used in output.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::Leased { .. } => "leased",
            Self::Delivered { .. } => "delivered",
            Self::Dead { .. } => "dead",
            Self::Suppressed { .. } => "suppressed",
        }
    }
}

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its idempotency key for ever.
    pub id: MessageId,
    /// By which channel.
    pub channel: ChannelId,
    /// What it is.
    pub kind: MessageKind,
    /// Messages of one channel with the same key leave in order of their making (Standard Webhooks gives no order: we do, per lead).
    pub order_key: u64,
    /// For people: "digest for Ana, 7 leads", "Talleres García (hospitals)".
    pub title: String,
    /// What is sent.
    pub sealed: Sealed,
    /// Entries it carries; they are settled with it.
    pub entries: Vec<EntryId>,
    /// Leads it tells of, where it tells of nothing else: when none of them is left, it is not sent again.
    pub leads: Vec<LeadId>,
    /// When it was sealed.
    pub made: Timestamp,
    /// Where it is.
    pub state: MessageState,
    /// Attempts so far (all of them).
    pub tries: u32,
    /// The last attempts, newest last; at most 10.
    pub attempts: Vec<Attempt>,
}

impl Message {
    /// Whether it stands for a letter that was never written, because there was nobody to write to.
    pub fn is_unwritten(&self) -> bool {
        self.sealed.recipient.is_empty() && !self.entries.is_empty()
    }
}

/// How a channel's receiver is doing: one circuit for all its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Which.
    pub channel: ChannelId,
    /// Failed attempts in a row, over all messages.
    pub failures: u32,
    /// Since when there were only failures.
    pub failing_since: Option<Timestamp>,
    /// No attempt before this.
    pub not_before: Option<Timestamp>,
    /// What its receiver said when it last failed.
    pub last_failure: Option<String>,
    /// Switched off, and why; the operator is told by another channel.
    pub disabled: Option<String>,
}

impl ChannelState {
    /// A channel that never failed.
    pub fn new(channel: &ChannelId) -> Self {
        Self { channel: channel.clone(), failures: 0, failing_since: None, not_before: None, last_failure: None, disabled: None }
    }
}
