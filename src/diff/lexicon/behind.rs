//! Who is named behind what was found: whose place it is that was opened, who says what is quoted, and what a company was called before. Knows no kind
//! of finding and no record.

use std::ops::Range;

use super::clause::{Clauses, Sentence};
use super::names::{Known, Name, behind_of};
use super::whom::Whom;
use crate::base::text::phrases::Phrases;

/// Words behind an article that may say what a company is ("la quesería palentina").
const SAYS: usize = 2;
/// Words in front of a name that say so.
const LEAD: usize = 4;

impl Clauses {
    /// Whose it is that was found, where its company is named right behind one of these phrases: "abre en Lerma la tienda de Muebles Oca, S.L.".
    pub fn owner(&self, sentence: &Sentence<'_>, find: &Range<usize>, whose: &Phrases, known: &Known) -> Option<Whom> {
        if whose.is_empty() {
            return None;
        }
        let all = sentence.words.len();
        let leads = |start: usize, lead: usize| {
            let between = lead..start;
            self.says_no_more(sentence, between.clone()) && self.governs.find(&sentence.words[between]).is_none()
        };
        // "in Masham by Acme Ltd" is no one name: what is before a name ends where it begins.
        let company = |start: usize| {
            let names = self.names(sentence, &(start - 1..all), known);
            let at = names.iter().position(|name| name.words.start == start && name.company.is_some())?;
            (!self.others_of(sentence, &names)[at]).then(|| Whom::of(&names[at].company))
        };
        let behind = whose.each(sentence.words).map(|(_, at)| at.end).filter(|end| *end > find.start);
        let mut starts = behind.flat_map(|lead| (lead..all.min(lead + LEAD)).filter(move |start| leads(*start, lead)));
        starts.find_map(|start| Some(company(start)?).filter(|_| start >= find.end && !sentence.breaks(find.end - 1, start)))
    }

    /// The company of who is named behind what is quoted: "…," said Kim Roe, boss of Acme Ltd.
    pub fn speaker(&self, sentence: &Sentence<'_>, find: &Range<usize>, known: &Known) -> Option<Whom> {
        let closes = |place: &usize| {
            let mark = sentence.between(place - 1, *place);
            mark.rfind(['"', '”', '»']).is_some_and(|at| mark[at..].chars().count() > 1)
        };
        let from = (find.end.max(1)..sentence.words.len()).find(closes)?;
        let behind = &sentence.words[from..];
        self.roles.find(behind).or_else(|| self.speaks.find(behind))?;
        let names = self.names(sentence, &sentence.end(), known);
        let others = self.others_of(sentence, &names);
        let is_it = |(name, other): &(Name, bool)| name.words.start >= from && name.company.is_some() && !other;
        let (name, _) = names.into_iter().zip(others).find(is_it)?;
        Some(Whom::of(&name.company))
    }

    /// Which names are surely somebody's else than whom it is about: "suppliers of glass and Acme Ltd" is no supplier of Acme.
    pub fn others_of(&self, sentence: &Sentence<'_>, names: &[Name]) -> Vec<bool> {
        let others = behind_of(sentence, &self.others, names, &self.turns);
        let once: Vec<Range<usize>> = self.once.each(sentence.words).map(|(_, at)| at).collect();
        others
            .into_iter()
            .enumerate()
            .map(|(at, other)| other || once.iter().any(|once| self.is_former(sentence, names, at, once)))
            .collect()
    }

    /// Whether by these words a name is one that a company had before, and the company is named beside it: "Acme Ltd, formerly Beta Ltd," and "Formerly
    /// Beta Ltd, Acme Ltd". "Earlier Acme Ltd opened" is none.
    fn is_former(&self, sentence: &Sentence<'_>, names: &[Name], at: usize, once: &Range<usize>) -> bool {
        let name = &names[at].words;
        if once.end > name.start || !self.says_no_more(sentence, once.end..name.start) {
            return false;
        }
        let parts = |mark: &str| mark.contains([',', '(', '—', '–']);
        let behind = || at > 0 && names[at - 1].words.end == once.start && parts(sentence.before(once.start));
        let before = || {
            once.start == 0 && names.get(at + 1).is_some_and(|next| next.words.start == name.end && parts(sentence.behind(name.end - 1)))
        };
        behind() || before()
    }

    /// Whether these words say no more than what the company is that they stand in front of: "the Spanish group".
    pub fn says_no_more(&self, sentence: &Sentence<'_>, range: Range<usize>) -> bool {
        let known = [&self.nobody, &self.kinds, &self.beside, &self.turns, &self.joins, &self.articles, &self.origins];
        let (mut place, mut left) = (range.start, 0);
        while place < range.end {
            if sentence.longest(&[&self.articles], place..place + 1).is_some() {
                left = SAYS;
            }
            match sentence.longest(&known, place..range.end) {
                Some(end) => place = end,
                None if left > 0 && !sentence.is_capital(place) => (place, left) = (place + 1, left - 1),
                None => return false,
            }
        }
        true
    }
}
