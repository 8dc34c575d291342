//! What the store says of files that were brought in, beside the configuration: sources that no file names. Each is found by its name as the
//! configured ones are, and none of them is ever visited.

use std::sync::Arc;

use super::{Config, Event};
use crate::base::ids::SourceId;
use crate::model::Import;
use crate::resolve;

/// An import with what it says about all of its records.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What is known of it.
    pub import: Import,
    /// The event it is from.
    pub event: Option<Event>,
    about: resolve::About,
}

impl Imported {
    /// Of what was said about it.
    pub fn new(import: Import) -> Self {
        let about = resolve::About { country: import.country.clone(), ..resolve::About::default() };
        let event = import.event.clone().map(|(name, date)| Event { name, date });
        Self { import, event, about }
    }

    /// What it says about all of its records, for resolving.
    pub const fn about(&self) -> &resolve::About {
        &self.about
    }
}

/// The name of an import, where a rule names it in place of a source: what was brought in is known to the store alone, so that it is marked, and a slip
/// in the name of a source is still refused.
pub(super) fn marked(id: &str) -> Option<&str> {
    id.strip_prefix("import:")
}

impl Config {
    /// This configuration beside these imports.
    #[must_use]
    pub fn beside(&self, imports: Vec<Import>) -> Arc<Self> {
        Arc::new(Self { imports: imports.into_iter().map(|import| Arc::new(Imported::new(import))).collect(), ..self.clone() })
    }

    /// This configuration beside what another one is beside.
    #[must_use]
    pub fn beside_those_of(&self, other: &Self) -> Arc<Self> {
        Arc::new(Self { imports: other.imports.clone(), ..self.clone() })
    }

    /// Whether these are the imports it is beside.
    pub fn is_beside(&self, imports: &[Import]) -> bool {
        self.imports.len() == imports.len() && self.imports.iter().zip(imports).all(|(known, import)| known.import == *import)
    }

    /// The import of this name, where no source of the configuration has it.
    pub fn import(&self, id: &SourceId) -> Option<&Arc<Imported>> {
        self.imports.iter().find(|imported| imported.import.id == *id).filter(|_| self.source(id).is_none())
    }

    /// Whether something of this name is configured or was brought in.
    pub fn knows(&self, id: &SourceId) -> bool {
        self.source(id).is_some() || self.import(id).is_some()
    }

    /// What people call a source or an import; one that is not known (any more) has only its name.
    pub fn source_title<'a>(&'a self, id: &'a SourceId) -> &'a str {
        let of_import = || self.import(id).map_or(id.as_str(), |imported| &imported.import.origin);
        self.source(id).map_or_else(of_import, |source| &source.title)
    }

    /// What a source or an import says about all of its records.
    pub fn about(&self, id: &SourceId) -> Option<&resolve::About> {
        let of_import = || self.import(id).map(|imported| imported.about());
        self.source(id).map(|source| source.about()).or_else(of_import)
    }
}
