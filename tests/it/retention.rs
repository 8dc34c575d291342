//! Retention over a year, with the daemon's own steps: what went away is forgotten with everything that quotes it.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use atalaya::model::{Record, SignalKind};
use atalaya::pipeline::{Forgot, departures, forget_gone};
use atalaya::store::{LeadFilter, MessageFilter};
use atalaya::web::{Answer, Question, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, LINES, OFFER, Reply, Server, listing, segment};

fn row(name: &str, tel: &str, town: &str) -> String {
    format!("<li><a href=/{tel}>Pallets of {name}</a> <b>{name}</b> <i>+34 911 00 {tel}</i> <u>{town}</u></li>")
}

fn source(site: &str, id: &str) -> String {
    listing(id, &format!("{site}/{id}"), "1h", &format!("{OFFER}, phone = \"i\", place = \"u\""))
        + "records = \"offer\"\ngone_after = 1\nfew = 0.0\ncountry = \"ES\"\n"
}

fn settings(sources: &[String]) -> String {
    ["[store]\nkeep_gone = \"365d\"\n", &sources.concat(), &segment("line = 5"), "half_life = \"900d\"\n", LINES].concat()
}

/// The rows that two lists show.
type Rows = Arc<Mutex<(Vec<String>, Vec<String>)>>;

/// A site of two lists.
fn site() -> (Server, Rows) {
    let shown = Rows::default();
    let site = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let (one, two) = site.lock().unwrap().clone();
        let list = |rows: Vec<String>| Reply::html(format!("<html><body><ul>{}</ul></body></html>", rows.concat()));
        match seen.path.as_str() {
            "/one" => list(one),
            "/two" => list(two),
            _ => Reply::status(404),
        }
    });
    (server, shown)
}

/// Rows that never change.
fn steady() -> Vec<String> {
    ["Stays, S.L.", "Remains, S.L.", "Lasts, S.L."].iter().zip(10..).map(|(name, n)| row(name, &format!("00{n}"), "Vigo")).collect()
}

async fn step(world: &Inside, days: i64) {
    world.wait(SignedDuration::from_hours(2 + 24 * days));
    world.visit().await;
    world.drain().await;
}

async fn forget(world: &Inside) -> Forgot {
    forget_gone(&world.effects, &world.config, world.clock.now()).await.unwrap()
}

async fn titles(world: &Inside) -> Vec<String> {
    let leads = world.effects.store.leads(LeadFilter::default(), 99).await.unwrap();
    let mut titles: Vec<String> = leads.into_iter().map(|lead| lead.title).collect();
    titles.sort();
    titles
}

/// Everything that is known, in words; and the records.
async fn everything(world: &Inside) -> (String, Vec<Record>) {
    let store = &world.effects.store;
    let (records, rest) = store.records_after(None, 9_999).await.unwrap();
    assert_eq!(rest, None);
    let organisations = store.organisations_after(None, 99).await.unwrap();
    let mut words = format!("{:?} {organisations:?} {records:?}", store.leads(LeadFilter::default(), 99).await.unwrap());
    for organisation in organisations {
        _ = write!(words, "{:?}", store.signals_of(organisation.id, 999).await.unwrap());
    }
    (words, records)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_went_away_is_forgotten_and_who_is_named_elsewhere_stays_without_what_was_only_said_there() {
    let (server, shown) = site();
    *shown.lock().unwrap() = (steady(), steady());
    let world = Inside::new(&settings(&[source(&server.address, "one"), source(&server.address, "two")])).await;
    world.visit().await;
    step(&world, 0).await;
    {
        let mut shown = shown.lock().unwrap();
        shown.0.extend([row("Leaves, S.L.", "2222", "Lugo"), row("Moves, S.L.", "3333", "Lugo")]);
        shown.1.push(row("Moves, S.L.", "4444", "Lugo"));
    }
    step(&world, 0).await;
    assert_eq!(titles(&world).await, ["Leaves, S.L.", "Moves, S.L."]);
    shown.lock().unwrap().0 = steady();
    step(&world, 0).await;

    step(&world, 364).await;
    assert_eq!(forget(&world).await, Forgot::default(), "kept for a year");
    step(&world, 2).await;
    assert_eq!(forget(&world).await, Forgot { records: 2, organisations: 1, ..Forgot::default() });
    assert_eq!(titles(&world).await, ["Moves, S.L."]);
    let store = &world.effects.store;
    let (everything, records) = everything(&world).await;
    for word in ["2222", "3333", "Leaves"] {
        assert!(!everything.contains(word), "{word} is remembered: {everything}");
    }
    let lead = store.leads(LeadFilter::default(), 9).await.unwrap().remove(0);
    let left = store.organisations_after(None, 99).await.unwrap();
    let signals = store.signals_of(left.iter().find(|one| one.title() == "Moves, S.L.").unwrap().id, 99).await.unwrap();
    assert!(everything.contains("4444") && signals.len() == 1 && lead.score.check_sum());
    let changes = store.recent_changes(None, 999).await.unwrap();
    assert!(changes.iter().all(|change| records.iter().any(|record| record.id == change.record)), "{changes:?}");
    store.keep(world.clock.now(), world.config.keep.keep_gone).await.unwrap();
    assert_eq!(store.messages(MessageFilter::default(), 9).await.unwrap(), [], "nothing that was told quotes them any more");
    assert_eq!(forget(&world).await, Forgot::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_left_is_forgotten_after_a_year_unless_it_is_named_again() {
    let (server, shown) = site();
    *shown.lock().unwrap() = (steady(), steady());
    let [one, two] = ["one", "two"].map(|id| source(&server.address, id));
    let mut world = Inside::new(&settings(&[one.clone(), two.clone()])).await;
    world.visit().await;
    step(&world, 0).await;
    {
        let mut shown = shown.lock().unwrap();
        shown.0.extend([row("Leaves, S.L.", "2222", "Lugo"), row("Moves, S.L.", "3333", "Lugo")]);
        shown.1.push(row("Moves, S.L.", "4444", "Lugo"));
    }
    step(&world, 0).await;
    let all = titles(&world).await;
    assert_eq!(all, ["Leaves, S.L.", "Moves, S.L."]);

    // Switched off is not gone.
    world.configure(&settings(&[one.clone() + "enabled = false\n", two.clone()])).await;
    step(&world, 400).await;
    assert_eq!((forget(&world).await, titles(&world).await), (Forgot::default(), all.clone()));

    // It leaves, comes back in time, and leaves again: the year begins anew.
    for back in [true, false] {
        world.configure(&settings(std::slice::from_ref(&two))).await;
        step(&world, 364).await;
        // The moment it was first missed outlives restarts.
        world.restart().await;
        assert_eq!((forget(&world).await, titles(&world).await), (Forgot::default(), all.clone()));
        let Answer::Sources(views) = answer(&world.effects, &world.config, Question::Sources, true).await.unwrap() else { panic!() };
        let seen = views.iter().find(|view| view.id == "one").map(|view| (view.health.as_str(), view.reason.clone().unwrap_or_default()));
        let (health, reason) = seen.unwrap();
        assert!(health == "left" && reason.starts_with("left the configuration on 20") && reason.contains(", forgotten on 20"), "{reason}");
        if back {
            world.configure(&settings(&[one.clone(), two.clone()])).await;
            step(&world, 2).await;
            assert_eq!((forget(&world).await, departures(&world.effects, &world.config).await.unwrap()), (Forgot::default(), Vec::new()));
        }
    }

    // A step that is cut short is taken up again after a restart.
    step(&world, 2).await;
    let id = "one".parse().unwrap();
    assert!(!world.effects.store.remove_source(&id, 1).await.unwrap());
    world.restart().await;
    assert_eq!(forget(&world).await, Forgot { records: 5, organisations: 1, sources: 1, more: false });
    let (everything, records) = everything(&world).await;
    assert!(records.len() == 4 && records.iter().all(|record| record.source.as_str() == "two"), "{records:?}");
    for word in ["2222", "3333", "Leaves", "\"one\"", "@one"] {
        assert!(!everything.contains(word), "{word} is remembered: {everything}");
    }
    assert_eq!(titles(&world).await, ["Moves, S.L."]);
    let store = &world.effects.store;
    assert_eq!((store.pages_of(&id), store.states_of(&id).await.unwrap(), store.marks("", 9).await.unwrap()), (vec![], vec![], vec![]));
    assert_eq!(store.recent_changes(Some(&id), 9).await.unwrap(), []);
    assert_eq!((forget(&world).await, departures(&world.effects, &world.config).await.unwrap()), (Forgot::default(), Vec::new()));

    // Named after all that, it begins anew.
    world.configure(&settings(&[one, two])).await;
    step(&world, 0).await;
    assert_eq!((store_of(&world).await, titles(&world).await), (9, vec!["Moves, S.L.".to_owned()]), "a baseline is no news");
}

async fn store_of(world: &Inside) -> usize {
    everything(world).await.1.len()
}

/// Offers of one maker, by their numbers.
fn offers(numbers: impl Iterator<Item = u32>, tel: &str) -> Vec<String> {
    let offer = |n| format!("<li><a href=/offer/{n}>Pallet {n}</a> <b>Maker, S.L.</b> <i>+34 911 00 {tel}</i> <u>Lugo</u></li>");
    numbers.map(offer).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_maker_of_more_offers_than_its_list_holds_is_forgotten_offer_by_offer() {
    let (server, shown) = site();
    let show = |rows: &[Vec<String>]| shown.lock().unwrap().0 = [&[steady()], rows].concat().concat();
    let (old, new) = (offers(0..60, "8888"), offers(100..300, "7777"));
    // Half of those on the list go first, or all of them; then the older ones, which are not on it.
    for going in [100, 200] {
        show(&[]);
        let world = Inside::new(&settings(&[source(&server.address, "one")])).await;
        world.visit().await;
        step(&world, 0).await;
        for rows in [&[old.clone()][..], &[old.clone(), new.clone()], &[old.clone(), new[going..].to_vec()]] {
            show(rows);
            step(&world, 0).await;
        }
        let maker = async || {
            let all = world.effects.store.organisations_after(None, 99).await.unwrap();
            let maker = all.into_iter().find(|one| one.title() == "Maker, S.L.")?;
            let signals = world.effects.store.signals_of(maker.id, 999).await.unwrap();
            Some((maker.records.len(), signals.iter().filter(|signal| signal.kind == SignalKind::OfferListed).count()))
        };
        assert_eq!(maker().await, Some((200, 260)), "the list is full");
        step(&world, 366).await;
        let done = forget(&world).await;
        assert_eq!((done.records, done.organisations, done.more), (going, 0, false));
        assert_eq!(maker().await, Some((260 - going, 260 - going)), "the others name it still");
        let said = everything(&world).await.0;
        assert_eq!((said.contains("7777"), said.contains("8888")), (going < 200, true), "and what only the forgotten said is gone");
        assert_eq!(titles(&world).await, ["Maker, S.L."]);

        show(&[new[going..].to_vec()]);
        step(&world, 0).await;
        step(&world, 366).await;
        assert_eq!(forget(&world).await.records, 60);
        let left = 200 - going;
        assert_eq!(maker().await, (left > 0).then_some((left, left)));
        assert!(!everything(&world).await.0.contains("8888"));
        assert_eq!(titles(&world).await.len(), usize::from(left > 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_one_visit_takes_in_goes_away_with_the_visits_after_it() {
    let left = Arc::new(AtomicUsize::new(1_750));
    let shown = Arc::clone(&left);
    let server = Server::start(move |seen| {
        let (page, count) = (seen.query.trim_start_matches("page=").parse().unwrap_or(0), shown.load(Ordering::SeqCst));
        let row = |n: usize| format!("<li><a href=/offer/{page}/{n}>Pallet {page} {n}</a> <b>Maker, S.L.</b></li>");
        let rows = (0..count).map(row).collect::<Vec<_>>().concat();
        let next = if page < 2 { format!("<a rel=next href=\"/one?page={}\">next</a>", page + 1) } else { String::new() };
        if seen.path == "/one" { Reply::html(format!("<html><body><ul>{rows}</ul>{next}</body></html>")) } else { Reply::status(404) }
    });
    let world = Inside::new(&settings(&[source(&server.address, "one") + "next = \"a[rel=next]\"\n"])).await;
    let gone = async || world.effects.store.gone_before(jiff::Timestamp::MAX, Vec::new(), 9_999).await.unwrap().len();
    world.visit().await;
    step(&world, 0).await;
    left.store(50, Ordering::SeqCst);
    step(&world, 0).await;
    assert_eq!(gone().await, 5_000, "what one turn takes in is bounded");
    step(&world, 0).await;
    assert_eq!(gone().await, 5_100);
}
