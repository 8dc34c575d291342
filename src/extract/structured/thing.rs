//! What the structured data of a page speak of, in one shape: a company, a product, an article, an event, a vacancy, a list. Knows the vocabulary of
//! schema.org as far as leads need it; addresses are completed, values else stay as written.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::base::text::{clip, squeeze};
use crate::extract::contacts::social;
use crate::extract::markup::plain;

/// Things of one page, things nested in each other, and characters of one text.
const THINGS: usize = 2_000;
const DEPTH: usize = 8;
const CHARS: usize = 5_000;
/// Web sites of one organisation.
const SITES: usize = 4;

/// Which way of writing a thing comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A script of JSON-LD.
    #[default]
    JsonLd,
    /// `itemscope`, `itemprop`.
    Microdata,
    /// `typeof`, `property`.
    Rdfa,
    /// `h-card` and the like.
    Microformats,
}

/// A postal address as its parts are named; all as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PostalAddress {
    /// Street and house number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Part of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Country, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The whole, where it is not in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One thing. What the page does not say has no value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// Names of its classes without their vocabulary: `Product`, `LocalBusiness`.
    pub types: Vec<String>,
    /// How it is written.
    pub syntax: Syntax,
    /// Where among the data of its syntax: `0`, `2.mainEntity.offers`.
    pub path: String,
    /// Further fields: `name`, `url`, `price`, `currency`, `availability`, `sku`, `gtin`, `mpn`, `brand`, `phone`, `fax`, `email`, `date`, `end_date`,
    /// `description`, `image`, `category`, `author`, `same_as`, `opening_hours`, `location`, `seller`, `rating`, `position`, `tax_id`, `organisation`, `organisation_url`.
    pub fields: BTreeMap<&'static str, Vec<String>>,
    /// Postal addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PostalAddress>,
}

impl Thing {
    /// The first value of a field.
    pub fn first(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(|values| values.first()).map(String::as_str)
    }

    /// Whether one of its classes is among these.
    pub fn is(&self, types: &[&str]) -> bool {
        self.types.iter().any(|own| types.contains(&own.as_str()))
    }
}

/// Fields by the names they have in schema.org, Good Relations, vCard and microformats.
const FIELDS: &[(&str, &[&str])] = &[
    ("name", &["name", "headline", "title", "legalName", "fn"]),
    ("legal_name", &["legalName"]),
    ("url", &["url"]),
    ("price", &["price", "lowPrice", "minPrice", "hasCurrencyValue"]),
    ("high_price", &["highPrice", "maxPrice"]),
    ("currency", &["priceCurrency", "hasCurrency", "currency"]),
    ("availability", &["availability"]),
    ("sku", &["sku", "identifier"]),
    ("product_id", &["productID", "productId"]),
    ("gtin", &["gtin", "gtin8", "gtin12", "gtin13", "gtin14", "isbn"]),
    ("mpn", &["mpn"]),
    ("brand", &["brand", "manufacturer"]),
    ("phone", &["telephone", "phone", "tel"]),
    ("fax", &["faxNumber", "fax"]),
    ("email", &["email"]),
    ("contact_type", &["contactType"]),
    ("date", &["datePublished", "startDate", "datePosted", "published", "start", "dateCreated"]),
    ("modified", &["dateModified", "updated"]),
    ("end_date", &["endDate", "validThrough", "end"]),
    ("description", &["description", "summary"]),
    ("image", &["image", "photo", "logo", "primaryImageOfPage"]),
    ("category", &["category", "industry", "articleSection", "naics", "isicV4"]),
    ("author", &["author", "creator"]),
    ("publisher", &["publisher"]),
    ("organisation", &["hiringOrganization", "organizer", "worksFor"]),
    ("parent", &["parentOrganization", "branchOf"]),
    ("seller", &["seller", "offeredBy", "provider"]),
    ("same_as", &["sameAs"]),
    ("opening_hours", &["openingHours"]),
    ("location", &["location", "jobLocation"]),
    ("rating", &["ratingValue"]),
    ("position", &["position"]),
    ("tax_id", &["vatID", "taxID"]),
    ("duns", &["duns", "leiCode"]),
    ("employees", &["numberOfEmployees"]),
    ("job_title", &["jobTitle", "employmentType"]),
];

/// Properties of a product that are told in its offers.
const OF_OFFERS: &[&str] = &["price", "high_price", "currency", "availability", "sku", "gtin", "mpn", "seller"];

/// Collects the things of a page.
pub(super) struct Collector<'u> {
    base: &'u Url,
    things: Vec<Thing>,
    /// JSON-LD nodes by their `@id`, the fullest of each.
    ids: HashMap<String, Map<String, Value>>,
}

impl<'u> Collector<'u> {
    pub(super) fn new(base: &'u Url) -> Self {
        Self { base, things: Vec::new(), ids: HashMap::new() }
    }

    pub(super) fn finish(self) -> Vec<Thing> {
        self.things
    }

    /// Adds what one syntax says.
    pub(super) fn add(&mut self, syntax: Syntax, roots: &[Value]) {
        self.ids.clear();
        if matches!(syntax, Syntax::JsonLd | Syntax::Rdfa) {
            for root in roots {
                self.index(root, 0);
            }
        }
        let named = |id: &str| roots.iter().any(|root| refers(root, id));
        for (i, root) in roots.iter().enumerate() {
            // A blank node of RDFa that another names is told there.
            let told = syntax == Syntax::Rdfa && root["@id"].as_str().is_some_and(|id| id.starts_with("_:") && named(id));
            if !told {
                self.visit(syntax, root, i.to_string(), 0);
            }
        }
    }

    fn index(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(map) if depth < 16 => {
                if let Some(id) = map.get("@id").and_then(Value::as_str)
                    && self.ids.len() < THINGS
                    && self.ids.get(id).is_none_or(|known| known.len() < map.len())
                {
                    self.ids.insert(id.to_owned(), map.clone());
                }
                map.values().for_each(|value| self.index(value, depth + 1));
            }
            Value::Array(list) if depth < 16 => list.iter().for_each(|value| self.index(value, depth + 1)),
            _ => {}
        }
    }

    /// Where a mapping only names another, that one.
    fn resolved<'v>(&'v self, map: &'v Map<String, Value>) -> &'v Map<String, Value> {
        match map.get("@id").and_then(Value::as_str) {
            Some(id) if map.len() <= 2 && !map.contains_key("name") => self.ids.get(id).unwrap_or(map),
            Some(_) | None => map,
        }
    }

    /// A thing, and the things in it.
    fn visit(&mut self, syntax: Syntax, value: &Value, path: String, depth: usize) {
        if depth > DEPTH || self.things.len() >= THINGS {
            return;
        }
        match value {
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, value)| self.visit(syntax, value, format!("{path}.{i}"), depth + 1));
            }
            Value::Object(map) => {
                // An item of a list that is told by a thing is that thing.
                let properties = inner(map);
                let types = types(map);
                if !types.is_empty() {
                    let thing = self.thing(syntax, &types, properties, path.clone());
                    self.things.push(thing);
                }
                for (name, value) in
                    properties.iter().filter(|(name, value)| !name.starts_with("@context") && (value.is_object() || value.is_array()))
                {
                    self.visit(syntax, value, format!("{path}.{}", short(name)), depth + 1);
                }
                if let Some(children) = map.get("children") {
                    self.visit(syntax, children, format!("{path}.children"), depth + 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn thing(&self, syntax: Syntax, types: &[String], properties: &Map<String, Value>, path: String) -> Thing {
        let mut thing = Thing { types: types.to_vec(), syntax, path, ..Thing::default() };
        self.fill(&mut thing, properties, |_| true);
        let product = thing.is(PRODUCTS);
        for (name, value) in properties {
            match short(name) {
                "offers" | "priceSpecification" | "hasPriceSpecification" => self.offers(&mut thing, value, 0),
                "address" | "location" | "jobLocation" | "adr" => self.address(&mut thing, value, 0),
                "contactPoint" | "contactPoints" => {
                    self.each(value, &mut |map| self.fill(&mut thing, inner(map), |field| matches!(field, "phone" | "fax" | "email")));
                }
                "hiringOrganization" => self.each(value, &mut |map| self.own_site(&mut thing, inner(map))),
                "model" | "isVariantOf" | "hasVariant" if product => {
                    self.each(value, &mut |map| {
                        let variant = inner(map);
                        variant.iter().filter(|(name, _)| short(name) == "offers").for_each(|(_, value)| self.offers(&mut thing, value, 0));
                    });
                }
                _ => {}
            }
        }
        thing
    }

    /// Where the organisation of a thing is at home: not at a network, where it only has an account.
    fn own_site(&self, thing: &mut Thing, organisation: &Map<String, Value>) {
        let values = ["url", "sameAs"].into_iter().filter_map(|wanted| organisation.iter().find(|(name, _)| short(name) == wanted));
        let sites = values.flat_map(|(_, value)| self.texts(value, 0)).filter_map(|text| self.base.join(text.trim()).ok());
        let own = sites.filter(|url| matches!(url.scheme(), "http" | "https") && social::network(url).is_none());
        for site in own.take(SITES) {
            thing.fields.entry("organisation_url").or_default().push(site.into());
        }
    }

    /// Calls with each mapping of a value, those named by id found.
    fn each<'v>(&'v self, value: &'v Value, call: &mut dyn FnMut(&'v Map<String, Value>)) {
        match value {
            Value::Array(list) => list.iter().take(100).for_each(|value| self.each(value, call)),
            Value::Object(map) => call(self.resolved(map)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn offers(&self, thing: &mut Thing, value: &Value, depth: usize) {
        if depth > 3 {
            return;
        }
        self.each(value, &mut |map| {
            let offer = inner(map);
            self.fill(thing, offer, |field| OF_OFFERS.contains(&field));
            for (name, value) in offer {
                if matches!(short(name), "offers" | "priceSpecification" | "hasPriceSpecification") {
                    self.offers(thing, value, depth + 1);
                }
            }
        });
    }

    fn address(&self, thing: &mut Thing, value: &Value, depth: usize) {
        if let Value::String(text) = value {
            let text = Some(clean(text)).filter(|text| !text.is_empty());
            thing.addresses.extend(text.map(|text| PostalAddress { text: Some(text), ..PostalAddress::default() }));
            return;
        }
        self.each(value, &mut |map| {
            let parts = inner(map);
            let part = |names: &[&str]| {
                let found = parts
                    .iter()
                    .find(|(name, _)| names.contains(&short(name)))
                    .and_then(|(_, value)| self.texts(value, 0).into_iter().next());
                found.map(|text| clip(&clean(&text), 300)).filter(|text| !text.is_empty())
            };
            let address = PostalAddress {
                street: part(&["streetAddress", "street-address"]),
                locality: part(&["addressLocality", "locality"]),
                region: part(&["addressRegion", "region"]),
                postcode: part(&["postalCode", "postal-code"]),
                country: part(&["addressCountry", "country-name"]),
                text: map
                    .get("value")
                    .and_then(Value::as_str)
                    .map(clean)
                    .filter(|text| !text.is_empty() && types(map).iter().any(|name| name == "PostalAddress")),
            };
            if address != PostalAddress::default() {
                thing.addresses.push(address);
            } else if depth < 3
                && let Some((_, inner)) = parts.iter().find(|(name, _)| short(name) == "address")
            {
                self.address(thing, inner, depth + 1);
            }
        });
    }

    fn fill(&self, thing: &mut Thing, properties: &Map<String, Value>, wanted: impl Fn(&str) -> bool) {
        for (field, names) in FIELDS.iter().filter(|(field, _)| wanted(field)) {
            for name in *names {
                let Some((_, value)) = properties.iter().find(|(key, _)| short(key) == *name) else { continue };
                for text in self.texts(value, 0) {
                    let text = if matches!(*field, "url" | "image" | "same_as") {
                        self.base.join(text.trim()).map_or(text, |url| url.to_string())
                    } else {
                        clip(&clean(&text), CHARS)
                    };
                    let values = thing.fields.entry(field).or_default();
                    if !text.is_empty() && values.len() < 100 && !values.contains(&text) {
                        values.push(text);
                    }
                }
            }
        }
        thing.fields.retain(|_, values| !values.is_empty());
    }

    /// A value as words: of a thing its name, else its address.
    fn texts(&self, value: &Value, depth: usize) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Number(number) => vec![number.to_string()],
            Value::Array(list) if depth < 4 => list.iter().take(100).flat_map(|value| self.texts(value, depth + 1)).collect(),
            Value::Object(map) if depth < 4 => {
                let map = self.resolved(map);
                if let Some(value) = map.get("@value") {
                    return self.texts(value, depth + 1);
                }
                let properties = inner(map);
                let named = ["name", "contentUrl", "value", "url", "@id"];
                let found = named.iter().find_map(|wanted| {
                    properties.iter().find(|(name, _)| short(name) == *wanted).or_else(|| map.iter().find(|(name, _)| name == wanted))
                });
                found.map(|(_, value)| self.texts(value, depth + 1)).unwrap_or_default()
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Vec::new(),
        }
    }
}

/// Classes of what is sold.
pub const PRODUCTS: &[&str] = &[
    "Product",
    "ProductModel",
    "IndividualProduct",
    "SomeProducts",
    "ProductGroup",
    "Vehicle",
    "Car",
    "Book",
    "SoftwareApplication",
    "h-product",
    "ProductOrService",
];

/// Whether a value names this node.
fn refers(value: &Value, id: &str) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(_, list)| {
            list.as_array().is_some_and(|list| {
                list.iter().any(|value| {
                    value.as_object().is_some_and(|inner| inner.len() == 1 && inner.get("@id").and_then(Value::as_str) == Some(id))
                })
            })
        }),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn inner(map: &Map<String, Value>) -> &Map<String, Value> {
    map.get("properties").and_then(Value::as_object).unwrap_or(map)
}

/// The classes of a thing without their vocabulary.
fn types(map: &Map<String, Value>) -> Vec<String> {
    let Some(value) = map.get("@type").or_else(|| map.get("type")) else { return Vec::new() };
    let list = match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    list.into_iter().take(8).map(|name| short(name).to_owned()).filter(|name| !name.is_empty()).collect()
}

/// A name without its vocabulary: `http://schema.org/Product`, `schema:Product`, `gr#price`.
fn short(name: &str) -> &str {
    name.trim_end_matches('/').rsplit(['/', '#', ':']).next().unwrap_or(name)
}

/// Words of a value: tags and entities that were put into it gone.
fn clean(text: &str) -> String {
    if text.contains(['<', '&']) { plain(text, CHARS) } else { squeeze(text) }
}
