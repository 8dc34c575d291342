//! An outline is the tree, wherever there is one: on pages made to be nasty, and on real ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use scraper::ElementRef;
use url::Url;

use super::super::element::{Edge, Element};
use super::super::{Tree, parse, soup};
use super::*;
use crate::extract::decode::decode;
use crate::extract::real::{samples, say};
use crate::extract::selector::Css;

fn with<T>(text: &str, then: impl FnOnce(&Input<'_>) -> T) -> T {
    let url = Url::parse("https://example.org/").unwrap();
    then(&Input { bytes: text.as_bytes(), content_type: None, url: &url, next: None, now: Timestamp::UNIX_EPOCH, expired: &|| false })
}

fn outline(text: &str) -> Result<Outline<'_>, Odd> {
    with(text, |input| Outline::read(text, input)).unwrap()
}

fn tree(text: &str) -> Tree {
    with(text, |input| parse(text, input)).unwrap()
}

/// One line for each element that begins or ends and for each text.
fn flat<'t, E: Element<'t>>(root: E, describe: impl Fn(&E) -> String) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for edge in root.edges() {
        match edge {
            Edge::Open(element) => lines.push(format!("<{}", describe(&element))),
            Edge::Close(_) => lines.push(">".to_owned()),
            Edge::Text(text) => match lines.last_mut() {
                Some(last) if last.starts_with('"') => last.push_str(&text),
                _ => lines.push(format!("\"{text}")),
            },
        }
    }
    lines
}

/// Names in an `svg` are changed in case and prefix by the tree: there only values are compared.
fn describe(name: &str, foreign: bool, attributes: impl Iterator<Item = (String, String)>) -> String {
    let mut seen = BTreeMap::new();
    for (key, value) in attributes {
        seen.entry(key.to_ascii_lowercase()).or_insert(value);
    }
    let mut attributes: Vec<String> = seen.into_iter().map(|(key, value)| if foreign { value } else { format!("{key}={value}") }).collect();
    attributes.sort();
    format!("{}{} {attributes:?}", name.to_ascii_lowercase(), if foreign { " (foreign)" } else { "" })
}

fn flat_outline(outline: &Outline<'_>) -> Vec<String> {
    flat(outline.root(), |node| {
        let attributes = node.written_attributes().map(|(key, value)| (key.to_owned(), node.decoded(value).into_owned()));
        describe(node.written(), !selectors::Element::is_html_element_in_html_document(node), attributes)
    })
}

fn flat_tree(tree: &Tree) -> Vec<String> {
    flat(tree.html.root_element(), |element: &ElementRef<'_>| {
        let value = element.value();
        let foreign = value.name.ns != html5ever::ns!(html);
        let key = |name: &html5ever::QualName| match &name.prefix {
            Some(prefix) => format!("{prefix}:{}", name.local),
            None => name.local.to_string(),
        };
        describe(value.name(), foreign, value.attrs.iter().map(|(name, value)| (key(name), value.to_string())))
    })
}

/// Where in the page the elements are that match.
fn places<'t, E: Element<'t>>(root: E, nodes: usize, css: &Css) -> Vec<usize> {
    let found = with("", |input| css.select(root, nodes, input)).unwrap();
    let mut at = root.below().enumerate();
    found.iter().map(|element| at.by_ref().find(|(_, other)| other == element).unwrap().0).collect()
}

/// Compares an outline with the tree in every respect.
fn compare(text: &str, outline: &Outline<'_>) -> Result<(), TestCaseError> {
    let tree = tree(text);
    prop_assert_eq!(flat_outline(outline), flat_tree(&tree), "{:?}", text);
    prop_assert_eq!(outline.nodes(), tree.nodes, "nodes of {:?}", text);
    for selector in soup::SELECTORS {
        let css = Css::compile("", selector, &mut Vec::new()).unwrap();
        outline.doubtful.set(false);
        let found = places(outline.root(), outline.nodes(), &css);
        if !outline.doubtful() {
            prop_assert_eq!(found, places(tree.html.root_element(), tree.nodes, &css), "`{}` in {:?}", selector, text);
        }
    }
    Ok(())
}

/// Cases of the property, by `ATALAYA_CASES` as many as one likes.
fn cases(usual: u32) -> u32 {
    std::env::var("ATALAYA_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn whatever_is_taken_is_the_tree() {
    let count = cases(600);
    let (mut made, mut taken) = (0_u32, 0_u32);
    let mut odds = BTreeMap::new();
    let mut runner = TestRunner::new(Config { cases: count, failure_persistence: None, ..Config::default() });
    let counted = std::cell::RefCell::new((&mut made, &mut taken, &mut odds));
    runner
        .run(&prop::collection::vec(any::<u8>(), 0..400), |choices| {
            let text = soup::page(&choices);
            let mut counted = counted.borrow_mut();
            *counted.0 += 1;
            match outline(&lines(&text)) {
                Ok(outline) => {
                    *counted.1 += 1;
                    compare(&text, &outline)
                }
                Err(odd) => {
                    *counted.2.entry(odd).or_insert(0) += 1;
                    Ok(())
                }
            }
        })
        .unwrap();
    say(&format!("{taken} of {made} made pages are plain; the others: {odds:?}"));
    assert!(taken * 4 >= made, "only {taken} of {made} were taken: the test says nothing");
}

#[test]
fn of_pages_made_to_take_long_none_is_read_that_the_tree_refuses() {
    for (name, page, ..) in super::super::tests::killers() {
        let Ok(outline) = outline(&page) else { continue };
        let tree = with(&page, |input| parse(&page, input)).unwrap_or_else(|failure| panic!("{name} was read: {failure}"));
        assert_eq!(outline.nodes(), tree.nodes, "{name}");
        assert!(flat_outline(&outline) == flat_tree(&tree), "{name}");
    }
}

#[test]
fn what_is_read_here_and_what_is_not() {
    for (page, taken) in [
        ("<p>a<p>b", true),
        ("<ul><li>a<li>b</ul>", true),
        ("<table><tr><td>a<td>b<tr><td>c</table>", true),
        ("<div><span>a</div>b", true),
        ("<h1>a<h2>b</h2>", true),
        ("<a href=x>a<a href=y>b</a>", true),
        ("a\r\nb", true),
        ("<svg viewBox='0 0 1 1'><title>a &amp; b</title><path d='M0'/></svg>", true),
        ("</div>a</span></p></b>b</li>", true),
        ("<p><b>a</p>b", false),
        ("<b><p>a</b>b", false),
        ("<table><p>a</table>", false),
        ("<select><input></select>", false),
        ("<template>a</template>", false),
        ("<math><mi>a</mi></math>", false),
        ("<svg><p>a</svg>", false),
        ("a\0b", false),
        ("<!-- a", false),
        ("<p", false),
    ] {
        let read = outline(&lines(page)).map(|outline| compare(&lines(page), &outline).unwrap());
        assert_eq!(read.is_ok(), taken, "{page}: {read:?}");
    }
}

#[test]
fn what_only_the_tree_knows_is_asked_of_the_tree() {
    let page = "<svg><use xlink:href=a /><linearGradient viewbox=b /></svg><p class=x>a";
    let outline = outline(page).unwrap();
    for (selector, doubtful) in
        [("[href]", true), ("lineargradient", true), ("[viewBox]", true), ("p", false), (".x", false), ("svg > use", false)]
    {
        outline.doubtful.set(false);
        places(outline.root(), outline.nodes(), &Css::compile("", selector, &mut Vec::new()).unwrap());
        assert_eq!(outline.doubtful(), doubtful, "{selector}");
    }
}

/// The pages that are here.
fn real_pages() -> Vec<(PathBuf, String)> {
    fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, found);
            } else if path.to_string_lossy().contains(".htm") {
                found.push(path);
            }
        }
    }
    let Some(folder) = samples() else { return Vec::new() };
    let mut paths = Vec::new();
    gather(&folder, &mut paths);
    paths.sort();
    let url = Url::parse("https://example.org/").unwrap();
    let read = |path: PathBuf| {
        let mut bytes = fs::read(&path).unwrap();
        if path.extension().is_some_and(|end| end == "gz") {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut plain).ok()?;
            bytes = plain;
        }
        Some((path, decode(&bytes, None, &url).into_owned()))
    };
    paths.into_iter().filter_map(read).collect()
}

#[test]
fn real_pages_are_the_same() {
    let pages = real_pages();
    let mut taken = 0;
    let mut odds: BTreeMap<Odd, usize> = BTreeMap::new();
    for (path, text) in &pages {
        match outline(&lines(text)) {
            Ok(outline) => {
                taken += 1;
                if let Err(difference) = compare(text, &outline) {
                    let difference = difference.to_string();
                    panic!("{}: {}", path.display(), &difference[..difference.floor_char_boundary(3_000)]);
                }
            }
            Err(odd) => *odds.entry(odd).or_default() += 1,
        }
    }
    say(&format!("{taken} of {} real pages are plain; the others: {odds:?}", pages.len()));
}
