//! The configuration as a whole: the shipped files load, every mistake is named at its place, layers and reloads do what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::files::{File, Files, Layer};
use super::*;
use crate::base::ids::ContentHash;
use crate::model::SignalKind;
use crate::{diff, extract, schedule};

const CONTACT: &str = "[daemon]\ncontact = \"leads@example.com\"\n";

/// Loads one text as if it were the file `a.toml`, with an environment.
fn load_with(text: &str, environment: &[(&str, &str)], flags: &[Flag]) -> Result<Config, Refusal> {
    let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let home = ("HOME".to_owned(), "/home/me".to_owned());
    let request = Request { path: None, environment: environment.chain([home]).collect(), flags: flags.to_vec(), without_secrets: false };
    let mut files = Files::default();
    files.push(File::new("default.toml".into(), PathBuf::new(), DEFAULTS.into(), Layer::Default));
    files.push(File::new("a.toml".into(), PathBuf::new(), text.into(), Layer::User));
    assemble::build(files, Vec::new(), &request)
}

fn load(text: &str) -> Result<Config, Refusal> {
    load_with(text, &[], &[])
}

fn good(text: &str) -> Config {
    load(&format!("{CONTACT}{text}")).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    paths
}

/// Lines of a fixture that begin with `# word:`.
fn directives<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let head = format!("# {word}: ");
    text.lines().filter_map(|line| line.strip_prefix(head.as_str())).collect()
}

/// Each mistake has a file named by it, and beside it the words a person reads. `BLESS=1` writes the words anew.
#[test]
fn every_mistake_is_named_at_its_place() {
    let folder = root().join("src/config/testdata");
    let mut wrong = Vec::new();
    let paths = toml_files(&folder);
    assert!(paths.len() >= 25, "only {} fixtures", paths.len());
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let mut environment: BTreeMap<_, _> = directives(&text, "environment")
            .iter()
            .filter_map(|line| line.split_once('='))
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        environment.insert("HOME".to_owned(), "/home/me".to_owned());
        let flag = |line: &&str| {
            let (name, rest) = line.split_once(' ').unwrap();
            let (key, value) = rest.split_once('=').unwrap();
            Flag { name: name.to_owned(), key: key.to_owned(), value: value.to_owned() }
        };
        let flags = directives(&text, "flag").iter().map(flag).collect();
        let request = Request { path: Some(path.clone()), environment, flags, without_secrets: false };
        let Err(refusal) = Config::load(&request) else {
            wrong.push(format!("{} was taken", path.display()));
            continue;
        };
        for problem in refusal.problems() {
            assert!(problem.line >= 1 && problem.column >= 1 && !problem.file.is_empty(), "{problem:?}");
            assert!(!problem.found.is_empty(), "{problem:?}");
        }
        let said = format!("{refusal}\n").replace(&format!("{}/", folder.display()), "");
        assert!(!said.contains("hunter2"), "{}: a secret is shown:\n{said}", path.display());
        let expected = path.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        let known = fs::read_to_string(&expected).unwrap_or_default();
        if known != said {
            wrong.push(format!("{}\n--- expected\n{known}\n--- said\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\n(BLESS=1 writes them anew)", wrong.join("\n\n"));
}

#[test]
fn the_defaults_load_and_are_those_of_the_modules() {
    let config = load(CONTACT).unwrap_or_else(|refusal| panic!("{refusal}"));
    let daemon = Daemon {
        data: config.daemon.data.clone(),
        contact: "leads@example.com".into(),
        operator: Some("leads@example.com".into()),
        ..Daemon::default()
    };
    assert_eq!(config.daemon, daemon);
    assert_eq!(config.keep, Keep::default());
    assert_eq!(config.net, door::Settings::default());
    let fetch = fetch::Settings { user_agent: fetch::Settings::agent(Some("leads@example.com")), ..fetch::Settings::default() };
    assert_eq!(config.fetch, fetch);
    let store = store::Settings::new(config.daemon.data.clone());
    assert_eq!(format!("{:?}", config.store), format!("{store:?}"));
    assert_eq!(*config.lists, resolve::Lists::default());
}

/// The tables of the process with their keys, and the repeated ones.
fn all_keys() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("daemon", process::DAEMON_KEYS.to_vec()),
        ("log", process::LOG_KEYS.to_vec()),
        ("net", door::KEYS.to_vec()),
        ("fetch", fetch::PROCESS_KEYS.to_vec()),
        ("store", [store::KEYS, process::KEEP_KEYS].concat()),
        ("lists", lists::KEYS.to_vec()),
        ("lexicons", lexicons::KEYS.to_vec()),
        ("source", source::keys()),
        ("segment", score::KEYS.to_vec()),
        ("rep", route::KEYS.to_vec()),
        ("channel", deliver::KEYS.to_vec()),
    ]
}

/// The default file with the tables in comments made real ones, and one line for each of their keys.
fn uncommented() -> String {
    let key_line = |line: &str| {
        let bare = line.trim_start();
        bare.starts_with('[')
            || bare.split_once(" = ").is_some_and(|(key, _)| !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let mut out = String::new();
    for line in DEFAULTS.lines() {
        match line.strip_prefix("# ") {
            Some(inside) if key_line(inside) => out.push_str(inside),
            Some(_) => {}
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_default_file_shows_every_key() {
    let shown: toml::Table = uncommented().parse().unwrap_or_else(|error| panic!("{error}"));
    for (table, keys) in all_keys() {
        let shown: BTreeSet<&str> = match &shown[table] {
            toml::Value::Array(tables) => tables.iter().flat_map(|table| table.as_table().unwrap().keys().map(String::as_str)).collect(),
            table => table.as_table().unwrap().keys().map(String::as_str).collect(),
        };
        assert_eq!(shown, keys.iter().copied().collect(), "[{table}]");
    }
    let lines: Vec<_> = DEFAULTS.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[1].split_once(" = ").is_some() && !pair[1].starts_with('#')) {
        assert!(pair[0].starts_with('#'), "`{}` has no comment above it", pair[1]);
    }
}

#[test]
fn what_the_default_file_shows_has_the_right_types_and_words() {
    // One of each pair that must not stand together.
    let text = uncommented();
    let either = [
        "cron = ",
        "portal = ",
        "transport = ",
        "format = \"ocds\"",
        "urls = ",
        "page_param = ",
        "filter = ",
        "paging = ",
        "select = [",
        "remove = ",
        "secret_next = ",
        "ca = ",
    ];
    let text: Vec<&str> = text.lines().filter(|line| !either.iter().any(|key| line.starts_with(key))).collect();
    let text = text.join("\n");
    let text = text.replace("{ file = \"portal.token\" }", "\"x\"").replace("{ env = \"PORTAL_SESSION\" }", "\"x\"");
    let text = text.replace("{ file = \"portal.key\" }", "\"x\"");
    if let Err(refusal) =
        load_with(&text, &[("MAIL_PASSWORD", "x"), ("CRM_TOKEN", "x"), ("CRM_SECRET", "x-x-x-x-x-x-x-x-x-x-x-x-x-x")], &[])
    {
        panic!("{refusal}");
    }
}

#[test]
fn the_schema_and_the_lists_of_keys_agree_with_the_shapes() {
    let schema = schema();
    for (table, keys) in all_keys() {
        let properties = &schema["properties"][table];
        let properties = properties.get("items").unwrap_or(properties)["properties"].as_object().unwrap();
        let named: BTreeSet<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(named, keys.iter().copied().collect(), "[{table}]");
        for (key, property) in properties {
            assert!(property["description"].is_string(), "{table}.{key} has no description");
        }
    }
    let own =
        |schema: schemars::Schema| -> BTreeSet<String> { schema.as_value()["properties"].as_object().unwrap().keys().cloned().collect() };
    let keys = |keys: &[&str]| -> BTreeSet<String> { keys.iter().map(|key| (*key).to_owned()).collect() };
    assert_eq!(own(schema::of::<schedule::Spec>()), keys(schedule::KEYS));
    assert_eq!(own(schema::of::<fetch::Spec>()), keys(fetch::KEYS));
    assert_eq!(own(schema::of::<extract::Spec>()), keys(extract::KEYS));
    assert_eq!(own(schema::of::<diff::Spec>()), keys(diff::KEYS));
    let text = schema.to_string();
    for reference in text.split("\"$ref\":\"#/$defs/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(schema["$defs"].get(reference).is_some(), "{reference} is nowhere");
    }
    let mut seen = BTreeSet::new();
    assert!(source::keys().iter().all(|key| seen.insert(*key)), "two modules read the same key of a source");
}

#[test]
fn the_examples_load() {
    let secrets = [("JOBS_TOKEN", "Bearer x"), ("MAIL_PASSWORD", "x"), ("CRM_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
    let paths = toml_files(&root().join("config/examples"));
    assert!(paths.len() >= 4);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let config = load_with(&text, &secrets, &[]).unwrap_or_else(|refusal| panic!("{}:\n{refusal}", path.display()));
        assert!(!config.sources.is_empty() && !config.segments.is_empty() && !config.reps.is_empty(), "{}", path.display());
    }
}

#[test]
fn the_first_file_of_a_new_user_loads_whatever_they_answer() {
    let check = |contact: &str, sells: &str, regions: &[&str], languages: &[&str]| {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let wishes = Wishes {
            contact: contact.into(),
            sells: sells.into(),
            regions: own(regions),
            languages: own(languages),
            zone: "Europe/Madrid".into(),
        };
        let text = starter(&wishes);
        assert!(text.starts_with("#:schema "));
        load(&text).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"))
    };
    let config = check("leads@example.com", "pallets, wooden crates", &["ES", "PT"], &["es", "en"]);
    assert_eq!((config.segments.len(), config.reps.len()), (1, 1));
    check("leads@example.com", "", &[], &[]);
    check("leads@example.com", "\"quoted\" \\ back\\slash, ]\n[daemon]", &["ES"], &["ru"]);
    let german = check("leads@example.com", "pallets", &["DE"], &["de", "ru"]);
    assert_eq!(german.reps[0].language, Language::Ru, "the first that is spoken");
}

#[test]
fn the_first_file_is_in_the_language_of_its_reader_and_makes_no_lead_of_whoever_is_merely_new() {
    let wishes = |language: &str| Wishes {
        contact: "a@b.example".into(),
        sells: "cajas".into(),
        languages: vec![language.into()],
        ..Wishes::default()
    };
    for (language, want) in [("en", "looks for a supplier"), ("es", "busca proveedor"), ("ru", "ищет поставщика")] {
        let text = starter(&wishes(language));
        assert!(text.contains(&format!("why = \"{want}\"")) && text.contains(&format!("stems = {{ {language} = [\"cajas\"] }}")), "{text}");
        let table: toml::Table = text.parse().unwrap();
        let segment = &table["segment"][0];
        let line = segment["line"].as_integer().unwrap();
        let points = |rule: &toml::Value| rule["points"].as_integer().unwrap();
        let rules = segment["points"].as_array().unwrap();
        let fit: i64 = rules.iter().filter(|rule| rule.get("when").is_some()).map(points).sum();
        let signals: Vec<i64> = rules.iter().filter(|rule| rule.get("signal").is_some()).map(points).collect();
        assert!(signals.iter().all(|points| *points < line && fit + points >= line), "{fit} {signals:?} {line}");
    }
}

#[test]
fn the_readme_lists_every_kind_of_signal_with_its_half_life() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for kind in SignalKind::ALL {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}` |", kind.word())));
        let days = format!("| {} days |", score::half_life(kind).as_hours() / 24);
        assert!(row.is_some_and(|row| row.ends_with(&days)), "{}: {row:?}, {days}", kind.word());
    }
}

#[test]
fn names_of_fields_and_sources_that_name_nobody() {
    let listing = |id: &str, fields: &str| {
        format!("[[source]]\nid = \"{id}\"\nkind = \"listing\"\nurl = \"https://a.example/\"\nrecord = \"li\"\nfields = {{ {fields} }}\n")
    };
    let found = "[[source]]\nid = \"members\"\nkind = \"directory\"\nurl = \"https://a.example/\"\n";
    let press = |more: &str| format!("[[source]]\nid = \"press\"\nkind = \"feed\"\nurl = \"https://a.example/\"\n{more}");
    let rule = |name: &str| {
        format!("[[segment]]\nid = \"s\"\n[[segment.points]]\nwhen = {{ field = {{ name = \"{name}\", min = 1 }} }}\npoints = 5\n")
    };
    let notes = |text: &str| good(text).notes().join("\n");
    let offers = listing("m", "title = \"a\", company = \"b\", precio = \"i\"");
    assert_eq!(notes(&(offers.clone() + &rule("precio"))), "");
    // A fact of the organisation is no field of a record.
    assert_eq!(notes(&(offers.clone() + &rule("size"))), "");
    // Where a page says which fields there are, a name is doubted only for one that is near.
    assert_eq!(notes(&format!("{offers}{found}{}", rule("year_founded"))), "");
    let doubted = notes(&format!("{offers}{found}{}", rule("titel")));
    assert!(doubted.contains("segment \"s\", `points[0].when.field.name`") && doubted.contains("did you mean \"title\"?"), "{doubted}");
    let nameless = notes(&(press("") + &listing("m", "title = \"a\"")));
    assert!(nameless.contains("source \"press\": none of its fields names an organisation"), "{nameless}");
    assert!(
        nameless.contains("source \"m\": none of its fields names an organisation") && nameless.contains("company = \".seller\""),
        "{nameless}"
    );
    assert_eq!(notes(&press("organisation = \"Acme\"\n")), "");
    assert_eq!(notes(&press("fields = { company = { from = \"title\", regex = \"^(.+) opens\" } }\n")), "");
    assert_eq!(notes(found), "");
    assert_eq!(notes("[[source]]\nid = \"t\"\nkind = \"tenders\"\nportal = \"placsp\"\n"), "");
}

#[test]
fn what_does_nothing_yet_is_said_and_the_rules_have_one_mark() {
    let segment = "\n[[segment]]\nid = \"s\"\ncapacity_per_week = 8\n[lists]\nclients = [\"acme.es\", \"b.es\", \"c.es\", \"d.es\"]\n";
    let config = load(&format!("{CONTACT}{segment}")).unwrap();
    assert!(
        matches!(config.notes().as_slice(), [note] if note.contains("segment \"s\"") && note.contains("capacity_per_week")),
        "{:?}",
        config.notes()
    );
    assert!(load(CONTACT).unwrap().notes().is_empty());
    let again = load(&format!("{CONTACT}{segment}")).unwrap();
    assert_eq!((config.rules(), Config::changes(&config, &again)), (again.rules(), Vec::new()));
    let other = load(&format!("{CONTACT}{}", segment.replace("\"b.es\"", "\"e.es\""))).unwrap();
    assert_ne!(config.rules(), other.rules());
}

const TWO: &str = r#"
[[source]]
id = "press"
kind = "feed"
url = "https://press.example/rss.xml"
every = "30m"

[[source]]
id = "fair"
kind = "directory"
url = "https://fair.example/"
record = "li"
fields = { name = "h3" }

[[segment]]
id = "hospitals"

  [[segment.points]]
  when = { words = ["clinic"] }
  points = 20
  why = "is a clinic"

[[rep]]
id = "ana"
email = "ana@example.com"

[[channel]]
id = "mailbox"
kind = "file"
folder = "out"
"#;

#[test]
fn layers_win_in_order_and_say_where_they_are() {
    let flags = [Flag { name: "--listen".into(), key: "daemon.listen".into(), value: "127.0.0.1:3".into() }];
    let text = "[daemon]\ncontact = \"leads@example.com\"\nlisten = \"127.0.0.1:1\"\ndrain = \"20s\"\n[fetch]\nper_host = 2\n";
    let environment = [
        ("ATALAYA_DAEMON__LISTEN", "127.0.0.1:2"),
        ("ATALAYA_FETCH__PER_HOST", "3"),
        ("ATALAYA_NET__PORTS", "8080, 8081"),
        ("ATALAYA_LOG__LEVEL", "debug"),
        ("ATALAYA_CONFIG", "/somewhere"),
    ];
    let config = load_with(text, &environment, &flags).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(config.daemon.listen.port(), 3);
    assert_eq!(config.fetch.per_host, 3);
    assert_eq!(config.net.ports, [8080, 8081]);
    assert_eq!(config.log.level, "debug");
    let origin = |section: &str, key: &str| {
        let setting = config.settings.iter().find(|setting| setting.section == section && setting.key == key).unwrap();
        setting.origin.to_string()
    };
    assert_eq!(origin("daemon", "listen"), "flag --listen");
    assert_eq!(origin("fetch", "per_host"), "environment ATALAYA_FETCH__PER_HOST");
    assert_eq!(origin("daemon", "drain"), "a.toml:4");
    assert_eq!(origin("fetch", "delay"), "default");
    let shown = config.show(true);
    let line = shown.lines().find(|line| line.starts_with("drain")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["drain", "=", "\"20s\"", "#", "a.toml:4"]);
}

#[test]
fn show_prints_a_configuration_that_loads_and_no_secret() {
    let text = format!(
        "{CONTACT}{TWO}\n[[source]]\nid = \"api\"\nkind = \"feed\"\nurl = \"https://api.example/\"\nheaders = {{ X-Key = \"hunter2\", Authorization = {{ env = \"T\" }} }}\n"
    );
    let config = load_with(&text, &[("T", "hunter2")], &[]).unwrap_or_else(|refusal| panic!("{refusal}"));
    for shown in [config.show(false), config.show(true), format!("{config:?}"), serde_json::to_string(&config.settings).unwrap()] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let shown = config.show(false);
    assert!(shown.contains("Authorization = { env = \"T\" }"), "{shown}");
    let again = load_with(&shown, &[("T", "hunter2")], &[]).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(again.show(false), shown);
}

#[test]
fn a_folder_is_read_in_order_and_its_errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("10-daemon.toml"), format!("{CONTACT}drain = \"1s\"\n")).unwrap();
    fs::write(folder.path().join("20-sources.toml"), TWO).unwrap();
    fs::write(folder.path().join("90-local.toml"), "[daemon]\ndrain = \"2s\"\n").unwrap();
    let request = Request {
        path: Some(folder.path().to_owned()),
        environment: BTreeMap::from([("HOME".into(), "/h".into())]),
        flags: Vec::new(),
        without_secrets: false,
    };
    let config = Config::load(&request).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(config.daemon.drain.as_secs(), 2);
    assert_eq!((config.sources.len(), config.files.len()), (2, 3));

    fs::write(folder.path().join("30-broken.toml"), "[[source]\n").unwrap();
    fs::write(folder.path().join("40-wrong.toml"), "[[rep]]\nid = \"bo\"\nemail = \"bo@example.com\"\ndigset = \"daily 08:00\"\n").unwrap();
    let refusal = Config::load(&request).unwrap_err();
    let files: BTreeSet<_> = refusal.problems().iter().map(|problem| problem.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["30-broken.toml", "40-wrong.toml"].into());
}

#[test]
fn the_data_folder_is_known_or_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    let check = |text: &str, set: &[(&str, &str)], want: Option<&str>| {
        fs::write(&path, text).unwrap();
        let environment = set.iter().chain(&[("HOME", "/h")]).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let request = Request { path: Some(path.clone()), environment, ..Request::default() };
        assert_eq!(Config::data_folder(&request), want.map(PathBuf::from), "{text}");
    };
    let usual = "/h/.local/share/atalaya";
    check("[daemon]\ndata = \"/d\"\n[[source]]\nkimd = 7\n", &[], Some("/d"));
    check("[daemon]\ndata = \"/d\"\nlisten = \"x\n[[source]\n", &[], Some("/d"));
    check("[daemon]\nlisten = 7\n", &[], Some(usual));
    check("[deamon]\ndata = \"/d\"\n", &[], Some("/d"));
    let doubtful = [
        "[daemon]\ndata = \"/d\n",
        "[daemon\ndata = \"/d\"\n",
        "[daemon]\nnotices = [\"mail\"\ndata = \"/d\"\n",
        "[daemon]\ndata = 7\n",
        "[daemon]\ndta = \"/d\"\n",
        "data = \"/d\"\n",
        "daemon = 7\n",
        "[[source]\n",
    ];
    for text in doubtful {
        check(text, &[], None);
        check(text, &[("ATALAYA_DAEMON__DATA", "/e")], Some("/e"));
    }
    let nowhere = |environment: &[(&str, &str)]| {
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Config::data_folder(&Request { environment, ..Request::default() })
    };
    let lost = ("ATALAYA_CONFIG", "/nowhere/a.toml");
    assert_eq!(nowhere(&[lost, ("HOME", "/h")]), None, "without a file nobody knows which installation is meant");
    assert_eq!(nowhere(&[lost, ("ATALAYA_DAEMON__DATA", "/e")]), Some("/e".into()));
}

#[test]
fn no_configuration_says_where_it_was_looked_for() {
    let request = Request {
        path: None,
        environment: BTreeMap::from([("ATALAYA_CONFIG".into(), "/nowhere/a.toml".into())]),
        flags: Vec::new(),
        without_secrets: false,
    };
    let refusal = Config::load(&request).unwrap_err();
    assert!(refusal.to_string().contains("/nowhere/a.toml"), "{refusal}");
}

#[test]
fn a_reload_changes_only_what_differs() {
    let check = |from: &str, to: &str, want: &[&str]| {
        let new = TWO.replace(from, to);
        assert!(from.is_empty() || new != TWO, "{from}");
        let got: Vec<_> = Config::changes(&good(TWO), &good(&new)).iter().map(ToString::to_string).collect();
        assert_eq!(got, want, "{from} → {to}");
    };
    check("[[source]]", "# a comment\n[[source]]", &[]);
    check("\"30m\"", "\"45m\"", &["source press changed: schedule"]);
    check("record = \"li\"", "record = \"li.x\"", &["source fair changed: reading"]);
    check("record = \"li\"", "record = \"li\"\ngone_after = 3\nheaders = { X = \"y\" }", &["source fair changed: fetch, rules"]);
    check("id = \"fair\"", "id = \"fair\"\nenabled = false", &["source fair changed: enabled"]);
    check("id = \"fair\"", "id = \"fair\"\ntrust = 0.1", &["source fair changed: about"]);
    check("\"fair\"", "\"fare\"", &["source fair removed", "source fare added"]);
    check("points = 20", "points = 21", &["segment hospitals changed"]);
    check("\"hospitals\"", "\"clinics\"", &["segment hospitals removed", "segment clinics added"]);
    check("ana@", "bea@", &["rep ana changed"]);
    check("folder = \"out\"", "folder = \"mails\"", &["channel mailbox changed"]);
    check("id = \"ana\"", "id = \"bea\"", &["rep ana removed", "rep bea added"]);
    check("[[rep]]", "[lists]\nclients = [\"Acme\"]\n\n[[rep]]", &["lists changed"]);
    check("[[rep]]", "[log]\nlevel = \"debug\"\n\n[[rep]]", &["log.level changed"]);
    check("[[rep]]", "[log]\nformat = \"json\"\n\n[[rep]]", &["log.format changed: restart the daemon to apply it"]);
    check("[[rep]]", "[store]\nbackup_every = \"1h\"\n\n[[rep]]", &["store.backup_every changed"]);
}

#[test]
fn a_lexicon_beside_the_configuration_is_read_and_its_mistakes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atalaya.toml");
    fs::write(&path, format!("{CONTACT}\n[lexicons]\nsignals = [\"nl.toml\"]\n")).unwrap();
    let lexicon = |phrase: &str| {
        let text = format!("language = \"nl\"\n[[signal]]\nkind = \"branch-opened\"\nphrases = [\"{phrase}\"]\n");
        fs::write(folder.path().join("nl.toml"), text).unwrap();
        let environment = BTreeMap::from([("HOME".to_owned(), folder.path().display().to_string())]);
        Config::load(&Request { path: Some(path.clone()), environment, ..Request::default() })
    };
    let first = lexicon("nieuw* vestiging*").unwrap();
    assert_eq!(first.lexicons.signals.languages().collect::<Vec<_>>(), ["en", "es", "nl", "ru"]);
    let second = lexicon("nieuw* filia*").unwrap();
    assert_eq!(Config::changes(&first, &second), [ConfigChange::LexiconsChanged]);
    let refused = lexicon("… vestiging").unwrap_err().to_string();
    assert!(refused.contains("[lexicons] key \"signals[0]\"") && refused.contains("nl.toml, line 4: found \"… vestiging\""), "{refused}");
}

#[test]
fn a_new_secret_is_a_change_and_another_order_is_none() {
    let text = format!(
        "{CONTACT}[[source]]\nid = \"api\"\nkind = \"feed\"\nurl = \"https://api.example/\"\nheaders = {{ A = {{ env = \"T\" }} }}\n"
    );
    let with = |value: &str| load_with(&text, &[("T", value)], &[]).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(Config::changes(&with("x"), &with("x")), []);
    let changes: Vec<_> = Config::changes(&with("x"), &with("y")).iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["source api changed: fetch"]);
}

#[test]
fn what_is_read_has_a_hash_that_the_rest_does_not_touch() {
    let hash = |text: &str| -> ContentHash { good(text).source(&"fair".parse().unwrap()).unwrap().spec_hash };
    let was = hash(TWO);
    assert_eq!(was, hash(&TWO.replace("id = \"fair\"", "trust = 0.5\nevery = \"1d\"\nid = \"fair\"")));
    assert_eq!(was, hash(&TWO.replace("fields = { name = \"h3\" }", "fields.name = \"h3\"")));
    assert_ne!(was, hash(&TWO.replace("\"h3\"", "\"h2\"")));
    assert_ne!(was, hash(&TWO.replace("id = \"fair\"", "id = \"fair\"\nzone = \"Europe/Madrid\"")));
}

#[test]
fn sources_take_the_zone_of_the_daemon_unless_they_have_their_own() {
    let text = TWO.replace("every = \"30m\"", "cron = \"0 7 * * *\"");
    let at = |zone: &str| {
        let config = load(&format!("{CONTACT}zone = \"{zone}\"\n{text}")).unwrap_or_else(|refusal| panic!("{refusal}"));
        let source = config.source(&"press".parse().unwrap()).unwrap().clone();
        source.schedule.day("2026-06-01T23:30:00Z".parse().unwrap()).to_string()
    };
    assert_eq!(at("UTC"), "2026-06-01");
    assert_eq!(at("Europe/Madrid"), "2026-06-02");
}

/// Values that are right somewhere and wrong elsewhere.
const VALUES: [&str; 22] = [
    "1",
    "-7",
    "0.5",
    "nan",
    "true",
    "\"\"",
    "\"x\"",
    "\"1d\"",
    "\"https://a.example/\"",
    "\"li\"",
    "\"feed\"",
    "[]",
    "[1, \"a\", {}]",
    "{}",
    "{ file = \"x\" }",
    "{ a = { b = [ { c = 1 } ] } }",
    "2026-10-12",
    "'ñ'",
    "[[[[1]]]]",
    "\"press\"",
    "{ select = \"(\" }",
    "99999999999999999999",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_panics_and_every_error_has_a_place(
        lines in proptest::collection::vec((0..15_usize, 0..400_usize, 0..VALUES.len(), proptest::bool::weighted(0.03)), 0..40),
    ) {
        let keys: Vec<_> = all_keys().into_iter().flat_map(|(_, keys)| keys).collect();
        let heads = ["[daemon]", "[log]", "[net]", "[fetch]", "[store]", "[lists]", "[lexicons]", "[[source]]", "[[segment]]", "[[rep]]", "[[channel]]", "  [[segment.points]]"];
        let mut text = String::new();
        for (head, key, value, broken) in lines {
            match heads.get(head) {
                Some(head) if key % 3 == 0 => text.push_str(head),
                Some(_) | None => text.extend([keys[key % keys.len()], " = ", VALUES[value]]),
            }
            text.push_str(if broken { " ]\n" } else { "\n" });
        }
        if let Err(refusal) = load(&text) {
            prop_assert!(!refusal.problems().is_empty());
            for problem in refusal.problems() {
                prop_assert!(problem.line >= 1 && problem.column >= 1 && !problem.file.is_empty());
                let place = format!("{}:{}:{}: ", problem.file, problem.line, problem.column);
                prop_assert!(problem.to_string().starts_with(&place), "no place: {problem}");
                prop_assert!(!problem.message().contains("refused without a reason"), "{problem}\n{text}");
            }
        }
    }
}
