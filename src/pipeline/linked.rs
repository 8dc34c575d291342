//! One tender on several portals, one article in several papers: which records of other sources go by the same identifiers, which news they have
//! told already, and whom else a tender's change concerns. Knows no lead.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::forget::identity;
use super::news::TITLE;
use super::{Affected, Effects};
use crate::base::ids::{OrganisationId, RecordId, SourceId};
use crate::base::text::{clip, words};
use crate::config::Config;
use crate::model::{
    AWARDED_LOTS, BUYER_SAYS, Baseline, CANCELLED_LOTS, Change, ChangeKind, FieldChange, FieldName, Joined, LOT_AWARDS, LOT_WORTH,
    LOTS_DUE, Record, RecordKind, Signal, SourceState, Value, as_one, by_numbers, deadline, is_live, named_by, standing,
};
use crate::store::StoreError;

/// Between two articles of a series there is more time than this.
const SERIES: SignedDuration = SignedDuration::from_hours(24 * 5);
/// Fields with the text of an article.
pub(super) const TEXTS: [&str; 5] = ["summary", "description", "text", "body", "content"];
/// Deadlines of a tender, of which the one counts that is over first.
const DUE: [&str; 2] = ["deadline", "questions_until"];
/// The field that says whether it takes offers.
const STAGE: &str = "stage";
/// Words of a title that another one may go on behind: the name of the paper.
const TITLED: usize = 3;
/// Words of a text by which an article is known again.
const WORDS: usize = 12;
/// Fields that are another's of the same article under another address.
const OWN: [&str; 6] = ["id", "guid", "key", "url", "link", "updated"];
/// Records that are joined as one tender, at most.
const OTHERS: usize = 20;

/// The records of other sources, of its own kind, that are known by one of a record's explicit identifiers, and those that are known by one of
/// theirs: a portal in between may be the only one that knows both.
pub async fn linked(effects: &Effects, record: &Record) -> Result<Vec<Record>, StoreError> {
    let mut all = vec![record.clone()];
    let mut asked = 0;
    while asked < all.len() && all.len() < OTHERS {
        if !all[asked].shared_ids().is_empty() {
            let mut others = effects.store.shared_by(all[asked].clone()).await?;
            others.retain(|id| !all.iter().any(|known| known.id == *id));
            all.extend(effects.store.records(others).await?);
        }
        asked += 1;
    }
    all.remove(0);
    Ok(all)
}

/// The tender of a record as all portals together tell it at a moment, under the id of its first record. Sources that are not watched any more
/// have no say.
pub(super) async fn whole_tender(effects: &Effects, config: &Config, record: Record, now: Timestamp) -> Result<Joined, StoreError> {
    let mut all = linked(effects, &record).await?;
    all.insert(0, record);
    Ok(whole(config, all, now))
}

/// The tender of these records, of which there is one at least.
pub(super) fn whole(config: &Config, mut all: Vec<Record>, now: Timestamp) -> Joined {
    let watched = |record: &Record| config.source(&record.source).is_some_and(|source| source.enabled);
    if all.iter().any(|record| watched(record) && !record.gone) {
        all.iter_mut().filter(|record| !watched(record)).for_each(|record| record.gone = true);
    }
    // There is one at least.
    let mut joined = as_one(&all, now).unwrap_or_else(|| all.swap_remove(0).into());
    for said in &mut joined.said {
        let source = config.sources.iter().find(|source| source.id.as_str() == said.source);
        said.source = source.map_or_else(|| said.source.clone(), |source| source.title.clone());
    }
    joined
}

/// The records of other organisations that are the tenders of these signals on other portals: a portal may call their buyer otherwise. Those that
/// are `fresh` are not stored yet.
pub async fn elsewhere(effects: &Effects, (records, signals): (&[Record], &[Signal]), fresh: &[Record]) -> Result<Vec<Record>, StoreError> {
    let asked: HashSet<RecordId> = signals.iter().map(|signal| signal.record).collect();
    let mut found: BTreeMap<RecordId, Record> = BTreeMap::new();
    for record in records.iter().filter(|record| record.kind == RecordKind::Tender && asked.contains(&record.id)) {
        let ids = record.shared_ids();
        if ids.is_empty() {
            continue;
        }
        let same = |other: &&Record| {
            other.kind == RecordKind::Tender && other.source != record.source && other.shared_ids().iter().any(|id| ids.contains(id))
        };
        let stored = linked(effects, record).await?;
        found.extend(stored.into_iter().map(|other| (other.id, fresh.iter().find(|one| one.id == other.id).cloned().unwrap_or(other))));
        found.extend(fresh.iter().filter(same).map(|other| (other.id, other.clone())));
    }
    found.retain(|id, _| !records.iter().any(|record| record.id == *id));
    Ok(found.into_values().collect())
}

/// Adds those whom other portals name as buyers of the tenders that changed: what is said of a tender here counts for them too.
pub(super) async fn judge_beside(
    effects: &Effects,
    config: &Config,
    (records, changes): (&[Record], &[Change]),
    affected: &mut BTreeMap<OrganisationId, Affected>,
) -> Result<(), StoreError> {
    let changed: HashSet<RecordId> = changes.iter().map(|change| change.record).collect();
    for record in records.iter().filter(|record| record.kind == RecordKind::Tender && changed.contains(&record.id)) {
        for other in linked(effects, record).await? {
            let named = effects.store.organisations_by_keys(identity(config, &other).keys).await?;
            let part = |id| affected.values().any(|one| one.absorbed.iter().any(|part| part.id == id));
            if let Some(buyer) = named.into_iter().find(|one| one.records.contains(&other.id)).filter(|one| !part(one.id)) {
                affected.entry(buyer.id).or_insert_with(|| Affected::known(buyer));
            }
        }
    }
    Ok(())
}

/// A record of another source, or the same article in its own, and since when what that source brings is told: what it held before was stored quietly.
struct Other {
    record: Record,
    since: Timestamp,
}

/// A change, and whether another portal has told it.
pub(super) struct Heard {
    pub(super) change: Change,
    pub(super) echo: bool,
    /// What its tender is called, where several portals have it; the article that says it.
    pub(super) title: Option<String>,
    /// Whether it is told as the article itself: that names nobody else.
    pub(super) is_story: bool,
}

/// The changes without what another portal has told of the same tender or award: that it is there, or that a field has this very value. Where a
/// segment asks for this very source, what was told comes too, as an echo. With it what [`Turn::looked`](crate::model::Turn::looked) is to say.
pub(super) async fn untold(
    effects: &Effects,
    config: &Config,
    records: &[Record],
    changes: &[Change],
) -> Result<(Vec<Heard>, Option<u64>), StoreError> {
    let now = effects.store.shared_written();
    let mut looked = None;
    let by_id: HashMap<RecordId, &Record> = records.iter().map(|record| (record.id, record)).collect();
    let (mut left, mut articles) = (Vec::with_capacity(changes.len()), HashMap::<Vec<_>, Vec<&Record>>::new());
    for change in changes {
        let record = by_id.get(&change.record).filter(|_| !change.baseline);
        match record.filter(|record| matches!(record.kind, RecordKind::Tender | RecordKind::Award | RecordKind::Article)) {
            Some(record) => {
                looked = Some(now);
                let all = linked(effects, record).await?;
                let title = if all.is_empty() || record.kind != RecordKind::Tender {
                    None
                } else {
                    named_by(all.iter().chain([*record])).map(Record::title)
                };
                let mut watched = watched(config, all);
                for other in &mut watched {
                    // What the same turn brings holds already.
                    if let Some(now) = by_id.get(&other.id) {
                        other.clone_from(now);
                    }
                }
                let mut others = telling(effects, (record, watched.clone())).await?;
                let names = |record: &Record| !identity(config, record).is_nobody();
                if record.kind == RecordKind::Article && names(record) {
                    // One that names nobody has told nothing of who is named here.
                    others.retain(|other| names(&other.record));
                }
                if let Some(wording) = wording(record) {
                    let alike = articles.entry(wording).or_default();
                    let same = alike.iter().copied().find(|other| same_article(record, other));
                    others.extend(same.map(|other| Other { record: other.clone(), since: Timestamp::MIN }));
                    alike.push(record);
                }
                let alone = others.is_empty() && watched.is_empty();
                let before = if alone { None } else { effects.store.records(vec![record.id]).await?.pop() };
                let held = match given_way(config, change, (record, &watched)) {
                    Some(moved) => Some(moved),
                    None => as_it_holds(change, (record, before.as_ref()), (&watched, &others)),
                };
                let news = held.and_then(|held| without(&held, (record, before.as_ref()), &others));
                // What the buyer says of a change that another portal told is told no more.
                let news = news.filter(|news| !only_words(news) || only_words(change));
                let asked = config.segments.iter().any(|segment| segment.sources().any(|(source, _)| *source == change.source));
                let echo = beside(change, news.as_ref()).filter(|_| asked).and_then(|echo| as_said(echo, record.kind, &others));
                left.extend(news.map(|change| Heard { change, echo: false, title: title.clone(), is_story: false }));
                left.extend(echo.map(|change| Heard { change, echo: true, title, is_story: false }));
            }
            None => left.push(Heard { change: change.clone(), echo: false, title: None, is_story: false }),
        }
    }
    Ok((left, looked))
}

/// Whether a change is nothing but what the buyer says of one.
fn only_words(change: &Change) -> bool {
    matches!(&change.kind, ChangeKind::Changed(fields) if fields.iter().all(|field| field.field.as_str() == BUYER_SAYS))
}

/// What of a change is not in this part of it.
fn beside(change: &Change, part: Option<&Change>) -> Option<Change> {
    let kind = match (&change.kind, part.map(|part| &part.kind)) {
        (kind, None) | (kind @ (ChangeKind::Appeared | ChangeKind::Returned(_)), Some(ChangeKind::Changed(_))) => kind.clone(),
        (ChangeKind::Changed(all), Some(ChangeKind::Changed(told))) => {
            let rest: Vec<FieldChange> = all.iter().filter(|field| !told.contains(field)).cloned().collect();
            if rest.is_empty() {
                return None;
            }
            ChangeKind::Changed(rest)
        }
        (ChangeKind::Appeared | ChangeKind::Returned(_) | ChangeKind::Gone | ChangeKind::Changed(_), Some(_)) => return None,
    };
    Some(Change { kind, ..change.clone() })
}

/// An echo without the deadlines of a tender that another portal did not say as well: one that does not hold is no move.
fn as_said(echo: Change, kind: RecordKind, others: &[Other]) -> Option<Change> {
    let ChangeKind::Changed(mut fields) = echo.kind else { return Some(echo) };
    let is_said = |field: &FieldChange| others.iter().any(|other| same(other.record.value(field.field.as_str()), field.new.as_ref()));
    fields.retain(|field| kind != RecordKind::Tender || !DUE.contains(&field.field.as_str()) || is_said(field));
    (!fields.is_empty()).then_some(Change { kind: ChangeKind::Changed(fields), ..echo })
}

/// The record that says until when offers are taken now, where this one said it until `before`, and what that changes: the deadline, and whose it is:
/// another portal's, or another lot's. `None`: it counts still, did not count then, or nobody takes offers any more.
pub(super) fn taken_over(
    title: &dyn Fn(&SourceId) -> String,
    (record, others): (&Record, &[Record]),
    (before, now): (Timestamp, Timestamp),
) -> Option<(Record, Vec<FieldChange>)> {
    const NAME: &str = "deadline";
    let old = record.value(NAME).filter(|_| record.kind == RecordKind::Tender)?;
    let with = |own: Record| -> Vec<Record> { others.iter().cloned().chain([own]).collect() };
    let counted = as_one(&with(Record { gone: false, ..record.clone() }), before)?;
    let counts = as_one(&with(record.clone()), now)?;
    let open = deadline(&counts.record).is_some_and(|closing| !closing.is_over(now)) && is_live(&counts.record) && !counts.record.gone;
    let new = counts.record.value(NAME).filter(|new| open && !same(Some(new), Some(old)))?;
    // Of several that said the same one tells.
    if counted.record.source != record.source || !same(counted.record.value(NAME), Some(old)) {
        return None;
    }
    let mut all = standing(others.iter().chain([record]), now).into_iter();
    let later = all.find(|one| one.source == counts.record.source && one.value(NAME) == Some(new))?.into_owned();
    let field = |name: &str, [old, new]: [Option<Value>; 2]| FieldChange { field: FieldName::new(name), old, new };
    let whose = if later.source == record.source {
        field("lot", [record, &later].map(|one| deadline(one)?.lots.map(Value::Text)))
    } else {
        let differ = counted.said.iter().any(|said| said.name.as_str() == NAME);
        let portals = || field("portal", [record, &later].map(|one| Some(Value::Text(title(&one.source)))));
        differ.then(portals)?
    };
    let moved = field(NAME, [Some(old.clone()), Some(new.clone())]);
    Some((later, vec![moved, whose]))
}

/// That a notice went, as the move of its tender's deadline to that of another portal which it is.
fn given_way(config: &Config, change: &Change, (record, others): (&Record, &[Record])) -> Option<Change> {
    if change.kind != ChangeKind::Gone {
        return None;
    }
    let title = |id: &SourceId| config.source_title(id).to_owned();
    let (_, fields) = taken_over(&title, (record, others), (change.at, change.at))?;
    Some(Change { kind: ChangeKind::Changed(fields), ..change.clone() })
}

/// A signal of a record under the title that its tender goes by on all portals: another title proves nothing of it.
pub(super) fn called(signal: Signal, record: &Record, title: Option<&str>) -> Signal {
    let Some(title) = title.filter(|title| *title != record.title()) else { return signal };
    let other = || ["deadline", "stage", "buyer"].into_iter().find_map(|name| record.evidence(name));
    let evidence = if record.evidence("title").is_some_and(|own| own.path == signal.evidence.path) { other() } else { None };
    Signal { story: signal.story.called(clip(title, TITLE)), evidence: evidence.unwrap_or(signal.evidence), ..signal }
}

/// Those whose sources are watched.
pub(super) fn watched(config: &Config, mut records: Vec<Record>) -> Vec<Record> {
    records.retain(|record| config.source(&record.source).is_some_and(|source| source.enabled));
    records
}

/// A change of a tender as far as it changes the deadlines and the stage that hold, all portals together: one that stays behind another portal's moves
/// nothing, and one that gives way to it moves what holds to there. The rest of it stays as it is. What others said before counts as far as it
/// was told, so that what was stored quietly is told with the first move.
fn as_it_holds(change: &Change, (record, before): (&Record, Option<&Record>), (beside, told): (&[Record], &[Other])) -> Option<Change> {
    let (ChangeKind::Changed(fields), Some(before), RecordKind::Tender, false) = (&change.kind, before, record.kind, beside.is_empty())
    else {
        return Some(change.clone());
    };
    let holds = |field: &FieldChange| {
        let name = field.field.as_str();
        if !DUE.contains(&name) && name != STAGE {
            return Some(field.clone());
        }
        let of = |own: &Record, mut all: Vec<Record>| {
            all.push(own.clone());
            as_one(&all, change.at)?.record.value(name).cloned()
        };
        // A deadline that was there when this one said what it did until now counted beside it, told or not.
        let ours = before.fields.get(name).filter(|_| name != STAGE).map(|field| field.first_seen);
        let is_told = |other: &&Other| {
            let said = other.record.fields.get(name).map(|field| field.first_seen);
            said.is_some_and(|said| said > other.since || ours.is_some_and(|ours| said < ours))
        };
        let old = of(before, told.iter().filter(is_told).map(|other| other.record.clone()).collect());
        if name == STAGE {
            // It follows what another has told, though it began to say otherwise after that.
            return Some(field.clone()).filter(|field| !same(old.as_ref(), field.new.as_ref()));
        }
        let new = of(record, beside.to_vec());
        let stays = if old.is_none() { new.is_none() } else { same(old.as_ref(), new.as_ref()) };
        (!stays).then(|| FieldChange { field: field.field.clone(), old, new })
    };
    let mut held: Vec<FieldChange> = fields.iter().filter_map(holds).collect();
    // Whose lots it was and is goes with the deadline.
    let own = |field: &FieldChange| field.field.as_str() == "deadline" && fields.contains(field);
    let stays = held.iter().any(own);
    held.retain(|field| stays || field.field.as_str() != "lot");
    held.extend(opens_again(change, (record, before), beside).filter(|_| !held.iter().any(|field| field.field.as_str() == STAGE)));
    (!held.is_empty()).then(|| Change { kind: ChangeKind::Changed(held), ..change.clone() })
}

/// That a tender which was over by what another portal says takes offers again by what this one changed, though this one never said that it was over.
fn opens_again(change: &Change, (record, before): (&Record, &Record), beside: &[Record]) -> Option<FieldChange> {
    let of = |own: &Record| as_one(&beside.iter().chain([own]).cloned().collect::<Vec<_>>(), change.at).map(|joined| joined.record);
    let (was, is) = (of(before)?, of(record)?);
    let value = |record: &Record| record.value(STAGE).cloned();
    (!is_live(&was) && is_live(&is)).then(|| FieldChange { field: FieldName::new(STAGE), old: value(&was), new: value(&is) })
}

/// Those that tell what they bring.
async fn telling(effects: &Effects, (of, records): (&Record, Vec<Record>)) -> Result<Vec<Other>, StoreError> {
    let mut others = Vec::new();
    for record in records {
        if record.source == of.source {
            // What its own source held before is known, told or not.
            others.push(Other { record, since: Timestamp::MIN });
            continue;
        }
        let states = effects.store.states_of(&record.source).await?;
        let done = |state: &SourceState| if let Baseline::Done(at) = state.baseline { Some(at) } else { None };
        others.extend(states.iter().filter_map(done).max().map(|since| Other { record, since }));
    }
    Ok(others)
}

/// What of a change the others have not told. One that says the same as we do now counts only if it said so after we said otherwise: a portal
/// that is behind still has what was taken back.
fn without(change: &Change, (record, before): (&Record, Option<&Record>), others: &[Other]) -> Option<Change> {
    let others = others.iter().filter(|other| same_award(record, &other.record) && same_article(record, &other.record));
    // Where it goes here and has gone there, the other has told that it did.
    let (gone, others): (Vec<&Other>, Vec<&Other>) = others.partition(|other| other.record.gone);
    if record.gone && gone.iter().any(|other| other.record.changed > other.since) {
        return None;
    }
    let said = |record: &Record, name: &FieldName| record.fields.get(name).map(|field| field.first_seen);
    let knows = |field: &FieldChange| {
        // Of a deadline counts whether another one holds now, whoever said it first.
        if record.kind == RecordKind::Tender && DUE.contains(&field.field.as_str()) {
            return false;
        }
        let ours = before.and_then(|before| said(before, &field.field));
        others.iter().any(|Other { record: other, since }| {
            (same(other.value(field.field.as_str()), field.new.as_ref()) || of_lot(other, field))
                && said(other, &field.field).is_some_and(|at| at > *since && ours.is_none_or(|ours| at > ours))
        })
    };
    let kind = match &change.kind {
        // Where the others said that it was over it is called anew.
        ChangeKind::Appeared if is_called_anew(record, &others, change.at) => ChangeKind::Appeared,
        // What another has told is told again only where offers are due earlier than it said.
        ChangeKind::Appeared | ChangeKind::Returned(_) if others.iter().any(|other| other.record.first_seen > other.since) => {
            ChangeKind::Changed(vec![sooner(record, &others, change.at)?])
        }
        kind @ (ChangeKind::Appeared | ChangeKind::Returned(_)) => kind.clone(),
        ChangeKind::Changed(fields) => {
            // What both leave out is told when nothing beside it was: a portal that is behind has not told of it either.
            let told = fields.iter().any(knows);
            let absent = |field: &FieldChange| {
                told && field.new.is_none() && others.iter().any(|other| other.record.value(field.field.as_str()).is_none())
            };
            let fields: Vec<FieldChange> = fields.iter().filter(|field| !knows(field) && !absent(field)).cloned().collect();
            if fields.is_empty() {
                return None;
            }
            ChangeKind::Changed(fields)
        }
        ChangeKind::Gone => ChangeKind::Gone,
    };
    Some(Change { kind, ..change.clone() })
}

/// Whether the lots there are due, or ended, as this says of a lot: portals number them each in its own way.
fn of_lot(other: &Record, field: &FieldChange) -> bool {
    let name = field.field.as_str();
    let (Some(said), Some(new)) = (other.value(name), &field.new) else { return false };
    let until = |value: &Value| value.each().iter().filter_map(Value::instant).collect::<HashSet<_>>();
    let ended = |value: &Value| value.each().iter().map(|lot| by_numbers(&lot.text())).collect::<HashSet<_>>();
    // "LOT-0002 Beds", "Lote 2 Beds".
    let number = |lot: &Value| {
        let text = lot.text();
        let words = if text.split(' ').next().is_some_and(|id| id.contains(|c: char| c.is_ascii_digit())) { 1 } else { 2 };
        by_numbers(&text.split(' ').take(words).collect::<Vec<_>>().join(" "))
    };
    let numbers = |value: &Value| value.each().iter().map(number).collect::<HashSet<_>>();
    match name {
        LOTS_DUE => until(new).is_subset(&until(said)),
        AWARDED_LOTS | CANCELLED_LOTS | LOT_AWARDS | LOT_WORTH => ended(new).is_subset(&ended(said)),
        // Each calls them in its own words: what counts is which there are.
        "lots" => field.old.as_ref().is_some_and(|old| numbers(old) != numbers(new)) && numbers(new).is_subset(&numbers(said)),
        _ => false,
    }
}

/// Whether a tender that was over, as others say, takes offers since this one has it.
fn is_called_anew(record: &Record, others: &[&Other], now: Timestamp) -> bool {
    let before: Vec<Record> = others.iter().map(|other| other.record.clone()).collect();
    let open = |records: &[Record]| as_one(records, now).map(|joined| is_live(&joined.record));
    let all: Vec<Record> = before.iter().cloned().chain([record.clone()]).collect();
    open(&before) == Some(false) && open(&all) == Some(true)
}

/// The deadline of a tender that another portal has told, where this one says an earlier one: that counts from now on.
fn sooner(record: &Record, others: &[&Other], now: Timestamp) -> Option<FieldChange> {
    const NAME: &str = "deadline";
    let before: Vec<Record> = others.iter().map(|other| other.record.clone()).collect();
    let old = as_one(&before, now)?.record.value(NAME)?.clone();
    let all: Vec<Record> = before.into_iter().chain([record.clone()]).collect();
    let joined = as_one(&all, now)?;
    let new = record.value(NAME).filter(|own| joined.record.value(NAME) == Some(own) && !same(Some(own), Some(&old)))?.clone();
    let differ = joined.said.iter().any(|said| said.name.as_str() == NAME);
    differ.then(|| FieldChange { field: FieldName::new(NAME), old: Some(old), new: Some(new) })
}

/// Awards of one tender are the same when they name the same winner, or the same loser.
fn same_award(one: &Record, other: &Record) -> bool {
    let named = |record: &Record, field: &str| -> Vec<String> {
        record.value(field).map_or(&[][..], Value::each).iter().map(|name| words(&name.text())).collect()
    };
    let same = |field: &str| named(one, field).iter().any(|name| named(other, field).contains(name));
    one.kind != RecordKind::Award || same("winner") || same("loser")
}

/// Articles are the same when both came within a few days and say the same: a title of a series comes again, and one address may lead to all of a
/// day's news. In one source, under another address, they are when they
/// say the same word for word; when both name the day on which they were published, that must be one.
fn same_article(one: &Record, other: &Record) -> bool {
    if one.kind != RecordKind::Article {
        return true;
    }
    let near = one.first_seen.duration_since(other.first_seen).abs() <= SERIES;
    if one.source != other.source {
        return near && says_the_same(one, other);
    }
    let published = |record: &Record| record.value("published").and_then(Value::instant);
    let day = match (published(one), published(other)) {
        (Some(one), Some(other)) => one == other,
        (_, _) => near,
    };
    one.id != other.id && day && wording(one).is_some_and(|words| Some(words) == wording(other))
}

/// Whether two articles that share an address or a title are one: by the title, by a text, each whole or as far as the shorter goes, or for want of both.
fn says_the_same(one: &Record, other: &Record) -> bool {
    let begins = |one: &str, other: &str, least: usize| {
        let (one, other) = (words(one), words(other));
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        short == long || short.split(' ').count() >= least && long.strip_prefix(&short).is_some_and(|rest| rest.starts_with(' '))
    };
    let text = |record: &Record| TEXTS.iter().filter_map(|name| record.text(name)).max_by_key(String::len);
    let (titles, texts) = ((one.text("title"), other.text("title")), (text(one), text(other)));
    match (titles, texts) {
        ((Some(one), Some(other)), _) if begins(&one, &other, TITLED) => true,
        // A summary that was cut ends in dots.
        (_, (Some(one), Some(other))) => begins(one.trim_end_matches(['…', '.', ' ']), &other, WORDS),
        ((Some(_), Some(_)), _) => false,
        ((None, _) | (_, None), _) => true,
    }
}

/// All that an article says, word for word, but for addresses, times and numbers of its own. `None`: it says too little to be known again by that;
/// two notices that are both called "Aviso" and lead to two documents are two.
fn wording(record: &Record) -> Option<Vec<(&FieldName, String)>> {
    let said = TEXTS.iter().filter_map(|name| record.text(name)).map(|text| words(&text).split(' ').count()).max();
    let own = |name: &str, value: &Value| OWN.contains(&name) || value.instant().is_some() || matches!(value, Value::Url(_));
    let all = || record.fields.iter().filter(|(name, field)| !own(name.as_str(), &field.value));
    (record.kind == RecordKind::Article && said.is_some_and(|said| said >= WORDS))
        .then(|| all().map(|(name, field)| (name, words(&field.value.text()))).collect())
}

/// Whether two portals say the same: a time by its instant, whatever zone it is written in.
fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    match (one, other) {
        (Value::Time(one), Value::Time(other)) => one.at == other.at,
        (_, _) => words(&one.text()) == words(&other.text()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::ids::ContentHash;
    use crate::model::{Field, OwnPage};

    fn record(source: &str, kind: RecordKind, fields: &[(&str, &str)]) -> Record {
        let source = source.parse().unwrap();
        let field =
            |text: &str| Field { value: Value::Text(text.into()), quote: text.into(), path: "p".into(), first_seen: Timestamp::UNIX_EPOCH };
        Record {
            id: Record::id_of(&source, "k"),
            source,
            key: "k".into(),
            kind,
            url: "https://a.example/k".parse().unwrap(),
            fields: fields.iter().map(|(name, text)| (FieldName::new(name), field(text))).collect::<BTreeMap<_, _>>(),
            content: ContentHash::default(),
            first_seen: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    }

    #[test]
    fn what_another_portal_told_is_left_out() {
        let mine = record("a", RecordKind::Tender, &[("stage", "open"), ("reason", "8 May")]);
        let theirs = record("b", RecordKind::Tender, &[("stage", "open"), ("reason", "8 May")]);
        let moved = |names: &[(&str, &str)]| {
            let field =
                |(name, new): &(&str, &str)| FieldChange { field: FieldName::new(name), old: None, new: Some(Value::Text((*new).into())) };
            ChangeKind::Changed(names.iter().map(field).collect())
        };
        let ended = record("a", RecordKind::Tender, &[("cancelled_lots", "9")]);
        let lots = |ended: &str| record("b", RecordKind::Tender, &[("cancelled_lots", ended)]);
        let award = |winner: &str| record("b", RecordKind::Award, &[("winner", winner)]);
        let gone = |winner: &str| Record { gone: true, ..award(winner) };
        let article = |title: &str| record("b", RecordKind::Article, &[("title", title)]);
        let vigo = record("a", RecordKind::Article, &[("title", "Acme opens in Vigo")]);
        let weeks_ago = Record { first_seen: Timestamp::UNIX_EPOCH - SERIES * 2, ..record("b", RecordKind::Article, &[]) };
        for (record, kind, others, want) in [
            (&mine, ChangeKind::Appeared, vec![], Some(ChangeKind::Appeared)),
            (&mine, ChangeKind::Appeared, vec![theirs.clone()], None),
            (&mine, ChangeKind::Appeared, vec![Record { gone: true, ..theirs.clone() }], Some(ChangeKind::Appeared)),
            (&mine, moved(&[("reason", "8 May")]), vec![theirs.clone()], None),
            (&mine, moved(&[("reason", "9 May")]), vec![theirs.clone()], Some(moved(&[("reason", "9 May")]))),
            (&mine, moved(&[("reason", "8 May"), ("lots", "2")]), vec![theirs.clone()], Some(moved(&[("lots", "2")]))),
            (&ended, moved(&[("cancelled_lots", "LOT-0001")]), vec![lots("1")], None),
            (&ended, moved(&[("cancelled_lots", "LOT-0010")]), vec![lots("Lote 1")], Some(moved(&[("cancelled_lots", "LOT-0010")]))),
            (&ended, moved(&[("cancelled_lots", "B1")]), vec![lots("A1")], Some(moved(&[("cancelled_lots", "B1")]))),
            (&mine, ChangeKind::Gone, vec![theirs], Some(ChangeKind::Gone)),
            (&award("ACME, S.L."), ChangeKind::Appeared, vec![award("Acme SL")], Some(ChangeKind::Appeared)),
            (&award("ACME, S.L."), ChangeKind::Appeared, vec![award("Acme, s.l.")], None),
            (&record("a", RecordKind::Article, &[]), ChangeKind::Appeared, vec![record("b", RecordKind::Article, &[])], None),
            (&record("a", RecordKind::Article, &[]), ChangeKind::Appeared, vec![weeks_ago], Some(ChangeKind::Appeared)),
            (&vigo, ChangeKind::Appeared, vec![article("Acme opens in Vigo. – El Faro")], None),
            (&vigo, ChangeKind::Appeared, vec![article("Bolt closes in Lugo")], Some(ChangeKind::Appeared)),
            (&gone("ACME"), moved(&[("award", "annulled")]), vec![award("acme")], Some(moved(&[("award", "annulled")]))),
            (&gone("ACME"), moved(&[("award", "annulled")]), vec![gone("acme")], None),
            (&gone("ACME"), moved(&[("award", "annulled")]), vec![gone("bolt")], Some(moved(&[("award", "annulled")]))),
        ] {
            let change = Change { source: record.source.clone(), record: record.id, kind, at: Timestamp::UNIX_EPOCH, baseline: false };
            let left = |since, before| {
                let others: Vec<Other> = others.iter().map(|record| Other { record: record.clone(), since }).collect();
                without(&change, (record, before), &others).map(|change| change.kind)
            };
            assert_eq!(left(Timestamp::MIN, None), want, "{change:?}");
            assert_eq!(left(Timestamp::UNIX_EPOCH, None), Some(change.kind.clone()), "what was stored quietly was told to nobody");
            // That it went at all is told by whoever says so first.
            if let ChangeKind::Changed(fields) = &change.kind
                && !record.gone
            {
                let mut later = record.clone();
                later.fields.values_mut().for_each(|field| field.first_seen = Timestamp::MAX);
                assert_eq!(left(Timestamp::MIN, Some(&later)), Some(ChangeKind::Changed(fields.clone())), "they are behind");
            }
        }
    }

    #[test]
    fn only_what_changes_the_deadline_that_holds_is_a_move() {
        let of = |source: &str, day: &str| {
            let mut one = record(source, RecordKind::Tender, &[("lots", "1")]);
            let field = Field { value: Value::Date(day.parse().unwrap()), ..one.fields.values().next().unwrap().clone() };
            one.fields.insert(FieldName::new("deadline"), field);
            one
        };
        let day = |day: &str| Some(Value::Date(format!("2026-12-{day}").parse().unwrap()));
        // What it says before and after, what the other says, whether that was told; what is told.
        for (was, is, other, told, want) in [
            ("10", "20", None, true, Some(("deadline", "10", "20"))),
            ("10", "20", Some("05"), true, None),
            ("10", "20", Some("10"), true, None),
            ("10", "20", Some("15"), true, Some(("deadline", "10", "15"))),
            ("10", "20", Some("20"), true, Some(("deadline", "10", "20"))),
            // The other said so first.
            ("20", "10", Some("10"), true, None),
            ("20", "10", Some("15"), true, Some(("deadline", "15", "10"))),
            // Nobody was told of what the other holds since it is watched.
            ("20", "10", Some("10"), false, Some(("deadline", "20", "10"))),
            ("10", "20", Some("10"), false, None),
        ] {
            let [before, now] = [was, is].map(|said| of("a", &format!("2026-12-{said}")));
            let beside: Vec<Record> = other.map(|said| of("b", &format!("2026-12-{said}"))).into_iter().collect();
            let since = if told { Timestamp::MIN } else { Timestamp::UNIX_EPOCH };
            let others: Vec<Other> = beside.iter().map(|record| Other { record: record.clone(), since }).collect();
            let field = |name: &str, old, new| FieldChange { field: FieldName::new(name), old, new };
            let lots = field("lots", None, Some(Value::Text("1".into())));
            let change = |fields| Change {
                source: now.source.clone(),
                record: now.id,
                kind: ChangeKind::Changed(fields),
                at: Timestamp::UNIX_EPOCH,
                baseline: false,
            };
            let whole = change(vec![field("deadline", day(was), day(is)), lots.clone()]);
            let moved = want.map(|(name, old, new)| field(name, day(old), day(new)));
            let got = as_it_holds(&whole, (&now, Some(&before)), (&beside, &others));
            assert_eq!(got, Some(change(moved.clone().into_iter().chain([lots]).collect())), "{was} {is} {other:?} {told}");
            let alone = change(vec![field("deadline", day(was), day(is))]);
            let got = as_it_holds(&alone, (&now, Some(&before)), (&beside, &others));
            assert_eq!(got, moved.map(|moved| change(vec![moved])), "{was} {is} {other:?} {told}");
            // The other has said the same, and what holds is otherwise: it is told.
            assert_eq!(got.as_ref().and_then(|held| without(held, (&now, Some(&before)), &others)), got);
        }
    }

    #[test]
    fn moves_of_a_portal_that_is_ahead_are_none_while_another_says_what_counts() {
        let of = |source: &str, day: &str, seen: i64| {
            let mut one = record(source, RecordKind::Tender, &[("lots", "1")]);
            let value = Value::Date(format!("2027-{day}").parse().unwrap());
            let field = Field { value, first_seen: crate::model::sample::day(seen), ..one.fields.values().next().unwrap().clone() };
            one.fields.insert(FieldName::new("deadline"), field);
            Record { first_seen: crate::model::sample::day(1), ..one }
        };
        // Both were there on day 1, quietly; one moves again and again, and the other follows on day 9, or never.
        let other = of("b", "01-15", 1);
        for (was, is, told) in
            [(("01-15", 1), ("02-15", 3), None), (("02-15", 3), ("03-01", 5), None), (("03-01", 5), ("01-10", 7), Some("01-10"))]
        {
            let (before, now) = (of("a", was.0, was.1), of("a", is.0, is.1));
            let field = FieldChange {
                field: FieldName::new("deadline"),
                old: before.value("deadline").cloned(),
                new: now.value("deadline").cloned(),
            };
            let (source, at) = (now.source.clone(), crate::model::sample::day(is.1));
            let change = Change { source, record: now.id, kind: ChangeKind::Changed(vec![field]), at, baseline: false };
            let others = [Other { record: other.clone(), since: crate::model::sample::day(1) }];
            let got = as_it_holds(&change, (&now, Some(&before)), (std::slice::from_ref(&other), &others));
            let moved = got.map(|change| match change.kind {
                ChangeKind::Changed(fields) => {
                    fields.into_iter().map(|field| [field.old, field.new].map(|at| at.unwrap().text())).collect::<Vec<_>>()
                }
                _ => Vec::new(),
            });
            assert_eq!(moved, told.map(|day| vec![["2027-01-15".to_owned(), format!("2027-{day}")]]), "{was:?} {is:?}");
        }
    }

    #[test]
    fn who_follows_what_another_has_told_tells_it_not_again() {
        let of = |source: &str, stage: &str, seen: i64| {
            let mut one = record(source, RecordKind::Tender, &[("stage", stage)]);
            one.fields.values_mut().for_each(|field| field.first_seen = crate::model::sample::day(seen));
            Record { first_seen: crate::model::sample::day(seen), ..one }
        };
        // It came on day 3, behind or not, and says another stage on day 5.
        for (other, since, stage, told) in [
            (of("b", "awarded", 2), 0, "awarded", false),
            (of("b", "awarded", 2), 0, "cancelled", true),
            (of("b", "open", 2), 0, "awarded", true),
            // What was stored quietly was told to nobody.
            (of("b", "awarded", 2), 2, "awarded", true),
        ] {
            let before = of("a", "open", 3);
            let now = Record { first_seen: before.first_seen, ..of("a", stage, 5) };
            let field = |old: &str, new: &str| FieldChange {
                field: FieldName::new(STAGE),
                old: Some(Value::Text(old.into())),
                new: Some(Value::Text(new.into())),
            };
            let kind = ChangeKind::Changed(vec![field("open", stage)]);
            let (source, at) = (now.source.clone(), crate::model::sample::day(5));
            let change = Change { source, record: now.id, kind, at, baseline: false };
            let others = [Other { record: other.clone(), since: crate::model::sample::day(since) }];
            let got = as_it_holds(&change, (&now, Some(&before)), (&[other], &others));
            assert_eq!(got, told.then_some(change), "{stage} {since}");
        }
    }

    #[test]
    fn a_later_deadline_takes_over_when_the_earlier_passes_or_its_notice_goes() {
        let of = |source: &str, at: &str, gone: bool| {
            let mut one = record(source, RecordKind::Tender, &[("stage", "open")]);
            let at: Timestamp = at.parse().unwrap();
            let time = crate::model::Moment { text: String::new(), at, zone: "UTC".to_owned(), zone_from: crate::model::ZoneFrom::Text };
            let field = Field { value: Value::Time(time), ..one.fields.values().next().unwrap().clone() };
            one.fields.insert(FieldName::new("deadline"), field);
            Record { gone, ..one }
        };
        let (early, late) = ("2026-12-10T10:00:00Z", "2026-12-20T10:00:00Z");
        for (own, other, gone, now, want) in [
            // It passed, and the other takes offers still; it counts still; it never counted; both are over.
            (early, late, false, "2026-12-10T11:00:00Z", true),
            (early, late, false, "2026-12-10T09:00:00Z", false),
            (late, early, false, "2026-12-20T11:00:00Z", false),
            (early, late, false, "2026-12-21T00:00:00Z", false),
            // Its notice went while it counted, or when it was over.
            (early, late, true, "2026-12-01T00:00:00Z", true),
            (early, late, true, "2026-12-11T00:00:00Z", false),
            (late, early, true, "2026-12-01T00:00:00Z", false),
        ] {
            let (now, end): (Timestamp, Timestamp) = (now.parse().unwrap(), own.parse().unwrap());
            let before = if gone { now } else { end.min(now) };
            let found = taken_over(&|id| id.to_string(), (&of("a", own, gone), &[of("b", other, false)]), (before, now));
            let told = found.map(|(later, fields)| (later.source.to_string(), fields.len()));
            assert_eq!(told, want.then(|| ("b".to_owned(), 2)), "{own} {other} {gone} {now}");
        }
    }

    #[test]
    fn an_article_under_another_address_of_its_source_is_the_same_word_for_word() {
        const TEXT: &str = "It hires forty people for the new branch, which begins to work in spring of the next year.";
        let of = |key: &str, fields: &[(&str, &str)]| {
            let one = record("a", RecordKind::Article, fields);
            Record { id: Record::id_of(&one.source, key), key: key.to_owned(), ..one }
        };
        let one = of("1", &[("title", "Acme opens in Vigo"), ("summary", TEXT), ("id", "1")]);
        let vigo = |text| of("2", &[("title", "Acme opens in Vigo."), ("summary", text)]);
        let short = |key| of(key, &[("title", "Aviso"), ("summary", "See the document.")]);
        for (one, other, want) in [
            (&one, vigo(TEXT), true),
            (&one, vigo("It hires no one."), false),
            (&one, of("2", &[("title", "Acme opens in Lugo"), ("summary", TEXT)]), false),
            (&one, of("2", &[("title", "Acme opens in Vigo"), ("summary", TEXT), ("company", "Bolt")]), false),
            (&one, Record { first_seen: Timestamp::UNIX_EPOCH + SERIES * 2, ..vigo(TEXT) }, false),
            (&one, one.clone(), false),
            (&short("1"), short("2"), false),
        ] {
            assert_eq!(same_article(one, &other), want, "{other:?}");
        }
    }
}
