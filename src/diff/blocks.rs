//! Finds for each block of a page's text the one it was before. Knows no masks and no history.

use std::collections::{HashMap, VecDeque};

use crate::base::ids::hash64;

/// A block with its text in the form in which it is compared.
#[derive(Debug, Clone)]
pub(super) struct Plain<'a> {
    pub(super) path: &'a str,
    /// As read.
    pub(super) raw: &'a str,
    /// As compared.
    pub(super) text: String,
}

/// The place of a block whatever its position: the path without numbers.
pub(super) fn signature(path: &str) -> u64 {
    let bare: String = path.chars().filter(|c| !c.is_ascii_digit()).collect();
    hash64(&[bare.as_bytes()])
}

/// Pairs of blocks that differ, as indexes; those alike are left out, wherever they stand now. A block on one side only has no partner.
pub(super) fn differing(old: &[Plain<'_>], new: &[Plain<'_>]) -> Vec<(Option<usize>, Option<usize>)> {
    let to_new = partners(old, new);
    let mut to_old = vec![None; new.len()];
    for (i, j) in to_new.iter().enumerate() {
        if let Some(j) = j {
            to_old[*j] = Some(i);
        }
    }
    let replaced = to_new.iter().enumerate().filter(|(i, j)| j.is_none_or(|j| old[*i].text != new[j].text)).map(|(i, j)| (Some(i), *j));
    let added = to_old.iter().enumerate().filter(|(_, i)| i.is_none()).map(|(j, _)| (None, Some(j)));
    replaced.chain(added).collect()
}

/// For each old block, its new self.
pub(super) fn partners(old: &[Plain<'_>], new: &[Plain<'_>]) -> Vec<Option<usize>> {
    let mut to_new: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken = vec![false; new.len()];
    let mut pair = |to_new: &mut Vec<Option<usize>>, i: usize, j: usize| {
        if to_new[i].is_none() && !taken[j] {
            to_new[i] = Some(j);
            taken[j] = true;
        }
    };
    // The same words: first at the same path, then anywhere (order is no news).
    match_by(old, new, &mut to_new, &mut pair, |block| (block.path.to_owned(), block.text.clone()));
    match_by(old, new, &mut to_new, &mut pair, |block| (String::new(), block.text.clone()));
    // Other words between the same neighbours, then at the same path, then at a place alike.
    let alike = |i: usize, j: usize| signature(old[i].path) == signature(new[j].path);
    for i in 0..old.len() {
        let after = if i == 0 { Some(0) } else { to_new[i - 1].map(|j| j + 1) };
        if let Some(j) = after.filter(|j| *j < new.len() && alike(i, *j)) {
            pair(&mut to_new, i, j);
        }
    }
    for i in (0..old.len()).rev() {
        let before = if i + 1 == old.len() { new.len().checked_sub(1) } else { to_new[i + 1].and_then(|j| j.checked_sub(1)) };
        if let Some(j) = before.filter(|j| alike(i, *j)) {
            pair(&mut to_new, i, j);
        }
    }
    match_by(old, new, &mut to_new, &mut pair, |block| (block.path.to_owned(), String::new()));
    match_by(old, new, &mut to_new, &mut pair, |block| (signature(block.path).to_string(), String::new()));
    to_new
}

/// Pairs what has the same key, in order.
fn match_by<K: std::hash::Hash + Eq>(
    old: &[Plain<'_>],
    new: &[Plain<'_>],
    to_new: &mut Vec<Option<usize>>,
    pair: &mut impl FnMut(&mut Vec<Option<usize>>, usize, usize),
    key: impl Fn(&Plain<'_>) -> K,
) {
    let used: std::collections::HashSet<usize> = to_new.iter().flatten().copied().collect();
    let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (j, block) in new.iter().enumerate().filter(|(j, _)| !used.contains(j)) {
        waiting.entry(key(block)).or_default().push_back(j);
    }
    for (i, block) in old.iter().enumerate() {
        if to_new[i].is_none()
            && let Some(j) = waiting.get_mut(&key(block)).and_then(VecDeque::pop_front)
        {
            pair(to_new, i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &[(&str, &str)], new: &[(&str, &str)], want: &[(Option<usize>, Option<usize>)]) {
        fn plain<'a>(blocks: &[(&'a str, &'a str)]) -> Vec<Plain<'a>> {
            blocks.iter().map(|(path, text)| Plain { path, raw: text, text: (*text).to_owned() }).collect()
        }
        assert_eq!(differing(&plain(old), &plain(new)), want, "{old:?} {new:?}");
    }

    #[test]
    fn who_became_whom() {
        let page = [("p:1", "intro"), ("p:2", "banner one"), ("p:3", "price 5"), ("div", "foot")];
        check(&page, &page, &[]);
        check(&page, &[page[2], page[0], page[3], page[1]], &[]);
        check(&page, &[("p:1", "intro"), ("p:2", "banner two"), ("p:3", "price 5"), ("div", "foot")], &[(Some(1), Some(1))]);
        check(
            &page,
            &[("p:1", "news"), ("p:2", "intro"), ("p:3", "banner two"), ("p:4", "price 5"), ("div", "foot")],
            &[(Some(1), Some(2)), (None, Some(0))],
        );
        check(&page, &[("p:1", "intro"), ("p:2", "price 5"), ("div", "foot")], &[(Some(1), None)]);
        check(&[], &[("p:1", "x")], &[(None, Some(0))]);
    }
}
