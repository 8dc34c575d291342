//! Housekeeping: what is past its retention goes, and segment files that hold little of use are rewritten. Takes its time from the caller.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::codec::{self, Key, Table};
use super::commit::{Group, refs};
use super::embedded::{Embedded, Inner, blocking};
use super::error::{CommitError, StoreError};
use super::frame::{self, BlobRef};
use super::prepare::{Draft, Effect};
use super::segments::{Pin, Segments};
use super::stored::{StoredEntry, StoredMessage, StoredVersions, millis, undecodable};
use super::words::Kept;

/// Keys deleted or rewritten by one commit.
const STEP: usize = 200;
/// Segments rewritten by one step of keeping.
const SEGMENTS: usize = 8;

/// A key past its retention, with the value it was judged by.
struct Expired {
    key: Key,
    value: sled::IVec,
    more: Option<Key>,
    effects: Vec<Effect>,
}

/// A value with references into segments that are being given up.
struct Moving {
    key: Key,
    old: sled::IVec,
    new: Vec<u8>,
}

fn before(now: Timestamp, keep: SignedDuration) -> i64 {
    now.checked_sub(keep).map_or(i64::MIN, millis)
}

impl Inner {
    /// Everything past its retention. Messages quote what is known of people: none outlives `longest`.
    fn expired(&self, now: Timestamp, longest: SignedDuration) -> Result<Vec<Expired>, StoreError> {
        let delivered = before(now, self.settings.keep_delivered.min(longest));
        let history = before(now, self.settings.keep_changes);
        let given_up = before(now, self.settings.keep_changes.min(longest));
        let tree = self.tree()?;
        let (mut expired, mut open) = (Vec::new(), HashSet::new());
        for item in tree.scan_prefix(Table::Message.prefix()) {
            let (key, value) = item?;
            let head = frame::unpack::<StoredMessage>(&value, &self.segments)?;
            // What was given up stays for as long as the history: it can still be replayed.
            let line = if head.dead() { given_up } else { delivered };
            if head.rest().is_some_and(|at| at < line) {
                let id = head.id().map_err(undecodable::<StoredMessage>)?;
                let channel =
                    head.channel.parse().map_err(|why: crate::base::ids::BadSlug| undecodable::<StoredMessage>(why.to_string()))?;
                let effects = if head.dead() { vec![Effect::Dead(channel, -1)] } else { Vec::new() };
                expired.push(Expired { key: key.to_vec(), value, more: Some(codec::body(&id)), effects });
            } else if head.dead() || head.rest().is_none() {
                open.insert(head.id().map_err(undecodable::<StoredMessage>)?.as_str().to_owned());
            }
        }
        for item in tree.scan_prefix(Table::Entry.prefix()) {
            let (key, value) = item?;
            let entry = frame::unpack::<StoredEntry>(&value, &self.segments)?;
            // A reminder of a deadline to come is not made again as long as it is known that it was.
            let over = entry.reminds_of().is_none_or(|at| at < millis(now));
            // Of what is not delivered the entries are needed still: they wait again where it is taken back.
            if entry.settled.as_ref().is_some_and(|by| !open.contains(by)) && entry.due < delivered && over {
                expired.push(Expired { key: key.to_vec(), value, more: None, effects: Vec::new() });
            }
        }
        for source in self.sources_with_changes()? {
            for item in tree.scan_prefix(codec::changes_of(&source)) {
                let (key, value) = item?;
                if codec::changes_at(&key).is_none_or(|at| at >= history) {
                    break;
                }
                expired.push(Expired { key: key.to_vec(), value, more: None, effects: Vec::new() });
            }
        }
        Ok(expired)
    }

    /// Values that refer to these segments, with their blobs written anew.
    fn moving(&self, dead: &HashSet<u32>, pins: &mut Vec<Pin>) -> Result<Vec<Moving>, StoreError> {
        let mut moving = Vec::new();
        for item in self.tree()?.iter() {
            let (key, old) = item?;
            let blobs = refs(&key, &old)?;
            let mut moved = BTreeMap::new();
            for blob in blobs.iter().filter(|blob| dead.contains(&blob.segment)) {
                let (to, pin) = Segments::append(&self.segments, &self.segments.read(blob)?)?;
                pins.push(pin);
                moved.insert((blob.segment, blob.offset), to);
            }
            if !moved.is_empty() {
                let new = rewritten(&key, &old, &moved)?;
                moving.push(Moving { key: key.to_vec(), old, new });
            }
        }
        Ok(moving)
    }
}

/// A value that refers to the new places.
fn rewritten(key: &[u8], old: &[u8], moved: &BTreeMap<(u32, u32), BlobRef>) -> Result<Vec<u8>, StoreError> {
    let place = |blob: &mut BlobRef| {
        if let Some(to) = moved.get(&(blob.segment, blob.offset)) {
            *blob = *to;
        }
    };
    if Table::of(key) == Some(Table::Versions) {
        let mut list: StoredVersions = frame::unpack_inline(old)?;
        for version in &mut list.versions {
            place(&mut version.blob);
            version.base.iter_mut().for_each(place);
        }
        return Ok(frame::pack_inline(&list));
    }
    let bad = || StoreError::Undecodable { what: "reference", why: "it is not what it was a moment ago".to_owned() };
    let mut blob = frame::blob(old).ok_or_else(bad)?;
    place(&mut blob);
    frame::moved(old, &blob).ok_or_else(bad)
}

impl Embedded {
    pub(super) async fn keep(&self, now: Timestamp, longest: SignedDuration) -> Result<Kept, StoreError> {
        let mut kept = Kept::default();
        let mut expired = self.read(move |inner| inner.expired(now, longest)).await?;
        while !expired.is_empty() {
            let some = expired.split_off(expired.len().saturating_sub(STEP));
            let count = some.len() as u64;
            let deleted = self
                .write(move |inner| {
                    let mut draft = Draft::new(inner);
                    for gone in some {
                        draft.same(&gone.key, Some(&gone.value), "what has expired");
                        draft.delete(gone.key);
                        gone.more.into_iter().for_each(|key| draft.delete(key));
                        draft.to.effects.extend(gone.effects);
                    }
                    Ok(draft.to)
                })
                .await;
            match deleted {
                Ok(_) => kept.expired += count,
                // Somebody took one of them up again: the next step sees the others.
                Err(CommitError::Conflict { .. }) => {}
                Err(CommitError::Store(why)) => return Err(why),
            }
        }
        let this = self.clone();
        let (rewritten, deleted) = blocking(move || this.tidy()).await?;
        Ok(Kept { segments_rewritten: rewritten, segments_deleted: deleted, ..kept })
    }

    /// Rewrites segments that are mostly dead, and deletes those that are wholly so.
    fn tidy(&self) -> Result<(u64, u64), StoreError> {
        let inner = &self.inner;
        let mut deleted = inner.segments.sweep()?;
        let dead: HashSet<u32> = inner.segments.mostly_dead().into_iter().take(SEGMENTS).collect();
        if dead.is_empty() {
            return Ok((0, deleted));
        }
        let mut pins = Vec::new();
        let mut moving = inner.moving(&dead, &mut pins)?;
        while !moving.is_empty() {
            let some = moving.split_off(moving.len().saturating_sub(STEP));
            self.between(move |committer| {
                let generation = committer.inner.generation()?;
                let mut group = Group::new(&generation);
                for value in some {
                    // A value that was written meanwhile refers to newer blobs already.
                    group.replace(value.key, &value.old, value.new)?;
                }
                committer.write_or_stop(&generation, group)
            })?;
        }
        drop(pins);
        deleted += inner.segments.sweep()?;
        Ok((dead.len() as u64, deleted))
    }
}
