//! What a rep gets, and when: what waits moves with the digest's time, who wants no mails owns nothing that nobody tells, and a firm that was
//! always there is no lead because its telephone number changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use atalaya::base::clock::Clock;
use atalaya::model::{LeadState, MessageKind, Verdict};
use atalaya::pipeline::{Judging, give_out, give_verdict, judge_some, retime, tell_untold, untold, waiting, wish};
use atalaya::store::{LeadFilter, MessageFilter, Scope, Suppression};
use atalaya::web::{Answer, Question, answer};
use jiff::{SignedDuration, Timestamp};

use crate::rig::{Home, Inside, LINES, MAILS, OFFER, Reply, Server, listing, rep, segment};

type Rows = Arc<Mutex<BTreeMap<u32, String>>>;

fn row(n: u32) -> String {
    format!("<a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b> <i>+34 911 000 00{n}</i>")
}

/// A list whose rows are changed at will.
fn site(rows: u32) -> (Server, Rows) {
    let rows: Rows = Arc::new(Mutex::new((0..rows).map(|n| (n, row(n))).collect()));
    let shown = Arc::clone(&rows);
    let server = Server::start(move |seen| {
        let rows = shown.lock().unwrap().values().map(|row| format!("<li>{row}</li>")).collect::<Vec<_>>().concat();
        if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
    });
    (server, rows)
}

fn put(rows: &Rows, n: u32, row: &str) {
    rows.lock().unwrap().insert(n, row.to_owned());
}

fn source(site: &Server, every: &str) -> String {
    listing("list", &format!("{}/", site.address), every, &format!("{OFFER}, phone = \"i\""))
        + "records = \"offer\"\ncountry = \"ES\"\ngone_after = 1\n"
}

async fn next_visit(world: &Inside) {
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_is_born_of_a_reason_not_of_what_merely_changed() {
    let (site, rows) = site(6);
    let fit =
        "\n[[segment]]\nid = \"all\"\nline = 5\n\n[[segment.points]]\nwhen = { words = [\"offer\"] }\npoints = 20\nwhy = \"offers\"\n";
    let world = Inside::new(&[source(&site, "1h"), fit.to_owned(), LINES.to_owned()].concat()).await;
    world.visit().await;
    next_visit(&world).await;
    let titles = async || -> Vec<String> {
        let mut titles: Vec<_> =
            world.effects.store.leads(LeadFilter::default(), 99).await.unwrap().into_iter().map(|lead| lead.title).collect();
        titles.sort();
        titles
    };
    // A firm of the baseline has another number, one is gone: they fit as they always did, and nobody is to be called for it.
    put(&rows, 1, &row(1).replace("911", "912"));
    rows.lock().unwrap().remove(&2);
    next_visit(&world).await;
    next_visit(&world).await;
    let changes = world.effects.store.recent_changes(None, 99).await.unwrap();
    assert_eq!(changes.iter().filter(|change| !change.baseline).count(), 2, "both were seen: {changes:?}");
    assert_eq!(titles().await, [""; 0]);
    // One that puts up an offer is a lead by the same rules, and so is the one of before once it does.
    put(&rows, 7, &row(7));
    put(&rows, 8, &row(1).replace("Offer 1", "Offer 8").replace("/1", "/8"));
    next_visit(&world).await;
    assert_eq!(titles().await, ["Maker 1, S.L.", "Maker 7, S.L."]);
}

fn reps(ana: &str) -> String {
    [segment("line = 5\nhot = 90"), ana.to_owned(), MAILS.to_owned()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_leaves_at_the_time_that_the_digest_has_now() {
    let (site, rows) = site(3);
    let of = |ana: &str| source(&site, "1h") + &reps(ana);
    // A Monday, 09:00 in Madrid.
    let mut world = Inside::new(&of(&rep("ana", "Europe/Madrid", "Mon-Fri 08:00"))).await;
    world.visit().await;
    put(&rows, 4, &row(4));
    next_visit(&world).await;
    for (zone, digest, moved, due) in [
        ("Europe/Madrid", "Mon-Fri 08:00", 0, "2026-11-24T07:00:00Z"),
        ("Europe/Madrid", "Mon-Fri 15:30", 1, "2026-11-23T14:30:00Z"),
        ("America/Bogota", "Mon-Fri 15:30", 1, "2026-11-23T20:30:00Z"),
        ("Europe/Madrid", "Thu 15:30", 1, "2026-11-26T14:30:00Z"),
        ("Europe/Madrid", "Thu 15:30", 0, "2026-11-26T14:30:00Z"),
    ] {
        world.configure(&of(&rep("ana", zone, digest))).await;
        let (store, now) = (&world.effects, world.clock.now());
        assert_eq!(retime(store, &world.config, now).await.unwrap(), moved, "{zone} {digest}");
        let waits: Vec<_> = waiting(store, &world.config).await.unwrap().into_values().collect();
        assert_eq!(waits.len(), 1);
        assert_eq!((waits[0].at.to_string().as_str(), waits[0].zone.iana_name()), (due, Some(zone)), "{digest}");
    }
    // Once a week, or not before a pause is over: the wish holds at the new time too.
    let weekly = Suppression { weekly: true, ..Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), world.clock.now()) };
    wish(&world.effects, &world.config, weekly, world.clock.now()).await.unwrap();
    world.configure(&of(&rep("ana", "UTC", "Mon,Fri 10:00"))).await;
    assert_eq!(retime(&world.effects, &world.config, world.clock.now()).await.unwrap(), 1);
    let waits = waiting(&world.effects, &world.config).await.unwrap();
    assert!(waits.values().all(|wait| wait.at == "2026-11-30T10:00:00Z".parse::<Timestamp>().unwrap()), "{waits:?}");
}

#[test]
fn another_digest_time_takes_effect_by_a_reload_and_by_a_restart() {
    let (site, rows) = site(3);
    // Half a day from now.
    let far = (Clock::System.now() + SignedDuration::from_hours(12)).strftime("daily %H:%M").to_string();
    let of = |digest: &str| source(&site, "1s") + &reps(&rep("ana", "UTC", digest));
    let home = Home::new(&of(&far));
    let visit = || drop(site.next(|seen| seen.path == "/"));
    let leads = |count: usize| loop {
        let leads = home.json(&["lead", "list"]);
        if leads.as_array().is_some_and(|leads| leads.len() == count) {
            return leads;
        }
        visit();
    };
    let daemon = home.start();
    visit();
    visit();
    put(&rows, 4, &row(4));
    let lead = leads(1)[0].clone();
    let hour = far.trim_start_matches("daily ");
    assert!(lead["told"].as_str().is_some_and(|told| told.ends_with(&format!("{hour} UTC"))), "{lead}");
    let shown = home.run(&["lead", "show", lead["id"].as_str().unwrap()]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("waits to be told: "), "{shown:?}");
    home.configure(&of("every 1s"));
    daemon.signal("HUP");
    while !home.written("mail").concat().contains("Maker 4") {
        visit();
    }
    home.configure(&of(&far));
    daemon.signal("HUP");
    put(&rows, 5, &row(5));
    leads(2);
    assert_eq!(daemon.stop().0, Some(0));
    assert!(!home.written("mail").concat().contains("Maker 5"));
    home.configure(&of("every 1s"));
    let daemon = home.start();
    while !home.written("mail").concat().contains("Maker 5") {
        visit();
    }
    let told = home.json(&["lead", "list"])[0].clone();
    assert!(
        told["told_state"] == "told"
            && told["told_at"].is_string()
            && told["told"].as_str().is_some_and(|told| told.ends_with(" UTC") && !told.starts_with("digest")),
        "nothing waits any more: {told}"
    );
    assert_eq!(daemon.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leads_of_who_wants_no_mails_go_to_another_rep() {
    let (site, rows) = site(3);
    let both = rep("ana", "UTC", "daily 08:00") + &rep("bob", "UTC", "daily 09:00");
    let world = Inside::new(&(source(&site, "1h") + &reps(&both))).await;
    world.visit().await;
    put(&rows, 4, &row(4));
    next_visit(&world).await;
    let owner = async |title: &str| {
        let leads = world.effects.store.leads(LeadFilter::default(), 99).await.unwrap();
        leads.into_iter().find(|lead| lead.title.starts_with(title)).map(|lead| format!("{:?}", lead.owner)).unwrap_or_default()
    };
    assert!(owner("Maker 4").await.starts_with("To(ana"), "{}", owner("Maker 4").await);
    let none =
        Suppression { scope: Scope::All, ..Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), world.clock.now()) };
    wish(&world.effects, &world.config, none, world.clock.now()).await.unwrap();
    // What is new is Bob's at once; what waits for Ana moves with her lead.
    put(&rows, 5, &row(5));
    next_visit(&world).await;
    assert!(owner("Maker 5").await.starts_with("To(bob"), "{}", owner("Maker 5").await);
    let mut judging = Judging::default();
    while !judge_some(&world.effects, &world.config, &mut judging, world.clock.now()).await.unwrap().done {}
    assert!(owner("Maker 4").await.starts_with("To(bob"), "{}", owner("Maker 4").await);
    for _ in 0..3 {
        world.wait(SignedDuration::from_hours(24));
        world.drain().await;
    }
    let mails = world.written("mail");
    assert!(mails.iter().all(|mail| mail.contains("bob@example.com")), "{mails:?}");
    assert!(mails.concat().contains("Maker 5") && mails.concat().contains("handed over to you, ana had it"), "{mails:?}");
    assert_eq!(mails.iter().filter(|mail| mail.contains("Maker 4")).count(), 1, "once: {mails:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_a_lead_from_another_rep_is_told_of_it_once_and_with_everything() {
    let (site, rows) = site(3);
    let more = "\n[[segment]]\nid = \"none\"\nline = 900\n\n[[segment.points]]\nsignal = \"offer-listed\"\npoints = 1\nwhy = \"nothing\"\n";
    let of = |ana: &str, bob: &str| {
        let ana = rep("ana", "UTC", "daily 08:00") + &format!("name = \"Ana Ruiz\"\nsegments = [\"{ana}\"]\n");
        source(&site, "1h") + &reps(&(ana + &rep("bob", "UTC", "daily 09:00") + &format!("segments = [\"{bob}\"]\n"))) + more
    };
    let mut world = Inside::new(&of("all", "none")).await;
    world.visit().await;
    put(&rows, 4, &row(4));
    next_visit(&world).await;
    let day = async |world: &Inside| {
        world.wait(SignedDuration::from_hours(24));
        world.drain().await;
        world.written("mail").into_iter().filter(|mail| mail.contains("Maker")).collect::<Vec<_>>()
    };
    let mails = day(&world).await;
    assert!(mails.len() == 1 && mails[0].contains("ana@example.com") && mails[0].contains("Maker 4"), "{mails:?}");
    // One that Ana was told of, one that waits for her digest: both are Bob's now.
    put(&rows, 5, &row(5));
    next_visit(&world).await;
    world.configure(&of("none", "all")).await;
    let mut judging = Judging::default();
    while !judge_some(&world.effects, &world.config, &mut judging, world.clock.now()).await.unwrap().done {}
    let mails = day(&world).await;
    let theirs: Vec<&String> = mails.iter().filter(|mail| mail.contains("bob@example.com")).collect();
    assert!(mails.len() == 3 && theirs.len() == 1, "Bob hears of both in one letter: {mails:?}");
    let hers = mails.iter().map(|mail| mail.replace("=\r\n", "")).find(|mail| mail.contains("No longer yours")).unwrap();
    assert!(hers.contains("ana@example.com") && hers.contains("Maker 4, S.L. (now with bob)"), "{hers}");
    assert!(!hers.contains("Maker 5"), "she was never told of it: {hers}");
    let told = theirs[0].replace("=\r\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
    for maker in ["Maker 4", "Maker 5"] {
        assert!(told.contains(maker), "{told}");
    }
    // In both forms of the letter, for both leads.
    assert_eq!(told.matches("handed over to you, Ana Ruiz had it").count(), 4, "{told}");
    assert!(told.contains("Offers Offer 4") && told.contains("Next step: call on +34911000004") && told.contains("see the page"), "{told}");
    for _ in 0..2 {
        assert_eq!(day(&world).await.len(), 3, "once");
    }
    // What is new of it later is an update like any other.
    put(&rows, 6, &row(4).replace("Offer 4", "Offer 6").replace("/4", "/6"));
    next_visit(&world).await;
    let told = day(&world).await.into_iter().find(|mail| mail.contains("Offer 6")).unwrap();
    assert!(!told.contains("handed over") && told.contains("update") && told.contains("bob@example.com"), "{told}");
}

#[test]
fn that_nobody_is_told_is_seen_and_ends_when_somebody_can_be() {
    let (site, rows) = site(3);
    let of = |people: &str| source(&site, "1s") + &reps(people);
    let ana = rep("ana", "UTC", "every 1s");
    let home = Home::new(&of(&ana));
    let visit = || drop(site.next(|seen| seen.path == "/"));
    let daemon = home.start();
    visit();
    visit();
    put(&rows, 4, &row(4));
    while !home.written("mail").concat().contains("Maker 4") {
        visit();
    }
    let mail = home.written("mail").concat().replace("\r\n ", "").replace("\n ", "");
    let link = mail.split("List-Unsubscribe: <https://atalaya.example").nth(1).unwrap().split('>').next().unwrap();
    assert!(daemon.ask("POST", link, "List-Unsubscribe=One-Click").starts_with("HTTP/1.1 200"));
    put(&rows, 5, &row(5));
    let why = "nobody is told: ana asked for no more mails";
    let lead = loop {
        let leads = home.json(&["lead", "list"]);
        let found = leads.as_array().unwrap().iter().find(|lead| lead["title"] == "Maker 5, S.L.");
        if let Some(found) = found {
            break found.clone();
        }
        visit();
    };
    assert_eq!((&lead["owner"], lead["because"].as_str()), (&serde_json::Value::Null, Some(why)), "{lead}");
    let shown = home.json(&["lead", "list", "--owner", "ana"]);
    assert_eq!(shown[0]["told"], why, "what was hers stays hers: {shown}");
    assert_eq!(home.json(&["status"])["untold"][0], format!("segment `all`: {why}"));
    assert!(String::from_utf8_lossy(&home.run(&["status"]).stdout).contains(why));
    let doctor = home.run(&["doctor"]);
    assert!(doctor.status.code() == Some(1) && String::from_utf8_lossy(&doctor.stdout).contains("nobody is told"), "{doctor:?}");
    // Somebody comes who reads mails.
    home.configure(&of(&(ana + &rep("bob", "UTC", "every 1s"))));
    daemon.signal("HUP");
    while !home.written("mail").iter().any(|mail| mail.contains("bob@example.com") && mail.contains("Maker 5")) {
        visit();
    }
    assert_eq!(home.json(&["status"])["untold"], serde_json::json!([]));
    daemon.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leads_that_nobody_has_room_for_are_seen_told_of_once_and_given_out_when_there_is_room() {
    let (site, rows) = site(3);
    let ana = rep("ana", "UTC", "daily 08:00") + "capacity = 1\n";
    let notices = "operator = \"operator@example.com\"\nnotices = [\"mail\"]\n";
    let world = Inside::with(notices, &(source(&site, "1h") + &reps(&ana))).await;
    world.visit().await;
    let now = || world.clock.now();
    assert_eq!(tell_untold(&world.effects, &world.config, now()).await.unwrap(), 0);
    for n in 4..7 {
        put(&rows, n, &row(n));
    }
    next_visit(&world).await;
    let found = untold(&world.effects, &world.config).await.unwrap();
    assert_eq!((found.len(), found[0].leads), (1, 2), "{found:?}");
    let Answer::Status(status) = answer(&world.effects, &world.config, Question::Status, true).await.unwrap() else { panic!() };
    let want = "segment `all`: 2 leads are told to nobody, nobody is free: ana has 1 of 1: raise `capacity`, settle leads of theirs (`atalaya lead \
                reject`), or add a `[[rep]]`; `atalaya lead list --segment all` shows which";
    assert_eq!(status.untold, [want]);
    let notices = async || {
        let all = world.effects.store.messages(MessageFilter::default(), 99).await.unwrap();
        let words =
            |message: &atalaya::model::Message| String::from_utf8_lossy(&message.sealed.bytes).replace("=\r\n", "").replace("\r\n", " ");
        all.iter().filter(|message| message.kind == MessageKind::Notice).map(words).collect::<Vec<_>>()
    };
    for told in [1, 0, 0] {
        assert_eq!(tell_untold(&world.effects, &world.config, now()).await.unwrap(), told);
    }
    let told = notices().await;
    assert!(told.len() == 1 && told[0].contains("2 leads are told to nobody"), "{told:?}");
    assert_eq!(give_out(&world.effects, &world.config, now()).await.unwrap(), 0, "she has no room");

    let nobodys = async || world.effects.store.leads(LeadFilter { nobodys: true, ..LeadFilter::default() }, 9).await.unwrap();
    let hers = world.effects.store.leads(LeadFilter { owner: Some("ana".parse().unwrap()), ..LeadFilter::default() }, 9).await.unwrap();
    let no = Verdict { said: LeadState::Rejected, at: now(), by: "ana".to_owned(), because: String::new(), until: None };
    give_verdict(&world.effects, &world.config, hers[0].id, Some(no), now()).await.unwrap();
    for given in [1, 0] {
        assert_eq!(give_out(&world.effects, &world.config, now()).await.unwrap(), given);
    }
    assert_eq!(nobodys().await.len(), 1);
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let digests = world.written("mail").concat();
    assert_eq!(
        ["Maker 4", "Maker 5", "Maker 6"].iter().filter(|maker| digests.contains(**maker)).count(),
        1,
        "the one that is hers now: {digests}"
    );
    // One more that nobody has is no other beginning.
    put(&rows, 7, &row(7));
    next_visit(&world).await;
    assert_eq!(tell_untold(&world.effects, &world.config, now()).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_country_of_a_source_says_where_its_entries_are_and_towns_which_region() {
    let rows = Arc::new(Mutex::new(vec![(0, "Lugo")]));
    let shown = Arc::clone(&rows);
    let site = Server::start(move |seen| {
        let row = |(n, town): &(u32, &str)| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b> <i>{town}</i></li>");
        let rows = shown.lock().unwrap().iter().map(row).collect::<String>();
        if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
    });
    let of = |id: &str, field: &str, keys: &str| {
        let fields = format!("{OFFER}, {field} = \"i\"");
        let source = listing("list", &format!("{}/", site.address), "1h", &fields) + "records = \"offer\"\ncountry = \"ES\"\n";
        (id.to_owned(), [source, segment(&format!("line = 5\n{keys}")), LINES.to_owned()].concat())
    };
    let mut worlds = Vec::new();
    for (id, settings) in [
        of("city", "city", "regions = [\"ES-CL\"]"),
        of("place", "place", "regions = [\"ES-CL\"]"),
        of("town", "town", "regions = [\"ES-CL\"]"),
        of("here", "town", "countries = [\"ES\"]"),
        of("elsewhere", "town", "countries = [\"PT\"]"),
    ] {
        worlds.push((id, Inside::new(&settings).await));
    }
    for (_, world) in &worlds {
        world.visit().await;
    }
    rows.lock().unwrap().extend([(1, "Burgos"), (2, "Bilbao"), (3, "Calle Burgos 3")]);
    for (id, world) in &worlds {
        next_visit(world).await;
        let leads = world.effects.store.leads(LeadFilter { state: Some(LeadState::New), ..LeadFilter::default() }, 9).await.unwrap();
        let mut found: Vec<(&str, u8)> = leads.iter().map(|lead| (lead.title.as_str(), lead.score.known)).collect();
        found.sort_unstable();
        let want: &[(&str, u8)] = match id.as_str() {
            "here" => &[("Maker 1, S.L.", 0), ("Maker 2, S.L.", 0), ("Maker 3, S.L.", 0)],
            "elsewhere" => &[],
            _ => &[("Maker 1, S.L.", 100), ("Maker 3, S.L.", 0)],
        };
        assert_eq!(found, want, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_that_drop_many_leads_wait_until_machines_have_taken_what_waits() {
    let (site, rows) = site(1);
    let of = |line: u32| [source(&site, "1h"), segment(&format!("line = {line}")), LINES.to_owned()].concat();
    let mut world = Inside::new(&of(5)).await;
    world.visit().await;
    for n in 100..500 {
        put(&rows, n, &format!("<a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b>"));
    }
    next_visit(&world).await;
    let drained = async |world: &Inside| {
        while world.effects.store.waiting_messages(&"lines".parse().unwrap()) > 0 {
            world.drain().await;
        }
        world.written("lines").concat()
    };
    assert_eq!(drained(&world).await.matches("lead.created").count(), 400);
    world.configure(&of(900)).await;
    let (mut judging, mut most, mut stops) = (Judging::default(), 0, 0);
    loop {
        let judged = judge_some(&world.effects, &world.config, &mut judging, world.clock.now()).await.unwrap();
        most = most.max(world.effects.store.waiting_messages(&"lines".parse().unwrap()));
        if judged.crowded {
            stops += 1;
            drained(&world).await;
        }
        if judged.done {
            break;
        }
    }
    assert!(most <= 250 && stops > 0, "{most} waited at once, it stopped {stops} times");
    assert_eq!(drained(&world).await.matches("lead.updated").count(), 400, "each is told of all the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_is_taken_back_before_anybody_heard_of_it_tells_nobody_anything() {
    let more = "\n[[segment]]\nid = \"none\"\nline = 900\n\n[[segment.points]]\nsignal = \"offer-listed\"\npoints = 1\nwhy = \"nothing\"\n";
    let ana = |segment: &str| rep("ana", "UTC", "daily 08:00") + &format!("segments = [\"{segment}\"]\n");
    let bob = |segment: &str| rep("bob", "UTC", "daily 09:00") + &format!("segments = [\"{segment}\"]\n");
    for (what, wrong, stays) in [
        ("to another", [segment("line = 5\nhot = 90"), ana("none"), bob("all")].concat(), false),
        ("to another at once", [segment("line = 5\nhot = 6"), ana("none"), bob("all")].concat(), false),
        ("to nobody", [segment("line = 5\nhot = 90"), ana("none"), bob("none")].concat(), false),
        ("below the line", [segment("line = 800\nhot = 900"), ana("all"), bob("none")].concat(), false),
        ("away", [segment("line = 5\nhot = 90"), bob("none")].concat(), false),
        ("away, and another has it", [segment("line = 5\nhot = 90"), bob("all")].concat(), true),
    ] {
        let (site, rows) = site(3);
        let with = |reps: &str| [&source(&site, "1h"), MAILS, more, reps].concat();
        // Bob works it too where it stays with him.
        let right = [segment("line = 5\nhot = 90"), ana("all"), bob(if stays { "all" } else { "none" })].concat();
        let mut world = Inside::new(&with(&[segment("line = 5\nhot = 90"), ana("all"), bob("none")].concat())).await;
        world.visit().await;
        put(&rows, 4, &row(4));
        next_visit(&world).await;
        let days = async |world: &Inside, days: i64| {
            for _ in 0..days {
                world.wait(SignedDuration::from_hours(24));
                world.drain().await;
            }
            world.written("mail").iter().map(|mail| mail.replace("=\r\n", "")).filter(|mail| mail.contains("Maker")).collect::<Vec<_>>()
        };
        let mails = days(&world, 2).await;
        assert!(mails.len() == 1 && mails[0].contains("Maker 4"), "{what}: {mails:?}");
        // One she was told of, and one that waits.
        put(&rows, 5, &row(5));
        next_visit(&world).await;
        for reps in [&wrong, &right] {
            world.configure(&with(reps)).await;
            let now = world.clock.now();
            retime(&world.effects, &world.config, now).await.unwrap();
            let mut judging = Judging::default();
            while !judge_some(&world.effects, &world.config, &mut judging, now).await.unwrap().done {}
            // It is noticed within a minute, and both are well before any digest.
            world.wait(SignedDuration::from_mins(1));
            world.drain().await;
        }
        let mails = days(&world, 3).await;
        let of = |rep: &str| mails[1..].iter().filter(|mail| mail.contains(&format!("To: {rep}@"))).cloned().collect::<Vec<_>>();
        if stays {
            let (hers, his) = (of("ana"), of("bob"));
            assert!(his.len() == 1 && his[0].contains("Maker 4") && his[0].contains("Maker 5"), "{what}: {mails:#?}");
            assert!(hers.len() == 1 && hers[0].contains("Maker 4, S.L. (now with bob)"), "{what}: {mails:#?}");
            assert!(!hers[0].contains("Maker 5"), "{what}: she was never told of it: {mails:#?}");
            continue;
        }
        let hers = of("ana");
        assert!(mails.len() == 2 && hers.len() == 1 && hers[0].contains("Maker 5"), "{what}: {mails:#?}");
        assert!(!hers[0].contains("Maker 4") && !hers[0].contains("had it"), "{what}: {hers:#?}");
        // What is new of it later is an update like any other.
        put(&rows, 6, &row(4).replace("Offer 4", "Offer 6").replace("/4", "/6"));
        next_visit(&world).await;
        let told = days(&world, 1).await.pop().unwrap();
        assert!(told.contains("Offer 6") && told.contains("update") && told.contains("ana@example.com"), "{what}: {told}");
    }
}
