//! What a record says of another company than its own: a record beside it, so that each sentence counts for whom it names. Pure.

use std::collections::{BTreeMap, HashMap};

use super::linked::Heard;
use super::news::{Whence, said};
use crate::base::ids::RecordId;
use crate::config::Config;
use crate::diff::SignalDraft;
use crate::model::{Change, ChangeKind, CompanyName, Field, FieldName, OwnPage, Record, RecordKind, SAID_IN, Value};
use crate::resolve;

/// What else of a record holds for what it says of others.
const KEPT: [&str; 5] = ["language", "published", "date", "updated", "posted"];

/// Records of what these changes say of other companies, one of each, and that they appeared.
pub(super) fn of_others(config: &Config, whence: Whence<'_>, records: &[Record], heard: &[Heard]) -> (Vec<Record>, Vec<Heard>) {
    if whence.signal.is_some() {
        return (Vec::new(), Vec::new());
    }
    let by_id: HashMap<RecordId, &Record> = records.iter().map(|record| (record.id, record)).collect();
    let mut found: BTreeMap<RecordId, (Record, Heard)> = BTreeMap::new();
    for Heard { change, echo, .. } in heard {
        let Some(record) = by_id.get(&change.record).filter(|record| record.said_in().is_none()) else { continue };
        let mut others: BTreeMap<String, Vec<SignalDraft>> = BTreeMap::new();
        for draft in said(config, whence, change, record) {
            if let Some(name) = &draft.of {
                others.entry(CompanyName::parse(name).core).or_default().push(draft);
            }
        }
        // An article of nobody is the story of whom it names.
        let is_story = record.kind == RecordKind::Article && resolve::identify(record, whence.about).is_nobody();
        for (core, drafts) in others {
            let other = other(record, &core, &drafts, change);
            let appeared = Change { record: other.id, kind: ChangeKind::Appeared, ..change.clone() };
            // An echo tells again what is told.
            let title = is_story.then(|| record.title());
            found.entry(other.id).or_insert((other, Heard { change: appeared, echo: *echo, title, is_story }));
        }
    }
    found.into_values().unzip()
}

/// What a record says of another company: its sentences and no more, the first of them for a title.
fn other(record: &Record, core: &str, drafts: &[SignalDraft], change: &Change) -> Record {
    let key = format!("{} / {core}", record.key);
    let words = |text: &str, path: &str| Field {
        value: Value::Text(text.to_owned()),
        quote: text.to_owned(),
        path: path.to_owned(),
        first_seen: change.at,
    };
    let mut fields: BTreeMap<FieldName, Field> =
        KEPT.iter().filter_map(|name| Some((FieldName::new(name), record.fields.get(*name)?.clone()))).collect();
    let mut put = |name: &str, text: &str, path: &str| fields.insert(FieldName::new(name), words(text, path));
    let mut sentences = drafts.iter().map(|draft| (draft.evidence.quote.as_str(), draft.evidence.path.as_str()));
    if let Some((first, path)) = sentences.next() {
        put("title", first, path);
        put("company", drafts[0].of.as_deref().unwrap_or_default(), path);
        put(SAID_IN, &record.key, path);
    }
    let rest: Vec<(&str, &str)> = sentences.collect();
    if let Some((_, path)) = rest.first() {
        put("text", &rest.iter().map(|(sentence, _)| *sentence).collect::<Vec<_>>().join("\n"), path);
    }
    Record {
        id: Record::id_of(&record.source, &key),
        key,
        kind: RecordKind::Article,
        fields,
        first_seen: change.at,
        changed: change.at,
        missing: 0,
        gone: false,
        own_page: OwnPage::Read,
        ..record.clone()
    }
}
