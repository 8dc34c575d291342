//! Explicit selectors for what was found by itself: short ones by stable classes, else by tags, judged by what they find on the page itself.
//! Knows no site; a selector that does not give the same words is told, and not hidden.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use scraper::ElementRef;
use url::Url;

use super::html::{self, Attributes as _, Tree};
use super::listing::base_of;
use super::selector::{Css, Pick, Taker};
use super::{About, FieldSpec, FieldTable, Input, Spec, filled, text_of, value};
use crate::base::text::{clip, squeeze};
use crate::model::{Draft, Extract, Failure, Value};

/// Records that are compared while selectors are sought.
const SOUGHT: usize = 60;
/// Records whose elements give selectors to try.
const GIVING: usize = 8;
/// Selectors tried for one field, and for the record.
const TRIED: usize = 80;
/// Fields that get a selector.
const FIELDS: usize = 20;

/// Settings with selectors, and what they do not read as before.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The settings.
    pub spec: Spec,
    /// What comes out of them.
    pub extract: Extract,
    /// What differs, in sentences without their end.
    pub lost: Vec<String>,
}

/// Selectors that read what `extract` holds, which `spec` read by itself from this page.
///
/// # Errors
///
/// Why there are none, in words; [`Failure`] when the page cannot be read within its limits.
pub fn derive(input: &Input<'_>, spec: &Spec, about: &About, extract: &Extract) -> Result<Result<Derived, String>, Failure> {
    let tree = html::parse(&text_of(input), input)?;
    let root = tree.html.root_element();
    let elements: Vec<Option<ElementRef<'_>>> = extract.records.iter().map(|draft| element_of(root, draft)).collect();
    let Some(elements) = elements.into_iter().collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()) else {
        return Ok(Err("its records are not one element each, so that no selector can name them".to_owned()));
    };
    let Some(record) = record(&tree, input, &elements)? else {
        return Ok(Err("no selector names its records and nothing else".to_owned()));
    };
    let seeker = Seeker { input, nodes: tree.nodes, base: base_of(root, input.url) };
    let mut lost = Vec::new();
    let mut fields = BTreeMap::new();
    for field in filled(extract).into_iter().take(FIELDS) {
        input.check_time()?;
        match seeker.field(&field.name, extract, &elements)? {
            Some(found) => drop(fields.insert(field.name, found)),
            None => lost.push(format!("`{}` (such as \"{}\") has no selector", field.name, field.example)),
        }
    }
    let next = extract.follow.first().and_then(|next| seeker.next(root, next));
    if next.is_none() && !extract.follow.is_empty() {
        lost.push("the link to the next page has no selector".to_owned());
    }
    let spec = Spec { record: Some(record), fields, next, detail: None, ..spec.clone() };
    let read = match spec.compile(about) {
        Ok(reader) => reader.read(input)?,
        Err(faults) => {
            let why = faults.first().map(|fault| format!("`{}`: {}", fault.key, fault.expected)).unwrap_or_default();
            return Ok(Err(format!("what was found cannot be written as settings ({why})")));
        }
    };
    lost.extend(differences(&spec, extract, &read));
    Ok(Ok(Derived { spec, extract: read, lost }))
}

/// What is not read as before, for fields that have a selector.
fn differences(spec: &Spec, before: &Extract, after: &Extract) -> Vec<String> {
    let mut out = Vec::new();
    if before.records.len() != after.records.len() {
        out.push(format!("{} records come out, and {} were found", after.records.len(), before.records.len()));
        return out;
    }
    for name in spec.fields.keys() {
        let differ = before.records.iter().zip(&after.records).filter(|(old, new)| text(old, name) != text(new, name));
        let differ: Vec<_> = differ.collect();
        if let Some((old, new)) = differ.first() {
            let say = |draft: &Draft| text(draft, name).map_or_else(|| "nothing".to_owned(), |words| format!("\"{}\"", clip(&words, 60)));
            out.push(format!(
                "`{name}` differs in {} of {} records ({} instead of {})",
                differ.len(),
                before.records.len(),
                say(new),
                say(old)
            ));
        }
    }
    out
}

fn text(draft: &Draft, name: &str) -> Option<String> {
    draft.value(name).map(Value::text)
}

/// The element a record was read from: the place of one of its fields begins with the path to it.
fn element_of<'t>(root: ElementRef<'t>, draft: &Draft) -> Option<ElementRef<'t>> {
    let path = draft.fields.values().find_map(|found| found.path.starts_with('/').then(|| found.path.split(": ").next()).flatten())?;
    let mut at = root;
    for step in path.split('/').skip(2) {
        let (name, nth) = step.strip_suffix(']')?.rsplit_once('[')?;
        let nth: usize = nth.parse().ok()?;
        at = at.child_elements().filter(|child| child.value().name() == name).nth(nth.checked_sub(1)?)?;
    }
    Some(at)
}

/// Whether a class is a word that somebody chose, rather than a number that a program gave.
fn is_stable(class: &str) -> bool {
    let parts = || class.split(['-', '_']).filter(|part| !part.is_empty());
    let upper = class.chars().filter(char::is_ascii_uppercase).count();
    class.len() <= 40
        && class.starts_with(|c: char| c.is_ascii_alphabetic())
        && class.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'))
        && upper * 3 <= class.len()
        && parts().all(|part| part.len() < 4 || part.contains(|c: char| "aeiouyAEIOUY".contains(c)))
        && class.len() > 1
}

fn classes(element: ElementRef<'_>) -> BTreeSet<&str> {
    element.value().classes().filter(|class| is_stable(class)).collect()
}

fn name(element: ElementRef<'_>) -> &str {
    element.value().name()
}

fn parent(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    element.parent().and_then(ElementRef::wrap)
}

/// How an element can be called by itself, the best first: its id, its classes, its name.
fn callings(element: ElementRef<'_>) -> Vec<String> {
    let id = element.value().attribute("id").filter(|id| is_stable(id)).map(|id| format!("#{id}"));
    let by_class = classes(element).into_iter().map(|class| format!("{}.{class}", name(element)));
    id.into_iter().chain(by_class).chain([name(element).to_owned()]).collect()
}

/// The selector that names these elements and no other, the shortest of the good ones.
fn record(tree: &Tree, input: &Input<'_>, elements: &[ElementRef<'_>]) -> Result<Option<String>, Failure> {
    let Some(first) = elements.first().copied() else { return Ok(None) };
    let alike = elements.iter().all(|element| name(*element) == name(first));
    let shared = elements.iter().map(|element| classes(*element)).reduce(|a, b| a.intersection(&b).copied().collect()).unwrap_or_default();
    let tag = if alike { name(first) } else { "" };
    let mut own: Vec<String> = shared.iter().map(|class| format!("{tag}.{class}")).collect();
    if alike {
        own.push(tag.to_owned());
        if tag == "tr" {
            own.push("tr:has(td)".to_owned());
        }
    }
    // A name alone is that of too many things to stay the only one.
    let mut tried: Vec<String> = own.iter().filter(|own| own.contains('.')).cloned().collect();
    let mut above = parent(first);
    let mut between = " > ".to_owned();
    while let Some(element) = above.filter(|element| name(*element) != "html") {
        tried.extend(
            callings(element)
                .iter()
                .flat_map(|calling| own.iter().map(move |own| (calling, own)))
                .map(|(calling, own)| format!("{calling}{between}{own}")),
        );
        between = format!(" > {}{between}", name(element));
        above = parent(element);
    }
    // Deep in a page the row of names is what is left.
    let bare: Vec<String> = tried.iter().rev().take(own.len()).cloned().collect();
    for selector in tried.into_iter().take(TRIED).chain(bare) {
        input.check_time()?;
        let Some(css) = Css::compile("record", &selector, &mut Vec::new()) else { continue };
        if css.select(tree.html.root_element(), tree.nodes, input)? == elements {
            return Ok(Some(selector));
        }
    }
    Ok(None)
}

/// How often a selector is right rather than wrong, then how plain and long it is.
type Worth = (usize, Reverse<(usize, usize)>);

/// Seeks the selectors of fields.
struct Seeker<'i> {
    input: &'i Input<'i>,
    nodes: usize,
    base: Url,
}

impl Seeker<'_> {
    /// The selector that gives a field's words in most records that have it, and nothing in the others.
    fn field(&self, field: &str, extract: &Extract, elements: &[ElementRef<'_>]) -> Result<Option<FieldSpec>, Failure> {
        let sought: Vec<(&Draft, ElementRef<'_>)> = extract.records.iter().zip(elements.iter().copied()).take(SOUGHT).collect();
        let mut tried: Vec<(String, Option<String>)> = Vec::new();
        for (draft, element) in sought.iter().filter(|(draft, _)| draft.fields.contains_key(field)).take(GIVING) {
            for one in self.candidates(*element, draft, field) {
                if tried.len() < TRIED && !tried.contains(&one) {
                    tried.push(one);
                }
            }
        }
        let mut best: Option<(Worth, FieldSpec)> = None;
        for (select, prefix) in tried {
            let Some(pick) = Pick::compile(field, &select, None, &mut Vec::new()) else { continue };
            let mut taker = Taker::new(self.nodes, self.input);
            let (mut right, mut wrong) = (0_usize, 0_usize);
            for (draft, element) in &sought {
                let words = taker.take(&pick, false, *element, "")?;
                let words = words.first().and_then(|words| without(&squeeze(&words.text), prefix.as_deref()));
                match (draft.fields.get(field), words) {
                    (Some(found), Some(words)) if self.same(&words, &found.value, &found.quote) => right += 1,
                    (None, None) => {}
                    (Some(_), None | Some(_)) | (None, Some(_)) => wrong += 1,
                }
            }
            let how = (right.saturating_sub(wrong), Reverse((plainness(&select), select.len())));
            if right > wrong && best.as_ref().is_none_or(|(most, _)| how > *most) {
                best = Some((how, spec_of(field, &select, prefix.as_deref())));
            }
        }
        Ok(best.map(|(_, spec)| spec))
    }

    fn same(&self, words: &str, found: &Value, quote: &str) -> bool {
        match found {
            Value::Url(url) => value::url(words, &self.base)
                .is_some_and(|own| own == *url || super::record::canonical(&own) == super::record::canonical(url)),
            Value::Text(_)
            | Value::Money(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Phone(_)
            | Value::Email(_)
            | Value::List(_) => words == quote || words == found.text(),
        }
    }

    /// Selectors of the elements that hold a field's words, each with the words that stand before them.
    fn candidates(&self, record: ElementRef<'_>, draft: &Draft, field: &str) -> Vec<(String, Option<String>)> {
        let Some(found) = draft.fields.get(field) else { return Vec::new() };
        let mut out = Vec::new();
        for element in record.descendent_elements() {
            if let Value::Url(_) = found.value {
                let held = element.value().attribute("href").is_some_and(|href| self.same(href, &found.value, ""));
                if held {
                    out.extend(
                        within(record, element)
                            .into_iter()
                            .map(|select| (if select == ":scope" { "@href".to_owned() } else { format!("{select} @href") }, None)),
                    );
                }
                continue;
            }
            let mut words = String::new();
            html::visible_text(element, &mut words, 4 * crate::base::caps::QUOTE_CHARS);
            let words = squeeze(&words);
            if words == found.quote {
                out.extend(within(record, element).into_iter().map(|select| (select, None)));
            } else if let Some(prefix) =
                words.strip_suffix(found.quote.as_str()).filter(|prefix| prefix.trim_end().ends_with(':') && prefix.len() <= 60)
            {
                let prefix = prefix.trim_end().to_owned();
                out.extend(within(record, element).into_iter().map(|select| (select, Some(prefix.clone()))));
            }
        }
        out
    }

    /// The selector of the link to the next page.
    fn next(&self, root: ElementRef<'_>, next: &Url) -> Option<String> {
        let leads = |element: &ElementRef<'_>| {
            element.value().attribute("href").and_then(|href| value::url(href, &self.base)).is_some_and(|url| url == *next)
        };
        let mut tried = Vec::new();
        for element in root.descendent_elements().filter(leads).take(GIVING) {
            if element.value().attribute("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word == "next")) {
                tried.push(format!("{}[rel~=next]", name(element)));
            }
            tried.extend(callings(element));
            if let Some(above) = parent(element) {
                tried.extend(callings(above).into_iter().map(|calling| format!("{calling} > {}", name(element))));
                tried.extend(callings(above).into_iter().map(|calling| format!("{calling} > {}:last-child", name(element))));
            }
        }
        tried.into_iter().take(TRIED).find(|select| {
            let pick = Pick::compile("next", select, None, &mut Vec::new()).map(|pick| pick.or_attr("href"));
            pick.and_then(|pick| pick.first(root)).and_then(|href| value::url(&href, &self.base)).is_some_and(|url| url == *next)
        })
    }
}

/// The words after those that stand before each value.
fn without(words: &str, prefix: Option<&str>) -> Option<String> {
    let rest = prefix.map_or(Some(words), |prefix| words.strip_prefix(prefix)).map(str::trim)?;
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// How little a selector says of what it names: a class is a word for it, a heading is one too, and a bare `p` or the second of them is none.
fn plainness(select: &str) -> usize {
    if select.contains(['.', '#']) {
        return 0;
    }
    let last = select.trim_end_matches("@href").trim_end().rsplit(' ').next().unwrap_or(select);
    if matches!(last, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "time" | "address") {
        return 1;
    }
    if select.contains(":nth") { 3 } else { 2 }
}

/// Selectors of an element within its record, the shortest first.
fn within(record: ElementRef<'_>, element: ElementRef<'_>) -> Vec<String> {
    if element == record {
        return vec![":scope".to_owned()];
    }
    let mut own = callings(element);
    let nth = element.prev_siblings().filter_map(ElementRef::wrap).filter(|other| name(*other) == name(element)).count() + 1;
    own.push(format!("{}:nth-of-type({nth})", name(element)));
    let mut out = own.clone();
    if let Some(above) = parent(element) {
        let above = if above == record { vec![":scope".to_owned()] } else { callings(above) };
        out.extend(above.iter().flat_map(|above| own.iter().map(move |own| (above, own))).map(|(above, own)| format!("{above} > {own}")));
    }
    out
}

/// The settings of a field: only the selector, where that is all.
fn spec_of(field: &str, select: &str, prefix: Option<&str>) -> FieldSpec {
    let base = field.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let kind = match base {
        _ if base == field => None,
        "phone" | "email" => Some(base.to_owned()),
        "price" => Some("money".to_owned()),
        "date" | "deadline" => Some("date".to_owned()),
        _ => None,
    };
    let regex = prefix.map(|prefix| format!("^{}\\s*(.+)", regex::escape(prefix)));
    FieldSpec { table: FieldTable { select: Some(select.to_owned()), regex, kind, ..FieldTable::default() } }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::Kind;
    use super::*;

    fn derived(kind: Kind, html: &str) -> Result<Derived, String> {
        let url: Url = "https://fair.example/list".parse().unwrap();
        let about = About { source: "new".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None };
        let input = Input {
            bytes: html.as_bytes(),
            content_type: Some("text/html"),
            url: &url,
            next: None,
            now: Timestamp::UNIX_EPOCH,
            expired: &|| false,
        };
        let spec = Spec { kind: kind.word().to_owned(), url: Some(url.to_string()), ..Spec::default() };
        let extract = spec.compile(&about).unwrap().read(&input).unwrap();
        derive(&input, &spec, &about, &extract).unwrap()
    }

    const NAMES: [[&str; 4]; 5] = [
        ["Talleres Orbaneja, S.L.", "Metalworking", "Burgos", "947 200 331"],
        ["Panadería Urbión", "Bakery", "Soria", "975 110 200"],
        ["Maderas del Arlanza", "Timber", "Lerma", "947 170 017"],
        ["Cristales Pisuerga", "Glass", "Palencia", "979 700 700"],
        ["Quesos del Duero", "Dairy", "Aranda", "947 500 500"],
    ];

    #[test]
    fn classes_are_taken_where_they_are_words_and_names_where_not() {
        let cards = |card: &str, sector: &str| {
            let row = |(n, [name, line, place, phone]): (usize, &[&str; 4])| {
                format!(
                    "<div class=\"{card}\"><h3><a href=/c/{n}>{name}</a></h3><p class=\"{sector}\">{line}</p><p>{place}</p><b>{phone}</b></div>"
                )
            };
            let rows: String = NAMES.iter().enumerate().map(row).collect();
            format!(
                "<html><body><nav><a href=/>Home</a></nav><main>{rows}</main><p class=pager><a class=next href=/list?page=2>Next</a></p></body></html>"
            )
        };
        for (card, sector, record) in [("card", "sector", "div.card"), ("css-1x9k2", "css-88ab", "main > div")] {
            let found = derived(Kind::Directory, &cards(card, sector)).unwrap();
            assert_eq!(found.lost, [""; 0], "{card}");
            assert_eq!(found.spec.record.as_deref(), Some(record));
            assert_eq!(found.spec.next.as_deref(), Some("a.next"));
            assert_eq!(found.extract.records.len(), NAMES.len());
        }
    }

    #[test]
    fn rows_of_a_table_without_its_head() {
        let row =
            |[name, line, place, phone]: &[&str; 4]| format!("<tr><td>{name}</td><td>{line}</td><td>{place}</td><td>{phone}</td></tr>");
        let rows: String = NAMES.iter().map(row).collect();
        let page = format!("<table><tr><th>Company</th><th>Sector</th><th>Place</th><th>Phone</th></tr>{rows}</table>");
        let found = derived(Kind::Directory, &page).unwrap();
        assert_eq!((found.spec.record.as_deref(), found.lost), (Some("tbody > tr:has(td)"), Vec::new()));
    }

    #[test]
    fn classes_of_programs_are_no_words() {
        for (class, want) in [
            ("card", true),
            ("company-name", true),
            ("col-md-6", false),
            ("css-1x9k2", false),
            ("sc-bDVTJa", false),
            ("xkcdfgh", false),
            ("ListItem", true),
        ] {
            assert_eq!(is_stable(class), want, "{class}");
        }
    }
}
