//! A text that never shows itself: not in logs, not in errors, not in `config show`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// A password, token or key. `Debug` and `Display` print `***`; only [`Secret::expose`] gives it out.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value; surrounding line ends (as files have them) are cut off.
    pub fn new(value: impl Into<String>) -> Self {
        let value: String = value.into();
        Self(value.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// The value itself; call it only where it leaves for its receiver.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where a secret is kept. Exactly one of the three; the value itself is never in the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecretRef {
    /// A file, its path relative to the configuration file; readable by its owner only.
    pub file: Option<String>,
    /// An environment variable.
    pub env: Option<String>,
    /// A systemd credential (`LoadCredential=`), by name.
    pub credential: Option<String>,
}

/// A text in clear, or where a secret one is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// Written as it is.
    Text(String),
    /// `{ file = "…" }`, `{ env = "…" }` or `{ credential = "…" }`.
    Secret(SecretRef),
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // It may be a secret all the same.
            Self::Text(_) => f.write_str("***"),
            Self::Secret(kept) => kept.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Given;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a table with `file`, `env` or `credential`")
            }
            fn visit_str<E>(self, text: &str) -> Result<Given, E> {
                Ok(Given::Text(text.to_owned()))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Given, A::Error> {
                SecretRef::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Given::Secret)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Given {
    fn schema_name() -> Cow<'static, str> {
        "TextOrSecret".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let secret = generator.subschema_for::<SecretRef>();
        schemars::json_schema!({ "anyOf": [{ "type": "string" }, secret] })
    }
}

/// Reads public files (certificates) for the modules that name them, relative to the configuration file. Made by `config` too.
pub type ReadPlain<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// Reads secrets for the modules that name them; the error says what to do. Made by `config`, which alone may touch files.
pub type Reveal<'a> = dyn Fn(&SecretRef) -> Result<Secret, String> + 'a;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("hunter2\n");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.expose(), "hunter2");
    }
}
