//! What is on file of tenders, and what comes of it: awards that are annulled, turns that are decided anew, keys that no file may hold, and
//! lists of what is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use atalaya::base::clock::Stopwatch;
use atalaya::model::{
    Field, FieldName, Moment, OwnPage, Page, Record, RecordKind, SignalKind, Turn, Value as ModelValue, WON_BY, ZoneFrom,
};
use atalaya::pipeline::{check, expiring_some, linked};
use atalaya::store::{Hook, LeadFilter};
use atalaya::web::{Answer, Question, TenderFilter, TenderView};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::rig::{Inside, LINES, MAILS, Reply, Server, points, portal as rig_portal, rep, secret, tenders};
use crate::tenders::{after, ask, call, compiled, history, listed, portal, release, releases, settings, signals};

const WINNER: &str = "ESB12345674";

fn award(n: u32, id: &str, status: &str) -> Value {
    let party = |id: &str, name: &str, role: &str, nif: &str| json!({ "id": id, "name": name, "roles": [role], "identifier": { "scheme": "ES-NIF", "id": nif }, "address": { "countryName": "ES" } });
    let more = json!({
        "id": id,
        "parties": [
            party("b", "Hospital Universitario de Getafe", "buyer", "Q2818014I"),
            party("s", "Ecografía Ibérica, S.L.", "supplier", "B12345674")
        ],
        "awards": [{ "id": "a1", "status": status, "suppliers": [{ "id": "s", "name": "Ecografía Ibérica, S.L." }] }],
    });
    release(n, "award", json!({ "id": "1", "status": "complete" }), more)
}

async fn awards(daemon: &Inside) -> Vec<(bool, String)> {
    let (records, _) = daemon.effects.store.records_after(None, 1_000).await.unwrap();
    let of = records.into_iter().filter(|record| record.kind == RecordKind::Award);
    of.map(|record| (record.gone, record.key.split_once(WON_BY).unwrap().1.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_award_that_is_annulled_goes_and_its_winner_is_told() {
    let first = || release(1, "tender", call("2026-12-10T13:00:00+01:00", 100_000, "active"), json!({}));
    let won = || award(2, "1-2", "active");
    let whole = json!([{ "id": "a1", "status": "active", "suppliers": [{ "id": "s", "name": "Ecografía Ibérica, S.L.",
        "identifier": { "scheme": "ES-NIF", "id": "B12345674" } }] }]);
    for (what, pages) in [
        (
            "by a later notice",
            [releases(&[first()]), releases(&[first(), won()]), releases(&[award(3, "1-3", "cancelled")]), releases(&[won()])],
        ),
        (
            "by a correction",
            // Were the award shown again without its correction, it would hold again.
            [releases(&[first()]), releases(&[first(), won()]), releases(&[award(2, "1-2", "cancelled")]), releases(&[first()])],
        ),
        (
            "by a whole notice that leaves it out",
            [
                compiled(1, "active", &["1"], json!([])),
                compiled(2, "complete", &["1"], whole.clone()),
                compiled(3, "active", &["1"], json!([])),
                compiled(2, "complete", &["1"], whole.clone()),
            ],
        ),
    ] {
        let (site, shown) = portal();
        // Whoever wins is a lead by that alone.
        let rules = tenders(&site.address, "1h") + &points("award-won", 20) + &rep("ana", "Europe/Madrid", "every 1h") + MAILS + LINES;
        let daemon = after(&rules, &shown, &pages).await;
        // The last page shows what is on file, and told.
        assert_eq!(awards(&daemon).await, [(true, "a1 | ecografia iberica s l".to_owned())], "{what}");
        let winner = if what.contains("whole") { signals_by_name(&daemon).await } else { signals(&daemon, WINNER).await };
        assert_eq!(winner, [SignalKind::AwardWon, SignalKind::AwardAnnulled], "{what}");
        // Of one lead one message at a time.
        for _ in 0..2 {
            daemon.drain().await;
            daemon.wait(SignedDuration::from_hours(2));
        }
        let lines = daemon.written("lines").concat();
        let told: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of_winner: Vec<&Value> =
            told.iter().filter(|event| event["message"]["data"]["title"].as_str().unwrap_or_default().starts_with("Ecografía")).collect();
        assert_eq!(of_winner.len(), 2, "{what}: {lines}");
        let sentence = |event: &Value| event["message"]["data"]["signals"].to_string();
        assert!(sentence(of_winner[1]).contains("Award annulled: Ultrasound scanners"), "{what}: {}", sentence(of_winner[1]));
        let mails = daemon.written("mail").concat().replace("=\r\n", "").replace("=\n", "");
        // Of what was won and annulled between two letters nobody is told that they won.
        assert!(!mails.contains("Won the contract"), "{what}: {mails}");
        let leads = daemon.effects.store.leads(LeadFilter::default(), 10).await.unwrap();
        let lead = leads.iter().find(|lead| lead.title.starts_with("Ecografía")).unwrap();
        assert!(lead.score.parts.iter().all(|part| part.centipoints == 0), "{what}: {:?}", lead.score);
    }
}

async fn signals_by_name(daemon: &Inside) -> Vec<SignalKind> {
    let all = daemon.effects.store.organisations_after(None, 100).await.unwrap();
    let winner = all.into_iter().find(|organisation| organisation.title().starts_with("Ecografía")).unwrap();
    let mut found = daemon.effects.store.signals_of(winner.id, 100).await.unwrap();
    found.sort_by_key(|signal| signal.seen);
    found.into_iter().map(|signal| signal.kind).collect()
}

/// Two pages of one source show notices of one procedure. While a turn with the older is decided, one with the newer is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_turn_that_another_one_came_before_is_folded_anew() {
    let older = release(2, "tenderUpdate", call("2026-12-12T13:00:00+01:00", 110_000, "active"), json!({}));
    let newer = release(3, "tenderUpdate", call("2026-12-17T13:00:00+01:00", 120_000, "active"), json!({}));
    let first = release(1, "tender", call("2026-12-10T13:00:00+01:00", 100_000, "active"), json!({}));
    let step = Arc::new(std::sync::Mutex::new(0));
    let shows = Arc::clone(&step);
    let site = Server::start(move |seen| {
        let page = match (seen.path.as_str(), *shows.lock().unwrap()) {
            (_, 0) => releases(&[]),
            ("/releases" | "/late", 1) => releases(std::slice::from_ref(&first)),
            ("/releases", _) => releases(std::slice::from_ref(&older)),
            ("/late", _) => releases(std::slice::from_ref(&newer)),
            _ => return Reply::status(404),
        };
        Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(page) }
    });
    let one = format!("url = \"{}/releases\"", site.address);
    let two = format!("urls = [\"{0}/releases\", \"{0}/late\"]", site.address);
    let mut daemon = Inside::new(&settings(&site.address).replace(&one, &two)).await;
    for now in 0..2 {
        *step.lock().unwrap() = now;
        for _ in 0..2 {
            daemon.visit().await;
            daemon.wait(SignedDuration::from_hours(2));
        }
    }
    *step.lock().unwrap() = 2;
    let source = daemon.config.sources.iter().find(|source| source.id.as_str() == "portal").unwrap();
    let roots: Vec<_> = source.reader.roots().iter().map(|url| Page::id_of(&source.id, url)).collect();
    // The other turn is written whole at the moment at which this one is decided.
    let (other, config, late) = (daemon.effects.clone(), Arc::clone(&daemon.config), roots[1]);
    let done = AtomicBool::new(false);
    let decided = Arc::new(AtomicBool::new(false));
    let written = Arc::clone(&decided);
    daemon.effects.hook = Hook(Arc::new(move |point| {
        if point == "check.decided" && !done.swap(true, Ordering::SeqCst) {
            let (other, config, written) = (other.clone(), Arc::clone(&config), Arc::clone(&written));
            let runtime = tokio::runtime::Handle::current();
            std::thread::spawn(move || {
                runtime.block_on(async {
                    let page = other.store.page(late).await.unwrap().unwrap();
                    let lane = other.web.lane(&page.host(), None);
                    check(&other, &config, &lane, late).await.unwrap();
                });
                written.store(true, Ordering::SeqCst);
            })
            .join()
            .unwrap();
        }
    }));
    let page = daemon.effects.store.page(roots[0]).await.unwrap().unwrap();
    let lane = daemon.effects.web.lane(&page.host(), None);
    check(&daemon.effects, &daemon.config, &lane, roots[0]).await.unwrap();
    assert!(decided.load(Ordering::SeqCst));
    assert_eq!(listed(&daemon).await[0].deadline.as_deref(), Some("2026-12-17 13:00 +01:00"), "the older notice turned nothing back");
    assert_eq!(history(&daemon).await.notices.len(), 3);
    assert_eq!(signals(&daemon, "ESQ2818014I").await, [SignalKind::TenderPublished, SignalKind::DeadlineMoved]);
}

/// Two portals catch up with each other's tenders at once: whenever one has decided, the other writes something new of the same tender. Each turn
/// ends all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_portals_that_write_the_same_tenders_at_once_hold_nobody_up() {
    let count = Arc::new(AtomicU32::new(1));
    let counts = Arc::clone(&count);
    let site = Server::start(move |seen| {
        if !seen.path.ends_with("/releases") {
            return Reply::status(404);
        }
        // Whoever asks is shown a newer notice.
        let n = counts.fetch_add(1, Ordering::SeqCst);
        let notice =
            release(1, "tenderUpdate", call("2026-12-12T13:00:00+01:00", 100_000 + n, "active"), json!({ "id": format!("1-{n}") }));
        Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(releases(&[notice])) }
    });
    let second = format!("{}/second", site.address);
    let rules = rig_portal("second", &second, "1h") + &tenders(&site.address, "1h");
    let mut daemon = Inside::new(&rules.replace("kind = \"tenders\"", "kind = \"tenders\"\nconfirm = \"off\"")).await;
    for _ in 0..3 {
        daemon.visit().await;
        daemon.wait(SignedDuration::from_hours(2));
    }
    let root = |daemon: &Inside, id: &str| {
        let source = daemon.config.sources.iter().find(|source| source.id.as_str() == id).unwrap();
        Page::id_of(&source.id, &source.reader.roots()[0])
    };
    let (one, two) = (root(&daemon, "portal"), root(&daemon, "second"));
    // Whenever the first has decided, the second writes before it, if it can.
    let (ask, asked) = std::sync::mpsc::channel::<std::sync::mpsc::Sender<()>>();
    let decides = Arc::new(AtomicBool::new(false));
    let (first, hears) = (Arc::clone(&decides), std::sync::Mutex::new(ask));
    let tries = Arc::new(AtomicU32::new(0));
    let tried = Arc::clone(&tries);
    let other = daemon.effects.clone();
    daemon.effects.hook = Hook(Arc::new(move |point| {
        if point == "check.decided" && first.load(Ordering::SeqCst) {
            tried.fetch_add(1, Ordering::SeqCst);
            let (done, waits) = std::sync::mpsc::channel();
            hears.lock().unwrap().send(done).unwrap();
            // Where it may not, it does so afterwards.
            let _ = waits.recv_timeout(std::time::Duration::from_secs(2));
        }
    }));
    let (config, runtime) = (Arc::clone(&daemon.config), tokio::runtime::Handle::current());
    let writer = std::thread::spawn(move || {
        runtime.block_on(async {
            while let Ok(done) = asked.recv() {
                let page = other.store.page(two).await.unwrap().unwrap();
                let lane = other.web.lane(&page.host(), None);
                check(&other, &config, &lane, two).await.unwrap();
                let _ = done.send(());
            }
        });
    });
    decides.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let page = daemon.effects.store.page(one).await.unwrap().unwrap();
        let lane = daemon.effects.web.lane(&page.host(), None);
        check(&daemon.effects, &daemon.config, &lane, one).await.expect("it ends");
    }
    daemon.effects.hook = Hook::default();
    writer.join().unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 6, "each was overtaken once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_repeats_the_address_it_was_asked_by_keeps_no_key() {
    const KEY: &str = "s3same/open+12";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.key");
    secret(&path, KEY);
    let shown = Arc::new(std::sync::Mutex::new(0));
    let shows = Arc::clone(&shown);
    let site = Server::start(move |seen| {
        if seen.path != "/releases" {
            return Reply::status(404);
        }
        assert!(seen.query.contains("api_key="), "{}", seen.query);
        let asked = format!("https://portal.example{}?{}", seen.path, seen.query);
        let mut one = release(1, "tender", call("2026-12-10T13:00:00+01:00", 100_000, "active"), json!({ "asked": asked, "key": KEY }));
        one["tender"]["description"] = format!("see {asked} {}", *shows.lock().unwrap()).into();
        one["tender"]["documents"] = json!([{ "id": "d", "url": asked, "title": KEY }]);
        let page = json!({ "uri": asked, "version": "1.1", "publishedDate": "2026-11-24T09:00:00Z", "releases": [one], "links": { "self": asked } });
        // Some write their slashes so.
        let page = if *shows.lock().unwrap() == 1 { page.to_string().replace('/', "\\/") } else { page.to_string() };
        Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(page) }
    });
    let query = format!("jitter = \"0s\"\nquery = {{ api_key = {{ file = \"{}\" }} }}\n", path.display());
    let mut daemon = Inside::new(&settings(&site.address).replacen("jitter = \"0s\"\n", &query, 1)).await;
    for _ in 0..3 {
        daemon.visit().await;
        daemon.wait(SignedDuration::from_hours(2));
        *shown.lock().unwrap() += 1;
    }
    let store = &daemon.effects.store;
    let source = daemon.config.sources[0].id.clone();
    let mut kept = Vec::new();
    for page in store.pages_of(&source) {
        for back in 0..store.snapshots(page).await.unwrap().len() {
            kept.push(store.snapshot(page, atalaya::store::Which::Back(back)).await.unwrap().unwrap().bytes.to_vec());
        }
    }
    let (records, _) = store.records_after(None, 1_000).await.unwrap();
    for record in &records {
        kept.extend(store.notices_of(record.id).await.unwrap().notices.into_iter().map(|filed| filed.raw.text().into_bytes()));
        kept.push(format!("{record:?}").into_bytes());
    }
    assert!(kept.len() > 5 && kept.iter().any(|bytes| String::from_utf8_lossy(bytes).contains("***")), "{}", kept.len());
    for bytes in &kept {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        assert!(!text.contains("s3same"), "{text}");
    }
    daemon.restart().await;
}

async fn list(daemon: &Inside, filter: TenderFilter) -> Vec<TenderView> {
    let Answer::Tenders(views) = ask(daemon, Question::Tenders(TenderFilter { limit: 50, ..filter })).await else { panic!("no list") };
    views
}

async fn titles(daemon: &Inside, filter: TenderFilter) -> String {
    let views = list(daemon, filter).await;
    let title = |view: &TenderView| if view.title == "Street lights" { "L".to_owned() } else { view.title.clone() };
    views.iter().map(title).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_by_what_a_watcher_asks_for() {
    let (site, shown) = portal();
    let one = |n: u32, buyer: &str, deadline: &str, cpv: &str, status: &str| {
        let mut one = release(1, "tender", call(deadline, 100_000, status), json!({}));
        one["ocid"] = format!("ocds-test01-9{n}").into();
        one["tender"]["title"] = format!("T{n}").into();
        one["tender"]["items"][0]["classification"]["id"] = cpv.into();
        (one["buyer"]["name"], one["parties"][0]["name"]) = (buyer.into(), buyer.into());
        one
    };
    let mut dateless = one(4, "Ayuntamiento de León", "2026-12-01T10:00:00Z", "45000000", "active");
    dateless["tender"].as_object_mut().unwrap().remove("tenderPeriod");
    let all = [
        one(1, "Hospital de Getafe", "2026-12-20T10:00:00Z", "33112200", "active"),
        one(2, "Hospital de Vigo", "2026-12-10T10:00:00Z", "33190000", "active"),
        one(3, "Hospital de Vigo", "2026-11-10T10:00:00Z", "33190000", "complete"),
        dateless,
    ];
    let daemon = after(&settings(&site.address), &shown, &[releases(&all[..3]), releases(&all)]).await;
    let said = |text: &str| Some(text.to_owned());
    let seen = daemon.clock.now().saturating_sub(SignedDuration::from_hours(5)).unwrap().to_string();
    for (filter, want) in [
        (TenderFilter::default(), "T2 T1 L T4 T3"),
        (TenderFilter { stage: said("open"), ..TenderFilter::default() }, "T2 T1 L T4"),
        (TenderFilter { buyer: said("VIGO"), ..TenderFilter::default() }, "T2 T3"),
        (TenderFilter { buyer: said("leon"), ..TenderFilter::default() }, "T4"),
        (TenderFilter { buyer: said("vigo hospital"), ..TenderFilter::default() }, "T2 T3"),
        (TenderFilter { class: said("CPV:331"), ..TenderFilter::default() }, "T2 T1 T3"),
        (TenderFilter { class: said("331"), ..TenderFilter::default() }, "T2 T1 T3"),
        (TenderFilter { class: said("33112200-1"), ..TenderFilter::default() }, "T1"),
        (TenderFilter { due_before: said("2026-12-10"), ..TenderFilter::default() }, "T2"),
        (TenderFilter { due_after: said("2026-12-11"), ..TenderFilter::default() }, "T1 L"),
        (TenderFilter { due_after: said("2026-11-01"), due_before: said("2026-12-15"), ..TenderFilter::default() }, "T3 T2"),
        (TenderFilter { since: Some(seen), ..TenderFilter::default() }, "T4"),
        (TenderFilter { source: said("portal"), stage: said("closed"), ..TenderFilter::default() }, "T3"),
    ] {
        assert_eq!(titles(&daemon, filter.clone()).await, want, "{filter:?}");
    }
    let views =
        serde_json::to_value(list(&daemon, TenderFilter { class: Some("33112200".to_owned()), ..TenderFilter::default() }).await).unwrap();
    let view = views[0].as_object().unwrap();
    let empty = |value: &Value| value.is_null() || *value == json!([]) || *value == json!({}) || *value == json!("") || *value == json!(0);
    assert!(!view.values().any(empty), "{views}");
    assert_eq!((&view["classes"], &view["worth"]), (&json!(["33112200"]), &json!("100000 EUR")));
    let Answer::Sources(sources) = ask(&daemon, Question::Sources).await else { panic!("no sources") };
    assert_eq!(sources[0].records, Some(5), "all that is stored, whatever the last visit showed");
    let mut daemon = daemon;
    daemon.restart().await;
    assert_eq!(titles(&daemon, TenderFilter { stage: said("open"), ..TenderFilter::default() }).await, "T2 T1 L T4", "after a restart too");
    let record: Record =
        daemon.effects.store.records(vec![list(&daemon, TenderFilter::default()).await[0].id.parse().unwrap()]).await.unwrap().remove(0);
    assert_eq!(record.title(), "T2");
}

/// A contract that was about to end when the source was first read is part of the baseline; one that comes later is told.
#[tokio::test(flavor = "multi_thread")]
async fn contracts_that_end_soon_at_first_are_shown_and_not_told() {
    let contract = |n: u32, end: &str| {
        let mut one = award(1, "1-1", "active");
        one["ocid"] = format!("ocds-test01-8{n}").into();
        one["tender"] = call("2026-11-01T13:00:00+01:00", 100_000, "complete");
        one["tender"]["title"] = format!("Contract {n}").into();
        one["awards"][0]["contractPeriod"] = json!({ "endDate": end });
        one
    };
    let shown = Arc::new(std::sync::Mutex::new(Vec::new()));
    let shows = Arc::clone(&shown);
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/releases" => {
            Reply { headers: vec![("content-type", "application/json".into())], ..Reply::html(releases(&shows.lock().unwrap())) }
        }
        _ => Reply::status(404),
    });
    let daemon = Inside::new(&settings(&site.address)).await;
    // Within the 180 days; not yet; over.
    *shown.lock().unwrap() =
        vec![contract(1, "2027-02-01T00:00:00Z"), contract(2, "2027-07-01T00:00:00Z"), contract(3, "2026-10-01T00:00:00Z")];
    let told = async || {
        let (mut after, mut contracts) = (None, 0);
        loop {
            let step = expiring_some(&daemon.effects, &daemon.config, after, daemon.clock.now()).await.unwrap();
            (contracts, after) = (contracts + step.contracts, step.next);
            if after.is_none() {
                return contracts;
            }
        }
    };
    for _ in 0..2 {
        daemon.visit().await;
        daemon.wait(SignedDuration::from_hours(2));
    }
    assert_eq!(told().await, 0, "a baseline is quiet");
    let ending = async |days| {
        let views = list(&daemon, TenderFilter { expiring: Some(days), ..TenderFilter::default() }).await;
        views.iter().map(|view| format!("{} {}", view.title, view.contract_end.clone().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(ending(180).await, ["Contract 1 2027-02-01"]);
    assert_eq!(ending(300).await, ["Contract 1 2027-02-01", "Contract 2 2027-07-01"]);
    shown.lock().unwrap().push(contract(4, "2027-03-01T00:00:00Z"));
    daemon.visit().await;
    assert_eq!((told().await, told().await), (1, 0), "one that comes later is news");
    daemon.wait(SignedDuration::from_hours(60 * 24));
    assert_eq!(told().await, 1, "and one that was there and comes within the time");
}

#[tokio::test(flavor = "multi_thread")]
async fn portals_that_only_a_third_one_knows_together_have_one_tender() {
    let (site, _) = portal();
    let daemon = Inside::new(&settings(&site.address)).await;
    let now = daemon.clock.now();
    let record = |source: &str, ids: &[&str]| {
        let ids = ModelValue::List(ids.iter().map(|id| ModelValue::Text((*id).to_owned())).collect());
        let field = Field { quote: ids.text(), value: ids, path: "p".to_owned(), first_seen: now };
        let (source, key): (atalaya::base::ids::SourceId, _) = (source.parse().unwrap(), "1".to_owned());
        Record {
            id: Record::id_of(&source, &key),
            source,
            key,
            kind: RecordKind::Tender,
            url: "https://portal.example/1".parse().unwrap(),
            fields: [(FieldName::new("other_ids"), field)].into(),
            content: atalaya::base::ids::ContentHash::default(),
            first_seen: now,
            changed: now,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    };
    let [one, two] = ["0f0e0d0c-1111-4222-8333-444455556666", "1f0e0d0c-1111-4222-8333-444455556666"];
    let records = [record("a", &[one]), record("b", &[one, two]), record("c", &[two])];
    daemon.effects.store.commit(Turn { records: records.to_vec(), ..Turn::upkeep() }).await.unwrap();
    for record in &records {
        let mut all: Vec<String> =
            linked(&daemon.effects, record).await.unwrap().into_iter().map(|other| other.source.to_string()).collect();
        all.push(record.source.to_string());
        all.sort();
        assert_eq!(all, ["a", "b", "c"], "from {}", record.source);
    }
}

/// The bound of lists: `ATALAYA_TENDERS` stored tenders, 200,000 when it does not say; prints what each question took.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes to fill; run it by its name to measure"]
async fn lists_of_very_many_tenders_are_quick() {
    let many = std::env::var("ATALAYA_TENDERS").map_or(200_000, |text| text.parse().unwrap());
    let (site, _) = portal();
    let daemon = Inside::new(&settings(&site.address)).await;
    let now = daemon.clock.now();
    let field = |value: ModelValue| Field { quote: value.text(), value, path: "p".to_owned(), first_seen: now };
    let text = |words: String| field(ModelValue::Text(words));
    let tender = |n: u32| {
        let (source, key) = (if n.is_multiple_of(2) { "portal" } else { "other" }.parse().unwrap(), format!("p{n}"));
        let due = now.saturating_add(SignedDuration::from_mins(i64::from(n) - 20_000)).unwrap();
        let due = Moment { text: due.to_string(), at: due, zone: "UTC".to_owned(), zone_from: ZoneFrom::Text };
        let cpv = ModelValue::List(vec![ModelValue::Text(format!("{:08}", 10_000_000 + n * 97 % 80_000_000))]);
        let fields = [
            ("title", text(format!("Supply of goods and services of the kind {n}"))),
            ("buyer", text(format!("Ayuntamiento de la villa número {}", n % 5_000))),
            ("stage", text(["open", "closed", "awarded"][n as usize % 3].to_owned())),
            ("deadline", field(ModelValue::Time(due))),
            ("cpv", field(cpv)),
            (
                "contract_end",
                field(ModelValue::Date("2027-01-01".parse::<jiff::civil::Date>().unwrap().saturating_add(jiff::Span::new().days(n % 900)))),
            ),
        ];
        Record {
            id: Record::id_of(&source, &key),
            source,
            key,
            kind: RecordKind::Tender,
            url: "https://portal.example/1".parse().unwrap(),
            fields: fields.into_iter().map(|(name, field)| (FieldName::new(name), field)).collect(),
            content: atalaya::base::ids::ContentHash::default(),
            first_seen: now,
            changed: now,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    };
    for from in (0..many).step_by(2_000) {
        let records = (from..(from + 2_000).min(many)).map(tender).collect();
        daemon.effects.store.commit(Turn { records, ..Turn::upkeep() }).await.unwrap();
    }
    let mut slowest = std::time::Duration::ZERO;
    let mut took = |what: &str, watch: &Stopwatch, found: usize| {
        let line = format!("{what}: {found} in {} ms\n", watch.elapsed().as_millis());
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
        slowest = slowest.max(watch.elapsed());
    };
    let said = |text: &str| Some(text.to_owned());
    for (what, filter) in [
        ("the next", TenderFilter::default()),
        ("open ones", TenderFilter { stage: said("open"), ..TenderFilter::default() }),
        ("a class that nobody has", TenderFilter { class: said("99999999"), ..TenderFilter::default() }),
        ("a buyer", TenderFilter { buyer: said("numero 4711"), ..TenderFilter::default() }),
        ("a day", TenderFilter { due_after: said("2026-12-24"), due_before: said("2026-12-24"), ..TenderFilter::default() }),
        ("contracts that end", TenderFilter { expiring: Some(180), ..TenderFilter::default() }),
    ] {
        let watch = Stopwatch::start();
        took(what, &watch, list(&daemon, filter).await.len());
    }
    let id = list(&daemon, TenderFilter::default()).await[0].id.clone();
    let watch = Stopwatch::start();
    let Answer::Tender(view) = ask(&daemon, Question::Tender { id, at: None }).await else { panic!("no tender") };
    took("show, and what may be the same", &watch, view.maybe.len());
    assert!(slowest < std::time::Duration::from_secs(5), "{slowest:?}, in a build without optimisation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_explained_as_it_was_when_its_tender_said_otherwise() {
    let (site, shown) = portal();
    let with = |n: u32, cpv: &str| {
        let mut tender = call("2026-12-20T13:00:00+01:00", 100_000, "active");
        tender["items"][0]["classification"]["id"] = cpv.into();
        releases(&[release(n, if n == 1 { "tender" } else { "tenderUpdate" }, tender, json!({}))])
    };
    let daemon = after(&settings(&site.address), &shown, &[with(1, "33112200")]).await;
    let then = daemon.clock.now();
    let lead = daemon.effects.store.leads(LeadFilter::default(), 10).await.unwrap().remove(0);
    let (id, was) = (lead.id.to_string(), lead.score.fit);
    assert_eq!(was, 2_000);
    daemon.wait(SignedDuration::from_hours(24));
    shown.lock().unwrap().clone_from(&with(2, "90911000"));
    for _ in 0..2 {
        daemon.visit().await;
        daemon.wait(SignedDuration::from_hours(2));
    }
    let explained = async |at: Option<String>| {
        let Answer::Lead(view) = ask(&daemon, Question::Lead { id: id.clone(), at }).await else { panic!("no lead") };
        (view.fit, view.parts.iter().filter_map(|part| part.quote.clone()).collect::<Vec<_>>())
    };
    assert_eq!(explained(None).await, (0.0, vec![]), "cleaning is nothing for us");
    assert_eq!(explained(Some(then.to_string())).await, (20.0, vec!["33112200".to_owned()]), "and it was scanners");
    let before = then.saturating_sub(SignedDuration::from_hours(30)).unwrap();
    let before = Question::Lead { id: id.clone(), at: Some(before.to_string()) };
    let refused = atalaya::web::answer(&daemon.effects, &daemon.config, before, true).await.expect_err("before that there was nothing");
    assert!(refused.to_string().contains("exists since"), "{refused:#}");
}
