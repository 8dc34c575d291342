//! What recipients want to be spared, by the page behind the link of every mail: it counts before the next mail leaves, and nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::model::MessageState;
use atalaya::pipeline::{seal_due, wish};
use atalaya::store::{EntryFilter, MessageFilter, Scope, Suppression};
use jiff::SignedDuration;

use crate::rig::{Inside, MAILS, OFFER, Reply, Server, listing, rep, segment};

fn settings(site: &str) -> String {
    let source = listing("list", &format!("{site}/"), "1h", OFFER) + "records = \"offer\"\n";
    let ana = rep("ana", "Europe/Madrid", "Mon-Fri 08:00") + "alerts_per_hour = 1\n";
    [source, segment("line = 5\nhot = 15"), ana, MAILS.to_owned()].concat()
}

/// A list of so many offers.
fn site(shown: Arc<AtomicUsize>) -> Server {
    Server::start(move |seen| {
        let row = |n| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b></li>");
        let rows: String = (0..shown.load(Ordering::SeqCst)).map(row).collect();
        if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_holds_everything_back_and_a_week_gathers_it() {
    let offers = Arc::new(AtomicUsize::new(4));
    let site = site(Arc::clone(&offers));
    // A Monday, 09:00 in Madrid.
    let world = Inside::new(&settings(&site.address)).await;
    let until = async |time: &str| {
        let time: jiff::Timestamp = time.parse().unwrap();
        while world.clock.now() < time {
            world.wait(SignedDuration::from_hours(2).min(time.duration_since(world.clock.now())));
            world.visit().await;
            world.drain().await;
        }
        let mut told: Vec<String> = world
            .written("mail")
            .iter()
            .map(|mail| mail.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().trim().to_owned())
            .collect();
        told.sort();
        told
    };
    let want = async |change: &dyn Fn(Suppression) -> Suppression| {
        let before = Suppression::new("mail".parse().unwrap(), "Ana@example.com".to_owned(), world.clock.now());
        wish(&world.effects, &world.config, change(before), world.clock.now()).await.unwrap();
    };
    world.visit().await;
    until("2026-11-23T12:00:00Z").await;

    // Two weeks of silence; then one digest with all of it, and no alert.
    let end = "2026-12-07T12:00:00Z".parse().unwrap();
    want(&|wish| Suppression { paused: Some(end), ..wish }).await;
    offers.store(6, Ordering::SeqCst);
    assert_eq!(until("2026-12-08T06:59:00Z").await, [""; 0]);
    let told = until("2026-12-08T07:00:00Z").await;
    assert!(told.len() == 1 && told[0].starts_with("2 leads for you"), "{told:?}");

    // Once a week: on Monday. An alert is an alert.
    want(&|wish| Suppression { weekly: true, ..wish }).await;
    offers.store(8, Ordering::SeqCst);
    let told = until("2026-12-14T06:59:00Z").await;
    assert!(told.len() == 2 && told.iter().any(|subject| subject.starts_with("Maker")), "{told:?}");
    let told = until("2026-12-14T07:00:00Z").await;
    assert!(told.len() == 3 && told[0].starts_with("1 lead for you"), "{told:?}");

    // Who ends a pause early gets what waited with the next digest.
    want(&|wish| Suppression { paused: Some("2027-01-15T00:00:00Z".parse().unwrap()), ..wish }).await;
    offers.store(10, Ordering::SeqCst);
    assert_eq!(until("2026-12-16T12:00:00Z").await.len(), 3);
    want(&|wish| wish).await;
    assert_eq!(until("2026-12-17T06:59:00Z").await.len(), 3);
    assert_eq!(until("2026-12-17T07:00:00Z").await.len(), 4);
    assert_eq!(world.effects.store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), []);
    let known = world.effects.store.suppressions().await.unwrap();
    assert!(known.iter().all(|wish| *wish == Suppression::new(wish.channel.clone(), wish.recipient.clone(), wish.at)), "{known:?}");

    // What is sealed already is taken back, and told anew after the pause.
    offers.store(12, Ordering::SeqCst);
    until("2026-12-17T12:00:00Z").await;
    world.wait(SignedDuration::from_hours(24));
    seal_due(&world.effects, &world.config, world.clock.now()).await.unwrap();
    let before = world.written("mail").len();
    want(&|wish| Suppression { paused: Some("2027-01-15T00:00:00Z".parse().unwrap()), ..wish }).await;
    world.drain().await;
    assert_eq!(world.written("mail").len(), before);
    world.drain().await;
    // The wish to go on is stored, and what follows is cut: trying again frees what waits.
    let again = Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), world.clock.now());
    world.effects.store.suppress(again).await.unwrap();
    world.drain().await;
    assert_eq!(world.written("mail").len(), before);
    want(&|wish| wish).await;
    assert_eq!(until("2026-12-21T07:00:00Z").await.len(), before + 1);

    // Who takes no alerts gets what is hot with the digest, also where a week's digest is all they take.
    let alerts = |told: &[String]| told.iter().filter(|subject| subject.starts_with("Maker")).count();
    let known = until("2026-12-21T08:00:00Z").await;
    for weekly in [false, true] {
        want(&|wish| Suppression { scope: Scope::Alerts, weekly, ..wish }).await;
        offers.fetch_add(1, Ordering::SeqCst);
        let next = if weekly { "2026-12-28T07:00:00Z" } else { "2026-12-22T07:00:00Z" };
        let told = until(next).await;
        assert!(told.len() == known.len() + 1 + usize::from(weekly), "weekly {weekly}: {told:?}");
        assert_eq!(alerts(&told), alerts(&known), "no further alert: {told:?}");
    }

    // Who takes alerts only: what a digest would have told waits until they take digests again.
    let known = until("2026-12-28T12:00:00Z").await;
    want(&|wish| Suppression { scope: Scope::Digests, ..wish }).await;
    offers.fetch_add(3, Ordering::SeqCst);
    let told = until("2026-12-30T12:00:00Z").await;
    assert_eq!((told.len(), alerts(&told)), (known.len() + 1, alerts(&known) + 1), "{told:?}");
    want(&|wish| wish).await;
    let told = until("2026-12-31T07:00:00Z").await;
    assert!(told.len() == known.len() + 2 && told.iter().any(|subject| subject.starts_with("2 leads for you: Maker")), "{told:?}");
    let kept = world.effects.store.messages(MessageFilter::default(), 99).await.unwrap();
    assert_eq!(kept.iter().filter(|message| matches!(message.state, MessageState::Suppressed { .. })).count(), 1, "{kept:?}");
}
