//! Trials of the embedded backend alone: copies, damage, power cuts, growth.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::contract::{entry, noise, page, record, source, time, times, whole};
use super::generation::{self, Generation};
use super::*;
use crate::model::*;

async fn open(data: &Path) -> Store {
    Store::open(Settings::new(data)).await.unwrap().0
}

async fn refused(data: &Path) -> String {
    Store::open(Settings::new(data)).await.expect_err("it must be refused").to_string()
}

/// A store with some pages, records, versions and large values.
async fn fill(store: &Store, pages: usize) -> Vec<Page> {
    let pages: Vec<Page> = (0..pages).map(|n| page("a", &format!("https://{}.example/{n}", n % 5), 0)).collect();
    store.add_pages(pages.clone()).await.unwrap();
    for (n, page) in pages.iter().enumerate() {
        change(store, page, n, 1).await;
    }
    pages
}

/// A turn that found something.
async fn change(store: &Store, page: &Page, n: usize, round: i64) {
    let mut turn =
        whole(&Page { fingerprint: Some(round.cast_unsigned()), checked: Some(time(round)), next_due: time(round + 100), ..page.clone() });
    turn.snapshot = Some(format!("{}<p>{round}</p>", noise(6_000, n as u64)).into());
    turn.records = vec![record("a", &n.to_string(), &format!("round {round} {}", noise(if n.is_multiple_of(10) { 6_000 } else { 50 }, 1)))];
    turn.changes =
        vec![Change { source: source("a"), record: turn.records[0].id, kind: ChangeKind::Appeared, at: time(round), baseline: false }];
    turn.host_state = n.is_multiple_of(7).then(|| HostState::new(page.host()));
    store.commit(turn).await.unwrap();
}

async fn holds(store: &Store, pages: &[Page], round: i64) {
    for (n, page) in pages.iter().enumerate() {
        let found = store.page(page.id).await.unwrap().unwrap();
        assert_eq!(found.fingerprint, Some(round.cast_unsigned()), "page {n}");
        let record = store.records(vec![record("a", &n.to_string(), "").id]).await.unwrap().remove(0);
        assert!(record.title().starts_with(&format!("round {round} ")));
        let bytes = store.last_snapshot(page.id).await.unwrap().unwrap().bytes;
        assert!(bytes.ends_with(format!("<p>{round}</p>").as_bytes()));
    }
    assert!(store.pages_of(&source("a")).len() >= pages.len());
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_the_pid_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let words = refused(folder.path()).await;
    assert!(words.contains(&format!("in use by process {}", std::process::id())), "{words}");
    store.close().await;
    assert!(store.page(PageId(1)).await.is_err(), "a closed store answers nothing");
    open(folder.path()).await.close().await;
}

#[tokio::test]
async fn dropping_every_handle_gives_the_lock_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    fill(&store, 3).await;
    drop(store);
    while opening::lock(folder.path()).is_err() {
        std::thread::yield_now();
    }
    open(folder.path()).await.close().await;
}

#[tokio::test]
async fn a_later_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.close().await;
    {
        let generation = Generation::open(&folder.path().join("store"), 1, 4 << 20).unwrap();
        generation.db.insert(codec::system("format"), &99_u32.to_be_bytes()).unwrap();
        generation.settle().unwrap();
    }
    let words = refused(folder.path()).await;
    assert!(words.contains("format 99") && words.contains("use that version"), "{words}");
}

#[tokio::test]
async fn damage_is_found_named_and_restored_from_a_backup() {
    type Harm = fn(&Path);
    // What is wrong, how it came, and whether the wishes of recipients can still be read.
    let harms: [(&str, Harm, bool); 4] = [
        ("db is missing", |store| fs::remove_file(store.join("db-000001/db")).unwrap(), false),
        (
            "keys where",
            |store| {
                let generation = Generation::open(store, 1, 4 << 20).unwrap();
                let key = generation.db.scan_prefix(codec::Table::Pack.prefix()).keys().next().unwrap().unwrap();
                generation.db.remove(key).unwrap();
                generation.settle().unwrap();
            },
            true,
        ),
        (
            "too short",
            |store| {
                let path = store.join("segments/00000001.segment");
                fs::OpenOptions::new().write(true).open(path).unwrap().set_len(3_000).unwrap();
            },
            true,
        ),
        ("is no number", |store| fs::write(store.join("current"), "x").unwrap(), true),
    ];
    for (words, harm, readable) in harms {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await;
        let pages = fill(&store, 12).await;
        let backup = store.backup(time(5)).await.unwrap();
        store.suppress(wish("ana@example.com", 6, Scope::All)).await.unwrap();
        store.close().await;
        harm(&folder.path().join("store"));
        let found = refused(folder.path()).await;
        assert!(found.contains(words) && found.contains(&format!("atalaya restore {}", backup.name)), "{words}: {found}");
        let restored = Store::restore(&Settings::new(folder.path()), &backup.name, time(6)).await.unwrap();
        assert_eq!(restored.keys, backup.keys);
        assert_eq!(restored.wishes.is_ok_and(|carried| carried == 1), readable, "{words}");
        assert!(restored.aside.unwrap().is_dir(), "the damaged one is set aside");
        let store = open(folder.path()).await;
        holds(&store, &pages, 1).await;
        assert_eq!(store.suppressions().await.unwrap().len(), usize::from(readable));
        store.close().await;
    }
}

fn wish(recipient: &str, second: i64, scope: Scope) -> Suppression {
    Suppression { scope, ..Suppression::new("mail".parse().unwrap(), recipient.to_owned(), time(second)) }
}

#[tokio::test]
async fn what_only_rises_does_not_fall_with_a_restore() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::new(folder.path());
    let store = open(folder.path()).await;
    let name = |name: &str| format!("{RISING}{name}");
    let set = async |store: &Store, key: &str, value: &str| store.set_mark(key, Some(value.into())).await.unwrap();
    for (key, value) in [("a", "9"), ("b", "2"), ("c", "1")] {
        set(&store, &name(key), value).await;
    }
    set(&store, "other", "1").await;
    let backup = store.backup(time(5)).await.unwrap();
    for (key, value) in [("a", "10"), ("b", "1"), ("d", "1")] {
        set(&store, &name(key), value).await;
    }
    set(&store, "other", "2").await;
    store.close().await;
    let restored = Store::restore(&settings, &backup.name, time(6)).await.unwrap();
    assert_eq!((restored.counts, restored.wishes), (2, Ok(0)));
    let store = open(folder.path()).await;
    let marks: Vec<String> =
        store.marks(RISING, 9).await.unwrap().into_iter().map(|(_, value)| String::from_utf8(value).unwrap()).collect();
    assert_eq!(marks, ["10", "2", "1", "1"]);
    assert_eq!(store.mark("other").await.unwrap(), Some(b"1".to_vec()), "all else is as the backup has it");
    store.close().await;
}

#[tokio::test]
async fn what_recipients_wished_outlives_a_restore() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::new(folder.path());
    let store = open(folder.path()).await;
    let pages = fill(&store, 3).await;
    for old in [wish("ana@example.com", 1, Scope::All), wish("bea@example.com", 1, Scope::Alerts), wish("cleo@example.com", 1, Scope::All)]
    {
        store.suppress(old).await.unwrap();
    }
    let backup = store.backup(time(5)).await.unwrap();
    // Ana wants everything again, Dora nothing more; Bea chose long ago.
    for new in [wish("Ana@example.com", 6, Scope::None), wish("dora@example.com", 7, Scope::All)] {
        store.suppress(new).await.unwrap();
    }
    change(&store, &pages[1], 1, 2).await;
    store.close().await;
    let known = [
        wish("Ana@example.com", 6, Scope::None),
        wish("bea@example.com", 1, Scope::Alerts),
        wish("cleo@example.com", 1, Scope::All),
        wish("dora@example.com", 7, Scope::All),
    ];
    let listed = async |store: &Store| {
        let mut all = store.suppressions().await.unwrap();
        all.sort_by_key(|wish| wish.recipient.to_lowercase());
        all
    };
    let restored = Store::restore(&settings, &backup.name, time(8)).await.unwrap();
    assert_eq!(restored.wishes, Ok(2));
    let store = open(folder.path()).await;
    holds(&store, &pages, 1).await;
    assert_eq!(listed(&store).await, known);
    // A backup made by hand of a store that another installation began anew holds what the new one never knew.
    store.close().await;
    fs::remove_dir_all(folder.path().join("store")).unwrap();
    let fresh = open(folder.path()).await;
    fresh.suppress(wish("dora@example.com", 2, Scope::None)).await.unwrap();
    fresh.suppress(wish("bea@example.com", 9, Scope::All)).await.unwrap();
    fresh.close().await;
    assert_eq!(Store::restore(&settings, &backup.name, time(10)).await.unwrap().wishes, Ok(2));
    let store = open(folder.path()).await;
    let scopes: Vec<Scope> = listed(&store).await.into_iter().map(|wish| wish.scope).collect();
    assert_eq!(scopes, [Scope::All, Scope::All, Scope::All, Scope::None]);
}

#[tokio::test]
async fn backups_share_segments_are_verified_and_rotate() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { keep_backups: 2, ..Settings::new(folder.path()) };
    let store = Store::open(settings.clone()).await.unwrap().0;
    let pages = fill(&store, 20).await;
    let first = store.backup(time(1)).await.unwrap();
    change(&store, &pages[3], 3, 2).await;
    let second = store.backup(time(2)).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let inode = |root: &Path| fs::metadata(root.join("store/segments/00000001.segment")).unwrap().ino();
        assert_eq!(inode(&first.path), inode(&second.path), "an unchanged segment is stored once for all backups");
        assert_ne!(inode(&first.path), inode(folder.path()), "but never shared with the store itself");
    }
    let third = store.backup(time(3)).await.unwrap();
    assert!(store.backup(time(3)).await.is_err());
    let names = |backups: Vec<Backup>| backups.into_iter().map(|backup| backup.name).collect::<Vec<_>>();
    assert_eq!(names(Store::backups(&settings).await.unwrap()), [third.name.clone(), second.name.clone()]);
    store.close().await;
    assert_eq!(Store::verify_backup(&settings, &second.name).await.unwrap(), second);
    let mut files = Vec::new();
    walk(&second.path, &mut files);
    for (n, path) in files.iter().enumerate() {
        let whole = fs::read(path).unwrap();
        for at in [0, whole.len() / 2, whole.len().saturating_sub(1)].into_iter().filter(|at| *at < whole.len()) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (n % 8);
            fs::write(path, &flipped).unwrap();
            let refused = Store::restore(&settings, &second.name, time(9)).await;
            assert!(refused.is_err(), "{} at {at}", path.display());
        }
        fs::write(path, &whole[..whole.len() / 2]).unwrap();
        assert!(whole.is_empty() || Store::verify_backup(&settings, &second.name).await.is_err());
        fs::write(path, &whole).unwrap();
    }
    Store::restore(&settings, second.path.to_str().unwrap(), time(9)).await.unwrap();
    holds(&open(folder.path()).await, &pages[4..5], 1).await;
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, into) } else { into.push(path) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compaction_loses_nothing_while_commits_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let pages = fill(&store, 60).await;
    for round in 2..6 {
        let compacting = tokio::spawn({
            let store = store.clone();
            async move { store.compact().await.unwrap() }
        });
        for (n, page) in pages.iter().enumerate() {
            change(&store, page, n, round).await;
        }
        compacting.await.unwrap();
        holds(&store, &pages, round).await;
    }
    let copy = tempfile::tempdir().unwrap();
    store.copy_to(copy.path()).await.unwrap();
    assert!(store.copy_to(copy.path()).await.is_err(), "never over a store that is there");
    holds(&open(copy.path()).await, &pages, 5).await;
    store.close().await;
    assert_eq!(generation::numbers(&folder.path().join("store")).unwrap(), [5], "retired databases are gone");
    holds(&open(folder.path()).await, &pages, 5).await;
}

#[tokio::test]
async fn growth_ends_with_compaction_and_dead_segments_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let pages = fill(&store, 300).await;
    for round in 2..22 {
        for (n, page) in pages.iter().enumerate() {
            if n % 20 == usize::try_from(round).unwrap() % 20 {
                change(&store, page, n, round).await;
            } else {
                store.commit(times(page, round * 60, round * 60 + 60)).await.unwrap();
            }
        }
    }
    let before = store.size();
    let after = store.compact().await.unwrap();
    assert_eq!((after.keys, after.live), (before.keys, before.live));
    assert!(after.file <= 4 * after.live + (2 << 20), "{after:?}");
    assert!(store.size().segments_live > 0);
    store.remove_pages(pages[..290].iter().map(|page| page.id).collect()).await.unwrap();
    change(&store, &pages[295], 295, 30).await;
    // The active file is closed by a backup; then most of it is dead.
    store.backup(time(1)).await.unwrap();
    let kept = store.keep(time(1), SignedDuration::MAX).await.unwrap();
    assert!(kept.segments_rewritten > 0 && kept.segments_deleted > 0, "{kept:?}");
    let size = store.size();
    assert!(size.segments < size.segments_live * 2 + 4_096, "{size:?}");
    store.close().await;
    let store = open(folder.path()).await;
    assert!(store.last_snapshot(pages[295].id).await.unwrap().unwrap().bytes.ends_with(b"<p>30</p>"));
    assert!(store.last_snapshot(pages[294].id).await.unwrap().is_some());
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn files(root: &Path) -> Files {
    let mut paths = Vec::new();
    walk(root, &mut paths);
    paths.into_iter().filter_map(|path| Some((path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).ok()?))).collect()
}

fn put(root: &Path, files: &Files) {
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// What a disk may hold after a power cut: what was synced, and any part of what was written since, in blocks of 4 KiB.
fn cut(durable: &Files, cache: &Files, seed: u64) -> Files {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut coin = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 33 & 1 == 0
    };
    let mut image = durable.clone();
    for (path, new) in cache {
        let Some(old) = image.get_mut(path) else { continue };
        if new.len() > old.len() && coin() {
            old.resize(new.len(), 0);
        }
        let length = old.len();
        for at in (0..length.min(new.len())).step_by(4_096) {
            let end = (at + 4_096).min(length).min(new.len());
            if old[at..end] != new[at..end] && coin() {
                old[at..end].copy_from_slice(&new[at..end]);
            }
        }
    }
    image
}

#[derive(Default)]
struct Recording {
    /// Commits that were durable, the files then, the files at the point.
    images: Vec<(usize, Arc<Files>, Files)>,
    durable: Arc<Files>,
    commits: usize,
}

#[tokio::test]
async fn behind_the_barrier_waits_whatever_could_be_read_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (reached, is_reached) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel();
    let held = Mutex::new(Some((reached, may_go)));
    let armed = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_armed = Arc::clone(&armed);
    let hook = Hook(Arc::new(move |point| {
        if point == "store.batch.applied"
            && is_armed.load(std::sync::atomic::Ordering::SeqCst)
            && let Some((reached, may_go)) = held.lock().unwrap().take()
        {
            reached.send(()).unwrap();
            may_go.recv().unwrap();
        }
    }));
    let store = Store::open(Settings { hook, ..Settings::new(folder.path()) }).await.unwrap().0;
    let root = page("a", "https://one.example/", 0);
    store.add_pages(vec![root.clone()]).await.unwrap();
    armed.store(true, std::sync::atomic::Ordering::SeqCst);
    let (writer, turn) = (store.clone(), Turn { entries: vec![entry(1, 1)], ..times(&root, 1, 2) });
    let written = tokio::spawn(async move { writer.commit(turn).await });
    tokio::task::spawn_blocking(move || is_reached.recv().unwrap()).await.unwrap();
    assert_eq!(store.entered(vec![entry(1, 1).id]).await.unwrap(), [entry(1, 1).id], "it can be read");
    assert_eq!(store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), [], "and is not queued");
    let mut barrier = std::pin::pin!(store.barrier());
    assert!(std::future::poll_fn(|context| std::task::Poll::Ready(barrier.as_mut().poll(context).is_pending())).await);
    go.send(()).unwrap();
    barrier.await.unwrap();
    assert_eq!(store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), [entry(1, 1)]);
    written.await.unwrap().unwrap();
}

#[tokio::test]
async fn power_cuts_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let recording = Arc::new(Mutex::new(None::<Recording>));
    let (root, shared) = (folder.path().join("store"), Arc::clone(&recording));
    let hook = Hook(Arc::new(move |point| {
        let mut recording = shared.lock().unwrap();
        let Some(recording) = recording.as_mut() else { return };
        let now = files(&root);
        match point {
            "store.batch.synced" => {
                recording.durable = Arc::new(now);
                recording.commits += 1;
            }
            "store.segment.synced" => {
                let mut durable = (*recording.durable).clone();
                durable.extend(now.into_iter().filter(|(path, _)| path.starts_with("segments")));
                recording.durable = Arc::new(durable);
            }
            _ => recording.images.push((recording.commits, Arc::clone(&recording.durable), now)),
        }
    }));
    let store = Store::open(Settings { hook, ..Settings::new(folder.path()) }).await.unwrap().0;
    let pages = fill(&store, 25).await;
    *recording.lock().unwrap() = Some(Recording { durable: Arc::new(files(&folder.path().join("store"))), ..Recording::default() });
    for (n, page) in pages.iter().enumerate() {
        change(&store, page, n, 2).await;
    }
    store.close().await;
    let images = recording.lock().unwrap().take().unwrap().images;
    assert!(images.len() >= 75);
    for (seed, (commits, durable, cache)) in (0_u64..).zip(&images) {
        let target = tempfile::tempdir().unwrap();
        put(&target.path().join("store"), &cut(durable, cache, seed));
        let store = open(target.path()).await;
        holds(&store, &pages[..*commits], 2).await;
        store.close().await;
    }
}

#[tokio::test]
async fn a_kill_at_any_point_of_a_copy_leaves_the_store_whole() {
    let folder = tempfile::tempdir().unwrap();
    let images = Arc::new(Mutex::new(Vec::new()));
    let (root, shared) = (folder.path().to_owned(), Arc::clone(&images));
    let hook = Hook(Arc::new(move |point| {
        if point.starts_with("store.copy") || point.starts_with("store.switch") {
            shared.lock().unwrap().push((point, files(&root)));
        }
    }));
    let store = Store::open(Settings { hook, ..Settings::new(folder.path()) }).await.unwrap().0;
    let pages = fill(&store, 10).await;
    store.compact().await.unwrap();
    store.backup(time(1)).await.unwrap();
    store.close().await;
    let images = std::mem::take(&mut *images.lock().unwrap());
    assert_eq!(images.len(), 8);
    for (point, image) in images {
        let target = tempfile::tempdir().unwrap();
        put(target.path(), &image);
        let settings = Settings::new(target.path());
        let store = open(target.path()).await;
        holds(&store, &pages, 1).await;
        assert_eq!(Store::backups(&settings).await.unwrap(), [], "{point}: half a backup is none");
        store.backup(time(2)).await.unwrap();
        store.compact().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn an_interrupted_opening_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let pages = fill(&store, 5).await;
    store.close().await;
    fs::write(folder.path().join("store/db-000001/snap.00000000FFFFFFFF.generating"), b"half").unwrap();
    holds(&open(folder.path()).await, &pages, 1).await;
}

#[tokio::test]
async fn an_interrupted_making_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("store/new/db-000001")).unwrap();
    fs::write(folder.path().join("store/new/db-000001/conf"), [0; 62]).unwrap();
    let store = open(folder.path()).await;
    fill(&store, 1).await;
    store.close().await;
    assert!(!folder.path().join("store/new").exists());
    open(folder.path()).await.close().await;
}

#[tokio::test]
async fn an_interrupted_restore_is_finished_by_opening() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let pages = fill(&store, 5).await;
    store.close().await;
    fs::rename(folder.path().join("store"), folder.path().join("store.restored")).unwrap();
    holds(&open(folder.path()).await, &pages, 1).await;
}
