//! Answers as APIs give them.

use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::*;
use crate::extract::{by_content, sniff};
use crate::model::Value as Read;

fn about() -> About {
    About { source: "api".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None }
}

fn read_at(toml: &str, url: &str, bytes: &[u8]) -> Result<Extract, Failure> {
    let spec: Spec = toml::from_str(&format!("kind = \"json\"\nurl = \"https://api.example/items\"\n{toml}")).unwrap();
    let reader = spec.compile(&about()).map_err(|faults| format!("{faults:?}")).unwrap();
    let url = url.parse().unwrap();
    reader.read(&Input { bytes, content_type: None, url: &url, next: None, now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false })
}

fn read(toml: &str, answer: &str) -> Result<Extract, Failure> {
    read_at(toml, "https://api.example/items", answer.as_bytes())
}

fn keys(extract: &Extract) -> Vec<&str> {
    extract.records.iter().map(|record| record.key.as_str()).collect()
}

#[test]
fn records_are_found_by_themselves() {
    for (answer, want, place) in [
        (r#"[{"id":1},{"id":2}]"#, vec!["1", "2"], "[0].id"),
        (r#"{"data":{"items":[{"id":"a"}]},"links":[{"rel":"self"},{"rel":"next"}]}"#, vec!["a"], "data.items[0].id"),
        (r#"{"releases":[{"ocid":"o","tender":{"items":[{"id":1},{"id":2},{"id":3}]}}]}"#, vec!["o"], "releases[0].ocid"),
        (r#"{"data":{"id":"one","title":"T"}}"#, vec!["one"], "data.id"),
        (r#"{"ocid":"o","id":"r","tender":{"title":"T","items":[{"id":1},{"id":2}]},"parties":[{"id":"p"}]}"#, vec!["r"], "id"),
        (r#"{"id":"https://a.example/","type":"Collection","items":[{"id":1},{"id":2}]}"#, vec!["1", "2"], "items[0].id"),
        ("{\"id\":1}\n{\"id\":2}\n", vec!["1", "2"], "[0].id"),
        (")]}',\n[{\"id\":7}]", vec!["7"], "[0].id"),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"f","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"name":"N"}}]}"#,
            vec!["f"],
            "features[0].id",
        ),
    ] {
        let extract = read("", answer).unwrap();
        assert_eq!(keys(&extract), want, "{answer}: {:?}", extract.bad);
        assert!(extract.records[0].fields.values().any(|found| found.path == place), "{:?}", extract.records[0]);
    }
}

#[test]
fn an_empty_list_is_a_last_page_where_it_is_counted() {
    for (answer, want) in [
        (r#"{"items":[],"name":"All"}"#, 0),
        (r#"{"resultados":[],"total":0}"#, 0),
        (r#"{"estado":"ok","respuesta":{"anuncios":[],"pagina":3}}"#, 0),
        (r#"{"ergebnisse":[],"meta":{"gesamt":"0"}}"#, 0),
        (r#"{"nombre":"Acme S.L.","ciudad":"Burgos","contacto":{"telefonos":[],"n":0}}"#, 1),
        (r#"{"nombre":"Acme S.L.","contacto":{"telefonos":[],"total":0}}"#, 1),
        (r#"{"contacto":{"telefonos":[],"pisos":2},"web":"https://acme.example/"}"#, 1),
    ] {
        let extract = read("", answer).unwrap();
        assert_eq!(extract.records.len() + extract.bad.len(), want, "{answer}: {extract:?}");
    }
}

#[test]
fn members_become_typed_fields() {
    let answer = json!([{
        "id": 7, "title": " Two  words ", "url": "https://a.example/7", "published": "2026-11-23T10:00:00Z", "open": true,
        "value": {"amount": 1500.5, "currency": "EUR"}, "buyer": {"name": "City", "email": "Buy@City.example"}, "tags": ["x", "y"],
        "lots": [{"id": 1}], "empty": null, "closingDate": "2026-12-01",
    }]);
    let extract = read("", &answer.to_string()).unwrap();
    let record = &extract.records[0];
    let text = |name: &str| record.value(name).map(Read::text);
    assert_eq!(record.url.as_str(), "https://a.example/7");
    for (name, want) in [
        ("title", "Two words"),
        ("value", "1500.5 EUR"),
        ("buyer.name", "City"),
        ("buyer.email", "Buy@city.example"),
        ("tags", "x; y"),
        ("open", "true"),
        ("published", "2026-11-23 10:00 UTC"),
        ("closingDate", "2026-12-01"),
    ] {
        assert_eq!(text(name).as_deref(), Some(want), "{name}");
    }
    assert!(matches!(record.value("value"), Some(Read::Money(_))));
    assert!(matches!(record.value("published"), Some(Read::Time(_))));
    assert!(matches!(record.value("closingDate"), Some(Read::Date(_))));
    assert_eq!((text("lots"), text("empty")), (None, None));
    let named = read("", r#"[{"id":1,"tender":{"title":"T"}}]"#).unwrap();
    assert_eq!(named.records[0].value("title").map(Read::text).as_deref(), Some("T"));
}

#[test]
fn a_title_may_be_inside_of_its_member() {
    for (more, want) in [
        (json!({"title": {"rendered": "Cartón &amp; <b>papel</b>"}}), Some("Cartón & papel")),
        (json!({"name": {"text": "Saw"}}), Some("Saw")),
        (json!({"title": {"rendered": "Own"}, "name": "Other"}), None),
        (json!({"title": {"colour": "red"}}), None),
    ] {
        let mut record = json!({"id": 7});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let extract = read("", &json!([record]).to_string()).unwrap();
        assert_eq!(extract.records[0].value("title").map(Read::text).as_deref(), want, "{more}");
    }
}

#[test]
fn the_web_site_of_whom_a_record_names_is_its_own() {
    for (more, want) in [
        (json!({"employer": {"name": "Acme", "site": "https://acme.example/es"}}), Some("https://acme.example/es")),
        (json!({"employer": {"name": "Acme", "url": "https://acme.example/"}}), Some("https://acme.example/")),
        (json!({"company": {"website": "www.acme.example"}}), Some("www.acme.example")),
        (json!({"companyWebsite": "https://acme.example/"}), Some("https://acme.example/")),
        (
            json!({"seller": {"url": "https://store.example/"}, "company": {"website": "https://acme.example/"}}),
            Some("https://acme.example/"),
        ),
        (json!({"website": "https://own.example/", "employer": {"site": "https://acme.example/"}}), Some("https://own.example/")),
        // A page on the board itself, an account, and no address.
        (json!({"employer": {"url": "https://www.api.example/employer/7"}}), None),
        (json!({"employer": {"url": "https://www.linkedin.com/company/acme"}}), None),
        (json!({"employer": {"site": "not yet"}}), None),
        (json!({"agency": {"site": "https://other.example/"}}), None),
    ] {
        let mut record = json!({"id": 7, "title": "Welder"});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let extract = read("", &json!([record]).to_string()).unwrap();
        assert_eq!(extract.records[0].value("website").map(Read::text).as_deref(), want, "{more}");
    }
}

#[test]
fn settings_choose_records_and_fields() {
    let answer =
        r#"{"hits":[{"n":{"t":"A"},"u":"/a","p":["1","2"],"ok":true},{"n":{"t":"B"},"u":"/b","ok":false}],"noise":[{},{},{},{},{}]}"#;
    let toml = "filter = \".hits[] | select(.ok)\"\nkey = \"name\"\nfields = { name = \"n.t\", url = \".u\", parts = { select = \"/p\", many = true }, twice = { from = \"name\" } }";
    let extract = read(toml, answer).unwrap();
    assert_eq!(extract.records.len(), 1, "{:?}", extract.bad);
    let record = &extract.records[0];
    assert_eq!(record.url.as_str(), "https://api.example/a");
    for (name, want) in [("name", "A"), ("parts", "1; 2"), ("twice", "A"), ("url", "https://api.example/a")] {
        assert_eq!(record.value(name).map(Read::text).as_deref(), Some(want), "{name}");
    }
    assert_eq!(record.fields.get("name").map(|found| found.path.as_str()), Some("filter[0].n.t"));
    for (toml, key) in [
        ("filter = \".a[\"", "filter"),
        ("filter = \"def f: f; f\"", "filter"),
        ("fields = { a = \"x | y\" }", "fields.a"),
        ("paging = { cursor = \".c\" }", "paging.param"),
        ("paging = { cursor = \".c\", next = \".n\", param = \"p\" }", "paging"),
        ("paging = { link = true, next = \".n\" }", "paging"),
        ("paging = { page = \".p\", count = \".n\", param = \"p\" }", "paging"),
        ("paging = { count = \".n\" }", "paging.param"),
        ("paging = { next = \".a[] |\" }", "paging.next"),
        ("paging = { next = \"a..b\" }", "paging.next"),
    ] {
        let spec: Spec = toml::from_str(&format!("kind = \"json\"\nurl = \"https://api.example/\"\n{toml}")).unwrap();
        let faults = spec.compile(&about()).err().unwrap();
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), [key], "{toml}: {faults:?}");
    }
}

#[test]
fn paging_leads_on_and_ends() {
    let two = r#"{"items":[{"id":1}],"next":"/items?page=2","cursor":"c&1","last":3}"#;
    let none = r#"{"items":[],"next":null,"cursor":"","last":3}"#;
    for (toml, url, answer, want) in [
        ("", "https://api.example/items", two, None),
        ("paging = { next = \".next\" }", "https://api.example/items", two, Some("https://api.example/items?page=2")),
        ("paging = { next = \".next\" }", "https://api.example/items", none, None),
        ("paging = { next = \".next\" }", "https://api.example/items?page=2", two, None),
        (
            "paging = { cursor = \"cursor\", param = \"after\" }",
            "https://api.example/items?q=1",
            two,
            Some("https://api.example/items?q=1&after=c%261"),
        ),
        ("paging = { cursor = \"cursor\", param = \"after\" }", "https://api.example/items?after=x", none, None),
        ("paging = { param = \"page\" }", "https://api.example/items", two, Some("https://api.example/items?page=2")),
        ("paging = { param = \"page\" }", "https://api.example/items?page=4&x=1", two, Some("https://api.example/items?page=5&x=1")),
        ("paging = { param = \"page\" }", "https://api.example/items?page=4", none, None),
        ("paging = { param = \"page\" }\npages = 4", "https://api.example/items?page=4", two, None),
        (
            "paging = { param = \"page\", page = \"last\" }",
            "https://api.example/items?page=2",
            two,
            Some("https://api.example/items?page=3"),
        ),
        ("paging = { param = \"page\", page = \"last\" }", "https://api.example/items?page=3", two, None),
        (
            "paging = { param = \"start\", start = 0, step = 25 }",
            "https://api.example/items",
            two,
            Some("https://api.example/items?start=25"),
        ),
    ] {
        let extract = read_at(toml, url, answer.as_bytes()).unwrap();
        assert_eq!(extract.follow.first().map(Url::as_str), want, "{toml} {url}");
    }
    // Counted from 0 the last of three pages is the second; a filter finds what no path does.
    let three = r#"{"items":[{"id":1}],"totalPages":3,"links":[{"rel":"self","href":"/x"},{"rel":"next","href":"/items?page=2"}]}"#;
    let count = "paging = { param = \"page\", start = 0, count = \".totalPages\" }";
    let select = "paging = { next = \".links[] | select(.rel == \\\"next\\\") | .href\" }";
    for (toml, url, want) in [
        (count, "https://api.example/items", Some("https://api.example/items?page=1")),
        (count, "https://api.example/items?page=1", Some("https://api.example/items?page=2")),
        (count, "https://api.example/items?page=2", None),
        (select, "https://api.example/items", Some("https://api.example/items?page=2")),
    ] {
        let extract = read_at(toml, url, three.as_bytes()).unwrap();
        assert_eq!(extract.follow.first().map(Url::as_str), want, "{toml} {url}");
    }
}

#[test]
fn the_head_of_an_answer_leads_on() {
    let spec: Spec = toml::from_str("kind = \"json\"\nurl = \"https://api.example/items\"\npaging = { link = true }").unwrap();
    let reader = spec.compile(&about()).map_err(|faults| format!("{faults:?}")).unwrap();
    let [url, second]: [Url; 2] = ["", "?page=2"].map(|query| format!("https://api.example/items{query}").parse().unwrap());
    for (next, want) in [(Some(&second), vec![second.clone()]), (Some(&url), vec![]), (None, vec![])] {
        let input =
            Input { bytes: b"[{\"id\":1}]", content_type: None, url: &url, next, now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false };
        assert_eq!(reader.read(&input).unwrap().follow, want);
    }
}

#[test]
fn what_gives_no_records_says_why() {
    for (toml, answer, class, why) in [
        ("", r#"{"error":{"message":"invalid key"}}"#, FailureClass::Unreadable, "invalid key"),
        ("", r#"{"errors":[{"detail":"too old"}],"data":[]}"#, FailureClass::Unreadable, "too old"),
        ("filter = \".items[]\"", r#"{"error":"no"}"#, FailureClass::Unreadable, "“no”"),
        ("filter = \".items[]\"", r#"{"items":5}"#, FailureClass::Unreadable, "filter"),
        ("filter = \"repeat(empty)\"", "{}", FailureClass::ParseLimit, "too long"),
        ("", "<html>", FailureClass::Unreadable, "no JSON"),
        ("", "", FailureClass::Unreadable, "no JSON"),
        // It will be whole when it is asked for again.
        ("", "{\"a\":", FailureClass::Broken, "cut off"),
        ("", "{\"a\": 1}, b", FailureClass::Unreadable, "no JSON"),
        ("", &"[".repeat(200_000), FailureClass::ParseLimit, "deep"),
        ("", &format!("[{}", "{\"a\":0},".repeat(300_000)), FailureClass::ParseLimit, "objects"),
    ] {
        let failure = read(toml, answer).unwrap_err();
        assert_eq!(failure.class, class, "{failure}");
        assert!(failure.text.contains(why), "{failure}");
    }
    assert_eq!(read("", "[]").unwrap().records.len(), 0);
    assert_eq!(read("", r#"{"error":null,"items":[{"id":1}]}"#).unwrap().records.len(), 1);
    let cut = read("", "{\"id\":1}\n{\"id\":2}\n{\"id\":").unwrap();
    assert_eq!((cut.records.len(), cut.bad.len()), (2, 1));
    let scalars = read("filter = \".[]\"", "[1, {\"id\":1}, null, [{\"id\":2}]]").unwrap();
    assert_eq!((scalars.records.len(), scalars.bad.len()), (2, 1));
}

#[test]
fn real_answers_when_the_samples_are_here() {
    let Some(samples) = crate::extract::real::samples() else { return };
    for (file, toml, records, title) in [
        ("tenders/other-feeds/us-state-geojson.json", "", 1, false),
        (
            "tenders/sam-gov/v2-search-2026-02.json",
            "filter = \".opportunitiesData[]\"\nfields = { title = \"title\", deadline = \"responseDeadLine\", buyer = \"fullParentPathName\" }",
            1,
            true,
        ),
        (
            "tenders/ocds/ocdskit-realdata/release-package-1.json",
            "filter = \".releases[] | {ocid, title: .tender.title, value: .tender.value}\"",
            1,
            false,
        ),
        ("tenders/ocds/ocdskit-realdata/record-package-1.json", "", 1, false),
        ("tenders/secop/ocds/releases/ocds-k50g02-16-12-5280389-58125c22d3ff2f009b53ed8d.json", "", 1, false),
        (
            "tenders/prozorro/ocds/records/ocds-be6bcu-UA-2016-06-08-000504-c.json",
            "filter = \".compiledRelease | {id: .ocid, title: .tender.title, value: .tender.value, buyer: .buyer.name}\"",
            1,
            true,
        ),
        (
            "tenders/ocds/official-example-1.1/ocds-213czf-000-00001-02-tender.json",
            "fields = { title = \"tender.title\", value = \"tender.value\", buyer = \"buyer.name\" }",
            1,
            true,
        ),
    ] {
        let Ok(bytes) = std::fs::read(samples.join(file)) else { continue };
        let kind = sniff(&bytes, None, &"https://api.example/".parse().unwrap());
        assert!(matches!(kind, Kind::Json | Kind::Tenders), "{file}: {kind:?}");
        let extract = read_at(toml, "https://api.example/items", &bytes).unwrap();
        assert!(extract.records.len() >= records, "{file}: {:?}", extract.bad);
        assert!(!title || extract.records.iter().any(|record| record.value("title").is_some()), "{file}");
        let first = &extract.records[0];
        crate::extract::real::say(&format!(
            "{file}: {} records, first {:?} with {} fields, {} bad",
            extract.records.len(),
            first.key,
            first.fields.len(),
            extract.bad.len()
        ));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let url = "https://api.example/".parse().unwrap();
        let input = Input { bytes: &bytes, content_type: None, url: &url, next: None, now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false };
        let _ = by_content(Kind::Json, &url, &about()).read(&input);
    }

    #[test]
    fn no_json_makes_it_panic(text in "[\\[\\]{}:,\"a-c0-9.\\\\ e-]{0,80}") {
        let _ = read("", &text);
    }
}
