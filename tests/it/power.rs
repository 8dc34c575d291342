//! Power cuts from a recorded write log: the store's own calls are recorded while it commits, compacts, backs up and begins new segments;
//! from the record many disks are made as they may be after a cut, and each is opened. `ATALAYA_IMAGES` and `ATALAYA_SEED` give other runs.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use atalaya::base::clock::Stopwatch;
use atalaya::model::Page;
use atalaya::store::{Settings, Store};

use crate::power_rig::{Luck, Tape, put, recorded, taken};
use crate::stock;

/// Pages, in as many tasks as there are hosts.
const PAGES: usize = 24;
const HOSTS: usize = 4;
/// Bytes of a page; of one in the round that fills a segment.
const SMALL: usize = 6_000;
const LARGE: usize = 720_000;
/// The folder of the recorded run.
const FOLDER: &str = "ATALAYA_RECORDED";

/// One call, so that the record has it whole and in its place.
fn say(words: &str) {
    std::io::stderr().write_all(format!("@{words}\n").as_bytes()).unwrap();
}

async fn open(data: &Path) -> Store {
    Store::open(Settings::new(data)).await.unwrap_or_else(|why| panic!("{why}")).0
}

fn pages() -> Vec<Page> {
    (0..PAGES).map(|n| stock::page(n, HOSTS)).collect()
}

/// A change on every page, from several tasks at once; each is said when it is acknowledged.
async fn round(store: &Store, number: u64, length: usize) {
    let pages = pages();
    let tasks: Vec<_> = (0..HOSTS)
        .map(|host| {
            let (store, pages) = (store.clone(), pages.clone());
            tokio::spawn(async move {
                for (n, page) in pages.iter().enumerate().filter(|(n, _)| n % HOSTS == host) {
                    store.commit(stock::change(page, n, number, length)).await.unwrap();
                    say(&format!("ack {n} {number}"));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn compact(store: &Store) {
    let after = store.compact().await.unwrap();
    say(&format!("compacted to {} bytes", after.file));
}

async fn backup(store: &Store, at: u64) {
    say(&format!("backup {}", store.backup(stock::time(at)).await.unwrap().name));
}

/// What is recorded. Run by the test below, under `strace`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run, and recorded, by the test of power cuts"]
async fn a_recorded_run() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let data = Path::new(&folder);
    let store = open(data).await;
    store.add_pages(pages()).await.unwrap();
    say("open");
    round(&store, 1, SMALL).await;
    round(&store, 2, SMALL).await;
    backup(&store, 1).await;
    tokio::join!(round(&store, 3, SMALL), compact(&store));
    tokio::join!(round(&store, 4, SMALL), backup(&store, 2));
    store.close().await;
    let store = open(data).await;
    tokio::join!(round(&store, 5, LARGE), compact(&store));
    store.keep(stock::time(10), jiff::SignedDuration::MAX).await.unwrap();
    tokio::join!(round(&store, 6, SMALL), backup(&store, 3));
    store.close().await;
}

/// What was acknowledged before a moment.
#[derive(Default)]
struct Promised {
    open: bool,
    rounds: BTreeMap<usize, u64>,
    backups: Vec<String>,
}

fn promised(tape: &Tape, line: usize) -> Promised {
    let mut promised = Promised::default();
    for word in tape.said.iter().filter(|(at, _)| *at < line).filter_map(|(_, said)| said.trim().strip_prefix('@')) {
        match word.split(' ').collect::<Vec<_>>().as_slice() {
            ["open"] => promised.open = true,
            ["ack", n, round] => drop(promised.rounds.insert(n.parse().unwrap(), round.parse().unwrap())),
            ["backup", name] => promised.backups.push((*name).to_owned()),
            _ => {}
        }
    }
    promised
}

/// Everything promised is there, whole turns only, and it goes on.
async fn judge(data: &Path, promised: &Promised) {
    let settings = Settings::new(data);
    let store = open(data).await;
    let pages = pages();
    let known = store.pages_of(&stock::SOURCE.parse().unwrap());
    assert!(!promised.open || known.len() == PAGES, "{} pages", known.len());
    for (n, page) in pages.iter().enumerate() {
        let least = promised.rounds.get(&n).copied().unwrap_or(0);
        let found = store.page(page.id).await.unwrap().and_then(|page| page.fingerprint).unwrap_or(0);
        assert!(found >= least, "page {n}: round {found} instead of {least}");
        let record = store.records(vec![stock::record(n, 0).id]).await.unwrap().pop();
        assert_eq!(record.map(|record| record.title()), (found > 0).then(|| format!("round {found} of {n}")), "page {n}");
        let snapshot = store.last_snapshot(page.id).await.unwrap();
        let length = if found == 5 { LARGE } else { SMALL };
        let want = (found > 0).then(|| stock::snapshot(n, found, length));
        assert!(snapshot.map(|snapshot| snapshot.bytes.to_vec()) == want, "page {n}: another version than of round {found}");
        let changes = store.changes_of(stock::record(n, 0).id, 100).await.unwrap();
        assert_eq!(changes.len() as u64, found, "page {n}: the history");
        for round in 1..=6 {
            let message = store.message(&stock::message_id(n, round)).await.unwrap();
            assert_eq!(message.is_some(), round <= found, "page {n}: the message of round {round}, found {found}");
        }
    }
    let whole = Store::backups(&settings).await.unwrap();
    for name in &promised.backups {
        assert!(whole.iter().any(|backup| backup.name == *name), "backup {name} is gone");
    }
    for backup in &whole {
        Store::verify_backup(&settings, &backup.name).await.unwrap();
    }
    if promised.open {
        store.commit(stock::change(&pages[0], 0, 7, SMALL)).await.unwrap();
        store.close().await;
        let store = open(data).await;
        assert_eq!(store.page(pages[0].id).await.unwrap().unwrap().fingerprint, Some(7));
        store.close().await;
    } else {
        store.close().await;
    }
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn power_cuts_at_any_moment_lose_nothing_that_was_acknowledged() {
    let watch = Stopwatch::start();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let (data, record) = (root.join("data"), root.join("record"));
    std::fs::create_dir(&data).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "power::a_recorded_run", "--ignored", "--nocapture"]).env(FOLDER, &data);
    recorded(&command, &record);
    let tape = Tape::read(&record, &data);
    let mut state = number("ATALAYA_SEED", 20_261_123);
    let mut coin = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    // The record says everything: played to its end it gives the folder as it is.
    let (all, real) = (tape.cut(tape.length(), Luck::Best, &mut coin), taken(&data));
    assert_eq!(all.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
    for (path, content) in &real {
        assert!(all[path] == *content, "{} differs from what was recorded", path.display());
    }
    let recorded = watch.elapsed();

    let images = number("ATALAYA_IMAGES", 240);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let begun = tape.said.iter().position(|(_, said)| said.starts_with("@open")).unwrap();
    let first = tape.said[begun].0;
    for image in 0..images {
        // A few of them while the store is being made.
        let line = if image % 8 == 0 { coin() % first as u64 } else { first as u64 + coin() % (tape.length() - first) as u64 };
        let line = usize::try_from(line).unwrap();
        let luck = [Luck::Torn(4_096), Luck::Torn(512), Luck::Torn(4_096), Luck::Worst, Luck::Best][usize::try_from(coin() % 5).unwrap()];
        let target = tempfile::tempdir().unwrap();
        put(&tape.cut(line, luck, &mut coin), target.path());
        let judged =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(judge(target.path(), &promised(&tape, line)))));
        assert!(judged.is_ok(), "image {image}: cut at line {line} of {}, {luck:?}; it lies in {}", tape.length(), target.keep().display());
    }
    let (lines, acknowledged) = (tape.length(), promised(&tape, tape.length()).rounds.len() * 6);
    writeln!(
        std::io::stderr(),
        "\npower cuts: {images} images from {lines} calls and {acknowledged} commits; recorded in {recorded:?}, in all {:?}",
        watch.elapsed()
    )
    .unwrap();
}
