//! The fit sum: rules over what is known, capped per family. Knows no signals and no time.

use std::collections::BTreeMap;

use super::segment::Rule;

/// What each rule adds once its family's cap is kept, in the order given; `given` holds each rule's centipoints as they would be alone.
///
/// A family adds at most its cap and takes at most its cap; without a cap of its own, its greatest rule is the cap, so that three
/// copies of one fact count once. The greatest rule keeps its points, the others what is left.
pub(super) fn capped(caps: &BTreeMap<String, i64>, rules: &[(&Rule, i64)]) -> Vec<i64> {
    let mut shares: Vec<i64> = rules.iter().map(|(_, given)| *given).collect();
    let mut order: Vec<usize> = (0..rules.len()).filter(|i| rules[*i].0.family.is_some()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(rules[*i].1.abs()), *i));
    let mut left: BTreeMap<(&str, bool), i64> = BTreeMap::new();
    for index in order {
        let (rule, given) = rules[index];
        let Some(family) = rule.family.as_deref() else { continue };
        // The order makes the first rule of a family the greatest: its points are the cap where none is set.
        let room = left.entry((family, given > 0)).or_insert_with(|| caps.get(family).copied().unwrap_or(given.abs()));
        let share = given.abs().min(*room);
        *room -= share;
        shares[index] = share * given.signum();
    }
    shares
}

/// The sum of [`capped`].
pub(super) fn total(caps: &BTreeMap<String, i64>, rules: &[(&Rule, i64)]) -> i64 {
    capped(caps, rules).iter().sum()
}
