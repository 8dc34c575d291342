//! How alike two lists of words are: by what the words they share are worth, with misspellings, words written together, and acronyms.

use super::words::{Vocabulary, Word, name_words};
use crate::model::CompanyName;

/// From here on two words are one word misspelt.
const MISSPELT: f64 = 0.92;
/// From here on two names may be one company's, where something else speaks for it.
const ALIKE: f32 = 0.35;
/// From here on two names in different spellings are one name.
const ONE: f32 = 0.8;
/// What the words that two such names share are worth at least, in nats: one rare word and another.
const TELLING: f32 = 9.0;
/// Letters of a word that a slip easily makes another.
const SHORT: usize = 5;
/// Letters of the longest acronym.
const ACRONYM: usize = 6;

/// How alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likeness {
    /// Worth of the shared words by that of all words.
    pub overlap: f32,
    /// Worth of the shared words by that of the shorter list.
    pub contained: f32,
    /// Worth of the shared words, in nats.
    pub shared: f32,
    /// What of that is worth of words that may well be two: a short one of which a letter differs, or one that goes on in the other.
    pub guessed: f32,
    /// Worth of the words of its own that each side has, at the least of the two sides: names of one family rather than of one company.
    pub conflict: f32,
    /// The same of words without digits.
    pub own: f32,
    /// The same words, in any order.
    pub same: bool,
    /// Both sides have numbers, single letters or codes of their own: Hotel Sol 1 is neither Hotel Sol 2 nor Hotel Sol B.
    pub numbered_apart: bool,
    /// The word of only one side that tells most.
    pub more: Option<Word>,
}

/// Words not yet found in the other list, at most 16 of them (lists are shorter).
struct Left<'a> {
    words: &'a [Word],
    free: u16,
}

impl<'a> Left<'a> {
    fn of(words: &'a [Word]) -> Self {
        let words = &words[..words.len().min(16)];
        Self { words, free: u16::try_from((1_u32 << words.len()) - 1).unwrap_or(u16::MAX) }
    }

    fn take(&mut self, place: usize) {
        self.free &= !(1 << place);
    }

    fn each(&self) -> impl Iterator<Item = (usize, Word)> + use<'a> {
        let free = self.free;
        self.words.iter().copied().enumerate().filter(move |(place, _)| free & (1 << place) != 0)
    }
}

/// Compares two lists of words.
pub fn likeness(a: &[Word], b: &[Word], words: &Vocabulary) -> Likeness {
    if a.is_empty() || b.is_empty() {
        return Likeness::default();
    }
    let (mut left, mut right) = (Left::of(a), Left::of(b));
    let mut shared = 0.0;
    for (place, word) in Left::of(a).each() {
        if let Some((other, _)) = right.each().find(|(_, other)| *other == word) {
            left.take(place);
            right.take(other);
            shared += words.weight(word);
        }
    }
    let same = left.free == 0 && right.free == 0;
    let mut guessed = 0.0;
    if left.free != 0 && right.free != 0 {
        shared += joined(&mut left, &mut right, words) + joined(&mut right, &mut left, words);
        let slips = misspelt(&mut left, &mut right, words);
        (shared, guessed) = (shared + slips.0, slips.1);
        shared += acronym(a, &mut left, &mut right, words) + acronym(b, &mut right, &mut left, words);
    }
    let numbered_apart = are_numbered_apart(&left, &right, words);
    let more = left.each().chain(right.each()).map(|(_, word)| word).max_by(|a, b| words.telling(*a).total_cmp(&words.telling(*b)));
    let rest = |side: &Left<'_>| side.each().map(|(_, word)| words.weight(word)).sum::<f32>();
    let worded = |side: &Left<'_>| {
        let of_letters = side.each().filter(|(_, word)| !words.letters(*word).bytes().any(|b| b.is_ascii_digit()));
        of_letters.map(|(_, word)| words.weight(word)).sum::<f32>()
    };
    let own = if left.free == 0 || right.free == 0 { 0.0 } else { worded(&left).min(worded(&right)) };
    let (left, right) = (rest(&left), rest(&right));
    Likeness {
        overlap: shared / (shared + left + right),
        contained: shared / (shared + left.min(right)),
        shared,
        guessed,
        conflict: left.min(right),
        own,
        same,
        numbered_apart,
        more,
    }
}

/// Whether both sides have numbers, or single letters, and none in common, or end with two codes. `24h` and `24` are one number.
fn are_numbered_apart(one: &Left<'_>, other: &Left<'_>, words: &Vocabulary) -> bool {
    let digits = |side: &Left<'_>| -> Vec<String> {
        let all = side.each().map(|(_, word)| words.letters(word).chars().filter(char::is_ascii_digit).collect::<String>());
        all.filter(|digits| !digits.is_empty()).collect()
    };
    let letters = |side: &Left<'_>| -> Vec<String> {
        let all = side.each().map(|(_, word)| words.letters(word));
        all.filter(|word| word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic())).map(str::to_owned).collect()
    };
    let apart = |a: Vec<String>, b: Vec<String>| !a.is_empty() && !b.is_empty() && !a.iter().any(|one| b.contains(one));
    let codes = || code(one, words).zip(code(other, words)).is_some_and(|(one, other)| are_two(&one, &other));
    apart(digits(one), digits(other)) || apart(letters(one), letters(other)) || codes()
}

/// The letters and the digits of the code that ends a name, where the other name has it not: `L`, `2`, `H3`. A letter elsewhere is an initial or a
/// word; `I`, `V` and `X` alone are numbers.
fn code(side: &Left<'_>, words: &Vocabulary) -> Option<(String, String)> {
    let (_, last) = side.each().last().filter(|(place, _)| place + 1 == side.words.len())?;
    let word = match words.letters(last) {
        "i" => "1",
        "v" => "5",
        "x" => "10",
        other => other,
    };
    let is_code = word.len() == 1 || word.bytes().any(|b| b.is_ascii_digit());
    is_code.then(|| word.chars().partition(char::is_ascii_alphabetic))
}

/// Whether two codes are two: `A1` is neither `B1` nor `A`, but `24h` may be `24`.
fn are_two((letters, digits): &(String, String), (others, numbers): &(String, String)) -> bool {
    digits != numbers || letters.len() == 1 && others.len() == 1 && letters != others
}

/// Whether two names may be one company's at all: enough of what their words are worth is in both, in whatever script each is written. Common
/// words count little, by what is held before any data, so that the answer depends on nothing but the names.
pub fn are_alike(a: &CompanyName, b: &CompanyName) -> bool {
    may_be_one(&of_names(a, b))
}

/// Whether so much likeness leaves it open that two names are one company's.
pub fn may_be_one(alike: &Likeness) -> bool {
    alike.same || alike.overlap >= ALIKE || alike.contained >= 0.9 && alike.shared >= 4.0
}

/// Whether two names are one in another spelling: the same words but for a slip or two. Forms of one country's law that differ part them.
pub fn are_one(a: &CompanyName, b: &CompanyName) -> bool {
    if matches!((a.form, b.form), (Some(a), Some(b)) if a.differs(b)) {
        return false;
    }
    let alike = of_names(a, b);
    (alike.same || alike.overlap >= ONE && !alike.numbered_apart) && alike.shared >= TELLING
}

fn of_names(a: &CompanyName, b: &CompanyName) -> Likeness {
    let mut words = Vocabulary::default();
    let mut read = |name: &CompanyName| -> Vec<Word> { name_words(name).iter().map(|word| words.learn(word)).collect() };
    let (a, b) = (read(a), read(b));
    likeness(&a, &b, &words)
}

/// Two words of one side that the other writes as one: what they are worth.
fn joined(one: &mut Left<'_>, two: &mut Left<'_>, words: &Vocabulary) -> f32 {
    let mut worth = 0.0;
    for place in 1..two.words.len() {
        if two.free & (3 << (place - 1)) != 3 << (place - 1) {
            continue;
        }
        let (first, second) = (words.letters(two.words[place - 1]), words.letters(two.words[place]));
        let is_both = |word: Word| words.letters(word).strip_prefix(first) == Some(second);
        if let Some((at, word)) = one.each().find(|(_, word)| is_both(*word)) {
            worth += words.weight(word).min(words.weight(two.words[place - 1]) + words.weight(two.words[place]));
            one.take(at);
            two.take(place - 1);
            two.take(place);
        }
    }
    worth
}

/// Words that differ by a slip, and what of that is a guess: the commoner of the two spellings says what they are worth.
fn misspelt(one: &mut Left<'_>, two: &mut Left<'_>, words: &Vocabulary) -> (f32, f32) {
    let (mut worth, mut guessed) = (0.0, 0.0);
    let open = Left { words: one.words, free: one.free };
    for (place, word) in open.each() {
        let letters = words.letters(word);
        let best = two
            .each()
            .map(|(at, other)| (slip(letters, words.letters(other)), at, other))
            .filter(|(alike, ..)| *alike >= MISSPELT)
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| words.letters(b.2).cmp(words.letters(a.2))));
        if let Some((_, at, other)) = best {
            let both = words.weight(word).min(words.weight(other));
            worth += both;
            guessed += if is_guess(letters, words.letters(other)) { both } else { 0.0 };
            one.take(place);
            two.take(at);
        }
    }
    (worth, guessed)
}

/// Whether what looks like a slip may as well be two words: in a short one each letter tells, and a longer one may go on otherwise.
fn is_guess(a: &str, b: &str) -> bool {
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    short <= SHORT || long - short > 2
}

/// Whether two words are one, misspelt or shortened.
pub fn is_slip(a: &str, b: &str) -> bool {
    slip(a, b) >= MISSPELT
}

/// 1 for equal words, 0 for words too short to be misspelt, or an abbreviation's 0.95; else how alike by Jaro and Winkler.
fn slip(a: &str, b: &str) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < 4 || short.bytes().any(|byte| byte.is_ascii_digit()) {
        // "ind" of "industries": three letters, and the others begin with them.
        return if short.len() == 3 && long.len() > 5 && long.starts_with(short) { 0.93 } else { 0.0 };
    }
    if long.starts_with(short) {
        return 0.95;
    }
    if long.len() - short.len() > 3 {
        return 0.0;
    }
    strsim::jaro_winkler(a, b)
}

/// One side's single word made of the first letters of all words of the other.
fn acronym(all: &[Word], long: &mut Left<'_>, short: &mut Left<'_>, words: &Vocabulary) -> f32 {
    if all.len() < 2 || usize::try_from(long.free.count_ones()) != Ok(all.len()) {
        return 0.0;
    }
    let initials: String = all.iter().filter_map(|word| words.letters(*word).chars().next()).collect();
    match short.each().find(|(_, word)| initials.len() <= ACRONYM && words.letters(*word) == initials) {
        Some((place, word)) if initials.len() >= 3 => {
            short.take(place);
            long.free = 0;
            words.weight(word)
        }
        Some(_) | None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_joins_two_words_is_written_in_many_ways() {
        let words = |name: &str| name_words(&CompanyName::parse(name));
        for (a, b, want) in [
            ("Flagg & Monyash", "Flagg and Monyash Limited", true),
            ("Ruiz y Calvo, S.L.", "Ruiz & Calvo", true),
            ("Müller und Söhne GmbH", "Müller & Söhne", true),
            ("ООО «Весна и Лето»", "Весна & Лето", true),
            ("E Flagg", "Flagg", false),
            ("Flagg y", "Flagg", false),
            ("Flagg Andes", "Flagg", false),
        ] {
            assert_eq!(words(a) == words(b), want, "{a} / {b}");
        }
    }

    #[test]
    fn codes_of_a_family_tell_names_apart() {
        let apart = |a: &str, b: &str| of_names(&CompanyName::parse(a), &CompanyName::parse(b)).numbered_apart;
        for (a, b, want) in [
            ("Fresh Foods L", "Fresh Foods H3", true),
            ("Fresh Foods L, S.L.", "Fresh Foods H3, S.L.", true),
            ("Fresh Foods H", "Fresh Foods H3", true),
            ("Unit 2", "Unit B", true),
            ("Unit 2 Ltd", "Unit B Ltd", true),
            ("Unit A1", "Unit B1", true),
            ("Hotel Sol 1 SL", "Hotel Sol 2 SL", true),
            ("Studio A Ltd", "Studio B Ltd", true),
            ("Цех 2", "Цех Б", true),
            // One number, however it is written.
            ("Farmacia Norte 24h", "Farmacia Norte 24 SL", false),
            ("Mill No3", "Mill 3", false),
            ("Unit A 1", "Unit A1", false),
            ("Hotel Sol I", "Hotel Sol 1", false),
            ("Hotel Sol V", "Hotel Sol 2", true),
            // Only one has a code.
            ("Fresh Foods", "Fresh Foods H3", false),
            ("Fresh Foods 3, S.L.", "Fresh Foods 3", false),
            // Legal forms, initials, what joins.
            ("Fresh Foods S.L.", "Fresh Foods 3", false),
            ("Fresh Foods S L", "Fresh Foods 3", false),
            ("Fresh Foods N.V.", "Fresh Foods 3", false),
            ("Fresh Foods A/S", "Fresh Foods 3", false),
            ("Fresh Foods s. r. o.", "Fresh Foods 3", false),
            ("J. Smith Plumbing", "Smith Plumbing 24", false),
            ("John B. Smith", "John Smith 24", false),
            ("Pérez y Hijos", "Pérez Hijos 2", false),
        ] {
            assert_eq!((apart(a, b), apart(b, a)), (want, want), "{a} / {b}");
        }
    }
}
