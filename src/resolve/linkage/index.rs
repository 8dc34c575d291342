//! Organisations in memory, so that a new record finds those it may be among a million. Knows no store: it is filled from one.
//!
//! Strings are not kept: words are numbers, everything else is a hash or digits ([`Entry`]); every key of a record is one entry of one sorted set.
//! At 1,000,000 organisations with all fields about 400 bytes each; `cargo bench --bench organisations` measures it.

use std::collections::{BTreeMap, BTreeSet};

use super::Row;
use super::blocks;
use super::compare::{Field, MANY, Spread, compare};
use super::entry::Entry;
use super::scoring::by_name;
use super::weights::Weights;
use super::words::Vocabulary;
use crate::model::identifier;

/// Records of one key that are looked at: a key that more share tells little, and the other keys find the right one.
const BLOCK: usize = 64;
/// Organisations found at most.
const FOUND: usize = 16;

/// An organisation that a record may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The number it was added under.
    pub organisation: u32,
    /// Over zero, it is likelier the same than another.
    pub points: f64,
    /// What each field says.
    pub fields: Vec<(Field, f64)>,
}

/// Records of organisations, ready to be found.
#[derive(Debug, Default)]
pub struct Index {
    words: Vocabulary,
    entries: Vec<Entry>,
    organisations: Vec<u32>,
    keys: BTreeSet<(u64, u32)>,
}

impl Index {
    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a record of an organisation; one organisation may have several.
    pub fn add(&mut self, row: &Row, organisation: u32) {
        let entry = Entry::read(row, &mut self.words);
        self.words.count(entry.name().iter().copied());
        let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let rare = blocks::rarest(&entry, &self.words, false);
        self.keys.extend(blocks::keys(&entry, &rare, &self.words).into_iter().map(|key| (key, place)));
        self.entries.push(entry);
        self.organisations.push(organisation);
    }

    /// The organisations a record may be, the likeliest first; those whose valid tax id differs from its own are not among them.
    ///
    /// Of equally likely ones the first added comes first. The record itself is not added.
    pub fn find(&mut self, row: &Row) -> Vec<Match> {
        let entry = Entry::read(row, &mut self.words);
        let weights = Weights::cold(0.5, self.entries.len() as f64);
        let mut best: BTreeMap<u32, Match> = BTreeMap::new();
        for place in self.candidates(&entry) {
            let known = &self.entries[place as usize];
            if matches!((&entry.tax_id, &known.tax_id), (Some(a), Some(b)) if identifier::contradict(a, b)) {
                continue;
            }
            let found = self.look(&entry, place, &weights);
            let better = best.get(&found.organisation).is_none_or(|before| before.points < found.points);
            if found.points > -weights.prior.abs() / 2.0 && better {
                best.insert(found.organisation, found);
            }
        }
        let mut found: Vec<Match> = best.into_values().collect();
        found.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.organisation.cmp(&b.organisation)));
        found.truncate(FOUND);
        found
    }

    fn look(&self, entry: &Entry, place: u32, weights: &Weights) -> Match {
        let (known, organisation) = (&self.entries[place as usize], self.organisations[place as usize]);
        if !entry.is_identified() || !known.is_identified() {
            let points = by_name(entry, known, &self.words);
            return Match { organisation, points, fields: vec![(Field::Name, points)] };
        }
        let spread = Spread { phone: self.sharing(blocks::phone_key(entry)), ..Spread::default() };
        let pattern = compare((entry, spread), (known, Spread::default()), &self.words);
        let fields = weights.parts(&pattern).filter(|(field, _)| pattern[*field as usize] > 0).collect();
        Match { organisation, points: weights.sum(&pattern), fields }
    }

    /// Records that share a key, each once.
    fn candidates(&self, entry: &Entry) -> BTreeSet<u32> {
        // Words that are rarest now may not have been when the others came: all of the name are looked up.
        let keys = blocks::keys(entry, entry.name(), &self.words);
        keys.into_iter().flat_map(|key| self.keys.range((key, 0)..=(key, u32::MAX)).take(BLOCK)).map(|(_, place)| *place).collect()
    }

    /// How many organisations share a key, as far as it matters.
    fn sharing(&self, key: Option<u64>) -> u16 {
        let Some(key) = key else { return 0 };
        let sharing = self.keys.range((key, 0)..=(key, u32::MAX)).take(4 * usize::from(MANY));
        let organisations: BTreeSet<u32> = sharing.map(|(_, place)| self.organisations[*place as usize]).collect();
        u16::try_from(organisations.len()).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    fn row(cells: &[(Column, &str)]) -> Row {
        let mut row = Row::new(1, 1);
        for (column, value) in cells {
            row.set(*column, value);
        }
        row
    }

    #[test]
    fn a_record_finds_its_organisation_and_no_other() {
        use Column::{Address, City, Name, Phone, TaxId, Url};
        let mut index = Index::default();
        for (number, cells) in [
            [
                (Name, "Talleres Orbaneja S.L."),
                (Address, "Calle Olmo 12"),
                (City, "Burgos"),
                (Phone, "947 200 331"),
                (Url, "orbaneja.example"),
            ],
            [(Name, "Panadería Urbión"), (Address, "Calle Olmo 14"), (City, "Burgos"), (Phone, "947 200 448"), (Url, "urbion.example")],
            [(Name, "Orbaneja Viajes"), (Address, "Plaza Mayor 3"), (City, "Soria"), (Phone, "975 110 200"), (TaxId, "ESB12345674")],
        ]
        .iter()
        .enumerate()
        {
            index.add(&row(cells), u32::try_from(number).unwrap());
        }
        let mut check = |cells: &[(Column, &str)], want: Option<u32>| {
            let found = index.find(&row(cells));
            assert_eq!(found.first().filter(|best| best.points > 0.0).map(|best| best.organisation), want, "{cells:?}: {found:?}");
        };
        check(&[(Name, "TALLERES ORBANEJA"), (Phone, "+34 947200331"), (City, "Burgos")], Some(0));
        check(&[(Name, "Panaderia Urbion SL"), (Address, "c/ Olmo, 14")], Some(1));
        check(&[(Name, "Orbaneja Viajes"), (Phone, "975 110 200"), (TaxId, "ESB99345670")], None);
        check(&[(Name, "Gráficas Duero"), (Address, "Calle Olmo 90"), (Phone, "947 555 012")], None);
    }
}
