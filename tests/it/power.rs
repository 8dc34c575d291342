//! Power cuts from a recorded write log: the store's own calls are recorded while it commits, compacts, backs up and begins new segments;
//! from the record many disks are made as they may be after a cut, and each is opened. The opening of some is recorded in its turn, and the
//! power goes again. `ATALAYA_IMAGES` and `ATALAYA_SEED` give other runs.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;

use atalaya::base::clock::Stopwatch;
use atalaya::model::Page;
use atalaya::store::{Settings, Store};

use crate::dice::Dice;
use crate::power_rig::{Luck, Tape, put, recorded, taken};
use crate::rig::PATIENCE;
use crate::stock;

/// Pages, in as many tasks as there are hosts.
const PAGES: usize = 24;
const HOSTS: usize = 4;
/// Bytes of a page; of one in the round that fills a segment.
const SMALL: usize = 6_000;
const LARGE: usize = 720_000;
/// Every so many images the opening is recorded too, and cut so often.
const AGAIN: u64 = 30;
const CUTS: usize = 10;
/// The folder of the recorded run.
const FOLDER: &str = "ATALAYA_RECORDED";

/// One call, so that the record has it whole and in its place.
fn say(words: &str) {
    std::io::stderr().write_all(format!("@{words}\n").as_bytes()).unwrap();
}

/// A test beside this one that starts a program holds all that is open for a moment, a lock given back included: it is asked for again.
async fn open(data: &Path) -> Store {
    let watch = Stopwatch::start();
    loop {
        match Store::open(Settings::new(data)).await {
            Ok((store, ..)) => return store,
            Err(why) if why.to_string().contains("is in use") && watch.elapsed() < PATIENCE => tokio::task::yield_now().await,
            Err(why) => panic!("{why}"),
        }
    }
}

fn pages() -> Vec<Page> {
    (0..PAGES).map(|n| stock::page(n, HOSTS)).collect()
}

/// Bytes of the pages of a round.
const fn length(round: u64) -> usize {
    if round == 5 { LARGE } else { SMALL }
}

/// A change on every page, from several tasks at once; each is said when it is acknowledged.
async fn round(store: &Store, number: u64) {
    let pages = pages();
    let tasks: Vec<_> = (0..HOSTS)
        .map(|host| {
            let (store, pages) = (store.clone(), pages.clone());
            tokio::spawn(async move {
                for (n, page) in pages.iter().enumerate().filter(|(n, _)| n % HOSTS == host) {
                    store.commit(stock::change(page, n, number, length(number))).await.unwrap();
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
    round(&store, 1).await;
    round(&store, 2).await;
    backup(&store, 1).await;
    tokio::join!(round(&store, 3), compact(&store));
    tokio::join!(round(&store, 4), backup(&store, 2));
    store.close().await;
    let store = open(data).await;
    tokio::join!(round(&store, 5), compact(&store));
    store.keep(stock::time(10), jiff::SignedDuration::MAX).await.unwrap();
    tokio::join!(round(&store, 6), backup(&store, 3));
    store.close().await;
}

/// One more change on the first page.
async fn another(store: &Store) -> u64 {
    let page = stock::page(0, HOSTS);
    let next = store.page(page.id).await.unwrap().unwrap().fingerprint.unwrap_or(0) + 1;
    store.commit(stock::change(&page, 0, next, length(next))).await.unwrap();
    next
}

/// What is recorded when the power has gone once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run, and recorded, by the test of power cuts"]
async fn a_recorded_opening() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder)).await;
    let round = another(&store).await;
    say(&format!("ack 0 {round}"));
    store.close().await;
}

/// Records one of the two runs above, from what is in the folder.
fn record(run: &str, data: &Path) -> Tape {
    let record = tempfile::NamedTempFile::new().unwrap();
    let found = taken(data);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", run, "--ignored", "--nocapture"]).env(FOLDER, data);
    recorded(&command, record.path());
    let tape = Tape::read(record.path(), data, &found);
    // The record says everything: played to its end it gives the folder as it is.
    let (all, real) = (tape.cut(tape.length(), Luck::Best, &mut || 0), taken(data));
    assert_eq!(all.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
    for (path, content) in &real {
        assert!(all[path] == *content, "{} differs from what was recorded", path.display());
    }
    tape
}

/// What was acknowledged before a moment.
#[derive(Clone, Default)]
struct Promised {
    open: bool,
    rounds: BTreeMap<usize, u64>,
    backups: Vec<String>,
}

fn promised(before: &Promised, tape: &Tape, line: usize) -> Promised {
    let mut promised = before.clone();
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
        let want = (found > 0).then(|| stock::snapshot(n, found, length(found)));
        assert!(snapshot.map(|snapshot| snapshot.bytes.to_vec()) == want, "page {n}: another version than of round {found}");
        let changes = store.changes_of(stock::record(n, 0).id, 100).await.unwrap();
        assert_eq!(changes.len() as u64, found, "page {n}: the history");
        for round in 1..=7 {
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
        let next = another(&store).await;
        store.close().await;
        let store = open(data).await;
        assert_eq!(store.page(pages[0].id).await.unwrap().unwrap().fingerprint, Some(next));
        store.close().await;
    } else {
        store.close().await;
    }
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

/// How a disk comes out.
fn luck(dice: &mut Dice) -> Luck {
    [Luck::Torn(4_096), Luck::Torn(512), Luck::Torn(4_096), Luck::Worst, Luck::Best][dice.below(5)]
}

/// A disk as it may be after a cut at this line, and what it must hold.
fn cut(tape: &Tape, line: usize, before: &Promised, dice: &mut Dice) -> (tempfile::TempDir, Promised, String) {
    let (luck, target) = (luck(dice), tempfile::tempdir().unwrap());
    put(&tape.cut(line, luck, &mut || dice.roll()), target.path());
    (target, promised(before, tape, line), format!("cut at line {line} of {}, {luck:?}", tape.length()))
}

fn judged(runtime: &tokio::runtime::Runtime, target: tempfile::TempDir, promised: &Promised, what: &str) {
    let judged = catch_unwind(AssertUnwindSafe(|| runtime.block_on(judge(target.path(), promised))));
    assert!(judged.is_ok(), "{what}; it lies in {}", target.keep().display());
}

#[test]
fn power_cuts_at_any_moment_lose_nothing_that_was_acknowledged() {
    let watch = Stopwatch::start();
    let folder = tempfile::tempdir().unwrap();
    let tape = record("power::a_recorded_run", &folder.path().canonicalize().unwrap());
    let (images, mut dice, mut again) = (number("ATALAYA_IMAGES", 240), Dice(number("ATALAYA_SEED", 20_261_123)), 0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = tape.said.iter().find(|(_, said)| said.starts_with("@open")).unwrap().0;
    for image in 0..images {
        // A few of them while the store is being made.
        let line = if image.is_multiple_of(8) { dice.below(first) } else { first + 1 + dice.below(tape.length() - first) };
        let (target, promised, what) = cut(&tape, line, &Promised::default(), &mut dice);
        if image % AGAIN == 1 {
            let second = record("power::a_recorded_opening", &target.path().canonicalize().unwrap());
            for _ in 0..CUTS {
                let line = dice.below(second.length());
                let (target, promised, more) = cut(&second, line, &promised, &mut dice);
                judged(&runtime, target, &promised, &format!("image {image}: {what}; opened, and {more}"));
                again += 1;
            }
        } else {
            judged(&runtime, target, &promised, &format!("image {image}: {what}"));
        }
    }
    let (calls, took) = (tape.length(), watch.elapsed());
    let line = format!("\npower cuts: {images} images from {calls} calls, and {again} of openings after one; in all {took:?}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
