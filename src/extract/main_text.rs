//! The main text of a page: what it is for, without navigation, notices and what is beside it. Knows no site and no record.
//!
//! Where a page has one long text, that text is found by its paragraphs (the element that most of them are right below); a page of sections, goods or
//! entries is taken whole, without what structure, place and links show to be around it.

use html5ever::local_name;

use super::html::Tag;
use super::shown::{At, Node, Shown};

/// Bytes of main text taken from one page.
const TAKEN: usize = 2 * 1024 * 1024;
/// Characters of a paragraph that count for the element it stands in.
const COUNTED: f64 = 600.0;
/// The share of paragraphs past which a page has one long text.
pub(super) const TEXT: f64 = 0.35;
/// The share of links past which a block of text is navigation.
const LINKS: f64 = 0.6;

/// How a page holds its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One long text.
    Article,
    /// Sections or entries.
    Sections,
    /// One thing that is offered: its description and its specification, not what others say of it and what else there is.
    Goods,
}

/// A line of the page: the text of an element between two breaks.
#[derive(Default)]
struct Line {
    text: String,
    chars: usize,
    link_chars: usize,
    heading: bool,
}

/// The main text of a page, one block a line.
pub(super) fn main_text(shown: &Shown<'_>, shape: Shape) -> String {
    let aside = beside(shown, shape);
    let within = match shape {
        Shape::Article => text_of(shown, &aside).unwrap_or(0),
        Shape::Goods => text_of(shown, &aside).filter(|at| told(shown, *at, &aside).1 > TEXT).unwrap_or_else(|| main_of(shown, &aside)),
        Shape::Sections => main_of(shown, &aside),
    };
    let lines = lines(shown, within, &aside);
    let kept = keep(&lines, shape);
    let mut out = String::new();
    for line in lines.iter().zip(kept).filter(|(_, kept)| *kept).map(|(line, _)| line) {
        if out.len() + line.text.len() > TAKEN {
            break;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line.text);
    }
    out
}

/// How a page holds its text: one long text is where most of the words in paragraphs are.
pub(super) fn shape(shown: &Shown<'_>) -> (f64, f64) {
    let aside = beside(shown, Shape::Article);
    text_of(shown, &aside).map_or((0.0, 0.0), |at| told(shown, at, &aside))
}

/// Characters of paragraphs in an element, and their share of all text that is not beside.
fn told(shown: &Shown<'_>, at: At, aside: &[bool]) -> (f64, f64) {
    let inside = paragraphs(shown, at, aside) as f64;
    (inside, inside / own_chars(shown, 0, aside).max(1) as f64)
}

fn paragraphs(shown: &Shown<'_>, at: At, aside: &[bool]) -> usize {
    (at..shown.nodes[at].end)
        .filter(|i| !aside[*i] && shown.nodes[*i].is(Tag::P) && shown.nodes[*i].link_share() < 0.4 && shown.nodes[*i].chars > 80)
        .map(|i| shown.nodes[i].chars)
        .sum()
}

fn own_chars(shown: &Shown<'_>, at: At, aside: &[bool]) -> usize {
    (at..shown.nodes[at].end).filter(|i| !aside[*i] && shown.nodes[*i].element.is_none()).map(|i| shown.nodes[i].chars).sum()
}

/// Marks what is beside the text: navigation, notices, forms.
fn beside(shown: &Shown<'_>, shape: Shape) -> Vec<bool> {
    let total = shown.nodes.first().map_or(0, |root| root.chars);
    let said = said(shown);
    let all_said = said[shown.nodes.len()];
    let mut out = vec![false; shown.nodes.len()];
    let mut main = vec![false; shown.nodes.len()];
    for (at, node) in shown.nodes.iter().enumerate() {
        if at > 0 && out[node.parent] {
            out[at] = true;
            continue;
        }
        main[at] = main[node.parent] || node.is(Tag::Main) || node.is(Tag::Article);
        // What holds most of the page is never beside it, whatever it is called.
        let part = node.element.is_some() && at > 0 && !node.is(Tag::Body) && node.chars * 2 < total;
        let much = shape != Shape::Goods && (said[node.end] - said[at]) * 3 > all_said;
        out[at] = part && (is_apart(node, main[at], shape) || !much && named(node, shape));
    }
    out
}

/// How many characters of paragraphs there are before each node, and in all.
fn said(shown: &Shown<'_>) -> Vec<usize> {
    let mut out = Vec::with_capacity(shown.nodes.len() + 1);
    let mut sum = 0;
    for node in &shown.nodes {
        out.push(sum);
        if node.is(Tag::P) && node.chars > 80 && node.link_share() < 0.4 {
            sum += node.chars;
        }
    }
    out.push(sum);
    out
}

/// Words of names that pages everywhere use for what is around their text.
const AROUND: [&str; 34] = [
    "nav",
    "navbar",
    "navigation",
    "menu",
    "megamenu",
    "submenu",
    "footer",
    "breadcrumb",
    "breadcrumbs",
    "sidebar",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "onetrust",
    "newsletter",
    "subscribe",
    "social",
    "share",
    "sharing",
    "related",
    "recommended",
    "recommendations",
    "advert",
    "advertisement",
    "ads",
    "sponsored",
    "popup",
    "modal",
    "offcanvas",
    "skip",
    "pagination",
    "pager",
    "login",
];
/// The same, where the page has one long text.
const AROUND_TEXT: [&str; 12] =
    ["comments", "comment", "tags", "byline", "author", "promo", "trending", "popular", "caption", "disqus", "widget", "teaser"];

/// The same, where the page is about one thing that is offered.
const AROUND_GOODS: [&str; 14] = [
    "review",
    "reviews",
    "rating",
    "ratings",
    "testimonials",
    "upsell",
    "upsells",
    "crosssell",
    "variations",
    "recently",
    "comments",
    "faq",
    "swatches",
    "carousel",
];

fn is_apart(node: &Node<'_>, in_main: bool, shape: Shape) -> bool {
    let structure = match node.tag {
        Tag::Nav | Tag::Footer | Tag::Select | Tag::Dialog | Tag::Button | Tag::Textarea | Tag::Aside => true,
        Tag::Header => !in_main && node.link_chars * 3 > node.chars,
        Tag::Figcaption => shape == Shape::Article,
        Tag::Form => node.link_share() > 0.5 || shape == Shape::Article,
        _ => false,
    };
    let role = matches!(
        node.attr("role"),
        "navigation" | "contentinfo" | "banner" | "dialog" | "alertdialog" | "menu" | "menubar" | "search" | "complementary"
    );
    structure || role || node.attr("aria-modal") == "true"
}

fn named(node: &Node<'_>, shape: Shape) -> bool {
    let Some(element) = node.element else { return false };
    if element.value().name.local == local_name!("html") || matches!(node.tag, Tag::Body | Tag::Main | Tag::Article | Tag::H1) {
        return false;
    }
    let words = |value: &str| {
        value.split(|c: char| !c.is_ascii_alphanumeric()).take(24).any(|word| {
            let among = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
            among(&AROUND)
                || match shape {
                    Shape::Article => among(&AROUND_TEXT),
                    Shape::Goods => among(&AROUND_TEXT) || among(&AROUND_GOODS),
                    Shape::Sections => false,
                }
        })
    };
    words(node.attr("class")) || words(node.attr("id"))
}

/// The element that most paragraphs are right below, or a little further around them.
fn text_of(shown: &Shown<'_>, aside: &[bool]) -> Option<At> {
    let mut scores = vec![0.0_f64; shown.nodes.len()];
    for (at, node) in shown.nodes.iter().enumerate() {
        let text = matches!(node.tag, Tag::P | Tag::Pre | Tag::Blockquote | Tag::Td | Tag::Li) || is_loose(shown, at);
        if aside[at] || node.element.is_none() || !text || node.chars < 25 || node.link_share() > 0.5 {
            continue;
        }
        let weight = if matches!(node.tag, Tag::Li | Tag::Td) { 0.3 } else { 1.0 };
        let worth = weight * f64::min((node.chars - node.link_chars) as f64, COUNTED);
        for (share, around) in [1.0, 0.5, 0.25].into_iter().zip(shown.around(at)) {
            scores[around] += worth * share;
        }
    }
    let best = (0..scores.len()).max_by(|a, b| {
        let of = |at: At| scores[at] * (1.0 - shown.nodes[at].link_share());
        of(*a).total_cmp(&of(*b)).then(b.cmp(a))
    })?;
    if scores[best] <= 0.0 {
        return None;
    }
    // Text that goes on beside it, in parts of the same kind, belongs to it.
    let mut top = best;
    let own = paragraphs(shown, best, aside);
    for around in shown.around(best).take(4) {
        let more = paragraphs(shown, around, aside);
        if more as f64 > 1.15 * paragraphs(shown, top, aside).max(own) as f64
            && shown.nodes[around].link_share() < 0.3
            && !shown.nodes[around].is(Tag::Body)
        {
            top = around;
        }
    }
    Some(top)
}

/// A `div` that holds words of its own, as a paragraph does.
fn is_loose(shown: &Shown<'_>, at: At) -> bool {
    shown.nodes[at].is(Tag::Div)
        && shown.children(at).filter(|child| shown.nodes[*child].element.is_none()).map(|child| shown.nodes[child].chars).sum::<usize>()
            > 40
}

/// What the page calls its main part, when it holds enough of it; else all.
fn main_of(shown: &Shown<'_>, aside: &[bool]) -> At {
    let all = own_chars(shown, 0, aside);
    let main = |node: &Node<'_>| node.is(Tag::Main) || node.attr("role") == "main";
    let found = (0..shown.nodes.len()).filter(|at| !aside[*at] && main(&shown.nodes[*at])).max_by_key(|at| shown.nodes[*at].chars);
    found.filter(|at| own_chars(shown, *at, aside) * 3 >= all).unwrap_or(0)
}

/// The lines below an element.
fn lines(shown: &Shown<'_>, within: At, aside: &[bool]) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut open: Vec<(At, bool)> = Vec::new();
    let mut line = Line::default();
    let end = shown.nodes[within].end;
    let mut at = within;
    let flush = |line: &mut Line, out: &mut Vec<Line>| {
        let text = crate::base::text::squeeze(&line.text);
        let done = std::mem::take(line);
        if !text.is_empty() {
            out.push(Line { text, ..done });
        }
    };
    while at < end {
        while open.last().is_some_and(|(end, _)| *end <= at) {
            if open.pop().is_some_and(|(_, breaks)| breaks) {
                flush(&mut line, &mut out);
            }
        }
        let node = &shown.nodes[at];
        if node.spaced {
            line.text.push(' ');
        }
        if aside[at] {
            at = node.end;
            continue;
        }
        if node.element.is_some() {
            let breaks = node.tag.breaks();
            if breaks {
                flush(&mut line, &mut out);
                line.heading = matches!(node.tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6);
            }
            open.push((node.end, breaks));
        } else {
            line.text.push_str(node.text);
            line.chars += node.chars;
            line.link_chars += node.link_chars;
        }
        at += 1;
    }
    flush(&mut line, &mut out);
    out
}

/// Which lines are kept: not the links of navigation, nor what is said again and again.
fn keep(lines: &[Line], shape: Shape) -> Vec<bool> {
    let mut seen: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
    let linked = |line: &Line| line.link_chars as f64 > LINKS * line.chars as f64;
    let kept = lines.iter().enumerate().map(|(i, line)| {
        let again = seen.entry(line.text.as_str()).and_modify(|n| *n += 1).or_insert(1);
        if *again > 1 && line.chars > 40 {
            return false;
        }
        match shape {
            Shape::Article => line.heading || !linked(line),
            Shape::Sections | Shape::Goods => {
                // A run of links alone is a menu; a link among words is the name of something.
                let near = lines[i.saturating_sub(3)..(i + 4).min(lines.len())].iter().filter(|line| !linked(line)).count();
                line.heading || !linked(line) || near >= 1
            }
        }
    });
    kept.collect()
}
