//! Whether there is a reason to act now, beside how well an organisation fits. Knows no lines and no leads.

use super::Known;
use super::rules::View;
use super::segment::{Of, Segment};
use super::sum::signals_of;
use crate::model::{PartKind, Score, SignalKind, Weight};

/// Whether a signal speaks for the organisation at the moment of its score: one that a rule gives points to, or, of a kind that no rule of the
/// segment counts, one that says that something new begins. What merely changed or went away is no reason to call anybody; that a tender is
/// otherwise than it was is told to who has it in their calendar.
pub fn speaks(segment: &Segment, known: &Known<'_>, score: &Score) -> bool {
    if score.parts.iter().any(|part| matches!(part.kind, PartKind::Signal(_)) && part.centipoints > 0) {
        return true;
    }
    let view = View::new(*known, score.at);
    let mut begins = SignalKind::ALL.into_iter().filter(|kind| kind.weight() == Weight::Begins && !segment.counts(*kind));
    begins.any(|kind| !signals_of(kind, false, &view).is_empty())
}

impl Segment {
    /// Whether one of its rules gives points to signals of a kind, or takes some.
    pub fn counts(&self, kind: SignalKind) -> bool {
        self.rules.iter().any(|rule| matches!(rule.of, Of::Signal(of, _) if of == kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SourceId;
    use crate::model::sample::{day, organisation, signal};
    use crate::model::{Listings, Signal};
    use crate::score::{Spec, score};

    #[test]
    fn a_reason_is_what_a_rule_counts_or_something_that_begins() {
        use SignalKind::{ArticlePublished, DeadlineMoved, OfferListed, OrganisationListed, PageChanged, RecordChanged, WentAway};
        let acme = organisation("Acme", &[]);
        let (lists, trust_of) = (Listings::default(), |_: &SourceId| 1.0);
        let fit = "{ when = { source = [\"fair\"] }, points = 30 }";
        for (rules, kinds, echo, want) in [
            ("", &[][..], false, false),
            ("", &[OrganisationListed][..], false, true),
            ("", &[ArticlePublished], false, true),
            // What another source told first is a reason only for rules that ask for this one.
            ("", &[ArticlePublished], true, false),
            ("", &[WentAway], false, false),
            ("", &[RecordChanged, PageChanged, DeadlineMoved], false, false),
            ("", &[WentAway, OfferListed], false, true),
            // A kind that is counted speaks by its points alone.
            ("{ signal = \"record-changed\", points = 5 }", &[RecordChanged], false, true),
            ("{ signal = \"offer-listed\", points = -5 }", &[OfferListed], false, false),
            ("{ signal = \"offer-listed\", when = { source = [\"other\"] }, points = 5 }", &[OfferListed], false, false),
            ("{ signal = \"offer-listed\", points = 5 }", &[ArticlePublished], false, true),
        ] {
            let spec: Spec = toml::from_str(&format!("id = \"s\"\npoints = [{fit}, {rules}]").replace(", ]", "]")).unwrap();
            let segment = spec.compile().unwrap();
            let signals: Vec<Signal> = kinds.iter().map(|kind| Signal { echo, ..signal(&acme, *kind, 0, 0) }).collect();
            let known = Known {
                organisation: &acme,
                records: &[],
                elsewhere: &[],
                signals: &signals,
                listed: &lists,
                tables: &crate::score::Tables::shipped(),
                trust_of: &trust_of,
            };
            assert_eq!(speaks(&segment, &known, &score(&segment, &known, day(1))), want, "{rules} {kinds:?}");
        }
    }
}
