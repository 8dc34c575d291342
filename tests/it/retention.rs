//! Retention over a year, with the daemon's own steps: what went away is forgotten with everything that quotes it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use atalaya::pipeline::forget_gone;
use atalaya::store::{LeadFilter, MessageFilter};
use jiff::SignedDuration;

use crate::rig::{Inside, Reply, Server};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn row(name: &str, tel: &str, town: &str) -> String {
    format!("<li><a href=/{tel}>Pallets of {name}</a> <b>{name}</b> <i>+34 911 00 {tel}</i> <u>{town}</u></li>")
}

fn settings(site: &str) -> String {
    let source = |id: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nkind = \"listing\"\nrecords = \"offer\"\nurl = \"{site}/{id}\"\nevery = \"1h\"\njitter = \"0s\"\nconfirm = \"off\"\n\
             gone_after = 1\ncountry = \"ES\"\nrecord = \"li\"\nfields = {{ title = \"a\", url = \"a @href\", company = \"b\", phone = \"i\", place = \"u\" }}\n\n"
        )
    };
    format!(
        "[store]\nkeep_gone = \"365d\"\n\n{}{}[[segment]]\nid = \"pallets\"\nline = 5\n\n[[segment.points]]\nsignal = \"offer-listed\"\npoints = 20\n\
         half_life = \"900d\"\nwhy = \"offers\"\n\n[[channel]]\nid = \"lines\"\nkind = \"file\"\nformat = \"jsonl\"\nfolder = \"lines\"\n",
        source("one"),
        source("two")
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_went_away_is_forgotten_and_who_is_named_elsewhere_stays_without_what_was_only_said_there() {
    let shown = Arc::new(Mutex::new((Vec::<String>::new(), Vec::<String>::new())));
    let site = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let (one, two) = site.lock().unwrap().clone();
        let list = |rows: Vec<String>| Reply::html(format!("<html><body><ul>{}</ul></body></html>", rows.concat()));
        match seen.path.as_str() {
            "/one" => list(one),
            "/two" => list(two),
            _ => Reply::status(404),
        }
    });
    let steady: Vec<String> =
        ["Stays, S.L.", "Remains, S.L.", "Lasts, S.L."].iter().zip(10..).map(|(name, n)| row(name, &format!("00{n}"), "Vigo")).collect();
    *shown.lock().unwrap() = (steady.clone(), steady.clone());
    let world = Inside::new(&settings(&server.address)).await;
    let step = async |days: i64| {
        world.wait(SignedDuration::from_hours(2 + 24 * days));
        world.visit().await;
        world.drain().await;
    };
    world.visit().await;
    step(0).await;
    {
        let mut shown = shown.lock().unwrap();
        shown.0.extend([row("Leaves, S.L.", "2222", "Lugo"), row("Moves, S.L.", "3333", "Lugo")]);
        shown.1.push(row("Moves, S.L.", "4444", "Lugo"));
    }
    step(0).await;
    let store = &world.effects.store;
    let titles = async || {
        let mut titles: Vec<String> = store.leads(LeadFilter::default(), 99).await.unwrap().into_iter().map(|lead| lead.title).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles().await, ["Leaves, S.L.", "Moves, S.L."]);
    shown.lock().unwrap().0 = steady;
    step(0).await;
    let forget = async || forget_gone(&world.effects, &world.config, world.clock.now()).await.unwrap();

    step(364).await;
    assert_eq!(forget().await.records, 0, "kept for a year");
    step(2).await;
    let done = forget().await;
    assert_eq!((done.records, done.organisations, done.more), (2, 1, false));
    assert_eq!(titles().await, ["Moves, S.L."]);
    let lead = store.leads(LeadFilter::default(), 9).await.unwrap().remove(0);
    let left = store.organisations_after(None, 99).await.unwrap();
    let signals = store.signals_of(left.iter().find(|one| one.title() == "Moves, S.L.").unwrap().id, 99).await.unwrap();
    let mut records = store.gone_before(jiff::Timestamp::MAX, 99).await.unwrap();
    for source in &world.config.sources {
        records.extend(store.absent(&source.id, HashSet::new(), 99).await.unwrap());
    }
    let changes = store.recent_changes(None, 999).await.unwrap();
    let everything = format!("{lead:?} {left:?} {signals:?} {records:?}");
    for word in ["2222", "3333", "Leaves"] {
        assert!(!everything.contains(word), "{word} is remembered: {everything}");
    }
    assert!(everything.contains("4444") && signals.len() == 1 && lead.score.check_sum());
    assert!(changes.iter().all(|change| records.iter().any(|record| record.id == change.record)), "{changes:?}");
    store.keep(world.clock.now(), world.config.keep.keep_gone).await.unwrap();
    assert_eq!(store.messages(MessageFilter::default(), 9).await.unwrap(), [], "nothing that was told quotes them any more");
    assert_eq!(forget().await.records, 0);
    world.wait(DAY);
}
