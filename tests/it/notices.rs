//! What whoever runs the daemon is told of ill sources: once that one is ill, once that it is well again, by mail and to machines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use jiff::SignedDuration;

use crate::rig::{Home, Inside, LINES, MAILS, Reply, Server, hook, listing};

fn site() -> (Server, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(200));
    let shown = Arc::clone(&status);
    let server = Server::start(move |seen| match (seen.path.as_str(), shown.load(Ordering::SeqCst)) {
        ("/", 200) => Reply::html("<html><body><ul><li><a href=/1>One</a></li><li><a href=/2>Two</a></li></ul></body></html>"),
        ("/", other) => Reply::status(other),
        _ => Reply::status(404),
    });
    (server, status)
}

fn settings(site: &str, every: &str, hook: &str) -> String {
    let source = listing("fair", &format!("{site}/"), every, "title = \"a\", url = \"a @href\"") + "title = \"Exhibitors of Expo\"\n";
    [&source, MAILS, hook].concat()
}

#[test]
fn a_source_that_turns_ill_is_told_of_once_and_once_more_when_it_is_well() {
    let (site, status) = site();
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new("");
    home.configure_daemon(
        "operator = \"ops@example.com\"\nnotices = [\"mail\", \"ops\"]\n",
        &settings(&site.address, "1s", &hook("ops", &receiver.address)),
    );
    let daemon = home.start();
    site.next(|seen| seen.path == "/");
    site.next(|seen| seen.path == "/");
    status.store(404, Ordering::SeqCst);
    let event = |word: &str| {
        let told: serde_json::Value = serde_json::from_slice(&receiver.next(|_| true).body).unwrap();
        assert_eq!((told["type"].as_str(), told["data"]["source"].as_str()), (Some(word), Some("fair")), "{told}");
        told
    };
    let ill = event("source.ill");
    assert_eq!(ill["data"]["class"], "not-found");
    for _ in 0..3 {
        site.next(|seen| seen.path == "/");
    }
    status.store(200, Ordering::SeqCst);
    event("source.well");
    assert_eq!(daemon.stop().0, Some(0));
    assert!(receiver.all().is_empty(), "each once");
    let sent = home.json(&["outbox", "list"]);
    let titles: Vec<&str> =
        sent.as_array().unwrap().iter().filter(|one| one["channel"] == "mail").map(|one| one["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        ["The source Exhibitors of Expo (fair) is well again", "The source Exhibitors of Expo (fair) is ill: not-found"],
        "the newest first"
    );
    let mails = home.written("mail");
    assert!(mails.iter().all(|mail| mail.contains("To: ops@example.com")), "{mails:?}");
    assert!(mails.iter().any(|mail| mail.contains("What to do: the page is not there")), "{mails:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_heals_by_itself_is_told_of_only_when_it_lasts() {
    let (site, status) = site();
    let world = Inside::with("notices = [\"lines\"]\n", &settings(&site.address, "10m", LINES)).await;
    let step = async |minutes: i64, code: u16| {
        status.store(code, Ordering::SeqCst);
        world.wait(SignedDuration::from_mins(minutes));
        world.visit().await;
        world.drain().await;
        let lines = world.written("lines").concat();
        lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["message"]["type"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    world.visit().await;
    step(11, 200).await;
    // It comes and goes: nobody is woken.
    for _ in 0..3 {
        assert_eq!(step(11, 500).await, [""; 0]);
        assert_eq!(step(11, 200).await, [""; 0]);
    }
    step(11, 500).await;
    assert_eq!(step(15, 500).await, [""; 0]);
    assert_eq!(step(30, 500).await, ["source.ill"]);
    assert_eq!(step(600, 500).await, ["source.ill"]);
    assert_eq!(step(600, 200).await, ["source.ill", "source.well"]);
    assert_eq!(step(600, 200).await, ["source.ill", "source.well"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_and_goes_is_told_of_once_a_day() {
    let (site, status) = site();
    let world = Inside::with("notices = [\"lines\"]\n", &settings(&site.address, "1h", LINES)).await;
    world.visit().await;
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    let mut told = Vec::new();
    for code in [404, 200].repeat(12) {
        status.store(code, Ordering::SeqCst);
        world.wait(SignedDuration::from_hours(1));
        world.visit().await;
        world.drain().await;
        told.push(world.written("lines").concat().lines().count());
    }
    assert_eq!(told, [vec![1], vec![2; 23]].concat(), "one pair a day, although a visit fails every other hour");
    // It stays ill: the next day says so, although its first hours were silent.
    status.store(404, Ordering::SeqCst);
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    world.drain().await;
    assert!(world.written("lines").concat().lines().last().unwrap().contains("source.ill"));
}
