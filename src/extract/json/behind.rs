//! JSON in a page of HTML: the state that a script leaves for itself, where it is, and how it is selected. Knows no site.

use scraper::ElementRef;
use serde_json::Value;

use super::super::html::{self, Attributes as _};
use super::super::selector::Pick;
use super::super::{Input, text_of};
use super::shape;
use crate::model::Failure;

/// Places of a page that are looked at.
const PLACES: usize = 300;
/// Attributes shorter than this hold no list.
const SHORT: usize = 100;
/// Fewer objects are no list.
const FEWEST: usize = 3;

/// A list of objects behind a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) struct Behind {
    /// The selector of where it is, as in the setting `select`.
    pub(in crate::extract) select: String,
    /// The jq filter that yields its objects.
    pub(in crate::extract) filter: String,
    /// How many they are.
    pub(in crate::extract) objects: usize,
}

/// The texts at the selected places that begin with JSON, or hold it behind `name =`.
///
/// # Errors
///
/// As [`html::parse`], and of the selector.
pub(super) fn texts(pick: &Pick, input: &Input<'_>) -> Result<Vec<String>, Failure> {
    let tree = html::parse(&text_of(input), input)?;
    let Some(css) = pick.css() else { return Ok(Vec::new()) };
    let found = css.select(tree.html.root_element(), tree.nodes, input)?;
    let words = |element: &ElementRef<'_>| match pick.attr() {
        Some(attr) => element.value().attribute(attr).unwrap_or_default().to_owned(),
        None => element.text().collect(),
    };
    Ok(found.iter().take(PLACES).filter_map(|element| json_in(&words(element)).map(str::to_owned)).collect())
}

/// The JSON that a text is, or that a script puts under a name.
fn json_in(text: &str) -> Option<&str> {
    let text = text.trim();
    let after = |text: &str| {
        let rest = text.trim_start();
        rest.starts_with(['{', '[']).then(|| text.len() - rest.len())
    };
    // Of `a = {}; b = {…}` the longest is meant.
    let starts = after(text).into_iter().chain(text.match_indices('=').filter_map(|(at, _)| Some(at + 1 + after(&text[at + 1..])?)));
    let whole = |start: usize| {
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<serde::de::IgnoredAny>();
        matches!(stream.next(), Some(Ok(_))).then(|| &text[start..start + stream.byte_offset()])
    };
    let (mut best, mut end): (Option<&str>, usize) = (None, 0);
    for start in starts.take(PLACES) {
        if start < end {
            continue;
        }
        if let Some(json) = whole(start) {
            end = start + json.len();
            best = best.filter(|best| best.len() >= json.len()).or(Some(json));
        }
    }
    best
}

/// The lists of objects behind a page, the longest first.
pub(in crate::extract) fn find(root: ElementRef<'_>, input: &Input<'_>) -> Result<Vec<Behind>, Failure> {
    let mut out: Vec<Behind> = Vec::new();
    for element in root.descendent_elements() {
        let value = element.value();
        let is_script = value.name() == "script" && !value.attribute("type").is_some_and(|kind| kind.contains("ld+json"));
        if is_script && value.attribute("src").is_none() {
            let text: String = element.text().collect();
            add(&text, || place(element), input, &mut out)?;
        }
        for (name, text) in value.attrs().filter(|(name, text)| text.len() >= SHORT && is_attribute(name)) {
            if text.trim_start().starts_with(['{', '[']) {
                add(text, || format!("{} @{name}", holder(element, name)), input, &mut out)?;
            }
        }
        if out.len() >= PLACES {
            break;
        }
    }
    out.sort_by_key(|behind| std::cmp::Reverse(behind.objects));
    Ok(out)
}

fn add(text: &str, place: impl Fn() -> String, input: &Input<'_>, out: &mut Vec<Behind>) -> Result<(), Failure> {
    input.check_time()?;
    let Some(value) = json_in(text).and_then(|json| super::parse(json, input, &mut Vec::new()).ok()) else { return Ok(()) };
    let Some(records) = shape::records(&value).filter(|records| records.listed && records.values.len() >= FEWEST) else { return Ok(()) };
    // Objects that say less than a name and something of it are settings and menus.
    let worth = |value: &&&Value| value.as_object().is_some_and(|members| members.len() >= 2);
    if records.values.iter().filter(worth).count() * 2 >= records.values.len() {
        out.push(Behind { select: place(), filter: filter_of(&records.place), objects: records.values.len() });
    }
    Ok(())
}

/// The selector of a script: its id, else its type, else all of them; of several the reader takes the one with the most records.
fn place(script: ElementRef<'_>) -> String {
    let value = script.value();
    match (value.attribute("id").filter(|id| is_word(id)), value.attribute("type").filter(|kind| !kind.contains(['"', '\\']))) {
        (Some(id), _) => format!("script#{id}"),
        (None, Some(kind)) => format!("script[type=\"{kind}\"]"),
        (None, None) => "script".to_owned(),
    }
}

fn holder(element: ElementRef<'_>, attribute: &str) -> String {
    let value = element.value();
    let escaped = || attribute.replace(':', "\\:").replace('.', "\\.");
    value.attribute("id").filter(|id| is_word(id)).map_or_else(|| format!("{}[{}]", value.name(), escaped()), |id| format!("#{id}"))
}

/// Whether an attribute of this name can be selected: `data-page`, and what a script binds: `:members`, `wire:snapshot`.
fn is_attribute(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c)) && name.chars().any(|c| c.is_ascii_alphabetic())
}

/// Whether a text can stand in a selector as it is.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// `.props.items[]` for the place `props.items`.
fn filter_of(place: &str) -> String {
    let plain = |name: &str| {
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let step = |name: &str| if plain(name) { format!(".{name}") } else { format!(".{}", Value::String(name.to_owned())) };
    let path: String = place.split('.').filter(|name| !name.is_empty()).map(step).collect();
    if path.is_empty() { ".[]".to_owned() } else { format!("{path}[]") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_a_script() {
        for (text, want) in [
            ("{\"a\":1}", Some("{\"a\":1}")),
            ("  [1, 2]  ", Some("[1, 2]")),
            ("window.__STATE__ = {\"a\":{\"b\":2}};\nrun();", Some("{\"a\":{\"b\":2}}")),
            ("var a={}; var b = [1,2,3]; if (a == b) {}", Some("[1,2,3]")),
            ("function () { return a = {b: 1} }", None),
            ("a = {\"cut\": ", None),
            ("", None),
        ] {
            assert_eq!(json_in(text), want, "{text}");
        }
    }

    #[test]
    fn filters_of_places() {
        for (place, want) in [("", ".[]"), ("items", ".items[]"), ("props.page-props.2x", ".props.\"page-props\".\"2x\"[]")] {
            assert_eq!(filter_of(place), want);
        }
    }
}
