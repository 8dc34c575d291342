//! Which tenders are a rep's to answer, whether they are to be reminded of a deadline now, and how soon that must reach them. Knows no store
//! and no letter.

use jiff::{SignedDuration, Timestamp};

use super::rep::{Rep, Serves};
use super::revise::for_rep;
use crate::base::ids::SegmentId;
use crate::model::{Closing, Decision, Lane, Lead, LeadState, Organisation, Record, Reminder};

/// Whether a tender that a segment looks for is this rep's to answer. Of a buyer who is nobody's it is everybody's who works the segment and
/// serves them; of one who was turned down or is kept out it is nobody's.
pub fn answers(rep: &Rep, segment: &SegmentId, lead: Option<&Lead>, buyer: &Organisation, now: Timestamp) -> bool {
    let serves = || rep.serves(buyer, now) != Serves::Not;
    rep.works(segment)
        && lead.map_or_else(serves, |lead| {
            is_open(lead.state)
                && match &lead.owner {
                    Decision::To(owner, _) => *owner == rep.id,
                    Decision::Nobody(_) => serves(),
                }
        })
}

/// Whether tenders of a lead in this state are to be answered: also where its reasons have faded.
pub const fn is_open(state: LeadState) -> bool {
    for_rep(state) || matches!(state, LeadState::Below)
}

/// The reminder whose time has come: that of the smallest distance reached, so that a tender found late is told of once. Nothing once the
/// deadline (or the day it is on) has begun.
pub fn reminder(record: &Record, closing: &Closing<'_>, distances: &[SignedDuration], now: Timestamp) -> Option<Reminder> {
    let left = closing.early().duration_since(now);
    let before = distances.iter().copied().filter(|before| left <= *before).min().filter(|_| now < closing.at)?;
    Some(Reminder { record: record.id, field: closing.name.clone(), at: closing.at, before })
}

/// With the digest, unless the deadline falls before the next one; then at once, where they take alerts now. `None`: once their quiet hours
/// are over, if the deadline is not over by then.
pub fn reminder_lane(rep: &Rep, closing: &Closing<'_>, next_digest: Timestamp, now: Timestamp) -> Option<Lane> {
    if closing.early() > next_digest || rep.absent_until(now).is_some() || rep.alerts_per_hour == 0 {
        return Some(Lane::Digest);
    }
    let over = rep.quiet_until(now);
    over.is_none_or(|over| closing.early() <= over).then_some(Lane::Urgent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::record;
    use crate::model::{Field, FieldName, Moment, RecordKind, Value, ZoneFrom, closings};
    use crate::route::Spec;

    fn tender(deadline: Value) -> Record {
        let mut record = record("portal", "1", RecordKind::Tender, &[("stage", "open")]);
        let field = Field { value: deadline, ..record.fields.values().next().unwrap().clone() };
        record.fields.insert(FieldName::new("deadline"), field);
        record
    }

    fn timed(text: &str) -> Value {
        Value::Time(Moment { text: text.to_owned(), at: text.parse().unwrap(), zone: "UTC".to_owned(), zone_from: ZoneFrom::Text })
    }

    #[test]
    fn the_nearest_distance_once_its_time_has_come() {
        let days = |n: i64| SignedDuration::from_hours(24 * n);
        let (timed, day) = (timed("2026-02-10T12:00:00Z"), Value::Date("2026-02-10".parse().unwrap()));
        for (deadline, now, want) in [
            (&timed, "2026-02-03T11:59:59Z", None),
            (&timed, "2026-02-03T12:00:00Z", Some(7)),
            (&timed, "2026-02-09T11:59:59Z", Some(7)),
            (&timed, "2026-02-09T12:00:00Z", Some(1)),
            (&timed, "2026-02-10T11:59:59Z", Some(1)),
            (&timed, "2026-02-10T12:00:00Z", None),
            // A day alone: a day earlier.
            (&day, "2026-02-01T23:59:59Z", None),
            (&day, "2026-02-02T00:00:00Z", Some(7)),
            (&day, "2026-02-08T00:00:00Z", Some(1)),
            (&day, "2026-02-09T23:59:59Z", Some(1)),
            (&day, "2026-02-10T00:00:00Z", None),
        ] {
            let record = tender(deadline.clone());
            let found = reminder(&record, &closings(&record)[0], &[days(7), days(1)], now.parse().unwrap());
            assert_eq!(found.map(|reminder| reminder.before), want.map(days), "{deadline} {now}");
        }
        let record = tender(timed);
        assert_eq!(reminder(&record, &closings(&record)[0], &[], "2026-02-10T11:00:00Z".parse().unwrap()), None);
    }

    #[test]
    fn a_tender_is_answered_by_who_has_its_buyer_else_by_everybody_who_serves_them() {
        use crate::model::sample::{day, organisation};
        let rep = |id: &str, more: fn(&mut Spec)| {
            let mut spec = Spec { id: id.into(), email: "a@example.com".into(), segments: vec!["health".into()], ..Spec::default() };
            more(&mut spec);
            spec.compile().unwrap()
        };
        let (ana, bob) = (rep("ana", |_| {}), rep("bob", |_| {}));
        let far = rep("far", |spec| spec.regions = vec!["PT".into()]);
        let buyer = organisation("Hospital", &[(crate::model::FactName::Country, "ES")]);
        let (health, other): (SegmentId, SegmentId) = ("health".parse().unwrap(), "other".parse().unwrap());
        let score = crate::model::Score {
            fit: 1000,
            signal: 0,
            between: (1000, 1000),
            known: 100,
            parts: Vec::new(),
            unknown: Vec::new(),
            excluded: None,
            rules: crate::base::ids::ContentHash::default(),
            at: day(1),
        };
        let terms = crate::model::Terms { segment: health.clone(), title: String::new(), line: 500, hot: 4000, next_step: String::new() };
        let cause = crate::route::Cause::News(&[]);
        let finding = crate::route::Finding {
            organisation: &buyer,
            score: &score,
            cause,
            speaks: true,
            concerns: &|_| true,
            counts: &|_| true,
            trust_of: &|_| 1.0,
        };
        let first = crate::route::revise(&terms, None, &finding, day(1)).unwrap();
        let lead = |state, owner| Some(Lead { state, owner, ..first.clone() });
        let anas = || Decision::To(ana.id.clone(), String::new());
        let nobodys = || Decision::Nobody(String::new());
        for (segment, lead, want) in [
            (&health, None, [true, true, false]),
            (&other, None, [false, false, false]),
            (&health, lead(LeadState::New, anas()), [true, false, false]),
            (&health, lead(LeadState::Accepted, anas()), [true, false, false]),
            (&health, lead(LeadState::Below, anas()), [true, false, false]),
            (&health, lead(LeadState::New, nobodys()), [true, true, false]),
            (&health, lead(LeadState::Rejected, anas()), [false, false, false]),
            (&health, lead(LeadState::Parked, anas()), [false, false, false]),
            (&health, lead(LeadState::Excluded, nobodys()), [false, false, false]),
        ] {
            let found = [&ana, &bob, &far].map(|rep| answers(rep, segment, lead.as_ref(), &buyer, day(1)));
            assert_eq!(found, want, "{segment} {:?}", lead.map(|lead| (lead.state, lead.owner)));
        }
    }

    #[test]
    fn at_once_only_where_the_digest_is_too_late_and_alerts_are_taken() {
        let rep = |more: fn(&mut Spec)| {
            let mut spec = Spec { id: "ana".into(), email: "ana@example.com".into(), ..Spec::default() };
            more(&mut spec);
            spec.compile().unwrap()
        };
        let record = tender(timed("2026-02-10T12:00:00Z"));
        let (early, late) = ("2026-02-10T08:00:00Z".parse().unwrap(), "2026-02-11T08:00:00Z".parse().unwrap());
        for (more, next, want) in [
            ((|_| {}) as fn(&mut Spec), early, Some(Lane::Digest)),
            (|_| {}, late, Some(Lane::Urgent)),
            (|spec| spec.quiet = Some("00:00-23:00".into()), late, None),
            (|spec| spec.quiet = Some("00:00-23:00".into()), early, Some(Lane::Digest)),
            (|spec| spec.alerts_per_hour = Some(0), late, Some(Lane::Digest)),
            (|spec| spec.absent = vec!["2026-02-01..2026-02-20".into()], late, Some(Lane::Digest)),
        ] {
            assert_eq!(reminder_lane(&rep(more), &closings(&record)[0], next, "2026-02-09T13:00:00Z".parse().unwrap()), want);
        }
    }
}
