//! Records, organisations and signals for tests: only what a test is about has to be said.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{
    Draft, Evidence, Extract, Fact, FactName, Field, FieldName, Found, IdentityKey, Organisation, OwnPage, Record, RecordKind, Signal,
    SignalKind, Story, Value,
};
use crate::base::ids::{ContentHash, OrganisationId, SourceId};

/// 2026-01-01 00:00 UTC and this many days.
pub(crate) fn day(days: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600).unwrap() + SignedDuration::from_hours(24 * days)
}

/// A record of `source`, first seen on day 0. Values beginning with `+` are phones, with `@` inside e-mails, with a scheme addresses.
pub(crate) fn record(source: &str, key: &str, kind: RecordKind, fields: &[(&str, &str)]) -> Record {
    let source: SourceId = source.parse().unwrap();
    let field = |text: &str| Field { value: value(text), quote: text.to_owned(), path: "p".to_owned(), first_seen: day(0) };
    Record {
        id: Record::id_of(&source, key),
        url: Url::parse(&format!("https://{source}.example/{}", key.replace(' ', "-"))).unwrap(),
        source,
        key: key.to_owned(),
        kind,
        fields: fields.iter().map(|(name, text)| (FieldName::new(name), field(text))).collect::<BTreeMap<_, _>>(),
        content: ContentHash::of(key.as_bytes()),
        first_seen: day(0),
        changed: day(0),
        missing: 0,
        gone: false,
        own_page: OwnPage::Read,
    }
}

/// A record as read from a page of `a.example`: an offer of this key with these words.
pub(crate) fn draft(key: &str, fields: &[(&str, &str)]) -> Draft {
    let found = |words: &str| Found { value: Value::Text(words.to_owned()), quote: words.to_owned(), path: String::new() };
    Draft {
        key: key.to_owned(),
        kind: RecordKind::Offer,
        url: Url::parse("https://a.example/").unwrap(),
        fields: fields.iter().map(|(name, words)| (FieldName::new(name), found(words))).collect(),
        detail: None,
        partial: false,
        again: false,
    }
}

/// What was read from a page: such records.
pub(crate) fn extract(records: &[&[(&str, &str)]]) -> Extract {
    Extract { records: records.iter().map(|fields| draft("k", fields)).collect(), ..Extract::default() }
}

fn value(text: &str) -> Value {
    match text {
        phone if phone.starts_with('+') => Value::Phone(phone.to_owned()),
        url if url.contains("://") => Value::Url(Url::parse(url).unwrap()),
        email if email.contains('@') => Value::Email(email.to_owned()),
        words => Value::Text(words.to_owned()),
    }
}

/// Proof from `source`, seen on a day.
pub(crate) fn evidence(source: &str, quote: &str, seen: i64) -> Evidence {
    Evidence {
        source: source.parse().unwrap(),
        url: Url::parse(&format!("https://{source}.example/")).unwrap(),
        quote: quote.to_owned(),
        path: "p".to_owned(),
        content: ContentHash::of(quote.as_bytes()),
        seen: day(seen),
    }
}

/// An organisation of this name with facts, all from source `fair`, seen on day 0.
pub(crate) fn organisation(name: &str, facts: &[(FactName, &str)]) -> Organisation {
    let source: SourceId = "fair".parse().unwrap();
    let record = Record::id_of(&source, name);
    let fact = |(name, text): &(FactName, &str)| Fact { name: *name, value: value(text), record, evidence: evidence("fair", text, 0) };
    Organisation {
        id: OrganisationId::of(&[name.as_bytes()]),
        version: 0,
        name: Some(name.to_owned()),
        keys: BTreeSet::from([IdentityKey::NamePlace(name.to_lowercase(), "@fair".to_owned())]),
        facts: facts.iter().map(fact).collect(),
        records: vec![record],
        bonds: BTreeMap::new(),
        apart: BTreeSet::new(),
        first_seen: day(0),
        changed: day(0),
    }
}

/// A signal about an organisation, from source `fair`, that happened on day `at` and was seen on day `seen`.
pub(crate) fn signal(organisation: &Organisation, kind: SignalKind, at: i64, seen: i64) -> Signal {
    Signal {
        kind,
        organisation: organisation.id,
        record: organisation.records[0],
        at: day(at),
        seen: day(seen),
        echo: false,
        story: Story::Sentence(format!("{} on day {at}", kind.word())),
        evidence: evidence("fair", &format!("{} {at}", kind.word()), seen),
    }
}
