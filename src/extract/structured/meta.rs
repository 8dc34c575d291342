//! What stands in `meta` and `link`: Open Graph, Dublin Core, and the plain names (Twitter, product, geo). Values stay as written.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;
use serde_json::{Map, Value, json};

use crate::extract::html::Attributes as _;

/// Tags looked at in one page.
const TAGS: usize = 2_000;
/// Bytes of one value.
const VALUE_BYTES: usize = 64 * 1024;

/// A `meta` or `link` with its attributes.
pub(super) struct Tag<'t> {
    element: ElementRef<'t>,
}

impl<'t> Tag<'t> {
    fn attribute(&self, name: &str) -> Option<&'t str> {
        self.element.value().attribute(name).filter(|value| value.len() <= VALUE_BYTES)
    }

    fn is(&self, name: &str) -> bool {
        self.element.value().name() == name
    }
}

/// The `meta` and `link` of a page.
pub(super) fn tags(root: ElementRef<'_>) -> Vec<Tag<'_>> {
    root.descendent_elements()
        .filter(|element| matches!(element.value().name(), "meta" | "link"))
        .take(TAGS)
        .map(|element| Tag { element })
        .collect()
}

/// Vocabularies of Open Graph, known without being declared (ogp.me).
const KNOWN: &[(&str, &str)] = &[
    ("og", "http://ogp.me/ns#"),
    ("music", "http://ogp.me/ns/music#"),
    ("video", "http://ogp.me/ns/video#"),
    ("article", "http://ogp.me/ns/article#"),
    ("book", "http://ogp.me/ns/book#"),
    ("profile", "http://ogp.me/ns/profile#"),
];

static PREFIX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s*(\w+):\s*([^\s]+)").expect("the pattern is fixed"));

/// Open Graph: the vocabularies used, and the properties in order. Only properties of a vocabulary that is known or declared count.
pub(super) fn open_graph(root: ElementRef<'_>, tags: &[Tag<'_>]) -> Option<Value> {
    let head = root.child_elements().find(|element| element.value().name() == "head");
    let declared =
        |element: Option<ElementRef<'_>>| element.and_then(|element| element.value().attribute("prefix")).unwrap_or("").to_owned();
    let mut spaces: BTreeMap<String, String> = BTreeMap::new();
    for prefix in [declared(Some(root)), declared(head)] {
        let short: String = prefix.chars().take(4_000).collect();
        if short.contains(':') {
            spaces.extend(PREFIX.captures_iter(&short).map(|found| (found[1].to_owned(), found[2].to_owned())));
        }
    }
    let mut properties = Vec::new();
    for tag in tags.iter().filter(|tag| tag.is("meta")) {
        let (Some(property), Some(content)) = (tag.attribute("property"), tag.attribute("content")) else { continue };
        let space = property.split(':').next().unwrap_or("");
        if let Some((_, address)) = KNOWN.iter().find(|(known, _)| *known == space) {
            spaces.insert(space.to_owned(), (*address).to_owned());
        }
        if spaces.contains_key(space) {
            properties.push(json!([property, content]));
        }
    }
    (!properties.is_empty()).then(|| json!({ "namespace": spaces, "properties": properties }))
}

/// The fifteen elements of Dublin Core 1.1.
const ELEMENTS: &[&str] = &[
    "contributor",
    "coverage",
    "creator",
    "date",
    "description",
    "format",
    "identifier",
    "language",
    "publisher",
    "relation",
    "rights",
    "source",
    "subject",
    "title",
    "type",
];
/// The further terms of DCMI.
const TERMS: &[&str] = &[
    "abstract",
    "accessRights",
    "accrualMethod",
    "accrualPeriodicity",
    "accrualPolicy",
    "alternative",
    "audience",
    "available",
    "bibliographicCitation",
    "conformsTo",
    "created",
    "dateAccepted",
    "dateCopyrighted",
    "dateSubmitted",
    "educationLevel",
    "extent",
    "hasFormat",
    "hasPart",
    "hasVersion",
    "instructionalMethod",
    "isFormatOf",
    "isPartOf",
    "isReferencedBy",
    "isReplacedBy",
    "isRequiredBy",
    "issued",
    "isVersionOf",
    "license",
    "mediator",
    "medium",
    "modified",
    "provenance",
    "references",
    "replaces",
    "requires",
    "rightsHolder",
    "spatial",
    "tableOfContents",
    "temporal",
    "valid",
];
const ELEMENTS_SPACE: &str = "http://purl.org/dc/elements/1.1/";
const TERMS_SPACE: &str = "http://purl.org/dc/terms/";

/// Dublin Core: names whose last part is one of its elements or terms, with all their attributes.
pub(super) fn dublin_core(tags: &[Tag<'_>]) -> Option<Value> {
    let mut spaces = Map::new();
    let (mut elements, mut terms) = (Vec::new(), Vec::new());
    for tag in tags.iter().filter(|tag| tag.is("link")) {
        if let (Some(rel), Some(href)) = (tag.attribute("rel"), tag.attribute("href"))
            && let Some(name) = rel.strip_prefix("schema.")
            && [ELEMENTS_SPACE, TERMS_SPACE].contains(&href)
        {
            spaces.insert(name.to_owned(), Value::from(href));
        }
    }
    let named = tags
        .iter()
        .filter(|tag| tag.is("meta"))
        .map(|tag| (tag, "name"))
        .chain(tags.iter().filter(|tag| tag.is("link")).map(|tag| (tag, "rel")));
    for (tag, key) in named {
        let Some(name) = tag.attribute(key) else { continue };
        let last = name.rsplit('.').next().unwrap_or("").to_lowercase();
        let known = |list: &[&'static str]| list.iter().find(|known| known.to_lowercase() == last).copied();
        let (list, space, known) = match (known(ELEMENTS), known(TERMS)) {
            (Some(known), _) => (&mut elements, ELEMENTS_SPACE, known),
            (None, Some(known)) => (&mut terms, TERMS_SPACE, known),
            (None, None) => continue,
        };
        let mut entry: Map<String, Value> = tag.element.value().attrs().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        entry.insert("URI".to_owned(), Value::from(format!("{space}{known}")));
        list.push(Value::Object(entry));
    }
    (!elements.is_empty() || !terms.is_empty() || !spaces.is_empty())
        .then(|| json!({ "namespaces": spaces, "elements": elements, "terms": terms }))
}

/// Every named value: `name`, `property` and `http-equiv` in lower case, the first of each kept.
pub(super) fn named(tags: &[Tag<'_>]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for tag in tags {
        let entry = if tag.is("meta") {
            let name = tag.attribute("property").or_else(|| tag.attribute("name")).or_else(|| tag.attribute("http-equiv"));
            name.zip(tag.attribute("content"))
        } else {
            tag.attribute("rel").filter(|rel| matches!(*rel, "canonical" | "image_src")).zip(tag.attribute("href"))
        };
        if let Some((name, content)) = entry.filter(|(_, content)| !content.trim().is_empty()) {
            found.entry(name.trim().to_lowercase()).or_insert_with(|| content.trim().to_owned());
        }
    }
    found
}
