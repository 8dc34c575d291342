//! The bookkeeping of visits: which page belongs to which walk over a source, when a walk has ended, and when it begins again.
//!
//! Pure. A visit begins when its root page is due and ends when no page it led to is left. Second looks (the confirmation of a change) are
//! no part of a visit. Knows no content and no store.

use jiff::{SignedDuration, Timestamp};

use crate::model::{CheckTimes, Page, PageRole, Reading, SourceState, Visit};

/// What the check of a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its root begins a new visit.
    Begin,
    /// The visit under way has come to it.
    Within,
    /// A second look, a retry or a check by hand: the visit is not counted on.
    Look,
}

/// How long a visit may stay open before its root begins a new one, and how long a follow page waits for a visit that never comes.
/// A page always has a next due time: this is the net below the walk.
pub const NET: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Whether this page was read in the visit that is under way or was the last.
fn read_in(page: &Page, visit: &Visit) -> bool {
    page.visit == visit.number && matches!((page.checked, visit.started), (Some(checked), Some(started)) if checked >= started)
}

/// What the check of `page` is, given the visits so far.
pub fn step(page: &Page, state: &SourceState) -> Step {
    let read = read_in(page, &state.visit);
    let waits = matches!(page.reading, Reading::Settling | Reading::Suspect(_));
    match page.role {
        PageRole::Root if read && waits => Step::Look,
        PageRole::Root => Step::Begin,
        PageRole::Follow if page.visit == state.visit.number && !read => Step::Within,
        PageRole::Follow => Step::Look,
    }
}

/// What a check gave, as far as the walk is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Whether the page could not be read.
    pub failed: bool,
    /// Records it holds.
    pub records: u32,
    /// Whether records that were on it are not any more.
    pub lost: bool,
    /// Pages it leads to that this visit has not met yet and has room for.
    pub leads_to: u32,
}

/// The visit after this check.
pub fn advance(before: &Visit, step: Step, walked: Walked, now: Timestamp) -> Visit {
    let mut visit = match step {
        Step::Begin => {
            Visit { number: before.number.saturating_add(1), outstanding: 1, started: Some(now), lost: before.lost, ..Visit::default() }
        }
        Step::Within => before.clone(),
        Step::Look => {
            let mut same = before.clone();
            same.lost |= walked.lost;
            return same;
        }
    };
    visit.outstanding = visit.outstanding.saturating_sub(1).saturating_add(walked.leads_to);
    visit.failed += u32::from(walked.failed);
    visit.pages += u32::from(!walked.failed);
    visit.records = visit.records.saturating_add(walked.records);
    visit.lost |= walked.lost;
    visit
}

/// Room for more pages in this visit, given the source's limit.
pub fn room(visit: &Visit, step: Step, limit: u32) -> u32 {
    match step {
        Step::Begin => limit.saturating_sub(1),
        Step::Within => limit.saturating_sub(visit.pages + visit.failed + visit.outstanding),
        Step::Look => 0,
    }
}

/// The times of a known page that the visit has come to: due at once.
pub fn queue(page: &Page, visit: u32, now: Timestamp) -> CheckTimes {
    CheckTimes { visit, checked: page.checked, next_due: now }
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn root() -> Page {
        Page::root(&"fair".parse().unwrap(), Url::parse("https://fair.example/").unwrap(), at(0))
    }

    const ONE: Walked = Walked { failed: false, records: 10, lost: true, leads_to: 1 };
    const LAST: Walked = Walked { failed: false, records: 4, lost: false, leads_to: 0 };

    #[test]
    fn a_walk_over_three_pages() {
        let mut state = SourceState::new(&"fair".parse().unwrap(), root().id);
        let first = root();
        assert_eq!(step(&first, &state), Step::Begin);
        state.visit = advance(&state.visit, Step::Begin, ONE, at(10));
        assert_eq!((state.visit.number, state.visit.outstanding), (1, 1));
        let second = Page::follow(&first, Url::parse("https://fair.example/?page=2").unwrap(), 1, at(10));
        assert_eq!(step(&second, &state), Step::Within);
        state.visit = advance(&state.visit, Step::Within, ONE, at(11));
        state.visit = advance(&state.visit, Step::Within, LAST, at(12));
        assert_eq!((state.visit.outstanding, state.visit.pages, state.visit.records, state.visit.failed), (0, 3, 24, 0));
        let read = Page { checked: Some(at(11)), ..second };
        assert_eq!(step(&read, &state), Step::Look, "a page read in this visit is not counted twice");
    }

    #[test]
    fn a_second_look_is_no_visit_and_a_settled_root_begins_the_next() {
        let mut state = SourceState::new(&"fair".parse().unwrap(), root().id);
        state.visit = advance(&state.visit, Step::Begin, LAST, at(10));
        let mut page = Page { visit: 1, checked: Some(at(10)), reading: Reading::Settling, ..root() };
        assert_eq!(step(&page, &state), Step::Look);
        assert_eq!(advance(&state.visit, Step::Look, LAST, at(70)).number, 1);
        page.reading = Reading::Settled;
        assert_eq!(step(&page, &state), Step::Begin);
        assert_eq!(advance(&state.visit, Step::Begin, LAST, at(99)).number, 2);
    }

    #[test]
    fn what_was_lost_in_a_second_look_is_looked_for_at_the_next_visit() {
        let mut visit = advance(&Visit::default(), Step::Begin, LAST, at(10));
        assert!(!visit.lost);
        visit = advance(&visit, Step::Look, ONE, at(70));
        visit = advance(&visit, Step::Begin, LAST, at(99));
        assert!(visit.lost);
    }

    #[test]
    fn the_limit_counts_read_failed_and_waiting_pages() {
        let visit = Visit { number: 1, outstanding: 2, failed: 1, pages: 5, ..Visit::default() };
        for (step, limit, want) in [(Step::Begin, 20, 19), (Step::Within, 10, 2), (Step::Within, 8, 0), (Step::Look, 20, 0)] {
            assert_eq!(room(&visit, step, limit), want, "{step:?} {limit}");
        }
    }
}
