//! Reads the kind `json`: the answer of any API becomes records, by a filter of the settings or by itself. Knows no API.

mod behind;
mod filter;
mod members;
mod names;
mod owner;
mod paged;
mod paging;
mod path;
mod shape;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::decode::decode;
use super::markup::plain;
use super::record::{Gather, LOOKED_AT, Parts, RecordRule};
use super::selector::Pick;
use super::transform::{self, Plan, Take, Words};
use super::value::{self, Hints, Type};
use super::{About, Input, Kind, Spec};
use crate::base::caps;
use crate::base::text::clip;
use crate::model::{BadEntry, Extract, Failure, FailureClass, Fault, FieldName, Found};
use crate::tender::cut_off;
pub(super) use behind::{Behind, find};
use filter::{Program, Stop};
pub use members::Members;
use owner::{owner, owner_site};
pub use paged::{Paged, PagingWay};
use paging::Paging;
use path::Path;
use shape::{Member, Shape};

/// Levels of an answer; the parser's own limit is the same.
const DEPTH: usize = 127;
/// Objects of an answer: each costs about 600 bytes in memory, however short it is written.
const OBJECTS: usize = 200_000;
/// Values of an answer.
const VALUES: usize = 2_000_000;

/// Names under which records carry what tells them apart, best first.
const IDS: [&str; 16] = [
    "id",
    "_id",
    "uuid",
    "guid",
    "ocid",
    "noticeId",
    "notice_id",
    "slug",
    "code",
    "reference",
    "number",
    "url",
    "html_url",
    "permalink",
    "link",
    "key",
];
/// Names under which records carry their own address, best first.
const ADDRESSES: [&str; 8] = ["url", "html_url", "permalink", "link", "web_url", "uiLink", "href", "website"];
/// Last parts of names under which records carry what a person calls them, best first.
const TITLES: [&str; 5] = ["title", "name", "subject", "headline", "description"];
/// What the words are called inside of such a member.
const WORDS: [&str; 5] = ["rendered", "text", "value", "plain", "default"];

/// Compiled settings of the kind `json`.
pub(super) struct JsonReader {
    rule: RecordRule,
    hints: Hints,
    filter: Option<Program>,
    /// The fields of the settings; empty: every scalar member becomes one.
    plans: Vec<Plan>,
    /// For each of `plans`, where its words are.
    paths: Vec<Option<Path>>,
    paging: Paging,
    /// Where in a page the JSON is; `None`: the answer is JSON.
    select: Option<Pick>,
}

impl JsonReader {
    /// Whether the head of an answer names the next page.
    pub(super) fn follows_head(&self) -> bool {
        matches!(self.paging, Paging::Link)
    }

    /// Checks and compiles; all faults are added.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        let rule = RecordRule::compile(spec, Kind::Json, faults);
        let hints = Hints::compile(spec, about, faults);
        let plans = transform::plans(&spec.fields, "fields", &hints, faults);
        let paths = plans.iter().map(|plan| field_path(plan, faults)).collect();
        let filter = spec.filter.as_deref().and_then(|program| match Program::compile(program) {
            Ok(program) => Some(program),
            Err(why) => {
                faults.push(Fault::new("filter", clip(program, 80), format!("a jq filter such as `.items[]`: {why}")));
                None
            }
        });
        let paging = Paging::compile(spec, faults);
        let select = spec.select.0.first().and_then(|text| Pick::compile("select", text, None, faults));
        if spec.select.0.len() > 1 {
            faults.push(Fault::new("select", spec.select.0.join(", "), "one selector: a page's JSON is in one place"));
        }
        (faults.len() == before).then_some(Self { rule, hints, filter, plans, paths, paging, select })
    }

    /// The fields of the settings; none where every member of an answer becomes one.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.iter().map(|plan| plan.name.as_str())
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads one answer.
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        input.check_time()?;
        let mut bad = Vec::new();
        let answer = self.answer(input, &mut bad)?;
        let records = self.records(&answer, input, &mut bad)?;
        if records.is_empty()
            && let Some(complaint) = shape::complaint(&answer)
        {
            return Err(Failure::new(FailureClass::Unreadable, format!("{} answers with an error: “{complaint}”", input.url)));
        }
        let follow = self.paging.next(&answer, records.len(), input);
        let mut gather = Gather::new(&self.rule, input.url);
        for (place, record) in records.iter().take(LOOKED_AT) {
            input.check_time()?;
            gather.add(self.parts(place, record, input)?);
        }
        let mut extract = gather.extract;
        extract.follow.extend(follow);
        bad.append(&mut extract.bad);
        Ok(Extract { bad, ..extract })
    }

    /// Which members of its records are the fields that people look for.
    pub(super) fn members(&self, input: &Input<'_>) -> Result<Members, Failure> {
        let answer = self.answer(input, &mut Vec::new())?;
        let records = self.records(&answer, input, &mut Vec::new())?;
        let all: Vec<&Value> = records.iter().map(|(_, record)| record.as_ref()).collect();
        Ok(members::of(&all, input.url, &self.hints))
    }

    fn answer(&self, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Result<Value, Failure> {
        match &self.select {
            None => parse(&decode(input.bytes, input.content_type, input.url), input, bad),
            Some(pick) => self.behind(pick, input),
        }
    }

    fn records<'v>(&self, answer: &'v Value, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Result<Vec<(String, Cow<'v, Value>)>, Failure> {
        match &self.filter {
            Some(filter) => filtered(filter, answer, input, bad),
            None => Ok(found(answer)),
        }
    }

    /// The JSON behind a page: of several places that are selected, the one with the most records.
    fn behind(&self, pick: &Pick, input: &Input<'_>) -> Result<Value, Failure> {
        let mut best: Option<(usize, Value)> = None;
        for text in behind::texts(pick, input)? {
            input.check_time()?;
            let Ok(value) = parse(&text, input, &mut Vec::new()) else { continue };
            let records = match &self.filter {
                Some(filter) => filtered(filter, &value, input, &mut Vec::new()).map_or(0, |records| records.len()),
                None => found(&value).len(),
            };
            if best.as_ref().is_none_or(|(most, _)| records > *most) {
                best = Some((records, value));
            }
        }
        let nothing = || {
            let text =
                format!("{}: `select` (`{}`) finds no JSON on the page: look again with `atalaya source add`", input.url, pick.path());
            Failure::new(FailureClass::Unreadable, text)
        };
        best.map(|(_, value)| value).ok_or_else(nothing)
    }

    /// One record's fields, id and address.
    fn parts(&self, place: &str, record: &Value, input: &Input<'_>) -> Result<Parts, Failure> {
        let mut fields = if self.plans.is_empty() {
            self.own_fields(place, record, input)
        } else {
            transform::read_fields(&self.plans, input.url, &mut |at, plan| Ok(self.words(at, plan, place, record)))?
        };
        if self.plans.is_empty() && !["title", "name"].iter().any(|name| fields.contains_key(*name)) {
            let title = title(&fields);
            fields.extend(title.map(|title| (FieldName::new("title"), title)));
        }
        if self.plans.is_empty() && !self.rule.is_company() && !fields.contains_key("company") {
            let owner = owner(&fields).cloned();
            fields.extend(owner.map(|owner| (FieldName::new("company"), owner)));
        }
        if self.plans.is_empty() && !fields.contains_key("website") {
            let site = owner_site(&fields, input.url).cloned();
            fields.extend(site.map(|site| (FieldName::new("website"), site)));
        }
        let object = shape::feature(record).map_or_else(|| record.as_object(), |(_, properties)| Some(properties));
        let scalar =
            |name: &str| object?.get(name).or_else(|| record.get(name)).and_then(shape::words).filter(|words| !words.trim().is_empty());
        let id = IDS.iter().find_map(|name| scalar(name));
        let address = |words: String| match value::read(Type::Url, &words, input.url, &self.hints) {
            Some(crate::model::Value::Url(url)) => Some(url),
            _ => None,
        };
        let url = ADDRESSES.iter().find_map(|name| scalar(name).filter(|words| words.contains('/')).and_then(address));
        Ok(Parts { fields, url, id, detail: None, kind: None, partial: false, path: place.to_owned() })
    }

    /// What the record says for a field of the settings.
    fn words(&self, at: usize, plan: &Plan, place: &str, record: &Value) -> Vec<Words> {
        let Some(path) = self.paths.get(at).and_then(Option::as_ref) else { return Vec::new() };
        let written = match &plan.take {
            Take::Select { select, .. } if !select.is_empty() => select.as_str(),
            Take::Select { .. } | Take::From(_) | Take::Constant(_) => plan.name.as_str(),
        };
        let mut found = path.all(record);
        if found.is_empty() && shape::feature(record).is_some() {
            // The properties of a GeoJSON feature may be named without `properties.` before them.
            found = record.get("properties").map(|properties| path.all(properties)).unwrap_or_default();
        }
        let values = found.into_iter().flat_map(|value| match value {
            Value::Array(values) => values.iter().collect::<Vec<_>>(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
        });
        let path = inside(place, written.trim_start_matches('.'));
        values.filter_map(shape::words).map(|text| Words { text: bounded(text), path: path.clone() }).collect()
    }

    /// Every scalar member as a field, its type by name and content.
    fn own_fields(&self, place: &str, record: &Value, input: &Input<'_>) -> BTreeMap<FieldName, Found> {
        let mut fields = BTreeMap::new();
        for member in shape::members(record) {
            let path = inside(place, &member.name);
            let words: Vec<Words> = member.words.iter().map(|text| Words { text: bounded(text.clone()), path: path.clone() }).collect();
            let read = |kind| {
                let mut plan = Plan::plain(&member.name, kind, &self.hints);
                plan.many = words.len() > 1;
                plan.read(&words, input.url)
            };
            let usual = usual(&member);
            if let Some(found) = read(usual).or_else(|| if usual == Type::Text { None } else { read(Type::Text) }) {
                fields.insert(FieldName::new(&member.name), found);
            }
        }
        fields
    }
}

/// Where a field's words are: the path its settings select, else its own name.
fn field_path(plan: &Plan, faults: &mut Vec<Fault>) -> Option<Path> {
    match &plan.take {
        Take::Select { select, .. } if !select.is_empty() => paging::compile_path(&format!("fields.{}", plan.name), select, faults),
        Take::Select { .. } => Path::parse(plan.name.as_str()).ok(),
        Take::From(_) | Take::Constant(_) => None,
    }
}

/// The type of a member, from its name and its words; what it then cannot be read as stays text.
fn usual(member: &Member) -> Type {
    match member.shape {
        Shape::Money => return Type::Money,
        Shape::Number => return Type::Number,
        Shape::Text => {}
    }
    let last = member.name.rsplit('.').next().unwrap_or(&member.name);
    let first = member.words.first().map_or("", |words| words.trim());
    let day = |text: &str| {
        text.len() >= 10 && text.bytes().take(10).enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
    };
    if (first.starts_with("http://") || first.starts_with("https://")) && !first.contains(char::is_whitespace) {
        return Type::Url;
    }
    match Type::usual(&last.to_lowercase()) {
        // Money and numbers are what JSON itself says they are.
        Type::Text | Type::Money | Type::Number if day(first) && first.len() <= 35 => Type::Time,
        Type::Text | Type::Money | Type::Number | Type::Url => Type::Text,
        other => other,
    }
}

/// What a person would call the record, among its flattened fields: `title`, or the words inside of it.
fn title(fields: &BTreeMap<FieldName, Found>) -> Option<Found> {
    TITLES.iter().find_map(|title| {
        let named = |name: &FieldName| {
            let mut parts = name.as_str().rsplit('.');
            let last = parts.next().unwrap_or_default();
            let within = parts.next().filter(|_| WORDS.contains(&last)).unwrap_or(last);
            within.eq_ignore_ascii_case(title)
        };
        let found = fields.iter().filter(|(name, _)| named(name)).min_by_key(|(name, _)| name.as_str().matches('.').count());
        found.map(|(_, found)| {
            // WordPress gives it as HTML.
            let html = matches!(&found.value, crate::model::Value::Text(text) if text.contains(['<', '&']));
            let value = if html { crate::model::Value::Text(plain(&found.value.text(), caps::FIELD_CHARS)) } else { found.value.clone() };
            Found { value, ..found.clone() }
        })
    })
}

/// How the answer seems to be paged. `records`: how many it holds; `total`: how many its head says that there are.
pub(super) fn paging_of(input: &Input<'_>, (records, total): (usize, Option<u64>)) -> Paged {
    let answer = parse(&decode(input.bytes, input.content_type, input.url), input, &mut Vec::new());
    answer.map(|answer| paged::proposed(&answer, input, (records, total))).unwrap_or_default()
}

/// A place within a record's place.
fn inside(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn bounded(mut text: String) -> String {
    if text.len() > caps::FIELD_CHARS {
        let end = (0..=caps::FIELD_CHARS).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// The records an answer shows by itself, with their places.
fn found(answer: &Value) -> Vec<(String, Cow<'_, Value>)> {
    let Some(records) = shape::records(answer) else { return Vec::new() };
    // An answer that is nothing but a complaint is no record.
    if !records.listed && shape::complaint(answer).is_some() {
        return Vec::new();
    }
    let place = |at: usize| if records.listed { format!("{}[{at}]", records.place) } else { records.place.clone() };
    records.values.iter().enumerate().map(|(at, value)| (place(at), Cow::Borrowed(*value))).collect()
}

/// The records the filter of the settings yields, with their places.
fn filtered<'v>(
    filter: &Program,
    answer: &Value,
    input: &Input<'_>,
    bad: &mut Vec<BadEntry>,
) -> Result<Vec<(String, Cow<'v, Value>)>, Failure> {
    let outputs = filter.run(answer, LOOKED_AT, input.expired);
    match outputs.stop {
        Some(Stop::Budget) => {
            let text = format!("{}: the `filter` runs too long; after {} records it was stopped", input.url, outputs.values.len());
            return Err(Failure::new(FailureClass::ParseLimit, text));
        }
        Some(Stop::Error(why)) if outputs.values.is_empty() && shape::complaint(answer).is_none() => {
            return Err(Failure::new(FailureClass::Unreadable, format!("{}: the `filter` fails on this answer: {why}", input.url)));
        }
        Some(Stop::Error(why)) => {
            bad.push(BadEntry { path: format!("filter[{}]", outputs.values.len()), reason: format!("the `filter` fails here: {why}") });
        }
        None => {}
    }
    let mut records = Vec::new();
    for (at, value) in outputs.values.into_iter().enumerate() {
        let place = format!("filter[{at}]");
        match value {
            Value::Object(_) => records.push((place, Cow::Owned(value))),
            // `.items` where `.items[]` was meant.
            Value::Array(values) => {
                records.extend(
                    values.into_iter().filter(Value::is_object).enumerate().map(|(i, value)| (format!("{place}[{i}]"), Cow::Owned(value))),
                );
            }
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let reason = format!("the `filter` yields `{}`, and a record must be an object", clip(&value.to_string(), 60));
                bad.push(BadEntry { path: place, reason });
            }
        }
    }
    bad.truncate(50);
    Ok(records)
}

/// The answer as a value: one JSON text, or one on each line (NDJSON), within limits.
fn parse(text: &str, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Result<Value, Failure> {
    let text = text.trim_start_matches('\u{feff}').trim();
    // Guards against reading by script tags, which some APIs put before their JSON.
    let text = [")]}',", ")]}'", "while(1);", "for(;;);"].iter().find_map(|guard| text.strip_prefix(guard)).unwrap_or(text).trim_start();
    within_limits(text, input)?;
    let first = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(why) => why,
    };
    let mut values: Vec<Value> = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let end = loop {
        match stream.next() {
            Some(Ok(value)) => values.push(value),
            Some(Err(why)) => break Some(why),
            None => break None,
        }
        if values.len().is_multiple_of(1024) {
            input.check_time()?;
        }
    };
    if values.is_empty() || !values.iter().all(Value::is_object) || (values.len() == 1 && end.is_some()) {
        // An answer that was cut off is asked for again soon; one that is something else is not.
        if let (Some(cut), true) = (cut_off(text), first.is_eof()) {
            return Err(Failure::new(FailureClass::Broken, cut));
        }
        let begins = clip(&crate::base::text::squeeze(&text.chars().take(80).collect::<String>()), 40);
        return Err(Failure::new(FailureClass::Unreadable, format!("{} is no JSON ({first}); it begins with “{begins}”", input.url)));
    }
    if let Some(why) = end {
        let reason = format!("{why}; the {} lines before it were read", values.len());
        bad.push(BadEntry { path: format!("[{}]", values.len()), reason });
    }
    Ok(Value::Array(values))
}

/// Refuses, before anything is built, what would nest too deep or take too much memory.
fn within_limits(text: &str, input: &Input<'_>) -> Result<(), Failure> {
    let (mut depth, mut objects, mut values) = (0_usize, 0_usize, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    let limit = |what: String| Err(Failure::new(FailureClass::ParseLimit, format!("{}: the JSON {what}", input.url)));
    for (at, byte) in text.bytes().enumerate() {
        if at % (1024 * 1024) == 0 {
            input.check_time()?;
        }
        if quoted {
            (quoted, escaped) = match byte {
                _ if escaped => (true, false),
                b'\\' => (true, true),
                b'"' => (false, false),
                _ => (true, false),
            };
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => {
                depth += 1;
                objects += usize::from(byte == b'{');
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH {
            return limit(format!("is nested more than {DEPTH} deep"));
        }
        if objects > OBJECTS || values > VALUES {
            return limit(format!("holds more than {OBJECTS} objects or {VALUES} values: ask for smaller pages"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
