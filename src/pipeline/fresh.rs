//! What a turn that is not stored yet makes of organisations, laid over what is: so that whoever judges one sees its group as the turn leaves it.
//! Knows no store.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::group::Part;
use super::news;
use crate::base::ids::{LeadId, OrganisationId, RecordId};
use crate::model::{IdentityKey, Lead, Organisation, Record, Signal, Turn};
use crate::resolve;

/// An organisation as a turn that is not stored yet leaves it.
pub(super) struct Touched<'a> {
    pub(super) organisation: &'a Organisation,
    /// What is left of its stored signals; `None`: all of them.
    pub(super) left: Option<Vec<Signal>>,
    /// What comes to them, and is no news.
    pub(super) more: Vec<Signal>,
    /// What comes to them, and is.
    pub(super) news: &'a [Signal],
}

impl<'a> Touched<'a> {
    pub(super) const fn only(organisation: &'a Organisation) -> Self {
        Self { organisation, left: None, more: Vec::new(), news: &[] }
    }
}

/// What a turn that is not stored yet changes.
#[derive(Default)]
pub(super) struct Fresh<'a> {
    pub(super) touched: BTreeMap<OrganisationId, Touched<'a>>,
    pub(super) gone: BTreeSet<OrganisationId>,
    pub(super) records: &'a [Record],
    pub(super) places: HashMap<RecordId, usize>,
    without: Option<&'a HashSet<RecordId>>,
    pub(super) owners: HashMap<IdentityKey, OrganisationId>,
    pub(super) led: HashMap<IdentityKey, Vec<OrganisationId>>,
    /// The leads of organisations before the turn, where they are others than the stored ones.
    pub(super) leads: HashMap<OrganisationId, Vec<Lead>>,
    /// Which of those are stored otherwise, or not at all.
    pub(super) moved: HashSet<LeadId>,
    asked: Mutex<Asked>,
}

/// What was found out of groups: many of one may be in a turn.
#[derive(Default)]
pub(super) struct Asked {
    /// Who is around a key.
    pub(super) around: HashMap<IdentityKey, Arc<Vec<Organisation>>>,
    /// What head offices have of their members.
    pub(super) shared: HashMap<OrganisationId, Arc<Vec<Part>>>,
}

impl<'a> Fresh<'a> {
    /// These records are new or differ.
    pub(super) fn of_records(records: &'a [Record]) -> Self {
        Self { records, places: news::places_of(records), ..Self::default() }
    }

    /// Nothing counts any more that these records said.
    pub(super) fn without(records: &'a HashSet<RecordId>) -> Self {
        Self { without: Some(records), ..Self::default() }
    }

    /// What is decided already of a turn.
    pub(super) fn of_turn(turn: &'a Turn) -> Self {
        let mut fresh = Self::of_records(&turn.records);
        let mut more: HashMap<OrganisationId, Vec<Signal>> = HashMap::new();
        for signal in &turn.signals {
            more.entry(signal.organisation).or_default().push(signal.clone());
        }
        fresh.gone.extend(turn.forgotten.organisations.iter().map(|one| one.id));
        for organisation in &turn.organisations {
            fresh.put(Touched { more: more.remove(&organisation.id).unwrap_or_default(), ..Touched::only(organisation) });
        }
        fresh
    }

    pub(super) fn put(&mut self, touched: Touched<'a>) {
        let id = touched.organisation.id;
        self.owners.extend(touched.organisation.keys.iter().map(|key| (key.clone(), id)));
        for key in resolve::above(touched.organisation) {
            self.led.entry(key).or_default().push(id);
        }
        self.touched.insert(id, touched);
    }

    /// This one is part of another now, or forgotten.
    pub(super) fn is_gone(&mut self, id: OrganisationId) {
        self.gone.insert(id);
    }

    pub(super) fn stands(&self, record: RecordId) -> bool {
        self.without.is_none_or(|without| !without.contains(&record))
    }

    /// Whether something is forgotten.
    pub(super) const fn forgets(&self) -> bool {
        self.without.is_some()
    }

    pub(super) fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
