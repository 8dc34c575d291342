//! Walls that must be seen, and pages that must not be taken for one.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::rows::{ROWS, Sign};
use super::*;

fn seen<'a>(status: u16, head: &'a HeaderMap, url: &'a Url, bytes: &'a [u8]) -> Seen<'a> {
    Seen { status, head, content_type: Some("text/html"), requested: url, url, bytes }
}

fn verdict(status: u16, page: &[u8]) -> Option<FailureClass> {
    let url = Url::parse("https://example.org/offers").unwrap();
    look(&seen(status, &HeaderMap::new(), &url, page)).map(|wall| wall.class)
}

#[track_caller]
fn check(page: &str, class: Option<FailureClass>) {
    assert_eq!(verdict(200, page.as_bytes()), class, "{page}");
}

fn titled(title: &str) -> String {
    format!("<!DOCTYPE html><html><head><title>{title}</title></head><body><p>Please wait.</p></body></html>")
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn walls_are_recognised() {
    use FailureClass as F;
    for (page, class) in [
        (
            "<html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies to continue</noscript></body></html>",
            F::Challenge,
        ),
        (
            "<html><head><title>x</title></head><body><script>(function(){window._cf_chl_opt={cvId:'3'}})()</script></body></html>",
            F::Challenge,
        ),
        (
            "<html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1></body></html>",
            F::BlockPage,
        ),
        (
            "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access \"http&#58;&#47;&#47;x\" on this server.<P>Reference&#32;&#35;18&#46;1<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net</BODY></HTML>",
            F::BlockPage,
        ),
        (
            "<html><head><title>Access to this page has been denied.</title></head><body><div id=\"px-captcha\"></div></body></html>",
            F::Challenge,
        ),
        (
            "<html><head><title>example.org</title></head><body><p id=\"cmsg\">Please enable JS and disable any ad blocker</p><script>var dd={'rt':'c','cid':'x'}</script><script src=\"https://ct.captcha-delivery.com/c.js\"></script></body></html>",
            F::Challenge,
        ),
        (
            "<html><head></head><body><iframe src=\"/_Incapsula_Resource?x=1\">Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>",
            F::BlockPage,
        ),
        ("<html><head><script src=\"/_Incapsula_Resource?SWJIYLWA=1\"></script></head><body></body></html>", F::Challenge),
        (
            "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.<br>Your support ID is: 1</body></html>",
            F::BlockPage,
        ),
        ("<html><body><div><h1>Verify</h1><div class=\"g-recaptcha\"></div></div></body></html>", F::Challenge),
        ("<html><body>Our systems have detected unusual traffic from your computer network.</body></html>", F::BlockPage),
        ("<html><head><title>Making sure you&#39;re not a bot!</title></head><body>Loading...</body></html>", F::Challenge),
        (
            "<html><head><title>DDOS-GUARD</title><script src=\"/.well-known/ddos-guard/js-challenge/index.js\"></script></head><body>Checking</body></html>",
            F::Challenge,
        ),
        (
            "<html><head><title>Log in</title></head><body><form><input name=u><input type=\"password\" name=p></form></body></html>",
            F::LoginWall,
        ),
        ("<html><head><title>Вход</title></head><body><form><input type=password></form></body></html>", F::LoginWall),
        (
            "<html><head><title>Portal</title></head><body><h1>Iniciar sesión</h1><form><input type='password'></form></body></html>",
            F::LoginWall,
        ),
        ("<html><head><title>Shop</title></head><body><h1>We&rsquo;ll be back soon!</h1><p>Sorry.</p></body></html>", F::Maintenance),
        ("<html><head><title>Acme is down for maintenance</title></head><body></body></html>", F::Maintenance),
    ] {
        check(page, Some(class));
    }
    for (title, class) in [
        ("403 Forbidden", F::BlockPage),
        ("Access denied", F::BlockPage),
        ("Your request has been blocked", F::BlockPage),
        ("Acceso denegado", F::BlockPage),
        ("Доступ к сайту запрещён", F::BlockPage),
        ("Zugriff verweigert", F::BlockPage),
        ("429 Too Many Requests", F::BlockPage),
        ("Robot Check", F::Challenge),
        ("Вы не робот?", F::Challenge),
        ("Site under maintenance", F::Maintenance),
        ("Maintenance", F::Maintenance),
        ("Web en mantenimiento", F::Maintenance),
        ("Volvemos pronto", F::Maintenance),
        ("Wartungsarbeiten", F::Maintenance),
        ("Технические работы", F::Maintenance),
        ("На сайте ведутся технические работы", F::Maintenance),
        ("Сайт временно недоступен", F::Maintenance),
        ("Site en maintenance", F::Maintenance),
        ("503 Service Temporarily Unavailable", F::Maintenance),
        ("example.com - This domain is for sale", F::NotFound),
    ] {
        check(&titled(title), Some(class));
    }
    let cyrillic = encoding_rs::WINDOWS_1251.encode("<html><head><meta charset=\"windows-1251\"><title>Технические работы</title>").0;
    assert_eq!(verdict(200, &cyrillic), Some(F::Maintenance));
}

#[test]
fn pages_that_merely_use_the_words_are_none() {
    let long = "Our engineers look after pumps, boilers and lifts in all hospitals of the region. ".repeat(40);
    for page in [
        titled("Maintenance contracts for hospitals"),
        titled("Preventive maintenance of lifts"),
        titled("Mantenimiento industrial García"),
        titled("Wartungsverträge"),
        titled("Техническое обслуживание лифтов"),
        titled("Forbidden City tours"),
        titled("Blocked drains"),
        titled("Login software GmbH: about us"),
        titled("Access control systems"),
        titled("A moment of peace"),
        titled(""),
        format!("<html><head><title>Site under maintenance: how to plan it</title></head><body><p>{long}</p></body></html>"),
        format!("<html><head><title>Access denied: what to do</title></head><body><p>{long}</p></body></html>"),
        format!("<html><head><title>Sign in</title></head><body><form><input type=password></form><p>{long}</p></body></html>"),
        format!("<html><head><script src=\"/_Incapsula_Resource?a\"></script></head><body><p>{long}</p></body></html>"),
        format!("<html><head><script src=\"https://www.google.com/recaptcha/api.js\"></script></head><body><p>{long}</p></body></html>"),
        "<html><head><title>Sign in</title></head><body><p>No form here.</p></body></html>".to_owned(),
        "<html><head><title>App</title></head><body><div id=root></div><noscript>You need to enable JavaScript.</noscript></body></html>"
            .to_owned(),
        "<html><head><title>Offers</title></head><body><ul></ul></body></html>".to_owned(),
        String::new(),
    ] {
        check(&page, None);
    }
    let url = Url::parse("https://example.org/feed").unwrap();
    let json = br#"{"title":"Access denied"}"#;
    let head = HeaderMap::new();
    assert_eq!(look(&Seen { content_type: Some("application/json"), ..seen(200, &head, &url, json) }), None);
    let feed = b"<?xml version=\"1.0\"?><rss><channel><title>Access denied</title></channel></rss>";
    assert_eq!(look(&Seen { content_type: Some("application/rss+xml"), ..seen(200, &head, &url, feed) }), None);
}

#[test]
fn a_log_in_page_that_was_asked_for_is_none() {
    let page = b"<html><head><title>Log in</title></head><body><input type=password></body></html>";
    let (head, login, offers) =
        (HeaderMap::new(), Url::parse("https://x.example/login").unwrap(), Url::parse("https://x.example/offers").unwrap());
    assert_eq!(look(&seen(200, &head, &login, page)), None);
    let redirected = Seen { requested: &offers, ..seen(200, &head, &login, page) };
    assert_eq!(look(&redirected).map(|wall| wall.class), Some(FailureClass::LoginWall));
}

#[test]
fn every_row_compiles_and_is_of_a_known_class() {
    for row in &ROWS {
        let (Sign::Marker(pattern) | Sign::Title(pattern)) = row.sign;
        assert!(regex::Regex::new(pattern).is_ok(), "{pattern}");
        assert!(!pattern.replace("\\W", "").chars().any(char::is_uppercase), "signs are compared in lower case: {pattern}");
        assert!(row.chars > 0 && row.links > 0 && !row.name.is_empty());
    }
    assert!(rows::signed(b"", &[]).is_empty());
}

/// A sample page; some are kept gzipped.
fn page(path: &Path) -> Option<Vec<u8>> {
    let kind = |path: &Path| path.extension().map(|kind| kind.to_string_lossy().into_owned());
    let zipped = kind(path).as_deref() == Some("gz");
    let inner = if zipped { path.with_extension("") } else { path.to_owned() };
    let bytes = (kind(&inner).as_deref() == Some("html")).then(|| std::fs::read(path).unwrap())?;
    if !zipped {
        return Some(bytes);
    }
    let mut page = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut page).unwrap();
    Some(page)
}

/// Pages among the samples that truly are walls.
const TRUE_WALLS: [&str; 0] = [];

#[test]
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn sample_pages_are_no_walls() {
    let root = std::env::var_os("ATALAYA_SAMPLES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/samples"), PathBuf::from);
    if !root.is_dir() {
        println!("skipped: samples not present");
        return;
    }
    let mut looked = 0;
    let mut wrong = Vec::new();
    for folder in ["wcxb", "tbdw", "product-bench", "record-layouts", "article-bench", "structured-data"] {
        let mut open = vec![root.join("leads").join(folder)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if let Some(page) = page(&path) {
                looked += 1;
                let (head, url) = (HeaderMap::new(), Url::parse("https://example.org/").unwrap());
                let wall = look(&seen(200, &head, &url, &page));
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if wall.is_some() && !TRUE_WALLS.contains(&name.as_str()) {
                    wrong.push((path, wall));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(looked >= 100, "{looked}");
}

proptest! {
    #[test]
    fn any_bytes_can_be_weighed(page in proptest::collection::vec(prop_oneof![Just(b'<'), Just(b'>'), Just(b'/'), Just(b'!'), Just(b'-'), any::<u8>()], 0..500)) {
        let _ = verdict(200, &page);
        let _ = Gauge::within(&page, usize::MAX, usize::MAX);
    }

    #[test]
    fn fragments_of_markup_can_be_weighed(page in "(<(title|h1|script|a|input|!--)[ >]|</(title|script)|-->|[a-zé ]{0,5}){0,30}") {
        let _ = verdict(200, page.as_bytes());
        prop_assert!(Gauge::within(page.as_bytes(), usize::MAX, usize::MAX).unwrap().chars <= page.chars().count());
    }
}
