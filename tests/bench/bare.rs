//! What the work costs without a daemon around it: the same client and the same pages in a loop, with nothing kept.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context as _;
use atalaya::diff;
use atalaya::door::{Client, ClientSettings, Door, Settings};
use scraper::{Html, Selector};
use tokio::sync::Semaphore;
use url::Url;

use super::meter::Meter;
use super::site::ITEMS;

/// Requests under way at once, as in the daemon.
pub const CONCURRENCY: usize = 64;

/// What is done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Asked by condition, answered with 304.
    Condition,
    /// Downloaded and decompressed.
    Download,
    /// And hashed, tag by tag.
    Hash,
    /// And read with scraper: 40 items of 3 fields.
    Scrape,
}

/// The address of a page. Pages of one host are a list of their own, as sites are.
pub fn address(port: u16, n: usize, hosts: usize) -> anyhow::Result<Url> {
    let host = u32::try_from(n % hosts)?;
    let ip = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 0, 1, 1)) + host / 200 * 256 + host % 200);
    Ok(Url::parse(&format!("http://{ip}:{port}/list/{n}"))?)
}

/// CPU-seconds of this process for one loop over all pages.
pub async fn run(what: Bare, port: u16, pages: usize, hosts: usize) -> anyhow::Result<f64> {
    let door = Door::new(Settings { allow: vec!["127.0.0.0/8".parse()?], ports: Vec::new() });
    let client = door.client(&ClientSettings::new("Atalaya-benchmark"))?;
    let picks = Arc::new(Picks::new()?);
    let places = Arc::new(Semaphore::new(CONCURRENCY));
    let before = Meter::read("self")?;
    let mut tasks = tokio::task::JoinSet::new();
    for host in 0..hosts {
        let (client, picks) = (client.clone(), Arc::clone(&picks));
        let place = Arc::clone(&places).acquire_owned().await?;
        tasks.spawn(async move {
            let _place = place;
            for n in (host..pages).step_by(hosts) {
                visit(what, &client, address(port, n, hosts)?, n, &picks).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(Meter::read("self")?.cpu - before.cpu)
}

async fn visit(what: Bare, client: &Client, url: Url, n: usize, picks: &Picks) -> anyhow::Result<()> {
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    if what == Bare::Condition {
        request.headers_mut().insert(reqwest::header::IF_NONE_MATCH, format!("\"{n}-0\"").parse()?);
    }
    let response = client.execute(request).await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    match what {
        Bare::Condition => anyhow::ensure!(status == 304, "{status} instead of 304"),
        Bare::Download => anyhow::ensure!(bytes.len() > 50_000, "{} bytes", bytes.len()),
        Bare::Hash => {
            std::hint::black_box(diff::fingerprint(&bytes, &[]));
        }
        Bare::Scrape => {
            let found = picks.read(std::str::from_utf8(&bytes)?);
            anyhow::ensure!(found == 3 * ITEMS, "{found} fields");
        }
    }
    Ok(())
}

struct Picks {
    item: Selector,
    fields: [Selector; 2],
    link: Selector,
}

impl Picks {
    fn new() -> anyhow::Result<Self> {
        let css = |text: &str| Selector::parse(text).ok().context("a selector");
        Ok(Self { item: css("li.item")?, fields: [css("h3.title")?, css(".amount")?], link: css("h3.title a")? })
    }

    #[expect(clippy::disallowed_methods, reason = "the bare reader is what anybody would write")]
    fn read(&self, page: &str) -> usize {
        let tree = Html::parse_document(page);
        let mut found = 0;
        for item in tree.select(&self.item) {
            for field in &self.fields {
                let text: String = item.select(field).flat_map(|element| element.text()).collect();
                found += usize::from(!text.trim().is_empty());
            }
            let link = item.select(&self.link).next().and_then(|element| element.attr("href")).map(str::to_owned);
            found += usize::from(link.is_some());
        }
        found
    }
}
