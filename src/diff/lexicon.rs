//! Words of texts that are a reason to act: a lexicon for each language, and what one finds in a text. Knows no record, no file and no clock.

mod behind;
mod clause;
mod names;
mod subject;
mod whom;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use toml::Spanned;

use self::clause::{Clauses, Sentence};
use self::names::Known;
pub(super) use self::names::names_in;
use self::whom::{Before, Whom, are_others};
use crate::base::caps;
use crate::base::text::phrases::{Phrase, Phrases, Phrasing, Word, around, sentences};
use crate::base::text::stems::StemLanguage;
use crate::model::{SignalKind, Weight, language_code};

/// Characters of one text that are searched; what follows is left alone.
const TEXT: usize = 50_000;
/// Phrases of one lexicon.
const PHRASES: usize = 5_000;
/// Sentences of one kind that are told of one text, each of somebody else.
const OF_A_KIND: usize = 4;
/// The year of a text that says none, at the earliest: with it, what was in the last century is no news either.
const EARLIEST: i16 = 2001;

/// The lexicons that the program brings along: one more language is one more line.
const SHIPPED: [&str; 3] = [
    include_str!("../../config/lexicons/en.toml"),
    include_str!("../../config/lexicons/es.toml"),
    include_str!("../../config/lexicons/ru.toml"),
];

/// Of [`SHIPPED`], read once.
static READ: LazyLock<Arc<Lexicons>> = LazyLock::new(|| {
    let mut all = Lexicons::default();
    for text in SHIPPED {
        all.put(Lexicon::parse(text).expect("a test reads each of them"));
    }
    Arc::new(all)
});

/// A lexicon as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    language: Spanned<String>,
    #[serde(default)]
    unless: Vec<Spanned<String>>,
    #[serde(default)]
    classes: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    denies: Vec<Spanned<String>>,
    #[serde(default)]
    reverses: Vec<Spanned<String>>,
    #[serde(default)]
    supposes: Vec<Spanned<String>>,
    #[serde(default)]
    affirms: Vec<Spanned<String>>,
    #[serde(default)]
    turns: Vec<Spanned<String>>,
    #[serde(default)]
    nobody: Vec<Spanned<String>>,
    #[serde(default)]
    same: Vec<Spanned<String>>,
    #[serde(default)]
    others: Vec<Spanned<String>>,
    #[serde(default)]
    beside: Vec<Spanned<String>>,
    #[serde(default)]
    owners: Vec<Spanned<String>>,
    #[serde(default)]
    speaks: Vec<Spanned<String>>,
    #[serde(default)]
    relative: Vec<Spanned<String>>,
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    #[serde(default)]
    origins: Vec<Spanned<String>>,
    #[serde(default)]
    home: Vec<String>,
    #[serde(default)]
    once: Vec<Spanned<String>>,
    #[serde(default)]
    roles: Vec<Spanned<String>>,
    #[serde(default)]
    bodies: Vec<Spanned<String>>,
    #[serde(default)]
    governs: Vec<Spanned<String>>,
    #[serde(default)]
    possessive: Vec<Spanned<String>>,
    #[serde(default)]
    opens: Vec<Spanned<String>>,
    #[serde(default)]
    articles: Vec<Spanned<String>>,
    #[serde(default)]
    light: Vec<Spanned<String>>,
    #[serde(default)]
    joins: Vec<Spanned<String>>,
    #[serde(default)]
    single: Vec<Spanned<String>>,
    #[serde(default)]
    former: Vec<Spanned<String>>,
    #[serde(default)]
    latter: Vec<Spanned<String>>,
    #[serde(default)]
    both: Vec<Spanned<String>>,
    #[serde(default)]
    years: Vec<Spanned<String>>,
    #[serde(default)]
    dated: Vec<Spanned<String>>,
    signal: Vec<EntrySpec>,
}

/// The words for one kind of signal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntrySpec {
    kind: Spanned<String>,
    phrases: Vec<Spanned<String>>,
    #[serde(default)]
    unless: Vec<Spanned<String>>,
    #[serde(default)]
    closed: Vec<Spanned<String>>,
    #[serde(default)]
    whose: Vec<Spanned<String>>,
}

/// Why a lexicon is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLexicon {
    /// It is no TOML, or has other keys.
    #[error(
        "line {line}: {why}; a lexicon has `language`, `classes`, `unless`, `denies`, `reverses`, `supposes`, `affirms`, `turns`, `nobody`, `same`, `others`, `beside`, `owners`, \
         `speaks`, `relative`, `kinds`, `origins`, `home`, `once`, `roles`, `bodies`, `governs`, `possessive`, `opens`, \
         `articles`, `light`, `joins`, `single`, `former`, `latter`, `both`, `years`, `dated` and tables [[signal]] with `kind`, `phrases`, `unless`, `closed` and `whose`"
    )]
    Shape {
        /// From 1.
        line: usize,
        /// What the reader of TOML says.
        why: String,
    },
    /// A value means nothing.
    #[error("line {line}: found \"{found}\", expected {expected}")]
    Value {
        /// From 1.
        line: usize,
        /// As written.
        found: String,
        /// What can be written.
        expected: String,
    },
}

/// What counts for one kind of signal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: SignalKind,
    phrases: Phrases,
    /// In the same sentence, but for the clause of another company: it says otherwise.
    unless: Phrases,
    /// Anywhere in the text, in a sentence that is not of somebody else: it is over.
    closed: Phrases,
    /// Behind what was found, they lead to the company whose it is.
    whose: Phrases,
}

/// The words of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexicon {
    /// Its code: two letters.
    pub language: String,
    stems: Option<StemLanguage>,
    unless: Phrases,
    clauses: Clauses,
    entries: Vec<Entry>,
}

/// A reason to act that a text gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What kind of reason.
    pub kind: SignalKind,
    /// The language of the words that were found.
    pub language: String,
    /// The sentence that says so; of a long one, what stands around the words.
    pub sentence: String,
    /// Whom the sentence names as the one whose reason it is.
    whom: Whom,
}

impl Said {
    /// Each whose reason it is: the companies that are surely others than `own`, and `None` for `own`. A name that may be its own is of it.
    pub(super) fn each(&self, own: Option<&str>) -> Vec<Option<&str>> {
        self.whom.each(own)
    }

    /// Whether it tells nothing beside these: of each whose reason it is one of them is of its kind, or enough are of its kind. `own` is whose what
    /// names nobody is, where that is known.
    pub(super) fn is_told(&self, told: &[Self], own: Option<&str>) -> bool {
        let each = |said: &'_ Self| -> Vec<Option<Whom>> { said.each(own).into_iter().map(|of| of.map(Whom::called)).collect() };
        let alike = || told.iter().filter(|one| one.kind == self.kind);
        let same = |of: &Option<Whom>, one: &Self| {
            each(one).iter().any(|other| match (of, other) {
                (None, None) => !are_others(&one.whom, &self.whom),
                (Some(of), Some(other)) => !are_others(of, other),
                _ => false,
            })
        };
        alike().count() >= OF_A_KIND || each(self).iter().all(|of| alike().any(|one| same(of, one)))
    }
}

/// What is known of a text that is searched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked<'a> {
    /// Its language.
    pub language: Option<&'a str>,
    /// Whose it is.
    pub own: Option<&'a str>,
    /// When it was written.
    pub year: Option<i16>,
    /// Companies that are known elsewhere, by the words of their names without a legal form.
    pub companies: Option<&'a BTreeMap<String, String>>,
}

/// Lexicons by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicons(BTreeMap<String, Lexicon>);

impl Lexicon {
    /// Reads a lexicon.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it, with its line.
    pub fn parse(text: &str) -> Result<Self, BadLexicon> {
        let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        let spec: Spec = toml::from_str(text).map_err(|error| BadLexicon::Shape {
            line: line(error.span().map_or(0, |span| span.start)),
            why: error.message().lines().next().unwrap_or("no TOML").to_owned(),
        })?;
        let bad = |written: &Spanned<String>, expected: String| BadLexicon::Value {
            line: line(written.span().start),
            found: written.get_ref().clone(),
            expected,
        };
        let written = spec.language.get_ref();
        if written.len() != 2 || language_code(written) != *written {
            return Err(bad(&spec.language, "a language as two small letters, such as `en`".to_owned()));
        }
        let stems = StemLanguage::of(written);
        let classes: BTreeMap<&str, String> = spec.classes.iter().map(|(name, words)| (name.as_str(), words.join("|"))).collect();
        let (mut room, mut phrasing) = (PHRASES, Phrasing::new(stems));
        let mut phrases = |all: &[Spanned<String>]| {
            let mut read = Phrases::default();
            for one in all {
                room = room.checked_sub(1).ok_or_else(|| bad(one, format!("at most {PHRASES} phrases in all")))?;
                let spelled =
                    spelled(one.get_ref(), &classes).map_err(|no| bad(one, format!("a class of [classes], which has no `{no}`")))?;
                read.add(phrasing.read(&spelled).ok_or_else(|| bad(one, Phrase::EXPECTED.to_owned()))?);
            }
            Ok(read)
        };
        let mut entries = Vec::new();
        for entry in &spec.signal {
            let kind = SignalKind::from_word(entry.kind.get_ref()).filter(|kind| kind.weight() == Weight::Begins);
            let kind = kind.ok_or_else(|| bad(&entry.kind, format!("a kind of signal that something new begins with: {}", kinds())))?;
            let (found, unless) = (phrases(&entry.phrases)?, phrases(&entry.unless)?);
            entries.push(Entry { kind, phrases: found, unless, closed: phrases(&entry.closed)?, whose: phrases(&entry.whose)? });
        }
        let (unless, denies, affirms) = (phrases(&spec.unless)?, phrases(&spec.denies)?, phrases(&spec.affirms)?);
        let clauses = Clauses {
            denies,
            reverses: phrases(&spec.reverses)?,
            supposes: phrases(&spec.supposes)?,
            affirms,
            turns: phrases(&spec.turns)?,
            nobody: phrases(&spec.nobody)?,
            same: phrases(&spec.same)?,
            others: phrases(&spec.others)?,
            beside: phrases(&spec.beside)?,
            owners: phrases(&spec.owners)?,
            speaks: phrases(&spec.speaks)?,
            relative: phrases(&spec.relative)?,
            kinds: phrases(&spec.kinds)?,
            origins: phrases(&spec.origins)?,
            home: spec.home,
            once: phrases(&spec.once)?,
            roles: phrases(&spec.roles)?,
            bodies: phrases(&spec.bodies)?,
            governs: phrases(&spec.governs)?,
            possessive: phrases(&spec.possessive)?,
            opens: phrases(&spec.opens)?,
            articles: phrases(&spec.articles)?,
            light: phrases(&spec.light)?,
            joins: phrases(&spec.joins)?,
            single: phrases(&spec.single)?,
            former: phrases(&spec.former)?,
            latter: phrases(&spec.latter)?,
            both: phrases(&spec.both)?,
            years: phrases(&spec.years)?,
            dated: phrases(&spec.dated)?,
        };
        Ok(Self { language: written.clone(), stems, unless, clauses, entries })
    }

    /// Every sentence of a text that says something, in their order. What is asked is not said: a question is no find. `is_new` says which
    /// sentences count.
    fn find(&self, text: &str, asked: &Asked<'_>, is_new: &dyn Fn(&str) -> bool) -> Vec<(usize, Said)> {
        let mut found: Vec<(usize, Said)> = Vec::new();
        let each: Vec<(&str, Vec<Word>)> = sentences(text).into_iter().flat_map(|text| self.clauses.cut(text, self.stems)).collect();
        let each: Vec<Sentence<'_>> = each.iter().map(|(text, words)| Sentence { text, words }).collect();
        // Most texts say nothing of the kind: who is named in them is looked for where one may.
        let may_say = |sentence: &Sentence<'_>| self.entries.iter().any(|entry| entry.phrases.find(sentence.words).is_some());
        if !each.iter().any(may_say) {
            return found;
        }
        let known = Known::of(&self.clauses, &each, asked.companies);
        let mut closings: Vec<(SignalKind, Whom)> = Vec::new();
        let mut before = Before::default();
        for (place, sentence) in each.iter().enumerate() {
            let Sentence { text, words } = *sentence;
            for entry in &self.entries {
                let whom = |find: &Range<usize>| self.clauses.named(sentence, (find, &entry.whose), &known, &before);
                let closed = entry.closed.each(words).map(|(_, find)| find).find(|find| !sentence.breaks(find.start, find.end - 1));
                closings.extend(closed.map(|find| (entry.kind, whom(&find))));
                let Some(find) = self.holds(sentence, entry, asked.year, &known).filter(|_| !text.ends_with('?') && is_new(text)) else {
                    continue;
                };
                let ends = words.get(find.start).zip(words.get(find.end.saturating_sub(1)));
                let span = ends.map_or(0..0, |(first, last)| first.at.start..last.at.end);
                let quote = around(text, &span, caps::QUOTE_CHARS);
                found.push((place, Said { kind: entry.kind, language: self.language.clone(), sentence: quote, whom: whom(&find) }));
            }
            self.clauses.remember(sentence, &known, &mut before);
        }
        let left = |(place, said): (usize, Said)| {
            let mut over = closings.iter().filter(|(kind, _)| *kind == said.kind);
            let whom = over.try_fold(said.whom.clone(), |left, (_, over)| left.without(over))?;
            Some((place, Said { whom, ..said }))
        };
        found.into_iter().filter_map(left).collect()
    }

    /// The words by which a sentence says such a thing, unless it says otherwise.
    fn holds(&self, sentence: &Sentence<'_>, entry: &Entry, year: Option<i16>, known: &Known) -> Option<Range<usize>> {
        let mut finds = entry.phrases.each(sentence.words).map(|(_, find)| find).peekable();
        finds.peek()?;
        if self.clauses.suppose(sentence) || self.unless.find(sentence.words).is_some() {
            return None;
        }
        let unless: Vec<Range<usize>> = entry.unless.each(sentence.words).map(|(_, at)| at).collect();
        let is_undone = |find: &Range<usize>| unless.iter().any(|at| !self.clauses.part(sentence, at, find, known));
        let is_past = |find: &Range<usize>| self.clauses.is_past(sentence, find, year.unwrap_or(EARLIEST));
        let found = finds.find(|find| !is_undone(find) && !self.clauses.deny(sentence, find) && !is_past(find))?;
        Some(self.clauses.behind_name(sentence, found, known))
    }
}

impl Lexicons {
    /// Those that the program brings along.
    pub fn shipped() -> Arc<Self> {
        Arc::clone(&READ)
    }

    /// Takes in a lexicon, in the place of the one of its language.
    pub fn put(&mut self, lexicon: Lexicon) {
        self.0.insert(lexicon.language.clone(), lexicon);
    }

    /// Its languages.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What a text says, in the order of its sentences: each kind once of each whom it names, so many at most. Its language says in which lexicon
    /// to look; where it is not known, in all.
    pub fn find(&self, text: &str, language: Option<&str>) -> Vec<Said> {
        self.find_new(text, &Asked { language, ..Asked::default() }, &|_| true)
    }

    /// [`Self::find`], in the sentences that count.
    pub(super) fn find_new(&self, text: &str, asked: &Asked<'_>, is_new: &dyn Fn(&str) -> bool) -> Vec<Said> {
        let Asked { language, own, .. } = *asked;
        let end = text.char_indices().nth(TEXT).map_or(text.len(), |(end, _)| end);
        let language = language.map(language_code).filter(|language| language != "und");
        let lexicons = self.0.values().filter(|lexicon| language.as_ref().is_none_or(|language| lexicon.language == *language));
        let mut all: Vec<(usize, Said)> = lexicons.flat_map(|lexicon| lexicon.find(&text[..end], asked, is_new)).collect();
        all.retain(|(_, said)| own.is_none_or(|own| !said.whom.excludes(own)));
        all.sort_by_key(|(place, _)| *place);
        let mut told: Vec<Said> = Vec::new();
        for (_, said) in all {
            if !said.is_told(&told, own) {
                told.push(said);
            }
        }
        told
    }
}

/// A phrase with the words of its classes in their place; the name of one that there is not.
fn spelled(phrase: &str, classes: &BTreeMap<&str, String>) -> Result<String, String> {
    let way = |way: &str| {
        let (gap, bare) = way.strip_prefix("…!").map_or(("", way), |bare| ("…!", bare));
        let Some(name) = bare.strip_prefix('@') else { return Ok(way.to_owned()) };
        classes.get(name).map(|words| format!("{gap}{words}")).ok_or_else(|| name.to_owned())
    };
    let slots: Result<Vec<String>, String> =
        phrase.split_whitespace().map(|slot| Ok(slot.split('|').map(way).collect::<Result<Vec<_>, _>>()?.join("|"))).collect();
    Ok(slots?.join(" "))
}

fn kinds() -> String {
    let begins = SignalKind::ALL.into_iter().filter(|kind| kind.weight() == Weight::Begins);
    begins.map(|kind| format!("`{}`", kind.word())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
