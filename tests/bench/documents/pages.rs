//! What a list page costs that is read without selectors, beside the tree that any reader of pages would build of it.

use std::fmt::Write as _;

use atalaya::extract::{self, Input, Kind};

use super::fuzz::NOW;
use super::speed::cost;

/// CPU-milliseconds that reading a page may take.
const MOST: f64 = 10.0;
/// A page of about 60 KB.
const BYTES: usize = 60_000;

/// Prints the table. Fails when a page costs more than it may.
pub fn all() -> anyhow::Result<()> {
    println!(
        "\n{:<24}{:>9}{:>9}{:>14}{:>14}{:>12}",
        "page without selectors", "KB", "records", "CPU-ms, read", "as a source", "× its tree"
    );
    let url = url::Url::parse("https://site.example/list")?;
    let spec = extract::Spec { kind: Kind::Directory.word().into(), url: Some(url.as_str().into()), ..extract::Spec::default() };
    let about = extract::About { source: "site".parse()?, zone: jiff::tz::TimeZone::UTC, country: Some("DE".into()) };
    let reader = spec.compile(&about).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let mut slow = Vec::new();
    for (what, text) in [("offers", offers()), ("members with contacts", members())] {
        let input = || Input {
            bytes: text.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            url: &url,
            next: None,
            now: NOW,
            expired: &|| false,
        };
        let records = reader.read(&input()).map_err(|failure| anyhow::anyhow!("{failure}"))?.records.len();
        let whole = cost(|| drop(std::hint::black_box(extract::read_page(&input()))))? * 1_000.0;
        let source = cost(|| drop(std::hint::black_box(reader.read(&input()))))? * 1_000.0;
        let tree = cost(|| drop(std::hint::black_box(scraper::Html::parse_document(&text))))? * 1_000.0;
        println!("{what:<24}{:>9}{records:>9}{whole:>14.1}{source:>14.1}{:>12.1}", text.len() / 1_000, whole / tree);
        slow.extend((whole > MOST).then_some(what));
    }
    anyhow::ensure!(slow.is_empty(), "more than {MOST} ms: {}", slow.join(", "));
    Ok(())
}

/// A list with long texts and a table of facts in each of its records.
fn offers() -> String {
    let text = "pump valve motor gear drive belt steel frame tank seal ".repeat(12);
    page("Offers", |n| {
        format!(
            "<li class=\"item card\" id=\"o{n}\"><div class=\"media\"><a href=\"/offer/{n}\"><img src=\"/images/{n}.jpg\" alt=\"\"></a></div>\
             <h3><a href=\"/offer/{n}\">Lot {n} of machines</a></h3><p>{text}</p><dl><dt>Maker</dt><dd>Works {n}</dd><dt>Place</dt><dd>Lyon</dd></dl>\
             <p class=\"amount\">{} EUR</p></li>\n",
            100 + n
        )
    })
}

/// A list with an address, a telephone number and an e-mail address in each of its records.
fn members() -> String {
    page("Members", |n| {
        format!(
            "<li class=\"card\"><div class=\"in\"><h3><a href=\"/members/{n}\">Acme Works {n} GmbH</a></h3><p>Hauptstraße {n}, 70{n:03} Stuttgart</p>\
             <p>Tel. +49 711 55{n:04}</p><p><a href=\"mailto:info@acme{n}.example\">info@acme{n}.example</a></p>\
             <span>Metal works and machining of parts</span><div>We make parts of steel since {}.</div></div></li>\n",
            1900 + n % 90
        )
    })
}

fn page(title: &str, item: impl Fn(usize) -> String) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><head><title>{title}</title></head><body><nav><a href=\"/\">Home</a></nav><h1>{title}</h1><ul>\n"
    );
    let mut n = 0;
    while out.len() < BYTES {
        // Writing into a string cannot fail.
        let _ = out.write_str(&item(n));
        n += 1;
    }
    out + "</ul><footer>Imprint</footer></body></html>"
}
