//! How signals fade and repeat. Knows no fit and no gates.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Signal, SignalKind};

/// Signals of one rule that count; the next would add less than a fiftieth of its points.
pub(super) const REPEATS: usize = 50;

/// The time in which a signal of this kind loses half of its points, unless the rule says otherwise.
pub const fn half_life(kind: SignalKind) -> SignedDuration {
    let days = match kind {
        SignalKind::DeadlineMoved
        | SignalKind::TenderChanged
        | SignalKind::TenderSuspended
        | SignalKind::TenderCancelled
        | SignalKind::PageChanged => 7,
        SignalKind::TenderPublished => 10,
        SignalKind::RequestForSuppliers
        | SignalKind::PriceMoved
        | SignalKind::ArticlePublished
        | SignalKind::RecordChanged
        | SignalKind::WentAway => 14,
        SignalKind::OfferListed => 21,
        SignalKind::OrganisationListed | SignalKind::VacancyPublished | SignalKind::ContractModified => 30,
        SignalKind::TenderPlanned
        | SignalKind::TenderAwarded
        | SignalKind::ContractCompleted
        | SignalKind::AwardWon
        | SignalKind::AwardLost
        | SignalKind::AwardAnnulled
        | SignalKind::ExhibitorListed => 60,
        SignalKind::BranchOpened | SignalKind::ContractExpiring => 90,
    };
    SignedDuration::from_hours(24 * days)
}

/// Hundredths of a point that the `nth` newest signal of a rule (from 1) has left at `at`; one that is still to come has all of them.
pub(super) fn faded(centipoints: i64, signal: &Signal, half_life: SignedDuration, nth: usize, at: Timestamp) -> i64 {
    let age = at.duration_since(signal.at).as_secs_f64().max(0.0);
    let left = (-age / half_life.as_secs_f64()).exp2() / nth as f64;
    #[expect(clippy::cast_possible_truncation, reason = "no greater than the points it began with, which are bounded")]
    let rounded = (centipoints as f64 * left).round() as i64;
    rounded
}

/// "15 points, 3 days old, half-life 10 days, second of its kind: a half".
pub(super) fn how(points: &str, signal: &Signal, half_life: SignedDuration, nth: usize, at: Timestamp) -> String {
    let age = at.duration_since(signal.at);
    let old = if age < SignedDuration::ZERO { "still to come".to_owned() } else { format!("{} old", span(age)) };
    let repeat = if nth > 1 { format!(", number {nth} of its kind counts 1/{nth}") } else { String::new() };
    format!("{points}, {old}, half-life {}{repeat}", span(half_life))
}

/// A duration in the unit a person would use.
fn span(duration: SignedDuration) -> String {
    let hours = duration.as_hours();
    let (n, unit) = match (hours, hours / 24) {
        (0, _) => (duration.as_mins(), "minute"),
        (_, 0 | 1) => (hours, "hour"),
        (_, days) => (days, "day"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}
