//! That a list goes on where no link leads: beside it stands a button for more of it, page numbers that only a script follows, or how many of how
//! many are shown.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::super::html::Tag;
use super::super::lists::is_content;
use super::super::shown::{At, Node, Shown};
use super::next::{SAID, is_next};
use crate::base::text::patterns::compiled;
use crate::base::text::words;

/// Characters of what a button says.
const SHORT: usize = 40;
/// Characters and runs of words that say how much of a list is shown.
const TOLD: usize = 200;
const RUNS: usize = 12;
/// Page numbers that are a row by themselves, and so many that they are the days of a month.
const ROW: usize = 3;
const MONTH: usize = 28;
/// Of so many records one more or less may stand among those that a page counts.
const MISCOUNTED: usize = 8;

/// What a button for more says, folded: the phrases, those that need a noun, the nouns, and the small words before these.
struct Words {
    phrases: HashSet<String>,
    with_noun: HashSet<String>,
    nouns: HashSet<String>,
    small: HashSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let lines = || include_str!("more.txt").lines().filter(|line| !line.starts_with('#'));
    let led = |by: char| lines().filter_map(|line| line.strip_prefix(by)).flat_map(str::split_whitespace).map(words).collect();
    let phrases = lines().filter(|line| !line.starts_with(['+', '~']));
    let (with_noun, phrases): (Vec<&str>, Vec<&str>) = phrases.partition(|line| line.ends_with('+'));
    Words {
        phrases: phrases.into_iter().map(words).collect(),
        with_noun: with_noun.into_iter().map(words).collect(),
        nouns: led('+'),
        small: led('~'),
    }
});

/// "1-13 of 57", "13 of 57".
static OF_RECORDS: LazyLock<Regex> = LazyLock::new(|| {
    let (to, of) = (r"[-–—−]|a|al|to|bis|à|до|по", "out of|of|de|von|di|sur|из|z|ze|af|av|/");
    let number = r"(\d{1,3}(?:[.,’\u{a0}\u{202f}]\d{3})+|\d{1,6})";
    compiled(&format!(r"(?i)(?:\b(\d{{1,6}})\s*(?:{to})\s*)?\b{number}\s*(?:{of})\s*{number}\b"))
});

/// "Page 1 of 9".
static OF_PAGES: LazyLock<Regex> = LazyLock::new(|| {
    let page = "page|página|pagina|pág|seite|strana|strona|sivu|sida|side|страница|стр|oldal";
    compiled(&format!(r"(?i)(?:{page})\.?\s*(\d{{1,5}})\s*(?:of|de|von|di|sur|из|z|ze|af|av|/)\s*(\d{{1,5}})\b"))
});

/// What says beside a list of these records that there is more of it, and cannot be followed.
pub(super) fn unfollowed(shown: &Shown<'_>, records: &[Vec<At>]) -> Option<String> {
    let (first, last) = (*records.first()?.first()?, records.last()?);
    // What stands below the last record may have been cut as a part of it: the others end before.
    let fewest = records.iter().map(Vec::len).min()?;
    let end = shown.nodes[*last.get(fewest.checked_sub(1)?)?].end;
    button(shown, first, end).or_else(|| row(shown, end)).or_else(|| portion(shown, (first, end), records.len()))
}

/// A button for more, below a list that begins and ends here.
fn button(shown: &Shown<'_>, first: At, end: At) -> Option<String> {
    let (_, text) = buttons(shown, end).into_iter().next()?;
    // The same words again and again are those of entries.
    (buttons(shown, first).len() <= SAID).then_some(text)
}

/// What may be such a button from here on.
fn buttons(shown: &Shown<'_>, from: At) -> Vec<(At, String)> {
    let mut said: Vec<(At, String)> = Vec::new();
    let mut within = from;
    for at in from..shown.nodes.len() {
        if at < within {
            continue;
        }
        let Some(text) = caption(shown, at).filter(|text| is_more(text)) else { continue };
        // What is not said to be a button is one by two words at least, and nothing beside them.
        if (acts(&shown.nodes[at]) || text.contains(' ')) && is_content(shown, at) {
            within = shown.nodes[at].end;
            said.push((at, text));
        }
    }
    said
}

/// What an element says that may be a button.
fn caption(shown: &Shown<'_>, at: At) -> Option<String> {
    let node = &shown.nodes[at];
    if node.is(Tag::Input) {
        return Some(node.attr("value").to_owned()).filter(|_| acts(node));
    }
    let leaf = || node.runs == 1 && !node.linked && node.end == at + 2;
    let short = node.element.is_some() && (1..=SHORT).contains(&node.chars);
    (short && (acts(node) || leaf())).then(|| shown.words(at, 2 * SHORT))
}

/// Whether something is done by clicking on it and no page is at its address.
fn acts(node: &Node<'_>) -> bool {
    match node.tag {
        _ if node.element.is_none() => false,
        Tag::Button => true,
        Tag::Input => matches!(node.attr("type").to_ascii_lowercase().as_str(), "submit" | "button"),
        Tag::A => leads_nowhere(node),
        _ => node.attr("role") == "button" || !node.attr("onclick").is_empty(),
    }
}

fn leads_nowhere(node: &Node<'_>) -> bool {
    let href = node.attr("href").trim();
    href.is_empty() || href.starts_with('#') || href.starts_with("javascript:")
}

/// Page numbers in a row that lead nowhere: three of them, or two that are buttons or stand in what is called a pager.
fn row(shown: &Shown<'_>, end: At) -> Option<String> {
    let said = |at: At| shown.nodes[at].element.is_none() && shown.nodes[at].text.contains(char::is_alphanumeric);
    let mut row: Vec<(At, u32)> = Vec::new();
    let mut found = None;
    for at in (end..shown.nodes.len()).filter(|at| said(*at)) {
        let number = shown.nodes[at].text.trim().parse::<u32>().ok().filter(|_| is_number_of_page(shown, at));
        match number {
            Some(number) if row.last().is_some_and(|(_, last)| last + 1 == number) => row.push((at, number)),
            Some(number) => {
                found = found.or_else(|| told(shown, &row));
                row = vec![(at, number)];
            }
            None => {
                found = found.or_else(|| told(shown, &row));
                row.clear();
            }
        }
    }
    found.or_else(|| told(shown, &row))
}

/// Whether a text stands alone, where a page number does, and no page is at its address.
fn is_number_of_page(shown: &Shown<'_>, at: At) -> bool {
    let alone = shown.nodes[shown.nodes[at].parent].runs == 1;
    let apart = |at: At| {
        let node = &shown.nodes[at];
        matches!(node.tag, Tag::Td | Tag::Th | Tag::Option | Tag::Footer | Tag::Aside | Tag::Header)
            || node.is(Tag::A) && !leads_nowhere(node)
    };
    alone && !shown.around(at).any(apart)
}

fn told(shown: &Shown<'_>, row: &[(At, u32)]) -> Option<String> {
    let [(first, one), (second, two), ..] = row else { return None };
    let pager = |node: &Node<'_>| {
        let named = |name: &str| node.attr(name).to_ascii_lowercase().contains("pag");
        node.chars <= SHORT && (named("class") || named("id") || named("aria-label"))
    };
    let clicks = |at: At| shown.around(at).take(2).any(|around| acts(&shown.nodes[around]));
    let is_row = row.len() >= ROW || clicks(*first) && clicks(*second) || shown.around(*first).take(3).any(|at| pager(&shown.nodes[at]));
    (*one > 0 && is_row && row.len() < MONTH).then(|| format!("{one} {two}"))
}

/// That a page says itself that it shows a part of a list of so many records.
fn portion(shown: &Shown<'_>, (first, end): (At, At), records: usize) -> Option<String> {
    let beside = (0..first).chain(end..shown.nodes.len()).filter(|at| {
        let node = &shown.nodes[*at];
        node.chars <= TOLD && (1..=RUNS).contains(&node.runs) && node.end.checked_sub(1).is_some_and(|last| !(first..end).contains(&last))
    });
    beside
        .map(|at| shown.words(at, 2 * TOLD))
        .filter(|text| text.contains(|c: char| c.is_ascii_digit()))
        .find_map(|text| part_of(&text, records))
}

/// The words of a text that say so.
fn part_of(text: &str, records: usize) -> Option<String> {
    let number = |found: &regex::Captures<'_>, at: usize| {
        let digits: String = found.get(at)?.as_str().chars().filter(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    };
    let whole = |found: &regex::Captures<'_>| found.get(0).map(|all| all.as_str().to_owned());
    let is_word = |found: &regex::Captures<'_>| found.get(0).is_some_and(|all| !text[..all.start()].ends_with(char::is_alphabetic));
    let of_pages = OF_PAGES.captures_iter(text).find(is_word).filter(|found| number(found, 1) < number(found, 2));
    of_pages.as_ref().and_then(whole).or_else(|| {
        OF_RECORDS.captures_iter(text).find_map(|found| {
            let (from, last, all) = (number(&found, 1), number(&found, 2)?, number(&found, 3)?);
            let shown = from.map_or_else(|| last.abs_diff(records) <= records / MISCOUNTED, |from| from == 1);
            // "6/11/2026" is a day.
            let all_of_it = found.get(0)?;
            let day = text[..all_of_it.start()].ends_with('/') || text[all_of_it.end()..].starts_with(['/', '.', '-']);
            if shown && last > 1 && last < all && !day { whole(&found) } else { None }
        })
    })
}

/// Whether these are words of a button or a link for more of a list: how many there are, and of what, may be among them.
pub(super) fn is_more(text: &str) -> bool {
    let said = words(text.split(['(', '[']).next().unwrap_or_default());
    let (nouns, said): (Vec<&str>, Vec<&str>) = said
        .split(' ')
        .filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit()))
        .partition(|word| WORDS.nouns.contains(*word));
    let is = |said: &[&str]| {
        let said = said.join(" ");
        is_next(&said) || WORDS.phrases.contains(&said) || !nouns.is_empty() && WORDS.with_noun.contains(&said)
    };
    let without = || said.iter().copied().filter(|word| !WORDS.small.contains(*word)).collect::<Vec<_>>();
    is_next(text) || !said.is_empty() && (is(&said) || !nouns.is_empty() && is(&without()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_more_of_a_list() {
        for text in [
            "Ver más",
            "Ver más empresas",
            "Ver todas las empresas",
            "+ Más socios",
            "Show more members",
            "View all 57 companies",
            "Load 12 more",
            "Load more (13)",
            "Показать ещё компании",
            "Показать ещё 20 компаний",
            "Ещё 12",
            "Weitere Firmen anzeigen",
            "Mehr Mitglieder laden",
            "Plus d'entreprises",
            "Carica altre aziende",
            "Next 10",
            "»",
        ] {
            assert!(is_more(text), "{text}");
        }
        for text in [
            "Más",
            "Leer más",
            "Ver más noticias",
            "More about us",
            "Más información",
            "Show filters",
            "Empresas",
            "12",
            "Todos los socios",
            "",
        ] {
            assert!(!is_more(text), "{text}");
        }
    }

    #[test]
    fn parts_of_lists() {
        for (text, want) in [
            ("Page 1 of 9", Some("Page 1 of 9")),
            ("Seite 2 von 12", Some("Seite 2 von 12")),
            ("Ir a la página 1 de 3.", Some("página 1 de 3")),
            ("страница 1 из 40", Some("страница 1 из 40")),
            ("page 9 of 2", None),
            ("page 9 of 9", None),
            ("homepage 1 of a kind", None),
            ("Mostrando 1-13 de 57 empresas", Some("1-13 de 57")),
            ("Showing 1 to 13 of 1,057 results", Some("1 to 13 of 1,057")),
            ("1 – 25 из 311", Some("1 – 25 из 311")),
            ("11-13 de 57", None),
            ("1-57 of 57", None),
            ("12/11/2026", None),
            ("8 de 57 resultados", Some("8 de 57")),
            ("Mostrando 8 de 57", Some("8 de 57")),
            // What is shown are others than the eight of the list.
            ("3 de 57 fotos", None),
            ("8 de mayo de 2026", None),
            ("8 of 8", None),
        ] {
            assert_eq!(part_of(text, 8).as_deref(), want, "{text}");
        }
    }
}
