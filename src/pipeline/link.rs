//! Which organisations a turn's records name: found by exact keys, then by likeness; what proves to be one becomes one. `resolve` decides; this
//! fetches what it decides on. Knows no lead.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::news::Whence;
use super::{Effects, linked, news};
use crate::base::ids::{OrganisationId, RecordId};
use crate::config::Config;
use crate::model::{Bond, IdentityKey, Likeness, Organisation, Question, Record, RecordKind, Signal, Turn};
use crate::resolve::linkage::{Match, Row};
use crate::resolve::{self, Identity};
use crate::store::{Likely, StoreError};

/// How often what became one is asked about again: each time it may be like another.
const ROUNDS: usize = 4;
/// Open questions about one organisation that a turn leaves.
const QUESTIONS: usize = 3;

/// An organisation that a turn touched.
#[derive(Clone, Debug)]
pub struct Affected {
    /// As it is now.
    pub organisation: Organisation,
    /// Whether it is to be stored.
    pub(super) changed: bool,
    /// Whether it was known before this turn.
    pub(super) known: bool,
    /// New reasons to act.
    pub news: Vec<Signal>,
    /// Stored ones that are part of it now.
    pub(super) absorbed: Vec<Organisation>,
}

impl Affected {
    /// One that is known, and stays as it is but for these reasons.
    pub(super) fn known(organisation: Organisation) -> Self {
        Self { changed: false, ..Self::changed(organisation, Vec::new()) }
    }

    /// One that is known, in another form, with those that became part of it.
    pub(super) const fn changed(organisation: Organisation, absorbed: Vec<Organisation>) -> Self {
        Self { organisation, changed: true, known: true, news: Vec::new(), absorbed }
    }
}

/// The id of a new organisation where the one that follows from its first key is somebody's who had that key before.
fn another(organisation: &Organisation) -> OrganisationId {
    let first = organisation.records.first().map_or(0, |record| record.0);
    OrganisationId::of(&[b"again", &organisation.id.0.to_be_bytes(), &first.to_be_bytes()])
}

/// Which organisations a turn touches.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) affected: BTreeMap<OrganisationId, Affected>,
    /// What is open about them.
    pub(super) questions: Vec<Question>,
    /// What memory knew when it was asked.
    pub(super) asked: Option<u64>,
}

/// The organisations of a turn, and what is open about them.
#[derive(Debug, Default)]
pub(super) struct Met {
    pub(super) all: BTreeMap<OrganisationId, Affected>,
    questions: BTreeMap<(OrganisationId, OrganisationId), Question>,
    by_key: HashMap<IdentityKey, OrganisationId>,
    /// Those whose records say something new: they may be like others.
    asking: BTreeSet<OrganisationId>,
    /// What memory knew when it was first asked.
    asked: Option<u64>,
}

/// The organisations that the turn's records name, with what the records add to them and the reasons to act that are new; and what is open.
pub(super) async fn affected(
    effects: &Effects,
    (config, whence): (&Config, Whence<'_>),
    turn: &Turn,
    changes: &[linked::Heard],
    now: Timestamp,
) -> Result<Linked, StoreError> {
    let news: HashSet<RecordId> =
        changes.iter().map(|heard| &heard.change).filter(|change| !change.baseline).map(|change| change.record).collect();
    let new = |record: &&Record| news.contains(&record.id);
    let of_others: HashSet<RecordId> = turn.records.iter().filter(new).filter_map(Record::said_in).collect();
    let named: Vec<(&Record, Identity)> = turn
        .records
        .iter()
        .map(|record| (record, resolve::identify(record, whence.about)))
        // A baseline record that names nobody stands for no organisation: it is known, and that is all. An article of nobody is the story of
        // those whom its sentences name, and nobody's beside them.
        .filter(|(record, identity)| {
            let is_theirs = record.kind == RecordKind::Article && of_others.contains(&record.id);
            !identity.is_nobody() || news.contains(&record.id) && !is_theirs
        })
        .collect();
    let keys: BTreeSet<IdentityKey> = named.iter().flat_map(|(_, identity)| identity.keys.iter().cloned()).collect();
    let mut met = Met::default();
    if keys.is_empty() {
        return Ok(Linked::default());
    }
    let common = effects.store.common(&keys);
    for organisation in effects.store.organisations_by_keys(keys.into_iter().collect()).await? {
        met.by_key.extend(organisation.keys.iter().map(|key| (key.clone(), organisation.id)));
        met.all.insert(organisation.id, Affected::known(organisation));
    }
    let mut own: HashMap<RecordId, Vec<&linked::Heard>> = HashMap::new();
    for heard in changes {
        own.entry(heard.change.record).or_default().push(heard);
    }
    for (record, identity) in named {
        let id = met.join(record, &identity, &common, now);
        let signals: Vec<Signal> = own
            .get(&record.id)
            .into_iter()
            .flatten()
            .flat_map(|heard| {
                let story = heard.is_story.then(|| news::story_of(whence, (&heard.change, record), id, now)).flatten();
                let signals = news::signals_of(config, whence, (&heard.change, record), id, now);
                story
                    .into_iter()
                    .chain(signals)
                    .map(|signal| Signal { echo: heard.echo, ..linked::called(signal, record, heard.title.as_deref()) })
            })
            .collect();
        met.all.entry(id).and_modify(|entry| entry.news.extend(signals));
    }
    met.have_own_ids(effects).await?;
    met.link(effects, now).await?;
    let gone = met.gone();
    let questions = met.questions.values().filter(|question| !gone.contains(&question.a) && !gone.contains(&question.b)).cloned().collect();
    met.all.retain(|_, affected| affected.changed || !affected.news.is_empty());
    Ok(Linked { affected: met.all, questions, asked: met.asked })
}

impl Met {
    /// Joins a record to the organisation it names. Returns which.
    fn join(&mut self, record: &Record, identity: &Identity, common: &BTreeSet<IdentityKey>, now: Timestamp) -> OrganisationId {
        let ids: BTreeSet<OrganisationId> = identity.keys.iter().filter_map(|key| self.by_key.get(key).copied()).collect();
        let found: Vec<Organisation> = ids.iter().filter_map(|id| self.all.get(id)).map(|one| one.organisation.clone()).collect();
        let mut merged = resolve::merge(record, identity, resolve::Met { found: &found, common: Some(common) }, now);
        if !ids.contains(&merged.organisation.id) && self.all.contains_key(&merged.organisation.id) {
            merged.organisation.id = another(&merged.organisation);
        }
        let id = merged.organisation.id;
        let before = found.iter().find(|known| known.id == id);
        if merged.changed && before.is_none_or(|before| resolve::rows(before) != resolve::rows(&merged.organisation)) {
            self.asking.insert(id);
        }
        for also in merged.also {
            self.ask(id, (also.organisation, Likeness::default()), &also.because, now);
        }
        if merged.changed || before.is_none() {
            self.put(merged.organisation, &merged.absorbed);
        }
        id
    }

    /// Puts in an organisation that these became part of.
    fn put(&mut self, organisation: Organisation, absorbed: &[OrganisationId]) {
        let id = organisation.id;
        self.by_key.extend(organisation.keys.iter().map(|key| (key.clone(), id)));
        let parts: Vec<Affected> = absorbed.iter().filter_map(|id| self.all.remove(id)).collect();
        let fresh = Affected { known: false, ..Affected::changed(organisation.clone(), Vec::new()) };
        let entry = self.all.entry(id).or_insert(fresh);
        (entry.organisation, entry.changed) = (organisation, true);
        for part in parts {
            entry.known |= part.known;
            entry.news.extend(part.news.into_iter().map(|signal| Signal { organisation: id, ..signal }));
            entry.absorbed.extend(part.absorbed);
            if part.organisation.version > 0 {
                entry.absorbed.push(part.organisation);
            }
        }
    }

    fn ask(&mut self, a: OrganisationId, (b, likeness): (OrganisationId, Likeness), because: &str, now: Timestamp) {
        let question = Question { a, b, likeness, because: because.to_owned(), at: now, asked: None };
        self.questions.insert(question.pair(), question);
    }

    /// Those that became part of another in this turn.
    fn gone(&self) -> HashSet<OrganisationId> {
        self.all.values().flat_map(|one| &one.absorbed).map(|part| part.id).collect()
    }

    /// Gives new organisations other ids where a stored one has theirs: it was first known by a key that it has no more.
    async fn have_own_ids(&mut self, effects: &Effects) -> Result<(), StoreError> {
        let new = self.all.values().filter(|one| one.organisation.version == 0).map(|one| one.organisation.id).collect::<Vec<_>>();
        if new.is_empty() {
            return Ok(());
        }
        for taken in effects.store.organisations(new).await? {
            let Some(mut one) = self.all.remove(&taken.id) else { continue };
            let id = another(&one.organisation);
            one.organisation.id = id;
            one.news.iter_mut().for_each(|signal| signal.organisation = id);
            if self.asking.remove(&taken.id) {
                self.asking.insert(id);
            }
            self.questions.retain(|(a, b), _| *a != taken.id && *b != taken.id);
            self.all.insert(id, one);
        }
        Ok(())
    }

    /// Makes one of those that are alike enough, and asks about those that are not quite.
    async fn link(&mut self, effects: &Effects, now: Timestamp) -> Result<(), StoreError> {
        let mut asking = std::mem::take(&mut self.asking);
        for _ in 0..ROUNDS {
            let of = |id: &OrganisationId| Some((*id, resolve::rows(&self.all.get(id)?.organisation)));
            let asked: Vec<(OrganisationId, Vec<Row>)> = asking.iter().filter_map(of).filter(|(_, rows)| !rows.is_empty()).collect();
            if asked.is_empty() {
                break;
            }
            let gone = self.gone();
            let (known, likely) = effects.store.likely(asked, gone).await?;
            self.asked.get_or_insert(known);
            let others: BTreeSet<OrganisationId> = likely.iter().flat_map(|one| &one.matches).map(|found| found.organisation).collect();
            let others = others.into_iter().filter(|id| !self.all.contains_key(id)).collect::<Vec<_>>();
            for organisation in if others.is_empty() { Vec::new() } else { effects.store.organisations(others).await? } {
                self.all.insert(organisation.id, Affected::known(organisation));
            }
            asking = self.link_round(&likely, now);
        }
        Ok(())
    }

    /// The likeliest pairs become one, each organisation once. Returns what came of it.
    fn link_round(&mut self, likely: &[Likely], now: Timestamp) -> BTreeSet<OrganisationId> {
        let mut pairs: Vec<(OrganisationId, &Match)> =
            likely.iter().flat_map(|one| one.matches.iter().map(|found| (one.organisation, found))).collect();
        let pair = |(one, found): &(OrganisationId, &Match)| (*one.min(&found.organisation), *one.max(&found.organisation));
        pairs.sort_by(|a, b| b.1.points.total_cmp(&a.1.points).then_with(|| pair(a).cmp(&pair(b))));
        let (mut united, mut next) = (BTreeSet::new(), BTreeSet::new());
        let mut asked: BTreeMap<OrganisationId, usize> = BTreeMap::new();
        for (id, found) in pairs {
            let other = found.organisation;
            if united.contains(&id) || united.contains(&other) {
                continue;
            }
            let (Some(a), Some(b)) = (self.all.get(&id), self.all.get(&other)) else { continue };
            let (a, b) = (a.organisation.clone(), b.organisation.clone());
            if resolve::parted(&a, &b).is_some() {
                continue;
            }
            let likeness = resolve::likeness(found);
            if found.points > 0.0 {
                let one = resolve::unite(a, b, &Bond::Alike(likeness), now);
                let gone = if one.id == id { other } else { id };
                next.insert(one.id);
                united.extend([id, other]);
                self.put(one, &[gone]);
            } else if resolve::worth_asking(&likeness) {
                let asked = asked.entry(id).or_default();
                *asked += 1;
                if *asked <= QUESTIONS {
                    self.ask(id, (other, likeness), "too little speaks for it to join them unasked", now);
                }
            }
        }
        next
    }
}
