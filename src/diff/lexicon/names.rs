//! The names in a sentence: where each begins and ends, and the legal form that makes it surely a company's. Knows no finding and no record.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::clause::{Clauses, Sentence};
use crate::base::text::phrases::{Phrases, Word, sentences, with_unsaid_s, words_of};
use crate::base::text::squeeze;
use crate::base::text::stems::StemLanguage;
use crate::model::{CompanyName, LegalClass, LegalKind};

/// Words between what tells how somebody stands to a company and its name ("client of the Spanish retailer").
const NEAR: usize = 3;
/// Words of a legal form behind a name ("S. A. U.").
pub(super) const FORM: usize = 4;
/// Words of a name in quotation marks, and of what stands in brackets inside one.
const QUOTED: usize = 10;
/// Names that one text may have.
const NAMES: usize = 100;
const BRACKETS: usize = 3;

/// What a whole text tells of its names.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How often each stands where capitals tell that it is one: not at the beginning of a sentence.
    times: BTreeMap<String, usize>,
    /// How often each stands at all.
    all_times: BTreeMap<String, usize>,
    /// Those that stand with a legal form somewhere, as they are first written with it: a name is that company's without it too.
    companies: BTreeMap<String, String>,
}

/// A name in a sentence.
#[derive(Debug)]
pub(super) struct Name {
    /// With its legal form.
    pub words: Range<usize>,
    /// Without it.
    pub core: String,
    /// As it is written with its legal form, where it has one anywhere in the text.
    pub company: Option<String>,
    /// Of a person there.
    pub of_person: bool,
}

impl Known {
    /// Of the sentences of a text, and of companies that are known elsewhere.
    pub fn of(clauses: &Clauses, sentences: &[Sentence<'_>], companies: Option<&BTreeMap<String, String>>) -> Self {
        let mut known = Self { companies: companies.cloned().unwrap_or_default(), ..Self::default() };
        for sentence in sentences {
            known.count(sentence);
        }
        for sentence in sentences {
            let all = clauses.names(sentence, &sentence.end(), &known);
            let companies: Vec<(String, String)> = all.into_iter().filter_map(|name| Some((name.core, name.company?))).collect();
            for (core, company) in companies {
                known.companies.entry(core).or_insert(company);
            }
        }
        known
    }

    fn count(&mut self, sentence: &Sentence<'_>) {
        let run = |place: usize| {
            let end = name_end(sentence, place..sentence.words.len());
            (end, (end > place).then(|| core(sentence.part(place..end))).flatten())
        };
        if let Some(core) = (!sentence.words.is_empty()).then(|| run(0).1).flatten() {
            *self.all_times.entry(core).or_default() += 1;
        }
        let mut place = 1;
        while place < sentence.words.len() {
            let (end, core) = run(place);
            if let Some(core) = core {
                *self.all_times.entry(core.clone()).or_default() += 1;
                *self.times.entry(core).or_default() += 1;
            }
            place = end.max(place + 1);
        }
    }
}

impl Clauses {
    /// The sentences of what may be several, for the points of a legal form end none by themselves ("… Acme, S.L. Its hall …"), with their words.
    pub fn cut<'a>(&self, text: &'a str, stems: Option<StemLanguage>) -> Vec<(&'a str, Vec<Word>)> {
        // "Tapes' customer" is read as "Tapes's customer" where possessives are written so.
        let words_of =
            |text: &str| if self.possessive.is_empty() { words_of(text, stems) } else { with_unsaid_s(text, words_of(text, stems)) };
        let words = words_of(text);
        let sentence = Sentence { text, words: &words };
        let ends: Vec<usize> =
            (1..words.len()).filter(|place| self.begins_behind_form(&sentence, *place)).map(|at| words[at].at.start).collect();
        if ends.is_empty() {
            return vec![(text, words)];
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let each = starts.zip(ends.iter().copied().chain([text.len()])).map(|(from, to)| text[from..to].trim());
        each.map(|text| (text, words_of(text))).collect()
    }

    /// Whether a sentence begins with this word, right behind the point of a legal form: something is said before it.
    fn begins_behind_form(&self, sentence: &Sentence<'_>, place: usize) -> bool {
        let is_point = |mark: &str| mark.starts_with('.') && mark.contains(char::is_whitespace) && !mark.contains(',');
        if !sentence.is_capital(place) || !is_point(sentence.between(place - 1, place)) {
            return false;
        }
        let dotted = |from: &usize| (from + 1..place).all(|at| sentence.between(at - 1, at) == ".");
        let mut starts = (place.saturating_sub(FORM).max(1)..place).filter(dotted);
        let Some(name) = starts.find(|from| sentence.is_capital(*from) && is_form(sentence.part(*from..place))) else { return false };
        let says = |at: usize| !sentence.is_small(at) && sentence.word(at).starts_with(char::is_lowercase);
        let known = |at: usize| [&self.nobody, &self.kinds].iter().any(|phrases| phrases.find(&sentence.words[at..=at]).is_some());
        (0..name).any(|at| says(at) && !known(at))
    }

    /// The names before the words that were found and among them.
    pub fn names(&self, sentence: &Sentence<'_>, find: &Range<usize>, known: &Known) -> Vec<Name> {
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
                // «Чепецкие сыры», which elsewhere is ООО «Чепецкие сыры».
                let known_whole = |end: &usize| core(sentence.part(from..*end)).is_some_and(|core| known.companies.contains_key(&core));
                place = quoted(sentence, from..part.end).filter(known_whole).map_or(place, |end| end.max(place));
                // "Acme and Beta Ltd" are two where one of them is known to be a company, or each has its verb.
                let two = self.joint(sentence, from..place, known).or_else(|| self.turn(sentence, from..place, &names));
                place = two.unwrap_or(place);
                // The first word of a sentence is written large whatever it is.
                let is_in_front = sentence.longest(&[&self.nobody, &self.opens, &self.governs], 0..place).is_some();
                let begins = from == 0 && (is_in_front || self.nobody.is_empty() && place == 1);
                let bare = self.bare(sentence, from..place, known);
                let (words, of_person) = if begins && bare.0.start == from {
                    let is_name = |at: &usize| sentence.is_capital(*at) && (at + 1 == place || !self.is_nobody(sentence, *at));
                    let from = (from + 1..place).find(is_name).unwrap_or(place);
                    self.bare(sentence, from..place, known)
                } else {
                    bare
                };
                // "Monday" is nobody.
                let is_nobody = words.len() == 1 && self.is_nobody(sentence, words.start);
                let name = (words.start < words.end && !is_nobody).then(|| sentence.part(words.clone()));
                if let Some(core) = name.and_then(core) {
                    let formed = with_form(sentence, words.clone(), &core);
                    let end = formed.as_ref().map_or(words.end, |(_, end)| *end);
                    let company = formed.map(|(company, _)| company).or_else(|| known.companies.get(&core).cloned());
                    place = place.max(end);
                    names.push(Name { words: words.start..end, core, company, of_person });
                }
            }
        }
        names
    }

    /// What was found without the end of a company's name in which it begins: "Wolds Brewery Ltd opens its" is no brewery that opens.
    pub fn behind_name(&self, sentence: &Sentence<'_>, find: Range<usize>, known: &Known) -> Range<usize> {
        let begins_inside = |name: &Name| {
            let Range { start, end } = name.words;
            name.company.is_some() && start < find.start && find.start < end && end < find.end
        };
        let names = self.names(sentence, &sentence.end(), known);
        names.into_iter().find(begins_inside).map_or(find.clone(), |name| name.words.end..find.end)
    }

    /// Whether a word names nobody by itself.
    fn is_nobody(&self, sentence: &Sentence<'_>, place: usize) -> bool {
        self.nobody.find(&sentence.words[place..=place]).is_some()
    }

    /// Where in what looks like one name another is joined to the first, for one of them is a known company; not so where the text has both words
    /// for one elsewhere, or says what follows of one: "Marks Ltd … Marks and Spencer plc is".
    fn joint(&self, sentence: &Sentence<'_>, run: Range<usize>, known: &Known) -> Option<usize> {
        let core_of = |words: Range<usize>| (!words.is_empty()).then(|| core(sentence.part(words))).flatten();
        let is_company = |words: Range<usize>| core_of(words).is_some_and(|core| known.companies.contains_key(&core));
        let (at, next) = self.joins_within(sentence, &run).find(|(at, next)| is_company(run.start..*at) || is_company(*next..run.end))?;
        let whole = core_of(run.clone())?;
        let is_whole = || known.all_times.get(&whole).is_some_and(|times| *times > 1);
        let behind = with_form(sentence, run.clone(), &whole).map_or(run.end, |(_, end)| end);
        let is_one = || sentence.longest(&[&self.single], behind..sentence.words.len()).is_some() || is_whole();
        (is_company(run.start..at) && is_company(next..run.end) || !is_one()).then_some(at)
    }

    /// Where such words join a clause, for what is said before is said already, and who is named behind has a verb of their own: "Acme Ltd moved to
    /// Hull and Beta Ltd opened …".
    fn turn(&self, sentence: &Sentence<'_>, run: Range<usize>, before: &[Name]) -> Option<usize> {
        let subject = before.iter().rfind(|name| name.company.is_some() && !name.of_person)?.words.end;
        let governed = self.governs.each(&sentence.words[..run.start]).map(|(_, at)| at).find(|at| at.end == run.start)?;
        let says = subject < governed.start
            && sentence.longest(&[&self.possessive], subject..run.start).is_none()
            && self.speaks.find(&sentence.words[subject..run.start]).is_none()
            && !sentence.breaks(subject - 1, run.start);
        let (at, next) = self.joins_within(sentence, &run).next().filter(|_| says)?;
        let (_, end) = with_form(sentence, next..run.end, &core(sentence.part(next..run.end))?)?;
        let all = sentence.words.len();
        let verb = std::iter::successors(Some(end), |place| sentence.longest(&[&self.light], *place..all)).last()?;
        let ends = [&self.governs, &self.joins, &self.turns, &self.opens, &self.relative];
        (verb < all && !sentence.breaks(end - 1, verb) && sentence.longest(&ends, verb..all).is_none()).then_some(at)
    }

    /// The words that join within what looks like one name: where each begins and ends.
    fn joins_within<'a>(&'a self, sentence: &'a Sentence<'_>, run: &Range<usize>) -> impl Iterator<Item = (usize, usize)> + 'a {
        let (start, end) = (run.start, run.end);
        // What stands in quotation marks is one: ООО «Вектор и Партнеры».
        let in_marks = move |at: usize| {
            let marks = (start + 1..=at).map(|place| quotes(sentence.between(place - 1, place)));
            let (closes, opens) = marks.fold((0, 0), |sum, (closes, opens)| (sum.0 + closes, sum.1 + opens));
            opens > closes
        };
        let places = (start + 1..end).filter(move |at| !sentence.is_capital(*at) && !in_marks(*at));
        places.filter_map(move |at| Some((at, sentence.longest(&[&self.joins], at..end).filter(|next| *next < end)?)))
    }

    /// A name without the words in front that say what it is ("Rival Birch plc") and without who speaks for it ("CEO Jane Ivory of Acme Ltd"),
    /// and whether somebody does. What stands elsewhere in the text as a whole is one.
    fn bare(&self, sentence: &Sentence<'_>, run: Range<usize>, known: &Known) -> (Range<usize>, bool) {
        let longest = |phrases: &[&Phrases], at: usize| sentence.longest(phrases, at..sentence.words.len());
        let run = self.behind_owner(sentence, run, known);
        // What goes on behind the legal form says nothing of the name: "Немецкая Kraft GmbH открыла завод".
        let is_whole = is_company(sentence.part(run.clone()));
        let mut first = run.start;
        let mut person = self.roles.each(&sentence.words[..run.start]).any(|(_, at)| at.end == run.start);
        while first < run.end {
            let role = longest(&[&self.roles], first);
            let kind = longest(&[&self.kinds, &self.others, &self.beside], first).filter(|end| *end <= run.end || !is_whole);
            let Some(end) = role.max(kind) else { break };
            person |= role == Some(end);
            first = end;
        }
        if first > run.start {
            let whole = core(sentence.part(run.clone())).unwrap_or_default();
            let is_known = known.times.get(&whole).is_some_and(|times| *times > usize::from(run.start > 0));
            let rest = (first < run.end).then(|| core(sentence.part(first..run.end))).flatten();
            if is_known || rest.is_none() && with_form(sentence, run.clone(), &whole).is_some() {
                return (run, false);
            }
        }
        let first = self.behind_origin(sentence, first.min(run.end)..run.end);
        // "Jane Ivory of Acme": the first small word behind two large ones.
        let joint = (first + 2..run.end)
            .find(|place| !sentence.is_capital(*place))
            .filter(|_| person && formed_quote(sentence, first..run.end).is_none());
        match joint.filter(|joint| self.bodies.find(&sentence.words[first..*joint]).is_none()) {
            Some(joint) => (joint + 1..run.end, true),
            None => (first..run.end, false),
        }
    }

    /// A known company's name without whose it is, or of which place: "Derbyshire's Flagg & Monyash".
    fn behind_owner(&self, sentence: &Sentence<'_>, run: Range<usize>, known: &Known) -> Range<usize> {
        let is_known = |words: Range<usize>| core(sentence.part(words)).is_some_and(|core| known.companies.contains_key(&core));
        let behind = |at: usize| {
            let owner = sentence.between(at - 1, at).starts_with(['\'', '’']);
            sentence.longest(&[&self.possessive], at..run.end).filter(|next| owner && is_known(*next..run.end))
        };
        let from = (run.start + 1..run.end).rev().find_map(behind).filter(|_| !is_known(run.clone()));
        from.unwrap_or(run.start)..run.end
    }

    /// Where a name begins behind words that say from where it is: "the Danish Acme A/S", "Denmark's Acme A/S". They are part of the name where its form
    /// is at home where the language is ("The Italian Job Ltd") or nothing says that they are none: "German Pellets is".
    fn behind_origin(&self, sentence: &Sentence<'_>, run: Range<usize>) -> usize {
        let Some(end) = sentence.longest(&[&self.origins], run.clone()).filter(|end| *end < run.end) else { return run.start };
        let owns = sentence.longest(&[&self.possessive], end..run.end).filter(|next| *next < run.end);
        let article = |at: usize| sentence.longest(&[&self.articles], at..at + 1).is_some();
        let led = owns.is_some() || self.articles.is_empty() || run.start.checked_sub(1).is_some_and(article);
        let rest = owns.unwrap_or(end)..run.end;
        let written = core(sentence.part(rest.clone())).and_then(|core| with_form(sentence, rest.clone(), &core));
        let form = written.and_then(|(written, _)| CompanyName::parse(&written).form);
        let leads = || (rest.start + 1..rest.end).any(|at| is_form(sentence.part(rest.start..at)));
        let is_foreign = form.is_some_and(|form| leads() || !self.home.iter().any(|home| home == form.country));
        if led && is_foreign { rest.start } else { run.start }
    }
}

/// A name with its legal form, where one stands with it, and the place behind: "Acme, S.L.", «ООО «Ромашка»».
fn with_form(sentence: &Sentence<'_>, name: Range<usize>, core: &str) -> Option<(String, usize)> {
    let start = sentence.words[name.start].at.start;
    let has_one = is_company(sentence.part(name.clone()));
    let ends = (name.end..=(name.end + FORM).min(sentence.words.len())).rev();
    // "ООО «Альфа», ООО «Бета»": the second form is the next one's.
    let opens = |mark: &str| mark.contains(['«', '„', '“']) || mark.starts_with(char::is_whitespace) && mark.ends_with('"');
    let of_next = |end: usize| {
        let is_parted = || (name.end..end).any(|place| sentence.between(place - 1, place).contains(','));
        has_one && is_parted() || opens(sentence.between(end - 1, end))
    };
    let ends = ends.filter(|end| *end == name.end || sentence.may_end_form(end - 1, has_one) && !of_next(*end));
    let mut ends = ends.map(|end| sentence.words[end - 1].at.end);
    let end = ends.find(|end| {
        let written = &sentence.text[start..*end];
        CompanyName::parse(written).core == core && is_company(written)
    })?;
    // What closes the name belongs to it: the point of "S.A.", a quotation mark.
    let closes = sentence.text[end..].chars().take_while(|c| matches!(c, '.' | '»' | '”' | '“' | '"'));
    let written = &sentence.text[start..end + closes.map(char::len_utf8).sum::<usize>()];
    let bare = if written[..end - start].contains('.') { written } else { written.trim_end_matches('.') };
    let words = sentence.words[name.start..].iter().take_while(|word| word.at.end <= end).count();
    Some((squeeze(bare), name.start + words))
}

/// Whether a name stands with the form of a company.
fn is_company(name: &str) -> bool {
    CompanyName::parse(name).form.is_some_and(|form| form.kind == LegalKind::Entity && form.class != LegalClass::Other)
}

/// Where a name that begins here ends; where it begins when there is none.
/// The words written large that stand together in a text, two at least, and what begins or ends such words: any of them may be a name.
pub(in crate::diff) fn names_in(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for text in sentences(text) {
        let words = words_of(text, None);
        let sentence = Sentence { text, words: &words };
        let mut place = 0;
        while place < words.len() && all.len() < NAMES {
            let end = name_end(&sentence, place..words.len());
            let run = place..end.max(place);
            let from = run.clone().filter(|from| end - from >= 2 && end - from <= QUOTED).map(|from| from..end);
            let until = run.clone().filter(|until| until + 1 - place >= 2 && until + 1 - place <= QUOTED).map(|until| place..until + 1);
            // «Верещагинские сладости»
            let quote = quoted(&sentence, place..words.len()).filter(|end| end - place >= 2).map(|end| place..end);
            all.extend(from.chain(until).chain(quote).map(|words| squeeze(sentence.part(words))));
            place = run.end.max(place + 1);
        }
    }
    all
}

fn name_end(sentence: &Sentence<'_>, part: Range<usize>) -> usize {
    // What a quotation mark closes is a whole name: «ООО «Ромашка» Иван Петров».
    let glued = |place: usize| {
        let mark = sentence.between(place, place + 1);
        let closes = mark.starts_with('"') && mark.contains(char::is_whitespace);
        !closes && !is_dash(mark) && mark.chars().all(|c| c.is_whitespace() || ".&'’\"«“„-".contains(c))
    };
    // "Acme Ltd's Leeds", "Acme Ltd and Beta Ltd": with its form a name is at its end.
    let is_over = |place: usize| place > part.start + 1 && is_form(sentence.part(place - 1..place));
    let is_joint = |place: usize| sentence.is_small(place) && !is_over(place);
    let mut end = part.start;
    if let Some(end) = formed_quote(sentence, part.clone()) {
        return end;
    }
    if !sentence.is_capital(end) {
        return end;
    }
    end += 1;
    loop {
        let last = end - 1;
        if let Some(close) = formed_quote(sentence, end..part.end).filter(|_| glued(last)).or_else(|| bracketed(sentence, end..part.end)) {
            return close;
        }
        if end < part.end && glued(last) && sentence.is_capital(end) {
            end += 1;
        } else if end + 1 < part.end && glued(last) && glued(end) && is_joint(end) && sentence.is_capital(end + 1) {
            end += 2;
        } else {
            return form_end(sentence, part.start..end, part.end);
        }
    }
}

/// Where a name ends whose last words begin a legal form that goes on in small letters or behind a stroke: "Acme S.r.l.", "Acme A/S".
fn form_end(sentence: &Sentence<'_>, name: Range<usize>, end: usize) -> usize {
    let is_marked = |place: usize| matches!(sentence.between(place - 1, place), "." | "/");
    let whole = |from: usize| {
        let ends = (name.end + 1..=(from + FORM).min(end)).rev();
        ends.filter(|to| (from + 1..*to).all(is_marked)).find(|to| is_form(sentence.part(from..*to)))
    };
    let from = name.end.saturating_sub(FORM - 1).max(name.start + 1);
    (from..name.end).find_map(whole).unwrap_or(name.end)
}

/// Where a name ends that begins here with its legal form and stands in quotation marks behind it, in whatever letters: «ООО «Чепецкие сыры»».
fn formed_quote(sentence: &Sentence<'_>, part: Range<usize>) -> Option<usize> {
    let begins = |at: &usize| sentence.is_capital(part.start) || at - part.start > 1;
    let forms = (part.start + 1..part.end.min(part.start + FORM + 1)).rev().filter(begins);
    let mut ends = forms.filter_map(|at| Some((at, quoted(sentence, at..part.end)?)));
    let is_named = |(at, end): &(usize, usize)| {
        is_form(sentence.part(part.start..*at)) && CompanyName::parse(sentence.part(part.start..*end)).form.is_some()
    };
    ends.find(is_named).map(|(_, end)| end)
}

/// Where what stands in quotation marks that open right before this word ends; where another opens inside and one closes both, there.
fn quoted(sentence: &Sentence<'_>, part: Range<usize>) -> Option<usize> {
    let mark = sentence.before(part.start);
    let (closes, opens) = quotes(mark);
    // ООО"Ромашка": without a space it opens all the same.
    let mut open = if closes == mark.chars().count() { closes } else { opens };
    if open == 0 {
        return None;
    }
    let mut first = None;
    for place in part.start..part.end.min(part.start + QUOTED) {
        let (closes, opens) = quotes(sentence.behind(place));
        if open > 0 && closes >= open {
            return Some(place + 1);
        }
        first = first.or_else(|| (open > 0 && closes > 0).then_some(place + 1));
        open = open - closes.min(open) + opens;
    }
    first
}

/// How many quotation marks of those between two words close what is before, and how many open what is behind.
fn quotes(mark: &str) -> (usize, usize) {
    let space = mark.find(char::is_whitespace).unwrap_or(mark.len());
    let closes = |(at, c): (usize, char)| match c {
        '«' | '„' => Some(false),
        '»' => Some(true),
        '"' | '“' | '”' => Some(at < space),
        _ => None,
    };
    let all: Vec<bool> = mark.char_indices().filter_map(closes).collect();
    let closing = all.iter().filter(|closes| **closes).count();
    (closing, all.len() - closing)
}

/// Where in a name what stands in brackets ends, right before its legal form: "Smith & Sons (Holdings) plc".
fn bracketed(sentence: &Sentence<'_>, part: Range<usize>) -> Option<usize> {
    let end = (part.start + 1..=part.end.min(part.start + BRACKETS)).find(|end| sentence.behind(end - 1).trim_end() == ")")?;
    let is_in = sentence.before(part.start).trim_start() == "(" && (part.start..end).all(|place| sentence.is_capital(place));
    let forms = || {
        (end + 1..=sentence.words.len().min(end + FORM)).any(|to| is_form(sentence.part(end..to)) && sentence.may_end_form(to - 1, false))
    };
    (is_in && forms()).then_some(end)
}

/// Which names stand right behind one of these phrases, with none of `turns` in between.
pub(super) fn behind_of(sentence: &Sentence<'_>, phrases: &Phrases, names: &[Name], turns: &Phrases) -> Vec<bool> {
    let finds: Vec<Range<usize>> = phrases.each(sentence.words).map(|(_, at)| at).collect();
    let is_behind = |name: &Name| {
        finds.iter().any(|at| {
            let free = || names.iter().all(|other| other.words.start >= name.words.start || other.words.end <= at.end);
            let near = at.end <= name.words.start && name.words.start - at.end <= NEAR;
            let goes_on = || turns.find(&sentence.words[at.end..name.words.start]).is_none();
            near && free() && goes_on() && !sentence.breaks(at.end - 1, name.words.start)
        })
    };
    names.iter().map(is_behind).collect()
}

/// Whether a mark is a dash, as a hyphen is that stands by itself.
pub(super) fn is_dash(mark: &str) -> bool {
    mark.contains(['—', '–']) || mark.contains(" - ")
}

/// A name without its legal form; `None` where it is nothing else.
pub(super) fn core(name: &str) -> Option<String> {
    Some(CompanyName::parse(name).core).filter(|core| !is_form(name) && !core.is_empty())
}

/// Whether this is a legal form and no more.
pub(super) fn is_form(words: &str) -> bool {
    CompanyName::parse(&format!("x {words}")).core == "x"
}
