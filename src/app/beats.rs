//! Signs of life of the loops: the watchdog is fed by the work itself, not by a free timer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// The loops that must be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Gives out pages to check.
    Watch,
    /// Seals and sends.
    Drain,
    /// Retention, compaction, backups.
    Keep,
}

impl Part {
    const ALL: [Self; 3] = [Self::Watch, Self::Drain, Self::Keep];

    /// The word used in `/health`.
    const fn word(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Drain => "drain",
            Self::Keep => "keep",
        }
    }

    /// How long it may be silent, in seconds. Keeping may copy the whole store in one step.
    const fn patience(self) -> i64 {
        match self {
            Self::Watch | Self::Drain => 60,
            Self::Keep => 3_600,
        }
    }
}

/// When each loop last went round. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Beats(Arc<[AtomicI64; 3]>);

impl Beats {
    /// The loop went round.
    pub fn beat(&self, part: Part, now: Timestamp) {
        self.0[part as usize].store(now.as_second(), Ordering::Relaxed);
    }

    /// Loops that were silent for too long, in words; empty: all is well.
    pub fn silent(&self, now: Timestamp) -> Vec<String> {
        Part::ALL
            .into_iter()
            .filter_map(|part| {
                let last = self.0[part as usize].load(Ordering::Relaxed);
                let silent = now.as_second() - last;
                (silent > part.patience()).then(|| format!("the {} loop has been silent for {silent} s", part.word()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_falls_silent_is_named() {
        let beats = Beats::default();
        let at = |s| Timestamp::from_second(s).unwrap();
        for part in Part::ALL {
            beats.beat(part, at(1_000));
        }
        assert!(beats.silent(at(1_060)).is_empty());
        beats.beat(Part::Drain, at(1_061));
        assert_eq!(beats.silent(at(1_061)), ["the watch loop has been silent for 61 s"]);
    }
}
