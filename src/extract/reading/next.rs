//! The page that goes on with a list: what the page itself names so, a link that says so, or the number after the present one.

use std::collections::HashSet;
use std::sync::LazyLock;

use scraper::ElementRef;
use url::Url;

use super::super::html::Attributes as _;
use super::super::shown::{At, Shown};
use super::super::value;
use super::more::is_more;
use super::numbers;
use crate::base::text::words;

/// Links looked at.
const LOOK: usize = 20_000;

/// Links with such words, before they are no longer of pages: above the list, below it.
pub(super) const SAID: usize = 2;

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
    let says = |at: &At, is: &dyn Fn(&str) -> bool| {
        let node = &shown.nodes[*at];
        if node.chars > 40 {
            return false;
        }
        let text = shown.words(*at, 80);
        let pictures = shown.nodes[*at..node.end].iter().filter(|_| node.chars == 0).map(|one| one.attr("alt"));
        [text.as_str(), node.attr("aria-label"), node.attr("title")].into_iter().chain(pictures).any(is)
    };
    // The same words again and again, each with another address, are those of entries: "read on".
    let said = |is: &dyn Fn(&str) -> bool, fits: &dyn Fn(&Url) -> bool| {
        let led = links.iter().filter(|at| says(at, is)).filter_map(|at| other(shown.nodes[*at].attr("href")));
        let mut said: Vec<Url> = led.filter(fits).collect();
        said.dedup();
        if said.len() <= SAID { said.into_iter().next() } else { None }
    };
    // "More" leads to much else: to the rest of a list where its address says so too.
    said(&is_next, &|_| true)
        .or_else(|| numbers::after_present(shown, &links, (base, page)))
        .or_else(|| said(&is_more, &|url| numbers::goes_on(page, url)))
}

/// The address of a link that is marked as the next page.
fn named_next(element: ElementRef<'_>) -> Option<&str> {
    let value = element.value();
    let rel = value.attribute("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next")));
    if rel && matches!(value.name(), "a" | "link") { value.attribute("href") } else { None }
}

pub(super) fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// Whether these are words, or a sign, of a link to the next page.
pub(super) fn is_next(text: &str) -> bool {
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
