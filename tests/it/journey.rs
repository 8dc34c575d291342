//! The journey of a page with the real program: baseline, change, lead, webhook, digest; the same again after a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::rig::{Home, MAILS, Reply, Server, hook, rep};

fn market(ads: usize) -> String {
    let rows: Vec<String> = (0..ads)
        .map(|n| {
            format!(
                "<li class=ad><a href=/ad/{n}>Wanted: {n} pallets</a> <b class=badge>Wanted</b> <i class=seller>Company {n}, S.L.</i> \
                 <span class=tel>+34 911 000 {n:03}</span> <span class=town>Getafe</span></li>"
            )
        })
        .collect();
    format!("<html><head><title>Market</title></head><body><h1>Market</h1><ul>{}</ul></body></html>", rows.concat())
}

fn settings(site: &str, receiver: &str) -> String {
    format!(
        r#"
[[source]]
id = "market"
kind = "listing"
url = "{site}/"
every = "1s"
jitter = "0s"
confirm = "off"
country = "ES"
record = "li.ad"
kinds = {{ Wanted = "request" }}
fields = {{ title = "a", url = "a @href", kind = ".badge", company = ".seller", phone = ".tel", place = ".town" }}

[[segment]]
id = "pallets"
title = "Pallets"
line = 5

  [[segment.points]]
  when = {{ words = ["pallets"] }}
  points = 10
  why = "speaks of pallets"

  [[segment.points]]
  signal = "request-for-suppliers"
  points = 20
  why = "looks for a supplier"
"#
    ) + &rep("ana", "Europe/Madrid", "every 1s")
        + MAILS
        + &hook("crm", receiver)
}

#[test]
fn what_was_there_is_no_news_and_what_appears_is_told_once() {
    let ads = Arc::new(AtomicUsize::new(3));
    let shown = Arc::clone(&ads);
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/" => Reply::html(market(shown.load(Ordering::SeqCst))),
        _ => Reply::status(404),
    });
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new(&settings(&site.address, &receiver.address));
    let daemon = home.start();
    for _ in 0..3 {
        site.next(|seen| seen.path == "/");
    }
    assert!(receiver.all().is_empty(), "a baseline is no news");
    ads.store(4, Ordering::SeqCst);
    let told = receiver.next(|_| true);
    let event: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(event["type"], "lead.created");
    assert!(told.header("webhook-id").starts_with("msg_") && told.header("webhook-signature").starts_with("v1,"));
    let (code, log) = daemon.stop();
    assert_eq!(code, Some(0), "{log}");

    let leads = home.json(&["lead", "list"]);
    let leads = leads.as_array().unwrap();
    assert_eq!(leads.len(), 1, "{leads:?}");
    assert_eq!((leads[0]["title"].as_str(), leads[0]["owner"].as_str()), (Some("Company 3, S.L."), Some("ana")));
    let lead = home.json(&["lead", "explain", leads[0]["id"].as_str().unwrap()]);
    let sum: f64 = lead["parts"].as_array().unwrap().iter().map(|part| part["points"].as_f64().unwrap()).sum();
    assert!((sum - lead["fit"].as_f64().unwrap() - lead["signal"].as_f64().unwrap()).abs() < 1e-9, "{lead}");

    let daemon = home.start();
    for _ in 0..2 {
        site.next(|seen| seen.path == "/");
    }
    assert!(receiver.all().is_empty(), "told once is told");
    ads.store(5, Ordering::SeqCst);
    receiver.next(|seen| seen.header("webhook-id") != told.header("webhook-id"));
    assert_eq!(daemon.stop().0, Some(0));
    let mails: Vec<_> = std::fs::read_dir(home.path("data/mail")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let text: String = mails
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert!(text.contains("Company 3") && text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{text}");
}
