//! What may be asked of a running (or resting) installation, and the shapes of the answers: the command line and the control socket speak them.
//!
//! View types of their own: what is stored and what is computed with may change, these are promised. Knows no terminal and no transport.

use serde::{Deserialize, Serialize};

use super::health::QuotaView;
use super::imports::{ImportOrder, ImportReport, ImportUndoneView, ImportView};
use super::listed::TenderFilter;
use super::notices::{HistoryView, RawView};
use super::organisations::{OrganisationLine, OrganisationQuestion, OrganisationView, RulingView};
use super::tenders::TenderView;

pub use super::calendar::CalendarView;
pub use super::leads::{LeadView, PartView};
pub use super::sent::{BackupView, DigestView, HeldView, MessageView, ReplayedView, SentView};
pub use super::sources::{DiffView, GapView, PageView, SourcePages, SourceView, StatementView};
pub use super::unmapped::UnmappedView;

/// A question or an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Question {
    /// One screen: how is everything?
    Status,
    /// All sources.
    Sources,
    /// One source: its pages, its last changes, the versions of its pages.
    Source {
        /// Which.
        id: String,
        /// Only this page of it, by its address.
        #[serde(default)]
        page: Option<String>,
        /// With the text difference of the last two versions, of that page or of the one that changed last.
        diff: bool,
    },
    /// Reads a source's root page again, now.
    CheckNow {
        /// Which.
        id: String,
    },
    /// A dry run over a source, an address or a saved file: nothing is stored, nothing is sent.
    Check {
        /// A source's name, an address, or (with `bytes`) a file's name.
        target: String,
        /// The content of a file, base64.
        bytes: Option<String>,
        /// The source whose settings read it; for files and addresses.
        source: Option<String>,
        /// At most so many pages of a source, where each leads to the next; 0 counts as 1.
        #[serde(default)]
        pages: u32,
        /// The configuration to read it with, as it is on disk; the one that runs where it is left out or not taken.
        #[serde(default)]
        config: Option<std::path::PathBuf>,
    },
    /// Leads.
    Leads {
        /// Of this segment.
        segment: Option<String>,
        /// In this state.
        state: Option<String>,
        /// Had by this rep.
        owner: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// One lead with everything behind it; for an earlier moment when `at` is set.
    Lead {
        /// Its id.
        id: String,
        /// RFC 3339, or a day.
        at: Option<String>,
    },
    /// Something is said of a lead.
    Verdict {
        /// Its id.
        id: String,
        /// `accepted`, `rejected` or `parked`; nothing takes back what was said.
        said: Option<String>,
        /// Why; may be empty.
        because: String,
        /// Who says so.
        by: String,
        /// Whether they were named as such, and not taken from the login.
        #[serde(default)]
        named: bool,
        /// Of what is parked: until then, RFC 3339, or a day.
        until: Option<String>,
    },
    /// Tenders.
    Tenders(TenderFilter),
    /// One tender with everything read of it, and what it was before.
    Tender {
        /// Its record's id, its portal's number or OCID, or words of its title.
        id: String,
        /// As its notices had it then: RFC 3339, or a day.
        at: Option<String>,
    },
    /// The notices of one tender, and what each changed.
    TenderHistory {
        /// As [`Question::Tender`] asks for it.
        id: String,
    },
    /// The bytes of one notice of a tender.
    TenderRaw {
        /// As [`Question::Tender`] asks for it.
        id: String,
        /// The notice's place in the history, from 1.
        number: usize,
    },
    /// Messages.
    Outbox {
        /// Of this channel.
        channel: Option<String>,
        /// Standing here.
        standing: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Dead messages are tried again under their old ids.
    Replay {
        /// These; empty with `since`.
        ids: Vec<String>,
        /// All given up since then, or delivered.
        since: Option<String>,
        /// Of this channel.
        channel: Option<String>,
        /// What was delivered, and not what was given up.
        #[serde(default)]
        delivered: bool,
        /// Only say which.
        dry_run: bool,
    },
    /// Sends one real test message.
    NotifyTest {
        /// By this channel.
        channel: String,
        /// To this rep or address; needed for mail.
        to: Option<String>,
    },
    /// The digest a rep would get now.
    DigestPreview {
        /// Which rep.
        rep: String,
    },
    /// The secret addresses of calendars.
    Calendars {
        /// Of this rep or segment alone.
        name: Option<String>,
        /// Whether they are changed first: those of before open nothing any more.
        #[serde(default)]
        renew: bool,
    },
    /// Organisations whose names or keys have these words.
    Organisations {
        /// All of them; empty for every organisation.
        words: String,
        /// At most so many.
        limit: usize,
    },
    /// One organisation with everything known of it, and why.
    Organisation {
        /// Its id, or words of its name.
        name: String,
    },
    /// Pairs of organisations that may be one.
    OrganisationQuestions {
        /// At most so many.
        limit: usize,
    },
    /// What was said of organisations.
    Rulings {
        /// At most so many.
        limit: usize,
    },
    /// Two organisations are one.
    Same {
        /// One, by its id or words of its name.
        a: String,
        /// The other.
        b: String,
    },
    /// Two organisations are not one, or a record is not of an organisation.
    NotSame {
        /// The organisation, by its id or words of its name.
        a: String,
        /// The other, or the id of one of its records.
        b: String,
    },
    /// A ruling is taken back.
    UndoRuling {
        /// Its number; the last one that stands.
        number: Option<u32>,
    },
    /// Categories that no table of industries speaks of.
    Unmapped,
    /// A file of contacts: what would become of it, or (with `write`) it is brought in.
    Import {
        /// Its name.
        file: String,
        /// Its content, base64.
        bytes: String,
        /// What is said about it.
        order: Box<ImportOrder>,
        /// Whether it is brought in.
        write: bool,
    },
    /// What was brought in and stands.
    Imports,
    /// An import is taken back.
    UndoImport {
        /// Its name.
        id: String,
    },
    /// Makes a verified backup now.
    Backup,
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", content = "with", rename_all = "kebab-case")]
pub enum Answer {
    /// To [`Question::Status`].
    Status(Box<StatusView>),
    /// To [`Question::Sources`].
    Sources(Vec<SourceView>),
    /// To [`Question::Source`].
    Source(Box<SourcePages>),
    /// To [`Question::CheckNow`]: how many pages are due now.
    Due(usize),
    /// To [`Question::Check`].
    Check(Box<CheckView>),
    /// To [`Question::Leads`].
    Leads(Vec<LeadView>),
    /// To [`Question::Lead`] and [`Question::Verdict`].
    Lead(Box<LeadView>),
    /// To [`Question::Tenders`].
    Tenders(Vec<TenderView>),
    /// To [`Question::Tender`].
    Tender(Box<TenderView>),
    /// To [`Question::TenderHistory`].
    TenderHistory(Box<HistoryView>),
    /// To [`Question::TenderRaw`].
    TenderRaw(Box<RawView>),
    /// To [`Question::Outbox`].
    Outbox(Vec<MessageView>),
    /// To [`Question::Replay`].
    Replayed(ReplayedView),
    /// To [`Question::NotifyTest`].
    Sent(SentView),
    /// To [`Question::DigestPreview`].
    Digest(DigestView),
    /// To [`Question::Calendars`].
    Calendars(Vec<CalendarView>),
    /// To [`Question::Organisations`].
    Organisations(Vec<OrganisationLine>),
    /// To [`Question::Organisation`].
    Organisation(Box<OrganisationView>),
    /// To [`Question::OrganisationQuestions`].
    OrganisationQuestions(Vec<OrganisationQuestion>),
    /// To [`Question::Rulings`].
    Rulings(Vec<RulingView>),
    /// To [`Question::Same`], [`Question::NotSame`] and [`Question::UndoRuling`].
    Ruled(Box<RulingView>),
    /// To [`Question::Unmapped`].
    Unmapped(Vec<UnmappedView>),
    /// To [`Question::Import`].
    Import(Box<ImportReport>),
    /// To [`Question::Imports`].
    Imports(Vec<ImportView>),
    /// To [`Question::UndoImport`].
    ImportUndone(ImportUndoneView),
    /// To [`Question::Backup`].
    Backup(BackupView),
}

impl Question {
    /// The most that a list is asked to hold.
    pub fn limit(&self) -> Option<usize> {
        match self {
            Self::Tenders(TenderFilter { limit, .. })
            | Self::Leads { limit, .. }
            | Self::Outbox { limit, .. }
            | Self::Organisations { limit, .. }
            | Self::OrganisationQuestions { limit }
            | Self::Rulings { limit } => Some(*limit),
            _ => None,
        }
    }
}

impl Answer {
    /// How many a list holds that was asked for with a limit.
    pub fn listed(&self) -> Option<usize> {
        Some(match self {
            Self::Tenders(views) => views.len(),
            Self::Leads(views) => views.len(),
            Self::Outbox(views) => views.len(),
            Self::Organisations(views) => views.len(),
            Self::OrganisationQuestions(views) => views.len(),
            Self::Rulings(views) => views.len(),
            _ => return None,
        })
    }
}

/// How everything is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StatusView {
    /// Of the program.
    pub version: String,
    /// Whether a daemon answered, or the store was read at rest.
    pub running: bool,
    /// The daemon's process.
    pub pid: Option<u32>,
    /// The zone in which people are told times.
    #[serde(default)]
    pub zone: String,
    /// Pages known.
    pub pages: u64,
    /// Hosts of those pages.
    pub hosts: u64,
    /// Records known.
    pub records: u64,
    /// Organisations known.
    pub organisations: u64,
    /// Leads.
    pub leads: u64,
    /// Entries waiting for a digest or alert.
    pub entries: u64,
    /// The soonest next check of all sources; in the past: it is due, or being made.
    pub next_check: Option<String>,
    /// Seconds the most overdue page is late.
    pub late_seconds: i64,
    /// Sources that need attention.
    pub attention: Vec<SourceView>,
    /// What is left of the day's requests, of sources with a budget.
    pub quotas: Vec<QuotaView>,
    /// Sources that left the configuration and are not forgotten yet.
    pub left: Vec<SourceView>,
    /// Channels.
    pub channels: Vec<ChannelView>,
    /// Settings that differ in the files and take effect with the next start.
    #[serde(default)]
    pub pending: Vec<String>,
    /// Segments that have leads which are told to nobody, and reps for whom news waits in vain: how many, why, and what to do.
    #[serde(default)]
    pub untold: Vec<String>,
    /// Recipients who get less than everything, as they chose by the link in their mails.
    pub wishes: Vec<WishView>,
    /// The last verified backup.
    pub backup: Option<BackupView>,
    /// Bytes of the database file.
    pub store_bytes: u64,
    /// Bytes of all segment files.
    pub segment_bytes: u64,
}

/// One channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChannelView {
    /// Its name.
    pub id: String,
    /// `email`, `webhook` or `file`.
    pub kind: String,
    /// Messages waiting.
    pub waiting: u64,
    /// Messages given up.
    pub dead: u64,
    /// Failed attempts in a row.
    pub failures: u32,
    /// Why it was switched off.
    pub disabled: Option<String>,
    /// What holds its messages back, where something does.
    #[serde(default)]
    pub held: Option<HeldView>,
}

/// What one recipient wants to be spared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishView {
    /// The reps with this address; none of somebody who is not configured (any more).
    pub reps: Vec<String>,
    /// The address.
    pub recipient: String,
    /// By which channel.
    pub channel: String,
    /// What they get now, in words.
    pub gets: String,
    /// `none`, `digests`, `alerts` or `all`: what is never sent to them.
    pub spared: String,
    /// Until when everything waits.
    pub paused_until: Option<String>,
    /// Whether their digest leaves once a week.
    pub weekly: bool,
    /// When they chose it.
    pub since: String,
}

/// One change.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChangeView {
    /// When.
    pub at: String,
    /// `appeared`, `changed` or `gone`.
    pub kind: String,
    /// The record's title.
    pub title: String,
    /// Which fields: name, old, new.
    pub fields: Vec<(String, Option<String>, Option<String>)>,
    /// Whether it was part of a baseline.
    pub baseline: bool,
}

/// One record as a table row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RecordView {
    /// Its key within the source.
    pub key: String,
    /// What it is.
    pub kind: String,
    /// Where to look at it.
    pub url: String,
    /// Values by field.
    pub fields: std::collections::BTreeMap<String, String>,
    /// Times among them, to be told by the clock of whoever reads.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub told: std::collections::BTreeMap<String, String>,
    /// `new`, `changed`, `known`; nothing when there is no store to compare with.
    pub news: Option<String>,
    /// What its words say that is a reason to act.
    #[serde(default)]
    pub signals: Vec<SaidView>,
}

/// A reason to act that a text gives.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SaidView {
    /// Its kind: `request-for-suppliers`.
    pub kind: String,
    /// The language of the words.
    pub language: String,
    /// The sentence that says so.
    pub sentence: String,
}

/// What a dry run found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CheckView {
    /// What was looked at.
    pub target: String,
    /// As what it was read.
    pub kind: String,
    /// What robots.txt says.
    pub robots: Option<String>,
    /// Seconds between two requests to the host.
    pub pace_seconds: Option<f64>,
    /// The answer: status and bytes.
    pub answer: Option<String>,
    /// The records.
    pub records: Vec<RecordView>,
    /// What could not be read: place and reason.
    pub bad: Vec<(String, String)>,
    /// Fields that could not be read of records that were: place and reason.
    #[serde(default)]
    pub unread: Vec<(String, String)>,
    /// Pages it leads to.
    pub follow: Vec<String>,
    /// What whoever wrote the settings should know: selectors that match nothing and what of them does, how much of the source was read.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// What is wrong, and what to do.
    pub problem: Option<String>,
    /// Whether the source was never visited: what it holds now is stored quietly.
    pub baseline: bool,
    /// Who would be told of what, if it were news.
    pub leads: Vec<LeadView>,
    /// How far a visit that ended here would have come.
    pub statement: Option<StatementView>,
}
