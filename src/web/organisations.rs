//! What may be seen of organisations and ruled about them: lists, one with everything known of it and why, open questions, rulings.

use std::collections::BTreeMap;

use anyhow::{anyhow, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::AnswerError;
use super::views;
use crate::base::ids::{OrganisationId, RecordId, SegmentId};
use crate::base::text;
use crate::config::Config;
use crate::model::{Fact, FactName, Lead, Organisation, Question, Record, Ruling, Subject, origin_of, place_of};
use crate::pipeline::{self, Effects, Other, rule_not_same, rule_same, undo_ruling};
use crate::render::member;
use crate::resolve;
use crate::store::StoreError;

/// Organisations in one read.
const READ: usize = 500;
/// Organisations that are looked at for one list, or for a name.
const LOOKED: usize = 300_000;
/// Questions that are ordered by how much they tell.
const QUESTIONS: usize = 10_000;

/// One organisation in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OrganisationLine {
    /// Its id.
    pub id: String,
    /// What to call it.
    pub name: String,
    /// What it was called before.
    #[serde(default)]
    pub formerly: Option<String>,
    /// Where it is.
    pub place: Option<String>,
    /// By what it is known, without its names.
    pub keys: Vec<String>,
    /// How many records name it.
    pub records: usize,
    /// When a record last added something.
    pub changed: String,
}

/// Everything known of one organisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OrganisationView {
    /// Its line.
    pub organisation: OrganisationLine,
    /// The value of each field that is chosen, and those that differ.
    pub values: Vec<ValueView>,
    /// Its records, and by what each belongs to it.
    pub records: Vec<BelongsView>,
    /// Records that somebody took out of it, or that were said not to be of it.
    pub apart: Vec<String>,
    /// What is open about it.
    pub questions: Vec<OrganisationQuestion>,
    /// Its leads: segment, id, state.
    pub leads: Vec<(String, String, String)>,
    /// The segments in which its lead tells of members of its group, and of whom: segment, names.
    #[serde(default)]
    pub leads_with: Vec<(String, Vec<String>)>,
    /// The leads of its head office that stand for its own: segment, id, state.
    #[serde(default)]
    pub leads_above: Vec<(String, String, String)>,
    /// The head office of its group, which is called in its place: id and name.
    pub head_office: Option<(String, String)>,
    /// Branches and daughters whose head office it is: id and name.
    pub members: Vec<(String, String)>,
}

/// One field.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ValueView {
    /// Its name.
    pub field: String,
    /// The value that counts: of the most trusted source, there the newest.
    pub value: String,
    /// Which source says so.
    pub source: String,
    /// Of an import: where it comes from.
    #[serde(default)]
    pub origin: Option<String>,
    /// Since when.
    pub seen: String,
    /// In which record.
    pub record: String,
    /// Of a telephone number that could not be read: why, and what to write.
    #[serde(default)]
    pub note: Option<String>,
    /// Other values, the next best first: value, source, since when.
    pub conflicts: Vec<(String, String, String)>,
}

/// One record of an organisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BelongsView {
    /// Its id.
    pub record: String,
    /// What it is called.
    pub title: String,
    /// Which source it is of.
    pub source: String,
    /// Where it was read; of an import where it comes from.
    pub url: String,
    /// Of an import: where it comes from.
    #[serde(default)]
    pub origin: Option<String>,
    /// When it was first seen.
    pub first_seen: String,
    /// By what it belongs to the organisation.
    pub because: String,
    /// What each field says, where likeness joined it: ten points double the odds.
    #[serde(default)]
    pub points: BTreeMap<String, f64>,
}

/// A pair that may be one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OrganisationQuestion {
    /// One.
    pub a: OrganisationLine,
    /// The other.
    pub b: OrganisationLine,
    /// What speaks for it and against it.
    pub because: String,
    /// All of it in points, where there are; ten points double the odds.
    pub points: Option<f64>,
    /// Since when it is open.
    pub since: String,
}

/// What somebody said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RulingView {
    /// By which `org undo` knows it.
    pub number: u32,
    /// When.
    pub at: String,
    /// `same` or `not-same`.
    pub said: String,
    /// The organisation that stays, or one of the two.
    pub a: String,
    /// What it is called, as long as it is there.
    pub a_name: Option<String>,
    /// The other, which may be part of the first.
    pub b: String,
    /// What it is called, as long as it is there.
    pub b_name: Option<String>,
    /// When it was taken back.
    pub undone: Option<String>,
}

fn line(organisation: &Organisation, config: &Config) -> OrganisationLine {
    let best = |name| organisation.best(name, &|source| config.trust(source)).map(|fact| fact.value.text());
    OrganisationLine {
        id: organisation.id.to_string(),
        name: organisation.title().to_owned(),
        formerly: organisation.formerly(),
        place: best(FactName::Place).or_else(|| best(FactName::Region)).or_else(|| best(FactName::Country)),
        keys: organisation.keys.iter().filter(|key| key.is_strong()).map(ToString::to_string).collect(),
        records: organisation.records.len(),
        changed: views::time(organisation.changed),
    }
}

/// Whether all of these words are in what an organisation is called and known by.
fn has(organisation: &Organisation, words: &[String]) -> bool {
    let names = organisation.facts(FactName::Name).map(|fact| fact.value.text());
    let said: Vec<String> = names.chain(organisation.name.clone()).map(|name| text::words(&name)).collect();
    let keys: Vec<String> = organisation.keys.iter().map(|key| text::words(&key.to_string())).collect();
    words.iter().all(|word| said.iter().chain(&keys).any(|said| said.contains(word.as_str())))
}

fn split(words: &str) -> Vec<String> {
    text::words(words).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Organisations that have these words, in the order of their ids; at most so many.
async fn having(effects: &Effects, words: &[String], limit: usize) -> Result<Vec<Organisation>, StoreError> {
    let (mut found, mut after, mut looked) = (Vec::new(), None, 0);
    while looked < LOOKED && found.len() < limit {
        let some = effects.store.organisations_after(after, READ).await?;
        let Some(last) = some.last() else { break };
        (after, looked) = (Some(last.id), looked + some.len());
        found.extend(some.into_iter().filter(|organisation| has(organisation, words)));
    }
    found.truncate(limit);
    Ok(found)
}

/// The list.
pub(super) async fn list(effects: &Effects, config: &Config, words: &str, limit: usize) -> Result<Vec<OrganisationLine>, AnswerError> {
    let found = having(effects, &split(words), limit).await?;
    let mut lines: Vec<OrganisationLine> = found.iter().map(|one| line(one, config)).collect();
    lines.sort_by_cached_key(|line| (text::words(&line.name), line.id.clone()));
    Ok(lines)
}

/// The organisation of this id, or the only one of this name.
async fn find(effects: &Effects, name: &str) -> Result<Organisation, AnswerError> {
    if let Ok(id) = name.parse::<OrganisationId>() {
        return effects.store.organisation(id).await?.ok_or_else(|| anyhow!("there is no organisation {id} (any more)"));
    }
    let words = split(name);
    if words.is_empty() {
        bail!("name an organisation by its id (`atalaya org list` shows them) or by words of its name");
    }
    let mut found = having(effects, &words, 10).await?;
    let whole = found.iter().position(|one| text::words(one.title()) == words.join(" "));
    match (found.len(), whole) {
        (0, _) => bail!("no organisation is called `{name}`: `atalaya org list` shows all"),
        (1, _) => Ok(found.swap_remove(0)),
        (_, Some(place)) if found.iter().filter(|one| text::words(one.title()) == words.join(" ")).count() == 1 => {
            Ok(found.swap_remove(place))
        }
        (_, _) => {
            let some: Vec<String> = found.iter().map(|one| format!("{} {}", one.id, one.title())).collect();
            bail!("several organisations are called so; say which by its id:\n  {}", some.join("\n  "))
        }
    }
}

/// Everything known of one.
pub(super) async fn show(effects: &Effects, config: &Config, name: &str) -> Result<OrganisationView, AnswerError> {
    let one = find(effects, name).await?;
    let records = effects.store.records(one.records.clone()).await?;
    let open = effects.store.questions_of(one.id).await?;
    let leads = effects.store.leads_of(Subject::Organisation(one.id)).await?;
    Ok(OrganisationView {
        organisation: line(&one, config),
        values: FactName::ALL.into_iter().chain([FactName::FormerName]).filter_map(|name| value(&one, name, config)).collect(),
        records: records.iter().map(|record| belongs(&one, record)).collect(),
        apart: one.apart.iter().map(ToString::to_string).collect(),
        questions: question_views(effects, config, open).await?,
        leads: leads.iter().map(lead_line).collect(),
        leads_with: pipeline::counted(effects, config, &one).await?.iter().map(with_names).collect(),
        leads_above: pipeline::leads_above(effects, config, &one).await?.iter().map(lead_line).collect(),
        head_office: pipeline::head_office(effects, config, &one).await?.as_ref().map(named),
        members: pipeline::members(effects, config, &one).await?.iter().map(named).collect(),
    })
}

fn lead_line(lead: &Lead) -> (String, String, String) {
    (lead.segment.to_string(), lead.id.to_string(), lead.state.word().to_owned())
}

fn with_names((segment, members): &(SegmentId, Vec<Organisation>)) -> (String, Vec<String>) {
    (segment.to_string(), members.iter().map(member).collect())
}

fn named(one: &Organisation) -> (String, String) {
    (one.id.to_string(), one.title().to_owned())
}

/// One field: what counts, and what differs from it in more than spelling.
fn value(one: &Organisation, name: FactName, config: &Config) -> Option<ValueView> {
    let facts = one.ranked(name, &|source| config.trust(source));
    let first = *facts.first()?;
    let mut said = vec![text::words(&first.value.text())];
    let mut conflicts = Vec::new();
    for fact in facts {
        let words = text::words(&fact.value.text());
        if !said.contains(&words) {
            conflicts.push((fact.value.text(), fact.evidence.source.to_string(), views::time(fact.evidence.seen)));
            said.push(words);
        }
    }
    Some(ValueView {
        field: first.word().to_owned(),
        value: first.value.text(),
        source: first.evidence.source.to_string(),
        origin: origin_of(&first.evidence.url),
        seen: views::time(first.evidence.seen),
        record: first.record.to_string(),
        note: unread(first, config),
        conflicts,
    })
}

/// Why a telephone number is only known as it is written, and what reads it.
fn unread(fact: &Fact, config: &Config) -> Option<String> {
    let source = &fact.evidence.source;
    let country = config.source(source).and_then(|source| source.about().country.as_deref());
    fact.is_unread_phone().then(|| match country {
        Some(country) => format!("as written: it is no number of {country}, the `country` of source `{source}`"),
        None => format!("as written: no country is known; `country = \"ES\"`, or whichever it is, in source `{source}` reads it"),
    })
}

fn belongs(one: &Organisation, record: &Record) -> BelongsView {
    let bond = one.bonds.get(&record.id);
    let points = match bond {
        Some(crate::model::Bond::Alike(likeness)) => {
            likeness.fields.iter().map(|(name, points)| (name.clone(), f64::from(*points) / 10.0)).collect()
        }
        Some(crate::model::Bond::Key(_) | crate::model::Bond::Ruling(_)) | None => BTreeMap::new(),
    };
    BelongsView {
        record: record.id.to_string(),
        title: record.title(),
        source: record.source.to_string(),
        origin: origin_of(&record.url),
        url: place_of(&record.url),
        first_seen: views::time(record.first_seen),
        because: bond.map_or_else(|| "it was the first".to_owned(), crate::model::Bond::shown),
        points,
    }
}

/// Questions as they are shown; one about somebody who is no more is none.
async fn question_views(effects: &Effects, config: &Config, open: Vec<Question>) -> Result<Vec<OrganisationQuestion>, AnswerError> {
    let mut shown = Vec::with_capacity(open.len());
    for question in open {
        let (Some(a), Some(b)) = (effects.store.organisation(question.a).await?, effects.store.organisation(question.b).await?) else {
            continue;
        };
        let with_points = !question.likeness.fields.is_empty();
        let points = if with_points { format!(" ({})", question.likeness.shown()) } else { String::new() };
        shown.push(OrganisationQuestion {
            a: line(&a, config),
            b: line(&b, config),
            because: format!("{}{points}", question.because),
            points: with_points.then(|| f64::from(question.likeness.points) / 10.0),
            since: views::time(question.at),
        });
    }
    Ok(shown)
}

/// The open questions, those first whose answer tells most.
pub(super) async fn questions(effects: &Effects, config: &Config, limit: usize) -> Result<Vec<OrganisationQuestion>, AnswerError> {
    let mut open = effects.store.questions(QUESTIONS).await?;
    open.retain(|question| resolve::worth_asking(&question.likeness));
    let open = resolve::most_telling(open);
    question_views(effects, config, open.into_iter().take(limit).collect()).await
}

async fn ruling_view(effects: &Effects, ruling: &Ruling) -> Result<RulingView, AnswerError> {
    let named = effects.store.organisations(vec![ruling.a, ruling.b]).await?;
    let name = |id: OrganisationId| named.iter().find(|one| one.id == id).map(|one| one.title().to_owned());
    Ok(RulingView {
        number: ruling.number,
        at: views::time(ruling.at),
        said: if ruling.same { "same" } else { "not-same" }.to_owned(),
        a: ruling.a.to_string(),
        a_name: name(ruling.a),
        b: ruling.b.to_string(),
        b_name: name(ruling.b),
        undone: ruling.undone.map(views::time),
    })
}

/// What was said, the last first.
pub(super) async fn rulings(effects: &Effects, limit: usize) -> Result<Vec<RulingView>, AnswerError> {
    let mut shown = Vec::new();
    for ruling in effects.store.rulings(limit).await? {
        shown.push(ruling_view(effects, &ruling).await?);
    }
    Ok(shown)
}

/// Says that two are one.
pub(super) async fn same(effects: &Effects, config: &Config, (a, b): (&str, &str), now: Timestamp) -> Result<RulingView, AnswerError> {
    let (a, b) = (find(effects, a).await?, find(effects, b).await?);
    let ruling = rule_same(effects, config, (a.id, b.id), now).await?;
    ruling_view(effects, &ruling).await
}

/// Says that two are not one, or that a record is not of an organisation.
pub(super) async fn not_same(effects: &Effects, config: &Config, (a, b): (&str, &str), now: Timestamp) -> Result<RulingView, AnswerError> {
    let a = find(effects, a).await?;
    let other = match b.parse::<RecordId>() {
        Ok(record) => Other::Record(record),
        Err(_) => Other::Organisation(find(effects, b).await?.id),
    };
    let ruling = rule_not_same(effects, config, (a.id, other), now).await?;
    ruling_view(effects, &ruling).await
}

/// Takes back what was said.
pub(super) async fn undo(effects: &Effects, config: &Config, number: Option<u32>, now: Timestamp) -> Result<RulingView, AnswerError> {
    let ruling = undo_ruling(effects, config, number, now).await?;
    ruling_view(effects, &ruling).await
}
