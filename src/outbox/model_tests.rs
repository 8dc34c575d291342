//! What is sealed and what an acknowledgement comes to. That nothing is lost on the way is tested where the messages wait, in the store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::base::ids::{ChannelId, EntryId, LeadId, MessageId, OrganisationId, RepId};
use crate::model::{ChannelState, Entry, Lane, Message, MessageKind, MessageState, Sealed, Subject};

fn start() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn channel() -> ChannelId {
    "crm".parse().unwrap()
}

fn message() -> Message {
    let sealed = Sealed { content_type: "application/json".to_owned(), bytes: b"1".to_vec(), recipient: String::new() };
    alone(&channel(), MessageKind::Lead, "1", sealed, start())
}

fn attempted(outcome: Outcome) -> Attempted {
    Attempted { outcome, at: start(), seed: 1 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    /// The same entries make the same messages under the same ids, in whatever order the store hands them out.
    #[test]
    fn sealing_again_comes_to_the_same_ids(seeds in prop::collection::vec((0_u64..6, 0_u32..3, 0_i64..4, any::<bool>()), 1..20), turn in any::<prop::sample::Index>()) {
        let entries: Vec<Entry> = seeds.iter().map(|(lead, revision, hour, urgent)| entry(*lead, *revision, *hour, *urgent)).collect();
        let mut turned = entries.clone();
        turned.rotate_left(turn.index(entries.len()));
        let now = start() + SignedDuration::from_hours(2);
        let (one, two) = (batches(&entries, &subjects(), now), batches(&turned, &subjects(), now));
        prop_assert_eq!(&one, &two);
        let mut settled: Vec<EntryId> = one.iter().flat_map(|batch| batch.entries.clone()).collect();
        settled.sort_unstable();
        let mut due: Vec<EntryId> = entries.iter().filter(|entry| entry.due <= now).map(|entry| entry.id).collect();
        due.sort_unstable();
        due.dedup();
        settled.dedup();
        prop_assert_eq!(settled, due);
        prop_assert!(one.iter().filter(|batch| batch.lane == Lane::Digest).count() <= 1);
        let mut ids: Vec<MessageId> = one.iter().map(|batch| batch.id(Timestamp::UNIX_EPOCH)).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), one.len());
    }
}

/// Leads 1 and 2 are of one organisation, and so are 3 and 4.
fn subjects() -> BTreeMap<LeadId, Subject> {
    (1..5).map(|lead| (LeadId(lead), Subject::Organisation(OrganisationId(lead.div_ceil(2))))).collect()
}

#[test]
fn leads_of_one_organisation_are_one_alert() {
    let entries: Vec<Entry> = (1..6).map(|lead| Entry { due: start(), at: start(), ..entry(lead, 1, 0, true) }).collect();
    let told = |batch: &Batch| batch.leads.iter().map(|told| told.lead.0).collect::<BTreeSet<_>>();
    let all: Vec<_> = batches(&entries, &subjects(), start()).iter().map(told).collect();
    assert_eq!(all, [[1, 2].into(), [3, 4].into(), [5].into()]);
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
        of_tender: None,
        closes: None,
        handed: None,
    }
}

#[test]
fn a_late_acknowledgement_counts_and_nothing_else_moves_what_is_settled() {
    let at = start();
    let mut done = message();
    done.state = MessageState::Suppressed { at };
    let state = ChannelState::new(&channel());
    let kept = after(
        done.clone(),
        &state,
        &attempted(Outcome::Later { text: "503".to_owned(), retry_after: None, whole: true }),
        &Policy::webhook(),
    )
    .message;
    assert_eq!(kept.state, MessageState::Suppressed { at });
    let delivered = after(done, &state, &attempted(Outcome::Accepted { text: "204".to_owned() }), &Policy::webhook()).message;
    assert_eq!(delivered.state, MessageState::Delivered { at });
    assert_eq!(suppress(delivered, at).state, MessageState::Delivered { at });
    assert_eq!(suppress(message(), at).state, MessageState::Suppressed { at });
}
