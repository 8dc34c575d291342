//! Logos that stand together and lead to a page each: a list whose names are what the images say in place of themselves.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::super::contacts::is_nobodys;
use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::{Region, begins, is_content, rank};

/// Fewer may be anything that a page is decorated with.
const FEWEST: usize = 5;
/// Links that are looked at.
const LINKS: usize = 2_000;

/// The logos of a page, each by its link.
pub(super) fn logos(shown: &Shown<'_>) -> Option<Region> {
    let node = |at: At| &shown.nodes[at];
    let bare = |at: &At| node(*at).images > 0 && node(*at).chars == 0 && node(*at).is(Tag::A);
    let leads = |at: &At| {
        let href = node(*at).attr("href").trim();
        let nobodys = || Url::parse(href).is_ok_and(|url| is_nobodys(&url));
        !href.is_empty() && !href.starts_with('#') && begins::is_page(shown, *at) && !nobodys()
    };
    let mut inside: HashMap<At, bool> = HashMap::new();
    // Most logos stand together: where they do is looked up once.
    let content = |at: &At| *inside.entry(node(*at).parent).or_insert_with_key(|around| is_content(shown, *around));
    let (mut names, mut addresses) = (HashSet::new(), HashSet::new());
    let fresh = |at: &At| said(shown, *at).is_some_and(|name| names.insert(name) && addresses.insert(node(*at).attr("href")));
    let all = (0..shown.nodes.len()).filter(bare).take(LINKS);
    let records: Vec<Vec<At>> = all.filter(leads).filter(content).filter(fresh).map(|at| vec![at]).collect();
    (records.len() >= FEWEST).then_some(Region { records, score: 0.0 })
}

/// What the first image in an element says in place of itself, where that may be a name.
fn said<'s>(shown: &'s Shown<'_>, at: At) -> Option<&'s str> {
    shown
        .words_of_image(at)
        .map(|(_, text)| text)
        .filter(|text| rank::is_name(text) && text.chars().filter(|c| c.is_alphabetic()).count() > 1)
}
