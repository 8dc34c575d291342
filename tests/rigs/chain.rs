//! The chain rig: two procedures of a portal, notice after notice, while the real program is killed at named points and at random times; a
//! real mail server and an HTTP receiver write down what arrives.
//!
//! What must hold: each notice is told as what it is, once, under one id and with the same bytes however often that comes; nothing is lost;
//! the history of the tenders is the one of an undisturbed run; and the calendar moves an entry when its deadline moves, and only then.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::crash_rig::receivers::{Arrival, Fate, Hook, Ledger, Smtp};
use crate::crash_rig::{LIFE, Life, POINT_LIFE, POINTS};
use crate::dice::Dice;
use crate::rig::{HOOK_SECRET, Home, PATIENCE, Reply, Server, hook, points, rep, secret, tenders};

/// The channels of the ledger that are used here: the mails and the first webhook.
const MAIL: usize = 0;
const HOOK: usize = 1;

/// What is told of a notice: whose lead, which signal.
type Tells = &'static [(&'static str, &'static str)];

/// Notices of both procedures in the order in which they are published: procedure, tag, and what is told of it.
const NOTICES: [(usize, &str, Tells); 7] = [
    (0, "tender", &[("Hospital de Getafe", "tender-published")]),
    (1, "tender", &[("Hospital de Vigo", "tender-published")]),
    (0, "tenderUpdate", &[("Hospital de Getafe", "tender-changed")]),
    (1, "tenderUpdate", &[("Hospital de Vigo", "deadline-moved")]),
    (0, "tenderUpdate", &[("Hospital de Getafe", "tender-changed")]),
    (1, "tenderCancellation", &[("Hospital de Vigo", "tender-cancelled")]),
    (0, "award", &[("Hospital de Getafe", "tender-awarded"), ("Ecografía Ibérica, S.L.", "award-won")]),
];

/// What a run came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Of each lead the signals in the order in which webhooks told them.
    pub signals: BTreeMap<String, Vec<String>>,
    /// Ids of webhooks and of mails.
    pub webhooks: usize,
    pub mails: usize,
    /// The notices of each procedure, and what each changed.
    pub history: Vec<String>,
    /// What the calendar said of each procedure, each thing once: the day it stands on and whether it is cancelled.
    pub calendar: BTreeMap<String, Vec<String>>,
}

/// What a run shows beside that.
#[derive(Debug, Default)]
pub struct Report {
    pub kills: usize,
    pub at_points: BTreeMap<&'static str, usize>,
    pub repeats: usize,
    pub told: Told,
}

/// What must have been told, whatever happened.
pub fn wanted() -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (whose, what) in NOTICES.iter().flat_map(|(_, _, told)| *told) {
        all.entry((*whose).to_owned()).or_default().push((*what).to_owned());
    }
    all
}

struct Stand {
    home: Home,
    shown: Arc<Mutex<Vec<Value>>>,
    site: Server,
    ledger: Ledger,
    dice: Dice,
    report: Report,
    /// What calendars said, each thing once: the entry, its SEQUENCE, its day and status.
    seen: Vec<(String, i64, String)>,
    path: String,
    _smtp: Smtp,
    _hook: Hook,
}

/// Publishes notice after notice, and kills the daemon so often meanwhile. `start`: the moment from which the notices count.
pub fn run(kills: usize, seed: u64, start: Timestamp) -> Report {
    let mut stand = Stand::set(seed);
    let mut life = stand.begin(None);
    // The baseline, and a visit after it.
    for _ in 0..3 {
        stand.site.next(|seen| seen.path == "/releases");
    }
    let links = stand.home.json(&["calendar", "ana"]);
    links[0]["url"].as_str().unwrap().strip_prefix("https://atalaya.example").unwrap().clone_into(&mut stand.path);
    for n in 0..NOTICES.len() {
        // Where nobody kills, one daemon lives through all of it.
        let share = kills * (n + 1) / NOTICES.len() - kills * n / NOTICES.len();
        if share > 0 {
            stand.report.kills += 1;
            life.kill();
        }
        stand.shown.lock().unwrap().push(release(n, start));
        for _ in 1..share {
            stand.one_life();
        }
        if share > 0 {
            life = stand.begin(None);
        }
        stand.until_told(n, &mut life);
    }
    stand.judge(&life)
}

impl Stand {
    fn set(seed: u64) -> Self {
        let (ledger, shown) = (Ledger::new(), Arc::new(Mutex::new(Vec::new())));
        let shows = Arc::clone(&shown);
        let site = Server::start(move |seen| match seen.path.as_str() {
            "/releases" => {
                Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(package(&shows.lock().unwrap())) }
            }
            _ => Reply::status(404),
        });
        let hook = Hook::start(HOOK, seed, None, ledger.clone());
        let home = Home::new("");
        let smtp = Smtp::start(&home.path("mails.jsonl"), None, ledger.clone());
        secret(&home.path("hook.secret"), HOOK_SECRET);
        home.configure(&settings(&site.address, &format!("http://{}", hook.address), smtp.port));
        let (dice, report, seen, path) = (Dice(seed), Report::default(), Vec::new(), String::new());
        Self { home, shown, site, ledger, dice, report, seen, path, _smtp: smtp, _hook: hook }
    }

    fn begin(&self, point: Option<&str>) -> Life {
        let mut life = Life::begin(self.home.command(&["run"]), point);
        if point.is_none() {
            assert!(life.follow(PATIENCE, true), "the daemon did not start:\n{}", life.log.join("\n"));
        }
        life
    }

    /// A life that ends at a named point, or at a random time.
    fn one_life(&mut self) {
        // Copies are made by backups alone, which nobody asks for here.
        let points: Vec<_> = POINTS.iter().filter(|(name, _)| !name.starts_with("store.copy")).collect();
        let aim = (!self.dice.one_in(3)).then(|| points[self.dice.below(points.len())]);
        let at = aim.map(|(name, latest)| format!("{name}:{}", self.dice.below((*latest).min(2)) + 1));
        let mut life = self.begin_at(at.as_deref());
        let span = if aim.is_some() { POINT_LIFE } else { LIFE * u32::try_from(self.dice.below(1_000)).unwrap() / 1_000 };
        let alive = life.follow(span, false);
        life.kill();
        self.report.kills += 1;
        if let (Some((name, _)), false) = (aim, alive) {
            *self.report.at_points.entry(name).or_default() += 1;
        }
    }

    fn begin_at(&self, point: Option<&str>) -> Life {
        Life::begin(self.home.command(&["run"]), point)
    }

    /// Waits until this notice has been told by both channels, and looks at the calendar.
    fn until_told(&mut self, n: usize, life: &mut Life) {
        let want: usize = NOTICES[..=n].iter().map(|(_, _, told)| told.len()).sum();
        let mut known = 0;
        while ids(&self.ledger.all(), HOOK).len() < want || !self.mailed(n) {
            let now = self.ledger.more_than(known, PATIENCE);
            assert!(now > known, "notice {n} was not told:\n{:#?}\n{}", self.ledger.all(), life.log.join("\n"));
            known = now;
        }
        life.follow(life.began.elapsed(), false);
        let calendar = get(life.address().unwrap(), &self.path);
        for event in calendar.split("BEGIN:VEVENT").skip(1) {
            let value = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
            let start = event.lines().find_map(|line| line.strip_prefix("DTSTART")).unwrap_or_default().trim().to_owned();
            // What follows is the installation's.
            let uid = value("UID:").split('@').next().unwrap().to_owned();
            let said = (uid, value("SEQUENCE:").parse().unwrap(), format!("{start} {}", value("STATUS:")));
            if !self.seen.contains(&said) {
                self.seen.push(said);
            }
        }
    }

    /// Whether a mail said what this notice did.
    fn mailed(&self, n: usize) -> bool {
        let words = words(n);
        self.ledger.all().iter().any(|arrival| arrival.channel == MAIL && squeezed(&arrival.text).contains(words))
    }

    fn judge(mut self, life: &Life) -> Report {
        let arrivals = self.ledger.all();
        let mut bytes = BTreeMap::<(usize, &str), BTreeSet<&str>>::new();
        for arrival in &arrivals {
            bytes.entry((arrival.channel, &arrival.id)).or_default().insert(&arrival.bytes);
        }
        assert!(bytes.values().all(|versions| versions.len() == 1), "an id came with other bytes: {bytes:#?}");
        self.report.repeats = arrivals.len() - bytes.len();
        let tenders = self.home.json(&["tender", "list"]);
        let mut history: Vec<String> = tenders.as_array().unwrap().iter().map(|tender| self.history(tender)).collect();
        history.sort();
        let told = &mut self.report.told;
        (told.webhooks, told.mails) = (ids(&arrivals, HOOK).len(), ids(&arrivals, MAIL).len());
        told.signals = signals(&arrivals);
        told.history = history;
        let mut last = BTreeMap::<&str, i64>::new();
        for (uid, sequence, what) in &self.seen {
            let before = last.insert(uid, *sequence);
            assert!(
                before.is_none_or(|before| before < *sequence),
                "what is said of an entry anew has a higher SEQUENCE: {:#?}",
                self.seen
            );
            told.calendar.entry(uid.clone()).or_default().push(what.clone());
        }
        assert!(life.runs);
        self.report
    }

    /// The notices of a tender but for what differs from run to run.
    fn history(&self, tender: &Value) -> String {
        let mut history = self.home.json(&["tender", "history", tender["id"].as_str().unwrap()]);
        for notice in history["notices"].as_array_mut().unwrap() {
            let notice = notice.as_object_mut().unwrap();
            assert!(notice.remove("fetched").is_some() && notice.remove("from").is_some());
        }
        serde_json::to_string_pretty(&history).unwrap()
    }
}

fn ids(arrivals: &[Arrival], channel: usize) -> BTreeSet<&str> {
    arrivals.iter().filter(|arrival| arrival.channel == channel && arrival.fate == Fate::Taken).map(|arrival| arrival.id.as_str()).collect()
}

/// Of each lead what each of its revisions told that the one before did not.
fn signals(arrivals: &[Arrival]) -> BTreeMap<String, Vec<String>> {
    let mut revisions = BTreeMap::<String, BTreeMap<u64, Vec<String>>>::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.channel == HOOK) {
        let event: Value = serde_json::from_str(&arrival.text).unwrap();
        let data = &event["data"];
        let kinds = data["signals"].as_array().unwrap().iter().map(|signal| signal["kind"].as_str().unwrap().to_owned());
        let lead = revisions.entry(data["title"].as_str().unwrap().to_owned()).or_default();
        lead.insert(data["revision"].as_u64().unwrap(), kinds.collect());
    }
    let told = |of: BTreeMap<u64, Vec<String>>| {
        let (mut told, mut before) = (Vec::new(), Vec::<String>::new());
        for kinds in of.into_values() {
            let mut new = kinds.clone();
            for known in &before {
                if let Some(at) = new.iter().position(|kind| kind == known) {
                    new.remove(at);
                }
            }
            told.extend(new);
            before = kinds;
        }
        told
    };
    revisions.into_iter().map(|(lead, of)| (lead, told(of))).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a mail says of each notice, and of no other.
const fn words(n: usize) -> &'static str {
    ["Tender published: Scanners", "Tender published: Cots", "100,000 EUR", "deadline", "120,000 EUR → 140,000 EUR", "cancelled", "awarded"]
        [n]
}

fn settings(site: &str, receiver: &str, smtp: u16) -> String {
    let signals = ["tender-published", "deadline-moved", "tender-changed", "tender-cancelled", "tender-awarded", "award-won"];
    let rules: String = signals.iter().map(|signal| points(signal, 10)).collect();
    tenders(site, "1s")
        + &rules
        + &rep("ana", "Europe/Madrid", "every 1s")
        + "empty_digest = \"never\"\n"
        + &hook("hook", receiver)
        + &format!(
            "\n[[channel]]\nid = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {smtp}\ntls = \"none\"\nfrom = \"Atalaya <atalaya@example.com>\"\n"
        )
}

/// The notice at this place.
fn release(n: usize, start: Timestamp) -> Value {
    let (procedure, tag, _) = NOTICES[n];
    let (name, town, nif) = [("Hospital de Getafe", "Getafe", "Q2818014I"), ("Hospital de Vigo", "Vigo", "Q3618001E")][procedure];
    let title = ["Scanners", "Cots"][procedure];
    let party = json!({
        "id": "b", "name": name, "roles": ["buyer"], "identifier": { "scheme": "ES-NIF", "id": nif },
        "address": { "locality": town, "countryName": "ES" }
    });
    let day = |days: i64| (start + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT12:00:00Z").to_string();
    let amount = [100_000, 100_000, 120_000, 100_000, 140_000, 100_000, 140_000][n];
    let until = if procedure == 1 && n > 1 { day(27) } else { day(20) };
    let status = match tag {
        "tenderCancellation" => "cancelled",
        "award" => "complete",
        _ => "active",
    };
    let mut release = json!({
        "ocid": format!("ocds-chain1-{procedure}"), "id": format!("{procedure}-{n}"), "tag": [tag],
        "date": (start + SignedDuration::from_secs(i64::try_from(n).unwrap())).to_string(),
        "buyer": { "id": "b", "name": name }, "parties": [party],
        "tender": {
            "id": "1", "title": title, "status": status, "value": { "amount": amount, "currency": "EUR" },
            "tenderPeriod": { "endDate": until },
            "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33112200" } }]
        },
    });
    if tag == "award" {
        let winner = "Ecografía Ibérica, S.L.";
        release["parties"].as_array_mut().unwrap().push(json!({
            "id": "s", "name": winner, "roles": ["supplier"], "identifier": { "scheme": "ES-NIF", "id": "B12345674" },
            "address": { "countryName": "ES", "locality": "Leganés" }
        }));
        release["awards"] = json!([{ "id": "a1", "status": "active", "value": { "amount": 95_000, "currency": "EUR" },
            "suppliers": [{ "id": "s", "name": winner }] }]);
    }
    release
}

/// What the portal shows: these, beside one that never changes.
fn package(releases: &[Value]) -> String {
    let other = json!({
        "ocid": "ocds-chain1-9", "id": "9-1", "date": "2020-11-01T09:00:00Z", "tag": ["tender"], "buyer": { "id": "x", "name": "Ayuntamiento" },
        "tender": { "id": "0", "title": "Street lights", "status": "complete" }
    });
    let releases: Vec<&Value> = std::iter::once(&other).chain(releases).collect();
    json!({ "uri": "https://portal.example/releases", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": releases })
        .to_string()
}

/// The body of an answer of the daemon.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

/// The judge itself: what is lost, doubled, mixed up or told as something else is seen.
#[test]
fn the_judge_of_the_chain_sees_what_it_looks_for() {
    let event = |id: &str, revision: u64, kinds: &[&str]| {
        let kinds: Vec<Value> = kinds.iter().map(|kind| json!({ "kind": kind })).collect();
        Arrival {
            channel: HOOK,
            id: id.to_owned(),
            bytes: id.to_owned(),
            text: json!({ "data": { "title": "Hospital", "revision": revision, "signals": kinds } }).to_string(),
            at: Duration::ZERO,
            fate: Fate::Taken,
            lead: None,
            news: BTreeSet::new(),
            firms: BTreeSet::new(),
        }
    };
    let judged = |arrivals: &[Arrival]| (ids(arrivals, HOOK).len(), signals(arrivals)["Hospital"].join(" "));
    let (one, two) = (event("a", 1, &["published"]), event("b", 2, &["changed", "published"]));
    let three = event("c", 3, &["changed", "changed", "published"]);
    assert_eq!(judged(&[one.clone(), two.clone(), three.clone()]), (3, "published changed changed".to_owned()));
    assert_eq!(judged(&[one.clone(), one.clone(), two.clone(), three.clone()]), (3, "published changed changed".to_owned()), "repeated");
    assert_eq!(judged(&[one.clone(), three.clone()]), (2, "published changed changed".to_owned()), "two in one");
    assert_eq!(judged(&[one.clone(), two.clone()]), (2, "published changed".to_owned()), "lost");
    let again = event("d", 2, &["changed", "published"]);
    assert_eq!(judged(&[one.clone(), two, again, three]).0, 4, "under another id");
    let other = event("b", 2, &["moved", "published"]);
    assert_eq!(judged(&[one, other]).1, "published moved", "told as something else");
    let cut = Arrival { fate: Fate::Cut, ..event("a", 1, &["published"]) };
    assert_eq!(ids(&[cut], HOOK).len(), 0);
}
