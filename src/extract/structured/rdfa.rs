//! `RDFa`: Lite (`vocab`, `typeof`, `property`, `resource`, `prefix`) and `about`, `content`, `datatype` of Core, as expanded JSON-LD. Lists, chains by
//! `rel` and XML literals are left out. Knows no vocabulary but the prefixes of the initial context that pages use.

use std::collections::BTreeMap;

use scraper::ElementRef;
use serde_json::{Map, Value, json};
use url::Url;

use super::Budget;
use crate::base::text::squeeze;
use crate::extract::html::{Attributes as _, visible_text};

/// Prefixes of the `RDFa` 1.1 initial context in use on pages.
const INITIAL: &[(&str, &str)] = &[
    ("dc", "http://purl.org/dc/terms/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("dc11", "http://purl.org/dc/elements/1.1/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("gr", "http://purl.org/goodrelations/v1#"),
    ("og", "http://ogp.me/ns#"),
    ("schema", "http://schema.org/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("v", "http://rdf.data-vocabulary.org/#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("sioc", "http://rdfs.org/sioc/ns#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
];
/// Elements open at once, and prefixes declared.
const DEPTH: usize = 600;
const PREFIXES: usize = 100;

#[derive(Clone)]
struct Scope {
    subject: String,
    vocab: Option<String>,
}

struct Reader<'r> {
    base: String,
    prefixes: BTreeMap<String, String>,
    /// Subjects in the order of the page.
    order: Vec<String>,
    nodes: BTreeMap<String, Map<String, Value>>,
    blanks: usize,
    budget: &'r mut Budget,
}

/// The subjects of a page with their types and properties; empty where nothing is said in `RDFa`.
pub(super) fn nodes(root: ElementRef<'_>, url: &Url, budget: &mut Budget) -> Vec<Value> {
    let spoken =
        |element: &ElementRef<'_>| element.value().attribute("property").is_some() || element.value().attribute("typeof").is_some();
    if !root.descendent_elements().any(|element| spoken(&element)) {
        return Vec::new();
    }
    let prefixes = INITIAL.iter().map(|(prefix, space)| ((*prefix).to_owned(), (*space).to_owned())).collect();
    let mut reader = Reader { base: url.to_string(), prefixes, order: Vec::new(), nodes: BTreeMap::new(), blanks: 0, budget };
    let top = Scope { subject: reader.base.clone(), vocab: None };
    let mut scopes = vec![top];
    let mut next = Some((*root, true));
    while let Some((node, begins)) = next {
        let element = ElementRef::wrap(node);
        if begins {
            if let Some(element) = element {
                let outer = scopes.last().cloned().unwrap_or(Scope { subject: String::new(), vocab: None });
                let scope = if scopes.len() < DEPTH { reader.open(element, &outer) } else { outer };
                scopes.push(scope);
            }
            next = Some(node.first_child().map_or((node, false), |child| (child, true)));
        } else {
            if element.is_some() {
                scopes.pop();
            }
            next = if node == *root {
                None
            } else {
                node.next_sibling().map(|sibling| (sibling, true)).or_else(|| node.parent().map(|parent| (parent, false)))
            };
        }
        if reader.budget.spent() {
            break;
        }
    }
    let mut found = Vec::new();
    for subject in &reader.order {
        if let Some(node) = reader.nodes.remove(subject) {
            let mut out = Map::from_iter([("@id".to_owned(), Value::from(subject.as_str()))]);
            out.extend(node);
            found.push(Value::Object(out));
        }
    }
    found
}

impl Reader<'_> {
    /// What an element says, and the scope of what is in it.
    fn open(&mut self, element: ElementRef<'_>, outer: &Scope) -> Scope {
        let attribute = |name: &str| element.value().attribute(name).map(str::trim);
        let mut scope = outer.clone();
        if let Some(vocab) = attribute("vocab") {
            scope.vocab = Some(vocab.to_owned()).filter(|vocab| !vocab.is_empty());
        }
        if let Some(prefix) = attribute("prefix") {
            let words: Vec<&str> = prefix.split_whitespace().collect();
            for pair in words.chunks_exact(2) {
                self.declare(pair[0].trim_end_matches(':'), pair[1]);
            }
        }
        if self.prefixes.len() < PREFIXES {
            let declared: Vec<(String, String)> = element
                .value()
                .attrs()
                .filter_map(|(name, value)| Some((name.strip_prefix("xmlns:")?.to_owned(), value.to_owned())))
                .take(PREFIXES)
                .collect();
            // What `prefix` says counts for more.
            for (name, space) in declared {
                self.prefixes.entry(name).or_insert(space);
            }
        }
        let property = attribute("property").filter(|property| !property.is_empty());
        let types = attribute("typeof");
        let named = attribute("about").or_else(|| attribute("resource")).map(|name| self.absolute(name));
        if property.is_none() && types.is_none() {
            if let Some(named) =
                attribute("about").map(|name| self.absolute(name)).or(attribute("resource").map(|name| self.absolute(name)))
            {
                scope.subject = named;
            }
            return scope;
        }
        let mut subject = outer.subject.clone();
        if let (Some(_), Some(about)) = (property, attribute("about")) {
            subject = self.absolute(about);
        }
        let object = types.map(|types| {
            let link = attribute("href").or_else(|| attribute("src")).filter(|_| property.is_some()).map(|link| self.absolute(link));
            let id = named.clone().or(link).unwrap_or_else(|| {
                self.blanks += 1;
                format!("_:b{}", self.blanks - 1)
            });
            let types: Vec<String> = types.split_whitespace().take(16).map(|name| self.expand(name, scope.vocab.as_deref())).collect();
            self.say_types(&id, types);
            id
        });
        if let Some(property) = property {
            let names: Vec<String> = property.split_whitespace().take(16).map(|name| self.expand(name, scope.vocab.as_deref())).collect();
            let value = match &object {
                Some(id) if attribute("content").is_none() => json!({ "@id": id }),
                Some(_) | None => self.value(element),
            };
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                self.say(&subject, &name, value.clone());
            }
        }
        if let Some(object) = object {
            scope.subject = object;
        }
        scope
    }

    fn declare(&mut self, prefix: &str, space: &str) {
        if self.prefixes.len() < PREFIXES {
            self.prefixes.insert(prefix.to_owned(), space.to_owned());
        }
    }

    fn absolute(&self, name: &str) -> String {
        if name.starts_with("_:") {
            return name.to_owned();
        }
        let name = name.trim_start_matches('[').trim_end_matches(']');
        Url::parse(&self.base).ok().and_then(|base| base.join(name).ok()).map_or_else(|| name.to_owned(), |url| url.to_string())
    }

    /// A term of the vocabulary, a prefixed name, or an address.
    fn expand(&self, name: &str, vocab: Option<&str>) -> String {
        match name.split_once(':') {
            Some((prefix, rest)) => self.prefixes.get(prefix).map_or_else(|| name.to_owned(), |space| format!("{space}{rest}")),
            None => vocab.map_or(String::new(), |vocab| format!("{vocab}{name}")),
        }
    }

    fn value(&mut self, element: ElementRef<'_>) -> Value {
        let attribute = |name: &str| element.value().attribute(name);
        let link = attribute("resource").or_else(|| attribute("href")).or_else(|| attribute("src"));
        let value = if let Some(content) = attribute("content").or_else(|| attribute("datetime")) {
            json!({ "@value": content })
        } else if let (Some(link), None) = (link, attribute("datatype")) {
            json!({ "@id": self.absolute(link.trim()) })
        } else {
            let mut text = String::new();
            visible_text(element, &mut text, self.budget.text());
            json!({ "@value": squeeze(&text) })
        };
        self.budget.take(value.to_string().len());
        value
    }

    fn node(&mut self, subject: &str) -> &mut Map<String, Value> {
        if !self.nodes.contains_key(subject) {
            self.order.push(subject.to_owned());
        }
        self.nodes.entry(subject.to_owned()).or_default()
    }

    fn say(&mut self, subject: &str, name: &str, value: Value) {
        let node = self.node(subject);
        if let Value::Array(list) = node.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            list.push(value);
        }
    }

    fn say_types(&mut self, subject: &str, types: Vec<String>) {
        self.budget.take(64);
        let types: Vec<Value> = types.into_iter().filter(|name| !name.is_empty()).map(Value::String).collect();
        if types.is_empty() {
            self.node(subject);
        } else {
            self.node(subject).insert("@type".to_owned(), Value::Array(types));
        }
    }
}
