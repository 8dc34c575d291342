//! The stored form of where the visits of a source with a transport stand.

use serde::{Deserialize, Serialize};

use super::{millis, timestamp};
use crate::model::{Checkpoint, Loss, Stretch};

type Id = [u8; 8];

/// [`Checkpoint`]: stretches with their beginning, end and whether they failed; losses with their reason.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredCheckpoint {
    todo: Vec<StoredStretch>,
    reached: Option<i64>,
    at: Vec<String>,
    got: u64,
    forgotten: u32,
    seen: Vec<Id>,
    empty: u32,
    lost: Vec<(StoredStretch, String, Option<i64>)>,
    short: Option<String>,
    note: Option<String>,
}

/// Beginning, end, whether it failed, and how often.
type StoredStretch = (i64, i64, bool, u32);

fn stored_stretch(stretch: &Stretch) -> StoredStretch {
    (millis(stretch.from), millis(stretch.to), stretch.failed, stretch.tries)
}

fn stretch_of((from, to, failed, tries): StoredStretch) -> Result<Stretch, String> {
    Ok(Stretch { from: timestamp(from)?, to: timestamp(to)?, failed, tries })
}

impl From<&Checkpoint> for StoredCheckpoint {
    fn from(checkpoint: &Checkpoint) -> Self {
        let Checkpoint { todo, reached, at, got, forgotten, seen, empty, lost, short, note } = checkpoint;
        Self {
            todo: todo.iter().map(stored_stretch).collect(),
            reached: reached.map(millis),
            at: at.clone(),
            got: *got,
            forgotten: *forgotten,
            seen: seen.iter().map(|hash| hash.to_be_bytes()).collect(),
            empty: *empty,
            lost: lost.iter().map(|loss| (stored_stretch(&loss.stretch), loss.why.clone(), loss.again.map(millis))).collect(),
            short: short.clone(),
            note: note.clone(),
        }
    }
}

impl TryFrom<StoredCheckpoint> for Checkpoint {
    type Error = String;
    fn try_from(stored: StoredCheckpoint) -> Result<Self, String> {
        let loss = |(stretch, why, again): (_, _, Option<i64>)| {
            Ok::<_, String>(Loss { stretch: stretch_of(stretch)?, why, again: again.map(timestamp).transpose()? })
        };
        Ok(Self {
            todo: stored.todo.into_iter().map(stretch_of).collect::<Result<_, _>>()?,
            reached: stored.reached.map(timestamp).transpose()?,
            at: stored.at,
            got: stored.got,
            forgotten: stored.forgotten,
            seen: stored.seen.into_iter().map(u64::from_be_bytes).collect(),
            empty: stored.empty,
            lost: stored.lost.into_iter().map(loss).collect::<Result<_, _>>()?,
            short: stored.short,
            note: stored.note,
        })
    }
}
