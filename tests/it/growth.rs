//! Growth: twenty rounds over many pages of which one in twenty changes each time, through the real store, kept in order as the daemon keeps
//! it. The suite takes 2,000 pages; `ATALAYA_GROWTH_PAGES=50000` takes as many as that, and is worth an optimised build.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use atalaya::base::clock::Stopwatch;
use atalaya::model::{Message, MessageState, Page};
use atalaya::store::{Settings, Store};

use crate::stock;

const ROUNDS: u64 = 20;
const HOSTS: usize = 200;
/// Bytes of a page as it is kept, packed: the pages here cannot be packed.
const LENGTH: usize = 8_000;
/// Turns in flight, as in the daemon.
const TASKS: usize = 64;
/// A round a day.
const DAY: u64 = 86_400;

fn say(line: &str) {
    std::io::stderr().write_all(format!("growth: {line}\n").as_bytes()).unwrap();
}

/// Every page is checked once; those that `changes` recognises have changed. Returns the longest that a commit took.
async fn round(store: &Store, pages: &Arc<Vec<Page>>, number: u64, changes: fn(usize, u64) -> bool) -> Duration {
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (store, pages) = (store.clone(), Arc::clone(pages));
            tokio::spawn(async move {
                let mut longest = Duration::ZERO;
                for (n, page) in pages.iter().enumerate().skip(task).step_by(TASKS) {
                    let turn =
                        if changes(n, number) { stock::change(page, n, number, LENGTH) } else { stock::unchanged(page, number * 24) };
                    let watch = Stopwatch::start();
                    store.commit(turn).await.unwrap();
                    longest = longest.max(watch.elapsed());
                }
                longest
            })
        })
        .collect();
    let mut longest = Duration::ZERO;
    for task in tasks {
        longest = longest.max(task.await.unwrap());
    }
    longest
}

/// Everything in the outbox is delivered.
async fn drain(store: &Store, now: u64) {
    let channel = "crm".parse().unwrap();
    loop {
        let messages = store.lease_messages(&channel, stock::time(now), 64, stock::time(now + 60)).await.unwrap();
        if messages.is_empty() {
            return;
        }
        for message in messages {
            let done = Message { state: MessageState::Delivered { at: stock::time(now) }, tries: 1, ..message };
            store.acknowledge(done, None, Vec::new()).await.unwrap();
        }
    }
}

/// One step of the daemon's keeping; in the middle of the run it compacts in any case, so that small runs do so too.
async fn keep(store: &Store, number: u64) -> bool {
    store.keep(stock::time(number * DAY), jiff::SignedDuration::MAX).await.unwrap();
    let compacts = store.size().overgrown() || number == ROUNDS / 2;
    if compacts {
        store.compact().await.unwrap();
    }
    compacts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_rounds_leave_a_small_file_and_never_a_long_stop() {
    let count: usize = std::env::var("ATALAYA_GROWTH_PAGES").map_or(2_000, |text| text.parse().unwrap());
    let watch = Stopwatch::start();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(Settings::new(folder.path())).await.unwrap().0;
    let pages: Arc<Vec<Page>> = Arc::new((0..count).map(|n| stock::page(n, HOSTS)).collect());
    for some in pages.chunks(1_000) {
        store.add_pages(some.to_vec()).await.unwrap();
    }
    let mib = |bytes: u64| bytes as f64 / 1_048_576.0;
    let mut worst = Duration::ZERO;
    for number in 1..=ROUNDS {
        let changes = if number == 1 { |_, _| true } else { |n, number| n as u64 % 20 == number % 20 };
        let (longest, compacted) = tokio::join!(round(&store, &pages, number, changes), keep(&store, number));
        drain(&store, number * DAY).await;
        worst = worst.max(longest);
        let size = store.size();
        say(&format!(
            "round {number:2}: file {:6.1} MiB, live {:6.1}, segments {:6.1}, live {:6.1}; the longest stop {:4} ms{}",
            mib(size.file),
            mib(size.live),
            mib(size.segments),
            mib(size.segments_live),
            longest.as_millis(),
            if compacted { ", compacted" } else { "" }
        ));
    }
    keep(&store, ROUNDS).await;
    let size = store.size();
    say(&format!("{count} pages, {ROUNDS} rounds in {:?}; the longest stop of all {} ms; {size:?}", watch.elapsed(), worst.as_millis()));
    assert!(size.file <= 64_000_000 + 4 * size.live, "{size:?}");
    assert!(size.segments <= 2 * size.segments_live + (64 << 20), "{size:?}");
    store.close().await;

    let store = Store::open(Settings::new(folder.path())).await.unwrap().0;
    assert_eq!(store.pages_of(&stock::SOURCE.parse().unwrap()).len(), count);
    for n in (0..count).step_by(97) {
        let last = (2..=ROUNDS).rev().find(|number| n as u64 % 20 == number % 20).unwrap_or(1);
        let page = store.page(pages[n].id).await.unwrap().unwrap();
        let bytes = store.last_snapshot(page.id).await.unwrap().unwrap().bytes;
        assert!(page.fingerprint == Some(last) && bytes == stock::snapshot(n, last, LENGTH), "page {n}: {:?}", page.fingerprint);
    }
    store.close().await;
}
