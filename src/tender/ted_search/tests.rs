//! A made page with every field that is asked for, entries that are broken among good ones, and the real page where it is at hand.

use proptest::prelude::*;

use super::*;
use crate::model::{Nature, ProcedureKind};
use crate::tender::testing::samples_folder;
use crate::tender::{Clock, Format};

const PAGE: &str = include_str!("page.json");

fn read_text(text: &str) -> Result<Batch, Failure> {
    read(&Input { text, url: None, clock: Clock::assumed(), expired: &|| false })
}

#[test]
fn a_page_says_where_it_goes_on() {
    let batch = read_text(PAGE).unwrap();
    assert_eq!(Format::detect(PAGE), Some(Format::TedSearch));
    assert_eq!((batch.next.as_deref(), batch.total, batch.notices.len()), (Some("dG9rZW4"), Some(4), 3));
    let unread = batch.notices.iter().flat_map(|notice| &notice.unread);
    let reasons: Vec<_> = batch.bad.iter().chain(unread).map(|bad| format!("{}: {}", bad.path, bad.reason)).collect();
    assert_eq!(batch.bad.len(), 1, "a field that cannot be read sets no entry aside");
    assert_eq!(
        reasons,
        [
            "notices[1]: it has no id: neither publication-number nor notice-identifier",
            "notices[2]/deadline-receipt-request-date-lot: the deadline is no day and time that can be read: soon",
            "notices[2]/PC: it is no CPV code: rubbish",
        ]
    );
    let last = PAGE.replace("\"dG9rZW4\"", "null");
    assert_eq!(read_text(&last).unwrap().next, None);
    for asked in ["https://p.example/search?query=PD%3D1", "https://p.example/search?query=PD%3D1&iterationNextToken=before"] {
        let url = asked.parse().unwrap();
        let batch = read(&Input { text: PAGE, url: Some(&url), clock: Clock::assumed(), expired: &|| false }).unwrap();
        assert_eq!(batch.next.as_deref(), Some("https://p.example/search?query=PD%3D1&iterationNextToken=dG9rZW4"));
    }
}

#[test]
fn a_thin_notice_has_the_same_keys_as_its_xml() {
    let batch = read_text(PAGE).unwrap();
    let notice = &batch.notices[0];
    assert_eq!((notice.procedure.as_str(), notice.publication.as_str()), ("0f0e0d0c-0000-4000-8000-0000000000ff", "00123456-2026"));
    assert_eq!((notice.id.as_str(), notice.version.as_str()), ("0f0e0d0c-0000-4000-8000-000000000002", "01"));
    assert_eq!(
        (notice.kind, notice.stage, notice.code.as_str(), notice.whole),
        (NoticeKind::Competition, Stage::Open, "16 cn-standard", false)
    );
    let content = &notice.content;
    assert_eq!((content.title.best(&["en"]), content.title.best(&["es"])), (Some("X-ray equipment"), Some("Equipos de rayos X")));
    let buyers: Vec<_> =
        content.buyers.iter().map(|buyer| (buyer.name.best(&[]).unwrap(), buyer.ids[0].id.as_str(), buyer.seat.country.as_str())).collect();
    assert_eq!(buyers, [("Hospital de la Vega", "Q3000001A", "ES"), ("Servicio de Salud", "Q3000002B", "ES")]);
    assert_eq!(content.classes.iter().map(|class| class.code.as_str()).collect::<Vec<_>>(), ["33111000", "50421200"]);
    let places: Vec<_> = content.places.iter().map(|place| (place.country.as_str(), place.region.as_str())).collect();
    assert_eq!(places, [("ES", "ES620"), ("ES", "")]);
    assert_eq!((content.nature, content.procedure.as_ref().unwrap().kind), (Some(Nature::Goods), ProcedureKind::Open));
    // Deadlines of lots name no lot: they are the whole's, and no lot is invented.
    let due: Vec<_> = content.deadlines.iter().map(|deadline| deadline.due.as_ref().unwrap().at.to_string()).collect();
    assert_eq!((due, content.lots.len()), (vec!["2026-04-10T12:00:00Z".to_owned(), "2026-04-17T10:00:00Z".to_owned()], 0));
    let worth: Vec<_> = content.worth.iter().map(|worth| (worth.kind, worth.amount.number.to_string())).collect();
    assert_eq!(worth, [(WorthKind::Estimate, "750000".to_owned())]);
    assert_eq!(content.link.as_ref().unwrap().as_str(), "https://ted.europa.eu/en/notice/-/detail/123456-2026");
    assert_eq!(content.documents[0].url.as_str(), "https://ted.europa.eu/en/notice/123456-2026/xml");
    assert_eq!((notice.found["title"].as_str(), notice.found["buyers"].as_str()), ("notices[0]/title-proc", "notices[0]/buyer-name"));
}

#[test]
fn aliases_references_and_codes_with_labels() {
    let batch = read_text(PAGE).unwrap();
    let old = &batch.notices[1];
    assert_eq!((old.procedure.as_str(), old.previous.as_str(), old.id.as_str()), ("00100200-2021", "00100200-2021", "00140300-2021"));
    assert_eq!(old.published.unwrap().to_string(), "2021-03-18T23:00:00Z");
    // A withheld amount is written as -1.
    assert!(old.content.worth.is_empty());
    let award = &batch.notices[2];
    assert_eq!((award.kind, award.stage, award.code.as_str()), (NoticeKind::Change, Stage::Awarded, "can-standard"));
    assert_eq!(award.previous, "0f0e0d0c-0000-4000-8000-000000000003-01");
    assert_eq!(award.content.buyers[0].name.best(&[]), Some("Ayuntamiento"));
    let winners = &award.content.awards[0].winners;
    // One identifier for two winners belongs to neither.
    assert_eq!((winners.len(), winners.iter().all(|winner| winner.ids.is_empty())), (2, true));
    assert_eq!(award.content.worth[0].amount.number.to_string(), "300000.5");
}

#[test]
fn answers_that_are_none_say_why() {
    for (text, why) in
        [(r#"{"message": "Syntax error in query", "error": {}}"#, "Syntax error"), ("{}", "no notices"), ("<html>", "no JSON")]
    {
        let failure = read_text(text).unwrap_err();
        assert_eq!(failure.class, FailureClass::Unreadable);
        assert!(failure.text.contains(why), "{}", failure.text);
    }
    let cut = read_text(&PAGE[..200]).unwrap_err();
    assert!(cut.class == FailureClass::Broken && cut.text.contains("breaks off"), "{cut}");
    let nested = format!("{{\"notices\": {}", "[".repeat(100_000));
    let small_stack = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    assert!(small_stack.spawn(move || read_text(&nested).is_err()).unwrap().join().unwrap());
    let empty = read_text(r#"{"notices": [], "totalNoticeCount": 0, "iterationNextToken": null}"#).unwrap();
    assert_eq!((empty.notices.len(), empty.total, empty.next), (0, Some(0), None));
}

proptest! {
    #[test]
    fn one_broken_entry_costs_no_other(value in "\\PC{0,20}", key in 0..12_usize, shape in 0..6_usize) {
        let mut page: Value = serde_json::from_str(PAGE).unwrap();
        let entry = page["notices"][0].as_object_mut().unwrap();
        let name = entry.keys().nth(key * 2).cloned().unwrap_or_default();
        let broken = match shape {
            0 => Value::String(value),
            1 => Value::Null,
            2 => serde_json::json!([[[[[[value]]]]]]),
            3 => serde_json::json!({value: [1, {"a": null}]}),
            4 => serde_json::json!(-1.5),
            _ => Value::Array(Vec::new()),
        };
        entry.insert(name, broken);
        let batch = read_text(&page.to_string()).unwrap();
        let whole = read_text(PAGE).unwrap();
        prop_assert_eq!(&batch.notices[batch.notices.len() - 2..], &whole.notices[1..]);
    }

    #[test]
    fn broken_pages_never_panic(at in 0..PAGE.len(), length in 0..60_usize, bytes in "[\\[\\]{}\":,0-9a-z]{0,8}") {
        let from = (0..=at).rev().find(|place| PAGE.is_char_boundary(*place)).unwrap_or_default();
        let to = (from + length..=PAGE.len()).find(|place| PAGE.is_char_boundary(*place)).unwrap_or(PAGE.len());
        let _ = read_text(&format!("{}{bytes}{}", &PAGE[..from], &PAGE[to..]));
    }
}

#[test]
fn the_real_page_is_read() {
    let Some(folder) = samples_folder("ted-search-api") else { return };
    let path = folder.join("ted_api_response.json");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(Format::detect(&text), Some(Format::TedSearch));
    let batch = read_text(&text).unwrap();
    assert_eq!((batch.notices.len(), batch.total, batch.next, batch.bad), (2, Some(2), None, Vec::new()));
    assert_eq!((batch.notices[0].id.as_str(), batch.notices[0].procedure.as_str()), ("00067623-2022", "00349392-2021"));
    assert_eq!(batch.notices[0].content.documents[0].url.as_str(), "https://ted.europa.eu/en/notice/67623-2022/xml");
}
