//! Everything one check of one page decided: committed once, or not at all.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Change, Entry, HostKey, HostState, Lead, Message, Organisation, Page, Record, Signal, SourceState};
use crate::base::ids::{PageId, RecordId, SourceId};

/// The times of a check that found nothing new. Kept in one small record per host and minute, not in the page's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckTimes {
    /// The visit it belonged to.
    pub visit: u32,
    /// When it was; `None` for a page that waits for its first.
    pub checked: Option<Timestamp>,
    /// When the next one is.
    pub next_due: Timestamp,
}

/// Requests to add to a source's count for a day of its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Whose.
    pub source: SourceId,
    /// The day.
    pub day: Date,
    /// How many.
    pub requests: u32,
}

/// What becomes of the checked page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageWrite {
    /// Nothing but its times.
    Times(PageId, CheckTimes),
    /// All of it.
    Whole(Box<Page>),
}

/// One turn. Versions inside `source`, `organisations` and `leads` are those that were read: the commit is refused as a
/// conflict when the store holds another, and the pure part of the turn is then run again on fresh reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The checked page.
    pub page: PageWrite,
    /// Whom it was asked of.
    pub host: HostKey,
    /// When the last request of this check left (`None`: none did).
    pub requested: Option<Timestamp>,
    /// What is now remembered of the host, when more than the time changed.
    pub host_state: Option<HostState>,
    /// Requests made, for sources with a daily budget.
    pub spent: Option<Spent>,
    /// What is now remembered of the visits, when it changed.
    pub source: Option<SourceState>,
    /// Pages it leads to that are new.
    pub follow: Vec<Page>,
    /// Known pages whose times change with it: the visit has come to them, or has ended and the root is due at its next time.
    pub queued: Vec<(PageId, CheckTimes)>,
    /// Follow pages that the source no longer leads to.
    pub retired: Vec<PageId>,
    /// The bytes, kept as a version of the page.
    pub snapshot: Option<Bytes>,
    /// Records that are new or differ.
    pub records: Vec<Record>,
    /// Records to forget (retention).
    pub forgotten: Vec<RecordId>,
    /// History.
    pub changes: Vec<Change>,
    /// Organisations that are new or differ.
    pub organisations: Vec<Organisation>,
    /// Reasons to act.
    pub signals: Vec<Signal>,
    /// Leads that are new or differ.
    pub leads: Vec<Lead>,
    /// For digests and alerts.
    pub entries: Vec<Entry>,
    /// For machines.
    pub messages: Vec<Message>,
}

impl Turn {
    /// A turn that decides nothing yet but the page's own fate.
    pub fn new(page: PageWrite, host: HostKey) -> Self {
        Self {
            page,
            host,
            requested: None,
            host_state: None,
            source: None,
            follow: Vec::new(),
            queued: Vec::new(),
            spent: None,
            retired: Vec::new(),
            snapshot: None,
            records: Vec::new(),
            forgotten: Vec::new(),
            changes: Vec::new(),
            organisations: Vec::new(),
            signals: Vec::new(),
            leads: Vec::new(),
            entries: Vec::new(),
            messages: Vec::new(),
        }
    }
}
