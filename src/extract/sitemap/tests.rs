//! Sitemaps as they are and as they should not be.

use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::model::{RecordKind, Value};

const ROOT: &str = "https://www.example.org/sitemap.xml";

fn about() -> About {
    About { source: "site".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None }
}

fn read_at(toml: &str, url: &str, bytes: &[u8]) -> Result<Extract, Failure> {
    let spec: Spec = toml::from_str(&format!("kind = \"sitemap\"\nurl = \"{ROOT}\"\n{toml}")).unwrap();
    let reader = spec.compile(&about()).map_err(|faults| format!("{faults:?}")).unwrap();
    let url = url.parse().unwrap();
    reader.read(&Input { bytes, content_type: None, url: &url, next: None, now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false })
}

fn read(bytes: &[u8]) -> Result<Extract, Failure> {
    read_at("", ROOT, bytes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

const SMALL: &str = "<?xml version='1.0' encoding='UTF-8'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='x'>\
    <url><loc> https://example.org/a?x=1&amp;y=2 </loc><lastmod>2026-11-23</lastmod><image:image><image:loc>https://example.org/i.png</image:loc></image:image></url>\
    <url><loc>https://example.org/b#top</loc><lastmod>2026-11-23T10:00:00+01:00</lastmod><n:news><n:title>News &amp; more</n:title>\
    <n:publication_date>2026-11-22T08:00:00Z</n:publication_date></n:news></url><url><loc><![CDATA[https://example.org/c]]></loc></url>\
    <url><loc>https://example.org/b</loc></url><url><loc>mailto:x</loc></url><url/></urlset>";

#[test]
fn addresses_become_records() {
    for bytes in [SMALL.as_bytes().to_vec(), gzip(SMALL.as_bytes())] {
        let extract = read(&bytes).unwrap();
        let keys: Vec<_> = extract.records.iter().map(|record| record.key.as_str()).collect();
        assert_eq!(keys, ["https://example.org/a?x=1&y=2", "https://example.org/b", "https://example.org/c"]);
        assert!(extract.whole && extract.follow.is_empty());
        assert_eq!(extract.bad.len(), 2, "{:?}", extract.bad);
        let [a, b, c] = &extract.records[..] else { panic!() };
        assert!(matches!(a.value("lastmod"), Some(Value::Date(_))), "{a:?}");
        assert!(matches!(b.value("lastmod"), Some(Value::Time(_))), "{b:?}");
        assert_eq!(b.value("title").map(Value::text).as_deref(), Some("News & more"));
        assert_eq!(b.value("published").map(Value::text).as_deref(), Some("2026-11-22 08:00 UTC"));
        assert_eq!((c.kind, c.url.as_str()), (RecordKind::Page, "https://example.org/c"));
        assert_eq!(a.fields.get("url").map(|found| found.path.as_str()), Some("urlset/url[1]/loc"));
    }
}

#[test]
fn odd_files_are_read() {
    let long = (0..60_000).map(|n| format!("<url><loc>https://example.org/{n}</loc></url>")).collect::<Vec<_>>().concat();
    for (bytes, records, bad) in [
        (SMALL.as_bytes()[..430].to_vec(), 1, 1),
        (b"<urlset><url><loc>https://example.org/a?b=1&c=2</loc></url></urlset>".to_vec(), 1, 0),
        (b"<x:urlset><x:url><x:loc>https://example.org/a</x:loc></x:url></x:urlset> junk".to_vec(), 1, 0),
        (b"<urlset></urlset>".to_vec(), 0, 0),
        (b"<urlset/>".to_vec(), 0, 0),
        (b"\xef\xbb\xbf\n<urlset><url><loc>https://example.org/\xc3\xb1</loc></url></urlset>".to_vec(), 1, 0),
        (b"https://example.org/a\r\n\r\nhttps://example.org/b\nnonsense\n".to_vec(), 2, 1),
        (format!("<urlset>{long}</urlset>").into_bytes(), 50_000, 1),
        (format!("<urlset>{}</urlset>", "<url><loc>x</loc></url>".repeat(1_000)).into_bytes(), 0, REPORTED + 1),
    ] {
        let extract = read(&bytes).unwrap();
        assert_eq!(
            (extract.records.len(), extract.bad.len()),
            (records, bad),
            "{:?}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
        );
    }
    let cut = gzip(SMALL.as_bytes());
    let extract = read(&cut[..cut.len() - 12]).unwrap();
    assert!(extract.bad.iter().any(|bad| bad.path == "gzip"), "{:?}", extract.bad);
}

#[test]
fn an_index_is_followed_one_level_deep_on_the_same_site() {
    let index = "<sitemapindex><sitemap><loc>https://cdn.example.org/1.xml.gz</loc><lastmod>2026-01-01</lastmod></sitemap>\
        <sitemap><loc>https://www.example.org/2.xml</loc></sitemap><sitemap><loc>https://elsewhere.example.com/3.xml</loc></sitemap>\
        <sitemap><loc>https://www.example.org/2.xml</loc></sitemap></sitemapindex>";
    for root in [ROOT, "http://example.org/sitemap.xml"] {
        let extract = read_at("", root, index.as_bytes()).unwrap();
        let follow: Vec<_> = extract.follow.iter().map(Url::as_str).collect();
        assert_eq!(follow, ["https://cdn.example.org/1.xml.gz", "https://www.example.org/2.xml"]);
        assert_eq!((extract.records.len(), extract.bad.len()), (0, 1));
    }
    let inner = read_at("", "https://www.example.org/2.xml", index.as_bytes()).unwrap();
    assert_eq!((inner.follow.len(), inner.bad.len()), (0, 1));
    let many = (0..700).map(|n| format!("<sitemap><loc>https://example.org/{n}</loc></sitemap>")).collect::<Vec<_>>().concat();
    let extract = read(format!("<sitemapindex>{many}</sitemapindex>").as_bytes()).unwrap();
    assert_eq!((extract.follow.len(), extract.bad.len()), (PARTS, 1));
}

#[test]
fn only_wanted_addresses_become_records() {
    let extract = read_at("filter = \"/[ac]$\"", ROOT, SMALL.as_bytes()).unwrap();
    assert_eq!(extract.records.len(), 1);
    let spec: Spec = toml::from_str("kind = \"sitemap\"\nurl = \"https://a.example/\"\nfilter = \"(\"").unwrap();
    assert_eq!(spec.compile(&about()).err().map(|faults| faults[0].key.clone()).as_deref(), Some("filter"));
}

#[test]
fn what_is_no_sitemap_is_named() {
    let bomb = gzip(&vec![b' '; 60 * 1024 * 1024]);
    for (bytes, class) in [
        (b"".as_slice(), FailureClass::Unreadable),
        (b"<html><body/></html>", FailureClass::Unreadable),
        (b"{}", FailureClass::Unreadable),
        (b"\x1f\x8bnonsense", FailureClass::Unreadable),
        (&bomb, FailureClass::TooLarge),
    ] {
        assert_eq!(read(bytes).unwrap_err().class, class);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_cut_makes_it_panic(at in 0..SMALL.len()) {
        let extract = read(&SMALL.as_bytes()[..at]);
        prop_assert!(extract.is_err() || extract.unwrap().records.len() <= 3);
    }
}
