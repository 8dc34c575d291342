//! Merges the releases of one process into what they say together. Knows the merge routine of the standard, not what a release means.
//!
//! Source: <https://standard.open-contracting.org/1.1/en/schema/merging/> and the vectors of its reference implementation. Where that
//! implementation leaves the text of the standard, the text holds: `null` removes whatever is there, objects and lists too.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::rules::{Rule, Rules, Version};
use crate::model::BadEntry;
use crate::tender::Clock;
use crate::tender::json::text;
use crate::tender::when;

/// Deeper than this a value is taken as it is: no release goes that deep.
pub(super) const DEPTH: usize = 100;
/// Fields of a release that are its own, not the process's.
const OWN: [&str; 4] = ["ocid", "id", "date", "tag"];
/// Keys of a versioned value.
const VERSION_KEYS: [&str; 4] = ["releaseID", "releaseDate", "releaseTag", "value"];

/// What is made of releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The latest value of each field.
    Compiled,
    /// Every value of each field, and the release it is of.
    Versioned,
}

/// What the releases of one process say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The process; empty for a release that names none: it stands alone.
    pub ocid: String,
    /// The compiled or versioned release.
    pub release: Value,
    /// What did not fit together; the later release was followed.
    pub bad: Vec<BadEntry>,
}

/// Merges releases of any order and of several processes, in the order in which the processes first come. Without rules, each release is
/// merged by the standard's own for its version. Nothing is dropped as a repeat: objects without an id of a release given twice are there twice.
pub fn merge(releases: &[Value], form: Form, rules: Option<&Rules>) -> Vec<Compiled> {
    let mut processes: Vec<(String, Vec<&Value>)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for release in releases {
        let ocid = text(release, "ocid");
        if let Some(at) = known.get(&ocid).filter(|_| !ocid.is_empty()) {
            processes[*at].1.push(release);
        } else {
            known.insert(ocid.clone(), processes.len());
            processes.push((ocid, vec![release]));
        }
    }
    processes.into_iter().map(|(ocid, releases)| together(ocid, releases, form, rules)).collect()
}

/// Merges one more release into a compiled one. A release older than what is known only adds what is not known yet; a field that was
/// removed since comes back by it, because a compiled release does not tell what was removed.
pub fn compile(known: Option<&Value>, release: &Value, rules: Option<&Rules>) -> Value {
    let alone = |release: &Value| one_by_one(&[release], Form::Compiled, rules).0;
    let Some(known) = known else { return alone(release) };
    let (first, then) = if age(release) < age(known) { (alone(release), known) } else { (known.clone(), release) };
    let mut merge = Merge::new(Form::Compiled, then, rules);
    merge.add_to(first)
}

fn together(ocid: String, mut releases: Vec<&Value>, form: Form, rules: Option<&Rules>) -> Compiled {
    releases.sort_by_key(|release| age(release));
    let (release, mut bad) = one_by_one(&releases, form, rules);
    if ocid.is_empty() {
        bad.push(BadEntry { path: "ocid".to_owned(), reason: "the release names no process: it is merged with no other".to_owned() });
    }
    for release in releases.iter().filter(|release| text(release, "date").is_empty()) {
        let reason = format!("release `{}` has no date: it is taken as the oldest", text(release, "id"));
        bad.push(BadEntry { path: "date".to_owned(), reason });
    }
    Compiled { ocid, release, bad }
}

fn one_by_one(releases: &[&Value], form: Form, rules: Option<&Rules>) -> (Value, Vec<BadEntry>) {
    let (mut whole, mut bad) = (Value::Object(Map::new()), Vec::new());
    for release in releases {
        let mut merge = Merge::new(form, release, rules);
        whole = merge.add_to(whole);
        bad.append(&mut merge.bad);
    }
    (whole, bad)
}

/// Releases are ordered by instant; dates that are none by their text, before all others.
fn age(release: &Value) -> (Option<Timestamp>, String) {
    let date = text(release, "date");
    (when::instant(&date, &Clock::assumed()), date)
}

/// One release on its way into what is known.
struct Merge<'a> {
    form: Form,
    rules: &'a Rules,
    release: &'a Value,
    /// Path of the field at hand, without positions.
    path: String,
    depth: usize,
    bad: Vec<BadEntry>,
}

impl<'a> Merge<'a> {
    fn new(form: Form, release: &'a Value, rules: Option<&'a Rules>) -> Self {
        let rules = rules.unwrap_or_else(|| Rules::core(Version::of(release)));
        Self { form, rules, release, path: String::new(), depth: 0, bad: Vec::new() }
    }

    fn add_to(&mut self, whole: Value) -> Value {
        let release = self.release;
        let mut whole = match whole {
            Value::Object(map) => map,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
        };
        if let Value::Object(fields) = release {
            let fields = fields.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
            self.object(&mut whole, fields);
        }
        let own = |key: &str| release.get(key).cloned().unwrap_or_default();
        whole.insert("ocid".to_owned(), own("ocid"));
        if self.form == Form::Compiled {
            whole.insert("tag".to_owned(), json!(["compiled"]));
            whole.insert("id".to_owned(), Value::String(format!("{}-{}", text(release, "ocid"), text(release, "date"))));
            whole.insert("date".to_owned(), own("date"));
        }
        Value::Object(whole)
    }

    /// Merges fields into an object; whether there was anything to merge.
    fn object<'v>(&mut self, out: &mut Map<String, Value>, fields: impl Iterator<Item = (&'v String, &'v Value)>) -> bool {
        let mut said = false;
        for (key, value) in fields {
            let length = self.path.len();
            if !self.path.is_empty() {
                self.path.push('/');
            }
            self.path.push_str(key);
            self.depth += 1;
            said |= self.field(out, key, value);
            self.depth -= 1;
            self.path.truncate(length);
        }
        said
    }

    fn field(&mut self, out: &mut Map<String, Value>, key: &str, value: &Value) -> bool {
        let rule = self.rules.at(&self.path);
        let literal = rule == Some(Rule::Whole) || self.depth > DEPTH;
        match value {
            _ if rule == Some(Rule::Omit) => false,
            Value::Object(fields) if !literal => {
                let (mut inner, was) = match out.remove(key) {
                    Some(Value::Object(inner)) => (inner, true),
                    other => (self.give_way(key, other, !fields.is_empty(), out), false),
                };
                let said = self.object(&mut inner, fields.iter());
                if said || was {
                    out.insert(key.to_owned(), Value::Object(inner));
                }
                said
            }
            Value::Array(items) if !literal && items.iter().all(Value::is_object) => self.array(out, key, items, rule),
            value => {
                self.literal(out, key, value);
                true
            }
        }
    }

    fn array(&mut self, out: &mut Map<String, Value>, key: &str, items: &[Value], rule: Option<Rule>) -> bool {
        let mut list = match out.remove(key) {
            Some(Value::Array(list)) if list.iter().all(Value::is_object) && !(self.form == Form::Versioned && is_history(&list)) => list,
            other => {
                self.give_way(key, other, !items.is_empty(), out);
                Vec::new()
            }
        };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (place, item) in list.iter().enumerate() {
            places.extend(id_of(item).map(|id| (id, place)));
        }
        let by_id = !matches!(rule, Some(Rule::Append | Rule::Position));
        let folded = if by_id { self.fold(items) } else { None };
        let mut said = false;
        for (position, item) in folded.as_deref().unwrap_or(items).iter().enumerate() {
            let Some(fields) = item.as_object() else { continue };
            let id = id_of(item);
            let place = match rule {
                Some(Rule::Append) => None,
                Some(Rule::Position) => Some(position).filter(|position| *position < list.len()),
                Some(Rule::Omit | Rule::Whole) | None => id.as_ref().and_then(|id| places.get(id).copied()),
            };
            let mut inner = match place.and_then(|place| list.get_mut(place)).map(Value::take) {
                Some(Value::Object(inner)) => inner,
                Some(_) | None => Map::new(),
            };
            let says = self.object(&mut inner, fields.iter().filter(|(key, _)| *key != "id")) || id.is_some();
            said |= says;
            if let Some(id) = id {
                places.entry(id).or_insert(list.len());
                inner.entry("id").or_insert_with(|| fields["id"].clone());
            }
            match place {
                Some(place) => list[place] = Value::Object(inner),
                None if says => list.push(Value::Object(inner)),
                None => {}
            }
        }
        if !list.is_empty() {
            out.insert(key.to_owned(), Value::Array(list));
        }
        said
    }

    /// Objects of one list with the same id as one, the later over the earlier; nothing when all ids differ.
    fn fold(&mut self, items: &[Value]) -> Option<Vec<Value>> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut folded: Vec<Value> = Vec::new();
        for item in items {
            let known = id_of(item).and_then(|id| {
                let place = *places.entry(id).or_insert(folded.len());
                folded.get_mut(place)
            });
            match known {
                Some(known) => self.lay_over(known, item),
                None => folded.push(item.clone()),
            }
        }
        (folded.len() < items.len()).then_some(folded)
    }

    /// Puts what a later object of the same release says over an earlier one.
    fn lay_over(&mut self, under: &mut Value, over: &Value) {
        let (Value::Object(under), Value::Object(over)) = (under, over) else { return };
        for (key, value) in over {
            let length = self.path.len();
            self.path.push('/');
            self.path.push_str(key);
            self.depth += 1;
            let literal = self.rules.at(&self.path) == Some(Rule::Whole) || self.depth > DEPTH;
            match (under.get_mut(key), value) {
                (Some(known @ Value::Object(_)), Value::Object(_)) if !literal => self.lay_over(known, value),
                (Some(Value::Array(known)), Value::Array(items)) if !literal && known.iter().chain(items).all(Value::is_object) => {
                    known.extend_from_slice(items);
                }
                _ => {
                    under.insert(key.clone(), value.clone());
                }
            }
            self.depth -= 1;
            self.path.truncate(length);
        }
    }

    fn literal(&mut self, out: &mut Map<String, Value>, key: &str, value: &Value) {
        match self.form {
            Form::Compiled if value.is_null() => {
                out.remove(key);
            }
            Form::Compiled => {
                out.insert(key.to_owned(), value.clone());
            }
            Form::Versioned => {
                let mut history = match out.remove(key) {
                    Some(Value::Array(list)) if is_history(&list) => list,
                    // An object or a list of objects that is gone: its own fields hold the history.
                    Some(kept) if value.is_null() => {
                        out.insert(key.to_owned(), kept);
                        return;
                    }
                    other => {
                        self.give_way(key, other, true, out);
                        Vec::new()
                    }
                };
                if history.last().and_then(|last| last.get("value")) != Some(value) {
                    let own = |key: &str| self.release.get(key).cloned().unwrap_or_default();
                    history.push(json!({"releaseID": own("id"), "releaseDate": own("date"), "releaseTag": own("tag"), "value": value}));
                }
                out.insert(key.to_owned(), Value::Array(history));
            }
        }
    }

    /// What was there is of another shape: it goes, and that is told, unless nothing comes in its place.
    fn give_way(&mut self, key: &str, other: Option<Value>, comes: bool, out: &mut Map<String, Value>) -> Map<String, Value> {
        match other {
            // Histories of `null` alone say nothing.
            Some(Value::Array(history)) if comes && is_history(&history) && history.iter().all(|version| version["value"].is_null()) => {}
            Some(_) if comes => {
                let reason = format!(
                    "release `{}` of {} has another shape here than those before it: it was followed",
                    text(self.release, "id"),
                    text(self.release, "date")
                );
                self.bad.push(BadEntry { path: self.path.clone(), reason });
            }
            Some(kept) => {
                out.insert(key.to_owned(), kept);
            }
            None => {}
        }
        Map::new()
    }
}

/// What an object is known by in its list. `1` and `"1"` are the same: publishers change from one to the other.
fn id_of(item: &Value) -> Option<String> {
    match item.get("id")? {
        Value::Null => None,
        Value::String(id) => Some(id.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether a list is the history of one field in a versioned release.
pub(super) fn is_history(list: &[Value]) -> bool {
    let version =
        |value: &Value| value.as_object().is_some_and(|map| map.len() == 4 && VERSION_KEYS.iter().all(|key| map.contains_key(*key)));
    !list.is_empty() && list.iter().all(version)
}

/// The last values of a versioned release: a release like any other. Fields whose last value is `null` are gone.
pub(super) fn last_values(versioned: &Value, depth: usize) -> Value {
    match versioned {
        Value::Array(list) if is_history(list) => list.last().map(|version| version["value"].clone()).unwrap_or_default(),
        Value::Array(list) if depth < DEPTH => Value::Array(list.iter().map(|item| last_values(item, depth + 1)).collect()),
        Value::Object(map) if depth < DEPTH => {
            let fields = map.iter().map(|(key, value)| (key.clone(), last_values(value, depth + 1)));
            Value::Object(fields.filter(|(_, value)| !value.is_null()).collect())
        }
        other => other.clone(),
    }
}
