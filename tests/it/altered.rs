//! What becomes of tenders that somebody has in their calendar: told to all of them, once, and as no lead; and what another portal says of a
//! tender under another buyer's name.

use std::sync::{Arc, Mutex};

use atalaya::model::{Lead, MessageKind, MessageState};
use atalaya::pipeline::{Judging, calendar_of, judge_some, overtaken, remind_due};
use atalaya::render::CalendarOf;
use atalaya::store::{LeadFilter, MessageFilter};
use atalaya::web::{Answer, Question, answer};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::rig::{Inside, LINES, MAILS, Reply, Server, points, portal, rep, tenders};
use crate::tenders::ask;

const HOSPITAL: &str = "Hospital Universitario de Getafe";

/// Two portals, and what they show.
pub struct World {
    pub inside: Inside,
    shown: [Arc<Mutex<Vec<Value>>>; 2],
    /// What the first answers instead of its documents, with status 200.
    instead: Arc<Mutex<Option<&'static str>>>,
    site: Server,
}

/// A notice of a procedure.
pub fn notice(procedure: u32, buyer: &str, title: &str, (deadline, status): (&str, &str)) -> Value {
    json!({
        "ocid": format!("ocds-test01-{procedure:06}"), "id": format!("{procedure}-{deadline}-{status}"),
        "date": "2026-11-20T09:00:00Z", "tag": [if status == "cancelled" { "tenderCancellation" } else { "tenderUpdate" }],
        "buyer": { "id": buyer, "name": buyer },
        "parties": [{ "id": buyer, "name": buyer, "roles": ["buyer"], "address": { "countryName": "ES" } }],
        "tender": {
            "id": "1", "title": title, "status": status, "tenderPeriod": { "endDate": deadline },
            "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33112200" } }],
            "documents": [{ "id": "1", "documentType": "tenderNotice", "url": format!("https://portal.example/notices/{procedure}") }]
        }
    })
}

/// A segment that looks for a class.
fn looking(id: &str, cpv: &str) -> String {
    format!("\n[[segment]]\nid = \"{id}\"\nline = 5\n\n[[segment.points]]\nwhen = {{ cpv = [\"{cpv}\"] }}\npoints = 20\n")
}

impl World {
    /// With what the two portals hold from the start; `rest` follows the settings of the first and of the segment `health`.
    pub async fn new(rest: &str, held: [Vec<Value>; 2]) -> Self {
        Self::with("", rest, held).await
    }

    /// The same with further keys of both sources.
    pub async fn with(keys: &str, rest: &str, held: [Vec<Value>; 2]) -> Self {
        let shown = held.map(|held| Arc::new(Mutex::new(held)));
        let shows = shown.clone();
        let instead: Arc<Mutex<Option<&'static str>>> = Arc::default();
        let answers = Arc::clone(&instead);
        let site = Server::start(move |seen| {
            let Some(place) = ["/releases", "/second/releases"].iter().position(|path| *path == seen.path) else {
                return Reply::status(404);
            };
            if let (0, Some(page)) = (place, *answers.lock().unwrap()) {
                return Reply::html(page);
            }
            let other = notice(9, "Ayuntamiento de Lugo", "Street lights", ("2020-11-01T09:00:00Z", "complete"));
            let releases: Vec<Value> = std::iter::once(other).chain(shows[place].lock().unwrap().iter().cloned()).collect();
            let package = json!({ "uri": "https://portal.example/r", "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": releases });
            Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(package.to_string()) }
        });
        let jitter = "jitter = \"0s\"\n";
        let settings = Self::settings(&site, rest).replace(jitter, &format!("{jitter}{keys}"));
        let world = Self { inside: Inside::new(&settings).await, shown, instead, site };
        world.run(6).await;
        world
    }

    fn settings(site: &Server, rest: &str) -> String {
        tenders(&site.address, "1h") + rest + &portal("second", &format!("{}/second", site.address), "1h") + MAILS
    }

    /// Takes another configuration, and judges all leads by it, as the daemon does.
    pub async fn configure(&mut self, rest: &str) {
        self.inside.configure(&Self::settings(&self.site, rest)).await;
        self.judge().await;
    }

    async fn judge(&self) {
        let mut judging = Judging::default();
        while !judge_some(&self.inside.effects, &self.inside.config, &mut judging, self.inside.clock.now()).await.unwrap().done {}
    }

    /// Another notice of a procedure.
    pub fn show(&self, portal: usize, notice: Value) {
        self.shown[portal].lock().unwrap().push(notice);
    }

    /// The same procedure otherwise, in the place of what was shown of it.
    pub fn correct(&self, portal: usize, notice: Value) {
        let mut shown = self.shown[portal].lock().unwrap();
        shown.retain(|one| one["ocid"] != notice["ocid"]);
        shown.push(notice);
    }

    /// Everything that the daemon does, every half hour.
    pub async fn run(&self, halves: usize) {
        for _ in 0..halves {
            self.inside.wait(SignedDuration::from_mins(30));
            self.inside.visit().await;
            overtaken(&self.inside.effects, &self.inside.config, self.inside.clock.now()).await.unwrap();
            remind_due(&self.inside.effects, &self.inside.config, self.inside.clock.now()).await.unwrap();
            self.inside.drain().await;
        }
    }

    pub async fn until(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        while self.inside.clock.now() < time {
            self.run(1).await;
        }
    }

    pub async fn leads(&self) -> Vec<Lead> {
        self.inside.effects.store.leads(LeadFilter::default(), 10).await.unwrap()
    }

    /// The mails to somebody in which these words are, decoded as far as these tests read them.
    pub fn mails(&self, rep: &str, words: &str) -> Vec<String> {
        let plain = |mail: String| {
            mail.replace("=\r\n", "").replace("\r\n", " ").replace("=E2=86=92", "→").replace("=E2=80=9C", "“").replace("=E2=80=9D", "”")
        };
        let mails = self.inside.written("mail").into_iter().map(plain).map(|mail| mail.split_whitespace().collect::<Vec<_>>().join(" "));
        mails.filter(|mail| mail.contains(&format!("To: {rep}@example.com")) && mail.contains(words)).collect()
    }

    /// Which alerts left.
    pub async fn alerts(&self) -> Vec<String> {
        let all = self.inside.effects.store.messages(MessageFilter::default(), 1_000).await.unwrap();
        let mut alerts: Vec<String> = all
            .into_iter()
            .filter(|message| message.kind == MessageKind::Alert && !matches!(message.state, MessageState::Suppressed { .. }))
            .map(|message| format!("{} {}", message.made, message.title))
            .collect();
        alerts.sort();
        alerts
    }
}

fn scanners(deadline: &str, status: &str) -> Value {
    notice(1, HOSPITAL, "Ultrasound scanners", (deadline, status))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_a_tender_that_was_there_is_told_to_all_who_have_it_and_makes_no_lead() {
    let who = |id: &str, segments: &str| rep(id, "Europe/Madrid", "Mon-Fri 08:00") + &format!("segments = [{segments}]\nremind = []\n");
    let reps = who("ana", "\"health\", \"imaging\"") + &who("bob", "\"imaging\"") + &who("cleo", "\"lights\"");
    let settings = looking("imaging", "33112") + &looking("lights", "315") + &reps + LINES;
    let mut world = World::new(&settings, [vec![scanners("2026-12-10T13:00:00+01:00", "active")], Vec::new()]).await;
    world.until("2026-12-01T12:00:00Z").await;
    world.show(0, scanners("2026-12-21T07:30:00+01:00", "active"));
    world.run(2).await;
    world.inside.restart().await;
    world.until("2026-12-04T12:00:00Z").await;
    let told = "Deadline moved: Thu 10 Dec 2026 13:00 Europe/Madrid → Mon 21 Dec 2026 07:30 Europe/Madrid";
    let each = ["ana", "bob", "cleo"].map(|rep| world.mails(rep, "Deadline moved").len());
    assert_eq!((world.leads().await.len(), each), (0, [1, 1, 0]), "once, whatever number of segments: {:#?}", world.inside.written("mail"));
    for rep in ["ana", "bob"] {
        let mail = world.mails(rep, told).pop().unwrap_or_else(|| panic!("{:#?}", world.mails(rep, "")));
        for words in ["Subject: Deadline moved to Mon 21 Dec 2026 07:30: Ultrasound scanners", "News of tenders in your calendar", HOSPITAL]
        {
            assert!(mail.contains(words), "{words}: {mail}");
        }
        assert!(!mail.contains("lead for you") && !mail.contains("Next step"), "{mail}");
    }
    let lines = world.inside.written("lines").concat();
    assert_eq!((lines.matches("tender.changed").count(), lines.matches("lead.").count()), (1, 0), "{lines}");
    assert!(lines.contains("\"segments\":[\"health\",\"imaging\"]") && lines.contains("deadline-moved"), "{lines}");
    // The whole feed again, word for word; then it is cancelled on the Sunday before it closes.
    let again = world.shown[0].lock().unwrap().clone();
    world.shown[0].lock().unwrap().extend(again);
    world.until("2026-12-20T12:00:00Z").await;
    assert_eq!((world.alerts().await, world.mails("ana", "Deadline moved").len()), (Vec::new(), 1));
    world.show(0, scanners("2026-12-21T07:30:00+01:00", "cancelled"));
    world.until("2026-12-22T12:00:00Z").await;
    let alerts = world.alerts().await;
    assert!(alerts.len() == 2 && alerts.iter().all(|alert| alert.starts_with("2026-12-20T12:30:00Z alert for")), "{alerts:?}");
    assert_eq!(["ana", "bob", "cleo"].map(|rep| world.mails(rep, "Subject: Tender cancelled: Ultrasound scanners").len()), [1, 1, 0]);
    assert_eq!(world.leads().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lead_tells_of_its_tender_is_not_told_beside_it() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n" + &rep("bob", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&reps, [vec![notice(2, HOSPITAL, "Beds", ("2027-01-20T10:00:00Z", "active"))], Vec::new()]).await;
    world.until("2026-11-25T03:00:00Z").await;
    world.show(0, scanners("2026-12-10T13:00:00+01:00", "active"));
    world.run(3).await;
    // The lead waits for the digest when its buyer's other tender, which was there, moves.
    world.show(0, notice(2, HOSPITAL, "Beds", ("2027-01-27T10:00:00Z", "active")));
    world.run(3).await;
    world.until("2026-11-25T12:00:00Z").await;
    let owner = if world.mails("ana", "lead for you").is_empty() { "bob" } else { "ana" };
    let other = if owner == "ana" { "bob" } else { "ana" };
    let mails = world.mails(owner, "Deadline moved");
    assert_eq!(mails.len(), 1, "{mails:#?}");
    // In both forms of the one mail.
    assert_eq!(mails[0].matches("Wed 20 Jan 2027").count(), 2, "{}", mails[0]);
    world.show(0, scanners("2026-12-21T07:30:00+01:00", "active"));
    world.until("2026-11-26T12:00:00Z").await;
    let mails = world.mails(owner, "Mon 21 Dec 2026 06:30");
    assert!(mails.len() == 1 && !mails[0].contains("News of tenders"), "the lead tells it: {mails:#?}");
    assert_eq!(world.mails(other, "Deadline moved"), Vec::<String>::new(), "the buyer is the other's lead");
    // What is cancelled counts nothing any more; who works towards the day hears of it before that day.
    world.until("2026-12-20T12:00:00Z").await;
    world.show(0, scanners("2026-12-21T07:30:00+01:00", "cancelled"));
    world.until("2026-12-22T12:00:00Z").await;
    let mails = world.mails(owner, "Tender cancelled");
    assert!(mails.len() == 1 && mails[0].contains("Subject: Tender cancelled"), "{mails:#?}");
    assert!(world.alerts().await.iter().any(|alert| alert.starts_with("2026-12-20T12:30:00Z")), "{:?}", world.alerts().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_moves_before_its_tender_was_told_is_no_move_in_an_alert_either() {
    // The lead of the one counts that it was published, which no move changes.
    let counts = |id: &str| {
        looking(id, "33112").replace("line = 5", "line = 25") + "\n[[segment.points]]\nsignal = \"tender-published\"\npoints = 20\n"
    };
    let ana = rep("ana", "UTC", "Mon 08:00") + "segments = [\"imaging\"]\nremind = []\n";
    let beds = |deadline: &str| notice(2, HOSPITAL, "Beds", (deadline, "active"));
    let world = World::new(&(counts("imaging") + &ana), [vec![beds("2027-01-20T10:00:00Z")], Vec::new()]).await;
    world.until("2026-11-25T12:00:00Z").await;
    world.show(0, scanners("2026-12-21T10:00:00Z", "active"));
    world.until("2026-11-28T12:00:00Z").await;
    assert_eq!(world.mails("ana", "scanners"), Vec::<String>::new(), "it waits for Monday");
    // What was there before is known from the calendar; what waits for Monday is not.
    world.show(0, scanners("2026-11-29T20:00:00Z", "active"));
    world.show(0, beds("2026-11-29T22:00:00Z"));
    world.run(4).await;
    let mails = world.mails("ana", "");
    let of_scanners: Vec<&String> = mails.iter().filter(|mail| mail.contains("Ultrasound scanners")).collect();
    assert!(of_scanners.len() == 1 && of_scanners[0].contains("Tender published"), "{mails:#?}");
    assert!(!mails.iter().any(|mail| mail.contains("Mon 21 Dec 2026")), "she never heard of that day: {mails:#?}");
    assert!(mails.iter().any(|mail| mail.contains("Wed 20 Jan 2027 10:00 UTC → Sun 29 Nov 2026 22:00 UTC")), "{mails:#?}");
    world.until("2026-12-01T12:00:00Z").await;
    assert_eq!(world.mails("ana", "scanners").len(), 1, "once: {:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wanted_only_as_one_of_a_lead_is_told_to_who_has_the_lead() {
    let beds = "\n[[segment.points]]\nwhen = { words = [\"beds\"] }\npoints = 20\n";
    let big = looking("big", "33112").replace("line = 5", "line = 30") + beds;
    let of_big = |id: &str| rep(id, "UTC", "Mon-Fri 08:00") + "segments = [\"big\"]\nremind = []\n";
    let world = World::new(&(big + &of_big("ana") + &of_big("bob")), [vec![scanners("2026-12-10T13:00:00Z", "active")], Vec::new()]).await;
    world.until("2026-11-25T03:00:00Z").await;
    world.show(0, notice(2, HOSPITAL, "Beds", ("2027-01-20T10:00:00Z", "active")));
    world.until("2026-11-26T12:00:00Z").await;
    let (owner, other) = if world.mails("ana", "Tender published").is_empty() { ("bob", "ana") } else { ("ana", "bob") };
    world.show(0, scanners("2026-12-17T13:00:00Z", "active"));
    world.until("2026-11-27T12:00:00Z").await;
    let moved = "Deadline moved: Thu 10 Dec 2026 13:00 UTC → Thu 17 Dec 2026 13:00 UTC";
    assert_eq!([owner, other].map(|rep| world.mails(rep, moved).len()), [1, 0], "{:#?}", world.inside.written("mail"));
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_tender_is_awarded_is_told_to_who_had_it() {
    // That it was published counts, that it is awarded does not: no lead tells of it.
    let published = "\n[[segment.points]]\nsignal = \"tender-published\"\npoints = 20\n";
    let imaging = looking("imaging", "33112").replace("line = 5", "line = 30") + published;
    let ana = rep("ana", "UTC", "Mon-Fri 08:00") + "segments = [\"imaging\"]\nremind = []\n";
    let world = World::new(&(imaging + &ana), [vec![scanners("2026-12-10T13:00:00Z", "active")], Vec::new()]).await;
    world.until("2026-12-11T12:00:00Z").await;
    let mut awarded = scanners("2026-12-10T13:00:00Z", "complete");
    awarded["tag"] = json!(["award"]);
    awarded["awards"] = json!([{ "id": "1", "status": "active", "suppliers": [{ "id": "w", "name": "Boreal Imaging, S.L." }] }]);
    world.show(0, awarded);
    world.until("2026-12-15T12:00:00Z").await;
    let mails = world.mails("ana", "Tender awarded");
    assert!(mails.len() == 1 && mails[0].contains("News of tenders") && mails[0].contains("Boreal Imaging"), "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_portal_cancels_under_another_buyers_name_takes_no_offers_anywhere() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let settings = points("tender-published", 20) + &reps;
    let elsewhere = |status: &str| notice(1, "Servicio Madrileño de Salud", "Ultrasound scanners", ("2026-12-21T10:00:00Z", status));
    let world = World::new(&settings, [Vec::new(), vec![elsewhere("active")]]).await;
    world.until("2026-11-25T12:00:00Z").await;
    world.show(0, scanners("2026-12-21T10:00:00Z", "active"));
    world.until("2026-11-26T12:00:00Z").await;
    let taken = async || {
        let leads = world.leads().await;
        let of = leads.iter().find(|lead| lead.title == HOSPITAL).expect("the first portal's buyer is a lead");
        of.score.parts.iter().any(|part| part.why == "tender-published")
    };
    assert!(taken().await);
    world.show(1, elsewhere("cancelled"));
    world.run(2).await;
    assert!(!taken().await, "{:#?}", world.leads().await);
    world.until("2026-11-27T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Tender cancelled").len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_portal_held_is_not_listed_where_the_same_mail_tells_of_it() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let beds = notice(2, HOSPITAL, "Beds", ("2027-01-20T10:00:00Z", "active"));
    let world = World::new(&reps, [vec![scanners("2026-12-10T10:00:00Z", "active"), beds], Vec::new()]).await;
    world.show(0, scanners("2026-12-21T10:00:00Z", "active"));
    world.until("2026-11-24T12:00:00Z").await;
    let mail = world.mails("ana", "it held already").pop().expect("the first digest says what was there");
    assert!(mail.contains("2 open tenders for you") && mail.contains("Wed 20 Jan 2027 10:00 UTC: Beds"), "{mail}");
    assert!(mail.contains("→ Mon 21 Dec 2026 10:00 UTC") && !mail.contains("Mon 21 Dec 2026 10:00 UTC: Ultrasound scanners"), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_is_found_by_what_people_call_it() {
    let beds = |procedure, title| notice(procedure, HOSPITAL, title, ("2027-01-20T10:00:00Z", "active"));
    let elsewhere = notice(3, HOSPITAL, "Beds for wards and homes", ("2027-01-20T11:00:00+01:00", "active"));
    let held = [scanners("2026-12-21T10:00:00Z", "active"), beds(2, "Beds for wards"), elsewhere, beds(4, "Beds")];
    // The second portal has one of them too.
    let world = World::new("", [held.to_vec(), vec![scanners("2026-12-21T10:00:00Z", "active")]]).await;
    world.show(0, scanners("2026-12-28T11:00:00+01:00", "active"));
    world.run(4).await;
    for (called, want) in [
        ("ocds-test01-000002", "Beds for wards"),
        ("OCDS-TEST01-000003", "Beds for wards and homes"),
        ("ultrasound", "Ultrasound scanners"),
        ("ultrasound  SCANNERS", "Ultrasound scanners"),
        ("beds", "Beds"),
        ("homes", "Beds for wards and homes"),
        // A notice before the last.
        ("1-2026-12-21T10:00:00Z-ACTIVE", "Ultrasound scanners"),
    ] {
        let Answer::Tender(view) = ask(&world.inside, Question::Tender { id: called.to_owned(), at: None }).await else {
            panic!("{called}")
        };
        assert_eq!(view.title, want, "{called}");
        let Answer::TenderHistory(history) = ask(&world.inside, Question::TenderHistory { id: called.to_owned() }).await else {
            panic!("{called}")
        };
        assert_eq!((&history.id, history.notices.len()), (&view.id, view.notices), "{called}");
        if view.title == "Ultrasound scanners" {
            let said = history.notices.iter().flat_map(|notice| &notice.changes).filter_map(|(_, _, is)| is.clone()).collect::<Vec<_>>();
            let written = "2026-12-28 11:00 +01 (as written: “2026-12-28T11:00:00+01:00”; 2026-12-28 10:00 UTC)";
            assert!(said.iter().any(|is| is == written) && view.notices == 3, "{said:#?}");
        }
    }
    for (called, words) in [
        ("for wards", ["several tenders are called for wards", "(portal, ocds-test01-000003, offers until 2027-01-20 10:00 UTC)"]),
        ("cars", ["no tender cars", "tender list"]),
    ] {
        let (effects, config) = (&world.inside.effects, &world.inside.config);
        let error = answer(effects, config, Question::Tender { id: called.to_owned(), at: None }, true).await.unwrap_err().to_string();
        assert!(words.iter().all(|words| error.contains(words)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_answers_a_page_of_errors_is_told_by_what_it_answers_and_until_when_it_worked() {
    let world = World::new("", [vec![scanners("2026-12-21T10:00:00Z", "active")], Vec::new()]).await;
    for (page, words) in [
        ("<!doctype html><title>Mantenimiento</title><p>Volvemos pronto</p>", "an HTML page titled “Mantenimiento”"),
        (r#"{"error": {"message": "rate limit exceeded"}}"#, "a JSON error: rate limit exceeded"),
    ] {
        *world.instead.lock().unwrap() = Some(page);
        world.run(20).await;
        let Answer::Source(view) = ask(&world.inside, Question::Source { id: "portal".to_owned(), page: None, diff: false }).await else {
            panic!("no source")
        };
        let said = view.source.reason.clone().unwrap_or_default();
        assert!(said.contains(words) && said.contains("; until 2026-11-23 1") && !said.contains("eforms"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_told_once_to_who_has_two_leads_of_it() {
    let published = "\n[[segment.points]]\nsignal = \"tender-published\"\npoints = 20\n";
    let none_fits = "\n[[segment]]\nid = \"all\"\nline = 5\n".to_owned() + published;
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(looking("imaging", "33112") + published + &none_fits + &reps), [Vec::new(), Vec::new()]).await;
    world.show(0, scanners("2027-01-20T10:00:00Z", "active"));
    world.until("2026-11-25T12:00:00Z").await;
    assert!(world.leads().await.len() > 1 && world.mails("ana", "1 lead for you").len() == 1, "{:#?}", world.leads().await);
    world.show(0, scanners("2027-01-20T10:00:00Z", "cancelled"));
    world.until("2026-11-30T12:00:00Z").await;
    let mails = world.mails("ana", "Tender cancelled");
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert_eq!(mails[0].matches("Tender cancelled (").count(), 2, "once in each form: {}", mails[0]);
    assert!(!mails[0].contains("how well it fits") && mails[0].contains("News of tenders"), "{}", mails[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_an_award_is_annulled_is_told_to_who_was_told_of_it() {
    let ana = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("award-won", 20) + &ana), [vec![scanners("2026-12-10T13:00:00Z", "active")], Vec::new()]).await;
    world.until("2026-12-11T12:00:00Z").await;
    // Of two winners one loses the award: it is awarded still.
    let with = |status: &str, at: &str| {
        let mut awarded = scanners("2026-12-10T13:00:00Z", "complete");
        (awarded["tag"], awarded["date"], awarded["id"]) = (json!(["award"]), json!(at), json!(at));
        let award = |id: &str, status: &str, name: &str| json!({ "id": id, "status": status, "suppliers": [{ "id": id, "name": name }] });
        awarded["awards"] = json!([award("1", status, "Boreal Imaging, S.L."), award("2", "active", "Austral Imaging, S.L.")]);
        awarded
    };
    world.show(0, with("active", "2026-12-11T13:00:00Z"));
    world.until("2026-12-15T12:00:00Z").await;
    assert!(!world.mails("ana", "Tender awarded").is_empty(), "{:#?}", world.mails("ana", ""));
    world.show(0, with("cancelled", "2026-12-15T13:00:00Z"));
    world.until("2026-12-18T12:00:00Z").await;
    let mails = world.mails("ana", "Award annulled");
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    for words in ["News of tenders", "Award annulled: Boreal Imaging, S.L.", "Award annulled: Ultrasound scanners", "Boreal Imaging"] {
        assert!(mail.contains(words), "{words}: {mail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_award_that_is_cancelled_cancels_no_tender_and_one_that_took_offers_takes_them_not_again() {
    for (status, open) in [("complete", "the tender is not open again"), ("active", "the tender is open")] {
        let ana = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
        let world = World::new(&(points("award-won", 20) + &ana), [vec![scanners("2026-12-20T13:00:00Z", "active")], Vec::new()]).await;
        world.until("2026-12-11T12:00:00Z").await;
        let with = |tag: &str, award: &str, at: &str| {
            let mut awarded = scanners("2026-12-20T13:00:00Z", status);
            (awarded["tag"], awarded["date"], awarded["id"]) = (json!([tag]), json!(at), json!(at));
            awarded["awards"] = json!([{ "id": "1", "status": award, "suppliers": [{ "id": "1", "name": "Boreal Imaging, S.L." }] }]);
            awarded
        };
        world.show(0, with("award", "active", "2026-12-11T13:00:00Z"));
        world.until("2026-12-15T12:00:00Z").await;
        world.show(0, with("awardCancellation", "cancelled", "2026-12-15T13:00:00Z"));
        world.until("2026-12-18T12:00:00Z").await;
        let mails = world.mails("ana", "Award annulled");
        let [mail] = mails.as_slice() else { panic!("{status}: {:#?}", world.mails("ana", "")) };
        assert!(mail.contains(&format!("Award annulled: Boreal Imaging, S.L.; {open} (")), "{status}: {mail}");
        for words in ["Tender cancelled", "Takes offers again"] {
            assert!(world.mails("ana", words).is_empty(), "{status}: {:#?}", world.mails("ana", words));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_nobody_can_read_is_said_to_be_looked_up() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let beds = |deadline: &str| notice(2, "Ayuntamiento de Vigo", "Beds", (deadline, "active"));
    let world = World::new(&(points("tender-published", 20) + &reps), [vec![beds("2027-01-20T10:00:00Z")], Vec::new()]).await;
    world.show(0, scanners("30.02.2027", "active"));
    world.until("2026-11-25T12:00:00Z").await;
    assert_eq!(world.mails("ana", "deadline not readable: “30.02.2027”; look it up").len(), 1, "{:#?}", world.mails("ana", ""));
    world.show(0, beds("see documents"));
    world.until("2026-11-27T12:00:00Z").await;
    assert_eq!(world.mails("ana", "deadline not readable: “see documents”; look it up").len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn portals_that_differ_on_a_deadline_are_both_told_and_an_earlier_one_is_news() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 20) + &reps), [Vec::new(), Vec::new()]).await;
    world.show(0, scanners("2027-01-20T10:00:00Z", "active"));
    world.run(1).await;
    world.show(1, scanners("2027-01-27T10:00:00Z", "active"));
    world.until("2026-11-25T12:00:00Z").await;
    let both = "portal says Wed 20 Jan 2027 10:00 UTC, second says Wed 27 Jan 2027 10:00 UTC: the earlier counts";
    let mails = world.mails("ana", both);
    assert!(mails.len() == 1 && mails[0].contains("Tender published"), "{:#?}", world.mails("ana", ""));
    // What the second portal brings is told by the first, but for an earlier deadline.
    let beds = |deadline: &str| notice(2, HOSPITAL, "Beds", (deadline, "active"));
    world.show(0, beds("2027-02-10T10:00:00Z"));
    world.until("2026-11-26T12:00:00Z").await;
    world.show(1, beds("2027-02-03T10:00:00Z"));
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "the earlier counts");
    let moved = mails.iter().find(|mail| mail.contains("second says Wed 3 Feb 2027")).unwrap_or_else(|| panic!("{mails:#?}"));
    assert!(moved.contains("Wed 10 Feb 2027 10:00 UTC → Wed 3 Feb 2027 10:00 UTC"), "{moved}");
    // The first moves to a day that the second's stays before: nothing that holds moves. Then the second gives way to it.
    let told = world.mails("ana", "Deadline moved").len();
    world.show(0, beds("2027-02-17T10:00:00Z"));
    world.until("2026-11-28T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Deadline moved").len(), told, "{:#?}", world.mails("ana", "Deadline moved"));
    world.show(1, beds("2027-02-24T10:00:00Z"));
    world.until("2026-11-30T12:00:00Z").await;
    let mails = world.mails("ana", "Wed 3 Feb 2027 10:00 UTC → Wed 17 Feb 2027 10:00 UTC");
    assert_eq!((mails.len(), world.mails("ana", "24 Feb 2027 10:00 UTC (").len()), (1, 0), "{:#?}", world.mails("ana", "Deadline moved"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_portal_cancels_says_who_says_so_and_who_takes_offers_still() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 20) + &reps + LINES), [Vec::new(), Vec::new()]).await;
    let beta = |mut one: Value| {
        one["tender"]["documents"][0]["url"] = json!("https://second.example/notices/1");
        one
    };
    world.show(0, scanners("2026-11-26T10:00:00Z", "active"));
    world.show(1, beta(scanners("2026-12-29T10:00:00Z", "active")));
    world.until("2026-11-28T12:00:00Z").await;
    world.show(0, scanners("2026-11-26T10:00:00Z", "cancelled"));
    world.until("2026-12-01T12:00:00Z").await;
    let mails = world.mails("ana", "Tender cancelled");
    let whose = "cancelled on portal; second still takes offers until Tue 29 Dec 2026 10:00 UTC";
    assert!(mails.len() == 1 && mails[0].contains(whose), "{mails:#?}");
    let link = |words: &str| mails[0].find(words).unwrap_or(usize::MAX);
    assert!(link("https://portal.example/notices/1") < link("https://second.example/notices/1"), "{mails:#?}");
    let question = Question::Tender { id: "Ultrasound scanners".to_owned(), at: None };
    let Answer::Tender(view) = ask(&world.inside, question).await else { panic!("no tender") };
    assert_eq!((view.stage.as_deref(), view.deadline_at.as_deref()), (Some("cancelled"), Some("2026-12-29T10:00:00Z")), "{view:?}");
    assert!(!view.deadlines.iter().any(|line| line.contains("2026-11-26") || line.contains("26 Nov")), "{view:?}");
    assert!(view.differing.iter().any(|line| line.starts_with("cancelled on portal; second still takes offers until")), "{view:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_told_of_a_tender_is_no_move() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 10) + &reps + LINES), [Vec::new(), Vec::new()]).await;
    world.until("2026-11-25T12:00:00Z").await;
    // Of the two that are new the later is read first.
    world.show(1, scanners("2027-01-08T10:00:00Z", "active"));
    world.run(1).await;
    world.show(0, scanners("2026-12-04T10:00:00Z", "active"));
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Tender published: Ultrasound scanners");
    assert!(mails.len() == 1 && mails[0].contains("the earlier counts") && mails[0].contains("second says Fri 8 Jan 2027"), "{mails:#?}");
    for words in ["Deadline moved", "10:00 UTC → "] {
        assert_eq!(world.mails("ana", words), Vec::<String>::new());
    }
    // From then on each move is one.
    world.show(0, scanners("2026-12-11T10:00:00Z", "active"));
    world.until("2026-12-01T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Fri 4 Dec 2026 10:00 UTC → Fri 11 Dec 2026 10:00 UTC").len(), 1, "{:#?}", world.mails("ana", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_deadline_that_takes_over_from_another_portals_is_told_once() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 20) + &reps + LINES), [Vec::new(), Vec::new()]).await;
    world.show(0, scanners("2026-11-26T10:00:00Z", "active"));
    world.run(2).await;
    world.show(1, scanners("2026-12-04T10:00:00Z", "active"));
    world.until("2026-11-26T10:00:00Z").await;
    assert_eq!(world.mails("ana", "Deadline moved").len(), 0, "{:#?}", world.mails("ana", "Deadline moved"));
    world.until("2026-12-02T12:00:00Z").await;
    // There is nothing to be done about it: the digest tells it, with the lead.
    let moved = "deadline Thu 26 Nov 2026 10:00 UTC → Fri 4 Dec 2026 10:00 UTC; portal portal → second";
    let mails = world.mails("ana", "Thu 26 Nov 2026 10:00 UTC →");
    assert!(mails.len() == 1 && mails[0].contains(moved) && mails[0].contains("Subject: 1 lead for you"), "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("ana", "Closed before"), Vec::<String>::new(), "it is open");
    let lines = world.inside.written("lines").concat();
    // Its buyer is a lead, so machines hear of it with that.
    let told: Vec<&str> = lines.lines().filter(|line| line.contains("portal portal → second")).collect();
    assert!(told.len() == 1 && told[0].contains("2026-12-04T10:00:00"), "{told:#?}");
    // When the last is over, nothing takes over.
    world.until("2026-12-07T12:00:00Z").await;
    assert_eq!(world.mails("ana", "10:00 UTC →").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_tender_no_more_hears_once_who_has_it() {
    let reps =
        rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n" + &rep("bob", "UTC", "Mon-Fri 08:00") + "name = \"Bob B.\"\nremind = []\n";
    let world = World::new(&(points("tender-published", 20) + &reps), [vec![scanners("2027-01-20T10:00:00Z", "active")], Vec::new()]).await;
    world.until("2026-11-25T03:00:00Z").await;
    world.show(0, notice(2, HOSPITAL, "Beds", ("2027-02-10T10:00:00Z", "active")));
    world.until("2026-11-30T12:00:00Z").await;
    let (owner, other) = if world.mails("ana", "Tender published").is_empty() { ("bob", "ana") } else { ("ana", "bob") };
    let name = if owner == "bob" { "Bob B." } else { "ana" };
    let mails = world.mails(other, &format!("Is now with {name}"));
    assert!(mails.len() == 1 && mails[0].contains("Ultrasound scanners") && !mails[0].contains("Beds"), "{:#?}", world.mails(other, ""));
    assert_eq!(world.mails(owner, "Is now with"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_other_segments_now_hears_once_which_tenders_went_and_to_whom() {
    let works = |id: &str, segment: &str| {
        rep(id, "UTC", "Mon-Fri 08:00") + &format!("name = \"{id} B.\"\nremind = []\nsegments = [\"{segment}\"]\n")
    };
    let of = |ana: &str, bob: &str, cleo: &str| {
        points("tender-published", 20) + &looking("beds", "94") + &works("ana", ana) + &works("bob", bob) + &works("cleo", cleo)
    };
    let held = vec![notice(1, "Ayuntamiento de Vigo", "Monitors", ("2027-01-20T10:00:00Z", "active"))];
    let mut world = World::new(&of("health", "beds", "beds"), [held, Vec::new()]).await;
    world.judge().await;
    world.show(0, notice(2, HOSPITAL, "Beds", ("2027-02-10T10:00:00Z", "active")));
    world.until("2026-11-25T12:00:00Z").await;
    assert_eq!(world.mails("ana", "Tender published").len(), 1, "the one is her lead, the other in her calendar");
    world.configure(&of("beds", "health", "beds")).await;
    world.configure(&of("beds", "health", "beds")).await;
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Is now with bob B.");
    assert!(mails.len() == 1 && mails[0].contains("Beds") && mails[0].contains("Monitors"), "{:#?}", world.mails("ana", ""));
    assert_eq!(world.mails("bob", "handed over to you, ana B. had it").len(), 1, "{:#?}", world.mails("bob", ""));
    for rep in ["bob", "cleo"] {
        assert_eq!(world.mails(rep, "Is now with").len() + world.mails(rep, "Is no longer").len(), 0, "{:#?}", world.mails(rep, ""));
    }
    // Nobody has them then.
    world.configure(&of("beds", "beds", "beds")).await;
    world.until("2026-12-01T12:00:00Z").await;
    let mails = world.mails("bob", "Is no longer in your calendar, and in nobody's");
    assert!(mails.len() == 1 && mails[0].contains("Beds") && mails[0].contains("Monitors"), "{:#?}", world.mails("bob", ""));
    assert_eq!(world.mails("ana", "Is no longer").len(), 0);
    assert_eq!(world.mails("ana", "Is now with").len(), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_portals_held_is_counted_once_and_is_a_link() {
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let held = || vec![scanners("2027-01-20T10:00:00Z", "active")];
    let beds = notice(2, HOSPITAL, "Beds", ("2027-02-10T10:00:00Z", "active"));
    let world = World::new(&reps, [held(), [held(), vec![beds]].concat()]).await;
    world.until("2026-11-25T12:00:00Z").await;
    let mails = world.mails("ana", "it held already");
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert_eq!(mail.matches("10:00 UTC: Ultrasound scanners").count(), 2, "once in each form: {mail}");
    assert!(mail.contains("1 open tender for you and 1 that is counted above, 0 running"), "{mail}");
    assert!(mail.contains("href=3D\"https:&#x2f;&#x2f;portal.example&#x2f;notices&#x2f;1\""), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_however_many_tenders_each_is_told() {
    const MANY: u32 = 130;
    let reps = rep("ana", "UTC", "Mon-Fri 08:00") + "remind = []\n";
    let all = |day: &str| {
        (100..100 + MANY).map(|n| notice(n, &format!("Hospital {n}"), &format!("Scanners of {n}"), (day, "active"))).collect::<Vec<_>>()
    };
    let world = World::new(&reps, [all("2027-01-20T10:00:00Z"), Vec::new()]).await;
    world.until("2026-11-25T12:00:00Z").await;
    for notice in all("2027-01-27T10:00:00Z") {
        world.show(0, notice);
    }
    world.until("2026-11-27T12:00:00Z").await;
    let mails = world.mails("ana", "Deadline moved");
    assert_eq!(mails.len(), 2, "{:#?}", mails.iter().map(|mail| &mail[..300]).collect::<Vec<_>>());
    for n in 100..100 + MANY {
        let told = mails.iter().filter(|mail| mail.contains(&format!("Scanners of {n}"))).count();
        assert_eq!(told, 1, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_portal_corrects_in_silence_and_takes_back_holds_as_it_shows_it() {
    let of = |deadline: &str| {
        let mut one = scanners(deadline, "active");
        // Neither the number nor the date says that it is another.
        one["id"] = json!("1");
        one
    };
    let (first, other) = (of("2026-12-11T13:00:00+01:00"), of("2026-12-19T13:00:00+01:00"));
    for confirm in ["", "confirm = \"1m\"\n"] {
        let reps = rep("ana", "Europe/Madrid", "Mon-Sun 08:00") + "remind = []\n";
        let settings = points("tender-published", 20) + &reps + LINES;
        let world = World::with(confirm, &settings, [vec![first.clone()], Vec::new()]).await;
        let moved =
            |from: &str, to: &str| format!("Deadline moved: {from} Dec 2026 13:00 Europe/Madrid → {to} Dec 2026 13:00 Europe/Madrid");
        let [there, back] = [moved("Fri 11", "Sat 19"), moved("Sat 19", "Fri 11")];
        for (day, shown, mails) in [(25, &other, [1, 0]), (27, &first, [1, 1]), (29, &other, [2, 1])] {
            world.correct(0, shown.clone());
            world.until(&format!("2026-11-{day}T12:00:00Z")).await;
            let told = [&there, &back].map(|words| world.mails("ana", words).len());
            assert_eq!(told, mails, "{confirm} {day}: {:#?}", world.mails("ana", ""));
        }
        let Answer::TenderHistory(history) = ask(&world.inside, Question::TenderHistory { id: "Ultrasound scanners".to_owned() }).await
        else {
            panic!("no history")
        };
        assert_eq!(history.notices.len(), 4, "{history:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_is_over_already_is_told_with_what_is_odd_about_it() {
    let dated = |id: u32, title: &str, deadline: &str, date: &str| {
        let mut one = notice(id, HOSPITAL, title, (deadline, "active"));
        (one["ocid"], one["id"]) = (json!(format!("ocds-test01-{:06}", id % 10)), json!(id.to_string()));
        one["date"] = json!(date);
        one
    };
    let reps = rep("ana", "UTC", "Mon-Sun 08:00") + "remind = []\n";
    let world = World::new(&(points("tender-published", 20) + &reps + LINES), [Vec::new(), Vec::new()]).await;
    let open = "2026-12-11T12:00:00Z";
    for (id, title) in [(1, "Scanners"), (2, "Crutches"), (3, "Beds")] {
        world.show(0, dated(id, title, open, "2026-11-23T09:00:00Z"));
    }
    world.until("2026-11-25T12:00:00Z").await;
    // By a notice of its own, in silence, and by a slip of a year; and one that was never open.
    world.show(0, dated(11, "Scanners", "2026-11-24T12:00:00Z", "2026-11-25T11:00:00Z"));
    world.correct(0, dated(2, "Crutches", "2026-11-24T12:00:00Z", "2026-11-23T09:00:00Z"));
    world.show(0, dated(4, "Stretchers", "2025-12-11T12:00:00Z", "2026-11-25T11:00:00Z"));
    world.show(0, dated(33, "Beds", "2025-12-11T12:00:00Z", "2026-11-25T11:00:00Z"));
    world.until("2026-11-27T12:00:00Z").await;
    let moved = "Fri 11 Dec 2026 12:00 UTC → Tue 24 Nov 2026 12:00 UTC (check the date";
    assert_eq!(world.mails("ana", moved).len(), 1, "{:#?}", world.mails("ana", ""));
    let year = "Fri 11 Dec 2026 12:00 UTC → Thu 11 Dec 2025 12:00 UTC (check the date";
    assert_eq!(world.mails("ana", year).len(), 1, "{:#?}", world.mails("ana", ""));
    let new = "Tender published: Stretchers, answers until Thu 11 Dec 2025 12:00 UTC (check the date";
    assert_eq!(world.mails("ana", new).len(), 1, "{:#?}", world.mails("ana", ""));
    for words in ["Closed before", "passed before"] {
        assert_eq!(world.mails("ana", words), Vec::<String>::new());
    }
    let both = world.mails("ana", moved).concat();
    assert!(both.contains("Scanners") && both.contains("Crutches"), "{both}");
}

/// With a value, by which segments may look for it.
fn worth(procedure: u32, amount: u32, (deadline, status): (&str, &str)) -> Value {
    let mut notice = notice(procedure, HOSPITAL, "Ultrasound scanners", (deadline, status));
    notice["id"] = json!(format!("{procedure}-{deadline}-{status}-{amount}"));
    notice["tender"]["value"] = json!({ "amount": amount, "currency": "EUR" });
    notice
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_for_a_tender_hears_its_end_and_who_begins_to_hears_that_it_is_new() {
    let looks = |id: &str, min: u32, max: u32| {
        let when = format!("value = [{{ min = {min}, max = {max}, currency = \"EUR\" }}]");
        format!("\n[[segment]]\nid = \"{id}\"\nline = 5\n\n[[segment.points]]\nwhen = {{ {when} }}\npoints = 20\n")
    };
    let who = |id: &str, segment: &str| rep(id, "Europe/Madrid", "Mon-Fri 08:00") + &format!("segments = [\"{segment}\"]\nremind = []\n");
    let settings = looks("small", 1, 200_000) + &looks("large", 200_001, 900_000) + &who("ana", "small") + &who("bob", "large");
    let held = vec![worth(1, 100_000, ("2026-12-10T13:00:00+01:00", "active")), worth(2, 100_000, ("2026-12-17T13:00:00+01:00", "active"))];
    let world = World::new(&settings, [held, Vec::new()]).await;
    world.until("2026-12-01T12:00:00Z").await;
    // One grows beyond what Ana looks for, and is cancelled as such a week later.
    world.show(0, worth(1, 500_000, ("2026-12-10T13:00:00+01:00", "active")));
    world.until("2026-12-02T12:00:00Z").await;
    let mails = [world.mails("ana", "500,000 EUR"), world.mails("bob", "500,000 EUR")];
    assert!(mails[0].len() == 1 && mails[0][0].contains("No longer matches what you look for"), "{mails:#?}");
    assert!(mails[1].len() == 1 && mails[1][0].contains("Subject: New for you: Ultrasound scanners"), "{mails:#?}");
    world.show(0, worth(1, 500_000, ("2026-12-10T13:00:00+01:00", "cancelled")));
    // The other does so in the notice that ends it.
    world.show(0, worth(2, 500_000, ("2026-12-17T13:00:00+01:00", "cancelled")));
    // One begins and ends between two letters.
    world.show(0, worth(3, 100_000, ("2026-12-18T13:00:00+01:00", "active")));
    world.run(1).await;
    world.show(0, worth(3, 100_000, ("2026-12-18T13:00:00+01:00", "cancelled")));
    world.until("2026-12-04T12:00:00Z").await;
    let mails = [world.mails("ana", "Tender cancelled"), world.mails("bob", "Tender cancelled")];
    let each = mails.each_ref().map(Vec::len);
    assert_eq!(each, [1, 1], "{mails:#?}");
    assert!(mails[0][0].contains("2 tenders") && !mails[1][0].contains("2 tenders"), "{mails:#?}");
    let calendar = async |rep: &str| {
        let (config, now) = (&world.inside.config, world.inside.clock.now());
        let rep = rep.parse().unwrap();
        let text = calendar_of(&world.inside.effects, config, CalendarOf::Rep(&rep), now).await;
        text.unwrap().unwrap().matches("STATUS:CANCELLED").count()
    };
    // What ended as what Bob looks for is struck in his too, though he never had it: a reader that knows no such entry shows none.
    assert_eq!([calendar("ana").await, calendar("bob").await], [3, 2], "struck, not taken away");
}
