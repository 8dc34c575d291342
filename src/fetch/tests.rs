//! The whole of fetching against a server that misbehaves as told.

mod site;

use std::io::Write as _;
use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::base::clock::{Clock, Stopwatch};
use crate::base::secret::Given;
use crate::door::{self, Door};
use crate::model::{FailureClass, HostKey, HostState, RobotsCopy};
use site::{Reply, Site, redirect, reply};

const START: &str = "2026-11-23T12:00:00Z";

struct Rig {
    web: Web,
    clock: Clock,
    source: SourceSettings,
}

impl Rig {
    /// Only 127.0.0.1 is let through; no delay between requests; small limits.
    fn new() -> Self {
        let net = door::Spec { allow: vec!["127.0.0.1".to_owned()], ports: vec![] };
        let settings = Settings {
            user_agent: Settings::agent(Some("leads@example.com")),
            delay: Duration::ZERO,
            timeout: Duration::from_secs(20),
            max_body: 1_000_000,
            ..Settings::default()
        };
        let clock = Clock::manual(START.parse().unwrap());
        let web = Web::new(Door::new(net.compile().unwrap()), settings, clock.clone()).unwrap();
        Self { web, clock, source: SourceSettings::default() }
    }

    fn lane(&self, url: &Url) -> Lane {
        self.web.lane(&HostKey::of(url), None)
    }

    async fn get(&self, url: &Url) -> Asked {
        self.ask(url, None).await
    }

    async fn ask(&self, url: &Url, validators: Option<&Validators>) -> Asked {
        self.lane(url).fetch(&Request { url, validators, full: false, body: None, source: &self.source }).await
    }
}

/// Serves one page by the script, and expects this class of failure with these words in its text.
async fn check(name: &str, script: impl Fn() -> Reply + Send + Sync + 'static, class: FailureClass, words: &str) {
    let site = Site::open(move |_, _| script()).await;
    let mut rig = Rig::new();
    // Only those that are to run into the deadline get a short one: the machine may be busy.
    rig.source.timeout = (class == FailureClass::Timeout).then_some(Duration::from_millis(300));
    let asked = rig.get(&site.url("/page")).await;
    let failure = asked.result.expect_err(name);
    assert_eq!(failure.class, class, "{name}: {failure}");
    assert!(failure.text.contains(words), "{name}: {failure}");
    assert!(failure.text.contains("/page"), "{name}: {failure}");
    assert_eq!(asked.requests, 2, "{name}: robots.txt and the page");
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(body).unwrap();
    out.finish().unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// 64 MiB of `a`.
const BROTLI_BOMB: &str = "cbffff3ff825c2e2b14020f7fe8fffff7ff04b00c4611180eefd1fffffffe0970088c30200ddfb3ffeffffc12f0110870500baf77ffcffff835f02200e0b0074effff8ffff07bf04401c1600e8defff1ffff0f7e0980382c00d0bdffcbffff3ffc1200715800a07bff07";
/// "hello brotli".
const BROTLI_HELLO: &str = "8b058068656c6c6f2062726f746c6903";

#[tokio::test]
async fn misbehaving_servers() {
    use FailureClass as F;
    let zeros = vec![0; 64 * 1024 * 1024];
    let (gz, zst) = (gzip(&zeros), zstd::bulk::compress(&zeros, 3).unwrap());
    check("gzip bomb", move || reply(200, "Content-Encoding: gzip\r\n", &gz), F::TooLarge, "1000000 bytes").await;
    check("zstd bomb", move || reply(200, "Content-Encoding: zstd\r\n", &zst), F::TooLarge, "1000000 bytes").await;
    check("brotli bomb", || reply(200, "Content-Encoding: br\r\n", hex(BROTLI_BOMB)), F::TooLarge, "1000000 bytes").await;
    check("announced", || Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n".to_vec()), F::TooLarge, "1000001").await;
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let piece = [b"1000\r\n".to_vec(), vec![b'x'; 4_096], b"\r\n".to_vec()].concat();
    check("endless chunks", move || Reply::Endless(chunked.clone(), piece.clone()), F::TooLarge, "1000000").await;
    check("endless head", || Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-A: b\r\n".repeat(1_000)), F::Broken, "").await;
    let many: String = (0..20_000).map(|n| n.to_string()).flat_map(|n| ["X-".to_owned(), n, ": y\r\n".to_owned()]).collect();
    check("20,000 headers", move || reply(200, &many, "x"), F::Broken, "").await;
    check("slow head", || Reply::Hang(b"HTTP/1.1 200".to_vec()), F::Timeout, "0.3 s").await;
    check("slow body", || Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec()), F::Timeout, "0.3 s").await;
    check("silence", || Reply::Hang(Vec::new()), F::Timeout, "0.3 s").await;
    check(
        "short body",
        || Reply::Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec()),
        F::Broken,
        "ended before the whole answer was there, after 3 bytes",
    )
    .await;
    let begun = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n".to_vec();
    check("cut chunks", move || Reply::Cut(begun.clone()), F::Broken, "ended before the whole answer was there, after 3 bytes").await;
    let packed =
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n".to_vec(), gzip(b"hello")[..12].to_vec()].concat();
    check("cut within gzip", move || Reply::Cut(packed.clone()), F::Broken, "ended before the whole answer was there").await;
    check("two lengths", || Reply::Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc".to_vec()), F::Broken, "")
        .await;
    check("no http", || Reply::Cut(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()), F::Broken, "").await;
    check("closed", || Reply::Cut(Vec::new()), F::Broken, "").await;
    check("bad gzip", || reply(200, "Content-Encoding: gzip\r\n", "not gzip at all"), F::Broken, "decompressed").await;
    check("cut gzip", || reply(200, "Content-Encoding: gzip\r\n", &gzip(b"hello hello hello")[..12]), F::Broken, "decompressed").await;
    check("unknown coding", || reply(200, "Content-Encoding: compress\r\n", "x"), F::Unreadable, "`compress`").await;
    check("304 unasked", || reply(304, "", ""), F::Broken, "304").await;
    check("no location", || reply(302, "", ""), F::Redirect, "where to").await;
    check("bad location", || redirect("http://[::"), F::Redirect, "no address").await;
    check("self", || redirect("/page"), F::Redirect, "itself").await;
    check("to a file", || redirect("file:///etc/passwd"), F::Refused, "redirected from").await;
    check("to loopback", || redirect("http://127.0.0.2/page"), F::Refused, "127.0.0.2").await;
    check("to the metadata", || redirect("//169.254.169.254/page"), F::Refused, "link-local").await;
    check("to a spelling", || redirect("http://0x7f.0.0.2/page"), F::Refused, "127.0.0.2").await;
    check("to a name", || redirect("http://user@example.org/page"), F::Refused, "user name").await;
}

#[tokio::test]
async fn statuses() {
    use FailureClass as F;
    for (status, head, class, wait) in [
        (404, "", F::NotFound, None),
        (410, "", F::NotFound, None),
        (401, "", F::Forbidden, None),
        (403, "", F::Forbidden, None),
        (451, "", F::Forbidden, None),
        (400, "", F::Rejected, None),
        (429, "Retry-After: 120\r\n", F::SlowDown, Some(120)),
        (429, "", F::SlowDown, None),
        (503, "Retry-After: Mon, 23 Nov 2026 12:01:00 GMT\r\n", F::SlowDown, Some(60)),
        (503, "", F::ServerError, None),
        (500, "", F::ServerError, None),
        (300, "", F::Rejected, None),
    ] {
        let site = Site::open(move |_, _| reply(status, head, "x")).await;
        let failure = Rig::new().get(&site.url("/?token=hidden&page=1")).await.result.unwrap_err();
        assert_eq!((failure.class, failure.retry_after.map(|d| d.as_secs())), (class, wait), "{status}");
        assert!(failure.text.contains("token=***&page=1"), "{failure}");
    }
}

#[tokio::test]
async fn good_answers() {
    let site = Site::open(|path, _| match path {
        "/gzip" => reply(200, "Content-Encoding: gzip\r\nContent-Type: text/html; charset=x\r\n", gzip(b"hello gzip")),
        "/br" => reply(200, "Content-Encoding: br\r\n", hex(BROTLI_HELLO)),
        "/zstd" => reply(200, "Content-Encoding: zstd\r\n", zstd::bulk::compress(b"hello zstd", 1).unwrap()),
        "/chunked" => Reply::Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\n ch\r\n0\r\n\r\n".to_vec()),
        "/to" => redirect("/there?x#y"),
        "/there?x" => reply(200, "ETag: \"1\"\r\nLast-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\n", "there"),
        _ => reply(200, "", "plain"),
    })
    .await;
    let rig = Rig::new();
    for (path, body) in
        [("/gzip", "hello gzip"), ("/br", "hello brotli"), ("/zstd", "hello zstd"), ("/chunked", "hello ch"), ("/", "plain")]
    {
        let fetched = rig.get(&site.url(path)).await.result.unwrap();
        assert_eq!(fetched.bytes, body.as_bytes());
        assert!(!fetched.redirected && !fetched.not_modified);
    }
    assert_eq!(rig.get(&site.url("/gzip")).await.result.unwrap().content_type.as_deref(), Some("text/html; charset=x"));
    let asked = rig.get(&site.url("/to#z")).await;
    assert!(!asked.deferred);
    assert_eq!((asked.requests, asked.requested), (2, Some(START.parse().unwrap())));
    let fetched = asked.result.unwrap();
    assert!(fetched.redirected);
    assert_eq!(fetched.url, site.url("/there?x"));
    assert_eq!(fetched.validators.etag.as_deref(), Some("\"1\""));
    assert_eq!(site.paths().iter().filter(|path| *path == "/robots.txt").count(), 1);
    assert!(site.last_head().contains(concat!("user-agent: atalaya/", env!("CARGO_PKG_VERSION"), " (+mailto:leads@example.com)")));
    assert!(site.last_head().contains("accept-encoding: "));
}

#[tokio::test]
async fn conditional_requests() {
    let site = Site::open(|_, head| {
        let head = head.to_lowercase();
        if head.contains("if-none-match: \"1\"") && head.contains("if-modified-since: sun, 22 nov 2026 00:00:00 gmt") {
            return reply(304, "ETag: \"2\"\r\n", "");
        }
        reply(200, "", "whole")
    })
    .await;
    let rig = Rig::new();
    let url = site.url("/");
    let known = Validators { etag: Some("\"1\"".to_owned()), last_modified: Some("Sun, 22 Nov 2026 00:00:00 GMT".to_owned()) };
    let fetched = rig.ask(&url, Some(&known)).await.result.unwrap();
    assert!(fetched.not_modified && fetched.bytes.is_empty());
    assert_eq!(fetched.validators, Validators { etag: Some("\"2\"".to_owned()), ..known.clone() });
    let full = Request { url: &url, validators: Some(&known), full: true, body: None, source: &rig.source };
    assert_eq!(rig.lane(&url).fetch(&full).await.result.unwrap().bytes, "whole");
    assert!(!site.last_head().contains("if-none-match"));
    assert_eq!(rig.ask(&url, Some(&Validators::default())).await.result.unwrap().status, 200);
}

#[tokio::test]
async fn redirects_end_and_secrets_stay() {
    let other = Site::open(|_, _| reply(200, "", "other")).await;
    let to = other.url("/landing").to_string();
    let site = Site::open(move |path, _| match path.trim_start_matches('/').parse::<u32>() {
        Ok(n) => redirect(&format!("/{}", n + 1)),
        Err(_) if path == "/same" => redirect("/landed"),
        Err(_) if path == "/away" => redirect(&to),
        Err(_) => reply(200, "", "landed"),
    })
    .await;
    let spec = Spec {
        headers: [("Authorization", "Bearer s3cret"), ("Accept-Language", "es")]
            .map(|(k, v)| (k.to_owned(), Given::Text(v.to_owned())))
            .into(),
        cookies: [("sid".to_owned(), Given::Text("c00kie".to_owned()))].into(),
        ..Spec::default()
    };
    let rig = Rig { source: spec.compile(&|_| Err(String::new())).unwrap(), ..Rig::new() };
    let asked = rig.get(&site.url("/0")).await;
    assert_eq!(asked.result.unwrap_err().class, FailureClass::Redirect);
    assert_eq!(asked.requests, 1 + 6, "robots.txt, the page and five redirects");
    rig.get(&site.url("/same")).await.result.unwrap();
    assert!(site.last_head().contains("s3cret") && site.last_head().contains("cookie: sid=c00kie"));
    let fetched = rig.get(&site.url("/away")).await.result.unwrap();
    assert_eq!(fetched.bytes, "other");
    let head = other.last_head();
    assert!(!head.contains("s3cret") && !head.contains("c00kie") && head.contains("accept-language: es"), "{head}");
    assert_eq!(other.paths(), ["/robots.txt", "/landing"], "the other host's robots.txt is asked too");
    assert_eq!(rig.web.lanes(), 2);
}

#[tokio::test]
async fn robots_of_the_new_host_are_honoured() {
    let other =
        Site::new(|path, _| reply(200, "", if path == "/robots.txt" { "User-agent: atalaya\nDisallow: /private" } else { "x" })).await;
    let to = other.url("/private/page").to_string();
    let site = Site::open(move |_, _| redirect(&to)).await;
    let failure = Rig::new().get(&site.url("/")).await.result.unwrap_err();
    assert_eq!(failure.class, FailureClass::Robots);
    assert!(failure.text.contains("line 2: `/private`"), "{failure}");
    assert_eq!(other.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_secret_query_goes_to_its_own_origin_and_is_kept_nowhere() {
    let other = Site::open(|_, _| reply(200, "", "other")).await;
    let to = other.url("/landing").to_string();
    let site = Site::open(move |path, _| match path {
        "/here?page=1&key2=s3cret%26" => redirect("/there?page=1&key2=s3cret%26"),
        "/there?page=1&key2=s3cret%26" => redirect(&to),
        _ => reply(404, "", "no key"),
    })
    .await;
    let mut rig = Rig::new();
    rig.source.query = vec![("key2".to_owned(), crate::base::secret::Secret::new("s3cret&"))];
    let fetched = rig.get(&site.url("/here?page=1")).await.result.unwrap();
    assert_eq!((fetched.url.path(), fetched.url.query()), ("/landing", None));
    assert_eq!(site.paths(), ["/robots.txt", "/here?page=1&key2=s3cret%26", "/there?page=1&key2=s3cret%26"]);
    assert!(other.paths().iter().all(|path| !path.contains("s3cret")));
    let failure = rig.get(&site.url("/nowhere")).await.result.unwrap_err();
    assert!(!failure.text.contains("s3cret"), "{failure}");
}

#[tokio::test]
async fn robots_by_status() {
    use FailureClass as F;
    let deny = "User-agent: *\nDisallow: /";
    for (name, status, head, body, class) in [
        ("allows", 200, "", "User-agent: *\nAllow: /", None),
        ("forbids", 200, "", deny, Some(F::Robots)),
        ("missing", 404, "", deny, None),
        ("unauthorised", 401, "", deny, None),
        ("forbidden", 403, "", deny, None),
        ("gone", 410, "", deny, None),
        ("too many", 429, "Retry-After: 5\r\n", "", Some(F::RobotsUnreachable)),
        ("error", 500, "", "", Some(F::RobotsUnreachable)),
        ("down", 503, "", "User-agent: *\nAllow: /", Some(F::RobotsUnreachable)),
        ("loop", 302, "Location: /robots.txt?again\r\n", "", None),
        ("away", 302, "Location: http://10.0.0.1/robots.txt\r\n", "", Some(F::Refused)),
    ] {
        let counter = std::sync::atomic::AtomicU32::new(0);
        let site = Site::new(move |path, _| {
            if !path.starts_with("/robots.txt") {
                return reply(200, "", "page");
            }
            let n = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            reply(status, &head.replace("again", &n.to_string()), body)
        })
        .await;
        let rig = Rig::new();
        let result = rig.get(&site.url("/x")).await.result;
        assert_eq!(result.as_ref().err().map(|failure| failure.class), class, "{name}: {result:?}");
        let asked = site.paths().len();
        // A second page asks for robots.txt no more, whether it was there or not.
        let again = rig.get(&site.url("/y")).await;
        assert_eq!(site.paths().len() - asked, usize::from(class.is_none()), "{name}: {again:?}");
    }
}

#[tokio::test]
async fn robots_are_kept_a_day_and_stand_in_for_a_month() {
    let broken = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = std::sync::Arc::clone(&broken);
    let site = Site::new(move |path, _| match path {
        "/robots.txt" if switch.load(std::sync::atomic::Ordering::Relaxed) => reply(500, "", ""),
        "/robots.txt" => reply(200, "", "User-agent: *\nDisallow: /no\nSitemap: https://example.org/s.xml\n"),
        _ => reply(200, "", "page"),
    })
    .await;
    let rig = Rig::new();
    let fetches = || site.paths().iter().filter(|path| *path == "/robots.txt").count();
    let lane = rig.lane(&site.url("/"));
    assert!(lane.unsaved().is_none());
    rig.get(&site.url("/a")).await.result.unwrap();
    let (state, revision) = lane.unsaved().expect("a robots.txt is worth storing");
    assert_eq!(state.robots.as_ref().map(|copy| copy.status), Some(200));
    lane.saved(revision);
    assert!(lane.unsaved().is_none());
    assert_eq!(lane.sitemaps(), ["https://example.org/s.xml"]);
    rig.clock.advance(SignedDuration::from_hours(23));
    rig.get(&site.url("/a")).await.result.unwrap();
    assert_eq!(fetches(), 1);
    rig.clock.advance(SignedDuration::from_hours(2));
    broken.store(true, std::sync::atomic::Ordering::Relaxed);
    rig.get(&site.url("/a")).await.result.unwrap();
    assert_eq!(rig.get(&site.url("/no")).await.result.unwrap_err().class, FailureClass::Robots);
    assert_eq!(fetches(), 2);
    rig.clock.advance(SignedDuration::from_hours(24 * 30));
    assert_eq!(rig.get(&site.url("/a")).await.result.unwrap_err().class, FailureClass::RobotsUnreachable);
    // What was stored serves a new process.
    let fresh = Rig::new();
    let lane = fresh.web.lane(&HostKey::of(&site.url("/")), Some(state));
    let url = site.url("/no");
    let asked = lane.fetch(&Request { url: &url, validators: None, full: false, body: None, source: &fresh.source }).await;
    assert_eq!((asked.requests, asked.requested), (0, None));
    assert_eq!(asked.result.unwrap_err().class, FailureClass::Robots);
}

#[tokio::test]
async fn a_host_that_asks_is_left_alone_also_after_a_restart() {
    let site = Site::open(|path, _| if path == "/busy" { reply(429, "Retry-After: 90\r\n", "") } else { reply(200, "", "x") }).await;
    let rig = Rig::new();
    let lane = rig.lane(&site.url("/"));
    assert_eq!(rig.get(&site.url("/busy")).await.result.unwrap_err().retry_after, Some(SignedDuration::from_secs(90)));
    let (state, _) = lane.unsaved().expect("a hold is worth storing");
    assert_eq!((state.slowed, state.not_before), (1, rig.clock.now() + SignedDuration::from_secs(90)));
    let sent = site.paths().len();
    let refused = rig.get(&site.url("/a")).await;
    assert_eq!((refused.requests, refused.requested, refused.deferred), (0, None, true));
    assert_eq!(refused.result.unwrap_err().retry_after, Some(SignedDuration::from_secs(90)));
    let fresh = Rig::new();
    let lane = fresh.web.lane(&HostKey::of(&site.url("/")), Some(state));
    assert_eq!(lane.spacing(&fresh.source), Duration::from_millis(500));
    assert_eq!(fresh.get(&site.url("/a")).await.result.unwrap_err().class, FailureClass::SlowDown);
    assert_eq!(site.paths().len(), sent, "nothing was sent");
    fresh.clock.advance(SignedDuration::from_secs(90));
    fresh.get(&site.url("/a")).await.result.unwrap();
}

#[tokio::test]
async fn the_pace_of_a_host() {
    let site = Site::new(|path, _| reply(200, "", if path == "/robots.txt" { "User-agent: *\nCrawl-delay: 0.05" } else { "x" })).await;
    let rig = Rig::new();
    let url = site.url("/");
    let watch = Stopwatch::start();
    let lane = rig.lane(&url);
    let request = Request { url: &url, validators: None, full: false, body: None, source: &rig.source };
    let (a, b, c) = tokio::join!(lane.fetch(&request), lane.fetch(&request), lane.fetch(&request));
    assert!([a, b, c].iter().all(|asked| asked.result.is_ok()));
    assert!(watch.elapsed() >= Duration::from_millis(150), "robots.txt and three pages are three distances");
    assert_eq!(lane.spacing(&rig.source), Duration::from_millis(50));
    let patient = SourceSettings { delay: Some(Duration::from_mins(10)), ..SourceSettings::default() };
    assert_eq!(lane.spacing(&patient), Duration::from_mins(10));
    let later = lane.fetch(&Request { source: &patient, ..request }).await;
    assert_eq!(later.requests, 0);
    assert!(later.result.unwrap_err().retry_after.is_some_and(|wait| wait > SignedDuration::from_secs(500)));
}

#[tokio::test]
async fn unreachable_hosts() {
    use FailureClass as F;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().port();
    drop(listener);
    let plain = Site::open(|_, _| reply(200, "", "x")).await;
    let https = plain.url("/").as_str().replace("http:", "https:");
    for (url, class, requests) in [
        (format!("http://127.0.0.1:{closed}/"), F::Connect, 1),
        ("http://nowhere.invalid/".to_owned(), F::Dns, 0),
        ("http://127.0.0.2/".to_owned(), F::Refused, 0),
        ("http://example.org:22/".to_owned(), F::Refused, 0),
        ("ftp://example.org/".to_owned(), F::Refused, 0),
        (https, F::Tls, 1),
    ] {
        let rig = Rig { source: SourceSettings { timeout: Some(Duration::from_secs(8)), ..SourceSettings::default() }, ..Rig::new() };
        let asked = rig.get(&Url::parse(&url).unwrap()).await;
        let failure = asked.result.unwrap_err();
        assert_eq!((failure.class, asked.requests), (class, requests), "{failure}");
    }
}

#[tokio::test]
async fn walls_become_failures() {
    let wall = "<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>";
    let site = Site::open(move |path, _| match path {
        "/blocked" => reply(403, "Content-Type: text/html\r\n", wall),
        "/header" => reply(403, "cf-mitigated: challenge\r\n", ""),
        _ => reply(200, "Content-Type: text/html\r\n", wall),
    })
    .await;
    let rig = Rig::new();
    for (n, path) in (1..).zip(["/", "/blocked", "/header"]) {
        let failure = rig.get(&site.url(path)).await.result.unwrap_err();
        assert_eq!(failure.class, FailureClass::Challenge);
        assert!(failure.text.contains("Cloudflare"), "{failure}");
        assert_eq!(rig.lane(&site.url("/")).state().slowed, n, "a wall halves the pace");
    }
}

#[tokio::test]
async fn who_asks_by_hand_asks_robots_txt_anew() {
    let ill = std::sync::atomic::AtomicBool::new(true);
    let site = Site::new(move |path, _| match path {
        "/robots.txt" if ill.swap(false, std::sync::atomic::Ordering::Relaxed) => reply(503, "", ""),
        "/robots.txt" => reply(404, "", ""),
        _ => reply(200, "", "well"),
    })
    .await;
    let rig = Rig::new();
    let url = site.url("/page");
    for _ in 0..2 {
        assert_eq!(rig.get(&url).await.result.unwrap_err().class, FailureClass::RobotsUnreachable, "once asked, remembered for a time");
    }
    rig.lane(&url).ask_robots_anew();
    assert!(rig.get(&url).await.result.is_ok());
}

#[tokio::test]
async fn what_is_posted_goes_to_the_address_without_its_query_and_is_not_sent_on() {
    let site = Site::new(|path, _| match path {
        "/robots.txt" => reply(200, "", "User-agent: *\nDisallow: /*?"),
        _ => reply(200, "", "well"),
    })
    .await;
    let rig = Rig::new();
    let body = Body::new(std::collections::BTreeMap::from([("limit".to_owned(), 250.into())]));
    let validators = Validators { etag: Some("\"x\"".to_owned()), ..Validators::default() };
    let url = site.url("/search?query=a%20b");
    let request = Request { url: &url, validators: Some(&validators), full: false, body: Some(&body), source: &rig.source };
    let fetched = rig.lane(&url).fetch(&request).await.result.unwrap();
    assert_eq!(fetched.url.query(), Some("query=a%20b"), "the address names the page, whichever way it is asked");
    let head = site.last_head();
    assert!(head.starts_with("post /search http") && head.contains("content-type: application/json"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", r#"{"limit":250,"query":"a b"}"#.len())) && !head.contains("if-none-match"),
        "{head}"
    );
    let site = Site::open(|_, _| redirect("/page")).await;
    let url = site.url("/moved?query=a");
    let request = Request { url: &url, validators: None, full: false, body: Some(&body), source: &rig.source };
    let failure = rig.lane(&url).fetch(&request).await.result.unwrap_err();
    assert!(failure.class == FailureClass::Redirect && failure.text.contains("set `url`"), "{failure}");
}

#[test]
fn lanes_that_nobody_uses_go() {
    let rig = Rig::new();
    let url = |n: u32| Url::parse(&format!("http://{}/", std::net::Ipv4Addr::from_bits(0x0808_0000 + n))).unwrap();
    for n in 0..10_500 {
        rig.lane(&url(n));
    }
    assert!(rig.web.lanes() <= 10_000, "{}", rig.web.lanes());
    let held = rig.lane(&url(1));
    held.set_noise(crate::model::NoiseSeen { values: vec![7] });
    assert_eq!(held.unsaved().map(|(state, _)| state.noise.values), Some(vec![7]));
    rig.web.tidy();
    assert!(rig.web.held(held.host()).is_some());
    assert!(rig.web.held(&HostKey::from_text("https://never.example:443")).is_none());
}

#[test]
fn a_stored_state_counts_once_and_adds_to_what_is_known() {
    let rig = Rig::new();
    let host = HostKey::from_text("https://example.org:443");
    let copy = RobotsCopy { fetched: rig.clock.now(), status: 200, body: "User-agent: *\nCrawl-delay: 500".to_owned() };
    let stored = HostState { not_before: rig.clock.now(), slowed: 0, robots: Some(copy), ..HostState::new(host.clone()) };
    let lane = rig.web.lane(&host, Some(stored.clone()));
    assert_eq!(lane.state(), stored);
    assert_eq!(lane.spacing(&rig.source), Duration::from_mins(1), "a Crawl-delay is cut to a minute");
    let lane = rig.web.lane(&host, Some(HostState { slowed: 5, ..stored }));
    assert_eq!(lane.state().slowed, 0);
}
