//! Lists of organisations that gates name: competitors, clients, do-not-contact. Text in, lookups out; who reads the file is not known here.

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
    Domain(String),
    TaxId(String),
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
            return Some(Self::Domain(host.to_owned()));
        }
        if digits >= 6 && compact.len() <= 20 && compact.is_ascii() && compact.len() - digits <= 6 {
            return Some(Self::TaxId(compact));
        }
        let core = CompanyName::parse(written).core;
        (!core.is_empty()).then_some(Self::Name(core))
    }

    fn names(&self, organisation: &Organisation) -> bool {
        match self {
            Self::Domain(domain) => organisation.keys.iter().any(|key| match key {
                IdentityKey::Domain(known) => {
                    known == domain || domain.strip_suffix(known.as_str()).is_some_and(|rest| rest.ends_with('.'))
                }
                IdentityKey::TaxId(_) | IdentityKey::Phone(_) | IdentityKey::NamePlace(..) | IdentityKey::Unnamed(_) => false,
            }),
            Self::TaxId(id) => organisation.keys.iter().any(|key| match key {
                // People leave out the country of their own numbers.
                IdentityKey::TaxId(known) => known == id || known.get(2..) == Some(id) || id.get(2..) == Some(known),
                IdentityKey::Domain(_) | IdentityKey::Phone(_) | IdentityKey::NamePlace(..) | IdentityKey::Unnamed(_) => false,
            }),
            Self::Phone(phone) => {
                organisation.keys.contains(&IdentityKey::Phone(phone.clone()))
                    || organisation.facts(FactName::Phone).any(|fact| fact.value.text() == *phone)
            }
            Self::Email(email) => organisation.facts(FactName::Email).any(|fact| fact.value.text().to_lowercase() == *email),
            Self::Name(core) => {
                let by_key = |key: &IdentityKey| match key {
                    IdentityKey::NamePlace(name, _) => name == core,
                    IdentityKey::TaxId(_) | IdentityKey::Domain(_) | IdentityKey::Phone(_) | IdentityKey::Unnamed(_) => false,
                };
                organisation.keys.iter().any(by_key)
                    || organisation.name.as_deref().is_some_and(|name| CompanyName::parse(name).core == *core)
            }
        }
    }
}

/// A list, with the line of each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    entries: Vec<(usize, String, Entry)>,
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
        let mut entries = Vec::new();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let written = line.trim();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            if entries.len() == ENTRIES {
                return Err(BadList::TooLong);
            }
            let entry = Entry::parse(written).ok_or_else(|| BadList::NamesNobody { line: index + 1, found: written.to_owned() })?;
            entries.push((index + 1, written.to_owned(), entry));
        }
        Ok(Self { entries })
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The first entry that names this organisation.
    pub fn find(&self, organisation: &Organisation) -> Option<Listed> {
        let (line, written, _) = self.entries.iter().find(|(_, _, entry)| entry.names(organisation))?;
        Some(Listed { line: *line, written: written.clone() })
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
