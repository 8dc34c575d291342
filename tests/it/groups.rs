//! Groups: a head office and its branches, whose news count for its leads; with the daemon's own steps, over visits, rulings and what is forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use atalaya::model::{LeadState, Turn};
use atalaya::pipeline::{Effects, Judging, judge_some};
use atalaya::store::{Hook, LeadFilter};
use atalaya::web::{Answer, LeadView, OrganisationView, Question};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::altered::{World, notice};
use crate::linking::{Row, Rows, STEADY, ask, check_two_at_once, not_same, of, ruled, show, site, visit};
use crate::rig::{Inside, LINES, MAILS, OFFER, Server, listing, rep, segment};

/// Two lists, with the tax ids and web sites of who offers.
fn of_groups(site: &str) -> String {
    let fields = OFFER.to_owned() + ", place = \"u\", website = \"s\", tax_id = \"i\"";
    let source = |id: &str| listing(id, &format!("{site}/{id}"), "1h", &fields) + "records = \"offer\"\nfew = 0.0\ncountry = \"ES\"\n";
    [source("one"), source("two"), segment("line = 5"), LINES.to_owned()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daughter_on_the_site_of_its_group_is_known_for_one() {
    let (site, rows) = site();
    let without = STEADY.map(|[what, who, _, town, _]| [what, who, "", town, ""]);
    rows.lock().unwrap()[0] = without.to_vec();
    rows.lock().unwrap()[1] = without.to_vec();
    let mut world = Inside::new(&of_groups(&site.address)).await;
    rows.lock().unwrap()[0].push(["Pallets", "Grupo Orbaneja, S.L.", "ESB12345674", "Burgos", "https://www.orbaneja.com/"]);
    visit(&world).await;
    rows.lock().unwrap()[1].push(["Old pallets", "Orbaneja Sur, S.A.", "ESA58818501", "Cádiz", "www.orbaneja.com/sur"]);
    visit(&world).await;
    for _ in 0..2 {
        let (head, below) = (show(&world, "grupo orbaneja").await, show(&world, "orbaneja sur").await);
        assert_eq!(head.members, [(below.organisation.id.clone(), "Orbaneja Sur, S.A.".to_owned())]);
        assert_eq!(below.head_office, Some((head.organisation.id.clone(), "Grupo Orbaneja, S.L.".to_owned())));
        assert!(head.head_office.is_none() && below.members.is_empty());
        world.restart().await;
    }
}

const HEAD: Row = ["Pallets", "Grupo Orbaneja, S.L.", "ESB12345674", "Burgos", "https://www.orbaneja.com/"];
const BRANCH: Row = ["Old pallets", "Orbaneja Sur, S.A.", "ESA58818501", "Cádiz", "www.orbaneja.com/sur"];
const BOARDS: Row = ["Boards", "Orbaneja Sur, S.A.", "ESA58818501", "Cádiz", "www.orbaneja.com/sur"];

/// A group: its head office is known from the start where `known`, and somebody gets mails of it. `more` follows the segment.
async fn group(known: bool, more: &str) -> (Server, Rows, Inside) {
    let (site, rows) = site();
    let without = STEADY.map(|[what, who, _, town, _]| [what, who, "", town, ""]).to_vec();
    *rows.lock().unwrap() = [without.clone(), without.clone(), without];
    if known {
        rows.lock().unwrap()[0].push(HEAD);
    }
    let world =
        Inside::new(&[of_groups(&site.address), more.to_owned(), rep("ana", "UTC", "Mon-Sun 09:00"), MAILS.to_owned()].concat()).await;
    visit(&world).await;
    (site, rows, world)
}

/// Names and states of the leads.
async fn states(world: &Inside) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
        all.push((lead.title, lead.state.word().to_owned()));
    }
    all.sort();
    all
}

async fn explained(world: &Inside, name: &str) -> LeadView {
    let id = show(world, name).await.leads[0].1.clone();
    let Answer::Lead(view) = ask(world, Question::Lead { id, at: None }).await else { panic!("no lead") };
    *view
}

async fn judged(world: &Inside) {
    let mut judging = Judging::default();
    while !judge_some(&world.effects, &world.config, &mut judging, world.clock.now()).await.unwrap().done {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_branch_offers_is_told_of_its_head_office() {
    let (_site, rows, mut world) = group(true, "").await;
    rows.lock().unwrap()[1].push(BRANCH);
    visit(&world).await;
    assert_eq!(states(&world).await, [of("Grupo Orbaneja, S.L.", "new")]);
    let branch = show(&world, "orbaneja sur").await;
    let head = explained(&world, "grupo orbaneja").await;
    assert!(branch.leads.is_empty() && branch.leads_above[0].1 == head.id, "{branch:?}");
    let member = "Orbaneja Sur, S.A. (Cádiz)".to_owned();
    assert_eq!(show(&world, "grupo orbaneja").await.leads_with, [("all".to_owned(), vec![member.clone()])]);
    assert_eq!(head.parts.iter().map(|part| part.member.clone()).collect::<Vec<_>>(), [Some(member)]);
    assert!(head.signals[0].1.ends_with("— Orbaneja Sur, S.A. (Cádiz), of its group"), "{:?}", head.signals);
    // Other rules, and a restart, give the same.
    judged(&world).await;
    world.restart().await;
    judged(&world).await;
    assert_eq!(states(&world).await, [of("Grupo Orbaneja, S.L.", "new")]);
    let lines = world.written("lines").concat();
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let mails = world.written("mail").concat().replace("=\r\n", "").replace("=\n", "");
    assert!(mails.contains("Grupo Orbaneja") && mails.matches("Orbaneja Sur, S.A. (C=C3=A1diz), of its group").count() >= 2, "{mails}");
    let lines = world.written("lines").concat() + &lines;
    assert!(lines.contains("\"member\":{\"id\":\"org-") && lines.contains("\"name\":\"Orbaneja Sur, S.A.\""), "{lines}");
    // What comes later is told again, once, of the same.
    let before = explained(&world, "grupo orbaneja").await.revision;
    rows.lock().unwrap()[1].push(BOARDS);
    visit(&world).await;
    assert_eq!(states(&world).await, [of("Grupo Orbaneja, S.L.", "new")]);
    let after = explained(&world, "grupo orbaneja").await;
    assert!(after.revision == before + 1 && after.parts.len() == 2 && after.signals.len() == 2, "{after:?}");
}

/// The head office's name, and those of its members.
async fn group_of(world: &Inside, name: &str) -> (Option<String>, Vec<String>) {
    let OrganisationView { head_office, members, .. } = show(world, name).await;
    (head_office.map(|(_, name)| name), members.into_iter().map(|(_, name)| name).collect())
}

/// Whose lead each reason of a segment is one of, in order.
async fn reasons_in(world: &Inside, segment: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
        let parts = lead.score.parts.iter().filter(|_| lead.segment.as_str() == segment);
        all.extend(parts.filter_map(|part| Some(of(&lead.title, part.evidence.as_ref()?.url.path()))));
    }
    all.sort();
    all
}

async fn reasons(world: &Inside) -> Vec<(String, String)> {
    reasons_in(world, "all").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leads_whom_is_the_same_whoever_is_known_first() {
    for turns in [vec![vec![BRANCH, HEAD]], vec![vec![HEAD, BRANCH]], vec![vec![BRANCH], vec![HEAD]], vec![vec![HEAD], vec![BRANCH]]] {
        let (_site, rows, mut world) = group(false, "").await;
        for turn in &turns {
            rows.lock().unwrap()[0].extend(turn.clone());
            visit(&world).await;
        }
        for _ in 0..2 {
            let (head, branch) = (group_of(&world, "grupo orbaneja").await, group_of(&world, "orbaneja sur").await);
            assert_eq!(head, (None, vec!["Orbaneja Sur, S.A.".to_owned()]), "{turns:?}");
            assert_eq!(branch, (Some("Grupo Orbaneja, S.L.".to_owned()), Vec::new()), "{turns:?}");
            world.restart().await;
            judged(&world).await;
        }
        // A branch that was a lead before there was a head office stays one; each reason counts once.
        let whose = if turns[0] == [BRANCH] { "Orbaneja Sur, S.A." } else { "Grupo Orbaneja, S.L." };
        let mut want = [of("Grupo Orbaneja, S.L.", "/Pallets"), of(whose, "/Old-pallets")];
        want.sort();
        assert_eq!(reasons(&world).await, want, "{turns:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_had_of_a_member_goes_with_it_to_a_head_office_that_is_known_later() {
    for quietly in [false, true] {
        let (site, rows, mut world) = group(false, "").await;
        rows.lock().unwrap()[0].push(["Boards", "Orbaneja, S.L.", "ESB83182717", "Soria", "www.orbaneja.com"]);
        visit(&world).await;
        rows.lock().unwrap()[1].push(BRANCH);
        visit(&world).await;
        assert_eq!(reasons(&world).await, [of("Orbaneja, S.L.", "/Boards"), of("Orbaneja, S.L.", "/Old-pallets")]);
        drained(&world).await;
        let before = told(&world);
        let mut want =
            vec![of("Grupo Orbaneja, S.L.", "/Old-pallets"), of("Grupo Orbaneja, S.L.", "/Pallets"), of("Orbaneja, S.L.", "/Boards")];
        if quietly {
            // What a new source holds is no reason, and nobody is told of it.
            rows.lock().unwrap()[2].push(HEAD);
            let three = of_groups(&site.address)
                .split("\n[[source]]")
                .nth(1)
                .unwrap()
                .replace("\"one\"", "\"three\"")
                .replace("/one\"", "/three\"");
            let three = format!("\n[[source]]{three}");
            world.configure(&[of_groups(&site.address), three, rep("ana", "UTC", "Mon-Sun 09:00"), MAILS.to_owned()].concat()).await;
            sync(&world).await;
            want.remove(1);
        } else {
            rows.lock().unwrap()[0].push(HEAD);
        }
        visit(&world).await;
        assert_eq!(reasons(&world).await, want, "{quietly}");
        judged(&world).await;
        assert_eq!(reasons(&world).await, want, "{quietly}");
        drained(&world).await;
        assert_eq!(told(&world) - before, usize::from(!quietly), "{}", world.written("lines").concat());
        assert_eq!(group_of(&world, "orbaneja sur").await.0.as_deref(), Some("Grupo Orbaneja, S.L."));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_of_a_group_checked_at_once_are_told_once_each() {
    let (site, rows, world) = group(true, "").await;
    rows.lock().unwrap()[0].push(["Beams", HEAD[1], HEAD[2], HEAD[3], HEAD[4]]);
    rows.lock().unwrap()[1].push(BRANCH);
    check_two_at_once(&world, &site.address).await;
    assert_eq!(reasons(&world).await, [of("Grupo Orbaneja, S.L.", "/Beams"), of("Grupo Orbaneja, S.L.", "/Old-pallets")]);
    world.wait(SignedDuration::from_hours(24));
    world.drain().await;
    let mails = world.written("mail").concat().replace("=\r\n", "").replace("=\n", "");
    assert_eq!((mails.matches("Subject:").count(), mails.matches("Grupo Orbaneja").count() > 0), (1, true), "{mails}");
}

/// One message of a lead goes at a time.
async fn drained(world: &Inside) {
    for _ in 0..5 {
        world.drain().await;
    }
}

/// What the lines say of leads.
fn told(world: &Inside) -> usize {
    world.written("lines").concat().matches("\"type\":\"").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_is_killed_is_decided_again_as_if_it_had_not_been() {
    let (_site, rows, mut world) = group(true, "").await;
    rows.lock().unwrap()[1].push(BRANCH);
    world.wait(SignedDuration::from_hours(2));
    let killed = Arc::new(AtomicBool::new(false));
    let once = Arc::clone(&killed);
    let whole = world.effects.clone();
    world.effects = Effects {
        hook: Hook(Arc::new(move |point| assert!(point != "check.decided" || once.swap(true, Ordering::SeqCst), "killed"))),
        ..whole.clone()
    };
    let source = world.config.sources.iter().find(|source| source.id.as_str() == "two").unwrap();
    let page = atalaya::model::Page::id_of(&source.id, &source.reader.roots()[0].clone());
    let stored = world.effects.store.page(page).await.unwrap().unwrap();
    let (effects, config) = (world.effects.clone(), Arc::clone(&world.config));
    let lane = effects.web.lane(&stored.host(), None);
    let check = tokio::spawn(async move { atalaya::pipeline::check(&effects, &config, &lane, page).await });
    assert!(check.await.is_err() && killed.load(Ordering::SeqCst));
    assert_eq!(reasons(&world).await, [], "nothing of it is written");
    world.effects = whole;
    world.restart().await;
    for _ in 0..2 {
        visit(&world).await;
        assert_eq!(reasons(&world).await, [of("Grupo Orbaneja, S.L.", "/Old-pallets")]);
    }
    assert_eq!(explained(&world, "grupo orbaneja").await.revision, 1);
    drained(&world).await;
    assert_eq!(told(&world), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_said_not_to_be_of_a_group_has_leads_of_its_own_and_nobody_is_told_again() {
    let (_site, rows, mut world) = group(true, "").await;
    rows.lock().unwrap()[1].push(BRANCH);
    visit(&world).await;
    world.wait(SignedDuration::from_hours(24));
    drained(&world).await;
    let (mails, lines) = (world.written("mail").len(), told(&world));
    not_same(&world, "grupo orbaneja", "orbaneja sur").await;
    let apart = [of("Grupo Orbaneja, S.L.", "below"), of("Orbaneja Sur, S.A.", "new")];
    let is_quiet = async |world: &Inside| {
        judged(world).await;
        world.wait(SignedDuration::from_hours(24));
        drained(world).await;
        let new = world.written("mail")[mails..].iter().filter(|mail| mail.contains("Orbaneja")).count();
        (states(world).await, new, told(world) - lines)
    };
    assert_eq!(is_quiet(&world).await, (apart.to_vec(), 0, 0));
    assert_eq!(group_of(&world, "orbaneja sur").await, (None, Vec::new()));
    assert_eq!(reasons(&world).await, [of("Orbaneja Sur, S.A.", "/Old-pallets")]);
    world.restart().await;
    // Taken back they are a group again, in which it is a lead of its own already.
    ruled(&world, Question::UndoRuling { number: None }).await;
    assert_eq!(is_quiet(&world).await, (apart.to_vec(), 0, 0));
    assert_eq!(group_of(&world, "orbaneja sur").await.0.as_deref(), Some("Grupo Orbaneja, S.L."));
    rows.lock().unwrap()[1].push(BOARDS);
    visit(&world).await;
    assert_eq!(reasons(&world).await, [of("Orbaneja Sur, S.A.", "/Boards"), of("Orbaneja Sur, S.A.", "/Old-pallets")]);
}

/// A notice of one of a group of hospitals.
fn of_hospital(procedure: u32, (name, tax_id): (&str, &str), title: &str, until: (&str, &str)) -> Value {
    let mut notice = notice(procedure, name, title, until);
    notice["parties"][0]["identifier"] = json!({ "scheme": "ES-NIF", "id": tax_id });
    notice["parties"][0]["contactPoint"] = json!({ "email": "compras@hospitalnorte.com" });
    notice
}

const HOSPITALS: (&str, &str) = ("Grupo Hospital Norte", "ESB12345674");
const HOSPITAL: (&str, &str) = ("Hospital Norte Getafe", "ESA58818501");

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_of_a_member_is_told_once_and_counts_until_it_closes() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n" + &rep("bob", "UTC", "Mon-Fri 08:00") + "remind = []\n" + LINES;
    let beds = of_hospital(2, HOSPITALS, "Beds", ("2027-01-20T10:00:00Z", "active"));
    let world = World::new(&reps, [vec![beds], Vec::new()]).await;
    let scanners = |deadline| of_hospital(1, HOSPITAL, "Ultrasound scanners", (deadline, "active"));
    let leads = async || world.leads().await.into_iter().map(|lead| (lead.title, lead.state.word())).collect::<Vec<_>>();
    world.until("2026-11-25T03:00:00Z").await;
    world.show(0, scanners("2026-12-10T13:00:00+01:00"));
    world.run(3).await;
    assert_eq!(leads().await, [(HOSPITALS.0.to_owned(), "new")]);
    world.until("2026-11-25T12:00:00Z").await;
    let owner = if world.mails("ana", "lead for you").is_empty() { "bob" } else { "ana" };
    let other = if owner == "ana" { "bob" } else { "ana" };
    let told = [owner, other].map(|rep| world.mails(rep, "Ultrasound scanners"));
    assert!(told[0].len() == 1 && told[1].is_empty() && told[0][0].contains("Hospital Norte Getafe"), "{told:#?}");
    // Who has the head office's lead hears that the member's tender moved, in one mail; nobody else does.
    world.show(0, scanners("2026-12-21T07:30:00+01:00"));
    world.until("2026-11-26T12:00:00Z").await;
    let moved = [owner, other].map(|rep| world.mails(rep, "Mon 21 Dec 2026 06:30"));
    assert!(moved[0].len() == 1 && !moved[0][0].contains("News of tenders") && moved[1].is_empty(), "{moved:#?}");
    let lines = world.inside.written("lines").concat();
    assert_eq!((lines.matches("tender.changed").count(), lines.matches("deadline-moved").count() > 0), (0, true), "{lines}");
    // Once it closed it is out of the sum, by the time alone.
    let (since, until) = ("2026-12-21T06:00:00Z", "2026-12-21T07:00:00Z");
    world.until(until).await;
    assert_eq!(leads().await, [(HOSPITALS.0.to_owned(), "new")]);
    let mut judging = Judging::turned(since.parse().unwrap(), until.parse().unwrap());
    while !judge_some(&world.inside.effects, &world.inside.config, &mut judging, world.inside.clock.now()).await.unwrap().done {}
    let lead = world.leads().await.pop().unwrap();
    let quotes = |lead: &atalaya::model::Lead| {
        lead.score.parts.iter().filter_map(|part| Some(part.evidence.as_ref()?.url.path().to_owned())).collect::<Vec<_>>()
    };
    assert!(!quotes(&lead).contains(&"/notices/1".to_owned()), "{:?}", lead.score);
    assert_eq!([owner, other].map(|rep| world.mails(rep, "Ultrasound scanners").len()), [2, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_a_group_must_be_in_the_region_itself() {
    let gated =
        "\n[[segment]]\nid = \"france\"\nline = 5\nregions = [\"FR\"]\n\n[[segment.points]]\nsignal = \"offer-listed\"\npoints = 20\n";
    let (head, branch) = ("Grupo Orbaneja, S.L.", "Orbaneja Sur, S.A.");
    for (at, branch_at, want) in [
        ("Lyon, France", "Nantes, France", vec![of(head, "/Old-pallets"), of(head, "/Pallets")]),
        // Its own lead, as the head office is none of this team's.
        ("Burgos", "Nantes, France", vec![of(branch, "/Old-pallets")]),
        // What is offered elsewhere is none of this team's, whoever is called for it.
        ("Lyon, France", "Cádiz", vec![of(head, "/Pallets")]),
    ] {
        let (_site, rows, world) = group(false, gated).await;
        rows.lock().unwrap()[0].push([HEAD[0], HEAD[1], HEAD[2], at, HEAD[4]]);
        visit(&world).await;
        rows.lock().unwrap()[1].push([BRANCH[0], BRANCH[1], BRANCH[2], branch_at, BRANCH[4]]);
        visit(&world).await;
        assert_eq!(reasons_in(&world, "france").await, want, "{at} / {branch_at}");
        judged(&world).await;
        assert_eq!(reasons_in(&world, "france").await, want, "{at} / {branch_at}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_gate_keeps_out_counts_for_nobody_and_takes_nothing() {
    // (Later keys follow the first rule, and so come in a segment of their own.)
    let gated = |region: &str| {
        format!(
            "\n[[segment]]\nid = \"gated\"\nline = 5\ngates = [{{ exclude = \"do-not-contact\" }}]\n\n[[segment.points]]\nsignal = \"offer-listed\"\n\
             points = 20\n\n[lists]\ndo_not_contact = [\"{region}\"]\n"
        )
    };
    for (listed, want) in [("Grupo Orbaneja, S.L.", "Orbaneja Sur, S.A."), ("Orbaneja Sur, S.A.", "")] {
        let (_site, rows, mut world) = group(true, &gated(listed)).await;
        rows.lock().unwrap()[1].push(BRANCH);
        visit(&world).await;
        for _ in 0..2 {
            let mut found = Vec::new();
            for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
                if lead.segment.as_str() == "gated" {
                    found.push(lead.title);
                }
            }
            assert_eq!(found.concat(), want, "{listed} is left alone");
            world.restart().await;
            judged(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_is_a_lead_stays_one_and_a_head_office_that_was_turned_down_is_left_alone() {
    let (_site, rows, world) = group(false, "").await;
    rows.lock().unwrap()[1].push(BRANCH);
    visit(&world).await;
    assert_eq!(states(&world).await, [of("Orbaneja Sur, S.A.", "new")]);
    rows.lock().unwrap()[0].push(HEAD);
    visit(&world).await;
    rows.lock().unwrap()[1].push(BOARDS);
    visit(&world).await;
    assert_eq!(states(&world).await, [of("Grupo Orbaneja, S.L.", "new"), of("Orbaneja Sur, S.A.", "new")]);
    let (head, branch) = (explained(&world, "grupo orbaneja").await, explained(&world, "orbaneja sur").await);
    assert_eq!((head.parts.len(), branch.parts.len()), (1, 2), "each counts once");
    assert!(head.parts.iter().chain(&branch.parts).all(|part| part.member.is_none()));
    assert_eq!((head.signals.len(), branch.signals.len()), (1, 2));

    let (_site, rows, world) = group(true, "").await;
    rows.lock().unwrap()[1].push(BRANCH);
    visit(&world).await;
    let mut leads = world.effects.store.leads(LeadFilter::default(), 9).await.unwrap();
    leads[0].state = LeadState::Rejected;
    let revision = leads[0].revision;
    world.effects.store.commit(Turn { leads, ..Turn::upkeep() }).await.unwrap();
    rows.lock().unwrap()[1].push(BOARDS);
    visit(&world).await;
    judged(&world).await;
    assert_eq!(states(&world).await, [of("Grupo Orbaneja, S.L.", "rejected")]);
    assert_eq!(world.effects.store.leads(LeadFilter::default(), 9).await.unwrap()[0].revision, revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forgotten_of_a_branch_is_gone_from_the_lead_of_its_head_office() {
    let (site, rows, mut world) = group(true, "").await;
    rows.lock().unwrap()[1].push(BRANCH);
    visit(&world).await;
    let quotes = async |world: &Inside| {
        let leads = world.effects.store.leads(LeadFilter::default(), 9).await.unwrap();
        assert_eq!(leads.len(), 1);
        let parts: Vec<String> = leads[0].score.parts.iter().filter_map(|part| Some(part.evidence.as_ref()?.source.to_string())).collect();
        (leads[0].state.word(), parts)
    };
    assert_eq!(quotes(&world).await, ("new", vec!["two".to_owned()]));
    // The second source leaves, and is forgotten after a year.
    let rest = of_groups(&site.address);
    let (first, second) = (rest.find("\n[[source]]\nid = \"two\"").unwrap(), rest.find("\n[[segment]]").unwrap());
    let rest = [&rest[..first], &rest[second..], &rep("ana", "UTC", "Mon-Sun 09:00"), MAILS].concat();
    world.configure(&rest).await;
    world.wait(SignedDuration::from_hours(24 * 400));
    for _ in 0..9 {
        sync(&world).await;
        world.wait(SignedDuration::from_hours(24 * 400));
        if !atalaya::pipeline::forget_gone(&world.effects, &world.config, world.clock.now()).await.unwrap().more {
            break;
        }
    }
    assert_eq!(quotes(&world).await, ("below", Vec::new()));
}

async fn sync(world: &Inside) {
    atalaya::pipeline::sync_pages(&world.effects, &world.config, world.clock.now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_source_held_of_a_branch_is_handed_over_as_its_head_offices() {
    let (site, rows) = site();
    let without = STEADY.map(|[what, who, _, town, _]| [what, who, "", town, ""]).to_vec();
    *rows.lock().unwrap() = [without.clone(), without.clone(), without];
    rows.lock().unwrap()[0].extend([HEAD, BRANCH]);
    let batch = of_groups(&site.address).replace("country = \"ES\"\n", "country = \"ES\"\nbaseline = \"batch\"\n");
    let world = Inside::new(&[batch, rep("ana", "UTC", "Mon-Sun 09:00"), MAILS.to_owned()].concat()).await;
    visit(&world).await;
    visit(&world).await;
    let first = world.config.sources.iter().find(|source| source.id.as_str() == "one").unwrap();
    let handed = atalaya::pipeline::hand_over(&world.effects, &world.config, first, world.clock.now()).await.unwrap();
    let names: Vec<String> = states(&world).await.into_iter().map(|(name, _)| name).filter(|name| name.contains("Orbaneja")).collect();
    assert_eq!((handed, names), (Some(4), vec!["Grupo Orbaneja, S.L.".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_a_branch_says_that_its_head_office_is_the_lead() {
    let fair = "\n[[segment]]\nid = \"fair\"\nline = 5\n\n[[segment.points]]\nsignal = \"exhibitor-listed\"\npoints = 20\n";
    let (_site, _rows, world) = group(true, fair).await;
    let sheet = "Empresa,NIF,Web,Localidad\n\"Orbaneja Sur, S.A.\",ESA58818501,www.orbaneja.com/sur,Cádiz\n";
    let bytes = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sheet);
    let order = atalaya::web::ImportOrder {
        country: Some("ES".into()),
        signal: Some("exhibitor-listed".into()),
        ..atalaya::web::ImportOrder::default()
    };
    let import = |write| Question::Import { file: "expo.csv".into(), bytes: bytes.clone(), order: Box::new(order.clone()), write };
    let Answer::Import(report) = ask(&world, import(false)).await else { panic!("no report") };
    let said = format!("{report:?}");
    assert!(said.contains("their head office is the lead") && said.contains("Grupo Orbaneja"), "{said}");
    ask(&world, import(true)).await;
    assert_eq!(states(&world).await, [of("Grupo Orbaneja, S.L.", "new")]);
    // Taken back, nothing of it is left.
    ask(&world, Question::UndoImport { id: "expo".to_owned() }).await;
    let leads = world.effects.store.leads(LeadFilter::default(), 9).await.unwrap();
    assert!(leads.len() == 1 && leads[0].state.word() == "below" && leads[0].score.parts.is_empty(), "{leads:?}");
}
