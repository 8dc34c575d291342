//! From entries and leads to messages: who gets what in one message, and under which id.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::base::ids::{ChannelId, EntryId, LeadId, MessageId, RecordId, RepId, SourceId, hash64};
use crate::model::{Entry, Lane, Lead, Message, MessageKind, MessageState, OfTender, Reminder, Sealed, Signal, Subject};

/// A lead in a message, and which news of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub lead: LeadId,
    /// The first revision that is told.
    pub first: u32,
    /// When that was decided.
    pub from: Timestamp,
    /// The newest revision.
    pub revision: u32,
    /// Who had it before, where it is handed over.
    pub handed: Option<RepId>,
}

/// Entries that go out as one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// By which channel.
    pub channel: ChannelId,
    /// To whom.
    pub rep: RepId,
    /// Digest, or alert.
    pub lane: Lane,
    /// The digest time it is for (the newest, when several were missed); for an alert, when it was due.
    pub window: Timestamp,
    /// The leads, each once, in the order they were decided.
    pub leads: Vec<Told>,
    /// The deadlines it reminds of, each with its lead.
    pub reminders: Vec<(LeadId, Reminder)>,
    /// What became otherwise of tenders, each with the lead of its buyer, or that which there may be.
    pub changes: Vec<(LeadId, Signal)>,
    /// Tenders that are not the rep's any more, each with the lead of its buyer, or that which there may be.
    pub passed: Vec<(LeadId, RecordId)>,
    /// The source that held all of them when it was added, where this is no news.
    pub held: Option<SourceId>,
    /// All entries it settles, older revisions of the same lead included.
    pub entries: Vec<EntryId>,
}

/// Leads and tenders that one message tells of at most: a line each is said of those that it does not describe.
pub const TOLD: usize = 100;

/// What goes out in one message: by lane, channel, rep, source held, and with what else.
type Together<'a> = (Lane, &'a ChannelId, &'a RepId, Option<&'a SourceId>, With);

/// What goes together in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum With {
    /// Everything that is left.
    All,
    /// The leads of one organisation, under one of them, with the deadlines that are told with them.
    Card(LeadId),
    /// The leads that could not come at once, with their deadlines.
    Waited,
}

/// What is due of the waiting entries, as messages to be made: one digest per channel and rep, however many digest times were missed
/// (after a downtime one merged digest, not five); one more for each source whose
/// first content is handed over; one alert per organisation in the urgent lane, one for those that had to wait for it, and one for all deadlines and changes
/// of tenders that come without a lead. What is more than one message tells of goes into further ones: each lead and each tender is told. Leads of
/// one organisation, as far as `subjects` knows it, are told together. Same entries, same batches, whatever their order.
pub fn batches(entries: &[Entry], subjects: &BTreeMap<LeadId, Subject>, now: Timestamp) -> Vec<Batch> {
    let mut due: Vec<&Entry> = entries.iter().filter(|entry| entry.due <= now).collect();
    due.sort_by_key(|entry| (entry.at, entry.id));
    let mut cards: HashMap<Subject, LeadId> = HashMap::new();
    for (lead, subject) in subjects {
        cards.entry(*subject).and_modify(|card| *card = *lead.min(card)).or_insert(*lead);
    }
    let card = |lead: LeadId| subjects.get(&lead).map_or(lead, |subject| cards[subject]);
    let mut with: BTreeMap<(Lane, &RepId, LeadId), With> = BTreeMap::new();
    for entry in due.iter().filter(|entry| entry.lane == Lane::Urgent && entry.of_tender.is_none()) {
        let own = if entry.due > entry.at { With::Waited } else { With::Card(card(entry.lead)) };
        // Of two revisions of a lead, one goes with the other.
        with.entry((entry.lane, &entry.rep, card(entry.lead))).and_modify(|known| *known = own.max(*known)).or_insert(own);
    }
    let mut groups: BTreeMap<Together<'_>, Vec<&Entry>> = BTreeMap::new();
    for entry in due {
        let with = with.get(&(entry.lane, &entry.rep, card(entry.lead))).copied().unwrap_or(With::All);
        groups.entry((entry.lane, &entry.channel, &entry.rep, entry.held.as_ref(), with)).or_default().push(entry);
    }
    groups.into_values().flat_map(|group| in_parts(group, &card)).filter_map(|group| Batch::of(&group)).collect()
}

/// What an entry tells of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum About {
    Card(LeadId),
    Tender(RecordId),
}

/// The entries of one group as those of one message each: leads in the order in which they were decided, then tenders. What is told of one of them
/// stays together. When the first of the messages are sealed, the others come to what they are.
fn in_parts<'a>(group: Vec<&'a Entry>, card: &dyn Fn(LeadId) -> LeadId) -> Vec<Vec<&'a Entry>> {
    let about = |entry: &Entry| match entry.of_tender.as_ref() {
        None => About::Card(card(entry.lead)),
        Some(OfTender::Comes(reminder)) => About::Tender(reminder.record),
        Some(OfTender::Changed(signal)) => About::Tender(signal.record),
        Some(OfTender::Passed { record, .. }) => About::Tender(*record),
    };
    let (of_leads, of_tenders): (Vec<&Entry>, Vec<&Entry>) = group.iter().partition(|entry| entry.of_tender.is_none());
    let mut places: HashMap<About, usize> = HashMap::new();
    for entry in of_leads.into_iter().chain(of_tenders) {
        let next = places.len();
        places.entry(about(entry)).or_insert(next);
    }
    let mut parts: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for entry in group {
        let place = places.get(&about(entry)).copied().unwrap_or_default();
        parts.entry(place / TOLD).or_default().push(entry);
    }
    parts.into_values().collect()
}

impl Batch {
    fn of(group: &[&Entry]) -> Option<Self> {
        let first = group.first()?;
        let mut leads: Vec<Told> = Vec::new();
        let mut places: HashMap<LeadId, usize> = HashMap::new();
        for entry in group.iter().filter(|entry| entry.of_tender.is_none()) {
            let place = *places.entry(entry.lead).or_insert(leads.len());
            match leads.get_mut(place) {
                Some(told) => {
                    told.first = entry.revision.min(told.first);
                    told.from = entry.at.min(told.from);
                    told.revision = entry.revision.max(told.revision);
                    told.handed = told.handed.take().or_else(|| entry.handed.clone());
                }
                None => leads.push(Told {
                    lead: entry.lead,
                    first: entry.revision,
                    from: entry.at,
                    revision: entry.revision,
                    handed: entry.handed.clone(),
                }),
            }
        }
        let reminders = group.iter().filter_map(|entry| Some((entry.lead, entry.reminds()?.clone()))).collect();
        let changes = group.iter().filter_map(|entry| Some((entry.lead, entry.change()?.clone()))).collect();
        let passed = group.iter().filter_map(|entry| Some((entry.lead, entry.passed()?.0))).collect();
        let mut ids: Vec<EntryId> = group.iter().map(|entry| entry.id).collect();
        ids.sort_unstable();
        ids.dedup();
        Some(Self {
            channel: first.channel.clone(),
            rep: first.rep.clone(),
            lane: first.lane,
            window: group.iter().map(|entry| entry.due).max().unwrap_or(first.due),
            leads,
            reminders,
            changes,
            passed,
            held: first.held.clone(),
            entries: ids,
        })
    }

    /// The id of the message made then: from channel, rep, window, members, and when it is made. What is sealed again (after a crash nothing of it
    /// has left, and after a restore it may say something else) is another message. Of one that tells nothing there is one for each window: no entry
    /// says that it went already.
    pub fn id(&self, made: Timestamp) -> MessageId {
        let window = self.window.as_millisecond().to_be_bytes();
        let members: Vec<u8> = self.entries.iter().flat_map(|id| id.0.to_be_bytes()).collect();
        MessageId::of(&[
            b"entries",
            self.channel.as_str().as_bytes(),
            self.rep.as_str().as_bytes(),
            &window,
            &members,
            &if self.entries.is_empty() { self.window } else { made }.as_millisecond().to_be_bytes(),
        ])
    }

    /// What it becomes.
    pub const fn kind(&self) -> MessageKind {
        match self.lane {
            Lane::Urgent => MessageKind::Alert,
            Lane::Digest => MessageKind::Digest,
        }
    }

    /// The message, ready to leave. Mail to one rep leaves in order, so that an older revision of a lead never follows a newer one.
    pub fn seal(self, title: String, sealed: Sealed, now: Timestamp) -> Message {
        // What tells of tenders is worth telling whatever became of its leads.
        let of_leads_alone = self.reminders.is_empty() && self.changes.is_empty() && self.passed.is_empty();
        let mut leads: Vec<LeadId> = self.leads.iter().filter(|_| of_leads_alone).map(|told| told.lead).collect();
        leads.sort_unstable();
        leads.dedup();
        Message {
            id: self.id(now),
            kind: self.kind(),
            order_key: hash64(&[b"rep", self.rep.as_str().as_bytes()]),
            channel: self.channel,
            title,
            sealed,
            entries: self.entries,
            leads,
            made: now,
            state: MessageState::Ready { not_before: now },
            tries: 0,
            attempts: Vec::new(),
        }
    }
}

/// The id of the message that tells this channel of this revision of this lead in these words, for ever (W2). After the restore of a backup a revision
/// comes again and may be another one: what an id was sent with, it never differs from.
fn lead_message_id(channel: &ChannelId, lead: &Lead, sealed: &Sealed) -> MessageId {
    let (id, revision) = (lead.id.0.to_be_bytes(), lead.revision.to_be_bytes());
    MessageId::of(&[b"lead", channel.as_str().as_bytes(), &id, &revision, &sealed.content().0])
}

/// The message that tells a machine of a lead's revision; revisions of one lead leave in order.
pub fn for_lead(channel: &ChannelId, lead: &Lead, sealed: Sealed, now: Timestamp) -> Message {
    Message {
        id: lead_message_id(channel, lead, &sealed),
        channel: channel.clone(),
        kind: MessageKind::Lead,
        order_key: lead.id.0,
        title: format!("{} ({})", lead.title, lead.segment),
        sealed,
        entries: Vec::new(),
        leads: vec![lead.id],
        made: now,
        state: MessageState::Ready { not_before: now },
        tries: 0,
        attempts: Vec::new(),
    }
}

/// The message that tells a machine what became otherwise of a tender; those of one tender leave in order.
pub fn for_tender(channel: &ChannelId, (signal, title): (&Signal, String), sealed: Sealed, now: Timestamp) -> Message {
    let (record, seen) = (signal.record.0.to_be_bytes(), signal.seen.as_millisecond().to_be_bytes());
    Message {
        id: MessageId::of(&[b"tender", channel.as_str().as_bytes(), &record, signal.kind.word().as_bytes(), &seen, &sealed.content().0]),
        channel: channel.clone(),
        kind: MessageKind::Tender,
        order_key: signal.record.0,
        title,
        sealed,
        entries: Vec::new(),
        leads: Vec::new(),
        made: now,
        state: MessageState::Ready { not_before: now },
        tries: 0,
        attempts: Vec::new(),
    }
}

/// The id of a message about no lead.
pub fn lone_message_id(channel: &ChannelId, kind: MessageKind, topic: &str, at: Timestamp) -> MessageId {
    MessageId::of(&[kind.word().as_bytes(), channel.as_str().as_bytes(), topic.as_bytes(), &at.as_millisecond().to_be_bytes()])
}

/// A message about no lead (a test, a notice to the operator), in no order with others. `topic` and `now` make its id.
pub fn alone(channel: &ChannelId, kind: MessageKind, topic: &str, sealed: Sealed, now: Timestamp) -> Message {
    let id = lone_message_id(channel, kind, topic, now);
    Message {
        order_key: hash64(&[id.as_str().as_bytes()]),
        id,
        channel: channel.clone(),
        kind,
        title: topic.to_owned(),
        sealed,
        entries: Vec::new(),
        leads: Vec::new(),
        made: now,
        state: MessageState::Ready { not_before: now },
        tries: 0,
        attempts: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::ids::ContentHash;
    use crate::model::sample::{day, organisation, signal};
    use crate::model::{Decision, LeadState, NextStep, Score, SignalKind};

    #[test]
    fn an_id_never_carries_other_words() {
        let (channel, acme): (ChannelId, _) = ("crm".parse().unwrap(), organisation("Acme", &[]));
        let empty = Batch {
            channel: channel.clone(),
            rep: "ana".parse().unwrap(),
            lane: Lane::Digest,
            window: day(1),
            leads: Vec::new(),
            reminders: Vec::new(),
            changes: Vec::new(),
            passed: Vec::new(),
            held: None,
            entries: Vec::new(),
        };
        assert_eq!(empty.id(day(2)), empty.id(day(3)), "what tells nothing is sent once");
        let telling = Batch { entries: vec![EntryId(1)], ..empty };
        assert_ne!(telling.id(day(2)), telling.id(day(3)));
        let sealed = |words: &str| Sealed { content_type: "application/json".into(), bytes: words.into(), recipient: String::new() };
        let signal = signal(&acme, SignalKind::DeadlineMoved, 1, 1);
        let id = |words: &str| for_tender(&channel, (&signal, String::new()), sealed(words), day(1)).id;
        assert_eq!(id("moved to May"), id("moved to May"));
        assert_ne!(id("moved to May"), id("moved to June"));
        let lead = |state| Lead {
            id: LeadId(1),
            version: 0,
            revision: 2,
            segment: "all".parse().unwrap(),
            subject: Subject::Organisation(acme.id),
            title: "Acme".into(),
            score: Score {
                fit: 0,
                signal: 0,
                between: (0, 0),
                known: 100,
                parts: Vec::new(),
                unknown: Vec::new(),
                excluded: None,
                rules: ContentHash::default(),
                at: day(1),
            },
            state,
            owner: Decision::Nobody(String::new()),
            next_step: NextStep::Words(String::new()),
            first_seen: day(1),
            changed: day(1),
            verdict: None,
        };
        // After a restore somebody says otherwise, and it is the same revision.
        let (yes, no) = (lead(LeadState::Accepted), lead(LeadState::Rejected));
        let of = |lead: &Lead| for_lead(&channel, lead, sealed(lead.state.word()), day(1)).id;
        assert_eq!(of(&yes), of(&yes));
        assert_ne!(of(&yes), of(&no));
    }

    #[test]
    fn what_one_message_cannot_tell_of_leads_and_tenders_is_in_the_next_and_nothing_is_left_out() {
        let (channel, rep): (ChannelId, RepId) = ("mail".parse().unwrap(), "ana".parse().unwrap());
        let entry = |n: u64, kind: Option<SignalKind>, revision: u32| {
            let changed = |kind| Signal { record: RecordId(n), ..signal(&organisation("Acme", &[]), kind, 1, 1) };
            let of_tender = kind.map(|kind| OfTender::Changed(Box::new(changed(kind))));
            let id = match &of_tender {
                Some(OfTender::Changed(signal)) => Entry::id_of_change(&channel, &rep, signal),
                Some(OfTender::Comes(_) | OfTender::Passed { .. }) | None => Entry::id_of(&channel, &rep, LeadId(n), revision),
            };
            let (channel, rep, lead, lane) = (channel.clone(), rep.clone(), LeadId(n), Lane::Digest);
            let (at, due, held, closes, handed) = (day(i64::from(revision)), day(2), None, None, None);
            Entry { id, channel, rep, lead, revision, lane, at, due, held, of_tender, closes, handed }
        };
        let kinds = [SignalKind::DeadlineMoved, SignalKind::TenderChanged];
        for (leads, tenders, want) in [
            (3, 230, &[(3, 97), (0, 100), (0, 33)][..]),
            (130, 0, &[(100, 0), (30, 0)]),
            (250, 80, &[(100, 0), (100, 0), (50, 50), (0, 30)]),
            (100, 0, &[(100, 0)]),
            (0, 101, &[(0, 100), (0, 1)]),
        ] {
            let of_tenders = (0..tenders).flat_map(|n| kinds.map(|kind| entry(n, Some(kind), 1)));
            let of_leads = (500..500 + leads).flat_map(|n| [1, 2].map(|revision| entry(n, None, revision)));
            let entries: Vec<Entry> = of_tenders.chain(of_leads).collect();
            let all = batches(&entries, &BTreeMap::new(), day(3));
            let of = |batch: &Batch| batch.changes.iter().map(|(_, signal)| signal.record).collect::<BTreeSet<_>>();
            let said: Vec<(usize, usize)> = all.iter().map(|batch| (batch.leads.len(), of(batch).len())).collect();
            assert_eq!(said, want);
            assert!(all.iter().flat_map(|batch| &batch.leads).all(|told| (told.first, told.revision) == (1, 2)), "of one lead together");
            assert_eq!(all.iter().map(|batch| batch.changes.len()).sum::<usize>(), 2 * usize::try_from(tenders).unwrap());
            let settled: BTreeSet<EntryId> = all.iter().flat_map(|batch| batch.entries.iter().copied()).collect();
            assert_eq!(settled.len(), entries.len());
            assert_eq!(all.iter().map(|batch| batch.id(day(3))).collect::<BTreeSet<_>>().len(), all.len());
            // Once the first is sealed the others are what they were.
            let left: Vec<Entry> = entries.into_iter().filter(|entry| !all[0].entries.contains(&entry.id)).collect();
            assert_eq!(batches(&left, &BTreeMap::new(), day(3)), all[1..]);
        }
    }
}
