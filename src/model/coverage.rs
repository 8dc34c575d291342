//! How far a source was read: where its next visit goes on, and what is known to be missing. Plain values; knows no address and no rule.

use jiff::Timestamp;

use super::SourceState;

/// Losses remembered; the oldest is forgotten first.
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
}

/// Something that will not be read any more, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The stretch.
    pub stretch: Stretch,
    /// Why, in words.
    pub why: String,
}

/// Where the visits of one root stand. Committed with the records of the page that moved it, so that a crash loses and repeats nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Stretches that are still to be read, in the order in which they are asked for.
    pub todo: Vec<Stretch>,
    /// Everything before it was read or is in `todo`.
    pub reached: Option<Timestamp>,
    /// Addresses from which to go on: of a cursor the one to ask next, of a walk back the pages below which something may be unread.
    pub at: Vec<String>,
    /// Hashes of the cursors this visit followed last, newest last.
    pub seen: Vec<u64>,
    /// Empty pages in a row.
    pub empty: u32,
    /// What is lost for good, newest last.
    pub lost: Vec<Loss>,
    /// Why the visit did not come to its end, if it did not.
    pub short: Option<String>,
    /// What else is to be said of the visit.
    pub note: Option<String>,
}

impl Checkpoint {
    /// Remembers a loss; at most eight.
    pub fn lose(&mut self, stretch: Stretch, why: String) {
        self.lost.retain(|loss| loss.stretch.from != stretch.from || loss.stretch.to != stretch.to);
        self.lost.push(Loss { stretch, why });
        let over = self.lost.len().saturating_sub(LOSSES);
        self.lost.drain(..over);
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

impl SourceState {
    /// What its last visit came to, or the one under way so far.
    pub fn statement(&self) -> Statement {
        let Checkpoint { todo, lost, short, note, .. } = &self.checkpoint;
        let visit = &self.visit;
        let asked = visit.pages + visit.failed;
        let mut gaps: Vec<Gap> = todo
            .iter()
            .map(|stretch| {
                let why = if stretch.failed { "it could not be read; the next visit asks again" } else { "not asked for yet" };
                Gap { from: Some(stretch.from), to: Some(stretch.to), why: why.to_owned() }
            })
            .collect();
        let lost = lost.iter().map(|Loss { stretch, why }| Gap { from: Some(stretch.from), to: Some(stretch.to), why: why.clone() });
        gaps.extend(lost);
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
        Stretch { from: at(from), to: at(to), failed }
    }

    #[test]
    fn a_statement_names_every_gap() {
        let mut state = SourceState::new(&"s".parse().unwrap(), PageId(1));
        assert_eq!(state.statement(), Statement::default());
        state.visit.failed = 1;
        state.visit.pages = 2;
        assert_eq!(state.statement().gaps[0].why, "1 of 3 pages could not be read");
        state.checkpoint.todo = vec![stretch(0, 10, false), stretch(10, 20, true)];
        state.checkpoint.lose(stretch(30, 32, false), "full".to_owned());
        state.checkpoint.lose(stretch(30, 32, false), "full again".to_owned());
        state.checkpoint.short = Some("not reached".to_owned());
        let whys: Vec<String> = state.statement().gaps.into_iter().map(|gap| gap.why).collect();
        assert_eq!(whys, ["not asked for yet", "it could not be read; the next visit asks again", "full again", "not reached"]);
        for n in 0..20 {
            state.checkpoint.lose(stretch(n, n + 1, false), String::new());
        }
        assert_eq!(state.checkpoint.lost.len(), LOSSES);
    }
}
