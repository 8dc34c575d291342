//! Records that were cut as a part of the one before them: boxes of those who pay for it, called as the others are and built otherwise.

use std::collections::BTreeSet;

use super::super::shown::{At, Shown};
use super::{FEWEST, Region, is_heading};

/// Parts such boxes from the records before them, where nearly all others are one box each.
pub(super) fn parted(shown: &Shown<'_>, region: &mut Region) {
    let alone: Vec<At> = region.records.iter().filter(|record| record.len() == 1).map(|record| record[0]).collect();
    if alone.len() < FEWEST || alone.len() == region.records.len() || alone.len() * 3 < region.records.len() * 2 {
        return;
    }
    let classes = |at: At| shown.nodes[at].attr("class").split_ascii_whitespace().collect::<BTreeSet<&str>>();
    let common = alone.iter().map(|at| classes(*at)).reduce(|all, own| all.intersection(&own).copied().collect());
    let Some(common) = common.filter(|common| !common.is_empty()) else { return };
    let name = |at: At| shown.nodes[at].element.map(|element| element.value().name());
    let mut runs: Vec<usize> = alone.iter().map(|at| shown.nodes[*at].runs).collect();
    runs.sort_unstable();
    let usual = runs[runs.len() / 2];
    let headed = |at: At| (at..shown.nodes[at].end).any(|inner| is_heading(shown.nodes[inner].tag));
    let all_headed = alone.iter().all(|at| headed(*at));
    let is_one = |at: At| {
        let same = name(at) == name(alone[0]) && common.is_subset(&classes(at));
        same && shown.nodes[at].runs * 2 >= usual && (!all_headed || headed(at))
    };
    let mut records: Vec<Vec<At>> = Vec::with_capacity(region.records.len());
    for record in std::mem::take(&mut region.records) {
        for (nth, at) in record.into_iter().enumerate() {
            match records.last_mut().filter(|_| nth > 0 && !is_one(at)) {
                Some(last) => last.push(at),
                None => records.push(vec![at]),
            }
        }
    }
    region.records = records;
}
