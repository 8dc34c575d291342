//! Words by their stems, in the languages whose endings are known. Knows no phrase, no rule and no record.

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A language whose words can be cut to their stems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StemLanguage {
    /// `de`.
    German,
    /// `en`.
    English,
    /// `es`.
    Spanish,
    /// `fr`.
    French,
    /// `ru`.
    Russian,
}

impl StemLanguage {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::German, Self::English, Self::Spanish, Self::French, Self::Russian];

    /// Its code (ISO 639-1).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Russian => "ru",
        }
    }

    /// The language of this code; `None` when its endings are not known.
    pub fn of(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::German => Algorithm::German,
            Self::English => Algorithm::English,
            Self::Spanish => Algorithm::Spanish,
            Self::French => Algorithm::French,
            Self::Russian => Algorithm::Russian,
        }
    }

    /// The stems of a text's words, with one space between; folded afterwards only: accents and `й` are what endings are known by.
    pub fn stems(self, words: &str) -> String {
        let stemmer = Stemmer::new(self.algorithm());
        if !words.is_empty() && words.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return super::words(&stemmer.stem(&words.to_ascii_lowercase()));
        }
        let words = super::squeeze(words);
        // Letters of Western Europe and Cyrillic ones are composed as they stand.
        let is_composed = words.chars().all(|c| c.is_ascii() || matches!(c, 'À'..='ÿ' | 'Ѐ'..='џ'));
        let small = |words: &mut dyn Iterator<Item = char>| words.flat_map(char::to_lowercase).collect::<String>();
        let whole = if is_composed { small(&mut words.chars()) } else { small(&mut words.nfkc()) };
        let words = whole.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty());
        let stems: Vec<String> = words.map(|word| super::words(&stemmer.stem(word))).collect();
        stems.join(" ")
    }
}

/// Whether a character belongs to a word.
pub(super) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}
