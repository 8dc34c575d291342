//! Every transport, told page by page what came: by tables, and by portals that exist only here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::extract::{About, Portal, Spec, portal};
use crate::model::{FailureClass, Fault, Stretch};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn compiled(toml: &str, url: &str) -> Result<(Transport, Url), Vec<Fault>> {
    let spec: Spec = toml::from_str(&format!("kind = 'tenders'\nurl = \"{url}\"\n{toml}")).unwrap();
    let about = About { source: "s".parse().unwrap(), zone: TimeZone::get("Europe/London").unwrap(), country: None };
    spec.compile(&about).map(|reader| (reader.transport().clone(), reader.roots()[0].clone()))
}

fn transport(toml: &str, url: &str) -> (Transport, Url) {
    compiled(toml, url).unwrap_or_else(|faults| panic!("{toml}: {faults:?}"))
}

const WINDOWED: &str = "https://p.example/api?from={from}&to={to}";
const WINDOW: &str = "transport = { kind = 'window', limit = 10, overlap = '1m', since = '1h' }";
const WALK: &str = "transport = 'walk-back'";
const LIST: &str = "https://p.example/list";
const CURSOR: &str = "transport = { kind = 'cursor', overlap = '1m', since = '1h' }";
const FED: &str = "https://p.example/feed?offset={from}";

/// A visit, page by page.
struct Visit {
    transport: Transport,
    root: Url,
    checkpoint: Checkpoint,
    asked: Url,
    pages: u32,
    failed: u32,
    limit: u32,
    first: bool,
    begun: Timestamp,
    next: Option<Url>,
}

impl Visit {
    fn begin((transport, root): &(Transport, Url), was: &Checkpoint, now: &str) -> Self {
        let (checkpoint, asked) = transport.begin(root, was, at(now));
        let (transport, root) = (transport.clone(), root.clone());
        Self {
            transport,
            root,
            checkpoint,
            asked: asked.clone(),
            pages: 0,
            failed: 0,
            limit: 100,
            first: false,
            begun: at(now),
            next: Some(asked),
        }
    }

    fn hear(&mut self, result: Result<Brought<'_>, &Failure>) {
        self.asked = self.next.take().expect("nothing is asked any more");
        self.pages += 1;
        self.failed += u32::from(result.is_err());
        let came = Came {
            root: &self.root,
            asked: &self.asked,
            asked_for: self.pages,
            failed: self.failed,
            tries: 1,
            limit: self.limit,
            first: self.first,
            begun: self.begun,
            result,
        };
        let onward = self.transport.after(&self.checkpoint, &came).unwrap();
        (self.checkpoint, self.next) = (onward.checkpoint, onward.next);
    }

    /// A page of so many entries, new or not, that leads on or not.
    fn page(&mut self, entries: usize, fresh: bool, next: Option<&str>) {
        let next = next.map(|next| next.parse().unwrap());
        self.hear(Ok(Brought { entries, at_most: entries, total: None, cut: false, fresh, next: next.as_ref() }));
    }

    fn fail(&mut self, class: FailureClass) {
        self.hear(Err(&Failure::new(class, "x")));
    }

    fn next(&self) -> &str {
        self.next.as_ref().map_or("", Url::as_str)
    }

    fn stretches(&self) -> Vec<String> {
        let hour = |at: Timestamp| at.strftime("%H:%M:%S").to_string();
        self.checkpoint.todo.iter().map(|s| format!("{}-{}{}", hour(s.from), hour(s.to), if s.failed { "!" } else { "" })).collect()
    }
}

#[test]
fn a_full_window_is_halved_and_never_followed() {
    let source = transport(WINDOW, WINDOWED);
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=2026-11-23T07:00:00&to=2026-11-23T08:00:00");
    visit.page(10, true, Some("https://p.example/api?cursor=loses-rows"));
    assert_eq!(visit.next(), "https://p.example/api?from=2026-11-23T07:00:00&to=2026-11-23T07:30:00");
    visit.page(9, true, None);
    assert_eq!(
        (visit.next(), visit.stretches()),
        ("https://p.example/api?from=2026-11-23T07:30:00&to=2026-11-23T08:00:00", vec!["07:30:00-08:00:00".into()])
    );
    // A stretch in which nothing was published is as good as any.
    visit.page(0, false, None);
    assert_eq!((visit.next(), visit.checkpoint.is_whole()), ("", true));
    // The next visit reads the last stretch again, and no more.
    let visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:15:00Z");
    assert_eq!(visit.stretches(), ["07:59:00-08:15:00"]);
}

#[test]
fn fewer_entries_than_the_limit_may_be_full_too() {
    let source = transport(WINDOW, WINDOWED);
    let elsewhere = "https://p.example/2".parse().unwrap();
    for (entries, at_most, total, next, full) in [
        (9, 9, None, false, false),
        (9, 10, None, false, true),
        (3, 3, Some(4), false, true),
        (3, 3, Some(3), false, false),
        (3, 3, None, true, true),
        (0, 0, None, true, false),
    ] {
        let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
        visit.hear(Ok(Brought { entries, at_most, total, cut: false, fresh: true, next: next.then_some(&elsewhere) }));
        assert_eq!(visit.next.is_some(), full, "{entries} {at_most} {total:?} {next}");
    }
}

#[test]
fn two_seconds_that_are_full_are_a_gap_that_is_stated_and_left() {
    let source = transport(WINDOW, WINDOWED);
    let mut visit =
        Visit::begin(&source, &Checkpoint { reached: Some(at("2026-11-23T07:59:58Z")), ..Checkpoint::default() }, "2026-11-23T08:00:00Z");
    let mut asked = BTreeSet::new();
    while let Some(next) = &visit.next {
        let (from, to) = next.as_str().split_once("from=").unwrap().1.split_once("&to=").unwrap();
        assert!(from < to && asked.insert(next.clone()), "{next}");
        visit.page(10, true, None);
    }
    assert!(visit.checkpoint.todo.is_empty() && !visit.checkpoint.lost.is_empty());
    let seconds = |loss: &crate::model::Loss| loss.stretch.to.duration_since(loss.stretch.from).as_secs();
    assert!(
        visit.checkpoint.lost.iter().all(|loss| loss.why.starts_with("parts of it") || seconds(loss) <= 2),
        "{:?}",
        visit.checkpoint.lost
    );
    assert!(visit.checkpoint.lost.iter().all(|loss| loss.why.contains("10 entries were shown")));
}

#[test]
fn what_fails_is_asked_again_in_halves_and_holds_nothing_up() {
    let source = transport(WINDOW, WINDOWED);
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    visit.page(10, true, None);
    visit.fail(FailureClass::Unreadable);
    assert_eq!(visit.stretches(), ["07:30:00-08:00:00", "07:00:00-07:15:00!", "07:15:00-07:30:00!"]);
    visit.page(1, true, None);
    assert_eq!((visit.next(), visit.checkpoint.is_whole()), ("", false));
    let until = visit.transport.complete_until(&visit.checkpoint, visit.begun, false);
    assert_eq!(until, Some(at("2026-11-23T07:00:00Z")), "not beyond the gap");
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:30:00Z");
    assert_eq!(visit.stretches(), ["07:59:00-08:30:00", "07:00:00-07:15:00", "07:15:00-07:30:00"]);
    for _ in 0..3 {
        visit.page(1, true, None);
    }
    assert_eq!(visit.transport.complete_until(&visit.checkpoint, visit.begun, true), Some(at("2026-11-23T08:30:00Z")));
    // A portal that wants to be left alone is not asked for the rest, and nothing is taken for unreadable.
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T09:00:00Z");
    visit.fail(FailureClass::SlowDown);
    assert_eq!((visit.next(), visit.stretches()), ("", vec!["08:29:00-09:00:00".to_owned()]));
    assert_eq!(Visit::begin(&source, &visit.checkpoint, "2026-11-23T09:30:00Z").stretches(), ["08:29:00-09:00:00", "09:00:00-09:30:00"]);
}

#[test]
fn the_list_of_stretches_stays_short_whatever_fails() {
    let source = transport("transport = { kind = 'window', limit = 10, since = '7d' }", WINDOWED);
    let mut checkpoint = Checkpoint::default();
    for hour in 0..200 {
        let now = (at("2026-11-23T08:00:00Z") + SignedDuration::from_hours(hour)).to_string();
        let mut visit = Visit::begin(&source, &checkpoint, &now);
        while visit.next.is_some() {
            visit.fail(FailureClass::ServerError);
        }
        checkpoint = visit.checkpoint;
        assert!(checkpoint.todo.len() < 60 && checkpoint.lost.len() <= 8, "{}", checkpoint.todo.len());
        let known: Vec<Stretch> = checkpoint.todo.iter().copied().chain(checkpoint.lost.iter().map(|loss| loss.stretch)).collect();
        for hour in -168..hour {
            let then = at("2026-11-23T08:00:00Z") + SignedDuration::from_hours(hour);
            assert!(known.iter().any(|stretch| stretch.from <= then && then < stretch.to), "{then} is forgotten");
        }
    }
}

#[test]
fn what_is_never_read_becomes_a_stated_gap_that_is_asked_again_and_widens_nothing() {
    let source = transport(WINDOW, WINDOWED);
    // Whatever holds this second cannot be read.
    let broken = at("2026-11-23T07:41:10Z");
    let (mut checkpoint, mut widest) = (Checkpoint::default(), SignedDuration::MAX);
    let visit_at = |checkpoint: &Checkpoint, minutes: i64, widest: &mut SignedDuration| {
        let now = at("2026-11-23T08:00:00Z") + SignedDuration::from_mins(minutes);
        let mut visit = Visit::begin(&source, checkpoint, &now.to_string());
        while visit.next.is_some() {
            let Some(&Stretch { from, to, .. }) = visit.checkpoint.todo.first() else { break };
            if from <= broken && broken < to {
                let length = to.duration_since(from);
                assert!(length <= *widest, "{length} after {widest}");
                *widest = length;
                visit.fail(FailureClass::ServerError);
            } else {
                visit.page(1, true, None);
            }
        }
        visit
    };
    for minutes in 0..20 {
        // Interrupted in between, as by a restart: nothing of what was learned is lost.
        let visit = Visit::begin(&source, &checkpoint, "2026-11-23T08:00:00Z");
        checkpoint = visit_at(&visit.checkpoint, minutes, &mut widest).checkpoint;
    }
    let lost = checkpoint.lost.first().cloned().unwrap();
    assert!(
        checkpoint.todo.is_empty() && lost.stretch.from <= broken && broken < lost.stretch.to && widest.as_secs() <= 2,
        "{checkpoint:?}"
    );
    assert!(lost.why.starts_with("it could not be read, ") && lost.why.ends_with("times (server-error)"), "{}", lost.why);
    let mut visit = visit_at(&checkpoint, 21, &mut widest);
    assert_eq!(visit.transport.complete_until(&visit.checkpoint, visit.begun, true), Some(visit.begun), "all but the gap is read");
    let again = lost.again.unwrap();
    assert!(again > visit.begun && again < visit.begun + SignedDuration::from_hours(3), "{again}");
    visit = visit_at(&visit.checkpoint, 200, &mut widest);
    let later = visit.checkpoint.lost.first().cloned().unwrap();
    assert!(later.again > lost.again && later.stretch.tries == lost.stretch.tries + 1 && visit.failed == 1, "{later:?}");
    // Well again at last.
    visit = Visit::begin(&source, &visit.checkpoint, "2026-11-24T08:00:00Z");
    while visit.next.is_some() {
        visit.page(1, true, None);
    }
    assert_eq!(visit.checkpoint.lost, []);
}

#[test]
fn what_is_not_there_holds_nothing_up_and_is_not_halved() {
    let toml = "transport = { kind = 'window', format = '%Y-%m-%d', longest = '1d', since = '3d', overlap = '0s', lag = '1d' }";
    let source = transport(toml, "https://p.example/day?of={from}");
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    assert_eq!(visit.next(), "https://p.example/day?of=2026-11-19");
    visit.page(5, true, None);
    visit.fail(FailureClass::NotFound);
    assert_eq!(visit.next(), "https://p.example/day?of=2026-11-21");
    visit.page(5, true, None);
    visit.page(5, true, None);
    assert_eq!((visit.next(), visit.stretches().len()), ("", 1), "of the present day nothing is there");
    for (day, lost) in [("2026-11-24", 0), ("2026-11-25", 1)] {
        visit = Visit::begin(&source, &visit.checkpoint, &format!("{day}T08:00:00Z"));
        while visit.next.is_some() {
            if visit.next().ends_with("2026-11-20") { visit.fail(FailureClass::NotFound) } else { visit.page(5, true, None) }
        }
        assert_eq!(visit.checkpoint.lost.len(), lost, "{day}");
    }
    let until = visit.transport.complete_until(&visit.checkpoint, visit.begun, true);
    assert_eq!(until, Some(at("2026-11-24T08:00:00Z")), "as far as it can be asked for");
}

const LEADING: &str = "transport = { kind = 'window', format = '%Y-%m-%d', longest = '1d', since = '1d', overlap = '0s', next = true }";

#[test]
fn pages_of_a_window_that_lead_on_are_followed_and_counted() {
    let source = transport(LEADING, WINDOWED);
    let page = |visit: &mut Visit, entries, total, next: Option<&str>| {
        let next = next.map(|next| format!("https://p.example/api?token={next}").parse().unwrap());
        visit.hear(Ok(Brought { entries, at_most: entries, total: Some(total), cut: false, fresh: true, next: next.as_ref() }));
    };
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=2026-11-22&to=2026-11-22");
    page(&mut visit, 0, 0, None);
    assert_eq!(visit.next(), "https://p.example/api?from=2026-11-23&to=2026-11-23");
    page(&mut visit, 10, 25, Some("a"));
    page(&mut visit, 10, 25, Some("b"));
    assert_eq!(visit.next(), "https://p.example/api?token=b");
    // It wants to be left alone: the word and the count stay, through a restart, and whatever time has come meanwhile comes after it.
    visit.fail(FailureClass::SlowDown);
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-24T08:00:00Z");
    assert_eq!((visit.next(), visit.checkpoint.got), ("https://p.example/api?token=b", 20));
    page(&mut visit, 5, 25, Some("c"));
    page(&mut visit, 0, 25, None);
    assert_eq!(visit.next(), "https://p.example/api?from=2026-11-24&to=2026-11-24");
    // The word stops, or leads back, before everything has come.
    for word in [None, Some("x")] {
        page(&mut visit, 10, 25, Some("x"));
        page(&mut visit, 10, 25, word);
        assert_eq!((visit.next(), visit.checkpoint.is_whole()), ("", false));
        visit = Visit::begin(&source, &visit.checkpoint, "2026-11-24T09:00:00Z");
        assert_eq!(visit.next(), "https://p.example/api?from=2026-11-24&to=2026-11-24", "from its beginning");
    }
    page(&mut visit, 20, 25, None);
    let lost = visit.checkpoint.lost.first().unwrap();
    assert_eq!(lost.why, "it could not be read, 3 times (the portal led to 20 of 25 entries and no further)");
    // A word that is refused is forgotten, and what failed begins anew.
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    page(&mut visit, 10, 25, Some("a"));
    visit.fail(FailureClass::Rejected);
    assert_eq!(visit.next(), "https://p.example/api?from=2026-11-23&to=2026-11-23");
    page(&mut visit, 0, 0, None);
    let visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T09:00:00Z");
    assert_eq!(visit.checkpoint.todo.len(), 2);
    assert!(visit.checkpoint.at.is_empty() && visit.checkpoint.got == 0);
}

#[test]
fn a_place_of_a_walk_that_is_given_up_is_told() {
    let source = transport(WALK, LIST);
    let mut checkpoint = Checkpoint::default();
    for visit in 0..6 {
        let mut visit_of = Visit::begin(&source, &checkpoint, "2026-11-23T08:00:00Z");
        visit_of.page(5, true, Some(&list(10 * visit + 1)));
        visit_of.fail(FailureClass::ServerError);
        checkpoint = visit_of.checkpoint;
    }
    assert_eq!((checkpoint.at.len(), checkpoint.forgotten), (4, 2));
    // One that is never read lets the others be read before it.
    let mut visit = Visit::begin(&source, &checkpoint, "2026-11-23T09:00:00Z");
    visit.page(5, false, Some(&list(2)));
    visit.page(5, false, None);
    assert_eq!(visit.next(), list(51));
    visit.fail(FailureClass::ServerError);
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T10:00:00Z");
    visit.page(5, false, Some(&list(2)));
    visit.page(5, false, None);
    assert_eq!(visit.next(), list(41));
}

#[test]
fn days_are_asked_with_their_last_day() {
    let source = transport(
        "transport = { kind = 'window', limit = 1000, format = '%m/%d/%Y', zone = 'America/New_York', since = '2d', overlap = '0s', longest = '2d' }",
        WINDOWED,
    );
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-24T03:00:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=11/21/2026&to=11/22/2026");
    visit.page(1000, true, None);
    assert_eq!(visit.next(), "https://p.example/api?from=11/21/2026&to=11/21/2026");
    visit.page(1000, true, None);
    assert_eq!(
        (visit.next(), visit.checkpoint.lost.len()),
        ("https://p.example/api?from=11/22/2026&to=11/22/2026", 1),
        "a day is not halved"
    );
    visit.page(3, true, None);
    assert_eq!(visit.next(), "https://p.example/api?from=11/23/2026&to=11/23/2026");
    visit.page(3, true, None);
    // Today is not over: it is asked for again; yesterday is once it is over.
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-24T04:59:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=11/23/2026&to=11/23/2026");
    visit.page(3, true, None);
    let visit = Visit::begin(&source, &visit.checkpoint, "2026-11-24T05:01:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=11/23/2026&to=11/24/2026");
}

#[test]
fn no_window_reaches_over_a_change_of_the_clock() {
    let source = transport("transport = { kind = 'window', limit = 10, since = '3h' }", WINDOWED);
    // At 01:00 UTC on this day London goes from 02:00 back to 01:00.
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-10-25T02:30:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=2026-10-25T00:30:00&to=2026-10-25T02:00:00");
    visit.page(0, false, None);
    assert_eq!(visit.next(), "https://p.example/api?from=2026-10-25T01:00:00&to=2026-10-25T02:30:00");
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-03-29T02:30:00Z");
    assert_eq!(visit.next(), "https://p.example/api?from=2026-03-28T23:30:00&to=2026-03-29T01:00:00");
    visit.page(0, false, None);
    assert_eq!(visit.next(), "https://p.example/api?from=2026-03-29T02:00:00&to=2026-03-29T03:30:00");
}

#[test]
fn a_cursor_goes_on_where_it_was() {
    let source = transport(CURSOR, FED);
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    assert_eq!(visit.next(), "https://p.example/feed?offset=1795417200");
    visit.page(3, true, Some("https://p.example/feed?offset=a"));
    visit.page(0, false, Some("https://p.example/feed?offset=b"));
    assert_eq!(visit.next(), "https://p.example/feed?offset=b", "an empty page is not the end");
    visit.page(3, true, Some("https://p.example/feed?offset=c"));
    visit.page(0, false, Some("https://p.example/feed?offset=c"));
    assert_eq!((visit.next(), visit.checkpoint.is_whole()), ("", true), "it leads to itself: nothing more for now");
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:05:00Z");
    assert_eq!(visit.next(), "https://p.example/feed?offset=c");
    visit.page(2, true, Some("https://p.example/feed?offset=a"));
    visit.page(2, true, Some("https://p.example/feed?offset=c"));
    assert_eq!(visit.next(), "", "back to what this visit read: a loop");
    assert!(visit.checkpoint.short.as_ref().unwrap().contains("leads back"));
    let visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:10:00Z");
    assert_eq!((visit.next(), &visit.checkpoint.short), ("https://p.example/feed?offset=a", &None));
}

#[test]
fn a_cursor_stays_where_a_page_fails_and_is_given_up_where_it_is_refused() {
    let source = transport(CURSOR, FED);
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    visit.page(3, true, Some("https://p.example/feed?offset=a"));
    visit.page(0, false, Some("https://p.example/feed?offset=a"));
    for class in [FailureClass::SlowDown, FailureClass::Unreadable, FailureClass::Connect, FailureClass::ServerError] {
        let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:05:00Z");
        visit.fail(class);
        assert_eq!((visit.next(), visit.checkpoint.at.as_slice()), ("", &["https://p.example/feed?offset=a".to_owned()][..]), "{class}");
        assert!(!visit.checkpoint.is_whole());
    }
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T09:00:00Z");
    visit.fail(FailureClass::NotFound);
    assert_eq!(visit.next(), "https://p.example/feed?offset=1795420740", "a minute before the last visit that came to the end");
    assert_eq!(
        visit.checkpoint.note.as_deref(),
        Some("the portal refused the stored cursor (not-found): begun before 2026-11-23 08:00 UTC")
    );
    visit.page(3, true, Some("https://p.example/feed?offset=n"));
    visit.page(0, false, Some("https://p.example/feed?offset=n"));
    assert!(visit.checkpoint.is_whole());
    // What refuses the beginning too is not asked for ever.
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T10:00:00Z");
    visit.fail(FailureClass::Rejected);
    visit.fail(FailureClass::Rejected);
    assert_eq!(visit.next(), "");
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T11:00:00Z");
    visit.fail(FailureClass::Rejected);
    assert_eq!(visit.next(), "");
}

#[test]
fn many_empty_pages_and_the_limit_end_a_visit_and_the_next_goes_on() {
    let source = transport(CURSOR, FED);
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    for n in 0.. {
        visit.page(0, false, Some(&format!("https://p.example/feed?offset={n}")));
        if visit.next.is_none() {
            assert_eq!(n, 2);
            break;
        }
    }
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:00:00Z");
    visit.limit = 1;
    visit.page(5, true, Some("https://p.example/feed?offset=z"));
    assert_eq!((visit.next(), visit.checkpoint.is_whole()), ("", false));
    assert_eq!(Visit::begin(&source, &visit.checkpoint, "2026-11-23T08:05:00Z").next(), "https://p.example/feed?offset=z");
}

fn list(page: u32) -> String {
    format!("https://p.example/list/{page}")
}

#[test]
fn a_walk_back_ends_at_known_content_after_at_least_two_pages() {
    let source = transport(WALK, LIST);
    for (fresh, pages) in [(vec![], 2), (vec![1], 2), (vec![1, 2], 3), (vec![1, 2, 3, 4], 5), (vec![2], 3), (vec![3], 2)] {
        let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
        let mut page = 0;
        while visit.next.is_some() {
            page += 1;
            visit.page(5, fresh.contains(&page), Some(&list(page + 1)));
        }
        assert_eq!((page, visit.checkpoint.is_whole()), (pages, true), "{fresh:?}");
    }
}

#[test]
fn a_walk_that_is_cut_short_goes_on_below_at_the_next_visit() {
    let source = transport(WALK, LIST);
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    (visit.limit, visit.first) = (2, true);
    visit.page(5, true, Some(&list(2)));
    visit.page(5, true, Some(&list(3)));
    assert!(visit.next.is_none() && visit.checkpoint.is_whole(), "a first visit has nothing to walk back to");
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T09:00:00Z");
    visit.limit = 3;
    for page in 2..=4 {
        visit.page(5, true, Some(&list(page)));
    }
    assert!(visit.next.is_none() && visit.checkpoint.short.as_ref().unwrap().starts_with("not reached"));
    let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T10:00:00Z");
    visit.limit = 4;
    visit.page(5, false, Some(&list(2)));
    visit.page(5, false, Some(&list(3)));
    assert_eq!(visit.next(), list(4), "from known content on to where the last walk ended");
    visit.page(5, true, Some(&list(5)));
    assert_eq!((visit.next(), visit.checkpoint.at.as_slice()), (list(5).as_str(), &[list(5)][..]), "kept in case of a crash");
    visit.page(5, false, Some(&list(6)));
    assert_eq!((visit.next(), visit.checkpoint.is_whole(), visit.checkpoint.at.len()), ("", true, 0));
}

#[test]
fn a_page_of_a_walk_that_fails_or_breaks_off_is_walked_to_again() {
    let source = transport(WALK, LIST);
    for cut in [false, true] {
        let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
        visit.page(5, true, Some(&list(2)));
        if cut {
            visit.hear(Ok(Brought { entries: 1, at_most: 1, total: None, cut: true, fresh: true, next: None }));
        } else {
            visit.fail(FailureClass::ServerError);
        }
        assert_eq!((visit.next(), visit.checkpoint.is_whole()), ("", false));
        let mut visit = Visit::begin(&source, &visit.checkpoint, "2026-11-23T09:00:00Z");
        visit.page(5, false, Some(&list(1)));
        visit.page(5, false, Some(&list(2)));
        assert_eq!(visit.next(), list(2));
        visit.page(5, true, None);
        assert!(visit.next.is_none() && visit.checkpoint.is_whole() && visit.checkpoint.at.is_empty());
    }
}

#[test]
fn pages_without_links_are_numbered() {
    let source = transport("transport = { kind = 'walk-back', page = 'p' }", "https://p.example/rss?p=1&q=a");
    let mut visit = Visit::begin(&source, &Checkpoint::default(), "2026-11-23T08:00:00Z");
    visit.page(5, true, None);
    assert_eq!(visit.next(), "https://p.example/rss?q=a&p=2");
    visit.page(5, true, None);
    assert_eq!(visit.next(), "https://p.example/rss?q=a&p=3");
    visit.page(0, false, None);
    assert!(visit.next.is_none() && visit.checkpoint.is_whole());
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    for (toml, url, keys) in [
        ("", WINDOWED, vec!["transport"]),
        ("transport = 'windows'", LIST, vec!["transport"]),
        ("transport = 'window'", LIST, vec!["url"]),
        (WALK, WINDOWED, vec!["url"]),
        (
            "transport = { kind = 'window', format = 'x', since = 'soon', zone = 'Mars' }",
            WINDOWED,
            vec!["transport.format", "transport.since", "transport.zone"],
        ),
        ("transport = { kind = 'file', limit = 3, page = 'p' }", LIST, vec!["transport.limit", "transport.page"]),
        ("transport = { kind = 'cursor', least = 3, longest = '1d' }", FED, vec!["transport.least", "transport.longest"]),
    ] {
        let mut faults: Vec<String> = compiled(toml, url).err().unwrap_or_default().into_iter().map(|fault| fault.key).collect();
        faults.sort();
        assert_eq!(faults, keys, "{toml} {url}");
    }
}

#[test]
fn every_portal_known_by_name_is_three_lines() {
    let expected = [
        ("austender", "window"),
        ("canadabuys", "follow"),
        ("canadabuys-open", "file"),
        ("contracts-finder", "window"),
        ("doe", "window"),
        ("find-a-tender", "window"),
        ("placsp", "walk-back"),
        ("placsp-aggregated", "walk-back"),
        ("placsp-minor", "walk-back"),
        ("prozorro", "cursor"),
        ("sam", "window"),
        ("secop", "window"),
        ("ted", "window"),
        ("zakupki", "walk-back"),
    ];
    assert_eq!(portal::all().keys().map(String::as_str).collect::<Vec<_>>(), expected.map(|(name, _)| name));
    for (name, word) in expected {
        let spec: Spec = toml::from_str(&format!("kind = 'tenders'\nportal = '{name}'")).unwrap();
        let about = About { source: "s".parse().unwrap(), zone: TimeZone::UTC, country: None };
        let reader = spec.compile(&about).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        let preset = Portal::of(name).unwrap();
        assert_eq!(reader.transport().word(), word, "{name}");
        assert!(
            !preset.title.is_empty() && TimeZone::get(&preset.zone).is_ok() && preset.every.is_some() && reader.pages() == preset.pages,
            "{name}"
        );
        let (checkpoint, asked) = reader.transport().begin(&reader.roots()[0], &Checkpoint::default(), at("2026-11-23T08:00:00Z"));
        assert!(!asked.as_str().contains(['{', '}']) && !asked.as_str().contains("%7B") && asked.scheme() == "https", "{name}: {asked}");
        assert_eq!(checkpoint.todo.is_empty(), word != "window", "{name}");
    }
    let first = |name: &str| {
        let spec: Spec = toml::from_str(&format!("kind = 'tenders'\nportal = '{name}'")).unwrap();
        let reader = spec.compile(&About { source: "s".parse().unwrap(), zone: TimeZone::UTC, country: None }).unwrap();
        reader.transport().begin(&reader.roots()[0], &Checkpoint::default(), at("2026-07-23T08:00:00Z")).1.to_string()
    };
    assert_eq!(
        first("find-a-tender"),
        "https://www.find-tender.service.gov.uk/api/1.0/ocdsReleasePackages?updatedFrom=2026-07-16T09:00:00&updatedTo=2026-07-17T09:00:00&limit=100"
    );
    assert_eq!(first("sam"), "https://api.sam.gov/opportunities/v2/search?postedFrom=07/22/2026&postedTo=07/22/2026&limit=1000&offset=0");
    assert_eq!(
        first("ted"),
        "https://api.ted.europa.eu/v3/notices/search?query=publication-date%3E=20260722%20AND%20publication-date%3C=20260722"
    );
    assert_eq!(first("doe"), "https://oeffentlichevergabe.de/api/notice-exports?pubDay=2026-07-19&format=eforms.zip");
    assert_eq!(
        first("austender"),
        "https://api.tenders.gov.au/ocds/findByDates/contractLastModified/2026-07-16T08:00:00Z/2026-07-23T08:00:00Z"
    );
}

proptest! {
    /// A portal with notices at any seconds, a limit, and pages that fail at any turn; visits at any times. In the end everything is read, but
    /// for seconds that hold more than the portal shows at once.
    #[test]
    fn windows_read_everything(
        notices in proptest::collection::btree_set(0..4_000_i64, 0..120),
        limit in 2..9_usize,
        faults in proptest::collection::vec(any::<bool>(), 0..40),
    ) {
        let toml = format!("transport = {{ kind = 'window', limit = {limit}, overlap = '10s', since = '1m', longest = '20m' }}");
        let source = transport(&toml, WINDOWED);
        let start = at("2026-11-23T08:00:00Z");
        let (mut checkpoint, mut read, mut faults) = (Checkpoint { reached: Some(start), ..Checkpoint::default() }, BTreeSet::<i64>::new(), faults.into_iter());
        for visit in 1..=60_i64 {
            let now = start + SignedDuration::from_secs(visit * 100);
            let mut visit = Visit::begin(&source, &checkpoint, &now.to_string());
            while visit.next.is_some() {
                let Some(&Stretch { from, to, .. }) = visit.checkpoint.todo.first() else { break };
                if faults.next() == Some(true) {
                    visit.fail(FailureClass::Unreadable);
                    continue;
                }
                let (from, to) = (from.duration_since(start).as_secs(), to.duration_since(start).as_secs());
                prop_assert!(from < to);
                let shown: Vec<i64> = notices.range(from.max(0)..=to.max(0)).copied().take(limit).collect();
                read.extend(&shown);
                visit.page(shown.len(), true, None);
            }
            checkpoint = visit.checkpoint;
            prop_assert!(checkpoint.todo.len() < 60);
        }
        let lost = |second: i64| checkpoint.lost.iter().any(|loss| {
            let at = start + SignedDuration::from_secs(second);
            loss.stretch.from <= at && at <= loss.stretch.to
        });
        for notice in &notices {
            // Losses are remembered up to a number; limits above the seconds of a window leave none.
            prop_assert!(read.contains(notice) || limit <= 3 || lost(*notice), "{notice} of {notices:?}");
        }
    }
}
