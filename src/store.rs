//! Keeps everything, one commit a turn. Knows no network and takes no decision.
//!
//! Embedded: sled, used in the one way that survives a kill and a power cut (measured: `reference/performance.md` of the design): one tree,
//! one atomic batch for each group of commits, values under 4 KB, everything larger in append-only segment files that are durable before
//! the batch that refers to them, and an fsync of our own after sled's flush.

mod backup;
mod carry;
mod codec;
mod commit;
#[cfg(test)]
mod contract;
mod copy;
mod embedded;
mod error;
mod forget;
mod frame;
mod generation;
mod index;
mod keep;
mod likely;
mod notices;
mod opening;
mod outbox;
mod packs;
mod pages;
mod places;
mod prepare;
mod queue;
mod reads;
mod segments;
mod shared;
mod spec;
mod stored;
mod tally;
mod tenders;
mod told;
#[cfg(test)]
mod trials;
mod versions;
mod words;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::base::ids::{ChannelId, EntryId, LeadId, MessageId, OrganisationId, PageId, RecordId, RepId, SourceId};
use crate::model::{
    Change, ChannelState, Entry, Filed, HostKey, HostState, IdentityKey, Lead, Message, Organisation, Page, Question, Record, Ruling,
    Signal, SourceState, Subject, Turn,
};

use crate::resolve::linkage::Row;

pub use embedded::{Embedded, Submitted};
pub use error::{CommitError, OpenError, StoreError};
pub use spec::{Hook, KEYS, POINTS, Settings, Spec};
pub use words::{
    Backup, Claim, Counts, DueEntries, EntryFilter, Kept, LastTold, LeadFilter, LeftOut, Likely, MessageFilter, OnFile, Opened, Passed,
    RISING, Reached, Replay, Replayed, Restored, Scope, Size, Snapshot, SourceSize, Standing, Suppression, TenderOrder, TenderRow,
    TenderWalk, Version, Which,
};

/// The store: cheap to clone, safe to use from many tasks at once. Every backend passes the same contract suite.
#[derive(Clone, Debug)]
pub enum Store {
    /// In this process, in the data folder.
    Embedded(Embedded),
}

impl Store {
    /// Opens the embedded store of these settings, or makes one. Refused when another process has it, when a later version wrote it, and
    /// when it is damaged; nothing is ever deleted or repaired behind the operator's back.
    pub async fn open(settings: Settings) -> Result<(Self, Opened), OpenError> {
        let (store, opened) = Embedded::open(settings).await?;
        Ok((Self::Embedded(store), opened))
    }

    /// The whole backups of these settings, the newest first. Needs no open store.
    pub async fn backups(settings: &Settings) -> Result<Vec<Backup>, StoreError> {
        Embedded::backups(settings).await
    }

    /// The backup of this name, or in the folder of this path, as its manifest describes it. Needs no open store.
    pub async fn find_backup(settings: &Settings, name: &str) -> Result<Backup, StoreError> {
        Embedded::find_backup(settings, name).await
    }

    /// Checks every file of a backup against its manifest. Needs no open store.
    pub async fn verify_backup(settings: &Settings, name: &str) -> Result<Backup, StoreError> {
        Embedded::verify_backup(settings, name).await
    }

    /// Puts a backup (by name, or by the path of its folder) in the place of the store, which is set aside and never deleted; what recipients
    /// wished there is carried over. Refused while a process has the store open, and when the backup is not whole.
    pub async fn restore(settings: &Settings, name: &str, now: Timestamp) -> Result<Restored, OpenError> {
        Embedded::restore(settings, name, now).await
    }

    // Pages and claims.

    /// The due pages of one host that nobody holds and that may be asked now (`not_before`), under a lease. `None`: nothing is due.
    /// Hold one claim per host lane; a page stays due until a commit gives it another time.
    pub fn claim(&self, now: Timestamp, max_pages: usize, lease: SignedDuration) -> Option<Claim> {
        match self {
            Self::Embedded(store) => store.claim(now, max_pages, lease),
        }
    }

    /// Ends a claim before its lease does.
    pub fn release(&self, host: &HostKey) {
        match self {
            Self::Embedded(store) => store.release(host),
        }
    }

    /// When something can next be claimed; in the past if something can be now. `None`: there is no page.
    pub fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Embedded(store) => store.next_due(),
        }
    }

    /// When the last request to this host left, as far as committed turns tell; also after a restart.
    pub fn last_request(&self, host: &HostKey) -> Option<Timestamp> {
        match self {
            Self::Embedded(store) => store.last_request(host),
        }
    }

    /// Sets when these pages are due ("check now", a new schedule); unknown pages are left out.
    pub async fn reschedule(&self, pages: Vec<(PageId, Timestamp)>) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.reschedule(pages).await,
        }
    }

    /// Adds pages; those that are there already stay as they are. Returns how many were new.
    pub async fn add_pages(&self, pages: Vec<Page>) -> Result<usize, StoreError> {
        match self {
            Self::Embedded(store) => store.add_pages(pages).await,
        }
    }

    /// Forgets pages with their kept versions; their records stay.
    pub async fn remove_pages(&self, pages: Vec<PageId>) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.remove_pages(pages).await,
        }
    }

    /// A step of forgetting what is kept of a source beside its records: pages with their kept versions, state, history; at most so many
    /// things. Returns whether nothing is left.
    pub async fn remove_source(&self, source: &SourceId, most: usize) -> Result<bool, CommitError> {
        match self {
            Self::Embedded(store) => store.remove_source(source, most).await,
        }
    }

    /// One page.
    pub async fn page(&self, id: PageId) -> Result<Option<Page>, StoreError> {
        match self {
            Self::Embedded(store) => store.page(id).await,
        }
    }

    /// One page, and what is remembered of the visits of its root: two reads for the way of one.
    #[expect(clippy::unused_async, reason = "a backend on another machine must wait")]
    pub async fn page_and_state(&self, id: PageId) -> Result<Option<(Page, Option<SourceState>)>, StoreError> {
        match self {
            Self::Embedded(store) => store.page_and_state(id),
        }
    }

    /// Several pages, in the order asked for; unknown ones are left out.
    pub async fn pages(&self, ids: Vec<PageId>) -> Result<Vec<Page>, StoreError> {
        match self {
            Self::Embedded(store) => store.pages(ids).await,
        }
    }

    /// The pages of a source, the soonest due first.
    pub fn pages_of(&self, source: &SourceId) -> Vec<PageId> {
        match self {
            Self::Embedded(store) => store.pages_of(source),
        }
    }

    /// Every source that has pages, with their number and the soonest next check.
    pub fn source_sizes(&self) -> Vec<SourceSize> {
        match self {
            Self::Embedded(store) => store.source_sizes(),
        }
    }

    // What a turn reads.

    /// What is remembered of the visits that begin at this root page of a source.
    #[expect(clippy::unused_async, reason = "a backend on another machine must wait")]
    pub async fn state(&self, source: &SourceId, root: PageId) -> Result<Option<SourceState>, StoreError> {
        match self {
            Self::Embedded(store) => store.state(source, root),
        }
    }

    /// What is remembered of the visits of a source, for each of its root pages.
    pub async fn states_of(&self, source: &SourceId) -> Result<Vec<SourceState>, StoreError> {
        match self {
            Self::Embedded(store) => store.states_of(source).await,
        }
    }

    /// Requests made for a source on this day of its zone.
    pub async fn spent(&self, source: &SourceId, day: Date) -> Result<u32, StoreError> {
        match self {
            Self::Embedded(store) => store.spent(source, day).await,
        }
    }

    /// When a page is due and its host may be asked; that its host is being worked on changes nothing.
    pub fn next_check(&self, page: PageId) -> Option<Timestamp> {
        match self {
            Self::Embedded(store) => store.next_check(page),
        }
    }

    /// The soonest [`Self::next_check`] of a source's pages.
    pub fn next_due_of(&self, source: &SourceId) -> Option<Timestamp> {
        match self {
            Self::Embedded(store) => store.next_due_of(source),
        }
    }

    /// What is remembered of a host.
    pub async fn host(&self, host: &HostKey) -> Result<Option<HostState>, StoreError> {
        match self {
            Self::Embedded(store) => store.host(host).await,
        }
    }

    /// Several records, in the order asked for; unknown ones are left out.
    pub async fn records(&self, ids: Vec<RecordId>) -> Result<Vec<Record>, StoreError> {
        match self {
            Self::Embedded(store) => store.records(ids).await,
        }
    }

    /// The records of a source that are not among these and not known to be gone, at most so many.
    pub async fn absent(&self, source: &SourceId, present: HashSet<RecordId>, most: usize) -> Result<Vec<Record>, StoreError> {
        match self {
            Self::Embedded(store) => store.absent(source, present, most).await,
        }
    }

    /// Records of any source that went away before this moment, and all those of the sources that `left`; at most so many.
    pub async fn gone_before(&self, line: Timestamp, left: Vec<SourceId>, most: usize) -> Result<Vec<Record>, StoreError> {
        match self {
            Self::Embedded(store) => store.gone_before(line, left, most).await,
        }
    }

    /// All records, a few more than `limit` at a time, beginning after what was reached; and how far this reached, unless it was the end.
    pub async fn records_after(&self, after: Option<Reached>, limit: usize) -> Result<(Vec<Record>, Option<Reached>), StoreError> {
        match self {
            Self::Embedded(store) => store.records_after(after, limit).await,
        }
    }

    /// The organisations in the order of their ids, beginning after `after`.
    pub async fn organisations_after(&self, after: Option<OrganisationId>, limit: usize) -> Result<Vec<Organisation>, StoreError> {
        match self {
            Self::Embedded(store) => store.organisations_after(after, limit).await,
        }
    }

    /// The organisations known by any of these keys, each once, in the order of the keys.
    pub async fn organisations_by_keys(&self, keys: Vec<IdentityKey>) -> Result<Vec<Organisation>, StoreError> {
        match self {
            Self::Embedded(store) => store.organisations_by_keys(keys).await,
        }
    }

    /// Several organisations, in the order asked for; unknown ones are left out.
    pub async fn organisations(&self, ids: Vec<OrganisationId>) -> Result<Vec<Organisation>, StoreError> {
        match self {
            Self::Embedded(store) => store.organisations(ids).await,
        }
    }

    /// For each of these organisations, which may not be stored yet and say what their rows say, those that it may be: stored ones, and others
    /// of these. `without` are no more, as far as the asker decided. With them goes what [`Turn::asked`] is to say, so that a commit is refused
    /// when another organisation that is like one of these was written meanwhile.
    pub async fn likely(
        &self,
        asked: Vec<(OrganisationId, Vec<Row>)>,
        without: HashSet<OrganisationId>,
    ) -> Result<(u64, Vec<Likely>), StoreError> {
        match self {
            Self::Embedded(store) => store.likely(asked, without).await,
        }
    }

    /// Those of these keys that more than a few differently named organisations have.
    pub fn common<'a>(&self, keys: impl IntoIterator<Item = &'a IdentityKey>) -> BTreeSet<IdentityKey> {
        match self {
            Self::Embedded(store) => store.common(keys),
        }
    }

    /// Those that may belong to the group of whoever owns one of these keys: whose records name it as the parent, or use its domain.
    pub fn beneath<'a>(&self, keys: impl IntoIterator<Item = &'a IdentityKey>) -> BTreeSet<OrganisationId> {
        match self {
            Self::Embedded(store) => store.beneath(keys),
        }
    }

    /// Whether an organisation as it is stored may belong to the group of another.
    pub fn is_led(&self, organisation: OrganisationId) -> bool {
        match self {
            Self::Embedded(store) => store.is_led(organisation),
        }
    }

    /// Open questions whether two organisations are one, in the order of their ids.
    pub async fn questions(&self, limit: usize) -> Result<Vec<Question>, StoreError> {
        match self {
            Self::Embedded(store) => store.questions(limit).await,
        }
    }

    /// What is open about one organisation.
    pub async fn questions_of(&self, organisation: OrganisationId) -> Result<Vec<Question>, StoreError> {
        match self {
            Self::Embedded(store) => store.questions_of(organisation).await,
        }
    }

    /// What people said of organisations, the last first.
    pub async fn rulings(&self, limit: usize) -> Result<Vec<Ruling>, StoreError> {
        match self {
            Self::Embedded(store) => store.rulings(limit).await,
        }
    }

    /// One organisation.
    pub async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        match self {
            Self::Embedded(store) => store.organisation(id).await,
        }
    }

    /// Signals of an organisation, the last seen first.
    pub async fn signals_of(&self, organisation: OrganisationId, limit: usize) -> Result<Vec<Signal>, StoreError> {
        match self {
            Self::Embedded(store) => store.signals_of(organisation, limit).await,
        }
    }

    /// The signals of an organisation that are of these records and those that are not; of each kind at most so many, the last seen first.
    pub async fn signals_apart(
        &self,
        organisation: OrganisationId,
        records: Arc<HashSet<RecordId>>,
        most: (usize, usize),
    ) -> Result<(Vec<Signal>, Vec<Signal>), StoreError> {
        match self {
            Self::Embedded(store) => store.signals_apart(organisation, records, most).await,
        }
    }

    /// What every segment makes of a subject.
    pub async fn leads_of(&self, subject: Subject) -> Result<Vec<Lead>, StoreError> {
        match self {
            Self::Embedded(store) => store.leads_of(subject).await,
        }
    }

    /// One lead.
    pub async fn lead(&self, id: LeadId) -> Result<Option<Lead>, StoreError> {
        match self {
            Self::Embedded(store) => store.lead(id).await,
        }
    }

    /// The last kept version of a page.
    pub async fn last_snapshot(&self, page: PageId) -> Result<Option<Snapshot>, StoreError> {
        match self {
            Self::Embedded(store) => store.last_snapshot(page).await,
        }
    }

    /// The records of which one of these notices is not on file, or may not be the last of its time that was filed.
    pub async fn unsettled(&self, notices: Vec<(RecordId, Filed)>) -> Result<HashSet<RecordId>, StoreError> {
        match self {
            Self::Embedded(store) => store.unsettled(notices).await,
        }
    }

    /// The notices on file of a record: at most 200, and of more than 16 MiB the first and the newest.
    pub async fn notices_of(&self, record: RecordId) -> Result<OnFile, StoreError> {
        match self {
            Self::Embedded(store) => store.notices_of(record).await,
        }
    }

    /// The records of the same kind, from other sources, that go by one of a record's identifiers ([`Record::shared_ids`]); of an article also those
    /// of its own source.
    pub async fn shared_by(&self, record: Record) -> Result<Vec<RecordId>, StoreError> {
        match self {
            Self::Embedded(store) => store.shared_by(record).await,
        }
    }

    /// The tenders that have a notice of this number on file: its number of publication, or its id.
    pub async fn of_notice(&self, number: String) -> Result<Vec<RecordId>, StoreError> {
        match self {
            Self::Embedded(store) => store.of_notice(number).await,
        }
    }

    /// What [`Turn::looked`] is to say, taken before it is looked what other sources tell of a turn's records.
    pub fn shared_written(&self) -> u64 {
        match self {
            Self::Embedded(store) => store.shared_written(),
        }
    }

    /// The wanted ones of a stretch of tenders, and whether all of it was walked: at most 300,000 are looked at.
    pub async fn tenders(
        &self,
        walk: TenderWalk,
        wanted: impl Fn(&TenderRow) -> bool + Send + 'static,
    ) -> Result<(Vec<TenderRow>, bool), StoreError> {
        match self {
            Self::Embedded(store) => store.tenders(walk, wanted).await,
        }
    }

    /// How many records of a source are stored.
    pub fn records_of(&self, source: &SourceId) -> u64 {
        match self {
            Self::Embedded(store) => store.records_of(source),
        }
    }

    /// What the history says of these records since a moment, the last first; at most so many changes.
    pub async fn changes_since(
        &self,
        source: &SourceId,
        records: Arc<HashSet<RecordId>>,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        match self {
            Self::Embedded(store) => store.changes_since(source, records, since, limit).await,
        }
    }

    // The commit.

    /// Writes a turn, all of it or nothing, and returns when it is durable. A version that was read (source, organisations, leads) and is no
    /// longer the stored one, or an identity key that belongs to another organisation, is a conflict; versions are raised by the store.
    pub async fn commit(&self, turn: Turn) -> Result<(), CommitError> {
        self.submit(turn).await?.done().await
    }

    /// The same, and returns when the turn is on its way: several of mere times then cost one flush.
    pub async fn submit(&self, turn: Turn) -> Result<Submitted, CommitError> {
        match self {
            Self::Embedded(store) => store.submit(turn).await,
        }
    }

    // The outbox.

    /// When this rep was last told by this channel of a revision of this lead before `before`, and the newer letter of it that was given up.
    pub async fn told(&self, channel: &ChannelId, rep: &RepId, lead: LeadId, before: u32) -> Result<LastTold, StoreError> {
        match self {
            Self::Embedded(store) => store.told(channel, rep, lead, before).await,
        }
    }

    /// Those of these entries whose letter was made and neither given up nor left out, each with whether it left.
    pub async fn letters_of(&self, ids: Vec<EntryId>) -> Result<Vec<(EntryId, bool)>, StoreError> {
        match self {
            Self::Embedded(store) => store.letters_of(ids).await,
        }
    }

    /// Those of these entries that there are, waiting or settled.
    pub async fn entered(&self, ids: Vec<EntryId>) -> Result<Vec<EntryId>, StoreError> {
        match self {
            Self::Embedded(store) => store.entered(ids).await,
        }
    }

    /// Entries that are due, by channel and rep: of each at most `limit`, so that nobody's keep another's back; how many more there are is said.
    pub async fn due_entries(&self, now: Timestamp, limit: usize) -> Result<Vec<DueEntries>, StoreError> {
        match self {
            Self::Embedded(store) => store.due_entries(now, limit).await,
        }
    }

    /// When the next entry is due.
    pub fn next_entry(&self) -> Option<Timestamp> {
        match self {
            Self::Embedded(store) => store.next_entry(),
        }
    }

    /// Puts a message into the outbox, settles the entries it carries (`Message::entries`) and marks the questions it asks, where they are still
    /// open, in one commit. A conflict if one of the entries is settled already; nothing happens if a message with this id is there. With it goes
    /// what the message tells beside its entries, as entries that wait for nothing; what is there already stays what it is.
    pub async fn seal(&self, message: Message, asked: Vec<Question>, told: Vec<Entry>) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.seal(message, asked, told).await,
        }
    }

    /// Gives waiting entries the lane and time they now say; those that are settled or unknown are left alone.
    pub async fn postpone(&self, entries: Vec<Entry>) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.postpone(entries).await,
        }
    }

    /// Puts messages into the outbox outside a turn (tests, notices). Returns how many were new: an id that is there is not put in twice.
    pub async fn enqueue(&self, messages: Vec<Message>) -> Result<usize, CommitError> {
        match self {
            Self::Embedded(store) => store.enqueue(messages).await,
        }
    }

    /// Messages of a channel to be sent now, in order: of each order key only the oldest that is neither delivered, dead nor suppressed, and
    /// only when it is not leased. The leases live in memory: a new process finds every message ready again.
    pub async fn lease_messages(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        limit: usize,
        until: Timestamp,
    ) -> Result<Vec<Message>, StoreError> {
        match self {
            Self::Embedded(store) => store.lease_messages(channel, now, limit, until).await,
        }
    }

    /// When the next message of a channel can be leased.
    pub fn next_message(&self, channel: &ChannelId) -> Option<Timestamp> {
        match self {
            Self::Embedded(store) => store.next_message(channel),
        }
    }

    /// How many messages of a channel wait.
    pub fn waiting_messages(&self, channel: &ChannelId) -> u64 {
        match self {
            Self::Embedded(store) => store.waiting_messages(channel),
        }
    }

    /// Gives back leased messages unsent, without a commit.
    pub fn unlease(&self, messages: &[MessageId]) {
        match self {
            Self::Embedded(store) => store.unlease(messages),
        }
    }

    /// Writes what came of an attempt: the message as it is now, the channel's state, and messages that follow from it, in one commit.
    pub async fn acknowledge(&self, message: Message, channel: Option<ChannelState>, follow_up: Vec<Message>) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.acknowledge(message, channel, follow_up).await,
        }
    }

    /// Makes messages ready again under their old ids.
    pub async fn replay(&self, which: Replay, now: Timestamp) -> Result<Replayed, CommitError> {
        match self {
            Self::Embedded(store) => store.replay(which, now).await,
        }
    }

    /// What [replaying](Self::replay) these would come to. Writes nothing.
    pub async fn replayed(&self, which: Replay, now: Timestamp) -> Result<Replayed, StoreError> {
        match self {
            Self::Embedded(store) => store.replayed(which, now).await,
        }
    }

    /// One message.
    pub async fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        match self {
            Self::Embedded(store) => store.message(id).await,
        }
    }

    /// Messages, the last made first.
    pub async fn messages(&self, filter: MessageFilter, limit: usize) -> Result<Vec<Message>, StoreError> {
        match self {
            Self::Embedded(store) => store.messages(filter, limit).await,
        }
    }

    /// How a channel's receiver is doing; `None`: it never failed.
    pub async fn channel_state(&self, channel: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        match self {
            Self::Embedded(store) => store.channel_state(channel).await,
        }
    }

    /// The states of all channels that ever failed.
    pub async fn channel_states(&self) -> Result<Vec<ChannelState>, StoreError> {
        match self {
            Self::Embedded(store) => store.channel_states().await,
        }
    }

    /// Sets the state of a channel by hand (switching it on again).
    pub async fn set_channel_state(&self, state: ChannelState) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.set_channel_state(state).await,
        }
    }

    // Who does not want to hear from us.

    /// Adds to the list, or replaces what was there for this channel and recipient. Nothing is taken off it: who wants everything again is
    /// on it with that wish.
    pub async fn suppress(&self, suppression: Suppression) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.suppress(suppression).await,
        }
    }

    /// What this recipient does not want by this channel.
    pub async fn suppressed(&self, channel: &ChannelId, recipient: &str) -> Result<Option<Suppression>, StoreError> {
        match self {
            Self::Embedded(store) => store.suppressed(channel, recipient).await,
        }
    }

    /// The whole list.
    pub async fn suppressions(&self) -> Result<Vec<Suppression>, StoreError> {
        match self {
            Self::Embedded(store) => store.suppressions().await,
        }
    }

    // Small things to remember.

    /// A named small value: the last digest window of a rep, times of alerts.
    pub async fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Embedded(store) => store.mark(name).await,
        }
    }

    /// The named small values whose names begin so, by name.
    pub async fn marks(&self, prefix: &str, limit: usize) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        match self {
            Self::Embedded(store) => store.marks(prefix, limit).await,
        }
    }

    /// Sets a named small value; `None` forgets it.
    pub async fn set_mark(&self, name: &str, value: Option<Vec<u8>>) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.set_mark(name, value).await,
        }
    }

    /// 32 random bytes of this installation, made with the store: they sign the links we hand out.
    pub fn install_key(&self) -> [u8; 32] {
        match self {
            Self::Embedded(store) => store.install_key(),
        }
    }

    // Lists for people.

    /// Kept versions of a page, the last one first.
    pub async fn snapshots(&self, page: PageId) -> Result<Vec<Version>, StoreError> {
        match self {
            Self::Embedded(store) => store.snapshots(page).await,
        }
    }

    /// One kept version of a page.
    pub async fn snapshot(&self, page: PageId, which: Which) -> Result<Option<Snapshot>, StoreError> {
        match self {
            Self::Embedded(store) => store.snapshot(page, which).await,
        }
    }

    /// The history of a record, the last change first.
    pub async fn changes_of(&self, record: RecordId, limit: usize) -> Result<Vec<Change>, StoreError> {
        match self {
            Self::Embedded(store) => store.changes_of(record, limit).await,
        }
    }

    /// The history of a source, or of all of them, the last change first.
    pub async fn recent_changes(&self, source: Option<&SourceId>, limit: usize) -> Result<Vec<Change>, StoreError> {
        match self {
            Self::Embedded(store) => store.recent_changes(source, limit).await,
        }
    }

    /// Leads, the highest total first.
    pub async fn leads(&self, filter: LeadFilter, limit: usize) -> Result<Vec<Lead>, StoreError> {
        match self {
            Self::Embedded(store) => store.leads(filter, limit).await,
        }
    }

    /// Entries that wait, the soonest due first.
    pub async fn waiting_entries(&self, filter: EntryFilter, limit: usize) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Embedded(store) => store.waiting_entries(filter, limit).await,
        }
    }

    /// Returns when everything that can be read by its key waits in its queue too. A commit is readable a moment before it is durable, and
    /// only what is durable is queued: who shows both together asks for this between them.
    pub async fn barrier(&self) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.barrier().await,
        }
    }

    /// How much there is of everything.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        match self {
            Self::Embedded(store) => store.counts().await,
        }
    }

    /// How large the store is.
    pub fn size(&self) -> Size {
        match self {
            Self::Embedded(store) => store.size(),
        }
    }

    // Keeping.

    /// Takes these records out of the history, in one pass over that of each of their sources.
    pub async fn forget_changes(&self, records: &[Record]) -> Result<(), CommitError> {
        match self {
            Self::Embedded(store) => store.forget_changes(records).await,
        }
    }

    /// One step of housekeeping: what is past its retention goes (nothing that was told is kept for longer than `longest`), dead segments are
    /// deleted, mostly dead ones rewritten.
    pub async fn keep(&self, now: Timestamp, longest: SignedDuration) -> Result<Kept, StoreError> {
        match self {
            Self::Embedded(store) => store.keep(now, longest).await,
        }
    }

    /// Copies what is live into a fresh database, verifies the copy and switches to it, while commits go on.
    pub async fn compact(&self) -> Result<Size, StoreError> {
        match self {
            Self::Embedded(store) => store.compact().await,
        }
    }

    /// Makes a verified backup in the backup folder and drops the oldest beyond the number to keep.
    pub async fn backup(&self, now: Timestamp) -> Result<Backup, StoreError> {
        match self {
            Self::Embedded(store) => store.backup(now).await,
        }
    }

    /// Copies the whole store into a fresh data folder, verified.
    pub async fn copy_to(&self, data: &Path) -> Result<Size, StoreError> {
        match self {
            Self::Embedded(store) => store.copy_to(data).await,
        }
    }

    /// Ends the store: what was acknowledged is durable already; the lock is given back when this returns.
    pub async fn close(&self) {
        match self {
            Self::Embedded(store) => store.close().await,
        }
    }
}
