//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;

use super::*;
use crate::tender::Format;
use crate::tender::testing::{bomb_is_named, faults, read_text, said, samples, tampered};

const NOTICES: &str = include_str!("notices.xml");

#[test]
fn notices_whole() {
    assert_eq!(Format::detect(NOTICES), Some(Format::ContractsFinderXml));
    let batch = read_text(Format::ContractsFinderXml, NOTICES).unwrap();
    let [first, withdrawn, won] = &batch.notices[..] else { panic!("{}", batch.notices.len()) };
    let content = &first.content;
    assert_eq!((first.version.as_str(), first.kind, first.stage), ("2", NoticeKind::Change, Stage::Open));
    assert_eq!(first.amendments[0].text.best(&["en"]), Some("Deadline moved"));
    assert_eq!(first.published.unwrap().to_string(), "2015-07-20T09:00:00Z");
    // Midnight is how the portal says a day without a time; the day is London's.
    let due = content.deadlines[0].due.as_ref().unwrap();
    assert_eq!((due.day.to_string().as_str(), due.time, due.at.to_string().as_str()), ("2015-08-21", None, "2015-08-20T23:00:00Z"));
    let worth: Vec<(WorthKind, String)> = content.worth.iter().map(|worth| (worth.kind, worth.amount.number.to_string())).collect();
    assert_eq!(worth, [(WorthKind::Minimum, "35000.0".into()), (WorthKind::Maximum, "20000.0".into())], "the wrong way round, as written");
    assert_eq!((content.classes.len(), content.classes[0].label.as_str()), (1, "Cleaning services"));
    assert_eq!(
        (content.buyers[0].seat.country.as_str(), content.buyers[0].website.as_ref().unwrap().as_str()),
        ("GB", "https://www.council.example/")
    );
    assert_eq!((content.places.len(), content.nature, content.suits_small), (2, Some(Nature::Services), Some(true)));
    assert_eq!((content.technique.as_str(), content.term.as_ref().unwrap().renewal.as_str()), ("framework", "extension possible"));
    let documents: Vec<&str> = content.documents.iter().map(|document| document.title.as_str()).collect();
    assert_eq!(documents, ["Apply here", "spec.docx"]);
    assert_eq!((withdrawn.kind, withdrawn.stage), (NoticeKind::Cancellation, Stage::Cancelled));
    assert_eq!((won.kind, won.content.awards[0].winners.len(), won.content.classes.len()), (NoticeKind::Award, 1, 1));
    assert_eq!(won.content.deadlines[0].due.as_ref().unwrap().at.to_string(), "2015-08-07T16:00:00Z");
    let (aside, unread) = faults(&batch);
    let of = |part: &str| format!("/ArrayOfFullNotice/FullNotice[3]/Notice/{part}");
    assert_eq!((aside, unread), (vec!["/ArrayOfFullNotice/FullNotice[2]"], vec![of("DeadlineDate").as_str(), &of("ValueLow")]));
}

#[test]
fn what_is_no_document_of_it() {
    assert!(read_text(Format::ContractsFinderXml, "<rss/>").unwrap_err().text.contains("`rss`"));
    assert!(read_text(Format::ContractsFinderXml, &NOTICES[..NOTICES.len() - 9]).is_err());
    bomb_is_named(Format::ContractsFinderXml, &format!("<ArrayOfFullNotice>{}", "<FullNotice>".repeat(100_000)));
}

#[test]
fn samples_are_read_whole() {
    for (name, text) in samples("uk-contracts-finder/legacy-xml") {
        assert_eq!(Format::detect(&text), Some(Format::ContractsFinderXml), "{name}");
        let batch = read_text(Format::ContractsFinderXml, &text).unwrap();
        assert_eq!((faults(&batch), batch.notices.len()), ((vec![], vec![]), 9), "{name}");
        for notice in &batch.notices {
            let content = &notice.content;
            assert!(!content.title.is_empty() && !content.description.is_empty() && !content.buyers.is_empty(), "{}", notice.id);
            assert!(!content.classes.is_empty() && !content.worth.is_empty() && content.term.is_some(), "{}", notice.id);
            assert!(content.deadlines[0].due.is_some() && notice.stage == Stage::Open && notice.published.is_some(), "{}", notice.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::ContractsFinderXml, &tampered(NOTICES, at, byte));
    }

    #[test]
    fn a_dropped_element_spoils_no_other_notice(at in 0_usize..60, with in prop_oneof![Just(""), Just("<X><Y/></X>"), Just("<Id/>"), Just("zzz")]) {
        let end = NOTICES.find("</FullNotice>").unwrap();
        let document = xml::parse(NOTICES).unwrap();
        let offset = NOTICES.len() - document.input_text().len();
        let inside: Vec<_> = document.descendants().filter(|node| node.is_element() && node.range().end + offset < end).collect();
        let range = inside[at % inside.len()].range();
        let text = format!("{}{with}{}", &NOTICES[..range.start + offset], &NOTICES[range.end + offset..]);
        let (batch, clean) = (read_text(Format::ContractsFinderXml, &text).unwrap(), read_text(Format::ContractsFinderXml, NOTICES).unwrap());
        let of = |batch: &Batch| batch.notices.iter().rev().take(2).map(said).collect::<Vec<_>>();
        prop_assert_eq!(of(&batch), of(&clean));
    }
}
