//! Two entries side by side: one level a field. Knows no weights.

use super::entry::{Entry, Phone};
use super::names::likeness;
use super::words::Vocabulary;
use crate::model::identifier;

/// What is compared, in the order of a [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Words of the name.
    Name,
    /// Street and house number.
    Address,
    /// Postcode and town.
    Place,
    /// The country.
    Country,
    /// The telephone number, of entries in two houses.
    Phone,
    /// The mail address.
    Email,
    /// Domains of mail and site.
    Domain,
    /// The tax id.
    TaxId,
    /// The legal form.
    Form,
    /// The telephone numbers of two entries in one house: houses have switchboards.
    HousePhone,
}

/// How many fields are compared.
pub const FIELDS: usize = 10;
/// Levels of one field at most; 0 is "one of them does not say".
pub const LEVELS: usize = 9;

impl Field {
    /// All of them.
    pub const ALL: [Self; FIELDS] = [
        Self::Name,
        Self::Address,
        Self::Place,
        Self::Country,
        Self::Phone,
        Self::Email,
        Self::Domain,
        Self::TaxId,
        Self::Form,
        Self::HousePhone,
    ];

    /// The word used in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Place => "place",
            Self::Country => "country",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Domain => "domain",
            Self::TaxId => "tax_id",
            Self::Form => "legal_form",
            Self::HousePhone => "phone_of_house",
        }
    }
}

/// The level of each field.
pub type Pattern = [u8; FIELDS];

/// Values that more than so many different companies share tell less: a switchboard, an office building, a chain's name.
pub const MANY: u16 = 2;

/// In how many different surroundings a value of an entry was met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    pub name: u16,
    pub phone: u16,
    pub domains: [u16; 2],
    /// Whether its name is one organisation's at most beside its own, as far as is known: what makes the name is on no other's.
    pub owned: bool,
}

/// Whether nothing but names, forms and places says anything: what only one of two says beyond that tells nothing of the pair.
pub fn is_of_names(pattern: &Pattern) -> bool {
    use Field::{Address, Domain, Email, HousePhone, Phone, TaxId};
    [Address, Phone, Email, Domain, TaxId, HousePhone].into_iter().all(|field| pattern[field as usize] == 0)
}

/// Whether two are alike in nothing but where they are and, it may be, in their legal form.
pub fn is_of_places(levels: &[u8]) -> bool {
    use Field::{Address, Domain, Email, HousePhone, Name, Phone, TaxId};
    // Some of the words of a name, and a street, many have.
    let telling = [(Name, 3), (Address, 4), (Phone, 2), (Email, 2), (Domain, 2), (TaxId, 2), (HousePhone, 2)];
    !levels.is_empty() && telling.into_iter().all(|(field, from)| levels.get(field as usize).is_none_or(|level| *level < from))
}

/// Compares two entries.
pub fn compare(a: (&Entry, Spread), b: (&Entry, Spread), words: &Vocabulary) -> Pattern {
    let ((a, a_spread), (b, b_spread)) = (a, b);
    let address = address(a, b, words);
    let same_house = address >= 6;
    let place = place(a, b);
    let name = name(a, b, a_spread.name.max(b_spread.name), words);
    // A chain's branches share its switchboard and its site as they share its name: one chain, told once.
    let once = |level: u8, shared: u8| if level == shared && name >= 3 { 0 } else { level };
    let phone = phone(a.phone, b.phone, a_spread.phone.max(b_spread.phone));
    [
        name,
        address,
        // Whoever shares the house shares the town: that tells nothing on top.
        if same_house && place > 2 { 0 } else { place },
        if a.country == [0; 2] || b.country == [0; 2] { 0 } else { 1 + u8::from(a.country == b.country) },
        if same_house { 0 } else { once(phone, 3) },
        if a.email == 0 || b.email == 0 { 0 } else { 1 + u8::from(a.email == b.email) },
        once(domain((a, a_spread), (b, b_spread)), 2),
        match (&a.tax_id, &b.tax_id) {
            (Some(a), Some(b)) => 1 + u8::from(identifier::same(a, b)),
            (None, _) | (_, None) => 0,
        },
        match (a.form, b.form) {
            (Some(a), Some(b)) => 1 + u8::from(a.shown == b.shown),
            (None, _) | (_, None) => 0,
        },
        if same_house { phone } else { 0 },
    ]
}

/// 1 different, 2 and 3 some of the words, 4 all words of the shorter, 5 most, 6 nearly all, 7 the same of a chain, 8 the same.
fn name(a: &Entry, b: &Entry, spread: u16, words: &Vocabulary) -> u8 {
    if a.name().is_empty() || b.name().is_empty() {
        return 0;
    }
    let alike = likeness(a.name(), b.name(), words);
    match alike.overlap {
        _ if alike.same => 7 + u8::from(spread <= MANY),
        _ if alike.numbered_apart => 1,
        o if o >= 0.8 => 6,
        o if alike.conflict >= 3.0 => 1 + u8::from(o >= 0.15) + u8::from(o >= 0.35),
        o if o >= 0.55 => 5,
        _ if alike.contained >= 0.9 && alike.shared >= 4.0 => 4,
        o if o >= 0.35 => 3,
        o if o >= 0.15 => 2,
        _ => 1,
    }
}

/// 1 different, 2 only the number, 3 the same street with another number, 4 some of the street, 5 the same street and a number missing,
/// 6 the same number and most of the street, 7 the same.
fn address(a: &Entry, b: &Entry, words: &Vocabulary) -> u8 {
    if a.street().is_empty() && a.number == 0 || b.street().is_empty() && b.number == 0 {
        return 0;
    }
    let street = likeness(a.street(), b.street(), words);
    let near = street.overlap >= 0.4 || street.contained >= 0.75;
    let numbered = a.number != 0 && b.number != 0;
    match (numbered && a.number == b.number, numbered) {
        (true, _) if street.overlap >= 0.85 || a.street() == b.street() => 7,
        (true, _) if near => 6,
        (true, _) => 2,
        (false, true) => {
            if near {
                3
            } else {
                1
            }
        }
        (false, false) if street.overlap >= 0.75 => 5,
        (false, false) => {
            if near {
                4
            } else {
                1
            }
        }
    }
}

/// 1 different, 2 the same town with another postcode, 3 nearly the same postcode, 4 the same town, 5 the same postcode.
fn place(a: &Entry, b: &Entry) -> u8 {
    let coded = a.postcode != 0 && b.postcode != 0;
    let town = a.city != 0 && b.city != 0;
    let same_town = town && a.city == b.city;
    match (coded, town) {
        (true, _) if a.postcode == b.postcode => 5,
        (true, _) if near_codes(a.postcode, b.postcode) => 3,
        (true, _) => {
            if same_town {
                2
            } else {
                1
            }
        }
        (false, true) => {
            if same_town {
                4
            } else {
                1
            }
        }
        (false, false) => 0,
    }
}

/// One character differs, or the last two do.
fn near_codes(a: u64, b: u64) -> bool {
    let differ = (0..8).filter(|byte| (a >> (8 * byte)) & 0xff != (b >> (8 * byte)) & 0xff).count();
    differ == 1 || a >> 16 == b >> 16 && a >> 16 != 0
}

/// 1 different, 2 one digit off or two exchanged, 3 the same switchboard, 4 the same.
fn phone(a: Phone, b: Phone, spread: u16) -> u8 {
    if a.digits == 0 || b.digits == 0 {
        return 0;
    }
    let count = a.count.min(b.count);
    // Numbers without their area are compared by what both have.
    let local = |phone: Phone| phone.digits % 10_u64.saturating_pow(u32::from(count));
    let (a, b) = (local(a), local(b));
    if a == b {
        return if spread > MANY { 3 } else { 4 };
    }
    let places: Vec<(u64, u64)> = (0..u32::from(count)).map(|place| (a / 10_u64.pow(place) % 10, b / 10_u64.pow(place) % 10)).collect();
    let wrong: Vec<usize> = (0..places.len()).filter(|place| places[*place].0 != places[*place].1).collect();
    let exchanged = wrong.len() == 2
        && wrong[1] == wrong[0] + 1
        && places[wrong[0]].0 == places[wrong[1]].1
        && places[wrong[1]].0 == places[wrong[0]].1;
    if wrong.len() == 1 || exchanged { 2 } else { 1 }
}

/// 1 different, 2 the same of many, 3 the same.
fn domain(a: (&Entry, Spread), b: (&Entry, Spread)) -> u8 {
    let ((a, a_spread), (b, b_spread)) = (a, b);
    if a.domains == [0; 2] || b.domains == [0; 2] {
        return 0;
    }
    let shared = |of: usize, with: usize| a.domains[of] != 0 && a.domains[of] == b.domains[with];
    let both = [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().filter(|(of, with)| shared(*of, *with));
    both.map(|(of, with)| if a_spread.domains[of].max(b_spread.domains[with]) > MANY { 2 } else { 3 }).max().unwrap_or(1)
}
