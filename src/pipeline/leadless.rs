//! Why new rows of a file make no lead: they are told apart by reason, with the first of each, so that nobody must guess what a segment lacks. Decides
//! nothing: it asks the same rules again. Knows no file format.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fresh::Fresh;
use super::group::Groups;
use super::{Effects, news};
use crate::base::ids::{OrganisationId, RecordId, SourceId};
use crate::base::text::count;
use crate::config::Config;
use crate::model::{Import, Lead, LeadState, Organisation, Record, Signal, Subject, Turn};
use crate::route;
use crate::score;
use crate::store::StoreError;

/// Rows of one reason that are named.
const NAMED: usize = 5;

/// New rows that make no lead for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leadless {
    /// Why, in words.
    pub reason: String,
    /// How many.
    pub rows: usize,
    /// The first of them: line, what it is called, what is to be said of it alone.
    pub first: Vec<(u64, String, String)>,
}

/// A new row: its line, its record, what it is called.
pub(super) type Row = (u64, RecordId, String);

/// What keeps an organisation from being a lead, and what is to be said of it alone.
type Why = (String, String);

/// Of these new rows those that make no lead, by reason, the reasons of most rows first.
pub(super) async fn leadless(
    effects: &Effects,
    config: &Config,
    import: &Import,
    (turn, rows): (&Turn, &[Row]),
) -> Result<Vec<Leadless>, StoreError> {
    let by_record: HashMap<RecordId, &Organisation> =
        turn.organisations.iter().flat_map(|one| one.records.iter().map(move |record| (*record, one))).collect();
    let places = news::places_of(&turn.records);
    let mut signals: HashMap<OrganisationId, Vec<&Signal>> = HashMap::new();
    for signal in &turn.signals {
        signals.entry(signal.organisation).or_default().push(signal);
    }
    let made: BTreeSet<OrganisationId> = turn.leads.iter().filter(|lead| route::for_rep(lead.state)).map(subject).collect();
    let fresh = Fresh::of_turn(turn);
    let groups = Groups { effects, config, fresh: &fresh, at: effects.clock.now() };
    let mut asked: BTreeMap<OrganisationId, Why> = BTreeMap::new();
    let mut all: BTreeMap<String, Leadless> = BTreeMap::new();
    for (line, record, name) in rows {
        let (reason, alone) = match by_record.get(record) {
            Some(one) if made.contains(&one.id) => continue,
            _ if import.signal.is_none() => {
                ("no --signal says that its rows are a reason to act: they are known quietly".to_owned(), String::new())
            }
            None => ("they name nobody who could be recognised".to_owned(), String::new()),
            Some(one) => {
                if let Entry::Vacant(free) = asked.entry(one.id) {
                    let records = news::records_at(effects, one, (&turn.records, &places)).await?;
                    let fresh = signals.get(&one.id).map(Vec::as_slice).unwrap_or_default();
                    free.insert(match above(&groups, one, turn).await? {
                        Some(above) => above,
                        None => why(effects, config, one, (&records, fresh)).await?,
                    });
                }
                asked.get(&one.id).cloned().unwrap_or_default()
            }
        };
        let entry = all.entry(reason.clone()).or_insert(Leadless { reason, rows: 0, first: Vec::new() });
        entry.rows += 1;
        if entry.first.len() < NAMED {
            entry.first.push((*line, name.clone(), alone));
        }
    }
    let mut all: Vec<Leadless> = all.into_values().collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.rows), one.first.first().map(|(line, ..)| *line)));
    Ok(all)
}

fn subject(lead: &Lead) -> OrganisationId {
    let Subject::Organisation(id) = lead.subject;
    id
}

/// That its head office is the lead, where it is, or was.
async fn above(groups: &Groups<'_>, one: &Organisation, turn: &Turn) -> Result<Option<Why>, StoreError> {
    if groups.head(one).await?.is_none() {
        return Ok(None);
    }
    let parts = groups.parts(one).await?;
    let Some((head, _)) = &parts.taken else { return Ok(None) };
    let mut leads: Vec<Lead> = turn.leads.iter().filter(|lead| subject(lead) == head.id).cloned().collect();
    let stored = groups.leads(head).await?;
    leads.extend(stored.into_iter().filter(|lead| !leads.iter().any(|new| new.id == lead.id)).collect::<Vec<_>>());
    leads.retain(|lead| parts.is_taken(&lead.segment));
    let said = |lead: &Lead| format!("{} {}", lead.title, lead.id);
    let (open, decided): (Vec<&Lead>, Vec<&Lead>) = leads.iter().partition(|lead| route::for_rep(lead.state));
    Ok(match (open.first(), decided.first()) {
        (Some(lead), _) => Some(("their head office is the lead, and is told of with them".to_owned(), said(lead))),
        (None, Some(lead)) => Some(("somebody said no, or later, to their head office".to_owned(), said(lead))),
        (None, None) => None,
    })
}

/// What keeps an organisation from being a lead anywhere: of several segments, the one it comes nearest to says it.
async fn why(effects: &Effects, config: &Config, one: &Organisation, (records, fresh): (&[Record], &[&Signal])) -> Result<Why, StoreError> {
    let known = effects.store.leads_of(Subject::Organisation(one.id)).await?;
    if let Some(lead) = known.iter().find(|lead| route::for_rep(lead.state)) {
        return Ok(("their organisation is a lead already, and this is nothing new for it".to_owned(), lead.id.to_string()));
    }
    if let Some(lead) = known.iter().find(|lead| matches!(lead.state, LeadState::Rejected | LeadState::Parked)) {
        return Ok(("somebody said no, or later, to their organisation".to_owned(), lead.id.to_string()));
    }
    if config.segments.is_empty() {
        return Ok(("no segment is configured".to_owned(), String::new()));
    }
    let mut signals = effects.store.signals_of(one.id, news::SIGNALS).await?;
    signals.extend(fresh.iter().map(|signal| (*signal).clone()));
    let trust_of = |id: &SourceId| config.trust(id);
    let listed = config.lists.find_told(one, records, &signals);
    let placed = config.placed(one);
    let view = score::Known {
        organisation: &placed,
        records,
        elsewhere: &[],
        signals: &signals,
        listed: &listed,
        tables: &config.lexicons.tables,
        trust_of: &trust_of,
    };
    let now = effects.clock.now();
    let mut nearest: Option<(bool, i64, Why)> = None;
    for segment in &config.segments {
        let scored = score::score(segment, &view, now);
        let (title, lacks) = (&segment.terms.segment, segment.terms.line - scored.total());
        let of = match &scored.excluded {
            Some(gate) => {
                let list = gate.split(", line ").next().unwrap_or(gate).to_owned();
                (true, i64::MAX, (format!("a gate of `{title}` keeps them out: {list}"), gate.clone()))
            }
            None if lacks > 0 => {
                // Hundredths, rounded up: what is lacking is never none.
                let points = usize::try_from((lacks + 99) / 100).unwrap_or(usize::MAX);
                let alone = format!("{} lacking", count(points, "point", "points"));
                (false, lacks, (format!("the points are below the line of `{title}`"), alone))
            }
            None => (false, 0, (format!("no rule of `{title}` gives points for the signal"), String::new())),
        };
        if nearest.as_ref().is_none_or(|(shut, far, _)| (of.0, of.1) < (*shut, *far)) {
            nearest = Some(of);
        }
    }
    Ok(nearest.map(|(.., why)| why).unwrap_or_default())
}
