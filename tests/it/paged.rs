//! APIs that give their records in pages: what `source add` finds of them, writes, and says where it finds no further page; and what follows them then.

use std::process::Output;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use atalaya::web::{Answer, Question};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::rig::{Home, Inside, Reply, Seen, Server};
use crate::tenders::ask;

/// Records of all pages, and of one.
const ALL: u32 = 8;
const ONE: u32 = 3;

fn records(from: u32) -> Vec<Value> {
    (from..=ALL.min(from + ONE - 1))
        .map(|n| json!({ "id": n, "title": format!("Pallets, lot {n}"), "price": { "amount": n, "currency": "EUR" } }))
        .collect()
}

fn number(seen: &Seen, name: &str, first: u32) -> u32 {
    let value = seen.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.map_or(first, |value| value.parse().unwrap())
}

fn answer(body: &Value, headers: &[(&'static str, String)]) -> Reply {
    let headers = [&[("content-type", "application/json".to_owned())], headers].concat();
    Reply { status: 200, headers, body: body.to_string().into() }
}

fn site() -> Server {
    Server::start(|seen| {
        let (page, zero) = (number(seen, "page", 1), number(seen, "page", 0));
        let pages = ALL.div_ceil(ONE);
        let listed = records((page - page.min(1)) * ONE + 1);
        let more = (page < pages).then_some(page + 1);
        match seen.path.as_str() {
            "/spring" => {
                let last = zero + 1 >= pages;
                let body = json!({ "content": records(zero * ONE + 1), "number": zero, "size": ONE, "totalElements": ALL, "totalPages": pages, "last": last });
                answer(&body, &[])
            }
            "/number" => answer(&json!({ "items": listed, "pagination": { "page": page, "next_page": more } }), &[]),
            "/laravel" => answer(&json!({ "data": listed, "meta": { "current_page": page, "last_page": pages } }), &[]),
            "/hal" => {
                let next = more.map(|more| json!({ "href": format!("/hal?page={more}") }));
                answer(&json!({ "items": listed, "links": { "next": next } }), &[])
            }
            "/links" => {
                let next = more.map(|more| json!({ "rel": "next", "href": format!("?page={more}") }));
                answer(&json!({ "items": listed, "links": [json!({ "rel": "self", "href": "/links" }), next.unwrap_or_default()] }), &[])
            }
            "/head" => {
                let next = more.map(|more| ("link", format!("</head?page={more}>; rel=\"next\", </head?page={pages}>; rel=\"last\"")));
                answer(&json!(listed), &next.into_iter().collect::<Vec<_>>())
            }
            "/bare" => answer(&json!(listed), &[]),
            "/offset" => answer(&json!(records(number(seen, "offset", 0) + 1)), &[("x-total-count", ALL.to_string())]),
            "/closed" => answer(&json!(records(1)), &[("x-total-count", "23".to_owned())]),
            // As WordPress gives them: 400 after the last.
            "/wp" => {
                let post = |record: &Value| json!({ "id": record["id"], "type": "post", "link": format!("/post/{}", record["id"]), "title": { "rendered": record["title"] } });
                let posts: Vec<Value> = listed.iter().map(post).collect();
                let next = more.map(|more| ("link", format!("</wp?page={more}>; rel=\"next\"")));
                if posts.is_empty() { Reply::status(400) } else { answer(&json!(posts), &next.into_iter().collect::<Vec<_>>()) }
            }
            "/nameless" => answer(&json!([{ "id": 1, "a": "x" }, { "id": 2, "a": "y" }, { "id": 3, "a": "z" }]), &[]),
            "/many" => answer(&json!({ "items": listed, "page": page, "total": 300 }), &[]),
            _ => Reply::status(404),
        }
    })
}

fn words(output: &Output) -> String {
    [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat()
}

#[test]
fn every_way_of_paging_is_found_written_and_followed() {
    let (site, home) = (site(), Home::new(""));
    for (path, want) in [
        ("spring", "paging = { count = \".totalPages\", param = \"page\", start = 0 }"),
        ("number", "paging = { page = \".pagination.next_page\", param = \"page\" }"),
        ("laravel", "paging = { page = \".meta.last_page\", param = \"page\" }"),
        ("hal", "paging = { next = \".links.next.href\" }"),
        ("links", "paging = { next = '.links[] | select(.rel == \"next\") | .href' }"),
        ("head", "paging = { link = true }"),
        ("wp", "records = \"article\"   # what they are\npaging = { link = true }"),
        ("bare?page=1", "paging = { param = \"page\" }"),
        ("offset", "paging = { param = \"offset\", start = 0, step = 3 }"),
    ] {
        let id = path.split('?').next().unwrap();
        let added = home.json(&["source", "add", &format!("{}/{path}", site.address), "--id", id, "--yes"]);
        let toml = added["chosen"]["toml"].as_str().unwrap();
        let commented = toml.lines().any(|line| line.starts_with("paging") && line.contains("   # how the next page is asked for"));
        assert!(
            commented && (toml.contains(want) || toml.contains(&want.replace('\'', "\"").replace("\"next\"", "\\\"next\\\""))),
            "{path}: {toml}"
        );
        let unsure = added["chosen"]["unsure"].to_string();
        assert!(!unsure.contains("further pages"), "{path}: {unsure}");
        assert!(home.run(&["config", "check"]).status.success());
        let check = home.json(&["check", id, "--pages", "9"]);
        assert_eq!(check["records"].as_array().map(Vec::len), Some(ALL as usize), "{path}: {check}");
        assert!(check["failure"].is_null(), "{path}: {check}");
    }
}

/// An advertisement as APIs of other languages write it: list, record, and what stands beside the list of page `page` of `pages`.
fn abroad(path: &str, n: u32) -> Value {
    match path {
        "/es" => {
            json!({ "titulo": format!("Palets usados, lote {n}"), "empresa": { "nombre": format!("Maderas {n} S.L.") }, "fecha_publicacion": "2026-11-20",
            "enlace": format!("/anuncio/{n}"), "precio": n * 100, "moneda": "EUR" })
        }
        "/de" => json!({ "nummer": n, "bezeichnung": format!("Gebrauchte Paletten, Los {n}"), "firma": format!("Holz {n} GmbH"),
            "veroeffentlichungsdatum": "20.11.2026", "verweis": format!("/inserat/{n}"), "preis": format!("{n}00,00 €") }),
        "/fr" => {
            json!({ "intitule": format!("Palettes, lot {n}"), "entreprise": { "nom": format!("Bois {n} SARL") }, "datePublication": "2026-11-20",
            "lien": format!("/annonce/{n}"), "prix": format!("{n}00 €") })
        }
        "/it" => {
            json!({ "titolo": format!("Pallet usati, lotto {n}"), "azienda": { "nome": format!("Legno {n} Srl") }, "dataPubblicazione": "2026-11-20",
            "collegamento": format!("/annuncio/{n}"), "prezzo": { "importo": n * 100, "valuta": "EUR" } })
        }
        "/pt" => {
            json!({ "título": format!("Paletes usadas, lote {n}"), "empresa": { "nome": format!("Madeiras {n} Lda") }, "data": "2026-11-20",
            "ligação": format!("/anuncio/{n}"), "preço": format!("{n}00 €") })
        }
        "/ru" => json!({ "nazvanie": format!("Поддоны, партия {n}"), "kompaniya": format!("ООО Лес {n}"), "data_publikacii": "20.11.2026",
            "ssylka": format!("/o/{n}"), "tsena": format!("{n}00 €") }),
        "/ру" => {
            json!({ "заголовок": format!("Поддоны, партия {n}"), "организация": { "название": format!("ООО Лес {n}") }, "дата": "20.11.2026",
            "ссылка": format!("/o/{n}"), "цена": n * 100, "валюта": "EUR" })
        }
        // Names that say nothing.
        _ => {
            json!({ "aa": format!("Used pallets, lot {n}"), "bb": { "cc": format!("Wood {n} Ltd") }, "dd": "2026-11-20", "ee": format!("/o/{n}"), "ff": format!("€{n}00") })
        }
    }
}

#[test]
fn apis_of_other_languages_are_read_as_those_of_english_are() {
    let site = Server::start(|seen| {
        let path = percent(&seen.path);
        let page = ["pagina", "seite", "page"].iter().map(|name| number(seen, name, 1)).max().unwrap_or(1);
        let pages = ALL.div_ceil(ONE);
        let listed: Vec<Value> = ((page - 1) * ONE + 1..=ALL.min(page * ONE)).map(|n| abroad(&path, n)).collect();
        let more = (page < pages).then(|| format!("{}?pagina={}", seen.path, page + 1));
        let body = match path.as_str() {
            "/es" => {
                json!({ "resultados": listed, "pagina": page, "total_paginas": pages, "filtros": [{ "campo": "a", "valores": [1, 2, 3] }] })
            }
            "/de" => json!({ "ergebnisse": listed, "aktuelleSeite": page, "anzahlSeiten": pages }),
            "/fr" => json!({ "resultats": listed, "page_courante": page, "nombre_pages": pages }),
            "/it" => json!({ "risultati": listed, "paginazione": { "prossima_pagina": more.map(|_| page + 1) } }),
            "/pt" => json!({ "dados": listed, "próxima": more }),
            "/ru" => json!({ "dannye": listed, "vsego": ALL }),
            "/ру" => json!({ "данные": listed, "page": page, "всего": ALL }),
            "/xx" => json!({ "llll": listed, "page": page, "total": ALL }),
            _ => return Reply::status(404),
        };
        answer(&body, &[])
    });
    let home = Home::new("");
    for (path, id) in
        [("es", "es"), ("de", "de"), ("fr", "fr"), ("it", "it"), ("pt", "pt"), ("ru", "ru"), ("%D1%80%D1%83", "cyrillic"), ("xx", "xx")]
    {
        let added = home.json(&["source", "add", &format!("{}/{path}", site.address), "--id", id, "--yes"]);
        assert!(added["chosen"]["toml"].as_str().unwrap_or_default().contains("paging = {"), "{path}: {added:#}");
        let check = home.json(&["check", id, "--pages", "9"]);
        let all = check["records"].as_array().unwrap();
        assert_eq!(all.len(), ALL as usize, "{path}: {check:#}");
        for (at, record) in all.iter().enumerate() {
            let (fields, n) = (&record["fields"], at + 1);
            let has = |field: &str, words: &str| fields[field].as_str().is_some_and(|value| value.contains(words));
            let ends = ["SARL", "S.L.", "GmbH", "Srl", "Lda", "ООО", "Ltd"];
            assert!(has("title", &n.to_string()) && ends.iter().any(|end| has("company", end)), "{path}: {record:#}");
            assert!(has("date", "2026-11-20") && has("price", &format!("{n}00 EUR")) && has("url", &n.to_string()), "{path}: {record:#}");
        }
        let unsure = added["chosen"]["unsure"].to_string();
        assert_eq!(unsure.contains("by what it holds"), path == "xx", "{path}: {unsure}");
    }
}

fn percent(path: &str) -> String {
    url::form_urlencoded::parse(path.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[test]
fn what_is_not_reached_is_said() {
    let (site, home) = (site(), Home::new(""));
    let closed = words(&home.run(&["source", "add", &format!("{}/closed", site.address), "--dry-run"]));
    for want in ["it says 23 records, and shows 3: further pages were not found", "?page=2 has no other records", "limit=23", "paging = {"]
    {
        assert!(closed.contains(want), "{want}: {closed}");
    }
    let nameless = words(&home.run(&["source", "add", &format!("{}/nameless", site.address), "--dry-run"]));
    for want in ["`--kind json` takes its 3 records as they are; `fields = { title = ", "they have `a` (\"x\"), `id` (\"1\")"] {
        assert!(nameless.contains(want), "{want}: {nameless}");
    }
    let many = words(&home.run(&["source", "add", &format!("{}/many", site.address), "--dry-run"]));
    for want in ["it says it has 300 records, 3 a page", "pages = 100"] {
        assert!(many.contains(want), "{want}: {many}");
    }
}

#[test]
fn vacancies_are_said_to_be_such_and_whose_they_are() {
    let job = |n: u32| {
        json!({ "@type": "JobPosting", "title": format!("Welder {n}"), "url": format!("/job/{n}"), "datePosted": "2026-11-20",
            "hiringOrganization": { "@type": "Organization", "name": format!("Taller {n}"), "sameAs": format!("https://taller{n}.example/") } })
    };
    let page = format!(
        "<html><head><title>Offers</title><script type=\"application/ld+json\">{}</script></head><body><h1>Offers</h1></body></html>",
        json!([job(1), job(2), job(3)])
    );
    let site = Server::start(move |seen| match seen.path.as_str() {
        "/board" => Reply::html(page.clone()),
        "/api/list" => {
            let job = |n: u32| json!({ "id": n, "title": format!("Welder {n}"), "employer": { "name": format!("Taller {n}"), "site": format!("https://taller{n}.example/") } });
            answer(&json!({ "items": [job(1), job(2), job(3)] }), &[])
        }
        _ => Reply::status(404),
    });
    let home = Home::new("");
    for (path, id) in [("board", "board"), ("api/list", "api")] {
        let added = home.json(&["source", "add", &format!("{}/{path}", site.address), "--id", id, "--yes"]);
        let toml = added["chosen"]["toml"].as_str().unwrap();
        assert!(toml.contains("records = \"vacancy\"") && toml.contains("vacancy-published"), "{path}: {toml}");
        let check = home.json(&["check", id]);
        let first = &check["records"][0];
        assert_eq!(
            (&first["kind"], &first["fields"]["company"], &first["fields"]["website"]),
            (&"vacancy".into(), &"Taller 1".into(), &"https://taller1.example/".into()),
            "{path}: {check:#}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_behind_one_that_stays_the_same_is_found_and_other_hosts_get_no_secret() {
    let (count, keys) = (Arc::new(AtomicU32::new(6)), [(); 2].map(|()| Arc::new(Mutex::new(Vec::<String>::new()))));
    let (there, heard) = (Arc::clone(&count), keys[1].clone());
    let elsewhere = Server::start(move |seen| {
        if seen.path != "/more" {
            return Reply::status(404);
        }
        heard.lock().unwrap().push(seen.header("x-key").to_owned());
        answer(&json!([{ "id": 99, "title": "Pallets elsewhere" }]), &[])
    });
    let (other, heard) = (elsewhere.address.clone(), keys[0].clone());
    let site = Server::start(move |seen| {
        if seen.path != "/list" {
            return Reply::status(404);
        }
        heard.lock().unwrap().push(seen.header("x-key").to_owned());
        let (page, all) = (number(seen, "page", 1), there.load(Ordering::SeqCst));
        let listed: Vec<Value> =
            (1..=all).filter(|n| n.div_ceil(3) == page).map(|n| json!({ "id": n, "title": format!("Lot {n}") })).collect();
        let next = if page * 3 < all { format!("/list?page={}", page + 1) } else { format!("{other}/more") };
        let head = (page * 3 < all || all > 6).then(|| ("link", format!("<{next}>; rel=\"next\"")));
        answer(&json!(listed), &head.into_iter().collect::<Vec<_>>())
    });
    let source = format!(
        "[[source]]\nid = \"api\"\nkind = \"json\"\nurl = \"{}/list\"\nkey = \"id\"\npaging = {{ link = true }}\nevery = \"1h\"\nheaders = {{ X-Key = \"s3cret-s3cret\" }}\n",
        site.address
    );
    let world = Inside::new(&source).await;
    let titles = async || {
        let (records, _) = world.effects.store.records_after(None, 100).await.unwrap();
        records.iter().filter_map(|record| record.text("title")).collect::<Vec<_>>()
    };
    let round = async || {
        for _ in 0..4 {
            world.wait(SignedDuration::from_mins(30));
            world.visit().await;
        }
    };
    round().await;
    assert_eq!(titles().await.len(), 6, "two full pages, of which the last names none behind it");
    count.store(7, Ordering::SeqCst);
    round().await;
    let found = titles().await;
    assert!(found.contains(&"Lot 7".to_owned()) && found.contains(&"Pallets elsewhere".to_owned()), "{found:?}");
    // And when the page behind goes, what it held goes.
    count.store(6, Ordering::SeqCst);
    round().await;
    round().await;
    let (records, _) = world.effects.store.records_after(None, 100).await.unwrap();
    let mut gone: Vec<_> = records.iter().filter(|record| record.gone).filter_map(|record| record.text("title")).collect();
    gone.sort_unstable();
    assert_eq!(gone, ["Lot 7", "Pallets elsewhere"]);
    let [own, others] = keys.map(|keys| keys.lock().unwrap().clone());
    assert!(own.iter().all(|key| key == "s3cret-s3cret") && !own.is_empty(), "{own:?}");
    assert!(others.iter().all(String::is_empty) && !others.is_empty(), "{others:?}");
    drop(elsewhere);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_no_page_leads_to_any_more_is_asked_for_no_longer() {
    let (all, asked) = (Arc::new(AtomicU32::new(4)), Arc::new(AtomicU32::new(0)));
    let (there, heard) = (Arc::clone(&all), Arc::clone(&asked));
    let site = Server::start(move |seen| {
        let (page, all) = (number(seen, "page", 1), there.load(Ordering::SeqCst));
        if page == 2 {
            heard.fetch_add(1, Ordering::SeqCst);
        }
        let firm = |n: u32| format!("<li class=f><a href=\"/firm/{n}\">Firm {n}</a></li>");
        let listed: String = (1..=all).filter(|n| n.div_ceil(3) == page).map(firm).collect();
        let next = if page * 3 < all { format!("<a rel=next href=\"?page={}\">Next</a>", page + 1) } else { String::new() };
        match seen.path.as_str() {
            "/firms" if listed.is_empty() => Reply::html("<html><body><h1>Firms</h1><p>Nothing here.</p></body></html>".to_owned()),
            "/firms" => Reply::html(format!("<html><body><h1>Firms</h1><ul>{listed}</ul>{next}</body></html>")),
            _ => Reply::status(404),
        }
    });
    let source = format!(
        "[[source]]\nid = \"firms\"\nkind = \"directory\"\nurl = \"{}/firms\"\nrecord = \"li.f\"\nfields = {{ name = \"a\" }}\nnext = \"a[rel=next]\"\nevery = \"1h\"\ngone_after = 1\nfew = 0.1\n",
        site.address
    );
    let world = Inside::new(&source).await;
    let round = async |hours: u32| {
        for _ in 0..2 * hours {
            world.wait(SignedDuration::from_mins(30));
            world.visit().await;
        }
    };
    round(2).await;
    assert!(asked.load(Ordering::SeqCst) > 0);
    all.store(3, Ordering::SeqCst);
    round(3).await;
    asked.store(0, Ordering::SeqCst);
    round(8).await;
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked <= 2, "{asked} times in eight hours");
    let (records, _) = world.effects.store.records_after(None, 100).await.unwrap();
    let gone: Vec<_> = records.iter().filter(|record| record.gone).filter_map(|record| record.text("name")).collect();
    assert_eq!(gone, ["Firm 4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_for_now_a_source_asks_for_the_page_again_that_was_not_there() {
    let there = Arc::new(AtomicU32::new(1));
    let has = Arc::clone(&there);
    let site = Server::start(move |seen| {
        let page = number(seen, "page", 1);
        if seen.path != "/list" || page > 1 && has.load(Ordering::SeqCst) == 0 {
            return Reply::status(404);
        }
        let head = (page == 1).then_some(("link", "</list?page=2>; rel=\"next\"".to_owned()));
        answer(&json!([{ "id": page, "title": format!("Lot {page}") }]), &head.into_iter().collect::<Vec<_>>())
    });
    let source = format!(
        "[[source]]\nid = \"api\"\nkind = \"json\"\nurl = \"{}/list\"\nkey = \"id\"\npaging = {{ link = true }}\nevery = \"1h\"\n",
        site.address
    );
    let world = Inside::new(&source).await;
    let asked = || site.all().iter().filter(|seen| seen.query.contains("page=2")).count();
    let rounds = async |count: usize| {
        for _ in 0..count {
            world.wait(SignedDuration::from_mins(61));
            world.visit().await;
        }
    };
    rounds(3).await;
    there.store(0, Ordering::SeqCst);
    rounds(12).await;
    let before = asked();
    rounds(1).await;
    assert!(before > 1 && asked() == 0, "it is passed over until its own time: {before}");
    there.store(1, Ordering::SeqCst);
    let Answer::Due(count) = ask(&world, Question::CheckNow { id: "api".to_owned() }).await else { panic!("nothing is due") };
    world.visit().await;
    assert_eq!((count, asked()), (2, 1));
}
