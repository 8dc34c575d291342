//! What each level of each field says, in points: ten double the odds that two rows are one company (Fellegi and Sunter 1969). Knows no rows.
//!
//! Where there are few pairs the built-in table holds; the data shift it by as much as they are many: `u` by random pairs, `m` and the share
//! of true pairs by expectation and maximisation over the pairs that were compared, all others counted as different.

use std::collections::BTreeMap;

use super::compare::{FIELDS, Field, LEVELS, Pattern};

/// How often each level comes up among pairs of one company (`m`) and of two (`u`), from level 1: what is held before any data.
const BUILT_IN: [(Field, &[(f64, f64)]); FIELDS] = [
    (Field::Name, &[(0.04, 0.93), (0.05, 0.05), (0.08, 0.01), (0.14, 0.004), (0.17, 0.002), (0.12, 0.0005), (0.04, 0.002), (0.36, 0.0005)]),
    (Field::Address, &[(0.06, 0.945), (0.02, 0.02), (0.05, 0.015), (0.04, 0.015), (0.05, 0.002), (0.18, 0.001), (0.60, 0.0005)]),
    (Field::Place, &[(0.05, 0.80), (0.04, 0.04), (0.05, 0.06), (0.26, 0.05), (0.60, 0.04)]),
    (Field::Country, &[(0.02, 0.40), (0.98, 0.60)]),
    (Field::Phone, &[(0.15, 0.9985), (0.04, 0.0002), (0.03, 0.0009), (0.78, 0.0004)]),
    (Field::Email, &[(0.45, 0.9995), (0.55, 0.0005)]),
    (Field::Domain, &[(0.06, 0.9975), (0.02, 0.002), (0.92, 0.0005)]),
    (Field::TaxId, &[(0.01, 0.9999), (0.99, 0.0001)]),
    (Field::Form, &[(0.10, 0.70), (0.90, 0.30)]),
    (Field::HousePhone, &[(0.13, 0.70), (0.04, 0.02), (0.08, 0.14), (0.75, 0.14)]),
];
/// Pairs that the built-in table counts as.
const M_STRENGTH: f64 = 40.0;
const U_STRENGTH: f64 = 2000.0;
const ROUNDS: usize = 25;
/// No single level says more than this, for or against.
const MOST: f64 = 100.0;
const LEAST: f64 = -70.0;

/// Points of each level of each field, and of the share of true pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    pub points: [[f64; LEVELS]; FIELDS],
    pub prior: f64,
}

/// Points are tenths of a doubling of the odds.
pub fn points(odds: f64) -> f64 {
    10.0 * odds.log2()
}

/// The probability that points stand for.
pub fn probability(points: f64) -> f64 {
    1.0 / (1.0 + (-points / 10.0 * std::f64::consts::LN_2).exp())
}

type Table = [[f64; LEVELS]; FIELDS];

fn built_in() -> (Table, Table) {
    let (mut m, mut u) = ([[0.0; LEVELS]; FIELDS], [[0.0; LEVELS]; FIELDS]);
    for (field, rows) in BUILT_IN {
        for (level, (of_one, of_two)) in rows.iter().enumerate() {
            m[field as usize][level + 1] = *of_one;
            u[field as usize][level + 1] = *of_two;
        }
    }
    (m, u)
}

/// Shares of the levels by counts, with a table that counts as `strength` pairs.
fn shares(counts: &Table, table: &Table, strength: f64) -> Table {
    let mut shares = [[0.0; LEVELS]; FIELDS];
    for (field, levels) in table.iter().enumerate() {
        let of: f64 = levels.iter().sum();
        let seen: f64 = counts[field].iter().sum();
        for level in 1..LEVELS {
            shares[field][level] = (counts[field][level] + strength * levels[level] / of) / (seen + strength);
        }
    }
    shares
}

fn add(counts: &mut Table, pattern: &Pattern, weight: f64) {
    for (field, level) in pattern.iter().enumerate().filter(|(_, level)| **level > 0) {
        counts[field][usize::from(*level)] += weight;
    }
}

impl Weights {
    /// The built-in weights, with this many true pairs among all.
    pub fn cold(true_pairs: f64, all_pairs: f64) -> Self {
        let (m, u) = built_in();
        Self::of(&m, &u, (true_pairs / all_pairs.max(1.0)).clamp(1e-12, 0.5))
    }

    fn of(m: &Table, u: &Table, share: f64) -> Self {
        let mut weights = Self { points: [[0.0; LEVELS]; FIELDS], prior: points(share / (1.0 - share)) };
        for field in 0..FIELDS {
            for level in (1..LEVELS).filter(|level| m[field][*level] > 0.0) {
                weights.points[field][level] = points(m[field][level] / u[field][level].max(1e-9)).clamp(LEAST, MOST);
            }
        }
        weights
    }

    /// Learns from the patterns of compared pairs and of random ones, each with how often it came up, out of `all` pairs there are.
    pub fn learn(compared: &BTreeMap<Pattern, f64>, random: &BTreeMap<Pattern, f64>, all: f64, rows: f64) -> Self {
        let (m_table, u_table) = built_in();
        let mut counts = [[0.0; LEVELS]; FIELDS];
        for (pattern, count) in random {
            add(&mut counts, pattern, *count);
        }
        let mut u = shares(&counts, &u_table, U_STRENGTH);
        // Before any data: one true pair for every two rows.
        let mut weights = Self::of(&m_table, &u, (0.5 * rows / all.max(1.0)).clamp(1e-12, 0.5));
        for _ in 0..ROUNDS {
            let (mut counts, mut others, mut of_one) = ([[0.0; LEVELS]; FIELDS], [[0.0; LEVELS]; FIELDS], 0.0);
            for (pattern, count) in compared {
                let share = probability(weights.sum(pattern)) * count;
                of_one += share;
                add(&mut counts, pattern, share);
                add(&mut others, pattern, count - share);
            }
            let m = shares(&counts, &m_table, M_STRENGTH);
            let share = ((of_one + 1.0) / (all + 2.0)).clamp(1e-12, 0.5);
            // Random pairs are hardly ever of one house, and all pairs of one house are compared: there the pairs of two companies say it.
            let house = Field::HousePhone as usize;
            u[house] = shares(&others, &u_table, M_STRENGTH)[house];
            weights = Self::of(&m, &u, share);
        }
        weights
    }

    /// What a pair of this pattern amounts to: over zero, one company is likelier than two.
    pub fn sum(&self, pattern: &Pattern) -> f64 {
        self.prior + self.parts(pattern).map(|(_, points)| points).sum::<f64>()
    }

    /// What each field says.
    pub fn parts(&self, pattern: &Pattern) -> impl Iterator<Item = (Field, f64)> {
        let levels = *pattern;
        Field::ALL.into_iter().map(move |field| (field, self.points[field as usize][usize::from(levels[field as usize])]))
    }
}
