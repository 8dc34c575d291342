//! A row made ready to be compared: words as numbers, everything else as hashes and digits. Knows no other row.

use super::words::{Vocabulary, Word, hash, name_words, street_words, town};
use super::{Column, Row};
use crate::model::{CompanyName, LegalForm, country_code, identifier, telephone};
use crate::resolve::hosts::{is_shared, registrable};

/// A telephone number: the digits, and how many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    pub digits: u64,
    pub count: u8,
}

/// What is compared of a row; zero stands for what the row does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Words of the name, then those of the street.
    words: Box<[Word]>,
    name: u8,
    pub form: Option<&'static LegalForm>,
    /// House number, city, postcode: hashes of how they are written.
    pub number: u32,
    pub city: Word,
    pub postcode: u64,
    pub country: [u8; 2],
    pub phone: Phone,
    pub email: u64,
    /// Registrable domains of the mail address and of the web site that belong to one organisation.
    pub domains: [u32; 2],
    pub tax_id: Option<Box<str>>,
}

/// Digits of a number that nobody can have.
fn placeholder(digits: &str) -> bool {
    let tail = &digits[digits.len().saturating_sub(7)..];
    tail.bytes().all(|digit| digit == tail.as_bytes()[0]) || "12345678901234567890".contains(tail)
}

/// A number in E.164 as records have it, without asking the plan of its country, which takes longer than all else that is read of a row. `None`
/// where a zero may stand behind the code of the country: whether it belongs to the number, only the plan says.
fn plain(written: &str) -> Option<Phone> {
    let digits =
        written.strip_prefix('+').filter(|digits| (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))?;
    let sure = !digits.as_bytes()[..4].contains(&b'0') && !placeholder(digits);
    let number = digits.parse().ok().filter(|_| sure)?;
    Some(Phone { digits: number, count: u8::try_from(digits.len()).unwrap_or(0) })
}

/// A number as far as it can be told: in E.164 where the country is known, else the digits as they are.
pub fn phone(written: &str, country: Option<&str>) -> Phone {
    if let Some(digits) = plain(written) {
        return digits;
    }
    let lower = written.to_ascii_lowercase();
    let main = lower.find(['x', ';', ',']).or_else(|| lower.find("ext")).map_or(lower.as_str(), |end| &lower[..end]);
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    if !(6..=17).contains(&digits.len()) || placeholder(&digits) {
        return Phone::default();
    }
    let country = country.and_then(|code| code.parse().ok());
    let international = main.trim_start().starts_with('+');
    let known = (country.is_some() || international).then(|| telephone::valid(main, country)).flatten();
    let digits = match known {
        Some(number) => format!("{}{}", number.code().value(), number.national()),
        None => digits.trim_start_matches('0').to_owned(),
    };
    Phone { digits: digits.parse().unwrap_or(0), count: u8::try_from(digits.len()).unwrap_or(0) }
}

/// Postcodes in eight letters and digits: a ZIP+4 is its ZIP.
fn postcode(written: &str) -> u64 {
    let zip = written.trim().split_once('-').filter(|(zip, more)| zip.len() == 5 && more.len() == 4).map_or(written, |(zip, _)| zip);
    let plain: Vec<u8> = zip.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).take(8).collect();
    plain.iter().fold(0, |code, byte| code << 8 | u64::from(*byte))
}

/// The hash of an organisation's own domain; 0 for shared hosts.
pub fn domain(host: &str) -> u32 {
    let own = registrable(host.trim()).filter(|domain| !is_shared(domain));
    own.map_or(0, |domain| short(domain.as_bytes()))
}

fn short(bytes: &[u8]) -> u32 {
    u32::try_from(hash(bytes) >> 32).unwrap_or(0).max(1)
}

fn site(written: &str) -> u32 {
    let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
    domain(rest.split(['/', '?', '#', ':']).next().unwrap_or_default())
}

impl Entry {
    /// Reads a row.
    pub fn read(row: &Row, words: &mut Vocabulary) -> Self {
        let cell = |column: Column| row.cell(column);
        let country = cell(Column::Country).and_then(country_code);
        let parsed = cell(Column::Name).map(CompanyName::parse);
        let name: Vec<String> = parsed.as_ref().map(name_words).unwrap_or_default();
        let (number, street) = cell(Column::Address).map(street_words).unwrap_or_default();
        let email =
            cell(Column::Email).map(|email| email.trim().trim_start_matches("mailto:").to_lowercase()).filter(|email| email.contains('@'));
        let city = cell(Column::City).map(town).filter(|city| !city.is_empty());
        let all = name.iter().chain(&street).map(|word| words.learn(word)).collect();
        Self {
            words: all,
            name: u8::try_from(name.len()).unwrap_or(0),
            form: parsed.and_then(|name| name.form),
            number: number.map_or(0, |number| short(number.as_bytes())),
            city: city.map_or(0, |city| words.learn(&city) + 1),
            postcode: cell(Column::Postcode).map_or(0, postcode),
            country: country.map_or([0; 2], |code| [code.as_bytes()[0], code.as_bytes()[1]]),
            phone: cell(Column::Phone).map(|written| phone(written, country)).unwrap_or_default(),
            email: email.as_ref().map_or(0, |email| hash(email.as_bytes())),
            domains: [
                email.as_ref().and_then(|email| email.rsplit_once('@')).map_or(0, |(_, host)| domain(host)),
                cell(Column::Url).map_or(0, site),
            ],
            tax_id: cell(Column::TaxId).and_then(|written| identifier::key(written, country)).map(String::into_boxed_str),
        }
    }

    /// The same in the numbers of another vocabulary.
    pub fn in_words(&self, from: &Vocabulary, to: &mut Vocabulary) -> Self {
        let words = self.words.iter().map(|word| to.learn(from.letters(*word))).collect();
        let city = self.city.checked_sub(1).map_or(0, |city| to.learn(from.letters(city)) + 1);
        Self { words, city, ..self.clone() }
    }

    /// Words of the name's core, in their order.
    pub fn name(&self) -> &[Word] {
        &self.words[..usize::from(self.name)]
    }

    /// Words of the street.
    pub fn street(&self) -> &[Word] {
        &self.words[usize::from(self.name)..]
    }

    /// Whether it says more than how a company is called: without that, names alone must do.
    pub fn is_identified(&self) -> bool {
        self.phone.digits != 0
            || self.email != 0
            || self.domains != [0; 2]
            || self.tax_id.is_some()
            || self.words.len() > usize::from(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for (written, country, same) in [
            ("947 20 03 31", "ES", "+34947200331"),
            ("+34 947-200-331", "ES", "+34947200331"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("06 6982 1234", "IT", "+390669821234"),
            ("(415) 555-2671", "US", "+14155552671"),
        ] {
            assert_eq!(phone(written, Some(country)), phone(same, None), "{written}");
            assert_ne!(phone(same, None), Phone::default(), "{same}");
        }
        assert_eq!(phone("+34999999999", None), Phone::default());
    }
}
