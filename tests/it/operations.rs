//! The operator's side with the real program: health, metrics, reload, one process at a time, backup and restore, unsubscribing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::rig::{Home, MAILS, OFFER, Reply, Running, Server, hook, listing, program, rep, segment};

/// Who is told of the things: one rep, by mail.
fn told() -> String {
    [segment("title = \"Everything\"\nline = 5"), rep("ana", "Europe/Madrid", "every 1s"), MAILS.to_owned()].concat()
}

fn list(site: &Server) -> String {
    listing("list", &format!("{}/", site.address), "1s", OFFER)
}

fn items(count: usize) -> Reply {
    let rows: Vec<String> = (0..count).map(|n| format!("<li><a href=/item/{n}>Thing {n}</a> <b>Maker {n}, S.L.</b></li>")).collect();
    Reply::html(format!("<html><head><title>Things</title></head><body><ul>{}</ul></body></html>", rows.concat()))
}

/// A site whose list grows when told to.
fn growing() -> (Server, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(3));
    let shown = Arc::clone(&count);
    let site = Server::start(move |seen| if seen.path == "/" { items(shown.load(Ordering::SeqCst)) } else { Reply::status(404) });
    (site, count)
}

fn ask(daemon: &Running, method: &str, path: &str, body: &str) -> String {
    daemon.ask(method, path, body)
}

fn visits(site: &Server, count: usize) {
    for _ in 0..count {
        site.next(|seen| seen.path == "/");
    }
}

#[test]
fn health_metrics_and_a_clean_stop() {
    let (site, _) = growing();
    let home = Home::new(&list(&site));
    let daemon = home.start();
    visits(&site, 2);
    assert!(ask(&daemon, "GET", "/health", "").starts_with("HTTP/1.1 200"));
    assert!(ask(&daemon, "GET", "/ready", "").contains("ready"));
    let metrics = ask(&daemon, "GET", "/metrics", "");
    for name in [
        "atalaya_checks_total{outcome=",
        "atalaya_turns_total{outcome=\"written\"}",
        "atalaya_commits_total",
        "atalaya_commit_size_bucket{le=\"64\"}",
    ] {
        assert!(metrics.contains(name), "{name}: {metrics}");
    }
    let status = home.json(&["status"]);
    assert_eq!((status["running"].as_bool(), status["pages"].as_u64()), (Some(true), Some(1)), "{status}");
    let (code, log) = daemon.stop();
    assert_eq!(code, Some(0), "{log}");
    let first = log.lines().find(|line| line.contains("baseline, 3 records"));
    assert!(first.is_some_and(|line| line.contains("\"source\":\"list\"")) && !log.contains("a page changed"), "{log}");
    assert!(log.lines().last().is_some_and(|line| line.contains("stopped: everything under way was finished")), "{log}");
    assert_eq!(home.json(&["status"])["running"], false, "the store at rest answers too");
}

#[test]
fn a_second_process_is_refused() {
    let (site, _) = growing();
    let home = Home::new(&list(&site));
    let daemon = home.start();
    let second = home.run(&["run"]);
    let words = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1));
    assert!(words.contains(&daemon.id().to_string()), "it names the process that has the store: {words}");
}

#[test]
fn a_broken_configuration_changes_nothing_and_a_good_one_takes_effect() {
    let (site, _) = growing();
    let (other, _) = growing();
    let home = Home::new(&list(&site));
    let good = std::fs::read_to_string(home.path("atalaya.toml")).unwrap();
    std::fs::write(home.path("atalaya.toml"), good.replacen("[daemon]\n", "[daemon]\nzone = \"Asia/Kolkata\"\n", 1)).unwrap();
    let daemon = home.start();
    visits(&site, 1);
    home.configure("\n[[source]]\nid = \"list\"\nkimd = \"listing\"\n");
    daemon.signal("HUP");
    visits(&site, 2);
    // The daemon is asked all the same: only the folder is needed of what is on disk.
    let words = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let asked = home.run(&["source", "list"]);
    let warned = words(&asked);
    assert!(asked.status.success() && String::from_utf8_lossy(&asked.stdout).contains("listing"), "{warned}");
    assert!(
        warned.starts_with("Warning: the configuration on disk is broken (`atalaya config check`") && warned.lines().count() == 1,
        "{warned}"
    );
    // Times are told by the zone that the daemon has, which the file on disk does not say.
    assert!(String::from_utf8_lossy(&asked.stdout).contains("+05:30"), "{}", String::from_utf8_lossy(&asked.stdout));
    assert_eq!(home.json(&["status"])["running"], true);
    let broken = std::fs::read_to_string(home.path("atalaya.toml")).unwrap();
    std::fs::write(home.path("atalaya.toml"), broken.replace("[daemon]", "[daemon")).unwrap();
    let unknown = home.run(&["status"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", words(&unknown));
    assert!(
        words(&unknown).contains("the data folder cannot be read from it") && words(&unknown).contains("--data"),
        "{}",
        words(&unknown)
    );
    let told = home.run(&["status", "--data", home.path("data").to_str().unwrap()]);
    assert!(words(&told).starts_with("Warning: "), "{}", words(&told));
    let more = list(&other).replace("\"list\"", "\"other\"");
    home.configure(&(list(&site) + &more));
    daemon.signal("HUP");
    visits(&other, 1);
    let (_, log) = daemon.stop();
    assert!(log.contains("kimd") && log.contains("did you mean"), "{log}");
    // One line for each mistake, its place first.
    let place = format!("\"message\":\"{}:16:1: source \\\"list\\\" key \\\"kimd\\\"", home.path("atalaya.toml").display());
    assert!(log.lines().filter(|line| line.contains("kimd")).all(|line| line.contains(&place)), "{place}: {log}");
}

#[test]
fn what_needs_a_restart_keeps_its_running_value_and_is_said_to_wait() {
    let (site, count) = growing();
    let home = Home::new(&(list(&site) + &told()));
    let file = home.path("atalaya.toml");
    let plain = std::fs::read_to_string(&file).unwrap().replace("public_url = \"https://atalaya.example\"\n", "");
    let reload = |daemon: &Running, text: &str, nth: usize| {
        std::fs::write(&file, text).unwrap();
        daemon.signal("HUP");
        while !ask(daemon, "GET", "/metrics", "").contains(&format!("atalaya_reloads_total{{outcome=\"applied\"}} {nth}")) {
            std::thread::yield_now();
        }
    };
    std::fs::write(&file, &plain).unwrap();
    let daemon = home.start();
    visits(&site, 2);
    assert_eq!(home.json(&["status"])["pending"], serde_json::json!([]));
    reload(&daemon, &plain.replace("127.0.0.1:0", "127.0.0.1:9").replace("delay = \"10ms\"", "delay = \"11ms\""), 1);
    // Nothing names the address before somebody listens there.
    count.store(4, Ordering::SeqCst);
    let mail = first_mail(&home, &site).replace("\r\n ", "").replace("\n ", "");
    assert!(mail.contains(&format!("List-Unsubscribe: <{}/unsubscribe/", daemon.address)), "{}: {mail}", daemon.address);
    let calendar = home.json(&["calendar", "ana"]);
    assert!(calendar[0]["url"].as_str().is_some_and(|url| url.starts_with(&daemon.address)), "{calendar}");
    assert_eq!(home.json(&["status"])["pending"], serde_json::json!(["daemon.listen", "fetch.delay"]));
    let words = String::from_utf8_lossy(&home.run(&["status"]).stdout).into_owned();
    assert!(words.contains("a restart is pending: daemon.listen, fetch.delay changed"), "{words}");
    assert!(ask(&daemon, "GET", "/health", "").contains("a restart is pending: daemon.listen, fetch.delay changed"));
    // Said again by every reload, until it is as it runs.
    reload(&daemon, &plain, 2);
    assert_eq!(home.json(&["status"])["pending"], serde_json::json!([]));
    daemon.stop();
}

#[test]
fn the_log_is_as_the_settings_say_unless_the_environment_says_otherwise() {
    let home = Home::new("[log]\nlevel = \"warn\"\nformat = \"json\"\n");
    let lines = |log: &str| log.lines().filter(|line| !line.starts_with("atalaya runs;")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&home.start().stop().1), [""; 0], "nothing below the level");
    let daemon = home.start();
    home.configure("[log]\nlevel = \"info\"\nformat = \"json\"\n");
    daemon.signal("HUP");
    // The metrics say when the reload is done.
    while !ask(&daemon, "GET", "/metrics", "").contains("atalaya_reloads_total{outcome=\"applied\"} 1") {
        std::thread::yield_now();
    }
    let (_, log) = daemon.stop();
    assert!(log.contains("log.level changed") && log.contains("stopping"), "a reload sets the level: {log}");
    let said = lines(&log);
    assert!(said.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{said:?}");
    let (_, log) = home.start_with(&[("ATALAYA_LOG", "error"), ("ATALAYA_LOG_FORMAT", "human")]).stop();
    assert_eq!(lines(&log), [""; 0]);
    let (_, log) = home.start_with(&[("ATALAYA_LOG", "info"), ("ATALAYA_LOG_FORMAT", "human")]).stop();
    assert!(log.contains(" INFO ") && !log.contains("{\"timestamp"), "{log}");
}

#[test]
fn a_backup_is_restored() {
    let (site, count) = growing();
    let home = Home::new(&(list(&site) + &told()));
    let daemon = home.start();
    visits(&site, 3);
    let backup = home.json(&["backup"]);
    assert!(backup["keys"].as_u64().unwrap() > 0, "{backup}");
    count.store(5, Ordering::SeqCst);
    visits(&site, 3);
    daemon.stop();
    let before = home.json(&["status"])["records"].as_u64().unwrap();
    let name = backup["name"].as_str().unwrap().to_owned();
    assert_eq!(home.run(&["restore", &name]).status.code(), Some(1), "without a terminal it wants --yes");
    let restored = home.run(&["restore", &name, "--yes"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let after = home.json(&["status"])["records"].as_u64().unwrap();
    assert!((before, after) == (5, 3), "before {before}, after {after}");
    let unknown = home.run(&["restore", "2026", "--yes"]);
    let words = String::from_utf8_lossy(&unknown.stderr);
    assert!(unknown.status.code() == Some(1) && words.contains(&format!("there is no backup `2026`; there are: {name}")), "{words}");
}

#[test]
fn one_click_unsubscribes_before_the_next_mail() {
    let (site, count) = growing();
    let home = Home::new(&(list(&site) + &told()));
    let daemon = home.start();
    visits(&site, 2);
    count.store(4, Ordering::SeqCst);
    let mail = first_mail(&home, &site);
    let unfolded = mail.replace("\r\n ", "").replace("\n ", "");
    let link = unfolded.split("List-Unsubscribe: <https://atalaya.example").nth(1).unwrap().split('>').next().unwrap().to_owned();
    assert!(unfolded.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let page = ask(&daemon, "GET", &link, "");
    assert!(page.contains("ana@example.com") && page.contains("<form"), "{page}");
    let forged = ask(&daemon, "POST", &link.replace("/unsubscribe/", "/unsubscribe/x"), "List-Unsubscribe=One-Click");
    assert!(forged.starts_with("HTTP/1.1 404"), "{forged}");
    let backup = home.json(&["backup"])["name"].as_str().unwrap().to_owned();
    assert!(ask(&daemon, "POST", &link, "List-Unsubscribe=One-Click").starts_with("HTTP/1.1 200"));
    count.store(6, Ordering::SeqCst);
    visits(&site, 4);
    daemon.stop();
    let messages = home.json(&["outbox", "list", "--channel", "mail"]);
    let states: Vec<_> = messages.as_array().unwrap().iter().map(|message| message["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"delivered") && states.iter().all(|state| matches!(*state, "delivered" | "suppressed")), "{states:?}");
    assert_eq!(mails(&home).len(), states.iter().filter(|state| **state == "delivered").count());
    // Who opted out stays opted out, whatever is restored.
    let restored = home.run(&["restore", &backup, "--yes"]);
    let words = String::from_utf8_lossy(&restored.stderr);
    assert!(restored.status.success() && words.contains("Opt-outs hold: 1 "), "{words}");
    let status = home.json(&["status"]);
    assert_eq!((&status["wishes"][0]["reps"][0], &status["wishes"][0]["gets"]), (&"ana".into(), &"no more mails".into()), "{status}");
    std::fs::write(home.path("data/store/current"), "99").unwrap();
    let lost = home.run(&["restore", &backup, "--yes"]);
    let words = String::from_utf8_lossy(&lost.stderr);
    assert!(lost.status.code() == Some(1) && words.contains("WARNING") && words.contains("is missing"), "{words}");
}

#[test]
fn the_page_behind_the_link_pauses_and_resumes_in_the_language_of_the_rep() {
    let (site, count) = growing();
    let home = Home::new(&(list(&site) + &told().replace("zone =", "language = \"es\"\nzone =")));
    let daemon = home.start();
    visits(&site, 2);
    count.store(4, Ordering::SeqCst);
    let mail = first_mail(&home, &site).replace("\r\n ", "").replace("\n ", "");
    let link = mail.split("List-Unsubscribe: <https://atalaya.example").nth(1).unwrap().split('>').next().unwrap().to_owned();
    let page = ask(&daemon, "GET", &link, "");
    assert!(page.contains("<html lang=\"es\">") && page.contains("resúmenes y avisos urgentes"), "{page}");
    let paused = ask(&daemon, "POST", &link, "choice=pause-two-weeks");
    assert!(paused.contains("Guardado.") && paused.contains("en pausa hasta el"), "{paused}");
    count.store(6, Ordering::SeqCst);
    visits(&site, 4);
    assert_eq!(home.written("mail").len(), 1, "nothing leaves while it is paused");
    let status = home.json(&["status"]);
    assert!(status["wishes"][0]["gets"].as_str().is_some_and(|gets| gets.starts_with("nothing until 20")), "{status}");
    let table = String::from_utf8_lossy(&home.run(&["status"]).stdout).into_owned();
    assert!(table.contains("by the link in their mails") && table.contains("ana@example.com"), "{table}");
    let strange = ask(&daemon, "POST", &link, "choice=everything");
    assert!(strange.contains("en pausa hasta el") && !strange.contains("Guardado"), "{strange}");
    assert!(ask(&daemon, "POST", &link, "choice=resume").contains("resúmenes y avisos urgentes"));
    for _ in 0..60 {
        if home.written("mail").len() > 1 {
            break;
        }
        visits(&site, 1);
    }
    daemon.stop();
    let told = home.written("mail").concat();
    assert!(told.contains("Maker 4") && told.contains("Maker 5") || told.contains("2 clientes posibles"), "{told}");
}

fn mails(home: &Home) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(home.path("data/mail")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "eml")).collect()
}

/// The first mail; the visits of the site are the clock.
fn first_mail(home: &Home, site: &Server) -> String {
    for _ in 0..60 {
        if let Some(path) = mails(home).first() {
            return std::fs::read_to_string(path).unwrap();
        }
        visits(site, 1);
    }
    panic!("no mail after 60 visits");
}

#[test]
fn the_demo_shows_everything_it_promises() {
    let folder = tempfile::tempdir().unwrap();
    let output = program().args(["demo", "--exit", "--folder"]).arg(folder.path().join("demo")).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(summary["leads"].as_u64().unwrap() > 0 && summary["webhooks_verified"].as_u64().unwrap() > 0, "{summary}");
    assert_eq!(summary["sources_ill"], serde_json::json!([]));
}

#[test]
fn init_writes_a_configuration_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atalaya.toml");
    let init = program().args(["init", "--no-input", "--contact", "me@example.com"]).arg(&path).output().unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let check = program().args(["config", "check", "--config"]).arg(&path).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let again = program().args(["init", "--no-input"]).arg(&path).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "it never overwrites");
    assert_eq!(program().args(["no-such-command"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_block_page_is_a_state_of_the_source_and_no_change() {
    let blocked = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&blocked);
    let site = Server::start(move |seen| match (seen.path.as_str(), now.load(Ordering::SeqCst)) {
        ("/", 0) => items(5),
        ("/", _) => Reply::html(
            "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser before accessing</h1><div id=cf-wrapper></div>\
             <script src=/cdn-cgi/challenge-platform/x.js></script></body></html>",
        ),
        _ => Reply::status(404),
    });
    let home = Home::new(&list(&site));
    let daemon = home.start();
    visits(&site, 3);
    blocked.store(1, Ordering::SeqCst);
    visits(&site, 2);
    daemon.stop();
    let source = home.json(&["source", "show", "list"]);
    assert_eq!(source["source"]["health"], "ill", "{source}");
    assert!(source["source"]["reason"].as_str().unwrap().contains("challenge"), "{source}");
    let news: Vec<_> = source["changes"].as_array().unwrap().iter().filter(|change| change["baseline"] == false).collect();
    assert!(news.is_empty(), "{news:?}");
    assert_eq!(home.json(&["status"])["records"], 5);
}

#[test]
fn the_configuration_in_the_readme_is_taken() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, secret) = (folder.path().join("atalaya.toml"), folder.path().join("smtp.password"));
    std::fs::write(&path, example).unwrap();
    std::fs::write(&secret, "swordfish").unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let check = program().args(["config", "check", "--config"]).arg(&path).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn a_page_that_always_fails_does_not_silence_its_source() {
    let count = Arc::new(AtomicUsize::new(3));
    let shown = Arc::clone(&count);
    let site = Server::start(move |seen| match (seen.path.as_str(), seen.query.as_str()) {
        ("/", "") => {
            let reply = items(shown.load(Ordering::SeqCst));
            let body = String::from_utf8(reply.body.to_vec()).unwrap().replace("</body>", "<a rel=next href=/?page=2>next</a></body>");
            Reply::html(body)
        }
        ("/", _) => Reply::status(500),
        _ => Reply::status(404),
    });
    let home = Home::new(&(list(&site) + "next = \"a[rel=next]\"\n" + &told()));
    let daemon = home.start();
    visits(&site, 12);
    count.store(4, Ordering::SeqCst);
    visits(&site, 6);
    daemon.stop();
    let leads = home.json(&["lead", "list"]);
    assert_eq!(leads.as_array().map(Vec::len), Some(1), "{leads}");
}

#[test]
fn a_receiver_that_fails_is_asked_by_one_message_and_not_by_all() {
    let (site, count) = growing();
    let receiver = Server::start(|_| Reply::status(500));
    let home = Home::new(&(list(&site) + &told() + &hook("crm", &receiver.address)));
    let configured = std::fs::read_to_string(home.path("atalaya.toml")).unwrap();
    std::fs::write(home.path("atalaya.toml"), configured.replacen("[daemon]\n", "[daemon]\nzone = \"Asia/Kolkata\"\n", 1)).unwrap();
    let daemon = home.start();
    visits(&site, 3);
    count.store(15, Ordering::SeqCst);
    receiver.next(|_| true);
    visits(&site, 2);
    // The first pause is one of some seconds; a slow machine may see its end.
    let asked = receiver.all().len();
    assert!(asked <= 2, "twelve messages wait, and the receiver was asked {asked} times more");
    let view = home.json(&["status"]);
    let crm = view["channels"].as_array().unwrap().iter().find(|channel| channel["id"] == "crm").unwrap();
    let held = &crm["held"];
    assert_eq!((held["waiting"].as_u64(), held["why"].as_str()), (Some(12), Some("500 Internal Server Error")), "{view}");
    assert!(held["since"].is_string() && held["until"].is_string(), "{view}");
    let told = |arguments: &[&str]| String::from_utf8(home.run(arguments).stdout).unwrap();
    let line = "the last: 500 Internal Server Error; 12 messages wait for it";
    for told in [told(&["outbox", "list"]), told(&["doctor"]).split_whitespace().collect::<Vec<_>>().join(" ")] {
        assert!(told.contains(line), "{told}");
        assert!(told.contains("+05:30") && !told.contains("Z (1 failure"), "by the clock of the daemon: {told}");
    }
    let json = String::from_utf8(home.run(&["doctor", "--json"]).stdout).unwrap();
    assert!(json.contains(line) && !json.contains("+05:30"), "{json}");
    daemon.stop();
}

#[test]
fn what_is_said_of_a_lead_holds_is_shown_and_told_to_machines() {
    let (site, count) = growing();
    let receiver = Server::start(|_| Reply::status(204));
    let reps = [segment("title = \"Everything\"\nline = 5"), rep("ana", "Europe/Madrid", "Mon 08:00"), MAILS.to_owned()].concat();
    let home = Home::new(&(list(&site) + &reps + &hook("crm", &receiver.address)));
    let daemon = home.start();
    visits(&site, 3);
    count.store(4, Ordering::SeqCst);
    let event = || serde_json::from_slice::<serde_json::Value>(&receiver.next(|_| true).body).unwrap();
    let id = event()["data"]["lead"].as_str().unwrap().to_owned();
    assert_eq!(home.json(&["lead", "show", &id])["told_state"], "waits");
    let said = home.json(&["lead", "reject", &id, "--because", "a friend's firm", "--by", "ana"]);
    assert_eq!((said["state"].as_str(), said["told_state"].as_str()), (Some("rejected"), Some("no")), "{said}");
    let told = event();
    assert_eq!((told["type"].as_str(), told["data"]["state"].as_str()), (Some("lead.updated"), Some("rejected")), "{told}");
    assert_eq!(told["data"]["verdict"]["because"], "a friend's firm", "{told}");
    // What waited for the digest is closed, with the reason.
    let closed = home.json(&["outbox", "list", "--state", "suppressed"]);
    assert!(closed[0]["title"].as_str().unwrap().starts_with("not told, rejected by ana: a friend's firm: "), "{closed}");
    assert_eq!(home.json(&["status"])["entries"], 0);
    let shown = String::from_utf8(home.run(&["lead", "show", &id]).stdout).unwrap();
    assert!(shown.contains("verdict: rejected by ana at ") && shown.contains(": a friend's firm\n"), "{shown}");
    // It can be taken back, and taken up; also without a daemon.
    daemon.stop();
    assert_eq!(home.json(&["lead", "reopen", &id])["state"], "new");
    let taken = home.json(&["lead", "accept", &id, "--by", "ana"]);
    assert_eq!((taken["state"].as_str(), taken["owner"].as_str()), (Some("accepted"), Some("ana")), "{taken}");
    let parked = home.json(&["lead", "park", &id, "--until", "2999-01-01"]);
    assert_eq!((parked["state"].as_str(), parked["verdict"]["until"].as_str()), (Some("parked"), Some("2999-01-01T00:00:00Z")), "{parked}");
    let wrong = home.run(&["lead", "accept", "lead-0000000000000"]);
    assert!(!wrong.status.success());
    assert!(!home.run(&["lead", "park", &id, "--until", "2001-01-01"]).status.success());
}

#[test]
fn a_lead_goes_by_what_its_organisation_is_called_and_a_name_that_is_no_reps_is_said_to_be_none() {
    let (site, count) = growing();
    let receiver = Server::start(|_| Reply::status(204));
    let reps = [segment("title = \"Everything\"\nline = 5"), rep("ana", "Europe/Madrid", "Mon 08:00"), MAILS.to_owned()].concat();
    let home = Home::new(&(list(&site) + &reps + &hook("crm", &receiver.address)));
    let daemon = home.start();
    visits(&site, 3);
    count.store(5, Ordering::SeqCst);
    let event = || serde_json::from_slice::<serde_json::Value>(&receiver.next(|_| true).body).unwrap();
    let ids: HashMap<String, String> = (0..2)
        .map(|_| event())
        .map(|event| ["organisation", "lead"].map(|name| event["data"][name].clone()))
        .map(|[who, lead]| (who["name"].as_str().unwrap().to_owned(), lead.as_str().unwrap().to_owned()))
        .collect();
    daemon.stop();
    let three = ids["Maker 3, S.L."].as_str();
    for named in ["Maker 3, S.L.", "maker 3", "3, s.l.", three] {
        assert_eq!(home.json(&["lead", "show", named])["id"], three, "{named}");
        assert_eq!(home.json(&["lead", "explain", named])["id"], three, "{named}");
    }
    let errors = |arguments: &[&str]| {
        let out = home.run(arguments);
        (out.status.success(), String::from_utf8(out.stderr).unwrap())
    };
    for verb in ["show", "accept", "reject", "park", "reopen"] {
        let (fine, told) = errors(&["lead", verb, "maker"]);
        assert!(!fine && told.contains("several leads are called maker") && ids.values().all(|id| told.contains(id)), "{verb}: {told}");
        let (fine, told) = errors(&["lead", verb, "Makker 3, S.L."]);
        assert!(!fine && told.contains("did you mean `Maker 3, S.L.`?"), "{verb}: {told}");
    }
    for verb in ["accept", "reject", "park", "reopen"] {
        let (fine, told) = errors(&["lead", verb, "maker 3", "--by", "zoe"]);
        assert!(fine && told.contains("there is no rep `zoe`"), "{verb}: {told}");
        let (fine, told) = errors(&["lead", verb, "maker 3", "--by", "ana"]);
        assert!(fine && !told.contains("no rep"), "{verb}: {told}");
    }
    // By one clock, in one format.
    let table = String::from_utf8(home.run(&["lead", "list"]).stdout).unwrap();
    assert!(!table.contains('T') || !table.contains(":00Z"), "{table}");
}

#[test]
fn a_receiver_that_is_gone_is_left_alone_until_a_test_reaches_it() {
    let (site, count) = growing();
    let status = Arc::new(AtomicUsize::new(410));
    let now = Arc::clone(&status);
    let receiver = Server::start(move |_| Reply::status(u16::try_from(now.load(Ordering::SeqCst)).unwrap()));
    let home = Home::new(&(list(&site) + &told() + &hook("crm", &receiver.address)));
    let daemon = home.start();
    visits(&site, 3);
    count.store(5, Ordering::SeqCst);
    receiver.next(|_| true);
    visits(&site, 2);
    count.store(6, Ordering::SeqCst);
    visits(&site, 4);
    assert!(receiver.all().is_empty(), "410 switches the channel off at once");
    let view = home.json(&["status"]);
    let crm = view["channels"].as_array().unwrap().iter().find(|channel| channel["id"] == "crm").unwrap();
    assert_eq!((crm["waiting"].as_u64(), crm["disabled"].is_null()), (Some(3), false), "{view}");
    status.store(204, Ordering::SeqCst);
    assert_eq!(home.json(&["notify", "test", "crm"])["accepted"], true);
    let mut firms: Vec<String> = (0..4)
        .map(|_| serde_json::from_slice::<serde_json::Value>(&receiver.next(|_| true).body).unwrap())
        .filter_map(|event| event["data"]["organisation"]["name"].as_str().map(str::to_owned))
        .collect();
    firms.sort_unstable();
    assert_eq!(firms, ["Maker 3, S.L.", "Maker 4, S.L.", "Maker 5, S.L."], "and all that waited arrives");
    daemon.stop();
}

#[test]
fn who_asks_while_the_daemon_begins_waits_for_its_answer() {
    use std::io::{BufRead as _, BufReader};
    let (site, _) = growing();
    let home = Home::new(&(list(&site) + &told()));
    assert_eq!(home.start().stop().0, Some(0));
    let mut daemon = home.command(&["run"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(daemon.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(log.any(|line| line.contains("the store is open")), "it says so before it answers");
    // Its words go on being read, so that it is never kept from going on.
    let rest = std::thread::spawn(move || log.count());
    let asked = home.run(&["source", "list"]);
    assert!(asked.status.success(), "{asked:?}");
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert!(rest.join().is_ok());
}
