//! Organisations that do not exist, each from its number and a seed.

use atalaya::resolve::linkage::{Column, Row};

const SYLLABLES: [&str; 40] = [
    "ba", "ber", "co", "dal", "di", "du", "el", "fa", "gar", "go", "hel", "in", "jo", "ka", "kor", "la", "len", "li", "ma", "mer", "mo",
    "na", "ne", "or", "pa", "per", "ra", "ri", "ro", "sa", "sol", "ta", "ter", "ti", "un", "va", "ver", "vi", "xa", "zo",
];
const TRADES: [&str; 16] = [
    "Talleres",
    "Transportes",
    "Logistics",
    "Metal",
    "Consulting",
    "Software",
    "Foods",
    "Hotel",
    "Construcciones",
    "Trading",
    "Systems",
    "Plastics",
    "Motors",
    "Pharma",
    "Energy",
    "Design",
];
const FORMS: [&str; 8] = ["S.L.", "S.A.", "Ltd", "GmbH", "", "", "Inc.", "Lda."];
const STREETS: [&str; 6] = ["Calle", "Avenida", "Street", "Road", "Rua", "Via"];

/// Makes organisations.
pub struct MadeUp {
    pub seed: u64,
}

/// Draws of one organisation, one after the other (`SplitMix64`).
struct Draws(u64);

impl Draws {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.next(from.len() as u64)).unwrap_or(0)]
    }

    fn word(&mut self) -> String {
        let syllables = 2 + self.next(3);
        (0..syllables).map(|_| self.pick(&SYLLABLES)).collect()
    }
}

impl MadeUp {
    fn draws(&self, number: u32) -> Draws {
        Draws(self.seed << 40 ^ u64::from(number) << 8)
    }

    /// The organisation of this number, with all its fields.
    pub fn organisation(&self, number: u32) -> Row {
        let mut draws = self.draws(number);
        let own = draws.word();
        let second = if draws.next(2) == 0 { draws.word() } else { String::new() };
        let street = draws.word();
        let city = format!("{}{}", draws.pick(&SYLLABLES), draws.pick(&SYLLABLES));
        let mut row = Row::new(number + 1, u64::from(number) + 2);
        row.set(Column::Name, &format!("{} {own} {second} {}", draws.pick(&TRADES), draws.pick(&FORMS)));
        row.set(Column::Address, &format!("{} {street} {}", draws.pick(&STREETS), 1 + draws.next(250)));
        row.set(Column::City, &city);
        row.set(Column::Postcode, &format!("{:05}", draws.next(52_000)));
        row.set(Column::Country, "ES");
        row.set(Column::Phone, &format!("+34 9{:08}", draws.next(100_000_000)));
        row.set(Column::Email, &format!("info@{own}{number}.es"));
        row.set(Column::Url, &format!("https://www.{own}{number}.es/"));
        if draws.next(3) == 0 {
            row.set(Column::TaxId, &format!("ESB{:08}", 10_000_000 + number));
        }
        row
    }

    /// One of the first `count`.
    pub fn any_of(&self, count: u32, record: u32) -> u32 {
        u32::try_from(self.draws(record ^ 0x5555_5555).next(u64::from(count))).unwrap_or(0)
    }

    /// The same organisation as another source writes it: some fields left out, a letter of its name lost.
    pub fn written_otherwise(&self, number: u32, record: u32) -> Row {
        let whole = self.organisation(number);
        let mut draws = self.draws(record ^ 0x3333_3333);
        let mut row = Row::new(record + 1, u64::from(record) + 2);
        for column in Column::ALL {
            let Some(cell) = whole.cell(column) else { continue };
            let mut cell = cell.to_uppercase();
            if column == Column::Name && draws.next(3) == 0 {
                let at = 2 + usize::try_from(draws.next(cell.len() as u64 - 3)).unwrap_or(0);
                cell.remove(at);
            }
            // The name and the address stay; what else there is comes by half.
            if matches!(column, Column::Name | Column::Address) || draws.next(2) == 0 {
                row.set(column, &cell);
            }
        }
        row
    }
}
