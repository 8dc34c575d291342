//! Lists of organisations that gates name: competitors, clients, do-not-contact. What is written there is an organisation too, recognised as
//! records are: by valid tax ids, registrable domains, telephone numbers, and names in any spelling and script. Who reads the file is not known here.

mod cells;
mod entry;
mod labels;
mod marks;
mod table;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use self::entry::{Entry, Line, guess};
use self::marks::{messenger, national, page, tail, telephone, web_address};
pub use self::table::Caption;
use self::table::Table;
use super::hosts::{is_shared, registrable};
use super::linkage;
use crate::base::text;
use crate::model::{CompanyName, FactName, IdentityKey, Listed, Listings, Organisation, Record, Signal};

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
    #[error("line {line}: `{found}` names nobody: write {want}")]
    NamesNobody {
        /// Which line, from 1.
        line: usize,
        /// What was there.
        found: String,
        /// What to write instead.
        want: &'static str,
    },
}

/// The lines that say something, with their numbers from 1. `#;Company` is a row of captions, `# Company` a comment.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_said = |line: &str| !line.is_empty() && (!line.starts_with('#') || line[1..].starts_with(['\t', ';', ',', '|']));
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    lines.map(|(place, line)| (place + 1, line)).filter(move |(_, line)| is_said(line.trim()))
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
    guesses: Vec<(Listed, String)>,
    /// Lines of a file that are not understood, whole or in part, and why.
    unread: Vec<(usize, String)>,
    /// Whether it was read from a file.
    of_file: bool,
    /// How a file was read that has not one entry a line.
    told: Option<String>,
}

impl List {
    /// Reads entries: one a line, white space around it ignored; empty lines and what stands behind `#` say nothing.
    pub fn parse(text: &str) -> Result<Self, BadList> {
        let mut list = Self::default();
        for (line, written) in entries(text).map(|(line, written)| (line, written.trim())) {
            let said = Line::parse(written).map_err(|want| BadList::NamesNobody { line, found: written.to_owned(), want })?;
            list.guesses.extend(guess(written, &said).map(|how| (Listed { line, written: written.to_owned() }, how)));
            list.take(line, written, said)?;
        }
        Ok(list)
    }

    /// Reads a file: one entry a line, or a table with tabs, `;`, `|` or commas between its cells, with or without a line of captions. What
    /// is not understood is told, and the rest is read. `caption` says which field a caption names.
    pub fn read(text: &str, caption: Caption<'_>) -> Result<Self, BadList> {
        let mut list = Self { of_file: true, ..Self::default() };
        // Spreadsheets leave rows of empty cells.
        let is_empty = |line: &str| line.chars().all(|c| c.is_whitespace() || matches!(c, ';' | ',' | '|' | '"'));
        let mut lines: Vec<(usize, &str)> = entries(text).filter(|(_, line)| !is_empty(line)).collect();
        // Spreadsheets write such a line for each other.
        let sep = |(_, line): &(usize, &str)| line.strip_prefix("sep=").and_then(|mark| mark.chars().next());
        let said = lines.first().and_then(sep);
        if said.is_some() {
            lines.remove(0);
        }
        let (numbers, texts): (Vec<usize>, Vec<&str>) = lines.into_iter().unzip();
        let table = Table::of(&texts, said, caption);
        let mut passed: Option<(usize, Vec<String>)> = None;
        for (place, (line, written)) in numbers.iter().copied().zip(texts).enumerate().filter(|(place, _)| !table.is_head(*place)) {
            let row = table.row(written, place);
            if row.said.is_empty() && row.wrong.is_empty() {
                list.unread.push((line, format!("`{}` names nobody", text::squeeze(written))));
            }
            list.unread.extend(row.wrong.into_iter().map(|why| (line, why)));
            if !row.said.is_empty() && (row.is_whole || !table.is_one()) {
                list.guesses.extend(guess(written, &row.said).map(|how| (Listed { line, written: text::squeeze(written) }, how)));
            }
            passed = passed.or_else(|| Some((line, row.passed)).filter(|(_, passed)| !passed.is_empty()));
            if !row.said.is_empty() {
                list.take(line, &text::squeeze(written), row.said)?;
            }
        }
        list.told = table.told(passed.as_ref().map(|(line, passed)| (*line, passed.as_slice())), &numbers);
        Ok(list)
    }

    /// Takes up what a line says.
    fn take(&mut self, line: usize, written: &str, said: Vec<Line>) -> Result<(), BadList> {
        if self.lines.len() == ENTRIES {
            return Err(BadList::TooLong);
        }
        let at = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.lines.push(Listed { line, written: written.to_owned() });
        for one in said {
            match one {
                Line::Exactly(entries) => {
                    for entry in entries {
                        self.entries.entry(entry).or_insert(at);
                    }
                }
                Line::Named(name) => self.name(name, at),
            }
        }
        Ok(())
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

    /// The lines that may have been meant otherwise, and how they were taken.
    pub fn guesses(&self) -> &[(Listed, String)] {
        &self.guesses
    }

    /// The lines of a file that are not understood, and why.
    pub fn unread(&self) -> &[(usize, String)] {
        &self.unread
    }

    /// Adds what is to be told of a line.
    pub fn remark(&mut self, line: usize, why: String) {
        self.unread.push((line, why));
    }

    /// Whether it was read from a file, and so its entries are lines.
    pub const fn is_of_file(&self) -> bool {
        self.of_file
    }

    /// How a file was read that is a table.
    pub fn told(&self) -> Option<&str> {
        self.told.as_deref()
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

    /// The first line that is one of these exactly.
    fn first<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> Option<Listed> {
        let first = entries.filter_map(|entry| self.entries.get(entry)).min()?;
        self.lines.get(*first as usize).cloned()
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
            IdentityKey::Phone(phone) => entries.extend(called(phone)),
            IdentityKey::NamePlace(name, _) => names.push(CompanyName { core: name.clone(), form: None }),
            IdentityKey::Unnamed(_) => {}
        }
    }
    // A key is the first one's that came with it; whoever else has the address or the number says so in its facts.
    let phones: BTreeSet<String> = organisation.facts(FactName::Phone).map(|fact| fact.value.text()).collect();
    for phone in phones {
        entries.extend(called(&phone));
    }
    for fact in organisation.facts(FactName::Email) {
        let address = fact.value.text().trim().to_lowercase();
        let host = address.rsplit_once('@').and_then(|(_, host)| registrable(host));
        entries.extend(host.filter(|host| !is_shared(host)).map(Entry::Domain));
        entries.push(Entry::Email(address));
    }
    for url in organisation.facts(FactName::Website).filter_map(|fact| web_address(&fact.value.text())) {
        let domain = url.host_str().and_then(registrable);
        entries.extend(match domain {
            Some(domain) if !is_shared(&domain) => Some(Entry::Domain(domain)),
            Some(_) => page(&url).map(Entry::Page),
            None => None,
        });
        entries.extend(messenger(&url).into_iter().flat_map(|number| called(&number)));
    }
    // Who is listed stays listed under another name.
    let all = organisation.facts(FactName::Name).chain(organisation.facts(FactName::FormerName));
    names.extend(all.map(|fact| CompanyName::parse(&fact.value.text())));
    names.extend(organisation.name.as_deref().map(CompanyName::parse));
    names.sort_by(|a, b| a.core.cmp(&b.core));
    names.dedup_by(|a, b| a.core == b.core);
    (entries, names)
}

/// What a known telephone number is looked for by: with its country, or where nobody knows that, without.
fn called(phone: &str) -> Vec<Entry> {
    if phone.trim_start().starts_with('+') {
        let number = format!("+{}", phone.chars().filter(char::is_ascii_digit).collect::<String>());
        let national = national(&number).map(Entry::National);
        return std::iter::once(Entry::Phone(number)).chain(national).collect();
    }
    let nationals = telephone(phone).into_iter().flatten();
    let each = nationals.flat_map(|entry| match entry {
        Entry::National(digits) => vec![Entry::PhoneTail(digits.clone()), Entry::National(digits)],
        other => vec![other],
    });
    each.collect()
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

    /// The same where these are its records and signals: an article of nobody is of everybody whom its words name, or named when they were told, so
    /// that nobody is told of under the title of an article who is kept out by name.
    pub fn find_told(&self, organisation: &Organisation, records: &[Record], signals: &[Signal]) -> Listings {
        let all = [&self.competitors, &self.clients, &self.do_not_contact];
        if organisation.name.is_some() || all.iter().all(|list| list.is_empty()) {
            return self.find(organisation);
        }
        let found = self.find(organisation);
        let named = told::entries(&told::text(records, signals));
        let first = |list: &List| list.first(named.iter());
        Listings {
            competitor: found.competitor.or_else(|| first(&self.competitors)),
            client: found.client.or_else(|| first(&self.clients)),
            do_not_contact: found.do_not_contact.or_else(|| first(&self.do_not_contact)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::entry::{ENTRY, OF_ITS_OWN};
    use super::*;
    use crate::model::sample::organisation;
    use FactName::{Email, Name, Phone, Website};

    #[test]
    fn lists_say_which_line_names_nobody() {
        assert_eq!(List::parse("acme.es\n--").unwrap_err(), BadList::NamesNobody { line: 2, found: "--".to_owned(), want: ENTRY });
        for (line, want) in [("gmail.com", OF_ITS_OWN), ("https://www.facebook.com/", OF_ITS_OWN), ("@", ENTRY), ("Instagram @acme", ENTRY)]
        {
            let found = List::parse(line).map(|list| list.len());
            assert_eq!(found, Err(BadList::NamesNobody { line: 1, found: line.to_owned(), want }), "{line}");
        }
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

    /// What somebody writes, and whether it names who has this fact.
    const WRITTEN: &[(&str, FactName, &str, bool)] = &[
        // Whoever has a mailbox or a site there, and of shared hosts one page and one mailbox.
        ("uno.es", Email, "b@uno.es", true),
        ("uno.es", Email, "b@ventas.uno.es", true),
        ("uno.es", Email, "b@dos.es", false),
        ("https://www.uno.es/contacto", Website, "www.uno.es", true),
        ("bücher.de", Website, "https://xn--bcher-kva.de/", true),
        ("@cuatro.es", Email, "x@cuatro.es", true),
        ("*@cuatro.es", Website, "https://cuatro.es", true),
        ("ana@gmail.com", Email, "Ana@gmail.com", true),
        ("ana@gmail.com", Email, "eva@gmail.com", false),
        ("mailto:ana@gmail.com", Email, "ana@gmail.com", true),
        ("https://www.facebook.com/malafirma", Website, "https://es-es.facebook.com/MalaFirma/?ref=x", true),
        ("https://www.facebook.com/malafirma", Website, "https://www.facebook.com/buenafirma", false),
        ("facebook.com/profile.php?id=7", Website, "https://m.facebook.com/profile.php?id=7", true),
        ("facebook.com/profile.php?id=7", Website, "https://m.facebook.com/profile.php?id=8", false),
        // Numbers with and without their country, on either side.
        ("947 555 444", Phone, "+34947555444", true),
        ("947 555 444", Phone, "+34947555445", false),
        ("947 555 444", Phone, "947555444", true),
        ("(+34) 947-555-447", Phone, "+34947555447", true),
        ("0034 947 555 445", Phone, "+34947555445", true),
        ("tel: +34 947 555 446", Phone, "+34947555446", true),
        ("Tel. 947 555 446", Phone, "+34947555446", true),
        ("tel:+34947555446", Phone, "947 555 446", true),
        ("34 947 555 446", Phone, "+34947555446", true),
        ("+34 947 555 446", Phone, "+35947555446", false),
        ("+44 (0)20 7946 0958", Phone, "+442079460958", true),
        ("020 7946 0958", Phone, "+442079460958", true),
        ("06 6982 1234", Phone, "+390669821234", true),
        ("8 (495) 123-45-67", Phone, "+74951234567", true),
        ("555 444", Phone, "+34947555444", false),
        ("947 555 444 / 947 555 445", Phone, "+34947555445", true),
        ("a@uno.es, b@dos.es", Email, "b@dos.es", true),
        ("ana@gmail.com;eva@gmail.com", Email, "ana@gmail.com", true),
        // Names with what stands beside them.
        ("SIETE, S.L. (Burgos)", Name, "Siete SL", true),
        ("SIETE, S.L., Burgos", Name, "Siete SL", true),
        ("Siete SL - Burgos", Name, "SIETE S.L.", true),
        ("Ocho SL; Nueve SL", Name, "Nueve, S.L.", true),
        ("Acme SL <info@acme.es>", Name, "Acme", true),
        ("Acme SL <info@acme.es>", Email, "info@acme.es", true),
        ("Smith &amp; Sons Ltd", Name, "Smith Amp Sons", true),
        ("Bodegas, Viñas y Olivos", Name, "Bodegas Viñas y Olivos", true),
        ("Rodríguez-Marín SA", Name, "Rodríguez Marín", true),
        // Every spelling of a domain, a mailbox, a page.
        ("*.uno.es", Email, "b@ventas.uno.es", true),
        (".uno.es", Website, "https://uno.es", true),
        ("@uno.es", Email, "b@uno.es", true),
        ("info @ uno.es", Email, "info@uno.es", true),
        ("info@ uno.es", Email, "info@uno.es", true),
        ("uno.es (Uno)", Website, "https://uno.es", true),
        ("Uno SL (uno.es)", Website, "https://uno.es", true),
        ("Uno SL (uno.es)", Name, "Uno, S.L.", true),
        ("web: uno.es", Website, "https://uno.es", true),
        ("uno.es # asked in May", Website, "https://uno.es", true),
        ("Uno SL # uno.es asked in May", Name, "Uno", true),
        ("Uno SL # uno.es asked in May", Website, "https://uno.es", false),
        ("Uno #1 SL", Name, "Uno #1, S.L.", true),
        ("fb.com/acme", Website, "https://www.facebook.com/acme/about", true),
        ("fb.com/acme", Website, "https://www.facebook.com/acmesa", false),
        ("linkedin.com/company/acme/", Website, "https://es.linkedin.com/company/acme/about/?trk=x", true),
        ("https://www.linkedin.com/company/acme", Website, "https://www.linkedin.com/company/beta", false),
        ("LinkedIn: linkedin.com/in/ana", Website, "https://www.linkedin.com/in/ana", true),
        ("instagram.com/acme?igsh=x", Website, "https://www.instagram.com/acme/reels", true),
        ("https://twitter.com/acme", Website, "https://x.com/acme", true),
        ("facebook.com/pages/acme/123", Website, "https://facebook.com/pages/acme/124", false),
        // Numbers with what stands around them.
        ("wa.me/34981123456", Phone, "+34981123456", true),
        ("https://api.whatsapp.com/send?phone=34981123456&text=x", Phone, "+34981123456", true),
        ("+34 981 123 456", Website, "https://wa.me/34981123456", true),
        ("+34 981 123 456 ext. 3", Phone, "+34981123456", true),
        ("+34 981 123 456 x3", Phone, "+34981123456", true),
        ("+34 981 123 456, extensión 12", Phone, "+34981123456", true),
        ("981 123 456 ext 3", Phone, "+34981123456", true),
        ("+34 981 123 456 (central)", Phone, "+34981123456", true),
        ("WhatsApp +34 981 123 456", Phone, "+34981123456", true),
        // Two firms, or one of which several things are said.
        ("Acme SL / Beta SL", Name, "Beta, S.L.", true),
        ("Acme SL / Beta SL", Name, "Acme", true),
        ("Acme SL/Beta SL", Name, "Beta", true),
        ("Acme SL, Beta SL", Name, "Beta", true),
        ("Acme SL y Beta SL", Name, "Beta", true),
        ("Acme, SL", Name, "Acme", true),
        ("Acme, SL", Name, "SL", false),
        ("Müller GmbH & Co. KG", Name, "Müller", true),
        ("Müller, GmbH & Co. KG", Name, "Co", false),
        ("Acme Co., Ltd.", Name, "Acme", true),
        ("Juan García y Hermanos SL", Name, "Juan García", false),
        ("Acme SL; uno.es; B12345674", Name, "Acme", true),
        ("Acme SL; uno.es; B12345674", Website, "https://uno.es", true),
        ("Acme; uno.es", Name, "Acme SL", true),
        ("Acme, Inc., uno.com", Name, "Acme Inc", true),
        ("Acme, Inc., uno.com", Website, "http://uno.com", true),
        ("Acme SL - uno.es", Website, "https://uno.es", true),
        ("Acme SL: +34 981 123 456", Phone, "+34981123456", true),
        ("Acme SL info@uno.es", Email, "info@uno.es", true),
        ("Acme SL info@uno.es", Name, "Acme", true),
        ("Acme SL, Calle Mayor 5, 28013 Madrid, +34 981 123 456", Name, "Acme", true),
        ("Phone House SL", Name, "Phone House", true),
        ("1. Cerámicas Sanabria", Name, "Cerámicas Sanabria SL", true),
        ("1. FC Acme", Name, "1. FC Acme", true),
        ("1) Acme SL", Name, "Acme", true),
        ("2) acme.es", Website, "https://acme.es", true),
        ("Acme SL + Beta SL", Name, "Beta", true),
        ("Acme SL & Beta SL", Name, "Acme", true),
        ("Acme SL & Beta SL", Name, "Beta", true),
        ("Acme SL, Beta SL y Gamma SL", Name, "Beta", true),
        ("Acme SL, Beta SL y Gamma SL", Name, "Gamma", true),
        ("Smith & Sons Ltd", Name, "Smith and Sons", true),
        ("acme . es", Website, "https://acme.es", true),
        ("acme. es", Website, "https://acme.es", true),
        ("acme.es.", Website, "https://acme.es", true),
        ("Hnos. SA", Website, "https://hnos.sa", false),
        ("+34981123456;ext=3", Phone, "+34981123456", true),
        ("Acme SL: no llamar", Name, "Acme", true),
        ("Acme SL // baja", Name, "Acme", true),
        ("Empresa: Acme SL", Name, "Acme", true),
        ("Facebook: gammafoods", Website, "https://www.facebook.com/gammafoods", true),
        ("info (at) acme.es", Email, "info@acme.es", true),
        ("info [at] acme [dot] es", Email, "info@acme.es", true),
        ("981 123 456 Juan", Phone, "+34981123456", true),
        ("981 123 456 Juan", Name, "Juan", false),
        ("Acme SL 981123456", Phone, "+34981123456", true),
        ("Acme SL 981123456", Name, "Acme", true),
        ("Acme SL 981 123 456", Phone, "+34981123456", true),
        ("Acme SL tel 981 123 456", Phone, "+34981123456", true),
        ("Acme SL acme.es", Website, "https://acme.es", true),
        ("Acme SL acme.es", Name, "Acme", true),
        ("acme.es beta.es", Website, "https://acme.es", true),
        ("acme.es beta.es", Website, "https://beta.es", true),
        ("Amazon.com Services LLC", Name, "Services", false),
        ("Tel Aviv 2000 Ltd", Name, "Tel Aviv 2000", true),
    ];

    #[test]
    fn an_entry_is_what_people_write() {
        let mut wrong = Vec::new();
        for (entry, fact, known, listed) in WRITTEN.iter().copied() {
            let org = organisation("x", &[(fact, known)]);
            if List::parse(entry).map(|list| list.find(&org).is_some()) != Ok(listed) {
                wrong.push(format!("{entry} {known}"));
            }
            let file = List::read(entry, &crate::extract::column_field).map(|list| list.find(&org).is_some());
            if file != Ok(listed) {
                wrong.push(format!("{entry} {known}, in a file"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn tax_numbers_by_whatever_name() {
        for written in [
            "NIF B12345674",
            "CIF: B12345674",
            "N.I.F. B-12345674",
            "NIF: ESB12345674",
            "NIF ES-B12345674",
            "CIF/NIF B12345674",
            "NIF nº B12345674",
            "VAT ESB12345674",
            "VAT no. ES B12345674",
            "VAT number: ESB12345674",
            "CIFB12345674",
            "Acme SL B12345674",
            "Acme SL CIF B12345674",
            "Acme SL (NIF B12345674)",
            "Acme SL; uno.es; B12345674",
            "NIF: B12345674 Acme SL",
            "B12345674 Acme SL",
        ] {
            let mut org = organisation("x", &[]);
            org.keys.insert(IdentityKey::TaxId("ESB12345674".to_owned()));
            assert!(List::parse(written).unwrap().find(&org).is_some(), "{written}");
        }
        for (written, key) in [
            ("ИНН 7707083893", "RU7707083893"),
            ("ИНН/КПП 7707083893/770701001", "RU7707083893"),
            ("USt-IdNr. DE136695976", "DE136695976"),
            ("P.IVA 00743110157", "IT00743110157"),
            ("SIREN 732 829 320", "FR732829320"),
        ] {
            let mut org = organisation("x", &[]);
            org.keys.insert(IdentityKey::TaxId(key.to_owned()));
            assert!(List::parse(written).unwrap().find(&org).is_some(), "{written}");
        }
    }

    #[test]
    fn what_may_be_more_than_a_name_is_told() {
        let mut wrong = Vec::new();
        for (written, told) in [
            ("Acme", ""),
            ("Acme, S.A.", ""),
            ("Acme # asked in May", ""),
            ("Talleres García, S.L.", ""),
            ("Bodegas, Viñas y Olivos", "the name `bodegas vinas y olivos` and no more"),
            ("Acme Foods, Leeds", "2 entries: the name `acme foods leeds`, the name `acme foods`"),
            ("Ocho; Nueve", "2 entries: the name `ocho`, the name `nueve`"),
            ("no calls: Acme Ltd", "2 entries: the name `no calls acme`, the name `acme`"),
            ("acme.es", ""),
            ("acme.es (Acme)", ""),
            ("+34 981 123 456 (central)", ""),
            ("Firm 2000 Ltd", ""),
            ("acme punto es / info", "the name `acme punto es info` and no more"),
            ("see acme.es there", "the name `see acme es there` and no more"),
            ("Booking.com B.V.", "the name `booking com` and no more"),
            ("client 981 12 34 56 old", "the name `client 981 12 34 56 old` and no more"),
            ("Siete SL - Burgos", "the name `siete` anywhere"),
            ("Juan Pérez, Acme SL", "the name `juan perez acme` and no more"),
            ("Acme SL: no llamar", "the name `acme` anywhere"),
            ("Acme SL // baja", "the name `acme` and no more"),
            ("Empresa: Acme SL", "the name `acme` anywhere"),
            ("Facebook: Gamma Foods", "the name `gamma foods` anywhere"),
            ("1) Acme SL", "2 entries: the name `acme`, the name `1 acme`"),
            ("acme. es", "2 entries: the domain acme.es, the name `acme es`"),
            ("facebook.com/pages/gammafoods/123", "the page facebook.com/pages/gammafoods/123 and no more"),
            ("info (at) acme.es", ""),
            ("acme.es.", ""),
            ("+34 981 123 456 Juan", "the telephone number +34981123456 and no more"),
            ("Acme SL 981123456", "2 entries: the name `acme`, the telephone number 981123456"),
            ("acme.es beta.es", "2 entries: the domain acme.es, the domain beta.es"),
            ("Acme SL, Beta SL", "2 entries: the name `acme`, the name `beta`"),
            ("Acme SL; acme.es; B12345674", "3 entries: the name `acme`, the domain acme.es, the tax number B12345674"),
            ("Acme SL <info@acme.es>", "2 entries: the address info@acme.es, the name `acme`"),
        ] {
            let list = List::parse(written).unwrap();
            let how = list.guesses().first().map_or("", |(_, how)| how.as_str());
            if !how.starts_with(told) || told.is_empty() != how.is_empty() {
                wrong.push(format!("{written}: {how}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_in_other_spellings_scripts_and_forms_are_recognised() {
        let list = List::parse("Talleres Orbaneja, S.L.\nООО «Ромашка Север»\nAcme\nMüller & Söhne GmbH\nDE 136 695 976").unwrap();
        let known = |name: &str| organisation(name, &[(Name, name)]);
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
