//! Tenders whose lots are due at different times: the deadline of the first lot still open counts, in mails, lists, calendars and scores, and that
//! one was over or cancelled is told once.

use atalaya::pipeline::calendar_of;
use atalaya::render::CalendarOf;
use atalaya::web::{Answer, Question, TenderFilter, TenderView};
use serde_json::{Value, json};

use crate::altered::{World, notice};
use crate::calendar::events;
use crate::rig::{LINES, points, rep};
use crate::tenders::ask;

const HOSPITAL: &str = "Hospital de Cuenca";
const L1: &str = "2026-11-26T10:00:00Z";
const L2: &str = "2026-12-08T10:00:00Z";

/// A tender of two lots; `of`: until when and in what state the first is.
fn crutches(id: &str, description: &str, (until, state): (&str, &str)) -> Value {
    let mut one = notice(1, HOSPITAL, "Crutches", (L2, "active"));
    one["id"] = json!(id);
    one["date"] = json!(format!("2026-11-2{}T09:00:00Z", 3 + id.len()));
    let lot = |id: &str, until: &str, state: &str| json!({ "id": id, "title": id, "status": state, "tenderPeriod": { "endDate": until } });
    one["tender"]["lots"] = json!([lot("L1", until, state), lot("L2", L2, "active")]);
    one["tender"]["description"] = json!(description);
    one["tender"].as_object_mut().unwrap().remove("tenderPeriod");
    one
}

async fn world() -> World {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    World::new(&(points("tender-published", 20) + &reps + LINES), [Vec::new(), Vec::new()]).await
}

async fn listed(world: &World, from: &str) -> Vec<TenderView> {
    let filter = TenderFilter { stage: Some("open".to_owned()), due_after: Some(from.to_owned()), limit: 10, ..TenderFilter::default() };
    let Answer::Tenders(list) = ask(&world.inside, Question::Tenders(filter)).await else { panic!("no list") };
    list
}

async fn shown(world: &World) -> TenderView {
    let Answer::Tender(view) = ask(&world.inside, Question::Tender { id: "Crutches".to_owned(), at: None }).await else {
        panic!("no tender")
    };
    *view
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadline_of_a_lot_that_is_over_gives_way_to_the_next_and_that_is_told_once() {
    let world = world().await;
    world.show(0, crutches("1", "Crutches", (L1, "active")));
    world.until("2026-11-26T09:30:00Z").await;
    let before = events(&world.inside).await;
    assert_eq!((before.len(), before[0][2].as_str()), (1, "20261126T100000Z"));
    world.until("2026-11-26T12:00:00Z").await;
    let after = events(&world.inside).await;
    assert_eq!((after.len(), &after[0][0], after[0][2].as_str()), (1, &before[0][0], "20261208T100000Z"));
    assert!(after[0][1].parse::<i64>().unwrap() > before[0][1].parse::<i64>().unwrap(), "{after:?}");
    let list = listed(&world, "2026-12-01T00:00:00Z").await;
    assert!(list.len() == 1 && list[0].deadline_at.as_deref() == Some("2026-12-08T10:00:00Z"), "{list:?}");
    assert_eq!(shown(&world).await.deadline_at.as_deref(), Some("2026-12-08T10:00:00Z"));
    assert!(world.leads().await[0].score.signal > 0, "it takes offers still: {:?}", world.leads().await[0].score);
    // What is read again for another reason moves nothing.
    world.show(0, crutches("11", "Crutches and canes", (L1, "active")));
    world.until("2026-12-02T12:00:00Z").await;
    let told = "A lot closed, others open: Crutches: deadline Thu 26 Nov 2026 10:00 UTC → Tue 8 Dec 2026 10:00 UTC; lot L1 → L2";
    let all = world.mails("ana", "");
    assert_eq!(world.mails("ana", told).len(), 1, "{all:#?}");
    for words in ["Deadline moved", "Closed before"] {
        assert_eq!(world.mails("ana", words), Vec::<String>::new());
    }
    let lines = world.inside.written("lines").concat();
    assert_eq!(lines.lines().filter(|line| line.contains("lot L1 → L2")).count(), 1, "{lines}");
    // Nobody can do anything about it: it waits for the digest, though its buyer scores so high that other news come at once.
    assert!(world.mails("ana", told)[0].contains("Subject: 1 lead for you"), "{all:#?}");
    // When the last is over, nothing takes over.
    world.until("2026-12-10T12:00:00Z").await;
    assert_eq!(world.mails("ana", "A lot closed").len(), 1);
    assert_eq!(events(&world.inside).await[0][2], "20261208T100000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_lot_closed_comes_at_once_only_where_the_next_is_due_soon() {
    // `hot`: the tender by itself reaches the line from which on its news come at once.
    for (next, hot, alerts) in [(L2, false, 0), (L2, true, 0), ("2026-11-27T11:00:00Z", false, 1)] {
        let keys = if hot { "hot = 10\n" } else { "" };
        let looking =
            format!("\n[[segment]]\nid = \"canes\"\nline = 5\n{keys}\n[[segment.points]]\nwhen = {{ cpv = [\"33112\"] }}\npoints = 20\n");
        let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "segments = [\"canes\"]\nremind = []\n";
        let mut one = crutches("1", "Crutches", (L1, "active"));
        one["tender"]["lots"][1]["tenderPeriod"]["endDate"] = json!(next);
        // It was there when the portal was added: no lead tells of it.
        let world = World::new(&(looking + &reps), [vec![one], Vec::new()]).await;
        world.until("2026-11-26T12:00:00Z").await;
        let told = world.alerts().await;
        assert_eq!(told.len(), alerts, "{next} {hot}: {told:?}");
        world.until("2026-11-27T08:30:00Z").await;
        assert_eq!(world.mails("ana", "A lot closed, others open").len(), 1, "{next} {hot}: {:#?}", world.mails("ana", ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_the_deadline_of_a_later_lot_moved_is_told_once() {
    for keys in ["", "confirm = \"1m\"\n"] {
        a_later_lot_moves(keys).await;
    }
}

async fn a_later_lot_moves(keys: &str) {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::with(keys, &(points("tender-published", 20) + &reps + LINES), [Vec::new(), Vec::new()]).await;
    world.show(0, crutches("1", "Crutches", ("2026-12-20T10:00:00Z", "active")));
    world.until("2026-11-25T12:00:00Z").await;
    let before = events(&world.inside).await;
    assert_eq!(before[0][2], "20261208T100000Z");
    // The first in the notice is the later: the tender's own deadline stays.
    for (id, until) in [("11", "2026-12-22T10:00:00Z"), ("111", "2026-12-22T10:00:00Z")] {
        world.show(0, crutches(id, "Crutches", (until, "active")));
        world.run(3).await;
    }
    world.until("2026-11-27T12:00:00Z").await;
    let told = "Deadline moved: lot L1: Sun 20 Dec 2026 10:00 UTC → Tue 22 Dec 2026 10:00 UTC";
    assert_eq!(world.mails("ana", told).len(), 1, "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "Deadline moved").len(), 1);
    let lines = world.inside.written("lines").concat();
    assert_eq!(lines.lines().filter(|line| line.contains("lot L1: ")).count(), 1, "{lines}");
    assert_eq!(events(&world.inside).await[0][2], before[0][2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_closes_before_its_tender_could_be_told_closes_no_tender() {
    let world = world().await;
    world.until("2026-11-25T21:00:00Z").await;
    world.show(0, crutches("1", "Crutches", ("2026-11-26T01:00:00Z", "active")));
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Crutches");
    assert!(mails.iter().any(|mail| mail.contains("Tue 8 Dec 2026 10:00 UTC")), "{mails:#?}");
    assert_eq!(world.mails("ana", "Closed before"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_lot_is_due_no_more_and_that_it_is_cancelled_is_told() {
    let world = world().await;
    let cancelled = ("2026-11-30T10:00:00Z", "cancelled");
    world.show(0, crutches("1", "Crutches", ("2026-11-30T10:00:00Z", "active")));
    world.until("2026-11-25T12:00:00Z").await;
    let before = events(&world.inside).await;
    assert_eq!((before.len(), before[0][2].as_str()), (1, "20261130T100000Z"));
    world.show(0, crutches("11", "Crutches", cancelled));
    world.until("2026-11-27T12:00:00Z").await;
    let told = "Lot closed without award: L1; lot L2 takes offers until Tue 8 Dec 2026 10:00 UTC";
    assert_eq!(world.mails("ana", told).len(), 1, "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "Deadline moved"), Vec::<String>::new());
    let after = events(&world.inside).await;
    assert_eq!((after.len(), &after[0][0], after[0][2].as_str()), (1, &before[0][0], "20261208T100000Z"));
    let lines = world.inside.written("lines").concat();
    assert_eq!(lines.lines().filter(|line| line.contains("lot L1 closed without award")).count(), 1, "{lines}");
    assert_eq!(shown(&world).await.deadline_at.as_deref(), Some("2026-12-08T10:00:00Z"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_was_cancelled_from_the_start_never_counts() {
    let world = world().await;
    world.show(0, crutches("1", "Crutches", ("2026-11-30T10:00:00Z", "cancelled")));
    world.until("2026-12-01T12:00:00Z").await;
    assert_eq!(events(&world.inside).await[0][2], "20261208T100000Z");
    assert!(world.mails("ana", "8 Dec 2026 10:00 UTC").len() == 1, "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "A lot closed"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_is_awarded_ends_no_tender_of_which_another_is_open() {
    let world = world().await;
    world.show(0, crutches("1", "Crutches", ("2026-11-24T10:00:00Z", "active")));
    world.until("2026-11-25T12:00:00Z").await;
    let mut awarded = crutches("11", "Crutches", ("2026-11-24T10:00:00Z", "active"));
    awarded["tag"] = json!(["award"]);
    awarded["awards"] =
        json!([{ "id": "1", "status": "active", "relatedLots": ["L1"], "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }] }]);
    world.show(0, awarded.clone());
    world.until("2026-11-27T12:00:00Z").await;
    let told = "Lot awarded: L1; Ortopedia Norte, S.A. won it";
    assert_eq!(world.mails("ana", told).len(), 1, "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "Tender awarded"), Vec::<String>::new());
    let view = shown(&world).await;
    assert_eq!((view.stage.as_deref(), view.deadline_at.as_deref()), (Some("open"), Some(L2)));
    assert!(!events(&world.inside).await[0].concat().contains("CANCELLED"));
    // The other one is decided: that is the end.
    awarded["id"] = json!("111");
    awarded["date"] = json!("2026-12-09T09:00:00Z");
    awarded["awards"] = json!([
        { "id": "1", "status": "active", "relatedLots": ["L1"], "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }] },
        { "id": "2", "status": "active", "relatedLots": ["L2"], "suppliers": [{ "id": "v", "name": "Ayudas Sur, S.L." }] },
    ]);
    world.until("2026-12-09T12:00:00Z").await;
    world.show(0, awarded);
    world.until("2026-12-11T12:00:00Z").await;
    let mails = world.mails("ana", "Tender awarded");
    assert!(mails.len() == 1 && mails[0].contains("Ayudas Sur"), "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_one_portal_awards_is_open_on_none_and_one_that_both_add_is_told_once() {
    let until = "2026-12-02T10:00:00Z";
    let two = |id: &str| crutches(id, "Crutches", (until, "active"));
    let world = world().await;
    world.show(0, two("1"));
    world.show(1, two("1"));
    world.until("2026-11-25T12:00:00Z").await;
    let mut awarded = two("11");
    awarded["tag"] = json!(["award"]);
    awarded["awards"] =
        json!([{ "id": "1", "status": "active", "relatedLots": ["L1"], "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }] }]);
    world.show(0, awarded.clone());
    world.until("2026-11-26T12:00:00Z").await;
    let mails = world.mails("ana", "Lot awarded: L1; Ortopedia Norte, S.A. won it");
    assert!(mails.len() == 1 && mails[0].contains("Tue 8 Dec 2026 10:00 UTC") && !mails[0].contains("2 Dec 2026"), "{mails:#?}");
    assert_eq!(events(&world.inside).await[0][2], "20261208T100000Z");
    // Each adds a lot in its own words.
    for (portal, mut notice, title) in [(0, awarded, "Walking frames"), (1, two("11"), "Frames")] {
        notice["id"] = json!("111");
        notice["date"] = json!("2026-11-26T09:00:00Z");
        let added = json!({ "id": "L3", "title": title, "status": "active", "tenderPeriod": { "endDate": L2 } });
        notice["tender"]["lots"].as_array_mut().unwrap().push(added);
        world.show(portal, notice);
        world.until(&format!("2026-11-{}T12:00:00Z", 27 + 3 * portal)).await;
    }
    assert_eq!(world.mails("ana", "added L3").len(), 1, "{:#?}", world.mails("ana", ""));
    // The day until which it was open is none that gives way.
    world.until("2026-12-04T12:00:00Z").await;
    for never in ["Deadline moved", "lot closed"] {
        assert_eq!(world.mails("ana", never), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_is_called_for_again_is_told_with_its_deadline_and_who_had_won_it_gives_way() {
    let world = world().await;
    let first = "2026-11-24T10:00:00Z";
    // The whole goes on saying when its first lot was due.
    let release = |id: &str, (until, state): (&str, &str), award: Option<(&str, &str, u32)>| {
        let mut one = crutches(id, "Crutches", (until, state));
        one["tender"]["tenderPeriod"] = json!({ "endDate": first });
        if let Some((number, winner, amount)) = award {
            one["tag"] = json!(["award"]);
            one["awards"] = json!([{
                "id": number, "status": "active", "relatedLots": ["L1"], "suppliers": [{ "id": number, "name": winner }],
                "value": { "amount": amount, "currency": "EUR" },
            }]);
        }
        one
    };
    world.show(0, release("1", (first, "active"), None));
    world.until("2026-11-24T12:00:00Z").await;
    world.show(0, release("11", (first, "complete"), Some(("1", "Ortopedia Norte, S.A.", 9_000))));
    world.until("2026-11-25T12:00:00Z").await;
    for id in ["111", "1111"] {
        let mut again = release(id, ("2026-12-20T10:00:00Z", "active"), None);
        again["tag"] = json!(["tenderUpdate"]);
        world.show(0, again);
        world.until(&format!("2026-11-2{}T12:00:00Z", 3 + id.len())).await;
    }
    let again = world.mails("ana", "Lot takes offers again: L1, until Sun 20 Dec 2026 10:00 UTC (");
    assert_eq!(again.len(), 1, "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "Deadline moved"), Vec::<String>::new());
    let list = listed(&world, "2026-12-01T00:00:00Z").await;
    assert_eq!((list[0].deadline_at.as_deref(), list[0].lots.as_deref()), (Some(L2), Some("L2")));
    assert_eq!(list[0].later_lots, [("L1".to_owned(), "2026-12-20 10:00 UTC".to_owned())]);
    // By what was known then.
    for (at, due, lots) in [("2026-11-25T12:00:00Z", L2, None), ("2026-11-28T12:00:00Z", L2, Some("L2"))] {
        let asked = Question::Tender { id: "Crutches".to_owned(), at: Some(at.to_owned()) };
        let Answer::Tender(view) = ask(&world.inside, asked).await else { panic!("no tender") };
        assert_eq!(
            (view.deadline_at.as_deref(), view.lots.as_deref(), view.later_lots.len()),
            (Some(due), lots, lots.iter().len()),
            "{at}"
        );
    }
    let mut result = release("11111", ("2026-12-20T10:00:00Z", "complete"), Some(("9", "Ayudas Sur, S.L.", 12_000)));
    result["date"] = json!("2026-11-28T09:00:00Z");
    world.show(0, result);
    world.until("2026-11-30T12:00:00Z").await;
    let told = world.mails("ana", "Lot awarded: L1");
    assert!(told.len() == 2 && told[1].contains("Lot awarded: L1: Ayudas Sur, S.L., 12,000 EUR"), "{:#?}", world.mails("ana", ""));
    let view = shown(&world).await;
    assert_eq!((view.stage.as_deref(), view.deadline_at.as_deref()), (Some("open"), Some(L2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_is_pulled_forward_is_told_with_what_it_was() {
    let world = world().await;
    world.show(0, crutches("1", "Crutches", ("2026-12-20T10:00:00Z", "active")));
    world.until("2026-11-25T12:00:00Z").await;
    world.show(0, crutches("11", "Crutches", ("2026-12-04T10:00:00Z", "active")));
    world.until("2026-11-26T12:00:00Z").await;
    let told =
        "Deadline moved: lot L1: Sun 20 Dec 2026 10:00 UTC → Fri 4 Dec 2026 10:00 UTC; first deadline Tue 8 Dec 2026 10:00 UTC → Fri 4 Dec";
    assert_eq!(world.mails("ana", told).len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_that_takes_no_offers_before_its_time_is_over_is_told_as_closed() {
    let world = world().await;
    let state = |id: &str, status: &str| {
        let mut one = notice(1, HOSPITAL, "Crutches", (L2, status));
        one["id"] = json!(id);
        one
    };
    world.show(0, state("1", "active"));
    world.until("2026-11-25T12:00:00Z").await;
    let mut closed = state("2", "active");
    closed["tag"] = json!(["compiled"]);
    closed["date"] = json!("2026-11-25T13:00:00Z");
    closed["tender"]["statusDetails"] = json!("active.qualification");
    world.show(0, closed);
    world.until("2026-11-27T12:00:00Z").await;
    assert_eq!(shown(&world).await.stage.as_deref(), Some("closed"));
    assert_eq!(world.mails("ana", "Takes no more offers: Crutches").len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_name_the_lots_of_a_deadline_what_they_are_worth_and_what_was_won() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = [\"3d\"]\n";
    let world = World::new(&(points("tender-published", 20) + &points("award-won", 20) + &reps + LINES), [Vec::new(), Vec::new()]).await;
    let valued = |id: &str, amount: u32| {
        let mut one = crutches(id, "Crutches", ("2026-12-02T10:00:00Z", "active"));
        one["tender"]["value"] = json!({ "amount": 120_000, "currency": "EUR" });
        for (lot, amount) in [(0, 80_000), (1, amount)] {
            one["tender"]["lots"][lot]["value"] = json!({ "amount": amount, "currency": "EUR" });
        }
        one
    };
    world.show(0, valued("1", 40_000));
    world.until("2026-11-25T12:00:00Z").await;
    let new = "answers until Wed 2 Dec 2026 10:00 UTC (lot L1; lot L2 until Tue 8 Dec 2026 10:00); estimate 120,000 EUR";
    assert_eq!(world.mails("ana", new).len(), 1, "{:#?}", world.mails("ana", ""));
    let list = listed(&world, "2026-12-01T00:00:00Z").await;
    assert_eq!(list[0].lots.as_deref(), Some("L1"));
    assert_eq!(list[0].later_lots, [("L2".to_owned(), "2026-12-08 10:00 UTC".to_owned())]);
    // One lot is worth more now; what is published again says nothing new.
    for id in ["11", "111"] {
        world.show(0, valued(id, 45_000));
        world.run(4).await;
    }
    world.until("2026-11-28T12:00:00Z").await;
    let changed = world.mails("ana", "values of lots L2: 40,000 EUR → L2: 45,000 EUR");
    assert_eq!(changed.len(), 1, "{:#?}", world.mails("ana", ""));
    world.until("2026-12-01T12:00:00Z").await;
    let reminding = world.mails("ana", "coming up");
    let until = "Wed 2 Dec 2026 10:00 UTC (lot L1; lot L2 until Tue 8 Dec 2026 10:00)";
    assert!(reminding.len() == 1 && reminding[0].contains(until), "{reminding:#?}");
    let mut awarded = valued("1111", 45_000);
    awarded["tag"] = json!(["award"]);
    awarded["awards"] = json!([{
        "id": "1", "status": "active", "relatedLots": ["L2"], "value": { "amount": 44_000, "currency": "EUR" },
        "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }]
    }]);
    world.show(0, awarded);
    world.until("2026-12-03T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Won the contract: Crutches (L2 L2), 44,000 EUR").len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_is_left_is_named_and_a_fruitless_one_is_told_beside_an_awarded_one() {
    let world = world().await;
    let three = |id: &str, states: [&str; 3], awards: Value| {
        let mut one = crutches(id, "Crutches", (L2, "active"));
        let until = |n: usize| format!("2026-12-{:02}T10:00:00Z", 8 + n);
        let lot =
            |n: usize| json!({ "id": format!("L{}", n + 1), "title": "x", "status": states[n], "tenderPeriod": { "endDate": until(n) } });
        one["tender"]["lots"] = (0..3).map(lot).collect();
        (one["awards"], one["tag"]) = (awards, json!([if id == "1" { "tender" } else { "award" }]));
        one
    };
    world.show(0, three("1", ["active"; 3], json!([])));
    world.until("2026-11-25T12:00:00Z").await;
    let won = json!([{
        "id": "1", "status": "active", "relatedLots": ["L1"], "value": { "amount": 91_000, "currency": "EUR" },
        "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }]
    }]);
    world.show(0, three("11", ["complete", "unsuccessful", "active"], won));
    world.until("2026-11-27T12:00:00Z").await;
    let told = "Lot awarded: L1; Ortopedia Norte, S.A. won it for 91,000 EUR; lot L2 closed without award; lot L3 takes offers until Thu 10 Dec 2026 10:00 UTC";
    let mails = world.mails("ana", told);
    assert_eq!(mails.len(), 1, "{:#?}", world.mails("ana", ""));
    assert!(mails[0].contains("Thu 10 Dec 2026 10:00 UTC (lot L3)"), "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_whose_deadline_cannot_be_meant_is_named() {
    let world = world().await;
    world.show(0, crutches("1", "Crutches", ("2025-11-26T10:00:00Z", "active")));
    world.until("2026-11-25T12:00:00Z").await;
    let told = "lot L1, Wed 26 Nov 2025: check the date";
    let mails = world.mails("ana", told);
    assert!(mails.len() == 1 && mails[0].contains("answers until Tue 8 Dec 2026 10:00 UTC"), "{:#?}", world.mails("ana", ""));
    let view = shown(&world).await;
    assert!(view.deadlines.concat().contains(told), "{:?}", view.deadlines);
    let feed = feed(&world).await;
    assert!(feed.contains("lot L1\\, Wed 26 Nov 2025: check the date") && feed.contains("DTSTART:20261208T100000Z"), "{feed}");
}

async fn feed(world: &World) -> String {
    let rep = "ana".parse().unwrap();
    let (inside, of) = (&world.inside, CalendarOf::Rep(&rep));
    calendar_of(&inside.effects, &inside.config, of, inside.clock.now()).await.unwrap().unwrap().replace("\r\n ", "")
}

/// With a segment in which nothing is so good that it comes at once.
async fn canes() -> World {
    let looking = "\n[[segment]]\nid = \"canes\"\nline = 5\n\n[[segment.points]]\nwhen = { cpv = [\"33112\"] }\npoints = 20\n";
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "segments = [\"canes\"]\nremind = []\n";
    World::new(&(looking.to_owned() + &reps), [Vec::new(), Vec::new()]).await
}

/// A tender of three lots with one date for all; `ended`: two of them.
fn of_one_date(id: &str, ended: bool) -> Value {
    let mut one = crutches(id, "Crutches", (L2, "active"));
    let lot = |n: usize, state: &str| json!({ "id": format!("L{n}"), "title": "x", "status": if ended { state } else { "active" } });
    one["tender"]["lots"] = json!([lot(1, "complete"), lot(2, "unsuccessful"), lot(3, "active")]);
    one["tender"]["tenderPeriod"] = json!({ "endDate": L2 });
    if ended {
        one["tag"] = json!(["award"]);
        one["awards"] = json!([{ "id": "1", "status": "active", "relatedLots": ["L1"], "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }] }]);
    }
    one
}

#[tokio::test(flavor = "multi_thread")]
async fn of_lots_with_one_date_that_which_is_left_is_named() {
    let world = world().await;
    world.show(0, of_one_date("1", false));
    world.until("2026-11-25T12:00:00Z").await;
    assert!(!feed(&world).await.contains("lot"));
    world.show(0, of_one_date("11", true));
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Lot awarded: L1; Ortopedia Norte, S.A. won it; lot L2 closed without award (news");
    assert!(mails.len() == 1 && mails[0].contains("Tue 8 Dec 2026 10:00 UTC (lot L3)"), "{:#?}", world.mails("ana", ""));
    assert!(feed(&world).await.contains("Offers until (lot L3)"));
    assert_eq!(world.mails("ana", "Deadline moved"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lots_ended_before_a_tender_was_told_is_no_news_beside_it() {
    let world = canes().await;
    world.until("2026-11-25T09:00:00Z").await;
    world.show(0, of_one_date("1", false));
    world.run(3).await;
    assert_eq!(world.mails("ana", ""), Vec::<String>::new());
    world.show(0, of_one_date("11", true));
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Tender published");
    assert!(mails.len() == 1 && mails[0].contains("(lot L3)"), "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "Lot awarded"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_whose_time_was_over_when_it_was_published_is_in_the_calendar_and_its_end_is_news() {
    for (end, told) in [("cancelled", "Tender cancelled"), ("award", "Tender awarded")] {
        let world = canes().await;
        let mut one = notice(1, HOSPITAL, "Crutches", ("2025-12-08T10:00:00Z", "active"));
        one["date"] = json!("2026-11-22T09:00:00Z");
        world.show(0, one.clone());
        world.until("2026-11-25T12:00:00Z").await;
        let alert = world.mails("ana", "The date it gives is over already, so this comes at once: check it.");
        assert!(alert.len() == 1 && alert[0].contains("Mon 8 Dec 2025 10:00 UTC (check the date"), "{:#?}", world.mails("ana", ""));
        let all = events(&world.inside).await;
        assert!(all.len() == 1 && all[0][2] == "20261123", "{all:?}");
        assert!(feed(&world).await.contains("SUMMARY:CHECK THE DATE: Offers until"));
        one["id"] = json!("2");
        one["date"] = json!("2026-11-26T09:00:00Z");
        if end == "award" {
            (one["tag"], one["tender"]["status"]) = (json!(["award"]), json!("complete"));
            one["awards"] = json!([{ "id": "1", "status": "active", "suppliers": [{ "id": "w", "name": "Ortopedia Norte, S.A." }] }]);
        } else {
            (one["tag"], one["tender"]["status"]) = (json!(["tenderCancellation"]), json!("cancelled"));
        }
        world.show(0, one);
        world.until("2026-11-30T12:00:00Z").await;
        let mails = world.mails("ana", told);
        assert!(mails.len() == 1 && mails[0].contains("News of 1 tender"), "{:#?}", world.mails("ana", ""));
        assert_eq!(events(&world.inside).await, Vec::<[String; 3]>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tender_of_a_buyer_is_told_also_where_no_rule_counts_that_it_is_published() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(reps + LINES), [Vec::new(), Vec::new()]).await;
    for (n, title) in [(1, "Crutches"), (2, "Beds"), (3, "Scanners")] {
        let mut one = notice(n, HOSPITAL, title, ("2026-12-20T10:00:00Z", "active"));
        one["tag"] = json!(["tender"]);
        world.show(0, one);
        world.until(&format!("2026-11-2{}T12:00:00Z", 3 + n)).await;
        let told = world.mails("ana", &format!("Tender published: {title}"));
        assert_eq!(told.len(), 1, "{title}: {:#?}", world.mails("ana", ""));
    }
}

/// Results that come lot by lot when all of them are over.
#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_each_lot_is_told_also_where_one_company_wins_several() {
    let world = world().await;
    let first = "2026-11-24T10:00:00Z";
    let release = |id: &str, date: &str, awards: Value| {
        let mut one = crutches(id, "Crutches", (first, "active"));
        one["tender"]["lots"][1]["tenderPeriod"]["endDate"] = json!(first);
        let third = one["tender"]["lots"][1].clone();
        one["tender"]["lots"].as_array_mut().unwrap().push(third);
        one["tender"]["lots"][2]["id"] = json!("L3");
        one["date"] = json!(date);
        if awards != json!([]) {
            (one["tag"], one["awards"]) = (json!(["award"]), awards);
            one["tender"].as_object_mut().unwrap().retain(|key, _| ["id", "title", "items"].contains(&key.as_str()));
        }
        one
    };
    let won = |id: &str, lot: &str, amount: u32| {
        json!([{ "id": id, "status": "active", "relatedLots": [lot], "suppliers": [{ "id": "w", "name": "Acme, S.L." }],
            "value": { "amount": amount, "currency": "EUR" } }])
    };
    world.show(0, release("1", "2026-11-23T09:00:00Z", json!([])));
    world.until("2026-11-24T12:00:00Z").await;
    let none = json!([{ "id": "b", "status": "unsuccessful", "relatedLots": ["L2"] }]);
    for (day, awards, told, stage) in [
        (25, won("a", "L1", 900), "Lot awarded: L1; Acme, S.L. won it for 900 EUR", "closed"),
        (26, none, "Lot closed without award: L2", "closed"),
        (27, won("c", "L3", 2_900), "Tender awarded: L3: Acme, S.L., 2,900 EUR", "awarded"),
    ] {
        world.show(0, release(&format!("{day}"), &format!("2026-11-{day}T09:00:00Z"), awards));
        world.until(&format!("2026-11-{}T12:00:00Z", if day == 27 { 30 } else { day + 1 })).await;
        assert_eq!(world.mails("ana", told).len(), 1, "{day}: {:#?}", world.mails("ana", ""));
        assert_eq!(shown(&world).await.stage.as_deref(), Some(stage), "{day}");
    }
}
