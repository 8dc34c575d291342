//! Feeds as they are and as they should not be.

use proptest::prelude::*;

use super::*;
use crate::extract::{by_content, sniff};
use crate::model::{RecordKind, Value};

fn reader(toml: &str) -> crate::extract::Reader {
    let spec: Spec = toml::from_str(&format!("kind = \"feed\"\nurl = \"https://example.org/feed\"\n{toml}")).unwrap();
    spec.compile(&about()).map_err(|faults| format!("{faults:?}")).unwrap()
}

fn about() -> About {
    About { source: "press".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None }
}

fn read_with(toml: &str, bytes: &[u8], content_type: Option<&str>) -> Result<Extract, Failure> {
    let url = "https://example.org/feed".parse().unwrap();
    let input = Input { bytes, content_type, url: &url, next: None, now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false };
    reader(toml).read(&input)
}

fn read(text: &str) -> Result<Extract, Failure> {
    read_with("", text.as_bytes(), None)
}

fn keys_of(extract: &Extract) -> Vec<&str> {
    extract.records.iter().map(|record| record.key.as_str()).collect()
}

fn rss(items: &str) -> String {
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Press</title>{items}</channel></rss>")
}

#[test]
fn every_format_gives_the_same_fields() {
    let rss = rss(
        "<item><guid>1</guid><title>A &amp;amp; B</title><link>/a?utm_source=x</link><pubDate>Mon, 23 Nov 2026 10:00:00 +0100</pubDate>\
        <description>&lt;p&gt;First&lt;/p&gt;&lt;p&gt;second&lt;/p&gt;</description><category>x</category><category>y</category>\
        <author>ana@example.org (Ana)</author><enclosure url='https://example.org/f.pdf' length='1' type='application/pdf'/></item>",
    );
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><title>Press</title><updated>2026-11-23T09:00:00Z</updated><entry><id>1</id>\
        <title>A &amp; B</title><link href='/a?utm_source=x'/><published>2026-11-23T10:00:00+01:00</published><updated>2026-11-23T12:00:00Z</updated>\
        <summary type='html'>&lt;p&gt;First&lt;/p&gt;&lt;p&gt;second&lt;/p&gt;</summary><author><name>Ana</name></author><category term='x'/>\
        <category term='y'/></entry></feed>";
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' \
        xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='x'><title>Press</title><link>https://example.org</link></channel>\
        <item rdf:about='1'><title>A &amp; B</title><link>https://example.org/a?utm_source=x</link><description>First second</description>\
        <dc:date>2026-11-23T10:00:00+01:00</dc:date></item></rdf:RDF>";
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"Press","items":[{"id":1,"title":"A &amp; B","url":"/a?utm_source=x",
        "summary":"First second","date_published":"2026-11-23T10:00:00+01:00","authors":[{"name":"Ana"}],"tags":["x","y"]}]}"#;
    for feed in [rss.as_str(), atom, rdf, json] {
        assert_eq!(sniff(feed.as_bytes(), None, &"https://example.org/".parse().unwrap()), Kind::Feed);
        let extract = read(feed).unwrap();
        assert!(extract.bad.is_empty() && !extract.whole, "{:?}", extract.bad);
        let record = &extract.records[0];
        assert_eq!((record.kind, record.url.as_str()), (RecordKind::Article, "https://example.org/a?utm_source=x"), "{feed}");
        assert_eq!(record.value("title").map(Value::text).as_deref(), Some("A & B"));
        assert_eq!(record.value("summary").map(Value::text).as_deref(), Some("First second"));
        let at = record.value("published").and_then(Value::instant).map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2026-11-23T09:00:00Z"), "{feed}");
    }
    let extract = read(&rss).unwrap();
    let record = &extract.records[0];
    assert_eq!(record.key, "1");
    assert_eq!(record.value("categories").map(|value| value.each().len()), Some(2));
    assert_eq!(record.value("enclosures").map(Value::text).as_deref(), Some("https://example.org/f.pdf"));
    assert_eq!(
        record.fields.get("published").map(|found| (found.quote.as_str(), found.path.as_str())),
        Some(("Mon, 23 Nov 2026 10:00:00 +0100", "item[1]/published"))
    );
}

#[test]
fn ids_stay_when_the_feed_gives_none() {
    let same = "<item><guid>0</guid><title>A</title><link>https://a.example/1?utm_medium=rss</link></item>\
        <item><guid>0</guid><title>B</title><link>https://a.example/2</link></item>\
        <item><title>C</title><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>\
        <item><title>C</title><pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate></item>\
        <item><description>only words</description></item><item><description>only words</description></item>";
    let first = read(&rss(same)).unwrap();
    let second = read(&rss(&format!("<item><guid>9</guid><title>new</title></item>{same}"))).unwrap();
    assert_eq!(first.records.len(), 5, "{:?}", keys_of(&first));
    assert_eq!(keys_of(&first)[..2], ["https://a.example/1", "https://a.example/2"]);
    assert_eq!(keys_of(&first), keys_of(&second)[1..]);
    assert_eq!(first.records.len(), keys_of(&first).into_iter().collect::<std::collections::BTreeSet<_>>().len());
}

#[test]
fn a_broken_feed_is_read_and_says_what_was_wrong() {
    for (text, records, note) in [
        (rss("<item><guid>1</guid><title>Fish & Chips&nbsp;</title></item>"), 1, "`&` was not written"),
        (
            rss("<item><guid>1</guid></item><item><guid>2</guid></item>").replace("</guid></item></channel></rss>", ""),
            1,
            "its end is missing",
        ),
        (rss("<item><guid>1</guid><dc:creator>Ana</dc:creator></item>"), 1, "prefixes"),
        (rss("<item><guid>1</guid><description>a <b>b</b><br></description></item>"), 1, "markup stood"),
        ("<rss><channel><item><guid>1</guid></item></channel></rss>".to_owned(), 1, "version of RSS"),
        (rss("<item><guid>1\u{b}</guid></item>"), 1, "control characters"),
    ] {
        let extract = read(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!(extract.records.len(), records, "{text}");
        assert!(
            extract.bad.iter().any(|bad| bad.reason.starts_with("read after repair: ") && bad.reason.contains(note)),
            "{:?}",
            extract.bad
        );
    }
    let dc = read(&rss("<item><guid>1</guid><dc:creator>Ana</dc:creator></item>")).unwrap();
    assert_eq!(dc.records[0].value("author").map(Value::text).as_deref(), Some("Ana"));
}

#[test]
fn a_feed_without_an_end_breaks_off() {
    let whole = rss("<item><guid>1</guid></item><item><guid>2</guid></item>");
    for (text, cut) in [
        (whole.clone(), false),
        (whole.replace("</channel></rss>", ""), true),
        (whole.replace("</guid></item></channel></rss>", ""), true),
        (whole.replace("</channel>", ""), false),
        (format!("{whole} trailing"), false),
    ] {
        let extract = read(&text).unwrap();
        assert_eq!((extract.cut, extract.entries), (cut, extract.records.len()), "{text}");
    }
    let json = read("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":1},{\"id\":").unwrap_err();
    assert!(json.class == FailureClass::Broken && json.text.contains("cut off"), "{json}");
}

#[test]
fn what_is_no_feed_is_named() {
    for (text, why) in [
        ("", "no element"),
        ("words", "no element"),
        ("<html><body>x</body></html>", "`html`"),
        ("<urlset></urlset>", "`urlset`"),
        ("{\"a\":1}", "no list `items`"),
        ("{\"a\":}", "no JSON Feed"),
    ] {
        let failure = read(text).unwrap_err();
        assert_eq!(failure.class, FailureClass::Unreadable);
        assert!(failure.text.contains(why), "{failure}");
    }
}

#[test]
fn hostile_feeds_end_in_a_name_or_a_fine_read() {
    let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let feed = rss("<item><guid>1</guid><title>&c;</title></item>").replacen("<rss", &format!("{laughs}<rss"), 1);
    assert_eq!(read(&feed).unwrap().records[0].value("title").map(Value::text).as_deref(), Some("&c;"));
    let deep = rss(&format!("<item>{}", "<a>".repeat(200_000)));
    assert_eq!(read(&deep).unwrap_err().class, FailureClass::ParseLimit);
    let namespaces = (0..50_000).map(|n| format!(" xmlns:n{n}=\"u{n}\"")).collect::<Vec<_>>().concat();
    let flood = rss("<item><guid>1</guid></item>").replacen("<rss", &format!("<rss{namespaces}"), 1);
    let _ = read(&flood).unwrap();
    let nested = (0..20_000).map(|n| format!("<n{n}:x xmlns:n{n}=\"u\">")).collect::<Vec<_>>().concat();
    assert_eq!(read(&rss(&nested)).unwrap_err().class, FailureClass::ParseLimit);
    let many = rss(&"<item><title>x</title></item>".repeat(500_000));
    assert!(read(&many).unwrap().bad.iter().any(|bad| bad.reason.contains("10,000")));
    let long = rss(&format!("<item><guid>1</guid><title>{}</title></item>", "x".repeat(50_000_000)));
    let extract = read(&long).unwrap();
    assert!(extract.records[0].value("title").unwrap().text().len() <= caps::FIELD_CHARS);
    assert!(extract.bad[0].reason.contains("1 MiB"));
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let feed = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss version=\"2.0\"><channel><item><guid>1</guid><title>Señor</title></item></channel></rss>";
    let bytes: Vec<u8> = feed.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [bytes.clone(), [&[0xfe, 0xff], bytes.as_slice()].concat()] {
        let extract = read_with("", &bytes, None).unwrap();
        assert_eq!(extract.records[0].value("title").map(Value::text).as_deref(), Some("Señor"));
    }
}

#[test]
fn settings_name_fields_of_the_feed() {
    let feed = rss("<item><guid>1</guid><title>Looks for pallets: Acme S.A.</title></item>");
    let extract = read_with(
        "records = \"request\"\nfields = { name = { from = \"title\", regex = \": (.+)\" }, heading = \"title\" }",
        feed.as_bytes(),
        None,
    )
    .unwrap();
    let record = &extract.records[0];
    assert_eq!(record.kind, RecordKind::Request);
    assert_eq!(record.value("name").map(Value::text).as_deref(), Some("Acme S.A."));
    assert_eq!(record.value("heading").map(Value::text).as_deref(), Some("Looks for pallets: Acme S.A."));
    let spec: Spec = toml::from_str("kind = \"feed\"\nurl = \"https://a.example/\"\nfields = { x = \"h3 a\" }").unwrap();
    let faults = spec.compile(&about()).err().unwrap();
    assert_eq!((faults.len(), faults[0].key.as_str()), (1, "fields.x"));
}

#[test]
fn real_feeds_when_the_samples_are_here() {
    let Some(samples) = crate::extract::real::samples() else { return };
    for (file, at_least) in [
        ("tenders/other-feeds/ustda-rss.xml", 1),
        ("tenders/other-feeds/dgmarket-mca-rss.xml", 1),
        ("tenders/placsp/licitacion_completo_LISTAS_VARIOS_ELEMENTOS.atom", 1),
        ("tenders/placsp/licitacion_ENTRY_NO_ID.atom", 1),
        ("tenders/placsp/licitacion_NO_LINKS.atom", 1),
        ("tenders/placsp/licitacion_ENTRY_NO_UPDATED.atom", 1),
    ] {
        let bytes = std::fs::read(samples.join(file)).unwrap();
        let url = "https://example.org/feed".parse().unwrap();
        assert!(matches!(sniff(&bytes, None, &url), Kind::Feed | Kind::Tenders), "{file}");
        let input =
            Input { bytes: &bytes, content_type: None, url: &url, next: None, now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false };
        let read = || by_content(Kind::Feed, &url, &about()).read(&input).unwrap();
        let (first, second) = (read(), read());
        assert_eq!(first, second, "{file}");
        assert!(first.records.len() >= at_least, "{file}");
        assert!(first.records.iter().all(|record| record.value("title").is_some()), "{file}");
        crate::extract::real::say(&format!(
            "{file}: {} records, first {:?}, {} notes",
            first.records.len(),
            first.records[0].key,
            first.bad.len()
        ));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_ids_stay(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let once = read_with("", &bytes, None);
        prop_assert_eq!(&once, &read_with("", &bytes, None));
    }

    #[test]
    fn no_feed_makes_it_panic_and_ids_stay(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "<item>", "</item>", "<title>", "</title>", "<guid>", "</guid>", "<link>", "</link>", "<pubDate>", "</pubDate>", "1", "http://a.example/",
            "Mon, 23 Nov 2026 10:00:00 GMT", "&", "<media:group>", "<itunes:duration>", "<media:content url='x'>", "<enclosure url='b'/>", "<content:encoded>",
            "</content:encoded>", "<![CDATA[", "]]>", "<category>", "</category>",
        ]),
        0..40,
    )) {
        let text = rss(&parts.concat());
        let once = read(&text).unwrap();
        prop_assert_eq!(&once, &read(&text).unwrap());
    }
}
