//! The way out as a whole under random receivers: the queue as it is, the outbox's rules as they are, and a receiver that does what it likes.
//! What is promised is checked after every step.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::model::{ChannelState, Message, MessageKind, MessageState, Sealed};
use crate::outbox::{Attempted, Notice, NoticeKind, Outcome, Policy, after, alone, pause, replay, room};
use crate::store::opening::apply_queue;
use crate::store::prepare::message_effects;
use crate::store::stored::{StoredMessage, millis};

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

/// A world of one channel: messages by the order of their making, those that wait, and what the receiver accepted.
struct World {
    now: Timestamp,
    channel: ChannelState,
    messages: Vec<Message>,
    queue: Queue,
    bytes: BTreeMap<MessageId, Vec<u8>>,
    accepted: Vec<(u64, Timestamp)>,
    attempts: u32,
    notices: Vec<Notice>,
}

impl World {
    fn new(keys: &[u64]) -> Self {
        let mut world = Self {
            now: start() + SignedDuration::from_secs(1),
            channel: ChannelState::new(&channel()),
            messages: Vec::new(),
            queue: Queue::default(),
            bytes: BTreeMap::new(),
            accepted: Vec::new(),
            attempts: 0,
            notices: Vec::new(),
        };
        for (index, key) in keys.iter().enumerate() {
            let message = message(*key, u32::try_from(index).unwrap());
            world.bytes.insert(message.id.clone(), message.sealed.bytes.clone());
            world.messages.push(message.clone());
            world.store(index, message, None);
        }
        world
    }

    /// Writes a message as a commit does, and lets the queue know.
    fn store(&mut self, index: usize, message: Message, old: Option<&Message>) {
        let stored = |message: &Message| StoredMessage::new(message, u64::try_from(index).unwrap());
        let effects = message_effects(&message.id, old.map(stored).as_ref(), &stored(&message)).unwrap();
        apply_queue(&mut self.queue, effects);
        self.messages[index] = message;
    }

    fn lease(&mut self, most: usize, wait: SignedDuration) -> Vec<MessageId> {
        let leased = self.queue.lease(&channel(), millis(self.now), most, millis(self.now + wait));
        if self.channel.failures > 0 {
            assert!(leased.len() <= 1, "one probe at a time");
        }
        leased
    }

    /// Sends what may leave; each attempt ends as `receiver` says, and the first failure ends the round. Returns whether anything left.
    fn drain(&mut self, most: usize, mut receiver: impl FnMut(&Message) -> Outcome) -> bool {
        let leased = self.lease(room(&self.channel, self.now, most), SignedDuration::from_mins(1));
        for (place, id) in leased.iter().enumerate() {
            let index = self.messages.iter().position(|message| message.id == *id).unwrap();
            let before = self.messages[index].clone();
            assert!(matches!(before.state, MessageState::Ready { .. }), "what is settled never leaves: {before:?}");
            let outcome = receiver(&before);
            self.attempts += 1;
            if matches!(outcome, Outcome::Accepted { .. }) {
                self.accepted.push((before.order_key, before.made));
            }
            let fails = !matches!(outcome, Outcome::Accepted { .. } | Outcome::Refused { .. });
            let attempted = Attempted { outcome, at: self.now, seed: u64::from(self.attempts) };
            let leased_now = Message { state: MessageState::Leased { until: self.now + SignedDuration::from_mins(1) }, ..before.clone() };
            let after = after(leased_now, &self.channel, &attempted, &Policy::webhook());
            self.store(index, after.message, Some(&before));
            self.channel = after.channel;
            self.notices.extend(after.notices);
            if fails {
                self.queue.unlease(&leased[place + 1..]);
                break;
            }
        }
        self.check();
        !leased.is_empty()
    }

    /// A dead message is to be sent again; whether it is.
    fn replay(&mut self, index: usize) -> bool {
        let before = self.messages[index].clone();
        let siblings = self.messages.iter().filter(|other| other.order_key == before.order_key);
        let accepted = siblings.filter(|other| matches!(other.state, MessageState::Delivered { .. })).map(|other| other.made).max();
        let Some(again) = replay(before.clone(), accepted, self.now) else { return false };
        assert_eq!(again.id, before.id);
        self.store(index, again, Some(&before));
        true
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
        let next = self.queue.next_message(&channel()).and_then(|at| Timestamp::from_millisecond(at).ok());
        match next.zip(pause(&self.channel)).map(|(due, until)| due.max(until)) {
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
                // A sender dies: its leases stand until they end, and the messages are sent again.
                Step::LeaseLost(n) => {
                    let most = room(&world.channel, world.now, n);
                    world.lease(most, SignedDuration::from_secs(30));
                }
                Step::Replay(n) => {
                    world.replay(n % world.messages.len());
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
    assert!(!world.drain(10, |_| fate(0)), "and nothing leaves any more");
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
    assert!(world.replay(0));
    assert_eq!((world.messages[0].tries, world.messages[0].attempts.len()), (0, 10), "what happened before stays visible");
    assert!(!world.replay(0), "it is not dead any more");
}

#[test]
fn gone_switches_off_at_once_and_keeps_the_message() {
    let mut world = World::new(&[1, 2]);
    world.drain(1, |_| Outcome::Gone { text: "410 Gone".to_owned() });
    assert!(world.channel.disabled.is_some());
    assert_eq!(world.count("ready"), 2);
    assert_eq!(world.notices.len(), 1);
    assert_eq!(room(&world.channel, Timestamp::MAX, 10), 0);
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
    assert!(!world.replay(0), "the receiver would be turned back");
    assert!(!world.replay(1), "it is not dead");
    // Letters have no revisions: the order between them ends with the first that is given up.
    world.messages[0].kind = MessageKind::Digest;
    assert!(world.replay(0));
}
