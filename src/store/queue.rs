//! What of the outbox is kept in memory: entries by due time, and of each channel the undelivered messages in their order. Knows no file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::base::ids::{ChannelId, EntryId, MessageId};

#[derive(Debug, Clone)]
struct Waiting {
    id: MessageId,
    not_before: i64,
    lease: Option<i64>,
}

impl Waiting {
    fn ready(&self) -> i64 {
        self.lease.map_or(self.not_before, |until| until.max(self.not_before))
    }
}

#[derive(Debug, Default)]
struct Lane {
    /// By order key, then in the order of making.
    waiting: HashMap<u64, BTreeMap<u64, Waiting>>,
    /// The first of each order key: when it can be leased, its order, its order key.
    heads: BTreeSet<(i64, u64, u64)>,
    count: u64,
    dead: u64,
}

/// Where a message is in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) channel: ChannelId,
    pub(super) order_key: u64,
    pub(super) order: u64,
}

/// The outbox in memory.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: BTreeSet<(i64, u64)>,
    lanes: HashMap<ChannelId, Lane>,
    places: HashMap<MessageId, Place>,
}

impl Lane {
    fn unhead(&mut self, order_key: u64) {
        if let Some((order, first)) = self.waiting.get(&order_key).and_then(BTreeMap::first_key_value) {
            self.heads.remove(&(first.ready(), *order, order_key));
        }
    }

    fn head(&mut self, order_key: u64) {
        if let Some((order, first)) = self.waiting.get(&order_key).and_then(BTreeMap::first_key_value) {
            self.heads.insert((first.ready(), *order, order_key));
        }
    }
}

impl Queue {
    pub(super) fn add_entry(&mut self, due: i64, id: EntryId) {
        self.entries.insert((due, id.0));
    }

    pub(super) fn remove_entry(&mut self, due: i64, id: EntryId) {
        self.entries.remove(&(due, id.0));
    }

    pub(super) fn due_entries(&self, now: i64, most: usize) -> Vec<EntryId> {
        self.entries.range(..=(now, u64::MAX)).take(most).map(|(_, id)| EntryId(*id)).collect()
    }

    pub(super) fn next_entry(&self) -> Option<i64> {
        self.entries.first().map(|(due, _)| *due)
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Puts a message in its place, or back there with another time; a lease on it ends.
    pub(super) fn put(&mut self, id: &MessageId, place: Place, not_before: i64) {
        let lane = self.lanes.entry(place.channel.clone()).or_default();
        lane.unhead(place.order_key);
        let waiting = Waiting { id: id.clone(), not_before, lease: None };
        if lane.waiting.entry(place.order_key).or_default().insert(place.order, waiting).is_none() {
            lane.count += 1;
        }
        lane.head(place.order_key);
        self.places.insert(id.clone(), place);
    }

    /// Takes a message out; the next of its order key can go.
    pub(super) fn remove(&mut self, id: &MessageId) {
        let Some(place) = self.places.remove(id) else { return };
        let Some(lane) = self.lanes.get_mut(&place.channel) else { return };
        lane.unhead(place.order_key);
        if let Some(waiting) = lane.waiting.get_mut(&place.order_key) {
            if waiting.remove(&place.order).is_some() {
                lane.count -= 1;
            }
            if waiting.is_empty() {
                lane.waiting.remove(&place.order_key);
            }
        }
        lane.head(place.order_key);
    }

    /// Counts messages given up, or taken up again.
    pub(super) fn count_dead(&mut self, channel: &ChannelId, by: i64) {
        let lane = self.lanes.entry(channel.clone()).or_default();
        lane.dead = lane.dead.saturating_add_signed(by);
    }

    /// Leases the messages that can go now, in the order in which they became ready.
    pub(super) fn lease(&mut self, channel: &ChannelId, now: i64, most: usize, until: i64) -> Vec<MessageId> {
        let Some(lane) = self.lanes.get_mut(channel) else { return Vec::new() };
        let heads: Vec<_> = lane.heads.range(..=(now, u64::MAX, u64::MAX)).take(most).copied().collect();
        let mut leased = Vec::with_capacity(heads.len());
        for head in heads {
            let (_, order, order_key) = head;
            lane.heads.remove(&head);
            if let Some(waiting) = lane.waiting.get_mut(&order_key).and_then(|waiting| waiting.get_mut(&order)) {
                waiting.lease = Some(until);
                leased.push(waiting.id.clone());
            }
            lane.head(order_key);
        }
        leased
    }

    /// Ends leases.
    pub(super) fn unlease(&mut self, ids: &[MessageId]) {
        for id in ids {
            if let Some(place) = self.places.get(id)
                && let Some(lane) = self.lanes.get_mut(&place.channel)
            {
                lane.unhead(place.order_key);
                if let Some(waiting) = lane.waiting.get_mut(&place.order_key).and_then(|waiting| waiting.get_mut(&place.order)) {
                    waiting.lease = None;
                }
                lane.head(place.order_key);
            }
        }
    }

    /// Until when a message is leased.
    pub(super) fn leased(&self, id: &MessageId) -> Option<i64> {
        let place = self.places.get(id)?;
        self.lanes.get(&place.channel)?.waiting.get(&place.order_key)?.get(&place.order)?.lease
    }

    pub(super) fn next_message(&self, channel: &ChannelId) -> Option<i64> {
        self.lanes.get(channel)?.heads.first().map(|(at, _, _)| *at)
    }

    /// Waiting and dead messages of every channel.
    pub(super) fn counts(&self) -> Vec<(ChannelId, u64, u64)> {
        let mut counts: Vec<_> = self.lanes.iter().map(|(id, lane)| (id.clone(), lane.count, lane.dead)).collect();
        counts.sort_unstable();
        counts
    }
}

#[cfg(test)]
mod model_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_flight_for_each_order_key_and_in_order() {
        let mut queue = Queue::default();
        let channel: ChannelId = "crm".parse().unwrap();
        let id = |n: u8| MessageId::of(&[&[n]]);
        let place = |order_key, order| Place { channel: channel.clone(), order_key, order };
        queue.put(&id(1), place(7, 1), 0);
        queue.put(&id(2), place(7, 2), 0);
        queue.put(&id(3), place(8, 3), 50);
        assert_eq!(queue.lease(&channel, 10, 10, 100), [id(1)]);
        assert_eq!(queue.lease(&channel, 10, 10, 100), []);
        assert_eq!(queue.next_message(&channel), Some(50));
        assert_eq!(queue.lease(&channel, 60, 10, 100), [id(3)]);
        queue.remove(&id(1));
        assert_eq!(queue.lease(&channel, 60, 10, 100), [id(2)]);
        assert_eq!(queue.leased(&id(2)), Some(100));
        assert_eq!(queue.lease(&channel, 101, 10, 200), [id(2), id(3)], "leases end by themselves");
        queue.unlease(&[id(2)]);
        queue.put(&id(3), place(8, 3), 500);
        assert_eq!(queue.lease(&channel, 101, 10, 200), [id(2)]);
        assert_eq!(queue.counts(), [(channel.clone(), 2, 0)]);
    }
}
