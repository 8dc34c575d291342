//! What a reader makes of a page's bytes, before anything is compared: the common tongue of `extract` and `diff`.

use std::collections::BTreeMap;

use url::Url;

use super::{FieldName, Filed, Learned, RecordKind, Value};
use crate::base::ids::ContentHash;

/// A value as read, with the words and the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was understood.
    pub value: Value,
    /// The words.
    pub quote: String,
    /// The place: a selector, a JSON path, an XML path.
    pub path: String,
}

/// A record as read, not yet compared with what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Stable within the source.
    pub key: String,
    /// What it is.
    pub kind: RecordKind,
    /// Its own page, or the page that lists it.
    pub url: Url,
    /// Values by name.
    pub fields: BTreeMap<FieldName, Found>,
    /// Its detail page, when the source asks for one to be read.
    pub detail: Option<Url>,
    /// Whether what it leaves out says nothing: a notice of a result repeats no deadline.
    pub partial: bool,
    /// Whether everything it was read from is on file and told: it says nothing new, whatever the record has become since.
    pub again: bool,
}

impl Draft {
    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).map(|found| &found.value)
    }
}

/// A stretch of visible text, with its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The place: tag names with ids and classes, and the position among alike siblings.
    pub path: String,
    /// The text, white space squeezed.
    pub text: String,
}

/// Something on the page that should have been a record and could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEntry {
    /// Where.
    pub path: String,
    /// Why, and what to do.
    pub reason: String,
}

/// What a text in a box of a list is that no field of a company is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aside {
    /// It begins with a day.
    Day,
    /// It begins with an hour.
    Hour,
    /// It says what something costs.
    Price,
    /// What somebody is in a house.
    Role,
    /// What somebody has said.
    Quotation,
    /// An advertisement, or an invitation to place one.
    Advertisement,
    /// A place where nobody is, or nobody who is named yet: free, for sale, reserved.
    Free,
}

impl Aside {
    /// Whether it says by itself that a box is no company's.
    pub const fn is_sure(self) -> bool {
        matches!(self, Self::Role | Self::Quotation | Self::Advertisement | Self::Free)
    }

    /// As it is told.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Day => "a date",
            Self::Hour => "a time of day",
            Self::Price => "a price",
            Self::Role => "a person with a role",
            Self::Quotation => "a quotation",
            Self::Advertisement => "an advertisement",
            Self::Free => "a place that is free or reserved",
        }
    }
}

/// Everything read from one page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extract {
    /// The records, in page order.
    pub records: Vec<Draft>,
    /// The page's text in blocks; only the kind `page` fills it.
    pub blocks: Vec<Block>,
    /// Notices to be filed, each with the key of its procedure's record; in the document's order.
    pub notices: Vec<(String, Filed)>,
    /// Keys of tenders that are on the page and that it calls void besides.
    pub void: Vec<String>,
    /// Keys of records that what is on file takes back: those of an award that was annulled.
    pub ended: Vec<String>,
    /// Notices on file that say nothing any more that others do not say since, each with the key of its procedure's record: they make room.
    pub idle: Vec<(String, ContentHash)>,
    /// Pages to read next in this visit.
    pub follow: Vec<Url>,
    /// What could not be read; the rest was.
    pub bad: Vec<BadEntry>,
    /// Fields that could not be read, of records that were.
    pub unread: Vec<BadEntry>,
    /// What somebody should know of it although nothing is wrong: what stands among the records and is none, or that there seems to be more of them.
    pub notes: Vec<BadEntry>,
    /// Telephone numbers and addresses of mail that stand around its list: those of whose page it is.
    pub around: Vec<String>,
    /// Whether absence from this page says something: false for feeds, which show only the latest.
    pub whole: bool,
    /// Entries the page holds, those that make no record of their own counted too; fewer than the records when the reader does not count them.
    pub entries: usize,
    /// How many entries there are in all, as the page says.
    pub total: Option<u64>,
    /// Whether the document broke off: what came after is not known.
    pub cut: bool,
    /// What its lists teach from now on, where they were found by themselves.
    pub learned: Option<Learned>,
    /// Whether the page is built otherwise than before: what it says of known records is taken over without being told.
    pub relaid: bool,
}

/// A procedure as all its notices have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its own record.
    pub tender: Draft,
    /// Those of the winners and losers of its awards.
    pub awards: Vec<Draft>,
    /// Keys of such records that earlier notices gave and that stand no longer.
    pub ended: Vec<String>,
    /// Of very many notices those that say nothing any more that others do not say since.
    pub idle: Vec<ContentHash>,
}

/// Something wrong in the settings of one module: `config` adds file, line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which setting, relative to its table: `every`, `fields.phone`, `points[2].when.cpv`.
    pub key: String,
    /// What was written.
    pub found: String,
    /// What is expected, and what to do: "a duration such as `30m` or `1d`".
    pub expected: String,
}

impl Fault {
    /// A fault at `key`.
    pub fn new(key: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { key: key.into(), found: found.into(), expected: expected.into() }
    }
}
