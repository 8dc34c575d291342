//! CSS selectors as written in the settings: `h3 a @href`. Vetted when compiled, bounded when matched.

use scraper::error::SelectorErrorKind;
use scraper::{ElementRef, Selector};

use super::Input;
use super::html::{Tree, visible_text};
use super::transform::{Plan, Take, Words};
use crate::base::caps;
use crate::model::{Failure, FailureClass, Fault};

/// Characters of one selector: what a person writes, and too few to nest deeply.
const SELECTOR_CHARS: usize = 512;
/// Nodes of a tree in which `:has` may be used: it looks through a subtree for each element.
const HAS_NODES: usize = 20_000;
/// Nodes of a tree that is searched without looking at the clock.
const QUICK_NODES: usize = 20_000;
/// Matches of one field with `many`.
const MANY: usize = 1_000;
/// Bytes of words taken from one page: nested records and repeated long addresses multiply what a page holds.
const TAKEN: usize = 16 * 1024 * 1024;

/// A compiled selector.
#[derive(Clone, Debug)]
pub(super) struct Css {
    selector: Selector,
    /// As written.
    pub(super) text: String,
    has: bool,
}

impl Css {
    /// Checks and compiles; the fault names `key`.
    pub(super) fn compile(key: &str, text: &str, faults: &mut Vec<Fault>) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > SELECTOR_CHARS {
            faults.push(Fault::new(key, text, format!("a CSS selector of 1 to {SELECTOR_CHARS} characters")));
            return None;
        }
        let scoped = if text.starts_with(['>', '+', '~']) { format!(":scope {text}") } else { text.to_owned() };
        match Selector::parse(&scoped) {
            Ok(selector) => Some(Self { selector, text: text.to_owned(), has: text.to_ascii_lowercase().contains(":has") }),
            Err(error) => {
                faults.push(Fault::new(key, text, format!("a CSS selector such as `li.item h3`: {}", not_understood(&scoped, &error))));
                None
            }
        }
    }

    /// The elements that match, in the order of the page.
    ///
    /// # Errors
    ///
    /// [`FailureClass::ParseLimit`] when the tree is too large for this selector.
    pub(super) fn select<'t>(&self, tree: &'t Tree, input: &Input<'_>) -> Result<Vec<ElementRef<'t>>, Failure> {
        self.check_has(tree, input)?;
        let root = tree.html.root_element();
        if tree.nodes <= QUICK_NODES {
            return Ok(root.select(&self.selector).collect());
        }
        let mut found = Vec::new();
        for (i, element) in root.descendent_elements().enumerate() {
            if i % 256 == 0 {
                input.check_time()?;
            }
            if self.selector.matches(&element) {
                found.push(element);
            }
        }
        Ok(found)
    }

    fn check_has(&self, tree: &Tree, input: &Input<'_>) -> Result<(), Failure> {
        if self.has && tree.nodes > HAS_NODES {
            let text = format!(
                "{}: `{}` uses :has, which is for trees of up to {HAS_NODES} nodes; this one has {}",
                input.url, self.text, tree.nodes
            );
            return Err(Failure::new(FailureClass::ParseLimit, text));
        }
        Ok(())
    }
}

/// A selector with an attribute: where one field's words are.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// `None`: the record's own element.
    css: Option<Css>,
    attr: Option<String>,
    path: String,
}

impl Pick {
    /// From `h3 a @href`; `attr` is the setting beside it; the fault names `key`.
    pub(super) fn compile(key: &str, text: &str, attr: Option<&str>, faults: &mut Vec<Fault>) -> Option<Self> {
        let text = text.trim();
        let (css, inline) = match text.rsplit_once(char::is_whitespace) {
            Some((css, last)) if last.starts_with('@') => (css.trim_end(), Some(&last[1..])),
            None if text.starts_with('@') => ("", Some(&text[1..])),
            Some(_) | None => (text, None),
        };
        let attr = inline.or(attr);
        let good = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'));
        if let Some(name) = attr.filter(|name| !good(name)) {
            faults.push(Fault::new(key, name, "an attribute name, such as `href`"));
            return None;
        }
        let css = if css.is_empty() && !text.is_empty() || text == ":scope" { None } else { Some(Css::compile(key, css, faults)?) };
        let attr = attr.map(str::to_ascii_lowercase);
        Some(Self { css, attr, path: text.to_owned() })
    }

    /// The pick of a plan, or none when the plan does not select; the fault names the field in the table `at`.
    pub(super) fn of(plan: &Plan, at: &str, faults: &mut Vec<Fault>) -> Option<Self> {
        match &plan.take {
            Take::Select { select, attr } if select.is_empty() => {
                let attr = attr.as_deref()?.to_ascii_lowercase();
                Some(Self { css: None, path: format!("@{attr}"), attr: Some(attr) })
            }
            Take::Select { select, attr } => Self::compile(&format!("{at}.{}", plan.name), select, attr.as_deref(), faults),
            Take::From(_) | Take::Constant(_) => None,
        }
    }

    /// The words of the first match in the whole page.
    pub(super) fn first(&self, tree: &Tree) -> Option<String> {
        let css = self.css.as_ref()?;
        tree.html.root_element().select(&css.selector).find_map(|element| {
            let mut text = String::new();
            match &self.attr {
                Some(attr) => text.push_str(clipped(attribute(element, attr))),
                None => visible_text(element, &mut text, caps::FIELD_CHARS),
            }
            Some(text).filter(|text| !text.trim().is_empty())
        })
    }

    /// With `@href` when no attribute was named: for settings that are always addresses.
    pub(super) fn or_attr(mut self, attr: &str) -> Self {
        self.attr.get_or_insert_with(|| attr.to_owned());
        self
    }
}

/// Takes words out of one page, counting how many.
pub(super) struct Taker<'t, 'i> {
    tree: &'t Tree,
    input: &'i Input<'i>,
    taken: usize,
}

impl<'t, 'i> Taker<'t, 'i> {
    /// Nothing taken yet.
    pub(super) fn new(tree: &'t Tree, input: &'i Input<'i>) -> Self {
        Self { tree, input, taken: 0 }
    }

    /// The words of a pick within an element; only those that have any. `prefix` begins the path.
    ///
    /// # Errors
    ///
    /// [`FailureClass::ParseLimit`] when too much was taken from the page.
    pub(super) fn take(&mut self, pick: &Pick, many: bool, within: ElementRef<'t>, prefix: &str) -> Result<Vec<Words>, Failure> {
        let limit = if many { MANY } else { 1 };
        let mut found = Vec::new();
        let Some(css) = &pick.css else {
            self.add(pick, within, prefix, &mut found)?;
            return Ok(found);
        };
        css.check_has(self.tree, self.input)?;
        for element in within.select(&css.selector) {
            self.add(pick, element, prefix, &mut found)?;
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    fn add(&mut self, pick: &Pick, element: ElementRef<'t>, prefix: &str, found: &mut Vec<Words>) -> Result<(), Failure> {
        let mut text = String::new();
        match &pick.attr {
            Some(attr) => text.push_str(clipped(attribute(element, attr))),
            None => visible_text(element, &mut text, caps::FIELD_CHARS),
        }
        self.taken += text.len() + prefix.len() + pick.path.len();
        if self.taken > TAKEN {
            let text = format!("{}: its fields hold more than {} MiB of text", self.input.url, TAKEN / 1024 / 1024);
            return Err(Failure::new(FailureClass::ParseLimit, text));
        }
        if !text.trim().is_empty() {
            let path = if prefix.is_empty() { pick.path.clone() } else { format!("{prefix} {}", pick.path) };
            found.push(Words { text, path });
        }
        Ok(())
    }
}

fn attribute<'t>(element: ElementRef<'t>, name: &str) -> &'t str {
    element.value().attrs().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(caps::FIELD_CHARS.min(text.len()))]
}
/// Where a selector stops making sense, and what is missing there. The parser says neither in words meant for people.
fn not_understood(text: &str, error: &SelectorErrorKind) -> String {
    let good = text.char_indices().map(|(at, _)| &text[..at]).rfind(|start| Selector::parse(start).is_ok());
    let place = match good.map(str::trim_end) {
        Some(good) if !good.is_empty() => format!("after `{good}`"),
        Some(_) | None => "at its beginning".to_owned(),
    };
    let kind = format!("{error:?}");
    let hints = [
        ("ClassNeedsIdent", "a `.` wants the name of a class"),
        ("EmptySelector", "a part of it is empty"),
        ("DanglingCombinator", "nothing follows the combinator"),
        ("UnsupportedPseudoClassOrElement", "this `:word` is not known here"),
        ("InAttribute", "an attribute is written `[name]` or `[name=\"value\"]`"),
        ("AttributeSelector", "an attribute is written `[name]` or `[name=\"value\"]`"),
        ("EndOfLine", "it ends too early"),
        ("ColonOnPseudoElement", "a `:` wants a name"),
        ("IdentityOnPseudoElement", "a `:` wants a name"),
    ];
    let hint = hints.iter().find(|(word, _)| kind.contains(word)).map_or("this is no part of a selector", |(_, hint)| hint);
    format!("it is not understood {place}: {hint}")
}
