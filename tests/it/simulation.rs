//! Seeded sequences of steps and faults on a clock moved by hand: the pipeline's own steps, a real store, a site on loopback.
//!
//! Held after every sequence, whatever happened in it: everything that appeared is told exactly once, the baseline is told never, nothing
//! leaves that was not stored, every page has a next due time, a broken configuration changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use atalaya::app::open_effects;
use atalaya::base::clock::Clock;
use atalaya::config::{Config, Request};
use atalaya::pipeline::{Effects, check, seal_due, send_some, sync_pages};
use atalaya::store::{LeadFilter, MessageFilter};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::dice::Dice;
use crate::rig::{LINES, Reply, Server, segment};

/// Sequences in a run of the suite.
const SEQUENCES: u64 = 200;
/// Steps of a sequence before everything is left to settle.
const STEPS: u64 = 14;

/// What the site shows now.
#[derive(Clone, Debug)]
struct Shown {
    items: u64,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Broken,
    Empty,
    Wall,
    Cut,
}

fn answer(shown: &Shown) -> Reply {
    let rows: Vec<String> =
        (0..shown.items).rev().map(|n| format!("<li><a href=/item/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b></li>")).collect();
    let list =
        |rows: &[String]| Reply::html(format!("<html><head><title>List</title></head><body><ul>{}</ul></body></html>", rows.concat()));
    match shown.fault {
        Fault::None => list(&rows),
        Fault::Broken => Reply::status(500),
        Fault::Empty => list(&[]),
        Fault::Wall => {
            Reply::html("<html><head><title>Access denied</title></head><body><h1>Access denied</h1>You have been blocked.</body></html>")
        }
        Fault::Cut => list(&rows[..1]),
    }
}

fn settings(folder: &Path, site: &str) -> String {
    format!(
        r#"
[daemon]
data = "{}"
listen = "127.0.0.1:0"
contact = "operator@example.com"

[net]
allow = ["127.0.0.0/8"]

[fetch]
delay = "0s"

[[source]]
id = "list"
kind = "listing"
url = "{site}/"
every = "10m"
record = "li"
fields = {{ title = "a", url = "a @href", company = "b" }}
"#,
        folder.display()
    ) + &segment("line = 1")
        + LINES
}

/// One sequence: a store that lives, dies and is opened again from what was on disk.
struct World {
    root: tempfile::TempDir,
    life: u32,
    site: String,
    clock: Clock,
    effects: Effects,
    config: Arc<Config>,
}

impl World {
    async fn begin(site: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap());
        let (config, effects) = Self::open(root.path(), 0, site, &clock).await;
        Self { root, life: 0, site: site.to_owned(), clock, effects, config }
    }

    fn folder(root: &Path, life: u32) -> PathBuf {
        root.join(format!("life-{life}"))
    }

    fn request(root: &Path, life: u32, site: &str) -> Request {
        let folder = Self::folder(root, life);
        std::fs::create_dir_all(&folder).unwrap();
        let path = root.join("atalaya.toml");
        std::fs::write(&path, settings(&folder, site)).unwrap();
        Request { path: Some(path), ..Request::default() }
    }

    async fn open(root: &Path, life: u32, site: &str, clock: &Clock) -> (Arc<Config>, Effects) {
        let config = Config::load(&Self::request(root, life, site)).unwrap();
        let home = open_effects(&config, clock.clone()).await.unwrap();
        sync_pages(&home.effects, &config, clock.now()).await.unwrap();
        (config, home.effects)
    }

    /// The process dies: what is on disk at this moment is all that the next life gets.
    async fn crash(&mut self) {
        let (old, new) = (Self::folder(self.root.path(), self.life), Self::folder(self.root.path(), self.life + 1));
        copy(&old, &new);
        self.life += 1;
        (self.config, self.effects) = Self::open(self.root.path(), self.life, &self.site, &self.clock).await;
    }

    async fn visit(&self) {
        while let Some(claim) = self.effects.store.claim(self.clock.now(), 10, SignedDuration::from_mins(5)) {
            let stored = self.effects.store.host(&claim.host).await.unwrap();
            let lane = self.effects.web.lane(&claim.host, stored);
            for page in &claim.pages {
                check(&self.effects, &self.config, &lane, *page).await.unwrap();
            }
            self.effects.store.release(&claim.host);
        }
    }

    async fn drain(&self) {
        seal_due(&self.effects, &self.config, self.clock.now()).await.unwrap();
        for channel in &self.config.channels {
            send_some(&self.effects, &self.config, &channel.id, 64, &CancellationToken::new()).await.unwrap();
        }
    }

    /// Lines told in all lives, by message id; a repeat must be the same line.
    fn told(&self) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        for life in 0..=self.life {
            let folder = Self::folder(self.root.path(), life).join("lines");
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for line in entries
                .flat_map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
            {
                let value: serde_json::Value = serde_json::from_str(&line).unwrap();
                let data = &value["data"];
                let key =
                    format!("{}/{}", data["lead"]["id"].as_str().or(data["id"].as_str()).unwrap_or(&line), data["organisation"]["name"]);
                let before = told.insert(key.clone(), line.clone());
                assert!(before.is_none_or(|before| before == line), "told twice with other words: {key}");
            }
        }
        told
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else if path.is_file() && path.file_name().is_some_and(|name| name != "store.lock") {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

async fn sequence(seed: u64, server: &Server, shown: &Mutex<Shown>) {
    let mut dice = Dice(seed);
    let baseline = 3 + dice.roll() % 4;
    *shown.lock().unwrap() = Shown { items: baseline, fault: Fault::None };
    let mut world = World::begin(&server.address).await;
    for _ in 0..3 {
        world.visit().await;
        world.clock.advance(SignedDuration::from_mins(11));
    }
    for _ in 0..STEPS {
        match dice.below(9) {
            0 | 1 => shown.lock().unwrap().items += 1 + dice.roll() % 2,
            2 => {
                // A wall slows the host's pace down, in real time: few sequences can afford one.
                let faults = [Fault::Broken, Fault::Empty, Fault::Cut, if seed.is_multiple_of(20) { Fault::Wall } else { Fault::Broken }];
                shown.lock().unwrap().fault = faults[dice.below(4)];
            }
            3 => shown.lock().unwrap().fault = Fault::None,
            4 => world.crash().await,
            5 => world.drain().await,
            6 => {
                let broken = world.root.path().join("broken.toml");
                std::fs::write(&broken, "[[source]]\nid = 7\n").unwrap();
                assert!(Config::load(&Request { path: Some(broken), ..Request::default() }).is_err());
            }
            _ => {
                world.clock.advance(SignedDuration::from_mins(i64::try_from(1 + dice.below(40)).unwrap()));
                world.visit().await;
            }
        }
    }
    shown.lock().unwrap().fault = Fault::None;
    for _ in 0..6 {
        // Longer than any back-off, so that whatever failed is tried again.
        world.clock.advance(SignedDuration::from_hours(25));
        world.visit().await;
        world.drain().await;
    }
    let items = shown.lock().unwrap().items;
    judge(&world, baseline, items, seed).await;
}

/// The invariants.
async fn judge(world: &World, baseline: u64, items: u64, seed: u64) {
    let store = &world.effects.store;
    let leads = store.leads(LeadFilter::default(), 1_000).await.unwrap();
    let titles: BTreeSet<&str> = leads.iter().map(|lead| lead.title.as_str()).collect();
    let names: Vec<String> = (baseline..items).map(|n| format!("Maker {n}, S.L.")).collect();
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(titles, wanted, "seed {seed}: what appeared after the baseline, and nothing else, is a lead");
    let told = world.told();
    for name in &wanted {
        let lines = told.values().filter(|line| line.contains(name)).count();
        assert_eq!(lines, 1, "seed {seed}: {name} is told once");
    }
    assert_eq!(told.len(), wanted.len(), "seed {seed}: nobody else is told of");
    let messages = store.messages(MessageFilter::default(), 1_000).await.unwrap();
    assert_eq!(messages.len(), wanted.len(), "seed {seed}: what left was stored before, and once");
    let source = &world.config.sources[0];
    for page in store.pages(store.pages_of(&source.id)).await.unwrap() {
        assert!(page.next_due > world.clock.now(), "seed {seed}: {} is due again", page.url);
    }
}

#[test]
fn whatever_happens_everything_is_told_once() {
    let shown = Arc::new(Mutex::new(Shown { items: 0, fault: Fault::None }));
    let site = Arc::clone(&shown);
    let server = Server::start(move |seen| if seen.path == "/" { answer(&site.lock().unwrap()) } else { Reply::status(404) });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = std::env::var("ATALAYA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let count = std::env::var("ATALAYA_SEQUENCES").ok().and_then(|count| count.parse().ok()).unwrap_or(SEQUENCES);
    for seed in first..first + count {
        runtime.block_on(sequence(seed, &server, &shown));
        server.all();
    }
}
