//! The clauses of a sentence: where they end, and whether one denies what it says. Knows no kind of finding and no record.

use std::ops::Range;

use super::names::{FORM, is_form};
use crate::base::text::phrases::{Phrases, Word};

/// Words between a denial and what it denies.
const REACH: usize = 6;
/// Letters of a word that may stand inside a name in small letters ("Conservas del Mar").
const JOINT: usize = 3;
/// Words between a year and what happened in it.
const YEAR: usize = 10;
/// Years after which what happened is no news.
const OLD: i16 = 2;

/// The words of a language by which a clause is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clauses {
    /// What follows in the same clause is not so.
    pub denies: Phrases,
    /// The same, and before them too: "postponed" the opening, the opening "was postponed".
    pub reverses: Phrases,
    /// With these a sentence begins that only supposes or asks: "if", "asked whether".
    pub supposes: Phrases,
    /// A denial among these words is none: "not only".
    pub affirms: Phrases,
    /// With these another clause begins, and a denial before it says nothing any more: "but".
    pub turns: Phrases,
    /// Words with which a sentence begins that name nobody.
    pub nobody: Phrases,
    /// Words with which a sentence begins that speaks of whom the one before it is about: "it", "the company".
    pub same: Phrases,
    /// Before a name that is not the one of whom something is said: "client of".
    pub others: Phrases,
    /// The same where somebody else is named too: "rival", "unit of".
    pub beside: Phrases,
    /// Right behind such a name: "…'s competitor".
    pub owners: Phrases,
    /// Behind these the company follows of which something is said: "said".
    pub speaks: Phrases,
    /// Behind a comma they go on of the company right before it: "which".
    pub relative: Phrases,
    /// Before them, at most two words say what a company is: "the textile group".
    pub articles: Phrases,
    /// In front of a name and no part of it: "Spanish retailer".
    pub kinds: Phrases,
    /// The same of a name whose legal form is of another country: "the Danish", "Denmark's".
    pub origins: Phrases,
    /// Countries whose legal forms the language's own companies have.
    pub home: Vec<String>,
    /// In front of a name that a company had before: "formerly".
    pub once: Phrases,
    /// In front of the name of a person: "CEO".
    pub roles: Phrases,
    /// Words of names that are no person's: "bank" of Scotland.
    pub bodies: Phrases,
    /// Before a name they say that it is no subject: "with", "of".
    pub governs: Phrases,
    /// Right behind a name they say the same of it: "…'s".
    pub possessive: Phrases,
    /// With these, as with those of `governs`, begins what stands before a clause or inside it and is no part of it: "after", "buying".
    pub opens: Phrases,
    /// Between the subject of a clause and what is said of it: "is", "will", "now".
    pub light: Phrases,
    /// Between names of which the same is said: "and".
    pub joins: Phrases,
    /// Right behind names so joined they say that these are one: "Marks and Spencer plc is".
    pub single: Phrases,
    /// Who was named first, last, and all who were: "the former", "the latter", "both".
    pub former: Phrases,
    pub latter: Phrases,
    pub both: Phrases,
    /// A year in which something happened: "in 2015".
    pub years: Phrases,
    /// A year that dates something else: "founded in 1998".
    pub dated: Phrases,
}

/// A sentence with its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    pub words: &'a [Word],
}

impl Sentence<'_> {
    /// The place behind its last word, where nothing was found.
    pub fn end(&self) -> Range<usize> {
        self.words.len()..self.words.len()
    }

    /// What stands between two words.
    pub fn between(&self, from: usize, to: usize) -> &str {
        let ends = self.words.get(from).zip(self.words.get(to));
        ends.and_then(|(from, to)| self.text.get(from.at.end..to.at.start)).unwrap_or_default()
    }

    /// What stands before a word, and behind it.
    pub fn before(&self, place: usize) -> &str {
        let from = place.checked_sub(1).and_then(|last| self.words.get(last)).map_or(0, |word| word.at.end);
        self.words.get(place).and_then(|word| self.text.get(from..word.at.start)).unwrap_or_default()
    }

    pub fn behind(&self, place: usize) -> &str {
        let to = self.words.get(place + 1).map_or(self.text.len(), |word| word.at.start);
        self.words.get(place).and_then(|word| self.text.get(word.at.end..to)).unwrap_or_default()
    }

    /// Where the longest of these phrases ends that begins with the first of these words.
    pub fn longest(&self, all: &[&Phrases], words: Range<usize>) -> Option<usize> {
        let within = &self.words[..words.end.min(self.words.len())];
        all.iter().flat_map(|phrases| phrases.each_at(within, words.start)).map(|(_, at)| at.end).max()
    }

    /// The text of these words.
    pub fn part(&self, words: Range<usize>) -> &str {
        let ends = self.words.get(words.start).zip(self.words.get(words.end.saturating_sub(1)));
        ends.and_then(|(first, last)| self.text.get(first.at.start..last.at.end)).unwrap_or_default()
    }

    pub fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |word| &self.text[word.at.clone()])
    }

    /// Whether it is as short as words are that stand between others.
    pub fn is_small(&self, place: usize) -> bool {
        self.word(place).chars().count() <= JOINT
    }

    pub fn is_capital(&self, place: usize) -> bool {
        self.word(place).starts_with(char::is_uppercase)
    }

    /// Whether a word behind a name may end its legal form: in small letters "is", "as" and "se" are words like others, and behind a form is none.
    pub fn may_end_form(&self, place: usize, has_one: bool) -> bool {
        let word = self.word(place);
        match word.chars().count() {
            _ if !word.starts_with(char::is_lowercase) => true,
            1 => self.text[self.words[place].at.end..].starts_with('.'),
            letters => letters > 2 && !has_one,
        }
    }

    /// Whether few words stand in between; a name is one, however many it has.
    fn is_near(&self, between: Range<usize>) -> bool {
        between.clone().filter(|place| *place == between.start || !self.is_capital(*place) || !self.is_capital(place - 1)).count() <= REACH
    }

    /// Whether behind this word a comma parts a name from its form and nothing else: "Acme, S.L. busca". One behind the form is its fellow, but
    /// before another name: "unlike Acme, S.L., Beta".
    fn parts_a_form(&self, place: usize, to: usize) -> bool {
        let ends = || (place + 2..=(place + 1 + FORM).min(to)).rev();
        let is_whole = |end: &usize| self.may_end_form(end - 1, false) && is_form(self.part(place + 1..*end));
        let parts = self.is_capital(place + 1) && self.between(place, place + 1).trim() == ",";
        parts && ends().find(is_whole).is_some_and(|end| self.is_capital(end) || !self.between(end - 1, end).contains(','))
    }

    /// Whether the clause ends between these two words. Two commas hold something put in between, and the clause goes on behind it.
    pub fn breaks(&self, from: usize, to: usize) -> bool {
        let (mut ends, mut commas) = (false, 0);
        for place in (from..to).filter(|place| !self.parts_a_form(*place, to)) {
            let mark = self.between(place, place + 1);
            ends |= mark.contains([';', ':']);
            commas += mark.chars().filter(|c| matches!(c, ',' | '—' | '–' | '(' | ')' | '、' | '，')).count();
        }
        ends || commas % 2 == 1
    }
}

impl Clauses {
    /// Whether what was found is denied: by words before it in its clause, or inside it ("we need no suppliers"), or taken back by words before it
    /// or behind.
    pub fn deny(&self, sentence: &Sentence<'_>, find: &Range<usize>) -> bool {
        let affirmed: Vec<Range<usize>> = self.affirms.each(sentence.words).map(|(_, at)| at).collect();
        let counts = |at: &Range<usize>| affirmed.iter().all(|yes| yes.end <= at.start || at.end <= yes.start);
        let reaches = |from: usize, to: usize, ends: &[&Phrases]| {
            let between = &sentence.words[from..to.max(from)];
            sentence.is_near(from..to) && !sentence.breaks(from - 1, to) && ends.iter().all(|phrases| phrases.find(between).is_none())
        };
        let denies = |at: &Range<usize>| {
            // To the first word of the find, or where the denial stands inside it, to its last.
            let to = if at.end <= find.start { find.start } else { find.end - 1 };
            let begins_it = at.start == find.start;
            !begins_it
                && at.start < find.end
                && self.turns.find(&sentence.words[at.start..to.max(at.start)]).is_none()
                && reaches(at.end, to, &[])
        };
        let reverses = |at: &Range<usize>| {
            let meets = at.start < find.end && find.start < at.end;
            let reaches_out = at.start < find.start || find.end < at.end;
            let behind = || find.end <= at.start && reaches(find.end, at.start, &[&self.turns, &self.opens]);
            if meets { reaches_out } else { denies(at) || behind() }
        };
        let mut denials = self.denies.each(sentence.words).map(|(_, at)| at).filter(counts);
        let mut reversals = self.reverses.each(sentence.words).map(|(_, at)| at).filter(counts);
        denials.any(|at| denies(&at)) || reversals.any(|at| reverses(&at))
    }

    /// Whether a sentence begins with what is only supposed or asked.
    pub fn suppose(&self, sentence: &Sentence<'_>) -> bool {
        let begins = |phrases: &Phrases| phrases.each_at(sentence.words, 0).next().is_some();
        begins(&self.supposes) && !begins(&self.affirms)
    }

    /// Whether a sentence goes on of whom the one before it is about.
    pub fn goes_on(&self, sentence: &Sentence<'_>) -> bool {
        self.same.each_at(sentence.words, 0).next().is_some()
    }

    /// Whether it happened long before this year: a year says so in its clause, or with it the sentence begins.
    pub fn is_past(&self, sentence: &Sentence<'_>, find: &Range<usize>, this_year: i16) -> bool {
        let meet = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        let is_dated = |year: &Range<usize>| self.dated.each(sentence.words).any(|(_, at)| meet(&at, year) && !meet(&at, find));
        self.years.each(sentence.words).map(|(_, at)| at).any(|at| {
            let number =
                at.clone().map(|place| sentence.word(place)).find(|word| word.len() == 4).and_then(|word| word.parse::<i16>().ok());
            let (near, breaks) = if at.start >= find.end {
                (at.start - find.end <= YEAR, sentence.breaks(find.end - 1, at.start))
            } else {
                let begins = at.start <= 2 && !sentence.breaks(0, at.start);
                (begins || find.start.saturating_sub(at.end) <= YEAR, !begins && sentence.breaks(at.end - 1, find.start.max(at.end)))
            };
            number.is_some_and(|year| year + OLD <= this_year) && near && !breaks && !is_dated(&at)
        })
    }
}
