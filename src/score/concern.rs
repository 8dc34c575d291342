//! Whether what a segment looks for is in one record of an organisation, and whether time alone changes what it makes of it. Knows no points.

use jiff::Timestamp;

use super::rules::{Condition, Outcome, View};
use super::{Known, Segment};
use crate::base::ids::RecordId;
use crate::model::{Record, deadline};

/// Whether this record of the organisation is what the segment looks for: it has no rule that asks for words, codes or fields of records, or
/// one of those that give points does not say no to this record alone. What nobody knows counts as yes: a deadline too many is seen, one
/// that is missing is not.
pub fn concerns(segment: &Segment, known: &Known<'_>, record: RecordId, now: Timestamp) -> bool {
    let giving = segment.rules.iter().filter(|rule| rule.centipoints > 0);
    // A tender that is cancelled by now was looked for all the same.
    let mut asking = giving.filter_map(|rule| rule.when.as_ref()?.lasting()).peekable();
    if asking.peek().is_none() {
        return true;
    }
    let view = View::new(*known, now).of_record(record);
    asking.any(|when| when.ask(&view) != Outcome::No)
}

/// Whether time alone changed what a segment makes of a record between two moments: its deadline came nearer than a rule wants, or passed.
pub fn turned(segment: &Segment, record: &Record, since: Timestamp, until: Timestamp) -> bool {
    let within = |at: Option<Timestamp>| at.is_some_and(|at| since <= at && at < until);
    let left = || segment.rules.iter().filter_map(|rule| rule.when.as_ref()).flat_map(Condition::left);
    deadline(record).is_some_and(|closing| within(Some(closing.end())) || left().any(|left| within(closing.at.checked_sub(left).ok())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Listings;
    use crate::model::RecordKind;
    use crate::model::sample::{day, organisation, record};
    use crate::score::{PointsSpec, Spec, WhenSpec};

    #[test]
    fn of_a_buyer_of_many_things_only_what_is_looked_for() {
        let record = |key, fields: &[(&str, &str)]| record("portal", key, RecordKind::Tender, fields);
        let records = [
            record("scanners", &[("cpv", "33112200"), ("stage", "cancelled")]),
            record("cleaning", &[("cpv", "90911000")]),
            record("unsaid", &[("stage", "open")]),
        ];
        let organisation = organisation("Hospital", &[]);
        let (listed, trust_of) = (Listings::default(), |_: &crate::base::ids::SourceId| 1.0);
        let known = Known {
            organisation: &organisation,
            records: &records,
            elsewhere: &[],
            signals: &[],
            listed: &listed,
            tables: &crate::score::Tables::shipped(),
            trust_of: &trust_of,
        };
        for (when, want) in [
            (WhenSpec { cpv: vec!["331".into()], ..WhenSpec::default() }, [true, false, true]),
            (WhenSpec { cpv: vec!["331".into()], stage: vec!["open".into()], ..WhenSpec::default() }, [true, false, true]),
            (WhenSpec { region: vec!["ES".into()], ..WhenSpec::default() }, [true, true, true]),
        ] {
            let points = vec![PointsSpec { when: Some(when), points: 20.0, ..PointsSpec::default() }];
            let segment = Spec { id: "s".into(), points, ..Spec::default() }.compile().unwrap();
            assert_eq!(records.each_ref().map(|record| concerns(&segment, &known, record.id, day(1))), want);
        }
    }

    #[test]
    fn time_alone_turns_what_depends_on_a_deadline() {
        let when = WhenSpec { deadline_not_before: Some("10d".into()), ..WhenSpec::default() };
        let segment = |points| Spec { id: "s".into(), points, ..Spec::default() }.compile().unwrap();
        let asking = segment(vec![PointsSpec { when: Some(when), points: 20.0, ..PointsSpec::default() }]);
        let other = segment(vec![PointsSpec {
            when: Some(WhenSpec { cpv: vec!["331".into()], ..WhenSpec::default() }),
            points: 20.0,
            ..PointsSpec::default()
        }]);
        let mut tender = record("portal", "1", RecordKind::Tender, &[("stage", "open")]);
        // Due on day 20.
        let field = crate::model::Field {
            value: crate::model::Value::Date("2026-01-21".parse().unwrap()),
            ..tender.fields.values().next().unwrap().clone()
        };
        tender.fields.insert(crate::model::FieldName::new("deadline"), field);
        for (segment, since, until, want) in [
            (&asking, 8, 10, false),
            (&asking, 10, 11, true),
            (&asking, 11, 21, false),
            (&asking, 21, 22, true),
            (&other, 9, 12, false),
            (&other, 21, 22, true),
            (&other, 22, 30, false),
        ] {
            assert_eq!(turned(segment, &tender, day(since), day(until)), want, "{since} {until}");
        }
    }
}
