//! Lists of organisations that gates name: competitors, clients, do-not-contact. Text in, lookups out; who reads the file is not known here.

use std::collections::BTreeMap;

use crate::model::{CompanyName, FactName, IdentityKey, Organisation};

/// Entries of one list; a longer file is refused instead of being cut.
const ENTRIES: usize = 200_000;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListName {
    /// Those who sell what we sell.
    Competitors,
    /// Those who buy from us.
    Clients,
    /// Those who asked to be left alone.
    DoNotContact,
}

impl ListName {
    /// Every list.
    pub const ALL: [Self; 3] = [Self::Competitors, Self::Clients, Self::DoNotContact];

    /// The word used in configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Competitors => "competitors",
            Self::Clients => "clients",
            Self::DoNotContact => "do-not-contact",
        }
    }

    /// The list of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }

    /// How a reason calls it.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Competitors => "competitor list",
            Self::Clients => "client list",
            Self::DoNotContact => "do-not-contact list",
        }
    }
}

/// A list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadList {
    /// Too long.
    #[error("the list has more than {ENTRIES} entries: split it by segment, or leave out what cannot become a lead")]
    TooLong,
    /// A line that names nobody.
    #[error("line {line}: `{found}` names nobody: write a domain, a tax number, a telephone number (+34…), an e-mail address or a name")]
    NamesNobody {
        /// Which line, from 1.
        line: usize,
        /// What was there.
        found: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Entry {
    /// Registrable.
    Domain(String),
    TaxId(String),
    /// A tax number that was written with its country, without it.
    TaxIdTail(String),
    Phone(String),
    Email(String),
    Name(String),
}

impl Entry {
    fn parse(written: &str) -> Option<Self> {
        let compact: String = written.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
        let digits = compact.bytes().filter(u8::is_ascii_digit).count();
        let lower = written.to_lowercase();
        if written.contains('@') && !written.contains(' ') {
            return Some(Self::Email(lower));
        }
        if written.starts_with('+') && (8..=15).contains(&digits) {
            return Some(Self::Phone(format!("+{compact}")));
        }
        let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        let host = bare.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_start_matches("www.");
        let dotted = host.contains('.') && !host.contains(' ') && !host.ends_with('.') && !host.starts_with('.');
        if dotted && host.rsplit('.').next().is_some_and(|top| top.len() > 1 && !top.bytes().any(|b| b.is_ascii_digit())) {
            return Some(Self::Domain(psl::domain_str(host).unwrap_or(host).to_owned()));
        }
        if digits >= 6 && compact.len() <= 20 && compact.is_ascii() && compact.len() - digits <= 6 {
            return Some(Self::TaxId(compact));
        }
        let core = CompanyName::parse(written).core;
        (!core.is_empty()).then_some(Self::Name(core))
    }

    /// Every entry that would name this organisation.
    fn naming(organisation: &Organisation) -> Vec<Self> {
        let mut entries = Vec::new();
        for key in &organisation.keys {
            match key {
                IdentityKey::Domain(domain) => entries.push(Self::Domain(domain.clone())),
                IdentityKey::TaxId(id) => {
                    // People leave out the country of their own numbers; a number read without one fits a listed one's tail.
                    entries.extend([Self::TaxId(id.clone()), Self::TaxIdTail(id.clone())]);
                    entries.extend(tail(id).map(Self::TaxId));
                }
                IdentityKey::Phone(phone) => entries.push(Self::Phone(phone.clone())),
                IdentityKey::NamePlace(name, _) => entries.push(Self::Name(name.clone())),
                IdentityKey::Unnamed(_) => {}
            }
        }
        entries.extend(organisation.facts(FactName::Phone).map(|fact| Self::Phone(fact.value.text())));
        entries.extend(organisation.facts(FactName::Email).map(|fact| Self::Email(fact.value.text().to_lowercase())));
        entries.extend(organisation.name.as_deref().map(|name| Self::Name(CompanyName::parse(name).core)));
        entries
    }
}

/// A tax number without the country in front of it.
fn tail(id: &str) -> Option<String> {
    let (country, rest) = id.split_at_checked(2)?;
    country.bytes().all(|b| b.is_ascii_uppercase()).then(|| rest.to_owned())
}

/// A list, with the line of each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    entries: BTreeMap<Entry, Listed>,
    len: usize,
}

/// An organisation that is on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The line, from 1.
    pub line: usize,
    /// What is written there.
    pub written: String,
}

impl List {
    /// Reads a list: one entry a line, white space around it ignored; empty lines and lines that begin with `#` say nothing.
    pub fn parse(text: &str) -> Result<Self, BadList> {
        let mut list = Self::default();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let written = line.trim();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            if list.len == ENTRIES {
                return Err(BadList::TooLong);
            }
            let entry = Entry::parse(written).ok_or_else(|| BadList::NamesNobody { line: index + 1, found: written.to_owned() })?;
            let listed = Listed { line: index + 1, written: written.to_owned() };
            if let Entry::TaxId(id) = &entry
                && let Some(tail) = tail(id)
            {
                list.entries.entry(Entry::TaxIdTail(tail)).or_insert_with(|| listed.clone());
            }
            list.entries.entry(entry).or_insert(listed);
            list.len += 1;
        }
        Ok(list)
    }

    /// How many entries.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it is empty.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first line that names this organisation.
    pub fn find(&self, organisation: &Organisation) -> Option<Listed> {
        if self.is_empty() {
            return None;
        }
        Entry::naming(organisation).iter().filter_map(|entry| self.entries.get(entry)).min_by_key(|listed| listed.line).cloned()
    }
}

/// All lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Those who sell what we sell.
    pub competitors: List,
    /// Those who buy from us.
    pub clients: List,
    /// Those who asked to be left alone.
    pub do_not_contact: List,
}

impl Lists {
    /// The list of this name.
    pub const fn get(&self, name: ListName) -> &List {
        match name {
            ListName::Competitors => &self.competitors,
            ListName::Clients => &self.clients,
            ListName::DoNotContact => &self.do_not_contact,
        }
    }
}
