//! Whether what a segment looks for is in one record of an organisation. Knows no points.

use jiff::Timestamp;

use super::rules::{Outcome, View};
use super::{Known, Segment};
use crate::base::ids::RecordId;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordKind;
    use crate::model::sample::{day, organisation, record};
    use crate::score::{Lists, PointsSpec, Spec, WhenSpec};

    #[test]
    fn of_a_buyer_of_many_things_only_what_is_looked_for() {
        let record = |key, fields: &[(&str, &str)]| record("portal", key, RecordKind::Tender, fields);
        let records = [
            record("scanners", &[("cpv", "33112200"), ("stage", "cancelled")]),
            record("cleaning", &[("cpv", "90911000")]),
            record("unsaid", &[("stage", "open")]),
        ];
        let organisation = organisation("Hospital", &[]);
        let (lists, trust_of) = (Lists::default(), |_: &crate::base::ids::SourceId| 1.0);
        let known = Known { organisation: &organisation, records: &records, signals: &[], lists: &lists, trust_of: &trust_of };
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
}
