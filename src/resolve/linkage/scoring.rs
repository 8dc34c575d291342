//! Points of all pairs worth comparing, with weights learned from the rows and from answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Nodes;
use super::blocks;
use super::compare::{Field, Pattern, Spread, compare};
use super::entry::Entry;
use super::learn;
use super::names::{Likeness, likeness};
use super::weights::Weights;
use super::words::{Vocabulary, hash};

/// Points of a pair that shares no key.
pub(super) const ABSENT: f64 = -60.0;
/// What one pair counts for at most when groups are compared, for and against.
const CLIP: f64 = 60.0;
/// What lies beyond counts little, just enough that the surer of two sure pairs joins first.
const BEYOND: f64 = 0.05;
/// Names are taken for one when more than half of what their words are worth is in both, where there is nothing but names.
const NAMES_OVERLAP: f64 = 0.5;
/// So many organisations there are at least, whether all of them are known or not: in a small store two of one name are not likelier one.
pub(super) const WORLD: f64 = 10_000.0;
/// The level of two known towns that differ.
const OTHER_TOWN: u8 = 1;
/// The level of names of which one has all words of the other.
const ALL_OF_SHORTER: u8 = 4;
/// From here on a word that only one of two names has tells them apart, in nats: no word of business is worth as much.
const TELLING: f32 = 5.0;
/// From here on the words that each of two names has of its own make them two, in nats.
const OWN: f32 = 3.0;
/// Random pairs that are looked at.
const RANDOM: usize = 100_000;
/// Entries of a connected part in which every pair is compared. In a larger one pairs that were not compared speak against: a company with more
/// different rows than this, which say more than names, is found in parts rather than joined with its neighbours.
const WHOLE: usize = 400;

/// Entries and the points of their pairs.
pub(super) struct Scored {
    pub entries: Vec<Entry>,
    pub words: Vocabulary,
    pub weights: Weights,
    pub patterns: BTreeMap<(u32, u32), Pattern>,
    pub edges: BTreeMap<(u32, u32), f64>,
}

/// Reads, blocks, compares and weighs.
pub(super) fn score(nodes: &Nodes, rows: &[super::Row], answers: &BTreeMap<(u32, u32), bool>) -> Scored {
    let mut words = Vocabulary::default();
    let entries: Vec<Entry> = nodes.first.iter().map(|row| Entry::read(&rows[*row], &mut words)).collect();
    let mut names = BTreeSet::new();
    for entry in &entries {
        let mut name = entry.name().to_vec();
        name.sort_unstable();
        if names.insert(name) {
            words.count(entry.name().iter().copied());
        }
    }
    let spreads = spreads(&entries);
    let look = |a: u32, b: u32| {
        let one = |place: u32| (&entries[place as usize], spreads[place as usize]);
        compare(one(a), one(b), &words)
    };
    let mut patterns: BTreeMap<(u32, u32), Pattern> =
        blocks::pairs(&entries, &words).into_iter().chain(answers.keys().copied()).map(|(a, b)| ((a, b), look(a, b))).collect();
    let mut counts: BTreeMap<Pattern, f64> = BTreeMap::new();
    for pattern in patterns.values() {
        *counts.entry(*pattern).or_default() += 1.0;
    }
    let all = entries.len() as f64 * (entries.len() as f64 - 1.0) / 2.0;
    let mut weights = Weights::learn(&counts, &random(entries.len(), look), all, entries.len() as f64);
    let answered: Vec<(Pattern, bool)> = answers.iter().map(|(pair, same)| (patterns[pair], *same)).collect();
    weights = learn::learn(&weights, &answered, &counts);
    let points = |(a, b): (u32, u32), pattern: &Pattern| {
        let (one, two) = (&entries[a as usize], &entries[b as usize]);
        let points = if one.is_identified() && two.is_identified() {
            let sum = weights.sum(pattern);
            let alike = likeness(one.name(), two.name(), &words);
            // A number of its own makes another name of it, however near the telephone numbers are.
            if alike.numbered_apart || shares_a_number_only(pattern, || alike) { sum.min(0.0) } else { sum }
        } else {
            by_name_and_town((one, two), pattern, &weights, &words)
        };
        let over = points.abs() - CLIP;
        if over > 0.0 { points.signum() * (CLIP + over * BEYOND) } else { points }
    };
    let mut edges: BTreeMap<(u32, u32), f64> = patterns.iter().map(|(pair, pattern)| (*pair, points(*pair, pattern))).collect();
    for part in parts(entries.len(), &edges) {
        for (at, a) in part.iter().enumerate() {
            for b in &part[at + 1..] {
                let pattern = *patterns.entry((*a, *b)).or_insert_with(|| look(*a, *b));
                edges.entry((*a, *b)).or_insert_with(|| points((*a, *b), &pattern));
            }
        }
    }
    Scored { entries, words, weights, patterns, edges }
}

/// Points of two rows that have nothing but names.
pub(super) fn by_name(a: &Entry, b: &Entry, words: &Vocabulary) -> f64 {
    let alike = likeness(a.name(), b.name(), words);
    let points = 100.0 * (f64::from(alike.overlap) - NAMES_OVERLAP);
    if alike.same {
        60.0
    } else if alike.numbered_apart {
        points.min(0.0)
    } else {
        points
    }
}

/// What the shared words of two names are worth beyond what it takes to be the only ones called so among so many.
pub(super) fn rarity(shared: f32, world: f64) -> f64 {
    (f64::from(shared) - world.ln()) * 10.0 / std::f64::consts::LN_2
}

/// Whether two names are two where there is nothing but names and, it may be, towns: each has words of its own, or one a telling word more.
pub(super) fn is_other_name(alike: &Likeness, pattern: &Pattern, words: &Vocabulary) -> bool {
    let own_words = pattern[Field::Place as usize] > 0 && pattern[Field::Name as usize] < ALL_OF_SHORTER;
    own_words || alike.more.is_some_and(|word| words.telling(word) > TELLING)
}

/// Whether two of words of their own have nothing else in common but a telephone number: a house with shops, a family with two firms.
pub(super) fn shares_a_number_only(pattern: &Pattern, alike: impl FnOnce() -> Likeness) -> bool {
    let same = |field: Field, from: u8| pattern[field as usize] >= from;
    let other = same(Field::Address, 6) || same(Field::Email, 2) || same(Field::Domain, 2) || same(Field::TaxId, 2);
    !same(Field::Name, ALL_OF_SHORTER) && !other && alike().own >= OWN
}

/// [`by_name`], where two known towns that differ count against a name that others may have too, and known towns no other name makes up for.
fn by_name_and_town((a, b): (&Entry, &Entry), pattern: &Pattern, weights: &Weights, words: &Vocabulary) -> f64 {
    let alike = by_name(a, b, words);
    let place = Field::Place as usize;
    let shared = likeness(a.name(), b.name(), words);
    if pattern[place] != OTHER_TOWN {
        let two = pattern[place] > 0 && (is_other_name(&shared, pattern, words) || forms_differ(a, b));
        return if two { alike.min(0.0) } else { alike };
    }
    let rare = rarity(shared.shared, WORLD);
    alike.min(rare) + weights.points[place][usize::from(OTHER_TOWN)]
}

/// Whether two legal forms of one country's law are no spellings of one.
pub(super) fn forms_differ(a: &Entry, b: &Entry) -> bool {
    matches!((a.form, b.form), (Some(a), Some(b)) if a.differs(b))
}

/// Patterns of random pairs; chance is a fixed sequence, so that the same rows give the same pairs.
fn random(count: usize, look: impl Fn(u32, u32) -> Pattern) -> BTreeMap<Pattern, f64> {
    let mut seen = BTreeMap::new();
    if count < 2 {
        return seen;
    }
    let draws = RANDOM.min(count * (count - 1));
    for draw in 0..draws as u64 {
        let place = |salt: u64| u32::try_from(hash(&(draw * 2 + salt).to_le_bytes()) % count as u64).unwrap_or(0);
        let (a, b) = (place(0), place(1));
        if a != b {
            *seen.entry(look(a.min(b), a.max(b))).or_default() += 1.0;
        }
    }
    seen
}

/// In how many different surroundings names, numbers and domains were met: by names and houses, whichever are fewer.
fn spreads(entries: &[Entry]) -> Vec<Spread> {
    #[derive(Default)]
    struct Around {
        names: BTreeSet<Vec<u32>>,
        houses: BTreeSet<u32>,
        phones: BTreeSet<u64>,
    }
    impl Around {
        /// By houses where they are known, else by what else there is: a company has one house, misread at times, and many spellings.
        fn spread(&self, else_by: usize) -> u16 {
            u16::try_from(if self.houses.is_empty() { else_by } else { self.houses.len() }).unwrap_or(u16::MAX)
        }
    }
    let name_of = |entry: &Entry| {
        let mut name = entry.name().to_vec();
        name.sort_unstable();
        name
    };
    let (mut of_name, mut of_phone, mut of_domain): (HashMap<_, Around>, HashMap<_, Around>, HashMap<_, Around>) = Default::default();
    for entry in entries {
        let note = |around: &mut Around| {
            around.names.insert(name_of(entry));
            if entry.number != 0 {
                around.houses.insert(entry.number);
            }
            if entry.phone.digits != 0 {
                around.phones.insert(entry.phone.digits % 10_000_000);
            }
        };
        note(of_name.entry(name_of(entry)).or_default());
        note(of_phone.entry(entry.phone.digits % 10_000_000).or_default());
        entry.domains.iter().for_each(|domain| note(of_domain.entry(*domain).or_default()));
    }
    let spread = |entry: &Entry| Spread {
        name: of_name.get(&name_of(entry)).map_or(0, |around| around.spread(around.phones.len())),
        phone: of_phone.get(&(entry.phone.digits % 10_000_000)).map_or(0, |around| around.spread(around.names.len())),
        owned: false,
        domains: entry.domains.map(|domain| of_domain.get(&domain).map_or(0, |around: &Around| around.spread(around.names.len()))),
    };
    entries.iter().map(spread).collect()
}

/// Who stands for the part that an entry is in.
fn find(root: &mut [u32], mut at: u32) -> u32 {
    while root[at as usize] != at {
        root[at as usize] = root[root[at as usize] as usize];
        at = root[at as usize];
    }
    at
}

/// Parts that likely pairs connect, of more than two entries and at most [`WHOLE`].
fn parts(count: usize, edges: &BTreeMap<(u32, u32), f64>) -> Vec<Vec<u32>> {
    let mut root: Vec<u32> = (0..u32::try_from(count).unwrap_or(u32::MAX)).collect();
    for ((a, b), _) in edges.iter().filter(|(_, points)| **points > 0.0) {
        let (a, b) = (find(&mut root, *a), find(&mut root, *b));
        root[a.max(b) as usize] = a.min(b);
    }
    let mut parts: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        parts.entry(find(&mut root, entry)).or_default().push(entry);
    }
    parts.into_values().filter(|part| (3..=WHOLE).contains(&part.len())).collect()
}
