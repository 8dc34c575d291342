//! The structured data of a page: JSON-LD, microdata, `RDFa`, Open Graph, Dublin Core and microformats, as written, and the things they speak of
//! ([`Thing`]). Reads the tree of a page and its address; knows no text outside the data.
//!
//! What is written keeps the shape in which extractors of the field give it: microdata as items with `type`, `id`, `properties` (one value alone, several
//! as a list), `RDFa` as expanded JSON-LD, Open Graph as pairs with their vocabularies.

mod mend;
mod meta;
mod microdata;
mod microformats;
mod rdfa;
mod thing;

use std::collections::BTreeMap;

use scraper::ElementRef;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::html::Attributes as _;

pub use thing::{PRODUCTS, PostalAddress, Syntax, Thing};

/// Bytes taken from one page by each syntax; hostile nesting would take the same words again and again.
const TAKEN: usize = 4 * 1024 * 1024;
/// Bytes of one value's words.
const TEXT: usize = 256 * 1024;
/// Steps over nodes by each syntax.
const STEPS: usize = 4_000_000;
/// Scripts of JSON-LD in one page.
const SCRIPTS: usize = 1_000;

/// What may still be taken.
struct Budget {
    bytes: usize,
    steps: usize,
}

impl Budget {
    fn new() -> Self {
        Self { bytes: TAKEN, steps: STEPS }
    }

    fn take(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes + 1);
    }

    fn take_step(&mut self) {
        self.steps = self.steps.saturating_sub(1);
    }

    fn spent(&self) -> bool {
        self.bytes == 0 || self.steps == 0
    }

    /// Bytes that one value's words may have.
    fn text(&self) -> usize {
        self.bytes.min(TEXT)
    }
}

/// The structured data of one page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Structured {
    /// JSON-LD, one entry a root.
    #[serde(rename = "json-ld")]
    pub json_ld: Vec<Value>,
    /// Items of microdata.
    pub microdata: Vec<Value>,
    /// Subjects of `RDFa`.
    pub rdfa: Vec<Value>,
    /// Open Graph: none or one.
    pub opengraph: Vec<Value>,
    /// Dublin Core: none or one.
    pub dublincore: Vec<Value>,
    /// Items of microformats.
    pub microformat: Vec<Value>,
    /// Named `meta` values, names in lower case.
    pub meta: BTreeMap<String, String>,
    /// What all of them speak of.
    pub things: Vec<Thing>,
}

/// Reads the structured data of a page with this root and address. Total: what cannot be read is left out; time and memory are bounded.
pub fn read(root: ElementRef<'_>, url: &Url) -> Structured {
    let tags = meta::tags(root);
    let json_ld = json_ld(root);
    let mut found = Structured {
        json_ld,
        microdata: microdata::items(root, &mut Budget::new()),
        rdfa: rdfa::nodes(root, url, &mut Budget::new()),
        opengraph: meta::open_graph(root, &tags).into_iter().collect(),
        dublincore: meta::dublin_core(&tags).into_iter().collect(),
        microformat: microformats::items(root, &mut Budget::new()),
        meta: meta::named(&tags),
        things: Vec::new(),
    };
    let mut things = thing::Collector::new(url);
    things.add(Syntax::JsonLd, &found.json_ld);
    things.add(Syntax::Microdata, &found.microdata);
    things.add(Syntax::Rdfa, &found.rdfa);
    things.add(Syntax::Microformats, &found.microformat);
    found.things = things.finish();
    found
}

/// The roots of all scripts of JSON-LD; lists are opened, `null` says nothing.
fn json_ld(root: ElementRef<'_>) -> Vec<Value> {
    let is_script = |element: &ElementRef<'_>| {
        let kind = || element.value().attribute("type").unwrap_or("").trim().to_ascii_lowercase();
        element.value().name() == "script" && kind().starts_with("application/ld+json")
    };
    let mut found = Vec::new();
    for script in root.descendent_elements().filter(is_script).take(SCRIPTS) {
        let text: String = script.text().collect();
        for value in mend::values(&text) {
            match value {
                Value::Array(list) => found.extend(list.into_iter().filter(Value::is_object)),
                Value::Object(_) => found.push(value),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
