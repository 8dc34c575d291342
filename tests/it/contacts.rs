//! Contacts of members: numbers of countries that only the members' own pages tell, contacts of the site that stand on each of them, and one name for
//! who is renamed; on loopback, the daemon's steps on a clock moved by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use atalaya::model::{FactName, Organisation};
use atalaya::web::{Answer, OrganisationView, Question, answer};
use jiff::SignedDuration;

use crate::rig::{Home, Inside, MAILS, Reply, Server, points, rep};

const NAMES: [&str; 6] = ["Alder Joinery Ltd", "Brook Bakery", "Cove Marine Ltd", "Dale Printworks", "Eden Timber Co", "Fell Castings Ltd"];

fn list(lang: &str, names: &[&str]) -> String {
    let member = |(n, name): (usize, &&str)| format!("<li class=m><h3><a href=/m/{n}>{name}</a></h3><p>Member since 19{}</p></li>", 70 + n);
    let members: String = names.iter().enumerate().map(member).collect();
    format!("<html lang={lang}><head><title>Members</title></head><body><h1>Members</h1><ul>{members}</ul></body></html>")
}

/// A directory whose list has no telephone; what members' own pages say follows from their number.
fn directory(lang: &'static str, names: &'static [&'static str], own: fn(usize) -> String) -> Server {
    Server::start(move |seen| match seen.path.strip_prefix("/m/").and_then(|n| n.parse::<usize>().ok()) {
        Some(n) if n < names.len() => {
            Reply::html(format!("<html lang={lang}><head><title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>", names[n], own(n)))
        }
        None if seen.path == "/members" => Reply::html(list(lang, names)),
        _ => Reply::status(404),
    })
}

fn config(site: &str) -> String {
    format!(
        "\n[[source]]\nid = \"chamber\"\nkind = \"directory\"\nurl = \"{site}/members\"\nevery = \"6h\"\njitter = \"0s\"\nconfirm = \"off\"\nbaseline = \"batch\"\n\
         \n[[segment]]\nid = \"all\"\nline = 5\n"
    ) + &points("organisation-listed", 20)
        + &points("record-changed", 20)
        + &rep("ana", "UTC", "daily 09:00")
        + MAILS
}

async fn organisations(world: &Inside) -> BTreeMap<String, Organisation> {
    let all = world.effects.store.organisations_after(None, 99).await.unwrap();
    all.into_iter().map(|one| (one.title().to_owned(), one)).collect()
}

/// The telephone numbers of everybody, in the order of their names.
async fn phones(world: &Inside) -> Vec<String> {
    let told = |one: &Organisation| one.facts(FactName::Phone).map(|fact| fact.value.text()).collect::<Vec<_>>().join(" ");
    organisations(world).await.values().map(told).collect()
}

async fn show(world: &Inside, name: &str) -> OrganisationView {
    let question = Question::Organisation { name: name.to_owned() };
    match answer(&world.effects, &world.config, question, false).await.unwrap() {
        Answer::Organisation(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_members_are_read_by_the_country_of_their_own_pages_or_kept() {
    let british: fn(usize) -> String =
        |n| format!("<p>{n} Dock Street, Hull HU1 3D{}</p><p>Tel: 01482 555 12{n}</p>", ['A', 'B', 'D', 'E', 'F', 'G'][n]);
    let swedish: fn(usize) -> String = |n| format!("<p>Hamngatan {n}</p><p>Telefon: 031-12 34 5{n}</p>");
    let russian: fn(usize) -> String = |n| format!("<p>г. Воткинск</p><p>Телефон: 8 (34147) 5-12-3{n}</p>");
    let nowhere: fn(usize) -> String = |n| format!("<p>Dock Street {n}</p><p>Tel: 01482 555 12{n}</p>");
    for (lang, own, country, first) in [
        ("en", british, Some("GB"), "+441482555120"),
        ("sv", swedish, Some("SE"), "+4631123450"),
        ("ru", russian, Some("RU"), "+73414751230"),
        ("en", nowhere, None, "01482 555 120"),
    ] {
        let server = directory(lang, &NAMES, own);
        let home = Home::new("");
        let shown = home.json(&["source", "add", &format!("{}/members", server.address), "--id", "chamber", "--dry-run"]);
        let (toml, unsure) = (shown["chosen"]["toml"].as_str().unwrap(), shown["chosen"]["unsure"].to_string());
        assert_eq!(toml.contains("\ncountry = "), country.is_some(), "{toml}");
        if let Some(country) = country {
            assert!(toml.contains(&format!("\ncountry = \"{country}\"")), "{toml}");
        } else {
            assert!(unsure.contains("3 telephone numbers are kept as written") && unsure.contains("country = "), "{unsure}");
        }
        let field = if country.is_some() { "phone" } else { "phone_as_written" };
        let told = shown["chosen"]["own_fields"].as_array().unwrap().iter().find(|one| one["name"] == field).cloned().unwrap_or_default();
        assert_eq!(told["records"], 3, "{shown:#}");

        // Without `country` in the settings, too.
        let world = Inside::new(&config(&server.address)).await;
        world.visit().await;
        assert_eq!(phones(&world).await.first().map(String::as_str), Some(first), "{lang}");
        let view = show(&world, NAMES[0]).await;
        let value = view.values.iter().find(|value| value.field == field).unwrap_or_else(|| panic!("{view:#?}"));
        assert_eq!(value.note.is_some(), country.is_none(), "{value:?}");
        let Answer::Source(source) =
            answer(&world.effects, &world.config, Question::Source { id: "chamber".to_owned(), page: None, diff: false }, false)
                .await
                .unwrap()
        else {
            panic!()
        };
        assert_eq!(format!("{source:?}").contains("6 telephone numbers are kept as written"), country.is_none(), "{source:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_of_the_site_on_every_own_page_are_no_members() {
    // The chamber's stand first, and the last member has none of its own.
    let own: fn(usize) -> String = |n| {
        let member = if n < 5 { format!("<p>Tel: 01482 555 12{n}</p><p>E-mail: office@member{n}.co.uk</p>") } else { String::new() };
        format!(
            "<div class=side><p>Hull HU1 3DA</p><p>Tel: 01482 324 976</p><p>E-mail: hello@hullchamber.co.uk</p></div><div>{member}</div>"
        )
    };
    let server = directory("en", &NAMES, own);
    let world = Inside::new(&config(&server.address)).await;
    world.visit().await;
    let want = ["+441482555120", "+441482555121", "+441482555122", "+441482555123", "+441482555124", ""];
    assert_eq!(phones(&world).await, want);
    let mails = |one: &Organisation| one.facts(FactName::Email).map(|fact| fact.value.text()).collect::<String>();
    let told: Vec<String> = organisations(&world).await.values().map(mails).collect();
    assert_eq!(
        told,
        ["office@member0.co.uk", "office@member1.co.uk", "office@member2.co.uk", "office@member3.co.uk", "office@member4.co.uk", ""]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_member_is_put_right_when_the_second_shows_whose_a_contact_is() {
    // One member after the other gets a page.
    let there = Arc::new(Mutex::new(1));
    let now = Arc::clone(&there);
    let server = Server::start(move |seen| match seen.path.strip_prefix("/m/").and_then(|n| n.parse::<usize>().ok()) {
        Some(n) if n < *now.lock().unwrap() => {
            Reply::html(format!("<html lang=en><h1>{}</h1><p>Hull HU1 3DA</p><p>Tel: 01482 324 976</p></html>", NAMES[n]))
        }
        None if seen.path == "/members" => {
            let with = *now.lock().unwrap();
            let bare = |page: String, n: usize| page.replace(&format!("<a href=/m/{n}>{}</a>", NAMES[n]), NAMES[n]);
            Reply::html((with..NAMES.len()).fold(list("en", &NAMES), bare))
        }
        _ => Reply::status(404),
    });
    let world = Inside::new(&config(&server.address)).await;
    world.visit().await;
    assert_eq!(phones(&world).await.concat(), "+441482324976");
    *there.lock().unwrap() = 2;
    for _ in 0..2 {
        world.wait(SignedDuration::from_hours(7));
        world.visit().await;
    }
    assert_eq!(phones(&world).await.concat(), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_renamed_has_one_name_everywhere_with_the_one_before_beside_it() {
    let renamed = Arc::new(Mutex::new(false));
    let now = Arc::clone(&renamed);
    let server = Server::start(move |seen| {
        if seen.path != "/members" {
            return Reply::status(404);
        }
        let name = |n: usize| if n == 2 && *now.lock().unwrap() { "Harbour Yachts Ltd" } else { NAMES[n] };
        let member = |n: usize| format!("<li class=m><h3>{}</h3><p>Tel. +44 1482 555 12{n}</p><p>Hull</p></li>", name(n));
        Reply::html(format!("<html lang=en><h1>Members</h1><ul>{}</ul></html>", (0..6).map(member).collect::<String>()))
    });
    let world = Inside::new(&config(&server.address)).await;
    world.visit().await;
    world.wait(SignedDuration::from_hours(30));
    world.drain().await;
    *renamed.lock().unwrap() = true;
    world.visit().await;
    let all = organisations(&world).await;
    assert!(all.contains_key("Harbour Yachts Ltd") && !all.contains_key(NAMES[2]), "{:?}", all.keys());
    let view = show(&world, "Harbour Yachts").await;
    assert_eq!((view.organisation.name.as_str(), view.organisation.formerly.as_deref()), ("Harbour Yachts Ltd", Some(NAMES[2])));
    assert_eq!(view.values.iter().find(|value| value.field == "name").map(|value| value.value.as_str()), Some("Harbour Yachts Ltd"));
    let leads = Question::Leads { segment: None, state: None, owner: None, limit: 50 };
    let Answer::Leads(leads) = answer(&world.effects, &world.config, leads, false).await.unwrap() else { panic!() };
    let lead = leads.iter().find(|lead| lead.title == "Harbour Yachts Ltd").unwrap_or_else(|| panic!("{leads:#?}"));
    assert_eq!(lead.formerly.as_deref(), Some(NAMES[2]));
    let before = world.written("mail").len();
    world.wait(SignedDuration::from_hours(30));
    world.drain().await;
    let mail = world.written("mail")[before..].concat();
    assert!(mail.contains("Harbour Yachts Ltd") && mail.contains("formerly Cove Marine Ltd"), "{mail}");
}
