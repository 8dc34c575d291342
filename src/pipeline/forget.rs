//! Retention of what went away: records past `keep_gone` are forgotten, and with them everything that quotes them. Records of a source that
//! left the configuration count as gone since it left; once none of them is left, it is forgotten itself.
//!
//! One step of bounded size; what is decided is committed in bounded turns, records last and the mark of a source after them, so that a step
//! cut short is simply done again. Knows no loop and no rhythm.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::asunder::fall_apart;
use super::departed::{departures, mark_of};
use super::fresh::{Fresh, Touched};
use super::group::{Groups, Part};
use super::keep::KeepError;
use super::news::{SIGNALS, revise};
use super::unlisted::{Unlisted, unlisted};
use super::{Effects, held, sought, unite};
use crate::base::ids::{LeadId, OrganisationId, RecordId, SourceId};
use crate::config::Config;
use crate::model::{IdentityKey, Lead, LeadState, NextStep, Organisation, Record, RecordKind, Turn};
use crate::resolve::{self, About, Identity};
use crate::route::Cause;
use crate::store::{CommitError, StoreError};

/// Organisations in one read.
const READ: usize = 500;
/// Records forgotten in one step; and so many other things of a source that left.
const STEP: usize = 2_000;
/// Records, or organisations that quote them, in one commit.
const TURN: usize = 50;
/// Signals forgotten in one commit.
const FORGOTTEN_SIGNALS: usize = 1_000;

/// What a step of forgetting did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgot {
    /// Records forgotten.
    pub records: usize,
    /// Organisations that nobody names any more, forgotten with their leads.
    pub organisations: usize,
    /// Sources that left the configuration, forgotten to the end.
    pub sources: usize,
    /// Whether there is more to do: the step was full, or others wrote at the same time.
    pub more: bool,
}

/// What is being forgotten.
struct Gone {
    records: Arc<HashSet<RecordId>>,
    /// Of organisations of more records than their list holds that may lose something: who else names them.
    unlisted: HashMap<OrganisationId, Unlisted>,
    /// Whether whole sources or rows go at once: what only they held together is then no longer one.
    divides: bool,
}

/// Forgets records that went away longer ago than `keep_gone`, and what organisations, signals and leads have from them; likewise sources
/// that left the configuration so long ago.
pub async fn forget_gone(effects: &Effects, config: &Config, now: Timestamp) -> Result<Forgot, KeepError> {
    let line = now.saturating_sub(config.keep.keep_gone).unwrap_or(Timestamp::UNIX_EPOCH);
    let departed = departures(effects, config).await?.into_iter().filter(|departed| departed.since < line);
    let left: Vec<SourceId> = departed.map(|departed| departed.source).collect();
    for source in &left {
        if !effects.store.remove_source(source, STEP).await? {
            return Ok(Forgot { more: true, ..Forgot::default() });
        }
    }
    let expired = effects.store.gone_before(line, left.clone(), STEP).await?;
    let mut done = Forgot { more: expired.len() >= STEP, ..Forgot::default() };
    forget_these(effects, config, (&expired, !left.is_empty()), &mut done, now).await?;
    if !done.more && !left.is_empty() {
        let mut turn = Turn::upkeep();
        turn.marks = left.iter().flat_map(|source| [(mark_of(source), None), (held::mark_of(source), None)]).collect();
        done.more = !took_place(effects.store.commit(turn).await)?;
        done.sources = left.len();
    }
    Ok(done)
}

/// Forgets these records with everything that quotes them; where they are all of their kind that go, what they alone held together is divided.
pub(super) async fn forget_these(
    effects: &Effects,
    config: &Config,
    (expired, divides): (&[Record], bool),
    done: &mut Forgot,
    now: Timestamp,
) -> Result<(), KeepError> {
    if !expired.is_empty() {
        let Some(organisations) = strip_all(effects, config, (expired, divides), now).await? else {
            done.more = true;
            return Ok(());
        };
        done.organisations = organisations;
        if !took_place(effects.store.forget_changes(expired).await)? {
            done.more = true;
            return Ok(());
        }
    }
    for some in expired.chunks(TURN) {
        let mut turn = Turn::upkeep();
        turn.forgotten.records = some.to_vec();
        turn.marks =
            some.iter().filter(|record| record.kind == RecordKind::Tender).map(|record| (sought::mark_of(record.id), None)).collect();
        if took_place(effects.store.commit(turn).await)? {
            done.records += some.len();
        } else {
            done.more = true;
        }
    }
    Ok(())
}

/// Whether a commit took place; a conflict means that it is decided again with the next step.
pub(super) fn took_place(done: Result<(), CommitError>) -> Result<bool, KeepError> {
    match done {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error @ CommitError::Store(_)) => Err(error.into()),
    }
}

/// Frees all organisations, signals and leads of what these records said. Returns how many organisations nobody names any more, which are
/// forgotten; `None` when others wrote at the same time.
async fn strip_all(
    effects: &Effects,
    config: &Config,
    (expired, divides): (&[Record], bool),
    now: Timestamp,
) -> Result<Option<usize>, KeepError> {
    let said: HashSet<IdentityKey> = expired.iter().flat_map(|record| identity(config, record).keys).collect();
    let records: HashSet<RecordId> = expired.iter().map(|record| record.id).collect();
    let mut gone = Gone { records: Arc::new(records), unlisted: HashMap::new(), divides };
    let (mut dropped, mut crowded, mut after) = (0, Vec::new(), None);
    loop {
        let batch = effects.store.organisations_after(after, READ).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        let mut plain = Vec::new();
        for organisation in batch {
            let quotes = quotes(&organisation, &gone.records);
            // A list that is full may not name them all: these may be among those it does not, and so may others that name it still.
            let full = organisation.records.len() >= resolve::RECORDS;
            if full && (quotes || organisation.keys.iter().any(|key| said.contains(key))) {
                crowded.push(organisation);
            } else if full || quotes {
                plain.push(organisation);
            }
        }
        let Some(more) = strip_some(effects, config, plain, &gone, now).await? else { return Ok(None) };
        dropped += more;
    }
    if !crowded.is_empty() {
        gone.unlisted = unlisted(effects, config, &crowded, &gone.records).await?;
    }
    Ok(strip_some(effects, config, crowded, &gone, now).await?.map(|more| dropped + more))
}

fn quotes(organisation: &Organisation, forgotten: &HashSet<RecordId>) -> bool {
    organisation.records.iter().any(|record| forgotten.contains(record))
        || organisation.facts.iter().any(|fact| forgotten.contains(&fact.record))
}

/// The same for these organisations, commit by commit.
async fn strip_some(
    effects: &Effects,
    config: &Config,
    organisations: Vec<Organisation>,
    gone: &Gone,
    now: Timestamp,
) -> Result<Option<usize>, KeepError> {
    let mut dropped = 0;
    for some in organisations.chunks(TURN) {
        let mut some = some.to_vec();
        while !some.is_empty() {
            let (turn, again) = strip(effects, config, &some, gone, now).await?;
            dropped += turn.forgotten.organisations.len();
            if !took_place(effects.store.commit(turn).await)? {
                return Ok(None);
            }
            if gone.divides {
                for organisation in some.iter().filter(|organisation| quotes(organisation, &gone.records)) {
                    if !again.contains(&organisation.id) && !fall_apart(effects, config, organisation.id, now).await? {
                        return Ok(None);
                    }
                }
            }
            some.clear();
            for id in again {
                some.extend(effects.store.organisation(id).await?);
            }
        }
    }
    Ok(Some(dropped))
}

/// The turn after which these organisations, their signals and leads say nothing any more that only a forgotten record said; and those that
/// have more signals to forget than one turn takes.
async fn strip(
    effects: &Effects,
    config: &Config,
    organisations: &[Organisation],
    gone: &Gone,
    now: Timestamp,
) -> Result<(Turn, Vec<OrganisationId>), StoreError> {
    let (mut turn, mut again, mut left) = (Turn::upkeep(), Vec::new(), Vec::new());
    for organisation in organisations {
        let room = FORGOTTEN_SIGNALS - turn.forgotten.signals.len();
        let (theirs, signals) = effects.store.signals_apart(organisation.id, Arc::clone(&gone.records), (room, SIGNALS)).await?;
        let full = theirs.len() == room;
        if full {
            again.push(organisation.id);
        }
        let Some(rest) = rest(effects, config, organisation, gone).await? else {
            if full {
                turn.forgotten.signals.extend(theirs);
            } else {
                turn.forgotten.organisations.push(organisation.clone());
            }
            continue;
        };
        if rest == *organisation && theirs.is_empty() {
            continue;
        }
        turn.forgotten.signals.extend(theirs);
        left.push((rest, signals));
    }
    let mut fresh = Fresh::without(&gone.records);
    turn.forgotten.organisations.iter().for_each(|one| fresh.is_gone(one.id));
    for (rest, signals) in &left {
        fresh.put(Touched { left: Some(signals.clone()), ..Touched::only(rest) });
    }
    // What is forgotten of one may be said by the lead of another.
    let is_less = |one: &&Organisation| fresh.touched.contains_key(&one.id) || fresh.gone.contains(&one.id);
    let lose: Vec<&Organisation> = organisations.iter().filter(is_less).collect();
    turn.leads = unite::lead_otherwise(effects, config, (fresh, &lose), now).await?;
    turn.organisations.extend(left.into_iter().map(|(rest, _)| rest));
    Ok((turn, again))
}

/// The leads of an organisation that are otherwise by what went from it or its group, or to them, and nobody is told of.
pub(super) async fn quietly(groups: &Groups<'_>, one: &Organisation, now: Timestamp) -> Result<Vec<Lead>, StoreError> {
    let previous = groups.leads(one).await?;
    if previous.is_empty() {
        return Ok(Vec::new());
    }
    let parts = groups.parts(one).await?;
    // What is stored otherwise is to be stored, whatever the rules see.
    let moved = previous.iter().filter(|lead| groups.fresh.moved.contains(&lead.id));
    let mut leads: BTreeMap<LeadId, Lead> = moved.map(|lead| (lead.id, lead.clone())).collect();
    for Part { segments, grounds } in &parts.parts {
        let revised = revise(groups.config, segments, (&previous, Cause::Forgetting), &grounds.behind(one, None), now);
        leads.extend(revised.into_iter().map(|revised| (revised.lead.id, revised.lead)));
    }
    // Where its head office has the lead it must not become one by this.
    let has_rules = |lead: &Lead| groups.config.segments.iter().any(|segment| segment.terms.segment == lead.segment);
    let bare = previous.iter().filter(|lead| parts.is_taken(&lead.segment) || groups.fresh.forgets() && !has_rules(lead));
    leads.extend(bare.map(|lead| (lead, without_proof(lead, one))).filter(|(lead, bare)| *lead != bare).map(|(_, bare)| (bare.id, bare)));
    // Nobody misses what never was one.
    leads.retain(|_, lead| lead.version > 0 || !matches!(lead.state, LeadState::Below | LeadState::Excluded));
    Ok(leads.into_values().collect())
}

/// What is left of an organisation; `None` when nobody names it any more.
async fn rest(effects: &Effects, config: &Config, organisation: &Organisation, gone: &Gone) -> Result<Option<Organisation>, StoreError> {
    let mut whole = organisation.clone();
    let mut identities: Vec<Identity> = Vec::new();
    match gone.unlisted.get(&organisation.id) {
        Some(unlisted) => {
            whole.records = unlisted.records().filter(|id| !organisation.records.contains(id)).chain(whole.records).collect();
            identities.extend(unlisted.identity());
        }
        // Nothing but signals can be gone; and what others than those on its list say of it was not asked.
        None if !quotes(organisation, &gone.records) => return Ok(Some(whole)),
        None => {}
    }
    let kept = organisation.records.iter().filter(|record| !gone.records.contains(record)).copied().collect();
    identities.extend(effects.store.records(kept).await?.iter().map(|record| identity(config, record)));
    Ok(resolve::without(&whole, |record| gone.records.contains(record), &identities))
}

/// By what a record's organisation is known, as the settings of its source have it.
pub(super) fn identity(config: &Config, record: &Record) -> Identity {
    let about = About::default();
    resolve::identify(record, config.about(&record.source).unwrap_or(&about))
}

/// A lead whose segment is not configured any more, or that is its head office's now, is not judged anew: its sum stays, and no word of what was read.
fn without_proof(lead: &Lead, rest: &Organisation) -> Lead {
    let mut bare = lead.clone();
    rest.title().clone_into(&mut bare.title);
    bare.next_step = NextStep::Words(String::new());
    for part in &mut bare.score.parts {
        part.evidence = None;
    }
    bare
}
