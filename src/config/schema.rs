//! One JSON Schema for editors, put together from the schemas of every module's settings. Knows which table holds whose keys.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::{lexicons, lists, process, source};
use crate::{deliver, diff, door, extract, fetch, route, schedule, score, store};

/// The JSON Schema of a configuration file. Name it in the file's first line: `#:schema atalaya.schema.json`.
pub fn schema() -> Value {
    let mut all = Merged::default();
    let tables = [
        ("daemon", all.table("Where the daemon lives and how it is reached.", vec![("daemon", of::<process::DaemonSpec>())])),
        ("log", all.table("What the daemon says on stderr.", vec![("log", of::<process::LogSpec>())])),
        ("net", all.table("What may be reached beyond the public internet.", vec![("door", of::<door::Spec>())])),
        ("fetch", all.table("How pages are fetched, unless a source says otherwise.", vec![("fetch", of::<fetch::ProcessSpec>())])),
        (
            "store",
            all.table("What is kept, where, and for how long.", vec![("store", of::<store::Spec>()), ("keep", of::<process::KeepSpec>())]),
        ),
        ("lists", all.table("Organisations that gates keep out.", vec![("lists", of::<lists::Spec>())])),
        ("lexicons", all.table("The words by which texts are understood.", vec![("lexicons", of::<lexicons::Spec>())])),
    ];
    let source = vec![
        ("source", of::<source::Spec>()),
        ("schedule", of::<schedule::Spec>()),
        ("fetch", of::<fetch::Spec>()),
        ("extract", of::<extract::Spec>()),
        ("diff", of::<diff::Spec>()),
    ];
    let lists = [
        ("source", all.table("What is watched: a listing, a directory, a feed, a sitemap, a JSON API or a page.", source)),
        ("segment", all.table("A market you sell to.", vec![("score", of::<score::Spec>())])),
        ("rep", all.table("Who works leads.", vec![("route", of::<route::Spec>())])),
        ("channel", all.table("A way out.", vec![("deliver", of::<deliver::Spec>())])),
    ];
    let mut properties = Map::new();
    for (name, table) in tables {
        properties.insert(name.to_owned(), table);
    }
    for (name, mut table) in lists {
        let required = if name == "source" { json!(["id", "kind"]) } else { json!(["id"]) };
        table["required"] = required;
        let described = table["description"].clone();
        properties.insert(name.to_owned(), json!({ "type": "array", "description": described, "items": table }));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Atalaya configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "$defs": all.definitions,
    })
}

/// The schema of one module's settings.
pub(super) fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

#[derive(Default)]
struct Merged {
    definitions: Map<String, Value>,
}

impl Merged {
    /// One table out of the keys of several modules; their shared definitions move up under names of their own.
    fn table(&mut self, description: &str, parts: Vec<(&str, Schema)>) -> Value {
        let mut properties = Map::new();
        for (module, schema) in parts {
            let mut schema = schema.to_value();
            prefix_references(&mut schema, module);
            let Value::Object(mut schema) = schema else { continue };
            if let Some(Value::Object(own)) = schema.remove("properties") {
                properties.extend(own);
            }
            if let Some(Value::Object(definitions)) = schema.remove("$defs") {
                self.definitions.extend(definitions.into_iter().map(|(name, value)| (format!("{module}.{name}"), value)));
            }
        }
        properties.values_mut().for_each(drop_defaults);
        json!({ "type": "object", "description": description, "additionalProperties": false, "properties": properties })
    }
}

/// What serde fills in for a missing key is the shape's zero, not the default that `default.toml` tells: it would mislead.
fn drop_defaults(property: &mut Value) {
    if let Value::Object(property) = property {
        property.remove("default");
    }
}

fn prefix_references(value: &mut Value, module: &str) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                *reference = format!("#/$defs/{module}.{name}");
            }
            map.values_mut().for_each(|value| prefix_references(value, module));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| prefix_references(value, module)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
