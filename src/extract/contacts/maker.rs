//! Who made, keeps or serves a site stands on its pages with a telephone and an address of mail, and is not whom they are about. Knows words, and
//! how far over a page they reach.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Deref;
use std::sync::LazyLock;

use scraper::ElementRef;

use crate::base::text::words;

/// Characters of a line that only says what comes below it.
const CAPTION: usize = 60;
/// Words of the longest credit, and places of a text where one may begin.
const WORDS: usize = 6;
const STARTS: usize = 400;

/// How surely words are a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Strong,
    Weak,
    By,
}

static CREDITS: LazyLock<HashMap<String, Kind>> = LazyLock::new(|| {
    let lines = include_str!("makers.txt").lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('|'));
    let kind = |word: &str| match word {
        "strong" => Kind::Strong,
        "weak" => Kind::Weak,
        _ => Kind::By,
    };
    lines.flat_map(|(word, all)| all.split('|').map(move |credit| (words(credit), kind(word)))).collect()
});

/// The first word of each credit.
static FIRST: LazyLock<HashSet<&str>> = LazyLock::new(|| CREDITS.keys().filter_map(|credit| credit.split(' ').next()).collect());

/// The first two letters of each credit that are of ASCII: most words of a page begin otherwise.
static LETTERS: LazyLock<Vec<[u8; 2]>> = LazyLock::new(|| {
    let all: BTreeSet<[u8; 2]> = FIRST.iter().filter_map(|word| letters(word)).collect();
    all.into_iter().collect()
});

/// The first two letters of a word, where both are of ASCII.
fn letters(word: &str) -> Option<[u8; 2]> {
    let two = [*word.as_bytes().first()?, *word.as_bytes().get(1)?].map(|letter| letter.to_ascii_lowercase());
    two.iter().all(u8::is_ascii_alphanumeric).then_some(two)
}

/// Whether a credit may begin with a word, as far as two letters tell.
fn may_begin(word: &str) -> bool {
    letters(word).is_none_or(|letters| LETTERS.binary_search(&letters).is_ok())
}

/// How a text speaks of who made the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credit {
    /// From this byte on, and what stands in the same block after it.
    From(usize),
    /// All of it is a caption: what stands below it.
    Below,
}

/// Whether a text credits somebody. On a page of legal notices a caption that might head an offer elsewhere ("Webdesign") is a credit.
pub(super) fn credit(text: &str, legal: bool) -> Option<Credit> {
    let trimmed = text.trim().trim_end_matches([':', '：']);
    let begins = trimmed.find(char::is_alphanumeric).is_some_and(|at| may_begin(&trimmed[at..]));
    if let Some(kind) = Some(trimmed).filter(|_| begins).and_then(|trimmed| CREDITS.get(&words(trimmed))) {
        // "Design:" before a name that stands in the next element.
        let asks = *kind != Kind::Weak || text.trim_end().ends_with([':', '：']);
        return (trimmed.chars().count() <= CAPTION && (legal || asks)).then_some(Credit::Below);
    }
    let starts = text.char_indices().scan(' ', |before, (at, c)| {
        let begins = !before.is_alphanumeric() && c.is_alphanumeric();
        *before = c;
        Some((at, begins))
    });
    starts.filter(|(_, begins)| *begins).take(STARTS).find_map(|(at, _)| of_words(text, at, legal)).map(Credit::From)
}

/// The credit that begins at a byte.
fn of_words(text: &str, at: usize, legal: bool) -> Option<usize> {
    let rest = &text[at..];
    if !may_begin(rest) {
        return None;
    }
    let first = rest.find(|c: char| !c.is_alphanumeric()).map_or(rest, |end| &rest[..end]);
    if !FIRST.contains(words(first).split(' ').next()?) {
        return None;
    }
    let ends = rest.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(end, _)| end).chain([rest.len()]);
    let is_one = |end: usize| {
        let after = rest[end..].trim_start();
        let is_led = || begins_a_line(&text[..at]);
        CREDITS.get(&words(&rest[..end])).is_some_and(|kind| match kind {
            Kind::Strong => true,
            Kind::Weak => after.starts_with([':', '：']) && is_led(),
            Kind::By => (legal || after.is_empty()) && is_led(),
        })
    };
    ends.take(2 * WORDS).any(is_one).then_some(at)
}

/// Whether what stands before a word ends a thing of its own.
fn begins_a_line(before: &str) -> bool {
    before.trim_end_matches([' ', '\t', '\u{a0}']).ends_with(['\n', '.', '|', '·', '•', ',', ';', '/', '–', '-', '©', '&'])
        || before.trim().is_empty()
}

/// Whether a page is one of legal notices: by a part of its address, or by its title.
pub(super) fn is_legal(path: &str, title: &str) -> bool {
    const NOTICES: [&str; 20] = [
        "impressum",
        "imprint",
        "legal",
        "aviso legal",
        "avisolegal",
        "mentions legales",
        "mentionslegales",
        "note legali",
        "notelegali",
        "colofon",
        "colophon",
        "legal notice",
        "legal notices",
        "legalnotice",
        "rechtliches",
        "anbieterkennzeichnung",
        "credits",
        "aviso",
        "реквизиты",
        "nota prawna",
    ];
    let (path, title) = (words(path), words(title));
    let holds = |text: &str, notice: &str| format!(" {text} ").contains(&format!(" {notice} "));
    NOTICES.iter().any(|notice| holds(&path, &words(notice)) || holds(&title, &words(notice)))
}

/// A node of a page's tree.
type At<'t> = <ElementRef<'t> as Deref>::Target;

/// The part of a page that speaks of who made it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'t> {
    /// The node that comes after it; `None`: it goes to the end.
    end: Option<At<'t>>,
    /// The caption above it, where the next caption ends it.
    caption: Option<ElementRef<'t>>,
}

impl<'t> Scope<'t> {
    /// Of a credit in a text with this parent.
    pub(super) fn of(credit: Credit, text: &str, parent: ElementRef<'t>) -> Self {
        let after = |element: ElementRef<'t>| element.next_sibling().or_else(|| element.ancestors().find_map(|up| up.next_sibling()));
        let up = |element: ElementRef<'t>| element.parent().and_then(ElementRef::wrap);
        let chars = |element: ElementRef<'t>| element.text().map(|text| text.trim().chars().count()).sum::<usize>();
        match credit {
            // Before a link with the name, in one line with it.
            Credit::Below if chars(parent) > text.trim().chars().count() => Self::of(Credit::From(0), text, parent),
            Credit::From(_) => {
                let mut block = parent;
                while !is_block(block) {
                    let Some(above) = up(block) else { break };
                    block = above;
                }
                Self { end: after(block), caption: None }
            }
            Credit::Below => {
                let (own, mut caption) = (chars(parent), parent);
                while let Some(above) = up(caption).filter(|above| chars(*above) == own) {
                    caption = above;
                }
                if let Some(next) = caption.next_siblings().find_map(ElementRef::wrap).filter(|_| !heads(caption) && is_block(caption)) {
                    return Self { end: after(next), caption: Some(caption) };
                }
                Self { end: up(caption).and_then(after), caption: Some(caption) }
            }
        }
    }

    /// Whether it is over at this node.
    pub(super) fn ends_at(&self, node: At<'t>) -> bool {
        let another = |caption: ElementRef<'t>| {
            ElementRef::wrap(node)
                .is_some_and(|element| heads(element) && element != caption && !caption.descendants().any(|own| own == node))
        };
        self.end == Some(node) || self.caption.is_some_and(another)
    }
}

/// Whether an element heads what comes after it.
fn heads(element: ElementRef<'_>) -> bool {
    matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "strong" | "b" | "th" | "legend" | "summary")
}

fn is_block(element: ElementRef<'_>) -> bool {
    !matches!(
        element.value().name(),
        "a" | "span" | "b" | "strong" | "i" | "em" | "small" | "font" | "u" | "big" | "label" | "abbr" | "cite"
    )
}

/// The title of a page.
pub(super) fn title_of(root: ElementRef<'_>) -> String {
    root.descendent_elements().find(|element| element.value().name() == "title").map(|title| title.text().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_credits_who_made_a_site() {
        for (text, legal, want) in [
            ("Gestaltung: Studio Nord, Tel. 040 123456", false, Some(Credit::From(0))),
            ("© 2024 Firma GmbH, Tel. 030 1234567 · Webdesign by Studio Nord, Tel. 040 123456", false, Some(Credit::From(40))),
            ("Diseño web: Estudio Sur, 91 234 56 78", false, Some(Credit::From(0))),
            ("Site réalisé par Atelier Ouest, 01 42 34 56 78", false, Some(Credit::From(0))),
            ("Разработка сайта — студия «Север», тел. 8 495 123-45-67", false, Some(Credit::From(0))),
            ("Sito realizzato da Studio Est srl", false, Some(Credit::From(0))),
            ("Gestaltung und Umsetzung:", false, Some(Credit::Below)),
            ("Webdesign", true, Some(Credit::Below)),
            ("Hosting", true, Some(Credit::Below)),
            ("Site by", false, Some(Credit::Below)),
            ("© Firma · Designed by ", false, Some(Credit::From(12))),
            // What an agency offers, and what others do.
            ("Furniture designed by hand, made by craftsmen. Call 020 7946 0000", false, None),
            ("We are a web agency: website design and hosting. Call 020 7946 0000", false, None),
            ("Webdesign", false, None),
            ("We do web design for hotels. Call 020 7946 0000", false, None),
            ("Unser Design überzeugt: Tel. 030 1234567", false, None),
            ("Industrial design and layout of plants, Tel. 030 1234567", false, None),
            ("Tel. 030 1234567", true, None),
        ] {
            assert_eq!(credit(text, legal), want, "{text}");
        }
    }

    #[test]
    fn pages_of_legal_notices() {
        for (path, title, want) in [
            ("/impressum", "", true),
            ("/de/impressum.html", "", true),
            ("/p/3", "Aviso legal | Firma", true),
            ("/mentions-legales/", "", true),
            ("/kontakt", "Kontakt", false),
            ("/services", "Paralegal training", false),
        ] {
            assert_eq!(is_legal(path, title), want, "{path} {title}");
        }
    }
}
