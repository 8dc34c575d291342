//! The health of sources beyond "can it be read": silence, lost fields, entries that cannot be read, and digests that are never ambiguous; on
//! a clock moved by hand.

use std::sync::{Arc, Mutex};

use atalaya::pipeline::completeness;
use atalaya::store::MessageFilter;
use atalaya::web::{Answer, Question, SourcePages, StatusView, answer};
use jiff::SignedDuration;
use serde_json::Value;

use crate::rig::{Inside, LINES, MAILS, OFFER, Reply, Server, listing, rep, segment};

/// A site whose one page is whatever was put there last.
fn site(first: Reply) -> (Server, Arc<Mutex<Reply>>) {
    let shown = Arc::new(Mutex::new(first));
    let page = Arc::clone(&shown);
    let server = Server::start(move |seen| if seen.path == "/" { page.lock().unwrap().clone() } else { Reply::status(404) });
    (server, shown)
}

/// A feed of so many items: three of Thursday the 19th, the fourth of Sunday the 22nd, and one a day from then on.
fn feed(items: u32) -> Reply {
    let items: Vec<String> = (1..=items)
        .rev()
        .map(|n| {
            let day = if n <= 3 { 19 } else { 18 + n };
            format!("<item><guid>{n}</guid><title>Call {n}</title><pubDate>{day} Nov 2026 06:00:00 GMT</pubDate></item>")
        })
        .collect();
    let body = format!("<rss version='2.0'><channel><title>Calls</title>{}</channel></rss>", items.concat());
    Reply { status: 200, headers: vec![("content-type", "application/rss+xml".into())], body: body.into() }
}

fn feed_source(site: &str, expect: &str) -> String {
    format!(
        "\n[[source]]\nid = \"calls\"\nkind = \"feed\"\nurl = \"{site}/\"\nevery = \"6h\"\njitter = \"0s\"\nconfirm = \"off\"\n{expect}\n"
    )
}

/// What the operator's machine was told of so far: type, class and text.
fn told(world: &Inside) -> Vec<(String, String, String)> {
    let lines = world.written("lines").concat();
    let read = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let message = &value["message"];
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&message["type"]), word(&message["data"]["class"]), word(&message["data"]["text"]))
    };
    lines.lines().map(read).collect()
}

async fn pass(world: &Inside, hours: i64) {
    for _ in 0..hours {
        world.wait(SignedDuration::from_hours(1));
        world.visit().await;
        world.drain().await;
    }
}

async fn source(world: &Inside, id: &str) -> SourcePages {
    match answer(&world.effects, &world.config, Question::Source { id: id.to_owned(), page: None, diff: false }, false).await.unwrap() {
        Answer::Source(view) => *view,
        other => panic!("{other:?}"),
    }
}

async fn status(world: &Inside) -> StatusView {
    match answer(&world.effects, &world.config, Question::Status, false).await.unwrap() {
        Answer::Status(view) => *view,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_falls_silent_is_told_of_once_and_once_more_when_it_speaks() {
    let (site, shown) = site(feed(4));
    let world = Inside::with("notices = [\"lines\"]\n", &(feed_source(&site.address, "expect = \"3d\"") + LINES)).await;
    world.visit().await;
    pass(&world, 25).await;
    *shown.lock().unwrap() = feed(5);
    pass(&world, 24 * 3).await;
    assert_eq!(told(&world), [], "three days are normal here");
    // It answers 200 all the time.
    pass(&world, 24 * 3).await;
    let [(ill, class, text)] = &told(&world)[..] else { panic!("{:?}", told(&world)) };
    assert_eq!((ill.as_str(), class.as_str()), ("source.ill", "silent"));
    assert!(text.ends_with(", where news is expected at least every 3d"), "{text}");
    let seen = source(&world, "calls").await.source;
    assert_eq!((seen.health.as_str(), seen.trouble.as_deref()), ("ill", Some("silent")));
    assert!(seen.standing.starts_with("silent for 6 days; complete until 2026-11-30T"), "{}", seen.standing);
    assert_eq!(seen.newest_entry.as_deref(), Some("2026-11-23T06:00:00Z"));
    assert!(status(&world).await.attention.iter().any(|source| source.id == "calls"));
    // It dies: that is worse than silence, and told of although a day has not passed.
    *shown.lock().unwrap() = Reply::status(404);
    pass(&world, 12).await;
    *shown.lock().unwrap() = feed(6);
    pass(&world, 24).await;
    let words: Vec<(String, String)> = told(&world).into_iter().map(|(word, class, _)| (word, class)).collect();
    let want = [("source.ill", "silent"), ("source.ill", "not-found"), ("source.well", "")];
    assert_eq!(words, want.map(|(word, class)| (word.to_owned(), class.to_owned())));
    assert_eq!(source(&world, "calls").await.source.health, "well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_illness_has_its_own_beginning_and_is_told_once_a_day() {
    let (site, shown) = site(feed(4));
    let world = Inside::with("notices = [\"lines\"]\n", &(feed_source(&site.address, "").replace("6h", "1h") + LINES)).await;
    world.visit().await;
    let since = async |what: Reply| {
        *shown.lock().unwrap() = what;
        pass(&world, 3).await;
        source(&world, "calls").await.source.reason.unwrap_or_default().chars().take("since 2026-11-23T08:00:00Z".len()).collect::<String>()
    };
    let first = since(Reply::status(404)).await;
    let second = since(Reply::status(403)).await;
    assert!(first < second && second.starts_with("since "), "{first} {second}");
    // Well again; then another one, and one of which it was told already.
    for reply in [feed(5), Reply::status(400), feed(6), Reply::status(404), feed(7)] {
        since(reply).await;
    }
    let words: Vec<(String, String)> = told(&world).into_iter().map(|(word, class, _)| (word, class)).collect();
    let want =
        [("source.ill", "not-found"), ("source.ill", "forbidden"), ("source.well", ""), ("source.ill", "rejected"), ("source.well", "")];
    assert_eq!(words, want.map(|(word, class)| (word.to_owned(), class.to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_stop_no_digest_says_that_all_is_late_before_the_first_round() {
    let (site, _shown) = site(feed(4));
    let others = [segment("line = 5"), rep("ana", "Europe/Madrid", "every 1h"), MAILS.to_owned()].concat();
    let mut world = Inside::with("", &(feed_source(&site.address, "") + &others)).await;
    world.visit().await;
    pass(&world, 12).await;
    let before = world.written("mail").len();
    // A stop of three days, or a backup of then: the daemon begins anew, and a digest time has passed.
    world.wait(SignedDuration::from_hours(72));
    world.effects.begun = world.effects.clock.now();
    world.drain().await;
    assert_eq!(world.written("mail").len(), before, "the first round is under way");
    // Where it does not come, that is said.
    world.wait(SignedDuration::from_mins(31));
    world.drain().await;
    assert_eq!(world.written("mail").len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_old_when_it_is_first_read_is_silent_already() {
    let (site, _shown) = site(feed(3));
    let world = Inside::with("notices = [\"lines\"]\n", &(feed_source(&site.address, "expect = \"2d Mon-Fri\"") + LINES)).await;
    // It is Monday the 23rd; the newest item is of Thursday the 19th: Thursday, Friday and this morning.
    world.visit().await;
    world.drain().await;
    let [(ill, class, text)] = &told(&world)[..] else { panic!("{:?}", told(&world)) };
    assert_eq!((ill.as_str(), class.as_str()), ("source.ill", "silent"));
    assert!(text.starts_with("nothing new since 2026-11-19 06:00 UTC"), "{text}");
}

/// A list of twenty, with or without prices; the last `twins` repeat the first one's address in other words.
fn list(price: bool, twins: u32) -> Reply {
    let price = |n: u32| if price { format!("<b>{n} EUR</b>") } else { String::new() };
    let rows: Vec<String> =
        (1..=20).map(|n| format!("<li><a href=/{}>Offer {n}</a>{}</li>", if n > 20 - twins { 1 } else { n }, price(n))).collect();
    Reply::html(format!("<html><body><ul>{}</ul></body></html>", rows.concat()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_goes_missing_is_told_of_with_before_and_after() {
    let (site, shown) = site(list(true, 0));
    let source_of = listing("list", &format!("{}/", site.address), "1h", "title = \"a\", url = \"a @href\", price = \"b\"");
    let world = Inside::with("notices = [\"lines\"]\n", &(source_of + LINES)).await;
    world.visit().await;
    pass(&world, 3).await;
    *shown.lock().unwrap() = list(false, 0);
    pass(&world, 3).await;
    let text = "`price` was in 100 % of the records and is now in 0 %";
    let ill = ("source.ill".to_owned(), "drift".to_owned(), text.to_owned());
    assert_eq!(told(&world), [ill]);
    let lost: Vec<String> = source(&world, "list").await.fields.into_iter().filter(|field| field.lost).map(|field| field.field).collect();
    assert_eq!(lost, ["price"]);
    *shown.lock().unwrap() = list(true, 0);
    pass(&world, 3).await;
    assert_eq!(told(&world)[1].0, "source.well");
    pass(&world, 6).await;
    assert_eq!(told(&world).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_that_cannot_be_read_are_counted_shown_and_told_of() {
    let (site, shown) = site(list(true, 0));
    let source_of =
        listing("list", &format!("{}/", site.address), "1h", "title = \"a\", url = \"a @href\", price = \"b\"") + "budget = 50\n";
    let world = Inside::with("notices = [\"lines\"]\n", &(source_of + LINES)).await;
    world.visit().await;
    pass(&world, 3).await;
    // One in twenty is no reason to wake anybody.
    *shown.lock().unwrap() = list(true, 1);
    pass(&world, 2).await;
    assert_eq!(told(&world), []);
    assert_eq!(source(&world, "list").await.source.unread, 1);
    *shown.lock().unwrap() = list(true, 4);
    pass(&world, 4).await;
    let [(ill, class, text)] = &told(&world)[..] else { panic!("{:?}", told(&world)) };
    assert_eq!((ill.as_str(), class.as_str()), ("source.ill", "bad-entries"));
    assert!(text.starts_with("4 entries of 20 could not be read in full; the last: "), "{text}");
    let seen = source(&world, "list").await;
    // The page does not change any more, and is not read anew: what it holds stays counted. Alike in place and reason, they are one example.
    assert_eq!((seen.source.unread, seen.source.trouble.as_deref(), seen.unread.len()), (4, Some("misread"), 1));
    assert!(seen.unread.iter().all(|one| one.reason.contains("was on the page before")), "{:?}", seen.unread);
    let quota = seen.source.quota.unwrap();
    assert_eq!((quota.allowed, quota.anew.as_str()), (50, "2026-11-24T00:00:00Z"));
    assert!(quota.used >= 9, "{quota:?}");
    assert_eq!(status(&world).await.quotas, [quota]);
    *shown.lock().unwrap() = list(true, 0);
    pass(&world, 2).await;
    assert_eq!(told(&world)[1].0, "source.well");
}

/// The titles of the digests that went out, the oldest first.
async fn digests(world: &Inside) -> Vec<String> {
    let mut all = world.effects.store.messages(MessageFilter::default(), 100).await.unwrap();
    all.reverse();
    all.into_iter().map(|message| message.title).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_digest_is_never_ambiguous() {
    let (site, shown) = site(list(true, 0));
    let settings = listing("list", &format!("{}/", site.address), "1h", "title = \"a\", url = \"a @href\"")
        + &segment("line = 1")
        + &rep("ana", "UTC", "daily 09:30")
        + &rep("bea", "UTC", "daily 09:30")
        + "empty_digest = \"always\"\n"
        + &rep("eva", "UTC", "daily 09:30")
        + "empty_digest = \"never\"\n"
        + MAILS;
    let mut world = Inside::new(&settings).await;
    world.visit().await;
    world.drain().await;
    // All is well: who wants a word each day gets it.
    pass(&world, 24).await;
    let well = |rep: &str| format!("digest for {rep}: Nothing new: 1 source complete");
    let ill = |rep: &str| format!("digest for {rep}: Nothing new, but of 1 source 1 is incomplete");
    assert_eq!(digests(&world).await, [well("bea")]);
    // It fails for three days: told once to those who hear of troubles.
    *shown.lock().unwrap() = Reply::status(404);
    pass(&world, 24).await;
    world.restart().await;
    pass(&world, 48).await;
    let so_far = [well("bea"), ill("ana"), ill("bea"), ill("bea"), ill("bea")];
    assert_eq!(digests(&world).await, so_far);
    *shown.lock().unwrap() = list(true, 0);
    pass(&world, 72).await;
    // What was not there for three days is asked for once a day by then.
    let healed = [ill("bea"), well("ana"), well("bea"), well("bea")];
    assert_eq!(digests(&world).await, [&so_far[..], &healed[..]].concat());
    let mails = world.written("mail");
    let trouble = mails.iter().find(|mail| mail.contains("To: ana@example.com")).unwrap();
    assert!(trouble.contains("! list: not complete since 08:00 today: its page is not there"), "{trouble}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digest_with_leads_tells_of_the_sources_too_and_no_empty_one_follows() {
    let (fair, shown) = site(list(true, 0));
    let (dead, _shown) = site(Reply::status(404));
    let settings = listing("list", &format!("{}/", fair.address), "1h", OFFER)
        + &listing("dead", &format!("{}/", dead.address), "1h", "title = \"a\", url = \"a @href\"")
        + &segment("line = 1")
        + &rep("ana", "UTC", "daily 09:30")
        + MAILS;
    let world = Inside::new(&settings).await;
    world.visit().await;
    world.drain().await;
    let more = "<li><a href=/99>Offer 99</a><b>Maker, S.L.</b></li>";
    let Reply { body, .. } = list(true, 0);
    *shown.lock().unwrap() = Reply::html(String::from_utf8(body.to_vec()).unwrap().replace("</ul>", &format!("{more}</ul>")));
    pass(&world, 48).await;
    let titles = digests(&world).await;
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert_eq!(titles[0], "digest for ana, 1 lead");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_page_that_is_broken_takes_nothing_back_of_what_was_read_before() {
    let page = |items: &[u32], more: &str| {
        let items: Vec<String> = items.iter().map(|n| format!("<li><h3>Firm {n}</h3></li>")).collect();
        Reply::html(format!("<html><body><ul>{}</ul>{more}</body></html>", items.concat()))
    };
    let (site, shown) = site(page(&[1, 2, 3, 4], ""));
    let source = format!(
        "\n[[source]]\nid = \"fair\"\nkind = \"directory\"\nurl = \"{}/\"\nevery = \"6h\"\njitter = \"0s\"\nconfirm = \"off\"\nnext = \"a.next\"\n\
         record = \"li\"\nfields = {{ name = \"h3\" }}\n",
        site.address
    );
    let world = Inside::with("notices = [\"lines\"]\n", &(source + LINES)).await;
    world.visit().await;
    // Days in which nothing changes: nothing is written but the times of the page.
    pass(&world, 24 * 3).await;
    let of_source = async || {
        let source = world.config.source(&"fair".parse().unwrap()).unwrap().clone();
        completeness(&world.effects, &source, world.clock.now()).await.unwrap()
    };
    let before = of_source().await;
    let (was, now) = (before.complete_until.unwrap(), world.clock.now());
    assert!(before.trouble.is_none() && now.duration_since(was) <= SignedDuration::from_hours(6), "{before:?} {now}");
    // Something new is on the first page, and the second cannot be read.
    *shown.lock().unwrap() = page(&[5, 1, 2, 3], "<a class=next href='/two'>next</a>");
    for _ in 0..3 {
        pass(&world, 7).await;
        let after = of_source().await;
        assert!(after.complete_until >= before.complete_until, "{after:?} after {before:?}");
        assert!(after.complete_until < Some(now + SignedDuration::from_hours(1)), "what was on the second page is not known: {after:?}");
    }
    let said = self::source(&world, "fair").await.source.standing;
    assert!(said.starts_with("complete until 2026-11-26T") && said.contains("; since then 1 of 2 pages could not be read: "), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_feed_that_breaks_off_is_no_complete_visit_and_is_asked_for_again_soon() {
    let (site, shown) = site(feed(4));
    let world = Inside::with("notices = [\"lines\"]\n", &(feed_source(&site.address, "") + LINES)).await;
    world.visit().await;
    world.wait(SignedDuration::from_hours(6));
    let whole = feed(5);
    let cut = whole.body.len() - "</channel></rss>".len();
    *shown.lock().unwrap() = Reply { body: whole.body.slice(..cut), ..whole.clone() };
    world.visit().await;
    let seen = source(&world, "calls").await.source;
    assert!(
        seen.health == "ill" && seen.reason.as_deref().is_some_and(|reason| reason.contains("the document breaks off: 5 entries")),
        "{seen:?}"
    );
    assert!(seen.standing.starts_with("not complete since"), "{seen:?}");
    // Six hours are not waited for, and what of it was read before is no reason to leave it.
    *shown.lock().unwrap() = whole;
    world.wait(SignedDuration::from_mins(6));
    world.visit().await;
    assert_eq!(source(&world, "calls").await.source.health, "well");
}
