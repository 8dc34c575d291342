//! A procedure from its notice to its award, as a portal tells it: each change is told once, as what changed, whatever is published again.

use std::sync::{Arc, Mutex};

use atalaya::model::{IdentityKey, SignalKind};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::rig::{Home, Inside, MAILS, Reply, Server, program, rep};

const BUYER: &str = "Hospital Universitario de Getafe";

fn settings(site: &str) -> String {
    format!(
        r#"
[[source]]
id = "portal"
kind = "tenders"
url = "{site}/releases"
every = "1h"
jitter = "0s"

[[segment]]
id = "health"
title = "Hospitals"
line = 5

  [[segment.points]]
  when = {{ cpv = ["331"] }}
  points = 20
  why = "buys medical equipment"
"#
    ) + &rep("ana", "Europe/Madrid", "every 1h")
        + MAILS
}

fn release(n: u32, tag: &str, tender: Value, more: Value) -> Value {
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

fn call(deadline: &str, amount: u32, status: &str) -> Value {
    json!({
        "id": "1", "title": "Ultrasound scanners", "status": status, "value": { "amount": amount, "currency": "EUR" },
        "tenderPeriod": { "endDate": deadline },
        "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33112200" } }]
    })
}

/// What the portal shows after so many of the procedure's notices.
fn package(notices: usize) -> String {
    let other = json!({
        "ocid": "ocds-test01-0", "id": "0-1", "date": "2026-11-01T09:00:00Z", "tag": ["tender"], "buyer": { "id": "x", "name": "Ayuntamiento" },
        "tender": { "id": "0", "title": "Street lights", "status": "active", "tenderPeriod": { "endDate": "2026-12-30T10:00:00Z" } }
    });
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
    let releases: Vec<Value> = std::iter::once(other).chain(all.into_iter().take(notices)).collect();
    json!({ "uri": "https://portal.example/releases", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": releases })
        .to_string()
}

fn portal() -> (Server, Arc<Mutex<String>>) {
    let shown = Arc::new(Mutex::new(package(0)));
    let shows = Arc::clone(&shown);
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/releases" => Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(shows.lock().unwrap().clone()) },
        _ => Reply::status(404),
    });
    (site, shown)
}

async fn signals(daemon: &Inside, tax_id: &str) -> Vec<SignalKind> {
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
    // Everything published anew, under new times.
    let again = package(4).replace("T09:00:00Z", "T17:30:00Z");
    *shown.lock().unwrap() = again;
    daemon.visit().await;
    assert_eq!(signals(&daemon, "ESQ2818014I").await, told);
    assert_eq!(signals(&daemon, "ESB12345674").await, [SignalKind::AwardWon]);
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
    let broken = home.path("broken.json");
    std::fs::write(&broken, "{\"releases\": [").unwrap();
    let output = program().args(["tender", "read", broken.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("broken.json"), "{}", String::from_utf8_lossy(&output.stderr));
}
