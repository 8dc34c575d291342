//! What closes before a digest leaves, what closed before it could be told, and who leaves a list and comes back: as the rep's mails say it.

use std::sync::{Arc, Mutex};

use atalaya::pipeline::{remind_due, wish};
use atalaya::store::Suppression;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::rig::{Inside, MAILS, Reply, Server, listing, points, rep, segment, tenders};

/// A portal and a list on a site, ana who gets a digest on Mondays at eight, and time moved by hand. It begins on a Monday.
struct World {
    inside: Inside,
    calls: Arc<Mutex<Vec<(String, String)>>>,
    firms: Arc<Mutex<Vec<&'static str>>>,
    _site: Server,
}

fn release(number: usize, title: &str, deadline: &str) -> Value {
    let buyer = format!("Buyer {}", ["Getafe", "Burgos", "Lugo", "Soria", "Vigo"][number % 5]);
    json!({
        "ocid": format!("ocds-test02-{number}"), "id": format!("{number}-1"), "date": "2026-11-20T09:00:00Z", "tag": ["tender"],
        "buyer": { "id": buyer, "name": buyer },
        "parties": [{ "id": buyer, "name": buyer, "roles": ["buyer"], "address": { "countryName": "ES" } }],
        "tender": {
            "id": "1", "title": title, "status": "active", "tenderPeriod": { "endDate": deadline },
            "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33112200" } }]
        }
    })
}

impl World {
    async fn new(keys: &str) -> Self {
        Self::with(keys, "").await
    }

    /// With an event to which the firms of the list belong.
    async fn with(keys: &str, event: &str) -> Self {
        let calls = Arc::new(Mutex::new(vec![("Old".to_owned(), "2027-02-01T10:00:00Z".to_owned())]));
        let firms = Arc::new(Mutex::new(vec!["Talleres García", "Cajas del Vallès", "Hornos Sur"]));
        let (shown, listed) = (Arc::clone(&calls), Arc::clone(&firms));
        let site = Server::start(move |seen| match seen.path.as_str() {
            "/releases" => {
                let releases: Vec<Value> =
                    shown.lock().unwrap().iter().enumerate().map(|(number, (title, until))| release(number, title, until)).collect();
                let package = json!({ "uri": "https://portal.example/r", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": releases });
                Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(package.to_string()) }
            }
            "/firms" => {
                let row = |firm: &&str| format!("<li><a href=\"/firms/{}\">{firm}</a></li>", firm.replace(' ', "-"));
                Reply::html(format!("<ul>{}</ul>", listed.lock().unwrap().iter().map(row).collect::<String>()))
            }
            _ => Reply::status(404),
        });
        let firm = listing("firms", &format!("{}/firms", site.address), "1h", "name = \"a\", url = \"a @href\"")
            .replace("kind = \"listing\"", "kind = \"directory\"");
        let settings = tenders(&site.address, "1h")
            + &points("tender-published", 20)
            + &firm
            + event
            + &segment("line = 5\n\n[[segment.points]]\nwhen = { source = [\"firms\"] }\npoints = 10\nwhy = \"is a firm\"")
            + &rep("ana", "UTC", "Mon 08:00")
            + keys
            + MAILS;
        let world = Self { inside: Inside::new(&settings).await, calls, firms, _site: site };
        world.run(4).await;
        world
    }

    fn call(&self, title: &str, deadline: &str) {
        self.calls.lock().unwrap().push((title.to_owned(), deadline.to_owned()));
    }

    /// Everything that the daemon does, every half hour.
    async fn run(&self, halves: usize) {
        for _ in 0..halves {
            self.visit().await;
            self.inside.drain().await;
        }
    }

    async fn visit(&self) {
        self.inside.wait(SignedDuration::from_mins(30));
        self.inside.visit().await;
        remind_due(&self.inside.effects, &self.inside.config, self.inside.clock.now()).await.unwrap();
    }

    async fn until(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        while self.inside.clock.now() < time {
            self.run(1).await;
        }
    }

    /// The mails so far, decoded as far as these tests read them.
    fn mails(&self) -> Vec<String> {
        let plain = |mail: String| mail.replace("=\r\n", "").replace("\r\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
        self.inside.written("mail").into_iter().map(plain).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_closes_before_the_digest_is_told_at_once_with_its_deadline_and_once() {
    let world = World::new("").await;
    world.until("2026-11-27T12:00:00Z").await;
    world.call("Short", "2026-11-29T12:00:00Z");
    world.call("Long", "2027-01-15T12:00:00Z");
    world.run(3).await;
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("It closes before your next digest"), "{}", mails[0]);
    assert!(mails[0].contains("Closes in 2 days, Sun 29 Nov 2026 12:00"), "{}", mails[0]);
    assert!(!mails[0].contains("Deadlines coming up"), "a deadline is told once: {}", mails[0]);
    world.until("2026-12-01T12:00:00Z").await;
    let mails = world.mails();
    let digest = mails.iter().find(|mail| mail.contains("Long")).expect("Monday's digest");
    assert!(!digest.contains("Tender published: Short"), "{digest}");
    // The reminder a day before is one of its own; the alert was that of seven days.
    assert_eq!(mails.iter().filter(|mail| mail.contains("Short")).count(), 2, "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_cap_what_closes_comes_together_as_soon_as_an_alert_may() {
    let world = World::new("alerts_per_hour = 1\nremind = []\n").await;
    world.until("2026-11-27T12:00:00Z").await;
    for title in ["First", "Second", "Third"] {
        world.call(title, "2026-11-29T12:00:00Z");
    }
    world.until("2026-11-27T13:00:00Z").await;
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    world.until("2026-11-27T14:00:00Z").await;
    let mails = world.mails();
    assert_eq!(mails.len(), 2, "{mails:#?}");
    let told = |mail: &str| ["First", "Second", "Third"].into_iter().filter(|title| mail.contains(&format!("published: {title}"))).count();
    let mut counts: Vec<usize> = mails.iter().map(|mail| told(mail)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2], "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_closed_while_the_daemon_was_stopped_is_named_and_not_offered() {
    let mut world = World::new("remind = []\n").await;
    world.until("2026-11-24T12:00:00Z").await;
    world.call("Short", "2026-12-02T12:00:00Z");
    world.call("Long", "2027-01-15T12:00:00Z");
    world.run(2).await;
    assert_eq!(world.mails(), Vec::<String>::new());
    // The digest of Monday passes, and the deadline.
    world.inside.wait(SignedDuration::from_hours(24 * 9));
    world.inside.restart().await;
    world.inside.drain().await;
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("Tender published: Long") && !mails[0].contains("published: Short"), "{}", mails[0]);
    assert!(mails[0].contains("Closed before it could be told, and left out: Short"), "{}", mails[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_left_too_late_says_what_closed_and_nothing_else() {
    let world = World::new("remind = []\n").await;
    world.until("2026-11-27T12:00:00Z").await;
    world.call("Short", "2026-11-27T20:00:00Z");
    world.visit().await;
    // It is decided and not sealed when the deadline passes.
    world.inside.wait(SignedDuration::from_hours(12));
    world.inside.drain().await;
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("Subject: 1 deadline passed before we could tell you: Short"), "{}", mails[0]);
    assert!(mails[0].contains("Closed before it could be told, and left out: Short"), "{}", mails[0]);
    for wrong in ["No source is being read", "Nothing new", "It closes before", "It scores so high"] {
        assert!(!mails[0].contains(wrong), "{wrong}: {}", mails[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_ends_early_frees_what_closes_before_the_digest_at_once() {
    let world = World::new("remind = []\n").await;
    let want = async |paused: Option<&str>| {
        let now = world.inside.clock.now();
        let before = Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), now);
        let paused = paused.map(|until| until.parse().unwrap());
        wish(&world.inside.effects, &world.inside.config, Suppression { paused, ..before }, now).await.unwrap();
    };
    // A pause until an hour that is after this Monday's digest, and one until an hour before it.
    for (until, day, digest) in
        [("2027-01-15T00:00:00Z", "2026-11-27", "2026-11-30T12:00:00Z"), ("2026-12-06T00:00:00Z", "2026-12-04", "2026-12-07T12:00:00Z")]
    {
        let known = world.mails().len();
        world.until(&format!("{day}T06:00:00Z")).await;
        want(Some(until)).await;
        let closes = jiff::civil::Date::strptime("%Y-%m-%d", day).unwrap().tomorrow().unwrap();
        world.call(&format!("Short {day}"), &format!("{closes}T20:00:00Z"));
        world.call(&format!("Long {day}"), "2027-02-15T12:00:00Z");
        world.until(&format!("{day}T12:00:00Z")).await;
        assert_eq!(world.mails().len(), known, "paused: {:#?}", world.mails());
        want(None).await;
        world.run(1).await;
        let mails = world.mails()[known..].to_vec();
        assert_eq!(mails.len(), 1, "{until}: {mails:#?}");
        assert!(mails[0].contains("It closes before your next digest") && mails[0].contains("published: Short"), "{}", mails[0]);
        assert!(!mails[0].contains("Long"), "it waits for the digest: {}", mails[0]);
        world.until(digest).await;
        let mails = world.mails()[known..].concat();
        assert!(mails.contains(&format!("published: Long {day}")) && !mails.contains("Closed before"), "{mails}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fair_that_begins_before_the_digest_is_told_as_one_that_begins() {
    let fair = "event = { name = \"Expo Norte\", date = 2026-11-28 }\n";
    let world = World::with("remind = []\n", fair).await;
    world.until("2026-11-27T06:00:00Z").await;
    world.firms.lock().unwrap().push("Papelera Norte");
    world.run(4).await;
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("It begins before your next digest") && !mails[0].contains("It closes"), "{}", mails[0]);
    assert!(mails[0].contains("Papelera Norte exhibits at Expo Norte on Sat 28 Nov 2026"), "{}", mails[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_to_a_list_is_told_as_back_and_only_after_a_while() {
    let world = World::new("").await;
    world.firms.lock().unwrap().push("Papelera Norte");
    world.until("2026-12-01T12:00:00Z").await;
    let mails = world.mails();
    assert!(mails.len() == 1 && mails[0].contains("Papelera Norte is listed for the first time"), "{mails:#?}");
    // A week without it is nothing.
    world.firms.lock().unwrap().pop();
    world.until("2026-12-04T12:00:00Z").await;
    world.firms.lock().unwrap().push("Papelera Norte");
    world.until("2026-12-15T12:00:00Z").await;
    let mails = world.mails();
    assert!(!mails[1..].concat().contains("Papelera Norte"), "{mails:#?}");
    // A month is told, as what it is.
    let before = mails.len();
    world.firms.lock().unwrap().pop();
    world.until("2027-01-05T12:00:00Z").await;
    let away = world.mails()[before..].concat();
    assert!(!away.contains("Papelera Norte"), "{away}");
    world.firms.lock().unwrap().push("Papelera Norte");
    world.until("2027-01-12T12:00:00Z").await;
    let back = world.mails()[before..].concat();
    assert!(back.contains("Papelera Norte is listed again (was gone since Tue 15 Dec 2026)"), "{back}");
    assert!(!back.contains("for the first time") && !back.contains("No longer listed"), "{back}");
}
