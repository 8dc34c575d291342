//! What the store is asked and what it answers, beside the model's own words. Plain values: knows no key and no file.

use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;

use crate::base::ids::{ChannelId, ContentHash, MessageId, OrganisationId, PageId, RecordId, RepId, SegmentId, SourceId};
use crate::model::{Entry, Filed, HostKey, LeadState, MessageState};
use crate::resolve::linkage::Match;

/// Due pages of one host, owned by whoever holds the claim until it is released or its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose pages; no other claim on it is given out meanwhile.
    pub host: HostKey,
    /// The due ones, the longest due first.
    pub pages: Vec<PageId>,
    /// When the lease ends by itself.
    pub until: Timestamp,
}

/// How far a reading of all records has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached(pub(super) Vec<u8>);

/// The organisations that one may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Likely {
    /// Which one.
    pub organisation: OrganisationId,
    /// Those it may be, the likeliest first.
    pub matches: Vec<Match>,
}

/// The notices on file of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnFile {
    /// The oldest first: by publication, or by when they were first seen.
    pub notices: Vec<Filed>,
    /// Whether these are all that ever were, but for those that said nothing any more.
    pub all: bool,
}

/// In which order tenders are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenderOrder {
    /// Tenders that are there, by when offers are no longer taken; a day without a time is over when it is over everywhere.
    Due,
    /// Contracts, by their last day: awarded tenders and the records of their winners.
    Ends,
}

/// Which stretch of them, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenderWalk {
    /// The order.
    pub by: TenderOrder,
    /// Not before this moment. `None`: from the first.
    pub from: Option<Timestamp>,
    /// Before this moment. `None`: to the last, those without a time after all others.
    pub to: Option<Timestamp>,
    /// From the last to the first.
    pub back: bool,
    /// At most so many.
    pub limit: usize,
}

/// What is known of a tender without reading its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenderRow {
    /// Its record: that of the tender, or of a winner.
    pub record: RecordId,
    /// The record of its procedure: its own, or the tender that was won.
    pub tender: RecordId,
    /// The time it is ordered by.
    pub at: Option<Timestamp>,
    /// The source that brought it.
    pub source: String,
    /// The word of where it stands.
    pub stage: String,
    /// Who buys, as [`crate::base::text::words`] writes it.
    pub buyer: String,
    /// The buyer's numbers, likewise.
    pub tax_ids: Vec<String>,
    /// Its classes, others than CPV, UNSPSC and NAICS with their scheme.
    pub codes: Vec<String>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// Hash of what its record says.
    pub says: u64,
}

/// Which kept version of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The last but this many: 0 is the last one.
    Back(usize),
    /// The one that was kept at this time, or the last one before it.
    At(Timestamp),
}

/// One kept version of a page, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// When it was read.
    pub at: Timestamp,
    /// Bytes of it.
    pub length: u64,
    /// Hash of its bytes.
    pub content: ContentHash,
    /// Whether its turn found a change.
    pub changed: bool,
}

/// One kept version of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What is known of it.
    pub version: Version,
    /// Its bytes, checked against the hash.
    pub bytes: Bytes,
}

/// Which leads; every `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadFilter {
    /// Of this segment.
    pub segment: Option<SegmentId>,
    /// In this state.
    pub state: Option<LeadState>,
    /// Had by this rep.
    pub owner: Option<RepId>,
    /// Had by nobody.
    pub nobodys: bool,
}

/// What a rep was told of a lead last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastTold {
    /// When the letter was made. `None`: they never heard of it, or have heard since that it is not theirs any more.
    pub at: Option<Timestamp>,
    /// Whether it went to somebody else since, and they know.
    pub passed: Passed,
    /// The newest letter that was to tell them since and was given up, and when.
    pub given_up: Option<(MessageId, Timestamp)>,
}

/// Whether a rep knows that a lead went to somebody else since they were told of it last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passed {
    /// It did not.
    #[default]
    No,
    /// It did, and they are still to be told.
    Waits,
    /// It did, and they were told.
    Told,
}

/// Where messages stand, for filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Waiting for an attempt.
    Ready,
    /// Being sent.
    Leased,
    /// Taken by the receiver.
    Delivered,
    /// Given up.
    Dead,
    /// Not sent: the recipient had unsubscribed.
    Suppressed,
}

impl Standing {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Ready, Self::Leased, Self::Delivered, Self::Dead, Self::Suppressed];

    /// Of a state.
    pub const fn of(state: &MessageState) -> Self {
        match state {
            MessageState::Ready { .. } => Self::Ready,
            MessageState::Leased { .. } => Self::Leased,
            MessageState::Delivered { .. } => Self::Delivered,
            MessageState::Dead { .. } => Self::Dead,
            MessageState::Suppressed { .. } => Self::Suppressed,
        }
    }

    /// The word used in the command line and output; the same as [`MessageState::word`].
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Leased => "leased",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Suppressed => "suppressed",
        }
    }

    /// The one of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.word() == word)
    }
}

/// Which messages; every `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Of this channel.
    pub channel: Option<ChannelId>,
    /// Standing here.
    pub standing: Option<Standing>,
    /// To this recipient, without regard to case.
    pub recipient: Option<String>,
}

/// Which waiting entries; every `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// By this channel.
    pub channel: Option<ChannelId>,
    /// For this rep.
    pub rep: Option<RepId>,
}

/// Entries that are due for one rep by one channel: they go out together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEntries {
    /// By which channel.
    pub channel: ChannelId,
    /// To whom.
    pub rep: RepId,
    /// The oldest first.
    pub entries: Vec<Entry>,
}

/// Which messages are to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// These.
    These(Vec<MessageId>),
    /// All that were given up at this time or later, of one channel or of all.
    DeadSince(Timestamp, Option<ChannelId>),
    /// All that a channel delivered at this time or later, but mail: people would get it twice.
    DeliveredSince(Timestamp, ChannelId),
}

/// What a replay comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Those that are sent again, the oldest first.
    pub again: Vec<MessageId>,
    /// Those that are meant and left out, likewise.
    pub left: Vec<(MessageId, LeftOut)>,
    /// Whether more are meant, younger ones: only so many are decided on at once.
    pub more: bool,
}

/// Why a message is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is not at rest in such a way: not given up, or, of what was delivered, it is mail.
    State,
    /// It tells of nothing but leads that are no more: they were taken back or forgotten, or are part of others.
    Gone,
    /// Its receiver accepted a later message on the same lead or tender, from which it would be turned back.
    Overtaken,
}

/// What a recipient does not want any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// They want everything.
    None,
    /// Nothing at all.
    All,
    /// No digests; alerts still.
    Digests,
    /// No alerts; digests still.
    Alerts,
}

impl Scope {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::None, Self::All, Self::Digests, Self::Alerts];

    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::All => "all",
            Self::Digests => "digests",
            Self::Alerts => "alerts",
        }
    }
}

/// What one recipient wants to be spared: one entry of the list of those who do not want to hear from us, or not now, or not so often, or
/// who once did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// By which channel.
    pub channel: ChannelId,
    /// Whom: an address, compared without regard to case.
    pub recipient: String,
    /// Since when.
    pub at: Timestamp,
    /// What is not sent to them at all.
    pub scope: Scope,
    /// Until when what comes for them waits.
    pub paused: Option<Timestamp>,
    /// Whether their digest leaves once a week, whatever its times are.
    pub weekly: bool,
}

impl Suppression {
    /// Spares them nothing.
    pub const fn new(channel: ChannelId, recipient: String, at: Timestamp) -> Self {
        Self { channel, recipient, at, scope: Scope::None, paused: None, weekly: false }
    }
}

/// How much there is of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages.
    pub pages: u64,
    /// Hosts of those pages.
    pub hosts: u64,
    /// Records.
    pub records: u64,
    /// Organisations.
    pub organisations: u64,
    /// Leads.
    pub leads: u64,
    /// Entries waiting for a digest or alert.
    pub entries: u64,
    /// Messages not yet delivered, by channel.
    pub waiting: Vec<(ChannelId, u64)>,
    /// Messages given up, by channel.
    pub dead: Vec<(ChannelId, u64)>,
}

/// How large the store is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Keys in the database.
    pub keys: u64,
    /// Bytes of those keys and their values.
    pub live: u64,
    /// Bytes of the database file.
    pub file: u64,
    /// Bytes of all segment files.
    pub segments: u64,
    /// Bytes of them that are still referred to.
    pub segments_live: u64,
}

impl Size {
    /// Whether the file is larger than 64 MB and four times what is live: time for [`super::Store::compact`].
    pub const fn overgrown(&self) -> bool {
        self.file > 64_000_000 + 4 * self.live
    }
}

/// What opening found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// How large it is.
    pub size: Size,
    /// How much there is of everything.
    pub pages: u64,
    /// Whether it was made just now.
    pub fresh: bool,
}

/// What one step of keeping did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Messages, entries and changes past their retention, deleted.
    pub expired: u64,
    /// Segments deleted.
    pub segments_deleted: u64,
    /// Segments rewritten because most of them was dead.
    pub segments_rewritten: u64,
}

/// One backup: a folder that holds a whole store and a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its name, which is its time: `20261123T153000Z`.
    pub name: String,
    /// Where.
    pub path: PathBuf,
    /// When it was made.
    pub at: Timestamp,
    /// Keys in it.
    pub keys: u64,
    /// Bytes of all its files.
    pub bytes: u64,
}

/// Marks whose names begin so are counts, written as decimal numbers, that only rise: a restore keeps the greater, so that what was closed by
/// counting up is not opened again.
pub const RISING: &str = "rising.";

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Keys in the backup.
    pub keys: u64,
    /// Where the store that was there before now lies; never deleted by us.
    pub aside: Option<PathBuf>,
    /// How many recipients' wishes of the store that was there before were carried over, being newer; or why they could not be read there.
    pub wishes: Result<u64, String>,
    /// How many counts that only rise ([`RISING`]) were carried over, being greater.
    pub counts: u64,
}

/// What is remembered of a source beside its state, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSize {
    /// Which.
    pub source: SourceId,
    /// Its pages.
    pub pages: u64,
    /// The soonest next check of them.
    pub next_due: Option<Timestamp>,
}
