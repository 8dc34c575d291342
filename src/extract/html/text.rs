//! The words a person sees in a part of a page. Knows what hides an element, and that lines and cells begin with a space.

use super::element::{Edge, Element};

/// Adds the visible words of an element to `out`, with a space wherever a new line or cell begins; stops at the first element after `cap` bytes.
///
/// The element itself is taken even if it is hidden: whoever selects it wants it.
pub(in crate::extract) fn visible_text<'t, E: Element<'t>>(element: E, out: &mut String, cap: usize) {
    let mut skipping = None;
    for edge in element.edges() {
        match edge {
            Edge::Text(text) if skipping.is_none() => out.push_str(&text),
            Edge::Text(_) => {}
            Edge::Open(inner) => {
                if skipping.is_none() {
                    if inner != element && skipped(&inner) {
                        skipping = Some(inner);
                    } else if inner.tag().breaks() {
                        out.push(' ');
                    }
                }
                if out.len() > cap {
                    return;
                }
            }
            Edge::Close(inner) => {
                if skipping == Some(inner) {
                    skipping = None;
                }
                if skipping.is_none() && inner.tag().breaks() {
                    out.push(' ');
                }
            }
        }
    }
}

/// Whether nothing of an element is shown.
pub(in crate::extract) fn skipped<'t, E: Element<'t>>(element: &E) -> bool {
    element.tag().hidden() || hidden(element)
}

fn hidden<'t, E: Element<'t>>(element: &E) -> bool {
    element.attribute("hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
        || element.attribute("style").is_some_and(|value| {
            let style: String = value.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
}
