//! Which entries are worth comparing: those that share a key that few share. Knows no levels and no weights.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Phone};
use super::words::{Vocabulary, Word, hash};

/// Entries of a block that are all compared with each other; in a larger one each is compared with the next [`NEXT`] in its order.
const WHOLE: usize = 60;
const NEXT: usize = 12;
/// Rare words of a name that make blocks.
const RARE: usize = 3;

/// The kinds of keys, so that a telephone number is no postcode.
#[derive(Clone, Copy)]
enum Kind {
    TaxId = 1,
    Phone,
    Domain,
    Word,
    Start,
    House,
    Pair,
}

fn key(kind: Kind, value: u64) -> u64 {
    hash(&[&[kind as u8][..], &value.to_le_bytes()].concat())
}

/// The words of a name that tell most, the rarest first; only such as another name carries too, because the others find nobody.
fn rarest(entry: &Entry, words: &Vocabulary) -> Vec<Word> {
    let mut rare: Vec<Word> = entry.name().iter().copied().filter(|word| words.names(*word) > 1).collect();
    rare.sort_by(|a, b| words.weight(*b).total_cmp(&words.weight(*a)).then_with(|| words.letters(*a).cmp(words.letters(*b))));
    rare.truncate(RARE);
    rare
}

/// All keys of an entry: tax id, telephone number, domains, the rarest of these words, how its name begins, house number with street.
pub fn keys(entry: &Entry, rare: &[Word], words: &Vocabulary) -> Vec<u64> {
    let mut keys = Vec::with_capacity(12);
    keys.extend(entry.tax_id.as_ref().map(|id| key(Kind::TaxId, hash(id.as_bytes()))));
    keys.extend(phone_key(entry.phone));
    keys.extend(entry.domains.iter().filter_map(|domain| domain_key(*domain)));
    keys.extend(rare.iter().map(|word| word_key(words.letters(*word))));
    let start: String = entry.name().iter().flat_map(|word| words.letters(*word).chars()).take(6).collect();
    keys.extend((start.len() >= 4).then(|| key(Kind::Start, hash(start.as_bytes()))));
    if entry.number != 0 {
        let long = entry.street().iter().map(|word| words.letters(*word)).max_by_key(|word| (word.len(), *word)).unwrap_or_default();
        let street: String = long.chars().take(4).collect();
        keys.push(key(Kind::House, hash(street.as_bytes()) ^ u64::from(entry.number)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// All keys of an entry that follow from it alone, whatever other entries there are: of its name every word, and every two that stand together,
/// which few share where each by itself is common.
pub fn own_keys(entry: &Entry, words: &Vocabulary) -> Vec<u64> {
    let mut keys = keys(entry, entry.name(), words);
    let pair =
        |pair: &[Word]| key(Kind::Pair, hash(words.letters(pair[0]).as_bytes()) ^ hash(words.letters(pair[1]).as_bytes()).rotate_left(7));
    keys.extend(entry.name().windows(2).map(pair));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The key of a telephone number: its last seven digits, which are written with and without what comes before.
pub fn phone_key(phone: Phone) -> Option<u64> {
    (phone.digits != 0).then(|| key(Kind::Phone, phone.digits % 10_000_000))
}

/// The key of a word of a name.
pub fn word_key(letters: &str) -> u64 {
    key(Kind::Word, hash(letters.as_bytes()))
}

/// The key of a domain.
pub fn domain_key(domain: u32) -> Option<u64> {
    (domain != 0).then(|| key(Kind::Domain, u64::from(domain)))
}

/// The pairs to compare, by their places, the smaller first. The same for any order of equal entries, because nothing but their order counts.
pub fn pairs(entries: &[Entry], words: &Vocabulary) -> BTreeSet<(u32, u32)> {
    let mut blocks: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for (place, entry) in (0_u32..).zip(entries) {
        for key in keys(entry, &rarest(entry, words), words) {
            blocks.entry(key).or_default().push(place);
        }
    }
    let mut pairs = BTreeSet::new();
    for block in blocks.values() {
        let reach = if block.len() <= WHOLE { block.len() } else { NEXT };
        for (at, one) in block.iter().enumerate() {
            pairs.extend(block[at + 1..].iter().take(reach).map(|other| (*one, *other)));
        }
    }
    pairs
}
