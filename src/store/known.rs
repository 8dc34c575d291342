//! Which records may be in the store, in a byte or two each: on a first visit nearly all are new, and asking the tree for each of them costs
//! more than reading the page. Knows no key and no value.
//!
//! A layered Bloom filter (Almeida et al., "Scalable Bloom Filters", 2007). It is filled when the store is opened, nothing leaves it, and it
//! is never written: what it holds in vain until the next opening costs a look into the tree.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::base::ids::RecordId;

/// Ids of the first layer; each further one takes twice as many.
const FIRST: usize = 64 * 1024;
/// Bits for each id: with three of them set, three questions in a hundred are asked in vain.
const BITS: usize = 8;
const HASHES: u32 = 3;

#[derive(Debug)]
struct Layer {
    words: Vec<AtomicU64>,
    room: AtomicUsize,
}

/// The filter.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<Vec<Layer>>);

impl Layer {
    fn new(ids: usize) -> Self {
        let words = (0..ids * BITS / 64).map(|_| AtomicU64::new(0)).collect();
        Self { words, room: AtomicUsize::new(ids) }
    }

    /// Ids are hashes already: every place is a stretch of theirs. The number of words is a power of two.
    fn places(&self, id: RecordId) -> impl Iterator<Item = (usize, u64)> {
        let mask = self.words.len() as u64 * 64 - 1;
        (0..HASHES).map(move |n| {
            let bit = id.0.rotate_left(n * 21).wrapping_mul(0x9e37_79b9_7f4a_7c15) & mask;
            (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
        })
    }

    fn may_hold(&self, id: RecordId) -> bool {
        self.places(id).all(|(word, bit)| self.words[word].load(Ordering::Relaxed) & bit != 0)
    }
}

impl Known {
    /// Notes a record.
    pub(super) fn add(&self, id: RecordId) {
        {
            let layers = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if layers.iter().any(|layer| layer.may_hold(id)) {
                return;
            }
            let take = |room: usize| room.checked_sub(1);
            if let Some(layer) = layers.last().filter(|layer| layer.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()) {
                for (word, bit) in layer.places(id) {
                    layer.words[word].fetch_or(bit, Ordering::Relaxed);
                }
                return;
            }
        }
        let mut layers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let next = Layer::new(FIRST << layers.len().min(16));
        layers.push(next);
        drop(layers);
        self.add(id);
    }

    /// Whether the record may be there; `false` is certain.
    pub(super) fn may_hold(&self, id: RecordId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|layer| layer.may_hold(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_missed_and_few_are_asked_for_in_vain() {
        let known = Known::default();
        let id = |n: u64| RecordId::of(&[&n.to_be_bytes()]);
        (0..200_000).for_each(|n| known.add(id(n)));
        assert!((0..200_000).all(|n| known.may_hold(id(n))));
        let vain = (200_000..300_000).filter(|n| known.may_hold(id(*n))).count();
        assert!(vain < 10_000, "{vain} of 100,000 in vain");
        assert_eq!(known.0.read().unwrap().len(), 2);
    }
}
