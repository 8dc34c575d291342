//! What a source held when it was added, asked for as a batch: one digest that says what it is, once; no alert, no message to a machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::pipeline::hand_over;
use jiff::SignedDuration;

use crate::rig::{Home, Inside, LINES, MAILS, OFFER, Reply, Server, listing, rep, segment};

fn site() -> (Server, Arc<AtomicUsize>) {
    let shown = Arc::new(AtomicUsize::new(3));
    let count = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let row = |n| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b></li>");
        let rows: String = (0..count.load(Ordering::SeqCst)).map(row).collect();
        if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
    });
    (server, shown)
}

fn settings(site: &str, every: &str, digest: &str) -> String {
    let source =
        listing("list", &format!("{site}/"), every, OFFER) + "title = \"Offers of the week\"\nrecords = \"offer\"\nbaseline = \"batch\"\n";
    [source, segment("line = 5\nhot = 10"), rep("ana", "UTC", digest), MAILS.to_owned(), LINES.to_owned()].concat()
}

fn subjects(mails: &[String]) -> Vec<&str> {
    let mut subjects: Vec<&str> =
        mails.iter().map(|mail| mail.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().trim()).collect();
    subjects.sort_unstable();
    subjects
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_is_told_once_as_what_it_is() {
    let (site, shown) = site();
    let world = Inside::new(&settings(&site.address, "1h", "daily 09:00")).await;
    let source = world.config.sources[0].clone();
    let hand = async || hand_over(&world.effects, &world.config, &source, world.clock.now()).await.unwrap();
    assert_eq!(hand().await, None, "not before its baseline has ended");
    world.visit().await;
    world.wait(SignedDuration::from_hours(1));
    world.visit().await;
    // What has appeared since then is news, and goes its own way.
    shown.store(4, Ordering::SeqCst);
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    assert_eq!(hand().await, Some(3));
    assert_eq!(hand().await, Some(0), "once");
    world.wait(SignedDuration::from_hours(24));
    // Mails to one rep leave one after the other.
    world.drain().await;
    world.drain().await;
    let mails = world.written("mail");
    let told = subjects(&mails);
    assert!(
        told.len() == 2 && told[0].starts_with("Maker 3, S.L.") && told[1] == "What Offers of the week already held: 3 leads",
        "{told:?}"
    );
    let lines = world.written("lines").concat();
    assert_eq!(lines.lines().count(), 1, "machines hear of news only: {lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_maker_of_many_offers_is_one_lead_and_a_source_begun_anew_is_handed_over_anew() {
    let shown = Arc::new(AtomicUsize::new(2));
    let makers = Arc::clone(&shown);
    let site = Server::start(move |seen| {
        let row = |n: usize| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {}, S.L.</b></li>", n % makers.load(Ordering::SeqCst));
        let rows: String = (0..1_203).map(row).collect();
        if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
    });
    let mut world = Inside::new(&settings(&site.address, "1h", "daily 09:00")).await;
    let visit = async |world: &Inside| {
        for _ in 0..2 {
            world.wait(SignedDuration::from_hours(1));
            world.visit().await;
        }
    };
    let hand = async |world: &Inside| hand_over(&world.effects, &world.config, &world.config.sources[0], world.clock.now()).await.unwrap();
    visit(&world).await;
    assert_eq!(hand(&world).await, Some(2), "more records than one read, and each maker in every read");
    // Other settings: what is there is known anew, and what nobody heard of is handed over.
    shown.store(3, Ordering::SeqCst);
    world.configure(&settings(&site.address, "1h", "daily 09:00").replace("record = \"li\"", "record = \"ul li\"")).await;
    assert_eq!(hand(&world).await, None, "not before it was visited by these settings");
    visit(&world).await;
    assert_eq!(hand(&world).await, Some(1));
    assert_eq!(hand(&world).await, Some(0));
}

#[test]
fn the_daemon_hands_it_over_by_itself() {
    let (site, _) = site();
    let home = Home::new(&settings(&site.address, "1s", "every 1s"));
    let daemon = home.start();
    while home.written("mail").is_empty() {
        site.next(|seen| seen.path == "/");
    }
    assert_eq!(daemon.stop().0, Some(0));
    let daemon = home.start();
    for _ in 0..3 {
        site.next(|seen| seen.path == "/");
    }
    assert_eq!(daemon.stop().0, Some(0));
    let mails = home.written("mail");
    assert_eq!(subjects(&mails), ["What Offers of the week already held: 3 leads"]);
    assert!(mails[0].contains("This is no news") && home.written("lines").is_empty());
}
