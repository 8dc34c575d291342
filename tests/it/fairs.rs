//! Lists of exhibitors over several visits: who comes to share a stand is somebody new, and nothing else has changed.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use atalaya::model::Record;
use atalaya::web::{Answer, Question, SourcePages, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, Reply, Server};

const NAMES: [&str; 12] = [
    "Albrecht Pumpen GmbH",
    "Bauer & Söhne KG",
    "Cramer Antriebe AG",
    "Dietz Metallbau GmbH",
    "Eichner Automation GmbH",
    "Fichtel Werkzeuge GmbH",
    "Gruber Sensorik AG",
    "Hofer Lasertechnik GmbH",
    "Imhof Verpackung GmbH",
    "Jansen Robotik GmbH",
    "Kessel Hydraulik AG",
    "Lindner Messtechnik GmbH",
];

/// One exhibitor in some layout, with those who share its stand.
type Entry = fn(usize, &str) -> String;

/// A card with a list of those who share its stand below a caption.
fn card(n: usize, others: &str) -> String {
    let beside =
        if others.is_empty() { String::new() } else { format!("<span>Mitaussteller:</span><ul><li>{}</ul>", others.replace(';', "<li>")) };
    let trade = ["Pumpen", "Antriebe", "Blech"][n % 3];
    format!("<li class=ex><h3><a href=/a/{n}>{}</a></h3><p>{trade}</p><div>Halle {}, Stand B{n}</div>{beside}</li>", NAMES[n], n % 4 + 1)
}

fn paragraph(n: usize, others: &str) -> String {
    let beside = if others.is_empty() { String::new() } else { format!("<p>Mitaussteller: {}</p>", others.replace(';', ", ")) };
    format!("<li class=ex><h3>{}</h3><p>Halle {}, Stand B{n}</p>{beside}<p>Ort {n}</p></li>", NAMES[n], n % 4 + 1)
}

fn row(n: usize, others: &str) -> String {
    let beside = if others.is_empty() { String::new() } else { format!("<tr><td colspan=3>Mitaussteller: {others}</td></tr>") };
    format!("<tr><td><a href=/a/{n}>{}</a></td><td>Halle {}</td><td>{}.20{n}</td></tr>{beside}", NAMES[n], n % 4 + 1, n % 4 + 1)
}

async fn records(world: &Inside) -> BTreeMap<String, Record> {
    let all = world.effects.store.absent(&"fair".parse().unwrap(), HashSet::new(), 999).await.unwrap();
    all.into_iter().map(|record| (record.title(), record)).collect()
}

async fn source(world: &Inside) -> SourcePages {
    let question = Question::Source { id: "fair".to_owned(), page: None, diff: false };
    let Answer::Source(view) = answer(&world.effects, &world.config, question, false).await.unwrap() else { panic!() };
    *view
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shares_a_stand_may_come_later() {
    for (what, entry, (open, close)) in [
        ("cards", card as Entry, ("<ul>", "</ul>")),
        ("paragraphs", paragraph, ("<ul>", "</ul>")),
        ("rows", row, ("<table><tr><th>Aussteller<th>Halle<th>Stand</tr>", "</table>")),
    ] {
        let later = Arc::new(Mutex::new(false));
        let now = Arc::clone(&later);
        let server = Server::start(move |seen| {
            if seen.path != "/list" {
                return Reply::status(404);
            }
            let later = *now.lock().unwrap();
            let others = |n: usize| if later && n % 4 == 1 { format!("Nordwind {n} AG;Hydra {n} Systeme") } else { String::new() };
            let all: String = (0..NAMES.len()).map(|n| entry(n, &others(n))).collect();
            Reply::html(format!("<html lang=de><title>Aussteller</title><main><h1>Aussteller 2026</h1>{open}{all}{close}</main></html>"))
        });
        let source_of = format!(
            "\n[[source]]\nid = \"fair\"\nkind = \"directory\"\nurl = \"{}/list\"\nevery = \"1d\"\njitter = \"0s\"\nconfirm = \"off\"\ndetail = \"off\"\n",
            server.address
        );
        let world = Inside::new(&source_of).await;
        world.visit().await;
        let before = records(&world).await;
        assert_eq!(before.len(), 12, "{what}");
        *later.lock().unwrap() = true;
        for _ in 0..3 {
            world.wait(SignedDuration::from_hours(24));
            world.visit().await;
        }
        let view = source(&world).await;
        assert_eq!((view.source.trouble, view.source.health.as_str()), (None, "well"), "{what}: {:?}", view.source.reason);
        let after = records(&world).await;
        assert_eq!(after.len(), 18, "{what}: {:?}", after.keys());
        for (name, record) in &before {
            assert_eq!(after[name].fields, record.fields, "{what}");
        }
        for (name, host) in [("Nordwind 5 AG", 5), ("Hydra 9 Systeme", 9)] {
            assert_eq!(after[name].text("stand"), before[NAMES[host]].text("stand"), "{what}: {name}");
            assert!(after[name].text("stand").is_some(), "{what}: {:?}", after[NAMES[host]].fields);
        }
    }
}
