//! The truth list of the crash rig: three sites whose pages change on a seeded script, and what somebody must hear of it.
//!
//! Every piece of news carries a token of its own (`N000123`) in the words that end up in a signal's sentence, so that whoever received a
//! message can tell which news it brought. Every firm carries one (`K000123`) in its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::dice::Dice;
use crate::rig::{Reply, Server};

/// Entries that a site shows at most; older ones fall off the end.
const SHOWN: usize = 60;
/// Entries on one page of the market and of the API.
const PAGE: usize = 30;
/// News of one firm: as many reasons as a mail shows.
const PER_FIRM: usize = 3;

/// One thing a site shows.
#[derive(Clone, Debug)]
struct Entry {
    number: usize,
    firm: String,
    words: String,
    /// Shown by the API only; changes at most once.
    stage: String,
}

/// What the sites show now.
#[derive(Default)]
struct Shown {
    /// Market, press, API; the newest last.
    sites: [Vec<Entry>; 3],
    /// Times each first page was asked for.
    asked: [usize; 3],
    numbers: usize,
    /// Tokens of all news, by firm.
    news: BTreeMap<String, BTreeSet<String>>,
}

const MARKET: usize = 0;
const PRESS: usize = 1;
const API: usize = 2;

/// The sites and their script.
#[derive(Clone, Default)]
pub struct Truth(Arc<Mutex<Shown>>);

impl Truth {
    /// With some old stock on every site.
    pub fn new() -> Self {
        let mut shown = Shown { numbers: 40, ..Shown::default() };
        for (site, entries) in shown.sites.iter_mut().enumerate() {
            let old =
                |n: usize| Entry { number: n, firm: format!("K9{site}{n:04}"), words: format!("old stock {n}"), stage: "open".to_owned() };
            entries.extend((0..40).map(old));
        }
        Self(Arc::new(Mutex::new(shown)))
    }

    /// Serves the three sites, each on a host of its own.
    pub fn serve(&self) -> [Server; 3] {
        let site = |site: usize, page: fn(&Shown, usize) -> Reply| {
            let truth = self.clone();
            Server::start_at(&format!("127.0.0.{}:0", site + 1), move |seen| {
                if seen.path != "/" {
                    return Reply::status(404);
                }
                let mut shown = truth.0.lock().unwrap();
                let number = seen.query.strip_prefix("page=").map_or(1, |n| n.parse().unwrap());
                shown.asked[site] += usize::from(number == 1);
                page(&shown, number)
            })
        };
        [site(MARKET, market), site(PRESS, press), site(API, api)]
    }

    /// How often every site has been asked for its first page.
    pub fn visits(&self) -> usize {
        self.0.lock().unwrap().asked.into_iter().min().unwrap_or(0)
    }

    /// The tokens of all news so far, by firm.
    pub fn news(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.0.lock().unwrap().news.clone()
    }

    /// Something new on one of the sites: a new entry, by a new firm or one that was in the news already, or a changed one
    /// (of those that somebody has heard of: what changes before it was ever seen is no change).
    pub fn publish(&self, dice: &mut Dice, heard: &BTreeSet<String>) {
        let mut shown = self.0.lock().unwrap();
        let number = shown.numbers;
        shown.numbers += 1;
        let token = format!("N{number:06}");
        let site = [MARKET, MARKET, MARKET, MARKET, PRESS, PRESS, API, API, API, API][dice.below(10)];
        if let (API, true) = (site, dice.one_in(2))
            && let Some(firm) = shown.change_offer(&token, heard)
        {
            shown.news.entry(firm).or_default().insert(token);
            return;
        }
        // What falls off the end must have been heard of: a daemon that is killed before it ever looks has missed nothing it could have seen.
        let oldest = shown.sites[site].first().filter(|_| shown.sites[site].len() >= SHOWN);
        if oldest.is_some_and(|oldest| !oldest.words.starts_with("old") && !heard.contains(&oldest.words)) {
            return;
        }
        let firm = shown.firm(site, number, dice);
        shown.news.entry(firm.clone()).or_default().insert(token.clone());
        let entries = &mut shown.sites[site];
        entries.push(Entry { number, firm, words: token, stage: "open".to_owned() });
        let over = entries.len().saturating_sub(SHOWN);
        entries.drain(..over);
    }
}

impl Shown {
    fn room(&self, firm: &str) -> bool {
        self.news.get(firm).is_some_and(|news| news.len() < PER_FIRM)
    }

    /// Whom the next news is about. Market and API tell of the same firms (by their telephone numbers), the press of others.
    fn firm(&self, site: usize, number: usize, dice: &mut Dice) -> String {
        let family = if site == PRESS { "K5" } else { "K0" };
        let known: Vec<&String> = self.news.keys().rev().filter(|firm| firm.starts_with(family) && self.room(firm)).take(30).collect();
        if !known.is_empty() && dice.one_in(3) { known[dice.below(known.len())].clone() } else { format!("{family}{number:05}") }
    }

    /// Gives the youngest offer that was heard of and never changed another stage; whose it is.
    fn change_offer(&mut self, token: &str, heard: &BTreeSet<String>) -> Option<String> {
        let news = &self.news;
        let room = |firm: &str| news.get(firm).is_some_and(|news| news.len() < PER_FIRM);
        let offer = self.sites[API]
            .iter_mut()
            .rev()
            .take(PAGE / 2)
            .find(|offer| offer.stage == "open" && heard.contains(&offer.words) && room(&offer.firm))?;
        token.clone_into(&mut offer.stage);
        Some(offer.firm.clone())
    }

    /// The entries of one page, the newest first, and whether there is another page.
    fn page(&self, site: usize, number: usize) -> (impl Iterator<Item = &Entry>, bool) {
        let entries = &self.sites[site];
        (entries.iter().rev().skip((number - 1) * PAGE).take(PAGE), entries.len() > number * PAGE)
    }
}

fn phone(firm: &str) -> String {
    format!("+34 91 2{}", &firm[1..])
}

fn market(shown: &Shown, number: usize) -> Reply {
    let (entries, more) = shown.page(MARKET, number);
    let mut page = String::from("<html><head><title>Market</title></head><body><h1>Market</h1><ul>");
    for Entry { number, firm, words, .. } in entries {
        _ = write!(
            page,
            "<li class=ad><a href=/ad/{number}>Pallets {words}</a> <b class=badge>Wanted</b> <i class=seller>{firm} Industrias, S.L.</i> \
             <span class=tel>{}</span> <span class=town>Getafe</span></li>",
            phone(firm)
        );
    }
    let next = if more { format!("<a rel=next href=\"/?page={}\">next</a>", number + 1) } else { String::new() };
    Reply::html(page + "</ul>" + &next + "</body></html>")
}

fn press(shown: &Shown, _: usize) -> Reply {
    let mut items = String::new();
    for Entry { number, firm, words, .. } in shown.sites[PRESS].iter().rev() {
        _ = write!(
            items,
            "<item><title>{firm} Metal, S.L. opens a line {words}</title><link>http://127.0.0.2/article/{number}</link>\
             <guid isPermaLink=\"false\">article-{number}</guid><description>About {words}</description></item>"
        );
    }
    let feed = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Press</title><link>http://127.0.0.2/</link><description>Press</description>{items}</channel></rss>"
    );
    Reply { status: 200, headers: vec![("content-type", "application/rss+xml".into())], body: feed.into() }
}

fn api(shown: &Shown, number: usize) -> Reply {
    let (entries, more) = shown.page(API, number);
    let items: Vec<_> = entries
        .map(|Entry { number, firm, words, stage }| {
            json!({
                "id": number, "title": format!("Boxes {words}"), "url": format!("http://127.0.0.3/offer/{number}"), "stage": stage,
                "company": format!("{firm} Industrias, S.L."), "phone": phone(firm), "town": "Getafe",
            })
        })
        .collect();
    let next = more.then(|| format!("/?page={}", number + 1));
    let body = json!({ "items": items, "links": { "next": next } }).to_string();
    Reply { status: 200, headers: vec![("content-type", "application/json".into())], body: body.into() }
}
