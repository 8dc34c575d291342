//! Organisations in memory, so that a new record finds those it may be among a million. Knows no store: it is filled from one.
//!
//! Strings are not kept: words are numbers, everything else is a hash or digits ([`Entry`]); every key of a row is one entry of one sorted set.
//! What is found follows from which organisations it holds, and not from the order in which they came.
//! At 1,000,000 organisations with all fields 448 bytes each; `cargo bench --bench organisations` measures it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Row;
use super::blocks;
use super::compare::{Field, MANY, Pattern, Spread, compare, is_of_names};
use super::entry::{self, Entry};
use super::learn;
use super::names::{likeness, may_be_one};
use super::scoring::{WORLD, by_name, forms_differ, is_other_name, rarity, shares_a_number_only};
use super::weights::Weights;
use super::words::{Vocabulary, Word};
use crate::base::ids::OrganisationId;
use crate::model::{IdentityKey, identifier};

/// From these points on a pair is worth asking about; over zero it is one organisation.
pub const ASK: f64 = -60.0;
/// Rows of one key that are looked at: a key that more share tells little and finds nobody, and the other keys find the right one.
const BLOCK: usize = 64;
/// Organisations found at most.
const FOUND: usize = 16;
/// Rows of one organisation at most.
const ROWS: usize = 4;
/// What one pair counts for at most when rows are averaged.
const CLIP: f64 = 60.0;
/// The level of names that have nearly all words in common.
const NEARLY_ALL: u8 = 6;
/// A field of fewer points speaks against it.
const AGAINST: f64 = -5.0;
const NONE: u32 = u32::MAX;
/// What is held before any field has spoken: how rarely two of so many are one.
const ANY_TWO: &str = "any_two";
/// What the other rows of both make of it.
const OTHER_ROWS: &str = "other_rows";
/// Points that are told at least.
const SAID: f64 = 0.05;

/// An organisation that another may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Which.
    pub organisation: OrganisationId,
    /// Over zero, it is likelier the same than another.
    pub points: f64,
    /// What makes up the points: what each field says of the two rows that are most alike, [`ANY_TWO`] and [`OTHER_ROWS`]. A field that keeps what
    /// else would be one from being it says so much less.
    pub fields: Vec<(&'static str, f64)>,
    /// The levels of those fields.
    pub pattern: Pattern,
}

/// A row of an organisation, and where its next one stands.
#[derive(Debug)]
struct Slot {
    entry: Entry,
    organisation: OrganisationId,
    next: u32,
}

/// What was in an index of an organisation.
#[derive(Debug, Default)]
pub struct Replaced(Vec<Entry>);

/// Organisations, ready to be found.
#[derive(Debug, Default)]
pub struct Index {
    words: Vocabulary,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// The first row of each.
    first: HashMap<OrganisationId, u32>,
    keys: BTreeSet<(u64, u32)>,
    /// How many organisations there are, where it holds only those of a larger one that are near its own.
    of: usize,
    learned: Option<Box<Weights>>,
}

/// Points of two rows, and what they follow from.
struct Compared {
    points: f64,
    pattern: Pattern,
    /// What the names say, where there is nothing but names.
    by_name: Option<f64>,
    /// What keeps it from being one, and how many points that takes.
    held: Option<(Field, f64)>,
    /// Whether something in them speaks against it, and not only too little for it.
    against: bool,
}

impl Index {
    /// How many organisations it holds.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Puts an organisation in by what its records say, in place of what was there of it, which is returned; without rows it is not found any
    /// more. Of more rows than are kept the first ones stay.
    pub fn put(&mut self, organisation: OrganisationId, rows: &[Row]) -> Replaced {
        let entries = rows.iter().take(ROWS).map(|row| Entry::read(row, &mut self.words)).collect();
        self.place(organisation, entries)
    }

    /// Puts back what was replaced.
    pub fn put_back(&mut self, organisation: OrganisationId, replaced: Replaced) {
        self.place(organisation, replaced.0);
    }

    fn place(&mut self, organisation: OrganisationId, entries: Vec<Entry>) -> Replaced {
        let replaced = self.remove(organisation);
        let mut next = NONE;
        for entry in entries.into_iter().rev() {
            self.words.count(entry.name().iter().copied());
            let keys = blocks::own_keys(&entry, &self.words);
            let slot = Slot { entry, organisation, next };
            let place = if let Some(free) = self.free.pop() {
                self.slots[free as usize] = slot;
                free
            } else {
                self.slots.push(slot);
                u32::try_from(self.slots.len() - 1).unwrap_or(NONE - 1)
            };
            self.keys.extend(keys.into_iter().map(|key| (key, place)));
            next = place;
        }
        if next != NONE {
            self.first.insert(organisation, next);
        }
        replaced
    }

    /// Takes an organisation out, and returns what was there of it.
    pub fn remove(&mut self, organisation: OrganisationId) -> Replaced {
        let mut next = self.first.remove(&organisation).unwrap_or(NONE);
        let mut entries = Vec::new();
        while next != NONE {
            let place = next;
            let slot = &mut self.slots[place as usize];
            let entry = std::mem::take(&mut slot.entry);
            next = slot.next;
            for key in blocks::own_keys(&entry, &self.words) {
                self.keys.remove(&(key, place));
            }
            self.words.uncount(entry.name().iter().copied());
            self.free.push(place);
            entries.push(entry);
        }
        Replaced(entries)
    }

    /// Many organisations among those of a larger index, in an index of their own: each finds in it what it would find if all of them were put into
    /// the larger one. That one is asked for anew for every `part` of them, so that nobody waits long for it; what it holds of them is what they were.
    pub fn among(asked: &[(OrganisationId, Vec<Row>)], part: usize, larger: impl Fn(&mut dyn FnMut(&Self))) -> Self {
        let mut near = Self::default();
        for (id, rows) in asked {
            near.put(*id, rows);
        }
        let own: HashSet<OrganisationId> = asked.iter().map(|(id, _)| *id).collect();
        let ids: Vec<OrganisationId> = own.iter().copied().collect();
        for some in ids.chunks(part) {
            larger(&mut |larger| near.draw(larger, some, &own));
        }
        let words = u32::try_from(near.words.len()).unwrap_or(u32::MAX);
        for from in (0..words).step_by(part) {
            let to = words.min(from.saturating_add(u32::try_from(part).unwrap_or(u32::MAX)));
            larger(&mut |larger| near.words.add(&larger.words, from..to));
        }
        larger(&mut |larger| {
            near.learned.clone_from(&larger.learned);
            near.words.add_counted(&larger.words);
            near.of = larger.len();
        });
        for some in ids.chunks(part) {
            larger(&mut |larger| {
                for id in some {
                    larger.rows_of(*id).for_each(|entry| near.words.uncount_of(&larger.words, entry.name()));
                    near.of += usize::from(near.first.contains_key(id));
                    near.of = near.of.saturating_sub(usize::from(larger.first.contains_key(id)));
                }
            });
        }
        near
    }

    /// Takes from a larger one those that share a key with some of its `own`.
    fn draw(&mut self, larger: &Self, some: &[OrganisationId], own: &HashSet<OrganisationId>) {
        let keys: BTreeSet<u64> =
            some.iter().flat_map(|id| self.rows_of(*id)).flat_map(|entry| blocks::own_keys(entry, &self.words)).collect();
        let of_key = |key| larger.keys.range((key, 0)..=(key, u32::MAX)).map(|(_, place)| larger.slots[*place as usize].organisation);
        // One more than are looked at, so that a key which too many share is known as such.
        let near = |key| of_key(key).filter(|id| !own.contains(id)).take(BLOCK + 1);
        for id in keys.into_iter().flat_map(near).collect::<BTreeSet<_>>() {
            if !self.first.contains_key(&id) {
                let entries: Vec<Entry> = larger.rows_of(id).map(|entry| entry.in_words(&larger.words, &mut self.words)).collect();
                self.place(id, entries.clone());
                // The larger one counted them, and what it counted is taken over as a whole.
                for entry in &entries {
                    self.words.uncount(entry.name().iter().copied());
                }
            }
        }
    }

    /// Takes up what people said of pairs: from so many answers on as learning needs, the points are others.
    pub fn learn(&mut self, answers: &[(Pattern, bool)]) {
        let cold = Weights::cold(0.5, WORLD);
        let learned = learn::learn(&cold, answers, &BTreeMap::new());
        self.learned = (learned != cold).then(|| Box::new(learned));
    }

    /// How many organisations there are.
    fn world(&self) -> f64 {
        (self.first.len().max(self.of) as f64).max(WORLD)
    }

    fn weights(&self) -> Weights {
        let cold = Weights::cold(0.5, self.world());
        match &self.learned {
            Some(learned) => Weights { points: learned.points, prior: cold.prior + learned.prior - Weights::cold(0.5, WORLD).prior },
            None => cold,
        }
    }

    /// The organisations that one of which these are the rows may be, the likeliest first; itself, where it is in, is not among them, and
    /// neither are those whose valid tax id differs.
    ///
    /// Rows are compared each with each, and the average counts of those pairs that say something for it or against it: one that has too little
    /// in common to say anything must not part what another holds together. Where one side has nothing but names, the best pair counts.
    pub fn find(&mut self, own: Option<OrganisationId>, rows: &[Row]) -> Vec<Match> {
        let known = self.words.len();
        let entries: Vec<Entry> = rows.iter().take(ROWS).map(|row| Entry::read(row, &mut self.words)).collect();
        let found = self.search(own, &entries);
        self.words.forget(known);
        found
    }

    /// The same for one that is in.
    pub fn like(&self, organisation: OrganisationId) -> Vec<Match> {
        let entries: Vec<Entry> = self.rows_of(organisation).cloned().collect();
        self.search(Some(organisation), &entries)
    }

    /// Whether one that is in is likelier the same as one of these others than not.
    pub fn is_one_of(&self, organisation: OrganisationId, others: &BTreeSet<OrganisationId>) -> bool {
        let entries: Vec<Entry> = self.rows_of(organisation).cloned().collect();
        let near: Vec<OrganisationId> =
            self.candidates(&entries).into_iter().filter(|other| *other != organisation && others.contains(other)).collect();
        if near.is_empty() {
            return false;
        }
        let (spreads, weights): (Vec<Spread>, _) =
            (entries.iter().map(|entry| self.spread(Some(organisation), entry)).collect(), self.weights());
        near.into_iter().filter_map(|other| self.look((&entries, &spreads), other, &weights)).any(|found| found.points > 0.0)
    }

    fn search(&self, own: Option<OrganisationId>, entries: &[Entry]) -> Vec<Match> {
        let spreads: Vec<Spread> = entries.iter().map(|entry| self.spread(own, entry)).collect();
        let weights = self.weights();
        let mut found: Vec<Match> = self
            .candidates(entries)
            .into_iter()
            .filter(|organisation| Some(*organisation) != own)
            .filter_map(|organisation| self.look((entries, &spreads), organisation, &weights))
            .collect();
        found.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.organisation.cmp(&b.organisation)));
        found.truncate(FOUND);
        found
    }

    /// Whether more than a few differently named organisations have a telephone number or domain: it then joins nobody by itself.
    pub fn is_common(&self, key: &IdentityKey) -> bool {
        let key = match key {
            IdentityKey::Phone(phone) => blocks::phone_key(entry::phone(phone, None)),
            IdentityKey::Domain(domain) => blocks::domain_key(entry::domain(domain)),
            IdentityKey::TaxId(_) | IdentityKey::NamePlace(..) | IdentityKey::Unnamed(_) => None,
        };
        self.sharing(key) > MANY
    }

    /// Their organisations that share a key with one of these, each once.
    fn candidates(&self, entries: &[Entry]) -> BTreeSet<OrganisationId> {
        let keys: BTreeSet<u64> = entries.iter().flat_map(|entry| blocks::own_keys(entry, &self.words)).collect();
        let mut found = BTreeSet::new();
        for key in keys {
            let block = || self.keys.range((key, 0)..=(key, u32::MAX));
            if block().nth(BLOCK).is_none() {
                found.extend(block().map(|(_, place)| self.slots[*place as usize].organisation));
            }
        }
        found
    }

    fn rows_of(&self, organisation: OrganisationId) -> impl Iterator<Item = &Entry> {
        let first = self.first.get(&organisation).and_then(|place| self.slots.get(*place as usize));
        std::iter::successors(first, |slot| self.slots.get(slot.next as usize)).map(|slot| &slot.entry)
    }

    fn look(&self, (entries, spreads): (&[Entry], &[Spread]), organisation: OrganisationId, weights: &Weights) -> Option<Match> {
        let (mut sum, mut pairs, mut best) = (0.0, 0.0, None::<Compared>);
        let mut names_only = entries.iter().all(|entry| !entry.is_identified());
        names_only |= self.rows_of(organisation).all(|entry| !entry.is_identified());
        for other in self.rows_of(organisation) {
            for (entry, spread) in entries.iter().zip(spreads) {
                if matches!((&entry.tax_id, &other.tax_id), (Some(a), Some(b)) if identifier::contradict(a, b)) {
                    return None;
                }
                let compared = self.compare((entry, *spread), other, weights);
                if compared.points > 0.0 || compared.against {
                    sum += compared.points.clamp(-CLIP, CLIP);
                    pairs += 1.0;
                }
                if best.as_ref().is_none_or(|before| before.points < compared.points) {
                    best = Some(compared);
                }
            }
        }
        let best = best?;
        let points = if names_only || pairs < 2.0 { best.points } else { sum / pairs };
        (points > ASK).then(|| {
            let mut fields = Self::fields(&best, weights);
            fields.extend(Some((OTHER_ROWS, points - best.points)).filter(|(_, points)| points.abs() >= SAID));
            Match { organisation, points, fields, pattern: best.pattern }
        })
    }

    fn compare(&self, (entry, spread): (&Entry, Spread), other: &Entry, weights: &Weights) -> Compared {
        let mut pattern = compare((entry, spread), (other, Spread::default()), &self.words);
        if spread.domains[0] > MANY {
            // A mailbox of a marketplace or a fair is everybody's there.
            pattern[Field::Email as usize] = 0;
        }
        let is_by_name = !entry.is_identified() || !other.is_identified() || is_of_names(&pattern);
        let shared = || likeness(entry.name(), other.name(), &self.words);
        let (sum, by_name, held, against) = if is_by_name {
            let beside = [Field::Place, Field::Country, Field::Form]
                .map(|field| weights.points[field as usize][usize::from(pattern[field as usize])]);
            let alike = by_name(entry, other, &self.words);
            let against = alike < 0.0 || beside.iter().any(|points| *points < AGAINST);
            let shared = shared();
            let rare = rarity(shared.shared, self.world());
            // How rare a word is, few names cannot say: a name that is nobody else's says nothing against it, whatever its word is worth.
            let own = spread.owned && shared.same && is_whole(entry, &pattern);
            let name = alike.min(if own { rare.max(0.0) } else { rare });
            let sum = name + beside.iter().sum::<f64>();
            // One town has many hospitals: its being the same makes up for a name that many have, never for another name. A name whose telling
            // word is written otherwise is another one: Hospital Bad is not Hospital Badlater. With one telling word more it may be another one too.
            let level = pattern[Field::Name as usize];
            let nearly = level >= NEARLY_ALL && shared.guessed * 2.0 <= shared.shared;
            let told = rarity(shared.shared - shared.guessed, self.world());
            let other_name = alike <= 0.0 || told <= 0.0 && !nearly || is_other_name(&shared, &pattern, &self.words);
            let other_form = forms_differ(entry, other).then_some(Field::Form);
            (sum, Some(name), other_name.then_some(Field::Name).or(other_form), against)
        } else {
            let sum = weights.sum(&pattern);
            // Names that have nothing in common are a question at most, whatever else they share.
            let other_name = pattern[Field::Name as usize] == 1 || shares_a_number_only(&pattern, shared);
            (sum, None, other_name.then_some(Field::Name), weights.parts(&pattern).any(|(_, points)| points < AGAINST))
        };
        let held = held.filter(|_| sum > 0.0).map(|field| (field, -sum));
        Compared { points: if held.is_some() { 0.0 } else { sum }, pattern, by_name, held, against }
    }

    fn fields(compared: &Compared, weights: &Weights) -> Vec<(&'static str, f64)> {
        let said = weights.parts(&compared.pattern).filter(|(field, _)| compared.pattern[*field as usize] > 0);
        let less = |(field, points): (Field, f64)| {
            let held = compared.held.filter(|(by, _)| *by == field).map_or(0.0, |(_, held)| held);
            (field.word(), points + held)
        };
        let Some(name) = compared.by_name else {
            return said.map(less).chain([(ANY_TWO, weights.prior)]).collect();
        };
        let beside = said.filter(|(field, _)| matches!(field, Field::Place | Field::Country | Field::Form));
        [(Field::Name, name)].into_iter().chain(beside).map(less).collect()
    }

    fn spread(&self, own: Option<OrganisationId>, entry: &Entry) -> Spread {
        Spread {
            name: 0,
            owned: self.is_owned(own, entry),
            phone: self.sharing(blocks::phone_key(entry.phone)),
            domains: entry.domains.map(|domain| self.sharing(blocks::domain_key(domain))),
        }
    }

    /// Whether a name is one organisation's at most beside its `own`: the word that makes it is nothing that many are called by, no second
    /// organisation that may be of its country is called so, and hardly any carries the word in another name.
    fn is_owned(&self, own: Option<OrganisationId>, entry: &Entry) -> bool {
        let own_words = entry.name().iter().copied().filter(|word| self.words.may_be_own(*word));
        let Some(word) = own_words.max_by(|a, b| self.words.weight(*a).total_cmp(&self.words.weight(*b))) else { return false };
        let key = blocks::word_key(self.words.letters(word));
        let (mut namesakes, mut others) = (BTreeSet::new(), BTreeSet::new());
        for (place, (_, slot)) in self.keys.range((key, 0)..=(key, u32::MAX)).enumerate() {
            if place == BLOCK {
                return false;
            }
            let Slot { entry: other, organisation, .. } = &self.slots[*slot as usize];
            let abroad = entry.country != [0; 2] && other.country != [0; 2] && entry.country != other.country;
            if Some(*organisation) == own || abroad || forms_differ(entry, other) {
                continue;
            }
            let is_same = likeness(entry.name(), other.name(), &self.words).same;
            if is_same {
                namesakes.insert(*organisation)
            } else {
                others.insert(*organisation)
            };
        }
        namesakes.len() <= 1 && others.len() <= usize::from(MANY)
    }

    /// How many differently named organisations share a key, as far as it matters: spellings of one name are one.
    fn sharing(&self, key: Option<u64>) -> u16 {
        let Some(key) = key else { return 0 };
        let mut names: BTreeMap<Vec<&str>, &[Word]> = BTreeMap::new();
        for (_, place) in self.keys.range((key, 0)..=(key, u32::MAX)).take(BLOCK) {
            let name = self.slots[*place as usize].entry.name();
            let mut letters: Vec<&str> = name.iter().map(|word| self.words.letters(*word)).collect();
            letters.sort_unstable();
            names.insert(letters, name);
        }
        let mut others: Vec<&[Word]> = Vec::new();
        for name in names.into_values() {
            if !others.iter().any(|other| may_be_one(&likeness(other, name, &self.words))) {
                others.push(name);
            }
            if others.len() > usize::from(MANY) {
                break;
            }
        }
        u16::try_from(others.len()).unwrap_or(u16::MAX)
    }
}

/// Whether two that are called the same are so in full: in one country, and a single word with its legal form.
fn is_whole(entry: &Entry, pattern: &Pattern) -> bool {
    let same = |field: Field| pattern[field as usize] == 2;
    same(Field::Country) && (entry.name().len() > 1 || same(Field::Form))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Column;
    use super::*;

    fn row(cells: &[(Column, &str)]) -> Row {
        let mut row = Row::new(1, 1);
        for (column, value) in cells {
            row.set(*column, value);
        }
        row
    }

    fn id(number: u64) -> OrganisationId {
        OrganisationId(number)
    }

    fn some() -> Vec<Row> {
        use Column::{Address, City, Name, Phone, TaxId, Url};
        [
            [
                (Name, "Talleres Orbaneja S.L."),
                (Address, "Calle Olmo 12"),
                (City, "Burgos"),
                (Phone, "947 200 331"),
                (Url, "orbaneja.example"),
            ],
            [(Name, "Panadería Urbión"), (Address, "Calle Olmo 14"), (City, "Burgos"), (Phone, "947 200 448"), (Url, "urbion.example")],
            [(Name, "Orbaneja Viajes"), (Address, "Plaza Mayor 3"), (City, "Soria"), (Phone, "975 110 200"), (TaxId, "ESB12345674")],
            [(Name, "Central"), (City, "Soria"), (Name, ""), (Name, ""), (Name, "")],
        ]
        .iter()
        .map(|cells| row(cells))
        .collect()
    }

    #[test]
    fn a_record_finds_its_organisation_and_no_other() {
        use Column::{Address, City, Name, Phone, TaxId};
        let mut index = Index::default();
        for (number, row) in (0..).zip(some()) {
            index.put(id(number), &[row]);
        }
        let mut check = |cells: &[(Column, &str)], want: Option<u64>| {
            let found = index.find(None, &[row(cells)]);
            assert_eq!(found.first().filter(|best| best.points > 0.0).map(|best| best.organisation.0), want, "{cells:?}: {found:?}");
        };
        check(&[(Name, "TALLERES ORBANEJA"), (Phone, "+34 947200331"), (City, "Burgos")], Some(0));
        check(&[(Name, "Panaderia Urbion SL"), (Address, "c/ Olmo, 14")], Some(1));
        check(&[(Name, "Orbaneja Viajes"), (Phone, "975 110 200"), (TaxId, "ESB99345670")], None);
        check(&[(Name, "Gráficas Duero"), (Address, "Calle Olmo 90"), (Phone, "947 555 012")], None);
        // A rare name is enough, a common one is not, and another town speaks against either.
        check(&[(Name, "Talleres Orbaneja"), (City, "Burgos")], Some(0));
        check(&[(Name, "Talleres Orbaneja"), (City, "Sevilla")], None);
        check(&[(Name, "Central")], None);
    }

    #[test]
    fn a_name_that_is_nobody_elses_is_one_company_in_its_country() {
        use Column::{City, Country, Name, Phone, TaxId};
        let of = |said: &str| {
            let cells: Vec<&str> = said.split(" | ").collect();
            let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
            row(&[(Name, cell(0)), (Country, cell(1)), (City, cell(2)), (Phone, cell(3)), (TaxId, cell(4))])
        };
        let check = |known: &[&str], asked: &str, want: Option<usize>| {
            let held: Vec<(OrganisationId, Vec<Row>)> = (0..).zip(known).map(|(at, said)| (id(at), vec![of(said)])).collect();
            let mut index = Index::default();
            for (id, rows) in &held {
                index.put(*id, rows);
            }
            let joined = |found: &[Match]| -> Option<usize> {
                found.first().filter(|best| best.points > 0.0).and_then(|best| usize::try_from(best.organisation.0).ok())
            };
            let found = index.find(None, &[of(asked)]);
            assert_eq!(joined(&found), want, "{known:?} {asked}: {found:?}");
            for best in &found {
                assert!((best.fields.iter().map(|(_, points)| points).sum::<f64>() - best.points).abs() < 0.1, "{best:?}");
            }
            // The same where it is stored, and where it is one of a turn.
            let near = Index::among(&[(id(99), vec![of(asked)])], 2, |look| look(&index));
            assert_eq!(joined(&near.like(id(99))), want, "{known:?} {asked}");
            index.put(id(99), &[of(asked)]);
            assert_eq!(joined(&index.like(id(99))), want, "{known:?} {asked}");
        };
        for (known, asked, want) in [
            (&["Quillmark Ltd | GB | | 020 7946 0321"][..], "Quillmark Ltd | GB", Some(0)),
            (&["ООО «Глазовполимер» | RU | | +7 34141 2 11 22"], "ООО «Глазовполимер» | RU", Some(0)),
            (&["Kvarnholm AB | SE | Luleå | +46 920 123 45"], "KVARNHOLM AB | SE", Some(0)),
            (&["深圳市海翼灯具有限公司 | CN"], "深圳市海翼灯具有限公司 | CN", Some(0)),
            (&["Acaster Valves | GB | York | 01904 496 021"], "Acaster Valves | GB", Some(0)),
            (&["Quillmark Ltd | GB", "Quillmark Holdings Ltd | GB"], "Quillmark Ltd | GB", Some(0)),
            (&["Quillmark Ltd | GB", "Quillmark GmbH | DE"], "Quillmark GmbH | DE", Some(1)),
            // Something speaks against it, or it is not said in full.
            (&["Quillmark Ltd | GB"], "Quillmark Ltd | IE", None),
            (&["Quillmark Ltd | GB"], "Quillmark Ltd", None),
            (&["Quillmark Ltd | GB | Leeds"], "Quillmark Ltd | GB | Truro", None),
            (&["Quillmark Ltd | GB"], "Quillmark plc | GB", None),
            (&["Quillmark Ltd | GB"], "Quillmark | GB", None),
            (&["Quillmark | GB"], "Quillmark | GB", None),
            (&["Tejerías SL | ES | | | ESB12345674"], "Tejerías SL | ES | | | ESB99345670", None),
            // The name is common, or would be two companies'.
            (&["ООО «Ромашка» | RU | | +7 4872 21 11 22"], "ООО «Ромашка» | RU", None),
            (&["Müller GmbH | DE"], "Mueller GmbH | DE", None),
            (&["Phoenix Ltd | GB"], "Phoenix Ltd | GB", None),
            (&["ABK Ltd | GB"], "ABK Ltd | GB", None),
            (&["Quillmark Ltd | GB | Leeds", "Quillmark Ltd | GB | Truro"], "Quillmark Ltd | GB", None),
            (&["Tarnside Ltd | GB", "Tarnside Dairy | GB", "Tarnside Glass | GB", "Tarnside Boats | GB"], "Tarnside Ltd | GB", None),
        ] {
            check(known, asked, want);
        }
    }

    #[test]
    fn a_number_that_many_share_takes_nothing_from_names() {
        use Column::{City, Name, Phone};
        let names = ["Limpiezas Sol", "Pinturas Mar", "Transportes Luz"];
        let mut index = Index::default();
        for (number, name) in (0..).zip(names) {
            index.put(id(number), &[row(&[(Name, name), (City, "Burgos"), (Phone, "+34947999999")])]);
        }
        for (number, name) in (0..).zip(["Limpiezas Sol SL", "Pinturas Mar", "TRANSPORTES LUZ"]) {
            let found = index.find(None, &[row(&[(Name, name), (Phone, "+34947999999")])]);
            let joined: Vec<u64> = found.iter().filter(|found| found.points > 0.0).map(|found| found.organisation.0).collect();
            assert_eq!(joined, [number], "{name}: {found:?}");
        }
    }

    #[test]
    fn weak_names_are_asked_about_and_the_points_add_up() {
        use Column::{City, Name, Phone, TaxId};
        let of = |cells: [&str; 3]| row(&[(Name, cells[0]), (City, cells[1]), (Phone, cells[2])]);
        for (one, other, joined) in [
            (["IMPRENTA DUERO S.L.U.", "Aranda de Duero", ""], ["Imprentas del Duero y Asociados", "Aranda de Duero", ""], false),
            (["Banco Norte, S.A.", "Madrid", ""], ["Banco Norte Seguros, S.A.", "Madrid", ""], false),
            (["Construcciones Sánchez SL", "Burgos", ""], ["Construcciones Sánchez e Hijos SL", "Burgos", ""], false),
            (["Construcciones Orbaneja SL", "Burgos", ""], ["Construcciones Orbaneja SA", "Burgos", ""], false),
            (["Construcciones Orbaneja SL", "Burgos", ""], ["CONSTRUCCIONES ORBANEJA SLU", "Burgos", ""], true),
            (
                ["Centro El Mirador - Tienda Moda", "Burgos", "+34947200100"],
                ["Centro El Mirador - Óptica Luz", "Burgos", "+34947200100"],
                false,
            ),
            (["Qesos Tierno SL", "Zamora", ""], ["QUESOS TIERNO SL", "Zamora", ""], true),
            (["Filial Rara SL", "Soria", "+34975111003"], ["Filial Perdida SL", "Soria", "+34975111009"], false),
            (["Talleres Orbaneja", "Burgos", "+34947200331"], ["Talleres Orbaneja SL", "Burgos", "+34947200331"], true),
        ] {
            let mut index = Index::default();
            index.put(id(1), &[of(one)]);
            let found = index.find(None, &[of(other)]);
            assert_eq!(found.first().is_some_and(|best| best.points > 0.0), joined, "{one:?} {other:?}: {found:?}");
            for best in found {
                let sum: f64 = best.fields.iter().map(|(_, points)| points).sum();
                assert!((sum - best.points).abs() < 0.1, "{one:?} {other:?}: {best:?}");
            }
        }
        // Of several rows the others have their part in it.
        let mut index = Index::default();
        let known = |phone| row(&[(Name, "Talleres Orbaneja"), (City, "Burgos"), (Phone, phone), (TaxId, "")]);
        index.put(id(1), &[known("+34947200331"), known("+34947200448")]);
        let found = index.find(None, &[known("+34947200331")]);
        assert!((found[0].fields.iter().map(|(_, points)| points).sum::<f64>() - found[0].points).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn one_telling_word_more_is_a_question_at_most() {
        use Column::{City, Name};
        let mut index = Index::default();
        index.put(id(1), &[row(&[(Name, "Molinos del Ebro, S.L."), (City, "Tudela")])]);
        for (name, joins) in [("Molinos Ebro Alto SL", false), ("MOLINOS DEL EBRO", true), ("Molinos Ebro España SL", true)] {
            let found = index.find(None, &[row(&[(Name, name), (City, "Tudela")])]);
            assert_eq!(found.first().map(|best| best.points > 0.0), Some(joins), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_town_never_makes_up_for_another_name() {
        use Column::{City, Country, Name};
        let of = |name, city, country| row(&[(Name, name), (City, city), (Country, country)]);
        let london = ["Barts Health NHS Trust", "Guy's and St Thomas' NHS Foundation Trust", "London Borough of Barnet"];
        let mut index = Index::default();
        for (number, name) in (0..).zip(london) {
            index.put(id(number), &[of(name, "London", "GB")]);
        }
        index.put(id(9), &[of("Hospital Universitario La Paz", "Madrid", "ES")]);
        for (name, city, country) in [
            ("Imperial College Healthcare NHS Trust", "London", "GB"),
            ("Imperial College London", "London", "GB"),
            ("Royal Free London NHS Foundation Trust", "London", "GB"),
            ("London Borough of Hackney", "London", "GB"),
            ("Hospital General Universitario Gregorio Marañón", "Madrid", "ES"),
            ("Hospital Universitario de Getafe", "Madrid", "ES"),
        ] {
            let found = index.find(None, &[of(name, city, country)]);
            assert!(found.iter().all(|found| found.points <= 0.0), "{name}: {found:?}");
        }
        // Nearly the same, but for the one word that tells them apart; and the same in another spelling.
        for (one, other, joined) in [
            ("Hospital Bad", "Hospital Badlater", false),
            ("Hotel Marin", "Hotel Marina", false),
            ("Hospital Bad", "HOSPITAL BAD", true),
            ("Talleres Orbaneja", "Taleres Orbaneja", true),
            ("Talleres Orbaneja", "Talleres Orbaneha", true),
        ] {
            let mut index = Index::default();
            index.put(id(1), &[of(one, "Ulm", "DE")]);
            let found = index.find(None, &[of(other, "Ulm", "DE")]);
            assert_eq!(found.iter().any(|found| found.points > 0.0), joined, "{one} {other}: {found:?}");
        }
    }

    #[test]
    fn what_is_shared_by_other_names_joins_nobody_and_answers_teach() {
        use Column::{Address, Email, Name, Phone};
        let mut index = Index::default();
        index.put(id(1), &[row(&[(Name, "Urbión"), (Email, "info@fair.example"), (Phone, "947 200 448")])]);
        let other = [row(&[(Name, "Orbaneja"), (Email, "info@fair.example"), (Phone, "947 200 448")])];
        let found = index.find(None, &other);
        assert!((ASK..=0.0).contains(&found[0].points), "a question at most: {found:?}");
        index.put(id(2), &[row(&[(Name, "Valdeavellano"), (Email, "info@fair.example")])]);
        index.put(id(3), &[row(&[(Name, "Piqueras"), (Email, "info@fair.example")])]);
        let found = index.find(None, &[row(&[(Name, "Montesclaros"), (Email, "info@fair.example")])]);
        assert_eq!(found, [], "everybody's mailbox is no question either");
        // Rows of one street without a number, another telephone number: unsure, until people have said often enough that such are one.
        index.put(id(4), &[row(&[(Name, "Talleres Orbaneja"), (Address, "Calle Olmo 12"), (Phone, "947 200 331")])]);
        let unsure = [row(&[(Name, "Talleres Orbaneja"), (Address, "Calle Olmo"), (Phone, "947 555 120")])];
        let before = index.find(None, &unsure)[0].clone();
        assert!(before.points < 0.0, "{before:?}");
        let mut answers = vec![(before.pattern, true); 12];
        answers.extend(vec![(index.find(None, &other)[0].pattern, false); 3]);
        index.learn(&answers);
        assert!(index.find(None, &unsure)[0].points > before.points + 5.0);
        index.learn(&[]);
        assert_eq!(index.find(None, &unsure)[0], before, "what is taken back teaches nothing");
    }

    #[test]
    fn a_number_that_many_names_share_is_common() {
        use Column::{Name, Phone, Url};
        let mut index = Index::default();
        let (phone, domain) = (IdentityKey::Phone("+34911222333".to_owned()), IdentityKey::Domain("market.example".to_owned()));
        for (number, name) in (0..).zip(["Orbaneja", "Urbión", "Acme Iberia", "ACME IBERIA S.A."]) {
            assert_eq!(index.is_common(&phone), number > 2, "{number}");
            index.put(id(number), &[row(&[(Name, name), (Phone, "+34 911 222 333"), (Url, "https://www.market.example/x")])]);
        }
        assert!(index.is_common(&phone) && index.is_common(&domain));
        index.put(id(1), &[]);
        assert!(!index.is_common(&phone), "two of the three left are called the same");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever was put, replaced and taken out before, and asked in between, it finds what a fresh one finds.
        #[test]
        fn what_is_found_follows_from_what_it_holds(steps in prop::collection::vec((0_u64..6, 0_usize..6), 0..24)) {
            let rows = some();
            let mut index = Index::default();
            let mut held = BTreeMap::new();
            for (organisation, what) in steps {
                let now: Vec<Row> = rows.get(what).into_iter().cloned().collect();
                index.put(id(organisation), &now);
                index.find(None, &[row(&[(Column::Name, "Words never learned")])]);
                held.insert(organisation, now);
            }
            let mut fresh = Index::default();
            for (organisation, rows) in held.iter().rev() {
                fresh.put(id(*organisation), rows);
            }
            for row in &rows {
                prop_assert_eq!(index.find(Some(id(1)), std::slice::from_ref(row)), fresh.find(Some(id(1)), std::slice::from_ref(row)));
            }
        }
    }
}
