//! Stored forms of pages, their kept versions and times, sources and hosts.

use serde::{Deserialize, Serialize};

use super::checkpoint::StoredCheckpoint;
use super::codes::{failure_code, failure_of, record_kind_code, record_kind_of, role_code, role_of};
use super::learned::{StoredLearned, StoredPages, learned_of, stored_learned, stored_pages};
use super::value::{StoredDate, StoredFailure, date, store_date, url};
use super::{Stored, lengthened, millis, timestamp};
use crate::base::ids::{BadSlug, ContentHash, PageId, RecordId};
use crate::model::{
    Baseline, Failures, FieldName, FieldShare, Health, HostKey, HostState, Mask, Misread, NoiseSeen, Page, Pulse, Reading, RobotsCopy,
    Shape, SourceState, Suspect, Validators, Visit, VolatileSpan,
};
use crate::store::error::StoreError;
use crate::store::frame::BlobRef;

type Id = [u8; 8];

#[derive(Debug, Serialize, Deserialize)]
enum StoredMask {
    Field(String),
    Block(String),
    Words(String, String),
}

#[derive(Debug, Serialize, Deserialize)]
enum StoredReading {
    Never,
    Settling,
    Settled,
    Suspect { seen: i64, looks: u8, differences: Vec<Id> },
}

/// [`Page`]. `order` tells which of this and the times kept apart is later.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredPage {
    pub(in crate::store) order: u64,
    source: String,
    url: String,
    role: u8,
    root: Id,
    visit: u32,
    etag: Option<String>,
    last_modified: Option<String>,
    exact: Option<Id>,
    fingerprint: Option<Id>,
    volatile: Vec<(Id, Id)>,
    masks: Vec<StoredMask>,
    reading: StoredReading,
    members: Vec<Id>,
    follow: Vec<Id>,
    spec: [u8; 16],
    checked: Option<i64>,
    changed: Option<i64>,
    pub(in crate::store) next_due: i64,
    failures: Option<(u32, i64, StoredFailure)>,
    bad: u32,
    unread: u32,
    stretches: Vec<(u32, u32)>,
    own_due: Option<i64>,
    awards: Option<u32>,
}

impl Stored for StoredPage {
    const KIND: &'static str = "page";
    const VERSION: u8 = 5;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        /// Fields added since: how many fields could not be read, where what is volatile stood, when own pages are read again: at 0, for
        /// nobody knows when they were; and how many of its records are awards, which nobody counted.
        const ADDED: [u8; 5] = [0, 0, 1, 0, 0];
        let added = match version {
            1 => &ADDED[..],
            2 => &ADDED[1..],
            3 => &ADDED[2..],
            4 => &ADDED[4..],
            _ => return None,
        };
        Some(lengthened(bytes, added))
    }
}

impl StoredPage {
    pub(in crate::store) fn new(page: &Page, order: u64) -> Self {
        Self {
            order,
            source: page.source.as_str().to_owned(),
            url: page.url.as_str().to_owned(),
            role: role_code(page.role),
            root: page.root.0.to_be_bytes(),
            visit: page.visit,
            etag: page.validators.etag.clone(),
            last_modified: page.validators.last_modified.clone(),
            exact: page.exact.map(u64::to_be_bytes),
            fingerprint: page.fingerprint.map(u64::to_be_bytes),
            volatile: page.volatile.iter().map(|span| (span.before.to_be_bytes(), span.after.to_be_bytes())).collect(),
            masks: page
                .masks
                .iter()
                .map(|mask| match mask {
                    Mask::Field(name) => StoredMask::Field(name.clone()),
                    Mask::Block(place) => StoredMask::Block(place.clone()),
                    Mask::Words(place, text) => StoredMask::Words(place.clone(), text.clone()),
                })
                .collect(),
            reading: match &page.reading {
                Reading::Never => StoredReading::Never,
                Reading::Settling => StoredReading::Settling,
                Reading::Settled => StoredReading::Settled,
                Reading::Suspect(suspect) => StoredReading::Suspect {
                    seen: millis(suspect.seen),
                    looks: suspect.looks,
                    differences: suspect.differences.iter().map(|hash| hash.to_be_bytes()).collect(),
                },
            },
            members: page.members.iter().map(|id| id.0.to_be_bytes()).collect(),
            follow: page.follow.iter().map(|id| id.0.to_be_bytes()).collect(),
            spec: page.spec.0,
            checked: page.checked.map(millis),
            changed: page.changed.map(millis),
            next_due: millis(page.next_due),
            failures: page.failures.as_ref().map(|failures| (failures.count, millis(failures.since), (&failures.last).into())),
            bad: page.bad,
            unread: page.unread,
            stretches: page.stretches.iter().map(|stretch| (stretch.start, stretch.end)).collect(),
            own_due: page.own_due.map(millis),
            awards: page.awards,
        }
    }
}

impl TryFrom<StoredPage> for Page {
    type Error = String;
    fn try_from(stored: StoredPage) -> Result<Self, String> {
        let source = stored.source.parse().map_err(|why: BadSlug| why.to_string())?;
        let url = url(&stored.url)?;
        Ok(Self {
            id: Self::id_of(&source, &url),
            source,
            url,
            role: role_of(stored.role)?,
            root: PageId(u64::from_be_bytes(stored.root)),
            visit: stored.visit,
            validators: Validators { etag: stored.etag, last_modified: stored.last_modified },
            exact: stored.exact.map(u64::from_be_bytes),
            fingerprint: stored.fingerprint.map(u64::from_be_bytes),
            volatile: stored
                .volatile
                .into_iter()
                .map(|(before, after)| VolatileSpan { before: u64::from_be_bytes(before), after: u64::from_be_bytes(after) })
                .collect(),
            masks: stored
                .masks
                .into_iter()
                .map(|mask| match mask {
                    StoredMask::Field(name) => Mask::Field(name),
                    StoredMask::Block(place) => Mask::Block(place),
                    StoredMask::Words(place, text) => Mask::Words(place, text),
                })
                .collect(),
            reading: match stored.reading {
                StoredReading::Never => Reading::Never,
                StoredReading::Settling => Reading::Settling,
                StoredReading::Settled => Reading::Settled,
                StoredReading::Suspect { seen, looks, differences } => Reading::Suspect(Suspect {
                    seen: timestamp(seen)?,
                    looks,
                    differences: differences.into_iter().map(u64::from_be_bytes).collect(),
                }),
            },
            members: stored.members.into_iter().map(|id| RecordId(u64::from_be_bytes(id))).collect(),
            follow: stored.follow.into_iter().map(|id| PageId(u64::from_be_bytes(id))).collect(),
            spec: ContentHash(stored.spec),
            checked: stored.checked.map(timestamp).transpose()?,
            changed: stored.changed.map(timestamp).transpose()?,
            next_due: timestamp(stored.next_due)?,
            failures: match stored.failures {
                None => None,
                Some((count, since, last)) => Some(Failures { count, since: timestamp(since)?, last: last.try_into()? }),
            },
            bad: stored.bad,
            unread: stored.unread,
            stretches: stored.stretches.into_iter().map(|(start, end)| start..end).collect(),
            own_due: stored.own_due.map(timestamp).transpose()?,
            awards: stored.awards,
        })
    }
}

/// One kept version of a page: its bytes as a blob, compressed against those of `base` when there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct StoredVersion {
    pub(in crate::store) at: i64,
    pub(in crate::store) length: u32,
    pub(in crate::store) content: [u8; 16],
    pub(in crate::store) changed: bool,
    pub(in crate::store) blob: BlobRef,
    pub(in crate::store) base: Option<BlobRef>,
}

/// All kept versions of a page, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct StoredVersions {
    pub(in crate::store) versions: Vec<StoredVersion>,
}

impl Stored for StoredVersions {
    const KIND: &'static str = "list of versions";
}

impl StoredVersions {
    /// Every blob they need, each once.
    pub(in crate::store) fn blobs(&self) -> Vec<BlobRef> {
        let mut blobs: Vec<BlobRef> = self.versions.iter().flat_map(|version| [Some(version.blob), version.base]).flatten().collect();
        blobs.sort_unstable_by_key(|blob| (blob.segment, blob.offset));
        blobs.dedup();
        blobs
    }
}

/// The times of one page's last check that found nothing new. Times are relative to the minute of their record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct StoredTime {
    pub(in crate::store) page: Id,
    pub(in crate::store) order: u64,
    pub(in crate::store) visit: u32,
    pub(in crate::store) checked: Option<i64>,
    pub(in crate::store) next_due: i64,
}

/// What one minute brought for the pages of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct StoredTimes {
    pub(in crate::store) requested: Option<i64>,
    pub(in crate::store) entries: Vec<StoredTime>,
}

impl Stored for StoredTimes {
    const KIND: &'static str = "minute of times";
}

#[derive(Debug, Serialize, Deserialize)]
enum StoredHealth {
    Unknown,
    Well(i64),
    Ill(i64, StoredFailure),
}

/// Kind, whether it is of own pages, records, whether it is known, fields.
type StoredShape = (u8, bool, u32, bool, Vec<StoredShare>);
/// Name, records with it, usual and last share, visits without it.
type StoredShare = (String, u32, u16, u16, u8);

/// [`SourceState`] without its version, which the frame holds.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredSource {
    id: String,
    root: Id,
    spec: [u8; 16],
    visit: (u32, u32, u32, u32, u32, bool, Option<i64>),
    baseline: (u8, Option<i64>),
    usual: Vec<u32>,
    complete_until: Option<i64>,
    health: StoredHealth,
    missing: u32,
    told_ill: bool,
    ill_told: Option<i64>,
    checkpoint: StoredCheckpoint,
    bad: u32,
    unread: u32,
    told_of: Option<u8>,
    pulse: (Option<i64>, Option<i64>, Vec<StoredDate>),
    shapes: Vec<StoredShape>,
    misread: Vec<(i64, String, String)>,
    learned: Option<StoredLearned>,
    told_lately: Vec<(u8, i64)>,
    doubted: u8,
    turning: u8,
    pages: StoredPages,
}

/// Requests made for a source on one day of its zone.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredSpent {
    pub(in crate::store) day: StoredDate,
    pub(in crate::store) requests: u32,
}

impl Stored for StoredSpent {
    const KIND: &'static str = "count of requests";
}

impl Stored for StoredSource {
    const KIND: &'static str = "source";
    const VERSION: u8 = 7;

    fn older(version: u8, bytes: &[u8]) -> Option<Result<Self, StoreError>> {
        /// Fields added since: whether somebody was told, when, the ten of the checkpoint, the seven of the health, what was told lately, the two of
        /// coming and going, and own pages.
        const ADDED: [u8; 23] = [0; 23];
        let added = match version {
            1 => &ADDED[..],
            2 => &ADDED[..22],
            3 => &ADDED[..21],
            4 => &ADDED[..4],
            5 => &ADDED[..3],
            6 => &ADDED[..1],
            _ => return None,
        };
        Some(lengthened(bytes, added))
    }
}

impl From<&SourceState> for StoredSource {
    fn from(state: &SourceState) -> Self {
        let visit = &state.visit;
        Self {
            id: state.id.as_str().to_owned(),
            root: state.root.0.to_be_bytes(),
            spec: state.spec.0,
            visit: (visit.number, visit.outstanding, visit.failed, visit.pages, visit.records, visit.lost, visit.started.map(millis)),
            baseline: match state.baseline {
                Baseline::Pending(tries) => (tries, None),
                Baseline::Done(at) => (0, Some(millis(at))),
            },
            usual: state.usual.clone(),
            complete_until: state.complete_until.map(millis),
            health: match &state.health {
                Health::Unknown => StoredHealth::Unknown,
                Health::Well { since } => StoredHealth::Well(millis(*since)),
                Health::Ill { since, failure } => StoredHealth::Ill(millis(*since), failure.into()),
            },
            missing: state.missing,
            told_ill: state.told_ill,
            ill_told: state.ill_told.map(millis),
            checkpoint: (&state.checkpoint).into(),
            bad: visit.bad,
            unread: visit.unread,
            told_of: state.told_of.map(failure_code),
            pulse: (
                state.pulse.last.map(millis),
                state.pulse.newest.map(millis),
                state.pulse.days.iter().map(|day| store_date(*day)).collect(),
            ),
            shapes: state
                .shapes
                .iter()
                .map(|shape| {
                    let fields = shape.fields.iter().map(|of| (of.name.as_str().to_owned(), of.with, of.usual, of.last, of.gone));
                    (record_kind_code(shape.kind), shape.own, shape.records, shape.known, fields.collect())
                })
                .collect(),
            misread: state.misread.iter().map(|one| (millis(one.at), one.path.clone(), one.reason.clone())).collect(),
            learned: state.learned.as_ref().map(stored_learned),
            told_lately: state.told_lately.iter().map(|(class, at)| (failure_code(*class), millis(*at))).collect(),
            doubted: state.doubted,
            turning: state.turning,
            pages: state.learned.as_ref().map(stored_pages).unwrap_or_default(),
        }
    }
}

impl TryFrom<StoredSource> for SourceState {
    type Error = String;
    fn try_from(stored: StoredSource) -> Result<Self, String> {
        let (number, outstanding, failed, pages, records, lost, started) = stored.visit;
        let told = |(class, at)| Ok::<_, String>((failure_of(class)?, timestamp(at)?));
        Ok(Self {
            id: stored.id.parse().map_err(|why: BadSlug| why.to_string())?,
            root: PageId(u64::from_be_bytes(stored.root)),
            version: 0,
            spec: ContentHash(stored.spec),
            visit: Visit {
                number,
                outstanding,
                failed,
                pages,
                records,
                bad: stored.bad,
                unread: stored.unread,
                lost,
                started: started.map(timestamp).transpose()?,
            },
            baseline: match stored.baseline {
                (tries, None) => Baseline::Pending(tries),
                (_, Some(at)) => Baseline::Done(timestamp(at)?),
            },
            usual: stored.usual,
            complete_until: stored.complete_until.map(timestamp).transpose()?,
            health: match stored.health {
                StoredHealth::Unknown => Health::Unknown,
                StoredHealth::Well(since) => Health::Well { since: timestamp(since)? },
                StoredHealth::Ill(since, failure) => Health::Ill { since: timestamp(since)?, failure: failure.try_into()? },
            },
            missing: stored.missing,
            told_ill: stored.told_ill,
            ill_told: stored.ill_told.map(timestamp).transpose()?,
            checkpoint: stored.checkpoint.try_into()?,
            told_of: stored.told_of.map(failure_of).transpose()?,
            told_lately: stored.told_lately.into_iter().map(told).collect::<Result<_, _>>()?,
            pulse: Pulse {
                last: stored.pulse.0.map(timestamp).transpose()?,
                newest: stored.pulse.1.map(timestamp).transpose()?,
                days: stored.pulse.2.into_iter().map(date).collect::<Result<_, _>>()?,
            },
            shapes: stored
                .shapes
                .into_iter()
                .map(|(kind, own, records, known, fields)| {
                    let field =
                        |(name, with, usual, last, gone): StoredShare| FieldShare { name: FieldName::new(&name), with, usual, last, gone };
                    Ok(Shape { kind: record_kind_of(kind)?, own, records, known, fields: fields.into_iter().map(field).collect() })
                })
                .collect::<Result<_, String>>()?,
            misread: stored
                .misread
                .into_iter()
                .map(|(at, path, reason)| Ok(Misread { at: timestamp(at)?, path, reason }))
                .collect::<Result<_, String>>()?,
            learned: stored.learned.map(|learned| learned_of(learned, stored.pages)).transpose()?,
            doubted: stored.doubted,
            turning: stored.turning,
        })
    }
}

/// [`HostState`].
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredHost {
    host: String,
    not_before: i64,
    slowed: u8,
    robots: Option<(i64, u16, String)>,
    noise: Vec<Id>,
}

impl Stored for StoredHost {
    const KIND: &'static str = "host";
}

impl From<&HostState> for StoredHost {
    fn from(state: &HostState) -> Self {
        Self {
            host: state.host.as_str().to_owned(),
            not_before: millis(state.not_before),
            slowed: state.slowed,
            robots: state.robots.as_ref().map(|copy| (millis(copy.fetched), copy.status, copy.body.clone())),
            noise: state.noise.values.iter().map(|hash| hash.to_be_bytes()).collect(),
        }
    }
}

impl TryFrom<StoredHost> for HostState {
    type Error = String;
    fn try_from(stored: StoredHost) -> Result<Self, String> {
        Ok(Self {
            host: HostKey::from_text(&stored.host),
            not_before: timestamp(stored.not_before)?,
            slowed: stored.slowed,
            robots: match stored.robots {
                None => None,
                Some((fetched, status, body)) => Some(RobotsCopy { fetched: timestamp(fetched)?, status, body }),
            },
            noise: NoiseSeen { values: stored.noise.into_iter().map(u64::from_be_bytes).collect() },
        })
    }
}
