//! Which cells of a list's records a page calls by name, and where these stand: what has a caption stands at its caption, whatever other lines a record
//! has before it. Knows no field.

use std::collections::{HashMap, HashSet};

use super::super::captions;
use super::columns::{MOST, Raw, Term};
use crate::base::ids::hash64;
use crate::base::text::words;

/// Characters of a caption.
const CAPTION: usize = 40;
/// Records with the same words before a value, from which on these are what it is called.
const REPEATED: usize = 2;

/// The place of the `nth` of the cells of a record that stand alike.
pub(super) fn nth(way: u64, nth: u64) -> u64 {
    way.wrapping_mul(31).wrapping_add(nth)
}

/// Says of each cell what the one before it calls it, and moves those with captions of their own to these, where lines with several captions stand in the
/// same place.
pub(super) fn call(raws: &mut [Vec<Raw>], names: &[Option<usize>], heads: &[String]) {
    let times = times(raws);
    let half = raws.len() / 2;
    for (own, name) in raws.iter_mut().zip(names) {
        let known = |raw: &Raw| captions::field_of(&raw.text).is_some();
        let repeated = |raw: &Raw| times.get(&words(&raw.text)).is_some_and(|times| *times >= REPEATED);
        let usual = |raw: &Raw| times.get(&words(&raw.text)).is_some_and(|times| *times > half.max(REPEATED));
        // What one record alone has is a caption beside others.
        let among = own.iter().any(|raw| raw.term == Term::Alone && (known(raw) || repeated(raw)));
        for i in 0..own.len() {
            let Some([before, after]) = own.get_mut(i..i + 2) else { break };
            let is_name = |at: usize| *name == Some(at);
            let headed = before.cell.and_then(|(cell, _)| heads.get(cell)).is_some_and(|head| !head.is_empty());
            let pair = |raw: &Raw| raw.term == Term::Pair && (known(raw) && repeated(raw) || usual(raw));
            if headed || is_name(i) || before.link || before.spent || after.term == Term::Alone || ends(&after.text) || pair(after) {
                continue;
            }
            let says = match before.term {
                Term::Alone => among,
                Term::Also => ends(&before.text) || known(before) && repeated(before),
                Term::Pair => ends(&before.text) || pair(before),
                Term::Not => ends(&before.text),
            };
            if says && before.text.chars().count() <= CAPTION && (known(before) || !is_name(i + 1)) {
                before.spent = true;
                after.called = Some(before.text.trim_end_matches([':', '：', ' ']).to_owned());
            }
        }
    }
    part(raws, names);
}

fn ends(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// How many records have the words of each cell that may be a caption.
fn times(raws: &[Vec<Raw>]) -> HashMap<String, usize> {
    let mut out: HashMap<String, usize> = HashMap::new();
    for own in raws {
        let all: HashSet<String> = own.iter().filter(|raw| raw.term != Term::Not).map(|raw| words(&raw.text)).collect();
        for words in all {
            *out.entry(words).or_default() += 1;
        }
    }
    out
}

/// What a cell is called.
struct Said {
    caption: String,
    /// Whether it is a caption: words before a colon may be anything.
    sure: bool,
    /// Whether it is set off from the value: "Stand 5B12" is called so only where most are.
    apart: bool,
}

impl Said {
    fn of(raw: &Raw) -> Option<Self> {
        if raw.spent {
            return None;
        }
        if let Some(called) = &raw.called {
            return Some(Self { caption: words(called), sure: true, apart: true });
        }
        let (caption, _) = captions::split(&raw.text)?;
        let apart = raw.text[caption.len()..].trim_start().starts_with([':', '：']);
        Some(Self { caption: words(caption), sure: captions::field_of(caption).is_some(), apart })
    }
}

/// The captions that stand in a place which others have as well, or most cells of which have none.
fn moved(raws: &[Vec<Raw>], all: &[Vec<Option<Said>>]) -> HashSet<String> {
    let mut places: HashMap<u64, (usize, Vec<&Said>)> = HashMap::new();
    for (raw, said) in raws.iter().flatten().zip(all.iter().flatten()).filter(|(raw, _)| !raw.spent) {
        let (cells, captions) = places.entry(raw.place).or_default();
        *cells += 1;
        captions.extend(said);
    }
    let mut out = HashSet::new();
    for (cells, said) in places.values().filter(|(_, said)| !said.is_empty()) {
        let sure = said.iter().filter(|said| said.sure).count();
        if sure * 2 >= said.len() && said.iter().any(|other| other.caption != said[0].caption) {
            out.extend(said.iter().map(|said| said.caption.clone()));
        } else if said.len() < *cells {
            // What is behind a gap moved up.
            let most = said.len() as f64 >= MOST * *cells as f64;
            out.extend(said.iter().filter(|said| said.sure && (said.apart || most)).map(|said| said.caption.clone()));
        }
    }
    out
}

/// Gives the cells that have captions places of their own, where one place holds several captions, or few: records leave out what is not known of them,
/// and what is behind moves up. The others that stand in the same way are counted without them.
fn part(raws: &mut [Vec<Raw>], names: &[Option<usize>]) {
    let all: Vec<Vec<Option<Said>>> = raws
        .iter()
        .zip(names)
        .map(|(own, name)| own.iter().enumerate().map(|(i, raw)| Said::of(raw).filter(|_| Some(i) != *name)).collect())
        .collect();
    let moved = moved(raws, &all);
    if moved.is_empty() {
        return;
    }
    let moves = |said: &Option<Said>| said.as_ref().is_some_and(|said| moved.contains(&said.caption));
    let ways: HashSet<u64> =
        raws.iter().flatten().zip(all.iter().flatten()).filter(|(_, said)| moves(said)).map(|(raw, _)| raw.way).collect();
    for (own, all) in raws.iter_mut().zip(&all) {
        let mut times: HashMap<u64, u64> = HashMap::new();
        for (raw, said) in own.iter_mut().zip(all).filter(|(raw, _)| ways.contains(&raw.way)) {
            let way = match said.as_ref().filter(|said| moved.contains(&said.caption)) {
                Some(said) => hash64(&[said.caption.as_bytes()]),
                None if raw.spent => continue,
                None => raw.way,
            };
            let times = times.entry(way).or_default();
            raw.place = nth(way, *times);
            *times += 1;
        }
    }
}
