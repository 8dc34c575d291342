//! Leads under other rules: given to who is there now, told of when they pass only now, and otherwise left in peace.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::pipeline::{Judging, judge_some, stranded};
use atalaya::store::LeadFilter;
use jiff::SignedDuration;

use crate::rig::{Home, Inside, LINES, MAILS, OFFER, Reply, Server, listing, rep, segment};

fn site() -> (Server, Arc<AtomicUsize>) {
    let offers = Arc::new(AtomicUsize::new(3));
    let shown = Arc::clone(&offers);
    let server = Server::start(move |seen| {
        let row =
            |n| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b> <i>{}</i></li>", if n == 4 { "special" } else { "plain" });
        let rows: String = (0..shown.load(Ordering::SeqCst)).map(row).collect();
        if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
    });
    (server, offers)
}

fn settings(site: &str, every: &str, terms: &str, rest: &str) -> String {
    let source = listing("list", &format!("{site}/"), every, &format!("{OFFER}, text = \"i\"")) + "records = \"offer\"\n";
    let special = "half_life = \"90d\"\n\n[[segment.points]]\nwhen = { words = [\"special\"] }\npoints = 10\nwhy = \"is special\"\n";
    [&source, &segment(terms), special, MAILS, LINES, rest].concat()
}

fn daily(id: &str) -> String {
    rep(id, "UTC", "daily 08:00")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_rules_are_obeyed_quietly() {
    let (site, offers) = site();
    let of = |segment: &str, rest: &str| settings(&site.address, "1h", segment, rest);
    let mut world = Inside::new(&of("line = 25\nhot = 90", "")).await;
    world.visit().await;
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    offers.store(6, Ordering::SeqCst);
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    let judge = async |world: &Inside| {
        let (mut judging, mut leads, mut told) = (Judging::default(), 0, 0);
        loop {
            let judged = judge_some(&world.effects, &world.config, &mut judging, world.clock.now()).await.unwrap();
            leads += judged.leads;
            told += judged.told;
            if judged.done {
                return (leads, told);
            }
        }
    };
    let owners = async |world: &Inside| {
        let leads = world.effects.store.leads(LeadFilter::default(), 99).await.unwrap();
        leads.iter().map(|lead| format!("{} {:?}", lead.title, lead.owner)).collect::<Vec<_>>()
    };
    let next_day = async |world: &Inside| {
        world.wait(SignedDuration::from_hours(24));
        world.drain().await;
        world.written("mail").len()
    };
    assert_eq!(judge(&world).await, (0, 0), "by these rules everything is judged");
    let first = owners(&world).await;
    assert!(first.len() == 1 && first[0].starts_with("Maker 4, S.L. Nobody(\"no rep is set up"), "{first:?}");

    // Somebody comes: what nobody had is told to them once.
    world.configure(&of("line = 25\nhot = 90", &daily("ana"))).await;
    assert_eq!(judge(&world).await, (1, 1));
    assert_eq!(judge(&world).await, (0, 0));
    assert_eq!(next_day(&world).await, 1);

    // A lower line: two more pass, and only they are told of; the one that is known gets hot in peace.
    world.configure(&of("line = 15\nhot = 28", &daily("ana"))).await;
    assert_eq!(judge(&world).await, (3, 2), "a lead is stored by the rules it is judged by");
    assert_eq!(judge(&world).await, (0, 0));
    assert_eq!(next_day(&world).await, 2);
    let told = world.written("mail").concat();
    assert!(told.contains("2 leads for you") && told.contains("Maker 3") && told.contains("Maker 5"), "{told}");

    // Another rep: the leads move, and who has them now is told of them, in one digest; by the same rules again nobody is.
    world.configure(&of("line = 15\nhot = 28", &daily("bob"))).await;
    assert_eq!(judge(&world).await, (3, 3));
    assert_eq!(judge(&world).await, (0, 0));
    assert!(owners(&world).await.iter().all(|lead| lead.contains("To(bob")), "{:?}", owners(&world).await);
    assert_eq!(next_day(&world).await, 3);
    let told = world.written("mail").into_iter().find(|mail| mail.contains("bob@example.com")).unwrap();
    assert!(
        told.contains("3 leads for you")
            && told.replace("=\r\n", "").matches("handed over to you, ana (not configured any more)").count() == 6,
        "{told}"
    );
    let revisions: Vec<_> = world.written("lines").concat().lines().map(|line| line.matches("lead.created").count()).collect();
    assert_eq!(revisions.iter().sum::<usize>(), 3, "machines heard of each lead when it was new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_rep_who_left_goes_to_who_has_the_lead_now() {
    let (site, offers) = site();
    let of = |rest: &str| settings(&site.address, "1h", "line = 5\nhot = 15", rest);
    let mut world = Inside::new(&of(&daily("ana"))).await;
    world.visit().await;
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    offers.store(5, Ordering::SeqCst);
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    // Ana leaves before anything was told; Bob gets her leads.
    world.configure(&of(&daily("bob"))).await;
    let mut judging = Judging::default();
    while !judge_some(&world.effects, &world.config, &mut judging, world.clock.now()).await.unwrap().done {}
    for _ in 0..3 {
        world.wait(SignedDuration::from_hours(24));
        world.drain().await;
    }
    let mails: Vec<String> = world.written("mail").into_iter().filter(|mail| mail.contains("Maker")).collect();
    assert!(mails.len() == 1 && mails[0].contains("bob@example.com") && mails[0].contains("2 leads for you"), "{mails:?}");
    // Nobody comes after Bob: what waits for him is seen, not lost.
    offers.store(6, Ordering::SeqCst);
    world.visit().await;
    world.configure(&of("")).await;
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let waits = stranded(&world.effects, &world.config).await.unwrap();
    assert!(waits.len() == 1 && waits[0].why == "bob is not configured any more", "{waits:?}");
    assert_eq!(world.effects.store.counts().await.unwrap().dead.iter().map(|(_, dead)| dead).sum::<u64>(), 0);
}

#[test]
fn a_rep_who_comes_by_a_reload_gets_what_nobody_had() {
    let (site, offers) = site();
    let of = |rest: &str| settings(&site.address, "1s", "line = 5", rest);
    let home = Home::new(&of(""));
    let daemon = home.start();
    for _ in 0..2 {
        site.next(|seen| seen.path == "/");
    }
    offers.store(5, Ordering::SeqCst);
    while home.written("lines").concat().lines().count() < 2 {
        site.next(|seen| seen.path == "/");
    }
    assert_eq!(home.written("mail").len(), 0);
    home.configure(&of(&daily("ana").replace("daily 08:00", "every 1s")));
    daemon.signal("HUP");
    while !home.written("mail").concat().contains("Maker 3") {
        site.next(|seen| seen.path == "/");
    }
    let (code, log) = daemon.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("leads were judged by the new rules"), "{log}");
}
