//! What a record's own page says of it: structured data that name it, pairs of caption and value, contacts that are not the site's own.

use std::collections::{HashMap, HashSet};

use phonenumber::country::Id;
use scraper::ElementRef;
use url::Url;

use super::super::captions;
use super::super::contacts;
use super::super::html::{self, Tag};
use super::super::listing::base_of;
use super::super::record::canonical;
use super::super::shown::{At, Shown};
use super::super::structured::{self, Structured};
use super::super::value::{self, Hints, Type, is_of_site};
use super::super::{By, Input, Reader, text_of};
use super::typed_by;
use super::whose::{OwnPage, field_of};
use super::{FoundReader, Known, thing};
use crate::base::caps::QUOTE_CHARS;
use crate::base::text::{clip, holds, words};
use crate::model::{Draft, Failure, FieldName, Found, RecordKind, Value, country_code};

/// Pairs looked at, and links.
const PAIRS: usize = 500;
const LINKS: usize = 300;
/// Contacts of one kind that a page may have: the first that is not the site's is taken.
const CONTACTS: usize = 8;
/// Characters of a value beside a caption.
const VALUE: usize = 300;

/// Names of other records that a page which is no list of them may have, as a part of all.
const BESIDE: usize = 2;
/// Fewer names say nothing.
const NAMES: usize = 4;
/// Bytes of a page in which names are looked for.
const TEXT: usize = 64 * 1024;

/// Fields by which somebody is reached, whoever it is.
const REACHES: [&str; 7] = ["phone", "mobile", "fax", "email", "website", "address", "place"];

/// A field, its words, and where they stand.
type Said = (&'static str, String, String);

impl Reader {
    /// Whether records have pages of their own that are read.
    pub fn reads_own(&self) -> bool {
        match &self.by {
            By::Listing(reader) => reader.reads_own(),
            By::Found(reader) => reader.reads_own(),
            By::Feed(_) | By::Sitemap(_) | By::Json(_) | By::Tenders(_) | By::Page(_) => false,
        }
    }
}

impl FoundReader {
    /// What a record's own page says of it, read by the numbers of the country that the record, the settings or the page names.
    pub(in crate::extract) fn read_own(&self, draft: &Draft, input: &Input<'_>, known: &Known<'_>) -> Result<OwnPage, Failure> {
        let settings = self.hints_of(input).country;
        let Some(page) = read(input, draft, (self.naming.company, settings, known.names))? else {
            return Ok(OwnPage::new(Draft { partial: true, ..draft.clone() }, Vec::new()));
        };
        let mut out = Vec::new();
        for (field, words, path) in page.said {
            let by = |country: &Id| typed_by(field, &words, (input, &Hints { country: Some(*country), ..self.hints_of(input) }));
            let read = Some(page.countries.iter()).filter(|_| is_number(field)).and_then(|mut all| all.find_map(by));
            let read = read.or_else(|| self.typed(field, &words, input));
            if let Some((name, value)) = field_of(field, &words, read) {
                out.push((name, Found { value, quote: clip(&words, QUOTE_CHARS), path }));
            }
        }
        Ok(OwnPage::new(draft.clone(), out).of_country(page.from))
    }
}

/// The country that a company's own page names, where nothing else says it: selectors are of what somebody looked for.
pub(in crate::extract) fn country_of_own(
    draft: &Draft,
    input: &Input<'_>,
    known: &Known<'_>,
) -> Result<Option<(FieldName, Found)>, Failure> {
    if draft.kind != RecordKind::Company || draft.value("country").is_some() {
        return Ok(None);
    }
    let said = read(input, draft, (true, None, known.names))?.map(|page| page.said).unwrap_or_default();
    let country = said.into_iter().find(|(field, words, _)| *field == "country" && country_code(words).is_some());
    Ok(country
        .map(|(field, words, path)| (FieldName::new(field), Found { quote: clip(&words, QUOTE_CHARS), value: Value::Text(words), path })))
}

/// Whether a field is a telephone number.
fn is_number(field: &str) -> bool {
    matches!(Type::usual(field), Type::Phone | Type::Fax)
}

/// Records whose link leads where that of another does, or back to the list, have no own page there: it would say the same of all of them.
pub(super) fn leave_shared(drafts: &mut [Draft], list: &Url) {
    let mut led: HashMap<Url, usize> = HashMap::from([(canonical(list), 1)]);
    for detail in drafts.iter().filter_map(|draft| draft.detail.as_ref()) {
        *led.entry(canonical(detail)).or_default() += 1;
    }
    for draft in drafts {
        if draft.detail.as_ref().is_some_and(|detail| led.get(&canonical(detail)).is_some_and(|many| *many > 1)) {
            draft.detail = None;
        }
    }
}

/// What a record's own page says, and the countries whose numbers it may have, the surest first.
pub(super) struct Page {
    pub(super) said: Vec<Said>,
    pub(super) countries: Vec<Id>,
    /// The one that the page itself speaks from.
    pub(super) from: Option<&'static str>,
}

/// Reads a record's own page; `None`: it is the list, or does not name the record and says nothing of anybody, as the page that is shown where there
/// is none.
pub(super) fn read(
    input: &Input<'_>,
    draft: &Draft,
    (company, settings, names): (bool, Option<Id>, &[String]),
) -> Result<Option<Page>, Failure> {
    let tree = html::parse(&text_of(input), input)?;
    let root = tree.html.root_element();
    let shown = Shown::of(&tree);
    let name = words(&draft.value("name").or_else(|| draft.value("title")).map(Value::text).unwrap_or_default());
    if is_list(&shown, root, &name, names) {
        return Ok(None);
    }
    let structured = structured::read(root, input.url);
    input.check_time()?;
    let mut out: Vec<Said> = Vec::new();
    let named = structured.things.iter().filter(|thing| !name.is_empty() && thing.first("name").is_some_and(|own| words(own) == name));
    out.extend(named.flat_map(|thing| thing::fields(thing, input.url)));
    let main = main(&shown);
    input.check_time()?;
    out.extend(pairs(&shown, main));
    let part = shown.nodes[main].element.unwrap_or(root);
    let from = contacts::country_of_page(part, root, input.url, &structured);
    let countries = countries(&out, draft, settings, from);
    let named = is_named(&shown, root, &name);
    // Whose contacts stand on a page that names nobody, it does not say.
    if company && named {
        out.extend(contact(part, input, &countries));
        let base = base_of(root, input.url);
        out.extend(site(&shown, main, &base));
    }
    out.retain(|(field, text, _)| *field != "name" && *field != "company" || !company && words(text) != name);
    // So may a page do that is shown where there is none: it says how to reach the site.
    let says = |out: &Vec<Said>| out.iter().any(|(field, ..)| !REACHES.contains(field));
    Ok((named || says(&out)).then_some(Page { said: out, countries, from }))
}

/// The countries whose numbers a page may have: that which the record names, that of the settings, that which the page speaks from.
fn countries(said: &[Said], draft: &Draft, settings: Option<Id>, page: Option<&str>) -> Vec<Id> {
    let told = said.iter().find(|(field, ..)| *field == "country").map(|(_, words, _)| words.clone());
    let told = draft.value("country").map(Value::text).or(told);
    let named = told.as_deref().and_then(country_code).and_then(|code| code.parse().ok());
    let mut out: Vec<Id> = Vec::new();
    for country in [named, settings, page.and_then(|code| code.parse().ok())].into_iter().flatten() {
        if !out.contains(&country) {
            out.push(country);
        }
    }
    out
}

/// Whether a page is the list itself, to which a link that leads nowhere comes back: it shows the others as well, and is not called as this one.
fn is_list(shown: &Shown<'_>, root: ElementRef<'_>, name: &str, names: &[String]) -> bool {
    let others: Vec<String> = names.iter().map(|other| words(other)).filter(|other| !other.is_empty() && other != name).collect();
    if others.len() < NAMES {
        return false;
    }
    let text = format!(" {} ", words(&shown.words(0, TEXT)));
    let there = others.iter().filter(|other| text.contains(&format!(" {other} "))).count();
    let calls = |text: String| !name.is_empty() && holds(&words(&text), name);
    let titles = || root.descendent_elements().filter(|element| element.value().name() == "title").map(|title| title.text().collect());
    let heads = || (0..shown.nodes.len()).filter(|at| shown.nodes[*at].is(Tag::H1)).map(|at| shown.words(at, VALUE));
    there * BESIDE > others.len() && !heads().chain(titles()).any(calls)
}

/// Whether a page names a record: most of the words of its name are on it, be they in the title or in place of an image.
fn is_named(shown: &Shown<'_>, root: ElementRef<'_>, name: &str) -> bool {
    let long = |word: &&str| word.chars().count() > 2;
    let wanted: Vec<&str> =
        if name.split(' ').any(|word| long(&word)) { name.split(' ').filter(long).collect() } else { name.split(' ').collect() };
    let titles =
        root.descendent_elements().filter(|element| element.value().name() == "title").map(|title| title.text().collect::<String>());
    let images = shown.nodes.iter().filter(|node| node.is(Tag::Img)).map(|node| node.attr("alt").to_owned());
    let text = words(&titles.chain(images).chain([shown.words(0, TEXT)]).collect::<Vec<_>>().join(" "));
    let there: HashSet<&str> = text.split(' ').collect();
    text.contains(name) || wanted.iter().filter(|word| there.contains(*word)).count() * 2 >= wanted.len()
}

/// The part of a page that is about its one thing.
fn main(shown: &Shown<'_>) -> At {
    let of = |fits: &dyn Fn(At) -> bool| {
        let mut all = (0..shown.nodes.len()).filter(|at| shown.nodes[*at].element.is_some() && fits(*at));
        all.next().filter(|first| all.all(|other| other < shown.nodes[*first].end))
    };
    of(&|at| shown.nodes[at].is(Tag::Main) || shown.nodes[at].attr("role") == "main")
        .or_else(|| of(&|at| shown.nodes[at].is(Tag::Article)))
        .unwrap_or(0)
}

/// Captions with the values beside or below them: `dt` and `dd`, two cells of a row, "Sector: food".
fn pairs(shown: &Shown<'_>, main: At) -> Vec<Said> {
    let mut out: Vec<Said> = Vec::new();
    let mut add = |caption: &str, (value, at): (&str, At), place: &str| {
        let site = (captions::field_of(caption) == Some("website")).then(|| site_address(shown, at, value.trim()));
        let value = site.as_deref().unwrap_or(value).trim();
        let Some(field) = captions::field_of(caption).filter(|_| !value.is_empty()) else { return };
        let field = Some(field).filter(|field| *field == "person").and_then(|_| captions::reached(value)).unwrap_or(field);
        let said = |field: &str| out.iter().find(|(known, ..)| *known == field).map(|(_, value, _)| value.as_str());
        let field = match (field, said(field)) {
            (_, None) => field,
            // The province and the region that it is in have one name for both.
            ("region", Some(known)) if known != value && said("region_2").is_none() => "region_2",
            (_, Some(_)) => return,
        };
        out.push((field, value.to_owned(), format!("{place} {caption}")));
    };
    let end = shown.nodes[main].end;
    let elements = (main..end).filter(|at| shown.nodes[*at].element.is_some());
    for at in elements.filter(|at| matches!(shown.nodes[*at].tag, Tag::Dt | Tag::Tr | Tag::Li | Tag::P | Tag::Div)).take(PAIRS) {
        let node = &shown.nodes[at];
        match node.tag {
            Tag::Dt => {
                let next = Some(node.end).filter(|next| *next < end && shown.nodes[*next].is(Tag::Dd));
                if let Some(value) = next {
                    add(&shown.words(at, VALUE), (&shown.words(value, VALUE), value), "dt");
                }
            }
            Tag::Tr => {
                let cells: Vec<At> = shown.children(at).filter(|cell| shown.nodes[*cell].element.is_some()).take(3).collect();
                if let [caption, value] = cells.as_slice() {
                    add(&shown.words(*caption, VALUE), (&shown.words(*value, VALUE), *value), "tr");
                }
            }
            _ if node.chars <= VALUE && node.runs <= 4 => {
                let text = shown.words(at, VALUE);
                if let Some((caption, value)) = captions::split(&text) {
                    add(caption, (value, at), node.element.map_or("", |element| element.value().name()));
                }
            }
            _ => {}
        }
    }
    out
}

/// The address of a site as its link has it: what is shown of it leaves out the scheme, and would be taken for a page of this site.
fn site_address(shown: &Shown<'_>, at: At, text: &str) -> String {
    let mut links = (at..shown.nodes[at].end).filter(|at| shown.nodes[*at].is(Tag::A)).map(|at| shown.nodes[at].attr("href").trim());
    if let Some(link) = links.find(|href| href.starts_with("http://") || href.starts_with("https://")) {
        return link.to_owned();
    }
    let host = text.split('/').next().unwrap_or_default();
    let bare = !text.contains("://") && host.contains('.') && !text.contains(|c: char| c.is_whitespace() || c == '@');
    if bare { format!("http://{text}") } else { text.to_owned() }
}

/// Contacts in the main part, telephones before faxes; where none of a country's numbers is there, as the next country has them.
fn contact(part: ElementRef<'_>, input: &Input<'_>, countries: &[Id]) -> Vec<Said> {
    let by = |country: Option<Id>| contacts::read_part(part, country, input.url, &Structured::default());
    let mut found = by(countries.first().copied());
    for country in countries.iter().skip(1) {
        if found.phones.is_empty() {
            found = Some(by(Some(*country))).filter(|next| !next.phones.is_empty()).unwrap_or(found);
        }
    }
    let of_site = |address: &str| {
        let host = address.rsplit_once('@').map(|(_, host)| host);
        host.and_then(|host| Url::parse(&format!("https://{host}/")).ok()).is_some_and(|url| is_of_site(&url, input.url))
    };
    let said = |field: &'static str| move |contact: &contacts::Contact| (field, contact.value.clone(), contact.proof.place.clone());
    let own = |contact: &&contacts::Contact| contact.role != contacts::Role::Maker;
    let emails = found.emails.iter().filter(own).filter(|email| !of_site(&email.value)).take(CONTACTS).map(said("email"));
    let phones = found.phones.iter().chain(&found.unread).filter(own).filter(|phone| !phone.fax).take(CONTACTS).map(said("phone"));
    let place = found.addresses.iter().take(CONTACTS);
    let place = place.filter_map(|address| Some(("address", address.place.parts.text.clone()?, address.proof.place.clone())));
    emails.chain(phones).chain(place).collect()
}

/// The links to other sites that are no network's and no map.
fn site(shown: &Shown<'_>, main: At, base: &Url) -> Vec<Said> {
    let links = (main..shown.nodes[main].end).filter(|at| shown.nodes[*at].is(Tag::A)).take(LINKS);
    let leads = links.filter_map(|at| value::url(shown.nodes[at].attr("href"), base));
    let of_others = leads.filter(|url| matches!(url.scheme(), "http" | "https") && !is_of_site(url, base) && !contacts::is_nobodys(url));
    of_others.take(CONTACTS).map(|url| ("website", url.into(), "a".to_owned())).collect()
}
