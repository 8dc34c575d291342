//! Turns bytes into records. Pure and bounded: no clock, no network, no store; it never asks whether a record is new.
//!
//! A closed set of kinds, one file each ([`Kind`]); all of them read fields by the same steps (`transform`) and types (`value`),
//! and make records by the same rule (`record`).

pub mod archive;
mod asides;
mod buyers;
mod captions;
pub mod contacts;
mod decode;
mod derive;
mod doubts;
mod fair;
mod feed;
mod found;
mod html;
mod icons;
mod json;
mod known;
mod listing;
mod lists;
mod main_text;
mod markup;
mod naming;
mod offers;
mod page;
mod portal;
pub mod product;
mod reading;
mod record;
mod requests;
mod rung;
mod selector;
mod sheet;
mod shown;
mod sitemap;
mod sniff;
mod spec;
mod staff;
pub mod structured;
mod tenders;
mod transform;
mod transport;
mod vacancies;
mod value;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::base::ids::SourceId;
use crate::model::{Draft, Extract, Failure, FailureClass, Fault, Filed, RecordKind, Whole};

pub use asides::aside_of;
pub use decode::decode;
pub use derive::{Derived, derive};
pub use doubts::{
    Doubt, Filled, Leaning, country_of_language, country_of_phones, country_of_places, doubts, filled, has_name, is_number_as_written,
    leaning, unfollowed, unknown_country,
};
pub use found::{Known, OwnPage, contact_mark, contacts_of_site};
pub use json::{Members, Paged, PagingWay};
pub use naming::USUAL_FIELDS;
pub use offers::{Offers, Script, offers};
pub use portal::Portal;
pub use reading::{Cell, Column, Item, Listed, PageType, Reading, read_page};
pub use sheet::{
    ROWS as SHEET_ROWS, Sheet, SheetColumn, SheetError, SheetFormat, SheetRow, SheetSettings, column_field, not_text, read as read_sheet,
};
pub use sniff::sniff;
pub use spec::{FieldSpec, FieldTable, KEYS, List, PageParam, PageParamTable, PagingSpec, Spec};
pub use transport::{Brought, Came, Onward, Transport, TransportSpec, TransportTable, is_of_the_page};

/// How an answer of JSON seems to be paged. `records`: how many it holds; `total`: how many its head says that there are.
pub fn paging_of(input: &Input<'_>, (records, total): (usize, Option<u64>)) -> Paged {
    json::paging_of(input, (records, total))
}

/// Pages of one visit when the settings do not say.
const PAGES: u32 = 20;
/// The same for a sitemap, whose index names its parts.
const SITEMAP_PAGES: u32 = 501;
/// The most that the settings may say.
const MOST_PAGES: u32 = 100_000;

/// What a source's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Offers or requests in a list, read by selectors.
    Listing,
    /// Companies in a list, read by selectors.
    Directory,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A sitemap or an index of sitemaps.
    Sitemap,
    /// The answer of a JSON API.
    Json,
    /// Notices of a procurement portal, in any of the formats known.
    Tenders,
    /// One page, watched for its text.
    Page,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [Self::Listing, Self::Directory, Self::Feed, Self::Sitemap, Self::Json, Self::Tenders, Self::Page];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Directory => "directory",
            Self::Feed => "feed",
            Self::Sitemap => "sitemap",
            Self::Json => "json",
            Self::Tenders => "tenders",
            Self::Page => "page",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Pages of one visit when the settings do not say.
    const fn pages(self) -> u32 {
        match self {
            Self::Sitemap => SITEMAP_PAGES,
            Self::Listing | Self::Directory | Self::Feed | Self::Json | Self::Tenders | Self::Page => PAGES,
        }
    }

    /// What its records are when the settings do not say.
    pub const fn records(self) -> RecordKind {
        match self {
            Self::Listing | Self::Json => RecordKind::Offer,
            Self::Directory => RecordKind::Company,
            Self::Feed => RecordKind::Article,
            Self::Tenders => RecordKind::Tender,
            Self::Sitemap | Self::Page => RecordKind::Page,
        }
    }
}

/// What a reader must know of its source besides its own settings.
#[derive(Clone, Debug)]
pub struct About {
    /// Whose records they are.
    pub source: SourceId,
    /// Zone of times that name none; UTC when the source has none.
    pub zone: TimeZone,
    /// Country of the source (ISO 3166-1 alpha-2), for telephone numbers, when `country` is not set.
    pub country: Option<String>,
}

/// One page's bytes and what is known about them.
pub struct Input<'a> {
    /// The body, decompressed.
    pub bytes: &'a [u8],
    /// The header, as sent.
    pub content_type: Option<&'a str>,
    /// The final address, after redirects.
    pub url: &'a Url,
    /// The next page, where the head of the answer names one (the header `Link`, RFC 8288).
    pub next: Option<&'a Url>,
    /// When it was fetched.
    pub now: Timestamp,
    /// Says true once the parse has used up its time ([`crate::base::caps::PARSE_TIME`]); asked between small steps.
    pub expired: &'a dyn Fn() -> bool,
}

impl Input<'_> {
    /// Whether the time is used up.
    pub fn expired(&self) -> bool {
        (self.expired)()
    }

    /// [`FailureClass::ParseLimit`] when the time is used up.
    pub fn check_time(&self) -> Result<(), Failure> {
        if self.expired() {
            let cap = crate::base::caps::PARSE_TIME.as_secs();
            return Err(Failure::new(FailureClass::ParseLimit, format!("reading {} took more than {cap} s", self.url)));
        }
        Ok(())
    }
}

/// A source's settings, checked and compiled: reads its pages.
pub struct Reader {
    kind: Kind,
    roots: Vec<Url>,
    pages: u32,
    transport: Transport,
    by: By,
}

enum By {
    Listing(Box<listing::ListingReader>),
    Found(Box<found::FoundReader>),
    Feed(feed::FeedReader),
    Sitemap(sitemap::SitemapReader),
    Json(Box<json::JsonReader>),
    Tenders(Box<tenders::TenderReader>),
    Page(page::PageReader),
}

impl Reader {
    /// The addresses the source starts from, in the order of the settings.
    pub fn roots(&self) -> &[Url] {
        &self.roots
    }

    /// What the source is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// At most so many pages belong to one visit (`pages`), the roots counted; whoever follows [`Extract::follow`] holds it.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Whether absence from an unchanged page says something, as [`Extract::whole`] does of one that was read.
    pub fn is_whole(&self) -> bool {
        match self.kind {
            Kind::Feed | Kind::Tenders => self.transport.whole(),
            Kind::Listing | Kind::Directory | Kind::Sitemap | Kind::Json | Kind::Page => !self.transport.varies(),
        }
    }

    /// Whether the next page is named by the head of an answer (`Link`), and not by its body.
    pub fn follows_head(&self) -> bool {
        matches!(&self.by, By::Json(reader) if reader.follows_head())
    }

    /// How the whole of it is got.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Reads one page. No records is no error here: the caller knows what is usual.
    ///
    /// # Errors
    ///
    /// [`FailureClass::Unreadable`] when the bytes are not of this kind, [`FailureClass::ParseLimit`] when a limit is reached.
    pub fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        self.read_knowing(input, &Known::default())
    }

    /// Which members of the records of JSON are the fields that people look for; none of any other kind.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub fn members(&self, input: &Input<'_>) -> Result<Members, Failure> {
        match &self.by {
            By::Json(reader) => reader.members(input),
            By::Listing(_) | By::Found(_) | By::Feed(_) | By::Sitemap(_) | By::Tenders(_) | By::Page(_) => Ok(Members::default()),
        }
    }

    /// Whether it learns from what it reads: what is known helps it to read on.
    pub fn learns(&self) -> bool {
        matches!(self.by, By::Found(_))
    }

    /// As [`Reader::read`], with what is known of the source and the page.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub fn read_knowing(&self, input: &Input<'_>, known: &Known<'_>) -> Result<Extract, Failure> {
        let mut extract = match &self.by {
            By::Listing(reader) => reader.read(input),
            By::Found(reader) => reader.read(input, known),
            By::Feed(reader) => reader.read(input),
            By::Sitemap(reader) => reader.read(input),
            By::Json(reader) => reader.read(input),
            By::Tenders(reader) => reader.read(input),
            By::Page(reader) => reader.read(input),
        }?;
        extract.whole = (extract.whole || self.transport.whole()) && !self.transport.varies();
        Ok(extract)
    }

    /// Why a page gives less than the settings ask for, in sentences: selectors that match nothing, with what of them does, and the list that
    /// the page shows by itself. Only listings and directories have selectors that can be told of.
    ///
    /// # Errors
    ///
    /// [`FailureClass::ParseLimit`], as [`Reader::read`].
    pub fn remarks(&self, input: &Input<'_>) -> Result<Vec<String>, Failure> {
        match &self.by {
            By::Listing(reader) => reader.remarks(input),
            By::Found(_) | By::Feed(_) | By::Sitemap(_) | By::Json(_) | By::Tenders(_) | By::Page(_) => Ok(Vec::new()),
        }
    }

    /// The records of a procedure as all its notices have it, the oldest first; `None` when nothing can be read, and for other kinds than
    /// tenders.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub fn whole(&self, notices: &[Filed], page: &Url, expired: &dyn Fn() -> bool) -> Result<Option<Whole>, Failure> {
        match &self.by {
            By::Tenders(reader) => reader.whole(notices, page, expired),
            By::Listing(_) | By::Found(_) | By::Feed(_) | By::Sitemap(_) | By::Json(_) | By::Page(_) => Ok(None),
        }
    }

    /// Reads a record's own page; only listings and directories have such pages, for the others it says nothing.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub fn read_own(&self, draft: &Draft, input: &Input<'_>, known: &Known<'_>) -> Result<OwnPage, Failure> {
        match &self.by {
            By::Listing(reader) => {
                let mut whole = draft.clone();
                reader.read_detail(&mut whole, input)?;
                let country = found::country_of_own(&whole, input, known)?;
                Ok(OwnPage::new(whole, country.into_iter().collect()))
            }
            By::Found(reader) => reader.read_own(draft, input, known),
            By::Feed(_) | By::Sitemap(_) | By::Json(_) | By::Tenders(_) | By::Page(_) => Ok(OwnPage::new(draft.clone(), Vec::new())),
        }
    }
}

impl Spec {
    /// Checks and compiles the settings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, not only the first.
    pub fn compile(&self, about: &About) -> Result<Reader, Vec<Fault>> {
        let mut faults = Vec::new();
        let filled = self.of_portal(&mut faults);
        filled.compile_own(about, faults)
    }

    /// The settings with what the portal's name stands for.
    fn of_portal(&self, faults: &mut Vec<Fault>) -> Self {
        let mut filled = self.clone();
        let Some(name) = &self.portal else { return filled };
        let Some(portal) = Portal::of(name) else {
            let names: Vec<_> = portal::all().keys().map(|name| format!("`{name}`")).collect();
            faults.push(Fault::new("portal", name, format!("one of {}", names.join(", "))));
            return filled;
        };
        if filled.url.is_none() && filled.urls.is_empty() {
            filled.url = Some(portal.url);
        }
        filled.pages = filled.pages.or(Some(portal.pages));
        filled.transport = filled.transport.or(portal.transport);
        filled
    }

    fn compile_own(&self, about: &About, mut faults: Vec<Fault>) -> Result<Reader, Vec<Fault>> {
        let roots = self.roots(&mut faults);
        let Some(kind) = Kind::from_word(&self.kind) else {
            // What is written is judged by the kind that was meant; what it lacks by that kind is not.
            let meant =
                self.meant().map(|kind| Self { kind: kind.word().to_owned(), urls: Vec::new(), url: None, portal: None, ..self.clone() });
            let judged = meant.and_then(|meant| meant.compile(about).err()).unwrap_or_default();
            faults.extend(judged.into_iter().filter(|fault| !fault.found.is_empty()));
            faults.push(Fault::new("kind", &self.kind, "one of `listing`, `directory`, `feed`, `sitemap`, `json`, `tenders`, `page`"));
            return Err(faults);
        };
        let by = match kind {
            Kind::Listing | Kind::Directory if self.record.is_none() => {
                Some(By::Found(Box::new(found::FoundReader::compile(self, about, &mut faults))))
            }
            Kind::Listing | Kind::Directory => {
                listing::ListingReader::compile(self, about, &mut faults).map(|reader| By::Listing(Box::new(reader)))
            }
            Kind::Feed => feed::FeedReader::compile(self, about, &mut faults).map(By::Feed),
            Kind::Sitemap => sitemap::SitemapReader::compile(self, about, &mut faults).map(By::Sitemap),
            Kind::Json => json::JsonReader::compile(self, about, &mut faults).map(|reader| By::Json(Box::new(reader))),
            Kind::Tenders => tenders::TenderReader::compile(self, about, &mut faults).map(|reader| By::Tenders(Box::new(reader))),
            Kind::Page => page::PageReader::compile(self, about, &mut faults).map(By::Page),
        };
        let pages = self.page_limit(kind, &mut faults);
        let zone = self.portal.as_deref().and_then(Portal::of).and_then(|portal| TimeZone::get(&portal.zone).ok());
        let transport = TransportSpec::compile(self.transport.as_ref(), &roots, &zone.unwrap_or_else(|| about.zone.clone()), &mut faults);
        self.check_kind(kind, &mut faults);
        match by {
            Some(by) if faults.is_empty() => Ok(Reader { kind, roots, pages, transport, by }),
            _ => Err(faults),
        }
    }

    /// The kind that the keys speak of which only one kind has.
    fn meant(&self) -> Option<Kind> {
        let listing = self.record.is_some() || self.next.is_some() || self.detail.is_some() || !self.detail_fields.is_empty();
        let told = [(listing, Kind::Listing), (self.paging.is_some(), Kind::Json), (!self.select.0.is_empty(), Kind::Page)];
        match told.into_iter().filter(|(told, _)| *told).collect::<Vec<_>>().as_slice() {
            [(_, only)] => Some(*only),
            _ => None,
        }
    }

    /// The addresses of `url` and `urls`.
    fn roots(&self, faults: &mut Vec<Fault>) -> Vec<Url> {
        let written = self.url.iter().map(|url| ("url".to_owned(), url));
        let listed = self.urls.iter().enumerate().map(|(i, url)| (format!("urls[{i}]"), url));
        let mut roots = Vec::new();
        for (key, text) in written.chain(listed) {
            match Url::parse(text) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                    if !roots.contains(&url) {
                        roots.push(url);
                    }
                }
                Ok(_) | Err(_) => faults.push(Fault::new(key, text, "an address such as `https://example.org/list`")),
            }
        }
        // A portal that is not known stands for an address all the same.
        if self.url.is_none() && self.urls.is_empty() && self.portal.is_none() {
            let expected = if self.kind == Kind::Tenders.word() {
                "the address to watch, or instead of it `portal`: a name such as `placsp` stands for all that a known portal needs"
            } else {
                "the address to watch, such as `https://example.org/list`"
            };
            faults.push(Fault::new("url", "", expected));
        }
        roots
    }

    /// The pages of one visit; a fault names `pages`.
    fn page_limit(&self, kind: Kind, faults: &mut Vec<Fault>) -> u32 {
        let pages = self.pages.unwrap_or(kind.pages());
        if !(1..=MOST_PAGES).contains(&pages) {
            faults.push(Fault::new("pages", pages.to_string(), format!("a number from 1 to {MOST_PAGES}")));
        }
        pages
    }

    /// Faults for settings that this kind would silently leave unused.
    fn check_kind(&self, kind: Kind, faults: &mut Vec<Fault>) {
        let listing = matches!(kind, Kind::Listing | Kind::Directory);
        let used = [
            ("record", self.record.is_some(), listing, "listing` and `directory"),
            ("next", self.next.is_some(), listing, "listing` and `directory"),
            ("page_param", self.page_param.is_some(), listing, "listing` and `directory"),
            ("detail", self.detail.is_some(), listing, "listing` and `directory"),
            ("detail_fields", !self.detail_fields.is_empty(), listing, "listing` and `directory"),
            ("filter", self.filter.is_some(), matches!(kind, Kind::Json | Kind::Sitemap), "json` and `sitemap"),
            ("paging", self.paging.is_some(), kind == Kind::Json, "json"),
            ("portal", self.portal.is_some(), kind == Kind::Tenders, "tenders"),
            ("format", self.format.is_some(), kind == Kind::Tenders, "tenders"),
            ("transport", self.transport.is_some(), matches!(kind, Kind::Tenders | Kind::Json | Kind::Feed), "tenders`, `json` and `feed"),
            ("select", !self.select.0.is_empty(), matches!(kind, Kind::Page | Kind::Json), "page` and `json"),
            ("remove", !self.remove.0.is_empty(), kind == Kind::Page, "page"),
        ];
        for (key, _, _, kinds) in used.into_iter().filter(|(_, set, fits, _)| *set && !*fits) {
            faults.push(Fault::new(key, kind.word(), format!("only sources of kind `{kinds}` have it: leave it out")));
        }
    }

    /// What the records are: `records`, else what the kind usually holds.
    fn record_kind(&self, kind: Kind, faults: &mut Vec<Fault>) -> RecordKind {
        let Some(word) = &self.records else { return kind.records() };
        RecordKind::from_word(word).unwrap_or_else(|| {
            let words: Vec<_> = RecordKind::ALL.iter().map(|kind| format!("`{}`", kind.word())).collect();
            faults.push(Fault::new("records", word, format!("one of {}", words.join(", "))));
            kind.records()
        })
    }
}

/// The body as text.
fn text_of<'a>(input: &Input<'a>) -> std::borrow::Cow<'a, str> {
    decode(input.bytes, input.content_type, input.url)
}

/// A reader without settings, for `check URL|FILE`. Listings and directories need selectors, so they are read as pages.
pub fn by_content(kind: Kind, url: &Url, about: &About) -> Reader {
    let kind = match kind {
        Kind::Listing | Kind::Directory => Kind::Page,
        Kind::Feed | Kind::Sitemap | Kind::Json | Kind::Tenders | Kind::Page => kind,
    };
    let spec = Spec { kind: kind.word().to_owned(), ..Spec::default() };
    let mut faults = Vec::new();
    let by = match kind {
        Kind::Feed => feed::FeedReader::compile(&spec, about, &mut faults).map(By::Feed),
        Kind::Sitemap => sitemap::SitemapReader::compile(&spec, about, &mut faults).map(By::Sitemap),
        Kind::Json => json::JsonReader::compile(&spec, about, &mut faults).map(|reader| By::Json(Box::new(reader))),
        Kind::Tenders => tenders::TenderReader::compile(&spec, about, &mut faults).map(|reader| By::Tenders(Box::new(reader))),
        Kind::Listing | Kind::Directory | Kind::Page => page::PageReader::compile(&spec, about, &mut faults).map(By::Page),
    };
    let by = by.expect("each kind but listings compiles without settings");
    Reader { kind, roots: vec![url.clone()], pages: kind.pages(), transport: Transport::Follow, by }
}

#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;
