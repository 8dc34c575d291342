//! Logos that stand together and lead to a page each: a list whose names are what the images say in place of themselves.

use std::collections::HashSet;

use url::Url;

use super::super::contacts;
use super::super::html::Tag;
use super::super::shown::{At, Shown};
use super::{Region, begins, is_content, rank};

/// Fewer may be anything that a page is decorated with.
const FEWEST: usize = 5;

/// The logos of a page, each by its link.
pub(super) fn logos(shown: &Shown<'_>) -> Option<Region> {
    let node = |at: At| &shown.nodes[at];
    let bare = |at: &At| node(*at).images > 0 && node(*at).chars == 0 && node(*at).is(Tag::A);
    let leads = |at: &At| {
        let href = node(*at).attr("href").trim();
        let network = || Url::parse(href).is_ok_and(|url| contacts::is_network(&url));
        !href.is_empty() && !href.starts_with('#') && begins::is_page(shown, *at) && !network() && is_content(shown, *at)
    };
    let (mut names, mut addresses) = (HashSet::new(), HashSet::new());
    let fresh = |at: &At| said(shown, *at).is_some_and(|name| names.insert(name) && addresses.insert(node(*at).attr("href")));
    let records: Vec<Vec<At>> = (0..shown.nodes.len()).filter(bare).filter(leads).filter(fresh).map(|at| vec![at]).collect();
    (records.len() >= FEWEST).then_some(Region { records, score: 0.0 })
}

/// What the first image in an element says in place of itself, where that may be a name.
fn said<'s>(shown: &'s Shown<'_>, at: At) -> Option<&'s str> {
    shown
        .words_of_image(at)
        .map(|(_, text)| text)
        .filter(|text| rank::is_name(text) && text.chars().filter(|c| c.is_alphabetic()).count() > 1)
}
