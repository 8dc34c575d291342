//! What of the pages is kept in memory: whose they are, when they are due, who holds their host, their last times and where those lie. About
//! a hundred bytes a page. Knows no file: the committer writes what it says.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::base::ids::{PageId, SourceId, hash64};
use crate::model::HostKey;

use super::codec::{self, Key};
use super::stored::{StoredTime, StoredTimes};

/// Times of one record; more only makes each rewriting of it dearer.
const PART: usize = 40;
const NONE: u32 = u32::MAX;
const NEVER: i64 = i64::MIN;
const MINUTE: i64 = 60_000;

#[derive(Debug, Clone, Copy)]
struct PageSlot {
    host: u32,
    source: u32,
    due: i64,
    /// The minute record that holds its times; `NONE` when its own record does, and the two below say nothing.
    minute: u32,
    visit: u32,
    /// `NEVER` when it was not.
    checked: i64,
}

#[derive(Debug)]
struct SourceSlot {
    id: SourceId,
    pages: HashSet<u64>,
}

#[derive(Debug)]
struct HostSlot {
    key: HostKey,
    hash: u64,
    due: BTreeSet<(i64, u64)>,
    not_before: i64,
    requested: Option<i64>,
    requested_in: u32,
    lease: Option<i64>,
    /// Its place among the hosts that can be claimed.
    ready: Option<i64>,
}

/// One record of times on disk, and how many of its times are the last ones of their page.
#[derive(Debug, Clone, Copy)]
struct Minute {
    at: u32,
    host: u64,
    part: u32,
    live: u32,
    /// Whether it still grows; an empty one is then kept.
    open: bool,
}

impl Minute {
    fn key(&self) -> Key {
        codec::times(self.at, self.host, self.part)
    }
}

/// The record of a host's present minute.
#[derive(Debug)]
struct Open {
    slot: u32,
    minute: u32,
    dirty: bool,
    times: StoredTimes,
}

/// Times of one page to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewTimes {
    pub(super) page: PageId,
    pub(super) order: u64,
    pub(super) visit: u32,
    pub(super) checked: Option<i64>,
    pub(super) next_due: i64,
}

/// What a page's record does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) due: i64,
    /// Its visit and when it was checked, where they are newer than its record.
    pub(super) times: Option<(u32, Option<i64>)>,
}

/// The pages and hosts in memory. Hosts and sources are never dropped: they are as many as the configuration leads to.
#[derive(Debug, Default)]
pub(super) struct Index {
    pages: HashMap<u64, PageSlot>,
    hosts: Vec<HostSlot>,
    host_numbers: HashMap<HostKey, u32>,
    sources: Vec<SourceSlot>,
    source_numbers: HashMap<SourceId, u32>,
    ready: BTreeSet<(i64, u32)>,
    leases: BTreeSet<(i64, u32)>,
    minutes: Vec<Minute>,
    free: Vec<u32>,
    open: HashMap<u32, Open>,
    latest: u32,
    /// Hosts whose open record differs from what is written.
    dirty: Vec<u32>,
    /// Records closed before they were written.
    closed: Vec<(Key, StoredTimes)>,
    dead: Vec<Key>,
}

impl Index {
    fn host(&mut self, key: &HostKey) -> u32 {
        if let Some(number) = self.host_numbers.get(key) {
            return *number;
        }
        let number = u32::try_from(self.hosts.len()).unwrap_or(NONE - 1);
        self.hosts.push(HostSlot {
            key: key.clone(),
            hash: host_hash(key),
            due: BTreeSet::new(),
            not_before: i64::MIN,
            requested: None,
            requested_in: NONE,
            lease: None,
            ready: None,
        });
        self.host_numbers.insert(key.clone(), number);
        number
    }

    fn source(&mut self, id: &SourceId) -> u32 {
        if let Some(number) = self.source_numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.sources.len()).unwrap_or(NONE - 1);
        self.sources.push(SourceSlot { id: id.clone(), pages: HashSet::new() });
        self.source_numbers.insert(id.clone(), number);
        number
    }

    /// Puts a host where it belongs among those that can be claimed.
    fn place(&mut self, number: u32) {
        let host = &mut self.hosts[number as usize];
        let ready = match (host.lease, host.due.first()) {
            (None, Some((due, _))) => Some((*due).max(host.not_before)),
            (Some(_), _) | (None, None) => None,
        };
        if ready != host.ready {
            if let Some(old) = host.ready {
                self.ready.remove(&(old, number));
            }
            if let Some(new) = ready {
                self.ready.insert((new, number));
            }
            host.ready = ready;
        }
    }

    /// A page as its own record has it; times kept apart are void from now on.
    pub(super) fn put(&mut self, id: PageId, host: &HostKey, source: &SourceId, due: i64) {
        self.forget(id);
        let (host, source) = (self.host(host), self.source(source));
        self.pages.insert(id.0, PageSlot { host, source, due, minute: NONE, visit: 0, checked: NEVER });
        self.hosts[host as usize].due.insert((due, id.0));
        self.sources[source as usize].pages.insert(id.0);
        self.place(host);
    }

    /// Drops a page.
    pub(super) fn forget(&mut self, id: PageId) {
        if let Some(slot) = self.pages.remove(&id.0) {
            self.hosts[slot.host as usize].due.remove(&(slot.due, id.0));
            self.sources[slot.source as usize].pages.remove(&id.0);
            self.unlive(slot.minute);
            self.place(slot.host);
        }
    }

    pub(super) fn contains(&self, id: PageId) -> bool {
        self.pages.contains_key(&id.0)
    }

    pub(super) fn standing(&self, id: PageId) -> Option<Standing> {
        let slot = self.pages.get(&id.0)?;
        let times = (slot.minute != NONE).then(|| (slot.visit, Some(slot.checked).filter(|at| *at != NEVER)));
        Some(Standing { due: slot.due, times })
    }

    /// The pages of a source and when each is due.
    fn dues(&self, source: &SourceId) -> impl Iterator<Item = (i64, u64)> {
        let slot = self.source_numbers.get(source).map(|number| &self.sources[*number as usize]);
        slot.into_iter().flat_map(|slot| &slot.pages).filter_map(|id| Some((self.pages.get(id)?.due, *id)))
    }

    /// The pages of a source, the soonest due first.
    pub(super) fn pages_of(&self, source: &SourceId) -> Vec<PageId> {
        let mut pages: Vec<(i64, u64)> = self.dues(source).collect();
        pages.sort_unstable();
        pages.into_iter().map(|(_, id)| PageId(id)).collect()
    }

    /// When a page is due and its host may be asked, whoever works on the host meanwhile.
    pub(super) fn next_check(&self, page: u64) -> Option<i64> {
        let slot = self.pages.get(&page)?;
        Some(slot.due.max(self.hosts[slot.host as usize].not_before))
    }

    /// The soonest [`Self::next_check`] of a source's pages.
    pub(super) fn next_due_of(&self, source: &SourceId) -> Option<i64> {
        self.dues(source).filter_map(|(_, id)| self.next_check(id)).min()
    }

    /// Pages and soonest due time of every source that has pages.
    pub(super) fn sources(&self) -> Vec<(SourceId, u64, i64)> {
        let of = |slot: &SourceSlot| Some((slot.id.clone(), slot.pages.len() as u64, self.next_due_of(&slot.id)?));
        let mut all: Vec<_> = self.sources.iter().filter_map(of).collect();
        all.sort_unstable();
        all
    }

    /// How many pages and hosts there are.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.pages.len() as u64, self.hosts.iter().filter(|host| !host.due.is_empty()).count() as u64)
    }

    /// No request to this host before that time.
    pub(super) fn hold_off(&mut self, host: &HostKey, not_before: i64) {
        let number = self.host(host);
        self.hosts[number as usize].not_before = not_before;
        self.place(number);
    }

    pub(super) fn requested(&self, host: &HostKey) -> Option<i64> {
        self.hosts[*self.host_numbers.get(host)? as usize].requested
    }

    /// The due pages of the host that has waited longest, under a lease.
    pub(super) fn claim(&mut self, now: i64, most: usize, until: i64) -> Option<(HostKey, Vec<PageId>)> {
        while let Some((end, number)) = self.leases.first().copied().filter(|(end, _)| *end <= now) {
            self.leases.remove(&(end, number));
            self.hosts[number as usize].lease = None;
            self.place(number);
        }
        let (_, number) = self.ready.first().copied().filter(|(at, _)| *at <= now)?;
        let host = &mut self.hosts[number as usize];
        host.lease = Some(until);
        self.leases.insert((until, number));
        let pages = host.due.range(..=(now, u64::MAX)).take(most).map(|(_, id)| PageId(*id)).collect();
        let key = host.key.clone();
        self.place(number);
        Some((key, pages))
    }

    pub(super) fn release(&mut self, host: &HostKey) {
        if let Some(number) = self.host_numbers.get(host).copied()
            && let Some(until) = self.hosts[number as usize].lease.take()
        {
            self.leases.remove(&(until, number));
            self.place(number);
        }
    }

    /// When a claim can next succeed.
    pub(super) fn next_due(&self) -> Option<i64> {
        let ready = self.ready.first().map(|(at, _)| *at);
        let lease = self.leases.first().map(|(until, _)| *until);
        ready.into_iter().chain(lease).min()
    }

    // Times.

    fn unlive(&mut self, slot: u32) {
        if slot == NONE {
            return;
        }
        let minute = &mut self.minutes[slot as usize];
        minute.live -= 1;
        if minute.live == 0 && !minute.open {
            self.bury(slot);
        }
    }

    fn bury(&mut self, slot: u32) {
        self.dead.push(self.minutes[slot as usize].key());
        self.free.push(slot);
    }

    /// Records of times that are to be written, and keys of those that hold nothing any more: in this order, in the next batch.
    pub(super) fn take_times(&mut self) -> (Vec<(Key, StoredTimes)>, Vec<Key>) {
        let mut records = std::mem::take(&mut self.closed);
        for number in std::mem::take(&mut self.dirty) {
            if let Some(open) = self.open.get_mut(&number).filter(|open| open.dirty) {
                open.dirty = false;
                records.push((self.minutes[open.slot as usize].key(), open.times.clone()));
            }
        }
        (records, std::mem::take(&mut self.dead))
    }

    fn slot(&mut self, minute: Minute) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.minutes[slot as usize] = minute;
            return slot;
        }
        self.minutes.push(minute);
        u32::try_from(self.minutes.len() - 1).unwrap_or(NONE - 1)
    }

    fn close(&mut self, open: Open) {
        let minute = &mut self.minutes[open.slot as usize];
        minute.open = false;
        if open.dirty {
            self.closed.push((minute.key(), open.times));
        }
        if minute.live == 0 {
            self.bury(open.slot);
        }
    }

    /// Records of an earlier minute do not grow any more.
    fn close_before(&mut self, minute: u32) {
        if minute > self.latest {
            self.latest = minute;
            let (old, open): (HashMap<_, _>, HashMap<_, _>) =
                std::mem::take(&mut self.open).into_iter().partition(|(_, open)| open.minute < minute);
            self.open = open;
            for open in old.into_values() {
                self.close(open);
            }
        }
    }

    /// The host's record of this minute that has room, to be changed; `order` makes the key of a new one unlike any other.
    fn open(&mut self, number: u32, minute: u32, order: u64) -> &mut Open {
        self.close_before(minute);
        let fits = |open: &Open| open.minute == minute && open.times.entries.len() < PART;
        if !self.open.get(&number).is_some_and(fits) {
            if let Some(old) = self.open.remove(&number) {
                self.close(old);
            }
            let part = u32::try_from(order & u64::from(u32::MAX)).unwrap_or_default();
            let slot = self.slot(Minute { at: minute, host: self.hosts[number as usize].hash, part, live: 0, open: true });
            self.open.insert(number, Open { slot, minute, dirty: false, times: StoredTimes::default() });
        }
        let open = self.open.get_mut(&number).expect("it was put in just now");
        if !std::mem::replace(&mut open.dirty, true) {
            self.dirty.push(number);
        }
        open
    }

    /// Notes times of a page. One that is not known is left out.
    pub(super) fn note_times(&mut self, new: NewTimes) {
        let Some(old) = self.pages.get(&new.page.0).copied() else { return };
        // Never an older minute than the last one: its record is closed, and a second one under its key would hide the first.
        let minute = new.checked.map_or(self.latest, minute_of).max(self.latest);
        let base = i64::from(minute) * MINUTE;
        let open = self.open(old.host, minute, new.order);
        let stored = StoredTime {
            page: new.page.0.to_be_bytes(),
            order: new.order,
            visit: new.visit,
            checked: new.checked.map(|at| at - base),
            next_due: new.next_due.saturating_sub(base),
        };
        open.times.entries.retain(|time| time.page != stored.page);
        open.times.entries.push(stored);
        let slot = open.slot;
        if old.minute != slot {
            self.minutes[slot as usize].live += 1;
            self.unlive(old.minute);
        }
        self.pages.insert(
            new.page.0,
            PageSlot { due: new.next_due, minute: slot, visit: new.visit, checked: new.checked.unwrap_or(NEVER), ..old },
        );
        let host = &mut self.hosts[old.host as usize];
        host.due.remove(&(old.due, new.page.0));
        host.due.insert((new.next_due, new.page.0));
        self.place(old.host);
    }

    /// Notes when a host was last asked.
    pub(super) fn note_request(&mut self, host: &HostKey, at: i64, order: u64) {
        let number = self.host(host);
        let open = self.open(number, minute_of(at), order);
        open.times.requested = Some(open.times.requested.map_or(at, |before| before.max(at)));
        let slot = open.slot;
        let host = &mut self.hosts[number as usize];
        host.requested = Some(host.requested.map_or(at, |before| before.max(at)));
        let old = std::mem::replace(&mut host.requested_in, slot);
        if old != slot {
            self.minutes[slot as usize].live += 1;
            self.unlive(old);
        }
    }

    // Opening.

    /// Takes in a record of times as found on disk. `orders` holds the order of what is known of each page so far.
    pub(super) fn load(
        &mut self,
        key: (u32, u64, u32),
        times: &StoredTimes,
        orders: &mut HashMap<u64, u64>,
        hosts: &HashMap<u64, HostKey>,
    ) {
        let (minute, host, part) = key;
        let slot = self.slot(Minute { at: minute, host, part, live: 1, open: false });
        for time in &times.entries {
            let id = u64::from_be_bytes(time.page);
            let order = orders.entry(id).or_default();
            let Some(old) = self.pages.get(&id).copied().filter(|_| time.order >= *order) else { continue };
            *order = time.order;
            let due = (i64::from(minute) * MINUTE).saturating_add(time.next_due);
            self.minutes[slot as usize].live += 1;
            self.unlive(old.minute);
            let checked = time.checked.map_or(NEVER, |at| at.saturating_add(i64::from(minute) * MINUTE));
            self.pages.insert(id, PageSlot { due, minute: slot, visit: time.visit, checked, ..old });
            let host = &mut self.hosts[old.host as usize];
            host.due.remove(&(old.due, id));
            host.due.insert((due, id));
            self.place(old.host);
        }
        if let (Some(at), Some(key)) = (times.requested, hosts.get(&host)) {
            let number = self.host(key) as usize;
            if self.hosts[number].requested.is_none_or(|before| before <= at) {
                self.hosts[number].requested = Some(at);
                self.minutes[slot as usize].live += 1;
                let old = std::mem::replace(&mut self.hosts[number].requested_in, slot);
                self.unlive(old);
            }
        }
        self.unlive(slot);
    }

    /// Every host by the hash in the keys of its times.
    pub(super) fn hosts_by_hash(&self) -> HashMap<u64, HostKey> {
        self.hosts.iter().map(|host| (host.hash, host.key.clone())).collect()
    }
}

fn host_hash(host: &HostKey) -> u64 {
    hash64(&[host.as_str().as_bytes()])
}

fn minute_of(at: i64) -> u32 {
    u32::try_from(at.div_euclid(MINUTE)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(pages: &[(u64, &str, i64)]) -> Index {
        let mut index = Index::default();
        for (id, host, due) in pages {
            index.put(PageId(*id), &HostKey::from_text(host), &"s".parse().unwrap(), *due);
        }
        index
    }

    fn times(page: u64, order: u64, checked: i64, next_due: i64) -> NewTimes {
        NewTimes { page: PageId(page), order, visit: 1, checked: Some(checked), next_due }
    }

    #[test]
    fn one_owner_a_host_the_longest_waiting_first() {
        let mut index = index(&[(1, "a", 10), (2, "a", 5), (3, "b", 7), (4, "b", 100)]);
        let claim = |index: &mut Index, now, until| index.claim(now, 10, until).map(|(host, pages)| (host.to_string(), pages));
        assert_eq!(claim(&mut index, 4, 50), None);
        assert_eq!(claim(&mut index, 20, 50), Some(("a".into(), vec![PageId(2), PageId(1)])));
        assert_eq!(claim(&mut index, 20, 60), Some(("b".into(), vec![PageId(3)])));
        assert_eq!(claim(&mut index, 20, 60), None);
        assert_eq!(index.next_due(), Some(50));
        index.release(&HostKey::from_text("b"));
        assert_eq!(claim(&mut index, 20, 60).map(|(host, _)| host), Some("b".into()));
        assert_eq!(claim(&mut index, 51, 90).map(|(host, _)| host), Some("a".into()), "a lease ends by itself");
    }

    #[test]
    fn a_host_that_must_wait_is_skipped() {
        let mut index = index(&[(1, "a", 10), (2, "b", 20)]);
        index.hold_off(&HostKey::from_text("a"), 1_000);
        assert_eq!(index.claim(30, 10, 90).map(|(host, _)| host.to_string()), Some("b".into()));
        assert_eq!(index.claim(30, 10, 90), None);
        assert_eq!(index.next_due(), Some(90));
    }

    #[test]
    fn records_of_times_die_when_all_in_them_is_superseded() {
        let mut index = index(&[(1, "a", 0), (2, "a", 0)]);
        index.note_times(times(1, 1, 1_000, 2_000));
        index.note_times(times(2, 2, 1_500, 2_500));
        let (records, dead) = index.take_times();
        let (first, both) = &records[0];
        assert_eq!((records.len(), both.entries.len(), dead.len()), (1, 2, 0));
        assert_eq!(index.standing(PageId(1)), Some(Standing { due: 2_000, times: Some((1, Some(1_000))) }));
        index.note_times(times(1, 3, 61_000, 90_000));
        let (records, dead) = index.take_times();
        assert_eq!((records.len(), dead.len()), (1, 0));
        index.put(PageId(2), &HostKey::from_text("a"), &"s".parse().unwrap(), 70_000);
        assert_eq!(index.take_times(), (vec![], vec![first.clone()]));
    }

    #[test]
    fn a_full_record_is_written_and_another_begun() {
        let pages: Vec<_> = (0..100).map(|n| (n, "a", 0)).collect();
        let mut index = index(&pages);
        for n in 0..100 {
            index.note_times(times(n, n, 1_000, 2_000));
        }
        index.note_request(&HostKey::from_text("a"), 1_000, 100);
        let (records, dead) = index.take_times();
        assert_eq!(records.iter().map(|(_, times)| times.entries.len()).collect::<Vec<_>>(), [40, 40, 20]);
        assert_eq!((records[2].1.requested, dead.len()), (Some(1_000), 0));
    }

    #[test]
    fn loading_finds_the_latest_whatever_the_order_of_the_records() {
        for reverse in [false, true] {
            let mut fresh = index(&[(1, "a", 0)]);
            let mut records = Vec::new();
            for n in 1..4_u64 {
                let at = i64::try_from(n).unwrap() * 60_000;
                fresh.note_times(times(1, n, at, at + 7));
                let (written, _) = fresh.take_times();
                records.extend(written.into_iter().map(|(key, times)| (codec::times_parts(&key).unwrap(), times)));
            }
            if reverse {
                records.reverse();
            }
            let mut index = index(&[(1, "a", 0)]);
            let hosts = index.hosts_by_hash();
            let mut orders = HashMap::new();
            for (key, times) in &records {
                index.load(*key, times, &mut orders, &hosts);
            }
            assert_eq!(index.standing(PageId(1)), Some(Standing { due: 180_007, times: Some((1, Some(180_000))) }));
            assert_eq!(index.take_times().1.len(), 2);
        }
    }
}
