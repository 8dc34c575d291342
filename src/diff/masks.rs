//! What of a page is not compared: adds to it, and keeps it in step when the page's layout moves.

use std::collections::BTreeMap;

use super::blocks::{Plain, partners};
use super::differences::{Difference, What};
use super::words;
use crate::model::Mask;

/// Masks of one page; the oldest give way.
const MASKS: usize = 64;
/// Records of a page in which a field varies before it is masked for all of them.
const SEVERAL: usize = 3;

/// The masks of a page under the hands of one comparison.
pub(super) struct Masks(Vec<Mask>);

impl Masks {
    pub(super) fn new(masks: &[Mask]) -> Self {
        Self(masks.to_vec())
    }

    pub(super) fn into_vec(mut self) -> Vec<Mask> {
        let over = self.0.len().saturating_sub(MASKS);
        self.0.drain(..over);
        self.0
    }

    /// Masks what differs: single words where the rest stays, else the whole; a field that varies in several records, in all of
    /// them. Gives the indexes of those that were masked as a whole.
    pub(super) fn add(&mut self, differences: &[Difference]) -> Vec<usize> {
        let mut fields: BTreeMap<&str, usize> = BTreeMap::new();
        for difference in differences {
            if let What::Field(_, name) = &difference.what {
                *fields.entry(name.as_str()).or_default() += 1;
            }
        }
        let mut whole = Vec::new();
        for (i, difference) in differences.iter().enumerate() {
            let template = self.generalised(difference);
            self.forget(&difference.place);
            let mask = match (&difference.what, template) {
                (What::Field(_, name), _) if fields.get(name.as_str()).is_some_and(|n| *n >= SEVERAL) => Mask::Field(name.to_string()),
                (What::Field(..) | What::Block(..), Some(template)) => Mask::Words(difference.place.clone(), template),
                (What::Field(..), None) => Mask::Field(difference.place.clone()),
                (What::Block(..), None) => {
                    whole.push(i);
                    Mask::Block(difference.place.clone())
                }
            };
            if !self.0.contains(&mask) {
                self.0.push(mask);
            }
        }
        whole
    }

    /// A template for this difference, from the words masked before if there are any.
    fn generalised(&self, difference: &Difference) -> Option<String> {
        let before = self.0.iter().find_map(|mask| match mask {
            Mask::Words(place, template) if *place == difference.place => Some(template.as_str()),
            Mask::Words(..) | Mask::Field(_) | Mask::Block(_) => None,
        });
        words::template(before.unwrap_or(&difference.old), &difference.new)
    }

    /// Masks a block as a whole.
    pub(super) fn hide(&mut self, path: &str) {
        self.forget(path);
        self.0.push(Mask::Block(path.to_owned()));
    }

    /// After a change was taken over: the words that are masked lie in the new text now; a foreign text is compared again.
    pub(super) fn renew(&mut self, difference: &Difference) {
        let words = self.0.iter().any(|mask| matches!(mask, Mask::Words(place, _) if *place == difference.place));
        if words || difference.foreign {
            self.forget(&difference.place);
            if words && difference.new.contains(words::GAP) {
                self.0.push(Mask::Words(difference.place.clone(), difference.new.clone()));
            }
        }
    }

    /// After a version was taken over: masks move with their blocks.
    pub(super) fn follow(&mut self, old: &[Plain<'_>], new: &[Plain<'_>]) {
        let moved: BTreeMap<&str, &str> =
            partners(old, new).into_iter().enumerate().filter_map(|(i, j)| Some((old[i].path, new[j?].path))).collect();
        for mask in &mut self.0 {
            if let Mask::Block(path) | Mask::Words(path, _) = mask
                && let Some(to) = moved.get(path.as_str())
            {
                (*to).clone_into(path);
            }
        }
    }

    fn forget(&mut self, place: &str) {
        self.0.retain(|mask| match mask {
            Mask::Field(_) => true,
            Mask::Block(path) | Mask::Words(path, _) => path != place,
        });
    }
}
