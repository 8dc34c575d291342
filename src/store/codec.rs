//! Keys of the one tree: a byte for the table, then the parts, big-endian, so that bytes sort as the parts do. Knows no value.

use crate::base::ids::{ChannelId, ContentHash, EntryId, LeadId, MessageId, OrganisationId, PageId, RecordId, SegmentId, SourceId, hash64};
use crate::model::{HostKey, IdentityKey, LeadState, Record, RecordKind, Subject};

use super::stored::{lead_state_code, record_kind_code};

/// The first byte of a key. The order is that of the file: what opening reads first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Table {
    System = 0x01,
    Mark = 0x02,
    Page = 0x10,
    Versions = 0x11,
    Times = 0x12,
    Source = 0x18,
    Host = 0x19,
    Pack = 0x20,
    Changes = 0x22,
    Notice = 0x23,
    SharedId = 0x24,
    Tender = 0x25,
    Organisation = 0x30,
    Identity = 0x31,
    Signal = 0x32,
    Question = 0x33,
    Ruling = 0x34,
    Lead = 0x40,
    LeadOf = 0x41,
    LeadRank = 0x42,
    Entry = 0x50,
    Message = 0x51,
    Body = 0x52,
    Channel = 0x53,
    Suppression = 0x54,
    Spent = 0x60,
}

impl Table {
    pub(super) const ALL: [Self; 26] = [
        Self::System,
        Self::Mark,
        Self::Page,
        Self::Versions,
        Self::Times,
        Self::Source,
        Self::Host,
        Self::Pack,
        Self::Changes,
        Self::Notice,
        Self::SharedId,
        Self::Tender,
        Self::Organisation,
        Self::Identity,
        Self::Signal,
        Self::Question,
        Self::Ruling,
        Self::Lead,
        Self::LeadOf,
        Self::LeadRank,
        Self::Entry,
        Self::Message,
        Self::Body,
        Self::Channel,
        Self::Suppression,
        Self::Spent,
    ];

    /// The table of a key.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let first = *key.first()?;
        Self::ALL.into_iter().find(|table| *table as u8 == first)
    }

    /// Whether its values have a frame.
    pub(super) const fn framed(self) -> bool {
        match self {
            Self::System | Self::Mark | Self::SharedId | Self::Tender | Self::Identity | Self::LeadOf | Self::LeadRank => false,
            Self::Page
            | Self::Versions
            | Self::Times
            | Self::Source
            | Self::Host
            | Self::Pack
            | Self::Changes
            | Self::Notice
            | Self::Organisation
            | Self::Signal
            | Self::Question
            | Self::Ruling
            | Self::Lead
            | Self::Entry
            | Self::Message
            | Self::Body
            | Self::Channel
            | Self::Suppression
            | Self::Spent => true,
        }
    }

    /// All its keys.
    pub(super) fn prefix(self) -> Vec<u8> {
        vec![self as u8]
    }
}

/// One key of the tree.
pub(super) type Key = Vec<u8>;

struct Build(Key);

impl Build {
    fn new(table: Table) -> Self {
        let mut key = Vec::with_capacity(40);
        key.push(table as u8);
        Self(key)
    }

    /// A text with something after it; slugs hold no zero byte, so it ends them.
    fn slug(mut self, text: &str) -> Self {
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        self
    }

    fn rest(mut self, bytes: &[u8]) -> Key {
        self.0.extend_from_slice(bytes);
        self.0
    }

    fn u8(mut self, n: u8) -> Self {
        self.0.push(n);
        self
    }

    fn u32(mut self, n: u32) -> Self {
        self.0.extend_from_slice(&n.to_be_bytes());
        self
    }

    fn u64(mut self, n: u64) -> Self {
        self.0.extend_from_slice(&n.to_be_bytes());
        self
    }

    /// Signed numbers sort as unsigned ones once their sign bit is flipped.
    fn i64(self, n: i64) -> Self {
        self.u64(n.cast_unsigned() ^ 1 << 63)
    }
}

pub(super) fn system(name: &str) -> Key {
    Build::new(Table::System).rest(name.as_bytes())
}

pub(super) fn mark(name: &str) -> Key {
    Build::new(Table::Mark).rest(name.as_bytes())
}

/// The name in a key of [`mark`].
pub(super) fn mark_name(key: &[u8]) -> String {
    String::from_utf8_lossy(key.get(1..).unwrap_or_default()).into_owned()
}

pub(super) fn page(id: PageId) -> Key {
    Build::new(Table::Page).u64(id.0).0
}

pub(super) fn versions(id: PageId) -> Key {
    Build::new(Table::Versions).u64(id.0).0
}

/// `minute`: minutes since 1970; `part` tells the records of one host and minute apart.
pub(super) fn times(minute: u32, host: u64, part: u32) -> Key {
    Build::new(Table::Times).u32(minute).u64(host).u32(part).0
}

pub(super) fn source(id: &SourceId, root: PageId) -> Key {
    Build::new(Table::Source).slug(id.as_str()).u64(root.0).0
}

pub(super) fn sources_of(id: &SourceId) -> Key {
    Build::new(Table::Source).slug(id.as_str()).0
}

pub(super) fn spent(id: &SourceId) -> Key {
    Build::new(Table::Spent).rest(id.as_str().as_bytes())
}

pub(super) fn host(host: &HostKey) -> Key {
    Build::new(Table::Host).rest(host.as_str().as_bytes())
}

/// Packs of a source lie together. Its hash stands for it, since every record of it names the key of its pack.
pub(super) fn pack(source: &SourceId, order: u64, part: u16) -> Key {
    Build(packs_of(source)).u64(order).rest(&part.to_be_bytes())
}

pub(super) fn packs_of(source: &SourceId) -> Key {
    Build::new(Table::Pack).u64(source_hash(source)).0
}

/// A key of [`pack`] without its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackId([u8; 18]);

impl PackId {
    /// The hash of the source whose records lie in it.
    pub(super) fn source(self) -> u64 {
        self.0.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }
}

/// Which pack this is the key of.
pub(super) fn pack_id(key: &[u8]) -> Option<PackId> {
    Some(PackId(key.get(1..)?.try_into().ok()?))
}

/// The hash of a source in [`PackId::source`].
pub(super) fn source_hash(source: &SourceId) -> u64 {
    hash64(&[source.as_str().as_bytes()])
}

pub(super) fn pack_at(id: PackId) -> Key {
    Build::new(Table::Pack).rest(&id.0)
}

pub(super) fn changes(source: &SourceId, at: i64, order: u64, part: u32) -> Key {
    Build::new(Table::Changes).slug(source.as_str()).i64(at).u64(order).u32(part).0
}

pub(super) fn changes_of(source: &SourceId) -> Key {
    Build::new(Table::Changes).slug(source.as_str()).0
}

/// The time in a key of [`changes`].
pub(super) fn changes_at(key: &[u8]) -> Option<i64> {
    let end = key.iter().position(|byte| *byte == 0)? + 1;
    let at: [u8; 8] = key.get(end..end + 8)?.try_into().ok()?;
    Some((u64::from_be_bytes(at) ^ 1 << 63).cast_signed())
}

/// A notice of a record, by its time.
pub(super) fn notice(record: RecordId, at: i64, hash: ContentHash) -> Key {
    Build(notices_at(record, at)).rest(&hash.0)
}

/// The notices of a record that were published at this time.
pub(super) fn notices_at(record: RecordId, at: i64) -> Key {
    Build(notices_of(record)).i64(at).0
}

pub(super) fn notices_of(record: RecordId) -> Key {
    Build::new(Table::Notice).u64(record.0).0
}

/// The hash in a key of [`notice`].
pub(super) fn notice_hash(key: &[u8]) -> Option<ContentHash> {
    Some(ContentHash(*key.last_chunk()?))
}

/// That a record has an identifier that others may have too.
/// Apart by what the record is and by its source: a tender is not hidden behind its awards, and no source behind another.
pub(super) fn shared_id(id: &str, record: &Record) -> Key {
    Build(shared_in(id, record.kind, &record.source)).u64(record.id.0).0
}

/// The records of one source among [`shared_by`].
pub(super) fn shared_in(id: &str, kind: RecordKind, source: &SourceId) -> Key {
    Build(shared_by(id, kind)).u64(source_hash(source)).0
}

/// The records of one kind that have an identifier.
pub(super) fn shared_by(id: &str, kind: RecordKind) -> Key {
    Build(Build::new(Table::SharedId).rest(&crate::base::ids::hash128(&[id.as_bytes()]))).u8(record_kind_code(kind)).0
}

/// That a record has a notice of this number, in whatever case it is written. Beside [`shared_id`], whose identifiers name their scheme.
pub(super) fn notice_number(number: &str, record: RecordId) -> Key {
    Build(notice_numbers(number)).u64(record.0).0
}

/// The records that have a notice of this number.
pub(super) fn notice_numbers(number: &str) -> Key {
    let hash = crate::base::ids::hash128(&[b"notice", number.trim().to_lowercase().as_bytes()]);
    Build(Build::new(Table::SharedId).rest(&hash)).u8(record_kind_code(RecordKind::Tender)).0
}

/// Tenders in an order of their own: `by` says which, those without a time come last.
pub(super) fn tender(by: u8, at: Option<i64>, record: RecordId) -> Key {
    Build(tenders_from(by, at)).u64(record.0).0
}

/// Where those of this time begin.
pub(super) fn tenders_from(by: u8, at: Option<i64>) -> Key {
    Build(tenders_by(by)).i64(at.unwrap_or(i64::MAX)).0
}

pub(super) fn tenders_by(by: u8) -> Key {
    Build::new(Table::Tender).u8(by).0
}

/// The time in a key of [`tender`].
pub(super) fn tender_at(key: &[u8]) -> Option<i64> {
    let at = (u64::from_be_bytes(key.get(2..10)?.try_into().ok()?) ^ 1 << 63).cast_signed();
    (at != i64::MAX).then_some(at)
}

pub(super) fn organisation(id: OrganisationId) -> Key {
    Build::new(Table::Organisation).u64(id.0).0
}

/// Identity keys may be long texts; their hash is not.
pub(super) fn identity(key: &IdentityKey) -> Key {
    Build::new(Table::Identity).rest(&crate::base::ids::hash128(&[key.to_string().as_bytes()]))
}

/// What is open about two organisations: under the id of each, so that it goes with either.
pub(super) fn question(a: OrganisationId, b: OrganisationId) -> Key {
    Build(questions_of(a)).u64(b.0).0
}

pub(super) fn questions_of(organisation: OrganisationId) -> Key {
    Build::new(Table::Question).u64(organisation.0).0
}

/// The pair in a key of [`question`].
pub(super) fn question_of(key: &[u8]) -> Option<(OrganisationId, OrganisationId)> {
    let (a, b) = key.get(1..)?.split_first_chunk()?;
    Some((OrganisationId(u64::from_be_bytes(*a)), OrganisationId(u64::from_be_bytes(b.try_into().ok()?))))
}

pub(super) fn ruling(number: u32) -> Key {
    Build::new(Table::Ruling).u32(number).0
}

pub(super) fn signal(organisation: OrganisationId, seen: i64, hash: u64) -> Key {
    Build::new(Table::Signal).u64(organisation.0).i64(seen).u64(hash).0
}

pub(super) fn signals_of(organisation: OrganisationId) -> Key {
    Build::new(Table::Signal).u64(organisation.0).0
}

pub(super) fn lead(id: LeadId) -> Key {
    Build::new(Table::Lead).u64(id.0).0
}

pub(super) fn leads_of(subject: Subject) -> Key {
    let key = Build::new(Table::LeadOf);
    match subject {
        Subject::Organisation(id) => key.u8(1).u64(id.0).0,
    }
}

pub(super) fn lead_of(subject: Subject, id: LeadId) -> Key {
    Build(leads_of(subject)).u64(id.0).0
}

/// Leads of a segment and state, the highest total first.
pub(super) fn lead_rank(segment: &SegmentId, state: LeadState, total: i64, id: LeadId) -> Key {
    Build(lead_ranks(segment, state)).i64(!total).u64(id.0).0
}

pub(super) fn lead_ranks(segment: &SegmentId, state: LeadState) -> Key {
    Build::new(Table::LeadRank).slug(segment.as_str()).u8(lead_state_code(state)).0
}

pub(super) fn entry(id: EntryId) -> Key {
    Build::new(Table::Entry).u64(id.0).0
}

pub(super) fn message(id: &MessageId) -> Key {
    Build::new(Table::Message).rest(id.as_str().as_bytes())
}

pub(super) fn body(id: &MessageId) -> Key {
    Build::new(Table::Body).rest(id.as_str().as_bytes())
}

pub(super) fn channel(id: &ChannelId) -> Key {
    Build::new(Table::Channel).rest(id.as_str().as_bytes())
}

/// Recipients are compared without regard to case.
pub(super) fn suppression(channel: &ChannelId, recipient: &str) -> Key {
    Build::new(Table::Suppression).slug(channel.as_str()).rest(&crate::base::ids::hash128(&[recipient.trim().to_lowercase().as_bytes()]))
}

/// The last eight bytes as a number: the id at the end of an index key.
pub(super) fn last_u64(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(*key.last_chunk()?))
}

/// The parts of a key of [`times`].
pub(super) fn times_parts(key: &[u8]) -> Option<(u32, u64, u32)> {
    let parts: &[u8; 16] = key.get(1..)?.try_into().ok()?;
    let (minute, rest) = parts.split_first_chunk()?;
    let (host, part) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*minute), u64::from_be_bytes(*host), u32::from_be_bytes(part.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_parts(a in any::<(i64, u64, u32)>(), b in any::<(i64, u64, u32)>(), s in "[a-z][a-z.-]{0,5}", t in "[a-z][a-z.-]{0,5}") {
            let key = |source: &str, (at, order, part): (i64, u64, u32)| changes(&source.parse().unwrap(), at, order, part);
            prop_assert_eq!(key(&s, a).cmp(&key(&t, b)), (&s, a).cmp(&(&t, b)));
            prop_assert_eq!(changes_at(&key(&s, a)), Some(a.0));
            prop_assert!(key(&s, a).starts_with(&changes_of(&s.parse().unwrap())));
        }

        #[test]
        fn the_highest_total_comes_first(a in any::<i64>(), b in any::<i64>(), id in any::<u64>()) {
            let key = |total| lead_rank(&"s".parse().unwrap(), LeadState::New, total, LeadId(id));
            prop_assert_eq!(key(a).cmp(&key(b)), b.cmp(&a));
            prop_assert_eq!(last_u64(&key(a)), Some(id));
        }

        #[test]
        fn times_keys_read_back(minute in any::<u32>(), host in any::<u64>(), part in any::<u32>()) {
            prop_assert_eq!(times_parts(&times(minute, host, part)), Some((minute, host, part)));
        }
    }

    #[test]
    fn tables_are_distinct_and_sorted() {
        assert!(Table::ALL.is_sorted_by(|a, b| (*a as u8) < *b as u8));
        for table in Table::ALL {
            assert_eq!(Table::of(&table.prefix()), Some(table));
        }
        assert_eq!(Table::of(&[0xff]), None);
    }
}
