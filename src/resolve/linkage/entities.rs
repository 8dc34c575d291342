//! Why two groups of rows are two legal entities, however alike they look: the vetoes of clustering. Knows no points.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;
use super::names::is_slip;
use super::words::{Vocabulary, Word};
use crate::model::LegalForm;
use crate::model::identifier;

/// Rows of a group from which on what they all say is no accident.
const AGREED: u32 = 2;

/// Entries with the number of rows each stands for.
pub(super) struct Entities<'a> {
    pub entries: &'a [Entry],
    pub rows: &'a [u32],
    pub words: &'a Vocabulary,
    /// How many rows carry a name with a legal form.
    forms: BTreeMap<(Vec<Word>, &'static str), u32>,
}

impl<'a> Entities<'a> {
    /// Looks at all entries, each standing for so many rows.
    pub fn of(entries: &'a [Entry], rows: &'a [u32], words: &'a Vocabulary) -> Self {
        let mut forms = BTreeMap::new();
        for (entry, rows) in entries.iter().zip(rows) {
            if let Some(form) = entry.form {
                *forms.entry((sorted(entry), form.shown)).or_default() += rows;
            }
        }
        Self { entries, rows, words, forms }
    }

    /// Why these two groups are two; `None` when they may be one.
    ///
    /// Valid tax ids that differ always part. Without a tax id in common, two names of one family part ("Acme Logistics", "Acme Services"),
    /// when the rows of each side agree, and two legal forms of one country, when each comes up again: one row alone may be written carelessly.
    pub fn conflict(&self, one: &[u32], two: &[u32]) -> Option<String> {
        if let Some(ids) = self.ids(one, two) {
            return ids.err();
        }
        let identified = |group: &[u32]| group.iter().all(|entry| self.entries[*entry as usize].is_identified());
        let agreed = |group: &[u32]| group.iter().map(|entry| self.rows[*entry as usize]).sum::<u32>() >= AGREED;
        if !identified(one) || !identified(two) {
            return None;
        }
        let family = || (agreed(one) && agreed(two)).then(|| self.family(one, two)).flatten();
        self.forms(one, two).or_else(family)
    }

    /// What the tax ids say: that these groups are one, or why they are not; `None` when they say nothing. No answer outweighs them.
    pub fn ids(&self, one: &[u32], two: &[u32]) -> Option<Result<(), String>> {
        let of = |group: &[u32]| -> BTreeSet<&str> {
            group.iter().filter_map(|entry| self.entries[*entry as usize].tax_id.as_deref()).collect()
        };
        let (one, two) = (of(one), of(two));
        let differ = one.iter().flat_map(|a| two.iter().map(move |b| (*a, *b))).find(|(a, b)| identifier::contradict(a, b));
        let same = || one.iter().any(|a| two.iter().any(|b| identifier::same(a, b))).then_some(Ok(()));
        differ.map(|(a, b)| Err(format!("different tax ids: {} and {}", a.min(b), a.max(b)))).or_else(same)
    }

    /// All names of both groups share a word, and each group has a word in all its names that the other never uses.
    fn family(&self, one: &[u32], two: &[u32]) -> Option<String> {
        let (in_one, in_two) = (self.in_all(one), self.in_all(two));
        let telling = |word: &Word| self.words.weight(*word) >= 2.0;
        if !in_one.iter().any(|word| telling(word) && in_two.contains(word)) {
            return None;
        }
        let own = |words: &[Word], others: &[u32]| {
            let used = |word: Word| {
                others
                    .iter()
                    .flat_map(|entry| self.entries[*entry as usize].name())
                    .any(|other| *other == word || is_slip(self.words.letters(word), self.words.letters(*other)))
            };
            words.iter().copied().find(|word| telling(word) && !used(*word))
        };
        let (a, b) = (own(&in_one, two)?, own(&in_two, one)?);
        let (a, b) = (self.words.letters(a), self.words.letters(b));
        Some(format!("names of one family: always with `{}` and always with `{}`", a.min(b), a.max(b)))
    }

    fn in_all(&self, group: &[u32]) -> Vec<Word> {
        let mut names = group.iter().map(|entry| self.entries[*entry as usize].name());
        let mut words = names.next().unwrap_or_default().to_vec();
        names.for_each(|name| words.retain(|word| name.contains(word)));
        words
    }

    fn forms(&self, one: &[u32], two: &[u32]) -> Option<String> {
        let of = |group: &[u32]| -> Option<&'static LegalForm> {
            let mut forms = group.iter().map(|entry| self.entries[*entry as usize].form);
            let first = forms.next()??;
            let often =
                |entry: &u32| self.forms.get(&(sorted(&self.entries[*entry as usize]), first.shown)).is_some_and(|rows| *rows >= AGREED);
            if !group.iter().any(often) {
                return None;
            }
            forms.all(|form| form.is_some_and(|form| form.shown == first.shown)).then_some(first)
        };
        let (a, b) = (of(one)?, of(two)?);
        // "S.L." and "S.L.U." are one company before and after its shares were sold; "Inc.", "Corp." and "Co." are written as one likes.
        let plain = |form: &LegalForm| form.shown.replace(['.', ' '], "").to_lowercase();
        let (x, y) = (plain(a), plain(b));
        let related = x.starts_with(&y) && !x.contains('&') || y.starts_with(&x) && !y.contains('&') || a.country == "US";
        (a.country == b.country && x != y && !related)
            .then(|| format!("different legal forms: {} and {}", a.shown.min(b.shown), a.shown.max(b.shown)))
    }
}

fn sorted(entry: &Entry) -> Vec<Word> {
    let mut name = entry.name().to_vec();
    name.sort_unstable();
    name
}
