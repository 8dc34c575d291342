//! Pages, records, organisations and leads of the embedded backend, as the seam asks for them.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::codec;
use super::embedded::Embedded;
use super::error::{CommitError, StoreError};
use super::prepare::Draft;
use super::stored::millis;
use super::words::{Claim, Counts, LeadFilter, Reached, Size, Snapshot, SourceSize, Version, Which};
use crate::base::ids::{LeadId, OrganisationId, PageId, RecordId, SourceId};
use crate::model::{Change, HostKey, HostState, IdentityKey, Lead, Organisation, Page, Record, Signal, SourceState, Subject};

/// Pages written by one commit of a list of pages.
const PAGES: usize = 500;

fn at(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}

/// A commit outside a turn conflicts with nothing it could decide again, so what is left is the store's own failure.
fn plain(why: CommitError) -> StoreError {
    match why {
        CommitError::Store(why) => why,
        CommitError::Conflict { what } => StoreError::Undecodable { what: "state", why: format!("{what} was changed meanwhile") },
    }
}

impl Embedded {
    pub(super) fn claim(&self, now: Timestamp, max_pages: usize, lease: SignedDuration) -> Option<Claim> {
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let (host, pages) = self.inner.index().claim(millis(now), max_pages, millis(until))?;
        Some(Claim { host, pages, until })
    }

    pub(super) fn release(&self, host: &HostKey) {
        self.inner.index().release(host);
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.inner.index().next_due().and_then(at)
    }

    pub(super) fn last_request(&self, host: &HostKey) -> Option<Timestamp> {
        self.inner.index().requested(host).and_then(at)
    }

    pub(super) async fn reschedule(&self, pages: Vec<(PageId, Timestamp)>) -> Result<(), StoreError> {
        for pages in pages.chunks(PAGES) {
            let pages = pages.to_vec();
            self.write(move |inner| {
                let mut draft = Draft::new(inner);
                for (id, due) in pages {
                    if let Some(page) = inner.page(id)? {
                        draft.times(id, page.visit, page.checked.map(millis), millis(due));
                    }
                }
                Ok(draft.to)
            })
            .await
            .map_err(plain)?;
        }
        Ok(())
    }

    pub(super) async fn add_pages(&self, pages: Vec<Page>) -> Result<usize, StoreError> {
        let mut added = 0;
        for pages in pages.chunks(PAGES) {
            let pages: Vec<Page> = {
                let index = self.inner.index();
                pages.iter().filter(|page| !index.contains(page.id)).cloned().collect()
            };
            added += pages.len();
            self.write(move |inner| {
                let mut draft = Draft::new(inner);
                for page in &pages {
                    draft.page(page)?;
                }
                Ok(draft.to)
            })
            .await
            .map_err(plain)?;
        }
        Ok(added)
    }

    pub(super) async fn remove_pages(&self, pages: Vec<PageId>) -> Result<(), StoreError> {
        for pages in pages.chunks(PAGES) {
            let pages = pages.to_vec();
            self.write(move |inner| {
                let mut draft = Draft::new(inner);
                draft.pages_gone(&pages);
                Ok(draft.to)
            })
            .await
            .map_err(plain)?;
        }
        Ok(())
    }

    pub(super) async fn page(&self, id: PageId) -> Result<Option<Page>, StoreError> {
        self.read(move |inner| inner.page(id)).await
    }

    pub(super) fn page_and_state(&self, id: PageId) -> Result<Option<(Page, Option<SourceState>)>, StoreError> {
        self.read_here(|inner| {
            let Some(page) = inner.page(id)? else { return Ok(None) };
            let state = inner.state(&page.source, page.root)?;
            Ok(Some((page, state)))
        })
    }

    pub(super) async fn pages(&self, ids: Vec<PageId>) -> Result<Vec<Page>, StoreError> {
        self.read(move |inner| {
            let found = ids.into_iter().map(|id| inner.page(id)).collect::<Result<Vec<_>, _>>()?;
            Ok(found.into_iter().flatten().collect())
        })
        .await
    }

    pub(super) fn pages_of(&self, source: &SourceId) -> Vec<PageId> {
        self.inner.index().pages_of(source)
    }

    pub(super) fn source_sizes(&self) -> Vec<SourceSize> {
        let sizes = self.inner.index().sources();
        sizes.into_iter().map(|(source, pages, due)| SourceSize { source, pages, next_due: at(due) }).collect()
    }

    pub(super) fn next_check(&self, page: PageId) -> Option<Timestamp> {
        self.inner.index().next_check(page.0).and_then(at)
    }

    pub(super) fn next_due_of(&self, source: &SourceId) -> Option<Timestamp> {
        self.inner.index().next_due_of(source).and_then(at)
    }

    pub(super) fn state(&self, id: &SourceId, root: PageId) -> Result<Option<SourceState>, StoreError> {
        self.read_here(|inner| inner.state(id, root))
    }

    pub(super) async fn states_of(&self, id: &SourceId) -> Result<Vec<SourceState>, StoreError> {
        let id = id.clone();
        self.read(move |inner| inner.states_of(&id)).await
    }

    pub(super) async fn spent(&self, id: &SourceId, day: Date) -> Result<u32, StoreError> {
        let id = id.clone();
        self.read(move |inner| inner.spent(&id, day)).await
    }

    pub(super) async fn host(&self, host: &HostKey) -> Result<Option<HostState>, StoreError> {
        let host = host.clone();
        self.read(move |inner| inner.host(&host)).await
    }

    pub(super) async fn records(&self, ids: Vec<RecordId>) -> Result<Vec<Record>, StoreError> {
        self.read(move |inner| inner.records(&ids)).await
    }

    pub(super) async fn absent(&self, source: &SourceId, present: HashSet<RecordId>, most: usize) -> Result<Vec<Record>, StoreError> {
        let source = source.clone();
        self.read(move |inner| inner.absent(&source, &present, most)).await
    }

    pub(super) async fn gone_before(&self, line: Timestamp, left: Vec<SourceId>, most: usize) -> Result<Vec<Record>, StoreError> {
        self.read(move |inner| inner.gone_before(line, &left, most)).await
    }

    pub(super) async fn records_after(&self, after: Option<Reached>, limit: usize) -> Result<(Vec<Record>, Option<Reached>), StoreError> {
        self.read(move |inner| inner.records_after(after, limit)).await
    }

    pub(super) async fn organisations_after(&self, after: Option<OrganisationId>, limit: usize) -> Result<Vec<Organisation>, StoreError> {
        self.read(move |inner| inner.organisations_after(after, limit)).await
    }

    pub(super) async fn organisations_by_keys(&self, keys: Vec<IdentityKey>) -> Result<Vec<Organisation>, StoreError> {
        self.read(move |inner| inner.organisations_by_keys(&keys)).await
    }

    pub(super) async fn organisations(&self, ids: Vec<OrganisationId>) -> Result<Vec<Organisation>, StoreError> {
        self.read(move |inner| inner.organisations(&ids)).await
    }

    pub(super) async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        self.read(move |inner| inner.organisation_now(id)).await
    }

    pub(super) async fn signals_of(&self, organisation: OrganisationId, limit: usize) -> Result<Vec<Signal>, StoreError> {
        self.read(move |inner| inner.signals_of(organisation, limit)).await
    }

    pub(super) async fn signals_apart(
        &self,
        organisation: OrganisationId,
        records: Arc<HashSet<RecordId>>,
        most: (usize, usize),
    ) -> Result<(Vec<Signal>, Vec<Signal>), StoreError> {
        self.read(move |inner| inner.signals_apart(organisation, &records, most)).await
    }

    pub(super) async fn leads_of(&self, subject: Subject) -> Result<Vec<Lead>, StoreError> {
        self.read(move |inner| inner.leads_of(subject)).await
    }

    pub(super) async fn lead(&self, id: LeadId) -> Result<Option<Lead>, StoreError> {
        self.read(move |inner| inner.lead_now(id)).await
    }

    pub(super) async fn leads(&self, filter: LeadFilter, limit: usize) -> Result<Vec<Lead>, StoreError> {
        self.read(move |inner| inner.leads(&filter, limit)).await
    }

    pub(super) async fn last_snapshot(&self, page: PageId) -> Result<Option<Snapshot>, StoreError> {
        self.snapshot(page, Which::Back(0)).await
    }

    pub(super) async fn snapshots(&self, page: PageId) -> Result<Vec<Version>, StoreError> {
        self.read(move |inner| inner.snapshots(page)).await
    }

    pub(super) async fn snapshot(&self, page: PageId, which: Which) -> Result<Option<Snapshot>, StoreError> {
        self.read(move |inner| inner.snapshot(page, which)).await
    }

    pub(super) async fn changes_of(&self, record: RecordId, limit: usize) -> Result<Vec<Change>, StoreError> {
        self.read(move |inner| inner.changes_of(record, limit)).await
    }

    pub(super) async fn recent_changes(&self, source: Option<&SourceId>, limit: usize) -> Result<Vec<Change>, StoreError> {
        let source = source.cloned();
        self.read(move |inner| inner.recent_changes(source.as_ref(), limit)).await
    }

    pub(super) async fn counts(&self) -> Result<Counts, StoreError> {
        let (pages, hosts) = self.inner.index().counts();
        let (entries, channels) = {
            let queue = self.inner.queue();
            (queue.entries(), queue.counts())
        };
        let records = self.inner.places.records();
        let [organisations, leads] = self
            .read(|inner| {
                let tree = inner.tree()?;
                let count = |table: codec::Table| tree.scan_prefix(table.prefix()).keys().count() as u64;
                Ok([count(codec::Table::Organisation), count(codec::Table::Lead)])
            })
            .await?;
        let of = |pick: fn(&(crate::base::ids::ChannelId, u64, u64)) -> u64| {
            channels.iter().map(|channel| (channel.0.clone(), pick(channel))).filter(|(_, n)| *n > 0).collect()
        };
        Ok(Counts { pages, hosts, records, organisations, leads, entries, waiting: of(|channel| channel.1), dead: of(|channel| channel.2) })
    }

    pub(super) fn size(&self) -> Size {
        self.inner.size()
    }

    pub(super) fn install_key(&self) -> [u8; 32] {
        self.inner.install_key
    }

    pub(super) async fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let key = codec::mark(name);
        self.read(move |inner| Ok(inner.get(&key)?.map(|value| value.to_vec()))).await
    }

    pub(super) async fn marks(&self, prefix: &str, limit: usize) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let prefix = codec::mark(prefix);
        self.read(move |inner| {
            let all = inner.tree()?.scan_prefix(prefix).take(limit);
            all.map(|item| item.map(|(key, value)| (codec::mark_name(&key), value.to_vec())).map_err(StoreError::from)).collect()
        })
        .await
    }

    pub(super) async fn set_mark(&self, name: &str, value: Option<Vec<u8>>) -> Result<(), CommitError> {
        let name = name.to_owned();
        self.write(move |inner| {
            let mut draft = Draft::new(inner);
            draft.mark(&name, value)?;
            Ok(draft.to)
        })
        .await?;
        Ok(())
    }
}
