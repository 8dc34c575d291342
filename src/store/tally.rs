//! How many keys there are, how many bytes, and a sum over all of them, kept up with every batch: what makes a copy a verified one, and a
//! database that lost something a damaged one.

/// The count of everything in the tree but itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) keys: u64,
    pub(super) bytes: u64,
    /// Wrapping sum of a hash of each key and value: the order does not matter, and what is removed is subtracted.
    pub(super) sum: u64,
    /// Orders below this have been given out.
    pub(super) order: u64,
}

fn hash(key: &[u8], value: &[u8]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

impl Tally {
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.keys += 1;
        self.bytes += (key.len() + value.len()) as u64;
        self.sum = self.sum.wrapping_add(hash(key, value));
    }

    pub(super) fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.keys = self.keys.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub((key.len() + value.len()) as u64);
        self.sum = self.sum.wrapping_sub(hash(key, value));
    }

    /// Whether both count the same.
    pub(super) const fn agrees(&self, other: &Self) -> bool {
        self.keys == other.keys && self.bytes == other.bytes && self.sum == other.sum
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        [self.keys, self.bytes, self.sum, self.order].into_iter().flat_map(u64::to_le_bytes).collect()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<8>() else { return None };
        let &[keys, bytes, sum, order] = words else { return None };
        Some(Self {
            keys: u64::from_le_bytes(keys),
            bytes: u64::from_le_bytes(bytes),
            sum: u64::from_le_bytes(sum),
            order: u64::from_le_bytes(order),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_removed_was_never_there(a in any::<(Vec<u8>, Vec<u8>)>(), b in any::<(Vec<u8>, Vec<u8>)>()) {
            let mut both = Tally::default();
            both.add(&a.0, &a.1);
            let only_a = both;
            both.add(&b.0, &b.1);
            prop_assert!(!both.agrees(&only_a));
            prop_assert_eq!(Tally::from_bytes(&both.to_bytes()), Some(both));
            both.remove(&b.0, &b.1);
            prop_assert!(both.agrees(&only_a));
        }
    }
}
