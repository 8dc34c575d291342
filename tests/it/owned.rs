//! Own pages of members: read again in turns, with what changes there told; and companies that are renamed together with the address of their page.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use atalaya::model::{Change, ChangeKind, OwnPage, Record};
use atalaya::store::LeadFilter;
use atalaya::web::{Answer, Question, SourcePages, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, MAILS, Reply, Server, points, rep};

/// One member: the path of its own page, its name, and what that page says.
type Member = (String, String, String);

/// What a site shows now.
struct Site {
    members: Vec<Member>,
    /// Members on one page of the list.
    each: usize,
    /// Whether its own pages can be asked for by their tag alone.
    tags: bool,
    down: bool,
}

fn phone(n: usize) -> String {
    format!("<dl><dt>Telefon<dd>+49 89 5550{n:03}<dt>Ort<dd>Stadt {n}</dl>")
}

fn members(many: usize) -> Vec<Member> {
    let stems = ["Alba", "Brandt", "Cordes", "Dorn", "Ebert", "Falk", "Geiger", "Hamm", "Iversen", "Jung", "Kolb", "Lenz"];
    (0..many).map(|n| (format!("/m/{n}"), format!("{} Werke {n} GmbH", stems[n % stems.len()]), phone(n))).collect()
}

/// A list of so many members, on one page or several; the own page of each says what is to be known.
fn site(many: usize, each: usize) -> (Server, Arc<Mutex<Site>>) {
    let shown = Arc::new(Mutex::new(Site { members: members(many), each, tags: false, down: false }));
    let site = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let site = site.lock().unwrap();
        let html = |main: &str| Reply::html(format!("<!doctype html><html lang=de><body><main>{main}</main></body></html>"));
        if let Some((_, name, own)) = site.members.iter().find(|(path, ..)| *path == seen.path) {
            let tag = format!("\"{:x}\"", own.bytes().map(usize::from).sum::<usize>());
            if site.down {
                return Reply::status(503);
            }
            if site.tags && seen.header("if-none-match") == tag {
                return Reply { headers: vec![("etag", tag)], ..Reply::status(304) };
            }
            let mut reply = html(&format!("<h1>{name}</h1>{own}"));
            reply.headers.extend(site.tags.then_some(("etag", tag)));
            return reply;
        }
        let at: usize = match seen.path.as_str() {
            "/list" => seen.query.strip_prefix("page=").map_or(1, |page| page.parse().unwrap()),
            _ => return Reply::status(404),
        };
        let part = site.members.chunks(site.each).nth(at - 1).unwrap_or(&[]);
        let card = |(path, name, _): &Member| format!("<li class=m><h3><a href='{path}'>{name}</a></h3></li>");
        let cards: String = part.iter().map(card).collect();
        let next = if at * site.each < site.members.len() {
            format!("<a rel=next href='/list?page={}'>weiter</a>", at + 1)
        } else {
            String::new()
        };
        html(&format!("<h1>Mitglieder</h1><ul>{cards}</ul>{next}"))
    });
    (server, shown)
}

fn config(site: &str, more: &str) -> String {
    format!(
        "\n[[source]]\nid = \"club\"\nkind = \"directory\"\nurl = \"{site}/list\"\nevery = \"1d\"\njitter = \"0s\"\ncountry = \"DE\"\ngone_after = 2\n{more}\
         \n[[segment]]\nid = \"all\"\nline = 5\ngates = [{{ exclude = \"clients\" }}]\n"
    ) + &points("organisation-listed", 20)
        + &points("record-changed", 20)
        + &rep("ana", "UTC", "daily 09:00")
        + MAILS
}

/// Visits, with the second look that a change must stand.
async fn visit(world: &Inside) {
    world.visit().await;
    world.wait(SignedDuration::from_mins(2));
    world.visit().await;
}

async fn days(world: &Inside, days: i64) {
    for _ in 0..days {
        world.wait(SignedDuration::from_hours(24));
        visit(world).await;
    }
}

fn own(server: &Server) -> Vec<String> {
    server.all().into_iter().filter(|seen| seen.path.starts_with("/m/")).map(|seen| seen.path).collect()
}

async fn records(world: &Inside) -> BTreeMap<String, Record> {
    let all = world.effects.store.absent(&"club".parse().unwrap(), HashSet::new(), 9_999).await.unwrap();
    all.into_iter().map(|record| (record.title(), record)).collect()
}

/// What was news of a source: the record's name now, and which fields changed.
async fn news(world: &Inside) -> Vec<(String, String)> {
    let changes: Vec<Change> = world.effects.store.recent_changes(Some(&"club".parse().unwrap()), 9_999).await.unwrap();
    let records = world.effects.store.records(changes.iter().map(|change| change.record).collect()).await.unwrap();
    let mut told: Vec<(String, String)> = Vec::new();
    for change in changes.iter().filter(|change| !change.baseline) {
        let what = match &change.kind {
            ChangeKind::Appeared => "new".to_owned(),
            ChangeKind::Gone => "gone".to_owned(),
            ChangeKind::Returned(_) => "back".to_owned(),
            ChangeKind::Changed(fields) => fields.iter().map(|field| field.field.to_string()).collect::<Vec<_>>().join(" "),
        };
        told.push((records.iter().find(|record| record.id == change.record).unwrap().title(), what));
    }
    told.sort();
    told
}

async fn leads(world: &Inside) -> usize {
    world.effects.store.leads(LeadFilter::default(), 100).await.unwrap().len()
}

async fn source(world: &Inside) -> SourcePages {
    let question = Question::Source { id: "club".to_owned(), page: None, diff: false };
    let Answer::Source(view) = answer(&world.effects, &world.config, question, false).await.unwrap() else { panic!() };
    *view
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_pages_are_read_again_and_what_changes_there_is_told() {
    let (server, shown) = site(12, 99);
    let world = Inside::new(&config(&server.address, "")).await;
    visit(&world).await;
    assert_eq!(own(&server).len(), 12);
    shown.lock().unwrap().members[4].2 = phone(777);
    days(&world, 9).await;
    assert_eq!((own(&server).len(), news(&world).await), (0, vec![]), "their time is not come");
    days(&world, 5).await;
    let asked = own(&server);
    assert_eq!(asked.len(), 13, "each once, and the one that changed with the second look: {asked:?}");
    assert_eq!(news(&world).await, [("Ebert Werke 4 GmbH".to_owned(), "phone place".to_owned())]);
    let all = records(&world).await;
    assert_eq!(all["Ebert Werke 4 GmbH"].text("phone").as_deref(), Some("+49895550777"));
    assert!(all.values().all(|record| matches!(record.own_page, OwnPage::Seen { doubted: false, .. })), "{all:#?}");
    assert_eq!(leads(&world).await, 1, "what changed is a reason of the segment");
    let view = source(&world).await;
    assert!(
        view.remarks.iter().any(|remark| remark.starts_with("the own pages of 12 records were read, the oldest 2026-12-0")),
        "{:?}",
        view.remarks
    );

    // What a redesign hides is kept, and what a site that is down did not say is asked for at the next visit.
    shown.lock().unwrap().down = true;
    days(&world, 14).await;
    let tries = own(&server).len();
    assert!((1..=14).contains(&tries), "one try a visit while nobody answers: {tries}");
    shown.lock().unwrap().down = false;
    shown.lock().unwrap().members.iter_mut().for_each(|member| member.2 = "<p>Bitte einloggen</p>".to_owned());
    days(&world, 2).await;
    assert_eq!(records(&world).await.values().filter(|record| record.text("phone").is_some()).count(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_pages_are_read_again_within_bounds_and_conditionally() {
    let (server, shown) = site(130, 999);
    shown.lock().unwrap().tags = true;
    let world = Inside::new(&config(&server.address, "detail_every = \"4d\"\nconfirm = \"off\"\nbudget = 110\n")).await;
    world.visit().await;
    assert_eq!(own(&server).len(), 100, "the rest at the next visit");
    let mut most = 0;
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..9 {
        world.wait(SignedDuration::from_hours(24));
        world.visit().await;
        let now = own(&server);
        most = most.max(now.len());
        for path in now {
            *asked.entry(path).or_default() += 1;
        }
    }
    assert!(most <= 100 && asked.len() == 130 && asked.values().all(|times| (1..=4).contains(times)), "{most} {asked:?}");
    let off = config(&server.address, "detail_every = \"off\"\nconfirm = \"off\"\n");
    let world = Inside::new(&off).await;
    world.visit().await;
    days(&world, 40).await;
    assert_eq!(own(&server).len(), 130, "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_renamed_with_its_own_page_is_who_it_was() {
    let (server, shown) = site(12, 99);
    let lists = "\n[lists]\nclients = [\"Falk Werke 5 GmbH\"]\n";
    let world = Inside::new(&format!("{lists}{}", config(&server.address, ""))).await;
    visit(&world).await;
    {
        let members = &mut shown.lock().unwrap().members;
        (members[5].0, members[5].1) = ("/m/nordlicht".to_owned(), "Nordlicht Metallbau GmbH".to_owned());
        // And one that is new indeed.
        members[7] = ("/m/neu".to_owned(), "Zeller Druck AG".to_owned(), phone(900));
    }
    days(&world, 4).await;
    let told = news(&world).await;
    assert_eq!(
        told,
        [("Hamm Werke 7 GmbH", "gone"), ("Nordlicht Metallbau GmbH", "name url"), ("Zeller Druck AG", "new")]
            .map(|(who, what)| (who.to_owned(), what.to_owned()))
    );
    let all = records(&world).await;
    assert!(all["Nordlicht Metallbau GmbH"].url.as_str().ends_with("/m/nordlicht") && all["Nordlicht Metallbau GmbH"].missing == 0);
    assert_eq!(leads(&world).await, 1, "the one that is new; who is renamed is a client still");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_renamed_may_stand_on_another_page_of_the_list() {
    let (server, shown) = site(36, 12);
    let world = Inside::new(&config(&server.address, "")).await;
    visit(&world).await;
    {
        let members = &mut shown.lock().unwrap().members;
        let (_, _, own) = members.remove(5);
        members.push(("/m/zenit".to_owned(), "Zenit Metallbau GmbH".to_owned(), own));
    }
    days(&world, 4).await;
    assert_eq!(news(&world).await, [("Zenit Metallbau GmbH".to_owned(), "name url".to_owned())]);
    assert_eq!(leads(&world).await, 1, "that it changed is a reason here, and that it is listed is none");
}

/// Selectors for the same site.
const SELECTORS: &str = "record = \"li.m\"\nfields = { name = \"h3\", url = \"h3 a @href\" }\ndetail_fields = { phone = \"dd\" }\n";

/// What is told of a site of twelve where the sixth is called otherwise at another address by now.
fn renamed() -> Vec<(String, String)> {
    vec![("Nordlicht Metallbau GmbH".to_owned(), "name url".to_owned())]
}

fn rename(shown: &Mutex<Site>) {
    let members = &mut shown.lock().unwrap().members;
    (members[5].0, members[5].1) = ("/m/nordlicht".to_owned(), "Nordlicht Metallbau GmbH".to_owned());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_renamed_while_the_list_is_ill_is_who_it_was() {
    for more in ["", SELECTORS] {
        for each in [99, 6] {
            let (server, shown) = site(12, each);
            let next = if more.is_empty() { "" } else { "next = \"a[rel=next]\"\n" };
            let world = Inside::new(&config(&server.address, &format!("{next}{more}"))).await;
            visit(&world).await;
            let all = shown.lock().unwrap().members.clone();
            // Only a few are shown, and the sixth is none of them.
            shown.lock().unwrap().members.truncate(4);
            days(&world, 2).await;
            assert_eq!(news(&world).await, [], "{more} {each}: such a visit is not believed");
            shown.lock().unwrap().members = all;
            rename(&shown);
            days(&world, 4).await;
            assert_eq!(news(&world).await, renamed(), "{more} {each}");
            assert_eq!((records(&world).await.len(), leads(&world).await), (12, 1), "{more} {each}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_value_of_its_own_page_says_who_is_renamed_unless_as_much_is_otherwise() {
    let own = |lines: &[(&str, &str)]| {
        let lines: Vec<String> = lines.iter().map(|(caption, value)| format!("<dt>{caption}<dd>{value}")).collect();
        format!("<dl>{}</dl>", lines.concat())
    };
    for (before, after, is_one) in [
        (&[("Telefon", "+49 89 7771234")][..], &[("Telefon", "+49 89 7771234")][..], true),
        (
            &[("Telefon", "+49 89 7771234"), ("Ansprechpartner", "Ute Karl"), ("Branche", "Druck")],
            &[("Telefon", "+49 89 7771234"), ("Ansprechpartner", "Jan Moll"), ("Branche", "Metallbau")],
            // All else is another's: a number may be given to the next.
            false,
        ),
        (
            &[("E-Mail", "post@nordkap-werk.example"), ("Telefon", "+49 89 7771234"), ("Branche", "Druck")],
            &[("E-Mail", "post@nordkap-werk.example"), ("Branche", "Metall")],
            // As much speaks against it.
            false,
        ),
        (&[("USt-IdNr.", "DE136695976"), ("Ort", "Bonn")], &[("USt-IdNr.", "DE136695976"), ("Ort", "Kiel")], true),
        // A house that another firm moved into.
        (&[("Ort", "Bonn"), ("Branche", "Druck")], &[("Ort", "Bonn"), ("Branche", "Druck")], false),
    ] {
        let (server, shown) = site(12, 99);
        shown.lock().unwrap().members[5].2 = own(before);
        let world = Inside::new(&config(&server.address, "")).await;
        visit(&world).await;
        rename(&shown);
        shown.lock().unwrap().members[5].2 = own(after);
        days(&world, 4).await;
        let told = news(&world).await;
        let one = told.iter().all(|(_, what)| what != "new" && what != "gone") && told.iter().any(|(_, what)| what.contains("name"));
        assert_eq!(one, is_one, "{before:?} {after:?} {told:?}");
    }
}
