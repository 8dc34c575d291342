//! What is shown of tenders: those that are stored, and notices as JSON (every field under its own name, what is not known left out). Pure;
//! knows no format.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ask::ChangeView;
use crate::model::{
    Amendment, Award, BadEntry, Class, Content, Deadline, Document, Lot, Nature, Notice, Party, Place, Stage, Term, Texts, TypedId, Worth,
};
use crate::tender::{Batch, Format, Tender, Tombstone, oddities};

/// One tender.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TenderView {
    /// Its record's id.
    pub id: String,
    /// The source that brought it.
    pub source: String,
    /// Its id within the portal.
    pub procedure: String,
    /// What it is called.
    pub title: String,
    /// Who buys.
    pub buyer: Option<String>,
    /// Where it stands.
    pub stage: Option<String>,
    /// Until when offers are taken: the first deadline of a lot that is still open.
    pub deadline: Option<String>,
    /// What is to be in by then, where it is no offer: `requests` to take part, or `interest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_for: Option<String>,
    /// The moment of it, in UTC; of a day alone there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<String>,
    /// The lots that it is of, where others are due at another time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lots: Option<String>,
    /// The lots that are due later, each with its deadline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later_lots: Vec<(String, String)>,
    /// What is odd about that deadline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
    /// When its newest notice was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// The moment of it, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// Codes of what is bought; those of other schemes than CPV, UNSPSC and NAICS with theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// What it is worth: what it came to, else the estimate, the budget, a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<String>,
    /// Where it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performed_in: Option<String>,
    /// Who won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    /// The last day of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_end: Option<String>,
    /// Its deadlines as written, how their zones were known, and what is odd about them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deadlines: Vec<String>,
    /// Where to look at it.
    pub url: String,
    /// When it was first seen.
    pub first_seen: String,
    /// When it last changed.
    pub changed: String,
    /// Everything read of it, with the place in the document; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldView>,
    /// What its codes mean, each once; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meanings: Vec<String>,
    /// What changed, the last first; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<ChangeView>,
    /// The same tender on other portals: they name the same procedure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoView>,
    /// What the portals say of a deadline on which they differ, and which of them counts; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<String>,
    /// Tenders on other portals that may be the same; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maybe: Vec<MaybeView>,
    /// How many notices of it are on file; only when one is asked for.
    #[serde(default, skip_serializing_if = "is_none")]
    pub notices: usize,
    /// What all its notices say in sum, line by line; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineView>,
    /// What its notices say themselves that they changed, the oldest first; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<String>,
    /// Fields that its notices have and that could not be read, with place and reason; only when one is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<(String, String)>,
    /// What all its notices say in sum; only when one is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A tender on another portal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AlsoView {
    /// Its record's id.
    pub id: String,
    /// The source that brought it.
    pub source: String,
    /// Where to look at it.
    pub url: String,
}

/// A tender that may be the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MaybeView {
    /// Its record's id.
    pub id: String,
    /// The source that brought it.
    pub source: String,
    /// What it is called.
    pub title: String,
    /// What they have in common.
    pub because: String,
}

/// One line of a tender.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LineView {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub value: String,
    /// The day of the notice that said it last.
    pub said: Option<String>,
}

/// What the notices of a procedure say in sum, as a notice is shown; `said_by` names the notice of each part, counted from 1.
pub(super) fn tender_view(tender: &Tender) -> Value {
    let mut value = notice_view(&tender.notice);
    if let Value::Object(value) = &mut value {
        // Of the whole these are nobody's.
        for head in ["hash", "whole", "amendments"] {
            value.remove(head);
        }
        let said = tender.said.iter().map(|(part, place)| ((*part).to_owned(), json!(place + 1)));
        value.insert("said_by".to_owned(), Value::Object(said.collect()));
        let changes = tender.amendments.iter().map(|(place, one)| slim(json!({ "said_by": place + 1, "change": amendment(one) })));
        value.insert("amendments".to_owned(), Value::Array(changes.collect()));
    }
    slim(value)
}

/// One field of a record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// Its value as words.
    pub value: String,
    /// The words it was read from.
    pub quote: String,
    /// Where in the document.
    pub path: String,
    /// Since when it says so.
    pub since: String,
}

/// Everything read from one document.
pub fn batch_view(file: &str, format: Format, batch: &Batch) -> Value {
    slim(json!({
        "file": file,
        "format": format.word(),
        "notices": batch.notices.iter().map(notice_view).collect::<Vec<_>>(),
        "gone": batch.gone.iter().map(gone_view).collect::<Vec<_>>(),
        "quarantined": batch.bad.iter().map(bad_view).collect::<Vec<_>>(),
        "unread": batch.unread.iter().map(bad_view).collect::<Vec<_>>(),
        "unread_count": Some(batch.unread.len() + batch.notices.iter().map(|notice| notice.unread.len()).sum::<usize>()).filter(|count| *count > 0),
        "next": batch.next,
        "total": batch.total,
    }))
}

/// An entry that was set aside.
pub fn bad_view(entry: &BadEntry) -> Value {
    json!({ "path": entry.path, "reason": entry.reason })
}

/// An entry that its feed says is gone.
pub fn gone_view(tombstone: &Tombstone) -> Value {
    json!({ "procedure": tombstone.procedure, "when": tombstone.when, "reason": tombstone.reason, "void": tombstone.void })
}

/// A notice, everything that was read of it.
pub fn notice_view(notice: &Notice) -> Value {
    let content = &notice.content;
    let odd = oddities(&content.all_deadlines().cloned().collect::<Vec<_>>(), notice.published);
    let mut value = content_view(content);
    let head = json!({
        "procedure": notice.procedure,
        "notice": notice.id,
        "version": notice.version,
        "publication": notice.publication,
        "published": notice.published.map(|at| at.to_string()),
        "published_text": notice.published_text,
        "kind": notice.kind.word(),
        "stage": notice.stage.word(),
        "code": notice.code,
        "previous": notice.previous,
        "languages": notice.languages,
        "test": notice.test.then_some(true),
        "whole": notice.whole,
        "amendments": notice.amendments.iter().map(amendment).collect::<Vec<_>>(),
        "odd": odd.iter().map(|(kind, odd)| format!("{} deadline {}", kind.word(), odd.word())).collect::<Vec<_>>(),
        "unread": notice.unread.iter().map(bad_view).collect::<Vec<_>>(),
        "found": notice.found,
        "hash": notice.hash.to_string(),
    });
    if let (Value::Object(value), Value::Object(head)) = (&mut value, head) {
        value.extend(head);
    }
    slim(value)
}

fn content_view(content: &Content) -> Value {
    json!({
        "other_ids": ids(&content.other_ids),
        "title": texts(&content.title),
        "description": texts(&content.description),
        "submission_languages": content.submission_languages,
        "buyers": content.buyers.iter().map(party).collect::<Vec<_>>(),
        "classes": classes(&content.classes),
        "nature": content.nature.map(Nature::word),
        "procedure_kind": content.procedure.as_ref().map(|procedure| json!({ "kind": procedure.kind.word(), "text": procedure.text })),
        "technique": content.technique,
        "values": content.worth.iter().map(worth).collect::<Vec<_>>(),
        "deadlines": content.deadlines.iter().map(deadline).collect::<Vec<_>>(),
        "places": content.places.iter().map(place).collect::<Vec<_>>(),
        "lots": content.lots.iter().map(lot).collect::<Vec<_>>(),
        "documents": content.documents.iter().map(document).collect::<Vec<_>>(),
        "submission": content.submission.as_ref().map(ToString::to_string),
        "link": content.link.as_ref().map(ToString::to_string),
        "term": content.term.as_ref().map(term),
        "awards": content.awards.iter().map(award).collect::<Vec<_>>(),
        "eu_funds": content.eu_funds,
        "suits_small": content.suits_small,
        "reserved": content.reserved,
    })
}

fn texts(texts: &Texts) -> Value {
    json!(texts.by_language)
}

fn ids(ids: &[TypedId]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "scheme": id.scheme, "id": id.id })).collect()
}

fn classes(classes: &[Class]) -> Vec<Value> {
    let one =
        |class: &Class| json!({ "scheme": class.scheme, "code": class.code, "main": class.main.then_some(true), "label": class.label });
    classes.iter().map(one).collect()
}

fn party(party: &Party) -> Value {
    json!({
        "name": texts(&party.name),
        "ids": ids(&party.ids),
        "seat": place(&party.seat),
        "email": party.email,
        "phone": party.phone,
        "website": party.website.as_ref().map(ToString::to_string),
        "kind": party.kind,
        "activity": party.activity,
        "small": party.small,
    })
}

fn place(place: &Place) -> Value {
    json!({ "country": place.country, "region": place.region, "text": place.text })
}

fn worth(worth: &Worth) -> Value {
    json!({
        "kind": worth.kind.word(),
        // A text: a number of JSON is no exact decimal for everybody.
        "amount": worth.amount.number.to_string(),
        "currency": worth.amount.currency.map(|currency| currency.code()),
        "with_tax": worth.with_tax,
    })
}

fn deadline(deadline: &Deadline) -> Value {
    let due = deadline.due.as_ref();
    json!({
        "kind": deadline.kind.word(),
        "text": deadline.text,
        "at": due.map(|due| due.at.to_string()),
        "day": due.map(|due| due.day.to_string()),
        "time": due.and_then(|due| due.time).map(|time| time.to_string()),
        "zone": due.map(|due| &due.zone),
        "zone_from": due.map(|due| format!("{:?}", due.zone_from).to_lowercase()),
    })
}

fn term(term: &Term) -> Value {
    json!({
        "start": term.start.map(|day| day.to_string()),
        "end": term.end.map(|day| day.to_string()),
        "duration": term.duration,
        "renewals": term.renewals,
        "renewal": term.renewal,
    })
}

fn lot(lot: &Lot) -> Value {
    json!({
        "id": lot.id,
        "title": texts(&lot.title),
        "description": texts(&lot.description),
        "stage": lot.stage.map(Stage::word),
        "nature": lot.nature.map(Nature::word),
        "classes": classes(&lot.classes),
        "values": lot.worth.iter().map(worth).collect::<Vec<_>>(),
        "deadlines": lot.deadlines.iter().map(deadline).collect::<Vec<_>>(),
        "places": lot.places.iter().map(place).collect::<Vec<_>>(),
        "term": lot.term.as_ref().map(term),
        "eu_funds": lot.eu_funds,
        "suits_small": lot.suits_small,
        "reserved": lot.reserved,
    })
}

fn document(document: &Document) -> Value {
    json!({
        "url": document.url.to_string(),
        "title": document.title,
        "restricted": document.restricted.then_some(true),
        "hash": document.hash,
        "date": document.date,
    })
}

fn award(award: &Award) -> Value {
    json!({
        "id": award.id,
        "lots": award.lots,
        "outcome": award.outcome.word(),
        "reason": award.reason,
        "winners": award.winners.iter().map(party).collect::<Vec<_>>(),
        "losers": award.losers.iter().map(party).collect::<Vec<_>>(),
        "values": award.worth.iter().map(worth).collect::<Vec<_>>(),
        "date": award.date.map(|day| day.to_string()),
        "bids": award.bids,
        "term": award.term.as_ref().map(term),
    })
}

fn amendment(amendment: &Amendment) -> Value {
    json!({
        "place": amendment.place,
        "reason": amendment.reason,
        "text": texts(&amendment.text),
        "old": amendment.old,
        "new": amendment.new,
    })
}

/// The same without what says nothing: null, empty texts, lists and tables.
fn slim(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().map(|(key, value)| (key, slim(value))).filter(|(_, value)| !is_nothing(value));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(slim).filter(|value| !is_nothing(value)).collect()),
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
