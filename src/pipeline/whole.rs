//! Tenders as the view over all their notices: what a page shows of a procedure is brought together with what is on file. Knows no format
//! and decides nothing on what is news.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Effects;
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::model::{Draft, Extract, FieldName, Filed, Page, Reading, Record, RecordKind, Stage, Value, Whole, procedure_of};
use crate::store::StoreError;

/// How often one notice is filed that comes back again and again: two servers of a portal may differ for ever.
const COPIES: usize = 20;

/// Makes the drafts of tenders whole, with those of their winners and losers: a procedure with a notice that is not on file is what all its
/// notices in their order say, so that what the newest takes back is gone and an older one that comes late changes nothing that was said
/// since; one without says nothing new. What is stored of records that only the file knows of is added to `stored`.
///
/// With a second look (`confirm`) a change may wait although its notice is on file: then it is brought together again.
pub(super) async fn make_whole(
    effects: &Effects,
    (source, page): (&Source, &Page),
    extract: &mut Extract,
    stored: &mut Vec<Record>,
) -> Result<(), StoreError> {
    (extract.ended, extract.idle) = (Vec::new(), Vec::new());
    // A record that is not known has no notice on file: its page says all there is.
    let known: HashMap<RecordId, &Record> = stored.iter().map(|record| (record.id, record)).collect();
    let mut shown: HashMap<RecordId, Vec<Filed>> = HashMap::new();
    for (key, filed) in &extract.notices {
        let id = Record::id_of(&source.id, key);
        if known.contains_key(&id) {
            shown.entry(id).or_default().push(filed.clone());
        }
    }
    if shown.is_empty() {
        return Ok(());
    }
    let asked = shown.iter().flat_map(|(id, all)| all.iter().map(|filed| (*id, filed.clone()))).collect();
    let unsettled = effects.store.unsettled(asked).await?;
    let (mut again, mut made): (HashSet<String>, HashMap<String, Whole>) = (HashSet::new(), HashMap::new());
    for draft in extract.records.iter().filter(|draft| draft.kind != RecordKind::Award) {
        let id = Record::id_of(&source.id, &draft.key);
        let Some(mut shown) = shown.remove(&id) else { continue };
        // Other settings read other things from the same notices, and a change that waits for a second look is still to be told.
        let renewed = page.reading != Reading::Never && page.spec != source.spec_hash;
        let waits = source.rules.confirm.is_some() || renewed;
        if !unsettled.contains(&id) && !waits {
            again.insert(draft.key.clone());
            continue;
        }
        let on_file = effects.store.notices_of(id).await?;
        if on_file.notices.is_empty() {
            continue;
        }
        let back = come_back(&on_file.notices, &shown);
        let known_all = shown.iter().all(|filed| on_file.notices.iter().any(|known| known.hash == filed.hash));
        if back.is_empty() && known_all && !waits {
            again.insert(draft.key.clone());
            continue;
        }
        extract.notices.extend(back.iter().map(|filed| (draft.key.clone(), filed.clone())));
        shown.extend(back);
        // Of more than are kept the oldest are not on file any more: what they alone said is not taken back.
        let (all, newest) = (on_file.all, shown.iter().map(Filed::at).max());
        let cancelled = cancelled_since(known.get(&id).copied()).filter(|(since, _)| newest.is_none_or(|newest| newest <= *since));
        let mut void = cancelled.is_some();
        if let Some((_, seen)) = cancelled {
            // Where a notice said so by then, one that takes it back may be published before the first was seen.
            let then = on_file.notices.iter().filter(|filed| filed.seen <= seen).cloned().collect();
            let then = together(effects, source, draft, (then, Vec::new())).await;
            void = !then.is_some_and(|then| then.tender.fields.get("stage").is_some_and(|stage| is_cancelled(&stage.value)));
        }
        if let Some(mut whole) = together(effects, source, draft, (on_file.notices, shown)).await {
            whole.tender.partial |= !all;
            if void {
                whole.tender.fields.remove("stage");
                whole.tender.partial = true;
            }
            made.insert(draft.key.clone(), whole);
        }
    }
    replace(extract, &again, made);
    complete(effects, source, extract, stored).await
}

/// The notices on file that a page shows again although others of their time and number had taken their place, which it shows no longer: what it
/// shows holds. Some portals correct in silence, and take that back in silence.
fn come_back(on_file: &[Filed], shown: &[Filed]) -> Vec<Filed> {
    let is_back = |filed: &&Filed| {
        let of_time = || on_file.iter().filter(|other| filed.is_of_time_of(other));
        let copies = of_time().filter(|other| filed.is_same(other)).count();
        let last = of_time().next_back().filter(|last| !shown.iter().any(|other| other.is_same(last)));
        last.is_some() && (1..=COPIES).contains(&copies)
    };
    shown.iter().filter(is_back).map(Filed::back).collect()
}

/// Puts what all notices say in the place of what the page alone does; what says nothing new is marked so.
fn replace(extract: &mut Extract, again: &HashSet<String>, mut made: HashMap<String, Whole>) {
    let of = |draft: &Draft| procedure_of(&draft.key).to_owned();
    extract.records.retain(|draft| draft.kind != RecordKind::Award || !made.contains_key(&of(draft)));
    let mut awards = Vec::new();
    for draft in &mut extract.records {
        let void = draft.fields.get("stage").filter(|_| extract.void.contains(&draft.key)).cloned();
        draft.again = again.contains(&of(draft));
        if let Some(Whole { tender, awards: bidders, ended, idle }) = made.remove(&draft.key) {
            awards.extend(bidders);
            extract.ended.extend(ended);
            extract.idle.extend(idle.into_iter().map(|hash| (tender.key.clone(), hash)));
            *draft = tender;
        }
        if let Some(stage) = void {
            // No notice says it: where the page has nothing else that is new, it has this.
            if draft.again {
                draft.fields.clear();
                draft.again = false;
            }
            draft.fields.insert(FieldName::new("stage"), stage);
        }
    }
    extract.records.extend(awards);
}

/// Adds what is stored of the records that came with the file.
async fn complete(effects: &Effects, source: &Source, extract: &Extract, stored: &mut Vec<Record>) -> Result<(), StoreError> {
    let known: HashSet<RecordId> = stored.iter().map(|record| record.id).collect();
    let keys = extract.records.iter().map(|draft| &draft.key).chain(&extract.ended);
    let missing = keys.map(|key| Record::id_of(&source.id, key)).filter(|id| !known.contains(id)).collect();
    stored.extend(effects.store.records(missing).await?);
    Ok(())
}

/// Since when a tender is cancelled, and since when that is known: what its portal has called void stays so unless a notice since then says otherwise,
/// and is on file as no notice.
fn cancelled_since(known: Option<&Record>) -> Option<(Timestamp, Timestamp)> {
    let known = known?;
    let seen = known.fields.get("stage").filter(|stage| is_cancelled(&stage.value))?.first_seen;
    let said =
        known.fields.get("published").filter(|published| published.first_seen == seen).and_then(|published| published.value.instant());
    Some((said.map_or(seen, |said| said.min(seen)), seen))
}

fn is_cancelled(stage: &Value) -> bool {
    stage.text() == Stage::Cancelled.word()
}

/// What all notices say; nothing when they cannot be read together: then the page alone counts.
async fn together(effects: &Effects, source: &Source, draft: &Draft, (on_file, shown): (Vec<Filed>, Vec<Filed>)) -> Option<Whole> {
    let known: HashSet<_> = on_file.iter().map(|filed| filed.hash).collect();
    let mut notices = on_file;
    notices.extend(shown.into_iter().filter(|filed| !known.contains(&filed.hash)));
    // Stable: what is of one time stays in the order in which it came.
    notices.sort_by_key(Filed::at);
    let (reader, url) = (Arc::clone(&source.reader), draft.url.clone());
    let read = effects.pool.run(&draft.key, move |expired| reader.whole(&notices, &url, expired)).await;
    match read {
        Ok(whole) => whole.filter(|whole| whole.tender.key == draft.key),
        Err(failure) => {
            tracing::warn!(source = %source.id, record = %draft.key, %failure, "what is on file of a tender could not be read together with its page; the page alone counts");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::ContentHash;
    use crate::model::{Raw, ZoneFrom};

    #[test]
    fn what_is_shown_again_in_the_place_of_what_had_replaced_it_has_come_back() {
        let filed = |own: &str, number: &str, seen: i64| {
            let hash = ContentHash::of(own.as_bytes());
            Filed {
                hash,
                // Where a portal gives no number the hash is one.
                numbers: vec![if number.is_empty() { hash.to_string() } else { number.to_owned() }],
                published: Some(Timestamp::UNIX_EPOCH),
                seen: Timestamp::from_second(seen).unwrap(),
                url: "https://portal.example/feed".parse().unwrap(),
                format: "ocds".to_owned(),
                zone: "UTC".to_owned(),
                zone_from: ZoneFrom::Portal,
                raw: Raw::new("[", own, "]"),
            }
        };
        for number in ["", "N-1"] {
            let (a, b) = (filed("a", number, 1), filed("b", number, 2));
            let again = filed("a", number, 3);
            let back = come_back(&[a.clone(), b.clone()], std::slice::from_ref(&again));
            assert_eq!(back.len(), 1, "{number}");
            // It is the last now, and what comes back after it is another.
            let on_file = [a.clone(), b.clone(), back[0].clone()];
            assert_eq!(come_back(&on_file, std::slice::from_ref(&again)), [], "{number}");
            assert_eq!(come_back(&on_file, &[filed("b", number, 4)]).len(), 1, "{number}");
            // Both are shown, or it is of another time.
            assert_eq!(come_back(&[a.clone(), b.clone()], &[again.clone(), b.clone()]), [], "{number}");
            let later = Filed { published: Some(Timestamp::from_second(9).unwrap()), ..b };
            assert_eq!(come_back(&[a, later], &[again]), [], "{number}");
        }
        // Two of one time that go by other numbers are two.
        assert_eq!(come_back(&[filed("a", "N-1", 1), filed("b", "N-2", 2)], &[filed("a", "N-1", 3)]), []);
    }
}
