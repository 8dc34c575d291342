//! Which organisations the records of several sources name, and what people rule about it: with the daemon's own steps, over visits and restarts.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use atalaya::model::Page;
use atalaya::pipeline::{Effects, Outcome, check};
use atalaya::store::{Hook, LeadFilter};
use atalaya::web::{Answer, OrganisationView, Question, RulingView, answer};
use jiff::SignedDuration;

use crate::rig::{Home, Inside, LINES, MAILS, OFFER, Reply, Server, listing, rep, segment};

/// One row of a list: what is offered, by whom, telephone, place, street.
pub type Row = [&'static str; 5];
/// The rows that three lists show.
pub type Rows = Arc<Mutex<[Vec<Row>; 3]>>;

pub const STEADY: [Row; 3] = [
    ["Crates", "Cooperativa Valdelagrana", "+34 983 111 201", "Soria", "Plaza Nueva 1"],
    ["Boxes", "Maderas Piqueras", "+34 983 111 202", "Vigo", "Plaza Nueva 2"],
    ["Sacks", "Textil Montesclaros", "+34 983 111 203", "Lugo", "Plaza Nueva 3"],
];

pub fn site() -> (Server, Rows) {
    let shown = Rows::default();
    *shown.lock().unwrap() = [STEADY.to_vec(), STEADY.to_vec(), STEADY.to_vec()];
    let site = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let lists = site.lock().unwrap().clone();
        let place = ["/one", "/two", "/three"].iter().position(|path| *path == seen.path);
        let Some(rows) = place.map(|place| &lists[place]) else { return Reply::status(404) };
        let row = |[what, who, tel, town, street]: &Row| {
            format!("<li><a href=/{}>{what}</a> <b>{who}</b> <i>{tel}</i> <u>{town}</u> <s>{street}</s></li>", what.replace(' ', "-"))
        };
        Reply::html(format!("<html><body><ul>{}</ul></body></html>", rows.iter().map(row).collect::<String>()))
    });
    (server, shown)
}

fn settings(site: &str) -> String {
    let source = |id: &str| {
        listing(id, &format!("{site}/{id}"), "1h", &format!("{OFFER}, phone = \"i\", place = \"u\", address = \"s\""))
            + "records = \"offer\"\nfew = 0.0\ncountry = \"ES\"\n"
    };
    [source("one"), source("two"), source("three"), segment("line = 5"), LINES.to_owned()].concat()
}

pub async fn visit(world: &Inside) {
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
}

pub async fn ask(world: &Inside, question: Question) -> Answer {
    answer(&world.effects, &world.config, question, false).await.unwrap()
}

pub async fn show(world: &Inside, name: &str) -> OrganisationView {
    let Answer::Organisation(view) = ask(world, Question::Organisation { name: name.to_owned() }).await else { panic!("not shown") };
    *view
}

pub async fn ruled(world: &Inside, question: Question) -> RulingView {
    let Answer::Ruled(view) = ask(world, question).await else { panic!("not ruled") };
    *view
}

pub fn of(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

pub async fn same(world: &Inside, a: &str, b: &str) -> RulingView {
    let (a, b) = of(a, b);
    ruled(world, Question::Same { a, b }).await
}

pub async fn not_same(world: &Inside, a: &str, b: &str) -> RulingView {
    let (a, b) = of(a, b);
    ruled(world, Question::NotSame { a, b }).await
}

/// The names under which leads stand, and how many records each of their organisations has.
async fn leads(world: &Inside) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
        let atalaya::model::Subject::Organisation(id) = lead.subject;
        let organisation = world.effects.store.organisation(id).await.unwrap().unwrap();
        assert_eq!(world.effects.store.leads_of(lead.subject).await.unwrap().len(), 1, "one lead a segment");
        found.push((lead.title, organisation.records.len()));
    }
    found.sort();
    found
}

fn named(pairs: &[(&str, usize)]) -> Vec<(String, usize)> {
    pairs.iter().map(|(name, records)| ((*name).to_owned(), *records)).collect()
}

/// Which records are one, by their titles.
async fn partition(world: &Inside) -> BTreeSet<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for organisation in world.effects.store.organisations_after(None, 99).await.unwrap() {
        let records = world.effects.store.records(organisation.records).await.unwrap();
        all.insert(records.iter().map(|record| format!("{} {}", record.source, record.title())).collect());
    }
    all
}

const ONE: Row = ["Pallets", "Talleres Orbaneja, S.L.", "+34 947 200 331", "Burgos", "Calle Olmo 12"];
const TWO: Row = ["Old pallets", "Taleres Orbaneja", "", "Burgos", "C/ Olmo, 12"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alike_records_of_two_sources_are_one_organisation_until_somebody_says_otherwise() {
    let (site, rows) = site();
    let mut world = Inside::new(&settings(&site.address)).await;
    visit(&world).await;
    rows.lock().unwrap()[0].push(ONE);
    visit(&world).await;
    rows.lock().unwrap()[1].push(TWO);
    visit(&world).await;
    assert_eq!(leads(&world).await, named(&[("Talleres Orbaneja, S.L.", 2)]));
    let view = show(&world, "talleres orbaneja").await;
    let alike = view.records.iter().find(|record| record.title == "Old pallets").unwrap();
    assert!(alike.because.starts_with("alike, ") && alike.points["name"] > 0.0 && alike.points["address"] > 0.0, "{alike:?}");
    let name = view.values.iter().find(|value| value.field == "name").unwrap();
    assert!(name.conflicts.len() == 1 && name.value != name.conflicts[0].0, "{name:?}");
    // Taken out, it has an organisation of its own and is not told anew; read again, after a restart, it stays out.
    let ruling = not_same(&world, "talleres orbaneja", &alike.record).await;
    assert_eq!((ruling.number, ruling.said.as_str()), (1, "not-same"));
    let two = named(&[("Taleres Orbaneja", 1), ("Talleres Orbaneja, S.L.", 1)]);
    assert_eq!(leads(&world).await, two);
    world.restart().await;
    for list in 0..2 {
        for row in rows.lock().unwrap()[list].iter_mut().skip(3) {
            row[2] = "+34 947 200 332";
        }
    }
    visit(&world).await;
    assert_eq!(leads(&world).await, two, "the same number now, and still two");
    // Taken back, they are one again, with one lead.
    let ruling = ruled(&world, Question::UndoRuling { number: None }).await;
    assert!(ruling.number == 1 && ruling.undone.is_some());
    assert_eq!(leads(&world).await, named(&[("Talleres Orbaneja, S.L.", 2)]));
    assert!(answer(&world.effects, &world.config, Question::UndoRuling { number: None }, false).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_in_between_is_a_question_and_its_answer_holds() {
    let (site, rows) = site();
    let mut world = Inside::new(&settings(&site.address)).await;
    visit(&world).await;
    rows.lock().unwrap()[0].push(["Pallets", "Talleres Orbaneja, S.L.", "+34 947 200 331", "Burgos", "Calle Olmo 12"]);
    rows.lock().unwrap()[1].push(["Old pallets", "Talleres Orbaneja", "+34 947 555 120", "", "Calle Olmo"]);
    visit(&world).await;
    let questions = ask(&world, Question::OrganisationQuestions { limit: 9 }).await;
    let Answer::OrganisationQuestions(questions) = questions else { panic!() };
    assert_eq!(questions.len(), 1, "{questions:?}");
    let names = BTreeSet::from([questions[0].a.name.as_str(), questions[0].b.name.as_str()]);
    assert_eq!(names, BTreeSet::from(["Talleres Orbaneja", "Talleres Orbaneja, S.L."]));
    assert!(questions[0].points.is_some_and(|points| points < 0.0));
    assert_eq!(leads(&world).await.len(), 2);
    let (a, b) = (questions[0].a.id.clone(), questions[0].b.id.clone());
    same(&world, &a, &b).await;
    assert_eq!(leads(&world).await.iter().map(|lead| lead.1).collect::<Vec<_>>(), [2]);
    let Answer::OrganisationQuestions(open) = ask(&world, Question::OrganisationQuestions { limit: 9 }).await else { panic!() };
    assert!(open.is_empty());
    // Undone, both are there again under their own ids, and what was undone is not done again.
    ruled(&world, Question::UndoRuling { number: Some(1) }).await;
    for id in [&a, &b] {
        assert_eq!(show(&world, id).await.records.len(), 1);
    }
    assert_eq!(leads(&world).await.len(), 2);
    world.restart().await;
    rows.lock().unwrap()[1][3] = ["Old pallets", "Talleres Orbaneja", "+34 947 200 331", "", "Calle Olmo"];
    visit(&world).await;
    assert_eq!(leads(&world).await.len(), 2);
    // Said again it holds, and so does what the other list says from now on.
    same(&world, &a, &b).await;
    rows.lock().unwrap()[0][3] = ["Pallets", "Talleres Orbaneja, S.L.", "+34 947 200 339", "Burgos", "Calle Nueva 3"];
    visit(&world).await;
    assert_eq!(leads(&world).await.iter().map(|lead| lead.1).collect::<Vec<_>>(), [2]);
}

/// Lists one and two are checked at the same time: both checks have decided before either is written.
pub async fn check_two_at_once(world: &Inside, site: &str) {
    world.wait(SignedDuration::from_hours(2));
    let claim = world.effects.store.claim(world.clock.now(), 10, SignedDuration::from_mins(5)).unwrap();
    let lane = world.effects.web.lane(&claim.host, world.effects.store.host(&claim.host).await.unwrap());
    let (both, passed) = (Barrier::new(2), AtomicUsize::new(0));
    let hook = Hook(Arc::new(move |point| {
        if point == "check.decided" && passed.fetch_add(1, Ordering::SeqCst) < 2 {
            both.wait();
        }
    }));
    let effects = Effects { hook, ..world.effects.clone() };
    let checks = ["one", "two"].map(|id| {
        let page = Page::id_of(&id.parse().unwrap(), &format!("{site}/{id}").parse().unwrap());
        let (effects, config, lane) = (effects.clone(), Arc::clone(&world.config), lane.clone());
        tokio::spawn(async move { check(&effects, &config, &lane, page).await.unwrap() })
    });
    for done in checks {
        assert!(matches!(done.await.unwrap().outcome, Outcome::Changed { leads: 1, .. }));
    }
    world.effects.store.release(&claim.host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sources_checked_at_once_see_each_others_new_organisation() {
    let (site, rows) = site();
    let world = Inside::new(&settings(&site.address)).await;
    visit(&world).await;
    rows.lock().unwrap()[0].push(ONE);
    rows.lock().unwrap()[1].push(TWO);
    check_two_at_once(&world, &site.address).await;
    assert_eq!(leads(&world).await.iter().map(|lead| lead.1).collect::<Vec<_>>(), [2], "one organisation, whichever was written first");
    // What is not alike comes in side by side.
    rows.lock().unwrap()[0].push(["Bread", "Panadería Urbión", "+34 975 300 100", "Soria", "Plaza Mayor 4"]);
    rows.lock().unwrap()[1].push(["Tyres", "Autos Duero", "+34 975 300 200", "Soria", "Calle Real 9"]);
    check_two_at_once(&world, &site.address).await;
    assert_eq!(leads(&world).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digest_asks_about_a_pair_once() {
    let (site, rows) = site();
    let people = rep("ana", "UTC", "Mon-Sun 09:00") + "questions = true\n" + MAILS;
    let world = Inside::new(&(settings(&site.address) + &people)).await;
    visit(&world).await;
    let mut seen: Vec<String> = Vec::new();
    // The new letters of a day.
    let mut letters = async |world: &Inside| {
        world.wait(SignedDuration::from_hours(24));
        world.visit().await;
        world.drain().await;
        let new: Vec<String> = world.written("mail").into_iter().filter(|letter| !seen.contains(letter)).collect();
        seen.extend(new.clone());
        new.concat().replace("=\r\n", "").replace("=\n", "")
    };
    rows.lock().unwrap()[0].push(["Pallets", "Talleres Orbaneja, S.L.", "+34 947 200 331", "Burgos", "Calle Olmo 12"]);
    rows.lock().unwrap()[1].push(["Old pallets", "Talleres Orbaneja", "+34 947 555 120", "", "Calle Olmo"]);
    visit(&world).await;
    let first = letters(&world).await;
    assert_eq!(first.matches("Are these one company?").count(), 2, "in text and HTML: {first}");
    assert!(first.contains("atalaya org same org-") && first.contains("Talleres Orbaneja, S.L. (Burgos)"), "{first}");
    rows.lock().unwrap()[0].push(["Bread", "Panadería Urbión", "+34 975 300 100", "Soria", "Plaza Mayor 4"]);
    visit(&world).await;
    let second = letters(&world).await;
    assert!(second.contains("Urbi") && !second.contains("Are these one"), "{second}");
    let Answer::OrganisationQuestions(open) = ask(&world, Question::OrganisationQuestions { limit: 9 }).await else { panic!() };
    assert_eq!(open.len(), 1, "open it stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_read_in_any_order_name_the_same_organisations() {
    let lists: [Vec<Row>; 3] = [
        vec![ONE, ["Bread", "Panadería Urbión", "+34 975 300 100", "Soria", ""]],
        vec![
            TWO,
            ["Rolls", "PANADERIA URBION S.A.", "+34 975 300 100", "", "Calle Real 7"],
            ["Cars", "Autos Duero", "+34 975 300 100", "Soria", ""],
        ],
        vec![["Pallets, new", "Talleres Orbaneja", "+34 947 200 331", "", ""], ["Flour", "Panaderia Urbion", "", "Soria", "C/ Real, 7"]],
    ];
    let mut seen = BTreeSet::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let (site, rows) = site();
        let world = Inside::new(&settings(&site.address)).await;
        visit(&world).await;
        for list in order {
            rows.lock().unwrap()[list].extend(&lists[list]);
            visit(&world).await;
        }
        let found = partition(&world).await;
        let of = |title: &str| found.iter().find(|one| one.iter().any(|record| record.ends_with(title))).unwrap().len();
        assert_eq!((of("Old pallets"), of("Bread"), of("Cars")), (3, 3, 1), "{order:?}: {found:#?}");
        seen.insert(found);
    }
    assert_eq!(seen.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_to_be_told_of_one_is_told_of_what_it_became() {
    let (site, rows) = site();
    let settings = [settings(&site.address), rep("ana", "UTC", "Mon-Fri 08:00"), MAILS.to_owned()].concat();
    let world = Inside::new(&settings).await;
    visit(&world).await;
    rows.lock().unwrap()[0].push(["Beams", "Norte Forestal", "+34 983 111 299", "Lugo", ""]);
    visit(&world).await;
    assert_eq!(leads(&world).await, named(&[("Norte Forestal", 1)]));
    // Known since the baseline, quietly: it stays, and has the other's lead and what waits for it.
    same(&world, "Norte Forestal", "Maderas Piqueras").await;
    assert_eq!(leads(&world).await, named(&[("Maderas Piqueras", 4)]));
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let mails = world.written("mail");
    assert!(mails.len() == 1 && mails[0].contains("Maderas Piqueras") && mails[0].contains("Beams"), "{mails:?}");
    // Two again, each with what was said of it, and nobody is told twice.
    ruled(&world, Question::UndoRuling { number: None }).await;
    assert_eq!(leads(&world).await.iter().filter(|(name, _)| name == "Norte Forestal").count(), 1);
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    // (That nobody visited the sources meanwhile is told, too.)
    assert!(world.written("mail")[1..].iter().all(|mail| !mail.contains("Beams")));
}

#[test]
fn the_commands_reach_a_store_at_rest() {
    let (site, _rows) = site();
    let home = Home::new(&settings(&site.address));
    let daemon = home.start();
    let waited = std::iter::repeat_with(|| home.json(&["status"])["records"].as_u64()).take(600).find(|n| *n == Some(9));
    assert!(waited.is_some(), "the first visits bring nine records");
    let listed = home.json(&["org", "list", "maderas"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    daemon.stop();
    let id = listed[0]["id"].as_str().unwrap();
    let ruling = home.json(&["org", "same", "Textil Montesclaros", id]);
    assert_eq!((&ruling["number"], &ruling["said"]), (&1.into(), &"same".into()));
    assert_eq!(home.json(&["org", "list"]).as_array().map(Vec::len), Some(2));
    let view = home.json(&["org", "show", "textil"]);
    assert_eq!(view["records"].as_array().map(Vec::len), Some(6), "{view:#}");
    assert!(home.json(&["org", "undo", "1"])["undone"].is_string());
    assert_eq!(home.json(&["org", "list", "--rulings"])[0]["number"], 1);
    let refused = home.run(&["org", "not-same", "textil", "textil"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("that is one organisation"), "{refused:?}");
    let shown = home.run(&["org", "show", "textil"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("it was the first"), "{shown:?}");
}
