//! Microdata (HTML standard, section 5): items, their properties and what `itemref` adds. Values stay as written; knows no vocabulary.

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;
use serde_json::{Map, Value};

use super::Budget;
use crate::base::text::squeeze;
use crate::extract::html::{Attributes as _, NodeId, visible_text};

/// Items nested in each other.
const DEPTH: usize = 32;

/// The items that are no property of another, in the order of the page: `type`, `id`, `properties`, and `value` where an item has words only.
pub(super) fn items(root: ElementRef<'_>, budget: &mut Budget) -> Vec<Value> {
    let mut tops = Vec::new();
    let mut ids = HashMap::new();
    let mut refs = false;
    for element in root.descendent_elements() {
        let value = element.value();
        if value.attribute("itemscope").is_some() && value.attribute("itemprop").is_none() {
            tops.push(element);
        }
        refs = refs || value.attribute("itemref").is_some();
    }
    if refs {
        for element in root.descendent_elements() {
            if let Some(id) = element.value().attribute("id") {
                ids.entry(id).or_insert(element);
            }
        }
    }
    let mut found = Vec::new();
    for top in tops {
        if budget.spent() {
            break;
        }
        let mut reader = Reader { ids: &ids, open: HashSet::new(), budget };
        found.push(reader.item(top, 0));
    }
    found
}

struct Reader<'r, 't> {
    ids: &'r HashMap<&'t str, ElementRef<'t>>,
    /// Items on the way down: an item that refers to itself is none of its own properties.
    open: HashSet<NodeId>,
    budget: &'r mut Budget,
}

impl<'t> Reader<'_, 't> {
    fn item(&mut self, element: ElementRef<'t>, depth: usize) -> Value {
        let mut item = Map::new();
        self.budget.take(64);
        let types: Vec<&str> = element.value().attribute("itemtype").unwrap_or("").split_whitespace().collect();
        match types.as_slice() {
            [] => {}
            [only] => drop(item.insert("type".to_owned(), Value::from(*only))),
            several => drop(item.insert("type".to_owned(), Value::from(several.to_vec()))),
        }
        if let Some(id) = element.value().attribute("itemid") {
            item.insert("id".to_owned(), Value::from(id.trim()));
        }
        if depth >= DEPTH || !self.open.insert(element.id()) {
            return Value::Object(item);
        }
        let mut properties: Map<String, Value> = Map::new();
        for property in self.properties(element) {
            if self.budget.spent() {
                break;
            }
            let value = self.value(property, depth);
            for name in property.value().attribute("itemprop").unwrap_or("").split_whitespace().take(if value.is_object() { 1 } else { 16 })
            {
                add(&mut properties, name, value.clone());
            }
        }
        self.open.remove(&element.id());
        if properties.is_empty() && item.contains_key("type") {
            item.insert("value".to_owned(), Value::from(self.words(element)));
        } else {
            item.insert("properties".to_owned(), Value::Object(properties));
        }
        Value::Object(item)
    }

    /// The elements with properties of an item: those in it and in what it refers to, none inside another item.
    fn properties(&mut self, element: ElementRef<'t>) -> Vec<ElementRef<'t>> {
        let mut found = Vec::new();
        let mut roots: Vec<(ElementRef<'t>, bool)> = vec![(element, false)];
        let references = element.value().attribute("itemref").unwrap_or("");
        let mut seen = HashSet::from([element.id()]);
        for id in references.split_whitespace().take(100) {
            roots.extend(self.ids.get(id).filter(|other| seen.insert(other.id())).map(|other| (*other, true)));
        }
        for (root, itself) in roots {
            self.budget.take(1);
            let mut next = if itself { Some(*root) } else { root.first_child() };
            while let Some(node) = next {
                self.budget.take_step();
                let inner = ElementRef::wrap(node);
                if let Some(inner) = inner.filter(|inner| inner.value().attribute("itemprop").is_some()) {
                    found.push(inner);
                }
                let closed = inner.is_some_and(|inner| inner.value().attribute("itemscope").is_some());
                let down = if closed { None } else { node.first_child() };
                next = down.or_else(|| {
                    let mut up = node;
                    loop {
                        if up == *root {
                            return None;
                        }
                        if let Some(sibling) = up.next_sibling() {
                            return Some(sibling);
                        }
                        up = up.parent().filter(|parent| *parent != *root)?;
                    }
                });
                if self.budget.spent() {
                    return found;
                }
            }
        }
        found
    }

    fn value(&mut self, element: ElementRef<'t>, depth: usize) -> Value {
        let attribute = |name: &str| element.value().attribute(name).map(str::trim);
        if element.value().attribute("itemscope").is_some() {
            return self.item(element, depth + 1);
        }
        // `content` counts on every element, as search engines read it.
        let written = attribute("content").or_else(|| match element.value().name() {
            "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" => {
                Some(attribute("src").or_else(|| attribute("data-src")).unwrap_or(""))
            }
            "a" | "area" | "link" => Some(attribute("href").unwrap_or("")),
            "object" => Some(attribute("data").unwrap_or("")),
            "data" | "meter" => attribute("value"),
            "time" => attribute("datetime"),
            "meta" => Some(""),
            _ => None,
        });
        match written {
            Some(written) => {
                self.budget.take(written.len());
                Value::from(written)
            }
            None => Value::from(self.words(element)),
        }
    }

    fn words(&mut self, element: ElementRef<'t>) -> String {
        let mut text = String::new();
        visible_text(element, &mut text, self.budget.text());
        self.budget.take(text.len());
        squeeze(&text)
    }
}

/// One value stays alone, several become a list.
pub(super) fn add(properties: &mut Map<String, Value>, name: &str, value: Value) {
    match properties.get_mut(name) {
        None => drop(properties.insert(name.to_owned(), value)),
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}
