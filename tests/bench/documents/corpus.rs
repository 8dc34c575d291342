//! The documents: the project's own fixtures, and the samples where they are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
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

/// Documents by format.
pub type Corpus = BTreeMap<Format, Vec<String>>;

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
        let text = atalaya::extract::decode(&bytes, None, &url).into_owned();
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
        Ok(atalaya::extract::decode(&bytes, Some("text/html"), &url).into_owned())
    };
    std::iter::once(Ok(PAGE.to_owned())).chain(files.iter().map(read)).collect()
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
