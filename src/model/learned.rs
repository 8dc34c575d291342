//! What the visits of a source have taught of its lists, where nobody said how they are to be read. Values only; `extract` learns and asks.

use jiff::Timestamp;

use super::FieldName;

/// What is known of the lists of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// The fields of its records; at most [`Self::FIELDS`].
    pub fields: Vec<LearnedField>,
    /// The names of the elements on the way to a record: `/html/body/main/ul/li`; where a page has fewer records than make a list, they stand there.
    pub path: Option<String>,
    /// Hashes of the contacts that are the site's own: they stand beside its lists; at most [`Self::OWN`].
    pub own: Vec<u64>,
    /// The own pages of records that were read last, by which what all of them have is found; at most [`Self::PAGES`].
    pub pages: Vec<LearnedPage>,
    /// When its layout last changed and it was read on all the same.
    pub relaid: Option<Timestamp>,
    /// What cannot be read as before, in words; `None` when all of it can.
    pub doubt: Option<String>,
}

impl Learned {
    /// Fields that are followed.
    pub const FIELDS: usize = 48;
    /// Contacts of the site itself that are remembered.
    pub const OWN: usize = 64;
    /// Own pages that are remembered.
    pub const PAGES: usize = 12;
}

/// What an own page of a record had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LearnedPage {
    /// What its record is called.
    pub name: String,
    /// Hashes of its contacts.
    pub marks: Vec<u64>,
}

/// One field of a source's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedField {
    /// Its name.
    pub name: FieldName,
    /// Where it stands in the records, as a number that stays while the page is built as it is.
    pub place: u64,
    /// The share of the records that have it, over the last readings, in thousandths.
    pub share: u16,
    /// Readings in a row that did not find it.
    pub gone: u8,
    /// One of its values.
    pub example: String,
}
