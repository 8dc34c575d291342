//! Reads the kind `feed`: RSS, Atom and JSON Feed become records with ids that stay. Knows nothing of what was read before.
//!
//! The XML parser (feed-rs) stands behind guards, for it was seen to panic on UTF-16, to refuse a whole feed for one `&`, to invent a new
//! random id at every reading, and to take any number of items: it only ever sees UTF-8 that [`mend`] made well-formed and bounded,
//! its panics are caught, and ids are made here.

mod items;
mod json_feed;
mod mend;
mod xml;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::decode::decode;
use super::known::{self, Known};
use super::record::{Gather, Parts, RecordRule, canonical};
use super::transform::{self, Plan, Words};
use super::value::Hints;
use super::{About, Input, Kind, Spec};
use crate::base::caps;
use crate::base::ids::{base32, hash128};
use crate::model::{BadEntry, Extract, Failure, FailureClass, Fault};
use items::Item;

/// What a feed says about each item, under the names fields have here.
const NAMES: [Known; 9] = [
    ("title", "text", false),
    ("url", "url", false),
    ("summary", "text", false),
    ("text", "text", false),
    ("published", "time", false),
    ("updated", "time", false),
    ("author", "text", false),
    ("categories", "text", true),
    ("enclosures", "url", true),
];

/// The longest id that is kept as it is; longer ones are hashed.
const ID_CHARS: usize = 400;

/// Compiled settings of the kind `feed`.
pub(super) struct FeedReader {
    rule: RecordRule,
    plans: Vec<Plan>,
    hints: Hints,
}

impl FeedReader {
    /// Checks and compiles; all faults are added.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        let spec = known::complete(spec, &NAMES, faults);
        let rule = RecordRule::compile(&spec, Kind::Feed, faults);
        let hints = Hints::compile(&spec, about, faults);
        let plans = transform::plans(&spec.fields, "fields", &hints, faults);
        (faults.len() == before).then_some(Self { rule, plans, hints })
    }

    /// The fields that its records can have.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.iter().map(|plan| plan.name.as_str())
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads one feed. What a feed no longer shows is not gone: it shows only the latest.
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        input.check_time()?;
        let text = decode(input.bytes, input.content_type, input.url);
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let mut bad = Vec::new();
        let (items, cut) =
            if text.starts_with('{') { (json_feed::items(text, input)?, false) } else { self.xml_items(text, input, &mut bad)? };
        let mut gather = Gather::new(&self.rule, input.url);
        for (at, (item, key)) in items.iter().zip(keys(&items)).enumerate() {
            input.check_time()?;
            let Some(id) = key else { continue };
            let path = format!("{}[{}]", item.place, at + 1);
            let select = &mut |_: usize, plan: &Plan| Ok(words(item, &path, plan));
            let fields = transform::read_fields(&self.plans, input.url, select)?;
            gather.add(Parts { fields, url: item.url.clone(), id: Some(id), detail: None, kind: None, partial: false, path });
        }
        let mut extract = gather.extract;
        bad.append(&mut extract.bad);
        Ok(Extract { whole: false, bad, entries: items.len(), cut, ..extract })
    }

    /// The items of RSS or Atom. If the feed as a whole is refused, its items are tried one by one, and only the bad ones are lost.
    /// With them whether it breaks off.
    fn xml_items(&self, text: &str, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Result<(Vec<Item>, bool), Failure> {
        let mended = mend::mend(text).map_err(|mend::TooDeep| {
            Failure::new(FailureClass::ParseLimit, format!("{}: the feed's elements lie more than {} deep", input.url, mend::DEPTH))
        })?;
        input.check_time()?;
        if !mended.repairs.is_empty() {
            let sentences: Vec<_> = mended.repairs.iter().map(|repair| repair.sentence()).collect();
            bad.push(BadEntry { path: "feed".to_owned(), reason: format!("read after repair: {}", sentences.join("; ")) });
        }
        let cut = mended.repairs.contains(&mend::Repair::Tail);
        let whole = match items::parse(&mended.text, input.url, &self.hints) {
            Ok(items) => return Ok((items, cut)),
            Err(why) => why,
        };
        let mut items = Vec::new();
        for (at, range) in mended.items.iter().enumerate() {
            input.check_time()?;
            let alone = format!("{}{}{}", mended.around.0, &mended.text[range.clone()], mended.around.1);
            match items::parse(&alone, input.url, &self.hints) {
                Ok(mut one) => items.append(&mut one),
                Err(why) => bad.push(BadEntry { path: format!("item[{}]", at + 1), reason: format!("this item could not be read: {why}") }),
            }
        }
        if items.is_empty() {
            let root = mended.text.split(['<', '>', ' ']).nth(1).unwrap_or_default();
            let what = if root.is_empty() { "it holds no element".to_owned() } else { format!("its root element is `{root}`: {whole}") };
            return Err(Failure::new(FailureClass::Unreadable, format!("{} is no feed: {what}", input.url)));
        }
        Ok((items, cut))
    }
}

/// What an item says for a field.
fn words(item: &Item, path: &str, plan: &Plan) -> Vec<Words> {
    let name = known::selected(plan);
    let one = |text: &Option<String>| text.clone().into_iter().collect::<Vec<_>>();
    let texts = match name {
        "title" => one(&item.title),
        "url" => item.url.iter().map(ToString::to_string).collect(),
        "summary" => one(&item.summary),
        "text" => one(&item.text),
        "published" => one(&item.published),
        "updated" => one(&item.updated),
        "author" if item.authors.is_empty() => Vec::new(),
        "author" => vec![item.authors.join(", ")],
        "categories" => item.categories.clone(),
        "enclosures" => item.enclosures.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().map(|text| Words { text, path: format!("{path}/{name}") }).collect()
}

/// A key for each item that stays from one reading to the next; `None` for an item that repeats another in everything.
///
/// The feed's own id, else the link without its tracking parameters, else what the item says. An id that several items share tells
/// nothing apart (feeds are seen that give all items the same), so all its bearers fall back on the next.
fn keys(items: &[Item]) -> Vec<Option<String>> {
    let candidates: Vec<[Option<String>; 3]> = items.iter().map(candidates).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for key in candidates.iter().flatten().flatten() {
        *count.entry(key).or_default() += 1;
    }
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    candidates
        .iter()
        .map(|of_item| {
            let alone = of_item.iter().flatten().find(|key| count[key.as_str()] == 1);
            if let Some(key) = alone {
                return Some(key.clone());
            }
            let said = of_item[2].as_deref()?;
            let times = last.entry(said).or_default();
            *times += 1;
            (*times == 1).then(|| said.to_owned())
        })
        .collect()
}

fn candidates(item: &Item) -> [Option<String>; 3] {
    let id = item.id.as_deref().map(|id| match id.chars().count() {
        0..=ID_CHARS => Cow::Borrowed(id),
        _ => Cow::Owned(base32(&hash128(&[id.as_bytes()]))),
    });
    let link = item.url.as_ref().map(|url| canonical(url).to_string());
    // An id that is the link counts once.
    let link = link.filter(|link| id.as_deref() != Some(link));
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let said = [part(&item.title), part(&item.published), if item.title.is_none() { part(&item.summary) } else { String::new() }];
    let said = base32(&hash128(&said.each_ref().map(String::as_bytes)));
    [id.map(Cow::into_owned), link, Some(format!("says:{said}"))]
}

/// A text within the cap of a field; `None` when nothing is left.
fn bounded(text: &str) -> Option<String> {
    let text = super::markup::plain(text, caps::FIELD_CHARS);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
