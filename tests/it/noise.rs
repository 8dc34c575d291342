//! Noise with the real program and no filter configured: what changes by itself is never told, what really changes always is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Condvar, Mutex};

use atalaya::app::ask;
use atalaya::web::{Answer, Question, SourcePages};

use crate::rig::{HOOK_SECRET, Home, PATIENCE, Reply, Seen, Server};

const PAGES: usize = 200;
const ROUNDS: usize = 10;
/// The pages lie on so many hosts, so that a polite round is a short one.
const HOSTS: usize = 8;

/// What the site shows, and how often each page was asked for.
#[derive(Default)]
struct Shown {
    /// Requests so far: every one is some time later, and shows another number and banner.
    requests: usize,
    asked: Vec<usize>,
    /// How often the page really changed.
    versions: Vec<usize>,
    /// Pages behind a wall answered with 200.
    wall: Option<&'static str>,
}

#[derive(Clone)]
struct Site(Arc<(Mutex<Shown>, Condvar)>);

const BANNERS: [&str; 5] = [
    "Spring sale: every forklift ten per cent off",
    "Visit us at the fair in Bilbao, hall 4",
    "New: online catalogue with 3,000 articles",
    "Subscribe to our newsletter and win a pallet truck",
    "We are hiring drivers in Zaragoza",
];

impl Site {
    fn new(pages: usize) -> Self {
        let shown = Shown { asked: vec![0; pages], versions: vec![0; pages], ..Shown::default() };
        Self(Arc::new((Mutex::new(shown), Condvar::new())))
    }

    /// `/page/17`, with a clock, counters, a token and a banner that differ on every request.
    fn answer(&self, seen: &Seen) -> Reply {
        let Some(n) = seen.path.strip_prefix("/page/").and_then(|n| n.parse::<usize>().ok()) else { return Reply::status(404) };
        let mut shown = self.0.0.lock().unwrap();
        shown.requests += 1;
        shown.asked[n] += 1;
        self.0.1.notify_all();
        if let Some(wall) = shown.wall {
            return Reply::html(wall);
        }
        let (at, version) = (shown.requests, shown.versions[n]);
        let (hour, minute, second) = (at / 3_600 % 24, at / 60 % 60, at % 60);
        let noise = at.wrapping_mul(2_654_435_761) >> 7;
        let (token, number) = (format!("{:016x}", noise.wrapping_mul(0x9e37_79b9)), noise % 100_000);
        let banner = BANNERS[(at + n) % BANNERS.len()];
        Reply::html(format!(
            "<html><head><title>Firm {n}</title><meta name=csrf content={token}></head><body><header>It is {hour:02}:{minute:02}:{second:02}</header>\
             <div class=banner>{banner}</div><h1>Firm {n}</h1><p>Firm {n} makes pallets of size {n} in Getafe since 19{:02}.</p>\
             <p>Its workshop number {n} is open from Monday to Friday. Notice {version} of the works council applies.</p>\
             <ul><li>Delivery in {n} days</li><li>Price list {version}</li></ul>\
             <footer>You are visitor number {number}. {number} visits today. Session {token}. Last generated 2026-11-23 {hour:02}:{minute:02}:{second:02}</footer>\
             <script nonce={token}>var at = {at};</script></body></html>",
            n % 100
        ))
    }

    /// Waits until every page has been asked for so often.
    fn wait(&self, times: &[usize]) {
        let shown = self.0.0.lock().unwrap();
        let lack = |shown: &mut Shown| shown.asked.iter().zip(times).any(|(asked, wanted)| asked < wanted);
        let (shown, waited) = self.0.1.wait_timeout_while(shown, PATIENCE, lack).unwrap();
        assert!(!waited.timed_out(), "not every page was asked for: {:?} instead of {times:?}", shown.asked);
    }

    fn asked(&self) -> Vec<usize> {
        self.0.0.lock().unwrap().asked.clone()
    }
}

fn settings(port: &str, pages: usize, receiver: &str) -> String {
    let mut settings = String::new();
    for n in 0..pages {
        let host = n % HOSTS + 1;
        _ = write!(
            settings,
            "[[source]]\nid = \"firm-{n}\"\nkind = \"page\"\nurl = \"http://127.0.0.{host}:{port}/page/{n}\"\nevery = \"1d\"\nconfirm = \"300ms\"\n\
             organisation = \"Firm {n} SL\"\n\n"
        );
    }
    settings
        + &format!(
            "[[segment]]\nid = \"all\"\ntitle = \"All\"\nline = 1\n\n[[segment.points]]\nsignal = \"page-changed\"\npoints = 20\nwhy = \"its page changed\"\n\n\
             [[channel]]\nid = \"crm\"\nkind = \"webhook\"\nurl = \"{receiver}/hook\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n"
        )
}

/// Questions to the running daemon.
struct Desk {
    data: std::path::PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    fn of(home: &Home) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { data: home.path("data"), runtime }
    }

    fn check_now(&self, source: &str) {
        self.runtime.block_on(ask(&self.data, &Question::CheckNow { id: source.to_owned() })).unwrap();
    }

    fn source(&self, source: &str) -> SourcePages {
        let answer = self.runtime.block_on(ask(&self.data, &Question::Source { id: source.to_owned(), diff: false })).unwrap();
        let Answer::Source(view) = answer else { panic!("another answer") };
        *view
    }
}

/// Whom a webhook is about.
fn told(seen: &Seen) -> String {
    let event: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    event["data"]["organisation"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn two_hundred_noisy_pages_and_only_what_really_changed_is_told() {
    assert!(!HOOK_SECRET.is_empty());
    let site = Site::new(PAGES);
    let served = site.clone();
    let server = Server::start_at("0.0.0.0:0", move |seen| served.answer(seen));
    let port = server.address.rsplit(':').next().unwrap();
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new(&settings(port, PAGES, &receiver.address));
    let daemon = home.start();
    // The baseline: two looks.
    site.wait(&[2; PAGES]);
    let desk = Desk::of(&home);
    let mut real = 0;
    for round in 0..ROUNDS + 2 {
        let mut wanted = BTreeSet::new();
        // Two rounds at the end in which nothing changes: what was still in doubt is told in them.
        if round < ROUNDS {
            let mut shown = site.0.0.lock().unwrap();
            for n in (0..PAGES).filter(|n| (n * 7 + round * 3) % 10 == 0) {
                shown.versions[n] += 1;
                wanted.insert(format!("Firm {n} SL"));
            }
        }
        real += wanted.len();
        let before = site.asked();
        for n in 0..PAGES {
            desk.check_now(&format!("firm-{n}"));
        }
        site.wait(&before.iter().map(|asked| asked + 1).collect::<Vec<_>>());
        while !wanted.is_empty() {
            let firm = told(&receiver.next(|_| true));
            assert!(wanted.remove(&firm), "round {round}: {firm} did not change, or was told twice");
        }
    }
    let news = receiver.all();
    assert!(news.is_empty(), "false reports: {:?}", news.iter().map(told).collect::<Vec<_>>());
    let versions = site.0.0.lock().unwrap().versions.clone();
    for (n, version) in versions.iter().enumerate() {
        let view = desk.source(&format!("firm-{n}"));
        assert_eq!(view.changes.iter().filter(|change| !change.baseline).count(), *version, "page {n}: {:?}", view.changes);
        assert_eq!(view.source.health, "well", "page {n}: {:?}", view.source.reason);
    }
    assert_eq!((real, daemon.stop().0), (PAGES, Some(0)), "every page changed once in ten rounds");
}
