//! The subject of a clause: of whom a sentence says what was found. Knows no kind of finding and no record.
//!
//! Commas and what stands for them part a sentence. A company is the subject where its clause begins, or right before what is said; not so who
//! stands behind a preposition, in what is put in front of a clause ("after buying Acme Ltd,") or between commas inside it. Of several, it is the
//! last one before what was found; with it, those that it is joined to ("Acme Ltd and Beta Ltd").

use std::ops::Range;

use super::clause::{Clauses, Sentence};
use super::names::{Known, Name, behind_of, is_dash};
use super::whom::{Before, Whom};
use crate::base::text::phrases::Phrases;

/// A sentence as it stands before the words that were found.
struct Read<'a> {
    words: &'a Clauses,
    sentence: Sentence<'a>,
    find: Range<usize>,
    /// From comma to comma; the last one leads to the words that were found.
    parts: Vec<Range<usize>>,
    /// How many of the parts stand in front of the clause.
    opening: usize,
    names: Vec<Name>,
    /// How each name stands.
    stands: Vec<Stands>,
    /// What links each name to the next.
    links: Vec<Link>,
    /// Behind what the words that were found are said of: auxiliary words and what is put in are passed over.
    rest: usize,
}

/// How a name stands in its sentence.
#[derive(Clone, Copy)]
struct Stands {
    to_others: ToOthers,
    /// Behind a preposition.
    governed: bool,
    /// "…'s".
    owns: bool,
    place: Place,
}

/// What a name is said to be to others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ToOthers {
    Nothing,
    /// It is not whom it is about where somebody else is named too: a rival.
    Beside,
    /// It surely is not: somebody's client.
    Other,
}

/// Where in its sentence a name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    /// At the beginning of a clause.
    Head,
    /// In front of the clause, or put into it.
    Apart,
}

impl Stands {
    fn is_other(self) -> bool {
        self.to_others == ToOthers::Other
    }

    fn is_beside(self) -> bool {
        self.to_others == ToOthers::Beside
    }

    fn is_head(self) -> bool {
        self.place == Place::Head
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    No,
    Comma,
    And,
    CommaAnd,
}

impl Clauses {
    /// Whom a sentence is about when it says what was found; what "we" say in quotation marks, whose speaker is named behind.
    /// `whose` are phrases behind which it may also be named.
    pub fn named(&self, sentence: &Sentence<'_>, (find, whose): (&Range<usize>, &Phrases), known: &Known, before: &Before) -> Whom {
        let read = Read::of(self, *sentence, find.clone(), known);
        if let Some(whom) = read.referred(before) {
            return whom;
        }
        let (whom, is_firm) = read.subject();
        if self.goes_on(sentence) && !is_firm {
            return before.whom().clone();
        }
        if let Some(owner) = self.owner(sentence, find, whose, known).filter(|_| !is_firm) {
            return owner;
        }
        if whom.is_nobody() { self.speaker(sentence, find, known).unwrap_or(whom) } else { whom }
    }

    /// Takes in whom a sentence is about, for the next one.
    pub fn remember(&self, sentence: &Sentence<'_>, known: &Known, before: &mut Before) {
        let read = Read::of(self, *sentence, sentence.end(), known);
        let begins = |phrases: &Phrases| sentence.longest(&[phrases], 0..sentence.words.len()).is_some();
        let whom = match read.topic() {
            Some(whom) => whom,
            None if begins(&self.former) => before.first(),
            None if begins(&self.latter) => before.last(),
            None if self.goes_on(sentence) && !before.whom().is_nobody() => before.whom().clone(),
            None => Whom::of_names(read.names.iter().filter(|name| name.company.is_none()).map(|name| &name.core)),
        };
        before.take(whom, read.names.into_iter().filter_map(|name| name.company).collect());
    }

    /// Whether between two finds a company begins a clause of its own: "Acme Ltd closed its depot, and Beta Ltd opened a new branch".
    pub fn part(&self, sentence: &Sentence<'_>, one: &Range<usize>, other: &Range<usize>, known: &Known) -> bool {
        let (first, last) = if one.start < other.start { (one, other) } else { (other, one) };
        let read = Read::of(self, *sentence, last.clone(), known);
        let is_own = |at: usize| {
            let name = &read.names[at];
            let from = first.end.max(read.parts[read.part_of(at)].start);
            name.company.is_some() && name.words.start >= from && read.is_subject(at) && read.begins(at, from)
        };
        (0..read.names.len()).any(is_own)
    }
}

impl<'a> Read<'a> {
    fn of(words: &'a Clauses, sentence: Sentence<'a>, find: Range<usize>, known: &Known) -> Self {
        let names = words.names(&sentence, &find, known);
        let parts = parts(&sentence, find.start, &names);
        let mut read = Self { words, sentence, find, parts, opening: 0, names, stands: Vec::new(), links: Vec::new(), rest: 0 };
        read.links = (1..read.names.len()).map(|at| read.link(at - 1)).collect();
        read.stands = read.stands();
        read.opening = (0..read.parts.len() - 1).take_while(|part| read.is_in_front(*part)).count();
        for at in 0..read.links.len() {
            // What stands in front of a clause is joined to nobody in it.
            let (one, next) = (read.part_of(at), read.part_of(at + 1));
            if one != next && one < read.opening {
                read.links[at] = Link::No;
            }
        }
        read.rest = read.rest();
        for at in 0..read.names.len() {
            let place = match (read.is_apart(read.part_of(at)), read.is_head(at)) {
                (true, _) => Place::Apart,
                (false, true) => Place::Head,
                (false, false) => Place::Inside,
            };
            read.stands[at].place = place;
        }
        read
    }

    /// How the names stand to each other; not yet where.
    fn stands(&self) -> Vec<Stands> {
        let Self { words, sentence, names, .. } = self;
        let (others, beside) = (words.others_of(sentence, names), behind_of(sentence, &words.beside, names, &Phrases::default()));
        let owners: Vec<usize> = words.owners.each(sentence.words).map(|(_, at)| at.start).collect();
        let governs: Vec<Range<usize>> = words.governs.each(sentence.words).map(|(_, at)| at).collect();
        let mut found: Vec<Stands> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let part = self.parts[self.part_of(at)].start;
            let from = part.max(at.checked_sub(1).map_or(0, |before| names[before].words.end));
            // "on Monday that Acme": a word with a capital stands for itself.
            let directly = |by: &Range<usize>| {
                let between = by.end..name.words.start;
                by.start >= from
                    && by.end <= name.words.start
                    && !between.clone().any(|at| sentence.is_capital(at))
                    && self.is_covered(between)
            };
            let joined = at > 0 && self.links[at - 1] == Link::And && found[at - 1].governed;
            let owns = self.sentence.between(name.words.end - 1, name.words.end).starts_with(['\'', '’'])
                && sentence.longest(&[&words.possessive], name.words.end..name.words.end + 1).is_some();
            let to_others = match beside[at] {
                _ if others[at] || owners.contains(&name.words.end) => ToOthers::Other,
                true => ToOthers::Beside,
                false => ToOthers::Nothing,
            };
            found.push(Stands {
                to_others,
                governed: governs.iter().any(directly) || joined && names[at - 1].company.is_some() == name.company.is_some(),
                owns,
                place: Place::Inside,
            });
        }
        found
    }

    /// The part in which a name stands.
    fn part_of(&self, at: usize) -> usize {
        self.parts.iter().rposition(|part| part.start <= self.names[at].words.start).unwrap_or_default()
    }

    /// See [`Clauses::says_no_more`].
    fn is_covered(&self, range: Range<usize>) -> bool {
        self.words.says_no_more(&self.sentence, range)
    }

    /// What links a name to the next.
    fn link(&self, at: usize) -> Link {
        let between = self.names[at].words.end..self.names[at + 1].words.start;
        let marks = |places: Range<usize>| places.map(|place| self.sentence.between(place, place + 1)).collect::<String>();
        if between.start > between.end || between.end > self.find.start {
            return Link::No;
        }
        let join = self.sentence.longest(&[&self.words.joins], between.clone());
        let marks = marks(between.start - 1..between.end);
        let (is_and, is_comma) = (join.is_some() || marks.contains('&'), marks.contains([',', '、', '，']));
        let others = is_dash(&marks) || marks.contains([';', ':', '(', ')']);
        match (is_and, is_comma) {
            _ if others || !self.is_covered(join.unwrap_or(between.start)..between.end) => Link::No,
            (true, true) => Link::CommaAnd,
            (true, false) => Link::And,
            (false, true) => Link::Comma,
            (false, false) => Link::No,
        }
    }

    /// Whether a part is none of a clause and stands in front of one: it begins as such do, or nobody in it can be a subject.
    fn is_in_front(&self, part: usize) -> bool {
        let Self { words, sentence, .. } = self;
        let range = self.parts[part].clone();
        let start = sentence.longest(&[&words.turns, &words.joins], range.clone()).unwrap_or(range.start);
        let opens = |from: usize| sentence.longest(&[&words.opens, &words.governs], from..range.end).is_some();
        let free = |at: &usize| self.part_of(*at) == part && !self.stands[*at].governed && !self.stands[*at].is_other();
        let refers = || sentence.longest(&[&words.former, &words.latter, &words.both], start..range.end).is_some();
        opens(range.start) || opens(start) || !refers() && !(0..self.names.len()).any(|at| free(&at))
    }

    /// Whether a part stands in front of the clause or is put into it.
    fn is_apart(&self, part: usize) -> bool {
        let Self { words, sentence, .. } = self;
        let begins = |phrases: &[&Phrases]| sentence.longest(phrases, self.parts[part].clone()).is_some();
        let last = part + 1 == self.parts.len();
        let put_in = part > self.opening && !last && !begins(&[&words.turns, &words.joins]);
        part < self.opening || put_in || !last && begins(&[&words.relative])
    }

    /// See [`Read::rest`].
    fn rest(&self) -> usize {
        let light: Vec<Range<usize>> = self.words.light.each(self.sentence.words).map(|(_, at)| at).collect();
        let (mut at, mut part) = (self.find.start, self.parts.len() - 1);
        loop {
            let start = self.parts[part].start;
            let word = light.iter().filter(|word| word.end == at && word.start >= start && word.start < at).map(|word| word.start).min();
            match word {
                Some(word) => at = word,
                None if at == start && part >= self.opening + 2 => (at, part) = (self.parts[part - 2].end, part - 2),
                None => return at,
            }
        }
    }

    /// Whether a clause begins with this name: a part of the sentence does, or what stands behind "and", "but" or "said".
    fn is_head(&self, at: usize) -> bool {
        let Self { words, sentence, .. } = self;
        let (name, part) = (&self.names[at].words, &self.parts[self.part_of(at)]);
        if at > 0 && self.links[at - 1] != Link::No && self.links[at - 1] != Link::CommaAnd {
            return false;
        }
        if self.is_covered(part.start..name.start) {
            return true;
        }
        let inside = |phrases: &'a Phrases| phrases.each(sentence.words).map(|(_, at)| at).filter(|at| at.start > part.start);
        let begins = |from: Range<usize>| from.end <= name.start && self.is_covered(from.end..name.start);
        // "a mill and Acme Ltd and is hiring": no clause begins there.
        let goes_on = || name.end < part.end && sentence.longest(&[&words.turns, &words.joins], name.end..part.end).is_none();
        inside(&words.speaks).any(begins) || goes_on() && (inside(&words.turns).any(begins) || inside(&words.joins).any(begins))
    }

    /// Whether a clause that goes on of nobody before begins with this name, behind this word.
    fn begins(&self, at: usize, from: usize) -> bool {
        let Self { words, sentence, .. } = self;
        let lead = from..self.names[at].words.start;
        let turns = |place: usize| sentence.longest(&[&words.turns, &words.joins], place..lead.end);
        let behind_turn = || lead.clone().filter_map(turns).any(|end| self.is_covered(end..lead.end));
        words.relative.find(&sentence.words[lead.clone()]).is_none() && (self.stands[at].is_head() || behind_turn())
    }

    /// Who was named first, last or at all, where a word that means them stands in the place of the subject.
    fn referred(&self, before: &Before) -> Option<Whom> {
        let Self { words, sentence, .. } = self;
        let stands = |phrases: &Phrases| {
            let mut finds = phrases.each(sentence.words).map(|(_, at)| at).filter(|at| at.end == self.rest);
            let starts = |at: &Range<usize>| {
                let begins = self.parts.iter().any(|part| part.start == at.start);
                let place = at.start.saturating_sub(1);
                begins || sentence.longest(&[&words.turns, &words.joins], place..at.start) == Some(at.start)
            };
            finds.find(starts).map(|at| at.start)
        };
        let in_reach = |at: usize, least: usize| {
            let mut here = Before::default();
            let named = self.names.iter().filter(|name| name.words.end <= at);
            here.take(Whom::default(), named.filter_map(|name| name.company.clone()).collect());
            if here.count() >= least { here } else { before.clone() }
        };
        let whom = stands(&words.former).map(|at| in_reach(at, 1).first());
        let whom = whom.or_else(|| stands(&words.latter).map(|at| in_reach(at, 1).last()));
        let whom = whom.or_else(|| stands(&words.both).map(|at| in_reach(at, 2)).filter(|here| here.count() > 1).map(|here| here.all()));
        whom.filter(|whom| !whom.is_nobody())
    }

    /// The company of which a relative clause speaks in which something was found: the one right before it.
    fn antecedent(&self) -> Option<usize> {
        let Self { words, sentence, find, .. } = self;
        let holds =
            |at: &Range<usize>| at.start > 0 && at.end <= find.start && !find.is_empty() && !sentence.breaks(at.end - 1, find.start);
        let finds = words.relative.each(sentence.words).map(|(_, at)| at);
        let last = finds.filter(|at| holds(at) && sentence.between(at.start - 1, at.start).contains(',')).last()?;
        self.names.iter().rposition(|name| name.words.end == last.start && name.company.is_some())
    }

    /// The names of which the same is said as of this one, itself among them.
    fn joined(&self, at: usize) -> Range<usize> {
        let link = |at: usize| self.links.get(at).copied().unwrap_or(Link::No);
        let (mut first, mut last) = (at, at);
        loop {
            let end = (last..self.names.len()).find(|place| link(*place) != Link::Comma).unwrap_or(last);
            match link(end) {
                Link::And => last = end + 1,
                Link::CommaAnd if end > last || self.fills_its_part(end) => last = end + 1,
                _ => break,
            }
        }
        let (mut many, mut alone) = (last > at, false);
        while first > 0 && !alone {
            let whole = first == 1
                && at == 1
                && self.fills_its_part(0)
                && self.is_covered(self.parts[self.part_of(1)].start..self.names[1].words.start);
            match link(first - 1) {
                Link::And => many = true,
                Link::CommaAnd if first > 1 && link(first - 2) == Link::Comma => many = true,
                Link::CommaAnd if self.fills_its_part(first - 1) => many = true,
                Link::Comma if many => {}
                Link::Comma if whole => alone = true,
                _ => break,
            }
            first -= 1;
        }
        first..last + 1
    }

    /// Whether nothing else stands from comma to comma.
    fn fills_its_part(&self, at: usize) -> bool {
        let (part, name) = (&self.parts[self.part_of(at)], &self.names[at].words);
        name.end == part.end && self.is_covered(part.start..name.start)
    }

    /// Of whom it is said, and whether somebody is surely named: more than a place or a person in the way.
    fn subject(&self) -> (Whom, bool) {
        let all = || 0..self.names.len();
        let is_company = |at: &usize| self.names[*at].company.is_some();
        let not = all().filter(|at| self.stands[*at].is_other()).map(|at| &self.names[at].core);
        if let Some(at) = self.antecedent() {
            let joined = Some(self.joined(at)).filter(|joined| self.stands[joined.start].is_head() && !self.stands[at].governed);
            return (Whom::of(self.names[joined.unwrap_or(at..at + 1)].iter().filter_map(|name| name.company.as_ref())), true);
        }
        let kept: Vec<usize> = all().filter(|at| !self.stands[*at].is_other()).collect();
        let is_firm = |at: &usize| self.weakness(*at) == 0;
        let subject = kept.iter().rfind(|at| is_company(at) && self.is_subject(**at)).copied();
        let named = kept.iter().any(|at| is_firm(at) && !is_company(at));
        let is_left = |at: &usize| !named || is_firm(at) || self.is_next(*at) || self.stands[*at].owns || self.names[*at].of_person;
        let weakest = || kept.iter().filter(|at| is_company(at) && is_left(at)).min_by_key(|at| self.weakness(**at)).copied();
        let joined = match subject.or_else(weakest) {
            Some(at) if self.weakness(at) > 1 && subject.is_none() => vec![at],
            Some(at) => self.all_of(at),
            None => Vec::new(),
        };
        let after = subject.map_or(0, |at| at);
        let bare = kept.iter().filter(|at| !is_company(at) && (is_firm(at) && **at >= after || joined.contains(at)));
        let mut names: Vec<&String> = bare.chain(&joined).map(|at| &self.names[*at].core).collect();
        let is_sure = !joined.is_empty() || !names.is_empty();
        if !is_sure {
            names.extend(kept.iter().filter(|at| !is_company(at)).map(|at| &self.names[*at].core));
        }
        let companies = joined.iter().filter_map(|at| self.names[*at].company.as_ref());
        (Whom::of_names(names).with(companies).but(not), is_sure)
    }

    /// Whom a whole sentence is about: the subject of its last clause, or whose it is ("Acme Ltd's sales rose"); nobody where these are several.
    fn topic(&self) -> Option<Whom> {
        let heads = || (0..self.names.len()).rev().filter(|at| self.stands[*at].is_head() && !self.stands[*at].is_other());
        // "…, Beta Ltd said."
        let says = |at: &usize| {
            let (name, part) = (&self.names[*at].words, &self.parts[self.part_of(*at)]);
            self.sentence.longest(&[&self.words.speaks], name.end..part.end) == Some(part.end)
        };
        let is_it = |at: &usize| self.is_subject(*at);
        let found = heads().filter(is_it).find(|at| !says(at)).or_else(|| heads().find(is_it));
        let all = self.all_of(found.or_else(|| heads().find(|at| self.stands[*at].owns))?);
        let [one] = all[..] else { return Some(Whom::default()) };
        let name = &self.names[one];
        Some(name.company.as_ref().map_or_else(|| Whom::of_names([&name.core]), |company| Whom::of([company])))
    }

    /// Those of whom the same is said as of this one.
    fn all_of(&self, at: usize) -> Vec<usize> {
        let joined = self.joined(at);
        // "Acme Ltd bought Beta Ltd and Gamma Ltd is hiring": Beta is bought.
        let is_bought = !self.stands[joined.start].is_head()
            && at > joined.start
            && (0..joined.start).any(|before| {
                self.names[before].company.is_some() && self.weakness(before) == 0 && self.part_of(before) == self.part_of(at)
            });
        let is_one = |one: &usize| {
            let (stands, same) = (self.stands[*one], self.stands[at]);
            *one == at
                || !is_bought && stands.to_others == ToOthers::Nothing && !self.names[*one].of_person && stands.governed == same.governed
        };
        joined.filter(is_one).collect()
    }

    /// Whether it stands right before what was found.
    fn is_next(&self, at: usize) -> bool {
        self.names[at].words.end == self.rest
    }

    fn is_subject(&self, at: usize) -> bool {
        let stands = self.stands[at];
        let is_fellow = stands.is_beside() && at > 0 && self.links[at - 1] != Link::No;
        let free = !stands.governed && !stands.owns && stands.place != Place::Apart && !self.names[at].of_person && !is_fellow;
        // "Rival of Beta Ltd, Acme Ltd, …": who stands alone from comma to comma is meant.
        let is_meant = || self.names.get(at + 1).is_none_or(|next| next.company.is_none() || !self.fills_its_part(at + 1));
        free && if stands.is_beside() {
            (stands.is_head() && self.part_of(at) > 0 || self.is_next(at)) && is_meant()
        } else {
            stands.is_head() || self.is_next(at)
        }
    }

    /// How unlikely it is the subject.
    fn weakness(&self, at: usize) -> usize {
        let stands = self.stands[at];
        if stands.governed || stands.owns || stands.is_beside() || self.names[at].of_person {
            2
        } else {
            usize::from(stands.place == Place::Apart)
        }
    }
}

/// The parts of a sentence from comma to comma, up to this word: at least one. A comma inside a name parts nothing.
fn parts(sentence: &Sentence<'_>, end: usize, names: &[Name]) -> Vec<Range<usize>> {
    let (mut found, mut start, mut names) = (Vec::new(), 0, names.iter().peekable());
    for place in 1..=end.min(sentence.words.len().saturating_sub(1)) {
        while names.next_if(|name| name.words.end <= place).is_some() {}
        let inside = names.peek().is_some_and(|name| name.words.start < place);
        let mark = sentence.between(place - 1, place);
        if !inside && (is_dash(mark) || mark.contains([',', ';', ':', '(', ')', '、', '，'])) {
            found.push(start..place);
            start = place;
        }
    }
    found.push(start..end);
    found
}
