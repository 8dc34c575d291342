//! Directories that write their members otherwise than before, one or all of them: who is there stays who it was, and what only the site did to all is no
//! news. And pages that are not all of what they were.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use atalaya::base::ids::SourceId;
use atalaya::model::ChangeKind;
use atalaya::web::{Answer, Question, SourcePages, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, Reply, Server};

/// Name, place, telephone, trade.
type Firm = [String; 4];

const NAMES: [&str; 12] = [
    "Talleres Orbaneja, S.L.",
    "Panadería Urbión",
    "Maderas del Arlanza, S.A.",
    "Cristales Pisuerga SL",
    "Hermanos Cuesta, C.B.",
    "Bodegas Cepa Vieja",
    "Quesos Tierno, S.L.",
    "Imprenta Duero",
    "Cartonajes Esgueva, S.A.",
    "Harinas Campos, S.L.",
    "Forjas Leonesas",
    "Lácteos Bernesga",
];
const PLACES: [&str; 4] = ["Burgos", "Peñafiel", "León", "Ágreda"];
const TRADES: [&str; 3] = ["Madera", "Metal", "Alimentación"];

fn firms() -> Vec<Firm> {
    let one = |(n, name): (usize, &&str)| {
        [(*name).to_owned(), PLACES[n % 4].to_owned(), format!("947 20{n:02} {}", 31 + n), TRADES[n % 3].to_owned()]
    };
    NAMES.iter().enumerate().map(one).collect()
}

/// The firms with names that another firm follows.
fn more(mut all: Vec<Firm>) -> Vec<Firm> {
    all.insert(3, ["Embutidos Moncayo, S.L.", "Ágreda", "976 647 100", "Alimentación"].map(str::to_owned));
    all
}

fn named(change: impl Fn(usize, &str) -> String) -> Vec<Firm> {
    let mut all = firms();
    for (n, firm) in all.iter_mut().enumerate() {
        firm[0] = change(n, &firm[0]);
    }
    all
}

/// The same with another field changed for all.
fn each(field: usize, change: impl Fn(&str) -> String) -> Vec<Firm> {
    let mut all = firms();
    for firm in &mut all {
        firm[field] = change(&firm[field]);
    }
    all
}

fn card([name, place, phone, trade]: &Firm) -> String {
    format!("<div class=card><h3>{name}</h3><p class=a>{place}</p><p class=b>Tel. {phone}</p><p class=c>{trade}</p></div>")
}

fn page(main: &str) -> String {
    format!(
        "<!doctype html><html lang=es><head><title>Socios</title></head><body><h1>Socios</h1><div class=cards>{main}</div><footer>Asociación</footer></body></html>"
    )
}

fn cards(all: &[Firm]) -> String {
    page(&all.iter().map(card).collect::<String>())
}

fn linked(path: &str) -> String {
    let one = |(n, firm): (usize, &Firm)| card(firm).replace(&firm[0], &format!("<a href='{path}{n}'>{}</a>", firm[0]));
    page(&firms().iter().enumerate().map(one).collect::<String>())
}

/// What a source shows on its pages, before and after.
fn shown(case: &str, second: bool, after: bool) -> String {
    let first = |n: usize| move |at: usize, name: &str, other: String| if at == n { other } else { name.to_owned() };
    let (one, three) = (first(0), first(3));
    let rows = match case {
        _ if !after && !matches!(case, "links" | "news" | "boxes" | "sponsored" | "back" | "repeats") => firms(),
        "form" => named(|n, name| one(n, name, "TALLERES ORBANEJA SL".to_owned())),
        "badge" => named(|n, name| three(n, name, format!("{name} <span>¡Nuevo!</span>"))),
        "closed" => named(|n, name| three(n, name, format!("{name} (cerrado)"))),
        "short" => named(|_, name| name.replace("Talleres", "Tall.").replace("Hermanos", "Hnos.").replace("Panadería", "Panad.")),
        "numbered" => named(|n, name| format!("{}. {name}", n + 1)),
        "cut-names" => {
            named(|_, name| if name.chars().count() > 16 { name.chars().take(15).collect::<String>() + "…" } else { name.to_owned() })
        }
        "with-place" => named(|n, name| format!("{name} ({})", PLACES[n % 4])),
        "upper" => named(|_, name| name.to_uppercase()),
        "forms-and-accents" => {
            named(|_, name| name.replace(", S.L.", " SL").replace(", S.A.", " Sociedad Anónima").replace('í', "i").replace('ó', "o"))
        }
        "towns" => each(1, str::to_uppercase),
        "trades" => each(3, |trade| trade.replace("Madera", "Wood").replace("Metal", "Steel").replace("Alimentación", "Food")),
        "halls" => more(each(3, |trade| format!("Sector {trade}"))),
        "another" => named(|n, name| one(n, name, "Quesería del Tera".to_owned()))
            .into_iter()
            .map(|firm| {
                if firm[0] == "Quesería del Tera" { [&firm[0], "Zamora", "980 510 223", "Alimentación"].map(str::to_owned) } else { firm }
            })
            .collect(),
        "links" => return linked(if after { "/ficha.php?id=" } else { "/m/" }),
        "mail" => {
            let mailed =
                |firm: &Firm| card(firm).replace("</div>", &format!("<p class=d>info@{}.example</p></div>", firm[2].replace(' ', "")));
            return page(&more(firms()).iter().map(mailed).collect::<String>());
        }
        "mojibake" => return cards(&firms()).bytes().map(char::from).collect(),
        "news" if !after => return linked("/m/"),
        "news" => {
            let news = |title: &&str| {
                format!(
                    "<div class=nw><h3><a href='/news/{}'>{title}</a></h3><p class=d>3 nov. 2026</p><p>{title} en la sede.</p></div>",
                    title.len()
                )
            };
            let block: String = ["Jornada de exportación", "Convenio laboral", "Cena anual de socios", "Curso"].iter().map(news).collect();
            return linked("/m/").replace("<h1>", &format!("<h2>Noticias</h2><div class=ns>{block}</div><h1>"));
        }
        "boxes" if after => {
            let news = |(n, title): (usize, &&str)| {
                format!("<div class=card><h3><a href='/news/{n}'>{title}</a></h3><p class=a>1{n} de diciembre, Hotel Norte</p></div>")
            };
            let boxes: String = ["Cena anual de socios", "Jornada de puertas abiertas"].iter().enumerate().map(news).collect();
            return linked("/m/").replace("<div class=cards>", &format!("<div class=cards>{boxes}"));
        }
        "sponsored" if after => {
            let [name, place, phone, _] = &firms()[4];
            let ad = format!(
                "<h3><a href='/redirect?id=71'>{name}</a></h3><p class=a>{place}</p><p class=b>Tel. {phone}</p><p class=c>Destacado</p>"
            );
            return linked("/m/").replace("<div class=cards>", &format!("<div class=cards><div class=card>{ad}</div>"));
        }
        "boxes" | "sponsored" => return linked("/m/"),
        // Each link leads to the list, and some say no number.
        "back" => {
            let list = linked(if after { "?id=" } else { "?m=" });
            return list.replace("<p class=b>Tel. 947 2005 36</p>", "").replace("<p class=b>Tel. 947 2009 40</p>", "");
        }
        "cut" if after => return cards(&firms()).chars().take(1_000).collect(),
        "repeats" => {
            let part = if second && !after { &firms()[6..] } else { &firms()[..6] };
            let next = if second { "" } else { "<a rel=next href='?page=2'>Siguiente »</a>" };
            return cards(part).replace("<footer>", &format!("{next}<footer>"));
        }
        _ => firms(),
    };
    cards(&rows)
}

/// What was told of a source, in words.
async fn told(world: &Inside, id: &SourceId) -> Vec<String> {
    let word = |kind: &ChangeKind| match kind {
        ChangeKind::Appeared => "appeared".to_owned(),
        ChangeKind::Gone => "gone".to_owned(),
        ChangeKind::Returned(_) => "returned".to_owned(),
        ChangeKind::Changed(fields) => {
            format!("changed {}", fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>().join(" "))
        }
    };
    let changes = world.effects.store.recent_changes(Some(id), 500).await.unwrap();
    let mut told: Vec<String> = changes.iter().filter(|change| !change.baseline).map(|change| word(&change.kind)).collect();
    told.sort();
    told
}

async fn source(world: &Inside, id: &str) -> SourcePages {
    let question = Question::Source { id: id.to_owned(), page: None, diff: false };
    let Answer::Source(view) = answer(&world.effects, &world.config, question, false).await.unwrap() else { panic!("{id}") };
    *view
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_otherwise_is_who_it_was_and_what_is_cut_off_is_not_gone() {
    let after = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&after);
    let server = Server::start(move |seen| {
        let case = seen.path.trim_start_matches('/').trim_start_matches("twice-");
        if case.contains('/') || case.contains('.') {
            return Reply::status(404);
        }
        Reply::html(shown(case, seen.query.contains("page=2"), now.load(Ordering::SeqCst)))
    });
    // What is told of each, who is there in the end, and what is wrong with it.
    let cases: [(&str, &[&str], usize, Option<&str>); 22] = [
        ("form", &[], 12, None),
        ("badge", &["changed name"], 12, None),
        ("closed", &["changed name"], 12, None),
        ("short", &[], 12, None),
        ("numbered", &[], 12, None),
        ("cut-names", &[], 12, None),
        ("with-place", &[], 12, None),
        ("upper", &[], 12, None),
        ("forms-and-accents", &[], 12, None),
        ("towns", &[], 12, None),
        ("trades", &[], 12, None),
        ("halls", &["appeared"], 13, None),
        ("another", &["appeared", "gone"], 12, None),
        ("links", &[], 12, None),
        ("mail", &["appeared"], 13, None),
        ("news", &[], 12, None),
        ("boxes", &[], 12, None),
        ("sponsored", &[], 12, None),
        ("back", &[], 12, None),
        ("cut", &[], 12, Some("incomplete")),
        ("repeats", &[], 12, Some("incomplete")),
        ("mojibake", &[], 12, None),
    ];
    let settings = |case: &str, confirm: &str| {
        format!(
            "[[source]]\nid = \"{case}\"\nkind = \"directory\"\nurl = \"{}/{case}\"\nevery = \"6h\"\njitter = \"0s\"\nconfirm = \"{confirm}\"\ncountry = \"ES\"\n\n",
            server.address
        )
    };
    // Told at once, and after a second look.
    let both = |(case, ..): &(&str, &[&str], usize, Option<&str>)| settings(case, "off") + &settings(&format!("twice-{case}"), "1m");
    let world = Inside::new(&cases.iter().map(both).collect::<String>()).await;
    for pass in 0..8 {
        after.store(pass > 2, Ordering::SeqCst);
        world.visit().await;
        world.wait(SignedDuration::from_hours(7));
    }
    let mut wrong = Vec::new();
    let all = cases.iter().flat_map(|case| [case.0.to_owned(), format!("twice-{}", case.0)].map(|id| (id, *case)));
    for (name, (case, want, records, trouble)) in all {
        let id: SourceId = name.parse().unwrap();
        let (told, view) = (told(&world, &id).await, source(&world, &name).await);
        let there = world.effects.store.absent(&id, std::collections::HashSet::new(), 99).await.unwrap().len();
        if told != want || there != records || view.source.trouble.as_deref() != trouble {
            wrong.push(format!("{name}: {told:?}, {there} records, {:?} {:?} {:?}", view.source.trouble, view.source.reason, view.remarks));
        }
        if ["upper", "towns", "trades"].contains(&case) {
            assert!(view.remarks.iter().any(|remark| remark.contains("is written or read otherwise")), "{case}: {:?}", view.remarks);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let view = source(&world, "boxes").await;
    assert!(
        view.unread
            .iter()
            .any(|one| one.path.starts_with("Cena anual de socios, ") && one.reason.starts_with("2 are not taken for records")),
        "{:?}",
        view.unread
    );
    let back = world.effects.store.absent(&"back".parse().unwrap(), std::collections::HashSet::new(), 99).await.unwrap();
    let phones: Vec<String> = back.iter().filter_map(|record| record.text("phone")).collect();
    assert_eq!((phones.len(), phones.iter().collect::<std::collections::HashSet<_>>().len()), (10, 10), "{phones:?}");
    // And all are well when the pages are as they were.
    after.store(false, Ordering::SeqCst);
    for _ in 0..2 {
        world.visit().await;
        world.wait(SignedDuration::from_hours(7));
    }
    for name in ["news", "cut", "repeats"] {
        let view = source(&world, name).await;
        assert_eq!(view.source.trouble, None, "{name}: {:?}", view.source.reason);
    }
}
