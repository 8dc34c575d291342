//! Phrases with gaps and other words in a slot, looked for among the words of a sentence. Knows no kind of finding, no file and no record.
//!
//! A phrase is words with spaces between. `supplier|vendor` takes either; a word is found by its stem where the language's endings are known;
//! `pallet*` may go on; `=seeking` is meant as it is written, `==compro` with its accents too; `wanted:` has a colon behind it; `#` is a word with a
//! digit, `^` one that begins with a capital; `…` stands for none to four words of any kind, `…!of|in` for such as are none of these.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::stems::{StemLanguage, is_of_word};

/// Words that a gap lets pass.
const GAP: usize = 4;
/// Gaps of one phrase: with each, the ways to match grow fivefold.
const GAPS: usize = 2;
/// Words (and gaps) of one phrase.
const SLOTS: usize = 12;
/// Ways to fill one slot.
const WAYS: usize = 256;
/// Characters of a sentence; what is longer is cut between words, for it is none.
const SENTENCE: usize = 1_000;

/// Letters of a word that a full stop may cut short.
const ABBREVIATED: usize = 2;

/// A word of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded.
    folded: String,
    /// In small letters, with its accents.
    written: String,
    /// Its stem, folded; the word itself where the language's endings are not known.
    stem: String,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// Whether a colon follows.
    colon: bool,
    /// Whether it begins with a capital.
    capital: bool,
}

/// The words of a sentence in their order.
pub fn words_of(sentence: &str, language: Option<StemLanguage>) -> Vec<Word> {
    let mut found = Vec::new();
    let mut begin = None;
    for (at, c) in sentence.char_indices().chain([(sentence.len(), ' ')]) {
        match (begin, is_of_word(c)) {
            (None, true) => begin = Some(at),
            (Some(start), false) => {
                let colon = sentence[at..].trim_start().starts_with(':');
                found.extend(word(&sentence[start..at], language).map(|(folded, stem)| {
                    let written = sentence[start..at].to_lowercase();
                    Word { folded, written, stem, at: start..at, colon, capital: sentence[start..].starts_with(char::is_uppercase) }
                }));
                begin = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    found
}

/// With the `s` that plurals leave unsaid behind their apostrophe, as a word without letters: "Tapes' customer" is "Tapes's customer". So only behind
/// a word with a capital, and where the apostrophe ends no quotation.
pub fn with_unsaid_s(sentence: &str, words: Vec<Word>) -> Vec<Word> {
    const APOSTROPHES: [char; 2] = ['\'', '’'];
    let (mut all, mut is_open, mut last) = (Vec::with_capacity(words.len()), false, None::<Word>);
    for word in words {
        let mark = &sentence[last.as_ref().map_or(0, |last| last.at.end)..word.at.start];
        let mut rest = mark.chars();
        let closes = rest.next().is_some_and(|first| APOSTROPHES.contains(&first)) && !rest.as_str().is_empty();
        let is_plural = last.as_ref().is_some_and(|last| last.capital && last.folded.ends_with('s') && last.folded.len() > 1);
        let owned = last.is_some() && closes && !is_open && is_plural && rest.as_str().trim().is_empty();
        let at = word.at.start - rest.as_str().len();
        all.extend(last.take());
        if owned {
            let s = || "s".to_owned();
            all.push(Word { folded: s(), written: s(), stem: s(), at: at..at, colon: false, capital: false });
        }
        let opens = mark.ends_with(['\'', '‘']) && (all.is_empty() || mark.chars().count() > 1);
        is_open = opens || is_open && !closes;
        last = Some(word);
    }
    all.extend(last);
    all
}

/// A word folded, and its stem; `None` for marks without a letter.
fn word(written: &str, language: Option<StemLanguage>) -> Option<(String, String)> {
    let folded = super::words(written);
    let stem = language.map_or_else(|| folded.clone(), |language| language.stems(written));
    (!folded.is_empty()).then_some((folded, stem))
}

/// One way to fill a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Stem(String),
    Begins(String),
    Exactly(String),
    /// With the accents of the second.
    Accented(String, String),
    /// With a digit in it.
    Number,
    /// Beginning with a capital.
    Capital,
}

impl Way {
    fn parse(written: &str, language: Option<StemLanguage>) -> Option<Self> {
        match written {
            "#" => return Some(Self::Number),
            "^" => return Some(Self::Capital),
            _ => {}
        }
        if let Some(exact) = written.strip_prefix("==") {
            return Some(Self::Accented(word(exact, None)?.0, exact.to_lowercase())).filter(|_| exact.chars().all(is_of_word));
        }
        if let Some(exact) = written.strip_prefix('=') {
            return Some(Self::Exactly(word(exact, None)?.0)).filter(|_| exact.chars().all(is_of_word));
        }
        let (bare, open) = written.strip_suffix('*').map_or((written, false), |bare| (bare, true));
        let (folded, stem) = word(bare, language).filter(|_| bare.chars().all(is_of_word))?;
        Some(if open { Self::Begins(folded) } else { Self::Stem(stem) })
    }

    fn holds(&self, word: &Word) -> bool {
        match self {
            Self::Stem(stem) => word.stem == *stem,
            Self::Begins(begin) => word.folded.starts_with(begin.as_str()),
            Self::Exactly(exact) => word.folded == *exact,
            Self::Accented(_, exact) => word.written == *exact,
            Self::Number => word.folded.contains(|c: char| c.is_ascii_digit()),
            Self::Capital => word.capital,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    /// Of words that are none of these.
    Gap(Arc<[Way]>),
    Word {
        ways: Arc<[Way]>,
        colon: bool,
    },
}

/// A phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase(Vec<Slot>);

impl Phrase {
    /// What can be written, for whoever wrote something else.
    pub const EXPECTED: &str = "words with spaces between, at most 12 of them: `word`, `begin*`, `=exactly`, `==exáctly`, `this|that`, `before:` a colon, `#` a number, `^` a capital, and at most two `…` (none to four words of any kind; `…!this|that`: none of these) between words";

    /// Reads a phrase; `None` when it is none (see [`Phrase::EXPECTED`]).
    pub fn parse(written: &str, language: Option<StemLanguage>) -> Option<Self> {
        Phrasing::new(language).read(written)
    }

    /// Where it ends when it begins with this word: the place behind its last one.
    fn ends(slots: &[Slot], words: &[Word], at: usize) -> Option<usize> {
        match slots.split_first() {
            None => Some(at),
            Some((Slot::Gap(but), rest)) => {
                let passes = |place: usize| words.get(place).is_some_and(|word| !but.iter().any(|way| way.holds(word)));
                let free = (at..at + GAP).take_while(|place| passes(*place)).count();
                (0..=free).find_map(|skipped| Self::ends(rest, words, at + skipped))
            }
            Some((Slot::Word { ways, colon }, rest)) => {
                let word = words.get(at).filter(|word| word.colon || !colon)?;
                if ways.iter().any(|way| way.holds(word)) { Self::ends(rest, words, at + 1) } else { None }
            }
        }
    }
}

/// Reads phrases of one language: what fills a slot is read once, however many of them have it, and so is each way of it.
#[derive(Debug)]
pub struct Phrasing {
    language: Option<StemLanguage>,
    known: HashMap<String, Option<Arc<[Way]>>>,
    each: HashMap<String, Option<Way>>,
}

impl Phrasing {
    /// One that knows nothing yet.
    pub fn new(language: Option<StemLanguage>) -> Self {
        Self { language, known: HashMap::new(), each: HashMap::new() }
    }

    /// [`Phrase::parse`].
    pub fn read(&mut self, written: &str) -> Option<Phrase> {
        let slots: Option<Vec<Slot>> = written
            .split_whitespace()
            .map(|slot| match slot {
                "…" | "..." => Some(Slot::Gap(Arc::default())),
                written => {
                    if let Some(but) = written.strip_prefix("…!") {
                        return self.ways(but).map(Slot::Gap);
                    }
                    let (bare, colon) = written.strip_suffix(':').map_or((written, false), |bare| (bare, true));
                    self.ways(bare).map(|ways| Slot::Word { ways, colon })
                }
            })
            .collect();
        let slots = slots.filter(|slots| slots.len() <= SLOTS)?;
        let is_gap = |slot: &Slot| matches!(slot, Slot::Gap(_));
        let gaps = slots.iter().filter(|slot| is_gap(slot)).count();
        let ends = !slots.first().is_some_and(is_gap) && !slots.last().is_some_and(is_gap);
        (!slots.is_empty() && gaps <= GAPS && ends).then_some(Phrase(slots))
    }

    /// The ways to fill one slot, as they are written with `|` between.
    fn ways(&mut self, written: &str) -> Option<Arc<[Way]>> {
        if let Some(known) = self.known.get(written) {
            return known.clone();
        }
        let ways: Option<Vec<Way>> = written.split('|').map(|way| self.way(way)).collect();
        let ways: Option<Arc<[Way]>> = ways.filter(|ways| ways.len() <= WAYS).map(Into::into);
        self.known.insert(written.to_owned(), ways.clone());
        ways
    }

    fn way(&mut self, written: &str) -> Option<Way> {
        if let Some(known) = self.each.get(written) {
            return known.clone();
        }
        let way = Way::parse(written, self.language);
        self.each.insert(written.to_owned(), way.clone());
        way
    }
}

/// Many phrases, looked for in one walk over the words: each word leads to the phrases that can begin with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases {
    all: Vec<Phrase>,
    /// By stem and by the word itself.
    by_stem: HashMap<String, Vec<usize>>,
    by_word: HashMap<String, Vec<usize>>,
    /// Those that begin with no whole word, with what they begin with.
    open: Vec<(Way, usize)>,
}

impl Phrases {
    /// Takes in another phrase.
    pub fn add(&mut self, phrase: Phrase) {
        let number = self.all.len();
        if let Some(Slot::Word { ways, .. }) = phrase.0.first() {
            for way in ways.iter() {
                match way {
                    Way::Stem(stem) => self.by_stem.entry(stem.clone()).or_default().push(number),
                    Way::Exactly(word) | Way::Accented(word, _) => self.by_word.entry(word.clone()).or_default().push(number),
                    Way::Begins(_) | Way::Number | Way::Capital => self.open.push((way.clone(), number)),
                }
            }
        }
        self.all.push(phrase);
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The first words that are one of the phrases, and its number in the order of [`Phrases::add`].
    pub fn find(&self, words: &[Word]) -> Option<(usize, Range<usize>)> {
        self.each(words).next()
    }

    /// Every find, in the order of the words.
    pub fn each<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
        (0..words.len()).flat_map(move |at| self.each_at(words, at))
    }

    /// Every find that begins with the word at this place.
    pub fn each_at<'a>(&'a self, words: &'a [Word], at: usize) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
        let stem = words.get(at).and_then(|word| self.by_stem.get(&word.stem)).into_iter().flatten();
        let exact = words.get(at).and_then(|word| self.by_word.get(&word.folded)).into_iter().flatten();
        let holds = move |way: &Way| words.get(at).is_some_and(|word| way.holds(word));
        let open = self.open.iter().filter(move |(way, _)| holds(way)).map(|(_, number)| number);
        let begins = stem.chain(exact).chain(open);
        begins.filter_map(move |number| Some((*number, at..Phrase::ends(&self.all[*number].0, words, at)?)))
    }
}

/// The sentences of a text: lines, and what ends with a full stop, a question mark or an exclamation mark. Together with white space they are
/// the whole text, in its order.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut keep = |from: usize, to: usize| {
        let sentence = text[from..to].trim();
        if !sentence.is_empty() {
            found.push(sentence);
        }
    };
    let (mut start, mut chars, mut word, mut rest) = (0, 0, 0, text.char_indices().peekable());
    while let Some((at, c)) = rest.next() {
        let end = at + c.len_utf8();
        chars += 1;
        let next = rest.peek().map(|(_, next)| *next);
        let ends = match c {
            '\n' | '\r' | '•' | '。' | '！' | '？' => true,
            '!' | '?' | '…' | ';' => next.is_none_or(char::is_whitespace),
            // After one or two letters it is an abbreviation, and before a small letter it ends nothing.
            '.' => next.is_none_or(char::is_whitespace) && word > ABBREVIATED && !text[end..].trim_start().starts_with(char::is_lowercase),
            _ => c.is_whitespace() && chars >= SENTENCE || chars >= 2 * SENTENCE,
        };
        // What a mark closes is whole, however short.
        let closes = word > 0 && matches!(c, '»' | '”' | '"' | ')' | ']');
        word = if is_of_word(c) {
            word + 1
        } else if closes {
            word.max(ABBREVIATED + 1)
        } else {
            0
        };
        if ends {
            keep(start, end);
            (start, chars) = (end, 0);
        }
    }
    keep(start, text.len());
    found
}

/// The words around a find, at most so many characters of them; cut between words, with `…` where something is left out.
pub fn around(sentence: &str, find: &Range<usize>, chars: usize) -> String {
    let whole = super::squeeze(sentence);
    if whole.chars().count() <= chars {
        return whole;
    }
    let before: Vec<&str> = sentence[..find.start].split_whitespace().collect();
    let found = super::clip(&super::squeeze(&sentence[find.clone()]), chars.saturating_sub(2).max(1));
    let after: Vec<&str> = sentence[find.end..].split_whitespace().collect();
    let mut left = chars.saturating_sub(found.chars().count() + 4);
    let (mut from, mut to) = (before.len(), 0);
    loop {
        let fits = |word: Option<&&str>, left: usize| word.map(|word| word.chars().count() + 1).filter(|size| *size <= left);
        let back = fits(from.checked_sub(1).and_then(|at| before.get(at)), left);
        if let Some(size) = back {
            (from, left) = (from - 1, left - size);
        }
        let on = fits(after.get(to), left);
        if let Some(size) = on {
            (to, left) = (to + 1, left - size);
        }
        if back.is_none() && on.is_none() {
            break;
        }
    }
    let begin = if from > 0 { "…" } else { "" };
    let end = if to < after.len() { "…" } else { "" };
    let glued = if sentence[find.end..].starts_with(char::is_whitespace) { " " } else { "" };
    let tail = super::squeeze(&after[..to].join(" "));
    let tail = if tail.is_empty() { String::new() } else { format!("{glued}{tail}") };
    let head = super::squeeze(&before[from..].join(" "));
    let gap = if head.is_empty() || !sentence[..find.start].ends_with(char::is_whitespace) { "" } else { " " };
    format!("{begin}{head}{gap}{found}{tail}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(language: Option<StemLanguage>, phrase: &str, text: &str) -> bool {
        let mut phrases = Phrases::default();
        phrases.add(Phrase::parse(phrase, language).unwrap());
        phrases.find(&words_of(text, language)).is_some()
    }

    #[test]
    fn the_s_that_a_plural_leaves_unsaid() {
        for (text, want) in [
            ("Wreake Tapes' customer", 4),
            ("Wreake Tapes’ customer", 4),
            ("Tapes's customer", 3),
            ("The tapes' end", 3),
            ("The 'Green Boxes' plan", 4),
            ("'Tapes' sold", 2),
            ("‘Green Boxes’ sold", 3),
            ("Boxes', they said", 3),
            ("Of Boxes'", 2),
            ("Box' end", 2),
        ] {
            let words = with_unsaid_s(text, words_of(text, None));
            assert_eq!(words.len(), want, "{text}");
            assert!(words.iter().all(|word| text.get(word.at.clone()).is_some()) && words.is_sorted_by_key(|word| word.at.start), "{text}");
        }
    }

    #[test]
    fn phrases_are_found_with_gaps_and_other_words() {
        use StemLanguage::{English, Russian, Spanish};
        for (language, phrase, text, want) in [
            (Some(English), "look for … supplier|vendor", "We are looking for new, reliable suppliers.", true),
            (Some(English), "look for … supplier|vendor", "They looked for a vendor", true),
            (Some(English), "look for … supplier", "looking for one two three four suppliers", true),
            (Some(English), "look for … supplier", "looking for one two three four five suppliers", false),
            (Some(English), "supplier =needed", "our suppliers need time", false),
            (Some(English), "supplier =needed", "Suppliers needed!", true),
            (Some(Spanish), "busca … proveedor", "Buscamos nuevos PROVEEDORES", true),
            (Some(Russian), "=ищет … поставщик", "Завод ищет поставщиков", true),
            (None, "zoek* … leverancier*", "Wij zoeken nieuwe leveranciers", true),
            (None, "leverancier", "leveranciers", false),
            (Some(English), "=wanted:", "Wanted: used pallets", true),
            (Some(Spanish), "==compro", "Compro pallets", true),
            (Some(Spanish), "==compro", "Acme compró Beta", false),
            (Some(English), "=wanted:", "They wanted more", false),
            (Some(English), "open …!of|=in … store|plant", "They opened a big new plant", true),
            (Some(English), "open …!of|=in store|plant", "They opened the door of the plant", false),
            (Some(English), "stand #", "Visit stand B14", true),
            (Some(English), "stand #", "Visit our stand soon", false),
            (Some(English), "expand =into ^", "It expands into Portugal", true),
            (Some(English), "expand =into ^", "It expands into pet food", false),
        ] {
            assert_eq!(found(language, phrase, text), want, "{phrase} in {text}");
        }
        for bad in ["", "…!a", "a …! b", "a ## b", "…", "… a", "a …", "a … b … c … d", "a|", "=", "*", ":", "a-b"] {
            assert_eq!(Phrase::parse(bad, None), None, "{bad:?}");
        }
    }

    #[test]
    fn a_text_falls_into_sentences() {
        for (text, want) in [
            ("One thing. Another one! A third? And", vec!["One thing.", "Another one!", "A third?", "And"]),
            ("Talleres García S.L. busca chapa. Fin.", vec!["Talleres García S.L. busca chapa.", "Fin."]),
            ("Завод продан ООО «Юг». Он ищет сырьё (т.е. зерно).", vec!["Завод продан ООО «Юг».", "Он ищет сырьё (т.е. зерно)."]),
            ("approx. twenty pallets", vec!["approx. twenty pallets"]),
            ("first line\n\nsecond", vec!["first line", "second"]),
            ("", vec![]),
        ] {
            assert_eq!(sentences(text), want);
        }
    }

    #[test]
    fn a_quote_holds_the_find_and_no_more_than_fits() {
        let long = format!("{}we seek suppliers {}now", "word ".repeat(80), "and ".repeat(80));
        let at = long.find("seek suppliers").unwrap();
        let quote = around(&long, &(at..at + 14), 60);
        assert!(quote.contains("we seek suppliers and") && quote.chars().count() <= 60, "{quote}");
        assert!(quote.starts_with('…') && quote.ends_with('…'), "{quote}");
        assert_eq!(around(" we  seek it. ", &(1..3), 60), "we seek it.");
    }

    proptest::proptest! {
        #[test]
        fn sentences_are_the_whole_text(text in "([a-zñЁ0-9]{0,6}[ .;!?\n…é]{0,3}){0,80}") {
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            let all = sentences(&text);
            proptest::prop_assert_eq!(bare(&all.concat()), bare(&text));
            for sentence in all {
                proptest::prop_assert!(sentence.chars().count() <= 2 * SENTENCE);
                for word in words_of(sentence, Some(StemLanguage::Spanish)) {
                    let quote = around(sentence, &word.at, 40);
                    proptest::prop_assert!(quote.chars().count() <= 40, "{}", quote);
                }
            }
        }
    }
}
