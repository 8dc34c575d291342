//! Categories of sources that no table of industries speaks of, and sizes in which no number is found, for whoever keeps tables and sources. Reads
//! organisations, changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::text::{clip, words};
use crate::config::Config;
use crate::model::{FactName, place_of};
use crate::pipeline::Effects;
use crate::score::People;
use crate::store::StoreError;

/// Organisations read at a time, and in all.
const READ: usize = 500;
const MOST: usize = 200_000;
/// Categories that are told.
const TOLD: usize = 500;
/// Characters of one category.
const CHARS: usize = 200;

/// A category that no table of industries speaks of, or a size that is not understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnmappedView {
    /// `industry` or `size`.
    #[serde(default)]
    pub of: String,
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
    let mut found: BTreeMap<(FactName, String), UnmappedView> = BTreeMap::new();
    let (mut after, mut seen) = (None, 0);
    while seen < MOST {
        let some = effects.store.organisations_after(after, READ).await?;
        let Some(last) = some.last() else { break };
        (after, seen) = (Some(last.id), seen + some.len());
        let asked = [FactName::Industry, FactName::Size];
        for fact in some.iter().flat_map(|organisation| asked.into_iter().flat_map(|name| organisation.facts(name))) {
            let text = fact.value.text();
            let key = (fact.name, words(&text));
            if let Some(known) = found.get_mut(&key) {
                known.organisations += 1;
            } else if found.len() < MOST && !is_understood(config, fact.name, &text) {
                let view = UnmappedView {
                    of: fact.name.word().to_owned(),
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

fn is_understood(config: &Config, name: FactName, text: &str) -> bool {
    if name == FactName::Size { People::parse(text).is_some() } else { !config.lexicons.tables.industries(text).is_empty() }
}
