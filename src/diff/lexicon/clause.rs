//! Whom a sentence names, and whether its clause denies what it says. Knows no kind of finding and no record.

use std::collections::{BTreeMap, BTreeSet};
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
/// Words between what tells how somebody stands to a company and its name ("client of the Spanish retailer").
const NEAR: usize = 3;
/// Words between "said" and the company of which it is said.
const SAID: usize = 2;
/// Words between a year and what happened in it.
const YEAR: usize = 10;
/// Years after which what happened is no news.
const OLD: i16 = 2;

/// The words of a language by which a clause is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clauses {
    /// What follows in the same clause is not so.
    pub denies: Phrases,
    /// With these a sentence begins that only supposes or asks: "if", "asked whether".
    pub supposes: Phrases,
    /// A denial among these words is none: "not only".
    pub affirms: Phrases,
    /// Behind these a denial says nothing any more: "but".
    pub turns: Phrases,
    /// Words with which a sentence begins that name nobody.
    pub nobody: Phrases,
    /// Words with which a sentence begins that speaks of whom the one before it named: "it", "the company".
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
    /// In front of a name and no part of it: "Spanish retailer".
    pub kinds: Phrases,
    /// In front of the name of a person: "CEO".
    pub roles: Phrases,
    /// Words of names that are no person's: "bank" of Scotland.
    pub bodies: Phrases,
    /// A year in which something happened: "in 2015".
    pub years: Phrases,
    /// A year that dates something else: "founded in 1998".
    pub dated: Phrases,
}

/// Whom a sentence names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Whom {
    /// The names without their legal form.
    names: BTreeSet<String>,
    /// Those that stand with one, and so are surely companies: as they are written, in their order.
    companies: Vec<String>,
    /// Who is named as somebody's client, owner, competitor: surely not whom it is about.
    not: BTreeSet<String>,
}

/// How often each name stands in a text where capitals tell that it is one: not at the beginning of a sentence.
pub(super) type Known = BTreeMap<String, usize>;

/// A name in a sentence.
struct Name {
    words: Range<usize>,
    core: String,
    /// As it is written with its legal form, where it has one.
    company: Option<String>,
    /// Of a person there.
    of_person: bool,
}

impl Whom {
    /// By this name alone.
    pub fn called(name: &str) -> Self {
        Self { names: core(name).into_iter().collect(), ..Self::default() }
    }

    /// Whether this is surely not whom it is about, though nobody else is named.
    pub fn excludes(&self, own: &str) -> bool {
        let own = Self::called(own);
        let excluded = Self { names: self.not.clone(), ..Self::default() };
        let is_in = |whom: &Self| !whom.is_nobody() && !are_others(whom, &own);
        self.companies.is_empty() && !own.is_nobody() && is_in(&excluded) && !is_in(self)
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
        self.companies.last().map(last).unwrap_or(Self { not: BTreeSet::new(), ..self })
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

    /// Takes in the names that its capitals tell.
    pub fn know(&self, known: &mut Known) {
        let mut place = 1;
        while place < self.words.len() {
            let end = name_end(self, place..self.words.len());
            if let Some(core) = (end > place).then(|| core(self.part(place..end))).flatten() {
                *known.entry(core).or_default() += 1;
            }
            place = end.max(place + 1);
        }
    }

    /// Which names stand right behind one of these phrases.
    fn behind(&self, phrases: &Phrases, names: &[Name]) -> Vec<bool> {
        let finds: Vec<Range<usize>> = phrases.each(self.words).map(|(_, at)| at).collect();
        let is_behind = |name: &Name| {
            finds.iter().any(|at| {
                let free = || names.iter().all(|other| other.words.start >= name.words.start || other.words.end <= at.end);
                at.end <= name.words.start && name.words.start - at.end <= NEAR && free() && !self.breaks(at.end - 1, name.words.start)
            })
        };
        names.iter().map(is_behind).collect()
    }

    /// The text of these words.
    fn part(&self, words: Range<usize>) -> &str {
        let ends = self.words.get(words.start).zip(self.words.get(words.end.saturating_sub(1)));
        ends.and_then(|(first, last)| self.text.get(first.at.start..last.at.end)).unwrap_or_default()
    }

    fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |word| &self.text[word.at.clone()])
    }

    /// Whether it is as short as words are that stand between others.
    fn is_small(&self, place: usize) -> bool {
        self.word(place).chars().count() <= JOINT
    }

    fn is_capital(&self, place: usize) -> bool {
        self.word(place).starts_with(char::is_uppercase)
    }

    /// Whether a word behind a name may end its legal form: in small letters "is", "as" and "se" are words like others, and behind a form is none.
    fn may_end_form(&self, place: usize, has_one: bool) -> bool {
        let word = self.word(place);
        match word.chars().count() {
            _ if !word.starts_with(char::is_lowercase) => true,
            1 => self.text[self.words[place].at.end..].starts_with('.'),
            letters => letters > 2 && !has_one,
        }
    }

    /// Whether behind this word a comma parts a name from its form and nothing else: "Acme, S.L. busca". One behind the form is its fellow.
    fn parts_a_form(&self, place: usize, to: usize) -> bool {
        let ends = || (place + 2..=(place + 1 + FORM).min(to)).rev();
        let is_whole = |end: &usize| self.may_end_form(end - 1, false) && is_form(self.part(place + 1..*end));
        let parts = self.is_capital(place + 1) && self.between(place, place + 1).trim() == ",";
        parts && ends().find(is_whole).is_some_and(|end| !self.between(end - 1, end).contains(','))
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

    /// Whether a sentence begins with what is only supposed or asked.
    pub fn suppose(&self, sentence: &Sentence<'_>) -> bool {
        let begins = |phrases: &Phrases| phrases.each(sentence.words).take_while(|(_, at)| at.start == 0).count() > 0;
        begins(&self.supposes) && !begins(&self.affirms)
    }

    /// Whether a sentence goes on of whom the one before it named.
    pub fn goes_on(&self, sentence: &Sentence<'_>) -> bool {
        self.same.each(sentence.words).any(|(_, at)| at.start == 0)
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

    /// Whom a sentence is about when it says what was found: who is named before it; what "we" say in quotation marks, whose speaker is named behind.
    pub fn named(&self, sentence: &Sentence<'_>, find: &Range<usize>, known: &Known) -> Whom {
        let whom = self.subject(sentence, find, known);
        if whom.is_nobody() && !self.goes_on(sentence) { self.speaker(sentence, find, known).unwrap_or(whom) } else { whom }
    }

    /// The company of who is named behind what is quoted: "…," said Kim Roe, boss of Acme Ltd.
    fn speaker(&self, sentence: &Sentence<'_>, find: &Range<usize>, known: &Known) -> Option<Whom> {
        let closes = |place: &usize| {
            let mark = sentence.between(place - 1, *place);
            mark.rfind(['"', '”', '»']).is_some_and(|at| mark[at..].chars().count() > 1)
        };
        let from = (find.end.max(1)..sentence.words.len()).find(closes)?;
        let behind = &sentence.words[from..];
        self.roles.find(behind).or_else(|| self.speaks.find(behind))?;
        let names = self.names(sentence, &(sentence.words.len()..sentence.words.len()), known);
        let others = sentence.behind(&self.others, &names);
        let (name, _) = names.into_iter().zip(others).find(|(name, other)| name.words.start >= from && name.company.is_some() && !other)?;
        Some(Whom { names: [name.core].into(), companies: name.company.into_iter().collect(), not: BTreeSet::new() })
    }

    /// The company of which a relative clause speaks in which something was found: the one right before it.
    fn antecedent(&self, sentence: &Sentence<'_>, find: &Range<usize>, names: &[Name]) -> Option<usize> {
        let finds = self.relative.each(sentence.words).map(|(_, at)| at);
        let holds =
            |at: &Range<usize>| at.start > 0 && at.end <= find.start && !find.is_empty() && !sentence.breaks(at.end - 1, find.start);
        let last = finds.filter(|at| holds(at) && sentence.between(at.start - 1, at.start).contains(',')).last()?;
        let is_before = |name: &Name| {
            let written = name.words.end <= last.start && name.company.is_some();
            written && core(sentence.part(name.words.start..last.start)).is_some_and(|core| core == name.core)
        };
        names.iter().rposition(is_before)
    }

    /// Whom a sentence names before the words that were found and among them: the subject, where it has one.
    fn subject(&self, sentence: &Sentence<'_>, find: &Range<usize>, known: &Known) -> Whom {
        let mut whom = Whom::default();
        let mut names = self.names(sentence, find, known);
        if let Some(name) = self.antecedent(sentence, find, &names).map(|at| names.swap_remove(at)) {
            whom.companies.extend(name.company);
            whom.names.insert(name.core);
            return whom;
        }
        let (others, beside) = (sentence.behind(&self.others, &names), sentence.behind(&self.beside, &names));
        let owns = |name: &Name| self.owners.each(sentence.words).any(|(_, at)| at.start == name.words.end);
        let is_other: Vec<bool> = names.iter().zip(others).map(|(name, other)| other || owns(name)).collect();
        let speaks: Vec<Range<usize>> = self.speaks.each(sentence.words).map(|(_, at)| at).collect();
        let follows =
            |name: &Name, at: &Range<usize>| name.words.start >= at.end && name.words.start - at.end <= SAID && name.company.is_some();
        // "Acme said its rival Beta": said of Beta, whoever Beta is to Acme.
        let is_told = |name: &Name| speaks.iter().any(|at| at.start > 0 && follows(name, at));
        let weak: Vec<bool> = names.iter().zip(beside).map(|(name, beside)| beside && !is_told(name) || name.of_person).collect();
        let firm = |at: usize| !is_other[at] && !weak[at];
        let is_beside = |at: usize| {
            let company = (0..names.len()).any(|other| firm(other) && names[other].company.is_some());
            // "In Leeds, rival Beta": where something is, is nobody.
            let is_placed =
                |place: usize| place > 0 && sentence.is_small(place - 1) && self.nobody.find(&sentence.words[place - 1..place]).is_some();
            let is_apart = |place: usize, end: usize| is_placed(place) && sentence.breaks(end - 1, names[at].words.start);
            let in_front = || (0..at).any(|other| firm(other) && !is_apart(names[other].words.start, names[other].words.end));
            weak[at] && (company || !names[at].of_person && in_front())
        };
        let kept: Vec<bool> = (0..names.len()).map(|at| !is_other[at] && !is_beside(at)).collect();
        // Who says it is not whom it is said of.
        let said = speaks.iter().filter(|at| names.iter().zip(&kept).any(|(name, kept)| *kept && follows(name, at)));
        let from = said.map(|at| at.start).max().unwrap_or_default();
        for ((name, kept), other) in names.drain(..).zip(kept).zip(is_other) {
            if other {
                whom.not.insert(name.core);
            } else if kept && name.words.end > from {
                whom.companies.extend(name.company);
                whom.names.insert(name.core);
            }
        }
        whom
    }

    /// The names before the words that were found and among them.
    fn names(&self, sentence: &Sentence<'_>, find: &Range<usize>, known: &Known) -> Vec<Name> {
        let mut names = Vec::new();
        if !sentence.text.contains(char::is_lowercase) {
            return names;
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
                let bare = self.bare(sentence, from..place, known);
                let (words, of_person) = if begins && bare.0.start == from { self.bare(sentence, from + 1..place, known) } else { bare };
                let name = (words.start < words.end).then(|| sentence.part(words.clone()));
                if let Some(core) = name.and_then(core) {
                    let company = with_form(sentence, words.clone(), &core);
                    names.push(Name { words, core, company, of_person });
                }
            }
        }
        names
    }

    /// A name without the words in front that say what it is ("Rival Birch plc") and without who speaks for it ("CEO Jane Ivory of Acme Ltd"),
    /// and whether somebody does. What stands elsewhere in the text as a whole is one.
    fn bare(&self, sentence: &Sentence<'_>, run: Range<usize>, known: &Known) -> (Range<usize>, bool) {
        let longest = |phrases: &Phrases, at: usize| {
            phrases.each(&sentence.words[at..]).take_while(|(_, find)| find.start == 0).map(|(_, find)| find.end).max()
        };
        let mut first = run.start;
        let mut person = self.roles.each(&sentence.words[..run.start]).any(|(_, at)| at.end == run.start);
        while first < run.end {
            let role = longest(&self.roles, first);
            let kind = [&self.kinds, &self.others, &self.beside].into_iter().filter_map(|phrases| longest(phrases, first)).max();
            let Some(words) = role.max(kind) else { break };
            person |= role == Some(words);
            first += words;
        }
        if first > run.start {
            let whole = core(sentence.part(run.clone())).unwrap_or_default();
            let is_known = known.get(&whole).is_some_and(|times| *times > usize::from(run.start > 0));
            let rest = (first < run.end).then(|| core(sentence.part(first..run.end))).flatten();
            if is_known || rest.is_none() && with_form(sentence, run.clone(), &whole).is_some() {
                return (run, false);
            }
        }
        let first = first.min(run.end);
        // "Jane Ivory of Acme": the first small word behind two large ones.
        let joint = (first + 2..run.end).find(|place| !sentence.is_capital(*place)).filter(|_| person);
        match joint.filter(|joint| self.bodies.find(&sentence.words[first..*joint]).is_none()) {
            Some(joint) => (joint + 1..run.end, true),
            None => (first..run.end, false),
        }
    }
}

/// A name with its legal form, where one stands with it: "Acme, S.L.", «ООО «Ромашка»».
fn with_form(sentence: &Sentence<'_>, name: Range<usize>, core: &str) -> Option<String> {
    let start = sentence.words[name.start].at.start;
    let has_one = is_company(sentence.part(name.clone()));
    let ends = (name.end..=(name.end + FORM).min(sentence.words.len())).rev();
    let ends = ends.filter(|end| *end == name.end || sentence.may_end_form(end - 1, has_one));
    let mut ends = ends.map(|end| sentence.words[end - 1].at.end);
    let end = ends.find(|end| {
        let written = &sentence.text[start..*end];
        CompanyName::parse(written).core == core && is_company(written)
    })?;
    // What closes the name belongs to it: the point of "S.A.", a quotation mark.
    let closes = sentence.text[end..].chars().take_while(|c| matches!(c, '.' | '»' | '”' | '"'));
    let written = &sentence.text[start..end + closes.map(char::len_utf8).sum::<usize>()];
    let bare = if written[..end - start].contains('.') { written } else { written.trim_end_matches('.') };
    Some(squeeze(bare))
}

/// Whether a name stands with the form of a company.
fn is_company(name: &str) -> bool {
    CompanyName::parse(name).form.is_some_and(|form| form.kind == LegalKind::Entity && form.class != LegalClass::Other)
}

/// Where a name that begins here ends; where it begins when there is none.
fn name_end(sentence: &Sentence<'_>, part: Range<usize>) -> usize {
    // What a quotation mark closes is a whole name: «ООО «Ромашка» Иван Петров».
    let glued = |place: usize| sentence.between(place, place + 1).chars().all(|c| c.is_whitespace() || ".&'’\"«“„-".contains(c));
    // "Acme Ltd's Leeds", "Acme Ltd and Beta Ltd": with its form a name is at its end.
    let is_over = |place: usize| place > part.start + 1 && is_form(sentence.part(place - 1..place));
    let is_joint = |place: usize| sentence.is_small(place) && !is_over(place);
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
    Some(CompanyName::parse(name).core).filter(|core| !is_form(name) && !core.is_empty())
}

/// Whether this is a legal form and no more.
fn is_form(words: &str) -> bool {
    CompanyName::parse(&format!("x {words}")).core == "x"
}

/// Whether two sentences are surely of two: both name somebody, and none of the names is one of the other's, whole or in part.
pub(super) fn are_others(a: &Whom, b: &Whom) -> bool {
    let holds = |long: &str, short: &str| short.split(' ').all(|word| long.split(' ').any(|other| other == word));
    let same = |a: &String| b.names.iter().any(|b| holds(a, b) || holds(b, a));
    !a.is_nobody() && !b.is_nobody() && !a.names.iter().any(same)
}
