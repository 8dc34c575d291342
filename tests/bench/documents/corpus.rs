//! The documents: the project's own fixtures, and the samples where they are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use atalaya::extract::{self, Kind};
use atalaya::tender::Format;

/// A page of our own: a list, what it says for machines, and how to reach whom it is about.
const PAGE: &str = r#"<!doctype html><html lang="es"><title>Expositores</title><nav><a href="/">Inicio</a> <a href="/prensa">Prensa</a></nav>
<main><h1>Expositores 2026</h1><table><tr><th>Empresa<th>Ciudad<th>Teléfono<th>Precio<th>Fecha</tr>
<tr><td><a href="/e/1">Talleres Orbaneja, S.L.</a><td>Burgos<td>947 200 331<td>1.234,56 € / día<td>12/03/2026</tr>
<tr><td><a href="/e/2">Panadería Urbión</a><td>Soria<td>+34 975 110 200<td>desde 99 EUR<td>3 de abril de 2026</tr>
<tr><td><a href="/e/3">Ромашка ООО</a><td>Тверь<td>+7 4822 11-22-33<td>12 000 руб.<td>01.05.2026</tr></table>
<p>Escriba a <a href="mailto:info@orbaneja.example">info@orbaneja.example</a> o compras [at] urbion.example. NIF B12345674.</p>
<a rel="next" href="?page=2">Siguiente</a></main>
<script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"@type":"Organization","name":"Orbaneja","telephone":"947200331"}]}</script>"#;

const JSON: &str = r#"{"total":3,"siguiente":"/api?p=2","datos":[
{"id":7,"titulo":"Palets de roble","empresa":{"nombre":"Maderas Urbión, S.L.","telefono":"+34 975 110 200"},"precio":"1.234,56 €","fecha":"2026-11-03"},
{"id":8,"titulo":"Film estirable","empresa":{"nombre":"Embalajes Duero, S.A.","correo":"ventas@duero.example"},"precio":99,"fecha":"2026-11-04"},
{"id":9,"titulo":"Куплю поддоны","empresa":{"nombre":"ООО «Вектор»","web":"https://vektor.example"},"precio":null,"fecha":"04.11.2026"}]}"#;
const FEED: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Press</title><link>https://press.example/</link><description>d</description>
<item><title>Talleres García, S.L. opens a second hall &amp; hires</title><link>https://press.example/1</link><pubDate>Tue, 03 Nov 2026 08:00:00 GMT</pubDate>
<description><![CDATA[<p>In <b>Sabadell</b>, forty people more.</p>]]></description></item>
<item><title>Ромашка</title><guid>urn:2</guid></item></channel></rss>"#;
const SITEMAP: &str = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://shop.example/a?b=1&amp;c=2</loc><lastmod>2026-11-03T08:00:00+01:00</lastmod></url><url><loc>https://shop.example/b</loc></url></urlset>"#;
const SHEET: &str = "Empresa;Ciudad;Teléfono;NIF;Correo\n\"Talleres García, S.L.\";Sabadell;937 200 331;B12345674;info@garcia.example\n\
                     \"Panadería \"\"Urbión\"\"\";Soria;+34 975 110 200;;\n";
const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:García;Ana;;;\r\nFN:Ana García\r\nORG:Talleres García\\, S.L.;Compras\r\n\
                    ADR;TYPE=WORK:;;Calle Mayor 1;Sabadell;;08201;España\r\nTEL;TYPE=CELL:+34 600 100 200\r\nEND:VCARD\r\n";

/// Documents by format.
pub type Corpus = BTreeMap<Format, Vec<String>>;

/// Documents that are no portal's are looked at up to this length: the most of them are alike.
const SHORT: u64 = 256 << 10;
/// Documents longer than this are left to the archive's benchmark.
const LONGEST: u64 = 8 << 20;

/// All of them.
pub fn all() -> anyhow::Result<Corpus> {
    let mut files = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tender"), &mut files)?;
    match std::env::var_os("ATALAYA_SAMPLES") {
        Some(samples) => below(&Path::new(&samples).join("tenders"), &mut files)?,
        None => eprintln!("SKIPPED: ATALAYA_SAMPLES is not set, so only the project's own fixtures are read"),
    }
    files.sort();
    let mut corpus = Corpus::new();
    for path in files {
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let url = url::Url::parse("file:///")?;
        let text = extract::decode(&bytes, None, &url).into_owned();
        if let Some(format) = Format::detect(&text) {
            corpus.entry(format).or_default().push(text);
        }
    }
    Ok(corpus)
}

/// Pages as sites serve them: one of our own, and the samples where they are at hand.
pub fn pages() -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    if let Some(samples) = std::env::var_os("ATALAYA_SAMPLES") {
        below(&Path::new(&samples).join("leads"), &mut files)?;
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "html" || ending == "htm"));
    files.sort();
    let url = url::Url::parse("file:///")?;
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        Ok(extract::decode(&bytes, Some("text/html"), &url).into_owned())
    };
    std::iter::once(Ok(PAGE.to_owned())).chain(files.iter().map(read)).collect()
}

/// Documents that are neither pages nor of portals: one of our own of each kind, and the samples where they are at hand.
pub fn others() -> anyhow::Result<BTreeMap<&'static str, Vec<String>>> {
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (kind, text) in [(Kind::Json, JSON), (Kind::Feed, FEED), (Kind::Sitemap, SITEMAP)] {
        found.entry(kind.word()).or_default().push(text.to_owned());
    }
    found.insert("sheet", vec![SHEET.to_owned(), CARD.to_owned()]);
    let mut files = Vec::new();
    if let Some(samples) = std::env::var_os("ATALAYA_SAMPLES") {
        below(Path::new(&samples), &mut files)?;
    }
    files.sort();
    let url = url::Url::parse("file:///")?;
    for path in files {
        if path.metadata()?.len() > SHORT {
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let word = match extract::sniff(&bytes, None, &url) {
            kind @ (Kind::Json | Kind::Feed | Kind::Sitemap) => kind.word(),
            _ if path.extension().is_some_and(|ending| ending == "csv") => "sheet",
            _ => continue,
        };
        found.entry(word).or_default().push(extract::decode(&bytes, None, &url).into_owned());
    }
    Ok(found)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let document = |path: &Path| {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            !matches!(ending, "rs" | "snap" | "md" | "txt" | "tsv")
        };
        if path.is_dir() {
            below(&path, files)?;
        } else if document(&path) && path.metadata()?.len() <= LONGEST {
            files.push(path);
        }
    }
    Ok(())
}
