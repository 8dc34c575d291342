//! Merging by the vectors of the reference implementation, publishers' quirks, and documents that are broken.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{DeadlineKind, Nature, NoticeKind, Outcome, ProcedureKind, Stage, WorthKind};
use crate::tender::Format;
use crate::tender::testing::samples_folder;

const FTS: &str = include_str!("find-a-tender.json");
const AUSTENDER: &str = include_str!("austender.json");

fn read_text(text: &str) -> Result<Batch, Failure> {
    read(&Input { text, url: None, clock: Clock::assumed(), expired: &|| false })
}

fn one(release: Value) -> Notice {
    read_text(&release.to_string()).unwrap().notices.remove(0)
}

fn json_of(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn releases_of(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

#[test]
fn the_vectors_of_the_reference_implementation() {
    let Some(folder) = samples_folder("ocds/merge-vectors") else { return };
    let standard = Rules::of_schema(&json_of(&folder.join("release-schema-1__1__4.json")));
    let schema = Rules::of_schema(&json_of(&folder.join("schema__schema.json")));
    assert_eq!(&standard, Rules::core(Version::V1_1), "rules.txt is what the schema says");
    let mut checked = 0;
    for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for (suffix, form) in [("-compiled.json", Form::Compiled), ("-versioned.json", Form::Versioned)] {
            let Some(stem) = name.strip_suffix(suffix) else { continue };
            let input = releases_of(&json_of(&folder.join(format!("{stem}.json"))));
            let rules: Vec<Option<&Rules>> = match stem.split("__").next().unwrap() {
                "1.0" => vec![Some(Rules::core(Version::V1_0)), None],
                "1.1" => vec![Some(&standard), Some(Rules::core(Version::V1_1)), None],
                _ => vec![Some(&schema)],
            };
            for rules in rules {
                let merged = merge(&input, form, rules);
                assert_eq!(merged.len(), 1, "{name}");
                assert_eq!(merged[0].release, json_of(&path), "{name}");
                if form == Form::Compiled {
                    let folded = input.iter().fold(None, |known, release| Some(compile(known.as_ref(), release, rules)));
                    assert_eq!(folded.unwrap(), json_of(&path), "{name}, one by one");
                }
                checked += 1;
            }
        }
    }
    // The two with rules that override the schema; the input is given twice.
    let twice = |input: &Value| [releases_of(input), releases_of(input)].concat();
    let mut input = json_of(&folder.join("schema__identifier-merge-duplicate-id.json"));
    let by_position = merge(&twice(&input), Form::Compiled, Some(&schema.clone().with("nested/array", Rule::Position)));
    assert_eq!(by_position[0].release, json_of(&folder.join("schema__identifier-merge-duplicate-id-by-position.json")));
    let nested = &mut input[0]["nested"][0];
    nested.as_object_mut().unwrap().remove("identifierMerge");
    nested["array"].as_array_mut().unwrap().iter_mut().for_each(|item| drop(item.as_object_mut().unwrap().remove("id")));
    for rules in [schema.clone().with("nested/array", Rule::Append), schema] {
        let appended = merge(&twice(&input), Form::Compiled, Some(&rules));
        assert_eq!(appended[0].release, json_of(&folder.join("schema__identifier-merge-no-id-append.json")));
    }
    assert!(checked >= 30, "{checked}");
}

#[test]
fn releases_of_any_order_and_several_processes() {
    let releases = [
        json!({"ocid": "b", "id": "1", "date": "2026-01-01T00:00:00Z", "tender": {"title": "B"}}),
        // Later than the next by the clock, though its text sorts before it.
        json!({"ocid": "a", "id": "3", "date": "2026-01-02T00:30:00+01:00", "tender": {"title": "third"}}),
        json!({"ocid": "a", "id": "2", "date": "2026-01-01T23:15:00Z", "tender": {"title": "second", "value": {"amount": 5}}}),
        json!({"ocid": "a", "id": "1", "date": "2026-01-01T08:00:00Z", "tender": {"title": "first", "id": "t"}}),
        json!({"id": "x", "date": "2026-01-01T08:00:00Z", "tender": {"title": "nobody's"}}),
        json!({"id": "y", "tender": {"title": "nobody's either"}}),
    ];
    let merged = merge(&releases, Form::Compiled, None);
    let told = |i: usize| (merged[i].ocid.as_str(), merged[i].release["tender"].clone(), merged[i].bad.len());
    assert_eq!(told(0), ("b", json!({"title": "B"}), 0));
    assert_eq!(told(1), ("a", json!({"title": "third", "value": {"amount": 5}, "id": "t"}), 0));
    assert_eq!(
        (merged[1].release["id"].as_str(), merged[1].release["tag"].clone()),
        (Some("a-2026-01-02T00:30:00+01:00"), json!(["compiled"]))
    );
    assert_eq!((told(2), told(3)), (("", json!({"title": "nobody's"}), 1), ("", json!({"title": "nobody's either"}), 2)));
}

#[test]
fn how_one_value_follows_another() {
    for (first, then, want, odd) in [
        (json!({"b": 1}), json!(null), json!(null), false),
        (json!([{"id": 1, "x": 1}]), json!(null), json!(null), false),
        (json!({"b": 1}), json!({"b": null}), json!({}), false),
        (json!({"b": 1}), json!({}), json!({"b": 1}), false),
        (json!("s"), json!({"b": 1}), json!({"b": 1}), true),
        (json!({"b": 1}), json!("s"), json!("s"), false),
        (json!("s"), json!([{"id": 1}]), json!([{"id": 1}]), true),
        (json!([{"id": 1}]), json!([]), json!([{"id": 1}]), false),
        (json!([1]), json!([2, 3]), json!([2, 3]), false),
        (json!([{"id": 1, "x": 1}]), json!([{"id": "1", "y": 2}]), json!([{"id": 1, "x": 1, "y": 2}]), false),
        (json!([{"id": null, "x": 1}]), json!([{"x": 2}]), json!([{"x": 1}, {"x": 2}]), false),
    ] {
        let release = |id: &str, value: &Value| json!({"ocid": "a", "id": id, "date": format!("2026-01-0{id}"), "f": value});
        let merged = merge(&[release("1", &first), release("2", &then)], Form::Compiled, None);
        assert_eq!((&merged[0].release["f"], !merged[0].bad.is_empty()), (&want, odd), "{first} {then}");
    }
}

#[test]
fn what_comes_late_takes_nothing_back() {
    let new = json!({"ocid": "a", "id": "2", "date": "2026-02-01T00:00:00Z", "tender": {"title": "new"}, "awards": [{"id": "1", "title": "won"}]});
    let old =
        json!({"ocid": "a", "id": "1", "date": "2026-01-01T00:00:00Z", "tender": {"title": "old", "id": "t"}, "awards": [{"id": "2"}]});
    let late = compile(Some(&compile(None, &new, None)), &old, None);
    let in_order = compile(Some(&compile(None, &old, None)), &new, None);
    assert_eq!((&late["tender"], &late["date"], &late["id"]), (&json!({"title": "new", "id": "t"}), &new["date"], &in_order["id"]));
    assert_eq!((late["awards"].as_array().unwrap().len(), &late["tender"]), (2, &in_order["tender"]));
}

#[test]
fn a_package_of_deltas() {
    let batch = read_text(FTS).unwrap();
    assert_eq!((batch.notices.len(), batch.bad.clone()), (2, vec![]));
    assert_eq!(batch.next.as_deref(), Some("https://portal.example/api/1.0/ocdsReleasePackages?cursor=abc"));
    let (first, second) = (&batch.notices[0], &batch.notices[1]);
    assert_eq!((first.kind, first.stage, first.whole, first.code.as_str()), (NoticeKind::Competition, Stage::Open, false, "tender active"));
    assert_eq!((second.kind, second.stage, second.previous.as_str()), (NoticeKind::Change, Stage::Unknown, "000111-2026"));
    assert_eq!((second.amendments[0].place.as_str(), second.amendments[0].new.as_str()), ("Tender deadline", "2026-04-15T12:00:00+01:00"));
    assert_eq!(second.content.deadlines.len(), 1);
    assert!(second.content.title.is_empty() && second.content.buyers.is_empty(), "a delta says what is new");
    assert!(second.content.other_ids.iter().any(|id| id.scheme == "ocid:planning" && id.id == "ocds-h6vhtk-00ff00"));

    let content = &first.content;
    assert_eq!((content.title.best(&["cy"]), content.title.best(&[])), (Some("Casglu gwastraff"), Some("Waste collection")));
    assert_eq!(content.description.best(&[]), Some("Household & trade waste"));
    let buyer = &content.buyers[0];
    assert_eq!((content.buyers.len(), buyer.ids[0].scheme.as_str(), buyer.ids.len()), (1, "GB-PPON", 1));
    assert_eq!(
        (buyer.seat.country.as_str(), buyer.seat.region.as_str(), buyer.seat.text.as_str()),
        ("GB", "UKM82", "1 High Street, Northtown, NT1 1AA")
    );
    assert_eq!((buyer.kind.as_str(), buyer.activity.as_str()), ("publicAuthoritySubCentralGovernment", "07"));
    assert_eq!(buyer.website.as_ref().map(url::Url::as_str), Some("https://northshire.example/"));
    let worth: Vec<_> = content.worth.iter().map(|worth| (worth.kind, worth.amount.number.to_string(), worth.with_tax)).collect();
    assert_eq!(
        worth,
        [
            (WorthKind::Estimate, "1000000".to_owned(), Some(false)),
            (WorthKind::Estimate, "1200000".to_owned(), Some(true)),
            (WorthKind::Maximum, "3000000".to_owned(), None)
        ]
    );
    let due = |kind: DeadlineKind| content.deadlines.iter().find(|deadline| deadline.kind == kind).unwrap().due.clone().unwrap();
    assert_eq!(due(DeadlineKind::Tender).at.to_string(), "2026-04-01T11:00:00Z");
    assert_eq!((due(DeadlineKind::Questions).time, due(DeadlineKind::Interest).time.is_some()), (None, true), "midnight is a day");
    assert_eq!(due(DeadlineKind::Opening).at.to_string(), "2026-04-01T12:00:00Z");
    assert_eq!(content.procedure.as_ref().map(|procedure| procedure.kind), Some(ProcedureKind::Negotiated));
    assert_eq!((content.nature, content.reserved, content.eu_funds), (Some(Nature::Services), Some(true), Some(true)));
    assert_eq!(content.technique, "framework agreement (withoutReopeningCompetition)");
    assert_eq!(content.submission_languages, ["en", "cy"]);
    assert_eq!(content.classes.iter().map(|class| class.code.as_str()).collect::<Vec<_>>(), ["90511000"]);
    let lots: Vec<_> = content.lots.iter().map(|lot| (lot.id.as_str(), lot.stage, lot.suits_small, lot.classes[0].code.as_str())).collect();
    assert_eq!(lots, [("1", Some(Stage::Open), Some(true), "90512000"), ("2", Some(Stage::Cancelled), Some(false), "90513100")]);
    let term = content.lots[0].term.as_ref().unwrap();
    assert_eq!((term.end, term.renewal.as_str()), ("2029-08-31".parse().ok(), "until 2031-08-31T23:59:59+01:00 at most; Twice by a year"));
    assert_eq!(content.places[0].region, "UKM82");
    assert_eq!((content.documents.len(), content.documents[1].restricted), (2, true));
    assert_eq!(content.link.as_ref().map(url::Url::as_str), Some("https://portal.example/Notice/000111-2026"));
    assert_eq!(content.submission.as_ref().map(url::Url::path), Some("/submit/000111"));
    assert_eq!(
        (first.found["title"].as_str(), first.found["classes"].as_str()),
        ("releases[0]/tender/title", "releases[0]/tender/classification")
    );
}

#[test]
fn what_is_merged_already_is_nothing_to_merge_and_says_so() {
    let compiled = json!({"ocid": "a", "id": "c", "date": "2026-01-01", "tag": ["compiled"]});
    let release = json!({"ocid": "a", "id": "1", "date": "2026-01-01", "tag": ["tender"]});
    for (document, want) in [
        (json!({"records": [{"ocid": "a", "compiledRelease": compiled}]}), (0, vec!["records[0]/compiledRelease"])),
        (json!({"records": [{"ocid": "a", "releases": [release], "compiledRelease": compiled}]}), (1, vec![])),
        (json!({"releases": [compiled]}), (0, vec!["releases[0]"])),
        (json!({"releases": []}), (0, vec![])),
    ] {
        let (found, bad) = releases(&document.to_string()).unwrap();
        assert_eq!((found.len(), bad.iter().map(|bad| bad.path.as_str()).collect()), want, "{document}");
    }
}

#[test]
fn deltas_merged_are_one_notice_that_says_all() {
    let (releases, bad) = releases(FTS).unwrap();
    assert_eq!((releases.len(), bad.len()), (2, 0));
    let compiled = &merge(&releases, Form::Compiled, None)[0].release;
    let notice = notice_of_compiled(compiled, &Clock::assumed()).unwrap();
    assert_eq!((notice.unread.len(), notice.whole, notice.stage, notice.version.as_str()), (0, true, Stage::Open, "compiled"));
    assert_eq!(
        (notice.content.title.best(&[]), notice.content.deadlines[0].text.as_str()),
        (Some("Waste collection"), "2026-04-15T12:00:00+01:00")
    );
    // The same by its history.
    let versioned = &merge(&releases, Form::Versioned, None)[0].release;
    let by_history = notice_of_compiled(versioned, &Clock::assumed()).unwrap();
    assert_eq!((by_history.content, by_history.stage, by_history.published), (notice.content, notice.stage, notice.published));
}

#[test]
fn contracts_without_a_tender() {
    let batch = read_text(AUSTENDER).unwrap();
    let notice = &batch.notices[0];
    assert_eq!((notice.kind, notice.stage, batch.bad.len()), (NoticeKind::Modification, Stage::Modified, 0));
    assert_eq!(notice.content.title.best(&[]), Some("Dredging of the outer channel"));
    let mut package: Value = serde_json::from_str(AUSTENDER).unwrap();
    package["releases"][0]["tender"] = json!({"id": "x", "procurementMethod": "limited"});
    assert_eq!(read_text(&package.to_string()).unwrap().notices[0].content.title, notice.content.title, "a tender that names nothing");
    assert_eq!((notice.content.buyers[0].ids[0].scheme.as_str(), notice.content.classes[0].scheme.as_str()), ("AU-ABN", "UNSPSC"));
    let award = &notice.content.awards[0];
    assert_eq!((notice.content.awards.len(), award.id.as_str(), award.outcome), (1, "CN4000001", Outcome::Signed));
    assert_eq!((award.winners[0].ids[0].id.as_str(), award.winners[0].seat.country.as_str()), ("55666777888", "AU"));
    assert_eq!((award.worth[0].amount.number.to_string(), award.date), ("2500000.00".to_owned(), "2025-11-01".parse().ok()));
    assert_eq!(award.term.as_ref().and_then(|term| term.end), "2027-11-14".parse().ok());
    assert_eq!((notice.amendments[0].place.as_str(), notice.amendments[0].old.as_str()), ("contracts[0]/value/amount", "2000000"));
}

#[test]
fn a_contract_counts_as_it_is_now() {
    let award = json!({"id": "a", "status": "active", "suppliers": [{"name": "W"}], "value": {"amount": 100, "currency": "EUR"}, "contractPeriod": {"endDate": "2027-03-31"}});
    let contract = |status: &str, amount: u32| json!({"id": "c", "awardID": "a", "status": status, "value": {"amount": amount, "currency": "EUR"}, "period": {"endDate": "2027-06-30"}});
    let mut amended = contract("active", 150);
    amended["amendments"] = json!([{"id": "1", "rationale": "More.", "changes": [{"property": "value/amount", "former_value": 120}]}]);
    for (tag, contracts, outcome, stage, worth, end) in [
        ("award", json!([]), Outcome::Won, Stage::Awarded, "100", "2027-03-31"),
        // Beside what was awarded its value is told where it was changed.
        ("contract", json!([contract("active", 100)]), Outcome::Signed, Stage::Awarded, "100", "2027-06-30"),
        ("contractUpdate", json!([contract("active", 150)]), Outcome::Signed, Stage::Awarded, "150", "2027-06-30"),
        // Not signed yet, or one of several: what was awarded counts.
        ("contract", json!([contract("pending", 150)]), Outcome::Won, Stage::Awarded, "100", "2027-03-31"),
        ("contract", json!([contract("active", 50), contract("active", 70)]), Outcome::Signed, Stage::Awarded, "100", "2027-03-31"),
        ("contract", json!([contract("cancelled", 100)]), Outcome::Withdrawn, Stage::Closed, "100", "2027-03-31"),
        ("contract", json!([contract("cancelled", 50), contract("active", 70)]), Outcome::Signed, Stage::Awarded, "100", "2027-03-31"),
        ("contractUpdate", json!([amended]), Outcome::Signed, Stage::Modified, "150<120", "2027-06-30"),
        ("contractAmendment", json!([contract("active", 150)]), Outcome::Signed, Stage::Modified, "150", "2027-06-30"),
        ("compiled", json!([amended]), Outcome::Signed, Stage::Modified, "150<120", "2027-06-30"),
        ("contractUpdate", json!([contract("terminated", 150)]), Outcome::Ended, Stage::Completed, "150", "2027-06-30"),
        ("contractTermination", json!([contract("active", 100)]), Outcome::Ended, Stage::Completed, "100", "2027-06-30"),
    ] {
        for awards in [json!([award]), json!([])] {
            let alone = awards == json!([]);
            let release = json!({"ocid": "o", "id": "1", "date": "2026-11-02", "tag": [tag], "awards": awards, "contracts": contracts});
            let notice = one(release);
            // What comes of the award alone.
            let told = contracts.as_array().is_some_and(|all| all.len() == 1)
                && !["pending", "cancelled"].contains(&contracts[0]["status"].as_str().unwrap());
            if alone && !told {
                continue;
            }
            let award = &notice.content.awards[0];
            let amount = |kind| award.worth.iter().find(|worth| worth.kind == kind).map(|worth| worth.amount.number.to_string());
            let before = amount(WorthKind::Before).map(|before| format!("<{before}")).unwrap_or_default();
            let said = format!("{}{before}", amount(WorthKind::Award).unwrap_or_default());
            let until = award.term.as_ref().and_then(|term| term.end).map(|end| end.to_string());
            assert_eq!(
                (award.outcome, notice.stage, said.as_str(), until.as_deref()),
                (outcome, stage, worth, Some(end)),
                "{tag} {contracts} {alone}"
            );
        }
    }
}

#[test]
fn a_contract_that_was_given_up_ends_no_tender() {
    let given_up = json!([{"id": "c", "awardID": "1", "status": "cancelled"}]);
    let notice = one(json!({"ocid": "o", "id": "1", "date": "2026-11-02", "tag": ["contractUpdate"], "contracts": given_up}));
    assert_eq!((notice.kind, notice.stage, notice.content.awards[0].outcome), (NoticeKind::Contract, Stage::Closed, Outcome::Withdrawn));
}

#[test]
fn where_a_release_leaves_the_procedure() {
    let award = |status: &str| json!([{"id": "1", "status": status, "suppliers": [{"name": "W"}]}]);
    for (tag, fields, kind, stage) in [
        ("planning", json!({"tender": {"status": "planned"}}), NoticeKind::Planning, Stage::Planned),
        ("planning", json!({}), NoticeKind::Planning, Stage::Planned),
        ("tender", json!({"tender": {"status": "active"}}), NoticeKind::Competition, Stage::Open),
        ("tender", json!({}), NoticeKind::Competition, Stage::Open),
        ("tender", json!({"tender": {"status": "complete"}}), NoticeKind::Competition, Stage::Closed),
        (
            "tender",
            json!({"tender": {"status": "complete", "tenderPeriod": {"endDate": "2026-02-01"}}}),
            NoticeKind::Competition,
            Stage::Open,
        ),
        ("tenderAmendment", json!({"tender": {"status": "active"}}), NoticeKind::Change, Stage::Open),
        ("tenderUpdate", json!({}), NoticeKind::Change, Stage::Unknown),
        ("tenderCancellation", json!({"tender": {"status": "active"}}), NoticeKind::Cancellation, Stage::Cancelled),
        ("tender", json!({"tender": {"status": "unsuccessful"}}), NoticeKind::Competition, Stage::Cancelled),
        ("award", json!({"awards": award("active")}), NoticeKind::Award, Stage::Awarded),
        // Somebody is first in line.
        ("award", json!({"awards": award("pending")}), NoticeKind::Award, Stage::Closed),
        ("award", json!({"awards": award("pending"), "tender": {"status": "active"}}), NoticeKind::Award, Stage::Closed),
        ("award", json!({"awards": award("unsuccessful")}), NoticeKind::Award, Stage::Cancelled),
        ("award", json!({"awards": award("cancelled"), "tender": {"status": "active"}}), NoticeKind::Award, Stage::Open),
        // The award is cancelled, not the tender.
        ("awardCancellation", json!({"awards": award("cancelled"), "tender": {"status": "complete"}}), NoticeKind::Award, Stage::Closed),
        ("awardCancellation", json!({"awards": award("cancelled"), "tender": {"status": "active"}}), NoticeKind::Award, Stage::Open),
        ("awardCancellation", json!({"awards": award("cancelled")}), NoticeKind::Award, Stage::Closed),
        (
            "awardCancellation",
            json!({"awards": award("cancelled"), "tender": {"status": "cancelled"}}),
            NoticeKind::Award,
            Stage::Cancelled,
        ),
        ("compiled", json!({"awards": award("cancelled"), "tender": {"status": "complete"}}), NoticeKind::Award, Stage::Closed),
        (
            "compiled",
            json!({"awards": [{"id": "1", "status": "cancelled"}], "tender": {"status": "complete"}}),
            NoticeKind::Award,
            Stage::Cancelled,
        ),
        ("tender", json!({"tender": {"status": "suspended"}}), NoticeKind::Competition, Stage::Suspended),
        ("tender", json!({"tender": {"status": "Suspended"}}), NoticeKind::Competition, Stage::Suspended),
        (
            "tender",
            json!({"tender": {"status": "active", "statusDetails": "Suspendida por protesta"}}),
            NoticeKind::Competition,
            Stage::Suspended,
        ),
        ("tender", json!({"tender": {"status": "complete", "statusDetails": "suspended"}}), NoticeKind::Competition, Stage::Closed),
        (
            "awardCancellation",
            json!({"awards": award("cancelled"), "tender": {"status": "suspended"}}),
            NoticeKind::Award,
            Stage::Suspended,
        ),
        ("tender", json!({"tender": {"status": "active", "statusDetails": "active.tendering"}}), NoticeKind::Competition, Stage::Open),
        (
            "tender",
            json!({"tender": {"status": "active", "statusDetails": "active.qualification"}}),
            NoticeKind::Competition,
            Stage::Closed,
        ),
        ("tender", json!({"tender": {"status": "active.auction"}}), NoticeKind::Competition, Stage::Closed),
        ("tender", json!({"tender": {"status": "Canceled"}}), NoticeKind::Competition, Stage::Cancelled),
        ("contract", json!({"contracts": [{"id": "1", "status": "active"}]}), NoticeKind::Contract, Stage::Awarded),
        ("contractAmendment", json!({"contracts": [{"id": "1", "status": "active"}]}), NoticeKind::Modification, Stage::Modified),
        ("contractTermination", json!({}), NoticeKind::Completion, Stage::Completed),
        ("contract", json!({"contracts": [{"id": "1", "status": "terminated"}]}), NoticeKind::Contract, Stage::Completed),
        ("compiled", json!({"tender": {"status": "complete"}, "awards": award("active")}), NoticeKind::Award, Stage::Awarded),
        ("compiled", json!({"tender": {"status": "withdrawn"}}), NoticeKind::Competition, Stage::Cancelled),
        ("somethingNew", json!({}), NoticeKind::Other, Stage::Unknown),
    ] {
        let mut release = json!({"ocid": "a", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": [tag]});
        release.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let notice = one(release.clone());
        assert_eq!((notice.kind, notice.stage), (kind, stage), "{release}");
    }
    for (notice_type, kind) in [("UK5", NoticeKind::IntendedAward), ("UK6", NoticeKind::Award), ("UK12", NoticeKind::Cancellation)] {
        let documents = json!([{"id": "1", "noticeType": notice_type}]);
        let notice = one(json!({"ocid": "a", "id": "1", "date": "2026-01-01", "tag": ["award"], "tender": {"documents": documents}}));
        assert_eq!(notice.kind, kind, "{notice_type}");
    }
}

#[test]
fn shapes_that_publishers_bend() {
    // 1.0: everybody stands where they are named, one amendment; awards one object; a word for a list; ids as numbers.
    let notice = one(json!({
        "ocid": "x-1", "id": 7, "date": "2014-02-05", "tag": "awardNotice", "language": "es-MX", "name": "Compra",
        "buyer": {"name": "Ayuntamiento", "identifier": {"scheme": "RFC", "id": 45}},
        "tender": {"id": 1035, "tederPeriod": {"endDate": "2014-01-09"}, "numberOfBids": 2, "amendment": {"date": null, "rationale": null},
            "value": {"amount": "", "currency": ""}, "minValue": {"amount": "lots", "currency": "MXN"},
            "tenderPeriod": {"startDate": "2014-01-01T00:00:00Z", "durationInDays": 736_903}},
        "awards": {"id": "a", "awardDate": "2014-02-30", "items": [{"suppliers": [{"identifier": {"legalName": "Uno"}, "sme": "是"}]}]},
    }));
    assert_eq!((notice.id.as_str(), notice.languages.as_slice(), notice.amendments.len()), ("7", &["es".to_owned()][..], 0));
    assert_eq!((notice.content.title.best(&["es"]), notice.content.buyers[0].ids[0].id.as_str()), (Some("Compra"), "45"));
    assert_eq!((notice.content.deadlines.len(), notice.content.worth.len()), (1, 0), "days since the year nought are no deadline");
    let award = &notice.content.awards[0];
    assert_eq!((award.winners[0].small, award.bids, award.date), (Some(true), Some(2), None));
    // What could not be read is told, with its place and its words.
    let text = r#"{"ocid":"a","id":"1","date":"2026-01-01","tag":["tender"],"tender":{"value":{"amount":1e9999},"minValue":{"amount":"lots"},
        "tenderPeriod":{"endDate":"2026-02-30T10:00:00Z"},"items":[{"classification":{"scheme":"CPV","id":"441055482"}}]}}"#;
    let batch = read_text(text).unwrap();
    assert_eq!(batch.bad, [], "the release is read");
    let unread = batch.unread.iter().chain(&batch.notices[0].unread);
    let told: Vec<_> = unread.map(|field| (field.path.as_str(), field.reason.contains('`'))).collect();
    assert_eq!(
        told,
        [("", true), ("tender/items[0]/classification", true), ("tender/minValue/amount", true), ("tender/tenderPeriod/endDate", true)]
    );
    assert_eq!(batch.notices[0].content.deadlines[0].due, None);
}

#[test]
fn awards_lots_bids_and_those_who_lost() {
    let notice = one(json!({
        "ocid": "a", "id": "1", "date": "2026-01-01", "tag": ["award", "contract"],
        "parties": [{"id": "w", "name": "Winner", "roles": ["supplier"], "identifier": {"scheme": "GB-COH", "id": "01"}, "details": {"scale": "sme"}}],
        "bids": {"statistics": [{"id": "1", "measure": "bids", "value": 4, "relatedLots": ["1"]}, {"id": "2", "measure": "bids", "value": 1, "relatedLots": ["2"]}],
            "details": [{"id": "b", "tenderers": [{"name": "Loser"}], "relatedLots": ["1"]}]},
        "awards": [
            {"id": "1", "status": "active", "relatedLots": ["1"], "suppliers": [{"id": "w"}], "value": {"amountGross": 12, "amount": 10, "currency": "gbp"}},
            {"id": "2", "status": "unsuccessful", "relatedLots": ["2"], "statusDetails": "noTenders"},
            {"id": "3", "status": "pending", "relatedLots": ["3"]},
        ],
        "contracts": [{"id": "c1", "awardID": "1", "status": "active", "dateSigned": "2026-01-05", "period": {"startDate": "2026-02-01", "durationInDays": 365}},
            {"id": "c9", "awardID": "9", "value": {"amount": 5, "currency": "GBP"}, "suppliers": {"name": "Alone"}}],
    }));
    let awards = &notice.content.awards;
    let told: Vec<_> = awards.iter().map(|award| (award.id.as_str(), award.outcome, award.bids, award.losers.len())).collect();
    let want = [
        ("1", Outcome::Signed, Some(4), 1),
        ("2", Outcome::Unsuccessful, Some(1), 0),
        ("3", Outcome::Pending, None, 0),
        ("9", Outcome::Won, None, 0),
    ];
    assert_eq!(told, want);
    assert_eq!((awards[0].winners[0].small, awards[0].worth.len(), awards[0].date), (Some(true), 2, "2026-01-05".parse().ok()));
    assert_eq!(awards[0].term.as_ref().and_then(|term| term.end), "2027-02-01".parse().ok());
    assert_eq!((awards[1].reason.as_str(), awards[3].winners[0].name.best(&[])), ("noTenders", Some("Alone")));
}

#[test]
fn records_in_all_their_forms() {
    let release = json!({"ocid": "a", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"], "tender": {"title": "T"}});
    let linked = json!({"url": "https://portal.example/r/1", "date": "2026-01-01", "tag": ["planning"]});
    let compiled = json!({"ocid": "a", "id": "a-2026", "date": "2026-01-02T00:00:00Z", "tag": ["compiled"], "tender": {"title": "T"}});
    let versioned = merge(std::slice::from_ref(&release), Form::Versioned, None)[0].release.clone();
    for (document, wholes, bad) in [
        (json!({"records": [{"ocid": "a", "releases": [release, linked], "compiledRelease": compiled}]}), vec![false, true], 0),
        (json!({"records": [{"ocid": "a", "releases": [linked], "versionedRelease": versioned}]}), vec![true], 0),
        (json!({"records": [{"ocid": "a", "releases": [release, linked]}]}), vec![false], 1),
        (json!({"records": [{"ocid": "a", "releases": []}, {"ocid": "b", "compiledRelease": compiled}]}), vec![true], 1),
        (json!({"publisher": {}, "releases": [compiled], "compiledRelease": compiled}), vec![true], 0),
        (json!([{"records": [{"compiledRelease": compiled}]}, {"releases": [release]}]), vec![true, false], 0),
        (json!({"data": {"releases": [release]}, "total": 9}), vec![false], 0),
        (json!({"releases": [release, 5, null, {"tag": ["tender"]}]}), vec![false], 3),
        (json!({"arrayReleasePackage": [{"releases": [release]}]}), vec![false], 0),
        (compiled.clone(), vec![true], 0),
    ] {
        let batch = read_text(&document.to_string()).unwrap();
        let found: Vec<_> = batch.notices.iter().map(|notice| notice.whole).collect();
        assert_eq!((found, batch.bad.len()), (wholes, bad), "{document}");
        let summed = document.to_string().contains("/r/1") && bad == 0;
        assert_eq!(batch.unread.len(), usize::from(summed), "what is only linked is in the sum: {document}");
        assert!(Format::detect(&document.to_string()) == Some(Format::Ocds), "{document}");
    }
}

#[test]
fn one_document_a_line() {
    let release = r#"{"ocid":"a","id":"1","date":"2026-01-01","tag":["tender"]}"#;
    let text = format!("{release}\n\n{{\"ocid\":\"b\",\n{release}\r\n{{\"error\":\"gone\"}}\n");
    let batch = read_text(&text).unwrap();
    assert_eq!(batch.notices.len(), 2);
    assert_eq!(batch.bad.iter().map(|bad| bad.path.as_str()).collect::<Vec<_>>(), ["line 3", "line 5"]);
}

#[test]
fn answers_that_are_no_package() {
    for (text, class, words) in [
        ("", FailureClass::Unreadable, "the document is empty"),
        (" \n\u{feff}", FailureClass::Unreadable, "the document is empty"),
        ("<!DOCTYPE html><html><body>Just a moment</body></html>", FailureClass::Unreadable, "a web page (HTML), not JSON"),
        ("<?xml version='1.0'?><releases/>", FailureClass::Unreadable, "it is XML, not JSON"),
        (r#"{"error": {"code": 404, "text": "no such record"}}"#, FailureClass::Unreadable, "no such record"),
        (
            r#"{"message": "Too many requests"}"#,
            FailureClass::Unreadable,
            "answers with an error in the place of a package: Too many requests",
        ),
        (
            r#"{"uri": "x", "publishedDate": "2026"}"#,
            FailureClass::Unreadable,
            "neither `releases` nor `records` nor `ocid`; it has publishedDate, uri",
        ),
        ("{}", FailureClass::Unreadable, "with nothing in it"),
        ("[]", FailureClass::Unreadable, "with nothing in it"),
        ("null", FailureClass::Unreadable, "neither"),
        (r#"{"releases": [], "error": "the query took too long"}"#, FailureClass::Unreadable, "the query took too long"),
        (r#"{"releases": [{"ocid": "a", "#, FailureClass::Broken, "its JSON breaks off"),
        ("{\"releases\": [\n{\"ocid\": \"a\"},\n{\"oc", FailureClass::Broken, "the answer was cut off: its JSON breaks off at line 3"),
    ] {
        let failure = read_text(text).unwrap_err();
        assert_eq!(failure.class, class, "{text}");
        assert!(failure.text.contains(words), "{text}: {failure}");
    }
    // Nothing was published in the time that was asked for.
    for text in [r#"{"publishedDate": "2026", "releases": []}"#, r#"{"publishedDate": "2026", "records": [], "error": null}"#] {
        assert_eq!(read_text(text).unwrap(), Batch::default(), "{text}");
    }
    // Not the last page: there is more to ask for.
    assert_eq!(
        read_text(r#"{"releases": [], "links": {"next": "https://portal.example/2"}}"#).unwrap().next.as_deref(),
        Some("https://portal.example/2")
    );
}

#[test]
fn time_and_number_are_bounded() {
    let failure = read(&Input { text: FTS, url: None, clock: Clock::assumed(), expired: &|| true }).unwrap_err();
    assert_eq!(failure.class, FailureClass::ParseLimit);
    let many: Vec<Value> = (0..=crate::tender::NOTICES).map(|i| json!({"ocid": "a", "id": i})).collect();
    assert_eq!(read_text(&json!({"releases": many}).to_string()).unwrap_err().class, FailureClass::ParseLimit);
}

#[test]
fn depth_ends_in_a_named_failure() {
    for bomb in [
        "[".repeat(100_000),
        format!("{{\"releases\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{}1{}", "{\"releases\":[{\"ocid\":".repeat(50_000), "}]}".repeat(50_000)),
    ] {
        let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || read_text(&bomb)).unwrap();
        assert_eq!(thread.join().unwrap().unwrap_err().class, FailureClass::Unreadable);
    }
    // As deep as JSON is read at all, through merging and back.
    let mut deep = json!(1);
    for _ in 0..110 {
        deep = json!({"a": [deep]});
    }
    let release = json!({"ocid": "a", "date": "2026-01-01", "f": deep});
    let merged = merge(&[release.clone(), release], Form::Versioned, None);
    assert!(notice_of_compiled(&merged[0].release, &Clock::assumed()).is_ok());
}

#[test]
fn every_sample_is_read() {
    let Some(folder) = samples_folder("") else { return };
    let folders = [
        "ocds",
        "uk-contracts-finder/ocds",
        "prozorro/ocds",
        "secop/ocds",
        "mexico",
        "canada/buyandsell-ocds",
        "australia/nsw-etendering-ocds",
    ];
    let mut waiting: Vec<PathBuf> = folders.iter().map(|name| folder.join(name)).collect();
    let (mut files, mut notices, mut failures) = (0, 0, Vec::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("merge-vectors")),
            );
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8(bytes).unwrap_or_else(|why| why.into_bytes().into_iter().map(char::from).collect());
        match read_text(&text) {
            Ok(batch) => {
                assert_eq!(Format::detect(&text), Some(Format::Ocds), "{}", path.display());
                notices += batch.notices.len();
                for notice in &batch.notices {
                    let named = !notice.content.title.is_empty() && !notice.content.buyers.is_empty();
                    let nameless = ["release-package_1.1-2.json", "ocds-07smqs-1035-1035.json"].iter().any(|name| path.ends_with(name));
                    assert!(named || nameless, "{}", path.display());
                    assert!(notice.published.is_some() && notice.stage != Stage::Unknown, "{}", path.display());
                }
            }
            Err(failure) => failures.push((path.file_name().unwrap().to_string_lossy().into_owned(), failure.text)),
        }
    }
    assert_eq!((files, notices), (95, 130));
    assert_eq!(failures, [("283906.json".to_owned(), "the document is empty: there is not one character in it".to_owned())]);
}

/// Values as they are met in releases: few keys and few ids, so that they meet.
fn values(all_with_ids: bool) -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(Value::Null), (0..3_i32).prop_map(Value::from), "[ab]".prop_map(Value::from), Just(json!(["x"])), Just(json!([]))];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let fields = proptest::collection::btree_map("[a-c]", inner.clone(), 0..4);
        let id = if all_with_ids { (0..3_u8).prop_map(Some).boxed() } else { proptest::option::of(0..3_u8).boxed() };
        let item = (id, fields.clone()).prop_map(|(id, fields)| {
            let mut item: serde_json::Map<String, Value> = fields.into_iter().collect();
            item.extend(id.map(|id| ("id".to_owned(), Value::from(id))));
            Value::Object(item)
        });
        prop_oneof![
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
            proptest::collection::vec(item, 0..4).prop_map(Value::Array)
        ]
    })
}

proptest! {
    #[test]
    fn one_by_one_is_all_at_once(bodies in proptest::collection::vec(values(false), 1..5)) {
        let release = |(i, body): (usize, &Value)| json!({"ocid": "a", "id": i, "date": format!("2026-01-0{}", i + 1), "tender": body, "awards": [{"id": 1, "x": body}]});
        let releases: Vec<Value> = bodies.iter().enumerate().map(release).collect();
        let folded = releases.iter().fold(None, |known, release| Some(compile(known.as_ref(), release, None))).unwrap();
        prop_assert_eq!(&merge(&releases, Form::Compiled, None)[0].release, &folded);
        let backwards: Vec<Value> = releases.iter().rev().cloned().collect();
        prop_assert_eq!(&merge(&backwards, Form::Compiled, None)[0].release, &folded);
    }

    #[test]
    fn a_release_again_changes_nothing_where_objects_have_ids(body in values(true)) {
        let release = json!({"ocid": "a", "id": "1", "date": "2026-01-01", "tender": body});
        let once = compile(None, &release, None);
        prop_assert_eq!(compile(Some(&once), &release, None), once);
    }

    #[test]
    fn broken_bytes_end_in_a_failure_or_a_batch(at in 0..FTS.len(), cut in 0..80_usize, put in "[ -~]{0,6}") {
        let end = (at + cut).min(FTS.len());
        let text = format!("{}{put}{}", &FTS[..at], &FTS[end..]);
        if let Ok(batch) = read_text(&text) {
            prop_assert!(batch.notices.len() + batch.bad.len() > 0);
        }
        let _ = read_text(&FTS[..at]);
        let _ = releases(&text);
    }

    #[test]
    fn a_broken_release_takes_no_other_with_it(body in values(false), key in prop_oneof!["tender", "awards", "contracts", "parties", "buyer", "tag", "date", "id", "language", "bids", "planning", "relatedProcesses"]) {
        let mut package: Value = serde_json::from_str(FTS).unwrap();
        package["releases"][0][key.as_str()] = body;
        let batch = read_text(&package.to_string()).unwrap();
        let whole = read_text(FTS).unwrap();
        prop_assert!(batch.notices.contains(&whole.notices[1]));
        prop_assert_eq!(batch.notices.len(), 2, "an OCID is enough to be known by");
    }
}
