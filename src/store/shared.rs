//! Under which identifiers records were written last: of two turns on one tender that could not see each other the later one is to be judged anew.
//! In memory alone: after a restart no turn is under way. Decides nothing.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::codec;
use super::prepare::Effect;
use crate::base::ids::hash64;
use crate::model::Record;

/// Identifiers last written that are remembered: who looked before all of them looks again.
const LATEST: usize = 50_000;

/// That a record of a source was written under an identifier: hashes of identifier and kind, and of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Under {
    id: u64,
    source: u64,
}

impl Under {
    pub(super) fn new(id: &str, record: &Record) -> Self {
        Self { id: hash64(&[&codec::shared_by(id, record.kind)]), source: codec::source_hash(&record.source) }
    }
}

#[derive(Debug, Default)]
struct Held {
    /// How many were written so far, and the last of them, the newest at the end.
    written: u64,
    latest: VecDeque<Under>,
}

/// What was written under identifiers that several records may have.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<Held>);

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many were written by now.
    pub(super) fn written(&self) -> u64 {
        self.held().written
    }

    pub(super) fn put(&self, under: Under) {
        let mut held = self.held();
        held.written += 1;
        held.latest.push_back(under);
        if held.latest.len() > LATEST {
            held.latest.pop_front();
        }
    }

    /// Whether a commit brings a record under an identifier under which another source wrote since its turn looked, or in hand before it in the
    /// same batch.
    pub(super) fn is_overtaken(&self, looked: u64, brings: &[Effect], before: &[Effect]) -> bool {
        let under = |effect: &Effect| if let Effect::Shared(under) = effect { Some(*under) } else { None };
        let brings: HashSet<Under> = brings.iter().filter_map(under).collect();
        if brings.is_empty() {
            return false;
        }
        let ids: HashSet<u64> = brings.iter().map(|under| under.id).collect();
        let other = |under: Under| ids.contains(&under.id) && !brings.contains(&under);
        let held = self.held();
        let since = usize::try_from(held.written - looked.min(held.written)).unwrap_or(usize::MAX);
        since > held.latest.len()
            || held.latest.iter().rev().take(since).any(|under| other(*under))
            || before.iter().filter_map(under).any(other)
    }
}
