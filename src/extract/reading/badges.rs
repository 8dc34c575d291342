//! What stands in a record's box and says nothing of the record: that it is new or paid for, that it is open at this hour, the number of its row.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use super::super::captions;
use super::columns::Raw;
use crate::base::text::words;

/// Characters of a badge, and of one that says until when.
const SHORT: usize = 30;
const UNTIL: usize = 70;
/// Rows that are numbered.
const ROWS: usize = 3;

/// What tables call the numbers of their rows.
const NUMBERS: [&str; 16] =
    ["", "n", "no", "nr", "num", "numero", "number", "pos", "orden", "rank", "ranking", "id", "lp", "номер", "п п", "no п п"];

/// The words, folded; those that more may follow, such as an hour; and those that are counted.
struct Words {
    whole: HashSet<String>,
    begin: Vec<String>,
    counted: HashSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let lines = include_str!("badges.txt").lines().filter(|line| !line.starts_with('#'));
    let (counted, others): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with('+'));
    let (begin, whole): (Vec<&str>, Vec<&str>) = others.into_iter().partition(|line| line.ends_with('…'));
    let folded = |lines: Vec<&str>| lines.into_iter().map(words).collect();
    Words { whole: folded(whole), begin: begin.into_iter().map(words).collect(), counted: folded(counted) }
});

/// Signs by which something is rated.
const STARS: &[char] = &['★', '☆', '⭐', '✩', '✪', '✭', '✮', '✯', '⯨', '🌟'];

/// A text without the stars before and behind it, and without the words or the number that these alone say: empty where nothing else is said.
pub(super) fn without_stars(text: String) -> String {
    if !text.contains(STARS) {
        return text;
    }
    let rest = text.trim_matches(|c: char| STARS.contains(&c) || c.is_whitespace() || c == '\u{fe0f}');
    let counts = rest.len() < text.trim().len() && (rest.ends_with([':', '：']) || !rest.contains(char::is_alphabetic));
    if counts { String::new() } else { rest.to_owned() }
}

/// Whether a text of a company's box is no more than a badge.
pub(super) fn is_badge(text: &str) -> bool {
    let Words { whole, begin, counted } = &*WORDS;
    let is = |text: &str, said: &str| {
        let follows = |begin: &String| said.strip_prefix(begin.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        text.chars().count() <= SHORT && (whole.contains(said) || is_count(said, counted)) || begin.iter().any(follows)
    };
    text.len() <= 2 * UNTIL && text.chars().count() <= UNTIL && {
        let value = captions::split(text).map(|(_, value)| value);
        is(text, &words(text)) || value.is_some_and(|value| is(value, &words(value)))
    }
}

/// Whether folded words are a number of what is counted: "4 5 12 reviews".
fn is_count(said: &str, counted: &HashSet<String>) -> bool {
    if !said.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let number = |word: &&str| word.trim_end_matches(['k', 'm']).bytes().all(|byte| byte.is_ascii_digit());
    counted.contains(said.split(' ').filter(|word| !number(word)).collect::<Vec<_>>().join(" ").as_str())
}

/// Takes the cells out that only count the rows: the next number in each that has one. `heads` are those of the table, by its cells.
pub(super) fn without_numbers(raws: &mut [Vec<Raw>], heads: &[String]) {
    // A stand is a place, though all of them follow each other.
    let called = |raw: &Raw| {
        let head = raw.cell.and_then(|(cell, _)| heads.get(cell));
        head.is_none_or(|head| head.trim().is_empty() || NUMBERS.contains(&words(head).as_str()))
    };
    let mut by_place: BTreeMap<u64, (Vec<(usize, u32)>, bool)> = BTreeMap::new();
    for (row, raw) in raws.iter().enumerate().flat_map(|(row, raws)| raws.iter().map(move |raw| (row, raw))) {
        let (numbers, others) = by_place.entry(raw.place).or_default();
        match number(&raw.text).filter(|_| !raw.link && called(raw)) {
            Some(number) => numbers.push((row, number)),
            None => *others = true,
        }
    }
    // Those without one may be counted as well or not.
    let counts = |all: &Vec<(usize, u32)>| {
        let next = |pair: &[(usize, u32)]| pair[1].1.checked_sub(pair[0].1).map(|step| step as usize);
        all.len() >= ROWS
            && all.len() * 2 > raws.len()
            && all.windows(2).all(|pair| next(pair).is_some_and(|step| step == 1 || step > 0 && step == pair[1].0 - pair[0].0))
    };
    let counting: HashSet<u64> = by_place.into_iter().filter(|(_, (all, others))| !others && counts(all)).map(|(place, _)| place).collect();
    for own in raws.iter_mut().filter(|_| !counting.is_empty()) {
        // What is nothing but a number is all that there is of it.
        if own.len() > 1 {
            own.retain(|raw| !counting.contains(&raw.place));
        }
    }
}

/// A number alone: "7", "7.", "#7", "Nº 7".
fn number(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches(['.', ')', '-', 'º', 'ª']).trim_end();
    let text = text.trim_start_matches(|c: char| !c.is_ascii_digit() && (!c.is_alphabetic() || "Nnr№ºo".contains(c)));
    text.parse().ok().filter(|number| *number < 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_of_a_company() {
        for text in [
            "Nuevo",
            "¡NUEVO!",
            "New",
            "Destacado",
            "★ Premium",
            "Socio destacado",
            "Abierto ahora",
            "Cerrado",
            "Open now",
            "Open now · Closes 20:00",
            "Cierra a las 20:00",
            "Estado: Abierto",
            "Открыто",
            "Новый",
            "12 reviews",
            "4.5 ★ (12 reviews)",
            "Rating: 4.6/5",
            "1,2k followers",
            "Views: 1 205",
            "(7 opiniones)",
            "12 отзывов",
        ] {
            assert!(is_badge(text), "{text}");
        }
        for text in [
            "Nueva Castilla",
            "New York",
            "Cerrado por jubilación",
            "Permanently closed",
            "Open source",
            "Metal",
            "Premium oil",
            "Reviews",
            "12 reviewers",
            "Views of Leeds",
            "12",
            "Lunes a viernes de 9:00 a 14:00",
            "",
        ] {
            assert!(!is_badge(text), "{text}");
        }
    }

    #[test]
    fn numbers_alone() {
        for (text, want) in
            [("7", Some(7)), ("7.", Some(7)), ("#7", Some(7)), ("Nº 7", Some(7)), ("№ 7", Some(7)), ("7 kg", None), ("A7", None)]
        {
            assert_eq!(number(text), want, "{text}");
        }
    }
}
