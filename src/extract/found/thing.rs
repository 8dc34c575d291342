//! What the structured data of a page say of records: matched with those of a list by address or name, or the list itself. Knows no tree.

use std::collections::HashMap;

use url::Url;

use super::super::reading::Column;
use super::super::record::canonical;
use super::super::structured::{PostalAddress, Structured, Thing};
use super::super::value::is_of_site;
use super::{List, Raw};
use crate::base::text::words;
use crate::model::RecordKind;

/// Fewer are no list.
const FEWEST: usize = 3;
/// Things of the page about itself, and parts of others.
const NOT_RECORDS: &[&str] = &[
    "WebPage",
    "WebSite",
    "BreadcrumbList",
    "ItemList",
    "ListItem",
    "SearchAction",
    "ImageObject",
    "PostalAddress",
    "ContactPoint",
    "Offer",
    "AggregateOffer",
    "AggregateRating",
    "Rating",
    "GeoCoordinates",
    "CollectionPage",
    "SiteNavigationElement",
    "WPHeader",
    "WPFooter",
    "EntryPoint",
    "Brand",
];
/// Fields of things under the names of records' fields.
const NAMED: &[(&str, &str)] = &[
    ("phone", "phone"),
    ("email", "email"),
    ("date", "date"),
    ("end_date", "deadline"),
    ("category", "industry"),
    ("tax_id", "tax_id"),
    ("employees", "size"),
    ("seller", "company"),
    ("organisation", "company"),
    ("parent", "parent"),
    ("description", "description"),
];

/// What a thing says, as fields of a record with their words and places.
pub(super) fn fields(thing: &Thing, page: &Url) -> Vec<(&'static str, String, String)> {
    let place = |field: &str| format!("{:?} {}: {field}", thing.syntax, thing.path);
    let mut out: Vec<(&'static str, String, String)> = Vec::new();
    let mut add = |name: &'static str, text: Option<String>, field: &str| {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            out.push((name, text, place(field)));
        }
    };
    for (field, name) in NAMED {
        add(name, thing.first(field).map(str::to_owned), field);
    }
    let price = thing.first("price").map(|price| format!("{price} {}", thing.first("currency").unwrap_or("")));
    add("price", price, "price");
    let elsewhere = |field: &str| {
        let all = thing.fields.get(field).into_iter().flatten();
        all.filter_map(|url| Url::parse(url).ok()).find(|url| !is_of_site(url, page))
    };
    add("website", elsewhere("organisation_url").map(String::from), "organisation_url");
    add("website", elsewhere("url").map(String::from), "url");
    if let Some(PostalAddress { street, locality, region, postcode, country, text }) = thing.addresses.first() {
        let whole = text.clone().or_else(|| {
            let parts: Vec<&str> = [street, postcode, locality].into_iter().flatten().map(String::as_str).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        });
        for (name, part) in [("address", &whole), ("place", locality), ("region", region), ("postcode", postcode), ("country", country)] {
            add(name, part.clone(), "address");
        }
    }
    out
}

/// What a thing is, where a source of such records need not say so.
fn kind(thing: &Thing) -> Option<RecordKind> {
    thing.is(&["JobPosting"]).then_some(RecordKind::Vacancy)
}

fn records(structured: &Structured) -> Vec<&Thing> {
    structured.things.iter().filter(|thing| !thing.is(NOT_RECORDS) && thing.first("name").is_some()).collect()
}

/// Adds to the records of a list what the structured data say of them.
pub(super) fn join(structured: &Structured, list: &mut List, page: &Url) {
    let things = records(structured);
    let mut by_url: HashMap<String, &Thing> = HashMap::new();
    let mut by_name: HashMap<String, Option<&Thing>> = HashMap::new();
    for thing in things {
        if let Some(url) = thing.first("url").and_then(|url| Url::parse(url).ok()) {
            by_url.entry(canonical(&url).into()).or_insert(thing);
        }
        by_name.entry(words(thing.first("name").unwrap_or_default())).and_modify(|other| *other = None).or_insert(Some(thing));
    }
    for raw in &mut list.records {
        let linked = raw.link.as_ref().and_then(|url| by_url.get(canonical(url).as_str()).copied());
        let named = || by_name.get(&words(&raw.name)).copied().flatten();
        if let Some(thing) = linked.or_else(named) {
            raw.more.extend(fields(thing, page));
            raw.kind = kind(thing);
        }
    }
}

/// The things of one class as a list, where the page shows none.
pub(super) fn list(structured: &Structured, page: &Url) -> Option<List> {
    let mut by_class: HashMap<&str, Vec<&Thing>> = HashMap::new();
    for thing in records(structured) {
        by_class.entry(thing.types.first().map_or("", String::as_str)).or_default().push(thing);
    }
    let most = by_class.into_iter().max_by(|(a, one), (b, two)| one.len().cmp(&two.len()).then_with(|| b.cmp(a)))?.1;
    if most.len() < FEWEST {
        return None;
    }
    let name = Column { label: "name".to_owned(), caption: None, place: 0, filled: most.len(), example: String::new() };
    let raw = |thing: &&Thing| {
        let url = thing.first("url").and_then(|url| page.join(url).ok());
        let words = thing.first("name").unwrap_or_default().to_owned();
        Raw {
            cells: vec![(0, words.clone())],
            name: words,
            link: url.filter(|url| is_of_site(url, page)),
            more: fields(thing, page),
            kind: kind(thing),
            partial: false,
            beside: false,
            path: format!("{:?} {}", thing.syntax, thing.path),
        }
    };
    Some(List { columns: vec![name], records: most.iter().map(raw).collect() })
}
