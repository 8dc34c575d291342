//! Whether a signal is a reason still, by what is known of its record: what was offered may be withdrawn, what went away may be there again.
//! Knows no rules and no points.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Known;
use super::rules::View;
use crate::model::{Record, Signal, SignalKind, Stage, Story, deadline};

/// How long a kind of signal is a reason.
enum Holds {
    /// As long as its tender can be answered.
    Answerable,
    /// As long as its record is there and no deadline of it is over.
    Listed,
    /// As long as its record is gone.
    Gone,
    /// Until it is annulled.
    Awarded,
    /// As long as its tender is in one of these stages: one that takes offers again is not suspended, nor awarded when the award was annulled.
    Stage(&'static [Stage]),
    /// As long as nothing says that its contract is over, or ends on another day.
    Running,
    /// It happened, whatever became of it.
    Always,
}

const fn holds(kind: SignalKind) -> Holds {
    match kind {
        SignalKind::TenderPlanned | SignalKind::TenderPublished | SignalKind::DeadlineMoved | SignalKind::TenderChanged => {
            Holds::Answerable
        }
        SignalKind::TenderSuspended => Holds::Stage(&[Stage::Suspended]),
        SignalKind::TenderCancelled => Holds::Stage(&[Stage::Cancelled]),
        SignalKind::TenderAwarded => Holds::Stage(&[Stage::Awarded, Stage::Modified, Stage::Completed]),
        SignalKind::RequestForSuppliers
        | SignalKind::ExhibitorListed
        | SignalKind::OrganisationListed
        | SignalKind::OfferListed
        | SignalKind::PriceMoved
        | SignalKind::VacancyPublished
        | SignalKind::RecordChanged => Holds::Listed,
        SignalKind::WentAway => Holds::Gone,
        SignalKind::AwardWon | SignalKind::AwardLost => Holds::Awarded,
        SignalKind::ContractExpiring => Holds::Running,
        SignalKind::AwardAnnulled
        | SignalKind::ContractModified
        | SignalKind::ContractCompleted
        | SignalKind::BranchOpened
        | SignalKind::ArticlePublished
        | SignalKind::PageChanged => Holds::Always,
    }
}

/// Whether signals of this kind ask for something that must be in by a deadline of their record.
pub const fn calls(kind: SignalKind) -> bool {
    use SignalKind::{OfferListed, RequestForSuppliers, TenderSuspended, VacancyPublished};
    matches!(kind, RequestForSuppliers | OfferListed | VacancyPublished | TenderSuspended) || matches!(holds(kind), Holds::Answerable)
}

/// The signals that are reasons still at this moment, in the order in which they came.
pub fn standing<'a>(known: &Known<'a>, at: Timestamp) -> Vec<&'a Signal> {
    let view = View::new(*known, at);
    known.signals.iter().filter(|signal| view.stands(signal)).collect()
}

impl View<'_> {
    /// Whether a signal is a reason still. What nobody knows speaks against none.
    pub(super) fn stands(&self, signal: &Signal) -> bool {
        let record = self.known.records.iter().find(|record| record.id == signal.record);
        let gone = |record: &Record| record.gone && record.changed <= self.at;
        match holds(signal.kind) {
            Holds::Answerable => !self.is_closed(signal.record),
            Holds::Listed => {
                is_past(signal, self.at) || record.is_none_or(|one| !gone(one) && deadline(one).is_none_or(|by| !by.is_over(self.at)))
            }
            // Of several times that it went the last one counts.
            Holds::Gone => record.is_none_or(gone) && !self.known.signals.iter().any(|other| self.went_later(other, signal)),
            Holds::Awarded => !signal.is_annulled(self.known.signals.iter().filter(|other| other.seen <= self.at)),
            Holds::Stage(stages) => {
                let stage = record.and_then(|record| Stage::from_word(&record.text("stage")?)).filter(|stage| *stage != Stage::Unknown);
                let suspended = signal.kind == SignalKind::TenderSuspended;
                let over = suspended && self.is_closed(signal.record);
                // A deadline that moved along with it did so whether it is suspended still or not.
                let moved = suspended && stage == Some(Stage::Open) && moves(signal);
                !over && (moved || stage.is_none_or(|stage| stages.contains(&stage)))
            }
            Holds::Running => {
                let stage = record.and_then(|record| Stage::from_word(&record.text("stage")?));
                let moved = self.known.signals.iter().any(|other| other.seen <= self.at && signal.is_moved_end(other));
                !moved && !matches!(stage, Some(Stage::Completed | Stage::Cancelled))
            }
            Holds::Always => true,
        }
    }

    fn went_later(&self, other: &Signal, signal: &Signal) -> bool {
        other.kind == signal.kind && other.record == signal.record && other.seen > signal.seen && other.seen <= self.at
    }
}

fn moves(signal: &Signal) -> bool {
    matches!(signal.story.plain(), Story::Changed { fields, .. } if fields.iter().any(|(name, ..)| name == "deadline"))
}

/// Whether what it tells of is a day that has passed: who exhibited then did, wherever it stands now.
fn is_past(signal: &Signal, at: Timestamp) -> bool {
    let Story::Appeared { on: Some(day), .. } = signal.story.plain() else { return false };
    *day < at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SourceId;
    use crate::model::sample::{day, organisation, record, signal};
    use crate::model::{Field, FieldName, Listings, RecordKind, Value};

    #[test]
    fn a_reason_stands_as_long_as_its_record_says_so() {
        use SignalKind::{
            ArticlePublished, AwardAnnulled, AwardWon, ExhibitorListed, OfferListed, OrganisationListed, RequestForSuppliers,
        };
        use SignalKind::{TenderAwarded, TenderCancelled, TenderPublished, TenderSuspended, WentAway};
        let acme = organisation("Acme", &[]);
        let made = |kind: RecordKind, gone: Option<i64>, until: Option<&str>| {
            let mut made = record("fair", "Acme", kind, &[("title", "x")]);
            if let Some(until) = until {
                let field = Field { value: Value::Date(until.parse().unwrap()), ..made.fields["title"].clone() };
                made.fields.insert(FieldName::new("deadline"), field);
            }
            Record { gone: gone.is_some(), changed: gone.map_or(made.changed, day), ..made }
        };
        let (company, request, tender) = (RecordKind::Company, RecordKind::Request, RecordKind::Tender);
        // 2026-01-01 is day 0.
        for (kind, of, gone, until, at, want) in [
            (OrganisationListed, company, None, None, 9, true),
            (OrganisationListed, company, Some(5), None, 4, true),
            (OrganisationListed, company, Some(5), None, 5, false),
            (WentAway, company, Some(5), None, 5, true),
            (WentAway, company, None, None, 9, false),
            (ArticlePublished, RecordKind::Article, Some(5), None, 9, true),
            (OfferListed, RecordKind::Offer, Some(5), None, 9, false),
            (RequestForSuppliers, request, None, Some("2026-01-08"), 7, true),
            (RequestForSuppliers, request, None, Some("2026-01-08"), 9, false),
            (TenderPublished, tender, None, Some("2026-01-08"), 7, true),
            (TenderPublished, tender, None, Some("2026-01-08"), 9, false),
            (TenderPublished, tender, Some(5), Some("2026-01-08"), 6, false),
            (AwardWon, RecordKind::Award, Some(5), None, 9, true),
        ] {
            check(&acme, &[made(of, gone, until)], &[signal(&acme, kind, 1, 1)], at, &[want]);
        }
        // Of twice that it went one counts.
        let twice = [signal(&acme, WentAway, 2, 2), signal(&acme, WentAway, 8, 8)];
        check(&acme, &[made(company, Some(8), None)], &twice, 9, &[false, true]);
        // Nothing is known of its record.
        check(&acme, &[], &[signal(&acme, OrganisationListed, 1, 1)], 9, &[true]);
        let award = [made(RecordKind::Award, Some(5), None)];
        check(&acme, &award, &[signal(&acme, AwardWon, 1, 1), signal(&acme, AwardAnnulled, 5, 5)], 9, &[false, true]);
        check(&acme, &award, &[signal(&acme, AwardWon, 1, 1), signal(&acme, AwardAnnulled, 5, 5)], 4, &[true, true]);
        check(&acme, &award, &[signal(&acme, AwardAnnulled, 1, 1), signal(&acme, AwardWon, 5, 5)], 9, &[true, true]);
        // What stage it is in now says which of its stages is a reason.
        let told = [TenderSuspended, TenderAwarded, TenderCancelled].map(|kind| signal(&acme, kind, 1, 1));
        for (stage, want) in [
            (None, [true; 3]),
            (Some("unknown"), [true; 3]),
            (Some("open"), [false; 3]),
            (Some("closed"), [false; 3]),
            (Some("suspended"), [true, false, false]),
            (Some("awarded"), [false, true, false]),
            (Some("completed"), [false, true, false]),
            (Some("cancelled"), [false, false, true]),
        ] {
            let mut made = made(tender, None, Some("2026-02-08"));
            if let Some(stage) = stage {
                made.fields.insert(FieldName::new("stage"), Field { value: Value::Text(stage.to_owned()), ..made.fields["title"].clone() });
            }
            check(&acme, &[made], &told, 9, &want);
        }
        // It takes offers again until another day than before.
        let moved = ("deadline".to_owned(), Some("2026-01-20".to_owned()), Some("2026-02-08".to_owned()));
        let story = Story::Changed { title: "x".to_owned(), fields: vec![moved], more: 0 };
        let suspended = [Signal { story, ..signal(&acme, TenderSuspended, 1, 1) }];
        for (stage, at, want) in [("open", 9, true), ("open", 50, false), ("cancelled", 9, false)] {
            let mut made = made(tender, None, Some("2026-02-08"));
            made.fields.insert(FieldName::new("stage"), Field { value: Value::Text(stage.to_owned()), ..made.fields["title"].clone() });
            check(&acme, &[made], &suspended, at, &[want]);
        }
        // Who exhibited did, though the list is taken down after the fair.
        let on = Some("2026-01-08".parse().unwrap());
        let story = Story::Appeared { title: "Acme".to_owned(), by: None, with: None, on };
        let exhibits = [Signal { story, ..signal(&acme, ExhibitorListed, 1, 1) }];
        check(&acme, &[made(company, Some(5), None)], &exhibits, 6, &[false]);
        check(&acme, &[made(company, Some(9), None)], &exhibits, 9, &[true]);
    }

    #[test]
    fn that_a_contract_ends_soon_holds_as_long_as_it_ends_on_that_day() {
        use SignalKind::{ContractCompleted, ContractExpiring, ContractModified};
        let acme = organisation("Acme", &[]);
        let made = |stage: &str| record("fair", "Acme", RecordKind::Tender, &[("title", "x"), ("stage", stage)]);
        let ends = |on: &str| Story::Appeared { title: "x".to_owned(), by: None, with: None, on: on.parse().ok() };
        let moved = |name: &str, old: &str, new: &str| Story::Changed {
            title: "x".to_owned(),
            fields: vec![(name.to_owned(), Some(old.to_owned()), Some(new.to_owned()))],
            more: 0,
        };
        let soon = Signal { story: ends("2026-03-31"), ..signal(&acme, ContractExpiring, 1, 1) };
        for (stage, kind, story, at, want) in [
            ("awarded", ContractModified, moved("contract_end", "2026-03-31", "2026-06-30"), 5, false),
            // Not yet known then; another contract's end.
            ("modified", ContractModified, moved("contract_end", "2026-03-31", "2026-06-30"), 4, true),
            ("modified", ContractModified, moved("contract_end", "2026-04-30", "2026-06-30"), 5, true),
            ("modified", ContractModified, moved("award_value", "1 EUR", "2 EUR"), 5, true),
            ("awarded", ContractModified, moved("contracts", "L1: A, 2026-03-31", "L1: A, 2026-06-30"), 5, false),
            ("awarded", ContractCompleted, moved("contracts", "L1: A, 2026-03-31", "L1: A, ended 2026-01-05"), 5, false),
            ("completed", ContractModified, moved("award_value", "1 EUR", "2 EUR"), 5, false),
        ] {
            let told = [soon.clone(), Signal { story, ..signal(&acme, kind, 5, 5) }];
            let known = made(stage);
            let known = [Record { changed: day(1), ..known }];
            check(&acme, &known, &told, at, &[want, true]);
        }
    }

    fn check(acme: &crate::model::Organisation, records: &[Record], signals: &[Signal], at: i64, want: &[bool]) {
        let (listed, tables, trust_of) = (Listings::default(), crate::score::Tables::shipped(), |_: &SourceId| 1.0);
        let known = Known { organisation: acme, records, elsewhere: &[], signals, listed: &listed, tables: &tables, trust_of: &trust_of };
        let found = standing(&known, day(at));
        let stands: Vec<bool> = signals.iter().map(|signal| found.contains(&signal)).collect();
        assert_eq!(stands, want, "{signals:?} on day {at}");
    }
}
