//! What somebody says of a lead, and who hears of it when that is taken back, or when another than its owner takes it up.

use atalaya::model::{LeadState, Verdict};
use atalaya::pipeline::give_verdict;

use crate::altered::{World, notice};
use crate::rig::{points, rep};

fn tender(n: u32, title: &str) -> serde_json::Value {
    notice(n, "Hospital Universitario de Getafe", title, ("2027-02-10T10:00:00Z", "active"))
}

/// Says it of the only lead.
async fn say(world: &World, said: Option<LeadState>, by: &str) {
    let inside = &world.inside;
    let now = inside.clock.now();
    let leads = world.leads().await;
    let [lead] = leads.as_slice() else { panic!("{leads:#?}") };
    let verdict = said.map(|said| Verdict { said, at: now, by: by.to_owned(), because: String::new(), until: None });
    give_verdict(&inside.effects, &inside.config, lead.id, verdict, now).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_told_where_it_was_not_heard() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 20) + &reps), [Vec::new(), Vec::new()]).await;
    world.show(0, tender(2, "Beds"));
    world.run(2).await;
    // By mistake, while it waits for the digest.
    say(&world, Some(LeadState::Rejected), "ana").await;
    say(&world, None, "").await;
    world.until("2026-11-24T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Beds").len(), 1, "{:#?}", world.mails("ana", ""));
    say(&world, Some(LeadState::Rejected), "ana").await;
    say(&world, None, "").await;
    world.until("2026-11-25T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Beds").len(), 1, "she was told, and nothing came since");
    say(&world, Some(LeadState::Parked), "ana").await;
    world.show(0, tender(3, "Scanners"));
    world.until("2026-11-26T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Scanners").len(), 0);
    say(&world, Some(LeadState::Accepted), "the head of sales").await;
    world.until("2026-11-27T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Scanners").len(), 1, "{:#?}", world.mails("ana", ""));
    say(&world, Some(LeadState::Parked), "ana").await;
    world.show(0, tender(4, "Lamps"));
    world.run(4).await;
    say(&world, Some(LeadState::Accepted), "ana").await;
    world.until("2026-11-30T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Lamps").len(), 0, "she took it up herself");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_takes_up_goes_along_and_whoever_had_its_tenders_hears_it() {
    let of = |id: &str, name: &str| rep(id, "UTC", "Mon-Fri 08:00") + &format!("name = \"{name}\"\nremind = []\n");
    let reps = of("ana", "Ana A.") + &of("bob", "Bob B.") + &of("cleo", "Cleo C.");
    let world = World::new(&(points("tender-published", 20) + &reps), [vec![tender(1, "Monitors")], Vec::new()]).await;
    world.until("2026-11-24T12:00:00Z").await;
    world.show(0, tender(2, "Beds"));
    world.run(2).await;
    // It waits for her digest.
    let owner = format!("{:?}", world.leads().await[0].owner);
    assert!(owner.starts_with("To(ana"), "{owner}");
    say(&world, Some(LeadState::Accepted), "bob").await;
    world.until("2026-11-26T12:00:00Z").await;
    let mails = world.mails("bob", "handed over to you, Ana A. had it");
    assert!(mails.len() == 1 && mails[0].contains("Beds"), "{:#?}", world.mails("bob", ""));
    assert_eq!(world.mails("ana", "Tender published"), Vec::<String>::new());
    let mails = world.mails("ana", "Is now with Bob B.");
    assert!(mails.len() == 1 && mails[0].contains("Beds") && mails[0].contains("Monitors"), "{:#?}", world.mails("ana", ""));
    // She was about to be told that Ana has it.
    let mails = world.mails("cleo", "Is now with Bob B.");
    assert!(mails.len() == 1 && mails[0].contains("Monitors"), "{:#?}", world.mails("cleo", ""));
    for rep in ["ana", "bob", "cleo"] {
        assert_eq!(world.mails(rep, "Is now with Ana A."), Vec::<String>::new());
    }
    assert_eq!(world.mails("bob", "Is now with"), Vec::<String>::new());
}
