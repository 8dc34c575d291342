//! One tender on several portals: what all of its records say in sum. Knows no portal and no store.

use jiff::Timestamp;

use super::{Stage, closings};
use crate::model::{Field, Record, RecordKind, Value};

/// Fields that may change, of which the last word counts.
const MOVING: [&str; 3] = ["stage", "deadline", "questions_until"];

/// The last word of these records on a field, as it was known at a moment: what was changed last. Where nothing was changed, the stage that
/// ends a tender, and of two deadlines the earlier one: a portal that came later may be behind, and too early harms nobody. Of a day and
/// a time on that day the time is said.
fn last_word<'a>(records: &[&'a Record], name: &str, at: Timestamp) -> Option<(&'a Record, &'a Field)> {
    let there = records.iter().filter(|record| !(record.gone && record.changed <= at));
    let said: Vec<(&Record, &Field)> =
        there.filter_map(|record| Some((*record, record.fields.get(name).filter(|field| field.first_seen <= at)?))).collect();
    let rank = |(record, field): &(&Record, &Field)| {
        let changed = Some(field.first_seen).filter(|seen| *seen > record.first_seen);
        let early = std::cmp::Reverse((field.value.instant(), field.first_seen, record.id));
        (changed, Stage::from_word(&field.value.text()).is_some_and(|stage| !stage.is_live()), early)
    };
    let last = said.iter().copied().max_by_key(rank)?;
    let Value::Date(day) = last.1.value else { return Some(last) };
    let with_hour = |(_, field): &(&Record, &Field)| matches!(&field.value, Value::Time(moment) if moment.zoned().date() == day);
    Some(said.into_iter().filter(with_hour).min_by_key(|(_, field)| field.value.instant()).unwrap_or(last))
}

/// The records of one tender as one, under the id of the record that was first seen, so that it stays the same when another portal brings it
/// too. `None`: there are none.
pub fn as_one(records: &[Record]) -> Option<Record> {
    let mut all: Vec<&Record> = records.iter().filter(|record| record.kind == RecordKind::Tender).collect();
    all.sort_by_key(|record| (record.first_seen, record.id));
    let first = *all.first()?;
    if all.len() == 1 {
        return Some(first.clone());
    }
    let told = last_word(&all, "deadline", Timestamp::MAX).map(|(record, _)| record);
    let told = told.or_else(|| all.iter().copied().find(|record| !record.gone)).unwrap_or(first);
    // What left takes its word with it: that is a change too, and an age that fell would be taken for an older state by a calendar.
    let left = all.iter().filter(|record| record.gone).map(|record| record.changed).max();
    let mut one = Record { id: first.id, first_seen: first.first_seen, ..told.clone() };
    for record in all.iter().filter(|record| !record.gone) {
        for (name, field) in &record.fields {
            one.fields.entry(name.clone()).or_insert_with(|| field.clone());
        }
    }
    for name in MOVING {
        if let Some((record, field)) = last_word(&all, name, Timestamp::MAX)
            && let Some((key, _)) = record.fields.get_key_value(name)
        {
            let first_seen = left.filter(|_| name == "stage").map_or(field.first_seen, |left| left.max(field.first_seen));
            one.fields.insert(key.clone(), Field { first_seen, ..field.clone() });
        }
    }
    Some(one)
}

/// Whether nobody can answer a tender any more, by what these records of it said at a moment: it is cancelled, awarded or otherwise closed, or
/// its deadline is over. What nobody knows is not over.
pub fn is_closed(records: &[&Record], at: Timestamp) -> bool {
    let stage = last_word(records, "stage", at).and_then(|(_, field)| Stage::from_word(&field.value.text()));
    let deadline = last_word(records, "deadline", at).map(|(record, _)| record);
    let over = deadline.is_some_and(|record| closings(record).iter().any(|one| one.name.as_str() == "deadline" && one.is_over(at)));
    stage.is_some_and(|stage| !stage.is_live()) || over
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{day, record};
    use crate::model::{FieldName, Moment, ZoneFrom};

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
    fn the_last_word_counts_under_the_id_of_the_first() {
        let stage = |word: &str| Value::Text(word.to_owned());
        let (early, late) = (time("2026-02-10T12:00:00Z"), time("2026-02-17T12:00:00Z"));
        let date = Value::Date("2026-02-10".parse().unwrap());
        for (name, a, b, want) in [
            // The portal that comes later says the same, says another day, is behind.
            ("deadline", (&early, 1), (&early, 3), (&early, 1)),
            ("deadline", (&early, 1), (&late, 3), (&early, 1)),
            ("deadline", (&late, 2), (&early, 3), (&late, 2)),
            // It moves first, and the first one follows.
            ("deadline", (&early, 1), (&late, 5), (&late, 5)),
            ("deadline", (&late, 6), (&late, 5), (&late, 6)),
            // A day, and an hour of that day.
            ("deadline", (&date, 1), (&early, 3), (&early, 3)),
            ("deadline", (&date, 1), (&late, 3), (&date, 1)),
            ("stage", (&stage("open"), 1), (&stage("cancelled"), 3), (&stage("cancelled"), 3)),
            ("stage", (&stage("cancelled"), 2), (&stage("open"), 3), (&stage("cancelled"), 2)),
        ] {
            let first = tender("a", 1, &[(name, a.0.clone(), a.1)]);
            let second = tender("b", 3, &[(name, b.0.clone(), b.1)]);
            for both in [[first.clone(), second.clone()], [second.clone(), first.clone()]] {
                let one = as_one(&both).unwrap();
                let field = one.fields.get(name).unwrap();
                assert_eq!((one.id, &field.value, field.first_seen), (first.id, want.0, day(want.1)), "{name} {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_left_its_portal_keeps_its_id_while_another_has_it() {
        let said = |deadline: &str, since| [("deadline", time(deadline), since), ("stage", Value::Text("open".to_owned()), since)];
        let gone = Record { gone: true, changed: day(9), ..tender("a", 1, &said("2026-02-10T12:00:00Z", 5)) };
        let there = tender("b", 3, &said("2026-02-17T12:00:00Z", 3));
        let one = as_one(&[there.clone(), gone.clone()]).unwrap();
        assert_eq!((one.id, one.gone, one.source.as_str()), (gone.id, false, "b"));
        assert_eq!(one.value("deadline"), there.value("deadline"));
        assert_eq!(one.fields.get("stage").map(|field| field.first_seen), Some(day(9)), "its age never falls");
        assert!(as_one(&[gone]).unwrap().gone);
        assert_eq!(as_one(&[]), None);
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
