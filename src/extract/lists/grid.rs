//! Cards side by side: records of a list that are rows of several records each. Knows no language, and no meaning of a class.

use std::collections::HashSet;

use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::FEWEST;
use super::begins::{columns, is_page, way};
use super::marks::{Marks, Work, alike};

/// Elements that hold nothing but a row, one in the other, before its cards.
const DEEP: usize = 4;
/// Cards of one row.
const MOST: usize = 6;
/// How much less alike cards side by side may be than those below each other: cells of a table differ by their columns.
const ACROSS: f64 = 0.15;
/// By which share the columns may differ in how many of their cards have something.
const APART: f64 = 0.5;

/// A card and what tells it from a cell of a table.
struct Card<'t> {
    marks: Marks,
    way: u64,
    first: &'t str,
    /// Whether it leads to a page, and whether its name has digits: what else is in it may be missing here and there.
    has: [bool; 2],
    /// The part of the site that it leads to.
    stem: Option<String>,
}

/// The cards of these rows, in the order of the page; `None` where they are no rows of cards.
pub(super) fn cards(shown: &Shown<'_>, rows: &[Vec<At>]) -> Option<Vec<Vec<At>>> {
    let rows: Vec<At> = rows.iter().map(|row| if let [row] = row.as_slice() { Some(*row) } else { None }).collect::<Option<_>>()?;
    let parts = (0..DEEP).map(|deep| rows.iter().map(|row| parts(shown, *row, deep)).collect::<Option<Vec<Vec<At>>>>());
    let parts = parts.take_while(Option::is_some).flatten().find(|parts| parts.iter().any(|row| row.len() > 1))?;
    let wide = parts.iter().map(Vec::len).max().filter(|wide| *wide <= MOST)?;
    // The last row alone may have fewer.
    let full = parts.iter().filter(|row| row.len() == wide).count();
    if full + 1 < parts.len() || parts.iter().any(Vec::is_empty) || columns(shown, rows[0]) > 1 {
        return None;
    }
    let mut work = Work::new(FEWEST);
    let cards: Vec<Vec<Card<'_>>> = parts
        .iter()
        .map(|row| row.iter().map(|at| card(shown, *at, &mut work)).collect::<Option<Vec<Card<'_>>>>())
        .collect::<Option<_>>()?;
    (begin_alike(&cards) && of_one_kind(&cards, wide)).then(|| parts.into_iter().flatten().map(|at| vec![at]).collect())
}

/// What stands side by side in a row, below so many elements that hold nothing else.
fn parts(shown: &Shown<'_>, row: At, deep: usize) -> Option<Vec<At>> {
    let inside = |at: At| -> Vec<At> {
        let says = |at: &At| shown.nodes[*at].chars + shown.nodes[*at].images > 0;
        shown.children(at).filter(says).collect()
    };
    let mut at = row;
    for _ in 0..deep {
        let [one] = inside(at)[..] else { return None };
        at = one;
    }
    let parts = inside(at);
    let elements = parts.iter().all(|at| shown.nodes[*at].element.is_some() && !shown.nodes[*at].is(Tag::Th));
    elements.then_some(parts)
}

/// A card: more than one thing, the first of which is its name.
fn card<'t>(shown: &Shown<'t>, at: At, work: &mut Work) -> Option<Card<'t>> {
    let node = &shown.nodes[at];
    let first = (at..node.end).find(|at| shown.nodes[*at].element.is_none()).filter(|_| node.runs + node.images > 1)?;
    let (way, tells) = way(shown, (at, first), false);
    let text = shown.nodes[first].text.trim();
    let reaches = text.contains('@') || text.starts_with(|c: char| c.is_ascii_digit() || c == '+');
    let digits = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    let page = (at..node.end).find(|at| is_page(shown, *at)).map(|at| shown.nodes[at].attr("href"));
    let has = [page.is_some(), digits(text)];
    let stem = page.filter(|href| !href.contains("://")).map(|href| href.rsplit_once('/').map_or("", |(stem, _)| stem).to_owned());
    (tells && !reaches).then(|| Card { marks: work.marks(shown, at), way, first: text, has, stem })
}

/// Whether nearly all begin in the same way, each with other words: captions say the same in each row.
fn begin_alike(cards: &[Vec<Card<'_>>]) -> bool {
    let all: Vec<&Card<'_>> = cards.iter().flatten().collect();
    let nearly = |count: usize| count * 10 >= all.len() * 9;
    let names: HashSet<&str> = all.iter().map(|card| card.first).collect();
    nearly(names.len()) && all.iter().any(|one| nearly(all.iter().filter(|card| card.way == one.way).count()))
}

/// Whether those side by side are as alike as those below each other.
fn of_one_kind(cards: &[Vec<Card<'_>>], wide: usize) -> bool {
    let mean = |all: Vec<f64>| if all.is_empty() { 1.0 } else { all.iter().sum::<f64>() / all.len() as f64 };
    let across = cards.iter().flat_map(|row| row.windows(2)).map(|two| alike(&two[0].marks, &two[1].marks)).collect();
    let below = cards.windows(2).flat_map(|two| two[0].iter().zip(&two[1])).map(|(one, next)| alike(&one.marks, &next.marks)).collect();
    let column = |column: usize| cards.iter().filter_map(move |row| row.get(column));
    let apart = |of: usize| {
        let shares = (0..wide).map(|at| mean(column(at).map(|card| f64::from(u8::from(card.has[of]))).collect()));
        let (least, most) = shares.fold((1.0, 0.0), |(least, most): (f64, f64), one| (least.min(one), most.max(one)));
        most - least
    };
    // Each column of a table leads to pages of its own kind.
    let stems: Vec<HashSet<&str>> = (0..wide).map(|at| column(at).filter_map(|card| card.stem.as_deref()).collect()).collect();
    let alone = |at: usize| {
        stems[at].len() == 1 && stems.iter().enumerate().any(|(other, one)| other != at && one.is_disjoint(&stems[at]) && !one.is_empty())
    };
    mean(across) + ACROSS >= mean(below) && (0..2).all(|of| apart(of) <= APART) && !(0..wide).any(alone)
}

#[cfg(test)]
mod tests {
    use super::super::super::Input;
    use super::super::super::html;
    use super::super::regions;
    use super::*;

    fn found(page: &str) -> usize {
        let url = "https://fair.example/list".parse().unwrap();
        let (bytes, now) = (page.as_bytes(), jiff::Timestamp::UNIX_EPOCH);
        let input = Input { bytes, content_type: None, url: &url, next: None, now, expired: &|| false };
        let tree = html::parse(page, &input).unwrap();
        regions(&Shown::of(&tree)).first().map_or(0, |region| region.records.len())
    }

    #[test]
    fn cards_side_by_side_are_records_each_and_cells_are_not() {
        let rows = |n: usize, wide: usize, cell: &dyn Fn(usize, usize) -> String| -> String {
            let cells = |row: usize| (row * wide..n.min((row + 1) * wide)).map(|i| cell(i, i % wide)).collect::<String>();
            (0..n.div_ceil(wide)).flat_map(|row| ["<div class=row>".to_owned(), cells(row), "</div>".to_owned()]).collect()
        };
        let maker = |i: usize| format!("<h4>Maker {i}, S.L.</h4><p>Town {}</p>", i % 3);
        let plain = |i: usize, _: usize| format!("<div class=col>{}<p>Tel. 947 20 03 {i:02}</p></div>", maker(i));
        let some = |i: usize, _: usize| {
            let more = if i % 5 == 1 { format!("<p><a href=mailto:a@m{i}.example>a@m{i}.example</a></p>") } else { String::new() };
            format!("<div class=col><div class=card>{}{more}</div></div>", maker(i))
        };
        let linked = |i: usize, _: usize| format!("<div class=col><a href=/m/{i}><b>Maker {i}</b></a><p>Town {}</p></div>", i % 3);
        for wide in [2, 3, 4] {
            for (cell, n) in [(&plain as &dyn Fn(usize, usize) -> String, 17), (&some, 13), (&linked, 16)] {
                assert_eq!(found(&rows(n, wide, cell)), n, "{wide}: {}", rows(n, wide, cell));
            }
        }
        // Cells of a table: what stands in a column is of one kind.
        let fields = |i: usize, column: usize| match column {
            0 => format!("<div class=col><b>Maker {i}</b><br>boxes</div>"),
            _ => format!("<div class=col><b>947 20 03 {i:02}</b><br>office</div>"),
        };
        let captions = |i: usize, column: usize| {
            let (caption, value) = if column == 0 { ("Name", "Maker") } else { ("Town", "Town") };
            format!("<div class=col><b>{caption}</b> {value} {i}</div>")
        };
        let pages = |i: usize, column: usize| match column {
            0 => format!("<div class=col><b><a href=/m/{i}>Maker {i}</a></b><br>boxes</div>"),
            _ => format!("<div class=col><b>Person {i}</b><br>office</div>"),
        };
        let addresses = |i: usize, column: usize| match column {
            0 => format!("<div class=col><b>Maker {}</b><br>Town</div>", ["North", "South", "East", "West"][i / 2 % 4].repeat(i / 8 + 1)),
            _ => format!("<div class=col><b>Elm Road {i}</b><br>Tel. 947 20 03 {i:02}</div>"),
        };
        let people = |i: usize, column: usize| {
            let of = if column == 0 { "m" } else { "c" };
            format!("<div class=col><a href=/{of}/{i}><b>Name {i}</b></a><br>Town</div>")
        };
        for cell in [&fields as &dyn Fn(usize, usize) -> String, &captions, &pages, &addresses, &people] {
            assert_eq!(found(&rows(16, 2, cell)), 8, "{}", rows(16, 2, cell));
        }
    }
}
