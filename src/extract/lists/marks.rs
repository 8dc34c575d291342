//! The marks of a sub-tree: hashes of what is where in it, so that two of alike shape share most of them.

use scraper::ElementRef;

use super::super::html::{Attributes as _, Tag};
use super::super::shown::{At, Shown};

/// Nodes of one sub-tree that are looked at.
const LOOK: usize = 80;
/// Steps of work on one page; past it, what is left is not looked at.
const MADE: usize = 4_000_000;

/// A sorted set of marks.
pub(super) type Marks = Vec<u64>;

/// Counts the work on one page, so that it ends.
pub(super) struct Work {
    left: usize,
    /// Fewer records make no list.
    pub(super) fewest: usize,
}

impl Work {
    pub(super) const fn new(fewest: usize) -> Self {
        Self { left: MADE, fewest }
    }

    /// Takes so much of what is left; false once it is used up.
    pub(super) fn spend(&mut self, work: usize) -> bool {
        let enough = self.left >= work;
        self.left = self.left.saturating_sub(work);
        enough
    }

    /// The marks of a sub-tree.
    pub(super) fn marks(&mut self, shown: &Shown<'_>, at: At) -> Marks {
        let end = shown.nodes[at].end.min(at + LOOK);
        if !self.spend(end - at) {
            return Marks::new();
        }
        let mut out = Marks::with_capacity((end - at) * 2);
        let mut paths: Vec<(At, u64, Tag)> = Vec::new();
        for i in at..end {
            let node = &shown.nodes[i];
            while paths.last().is_some_and(|(end, _, _)| *end <= i) {
                paths.pop();
            }
            let (above, tag) = paths.last().map_or((SEED, Tag::Other), |(_, path, tag)| (*path, *tag));
            let Some(element) = node.element else {
                let rule = node.text.chars().all(|c| !c.is_alphanumeric());
                out.push(join(above, if rule { 3 } else { 5 + u64::from(node.linked) }) & !1);
                continue;
            };
            let name = join(above, name_of(element));
            // What only changes the letters makes no step, and neither does the same name again: unclosed tags pile up so.
            let path = if formats(node.tag) || !paths.is_empty() && node.tag == tag && node.tag != Tag::Other { above } else { name };
            out.push(name & !1);
            let class = element.value().attribute("class").unwrap_or("");
            for word in class.split_ascii_whitespace().take(3) {
                out.push(join(name, hash(word.as_bytes())) | 1);
            }
            paths.push((node.end, path, node.tag));
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Whether a mark is one of a class.
pub(super) const fn is_class(mark: u64) -> bool {
    mark & 1 == 1
}

/// Of two hashes one.
pub(super) const fn join(a: u64, b: u64) -> u64 {
    let x = (a ^ b.rotate_left(29)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^ (x >> 32)
}

/// The hash of an element's name.
pub(super) fn name_of(element: ElementRef<'_>) -> u64 {
    hash(element.value().name().as_bytes())
}

/// The hash of a class.
pub(super) fn words_of(class: &str) -> u64 {
    hash(class.as_bytes())
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().take(64).fold(SEED, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Whether an element of this name only changes how its words look.
pub(super) const fn formats(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::B
            | Tag::Big
            | Tag::Code
            | Tag::Em
            | Tag::Font
            | Tag::I
            | Tag::Nobr
            | Tag::S
            | Tag::Small
            | Tag::Span
            | Tag::Strike
            | Tag::Strong
            | Tag::Tt
            | Tag::U
            | Tag::Abbr
            | Tag::Sub
            | Tag::Sup
            | Tag::Label
            | Tag::Var
    )
}

/// How alike two sets are, from 0 to 1 (Dice).
pub(super) fn alike(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut both) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    if a.is_empty() && b.is_empty() { 1.0 } else { 2.0 * both as f64 / (a.len() + b.len()) as f64 }
}
