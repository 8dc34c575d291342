//! Closes a visit: who was not found, whether that may be believed, and what is usual for the source. Knows no page.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Rules;
use super::turnover::is_mass;
use crate::base::ids::RecordId;
use crate::model::{Baseline, Change, ChangeKind, Failure, FailureClass, Health, Record, RecordKind, SourceState};

/// Visits whose number of records tells what is usual.
const USUAL: usize = 8;
/// Incomplete visits after which the baseline ends all the same: a source with one page that always fails would never speak.
pub const PATIENCE: u8 = 3;

/// What a visit found.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub struct Visited<'a> {
    /// The records on all its pages, those of unchanged pages too.
    pub members: &'a HashSet<RecordId>,
    /// How many of them are who won or lost a tender: an award is annulled by itself, and takes all whom it names along.
    pub awards: u32,
    /// Whether every page was read.
    pub complete: bool,
    /// Whether absence says something: [`crate::model::Extract::whole`] of every page. False for feeds, which show only the latest.
    pub whole: bool,
    /// Whether the number of records says something. False where each visit asks for something else: a stretch of time may be empty.
    pub counted: bool,
    /// Whether `stored` are all that it did not meet.
    pub looked: bool,
}

/// What the end of a visit comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitEnd {
    /// The source's state from now on; `version` and the budget are as they were.
    pub state: SourceState,
    /// Records whose count of missing changed, or that are gone.
    pub records: Vec<Record>,
    /// The history entries of those that are gone.
    pub changes: Vec<Change>,
    /// Why the visit counts as incomplete, when its number of records is the reason.
    pub failure: Option<Failure>,
    /// Whether the baseline ended with this visit although no visit was complete.
    pub baseline_gave_up: bool,
}

/// Ends a visit. `stored` are the records of the source (those of members may be left out).
///
/// A visit that found nothing where there used to be something (or ever), fewer than [`Rules::few`] of the usual number (the
/// median of the last complete visits), or that misses a third of all known records at once, counts as incomplete; so few are believed by the
/// eighth visit in a row, and until then nobody of them is missing. An incomplete visit makes nobody disappear and does not count as
/// missing. The first complete visit ends the baseline; so does the third incomplete one. Who is not there at a baseline goes without a word,
/// and from a list that shows another part of its records each time nobody goes. Health turns to `Ill` here for a failure
/// of this function only: what pages failed with is the caller's to say.
pub fn visit_end(
    rules: &Rules,
    state: &SourceState,
    visited: Visited<'_>,
    stored: impl IntoIterator<Item = Record>,
    now: Timestamp,
) -> VisitEnd {
    let mut state = state.clone();
    let all = u32::try_from(visited.members.len()).unwrap_or(u32::MAX);
    let count = all.saturating_sub(visited.awards);
    let baseline = matches!(state.baseline, Baseline::Pending(_));
    let looks = visited.complete && visited.whole && !state.turns();
    let absent = stored.into_iter().filter(|record| looks && !record.gone && !visited.members.contains(&record.id));
    let absent: Vec<Record> = absent.collect();
    // Who won or lost says nothing of the list.
    let missing = absent.iter().filter(|record| record.kind != RecordKind::Award).count();
    let mass = if baseline { None } else { vanished(rules, missing, usize::try_from(count).unwrap_or(usize::MAX)) };
    let few = few(rules, &state, count).filter(|_| visited.counted && (missing > 0 || !visited.looked)).or(mass);
    let failure = if all == 0 { doubt(rules, &state, count).filter(|_| visited.counted) } else { few.clone().filter(|_| !is_used(&state)) };
    let complete = visited.complete && failure.is_none();
    if visited.complete && all > 0 {
        state.doubted = if few.is_some() { state.doubted.saturating_add(1).min(SourceState::USED_TO) } else { 0 };
    }
    let mut end = VisitEnd { state: state.clone(), records: Vec::new(), changes: Vec::new(), failure, baseline_gave_up: false };
    if complete {
        if few.is_some() {
            state.usual.clear();
        }
        state.usual.push(count);
        let over = state.usual.len().saturating_sub(USUAL);
        state.usual.drain(..over);
        state.complete_until = Some(now);
        state.baseline = if baseline { Baseline::Done(now) } else { state.baseline };
        let since = if let Health::Well { since } = state.health { since } else { now };
        state.health = Health::Well { since };
        if visited.whole {
            state.missing = 0;
            for record in absent {
                miss(rules, &mut end, record, (now, baseline));
            }
            let waiting = end.records.iter().filter(|record| !record.gone).count();
            state.missing = u32::try_from(waiting).unwrap_or(u32::MAX);
        }
    } else {
        if let Baseline::Pending(incomplete) = state.baseline {
            end.baseline_gave_up = incomplete + 1 >= PATIENCE && all > 0;
            state.baseline = if end.baseline_gave_up { Baseline::Done(now) } else { Baseline::Pending(incomplete.saturating_add(1)) };
        }
        if let Some(failure) = &end.failure {
            let since = if let Health::Ill { since, .. } = state.health { since } else { now };
            state.health = Health::Ill { since, failure: failure.clone() };
        }
    }
    state.visit.outstanding = 0;
    end.state = state;
    end
}

/// Counts a record as missing once more; the time and whether this is the baseline.
fn miss(rules: &Rules, end: &mut VisitEnd, mut record: Record, (now, baseline): (Timestamp, bool)) {
    record.missing = record.missing.saturating_add(1);
    if baseline || record.missing >= rules.gone_after {
        record.gone = true;
        record.changed = now;
        end.changes.push(Change { source: record.source.clone(), record: record.id, kind: ChangeKind::Gone, at: now, baseline });
    }
    end.records.push(record);
}

/// The usual number of records.
fn median(state: &SourceState) -> Option<u32> {
    let mut usual = state.usual.clone();
    usual.sort_unstable();
    usual.get(usual.len() / 2).copied()
}

/// Why it cannot be believed that so many of the records are missing at once, if it cannot.
fn vanished(rules: &Rules, missing: usize, found: usize) -> Option<Failure> {
    (rules.few > 0.0 && is_mass(missing, found)).then(|| {
        let (known, visits) = (missing + found, SourceState::USED_TO);
        let text = format!("{missing} of {known} known records are not there: so many at once are believed after {visits} such visits in a row (`few = 0` believes any)");
        Failure::new(FailureClass::FewRecords, text)
    })
}

/// Whether this visit is the one after which so few records are how the source is.
fn is_used(state: &SourceState) -> bool {
    state.doubted.saturating_add(1) >= SourceState::USED_TO
}

/// Why this number of records cannot be believed.
fn doubt(rules: &Rules, state: &SourceState, count: u32) -> Option<Failure> {
    if count == 0 {
        let learned = state.learned.as_ref().and_then(|learned| learned.doubt.clone());
        let text = learned.unwrap_or_else(|| {
            median(state)
                .map_or_else(|| "no record on a first visit".to_owned(), |median| format!("no record, where there usually are {median}"))
        });
        return Some(Failure::new(FailureClass::ZeroRecords, text));
    }
    few(rules, state, count).filter(|_| !is_used(state))
}

/// That there are fewer records than are believed at first sight.
fn few(rules: &Rules, state: &SourceState, count: u32) -> Option<Failure> {
    let median = median(state)?;
    let least = f64::from(median) * rules.few;
    (f64::from(count) < least).then(|| {
        let (few, least) = (rules.few, least.ceil());
        let text = format!("{count} records, where there usually are {median}: fewer than {least} (`few = {few}`) are not believed");
        Failure::new(FailureClass::FewRecords, text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::ContentHash;
    use crate::model::OwnPage;
    use std::collections::BTreeMap;

    fn record(n: u32) -> Record {
        let source = "s".parse().expect("slug");
        let key = n.to_string();
        Record {
            id: Record::id_of(&source, &key),
            source,
            key,
            kind: RecordKind::Offer,
            url: "https://a.example/".parse().expect("url"),
            fields: BTreeMap::new(),
            content: ContentHash::default(),
            first_seen: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    }

    struct Source {
        state: SourceState,
        records: BTreeMap<RecordId, Record>,
    }

    impl Source {
        fn visit(&mut self, members: std::ops::Range<u32>, complete: bool) -> (usize, Option<FailureClass>) {
            let members: HashSet<RecordId> = members.map(|n| record(n).id).collect();
            for n in 0..100 {
                let record = record(n);
                if members.contains(&record.id) {
                    self.records.insert(record.id, record);
                }
            }
            let visited = Visited { members: &members, awards: 0, complete, whole: true, counted: true, looked: true };
            let end = visit_end(&Rules::default(), &self.state, visited, self.records.values().cloned(), Timestamp::UNIX_EPOCH);
            self.state = end.state;
            for record in end.records {
                self.records.insert(record.id, record);
            }
            (end.changes.len(), end.failure.map(|failure| failure.class))
        }
    }

    #[test]
    fn gone_after_two_complete_visits_and_never_by_an_incomplete_one() {
        let mut source =
            Source { state: SourceState::new(&"s".parse().expect("slug"), crate::base::ids::PageId(1)), records: BTreeMap::new() };
        for (members, complete, want) in [
            (0..40, true, (0, None)),
            (0..39, true, (0, None)),
            (0..39, true, (1, None)),
            (0..39, true, (0, None)),
            (0..38, true, (0, None)),
            (0..30, false, (0, None)),
            (0..0, true, (0, Some(FailureClass::ZeroRecords))),
            (0..10, true, (0, Some(FailureClass::FewRecords))),
            (0..39, true, (0, None)),
            (0..38, true, (0, None)),
            (0..38, true, (1, None)),
            (0..26, true, (0, None)),
            (0..26, true, (12, None)),
        ] {
            assert_eq!(source.visit(members.clone(), complete), want, "{members:?} {complete}");
        }
        assert_eq!(source.state.usual.len(), USUAL);
    }

    fn source(members: u32) -> Source {
        let state = SourceState::new(&"s".parse().expect("slug"), crate::base::ids::PageId(1));
        let mut source = Source { state, records: BTreeMap::new() };
        source.visit(0..members, true);
        source
    }

    #[test]
    fn a_third_that_is_gone_at_once_is_believed_by_the_eighth_visit_in_a_row() {
        const FEW: (usize, Option<FailureClass>) = (0, Some(FailureClass::FewRecords));
        for (least, gone) in [(8, 12), (10, 10), (11, 9), (13, 7)] {
            let mut source = source(20);
            for _ in 0..3 {
                assert_eq!(source.visit(0..least, true), FEW, "{least}");
            }
            assert_eq!(source.visit(0..20, true), (0, None), "{least}");
            for _ in 1..SourceState::USED_TO {
                assert_eq!(source.visit(0..least, true), FEW, "{least}");
            }
            assert_eq!(source.visit(0..least, true), (0, None), "{least}");
            assert_eq!(source.visit(0..least, true), (gone, None), "{least}");
            assert_eq!((source.visit(0..least, true), source.state.missing), ((0, None), 0), "{least}");
            assert_eq!(source.state.doubted, 0);
        }
        for (known, least, gone) in [(20, 14, 6), (8, 4, 4), (4, 2, 2)] {
            let mut source = source(known);
            assert_eq!(source.visit(0..least, true), (0, None), "{known} {least}");
            assert_eq!(source.visit(0..least, true), (gone, None), "{known} {least}");
        }
    }

    #[test]
    fn awards_that_are_annulled_are_not_missed() {
        for (kind, failed) in [(RecordKind::Award, None), (RecordKind::Offer, Some(FailureClass::FewRecords))] {
            let mut source = source(2);
            for n in 2..6 {
                source.records.insert(record(n).id, Record { kind, ..record(n) });
            }
            source.state.usual = vec![6; 3];
            assert_eq!(source.visit(0..2, true), (0, failed), "{kind:?}");
        }
    }

    #[test]
    fn who_won_is_not_counted_where_a_list_shows_a_part_alone() {
        let mut state = source(2).state;
        // Members and how many of them won; whether so few are believed.
        for (members, awards, failed) in [
            (6, 4, None),
            (6, 4, None),
            (2, 0, None),
            (5, 4, None),
            (4, 4, Some(FailureClass::FewRecords)),
            (0, 0, Some(FailureClass::ZeroRecords)),
        ] {
            let all: HashSet<RecordId> = (0..members).map(|n| record(n).id).collect();
            let visited = Visited { members: &all, awards, complete: true, whole: false, counted: true, looked: false };
            let end = visit_end(&Rules::default(), &state, visited, [], Timestamp::UNIX_EPOCH);
            assert_eq!(end.failure.map(|failure| failure.class), failed, "{members} {awards}");
            state = end.state;
        }
    }

    #[test]
    fn others_in_their_place_make_those_that_are_gone_not_fewer() {
        let mut source = source(20);
        assert_eq!(source.visit(10..30, true), (0, Some(FailureClass::FewRecords)));
        assert_eq!(source.visit(0..30, true), (0, None));
    }

    #[test]
    fn nobody_is_gone_where_each_visit_shows_another_part_nor_told_of_at_a_baseline() {
        let mut turning = source(20);
        turning.state.turning = SourceState::TURNS;
        for _ in 0..4 {
            assert_eq!(turning.visit(10..20, true), (0, None));
        }
        let mut again = source(20);
        again.state.baseline = Baseline::Pending(0);
        let visited =
            Visited { members: &HashSet::from([record(1).id]), awards: 0, complete: true, whole: true, counted: false, looked: true };
        let end = visit_end(&Rules::default(), &again.state, visited, again.records.values().cloned(), Timestamp::UNIX_EPOCH);
        assert!(end.changes.len() == 19 && end.changes.iter().all(|change| change.baseline) && end.failure.is_none());
    }

    #[test]
    fn too_few_records_name_the_least_and_the_setting() {
        let state = SourceState { usual: vec![40, 41, 43], ..SourceState::new(&"s".parse().expect("slug"), crate::base::ids::PageId(1)) };
        let said = |few: f64, count| doubt(&Rules { few, ..Rules::default() }, &state, count).map(|failure| failure.text);
        assert_eq!(said(0.5, 20).as_deref(), Some("20 records, where there usually are 41: fewer than 21 (`few = 0.5`) are not believed"));
        assert_eq!((said(0.5, 21), said(0.0, 1)), (None, None));
    }

    #[test]
    fn the_baseline_ends_with_the_first_complete_visit_or_the_third_incomplete_one() {
        let mut source =
            Source { state: SourceState::new(&"s".parse().expect("slug"), crate::base::ids::PageId(1)), records: BTreeMap::new() };
        source.visit(0..0, true);
        assert_eq!(source.state.baseline, Baseline::Pending(1));
        assert!(matches!(source.state.health, Health::Ill { .. }));
        source.visit(0..5, false);
        assert_eq!(source.state.baseline, Baseline::Pending(2));
        source.visit(0..5, false);
        assert!(matches!(source.state.baseline, Baseline::Done(_)));
        let mut quick =
            Source { state: SourceState::new(&"s".parse().expect("slug"), crate::base::ids::PageId(1)), records: BTreeMap::new() };
        quick.visit(0..5, true);
        assert!(matches!((quick.state.baseline, quick.state.health), (Baseline::Done(_), Health::Well { .. })));
    }
}
