//! Says which organisation a record names. Pure: knows no store, no segment and no rep; those it may have met before are handed in.

mod ask;
mod facts;
mod group;
mod hosts;
mod identity;
pub mod linkage;
mod lists;
mod merge;
mod rows;
mod unite;

use std::collections::BTreeSet;

use crate::base::ids::OrganisationId;
use crate::model::{IdentityKey, Likeness, Organisation};

pub use ask::{most_telling, worth_asking};
pub use group::{above, head, lead_alike, ties};
pub use hosts::{DomainKind, is_shared, kind, registrable};
pub use identity::{identify, names_somebody};
pub use lists::{BadList, Caption, List, Lists};
pub use merge::{FACTS, KEYS, RECORDS, merge, owner, without};
pub use rows::rows;
pub use unite::{divide, keep_apart, parted, unite};

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
    /// The country whose valid number it has, and the field with that number.
    pub country: Option<(&'static str, &'static str)>,
    /// The country of its source, where the record names nobody and so says nothing else of where they are.
    pub of_source: Option<String>,
}

impl Identity {
    /// Whether the record names nobody.
    pub fn is_nobody(&self) -> bool {
        matches!(self.keys.as_slice(), [IdentityKey::Unnamed(_)])
    }
}

/// What is known of a record's keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Met<'a> {
    /// The organisations that own one, in any order.
    pub found: &'a [Organisation],
    /// Those keys that many differently named organisations have: they join nobody.
    pub common: Option<&'a BTreeSet<IdentityKey>>,
}

/// An organisation that shares a key with a record and was still not joined with it: they may be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// Which.
    pub organisation: OrganisationId,
    /// Why it was not joined, in words that quote nothing.
    pub because: String,
}

/// What became of a record's organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The organisation, with what the record adds. Its version is the one that was handed in.
    pub organisation: Organisation,
    /// Whether it differs from what was handed in (a new one always does).
    pub changed: bool,
    /// Of those handed in, which are part of it now.
    pub absorbed: Vec<OrganisationId>,
    /// Others that share a key and may be the same.
    pub also: Vec<Also>,
}

/// How alike two organisations are, as it is stored and shown.
pub fn likeness(found: &linkage::Match) -> Likeness {
    #[expect(clippy::cast_possible_truncation, reason = "points are a few hundred at most")]
    let tenths = |points: f64| (points * 10.0).round() as i32;
    let fields = found.fields.iter().map(|(field, points)| ((*field).to_owned(), tenths(*points)));
    Likeness { points: tenths(found.points), fields: fields.collect(), pattern: found.pattern.to_vec() }
}

#[cfg(test)]
mod tests;
