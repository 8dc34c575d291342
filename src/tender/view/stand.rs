//! Where the notices of a procedure leave it and each of its lots: won, without a winner, or open, also once more. Knows no format and no store.

use std::collections::{BTreeMap, BTreeSet};

use super::{Status, Stood, Tender};
use crate::model::{Award, Deadline, Lot, Notice, NoticeKind, Outcome, Stage};

/// Words of a status which say that it is over.
const COMPLETE: [&str; 2] = ["complete", "completed"];

impl Tender {
    /// A notice that only says of some awards that nobody has won them, or no longer, ends nothing while others stand; nor does one that only ends some
    /// contracts, and what was changed or ended since is not newly awarded by a notice that repeats who won.
    pub(super) fn stand(&mut self, notice: &Notice, before: Stage) {
        let wins = |awards: &[Award]| awards.iter().any(|award| award.outcome.has_winner());
        let told = &notice.content.awards;
        let results = matches!(notice.kind, NoticeKind::Award | NoticeKind::Contract | NoticeKind::Change);
        let takes = results && !told.is_empty() && !wins(told);
        if takes && wins(&self.notice.content.awards) && matches!(notice.stage, Stage::Open | Stage::Closed | Stage::Cancelled) {
            self.notice.stage = Stage::Awarded;
        }
        let runs = |award: &Award| matches!(award.outcome, Outcome::Won | Outcome::Signed);
        let any_runs = self.notice.content.awards.iter().any(runs);
        let ends = told.iter().any(|award| award.outcome == Outcome::Ended);
        self.notice.stage = match (self.notice.stage, before) {
            (Stage::Completed, Stage::Awarded | Stage::Modified) if ends && any_runs => before,
            (Stage::Completed, _) if ends && any_runs => Stage::Awarded,
            (Stage::Awarded, Stage::Modified) => before,
            (Stage::Awarded | Stage::Modified, Stage::Completed) if !any_runs => before,
            (stage, _) => stage,
        };
    }

    /// What was cancelled and is planned again has no deadline of the round that was cancelled: a plan that names none leaves it where it was, and one
    /// that says everything repeats it.
    pub(super) fn planned_again(&mut self, notice: &Notice, before: Stage, stood: &Stood) {
        if self.notice.stage != Stage::Planned {
            self.past.clear();
            return;
        }
        let at = |due: &Deadline| due.due.as_ref().filter(|_| due.kind.binds()).map(|at| (due.kind, at.at));
        if before == Stage::Cancelled {
            let lots = stood.lots.values().flat_map(|(_, due)| due);
            self.past.extend(stood.deadlines.iter().chain(lots).filter_map(at));
        }
        let named: BTreeSet<_> = notice.content.all_deadlines().filter(|_| !notice.whole).filter_map(at).collect();
        let (past, content) = (&self.past, &mut self.notice.content);
        let is_past = |due: &Deadline| at(due).is_some_and(|at| past.contains(&at) && !named.contains(&at));
        content.deadlines.retain(|due| !is_past(due));
        content.lots.iter_mut().for_each(|lot| lot.deadlines.retain(|due| !is_past(due)));
    }

    /// Where each lot stands: results say it, else the notice itself. A lot that it names and says nothing of stays as it was, and is open again where
    /// the notice calls for offers for it that are still due; a change repeats lots that it does not change, and calls for those with another deadline.
    pub(super) fn lots_stand(&mut self, notice: &Notice, place: usize, stood: &Stood) {
        let content = &mut self.notice.content;
        // Notices have thousands of lots.
        let mut results: BTreeMap<&str, Vec<&Award>> = BTreeMap::new();
        for (_, award) in self.awards_from.iter().zip(&content.awards).filter(|(from, _)| **from == place) {
            award.lots.iter().for_each(|lot| results.entry(lot).or_default().push(award));
        }
        let named: BTreeMap<&str, Option<Stage>> = notice.content.lots.iter().rev().map(|lot| (lot.id.as_str(), lot.stage)).collect();
        let whole = takes(&content.deadlines, notice.published);
        let says_all = notice.whole && !notice.results_apart;
        let (changes, whole_moved) = (notice.kind == NoticeKind::Change, !same(&content.deadlines, &stood.deadlines));
        for lot in &mut content.lots {
            let results = results.get(lot.id.as_str()).map_or(&[][..], Vec::as_slice);
            let fruitless = |award: &&Award| match award.outcome {
                Outcome::Unsuccessful => true,
                Outcome::Withdrawn => award.winners.is_empty(),
                _ => false,
            };
            let own = named.get(lot.id.as_str()).copied();
            let open = if has_own(lot) { takes(&lot.deadlines, notice.published) } else { whole };
            let (before, due) = stood.lots.get(&lot.id).map_or((None, &[][..]), |(stage, due)| (*stage, due.as_slice()));
            let moved = if has_own(lot) { !same(&lot.deadlines, due) } else { whole_moved };
            let calls = notice.stage == Stage::Open && notice.content.awards.is_empty() && open && (!changes || moved);
            lot.stage = match (own.flatten(), before) {
                (Some(Stage::Cancelled), _) => Some(Stage::Cancelled),
                (said, _) if results.iter().any(|award| award.outcome.has_winner()) => {
                    // Who is first in line for now may still be turned away.
                    let chosen = results.iter().all(|award| matches!(award.outcome, Outcome::Provisional | Outcome::Pending));
                    Some(if chosen && said != Some(Stage::Awarded) { Stage::Closed } else { Stage::Awarded })
                }
                // That it is over does not take back how it ended.
                (Some(Stage::Closed), Some(Stage::Awarded | Stage::Cancelled)) if results.is_empty() => before,
                (Some(said), _) => Some(said),
                (None, _) if !results.is_empty() && results.iter().all(fruitless) => Some(Stage::Cancelled),
                (None, Some(Stage::Awarded)) if !results.is_empty() => None,
                (None, Some(_)) if own.is_some() && calls => Some(Stage::Open),
                (None, _) if says_all => None,
                (None, before) => before,
            };
            if lot.stage == Some(Stage::Open) && open && matches!(before, Some(Stage::Awarded | Stage::Cancelled)) {
                self.again.insert(lot.id.clone(), place);
            }
        }
    }

    /// A status that turns from running to over ends the tender before its time. Who calls every published tender complete says so from the first
    /// notice on, and ends nothing by it. A notice without a status leaves it as it was: what runs is open when its lots are again, or when who had won
    /// them has no longer.
    pub(super) fn by_status(&mut self, notice: &Notice) {
        let Status { ran, over, runs } = &mut self.status;
        match status(notice).as_str() {
            "active" => (*ran, *over, *runs) = (true, false, true),
            word if COMPLETE.contains(&word) => (*over, *runs) = (*ran, false),
            "cancelled" | "canceled" | "unsuccessful" | "withdrawn" | "suspended" | "planned" | "planning" => *runs = false,
            _ => {
                let again = notice.stage == Stage::Unknown && notice.kind == NoticeKind::Change && one_is_open(notice);
                let annulled = notice.stage == Stage::Closed && notice.kind == NoticeKind::Award && !notice.content.awards.is_empty();
                if *runs && (again || annulled && takes(&self.notice.content.deadlines, notice.published)) {
                    self.notice.stage = Stage::Open;
                }
            }
        }
        if *over && self.notice.stage == Stage::Open && !lots_go_on(notice) {
            self.notice.stage = Stage::Closed;
        }
    }

    /// Results of some lots end nothing while others take offers.
    pub(super) fn goes_on(&mut self, notice: &Notice, before: Stage) {
        let decides = !matches!(notice.stage, Stage::Planned | Stage::Open | Stage::Suspended | Stage::Unknown)
            && notice.kind != NoticeKind::Cancellation;
        let of_some = !notice.content.awards.is_empty() || notice.stage == Stage::Closed && lots_go_on(notice);
        let Some(published) = notice.published.filter(|_| decides && of_some) else { return };
        let content = &mut self.notice.content;
        let whole = takes(&content.deadlines, Some(published));
        // Who buys of many for years goes on until its end, whoever won something so far, or nobody; and so does each lot.
        if before.is_live() && content.buys_by_turns() && !COMPLETE.contains(&status(notice).as_str()) {
            let told = |lot: &Lot| notice.content.awards.iter().any(|award| award.lots.contains(&lot.id));
            let due = |lot: &Lot| if has_own(lot) { takes(&lot.deadlines, Some(published)) } else { whole };
            let ended = |lot: &Lot| matches!(lot.stage, Some(Stage::Awarded | Stage::Cancelled));
            let goes_on = |lot: &Lot| !lot.system_ended && due(lot) && (!ended(lot) || told(lot));
            let open: Vec<&mut Lot> = content.lots.iter_mut().filter(|lot| goes_on(lot)).collect();
            let any = !open.is_empty();
            open.into_iter().filter(|lot| ended(lot)).for_each(|lot| lot.stage = Some(Stage::Open));
            if any || whole && content.lots.is_empty() {
                self.notice.stage = before;
                return;
            }
        }
        let decided = |lot: &Lot| {
            let of_it = |award: &&Award| award.lots.is_empty() || award.lots.contains(&lot.id);
            match lot.stage {
                Some(Stage::Awarded | Stage::Cancelled) => true,
                Some(Stage::Open) => false,
                _ => content.awards.iter().filter(of_it).any(|award| award.outcome != Outcome::Pending),
            }
        };
        let open: Vec<bool> = content
            .lots
            .iter()
            .map(|lot| !decided(lot) && if has_own(lot) { takes(&lot.deadlines, Some(published)) } else { whole })
            .collect();
        if content.lots.len() < 2 || !open.contains(&true) {
            // Results that come lot by lot decide the whole with the last of them, unless its status says that it is over.
            let by_lots = (notice.results_apart || !notice.whole) && !COMPLETE.contains(&status(notice).as_str());
            let all = content.lots.iter().all(decided) || content.lots.len() < 2;
            if by_lots && !all && self.notice.stage == Stage::Awarded && before != Stage::Awarded {
                self.notice.stage = Stage::Closed;
            }
            return;
        }
        for (lot, _) in content.lots.iter_mut().zip(open).filter(|(lot, open)| *open && lot.stage == Some(Stage::Closed)) {
            lot.stage = Some(Stage::Open);
        }
        // Where offers are taken no more it was said so.
        self.notice.stage = if before.is_live() || before == Stage::Closed { before } else { Stage::Open };
    }

    /// What had ended and takes offers now was called for again.
    pub(super) fn opens_again(&mut self, before: Stage, place: usize) {
        if self.notice.stage == Stage::Open && matches!(before, Stage::Awarded | Stage::Cancelled) {
            self.again.insert(String::new(), place);
        }
    }

    /// Its awards, and of each whether all that it is of was called for again since.
    pub(in crate::tender) fn awards_so_far(&self) -> impl Iterator<Item = (&Award, bool)> {
        self.awards_from.iter().zip(&self.notice.content.awards).map(|(from, award)| (award, self.is_past(*from, award)))
    }

    /// Whether all that an award is of was called for again since the notice that it is from. Who buys of many for years calls and awards by turns.
    pub(super) fn is_past(&self, from: usize, award: &Award) -> bool {
        let since = |lot: &str| self.again.get(lot).is_some_and(|place| *place > from);
        let past = if award.lots.is_empty() { since("") } else { award.lots.iter().all(|lot| since(lot)) };
        past && !self.notice.content.buys_by_turns()
    }

    /// A deadline of the whole is none where a lot had it that has another one now, and each lot that can be won says its own: who moves one lot
    /// leaves the whole as it was.
    pub(super) fn moves_with_lots(&mut self) {
        let content = &mut self.notice.content;
        let of = |due: &Deadline| due.due.as_ref().map(|at| (due.kind, at.at));
        let open: Vec<&Lot> = content.lots.iter().filter(|lot| lot.stage.is_none_or(Stage::is_live)).collect();
        let had = &mut self.of_lots;
        had.extend(content.lots.iter().flat_map(|lot| &lot.deadlines).filter(|due| due.kind.binds()).filter_map(of));
        let own = |due: &Deadline| open.iter().all(|lot| lot.deadlines.iter().any(|other| other.kind == due.kind));
        let now = |due: &Deadline| content.lots.iter().flat_map(|lot| &lot.deadlines).any(|other| of(other) == of(due));
        content.deadlines.retain(|due| open.is_empty() || !of(due).is_some_and(|due| had.contains(&due)) || now(due) || !own(due));
    }

    /// Where each of its lots has ended, with a winner or without one, nothing takes offers any more, whatever the status of the whole still says.
    pub(super) fn ends_with_lots(&mut self) {
        let lots = &self.notice.content.lots;
        let stands = |stage: Stage| move |lot: &Lot| lot.stage == Some(stage);
        if self.notice.stage == Stage::Open
            && !lots.is_empty()
            && lots.iter().all(|lot| stands(Stage::Awarded)(lot) || stands(Stage::Cancelled)(lot))
        {
            self.notice.stage = if lots.iter().any(stands(Stage::Awarded)) { Stage::Awarded } else { Stage::Cancelled };
        }
    }
}

/// The word of a notice's status, where its portal has one: the last of its code.
fn status(notice: &Notice) -> String {
    notice.code.rsplit(' ').next().unwrap_or_default().to_lowercase()
}

/// Whether one of these deadlines for offers is after a moment.
pub(super) fn takes(deadlines: &[Deadline], at: Option<jiff::Timestamp>) -> bool {
    let later = |due: &Deadline| due.kind.binds() && due.due.as_ref().zip(at).is_some_and(|(due, at)| due.at > at);
    deadlines.iter().any(later)
}

/// Whether two take offers until the same.
fn same(one: &[Deadline], other: &[Deadline]) -> bool {
    let until = |all: &[Deadline]| -> BTreeSet<_> {
        all.iter().filter(|due| due.kind.binds()).filter_map(|due| due.due.as_ref().map(|due| due.at)).collect()
    };
    until(one) == until(other)
}

/// Whether a lot has a deadline for offers of its own.
fn has_own(lot: &Lot) -> bool {
    lot.deadlines.iter().any(|due| due.kind.binds())
}

/// Whether a notice says of one of its lots that it takes offers until later.
fn one_is_open(notice: &Notice) -> bool {
    notice.content.lots.iter().any(|lot| lot.stage == Some(Stage::Open) && takes(&lot.deadlines, notice.published))
}

/// Whether a notice says of some of its lots that they are over, and of another that it takes offers until later: each speaks for itself, whatever is
/// said of the whole.
fn lots_go_on(notice: &Notice) -> bool {
    notice.content.lots.iter().any(|lot| lot.stage.is_some_and(|stage| !stage.is_live())) && one_is_open(notice)
}
