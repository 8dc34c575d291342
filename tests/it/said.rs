//! What texts say and what kind of client somebody is, with the real program: two papers, one article, one reason, and its proof.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::rig::{Home, MAILS, Reply, Server, listing, rep};

const FIELDS: &str = "title = \"a\", url = \"a @href\", company = \"b\", place = \"i\", industry = \"u\", size = \"em\", summary = \"p\"";
const SENTENCE: &str = "Conservas Ruiz busca proveedores de cartón para su planta.";

fn row(number: usize, title: &str, company: &str, industry: &str, summary: &str) -> String {
    let size = if company.starts_with("Otra") { "doce empleados" } else { "50-99" };
    format!("<li><a href=/n/{number}>{title}</a> <b>{company}</b> <i>Vigo</i> <u>{industry}</u> <em>{size}</em> <p>{summary}</p></li>")
}

/// Two papers with one old article, and the same new one once they are told to.
fn papers() -> (Server, Arc<AtomicBool>) {
    let is_out = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&is_out);
    let site = Server::start(move |seen| {
        if seen.path != "/one" && seen.path != "/two" {
            return Reply::status(404);
        }
        let mut rows = row(1, "Otra abre una nueva tienda", "Otra, S.L.", "Varios", "Otra busca proveedores.");
        if shown.load(Ordering::SeqCst) {
            let title = "Conservas Ruiz amplía su red de proveedores en Galicia";
            let twice = format!("{SENTENCE} Nada más.");
            // One of the papers brings it twice, under another address.
            if seen.path == "/two" {
                rows += &row(3, title, "Conservas Ruiz, S.L.", "Alimentación &gt; Conservas", &twice);
            }
            rows += &row(2, title, "Conservas Ruiz, S.L.", "Alimentación &gt; Conservas", &format!("{SENTENCE} Nada más."));
        }
        Reply::html(format!("<html lang=es><head><title>News</title></head><body><ul>{rows}</ul></body></html>"))
    });
    (site, is_out)
}

fn segment() -> &'static str {
    "\n[[segment]]\nid = \"all\"\nline = 5\ngates = [{ size_band = [\"medium\"] }, { exclude = \"reseller\" }]\n\n[[segment.points]]\nsignal = \
     \"request-for-suppliers\"\npoints = 20\nwhy = \"looks for suppliers\"\n\n[[segment.points]]\nwhen = { nace = [\"10\"], government = false }\n\
     points = 10\nwhy = \"makes food\"\n"
}

fn rows<'a>(view: &'a Value, key: &str) -> Vec<&'a Value> {
    view[key].as_array().unwrap().iter().collect()
}

#[test]
fn one_event_in_two_papers_is_one_signal_with_its_sentence_and_the_kind_of_client_is_proved() {
    let (site, is_out) = papers();
    let paper = |name: &str| {
        let url = format!("{}/{name}", site.address);
        listing(name, &url, "1s", FIELDS) + "records = \"article\"\nlanguage = \"es\"\n"
    };
    let home = Home::new(&[&paper("one"), &paper("two"), segment(), &rep("ana", "Europe/Madrid", "every 1s"), MAILS].concat());
    let daemon = home.start();
    let visits = |count: usize| {
        for path in ["/one", "/two"] {
            (0..count).for_each(|_| _ = site.next(|seen| seen.path == path));
        }
    };
    visits(2);
    is_out.store(true, Ordering::SeqCst);
    visits(4);
    let (code, log) = daemon.stop();
    assert_eq!(code, Some(0), "{log}");

    let leads = home.json(&["lead", "list"]);
    let ids: Vec<&str> = leads.as_array().unwrap().iter().map(|lead| lead["id"].as_str().unwrap()).collect();
    let [id] = ids[..] else { panic!("one lead: what was there at first is no news: {leads:#}") };
    let lead = home.json(&["lead", "explain", id]);
    let parts: Vec<(&str, &str)> =
        rows(&lead, "parts").into_iter().map(|part| (part["why"].as_str().unwrap(), part["quote"].as_str().unwrap())).collect();
    assert_eq!(parts.iter().filter(|(why, _)| *why == "looks for suppliers").count(), 1, "{lead:#}");
    assert!(parts.contains(&("makes food", "Alimentación > Conservas")), "{parts:?}");
    let told: Vec<&str> = rows(&lead, "signals").into_iter().map(|signal| signal[1].as_str().unwrap()).collect();
    assert_eq!(told.iter().filter(|told| told.starts_with("The press writes")).count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|told| told.starts_with("Looks for a supplier: “Conservas Ruiz ")).count(), 1, "{told:?}");
    let profile: Vec<String> =
        rows(&lead, "profile").into_iter().map(|line| format!("{} {}", line[0].as_str().unwrap(), line[1].as_str().unwrap())).collect();
    assert_eq!(profile, ["nace 10", "size_band medium", "government no", "state_owned unknown", "reseller no"], "{lead:#}");

    let unmapped = home.json(&["org", "unmapped"]);
    let categories: Vec<&str> = unmapped.as_array().unwrap().iter().map(|one| one["category"].as_str().unwrap()).collect();
    assert_eq!(categories, ["Varios", "doce empleados"]);
}

#[test]
fn read_and_check_show_what_a_text_says() {
    let (site, is_out) = papers();
    is_out.store(true, Ordering::SeqCst);
    let source = listing("one", &format!("{}/one", site.address), "1h", FIELDS) + "records = \"article\"\n";
    let home = Home::new(&[&source, segment(), &rep("ana", "Europe/Madrid", "every 1s"), MAILS].concat());
    let page = home.path("page.html");
    let text = "We make boxes in Leeds and we have done so for forty years. We are looking for suppliers of cardboard. ".repeat(3);
    std::fs::write(&page, format!("<html><body><main><h1>Boxes</h1><p>{text}</p></main></body></html>")).unwrap();
    let read = home.json(&["read", page.to_str().unwrap()]);
    let said: Vec<&Value> = rows(&read, "signals");
    assert_eq!(said.len(), 1, "{read:#}");
    assert_eq!(
        (&said[0]["kind"], &said[0]["sentence"]),
        (&"request-for-suppliers".into(), &"We are looking for suppliers of cardboard.".into())
    );
    let check = home.json(&["check", "one"]);
    let said: Vec<String> = rows(&check, "records")
        .into_iter()
        .flat_map(|record| rows(record, "signals"))
        .map(|said| format!("{} {}", said["kind"].as_str().unwrap(), said["sentence"].as_str().unwrap()))
        .collect();
    assert!(said.contains(&"branch-opened Otra abre una nueva tienda".to_owned()), "{said:?}");
    assert_eq!(said.iter().filter(|said| said.starts_with("request-for-suppliers")).count(), 2, "{said:?}");
}
