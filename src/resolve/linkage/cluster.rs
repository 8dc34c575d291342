//! From pairs to companies: the pair of groups that is likeliest one joins first, until none is. Knows points and vetoes, no fields.
//!
//! Two groups are as alike as their entries are on average: one chance likeness does not chain two companies. Where entries have nothing but
//! names, variants of a name hang together by their nearest, and the best pair counts. The same groups for any order of entries that compare
//! equal, because every tie is broken by the entries' own order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What there is to group.
pub struct Graph<'a> {
    /// How many rows each entry stands for.
    pub rows: &'a [u32],
    /// Whether an entry says more than a name.
    pub identified: &'a [bool],
    /// Points of the pairs that were compared, the smaller place first.
    pub edges: &'a BTreeMap<(u32, u32), f64>,
    /// Points of a pair that was not compared.
    pub absent: f64,
    /// Pairs known to be one company, joined first.
    pub same: &'a [(u32, u32)],
}

#[derive(Clone, Copy, Debug)]
struct Sum {
    points: f64,
    pairs: f64,
    best: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Offer {
    points: f64,
    pair: (u32, u32),
    stamp: (u32, u32),
}

impl Eq for Offer {}

impl Ord for Offer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.points.total_cmp(&other.points).then_with(|| other.pair.cmp(&self.pair)).then_with(|| self.stamp.cmp(&other.stamp))
    }
}

impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether two groups never join; the last says whether somebody answered that they are one.
pub type Veto<'a> = &'a dyn Fn(&[u32], &[u32], bool) -> bool;

struct Groups<'a> {
    members: Vec<Vec<u32>>,
    rows: Vec<f64>,
    identified: Vec<bool>,
    stamps: Vec<u32>,
    near: Vec<BTreeMap<u32, Sum>>,
    offers: BinaryHeap<Offer>,
    absent: f64,
    vetoed: Veto<'a>,
}

/// Groups entries; `vetoed` says which two groups never join, whatever their points. Groups and their entries are in ascending order.
pub fn groups(graph: &Graph<'_>, vetoed: Veto<'_>) -> Vec<Vec<u32>> {
    let count = graph.rows.len();
    let mut groups = Groups {
        members: (0_u32..).take(count).map(|entry| vec![entry]).collect(),
        rows: graph.rows.iter().copied().map(f64::from).collect(),
        identified: graph.identified.to_vec(),
        stamps: vec![0; count],
        near: vec![BTreeMap::new(); count],
        offers: BinaryHeap::new(),
        absent: graph.absent,
        vetoed,
    };
    for ((a, b), points) in graph.edges {
        let pairs = f64::from(graph.rows[*a as usize]) * f64::from(graph.rows[*b as usize]);
        let sum = Sum { points: points * pairs, pairs, best: *points };
        groups.near[*a as usize].insert(*b, sum);
        groups.near[*b as usize].insert(*a, sum);
    }
    for (a, b) in graph.same {
        let holds = |entry: &u32| groups.members.iter().position(|group| group.contains(entry));
        if let (Some(a), Some(b)) = (holds(a), holds(b)) {
            groups.try_join(a.min(b), a.max(b), true);
        }
    }
    let pairs: BTreeSet<(u32, u32)> =
        (0_u32..).zip(&groups.near).flat_map(|(a, near)| near.keys().map(move |b| (a.min(*b), a.max(*b)))).collect();
    for (a, b) in pairs {
        groups.offer(a, b);
    }
    while let Some(Offer { pair: (a, b), stamp, .. }) = groups.offers.pop() {
        let now = (groups.stamps[a as usize], groups.stamps[b as usize]);
        if now == stamp && groups.try_join(a as usize, b as usize, false) {
            let near: Vec<u32> = groups.near[a as usize].keys().copied().collect();
            for other in near {
                groups.offer(a.min(other), a.max(other));
            }
        }
    }
    groups.members.into_iter().filter(|group| !group.is_empty()).collect()
}

impl Groups<'_> {
    fn offer(&mut self, a: u32, b: u32) {
        let (one, two) = (a as usize, b as usize);
        let Some(sum) = self.near[one].get(&b) else { return };
        let all = self.rows[one] * self.rows[two];
        let points =
            if self.identified[one] && self.identified[two] { (sum.points + self.absent * (all - sum.pairs)) / all } else { sum.best };
        if points > 0.0 {
            self.offers.push(Offer { points, pair: (a, b), stamp: (self.stamps[one], self.stamps[two]) });
        }
    }

    /// Joins the second group to the first, unless that is never to be.
    fn try_join(&mut self, one: usize, two: usize, answered: bool) -> bool {
        if one == two || (self.vetoed)(&self.members[one], &self.members[two], answered) {
            return false;
        }
        let moved = std::mem::take(&mut self.members[two]);
        self.members[one].extend(moved);
        self.members[one].sort_unstable();
        self.rows[one] += self.rows[two];
        self.identified[one] |= self.identified[two];
        self.stamps[one] += 1;
        self.stamps[two] = u32::MAX;
        let (a, b) = (u32::try_from(one).unwrap_or(u32::MAX), u32::try_from(two).unwrap_or(u32::MAX));
        self.near[one].remove(&b);
        for (other, sum) in std::mem::take(&mut self.near[two]) {
            let far = &mut self.near[other as usize];
            far.remove(&b);
            if other != a {
                let joint = self.near[one].get(&other).map_or(sum, |known| Sum {
                    points: known.points + sum.points,
                    pairs: known.pairs + sum.pairs,
                    best: known.best.max(sum.best),
                });
                self.near[one].insert(other, joint);
                self.near[other as usize].insert(a, joint);
            }
        }
        true
    }
}
