//! What is remembered of pages, sources and hosts between checks.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::{Checkpoint, Failure, FailureClass, Learned, Misread, Pulse, Shape};
use crate::base::ids::{ContentHash, PageId, RecordId, SourceId};

/// Scheme, host and port: whoever is asked politely as one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostKey(Arc<str>);

impl HostKey {
    /// The host of an http(s) address; for other schemes whatever the address begins with.
    pub fn of(url: &Url) -> Self {
        let port = url.port_or_known_default().unwrap_or(0);
        Self(Arc::from(format!("{}://{}:{port}", url.scheme(), url.host_str().unwrap_or(""))))
    }

    /// As stored.
    pub fn from_text(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// As text, `https://example.org:443`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the server gave for the next conditional request (RFC 9110 section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// As sent, with its quotes.
    pub etag: Option<String>,
    /// As sent.
    pub last_modified: Option<String>,
}

/// How a page came to be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageRole {
    /// The address in the configuration: it has the schedule.
    Root,
    /// Found by following: page 2 of a listing, a child of a sitemap index. Checked when the visit comes to it.
    Follow,
}

/// A stretch of the page's bytes that changes by itself: what lies between two pieces that stay. See `diff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VolatileSpan {
    /// Hash of the piece before it.
    pub before: u64,
    /// Hash of the piece after it.
    pub after: u64,
}

/// Something read from the page that changes by itself and is therefore not compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Mask {
    /// A field of this page's records.
    Field(String),
    /// A block of a page's text, by its place in the tree.
    Block(String),
    /// Words inside a block or field that vary, the rest being compared: place, and the text with `\u{fffc}` for what varies.
    Words(String, String),
}

/// A change that was seen once and waits for a second look before it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// When it was first seen.
    pub seen: Timestamp,
    /// How many looks have agreed so far, the first included.
    pub looks: u8,
    /// Hashes of (place, new value) of everything that differs.
    pub differences: Vec<u64>,
}

/// How far a page's reading has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Not read yet.
    Never,
    /// Read once; the second look, which finds what changes by itself, is due.
    Settling,
    /// Compared on each check.
    Settled,
    /// A change waits for its second look.
    Suspect(Suspect),
}

/// Failures in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row.
    pub count: u32,
    /// Since when.
    pub since: Timestamp,
    /// The last one.
    pub last: Failure,
}

/// One URL of a source, with its fetch state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// From source and URL.
    pub id: PageId,
    /// Whose it is.
    pub source: SourceId,
    /// Its address.
    pub url: Url,
    /// How it came to be watched.
    pub role: PageRole,
    /// The root page whose visits come to it; its own id for a root.
    pub root: PageId,
    /// The last visit that read it, found it unchanged, or still has it before itself.
    pub visit: u32,
    /// For the next conditional request.
    pub validators: Validators,
    /// Hash of its bytes as they were read last, but for `stretches`: the quickest way to see that nothing changed.
    pub exact: Option<u64>,
    /// Where in these bytes the volatile spans stood; as many at most.
    pub stretches: Vec<Range<u32>>,
    /// Hash of its bytes without the volatile spans, at the last successful check.
    pub fingerprint: Option<u64>,
    /// What changes by itself in its bytes; at most 64.
    pub volatile: Vec<VolatileSpan>,
    /// What changes by itself in what is read from it; at most 64.
    pub masks: Vec<Mask>,
    /// How far its reading has come.
    pub reading: Reading,
    /// The records it held when last read.
    pub members: Vec<RecordId>,
    /// How many of them are who won or lost a tender: they go with a word of its portal, which is no loss. `None`: it was read before they were counted.
    pub awards: Option<u32>,
    /// Entries on it that could not be read when it was last read.
    pub bad: u32,
    /// Fields of the others that could not be read.
    pub unread: u32,
    /// Pages it led to when last read, in order.
    pub follow: Vec<PageId>,
    /// When own pages of its records are to be read again, the first of them; only where they are read.
    pub own_due: Option<Timestamp>,
    /// The settings it was last read with; other settings make the next reading a quiet one.
    pub spec: ContentHash,
    /// The last check, good or bad.
    pub checked: Option<Timestamp>,
    /// When the last change of what it shows was taken for one: a record that came, went or differs. What it held when it was first read
    /// is none.
    pub changed: Option<Timestamp>,
    /// The next check. There always is one.
    pub next_due: Timestamp,
    /// Failures in a row, if the last check failed.
    pub failures: Option<Failures>,
}

impl Page {
    /// The id of the page with this address in this source.
    pub fn id_of(source: &SourceId, url: &Url) -> PageId {
        PageId::of(&[source.as_str().as_bytes(), url.as_str().as_bytes()])
    }

    /// A root page that was never read.
    pub fn root(source: &SourceId, url: Url, next_due: Timestamp) -> Self {
        let id = Self::id_of(source, &url);
        Self {
            id,
            source: source.clone(),
            url,
            role: PageRole::Root,
            root: id,
            visit: 0,
            validators: Validators::default(),
            exact: None,
            stretches: Vec::new(),
            fingerprint: None,
            volatile: Vec::new(),
            masks: Vec::new(),
            reading: Reading::Never,
            members: Vec::new(),
            awards: None,
            bad: 0,
            unread: 0,
            follow: Vec::new(),
            own_due: None,
            spec: ContentHash::default(),
            checked: None,
            changed: None,
            next_due,
            failures: None,
        }
    }

    /// A page that visits of `root` have just come upon, in this visit.
    pub fn follow(root: &Self, url: Url, visit: u32, next_due: Timestamp) -> Self {
        let page = Self::root(&root.source, url, next_due);
        Self { role: PageRole::Follow, root: root.root, visit, ..page }
    }

    /// Whom to ask for it.
    pub fn host(&self) -> HostKey {
        HostKey::of(&self.url)
    }
}

/// One walk over a root page and all pages it leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// Counts up from 1.
    pub number: u32,
    /// Pages still to be read in it; 0 means it has ended.
    pub outstanding: u32,
    /// Pages of it that failed.
    pub failed: u32,
    /// Pages read or found unchanged.
    pub pages: u32,
    /// Records on them.
    pub records: u32,
    /// Entries on them that could not be read.
    pub bad: u32,
    /// Fields of the others that could not be read.
    pub unread: u32,
    /// Whether records left its pages: in this visit, or since the last one that could look for them.
    pub lost: bool,
    /// When it began.
    pub started: Option<Timestamp>,
}

/// Whether what a source holds counts as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Not yet: what appears is stored quietly. The number of visits that ended incomplete so far.
    Pending(u8),
    /// Since then, what appears is news.
    Done(Timestamp),
}

/// How a source is, in one word, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// No visit has ended yet.
    Unknown,
    /// The last visit was complete.
    Well {
        /// Since when.
        since: Timestamp,
    },
    /// Something is wrong.
    Ill {
        /// Since when.
        since: Timestamp,
        /// What.
        failure: Failure,
    },
}

/// What is remembered of the visits that begin at one root page of a source. (Most sources have one root.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// Whose.
    pub id: SourceId,
    /// The root page.
    pub root: PageId,
    /// Raised by each write; a commit names the version it read (0: it was not there).
    pub version: u64,
    /// The settings it was last visited with.
    pub spec: ContentHash,
    /// The visit under way, or the last one.
    pub visit: Visit,
    /// Whether its content counts as known.
    pub baseline: Baseline,
    /// Records of the last complete visits, newest last; at most 8.
    pub usual: Vec<u32>,
    /// Everything published until then was read; a visit with a gap raises it up to the gap only.
    pub complete_until: Option<Timestamp>,
    /// How it is.
    pub health: Health,
    /// Records counted as missing but not yet gone.
    pub missing: u32,
    /// Whether the operator was told that it is ill, and not yet that it is well again.
    pub told_ill: bool,
    /// When the operator was last told that it is ill.
    pub ill_told: Option<Timestamp>,
    /// Where its visits stand, for sources with a transport.
    pub checkpoint: Checkpoint,
    /// Of what the operator was told then.
    pub told_of: Option<FailureClass>,
    /// Each illness of which the operator was told within the last day, and when.
    pub told_lately: Vec<(FailureClass, Timestamp)>,
    /// When it brought something new.
    pub pulse: Pulse,
    /// Which fields its records carry, by kind.
    pub shapes: Vec<Shape>,
    /// The last entries that could not be read and notes of pages, the newest last; at most [`Misread::KEPT`].
    pub misread: Vec<Misread>,
    /// What its lists have taught, where they are found by themselves.
    pub learned: Option<Learned>,
    /// Visits in a row with so few of its records that it was not believed; at most [`Self::USED_TO`].
    pub doubted: u8,
    /// How sure it is that its list shows another part of its records each time; from [`Self::TURNS`] on it is.
    pub turning: u8,
}

impl SourceState {
    /// Visits in a row after which what they all show is how the source is now.
    pub const USED_TO: u8 = 8;
    /// Visits in a row with much coming and going after which that is how its list is.
    pub const TURNS: u8 = 2;
    /// What [`Self::turning`] is from then on when all that such a list shows are known, or it goes on with the newest: who is not known is new.
    pub const COVERS: u8 = Self::TURNS + Self::USED_TO + 3;

    /// A root that was never visited.
    pub fn new(id: &SourceId, root: PageId) -> Self {
        Self {
            id: id.clone(),
            root,
            version: 0,
            spec: ContentHash::default(),
            visit: Visit::default(),
            baseline: Baseline::Pending(0),
            usual: Vec::new(),
            complete_until: None,
            health: Health::Unknown,
            missing: 0,
            told_ill: false,
            ill_told: None,
            checkpoint: Checkpoint::default(),
            told_of: None,
            told_lately: Vec::new(),
            pulse: Pulse::default(),
            shapes: Vec::new(),
            misread: Vec::new(),
            learned: None,
            doubted: 0,
            turning: 0,
        }
    }

    /// Whether its list shows another part of its records each time: then nobody is gone there or back, and nobody new before it [covers](Self::covers)
    /// all.
    pub fn turns(&self) -> bool {
        self.turning >= Self::TURNS
    }

    /// Whether who is not known is new on a list that [turns](Self::turns).
    pub fn covers(&self) -> bool {
        self.turning >= Self::COVERS
    }

    /// Its last sign of life: the last news, else the date of its newest entry, else the end of its baseline. `None`: it is not known yet.
    pub fn last_sign(&self) -> Option<Timestamp> {
        match self.baseline {
            Baseline::Pending(_) => None,
            Baseline::Done(at) => Some(self.pulse.last.or(self.pulse.newest).unwrap_or(at)),
        }
    }
}

/// robots.txt as last fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsCopy {
    /// When.
    pub fetched: Timestamp,
    /// The final status; 0 when unreachable.
    pub status: u16,
    /// The body of a 200, cut at [`crate::base::caps::ROBOTS_BYTES`].
    pub body: String,
}

/// Texts seen at places of a host's pages that change by themselves: a banner that rotates over many pages shows the same few texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoiseSeen {
    /// Hashes of (place, text), newest last; at most 256.
    pub values: Vec<u64>,
}

/// What is remembered of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostState {
    /// Which.
    pub host: HostKey,
    /// No request before this.
    pub not_before: Timestamp,
    /// Halvings of the pace in force, from answers that asked for it; heals by one with every hundred good answers.
    pub slowed: u8,
    /// robots.txt, if it was fetched.
    pub robots: Option<RobotsCopy>,
    /// Texts of places that change by themselves.
    pub noise: NoiseSeen,
}

impl HostState {
    /// A host that was never asked.
    pub fn new(host: HostKey) -> Self {
        Self { host, not_before: Timestamp::UNIX_EPOCH, slowed: 0, robots: None, noise: NoiseSeen::default() }
    }
}
