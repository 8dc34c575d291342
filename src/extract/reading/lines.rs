//! What stands together in one line of a record and is more than one thing: a name and what is behind it, a town and a telephone number, a fax and a
//! telephone. Knows no site.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::super::captions;
use super::super::icons;
use super::super::lists;
use super::super::rung::{self, Rung};
use super::super::shown::{At, Shown};
use super::super::value::{self, Hints, Type, contact};
use super::columns::{Raw, SHORT, Term, is_caption};

/// Parts of one line; more are a text.
const PIECES: usize = 8;
/// Words of a town.
const TOWN: usize = 4;
/// Digits of a number.
const DIGITS: usize = 6;
/// Characters of a number of those who work somewhere.
const COUNT: usize = 40;
/// What stands between two things of one line.
const BETWEEN: [&str; 6] = [" · ", " • ", " | ", " – ", " / ", ", "];
/// What the place of a number is called beside that of its line.
const COUNTED: u64 = 0x636f;
const PHONE: u64 = 0x7065;
const FAX: u64 = 0x6661;

/// Parts the lines of all records, those of one place alike.
pub(super) fn part(raws: &mut [Vec<Raw>], by: (&Url, &Hints)) {
    names(raws);
    counts(raws);
    numbers(raws, by);
}

/// Whether words are a number of those who work somewhere: "120 employees", "50-99 Mitarbeiter".
pub(super) fn is_count(text: &str) -> bool {
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '>' | '<' | '~' | '+'));
    if text.chars().count() > COUNT || !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let rest: Vec<&str> = text.split_whitespace().filter(|word| !is_number(word) && !matches!(*word, "-" | "–")).collect();
    !rest.is_empty() && captions::field_of(&rest.join(" ")) == Some("size")
}

/// Gives the number of those who work somewhere a cell of its own where it stands in a line with something else: "Leeds · 120 employees".
fn counts(raws: &mut [Vec<Raw>]) {
    for own in raws.iter_mut() {
        for at in (0..own.len()).rev() {
            let raw = &own[at];
            if raw.contact.is_some() || raw.text.len() > SHORT * 2 || !raw.text.contains(|c: char| c.is_ascii_digit()) {
                continue;
            }
            let Some((rest, count)) = counted(&raw.text) else { continue };
            let count = Raw {
                text: count,
                place: raw.place.rotate_left(17) ^ COUNTED,
                way: raw.way ^ COUNTED,
                heading: false,
                link: false,
                cell: None,
                ..raw.clone()
            };
            own[at].text = rest;
            own.insert(at + 1, count);
        }
    }
}

/// What a line says beside a number of those who work somewhere, and that number.
fn counted(text: &str) -> Option<(String, String)> {
    BETWEEN.iter().filter(|mark| text.contains(**mark)).find_map(|mark| {
        let pieces: Vec<&str> = text.split(mark).map(str::trim).filter(|piece| !piece.is_empty()).collect();
        let (counts, rest): (Vec<&str>, Vec<&str>) = pieces.iter().copied().partition(|piece| is_count(piece));
        let [count] = counts[..] else { return None };
        (!rest.is_empty()).then(|| (rest.join(mark), count.to_owned()))
    })
}

/// Where the records are a line each that leads nowhere, parts what stands behind their names from these.
fn names(raws: &mut [Vec<Raw>]) {
    let line = |raws: &Vec<Raw>| matches!(raws.as_slice(), [one] if !one.link && one.contact.is_none());
    if raws.iter().filter(|raws| line(raws)).count() * 10 < raws.len() * 9 {
        return;
    }
    let parted = |raws: &&Vec<Raw>| line(raws) && (2..=PIECES).contains(&lists::pieces(&raws[0].text).len());
    let several = raws.iter().filter(parted).count() * 10 >= raws.len() * 9;
    let several = if several { Some(lists::pieces as fn(&str) -> Vec<&str>) } else { in_towns(raws).then_some(lists::at_commas as _) };
    for own in raws.iter_mut().filter(|raws| line(raws)) {
        let Some(first) = own.first_mut() else { continue };
        if let Some([name, behind @ ..]) = several.map(|parts| parts(&first.text)).as_deref() {
            let cell = |(nth, text): (u64, &&str)| Raw {
                text: (*text).to_owned(),
                heading: false,
                place: first.place.wrapping_add(nth),
                ..first.clone()
            };
            let behind: Vec<Raw> = (1..).zip(behind).take(PIECES).map(cell).collect();
            first.text = (*name).to_owned();
            own.extend(behind);
            continue;
        }
        let (name, behind) = lists::parts(&first.text);
        let behind = behind.map(|text| Raw { text: text.to_owned(), heading: false, place: first.place.wrapping_add(1), ..first.clone() });
        first.text = name.to_owned();
        own.extend(behind);
    }
}

/// Whether each line is a name and what many of them have behind a comma: `Quesos Sil, León`.
fn in_towns(raws: &[Vec<Raw>]) -> bool {
    let towns: Option<Vec<String>> = raws
        .iter()
        .map(|own| match lists::at_commas(&own.first()?.text)[..] {
            [_, town] if town.starts_with(char::is_uppercase) && town.split_whitespace().count() <= TOWN => Some(town.to_owned()),
            _ => None,
        })
        .collect();
    towns.is_some_and(|towns| towns.iter().collect::<HashSet<_>>().len() * 10 <= towns.len() * 8)
}

/// What a line with numbers is: nothing but numbers, a few words with them, or a text in which they stand.
const BARE: usize = 0;
const WORDS: usize = 1;
const TEXT: usize = 2;

/// A line with numbers in it; one that has none of its own is a fax by its icon or by the caption in the cell before it.
struct Line {
    numbers: Vec<Rung>,
    /// The line without them.
    rest: String,
    is: usize,
}

/// Gives the numbers of lines cells of their own, each in the place of its kind. A text in which they stand stays as it is, and so does what a record
/// may be called by.
fn numbers(raws: &mut [Vec<Raw>], by: (&Url, &Hints)) {
    let lines: Vec<Vec<Option<Line>>> = raws.iter().map(|own| (0..own.len()).map(|i| Line::of(own, i, by)).collect()).collect();
    let mut places: HashMap<u64, [usize; 3]> = HashMap::new();
    for (raw, line) in raws.iter().flatten().zip(lines.iter().flatten()) {
        if let Some(is) = line.as_ref().map(|line| line.is).or_else(|| is_number(raw).then_some(BARE)) {
            places.entry(raw.place).or_default()[is] += 1;
        }
    }
    for (own, lines) in raws.iter_mut().zip(lines).filter(|(_, lines)| lines.iter().any(Option::is_some)) {
        let said: Vec<String> =
            own.iter().filter(|raw| is_number(raw)).map(|raw| digits(raw.contact.as_ref().unwrap_or(&raw.text))).collect();
        let parts = std::mem::take(own).into_iter().zip(lines).enumerate().flat_map(|(i, (raw, line))| match line {
            Some(line) => {
                let most = places.get(&raw.place).and_then(|all| (BARE..=TEXT).rev().max_by_key(|is| all[*is])).unwrap_or(BARE);
                let calls = i == 0 || raw.heading;
                line.cells(raw, if calls { TEXT } else { most }, &said)
            }
            None => vec![raw],
        });
        *own = parts.collect();
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What an icon before a number shows it to be, or its elements are called: a fax (`true`) or a telephone.
pub(super) fn icon(shown: &Shown<'_>, at: At) -> Option<bool> {
    let text = (at..shown.nodes[at].end).find(|at| shown.nodes[*at].element.is_none())?;
    // What words stand between is what these say.
    let digits = shown.nodes[text].text.trim_start_matches(|c: char| !c.is_alphanumeric());
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.bytes().filter(u8::is_ascii_digit).count() < DIGITS {
        return None;
    }
    let around = shown.around(text).take_while(|around| shown.nodes[*around].runs == 1);
    shown.nodes[text].icon.or_else(|| around.filter_map(|around| icons::said(shown.nodes[around].attr("class"))).find(|fax| *fax))
}

/// Whether a cell is a number and nothing else.
fn is_number(raw: &Raw) -> bool {
    let alone = raw.contact.is_some() || !raw.text.contains(char::is_alphabetic);
    alone && raw.text.bytes().filter(u8::is_ascii_digit).count() >= DIGITS
}

impl Line {
    fn of(own: &[Raw], i: usize, (base, hints): (&Url, &Hints)) -> Option<Self> {
        let raw = &own[i];
        if raw.text.bytes().filter(u8::is_ascii_digit).count() < DIGITS {
            return None;
        }
        let caption =
            || own[..i].last().filter(|before| is_caption(before)).map(|caption| captions::field_of(&caption.text) == Some("fax"));
        if is_number(raw) {
            let led = rung::label(raw.text.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default());
            let fax = led.or(raw.fax).or_else(caption) == Some(true);
            return fax.then(|| Self { numbers: Vec::new(), rest: String::new(), is: BARE });
        }
        let is_date = |run: &str| value::read(Type::Time, run, base, hints).is_some();
        let alone = |run: &str| run.starts_with('+') || contact::phone(run, hints.country).is_some() && !is_date(run);
        let mut numbers = rung::numbers(&raw.text, &alone);
        if let Some(first) = numbers.first_mut().filter(|first| first.at.start == first.number) {
            first.fax |= raw.fax.or_else(caption) == Some(true);
        }
        let rest = if numbers.is_empty() { return None } else { rung::without(&raw.text, &numbers) };
        let is = if rest.is_empty() { BARE } else { usize::from(raw.text.len() > SHORT) + WORDS };
        Some(Self { numbers, rest, is })
    }

    /// The cells that it makes, where most lines of its place are as said; a text need not say again what has a cell already.
    fn cells(self, raw: Raw, most: usize, said: &[String]) -> Vec<Raw> {
        let place = raw.place;
        let kind = |fax: bool| place.rotate_left(17) ^ if fax { FAX } else { PHONE };
        if self.numbers.is_empty() {
            return vec![Raw { place: kind(true), fax: Some(true), cell: None, ..raw }];
        }
        let most = if self.rest.is_empty() { most.min(WORDS) } else { most };
        let mut out: Vec<Raw> = Vec::with_capacity(self.numbers.len() + 1);
        match most {
            TEXT => out.push(raw.clone()),
            WORDS | BARE if self.rest.is_empty() => {}
            WORDS => out.push(Raw { text: self.rest, ..raw.clone() }),
            _ => out.push(Raw { text: self.rest, place: kind(false).rotate_left(1), cell: None, ..raw.clone() }),
        }
        let mut times = [0_u32; 2];
        let again = |number: &Rung| {
            let own = digits(&raw.text[number.at.clone()]);
            most == TEXT && said.iter().any(|other| other.ends_with(&own) || own.ends_with(other))
        };
        for number in self.numbers.into_iter().filter(|number| !again(number)) {
            let at = if most == BARE && !number.fax { place } else { kind(number.fax) };
            let nth = &mut times[usize::from(number.fax)];
            // What stands under the head of its column is called so; several of a kind stand beside each other.
            let cell = raw.cell.filter(|_| at == place);
            out.push(Raw {
                text: raw.text[number.at].to_owned(),
                place: at.rotate_left(2 * *nth),
                heading: false,
                fax: Some(number.fax),
                term: Term::Not,
                cell,
                ..raw.clone()
            });
            *nth += 1;
        }
        out
    }
}
