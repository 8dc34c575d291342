//! Tenders as the view over all their notices: what a page shows of a procedure is brought together with what is on file. Knows no format
//! and decides nothing on what is news.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Effects;
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::model::{Draft, Extract, Filed, Page, Reading, Record};
use crate::store::StoreError;

/// Procedures brought together of one page; of more the page alone counts.
const PROCEDURES: usize = 2_000;

/// Makes the drafts of tenders whole: one with a notice that is not on file says what all notices in their order say, so that what the newest
/// takes back is gone and an older one that comes late changes nothing that was said since; one without says nothing new.
///
/// With a second look (`confirm`) a change may wait although its notice is on file: then the page is compared as it is.
pub(super) async fn make_whole(
    effects: &Effects,
    (source, page): (&Source, &Page),
    extract: &mut Extract,
    stored: &[Record],
) -> Result<(), StoreError> {
    // A record that is not known has no notice on file: its page says all there is.
    let known: HashSet<RecordId> = stored.iter().map(|record| record.id).collect();
    let mut shown: HashMap<RecordId, Vec<Filed>> = HashMap::new();
    for (key, filed) in &extract.notices {
        let id = Record::id_of(&source.id, key);
        if known.contains(&id) {
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
        if !fresh.contains(&id) {
            // Other settings read other things from the same notices.
            let renewed = page.reading != Reading::Never && page.spec != source.spec_hash;
            draft.again = source.rules.confirm.is_none() && !renewed;
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
