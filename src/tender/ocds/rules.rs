//! Which fields of a release are merged in which way, by a release schema or by the standard's own. Knows no values.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::tender::json::list;

/// Schemas refer to each other's parts; deeper than this they go in circles.
const DEPTH: usize = 24;
/// Properties looked at in one schema.
const PROPERTIES: usize = 50_000;

/// The way of one field. A field without one is merged by its shape: objects by their fields, arrays of objects by id, the rest whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It is left out.
    Omit,
    /// It is replaced as a whole.
    Whole,
    /// Its objects are always added, whatever their ids.
    Append,
    /// Its objects are merged by their position, whatever their ids.
    Position,
}

/// The ways of all fields, by path without positions: `tender/items/additionalClassifications`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(BTreeMap<String, Rule>);

/// The version of the standard, as far as merging differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 1.0: organisations stand where they are named.
    V1_0,
    /// 1.1 and later: organisations are `parties`, named by id.
    V1_1,
}

impl Version {
    /// The version a release says, else the one its shape shows: organisations with ids are of 1.1.
    pub fn of(release: &Value) -> Self {
        let said = crate::tender::json::text(release, "version");
        if said.starts_with("1.0") {
            return Self::V1_0;
        }
        let named = |value: &Value| value.get("id").is_some_and(|id| !id.is_null());
        let suppliers = list(release, "awards").iter().flat_map(|award| list(award, "suppliers"));
        let by_id = release.get("parties").is_some() || suppliers.chain(list(release, "tender/tenderers")).any(named);
        if by_id || !said.is_empty() { Self::V1_1 } else { Self::V1_0 }
    }
}

static CORE: LazyLock<[Rules; 2]> = LazyLock::new(|| {
    let of = |wanted: &str| {
        let rows = include_str!("rules.txt").lines().filter(|row| !row.starts_with('#'));
        let rows = rows.filter_map(|row| {
            let mut cells = row.split_whitespace();
            let (version, rule, path) = (cells.next()?, cells.next()?, cells.next()?);
            let rule = if rule == "omit" { Rule::Omit } else { Rule::Whole };
            (version == "1" || version == wanted).then(|| (path.to_owned(), rule))
        });
        Rules(rows.collect())
    };
    [of("1.0"), of("1.1")]
});

impl Rules {
    /// The rules of the standard's own schema, without extensions.
    pub fn core(version: Version) -> &'static Self {
        match version {
            Version::V1_0 => &CORE[0],
            Version::V1_1 => &CORE[1],
        }
    }

    /// The rules a release schema states (`omitWhenMerged`, `wholeListMerge`; of 1.0 `mergeStrategy`), `$ref`s within it followed.
    pub fn of_schema(schema: &Value) -> Self {
        let mut rules = Self::default();
        rules.collect(&mut Walk { schema, left: PROPERTIES }, resolve(schema, schema), &mut String::new(), 0);
        rules
    }

    /// The same rules, but this one for this path.
    #[must_use]
    pub fn with(mut self, path: &str, rule: Rule) -> Self {
        self.0.insert(path.to_owned(), rule);
        self
    }

    /// The rule of a path.
    pub(super) fn at(&self, path: &str) -> Option<Rule> {
        self.0.get(path).copied()
    }

    fn collect<'a>(&mut self, walk: &mut Walk<'a>, object: &'a Value, path: &mut String, depth: usize) {
        let Some(properties) = object.get("properties").and_then(Value::as_object).filter(|_| depth < DEPTH) else { return };
        for (key, property) in properties {
            let Some(left) = walk.left.checked_sub(1) else { return };
            walk.left = left;
            let length = path.len();
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(key);
            let property = resolve(walk.schema, property);
            let rule = rule_of(walk.schema, property);
            if let Some(rule) = rule {
                self.0.insert(path.clone(), rule);
            } else if has_type(property, "object") {
                self.collect(walk, property, path, depth + 1);
            } else if let Some(items) = property.get("items").filter(|_| has_type(property, "array")) {
                self.collect(walk, resolve(walk.schema, items), path, depth + 1);
            }
            path.truncate(length);
        }
    }
}

/// A schema, and how many of its properties may still be looked at: parts that name each other are met again and again.
struct Walk<'a> {
    schema: &'a Value,
    left: usize,
}

/// The rule of one property, when it is not that of its shape.
fn rule_of(schema: &Value, property: &Value) -> Option<Rule> {
    let says = |key: &str| property.get(key) == Some(&Value::Bool(true));
    let strategy = property.get("mergeStrategy").and_then(Value::as_str).unwrap_or_default();
    if says("omitWhenMerged") || strategy == "ocdsOmit" {
        return Some(Rule::Omit);
    }
    if !has_type(property, "array") {
        return None;
    }
    if says("wholeListMerge") || strategy == "ocdsVersion" {
        return Some(Rule::Whole);
    }
    let items = resolve(schema, property.get("items")?);
    let other_than_objects = list(items, "type").iter().any(|kind| kind != "object");
    let without_id = has_type(items, "object") && items.get("properties").is_some_and(|properties| properties.get("id").is_none());
    (other_than_objects || without_id).then_some(Rule::Whole)
}

fn has_type(property: &Value, kind: &str) -> bool {
    list(property, "type").iter().any(|one| one == kind)
}

/// What a `$ref` within the schema points at; the property itself when it has none or it leads nowhere. What stands beside a `$ref` does
/// not count, as with other readers of schemas.
fn resolve<'a>(schema: &'a Value, property: &'a Value) -> &'a Value {
    let mut found = property;
    for _ in 0..DEPTH {
        let pointer = found.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        let Some(next) = pointer.and_then(|pointer| schema.pointer(pointer)) else { break };
        found = next;
    }
    found
}
