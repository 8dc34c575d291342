//! CSS selectors as written in the settings: `h3 a @href`. Vetted when compiled, bounded when matched.

use std::borrow::Cow;

use cssparser::Parser;
use scraper::CaseSensitivity;
use scraper::error::SelectorErrorKind;
use scraper::selector::{Parser as Dialect, Simple};
use selectors::context::{MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, QuirksMode, SelectorCaches};
use selectors::matching::{MatchingContext, matches_selector};
use selectors::parser::{Component, ParseRelative, Selector, SelectorList};

use super::Input;
use super::html::{Element, visible_text};
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
    list: SelectorList<Simple>,
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
        match parse(&scoped) {
            Ok(list) => Some(Self { list, text: text.to_owned(), has: text.to_ascii_lowercase().contains(":has") }),
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
    /// [`FailureClass::ParseLimit`] when the page is too large for this selector.
    pub(super) fn select<'t, E: Element<'t>>(&self, root: E, nodes: usize, input: &Input<'_>) -> Result<Vec<E>, Failure> {
        self.check_has(nodes, input)?;
        if nodes <= QUICK_NODES {
            return Ok(self.within(root).collect());
        }
        let mut found = Vec::new();
        let mut caches = SelectorCaches::default();
        for (i, element) in root.below().enumerate() {
            if i % 256 == 0 {
                input.check_time()?;
            }
            if self.matches(&element, &root, &mut caches) {
                found.push(element);
            }
        }
        Ok(found)
    }

    /// The elements that match within one.
    fn within<'t, E: Element<'t>>(&self, within: E) -> impl Iterator<Item = E> {
        let mut caches = SelectorCaches::default();
        within.below().filter(move |element| self.matches(element, &within, &mut caches))
    }

    fn matches<'t, E: Element<'t>>(&self, element: &E, scope: &E, caches: &mut SelectorCaches) -> bool {
        if !self.list.slice().iter().any(|selector| may_match(selector, element)) {
            return false;
        }
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            caches,
            QuirksMode::NoQuirks,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        context.scope_element = Some(scope.opaque());
        self.list.slice().iter().any(|selector| matches_selector(selector, 0, None, element, &mut context))
    }

    fn check_has(&self, nodes: usize, input: &Input<'_>) -> Result<(), Failure> {
        if self.has && nodes > HAS_NODES {
            let text =
                format!("{}: `{}` uses :has, which is for trees of up to {HAS_NODES} nodes; this one has {nodes}", input.url, self.text);
            return Err(Failure::new(FailureClass::ParseLimit, text));
        }
        Ok(())
    }
}

/// Whether an element has the name and classes that a selector asks for at its end: most have not, and need no matching.
fn may_match<'t, E: Element<'t>>(selector: &Selector<Simple>, element: &E) -> bool {
    selector.iter().all(|component| match component {
        Component::LocalName(name) => {
            element.has_local_name(if element.is_html_element_in_html_document() { &name.lower_name } else { &name.name })
        }
        Component::Class(class) => element.has_class(class, CaseSensitivity::CaseSensitive),
        _ => true,
    })
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

    /// Its selector; none where it takes the record's own element.
    pub(super) const fn css(&self) -> Option<&Css> {
        self.css.as_ref()
    }

    /// The attribute it takes, if any.
    pub(super) fn attr(&self) -> Option<&str> {
        self.attr.as_deref()
    }

    /// As written.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The words of the first match in the whole page.
    pub(super) fn first<'t, E: Element<'t>>(&self, root: E) -> Option<String> {
        let css = self.css.as_ref()?;
        css.within(root).map(|element| self.words(element)).find(|text| !text.trim().is_empty())
    }

    /// The words of an element.
    fn words<'t, E: Element<'t>>(&self, element: E) -> String {
        let Some(attr) = &self.attr else {
            let mut text = String::new();
            visible_text(element, &mut text, caps::FIELD_CHARS);
            return text;
        };
        element.attribute(attr).map(clipped).unwrap_or_default()
    }

    /// With `@href` when no attribute was named: for settings that are always addresses.
    pub(super) fn or_attr(mut self, attr: &str) -> Self {
        self.attr.get_or_insert_with(|| attr.to_owned());
        self
    }
}

/// Takes words out of one page, counting how many.
pub(super) struct Taker<'i> {
    nodes: usize,
    input: &'i Input<'i>,
    taken: usize,
}

impl<'i> Taker<'i> {
    /// Nothing taken yet from a page of so many nodes.
    pub(super) fn new(nodes: usize, input: &'i Input<'i>) -> Self {
        Self { nodes, input, taken: 0 }
    }

    /// The words of a pick within an element; only those that have any. `prefix` begins the path.
    ///
    /// # Errors
    ///
    /// [`FailureClass::ParseLimit`] when too much was taken from the page.
    pub(super) fn take<'t, E: Element<'t>>(&mut self, pick: &Pick, many: bool, within: E, prefix: &str) -> Result<Vec<Words>, Failure> {
        let limit = if many { MANY } else { 1 };
        let mut found = Vec::new();
        let Some(css) = &pick.css else {
            self.add(pick, within, prefix, &mut found)?;
            return Ok(found);
        };
        css.check_has(self.nodes, self.input)?;
        for element in css.within(within) {
            self.add(pick, element, prefix, &mut found)?;
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    fn add<'t, E: Element<'t>>(&mut self, pick: &Pick, element: E, prefix: &str, found: &mut Vec<Words>) -> Result<(), Failure> {
        let text = pick.words(element);
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

fn clipped(text: Cow<'_, str>) -> String {
    let mut text = text.into_owned();
    text.truncate(text.floor_char_boundary(caps::FIELD_CHARS));
    text
}
fn parse(text: &str) -> Result<SelectorList<Simple>, SelectorErrorKind> {
    SelectorList::parse(&Dialect, &mut Parser::new(text), ParseRelative::No).map_err(SelectorErrorKind::from)
}

/// Where a selector stops making sense, and what is missing there. The parser says neither in words meant for people.
fn not_understood(text: &str, error: &SelectorErrorKind) -> String {
    let good = text.char_indices().map(|(at, _)| &text[..at]).rfind(|start| parse(start).is_ok());
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
