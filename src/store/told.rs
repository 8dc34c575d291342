//! What a rep was told, found by what became of the entries: of a lead last, and of a deadline. Writes nothing.

use jiff::Timestamp;

use super::codec;
use super::embedded::{Embedded, Inner};
use super::error::StoreError;
use super::stored::{StoredEntry, StoredMessage, StoredState, timestamp, to_model, undecodable};
use super::words::{LastTold, Passed};
use crate::base::ids::{ChannelId, EntryId, LeadId, MessageId, RepId};
use crate::model::Entry;

/// Revisions of a lead looked back on for the last that was told.
const REVISIONS: usize = 100;

/// What became of an entry.
enum Left {
    /// There is none, or it was left out.
    Never,
    /// It waits to be told.
    Waits,
    /// Its letter was given up then.
    GivenUp(MessageId, Timestamp),
    /// Its letter was made then; whether it left.
    At(Timestamp, bool),
}

impl Inner {
    fn left(&self, id: EntryId) -> Result<Left, StoreError> {
        let Some((_, entry)) = self.load::<StoredEntry>(&codec::entry(id))? else { return Ok(Left::Never) };
        let Some(message) = entry.settled.as_deref().and_then(|id| id.parse().ok()) else { return Ok(Left::Waits) };
        let of_head = |millis| timestamp(millis).map_err(undecodable::<StoredMessage>);
        Ok(match self.load::<StoredMessage>(&codec::message(&message))? {
            Some((_, StoredMessage { state: StoredState::Suppressed(_), .. })) => Left::Never,
            Some((_, StoredMessage { state: StoredState::Dead(at, _), .. })) => Left::GivenUp(message, of_head(at)?),
            Some((_, head)) => Left::At(of_head(head.made)?, matches!(head.state, StoredState::Delivered(_))),
            // It left so long ago that it is not kept any more.
            None => Left::At(to_model::<StoredEntry, Entry>(entry)?.at, true),
        })
    }
}

impl Embedded {
    pub(super) async fn told(&self, channel: &ChannelId, rep: &RepId, lead: LeadId, before: u32) -> Result<LastTold, StoreError> {
        let (channel, rep) = (channel.clone(), rep.clone());
        self.read(move |inner| {
            let mut told = LastTold::default();
            for revision in (1..before).rev().take(REVISIONS) {
                match inner.left(Entry::id_of_loss(&channel, &rep, lead, revision))? {
                    Left::At(..) => {
                        told.passed = Passed::Told;
                        break;
                    }
                    Left::GivenUp(..) | Left::Waits => told.passed = Passed::Waits,
                    Left::Never => {}
                }
                match inner.left(Entry::id_of(&channel, &rep, lead, revision))? {
                    Left::At(made, _) => {
                        told.at = Some(made);
                        break;
                    }
                    Left::GivenUp(message, at) => told.given_up = told.given_up.take().or(Some((message, at))),
                    Left::Waits | Left::Never => {}
                }
            }
            Ok(told)
        })
        .await
    }
    pub(super) async fn letters_of(&self, ids: Vec<EntryId>) -> Result<Vec<(EntryId, bool)>, StoreError> {
        self.read(move |inner| {
            let mut letters = Vec::new();
            for id in ids {
                if let Left::At(_, delivered) = inner.left(id)? {
                    letters.push((id, delivered));
                }
            }
            Ok(letters)
        })
        .await
    }
}
