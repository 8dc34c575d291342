//! Portals that are known by name: what `portal = "…"` in a source stands for. Knows the file of presets, and asks nobody.

use std::collections::BTreeMap;

use super::transport::TransportSpec;

/// A portal that is known by name. Whatever the source itself sets counts before it.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// What people call it.
    pub title: String,
    /// Where it is asked.
    pub url: String,
    /// The format of its documents.
    pub format: String,
    /// The zone of its times.
    pub zone: String,
    /// The most pages of one visit.
    pub pages: u32,
    /// How the whole of it is got.
    pub transport: Option<TransportSpec>,
    /// The fields that are posted, where it is asked by POST.
    pub body: Option<BTreeMap<String, serde_json::Value>>,
    /// The query parameter that takes the key it cannot be asked without.
    pub key: Option<String>,
    /// Least time between two requests, where it asks for one.
    pub delay: Option<String>,
    /// Requests a day at most, where it has such a limit.
    pub budget: Option<i64>,
    /// The distance between visits that suits it.
    pub every: Option<String>,
}

impl Portal {
    /// The portal of this name.
    pub fn of(name: &str) -> Option<Self> {
        all().remove(name)
    }
}

/// The portals, by name.
pub(super) fn all() -> BTreeMap<String, Portal> {
    // A test reads the file.
    toml::from_str(include_str!("../../config/presets/portals.toml")).unwrap_or_default()
}
