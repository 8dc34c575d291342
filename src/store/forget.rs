//! Forgetting in steps of bounded size: what the history says of records, and everything of a source but its records. Decides nothing: it is
//! told what is past its time.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::codec::{self, Key};
use super::embedded::{Embedded, Inner};
use super::error::{CommitError, StoreError};
use super::frame;
use super::prepare::Draft;
use super::stored::StoredChanges;
use crate::base::ids::{RecordId, SourceId};
use crate::model::Record;

/// Values rewritten, or keys deleted, by one commit.
const STEP: usize = 200;

/// A value of the history, as it was read.
struct Chapter {
    key: Key,
    value: sled::IVec,
    changes: StoredChanges,
}

impl Inner {
    /// The next chapters of a history that speak of these records, from a key on; and where to go on, when there may be more.
    fn speaking_of(&self, prefix: &[u8], from: Key, records: &HashSet<RecordId>) -> Result<(Vec<Chapter>, Option<Key>), StoreError> {
        let mut found = Vec::new();
        for item in self.tree()?.range(from..) {
            let (key, value) = item?;
            if !key.starts_with(prefix) {
                break;
            }
            let changes = frame::unpack::<StoredChanges>(&value, &self.segments)?;
            if changes.speaks_of(records) {
                found.push(Chapter { key: key.to_vec(), value, changes });
            }
            if found.len() == STEP {
                return Ok((found, Some([&key, &[0][..]].concat())));
            }
        }
        Ok((found, None))
    }

    /// Keys of what is kept of a source beside its pages and records.
    fn keys_beside(&self, source: &SourceId, most: usize) -> Result<Vec<Key>, StoreError> {
        let tree = self.tree()?;
        let spent = codec::spent(source);
        let mut keys: Vec<Key> = tree.contains_key(&spent)?.then_some(spent).into_iter().collect();
        for prefix in [codec::sources_of(source), codec::changes_of(source)] {
            for key in tree.scan_prefix(prefix).keys().take(most.saturating_sub(keys.len())) {
                keys.push(key?.to_vec());
            }
        }
        Ok(keys)
    }
}

impl Embedded {
    pub(super) async fn forget_changes(&self, records: &[Record]) -> Result<(), CommitError> {
        let mut sources = BTreeMap::<&SourceId, HashSet<RecordId>>::new();
        for record in records {
            sources.entry(&record.source).or_default().insert(record.id);
        }
        for (source, gone) in sources {
            let gone = Arc::new(gone);
            let mut next = Some(codec::changes_of(source));
            while let Some(from) = next {
                let (prefix, about) = (codec::changes_of(source), Arc::clone(&gone));
                let (chapters, more) = self.read(move |inner| inner.speaking_of(&prefix, from, &about)).await?;
                next = more;
                let (what, about) = (format!("the history of `{source}`"), Arc::clone(&gone));
                self.write(move |inner| {
                    let mut draft = Draft::new(inner);
                    for Chapter { key, value, changes } in chapters {
                        draft.same(&key, Some(&value), what.as_str());
                        match changes.without(&about) {
                            (rest, true) => draft.put(key, &rest, None)?,
                            (_, false) => draft.delete(key),
                        }
                    }
                    Ok(draft.to)
                })
                .await?;
            }
        }
        Ok(())
    }

    pub(super) async fn remove_source(&self, source: &SourceId, most: usize) -> Result<bool, CommitError> {
        // The pages first: a turn under way then conflicts instead of bringing something back.
        let mut pages = self.pages_of(source);
        if !pages.is_empty() {
            pages.truncate(most);
            self.remove_pages(pages).await?;
            return Ok(false);
        }
        let id = source.clone();
        let keys = self.read(move |inner| inner.keys_beside(&id, most)).await?;
        for some in keys.chunks(STEP) {
            let some = some.to_vec();
            self.write(move |inner| {
                let mut draft = Draft::new(inner);
                for key in some {
                    draft.delete(key);
                }
                Ok(draft.to)
            })
            .await?;
        }
        Ok(keys.len() < most)
    }
}
