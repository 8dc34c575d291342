//! What `status`, `source` and the lists show, and what they say of names that nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::pipeline::wish;
use atalaya::store::{Scope, Suppression};
use atalaya::web::{Answer, Question, SourcePages, StatusView, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, Reply, Server, program};

fn settings(site: &str) -> String {
    format!(
        r#"
[[source]]
id = "list"
kind = "listing"
records = "offer"
url = "{site}/"
every = "1h"
jitter = "0s"
confirm = "off"
record = "li"
next = "a[rel=next]"
fields = {{ title = "a", url = "a @href", company = "b" }}

[[source]]
id = "idle"
enabled = false
kind = "feed"
url = "{site}/feed"

[[segment]]
id = "all"
title = "Everybody who offers something"
line = 5

  [[segment.points]]
  signal = "offer-listed"
  points = 20
  why = "offers something"

[[rep]]
id = "ana"
email = "ana@example.com"
digest = "every 1h"

[[channel]]
id = "mail"
kind = "file"
folder = "mail"
from = "atalaya@example.com"
"#
    )
}

/// Two pages of offers; the second grows.
fn site() -> (Server, Arc<AtomicUsize>) {
    let more = Arc::new(AtomicUsize::new(2));
    let shown = Arc::clone(&more);
    let rows = |from: usize, to: usize| -> String {
        let row = |n| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b></li>");
        (from..to).map(row).collect()
    };
    let site = Server::start(move |seen| match (seen.path.as_str(), seen.query.as_str()) {
        ("/", "") => Reply::html(format!("<html><body><ul>{}</ul><a rel=next href=/?page=2>next</a></body></html>", rows(100, 102))),
        ("/", _) => Reply::html(format!("<html><body><ul>{}</ul></body></html>", rows(0, shown.load(Ordering::SeqCst)))),
        _ => Reply::status(404),
    });
    (site, more)
}

async fn ask(world: &Inside, question: Question) -> Result<Answer, String> {
    answer(&world.effects, &world.config, question, true).await.map_err(|error| format!("{error:#}"))
}

async fn status(world: &Inside) -> StatusView {
    let Ok(Answer::Status(status)) = ask(world, Question::Status).await else { panic!("no status") };
    *status
}

async fn source(world: &Inside, id: &str) -> SourcePages {
    let Ok(Answer::Source(source)) = ask(world, Question::Source { id: id.to_owned(), page: None, diff: false }).await else {
        panic!("no source")
    };
    *source
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_check_and_the_last_change_of_each_page_are_true() {
    let (site, more) = site();
    let world = Inside::new(&settings(&site.address)).await;
    let time = |text: &str| Some(text.to_owned());
    // While a host is being worked on, its pages are due all the same.
    let claim = world.effects.store.claim(world.clock.now(), 10, SignedDuration::from_mins(15)).unwrap();
    assert_eq!(status(&world).await.next_check, time("2026-11-23T08:00:00Z"));
    assert_eq!(source(&world, "list").await.source.next_check, time("2026-11-23T08:00:00Z"));
    world.effects.store.release(&claim.host);
    world.visit().await;
    let next = time("2026-11-23T09:00:00Z");
    let pages = |shown: &SourcePages| {
        let of = |page: &atalaya::web::PageView| (page.role.clone(), page.next_check.clone(), page.changed.clone());
        shown.pages.iter().map(of).collect::<Vec<_>>()
    };
    let shown = source(&world, "list").await;
    assert_eq!(pages(&shown), [("root".into(), next.clone(), None), ("follow".into(), next.clone(), None)], "what was there is no change");
    assert_eq!((status(&world).await.next_check, shown.source.next_check), (next.clone(), next));
    more.store(3, Ordering::SeqCst);
    world.wait(SignedDuration::from_hours(1));
    world.visit().await;
    let next = time("2026-11-23T10:00:00Z");
    let changed = time("2026-11-23T09:00:00Z");
    assert_eq!(pages(&source(&world, "list").await), [("root".into(), next.clone(), None), ("follow".into(), next, changed)]);
    assert_eq!(source(&world, "idle").await.source.next_check, None, "what is switched off is not checked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_recipients_chose_is_seen() {
    let (site, _) = site();
    let world = Inside::new(&settings(&site.address)).await;
    let now = world.clock.now();
    let wants = async |address: &str, change: &dyn Fn(Suppression) -> Suppression| {
        let plain = Suppression::new("mail".parse().unwrap(), address.to_owned(), now);
        wish(&world.effects, &world.config, change(plain), now).await.unwrap();
        let wishes = status(&world).await.wishes;
        wishes.into_iter().map(|wish| (wish.reps.join(","), wish.recipient, wish.gets)).collect::<Vec<_>>()
    };
    let ana = |gets: &str| vec![("ana".to_owned(), "Ana@example.com".to_owned(), gets.to_owned())];
    let later = now + SignedDuration::from_hours(24);
    for (change, gets) in [
        (
            &(|wish| Suppression { paused: Some(later), ..wish }) as &dyn Fn(Suppression) -> Suppression,
            "nothing until 2026-11-24T08:00:00Z, then digests and alerts",
        ),
        (&|wish| Suppression { weekly: true, ..wish }, "one digest a week, and alerts"),
        (&|wish| Suppression { scope: Scope::Alerts, ..wish }, "digests only"),
        (&|wish| Suppression { scope: Scope::Digests, ..wish }, "alerts only"),
        (&|wish| Suppression { scope: Scope::All, paused: Some(later), ..wish }, "no more mails"),
    ] {
        assert_eq!(wants("Ana@example.com", change).await, ana(gets));
    }
    assert_eq!(wants("Ana@example.com", &|wish| Suppression { paused: Some(now), ..wish }).await, [], "a pause that is over");
    let gone = wants("gone@example.com", &|wish| Suppression { scope: Scope::All, ..wish }).await;
    assert_eq!(gone, [(String::new(), "gone@example.com".to_owned(), "no more mails".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_nobody_knows_is_told_with_those_that_are() {
    let (site, more) = site();
    let world = Inside::new(&settings(&site.address)).await;
    world.visit().await;
    more.store(3, Ordering::SeqCst);
    world.wait(SignedDuration::from_hours(1));
    world.visit().await;
    let Ok(Answer::Leads(leads)) = ask(&world, Question::Leads { segment: None, state: None, owner: None, limit: 9 }).await else {
        panic!("no leads")
    };
    let lead = leads[0].id.as_str();
    let swapped = if &lead[8..9] == "a" { "b" } else { "a" };
    let mistyped = format!("{}{swapped}{}", &lead[..8], &lead[9..]);
    let text = |text: &str| Some(text.to_owned());
    let leads = |segment: Option<String>, owner: Option<String>| Question::Leads { segment, state: None, owner, limit: 9 };
    let outbox = |channel: Option<String>| Question::Outbox { channel, standing: None, limit: 9 };
    let replay =
        |channel: Option<String>| Question::Replay { ids: Vec::new(), since: text("2026-11-01"), channel, delivered: false, dry_run: true };
    for (question, wanted) in [
        (
            Question::Source { id: "lisst".into(), page: None, diff: false },
            "there is no source `lisst`; did you mean `list`? There are: list, idle",
        ),
        (Question::CheckNow { id: "Not a slug".into() }, "there is no source `Not a slug`; there are: list, idle"),
        (Question::DigestPreview { rep: "Anna".into() }, "there is no rep `Anna`; there are: ana"),
        (Question::DigestPreview { rep: "anna".into() }, "there is no rep `anna`; did you mean `ana`? There are: ana"),
        (Question::NotifyTest { channel: "mial".into(), to: None }, "there is no channel `mial`; did you mean `mail`?"),
        (Question::NotifyTest { channel: "mail".into(), to: text("bea") }, "there is no rep or address `bea`; there are: ana"),
        (leads(text("al"), None), "there is no segment `al`; did you mean `all`?"),
        (leads(text("Al l"), None), "there is no segment `Al l`"),
        (leads(None, text("bea")), "there is no rep `bea`; there are: ana"),
        (outbox(text("mali")), "there is no channel `mali`; did you mean `mail`?"),
        (replay(text("crm")), "there is no channel `crm`; there are: mail"),
        (Question::Lead { id: mistyped.clone(), at: None }, &format!("there is no lead `{mistyped}`; did you mean `{lead}`?")),
        (Question::Lead { id: "7".into(), at: None }, &format!("there is no lead `7`; there are: {lead}")),
    ] {
        let told = ask(&world, question.clone()).await.expect_err("it must be refused");
        assert!(told.contains(wanted), "{question:?}: {told}");
    }
    let Ok(Answer::Leads(none)) =
        ask(&world, Question::Leads { segment: text("all"), state: text("parked"), owner: text("ana"), limit: 9 }).await
    else {
        panic!("what is known and empty is no mistake")
    };
    assert_eq!(none.len(), 0);
    let letter = ask(&world, Question::DigestPreview { rep: "ana".into() }).await;
    let Ok(Answer::Digest(letter)) = letter else { panic!("no letter") };
    assert!(letter.text.contains("Segment: Everybody who offers something"), "{}", letter.text);
}

#[test]
fn the_environment_holds_where_there_is_no_file() {
    let (site, _) = site();
    let folder = tempfile::tempdir().unwrap();
    let check = |set: &[(&str, &str)]| {
        let mut command = program();
        command.current_dir(folder.path()).env("HOME", folder.path()).env_remove("XDG_CONFIG_HOME").envs(set.iter().copied());
        command.args(["check", &site.address]).output().unwrap()
    };
    let said = |output: &std::process::Output| [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    let closed = check(&[]);
    assert_eq!(closed.status.code(), Some(1), "{}", said(&closed));
    let open = check(&[("ATALAYA_NET__ALLOW", "127.0.0.0/8"), ("ATALAYA_DAEMON__CONTACT", "me@example.com")]);
    assert!(open.status.success(), "{}", said(&open));
    assert!(site.next(|seen| seen.path == "/").header("user-agent").contains("me@example.com"));
    let wrong = check(&[("ATALAYA_NET__ALLOW", "127.0.0.0/8"), ("ATALAYA_NET__PORT", "1")]);
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("did you mean \"ports\""), "{}", said(&wrong));
}
