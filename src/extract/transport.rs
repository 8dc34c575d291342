//! How the whole of a source is got: which address is asked next, what is remembered for the next visit, and what is missing. One function for
//! the beginning of a visit ([`Transport::begin`]) and one for each page of it ([`Transport::after`]).
//!
//! Pure: it is told what a page brought and whether it was known; it asks nobody, and knows neither pages nor records.

mod address;
mod spec;
mod steps;
#[cfg(test)]
mod tests;
mod window;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use self::address::Clockwork;
use crate::model::{Checkpoint, Failure};

pub use spec::{TransportSpec, TransportTable};
pub use steps::is_of_the_page;

/// How the whole of a source is got.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Every page leads on as it says, up to the limit of pages.
    Follow,
    /// One file is the whole stock: what is missing from it is gone.
    File,
    /// Newest first: back from page to page until one brings nothing new.
    WalkBack(WalkBack),
    /// On from an opaque word that the portal gave last time.
    Cursor(Clockwork),
    /// Stretches of time; one that is too full is halved, unless its pages are known to lead on.
    Window(Window),
}

/// The settings of a walk back.
#[derive(Clone, Debug)]
pub struct WalkBack {
    /// Pages read in every visit, known or not.
    least: u32,
    /// The query parameter that numbers pages, where no page names the next one.
    page: Option<String>,
}

/// The settings of windows.
#[derive(Clone, Debug)]
pub struct Window {
    clock: Clockwork,
    /// Entries of a full page.
    limit: Option<u32>,
    /// The longest stretch asked for at once.
    longest: SignedDuration,
    /// Whether what a page says of a next one is followed, and counted against what there is in all. Else it only says that there is more.
    next: bool,
}

impl Window {
    /// Whether one day is asked for at a time: then its beginning says it all.
    fn is_of_days(&self) -> bool {
        self.clock.days && self.longest <= SignedDuration::from_hours(24)
    }
}

/// What a page was asked for, and what came.
#[derive(Clone, Copy, Debug)]
pub struct Came<'a> {
    /// The root's address as configured.
    pub root: &'a Url,
    /// The address that was asked.
    pub asked: &'a Url,
    /// Pages of this visit so far, this one and those that failed counted.
    pub asked_for: u32,
    /// Pages of this visit that failed, this one counted.
    pub failed: u32,
    /// Failures of this very page in a row, this one counted.
    pub tries: u32,
    /// The most pages of one visit.
    pub limit: u32,
    /// Whether the source was never read to the end: then it has no known content to walk back to.
    pub first: bool,
    /// When the visit began.
    pub begun: Timestamp,
    /// What came.
    pub result: Result<Brought<'a>, &'a Failure>,
}

/// What a page brought.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// Entries on it, as far as they were counted.
    pub entries: usize,
    /// At most so many entries on it: those that could not be read, too.
    pub at_most: usize,
    /// Entries there are in all, as it says.
    pub total: Option<u64>,
    /// Whether it broke off: what came after is not known.
    pub cut: bool,
    /// Whether any of it was not known.
    pub fresh: bool,
    /// Where it says that the next page is.
    pub next: Option<&'a Url>,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// The checkpoint from now on.
    pub checkpoint: Checkpoint,
    /// The address asked next in this visit.
    pub next: Option<Url>,
}

impl Transport {
    /// The word used in configuration.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::File => "file",
            Self::WalkBack(_) => "walk-back",
            Self::Cursor(_) => "cursor",
            Self::Window(_) => "window",
        }
    }

    /// Whether each visit asks other addresses: then nothing is asked by condition, no page is the same as before, and how many records a
    /// visit finds says nothing.
    pub const fn moves(&self) -> bool {
        matches!(self, Self::Cursor(_) | Self::Window(_))
    }

    /// Whether visits are of different depth, so that few records are no sign of a fault.
    pub const fn varies(&self) -> bool {
        matches!(self, Self::Cursor(_) | Self::Window(_) | Self::WalkBack(_))
    }

    /// Whether absence from the source says that a record is gone, whatever the reader thinks.
    pub const fn whole(&self) -> bool {
        matches!(self, Self::File)
    }

    /// Until when everything is read, once a visit that began at `begun` has ended; `whole`: it came to its end and no page failed. `None`: as
    /// before.
    pub fn complete_until(&self, checkpoint: &Checkpoint, begun: Timestamp, whole: bool) -> Option<Timestamp> {
        match self {
            Self::Follow | Self::File => None,
            Self::WalkBack(_) | Self::Cursor(_) => whole.then_some(begun),
            Self::Window(window) => {
                let first = checkpoint.todo.iter().map(|stretch| stretch.from).min();
                // Of days, today is read as far as it goes.
                let all = if window.clock.days { begun.saturating_sub(window.clock.lag).ok() } else { checkpoint.reached };
                first.or(all.filter(|_| whole))
            }
        }
    }
}
