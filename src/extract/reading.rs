//! What one page says by itself, without any settings: its kind, its lists with their columns, its text, and where it goes on.
//!
//! The parts are found each on its own and are put together here.

mod around;
mod badges;
mod below;
mod beside;
mod called;
mod codes;
mod columns;
mod halls;
mod kinds;
mod layout;
mod lines;
mod more;
mod names;
mod next;
mod numbers;
mod over;
mod places;
mod said;
mod titles;
mod together;

use std::collections::BTreeSet;

use url::Url;

use super::asides;
use super::contacts::{self, Contacts};
use super::html::{self, Tag};
use super::listing::base_of;
use super::lists::{self, Region};
use super::main_text::{self, Shape};
use super::product::{self, Product};
use super::shown::{At, Shown};
use super::structured::{self, Structured};
use super::value::Hints;
use super::{Input, text_of};
use crate::model::{Aside, Failure};

pub use columns::{Cell, Column};

/// Bytes of the places of all records of a page.
const PLACES: usize = 16 * 1024 * 1024;
/// Characters of paragraphs from which on a text is one.
const LONG: f64 = 250.0;
/// As many records are no few.
const MANY: usize = 6;
/// Fewer records are no list of members.
const MEMBERS: usize = 3;
/// The share of names with a legal form among those of companies.
const FORMS: f64 = 0.2;
/// Links of one page.
const LINKS: usize = 5_000;
/// Characters of a title.
const TITLE: usize = 300;

/// What a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageType {
    /// Many things, each in short.
    List,
    /// One thing, with what can be said of it.
    Detail,
    /// One long text.
    Article,
    /// None of these.
    Other,
}

impl PageType {
    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Detail => "detail",
            Self::Article => "article",
            Self::Other => "other",
        }
    }
}

/// A record of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it is: the absolute `XPath` of each of its sub-trees.
    pub paths: Vec<String>,
    /// Its fields, in the order of the columns.
    pub cells: Vec<Cell>,
    /// The page about it.
    pub detail: Option<Url>,
    /// The web site it leads to, where that is another one.
    pub site: Option<Url>,
    /// Whether it stands in another's record.
    pub beside: bool,
}

/// A list of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The columns that its records have.
    pub columns: Vec<Column>,
    /// The records.
    pub records: Vec<Item>,
}

/// What a page says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What it is for.
    pub kind: PageType,
    /// Its title; empty when it has none.
    pub title: String,
    /// The language it says it is in (BCP 47).
    pub language: Option<String>,
    /// Its lists, the main one first.
    pub lists: Vec<Listed>,
    /// Where it has no list: two records that may be one, and are too few to be sure.
    pub short: Option<Listed>,
    /// Where its content leads, each address once.
    pub links: Vec<Url>,
    /// Its text, a block a line.
    pub text: String,
    /// The page that goes on with its list.
    pub next: Option<Url>,
    /// What says that its list goes on where no page can be asked for: the words of a button, two page numbers without addresses, "8 of 57".
    pub more: Option<String>,
    /// What it says for machines.
    pub structured: Structured,
    /// How to reach whom it is about.
    pub contacts: Contacts,
    /// Numbers and addresses of mail that stand around its main list.
    pub around: Vec<String>,
    /// What it sells, where it is about one thing.
    pub product: Option<Product>,
}

/// Reads a page.
///
/// # Errors
///
/// [`crate::model::FailureClass::ParseLimit`] when the page is too large or takes too long.
pub fn read_page(input: &Input<'_>) -> Result<Reading, Failure> {
    read_with(input, &hints(input.url), &Asked { numbers: true, ..Asked::default() })
}

/// What is known of the list of a page before it is read.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    /// The way to its records: as many as stand there are its main list, and be it one.
    pub(super) stood: Option<&'a str>,
    /// Whether its records are companies.
    pub(super) company: bool,
    /// Whether tax and register numbers are wanted, wherever they stand.
    pub(super) numbers: bool,
}

/// As [`read_page`], with what the settings say of the page and what is known of its list.
pub(super) fn read_with(input: &Input<'_>, hints: &Hints, asked: &Asked<'_>) -> Result<Reading, Failure> {
    let tree = html::parse(&text_of(input), input)?;
    let shown = Shown::of(&tree);
    input.check_time()?;
    let root = tree.html.root_element();
    let base = base_of(root, input.url);
    let mut regions = lists::regions(&shown);
    if let Some(path) = asked.stood {
        lists::first_at(&shown, path, &mut regions);
    }
    input.check_time()?;
    let said = said::Said::of(root);
    let (chars, share) = main_text::shape(&shown);
    let kind = kind(&shown, &said, regions.first(), (chars, share));
    let shape = match kind {
        PageType::Article => Shape::Article,
        PageType::Detail => Shape::Goods,
        PageType::List | PageType::Other if chars > LONG && share > main_text::TEXT => Shape::Article,
        PageType::List | PageType::Other => Shape::Sections,
    };
    let text = main_text::main_text(&shown, shape);
    input.check_time()?;
    let mut out = Vec::with_capacity(regions.len());
    let mut room = PLACES;
    for region in &regions {
        input.check_time()?;
        // Deep in a page the place of a record takes kilobytes.
        let fit = region.records.iter().take_while(|record| {
            let bytes = record.iter().map(|at| shown.path_bytes(*at)).sum();
            let fits = room >= bytes;
            room = room.saturating_sub(bytes);
            fits
        });
        let fit = fit.count();
        let listed = columns::listed(&shown, &region.records[..fit], &base, (hints, asked.company));
        let content = region.records.first().is_some_and(|record| lists::is_content(&shown, record[0]));
        if !listed.records.is_empty() {
            out.push((listed, content));
        }
    }
    if asked.stood.is_none() {
        bigger_first(&mut out);
    }
    if asked.company {
        members_first(&mut out);
    }
    let mut out = together::together(out, asked.company);
    if asked.company {
        for listed in &mut out {
            codes::add(listed, said.language.as_deref());
        }
    }
    let links = links(&shown, &base);
    together::take_in(&shown, &links, &mut out, &|cards| columns::listed(&shown, cards, &base, (hints, asked.company)), asked.company);
    let short = if out.is_empty() && kind == PageType::Other { lists::short(&shown) } else { None };
    let short = short.map(|region| columns::listed(&shown, &region.records, &base, (hints, asked.company)));
    input.check_time()?;
    let next = next::next_page(&shown, root, &base, input.url);
    let more = regions.first().filter(|_| next.is_none()).and_then(|region| more::unfollowed(&shown, &region.records));
    let around = regions.first().map(|region| around::around(&shown, &region.records, &base, hints)).unwrap_or_default();
    let title = crate::base::text::clip(&said.title, TITLE);
    input.check_time()?;
    let structured = structured::read(root, input.url);
    input.check_time()?;
    let mut contacts = contacts::read(root, input.url, &structured);
    if asked.numbers {
        contacts.numbers = contacts::numbers(root, contacts.country.as_deref());
    }
    input.check_time()?;
    let product = product::read(root, input.url, &structured);
    let mut seen = BTreeSet::new();
    let links = links.into_iter().map(|(_, url)| url).filter(|url| seen.insert(url.clone())).collect();
    Ok(Reading { kind, title, language: said.language, lists: out, short, links, text, next, more, structured, contacts, around, product })
}

/// Where a few records stand apart in another layout (those who pay for it), the list is the rest of them: many more, with what the few say.
fn bigger_first(lists: &mut [(Listed, bool)]) {
    fn told(listed: &Listed) -> BTreeSet<&str> {
        let most = listed.columns.iter().filter(|column| column.filled * 2 > listed.records.len());
        most.map(|column| column.label.as_str())
            .filter(|label| matches!(*label, "phone" | "email" | "price" | "date" | "address"))
            .collect()
    }
    let Some((few, _)) = lists.first().filter(|(first, _)| first.records.len() < MANY) else { return };
    let wanted = told(few);
    let same = |other: &Listed| other.records.len() >= 2 * few.records.len() && wanted == told(other);
    if let Some(found) = lists.iter().position(|(other, _)| !wanted.is_empty() && same(other)) {
        lists[..=found].rotate_right(1);
    }
}

/// Where companies are looked for, a list of persons with their roles (a board, the staff) stands behind one without; where only some have one that is
/// known as such, behind one that names companies as it does not.
fn members_first(lists: &mut [(Listed, bool)]) {
    let role = |item: &Item| item.cells.iter().any(|cell| asides::aside_of(&cell.value, false) == Some(Aside::Role));
    let roles = |listed: &Listed| listed.records.iter().filter(|item| role(item)).count();
    let Some((first, _)) = lists.first() else { return };
    let (with, all) = (roles(first), first.records.len());
    let sure = with * 10 >= all * 6;
    let some = || with > 1 && with * 4 >= all && together::forms(first) == 0.0;
    let named = |other: &Listed| sure || together::forms(other) >= FORMS;
    if (sure || some())
        && let Some(found) = lists.iter().position(|(other, _)| other.records.len() >= MEMBERS && roles(other) == 0 && named(other))
    {
        lists[..=found].rotate_right(1);
    }
}

/// The links by which the content of a page leads on, and not what stands around it.
fn links(shown: &Shown<'_>, base: &Url) -> Vec<(At, Url)> {
    let beside = |at: At| matches!(shown.nodes[at].tag, Tag::Nav | Tag::Aside | Tag::Footer);
    let all = (0..shown.nodes.len()).filter(|at| shown.nodes[*at].is(Tag::A)).take(LINKS).filter(|at| !shown.around(*at).any(beside));
    all.filter_map(|at| Some((at, super::value::url(shown.nodes[at].attr("href"), base)?))).collect()
}

/// What is left unsaid by a page read without settings: the country is that of its address.
pub(super) fn hints(url: &Url) -> Hints {
    let country = url.host_str().and_then(|host| host.rsplit_once('.')).map(|(_, last)| last.to_ascii_uppercase());
    let country = country.map(|code| if code == "UK" { "GB".to_owned() } else { code });
    Hints {
        zone: jiff::tz::TimeZone::UTC,
        zone_from: crate::model::ZoneFrom::Assumed,
        country: country.filter(|code| code.len() == 2).and_then(|code| code.parse().ok()),
        currency: None,
        month_first: false,
        format: None,
    }
}

/// What a page is for: what it says of itself where its text agrees, else what most of it is.
fn kind(shown: &Shown<'_>, said: &said::Said, main: Option<&Region>, (chars, share): (f64, f64)) -> PageType {
    let total = shown.nodes.first().map_or(0, |root| root.chars).max(1);
    let of_main = |region: &Region| region.records.iter().flatten().map(|at| shown.nodes[*at].chars).sum::<usize>();
    // Records lead to pages about them; paragraphs of a text do not.
    let leads = |record: &&Vec<At>| record.iter().any(|at| shown.nodes[*at].links > 0);
    let main = main.filter(|region| region.records.iter().filter(leads).count() * 2 >= region.records.len());
    let listed = main.map_or(0.0, |region| of_main(region) as f64 / total as f64);
    let many = main.map_or(0, |region| region.records.len());
    let around = |at: &At| shown.around(*at).any(|around| matches!(shown.nodes[around].tag, Tag::Nav | Tag::Header | Tag::Footer));
    let is_menu = main.and_then(|region| region.records.first()?.first()).is_some_and(around);
    match said.about {
        Some(PageType::Article) if share > 0.3 => PageType::Article,
        Some(PageType::Detail) => PageType::Detail,
        Some(PageType::List) if many >= 3 => PageType::List,
        Some(PageType::Article | PageType::List | PageType::Other) | None if chars > 600.0 && share > 0.5 && listed < 0.5 => {
            PageType::Article
        }
        Some(PageType::Article | PageType::List | PageType::Other) | None if many >= 5 && listed > 0.25 => PageType::List,
        // Of a short list more than half of the page is needed: three links below a text are none.
        Some(PageType::Article | PageType::List | PageType::Other) | None if many >= 3 && listed > 0.5 && !is_menu => PageType::List,
        Some(PageType::Article | PageType::List | PageType::Other) | None => PageType::Other,
    }
}

#[cfg(test)]
mod tests;
