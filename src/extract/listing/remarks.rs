//! Why a page gives less than its settings ask for, in sentences for whoever wrote them: selectors that match nothing, what of them does match,
//! and the list that the page shows by itself. Knows no store and takes no decision.

use super::super::html::{self, Element, Reading};
use super::super::selector::{Css, Pick, Taker};
use super::super::{Input, read_page, text_of};
use super::ListingReader;
use crate::base::text::clip;
use crate::model::Failure;

/// Shorter selectors tried for one that matches nothing, the longest first.
const TRIED: usize = 32;
/// Characters of a selector or place that are shown.
const SHOWN: usize = 200;
/// Columns of a list that are named.
const COLUMNS: usize = 6;

impl ListingReader {
    /// Says what matches nothing on this page, and why.
    pub(in crate::extract) fn remarks(&self, input: &Input<'_>) -> Result<Vec<String>, Failure> {
        let (any, mut said) = html::read(&text_of(input), input, &Why { reader: self, input })?;
        if !any {
            said.push(by_itself(input)?);
        }
        Ok(said)
    }
}

struct Why<'r> {
    reader: &'r ListingReader,
    input: &'r Input<'r>,
}

impl Reading for Why<'_> {
    /// Whether there are records, and the sentences.
    type Output = (bool, Vec<String>);

    fn read<'t, E: Element<'t>>(&self, root: E, nodes: usize) -> Result<Self::Output, Failure> {
        let Self { reader, input } = *self;
        let mut said = Vec::new();
        let records = reader.record.select(root, nodes, input)?;
        if records.is_empty() {
            let words = format!("`record`: `{}` matches 0 of {} elements", clip(&reader.record.text, SHOWN), root.below().count());
            said.push(words + &nearest(&reader.record.text, &[root], (nodes, input))?.unwrap_or_default());
            return Ok((false, said));
        }
        let mut taker = Taker::new(nodes, input);
        for (plan, pick) in reader.fields.plans.iter().zip(&reader.fields.picks) {
            let Some(pick) = pick else { continue };
            let mut found = false;
            for record in &records {
                input.check_time()?;
                if !taker.take(pick, false, *record, "")?.is_empty() {
                    found = true;
                    break;
                }
            }
            if !found {
                let words = format!("field `{}`: `{}` is in 0 of {} records", plan.name, clip(pick.path(), SHOWN), records.len());
                said.push(words + &within(pick, &records, (nodes, input))?.unwrap_or_default());
            }
        }
        if let Some(next) = &reader.next
            && taker.take(next, false, root, "")?.is_empty()
        {
            let words = format!("`next`: `{}` leads nowhere from this page, so it is taken for the last one", clip(next.path(), SHOWN));
            said.push(words + &within(next, &[root], (nodes, input))?.unwrap_or_default());
        }
        Ok((true, said))
    }
}

/// What of a pick there is: its elements without the words that it asks for, or what the nearest shorter selector matches.
fn within<'t, E: Element<'t>>(pick: &Pick, places: &[E], by: (usize, &Input<'_>)) -> Result<Option<String>, Failure> {
    let Some(css) = pick.css() else { return Ok(None) };
    match (matched(css, places, by)?, pick.attr()) {
        (0, _) => nearest(&css.text, places, by),
        (n, Some(attr)) => Ok(Some(format!("; `{}` matches {n}, without an attribute `{attr}` that says something", css.text))),
        (n, None) => Ok(Some(format!("; `{}` matches {n}, without words in it", css.text))),
    }
}

/// The longest beginning of a selector that matches something; else its end alone. Of a list, the best of all its members.
fn nearest<'t, E: Element<'t>>(text: &str, places: &[E], by: (usize, &Input<'_>)) -> Result<Option<String>, Failure> {
    for shorter in shorter(text) {
        by.1.check_time()?;
        let Some(css) = Css::compile("", &shorter, &mut Vec::new()) else { continue };
        let n = matched(&css, places, by)?;
        if n > 0 {
            return Ok(Some(format!("; `{}` matches {n}", clip(&shorter, SHOWN))));
        }
    }
    Ok(Some("; no part of it matches anything".to_owned()))
}

fn matched<'t, E: Element<'t>>(css: &Css, places: &[E], (nodes, input): (usize, &Input<'_>)) -> Result<usize, Failure> {
    let mut n = 0;
    for place in places {
        n += css.select(*place, nodes, input)?.len();
    }
    Ok(n)
}

/// Selectors that ask for less, the nearest first.
fn shorter(text: &str) -> Vec<String> {
    let mut cuts: Vec<usize> = Vec::new();
    let (mut depth, mut quote, mut escaped) = (0_u32, None, false);
    for (at, c) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, c) {
            (_, '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) => {
                if depth == 0 && at > 0 && (matches!(c, '.' | '#' | '[' | ':' | ',' | '>' | '+' | '~') || c.is_whitespace()) {
                    cuts.push(at);
                }
                depth += u32::from(matches!(c, '(' | '['));
            }
        }
    }
    let combinator = |c: char| c.is_whitespace() || matches!(c, '>' | '+' | '~' | ',');
    let last = cuts.iter().rev().find(|at| text[**at..].starts_with(combinator)).map(|at| text[*at..].trim_start_matches(combinator));
    let mut all: Vec<String> = cuts.iter().rev().map(|at| text[..*at].trim_end_matches(|c| combinator(c) || c == ':').to_owned()).collect();
    all.retain(|one| !one.is_empty());
    all.dedup();
    all.truncate(TRIED);
    all.extend(last.filter(|last| !last.is_empty()).map(str::to_owned));
    all
}

/// The list that is found without selectors.
fn by_itself(input: &Input<'_>) -> Result<String, Failure> {
    let reading = read_page(input)?;
    let Some(list) = reading.lists.first() else { return Ok("no list is seen on this page without selectors either".to_owned()) };
    let columns: Vec<&str> = list.columns.iter().take(COLUMNS).map(|column| column.label.as_str()).collect();
    let first = list.records.first().and_then(|item| item.paths.first());
    let place = first.map_or_else(String::new, |path| format!(", the first of them at {}", clip(path, SHOWN)));
    Ok(format!(
        "without selectors a list of {} records ({}) is seen here{place}: `atalaya read` shows it. Leave out `record` and \
         `fields`, and it is read so",
        list.records.len(),
        columns.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{About, Reader, Spec};

    const PAGE: &str = "<html><body><h1>Members</h1><ul>\
        <li class=firma><h3><a href=/a>Alba</a></h3><p class=c>Calle 1</p><i></i></li>\
        <li class=firma><h3><a href=/b>Brisa</a></h3><p class=c>Calle 2</p><i></i></li>\
        <li class=firma><h3><a href=/c>Cima</a></h3><p class=c>Calle 3</p><i></i></li>\
        </ul></body></html>";

    fn remarks(settings: &str, page: &str) -> Vec<String> {
        let spec: Spec = toml::from_str(&format!("kind = \"directory\"\nurl = \"https://fair.example/\"\n{settings}")).unwrap();
        let about = About { source: "fair".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None };
        let reader: Reader = spec.compile(&about).unwrap();
        let url = "https://fair.example/".parse().unwrap();
        reader
            .remarks(&Input {
                bytes: page.as_bytes(),
                content_type: Some("text/html"),
                url: &url,
                next: None,
                now: jiff::Timestamp::UNIX_EPOCH,
                expired: &|| false,
            })
            .unwrap()
    }

    #[test]
    fn what_matches_nothing_is_told_with_what_does() {
        for (settings, wanted) in [
            ("record = 'li.firm'\nfields = { name = 'h3' }", &["`record`: `li.firm` matches 0 of 19 elements; `li` matches 3"][..]),
            ("record = 'ol > li'\nfields = { name = 'h3' }", &["`record`: `ol > li` matches 0 of 19 elements; `li` matches 3"]),
            ("record = 'ul > div.x'\nfields = { name = 'h3' }", &["`record`: `ul > div.x` matches 0 of 19 elements; `ul` matches 1"]),
            ("record = 'li:not(.firma, .b.c)'\nfields = { name = 'h3' }", &["; `li` matches 3"]),
            ("record = 'table tr'\nfields = { name = 'h3' }", &["; no part of it matches anything"]),
            (
                "record = 'li'\nfields = { name = 'h3', phone = '.tel', place = 'p.d', url = 'h3 a @data-url', note = 'i' }\nnext = 'a.next'",
                &[
                    "field `note`: `i` is in 0 of 3 records; `i` matches 3, without words in it",
                    "field `phone`: `.tel` is in 0 of 3 records; no part of it matches anything",
                    "field `place`: `p.d` is in 0 of 3 records; `p` matches 3",
                    "field `url`: `h3 a @data-url` is in 0 of 3 records; `h3 a` matches 3, without an attribute `data-url` that says something",
                    "`next`: `a.next` leads nowhere from this page, so it is taken for the last one; `a` matches 3",
                ],
            ),
            ("record = 'li'\nfields = { name = 'h3', url = 'a @href' }", &[]),
        ] {
            let said = remarks(settings, PAGE);
            assert_eq!(said.is_empty(), wanted.is_empty(), "{settings}: {said:?}");
            for (one, wanted) in said.iter().zip(wanted) {
                assert!(one.contains(wanted), "{settings}: {said:?}");
            }
            assert!(said.len() >= wanted.len(), "{settings}: {said:?}");
        }
    }

    #[test]
    fn a_list_that_is_seen_without_selectors_is_told() {
        let said = remarks("record = 'li.firm'\nfields = { name = 'h3' }", PAGE);
        assert!(said.len() == 2 && said[1].starts_with("without selectors a list of 3 records (name"), "{said:?}");
        let none = remarks("record = 'li.firm'\nfields = { name = 'h3' }", "<p>Nothing</p>");
        assert!(none[1].starts_with("no list is seen"), "{none:?}");
    }

    #[test]
    fn selectors_that_ask_for_less() {
        for (text, want) in [
            ("li.firm", &["li"][..]),
            ("ul.a > li.b[x=\"y.z\"] h3", &["ul.a > li.b[x=\"y.z\"]", "ul.a > li.b", "ul.a > li", "ul.a", "ul", "h3"]),
            ("li", &[]),
            (".a, .b", &[".a", ".b"]),
            ("a:not(.b .c)", &["a"]),
        ] {
            assert_eq!(shorter(text), want, "{text}");
        }
    }
}
