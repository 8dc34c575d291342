//! Rows of a list that stand below the one whose stand they share: a mark or a word before the name says so, or that they say no stand where all others do
//! and stand apart from these. They are records of their own, with the stand of the one above. Knows no fair.

use super::super::captions;
use super::super::shown::{At, Shown};
use super::beside::calls_others;
use super::columns::Raw;
use super::layout::class;
use crate::base::text::words;

/// Signs before the name of who stands below another.
const MARKS: &[char] = &[
    '↳', '↪', '⤷', '→', '⇒', '➔', '└', '├', '─', '╰', '│', '»', '›', '>', '·', '•', '▪', '◦', '○', '●', '►', '▸', '–', '—', '-', '+', '*',
    '\u{a0}', ' ',
];
/// Those that are drawn for it: no space parts them from the name.
const DRAWN: &[char] = &['↳', '↪', '⤷', '→', '⇒', '➔', '└', '├', '─', '╰', '│'];
/// Words before it.
const WITH: [&str; 9] = ["with ", "mit ", "con ", "avec ", "com ", "met ", "with: ", "w/ ", "вместе с "];
/// Rows with a stand whose order tells that those without one stand below them.
const ORDERED: usize = 5;

/// The rows that stand below another, with that one, by their numbers; their names lose what marks them. `heads` are the captions of the table.
pub(super) fn rows(
    shown: &Shown<'_>,
    records: &[Vec<At>],
    (raws, names): (&mut [Vec<Raw>], &[Option<usize>]),
    heads: &[String],
) -> Vec<(usize, usize)> {
    let placed: Vec<bool> = raws.iter().map(|own| own.iter().any(|raw| says_stand(raw, heads))).collect();
    let marked: Vec<Option<String>> =
        raws.iter().zip(names).zip(&placed).map(|((own, name), placed)| bare(&own[(*name)?].text, *placed).map(str::to_owned)).collect();
    let apart = stands_apart(shown, records, (raws, names), &placed);
    // Where the first is marked as well, all are.
    if marked.first().is_none_or(Option::is_some) {
        return Vec::new();
    }
    let (mut out, mut host) = (Vec::new(), 0);
    for at in 0..raws.len() {
        if marked[at].is_none() && (placed[at] || !apart) {
            host = at;
            continue;
        }
        if let Some((text, name)) = marked[at].clone().zip(names[at]) {
            raws[at][name].text = text;
        }
        out.push((at, host));
    }
    out
}

/// Whether a cell says where somebody stands: by the head above it, or by its words.
fn says_stand(raw: &Raw, heads: &[String]) -> bool {
    let head = raw.cell.and_then(|(cell, _)| heads.get(cell));
    head.and_then(|head| captions::field_of(head)) == Some("stand") || captions::is_stand(&raw.text)
}

/// A name without what says that it stands below another's.
fn bare(name: &str, placed: bool) -> Option<&str> {
    let called = |caption: &str| calls_others(caption);
    let behind = |name: &'_ str| name.chars().filter(|c| c.is_alphanumeric()).count() > 1;
    let rest = name.trim_start_matches(MARKS);
    let with =
        || WITH.iter().find_map(|word| name.get(..word.len()).filter(|begin| begin.to_lowercase() == *word).map(|_| &name[word.len()..]));
    let before = || {
        name.strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .filter(|(caption, _)| called(caption))
            .map(|(_, rest)| rest.trim_start())
    };
    let end = || {
        name.strip_suffix(')')
            .and_then(|rest| rest.rsplit_once('('))
            .filter(|(_, caption)| called(caption))
            .map(|(rest, _)| rest.trim_end())
    };
    // "+Energía, S.A." is called so.
    let mark = &name[..name.len() - rest.len()];
    let by_mark = mark.contains(|c: char| c.is_whitespace() || DRAWN.contains(&c)).then_some(rest);
    by_mark.or_else(|| with().filter(|_| !placed)).or_else(before).or_else(end).filter(|rest| behind(rest))
}

/// Whether the rows without a stand stand apart from those with one: moved in, of a class of their own, or each out of an order in which all others are.
fn stands_apart(shown: &Shown<'_>, records: &[Vec<At>], (raws, names): (&[Vec<Raw>], &[Option<usize>]), placed: &[bool]) -> bool {
    let of = |is: bool| (0..raws.len()).filter(move |at| placed[*at] == is);
    if !placed.first().is_some_and(|first| *first) || of(false).next().is_none() || of(true).count() < 2 {
        return false;
    }
    let name = |at: usize| names[at].map(|name| &raws[at][name]);
    let moved_in = |at: usize| {
        let text =
            name(at).and_then(|raw| (raw.at..shown.nodes[raw.at].end).map(|at| shown.nodes[at].text).find(|text| !text.trim().is_empty()));
        text.is_some_and(|text| text.trim_start_matches([' ', '\n', '\t', '\r']).starts_with('\u{a0}'))
    };
    let own_class = |at: usize| {
        let cell = name(at).map(|raw| shown.nodes[raw.at].parent);
        (records[at].first().map(|row| class(shown, *row)), cell.map(|cell| class(shown, cell)))
    };
    let first = of(false).next().map(own_class);
    let one_class = || of(false).all(|at| Some(own_class(at)) == first) && of(true).all(|at| Some(own_class(at)) != first);
    let is_sorted = |all: &mut dyn Iterator<Item = usize>| all.filter_map(|at| Some(words(&name(at)?.text))).is_sorted();
    let out_of_order = || of(true).count() >= ORDERED && is_sorted(&mut of(true)) && !is_sorted(&mut (0..raws.len()));
    of(false).all(moved_in) && !of(true).any(moved_in) || one_class() || out_of_order()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_what_says_that_it_stands_below_another() {
        for (name, placed, want) in [
            ("↳ Kranz GmbH", false, Some("Kranz GmbH")),
            ("└─ Kranz GmbH", true, Some("Kranz GmbH")),
            ("- Kranz GmbH", false, Some("Kranz GmbH")),
            ("mit Kranz GmbH", false, Some("Kranz GmbH")),
            ("Mit Kranz GmbH", true, None),
            ("(Mitaussteller) Kranz GmbH", false, Some("Kranz GmbH")),
            ("Kranz GmbH (co-exhibitor)", true, Some("Kranz GmbH")),
            ("Kranz GmbH (Holding)", false, None),
            ("Conrad GmbH", false, None),
            ("+Energía, S.A.", false, None),
            ("Kranz", false, None),
            ("-", false, None),
        ] {
            assert_eq!(bare(name, placed), want, "{name}");
        }
    }
}
