//! How much of a list of companies is another than at the visit before: whether an address shows another list, and whether a list shows another part
//! of its records each time. Asked once it is known who is merely written otherwise ([`super::realign`]). Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::Rules;
use crate::base::ids::RecordId;
use crate::base::text::words;
use crate::model::{Draft, Failure, FailureClass, Page, Record, RecordKind, SourceState, Value};

/// Known records of a list from which on it says something that they are gone at once.
const SEVERAL: usize = 5;
/// Of so many one may be left: nearly all are others.
const NEARLY: usize = 10;
/// One of so many left, and is no accident any more.
const MANY: usize = 3;
/// Records that were away and came back in one visit.
const BACK: usize = 2;
/// Of a list that moves down so many stay.
const KEPT: usize = 3;
/// Fields that say since when somebody is there.
const DAYS: [&str; 3] = ["date", "published", "since"];
/// Others that are named.
const NAMED: usize = 3;

/// What became of a list from one visit to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Records that were on it.
    was: usize,
    /// Records that are on it.
    is: usize,
    /// Records that were on it and are.
    kept: usize,
    /// Records that were not on it, and were known before.
    back: usize,
    /// Those of them that had been gone.
    gone: usize,
    /// Whether it goes on where it was: the newest stand on it, and who came is newer than who was there.
    goes_on: bool,
    /// Whether it is a window that moves on: as many came before all others as left behind them.
    slides: bool,
}

impl Turnover {
    /// Of a page that shows a whole list of companies; of anything else nothing is to be said.
    pub fn of(page: &Page, drafts: &[Draft], stored: &[Record]) -> Self {
        if drafts.iter().any(|draft| draft.kind != RecordKind::Company) {
            return Self::default();
        }
        let members: HashSet<RecordId> = page.members.iter().copied().collect();
        let known: HashMap<RecordId, &Record> = stored.iter().map(|record| (record.id, record)).collect();
        let now: HashSet<RecordId> = drafts.iter().map(|draft| Record::id_of(&page.source, &draft.key)).collect();
        let back = || now.iter().filter(|id| !members.contains(id)).filter_map(|id| known.get(id));
        Self {
            was: members.len(),
            is: now.len(),
            kept: now.iter().filter(|id| members.contains(id)).count(),
            back: back().count(),
            gone: back().filter(|record| record.gone).count(),
            goes_on: drafts.len() >= SEVERAL && (is_newer(page, drafts, &known) || moved_down(page, drafts)),
            slides: drafts.len() == page.members.len() && moved_down(page, drafts) && !is_alphabetical(drafts),
        }
    }

    /// Records that nobody knew.
    fn unknown(&self) -> usize {
        self.is - self.kept - self.back
    }

    /// Whether nearly everybody who was there is gone and nearly everybody who is there was not known.
    pub fn is_another(&self) -> bool {
        self.was >= SEVERAL && self.is > 0 && !self.goes_on && (self.kept + self.back - self.gone) * NEARLY <= self.was.min(self.is)
    }

    /// Why nobody on this page is believed to be new, and nobody to be gone, yet. `None`: it is the list from now on. That is so once eight visits
    /// in a row showed another list, the last two the same; where it is one that was known once; and where any number of records is believed.
    pub fn doubt(&self, rules: &Rules, page: &Page, drafts: &[Draft]) -> Option<Failure> {
        let mut names: Vec<String> =
            drafts.iter().filter_map(|draft| draft.value("name").or_else(|| draft.value("title"))).map(Value::text).collect();
        let more = if names.len() > NAMED { ", …" } else { "" };
        names.truncate(NAMED);
        let (was, is, names) = (self.was, self.is, names.join(", "));
        let failure = Failure::new(
            FailureClass::AnotherList,
            format!("the page shows another list: none of the {was} records that were known, and {is} others ({names}{more})"),
        );
        let before = page.failures.as_ref().filter(|failures| failures.last.class == FailureClass::AnotherList);
        let agreed = before.is_some_and(|before| before.count + 1 >= u32::from(SourceState::USED_TO) && before.last.text == failure.text);
        (!agreed && rules.few > 0.0 && self.gone * 2 < self.is).then_some(failure)
    }

    /// For how long a list counts as one that shows another part of its records each time, after this visit.
    ///
    /// Two visits in a row in which many left and some came back say so; eight in which somebody came or left, and not so many, say that it is over.
    /// Once it is found, three in which nobody came who was not known say that all it shows are known; one that goes on with the newest says so at once.
    pub fn turning(&self, before: u8) -> u8 {
        let (found, covers) = (SourceState::TURNS + SourceState::USED_TO, SourceState::COVERS);
        let left = self.was - self.kept;
        let many = self.was >= SEVERAL && left * MANY >= self.was;
        if self.goes_on && (many || self.slides || before >= covers) {
            return covers + SourceState::USED_TO;
        }
        let few = self.unknown() * NEARLY <= self.is;
        match (many && self.back >= BACK, before) {
            (true, 0) => 1,
            (true, before) if before < found => found,
            (true, before) if before >= covers && few || before + 1 == covers && self.unknown() == 0 => covers + SourceState::USED_TO,
            (true, before) if self.unknown() == 0 => before + 1,
            (true, _) => found,
            (false, _) if left == 0 && self.is == self.kept => before,
            (false, before) if before == covers => 0,
            (false, before) if before > found && before < covers => found - 1,
            (false, before) if before > SourceState::TURNS => before - 1,
            (false, _) => 0,
        }
    }
}

/// Whether nearly all have a day, the newest first, and who came is no older than the newest who was there.
fn is_newer(page: &Page, drafts: &[Draft], known: &HashMap<RecordId, &Record>) -> bool {
    let id = |draft: &Draft| Record::id_of(&page.source, &draft.key);
    let dated: Vec<(&Draft, Timestamp)> = drafts.iter().filter_map(|draft| Some((draft, day(|name| draft.value(name))?))).collect();
    let were: Vec<Timestamp> =
        page.members.iter().filter_map(|id| known.get(id)).filter_map(|record| day(|name| record.value(name))).collect();
    let nearly = |some: usize, all: usize| some > 0 && some * NEARLY >= all * (NEARLY - 1);
    let came = dated.iter().filter(|(draft, _)| !known.contains_key(&id(draft))).map(|(_, day)| *day).min();
    nearly(dated.len(), drafts.len())
        && nearly(were.len(), page.members.len())
        && dated.windows(2).all(|pair| pair[0].1 >= pair[1].1)
        && came.zip(were.into_iter().max()).is_some_and(|(came, was)| came >= was)
}

fn day<'v>(value: impl Fn(&str) -> Option<&'v Value>) -> Option<Timestamp> {
    DAYS.iter().find_map(|name| value(name)?.instant())
}

/// Whether those who were there and are stand behind all others now, in the order in which they began the list.
fn moved_down(page: &Page, drafts: &[Draft]) -> bool {
    let members: HashSet<RecordId> = page.members.iter().copied().collect();
    let now: Vec<RecordId> = drafts.iter().map(|draft| Record::id_of(&page.source, &draft.key)).collect();
    let Some(first) = now.iter().position(|id| members.contains(id)) else { return false };
    let kept = &now[first..];
    first > 0 && kept.len() >= KEPT && kept.len() < page.members.len() && page.members.starts_with(kept)
}

/// Whether a list is in the order of its names: who comes first there and who leaves last is chance.
fn is_alphabetical(drafts: &[Draft]) -> bool {
    drafts.iter().filter_map(|draft| draft.value("name")).map(|name| words(&name.text())).is_sorted()
}

/// Whether so many of the records of a list are missing at once that it is no matter of each of them.
pub(super) fn is_mass(missing: usize, found: usize) -> bool {
    missing >= SEVERAL && missing * MANY >= missing + found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Failures;
    use crate::model::sample::{day, draft, record};

    fn page(members: &[&str], failures: Option<Failures>) -> Page {
        let source = "s".parse().expect("slug");
        let members = members.iter().map(|key| Record::id_of(&source, key)).collect();
        Page { members, failures, ..Page::root(&source, "https://s.example/".parse().expect("url"), day(0)) }
    }

    fn drafts(keys: &[&str]) -> Vec<Draft> {
        keys.iter().map(|key| Draft { kind: RecordKind::Company, ..draft(key, &[("name", key)]) }).collect()
    }

    /// Records of these keys; those in capitals are gone.
    fn stored(keys: &[&str]) -> Vec<Record> {
        let one = |key: &&str| Record { gone: key.chars().all(char::is_uppercase), ..record("s", key, RecordKind::Company, &[]) };
        keys.iter().map(one).collect()
    }

    const SIX: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    #[test]
    fn another_list_is_one_on_which_nearly_nobody_was_known() {
        for (was, is, known, want) in [
            (&SIX[..], &["u", "v", "w"][..], &[][..], true),
            (&SIX, &["u", "v", "w", "a"], &[], false),
            (&SIX, &["u", "v", "w", "x"], &["x"], false),
            (&SIX, &["u", "v", "w", "X"], &["X"], true),
            (&SIX, &[], &[], false),
            (&SIX[..4], &["u", "v", "w"], &[], false),
            (&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], &["a", "q", "r", "s", "t", "u", "v", "w", "x", "y"], &[], true),
        ] {
            let all: Vec<&str> = was.iter().chain(known).copied().collect();
            assert_eq!(Turnover::of(&page(was, None), &drafts(is), &stored(&all)).is_another(), want, "{is:?}");
        }
        let mut offers = drafts(&["u", "v"]);
        offers[0].kind = RecordKind::Offer;
        assert!(!Turnover::of(&page(&SIX, None), &offers, &stored(&SIX)).is_another(), "what is offered may well be other things");
    }

    #[test]
    fn another_list_is_believed_once_eight_visits_agree() {
        let now = drafts(&["u", "v", "w", "x"]);
        let rules = Rules::default();
        let turnover = |known: &[&str]| Turnover::of(&page(&SIX, None), &now, &stored(known));
        let first = turnover(&SIX).doubt(&rules, &page(&SIX, None), &now).expect("a doubt");
        assert_eq!(first.text, "the page shows another list: none of the 6 records that were known, and 4 others (u, v, w, …)");
        let after = |count, last: &Failure| page(&SIX, Some(Failures { count, since: day(0), last: last.clone() }));
        let (other, down) = (Failure { text: "x".into(), ..first.clone() }, Failure::new(FailureClass::Timeout, first.text.clone()));
        for (before, believed) in [(after(6, &first), false), (after(7, &first), true), (after(9, &other), false), (after(9, &down), false)]
        {
            assert_eq!(turnover(&SIX).doubt(&rules, &before, &now).is_none(), believed, "{:?}", before.failures);
        }
        assert_eq!(turnover(&SIX).doubt(&Rules { few: 0.0, ..rules.clone() }, &page(&SIX, None), &now), None);
        let again = drafts(&["U", "V", "W", "x"]);
        let known = Turnover::of(&page(&SIX, None), &again, &stored(&["a", "U", "V", "W"]));
        assert_eq!((known.is_another(), known.doubt(&rules, &page(&SIX, None), &again)), (true, None), "it was known once");
    }

    #[test]
    fn a_list_that_shows_a_part_of_its_records_is_known_by_who_comes_back() {
        let turn = |was: &[&str], is: &[&str], before| {
            let all = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
            Turnover::of(&page(was, None), &drafts(is), &stored(&all)).turning(before)
        };
        let flagged = SourceState::TURNS + SourceState::USED_TO;
        let covered = SourceState::COVERS + SourceState::USED_TO;
        for (is, before, want) in [
            (&["a", "b", "c", "g", "h", "i"][..], 0, 1),
            (&["a", "b", "c", "g", "h", "i"], 1, flagged),
            (&["a", "b", "c", "g", "h", "i"], 4, flagged),
            // Nobody came who was not known, three times.
            (&["a", "b", "c", "g", "h", "i"], flagged, flagged + 1),
            (&["a", "b", "c", "g", "h", "i"], flagged + 2, covered),
            (&["a", "b", "c", "g", "h", "u"], flagged + 1, flagged),
            (&["a", "b", "c", "g", "h", "u"], covered, flagged),
            (&["a", "b", "c", "d", "e"], flagged + 2, flagged - 1),
            (&["a", "b", "c", "d", "e"], covered, covered - 1),
            (&["a", "b", "c", "d", "e"], SourceState::COVERS, 0),
            (&SIX, 1, 1),
            (&SIX, 7, 7),
            (&["a", "b", "c"], 0, 0),
            (&["a", "b", "c"], 1, 0),
            (&["a", "b", "c", "d", "e"], flagged, flagged - 1),
            (&["a", "b", "c", "d", "e"], SourceState::TURNS, 0),
            (&["a", "b", "c", "u", "v", "w"], 1, 0),
        ] {
            assert_eq!(turn(&SIX, is, before), want, "{is:?} {before}");
        }
        assert_eq!(turn(&["a", "b", "c"], &SIX, 0), 0, "half of it that comes back says nothing");
    }

    #[test]
    fn a_list_of_the_newest_goes_on() {
        let covered = SourceState::COVERS + SourceState::USED_TO;
        let on = |days: &[(&str, i8)], n: usize| {
            let mut all = drafts(&days.iter().map(|(key, _)| *key).collect::<Vec<_>>());
            for (draft, (_, day)) in all.iter_mut().zip(days).take(n) {
                let value = Value::Date(jiff::civil::date(2026, 11, *day));
                draft
                    .fields
                    .insert(crate::model::FieldName::new("date"), crate::model::Found { value, quote: String::new(), path: String::new() });
            }
            all
        };
        let was = on(&[("a", 12), ("b", 11), ("c", 10), ("d", 9), ("e", 8)], 5);
        let stored_with_days: Vec<Record> = was
            .iter()
            .map(|draft| {
                let mut one = record("s", &draft.key, RecordKind::Company, &[]);
                one.fields = draft
                    .fields
                    .iter()
                    .map(|(name, found)| {
                        (
                            name.clone(),
                            crate::model::Field {
                                value: found.value.clone(),
                                quote: String::new(),
                                path: String::new(),
                                first_seen: day(0),
                            },
                        )
                    })
                    .collect();
                one
            })
            .collect();
        let page = page(&["a", "b", "c", "d", "e"], None);
        for (now, dated, known, another, turning) in [
            (&[("u", 20), ("v", 19), ("w", 18), ("x", 17), ("y", 12)][..], 5, true, false, covered),
            (&[("u", 20), ("v", 19), ("w", 18), ("x", 17), ("a", 12)], 5, true, false, covered),
            // An agenda, or others who are older: another list.
            (&[("u", 20), ("v", 19), ("w", 18), ("x", 17), ("y", 11)], 5, true, true, 0),
            (&[("u", 17), ("v", 18), ("w", 19), ("x", 20), ("y", 21)], 5, true, true, 0),
            (&[("u", 20), ("v", 19), ("w", 18), ("x", 17), ("y", 12)], 5, false, true, 0),
            (&[("u", 20), ("v", 19), ("w", 18), ("x", 17), ("y", 12)], 3, true, true, 0),
            // Without days: the first of those who were there, behind all others.
            (&[("u", 1), ("v", 1), ("a", 1), ("b", 1), ("c", 1)], 0, false, false, covered),
            (&[("u", 1), ("v", 1), ("a", 1), ("c", 1), ("d", 1)], 0, false, false, 0),
            // One came before all others and the last left, in a list of one length; and where it became longer.
            (&[("u", 1), ("a", 1), ("b", 1), ("c", 1), ("d", 1)], 0, false, false, covered),
            (&[("u", 1), ("v", 1), ("a", 1), ("b", 1), ("c", 1), ("d", 1)], 0, false, false, 0),
        ] {
            let records = if known { stored_with_days.as_slice() } else { &[] };
            let turnover = Turnover::of(&page, &on(now, dated), records);
            assert_eq!((turnover.is_another(), turnover.turning(0)), (another, turning), "{now:?} {dated} {known}");
        }
    }
}
