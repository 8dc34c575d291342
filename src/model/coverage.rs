//! How far a source was read: where its next visit goes on, and what is known to be missing. Plain values; knows no address and no rule.

use jiff::Timestamp;

use super::SourceState;

/// Losses remembered one by one; of more, those that lie closest together become one.
const LOSSES: usize = 8;

/// A stretch of time, its end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Whether the last question for it failed.
    pub failed: bool,
    /// How often it failed, by itself or as a part of a longer one.
    pub tries: u32,
}

/// Something that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The stretch.
    pub stretch: Stretch,
    /// Why, in words.
    pub why: String,
    /// When it is asked for again. `None`: it is lost for good.
    pub again: Option<Timestamp>,
}

/// Where the visits of one root stand. Committed with the records of the page that moved it, so that a crash loses and repeats nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Stretches that are still to be read, in the order in which they are asked for.
    pub todo: Vec<Stretch>,
    /// Everything before it was read or is in `todo`.
    pub reached: Option<Timestamp>,
    /// Addresses from which to go on: of a cursor the one to ask next, of a walk back the pages below which something may be unread, of a
    /// window whose pages lead on the next page of the first stretch in `todo`.
    pub at: Vec<String>,
    /// Entries that the pages of that stretch have brought so far.
    pub got: u64,
    /// Places of walks back that were given up: below them something is unread.
    pub forgotten: u32,
    /// Hashes of the cursors this visit followed last, newest last.
    pub seen: Vec<u64>,
    /// Empty pages in a row.
    pub empty: u32,
    /// What is lost, for good or until it is asked for again, newest last.
    pub lost: Vec<Loss>,
    /// Why the visit did not come to its end, if it did not.
    pub short: Option<String>,
    /// What else is to be said of the visit.
    pub note: Option<String>,
}

impl Checkpoint {
    /// Remembers a loss; at most eight, and none is dropped: those that lie closest together become one.
    pub fn lose(&mut self, loss: Loss) {
        self.found(loss.stretch);
        self.lost.push(loss);
        while self.lost.len() > LOSSES {
            let place = |at: usize| (self.lost[at].stretch.from, self.lost[at].stretch.to);
            let apart = |(a, b): &(usize, usize)| place(*a).1.max(place(*b).1).duration_since(place(*a).0.min(place(*b).0));
            let pairs = (0..self.lost.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
            let Some((a, b)) = pairs.min_by_key(apart) else { return };
            let (right, left) = (self.lost.remove(b), &mut self.lost[a]);
            left.stretch.from = left.stretch.from.min(right.stretch.from);
            left.stretch.to = left.stretch.to.max(right.stretch.to);
            left.stretch.tries = left.stretch.tries.min(right.stretch.tries);
            // What may still be read is asked for with what may not.
            left.again = left.again.into_iter().chain(right.again).min();
            left.why = format!("parts of it: {}", left.why.trim_start_matches("parts of it: "));
        }
    }

    /// Forgets the losses that lie within a stretch that was read.
    pub fn found(&mut self, stretch: Stretch) {
        self.lost.retain(|loss| loss.stretch.from < stretch.from || stretch.to < loss.stretch.to);
    }

    /// Whether the visit came to everything it set out for.
    pub fn is_whole(&self) -> bool {
        self.todo.is_empty() && self.short.is_none()
    }
}

/// Something that is not read: a stretch of time, or a part that has no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// From when.
    pub from: Option<Timestamp>,
    /// Until when.
    pub to: Option<Timestamp>,
    /// Why, in words.
    pub why: String,
}

/// What a visit (the last one, or the one under way) asked for, what it got, and what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Pages asked for.
    pub asked: u32,
    /// Records on them.
    pub got: u32,
    /// What is missing.
    pub gaps: Vec<Gap>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Everything published until then was read, but for the losses among the gaps.
    pub complete_until: Option<Timestamp>,
    /// Whether pages are still to be asked.
    pub under_way: bool,
}

impl Loss {
    fn gap(&self) -> Gap {
        let Self { stretch, why, again } = self;
        let why = again.map_or_else(|| why.clone(), |at| format!("{why}; asked for again after {}", at.strftime("%Y-%m-%d %H:%M UTC")));
        Gap { from: Some(stretch.from), to: Some(stretch.to), why }
    }
}

impl SourceState {
    /// What its last visit came to, or the one under way so far.
    pub fn statement(&self) -> Statement {
        let Checkpoint { todo, lost, short, note, forgotten, .. } = &self.checkpoint;
        let visit = &self.visit;
        let asked = visit.pages + visit.failed;
        let mut gaps: Vec<Gap> = todo
            .iter()
            .map(|stretch| {
                let why = if stretch.failed { "it could not be read; the next visit asks again" } else { "not asked for yet" };
                Gap { from: Some(stretch.from), to: Some(stretch.to), why: why.to_owned() }
            })
            .collect();
        gaps.extend(lost.iter().map(Loss::gap));
        if *forgotten > 0 {
            let places = if *forgotten == 1 { "one page" } else { "several pages" };
            let why = format!("given up: what lies below {places} of earlier visits ({forgotten}) and was new then");
            gaps.push(Gap { from: None, to: None, why });
        }
        gaps.extend(short.iter().map(|why| Gap { from: None, to: None, why: why.clone() }));
        if visit.failed > 0 && gaps.is_empty() {
            let why = format!("{} of {asked} pages could not be read", visit.failed);
            gaps.push(Gap { from: None, to: None, why });
        }
        let under_way = visit.outstanding > 0;
        Statement { asked, got: visit.records, gaps, note: note.clone(), complete_until: self.complete_until, under_way }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::PageId;

    fn stretch(from: i64, to: i64, failed: bool) -> Stretch {
        let at = |second| Timestamp::from_second(second).unwrap();
        Stretch { from: at(from), to: at(to), failed, tries: 0 }
    }

    #[test]
    fn a_statement_names_every_gap() {
        let mut state = SourceState::new(&"s".parse().unwrap(), PageId(1));
        assert_eq!(state.statement(), Statement::default());
        state.visit.failed = 1;
        state.visit.pages = 2;
        assert_eq!(state.statement().gaps[0].why, "1 of 3 pages could not be read");
        state.checkpoint.todo = vec![stretch(0, 10, false), stretch(10, 20, true)];
        let loss = |stretch, why: &str, again: Option<i64>| Loss {
            stretch,
            why: why.to_owned(),
            again: again.map(|second| Timestamp::from_second(second).unwrap()),
        };
        state.checkpoint.lose(loss(stretch(30, 32, false), "full", None));
        state.checkpoint.lose(loss(stretch(30, 32, false), "full again", None));
        state.checkpoint.lose(loss(stretch(40, 42, true), "broken", Some(3_600)));
        state.checkpoint.forgotten = 2;
        state.checkpoint.short = Some("not reached".to_owned());
        let whys: Vec<String> = state.statement().gaps.into_iter().map(|gap| gap.why).collect();
        assert_eq!(
            whys,
            [
                "not asked for yet",
                "it could not be read; the next visit asks again",
                "full again",
                "broken; asked for again after 1970-01-01 01:00 UTC",
                "given up: what lies below several pages of earlier visits (2) and was new then",
                "not reached",
            ]
        );
        state.checkpoint.found(stretch(29, 33, false));
        assert_eq!(state.checkpoint.lost.len(), 1);
        for n in 0..20 {
            state.checkpoint.lose(loss(stretch(100 * n, 100 * n + 1, false), "x", None));
        }
        let lost = &state.checkpoint.lost;
        let covered = |second| lost.iter().any(|loss| loss.stretch.from.as_second() <= second && second < loss.stretch.to.as_second());
        assert!(lost.len() == LOSSES && covered(40) && (0..20).all(|n| covered(100 * n)), "{lost:?}");
    }
}
