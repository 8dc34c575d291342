//! The site of the benchmark, in a process of its own: pages of 60 KB with 40 items, gzipped, on as many loopback addresses as asked for.
//!
//! One listener takes every address of 127.0.0.0/8. What the pages do in a round is set through `/control/set`; `/control/count` says how
//! many of them were asked for since.

#[allow(dead_code, reason = "tests read more of it")]
#[path = "../rigs/dice.rs"]
mod dice;

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use dice::Dice;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Items of a page.
pub const ITEMS: usize = 40;
/// Of a hundred pages one changes, this one.
const CHANGING: usize = 37;
/// Bytes of one request's head at most.
const HEAD: usize = 16 * 1024;

/// What the pages do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mood {
    /// Whether an `ETag` is given and conditions are answered with 304.
    pub validators: bool,
    /// Whether the token outside the records is another one for every request.
    pub token: bool,
    /// The edition of the pages that change, one in a hundred.
    pub edition: u32,
    /// Whether answers are held back until they are not any more: so that a round can be prepared before it begins.
    pub hold: bool,
}

impl Mood {
    /// As the query of `/control/set`.
    pub fn query(self) -> String {
        let Self { validators, token, edition, hold } = self;
        format!("validators={}&token={}&edition={edition}&hold={}", u8::from(validators), u8::from(token), u8::from(hold))
    }

    fn read(query: &str) -> Self {
        let mut mood = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "validators" => mood.validators = value == "1",
                "token" => mood.token = value == "1",
                "hold" => mood.hold = value == "1",
                "edition" => mood.edition = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        mood
    }
}

struct Site {
    /// The pages of edition 0 with the usual token, gzipped once.
    pages: Vec<Vec<u8>>,
    state: Mutex<State>,
    served: AtomicU64,
    held: watch::Sender<bool>,
}

struct State {
    mood: Mood,
    asked: Vec<bool>,
    distinct: usize,
}

/// Serves `pages` pages until it is killed; says its port on stdout.
pub fn serve(pages: usize) -> anyhow::Result<()> {
    let packed = (0..pages).map(|n| gzip(&page(n, 0, 0), 6)).collect::<Result<_, _>>()?;
    let state = State { mood: Mood::default(), asked: vec![false; pages], distinct: 0 };
    let site = Arc::new(Site { pages: packed, state: Mutex::new(state), served: AtomicU64::new(0), held: watch::Sender::new(false) });
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async move {
        let listener = TcpListener::bind("0.0.0.0:0").await?;
        println!("{}", listener.local_addr()?.port());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let site = Arc::clone(&site);
            tokio::spawn(async move {
                // A connection that breaks is its client's affair.
                drop(converse(&site, stream).await);
            });
        }
    })
}

async fn converse(site: &Site, mut stream: TcpStream) -> anyhow::Result<()> {
    let mut buffer = Vec::with_capacity(1024);
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            anyhow::ensure!(buffer.len() < HEAD, "too long a head");
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let head: Vec<u8> = buffer.drain(..end).collect();
        let head = std::str::from_utf8(&head)?;
        if !head.starts_with("GET /control/") {
            site.held.subscribe().wait_for(|held| !held).await?;
        }
        let reply = site.answer(head)?;
        stream.write_all(&reply).await?;
    }
}

impl Site {
    fn answer(&self, head: &str) -> anyhow::Result<Vec<u8>> {
        let target = head.split(' ').nth(1).context("no target")?;
        if let Some(n) = target.strip_prefix("/list/") {
            return self.page(n.parse()?, condition(head));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match path {
            "/robots.txt" => Ok(reply("200 OK", "Content-Type: text/plain\r\n", b"User-agent: *\nAllow: /\n")),
            "/control/set" => {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.mood = Mood::read(query);
                state.asked.fill(false);
                state.distinct = 0;
                self.held.send_replace(state.mood.hold);
                Ok(reply("200 OK", "", b""))
            }
            "/control/count" => {
                let distinct = self.state.lock().unwrap_or_else(PoisonError::into_inner).distinct;
                Ok(reply("200 OK", "", distinct.to_string().as_bytes()))
            }
            _ => Ok(reply("404 Not Found", "", b"")),
        }
    }

    fn page(&self, n: usize, condition: Option<&str>) -> anyhow::Result<Vec<u8>> {
        let mood = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let asked = state.asked.get_mut(n).context("no such page")?;
            if !std::mem::replace(asked, true) {
                state.distinct += 1;
            }
            state.mood
        };
        let edition = if n % 100 == CHANGING { mood.edition } else { 0 };
        let tag = format!("\"{n}-{edition}\"");
        if mood.validators && condition == Some(tag.as_str()) {
            return Ok(reply("304 Not Modified", &format!("ETag: {tag}\r\n"), b""));
        }
        let token = if mood.token { self.served.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        let mut more = "Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n".to_owned();
        if mood.validators {
            write!(more, "ETag: {tag}\r\n")?;
        }
        if (token, edition) == (0, 0) {
            return Ok(reply("200 OK", &more, &self.pages[n]));
        }
        Ok(reply("200 OK", &more, &gzip(&page(n, edition, token), 1)?))
    }
}

fn condition(head: &str) -> Option<&str> {
    let is_it = |line: &&str| line.get(..14).is_some_and(|name| name.eq_ignore_ascii_case("if-none-match:"));
    head.lines().find(is_it).map(|line| line[14..].trim())
}

fn reply(status: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn gzip(bytes: &[u8], level: u32) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

const WORDS: [&str; 48] = [
    "steel",
    "pump",
    "valve",
    "packing",
    "line",
    "used",
    "new",
    "stainless",
    "conveyor",
    "filling",
    "machine",
    "pallet",
    "motor",
    "drive",
    "sensor",
    "press",
    "mould",
    "cutter",
    "laser",
    "robot",
    "cell",
    "year",
    "hours",
    "running",
    "complete",
    "with",
    "control",
    "cabinet",
    "spare",
    "parts",
    "service",
    "north",
    "hall",
    "delivery",
    "week",
    "stock",
    "offer",
    "order",
    "series",
    "compact",
    "heavy",
    "duty",
    "double",
    "single",
    "stage",
    "vacuum",
    "mixer",
    "tank",
];

fn words(dice: &mut Dice, out: &mut String, count: usize) {
    for i in 0..count {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(WORDS[dice.below(WORDS.len())]);
    }
}

/// A page of about 60 KB.
pub fn page(n: usize, edition: u32, token: u64) -> Vec<u8> {
    let mut out = String::with_capacity(62 * 1024);
    let mut dice = Dice(n as u64 + 1);
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Offers {n}</title>\n<meta name=\"csrf-token\" \
         content=\"{:016x}{:016x}\">\n<link rel=\"stylesheet\" href=\"/assets/site.css\">\n</head>\n<body>\n<header>\n<nav>\n<ul class=\"menu\">\n",
        token.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        token ^ 0x5555
    );
    for i in 0..40 {
        let _ = write!(out, "<li class=\"menu-entry\"><a href=\"/section/{i}\" title=\"");
        words(&mut dice, &mut out, 4);
        out.push_str("\">");
        words(&mut dice, &mut out, 2);
        out.push_str("</a></li>\n");
    }
    out.push_str("</ul>\n</nav>\n</header>\n<main>\n<ul class=\"offers\">\n");
    for i in 0..ITEMS {
        let sold = edition > 0 && i == 20;
        let number = if sold { ITEMS + edition as usize } else { i };
        let price = 100 + dice.below(9_000) + if i == 7 { edition as usize * 10_000 } else { 0 };
        item(&mut out, &mut dice, (n, number), price);
    }
    out.push_str("</ul>\n</main>\n<footer>\n");
    for _ in 0..12 {
        out.push_str("<p class=\"small print\">");
        words(&mut dice, &mut out, 30);
        out.push_str("</p>\n");
    }
    out.push_str("</footer>\n</body>\n</html>\n");
    out.into_bytes()
}

fn item(out: &mut String, dice: &mut Dice, (n, i): (usize, usize), price: usize) {
    let _ = write!(
        out,
        "<li class=\"item card\" id=\"offer-{n}-{i}\">\n<div class=\"media\"><a href=\"/offer/{n}-{i}\" class=\"media-link\"><img \
         src=\"/images/{n}/{i}/small.jpg\" srcset=\"/images/{n}/{i}/large.jpg 2x\" width=\"320\" height=\"240\" alt=\"\" loading=\"lazy\"></a></div>\n\
         <div class=\"body\">\n<h3 class=\"title\"><a href=\"/offer/{n}-{i}\">Lot {n}-{i} "
    );
    words(dice, out, 5);
    out.push_str("</a></h3>\n<p class=\"summary\">");
    words(dice, out, 75);
    out.push_str("</p>\n<dl class=\"facts\">\n");
    for name in ["Maker", "Condition", "Place", "Weight"] {
        let _ = write!(out, "<dt>{name}</dt><dd class=\"fact\">");
        words(dice, out, 3);
        out.push_str("</dd>\n");
    }
    let _ = write!(
        out,
        "</dl>\n<p class=\"price\"><span class=\"label\">Price</span> <span class=\"amount\">{price} EUR</span></p>\n<p class=\"actions\"><a \
         class=\"button\" href=\"/ask/{n}-{i}\">Ask the seller</a> <a class=\"button\" href=\"/save/{n}-{i}\">Remember it</a></p>\n</div>\n</li>\n"
    );
}
