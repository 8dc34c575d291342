//! Reads a table into a module's settings by serde, reporting every wrong key instead of the first: what is wrong is noted
//! with its place, left out, and the rest is read again. Knows the tree, no setting.

use std::collections::HashSet;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use super::files::Place;
use super::tree::{Entry, Node, Table, What};

/// What serde found wrong, and where.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Where to point.
    pub(super) at: Option<Place>,
    /// What is left out when the table is read again.
    pub(super) drop: Option<Place>,
    /// What is wrong.
    pub(super) kind: Kind,
}

/// Ways a value can be wrong for its type.
#[derive(Debug)]
pub(super) enum Kind {
    /// A key that the table does not have.
    UnknownKey { known: &'static [&'static str] },
    /// A word that is none of the allowed ones.
    UnknownWord { word: String, known: &'static [&'static str] },
    /// Another type.
    Type { found: String, expected: String },
    /// A key that must be there.
    Missing(&'static str),
    /// In the setting's own words.
    Other(String),
}

impl Wrong {
    fn of(kind: Kind) -> Self {
        Self { at: None, drop: None, kind }
    }

    /// The innermost place wins: outer levels call this too.
    fn placed(mut self, at: Place, drop: Place) -> Self {
        self.at.get_or_insert(at);
        self.drop.get_or_insert(drop);
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::of(Kind::Other(text.to_string()))
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::of(Kind::Type { found: in_words(found), expected: expectation(&expected.to_string()) })
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::of(Kind::UnknownWord { word: word.to_owned(), known })
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Self::of(Kind::UnknownKey { known })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::of(Kind::Missing(key))
    }
}

fn in_words(found: de::Unexpected<'_>) -> String {
    use de::Unexpected as U;
    match found {
        U::Bool(yes) => yes.to_string(),
        U::Unsigned(number) => number.to_string(),
        U::Signed(number) => number.to_string(),
        U::Float(number) => toml::Value::Float(number).to_string(),
        U::Str(text) => format!("\"{}\"", crate::base::text::clip(text, 60)),
        U::Seq => "a list".to_owned(),
        U::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}

/// serde's words for a type, in the reader's.
fn expectation(serde: &str) -> String {
    match serde {
        "a string" | "str" | "string" => "text in quotes".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list `[ … ]`".to_owned(),
        "a map" => "a table `{ … }`".to_owned(),
        "u8" => "a whole number from 0 to 255".to_owned(),
        "u16" => "a whole number from 0 to 65535".to_owned(),
        "u32" | "u64" | "usize" => "a whole number, 0 or more".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "struct SecretRef" => SECRET.to_owned(),
        other if other.starts_with("struct ") => "a table `{ … }`".to_owned(),
        other => other.to_owned(),
    }
}

/// What to write where a secret is expected.
const SECRET: &str = "where the secret is kept, never the secret itself: `{ file = \"crm.secret\" }`, `{ env = \"CRM_SECRET\" }` \
                      or `{ credential = \"crm\" }` (systemd)";

/// Whether an expectation is that of a secret.
pub(super) fn expects_secret(expected: &str) -> bool {
    expected == SECRET
}

/// Mistakes noted in one table before the rest is left alone; a table with more is another file by accident.
const MAX_WRONG: usize = 64;

/// Reads the keys `only` (all when `None`) of a table. What is wrong is noted in `wrong` and added to `dropped`.
pub(super) fn read<T: DeserializeOwned + Default>(
    table: &Table,
    only: Option<&[&str]>,
    dropped: &mut HashSet<Place>,
    wrong: &mut Vec<Wrong>,
) -> T {
    for _ in 0..MAX_WRONG {
        let access = TableAccess { entries: table.entries.iter(), only, dropped, pending: None };
        match T::deserialize(MapAccessDeserializer::new(access)) {
            Ok(value) => return value,
            Err(error) => {
                let fresh = error.drop.is_some_and(|place| dropped.insert(place));
                wrong.push(error);
                if !fresh {
                    break;
                }
            }
        }
    }
    T::default()
}

struct TableAccess<'t> {
    entries: std::slice::Iter<'t, Entry>,
    only: Option<&'t [&'t str]>,
    dropped: &'t HashSet<Place>,
    pending: Option<&'t Entry>,
}

impl<'de> de::MapAccess<'de> for TableAccess<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let wanted =
            |entry: &Entry| self.only.is_none_or(|only| only.contains(&entry.key.as_str())) && !self.dropped.contains(&entry.key_at);
        let Some(entry) = self.entries.by_ref().find(|entry| wanted(entry)) else { return Ok(None) };
        self.pending = Some(entry);
        let key: StrDeserializer<'_, Wrong> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|wrong| wrong.placed(entry.key_at, entry.key_at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let entry = self.pending.take().ok_or_else(|| Wrong::of(Kind::Other("a value was asked for before its key".to_owned())))?;
        seed.deserialize(NodeReader { node: &entry.node, dropped: self.dropped }).map_err(|wrong| wrong.placed(entry.node.at, entry.key_at))
    }
}

struct ListAccess<'t> {
    nodes: std::slice::Iter<'t, Node>,
    dropped: &'t HashSet<Place>,
}

impl<'de> de::SeqAccess<'de> for ListAccess<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(node) = self.nodes.by_ref().find(|node| !self.dropped.contains(&node.at)) else { return Ok(None) };
        seed.deserialize(NodeReader { node, dropped: self.dropped }).map(Some).map_err(|wrong| wrong.placed(node.at, node.at))
    }
}

/// The serde view of one value.
#[derive(Clone, Copy)]
struct NodeReader<'t> {
    node: &'t Node,
    dropped: &'t HashSet<Place>,
}

impl NodeReader<'_> {
    fn loose(&self) -> Option<&str> {
        match &self.node.what {
            What::Loose(text) => Some(text),
            What::Text(_) | What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::List(_) | What::Table(_) => None,
        }
    }
}

macro_rules! numbers {
    ($($method:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            let text = self.loose().map(str::trim);
            if let Some(number) = text.and_then(|text| text.parse::<i64>().ok()) {
                return visitor.visit_i64(number);
            }
            if let Some(number) = text.and_then(|text| text.parse::<f64>().ok()) {
                return visitor.visit_f64(number);
            }
            self.deserialize_any(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for NodeReader<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.node.what {
            What::Text(text) | What::Date(text) | What::Loose(text) => visitor.visit_str(text),
            What::Whole(number) => visitor.visit_i64(*number),
            What::Real(number) => visitor.visit_f64(*number),
            What::Bool(yes) => visitor.visit_bool(*yes),
            What::List(nodes) => visitor.visit_seq(ListAccess { nodes: nodes.iter(), dropped: self.dropped }),
            What::Table(table) => {
                visitor.visit_map(TableAccess { entries: table.entries.iter(), only: None, dropped: self.dropped, pending: None })
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.loose().map(str::trim) {
            Some("true") => visitor.visit_bool(true),
            Some("false") => visitor.visit_bool(false),
            Some(_) | None => self.deserialize_any(visitor),
        }
    }

    numbers! {
        deserialize_i8, deserialize_i16, deserialize_i32, deserialize_i64, deserialize_u8, deserialize_u16, deserialize_u32,
        deserialize_u64, deserialize_f32, deserialize_f64
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.loose() {
            // A list in the environment: its members between commas.
            Some(text) => {
                let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
                let nodes: Vec<Node> = members.map(|member| Node { at: self.node.at, what: What::Loose(member.to_owned()) }).collect();
                visitor.visit_seq(ListAccess { nodes: nodes.iter(), dropped: self.dropped })
            }
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, known: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        match &self.node.what {
            What::Text(word) | What::Loose(word) => visitor.visit_enum(word.as_str().into_deserializer()),
            What::Table(table) => {
                let access = TableAccess { entries: table.entries.iter(), only: None, dropped: self.dropped, pending: None };
                visitor.visit_enum(MapAccessDeserializer::new(access))
            }
            What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::List(_) => {
                let expected = format!("one of {}", known.join(", "));
                Err(Wrong::of(Kind::Type { found: super::tree::shown("", self.node), expected }))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}
