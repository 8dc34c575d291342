//! How an address could be watched: each way is tried once, politely, and told with what came of it. Stores and writes nothing.

mod own;
mod paged;
mod taken;

use jiff::tz::TimeZone;
use reqwest::header::{ACCEPT, HeaderValue};
use url::Url;

use super::{Rehearsal, Rehearsed, Target};
use crate::base::ids::SourceId;
use crate::base::text::count;
use crate::diff;
use crate::extract::{self, Doubt, Input, Kind, Leaning, Offers, Reading, Script, Spec};
use crate::fetch::{Fetched, Request, SourceSettings};
use crate::model::{Draft, Extract, Failure, HostKey, RecordKind};
use crate::resolve::names_somebody;

pub use own::OwnSample;

/// Records with a name from which on a way is one.
pub const ENOUGH: usize = 3;
/// Feeds of one page that are asked for, and places of JSON behind it that are read.
const FEEDS: usize = 2;
const SCRIPTS: usize = 5;

/// A way to watch an address, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The address is no page but a document by itself.
    Document,
    /// A feed that the page links.
    Feed,
    /// The site's sitemap.
    Sitemap,
    /// JSON that stands in the page for its own script.
    Behind,
    /// What the address answers to who asks for JSON.
    Json,
    /// What the page says for machines.
    Structured,
    /// The lists that the page shows.
    Lists,
    /// The page's text.
    Text,
}

impl Way {
    /// The words used in output.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Document => "the address itself",
            Self::Feed => "a feed that the page links",
            Self::Sitemap => "the sitemap",
            Self::Behind => "JSON behind the page",
            Self::Json => "JSON from the same address",
            Self::Structured => "structured data",
            Self::Lists => "lists of the page",
            Self::Text => "the text of the page",
        }
    }
}

/// What was tried, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The way.
    pub way: Way,
    /// In a sentence without its end.
    pub told: String,
}

/// A way that works.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The way.
    pub way: Way,
    /// The settings.
    pub spec: Spec,
    /// Whether JSON must be asked for.
    pub asks_json: bool,
    /// What comes out.
    pub extract: Extract,
    /// What it is read from.
    pub fetched: Fetched,
    /// What its records seem to be, where that had to be found out.
    pub leaning: Option<Leaning>,
    /// Whether it has enough named records of what the page is about.
    pub good: bool,
    /// What was found to be unsure of it.
    pub unsure: Vec<Doubt>,
    /// The members that its records of JSON have, each with an example.
    pub members: String,
    /// What own pages of its records add.
    pub own: OwnSample,
}

/// How an address could be watched.
#[derive(Clone, Debug, Default)]
pub struct Proposed {
    /// How the address was got.
    pub got: Rehearsed,
    /// Everything that was tried.
    pub tried: Vec<Tried>,
    /// What works, and what works but for other things; in the order of trying.
    pub ways: Vec<Proposal>,
    /// What the page offers, where it is one.
    pub offers: Option<Offers>,
    /// The page's title.
    pub title: String,
}

impl Proposed {
    /// The way to take: the first good one. Of a kind that is wanted, the first that gives anything will do.
    pub fn choice(&self, wanted: Option<Kind>) -> Option<&Proposal> {
        let Some(kind) = wanted else { return self.ways.iter().find(|way| way.good) };
        let of_kind = || self.ways.iter().filter(|way| way.spec.kind == kind.word());
        of_kind().find(|way| way.good).or_else(|| of_kind().find(|way| !way.extract.records.is_empty()))
    }

    /// What is unsure of a way.
    pub fn doubts(&self, way: &Proposal) -> Vec<Doubt> {
        let of_page = matches!(way.way, Way::Structured | Way::Lists);
        let mut out = extract::doubts(&way.spec, &way.extract, self.offers.as_ref().filter(|_| of_page));
        if let Some(leaning) = way.leaning.as_ref().filter(|leaning| !leaning.sure) {
            let other = if leaning.kind == Kind::Listing { "directory" } else { "listing" };
            let jobs = leaning.records == Some(RecordKind::Vacancy);
            let setting = if jobs {
                "records = \"offer\", or \"company\"".to_owned()
            } else if way.spec.kind == Kind::Json.word() {
                "records = \"company\", or \"offer\"".to_owned()
            } else {
                format!("kind = \"{other}\" (--kind {other})")
            };
            let whether = if jobs { "vacancies" } else { "companies or what they offer" };
            out.insert(0, Doubt { what: format!("whether its records are {whether}: {}", leaning.why), setting });
        }
        out.extend(way.unsure.iter().cloned());
        out.extend(way.spec.fields.is_empty().then(|| owner(way)).flatten().map(|path| Doubt {
            what: format!("whom its records are about: `{path}` is taken as `company`"),
            setting: "`fields = { title = \"title\", company = \"another.name\" }` with every field that you want takes another".to_owned(),
        }));
        let named = |draft: &Draft| draft.fields.keys().any(|field| names_somebody(draft.kind, field.as_str()));
        let reader = way.spec.compile(&nameless()).ok().filter(|_| !way.extract.records.iter().any(named));
        out.extend(reader.map(|reader| {
            let what = format!("whom its records are about: none of them names an organisation; {}", reader.unnamed());
            let setting = match (way.members.as_str(), way.spec.fields.is_empty()) {
                ("", _) => reader.naming().to_owned(),
                (members, true) => format!("{}. Its records have {members}", reader.naming()),
                (members, false) => format!("`company = \"…\"` in fields, with the member that names it. Its records have {members}"),
            };
            Doubt { what, setting }
        }));
        out
    }

    fn told(&mut self, way: Way, told: impl Into<String>) {
        self.tried.push(Tried { way, told: told.into() });
    }
}

/// Where records of JSON name whom they are about, where that had to be found out.
fn owner(way: &Proposal) -> Option<String> {
    let found = way.extract.records.iter().find_map(|draft| draft.fields.get("company").filter(|_| way.spec.kind == Kind::Json.word()))?;
    let path = found.path.rsplit_once("].").map_or(found.path.as_str(), |(_, path)| path);
    (path != "company").then(|| path.to_owned())
}

/// About a source that has no name yet.
pub(super) fn nameless() -> extract::About {
    let source: SourceId = "new".parse().expect("`new` is a good id");
    extract::About { source, zone: TimeZone::UTC, country: None }
}

fn spec(kind: Kind, url: &Url) -> Spec {
    Spec { kind: kind.word().to_owned(), url: Some(url.to_string()), ..Spec::default() }
}

fn named(extract: &Extract) -> usize {
    extract.records.iter().filter(|draft| extract::has_name(draft).is_some()).count()
}

impl Rehearsal {
    /// Tries every way to watch an address. At most a handful of requests, all to its own host.
    pub async fn propose(&self, url: &Url, wanted: Option<Kind>) -> Proposed {
        let mut out = Proposed::default();
        let fetched = match self.get(&Target::Url(url.clone()), &SourceSettings::default(), &mut out.got).await {
            Ok(fetched) => fetched,
            Err(failure) => {
                out.got.failure = Some(failure);
                return out;
            }
        };
        let kind = extract::sniff(&fetched.bytes, fetched.content_type.as_deref(), &fetched.url);
        if kind != Kind::Page {
            self.document(kind, url, fetched, &mut out).await;
            return out;
        }
        out.told(Way::Document, "a page of HTML: no feed, no sitemap, no JSON, no document of a tender portal");
        let page = fetched.clone();
        let offers = self.pool.run(url.as_str(), {
            let (now, fetched) = (self.clock.now(), page.clone());
            move |expired| extract::offers(&input(&fetched, now, expired))
        });
        match offers.await {
            Ok(offers) => Box::pin(self.page(url, &page, offers, wanted, &mut out)).await,
            Err(failure) => out.got.failure = Some(failure),
        }
        out
    }

    async fn document(&self, kind: Kind, url: &Url, fetched: Fetched, out: &mut Proposed) {
        if kind == Kind::Feed {
            self.thin_notices(url, &fetched, out).await;
        }
        match self.read_as(spec(kind, url), &fetched).await {
            Ok(read) => {
                out.told(Way::Document, format!("{}: {}", what(kind), records(&read.extract)));
                let good = named(&read.extract) >= ENOUGH || (kind == Kind::Tenders && !read.extract.records.is_empty());
                out.ways.push(self.paged(read.proposal(Way::Document, fetched, good), &SourceSettings::default()).await);
            }
            Err(failure) => out.told(Way::Document, format!("{}, which cannot be read: {failure}", what(kind))),
        }
    }

    /// A feed whose entries have the classes or the deadlines of tenders is one of notices.
    async fn thin_notices(&self, url: &Url, fetched: &Fetched, out: &mut Proposed) {
        let Ok(read) = self.read_as(spec(Kind::Tenders, url), fetched).await else { return };
        let classed = |draft: &&Draft| ["deadline", "cpv", "unspsc", "naics"].iter().any(|name| draft.value(name).is_some());
        let (all, of_tenders) = (read.extract.records.len(), read.extract.records.iter().filter(classed).count());
        if of_tenders * 2 > all {
            let how = format!("{of_tenders} of {all} entries have a deadline or a class of tenders: it is read as notices");
            out.told(Way::Document, format!("a feed: {how}"));
            out.ways.push(read.proposal(Way::Document, fetched.clone(), true));
        }
    }

    async fn page(&self, url: &Url, page: &Fetched, offers: Offers, wanted: Option<Kind>, out: &mut Proposed) {
        out.title.clone_from(&offers.reading.title);
        // The list first, without a request: what the page shows tells whether a feed or JSON holds the same.
        let list = self.list(url, page, wanted, &offers.reading).await;
        let shown = list.as_ref().map_or(0, |list| named(&list.extract));
        self.feeds(page, &offers, out).await;
        self.sitemap(page, out).await;
        self.behind(url, page, (&offers, shown), out).await;
        if !out.ways.iter().any(|way| way.good && way.way == Way::Behind) {
            self.json(url, page, (&offers, shown), out).await;
        }
        match offers.things {
            0 => out.told(Way::Structured, "none that name three things of one class"),
            things => out.told(
                Way::Structured,
                format!("{}; they are read together with the lists", count(things, "thing is named", "things are named")),
            ),
        }
        match list {
            Some(list) if !list.extract.records.is_empty() => {
                out.told(Way::Lists, records(&list.extract));
                // Own pages are asked for where they will be read.
                let read = wanted.is_some() || !out.ways.iter().any(|way| way.good);
                let list = if read { self.with_own_pages(list, offers.reading.language.as_deref()).await } else { list };
                out.ways.push(Proposal { way: if offers.reading.lists.is_empty() { Way::Structured } else { Way::Lists }, ..list });
            }
            Some(_) | None => match &offers.reading.short {
                Some(short) => out.told(Way::Lists, format!("a list of {}: too short to be sure that it is one", short.records.len())),
                None => out.told(Way::Lists, "nothing repeats on it as the records of a list do"),
            },
        }
        if let Ok(read) = self.read_as(spec(Kind::Page, url), page).await {
            out.ways.push(read.proposal(Way::Text, page.clone(), false));
        }
        out.offers = Some(offers);
    }

    async fn list(&self, url: &Url, page: &Fetched, wanted: Option<Kind>, shown: &Reading) -> Option<Proposal> {
        let wanted = wanted.filter(|kind| matches!(kind, Kind::Listing | Kind::Directory));
        let mut read = self.read_as(spec(wanted.unwrap_or(Kind::Directory), url), page).await.ok()?;
        let found = extract::leaning(&read.extract, url, &shown.title);
        if wanted.unwrap_or(found.kind) == Kind::Listing {
            let kind = Kind::Listing.word().to_owned();
            let records = found.records.map(|records| records.word().to_owned());
            read = self.read_as(Spec { kind, records, ..read.spec }, page).await.ok()?;
        }
        let dated = read.spec.clone().with_dates_of(&read.extract);
        if dated.dates != read.spec.dates {
            read = self.read_as(dated, page).await.ok()?;
        }
        if let Some(country) = extract::country_of_phones(&read.extract, shown).filter(|_| read.spec.country.is_none()) {
            let national = Spec { country: Some(country.to_owned()), ..read.spec.clone() };
            let again = self.read_as(national, page).await.ok()?;
            let phones = again.extract.records.iter().filter(|draft| draft.value("phone").is_some()).count();
            if phones * 2 > again.extract.records.len() {
                read = again;
                let what = format!("its telephone numbers are read as those of {country}, by the language of the page");
                read.unsure.push(Doubt {
                    what,
                    setting: format!("country = \"{country}\" is written; the code of another country reads them as its own"),
                });
            }
        }
        if read.spec.country.is_none()
            && let Some(country) = extract::country_of_places(&read.extract, shown)
        {
            read = self.read_as(Spec { country: Some(country.to_owned()), ..read.spec.clone() }, page).await.ok()?;
            let what = format!("its records are taken to be in {country}, by their postcodes and the language of the page");
            let setting = format!("country = \"{country}\" is written; without it a record is in the country that it says itself");
            read.unsure.push(Doubt { what, setting });
        }
        let beside = diff::Beside { says: &extract::aside_of, own: &read.extract.around };
        let apart = diff::set_apart(&mut read.extract.records, &[], &beside);
        read.unsure.extend(apart.into_iter().map(|one| Doubt {
            what: format!("\"{}\": {}", one.path, one.reason),
            setting: "record says which elements are records; --selectors writes it".to_owned(),
        }));
        let good = named(&read.extract) >= ENOUGH;
        Some(Proposal { leaning: wanted.is_none().then_some(found), ..read.proposal(Way::Lists, page.clone(), good) })
    }

    async fn feeds(&self, page: &Fetched, offers: &Offers, out: &mut Proposed) {
        if offers.feeds.is_empty() {
            out.told(Way::Feed, "the page links none");
        }
        for feed in offers.feeds.iter().take(FEEDS) {
            if HostKey::of(feed) != HostKey::of(&page.url) {
                out.told(Way::Feed, format!("{feed} is on another host, and was not asked: `atalaya source add {feed}` looks at it"));
                continue;
            }
            let read = match self.ask(feed, &SourceSettings::default()).await {
                Ok(fetched) => self.read_as(spec(Kind::Feed, feed), &fetched).await.map(|read| (fetched, read)),
                Err(failure) => Err(failure),
            };
            match read {
                Ok((fetched, read)) => {
                    let (shown, all) = (offers.shows(&read.extract), read.extract.records.len());
                    let same = shown > 0 && shown * 2 >= all;
                    let about = if same {
                        format!("{shown} of them are on the page")
                    } else {
                        format!("only {shown} of them are on the page: it is of something else")
                    };
                    out.told(Way::Feed, format!("{feed}: {}, {about}", records(&read.extract)));
                    let good = same && named(&read.extract) >= ENOUGH;
                    out.ways.push(read.proposal(Way::Feed, fetched, good));
                }
                Err(failure) => out.told(Way::Feed, format!("{feed} cannot be read: {failure}")),
            }
        }
    }

    async fn sitemap(&self, page: &Fetched, out: &mut Proposed) {
        if page.url.path() != "/" || page.url.query().is_some() {
            out.told(Way::Sitemap, "not asked: the address is not the root of its site");
            return;
        }
        let own = HostKey::of(&page.url);
        let lane = self.web.lane(&own, None);
        let told = lane.sitemaps().iter().filter_map(|line| Url::parse(line).ok()).find(|url| HostKey::of(url) == own);
        let Some(url) = told.or_else(|| page.url.join("/sitemap.xml").ok()) else { return };
        let read = match self.ask(&url, &SourceSettings::default()).await {
            Ok(fetched) if extract::sniff(&fetched.bytes, fetched.content_type.as_deref(), &fetched.url) == Kind::Sitemap => {
                self.read_as(spec(Kind::Sitemap, &url), &fetched).await.map(|read| (fetched, read))
            }
            Ok(_) => return out.told(Way::Sitemap, format!("{url} is none")),
            Err(failure) => Err(failure),
        };
        match read {
            Ok((fetched, read)) => {
                let further = read.extract.follow.len();
                let lists =
                    if further == 0 { String::new() } else { format!(", and {}", count(further, "further sitemap", "further sitemaps")) };
                out.told(Way::Sitemap, format!("{url}: {}{lists}", records(&read.extract)));
                let good = named(&read.extract) >= ENOUGH;
                out.ways.push(read.proposal(Way::Sitemap, fetched, good));
            }
            Err(failure) => out.told(Way::Sitemap, format!("{url} cannot be read: {failure}")),
        }
    }

    async fn behind(&self, url: &Url, page: &Fetched, (offers, shown): (&Offers, usize), out: &mut Proposed) {
        if offers.scripts.is_empty() {
            out.told(Way::Behind, "no script or attribute holds three objects");
        }
        for Script { select, filter, objects } in offers.scripts.iter().take(SCRIPTS) {
            let with = Spec { select: extract::List(vec![select.clone()]), filter: Some(filter.clone()), ..spec(Kind::Json, url) };
            match self.read_as(with, page).await {
                Ok(read) => {
                    // What was taken by its content alone may be a menu or settings of the script.
                    let sure = named(&read.extract) >= ENOUGH && read.unsure.is_empty();
                    let good = sure && about_the_same(&read.extract, offers, shown);
                    let other = if good { "" } else { ": other things than the page shows, or without names" };
                    out.told(Way::Behind, format!("`{select}`, {filter}: {}{other}", records(&read.extract)));
                    out.ways.push(read.proposal(Way::Behind, page.clone(), good));
                }
                Err(failure) => out.told(Way::Behind, format!("`{select}` holds {objects} objects that cannot be read: {failure}")),
            }
        }
    }

    async fn json(&self, url: &Url, page: &Fetched, (offers, shown): (&Offers, usize), out: &mut Proposed) {
        let mut settings = SourceSettings::default();
        settings.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let fetched = match self.ask(&page.url, &settings).await {
            Ok(fetched) => fetched,
            Err(failure) => return out.told(Way::Json, format!("asked for `application/json`, it refuses: {failure}")),
        };
        if extract::sniff(&fetched.bytes, fetched.content_type.as_deref(), &fetched.url) != Kind::Json {
            return out.told(Way::Json, "asked for `application/json`, it gives the same page");
        }
        match self.read_as(spec(Kind::Json, url), &fetched).await {
            Ok(read) => {
                out.told(Way::Json, records(&read.extract));
                let good = named(&read.extract) >= ENOUGH && about_the_same(&read.extract, offers, shown);
                out.ways.push(self.paged(read.proposal(Way::Json, fetched, good), &settings).await);
            }
            Err(failure) => out.told(Way::Json, format!("it cannot be read: {failure}")),
        }
    }

    /// One more page of the host that was asked already.
    pub(super) async fn ask(&self, url: &Url, settings: &SourceSettings) -> Result<Fetched, Failure> {
        let request = Request { url, validators: None, full: true, body: settings.body.as_ref(), source: settings };
        self.web.lane(&HostKey::of(url), None).fetch(&request).await.result
    }

    /// The same with selectors, or why there are none.
    pub async fn with_selectors(&self, way: &Proposal) -> Result<Result<extract::Derived, String>, Failure> {
        let (spec, extract, fetched, now) = (way.spec.clone(), way.extract.clone(), way.fetched.clone(), self.clock.now());
        let what = fetched.url.to_string();
        self.pool.run(&what, move |expired| extract::derive(&input(&fetched, now, expired), &spec, &nameless(), &extract)).await
    }
}

/// Whether JSON is of what the page shows: where the page shows a list, half of it at least must be there.
fn about_the_same(extract: &Extract, offers: &Offers, shown: usize) -> bool {
    shown < ENOUGH || offers.shows(extract) * 2 >= shown
}

pub(super) fn input<'a>(fetched: &'a Fetched, now: jiff::Timestamp, expired: &'a dyn Fn() -> bool) -> Input<'a> {
    let (content_type, next) = (fetched.content_type.as_deref(), fetched.next.as_ref());
    Input { bytes: &fetched.bytes, content_type, url: &fetched.url, next, now, expired }
}

fn records(extract: &Extract) -> String {
    let (all, named) = (extract.records.len(), named(extract));
    let how = if named == all { "each with a name".to_owned() } else { format!("{named} with a name") };
    if all == 0 { "no records".to_owned() } else { format!("{}, {how}", count(all, "record", "records")) }
}

fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::Feed => "a feed",
        Kind::Sitemap => "a sitemap",
        Kind::Json => "JSON",
        Kind::Tenders => "a document of a tender portal",
        Kind::Listing | Kind::Directory | Kind::Page => "a page",
    }
}
