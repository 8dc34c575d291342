//! The one product of a page: price, currency, availability, code, brand; from structured data first, then from `meta`, labels, buttons and the names of
//! elements. Each value says where it comes from. Knows no shop.

mod page;

use iso_currency::Currency;
use rust_decimal::Decimal;
use scraper::ElementRef;
use serde::Serialize;
use url::Url;

use super::html::Attributes as _;
use super::structured::{PRODUCTS, Structured, Thing};
use super::value::Hints;
pub use super::value::money::Tax;
use super::value::money::{Price, price};
use crate::base::text::{clip, squeeze, words};
use crate::model::ZoneFrom;

/// Whether a thing can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Availability {
    /// To be had now or by order.
    InStock,
    /// Sold out, unavailable or discontinued.
    OutOfStock,
    /// Announced.
    PreOrder,
}

/// The product of a page. What nothing says has no value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Product {
    /// Its name.
    pub name: Option<String>,
    /// Its price; of a range the lower end. Written as text: JSON's numbers are not exact.
    #[serde(serialize_with = "as_text")]
    pub price: Option<Decimal>,
    /// The upper end of a range.
    #[serde(serialize_with = "as_text")]
    pub price_to: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Whether the price begins there.
    pub price_from: bool,
    /// What the price is for, as written.
    pub price_unit: Option<String>,
    /// Whether tax is in it.
    pub tax: Option<Tax>,
    /// Whether the price is told on request.
    pub on_request: bool,
    /// Whether it can be had.
    pub availability: Option<Availability>,
    /// The seller's code of it.
    pub sku: Option<String>,
    /// EAN, UPC, ISBN.
    pub gtin: Option<String>,
    /// The maker's code.
    pub mpn: Option<String>,
    /// Brand or maker.
    pub brand: Option<String>,
    /// Where price, availability and code come from, with the words: `json-ld:0: 12.50`.
    pub proof: Vec<String>,
}

#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn as_text<S: serde::Serializer>(number: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    number.map(|number| number.to_string()).serialize(serializer)
}

/// Reads the product of a page with this root, address and structured data; `None` where the page shows no price and no data of a product.
pub fn read(root: ElementRef<'_>, url: &Url, structured: &Structured) -> Option<Product> {
    let hints = hints(root, url);
    let main = main_thing(structured, root);
    let mut product = Product::default();
    if let Some(thing) = main {
        of_thing(&mut product, thing, &hints);
    }
    of_meta(&mut product, structured, &hints);
    if product.price.is_none()
        && let Some((read, text)) =
            page::shown_price(root, &hints).or_else(|| page::sells(root).then(|| page::worded_price(root, &hints)).flatten())
    {
        product.proof.push(format!("page: {text}"));
        take(&mut product, &read);
    }
    if product.price.is_none() && main.is_none() {
        return None;
    }
    availability(&mut product, root);
    let own = ["canonical", "og:url"].iter().find_map(|name| structured.meta.get(*name)).and_then(|address| url.join(address).ok());
    code(&mut product, root, own.as_ref().unwrap_or(url));
    Some(product)
}

fn hints(root: ElementRef<'_>, url: &Url) -> Hints {
    let language = root.value().attribute("lang").unwrap_or("");
    let country = super::contacts::country_hint(url, language).and_then(|code| code.parse().ok());
    Hints { zone: jiff::tz::TimeZone::UTC, zone_from: ZoneFrom::Assumed, country, currency: None, month_first: false, format: None }
}

/// The thing that the page is about: a product with an offer, named as the page; no relative and no item of a list.
fn main_thing<'s>(structured: &'s Structured, root: ElementRef<'_>) -> Option<&'s Thing> {
    let title = root
        .descendent_elements()
        .find(|element| element.value().name() == "h1")
        .map(|h1| words(&h1.text().collect::<String>()))
        .unwrap_or_default();
    let is_product = |thing: &&Thing| thing.types.iter().any(|own| PRODUCTS.iter().any(|known| known.eq_ignore_ascii_case(own)));
    let nested = |thing: &Thing| {
        let path = thing.path.to_lowercase();
        ["related", "similar", "itemlistelement", "accessory", "variant", "recommend"].iter().any(|part| path.contains(part))
    };
    let offered =
        |thing: &&Thing| thing.first("price").is_some() && thing.is(&["Event", "Course", "Service", "Offer", "Accommodation", "Trip"]);
    let candidates = structured.things.iter().filter(is_product).chain(structured.things.iter().filter(offered));
    candidates
        .enumerate()
        .max_by_key(|(i, thing)| {
            let named = thing
                .first("name")
                .map(words)
                .is_some_and(|name| !name.is_empty() && (title.contains(&name) || name.contains(&title) && !title.is_empty()));
            let weight = 8 * i32::from(is_product(thing))
                + 4 * i32::from(!nested(thing))
                + 3 * i32::from(named)
                + 2 * i32::from(thing.first("price").is_some());
            (weight, std::cmp::Reverse(*i))
        })
        .map(|(_, thing)| thing)
}

fn of_thing(product: &mut Product, thing: &Thing, hints: &Hints) {
    let text = |field: &str| thing.first(field).map(squeeze);
    product.name = text("name");
    product.gtin = text("gtin");
    product.mpn = text("mpn");
    product.brand = text("brand");
    product.sku =
        text("sku").or_else(|| text("product_id")).map(|sku| sku.split_once(':').map_or(sku.clone(), |(_, code)| code.to_owned()));
    let place = format!("{:?}:{}", thing.syntax, thing.path).to_lowercase();
    let currency = thing.first("currency").unwrap_or("");
    // Of several offers the first is the page's own choice.
    if let Some(written) = thing.first("price") {
        take(product, &machine(written, currency, hints));
        product.price_to =
            product.price_to.or_else(|| machine(thing.first("high_price")?, currency, hints).amount.map(|amount| amount.number));
        product.proof.push(format!("{place}: {}", clip(written, 80)));
    }
    if let Some(written) = thing.first("availability") {
        product.availability = availability_of(written);
        product.proof.push(format!("{place}: {}", clip(written, 80)));
    }
}

/// A price meant for machines: a point is a point ("1234.500"), else as people write.
fn machine(written: &str, currency: &str, hints: &Hints) -> Price {
    let written = written.trim();
    let mut read = price(written, currency, hints);
    let plain = written.bytes().all(|b| b.is_ascii_digit() || b == b'.') && written.matches('.').count() <= 1;
    let point = written.find('.').map(|at| written.len() - at - 1);
    // Three decimals are a group of thousands that somebody printed, unless noughts.
    if plain
        && (point != Some(3) || written.ends_with("000"))
        && let (Some(amount), Ok(number)) = (&mut read.amount, written.trim_end_matches('.').parse::<Decimal>())
    {
        amount.number = number.normalize();
    }
    if let Some(amount) = &mut read.amount {
        amount.currency = Currency::from_code(&currency.trim().to_ascii_uppercase()).or(amount.currency);
    }
    read
}

fn take(product: &mut Product, read: &Price) {
    product.on_request |= read.on_request;
    let Some(amount) = &read.amount else { return };
    product.price = Some(amount.number);
    product.currency = amount.currency.map(|currency| currency.code().to_owned());
    (product.price_to, product.price_from, product.price_unit, product.tax) = (read.to, read.from, read.unit.clone(), read.tax);
}

fn of_meta(product: &mut Product, structured: &Structured, hints: &Hints) {
    let first = |names: &[&str]| names.iter().find_map(|name| structured.meta.get(*name)).map(String::as_str);
    let currency = first(&["product:sale_price:currency", "product:price:currency", "og:price:currency", "product:currency"]).unwrap_or("");
    if product.price.is_none()
        && let Some(written) =
            first(&["product:sale_price:amount", "product:price:amount", "og:price:amount", "og:price", "product:price", "twitter:data1"])
                .filter(|written| written.contains(|c: char| c.is_ascii_digit()))
    {
        take(product, &machine(written, currency, hints));
        product.proof.push(format!("meta: {}", clip(written, 80)));
    }
    if product.currency.is_none() {
        product.currency = Currency::from_code(&currency.to_ascii_uppercase()).map(|currency| currency.code().to_owned());
    }
    let said = first(&["product:availability", "og:availability"]).and_then(availability_of);
    product.availability = product.availability.or(said);
    product.sku = product.sku.take().or_else(|| first(&["product:retailer_item_id"]).map(str::to_owned));
    product.brand = product.brand.take().or_else(|| first(&["product:brand", "og:brand"]).map(str::to_owned));
}

/// What a word of schema.org, Open Graph or a shop says of stock.
fn availability_of(written: &str) -> Option<Availability> {
    let last = written.trim().trim_end_matches('/').rsplit(['/', '#']).next().unwrap_or("");
    let folded = words(last);
    let joined = folded.replace(' ', "");
    let of = |kind: &str| page::phrases(kind).iter().any(|phrase| folded == *phrase);
    match joined.as_str() {
        "outofstock" | "soldout" | "discontinued" | "oos" => Some(Availability::OutOfStock),
        "instock"
        | "limitedavailability"
        | "onlineonly"
        | "instoreonly"
        | "backorder"
        | "madetoorder"
        | "availablefororder"
        | "available"
        | "instorepurchase" => Some(Availability::InStock),
        "preorder" | "presale" | "pending" => Some(Availability::PreOrder),
        _ if of("out") => Some(Availability::OutOfStock),
        _ if of("in") => Some(Availability::InStock),
        _ => None,
    }
}

fn availability(product: &mut Product, root: ElementRef<'_>) {
    if product.availability.is_some() {
        return;
    }
    let told = page::stock(root);
    if let Some((_, words)) = &told {
        product.proof.push(format!("page: {}", clip(words, 80)));
    }
    // What has a price and is not said to be gone can be had.
    product.availability = match told {
        Some((true, _)) => Some(Availability::InStock),
        Some((false, _)) => Some(Availability::OutOfStock),
        None => product.price.map(|_| Availability::InStock),
    };
}

/// The code that people see is the one they order by; the data's code stands where the page shows none, and an id of the address where nothing tells.
fn code(product: &mut Product, root: ElementRef<'_>, url: &Url) {
    let shown = page::labelled_codes(root);
    let bare = |code: &str| code.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let agrees = |code: &Option<String>| code.as_ref().is_some_and(|code| shown.iter().any(|shown| bare(shown) == bare(code)));
    let in_address = |code: &str| bare(code).len() > 3 && bare(url.as_str()).contains(&bare(code));
    if agrees(&product.sku) || product.sku.as_deref().is_some_and(in_address) {
        return;
    }
    if let Some(code) = shown.iter().find(|code| product.gtin.as_ref() != Some(code)) {
        product.proof.push(format!("page: {code}"));
        product.sku = Some(code.clone());
        return;
    }
    if product.sku.is_none() {
        product.sku = product.mpn.clone().or_else(|| id_of(url));
    }
}

/// The id in an address: its one word with five digits and more.
fn id_of(url: &Url) -> Option<String> {
    let parts = url.path_segments()?.flat_map(|part| part.split(['-', '_', '.'])).chain(url.query().unwrap_or("").split(['&', '=']));
    let ids: Vec<&str> = parts
        .filter(|part| {
            part.len() <= 20 && part.bytes().filter(u8::is_ascii_digit).count() >= 5 && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
        .collect();
    ids.last().map(|id| (*id).to_owned())
}

#[cfg(test)]
mod tests;
