//! The outbox as a whole under random receivers: what is promised of it, checked after every step.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::base::ids::{ChannelId, EntryId, LeadId, MessageId, RepId};
use crate::model::{ChannelState, Entry, Lane, Message, MessageKind, MessageState, Sealed};

fn start() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn channel() -> ChannelId {
    "crm".parse().unwrap()
}

fn sealed(text: &str) -> Sealed {
    Sealed { content_type: "application/json".to_owned(), bytes: text.as_bytes().to_vec(), recipient: String::new() }
}

/// A message of this order key; the number makes its id.
fn message(key: u64, number: u32) -> Message {
    let made = start() + SignedDuration::from_millis(i64::from(number));
    Message { order_key: key, ..alone(&channel(), MessageKind::Lead, &format!("{number}"), sealed(&format!("{number}")), made) }
}

fn later(whole: bool) -> Outcome {
    Outcome::Later { text: "503".to_owned(), retry_after: None, whole }
}

fn attempted(outcome: Outcome, at: Timestamp, seed: u64) -> Attempted {
    Attempted { outcome, at, seed }
}

/// A world of one channel: messages by the order of their making, and what the receiver accepted.
struct World {
    now: Timestamp,
    channel: ChannelState,
    messages: Vec<Message>,
    bytes: BTreeMap<MessageId, Vec<u8>>,
    accepted: Vec<(u64, Timestamp)>,
    attempts: u32,
    notices: Vec<Notice>,
}

impl World {
    fn new(keys: &[u64]) -> Self {
        let messages: Vec<Message> = keys.iter().zip(0..).map(|(key, n)| message(*key, n)).collect();
        let bytes = messages.iter().map(|m| (m.id.clone(), m.sealed.bytes.clone())).collect();
        let channel = ChannelState::new(&channel());
        Self {
            now: start() + SignedDuration::from_secs(1),
            channel,
            messages,
            bytes,
            accepted: Vec::new(),
            attempts: 0,
            notices: Vec::new(),
        }
    }

    /// Sends what may leave; each attempt ends as `receiver` says. Returns whether anything left.
    fn drain(&mut self, room: usize, mut receiver: impl FnMut(&Message) -> Outcome) -> bool {
        let picking = pick(&self.messages, &self.channel, self.now, room);
        if self.channel.failures > 0 {
            assert!(picking.ids.len() <= 1, "one probe at a time");
        }
        for id in &picking.ids {
            let index = self.messages.iter().position(|m| m.id == *id).unwrap();
            let before = self.messages[index].clone();
            assert!(ready(&before, &self.channel, self.now) || self.channel.failures > 0 || self.channel.disabled.is_some());
            self.messages[index].state = MessageState::Leased { until: self.now + SignedDuration::from_mins(1) };
            let outcome = receiver(&before);
            self.attempts += 1;
            if matches!(outcome, Outcome::Accepted { .. }) {
                self.accepted.push((before.order_key, before.made));
            }
            let seed = u64::from(self.attempts);
            let after = after(self.messages[index].clone(), &self.channel, &attempted(outcome, self.now, seed), &Policy::webhook());
            self.messages[index] = after.message;
            self.channel = after.channel;
            self.notices.extend(after.notices);
        }
        self.check();
        !picking.ids.is_empty()
    }

    fn check(&self) {
        for message in &self.messages {
            assert_eq!(self.bytes.get(&message.id), Some(&message.sealed.bytes), "id and bytes stay");
            assert!(message.tries <= Policy::webhook().attempts(), "at most ten attempts");
            assert!(message.attempts.len() <= 10);
            if let MessageState::Dead { reason, .. } = &message.state {
                assert!(!reason.is_empty());
            }
        }
        let mut newest: BTreeMap<u64, Timestamp> = BTreeMap::new();
        for (key, made) in &self.accepted {
            assert!(newest.insert(*key, *made).is_none_or(|before| before <= *made), "order within a key");
        }
    }

    /// Moves time to the next moment something is due.
    fn wait(&mut self) -> bool {
        match pick(&self.messages, &self.channel, self.now, 100).look_again {
            Some(at) if at > self.now => {
                self.now = at;
                true
            }
            Some(_) | None => false,
        }
    }

    fn count(&self, word: &str) -> usize {
        self.messages.iter().filter(|m| m.state.word() == word).count()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Drain(usize, Vec<u8>),
    Wait,
    LeaseLost(usize),
    Replay(usize),
    Enable,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1_usize..5, prop::collection::vec(0_u8..12, 5)).prop_map(|(room, fates)| Step::Drain(room, fates)),
        4 => Just(Step::Wait),
        1 => (0_usize..12).prop_map(Step::LeaseLost),
        1 => (0_usize..12).prop_map(Step::Replay),
        1 => Just(Step::Enable),
    ];
    prop::collection::vec(step, 1..120)
}

fn fate(code: u8) -> Outcome {
    match code {
        0..=3 => Outcome::Accepted { text: "204".to_owned() },
        4..=6 => later(true),
        7..=8 => later(false),
        9 => Outcome::Later { text: "429".to_owned(), retry_after: Some(SignedDuration::from_hours(40)), whole: true },
        10 => Outcome::Refused { text: "422".to_owned() },
        _ => Outcome::Gone { text: "410".to_owned() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    /// Whatever happens: nothing is lost, ids and bytes stay, keys stay in order, attempts end; and once the receiver is well again,
    /// everything is delivered or visibly dead.
    #[test]
    fn nothing_is_ever_lost(keys in prop::collection::vec(0_u64..4, 1..12), steps in steps()) {
        let mut world = World::new(&keys);
        for step in steps {
            match step {
                Step::Drain(room, fates) => {
                    let mut fates = fates.into_iter();
                    world.drain(room, |_| fate(fates.next().unwrap_or(0)));
                }
                Step::Wait => {
                    world.wait();
                }
                // A sender dies: the lease stands until it ends, and the message is sent again.
                Step::LeaseLost(n) => {
                    let n = n % world.messages.len();
                    if matches!(world.messages[n].state, MessageState::Ready { .. }) {
                        world.messages[n].state = MessageState::Leased { until: world.now + SignedDuration::from_secs(30) };
                    }
                }
                Step::Replay(n) => {
                    let n = n % world.messages.len();
                    if let Ok(again) = replay(world.messages[n].clone(), &world.messages, world.now) {
                        prop_assert_eq!(&again.id, &world.messages[n].id);
                        world.messages[n] = again;
                    }
                }
                Step::Enable => world.channel = ChannelState::new(&channel()),
            }
            world.check();
        }
        world.channel = ChannelState::new(&channel());
        for _ in 0..1_000 {
            if !world.drain(10, |_| fate(0)) && !world.wait() {
                break;
            }
        }
        prop_assert_eq!(world.count("delivered") + world.count("dead"), world.messages.len());
        prop_assert_eq!(world.messages.len(), keys.len());
    }

    /// The same entries make the same messages under the same ids, in whatever order the store hands them out.
    #[test]
    fn sealing_again_comes_to_the_same_ids(seeds in prop::collection::vec((0_u64..6, 0_u32..3, 0_i64..4, any::<bool>()), 1..20), turn in any::<prop::sample::Index>()) {
        let entries: Vec<Entry> = seeds.iter().map(|(lead, revision, hour, urgent)| entry(*lead, *revision, *hour, *urgent)).collect();
        let mut turned = entries.clone();
        turned.rotate_left(turn.index(entries.len()));
        let now = start() + SignedDuration::from_hours(2);
        let (one, two) = (batches(&entries, now), batches(&turned, now));
        prop_assert_eq!(&one, &two);
        let mut settled: Vec<EntryId> = one.iter().flat_map(|batch| batch.entries.clone()).collect();
        settled.sort_unstable();
        let mut due: Vec<EntryId> = entries.iter().filter(|entry| entry.due <= now).map(|entry| entry.id).collect();
        due.sort_unstable();
        due.dedup();
        settled.dedup();
        prop_assert_eq!(settled, due);
        prop_assert!(one.iter().filter(|batch| batch.lane == Lane::Digest).count() <= 1);
        let mut ids: Vec<MessageId> = one.iter().map(Batch::id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), one.len());
    }
}

fn entry(lead: u64, revision: u32, hour: i64, urgent: bool) -> Entry {
    let rep: RepId = "ana".parse().unwrap();
    // One revision of a lead has one entry, so whatever it says follows from the two.
    let lane = if urgent { Lane::Urgent } else { Lane::Digest };
    let id = EntryId::of(&[&lead.to_be_bytes(), &revision.to_be_bytes(), &hour.to_be_bytes(), &[u8::from(urgent)]]);
    let at = start() + SignedDuration::from_secs(i64::from(revision));
    Entry {
        id,
        channel: channel(),
        rep,
        lead: LeadId(lead),
        revision,
        lane,
        at,
        due: start() + SignedDuration::from_hours(hour),
        held: None,
    }
}

#[test]
fn a_dead_receiver_is_probed_seldom_and_switched_off_after_five_days() {
    let keys: Vec<u64> = (0..500).collect();
    let mut world = World::new(&keys);
    let begin = world.now;
    let mut first_day = 0;
    while world.channel.disabled.is_none() && world.attempts < 10_000 {
        if !world.drain(10, |_| later(true)) && !world.wait() {
            break;
        }
        if world.now.duration_since(begin) <= SignedDuration::from_hours(24) {
            first_day = world.attempts;
        }
    }
    assert!(first_day <= 60, "{first_day}");
    let days = world.now.duration_since(begin).as_hours() / 24;
    assert!((5..6).contains(&days), "{days}");
    assert_eq!(world.notices.iter().filter(|notice| notice.kind == NoticeKind::ChannelDisabled).count(), 1);
    assert!(world.count("ready") > 450, "what waits is kept: {}", world.count("ready"));
    assert_eq!(pick(&world.messages, &world.channel, world.now, 10).ids, []);
}

#[test]
fn one_message_alone_is_tried_ten_times_over_three_days_and_then_dead() {
    let mut world = World::new(&[1]);
    let begin = world.now;
    // The receiver takes other things in between: only this message is put off.
    while world.count("ready") == 1 {
        if !world.drain(10, |_| later(false)) {
            assert!(world.wait());
        }
        world.channel.failing_since = None;
    }
    assert_eq!(world.attempts, 10);
    let hours = world.now.duration_since(begin).as_hours();
    assert!((60..=91).contains(&hours), "75.6 h, give or take a fifth: {hours}");
    let MessageState::Dead { reason, .. } = &world.messages[0].state else { panic!("not dead") };
    assert_eq!(reason, "10 attempts failed, the last: 503");
    assert!(world.notices[0].text.contains("atalaya outbox replay msg_"), "{}", world.notices[0].text);
    let again = replay(world.messages[0].clone(), [], world.now).unwrap();
    assert_eq!((again.tries, &again.id), (0, &world.messages[0].id));
    assert_eq!(again.attempts.len(), 10, "what happened before stays visible");
}

#[test]
fn gone_switches_off_at_once_and_keeps_the_message() {
    let mut world = World::new(&[1, 2]);
    world.drain(1, |_| Outcome::Gone { text: "410 Gone".to_owned() });
    assert!(world.channel.disabled.is_some());
    assert_eq!(world.count("ready"), 2);
    assert_eq!(world.notices.len(), 1);
    assert!(!ready(&world.messages[0], &world.channel, Timestamp::MAX));
}

#[test]
fn the_receivers_wish_is_honoured_up_to_a_day() {
    for (asked, low, high) in [(1, 60, 60), (600, 600, 600), (40 * 3_600, 86_400, 86_400)] {
        let mut world = World::new(&[1]);
        let wish = Some(SignedDuration::from_secs(asked));
        world.drain(1, |_| Outcome::Later { text: "429".to_owned(), retry_after: wish, whole: true });
        let MessageState::Ready { not_before } = world.messages[0].state else { panic!("not ready") };
        let wait = not_before.duration_since(world.now).as_secs();
        assert!((low..=high).contains(&wait), "{asked}: {wait}");
    }
}

#[test]
fn an_older_revision_never_follows_a_newer_one() {
    let mut world = World::new(&[7, 7]);
    world.drain(5, |_| Outcome::Refused { text: "422".to_owned() });
    world.drain(5, |_| fate(0));
    assert_eq!((world.count("dead"), world.count("delivered")), (1, 1));
    let refused = replay(world.messages[0].clone(), &world.messages, world.now).unwrap_err();
    assert!(matches!(refused, NotReplayable::Overtaken { .. }), "{refused}");
    let refused = replay(world.messages[1].clone(), &world.messages, world.now).unwrap_err();
    assert!(matches!(refused, NotReplayable::NotDead { .. }), "{refused}");
}

#[test]
fn a_late_acknowledgement_counts_and_nothing_else_moves_what_is_settled() {
    let at = start();
    let mut done = message(1, 1);
    done.state = MessageState::Suppressed { at };
    let state = ChannelState::new(&channel());
    let kept = after(done.clone(), &state, &attempted(later(true), at, 1), &Policy::webhook()).message;
    assert_eq!(kept.state, MessageState::Suppressed { at });
    let delivered = after(done, &state, &attempted(fate(0), at, 1), &Policy::webhook()).message;
    assert_eq!(delivered.state, MessageState::Delivered { at });
    assert_eq!(suppress(delivered, at).state, MessageState::Delivered { at });
    assert_eq!(suppress(message(1, 1), at).state, MessageState::Suppressed { at });
}
