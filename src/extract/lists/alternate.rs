//! Children that differ in turn. Where what they hold alternates (a row with a name, a row with an address), each gets marks of its turn, so that one
//! of each is a record; where only a class does (`odd`, `even`), it colours rows that are a record each, and its marks are taken away.

use std::collections::HashMap;

use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::begins::is_page;
use super::marks::{Marks, Work, is_class, join, name_of};

/// Kinds of children that take turns.
const TURNS: [usize; 2] = [2, 3];
/// Rounds times what alternates in them; fewer may be chance.
const SURE: usize = 6;
/// Rounds of kinds at least.
const ROUNDS: usize = 3;
/// Children at either end that may be none of the list: a head, a sum.
const ENDS: usize = 1;

/// What takes turns in a row of children.
pub(super) struct Turns {
    /// The turn of each child; `None`: nothing takes turns, or it stands apart.
    pub(super) of: Vec<Option<usize>>,
    /// Whether classes only colour the children.
    pub(super) coloured: bool,
}

/// Finds what takes turns, and makes the marks of the children tell it.
pub(super) fn tell(shown: &Shown<'_>, children: &mut [(At, Marks)], work: &mut Work) -> Turns {
    let mut turns = Turns { of: vec![None; children.len()], coloured: false };
    if children.len() < TURNS[0] * ROUNDS || !work.spend(children.iter().map(|(_, marks)| marks.len()).sum()) {
        return turns;
    }
    let parents: Vec<At> = children.iter().map(|(at, _)| shown.nodes[*at].parent).collect();
    // Rounds go over no border, and what only parts others has no turn.
    let may_turn = parents.first() == parents.last() && children.iter().all(|(at, _)| shown.nodes[*at].chars > 0);
    let single = children.iter().filter(|(at, _)| shown.nodes[*at].runs < 2).count() * 2 > children.len();
    if !may_turn && single {
        return turns;
    }
    let held: Vec<Held> = children.iter().map(|(at, _)| Held::of(shown, *at)).collect();
    if let Some((first, end, kinds)) = may_turn.then(|| rounds(&held)).flatten() {
        for (i, (_, marks)) in children.iter_mut().enumerate().take(end).skip(first) {
            let turn = (i - first) % kinds;
            turns.of[i] = Some(turn);
            marks.extend((0..marks.len().div_ceil(2)).map(|n| join(n as u64 + 1, turn as u64 + 1) & !1));
            marks.sort_unstable();
        }
        return turns;
    }
    // What begins otherwise, or holds one thing alone, may be a part of a record, whatever its class.
    if alternating(&held, TURNS[0]).0 || single {
        return turns;
    }
    let colours = colours(children, &parents);
    if !colours.is_empty() {
        turns.coloured = true;
        for (_, marks) in children {
            marks.retain(|mark| colours.binary_search(mark).is_err());
        }
    }
    turns
}

/// What tells a kind of children from another, whatever its classes are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    /// The name of the element, its cells and how wide the first one is.
    shape: u64,
    /// The names on the way to its first words.
    begins: u64,
    /// Whether it leads to a page.
    leads: bool,
    /// Whether there is a way to reach somebody.
    contact: bool,
    /// Whether there are digits in its first words, and in its last.
    digits: (bool, bool),
}

impl Held {
    fn of(shown: &Shown<'_>, at: At) -> Self {
        let node = &shown.nodes[at];
        // A cell of several rows is of none of them alone.
        let spans = |cell: &At| !matches!(shown.nodes[*cell].attr("rowspan").trim(), "" | "1");
        let inside = || shown.children(at).filter(|child| !spans(child)).flat_map(|child| child..shown.nodes[child].end);
        let texts = || inside().filter(|at| shown.nodes[*at].element.is_none());
        let cells: Vec<At> =
            shown.children(at).filter(|cell| !spans(cell)).filter(|cell| matches!(shown.nodes[*cell].tag, Tag::Td | Tag::Th)).collect();
        let wide = cells.first().is_some_and(|cell| !shown.nodes[*cell].attr("colspan").is_empty());
        let name = node.element.map_or(0, name_of);
        let digits = |at: Option<At>| at.is_some_and(|at| shown.nodes[at].text.contains(|c: char| c.is_ascii_digit()));
        let way = |first: At| shown.around(first).take_while(|around| *around >= at).filter_map(|around| shown.nodes[around].element);
        let reaches = |at: At| {
            let node = &shown.nodes[at];
            node.text.contains('@') || node.is(Tag::A) && !node.attr("href").is_empty() && !is_page(shown, at)
        };
        Self {
            shape: join(name, join(cells.len() as u64, u64::from(wide))),
            begins: texts().next().map_or(0, |first| way(first).fold(1, |way, element| join(way, name_of(element)))),
            leads: node.links > 0 && std::iter::once(at).chain(inside()).any(|at| is_page(shown, at)),
            contact: std::iter::once(at).chain(inside()).any(reaches),
            digits: (digits(texts().next()), digits(texts().last())),
        }
    }

    /// The same as numbers, to be compared one by one; how it begins comes first.
    fn each(self) -> [u64; 6] {
        let Self { shape, begins, leads, contact, digits: (first, last) } = self;
        [shape, begins, first.into(), leads.into(), contact.into(), last.into()]
    }
}

/// The first and the end of the children that take turns, and of how many kinds they are: each of a kind is like all others of it in something
/// in which the kinds differ.
fn rounds(held: &[Held]) -> Option<(usize, usize, usize)> {
    let ends = || (0..=ENDS).flat_map(|first| (0..=ENDS).map(move |last| (first, last)));
    let tries = ends().flat_map(|(first, last)| TURNS.map(|kinds| (first, held.len().saturating_sub(last), kinds)));
    let mut tries: Vec<(usize, usize, usize)> = tries.filter(|(first, end, kinds)| end.saturating_sub(*first) >= kinds * ROUNDS).collect();
    tries.sort_by_key(|(first, end, kinds)| (held.len() - (end - first), *kinds));
    let mut best: Option<(usize, (usize, usize, usize))> = None;
    for (first, end, kinds) in tries {
        let own = &held[first..end];
        let (begin, found) = alternating(own, kinds);
        // What leads to its page each, and begins alike, is a record each.
        let records = own[..kinds].iter().all(|held| held.leads && held.begins == own[0].begins);
        let sure = own.len().is_multiple_of(kinds) && begin && !records && found * (own.len() / kinds) >= SURE;
        // A head that stands apart alternates in less than what it stands over.
        if sure && best.is_none_or(|(most, _)| found > most) {
            best = Some((found, (first, end, kinds)));
        }
    }
    best.map(|(_, rounds)| rounds)
}

/// Whether so many kinds begin otherwise each, and in how many things they differ.
fn alternating(held: &[Held], kinds: usize) -> (bool, usize) {
    let each: Vec<[u64; 6]> = held.iter().map(|held| held.each()).collect();
    let alternates = |of: &usize| {
        let same = each.iter().zip(&each[kinds..]).all(|(one, next)| one[*of] == next[*of]);
        same && each[..kinds].iter().any(|one| one[*of] != each[0][*of])
    };
    ((0..3).any(|of| alternates(&of)), (0..6).filter(alternates).count())
}

/// The marks of classes that every other child has.
fn colours(children: &[(At, Marks)], parents: &[At]) -> Vec<u64> {
    let mut by_mark: HashMap<u64, Vec<usize>> = HashMap::new();
    for (i, (_, marks)) in children.iter().enumerate() {
        for mark in marks.iter().filter(|mark| is_class(**mark)) {
            by_mark.entry(*mark).or_default().push(i);
        }
    }
    let beside = |i: usize| parents.get(i) == parents.get(i + 1);
    let pairs = (0..children.len() - 1).filter(|i| beside(*i)).count();
    if pairs * 2 < children.len() {
        return Vec::new();
    }
    let every_other = |has: &Vec<usize>| {
        let twice = has.windows(2).filter(|two| two[0] + 1 == two[1] && beside(two[0])).count();
        let steps =
            has.iter().map(|i| usize::from(*i > 0 && beside(i - 1)) + usize::from(i + 1 < children.len() && beside(*i))).sum::<usize>();
        (steps - 2 * twice) * 10 >= pairs * 9
    };
    let mut out: Vec<u64> = by_mark.into_iter().filter(|(_, has)| every_other(has)).map(|(mark, _)| mark).collect();
    out.sort_unstable();
    out
}
