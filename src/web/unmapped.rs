//! Categories of sources that no table of industries speaks of, for whoever keeps that table. Reads organisations, changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::text::{clip, words};
use crate::config::Config;
use crate::model::{FactName, place_of};
use crate::pipeline::Effects;
use crate::store::StoreError;

/// Organisations read at a time, and in all.
const READ: usize = 500;
const MOST: usize = 200_000;
/// Categories that are told.
const TOLD: usize = 500;
/// Characters of one category.
const CHARS: usize = 200;

/// A category that no table of industries speaks of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnmappedView {
    /// As written.
    pub category: String,
    /// How many organisations have it.
    pub organisations: usize,
    /// A source that says so.
    pub source: String,
    /// Where to see it.
    pub url: String,
}

/// The categories, those of the most organisations first.
pub(super) async fn unmapped(effects: &Effects, config: &Config) -> Result<Vec<UnmappedView>, StoreError> {
    let mut found: BTreeMap<String, UnmappedView> = BTreeMap::new();
    let (mut after, mut seen) = (None, 0);
    while seen < MOST {
        let some = effects.store.organisations_after(after, READ).await?;
        let Some(last) = some.last() else { break };
        (after, seen) = (Some(last.id), seen + some.len());
        for fact in some.iter().flat_map(|organisation| organisation.facts(FactName::Industry)) {
            let text = fact.value.text();
            let key = words(&text);
            if let Some(known) = found.get_mut(&key) {
                known.organisations += 1;
            } else if found.len() < MOST && config.lexicons.tables.industries(&text).is_empty() {
                let view = UnmappedView {
                    category: clip(&text, CHARS),
                    organisations: 1,
                    source: fact.evidence.source.to_string(),
                    url: place_of(&fact.evidence.url),
                };
                found.insert(key, view);
            }
        }
    }
    let mut all: Vec<UnmappedView> = found.into_values().collect();
    all.sort_by(|a, b| b.organisations.cmp(&a.organisations).then_with(|| a.category.cmp(&b.category)));
    all.truncate(TOLD);
    Ok(all)
}
