//! Which organisations may be one: those in memory, as linkage compares them, and what people said of such pairs. Filled when the store is
//! opened, brought up to date by each commit, so that a restart knows the same. Decides nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::codec::{self, Table};
use super::embedded::{Embedded, Inner};
use super::error::{CommitError, StoreError};
use super::frame;
use super::prepare::{Draft, Effect};
use super::stored::{StoredQuestion, StoredRuling, to_model};
use super::words::Likely;
use crate::base::ids::{OrganisationId, hash64};
use crate::model::{IdentityKey, Organisation, Question, Ruling};
use crate::resolve;
use crate::resolve::linkage::{Index, Pattern, Replaced, Row};

/// Answers that are learned from at most: the newest.
const ANSWERS: usize = 2_000;

/// Organisations that are asked about while others wait.
const AT_ONCE: usize = 500;

/// Members of one group that are found at most.
const MEMBERS: usize = 200;

/// Organisations last written that are remembered: who asked before all of them asks again.
const LATEST: usize = 20_000;

#[derive(Debug, Default)]
struct Held {
    index: Index,
    /// How many were written so far, and the last of them, the newest at the end.
    written: u64,
    latest: VecDeque<OrganisationId>,
    answers: BTreeMap<u32, (Pattern, bool)>,
    /// By the hash of a key of another organisation those that may belong to its owner's group; and the same by organisation.
    beneath: BTreeSet<(u64, OrganisationId)>,
    above: HashMap<OrganisationId, Vec<u64>>,
}

impl Held {
    fn lessons(&self) -> Vec<(Pattern, bool)> {
        self.answers.values().rev().take(ANSWERS).copied().collect()
    }

    fn put(&mut self, id: OrganisationId, said: &Said) {
        self.index.put(id, &said.rows);
        self.written += 1;
        self.latest.push_back(id);
        if self.latest.len() > LATEST {
            self.latest.pop_front();
        }
        for key in self.above.remove(&id).unwrap_or_default() {
            self.beneath.remove(&(key, id));
        }
        if !said.above.is_empty() {
            self.beneath.extend(said.above.iter().map(|key| (*key, id)));
            self.above.insert(id, said.above.clone());
        }
    }
}

/// What an organisation says of itself, as far as memory knows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    rows: Vec<Row>,
    above: Vec<u64>,
}

impl Said {
    pub(super) fn by(organisation: &Organisation) -> Self {
        Self { rows: resolve::rows(organisation), above: resolve::above(organisation).iter().map(short).collect() }
    }
}

fn short(key: &IdentityKey) -> u64 {
    hash64(&[key.to_string().as_bytes()])
}

/// The organisations that are durable, ready to be found.
#[derive(Debug, Default)]
pub(super) struct Linked(Mutex<Held>);

/// What a ruling teaches; one that was taken back, or that no likeness led to, teaches nothing.
pub(super) fn lesson(ruling: &Ruling) -> Option<(Pattern, bool)> {
    let pattern = Pattern::try_from(ruling.pattern.as_slice()).ok()?;
    ruling.undone.is_none().then_some((pattern, ruling.same))
}

impl Linked {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, id: OrganisationId, said: &Said) {
        self.held().put(id, said);
    }

    /// Takes up, or takes back, what rulings teach.
    pub(super) fn learn(&self, lessons: impl IntoIterator<Item = (u32, Option<(Pattern, bool)>)>) {
        let mut held = self.held();
        let mut any = false;
        for (number, lesson) in lessons {
            any = true;
            match lesson {
                Some(lesson) => drop(held.answers.insert(number, lesson)),
                None => drop(held.answers.remove(&number)),
            }
        }
        if any {
            let answers = held.lessons();
            held.index.learn(&answers);
        }
    }

    /// Whether a commit brings an organisation that is likelier one with another than not, which its turn could not see: written since it asked, or in
    /// hand before it in the same batch. Nothing of it is in memory yet, and nothing stays there.
    pub(super) fn is_overtaken(&self, asked: u64, brings: &[Effect], before: &[Effect]) -> bool {
        let said = |effects: &[Effect]| {
            let said = |effect: &Effect| if let Effect::Said(id, said) = effect { Some((*id, said.rows.clone())) } else { None };
            effects.iter().filter_map(said).collect::<Vec<_>>()
        };
        let brings = said(brings);
        let own: BTreeSet<OrganisationId> = brings.iter().map(|(id, _)| *id).collect();
        let mut held = self.held();
        let since = usize::try_from(held.written - asked.min(held.written)).unwrap_or(usize::MAX);
        let in_hand = said(before);
        if brings.is_empty() || (since == 0 && in_hand.is_empty()) {
            return false;
        }
        if since > held.latest.len() {
            return true;
        }
        let mut others: BTreeSet<OrganisationId> = held.latest.iter().rev().take(since).copied().collect();
        others.extend(in_hand.iter().map(|(id, _)| *id));
        others.retain(|id| !own.contains(id));
        let shown: Vec<(OrganisationId, Vec<Row>)> = in_hand.into_iter().chain(brings).collect();
        let durable: Vec<Replaced> = shown.iter().map(|(id, rows)| held.index.put(*id, rows)).collect();
        let overtaken = own.iter().any(|id| held.index.is_one_of(*id, &others));
        for ((id, _), replaced) in shown.iter().zip(durable).rev() {
            held.index.put_back(*id, replaced);
        }
        overtaken
    }

    /// The same for any number of them. Many are put among those of the common index in one of their own, so that nobody waits long for memory.
    fn find_all(&self, asked: &[(OrganisationId, Vec<Row>)], without: &HashSet<OrganisationId>) -> (u64, Vec<Likely>) {
        if asked.len() <= AT_ONCE {
            return self.find(asked, without);
        }
        let known = self.held().written;
        let all = Index::among(asked, AT_ONCE, |step| step(&self.held().index));
        (known, asked.iter().map(|(id, _)| likely(&all, *id, without)).collect())
    }

    /// For each of these organisations those it may be, where all of them are as handed in. What is durable of them is put back afterwards. With
    /// it how many were written by then.
    fn find(&self, asked: &[(OrganisationId, Vec<Row>)], without: &HashSet<OrganisationId>) -> (u64, Vec<Likely>) {
        let mut held = self.held();
        let durable: Vec<Replaced> = asked.iter().map(|(id, rows)| held.index.put(*id, rows)).collect();
        let found = asked.iter().map(|(id, _)| likely(&held.index, *id, without)).collect();
        // In turn, so that one that was asked about twice is what it was before the first time.
        for ((id, _), replaced) in asked.iter().zip(durable).rev() {
            held.index.put_back(*id, replaced);
        }
        (held.written, found)
    }
}

/// Those that one in an index may be.
fn likely(index: &Index, organisation: OrganisationId, without: &HashSet<OrganisationId>) -> Likely {
    let mut matches = index.like(organisation);
    matches.retain(|one| !without.contains(&one.organisation));
    Likely { organisation, matches }
}

impl Inner {
    fn questions(&self, limit: usize) -> Result<Vec<Question>, StoreError> {
        let mut found = Vec::new();
        for key in self.tree()?.scan_prefix(Table::Question.prefix()).keys() {
            let key = key?;
            if found.len() >= limit {
                break;
            }
            // Each pair has two keys; one of them tells it.
            if let Some((a, b)) = codec::question_of(&key)
                && a < b
            {
                found.extend(self.model::<StoredQuestion, Question>(&key)?.map(|(_, question)| question));
            }
        }
        Ok(found)
    }

    fn questions_of(&self, organisation: OrganisationId) -> Result<Vec<Question>, StoreError> {
        let found = self.scan::<StoredQuestion, Question>(&codec::questions_of(organisation), usize::MAX)?;
        Ok(found.into_iter().map(|(_, question)| question).collect())
    }

    /// The last first.
    fn rulings(&self, limit: usize) -> Result<Vec<Ruling>, StoreError> {
        let mut found = Vec::new();
        for key in self.tree()?.scan_prefix(Table::Ruling.prefix()).keys().rev().take(limit) {
            found.extend(self.model::<StoredRuling, Ruling>(&key?)?.map(|(_, ruling)| ruling));
        }
        Ok(found)
    }
}

impl Draft<'_> {
    /// Opens a question; one that is open stays open since when it was, and asked if it was.
    pub(super) fn question(&mut self, question: &Question) -> Result<(), StoreError> {
        let open = self.open(question.pair())?;
        let (at, asked) = open.map_or((question.at, None), |open| (open.at, open.asked));
        self.put_question(&Question { at, asked, ..question.clone() })
    }

    /// Marks a question as asked, once; one that is closed by now stays closed.
    pub(super) fn asked(&mut self, pair: (OrganisationId, OrganisationId), at: Timestamp) -> Result<(), StoreError> {
        match self.open(pair)? {
            Some(open) if open.asked.is_none() => self.put_question(&Question { asked: Some(at), ..open }),
            Some(_) | None => Ok(()),
        }
    }

    /// The question about a pair, which must be the same when this is written: what another says of it meanwhile is not lost.
    fn open(&mut self, (a, b): (OrganisationId, OrganisationId)) -> Result<Option<Question>, StoreError> {
        let key = codec::question(a, b);
        let value = self.inner.get(&key)?;
        self.same(&key, value.as_deref(), format!("the question about {a} and {b}"));
        let open = value.map(|value| to_model::<StoredQuestion, Question>(frame::unpack(&value, &self.inner.segments)?));
        open.transpose()
    }

    fn put_question(&mut self, question: &Question) -> Result<(), StoreError> {
        let ((a, b), shape) = (question.pair(), StoredQuestion::from(question));
        self.put(codec::question(a, b), &shape, None)?;
        self.put(codec::question(b, a), &shape, None)
    }

    pub(super) fn settled(&mut self, (a, b): (OrganisationId, OrganisationId)) {
        self.delete(codec::question(a, b));
        self.delete(codec::question(b, a));
    }

    /// Forgets what is open about an organisation.
    pub(super) fn questions_gone(&mut self, organisation: OrganisationId) -> Result<(), StoreError> {
        let keys: Vec<_> = self.inner.tree()?.scan_prefix(codec::questions_of(organisation)).keys().collect::<Result<_, _>>()?;
        for pair in keys.iter().filter_map(|key| codec::question_of(key)) {
            self.settled(pair);
        }
        Ok(())
    }

    /// Writes a ruling. A new one has the next number: when another took it meanwhile, that is a conflict.
    pub(super) fn ruling(&mut self, ruling: &Ruling) -> Result<(), CommitError> {
        let key = codec::ruling(ruling.number);
        let old = self.inner.get(&key)?;
        if old.is_some() != ruling.undone.is_some() {
            return Err(CommitError::Conflict { what: format!("ruling {}", ruling.number) });
        }
        self.same(&key, old.as_deref(), format!("ruling {}", ruling.number));
        self.to.effects.push(Effect::Ruled(ruling.number, lesson(ruling)));
        Ok(self.put(key, &StoredRuling::from(ruling), None)?)
    }
}

impl Embedded {
    pub(super) async fn likely(
        &self,
        asked: Vec<(OrganisationId, Vec<Row>)>,
        without: HashSet<OrganisationId>,
    ) -> Result<(u64, Vec<Likely>), StoreError> {
        self.read(move |inner| Ok(inner.linked.find_all(&asked, &without))).await
    }

    pub(super) fn common<'a>(&self, keys: impl IntoIterator<Item = &'a IdentityKey>) -> BTreeSet<IdentityKey> {
        let keys: Vec<&IdentityKey> = keys.into_iter().collect();
        // Some at a time: a file may name many, and others wait.
        let common = |some: &[&'a IdentityKey]| {
            let held = self.inner.linked.held();
            some.iter().filter(|key| held.index.is_common(key)).map(|key| (*key).clone()).collect::<Vec<_>>()
        };
        keys.chunks(AT_ONCE).flat_map(common).collect()
    }

    /// Those that may belong to the group of whoever owns one of these keys; the owner decides.
    pub(super) fn beneath<'a>(&self, keys: impl IntoIterator<Item = &'a IdentityKey>) -> BTreeSet<OrganisationId> {
        let held = self.inner.linked.held();
        let of_key = |key: u64| held.beneath.range((key, OrganisationId(0))..=(key, OrganisationId(u64::MAX))).map(|(_, id)| *id);
        keys.into_iter().flat_map(|key| of_key(short(key))).take(MEMBERS).collect()
    }

    /// Whether this one may belong to the group of another.
    pub(super) fn is_led(&self, id: OrganisationId) -> bool {
        self.inner.linked.held().above.contains_key(&id)
    }

    pub(super) async fn questions(&self, limit: usize) -> Result<Vec<Question>, StoreError> {
        self.read(move |inner| inner.questions(limit)).await
    }

    pub(super) async fn questions_of(&self, organisation: OrganisationId) -> Result<Vec<Question>, StoreError> {
        self.read(move |inner| inner.questions_of(organisation)).await
    }

    pub(super) async fn rulings(&self, limit: usize) -> Result<Vec<Ruling>, StoreError> {
        self.read(move |inner| inner.rulings(limit)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::linkage::Column;

    fn row(name: &str, phone: &str) -> Row {
        let mut row = Row::new(1, 1);
        row.set(Column::Name, name);
        row.set(Column::Phone, phone);
        row
    }

    #[test]
    fn of_many_asked_at_once_each_finds_what_is_there_and_the_others() {
        let linked = Linked::default();
        let stored = OrganisationId(1);
        linked.put(stored, &Said { rows: vec![row("Talleres Orbaneja", "+34947200331")], above: Vec::new() });
        let id = |place: usize| OrganisationId(1_000 + place as u64);
        let mut asked: Vec<(OrganisationId, Vec<Row>)> = (0..2 * AT_ONCE + 7)
            .map(|place| (id(place), vec![row(&format!("Q{place}x Z{place}y"), &format!("+3491{place:07}"))]))
            .collect();
        let last = asked.len() - 1;
        asked[3].1 = vec![row("Taleres Orbaneja", "+34947200331")];
        asked[5].1 = vec![row("Panadería Urbión", "+34975300100")];
        asked[last].1 = vec![row("PANADERIA URBION S.A.", "+34975300100")];
        let (_, found) = linked.find_all(&asked, &HashSet::new());
        let best = |place: usize| found[place].matches.first().map(|found| (found.organisation, found.points > 0.0));
        assert_eq!([best(3), best(5), best(last), best(9)], [Some((stored, true)), Some((id(last), true)), Some((id(5), true)), None]);
        let gone = HashSet::from([stored, id(5)]);
        let (_, found) = linked.find_all(&asked, &gone);
        assert!(found.iter().flat_map(|one| &one.matches).all(|found| !gone.contains(&found.organisation)));
        let held = linked.held();
        assert_eq!((held.index.len(), held.index.like(stored)), (1, Vec::new()), "what was only asked about is not there");
    }

    /// Firms of which some are called alike, some share a number, and one in three is in a house of 80.
    fn firm(number: usize) -> Vec<Row> {
        let names = ["Talleres", "Panadería", "Gráficas", "Autos", "Viajes"];
        let name = format!("{} Q{}x{} Z{}", names[number % 5], number % 83, number % 7, number / 2);
        let phone = if number.is_multiple_of(3) { format!("+34947{:06}", number % 97) } else { format!("+3491{number:07}") };
        vec![row(&name, &phone)]
    }

    #[test]
    fn of_many_asked_at_once_each_finds_what_a_store_that_held_all_of_them_would_find() {
        let (linked, mut whole) = (Linked::default(), Index::default());
        let answers = vec![(Pattern::default(), false); 3];
        linked.learn((0..).zip(answers.iter().copied().map(Some)));
        whole.learn(&answers);
        let id = |place: usize| OrganisationId(1 + place as u64);
        for place in 0..11_000 {
            linked.put(id(place), &Said { rows: firm(place), above: Vec::new() });
            whole.put(id(place), &firm(place));
        }
        // Some of them are stored already and say something else now; some are like what is stored, some like each other.
        let mut asked: Vec<(OrganisationId, Vec<Row>)> = (10_700..12_000).map(|place| (id(place), firm(place / 2 * 2))).collect();
        asked[7].1 = vec![row("Orbaneja", "+34947000003")];
        asked[9].1 = vec![row("Urbión", "+34947000003")];
        for (id, rows) in &asked {
            whole.put(*id, rows);
        }
        let (_, found) = linked.find_all(&asked, &HashSet::new());
        for one in &found {
            assert_eq!(one.matches, whole.like(one.organisation), "{:?}", one.organisation);
        }
        assert!(found.iter().filter(|one| one.matches.first().is_some_and(|best| best.points > 0.0)).count() > 100);
        assert_eq!(found[7].matches.iter().find(|like| like.organisation == asked[9].0), None, "a number of everybody there");
        assert_eq!(linked.held().index.len(), 11_000);
    }
}
