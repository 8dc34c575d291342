//! Words of names and addresses as numbers, and what each is worth: a rare word tells more than one that every name carries.
//! Knows no record and no pair.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use any_ascii::any_ascii;

use super::spelling::one_form;
use crate::base::text;
use crate::model::CompanyName;

/// A word of a [`Vocabulary`].
pub type Word = u32;

/// Names that the prior of common words counts as: with fewer names in the data the prior says what is common, with more the data do.
const PRIOR_NAMES: f32 = 1000.0;
/// How many of [`PRIOR_NAMES`] names carry a word that says a trade or a family.
const TRADES: RangeInclusive<f32> = 10.0..=20.0;
/// Words of one name that are looked at, and of one address.
pub const NAME_WORDS: usize = 12;
pub const STREET_WORDS: usize = 8;
/// Letters of a word that may be one company's own at least: a shorter one is found too easily.
const OWN_LETTERS: usize = 6;
/// Characters of one name or address that are looked at; more is a description.
const CHARS: usize = 200;

/// How many of [`PRIOR_NAMES`] names carry a word.
static COMMON: LazyLock<HashMap<String, f32>> = LazyLock::new(|| {
    let rows = include_str!("common_words.txt").lines().filter(|row| !row.starts_with('#')).filter_map(|row| row.split_once('|'));
    let mut common = HashMap::new();
    for (share, words) in rows {
        let share = share.parse::<f32>().unwrap_or(0.0) / 1000.0 * PRIOR_NAMES;
        for word in words.split(' ') {
            common.entry(word.to_owned()).or_insert(share);
            common.entry(one_form(word)).or_insert(share);
        }
    }
    common
});

/// Spellings of words of addresses, each with the form that is compared; `~` for none.
static STREETS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut forms = HashMap::new();
    for row in include_str!("street_words.txt").lines().filter(|row| !row.starts_with('#')) {
        let mut words = row.split('|');
        let form = words.next().unwrap_or_default();
        forms.extend(words.map(|word| (word, form)));
    }
    forms
});

/// Folded words in Latin letters; single letters in a row are one word (`D.S.M.` is `dsm`), so that initials are compared as a whole.
fn latin(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut spelled = false;
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let word = if word.is_ascii() { word.to_owned() } else { text::words(&any_ascii(word)).replace(' ', "") };
        let letter = word.len() == 1 && !word.as_bytes()[0].is_ascii_digit();
        match words.last_mut().filter(|last| spelled && letter && last.len() < 6) {
            Some(last) => last.push_str(&word),
            None if word.is_empty() => {}
            None => words.push(word),
        }
        spelled = letter;
    }
    words
}

/// Words between two others that are also written `&`, in Latin letters.
const JOINS: [&str; 8] = ["and", "y", "e", "i", "und", "et", "och", "og"];

/// The words of a company's name without its legal form, each in its compared form, in their order, none twice; `&` and what says the same is none.
pub fn name_words(name: &CompanyName) -> Vec<String> {
    let all = latin(&text::clip(&name.core, CHARS));
    let is_join = |at: usize, word: &str| at > 0 && at + 1 < all.len() && JOINS.contains(&word);
    let words = all.iter().enumerate().filter(|(at, word)| !is_join(*at, word)).map(|(_, word)| one_form(word)).collect();
    distinct(words, NAME_WORDS)
}

/// A town in its compared form.
pub fn town(written: &str) -> String {
    let words = text::words(&any_ascii(written));
    words.split(' ').map(one_form).collect::<Vec<_>>().join(" ")
}

/// The house number of an address, and the words of its street in their compared form.
///
/// The number is the first word that begins with a digit and is no ordinal (`5th`); what stands behind a second number is a flat or a floor.
pub fn street_words(address: &str) -> (Option<String>, Vec<String>) {
    let mut number = None;
    let mut words = Vec::new();
    for word in latin(&text::words(&text::clip(address, CHARS))) {
        let form = STREETS.get(word.as_str()).copied().unwrap_or(&word);
        let digits = form.bytes().take_while(u8::is_ascii_digit).count();
        let ordinal = ["st", "nd", "rd", "th"].contains(&&form[digits..]);
        if digits > 0 && !ordinal {
            if number.is_none() {
                number = Some(form.to_owned());
            }
        } else if form != "~" {
            words.push(form.to_owned());
        }
    }
    (number, distinct(words, STREET_WORDS))
}

fn distinct(words: Vec<String>, most: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if kept.len() < most && !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// Words by number, and how many names carry each.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// All words one after the other: one allocation instead of a million.
    letters: String,
    ends: Vec<u32>,
    names: Vec<u32>,
    prior: Vec<f32>,
    /// Open addressing by the hash of the word; `0` is free, else the word's number plus one.
    slots: Vec<u32>,
    counted: u32,
}

impl Vocabulary {
    /// The number of a word, given a new one where it had none.
    pub fn learn(&mut self, word: &str) -> Word {
        if (self.ends.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = self.slot(word);
        if let Some(known) = self.slots[slot].checked_sub(1) {
            return known;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX - 1);
        self.letters.push_str(word);
        self.ends.push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
        self.names.push(0);
        self.prior.push(COMMON.get(word).copied().unwrap_or(0.0));
        self.slots[slot] = number + 1;
        number
    }

    /// Counts a name that carries these words.
    pub fn count(&mut self, words: impl IntoIterator<Item = Word>) {
        self.counted += 1;
        words.into_iter().for_each(|word| self.names[word as usize] += 1);
    }

    /// Takes back a name that was counted.
    pub fn uncount(&mut self, words: impl IntoIterator<Item = Word>) {
        self.counted = self.counted.saturating_sub(1);
        words.into_iter().for_each(|word| self.names[word as usize] = self.names[word as usize].saturating_sub(1));
    }

    /// The number of a word, if it has one.
    fn find(&self, word: &str) -> Option<Word> {
        if self.slots.is_empty() { None } else { self.slots[self.slot(word)].checked_sub(1) }
    }

    /// Counts how many names of another carry these words of its own.
    pub fn add(&mut self, other: &Self, words: Range<Word>) {
        for word in words {
            let more = other.find(self.letters(word)).map_or(0, |word| other.names(word));
            self.names[word as usize] = self.names[word as usize].saturating_add(more);
        }
    }

    /// Counts as many names as another has, but not their words: [`Self::add`] does.
    pub const fn add_counted(&mut self, other: &Self) {
        self.counted = self.counted.saturating_add(other.counted);
    }

    /// Takes back a name that another counted, where these are its words there.
    pub fn uncount_of(&mut self, other: &Self, words: &[Word]) {
        let own: Vec<Word> = words.iter().filter_map(|word| self.find(other.letters(*word))).collect();
        self.uncount(own);
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Forgets the words that were learned last, so that it has this many: what is only asked about leaves nothing behind.
    pub fn forget(&mut self, len: usize) {
        while self.ends.len() > len {
            let last = u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX - 1);
            // The last word stands behind no other that was learned later, so its slot can be given back.
            let slot = self.slot(self.letters(last));
            self.slots[slot] = 0;
            let start = (last as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
            self.letters.truncate(start as usize);
            self.ends.pop();
            self.names.pop();
            self.prior.pop();
        }
    }

    /// A word's letters.
    pub fn letters(&self, word: Word) -> &str {
        let start = (word as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start as usize..self.ends[word as usize] as usize]
    }

    /// What a word tells, in nats: the less names carry it, the more.
    pub fn weight(&self, word: Word) -> f32 {
        let names = self.names[word as usize] as f32 + self.prior[word as usize];
        ((self.counted as f32 + PRIOR_NAMES) / (names + 1.0)).ln().max(0.1)
    }

    /// What a word tells that only one of two names has, in nats: what its weight is, but that trades and families (`seguros`, `hijos`) tell one
    /// company from another however many names carry them. Countries and words such as `group` are left out and put in as one likes.
    pub fn telling(&self, word: Word) -> f32 {
        if TRADES.contains(&self.prior[word as usize]) { f32::MAX } else { self.weight(word) }
    }

    /// Whether a word may be one company's own: none that many like to be called by, and none so short that it says little.
    pub fn may_be_own(&self, word: Word) -> bool {
        self.prior[word as usize] <= 0.0 && self.letters(word).bytes().filter(u8::is_ascii_alphabetic).count() >= OWN_LETTERS
    }

    /// How many names carry a word.
    pub fn names(&self, word: Word) -> u32 {
        self.names[word as usize]
    }

    fn slot(&self, word: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = usize::try_from(hash(word.as_bytes()) & mask as u64).unwrap_or(0);
        while self.slots[at].checked_sub(1).is_some_and(|known| self.letters(known) != word) {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        self.slots = vec![0; size];
        for number in 0..self.ends.len() {
            let word = u32::try_from(number).unwrap_or(u32::MAX - 1);
            let slot = self.slot(self.letters(word));
            self.slots[slot] = word + 1;
        }
    }
}

/// One hash for keys and words, the same on every machine and in every run (FNV-1a, then mixed).
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}
