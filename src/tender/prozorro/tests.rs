//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{DeadlineKind, Outcome, WorthKind};
use crate::tender::Format;
use crate::tender::testing::{bomb_is_named, faults, read_from, read_text, replace, said, samples, tampered, told};

const TENDER: &str = include_str!("tender.json");

fn one(object: &Value) -> crate::model::Notice {
    let batch = read_text(Format::Prozorro, &json!({ "data": object }).to_string()).unwrap();
    assert_eq!(batch.bad, []);
    batch.notices.into_iter().next().unwrap()
}

#[test]
fn a_tender_whole() {
    assert_eq!(Format::detect(TENDER), Some(Format::Prozorro));
    let batch = read_text(Format::Prozorro, TENDER).unwrap();
    assert_eq!(faults(&batch), (vec![], vec!["data/documents[2]/url"]));
    let notice = &batch.notices[0];
    let content = &notice.content;
    assert_eq!((notice.procedure.as_str(), notice.publication.as_str()), ("0123456789abcdef0123456789abcdef", "UA-2026-03-02-000777-a"));
    assert_eq!((notice.kind, notice.stage, notice.test, notice.whole), (NoticeKind::Award, Stage::Closed, true, true));
    assert_eq!(notice.published.unwrap().to_string(), "2026-03-05T08:15:00.123456Z");
    assert_eq!((content.title.best(&["uk"]), content.title.best(&["en"])), (Some("Папір офісний"), Some("Office paper")));
    let buyer = &content.buyers[0];
    assert_eq!((buyer.ids.len(), buyer.seat.country.as_str(), buyer.email.as_str()), (2, "UA", "office@school.example"));
    assert_eq!(buyer.website.as_ref().unwrap().as_str(), "https://school.example/");
    let classes: Vec<(&str, &str, bool)> =
        content.classes.iter().map(|class| (class.scheme.as_str(), class.code.as_str(), class.main)).collect();
    assert_eq!(classes, [("DK021", "30197630", true), ("ДКПП", "17.12.1", false), ("CPV", "30197644", false)]);
    let worth = &content.worth[0];
    assert_eq!((worth.kind, worth.amount.number.to_string().as_str(), worth.with_tax), (WorthKind::Estimate, "120000.5", Some(true)));
    // The offset changed with the clocks between publication and the deadline; qualification is the buyer's time, not the bidders'.
    let deadlines: Vec<(DeadlineKind, String)> =
        content.deadlines.iter().map(|deadline| (deadline.kind, deadline.due.as_ref().unwrap().at.to_string())).collect();
    assert_eq!(
        deadlines,
        [(DeadlineKind::Tender, "2026-03-31T15:00:00Z".into()), (DeadlineKind::Questions, "2026-03-19T22:00:00Z".into())]
    );
    let term = content.term.as_ref().unwrap();
    assert_eq!((term.start.unwrap().to_string().as_str(), term.end.unwrap().to_string().as_str()), ("2026-05-01", "2026-12-31"));
    assert_eq!(content.places[0].text, "Львівська область, Львів");
    let documents: Vec<(&str, bool)> = content.documents.iter().map(|document| (document.hash.as_str(), document.restricted)).collect();
    assert_eq!(documents, [("md5:0a", false), ("md5:0b", true)]);
    assert_eq!(content.other_ids[1].id, "ocds-be6bcu-UA-2026-03-02-000777-a");
}

#[test]
fn lots_awards_and_cancellations() {
    let notice = read_text(Format::Prozorro, TENDER).unwrap().notices.remove(0);
    let lots: Vec<(&str, Option<Stage>, &str)> =
        notice.content.lots.iter().map(|lot| (lot.id.as_str(), lot.stage, lot.classes[0].code.as_str())).collect();
    // A lot that is cancelled does not cancel the tender, nor does a cancellation that failed.
    assert_eq!(lots, [("lot1", Some(Stage::Awarded), "30197630"), ("lot2", Some(Stage::Cancelled), "30197644")]);
    assert_eq!(notice.amendments.len(), 1);
    assert_eq!((notice.amendments[0].place.as_str(), notice.amendments[0].reason.as_str()), ("lot2", "noDemand"));
    let [first, second] = &notice.content.awards[..] else { panic!("two awards") };
    assert_eq!((first.outcome, first.winners.len(), first.losers[0].small), (Outcome::Unsuccessful, 0, Some(true)));
    assert_eq!((second.outcome, second.winners[0].ids[0].id.as_str(), second.winners[0].small), (Outcome::Won, "55", Some(false)));
    assert_eq!(second.worth[0].amount.number, 99000.into());
}

#[test]
fn kinds_and_stages() {
    use NoticeKind::{Award, Cancellation, Competition, Completion, Contract, Modification, Other, Planning};
    let object = |more: Value| {
        let mut object = json!({"id": "x", "dateModified": "2026-01-01T00:00:00+02:00"});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let suppliers = json!([{"name": "A", "identifier": {"scheme": "UA-EDR", "id": "1"}}]);
    for (more, want) in [
        (json!({"tenderID": "UA-1", "status": "draft"}), (Competition, Stage::Planned)),
        (json!({"tenderID": "UA-1", "status": "active.enquiries"}), (Competition, Stage::Open)),
        (json!({"tenderID": "UA-1", "status": "active.tendering"}), (Competition, Stage::Open)),
        (json!({"tenderID": "UA-1", "status": "active", "procurementMethodType": "negotiation"}), (Competition, Stage::Closed)),
        (json!({"tenderID": "UA-1", "status": "active.auction"}), (Competition, Stage::Closed)),
        (json!({"tenderID": "UA-1", "status": "active.pre-qualification.stand-still"}), (Competition, Stage::Closed)),
        (json!({"tenderID": "UA-1", "status": "active.awarded"}), (Award, Stage::Awarded)),
        (json!({"tenderID": "UA-1", "status": "complete"}), (Award, Stage::Awarded)),
        (json!({"tenderID": "UA-1", "status": "unsuccessful"}), (Cancellation, Stage::Cancelled)),
        (json!({"tenderID": "UA-1", "status": "cancelled"}), (Cancellation, Stage::Cancelled)),
        (json!({"tenderID": "UA-1", "status": "something.new"}), (Other, Stage::Unknown)),
        (
            json!({"tenderID": "UA-1", "status": "active.tendering", "cancellations": [{"status": "active", "cancellationOf": "tender"}]}),
            (Cancellation, Stage::Cancelled),
        ),
        (
            json!({"tenderID": "UA-1", "status": "active.tendering", "cancellations": [{"status": "pending", "cancellationOf": "tender"}]}),
            (Competition, Stage::Open),
        ),
        (json!({"planID": "UA-P-1", "status": "scheduled", "budget": {"amount": 5, "currency": "UAH"}}), (Planning, Stage::Planned)),
        (json!({"contractID": "UA-1-c1", "tender_id": "t", "status": "active", "suppliers": suppliers}), (Contract, Stage::Awarded)),
        (
            json!({"contractID": "UA-1-c1", "tender_id": "t", "status": "active", "changes": [{"status": "active", "rationale": "x"}]}),
            (Modification, Stage::Modified),
        ),
        (json!({"contractID": "UA-1-c1", "tender_id": "t", "status": "terminated"}), (Completion, Stage::Completed)),
        (json!({"frameworkType": "dynamicPurchasingSystem", "status": "active"}), (Competition, Stage::Open)),
        (json!({}), (Other, Stage::Unknown)),
    ] {
        let notice = one(&object(more.clone()));
        assert_eq!((notice.kind, notice.stage), want, "{more}");
    }
}

#[test]
fn plans_contracts_and_frameworks() {
    let plan = one(&json!({
        "id": "p", "planID": "UA-P-2026-1", "status": "scheduled", "dateModified": "2026-01-01T00:00:00+02:00",
        "budget": {"amount": 10.5, "currency": "UAH", "description": "Вугілля"}, "classification": {"scheme": "ДК021", "id": "09110000-3"},
        "tender": {"procurementMethodType": "aboveThreshold"}
    }));
    assert_eq!((plan.content.title.best(&[]), plan.content.classes[0].main), (Some("Вугілля"), true));
    assert_eq!((plan.code.as_str(), plan.content.worth.len()), ("plan scheduled", 1));
    assert_eq!(plan.content.procedure.unwrap().kind, ProcedureKind::Open);
    let contract = one(&json!({
        "id": "c", "contractID": "UA-1-c1", "tender_id": "t", "awardID": "a", "status": "active", "dateSigned": "2026-02-03T00:00:00+02:00",
        "value": {"amount": 12, "amountNet": 10, "currency": "UAH", "valueAddedTaxIncluded": true},
        "period": {"startDate": "2026-02-03T00:00:00+02:00", "endDate": "2027-02-02T00:00:00+02:00"},
        "items": [{"description": "Вугілля"}], "suppliers": [{"name": "A"}]
    }));
    assert_eq!((contract.procedure.as_str(), contract.id.as_str()), ("t", "c"));
    assert_eq!((contract.content.title.best(&[]), contract.content.worth.len()), (Some("Вугілля"), 2));
    assert_eq!((contract.content.awards[0].outcome, contract.content.awards[0].winners.len()), (Outcome::Signed, 1));
    assert_eq!(contract.content.term.unwrap().end.unwrap().to_string(), "2027-02-02");
    let framework = one(&json!({
        "id": "f", "prettyID": "UA-F-1", "frameworkType": "dynamicPurchasingSystem", "status": "active",
        "qualificationPeriod": {"endDate": "2026-12-31T00:00:00+02:00"}
    }));
    assert_eq!(
        (framework.content.deadlines[0].kind, framework.content.technique.as_str()),
        (DeadlineKind::Request, "dynamicPurchasingSystem")
    );
}

#[test]
fn lists_and_parts() {
    let list = r#"{"data": [{"id": "a", "dateModified": "2026-01-01T00:00:00+02:00"}, {"dateModified": "x"}, null, {"id": "b"}],
        "next_page": {"offset": "1.2.3", "uri": "https://public-api.prozorro.gov.ua/api/2.5/tenders?offset=1.2.3"}}"#;
    assert_eq!(Format::detect(list), Some(Format::Prozorro));
    let batch = read_text(Format::Prozorro, list).unwrap();
    assert_eq!(batch.notices.iter().map(|notice| (notice.id.as_str(), notice.whole)).collect::<Vec<_>>(), [("a", false), ("b", false)]);
    assert_eq!(batch.bad.iter().map(|bad| bad.path.as_str()).collect::<Vec<_>>(), ["data[1]", "data[2]"]);
    assert_eq!(batch.next.as_deref(), Some("https://public-api.prozorro.gov.ua/api/2.5/tenders?offset=1.2.3"));
    // Forward paging ends with an empty list, and goes on all the same.
    let empty = read_text(Format::Prozorro, r#"{"data": [], "next_page": {"uri": "https://x.example/?offset=9"}}"#).unwrap();
    assert_eq!((empty.notices.len(), empty.next.as_deref()), (0, Some("https://x.example/?offset=9")));
    // A part of a tender belongs to the tender of its address, and to none without one.
    let part = r#"{"data": [{"id": "a1", "status": "pending", "bid_id": "b", "lotID": "l", "suppliers": [{"name": "A"}]}]}"#;
    let of = read_from(Format::Prozorro, part, Some("https://public-api.prozorro.gov.ua/api/2.5/tenders/77/awards?x=1")).unwrap();
    assert_eq!((of.notices[0].procedure.as_str(), of.notices[0].id.as_str(), of.notices[0].whole), ("77", "77 awards", false));
    assert_eq!((of.notices[0].kind, of.notices[0].content.awards[0].outcome), (NoticeKind::Award, Outcome::Provisional));
    let none = read_text(Format::Prozorro, part).unwrap();
    assert!(none.notices.is_empty() && none.bad[0].reason.contains("which tender"));
}

#[test]
fn what_is_not_prozorro() {
    let refused = read_text(Format::Prozorro, r#"{"status": "error", "errors": [{"description": "Not Found"}]}"#).unwrap_err();
    assert!(refused.text.contains("`data` is missing") && refused.text.contains("Not Found"), "{refused}");
    assert_ne!(Format::detect(r#"{"data": [{"ocid": "x", "dateModified": ""}]}"#), Some(Format::Prozorro));
    bomb_is_named(Format::Prozorro, &format!("{{\"data\": {}", "[".repeat(100_000)));
    bomb_is_named(Format::Prozorro, &"{\"data\":".repeat(100_000));
}

#[test]
fn fields_that_cannot_be_read_are_told() {
    let text = TENDER
        .replace("2026-03-31T18:00:00+03:00", "2026-02-31T18:00:00+03:00")
        .replace("120000.50", "\"much\"")
        .replace("30197630-1", "x");
    let batch = read_text(Format::Prozorro, &text).unwrap();
    let (aside, unread) = faults(&batch);
    assert_eq!(aside, [] as [&str; 0]);
    assert_eq!(unread, ["data/value/amount", "data/tenderPeriod/endDate", "data/items[0]/classification", "data/documents[2]/url"]);
    assert!(told(&batch)[1].contains("2026-02-31"), "{:?}", told(&batch));
    assert_eq!(batch.notices[0].content.deadlines[0].due, None);
}

/// Body of a recorded exchange, and the address that was asked for.
fn exchange(text: &str) -> (String, String) {
    let address = text.split_whitespace().nth(1).unwrap();
    let answer = &text[text.rfind("HTTP/1.0 200").unwrap()..];
    (format!("https://public-api.prozorro.gov.ua{address}"), answer[answer.find('{').unwrap()..].to_owned())
}

#[test]
fn samples_are_read_whole() {
    for (name, text) in samples("prozorro/native-http") {
        let (url, body) = exchange(&text);
        assert_eq!(Format::detect(&body), Some(Format::Prozorro), "{name}");
        let batch = read_from(Format::Prozorro, &body, Some(&url)).unwrap();
        assert_eq!(faults(&batch), (vec![], vec![]), "{name}");
        let raw: Value = serde_json::from_str(&body).unwrap();
        let whole = url.contains("/awards") || url.contains("/cancellations") || raw["data"].is_object();
        assert_eq!(batch.notices.len(), if whole { 1 } else { raw["data"].as_array().unwrap().len() }, "{name}");
        assert_eq!(batch.next.is_some(), raw.get("next_page").is_some(), "{name}");
        let data = &raw["data"];
        let content = &batch.notices[0].content;
        for (key, filled) in [
            ("title", !content.title.is_empty()),
            ("value", !content.worth.is_empty()),
            ("tenderPeriod", content.deadlines.iter().any(|deadline| deadline.kind.binds())),
            ("items", !content.classes.is_empty()),
            ("procuringEntity", !content.buyers.is_empty()),
            ("documents", !content.documents.is_empty() || url.contains("/cancellations")),
            ("lots", !content.lots.is_empty()),
        ] {
            assert!(filled || data.get(key).is_none(), "{name}: {key}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::Prozorro, &tampered(TENDER, at, byte));
    }

    #[test]
    fn a_spoilt_object_spoils_no_other(at in 0_usize..200, with in prop_oneof![
        Just(json!(null)), Just(json!([])), Just(json!({})), Just(json!("x")), Just(json!(-1)), Just(json!([[{"id": {}}]])), Just(json!("2026-99-99"))
    ]) {
        let tender: Value = serde_json::from_str::<Value>(TENDER).unwrap()["data"].take();
        let mut spoilt = tender.clone();
        replace(&mut spoilt, at, &with);
        let list = json!({"data": [spoilt, tender]}).to_string();
        let clean = json!({"data": [tender]}).to_string();
        let batch = read_text(Format::Prozorro, &list).unwrap();
        let clean = read_text(Format::Prozorro, &clean).unwrap();
        prop_assert_eq!(said(batch.notices.last().unwrap()), said(&clean.notices[0]));
        prop_assert!(batch.notices.len() == 2 || !batch.bad.is_empty());
    }
}
