//! A company or public body, as a view over the records that name it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;

use super::{Bond, Evidence, Value, identifier};
use crate::base::ids::{OrganisationId, RecordId, SourceId};
use crate::base::text;

/// Something by which two records are known to name the same organisation. Exact in this version; `resolve` says which are strong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKey {
    /// A tax or register number, upper case, without separators.
    TaxId(String),
    /// A registrable domain that is no shared host.
    Domain(String),
    /// A telephone number in E.164.
    Phone(String),
    /// Folded name without legal form, and folded place.
    NamePlace(String, String),
    /// The record names nobody: it stands for an organisation still to be identified.
    Unnamed(RecordId),
}

impl IdentityKey {
    /// Whether it tells one organisation by itself, whatever it is called.
    pub const fn is_strong(&self) -> bool {
        match self {
            Self::TaxId(_) | Self::Domain(_) | Self::Phone(_) => true,
            Self::NamePlace(..) | Self::Unnamed(_) => false,
        }
    }

    /// What it is, for people: "telephone number +34911234567".
    pub fn shown(&self) -> String {
        match self {
            Self::TaxId(id) => format!("tax id {id}"),
            Self::Domain(domain) => format!("domain {domain}"),
            Self::Phone(phone) => format!("telephone number {phone}"),
            Self::NamePlace(name, place) => match place.strip_prefix('@') {
                Some(source) => format!("name \"{name}\" within source {source}"),
                None => format!("name \"{name}\" in {place}"),
            },
            Self::Unnamed(record) => format!("record {record} itself"),
        }
    }
}

impl fmt::Display for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TaxId(id) => write!(f, "tax:{id}"),
            Self::Domain(domain) => write!(f, "domain:{domain}"),
            Self::Phone(phone) => write!(f, "phone:{phone}"),
            Self::NamePlace(name, place) => write!(f, "name:{name}|{place}"),
            Self::Unnamed(record) => write!(f, "unnamed:{record}"),
        }
    }
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactName {
    /// What it calls itself.
    Name,
    /// Its web address.
    Website,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A tax or register number.
    TaxId,
    /// Street and house.
    Address,
    /// Town or village.
    Place,
    /// Region: ISO 3166-2, NUTS, or words.
    Region,
    /// Country: ISO 3166-1 alpha-2, or words.
    Country,
    /// Line of business, in the source's words.
    Industry,
    /// Number of people, or a band.
    Size,
    /// A person to speak to.
    Person,
    /// The organisation that it belongs to: its name, or its web address.
    Parent,
    /// Its postcode.
    Postcode,
    /// What it called itself before. No field says it: it follows from a name that became another.
    FormerName,
}

impl FactName {
    /// Every name that a field has, in the order shown to people.
    pub const ALL: [Self; 14] = [
        Self::Name,
        Self::Industry,
        Self::Size,
        Self::Place,
        Self::Region,
        Self::Country,
        Self::Address,
        Self::Postcode,
        Self::Website,
        Self::Phone,
        Self::Email,
        Self::Person,
        Self::TaxId,
        Self::Parent,
    ];

    /// The word used in configuration (as a field name) and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Website => "website",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::TaxId => "tax_id",
            Self::Address => "address",
            Self::Place => "place",
            Self::Region => "region",
            Self::Country => "country",
            Self::Industry => "industry",
            Self::Size => "size",
            Self::Person => "person",
            Self::Parent => "parent",
            Self::Postcode => "postcode",
            Self::FormerName => "former_name",
        }
    }

    /// The name of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }
}

/// One thing known of an organisation, with its proof. Conflicting values are kept side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: FactName,
    /// What was read.
    pub value: Value,
    /// The record it came from.
    pub record: RecordId,
    /// Proof.
    pub evidence: Evidence,
}

impl Fact {
    /// What it is about, for output: of a telephone number that could not be read, that it is as somebody wrote it.
    pub fn word(&self) -> &'static str {
        if self.is_unread_phone() { "phone_as_written" } else { self.name.word() }
    }

    /// Whether it is a telephone number as somebody wrote it: the country whose number it is was not known, and nobody can be known by it.
    pub fn is_unread_phone(&self) -> bool {
        self.name == FactName::Phone && matches!(&self.value, Value::Text(words) if !words.trim_start().starts_with('+'))
    }
}

/// What an organisation is called as long as nobody knows its name.
pub const UNNAMED: &str = "(not named yet)";

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// From the first key it was known by; stays when more keys become known.
    pub id: OrganisationId,
    /// Raised by each write; a commit names the version it read (0: it was not there).
    pub version: u64,
    /// What to call it; `None` while it is unnamed.
    pub name: Option<String>,
    /// Everything it is known by.
    pub keys: BTreeSet<IdentityKey>,
    /// Everything known of it, bounded by `resolve`.
    pub facts: Vec<Fact>,
    /// Records that name it, newest last, bounded by `resolve`.
    pub records: Vec<RecordId>,
    /// By what each of its records belongs to it; the first one, which stands for itself, has no line here.
    pub bonds: BTreeMap<RecordId, Bond>,
    /// Records that are not of it and never join it, because somebody said so; bounded by `resolve`.
    pub apart: BTreeSet<RecordId>,
    /// When the first record named it.
    pub first_seen: Timestamp,
    /// When a record last added something.
    pub changed: Timestamp,
}

impl Organisation {
    /// The values known under a name.
    pub fn facts(&self, name: FactName) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.name == name)
    }

    /// The value to show of several: from the most trusted source, there the newest. A tax number that it is known by goes before one that is
    /// none.
    pub fn best(&self, name: FactName, trust_of: &dyn Fn(&SourceId) -> f32) -> Option<&Fact> {
        self.ranked(name, trust_of).into_iter().next()
    }

    /// All values, the one to show first.
    pub fn ranked(&self, name: FactName, trust_of: &dyn Fn(&SourceId) -> f32) -> Vec<&Fact> {
        let known = |fact: &Fact| match name {
            FactName::TaxId => self.is_known_by(&fact.value.text()),
            // One name everywhere.
            FactName::Name => self.name.as_ref() == Some(&fact.value.text()),
            FactName::Phone => !fact.is_unread_phone(),
            _ => false,
        };
        let mut facts: Vec<(bool, f32, &Fact)> =
            self.facts(name).map(|fact| (known(fact), trust_of(&fact.evidence.source), fact)).collect();
        // The last two only make the choice the same for any order of the facts.
        let age = |fact: &Fact| (fact.evidence.seen, fact.record, fact.value.text());
        facts.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then_with(|| age(b.2).cmp(&age(a.2))));
        facts.into_iter().map(|(.., fact)| fact).collect()
    }

    /// Whether a tax number is one that it is known by: those that are none are no keys.
    fn is_known_by(&self, number: &str) -> bool {
        self.keys.iter().any(|key| match key {
            IdentityKey::TaxId(id) => {
                let of = |country: Option<&str>| identifier::key(number, country).as_ref() == Some(id);
                of(None) || of(id.get(..2))
            }
            IdentityKey::Domain(_) | IdentityKey::Phone(_) | IdentityKey::NamePlace(..) | IdentityKey::Unnamed(_) => false,
        })
    }

    /// What it was called until it took the name that it has.
    pub fn formerly(&self) -> Option<String> {
        let now = self.name.as_deref().map(text::words);
        let before = self.facts(FactName::FormerName).filter(|fact| Some(text::words(&fact.value.text())) != now);
        before.max_by_key(|fact| (fact.evidence.seen, fact.record)).map(|fact| fact.value.text())
    }

    /// What to call it on paper.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(UNNAMED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::organisation;

    #[test]
    fn a_tax_number_that_is_one_goes_first_and_of_names_the_one_it_goes_by() {
        let names = [(FactName::Name, "Grupo Arcos"), (FactName::Name, "Arcos Hermanos SA")];
        for ids in [["A58818501", "A02017402"], ["A02017402", "A58818501"]] {
            let mut org = organisation("Grupo Arcos", &[&names[..], &ids.map(|id| (FactName::TaxId, id))].concat());
            org.keys.insert(IdentityKey::TaxId("ESA58818501".to_owned()));
            let best = |name| org.best(name, &|_| 0.5).map(|fact| fact.value.text()).unwrap();
            assert_eq!((best(FactName::Name).as_str(), best(FactName::TaxId).as_str()), ("Grupo Arcos", "A58818501"), "{ids:?}");
        }
    }
}
