//! Sites of our own making, read by themselves over several visits.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::base::ids::{ContentHash, SourceId};
use crate::extract::Reader;
use crate::model::{Draft, Field, OwnPage, RecordKind};

const MAKERS: [(&str, &str, &str, &str); 12] = [
    ("Cajas Ebro, S.L.", "Zaragoza", "Food and drink", "12"),
    ("Envases Duero SA", "Valladolid", "Packaging", "40"),
    ("Huertas del Turia SL", "Valencia", "Food and drink", "85"),
    ("Talleres Miño, S.L.", "Ourense", "Machinery", "7"),
    ("Conservas Nervión SA", "Bilbao", "Food and drink", "130"),
    ("Palés del Segura SL", "Murcia", "Packaging", "22"),
    ("Bodegas Arlanza SA", "Burgos", "Food and drink", "64"),
    ("Moldes Besòs, S.L.", "Badalona", "Machinery", "18"),
    ("Frutas Cinca SL", "Fraga", "Food and drink", "33"),
    ("Cartones Odiel SA", "Huelva", "Packaging", "51"),
    ("Robots Llobregat SL", "Martorell", "Machinery", "95"),
    ("Quesos Tormes, S.L.", "Salamanca", "Food and drink", "15"),
];

fn url(path: &str) -> Url {
    Url::parse("https://directory.example/").unwrap().join(path).unwrap()
}

fn reader(kind: &str, more: &str) -> Reader {
    let spec: Spec = toml::from_str(&format!("kind = '{kind}'\nurl = 'https://directory.example/list'\ncountry = 'ES'\n{more}")).unwrap();
    spec.compile(&about()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn about() -> About {
    About { source: "x".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None }
}

/// What is known between visits.
#[derive(Default)]
struct Memory {
    learned: Option<Learned>,
    records: Vec<Record>,
}

fn record(draft: &Draft) -> Record {
    let source: SourceId = "x".parse().unwrap();
    let now = Timestamp::UNIX_EPOCH;
    let field = |found: &Found| Field { value: found.value.clone(), quote: found.quote.clone(), path: found.path.clone(), first_seen: now };
    Record {
        id: Record::id_of(&source, &draft.key),
        source,
        key: draft.key.clone(),
        kind: draft.kind,
        url: draft.url.clone(),
        fields: draft.fields.iter().map(|(name, found)| (name.clone(), field(found))).collect(),
        content: ContentHash::default(),
        first_seen: now,
        changed: now,
        missing: 0,
        gone: false,
        own_page: OwnPage::Read,
    }
}

impl Memory {
    fn visit(&mut self, reader: &Reader, body: &str) -> Extract {
        self.try_visit(reader, body).unwrap()
    }

    fn try_visit(&mut self, reader: &Reader, body: &str) -> Result<Extract, Failure> {
        let page = url("list");
        let html = format!(
            "<html><body><header><a href=/>Home</a> <a href='tel:+34910000000'>+34 910 000 000</a></header><nav><ul><li><a href=/a>About</a>\
             <li><a href=/b>News</a><li><a href=/c>Contact</a></ul></nav><main><h1>Companies</h1>{body}</main></body></html>"
        );
        let input = Input {
            bytes: html.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            url: &page,
            next: None,
            now: Timestamp::UNIX_EPOCH,
            expired: &|| false,
        };
        let known = Known { learned: self.learned.as_ref(), records: &self.records, names: &[] };
        let extract = reader.read_knowing(&input, &known)?;
        if !extract.records.is_empty() {
            // As the store would have it: what a partial draft leaves out stays.
            let old: HashMap<String, Record> = self.records.drain(..).map(|record| (record.key.clone(), record)).collect();
            self.records = extract
                .records
                .iter()
                .map(|draft| {
                    let mut now = record(draft);
                    if let (true, Some(old)) = (draft.partial, old.get(&draft.key)) {
                        old.fields.iter().for_each(|(name, field)| {
                            now.fields.entry(name.clone()).or_insert_with(|| field.clone());
                        });
                    }
                    now
                })
                .collect();
        }
        self.learned.clone_from(&extract.learned);
        Ok(extract)
    }
}

/// Key, name, place, industry and people of each record.
fn told(extract: &Extract) -> Vec<(String, Vec<String>)> {
    let text = |draft: &Draft, name: &str| draft.value(name).map(Value::text).unwrap_or_default();
    let fields = ["name", "place", "industry", "size", "price"];
    extract.records.iter().map(|draft| (draft.key.clone(), fields.iter().map(|name| text(draft, name)).collect())).collect()
}

/// The makers, each by a template with its `{n}`, `{name}`, `{place}`, `{sector}`, `{people}`.
fn each(template: &str) -> String {
    let one = |(n, (name, place, sector, people)): (usize, &(&str, &str, &str, &str))| {
        let fills = [("{n}", n.to_string().as_str()), ("{name}", name), ("{place}", place), ("{sector}", sector), ("{people}", people)]
            .map(|(key, value)| (key, value.to_owned()));
        fills.iter().fold(template.to_owned(), |text, (key, value)| text.replace(key, value))
    };
    MAKERS.iter().enumerate().map(one).collect()
}

const PLAIN: [&str; 3] = [
    "<ul class=list>",
    "<li class=c><h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p>\
     <span class=c-m>{n}2,50 €</span></li>",
    "</ul>",
];

fn page([before, template, after]: [&str; 3]) -> String {
    format!("{before}{}{after}", each(template))
}

#[test]
fn records_whose_columns_change_places_are_the_same() {
    let person = |n: usize| format!("Anna {}", (b'A' + u8::try_from(n).unwrap()) as char);
    let rows = |of: &dyn Fn(usize, &str, &str) -> String| -> String {
        let row = |(n, (name, place, ..)): (usize, &(&str, &str, &str, &str))| format!("<tr>{}</tr>", of(n, name, place));
        MAKERS.iter().enumerate().map(row).collect::<Vec<_>>().concat()
    };
    let headed = |head: &str, of: &dyn Fn(usize, &str, &str) -> String| format!("<table><tr>{head}</tr>{}</table>", rows(of));
    let bare = |of: &dyn Fn(usize, &str, &str) -> String| format!("<table>{}</table>", rows(of));
    for (before, after) in [
        (
            headed("<th>Firma<th>Ort<th>Ansprechpartner", &|n, name, place| format!("<td>{name}<td>{place}<td>{}", person(n))),
            headed("<th>Ort<th>Ansprechpartner<th>Firma", &|n, name, place| format!("<td>{place}<td>{}<td>{name}", person(n))),
        ),
        (
            headed("<th>Firma<th>Ort<th>Kürzel", &|n, name, place| format!("<td>{name}<td>{place}<td>K{n}x")),
            headed("<th>Kürzel<th>Sonst<th>Eintrag", &|n, name, _| format!("<td>Kürzel K{n}x<td>und {n}<td>{name}")),
        ),
        (
            bare(&|n, name, place| format!("<td>{name}<td>{place}<td>94 521 44 {}", n + 10)),
            bare(&|n, name, place| {
                format!("<td>{n}<td>{}<td>94 521 44 {}<td>{place}<td>{name}", if n % 2 == 0 { "★" } else { "" }, n + 10)
            }),
        ),
    ] {
        let (reader, mut memory) = (reader("directory", "detail = 'off'"), Memory::default());
        let keys = |extract: &Extract| extract.records.iter().map(|draft| draft.key.clone()).collect::<Vec<_>>();
        let first = memory.visit(&reader, &before);
        assert_eq!(first.records.len(), 12);
        // Known by their names once, they are so at every later visit.
        for _ in 0..2 {
            let again = memory.visit(&reader, &after);
            assert_eq!(keys(&again), keys(&first), "{after}");
            let name = |extract: &Extract| extract.records[0].value("name").map(Value::text);
            assert_eq!(name(&again), name(&first), "{after}");
        }
    }
}

#[test]
fn what_stands_in_another_layout_keeps_its_key() {
    let keys = |extract: &Extract| extract.records.iter().map(|draft| draft.key.clone()).collect::<BTreeSet<_>>();
    let gold = |some: std::ops::Range<usize>| {
        let card = |n: usize| {
            format!(
                "<div class=g><img src=/{n}.png><h2><a href=/company/{n}>{}</a></h2><p>Gold since 2020, with much to say.</div>",
                MAKERS[n].0
            )
        };
        let row = |n: usize| format!("<li><a href=/company/{n}>{}</a> <span>{}</span></li>", MAKERS[n].0, MAKERS[n].1);
        let rest = (0..12).filter(|n| !some.contains(n)).map(row).collect::<String>();
        let cards = some.clone().map(card).collect::<String>();
        if cards.is_empty() { format!("<ul>{rest}</ul>") } else { format!("<div>{cards}</div><ul>{rest}</ul>") }
    };
    for (before, after) in [(gold(0..0), gold(0..3)), (gold(0..3), gold(2..6)), (gold(0..0), gold(4..5)), (gold(0..0), gold(7..9))] {
        let (reader, mut memory) = (reader("directory", "detail = 'off'"), Memory::default());
        let first = keys(&memory.visit(&reader, &before));
        let second = keys(&memory.visit(&reader, &after));
        assert!(first.is_subset(&second), "{after}: {first:#?} {second:#?}");
    }
}

#[test]
fn a_directory_and_its_fields() {
    let mut memory = Memory::default();
    let extract = memory.visit(&reader("directory", "fields = { place = 'column_1' }"), &page(PLAIN));
    assert_eq!(extract.records.len(), 12, "{:?}", extract.bad);
    let first = &extract.records[0];
    assert_eq!((first.kind, first.key.as_str()), (RecordKind::Company, "https://directory.example/company/0"));
    assert_eq!(first.detail, Some(url("/company/0")));
    for (field, want) in [
        ("name", "Cajas Ebro, S.L."),
        ("industry", "Food and drink"),
        ("place", "Zaragoza"),
        ("size", "12"),
        ("price", "2.5 EUR"),
        ("url", "https://directory.example/company/0"),
    ] {
        assert_eq!(first.value(field).map(Value::text).as_deref(), Some(want), "{field}: {:?}", first.fields);
    }
    let learned = memory.learned.unwrap();
    assert_eq!((learned.doubt, learned.own.len(), learned.fields.len()), (None, 1, 6), "{:?}", learned.fields);
}

const LIST: (&str, &str) = ("<ul class=list>", "</ul>");
const NO_PRICE: &str = "<li class=c><h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p></li>";

/// Twelve ways in which a site changes its pages, and what is lost by them.
const LAYOUTS: [(&str, Option<&str>, [&str; 3]); 12] = [
    (
        "renamed classes",
        None,
        [
            LIST.0,
            "<li class=x9><h2 class=q><a href=/company/{n}>{name}</a></h2><p class=x9-a>{sector}</p><p class=x9-b>{place}</p><p class=x9-c>Employees: \
             {people}</p><span class=x9-d>{n}2,50 €</span></li>",
            LIST.1,
        ],
    ),
    (
        "no classes",
        None,
        [
            LIST.0,
            "<li><h2><a href=/company/{n}>{name}</a></h2><p>{sector}</p><p>{place}</p><p>Employees: {people}</p><span>{n}2,50 €</span></li>",
            LIST.1,
        ],
    ),
    (
        "swapped columns",
        None,
        [
            LIST.0,
            "<li class=c><h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{place}</p><p class=c-t>{sector}</p><p class=c-p>Employees: {people}</p>\
             <span class=c-m>{n}2,50 €</span></li>",
            LIST.1,
        ],
    ),
    (
        "a wrapper more",
        None,
        [
            LIST.0,
            "<li class=c><div class=w><div class=i><h2><a href=/company/{n}>{name}</a></h2></div><div><p class=c-s>{sector}</p><p class=c-t>{place}</p>\
             <p class=c-p>Employees: {people}</p><span class=c-m>{n}2,50 €</span></div></div></li>",
            LIST.1,
        ],
    ),
    ("a removed field", Some("price"), [LIST.0, NO_PRICE, LIST.1]),
    (
        "another order of the fields",
        None,
        [
            LIST.0,
            "<li class=c><span class=c-m>{n}2,50 €</span><p class=c-t>{place}</p><h2><a href=/company/{n}>{name}</a></h2><p class=c-p>Employees: \
             {people}</p><p class=c-s>{sector}</p></li>",
            LIST.1,
        ],
    ),
    (
        "a table",
        None,
        [
            "<table><tr><th>Company<th>Sector<th>Town<th>Employees<th>Fee",
            "<tr><td><a href=/company/{n}>{name}</a><td>{sector}<td>{place}<td>{people}<td>{n}2,50 €",
            "</table>",
        ],
    ),
    (
        "other addresses",
        None,
        [
            LIST.0,
            "<li class=c><h2><a href=/firms/{people}-{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p>\
             <span class=c-m>{n}2,50 €</span></li>",
            LIST.1,
        ],
    ),
    ("a list that a script fills", Some("list"), ["<ul class=list></ul><script>load()</script>", "", ""]),
    (
        "words instead of the price",
        Some("price"),
        [
            LIST.0,
            "<li class=c><h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p>\
             <span class=c-m>ask {name}</span></li>",
            LIST.1,
        ],
    ),
    (
        "an advertisement above",
        None,
        [
            "<div class=ads><div class=ad><a href=https://ads.example/1>Rent a forklift</a><p>from 19 € a day, delivered to your door at once</div>\
             <div class=ad><a href=https://ads.example/2>Rent a truck</a><p>from 29 € a day, delivered to your door within a day</div>\
             <div class=ad><a href=https://ads.example/3>Rent a crane</a><p>from 39 € a day, delivered to your door this week</div></div><ul class=list>",
            PLAIN[1],
            "</ul>",
        ],
    ),
    (
        "definition list",
        None,
        [
            "<dl>",
            "<dt><a href=/company/{n}>{name}</a><dd><em>{sector}</em> <i>{place}</i> <b>Employees: {people}</b> <u>{n}2,50 €</u>",
            "</dl>",
        ],
    ),
];

#[test]
fn a_new_layout_reads_alike_or_says_what_is_lost() {
    let reader = reader("directory", "fields = { place = 'column_1' }");
    for (what, lost, layout) in LAYOUTS {
        let mut memory = Memory::default();
        let before = told(&memory.visit(&reader, &page(PLAIN)));
        assert_eq!(told(&memory.visit(&reader, &page(PLAIN))), before, "{what}");
        for round in 0..3 {
            let extract = match memory.try_visit(&reader, &page(layout)) {
                Err(failure) => {
                    assert_eq!(lost, Some("list"), "{what}: {failure}");
                    assert!(failure.to_string().contains("12 records"), "{what}: {failure}");
                    continue;
                }
                Ok(extract) => extract,
            };
            let doubt = extract.learned.as_ref().and_then(|learned| learned.doubt.clone());
            match lost {
                None => {
                    assert_eq!(told(&extract), before, "{what}, round {round}");
                    assert_eq!(doubt, None, "{what}");
                }
                Some(field) => {
                    let doubt = doubt.unwrap_or_default();
                    assert!(doubt.contains(&format!("`{field}` was in 100 %")) && doubt.contains("2,50"), "{what}: {doubt}");
                    assert!(extract.records.iter().all(|draft| draft.partial), "{what}");
                    let same = |all: Vec<(String, Vec<String>)>| -> Vec<(String, Vec<String>)> {
                        all.into_iter().map(|(key, fields)| (key, fields[..4].to_vec())).collect()
                    };
                    assert_eq!(same(told(&extract)), same(before.clone()), "{what}");
                }
            }
        }
        assert_eq!(told(&memory.visit(&reader, &page(PLAIN))), before, "{what}: and back again");
    }
}

/// The last page of a list may have one record, and its menu more entries than that.
#[test]
fn a_short_page_is_read_like_the_others() {
    let reader = reader("directory", "");
    let led = [
        LIST.0,
        "<li><h2><a href=/company/{n}>{name}</a></h2><p>Sector: {sector}</p><p>Employees: {people}</p><p>Hidden gem: {place}</p></li>",
        LIST.1,
    ];
    for (layout, one) in [(PLAIN, "c"), (LAYOUTS[6].2, ""), (led, "captions")] {
        let mut memory = Memory::default();
        memory.visit(&reader, &page(layout));
        let last = Memory { learned: memory.learned.clone(), records: Vec::new() }.visit(
            &reader,
            &format!(
                "{}{}{}",
                layout[0],
                layout[1]
                    .replace("{n}", "99")
                    .replace("{name}", "Aceros Tambre SL")
                    .replace("{place}", "Noia")
                    .replace("{sector}", "Metal")
                    .replace("{people}", "9"),
                layout[2]
            ),
        );
        let names: Vec<_> = last.records.iter().map(|draft| draft.value("name").map(Value::text)).collect();
        assert_eq!(names, [Some("Aceros Tambre SL".to_owned())], "{one}: {:?}", last.bad);
        assert_eq!(last.records[0].value("industry").map(Value::text).as_deref(), Some("Metal"), "{:?}", last.records[0].fields);
        let values: Vec<String> = last.records[0].fields.values().map(|found| found.value.text()).collect();
        assert!(!values.iter().any(|value| value.contains(": ") && !value.contains("//")), "{one}: {values:?}");
        let mut behind = Memory { learned: memory.learned.clone(), records: Vec::new() };
        let end = behind.try_visit(&reader, "<p>No more companies</p>").unwrap();
        assert!(end.records.is_empty() && end.bad.is_empty() && end.whole, "behind the last page there may be an empty one");
        assert!(memory.try_visit(&reader, "<p>Sorry, we are back at noon</p>").is_err(), "a page without its list is not an empty list");
    }
}

#[test]
fn a_field_that_stays_away_is_no_longer_expected() {
    let (reader, mut memory) = (reader("directory", ""), Memory::default());
    memory.visit(&reader, &page(PLAIN));
    let without = page([LIST.0, NO_PRICE, LIST.1]);
    for round in 0..USED_TO {
        assert!(memory.visit(&reader, &without).learned.unwrap().doubt.is_some(), "{round}");
    }
    let after = memory.visit(&reader, &without);
    assert_eq!(after.learned.unwrap().doubt, None);
    assert!(!after.records[0].partial);
}

/// Each page of a paged list is read by itself, and may be short.
#[test]
fn a_short_page_that_loses_a_field_altogether_keeps_what_was_known() {
    let row = |n: usize, last: &str| {
        let (name, place, ..) = MAKERS[n];
        format!("<div class=s><div class=a><a href=/company/{n}>{name}</a></div><div class=b>{place}</div><div class=c>{last}</div></div>")
    };
    let of = |count: usize, last: &dyn Fn(usize) -> String| (0..count).map(|n| row(n, &last(n))).collect::<String>();
    let (phone, none) = (|n: usize| format!("Tel. 947 50 02 {n}1"), |_: usize| "Contactar".to_owned());
    for (before, after) in [(6, 6), (6, 5), (4, 4)] {
        let (reader, mut memory) = (reader("directory", ""), Memory::default());
        let first = memory.visit(&reader, &of(before, &phone));
        assert_eq!(first.records.iter().filter(|draft| draft.value("phone").is_some()).count(), before);
        let then = memory.visit(&reader, &of(after, &none));
        let doubt = then.learned.clone().unwrap().doubt.unwrap_or_else(|| panic!("{before} {after}: {:?}", told(&then)));
        assert!(doubt.contains("`phone`") && then.records.iter().all(|draft| draft.partial), "{doubt}");
    }
}

#[test]
fn what_a_vacancy_pays_is_no_price() {
    let ads = each("<div><a href=/job/{n}>Welder, shift {n}</a> <i>1{n}.000,00 €</i> <em>{name}</em> <u>{place}</u></div>");
    for (records, field, other) in [("vacancy", "salary", "price"), ("offer", "price", "salary")] {
        let extract = Memory::default().visit(&reader("listing", &format!("records = '{records}'")), &ads);
        let first = &extract.records[0];
        assert!(first.value(field).is_some() && first.value(other).is_none(), "{records}: {:?}", first.fields);
    }
}

#[test]
fn a_market_tells_offers_from_requests() {
    let ads = each("<div><a href=/ad/{n}>Pallets, lot {n}</a> <b>Offer</b> <i>1{n}.000,00 €</i> <em>{name}</em> <u>{place}</u></div>");
    let ads = ads.replacen("<b>Offer", "<b>Wanted", 1);
    let extract = Memory::default().visit(&reader("listing", ""), &ads);
    assert_eq!(extract.records.len(), 12);
    assert_eq!((extract.records[0].kind, extract.records[1].kind), (RecordKind::Request, RecordKind::Offer));
    let first = &extract.records[0];
    assert_eq!(first.value("company").map(Value::text).as_deref(), Some("Cajas Ebro, S.L."), "{:?}", first.fields);
    assert_eq!(first.value("title").map(Value::text).as_deref(), Some("Pallets, lot 0"));
    assert_eq!(first.value("price").map(Value::text).as_deref(), Some("10000 EUR"));
    assert_eq!(first.detail, None, "a listing asks for no more pages than it must");
}

#[test]
fn the_own_page_of_a_record() {
    let (reader, mut memory) = (reader("directory", ""), Memory::default());
    let mut draft = memory.visit(&reader, &page(PLAIN)).records.remove(0);
    let html = "<header>Call us: <a href='tel:+34910000000'>+34 910 000 000</a></header><main><article><h2>Cajas Ebro, S.L.</h2><p>Makes boxes.</p><dl>\
                <dt>Tax number<dd>B50123457<dt>Provincia<dd>Huesca<dt>Comunidad<dd>Aragón<dt>Country<dd>ES<dt>People<dd>14<dt>Telephone<dd><a href='tel:+34976123456'>976 12 34 56</a>\
                <dt>Mail<dd><a href='mailto:compras@cajasebro.es'>write</a><dt>Web<dd><a href='https://www.cajasebro.es/'>cajasebro.es</a></dl>\
                </article></main><footer>mail@directory.example</footer>";
    let page = url("/company/0");
    let input = Input {
        bytes: html.as_bytes(),
        content_type: Some("text/html"),
        url: &page,
        next: None,
        now: Timestamp::UNIX_EPOCH,
        expired: &|| false,
    };
    let site = memory.learned.as_ref().map(|learned| learned.own.clone()).unwrap_or_default();
    draft = reader.read_own(&draft, &input, &Known::default()).unwrap().complete(&site);
    for (field, want) in [
        ("tax_id", "B50123457"),
        ("region", "Huesca"),
        ("region_2", "Aragón"),
        ("country", "ES"),
        ("phone", "+34976123456"),
        ("email", "compras@cajasebro.es"),
        ("website", "https://www.cajasebro.es/"),
        ("size", "12"),
    ] {
        assert_eq!(draft.value(field).map(Value::text).as_deref(), Some(want), "{field}: {:?}", draft.fields);
    }
}

#[test]
fn a_link_that_leads_back_to_the_list_says_nothing_of_a_record() {
    let reader = reader("directory", "");
    let list = (1..9)
        .map(|n| format!("<li class=m><h3><a href=/go?id={n}>Talleres {n}x, S.L.</a></h3><p>Tel. 976 12 34 0{n}</p></li>"))
        .collect::<Vec<_>>()
        .concat();
    let list = format!("<title>Members</title><h1>Members</h1><ul>{list}</ul>");
    let own = "<title>Talleres 4x</title><h1>Talleres 4x, S.L.</h1><p>Tel. 976 12 34 99</p><aside>Talleres 1x, S.L.</aside>";
    let names: Vec<String> = (1..9).map(|n| format!("Talleres {n}x, S.L.")).collect();
    let beside = names.iter().map(|name| format!("<li>{name}</li>")).collect::<Vec<_>>().concat();
    for (html, phone) in [
        (list.clone(), None),
        ("<title>Not found</title><h1>Nothing is here</h1><p>Call us: 976 12 34 99</p>".to_owned(), None),
        (own.to_owned(), Some("+34976123499")),
        (format!("{own}<ul>{beside}</ul>"), Some("+34976123499")),
    ] {
        let mut draft = Memory::default().visit(&reader, &list).records[3].clone();
        draft.fields.remove("phone");
        let page = url("/go?id=4");
        let (bytes, now) = (html.as_bytes(), Timestamp::UNIX_EPOCH);
        let input = Input { bytes, content_type: Some("text/html"), url: &page, next: None, now, expired: &|| false };
        draft = reader.read_own(&draft, &input, &Known { learned: None, records: &[], names: &names }).unwrap().complete(&[]);
        assert_eq!(draft.value("phone").map(Value::text).as_deref(), phone, "{html}");
        assert_eq!(draft.partial, phone.is_none(), "{html}");
    }
}

#[test]
fn a_page_to_which_several_records_lead_is_nobodys_own() {
    let reader = reader("directory", "");
    let page = |href: &dyn Fn(usize) -> String| {
        let member = |n: usize| {
            format!("<li class=m><h3><a href=\"{}\">Talleres {n}x, S.L.</a></h3><p>Soria</p><p>Tel. 976 12 34 0{n}</p></li>", href(n))
        };
        format!("<title>Members</title><h1>Members</h1><ul>{}</ul>", (1..9).map(member).collect::<String>())
    };
    for (what, href, own) in [
        ("each its own", &(|n: usize| format!("/m/{n}")) as &dyn Fn(usize) -> String, 8),
        ("one page", &|_: usize| "/sheet".to_owned(), 0),
        ("places on one page", &|n: usize| format!("/sheet#m{n}"), 0),
        ("the home page", &|_: usize| "/".to_owned(), 0),
        ("two of one house", &|n: usize| format!("/m/{}", n.max(2)), 6),
    ] {
        let records = Memory::default().visit(&reader, &page(href)).records;
        assert_eq!(records.len(), 8, "{what}");
        assert_eq!(records.iter().filter(|draft| draft.detail.is_some()).count(), own, "{what}");
        assert!(records.iter().all(|draft| !draft.partial), "{what}");
    }
}

#[test]
fn structured_data_says_what_the_list_does_not_show() {
    let things: Vec<String> = MAKERS
        .iter()
        .enumerate()
        .map(|(n, (name, place, ..))| {
            format!(r#"{{"@type":"Organization","name":"{name}","url":"https://directory.example/company/{n}","telephone":"+34 976 12 34 {n:02}","address":{{"addressLocality":"{place}","addressCountry":"ES"}}}}"#)
        })
        .collect();
    let script = format!(r#"<script type="application/ld+json">[{}]</script>"#, things.join(","));
    let names = page([LIST.0, "<li><h2><a href=/company/{n}>{name}</a></h2><p>since 19{people}, member of the chamber</p></li>", LIST.1]);
    let shown = Memory::default().visit(&reader("directory", ""), &format!("{script}{names}"));
    let hidden = Memory::default().visit(&reader("directory", ""), &script);
    for extract in [shown, hidden] {
        assert_eq!(extract.records.len(), 12);
        let first = &extract.records[0];
        assert_eq!(first.value("phone").map(Value::text).as_deref(), Some("+34976123400"));
        assert_eq!(first.value("place").map(Value::text).as_deref(), Some("Zaragoza"));
        assert_eq!(first.key, "https://directory.example/company/0");
    }
}

#[test]
fn what_structured_data_call_a_vacancy_is_one_and_its_organisation_has_its_own_site() {
    let job = |n: usize| {
        format!(
            r#"{{"@type":"JobPosting","title":"Welder {n}","url":"/job/{n}","hiringOrganization":{{"name":"Taller {n}","url":"/employer/{n}","sameAs":["https://www.linkedin.com/company/{n}","https://taller{n}.example/"]}}}}"#
        )
    };
    let script = format!(r#"<script type="application/ld+json">[{}]</script>"#, (1..=4).map(job).collect::<Vec<_>>().join(","));
    let extract = Memory::default().visit(&reader("listing", ""), &script);
    let first = &extract.records[0];
    assert_eq!((extract.records.len(), first.kind), (4, RecordKind::Vacancy), "{extract:?}");
    for (field, want) in [("title", "Welder 1"), ("company", "Taller 1"), ("website", "https://taller1.example/")] {
        assert_eq!(first.value(field).map(Value::text).as_deref(), Some(want), "{field}: {:?}", first.fields);
    }
    let said = Memory::default().visit(&reader("listing", "records = 'offer'\nkinds = { x = 'request' }"), &script);
    assert_eq!(said.records[0].kind, RecordKind::Offer, "the settings say what they are");
}

#[test]
fn settings_that_cannot_be() {
    for (more, key, says) in [
        ("fields = { name = 'h2' }", "record", "found by themselves"),
        ("fields = { name = '.x' }", "record", "found by themselves"),
        ("next = 'a.next'", "next", "found by itself"),
        ("detail = 'h2 a @href'", "detail", "`found`"),
    ] {
        let spec: Spec = toml::from_str(&format!("kind = 'directory'\nurl = 'https://directory.example/list'\n{more}")).unwrap();
        let faults = spec.compile(&about()).err().unwrap_or_default();
        assert!(faults.iter().any(|fault| fault.key == key && fault.expected.contains(says)), "{more}: {faults:?}");
    }
}

#[test]
fn a_map_and_a_network_are_nobodys_site() {
    let map = "<a href='https://maps.google.com/?q={n}'>Cómo llegar</a>";
    let network = "<a href='https://www.facebook.com/x{n}'>Facebook</a>";
    let site = "<a href='https://www.maker{n}.example/'>Web</a>";
    for (links, want) in [
        (map.to_owned(), None),
        (network.to_owned(), None),
        (format!("{map} {network} {site}"), Some("https://www.maker3.example/")),
        (format!("{site} <a href='https://goo.gl/maps/x{{n}}'>Mapa</a>"), Some("https://www.maker3.example/")),
    ] {
        for name in ["{name}", "<a href=/m/{n}>{name}</a>"] {
            let html = each(&format!("<div class=c><h3>{name}</h3><p>{{place}}</p><p>{{sector}}</p><p>{links}</p></div>"));
            let extract = Memory::default().visit(&reader("directory", ""), &html);
            let found = extract.records[3].value("website").map(Value::text);
            assert_eq!((extract.records.len(), found.as_deref()), (12, want), "{html}");
        }
    }
}

#[test]
fn a_number_that_was_read_as_a_person_once_is_a_telephone() {
    let list =
        format!("<ul>{}</ul>", each("<li><h2><a href=/company/{n}>{name}</a></h2><p>{sector}</p><p>Contact: 947 20 03 3{n}</p></li>"));
    let (reader, mut memory) = (reader("directory", ""), Memory::default());
    let phones = |extract: &Extract| extract.records.iter().filter_map(|draft| draft.value("phone")).count();
    let first = memory.visit(&reader, &list);
    assert!(phones(&first) > 4, "{:?}", first.records[0].fields);
    // As an older version stored it.
    let person = FieldName::new("person");
    for record in &mut memory.records {
        let Some(phone) = record.fields.remove("phone") else { continue };
        record.fields.insert(person.clone(), Field { value: Value::Text(phone.quote.clone()), ..phone });
    }
    let fields = memory.learned.iter_mut().flat_map(|learned| &mut learned.fields);
    fields.filter(|field| field.name.as_str() == "phone").for_each(|field| field.name = person.clone());
    let then = memory.visit(&reader, &list);
    assert_eq!(phones(&then), phones(&first), "{:?}", then.records[0].fields);
    assert!(then.records.iter().all(|draft| draft.value("person").is_none()), "{:?}", then.records[0].fields);
}
