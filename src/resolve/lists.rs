//! Lists of organisations that gates name: competitors, clients, do-not-contact. What is written there is an organisation too, recognised as
//! records are: by valid tax ids, registrable domains, telephone numbers, and names in any spelling and script. Who reads the file is not known here.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::hosts::{is_shared, registrable};
use super::linkage;
use crate::base::text;
use crate::model::{CompanyName, FactName, IdentityKey, Listed, Listings, Organisation, identifier};

/// Entries of one list; a longer file is refused instead of being cut.
const ENTRIES: usize = 200_000;
/// Names of a list that share a word and are looked at: a word that more share tells little, and the other words find the right one.
const BLOCK: usize = 64;

/// Digits of a telephone number without its country at least: with fewer it is an extension.
const NATIONAL: usize = 7;
/// Words that announce what stands behind them, folded.
const LABELS: &[&str] = &[
    "tel",
    "telf",
    "tlf",
    "tfno",
    "telefono",
    "telefon",
    "telephone",
    "phone",
    "ph",
    "mobile",
    "movil",
    "mob",
    "fax",
    "тел",
    "телефон",
    "mail",
    "mailto",
    "email",
    "e mail",
    "correo",
    "почта",
    "web",
    "site",
    "website",
    "domain",
    "dominio",
    "cif",
    "nif",
    "vat",
    "tax id",
    "инн",
];
const ENTRY: &str = "a domain, a tax number, a telephone number (+34…), an e-mail address or a name";
const ONE_EACH: &str = "one of them a line, each as an entry of its own";
const OF_ITS_OWN: &str = "the address of its page or mailbox: many have theirs at this host";

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

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Entry {
    /// Registrable.
    Domain(String),
    /// A page at a host that many share.
    Page(String),
    TaxId(String),
    /// A tax number that was written with its country, without it.
    TaxIdTail(String),
    Phone(String),
    /// A telephone number that was written with its country, without it.
    PhoneTail(String),
    /// One that was written without: whatever country's it is.
    National(String),
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
    /// Everything that a line says; what to write instead where it says nothing.
    fn parse(written: &str) -> Result<Vec<Self>, &'static str> {
        // `Acme SL <info@acme.es>`, as address books have it.
        if let Some((name, address)) = written.strip_suffix('>').and_then(|rest| rest.split_once('<')) {
            let named = Self::named(name);
            return Self::exactly(address.trim())?.ok_or(ENTRY).map(|exactly| std::iter::once(exactly).chain(named).collect());
        }
        if let Some(exactly) = Self::exactly(written)? {
            return Ok(vec![exactly]);
        }
        // Several in one line are several where each is sure to be one.
        for between in [';', ',', '/', '|'] {
            let parts = || written.split(between).map(str::trim).filter(|part| !part.is_empty());
            let formed = |part: &str| Self::named(part).filter(|line| matches!(line, Self::Named(name) if name.form.is_some()));
            let sure = |part: &str| -> Result<Option<Self>, &'static str> {
                let exactly = Self::exactly(part)?;
                Ok(if matches!(between, ';' | '|') { exactly.or_else(|| formed(part)) } else { exactly })
            };
            if let Some(all) = parts().map(sure).collect::<Result<Option<Vec<Self>>, _>>()?.filter(|all| !all.is_empty()) {
                return Ok(all);
            }
            // The `;` of `&amp;` parts nothing.
            if matches!(between, ';' | '|') && parts().nth(1).is_some() && !written.contains('&') {
                return Err(ONE_EACH);
            }
        }
        Self::named(written).map(|named| vec![named]).ok_or(ENTRY)
    }

    /// What is no name.
    fn exactly(written: &str) -> Result<Option<Self>, &'static str> {
        let written = unlabelled(written);
        let compact: String = written.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
        let digits = compact.bytes().filter(u8::is_ascii_digit).count();
        let lower = written.to_lowercase();
        if let Some((local, host)) = lower.rsplit_once('@').filter(|_| !lower.contains([' ', ',', ';', '|'])) {
            // `@acme.es`: every mailbox there.
            return if matches!(local, "" | "*") {
                site(host)?.ok_or(ENTRY).map(Some)
            } else {
                Ok(Some(Self::Exactly(vec![Entry::Email(lower.clone())])))
            };
        }
        if let Some(entries) = telephone(written) {
            // Digits alone may be a tax number as well.
            let tax = if written.contains('+') { Vec::new() } else { tax_id(written, &compact) };
            return Ok(Some(Self::Exactly(entries.into_iter().chain(tax).collect())));
        }
        if let Some(found) = site(&lower)? {
            return Ok(Some(found));
        }
        let looks = (6..=15).contains(&digits) && compact.len() <= 20 && compact.is_ascii() && compact.len() - digits <= 6;
        Ok(looks.then(|| Self::Exactly(tax_id(written, &compact))))
    }

    /// A name, without what stands behind it: `Acme, S.L. (Burgos)`, `Acme SL - Burgos`.
    fn named(written: &str) -> Option<Self> {
        let bare = written.trim_end().strip_suffix(')').and_then(|rest| Some(rest.rsplit_once('(')?.0)).unwrap_or(written);
        let whole = [bare, written].into_iter().map(CompanyName::parse).find(|name| !name.core.is_empty())?;
        let ends = bare.match_indices([',', '-', '–', '—', '|']).map(|(at, _)| CompanyName::parse(&bare[..at]));
        let formed = ends.into_iter().find(|name| name.form.is_some()).filter(|_| whole.form.is_none());
        Some(Self::Named(formed.unwrap_or(whole)))
    }
}

/// Without the word that announces it: `Tel. 947 555 444`, `CIF: B12345674`.
fn unlabelled(written: &str) -> &str {
    let end = written.find(|c: char| !c.is_alphabetic() && !matches!(c, ' ' | '.' | '-')).unwrap_or(0);
    let (label, rest) = written.split_at(end);
    let rest = rest.trim_start_matches([':', ' ']);
    if LABELS.contains(&text::words(label).as_str()) && !rest.is_empty() && !rest.starts_with("//") { rest } else { written }
}

/// A host or an address of the web: the domain, or the page where many share the domain.
fn site(lower: &str) -> Result<Option<Line>, &'static str> {
    let host = lower.split_once("://").map_or(lower, |(_, rest)| rest).split(['/', '?', '#', ':']).next().unwrap_or_default();
    let plain = host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let dotted = host.contains('.') && plain && !host.ends_with('.') && !host.starts_with('.');
    if !dotted || host.rsplit('.').next().is_none_or(|top| top.chars().count() < 2 || top.bytes().any(|b| b.is_ascii_digit())) {
        return Ok(None);
    }
    let Some(url) = web_address(lower) else { return Ok(None) };
    let host = url.host_str().unwrap_or(host).trim_start_matches("www.").to_owned();
    let domain = registrable(&host).unwrap_or(host);
    let entry = if is_shared(&domain) { Entry::Page(page(&url).ok_or(OF_ITS_OWN)?) } else { Entry::Domain(domain) };
    Ok(Some(Line::Exactly(vec![entry])))
}

fn web_address(written: &str) -> Option<Url> {
    let written = written.trim();
    let url = if written.contains("://") { Url::parse(written) } else { Url::parse(&format!("http://{written}")) };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// A page at a host that many share, however its address is written; `None` for the host itself.
fn page(url: &Url) -> Option<String> {
    let mut host = url.host_str()?;
    // `www.`, `m.`, `es-es.`: one page in other clothes.
    while let Some((_, rest)) = host.split_once('.').filter(|(first, rest)| rest.contains('.') && is_clothes(first)) {
        host = rest;
    }
    let path = url.path().trim_matches('/').to_lowercase();
    // The page of some is a number behind the name of a script.
    let query = url.query().filter(|_| path.rsplit('/').next().is_some_and(|last| last.contains('.')));
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    let of_its_own = !path.is_empty() || registrable(host).is_some_and(|domain| domain != host);
    of_its_own.then(|| format!("{host}/{path}{query}"))
}

fn is_clothes(label: &str) -> bool {
    let (language, region) = label.split_once('-').unwrap_or((label, "xx"));
    matches!(label, "www" | "m" | "mobile") || language.len() == 2 && region.len() == 2
}

/// A telephone number, where a text is nothing else.
fn telephone(written: &str) -> Option<Vec<Entry>> {
    let plain =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '(' | ')' | '-' | '.' | '/' | '\u{2010}'..='\u{2015}');
    let bare = written.trim_start_matches('(');
    if !written.chars().all(plain) || bare.chars().skip(1).any(|c| c == '+') {
        return None;
    }
    // "+44 (0)20": what is dialled from within only.
    let international = bare.starts_with('+') || bare.starts_with("00");
    let written = if international { bare.replace("(0)", "") } else { bare.to_owned() };
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let known = |digits: &str| {
        let number = phonenumber::parse(None, format!("+{digits}")).ok().filter(phonenumber::is_valid)?;
        Some(format!("+{}{}", number.code().value(), number.national()))
    };
    if international {
        let digits = digits.strip_prefix("00").unwrap_or(&digits);
        let number = known(digits).unwrap_or_else(|| format!("+{digits}"));
        let tail = national(&number).map(Entry::PhoneTail);
        return (8..=15).contains(&digits.len()).then(|| std::iter::once(Entry::Phone(number)).chain(tail).collect());
    }
    let short = digits.trim_start_matches('0');
    if !(NATIONAL..=15).contains(&short.len()) {
        return None;
    }
    let mut entries = vec![Entry::National(short.to_owned())];
    // Russians dial an 8 before it, Americans a 1.
    entries.extend(short.strip_prefix(['8', '1']).filter(|rest| rest.len() == 10).map(|rest| Entry::National(rest.to_owned())));
    // The country's code without its plus.
    entries.extend(known(short).filter(|_| short.len() > 9).map(Entry::Phone));
    Some(entries)
}

/// A number in E.164 without its country.
fn national(phone: &str) -> Option<String> {
    let number = phonenumber::parse(None, phone).ok()?;
    Some(number.national().to_string().trim_start_matches('0').to_owned())
}

/// As written, and as the number that it is: a VAT number and a national one of one company have one key.
fn tax_id(written: &str, compact: &str) -> Vec<Entry> {
    let mut entries = vec![Entry::TaxId(compact.to_owned())];
    entries.extend(tail(compact).map(Entry::TaxIdTail));
    entries.extend(identifier::key(written, None).filter(|key| key != compact).map(Entry::TaxId));
    entries
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
    guesses: Vec<(Listed, String)>,
}

/// How a line was taken, where it may have been meant otherwise.
fn guess(written: &str, said: &[Line]) -> Option<String> {
    match said {
        [Line::Named(name)] => {
            let whole = CompanyName::parse(written).core;
            (name.core != whole).then(|| format!("the name `{}` anywhere", name.core))
        }
        [Line::Exactly(entries)] => {
            let national = entries.iter().any(|entry| matches!(entry, Entry::National(_)));
            national.then(|| {
                "a telephone number of whatever country, or a tax number: with + and the country's code it is that country's".to_owned()
            })
        }
        several => Some(format!("{} entries", several.len())),
    }
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
            let said = Line::parse(written).map_err(|want| BadList::NamesNobody { line: index + 1, found: written.to_owned(), want })?;
            let at = u32::try_from(list.lines.len()).unwrap_or(u32::MAX);
            let listed = Listed { line: index + 1, written: written.to_owned() };
            list.guesses.extend(guess(written, &said).map(|how| (listed.clone(), how)));
            list.lines.push(listed);
            for one in said {
                match one {
                    Line::Exactly(entries) => {
                        for entry in entries {
                            list.entries.entry(entry).or_insert(at);
                        }
                    }
                    Line::Named(name) => list.name(name, at),
                }
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

    /// The lines that may have been meant otherwise, and how they were taken.
    pub fn guesses(&self) -> &[(Listed, String)] {
        &self.guesses
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
    }
    names.extend(organisation.facts(FactName::Name).map(|fact| CompanyName::parse(&fact.value.text())));
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::organisation;

    #[test]
    fn lists_say_which_line_names_nobody() {
        assert_eq!(List::parse("acme.es\n--").unwrap_err(), BadList::NamesNobody { line: 2, found: "--".to_owned(), want: ENTRY });
        for (line, want) in [("Ocho; Nueve", ONE_EACH), ("gmail.com", OF_ITS_OWN), ("https://www.facebook.com/", OF_ITS_OWN), ("@", ENTRY)]
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

    #[test]
    fn an_entry_is_what_people_write() {
        use FactName::{Email, Name, Phone, Website};
        for (entry, fact, known, listed) in [
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
        ] {
            let org = organisation("x", &[(fact, known)]);
            assert_eq!(List::parse(entry).unwrap().find(&org).is_some(), listed, "{entry} {known}");
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
