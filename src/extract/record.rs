//! Makes records of fields: their kind, their key, the organisation they are about. Knows no format.

use std::collections::{BTreeMap, HashMap};

use url::Url;

use super::{Kind, Spec};
use crate::model::{BadEntry, Draft, Extract, Fault, FieldName, Found, RecordKind};

/// What the settings say about every record of a source.
#[derive(Clone, Debug)]
pub(super) struct RecordRule {
    kind: RecordKind,
}

impl RecordRule {
    /// From `records`, `kinds`, `key` and `organisation`.
    pub(super) fn compile(spec: &Spec, kind: Kind, faults: &mut Vec<Fault>) -> Self {
        Self { kind: spec.record_kind(kind, faults) }
    }
}

/// The same page under the address it keeps: no fragment, no tracking or session parameters.
pub(super) fn canonical(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// Gathers the records of one page, refusing those without a key and those whose key was there before.
pub(super) struct Gather<'a> {
    rule: &'a RecordRule,
    page: &'a Url,
    seen: HashMap<String, usize>,
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
    /// Where on the page it is.
    pub(super) path: String,
}

impl<'a> Gather<'a> {
    /// Nothing yet, from the page at this address.
    pub(super) fn new(rule: &'a RecordRule, page: &'a Url) -> Self {
        Self { rule, page, seen: HashMap::new(), extract: Extract { whole: true, ..Extract::default() } }
    }

    /// Adds a record, or a [`BadEntry`] that says why not.
    pub(super) fn add(&mut self, parts: Parts) {
        let Some(key) = parts.id.or_else(|| parts.url.as_ref().map(|url| canonical(url).to_string())) else {
            self.extract.bad.push(BadEntry { path: parts.path, reason: "no key".to_owned() });
            return;
        };
        self.seen.insert(key.clone(), self.extract.records.len());
        self.extract.records.push(Draft {
            key,
            kind: self.rule.kind,
            url: parts.url.unwrap_or_else(|| self.page.clone()),
            fields: parts.fields,
            detail: parts.detail,
        });
    }
}
