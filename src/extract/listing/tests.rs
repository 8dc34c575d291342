//! Lists of records.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::extract::Known;
use crate::extract::html::soup;
use crate::extract::real::say;
use crate::extract::tests::{about, input, read_at, reader};
use crate::model::{FailureClass, RecordKind};

/// A site whose pages are listings.
#[path = "../../../tests/bench/site.rs"]
#[allow(dead_code, missing_docs, clippy::print_stdout, reason = "the benchmark's, which uses more of it")]
mod site;

const SETTINGS: &str = r#"
kind = "directory"
record = "li.x"
next = "a[rel=next]"
detail = "h3 a @href"
organisation = "Fair Ltd"
kinds = { Wanted = "request" }

[fields]
name = "h3"
kind = ".kind"
url = "h3 a @href"
price = { select = ".price", currency = "EUR" }
phone = "a[href^='tel:'] @href"
email = "a[href^='mailto:'] @href"
town = { select = ".where", regex = "in (.+)$", trim = "." }
ref = "@data-ref"
origin = { const = "fair" }
code = { from = "ref", replace = [["x-", "X"]] }
tags = { select = ".tag", many = true }

[detail_fields]
price = ".offer"
about = "main p"
"#;

const PAGE: &str = r#"<base href="/dir/"><ul>
<li class="x" data-ref="x-1"><h3><a href="one?utm_source=a#top">One  &amp; Co</a></h3><p class=kind>wanted</p><p class=price>1.200</p>
  <p class=where>Sawmill in Ávila.</p><a href="tel:+34 911 23 45 67">call</a><a href="mailto:a@One.example?x">mail</a><i class=tag>a</i><i class=tag>b</i></li>
<li class="x" data-ref="x-2"><h3><a href="two">Two</a></h3></li>
<li class="x"></li>
<li class="x" data-ref="x-2"><h3><a href="two">Two</a></h3></li>
<li class="x" data-ref="x-3"><h3><a href="two">Other</a></h3></li>
<li>no record</li></ul><a rel=next href="/list?page=2">more</a>"#;

#[test]
fn records_with_fields_evidence_and_the_way_on() {
    let extract = read_at(&reader(SETTINGS), "https://fair.example/list", PAGE.as_bytes()).unwrap();
    let one = &extract.records[0];
    let text = |name: &str| one.value(name).map(Value::text).unwrap_or_default();
    for (name, want) in [
        ("name", "One & Co"),
        ("price", "1200 EUR"),
        ("phone", "+34911234567"),
        ("email", "a@one.example"),
        ("town", "Ávila"),
        ("ref", "x-1"),
        ("code", "X1"),
        ("origin", "fair"),
        ("tags", "a; b"),
        ("organisation", "Fair Ltd"),
        ("url", "https://fair.example/dir/one"),
    ] {
        assert_eq!(text(name), want, "{name}");
    }
    assert_eq!((one.key.as_str(), one.kind), ("https://fair.example/dir/one", RecordKind::Request));
    assert_eq!(one.detail.as_ref().map(Url::as_str), Some("https://fair.example/dir/one"));
    let town = &one.fields["town"];
    assert_eq!((town.quote.as_str(), town.path.as_str()), ("Sawmill in Ávila.", "li.x .where"));
    assert_eq!(extract.records.len(), 2, "the same entry twice is one");
    assert_eq!(extract.records[1].kind, RecordKind::Company);
    assert!(extract.records[1].value("price").is_none(), "missing is not zero");
    let reasons: Vec<_> = extract.bad.iter().map(|bad| bad.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("neither an address"), "{reasons:?}");
    assert!(reasons[1].contains("was on the page before"), "{reasons:?}");
    assert_eq!(extract.follow.iter().map(Url::as_str).collect::<Vec<_>>(), ["https://fair.example/list?page=2"]);
    assert!(extract.whole);
}

#[test]
fn a_records_own_page_knows_better() {
    let reader = reader(SETTINGS);
    let mut extract = read_at(&reader, "https://fair.example/list", PAGE.as_bytes()).unwrap();
    let draft = extract.records.remove(0);
    let url = draft.detail.clone().unwrap();
    let page = b"<main><p>Wood &amp; more</p></main><b class=offer>900 EUR</b>";
    let draft = reader.read_own(&draft, &input(&url, page), &Known::default()).unwrap().complete(&[]);
    assert_eq!(draft.value("price").map(Value::text).as_deref(), Some("900 EUR"));
    assert_eq!(draft.value("about").map(Value::text).as_deref(), Some("Wood & more"));
    assert_eq!(draft.value("name").map(Value::text).as_deref(), Some("One & Co"));
}

#[test]
fn numbered_pages() {
    let page = b"<p class=r><a href=/1>one</a></p>";
    for (param, url, want) in [
        ("page_param = 'page'", "https://fair.example/list?q=a%20b", Some("https://fair.example/list?q=a+b&page=2")),
        ("page_param = 'page'", "https://fair.example/list?page=2&q=x", Some("https://fair.example/list?q=x&page=3")),
        ("page_param = 'page'\npages = 3", "https://fair.example/list?page=3", None),
        ("page_param = { name = 'start', start = 0, step = 25 }", "https://fair.example/list", Some("https://fair.example/list?start=25")),
        ("page_param = { name = 'start', start = 0, step = 25 }\npages = 2", "https://fair.example/list?start=25", None),
        ("page_param = 'page'", "https://fair.example/list?page=last", None),
    ] {
        let reader = reader(&format!("kind = 'listing'\nrecord = 'p.r'\nfields = {{ name = 'a', url = 'a @href' }}\n{param}"));
        let extract = read_at(&reader, url, page).unwrap();
        assert_eq!(extract.follow.first().map(Url::as_str), want, "{param} at {url}");
        let empty = read_at(&reader, url, b"<p>nothing here</p>").unwrap();
        assert_eq!((empty.records.len(), empty.follow.len()), (0, 0), "an empty page is the last");
    }
}

#[test]
fn keys_without_addresses() {
    let page = "<p class=r><b>Talleres García</b><i>Ávila</i><u>3</u></p><p class=r><b>TALLERES  GARCIA</b><i>Toledo</i><u>4</u></p>";
    for (key, want) in [
        ("", vec!["talleres garcia | avila", "talleres garcia | toledo"]),
        ("key = 'number'", vec!["3", "4"]),
        ("key = ['name', 'number']", vec!["talleres garcia | 3", "talleres garcia | 4"]),
    ] {
        let reader = reader(&format!("kind = 'directory'\nrecord = 'p.r'\nfields = {{ name = 'b', city = 'i', number = 'u' }}\n{key}"));
        let extract = read_at(&reader, "https://fair.example/list", page.as_bytes()).unwrap();
        assert_eq!(extract.records.iter().map(|draft| draft.key.as_str()).collect::<Vec<_>>(), want, "{key}");
        assert!(extract.records.iter().all(|draft| draft.url.as_str() == "https://fair.example/list"));
    }
}

#[test]
fn what_a_page_multiplies_is_bounded() {
    let nested = "<div class=r><a href=/x>".repeat(400) + &"word ".repeat(200_000);
    let settings = "kind = 'listing'\nrecord = 'div'\nfields = { name = ':scope' }";
    let failure = read_at(&reader(settings), "https://fair.example/", nested.as_bytes()).unwrap_err();
    assert_eq!(failure.class, FailureClass::ParseLimit);
    assert!(failure.text.contains("MiB"), "{failure}");

    let wide = "<p><b>x</b></p>".repeat(30_000);
    let settings = "kind = 'listing'\nrecord = 'p:has(b)'\nfields = { name = 'b' }";
    let failure = read_at(&reader(settings), "https://fair.example/", wide.as_bytes()).unwrap_err();
    assert!(failure.text.contains(":has"), "{failure}");

    let many = (0..10_010).fold(String::new(), |page, n| page + "<p><b>name " + &n.to_string() + "</b></p>");
    let settings = "kind = 'listing'\nrecord = 'p'\nfields = { name = 'b' }";
    let extract = read_at(&reader(settings), "https://fair.example/", many.as_bytes()).unwrap();
    assert_eq!((extract.records.len(), extract.bad.len(), extract.whole), (10_000, 1, false));
}

#[test]
fn the_clock_is_asked_between_records() {
    let page = "<p><b>x</b></p>".repeat(50);
    let url = Url::parse("https://fair.example/").unwrap();
    let expired = || true;
    let input = Input { bytes: page.as_bytes(), content_type: None, url: &url, next: None, now: Timestamp::UNIX_EPOCH, expired: &expired };
    let failure = reader("kind = 'listing'\nrecord = 'p'\nfields = { name = 'b' }").read(&input).unwrap_err();
    assert_eq!(failure.class, FailureClass::ParseLimit);
}

fn compiled(settings: &str) -> ListingReader {
    let spec: Spec = toml::from_str(settings).unwrap();
    let mut faults = Vec::new();
    let reader = ListingReader::compile(&spec, &about(), &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    reader.unwrap()
}

/// What a reading says of the tree of a page.
fn by_tree<R: Reading>(reading: &R, input: &Input<'_>) -> Result<R::Output, Failure> {
    let tree = html::parse(&text_of(input), input)?;
    reading.read(tree.html.root_element(), tree.nodes)
}

/// Readers that look everywhere in a page.
fn readers() -> Vec<ListingReader> {
    let records = ["li", "div", "td", "p, a", "*", "tr", ".x", "option", "dd", "svg *", "[class]:not(p)", "ul > li:first-child", "script"];
    let fields = [
        "name = '*'\nurl = 'a @href'\nall = { select = '*', many = true }\nown = ':scope'",
        "name = { select = '*', many = true, attr = 'class' }\nown = '@href'\ntitle = '@title'\nk = '@data-k'\nview = 'svg @viewBox'",
        "name = ':scope > *'\ntitle = 'b, i, em'\nid = '@id'\nlist = { select = 'li, td, option', many = true }\ntext = '* ~ *'",
    ];
    let reader = |(record, fields)| {
        compiled(&format!(
            "kind = 'listing'\nurl = 'https://fair.example/'\nrecord = '{record}'\nnext = 'a'\ndetail = 'a @href'\n[fields]\n{fields}\n[detail_fields]\n{fields}"
        ))
    };
    records.iter().flat_map(|record| fields.iter().map(move |fields| (record, fields))).map(reader).collect()
}

#[test]
fn no_reader_can_tell_how_a_page_was_read() {
    let readers = readers();
    let url = Url::parse("https://fair.example/list").unwrap();
    let cases = std::env::var("ATALAYA_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let records = std::cell::Cell::new(0);
    proptest::test_runner::TestRunner::new(config)
        .run(&prop::collection::vec(any::<u8>(), 1..400), |choices| {
            let page = soup::page(&choices[1..]);
            let input = input(&url, page.as_bytes());
            for reader in readers.iter().skip(usize::from(choices[0]) % 4).step_by(4) {
                let list = List { reader, input: &input };
                let read = reader.read(&input);
                records.set(records.get() + read.as_ref().map_or(0, |extract| extract.records.len()));
                prop_assert_eq!(format!("{read:?}"), format!("{:?}", by_tree(&list, &input)), "`{}` in {:?}", reader.record.text, page);
                let own = Own { reader, input: &input };
                let read = html::read(&page, &input, &own);
                prop_assert_eq!(format!("{read:?}"), format!("{:?}", by_tree(&own, &input)), "`{}` in {:?}", reader.record.text, page);
            }
            Ok(())
        })
        .unwrap();
    say(&format!("{} records were compared", records.get()));
    assert!(records.get() > cases as usize, "the test says nothing");
}

/// What a page costs by the tree and without it: `cargo test --release --lib cost_of_a_page -- --ignored --nocapture`.
#[test]
#[ignore = "a benchmark"]
fn cost_of_a_page() {
    let reader = compiled(
        "kind = 'listing'\nurl = 'https://fair.example/'\nrecords = 'offer'\nrecord = 'li.item'\n
         fields = { title = 'h3.title', price = '.amount', url = 'h3.title a @href' }",
    );
    let url = Url::parse("https://fair.example/list").unwrap();
    let pages: Vec<Vec<u8>> = (0..50).map(|n| site::page(n, 0, 0)).collect();
    let time = |name: &str, read: &dyn Fn(&Input<'_>) -> usize| {
        let best = (0..40).map(|_| {
            let watch = crate::base::clock::Stopwatch::start();
            let records: usize = pages.iter().map(|page| read(&input(&url, page))).sum();
            assert!(records > 0);
            watch.elapsed().as_secs_f64() * 1_000.0 / pages.len() as f64
        });
        say(&format!("{name}: {:.3} s per 1,000 pages", best.fold(f64::INFINITY, f64::min)));
    };
    time("by the tree", &|input| by_tree(&List { reader: &reader, input }, input).unwrap().records.len());
    time("without it", &|input| reader.read(input).unwrap().records.len());
    time("the outline alone", &|input| html::outline_nodes(&text_of(input), input));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Where a record stands on the page is no part of it.
    #[test]
    fn records_stay_the_same_in_any_order(order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let item = |n: &usize| format!("<li class=x data-ref=r{n}><h3><a href=/c/{n}?sid=0123456789abcdef{n}>Firm {n}</a></h3><p class=price>{n} EUR</p></li>");
        let read = |order: &[usize]| {
            let page: String = order.iter().map(item).collect();
            let mut records = read_at(&reader(SETTINGS), "https://fair.example/list", page.as_bytes()).unwrap().records;
            records.sort_by(|a, b| a.key.cmp(&b.key));
            records
        };
        let sorted: Vec<usize> = (0..12).collect();
        prop_assert_eq!(read(&order), read(&sorted));
    }

    /// No soup of tags makes a reader panic.
    #[test]
    fn soup(page in "(<(li class=x|h3|a href=[a-z:/#]{0,6}|p class=price|table|tr|td|b|/li|/a|/table|base href=[a-z:/]{0,8})>|[a-z0-9 €.,]{0,8}){0,40}") {
        let url = "https://fair.example/list";
        let _ = read_at(&reader(SETTINGS), url, page.as_bytes());
        let _ = read_at(&reader("kind = 'page'"), url, page.as_bytes());
    }
}
