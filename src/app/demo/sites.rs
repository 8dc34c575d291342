//! The demo's sites as a pure function of seed, time and path, with the noise that real sites have: clocks, counters, rotating banners.
//!
//! Knows nothing of the daemon that reads them.

use std::fmt::Write as _;

use super::companies::{COMPANIES, Company, NEWS, OFFERED, VACANCIES, WANTED};
use super::portal;

/// Which site is asked; each listens on a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// A marketplace with offers and requests.
    Market,
    /// An industry directory with paging and detail pages.
    Directory,
    /// An exhibitor catalogue.
    Fair,
    /// The trade press, as a feed.
    Press,
    /// A JSON API of vacancies.
    Jobs,
    /// A tender portal: an ATOM feed and releases.
    Portal,
}

impl Site {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Market, Self::Directory, Self::Fair, Self::Press, Self::Jobs, Self::Portal];

    /// Its name in the demo's configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Directory => "directory",
            Self::Fair => "fair",
            Self::Press => "press",
            Self::Jobs => "jobs",
            Self::Portal => "portal",
        }
    }
}

/// What a site answers.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: String,
}

/// The moment a page is asked for, as the sites see it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Chosen at start; another seed gives other news.
    pub seed: u64,
    /// Counts up every few seconds; new things appear with it.
    pub tick: u64,
    /// Counts requests: what a view counter shows.
    pub asked: u64,
    /// Seconds since 1970, for clocks.
    pub now: i64,
    /// Seconds since 1970 when the sites opened: what is published keeps its date.
    pub opened: i64,
}

const HTML: &str = "text/html; charset=utf-8";
/// Entries of the directory on one page.
const PAGE: usize = 5;
/// Companies that are in the directory.
const LISTED: usize = 12;

/// A small, well-mixed number that follows from seed and position (`SplitMix64`, Steele et al. 2014).
fn mix(seed: u64, at: u64) -> u64 {
    let mut z = seed.wrapping_add(at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn pick<T>(of: &[T], seed: u64, at: u64) -> &T {
    let index = usize::try_from(mix(seed, at) % of.len() as u64).unwrap_or(0);
    &of[index]
}

fn day(seconds: i64) -> jiff::civil::DateTime {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

fn page(title: &str, moment: Moment, main: &str) -> Reply {
    const BANNERS: &[&str] =
        &["Meet us at Expo Industria, hall 4", "Rent a forklift from 19 € a day", "Insurance for fleets: ask for an offer"];
    let clock = day(moment.now).strftime("%H:%M:%S").to_string();
    let banner = pick(BANNERS, moment.seed ^ 0xbeef, moment.asked);
    Reply {
        content_type: HTML,
        body: format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
             <meta name=\"csrf\" content=\"{:016x}\"></head>\n<body><header><h1>{title}</h1><p class=\"clock\">It is {clock}</p></header>\n\
             <div class=\"banner\">{banner}</div>\n<main>\n{main}</main>\n<footer>{} visitors so far</footer></body></html>\n",
            mix(moment.seed, moment.asked),
            10_000 + moment.asked
        ),
    }
}

/// Answers a request; `None` is 404.
pub fn answer(site: Site, path: &str, query: &str, moment: Moment) -> Option<Reply> {
    match (site, path) {
        (_, "/robots.txt") => Some(Reply { content_type: "text/plain", body: "User-agent: *\nDisallow: /admin/\n".to_owned() }),
        (Site::Market, "/") => Some(market(moment)),
        (Site::Directory, "/companies") => Some(directory(query, moment)),
        (Site::Directory, other) => other.strip_prefix("/company/").and_then(|n| n.parse().ok()).and_then(|n| detail(n, moment)),
        (Site::Fair, "/exhibitors") => Some(fair(moment)),
        (Site::Press, "/feed.xml") => Some(press(moment)),
        (Site::Jobs, "/api/vacancies") => Some(jobs(moment)),
        (Site::Portal, "/feed.atom") => Some(Reply { content_type: "application/atom+xml", body: portal::atom(moment) }),
        (Site::Portal, "/releases.json") => Some(Reply { content_type: "application/json", body: portal::releases(moment) }),
        _ => None,
    }
}

fn market(moment: Moment) -> Reply {
    let mut main = String::from("<ul class=\"ads\">\n");
    let newest = 6 + moment.tick;
    for ad in (newest.saturating_sub(14)..newest).rev() {
        let who: &Company = pick(COMPANIES, moment.seed, ad);
        let wanted = ad >= 6 && !mix(moment.seed, ad ^ 0xad).is_multiple_of(3);
        let (badge, title) =
            if wanted { ("Wanted", pick(WANTED, moment.seed, ad * 7)) } else { ("Offer", pick(OFFERED, moment.seed, ad * 7)) };
        let price = 200 + mix(moment.seed, ad * 13) % 9_000;
        let _ = writeln!(
            main,
            "<li class=\"ad\"><a href=\"/ad/{ad}\">{title}</a> <span class=\"badge\">{badge}</span> <span class=\"price\">{}.{:03},00 €</span> \
             <span class=\"seller\">{}</span> <span class=\"place\">{}</span> <a class=\"tel\" href=\"tel:{}\">call</a> <small>{} minutes ago</small></li>",
            price / 1000 + 1,
            price % 1000,
            who.name,
            who.place,
            who.phone.replace(' ', ""),
            1 + (newest - ad) * 3
        );
    }
    main.push_str("</ul>\n");
    page("Iberian Industry Market", moment, &main)
}

fn directory(query: &str, moment: Moment) -> Reply {
    let number: usize = query.split('&').find_map(|p| p.strip_prefix("page=")).and_then(|n| n.parse().ok()).unwrap_or(1).max(1);
    let mut main = String::from("<ol>\n");
    let from = (number - 1) * PAGE;
    for (n, who) in COMPANIES.iter().enumerate().take(LISTED).skip(from).take(PAGE) {
        let _ = writeln!(
            main,
            "<li class=\"company\"><h2><a href=\"/company/{n}\">{}</a></h2><p class=\"sector\">{}</p><p class=\"town\">{}</p></li>",
            who.name, who.industry, who.place
        );
    }
    main.push_str("</ol>\n");
    if from + PAGE < LISTED {
        let _ = writeln!(main, "<nav><a rel=\"next\" href=\"/companies?page={}\">Next page</a></nav>", number + 1);
    }
    page("Industry Directory", moment, &main)
}

fn detail(n: usize, moment: Moment) -> Option<Reply> {
    let who = COMPANIES.get(n)?;
    let main = format!(
        "<article><h2>{}</h2><p class=\"about\">{}</p><dl><dt>Tax number</dt><dd class=\"tax\">{}</dd><dt>Region</dt><dd class=\"region\">{}</dd>\
         <dt>Country</dt><dd class=\"country\">ES</dd><dt>People</dt><dd class=\"people\">{}</dd>\
         <dt>Telephone</dt><dd><a class=\"tel\" href=\"tel:{}\">{}</a></dd><dt>Mail</dt><dd><a class=\"mail\" href=\"mailto:compras@{}\">compras@{}</a></dd>\
         <dt>Web</dt><dd><a class=\"web\" href=\"https://www.{}/\">www.{}</a></dd></dl></article>\n",
        who.name,
        who.about,
        who.tax_id,
        who.region,
        who.people,
        who.phone.replace(' ', ""),
        who.phone,
        who.domain,
        who.domain,
        who.domain,
        who.domain
    );
    Some(page(who.name, moment, &main))
}

fn fair(moment: Moment) -> Reply {
    let mut main = String::from("<ul class=\"exhibitors\">\n");
    let start = usize::try_from(moment.seed % COMPANIES.len() as u64).unwrap_or(0);
    let shown = (4 + usize::try_from(moment.tick / 2).unwrap_or(0)).min(COMPANIES.len());
    for i in 0..shown {
        let who = &COMPANIES[(start + i * 5) % COMPANIES.len()];
        let _ = writeln!(
            main,
            "<li class=\"exhibitor\"><h3>{}</h3><a class=\"web\" href=\"https://www.{}/\">web</a> <span class=\"stand\">Stand {}</span> <span class=\"sector\">{}</span></li>",
            who.name,
            who.domain,
            100 + i,
            who.industry
        );
    }
    main.push_str("</ul>\n");
    page("Expo Industria: exhibitors", moment, &main)
}

fn press(moment: Moment) -> Reply {
    let mut items = String::new();
    let newest = 4 + moment.tick / 2;
    for n in (newest.saturating_sub(10)..newest).rev() {
        let who: &Company = pick(COMPANIES, moment.seed ^ 0x9e55, n);
        let title = pick(NEWS, moment.seed, n * 3).replace("{}", who.name);
        let published = day(moment.opened + (i64::try_from(n).unwrap_or(0) - 4) * 6);
        let _ = writeln!(
            items,
            "<item><title>{title}</title><link>https://press.example/articles/{n}</link><guid isPermaLink=\"false\">article-{n}</guid>\
             <author>desk@press.example</author><description>{} ({}), {}: {}</description><pubDate>{}</pubDate></item>",
            who.name,
            who.place,
            who.industry,
            who.about,
            published.strftime("%a, %d %b %Y %H:%M:%S +0000")
        );
    }
    Reply {
        content_type: "application/rss+xml",
        body: format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Iberian Industry Press</title><link>https://press.example/</link><description>News</description>\n{items}</channel></rss>\n"
        ),
    }
}

fn jobs(moment: Moment) -> Reply {
    let newest = 3 + moment.tick / 3;
    let list: Vec<_> = (newest.saturating_sub(12)..newest)
        .rev()
        .map(|n| {
            let who: &Company = pick(COMPANIES, moment.seed ^ 0x10b5, n);
            serde_json::json!({
                "id": n,
                "title": pick(VACANCIES, moment.seed, n * 11),
                "company": { "name": who.name, "web": format!("https://www.{}/", who.domain), "place": who.place, "region": who.region },
                "url": format!("https://jobs.example/vacancy/{n}"),
            })
        })
        .collect();
    Reply { content_type: "application/json", body: serde_json::json!({ "generated": moment.now, "vacancies": list }).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(tick: u64) -> Moment {
        Moment { seed: 7, tick, asked: tick, now: 1_800_000_000 + i64::try_from(tick).unwrap() * 3, opened: 1_800_000_000 }
    }

    #[test]
    fn every_site_answers_and_new_things_appear_with_time() {
        for (site, path) in [
            (Site::Market, "/"),
            (Site::Fair, "/exhibitors"),
            (Site::Press, "/feed.xml"),
            (Site::Jobs, "/api/vacancies"),
            (Site::Portal, "/feed.atom"),
            (Site::Portal, "/releases.json"),
        ] {
            let early = answer(site, path, "", moment(0)).unwrap();
            let late = answer(site, path, "", moment(12)).unwrap();
            assert_ne!(early, late, "{site:?} stands still");
            assert_eq!(early, answer(site, path, "", moment(0)).unwrap(), "{site:?} is not a function of its arguments");
        }
        assert!(answer(Site::Directory, "/companies", "page=3", moment(0)).is_some_and(|r| !r.body.contains("rel=\"next\"")));
        assert!(answer(Site::Directory, "/company/3", "", moment(0)).is_some_and(|r| r.body.contains("Zaragoza")));
        assert!(answer(Site::Directory, "/company/999", "", moment(0)).is_none());
        assert!(answer(Site::Market, "/nothing", "", moment(0)).is_none());
    }
}
