//! What texts say and what kind of client somebody is, with the real program: two papers, one article, one reason, and its proof.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use atalaya::store::LeadFilter;
use jiff::SignedDuration;
use serde_json::Value;

use crate::rig::{Home, Inside, LINES, MAILS, Reply, Server, listing, points, rep};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_copy_of_an_article_that_names_the_company_gives_the_lead_and_one_link_may_be_two_articles() {
    let old = || row(1, "Otra abre una nueva tienda", "Otra, S.L.", "Varios", "Nada.");
    let shown = Arc::new(Mutex::new([old(), old()]));
    let rows = Arc::clone(&shown);
    let site = Server::start(move |seen| {
        let Some(place) = ["/one", "/two"].iter().position(|path| *path == seen.path) else { return Reply::status(404) };
        Reply::html(format!("<html lang=es><body><ul>{}</ul></body></html>", rows.lock().unwrap()[place]))
    });
    let paper =
        |name: &str| listing(name, &format!("{}/{name}", site.address), "1h", FIELDS) + "records = \"article\"\nlanguage = \"es\"\n";
    let all = "\n[[segment]]\nid = \"all\"\nline = 5\n".to_owned() + &points("article-published", 20);
    let world = Inside::new(&[paper("one"), paper("two"), all, LINES.to_owned()].concat()).await;
    world.visit().await;
    let after = async |place: usize, row: String| {
        shown.lock().unwrap()[place] += &row;
        world.wait(SignedDuration::from_hours(2));
        world.visit().await;
        let leads = world.effects.store.leads(LeadFilter::default(), 99).await.unwrap();
        let mut titles: Vec<String> = leads.into_iter().map(|lead| lead.title).collect();
        titles.sort();
        titles
    };
    let red = |company: &str| row(2, "Una conservera de Vigo amplía su planta", company, "", "Con cuarenta empleos nuevos.");
    assert_eq!(after(0, red("")).await.len(), 1, "it is not known yet of whom");
    let named = after(1, red("Conservas Ruiz, S.L.")).await;
    assert!(named.len() == 2 && named.contains(&"Conservas Ruiz, S.L.".to_owned()), "{named:?}");
    // A copy that names nobody tells nothing beside one that does.
    let port = |company: &str| row(4, "El puerto de Vigo estrena grúas nuevas", company, "", "Llegan en otoño.");
    assert_eq!(after(0, port("Grúas Cíes, S.A.")).await.len(), 3);
    assert_eq!(after(1, port("")).await.len(), 3);
    // Two articles at one address.
    assert_eq!(after(0, row(9, "Ferretería Lago abre en Lugo", "Ferretería Lago, S.L.", "", "Es la tercera.")).await.len(), 4);
    let both = after(1, row(9, "Cierra la imprenta más antigua", "Imprenta Faro, S.A.", "", "Tras cien años.")).await;
    assert!(both.len() == 5 && both.contains(&"Imprenta Faro, S.A.".to_owned()), "{both:?}");
}

/// An article of a paper that says whose it is, and speaks of another company too: each has what is said of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sentence_of_an_article_is_of_the_company_that_it_names() {
    let shown = Arc::new(Mutex::new(row(1, "Nothing new", "Acme, S.A.", "Food", "Nothing.")));
    let rows = Arc::clone(&shown);
    let site = Server::start(move |_| Reply::html(format!("<html lang=en><body><ul>{}</ul></body></html>", rows.lock().unwrap())));
    for own in ["", "organisation = \"Acme, S.A.\"\n"] {
        let paper = listing("paper", &format!("{}/", site.address), "1h", FIELDS) + "records = \"article\"\nlanguage = \"en\"\n" + own;
        let all = "\n[[segment]]\nid = \"all\"\nline = 5\n".to_owned()
            + &points("branch-opened", 20)
            + &points("request-for-suppliers", 10)
            + &points("exhibitor-listed", 5)
            + &points("vacancy-published", 1);
        let world = Inside::new(&[paper, all, LINES.to_owned()].concat()).await;
        *shown.lock().unwrap() = row(1, "Nothing new", "Acme, S.A.", "Food", "Nothing.");
        world.visit().await;
        let told = async || {
            let mut told = Vec::new();
            for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
                let atalaya::model::Subject::Organisation(organisation) = lead.subject;
                for signal in world.effects.store.signals_of(organisation, 99).await.unwrap() {
                    told.push(format!("{}: {} “{}”", lead.title, signal.kind.word(), signal.evidence.quote));
                }
            }
            told.retain(|line| !line.contains("article-published"));
            told.sort();
            told
        };
        *shown.lock().unwrap() += &row(
            2,
            "News of the coast",
            "Acme, S.A.",
            "Food",
            "Acme S.A. opens a new plant in Vigo. Beta GmbH looks for suppliers of steel. It is hiring welders. We are hiring drivers. \
             After buying Acme S.A., Gamma Ltd and Delta plc will exhibit at PackExpo.",
        );
        world.wait(SignedDuration::from_hours(2));
        world.visit().await;
        let first = [
            "Acme, S.A.: branch-opened “Acme S.A. opens a new plant in Vigo.”",
            "Acme, S.A.: vacancy-published “We are hiring drivers.”",
            "Beta GmbH: request-for-suppliers “Beta GmbH looks for suppliers of steel.”",
            "Beta GmbH: vacancy-published “It is hiring welders.”",
            "Delta plc: exhibitor-listed “After buying Acme S.A., Gamma Ltd and Delta plc will exhibit at PackExpo.”",
            "Gamma Ltd: exhibitor-listed “After buying Acme S.A., Gamma Ltd and Delta plc will exhibit at PackExpo.”",
        ];
        assert_eq!(told().await, first, "{own}");
        // The article is there as long as it is shown, and what it says of others with it.
        for _ in 0..4 {
            world.wait(SignedDuration::from_hours(2));
            world.visit().await;
        }
        assert_eq!(told().await, first, "{own}");
    }
}

/// An article that names nobody in a field of its own is the story of whom its sentences name: the gates of those count for it, and nobody is told of
/// it beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_of_nobody_is_the_story_of_whom_its_sentences_name() {
    let shown = Arc::new(Mutex::new(row(1, "Nothing new", "", "", "Nothing.")));
    let rows = Arc::clone(&shown);
    let site = Server::start(move |_| Reply::html(format!("<html lang=en><body><ul>{}</ul></body></html>", rows.lock().unwrap())));
    let articles = [
        // On the list by their sentences, and by their words alone.
        ("Harbour Logistics Ltd to hire 120 drivers", "Harbour Logistics Ltd will hire 120 drivers before Christmas."),
        ("Prize for a haulier of Hull", "The haulier Harbour Logistics won the award on Friday."),
        (
            "A new plant in Kendal at last",
            "Tarn Foods Ltd has opened a new plant in Kendal. Tarn Foods is looking for packaging suppliers.",
        ),
        ("Two firms look for what they need", "Acme Ltd and Beta plc are looking for suppliers of jars."),
        ("Kirkby Cartons named supplier of the year", "Kirkby Cartons won over judges."),
    ];
    let rules = [String::new(), points("article-published", 20), points("branch-opened", 20) + &points("request-for-suppliers", 10)];
    for (at, rule) in rules.iter().enumerate() {
        *shown.lock().unwrap() = row(1, "Nothing new", "", "", "Nothing.");
        let paper = listing("paper", &format!("{}/", site.address), "1h", FIELDS) + "records = \"article\"\nlanguage = \"en\"\n";
        let lists = "\n[lists]\ndo_not_contact = [\"Harbour Logistics Ltd\"]\n";
        let all = "\n[[segment]]\nid = \"all\"\nline = 0\ngates = [{ exclude = \"do-not-contact\" }]\n".to_owned() + rule;
        let world = Inside::new(&[paper, lists.to_owned(), all, LINES.to_owned()].concat()).await;
        world.visit().await;
        for (place, (title, text)) in articles.iter().enumerate() {
            *shown.lock().unwrap() += &row(place + 2, title, "", "", text);
        }
        let mut told = Vec::new();
        for _ in 0..3 {
            world.wait(SignedDuration::from_hours(2));
            world.visit().await;
            told.clear();
            for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
                let atalaya::model::Subject::Organisation(organisation) = lead.subject;
                let signals = world.effects.store.signals_of(organisation, 99).await.unwrap();
                let mut kinds: Vec<&str> = signals.iter().map(|signal| signal.kind.word()).collect();
                kinds.sort_unstable();
                if atalaya::route::for_rep(lead.state) {
                    told.push(format!("{}: {}", lead.title, kinds.join(", ")));
                }
            }
            told.sort();
        }
        let want = [
            "(not named yet): article-published",
            "Acme Ltd: article-published, request-for-suppliers",
            "Beta plc: article-published, request-for-suppliers",
            "Tarn Foods Ltd: article-published, branch-opened, request-for-suppliers",
        ];
        assert_eq!(told, want, "rules {at}");
    }
}

/// Press leaves legal forms out: who is known from a directory is whom the article is about, and only where the name is theirs alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_names_whom_a_directory_knows_without_their_legal_form() {
    let article = |n: usize, title: &str, text: &str| format!("<li><a href=/n/{n}>{title}</a> <p>{text}</p></li>");
    let shown = Arc::new(Mutex::new(article(1, "Nothing new", "Nothing.")));
    let rows = Arc::clone(&shown);
    let site = Server::start(move |seen| {
        let firm = |n: usize, name: &str| format!("<li><a href=/f/{n}>{name}</a></li>");
        let body = match seen.path.as_str() {
            "/firms" => ["Larkspur Packaging Ltd", "Fenwick Castors Ltd", "Fenwick Castors plc"]
                .iter()
                .enumerate()
                .map(|(n, name)| firm(n, name))
                .collect(),
            "/paper" => rows.lock().unwrap().clone(),
            _ => return Reply::status(404),
        };
        Reply::html(format!("<html lang=en><body><ul>{body}</ul></body></html>"))
    });
    let firms = listing("firms", &format!("{}/firms", site.address), "1h", "name = \"a\", url = \"a @href\"")
        + "records = \"company\"\ncountry = \"GB\"\n";
    let paper = listing("paper", &format!("{}/paper", site.address), "1h", "title = \"a\", url = \"a @href\", summary = \"p\"")
        + "records = \"article\"\nlanguage = \"en\"\ncountry = \"GB\"\n";
    let all = "\n[[segment]]\nid = \"all\"\nline = 5\n".to_owned() + &points("branch-opened", 20);
    let world = Inside::new(&[firms, paper, all, LINES.to_owned()].concat()).await;
    world.visit().await;
    *shown.lock().unwrap() +=
        &article(2, "Second Goole factory", "Larkspur Packaging has opened a second factory in Goole, creating 40 jobs.");
    *shown.lock().unwrap() += &article(3, "New hall", "Fenwick Castors has opened a new factory in Selby.");
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    let mut told: Vec<(String, usize)> = Vec::new();
    for lead in world.effects.store.leads(LeadFilter::default(), 99).await.unwrap() {
        let atalaya::model::Subject::Organisation(organisation) = lead.subject;
        let organisation = world.effects.store.organisation(organisation).await.unwrap().unwrap();
        told.push((lead.title, organisation.records.len()));
    }
    told.sort();
    // Two are called so: nobody knows which of them it is.
    assert_eq!(told, [("(not named yet)".to_owned(), 1), ("Larkspur Packaging Ltd".to_owned(), 2)]);
}
