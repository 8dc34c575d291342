//! Numbers and addresses of mail that stand around a list, and not in it: those of whose page it is. Knows no class.

use url::Url;

use super::super::html::Tag;
use super::super::rung;
use super::super::shown::{At, Shown};
use super::super::value::{self, Hints, Type, contact};

/// Contacts of one page.
const MOST: usize = 50;

/// What is said before the first record and behind the last.
pub(super) fn around(shown: &Shown<'_>, records: &[Vec<At>], base: &Url, hints: &Hints) -> Vec<String> {
    let first = records.iter().flatten().min().copied();
    let Some((first, end)) = first.zip(records.iter().flatten().map(|at| shown.nodes[*at].end).max()) else { return Vec::new() };
    let email = |text: &str| value::read(Type::Email, text, base, hints).map(|address| address.text());
    let mut out: Vec<String> = Vec::new();
    for at in (0..first).chain(end..shown.nodes.len()) {
        let node = &shown.nodes[at];
        if node.element.is_some() {
            let href = if node.is(Tag::A) { node.attr("href") } else { "" };
            let scheme = href.get(..4).map(str::to_ascii_lowercase);
            match scheme.as_deref() {
                Some("tel:") => out.extend(contact::phone(href, hints.country)),
                Some("mail") => out.extend(email(href)),
                _ => {}
            }
        } else {
            out.extend(rung::runs(node.text).into_iter().filter_map(|(_, run)| contact::phone(run, hints.country)));
            out.extend(Some(node.text).filter(|text| text.contains('@')).and_then(email));
        }
        if out.len() >= MOST {
            break;
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}
