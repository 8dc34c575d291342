//! Which words of a record are its name, and which link leads to the page about it: the same ones in all records of a list.

use std::collections::HashMap;

use url::Url;

use super::super::captions;
use super::super::contacts::is_nobodys;
use super::super::html::{Attributes as _, Tag};
use super::super::shown::{At, Shown};
use super::super::value::{self, Hints, Type, is_of_site};
use super::columns::{Raw, Says, place};
use super::layout::Layout;

/// Links of one record that are looked at.
const LINKS: usize = 50;
/// Bytes of words that many records share, and of the name of a host.
const SHORT: usize = 80;
/// Bytes of a day, and cells of one place of which it is asked whether they are days.
const DATE: usize = 40;
const LOOKED: usize = 20;
/// Characters of a link that has words.
const WORDS: usize = 3;
/// Parts of addresses by which something is done.
const ACTS: &[&str] = &[
    "fav",
    "favs",
    "favorite",
    "favorites",
    "favourite",
    "favourites",
    "favoritos",
    "favoris",
    "wishlist",
    "bookmark",
    "bookmarks",
    "cart",
    "basket",
    "compare",
    "share",
    "print",
    "report",
    "login",
    "logout",
    "signin",
    "vote",
    "like",
];
/// Fields that a head of a table can name, and that are not what a record is called.
const NO_NAMES: &[&str] = &[
    "place", "region", "country", "postcode", "address", "phone", "fax", "email", "website", "tax_id", "person", "size", "turnover",
    "price", "date", "deadline", "stand",
];

/// Which cell of each record is its name: where its records are companies the one whose column is headed so, else the first heading, else the
/// first link, else the first words.
pub(super) fn names(raws: &[Vec<Raw>], heads: &[String], (base, hints, company): (&Url, &Hints, bool)) -> Vec<Option<usize>> {
    let said: Vec<Option<&str>> = heads.iter().map(|head| captions::field_of(head)).collect();
    let headed = |raw: &Raw| raw.cell.and_then(|(cell, _)| said.get(cell).copied().flatten());
    let repeated = Repeated::of(raws, (base, hints));
    let find = |raws: &Vec<Raw>| {
        let wordy = |raw: &Raw| raw.text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
        let first = |fits: &dyn Fn(&Raw) -> bool| raws.iter().position(|raw| wordy(raw) && fits(raw));
        let tells = |raw: &Raw| {
            raw.cell.is_none_or(|(_, shared)| !shared)
                && !repeated.is_label(raw)
                && !repeated.is_address(raw)
                && !repeated.is_date(raw)
                && !headed(raw).or_else(|| led(raw)).is_some_and(|of| NO_NAMES.contains(&of))
        };
        let called = |field: &str| first(&|raw| headed(raw) == Some(field) && !repeated.is_address(raw));
        // Of an offer whose seller is the link, what stands before them is its name.
        let sold = || {
            let seller = first(&|raw| raw.link && headed(raw) == Some("company"))?;
            first(&|raw| raw.cell.is_some() && raw.contact.is_none() && headed(raw).is_none() && tells(raw)).filter(|at| *at < seller)
        };
        let by_head = if company { called("company").or_else(|| called("name")) } else { called("name").or_else(sold) };
        let names = |raw: &Raw| raw.text.contains([':', '：']) && led(raw).is_some_and(|of| of == "name" || company && of == "company");
        by_head
            .or_else(|| first(&names))
            .or_else(|| first(&|raw| raw.heading && !repeated.is_label(raw) && !repeated.is_date(raw)))
            .or_else(|| first(&|raw| raw.link && raw.contact.is_none() && tells(raw)))
            .or_else(|| first(&|raw| raw.contact.is_none() && tells(raw)))
            .or_else(|| first(&|raw| raw.link && raw.contact.is_none()))
            .or_else(|| first(&|_| true))
    };
    raws.iter().map(find).collect()
}

/// Takes the numbers away by which nearly all names are counted: "4. Shotts Timber Ltd".
pub(super) fn without_ranks(raws: &mut [Vec<Raw>], names: &[Option<usize>]) {
    let of = |text: &str| -> Option<(u32, usize)> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = text[digits..].trim_start_matches(['.', ')', 'º', '-', ' ']);
        let marked = text[digits..].starts_with(['.', ')', 'º']) && !rest.is_empty() && !rest.starts_with(|c: char| c.is_ascii_digit());
        Some((text[..digits].parse().ok()?, text.len() - rest.len())).filter(|_| marked)
    };
    let mut ranks: Vec<(usize, usize, usize)> = Vec::new();
    let mut last = None;
    for (record, name) in names.iter().enumerate() {
        let Some(name) = *name else { continue };
        let Some((rank, cut)) = of(&raws[record][name].text) else { continue };
        if last.is_some_and(|last| rank <= last) {
            return;
        }
        last = Some(rank);
        ranks.push((record, name, cut));
    }
    if ranks.len() > 2 && ranks.len() * 10 >= raws.len() * 8 {
        for (record, name, cut) in ranks {
            raws[record][name].text.drain(..cut);
        }
    }
}

/// The field that words before a value name: "Stand 5B12".
fn led(raw: &Raw) -> Option<&'static str> {
    if raw.text.len() > SHORT {
        return None;
    }
    let stand = || captions::is_stand(&raw.text).then_some("stand");
    captions::split(&raw.text).and_then(|(caption, _)| captions::field_of(caption)).or_else(stand)
}

/// What the cells of a list have in common: the words that stand in nearly all records, the places whose words are always the same, and those
/// that hold addresses.
struct Repeated<'r> {
    records: usize,
    words: HashMap<&'r str, (usize, usize)>,
    places: HashMap<u64, Place<'r>>,
}

struct Place<'r> {
    first: &'r str,
    same: usize,
    hosts: usize,
    dates: usize,
    cells: usize,
}

impl<'r> Repeated<'r> {
    fn of(raws: &'r [Vec<Raw>], (base, hints): (&Url, &Hints)) -> Self {
        let mut out = Self { records: raws.len(), words: HashMap::new(), places: HashMap::new() };
        for (record, raw) in raws.iter().enumerate().flat_map(|(record, raws)| raws.iter().map(move |raw| (record, raw))) {
            if raw.text.len() > SHORT {
                continue;
            }
            let (times, last) = out.words.entry(&raw.text).or_insert((0, usize::MAX));
            *times += usize::from(*last != record);
            *last = record;
            let place = out.places.entry(raw.place).or_insert(Place { first: &raw.text, same: 0, hosts: 0, dates: 0, cells: 0 });
            place.same += usize::from(place.first == raw.text);
            place.hosts += usize::from(is_host(&raw.text));
            if place.cells < LOOKED {
                place.dates += usize::from(is_date(raw, base, hints));
            }
            place.cells += 1;
        }
        out
    }

    /// Whether words say what to do or what follows, rather than what a record is called: "Read more", "Website".
    fn is_label(&self, raw: &Raw) -> bool {
        let everywhere = self.words.get(raw.text.as_str()).is_some_and(|(times, _)| nearly(*times, self.records));
        let always =
            self.places.get(&raw.place).is_some_and(|place| place.first == raw.text && place.cells > 1 && nearly(place.same, place.cells));
        let caption =
            captions::field_of(&raw.text).is_some_and(|field| matches!(field, "website" | "email" | "phone" | "fax" | "description"));
        self.records > 2 && (everywhere || always) || caption
    }

    /// Whether most of what stands in the place of a cell is a day: when somebody joined, and not who.
    fn is_date(&self, raw: &Raw) -> bool {
        self.places.get(&raw.place).is_some_and(|place| place.dates > 0 && nearly(place.dates, place.cells.min(LOOKED)))
    }

    /// Whether words are the address of a site or of mail. Companies are called like hosts too: a bare one is an address among others.
    fn is_address(&self, raw: &Raw) -> bool {
        let plain = !raw.text.contains(char::is_whitespace);
        let begins = |start: &str| raw.text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
        let among = || self.places.get(&raw.place).is_some_and(|place| place.hosts * 10 >= place.cells * 6);
        plain && (begins("www.") || begins("http://") || begins("https://") || raw.text.contains('@') || is_host(&raw.text) && among())
    }
}

/// Whether a cell says a day and nothing else.
fn is_date(raw: &Raw, base: &Url, hints: &Hints) -> bool {
    let digits = raw.text.chars().filter(char::is_ascii_digit).count();
    let reads = || value::read(Type::Time, &raw.text, base, hints).is_some();
    raw.says == Says::Time || digits >= 2 && digits < raw.text.len() && raw.text.len() <= DATE && reads()
}

fn nearly(some: usize, all: usize) -> bool {
    some * 10 >= all * 8
}

/// Whether words are the name of a host: `shop.maker.example/boxes`.
fn is_host(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    let labels = || host.split('.');
    labels().count() > 1
        && labels().all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
        && labels().next_back().is_some_and(|last| last.chars().count() >= 2 && last.chars().all(char::is_alphabetic))
}

/// The page about each record. What most records lead by leads all of them that have it: a template has one place for it.
pub(super) fn details(
    (shown, layout): (&Shown<'_>, &Layout),
    records: &[Vec<At>],
    (raws, names): (&[Vec<Raw>], &[Option<usize>]),
    base: &Url,
) -> Vec<Option<Url>> {
    let named = |record: usize| names[record].map(|name| raws[record][name].at);
    let mut found: Vec<Option<Link>> = (0..records.len()).map(|record| link(shown, &records[record], named(record), base)).collect();
    let mut places: HashMap<u64, usize> = HashMap::new();
    for link in found.iter().flatten() {
        *places.entry(place(shown, layout, link.root, link.at)).or_default() += 1;
    }
    let usual = places.into_iter().filter(|(_, times)| times * 2 > records.len()).map(|(place, _)| place).next();
    if let Some(usual) = usual {
        for (record, own) in records.iter().zip(&mut found) {
            if own.as_ref().is_some_and(|own| place(shown, layout, own.root, own.at) != usual) {
                let there = links(shown, record, base).find(|link| place(shown, layout, link.root, link.at) == usual);
                *own = there.or(own.take());
            }
        }
    }
    let around = |record: &Vec<At>| {
        // A card may be inside one link.
        let around = std::iter::once(*record.first()?).chain(shown.around(*record.first()?)).take(3);
        around.into_iter().find_map(|at| shown.nodes[at].is(Tag::A).then(|| value::url(shown.nodes[at].attr("href"), base)).flatten())
    };
    found.into_iter().zip(records).map(|(own, record)| own.map(|link| link.url).or_else(|| around(record))).collect()
}

/// A link in a record.
struct Link {
    root: At,
    at: At,
    url: Url,
}

fn links<'s>(shown: &'s Shown<'_>, record: &'s [At], base: &'s Url) -> impl Iterator<Item = Link> + 's {
    let all = record.iter().flat_map(|root| (*root..shown.nodes[*root].end).map(move |at| (*root, at)));
    let links = all.filter_map(|(root, at)| {
        let href = shown.nodes[at].element?.value().attribute("href").filter(|_| shown.nodes[at].is(Tag::A))?;
        Some(Link { root, at, url: value::url(href, base)? })
    });
    links.take(LINKS).filter(|link| !acts(&link.url))
}

/// Whether who asks for an address does something by it, as parts of addresses say in any language: no page is to be read there.
fn acts(url: &Url) -> bool {
    url.path_segments().into_iter().flatten().any(|part| ACTS.contains(&part.to_ascii_lowercase().as_str()))
}

/// The link of the heading, else that of the name, else the first with words, those of the site before others; else the first. "How to find us" is
/// none of these.
fn link(shown: &Shown<'_>, record: &[At], name: Option<At>, base: &Url) -> Option<Link> {
    let heads = |at: At| {
        matches!(shown.nodes[at].tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 | Tag::Dt)
            && shown.nodes[at].element.is_some()
    };
    let heading = |link: &Link| shown.around(link.at).take(4).any(heads) || (link.at..shown.nodes[link.at].end).any(heads);
    let within = |inner: At, outer: At| (outer..shown.nodes[outer].end).contains(&inner);
    let named = |link: &Link| name.is_some_and(|name| within(link.at, name) || within(name, link.at));
    let worded = |link: &Link| shown.nodes[link.at].chars >= WORDS;
    let first = |fits: &dyn Fn(&Link) -> bool| links(shown, record, base).find(fits);
    first(&heading)
        .or_else(|| first(&named))
        .or_else(|| first(&|link| worded(link) && is_of_site(&link.url, base)))
        .or_else(|| first(&|link| worded(link) && !is_nobodys(&link.url)))
        .or_else(|| first(&|link| !is_nobodys(&link.url)))
}

/// The first link that leads to another site which is no network's and no map: the record's own.
pub(super) fn site(shown: &Shown<'_>, record: &[At], base: &Url) -> Option<Url> {
    let links = record.iter().flat_map(|root| *root..shown.nodes[*root].end).filter(|at| shown.nodes[*at].is(Tag::A)).take(LINKS);
    links
        .filter_map(|at| value::url(shown.nodes[at].attr("href"), base))
        .find(|url| matches!(url.scheme(), "http" | "https") && !is_of_site(url, base) && !is_nobodys(url))
}
