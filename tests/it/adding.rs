//! From an address to a source: `source add` against sites on loopback, what it shows and writes, and `source test` on what it saved.

use std::process::Output;

use crate::rig::{Home, Reply, Server};

const COMPANIES: [(&str, &str, &str, &str); 8] = [
    ("Conservas Lago, S.L.", "Food", "Vigo", "986 220 331"),
    ("Aceites Monteverde, S.A.", "Food", "Jaén", "953 220 332"),
    ("Logística Ebro, S.L.", "Logistics", "Zaragoza", "976 220 333"),
    ("Quesos Tormes, S.L.", "Food", "Salamanca", "923 220 334"),
    ("Maderas Urbión, S.A.", "Timber", "Soria", "975 220 335"),
    ("Cerámicas Turia, S.L.", "Ceramics", "Valencia", "963 220 336"),
    ("Bodegas Arlanza, S.L.", "Wine", "Lerma", "947 220 337"),
    ("Cartonajes Besòs, S.A.", "Packaging", "Barcelona", "933 220 338"),
];

fn page(title: &str, head: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><header><h1>{title}</h1></header><main>{main}</main></body></html>"
    )
}

fn directory() -> String {
    let row = |(n, (name, line, place, phone)): (usize, &(&str, &str, &str, &str))| {
        format!(
            "<li class=company><h3><a href=/company/{n}>{name}</a></h3><p class=sector>{line}</p><p class=place>{place}</p><span class=tel>{phone}</span></li>"
        )
    };
    let rows: String = COMPANIES.iter().enumerate().map(row).collect();
    page("Industry Directory", "", &format!("<ul>{rows}</ul><p class=pager><a class=next href=\"/companies?page=2\">Next</a></p>"))
}

fn market() -> String {
    let offers = [
        ("Euro pallets, 500", "4,90", "03/04/2026"),
        ("Stretch film, 20 rolls", "12,50", "05/06/2026"),
        ("Wooden crates, 80", "7,20", "07/08/2026"),
        ("Steel drums, 40", "18,00", "09/10/2026"),
    ];
    let row = |(n, (title, price, day)): (usize, &(&str, &str, &str))| {
        format!("<article class=offer><h2><a href=/offer/{n}>{title}</a></h2><b class=price>{price} €</b><time>{day}</time></article>")
    };
    page("Market", "", &format!("<p>Page 1 of 9</p>{}", offers.iter().enumerate().map(row).collect::<String>()))
}

fn press(site: &str) -> (String, String) {
    let titles = ["Lago builds a second cannery", "Monteverde buys presses", "Ebro opens a terminal", "Tormes looks for packaging"];
    let item = |(n, title): (usize, &&str)| format!("<item><title>{title}</title><link>{site}/news/{n}</link></item>");
    let row = |(n, title): (usize, &&str)| format!("<div><h2><a href=/news/{n}>{title}</a></h2><p>One more line of it.</p></div>");
    let items: String = titles.iter().enumerate().map(item).collect();
    let rows: String = titles.iter().enumerate().map(row).collect();
    let feed = format!("<rss version=\"2.0\"><channel><title>Press</title>{items}</channel></rss>");
    (page("Press", "<link rel=alternate type=application/rss+xml href=/feed.xml>", &rows), feed)
}

fn filled_by_script() -> String {
    let rows: Vec<String> = COMPANIES
        .iter()
        .enumerate()
        .map(|(n, (name, _, place, phone))| format!("{{\"id\":{n},\"name\":\"{name}\",\"city\":\"{place}\",\"phone\":\"{phone}\"}}"))
        .collect();
    let state = format!("{{\"props\":{{\"pageProps\":{{\"menu\":[{{\"a\":1}}],\"companies\":[{}]}}}}}}", rows.join(","));
    page("Members", "", &format!("<div id=__next></div><script id=__NEXT_DATA__ type=application/json>{state}</script>"))
}

fn site() -> Server {
    Server::start(move |seen| {
        let (news, feed) = press(&format!("http://{}", seen.header("host")));
        match seen.path.as_str() {
            "/companies" => Reply::html(directory()),
            "/market" => Reply::html(market()),
            "/press" => Reply::html(news),
            "/feed.xml" => Reply { status: 200, headers: vec![("content-type", "application/rss+xml".into())], body: feed.into() },
            "/members" => Reply::html(filled_by_script()),
            "/api" if seen.header("accept").starts_with("application/json") => {
                let body = "{\"items\":[{\"id\":1,\"title\":\"Fork lift\",\"price\":{\"amount\":5,\"currency\":\"EUR\"}},{\"id\":2,\"title\":\"Press\"},{\"id\":3,\"title\":\"Saw\"}]}";
                Reply { status: 200, headers: vec![("content-type", "application/json".into())], body: body.into() }
            }
            "/api" => Reply::html(page("Shop", "", "<div id=root></div><script src=/app.js></script>")),
            "/jobs" => {
                let page: u32 = seen.query.strip_prefix("page=").map_or(1, |page| page.parse().unwrap());
                let job = |n: u32| format!("{{\"id\":{n},\"title\":\"Job {n}\",\"employer\":{{\"id\":{n},\"name\":\"Taller {n} SL\"}}}}");
                let jobs: Vec<String> = (page * 3 - 2..=page * 3).filter(|n| *n <= 6).map(job).collect();
                let body = format!("{{\"jobs\":[{}],\"page\":{page},\"per_page\":3,\"total\":6}}", jobs.join(","));
                Reply { status: 200, headers: vec![("content-type", "application/json".into())], body: body.into() }
            }
            "/empty" => Reply::html(page("About us", "", "<p>We have been making crates since 1950, and like it.</p>")),
            _ => Reply::status(404),
        }
    })
}

/// A file of a user, whose comments and order are theirs.
const OWN: &str = "\n# Our sources\n[[source]]\nid    =   \"press\"   # do not touch\nkind = 'feed'\nurl = \"https://press.example/feed\"\n\n# nobody yet\n[[rep]]\nid = \"ana\"\nemail = \"ana@example.com\"\nchannel = \"mail\"\n\n[[channel]]\nid = \"mail\"\nkind = \"file\"\nfolder = \"mail\"\nformat = \"eml\"\nfrom = \"a@example.com\"\n# the end of our file\n";

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn text(home: &Home) -> String {
    std::fs::read_to_string(home.path("atalaya.toml")).unwrap()
}

/// What differs from run to run: the port, the folder, the day.
fn steady(text: &str, site: &Server, home: &Home) -> String {
    let port = site.address.rsplit(':').next().unwrap();
    let day = atalaya::base::clock::Clock::System.now().strftime("%Y-%m-%d").to_string();
    let text = text.replace(&site.address, "http://SITE").replace(&format!("127.0.0.1:{port}"), "SITE").replace(&day, "DAY");
    text.replace(&home.path("").display().to_string(), "HOME/")
}

fn add(home: &Home, address: &str, more: &[&str]) -> Output {
    home.run(&[&["source", "add", address], more].concat())
}

#[test]
fn a_directory_is_added_tested_and_told_of_when_it_is_read_otherwise() {
    let (site, home) = (site(), Home::new(OWN));
    let before = text(&home);
    let added = add(&home, &format!("{}/companies", site.address), &["--id", "companies", "--yes"]);
    assert!(added.status.success(), "{}", told(&added));
    insta::assert_snapshot!("directory", steady(&told(&added), &site, &home));
    let after = text(&home);
    assert!(after.starts_with(&before), "what stood there changed: {after}");
    let source: toml::Table = after.parse().unwrap();
    assert_eq!(source["source"][1]["id"].as_str(), Some("companies"));
    assert!(home.run(&["config", "check"]).status.success());

    let same = home.run(&["source", "test"]);
    assert!(same.status.success(), "{}", told(&same));
    assert!(told(&same).starts_with("companies: same, 8 records"), "{}", told(&same));
    // Another setting reads it otherwise: it says which records and fields, without asking the site.
    let asked = site.all().len();
    std::fs::write(home.path("atalaya.toml"), after + "fields = { town = \"column_2\" }\n").unwrap();
    let differs = home.run(&["source", "test", "companies"]);
    assert_eq!(differs.status.code(), Some(1));
    insta::assert_snapshot!("differs", steady(&told(&differs), &site, &home));
    assert!(asked > 0 && site.all().is_empty(), "a test asked the site");
    // What is meant is saved as it is.
    assert!(home.run(&["source", "test", "companies", "--save"]).status.success());
    assert!(home.run(&["source", "test"]).status.success());
    let none = home.run(&["source", "test", "press"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(told(&none).contains("atalaya source test press --save"), "{}", told(&none));
}

#[test]
fn selectors_read_what_was_found() {
    let (site, home) = (site(), Home::new(OWN));
    let added = add(&home, &format!("{}/companies", site.address), &["--id", "companies", "--yes", "--selectors"]);
    assert!(added.status.success(), "{}", told(&added));
    let written = text(&home);
    insta::assert_snapshot!("selectors", steady(written.split("# the end of our file\n").nth(1).unwrap(), &site, &home));
    assert!(!told(&added).contains("do not read as it was found"), "{}", told(&added));
    let same = home.json(&["source", "test"]);
    assert_eq!(same[0]["result"], "same", "{same}");
    let check = home.json(&["check", "companies"]);
    assert_eq!(check["records"].as_array().map(Vec::len), Some(8), "{check}");
}

#[test]
fn a_marketplace_is_a_listing_and_says_what_is_unsure() {
    let (site, home) = (site(), Home::new(OWN));
    let shown = add(&home, &format!("{}/market", site.address), &["--dry-run"]);
    assert!(shown.status.success(), "{}", told(&shown));
    insta::assert_snapshot!("market", steady(&told(&shown), &site, &home));
}

#[test]
fn a_feed_and_json_go_before_the_list() {
    let (site, home) = (site(), Home::new(OWN));
    for (path, id, kind, keys) in [
        ("press", "news", "feed", &["feed.xml"][..]),
        ("members", "members", "json", &["script#__NEXT_DATA__", ".props.pageProps.companies[]", "company"]),
        ("api", "shop", "json", &["application/json"]),
        ("jobs", "jobs", "json", &["paging = { param = \"page\" }", "`employer.name` is taken as `company`"]),
    ] {
        let address = format!("{}/{path}", site.address);
        let shown = home.json(&["source", "add", &address, "--id", id, "--yes"]);
        assert_eq!(shown["chosen"]["kind"], kind, "{shown}");
        let toml = shown["chosen"]["toml"].as_str().unwrap();
        assert!(keys.iter().all(|key| toml.contains(key)), "{toml}");
        // What is written reads the same by itself.
        let check = home.json(&["check", id]);
        assert_eq!(check["records"].as_array().map(Vec::len), shown["chosen"]["records"].as_array().map(Vec::len), "{check}");
    }
    let shown = home.json(&["source", "add", &format!("{}/press", site.address), "--dry-run", "--kind", "listing"]);
    assert_eq!(shown["chosen"]["kind"], "listing", "{shown}");
    assert_eq!(home.json(&["source", "test"]).as_array().map(Vec::len), Some(4));
    let check = home.json(&["check", "jobs", "--pages", "3"]);
    assert_eq!(check["records"].as_array().map(Vec::len), Some(6), "{check}");
    assert_eq!(check["records"][5]["fields"]["company"], "Taller 6 SL", "{check}");
}

#[test]
fn nothing_is_written_where_nothing_is_found_or_nobody_agrees() {
    let (site, home) = (site(), Home::new(OWN));
    let before = text(&home);
    let companies = format!("{}/companies", site.address);
    let empty = add(&home, &format!("{}/empty", site.address), &["--yes"]);
    assert_eq!(empty.status.code(), Some(1));
    insta::assert_snapshot!("nothing", steady(&told(&empty), &site, &home));
    for (arguments, code, words) in [
        (&[companies.as_str(), "--id", "press", "--yes"][..], 1, "source `press` is there already"),
        (&[&companies, "--id", "No good", "--yes"], 1, "cannot be a source's name"),
        (&[&companies, "--kind", "sitemap", "--yes"], 1, "cannot be watched as `sitemap`"),
        (&[&companies, "--kind", "gopher"], 2, "is no kind of source"),
        (&[&companies, "--write", "/nowhere/else.toml", "--yes"], 1, "is no file of the configuration"),
        (&[&companies], 0, "--yes writes it into"),
        (&[&format!("{}/gone", site.address), "--yes"], 1, "404"),
    ] {
        let ran = home.command(&[&["source", "add"], arguments].concat()).stdin(std::process::Stdio::null()).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {}", told(&ran));
        assert!(told(&ran).contains(words), "{arguments:?}: {}", told(&ran));
    }
    assert_eq!(text(&home), before);
    assert!(!home.path("fixtures").exists());
    // A broken configuration is not written into.
    std::fs::write(home.path("atalaya.toml"), before.clone() + "[[source]]\nid = \"half\"\n").unwrap();
    let broken = add(&home, &companies, &["--yes"]);
    assert_eq!(broken.status.code(), Some(2), "{}", told(&broken));
}

/// Runs a command on a terminal of its own, answers its question, and passes on what it shows and how it ends.
const TERMINAL: &str = r#"
import os, pty, sys
answer, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown, asked = b"", False
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    shown += some
    if not asked and b"[y/N]: " in shown:
        asked = True
        os.write(terminal, answer.encode() + b"\n")
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
#[expect(clippy::print_stdout, reason = "a skip must be seen")]
fn on_a_terminal_it_asks_and_writes_after_a_yes_alone() {
    let python = std::process::Command::new("python3").args(["-c", "import pty"]).output();
    if !python.is_ok_and(|ran| ran.status.success()) {
        println!("SKIPPED: no python3 is here to make a terminal");
        return;
    }
    let (site, home) = (site(), Home::new(OWN));
    let before = text(&home);
    let companies = format!("{}/companies", site.address);
    let program = home.command(&["source", "add", &companies, "--id", "companies"]);
    let on_terminal = |answer: &str| {
        let mut command = std::process::Command::new("python3");
        command.args(["-c", TERMINAL, answer]).arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(std::process::Stdio::null()).output().unwrap()
    };
    for no in ["n", "", "maybe"] {
        let ran = on_terminal(no);
        let shown = told(&ran);
        assert!(shown.contains("Conservas Lago") && shown.contains("[y/N]: ") && shown.contains("Nothing was written."), "{no}: {shown}");
        assert_eq!((ran.status.code(), text(&home) == before), (Some(0), true), "{no}: {shown}");
    }
    let ran = on_terminal("y");
    assert!(ran.status.success(), "{}", told(&ran));
    assert!(text(&home).starts_with(&before) && text(&home).contains("id = \"companies\""), "{}", text(&home));
    assert!(home.run(&["source", "test"]).status.success());
}

#[test]
fn in_a_folder_each_new_source_is_a_file() {
    let (site, home) = (site(), Home::new(OWN));
    let folder = home.path("conf.d");
    std::fs::create_dir(&folder).unwrap();
    std::fs::rename(home.path("atalaya.toml"), folder.join("10-base.toml")).unwrap();
    let run = |arguments: &[&str]| crate::rig::program().arg("--config").arg(&folder).args(arguments).output().unwrap();
    let added = run(&["source", "add", &format!("{}/companies", site.address), "--id", "companies", "--yes"]);
    assert!(added.status.success(), "{}", told(&added));
    assert!(std::fs::read_to_string(folder.join("companies.toml")).unwrap().starts_with("# Added by"));
    assert!(folder.join("fixtures/companies/page.html").is_file());
    let again = run(&["source", "test"]);
    assert!(again.status.success(), "{}", told(&again));
}

#[test]
fn telephone_numbers_are_those_of_the_country_whose_language_the_page_speaks() {
    let site = Server::start(|seen| {
        let spanish = directory().replace("lang=en", "lang=es");
        Reply::html(match seen.path.as_str() {
            "/companies" => spanish,
            "/called" => spanish.replace("class=tel>", "class=tel>Tel.: "),
            _ => directory(),
        })
    });
    let home = Home::new(OWN);
    let toml = |path: &str, more: &[&str]| {
        let shown = home.json(&[&["source", "add", &format!("{}/{path}", site.address)], more].concat());
        shown["chosen"]["toml"].as_str().unwrap().to_owned()
    };
    let known = toml("companies", &["--id", "companies", "--yes"]);
    assert!(known.contains("country = \"ES\"   # of its telephone numbers") && known.contains("Unsure: its telephone numbers"), "{known}");
    let check = home.json(&["check", "companies"]);
    assert_eq!(check["records"][0]["fields"]["phone"], "+34986220331", "{check:#}");
    // Where the page calls them so, no country was needed to see that they are telephone numbers.
    let called = toml("called", &["--id", "called", "--yes"]);
    assert!(called.contains("country = \"ES\""), "{called}");
    assert_eq!(home.json(&["check", "called"])["records"][0]["fields"]["phone"], "+34986220331");
    // English is spoken in many: nothing is set, and the doubt is told.
    let unknown = toml("english", &["--dry-run"]);
    assert!(!unknown.contains("\ncountry = ") && unknown.contains("of a country that is not known"), "{unknown}");
}

#[test]
fn a_feed_whose_entries_have_classes_or_deadlines_is_watched_as_tenders() {
    let item = |n: u32, more: &str| {
        format!(
            "<item><title>Supply of lot {n}</title><link>https://p.example/{n}</link><guid>d{n}</guid>{more}<description>Buyer: Board</description></item>"
        )
    };
    let of_notices = move |n| item(n, &format!("<category>CPV/33140000</category><category>deadline/2026/Dec/{}</category>", 20 + n));
    let rss = |items: String| {
        let body = format!(
            "<rss version=\"2.0\"><channel><title>P</title><link>https://p.example/</link><description>d</description>{items}</channel></rss>"
        );
        Reply { status: 200, headers: vec![("content-type", "application/rss+xml".into())], body: body.into() }
    };
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/notices" => rss((1..5).map(of_notices).collect()),
        "/press" => rss((1..5).map(|n| item(n, "")).collect::<String>() + &of_notices(5)),
        _ => Reply::status(404),
    });
    let home = Home::new("");
    for (path, kind) in [("notices", "tenders"), ("press", "feed")] {
        let added = home.json(&["source", "add", &format!("{}/{path}", site.address), "--dry-run"]);
        let toml = added["chosen"]["toml"].as_str().unwrap();
        assert!(toml.contains(&format!("kind = \"{kind}\"")), "{path}: {toml}");
    }
}
