//! Makes records of fields: their kind, their key, the organisation they are about. Knows no format.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use url::Url;

use super::requests::is_request;
use super::staff;
use super::{Kind, Spec};
use crate::base::caps;
use crate::base::text::{fold, words};
use crate::model::{BadEntry, Draft, Extract, Fault, FieldName, Found, KEY_PARTS, RecordKind, Value, tracks, without};

/// How many records a format need look at: with the one more than are kept, [`Gather::add`] says that the rest is left out.
pub(super) const LOOKED_AT: usize = caps::RECORDS + 1;
/// Fields that name a record, best first.
const NAMES: [&str; 2] = ["name", "title"];
/// Fields that say where it is, best first.
const PLACES: [&str; 5] = ["place", "city", "address", "location", "region"];

/// What the settings say about every record of a source.
#[derive(Clone, Debug)]
pub(super) struct RecordRule {
    kind: RecordKind,
    kinds: HashMap<String, RecordKind>,
    key: Vec<FieldName>,
    organisation: Option<String>,
}

impl RecordRule {
    /// From `records`, `kinds`, `key` and `organisation`.
    pub(super) fn compile(spec: &Spec, kind: Kind, faults: &mut Vec<Fault>) -> Self {
        let record_kind = spec.record_kind(kind, faults);
        let mut kinds = HashMap::new();
        for (text, word) in &spec.kinds {
            match RecordKind::from_word(word) {
                Some(kind) => drop(kinds.insert(fold(text), kind)),
                None => faults.push(Fault::new(format!("kinds.{text}"), word, "a kind of record, such as `request` or `offer`")),
            }
        }
        let declared = |name: &str| {
            spec.fields.is_empty() || spec.record.is_none() || spec.fields.contains_key(name) || spec.detail_fields.contains_key(name)
        };
        for (i, name) in spec.key.0.iter().enumerate().filter(|(_, name)| !declared(name)) {
            faults.push(Fault::new(format!("key[{i}]"), name, "the name of one of the `fields`"));
        }
        let key = spec.key.0.iter().map(|name| FieldName::new(name)).collect();
        Self { kind: record_kind, kinds, key, organisation: spec.organisation.clone() }
    }

    /// What its records are, unless they say otherwise.
    pub(super) fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Whether its records are companies.
    pub(super) fn is_company(&self) -> bool {
        self.kind == RecordKind::Company
    }

    /// Whether the settings say what tells records apart.
    pub(super) fn has_key(&self) -> bool {
        !self.key.is_empty()
    }

    /// What a record is: by its field `kind`, else as all records of the source; but an offer whose title says that somebody buys is a request,
    /// and one whose title says that somebody to work is wanted is a vacancy, as it is among requests.
    fn kind_of(&self, fields: &BTreeMap<FieldName, Found>) -> RecordKind {
        let Some(found) = fields.get("kind") else {
            let says =
                |what: fn(&str) -> bool| NAMES.iter().find_map(|name| fields.get(*name)).is_some_and(|found| what(&found.value.text()));
            return match self.kind {
                RecordKind::Offer | RecordKind::Request if says(staff::is_wanted) => RecordKind::Vacancy,
                RecordKind::Offer if says(is_request) => RecordKind::Request,
                kind => kind,
            };
        };
        let text = fold(&found.value.text());
        self.kinds.get(&text).copied().or_else(|| RecordKind::from_word(&text)).unwrap_or(self.kind)
    }

    /// The key: by the setting, else the format's own id, else the record's own address, else its name and place.
    fn key_of(&self, parts: &Parts, page: &Gather<'_>) -> Result<String, String> {
        let text = |name: &str| parts.fields.get(name).map(|found| key_text(&found.value)).filter(|text| !text.is_empty());
        if !self.key.is_empty() {
            let values: Vec<_> = self.key.iter().map(|name| text(name.as_str()).unwrap_or_default()).collect();
            if values.iter().all(String::is_empty) {
                let names: Vec<_> = self.key.iter().map(FieldName::as_str).collect();
                return Err(format!("none of its key fields could be read ({}): check their selectors", names.join(", ")));
            }
            return Ok(values.join(KEY_PARTS));
        }
        if let Some(id) = parts.id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
            return Ok(id.to_owned());
        }
        if let Some(own) = parts.own_url().map(canonical).filter(|own| *own != page.canonical) {
            return Ok(own.into());
        }
        let name = NAMES.iter().find_map(|name| text(name)).map(|name| words(&name)).filter(|name| !name.is_empty());
        let place = PLACES.iter().find_map(|name| text(name)).map(|place| words(&place)).unwrap_or_default();
        name.map(|name| format!("{name}{KEY_PARTS}{place}"))
            .ok_or_else(|| "it has neither an address of its own nor a name: read `url`, `name` or `title`, or set `key`".to_owned())
    }
}

/// What of a value stays when tracking parameters, case and spacing change.
fn key_text(value: &Value) -> String {
    match value {
        Value::Url(url) => canonical(url).into(),
        Value::Text(text) => fold(text),
        Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) | Value::List(_) => {
            value.text()
        }
    }
}

/// Parameters that name a session; a short value under such a name is an ordinary number ("sid=12").
fn session(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let least = match name.as_str() {
        "sid" | "session" | "s" => 16,
        "sessionid" | "session_id" | "phpsessid" | "jsessionid" | "cfid" | "cftoken" | "zenid" | "oscsid" | "osc_sid" => 6,
        name if name.starts_with("aspsessionid") => 6,
        _ => return false,
    };
    value.len() >= least && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The same page under the address it keeps: no fragment, no tracking or session parameters.
pub(super) fn canonical(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    if let Some(at) = url.path().to_ascii_lowercase().find(";jsessionid=") {
        let path = url.path()[..at].to_owned();
        url.set_path(&path);
    }
    without(&url, |name, value| tracks(name) || session(name, value))
}

/// Gathers the records of one page, refusing those without a key and those whose key was there before.
pub(super) struct Gather<'a> {
    rule: &'a RecordRule,
    page: &'a Url,
    canonical: Url,
    seen: HashMap<String, usize>,
    most: usize,
    /// What was gathered.
    pub(super) extract: Extract,
}

/// One record's parts.
pub(super) struct Parts {
    /// Its fields.
    pub(super) fields: BTreeMap<FieldName, Found>,
    /// Its own address, where it has one; by default the field `url`, then `link`.
    pub(super) url: Option<Url>,
    /// A key that the format itself gives (a feed's `guid`); stronger than the rule's default, weaker than the setting `key`.
    pub(super) id: Option<String>,
    /// Its detail page, when one is to be read.
    pub(super) detail: Option<Url>,
    /// What it is, when the format itself says so; stronger than the settings.
    pub(super) kind: Option<RecordKind>,
    /// Whether what it leaves out says nothing.
    pub(super) partial: bool,
    /// Where on the page it is.
    pub(super) path: String,
}

impl Parts {
    fn own_url(&self) -> Option<&Url> {
        let field = |name: &str| match self.fields.get(name).map(|found| &found.value) {
            Some(Value::Url(url)) => Some(url),
            _ => None,
        };
        self.url.as_ref().or_else(|| field("url")).or_else(|| field("link"))
    }
}

impl<'a> Gather<'a> {
    /// Nothing yet, from the page at this address.
    pub(super) fn new(rule: &'a RecordRule, page: &'a Url) -> Self {
        Self {
            rule,
            page,
            canonical: canonical(page),
            seen: HashMap::new(),
            most: caps::RECORDS,
            extract: Extract { whole: true, ..Extract::default() },
        }
    }

    /// For formats with a limit of their own, instead of [`caps::RECORDS`].
    pub(super) fn up_to(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Adds a record, or a [`BadEntry`] that says why not; past the limit one for all the rest, and the page counts as read in part.
    pub(super) fn add(&mut self, mut parts: Parts) {
        if self.extract.records.len() >= self.most {
            if self.extract.whole {
                let reason = format!("more than {} records on one page: the rest is left out", self.most);
                self.extract.bad.push(BadEntry { path: parts.path, reason });
            }
            self.extract.whole = false;
            return;
        }
        let key = match self.rule.key_of(&parts, self) {
            Ok(key) => key,
            Err(reason) => return self.refuse(parts.path, reason),
        };
        if let Some(organisation) = &self.rule.organisation {
            let found = Found { value: Value::Text(organisation.clone()), quote: organisation.clone(), path: "organisation".to_owned() };
            parts.fields.entry(FieldName::new("organisation")).or_insert(found);
        }
        let url = parts.own_url().unwrap_or(self.page).clone();
        let kind = parts.kind.unwrap_or_else(|| self.rule.kind_of(&parts.fields));
        let draft = Draft { key, kind, url, fields: parts.fields, detail: parts.detail, partial: parts.partial, again: false };
        match self.seen.entry(draft.key.clone()) {
            Entry::Vacant(place) => {
                place.insert(self.extract.records.len());
                self.extract.records.push(draft);
            }
            Entry::Occupied(first) => {
                // The same entry twice (an advertisement above the list) is one record.
                if self.extract.records[*first.get()] != draft {
                    let reason = format!("its key `{}` was on the page before, with other values: set `key`", draft.key);
                    self.refuse(parts.path, reason);
                }
            }
        }
    }

    fn refuse(&mut self, path: String, reason: String) {
        if self.extract.bad.len() < caps::RECORDS {
            self.extract.bad.push(BadEntry { path, reason });
        }
    }
}

#[cfg(test)]
mod tests;
