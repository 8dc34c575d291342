//! Compares what was read from a page with what is known of it, and decides what is news, what waits for a second look, and what
//! only changes by itself. Knows no bytes and no other pages but what the host remembers of noise.

use jiff::Timestamp;

use super::Rules;
use crate::base::ids::{ContentHash, RecordId};
use crate::model::{Block, Change, Draft, Extract, Mask, NoiseSeen, Page, Reading, Record};

/// What is known of a page before this check.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Stored records among the extract's keys and the page's members; others are ignored.
    pub records: &'a [Record],
    /// Blocks of the last accepted version of the page, read with the present settings; `None` when there is no such version.
    pub blocks: Option<&'a [Block]>,
}

/// The circumstances of a check.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time of the check.
    pub now: Timestamp,
    /// Whether news is stored quietly: the source's baseline is pending, or its settings changed since the last reading.
    pub quiet: bool,
    /// The bytes that were read.
    pub content: ContentHash,
    /// What the host remembers of noise.
    pub noise: &'a NoiseSeen,
}

/// What a check of a page comes to. `reading`, `masks` and `members` replace those of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Records that are new or differ.
    pub records: Vec<Record>,
    /// The history entries of these.
    pub changes: Vec<Change>,
    /// The records on the page, in page order, each once.
    pub members: Vec<RecordId>,
    /// How far the page's reading has come now.
    pub reading: Reading,
    /// What is not compared from now on.
    pub masks: Vec<Mask>,
    /// What the host remembers of noise from now on, when that changed.
    pub noise: Option<NoiseSeen>,
    /// Whether these bytes become the page's accepted version: what the next check compares with. (If not, the last one stays.)
    pub accept_snapshot: bool,
    /// Whether the page wants another look after [`Rules::confirm`] rather than at its usual time.
    pub second_look: bool,
}

/// Compares. A draft whose `detail` is still set was not completed by its detail page: the fields it lacks stay as they were.
pub fn compare(_rules: &Rules, page: &Page, _known: Known<'_>, _extract: &Extract, _context: &Context<'_>) -> Comparison {
    Comparison {
        records: Vec::new(),
        changes: Vec::new(),
        members: Vec::new(),
        reading: page.reading.clone(),
        masks: page.masks.clone(),
        noise: None,
        accept_snapshot: false,
        second_look: false,
    }
}

/// Whether a draft's detail page is worth reading: its record is new, was gone, still waits for it, or differs in a field.
pub fn wants_detail(_rules: &Rules, _masks: &[Mask], _stored: Option<&Record>, draft: &Draft) -> bool {
    draft.detail.is_some()
}
