//! The proof of the noise rules: many pages over many rounds, with everything on them that changes by itself, and a few real
//! changes. Nothing false may be reported, and everything real once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::base::ids::{ContentHash, RecordId, SourceId};
use crate::model::{Block, Change, ChangeKind, Draft, Extract, FieldName, Found, NoiseSeen, Page, Reading, Record, RecordKind, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Banner {
    Random(usize),
    RoundRobin(usize),
    PerRound(usize),
}

/// What really stands on a page.
#[derive(Clone, Debug)]
struct Content {
    price: u64,
    day: u64,
    story: u64,
    status: bool,
    extra: bool,
}

/// A site that serves pages; every request sees another clock, counter, token and (by its rule) banner.
struct Site {
    seed: u64,
    requests: usize,
    round: usize,
    banner: Banner,
    pages: Vec<Content>,
}

const TEXTS: [&str; 5] = [
    "Visit our stand at the fair in hall four",
    "Save twenty percent on pallets this month only",
    "New catalogue of lifting gear has come out",
    "Members meet on the last Friday in Vigo",
    "Ask us about transport of heavy machines",
];

impl Site {
    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.seed;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % below
    }

    fn new(seed: u64, banner: Banner, count: usize) -> Self {
        let mut site = Self { seed, requests: 0, round: 0, banner, pages: Vec::new() };
        for _ in 0..count {
            let content =
                Content { price: 10 + site.draw(90), day: 1 + site.draw(28), story: site.draw(1 << 40), status: true, extra: false };
            site.pages.push(content);
        }
        site
    }

    /// Changes every tenth page, each in its own way; gives which.
    fn change(&mut self) -> Vec<usize> {
        self.round += 1;
        let mut changed = Vec::new();
        for i in 0..self.pages.len() {
            if self.draw(10) > 0 {
                continue;
            }
            let (kind, other) = (self.draw(5), self.draw(1 << 40));
            let page = &mut self.pages[i];
            match kind {
                0 => page.price = 10 + (page.price - 10 + 1 + other % 89) % 90,
                1 => page.day = 1 + (page.day - 1 + 1 + other % 27) % 28,
                2 => page.story = other,
                3 => page.status = !page.status,
                _ => page.extra = !page.extra,
            }
            changed.push(i);
        }
        changed
    }

    /// One answer: bytes, and what is read from them.
    fn serve(&mut self, i: usize) -> (Vec<u8>, Vec<Block>) {
        self.requests += 1;
        let text = match self.banner {
            Banner::Random(k) => TEXTS[usize::try_from(self.draw(1 << 30)).unwrap() % k],
            Banner::RoundRobin(k) => TEXTS[self.requests % k],
            Banner::PerRound(k) => TEXTS[self.round % k],
        };
        let token = self.draw(u64::MAX);
        let page = self.pages[i].clone();
        let mut blocks = vec![("header.top>p:1", "Industry portal of the north".to_owned()), ("div.ad>p:1", text.to_owned())];
        blocks.push(("main>h1:1", format!("Notice number {i}")));
        if page.extra {
            blocks.push(("main>p:1", format!("The visit of site {i} is on the third day")));
        }
        let at = usize::from(page.extra);
        let paths = ["main>p:1", "main>p:2", "main>p:3", "main>p:4", "main>p:5"];
        let status = if page.status { "Status: open" } else { "Status: closed" };
        for (n, line) in [
            format!("Price {} EUR net of tax", page.price),
            format!("Answers until {} December 2026 at noon", page.day),
            format!("Lot {:x} of the works described in annex {:x}", page.story, page.story % 977),
            status.to_owned(),
        ]
        .into_iter()
        .enumerate()
        {
            blocks.push((paths[n + at], line));
        }
        blocks.push(("footer>p:1", format!("Tick {}", 1_000_000 + self.requests * 7)));
        blocks.push(("footer>p:2", format!("Read {} times since the start of this year", 400 + self.requests)));
        blocks.push(("footer>p:3", "Address of the portal and its imprint".to_owned()));
        let mut html = format!("<!doctype html><html><head><meta name=\"csrf\" content=\"{token:016x}\"><title>{i}</title></head><body>\n");
        for (path, text) in &blocks {
            let _ = writeln!(html, "<p class=\"{path}\">{text}</p>");
        }
        html.push_str("</body></html>");
        (html.into_bytes(), blocks.into_iter().map(|(path, text)| Block { path: path.to_owned(), text }).collect())
    }
}

/// What the pipeline does with a page, in short.
struct Watch {
    rules: Rules,
    now: Timestamp,
    noise: NoiseSeen,
    pages: Vec<(Page, Vec<u8>, Option<Vec<Block>>)>,
    records: BTreeMap<RecordId, Record>,
    requests: usize,
}

impl Watch {
    fn new(count: usize) -> Self {
        let source: SourceId = "s".parse().expect("slug");
        let now = Timestamp::constant(1_795_000_000, 0);
        let page = |i| Page::root(&source, format!("https://a.example/{i}").parse().expect("url"), now);
        let pages = (0..count).map(|i| (page(i), Vec::new(), None)).collect();
        Self { rules: Rules::default(), now, noise: NoiseSeen::default(), pages, records: BTreeMap::new(), requests: 0 }
    }

    /// One check; gives what is news.
    fn check(&mut self, i: usize, site: &mut Site, quiet: bool) -> Vec<Change> {
        self.now += SignedDuration::from_millis(300);
        self.requests += 1;
        let (bytes, blocks) = site.serve(i);
        let (page, snapshot, accepted) = &mut self.pages[i];
        let hash = fingerprint(&bytes, &page.volatile);
        if page.fingerprint == Some(hash) && page.reading == Reading::Settled {
            return Vec::new();
        }
        let text: String = blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
        let found = Found { value: Value::Text(text.clone()), quote: text, path: "main".into() };
        let draft = Draft {
            key: page.url.to_string(),
            kind: RecordKind::Page,
            url: page.url.clone(),
            fields: [(FieldName::new("text"), found)].into(),
            detail: None,
            partial: false,
            again: false,
        };
        let extract = Extract { records: vec![draft], blocks, whole: true, ..Extract::default() };
        let stored: Vec<Record> = page.members.iter().filter_map(|id| self.records.get(id)).cloned().collect();
        let context = Context { now: self.now, quiet, content: ContentHash::of(&bytes), began: None, noise: &self.noise };
        let known = Known { records: &stored, blocks: accepted.as_deref() };
        let comparison = compare(&self.rules, page, known, &extract, &context);
        if comparison.changes.is_empty() && !snapshot.is_empty() {
            let spans = volatile_spans(snapshot, &bytes, &page.volatile);
            page.volatile = spans_outside(&bytes, &spans, &extract);
        }
        page.fingerprint = Some(fingerprint(&bytes, &page.volatile));
        page.members = comparison.members;
        page.reading = comparison.reading;
        page.masks = comparison.masks;
        if comparison.accept_snapshot {
            *snapshot = bytes;
            *accepted = Some(extract.blocks);
        }
        if let Some(noise) = comparison.noise {
            self.noise = noise;
        }
        for record in comparison.records {
            self.records.insert(record.id, record);
        }
        assert_eq!(comparison.look_again.is_some(), !matches!(page.reading, Reading::Settled));
        assert!(page.masks.len() <= 64 && page.volatile.len() <= 64 && self.noise.values.len() <= 256);
        comparison.changes.into_iter().filter(|change| !change.baseline).collect()
    }

    /// All pages once, and again what asks for it, after `group` pages each; gives the news by page.
    fn round(&mut self, site: &mut Site, group: usize, quiet: bool) -> BTreeMap<usize, Vec<Change>> {
        let mut news: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
        let all: Vec<usize> = (0..self.pages.len()).collect();
        for some in all.chunks(group) {
            for i in some {
                news.entry(*i).or_default().extend(self.check(*i, site, quiet));
            }
            let mut looks = 0;
            loop {
                self.now += SignedDuration::from_mins(1);
                let again: Vec<usize> = some.iter().copied().filter(|i| self.pages[*i].0.reading != Reading::Settled).collect();
                if again.is_empty() {
                    break;
                }
                looks += 1;
                assert!(looks < 40, "a page that never settles");
                for i in again {
                    news.entry(i).or_default().extend(self.check(i, site, quiet));
                }
            }
        }
        self.now += SignedDuration::from_hours(1);
        news.retain(|_, changes| !changes.is_empty());
        news
    }
}

fn check(seed: u64, banner: Banner, group: usize) {
    let count = 200;
    let (mut site, mut watch) = (Site::new(seed, banner, count), Watch::new(count));
    assert!(watch.round(&mut site, group, true).is_empty());
    for round in 1..=10 {
        let changed = site.change();
        let news = watch.round(&mut site, group, false);
        let told: Vec<usize> = news.keys().copied().collect();
        assert_eq!(told, changed, "{banner:?} seed {seed} round {round}: {news:?}");
        assert!(news.values().all(|changes| changes.len() == 1 && matches!(changes[0].kind, ChangeKind::Changed(_))));
    }
}

#[test]
fn two_hundred_pages_over_ten_rounds_tell_what_is_real_and_nothing_else() {
    for seed in 0..4 {
        for banner in
            [Banner::Random(3), Banner::Random(5), Banner::RoundRobin(3), Banner::RoundRobin(5), Banner::PerRound(3), Banner::PerRound(5)]
        {
            check(seed, banner, 200);
        }
        check(seed, Banner::Random(4), 20);
        check(seed, Banner::RoundRobin(4), 7);
    }
}

#[test]
fn there_and_back_over_visits_is_two_changes() {
    let (mut site, mut watch) = (Site::new(1, Banner::Random(3), 1), Watch::new(1));
    watch.round(&mut site, 1, true);
    for status in [false, true, false] {
        site.pages[0].status = status;
        assert_eq!(watch.round(&mut site, 1, false).len(), 1);
        assert_eq!(watch.round(&mut site, 1, false).len(), 0);
    }
}

#[test]
fn a_stale_copy_delays_a_change_and_does_not_hide_it() {
    let (mut site, mut watch) = (Site::new(1, Banner::PerRound(1), 1), Watch::new(1));
    watch.round(&mut site, 1, true);
    let old = site.pages[0].price;
    site.pages[0].price = 500;
    assert!(watch.check(0, &mut site, false).is_empty());
    // A cache answers with the old copy once; then the new one stays.
    site.pages[0].price = old;
    assert!(watch.check(0, &mut site, false).is_empty());
    assert_eq!(watch.pages[0].0.reading, Reading::Settled);
    site.pages[0].price = 500;
    assert_eq!(watch.round(&mut site, 1, false).len(), 1);
}
