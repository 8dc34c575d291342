//! The lists of organisations that gates name, and who is on them.

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

/// Where on a list an organisation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The line, from 1.
    pub line: usize,
    /// What is written there.
    pub written: String,
}

/// On which lists an organisation is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listings {
    /// Among those who sell what we sell.
    pub competitor: Option<Listed>,
    /// Among those who buy from us.
    pub client: Option<Listed>,
    /// Among those who asked to be left alone.
    pub do_not_contact: Option<Listed>,
}

impl Listings {
    /// Where it is on the list of this name.
    pub const fn get(&self, name: ListName) -> Option<&Listed> {
        match name {
            ListName::Competitors => self.competitor.as_ref(),
            ListName::Clients => self.client.as_ref(),
            ListName::DoNotContact => self.do_not_contact.as_ref(),
        }
    }
}
