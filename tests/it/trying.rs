//! What somebody sees who tries a source before it runs: the edited file beside a running daemon, records that name nobody, pages that hold a
//! list, and own pages of records that are many, or not there.

use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::base::ids::SourceId;
use atalaya::model::{OwnPage, Page, Record};
use jiff::SignedDuration;
use serde_json::Value;

use crate::rig::{Home, Inside, OFFER, Reply, Server, listing, program};

fn words(output: &Output) -> String {
    [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat()
}

fn html(main: &str) -> Reply {
    Reply::html(format!("<!doctype html><html lang=en><head><title>Members</title></head><body><h1>Members</h1>{main}</body></html>"))
}

fn firms(from: usize, to: usize) -> String {
    let towns = ["Burgos", "Soria", "Lerma", "Palencia", "Aranda"];
    let row = |n| format!("<li><a href=/firm/{n}>Talleres Numero {n}, S.L.</a> <b>Maker {n}, S.L.</b> <span>{}</span></li>", towns[n % 5]);
    format!("<ul>{}</ul>", (from..to).map(row).collect::<String>())
}

fn remarks(check: &Value) -> Vec<&str> {
    check["remarks"].as_array().unwrap().iter().map(|remark| remark.as_str().unwrap()).collect()
}

#[test]
fn a_source_that_was_edited_or_added_is_tried_as_it_is_written_beside_a_running_daemon() {
    let site = Server::start(|seen| match seen.path.as_str() {
        "/one" => html(&firms(0, 3)),
        "/two" => html(&firms(10, 14)),
        _ => Reply::status(404),
    });
    let at = |path: &str| format!("{}{path}", site.address);
    let home = Home::new(&listing("one", &at("/one"), "1h", OFFER));
    let daemon = home.start();
    site.next(|seen| seen.path == "/one");
    assert_eq!(remarks(&home.json(&["check", "one"])), Vec::<&str>::new(), "what is written is what runs");

    let both = listing("one", &at("/one"), "1h", "title = \"b\"") + &listing("two", &at("/two"), "1h", OFFER);
    home.configure(&both);
    let two = home.json(&["check", "two"]);
    assert_eq!(two["records"].as_array().unwrap().len(), 4, "{two:#}");
    let said = remarks(&two);
    assert!(said[0].contains("as it is on disk") && said[0].contains("source two added") && said[0].contains("reload"), "{said:?}");
    let one = home.json(&["check", "one"]);
    assert_eq!(one["records"][0]["fields"]["title"], "Maker 0, S.L.", "{one:#}");
    assert!(one["records"][0]["fields"]["url"].is_null() && remarks(&one)[0].contains("source one changed: reading"), "{one:#}");

    // Another file than the daemon's is read where it is named.
    let draft = std::fs::read_to_string(home.path("atalaya.toml")).unwrap().replace("id = \"two\"", "id = \"three\"");
    std::fs::write(home.path("draft.toml"), draft).unwrap();
    let three = program().arg("--config").arg(home.path("draft.toml")).args(["check", "three", "--json"]).output().unwrap();
    assert!(three.status.success() && words(&three).contains("source three added"), "{}", words(&three));

    home.configure(&both.replace("confirm", "confrim"));
    let broken = home.run(&["check", "one"]);
    assert!(broken.status.success() && words(&broken).contains("is broken"), "{}", words(&broken));
    let (code, log) = daemon.stop();
    assert_eq!(code, Some(0), "{log}");
}

const SAID: &str = "none of its 3 records names an organisation";

#[test]
fn records_that_name_nobody_are_said_to_with_the_setting_that_names_them() {
    let item = |n: usize| {
        format!(
            "<item><title>Plant {n} opens</title><link>https://press.example/{n}</link><pubDate>Fri, 27 Nov 2026 10:00:00 +0100</pubDate></item>"
        )
    };
    let feed = format!("<rss version=\"2.0\"><channel><title>Press</title>{}</channel></rss>", (0..3).map(item).collect::<String>());
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/feed.xml" => Reply { status: 200, headers: vec![("content-type", "application/rss+xml".into())], body: feed.clone().into() },
        _ => Reply::status(404),
    });
    let press =
        |more: &str| format!("[[source]]\nid = \"press\"\nkind = \"feed\"\nurl = \"{}/feed.xml\"\nevery = \"1h\"\n{more}", site.address);
    let home = Home::new(&press(""));
    let shown = words(&home.run(&["check", "press"]));
    assert!(shown.contains(SAID) && shown.contains("fields = { company = "), "{shown}");
    // A time is told by the clock of the zone that is set; here none is.
    assert!(shown.contains("2026-11-27 09:00 UTC"), "{shown}");
    let noted = words(&home.run(&["config", "check"]));
    assert!(noted.contains("Note: source \"press\": none of its fields names an organisation"), "{noted}");
    let daemon = home.start();
    site.next(|seen| seen.path == "/feed.xml");
    assert!((0..500).any(|_| home.json(&["source", "show", "press"])["source"]["records"] == 3), "it is read");
    let shown = words(&home.run(&["source", "show", "press"]));
    assert!(shown.contains(SAID), "{shown}");
    daemon.stop();
    home.configure_daemon("zone = \"Europe/Madrid\"", &press(""));
    for arguments in [vec!["check", "press"], vec!["check", &format!("{}/feed.xml", site.address)]] {
        let shown = words(&home.run(&arguments));
        assert!(shown.contains("2026-11-27 10:00 +01:00") && !shown.contains(" UTC"), "{shown}");
    }
    home.configure(&press("fields = { company = { from = \"title\", regex = \"^(.+) opens\" } }\n"));
    for arguments in [["check", "press"], ["config", "check"]] {
        let shown = words(&home.run(&arguments));
        assert!(!shown.contains("names an organisation"), "{arguments:?}: {shown}");
    }
}

#[test]
fn a_page_that_holds_a_list_is_said_to_when_it_is_read_as_a_page() {
    let site = Server::start(|seen| match seen.path.as_str() {
        "/members" => html(&firms(0, 12)),
        "/pair" => html(&firms(0, 2)),
        "/about" => html("<p>We have been making crates since 1950, and like it.</p>"),
        _ => Reply::status(404),
    });
    let home = Home::new("");
    let members = words(&home.run(&["check", &format!("{}/members", site.address)]));
    for want in ["read as page", "a list of 12 records", "kind = \"directory\"", "atalaya source add http", "atalaya read http"] {
        assert!(members.contains(want), "{want}: {members}");
    }
    let about = words(&home.run(&["check", &format!("{}/about", site.address)]));
    assert!(!about.contains("seems to hold a list"), "{about}");
    // Two of them are shown with why they are taken for none.
    let pair = format!("{}/pair", site.address);
    for how in ["--json", "--quiet"] {
        let shown = words(&home.run(&["read", &pair, how]));
        assert!(shown.contains("a list of 2: too short to be sure that it is one") && shown.contains("Talleres Numero 1"), "{shown}");
    }
    let added = words(&home.run(&["source", "add", &pair, "--dry-run"]));
    assert!(added.contains("lists of the page: a list of 2: too short to be sure that it is one"), "{added}");
}

/// A list whose records have their own pages, and how often one of these was asked for.
fn directory(site: &Server) -> String {
    let fields = "name = \"a\", url = \"a @href\"";
    listing("firms", &format!("{}/", site.address), "1h", fields).replace("\"listing\"", "\"directory\"")
        + "detail_fields = { phone = \"tt\" }\ncountry = \"ES\"\n"
}

fn asked(site: &Server, path: &str) -> usize {
    site.all().iter().filter(|seen| seen.path == path).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn own_pages_are_all_read_though_they_are_many_and_the_list_stays_as_it_is() {
    let site = Server::start(|seen| match seen.path.as_str() {
        "/" => html(&firms(0, 130)),
        firm if firm.starts_with("/firm/") => html("<tt>947 200 331</tt>"),
        _ => Reply::status(404),
    });
    let inside = Inside::new(&directory(&site)).await;
    let firms = || site.all().iter().filter(|seen| seen.path.starts_with("/firm/")).count();
    inside.visit().await;
    assert_eq!(firms(), 100, "the limit of one visit");
    inside.wait(SignedDuration::from_hours(1));
    inside.visit().await;
    assert_eq!(firms(), 30, "the rest, though the list is the same");
    inside.wait(SignedDuration::from_hours(1));
    inside.visit().await;
    assert_eq!(firms(), 0);
    // A dry run reads a few of them, and says so.
    let home = Home::new(&directory(&site));
    let check = home.json(&["check", "firms"]);
    assert!(remarks(&check).iter().any(|remark| remark.contains("the own pages of 3 of 130 records")), "{:?}", remarks(&check));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_page_that_is_not_there_is_asked_for_ever_more_rarely_and_at_once_when_its_record_changes() {
    let (clock, name, back) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (shown, is_back) = (Arc::clone(&name), Arc::clone(&back));
    let site = Server::start(move |seen| match seen.path.as_str() {
        // The other is called otherwise at each visit, so that the list is read.
        "/" => html(&format!(
            "<ul><li><a href=/firm/1>Firm {}</a></li><li><a href=/firm/2>Other {}</a></li></ul>",
            shown.load(Ordering::SeqCst),
            clock.fetch_add(1, Ordering::SeqCst),
        )),
        "/firm/2" => html("<tt>947 200 332</tt>"),
        "/firm/1" if is_back.load(Ordering::SeqCst) > 0 => html("<tt>947 200 331</tt>"),
        _ => Reply::status(404),
    });
    let inside = Inside::new(&(directory(&site) + "key = \"url\"\n")).await;
    let mut tries = Vec::new();
    for hour in 0..16 {
        inside.visit().await;
        if asked(&site, "/firm/1") > 0 {
            tries.push(hour);
        }
        inside.wait(SignedDuration::from_hours(1));
    }
    assert_eq!(tries, [0, 1, 3, 7, 15], "twice the wait at each");
    name.store(1, Ordering::SeqCst);
    inside.visit().await;
    assert_eq!(asked(&site, "/firm/1"), 1, "another name: asked at once");
    back.store(1, Ordering::SeqCst);
    inside.wait(SignedDuration::from_hours(24 * 40));
    inside.visit().await;
    let source: SourceId = "firms".parse().unwrap();
    let root = Page::id_of(&source, &format!("{}/", site.address).parse().unwrap());
    let members = inside.effects.store.page(root).await.unwrap().unwrap().members;
    let records: Vec<Record> = inside.effects.store.records(members).await.unwrap();
    assert!(records.iter().all(|record| matches!(record.own_page, OwnPage::Seen { .. }) && record.text("phone").is_some()), "{records:#?}");
    inside.effects.store.close().await;
}
