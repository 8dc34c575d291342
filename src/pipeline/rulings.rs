//! What people say of organisations: that two are one, that they are not, and that this is taken back. Applied at once in one commit, and
//! remembered in the organisations themselves. Knows no command line.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use super::fresh::{Fresh, Touched};
use super::link::Affected;
use super::{Effects, announce, forget, unite};
use crate::base::ids::{OrganisationId, RecordId};
use crate::config::Config;
use crate::model::{Bond, Organisation, Record, Ruling, Turn};
use crate::resolve;
use crate::store::{CommitError, StoreError};

/// How often it is tried when others write at the same time.
const TRIES: usize = 5;
/// Rulings looked through for one to take back.
const RULINGS: usize = 10_000;

/// Why something that was said is not done.
#[derive(Debug, thiserror::Error)]
pub enum RulingError {
    /// It cannot be so.
    #[error("{0}")]
    Refused(String),
    /// Others write all the time.
    #[error("others were writing to the same organisations all the time: try again")]
    Busy,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who is not the same as an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// Another one.
    Organisation(OrganisationId),
    /// One of its records.
    Record(RecordId),
}

fn refused<T>(why: impl Into<String>) -> Result<T, RulingError> {
    Err(RulingError::Refused(why.into()))
}

/// Commits what was decided. `false`: others wrote first, and it is to be decided again.
async fn took_place(effects: &Effects, turn: Turn) -> Result<bool, RulingError> {
    match effects.store.commit(turn).await {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

async fn one(effects: &Effects, id: OrganisationId) -> Result<Organisation, RulingError> {
    effects.store.organisation(id).await?.map_or_else(|| refused(format!("there is no organisation {id} (any more)")), Ok)
}

async fn next_number(effects: &Effects) -> Result<u32, StoreError> {
    Ok(effects.store.rulings(1).await?.first().map_or(1, |last| last.number + 1))
}

/// How alike two organisations are, as far as they are: what an answer teaches.
async fn pattern(effects: &Effects, a: &Organisation, b: &Organisation) -> Result<Vec<u8>, StoreError> {
    let open = effects.store.questions_of(a.id).await?;
    if let Some(question) = open.iter().find(|question| question.a == b.id || question.b == b.id)
        && !question.likeness.pattern.is_empty()
    {
        return Ok(question.likeness.pattern.clone());
    }
    let (_, likely) = effects.store.likely(vec![(a.id, resolve::rows(a))], HashSet::new()).await?;
    let found = likely.iter().flat_map(|one| &one.matches).find(|found| found.organisation == b.id);
    Ok(found.map(|found| found.pattern.to_vec()).unwrap_or_default())
}

/// Two organisations are one: the one known first stays, with the other's records, keys, reasons to act and leads.
pub async fn rule_same(
    effects: &Effects,
    config: &Config,
    (a, b): (OrganisationId, OrganisationId),
    now: Timestamp,
) -> Result<Ruling, RulingError> {
    if a == b {
        return refused("that is one organisation already");
    }
    for _ in 0..TRIES {
        let (a, b) = (one(effects, a).await?, one(effects, b).await?);
        let ruling = Ruling {
            number: next_number(effects).await?,
            at: now,
            same: true,
            a: a.id,
            b: b.id,
            of_a: a.records.clone(),
            of_b: b.records.clone(),
            divided: false,
            pattern: pattern(effects, &a, &b).await?,
            undone: None,
        };
        let mut turn = Turn::upkeep();
        let ruling = join(effects, config, (&mut turn, a, b), ruling, now).await?;
        turn.rulings.push(ruling.clone());
        if took_place(effects, turn).await? {
            return Ok(ruling);
        }
    }
    Err(RulingError::Busy)
}

/// Makes one of two by a ruling, whatever was said before. Returns the ruling with the one that stays named first.
async fn join(
    effects: &Effects,
    config: &Config,
    (turn, mut a, mut b): (&mut Turn, Organisation, Organisation),
    ruling: Ruling,
    now: Timestamp,
) -> Result<Ruling, RulingError> {
    a.apart.retain(|record| !b.records.contains(record));
    b.apart.retain(|record| !a.records.contains(record));
    if let Some(why) = resolve::parted(&a, &b) {
        return refused(format!("they cannot be one, {why}: correct the source that has a wrong number, or leave them two"));
    }
    let whole = resolve::unite(a.clone(), b.clone(), &Bond::Ruling(ruling.number), now);
    let (ruling, part) = if whole.id == a.id {
        (ruling, b)
    } else {
        (Ruling { a: ruling.b, b: ruling.a, of_a: ruling.of_b, of_b: ruling.of_a, ..ruling }, a)
    };
    let affected = [(whole.id, Affected::changed(whole, vec![part]))].into();
    announce::announce_all(effects, config, turn, affected, now).await?;
    Ok(ruling)
}

/// Two organisations are not one, or a record is not of an organisation: it then has one of its own.
pub async fn rule_not_same(
    effects: &Effects,
    config: &Config,
    (a, other): (OrganisationId, Other),
    now: Timestamp,
) -> Result<Ruling, RulingError> {
    for _ in 0..TRIES {
        let a = one(effects, a).await?;
        let number = next_number(effects).await?;
        let mut turn = Turn::upkeep();
        let ruling = Ruling {
            number,
            at: now,
            same: false,
            a: a.id,
            b: a.id,
            of_a: a.records.clone(),
            of_b: Vec::new(),
            divided: false,
            pattern: Vec::new(),
            undone: None,
        };
        let ruling = match other {
            Other::Organisation(b) if b == a.id => {
                return refused("that is one organisation; name one of its records (`atalaya org show` lists them) to take it out");
            }
            Other::Organisation(b) => {
                let b = one(effects, b).await?;
                let ruling = Ruling { b: b.id, of_b: b.records.clone(), pattern: pattern(effects, &a, &b).await?, ..ruling };
                part(effects, config, &mut turn, (a, b), now).await?;
                ruling
            }
            Other::Record(record) if !a.records.contains(&record) => {
                return refused(format!("{record} is no record of {}: `atalaya org show {}` lists them", a.title(), a.id));
            }
            Other::Record(_) if a.records.len() == 1 => return refused("it is the only record of this organisation"),
            Other::Record(record) => {
                let id = OrganisationId::of(&[b"divided", &a.id.0.to_be_bytes(), &number.to_be_bytes()]);
                divide(effects, config, (&mut turn, &a), (&[record], id), now).await?;
                Ruling { b: id, of_a: without(&a.records, &[record]), of_b: vec![record], divided: true, ..ruling }
            }
        };
        turn.rulings.push(ruling.clone());
        if took_place(effects, turn).await? {
            return Ok(ruling);
        }
    }
    Err(RulingError::Busy)
}

fn without(all: &[RecordId], some: &[RecordId]) -> Vec<RecordId> {
    all.iter().filter(|record| !some.contains(record)).copied().collect()
}

/// Keeps two organisations apart from now on.
async fn part(
    effects: &Effects,
    config: &Config,
    turn: &mut Turn,
    (mut a, mut b): (Organisation, Organisation),
    now: Timestamp,
) -> Result<(), StoreError> {
    resolve::keep_apart(&mut a, &b.records);
    resolve::keep_apart(&mut b, &a.records);
    turn.settled.push((a.id, b.id));
    group(effects, config, turn, [a, b], now).await
}

/// Puts in two organisations that may lead one another otherwise now, with what becomes of their leads.
async fn group(effects: &Effects, config: &Config, turn: &mut Turn, both: [Organisation; 2], now: Timestamp) -> Result<(), StoreError> {
    let [a, b] = &both;
    let mut fresh = Fresh::default();
    fresh.put(Touched::only(a));
    fresh.put(Touched::only(b));
    turn.leads.extend(unite::lead_otherwise(effects, config, (fresh, &[a, b]), now).await?);
    turn.organisations.extend(both);
    Ok(())
}

/// Takes records out of an organisation into one of their own.
async fn divide(
    effects: &Effects,
    config: &Config,
    (turn, whole): (&mut Turn, &Organisation),
    (records, id): (&[RecordId], OrganisationId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (leaving, staying): (Vec<Record>, Vec<Record>) =
        effects.store.records(whole.records.clone()).await?.into_iter().partition(|record| records.contains(&record.id));
    let known = |all: &[Record]| all.iter().map(|record| forget::identity(config, record)).collect::<Vec<_>>();
    let (rest, part) = resolve::divide(whole, records, (&known(&leaving), &known(&staying)), id, now);
    unite::take_along(effects, config, turn, (&rest, &part), now).await?;
    turn.organisations.extend([rest, part]);
    Ok(())
}

/// Takes back a ruling, or the last one that stands. What was joined is two again and stays so; what was parted is free to be joined again.
pub async fn undo_ruling(effects: &Effects, config: &Config, number: Option<u32>, now: Timestamp) -> Result<Ruling, RulingError> {
    for _ in 0..TRIES {
        let all = effects.store.rulings(RULINGS).await?;
        let found = match number {
            Some(number) => all.iter().find(|ruling| ruling.number == number),
            None => all.iter().find(|ruling| ruling.undone.is_none()),
        };
        let Some(ruling) = found else {
            return refused(number.map_or_else(
                || "nothing was ruled that could be taken back".to_owned(),
                |number| format!("there is no ruling {number}: `atalaya org list --rulings` shows them"),
            ));
        };
        if ruling.undone.is_some() {
            return refused(format!("ruling {} was taken back already", ruling.number));
        }
        let ruling = Ruling { undone: Some(now), ..ruling.clone() };
        let mut turn = Turn::upkeep();
        let (a, b) = (holder(effects, config, &ruling.of_a).await?, holder(effects, config, &ruling.of_b).await?);
        match (a, b, ruling.same) {
            (Some(a), Some(b), true) if a.id == b.id => {
                let leaving: Vec<RecordId> = ruling.of_b.iter().filter(|record| a.records.contains(record)).copied().collect();
                if leaving.len() < a.records.len() {
                    let free = effects.store.organisation(ruling.b).await?.is_none();
                    let again = || OrganisationId::of(&[b"divided", &a.id.0.to_be_bytes(), &ruling.number.to_be_bytes()]);
                    let id = if free { ruling.b } else { again() };
                    divide(effects, config, (&mut turn, &a), (&leaving, id), now).await?;
                }
            }
            (Some(a), Some(b), true) => part(effects, config, &mut turn, (a, b), now).await?,
            (Some(a), Some(b), false) if a.id != b.id => {
                if ruling.divided {
                    join(effects, config, (&mut turn, a, b), ruling.clone(), now).await?;
                } else {
                    let of = |one: &Organisation| one.records.iter().copied().collect::<BTreeSet<_>>();
                    let (of_a, of_b) = (of(&a), of(&b));
                    let freed = |one: Organisation, other: &BTreeSet<RecordId>| Organisation { apart: &one.apart - other, ..one };
                    group(effects, config, &mut turn, [freed(a, &of_b), freed(b, &of_a)], now).await?;
                }
            }
            // Nobody names one of them any more, or they are one by now: nothing is left to be undone.
            (Some(_) | None, Some(_) | None, _) => {}
        }
        turn.rulings.push(ruling.clone());
        if took_place(effects, turn).await? {
            return Ok(ruling);
        }
    }
    Err(RulingError::Busy)
}

/// The organisation that has the first of these records that is still there.
async fn holder(effects: &Effects, config: &Config, records: &[RecordId]) -> Result<Option<Organisation>, StoreError> {
    for record in effects.store.records(records.to_vec()).await? {
        let owners = effects.store.organisations_by_keys(forget::identity(config, &record).keys).await?;
        if let Some(found) = owners.into_iter().find(|owner| owner.records.contains(&record.id)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
