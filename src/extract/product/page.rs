//! A product's facts out of the page itself, where its data say nothing: prices by the names of their elements, codes and stock by labels. Knows no
//! shop.

use std::collections::HashMap;
use std::sync::LazyLock;

use scraper::{ElementRef, Node};

use crate::base::text::{fold, holds, squeeze, words};
use crate::extract::html::{Attributes as _, skipped, visible_text};
use crate::extract::value::Hints;
use crate::extract::value::money::{Price, price};

/// Elements of prices, and words, that are weighed.
const MOST: usize = 400;
/// Elements with words that are asked about stock.
const STOCK: usize = 3_000;
/// Bytes of one price's words.
const PRICE_BYTES: usize = 120;

/// Phrases of a kind in `labels.txt`.
pub(super) fn phrases(kind: &str) -> &'static [&'static str] {
    static LABELS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
        let lines = include_str!("labels.txt").lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split('|').collect()).collect()
    });
    LABELS.iter().find(|line| line[0] == kind).map_or(&[], |line| &line[1..])
}

/// What names of classes and ids say of an element.
fn names_of(element: ElementRef<'_>) -> String {
    let said: Vec<&str> = ["class", "id", "itemprop", "data-testid"].iter().filter_map(|name| element.value().attribute(name)).collect();
    said.join(" ").to_lowercase()
}

const PRICES: &[&str] =
    &["price", "preis", "precio", "prix", "prezzo", "preco", "cena", "цена", "kaina", "hind", "pris", "prijs", "fiyat", "amount", "pret"];
const OLD: &[&str] = &[
    "old",
    "was",
    "strike",
    "regular",
    "original",
    "before",
    "msrp",
    "rrp",
    "uvp",
    "compare",
    "crossed",
    "save",
    "discount",
    "previous",
    "installment",
    "monthly",
];
const OTHER: &[&str] = &[
    "related",
    "recommend",
    "similar",
    "carousel",
    "cart",
    "shipping",
    "delivery",
    "total",
    "filter",
    "range",
    "slider",
    "upsell",
    "cross",
    "also",
    "bundle",
    "coupon",
    "header",
    "footer",
    "menu",
];

/// A price that may be the product's.
struct Candidate {
    weight: i32,
    names: String,
    words: String,
    price: Price,
}

/// The price that the page shows for its one thing: of the elements that are named so, the best placed.
pub(super) fn shown_price(root: ElementRef<'_>, hints: &Hints) -> Option<(Price, String)> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let (mut after_heading, mut seen, mut near) = (false, 0, 4);
    for element in root.descendent_elements() {
        let value = element.value();
        after_heading |= value.name() == "h1";
        let own = names_of(element);
        let written = value
            .attribute("data-price")
            .or_else(|| value.attribute("data-product-price"))
            .or_else(|| value.attribute("content").filter(|_| own.contains("price")));
        let named = PRICES.iter().any(|name| own.contains(name));
        if !named && written.is_none() || seen >= MOST {
            continue;
        }
        seen += 1;
        let mut text = String::new();
        match written {
            Some(written) => text.push_str(written),
            None => visible_text(element, &mut text, PRICE_BYTES),
        }
        let text = squeeze(&text);
        if text.len() > PRICE_BYTES || !text.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let read = price(&text, "", hints);
        if read.amount.as_ref().is_none_or(|amount| amount.number.is_zero()) {
            continue;
        }
        let mut weight = weigh(element, &own, &read, &text);
        if after_heading {
            weight += 3 + near;
            near = (near - 1).max(0);
        }
        candidates.push(Candidate { weight, names: own, words: text, price: read });
    }
    // What stands many times under one name is in a list of others.
    let mut counts: HashMap<String, u32> = HashMap::new();
    for candidate in &candidates {
        *counts.entry(candidate.names.clone()).or_default() += 1;
    }
    let weight = |candidate: &Candidate| candidate.weight - 4 * i32::from(counts.get(&candidate.names).is_some_and(|count| *count > 3));
    let best = candidates.iter().enumerate().max_by_key(|(i, candidate)| (weight(candidate), std::cmp::Reverse(*i))).map(|(_, best)| best);
    best.filter(|best| weight(best) >= 2).map(|best| (best.price.clone(), best.words.clone()))
}

/// The first amount with its currency among the words after the heading; where no element is named for a price.
pub(super) fn worded_price(root: ElementRef<'_>, hints: &Hints) -> Option<(Price, String)> {
    let nodes = visible_nodes(root);
    let heading = root.descendent_elements().find(|element| element.value().name() == "h1").map(|h1| h1.text().collect::<String>());
    let start = heading.and_then(|heading| nodes.iter().rposition(|node| node.len() > 3 && heading.contains(node))).unwrap_or(0);
    for pair in nodes[start..].windows(2).take(MOST) {
        let text = if pair[1].chars().any(|c| c.is_ascii_digit()) { pair[0].to_owned() } else { format!("{} {}", pair[0], pair[1]) };
        let starts = pair[0].contains(|c: char| c.is_ascii_digit());
        if !starts || text.len() > 40 {
            continue;
        }
        let read = price(&text, "", hints);
        if read.mark.is_some() && read.amount.as_ref().is_some_and(|amount| !amount.number.is_zero()) {
            return Some((read, text));
        }
    }
    None
}

fn weigh(element: ElementRef<'_>, own: &str, read: &Price, text: &str) -> i32 {
    let has =
        |names: &str, list: &[&str]| names.split(|c: char| !c.is_alphanumeric()).any(|part| list.iter().any(|word| part.starts_with(word)));
    let mut weight = 0;
    weight += 4 * i32::from(read.mark.is_some());
    weight += 2 * i32::from(
        own.contains("final")
            || own.contains("current")
            || own.contains("sale")
            || own.contains("special")
            || own.contains("our")
            || own.contains("now"),
    );
    weight -= 4 * i32::from(has(own, OLD));
    weight -= 3 * i32::from(has(own, OTHER));
    weight += i32::from(text.len() <= 16);
    for (i, outer) in element.ancestors().filter_map(ElementRef::wrap).take(8).enumerate() {
        let names = names_of(outer);
        weight -= 4 * i32::from(matches!(outer.value().name(), "del" | "s" | "strike"));
        weight -= 3 * i32::from(has(&names, OTHER) || i < 2 && has(&names, OLD));
        weight -= 2 * i32::from(matches!(outer.value().name(), "nav" | "aside" | "footer" | "li"));
        weight += i32::from(names.contains("product") || names.contains("detail"));
    }
    weight - 20 * i32::from(skipped(&element))
}

/// Text nodes that a person sees, in order.
fn visible_nodes(root: ElementRef<'_>) -> Vec<&str> {
    let mut found = Vec::new();
    let mut next = root.first_child();
    while let Some(node) = next {
        let mut down = true;
        match node.value() {
            Node::Text(text) if !text.trim().is_empty() => found.push(text.trim()),
            Node::Element(_) => down = ElementRef::wrap(node).is_none_or(|element| !skipped(&element)),
            _ => {}
        }
        if found.len() > 20_000 {
            break;
        }
        let below = if down { node.first_child() } else { None };
        next = below
            .or_else(|| node.next_sibling())
            .or_else(|| node.ancestors().take_while(|up| *up != *root).find_map(|up| up.next_sibling()));
    }
    found
}

/// Codes with a label before them, in order: "SKU: AB-12", a cell "Article no." and the cell after it.
pub(super) fn labelled_codes(root: ElementRef<'_>) -> Vec<String> {
    let nodes = visible_nodes(root);
    let labels = phrases("code");
    let mut found = Vec::new();
    for (i, text) in nodes.iter().enumerate() {
        if text.len() > 120 || found.len() >= 20 {
            continue;
        }
        let (head, tail) = text.split_once([':', '：', '#', '№']).map_or((*text, ""), |(head, tail)| (head, tail));
        let label = words(head);
        let short = label.split(' ').count() <= 4;
        let ends = |known: &&&str| label.strip_suffix(**known).is_some_and(|before| before.is_empty() || short && before.ends_with(' '));
        if let Some(label) = labels.iter().find(ends) {
            let own = code_of(tail.trim_start_matches([':', ' ', '.']));
            let strong = tail.is_empty() && label.chars().count() > 3 || text.trim_end().ends_with([':', '：', '#', '№']);
            let after = || {
                nodes[i + 1..]
                    .iter()
                    .take(2)
                    .find_map(|next| if words(next).is_empty() { None } else { Some(code_of(next.trim_start_matches([':', ' ']))) })
                    .flatten()
            };
            found.extend(own.or_else(|| if tail.trim().is_empty() && strong { after() } else { None }));
            continue;
        }
        // "Artikelnummer 12345" without a colon.
        if !text.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let folded = fold(text);
        if let Some(label) =
            labels.iter().filter(|label| label.chars().count() > 3 && folded.starts_with(**label)).max_by_key(|label| label.len())
            && let Some(rest) = folded.get(label.len()..).filter(|rest| rest.starts_with([' ', '.', '-']))
            && rest.split_whitespace().count() == 1
        {
            found.extend(text.split_whitespace().next_back().and_then(code_of));
        }
    }
    found
}

/// A code: one word with a digit, no price and no date.
fn code_of(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?.trim_matches(|c: char| !c.is_alphanumeric());
    let chars = word.chars().count();
    let plain = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    ((3..=40).contains(&chars) && plain && word.contains(|c: char| c.is_ascii_digit()) && text.split_whitespace().count() <= 3)
        .then(|| word.to_owned())
}

/// Whether something on the page puts a thing into a basket.
pub(super) fn sells(root: ElementRef<'_>) -> bool {
    let buttons =
        root.descendent_elements().filter(|element| matches!(element.value().name(), "button" | "input" | "a" | "form" | "img" | "div"));
    buttons.take(STOCK).any(|button| {
        let names = format!(
            "{} {}",
            names_of(button),
            button.value().attribute("action").or_else(|| button.value().attribute("onclick")).unwrap_or("").to_lowercase()
        );
        ["addtocart", "add-to-cart", "add_to_cart", "addcart", "add_cart", "cart_add", "basket", "buy", "warenkorb", "carrito", "korzin"]
            .iter()
            .any(|name| names.contains(name))
            || matches!(button.value().name(), "button" | "input" | "a") && phrases("in").contains(&words(&own_words(button)).as_str())
    })
}

/// What the page's words and buttons say of stock, with the words: true where the thing can be had. What is said in an element made for it, or on a
/// button, counts as soon as it comes; plain words that it is gone only where nothing sells it.
pub(super) fn stock(root: ElementRef<'_>) -> Option<(bool, String)> {
    let (mut gone, mut there) = (None, None);
    let (mut after_heading, mut looked) = (false, 0);
    for element in root.descendent_elements() {
        let value = element.value();
        after_heading |= value.name() == "h1";
        if !after_heading || skipped(&element) {
            continue;
        }
        let own = own_words(element);
        if own.is_empty() || own.len() > 80 {
            continue;
        }
        looked += 1;
        if looked > STOCK {
            break;
        }
        let names = names_of(element);
        let button = matches!(value.name(), "button" | "input" | "a");
        let made_for_it = button || ["stock", "avail", "sold", "buy", "cart", "basket"].iter().any(|name| names.contains(name));
        let folded = words(&own);
        let told = |kind: &str| phrases(kind).iter().any(|phrase| folded == *phrase || made_for_it && holds(&folded, phrase));
        if told("out") {
            if made_for_it {
                return Some((false, own));
            }
            gone.get_or_insert((false, own));
        } else if told("in") {
            if made_for_it {
                return Some((true, own));
            }
            there.get_or_insert((true, own));
        }
    }
    gone.or(there)
}

/// The words of an element that are in none of its own.
fn own_words(element: ElementRef<'_>) -> String {
    if element.value().name() == "input" {
        return element.value().attribute("value").unwrap_or("").to_owned();
    }
    let own: Vec<&str> = element
        .children()
        .filter_map(|node| node.value().as_text().map(|text| text.trim()))
        .filter(|text| !text.is_empty())
        .take(8)
        .collect();
    own.join(" ")
}
