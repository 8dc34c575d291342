//! Sites of our own making, read by themselves over several visits.

use jiff::Timestamp;

use super::*;
use crate::base::ids::{ContentHash, SourceId};
use crate::extract::Reader;
use crate::model::{Field, RecordKind};

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
        detail_wanted: false,
    }
}

impl Memory {
    fn visit(&mut self, reader: &Reader, body: &str) -> Extract {
        let page = url("list");
        let html = format!(
            "<html><body><header><a href=/>Home</a> <a href='tel:+34910000000'>+34 910 000 000</a></header><nav><ul><li><a href=/a>About</a>\
             <li><a href=/b>News</a><li><a href=/c>Contact</a></ul></nav><main><h1>Companies</h1>{body}</main></body></html>"
        );
        let input = Input {
            bytes: html.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            url: &page,
            now: Timestamp::UNIX_EPOCH,
            expired: &|| false,
        };
        let known = Known { learned: self.learned.as_ref(), records: &self.records };
        let extract = reader.read_knowing(&input, &known).unwrap();
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
        extract
    }
}

/// Key, name, place, industry and people of each record.
fn told(extract: &Extract) -> Vec<(String, Vec<String>)> {
    let text = |draft: &Draft, name: &str| draft.value(name).map(Value::text).unwrap_or_default();
    let fields = ["name", "place", "industry", "size", "price"];
    extract.records.iter().map(|draft| (draft.key.clone(), fields.iter().map(|name| text(draft, name)).collect())).collect()
}

/// A card of the directory in one of its layouts.
fn cards(class: &str, card: impl Fn(usize, &(&str, &str, &str, &str)) -> String) -> String {
    let all: String = MAKERS.iter().enumerate().map(|(n, maker)| format!("<li class={class}>{}</li>", card(n, maker))).collect();
    format!("<ul class=list>{all}</ul>")
}

fn plain(class: &str) -> String {
    cards(class, |n, (name, place, sector, people)| {
        format!(
            "<h2><a href=/company/{n}>{name}</a></h2><p class={class}-s>{sector}</p><p class={class}-t>{place}</p><p class={class}-p>Employees: {people}</p><span class={class}-m>{n}2,50 €</span>"
        )
    })
}

#[test]
fn a_directory_and_its_fields() {
    let mut memory = Memory::default();
    let extract = memory.visit(&reader("directory", "fields = { place = 'column_1' }"), &plain("c"));
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

/// Twelve ways in which a site changes its pages: either the same records come out, or what broke is named.
#[test]
fn a_new_layout_reads_alike_or_says_what_is_lost() {
    type Layout = (&'static str, Option<&'static str>, fn() -> String);
    let layouts: [Layout; 12] = [
        ("renamed classes", None, || plain("item-x9")),
        ("no classes", None, || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<h2><a href=/company/{n}>{name}</a></h2><p>{sector}</p><p>{place}</p><p>Employees: {people}</p><span>{n}2,50 €</span>"
                )
            })
        }),
        ("swapped columns", None, || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{place}</p><p class=c-t>{sector}</p><p class=c-p>Employees: {people}</p><span class=c-m>{n}2,50 €</span>"
                )
            })
        }),
        ("a wrapper more", None, || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<div class=w><div class=i><h2><a href=/company/{n}>{name}</a></h2></div><div><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p><span class=c-m>{n}2,50 €</span></div></div>"
                )
            })
        }),
        ("a removed field", Some("price"), || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p>"
                )
            })
        }),
        ("another order of the fields", None, || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<span class=c-m>{n}2,50 €</span><p class=c-t>{place}</p><h2><a href=/company/{n}>{name}</a></h2><p class=c-p>Employees: {people}</p><p class=c-s>{sector}</p>"
                )
            })
        }),
        ("a table", None, || {
            let rows: String = MAKERS
                .iter()
                .enumerate()
                .map(|(n, (name, place, sector, people))| {
                    format!("<tr><td><a href=/company/{n}>{name}</a><td>{sector}<td>{place}<td>{people}<td>{n}2,50 €")
                })
                .collect();
            format!("<table><tr><th>Company<th>Sector<th>Town<th>Employees<th>Fee{rows}</table>")
        }),
        ("other addresses", None, || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<h2><a href=/firms/{n}-{}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p><span class=c-m>{n}2,50 €</span>",
                    place.to_lowercase()
                )
            })
        }),
        ("a list that a script fills", Some("list"), || "<ul class=list></ul><script>load()</script>".to_owned()),
        ("words instead of the price", Some("price"), || {
            cards("c", |n, (name, place, sector, people)| {
                format!(
                    "<h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p><span class=c-m>ask us{}</span>",
                    "!".repeat(n % 3)
                )
            })
        }),
        ("an advertisement above", None, || {
            let ads: String = (0..5).map(|n| format!("<div class=ad><a href=https://ads.example/{n}>Rent a forklift {n}</a><p>from {n}9 € a day, delivered to your door within {n} hours</p></div>")).collect();
            format!("<div class=ads>{ads}</div>{}", plain("c"))
        }),
        ("definition list", None, || {
            let all: String = MAKERS
                .iter()
                .enumerate()
                .map(|(n, (name, place, sector, people))| format!("<dt><a href=/company/{n}>{name}</a><dd><em>{sector}</em> <i>{place}</i> <b>Employees: {people}</b> <u>{n}2,50 €</u>"))
                .collect();
            format!("<dl>{all}</dl>")
        }),
    ];
    let reader = reader("directory", "fields = { place = 'column_1' }");
    for (what, lost, layout) in layouts {
        let mut memory = Memory::default();
        let before = told(&memory.visit(&reader, &plain("c")));
        assert_eq!(told(&memory.visit(&reader, &plain("c"))), before, "{what}");
        for round in 0..3 {
            let extract = memory.visit(&reader, &layout());
            let doubt = extract.learned.as_ref().and_then(|learned| learned.doubt.clone());
            match lost {
                None => {
                    assert_eq!(told(&extract), before, "{what}, round {round}");
                    assert_eq!(doubt, None, "{what}");
                }
                Some("list") => {
                    assert!(extract.records.is_empty(), "{what}: {:?}", told(&extract));
                    assert!(doubt.is_some_and(|doubt| doubt.contains("12 records")), "{what}");
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
        assert_eq!(told(&memory.visit(&reader, &plain("c"))), before, "{what}: and back again");
    }
}

#[test]
fn a_field_that_stays_away_is_no_longer_expected() {
    let (reader, mut memory) = (reader("directory", ""), Memory::default());
    memory.visit(&reader, &plain("c"));
    let without = cards("c", |n, (name, place, sector, people)| {
        format!(
            "<h2><a href=/company/{n}>{name}</a></h2><p class=c-s>{sector}</p><p class=c-t>{place}</p><p class=c-p>Employees: {people}</p>"
        )
    });
    for round in 0..USED_TO {
        assert!(memory.visit(&reader, &without).learned.unwrap().doubt.is_some(), "{round}");
    }
    let after = memory.visit(&reader, &without);
    assert_eq!(after.learned.unwrap().doubt, None);
    assert!(!after.records[0].partial);
}

#[test]
fn a_market_tells_offers_from_requests() {
    let ads: String = MAKERS
        .iter()
        .enumerate()
        .map(|(n, (name, place, ..))| {
            let badge = if n % 3 == 0 { "Wanted" } else { "Offer" };
            format!(
                "<div><a href=/ad/{n}>Pallets, lot {n}</a> <b>{badge}</b> <i>{}.000,00 €</i> <em>{name}</em> <u>{place}</u></div>",
                n + 1
            )
        })
        .collect();
    let extract = Memory::default().visit(&reader("listing", ""), &ads);
    assert_eq!(extract.records.len(), 12);
    assert_eq!((extract.records[0].kind, extract.records[1].kind), (RecordKind::Request, RecordKind::Offer));
    let first = &extract.records[0];
    assert_eq!(first.value("company").map(Value::text).as_deref(), Some("Cajas Ebro, S.L."), "{:?}", first.fields);
    assert_eq!(first.value("title").map(Value::text).as_deref(), Some("Pallets, lot 0"));
    assert_eq!(first.value("price").map(Value::text).as_deref(), Some("1000 EUR"));
    assert_eq!(first.detail, None, "a listing asks for no more pages than it must");
}

#[test]
fn the_own_page_of_a_record() {
    let (reader, mut memory) = (reader("directory", ""), Memory::default());
    let mut draft = memory.visit(&reader, &plain("c")).records.remove(0);
    let html = "<header>Call us: <a href='tel:+34910000000'>+34 910 000 000</a></header><main><article><h2>Cajas Ebro, S.L.</h2><p>Makes boxes.</p><dl>\
                <dt>Tax number<dd>B50123457<dt>Region<dd>Aragón<dt>Country<dd>ES<dt>People<dd>14<dt>Telephone<dd><a href='tel:+34976123456'>976 12 34 56</a>\
                <dt>Mail<dd><a href='mailto:compras@cajasebro.es'>write</a><dt>Web<dd><a href='https://www.cajasebro.es/'>www.cajasebro.es</a></dl>\
                </article></main><footer>mail@directory.example</footer>";
    let page = url("/company/0");
    let input =
        Input { bytes: html.as_bytes(), content_type: Some("text/html"), url: &page, now: Timestamp::UNIX_EPOCH, expired: &|| false };
    let known = Known { learned: memory.learned.as_ref(), records: &[] };
    reader.read_detail(&mut draft, &input, &known).unwrap();
    for (field, want) in [
        ("tax_id", "B50123457"),
        ("region", "Aragón"),
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
fn structured_data_says_what_the_list_does_not_show() {
    let things: Vec<String> = MAKERS
        .iter()
        .enumerate()
        .map(|(n, (name, place, ..))| {
            format!(r#"{{"@type":"Organization","name":"{name}","url":"https://directory.example/company/{n}","telephone":"+34 976 12 34 {n:02}","address":{{"addressLocality":"{place}","addressCountry":"ES"}}}}"#)
        })
        .collect();
    let script = format!(r#"<script type="application/ld+json">[{}]</script>"#, things.join(","));
    let names = cards("c", |n, (name, ..)| format!("<h2><a href=/company/{n}>{name}</a></h2><p>since 19{n:02}, member of the chamber</p>"));
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
