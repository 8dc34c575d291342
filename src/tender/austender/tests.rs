//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;

use super::*;
use crate::tender::Format;
use crate::tender::testing::{faults, read_text, said, samples, tampered};

const CONTRACTS: &str = include_str!("contracts.csv");

#[test]
fn contract_notices() {
    assert_eq!(Format::detect(CONTRACTS), Some(Format::AusTender));
    let batch = read_text(Format::AusTender, CONTRACTS).unwrap();
    let [first, amended, odd] = &batch.notices[..] else { panic!("{}", batch.notices.len()) };
    assert_eq!((first.procedure.as_str(), first.kind, first.stage), ("CN100", NoticeKind::Award, Stage::Awarded));
    let award = &first.content.awards[0];
    assert_eq!((award.winners[0].ids[0].scheme.as_str(), award.winners[0].ids[0].id.as_str()), ("AU-ABN", "31000000001"));
    assert_eq!((award.worth[0].amount.number.to_string().as_str(), award.worth[0].amount.currency.unwrap().code()), ("11731.17", "AUD"));
    let term = first.content.term.as_ref().unwrap();
    assert_eq!((term.start.unwrap().to_string().as_str(), term.end.unwrap().to_string().as_str()), ("2012-12-18", "2013-12-28"));
    assert_eq!((first.content.title.best(&["en"]), award.winners[0].seat.country.as_str()), (Some("Wipers, electric"), "AU"));
    assert_eq!(first.content.other_ids.iter().map(|id| id.scheme.as_str()).collect::<Vec<_>>(), ["CN", "ATM", "reference"]);
    assert!(first.content.deadlines.is_empty());
    // An amendment belongs to its parent.
    assert_eq!(
        (amended.procedure.as_str(), amended.id.as_str(), amended.version.as_str(), amended.previous.as_str()),
        ("CN90", "CN90-A2", "A2", "CN90")
    );
    assert_eq!(
        (amended.kind, amended.stage, amended.amendments[0].text.best(&[])),
        (NoticeKind::Modification, Stage::Modified, Some("More boots"))
    );
    assert_eq!(amended.published.unwrap().to_string(), "2013-01-03T13:00:00Z");
    assert_eq!(
        (odd.published, odd.content.awards[0].worth.len(), odd.content.procedure.as_ref().unwrap().kind),
        (None, 0, ProcedureKind::Restricted)
    );
    let (aside, unread) = faults(&batch);
    assert_eq!((aside, unread), (vec!["row 3"], vec!["row 4/Publish Date", "row 4/Value"]));
}

#[test]
fn later_columns() {
    let text = "Agency Name,CN ID,Publish Date,Contract Start Date,Contract End Date,Contract Value (AUD),Description,UNSPSC Code,UNSPSC Title,Supplier Name,Supplier ABN\n\
        Tests,CN1,2026-01-04,2026-01-01,2026-12-31,\"$1,200.00\",Paper,14111500,Printing paper,Paper Co,31000000001\n";
    let notice = read_text(Format::AusTender, text).unwrap().notices.remove(0);
    let class = &notice.content.classes[0];
    assert_eq!((class.scheme.as_str(), class.code.as_str(), class.label.as_str()), ("UNSPSC", "14111500", "Printing paper"));
    assert_eq!((notice.content.worth[0].amount.number.to_string().as_str(), notice.content.term.is_some()), ("1200.00", true));
    assert!(read_text(Format::AusTender, "a,b\n").unwrap_err().text.contains("CN ID"));
}

#[test]
fn samples_are_read_whole() {
    for (name, text) in samples("australia/austender-csv") {
        assert_eq!(Format::detect(&text), Some(Format::AusTender), "{name}");
        let batch = read_text(Format::AusTender, &text).unwrap();
        assert_eq!((faults(&batch), batch.notices.len()), ((vec![], vec![]), 4), "{name}");
        for notice in &batch.notices {
            let content = &notice.content;
            assert!(
                !content.title.is_empty() && !content.buyers.is_empty() && !content.classes.is_empty() && content.term.is_some(),
                "{}",
                notice.id
            );
            assert!(
                content.awards[0].winners.len() == 1 && content.awards[0].worth.len() == 1 && notice.published.is_some(),
                "{}",
                notice.id
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::AusTender, &tampered(CONTRACTS, at, byte));
    }

    #[test]
    fn a_spoilt_row_spoils_no_other(at in 0_usize..27, with in "[a-zA-Z0-9 :;*,é-]{0,12}") {
        let row = CONTRACTS.lines().nth(2).unwrap();
        let mut cells: Vec<&str> = row.split(',').collect();
        cells[at] = &with;
        let batch = read_text(Format::AusTender, &CONTRACTS.replace(row, &cells.join(","))).unwrap();
        let clean = read_text(Format::AusTender, CONTRACTS).unwrap();
        prop_assert_eq!(said(&batch.notices[0]), said(&clean.notices[0]));
        prop_assert_eq!(batch.notices.last().map(said), clean.notices.last().map(said));
    }
}
