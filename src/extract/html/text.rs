//! The words a person sees in a part of the tree. Knows which elements show nothing and which begin a new line.

use html5ever::{LocalName, local_name};
use scraper::node::Element;
use scraper::{ElementRef, Node};

/// Adds the visible words of an element to `out`, with a space wherever a new line or cell begins; stops after `cap` bytes.
///
/// The element itself is taken even if it is hidden: whoever selects it wants it.
pub(in crate::extract) fn visible_text(element: ElementRef<'_>, out: &mut String, cap: usize) {
    let root = *element;
    let mut node = root;
    loop {
        let mut down = true;
        match node.value() {
            Node::Text(text) => out.push_str(text),
            Node::Element(inner) => {
                down = node == root || !skipped(inner);
                if down && breaks(&inner.name.local) {
                    out.push(' ');
                }
            }
            Node::Document | Node::Fragment | Node::Doctype(_) | Node::Comment(_) | Node::ProcessingInstruction(_) => {}
        }
        if out.len() > cap {
            return;
        }
        if down && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if let Node::Element(inner) = node.value()
                && breaks(&inner.name.local)
            {
                out.push(' ');
            }
            if node == root {
                return;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return };
            node = parent;
        }
    }
}

/// Whether nothing of an element is shown. (`aria-hidden` is not asked: it hides from readers what others see.)
pub(in crate::extract) fn skipped(element: &Element) -> bool {
    matches!(
        element.name.local,
        local_name!("script")
            | local_name!("style")
            | local_name!("noscript")
            | local_name!("template")
            | local_name!("svg")
            | local_name!("head")
            | local_name!("iframe")
            | local_name!("object")
            | local_name!("noframes")
            | local_name!("datalist")
    ) || (!element.attrs.is_empty() && hidden(element))
}

fn hidden(element: &Element) -> bool {
    element.attrs.iter().any(|(name, value)| match name.local {
        local_name!("hidden") => !value.eq_ignore_ascii_case("until-found"),
        local_name!("style") => {
            let style: String = value.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
            style.contains("display:none") || style.contains("visibility:hidden")
        }
        _ => false,
    })
}

/// Whether an element stands on lines or in a cell of its own.
pub(in crate::extract) fn breaks(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("address")
            | local_name!("article")
            | local_name!("aside")
            | local_name!("blockquote")
            | local_name!("body")
            | local_name!("br")
            | local_name!("button")
            | local_name!("caption")
            | local_name!("center")
            | local_name!("dd")
            | local_name!("details")
            | local_name!("div")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("fieldset")
            | local_name!("figcaption")
            | local_name!("figure")
            | local_name!("footer")
            | local_name!("form")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("header")
            | local_name!("hr")
            | local_name!("li")
            | local_name!("main")
            | local_name!("nav")
            | local_name!("ol")
            | local_name!("option")
            | local_name!("p")
            | local_name!("pre")
            | local_name!("section")
            | local_name!("select")
            | local_name!("summary")
            | local_name!("table")
            | local_name!("tbody")
            | local_name!("td")
            | local_name!("textarea")
            | local_name!("tfoot")
            | local_name!("th")
            | local_name!("thead")
            | local_name!("tr")
            | local_name!("ul")
    )
}
