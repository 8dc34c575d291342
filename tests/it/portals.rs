//! Against portals that behave as the documented ones do: whatever they lose, hide, cut or refuse, everything they ever published is held in
//! the end, each procedure once and told once, and what is missing meanwhile is said.

use std::collections::{BTreeMap, HashSet};

use atalaya::base::clock::Clock;
use atalaya::base::ids::SourceId;
use atalaya::model::{ChangeKind, FailureClass, Health, Record, Statement};
use jiff::{SignedDuration, Timestamp};

use crate::portal_rig::{self as portal, Published, Running, Trap};
use crate::rig::{Home, Inside, MAILS, Reply, Server, rep};

const NOBODY: &str = "\n[[segment]]\nid = \"all\"\nline = 5\n\n  [[segment.points]]\n  signal = \"tender-published\"\n  points = 20\n";

fn source(url: &str, more: &str) -> String {
    format!(
        "[[source]]\nid = \"p\"\nkind = \"tenders\"\nurl = \"{url}\"\nevery = \"15m\"\njitter = \"0s\"\ndelay = \"0s\"\n{more}\n{NOBODY}"
    )
}

/// As the preset says, but for the address, the pace and the size of a page.
fn find_a_tender(portal: &Running) -> String {
    let url = format!("{}/api?updatedFrom={{from}}&updatedTo={{to}}&limit=10", portal.server.address);
    source(&url, "portal = \"find-a-tender\"\ntransport = { kind = \"window\", limit = 10, since = \"1h\", overlap = \"1m\" }")
}

fn prozorro(portal: &Running) -> String {
    let url = format!("{}/tenders?offset={{from}}", portal.server.address);
    source(&url, "portal = \"prozorro\"\npages = 10")
}

fn placsp(portal: &Running, pages: u32) -> String {
    source(&format!("{}/feed.atom", portal.server.address), &format!("portal = \"placsp\"\npages = {pages}"))
}

fn id() -> SourceId {
    "p".parse().unwrap()
}

/// Everything held of the source that is not gone.
async fn held(world: &Inside) -> Vec<Record> {
    world.effects.store.absent(&id(), HashSet::new(), 10_000).await.unwrap()
}

async fn said(world: &Inside) -> Statement {
    world.effects.store.states_of(&id()).await.unwrap()[0].statement()
}

/// Titles by procedure, as the portal last published them.
fn ledger(portal: &Running) -> Vec<String> {
    let last: BTreeMap<u32, String> = portal.lock().ledger.iter().map(|one| (one.number, one.title.clone())).collect();
    let mut titles: Vec<String> = last.into_values().collect();
    titles.sort();
    titles
}

/// Everything the portal ever published is held, each procedure once, as it last was; and no procedure appeared twice.
#[track_caller]
fn all_held(records: &[Record], portal: &Running) {
    let mut titles: Vec<String> = records.iter().map(Record::title).collect();
    titles.sort();
    assert_eq!(titles, ledger(portal));
    assert_eq!(portal.lock().complaints, Vec::<String>::new());
}

async fn appeared_once(world: &Inside) {
    let changes = world.effects.store.recent_changes(Some(&id()), 10_000).await.unwrap();
    let mut seen = HashSet::new();
    for change in changes.iter().filter(|change| change.kind == ChangeKind::Appeared) {
        assert!(seen.insert(change.record), "{change:?} twice");
    }
}

async fn quarter(world: &Inside) {
    world.wait(SignedDuration::from_mins(16));
    world.visit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_in_a_second_than_the_portal_shows_is_a_gap_that_is_said() {
    let portal = portal::start(10, portal::windows);
    let world = Inside::new(&find_a_tender(&portal)).await;
    let start = world.clock.now();
    portal.publish(0..35, portal::after(start, -2_000));
    for n in 35..70 {
        portal.publish([n], portal::after(start, -i64::from(n)));
    }
    world.visit().await;
    let statement = said(&world).await;
    assert!(statement.gaps.iter().all(|gap| gap.why.contains("too full")) && (1..=3).contains(&statement.gaps.len()), "{statement:?}");
    assert_eq!((statement.complete_until, held(&world).await.len()), (Some(start), 45));
    assert_eq!(portal.lock().complaints, Vec::<String>::new(), "its cursor is never followed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_hold_everything_whatever_the_portal_does() {
    let portal = portal::start(10, portal::windows);
    let mut world = Inside::new(&find_a_tender(&portal)).await;
    let mut number = 0;
    for trap in [None, Some(Trap::Cut), Some(Trap::ErrorBody), Some(Trap::Page), Some(Trap::Broken), Some(Trap::TooMany), None] {
        let from = world.clock.now();
        for n in 0..30 {
            portal.publish([number], portal::after(from, n * 30));
            number += 1;
        }
        portal.lock().traps = [None, trap].into();
        let before = said_before(&world).await;
        quarter(&world).await;
        let statement = said(&world).await;
        assert_eq!(statement.gaps.is_empty(), trap.is_none(), "{trap:?}: {statement:?}");
        assert!(statement.complete_until >= before, "{trap:?}: {statement:?}");
        assert_eq!(statement.complete_until == Some(world.clock.now()), trap.is_none(), "{trap:?}: {statement:?}");
        world.restart().await;
    }
    all_held(&held(&world).await, &portal);
    appeared_once(&world).await;
}

async fn said_before(world: &Inside) -> Option<Timestamp> {
    world.effects.store.states_of(&id()).await.unwrap().first().and_then(|state| state.complete_until)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_by_post_goes_on_where_it_was_and_counts_what_came() {
    let portal = portal::start(10, portal::search);
    let url = format!("{}/v3/notices/search?query=publication-date>={{from}} AND publication-date<={{to}}", portal.server.address);
    let mut world = Inside::new(&source(&url, "portal = \"ted\"")).await;
    let start = world.clock.now();
    portal.publish(1..31, portal::after(start, -3_600));
    world.visit().await;
    all_held(&held(&world).await, &portal);
    assert_eq!((said(&world).await.gaps.len(), said(&world).await.complete_until), (0, Some(start)));
    // It wants us slower in the middle of the day's pages: after a restart the next question carries the portal's own word.
    portal.publish(31..61, world.clock.now());
    portal.lock().traps = [None, None, None, Some(Trap::TooMany)].into();
    quarter(&world).await;
    let statement = said(&world).await;
    assert!(!statement.gaps.is_empty() && statement.complete_until == Some(start), "{statement:?}");
    world.restart().await;
    let before = portal.asked();
    quarter(&world).await;
    assert!(portal.lock().asked[before].contains("w+/=30"), "{:?}", &portal.lock().asked[before..]);
    all_held(&held(&world).await, &portal);
    assert_eq!(said(&world).await.gaps, []);
    // Errors that look like answers, and a word that stops before everything has come.
    for trap in [Some(Trap::ErrorBody), Some(Trap::Cut), Some(Trap::Page), None] {
        let next = u32::try_from(portal.lock().ledger.len()).unwrap() + 100;
        portal.publish(next..next + 15, world.clock.now());
        portal.lock().traps = [None, trap].into();
        portal.lock().stops_at = trap.is_none().then_some(20);
        let until = said(&world).await.complete_until;
        quarter(&world).await;
        let statement = said(&world).await;
        assert!(!statement.gaps.is_empty() && statement.complete_until <= until.max(Some(start)), "{trap:?} {statement:?}");
        portal.lock().stops_at = None;
        quarter(&world).await;
        all_held(&held(&world).await, &portal);
        assert_eq!(said(&world).await.gaps, [], "{trap:?}");
    }
    // Another day: what is over is asked for once more, and nothing before it.
    world.wait(SignedDuration::from_hours(24));
    let before = portal.asked();
    quarter(&world).await;
    let asked = portal.lock().asked[before..].to_vec();
    assert!(asked.iter().all(|body| body.contains(">=20261123 ") || body.contains(">=20261124 ")), "{asked:?}");
    let before = portal.asked();
    quarter(&world).await;
    assert_eq!(portal.asked() - before, 1, "today, and nothing is there");
    appeared_once(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_change_reach_the_pages_that_are_planned_already() {
    let portal = portal::start(10, portal::windows);
    let mut world = Inside::new(&find_a_tender(&portal)).await;
    portal.publish(0..30, portal::after(world.clock.now(), -2_000));
    for n in 30..60 {
        portal.publish([n], portal::after(world.clock.now(), -i64::from(n) * 60));
    }
    let claim = world.effects.store.claim(world.clock.now(), 1, SignedDuration::from_mins(5)).unwrap();
    let lane = world.effects.web.lane(&claim.host, None);
    atalaya::pipeline::check(&world.effects, &world.config, &lane, claim.pages[0]).await.unwrap();
    world.effects.store.release(&claim.host);
    let settings = find_a_tender(&portal);
    world.configure(&settings.replacen("every =", "headers = { X-Desk = \"north\" }\nevery =", 1)).await;
    let before = portal.server.all().len();
    world.visit().await;
    let seen = portal.server.all();
    let after: Vec<&str> = seen[before..].iter().filter(|seen| seen.path == "/api").map(|seen| seen.header("x-desk")).collect();
    assert!(after.len() > 3 && after.iter().all(|value| *value == "north"), "{after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_window_is_no_failure() {
    let portal = portal::start(10, portal::windows);
    let world = Inside::new(&find_a_tender(&portal)).await;
    world.visit().await;
    quarter(&world).await;
    let state = world.effects.store.states_of(&id()).await.unwrap().remove(0);
    assert!(matches!(state.health, Health::Well { .. }), "{state:?}");
    assert_eq!((state.statement().gaps.len(), state.complete_until), (0, Some(world.clock.now())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_goes_on_through_empty_pages_restarts_refusals_and_loops() {
    let portal = portal::start(5, portal::cursor);
    let mut world = Inside::new(&prozorro(&portal)).await;
    let start = world.clock.now();
    portal.publish(0..12, portal::after(start, -600));
    portal.lock().empty_at = Some(7);
    world.visit().await;
    all_held(&held(&world).await, &portal);
    assert_eq!((said(&world).await.gaps.len(), said(&world).await.complete_until), (0, Some(start)));
    // Nothing new: one request.
    let before = portal.asked();
    quarter(&world).await;
    assert_eq!(portal.asked(), before + 1);
    // The same object again under another title; after a restart.
    world.restart().await;
    portal.publish(12..20, world.clock.now());
    portal.lock().ledger.push(Published { number: 3, title: "Works 3, corrected".into(), at: world.clock.now() });
    quarter(&world).await;
    all_held(&held(&world).await, &portal);
    // Traps in the middle of the way: the cursor stays where it was.
    for trap in [Trap::Cut, Trap::Page, Trap::TooMany, Trap::ErrorBody] {
        let next = u32::try_from(portal.lock().ledger.len()).unwrap() + 100;
        portal.publish(next..next + 12, world.clock.now());
        portal.lock().traps = [None, Some(trap)].into();
        let until = said(&world).await.complete_until;
        quarter(&world).await;
        let statement = said(&world).await;
        assert!(statement.gaps[0].why.starts_with("not reached") && statement.complete_until == until, "{trap:?} {statement:?}");
        quarter(&world).await;
        all_held(&held(&world).await, &portal);
    }
    // The portal forgets its cursor: back by time, and said so.
    portal.publish(1_000..1_008, world.clock.now());
    portal.lock().traps = [Some(Trap::NotFound)].into();
    quarter(&world).await;
    let statement = said(&world).await;
    assert!(statement.note.as_ref().is_some_and(|note| note.contains("refused the stored cursor")), "{statement:?}");
    all_held(&held(&world).await, &portal);
    // Its cursor jumps back: no loop, and said so.
    let all = portal.lock().ledger.len();
    portal.lock().back_at = Some(all);
    let before = portal.asked();
    quarter(&world).await;
    quarter(&world).await;
    assert!(portal.asked() - before <= 20, "{}", portal.asked() - before);
    portal.lock().back_at = None;
    portal.publish(2_000..2_003, world.clock.now());
    for _ in 0..4 {
        quarter(&world).await;
    }
    all_held(&held(&world).await, &portal);
    appeared_once(&world).await;
}

/// What is said of an answer that was cut off is done: it is asked for again after five minutes, and ever more rarely.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_cut_off_is_asked_for_again_soon_and_not_for_ever() {
    let portal = portal::start(5, portal::cursor);
    let world = Inside::new(&prozorro(&portal).replace("every = \"15m\"", "every = \"6h\"")).await;
    portal.publish(0..12, portal::after(world.clock.now(), -600));
    portal.lock().traps = [None, Some(Trap::Cut)].into();
    world.visit().await;
    assert!(said(&world).await.gaps[0].why.starts_with("not reached"));
    world.wait(SignedDuration::from_mins(7));
    world.visit().await;
    all_held(&held(&world).await, &portal);
    // It stays cut: so many visits in three hours, each of two pages.
    portal.publish(12..90, world.clock.now());
    world.wait(SignedDuration::from_hours(7));
    portal.lock().traps = (0..200).map(|n| (n % 2 == 1).then_some(Trap::Cut)).collect();
    let before = portal.asked();
    for _ in 0..36 {
        world.visit().await;
        world.wait(SignedDuration::from_mins(5));
    }
    let visits = (portal.asked() - before) / 2;
    assert!((4..=8).contains(&visits), "{visits}");
    portal.lock().traps.clear();
    for _ in 0..3 {
        world.wait(SignedDuration::from_hours(7));
        world.visit().await;
    }
    all_held(&held(&world).await, &portal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_breaks_off_is_not_complete_and_says_what_is_not_known() {
    for preset in [true, false] {
        let portal = portal::start(50, portal::feed);
        let plain = || source(&format!("{}/feed.atom", portal.server.address), "");
        let world = Inside::new(&if preset { placsp(&portal, 6) } else { plain() }).await;
        portal.publish(0..5, world.clock.now());
        world.visit().await;
        assert!(said(&world).await.complete_until.is_some(), "{preset}");
        // A visit that brings nothing new is one until which it is complete as well.
        quarter(&world).await;
        let until = Some(world.clock.now());
        // The oldest two are behind where it breaks off; so are others that nobody knows.
        portal.publish(5..9, world.clock.now());
        for round in 0..3 {
            portal.lock().traps = (0..4).map(|_| Some(Trap::Cut)).collect();
            quarter(&world).await;
            let state = world.effects.store.states_of(&id()).await.unwrap().remove(0);
            let Health::Ill { failure, .. } = &state.health else { panic!("{preset} {round}: {:?}", state.health) };
            assert!(failure.text.contains("breaks off") && failure.text.contains("what comes after is not known"), "{preset}: {failure}");
            assert_eq!((failure.class, state.statement().complete_until), (FailureClass::Broken, until), "{preset} {round}");
        }
        portal.lock().traps.clear();
        world.wait(SignedDuration::from_hours(1));
        world.visit().await;
        quarter(&world).await;
        all_held(&held(&world).await, &portal);
        let state = world.effects.store.states_of(&id()).await.unwrap().remove(0);
        assert!(matches!(state.health, Health::Well { .. }) && state.statement().complete_until > until, "{preset}: {state:?}");
        appeared_once(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn void_stays_void_until_a_later_notice_says_otherwise() {
    let portal = portal::start(50, portal::feed);
    let mut world = Inside::new(&placsp(&portal, 6)).await;
    portal.publish(0..3, world.clock.now());
    world.visit().await;
    portal.lock().gone = vec![(1, "ANULADA")];
    quarter(&world).await;
    let of = async |world: &Inside| {
        let records = held(world).await;
        let record = records.iter().find(|record| record.title().starts_with("Works 1")).unwrap();
        format!("{}: {}", record.title(), record.text("stage").unwrap())
    };
    assert_eq!(of(&world).await, "Works 1: cancelled");
    // Its entry comes once more, as of before: another notice, and all of them are folded.
    portal.lock().gone.clear();
    portal.lock().ledger[1].title.push_str(", corrected");
    quarter(&world).await;
    assert_eq!(of(&world).await, "Works 1, corrected: cancelled");
    world.restart().await;
    portal.lock().ledger[1].title.push_str(" twice");
    quarter(&world).await;
    assert_eq!(of(&world).await, "Works 1, corrected twice: cancelled");
    portal.lock().ledger[1].at = world.clock.now();
    quarter(&world).await;
    assert_eq!(of(&world).await, "Works 1, corrected twice: open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_back_reaches_known_content_and_sees_silent_corrections() {
    let portal = portal::start(5, portal::feed);
    let mut world = Inside::new(&placsp(&portal, 6)).await;
    portal.publish(0..40, world.clock.now());
    world.visit().await;
    let first = held(&world).await.len();
    assert!((25..=30).contains(&first), "a first visit reads its pages and no more: {first}");
    assert_eq!(said(&world).await.gaps, [], "where it ends is where the history begins");
    portal.lock().ledger.retain(|one| one.number >= 10);
    // Nothing new: two pages.
    let before = portal.asked();
    quarter(&world).await;
    assert_eq!(portal.asked() - before, 2);
    // Corrected in place on the second page, without a new date.
    {
        let mut portal = portal.lock();
        let place = portal.ledger.len() - 7;
        portal.ledger[place].title.push_str(", corrected");
    }
    quarter(&world).await;
    assert!(held(&world).await.iter().any(|record| record.title().ends_with(", corrected")));
    // A tombstone of an archived procedure is no cancellation; that of a void one is.
    portal.lock().gone = vec![(30, "CERRADA"), (31, "ANULADA")];
    quarter(&world).await;
    let stage = |records: &[Record], title: &str| records.iter().find(|record| record.title() == title).unwrap().text("stage");
    let records = held(&world).await;
    assert_eq!((stage(&records, "Works 30").as_deref(), stage(&records, "Works 31").as_deref()), (Some("open"), Some("cancelled")));
    portal.lock().gone.clear();
    // More than the pages of one visit: a gap that is said, and closed by the next visits, after a restart too.
    portal.publish(100..150, world.clock.now());
    quarter(&world).await;
    let statement = said(&world).await;
    assert!(statement.gaps.iter().any(|gap| gap.why.starts_with("not reached")), "{statement:?}");
    let until = statement.complete_until;
    world.restart().await;
    quarter(&world).await;
    quarter(&world).await;
    assert!(said(&world).await.gaps.is_empty() && said(&world).await.complete_until > until);
    let titles: HashSet<String> = held(&world).await.iter().map(Record::title).collect();
    assert!((100..150).all(|n| titles.contains(&format!("Works {n}"))));
    // A page that breaks off, or wants us slower, is walked to again.
    for trap in [Trap::Cut, Trap::TooMany] {
        let from = u32::try_from(portal.lock().ledger.len()).unwrap() + 1_000;
        portal.publish(from..from + 15, world.clock.now());
        portal.lock().traps = [None, Some(trap)].into();
        quarter(&world).await;
        assert!(!said(&world).await.gaps.is_empty(), "{trap:?}");
        quarter(&world).await;
        quarter(&world).await;
        assert_eq!(said(&world).await.gaps, [], "{trap:?}");
        let titles: HashSet<String> = held(&world).await.iter().map(Record::title).collect();
        assert!((from..from + 15).all(|n| titles.contains(&format!("Works {n}"))), "{trap:?}");
    }
    appeared_once(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_requests_a_day_are_enough_for_sam() {
    let portal = portal::start(1_000, portal::days);
    let url = format!("{}/search?postedFrom={{from}}&postedTo={{to}}&limit=1000", portal.server.address);
    // The preset's own rhythm, budget and windows; the key is a secret of the environment.
    let settings = format!(
        "[[source]]\nid = \"p\"\nkind = \"tenders\"\nportal = \"sam\"\nurl = \"{url}\"\ndelay = \"0s\"\nquery = {{ api_key = \"sesame\" }}\n{NOBODY}"
    );
    let world = Inside::new(&settings).await;
    let mut number = 0;
    world.wait(SignedDuration::from_hours(16));
    for day in 0..4 {
        let before = portal.asked();
        for hour in 0..24 {
            for _ in 0..5 {
                number += 1;
                portal.publish([number], world.clock.now());
            }
            // Nothing but 500s for two hours, on one of the days.
            portal.lock().traps =
                if day == 2 && hour < 2 { vec![Some(Trap::Broken); 20].into() } else { std::collections::VecDeque::new() };
            world.wait(SignedDuration::from_hours(1));
            world.visit().await;
        }
        assert!(portal.asked() - before <= 10, "day {day}: {:?}", &portal.lock().asked[before..]);
    }
    for _ in 0..24 {
        world.wait(SignedDuration::from_hours(1));
        world.visit().await;
    }
    all_held(&held(&world).await, &portal);
    appeared_once(&world).await;
    let pages = world.effects.store.pages(world.effects.store.pages_of(&id())).await.unwrap();
    assert!(pages.iter().all(|page| !page.url.as_str().contains("sesame")), "the key is in no address that is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_from_a_whole_file_is_gone() {
    // How many rows, and until which day the last ones are open.
    let rows = std::sync::Arc::new(std::sync::Mutex::new((6, 20)));
    let shown = std::sync::Arc::clone(&rows);
    let site = Server::start(move |seen| {
        if seen.path != "/open.csv" {
            return Reply::status(404);
        }
        let (count, day) = *shown.lock().unwrap();
        let row = |n: u32| {
            let day = if n == 6 { day } else { 20 };
            format!("\"Works {n}\",\"R-{n}\",\"0\",\"2026-11-20\",\"2026-12-{day}T14:00:00\",\"Open\",\"Ministry\"\n")
        };
        let head = "\"title-titre-eng\",\"referenceNumber-numeroReference\",\"amendmentNumber-numeroModification\",\"publicationDate-datePublication\",\"tenderClosingDate-appelOffresDateCloture\",\"tenderStatus-appelOffresStatut-eng\",\"contractingEntityName-nomEntitContractante-eng\"\n";
        let body: String = (0..count).map(row).collect();
        Reply {
            status: 200,
            headers: vec![("content-type", "text/csv; charset=utf-8".into())],
            body: format!("\u{feff}{head}{body}").into(),
        }
    });
    let source = source(&format!("{}/open.csv", site.address), "portal = \"canadabuys-open\"");
    let world = Inside::new(&(source + &rep("ana", "UTC", "Mon-Sun 08:00") + MAILS)).await;
    world.visit().await;
    quarter(&world).await;
    *rows.lock().unwrap() = (7, 20);
    for _ in 0..3 {
        quarter(&world).await;
        world.drain().await;
    }
    assert_eq!(held(&world).await.len(), 7);
    *rows.lock().unwrap() = (6, 20);
    quarter(&world).await;
    assert_eq!(held(&world).await.len(), 7, "not by one reading");
    quarter(&world).await;
    assert_eq!(held(&world).await.len(), 6);
    // Who had it is told, though nobody says why.
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let gone: Vec<String> = world.written("mail").into_iter().filter(|mail| mail.contains("no longer in its portal's list")).collect();
    assert!(gone.len() == 1 && gone[0].contains("Works 6"), "{:#?}", world.written("mail"));
    // That it is back is told to who was told that it went; what went and came back between two letters is no news.
    for back in [1, 1] {
        *rows.lock().unwrap() = (7, 20);
        quarter(&world).await;
        world.wait(SignedDuration::from_hours(24));
        world.drain().await;
        let again = world.written("mail").into_iter().filter(|mail| mail.contains("Is in its portal's list again")).collect::<Vec<_>>();
        assert!(again.len() == back && again[0].contains("Works 6"), "{:#?}", world.written("mail"));
        *rows.lock().unwrap() = (6, 20);
        quarter(&world).await;
        quarter(&world).await;
        assert_eq!(held(&world).await.len(), 6);
    }
    let gone = world.written("mail").into_iter().filter(|mail| mail.contains("no longer in its portal's list")).count();
    assert_eq!(gone, 1);
    // What it says otherwise when it is back is told as of any other.
    *rows.lock().unwrap() = (7, 24);
    quarter(&world).await;
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let moved = |mail: &&String| mail.contains("Works 6: deadline Sun 20 Dec 2026 19:00 UTC") && mail.contains("Thu 24 Dec 2026");
    assert_eq!(world.written("mail").iter().filter(moved).count(), 1, "{:#?}", world.written("mail"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_whole_file_that_cannot_be_read_make_nobody_disappear() {
    let rows = std::sync::Arc::new(std::sync::Mutex::new((6, false)));
    let shown = std::sync::Arc::clone(&rows);
    let site = Server::start(move |seen| {
        if seen.path != "/open.csv" {
            return Reply::status(404);
        }
        let (count, broken) = *shown.lock().unwrap();
        let row = |n: u32| {
            let id = if n == 3 && broken { String::new() } else { format!("R-{n}") };
            format!("\"Works {n}\",\"{id}\",\"0\",\"2026-11-20\",\"2026-12-20T14:00:00\",\"Open\",\"Ministry\"\n")
        };
        let head = "\"title-titre-eng\",\"referenceNumber-numeroReference\",\"amendmentNumber-numeroModification\",\"publicationDate-datePublication\",\"tenderClosingDate-appelOffresDateCloture\",\"tenderStatus-appelOffresStatut-eng\",\"contractingEntityName-nomEntitContractante-eng\"\n";
        let body: String = (0..count).map(row).collect();
        Reply { status: 200, headers: vec![("content-type", "text/csv; charset=utf-8".into())], body: format!("{head}{body}").into() }
    });
    let world = Inside::new(&source(&format!("{}/open.csv", site.address), "portal = \"canadabuys-open\"")).await;
    world.visit().await;
    quarter(&world).await;
    // One row cannot be read, another is gone: nobody can tell which of the missing ones is behind it.
    *rows.lock().unwrap() = (5, true);
    for _ in 0..4 {
        quarter(&world).await;
        assert_eq!(held(&world).await.len(), 6);
    }
    let state = world.effects.store.states_of(&id()).await.unwrap().remove(0);
    assert_eq!(state.visit.bad, 1);
    assert!(matches!(&state.health, Health::Ill { failure, .. } if failure.text.contains("1 entry of 5")), "{state:?}");
    *rows.lock().unwrap() = (5, false);
    for _ in 0..3 {
        quarter(&world).await;
    }
    let titles: Vec<String> = held(&world).await.iter().map(Record::title).collect();
    assert!(titles.len() == 5 && !titles.contains(&"Works 5".to_owned()), "{titles:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_cannot_be_read_is_left_unknown_and_counted_and_its_tender_kept() {
    let body = "\"title-titre-eng\",\"referenceNumber-numeroReference\",\"publicationDate-datePublication\",\"tenderClosingDate-appelOffresDateCloture\",\"tenderStatus-appelOffresStatut-eng\"\n\
                \"Works\",\"R-1\",\"2026-11-20\",\"2026-02-31T14:00:00\",\"Open\"\n";
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/open.csv" => Reply { status: 200, headers: vec![("content-type", "text/csv; charset=utf-8".into())], body: body.into() },
        _ => Reply::status(404),
    });
    let world = Inside::new(&source(&format!("{}/open.csv", site.address), "portal = \"canadabuys-open\"")).await;
    world.visit().await;
    quarter(&world).await;
    let state = world.effects.store.states_of(&id()).await.unwrap().remove(0);
    assert_eq!((state.visit.bad, state.visit.unread), (0, 1), "{state:?}");
    assert!(matches!(&state.health, Health::Well { .. }), "{state:?}");
    let records = held(&world).await;
    assert_eq!(records.iter().map(Record::title).collect::<Vec<_>>(), ["Works"]);
    let question = atalaya::web::Question::Tender { id: records[0].id.to_string(), at: None };
    let atalaya::web::Answer::Tender(view) = crate::tenders::ask(&world, question).await else { panic!("no tender") };
    let [(path, reason)] = view.unread.as_slice() else { panic!("{:?}", view.unread) };
    assert!(path.contains("tenderClosingDate") && reason.contains("2026-02-31"), "{path}: {reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_back_goes_all_the_way_while_changes_wait_for_their_second_look() {
    let portal = portal::start(5, portal::feed);
    let world =
        Inside::new(&source(&format!("{}/feed.atom", portal.server.address), "portal = \"placsp\"\npages = 6\nconfirm = \"5m\"")).await;
    portal.publish(0..10, world.clock.now());
    for _ in 0..3 {
        quarter(&world).await;
    }
    all_held(&held(&world).await, &portal);
    portal.publish(100..117, world.clock.now());
    portal.lock().ledger[8].title.push_str(", corrected");
    for _ in 0..4 {
        quarter(&world).await;
    }
    all_held(&held(&world).await, &portal);
    assert_eq!(said(&world).await.gaps, []);
    appeared_once(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_in_a_zip_is_read_document_by_document() {
    let day = std::sync::Arc::new(std::sync::Mutex::new(None::<Vec<u8>>));
    let shown = std::sync::Arc::clone(&day);
    let site = Server::start(move |seen| {
        let asked = portal::parameter(seen, "pubDay").unwrap_or_default();
        match (asked.as_str(), shown.lock().unwrap().clone()) {
            ("2026-11-22", Some(zip)) => Reply { status: 200, headers: vec![("content-type", "application/zip".into())], body: zip.into() },
            ("2026-11-19" | "2026-11-20" | "2026-11-21", _) => Reply { body: zipped(&[]).into(), ..Reply::status(200) },
            _ => Reply::status(404),
        }
    });
    let url = format!("{}/api/notice-exports?pubDay={{from}}&format=eforms.zip", site.address);
    let world = Inside::new(&source(&url, "portal = \"doe\"")).await;
    world.visit().await;
    assert!(!said(&world).await.gaps.is_empty(), "yesterday is not there yet");
    let call = include_str!("../../src/tender/eforms/call.xml");
    let other = call.replacen("cbc:ContractFolderID>", "cbc:ContractFolderID>0", 1);
    let whole = zipped(&[("a.xml", call), ("b.xml", &other), ("c.xml", "<html/>")]);
    *day.lock().unwrap() = Some(whole[..whole.len() / 2].to_vec());
    quarter(&world).await;
    assert_eq!(held(&world).await.len(), 0);
    *day.lock().unwrap() = Some(whole);
    quarter(&world).await;
    let records = held(&world).await;
    assert_eq!(records.iter().filter(|record| record.kind == atalaya::model::RecordKind::Tender).count(), 2, "{records:?}");
    let state = world.effects.store.states_of(&id()).await.unwrap().remove(0);
    assert_eq!((state.visit.bad, state.statement().gaps.len()), (1, 0), "{state:?}");
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_of_another_charset_are_read_as_what_they_are() {
    let site = Server::start(|seen| {
        if seen.path != "/Search" {
            return Reply::status(404);
        }
        let text = r#"{"uri":"x","publishedDate":"2026","releases":[{"ocid":"ocds-b5fd17-1","id":"1","tag":["tender"],"date":"2026-11-23T07:30:00Z","tender":{"title":"Café fittings, £900"}}]}"#;
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        Reply { status: 200, headers: vec![("content-type", "application/json".into())], body: bytes.into() }
    });
    let url = format!("{}/Search?publishedFrom={{from}}&publishedTo={{to}}", site.address);
    let world = Inside::new(&source(&url, "portal = \"contracts-finder\"")).await;
    world.visit().await;
    assert_eq!(held(&world).await[0].title(), "Café fittings, £900");
}

#[test]
fn killed_anywhere_the_daemon_goes_on_where_it_was() {
    let portal = portal::start(4, portal::windows);
    let now = Clock::System.now();
    for n in 0..60 {
        portal.publish([n], portal::after(now, -3_000 + i64::from(n) * 45));
    }
    let url = format!("{}/api?updatedFrom={{from}}&updatedTo={{to}}&limit=4", portal.server.address);
    let settings =
        source(&url, "portal = \"find-a-tender\"\ntransport = { kind = \"window\", limit = 4, since = \"1h\", overlap = \"1m\" }")
            .replace("every = \"15m\"", "every = \"1s\"");
    let home = Home::new(&settings);
    for kill in 1..=3 {
        let daemon = home.start();
        for _ in 0..kill * 4 {
            portal.server.next(|seen| seen.path == "/api");
        }
        daemon.signal("KILL");
        drop(daemon);
    }
    let daemon = home.start();
    let view = loop {
        portal.server.next(|seen| seen.path == "/api");
        let view = home.json(&["source", "show", "p"]);
        let said = &view["source"]["statement"];
        if said["complete_until"].is_string() && said["gaps"].as_array().is_some_and(Vec::is_empty) {
            break view;
        }
    };
    assert_eq!(daemon.stop().0, Some(0));
    assert!(view["source"]["statement"]["asked"].as_u64() > Some(0), "{view}");
    let shown = home.json(&["tender", "list", "--limit", "1000"]);
    let mut titles: Vec<String> = shown.as_array().unwrap().iter().map(|tender| tender["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    assert_eq!(titles, ledger(&portal));
    assert_eq!(portal.lock().complaints, Vec::<String>::new());
    for (limit, cut) in [("59", true), ("61", false)] {
        let output = home.command(&["tender", "list", "--limit", limit]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(told.contains("These are the first 59, and there may be more"), cut, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_portal_is_three_lines_of_configuration() {
    let names = [
        "austender",
        "canadabuys",
        "canadabuys-open",
        "contracts-finder",
        "doe",
        "find-a-tender",
        "placsp",
        "placsp-aggregated",
        "placsp-minor",
        "prozorro",
        "sam",
        "secop",
        "ted",
        "zakupki",
    ];
    // And the key where there is one.
    let key = |name: &str| if name == "sam" { "query = { api_key = \"sesame\" }\n" } else { "" };
    let three_lines = |name: &&str| format!("[[source]]\nid = \"{name}\"\nkind = \"tenders\"\nportal = \"{name}\"\n{}", key(name));
    let sources: String = names.iter().map(three_lines).collect();
    let world = Inside::new(&format!("{sources}{NOBODY}")).await;
    let of = |name: &str| world.config.source(&name.parse().unwrap()).unwrap();
    assert_eq!(world.config.sources.len(), names.len());
    assert_eq!((of("sam").schedule.budget(), of("placsp").schedule.budget()), (Some(10), None));
    assert_eq!(of("find-a-tender").fetch.delay.map(|delay| delay.as_millis()), Some(10_500), "twelve requests in two minutes");
    assert_eq!(of("prozorro").schedule.period(), SignedDuration::from_mins(5));
}
