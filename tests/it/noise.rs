//! Noise with the real program and no filter configured: what changes by itself is never told, what really changes always is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use atalaya::app::ask;
use atalaya::model::{Change, ChangeKind};
use atalaya::web::{Answer, Question, SourcePages};

use crate::rig::{Home, Inside, OFFER, PATIENCE, Reply, Seen, Server, clock_ahead, hook, listing};

const PAGES: usize = 200;
const ROUNDS: usize = 10;
/// The pages lie on so many hosts: a banner is known as one by the pages that share it.
const HOSTS: usize = 16;

/// What the site shows, and how often each page was asked for.
#[derive(Default)]
struct Shown {
    /// Requests so far: every one is some time later, and shows another number and banner.
    requests: usize,
    asked: Vec<usize>,
    /// How often the page really changed.
    versions: Vec<usize>,
    /// Walls that stand before the first pages, answered with 200.
    walls: &'static [(&'static str, &'static str)],
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
        if let Some((_, wall)) = shown.walls.get(n) {
            return Reply::html(*wall);
        }
        let (at, version) = (shown.requests, shown.versions[n]);
        let (hour, minute, second) = (at / 3_600 % 24, at / 60 % 60, at % 60);
        let noise = at.wrapping_mul(2_654_435_761) >> 7;
        let (token, number) = (format!("{:016x}", noise.wrapping_mul(0x9e37_79b9)), noise % 100_000);
        let banner = BANNERS[noise % 97 % BANNERS.len()];
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

    /// Waits until every page has been asked for so often; whether that came true in this time.
    fn wait(&self, times: &[usize], patience: Duration) -> bool {
        let shown = self.0.0.lock().unwrap();
        let lack = |shown: &mut Shown| shown.asked.iter().zip(times).any(|(asked, wanted)| asked < wanted);
        !self.0.1.wait_timeout_while(shown, patience, lack).unwrap().1.timed_out()
    }

    /// Has every page visited once more. A turn that was about to end when it was asked for gives the page its usual next time, so those that
    /// stay away are asked for again.
    fn round(&self, desk: &Desk) {
        let wanted: Vec<usize> = self.asked().iter().map(|asked| asked + 1).collect();
        for _ in 0..20 {
            let asked = self.asked();
            let lacking = (0..wanted.len()).filter(|n| asked[*n] < wanted[*n]);
            lacking.for_each(|n| desk.check_now(&format!("firm-{n}")));
            if self.wait(&wanted, PATIENCE / 10) {
                return;
            }
        }
        panic!("not every page was asked for: {:?} instead of {wanted:?}", self.asked());
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
        + "[[segment]]\nid = \"all\"\ntitle = \"All\"\nline = 1\n\n[[segment.points]]\nsignal = \"page-changed\"\npoints = 20\nwhy = \"its page changed\"\n"
        + &hook("crm", receiver)
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
        let answer = self.runtime.block_on(ask(&self.data, &Question::Source { id: source.to_owned(), page: None, diff: false })).unwrap();
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
    let site = Site::new(PAGES);
    let served = site.clone();
    let server = Server::start_at("0.0.0.0:0", move |seen| served.answer(seen));
    let port = server.address.rsplit(':').next().unwrap();
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new(&settings(port, PAGES, &receiver.address));
    let daemon = home.start();
    // The baseline: two looks.
    assert!(site.wait(&[2; PAGES], PATIENCE));
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
        site.round(&desk);
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

/// What a source calls each wall, and the page.
const WALLS: [(&str, &str); 5] = [
    (
        "block",
        "<html><head><title>Access denied</title></head><body><h1>Access denied</h1><p>You have been blocked. Reference 18.2f</p></body></html>",
    ),
    (
        "maintenance",
        "<html><head><title>Under maintenance</title></head><body><h1>We'll be back soon!</h1><p>We are performing maintenance.</p></body></html>",
    ),
    (
        "challenge",
        "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1><script>window._cf_chl_opt={}</script></body></html>",
    ),
    (
        "log",
        "<html><head><title>Log in</title></head><body><h1>Log in</h1><form method=post action=/login><input name=user><input type=password \
         name=password><button>Log in</button></form></body></html>",
    ),
    (
        "maintenance",
        "<html><head><title>Sitio en mantenimiento</title></head><body><h1>Sitio en mantenimiento</h1><p>Volvemos enseguida.</p></body></html>",
    ),
];

#[test]
fn walls_answered_with_200_are_states_of_their_sources_and_no_change() {
    let pages = WALLS.len() + 1;
    let site = Site::new(pages);
    let served = site.clone();
    let server = Server::start_at("0.0.0.0:0", move |seen| served.answer(seen));
    let port = server.address.rsplit(':').next().unwrap();
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new(&settings(port, pages, &receiver.address));
    let daemon = home.start();
    assert!(site.wait(&vec![2; pages], PATIENCE));
    let desk = Desk::of(&home);
    {
        let mut shown = site.0.0.lock().unwrap();
        shown.walls = &WALLS;
        shown.versions = vec![1; pages];
    }
    site.round(&desk);
    assert_eq!(told(&receiver.next(|_| true)), format!("Firm {} SL", WALLS.len()), "the page that stands open is told of");
    for (n, (word, _)) in WALLS.iter().enumerate() {
        let source = home.json(&["source", "show", &format!("firm-{n}")]);
        assert_eq!(source["source"]["health"], "ill", "{source}");
        let reason = source["source"]["reason"].as_str().unwrap();
        assert!(reason.contains(word), "wall {n} is {word}: {reason}");
    }
    let status = home.json(&["status"]);
    assert_eq!(status["attention"].as_array().map(Vec::len), Some(WALLS.len()), "{status}");
    daemon.stop();
    assert!(receiver.all().is_empty(), "a wall is no change");

    // Two days later the walls are gone: what changed behind them is told, once.
    site.0.0.lock().unwrap().walls = &[];
    let daemon = home.start_with(&clock_ahead(Duration::from_hours(48)));
    // What is overdue after a downtime is spread over some minutes; nobody waits for that here.
    site.round(&desk);
    let mut wanted: BTreeSet<String> = (0..WALLS.len()).map(|n| format!("Firm {n} SL")).collect();
    while !wanted.is_empty() {
        let firm = told(&receiver.next(|_| true));
        assert!(wanted.remove(&firm), "{firm} was told twice");
    }
    daemon.stop();
    assert!(receiver.all().is_empty());
    for n in 0..pages {
        let source = home.json(&["source", "show", &format!("firm-{n}")]);
        assert_eq!(source["source"]["health"], "well", "{source}");
    }
}

#[test]
fn forty_records_in_another_order_are_no_change() {
    let asked = Arc::new(Mutex::new(0_usize));
    let times = Arc::clone(&asked);
    let site = Server::start(move |seen| {
        if seen.path != "/" {
            return Reply::status(404);
        }
        let mut times = times.lock().unwrap();
        *times += 1;
        // Seven and forty have no common divisor: another order each time, and all are there.
        let mut rows = String::new();
        for n in (0..40).map(|n| (n * 7 + *times * 11) % 40) {
            _ = write!(rows, "<li><a href=/offer/{n}>Pallet {n}</a> <b>Maker {n}, S.L.</b> <i>{} EUR</i></li>", n * 10);
        }
        Reply::html(format!("<html><head><title>Offers</title></head><body><h1>Offers</h1><ul>{rows}</ul></body></html>"))
    });
    let home = Home::new(&format!(
        "[[source]]\nid = \"offers\"\nkind = \"listing\"\nurl = \"{}/\"\nevery = \"1s\"\njitter = \"0s\"\nconfirm = \"200ms\"\nrecord = \"li\"\n\
         fields = {{ title = \"a\", url = \"a @href\", company = \"b\", price = {{ select = \"i\", currency = \"EUR\" }} }}\n",
        site.address
    ));
    let daemon = home.start();
    for _ in 0..10 {
        site.next(|seen| seen.path == "/");
    }
    assert_eq!(daemon.stop().0, Some(0));
    let source = home.json(&["source", "show", "offers"]);
    let changes = source["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["baseline"] == true), "{changes:?}");
    assert_eq!((home.json(&["status"])["records"].as_u64(), source["source"]["health"].as_str()), (Some(40), Some("well")), "{source}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_the_same_but_for_its_spelling_is_neither_new_nor_gone_whatever_reads_it() {
    let turn = Arc::new(AtomicUsize::new(1));
    let shown = Arc::clone(&turn);
    let site = Server::start(move |seen| {
        let (scheme, firm) = if shown.load(Ordering::SeqCst) == 1 { ("http", "Gießerei Weiß") } else { ("https", "GIESSEREI WEISS") };
        let row = |n: usize| format!("<li><a href={scheme}://offers.example/{n}>Offer {n}</a> <b>Acme {n}</b></li>");
        let rows = |some: std::ops::Range<usize>| some.map(row).collect::<String>();
        // The third offer goes to the second page meanwhile.
        let cut = if scheme == "http" { 3 } else { 2 };
        let body = match &*seen.path {
            "/offers" => format!("<ul>{}</ul><a class=next href=/offers/2>next</a>", rows(0..cut)),
            "/offers/2" => format!("<ul>{}</ul>", rows(cut..5)),
            "/firms" => format!("<ul><li><b>{firm}</b> <i>Bonn</i></li><li><b>Weissbach</b> <i>Ulm</i></li></ul>"),
            "/found" => {
                let rest = ["Adler", "Bauer", "Conrad", "Dorn"].map(|name| format!("<tr><td>{name}<td>Bonn")).concat();
                format!("<table><tr><th>Firma<th>Ort<tr><td>{firm}<td>Ulm{rest}</table>")
            }
            "/found/linked" => {
                let row = |n: usize| format!("<li><h2><a href={scheme}://firms.example/firm/{n}>Firm {n}</a></h2><p>Place {n}</p></li>");
                format!("<ul>{}</ul>", (0..5).map(row).collect::<String>())
            }
            "/json" => format!("{{\"items\":[{{\"url\":\"{scheme}://api.example/1\",\"title\":\"One\"}}]}}"),
            "/feed" => format!(
                "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Press</title><item><title>Acme opens a plant</title>\
                 <link>{scheme}://press.example/1</link><guid>{scheme}://press.example/?p=1</guid></item></channel></rss>"
            ),
            "/map" => {
                let urls = format!("<url><loc>{scheme}://{}/page/1</loc></url>", seen.header("host"));
                format!("<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{urls}</urlset>")
            }
            _ => return Reply::status(404),
        };
        match &*seen.path {
            "/json" => Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(body) },
            "/feed" | "/map" => Reply { headers: vec![("content-type", "application/xml".into())], ..Reply::html(body) },
            _ => Reply::html(format!("<html><body><main>{body}</main></body></html>")),
        }
    });
    let at = |path: &str| format!("{}{path}", site.address);
    let plain = |id: &str, kind: &str, path: &str, more: &str| {
        format!(
            "\n[[source]]\nid = \"{id}\"\nkind = \"{kind}\"\nurl = \"{}\"\nevery = \"1h\"\njitter = \"0s\"\nconfirm = \"off\"\n{more}\n",
            at(path)
        )
    };
    let world = Inside::new(
        &(listing("offers", &at("/offers"), "1h", OFFER)
            + "next = \"a.next\"\n"
            + &listing("firms", &at("/firms"), "1h", "title = \"b\", place = \"i\"")
            + &plain("found", "directory", "/found", "detail = \"off\"")
            + &plain("linked", "directory", "/found/linked", "detail = \"off\"")
            + &plain("api", "json", "/json", "filter = \".items[]\"\nfields = { title = \"title\", url = \"url\" }")
            + &plain("press", "feed", "/feed", "")
            + &plain("map", "sitemap", "/map", "")),
    )
    .await;
    world.visit().await;
    let records = async || {
        let (records, _) = world.effects.store.records_after(None, 99).await.unwrap();
        let mut all: Vec<_> =
            records.iter().map(|record| (record.source.to_string(), record.key.clone(), record.missing, record.gone)).collect();
        all.sort();
        all
    };
    let before = records().await;
    assert_eq!(before.len(), 5 + 2 + 5 + 5 + 1 + 1 + 1, "{before:#?}");
    for spelling in [2, 2, 1] {
        turn.store(spelling, Ordering::SeqCst);
        world.wait(jiff::SignedDuration::from_hours(2));
        world.visit().await;
        assert_eq!(records().await, before);
    }
    let changes = world.effects.store.recent_changes(None, 99).await.unwrap();
    // That a name is written in capitals is told as what it is.
    let renamed = |change: &Change| matches!(change.source.as_str(), "firms" | "found") && matches!(change.kind, ChangeKind::Changed(_));
    let told: Vec<_> = changes.iter().filter(|change| !change.baseline && !renamed(change)).collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_dates_an_item_anew_tells_nothing_new() {
    let turn = Arc::new(AtomicUsize::new(1));
    let shown = Arc::clone(&turn);
    let site = Server::start(move |_| {
        let turn = shown.load(Ordering::SeqCst);
        let title = if turn < 3 { "Acme opens a plant" } else { "Acme opens two plants" };
        let item = format!(
            "<item><title>{title}</title><link>https://press.example/1</link><guid>1</guid><pubDate>Mon, {:02} Nov 2026 08:00:00 GMT</pubDate></item>",
            turn + 1
        );
        let feed = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Press</title>{item}</channel></rss>");
        Reply { headers: vec![("content-type", "application/rss+xml".into())], ..Reply::html(feed) }
    });
    let source =
        format!("\n[[source]]\nid = \"press\"\nkind = \"feed\"\nurl = \"{}/feed\"\nevery = \"1h\"\nconfirm = \"off\"\n", site.address);
    let world = Inside::new(&source).await;
    world.visit().await;
    for (now, want) in [(2, 0), (3, 1)] {
        turn.store(now, Ordering::SeqCst);
        world.wait(jiff::SignedDuration::from_hours(2));
        world.visit().await;
        let changes = world.effects.store.recent_changes(None, 9).await.unwrap();
        assert_eq!(changes.iter().filter(|change| !change.baseline).count(), want, "{changes:?}");
    }
}
