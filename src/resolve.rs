//! Says which organisation a record names. Pure: knows no store, no segment and no rep; those it may have met before are handed in.

mod facts;
mod hosts;
mod identity;
pub mod linkage;
mod merge;

use crate::base::ids::OrganisationId;
use crate::model::{IdentityKey, Organisation};

pub use hosts::{DomainKind, is_shared, kind, registrable};
pub use identity::identify;
pub use merge::{FACTS, KEYS, RECORDS, merge, owner, without};

/// What the source says about all of its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The organisation all records are about, where the source's settings fix it ("the news of this competitor").
    pub organisation: Option<String>,
    /// The source's country, ISO 3166-1 alpha-2: what tax numbers without a prefix belong to.
    pub country: Option<String>,
    /// The source's own hosts: a link to them names the source, not the organisation.
    pub own_hosts: Vec<String>,
}

/// By what a record's organisation is to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The strongest first; the last is always the record's own, [`IdentityKey::Unnamed`], and a record that names nobody has no other.
    /// Look up all of them: whoever owns one is handed to [`merge`].
    pub keys: Vec<IdentityKey>,
    /// What the record calls it.
    pub name: Option<String>,
}

/// An organisation that shares a key with a record and was still not joined with it: material for a later "same?" question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// Which.
    pub organisation: OrganisationId,
    /// The strongest key it shares.
    pub key: IdentityKey,
    /// Why it was not joined, in words.
    pub because: String,
}

/// What became of a record's organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The organisation, with what the record adds. Its version is the one that was handed in.
    pub organisation: Organisation,
    /// Whether it differs from what was handed in (a new one always does).
    pub changed: bool,
    /// Others that share a key.
    pub also: Vec<Also>,
}

#[cfg(test)]
mod tests;
