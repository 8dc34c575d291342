//! Turns what is to be committed into keys, values and conditions, on the caller's thread: packing is the dear part. Writes nothing but
//! blobs, which nobody refers to until the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::codec::{self, Key, PackId};
use super::embedded::Inner;
use super::error::{CommitError, StoreError};
use super::frame::{self, Head};
use super::index::NewTimes;
use super::likely::Said;
use super::queue::Place;
use super::segments::Pin;
use super::shared::Under;
use super::stored::{
    Stored, StoredChanges, StoredEntry, StoredHost, StoredLead, StoredMessage, StoredOrganisation, StoredPage, StoredSignal, StoredSource,
    StoredSpent, StoredVersions, millis, store_date, undecodable,
};
use super::versions::{self, Fresh};
use crate::base::caps;
use crate::base::ids::{ChannelId, EntryId, MessageId, OrganisationId, PageId, RecordId, SourceId, hash64};
use crate::model::{
    Change, Entry, Forgotten, HostKey, HostState, IdentityKey, Lead, Message, Organisation, Page, PageWrite, Signal, SourceState, Spent,
    Subject, Turn,
};
use crate::resolve::linkage::Pattern;

/// Changes kept in one value.
const CHANGES: usize = 100;

/// Something that must hold when the commit is written.
#[derive(Debug)]
pub(super) enum Check {
    /// The stored version is this one (0: there is none).
    Version { key: Key, version: u64, what: String },
    /// The value is byte for byte this one.
    Same { key: Key, value: Option<Vec<u8>>, what: String },
    /// The page is known.
    Page(PageId),
    /// The identity key belongs to nobody, or to one of these organisations, whose versions are checked as well.
    Identity { key: Key, organisations: Arc<[[u8; 8]]>, what: String },
}

/// What changes in memory once the commit is durable.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    PagePut {
        id: PageId,
        host: HostKey,
        source: SourceId,
        due: i64,
    },
    PageGone(PageId),
    HoldOff(HostKey, i64),
    Entry(i64, EntryId),
    EntrySettled(i64, EntryId),
    Waiting(MessageId, Place, i64),
    NotWaiting(MessageId),
    Dead(ChannelId, i64),
    Packed(PackId, Vec<RecordId>),
    Unpacked(RecordId),
    /// What an organisation's records say now; nothing, where it is gone.
    Said(OrganisationId, Said),
    Ruled(u32, Option<(Pattern, bool)>),
    /// A record was written under an identifier that others may have too.
    Shared(Under),
}

/// Writes that happen only when their key is not there yet.
#[derive(Debug)]
pub(super) struct Once {
    pub(super) key: Key,
    pub(super) value: Vec<u8>,
    pub(super) more: Vec<(Key, Option<Vec<u8>>)>,
    pub(super) effects: Vec<Effect>,
}

/// Everything of one commit.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) checks: Vec<Check>,
    pub(super) writes: Vec<(Key, Option<Vec<u8>>)>,
    pub(super) once: Vec<Once>,
    /// New records. If one of them is there by now, it is a conflict.
    pub(super) fresh: Vec<RecordId>,
    /// When it asked who is like whom.
    pub(super) asked: Option<u64>,
    /// When it looked what other sources tell of its records.
    pub(super) looked: Option<u64>,
    pub(super) order: u64,
    pub(super) times: Vec<NewTimes>,
    pub(super) request: Option<(HostKey, i64)>,
    pub(super) effects: Vec<Effect>,
    pub(super) pins: Vec<Pin>,
}

/// A whole turn.
pub(super) fn turn(inner: &Inner, turn: &Turn) -> Result<Prepared, CommitError> {
    let mut draft = Draft::new(inner);
    match &turn.page {
        PageWrite::Times(page, times) => {
            draft.to.checks.push(Check::Page(*page));
            draft.times(*page, times.visit, times.checked.map(millis), millis(times.next_due));
        }
        PageWrite::Whole(page) => {
            draft.to.checks.push(Check::Page(page.id));
            draft.page(page)?;
        }
        PageWrite::None => {}
    }
    (draft.to.asked, draft.to.looked) = (turn.asked, turn.looked);
    draft.to.request = turn.host.clone().zip(turn.requested.map(millis));
    if let Some(bytes) = &turn.snapshot {
        draft.snapshot(turn, bytes)?;
    }
    for page in &turn.follow {
        draft.page(page)?;
    }
    for (page, times) in &turn.queued {
        draft.times(*page, times.visit, times.checked.map(millis), millis(times.next_due));
    }
    draft.pages_gone(&turn.retired);
    if let Some(spent) = &turn.spent {
        draft.spent(spent)?;
    }
    if let Some(state) = &turn.host_state {
        draft.host(state)?;
    }
    if let Some(state) = &turn.source {
        draft.source(state)?;
    }
    draft.records(&turn.records, &turn.as_read, &turn.forgotten.records)?;
    draft.notices(&turn.notices, &turn.idle)?;
    draft.forget(&turn.forgotten)?;
    draft.changes(&turn.changes)?;
    // Keys may go from one of these to another.
    let written = turn.organisations.iter().chain(&turn.forgotten.organisations);
    let owners: Arc<[[u8; 8]]> = written.map(|organisation| organisation.id.0.to_be_bytes()).collect();
    let before = turn.organisations.iter().map(|organisation| draft.keys_gone(organisation)).collect::<Result<Vec<_>, _>>()?;
    for (organisation, known) in turn.organisations.iter().zip(before) {
        draft.organisation(organisation, &known, &owners)?;
    }
    for pair in &turn.settled {
        draft.settled(*pair);
    }
    for question in &turn.questions {
        draft.question(question)?;
    }
    for ruling in &turn.rulings {
        draft.ruling(ruling)?;
    }
    for signal in &turn.signals {
        draft.signal(signal)?;
    }
    let mut leads = BTreeSet::new();
    for lead in &turn.leads {
        // Each is compared with the stored one: of two, the one written later would win unseen.
        if !leads.insert(lead.id) {
            return Err(StoreError::Twice(format!("lead {}", lead.id)).into());
        }
        draft.lead(lead)?;
    }
    for entry in &turn.entries {
        draft.entry(entry)?;
    }
    for entry in &turn.moved {
        draft.postpone(entry)?;
    }
    for message in &turn.messages {
        draft.message(message)?;
    }
    for (name, value) in &turn.marks {
        draft.mark(name, value.clone())?;
    }
    Ok(draft.to)
}

/// A commit in the making.
pub(super) struct Draft<'a> {
    pub(super) inner: &'a Inner,
    pub(super) to: Prepared,
}

impl<'a> Draft<'a> {
    pub(super) fn new(inner: &'a Inner) -> Self {
        Self { inner, to: Prepared { order: inner.next_order(), ..Prepared::default() } }
    }

    /// Writes a shape under a key.
    pub(super) fn put<S: Stored>(&mut self, key: Key, shape: &S, version: Option<u64>) -> Result<(), StoreError> {
        let value = frame::pack(shape, version, &self.inner.segments, &mut self.to.pins)?;
        self.to.writes.push((key, Some(value)));
        Ok(())
    }

    pub(super) fn delete(&mut self, key: Key) {
        self.to.writes.push((key, None));
    }

    /// Sets a named small value, or forgets it.
    pub(super) fn mark(&mut self, name: &str, value: Option<Vec<u8>>) -> Result<(), StoreError> {
        if let Some(bytes) = value.as_ref().map(Vec::len).filter(|bytes| *bytes > caps::STORE_VALUE_BYTES) {
            return Err(StoreError::TooLarge { what: "mark", bytes });
        }
        self.to.writes.push((codec::mark(name), value));
        Ok(())
    }

    /// The value must still be this one when the commit is written.
    pub(super) fn same(&mut self, key: &Key, value: Option<&[u8]>, what: impl Into<String>) {
        self.to.checks.push(Check::Same { key: key.clone(), value: value.map(<[u8]>::to_vec), what: what.into() });
    }

    pub(super) fn times(&mut self, page: PageId, visit: u32, checked: Option<i64>, next_due: i64) {
        self.to.times.push(NewTimes { page, order: self.to.order, visit, checked, next_due });
    }

    pub(super) fn page(&mut self, page: &Page) -> Result<(), StoreError> {
        self.put(codec::page(page.id), &StoredPage::new(page, self.to.order), None)?;
        let due = millis(page.next_due);
        self.to.effects.push(Effect::PagePut { id: page.id, host: page.host(), source: page.source.clone(), due });
        Ok(())
    }

    pub(super) fn pages_gone(&mut self, pages: &[PageId]) {
        for id in pages {
            self.delete(codec::page(*id));
            self.delete(codec::versions(*id));
            self.to.effects.push(Effect::PageGone(*id));
        }
    }

    fn snapshot(&mut self, turn: &Turn, bytes: &[u8]) -> Result<(), StoreError> {
        let (page, at) = match &turn.page {
            PageWrite::Times(page, times) => (*page, times.checked.or(turn.requested).unwrap_or(times.next_due)),
            PageWrite::Whole(page) => (page.id, page.checked.or(turn.requested).unwrap_or(page.next_due)),
            PageWrite::None => return Ok(()),
        };
        let key = codec::versions(page);
        let old = self.inner.get(&key)?;
        let list = match &old {
            Some(value) => frame::unpack_inline::<StoredVersions>(value)?,
            None => StoredVersions::default(),
        };
        let changed = turn.changes.iter().any(|change| !change.baseline);
        let fresh = Fresh { bytes, at: millis(at), changed, keep: self.inner.settings.versions };
        if let Some(list) = versions::add(list, &fresh, &self.inner.segments, &mut self.to.pins)? {
            self.same(&key, old.as_deref(), format!("the kept versions of {page}"));
            self.to.writes.push((key, Some(frame::pack_inline(&list))));
        }
        Ok(())
    }

    fn host(&mut self, state: &HostState) -> Result<(), StoreError> {
        self.put(codec::host(&state.host), &StoredHost::from(state), None)?;
        self.to.effects.push(Effect::HoldOff(state.host.clone(), millis(state.not_before)));
        Ok(())
    }

    fn source(&mut self, state: &SourceState) -> Result<(), StoreError> {
        let key = codec::source(&state.id, state.root);
        self.version(key.clone(), state.version, format!("source `{}`", state.id));
        self.put(key, &StoredSource::from(state), Some(state.version + 1))
    }

    /// Adds to the day's count; a new day begins at nothing.
    fn spent(&mut self, spent: &Spent) -> Result<(), StoreError> {
        let (key, day) = (codec::spent(&spent.source), store_date(spent.day));
        let old = self.inner.get(&key)?;
        let before = match &old {
            Some(value) => Some(frame::unpack::<StoredSpent>(value, &self.inner.segments)?),
            None => None,
        };
        let before = before.filter(|before| before.day == day).map_or(0, |before| before.requests);
        self.same(&key, old.as_deref(), format!("the budget of `{}`", spent.source));
        self.put(key, &StoredSpent { day, requests: before.saturating_add(spent.requests) }, None)
    }

    fn version(&mut self, key: Key, version: u64, what: String) {
        self.to.checks.push(Check::Version { key, version, what });
    }

    /// Deletes what retention takes away, if it is still what it was when that was decided.
    fn forget(&mut self, forgotten: &Forgotten) -> Result<(), CommitError> {
        for signal in &forgotten.signals {
            self.delete(signal_key(signal));
        }
        for organisation in &forgotten.organisations {
            self.forget_organisation(organisation)?;
        }
        Ok(())
    }

    fn forget_organisation(&mut self, organisation: &Organisation) -> Result<(), CommitError> {
        let id = organisation.id;
        let conflict = || CommitError::Conflict { what: format!("organisation {id}") };
        let old = self.inner.organisation_now(id)?.filter(|old| old.version == organisation.version).ok_or_else(conflict)?;
        self.version(codec::organisation(id), old.version, format!("organisation {id}"));
        self.delete(codec::organisation(id));
        self.to.effects.push(Effect::Said(id, Said::default()));
        self.questions_gone(id)?;
        for key in &old.keys {
            self.delete(codec::identity(key));
        }
        for key in self.inner.tree()?.scan_prefix(codec::signals_of(id)).keys() {
            self.delete(key.map_err(StoreError::from)?.to_vec());
        }
        for lead in self.inner.leads_of(Subject::Organisation(id))? {
            self.version(codec::lead(lead.id), lead.version, format!("lead {}", lead.id));
            self.delete(codec::lead(lead.id));
            self.delete(codec::lead_of(lead.subject, lead.id));
            self.delete(codec::lead_rank(&lead.segment, lead.state, lead.score.total(), lead.id));
        }
        Ok(())
    }

    fn changes(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut groups = BTreeMap::<(SourceId, i64), Vec<&Change>>::new();
        for change in changes {
            groups.entry((change.source.clone(), millis(change.at))).or_default().push(change);
        }
        for ((source, at), group) in groups {
            for (part, changes) in (0..).zip(group.chunks(CHANGES)) {
                self.put(codec::changes(&source, at, self.to.order, part), &StoredChanges::new(&source, at, changes), None)?;
            }
        }
        Ok(())
    }

    /// Gives up the keys that an organisation has no more. Returns those that it had.
    fn keys_gone(&mut self, organisation: &Organisation) -> Result<BTreeSet<IdentityKey>, CommitError> {
        let id = organisation.id;
        let old = self.inner.organisation_now(id)?;
        let found = old.as_ref().map_or(0, |old| old.version);
        let what = || format!("organisation {id}");
        if found != organisation.version {
            return Err(CommitError::Conflict { what: what() });
        }
        self.version(codec::organisation(id), organisation.version, what());
        let had = old.map(|old| old.keys).unwrap_or_default();
        for key in had.difference(&organisation.keys) {
            self.delete(codec::identity(key));
        }
        Ok(had)
    }

    fn organisation(
        &mut self,
        organisation: &Organisation,
        had: &BTreeSet<IdentityKey>,
        owners: &Arc<[[u8; 8]]>,
    ) -> Result<(), StoreError> {
        let id = organisation.id;
        for known in organisation.keys.difference(had) {
            let key = codec::identity(known);
            let what = format!("the owner of {known}");
            self.to.checks.push(Check::Identity { key: key.clone(), organisations: Arc::clone(owners), what });
            self.to.writes.push((key, Some(id.0.to_be_bytes().to_vec())));
        }
        self.to.effects.push(Effect::Said(id, Said::by(organisation)));
        self.put(codec::organisation(id), &StoredOrganisation::from(organisation), Some(organisation.version + 1))
    }

    fn signal(&mut self, signal: &Signal) -> Result<(), StoreError> {
        self.put(signal_key(signal), &StoredSignal::from(signal), None)
    }

    fn lead(&mut self, lead: &Lead) -> Result<(), CommitError> {
        let old = self.inner.lead_now(lead.id)?;
        let what = || format!("lead {}", lead.id);
        if old.as_ref().map_or(0, |old| old.version) != lead.version {
            return Err(CommitError::Conflict { what: what() });
        }
        self.version(codec::lead(lead.id), lead.version, what());
        let rank = |lead: &Lead| codec::lead_rank(&lead.segment, lead.state, lead.score.total(), lead.id);
        match old {
            Some(old) if rank(&old) == rank(lead) => {}
            Some(old) => {
                self.delete(rank(&old));
                self.to.writes.push((rank(lead), Some(Vec::new())));
            }
            None => {
                self.to.writes.push((rank(lead), Some(Vec::new())));
                self.to.writes.push((codec::lead_of(lead.subject, lead.id), Some(Vec::new())));
            }
        }
        Ok(self.put(codec::lead(lead.id), &StoredLead::from(lead), Some(lead.version + 1))?)
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let value = frame::pack(&StoredEntry::from(entry), None, &self.inner.segments, &mut self.to.pins)?;
        let effects = vec![Effect::Entry(millis(entry.due), entry.id)];
        self.to.once.push(Once { key: codec::entry(entry.id), value, more: Vec::new(), effects });
        Ok(())
    }

    /// Gives a waiting entry another rep, way, lane and time; one that is settled stays what it is. News of a lead goes under the id that it has for its
    /// new rep and way, so that what they were told is found again; what they have under it already is not told twice.
    pub(super) fn postpone(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let key = codec::entry(entry.id);
        let Some(value) = self.inner.get(&key)? else { return Ok(()) };
        let old = frame::unpack::<StoredEntry>(&value, &self.inner.segments)?;
        if old.settled.is_some() {
            return Ok(());
        }
        self.same(&key, Some(&value), format!("{}", entry.id));
        self.to.effects.push(Effect::EntrySettled(old.due, entry.id));
        let moves = entry.of_tender.is_none() && !old.is_for(&entry.channel, &entry.rep);
        let id = if moves { Entry::id_of(&entry.channel, &entry.rep, entry.lead, entry.revision) } else { entry.id };
        if id != entry.id {
            self.delete(key);
            if self.inner.get(&codec::entry(id))?.is_some() {
                return Ok(());
            }
        }
        self.to.effects.push(Effect::Entry(millis(entry.due), id));
        self.put(codec::entry(id), &StoredEntry::from(&Entry { id, ..entry.clone() }), None)
    }

    /// A message that is there already stays as it is.
    pub(super) fn message(&mut self, message: &Message) -> Result<(), StoreError> {
        let shape = StoredMessage::new(message, self.inner.next_order());
        let value = frame::pack(&shape, None, &self.inner.segments, &mut self.to.pins)?;
        let head = Head { version: 1, counter: None };
        let body = frame::pack_bytes(head, "message", &message.sealed.bytes, &self.inner.segments, &mut self.to.pins)?;
        let effects = message_effects(&message.id, None, &shape)?;
        let more = vec![(codec::body(&message.id), Some(body))];
        self.to.once.push(Once { key: codec::message(&message.id), value, more, effects });
        Ok(())
    }
}

/// The same signal of the same time has one key, however often it is decided.
fn signal_key(signal: &Signal) -> Key {
    let hash = hash64(&[signal.kind.word().as_bytes(), &signal.record.0.to_be_bytes(), signal.story.mark().as_bytes()]);
    codec::signal(signal.organisation, millis(signal.seen), hash)
}

/// What the queue in memory must know of a message's new state.
pub(super) fn message_effects(id: &MessageId, old: Option<&StoredMessage>, new: &StoredMessage) -> Result<Vec<Effect>, StoreError> {
    let bad = |why: crate::base::ids::BadSlug| undecodable::<StoredMessage>(why.to_string());
    let channel: ChannelId = new.channel.parse().map_err(bad)?;
    let dead = |message: &StoredMessage| i64::from(message.dead());
    let mut effects = Vec::new();
    match new.undelivered() {
        Some(not_before) => {
            let place = Place { channel: channel.clone(), order_key: u64::from_be_bytes(new.order_key), order: new.order };
            effects.push(Effect::Waiting(id.clone(), place, not_before));
        }
        None => effects.push(Effect::NotWaiting(id.clone())),
    }
    let by = dead(new) - old.map_or(0, dead);
    if by != 0 {
        effects.push(Effect::Dead(channel, by));
    }
    Ok(effects)
}

impl Inner {
    /// Numbers what is written, so that the later of two can be told after a restart.
    pub(super) fn next_order(&self) -> u64 {
        self.order.fetch_add(1, Ordering::Relaxed)
    }
}
