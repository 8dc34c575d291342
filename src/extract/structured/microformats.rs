//! Microformats 2 (microformats.org/wiki/microformats2-parsing): items by `h-`, properties by `p-`, `u-`, `dt-`, `e-`, and those implied.
//! Backward compatible class names and the value-class pattern are left out.

use scraper::{ElementRef, Node};
use serde_json::{Map, Value, json};

use super::Budget;
use crate::extract::html::Attributes as _;

/// Items nested in each other, and items of one page.
const DEPTH: usize = 16;
const ITEMS: usize = 1_000;

/// The items of a page that are in no other.
pub(super) fn items(root: ElementRef<'_>, budget: &mut Budget) -> Vec<Value> {
    let mut reader = Reader { budget, left: ITEMS };
    let mut found = Vec::new();
    let mut next = root.first_child();
    while let Some(node) = next {
        let item = ElementRef::wrap(node).filter(|element| !types(*element).is_empty());
        if let Some(element) = item {
            found.push(reader.item(element, 0));
        }
        if reader.budget.spent() || reader.left == 0 {
            break;
        }
        let down = if item.is_some() { None } else { node.first_child() };
        next = down
            .or_else(|| node.next_sibling())
            .or_else(|| node.ancestors().take_while(|up| *up != *root).find_map(|up| up.next_sibling()));
    }
    found
}

/// Class names of a kind: `h-card`, sorted; only small letters, with digits in a vendor's prefix.
fn types(element: ElementRef<'_>) -> Vec<&str> {
    let mut names: Vec<&str> = element.value().classes().filter(|class| class.strip_prefix("h-").is_some_and(is_name)).take(8).collect();
    names.sort_unstable();
    names
}

fn is_name(name: &str) -> bool {
    let mut parts = name.split('-');
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let vendor = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let many = name.contains('-');
    parts.next().is_some_and(|first| if many { vendor(first) } else { letters(first) }) && parts.all(letters)
}

/// The properties an element is: kind and name.
fn properties(element: ElementRef<'_>) -> Vec<(&str, &str)> {
    let split = |class: &'_ str| -> Option<(usize, usize)> {
        let (kind, name) = class.split_once('-')?;
        (matches!(kind, "p" | "u" | "dt" | "e") && is_name(name)).then_some((kind.len(), kind.len() + 1))
    };
    element.value().classes().filter_map(|class| split(class).map(|(kind, name)| (&class[..kind], &class[name..]))).take(16).collect()
}

#[derive(Default)]
struct Item {
    properties: Map<String, Value>,
    children: Vec<Value>,
    /// Whether a property or an item stands in the way of implied ones.
    nested: bool,
    text: bool,
    link: bool,
}

struct Reader<'r> {
    budget: &'r mut Budget,
    left: usize,
}

impl Reader<'_> {
    fn item(&mut self, element: ElementRef<'_>, depth: usize) -> Value {
        self.left = self.left.saturating_sub(1);
        let mut item = Item::default();
        if depth < DEPTH {
            self.walk(element, depth, &mut item);
        }
        self.imply(element, &mut item);
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(types(element)));
        out.insert("properties".to_owned(), Value::Object(item.properties));
        if !item.children.is_empty() {
            out.insert("children".to_owned(), Value::Array(item.children));
        }
        Value::Object(out)
    }

    fn walk(&mut self, root: ElementRef<'_>, depth: usize, item: &mut Item) {
        let mut next = root.first_child();
        while let Some(node) = next {
            self.budget.take_step();
            let inner = ElementRef::wrap(node);
            let is_item = inner.is_some_and(|inner| !types(inner).is_empty());
            if let Some(inner) = inner {
                self.take(inner, depth, is_item, item);
            }
            if self.budget.spent() || self.left == 0 {
                return;
            }
            let down = if is_item { None } else { node.first_child() };
            next = down
                .or_else(|| node.next_sibling())
                .or_else(|| node.ancestors().take_while(|up| *up != *root).find_map(|up| up.next_sibling()));
        }
    }

    fn take(&mut self, element: ElementRef<'_>, depth: usize, is_item: bool, item: &mut Item) {
        let named = properties(element);
        let inner = is_item.then(|| self.item(element, depth + 1));
        item.nested |= is_item;
        if named.is_empty() {
            item.children.extend(inner);
            return;
        }
        for (i, (kind, name)) in named.into_iter().enumerate() {
            item.text |= matches!(kind, "p" | "e");
            item.link |= kind == "u";
            let plain = self.value(element, kind);
            let value = match &inner {
                // Once: copies within copies would double with each level.
                Some(Value::Object(inner)) if i == 0 => {
                    let mut inner = inner.clone();
                    let own = inner
                        .get("properties")
                        .and_then(|own| own.get(if kind == "u" { "url" } else { "name" }))
                        .and_then(|list| list.get(0))
                        .cloned();
                    inner.insert("value".to_owned(), own.unwrap_or(plain));
                    Value::Object(inner)
                }
                Some(_) | None => plain,
            };
            self.budget.take(64);
            if let Value::Array(list) = item.properties.entry(name).or_insert_with(|| json!([])) {
                list.push(value);
            }
        }
    }

    fn value(&mut self, element: ElementRef<'_>, kind: &str) -> Value {
        let attribute = |name: &str| element.value().attribute(name);
        let tag = element.value().name();
        let one_of = |wanted: &[(&[&str], &str)]| wanted.iter().find_map(|(tags, name)| attribute(name).filter(|_| tags.contains(&tag)));
        let written = match kind {
            "u" => {
                let link = one_of(&[
                    (&["a", "area", "link"], "href"),
                    (&["img", "audio", "video", "source", "iframe"], "src"),
                    (&["video"], "poster"),
                    (&["object"], "data"),
                ]);
                if let (Some(src), "img", Some(alt)) = (link, tag, attribute("alt")) {
                    return json!({ "value": src, "alt": alt });
                }
                link.or_else(|| one_of(&[(&["abbr"], "title"), (&["data", "input"], "value")]))
            }
            "dt" => one_of(&[(&["time", "ins", "del"], "datetime"), (&["abbr"], "title"), (&["data", "input"], "value")]),
            "e" => {
                let value = self.text(element);
                let whole = element.inner_html();
                let html: String = whole.trim().chars().take(self.budget.text()).collect();
                self.budget.take(whole.len());
                return json!({ "value": value, "html": html });
            }
            _ => one_of(&[(&["abbr", "link"], "title"), (&["data", "input"], "value"), (&["img", "area"], "alt")]),
        };
        written.map_or_else(|| Value::from(self.text(element)), Value::from)
    }

    fn text(&mut self, element: ElementRef<'_>) -> String {
        let mut out = String::new();
        for node in element.descendants() {
            let inside = |name: &str| node.parent().and_then(ElementRef::wrap).is_some_and(|parent| parent.value().name() == name);
            match node.value() {
                Node::Text(text) if !inside("script") && !inside("style") => out.push_str(text),
                Node::Element(inner) if inner.name() == "img" => {
                    out.push_str(inner.attribute("alt").or_else(|| inner.attribute("src")).unwrap_or(""));
                }
                _ => {}
            }
            self.budget.take_step();
            if out.len() > self.budget.text() || self.budget.spent() {
                break;
            }
        }
        self.budget.take(out.len());
        out.trim().to_owned()
    }

    /// Name, photo and address that an item has without saying so.
    fn imply(&mut self, element: ElementRef<'_>, item: &mut Item) {
        let only = only_child(element);
        let innermost = only.and_then(only_child);
        let levels = [Some(element), only, innermost];
        if !item.properties.contains_key("name") && !item.text && !item.nested {
            let attribute = levels.iter().flatten().find_map(|at| match at.value().name() {
                "img" | "area" => at.value().attribute("alt").filter(|alt| !alt.is_empty()),
                "abbr" => at.value().attribute("title").filter(|title| !title.is_empty()),
                _ => None,
            });
            let name = attribute.map_or_else(|| self.text(element), str::to_owned);
            item.properties.insert("name".to_owned(), json!([name]));
        }
        if item.link || item.nested {
            return;
        }
        if !item.properties.contains_key("photo")
            && let Some(photo) = levels.iter().flatten().find(|at| at.value().name() == "img" && at.value().attribute("src").is_some())
        {
            let photo = self.value(*photo, "u");
            item.properties.insert("photo".to_owned(), json!([photo]));
        }
        if !item.properties.contains_key("url")
            && let Some(link) =
                levels.iter().flatten().find_map(|at| (at.value().name() == "a").then(|| at.value().attribute("href")).flatten())
        {
            item.properties.insert("url".to_owned(), json!([link]));
        }
    }
}

/// The one element in another, where it is no item of its own.
fn only_child(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let mut children = element.child_elements();
    children.next().filter(|child| children.next().is_none() && types(*child).is_empty())
}
