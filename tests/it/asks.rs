//! What somebody meets who follows the README for the first time: selectors that match nothing, pages that went away, files that are not there,
//! and what the commands say of it.

use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use atalaya::web::{Answer, PageView, Question, SourcePages, answer};
use jiff::{SignedDuration, Timestamp};

use crate::rig::{Home, Inside, LINES, OFFER, Reply, Server, hook, listing, program, rep, segment};

fn words(output: &Output) -> String {
    [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat()
}

fn items(from: usize, to: usize, next: Option<usize>) -> Reply {
    let rows: Vec<String> =
        (from..to).map(|n| format!("<li class=firma><a href=/item/{n}>Thing {n}</a> <b>Maker {n}, S.L.</b></li>")).collect();
    let next = next.map_or_else(String::new, |page| format!("<a rel=next href=/?page={page}>next</a>"));
    Reply::html(format!("<html><head><title>Things</title></head><body><ul>{}</ul>{next}</body></html>", rows.concat()))
}

/// Three pages; the second grows when told to, and is not there when told so.
struct Site {
    server: Server,
    more: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
}

impl Site {
    fn start() -> Self {
        let (more, gone) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (shown, away) = (Arc::clone(&more), Arc::clone(&gone));
        let server = Server::start(move |seen| match (seen.path.as_str(), seen.query.as_str()) {
            ("/", "") => items(0, 3, Some(2)),
            ("/", "page=2") if away.load(Ordering::SeqCst) => Reply::status(404),
            ("/", "page=2") => items(100, 103 + shown.load(Ordering::SeqCst), Some(3)),
            ("/", "page=3") => items(200, 203, None),
            _ => Reply::status(404),
        });
        Self { server, more, gone }
    }

    fn list(&self, every: &str) -> String {
        listing("list", &format!("{}/", self.server.address), every, OFFER) + "next = \"a[rel=next]\"\n"
    }

    /// How often a page was asked for since this was asked last.
    fn asked(&self, query: &str) -> usize {
        self.server.all().iter().filter(|seen| seen.path == "/" && seen.query == query).count()
    }
}

#[test]
fn the_pages_of_a_source_are_shown_and_the_one_that_changed_last_is_compared() {
    let site = Site::start();
    let home = Home::new("");
    home.configure_daemon("zone = \"Asia/Kolkata\"\n", &site.list("1s"));
    let daemon = home.start();
    let last = |count| (0..count).for_each(|_| drop(site.server.next(|seen| seen.query == "page=3")));
    last(2);
    site.more.store(1, Ordering::SeqCst);
    last(3);
    daemon.stop();
    let second = format!("{}/?page=2", site.server.address);
    let shown = words(&home.run(&["source", "show", "list", "--diff"]));
    for wanted in ["?page=2", "?page=3", "state", "well", "+05:30"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    assert!(shown.contains(&format!("difference of the last two kept versions of {second}, from 20")), "{shown}");
    assert!(shown.contains("Thing 103") && !shown.contains("other page(s) of this source changed"), "{shown}");
    let one = home.json(&["source", "show", "list", "--page", &second, "--diff"]);
    assert_eq!((one["pages"].as_array().map(Vec::len), &one["diff"]["url"]), (Some(1), &second.clone().into()), "{one}");
    assert!(one["pages"][0]["checked"].as_str().unwrap().ends_with('Z'), "JSON has UTC: {one}");
    let first = home.json(&["source", "show", "list", "--page", &format!("{}/", site.server.address), "--diff"]);
    assert!(first["diff"]["text"].as_str().unwrap().contains("only one version"), "{first}");
    assert_eq!(first["diff"]["others"], 1);
    let unknown = words(&home.run(&["source", "show", "list", "--page", "https://elsewhere.example/"]));
    assert!(unknown.contains("there is no page of list `https://elsewhere.example/`; there are: http"), "{unknown}");
}

#[test]
fn a_dry_run_says_what_matches_nothing_and_how_much_it_read() {
    let site = Site::start();
    let wrong = site.list("1h").replace("record = \"li\"", "record = \"li.firm\"");
    let home = Home::new(&wrong);
    let said = home.run(&["check", "list"]);
    assert_eq!(said.status.code(), Some(1));
    let told = words(&said);
    assert!(told.contains("`record`: `li.firm` matches 0 of ") && told.contains("; `li` matches 3"), "{told}");
    assert!(told.contains("without selectors a list of 3 records") && told.contains("`atalaya read`"), "{told}");
    home.configure(&site.list("1h").replace("company = \"b\"", "company = \"b\", phone = \".tel\""));
    let told = words(&home.run(&["check", "list"]));
    assert!(told.contains("note: field `phone`: `.tel` is in 0 of 3 records"), "{told}");
    assert!(told.contains("3 records") && told.contains("note: 1 page is read here, and it leads on: `--pages 10` reads more"), "{told}");
    let more = home.json(&["check", "list", "--pages", "2"]);
    assert_eq!((more["records"].as_array().map(Vec::len), more["follow"].as_array().map(Vec::len)), (Some(6), Some(1)), "{more}");
    let all = home.run(&["check", "list", "--pages", "5"]);
    let told = words(&all);
    assert!(
        all.status.success() && told.contains("9 records") && told.contains("3 pages are read here, and they lead no further"),
        "{told}"
    );
    let outside = home.run(&["check", &site.server.address, "--pages", "2"]);
    assert!(!outside.status.success() && words(&outside).contains("name a source"), "{}", words(&outside));
}

#[test]
fn what_is_not_fetched_and_what_is_not_there_is_said_first() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.current_dir(folder.path()).env("HOME", folder.path()).env_remove("XDG_CONFIG_HOME").args(arguments);
        command.output().unwrap()
    };
    for command in ["check", "read"] {
        let told = words(&run(&[command, "ftp://files.example/list"]));
        let wanted = "only http and https addresses are fetched, and `ftp://files.example/list` begins with `ftp:`";
        assert!(told.contains(wanted) && !told.contains("did you mean"), "{told}");
        let told = words(&run(&[command, "localhost:8080/x"]));
        assert!(told.contains("did you mean `http://localhost:8080/x`?"), "{told}");
    }
    for arguments in [&["config", "check", "-c", "missing.toml"][..], &["run", "-c", "missing.toml"], &["status", "-c", "missing.toml"]] {
        let missing = run(arguments);
        let told = words(&missing);
        assert_eq!(missing.status.code(), Some(2), "{told}");
        assert!(told.contains("missing.toml does not exist") && told.contains("atalaya init missing.toml"), "{told}");
        assert!(!told.contains("contact"), "{told}");
    }
}

#[test]
fn a_broken_configuration_keeps_nobody_from_looking() {
    let site = Site::start();
    let home = Home::new("\n[[source]]\nid = \"list\"\nkind = \"feed\"\nurl = \"https://a.example/\"\nkimd = \"listing\"\n");
    let saved = home.path("saved.html");
    std::fs::write(&saved, items(0, 3, None).body).unwrap();
    for (arguments, wanted) in [(["check", saved.to_str().unwrap()], "read as page"), (["read", saved.to_str().unwrap()], "Maker 2, S.L.")]
    {
        let looked = home.run(&arguments);
        let told = words(&looked);
        assert!(told.contains(wanted) && told.contains("the configuration is broken") && told.contains("with the defaults"), "{told}");
    }
    // What it says of the way out counts, where that is right.
    for looked in [
        words(&home.run(&["check", &site.server.address])),
        words(&home.run(&["read", &site.server.address])),
        words(&home.run(&["source", "add", &site.server.address, "--dry-run"])),
    ] {
        assert!(looked.contains("with its [net] and [fetch]") && !looked.contains("refused"), "{looked}");
    }
    // Where that is wrong too, the defaults do, and with them this machine is not public.
    let text = std::fs::read_to_string(home.path("atalaya.toml")).unwrap();
    std::fs::write(home.path("atalaya.toml"), text.replace("allow = [\"127.0.0.0/8\"]", "allow = [\"127.0.0.0/8\", 5]")).unwrap();
    for refused in [
        words(&home.run(&["check", &site.server.address])),
        words(&home.run(&["read", &site.server.address])),
        words(&home.run(&["source", "add", &site.server.address, "--dry-run"])),
    ] {
        assert!(refused.contains("with the defaults") && refused.contains("[net] allow"), "{refused}");
        assert!(refused.contains("the configuration is broken, and what its [net] allows is not taken: mend it first"), "{refused}");
    }
    std::fs::write(home.path("atalaya.toml"), text).unwrap();
    let named = home.run(&["check", "list"]);
    assert!(named.status.code() == Some(2) && words(&named).contains("kimd"), "{}", words(&named));
    let doctor = home.run(&["doctor", "--json"]);
    assert_eq!(doctor.status.code(), Some(1));
    let found: Vec<serde_json::Value> = serde_json::from_slice(&doctor.stdout).unwrap();
    assert!(found[0]["good"] == false && found[0]["words"].as_str().unwrap().contains("kimd"), "{found:?}");
    let of = |what: &str| found.iter().find(|one| one["what"] == what).unwrap();
    assert_eq!((&of("open files")["good"], of("channel")["good"].is_null()), (&true.into(), true), "{found:?}");
    assert!(of("store")["words"].as_str().unwrap().contains("no daemon answers on"), "{found:?}");
}

#[test]
fn doctor_lists_every_channel_with_what_was_tried() {
    let site = Site::start();
    let receiver = Server::start(|_| Reply::status(204));
    let settings = [site.list("1h"), LINES.to_owned(), hook("crm", &receiver.address), hook("shut", "http://127.0.0.1:1")].concat();
    let home = Home::new(&settings);
    let doctor = home.run(&["doctor", "--json"]);
    let found: Vec<serde_json::Value> = serde_json::from_slice(&doctor.stdout).unwrap();
    let of = |what: &str| -> Vec<(bool, String)> {
        let all = found.iter().filter(|one| one["what"] == what);
        all.map(|one| (one["good"].as_bool().unwrap(), one["words"].as_str().unwrap().to_owned())).collect()
    };
    let address = receiver.address.trim_start_matches("http://");
    let channels = of("channel");
    assert!(channels[0].0 && channels[0].1.starts_with("lines (file): ") && channels[0].1.contains("tried with a file"), "{channels:?}");
    assert!(
        channels[1].0 && channels[1].1.starts_with(&format!("crm (webhook): 127.0.0.1 is at {address} and takes connections")),
        "{channels:?}"
    );
    assert!(!channels[2].0 && channels[2].1.contains("shut (webhook): 127.0.0.1 is at 127.0.0.1:1, and port 1 takes no"), "{channels:?}");
    assert!(of("reach")[0].1.contains(&format!("is at {}", site.server.address.trim_start_matches("http://"))), "{found:?}");
    assert_eq!((doctor.status.code(), receiver.all().len(), site.server.all().len()), (Some(1), 0, 0), "nobody was asked anything");
}

async fn shown(world: &Inside) -> SourcePages {
    let question = Question::Source { id: "list".into(), page: None, diff: false };
    let Ok(Answer::Source(source)) = answer(&world.effects, &world.config, question, true).await else { panic!("no source") };
    *source
}

async fn hours(world: &Inside, count: usize) {
    for _ in 0..count {
        world.wait(SignedDuration::from_hours(1));
        world.visit().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_not_there_is_asked_for_ever_more_rarely_until_it_is() {
    let site = Site::start();
    let world = Inside::new(&site.list("1h")).await;
    world.visit().await;
    assert_eq!((site.asked("page=2"), world.effects.store.records_of(&"list".parse().unwrap())), (1, 9));
    let of = |source: &SourcePages| -> PageView { source.pages.iter().find(|page| page.url.ends_with("page=2")).unwrap().clone() };
    site.gone.store(true, Ordering::SeqCst);
    hours(&world, 100).await;
    let seen = site.server.all();
    let asked = |query: &str| seen.iter().filter(|seen| seen.path == "/" && seen.query == query).count();
    assert!((5..=9).contains(&asked("page=2")), "{} requests in 100 hours", asked("page=2"));
    assert_eq!(asked(""), 100, "its source is visited as ever");
    let source = shown(&world).await;
    let page = of(&source);
    assert_eq!((page.state.as_str(), source.source.health.as_str()), ("not there", "ill"), "{page:?}");
    assert!(page.failure.as_ref().is_some_and(|failure| failure.contains("ever more rarely")), "{page:?}");
    let next: Timestamp = page.next_check.unwrap().parse().unwrap();
    assert!(next > world.clock.now() + SignedDuration::from_hours(2), "{next}");
    let records = world.effects.store.records_of(&"list".parse().unwrap());
    assert_eq!(records, 9, "nobody disappears with a page that may come back");
    site.gone.store(false, Ordering::SeqCst);
    hours(&world, 80).await;
    assert!(site.asked("page=2") > 5);
    hours(&world, 10).await;
    assert_eq!(site.asked("page=2"), 10, "what is there again is visited as ever");
    let source = shown(&world).await;
    assert_eq!((of(&source).state.as_str(), source.source.health.as_str()), ("well", "well"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_is_not_there_is_asked_for_at_least_once_a_day() {
    let there = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&there);
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/" if now.load(Ordering::SeqCst) => items(0, 3, None),
        _ => Reply::status(410),
    });
    let world = Inside::new(&listing("list", &format!("{}/", server.address), "1h", OFFER)).await;
    world.visit().await;
    hours(&world, 24 * 10).await;
    let asked = server.all().iter().filter(|seen| seen.path == "/").count();
    assert!((13..=16).contains(&asked), "{asked} requests in ten days");
    there.store(true, Ordering::SeqCst);
    hours(&world, 24).await;
    assert_eq!(shown(&world).await.pages[0].state, "well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_is_not_explained_for_a_time_before_it() {
    let site = Site::start();
    let all = [site.list("1h"), segment("line = 5"), rep("ana", "UTC", "every 1h"), crate::rig::MAILS.to_owned()].concat();
    let world = Inside::new(&all).await;
    world.visit().await;
    site.more.store(1, Ordering::SeqCst);
    hours(&world, 1).await;
    let ask = async |question| answer(&world.effects, &world.config, question, true).await;
    let listed = ask(Question::Leads { segment: None, state: None, owner: None, limit: 9 }).await;
    let Ok(Answer::Leads(leads)) = listed else { panic!("no leads") };
    let id = &leads[0].id;
    let told = async |at: &str| ask(Question::Lead { id: id.clone(), at: Some(at.to_owned()) }).await.map_err(|error| format!("{error:#}"));
    for early in ["2026-11-22", "2026-11-23T08:59:59Z"] {
        let refused = told(early).await.expect_err("there was no lead");
        assert!(refused.contains(&format!("{id} exists since 2026-11-23T09:00:00Z")), "{refused}");
    }
    for late in ["2026-11-23", "2026-11-23T09:00:00Z"] {
        let Ok(Answer::Lead(lead)) = told(late).await else { panic!("{late}: no lead") };
        assert!(lead.signal > 0.0, "{late}: {lead:?}");
    }
}

#[test]
fn the_commands_in_the_readme_that_look_at_pages_find_something() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let page = readme.split("```html\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap().to_owned();
    let served = page.clone();
    let site = Server::start(move |seen| {
        match seen.path.as_str() {
        "/members" => Reply::html(format!("<html><head><title>Members</title></head><body>{served}</body></html>")),
        "/feed.xml" => Reply {
            status: 200,
            headers: vec![("content-type", "application/rss+xml".into())],
            body: "<rss version=\"2.0\"><channel><title>News</title><item><title>One</title><link>https://a.example/1</link></item></channel></rss>".into(),
        },
        _ => Reply::status(404),
    }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("members.html"), page).unwrap();
    let blocks = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let looks = |line: &&str| {
        ["atalaya read ", "atalaya check http", "atalaya source add http", "atalaya source test"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let commands: Vec<&str> = blocks.flat_map(str::lines).filter(looks).collect();
    assert!(commands.len() >= 8, "{commands:?}");
    std::fs::write(folder.path().join("atalaya.toml"), "[daemon]\ncontact = \"me@example.com\"\n").unwrap();
    for command in commands {
        let line = command.replace("https://example.org", &site.address).replacen("atalaya", "\"$ATALAYA\"", 1);
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", &line])
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("NO_COLOR", "1")
            .stdin(std::process::Stdio::null());
        shell.env("ATALAYA", env!("CARGO_BIN_EXE_atalaya")).env("ATALAYA_NET__ALLOW", "127.0.0.0/8").env_remove("ATALAYA_CONFIG");
        let ran = shell.output().unwrap();
        let told = words(&ran);
        assert!(ran.status.success(), "{command}: {told}");
        if command.contains("--json") {
            let view: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
            assert_eq!(view["main"]["records"].as_array().map(Vec::len), Some(4), "{view}");
        } else if command.contains("source test") {
            assert!(told.contains(": same, 4 records"), "{command}: {told}");
        } else if command.contains("read") || command.contains("source add") {
            assert!(told.contains("Maderas del Arlanza") && told.contains("phone"), "{command}: {told}");
            // The links say the country of their numbers: nobody is asked for it.
            assert!(told.contains("+34979700700") && !told.contains("country = "), "{command}: {told}");
            assert!(!command.contains("read") || told.contains("is read as a list"), "{command}: {told}");
        } else {
            assert!(told.contains("1 record"), "{command}: {told}");
        }
    }
}
