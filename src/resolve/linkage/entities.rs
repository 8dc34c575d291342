//! Why two groups of rows are two legal entities, however alike they look: the vetoes of clustering. Knows no points.

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
}

impl Entities<'_> {
    /// Why these two groups are two; `None` when they may be one.
    ///
    /// Valid tax ids that differ always part. Without a tax id in common, two names of one family part ("Acme Logistics", "Acme Services"),
    /// and two legal forms of one country, when the rows of each side agree: one row alone may be written carelessly.
    pub fn conflict(&self, one: &[u32], two: &[u32]) -> Option<String> {
        let pairs = || one.iter().flat_map(|a| two.iter().map(move |b| (*a, *b)));
        let mut same_id = false;
        for (a, b) in pairs() {
            if let (Some(a), Some(b)) = (&self.entries[a as usize].tax_id, &self.entries[b as usize].tax_id) {
                if identifier::contradict(a, b) {
                    return Some(format!("different tax ids: {} and {}", a.min(b), a.max(b)));
                }
                same_id |= a == b;
            }
        }
        let identified = |group: &[u32]| group.iter().all(|entry| self.entries[*entry as usize].is_identified());
        let agreed = |group: &[u32]| group.iter().map(|entry| self.rows[*entry as usize]).sum::<u32>() >= AGREED;
        if same_id || !agreed(one) || !agreed(two) || !identified(one) || !identified(two) {
            return None;
        }
        self.family(one, two).or_else(|| self.forms(one, two))
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
