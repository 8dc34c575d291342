//! The bookkeeping of visits: which page belongs to which walk over a source, when a walk has ended, and when it begins again.
//!
//! Pure. A visit begins when its root page is due and ends when no page it led to is left. Second looks (the confirmation of a change) are
//! no part of a visit. Knows no content and no store.

use jiff::{SignedDuration, Timestamp};

use crate::base::ids::PageId;
use crate::model::{Advice, CheckTimes, Page, PageRole, Reading, SourceState, Visit};
use crate::schedule::Schedule;

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

/// When the visit after this one begins at its root: by the rhythm of this one's start, so that long walks do not drift; never in the past.
pub fn next_visit(schedule: &Schedule, (root, number): (PageId, u32), begun: Timestamp, now: Timestamp) -> Timestamp {
    let seed = root.0 ^ u64::from(number) ^ u64::try_from(begun.as_second()).unwrap_or(0);
    let next = schedule.next(begun, seed);
    if next > now { next } else { schedule.next(now, seed) }
}

/// When a page is read next, as people are told. The page's own due time says it where the page waits for a look of its own or the visit
/// under way has it before itself. Otherwise that time may be the net below the walk, and what counts is when the next visit begins.
pub fn next_check(page: &Page, root: &Page, state: &SourceState, schedule: &Schedule, now: Timestamp) -> Timestamp {
    let under_way = state.visit.outstanding > 0 || step(root, state) == Step::Look;
    let begins = match state.visit.started.filter(|_| under_way && root.failures.is_none()) {
        Some(begun) => next_visit(schedule, (root.id, state.visit.number), begun, now),
        None => root.next_due,
    };
    match step(page, state) {
        Step::Within => page.next_due,
        Step::Look if fades(page, now) => page.next_due,
        Step::Begin | Step::Look => page.next_due.min(begins),
    }
}

/// Whether a page was not there again and again, and its next time is not come: a visit passes it over, and is not complete.
pub fn fades(page: &Page, now: Timestamp) -> bool {
    page.role == PageRole::Follow
        && page.next_due > now
        && page.failures.as_ref().is_some_and(|failures| failures.count > 1 && matches!(failures.last.class.advice(), Advice::Fade))
}

/// What a check gave, as far as the walk is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Whether the page could not be read.
    pub failed: bool,
    /// Pages it leads to that are passed over because they [fade](fades).
    pub faded: u32,
    /// Records it holds.
    pub records: u32,
    /// Entries on it that could not be read.
    pub bad: u32,
    /// Fields of the others that could not be read.
    pub unread: u32,
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
    visit.failed = visit.failed.saturating_add(u32::from(walked.failed) + walked.faded);
    visit.pages += u32::from(!walked.failed);
    visit.records = visit.records.saturating_add(walked.records);
    visit.bad = visit.bad.saturating_add(walked.bad);
    visit.unread = visit.unread.saturating_add(walked.unread);
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

/// The times of a known page that the visit has come to: due at once. A look of its own since the visit began, or in the same instant, is not
/// the visit's reading of it: it counts as of before, or the visit would wait for a page that it takes for read.
pub fn queue(page: &Page, visit: &Visit, now: Timestamp) -> CheckTimes {
    let before = visit.started.unwrap_or(now).saturating_sub(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MIN);
    CheckTimes { visit: visit.number, checked: page.checked.map(|checked| checked.min(before)), next_due: now }
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

    const ONE: Walked = Walked { failed: false, faded: 0, records: 10, bad: 1, unread: 2, lost: true, leads_to: 1 };
    const LAST: Walked = Walked { failed: false, faded: 0, records: 4, bad: 0, unread: 0, lost: false, leads_to: 0 };

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
        assert_eq!((state.visit.bad, state.visit.unread), (2, 4));
        let read = Page { checked: Some(at(11)), ..second };
        assert_eq!(step(&read, &state), Step::Look, "a page read in this visit is not counted twice");
    }

    #[test]
    fn what_was_looked_at_while_the_visit_was_on_its_way_is_still_before_it() {
        let mut state = SourceState::new(&"fair".parse().unwrap(), root().id);
        state.visit = advance(&state.visit, Step::Begin, ONE, at(10));
        let page = Page::follow(&root(), Url::parse("https://fair.example/?page=2").unwrap(), 0, at(0));
        for checked in [None, Some(at(5)), Some(at(10)), Some(at(12))] {
            let times = queue(&Page { checked, ..page.clone() }, &state.visit, at(13));
            let queued = Page { visit: times.visit, checked: times.checked, next_due: times.next_due, ..page.clone() };
            assert_eq!((step(&queued, &state), queued.next_due), (Step::Within, at(13)), "{checked:?}");
        }
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
    fn the_next_check_is_the_pages_own_or_the_next_visit() {
        let spec = crate::schedule::Spec { every: Some("1h".into()), jitter: Some("0s".into()), ..Default::default() };
        let schedule = spec.compile().unwrap();
        let (net, hour) = (at(999_999), at(3_610));
        let walk = |outstanding| Visit { number: 1, outstanding, started: Some(at(10)), pages: 1, ..Visit::default() };
        let read = |page: Page| Page { visit: 1, checked: Some(at(11)), reading: Reading::Settled, next_due: net, ..page };
        let follow = Page::follow(&root(), Url::parse("https://fair.example/?page=2").unwrap(), 1, at(10));
        let failed = crate::model::Failure::new(crate::model::FailureClass::ServerError, "500");
        let failures = Some(crate::model::Failures { count: 1, since: at(11), last: failed });
        for (what, outstanding, root, page, want) in [
            ("never read", 0, root(), root(), at(0)),
            ("a root at rest", 0, Page { next_due: at(77), ..read(root()) }, Page { next_due: at(77), ..read(root()) }, at(77)),
            ("a root whose visit goes on", 1, read(root()), read(root()), hour),
            ("before the visit", 1, read(root()), follow.clone(), at(10)),
            ("read by the visit that goes on", 1, read(root()), read(follow.clone()), hour),
            ("read by the last visit", 0, Page { next_due: hour, ..read(root()) }, read(follow.clone()), hour),
            (
                "while its root waits for a look",
                0,
                Page { reading: Reading::Settling, next_due: at(70), ..read(root()) },
                read(follow.clone()),
                hour,
            ),
            (
                "waits for a look itself",
                0,
                Page { next_due: hour, ..read(root()) },
                Page { next_due: at(71), ..read(follow.clone()) },
                at(71),
            ),
            ("a root that failed", 1, read(root()), Page { failures: failures.clone(), next_due: at(40), ..read(root()) }, at(40)),
            ("whose root failed", 0, Page { failures, next_due: at(40), ..read(root()) }, read(follow), at(40)),
        ] {
            let state = SourceState { visit: walk(outstanding), ..SourceState::new(&root.source, root.id) };
            assert_eq!(next_check(&page, &root, &state, &schedule, at(12)), want, "{what}");
        }
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
