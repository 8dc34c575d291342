//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;

use super::*;
use crate::model::{Nature, Stage, ZoneFrom};
use crate::tender::testing::{faults, read_text, said, samples, tampered};
use crate::tender::{Format, read};

const NEW: &str = include_str!("new.csv");
const OLD: &str = include_str!("old.csv");

fn due(notice: &Notice) -> String {
    notice.content.deadlines[0].due.as_ref().unwrap().at.to_string()
}

#[test]
fn new_rows() {
    assert_eq!(Format::detect(NEW), Some(Format::CanadaBuys));
    let batch = read_text(Format::CanadaBuys, NEW).unwrap();
    let [first, second, odd, wanted] = &batch.notices[..] else { panic!("{}", batch.notices.len()) };
    let content = &first.content;
    assert_eq!((first.id.as_str(), first.version.as_str(), first.publication.as_str()), ("cb-100-1", "000", "S-1"));
    assert_eq!((first.kind, first.stage, first.languages.join(" ")), (NoticeKind::Competition, Stage::Open, "en fr".to_owned()));
    assert_eq!((content.title.best(&["en"]), content.title.best(&["fr"])), (Some("Office paper"), Some("Papier de bureau")));
    assert_eq!(content.buyers[0].name.best(&["fr"]), Some("Ministère des essais (ME)"));
    assert_eq!((content.buyers[0].seat.region.as_str(), content.buyers[0].seat.country.as_str()), ("CA-ON", "CA"));
    let classes: Vec<(&str, &str, &str)> = content.classes.iter().map(|c| (c.scheme.as_str(), c.code.as_str(), c.label.as_str())).collect();
    assert_eq!(classes, [("UNSPSC", "14111500", "Printing paper"), ("UNSPSC", "14111700", "Tissues, towels")]);
    let deadline = content.deadlines[0].due.as_ref().unwrap();
    assert_eq!((deadline.at.to_string().as_str(), deadline.zone_from), ("2026-07-15T18:00:00Z", ZoneFrom::Portal));
    assert_eq!(content.places.iter().map(|place| place.region.as_str()).collect::<Vec<_>>(), ["CA-QC", "CA-ON"]);
    assert_eq!((content.worth.len(), content.documents.len(), content.nature), (0, 2, Some(Nature::Goods)));
    assert_eq!(
        (content.procedure.as_ref().unwrap().kind, content.term.as_ref().unwrap().end.unwrap().to_string().as_str()),
        (ProcedureKind::Open, "2027-08-31")
    );
    assert_eq!(first.found["title"], "row 1/title-titre-eng");
    // Amended in place: it was published again.
    assert_eq!((second.kind, second.published.unwrap().to_string().as_str()), (NoticeKind::Change, "2026-06-25T04:00:00Z"));
    assert_eq!((second.content.deadlines[0].due.as_ref().unwrap().time, second.content.nature), (None, Some(Nature::Mixed)));
    assert_eq!(
        (second.content.classes[0].scheme.as_str(), second.content.procedure.as_ref().unwrap().kind),
        ("GSIN", ProcedureKind::Direct)
    );
    assert_eq!((odd.kind, odd.stage, odd.content.deadlines[0].due.as_ref()), (NoticeKind::Cancellation, Stage::Cancelled, None));
    assert_eq!((wanted.kind, wanted.stage), (NoticeKind::Planning, Stage::Closed));
    let (aside, unread) = faults(&batch);
    assert_eq!((aside, unread), (vec!["row 3"], vec!["row 2/noticeURL-URLavis-eng", "row 4/tenderClosingDate-appelOffresDateCloture"]));
}

#[test]
fn old_rows_of_two_languages_are_one_notice() {
    let text = format!("\u{feff}{OLD}");
    assert_eq!(Format::detect(&text), Some(Format::CanadaBuys));
    let batch = read_text(Format::CanadaBuys, &text).unwrap();
    let [liners, advice, later] = &batch.notices[..] else { panic!("{}", batch.notices.len()) };
    assert_eq!((liners.id.as_str(), liners.languages.join(" ")), ("PW-1", "en fr".to_owned()));
    assert_eq!((liners.content.title.best(&["en"]), liners.content.title.best(&["fr"])), (Some("Liners"), Some("Doublures")));
    // The words say standard time, and it is July.
    assert_eq!((due(liners).as_str(), liners.content.deadlines.len()), ("2014-07-21T18:00:00Z", 1));
    assert_eq!(liners.content.deadlines[0].text, "2014-07-21 14:00 Eastern Standard Time (EST)");
    assert_eq!(liners.content.deadlines[0].due.as_ref().unwrap().zone_from, ZoneFrom::Text);
    // A name that is not translated is no French one.
    let names: Vec<usize> = liners.content.buyers.iter().map(|buyer| buyer.name.by_language.len()).collect();
    assert_eq!(names, [1, 2]);
    assert_eq!((liners.content.documents.len(), liners.content.classes.len(), liners.content.places.len()), (3, 2, 2));
    assert_eq!(liners.content.buyers[0].email, "jane@tests.example");
    assert_eq!((advice.kind, due(advice).as_str()), (NoticeKind::IntendedAward, "2014-12-31T17:30:00Z"));
    assert_eq!(advice.content.procedure.as_ref().unwrap().kind, ProcedureKind::Direct);
    // Another amendment is another notice, and a zone that nobody knows is told.
    assert_eq!((later.version.as_str(), due(later).as_str()), ("005", "2014-07-28T18:00:00Z"));
    assert_eq!(faults(&batch), (vec![], vec!["row 4/date_closing"]));
}

#[test]
fn repeated_rows() {
    let row = OLD.lines().nth(1).unwrap();
    let twice = format!("{}\n{row}\n{row}\n", OLD.lines().next().unwrap());
    assert_eq!(read_text(Format::CanadaBuys, &twice).unwrap().notices.len(), 1);
    let other = twice.replacen("14:00", "15:00", 1);
    assert_eq!(read_text(Format::CanadaBuys, &other).unwrap().notices.len(), 2, "other words under the same reference are not dropped");
}

#[test]
fn closing_times() {
    for (written, want) in [
        ("2014-01-21 14:00 Eastern Standard Time (EST)", Some("2014-01-21T19:00:00Z")),
        ("2014-07-21 14:00 Pacific Standard Time (PST)", Some("2014-07-21T21:00:00Z")),
        ("2014-07-21 14:00 Heure normale des Rocheuses (HNR)", Some("2014-07-21T20:00:00Z")),
        ("2014-07-21 14:00", Some("2014-07-21T18:00:00Z")),
        ("2014-07-21T14:00:00Z", Some("2014-07-21T14:00:00Z")),
        ("2014-07-21T14:00:00-03:00", Some("2014-07-21T17:00:00Z")),
        ("2014-07-21", Some("2014-07-21T04:00:00Z")),
        ("2014-07-21 02:00 PM EDT", Some("2014-07-21T18:00:00Z")),
        ("2014-07-21 25:00 EDT", None),
    ] {
        let text = format!("reference_number,publishing_status,date_closing\nPW-1,Active,{written}\n");
        let batch = read_text(Format::CanadaBuys, &text).unwrap();
        let deadline = &batch.notices[0].content.deadlines[0];
        assert_eq!(deadline.due.as_ref().map(|due| due.at.to_string()).as_deref(), want, "{written}");
        assert_eq!((deadline.text.as_str(), batch.bad.len(), batch.notices[0].unread.len()), (written, 0, usize::from(want.is_none())));
    }
}

#[test]
fn award_notices() {
    let text = "title-titre-eng,referenceNumber-numeroReference,amendmentNumber-numeroModification,contractNumber-numeroContrat,\
        publicationDate-datePublication,contractAwardDate-dateAttributionContrat,totalContractValue-valeurTotaleContrat,\
        contractCurrency-contratMonnaie,supplierLegalName-nomLegalFournisseur-eng,supplierAddressProvince-fournisseurAdresseProvince-eng\n\
        Pumps,cb-1,000,C-1,2026-02-01,2026-01-20,\"1,250,000.50\",CAD,Pump Inc,Quebec\n";
    let notice = read_text(Format::CanadaBuys, text).unwrap().notices.remove(0);
    let award = &notice.content.awards[0];
    assert_eq!((notice.kind, notice.stage, award.id.as_str()), (NoticeKind::Award, Stage::Awarded, "C-1"));
    assert_eq!((award.worth[0].amount.number.to_string().as_str(), award.date.unwrap().to_string().as_str()), ("1250000.50", "2026-01-20"));
    assert_eq!((award.winners[0].name.best(&[]), award.winners[0].seat.region.as_str()), (Some("Pump Inc"), "CA-QC"));
}

#[test]
fn what_is_no_table() {
    assert!(read_text(Format::CanadaBuys, "<html>").unwrap_err().text.contains("referenceNumber"));
    assert_eq!(Format::detect("a,b\n1,2\n"), None);
    let rows: Vec<String> = (0..crate::tender::NOTICES + 5).map(|n| format!("x{n}")).collect();
    let many = format!("reference_number,publishing_status\n{}\n", rows.join("\n"));
    assert_eq!(read_text(Format::CanadaBuys, &many).unwrap_err().class, FailureClass::ParseLimit);
    let input = Input { text: NEW, url: None, clock: Clock::assumed(), expired: &|| true };
    assert_eq!(read(Format::CanadaBuys, &input).unwrap_err().class, FailureClass::ParseLimit);
}

#[test]
fn samples_are_read_whole() {
    for (name, text) in samples("canada/csv") {
        assert_eq!(Format::detect(&text), Some(Format::CanadaBuys), "{name}");
        let batch = read_text(Format::CanadaBuys, &text).unwrap();
        assert_eq!((faults(&batch), batch.notices.len()), ((vec![], vec![]), 5), "{name}");
        for notice in &batch.notices {
            let content = &notice.content;
            assert!(!content.title.is_empty() && !content.description.is_empty() && !content.buyers.is_empty(), "{}", notice.id);
            assert!(!content.classes.is_empty() && !content.places.is_empty() && content.worth.is_empty(), "{}", notice.id);
            assert!(content.deadlines[0].due.as_ref().unwrap().time.is_some() && notice.stage == Stage::Open, "{}", notice.id);
        }
        assert_eq!(batch.notices[1].content.title.by_language.len(), 2);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::CanadaBuys, &tampered(NEW, at, byte));
        let _ = read_text(Format::CanadaBuys, &tampered(OLD, at, byte));
    }

    #[test]
    fn a_spoilt_cell_spoils_no_other_row(at in 0_usize..24, with in "[a-zA-Z0-9 :;*|,éß-]{0,12}") {
        let row = OLD.lines().nth(2).unwrap();
        let mut cells: Vec<&str> = row[1..row.len() - 1].split("\",\"").collect();
        cells[at] = &with;
        let spoilt = format!("\"{}\"", cells.join("\",\""));
        let batch = read_text(Format::CanadaBuys, &OLD.replace(row, &spoilt)).unwrap();
        let clean = read_text(Format::CanadaBuys, OLD).unwrap();
        for id in [("PW-1", "004"), ("PW-1", "005")] {
            let of = |batch: &Batch| batch.notices.iter().find(|notice| (notice.id.as_str(), notice.version.as_str()) == id).map(said);
            prop_assert_eq!(of(&batch), of(&clean));
        }
    }

    #[test]
    fn a_cut_loses_no_whole_row(at in 0_usize..10_000) {
        let text = OLD;
        let cut = &text[..(0..=at % text.len()).rev().find(|&at| text.is_char_boundary(at)).unwrap()];
        let whole = cut.matches('\n').count().saturating_sub(1);
        if let Ok(batch) = read_text(Format::CanadaBuys, cut) {
            prop_assert!(batch.notices.len() >= whole.min(2), "{} of {}", batch.notices.len(), whole);
        }
    }
}
