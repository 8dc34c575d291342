//! The embedded backend.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::*;

/// The embedded backend: sled and segment files in the data folder.
#[derive(Clone, Debug)]
pub struct Embedded;

#[allow(clippy::unused_async, clippy::unimplemented, unused_variables)]
impl Embedded {
    pub(super) async fn open(settings: Settings) -> Result<(Self, Opened), OpenError> {
        unimplemented!()
    }
    pub(super) async fn backups(settings: &Settings) -> Result<Vec<Backup>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn verify_backup(settings: &Settings, name: &str) -> Result<Backup, StoreError> {
        unimplemented!()
    }
    pub(super) async fn restore(settings: &Settings, name: &str, now: Timestamp) -> Result<Restored, OpenError> {
        unimplemented!()
    }
    pub(super) fn claim(&self, now: Timestamp, max_pages: usize, lease: SignedDuration) -> Option<Claim> {
        unimplemented!()
    }
    pub(super) fn release(&self, host: &HostKey) {
        unimplemented!()
    }
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        unimplemented!()
    }
    pub(super) fn last_request(&self, host: &HostKey) -> Option<Timestamp> {
        unimplemented!()
    }
    pub(super) async fn reschedule(&self, pages: Vec<(PageId, Timestamp)>) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub(super) async fn add_pages(&self, pages: Vec<Page>) -> Result<usize, StoreError> {
        unimplemented!()
    }
    pub(super) async fn remove_pages(&self, pages: Vec<PageId>) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub(super) async fn remove_source(&self, source: &SourceId) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub(super) async fn page(&self, id: PageId) -> Result<Option<Page>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn pages(&self, ids: Vec<PageId>) -> Result<Vec<Page>, StoreError> {
        unimplemented!()
    }
    pub(super) fn pages_of(&self, source: &SourceId) -> Vec<PageId> {
        unimplemented!()
    }
    pub(super) fn source_sizes(&self) -> Vec<SourceSize> {
        unimplemented!()
    }
    pub(super) async fn source(&self, id: &SourceId) -> Result<Option<SourceState>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn sources(&self) -> Result<Vec<SourceState>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn host(&self, host: &HostKey) -> Result<Option<HostState>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn records(&self, ids: Vec<RecordId>) -> Result<Vec<Record>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn records_of(&self, source: &SourceId, after: Option<RecordId>, limit: usize) -> Result<Vec<Record>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn organisations_by_keys(&self, keys: Vec<IdentityKey>) -> Result<Vec<Organisation>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn signals_of(&self, organisation: OrganisationId, limit: usize) -> Result<Vec<Signal>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn leads_of(&self, subject: Subject) -> Result<Vec<Lead>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn lead(&self, id: LeadId) -> Result<Option<Lead>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn last_snapshot(&self, page: PageId) -> Result<Option<Snapshot>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn commit(&self, turn: Turn) -> Result<(), CommitError> {
        unimplemented!()
    }
    pub(super) async fn due_entries(&self, now: Timestamp, limit: usize) -> Result<Vec<DueEntries>, StoreError> {
        unimplemented!()
    }
    pub(super) fn next_entry(&self) -> Option<Timestamp> {
        unimplemented!()
    }
    pub(super) async fn seal(&self, message: Message) -> Result<(), CommitError> {
        unimplemented!()
    }
    pub(super) async fn enqueue(&self, messages: Vec<Message>) -> Result<usize, CommitError> {
        unimplemented!()
    }
    pub(super) async fn lease_messages(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        limit: usize,
        until: Timestamp,
    ) -> Result<Vec<Message>, StoreError> {
        unimplemented!()
    }
    pub(super) fn next_message(&self, channel: &ChannelId) -> Option<Timestamp> {
        unimplemented!()
    }
    pub(super) fn unlease(&self, messages: &[MessageId]) {
        unimplemented!()
    }
    pub(super) async fn acknowledge(
        &self,
        message: Message,
        channel: Option<ChannelState>,
        follow_up: Vec<Message>,
    ) -> Result<(), CommitError> {
        unimplemented!()
    }
    pub(super) async fn replay(&self, which: Replay, now: Timestamp) -> Result<Vec<MessageId>, CommitError> {
        unimplemented!()
    }
    pub(super) async fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn messages(&self, filter: MessageFilter, limit: usize) -> Result<Vec<Message>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn channel_state(&self, channel: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn channel_states(&self) -> Result<Vec<ChannelState>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn set_channel_state(&self, state: ChannelState) -> Result<(), CommitError> {
        unimplemented!()
    }
    pub(super) async fn suppress(&self, suppression: Suppression) -> Result<(), CommitError> {
        unimplemented!()
    }
    pub(super) async fn lift(&self, channel: &ChannelId, recipient: &str) -> Result<bool, CommitError> {
        unimplemented!()
    }
    pub(super) async fn suppressed(&self, channel: &ChannelId, recipient: &str) -> Result<Option<Suppression>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn suppressions(&self) -> Result<Vec<Suppression>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn set_mark(&self, name: &str, value: Option<Vec<u8>>) -> Result<(), CommitError> {
        unimplemented!()
    }
    pub(super) fn install_key(&self) -> [u8; 32] {
        unimplemented!()
    }
    pub(super) async fn snapshots(&self, page: PageId) -> Result<Vec<Version>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn snapshot(&self, page: PageId, which: Which) -> Result<Option<Snapshot>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn changes_of(&self, record: RecordId, limit: usize) -> Result<Vec<Change>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn recent_changes(&self, source: Option<&SourceId>, limit: usize) -> Result<Vec<Change>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn leads(&self, filter: LeadFilter, limit: usize) -> Result<Vec<Lead>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn waiting_entries(&self, limit: usize) -> Result<Vec<Entry>, StoreError> {
        unimplemented!()
    }
    pub(super) async fn counts(&self) -> Result<Counts, StoreError> {
        unimplemented!()
    }
    pub(super) fn size(&self) -> Size {
        unimplemented!()
    }
    pub(super) async fn keep(&self, now: Timestamp) -> Result<Kept, StoreError> {
        unimplemented!()
    }
    pub(super) async fn compact(&self) -> Result<Size, StoreError> {
        unimplemented!()
    }
    pub(super) async fn backup(&self, now: Timestamp) -> Result<Backup, StoreError> {
        unimplemented!()
    }
    pub(super) async fn copy_to(&self, data: &Path) -> Result<Size, StoreError> {
        unimplemented!()
    }
    pub(super) async fn close(&self) {
        unimplemented!()
    }
}
