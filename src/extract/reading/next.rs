//! The page that goes on with a list: what the page itself names so, a link that says so, or the number after the present one.

use std::collections::HashSet;
use std::sync::LazyLock;

use scraper::ElementRef;
use url::Url;

use super::super::shown::{At, Shown};
use super::super::value;
use crate::base::text::words;

/// Links looked at.
const LOOK: usize = 20_000;

/// Links with such words, before they are no longer of pages: above the list, below it.
const SAID: usize = 2;

/// Nodes between the numbers of a row.
const NEAR: usize = 12;

/// What a link to the next page says: the words, folded.
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("next.txt").lines().filter(|line| !line.starts_with('#')).map(words).collect());
/// The signs that say so without a word.
const SIGNS: [&str; 9] = ["›", "»", ">", ">>", "→", "⟩", "❯", "▶", "⇒"];

/// The page that goes on with this one.
pub(super) fn next_page(shown: &Shown<'_>, root: ElementRef<'_>, base: &Url, page: &Url) -> Option<Url> {
    let other = |href: &str| value::url(href, base).filter(|url| *url != without_fragment(page) && url.host_str() == page.host_str());
    if let Some(url) = root.descendent_elements().filter_map(named_next).find_map(other) {
        return Some(url);
    }
    let links: Vec<At> = (0..shown.nodes.len())
        .filter(|at| shown.nodes[*at].element.is_some() && !shown.nodes[*at].attr("href").is_empty())
        .take(LOOK)
        .collect();
    let says = |at: &&At| {
        let node = &shown.nodes[**at];
        if node.chars > 40 {
            return false;
        }
        let text = shown.words(**at, 80);
        [text.as_str(), node.attr("aria-label"), node.attr("title")].iter().any(|text| is_next(text))
    };
    let mut said: Vec<Url> = links.iter().filter(says).filter_map(|at| other(shown.nodes[*at].attr("href"))).collect();
    said.dedup();
    // The same words again and again, each with another address, are those of entries: "read on".
    let said = if said.len() <= SAID { said.into_iter().next() } else { None };
    said.or_else(|| numbered(shown, &links, &other)).or_else(|| second(shown, &links, base, page))
}

/// Of numbers that are all links, and none of them this page's: the first page has an address without its number, and the second one follows.
fn second(shown: &Shown<'_>, links: &[At], base: &Url, page: &Url) -> Option<Url> {
    let numbered = |number: &str| {
        let at = links.iter().filter(|at| shown.nodes[**at].chars <= 3 && shown.words(**at, 12).trim_matches(['[', ']', ' ']) == number);
        at.filter_map(|at| Some((*at, value::url(shown.nodes[*at].attr("href"), base)?))).collect::<Vec<_>>()
    };
    let firsts = numbered("1");
    let parameter = |url: &Url, number: &str| url.query_pairs().find(|(_, value)| value == number).map(|(name, _)| name.into_owned());
    numbered("2").into_iter().find_map(|(at, url)| {
        let name = parameter(&url, "2")?;
        let other = |pair: &(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| pair.0 != name;
        let rest = |url: &Url| {
            (
                url.host_str().map(str::to_owned),
                url.path().to_owned(),
                url.query_pairs().filter(other).map(|(n, v)| (n.into_owned(), v.into_owned())).collect::<Vec<_>>(),
            )
        };
        let beside = firsts.iter().any(|(first, one)| {
            first < &at && at - first <= NEAR && parameter(one, "1").as_ref() == Some(&name) && rest(one) == rest(&url)
        });
        let bare = page.query_pairs().all(|pair| other(&pair)) && rest(page) == rest(&url);
        (beside && bare).then_some(url)
    })
}

/// The address of a link that is marked as the next page.
fn named_next(element: ElementRef<'_>) -> Option<&str> {
    let value = element.value();
    let rel = value.attr("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next")));
    if rel && matches!(value.name(), "a" | "link") { value.attr("href") } else { None }
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// Whether these are words, or a sign, of a link to the next page.
fn is_next(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 40 {
        return false;
    }
    if SIGNS.contains(&text) {
        return true;
    }
    let said = words(text);
    !said.is_empty() && WORDS.contains(&said)
}

/// In a row of page numbers, the one after the number that is no link.
fn numbered(shown: &Shown<'_>, links: &[At], other: &impl Fn(&str) -> Option<Url>) -> Option<Url> {
    let number = |at: At| shown.words(at, 12).trim_matches(['[', ']', '(', ')', ' ']).parse::<u32>().ok().filter(|n| *n < 100_000);
    let numbers: Vec<(At, u32)> = links.iter().filter_map(|at| number(*at).map(|n| (*at, n))).collect();
    numbers.iter().find_map(|(at, n)| {
        // The present number stands shortly before it, without a link.
        let present = (at.saturating_sub(NEAR)..*at).rev().any(|before| {
            let node = &shown.nodes[before];
            node.element.is_none()
                && !node.linked
                && node.text.trim().trim_matches(['[', ']', '(', ')', '|', ' ']).parse() == Ok(n.saturating_sub(1))
        });
        // In a row: the one after it, or the one before the present one, is a link near by.
        let row = numbers.iter().any(|(beside, m)| (*m == n + 1 || *m + 2 == *n) && beside.abs_diff(*at) <= NEAR);
        (present && (row || *n == 2)).then(|| other(shown.nodes[*at].attr("href"))).flatten()
    })
}
