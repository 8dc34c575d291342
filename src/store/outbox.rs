//! The outbox of the embedded backend: entries and messages, from the queue in memory and the tree. Decides no retry.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::codec::{self, Table};
use super::embedded::{Embedded, Inner};
use super::error::{CommitError, StoreError};
use super::frame;
use super::prepare::{Draft, Effect, message_effects};
use super::stored::{StoredChannel, StoredEntry, StoredMessage, StoredState, StoredSuppression, millis, to_model, undecodable};
use super::words::{DueEntries, EntryFilter, LeftOut, MessageFilter, Replay, Replayed, Standing, Suppression};
use crate::base::ids::{ChannelId, EntryId, MessageId};
use crate::model::{ChannelState, Entry, Message, MessageState, Question};
use crate::outbox;

/// Messages that are decided on in one replay.
const AGAIN: usize = 100_000;

impl Inner {
    fn entry(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        let found = self.load::<StoredEntry>(&codec::entry(id))?;
        found.filter(|(_, entry)| entry.settled.is_none()).map(|(_, entry)| to_model(entry)).transpose()
    }

    fn waiting_entries(&self, filter: &EntryFilter, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let ids = self.queue().due_entries(i64::MAX, usize::MAX);
        let mut found = Vec::new();
        for id in ids {
            if found.len() >= limit {
                break;
            }
            let wanted = |entry: &Entry| {
                filter.channel.as_ref().is_none_or(|channel| *channel == entry.channel)
                    && filter.rep.as_ref().is_none_or(|rep| *rep == entry.rep)
            };
            found.extend(self.entry(id)?.filter(wanted));
        }
        Ok(found)
    }

    pub(super) fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        match self.load::<StoredMessage>(&codec::message(id))? {
            Some((_, head)) => self.with_body(id, head).map(Some),
            None => Ok(None),
        }
    }

    fn with_body(&self, id: &MessageId, head: StoredMessage) -> Result<Message, StoreError> {
        let key = codec::body(id);
        let missing = || undecodable::<StoredMessage>(format!("the bytes of {id} are missing"));
        let read = || {
            let value = self.get(&key)?.ok_or_else(missing)?;
            frame::content(&value, "message", &self.segments).map(|(_, body)| body.into_owned())
        };
        // Its segment may be rewritten between reading the reference and what it refers to: then the second try finds the new place.
        let body = read().or_else(|_| read())?;
        let mut message = head.with_body(body).map_err(undecodable::<StoredMessage>)?;
        if let Some(until) = self.queue().leased(id).and_then(|until| Timestamp::from_millisecond(until).ok()) {
            message.state = MessageState::Leased { until };
        }
        Ok(message)
    }

    fn messages(&self, filter: &MessageFilter, limit: usize) -> Result<Vec<Message>, StoreError> {
        let mut found = Vec::new();
        for item in self.tree()?.scan_prefix(Table::Message.prefix()) {
            let (_, value) = item?;
            let head = frame::unpack::<StoredMessage>(&value, &self.segments)?;
            if filter.channel.as_ref().is_some_and(|channel| channel.as_str() != head.channel) {
                continue;
            }
            if filter.recipient.as_ref().is_some_and(|recipient| !head.goes_to(recipient)) {
                continue;
            }
            let id = head.id().map_err(undecodable::<StoredMessage>)?;
            let standing = match head.state {
                StoredState::Ready(_) if self.queue().leased(&id).is_some() => Standing::Leased,
                StoredState::Ready(_) => Standing::Ready,
                StoredState::Delivered(_) => Standing::Delivered,
                StoredState::Dead(..) => Standing::Dead,
                StoredState::Suppressed(_) => Standing::Suppressed,
            };
            if filter.standing.is_none_or(|wanted| wanted == standing) {
                found.push((head.made, head.order, id));
            }
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(limit);
        let messages = found.into_iter().map(|(_, _, id)| self.message(&id)).collect::<Result<Vec<_>, _>>()?;
        Ok(messages.into_iter().flatten().collect())
    }

    /// All messages without their bytes.
    fn heads(&self) -> Result<impl Iterator<Item = Result<StoredMessage, StoreError>>, StoreError> {
        let all = self.tree()?.scan_prefix(Table::Message.prefix());
        Ok(all.map(|item| frame::unpack::<StoredMessage>(&item?.1, &self.segments)))
    }

    /// Of each channel and order key when the last message that its receiver accepted was made.
    fn accepted(&self) -> Result<HashMap<(ChannelId, u64), Timestamp>, StoreError> {
        let mut accepted = HashMap::new();
        for head in self.heads()? {
            let head = head?;
            if matches!(head.state, StoredState::Delivered(_)) {
                let message = bodiless(head)?;
                let last = accepted.entry((message.channel, message.order_key)).or_insert(message.made);
                *last = message.made.max(*last);
            }
        }
        Ok(accepted)
    }

    /// What a replay comes to, which follows from the heads of the messages.
    fn replayed(&self, which: &Replay, now: Timestamp) -> Result<Replayed, StoreError> {
        let accepted = self.accepted()?;
        let (since, channel, delivered) = match which {
            Replay::These(_) => (i64::MIN, None, false),
            Replay::DeadSince(since, channel) => (millis(*since), channel.as_ref(), false),
            Replay::DeliveredSince(since, channel) => (millis(*since), Some(channel), true),
        };
        let heads: Box<dyn Iterator<Item = Result<StoredMessage, StoreError>>> = match which {
            Replay::These(ids) => {
                Box::new(ids.iter().filter_map(|id| self.load(&codec::message(id)).map(|found| found.map(|(_, head)| head)).transpose()))
            }
            Replay::DeadSince(..) | Replay::DeliveredSince(..) => {
                let is_meant = move |head: &StoredMessage| {
                    let state = if delivered { matches!(head.state, StoredState::Delivered(_)) } else { head.dead() };
                    let at = head.rest().is_some_and(|at| at >= since);
                    state && at && channel.is_none_or(|channel| channel.as_str() == head.channel)
                };
                Box::new(self.heads()?.filter(move |head| head.as_ref().map_or(true, is_meant)))
            }
        };
        let (mut decided, mut more) = (BTreeMap::new(), false);
        for head in heads {
            let head = head?;
            let order = head.order;
            let message = bodiless(head)?;
            let later = accepted.get(&(message.channel.clone(), message.order_key)).copied();
            let left = self.left_out(&message, delivered, later, now)?;
            decided.insert((order, message.id), left);
            if decided.len() > AGAIN {
                decided.pop_last();
                more = true;
            }
        }
        let mut replayed = Replayed { more, ..Replayed::default() };
        for ((_, id), left) in decided {
            match left {
                Some(why) => replayed.left.push((id, why)),
                None => replayed.again.push(id),
            }
        }
        Ok(replayed)
    }

    /// Why a message is not sent again, if so; `later`: when the last was made that its receiver accepted on the same lead or tender.
    fn left_out(
        &self,
        message: &Message,
        delivered: bool,
        later: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<LeftOut>, StoreError> {
        if again(message, delivered, None, now).is_none() {
            return Ok(Some(LeftOut::State));
        }
        let mut gone = !message.leads.is_empty();
        for lead in &message.leads {
            gone = gone && self.get(&codec::lead(*lead))?.is_none();
        }
        let overtaken = again(message, delivered, later, now).is_none();
        Ok(if gone { Some(LeftOut::Gone) } else { overtaken.then_some(LeftOut::Overtaken) })
    }
}

impl Draft<'_> {
    /// Settles entries with a message; one that is settled already is a conflict.
    pub(super) fn settle(&mut self, entries: &[EntryId], message: &MessageId) -> Result<(), CommitError> {
        for id in entries {
            let key = codec::entry(*id);
            let conflict = || CommitError::Conflict { what: format!("{id}") };
            let value = self.inner.get(&key)?.ok_or_else(conflict)?;
            let mut shape = frame::unpack::<StoredEntry>(&value, &self.inner.segments)?;
            if shape.settled.is_some() {
                return Err(conflict());
            }
            shape.settled = Some(message.as_str().to_owned());
            self.same(&key, Some(&value), format!("{id}"));
            self.to.effects.push(Effect::EntrySettled(shape.due, *id));
            self.put(key, &shape, None)?;
        }
        Ok(())
    }

    /// Writes an entry that a message tells of without having waited for it, unless there is one.
    fn told(&mut self, entry: &Entry, message: &MessageId) -> Result<(), CommitError> {
        let key = codec::entry(entry.id);
        if self.inner.get(&key)?.is_some() {
            return Ok(());
        }
        let mut shape = StoredEntry::from(entry);
        shape.settled = Some(message.as_str().to_owned());
        self.same(&key, None, format!("{}", entry.id));
        Ok(self.put(key, &shape, None)?)
    }

    /// Entries that this message settled wait again, from this moment on.
    fn give_back(&mut self, message: &Message, due: Timestamp) -> Result<(), StoreError> {
        for id in &message.entries {
            let key = codec::entry(*id);
            let Some(value) = self.inner.get(&key)? else { continue };
            let mut shape = frame::unpack::<StoredEntry>(&value, &self.inner.segments)?;
            if shape.settled.as_deref() != Some(message.id.as_str()) {
                continue;
            }
            (shape.settled, shape.due) = (None, millis(due));
            self.same(&key, Some(&value), format!("{id}"));
            self.to.effects.push(Effect::Entry(shape.due, *id));
            self.put(key, &shape, None)?;
        }
        Ok(())
    }

    /// Writes a message that is there as it is now. What one that is not sent after all was to tell waits again.
    pub(super) fn rewrite(&mut self, message: &Message, value: &[u8], old: &StoredMessage) -> Result<(), StoreError> {
        if let MessageState::Suppressed { at } = message.state {
            self.give_back(message, at)?;
        }
        let key = codec::message(&message.id);
        let shape = StoredMessage::new(message, old.order);
        self.same(&key, Some(value), format!("message {}", message.id));
        self.to.effects.extend(message_effects(&message.id, Some(old), &shape)?);
        self.put(key, &shape, None)
    }
}

/// A message as it is, but for its bytes: they never change.
fn bodiless(head: StoredMessage) -> Result<Message, StoreError> {
    head.with_body(Vec::new()).map_err(undecodable::<StoredMessage>)
}

/// A message as it is sent again.
fn again(message: &Message, delivered: bool, later: Option<Timestamp>, now: Timestamp) -> Option<Message> {
    if delivered { outbox::resend(message.clone(), now) } else { outbox::replay(message.clone(), later, now) }
}

impl Embedded {
    pub(super) async fn due_entries(&self, now: Timestamp, limit: usize) -> Result<Vec<DueEntries>, StoreError> {
        self.read(move |inner| {
            let ids = inner.queue().due_entries(millis(now), usize::MAX);
            let mut groups: Vec<DueEntries> = Vec::new();
            for id in ids {
                let Some(entry) = inner.entry(id)? else { continue };
                match groups.iter_mut().find(|group| group.channel == entry.channel && group.rep == entry.rep) {
                    Some(group) if group.entries.len() >= limit => {}
                    Some(group) => group.entries.push(entry),
                    None => {
                        let (channel, rep) = (entry.channel.clone(), entry.rep.clone());
                        groups.push(DueEntries { channel, rep, entries: vec![entry] });
                    }
                }
            }
            Ok(groups)
        })
        .await
    }

    pub(super) async fn entered(&self, ids: Vec<EntryId>) -> Result<Vec<EntryId>, StoreError> {
        self.read(move |inner| {
            let mut found = Vec::new();
            for id in ids {
                found.extend(inner.get(&codec::entry(id))?.map(|_| id));
            }
            Ok(found)
        })
        .await
    }

    pub(super) async fn waiting_entries(&self, filter: EntryFilter, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(move |inner| inner.waiting_entries(&filter, limit)).await
    }

    pub(super) fn next_entry(&self) -> Option<Timestamp> {
        self.inner.queue().next_entry().and_then(|at| Timestamp::from_millisecond(at).ok())
    }

    pub(super) async fn seal(&self, message: Message, asked: Vec<Question>, told: Vec<Entry>) -> Result<(), CommitError> {
        self.write(move |inner| {
            let mut draft = Draft::new(inner);
            if inner.get(&codec::message(&message.id))?.is_none() {
                draft.same(&codec::message(&message.id), None, format!("message {}", message.id));
                draft.settle(&message.entries, &message.id)?;
                for entry in &told {
                    draft.told(entry, &message.id)?;
                }
                draft.message(&message)?;
                for question in &asked {
                    draft.asked(question.pair(), message.made)?;
                }
            }
            Ok(draft.to)
        })
        .await?;
        Ok(())
    }

    pub(super) async fn postpone(&self, entries: Vec<Entry>) -> Result<(), CommitError> {
        self.write(move |inner| {
            let mut draft = Draft::new(inner);
            for entry in &entries {
                draft.postpone(entry)?;
            }
            Ok(draft.to)
        })
        .await?;
        Ok(())
    }

    pub(super) async fn enqueue(&self, messages: Vec<Message>) -> Result<usize, CommitError> {
        let new = self
            .write(move |inner| {
                let mut draft = Draft::new(inner);
                for message in &messages {
                    draft.message(message)?;
                }
                Ok(draft.to)
            })
            .await?;
        Ok(usize::try_from(new).unwrap_or(usize::MAX))
    }

    pub(super) async fn lease_messages(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        limit: usize,
        until: Timestamp,
    ) -> Result<Vec<Message>, StoreError> {
        let ids = self.inner.queue().lease(channel, millis(now), limit, millis(until));
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = ids.clone();
        let messages = self.read(move |inner| wanted.iter().map(|id| inner.message(id)).collect::<Result<Vec<_>, _>>()).await;
        match messages {
            Ok(messages) => Ok(messages.into_iter().flatten().collect()),
            Err(why) => {
                self.inner.queue().unlease(&ids);
                Err(why)
            }
        }
    }

    pub(super) fn unlease(&self, messages: &[MessageId]) {
        self.inner.queue().unlease(messages);
    }

    pub(super) fn waiting_messages(&self, channel: &ChannelId) -> u64 {
        self.inner.queue().counts().into_iter().find(|(id, ..)| id == channel).map_or(0, |(_, waiting, _)| waiting)
    }

    pub(super) fn next_message(&self, channel: &ChannelId) -> Option<Timestamp> {
        self.inner.queue().next_message(channel).and_then(|at| Timestamp::from_millisecond(at).ok())
    }

    pub(super) async fn acknowledge(
        &self,
        message: Message,
        channel: Option<ChannelState>,
        follow_up: Vec<Message>,
    ) -> Result<(), CommitError> {
        self.write(move |inner| {
            let mut draft = Draft::new(inner);
            let conflict = || CommitError::Conflict { what: format!("message {}", message.id) };
            let value = inner.get(&codec::message(&message.id))?.ok_or_else(conflict)?;
            let old = frame::unpack::<StoredMessage>(&value, &inner.segments)?;
            if old.undelivered().is_none() {
                return Err(conflict());
            }
            draft.rewrite(&message, &value, &old)?;
            if let Some(state) = channel {
                draft.put(codec::channel(&state.channel), &StoredChannel::from(&state), None)?;
            }
            for message in &follow_up {
                draft.message(message)?;
            }
            Ok(draft.to)
        })
        .await?;
        Ok(())
    }

    pub(super) async fn replayed(&self, which: Replay, now: Timestamp) -> Result<Replayed, StoreError> {
        self.read(move |inner| inner.replayed(&which, now)).await
    }

    pub(super) async fn replay(&self, which: Replay, now: Timestamp) -> Result<Replayed, CommitError> {
        let delivered = matches!(which, Replay::DeliveredSince(..));
        let replayed = self.replayed(which, now).await?;
        for id in replayed.again.clone() {
            self.write(move |inner| {
                let mut draft = Draft::new(inner);
                let conflict = || CommitError::Conflict { what: format!("message {id}") };
                let value = inner.get(&codec::message(&id))?.ok_or_else(conflict)?;
                let old = frame::unpack::<StoredMessage>(&value, &inner.segments)?;
                let message = again(&bodiless(old.clone())?, delivered, None, now).ok_or_else(conflict)?;
                draft.rewrite(&message, &value, &old)?;
                Ok(draft.to)
            })
            .await?;
        }
        Ok(replayed)
    }

    pub(super) async fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        let id = id.clone();
        self.read(move |inner| inner.message(&id)).await
    }

    pub(super) async fn messages(&self, filter: MessageFilter, limit: usize) -> Result<Vec<Message>, StoreError> {
        self.read(move |inner| inner.messages(&filter, limit)).await
    }

    pub(super) async fn channel_state(&self, channel: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        let key = codec::channel(channel);
        self.read(move |inner| inner.load::<StoredChannel>(&key)?.map(|(_, state)| to_model(state)).transpose()).await
    }

    pub(super) async fn channel_states(&self) -> Result<Vec<ChannelState>, StoreError> {
        let all = self.read(|inner| inner.scan::<StoredChannel, ChannelState>(&Table::Channel.prefix(), usize::MAX)).await?;
        Ok(all.into_iter().map(|(_, state)| state).collect())
    }

    pub(super) async fn set_channel_state(&self, state: ChannelState) -> Result<(), CommitError> {
        self.write(move |inner| {
            let mut draft = Draft::new(inner);
            draft.put(codec::channel(&state.channel), &StoredChannel::from(&state), None)?;
            Ok(draft.to)
        })
        .await?;
        Ok(())
    }

    pub(super) async fn suppress(&self, suppression: Suppression) -> Result<(), CommitError> {
        self.write(move |inner| {
            let mut draft = Draft::new(inner);
            let key = codec::suppression(&suppression.channel, &suppression.recipient);
            draft.put(key, &StoredSuppression::from(&suppression), None)?;
            Ok(draft.to)
        })
        .await?;
        Ok(())
    }

    pub(super) async fn suppressed(&self, channel: &ChannelId, recipient: &str) -> Result<Option<Suppression>, StoreError> {
        let key = codec::suppression(channel, recipient);
        self.read(move |inner| inner.load::<StoredSuppression>(&key)?.map(|(_, stored)| to_model(stored)).transpose()).await
    }

    pub(super) async fn suppressions(&self) -> Result<Vec<Suppression>, StoreError> {
        let all = self.read(|inner| inner.scan::<StoredSuppression, Suppression>(&Table::Suppression.prefix(), usize::MAX)).await?;
        Ok(all.into_iter().map(|(_, suppression)| suppression).collect())
    }
}
