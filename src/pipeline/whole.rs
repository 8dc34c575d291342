//! Tenders as the view over all their notices: what a page shows of a procedure is brought together with what is on file. Knows no format
//! and decides nothing on what is news.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Effects;
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::model::{Draft, Extract, Filed, Page, Record};
use crate::store::StoreError;

/// Procedures brought together of one page; of more the page alone counts.
const PROCEDURES: usize = 2_000;

/// Makes the drafts of tenders whole: one with a notice that is not on file says what all notices in their order say, so that what the newest
/// takes back is gone and an older one that comes late changes nothing that was said since; one without says nothing new.
///
/// With a second look (`confirm`) a change may wait although its notice is on file: then the page is compared as it is.
pub(super) async fn make_whole(effects: &Effects, source: &Source, page: &Page, extract: &mut Extract) -> Result<(), StoreError> {
    if extract.notices.is_empty() {
        return Ok(());
    }
    let of_record = |key: &str| Record::id_of(&source.id, key);
    let shown: Vec<(RecordId, Filed)> = extract.notices.iter().map(|(key, filed)| (of_record(key), filed.clone())).collect();
    let fresh = effects.store.unfiled(shown).await?;
    let mut by_record: HashMap<RecordId, Vec<Filed>> = HashMap::new();
    for (key, filed) in &extract.notices {
        by_record.entry(of_record(key)).or_default().push(filed.clone());
    }
    let mut done = 0;
    for draft in &mut extract.records {
        let id = of_record(&draft.key);
        let Some(shown) = by_record.remove(&id) else { continue };
        if !fresh.contains(&id) {
            draft.again = source.rules.confirm.is_none() && page.spec == source.spec_hash;
        } else if done < PROCEDURES {
            let on_file = effects.store.notices_of(id).await?;
            if !on_file.is_empty() {
                done += 1;
                *draft = together(effects, source, draft, (on_file, shown)).await;
            }
        }
    }
    Ok(())
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
