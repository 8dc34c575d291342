//! How much of a list of companies is another than at the visit before: whether an address shows another list, and whether a list shows another part
//! of its records each time. Asked once it is known who is merely written otherwise ([`super::realign`]). Pure.

use std::collections::{HashMap, HashSet};

use super::Rules;
use crate::base::ids::RecordId;
use crate::model::{Draft, Failure, FailureClass, Page, Record, RecordKind, SourceState, Value};

/// Known records of a list from which on it says something that they are gone at once.
const SEVERAL: usize = 5;
/// Of so many one may be left: nearly all are others.
const NEARLY: usize = 10;
/// One of so many left, and is no accident any more.
const MANY: usize = 3;
/// Records that were away and came back in one visit.
const BACK: usize = 2;
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
        }
    }

    /// Whether nearly everybody who was there is gone and nearly everybody who is there was not known.
    pub fn is_another(&self) -> bool {
        self.was >= SEVERAL && self.is > 0 && (self.kept + self.back - self.gone) * NEARLY <= self.was.min(self.is)
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
    pub fn turning(&self, before: u8) -> u8 {
        let left = self.was - self.kept;
        let turns = self.was >= SEVERAL && left * MANY >= self.was && self.back >= BACK;
        match (turns, before) {
            (true, 0) => 1,
            (true, _) => SourceState::TURNS + SourceState::USED_TO,
            (false, _) if left == 0 && self.is == self.kept => before,
            (false, before) if before > SourceState::TURNS => before - 1,
            (false, _) => 0,
        }
    }
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
        for (is, before, want) in [
            (&["a", "b", "c", "g", "h", "i"][..], 0, 1),
            (&["a", "b", "c", "g", "h", "i"], 1, flagged),
            (&["a", "b", "c", "g", "h", "i"], 4, flagged),
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
}
