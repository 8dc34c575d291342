//! Rows of page numbers below a list, and which page of them follows the present one. Knows no record and no word of a language.

use std::collections::BTreeMap;

use url::Url;

use super::super::shown::{At, Shown};
use super::super::value;

/// Nodes between the numbers of a row.
const NEAR: usize = 12;
/// What classes call the present page of a row.
const CURRENT: [&str; 8] = ["current", "active", "selected", "actual", "aktiv", "actif", "is-current", "is-active"];
/// What addresses call the number of a page, or of its first record.
const PARAMS: [&str; 18] = [
    "page",
    "p",
    "pg",
    "pag",
    "pagina",
    "paged",
    "pageno",
    "seite",
    "strana",
    "strona",
    "sida",
    "side",
    "start",
    "offset",
    "o",
    "from",
    "skip",
    "currentpage",
];

/// A page of a row: its number, or its first and its last record ("6-10").
#[derive(Clone, Copy)]
struct Span {
    first: u32,
    last: u32,
}

impl Span {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['[', ']', '(', ')', '|', ' ']);
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|n| *n < 100_000);
        if let Some(n) = number(text) {
            return Some(Self { first: n, last: n });
        }
        let (first, last) = text.split_once(['-', '–', '—', '−'])?;
        Some(Self { first: number(first)?, last: number(last)? }).filter(|span| span.first < span.last)
    }

    const fn follows(self, other: Self) -> bool {
        self.first == other.last + 1
    }
}

/// A link of a row.
struct Number {
    at: At,
    span: Span,
    url: Option<Url>,
    /// Whether the page says that it is the present one.
    current: bool,
}

/// The page after the present one: the one that no link leads to, that is marked, or whose link leads here; where nothing says so and the row
/// begins with the first page, that is this one.
pub(super) fn after_present(shown: &Shown<'_>, links: &[At], (base, page): (&Url, &Url)) -> Option<Url> {
    let number = |at: &At| {
        let node = &shown.nodes[*at];
        let picture = || shown.nodes[*at..node.end].iter().map(|one| one.attr("alt")).find_map(Span::of);
        let span = match node.chars {
            0 => picture()?,
            1..=16 => Span::of(&shown.words(*at, 24))?,
            _ => return None,
        };
        Some(Number { at: *at, span, url: value::url(node.attr("href"), base), current: is_current(shown, *at) })
    };
    let numbers: Vec<Number> = links.iter().filter_map(number).collect();
    let here = super::next::without_fragment(page);
    let elsewhere = |number: &Number| number.url.clone().filter(|url| *url != here && url.host_str() == here.host_str());
    // The same row may stand above the list and below it.
    let marked = numbers.iter().filter(|number| number.current).map(|number| number.span.first);
    let marked = marked.clone().next().filter(|first| marked.clone().all(|other| other == *first));
    let near = |at: usize| {
        let from = numbers[..at].partition_point(|one| one.at + NEAR < numbers[at].at);
        let to = at + numbers[at..].partition_point(|one| one.at <= numbers[at].at + NEAR);
        &numbers[from..to]
    };
    let follows =
        |at: usize, is_present: &dyn Fn(&Number) -> bool| near(at).iter().any(|one| numbers[at].span.follows(one.span) && is_present(one));
    let unlinked = |at: usize| {
        let next = &numbers[at];
        let present = (next.at.saturating_sub(NEAR)..next.at).rev().find_map(|before| {
            let node = &shown.nodes[before];
            let span = if node.element.is_none() && !node.linked { Span::of(node.text) } else { None };
            span.filter(|span| next.span.follows(*span))
        });
        // In a row: the one after it, or the one before the present one, is a link near by.
        let row = |present: Span| near(at).iter().any(|one| one.span.follows(next.span) || present.follows(one.span));
        present.is_some_and(|present| row(present) || present.first == 1)
    };
    let to_here = |one: &Number| one.url.as_ref() == Some(&here);
    let is_marked = |one: &Number| one.current && marked == Some(one.span.first);
    let first = |one: &Number| marked.is_none() && one.span.first == 1 && one.url.as_ref().is_some_and(|url| pages(&here, url));
    let is_next = |at: usize| unlinked(at) || follows(at, &is_marked) || follows(at, &to_here);
    let found = (0..numbers.len()).find_map(|at| elsewhere(&numbers[at]).filter(|_| is_next(at)));
    let begins = |at: usize| follows(at, &first) && !numbers.iter().any(to_here);
    found.or_else(|| (0..numbers.len()).find_map(|at| elsewhere(&numbers[at]).filter(|url| pages(&here, url) && begins(at))))
}

/// Whether the page says of a link, or of what holds it alone, that it is the present one.
fn is_current(shown: &Shown<'_>, at: At) -> bool {
    let own = &shown.nodes[at];
    let around = &shown.nodes[own.parent];
    let holder = Some(around).filter(|node| node.links == 1);
    std::iter::once(own).chain(holder).any(|node| {
        let said = node.attr("aria-current");
        let classes = node.attr("class").split_ascii_whitespace();
        (!said.is_empty() && said != "false") || classes.map(str::to_ascii_lowercase).any(|class| CURRENT.contains(&class.as_str()))
    })
}

/// Whether an address is that of a further page of another, and not a vote or a day: it differs by the number of a page alone.
fn pages(page: &Url, other: &Url) -> bool {
    let pager = |name: &str| PARAMS.contains(&name.to_ascii_lowercase().as_str());
    let rest = |url: &Url| -> Vec<(String, String)> {
        url.query_pairs().filter(|(name, _)| !pager(name)).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    };
    let numbered = |url: &Url| url.query_pairs().any(|(name, value)| pager(&name) && value.parse::<u32>().is_ok());
    let of_path = |step: &str| {
        let word = step.trim_end_matches(".html").trim_end_matches(".htm").trim_end_matches(".php");
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.len() < step.len() && (word.is_empty() || pager(word.trim_end_matches(['-', '_'])))
    };
    let steps = |url: &Url| -> Vec<String> { url.path().split('/').filter(|step| !step.is_empty()).map(str::to_owned).collect() };
    let (before, after) = (steps(page), steps(other));
    let further = match after.strip_prefix(before.as_slice()) {
        Some([]) => numbered(other) && !numbered(page),
        Some([last]) => of_path(last) && !before.is_empty(),
        Some([word, last]) => pager(word) && last.parse::<u32>().is_ok(),
        _ => false,
    };
    further && rest(page) == rest(other)
}

/// Whether an address is that of a later part of the list at another: a number in it is higher, or new, and nothing else differs.
pub(super) fn goes_on(page: &Url, other: &Url) -> bool {
    if pages(page, other) {
        return true;
    }
    let pairs = |url: &Url| -> BTreeMap<String, String> { url.query_pairs().into_owned().filter(|(_, value)| !value.is_empty()).collect() };
    let (before, after) = (pairs(page), pairs(other));
    if page.path() == other.path() {
        let number = |value: &String| value.parse::<u32>().ok();
        let mut differing = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
        let (Some((name, value)), None) = (differing.next(), differing.next()) else { return false };
        let later = number(value) > before.get(name).map_or(Some(0), number);
        return later && before.keys().all(|name| after.contains_key(name));
    }
    // The last number of the path.
    let parts = |url: &Url| {
        let path = url.path().to_owned();
        let end = path.rfind(|c: char| c.is_ascii_digit())? + 1;
        let start = path[..end].rfind(|c: char| !c.is_ascii_digit())? + 1;
        Some((path[..start].to_owned(), path[end..].to_owned(), path[start..end].parse::<u32>().ok()?))
    };
    let (Some(was), Some(is)) = (parts(page), parts(other)) else { return false };
    (&was.0, &was.1) == (&is.0, &is.1) && is.2 > was.2 && before == after
}
