//! Files of contacts that somebody brings in: beside a running daemon and at rest, again, corrected, and taken back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use atalaya::store::LeadFilter;
use atalaya::web::{Answer, ImportOrder, ImportReport, ImportUndoneView, Question, answer};
use base64::Engine as _;
use jiff::SignedDuration;
use serde_json::Value;

use crate::rig::{Home, Inside, LINES, MAILS, OFFER, Reply, Server, listing, points, rep, segment};

const SHEET: &str = "Empresa;Contacto;Teléfono;Correo;Localidad;CIF;Nota\n\
    Talleres Quintanar, S.L.;Ana García;947 20 03 31;ana@quintanar.es;Burgos;B12345674;pide precios\n\
    Talleres Quintanar;Luis Pérez;947 20 03 31;luis@quintanar.es;Burgos;;\n\
    Maderas Ulloa;;986 11 22 33;;Vigo;;\n\
    Maderas Ulloa;;986 11 22 33;;Vigo;;\n\
    ;;;;Lugo;;sin nombre\n\
    Competencia Roja;;;ventas@roja.es;Soria;;\n";

fn settings() -> String {
    let lists = "\n[lists]\ncompetitors = [\"roja.es\"]\n";
    let gate = "gates = [{ exclude = \"competitors\" }]\nline = 5";
    [lists.to_owned(), segment(gate), points("exhibitor-listed", 20), rep("ana", "UTC", "Mon-Sun 08:00"), MAILS.to_owned()].concat()
}

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn counts(report: &Value) -> [u64; 6] {
    ["rows", "fresh", "corrected", "same", "missing", "unreadable"].map(|name| report[name].as_u64().unwrap())
}

#[test]
fn contacts_of_a_fair_come_in_and_go_again_beside_a_running_daemon() {
    let home = Home::new(&settings());
    let file = home.path("expo.csv");
    std::fs::write(&file, SHEET).unwrap();
    let path = file.display().to_string();
    let daemon = home.start();
    let more = ["--origin", "Expo Industria 2026, stand B12", "--signal", "exhibitor-listed", "--country", "ES"];
    let with = |words: &[&'static str]| [&["import", path.as_str()][..], &more, words].concat();

    // A look writes nothing.
    let report = home.json(&with(&["--dry-run"]));
    assert_eq!(counts(&report), [6, 4, 0, 0, 0, 1], "{report:#}");
    assert_eq!((&report["written"], &report["organisations"]), (&Value::from(false), &Value::from(3)));
    assert_eq!((report["repeats"][0][0].as_u64(), report["together"][0]["line"].as_u64()), (Some(5), Some(3)), "{report:#}");
    assert!(report["unreadable_rows"][0][0].as_str().unwrap().contains("line 6"));
    assert_eq!(report["listed"][0]["list"], "competitors");
    assert_eq!(report["leads"], serde_json::json!([{ "segment": "all", "state": "new", "leads": 2 }]), "a competitor is none");
    let asked = home.run(&with(&[]));
    assert!(asked.status.code() == Some(1) && said(&asked).contains("say --yes"), "{}", said(&asked));
    assert_eq!(home.json(&["org", "list"]).as_array().unwrap().len(), 0);

    // Brought in, new rows are reasons to act, with the words for where they come from as their proof.
    let report = home.json(&with(&["--yes"]));
    assert_eq!((counts(&report), &report["written"]), ([6, 4, 0, 0, 0, 1], &Value::from(true)));
    let leads = home.json(&["lead", "list", "--state", "new"]);
    let mut titles: Vec<&str> = leads.as_array().unwrap().iter().map(|lead| lead["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["Maderas Ulloa", "Talleres Quintanar, S.L."]);
    let lead = leads.as_array().unwrap().iter().find(|lead| lead["title"] == "Maderas Ulloa").unwrap();
    let lead = home.json(&["lead", "show", lead["id"].as_str().unwrap()]);
    assert!(lead["signals"][0][1].as_str().unwrap().contains("Expo Industria 2026, stand B12"), "{lead:#}");
    assert_eq!(lead["signals"][0][2], "Expo Industria 2026, stand B12");
    let organisation = home.json(&["org", "show", "quintanar"]);
    assert_eq!(organisation["records"].as_array().unwrap().len(), 2);
    assert_eq!(organisation["values"][0]["origin"], "Expo Industria 2026, stand B12", "{organisation:#}");
    assert!(said(&home.run(&["org", "show", "quintanar"])).contains("expo: Expo Industria 2026, stand B12"));

    // The same again changes nothing; a corrected file is the same import.
    let report = home.json(&with(&["--yes"]));
    assert_eq!(counts(&report), [6, 0, 0, 4, 0, 1]);
    let corrected = SHEET
        .replace("Vigo", "Pontevedra")
        .replace("986 11 22 33;;Pontevedra", "986 11 22 33;info@ulloa.es;Pontevedra")
        .replace(";;;;Lugo;;sin nombre\n", "")
        .replace("pide precios", "pide muestras");
    std::fs::write(&file, corrected).unwrap();
    let report = home.json(&["import", &path, "--yes"]);
    assert_eq!(counts(&report), [5, 1, 1, 2, 1, 0], "{report:#}");
    let left = home.json(&["lead", "list", "--state", "new"]);
    assert_eq!(left.as_array().unwrap().len(), 2, "who stands in the file under another key is a lead still: {left:#}");
    let list = home.json(&["import", "--list"]);
    assert_eq!((&list[0]["id"], &list[0]["rows"], &list[0]["organisations"]), (&"expo".into(), &4.into(), &3.into()), "{list:#}");
    assert_eq!((&list[0]["signal"], &list[0]["whole"]), (&"exhibitor-listed".into(), &true.into()));
    let ulloa = home.json(&["org", "show", "ulloa"]);
    assert!(ulloa.to_string().contains("Pontevedra") && !ulloa.to_string().contains("Vigo"), "{ulloa:#}");

    // A file that cannot be read as a whole, or that is cut short, takes nothing back.
    std::fs::write(&file, SHEET.lines().take(2).chain([";;;;Lugo;;"]).collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(counts(&home.json(&["import", &path, "--yes"]))[4..], [0, 1]);
    std::fs::write(&file, SHEET.lines().next().unwrap().to_owned() + "\nUno;;;;Soria;;\n").unwrap();
    let short = home.run(&["import", &path, "--yes"]);
    assert!(short.status.code() == Some(1) && said(&short).contains("import --undo expo"), "{}", said(&short));
    assert_eq!(home.json(&["lead", "list", "--state", "new"]).as_array().unwrap().len(), 2);

    // Taken back, nothing is left of it; and the daemon at rest says the same.
    let undone = home.json(&["import", "--undo", "expo", "--yes"]);
    assert_eq!((&undone["records"], &undone["organisations"]), (&4.into(), &3.into()));
    let nothing = |home: &Home| {
        for question in [&["org", "list"][..], &["lead", "list"], &["import", "--list"]] {
            assert_eq!(home.json(question), Value::Array(Vec::new()), "{question:?}");
        }
    };
    nothing(&home);
    let again = home.run(&["import", "--undo", "expo", "--yes"]);
    assert!(again.status.code() == Some(1) && said(&again).contains("expo"), "{}", said(&again));
    assert_eq!(daemon.stop().0, Some(0));
    nothing(&home);
    std::fs::write(&file, SHEET).unwrap();
    let report = home.json(&["import", &path, "--yes", "--as", "fair"]);
    assert_eq!((counts(&report)[1], &report["leads"]), (4, &Value::Array(Vec::new())), "known quietly");
    assert_eq!(home.json(&["org", "list"]).as_array().unwrap().len(), 3);
}

/// One row of a list: what is offered, by whom, telephone, place.
type Row = [&'static str; 4];

fn site() -> (Server, Arc<Mutex<[Vec<Row>; 2]>>) {
    let shown: Arc<Mutex<[Vec<Row>; 2]>> = Arc::default();
    let site = Arc::clone(&shown);
    let server = Server::start(move |seen| {
        let lists = site.lock().unwrap().clone();
        let Some(place) = ["/one", "/two"].iter().position(|path| *path == seen.path) else { return Reply::status(404) };
        let row = |[what, who, tel, town]: &Row| format!("<li><a href=/{what}>{what}</a> <b>{who}</b> <i>{tel}</i> <u>{town}</u></li>");
        Reply::html(format!("<html><body><ul>{}</ul></body></html>", lists[place].iter().map(row).collect::<String>()))
    });
    (server, shown)
}

async fn bring(world: &Inside, file: &str, text: &str, write: bool) -> ImportReport {
    let bytes = base64::engine::general_purpose::STANDARD.encode(text);
    let order = Box::new(ImportOrder { country: Some("ES".into()), ..ImportOrder::default() });
    let question = Question::Import { file: file.into(), bytes, order, write };
    let Answer::Import(report) = answer(&world.effects, &world.config, question, false).await.unwrap() else { panic!() };
    *report
}

async fn undo(world: &Inside, id: &str) -> ImportUndoneView {
    let question = Question::UndoImport { id: id.into() };
    let Answer::ImportUndone(view) = answer(&world.effects, &world.config, question, false).await.unwrap() else { panic!() };
    view
}

/// Everything that is known: organisations with keys, facts and records, and the leads of each.
async fn known(world: &Inside) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for one in world.effects.store.organisations_after(None, 999).await.unwrap() {
        let mut facts: Vec<String> =
            one.facts.iter().map(|fact| format!("{} {} {}", fact.name.word(), fact.value, fact.evidence.source)).collect();
        facts.sort();
        let keys: Vec<String> = one.keys.iter().map(ToString::to_string).collect();
        let mut leads = world.effects.store.leads_of(atalaya::model::Subject::Organisation(one.id)).await.unwrap();
        leads.sort_by_key(|lead| lead.id);
        let leads: Vec<String> = leads.iter().map(|lead| format!("{} {} {}", lead.title, lead.state.word(), lead.score.total())).collect();
        all.insert(one.id.to_string(), format!("{:?} {keys:?} {facts:?} {:?} {leads:?}", one.name, one.records));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_import_joined_is_two_again_when_it_is_taken_back() {
    let (site, rows) = site();
    let source = |id: &str| {
        listing(id, &format!("{}/{id}", site.address), "1h", &format!("{OFFER}, phone = \"i\", place = \"u\""))
            + "few = 0.0\ncountry = \"ES\"\n"
    };
    let world = Inside::new(&[source("one"), source("two"), segment("line = 5"), LINES.to_owned()].concat()).await;
    let visit = async || {
        world.wait(SignedDuration::from_hours(2));
        world.visit().await;
    };
    *rows.lock().unwrap() =
        [vec![["Crates", "Textil Montesclaros", "+34 983 111 203", "Lugo"]], vec![["Sacks", "Autos Duero", "+34 983 111 204", "Vigo"]]];
    visit().await;
    rows.lock().unwrap()[0].push(["Pallets", "Talleres Orbaneja", "+34 947 200 331", "Burgos"]);
    rows.lock().unwrap()[1].push(["Doors", "Orbaneja Metal", "+34 975 300 100", "Soria"]);
    visit().await;
    let before = known(&world).await;
    assert_eq!(world.effects.store.leads(LeadFilter::default(), 99).await.unwrap().len(), 2);

    let sheet = "Empresa,Teléfono,Localidad\n\
        Talleres Orbaneja Metal,947 200 331 / 975 300 100,Burgos\n\
        Textil Montesclaros,983 111 203,Lugo\n\
        Panadería Urbión,,Soria\n"
        .replace(" / ", "; ");
    let report = bring(&world, "cards.csv", &sheet, false).await;
    assert_eq!((report.fresh, report.recognised.len(), report.organisations), (3, 2, 1), "{report:#?}");
    assert_eq!(report.united.len(), 1, "{report:#?}");
    let names: Vec<&str> = report.recognised.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"Textil Montesclaros"), "{names:?}");
    assert_eq!(known(&world).await, before, "a look writes nothing");

    let written = bring(&world, "cards.csv", &sheet, true).await;
    assert_eq!(ImportReport { written: false, ..written }, ImportReport { ..report });
    let joined = known(&world).await;
    assert_eq!(joined.len(), before.len(), "two became one, and one is new");
    assert_eq!(world.effects.store.leads(LeadFilter::default(), 99).await.unwrap().len(), 1);
    let again = bring(&world, "cards.csv", &sheet, true).await;
    assert_eq!((again.fresh, again.same, again.corrected, again.missing), (0, 3, 0, 0));
    assert_eq!(known(&world).await, joined);

    assert_eq!(undo(&world, "cards").await, ImportUndoneView { id: "cards".into(), records: 3, organisations: 1 });
    assert_eq!(known(&world).await, before);
    // It may come in again, and what the sources say goes on.
    bring(&world, "cards.csv", &sheet, true).await;
    undo(&world, "cards").await;
    rows.lock().unwrap()[0][1][2] = "+34 947 200 339";
    visit().await;
    assert_eq!(known(&world).await.len(), before.len());
}

#[test]
fn an_import_is_a_source_to_rules_and_lists_and_says_why_rows_make_no_lead() {
    let rule = "\n[[segment.points]]\nwhen = { source = [\"import:cards\"] }\npoints = 30\nwhy = \"met at the fair\"\n";
    let home = Home::new(&(settings() + rule));
    assert!(home.run(&["config", "check"]).status.success(), "{}", said(&home.run(&["config", "check"])));
    drop(home.start().stop());
    let card = |name: &str, org: &str, more: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:{org}\n{more}END:VCARD\n");
    let cards = card("Eva Roca", "Hotel Arenal", "TITLE:Jefa de compras\nEMAIL:eva@arenal.es\n")
        + &card("Luis Rojo", "Competencia Roja", "EMAIL:ventas@roja.es\n")
        + &card("Ana Sol", "Hotel Arenal", "EMAIL:ana@arenal.es\n");
    std::fs::write(home.path("cards.vcf"), &cards).unwrap();
    let path = home.path("cards.vcf").display().to_string();

    let quiet = home.json(&["import", &path, "--dry-run"]);
    assert_eq!(quiet["leadless"][0]["rows"], 3, "{quiet:#}");
    assert!(quiet["leadless"][0]["reason"].as_str().unwrap().contains("--signal"), "{quiet:#}");
    let report = home.json(&["import", &path, "--yes", "--signal", "exhibitor-listed"]);
    assert_eq!(report["leads"], serde_json::json!([{ "segment": "all", "state": "new", "leads": 1 }]));
    let [why] = &report["leadless"].as_array().unwrap()[..] else { panic!("{report:#}") };
    assert_eq!((&why["rows"], &why["first"][0][0], &why["first"][0][1]), (&1.into(), &8.into(), &"Competencia Roja".into()), "{report:#}");
    assert!(why["reason"].as_str().unwrap().starts_with("a gate of `all` keeps them out:"), "{report:#}");

    // The rule that names it counts, and the role is said with the person.
    let leads = home.json(&["lead", "list", "--state", "new"]);
    let lead = home.json(&["lead", "show", leads[0]["id"].as_str().unwrap()]);
    assert!(lead.to_string().contains("met at the fair"), "{lead:#}");
    let shown = said(&home.run(&["org", "show", "arenal"]));
    assert!(shown.contains("Eva Roca, Jefa de compras") && shown.contains("Ana Sol"), "{shown}");
    let sources = home.json(&["source", "list"]);
    let import = sources.as_array().unwrap().iter().find(|source| source["id"] == "cards").unwrap();
    assert_eq!((&import["kind"], &import["records"], &import["health"]), (&"import".into(), &3.into(), &"well".into()));

    // A slip in the name of a source is refused as before, and so is an import's mark before a source.
    for (wrong, word) in [("carbs", "the id of a source"), ("import:list", "which is a source of the configuration")] {
        let listed = listing("list", "https://fair.example/", "1d", OFFER);
        home.configure(&(listed + &settings() + &rule.replace("import:cards", wrong)));
        let refused = home.run(&["config", "check"]);
        assert!(!refused.status.success() && said(&refused).contains(word), "{wrong}: {}", said(&refused));
    }
}

/// The names of the leads that reps have.
fn leads(home: &Home) -> Vec<String> {
    let leads = home.json(&["lead", "list", "--state", "new"]);
    let mut titles: Vec<String> = leads.as_array().unwrap().iter().map(|lead| lead["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn whoever_has_a_listed_domain_number_name_or_page_is_kept_out_in_any_order() {
    let entries = [
        "uno.es",
        "947 555 444",
        "(+34) 947-555-447",
        "0034 947 555 445",
        "@cuatro.es",
        "SIETE, S.L. (Burgos)",
        "Ocho SL; Nueve SL",
        "https://www.facebook.com/malafirma",
    ];
    let lists = format!("\n[lists]\ndo_not_contact = {entries:?}\n");
    let gate = "gates = [{ exclude = \"do-not-contact\" }]\nline = 5";
    let settings = [lists, segment(gate), points("exhibitor-listed", 20), rep("ana", "UTC", "Mon-Sun 08:00"), MAILS.to_owned()].concat();
    let mut rows = vec![
        "Alfa Conservas,Burgos,,a@uno.es,",
        "Beta Bodega,Soria,,b@uno.es,",
        "Gamma Quesos,León,,c@uno.es,",
        "Delta Pan,León,,,www.uno.es",
        "Ruido,Burgos,947555444,,",
        "Tau Vino,Zamora,947 55 54 47,,",
        "Phi Miel,Zamora,+34 947 555 445,,",
        "Chi Solo,Zamora,,x@cuatro.es,",
        "Siete SL,Burgos,,,",
        "Nueve S.L.,Burgos,,,",
        "Mala Firma,Burgos,,,facebook.com/MalaFirma/",
        "Buena Firma,Burgos,,,facebook.com/BuenaFirma/",
        "Zeta Metal,Lugo,947 555 499,z@dos.es,",
    ];
    for turn in ["forward", "back"] {
        let home = Home::new(&settings);
        let path = home.path("t.csv").display().to_string();
        std::fs::write(&path, format!("name,city,phone,email,website\n{}\n", rows.join("\n"))).unwrap();
        // What would come of a file is to be seen before anything ever ran.
        let report = home.json(&["import", &path, "--country", "ES", "--signal", "exhibitor-listed", "--dry-run"]);
        assert_eq!(report["listed"].as_array().unwrap().len(), 11, "{turn}: {report:#}");
        home.json(&["import", &path, "--country", "ES", "--signal", "exhibitor-listed", "--yes"]);
        assert_eq!(leads(&home), ["Buena Firma", "Zeta Metal"], "{turn}");
        rows.reverse();
    }
    let home = Home::new(&settings.replace("947 555 444", "gmail.com"));
    let refused = home.run(&["config", "check"]);
    assert!(!refused.status.success() && said(&refused).contains("many have theirs at this host"), "{}", said(&refused));
}

#[test]
fn a_switchboard_parts_nobody_and_two_people_at_one_fair_are_one_reason() {
    let home = Home::new(&settings());
    let bring = |file: &str, text: &str| {
        std::fs::write(home.path(file), text).unwrap();
        let path = home.path(file).display().to_string();
        home.json(&["import", &path, "--country", "ES", "--signal", "exhibitor-listed", "--yes"])
    };
    let shared = "Limpiezas Sol,Burgos,947 999 990\nPinturas Mar,Burgos,947 999 990\nTransportes Luz,Burgos,947 999 990\n";
    bring("a.csv", &format!("name,city,phone\n{shared}"));
    bring("b.csv", "name,city,phone\nPinturas Mar,,947 999 990\nLimpiezas Sol SL,,947 999 990\n");
    assert_eq!(leads(&home), ["Limpiezas Sol", "Pinturas Mar", "Transportes Luz"]);

    bring("fair.csv", "name,person,email\nMaderas Ulloa,Ana,ana@ulloa.es\nMaderas Ulloa,Eva,eva@ulloa.es\n");
    bring("more.csv", "name,city,email\nMaderas Ulloa,Vigo,info@ulloa.es\n");
    let list = home.json(&["lead", "list", "--state", "new"]);
    let lead = list.as_array().unwrap().iter().find(|lead| lead["title"] == "Maderas Ulloa").unwrap();
    let lead = home.json(&["lead", "show", lead["id"].as_str().unwrap()]);
    let parts = lead["parts"].as_array().unwrap();
    let at = |origin: &str| parts.iter().filter(|part| part["quote"] == origin).count();
    assert_eq!((at("fair.csv"), at("more.csv")), (1, 1), "{lead:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_back_is_not_sent_again() {
    let (site, rows) = site();
    let source = listing("one", &format!("{}/one", site.address), "1h", &format!("{OFFER}, phone = \"i\", place = \"u\"")) + "few = 0.0\n";
    let world = Inside::new(&[source, segment("line = 5"), points("exhibitor-listed", 20), LINES.to_owned()].concat()).await;
    rows.lock().unwrap()[0] = vec![["Crates", "Textil Montesclaros", "+34 983 111 203", "Lugo"]];
    world.visit().await;
    rows.lock().unwrap()[0].push(["Pallets", "Talleres Orbaneja", "+34 947 200 331", "Burgos"]);
    world.wait(SignedDuration::from_hours(2));
    world.visit().await;
    let sheet = "Empresa,Teléfono,Localidad\nPanadería Urbión,975 300 100,Soria\nAutos Duero,983 111 204,Vigo\n";
    let bytes = base64::engine::general_purpose::STANDARD.encode(sheet);
    let order = ImportOrder { country: Some("ES".into()), signal: Some("exhibitor-listed".into()), ..ImportOrder::default() };
    let question = Question::Import { file: "expo.csv".into(), bytes, order: Box::new(order), write: true };
    answer(&world.effects, &world.config, question, false).await.unwrap();
    world.drain().await;
    let replay = async |dry_run| {
        let question =
            Question::Replay { ids: Vec::new(), since: Some("2026-11-20".into()), channel: Some("lines".into()), delivered: true, dry_run };
        let Answer::Replayed(view) = answer(&world.effects, &world.config, question, false).await.unwrap() else { panic!() };
        (view.ids.len(), view.note.unwrap_or_default())
    };
    assert_eq!(replay(true).await.0, 3, "all three leads");
    undo(&world, "expo").await;
    for dry_run in [true, false] {
        let (again, note) = replay(dry_run).await;
        assert_eq!(again, 1, "{note}");
        assert!(note.contains("2 messages are left out"), "{note}");
    }
    world.drain().await;
    let lines = world.written("lines").concat();
    assert_eq!((lines.matches("Autos Duero").count() > 0, lines.lines().count()), (true, 4), "{lines}");
}

#[test]
fn the_table_and_the_commands_of_the_readme() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let section = readme.split("## Contacts of your own").nth(1).unwrap().split("\n## ").next().unwrap();
    let table = section.split("```csv\n").nth(1).unwrap().split("```").next().unwrap();
    let home = Home::new(&settings());
    std::fs::write(home.path("expo.csv"), table).unwrap();
    std::fs::write(home.path("cards.vcf"), "BEGIN:VCARD\nVERSION:3.0\nFN:Eva Roca\nORG:Hotel Arenal\nEMAIL:eva@arenal.es\nEND:VCARD\n")
        .unwrap();
    drop(home.start().stop());
    let block = section.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let commands: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("atalaya ")).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        let words = words(command.split("  #").next().unwrap());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let asks = words[1] != "--list" && !words.contains(&"--dry-run");
        let yes: &[&str] = if asks { &["--yes"] } else { &[] };
        let output = home.command(&[&words[..], yes].concat()).current_dir(home.path("")).output().unwrap();
        assert!(output.status.success(), "{command}: {}", said(&output));
    }
}

/// The words of a command line; quotation marks hold some together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_company_is_is_known_by_its_own_page_also_where_selectors_read_it() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/list" => Reply::html("<ul><li><a href=/m/1>Alba Labels Ltd</a></li><li><a href=/m/4>Dorn Etiquetas Lda</a></li></ul>"),
        "/m/4" => Reply::html(
            "<main><h1>Dorn Etiquetas Lda</h1><table><tr><th>Country<td>Portugal</tr><tr><th>Phone<td class=tel>+351 211 234 567</tr></table></main>",
        ),
        "/m/1" => Reply::html("<main><h1>Alba Labels Ltd</h1><p class=tel>+353 1 234 5610</p></main>"),
        _ => Reply::status(404),
    });
    let list = format!(
        "[[source]]\nid = \"list\"\nkind = \"directory\"\nurl = \"{}/list\"\nrecord = \"li\"\nfields = {{ name = \"a\", url = \"a @href\" }}\n\
         detail_fields = {{ phone = \".tel\" }}\n",
        server.address
    );
    let world = Inside::new(&[list, segment("line = 5"), LINES.to_owned()].concat()).await;
    world.visit().await;
    let mut told: Vec<String> = Vec::new();
    for one in world.effects.store.organisations_after(None, 99).await.unwrap() {
        let country: Vec<String> = one.facts.iter().filter(|fact| fact.name.word() == "country").map(|fact| fact.value.text()).collect();
        told.push(format!("{} | {}", one.title(), country.join(" ")));
    }
    told.sort();
    assert_eq!(told, ["Alba Labels Ltd | ", "Dorn Etiquetas Lda | Portugal"]);
}
