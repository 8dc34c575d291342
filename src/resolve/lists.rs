//! Lists of organisations that gates name: competitors, clients, do-not-contact. What is written there is an organisation too, recognised as
//! records are: by valid tax ids, registrable domains, telephone numbers, and names in any spelling and script. Who reads the file is not known here.

use std::collections::{BTreeMap, BTreeSet};

use super::hosts::registrable;
use super::linkage;
use crate::model::{CompanyName, FactName, IdentityKey, Listed, Listings, Organisation, identifier};

/// Entries of one list; a longer file is refused instead of being cut.
const ENTRIES: usize = 200_000;
/// Names of a list that share a word and are looked at: a word that more share tells little, and the other words find the right one.
const BLOCK: usize = 64;

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
    /// The words of a name in Latin letters, in the order of the alphabet.
    Name(Vec<String>),
}

/// What a line says.
enum Line {
    Exactly(Vec<Entry>),
    Named(CompanyName),
}

impl Line {
    fn parse(written: &str) -> Option<Self> {
        let compact: String = written.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
        let digits = compact.bytes().filter(u8::is_ascii_digit).count();
        let lower = written.to_lowercase();
        if written.contains('@') && !written.contains(' ') {
            return Some(Self::Exactly(vec![Entry::Email(lower)]));
        }
        if written.starts_with('+') && (8..=15).contains(&digits) {
            return Some(Self::Exactly(vec![Entry::Phone(format!("+{compact}"))]));
        }
        let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        let host = bare.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_start_matches("www.");
        let dotted = host.contains('.') && !host.contains(' ') && !host.ends_with('.') && !host.starts_with('.');
        if dotted && host.rsplit('.').next().is_some_and(|top| top.len() > 1 && !top.bytes().any(|b| b.is_ascii_digit())) {
            return Some(Self::Exactly(vec![Entry::Domain(registrable(host).unwrap_or_else(|| host.to_owned()))]));
        }
        if digits >= 6 && compact.len() <= 20 && compact.is_ascii() && compact.len() - digits <= 6 {
            // As written, and as the number that it is: a VAT number and a national one of one company have one key.
            let mut entries = vec![Entry::TaxId(compact.clone())];
            entries.extend(tail(&compact).map(Entry::TaxIdTail));
            entries.extend(identifier::key(written, None).filter(|key| *key != compact).map(Entry::TaxId));
            return Some(Self::Exactly(entries));
        }
        let name = CompanyName::parse(written);
        (!name.core.is_empty()).then_some(Self::Named(name))
    }
}

/// A tax number without the country in front of it.
fn tail(id: &str) -> Option<String> {
    let (country, rest) = id.split_at_checked(2)?;
    country.bytes().all(|b| b.is_ascii_uppercase()).then(|| rest.to_owned())
}

fn words_of(name: &CompanyName) -> Vec<String> {
    let mut words = linkage::name_words(name);
    words.sort();
    words
}

/// A list, with the line of each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    entries: BTreeMap<Entry, u32>,
    /// Names that are looked through for other spellings.
    names: Vec<(CompanyName, u32)>,
    /// Which of them carry a word.
    by_word: BTreeMap<String, Vec<u32>>,
    lines: Vec<Listed>,
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
            if list.lines.len() == ENTRIES {
                return Err(BadList::TooLong);
            }
            let line = Line::parse(written).ok_or_else(|| BadList::NamesNobody { line: index + 1, found: written.to_owned() })?;
            let at = u32::try_from(list.lines.len()).unwrap_or(u32::MAX);
            list.lines.push(Listed { line: index + 1, written: written.to_owned() });
            match line {
                Line::Exactly(entries) => {
                    for entry in entries {
                        list.entries.entry(entry).or_insert(at);
                    }
                }
                Line::Named(name) => list.name(name, at),
            }
        }
        Ok(list)
    }

    fn name(&mut self, name: CompanyName, at: u32) {
        let words = words_of(&name);
        let place = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        for word in &words {
            self.by_word.entry(word.clone()).or_default().push(place);
        }
        self.entries.entry(Entry::Name(words)).or_insert(at);
        self.names.push((name, at));
    }

    /// How many entries.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it is empty.
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The first line that names this organisation.
    pub fn find(&self, organisation: &Organisation) -> Option<Listed> {
        if self.is_empty() {
            return None;
        }
        let (mut exactly, names) = naming(organisation);
        exactly.extend(names.iter().map(|name| Entry::Name(words_of(name))));
        let exact = exactly.iter().filter_map(|entry| self.entries.get(entry).copied());
        let spelled = names.iter().filter_map(|name| self.spelled(name));
        let first = exact.chain(spelled).min()?;
        self.lines.get(first as usize).cloned()
    }

    /// The first line with this name in another spelling.
    fn spelled(&self, name: &CompanyName) -> Option<u32> {
        let words = words_of(name);
        let blocks = words.iter().filter_map(|word| self.by_word.get(word)).filter(|block| block.len() <= BLOCK);
        let near: BTreeSet<u32> = blocks.flatten().copied().collect();
        let same = near.into_iter().filter_map(|place| self.names.get(place as usize)).filter(|(listed, _)| linkage::are_one(listed, name));
        same.map(|(_, at)| *at).min()
    }
}

/// What would name this organisation: its keys and addresses, and everything it is called.
fn naming(organisation: &Organisation) -> (Vec<Entry>, Vec<CompanyName>) {
    let (mut entries, mut names) = (Vec::new(), Vec::new());
    for key in &organisation.keys {
        match key {
            IdentityKey::Domain(domain) => entries.push(Entry::Domain(domain.clone())),
            IdentityKey::TaxId(id) => {
                // People leave out the country of their own numbers; a number read without one fits a listed one's tail.
                entries.extend([Entry::TaxId(id.clone()), Entry::TaxIdTail(id.clone())]);
                entries.extend(tail(id).map(Entry::TaxId));
            }
            IdentityKey::Phone(phone) => entries.push(Entry::Phone(phone.clone())),
            IdentityKey::NamePlace(name, _) => names.push(CompanyName { core: name.clone(), form: None }),
            IdentityKey::Unnamed(_) => {}
        }
    }
    entries.extend(organisation.facts(FactName::Phone).map(|fact| Entry::Phone(fact.value.text())));
    entries.extend(organisation.facts(FactName::Email).map(|fact| Entry::Email(fact.value.text().to_lowercase())));
    names.extend(organisation.facts(FactName::Name).map(|fact| CompanyName::parse(&fact.value.text())));
    names.extend(organisation.name.as_deref().map(CompanyName::parse));
    names.sort_by(|a, b| a.core.cmp(&b.core));
    names.dedup_by(|a, b| a.core == b.core);
    (entries, names)
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
    /// On which of them an organisation is.
    pub fn find(&self, organisation: &Organisation) -> Listings {
        Listings {
            competitor: self.competitors.find(organisation),
            client: self.clients.find(organisation),
            do_not_contact: self.do_not_contact.find(organisation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::organisation;

    #[test]
    fn lists_say_which_line_names_nobody() {
        assert_eq!(List::parse("acme.es\n--").unwrap_err(), BadList::NamesNobody { line: 2, found: "--".to_owned() });
        assert_eq!(List::parse("# nothing\n\n").map(|list| list.len()), Ok(0));
        let list = List::parse("Acme SL\nhttps://www.acme.es/about\nacme.es").unwrap();
        let mut org = organisation("acme", &[]);
        org.keys.insert(IdentityKey::Domain("acme.es".to_owned()));
        assert_eq!(list.find(&org), Some(Listed { line: 1, written: "Acme SL".to_owned() }));
        for (written, known, listed) in [
            ("B12345674", "ESB12345674", true),
            ("ESB12345674", "B12345674", true),
            ("ESB12345674", "ESB12345674", true),
            ("PT501234560", "ES501234560", false),
        ] {
            let mut org = organisation("x", &[]);
            org.keys.insert(IdentityKey::TaxId(known.to_owned()));
            assert_eq!(List::parse(written).unwrap().find(&org).is_some(), listed, "{written} {known}");
        }
    }

    #[test]
    fn names_in_other_spellings_scripts_and_forms_are_recognised() {
        let list = List::parse("Talleres Orbaneja, S.L.\nООО «Ромашка Север»\nAcme\nMüller & Söhne GmbH\nDE 136 695 976").unwrap();
        let known = |name: &str| organisation(name, &[(FactName::Name, name)]);
        let umlauts = List::parse("Mueller Maschinenbau GmbH\nБалтийский берег ООО\nFirm 1 Ltd").unwrap();
        for (name, line) in [
            ("Müller Maschinenbau GmbH & Co. KG", Some(1)),
            ("MUELLER MASCHINENBAU", Some(1)),
            ("Muller Maschinenbau GmbH", Some(1)),
            ("Möller Maschinenbau GmbH", None),
            ("Baltijskij Bereg", Some(2)),
            ("Baltiysky Bereg LLC", Some(2)),
            ("Firm 2 Ltd", None),
        ] {
            assert_eq!(umlauts.find(&known(name)).map(|listed| listed.line), line, "{name}");
        }
        for (name, line) in [
            ("TALLERES ORBANEJA", Some(1)),
            ("Taleres Orbaneja S.L.", Some(1)),
            ("Talleres Orbaneja, S.A.", Some(1)),
            ("Talleres Valdeavellano", None),
            ("Romashka Sever LLC", Some(2)),
            ("Acme S.L.", Some(3)),
            ("Acme Industrial", None),
            ("Acne", None),
            ("Muller Sohne", Some(4)),
        ] {
            assert_eq!(list.find(&known(name)).map(|listed| listed.line), line, "{name}");
        }
        let mut german = known("Whoever");
        german.keys.insert(IdentityKey::TaxId("DE136695976".to_owned()));
        assert_eq!(list.find(&german).map(|listed| (listed.line, listed.written)), Some((5, "DE 136 695 976".to_owned())));
    }
}
