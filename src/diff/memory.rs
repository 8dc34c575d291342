//! What a host's pages have taught about each other: places that change by themselves, the texts they show, and texts that many
//! pages share. One bounded list of numbers, newest last, each with a count of the pages that said so.

use crate::base::ids::hash64;
use crate::model::NoiseSeen;

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The place changes by itself.
    Volatile,
    /// The text was shown at a place that changes by itself.
    Text,
    /// The text stands at this place on many pages.
    Shared,
    /// One text became another at this place, in this hour.
    Became,
}

impl Told {
    const fn tag(self) -> u64 {
        match self {
            Self::Volatile => 0,
            Self::Text => 1,
            Self::Shared => 2,
            Self::Became => 3,
        }
    }

    /// How many entries of its kind are kept; together at most 256.
    const fn quota(self) -> usize {
        match self {
            Self::Volatile | Self::Became => 32,
            Self::Text => 64,
            Self::Shared => 128,
        }
    }
}

/// Blocks of a page that are counted as possibly shared, from its beginning and from its end: where sites put what is on every page.
pub(super) const SHARED_BLOCKS: usize = 30;

const COUNT_BITS: u64 = 0x3ff << 2;

/// A host's memory under the hands of one comparison.
pub(super) struct Memory {
    seen: NoiseSeen,
    changed: bool,
}

impl Memory {
    pub(super) fn new(seen: &NoiseSeen) -> Self {
        Self { seen: seen.clone(), changed: false }
    }

    fn entry(told: Told, hash: u64) -> u64 {
        hash & !(COUNT_BITS | 3) | told.tag()
    }

    /// How many pages said so.
    pub(super) fn pages(&self, told: Told, hash: u64) -> u64 {
        let entry = Self::entry(told, hash);
        self.seen.values.iter().find(|value| *value & !COUNT_BITS == entry).map_or(0, |value| (value & COUNT_BITS) >> 2)
    }

    /// One page more says so.
    pub(super) fn tell(&mut self, told: Told, hash: u64) {
        let entry = Self::entry(told, hash);
        let before = self.seen.values.iter().position(|value| *value & !COUNT_BITS == entry);
        let count = before.map_or(0, |i| (self.seen.values.remove(i) & COUNT_BITS) >> 2);
        self.seen.values.push(entry | (count + 1).min(0x3ff) << 2);
        let alike = |value: &u64| value & 3 == told.tag();
        if self.seen.values.iter().filter(|value| alike(value)).count() > told.quota()
            && let Some(oldest) = self.seen.values.iter().position(alike)
        {
            self.seen.values.remove(oldest);
        }
        self.changed = true;
    }

    /// One page less says so.
    pub(super) fn untell(&mut self, told: Told, hash: u64) {
        let entry = Self::entry(told, hash);
        if let Some(value) = self.seen.values.iter_mut().find(|value| **value & !COUNT_BITS == entry) {
            *value = entry | ((*value & COUNT_BITS) >> 2).saturating_sub(1) << 2;
            self.changed = true;
        }
    }

    /// What the host remembers from now on, if that is more than before.
    pub(super) fn changed(self) -> Option<NoiseSeen> {
        self.changed.then_some(self.seen)
    }
}

/// A text at a place, whatever the place's position.
pub(super) fn text_at(signature: u64, value: u32) -> u64 {
    hash64(&[&signature.to_be_bytes(), &value.to_be_bytes()])
}

/// A change of one text into another, in an hour: seen there, or taken over already.
pub(super) fn became(signature: u64, old: u32, new: u32, (taken, hour): (bool, i64)) -> u64 {
    hash64(&[&signature.to_be_bytes(), &old.to_be_bytes(), &new.to_be_bytes(), &[u8::from(taken)], &hour.to_be_bytes()])
}
