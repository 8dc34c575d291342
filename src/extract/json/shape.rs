//! Finds the records in an answer, and the members of a record that are worth a field. Knows how APIs look, and no API.

use serde_json::{Map, Value};

use super::paged;

/// Levels that are searched for records, and that are flattened into fields.
const LEVELS: usize = 6;
/// Fields made of one record.
const FIELDS: usize = 40;
/// Members of one list that are kept.
const LISTED: usize = 64;

/// Lists that stand beside the records of an answer and are none.
const BESIDE: [&str; 27] = [
    "links",
    "_links",
    "errors",
    "warnings",
    "messages",
    "facets",
    "aggregations",
    "filters",
    "fields",
    "columns",
    "extensions",
    "sort",
    "parameters",
    "publishers",
    "languages",
    "meta",
    "enlaces",
    "filtros",
    "facetas",
    "errores",
    "avisos",
    "filtres",
    "facettes",
    "liens",
    "facetten",
    "filtri",
    "campos",
];

/// Names under which answers list their records.
const LISTS: [&str; 18] = [
    "items",
    "data",
    "results",
    "result",
    "records",
    "hits",
    "rows",
    "entries",
    "content",
    "list",
    "values",
    "docs",
    "features",
    "releases",
    "notices",
    "opportunitiesData",
    "elements",
    "objects",
];

/// The records of an answer, and where they are.
pub(super) struct Records<'v> {
    /// `data.items`; empty for the answer itself.
    pub place: String,
    /// Whether they are members of a list.
    pub listed: bool,
    /// In order.
    pub values: Vec<&'v Value>,
}

/// The list of objects that holds most, outside any other list of objects; else the answer itself, if it is one object.
pub(super) fn records(answer: &Value) -> Option<Records<'_>> {
    let mut lists = Vec::new();
    search(answer, String::new(), 0, &mut lists);
    let most = |beside: bool| {
        // The first of several that are alike: `max_by_key` takes the last.
        lists.iter().rev().filter(|list: &&(String, &Vec<Value>)| beside || !is_beside(&list.0)).max_by_key(|(_, values)| weight(values))
    };
    // An answer that has an id is the thing itself, whatever it lists: documents, parties, lots.
    let itself =
        single(answer).is_some_and(|(_, thing)| ["id", "_id", "uuid", "guid", "ocid"].iter().any(|name| thing.get(*name).is_some()));
    let listed = |place: &str| LISTS.iter().any(|list| list.eq_ignore_ascii_case(place));
    if let Some((place, values)) = most(false).filter(|(place, _)| !itself || place.is_empty() || listed(place)) {
        return Some(Records { place: place.clone(), listed: true, values: values.iter().filter(|value| value.is_object()).collect() });
    }
    if !itself && holds_empty_list(answer, 0, true) {
        return None;
    }
    let single = single(answer)?;
    Some(Records { place: single.0.to_owned(), listed: false, values: vec![single.1] })
}

/// Whether an answer has a list for records, and nothing in it: a last page, and not a thing by itself. What a list is called in other languages,
/// what stands beside it says: how many there are or which page this is, and from the top on nothing but numbers, addresses and "ok". A thing that
/// has no telephones has a name.
fn holds_empty_list(answer: &Value, level: usize, within_page: bool) -> bool {
    answer.as_object().is_some_and(|members| {
        let of_page = within_page
            && members.values().filter_map(Value::as_str).all(|text| {
                let said = text.trim().to_lowercase();
                said.starts_with("http") || said.bytes().all(|b| b.is_ascii_digit()) || matches!(said.as_str(), "ok" | "success")
            });
        let listed = |name: &str| LISTS.iter().any(|list| list.eq_ignore_ascii_case(name));
        members.iter().any(|(name, value)| match value {
            Value::Array(values) => values.is_empty() && (listed(name) || of_page && paged::is_counted(members)),
            Value::Object(_) => level < 2 && holds_empty_list(value, level + 1, of_page),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        })
    })
}

fn search<'v>(value: &'v Value, place: String, level: usize, lists: &mut Vec<(String, &'v Vec<Value>)>) {
    match value {
        Value::Array(values) if values.iter().any(Value::is_object) => lists.push((place, values)),
        Value::Object(members) if level < LEVELS => {
            for (name, value) in members {
                search(value, joined(&place, name), level + 1, lists);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {}
    }
}

fn is_beside(place: &str) -> bool {
    let last = place.rsplit('.').next().unwrap_or(place);
    BESIDE.iter().any(|name| name.eq_ignore_ascii_case(last))
}

/// How many values a list holds, all levels together; enough of it to compare.
fn weight(values: &[Value]) -> usize {
    fn count(value: &Value, level: usize) -> usize {
        match value {
            Value::Array(values) if level < LEVELS => 1 + values.iter().map(|value| count(value, level + 1)).sum::<usize>(),
            Value::Object(members) if level < LEVELS => 1 + members.values().map(|value| count(value, level + 1)).sum::<usize>(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => 1,
        }
    }
    values.iter().map(|value| count(value, 0)).sum()
}

/// An answer about one thing: the object itself, or what it wraps.
fn single(answer: &Value) -> Option<(&'static str, &Value)> {
    let members = answer.as_object()?;
    for wrapper in ["data", "result", "record", "item", "response"] {
        if let Some(inner) = members.get(wrapper).filter(|inner| inner.as_object().is_some_and(|inner| !inner.is_empty())) {
            return Some((wrapper, inner));
        }
    }
    (!members.is_empty()).then_some(("", answer))
}

/// What an answer says went wrong, when it says so instead of giving records.
pub(super) fn complaint(answer: &Value) -> Option<String> {
    let members = answer.as_object()?;
    let said = ["error", "errors", "fault", "error_message", "errorMessage", "Message"].iter().find_map(|name| members.get(*name));
    let said = said.filter(|said| match said {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(true) => true,
    })?;
    let inside = |value: &Value| {
        ["message", "detail", "description", "title", "msg"].iter().find_map(|name| value.get(*name)?.as_str().map(str::to_owned))
    };
    let first = said.as_array().and_then(|values| values.first()).unwrap_or(said);
    let text = inside(first).or_else(|| first.as_str().map(str::to_owned)).or_else(|| inside(answer)).unwrap_or_else(|| first.to_string());
    Some(crate::base::text::clip(&crate::base::text::squeeze(&text), 200))
}

/// A member of a record that becomes a field: its name, and its words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// `tender.value`.
    pub name: String,
    /// One, or those of a list.
    pub words: Vec<String>,
    /// What they are.
    pub shape: Shape,
}

/// What JSON says about the words of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A string or a truth value.
    Text,
    /// A number.
    Number,
    /// An object of an amount and a currency.
    Money,
}

/// The scalar members of a record, nested ones under dotted names; a `GeoJSON` feature is its properties (RFC 7946 section 3.2).
pub(super) fn members(record: &Value) -> Vec<Member> {
    let mut found = Vec::new();
    match feature(record) {
        Some((id, properties)) => {
            if let Some(id) = id.filter(|_| !properties.contains_key("id")) {
                member("id", id, 0, &mut found);
            }
            flatten(properties, "", 0, &mut found);
        }
        None => {
            if let Some(object) = record.as_object() {
                flatten(object, "", 0, &mut found);
            }
        }
    }
    found.truncate(FIELDS);
    found
}

/// The id and the properties of a `GeoJSON` feature.
pub(super) fn feature(record: &Value) -> Option<(Option<&Value>, &Map<String, Value>)> {
    let properties = record.get("properties")?.as_object()?;
    (record.get("type")?.as_str()? == "Feature").then(|| (record.get("id"), properties))
}

fn flatten(object: &Map<String, Value>, place: &str, level: usize, found: &mut Vec<Member>) {
    // What lies near comes first: forty deep members must not push the title out.
    for (name, value) in object.iter().filter(|(_, value)| !value.is_object()) {
        member(&joined(place, name), value, level, found);
    }
    for (name, value) in object.iter().filter(|(_, value)| value.is_object()) {
        member(&joined(place, name), value, level, found);
    }
}

fn member(name: &str, value: &Value, level: usize, found: &mut Vec<Member>) {
    if found.len() >= FIELDS {
        return;
    }
    let mut add = |words: Vec<String>, shape| {
        if words.iter().any(|words| !words.trim().is_empty()) {
            found.push(Member { name: name.to_owned(), words, shape });
        }
    };
    match value {
        Value::Null => {}
        Value::Number(number) => add(vec![number.to_string()], Shape::Number),
        Value::String(_) | Value::Bool(_) => add(words(value).into_iter().collect(), Shape::Text),
        Value::Array(values) => add(values.iter().filter_map(words).take(LISTED).collect(), Shape::Text),
        Value::Object(object) => match money(object) {
            Some(money) => add(vec![money], Shape::Money),
            None if level < LEVELS => flatten(object, name, level + 1, found),
            None => {}
        },
    }
}

/// The words of a scalar.
pub(super) fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => money(object),
        Value::Null | Value::Array(_) => None,
    }
}

/// `{ "amount": 1000, "currency": "EUR" }`, as most procurement APIs write money.
fn money(object: &Map<String, Value>) -> Option<String> {
    let amount = ["amount", "value", "amountNet"].iter().find_map(|name| object.get(*name))?;
    let currency = ["currency", "currencyCode", "currency_code"].iter().find_map(|name| object.get(*name)?.as_str())?;
    let amount = match amount {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(format!("{amount} {currency}"))
}

fn joined(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}
