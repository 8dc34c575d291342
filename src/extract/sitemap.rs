//! Reads the kind `sitemap`: the addresses of a site as records, the parts of an index as pages to follow. Knows no content of a page.
//!
//! Streaming, so that a cut-off file gives what was complete. Limits of sitemaps.org: 50,000 addresses, 50 MB unpacked.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::Event;
use regex::Regex;
use url::Url;

use super::decode::decode;
use super::known::{self, Known};
use super::markup;
use super::record::{Gather, Parts, RecordRule};
use super::transform::{self, Plan, Words};
use super::value::Hints;
use super::{About, Input, Kind, Spec};
use crate::base::caps;
use crate::model::{BadEntry, Extract, Failure, FailureClass, Fault};

/// Addresses read from one sitemap.
const ADDRESSES: usize = 50_000;
/// Parts of an index that are followed.
const PARTS: usize = 500;
/// Characters of one text that are kept.
const TEXT_CHARS: usize = 4_096;
/// Entries that could not be read, reported one by one.
const REPORTED: usize = 50;

/// What a sitemap says about each address, by the names fields have here.
const NAMES: [Known; 4] = [("url", "url", false), ("lastmod", "time", false), ("title", "text", false), ("published", "time", false)];

/// Compiled settings of the kind `sitemap`.
pub(super) struct SitemapReader {
    rule: RecordRule,
    plans: Vec<Plan>,
    wanted: Option<Regex>,
    roots: Vec<String>,
}

/// One `<url>` or `<sitemap>`.
#[derive(Default)]
struct Entry {
    loc: String,
    lastmod: String,
    title: String,
    published: String,
}

/// A sitemap as read.
#[derive(Default)]
struct Sitemap {
    entries: Vec<Entry>,
    index: bool,
    bad: Vec<BadEntry>,
}

impl SitemapReader {
    /// Checks and compiles; all faults are added.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        let spec = known::complete(spec, &NAMES, faults);
        let rule = RecordRule::compile(&spec, Kind::Sitemap, faults);
        let hints = Hints::compile(&spec, about, faults);
        let plans = transform::plans(&spec.fields, "fields", &hints, faults);
        let wanted = spec.filter.as_deref().and_then(|pattern| match Regex::new(pattern) {
            Ok(regex) => Some(regex),
            Err(why) => {
                let why = why.to_string();
                let why = why.lines().last().unwrap_or_default();
                faults.push(Fault::new("filter", pattern, format!("a regular expression over addresses, such as `/products/` ({why})")));
                None
            }
        });
        let roots = spec.url.iter().chain(&spec.urls).filter_map(|url| Url::parse(url).ok()).map(|url| bare(&url)).collect();
        (faults.len() == before).then_some(Self { rule, plans, wanted, roots })
    }

    /// The fields that its records can have.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.iter().map(|plan| plan.name.as_str())
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads one sitemap or index.
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        input.check_time()?;
        let mut bad = Vec::new();
        let bytes = unpacked(input, &mut bad)?;
        let text = decode(&bytes, input.content_type.filter(|_| matches!(bytes, Cow::Borrowed(_))), input.url);
        let mut sitemap = match text.trim_start_matches('\u{feff}').trim_start() {
            lines if lines.starts_with("http://") || lines.starts_with("https://") => plain_lines(lines, input)?,
            xml => parse(xml, input)?,
        };
        bad.append(&mut sitemap.bad);
        let mut extract =
            if sitemap.index { self.parts(sitemap.entries, input, &mut bad) } else { self.pages(sitemap.entries, input, &mut bad)? };
        if bad.len() > REPORTED {
            let more = bad.len() - REPORTED;
            bad.truncate(REPORTED);
            bad.push(BadEntry { path: "urlset".to_owned(), reason: format!("and {more} more entries that could not be read") });
        }
        bad.append(&mut extract.bad);
        Ok(Extract { bad, ..extract })
    }

    /// The pages of a site as records.
    fn pages(&self, entries: Vec<Entry>, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Result<Extract, Failure> {
        let mut gather = Gather::new(&self.rule, input.url).up_to(ADDRESSES);
        let mut seen = HashSet::new();
        for (at, entry) in entries.iter().enumerate() {
            if at % 256 == 0 {
                input.check_time()?;
            }
            let path = format!("urlset/url[{}]", at + 1);
            let Some(url) = page_address(&entry.loc) else {
                bad.push(BadEntry { path, reason: format!("`{}` is no web address", crate::base::text::clip(&entry.loc, 100)) });
                continue;
            };
            if self.wanted.as_ref().is_some_and(|wanted| !wanted.is_match(url.as_str())) || !seen.insert(url.clone()) {
                continue;
            }
            let select = &mut |_: usize, plan: &Plan| Ok(words(entry, &url, &path, plan));
            let fields = transform::read_fields(&self.plans, input.url, select)?;
            gather.add(Parts {
                fields,
                id: Some(url.to_string()),
                url: Some(url.clone()),
                detail: None,
                kind: None,
                partial: false,
                path: path.clone(),
            });
        }
        Ok(gather.extract)
    }

    /// The parts of an index, to be read next: one level deep, of the same site only.
    fn parts(&self, entries: Vec<Entry>, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Extract {
        let mut extract = Extract { whole: true, ..Extract::default() };
        if !self.roots.is_empty() && !self.roots.contains(&bare(input.url)) {
            let reason = "an index inside an index is not followed: put its address into `urls`".to_owned();
            bad.push(BadEntry { path: "sitemapindex".to_owned(), reason });
            return extract;
        }
        let mut seen = HashSet::new();
        for (at, entry) in entries.into_iter().enumerate() {
            let path = format!("sitemapindex/sitemap[{}]", at + 1);
            match page_address(&entry.loc) {
                None => bad.push(BadEntry { path, reason: format!("`{}` is no web address", crate::base::text::clip(&entry.loc, 100)) }),
                Some(url) if !same_site(&url, input.url) => {
                    bad.push(BadEntry {
                        path,
                        reason: format!("{url} is of another site and is not followed: put it into `urls` if it is wanted"),
                    });
                }
                Some(_) if extract.follow.len() >= PARTS => {
                    bad.push(BadEntry { path, reason: format!("only the first {PARTS} parts of an index are followed") });
                    break;
                }
                Some(url) if !seen.insert(url.clone()) => {}
                Some(url) => extract.follow.push(url),
            }
        }
        extract
    }
}

/// What an entry says for a field.
fn words(entry: &Entry, url: &Url, path: &str, plan: &Plan) -> Vec<Words> {
    let (text, place) = match known::selected(plan) {
        "lastmod" => (entry.lastmod.as_str(), "lastmod"),
        "title" => (entry.title.as_str(), "news:title"),
        "published" => (entry.published.as_str(), "news:publication_date"),
        _ => (url.as_str(), "loc"),
    };
    let text = text.trim();
    if text.is_empty() { Vec::new() } else { vec![Words { text: text.to_owned(), path: format!("{path}/{place}") }] }
}

/// The bytes without gzip, if they are packed; at most [`caps::SITEMAP_BYTES`].
fn unpacked<'a>(input: &Input<'a>, bad: &mut Vec<BadEntry>) -> Result<Cow<'a, [u8]>, Failure> {
    if !input.bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(input.bytes));
    }
    let mut out = Vec::new();
    let mut unpacker = flate2::read::MultiGzDecoder::new(input.bytes);
    let mut piece = vec![0; 64 * 1024];
    loop {
        input.check_time()?;
        match unpacker.read(&mut piece) {
            Ok(0) => return Ok(Cow::Owned(out)),
            Ok(read) => out.extend_from_slice(&piece[..read]),
            Err(why) if out.is_empty() => {
                return Err(Failure::new(
                    FailureClass::Unreadable,
                    format!("{} is packed with gzip and cannot be unpacked: {why}", input.url),
                ));
            }
            Err(why) => {
                bad.push(BadEntry {
                    path: "gzip".to_owned(),
                    reason: format!("the file is cut off or damaged ({why}); what came before was read"),
                });
                return Ok(Cow::Owned(out));
            }
        }
        if out.len() as u64 > caps::SITEMAP_BYTES {
            let text = format!("{}: more than {} MiB after unpacking", input.url, caps::SITEMAP_BYTES / (1024 * 1024));
            return Err(Failure::new(FailureClass::TooLarge, text));
        }
    }
}

/// A sitemap of plain text: one address a line (sitemaps.org).
fn plain_lines(text: &str, input: &Input<'_>) -> Result<Sitemap, Failure> {
    let mut sitemap = Sitemap::default();
    for (at, line) in text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        if at % 256 == 0 {
            input.check_time()?;
        }
        if sitemap.entries.len() >= ADDRESSES {
            sitemap.bad.push(too_many());
            break;
        }
        sitemap.entries.push(Entry { loc: clipped(line).to_owned(), ..Entry::default() });
    }
    Ok(sitemap)
}

fn too_many() -> BadEntry {
    BadEntry { path: "urlset".to_owned(), reason: format!("only the first {ADDRESSES} addresses are read (the limit of sitemaps.org)") }
}

fn clipped(text: &str) -> &str {
    text.char_indices().nth(TEXT_CHARS).map_or(text, |(at, _)| &text[..at])
}

/// An XML sitemap or index; what follows the first fault is lost, and said so.
fn parse(xml: &str, input: &Input<'_>) -> Result<Sitemap, Failure> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let mut sitemap = Sitemap::default();
    let mut state = State::default();
    let mut events = 0_u32;
    loop {
        events += 1;
        if events.is_multiple_of(1024) {
            input.check_time()?;
        }
        match reader.read_event() {
            Ok(Event::Start(tag)) => state.open(tag.local_name().as_ref(), &mut sitemap),
            Ok(Event::End(tag)) => state.close(tag.local_name().as_ref(), &mut sitemap),
            Ok(Event::Text(text)) => state.text(&text),
            Ok(Event::CData(text)) => state.text(&text),
            Ok(Event::GeneralRef(name)) => state.text(&markup::unescape(&format!("&{};", &*name))),
            Ok(Event::Eof) if state.root == Root::Known && !state.ended => {
                state.cut_off(&mut sitemap, "the end of the file is missing");
                break;
            }
            Ok(Event::Eof) => break,
            Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Err(why) => {
                state.cut_off(&mut sitemap, &why.to_string());
                break;
            }
        }
        if state.ended {
            break;
        }
        if sitemap.entries.len() >= ADDRESSES {
            sitemap.bad.push(too_many());
            break;
        }
    }
    match state.root {
        Root::Known => Ok(sitemap),
        Root::None => Err(Failure::new(FailureClass::Unreadable, format!("{} is no sitemap: it holds no element", input.url))),
        Root::Other(name) => {
            let text = format!("{} is no sitemap: its root element is `{name}`, not `urlset` or `sitemapindex`", input.url);
            Err(Failure::new(FailureClass::Unreadable, text))
        }
    }
}

#[derive(Default, PartialEq, Eq)]
enum Root {
    #[default]
    None,
    Known,
    Other(String),
}

/// Where in the file the reader stands. Names count without their prefixes: half the files declare the wrong ones.
#[derive(Default)]
struct State {
    root: Root,
    entry: Option<Entry>,
    field: Field,
    ended: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Field {
    #[default]
    None,
    Loc,
    Lastmod,
    Title,
    Published,
}

impl State {
    fn open(&mut self, name: &str, sitemap: &mut Sitemap) {
        if self.root == Root::None {
            sitemap.index = name == "sitemapindex";
            self.root = match name {
                "urlset" | "sitemapindex" => Root::Known,
                other => Root::Other(other.chars().take(64).collect()),
            };
            self.ended = self.root != Root::Known;
            return;
        }
        let Some(entry) = &self.entry else {
            if matches!(name, "url" | "sitemap") {
                self.entry = Some(Entry::default());
            }
            return;
        };
        self.field = match name {
            // `image:loc` and `video:player_loc` come after the page's own.
            "loc" if entry.loc.trim().is_empty() => Field::Loc,
            "lastmod" if entry.lastmod.is_empty() => Field::Lastmod,
            "title" if entry.title.is_empty() => Field::Title,
            "publication_date" if entry.published.is_empty() => Field::Published,
            _ => Field::None,
        };
    }

    fn close(&mut self, name: &str, sitemap: &mut Sitemap) {
        self.field = Field::None;
        match name {
            "url" | "sitemap" => {
                if let Some(entry) = self.entry.take() {
                    sitemap.entries.push(entry);
                }
            }
            "urlset" | "sitemapindex" => self.ended = true,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let Some(entry) = &mut self.entry else { return };
        let into = match self.field {
            Field::None => return,
            Field::Loc => &mut entry.loc,
            Field::Lastmod => &mut entry.lastmod,
            Field::Title => &mut entry.title,
            Field::Published => &mut entry.published,
        };
        if into.len() < TEXT_CHARS {
            into.push_str(clipped(text));
        }
    }

    fn cut_off(&mut self, sitemap: &mut Sitemap, why: &str) {
        let reason = format!("{why}; the {} entries before it were read", sitemap.entries.len());
        sitemap.bad.push(BadEntry { path: format!("urlset/url[{}]", sitemap.entries.len() + 1), reason });
        self.entry = None;
    }
}

fn page_address(text: &str) -> Option<Url> {
    let mut url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    url.set_fragment(None);
    Some(url)
}

/// Same registrable domain; for hosts that have none (addresses, names of one label) the same host.
fn same_site(one: &Url, other: &Url) -> bool {
    let site = |url: &Url| {
        let host = url.host_str()?.trim_end_matches('.').to_owned();
        Some(url.domain().and_then(|_| psl::domain_str(&host)).map_or(host.clone(), str::to_owned))
    };
    site(one) == site(other)
}

/// An address for "is this one of the roots?", where a redirect to https or `www.` makes no difference.
fn bare(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{port}{}{query}", host.strip_prefix("www.").unwrap_or(host), url.path().trim_end_matches('/'))
}

#[cfg(test)]
mod tests;
