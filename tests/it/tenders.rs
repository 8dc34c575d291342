//! A procedure from its notice to its award, as a portal tells it: each change is told once, as what changed, whatever is published again.

use std::sync::{Arc, Mutex};

use atalaya::model::{IdentityKey, Lead, LeadState, SignalKind};
use atalaya::store::LeadFilter;
use atalaya::web::{Answer, HistoryView, NoticeView, Question, TenderFilter, TenderView, answer};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::rig::{Home, Inside, MAILS, Reply, Server, hook, portal as portal_of, program, rep, tenders};

const BUYER: &str = "Hospital Universitario de Getafe";

pub fn settings(site: &str) -> String {
    tenders(site, "1h") + &rep("ana", "Europe/Madrid", "every 1h") + MAILS
}

pub fn release(n: u32, tag: &str, tender: Value, more: Value) -> Value {
    let mut release = json!({
        "ocid": "ocds-test01-1", "id": format!("1-{n}"), "date": format!("2026-11-2{n}T09:00:00Z"), "tag": [tag],
        "buyer": { "id": "ES-NIF-Q2818014I", "name": BUYER },
        "parties": [{
            "id": "ES-NIF-Q2818014I", "name": BUYER, "roles": ["buyer"], "identifier": { "scheme": "ES-NIF", "id": "Q2818014I" },
            "address": { "locality": "Getafe", "countryName": "ES" }
        }],
        "tender": tender,
    });
    if let (Value::Object(release), Value::Object(more)) = (&mut release, more) {
        release.extend(more);
    }
    release
}

pub fn call(deadline: &str, amount: u32, status: &str) -> Value {
    json!({
        "id": "1", "title": "Ultrasound scanners", "status": status, "value": { "amount": amount, "currency": "EUR" },
        "tenderPeriod": { "endDate": deadline },
        "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33112200" } }]
    })
}

/// What the portal shows after so many of the procedure's notices.
fn package(notices: usize) -> String {
    let award = json!({
        "parties": [
            { "id": "b", "name": BUYER, "roles": ["buyer"], "identifier": { "scheme": "ES-NIF", "id": "Q2818014I" }, "address": { "countryName": "ES" } },
            { "id": "s", "name": "Ecografía Ibérica, S.L.", "roles": ["supplier"], "identifier": { "scheme": "ES-NIF", "id": "B12345674" },
              "address": { "countryName": "ES", "locality": "Leganés" } }
        ],
        "awards": [{ "id": "a1", "status": "active", "value": { "amount": 95000, "currency": "EUR" }, "date": "2026-11-24T09:00:00Z",
                     "suppliers": [{ "id": "s", "name": "Ecografía Ibérica, S.L." }] }]
    });
    let all = [
        release(1, "tender", call("2026-12-10T13:00:00+01:00", 100_000, "active"), json!({})),
        release(2, "tenderUpdate", call("2026-12-17T13:00:00+01:00", 100_000, "active"), json!({})),
        release(3, "tenderUpdate", call("2026-12-17T13:00:00+01:00", 120_000, "active"), json!({})),
        release(4, "award", json!({ "id": "1", "status": "complete" }), award),
    ];
    packed(&all[..notices])
}

/// A package of these releases, beside one that never changes.
pub fn packed(all: &[Value]) -> String {
    let other = json!({
        "ocid": "ocds-test01-0", "id": "0-1", "date": "2026-11-01T09:00:00Z", "tag": ["tender"], "buyer": { "id": "x", "name": "Ayuntamiento" },
        "tender": { "id": "0", "title": "Street lights", "status": "active", "tenderPeriod": { "endDate": "2026-12-30T10:00:00Z" } }
    });
    let releases: Vec<Value> = std::iter::once(other).chain(all.iter().cloned()).collect();
    json!({ "uri": "https://portal.example/releases", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": releases })
        .to_string()
}

pub fn portal() -> (Server, Arc<Mutex<String>>) {
    let shown = Arc::new(Mutex::new(package(0)));
    let shows = Arc::clone(&shown);
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/releases" => Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(shows.lock().unwrap().clone()) },
        _ => Reply::status(404),
    });
    (site, shown)
}

pub async fn signals(daemon: &Inside, tax_id: &str) -> Vec<SignalKind> {
    let key = IdentityKey::TaxId(tax_id.to_owned());
    let known = daemon.effects.store.organisations_by_keys(vec![key]).await.unwrap();
    let Some(organisation) = known.first() else { return Vec::new() };
    let mut found = daemon.effects.store.signals_of(organisation.id, 100).await.unwrap();
    found.sort_by_key(|signal| signal.seen);
    found.into_iter().map(|signal| signal.kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_procedure_is_told_change_by_change_each_once() {
    let (site, shown) = portal();
    let mut daemon = Inside::new(&settings(&site.address)).await;
    // The baseline, and its second look.
    for _ in 0..2 {
        daemon.visit().await;
        daemon.wait(SignedDuration::from_hours(2));
    }
    for notices in 1..=4 {
        *shown.lock().unwrap() = package(notices);
        // Twice: the second visit meets the same package again; and after a restart.
        for _ in 0..2 {
            daemon.visit().await;
            daemon.wait(SignedDuration::from_hours(2));
            daemon.restart().await;
        }
    }
    let told = [SignalKind::TenderPublished, SignalKind::DeadlineMoved, SignalKind::TenderChanged, SignalKind::TenderAwarded];
    assert_eq!(signals(&daemon, "ESQ2818014I").await, told);
    assert_eq!(signals(&daemon, "ESB12345674").await, [SignalKind::AwardWon]);
    assert_eq!(
        changes(&daemon).await,
        [
            "1: - -> Ultrasound scanners",
            "2: 2026-12-10 13:00 +01 (as written: “2026-12-10T13:00:00+01:00”; 2026-12-10 12:00 UTC) -> 2026-12-17 13:00 +01 (as written: “2026-12-17T13:00:00+01:00”; 2026-12-17 12:00 UTC)",
            "3: 100000 EUR -> 120000 EUR",
            "4: open -> awarded",
        ]
    );
    // Everything published anew, under new times.
    let again = package(4).replace("T09:00:00Z", "T17:30:00Z");
    *shown.lock().unwrap() = again;
    daemon.visit().await;
    assert_eq!(signals(&daemon, "ESQ2818014I").await, told);
    assert_eq!(signals(&daemon, "ESB12345674").await, [SignalKind::AwardWon]);
    // Each is another notice now; what they say is the same.
    assert_eq!(history(&daemon).await.notices.len(), 8);
}

pub async fn ask(daemon: &Inside, question: Question) -> Answer {
    answer(&daemon.effects, &daemon.config, question, true).await.unwrap()
}

/// The tenders as they are listed, but for the one that is there from the start.
pub async fn listed(daemon: &Inside) -> Vec<TenderView> {
    let Answer::Tenders(mut views) = ask(daemon, Question::Tenders(TenderFilter { limit: 50, ..TenderFilter::default() })).await else {
        panic!("no list")
    };
    views.retain(|view| view.title != "Street lights");
    views
}

pub async fn history(daemon: &Inside) -> HistoryView {
    let id = listed(daemon).await[0].id.clone();
    let Answer::TenderHistory(view) = ask(daemon, Question::TenderHistory { id }).await else { panic!("no history") };
    *view
}

/// What each notice changed first.
async fn changes(daemon: &Inside) -> Vec<String> {
    let words = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let first = |notice: &NoticeView| notice.changes.iter().find(|(name, was, _)| was.is_some() || name == "title").cloned();
    let shown = |notice: &NoticeView| first(notice).map(|(_, was, is)| format!("{}: {} -> {}", notice.number, words(&was), words(&is)));
    history(daemon).await.notices.iter().filter_map(shown).collect()
}

/// What a portal shows: these releases.
pub fn releases(all: &[Value]) -> String {
    let first = serde_json::from_str::<Value>(&package(0)).unwrap()["releases"][0].clone();
    let all: Vec<Value> = std::iter::once(first).chain(all.iter().cloned()).collect();
    json!({ "uri": "https://portal.example/releases", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": all })
        .to_string()
}

/// A daemon that has its baseline, and what comes of showing it these pages one after the other.
pub async fn after(settings: &str, shown: &Mutex<String>, pages: &[String]) -> Inside {
    let mut daemon = Inside::new(settings).await;
    for page in std::iter::once(&package(0)).chain(pages) {
        shown.lock().unwrap().clone_from(page);
        for _ in 0..2 {
            daemon.visit().await;
            daemon.wait(SignedDuration::from_hours(2));
            daemon.restart().await;
        }
    }
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_notice_that_comes_late_changes_nothing_that_was_said_since() {
    let (site, shown) = portal();
    let first = release(1, "tender", call("2026-12-10T13:00:00+01:00", 100_000, "active"), json!({}));
    let late = release(
        2,
        "tenderUpdate",
        json!({ "id": "1", "tenderPeriod": { "endDate": "2026-12-12T13:00:00+01:00" }, "title": "Scanners", "submissionMethodDetails": "https://portal.example/offer" }),
        json!({}),
    );
    let newest = release(3, "tenderUpdate", call("2026-12-17T13:00:00+01:00", 120_000, "active"), json!({}));
    let pages = [
        releases(std::slice::from_ref(&first)),
        releases(&[first, newest.clone()]),
        releases(std::slice::from_ref(&late)),
        releases(&[newest, late]),
    ];
    let daemon = after(&settings(&site.address), &shown, &pages).await;
    let tender = &listed(&daemon).await[0];
    assert_eq!((tender.title.as_str(), tender.deadline.as_deref()), ("Ultrasound scanners", Some("2026-12-17 13:00 +01:00")));
    assert_eq!(history(&daemon).await.notices.iter().map(|notice| notice.notice.as_str()).collect::<Vec<_>>(), ["1-1", "1-2", "1-3"]);
    let told = signals(&daemon, "ESQ2818014I").await;
    assert_eq!(told[..2], [SignalKind::TenderPublished, SignalKind::DeadlineMoved]);
    assert!(told.len() <= 3 && !told[2..].contains(&SignalKind::DeadlineMoved), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_under_the_same_id_and_time_is_seen_and_told_once() {
    let (site, shown) = portal();
    let wrong = release(1, "tender", call("2026-12-10T13:00:00+01:00", 100_000, "active"), json!({}));
    let right = release(1, "tender", call("2026-12-11T13:00:00+01:00", 100_000, "active"), json!({}));
    // A second notice reports the same change.
    let same = release(2, "tenderUpdate", call("2026-12-11T13:00:00+01:00", 100_000, "active"), json!({}));
    let pages = [releases(&[wrong]), releases(std::slice::from_ref(&right)), releases(&[right, same])];
    let daemon = after(&settings(&site.address), &shown, &pages).await;
    assert_eq!(signals(&daemon, "ESQ2818014I").await, [SignalKind::TenderPublished, SignalKind::DeadlineMoved]);
    let notices = history(&daemon).await.notices;
    assert_eq!(notices.iter().map(|notice| notice.notice.as_str()).collect::<Vec<_>>(), ["1-1", "1-1", "1-2"]);
    assert_eq!((notices[0].published.clone(), notices[2].changes.len()), (notices[1].published.clone(), 0));
    let id = listed(&daemon).await[0].id.clone();
    let Answer::TenderRaw(raw) = ask(&daemon, Question::TenderRaw { id, number: 2 }).await else { panic!("no bytes") };
    let document: Value = serde_json::from_str(&raw.text).unwrap();
    assert_eq!(document["releases"][0]["tender"]["tenderPeriod"]["endDate"], "2026-12-11T13:00:00+01:00");
}

/// A published contract, whole: what it leaves out is not there.
pub fn compiled(day: u32, status: &str, lots: &[&str], awards: Value) -> String {
    let lots: Vec<Value> = lots.iter().map(|lot| json!({ "id": lot, "title": format!("Lot {lot}") })).collect();
    let mut tender = call("2026-12-10T13:00:00+01:00", 100_000, status);
    tender["lots"] = json!(lots);
    releases(&[release(day, "compiled", tender, json!({ "awards": awards }))])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_whole_notice_leaves_out_is_gone() {
    let (site, shown) = portal();
    let award = json!([{ "id": "a1", "status": "active", "date": "2026-11-22T09:00:00Z", "suppliers": [{ "id": "s", "name": "Ecografía Ibérica, S.L." }] }]);
    let pages = [
        compiled(1, "active", &["1", "2"], json!([])),
        compiled(2, "complete", &["1", "2"], award),
        compiled(3, "active", &["2"], json!([])),
    ];
    let daemon = after(&settings(&site.address), &shown, &pages).await;
    let id = listed(&daemon).await[0].id.clone();
    let show = async |at: Option<&str>| {
        let Answer::Tender(view) = ask(&daemon, Question::Tender { id: id.clone(), at: at.map(str::to_owned) }).await else {
            panic!("no tender")
        };
        *view
    };
    let view = show(None).await;
    let value = |name: &str| view.fields.iter().find(|field| field.name == name).map(|field| field.value.clone());
    assert_eq!((value("winner"), value("lots")), (None, Some("2 Lot 2".to_owned())), "the award was annulled, the lot taken away");
    let named = |view: &TenderView, begins: &str| view.lines.iter().filter(|line| line.name.starts_with(begins)).count();
    assert_eq!((named(&view, "award"), named(&view, "lot ")), (0, 1));
    let before = show(Some("2026-11-22")).await;
    assert_eq!((named(&before, "award"), named(&before, "lot "), before.notices), (1, 2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_on_two_portals_is_one_and_told_once() {
    let (site, shown) = portal();
    let both = portal_of("mirror", &site.address, "1h") + &settings(&site.address);
    let daemon = after(&both, &shown, &[package(1), package(2), package(4)]).await;
    let found = listed(&daemon).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let mut sources = vec![found[0].source.as_str(), found[0].also[0].source.as_str()];
    sources.sort_unstable();
    assert_eq!(sources, ["mirror", "portal"]);
    let told = [SignalKind::TenderPublished, SignalKind::DeadlineMoved, SignalKind::TenderAwarded];
    assert_eq!(signals(&daemon, "ESQ2818014I").await, told);
    assert_eq!(signals(&daemon, "ESB12345674").await, [SignalKind::AwardWon]);
}

/// A segment that asks for much of one tender, and how it stands with the hospital after each amendment.
#[tokio::test(flavor = "multi_thread")]
async fn an_amended_tender_is_judged_again() {
    const WHEN: &str = r#"{ cpv = ["33112200"], broad = true, stems = { en = ["ultrasound scanner"] }, stage = ["open"], deadline_not_before = "10d", value = [{ min = 110_000, currency = "EUR" }] }"#;
    let (site, shown) = portal();
    let rules = settings(&site.address).replace("{ cpv = [\"331\"] }", WHEN).replace("line = 5", "line = 15");
    let daemon = Inside::new(&rules).await;
    let look = async |shows: &[Value]| {
        *shown.lock().unwrap() = packed(shows);
        // A change must stand a second look.
        for _ in 0..2 {
            daemon.visit().await;
            daemon.wait(SignedDuration::from_hours(2));
        }
        let leads = daemon.effects.store.leads(LeadFilter::default(), 10).await.unwrap();
        let proof = |lead: &Lead| lead.score.parts.first().and_then(|part| part.evidence.as_ref()).map(|proof| proof.quote.clone());
        leads.iter().map(|lead| (lead.state, lead.revision, proof(lead))).collect::<Vec<_>>()
    };
    let with = |n: u32, deadline: &str, amount: u32, status: &str, cpv: &str| {
        let mut tender = call(deadline, amount, status);
        tender["items"][0]["classification"]["id"] = json!(cpv);
        release(n, if n == 1 { "tender" } else { "tenderUpdate" }, tender, json!({}))
    };
    let holds = |revision, quote: &str| vec![(LeadState::New, revision, Some(quote.to_owned()))];
    let below = |revision| vec![(LeadState::Below, revision, None)];
    let (near, far) = ("2026-12-10T13:00:00+01:00", "2026-12-20T13:00:00+01:00");
    let mut all = Vec::new();
    assert_eq!(look(&all).await, [], "the baseline");
    all.push(with(1, near, 100_000, "active", "33112200"));
    assert_eq!(look(&all).await, [], "too small");
    all.push(with(2, near, 120_000, "active", "33112200"));
    let quote = "Ultrasound scanners · 33112200 · open · 120000 EUR · 2026-12-10T13:00:00+01:00";
    assert_eq!(look(&all).await, holds(1, quote), "worth more now");
    all.push(with(3, near, 120_000, "active", "45000000"));
    assert_eq!(look(&all).await, [(LeadState::New, 2, None)], "not what was asked for after all: whoever was told of it hears of that");
    all.push(with(4, near, 120_000, "active", "33100000"));
    assert_eq!(look(&all).await, holds(3, &quote.replace("33112200", "33100000")), "the buyer codes broadly");
    daemon.wait(SignedDuration::from_hours(9 * 24));
    all.push(with(5, near, 130_000, "active", "33100000"));
    assert_eq!(look(&all).await, below(4), "judged again, eight days are too few: machines hear of that");
    all.push(with(6, far, 130_000, "active", "33100000"));
    let moved = quote.replace("33112200", "33100000").replace("120000", "130000").replace("12-10", "12-20");
    assert_eq!(look(&all).await, holds(5, &moved), "the deadline moved");
    daemon.wait(SignedDuration::from_hours(24));
    daemon.drain().await;
    let mails = daemon.written("mail").concat();
    assert!(mails.contains("Hospital Universitario de Getafe") && mails.contains("33100000"), "{mails}");
    // That the time for offers is over is no news, and yet the lead rests on an open tender no longer.
    daemon.wait(SignedDuration::from_hours(20 * 24));
    let mut closed = with(7, far, 130_000, "complete", "33100000");
    closed["date"] = json!("2026-12-21T09:00:00Z");
    all.push(closed);
    assert_eq!(look(&all).await, below(6), "closed");
}

#[test]
fn a_document_is_read_without_any_configuration() {
    let home = Home::new("");
    let path = home.path("package.json");
    std::fs::write(&path, package(4)).unwrap();
    let output = program().args(["tender", "read", path.to_str().unwrap(), "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let notices = read[0]["notices"].as_array().unwrap();
    assert_eq!((read[0]["format"].as_str(), notices.len()), (Some("ocds"), 5), "{read}");
    assert_eq!(notices[1]["deadlines"][0]["at"], "2026-12-10T12:00:00Z");
    assert_eq!(notices[4]["awards"][0]["winners"][0]["ids"][0]["id"], "B12345674");
    // A list of a tender's awards names the tender by its address alone.
    let part = home.path("awards.json");
    std::fs::write(
        &part,
        r#"{"data": [{"id": "365de78bba1341989d83627a367a376c", "status": "active", "bid_id": "b", "date": "2026-11-20T10:00:00+02:00"}]}"#,
    )
    .unwrap();
    let url = "https://public-api.prozorro.gov.ua/api/2.5/tenders/896f80313bfc43d2aa3f0f44fc56a513/awards";
    let output =
        program().args(["tender", "read", part.to_str().unwrap(), "--format", "prozorro", "--url", url, "--json"]).output().unwrap();
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read[0]["notices"][0]["procedure"], "896f80313bfc43d2aa3f0f44fc56a513", "{read}");
    let broken = home.path("broken.json");
    std::fs::write(&broken, "{\"releases\": [").unwrap();
    let output = program().args(["tender", "read", broken.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("broken.json"), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_cannot_be_read_is_a_problem_and_named_once() {
    let home = Home::new("");
    let read = |path: &std::path::Path| program().args(["tender", "read", path.to_str().unwrap()]).output().unwrap();
    let missing = home.path("missing.xml");
    let said = String::from_utf8_lossy(&read(&missing).stderr).into_owned();
    assert_eq!(said.matches("missing.xml").count(), 1, "{said}");
    // No tender.
    let aside = home.path("aside.xml");
    let name = "BusinessRegistrationInformationNotice";
    let text = format!(r#"<{name} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{name}-2"/>"#);
    std::fs::write(&aside, text).unwrap();
    let output = read(&aside);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("0 notices, 1 quarantined") && output.status.code() == Some(1), "{said}");
}

#[test]
fn words_of_codes_are_taken_in_without_the_secrets_of_channels() {
    let home = Home::new(&hook("crm", "http://127.0.0.1:9"));
    let list = home.path("cpv.csv");
    std::fs::write(&list, "code,label\n33152000-1,Incubadoras\n").unwrap();
    let run = |arguments: &[&str]| home.command(arguments).env_remove("HOOK_SECRET").output().unwrap();
    let taken = run(&["codes", "import", list.to_str().unwrap(), "--scheme", "CPV", "--language", "es"]);
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let listed = run(&["codes", "list", "33152000", "--language", "es"]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "33152000  Incubadoras\n");
    let wrong = run(&["codes", "import", list.to_str().unwrap(), "--scheme", "notice-type"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("CPV, UNSPSC, NAICS"), "{}", String::from_utf8_lossy(&wrong.stderr));
}

#[test]
fn a_document_is_shown_with_the_deadlines_of_its_lots_and_ends_when_its_reader_has_enough() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.json");
    let lot = |n: u32, day: u32| json!({ "id": n.to_string(), "title": format!("Lot {n}"), "tenderPeriod": { "endDate": format!("2026-12-{day}T12:00:00Z") } });
    let mut one = call("2026-12-10T13:00:00Z", 100_000, "active");
    one["lots"] = (1..=12).map(|n| lot(n, if n == 3 { 17 } else { 10 })).collect();
    let more = |n: u32| json!({ "ocid": format!("ocds-test01-{n}") });
    let many: Vec<Value> = (1..=4_000).map(|n| release(1, "tender", one.clone(), more(n))).collect();
    std::fs::write(&file, releases(&many[..1])).unwrap();
    let read = |stdout: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.args(["tender", "read"]).arg(&file).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap()
    };
    let shown = String::from_utf8(read(Stdio::piped()).wait_with_output().unwrap().stdout).unwrap();
    assert!(shown.contains("until 2026-12-10T12:00:00Z (UTC): lots 1, 2, 4, 5, 6, 7, 8, 9 and 3 more\n"), "{shown}");
    assert!(shown.contains("until 2026-12-17T12:00:00Z (UTC): lots 3\n"), "{shown}");

    std::fs::write(&file, releases(&many)).unwrap();
    let mut child = read(Stdio::piped());
    let mut first = String::new();
    // Dropped after one line, long before all is written.
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(first.contains("4001 notices") && ended.status.success() && said.is_empty(), "{first} {:?} {said}", ended.status);
}
