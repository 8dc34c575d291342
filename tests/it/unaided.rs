//! Sources without selectors: what they read by themselves, and what becomes of it when the site is built anew; on a clock moved by hand.

use std::sync::{Arc, Mutex};

use atalaya::store::LeadFilter;
use atalaya::web::{Answer, Question, SourcePages, answer};
use jiff::SignedDuration;
use serde_json::Value;

use crate::rig::{Inside, LINES, MAILS, Reply, Server, points, rep};

/// So many firms, each by a template with its `{n}`; the own page of each names its province and mail, beside those of the site.
fn site() -> (Server, Arc<Mutex<(usize, &'static str)>>) {
    let shown = Arc::new(Mutex::new((12, CARDS)));
    let page = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let (firms, template) = *page.lock().unwrap();
        let main = match seen.path.strip_prefix("/firm/") {
            Some(n) => format!(
                "<h2>Talleres {n}, S.L.</h2><dl><dt>Provincia<dd>Teruel<dt>Mail<dd><a href='mailto:compras@talleres{n}.es'>write to us</a></dl>"
            ),
            None if seen.path == "/" => (10..10 + firms).map(|n| template.replace("{n}", &n.to_string())).collect(),
            None => return Reply::status(404),
        };
        Reply::html(format!(
            "<html><header>Call us: <a href='tel:+34915550100'>915 550 100</a></header><main>{main}</main><footer>mail@registry.es</footer></html>"
        ))
    });
    (server, shown)
}

/// How many firms a list shows, by which template, and by which one their own pages.
type Pages = Arc<Mutex<(usize, &'static str, &'static str)>>;

/// The same list of so many firms; their own pages say by template what they say.
fn site_of_own_pages() -> (Server, Pages) {
    let shown = Arc::new(Mutex::new((12, CARDS, WITH_MAIL)));
    let page = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let (firms, cards, own) = *page.lock().unwrap();
        let main: String = match seen.path.strip_prefix("/firm/") {
            Some(n) => own.replace("{n}", n),
            None if seen.path == "/" => (10..10 + firms).map(|n| cards.replace("{n}", &n.to_string())).collect(),
            None => return Reply::status(404),
        };
        Reply::html(format!("<html><header>Registry</header><main>{main}</main><footer>mail@registry.es</footer></html>"))
    });
    (server, shown)
}

const WITH_MAIL: &str =
    "<h2>Talleres {n}, S.L.</h2><dl><dt>Provincia<dd>Teruel<dt>Mail<dd><a href='mailto:compras@talleres{n}.es'>write to us</a></dl>";
const WITHOUT_MAIL: &str = "<h2>Talleres {n}, S.L.</h2><dl><dt>Provincia<dd>Teruel<dt>Mail<dd><button data-to=x>write to us</button></dl>";
const OTHER_CARDS: &str =
    "<li class=firm><h3><a href=/firm/{n}>Talleres {n}, S.L.</a></h3><p class=tel>944 00 11 {n}</p><p>Sector: Steel {n}</p></li>";

/// How many of the records have a mail address.
async fn with_mail(world: &Inside) -> usize {
    let mut ids = Vec::new();
    for organisation in world.effects.store.organisations_after(None, 99).await.unwrap() {
        ids.extend(organisation.records);
    }
    world.effects.store.records(ids).await.unwrap().iter().filter(|record| record.value("email").is_some()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_pages_that_are_built_otherwise_are_told_of_with_before_and_after() {
    let (server, shown) = site_of_own_pages();
    let world = Inside::with("notices = [\"lines\"]\n", &config(&server.address)).await;
    world.visit().await;
    assert_eq!((source(&world).await.source.trouble, with_mail(&world).await), (None, 12));

    // One firm without a mail address is no fault of the site.
    *shown.lock().unwrap() = (13, CARDS, WITHOUT_MAIL);
    pass(&world).await;
    assert_eq!((source(&world).await.source.trouble, told(&world)), (None, vec![]));
    // Six in a row are, though each visit brings but a few.
    for firms in [15, 16, 18] {
        *shown.lock().unwrap() = (firms, CARDS, WITHOUT_MAIL);
        pass(&world).await;
    }
    assert_eq!(source(&world).await.source.trouble.as_deref(), Some("drift"));
    let [(kind, text)] = &told(&world)[..] else { panic!("{:?}", told(&world)) };
    assert_eq!(kind, "source.ill");
    assert!(text.contains("`email` was on 100 % of the records' own pages and is now on 0 %"), "{text}");
    // What is read again meanwhile does not lose what was known.
    *shown.lock().unwrap() = (18, OTHER_CARDS, WITHOUT_MAIL);
    pass(&world).await;
    assert_eq!(with_mail(&world).await, 12);

    *shown.lock().unwrap() = (24, OTHER_CARDS, WITH_MAIL);
    pass(&world).await;
    assert_eq!((source(&world).await.source.trouble, with_mail(&world).await), (None, 18));
    assert_eq!(told(&world).last().map(|(kind, _)| kind.as_str()), Some("source.well"));
}

const CARDS: &str =
    "<li class=firm><h3><a href=/firm/{n}>Talleres {n}, S.L.</a></h3><p class=tel>944 00 11 {n}</p><p>Sector: Metal {n}</p></li>";
const ROWS: &str = "<tr><td>Metal {n}<td><a href=/firm/{n}>Talleres {n}, S.L.</a><td><a href='tel:9440011{n}'>call</a>";
const NO_PHONE: &str = "<li class=firm><h3><a href=/firm/{n}>Talleres {n}, S.L.</a></h3><p>Sector: Metal {n}</p></li>";
const SCRIPT: &str = "<script>load({n})</script>";

fn config(site: &str) -> String {
    format!(
        "\n[[source]]\nid = \"registry\"\nkind = \"directory\"\nurl = \"{site}/\"\nevery = \"6h\"\njitter = \"0s\"\nconfirm = \"off\"\ncountry = \"ES\"\n\
         \n[[segment]]\nid = \"all\"\nline = 5\n"
    ) + &points("organisation-listed", 20)
        + &points("record-changed", 20)
        + &rep("ana", "UTC", "daily 09:00")
        + MAILS
        + LINES
}

async fn source(world: &Inside) -> SourcePages {
    match answer(&world.effects, &world.config, Question::Source { id: "registry".to_owned(), page: None, diff: false }, false)
        .await
        .unwrap()
    {
        Answer::Source(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// Names of all leads.
async fn leads(world: &Inside) -> Vec<String> {
    let found = world.effects.store.leads(LeadFilter::default(), 100).await.unwrap();
    let mut names = Vec::new();
    for lead in found {
        let atalaya::model::Subject::Organisation(id) = lead.subject;
        names.extend(world.effects.store.organisation(id).await.unwrap().and_then(|organisation| organisation.name));
    }
    names.sort();
    names
}

async fn pass(world: &Inside) {
    for _ in 0..3 {
        world.wait(SignedDuration::from_hours(3));
        world.visit().await;
        world.drain().await;
    }
}

/// What the operator's machine was told of so far: type and text.
fn told(world: &Inside) -> Vec<(String, String)> {
    let lines = world.written("lines").concat();
    let read = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&value["message"]["type"]), word(&value["message"]["data"]["text"]))
    };
    lines.lines().map(read).filter(|(kind, _)| kind.starts_with("source.")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_by_its_address_alone_survives_a_new_layout_and_names_what_breaks() {
    let (server, shown) = site();
    let world = Inside::with("notices = [\"lines\"]\n", &config(&server.address)).await;
    world.visit().await;
    let first = source(&world).await;
    assert_eq!(first.source.trouble, None, "{first:?}");
    let shares = |own| first.fields.iter().filter(|field| field.own_pages == own).map(|field| field.field.as_str()).collect::<Vec<_>>();
    assert_eq!((shares(false), shares(true)), (vec!["industry", "name", "phone", "url"], vec!["email", "region"]));
    assert_eq!(leads(&world).await, Vec::<String>::new(), "a baseline is quiet");

    // A table instead of cards, and one firm more: it alone is news.
    *shown.lock().unwrap() = (13, ROWS);
    pass(&world).await;
    pass(&world).await;
    assert_eq!(leads(&world).await, ["Talleres 22, S.L."]);
    assert_eq!(told(&world), []);

    // Without its telephones the source is ill, and what was known stays known.
    *shown.lock().unwrap() = (13, NO_PHONE);
    pass(&world).await;
    let [(kind, text)] = &told(&world)[..] else { panic!("{:?}", told(&world)) };
    assert_eq!(kind, "source.ill");
    assert!(text.contains("`phone` was in 100 % of the records") && text.contains("and is in 0 % now"), "{text}");
    assert_eq!(leads(&world).await, ["Talleres 22, S.L."], "nobody lost a telephone");

    // A list that a script fills is no empty list.
    *shown.lock().unwrap() = (13, SCRIPT);
    pass(&world).await;
    let ill = source(&world).await;
    assert!(ill.source.trouble.is_some(), "{ill:?}");
    assert_eq!(leads(&world).await, ["Talleres 22, S.L."]);

    *shown.lock().unwrap() = (13, CARDS);
    pass(&world).await;
    assert_eq!(source(&world).await.source.trouble, None);
    assert_eq!(told(&world).last().map(|(kind, _)| kind.as_str()), Some("source.well"));
    assert_eq!(leads(&world).await, ["Talleres 22, S.L."]);
}

/// A directory whose own pages alone say mails: the list by a template, and what is answered for an own page.
fn site_that_may_lose_its_own_pages() -> (Server, Arc<Mutex<(&'static str, Own)>>) {
    let shown = Arc::new(Mutex::new((CARDS, Own::There)));
    let page = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let (cards, own) = *page.lock().unwrap();
        let main = match (seen.path.rsplit_once('/'), own) {
            (Some(("", "")), _) => (10..22).map(|n| cards.replace("{n}", &n.to_string())).collect(),
            (Some(("/firm", n)), Own::There) | (Some(("/socio", n)), Own::Moved) => WITH_MAIL.replace("{n}", n),
            (Some(("/firm", _)), Own::Nothing) => "<h2>Page not found</h2><p>Write to <a href='mailto:web@makers.es'>us</a></p>".to_owned(),
            (Some(("/firm", _)), Own::Home) => return Reply { headers: vec![("location", "/".to_owned())], ..Reply::status(302) },
            _ => return Reply::status(404),
        };
        Reply::html(format!("<html><header>Registry</header><main>{main}</main><footer>mail@registry.es</footer></html>"))
    });
    (server, shown)
}

#[derive(Clone, Copy, Debug)]
enum Own {
    There,
    Moved,
    Gone,
    Nothing,
    Home,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_own_pages_said_stays_when_no_link_leads_to_them_or_none_is_there() {
    let linked = |to: &str| -> &'static str { CARDS.replace("/firm/{n}", to).leak() };
    for (what, list, own) in [
        ("to the home page", linked("/"), Own::There),
        ("to the list", linked("?"), Own::There),
        ("to one page of the list", linked("?sheet=1"), Own::There),
        ("to one page", linked("/firm/1"), Own::There),
        ("nowhere", linked("#"), Own::There),
        (
            "no link at all",
            "<li class=firm><h3>Talleres {n}, S.L.</h3><p class=tel>944 00 11 {n}</p><p>Sector: Metal {n}</p></li>",
            Own::There,
        ),
        ("gone while the list says something else", OTHER_CARDS, Own::Gone),
        ("not found, and well answered", OTHER_CARDS, Own::Nothing),
        ("led home", OTHER_CARDS, Own::Home),
        ("moved to where nothing is", linked("/socio/{n}"), Own::Gone),
    ] {
        let (server, shown) = site_that_may_lose_its_own_pages();
        let world = Inside::with("notices = [\"lines\"]\n", &config(&server.address)).await;
        world.visit().await;
        assert_eq!((source(&world).await.source.trouble, with_mail(&world).await), (None, 12), "{what}");
        *shown.lock().unwrap() = (list, own);
        pass(&world).await;
        pass(&world).await;
        assert_eq!(with_mail(&world).await, 12, "{what}");
        let news = if list == OTHER_CARDS { 12 } else { 0 };
        assert!(leads(&world).await.len() <= news, "{what}: {:?}", leads(&world).await);
        assert_eq!(source(&world).await.source.trouble.as_deref(), Some("drift"), "{what}");
        let [(kind, text)] = &told(&world)[..] else { panic!("{what}: {:?}", told(&world)) };
        assert!(kind == "source.ill" && text.contains("the own pages of 12 of 12 records cannot be read any more"), "{what}: {text}");
        let mails = world.written("mails").concat();
        assert!(!mails.contains("compras@"), "{what}: {mails}");
        // When they are there again and the list is read, the source is well.
        let back: &'static str = linked("/socio/{n}").replace("Metal", "Iron").leak();
        *shown.lock().unwrap() = (back, Own::Moved);
        for _ in 0..3 {
            world.wait(SignedDuration::from_hours(24 * 10));
            pass(&world).await;
        }
        assert_eq!((source(&world).await.source.trouble, with_mail(&world).await), (None, 12), "{what}");
        world.effects.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_pages_that_were_never_there_are_told_of_where_the_source_is_shown() {
    let (server, shown) = site_that_may_lose_its_own_pages();
    *shown.lock().unwrap() = (CARDS, Own::Gone);
    let world = Inside::with("notices = [\"lines\"]\n", &config(&server.address)).await;
    world.visit().await;
    let view = source(&world).await;
    let told = view.unread.iter().filter(|unread| unread.reason.contains("the own pages of 12 of 12 records cannot be read (that of "));
    assert_eq!((told.count(), view.source.trouble), (1, None), "{:?}", view.unread);
    world.effects.store.close().await;
}
