//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::ZoneFrom;
use crate::tender::Format;
use crate::tender::testing::{bomb_is_named, faults, read_text, replace, said, samples, tampered};

const ANSWER: &str = include_str!("answer.json");

#[test]
fn an_answer_whole() {
    assert_eq!(Format::detect(ANSWER), Some(Format::Sam));
    let batch = read_text(Format::Sam, ANSWER).unwrap();
    assert_eq!((batch.total, batch.next.as_deref(), batch.notices.len()), (Some(5), Some("https://api.sam.gov/x?offset=1"), 4));
    let notice = &batch.notices[0];
    let content = &notice.content;
    assert_eq!((notice.procedure.as_str(), notice.id.as_str()), ("W00-26-R-0001", "aaaa0000000000000000000000000001"));
    // Its type changed in place.
    assert_eq!(
        (notice.kind, notice.stage, notice.code.as_str()),
        (NoticeKind::Competition, Stage::Open, "Solicitation, at first Presolicitation")
    );
    let buyers: Vec<&str> = content.buyers.iter().filter_map(|buyer| buyer.name.best(&["en"])).collect();
    assert_eq!(buyers, ["OFFICE ONE", "ARMY OF TESTS", "DEPT OF TESTS"]);
    assert_eq!((content.buyers[0].email.as_str(), content.buyers[0].seat.region.as_str()), ("a@tests.example", "US-DC"));
    let classes: Vec<(&str, &str, bool)> =
        content.classes.iter().map(|class| (class.scheme.as_str(), class.code.as_str(), class.main)).collect();
    assert_eq!(classes, [("NAICS", "811310", true), ("NAICS", "332911", false), ("PSC", "J043", false)]);
    let due = content.deadlines[0].due.as_ref().unwrap();
    assert_eq!((due.at.to_string().as_str(), due.zone_from), ("2026-03-30T18:00:00Z", ZoneFrom::Text));
    assert_eq!(content.places, [Place { country: "US".into(), region: "US-CO".into(), text: "Denver, Colorado, 80201".into() }]);
    assert_eq!((content.suits_small, content.documents.len(), content.worth.len()), (Some(true), 3, 0));
    assert!(content.description.is_empty(), "the description is another question");
}

#[test]
fn blanks_awards_and_archives() {
    let batch = read_text(Format::Sam, ANSWER).unwrap();
    let [_, award, archived, odd] = &batch.notices[..] else { panic!("four notices") };
    assert_eq!(award.procedure, "aaaa0000000000000000000000000002", "a blank number is none");
    assert_eq!(
        (award.kind, award.stage, award.content.places.len(), award.content.classes.len()),
        (NoticeKind::Award, Stage::Awarded, 0, 0)
    );
    // The names have dots of their own: the path is not taken apart.
    assert_eq!(award.content.buyers.len(), 1);
    let winner = &award.content.awards[0].winners[0];
    assert_eq!(winner.ids, [crate::model::TypedId { scheme: "UEI".into(), id: "UEI000000001".into() }]);
    assert_eq!(
        winner.seat,
        Place { country: String::new(), region: String::new(), text: "ATLANTA, GA, 30301".into() },
        "Georgia, not Gabon"
    );
    assert_eq!(award.content.awards[0].worth[0].amount.currency.unwrap().code(), "USD");
    assert_eq!((archived.kind, archived.stage), (NoticeKind::Competition, Stage::Closed), "archived is not cancelled");
    assert_eq!(archived.content.deadlines[0].due.as_ref().unwrap().zone_from, ZoneFrom::Assumed);
    assert_eq!((odd.kind, odd.stage, odd.code.as_str()), (NoticeKind::Other, Stage::Unknown, "Something New"));
    let (aside, unread) = faults(&batch);
    let odd = |key: &str| format!("opportunitiesData[4]/{key}");
    assert_eq!(
        (aside, unread),
        (vec!["opportunitiesData[3]"], vec![odd("postedDate").as_str(), &odd("responseDeadLine"), &odd("award/amount")])
    );
}

#[test]
fn kinds_by_letter_and_by_words() {
    use NoticeKind::{Award, Competition, IntendedAward, Other, Planning};
    for (letter, words, want) in [
        ("o", "Solicitation", (Competition, Stage::Open)),
        ("k", "Combined Synopsis/Solicitation", (Competition, Stage::Open)),
        ("p", "Presolicitation", (Planning, Stage::Planned)),
        ("r", "Sources Sought", (Planning, Stage::Planned)),
        ("s", "Special Notice", (Planning, Stage::Planned)),
        ("i", "Intent to Bundle Requirements (DoD-Funded)", (Planning, Stage::Planned)),
        ("a", "Award Notice", (Award, Stage::Awarded)),
        ("u", "Justification (J&A)", (IntendedAward, Stage::Unknown)),
        ("g", "Sale of Surplus Property", (Other, Stage::Open)),
    ] {
        assert_eq!((kind_and_stage(letter), kind_and_stage(words)), (want, want), "{words}");
    }
}

#[test]
fn what_is_no_answer() {
    let refused = read_text(Format::Sam, r#"{"errorCode": "429", "errorMessage": "You have exceeded your quota"}"#).unwrap_err();
    assert!(refused.text.contains("opportunitiesData") && refused.text.contains("quota"), "{refused}");
    let empty = read_text(Format::Sam, r#"{"totalRecords": 0, "opportunitiesData": []}"#).unwrap();
    assert_eq!((empty.total, empty.notices.len()), (Some(0), 0));
    bomb_is_named(Format::Sam, &format!("{{\"opportunitiesData\": {}", "[".repeat(100_000)));
}

#[test]
fn samples_are_read_whole() {
    for (name, text) in samples("sam-gov") {
        assert_eq!(Format::detect(&text), Some(Format::Sam), "{name}");
        let batch = read_text(Format::Sam, &text).unwrap();
        let raw: Value = serde_json::from_str(&text).unwrap();
        let rows = raw["opportunitiesData"].as_array().unwrap();
        assert_eq!((batch.notices.len(), faults(&batch)), (rows.len(), (vec![], vec![])), "{name}");
        for (row, notice) in rows.iter().zip(&batch.notices) {
            let content = &notice.content;
            let has = |key: &str| !matches!(&row[key], Value::Null) && row[key] != "";
            assert_eq!(!content.deadlines.is_empty(), has("responseDeadLine"), "{}", notice.id);
            assert_eq!(!content.awards.is_empty(), has("award"), "{}", notice.id);
            assert!(
                !content.title.is_empty() && !content.buyers.is_empty() && content.classes.len() == 2 && content.link.is_some(),
                "{}",
                notice.id
            );
            assert!(notice.stage != Stage::Unknown && notice.published.is_some(), "{}", notice.id);
            assert_eq!(content.documents.len(), 1 + row["resourceLinks"].as_array().map_or(0, Vec::len), "{}", notice.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::Sam, &tampered(ANSWER, at, byte));
    }

    #[test]
    fn a_spoilt_row_spoils_no_other(at in 0_usize..60, with in prop_oneof![
        Just(json!(null)), Just(json!([])), Just(json!({})), Just(json!("x")), Just(json!(1e300)), Just(json!([{"a": []}]))
    ]) {
        let mut answer: Value = serde_json::from_str(ANSWER).unwrap();
        replace(&mut answer["opportunitiesData"][0], at, &with);
        let clean = read_text(Format::Sam, ANSWER).unwrap();
        let batch = read_text(Format::Sam, &answer.to_string()).unwrap();
        let of = |batch: &Batch| batch.notices.iter().rev().take(3).map(said).collect::<Vec<_>>();
        prop_assert_eq!(of(&batch), of(&clean));
    }
}
