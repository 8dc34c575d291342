//! Whom a sentence names, and whether its clause denies what it says. Knows no kind of finding and no record.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::base::text::phrases::{Phrases, Word};
use crate::base::text::squeeze;
use crate::model::{CompanyName, LegalClass, LegalKind};

/// Words between a denial and what it denies.
const REACH: usize = 6;
/// Letters of a word that may stand inside a name in small letters ("Conservas del Mar").
const JOINT: usize = 3;
/// Words of a legal form behind a name ("S. A. U.").
const FORM: usize = 4;

/// The words of a language by which a clause is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clauses {
    /// What follows in the same clause is not so.
    pub denies: Phrases,
    /// A denial among these words is none: "not only".
    pub affirms: Phrases,
    /// Behind these a denial says nothing any more: "but".
    pub turns: Phrases,
    /// Words with which a sentence begins that name nobody.
    pub nobody: Phrases,
    /// Words with which a sentence begins that speaks of whom the one before it named: "it", "the company".
    pub same: Phrases,
}

/// Whom a sentence names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Whom {
    /// The names without their legal form.
    names: BTreeSet<String>,
    /// Those that stand with one, and so are surely companies: as they are written, in their order.
    companies: Vec<String>,
}

impl Whom {
    /// By this name alone.
    pub fn called(name: &str) -> Self {
        Self { names: core(name).into_iter().collect(), companies: Vec::new() }
    }

    /// Whether it names nobody.
    pub fn is_nobody(&self) -> bool {
        self.names.is_empty()
    }

    /// The company that is named first, where it is surely one.
    pub fn company(&self) -> Option<&str> {
        self.companies.first().map(String::as_str)
    }

    /// Takes over the companies that another sentence names.
    pub fn take_companies(&mut self, other: &Self) {
        self.companies.extend(other.companies.iter().cloned());
    }

    /// Knows a name by which no form stands as that of a company which the same text names with its form.
    pub fn know(&mut self, all: &Self) {
        if self.companies.is_empty() {
            let is_named = |company: &&String| core(company).is_some_and(|core| self.names.contains(&core));
            self.companies = all.companies.iter().find(is_named).cloned().into_iter().collect();
        }
    }

    /// Whom the next sentence speaks of when it goes on of the same: the company named last; where none is surely one, all of them.
    pub fn last(self) -> Self {
        let last = |company: &String| Self { companies: vec![company.clone()], ..Self::called(company) };
        self.companies.last().map(last).unwrap_or(self)
    }
}

/// A sentence with its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    pub words: &'a [Word],
}

impl Sentence<'_> {
    /// What stands between two words.
    fn between(&self, from: usize, to: usize) -> &str {
        let ends = self.words.get(from).zip(self.words.get(to));
        ends.and_then(|(from, to)| self.text.get(from.at.end..to.at.start)).unwrap_or_default()
    }

    fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |word| &self.text[word.at.clone()])
    }

    fn is_capital(&self, place: usize) -> bool {
        self.word(place).starts_with(char::is_uppercase)
    }

    /// Whether the clause ends between these two words. Two commas hold something put in between, and the clause goes on behind it.
    pub fn breaks(&self, from: usize, to: usize) -> bool {
        let marks = (from..to).map(|place| self.between(place, place + 1));
        let (mut ends, mut commas) = (false, 0);
        for mark in marks {
            ends |= mark.contains([';', ':']);
            commas += mark.chars().filter(|c| matches!(c, ',' | '—' | '–' | '(' | ')' | '、' | '，')).count();
        }
        ends || commas % 2 == 1
    }
}

impl Clauses {
    /// Whether what was found is denied: by words before it in its clause, or inside it ("we need no suppliers").
    pub fn deny(&self, sentence: &Sentence<'_>, find: &Range<usize>) -> bool {
        let affirmed: Vec<Range<usize>> = self.affirms.each(sentence.words).map(|(_, at)| at).collect();
        self.denies.each(sentence.words).any(|(_, denial)| {
            let apart = |at: &Range<usize>| at.end <= denial.start || denial.end <= at.start;
            // To the first word of the find, or where the denial stands inside it, to its last.
            let to = if denial.end <= find.start { find.start } else { find.end - 1 };
            denial.start < find.end
                && to.saturating_sub(denial.end) <= REACH
                && affirmed.iter().all(apart)
                && self.turns.find(&sentence.words[denial.start..to.max(denial.start)]).is_none()
                && !sentence.breaks(denial.end - 1, to)
        })
    }

    /// Whether a sentence goes on of whom the one before it named.
    pub fn goes_on(&self, sentence: &Sentence<'_>) -> bool {
        self.same.each(sentence.words).any(|(_, at)| at.start == 0)
    }

    /// Whom a sentence names before the words that were found and among them: the subject, where it has one.
    pub fn named(&self, sentence: &Sentence<'_>, find: &Range<usize>) -> Whom {
        let mut whom = Whom::default();
        if !sentence.text.contains(char::is_lowercase) {
            return whom;
        }
        for part in [0..find.start, find.start + 1..find.end] {
            let mut place = part.start;
            while place < part.end {
                let from = place;
                place = name_end(sentence, from..part.end);
                if place == from {
                    place += 1;
                    continue;
                }
                // The first word of a sentence is written large whatever it is.
                let begins = from == 0 && (self.nobody.find(&sentence.words[..1]).is_some() || self.nobody.is_empty() && place == 1);
                let first = from + usize::from(begins);
                let name = (first < place).then(|| &sentence.text[sentence.words[first].at.start..sentence.words[place - 1].at.end]);
                if let Some(core) = name.and_then(core) {
                    whom.companies.extend(with_form(sentence, first..place, &core));
                    whom.names.insert(core);
                }
            }
        }
        whom
    }
}

/// A name with its legal form, where one stands with it: "Acme, S.L.", «ООО «Ромашка»».
fn with_form(sentence: &Sentence<'_>, name: Range<usize>, core: &str) -> Option<String> {
    let start = sentence.words[name.start].at.start;
    let mut ends = (name.end..=(name.end + FORM).min(sentence.words.len())).rev().map(|end| sentence.words[end - 1].at.end);
    let end = ends.find(|end| {
        let parsed = CompanyName::parse(&sentence.text[start..*end]);
        parsed.core == core && parsed.form.is_some_and(|form| form.kind == LegalKind::Entity && form.class != LegalClass::Other)
    })?;
    // What closes the name belongs to it: the point of "S.A.", a quotation mark.
    let closes = sentence.text[end..].chars().take_while(|c| matches!(c, '.' | '»' | '”' | '"'));
    let written = &sentence.text[start..end + closes.map(char::len_utf8).sum::<usize>()];
    let bare = if written[..end - start].contains('.') { written } else { written.trim_end_matches('.') };
    Some(squeeze(bare))
}

/// Where a name that begins here ends; where it begins when there is none.
fn name_end(sentence: &Sentence<'_>, part: Range<usize>) -> usize {
    let glued = |place: usize| sentence.between(place, place + 1).chars().all(|c| c.is_whitespace() || ".&'’\"«»“”„-".contains(c));
    let is_joint = |place: usize| sentence.word(place).chars().count() <= JOINT;
    let mut end = part.start;
    if !sentence.is_capital(end) {
        return end;
    }
    end += 1;
    loop {
        let last = end - 1;
        if end < part.end && glued(last) && sentence.is_capital(end) {
            end += 1;
        } else if end + 1 < part.end && glued(last) && glued(end) && is_joint(end) && sentence.is_capital(end + 1) {
            end += 2;
        } else {
            return end;
        }
    }
}

/// A name without its legal form; `None` where it is nothing else.
fn core(name: &str) -> Option<String> {
    let is_form = CompanyName::parse(&format!("x {name}")).core == "x";
    Some(CompanyName::parse(name).core).filter(|core| !is_form && !core.is_empty())
}

/// Whether two sentences are surely of two: both name somebody, and none of the names is one of the other's, whole or in part.
pub(super) fn are_others(a: &Whom, b: &Whom) -> bool {
    let holds = |long: &str, short: &str| short.split(' ').all(|word| long.split(' ').any(|other| other == word));
    let same = |a: &String| b.names.iter().any(|b| holds(a, b) || holds(b, a));
    !a.is_nobody() && !b.is_nobody() && !a.names.iter().any(same)
}
