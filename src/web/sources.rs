//! A source as shown: how it stands, what its last visit got and misses, its pages. Knows no terminal and no transport.

use serde::{Deserialize, Serialize};

use super::ask::ChangeView;
use super::health::{FieldShareView, MisreadView, QuotaView};

/// One source in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SourceView {
    /// Its name.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// `listing`, `feed`, …; `import` for a file that was brought in, which `import` lists in full.
    pub kind: String,
    /// `well`, `ill`, `late` (it was to be visited and was not), `new` or `off`; `left`: it left the configuration and is not forgotten yet.
    pub health: String,
    /// Why, and what to do.
    pub reason: Option<String>,
    /// What is wrong in one word: `incomplete`, `late`, `spent`, `misread`, `drift`, `silent` or `new`.
    pub trouble: Option<String>,
    /// How it stands, in one line: "silent for 5 days; complete until 2026-11-23T07:40:00Z".
    pub standing: String,
    /// Everything up to then was read.
    pub complete_until: Option<String>,
    /// When it last brought something new.
    pub last_new: Option<String>,
    /// The date that its newest entry gives itself, where entries are dated.
    pub newest_entry: Option<String>,
    /// How often news is expected, in words.
    pub expects: String,
    /// Entries that could not be read in full at the last visit.
    pub unread: u32,
    /// Fields that could not be read, of entries that could, at the last visit.
    pub unknown_fields: u32,
    /// The day's requests, of a source with a budget.
    pub quota: Option<QuotaView>,
    /// The next check; in the past: it is due, or being made. None of a source that is switched off.
    pub next_check: Option<String>,
    /// Pages.
    pub pages: u64,
    /// Records of the last complete visit.
    pub records: Option<u64>,
    /// What its last visit asked for, got and misses; nothing when there was none.
    pub statement: Option<StatementView>,
}

/// What a visit (the last one, or the one under way) asked for, what it got, and what is missing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StatementView {
    /// Pages asked for.
    pub asked: u32,
    /// Records on them.
    pub got: u32,
    /// Everything published until then was read, but for gaps that say that they are lost.
    pub complete_until: Option<String>,
    /// What is missing.
    pub gaps: Vec<GapView>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Whether pages are still to be asked.
    pub under_way: bool,
}

/// Something that was not read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GapView {
    /// From when.
    pub from: Option<String>,
    /// Until when.
    pub to: Option<String>,
    /// Why.
    pub why: String,
}

/// One source in full.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SourcePages {
    /// As in the list.
    pub source: SourceView,
    /// Its pages: those of the configuration, then those that changed last; at most 100. Or the one that was asked for.
    pub pages: Vec<PageView>,
    /// The last entries that could not be read in full, and what else is to be known of the pages, the newest first; at most 20.
    pub unread: Vec<MisreadView>,
    /// Which fields its records carry.
    pub fields: Vec<FieldShareView>,
    /// What whoever wrote its settings should know.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Its last changes.
    pub changes: Vec<ChangeView>,
    /// The difference of the last two versions of one page.
    pub diff: Option<DiffView>,
}

/// The difference of the last two kept versions of a page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DiffView {
    /// Which page: the one that was asked for, else the one that changed last.
    pub url: String,
    /// When the older version was read.
    pub old: Option<String>,
    /// When the newer one was.
    pub new: Option<String>,
    /// How many other pages of the source changed since they were first read.
    pub others: usize,
    /// The difference, or why there is none.
    pub text: String,
}

/// One page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PageView {
    /// Its address.
    pub url: String,
    /// `root`: it is configured and has the schedule; `follow`: it was found by following, and is read when a visit comes to it.
    pub role: String,
    /// How it stands: `well`, `not read yet`, `second look due`, `fails`, or `not there` (asked for ever more rarely).
    pub state: String,
    /// The last check.
    pub checked: Option<String>,
    /// The last change of what it shows, after it was first read.
    pub changed: Option<String>,
    /// The next check; in the past: it is due, or being read. For what visits come to, when the next visit begins.
    pub next_check: Option<String>,
    /// Records on it.
    pub records: usize,
    /// Failures in a row, and the last of them.
    pub failure: Option<String>,
    /// Kept versions: time and bytes.
    pub versions: Vec<(String, u64)>,
}
