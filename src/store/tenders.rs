//! Tenders in the order of their deadlines and contracts in the order of their ends, each with what lists are filtered by: a list reads no
//! record that it does not show. Written with the records they are of. Knows no rule about tenders.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::codec::{self, Key};
use super::embedded::{Embedded, Inner};
use super::error::StoreError;
use super::prepare::Draft;
use super::stored::{Stored, from_bytes, millis, timestamp, to_bytes, undecodable};
use super::words::{TenderOrder, TenderRow, TenderWalk};
use crate::base::ids::{RecordId, SourceId, hash64};
use crate::base::text::{clip, words};
use crate::model::{Change, LAST_DEADLINE, Record, RecordKind, Stage, Value, buyers, deadline, procedure_of, stage};

/// Rows looked at for one question.
const ROWS: usize = 300_000;
/// Characters of a buyer's name.
const NAME: usize = 120;
/// Numbers and codes of one row; each has at most so many characters.
const MANY: usize = 24;
const CODE: usize = 40;
/// A day without a time is not over before it is over everywhere.
const LATE: SignedDuration = SignedDuration::from_hours(36);

/// [`TenderRow`] but for what its key says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredRow {
    tender: u64,
    source: String,
    stage: String,
    buyer: String,
    tax_ids: Vec<String>,
    codes: Vec<String>,
    first_seen: i64,
    says: u64,
}

impl Stored for StoredRow {
    const KIND: &'static str = "row of a tender";
}

const fn number(by: TenderOrder) -> u8 {
    match by {
        TenderOrder::Due => 0,
        TenderOrder::Ends => 1,
    }
}

/// Where a record has its rows. What counts as open though its day was over from the start stands where it ends to do so.
fn keys(record: &Record) -> Vec<Key> {
    keys_with(record, deadline(record).and_then(|closing| closing.slip))
}

/// The same, a deadline that cannot be meant standing at this time. Versions before let it stand where it says.
fn keys_with(record: &Record, slip: Option<Timestamp>) -> Vec<Key> {
    if record.gone {
        return Vec::new();
    }
    let key = |by: TenderOrder, at: Option<Timestamp>| codec::tender(number(by), at.map(millis), record.id);
    let ends = match record.value("contract_end") {
        Some(Value::Date(day)) => day.to_zoned(TimeZone::UTC).ok().map(|day| key(TenderOrder::Ends, Some(day.timestamp()))),
        Some(_) | None => None,
    };
    // Where nobody can read it, it has the place that it had.
    let read = record.value("deadline").filter(|deadline| deadline.instant().is_some());
    let due = read.or_else(|| record.value(LAST_DEADLINE)).and_then(|deadline| {
        let late = if matches!(deadline, Value::Date(_)) { LATE } else { SignedDuration::ZERO };
        deadline.instant()?.checked_add(late).ok()
    });
    let due = slip.or(due);
    match record.kind {
        // What is only tendered has no contract yet that could end.
        RecordKind::Tender => {
            let ends = ends.filter(|_| matches!(stage(record), Stage::Awarded | Stage::Modified));
            std::iter::once(key(TenderOrder::Due, due)).chain(ends).collect()
        }
        RecordKind::Award => ends.filter(|_| record.fields.contains_key("winner")).into_iter().collect(),
        RecordKind::Offer | RecordKind::Request | RecordKind::Company | RecordKind::Article | RecordKind::Vacancy | RecordKind::Page => {
            Vec::new()
        }
    }
}

fn row(record: &Record) -> StoredRow {
    let each = |name: &str| record.value(name).map_or(&[][..], Value::each).iter().map(Value::text);
    let short = |texts: &mut dyn Iterator<Item = String>| texts.take(MANY).map(|text| clip(&text, CODE)).collect();
    StoredRow {
        tender: Record::id_of(&record.source, procedure_of(&record.key)).0,
        source: record.source.to_string(),
        stage: record.text("stage").unwrap_or_default(),
        buyer: words(&clip(&buyers(record).unwrap_or_default(), NAME)),
        // Of a winner's record they are the winner's.
        tax_ids: short(&mut each("tax_id").filter(|_| record.kind == RecordKind::Tender).map(|id| words(&id))),
        codes: short(&mut ["cpv", "unspsc", "naics", "classes"].into_iter().flat_map(each)),
        first_seen: millis(record.first_seen),
        says: says(record),
    }
}

/// Hash of what a record says, whenever it came to say so.
fn says(record: &Record) -> u64 {
    let said: Vec<String> = record.fields.iter().flat_map(|(name, field)| [name.to_string(), field.value.text()]).collect();
    hash64(&said.iter().map(String::as_bytes).collect::<Vec<_>>())
}

impl Draft<'_> {
    /// Writes the rows of a record as it is now; `before`: as it was.
    pub(super) fn tender(&mut self, before: Option<&Record>, now: Option<&Record>) {
        let rows = |record: Option<&Record>| -> BTreeMap<Key, Vec<u8>> {
            let Some(record) = record else { return BTreeMap::new() };
            let keys = keys(record);
            let value = if keys.is_empty() { Vec::new() } else { to_bytes(&row(record)) };
            keys.into_iter().map(|key| (key, value.clone())).collect()
        };
        let (old, new) = (rows(before), rows(now));
        let by_words = before.map_or_else(Vec::new, |before| keys_with(before, None)).into_iter().filter(|key| !old.contains_key(key));
        for key in old.keys().cloned().chain(by_words).filter(|key| !new.contains_key(key)) {
            self.delete(key);
        }
        for (key, value) in new {
            if old.get(&key) != Some(&value) {
                self.to.writes.push((key, Some(value)));
            }
        }
    }
}

impl Inner {
    fn tenders(&self, walk: TenderWalk, wanted: impl Fn(&TenderRow) -> bool) -> Result<(Vec<TenderRow>, bool), StoreError> {
        let by = number(walk.by);
        let from = walk.from.map_or_else(|| codec::tenders_by(by), |at| codec::tenders_from(by, Some(millis(at))));
        let to = walk.to.map_or_else(|| codec::tenders_by(by + 1), |at| codec::tenders_from(by, Some(millis(at))));
        let mut found = Vec::new();
        if from >= to {
            return Ok((found, true));
        }
        let mut rows = self.tree()?.range(from..to);
        for seen in 0.. {
            let Some(item) = (if walk.back { rows.next_back() } else { rows.next() }) else { break };
            if found.len() == walk.limit || seen == ROWS {
                return Ok((found, false));
            }
            let (key, value) = item?;
            found.extend(Some(read(&key, &value)?).filter(|row| wanted(row)));
        }
        Ok((found, true))
    }
}

/// The row under a key.
pub(super) fn read(key: &[u8], value: &[u8]) -> Result<TenderRow, StoreError> {
    let odd = |why: String| undecodable::<StoredRow>(why);
    let StoredRow { tender, source, stage, buyer, tax_ids, codes, first_seen, says } = from_bytes(value)?;
    Ok(TenderRow {
        record: codec::last_u64(key).map(RecordId).ok_or_else(|| odd("its key names no record".to_owned()))?,
        tender: RecordId(tender),
        at: codec::tender_at(key).map(timestamp).transpose().map_err(odd)?,
        source,
        stage,
        buyer,
        tax_ids,
        codes,
        first_seen: timestamp(first_seen).map_err(odd)?,
        says,
    })
}

impl Embedded {
    pub(super) async fn tenders(
        &self,
        walk: TenderWalk,
        wanted: impl Fn(&TenderRow) -> bool + Send + 'static,
    ) -> Result<(Vec<TenderRow>, bool), StoreError> {
        self.read(move |inner| inner.tenders(walk, wanted)).await
    }

    pub(super) fn records_of(&self, source: &SourceId) -> u64 {
        self.inner.places.records_of(codec::source_hash(source))
    }

    pub(super) async fn changes_since(
        &self,
        source: &SourceId,
        records: Arc<HashSet<RecordId>>,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        let source = source.clone();
        self.read(move |inner| inner.history(&source, limit, Some(millis(since)), |change| records.contains(&change.record))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::record;
    use crate::model::{Field, FieldName};

    #[test]
    fn what_was_over_when_it_was_published_stands_where_it_ends_to_count_as_open() {
        // First seen on 1 January 2026.
        for (stage, until, published, want) in [
            ("open", "2025-02-01", "2025-12-31", "2026-01-30T00:00:00Z"),
            ("open", "2026-02-01", "2025-12-31", "2026-02-02T12:00:00Z"),
            ("open", "2025-02-01", "2025-03-01", "2025-02-02T12:00:00Z"),
            ("cancelled", "2025-02-01", "2025-12-31", "2025-02-02T12:00:00Z"),
        ] {
            let mut tender = record("a", "1", RecordKind::Tender, &[("stage", stage)]);
            let field = tender.fields.values().next().unwrap().clone();
            for (name, day) in [("deadline", until), ("published", published)] {
                let value = Value::Date(day.parse().unwrap());
                tender.fields.insert(FieldName::new(name), Field { value, ..field.clone() });
            }
            let at: Vec<String> = keys(&tender).iter().map(|key| timestamp(codec::tender_at(key).unwrap()).unwrap().to_string()).collect();
            assert_eq!(at, [want], "{stage} {until} {published}");
        }
    }
}
