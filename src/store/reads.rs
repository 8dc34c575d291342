//! Reading: from keys and values to the model's words. Writes nothing.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::codec::{self, Table};
use super::embedded::Inner;
use super::error::StoreError;
use super::frame;
use super::stored::{
    Stored, StoredChanges, StoredHost, StoredLead, StoredOrganisation, StoredPage, StoredSignal, StoredSource, StoredSpent, StoredVersions,
    millis, store_date, to_model, undecodable,
};
use super::versions;
use super::words::{LeadFilter, Snapshot, Version, Which};
use crate::base::ids::{ContentHash, LeadId, OrganisationId, PageId, RecordId, SegmentId, SourceId};
use crate::model::{Change, Decision, HostKey, HostState, IdentityKey, Lead, LeadState, Organisation, Page, Signal, SourceState, Subject};

/// How often a value is read again when the segment it refers to was rewritten meanwhile.
const TRIES: u32 = 3;

impl Inner {
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        Ok(self.tree()?.get(key)?)
    }

    /// The shape under a key, and its version.
    pub(super) fn load<S: Stored>(&self, key: &[u8]) -> Result<Option<(u64, S)>, StoreError> {
        let Some(mut value) = self.get(key)? else { return Ok(None) };
        for _ in 0..TRIES {
            match frame::unpack::<S>(&value, &self.segments) {
                Ok(shape) => return Ok(Some((frame::counter(&value), shape))),
                Err(why) => match self.get(key)? {
                    Some(now) if now != value => value = now,
                    Some(_) => return Err(why),
                    None => return Ok(None),
                },
            }
        }
        Err(undecodable::<S>("it changes faster than it can be read"))
    }

    pub(super) fn model<S: Stored, M: TryFrom<S, Error = String>>(&self, key: &[u8]) -> Result<Option<(u64, M)>, StoreError> {
        self.load::<S>(key)?.map(|(version, shape)| Ok((version, to_model(shape)?))).transpose()
    }

    pub(super) fn page(&self, id: PageId) -> Result<Option<Page>, StoreError> {
        let standing = self.index().standing(id);
        let (Some(standing), Some((_, mut page))) = (standing, self.model::<StoredPage, Page>(&codec::page(id))?) else { return Ok(None) };
        if let Some((visit, checked)) = standing.times {
            page.visit = visit;
            page.checked = checked.and_then(|at| Timestamp::from_millisecond(at).ok());
        }
        page.next_due = Timestamp::from_millisecond(standing.due).unwrap_or(page.next_due);
        Ok(Some(page))
    }

    /// Requests made for a source on a day.
    pub(super) fn spent(&self, id: &SourceId, day: Date) -> Result<u32, StoreError> {
        let found = self.load::<StoredSpent>(&codec::spent(id))?;
        Ok(found.filter(|(_, spent)| spent.day == store_date(day)).map_or(0, |(_, spent)| spent.requests))
    }

    pub(super) fn state(&self, id: &SourceId, root: PageId) -> Result<Option<SourceState>, StoreError> {
        let found = self.model::<StoredSource, SourceState>(&codec::source(id, root))?;
        Ok(found.map(|(version, state)| SourceState { version, ..state }))
    }

    pub(super) fn states_of(&self, id: &SourceId) -> Result<Vec<SourceState>, StoreError> {
        self.scan::<StoredSource, SourceState>(&codec::sources_of(id), usize::MAX)
            .map(|states| states.into_iter().map(|(version, state)| SourceState { version, ..state }).collect())
    }

    pub(super) fn host(&self, host: &HostKey) -> Result<Option<HostState>, StoreError> {
        Ok(self.model::<StoredHost, HostState>(&codec::host(host))?.map(|(_, state)| state))
    }

    pub(super) fn organisation_now(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        let found = self.model::<StoredOrganisation, Organisation>(&codec::organisation(id))?;
        Ok(found.map(|(version, organisation)| Organisation { version, ..organisation }))
    }

    pub(super) fn lead_now(&self, id: LeadId) -> Result<Option<Lead>, StoreError> {
        let found = self.model::<StoredLead, Lead>(&codec::lead(id))?;
        Ok(found.map(|(version, lead)| Lead { version, ..lead }))
    }

    /// Everything under a prefix in the order of the keys, at most so many.
    pub(super) fn scan<S: Stored, M: TryFrom<S, Error = String>>(&self, prefix: &[u8], most: usize) -> Result<Vec<(u64, M)>, StoreError> {
        let mut found = Vec::new();
        for key in self.tree()?.scan_prefix(prefix).keys().take(most) {
            found.extend(self.model::<S, M>(&key?)?);
        }
        Ok(found)
    }

    /// Ids of a table, in their order, beginning after one.
    fn ids_after(&self, table: Table, after: Option<u64>, limit: usize) -> Result<Vec<u64>, StoreError> {
        let mut from = table.prefix();
        from.extend_from_slice(&after.map_or(0, |id| id.saturating_add(1)).to_be_bytes());
        if after == Some(u64::MAX) {
            return Ok(Vec::new());
        }
        let mut ids = Vec::new();
        for key in self.tree()?.range(from..).keys().take(limit) {
            let key = key?;
            if Table::of(&key) != Some(table) {
                break;
            }
            ids.extend(codec::last_u64(&key));
        }
        Ok(ids)
    }

    pub(super) fn organisations_after(&self, after: Option<OrganisationId>, limit: usize) -> Result<Vec<Organisation>, StoreError> {
        let ids = self.ids_after(Table::Organisation, after.map(|id| id.0), limit)?;
        let found = ids.into_iter().map(|id| self.organisation_now(OrganisationId(id))).collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Those of these ids that there are, in the order asked for.
    pub(super) fn organisations(&self, ids: &[OrganisationId]) -> Result<Vec<Organisation>, StoreError> {
        let found = ids.iter().map(|id| self.organisation_now(*id)).collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    pub(super) fn organisations_by_keys(&self, keys: &[IdentityKey]) -> Result<Vec<Organisation>, StoreError> {
        let mut found: Vec<Organisation> = Vec::new();
        for key in keys {
            let owner = self.get(&codec::identity(key))?.and_then(|value| <[u8; 8]>::try_from(value.as_ref()).ok());
            if let Some(id) = owner.map(|owner| OrganisationId(u64::from_be_bytes(owner)))
                && !found.iter().any(|organisation| organisation.id == id)
            {
                found.extend(self.organisation_now(id)?);
            }
        }
        Ok(found)
    }

    pub(super) fn signals_of(&self, organisation: OrganisationId, limit: usize) -> Result<Vec<Signal>, StoreError> {
        let mut signals = Vec::new();
        for key in self.tree()?.scan_prefix(codec::signals_of(organisation)).keys().rev().take(limit) {
            signals.extend(self.model::<StoredSignal, Signal>(&key?)?.map(|(_, signal)| signal));
        }
        Ok(signals)
    }

    /// The signals of an organisation that are of these records and those that are not, of each kind at most so many, the last seen first.
    pub(super) fn signals_apart(
        &self,
        organisation: OrganisationId,
        records: &HashSet<RecordId>,
        (most, most_others): (usize, usize),
    ) -> Result<(Vec<Signal>, Vec<Signal>), StoreError> {
        let (mut of_them, mut others) = (Vec::new(), Vec::new());
        for key in self.tree()?.scan_prefix(codec::signals_of(organisation)).keys().rev() {
            if of_them.len() == most && others.len() == most_others {
                break;
            }
            let Some((_, signal)) = self.model::<StoredSignal, Signal>(&key?)? else { continue };
            let (found, room) = if records.contains(&signal.record) { (&mut of_them, most) } else { (&mut others, most_others) };
            if found.len() < room {
                found.push(signal);
            }
        }
        Ok((of_them, others))
    }

    pub(super) fn leads_of(&self, subject: Subject) -> Result<Vec<Lead>, StoreError> {
        let mut leads = Vec::new();
        for key in self.tree()?.scan_prefix(codec::leads_of(subject)).keys() {
            if let Some(id) = codec::last_u64(&key?) {
                leads.extend(self.lead_now(LeadId(id))?);
            }
        }
        Ok(leads)
    }

    /// Every segment that has leads.
    fn segments_with_leads(&self) -> Result<Vec<SegmentId>, StoreError> {
        let tree = self.tree()?;
        let mut segments = Vec::new();
        let mut from = Table::LeadRank.prefix();
        while let Some((key, _)) = tree.range(from.clone()..).next().transpose()? {
            if Table::of(&key) != Some(Table::LeadRank) {
                break;
            }
            let name = key.get(1..).and_then(|rest| rest.split(|byte| *byte == 0).next()).unwrap_or_default();
            let segment: Option<SegmentId> = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
            segments.extend(segment);
            from.truncate(1);
            from.extend_from_slice(name);
            from.push(1);
        }
        Ok(segments)
    }

    pub(super) fn leads(&self, filter: &LeadFilter, limit: usize) -> Result<Vec<Lead>, StoreError> {
        let segments = match &filter.segment {
            Some(segment) => vec![segment.clone()],
            None => self.segments_with_leads()?,
        };
        let states = filter.state.map_or_else(|| LeadState::ALL.to_vec(), |state| vec![state]);
        let tree = self.tree()?;
        let mut leads = Vec::new();
        for (segment, state) in segments.iter().flat_map(|segment| states.iter().map(move |state| (segment, *state))) {
            let begun = leads.len();
            for key in tree.scan_prefix(codec::lead_ranks(segment, state)).keys() {
                if leads.len() - begun >= limit {
                    break;
                }
                let lead = codec::last_u64(&key?).map_or(Ok(None), |id| self.lead_now(LeadId(id)))?;
                leads.extend(lead.filter(|lead| {
                    let owner = match &lead.owner {
                        Decision::To(rep, _) => Some(rep),
                        Decision::Nobody(_) => None,
                    };
                    (filter.owner.is_none() || owner == filter.owner.as_ref()) && !(filter.nobodys && owner.is_some())
                }));
            }
        }
        leads.sort_by_key(|lead| (std::cmp::Reverse(lead.score.total()), lead.id));
        leads.truncate(limit);
        Ok(leads)
    }

    pub(super) fn changes_of(&self, record: RecordId, limit: usize) -> Result<Vec<Change>, StoreError> {
        let Some(record) = self.record(record)? else { return Ok(Vec::new()) };
        let first = millis(record.first_seen);
        self.history(&record.source, limit, Some(first), |change| change.record == record.id)
    }

    pub(super) fn recent_changes(&self, source: Option<&SourceId>, limit: usize) -> Result<Vec<Change>, StoreError> {
        let sources = match source {
            Some(source) => vec![source.clone()],
            None => self.sources_with_changes()?,
        };
        let mut changes = Vec::new();
        for source in &sources {
            changes.extend(self.history(source, limit, None, |_| true)?);
        }
        changes.sort_by_key(|change| std::cmp::Reverse(change.at));
        changes.truncate(limit);
        Ok(changes)
    }

    /// Every source that has a history.
    pub(super) fn sources_with_changes(&self) -> Result<Vec<SourceId>, StoreError> {
        let tree = self.tree()?;
        let mut sources = Vec::new();
        let mut from = Table::Changes.prefix();
        while let Some((key, _)) = tree.range(from.clone()..).next().transpose()? {
            if Table::of(&key) != Some(Table::Changes) {
                break;
            }
            let name = key.get(1..).and_then(|rest| rest.split(|byte| *byte == 0).next()).unwrap_or_default();
            let source: Option<SourceId> = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
            sources.extend(source);
            from.truncate(1);
            from.extend_from_slice(name);
            from.push(1);
        }
        Ok(sources)
    }

    /// The last changes of a source that are wanted, back to a time.
    pub(super) fn history(
        &self,
        source: &SourceId,
        limit: usize,
        since: Option<i64>,
        wanted: impl Fn(&Change) -> bool,
    ) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        for key in self.tree()?.scan_prefix(codec::changes_of(source)).keys().rev() {
            let key = key?;
            if changes.len() >= limit || since.is_some_and(|since| codec::changes_at(&key).is_some_and(|at| at < since)) {
                break;
            }
            if let Some((_, shape)) = self.load::<StoredChanges>(&key)? {
                let turn = shape.into_changes().map_err(undecodable::<StoredChanges>)?;
                changes.extend(turn.into_iter().rev().filter(|change| wanted(change)));
            }
        }
        changes.truncate(limit);
        Ok(changes)
    }

    fn versions(&self, page: PageId) -> Result<StoredVersions, StoreError> {
        match self.get(&codec::versions(page))? {
            Some(value) => frame::unpack_inline(&value),
            None => Ok(StoredVersions::default()),
        }
    }

    pub(super) fn snapshots(&self, page: PageId) -> Result<Vec<Version>, StoreError> {
        self.versions(page)?.versions.iter().rev().map(version).collect()
    }

    pub(super) fn snapshot(&self, page: PageId, which: Which) -> Result<Option<Snapshot>, StoreError> {
        let mut list = self.versions(page)?;
        for _ in 0..TRIES {
            let found = match which {
                Which::Back(n) => list.versions.iter().rev().nth(n),
                Which::At(at) => list.versions.iter().rev().find(|version| version.at <= millis(at)),
            };
            let Some(found) = found else { return Ok(None) };
            match versions::read(found, &self.segments) {
                Ok(bytes) => return Ok(Some(Snapshot { version: version(found)?, bytes: bytes.into() })),
                // Its segment may have been rewritten since the list was read.
                Err(why) => {
                    let now = self.versions(page)?;
                    if now == list {
                        return Err(why);
                    }
                    list = now;
                }
            }
        }
        Err(undecodable::<StoredVersions>("it changes faster than it can be read"))
    }
}

fn version(stored: &super::stored::StoredVersion) -> Result<Version, StoreError> {
    Ok(Version {
        at: super::stored::timestamp(stored.at).map_err(undecodable::<StoredVersions>)?,
        length: u64::from(stored.length),
        content: ContentHash(stored.content),
        changed: stored.changed,
    })
}
