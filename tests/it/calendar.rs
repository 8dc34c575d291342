//! Deadlines as people meet them: in their calendar program, in reminders, and as contracts that end; from a portal that moves them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use atalaya::base::clock::Clock;
use atalaya::base::ids::{ChannelId, RepId};
use atalaya::model::{Entry, IdentityKey, Lane, LeadState, MessageKind, MessageState, SignalKind, Turn};
use atalaya::pipeline::{Judging, calendar_of, expiring_some, judge_some, remind_due};
use atalaya::render::CalendarOf;
use atalaya::store::{EntryFilter, LeadFilter, MessageFilter};
use atalaya::web::{Answer, Question, TenderFilter};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::rig::{Home, Inside, MAILS, Reply, Running, Server, judge_python, points, rep, tenders};
use crate::tenders::ask;

const BUYER: &str = "Hospital Universitario de Getafe";

/// Reads calendars and prints what it understood of their events: an independent parser, none of ours.
const PYTHON: &str = r"
import json, sys
from icalendar import Calendar
def event(e):
    start = e['DTSTART'].dt
    return {'uid': str(e['UID']), 'sequence': int(e['SEQUENCE']), 'status': str(e['STATUS']), 'start': start.isoformat(),
            'summary': str(e['SUMMARY']), 'description': str(e['DESCRIPTION']), 'stamp': e['DTSTAMP'].dt.isoformat(),
            'alarms': [int(a['TRIGGER'].dt.total_seconds()) for a in e.walk('VALARM')], 'errors': [str(x) for x in e.errors]}
print(json.dumps([[event(e) for e in Calendar.from_ical(text).walk('VEVENT')] for text in json.load(sys.stdin)]))
";

fn judge(feeds: &[&str]) -> Value {
    let mut child = Command::new(judge_python()).args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(feeds).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn settings(site: &str, every: &str) -> String {
    tenders(site, every) + &points("contract-expiring", 10) + &rep("ana", "Europe/Madrid", "Mon-Fri 08:00") + MAILS
}

/// Another portal, which shows the same procedures under the same OCID.
fn second(site: &str) -> String {
    format!("\n[[source]]\nid = \"second\"\nkind = \"tenders\"\nurl = \"{site}/second\"\nevery = \"1h\"\njitter = \"0s\"\n")
}

/// A notice of one procedure, `n`-th of those that there are, of the buyer's or of somebody else's.
fn release(n: u32, at: Timestamp, tag: &str, tender: Value) -> Value {
    json!({
        "ocid": "ocds-test01-1", "id": format!("1-{n}"), "date": at.to_string(), "tag": [tag],
        "buyer": { "id": "ES-NIF-Q2818014I", "name": BUYER },
        "parties": [{
            "id": "ES-NIF-Q2818014I", "name": BUYER, "roles": ["buyer"], "identifier": { "scheme": "ES-NIF", "id": "Q2818014I" },
            "address": { "locality": "Getafe", "countryName": "ES" }
        }],
        "tender": tender,
    })
}

fn call(deadline: &str, status: &str) -> Value {
    json!({
        "id": "1", "title": "Ultrasound scanners", "status": status, "value": { "amount": 100_000, "currency": "EUR" },
        "tenderPeriod": { "endDate": deadline },
        "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33112200" } }]
    })
}

/// Somebody else's procedure, so that a baseline has something in it; then the same buyer's that nobody here looks for.
fn package(releases: &[Value]) -> String {
    let other = json!({
        "ocid": "ocds-test01-0", "id": "0-1", "date": "2020-11-01T09:00:00Z", "tag": ["tender"], "buyer": { "id": "x", "name": "Ayuntamiento" },
        "tender": { "id": "0", "title": "Street lights", "status": "complete" }
    });
    let mut cleaning = release(0, "2020-11-01T09:00:00Z".parse().unwrap(), "tender", call("2099-01-01T10:00:00Z", "active"));
    cleaning["ocid"] = "ocds-test01-2".into();
    cleaning["tender"]["title"] = "Cleaning".into();
    cleaning["tender"]["items"][0]["classification"]["id"] = "90911000".into();
    let releases: Vec<&Value> = [&other, &cleaning].into_iter().chain(releases).collect();
    json!({ "uri": "https://portal.example/releases", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": releases })
        .to_string()
}

/// What a portal shows.
type Shown = Arc<Mutex<String>>;

/// Two portals.
fn portals() -> (Server, [Shown; 2]) {
    let shown = [(); 2].map(|()| Arc::new(Mutex::new(package(&[]))));
    let shows = shown.clone();
    let site = Server::start(move |seen| {
        let Some(place) = ["/releases", "/second"].iter().position(|path| *path == seen.path) else { return Reply::status(404) };
        Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(shows[place].lock().unwrap().clone()) }
    });
    (site, shown)
}

fn portal() -> (Server, Shown) {
    let (site, [shown, _]) = portals();
    (site, shown)
}

/// Status line, headers and body.
fn get(daemon: &Running, path: &str, header: &str) -> (String, String) {
    let address = daemon.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{header}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

/// The calendar once it says this; the portal is visited meanwhile.
fn once_it_says(daemon: &Running, site: &Server, path: &str, words: &str) -> String {
    for _ in 0..60 {
        let (head, body) = get(daemon, path, "");
        assert!(head.starts_with("http/1.1 200"), "{head}");
        if body.contains(words) {
            return body;
        }
        site.next(|seen| seen.path == "/releases");
    }
    panic!("the calendar never said {words}")
}

#[test]
fn a_moved_deadline_moves_in_the_calendar_of_who_reads_it() {
    let (site, shown) = portal();
    let home = Home::new(&settings(&site.address, "1s"));
    let daemon = home.start();
    let links = home.json(&["calendar"]);
    let path_of = |of: &str| {
        let link = links.as_array().unwrap().iter().find(|link| link["of"] == of).unwrap();
        link["url"].as_str().unwrap().strip_prefix("https://atalaya.example").unwrap().to_owned()
    };
    let (ana, health) = (path_of("rep"), path_of("segment"));
    assert_eq!(home.json(&["calendar", "ana"]).as_array().unwrap().len(), 1);
    assert!(ana.starts_with("/calendar/ana/") && health.starts_with("/calendar/health/"), "{links}");
    for wrong in [ana.replace("/ana/", "/health/"), ana.replace(".ics", "x.ics"), ana.replace(".ics", ""), "/calendar/bob/x.ics".to_owned()]
    {
        assert!(get(&daemon, &wrong, "").0.starts_with("http/1.1 404"), "{wrong}");
    }
    site.next(|_| true);
    site.next(|_| true);
    let now = Clock::System.now();
    let day = |days: i64| (now + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT12:00:00Z").to_string();
    let start = |days: i64| day(days).replace('Z', "+00:00");
    let mut releases = vec![release(1, now, "tender", call(&day(20), "active"))];
    *shown.lock().unwrap() = package(&releases);
    let first = once_it_says(&daemon, &site, &ana, "BEGIN:VEVENT");
    let (head, _) = get(&daemon, &ana, "");
    assert!(head.contains("content-type: text/calendar; charset=utf-8") && head.contains("cache-control: private"), "{head}");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let (same, body) = get(&daemon, &ana, &format!("if-none-match: {tag}\r\n"));
    assert!(same.starts_with("http/1.1 304") && body.is_empty(), "{same}");

    releases.push(release(2, now, "tenderUpdate", call(&day(27), "active")));
    *shown.lock().unwrap() = package(&releases);
    let moved = once_it_says(&daemon, &site, &ana, &day(27).replace(['-', ':'], ""));
    assert!(get(&daemon, &ana, &format!("if-none-match: {tag}\r\n")).0.starts_with("http/1.1 200"));

    releases.push(release(3, now, "tenderCancellation", call(&day(27), "cancelled")));
    *shown.lock().unwrap() = package(&releases);
    let cancelled = once_it_says(&daemon, &site, &ana, "STATUS:CANCELLED");
    let of_segment = get(&daemon, &health, "").1;

    assert!(!first.contains("atalaya tender"), "who reads a calendar has no command line: {first}");
    let id = first.replace("\r\n ", "").split("UID:").nth(1).unwrap().split("-deadline@").next().unwrap().to_owned();
    let early = home.run(&["tender", "show", &id, "--at", "2020-01-01"]);
    let words = String::from_utf8_lossy(&early.stderr);
    assert!(early.status.code() == Some(1) && early.stdout.is_empty() && words.contains("no notice of"), "{words}");
    assert!(words.contains("was known on 2020-01-01 23:59"), "{words}");
    assert!(home.run(&["tender", "show", &id, "--at", &now.to_string()]).status.success());

    // Somebody got hold of the address.
    let renewed = home.json(&["calendar", "ana", "--renew"]);
    let new = renewed[0]["url"].as_str().unwrap().strip_prefix("https://atalaya.example").unwrap();
    assert_ne!(new, ana);
    let status = |path: &str| get(&daemon, path, "").0.split(' ').nth(1).unwrap().to_owned();
    assert_eq!([status(&ana), status(new), status(&health)], ["404", "200", "200"]);
    assert_eq!(home.json(&["calendar", "ana"])[0]["url"], renewed[0]["url"]);
    assert_eq!(home.run(&["calendar", "--renew"]).status.code(), Some(2), "never all at once");
    daemon.stop();

    let read = judge(&[&first, &moved, &cancelled, &of_segment]);
    let events: Vec<&Value> = read.as_array().unwrap().iter().map(|feed| &feed[0]).collect();
    // Cleaning is the same buyer's, and nobody here looks for it.
    assert!(read.as_array().unwrap().iter().all(|feed| feed.as_array().unwrap().len() == 1), "{read}");
    let told: Vec<_> = events.iter().map(|event| (event["start"].as_str().unwrap(), event["status"].as_str().unwrap())).collect();
    let (before, after) = (start(20), start(27));
    assert_eq!(told, [(before.as_str(), "CONFIRMED"), (&after, "CONFIRMED"), (&after, "CANCELLED"), (&after, "CANCELLED")]);
    assert!(events.iter().all(|event| event["uid"] == events[0]["uid"] && event["errors"] == json!([])), "{read}");
    let sequence: Vec<i64> = events.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
    assert!(sequence[0] < sequence[1] && sequence[1] < sequence[2], "{sequence:?}");
    assert_eq!((&events[0]["alarms"], &events[2]["alarms"]), (&json!([-7 * 86_400, -86_400]), &json!([])));
    assert_eq!(events[0]["summary"], format!("Offers until: {BUYER} – Ultrasound scanners"));
    assert!(events[0]["description"].as_str().unwrap().contains("estimate 100,000 EUR · open"), "{read}");
}

/// A world in which ana is reminded of the buyer's tender; the portal shows what it is given.
struct Reminded {
    world: Inside,
    shown: Arc<Mutex<String>>,
    releases: Vec<Value>,
    _site: Server,
}

impl Reminded {
    async fn new() -> Self {
        Self::with("", "").await
    }

    /// With further keys of the rep, and more settings.
    async fn with(keys: &str, more: &str) -> Self {
        Self::on_two(keys, |_| more.to_owned()).await.0
    }

    /// With what the second portal shows.
    async fn on_two(keys: &str, more: impl Fn(&str) -> String) -> (Self, Shown) {
        let (site, [shown, other]) = portals();
        let settings = settings(&site.address, "1h").replace("id = \"ana\"\n", &format!("id = \"ana\"\n{keys}"));
        let world = Inside::new(&(settings + &more(&site.address))).await;
        world.visit().await;
        world.wait(SignedDuration::from_hours(2));
        world.visit().await;
        (Self { world, shown, releases: Vec::new(), _site: site }, other)
    }

    fn show(&mut self, tag: &str, tender: Value) {
        let n = u32::try_from(self.releases.len()).unwrap() + 1;
        self.releases.push(release(n, self.world.clock.now(), tag, tender));
        *self.shown.lock().unwrap() = package(&self.releases);
    }

    /// Every half hour everything that the daemon does.
    async fn until(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        while self.world.clock.now() < time {
            self.world.wait(SignedDuration::from_mins(30).min(time.duration_since(self.world.clock.now())));
            self.world.visit().await;
            remind_due(&self.world.effects, &self.world.config, self.world.clock.now()).await.unwrap();
            self.world.drain().await;
        }
    }

    /// What left with a deadline in it: kind and time, the oldest first.
    async fn reminders(&self) -> Vec<(MessageKind, String)> {
        let mut all = self.world.effects.store.messages(MessageFilter::default(), 1_000).await.unwrap();
        all.retain(|message| message.title.contains("deadline"));
        all.sort_by_key(|message| message.made);
        all.into_iter().map(|message| (message.kind, message.made.to_string())).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_distance_reminds_once_and_a_moved_deadline_anew() {
    let mut case = Reminded::new().await;
    // A Thursday, 13:00 in Madrid.
    case.show("tender", call("2026-12-10T13:00:00+01:00", "active"));
    case.until("2026-12-03T12:00:00Z").await;
    assert_eq!(case.reminders().await, []);
    case.until("2026-12-05T12:00:00Z").await;
    let digest = |at: &str| (MessageKind::Digest, at.to_owned());
    let first = [digest("2026-12-04T07:00:00Z")];
    assert_eq!(case.reminders().await, first);
    // A Monday, before the digest.
    case.show("tenderUpdate", call("2026-12-21T07:30:00+01:00", "active"));
    case.until("2026-12-20T06:00:00Z").await;
    case.world.restart().await;
    let second = [first[0].clone(), digest("2026-12-14T07:00:00Z")];
    assert_eq!(case.reminders().await, second, "nothing of the old deadline");
    case.until("2026-12-23T12:00:00Z").await;
    let last = (MessageKind::Alert, "2026-12-20T06:30:00Z".to_owned());
    assert_eq!(case.reminders().await, [second[0].clone(), second[1].clone(), last]);
    let mails = case.world.written("mail");
    assert!(
        mails.iter().any(|mail| mail.contains("Ultrasound scanners") && mail.contains("tomorrow, in 24 h, Mon 21 Dec 2026 07:30")),
        "{mails:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_reminded_of_what_is_cancelled_or_turned_down() {
    for cancelled in [true, false] {
        let mut case = Reminded::new().await;
        case.show("tender", call("2026-12-21T07:30:00+01:00", "active"));
        // Decided, and waiting for Monday's digest.
        case.until("2026-12-14T06:30:00Z").await;
        let effects = &case.world.effects;
        if cancelled {
            case.show("tenderCancellation", call("2026-12-21T07:30:00+01:00", "cancelled"));
            case.world.wait(SignedDuration::from_mins(29));
            case.world.visit().await;
        } else {
            let mut leads = effects.store.leads(LeadFilter::default(), 10).await.unwrap();
            for lead in &mut leads {
                lead.state = LeadState::Rejected;
            }
            effects.store.commit(Turn { leads, ..Turn::upkeep() }).await.unwrap();
        }
        case.until("2026-12-23T12:00:00Z").await;
        let left = case.reminders().await;
        // The digest that carried it is there where it had something else to tell, without the deadline.
        let mails = case.world.written("mail");
        assert!(!mails.iter().any(|mail| mail.contains("Deadlines coming up")), "{cancelled}: {left:?}");
    }
}

fn ana() -> RepId {
    "ana".parse().unwrap()
}

/// The events of ana's calendar: UID, SEQUENCE and beginning.
pub async fn events(world: &Inside) -> Vec<[String; 3]> {
    let rep = ana();
    let feed = calendar_of(&world.effects, &world.config, CalendarOf::Rep(&rep), world.clock.now()).await.unwrap().unwrap();
    let feed = feed.replace("\r\n ", "");
    let of = |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    feed.split("BEGIN:VEVENT")
        .skip(1)
        .map(|event| {
            [
                of(event, "UID:"),
                of(event, "SEQUENCE:"),
                of(event, "DTSTART").trim_start_matches(";VALUE=DATE").trim_start_matches(':').to_owned(),
            ]
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tender_on_two_portals_is_one_reminder_and_one_entry() {
    let (mut case, other) = Reminded::on_two("", second).await;
    case.show("tender", call("2026-12-10T13:00:00+01:00", "active"));
    case.until("2026-11-25T12:00:00Z").await;
    let alone = events(&case.world).await;
    assert_eq!(alone.len(), 1);
    *other.lock().unwrap() = package(&case.releases);
    case.until("2026-11-26T12:00:00Z").await;
    assert_eq!(events(&case.world).await, alone, "nothing moves because another portal has it too");
    case.until("2026-12-05T12:00:00Z").await;
    let digest = |at: &str| (MessageKind::Digest, at.to_owned());
    assert_eq!(case.reminders().await, [digest("2026-12-04T07:00:00Z")]);
    let mails = case.world.written("mail");
    let reminding: Vec<&String> = mails.iter().filter(|mail| mail.contains("1 deadline coming up")).collect();
    assert!(reminding.len() == 1 && reminding[0].contains("Thu 10 Dec 2026 13:00 Europe/Madrid"), "{mails:?}");

    // The second is the first to move it; the first is behind: as long as it says the earlier day, that day counts, and both are told.
    let moved = release(9, case.world.clock.now(), "tenderUpdate", call("2026-12-21T07:30:00+01:00", "active"));
    *other.lock().unwrap() = package(&[case.releases[0].clone(), moved]);
    case.until("2026-12-08T12:00:00Z").await;
    let both = events(&case.world).await;
    assert_eq!((both.len(), &both[0][0], both[0][2].as_str()), (1, &alone[0][0], "20261210T120000Z"));
    let Answer::Tenders(list) = ask(&case.world, Question::Tenders(TenderFilter { limit: 10, ..TenderFilter::default() })).await else {
        panic!("no list")
    };
    let id = list.iter().find(|view| !view.also.is_empty()).unwrap().id.clone();
    let Answer::Tender(view) = ask(&case.world, Question::Tender { id, at: None }).await else { panic!("no tender") };
    assert!(
        view.differing.len() == 1 && view.differing[0].ends_with("the earlier counts") && view.differing[0].contains("second says"),
        "{view:?}"
    );
    case.until("2026-12-11T12:00:00Z").await;
    let mails = case.world.written("mail");
    assert!(mails.iter().any(|mail| mail.contains("the earlier counts")), "the reminder of the day before says both");
    let after = events(&case.world).await;
    assert_eq!((after.len(), &after[0][0], after[0][2].as_str()), (1, &alone[0][0], "20261221T063000Z"));
    assert!(after[0][1].parse::<i64>().unwrap() > alone[0][1].parse::<i64>().unwrap(), "{after:?}");
    case.until("2026-12-15T12:00:00Z").await;
    let each = ["2026-12-04T07:00:00Z", "2026-12-10T07:00:00Z", "2026-12-14T07:00:00Z"].map(digest);
    assert_eq!(case.reminders().await, each, "each distance of each day once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_becomes_unreadable_stays_in_the_calendar_and_says_so() {
    let mut case = Reminded::new().await;
    case.show("tender", call("2026-12-10T13:00:00+01:00", "active"));
    case.until("2026-11-25T12:00:00Z").await;
    let read = events(&case.world).await;
    case.show("tenderUpdate", call("ver pliego", "active"));
    case.until("2026-11-26T12:00:00Z").await;
    let unread = events(&case.world).await;
    assert_eq!((unread.len(), &unread[0][0], &unread[0][2]), (1, &read[0][0], &read[0][2]));
    let sequence = |event: &[String; 3]| event[1].parse::<i64>().unwrap();
    assert!(sequence(&unread[0]) > sequence(&read[0]), "{read:?} {unread:?}");
    let feed =
        calendar_of(&case.world.effects, &case.world.config, CalendarOf::Rep(&ana()), case.world.clock.now()).await.unwrap().unwrap();
    let words = "the portal's present text cannot be read: “ver pliego”";
    assert!(feed.replace("\r\n ", "").contains(words), "{feed}");
    case.show("tenderUpdate", call("2026-12-17T13:00:00+01:00", "active"));
    case.until("2026-11-27T12:00:00Z").await;
    let again = events(&case.world).await;
    assert_eq!((again.len(), &again[0][0], again[0][2].as_str()), (1, &read[0][0], "20261217T120000Z"));
    assert!(sequence(&again[0]) > sequence(&unread[0]), "{unread:?} {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_digest_says_what_a_portal_held_that_is_open_still() {
    let (site, shown) = portal();
    let settings = settings(&site.address, "1h");
    let world = Inside::new(&settings).await;
    let now = world.clock.now();
    let held = release(1, now, "tender", call("2026-12-10T13:00:00+01:00", "active"));
    *shown.lock().unwrap() = package(&[held]);
    world.drain().await;
    world.visit().await;
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    let case = Reminded { world, shown, releases: Vec::new(), _site: site };
    case.until("2026-11-27T12:00:00Z").await;
    let mails: Vec<String> = case.world.written("mail").into_iter().map(|mail| mail.replace("=\r\n", "").replace("=\n", "")).collect();
    let told: Vec<&String> = mails.iter().filter(|mail| mail.contains("it held already")).collect();
    assert_eq!(told.len(), 1, "once, though nothing else is to be told: {mails:?}");
    // Of the same buyer's cleaning nobody hears.
    let says = told[0].split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["1 open tender for you, 0 running contracts", "Thu 10 Dec 2026 13:00 Europe/Madrid: Ultrasound scanners"] {
        assert!(says.contains(words), "{words}: {says}");
    }
    assert!(!says.contains("Cleaning"), "{says}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_open_when_a_portal_was_added_is_in_calendars_and_reminded_of() {
    let (site, shown) = portal();
    let other =
        "\n[[segment]]\nid = \"lights\"\ntitle = \"Lights\"\nline = 5\n\n[[segment.points]]\nwhen = { cpv = [\"315\"] }\npoints = 20\n";
    let settings = settings(&site.address, "1h").replace("id = \"ana\"\n", "id = \"ana\"\nsegments = [\"health\"]\n")
        + other
        + &rep("bob", "Europe/Madrid", "Mon-Fri 08:00")
        + "segments = [\"lights\"]\n";
    let world = Inside::new(&settings).await;
    let held = release(1, world.clock.now(), "tender", call("2026-12-10T13:00:00+01:00", "active"));
    *shown.lock().unwrap() = package(std::slice::from_ref(&held));
    world.visit().await;
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    let mut case = Reminded { world, shown, releases: vec![held], _site: site };
    let leads = async |case: &Reminded| case.world.effects.store.leads(LeadFilter::default(), 10).await.unwrap().len();
    let feed = async |case: &Reminded, of: CalendarOf<'_>| {
        let (effects, config, now) = (&case.world.effects, &case.world.config, case.world.clock.now());
        let feed = calendar_of(effects, config, of, now).await.unwrap().unwrap().replace("\r\n ", "");
        (feed.matches("BEGIN:VEVENT").count(), feed.contains("STATUS:CANCELLED"))
    };
    let (health, lights, bob) = ("health".parse().unwrap(), "lights".parse().unwrap(), "bob".parse().unwrap());
    assert_eq!(leads(&case).await, 0, "what was there is no news");
    let held = events(&case.world).await;
    assert_eq!((held.len(), held[0][2].as_str()), (1, "20261210T120000Z"), "the scanners, and no cleaning");
    assert_eq!(feed(&case, CalendarOf::Segment(&health)).await, (1, false));
    for nobodys in [CalendarOf::Segment(&lights), CalendarOf::Rep(&bob)] {
        assert_eq!(feed(&case, nobodys).await, (0, false));
    }
    case.until("2026-12-05T12:00:00Z").await;
    let digest = |at: &str| (MessageKind::Digest, at.to_owned());
    assert_eq!((leads(&case).await, case.reminders().await), (0, vec![digest("2026-12-04T07:00:00Z")]));
    let mails: Vec<String> = case.world.written("mail").into_iter().map(|mail| mail.replace("=\r\n", "").replace("=\n", "")).collect();
    let reminding = mails.iter().find(|mail| mail.contains("1 deadline")).unwrap();
    assert!(reminding.contains("ana@example.com") && reminding.contains("in 6 days, Thu 10 Dec 2026 13:00 Europe/Madrid"), "{reminding}");

    // That it moves is news of it and makes no lead; then it is cancelled.
    case.show("tenderUpdate", call("2026-12-21T07:30:00+01:00", "active"));
    case.until("2026-12-07T12:00:00Z").await;
    let moved = events(&case.world).await;
    assert_eq!((leads(&case).await, moved.len(), &moved[0][0], moved[0][2].as_str()), (0, 1, &held[0][0], "20261221T063000Z"));
    assert!(moved[0][1].parse::<i64>().unwrap() > held[0][1].parse::<i64>().unwrap(), "{moved:?}");
    case.until("2026-12-15T12:00:00Z").await;
    assert_eq!(case.reminders().await.last(), Some(&digest("2026-12-14T07:00:00Z")));
    case.show("tenderCancellation", call("2026-12-21T07:30:00+01:00", "cancelled"));
    case.until("2026-12-16T12:00:00Z").await;
    assert_eq!(feed(&case, CalendarOf::Rep(&ana())).await, (1, true));
    assert_eq!(events(&case.world).await[0][0], held[0][0]);

    // Whoever was turned down is in nobody's calendar, though the tender is what is looked for.
    let mut more = release(9, case.world.clock.now(), "tender", call("2027-01-20T10:00:00Z", "active"));
    more["ocid"] = "ocds-test01-3".into();
    case.releases.push(more);
    *case.shown.lock().unwrap() = package(&case.releases);
    case.until("2026-12-16T18:00:00Z").await;
    let mut leads = case.world.effects.store.leads(LeadFilter::default(), 10).await.unwrap();
    assert_eq!((leads.len(), events(&case.world).await.len()), (1, 2), "another tender of the same buyer");
    leads[0].state = LeadState::Rejected;
    case.world.effects.store.commit(Turn { leads, ..Turn::upkeep() }).await.unwrap();
    assert_eq!((events(&case.world).await.len(), feed(&case, CalendarOf::Segment(&health)).await), (0, (0, false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_a_source_hears_of_it_though_another_told_first() {
    let asking = |site: &str| {
        second(site)
            + "\n[[segment]]\nid = \"ted\"\ntitle = \"Of the second\"\nline = 5\n\n  [[segment.points]]\n  signal = \"tender-published\"\n  \
               when = { source = [\"second\"], cpv = [\"331\"] }\n  points = 20\n  why = \"is on the second\"\n"
            + &rep("bob", "Europe/Madrid", "Mon-Fri 08:00")
            + "segments = [\"ted\"]\n"
    };
    let (mut case, other) = Reminded::on_two("segments = [\"health\"]\nremind = []\n", asking).await;
    let told = async |case: &Reminded, rep: &str| {
        let all = case.world.effects.store.messages(MessageFilter::default(), 1_000).await.unwrap();
        all.iter().filter(|message| message.title.starts_with(&format!("digest for {rep}, 1 lead"))).count()
    };
    case.show("tender", call("2026-12-10T13:00:00+01:00", "active"));
    case.until("2026-11-25T12:00:00Z").await;
    assert_eq!((told(&case, "ana").await, told(&case, "bob").await), (1, 0));
    *other.lock().unwrap() = package(&case.releases);
    case.until("2026-11-27T12:00:00Z").await;
    assert_eq!((told(&case, "ana").await, told(&case, "bob").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_due_in_quiet_hours_goes_out_after_them_and_once() {
    // The deadline's day before begins in them, and the next digest would be too late.
    for (quiet, sent) in [("", "2026-12-20T06:30:00Z"), ("quiet = \"00:00-10:00\"\n", "2026-12-20T09:00:00Z")] {
        let mut case = Reminded::with(&format!("{quiet}remind = [\"1d\"]\n"), "").await;
        case.show("tender", call("2026-12-21T07:30:00+01:00", "active"));
        case.until("2026-12-21T06:00:00Z").await;
        assert_eq!(case.reminders().await, [(MessageKind::Alert, sent.to_owned())], "{quiet}");
    }
}

/// What left for somebody at a moment: title, and whether it was sent.
async fn at(world: &Inside, rep: &str, time: &str) -> Vec<(String, bool)> {
    let time: Timestamp = time.parse().unwrap();
    let mut all = world.effects.store.messages(MessageFilter::default(), 1_000).await.unwrap();
    all.retain(|message| message.made == time && message.title.starts_with(&format!("digest for {rep}")));
    let mut all: Vec<_> =
        all.into_iter().map(|message| (message.title, !matches!(message.state, MessageState::Suppressed { .. }))).collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_was_not_sent_is_none_that_was_had() {
    let mut case = Reminded::with("empty_digest = \"always\"\n", "").await;
    case.show("tender", call("2026-12-21T07:30:00+01:00", "active"));
    case.until("2026-12-14T06:30:00Z").await;
    let mut leads = case.world.effects.store.leads(LeadFilter::default(), 10).await.unwrap();
    for lead in &mut leads {
        lead.state = LeadState::Rejected;
    }
    case.world.effects.store.commit(Turn { leads, ..Turn::upkeep() }).await.unwrap();
    case.until("2026-12-14T07:30:00Z").await;
    let nothing = "digest for ana: Nothing new: 1 source complete".to_owned();
    assert_eq!(at(&case.world, "ana", "2026-12-14T07:00:00Z").await, [(nothing.clone(), false), (nothing, true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_entries_keep_anothers_back() {
    let bob = rep("bob", "UTC", "daily 07:00");
    let mut case = Reminded::with("segments = [\"health\"]\nempty_digest = \"always\"\n", &bob).await;
    case.show("tender", call("2026-12-21T07:30:00+01:00", "active"));
    case.until("2026-12-14T06:30:00Z").await;
    let effects = &case.world.effects;
    let lead = effects.store.leads(LeadFilter { owner: Some(ana()), ..LeadFilter::default() }, 1).await.unwrap().remove(0);
    let (channel, due): (ChannelId, Timestamp) = ("mail".parse().unwrap(), "2026-12-14T06:59:00Z".parse().unwrap());
    let entry = |revision: u32| Entry {
        id: Entry::id_of(&channel, &"bob".parse().unwrap(), lead.id, revision),
        channel: channel.clone(),
        rep: "bob".parse().unwrap(),
        lead: lead.id,
        revision,
        lane: Lane::Digest,
        at: case.world.clock.now(),
        due,
        held: None,
        of_tender: None,
        closes: None,
        handed: None,
    };
    effects.store.commit(Turn { entries: (1_000..3_100).map(entry).collect(), ..Turn::upkeep() }).await.unwrap();
    case.until("2026-12-14T07:00:00Z").await;
    let told = at(&case.world, "ana", "2026-12-14T07:00:00Z").await;
    assert_eq!(told, [("digest for ana, 1 deadline".to_owned(), true)]);
    assert_eq!(
        at(&case.world, "bob", "2026-12-14T07:00:00Z").await,
        [("digest for bob, 1 lead".to_owned(), true)],
        "what is over comes with the next"
    );
    case.until("2026-12-14T07:01:00Z").await;
    assert_eq!(case.world.effects.store.waiting_entries(EntryFilter::default(), 10_000).await.unwrap(), []);
    assert_eq!(at(&case.world, "bob", "2026-12-14T07:01:00Z").await.len(), 1, "and comes with the next");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_alone_ends_what_depends_on_a_deadline_and_tells_nobody() {
    let more = "\n[[segment]]\nid = \"soon\"\ntitle = \"Soon\"\nline = 5\n\n  [[segment.points]]\n  when = { cpv = [\"331\"] }\n  points = 20\n  \
                why = \"fits\"\n\n  [[segment.points]]\n  when = { cpv = [\"331\"], deadline_not_before = \"10d\" }\n  points = 5\n  why = \"10 days left\"\n\n  \
                [[segment.points]]\n  signal = \"tender-published\"\n  points = 10\n  why = \"takes offers now\"\n";
    let mut case = Reminded::with("", more).await;
    case.show("tender", call("2026-12-10T13:00:00+01:00", "active"));
    case.until("2026-11-26T12:00:00Z").await;
    let filter = || LeadFilter { segment: Some("soon".parse().unwrap()), ..LeadFilter::default() };
    let look = async |case: &Reminded, since: &str| {
        let (effects, config, now) = (&case.world.effects, &case.world.config, case.world.clock.now());
        let mut judging = Judging::turned(since.parse().unwrap(), now);
        let mut leads = 0;
        loop {
            let judged = judge_some(effects, config, &mut judging, now).await.unwrap();
            assert_eq!(judged.told, 0);
            leads += judged.leads;
            if judged.done {
                break;
            }
        }
        let lead = effects.store.leads(filter(), 10).await.unwrap().remove(0);
        let why: Vec<String> = lead.score.parts.iter().map(|part| part.why.clone()).collect();
        (leads, lead.revision, why.join(", "))
    };
    let first = effects_revision(&case, filter()).await;
    assert_eq!(look(&case, "2026-11-25T12:00:00Z").await, (0, first, "fits, 10 days left, takes offers now".to_owned()));
    case.until("2026-12-01T12:00:00Z").await;
    assert_eq!(look(&case, "2026-11-26T12:00:00Z").await, (1, first, "fits, takes offers now".to_owned()));
    case.until("2026-12-09T12:00:00Z").await;
    assert_eq!(look(&case, "2026-12-01T12:00:00Z").await, (0, first, "fits, takes offers now".to_owned()));
    case.until("2026-12-11T12:00:00Z").await;
    assert_eq!(look(&case, "2026-12-09T12:00:00Z").await, (1, first, "fits".to_owned()), "nobody can answer it any more");
}

async fn effects_revision(case: &Reminded, filter: LeadFilter) -> u32 {
    case.world.effects.store.leads(filter, 1).await.unwrap()[0].revision
}

async fn signals(world: &Inside, tax_id: &str) -> Vec<SignalKind> {
    let key = IdentityKey::TaxId(tax_id.to_owned());
    let known = world.effects.store.organisations_by_keys(vec![key]).await.unwrap();
    let Some(organisation) = known.first() else { return Vec::new() };
    let mut found = world.effects.store.signals_of(organisation.id, 100).await.unwrap();
    found.sort_by_key(|signal| signal.seen);
    found.into_iter().map(|signal| signal.kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_award_names_who_lost_and_its_end_is_a_reason_to_call_the_buyer_once() {
    let (mut case, other) = Reminded::on_two("", second).await;
    case.show("tender", call("2026-11-25T13:00:00+01:00", "active"));
    case.until("2026-11-26T12:00:00Z").await;
    case.show("award", json!({ "id": "1", "status": "complete" }));
    let award = case.releases.last_mut().unwrap();
    let party = |id: &str, name: &str, role: &str, nif: &str| json!({ "id": id, "name": name, "roles": [role], "identifier": { "scheme": "ES-NIF", "id": nif }, "address": { "countryName": "ES" } });
    let more =
        [party("s", "Ecografía Ibérica, S.L.", "supplier", "B12345674"), party("t", "Ultrasonidos del Sur, S.A.", "tenderer", "A58818501")];
    award["parties"].as_array_mut().unwrap().extend(more);
    award["awards"] = json!([{
        "id": "a1", "status": "active", "value": { "amount": 95_000, "currency": "EUR" }, "date": "2026-11-26T09:00:00Z",
        "suppliers": [{ "id": "s", "name": "Ecografía Ibérica, S.L." }],
        "contractPeriod": { "startDate": "2026-12-01T00:00:00Z", "endDate": "2027-08-01T00:00:00Z" }
    }]);
    *case.shown.lock().unwrap() = package(&case.releases);
    // The second counts the months from another day.
    *other.lock().unwrap() = package(&case.releases).replace("2027-08-01T", "2027-08-02T");
    case.until("2026-11-26T18:00:00Z").await;
    assert_eq!(signals(&case.world, "ESB12345674").await, [SignalKind::AwardWon]);
    assert_eq!(signals(&case.world, "ESA58818501").await, [SignalKind::AwardLost]);
    let before = signals(&case.world, "ESQ2818014I").await;
    assert!(!before.contains(&SignalKind::ContractExpiring), "{before:?}");

    let world = &case.world;
    let look = async || {
        let (mut after, mut contracts) = (None, 0);
        loop {
            let step = expiring_some(&world.effects, &world.config, after, world.clock.now()).await.unwrap();
            contracts += step.contracts;
            after = step.next;
            if after.is_none() {
                return contracts;
            }
        }
    };
    // 181 days, then 180 days before the end.
    world.wait("2027-02-01T00:00:00Z".parse::<Timestamp>().unwrap().duration_since(world.clock.now()));
    assert_eq!(look().await, 0);
    world.wait(SignedDuration::from_hours(24));
    assert_eq!((look().await, look().await), (1, 0), "once a contract, on however many portals");
    let after = signals(world, "ESQ2818014I").await;
    assert_eq!(after, [before, vec![SignalKind::ContractExpiring]].concat());
    assert_eq!(signals(world, "ESB12345674").await, [SignalKind::AwardWon], "who holds it is no lead by that");
    world.wait(SignedDuration::from_hours(24));
    assert_eq!(look().await, 0, "nor a day later by the other's count");
    world.drain().await;
    let mails: String = world.written("mail").concat().replace("=\r\n", "").replace("=\n", "");
    assert!(mails.contains("Contract ends on Sun 1 Aug 2027: Ultrasound scanners"), "{mails}");
}
