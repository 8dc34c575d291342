//! Everything one check of one page decided: committed once, or not at all.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Change, Entry, Filed, HostKey, HostState, Lead, Message, Organisation, Page, Question, Record, Ruling, Signal, SourceState};
use crate::base::ids::{ContentHash, OrganisationId, PageId, RecordId, SourceId};

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
    /// No page was checked: retention, or other rules.
    None,
}

/// What retention takes away. All of it must still be as it was read, else the commit is refused as a conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Records. What the history says of them is forgotten before, apart: it may be long.
    pub records: Vec<Record>,
    /// Signals of organisations that stay.
    pub signals: Vec<Signal>,
    /// Organisations that nobody names any more, or that are part of another now, with everything known of them: their keys, signals, leads
    /// and open questions.
    pub organisations: Vec<Organisation>,
}

/// One turn. Versions inside `source`, `organisations` and `leads` are those that were read: the commit is refused as a
/// conflict when the store holds another, and the pure part of the turn is then run again on fresh reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The checked page.
    pub page: PageWrite,
    /// Whom it was asked of; `None` where no page was checked.
    pub host: Option<HostKey>,
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
    /// Of them those as they were read that no page and no source of the turn vouches for: where one is another by now, the commit is refused as a
    /// conflict.
    pub as_read: Vec<Record>,
    /// Notices that were read, each with its procedure's record; those on file stay as they are.
    pub notices: Vec<(RecordId, Filed)>,
    /// Notices on file that make room.
    pub idle: Vec<(RecordId, ContentHash)>,
    /// What is past its time.
    pub forgotten: Forgotten,
    /// History.
    pub changes: Vec<Change>,
    /// Organisations that are new or differ. Keys may go from one of them, or from a forgotten one, to another.
    pub organisations: Vec<Organisation>,
    /// Which state of memory it asked who is like whom. When one that was written since is like one it brings, the commit is refused as a conflict:
    /// neither saw the other. `None`: it asked nobody.
    pub asked: Option<u64>,
    /// Which state of the store it saw when it looked what other sources tell of its records. When another source wrote under an identifier of one of
    /// them since, the commit is refused as a conflict: both would tell the same. `None`: it did not look.
    pub looked: Option<u64>,
    /// Pairs of organisations that may be one.
    pub questions: Vec<Question>,
    /// Pairs about which nothing is open any more.
    pub settled: Vec<(OrganisationId, OrganisationId)>,
    /// What somebody said of organisations.
    pub rulings: Vec<Ruling>,
    /// Reasons to act.
    pub signals: Vec<Signal>,
    /// Leads that are new or differ.
    pub leads: Vec<Lead>,
    /// For digests and alerts.
    pub entries: Vec<Entry>,
    /// Entries that wait, with the rep, lane and time that they have now.
    pub moved: Vec<Entry>,
    /// For machines.
    pub messages: Vec<Message>,
    /// Small values to remember under a name, or (`None`) to forget.
    pub marks: Vec<(String, Option<Vec<u8>>)>,
}

impl Turn {
    /// A turn that decides nothing yet but the page's own fate.
    pub fn new(page: PageWrite, host: HostKey) -> Self {
        Self { host: Some(host), ..Self::aside(page) }
    }

    /// A turn that no check decided.
    pub fn upkeep() -> Self {
        Self::aside(PageWrite::None)
    }

    /// Whether it carries nothing but times of pages: such a turn is so little work that nobody need wait for it.
    pub fn is_times(&self) -> bool {
        let Self {
            page,
            host: _,
            requested: _,
            host_state,
            spent,
            source,
            follow,
            queued: _,
            retired,
            snapshot,
            records,
            as_read: _,
            notices,
            idle,
            forgotten,
            changes,
            organisations,
            asked: _,
            looked: _,
            questions,
            settled,
            rulings,
            signals,
            leads,
            entries,
            moved,
            messages,
            marks,
        } = self;
        matches!(page, PageWrite::Times(..))
            && (host_state.is_none() && spent.is_none() && source.is_none() && snapshot.is_none())
            && (follow.is_empty() && retired.is_empty() && records.is_empty() && notices.is_empty())
            && (idle.is_empty() && *forgotten == Forgotten::default())
            && (changes.is_empty() && organisations.is_empty() && signals.is_empty() && leads.is_empty())
            && (questions.is_empty() && settled.is_empty() && rulings.is_empty())
            && (entries.is_empty() && moved.is_empty() && messages.is_empty() && marks.is_empty())
    }

    fn aside(page: PageWrite) -> Self {
        Self {
            page,
            host: None,
            requested: None,
            host_state: None,
            source: None,
            follow: Vec::new(),
            queued: Vec::new(),
            spent: None,
            retired: Vec::new(),
            snapshot: None,
            records: Vec::new(),
            as_read: Vec::new(),
            notices: Vec::new(),
            idle: Vec::new(),
            forgotten: Forgotten::default(),
            changes: Vec::new(),
            organisations: Vec::new(),
            asked: None,
            looked: None,
            questions: Vec::new(),
            settled: Vec::new(),
            rulings: Vec::new(),
            signals: Vec::new(),
            leads: Vec::new(),
            entries: Vec::new(),
            moved: Vec::new(),
            messages: Vec::new(),
            marks: Vec::new(),
        }
    }
}
