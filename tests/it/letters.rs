//! What a rep gets to read of leads: each is named, what is told at once is not told again, and what was put away or taken back says so.

use std::collections::BTreeSet;

use atalaya::model::{LeadState, Verdict};
use atalaya::pipeline::{Judging, give_verdict, judge_some};
use atalaya::store::LeadFilter;
use atalaya::web::{Answer, Question};
use jiff::Timestamp;

use crate::altered::{World, notice};
use crate::rig::{LINES, points, rep};
use crate::tenders::ask;

const FAR: &str = "2027-02-10T10:00:00Z";

fn tender(n: u32, title: &str, deadline: &str) -> serde_json::Value {
    notice(n, "Hospital Universitario de Getafe", title, (deadline, "active"))
}

/// She says it of the only lead; without a word it is taken back.
async fn say(world: &World, said: Option<LeadState>, until: Option<&str>) {
    let inside = &world.inside;
    let (now, lead) = (inside.clock.now(), world.leads().await.pop().unwrap());
    let until = until.map(|until| until.parse().unwrap());
    let verdict = said.map(|said| Verdict { said, at: now, by: "ana".to_owned(), because: String::new(), until });
    give_verdict(&inside.effects, &inside.config, lead.id, verdict, now).await.unwrap();
}

/// Whether the only lead is told, as it is listed.
async fn told(world: &World) -> String {
    let question = Question::Leads { segment: None, state: None, owner: None, limit: 5 };
    let Answer::Leads(mut leads) = ask(&world.inside, question).await else { panic!("no leads") };
    leads.pop().and_then(|lead| lead.told).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_lead_that_waits_is_named_in_one_of_the_letters() {
    let towns =
        ["Abla", "Berja", "Cazorla", "Dalias", "Ecija", "Freila", "Guadix", "Huelma", "Iznajar", "Jodar", "Laujar", "Mojacar", "Nijar"];
    let kinds = ["Ayuntamiento", "Hospital", "Universidad", "Museo", "Biblioteca", "Consorcio", "Teatro", "Mercado", "Puerto", "Archivo"];
    let buyers: Vec<String> = kinds.iter().flat_map(|kind| towns.map(|town| format!("{kind} de {town}"))).collect();
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\ncapacity = 500\n";
    let world = World::new(&(points("tender-published", 20) + &reps), [Vec::new(), Vec::new()]).await;
    for (n, buyer) in (100..).zip(&buyers) {
        world.show(0, notice(n, buyer, "Beds", (FAR, "active")));
    }
    world.until("2026-11-24T12:00:00Z").await;
    let leads = world.inside.effects.store.leads(LeadFilter::default(), 500).await.unwrap();
    assert_eq!(leads.len(), buyers.len());
    let mails = world.mails("ana", "leads for you");
    assert_eq!(mails.len(), 2);
    let named: BTreeSet<String> = leads.iter().map(|lead| lead.id.to_string()).collect();
    for id in named {
        assert_eq!(mails.iter().filter(|mail| mail.contains(&id)).count(), 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_digest_and_turns_hot_is_told_by_the_alert_alone() {
    let segment = "\n[[segment]]\nid = \"hot\"\nline = 5\nhot = 35\n".to_owned();
    let rules = points("tender-published", 20) + &points("tender-planned", 20);
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\nsegments = [\"hot\"]\n";
    let world = World::new(&(segment + &rules + &reps), [Vec::new(), Vec::new()]).await;
    world.show(0, tender(2, "Beds", FAR));
    world.run(2).await;
    assert_eq!(world.mails("ana", "Beds").len(), 0, "it waits");
    world.show(0, notice(3, "Hospital Universitario de Getafe", "Scanners", (FAR, "planned")));
    world.run(2).await;
    let mails = world.mails("ana", "so high that it comes at once");
    assert!(mails.len() == 1 && mails[0].contains("Beds") && mails[0].contains("Scanners"), "{:#?}", world.mails("ana", ""));
    world.until("2026-11-25T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Beds").len(), 1, "{:#?}", world.mails("ana", ""));
    world.show(0, tender(4, "Lamps", FAR));
    world.until("2026-11-26T12:00:00Z").await;
    assert_eq!((world.mails("ana", "Lamps").len(), world.mails("ana", "Beds").len()), (1, 1), "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_away_or_taken_back_says_what_was_told_and_tells_what_is_new() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 5) + &reps), [Vec::new(), Vec::new()]).await;
    world.show(0, tender(2, "Beds", "2026-11-27T10:00:00Z"));
    world.until("2026-11-24T12:00:00Z").await;
    say(&world, Some(LeadState::Rejected), None).await;
    let line = told(&world).await;
    assert!(line.starts_with("no: rejected; it was told 2026-11-24 08:"), "{line}");
    world.show(0, tender(3, "Scanners", FAR));
    world.until("2026-11-26T12:00:00Z").await;
    say(&world, None, None).await;
    world.run(2).await;
    assert_eq!(world.mails("ana", "Scanners").len(), 0, "what closes she knows, and what she does not know can wait");
    world.until("2026-11-27T09:00:00Z").await;
    let mails = world.mails("ana", "Scanners");
    assert!(mails.len() == 1 && !mails[0].contains("Beds"), "{mails:#?}");
    say(&world, Some(LeadState::Parked), Some("2026-11-30T00:00:00Z")).await;
    world.until("2026-11-30T01:00:00Z").await;
    let (since, until): (Timestamp, Timestamp) = ("2026-11-29T00:00:00Z".parse().unwrap(), world.inside.clock.now());
    let mut judging = Judging::turned(since, until);
    while !judge_some(&world.inside.effects, &world.inside.config, &mut judging, until).await.unwrap().done {}
    world.until("2026-11-30T09:00:00Z").await;
    let mails = world.mails("ana", "you parked it until Mon 30 Nov 2026");
    assert!(mails.len() == 1 && mails[0].contains("Scanners"), "{:#?}", world.mails("ana", "2026"));
}

/// A segment of the same tenders, hot from the first.
fn beside(id: &str, title: &str) -> String {
    format!("\n[[segment]]\nid = \"{id}\"\ntitle = \"{title}\"\nline = 5\nhot = 6\n") + &points("tender-published", 10)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_in_two_segments_of_one_rep_is_told_as_one_and_once() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let rules = points("tender-published", 20) + &beside("clinics", "Clinics");
    let mut world = World::new(&(rules.clone() + &reps + LINES), [Vec::new(), Vec::new()]).await;
    world.show(0, tender(2, "Beds", FAR));
    world.run(2).await;
    // One is an alert by its score, the other would wait: both come at once, as one.
    let mails = world.mails("ana", "Beds");
    assert!(mails.len() == 1 && mails[0].contains("Segment: Hospitals") && mails[0].contains("also for Clinics ("), "{mails:#?}");
    assert_eq!(mails[0].matches("Tender published: Beds").count(), 2, "in the text and in the HTML: {mails:#?}");
    assert_eq!(world.leads().await.len(), 2, "each segment has its own");
    let lines = world.inside.written("lines").concat();
    assert_eq!(lines.matches("lead.created").count(), 2, "{lines}");
    assert!(lines.contains(r#""deadline":"2027-02-10T10:00:00+00:00","deadline_text":"2027-02-10T10:00:00Z""#), "{lines}");
    world.until("2026-11-25T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Beds").len(), 1, "{:#?}", world.mails("ana", ""));
    // It becomes a lead of a third segment by what was told before: that is no news, until there is some.
    world.configure(&(rules + &beside("labs", "Laboratories") + &reps + LINES)).await;
    world.until("2026-11-26T12:00:00Z").await;
    assert_eq!((world.leads().await.len(), world.mails("ana", "Beds").len()), (3, 1), "{:#?}", world.mails("ana", ""));
    world.show(0, tender(3, "Scanners", FAR));
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Scanners");
    assert!(mails.len() == 1 && !mails[0].contains("Beds"), "{mails:#?}");
    assert!(["also for Clinics (", "also for Laboratories ("].iter().all(|also| mails[0].contains(also)), "{mails:#?}");
}
