//! What is told of one tender is told once and alike: a deadline that moved near is not reminded of beside its move, all portals' words stand under
//! one title, and what the buyer says of a change comes with it.

use atalaya::model::{Message, MessageKind, MessageState};
use atalaya::pipeline::{remind_due, seal_due};
use atalaya::store::MessageFilter;
use atalaya::web::{Answer, Question, TenderFilter};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::altered::{World, notice};
use crate::rig::{LINES, points, rep};
use crate::tenders::ask;

const HOSPITAL: &str = "Hospital Universitario de Getafe";

fn scanners(deadline: &str) -> Value {
    notice(1, HOSPITAL, "Ultrasound scanners", (deadline, "active"))
}

/// The words of a mail's text.
fn words(mail: &str) -> String {
    let text = mail.split("Content-Type: text/plain").nth(1).and_then(|rest| rest.split("Content-Type: text/html").next());
    text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ana, who has the tender in her calendar and is reminded a week and a day before.
async fn world() -> World {
    let world = World::new(&rep("ana", "UTC", "Mon-Fri 08:00"), [vec![scanners("2026-12-30T13:00:00Z")], Vec::new()]).await;
    world.until("2026-12-01T12:00:00Z").await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_moved_near_is_told_once_and_reminded_of_at_the_next_distance() {
    let mut world = world().await;
    world.show(0, scanners("2026-12-05T13:00:00Z"));
    world.run(2).await;
    world.inside.restart().await;
    world.until("2026-12-04T12:30:00Z").await;
    // The first digest named it among what was there.
    let mails = world.mails("ana", "scanners")[1..].to_vec();
    assert!(mails.len() == 1 && mails[0].contains("Deadline moved") && !mails[0].contains("coming up"), "{mails:#?}");
    world.until("2026-12-06T12:00:00Z").await;
    let mails = world.mails("ana", "coming up");
    assert!(mails.len() == 1 && mails[0].contains("tomorrow, in 24 h, Sat 5 Dec 2026 13:00"), "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_moved_to_tomorrow_is_told_in_one_mail() {
    let world = world().await;
    world.show(0, scanners("2026-12-02T06:00:00Z"));
    world.until("2026-12-03T12:00:00Z").await;
    let mails = world.mails("ana", "Wed 2 Dec 2026 06:00");
    assert!(mails.len() == 1 && mails[0].contains("Deadline moved"), "{mails:#?}");
    assert_eq!(world.mails("ana", "coming up"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_not_get_the_mail_with_the_move_is_reminded() {
    let world = world().await;
    let inside = &world.inside;
    world.show(0, scanners("2026-12-02T06:00:00Z"));
    inside.wait(SignedDuration::from_mins(30));
    inside.visit().await;
    let now = inside.clock.now();
    seal_due(&inside.effects, &inside.config, now).await.unwrap();
    let alert = |message: &Message| message.kind == MessageKind::Alert;
    let lost = inside.effects.store.messages(MessageFilter::default(), 100).await.unwrap().into_iter().find(alert).expect("the move");
    // As long as it may still leave it is not said twice.
    assert_eq!(remind_due(&inside.effects, &inside.config, now).await.unwrap(), 0);
    let dead = MessageState::Dead { at: now, reason: "nobody there".to_owned() };
    inside.effects.store.acknowledge(Message { state: dead, ..lost }, None, Vec::new()).await.unwrap();
    world.run(2).await;
    let mails = world.mails("ana", "Wed 2 Dec 2026 06:00");
    assert!(mails.len() == 1 && mails[0].contains("1 deadline coming up"), "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_tender_that_closes_within_a_distance_is_told_without_a_reminder() {
    let settings = points("tender-published", 20) + &rep("ana", "UTC", "Mon-Fri 08:00");
    let world = World::new(&settings, [Vec::new(), Vec::new()]).await;
    world.until("2026-12-01T12:00:00Z").await;
    world.show(0, scanners("2026-12-05T13:00:00Z"));
    world.until("2026-12-04T12:30:00Z").await;
    let mails = world.mails("ana", "scanners");
    assert!(mails.len() == 1 && mails[0].contains("Tender published") && !mails[0].contains("coming up"), "{mails:#?}");
    world.until("2026-12-06T12:00:00Z").await;
    assert_eq!(world.mails("ana", "coming up").len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_on_two_portals_has_one_title_whoever_tells_of_it() {
    let other = |deadline: &str, status: &str| notice(1, HOSPITAL, "Sonographs", (deadline, status));
    let world = World::new(&(rep("ana", "UTC", "Mon-Fri 08:00") + LINES), [vec![scanners("2026-12-30T13:00:00Z")], Vec::new()]).await;
    world.until("2026-11-25T12:00:00Z").await;
    world.show(1, other("2026-12-28T13:00:00Z", "active"));
    world.until("2026-11-27T12:00:00Z").await;
    world.show(1, other("2026-12-14T13:00:00Z", "active"));
    world.until("2026-12-15T12:00:00Z").await;
    world.show(1, other("2026-12-14T13:00:00Z", "cancelled"));
    world.until("2026-12-17T12:00:00Z").await;
    let mails = world.mails("ana", "Ultrasound scanners");
    assert!(mails.len() >= 4 && mails.iter().any(|mail| mail.contains("Subject: Tender cancelled: Ultrasound")), "{mails:#?}");
    assert_eq!(world.mails("ana", "Sonographs"), Vec::<String>::new());
    let lines = world.inside.written("lines").concat();
    assert!(lines.contains("Ultrasound scanners") && !lines.contains("Sonographs"), "{lines}");
    let Answer::Tenders(list) = ask(&world.inside, Question::Tenders(TenderFilter { limit: 10, ..TenderFilter::default() })).await else {
        panic!("no list")
    };
    let listed = list.iter().find(|view| !view.also.is_empty()).expect("it is on two portals");
    assert_eq!(listed.stage.as_deref(), Some("cancelled"));
    for (stage, shown) in [("open", 0), ("cancelled", 1)] {
        let filter = TenderFilter { limit: 10, stage: Some(stage.to_owned()), ..TenderFilter::default() };
        let Answer::Tenders(list) = ask(&world.inside, Question::Tenders(filter)).await else { panic!("no list") };
        let ids: Vec<&str> = list.iter().filter(|view| view.title == listed.title).map(|view| view.id.as_str()).collect();
        assert_eq!(ids, vec![listed.id.as_str(); shown], "{stage}");
    }
    for id in [listed.id.clone(), listed.also[0].id.clone()] {
        let Answer::Tender(view) = ask(&world.inside, Question::Tender { id: id.clone(), at: None }).await else { panic!("no tender") };
        let Answer::TenderHistory(history) = ask(&world.inside, Question::TenderHistory { id }).await else { panic!("no history") };
        let titles = [listed.title.as_str(), &view.title, &history.title];
        assert_eq!(titles, ["Ultrasound scanners"; 3]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_buyer_says_of_a_change_is_told_with_it_and_once() {
    let world = world().await;
    let amended = |id: &str, date: &str, says: &[&str]| {
        let mut one = scanners("2027-01-12T13:00:00Z");
        one["id"] = json!(id);
        one["date"] = json!(date);
        let each: Vec<Value> = says.iter().enumerate().map(|(n, text)| json!({ "id": n.to_string(), "description": text })).collect();
        one["tender"]["amendments"] = json!(each);
        one
    };
    world.show(0, amended("2", "2026-12-01T12:00:00Z", &["The plans of the third floor were wrong."]));
    world.until("2026-12-03T12:00:00Z").await;
    let told = "Wed 30 Dec 2026 13:00 UTC → Tue 12 Jan 2027 13:00 UTC; the buyer says: “The plans of the third floor were wrong.”";
    assert_eq!(world.mails("ana", told).len(), 1, "{:#?}", world.mails("ana", ""));
    // The same words again are no news; others of a newer notice are.
    world.show(0, amended("3", "2026-12-03T12:00:00Z", &["The plans of the third floor were wrong."]));
    world.until("2026-12-05T12:00:00Z").await;
    assert_eq!(world.mails("ana", "the buyer says").len(), 1);
    world.show(0, amended("4", "2026-12-05T12:00:00Z", &["Visits are on Mondays."]));
    world.until("2026-12-08T12:00:00Z").await;
    let mails = world.mails("ana", "the buyer says: “Visits are on Mondays.”");
    assert_eq!(mails.len(), 1, "{:#?}", world.mails("ana", ""));
    let Answer::TenderHistory(history) = ask(&world.inside, Question::TenderHistory { id: "ultrasound".to_owned() }).await else {
        panic!("no history")
    };
    assert!(history.notices.last().unwrap().says.iter().any(|words| words.contains("Visits are on Mondays.")), "{history:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_of_two_portals_cancels_and_opens_again_before_the_digest_is_told_as_both() {
    for (portal, keys) in [(0, ""), (1, ""), (0, "confirm = \"1m\"\n"), (1, "confirm = \"1m\"\n")] {
        let held = || vec![scanners("2026-12-30T13:00:00Z")];
        let settings = points("tender-published", 20) + &rep("ana", "UTC", "Mon-Fri 08:00") + "quiet = \"09:00-07:00\"\n";
        let world = World::with(keys, &settings, [held(), held()]).await;
        world.until("2026-11-25T12:00:00Z").await;
        for (n, status) in ["cancelled", "active"].into_iter().enumerate() {
            let mut one = notice(1, HOSPITAL, "Ultrasound scanners", ("2026-12-30T13:00:00Z", status));
            one["id"] = json!(format!("later-{n}"));
            one["date"] = json!(format!("2026-11-25T1{n}:00:00Z"));
            world.show(portal, one);
            world.run(3).await;
        }
        world.until("2026-11-26T12:00:00Z").await;
        let mails: Vec<String> = world.mails("ana", "Tender cancelled").iter().map(|mail| words(mail)).collect();
        assert!(mails.len() == 1 && mails[0].contains("Takes offers again"), "{portal} {keys}: {mails:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_calls_anew_after_another_said_the_end_is_told_and_one_that_is_behind_is_not() {
    // When its notice with a later deadline was published: after the end that the other portal told, before it.
    for (published, called) in [("2026-11-27T09:00:00Z", true), ("2026-11-24T09:00:00Z", false)] {
        let held = || vec![scanners("2026-12-30T13:00:00Z")];
        let settings = points("tender-published", 20) + &rep("ana", "UTC", "Mon-Fri 08:00");
        let world = World::new(&settings, [held(), held()]).await;
        world.until("2026-11-25T12:00:00Z").await;
        for (portal, date, deadline, status) in
            [(0, "2026-11-25T10:00:00Z", "2026-12-30T13:00:00Z", "complete"), (1, published, "2027-01-29T13:00:00Z", "active")]
        {
            let mut one = notice(1, HOSPITAL, "Ultrasound scanners", (deadline, status));
            (one["id"], one["date"]) = (json!(format!("{portal}-{date}")), json!(date));
            world.show(portal, one);
            world.until(["2026-11-26T12:00:00Z", "2026-11-30T12:00:00Z"][portal]).await;
        }
        let mails: Vec<String> = world.mails("ana", "Fri 29 Jan 2027").iter().map(|mail| words(mail)).collect();
        assert_eq!(mails.len(), usize::from(called), "{published}: {mails:#?}");
        assert!(mails.iter().all(|mail| mail.contains("Takes offers again")), "{published}: {mails:#?}");
        // Another word on the end that was is none on this call, which goes on.
        for (portal, day, deadline, status) in
            [(0, "2026-12-01", "2026-12-30T13:00:00Z", "complete"), (1, "2026-12-02", "2027-02-26T13:00:00Z", "active")]
        {
            let mut one = notice(1, HOSPITAL, "Ultrasound scanners", (deadline, status));
            (one["id"], one["date"]) = (json!(format!("{portal}-{day}")), json!(format!("{day}T09:00:00Z")));
            world.show(portal, one);
            world.until(&format!("{day}T12:00:00Z")).await;
        }
        world.until("2026-12-04T12:00:00Z").await;
        let mails: Vec<String> = world.mails("ana", "Fri 26 Feb 2027").iter().map(|mail| words(mail)).collect();
        let label = if called { "Deadline moved" } else { "Takes offers again" };
        assert!(mails.len() == 1 && mails[0].contains(label), "{published}: {mails:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_is_told_once_however_often_it_was_taken_back_before_the_digest() {
    for (told_before, days) in [(false, [25, 25, 25]), (true, [25, 26, 26])] {
        let held = || vec![scanners("2026-12-30T13:00:00Z")];
        let settings = points("tender-published", 20) + &rep("ana", "UTC", "Mon-Fri 08:00") + "quiet = \"09:00-07:00\"\n";
        let world = World::new(&settings, [held(), Vec::new()]).await;
        world.until("2026-11-25T12:00:00Z").await;
        for (n, (status, day)) in ["cancelled", "active", "cancelled"].into_iter().zip(days).enumerate() {
            if told_before {
                world.until(&format!("2026-11-{day}T1{}:00:00Z", n + 1)).await;
            }
            let mut one = notice(1, HOSPITAL, "Ultrasound scanners", ("2026-12-30T13:00:00Z", status));
            one["id"] = json!(format!("later-{n}"));
            one["date"] = json!(format!("2026-11-{day}T1{n}:00:00Z"));
            world.show(0, one);
            world.run(3).await;
        }
        world.until("2026-11-28T12:00:00Z").await;
        let mails: Vec<String> = world.mails("ana", "Tender cancelled").iter().map(|mail| words(mail)).collect();
        let said = mails.iter().map(|mail| mail.matches("Tender cancelled").count()).sum::<usize>();
        assert_eq!((mails.len(), said), (1, 1), "{told_before}: {mails:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_on_an_earlier_change_are_no_reason_for_an_end() {
    for (own, told) in
        [(None, "Tender cancelled (news"), (Some("The budget was withdrawn."), "Tender cancelled: The budget was withdrawn.")]
    {
        let world = world().await;
        let said = ["The plans of the third floor were wrong."];
        let amended = |n: usize, status: &str, says: &[&str]| {
            let mut one = notice(1, HOSPITAL, "Ultrasound scanners", ("2027-01-12T13:00:00Z", status));
            one["id"] = json!(n.to_string());
            one["date"] = json!(format!("2026-12-0{n}T07:00:00Z"));
            let each: Vec<Value> = says.iter().enumerate().map(|(n, text)| json!({ "id": n.to_string(), "description": text })).collect();
            one["tender"]["amendments"] = json!(each);
            one
        };
        let all: Vec<&str> = said.into_iter().chain(own).collect();
        for (n, status, says) in [(1, "active", &said[..]), (2, "cancelled", &all), (3, "active", &all)] {
            world.show(0, amended(n, status, says));
            world.until(&format!("2026-12-0{}T12:00:00Z", n + 1)).await;
        }
        let mails: Vec<String> = world.mails("ana", "").iter().map(|mail| words(mail)).collect();
        let with = |words: &str| mails.iter().filter(|mail| mail.contains(words)).count();
        assert_eq!((with(told), with("the buyer says: “The plans")), (1, 1), "{mails:#?}");
        // What was said of the end is not said of what takes it back.
        assert_eq!(with("the buyer says: “The budget"), 0, "{mails:#?}");
        assert!(with("Takes offers again") == 1 && with("reason") == 0, "{mails:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_and_is_open_again_by_its_first_telling_is_told_as_open() {
    for keys in ["", "confirm = \"1m\"\n"] {
        let settings = points("tender-published", 20) + &rep("ana", "UTC", "Mon-Fri 08:00") + "quiet = \"09:00-07:00\"\n";
        let world = World::with(keys, &settings, [Vec::new(), Vec::new()]).await;
        world.until("2026-11-25T12:00:00Z").await;
        for (n, status) in ["active", "cancelled", "active"].into_iter().enumerate() {
            let mut one = notice(1, HOSPITAL, "Ultrasound scanners", ("2026-12-30T13:00:00Z", status));
            one["id"] = json!(format!("later-{n}"));
            one["date"] = json!(format!("2026-11-25T1{n}:00:00Z"));
            world.show(0, one);
            world.run(3).await;
        }
        world.until("2026-11-27T12:00:00Z").await;
        let mails: Vec<String> = world.mails("ana", "Ultrasound scanners").iter().map(|mail| words(mail)).collect();
        let other = ["cancelled", "again", "deadline moved"].iter().any(|words| mails[0].to_lowercase().contains(words));
        assert!(mails.len() == 1 && mails[0].contains("Tender published") && !other, "{keys}: {mails:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_counts_what_a_portal_held_as_the_digest_does() {
    let counted = |text: &str| {
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let each = plain.split("it held already, and nobody was told one by one: ").skip(1);
        each.map(|one| one.split("known end").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let held = |n: u32| notice(n, HOSPITAL, &format!("Scanners {n}"), (&format!("2026-12-{n:02}T13:00:00Z"), "active"));
    // Within the distance of reminders, known to the other portal too, without a lead and with one that is told in the same letter.
    let near = |n: u32| notice(n, HOSPITAL, &format!("Scanners {n}"), (&format!("2026-11-{n}T13:00:00Z"), "active"));
    let first: Vec<Value> = (1..=9).map(held).chain([near(25), near(27)]).collect();
    for (keys, new) in [("", false), ("remind = []\n", false), ("", true)] {
        let reps = points("tender-published", 5) + &rep("ana", "UTC", "Mon-Fri 08:00") + keys;
        let world = World::new(&reps, [first.clone(), vec![held(3), held(28)]]).await;
        if new {
            world.show(0, held(30));
        }
        world.until("2026-11-24T07:00:00Z").await;
        let Answer::Digest(view) = ask(&world.inside, Question::DigestPreview { rep: "ana".to_owned() }).await else { panic!("no letter") };
        world.until("2026-11-24T08:30:00Z").await;
        let mails = world.mails("ana", "it held already");
        assert_eq!(mails.len(), 1, "{mails:#?}");
        let plain = mails[0].split("text/html").next().unwrap();
        let (before, after) = (counted(&view.text), counted(plain));
        assert!(before.len() == 2 && before[0].starts_with("11 open tenders for you"), "{keys} {new}: {before:?}");
        assert_eq!(before, after, "{keys} {new}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_in_several_languages_is_told_in_the_readers() {
    let both = |deadline: &str| {
        let mut one = scanners(deadline);
        one["language"] = json!("en");
        one["tender"]["title_es"] = json!("Escaneres de ultrasonido");
        one
    };
    let who = |id: &str, language: &str| rep(id, "UTC", "Mon-Fri 08:00") + &format!("language = \"{language}\"\nsegments = [\"health\"]\n");
    let settings = points("tender-published", 20) + &who("ana", "en") + &who("bea", "es");
    let world = World::new(&settings, [vec![both("2026-12-30T13:00:00Z")], Vec::new()]).await;
    world.until("2026-11-25T12:00:00Z").await;
    world.show(0, both("2027-01-12T13:00:00Z"));
    world.until("2026-11-26T12:00:00Z").await;
    for (rep, told, other) in [("ana", "Ultrasound scanners", "Escaneres"), ("bea", "Escaneres de ultrasonido", "Ultrasound")] {
        let mails = world.mails(rep, told);
        assert!(
            mails.iter().any(|mail| mail.contains("Tue 12 Jan 2027") || mail.contains("12 ene 2027")),
            "{rep}: {:#?}",
            world.mails(rep, "")
        );
        assert_eq!(world.mails(rep, other), Vec::<String>::new(), "{rep}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_visit_has_one_moment() {
    // What is dated between the cancellation and its fetch, and stands beside other changes on the page that takes it back.
    for keys in ["", "confirm = \"1m\"\n"] {
        let settings = points("tender-published", 20) + &rep("ana", "UTC", "Mon-Fri 08:00");
        let held = |n: u32| notice(n, HOSPITAL, &format!("Scanners {n}"), ("2027-01-30T13:00:00Z", "active"));
        let world = World::with(keys, &settings, [(1..5).map(held).collect(), Vec::new()]).await;
        world.inside.clock.tick();
        for (n, (status, dated)) in [("cancelled", "25T10:00:00Z"), ("active", "25T10:30:00Z")].into_iter().enumerate() {
            world.until(&format!("2026-11-2{}T12:00:00Z", 5 + n)).await;
            world.run(2).await;
            for number in 1..5 {
                let title = if number == 1 { "Scanners 1".to_owned() } else { format!("Scanners {number}, amended {n}") };
                let mut one = notice(number, HOSPITAL, &title, ("2027-01-30T13:00:00Z", if number == 1 { status } else { "active" }));
                one["id"] = json!(format!("{number}-{n}"));
                one["date"] = json!(format!("2026-11-{dated}"));
                world.show(0, one);
            }
            world.run(3).await;
        }
        world.until("2026-11-28T12:00:00Z").await;
        let mails: Vec<String> = world.mails("ana", "Scanners 1").iter().map(|mail| words(mail)).collect();
        let told = |words: &str| mails.iter().map(|mail| mail.matches(words).count()).sum::<usize>();
        assert_eq!((told("Tender cancelled"), told("Takes offers again")), (1, 1), "{keys}: {mails:#?}");
    }
}
