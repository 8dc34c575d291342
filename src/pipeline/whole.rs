//! Tenders as the view over all their notices: what a page shows of a procedure is brought together with what is on file. Knows no format
//! and decides nothing on what is news.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Effects;
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::model::{Draft, Extract, Filed, Page, Reading, Record, Stage};
use crate::store::{NOTICES, StoreError};

/// Procedures brought together of one page; of more the page alone counts.
const PROCEDURES: usize = 2_000;

/// Makes the drafts of tenders whole: one with a notice that is not on file says what all notices in their order say, so that what the newest
/// takes back is gone and an older one that comes late changes nothing that was said since; one without says nothing new.
///
/// With a second look (`confirm`) a change may wait although its notice is on file: then it is brought together again.
pub(super) async fn make_whole(
    effects: &Effects,
    (source, page): (&Source, &Page),
    extract: &mut Extract,
    stored: &[Record],
) -> Result<(), StoreError> {
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
    let fresh = effects.store.unfiled(asked).await?;
    let mut done = 0;
    for draft in &mut extract.records {
        let id = Record::id_of(&source.id, &draft.key);
        let Some(shown) = shown.remove(&id) else { continue };
        // Other settings read other things from the same notices, and a change that waits for a second look is still to be told.
        let renewed = page.reading != Reading::Never && page.spec != source.spec_hash;
        if !fresh.contains(&id) && source.rules.confirm.is_none() && !renewed {
            draft.again = true;
        } else if done < PROCEDURES {
            let on_file = effects.store.notices_of(id).await?;
            if !on_file.is_empty() {
                done += 1;
                // Of more the oldest are not on file any more: what they alone said is not taken back.
                let all = on_file.len() < NOTICES;
                let newest = shown.iter().map(Filed::at).max();
                *draft = together(effects, source, draft, (on_file, shown)).await;
                draft.partial |= !all;
                stay_void(draft, known.get(&id).copied(), newest);
            }
        }
    }
    Ok(())
}

/// Keeps cancelled what its portal has called void, which is on file as no notice, unless a notice since then says otherwise.
fn stay_void(draft: &mut Draft, known: Option<&Record>, newest: Option<Timestamp>) {
    let void = known.and_then(|known| known.fields.get("stage")).filter(|stage| stage.value.text() == Stage::Cancelled.word());
    if void.is_some_and(|stage| newest.is_none_or(|newest| newest <= stage.first_seen)) {
        draft.fields.remove("stage");
        draft.partial = true;
    }
}

/// The draft of all notices; the page's own when they cannot be read together.
async fn together(effects: &Effects, source: &Source, draft: &Draft, (on_file, shown): (Vec<Filed>, Vec<Filed>)) -> Draft {
    let known: HashSet<_> = on_file.iter().map(|filed| filed.hash).collect();
    let mut notices = on_file;
    notices.extend(shown.into_iter().filter(|filed| !known.contains(&filed.hash)));
    // Stable: what is of one time stays in the order in which it came.
    notices.sort_by_key(Filed::at);
    let (reader, url) = (Arc::clone(&source.reader), draft.url.clone());
    let read = effects.pool.run(&draft.key, move |expired| reader.whole(&notices, &url, expired)).await;
    match read {
        Ok(Some(whole)) if whole.key == draft.key => whole,
        Ok(_) => draft.clone(),
        Err(failure) => {
            tracing::warn!(source = %source.id, record = %draft.key, %failure, "what is on file of a tender could not be read together with its page; the page alone counts");
            draft.clone()
        }
    }
}
