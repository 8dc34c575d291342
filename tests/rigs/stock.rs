//! Pages of a made-up source, and whole turns on them, for rigs that drive the store itself. Knows no daemon.

use std::collections::BTreeMap;

use atalaya::base::ids::{ContentHash, MessageId};
use atalaya::model::{
    Change, ChangeKind, CheckTimes, Field, FieldName, Message, MessageKind, MessageState, OwnPage, Page, PageWrite, Record, RecordKind,
    Sealed, Turn, Value,
};
use jiff::Timestamp;

pub const SOURCE: &str = "stock";

/// So many seconds after the beginning.
pub fn time(second: u64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + i64::try_from(second).unwrap()).unwrap()
}

/// The page of this number, on one of `hosts` hosts.
pub fn page(n: usize, hosts: usize) -> Page {
    let url = url::Url::parse(&format!("https://{}.example/page/{n}", n % hosts)).unwrap();
    Page::root(&SOURCE.parse().unwrap(), url, time(0))
}

/// The record on the page of this number, as of a round.
pub fn record(n: usize, round: u64) -> Record {
    let (source, key) = (SOURCE.parse().unwrap(), n.to_string());
    let text = format!("round {round} of {n}");
    let field =
        |text: &str| Field { value: Value::Text(text.to_owned()), quote: text.to_owned(), path: "h3".to_owned(), first_seen: time(1) };
    Record {
        id: Record::id_of(&source, &key),
        source,
        key,
        kind: RecordKind::Offer,
        url: url::Url::parse(&format!("https://stock.example/offer/{n}")).unwrap(),
        content: ContentHash::of(text.as_bytes()),
        fields: BTreeMap::from([(FieldName::new("title"), field(&text)), (FieldName::new("place"), field("Getafe"))]),
        first_seen: time(1),
        changed: time(round),
        missing: 0,
        gone: false,
        own_page: OwnPage::Read,
    }
}

/// The message of this page and round.
pub fn message_id(n: usize, round: u64) -> MessageId {
    MessageId::of(&[&n.to_le_bytes(), &round.to_le_bytes()])
}

fn message(n: usize, round: u64) -> Message {
    Message {
        id: message_id(n, round),
        channel: "crm".parse().unwrap(),
        kind: MessageKind::Lead,
        order_key: n as u64,
        title: format!("round {round} of {n}"),
        sealed: Sealed { content_type: "application/json".to_owned(), bytes: noise(300, n as u64, round), recipient: String::new() },
        entries: Vec::new(),
        leads: Vec::new(),
        made: time(round),
        state: MessageState::Ready { not_before: time(0) },
        tries: 0,
        attempts: Vec::new(),
    }
}

/// Bytes that no packing makes smaller, ended by the round.
pub fn snapshot(n: usize, round: u64, length: usize) -> Vec<u8> {
    let mut bytes = noise(length, n as u64, round);
    bytes.extend_from_slice(format!("<p>{round}</p>").as_bytes());
    bytes
}

fn noise(length: usize, n: u64, round: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&n.to_le_bytes()).update(&round.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// A turn that found a change: the page, its bytes, its record, the history, a message.
pub fn change(page: &Page, n: usize, round: u64, length: usize) -> Turn {
    let written = Page { fingerprint: Some(round), checked: Some(time(round)), next_due: time(round + 100), ..page.clone() };
    let mut turn = Turn::new(PageWrite::Whole(Box::new(written)), page.host());
    let record = record(n, round);
    let kind = if round == 1 { ChangeKind::Appeared } else { ChangeKind::Changed(Vec::new()) };
    turn.changes = vec![Change { source: record.source.clone(), record: record.id, kind, at: time(round), baseline: false }];
    turn.records = vec![record];
    turn.snapshot = Some(snapshot(n, round, length).into());
    turn.messages = vec![message(n, round)];
    turn
}

/// A turn that found nothing new.
pub fn unchanged(page: &Page, round: u64) -> Turn {
    let times = CheckTimes { visit: 1, checked: Some(time(round * 3_600)), next_due: time(round * 3_600 + 3_600) };
    Turn { requested: Some(time(round * 3_600)), ..Turn::new(PageWrite::Times(page.id, times), page.host()) }
}
