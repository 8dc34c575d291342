//! One tender on several portals: what all of its records say in sum, and where they differ. Knows no portal and no store.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::closing::end_of;
use super::lots::{due_since, without_over};
use super::{AWARDED_LOTS, CANCELLED_LOTS, LOT_AWARDS, LOTS_DUE, Stage, by_numbers, closings, first_open, last_readable, stage, undated};
use crate::model::{Field, FieldName, Record, RecordKind, TITLES, Value};

/// Fields of which the one counts that is over first.
const DUE: [&str; 2] = ["deadline", "questions_until"];
/// Fields that say how a tender ended, or a lot of it.
const ENDS: [&str; 5] = ["stage", "winner", LOT_AWARDS, AWARDED_LOTS, CANCELLED_LOTS];
/// Fields that name the lots which are over.
const LOT_ENDS: [&str; 2] = [AWARDED_LOTS, CANCELLED_LOTS];
/// Deadlines nearer to each other are the same: some portals cut the seconds off.
const SAME: SignedDuration = SignedDuration::from_mins(1);
/// Words on one deadline that are named.
const NAMED: usize = 6;

/// What one portal says of a deadline, where portals differ; or of the stage, where it says that the tender is over and others take offers still.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The source that says it.
    pub source: String,
    /// Of which deadline: `deadline` or `questions_until`; or `stage`.
    pub name: FieldName,
    /// What it says: a day or a time; of the stage whoever says that it is over its word, the others until when they take offers.
    pub value: Value,
}

/// One tender as all of its portals tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// What they say in sum.
    pub record: Record,
    /// What each says of the deadlines on which they differ, of each the soonest first, and of the stage; empty when they agree.
    pub said: Vec<Said>,
}

impl From<Record> for Joined {
    fn from(record: Record) -> Self {
        Self { record, said: Vec::new() }
    }
}

/// What these records say of a field, as it was known at a moment; what left its portal says nothing any more. A deadline that nobody can read any
/// more is what it was when somebody could.
fn words<'a>(records: &[&'a Record], name: &str, at: Timestamp) -> Vec<(&'a Record, &'a Field)> {
    let there = records.iter().filter(|record| !(record.gone && record.changed <= at));
    let field = |record: &'a Record| match last_readable(record) {
        Some(last) if last.name.as_str() == name => Some(last.field),
        Some(_) | None => record.fields.get(name),
    };
    there.filter_map(|record| Some((*record, field(record).filter(|field| field.first_seen <= at)?))).collect()
}

fn published(record: &Record) -> Option<Timestamp> {
    record.value("published").and_then(Value::instant)
}

/// Since when the last of these fields says what it does.
fn last_seen(record: &Record, names: &[&str]) -> Option<Timestamp> {
    names.iter().filter_map(|name| record.fields.get(*name)).map(|field| field.first_seen).max()
}

/// When that was which these fields say of an end. What was published after it changes no end: that one was there when it was seen.
fn end_by(record: &Record, names: &[&str]) -> Option<Timestamp> {
    let (said, newest) = (last_seen(record, names)?, record.fields.get("published")?.first_seen);
    if newest > said { Some(said) } else { published(record) }
}

/// The records as they stand at a moment: a lot that is over on one portal is so on all, but on one that called for it after that.
pub fn standing<'a>(records: impl IntoIterator<Item = &'a Record> + Clone, now: Timestamp) -> Vec<Cow<'a, Record>> {
    let ends = |record: &'a Record| -> Vec<(String, Timestamp, Option<Timestamp>)> {
        let lists = LOT_ENDS.into_iter().filter_map(|list| Some((list, record.fields.get(list)?)));
        let there = !(record.gone && record.changed <= now);
        let lists = lists.filter(|(_, field)| there && field.first_seen <= now);
        lists
            .flat_map(|(list, field)| {
                // Of several nobody knows which was first: each was over no sooner than the record is known, so that no call after one is lost.
                let one = field.value.each().len() == 1;
                let seen = if one { field.first_seen } else { record.first_seen };
                let end = if one { end_by(record, &[list]) } else { Some(seen) };
                field.value.each().iter().map(move |lot| (by_numbers(&lot.text()), seen, end))
            })
            .collect()
    };
    let over: Vec<_> = records.clone().into_iter().map(|record| (record.id, ends(record))).collect();
    let stands = |record: &'a Record| {
        let calls = |(lot, seen, end): &&(String, Timestamp, Option<Timestamp>)| {
            due_since(record, lot).is_some_and(|since| since > *seen)
                && end.zip(published(record)).is_some_and(|(end, published)| published > end)
        };
        let others = over.iter().filter(|(id, _)| *id != record.id).flat_map(|(_, ends)| ends);
        let over = others.filter(|end| !calls(end)).map(|(lot, seen, _)| (lot.clone(), *seen)).collect::<BTreeMap<_, _>>();
        (!over.is_empty()).then(|| without_over(record, &over))
    };
    let at = |record: Cow<'a, Record>| match first_open(&record, now) {
        Cow::Owned(moved) => Cow::Owned(moved),
        Cow::Borrowed(_) => record,
    };
    records.into_iter().map(|record| at(stands(record).unwrap_or(Cow::Borrowed(record)))).collect()
}

/// The stage that was changed last, and since when it holds; where none was changed, one that ends the tender: a portal that came later may be behind.
/// Not so one that calls in words published after that end, be it there for the first time or with another deadline.
fn last_stage<'a>(records: &[&'a Record], at: Timestamp) -> Option<(&'a Record, &'a Field, Timestamp)> {
    let said = words(records, "stage", at);
    let over = |field: &Field| Stage::from_word(&field.value.text()).is_some_and(|stage| !stage.is_live());
    let ended: Option<Timestamp> = said.iter().filter(|(_, field)| over(field)).filter_map(|(record, _)| end_by(record, &ENDS)).max();
    let later = |record: &Record| ended.zip(published(record)).is_some_and(|(ended, published)| published > ended);
    let called = |record: &Record| last_seen(record, &["deadline", LOTS_DUE]).filter(|seen| *seen <= at);
    let rank = |(record, field): &(&Record, &Field)| {
        let calls = !over(field) && later(record);
        let since = called(record).filter(|_| calls).map_or(field.first_seen, |called| called.max(field.first_seen));
        let changed = Some(since).filter(|since| calls || *since > record.first_seen);
        let early = std::cmp::Reverse((field.first_seen, record.id));
        (changed, over(field), early)
    };
    let (record, field) = said.iter().copied().max_by_key(rank)?;
    Some((record, field, rank(&(record, field)).0.unwrap_or(field.first_seen)))
}

/// Since when a portal says that the tender is over, while the tender as a whole is not.
fn closed_there(records: &[&Record], record: &Record, at: Timestamp) -> Option<Timestamp> {
    let live = |field: &Field| Stage::from_word(&field.value.text()).is_none_or(Stage::is_live);
    let own = record.fields.get("stage").filter(|field| field.first_seen <= at && !live(field))?;
    last_stage(records, at).is_some_and(|(_, field, _)| live(field)).then_some(own.first_seen)
}

/// What is said of a deadline, the soonest first: of a day and a time on that day the time, and words that name no day only where nothing else
/// is said. A portal where it is over has no say while another takes offers.
fn deadlines<'a>(records: &[&'a Record], name: &str, at: Timestamp) -> Vec<(&'a Record, &'a Field)> {
    let mut said = words(records, name, at);
    if said.iter().any(|(record, _)| closed_there(records, record, at).is_none()) {
        said.retain(|(record, _)| closed_there(records, record, at).is_none());
    }
    if said.iter().any(|(_, field)| field.value.instant().is_some()) {
        said.retain(|(_, field)| field.value.instant().is_some());
    }
    let hours =
        said.iter().filter_map(|(_, field)| if let Value::Time(moment) = &field.value { Some(moment.zoned().date()) } else { None });
    let hours: Vec<_> = hours.collect();
    said.retain(|(_, field)| !matches!(&field.value, Value::Date(day) if hours.contains(day)));
    said.sort_by_key(|(record, field)| (field.value.instant(), field.first_seen, record.id));
    said
}

/// The deadline that counts at a moment: the earliest that is not over, for too early harms nobody; when all are over, the last.
fn deadline<'a>(records: &[&'a Record], name: &str, at: Timestamp) -> Option<(&'a Record, &'a Field)> {
    let said = deadlines(records, name, at);
    let open = said.iter().find(|(_, field)| end_of(&field.value).is_none_or(|end| at <= end));
    open.or(said.last()).copied()
}

/// Since when that deadline counts. It rises whenever the one that counts changes, and never falls.
fn counts_since(records: &[&Record], name: &str, (counts, now): (&Field, Timestamp)) -> Timestamp {
    let said = words(records, name, now);
    let moved = said.iter().filter(|(record, field)| field.first_seen > record.first_seen).map(|(_, field)| field.first_seen);
    let over =
        said.iter().filter(|(_, field)| field.value.instant() < counts.value.instant()).filter_map(|(_, field)| end_of(&field.value));
    let closed = records.iter().filter_map(|record| closed_there(records, record, now));
    // It was over as a whole until another portal called again.
    let called = last_stage(records, now).map(|(.., since)| since);
    let closed = closed.map(|closed| called.map_or(closed, |called| called.max(closed)));
    moved.chain(over.filter(|end| *end < now)).chain(closed).fold(counts.first_seen, Timestamp::max)
}

/// What each portal says of the deadlines on which they differ.
fn differing(records: &[&Record], now: Timestamp) -> Vec<Said> {
    let of = |name: &str| {
        let said = deadlines(records, name, now);
        let at = |place: Option<&(&Record, &Field)>| place.and_then(|(_, field)| field.value.instant());
        let apart = at(said.first()).zip(at(said.last())).is_some_and(|(first, last)| last.duration_since(first) >= SAME);
        let one = |(record, field): (&Record, &Field)| Said {
            source: record.source.to_string(),
            name: FieldName::new(name),
            value: field.value.clone(),
        };
        // Whose words nobody can read may mean another day than any that is said.
        let unread = records.iter().filter(|record| name == "deadline" && !record.gone && !said.is_empty());
        let unread: Vec<Said> = unread
            .filter_map(|record| {
                let value = Value::Text(undated(record)?);
                Some(Said { source: record.source.to_string(), name: FieldName::new(name), value })
            })
            .collect();
        let readable = said.into_iter().filter(|(record, _)| undated(record).is_none()).filter(|_| apart || !unread.is_empty());
        readable.map(one).chain(unread.iter().cloned()).take(NAMED).collect::<Vec<_>>()
    };
    DUE.into_iter().flat_map(of).collect()
}

/// Where a portal says that the tender is over, and another takes offers still: what the one says of the stage, and until when the others do.
fn still_open(records: &[&Record], (ended, stage_field): (&Record, &Field), now: Timestamp) -> Vec<Said> {
    let name = FieldName::new("stage");
    let takes = |record: &&&Record| !record.gone && record.id != ended.id && stage(record) == Stage::Open;
    let until =
        |record: &&Record| super::deadline(record).filter(|closing| !closing.is_over(now)).map(|closing| closing.field.value.clone());
    let one = |record: &Record, value| Said { source: record.source.to_string(), name: name.clone(), value };
    let open: Vec<Said> = records.iter().filter(takes).filter_map(|record| Some(one(record, until(record)?))).take(NAMED).collect();
    let over = Some(one(ended, stage_field.value.clone())).filter(|_| !open.is_empty());
    over.into_iter().chain(open).collect()
}

/// By whose words one tender is called, whoever tells of it: those of the record that was first seen of those that name it, on its portal still or not.
pub fn named_by<'a>(records: impl IntoIterator<Item = &'a Record>) -> Option<&'a Record> {
    let named = records.into_iter().filter(|record| record.fields.contains_key("title"));
    named.min_by_key(|record| (record.first_seen, record.id))
}

/// Adds what other portals say of lots that are over, where their numbers are not there yet.
fn add_others(one: &mut Record, name: &str, all: &[&Record]) {
    let Some(field) = one.fields.get_mut(name) else { return };
    // Who won a lot is written in each portal's way.
    let lot = |said: &Value| by_numbers(said.text().split(": ").next().unwrap_or_default());
    let lots = |value: &Value| value.each().iter().map(lot).collect::<BTreeSet<_>>();
    let known = lots(&field.value);
    let mut more: Vec<Value> = Vec::new();
    for other in all.iter().filter(|record| !record.gone).filter_map(|record| record.value(name)) {
        let known: BTreeSet<String> = known.union(&more.iter().map(lot).collect()).cloned().collect();
        more.extend(other.each().iter().filter(|said| !known.contains(&lot(said))).cloned());
    }
    if !more.is_empty() {
        field.value = Value::List(field.value.each().iter().cloned().chain(more).collect());
    }
}

/// The records of one tender as one at a moment, under the id and the title of the record that was first seen, so that it stays the same when another
/// portal brings it too. `None`: there are none.
pub fn as_one(records: &[Record], now: Timestamp) -> Option<Joined> {
    let records = standing(records.iter().filter(|record| record.kind == RecordKind::Tender), now);
    let mut all: Vec<&Record> = records.iter().map(AsRef::as_ref).collect();
    all.sort_by_key(|record| (record.first_seen, record.id));
    let first = *all.first()?;
    if all.len() == 1 {
        return Some(first.clone().into());
    }
    let stage = last_stage(&all, now);
    // Whoever says that it is over is the one to be asked.
    let ended = stage.filter(|(_, field, _)| Stage::from_word(&field.value.text()).is_some_and(|stage| !stage.is_live()));
    let ended = ended.map(|(record, field, _)| (record, field));
    let told = ended.or_else(|| deadline(&all, "deadline", now)).map(|(record, _)| record);
    let told = told.or_else(|| all.iter().copied().find(|record| !record.gone)).unwrap_or(first);
    // What left takes its word with it: that is a change too, and an age that fell would be taken for an older state by a calendar.
    let left = all.iter().filter(|record| record.gone).map(|record| record.changed).max();
    let mut one = Record { id: first.id, first_seen: first.first_seen, ..told.clone() };
    for record in all.iter().filter(|record| !record.gone) {
        for (name, field) in &record.fields {
            one.fields.entry(name.clone()).or_insert_with(|| field.clone());
        }
    }
    for name in [AWARDED_LOTS, CANCELLED_LOTS, LOT_AWARDS] {
        add_others(&mut one, name, &all);
    }
    if let Some(named) = named_by(all.iter().copied()) {
        for name in ["title", TITLES] {
            one.fields.remove(name);
            one.fields.extend(named.fields.get_key_value(name).map(|(name, field)| (name.clone(), field.clone())));
        }
    }
    if let Some((_, field, since)) = stage {
        let first_seen = left.map_or(since, |left| left.max(since));
        one.fields.insert(FieldName::new("stage"), Field { first_seen, ..field.clone() });
    }
    for name in DUE {
        if let Some((_, field)) = deadline(&all, name, now) {
            one.fields.insert(FieldName::new(name), Field { first_seen: counts_since(&all, name, (field, now)), ..field.clone() });
        }
    }
    let mut said = differing(&all, now);
    said.extend(ended.into_iter().flat_map(|ended| still_open(&all, ended, now)));
    Some(Joined { record: one, said })
}

/// Whether nobody can answer a tender any more, by what these records of it said at a moment: it is cancelled, awarded or otherwise closed, or
/// its deadline is over, on every portal that says one. What nobody knows is not over.
pub fn is_closed(records: &[&Record], at: Timestamp) -> bool {
    let records = standing(records.iter().copied(), at);
    let records: Vec<&Record> = records.iter().map(AsRef::as_ref).collect();
    let stage = last_stage(&records, at).and_then(|(_, field, _)| Stage::from_word(&field.value.text()));
    let last = deadline(&records, "deadline", at).map(|(record, _)| record);
    let over = last.is_some_and(|record| closings(record).iter().any(|one| one.name.as_str() == "deadline" && one.is_over(at)));
    stage.is_some_and(|stage| !stage.is_live()) || over
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{day, record};
    use crate::model::{FieldName, LAST_DEADLINE, Moment, ZoneFrom, lots_due};

    fn time(text: &str) -> Value {
        Value::Time(Moment {
            text: text.to_owned(),
            at: text.parse().unwrap(),
            zone: "Europe/Madrid".to_owned(),
            zone_from: ZoneFrom::Portal,
        })
    }

    /// First seen on a day; each field with the day since when it says so.
    fn tender(source: &str, seen: i64, fields: &[(&str, Value, i64)]) -> Record {
        let mut record = Record { first_seen: day(seen), ..record(source, "1", RecordKind::Tender, &[("title", "Scanners")]) };
        let title = record.fields.values().next().unwrap().clone();
        record.fields.values_mut().for_each(|field| field.first_seen = day(seen));
        for (name, value, since) in fields {
            record.fields.insert(FieldName::new(name), Field { value: value.clone(), first_seen: day(*since), ..title.clone() });
        }
        record
    }

    #[test]
    fn a_deadline_that_one_portal_makes_unreadable_stays_and_is_doubted() {
        let (early, late) = (time("2026-02-13T10:00:00Z"), time("2026-02-14T14:00:00Z"));
        let other = tender("b", 1, &[("deadline", late.clone(), 1)]);
        let mut since = Timestamp::MIN;
        for (fields, seen, want, said) in [
            (vec![("deadline", early.clone(), 3)], 3, &early, 2),
            (vec![("deadline", Value::Text("ver pliego".to_owned()), 5), (LAST_DEADLINE, early.clone(), 5)], 6, &early, 2),
            (vec![("deadline", late.clone(), 8)], 9, &late, 0),
        ] {
            let one = as_one(&[tender("a", 1, &fields), other.clone()], day(seen)).unwrap();
            let field = &one.record.fields["deadline"];
            assert_eq!((&field.value, one.said.len()), (want, said), "{fields:?}: {:?}", one.said);
            assert!(field.first_seen > since, "the age of what counts never falls: {fields:?}");
            since = field.first_seen;
            let unread = one.said.iter().filter(|one| one.value.instant().is_none()).count();
            assert_eq!(unread, usize::from(fields.len() > 1));
        }
    }

    #[test]
    fn the_earlier_deadline_and_the_last_stage_count_under_the_id_of_the_first() {
        let stage = |word: &str| Value::Text(word.to_owned());
        let (early, late) = (time("2026-02-10T12:00:00Z"), time("2026-02-17T12:00:00Z"));
        let date = Value::Date("2026-02-10".parse().unwrap());
        for (name, a, b, want) in [
            // The portal that comes later says the same, a later day, an earlier one.
            ("deadline", (&early, 1), (&early, 3), (&early, 1)),
            ("deadline", (&early, 1), (&late, 3), (&early, 1)),
            ("deadline", (&late, 2), (&early, 3), (&early, 3)),
            // It moves first: as long as the first one says the earlier day, that day counts; then the first one follows.
            ("deadline", (&early, 1), (&late, 5), (&early, 5)),
            ("deadline", (&late, 6), (&late, 5), (&late, 6)),
            // It moves to an earlier day.
            ("deadline", (&late, 1), (&early, 5), (&early, 5)),
            // Words name no day, and another portal does.
            ("deadline", (&stage("15 days after publication"), 1), (&late, 3), (&late, 3)),
            // A day, and an hour of that day.
            ("deadline", (&date, 1), (&early, 3), (&early, 3)),
            ("deadline", (&date, 1), (&late, 3), (&date, 1)),
            ("stage", (&stage("open"), 1), (&stage("cancelled"), 3), (&stage("cancelled"), 3)),
            ("stage", (&stage("cancelled"), 2), (&stage("open"), 3), (&stage("cancelled"), 2)),
        ] {
            let first = tender("a", 1, &[(name, a.0.clone(), a.1)]);
            let second = tender("b", 3, &[(name, b.0.clone(), b.1)]);
            for both in [[first.clone(), second.clone()], [second.clone(), first.clone()]] {
                let one = as_one(&both, day(7)).unwrap().record;
                let field = one.fields.get(name).unwrap();
                assert_eq!((one.id, &field.value, field.first_seen), (first.id, want.0, day(want.1)), "{name} {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn one_tender_has_the_title_of_its_first_record_whoever_counts() {
        let called = |record: Record, title: &str, titles: &[&str]| {
            let mut record = record;
            let field = |value| Field { value, ..record.fields["title"].clone() };
            let titles =
                (!titles.is_empty()).then(|| field(Value::List(titles.iter().map(|one| Value::Text((*one).to_owned())).collect())));
            let title = field(Value::Text(title.to_owned()));
            record.fields.insert(FieldName::new("title"), title);
            record.fields.extend(titles.map(|titles| (FieldName::new(TITLES), titles)));
            record
        };
        let first = called(tender("a", 1, &[("deadline", time("2026-02-17T12:00:00Z"), 1)]), "Ecógrafos", &[]);
        let second =
            called(tender("b", 3, &[("deadline", time("2026-02-10T12:00:00Z"), 3)]), "Ultraschall", &["en: Ultrasound", "es: Eco"]);
        let left = Record { gone: true, changed: day(5), ..first.clone() };
        for (both, titles) in [
            ([&first, &second], ["Ecógrafos", "Ecógrafos"]),
            ([&second, &left], ["Ecógrafos", "Ecógrafos"]),
            ([&second, &second], ["Ultrasound", "Eco"]),
        ] {
            let one = as_one(&both.map(Clone::clone), day(7)).unwrap().record;
            assert_eq!(["en", "es"].map(|language| one.title_in(language)), titles);
        }
        assert_eq!((second.title_in("ru"), first.title_in("es")), ("Ultraschall".to_owned(), "Ecógrafos".to_owned()));
    }

    #[test]
    fn what_left_its_portal_keeps_its_id_while_another_has_it() {
        let said = |deadline: &str, since| [("deadline", time(deadline), since), ("stage", Value::Text("open".to_owned()), since)];
        let gone = Record { gone: true, changed: day(9), ..tender("a", 1, &said("2026-02-10T12:00:00Z", 5)) };
        let there = tender("b", 3, &said("2026-02-17T12:00:00Z", 3));
        let one = as_one(&[there.clone(), gone.clone()], day(9)).unwrap().record;
        assert_eq!((one.id, one.gone, one.source.as_str()), (gone.id, false, "b"));
        assert_eq!(one.value("deadline"), there.value("deadline"));
        assert_eq!(one.fields.get("stage").map(|field| field.first_seen), Some(day(9)), "its age never falls");
        assert!(as_one(&[gone], day(9)).unwrap().record.gone);
        assert_eq!(as_one(&[], day(9)), None);
    }

    #[test]
    fn the_earlier_of_two_deadlines_counts_until_it_is_over_and_both_are_told() {
        let a = tender("a", 1, &[("deadline", time("2026-02-12T09:00:00Z"), 1)]);
        let b = tender("b", 3, &[("deadline", time("2026-02-11T22:59:00Z"), 3)]);
        // 2026-01-01 is day 0.
        for (now, source, since) in [
            (7, "b", day(3)),
            (41, "b", day(3)),
            (42, "a", "2026-02-11T22:59:00Z".parse().unwrap()),
            (60, "a", "2026-02-11T22:59:00Z".parse().unwrap()),
        ] {
            let one = as_one(&[a.clone(), b.clone()], day(now)).unwrap();
            let from = if source == "a" { &a } else { &b };
            let field = one.record.fields.get("deadline").unwrap();
            assert_eq!((one.record.id, &field.value, field.first_seen), (a.id, from.value("deadline").unwrap(), since), "day {now}");
            let said: Vec<_> = one.said.iter().map(|said| (said.source.as_str(), said.name.as_str())).collect();
            assert_eq!(said, [("b", "deadline"), ("a", "deadline")]);
        }
        assert!(!is_closed(&[&a, &b], "2026-02-12T08:00:00Z".parse().unwrap()), "one of them still takes offers");
        assert!(is_closed(&[&a, &b], "2026-02-12T09:00:01Z".parse().unwrap()));
        // Another zone, seconds that were cut off, and a day with an hour of it are no other deadline.
        let date = Value::Date("2026-02-12".parse().unwrap());
        for same in [time("2026-02-12T09:00:00Z"), time("2026-02-12T09:00:59Z"), date] {
            let c = tender("c", 2, &[("deadline", same, 2)]);
            assert_eq!(as_one(&[a.clone(), c], day(7)).unwrap().said, []);
        }
        let gone = Record { gone: true, changed: day(5), ..b };
        assert_eq!(as_one(&[a, gone], day(7)).unwrap().said, [], "what left says nothing");
    }

    #[test]
    fn whoever_says_that_it_is_over_is_named_and_who_takes_offers_still() {
        let word = |word: &str| Value::Text(word.to_owned());
        let open = |until: &str| tender("b", 1, &[("stage", word("open"), 1), ("deadline", time(until), 1)]);
        let over = tender("a", 2, &[("stage", word("cancelled"), 5), ("deadline", time("2026-01-04T12:00:00Z"), 2)]);
        for (other, want) in [
            (open("2026-02-17T12:00:00Z"), vec![("a", "cancelled"), ("b", "2026-02-17T12:00:00Z")]),
            (open("2026-01-05T12:00:00Z"), vec![]),
            (Record { gone: true, changed: day(3), ..open("2026-02-17T12:00:00Z") }, vec![]),
            (tender("b", 1, &[("stage", word("closed"), 1), ("deadline", time("2026-02-17T12:00:00Z"), 1)]), vec![]),
        ] {
            let one = as_one(&[other.clone(), over.clone()], day(7)).unwrap();
            assert_eq!((one.record.id, one.record.source.as_str(), &one.record.url), (other.id, "a", &over.url));
            let said = one.said.iter().filter(|said| said.name.as_str() == "stage");
            let said: Vec<(&str, String)> = said.map(|said| (said.source.as_str(), said.value.written())).collect();
            assert_eq!(said, want.into_iter().map(|(who, what)| (who, what.to_owned())).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_portal_where_it_is_over_has_no_say_on_deadlines_while_another_calls() {
        let word = |word: &str| Value::Text(word.to_owned());
        let over = tender("a", 1, &[("stage", word("closed"), 4), ("deadline", time("2026-01-20T12:00:00Z"), 1)]);
        let again =
            |stage: &str, since| tender("b", 2, &[("stage", word(stage), since), ("deadline", time("2026-02-17T12:00:00Z"), since)]);
        for (other, until, since) in [
            (again("open", 6), "2026-02-17T12:00:00Z", 6),
            // It is over as a whole.
            (again("open", 3), "2026-01-20T12:00:00Z", 3),
            (again("cancelled", 6), "2026-01-20T12:00:00Z", 6),
        ] {
            let one = as_one(&[over.clone(), other.clone()], day(7)).unwrap().record;
            let field = &one.fields["deadline"];
            assert_eq!((&field.value, field.first_seen), (&time(until), day(since)), "{other:?}");
        }
    }

    #[test]
    fn a_call_that_another_portal_publishes_after_the_end_takes_offers() {
        let word = |word: &str| Value::Text(word.to_owned());
        let published = |day: &str| Value::Date(day.parse().unwrap());
        let over = tender("a", 1, &[("stage", word("closed"), 4), ("published", published("2026-01-03"), 4)]);
        for (on, want) in [("2026-01-05", "open"), ("2026-01-03", "closed"), ("2026-01-02", "closed")] {
            let other = tender("b", 6, &[("stage", word("open"), 6), ("published", published(on), 6)]);
            let one = as_one(&[over.clone(), other], day(9)).unwrap().record;
            assert_eq!(one.text("stage").as_deref(), Some(want), "{on}");
        }
    }

    #[test]
    fn a_lot_that_is_over_on_one_portal_is_so_on_the_other_unless_that_called_for_it_later() {
        let lots = |names: &[&str]| Value::List(names.iter().map(|name| Value::Text((*name).to_owned())).collect());
        let (early, late) = (time("2026-01-15T12:00:00Z"), time("2026-02-15T12:00:00Z"));
        let due = |first: &str, second: &str| lots_due([(first.to_owned(), early.clone()), (second.to_owned(), late.clone())]);
        let on = |day: &str| Value::Date(day.parse().unwrap());
        let a = |since| {
            let over =
                [("deadline", late.clone(), since), (AWARDED_LOTS, lots(&["LOT-0001"]), since), ("published", on("2026-01-04"), since)];
            tender("a", 1, &over)
        };
        let b = |due: Value, since, published: &str| {
            tender("b", 1, &[("deadline", early.clone(), since), (LOTS_DUE, due, since), ("published", on(published), since)])
        };
        for (other, want, since, left) in [
            (b(due("LOT-0001", "LOT-0002"), 1, "2026-01-01"), &late, 4, Some("LOT-0002")),
            (b(due("1", "2"), 1, "2026-01-01"), &late, 4, Some("2")),
            (b(due("LOT-0001, LOT-0003", "LOT-0002"), 1, "2026-01-01"), &early, 4, Some("LOT-0003")),
            // Of another lot; called for after that; brought after that, but published before.
            (b(due("LOT-0004", "LOT-0002"), 1, "2026-01-01"), &early, 4, Some("LOT-0004")),
            (b(due("LOT-0001", "LOT-0002"), 6, "2026-01-06"), &early, 6, Some("LOT-0001")),
            (b(due("LOT-0001", "LOT-0002"), 6, "2026-01-03"), &late, 6, Some("LOT-0002")),
        ] {
            let one = as_one(&[a(4), other.clone()], day(8)).unwrap().record;
            let field = &one.fields["deadline"];
            assert_eq!((&field.value, field.first_seen), (want, day(since)), "{other:?}");
            let over = a(4);
            let open = standing([&over, &other], day(8)).pop().unwrap();
            let named = open.value(LOTS_DUE).and_then(|due| due.each().first()).map(Value::text);
            assert_eq!(named.as_deref(), left, "{other:?}");
        }
        // Of several that are over by now nobody knows which was when: what was called for since the tender was known stands.
        let both =
            |since| tender("a", 1, &[(AWARDED_LOTS, lots(&["LOT-0001", "LOT-0002"]), since), ("published", on("2026-01-07"), since)]);
        let again = tender("b", 1, &[("deadline", late.clone(), 4), (LOTS_DUE, due("3", "1"), 4), ("published", on("2026-01-04"), 4)]);
        for (other, want) in [(again, 2), (b(due("1", "3"), 1, "2026-01-01"), 1)] {
            let over = both(7);
            let open = standing([&over, &other], day(8)).pop().unwrap();
            assert_eq!(open.value(LOTS_DUE).map(|due| due.each().len() / 2), Some(want), "{other:?}");
        }
        let won = |source, said: &[&str]| tender(source, 1, &[(LOT_AWARDS, lots(said), 3)]);
        let said = as_one(&[won("a", &["LOT-0001: Acme, S.L."]), won("b", &["1: ACME SL", "2: Bolt"])], day(8)).unwrap().record;
        assert_eq!(said.text(LOT_AWARDS).as_deref(), Some("LOT-0001: Acme, S.L.; 2: Bolt"));
        let more = tender("b", 1, &[(AWARDED_LOTS, lots(&["1", "2"]), 3)]);
        let said = as_one(&[a(4), more], day(8)).unwrap().record.value(AWARDED_LOTS).map(|said| said.each().len());
        assert_eq!(said, Some(2), "both together name them all, each once");
    }

    #[test]
    fn a_tender_is_closed_by_its_stage_or_its_deadline_and_not_before() {
        let open = tender("a", 1, &[("stage", Value::Text("open".into()), 1), ("deadline", time("2026-01-08T12:00:00Z"), 1)]);
        let cancelled = tender("b", 3, &[("stage", Value::Text("cancelled".into()), 3)]);
        let unsaid = tender("c", 1, &[]);
        for (records, at, closed) in [
            (vec![&open], 6, false),
            (vec![&open], 8, true),
            (vec![&open, &cancelled], 2, false),
            (vec![&open, &cancelled], 3, true),
            (vec![&unsaid], 99, false),
        ] {
            assert_eq!(is_closed(&records, day(at)), closed, "{at}");
        }
    }
}
