//! What sites do to their lists that is no news of anybody on them: numbers of rows, badges, boxes for those who pay, counts, hours.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use atalaya::base::ids::SourceId;
use atalaya::model::{ChangeKind, FieldName, Record};
use jiff::SignedDuration;

use crate::rig::{Inside, Reply, Server};

/// Name, place, trade.
const FIRMS: [[&str; 3]; 12] = [
    ["Talleres Orbaneja, S.L.", "Burgos", "Maquinaria"],
    ["Panadería Urbión", "Soria", "Alimentación"],
    ["Maderas del Arlanza, S.A.", "Lerma", "Madera"],
    ["Cristales Pisuerga SL", "Palencia", "Vidrio"],
    ["Hermanos Cuesta, C.B.", "Valladolid", "Transporte"],
    ["Bodegas Cepa Vieja", "Peñafiel", "Alimentación"],
    ["Quesos Tierno, S.L.", "Zamora", "Alimentación"],
    ["Imprenta Duero", "Aranda", "Papel"],
    ["Cartonajes Esgueva, S.A.", "Valladolid", "Papel"],
    ["Harinas Campos, S.L.", "Palencia", "Alimentación"],
    ["Forjas Leonesas", "León", "Metal"],
    ["Aceros Valdehita, S.A.", "Burgos", "Metal"],
];
const NEW: [&str; 3] = ["Embutidos Moncayo, S.L.", "Ágreda", "Alimentación"];

/// A firm with its number.
type Firm = (usize, [&'static str; 3]);

fn firms(more: bool) -> Vec<Firm> {
    let mut all: Vec<Firm> = FIRMS.into_iter().enumerate().collect();
    if more {
        all.insert(5, (31, NEW));
    }
    all
}

fn phone(n: usize) -> String {
    format!("947 20{n:02} {}", 31 + n)
}

/// A firm's box, with what stands before its name, and behind it.
fn boxed((n, [name, place, trade]): &Firm, linked: bool, (before, behind): (&str, &str)) -> String {
    let name = if linked { format!("<a href='/m/{n}'>{name}</a>") } else { (*name).to_owned() };
    format!("<div class=card>{before}<h3>{name}</h3>{behind}<p>{place}</p><p>{trade}</p><p>Tel. {}</p></div>", phone(*n))
}

fn boxes(more: bool, linked: bool, beside: &dyn Fn(usize) -> (&'static str, &'static str)) -> String {
    firms(more).iter().enumerate().map(|(at, firm)| boxed(firm, linked, beside(at))).collect()
}

fn table(more: bool, number: Option<&str>) -> String {
    let head = number.map_or_else(String::new, |head| format!("<th>{head}</th>"));
    let row = |(at, (n, [name, place, trade])): (usize, &Firm)| {
        let number = number.map_or_else(String::new, |_| format!("<td>{}</td>", at + 1));
        format!("<tr>{number}<td>{name}</td><td>{place}</td><td>{trade}</td><td>{}</td></tr>", phone(*n))
    };
    let rows: String = firms(more).iter().enumerate().map(row).collect();
    format!("<table><tr>{head}<th>Empresa</th><th>Localidad</th><th>Actividad</th><th>Teléfono</th></tr>{rows}</table>")
}

/// Groups below their trades, with how many are in each.
fn groups(more: bool, count: &dyn Fn(usize) -> String) -> String {
    let all = firms(more);
    let mut trades: Vec<&str> = all.iter().map(|(_, [.., trade])| *trade).collect();
    trades.sort_unstable();
    trades.dedup();
    let group = |trade: &&str| {
        let own: Vec<&Firm> = all.iter().filter(|(_, [.., own])| own == trade).collect();
        let one = |(n, [name, place, _]): &&Firm| format!("<div class=card><h3>{name}</h3><p>{place}</p><p>Tel. {}</p></div>", phone(*n));
        format!("<h2>{trade}{}</h2>{}", count(own.len()), own.iter().map(one).collect::<String>())
    };
    trades.iter().map(group).collect()
}

/// Some of the firms in boxes for those who pay: all of these first, or each in its place.
fn paid(linked: bool, first: bool) -> String {
    let premium = |(n, [name, place, trade]): &Firm| {
        let name = if linked { format!("<a href='/m/{n}'>{name}</a>") } else { (*name).to_owned() };
        let tag = if first { "section" } else { "div" };
        let lines = format!("<p>{place}</p><p>{trade}</p><p>Tel. {}</p><p>Empresa destacada</p>", phone(*n));
        format!("<{tag} class='card premium'><img src='/l/{n}.png' alt=''><h2>{name}</h2>{lines}</{tag}>")
    };
    let pays = |n: usize| if first { n < 3 } else { n % 5 == 2 };
    let (top, rest): (Vec<Firm>, Vec<Firm>) = firms(false).into_iter().partition(|(n, _)| pays(*n));
    let plain = |firm: &Firm| boxed(firm, linked, ("", ""));
    if first {
        let (top, rest): (String, String) = (top.iter().map(premium).collect(), rest.iter().map(plain).collect());
        return format!("<h2>Socios premium</h2><div class=pr>{top}</div><h2>Resto</h2><div class=cards>{rest}</div>");
    }
    let one = |firm: &Firm| if pays(firm.0) { premium(firm) } else { plain(firm) };
    format!("<div class=cards>{}</div>", firms(false).iter().map(one).collect::<String>())
}

fn shown(case: &str, after: bool) -> String {
    let none = |_: usize| ("", "");
    let some = |every: usize, what: (&'static str, &'static str)| move |at: usize| if at % every == 3 % every { what } else { ("", "") };
    let turns = |open: &'static str, closed: &'static str| {
        move |at: usize| ("", if (at + usize::from(after)).is_multiple_of(3) { closed } else { open })
    };
    let cards = |beside: &dyn Fn(usize) -> (&'static str, &'static str)| {
        format!("<div class=cards>{}</div>", if after { boxes(false, true, beside) } else { boxes(false, true, &none) })
    };
    let main = match case {
        "numbers-come" => table(false, after.then_some("Nº")),
        "signs-come" => table(false, after.then_some("#")),
        "numbers-go" => table(false, (!after).then_some("Nº")),
        "numbers-move" => table(after, Some("Nº")),
        "names-numbered" => {
            let all = firms(after);
            let one = |(at, (n, [name, place, _])): (usize, &Firm)| {
                format!("<li><b>{}. {name}</b> <i>{place}</i> <u>Tel. {}</u></li>", at + 1, phone(*n))
            };
            format!("<ul>{}</ul>", all.iter().enumerate().map(one).collect::<String>())
        }
        "badge" => cards(&some(5, ("", "<p><span class=badge>Nuevo</span></p>"))),
        "badge-before" => cards(&some(4, ("<span class=ribbon>Premium</span>", ""))),
        "badge-english" => cards(&some(3, ("<div><b>New</b></div>", ""))),
        "badges" => {
            let beside = |at: usize| match (at + usize::from(after)) % 4 {
                0 => ("", "<p>Destacado</p>"),
                2 => ("<em>Nuevo</em>", ""),
                _ => ("", ""),
            };
            format!("<div class=cards>{}</div>", boxes(false, false, &beside))
        }
        "paid-first" if after => paid(true, true),
        "paid-first-plain" if after => paid(false, true),
        "paid-within" if after => paid(true, false),
        "paid-within-plain" if after => paid(false, false),
        "paid-first" | "paid-within" => format!("<div class=cards>{}</div>", boxes(false, true, &none)),
        "paid-first-plain" | "paid-within-plain" => format!("<div class=cards>{}</div>", boxes(false, false, &none)),
        "counts" => groups(after, &|n| format!(" ({n})")),
        "bare-counts" => groups(after, &|n| format!(" {n}")),
        "open" => boxes(false, true, &turns("<p>Abierto ahora</p>", "<p>Cerrado</p>")),
        "open-until" => boxes(false, true, &turns("<p>Open now · Closes 20:00</p>", "<p>Closed</p>")),
        "open-comes" => cards(&some(2, ("", "<p>Abierto ahora</p>"))),
        other => panic!("{other}"),
    };
    format!(
        "<!doctype html><html lang=es><head><title>Socios</title></head><body><nav><a href=/a>Inicio</a> <a href=/b>Agenda</a></nav><main><h1>Socios</h1>{main}</main>\
         <footer>Asociación</footer></body></html>"
    )
}

/// What was told of a source, in words, and which of its fields say what they should not.
async fn told(world: &Inside, id: &SourceId) -> Vec<String> {
    let changes = world.effects.store.recent_changes(Some(id), 500).await.unwrap();
    let word = |kind: &ChangeKind| match kind {
        ChangeKind::Appeared => "appeared".to_owned(),
        ChangeKind::Gone => "gone".to_owned(),
        ChangeKind::Returned(_) => "returned".to_owned(),
        ChangeKind::Changed(fields) => format!("{fields:?}"),
    };
    let mut told: Vec<String> = changes.iter().filter(|change| !change.baseline).map(|change| word(&change.kind)).collect();
    told.sort();
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_site_does_to_its_list_is_no_news_of_its_members() {
    let after = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&after);
    let server = Server::start(move |seen| {
        let case = seen.path.trim_start_matches('/').trim_start_matches("twice-");
        if case.contains('/') || case.contains('.') { Reply::status(404) } else { Reply::html(shown(case, now.load(Ordering::SeqCst))) }
    });
    let cases: [(&str, &[&str], usize); 18] = [
        ("numbers-come", &[], 12),
        ("signs-come", &[], 12),
        ("numbers-go", &[], 12),
        ("numbers-move", &["appeared"], 13),
        ("names-numbered", &["appeared"], 13),
        ("badge", &[], 12),
        ("badge-before", &[], 12),
        ("badge-english", &[], 12),
        ("badges", &[], 12),
        ("paid-first", &[], 12),
        ("paid-first-plain", &[], 12),
        ("paid-within", &[], 12),
        ("paid-within-plain", &[], 12),
        ("counts", &["appeared"], 13),
        ("bare-counts", &["appeared"], 13),
        ("open", &[], 12),
        ("open-until", &[], 12),
        ("open-comes", &[], 12),
    ];
    let settings = |case: &str, confirm: &str| {
        format!(
            "[[source]]\nid = \"{case}\"\nkind = \"directory\"\nurl = \"{}/{case}\"\nevery = \"6h\"\njitter = \"0s\"\nconfirm = \"{confirm}\"\ncountry = \"ES\"\n\n",
            server.address
        )
    };
    // Told at once, and after a second look.
    let both = |(case, ..): &(&str, &[&str], usize)| settings(case, "off") + &settings(&format!("twice-{case}"), "1m");
    let world = Inside::new(&cases.iter().map(both).collect::<String>()).await;
    for pass in 0..8 {
        after.store(pass > 2, Ordering::SeqCst);
        world.visit().await;
        world.wait(SignedDuration::from_hours(7));
    }
    let mut wrong = Vec::new();
    for (name, want, records) in
        cases.iter().flat_map(|(case, want, n)| [(*case).to_owned(), format!("twice-{case}")].map(|id| (id, want, *n)))
    {
        let id: SourceId = name.parse().unwrap();
        let (told, all) = (told(&world, &id).await, world.effects.store.absent(&id, HashSet::new(), 99).await.unwrap());
        // Each says as much as it did.
        let says = |record: &&Record| record.text("phone").is_some() && record.fields.len() == all[0].fields.len();
        let whole = all.iter().filter(says).count();
        if told != **want || all.len() != records || whole != records {
            let fields: Vec<&str> = all.first().map(|record| record.fields.keys().map(FieldName::as_str).collect()).unwrap_or_default();
            wrong.push(format!("{name}: {told:?}, {} records, {whole} whole, {fields:?}", all.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
