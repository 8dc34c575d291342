//! Weights from answers: logistic regression whose prior are the weights there were (Gaussian, so that few answers move little). Knows no rows.

use std::collections::BTreeMap;

use super::compare::{FIELDS, LEVELS, Pattern};
use super::weights::{Weights, probability};

/// Points are this many nats.
const NATS: f64 = std::f64::consts::LN_2 / 10.0;
/// How firmly the weights there were are held: tried in this order, the one that foretells answers left out best is taken.
const FIRMNESS: [f64; 5] = [3.0, 1.0, 0.3, 0.1, 0.03];
/// What the pairs that nobody was asked about count, beside the answers.
const ANCHORS: f64 = 1.0;
const ROUNDS: usize = 20;
/// Answers from which on anything is learned.
const ENOUGH: usize = 8;
const FOLDS: usize = 5;
const SIZE: usize = FIELDS * LEVELS + 1;

/// The weights that fit these answers, held to the ones there were.
///
/// Answers are of pairs that were hard. So that they do not carry off the easy ones, which nobody asks about, those stay in the sum with what
/// was held of them before: the patterns of `compared` (with how often each came up), together [`ANCHORS`] times as many as the answers.
pub(super) fn learn(before: &Weights, answers: &[(Pattern, bool)], compared: &BTreeMap<Pattern, f64>) -> Weights {
    let both = answers.iter().any(|(_, same)| *same) && answers.iter().any(|(_, same)| !*same);
    if answers.len() < ENOUGH || !both {
        return before.clone();
    }
    let prior = flat(before);
    let used: Vec<usize> = used(answers);
    let mut anchors: Vec<Case> =
        compared.iter().map(|(pattern, count)| (*pattern, probability(before.sum(pattern)), count.sqrt())).collect();
    let all: f64 = anchors.iter().map(|(.., weight)| weight).sum();
    for (.., weight) in &mut anchors {
        *weight *= ANCHORS * answers.len() as f64 / all.max(1.0);
    }
    let cases = |kept: &mut dyn Iterator<Item = &(Pattern, bool)>| -> Vec<Case> {
        let told = kept.map(|(pattern, same)| (*pattern, f64::from(u8::from(*same)), 1.0));
        told.chain(anchors.iter().copied()).collect()
    };
    let loss = |firmness: f64| -> f64 {
        (0..FOLDS)
            .map(|fold| {
                let (left_out, kept): (Vec<_>, Vec<_>) = answers.iter().enumerate().partition(|(place, _)| place % FOLDS == fold);
                let weights = fit(&prior, &used, &cases(&mut kept.into_iter().map(|(_, answer)| answer)), firmness);
                left_out.into_iter().map(|(_, (pattern, same))| log_loss(sum(&weights, pattern), *same)).sum::<f64>()
            })
            .sum()
    };
    let best = FIRMNESS.into_iter().map(|firmness| (loss(firmness), firmness)).min_by(|a, b| a.0.total_cmp(&b.0));
    unflat(&fit(&prior, &used, &cases(&mut answers.iter()), best.map_or(1.0, |(_, firmness)| firmness)))
}

/// A pattern, how likely it is one company, and how much that counts.
type Case = (Pattern, f64, f64);

fn log_loss(z: f64, same: bool) -> f64 {
    let signed = if same { z } else { -z };
    if signed > 30.0 { 0.0 } else { (1.0 + (-signed).exp()).ln() }
}

fn features(pattern: &Pattern) -> impl Iterator<Item = usize> {
    let levels = *pattern;
    (0..FIELDS).filter(move |field| levels[*field] > 0).map(move |field| 1 + field * LEVELS + usize::from(levels[field])).chain([0])
}

fn used(answers: &[(Pattern, bool)]) -> Vec<usize> {
    let mut used: Vec<usize> = answers.iter().flat_map(|(pattern, _)| features(pattern)).collect();
    used.sort_unstable();
    used.dedup();
    used
}

fn flat(weights: &Weights) -> Vec<f64> {
    [weights.prior].into_iter().chain(weights.points.iter().flatten().copied()).map(|points| points * NATS).collect()
}

fn unflat(flat: &[f64]) -> Weights {
    let mut weights = Weights { prior: flat[0] / NATS, points: [[0.0; LEVELS]; FIELDS] };
    for (at, nats) in flat[1..].iter().enumerate() {
        weights.points[at / LEVELS][at % LEVELS] = nats / NATS;
    }
    weights
}

fn sum(weights: &[f64], pattern: &Pattern) -> f64 {
    features(pattern).map(|feature| weights[feature]).sum()
}

/// Newton's method on the penalised loss; only what the answers touch moves.
fn fit(prior: &[f64], used: &[usize], cases: &[Case], firmness: f64) -> Vec<f64> {
    debug_assert_eq!(prior.len(), SIZE);
    let place: Vec<Option<usize>> = (0..SIZE).map(|feature| used.binary_search(&feature).ok()).collect();
    let mut weights = prior.to_vec();
    for _ in 0..ROUNDS {
        let mut slope: Vec<f64> = used.iter().map(|feature| firmness * (weights[*feature] - prior[*feature])).collect();
        let mut bend = vec![vec![0.0; used.len()]; used.len()];
        for (at, row) in bend.iter_mut().enumerate() {
            row[at] = firmness;
        }
        for (pattern, same, weight) in cases {
            let p = 1.0 / (1.0 + (-sum(&weights, pattern)).exp());
            let at: Vec<usize> = features(pattern).filter_map(|feature| place[feature]).collect();
            for one in &at {
                slope[*one] += weight * (p - same);
                for two in &at {
                    bend[*one][*two] += weight * (p * (1.0 - p)).max(1e-6);
                }
            }
        }
        let step = solve(bend, slope);
        let far = step.iter().fold(0.0_f64, |far, one| far.max(one.abs()));
        // A long step is cut, so that far-off beginnings come home.
        let scale = if far > 3.0 { 3.0 / far } else { 1.0 };
        for (feature, one) in used.iter().zip(&step) {
            weights[*feature] -= scale * one;
        }
        if far < 1e-8 {
            break;
        }
    }
    weights
}

/// Solves a symmetric positive system by Cholesky's factors.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let rest: f64 = matrix[row][column] - (0..column).map(|k| matrix[row][k] * matrix[column][k]).sum::<f64>();
            matrix[row][column] = if row == column { rest.max(1e-12).sqrt() } else { rest / matrix[column][column] };
        }
    }
    for row in 0..size {
        right[row] = (right[row] - (0..row).map(|k| matrix[row][k] * right[k]).sum::<f64>()) / matrix[row][row];
    }
    for row in (0..size).rev() {
        right[row] = (right[row] - (row + 1..size).map(|k| matrix[k][row] * right[k]).sum::<f64>()) / matrix[row][row];
    }
    right
}
