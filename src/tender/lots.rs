//! Which deadlines of a procedure count: those of its lots that can still be won. One rule for every format. Knows no clock.

use std::collections::BTreeSet;

use crate::model::{Award, Content, Deadline, Lot, Stage, Term};

impl Content {
    /// The deadlines that count, with the lot each is of; the whole's is of none. A lot that is cancelled, awarded or closed is due no more, nor is what the
    /// whole says where that was said of such a lot alone. Where none can be won any more they all count: what was due stays what it was.
    pub fn counting(&self) -> Vec<(Option<&Lot>, &Deadline)> {
        let (over, open) = self.over_and_open();
        let each = |lots: &[&Lot], deadline: &Deadline, same: fn(&Deadline, &Deadline) -> bool| {
            lots.iter().filter(|lot| lot.deadlines.iter().any(|other| other.kind == deadline.kind && same(other, deadline))).count()
        };
        let at = |one: &Deadline, other: &Deadline| match (&one.due, &other.due) {
            (Some(one), Some(other)) => one.at == other.at,
            (one, other) => one.is_none() && other.is_none() && one == other,
        };
        let of_over =
            |deadline: &&Deadline| !open.is_empty() && each(&open, deadline, |_, _| true) == open.len() && each(&over, deadline, at) > 0;
        let whole = self.deadlines.iter().filter(|deadline| !of_over(deadline)).map(|deadline| (None, deadline));
        let lots = if open.is_empty() { &over } else { &open };
        let lots = lots.iter().flat_map(|&lot| lot.deadlines.iter().map(move |deadline| (Some(lot), deadline)));
        whole.chain(lots).collect()
    }

    /// The lots that can be won no more, and those that can.
    fn over_and_open(&self) -> (Vec<&Lot>, Vec<&Lot>) {
        // Where a lot says nothing of where it stands, who won it says so.
        let decided = self.awards.iter().filter(|award| award.outcome.has_winner());
        let won: BTreeSet<&str> = decided.flat_map(|award| &award.lots).map(String::as_str).collect();
        self.lots.iter().partition(|lot| lot.stage.map_or_else(|| won.contains(lot.id.as_str()), |stage| !stage.is_live()))
    }

    /// The lots that can still be won and say nothing of when they are due: what the whole says is theirs.
    pub fn lots_of_the_whole(&self) -> impl Iterator<Item = &Lot> {
        self.over_and_open().1.into_iter().filter(|lot| !lot.deadlines.iter().any(|deadline| deadline.kind.binds()))
    }

    /// How long the contract of an award runs: as it says itself, else as its lot or the whole does.
    pub fn term_of(&self, award: &Award) -> Option<Term> {
        let lot = self.lots.iter().filter(|lot| award.lots.contains(&lot.id)).find_map(|lot| lot.term.as_ref());
        // Where there is one lot, what is awarded is that.
        let lot = lot.or_else(|| self.lots.first().filter(|_| self.lots.len() == 1 && award.lots.is_empty())?.term.as_ref());
        let planned = lot.or(self.term.as_ref());
        match (planned, &award.term) {
            (Some(planned), Some(own)) => Some(planned.then(own)),
            (planned, own) => own.as_ref().or(planned).cloned(),
        }
    }

    /// The lots that somebody has won, where there are several.
    pub fn awarded_lots(&self) -> impl Iterator<Item = &Lot> {
        let wins = |lot: &Lot| self.awards.iter().any(|award| award.outcome.has_winner() && award.lots.contains(&lot.id));
        let won = move |lot: &Lot| lot.stage.map_or_else(|| wins(lot), |stage| stage == Stage::Awarded);
        self.lots.iter().filter(move |lot| self.lots.len() > 1 && won(lot))
    }

    /// Whether it is a dynamic purchasing system, where calls and awards take turns.
    pub fn buys_by_turns(&self) -> bool {
        let technique = self.technique.to_lowercase();
        ["dps", "dynamic"].iter().any(|word| technique.contains(word))
    }

    /// The lots that ended without a winner.
    pub fn cancelled_lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter().filter(|lot| lot.stage == Some(Stage::Cancelled))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{Award, DeadlineKind, Outcome};
    use crate::tender::Clock;
    use crate::tender::when;

    fn due(day: u32) -> Deadline {
        let clock = Clock { zone: TimeZone::UTC, from: crate::model::ZoneFrom::Source };
        when::deadline(DeadlineKind::Tender, &format!("2026-12-{day:02}"), "10:00:00", &clock).unwrap()
    }

    #[test]
    fn a_lot_that_is_over_is_due_no_more() {
        use Stage::{Awarded, Cancelled, Closed, Open, Suspended};
        type Lots<'a> = &'a [(Option<Stage>, u32)];
        type Case<'a> = (Option<u32>, Lots<'a>, Option<&'a str>, Vec<u32>);
        let cases: [Case<'_>; 11] = [
            (None, &[(Some(Open), 4), (Some(Open), 14)], None, vec![4, 14]),
            (None, &[(Some(Cancelled), 4), (Some(Open), 14)], None, vec![14]),
            (None, &[(Some(Closed), 4), (Some(Suspended), 14)], None, vec![14]),
            (None, &[(Some(Awarded), 4), (None, 14)], None, vec![14]),
            (None, &[(None, 4), (None, 14)], Some("1"), vec![14]),
            (None, &[(Some(Open), 4), (None, 14)], Some("1"), vec![4, 14]),
            // None can be won any more.
            (None, &[(Some(Cancelled), 4), (Some(Awarded), 14)], None, vec![4, 14]),
            // The whole says the first of its lots, a day of its own, or what the lots say nothing of.
            (Some(4), &[(Some(Cancelled), 4), (Some(Open), 14)], None, vec![14]),
            (Some(10), &[(Some(Cancelled), 4), (Some(Open), 14)], None, vec![10, 14]),
            (Some(4), &[(Some(Cancelled), 4), (Some(Open), 0)], None, vec![4]),
            (Some(4), &[], None, vec![4]),
        ];
        for (whole, lots, won, want) in cases {
            let lot = |(place, (stage, day)): (usize, &(Option<Stage>, u32))| Lot {
                id: (place + 1).to_string(),
                stage: *stage,
                deadlines: Some(*day).filter(|day| *day > 0).map(due).into_iter().collect(),
                ..Lot::default()
            };
            let award = |lot: &str| Award {
                id: "1".to_owned(),
                lots: vec![lot.to_owned()],
                outcome: Outcome::Won,
                reason: String::new(),
                winners: Vec::new(),
                losers: Vec::new(),
                worth: Vec::new(),
                date: None,
                bids: None,
                term: None,
            };
            let content = Content {
                deadlines: whole.map(due).into_iter().collect(),
                lots: lots.iter().enumerate().map(lot).collect(),
                awards: won.map(award).into_iter().collect(),
                ..Content::default()
            };
            let days: Vec<u32> =
                content.counting().into_iter().filter_map(|(_, deadline)| u32::try_from(deadline.due.as_ref()?.day.day()).ok()).collect();
            assert_eq!(days, want, "{whole:?} {lots:?} {won:?}");
        }
    }
}
