//! Turns the documents of procurement portals into notices. Pure and bounded: no clock, no network, no store; it never asks whether a notice
//! is new.
//!
//! One file a format ([`Format`]); all of them make the same [`Notice`]s, by the same reading of codes (`code`), times (`when`), XML (`xml`)
//! and JSON (`json`). A bad entry never fails its page: it is set aside with its place and the reason.

mod austender;
mod canadabuys;
mod code;
pub mod codelist;
mod contracts_finder;
mod cuts;
mod eforms;
mod entry;
mod fbo;
mod feed;
mod filed;
mod html;
mod json;
mod leads;
mod lines;
mod lots;
mod notes;
pub mod ocds;
mod other;
pub mod placsp;
mod prozorro;
mod sam;
mod secop;
mod table;
mod ted;
mod ted_export;
mod ted_search;
mod view;
mod when;
mod xml;
mod zakupki;

use jiff::tz::TimeZone;
use url::Url;

use crate::model::{BadEntry, Failure, FailureClass, Notice, ZoneFrom};

pub(crate) use feed::{award_of, subject_of};
pub use filed::{file, read_again};
pub use json::cut_off;
pub use lines::{Line, differences, lines};
pub use other::other;
pub use view::{Tender, fold, fold_with, idle};
pub use when::{Clock, oddities};

/// Notices read from one document.
pub const NOTICES: usize = 20_000;
/// Faults listed of one document: a portal that changed its form has as many as it has fields.
const FAULTS: usize = 1_000;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Open Contracting Data Standard 1.0 and 1.1: releases, records and their packages.
    Ocds,
    /// Prozorro's own objects: tenders, plans, contracts, frameworks, and the lists of them.
    Prozorro,
    /// An answer of the Opportunities interface of SAM.gov.
    Sam,
    /// The daily feed of `FedBizOpps`, which SAM.gov took over from.
    Fbo,
    /// Rows of SECOP II, as Socrata answers them.
    Secop,
    /// Tender and award notices of `CanadaBuys` and of Buy and Sell before it, as CSV.
    CanadaBuys,
    /// Contract notices of `AusTender`, as CSV.
    AusTender,
    /// The XML of Contracts Finder before it took to OCDS.
    ContractsFinderXml,
    /// EU eForms notices, UBL XML.
    EForms,
    /// EU notices before eForms, `TED_EXPORT` XML.
    TedExport,
    /// Answers of the search of the European gazette.
    TedSearch,
    /// Spanish PLACSP: ATOM with CODICE.
    Placsp,
    /// Russian EIS: purchases and contracts under 223-FZ, and the search's RSS.
    Zakupki,
    /// Project leads of the United States' Department of State, as `GeoJSON`.
    Leads,
    /// Any RSS or Atom feed: it says little, so it is asked last.
    Feed,
}

impl Format {
    /// Every format; an earlier one is asked first.
    pub const ALL: [Self; 15] = [
        Self::Ocds,
        Self::Prozorro,
        Self::Sam,
        Self::Fbo,
        Self::Secop,
        Self::CanadaBuys,
        Self::AusTender,
        Self::ContractsFinderXml,
        Self::EForms,
        Self::TedExport,
        Self::TedSearch,
        Self::Placsp,
        Self::Zakupki,
        Self::Leads,
        Self::Feed,
    ];

    /// The word used in configuration and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ocds => "ocds",
            Self::Prozorro => "prozorro",
            Self::Sam => "sam",
            Self::Fbo => "fbo",
            Self::Secop => "secop",
            Self::CanadaBuys => "canadabuys",
            Self::AusTender => "austender",
            Self::ContractsFinderXml => "contracts-finder-xml",
            Self::EForms => "eforms",
            Self::TedExport => "ted-export",
            Self::TedSearch => "ted-search",
            Self::Placsp => "placsp",
            Self::Zakupki => "zakupki",
            Self::Leads => "geojson-leads",
            Self::Feed => "feed",
        }
    }

    /// The format of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The format of a document, by what it begins with.
    pub fn detect(text: &str) -> Option<Self> {
        let head = Head::of(text);
        Self::ALL.into_iter().find(|format| format.fits(&head))
    }

    fn fits(self, head: &Head<'_>) -> bool {
        match self {
            Self::Ocds => ocds::fits(head),
            Self::Prozorro => prozorro::fits(head),
            Self::Sam => sam::fits(head),
            Self::Fbo => fbo::fits(head),
            Self::Secop => secop::fits(head),
            Self::CanadaBuys => canadabuys::fits(head),
            Self::AusTender => austender::fits(head),
            Self::ContractsFinderXml => contracts_finder::fits(head),
            Self::EForms => eforms::fits(head),
            Self::TedExport => ted_export::fits(head),
            Self::TedSearch => ted_search::fits(head),
            Self::Placsp => placsp::fits(head),
            Self::Zakupki => zakupki::fits(head),
            Self::Leads => leads::fits(head),
            Self::Feed => feed::fits(head),
        }
    }
}

/// The beginning of a document: what formats are told apart by.
pub(crate) struct Head<'a> {
    /// Local name of the root element; empty when it is no XML.
    root: &'a str,
    /// The first 64 KiB.
    text: &'a str,
}

impl<'a> Head<'a> {
    /// Bytes that are looked at.
    const BYTES: usize = 64 * 1024;

    fn of(text: &'a str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let mut end = text.len().min(Self::BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let root = xml::root_name(text).unwrap_or_default();
        Self { root, text }
    }

    /// Whether it is JSON that names this key.
    fn has_key(&self, key: &str) -> bool {
        self.text.starts_with(['{', '[']) && self.text.contains(&format!("\"{key}\""))
    }
}

/// A document, and what is known about it.
pub struct Input<'a> {
    /// The document as text: whoever fetched it knows its charset.
    pub text: &'a str,
    /// Where it came from, for links that are relative.
    pub url: Option<&'a Url>,
    /// Zone of times that name none.
    pub clock: Clock,
    /// Says true once the time is used up ([`crate::base::caps::PARSE_TIME`]); asked between entries.
    pub expired: &'a dyn Fn() -> bool,
}

impl Input<'_> {
    /// [`FailureClass::ParseLimit`] when the time is used up.
    pub(crate) fn check_time(&self) -> Result<(), Failure> {
        if (self.expired)() {
            let cap = crate::base::caps::PARSE_TIME.as_secs();
            return Err(Failure::new(FailureClass::ParseLimit, format!("reading the document took more than {cap} s")));
        }
        Ok(())
    }
}

/// Word that a procedure is no longer shown by its portal. It says nothing about whether the procedure was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The procedure's id within its portal.
    pub procedure: String,
    /// When, as written.
    pub when: String,
    /// The portal's word for why: `CERRADA`, `ANULADA`; empty when it says nothing.
    pub reason: String,
    /// Whether the portal says that the procedure itself is void.
    pub void: bool,
}

/// Everything read from one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The notices, in the document's order.
    pub notices: Vec<Notice>,
    /// Procedures that are no longer shown.
    pub gone: Vec<Tombstone>,
    /// Entries that were set aside; the rest was read.
    pub bad: Vec<BadEntry>,
    /// What could not be read and is no one notice's: what is one's is with it ([`Notice::unread`]).
    pub unread: Vec<BadEntry>,
    /// Where the rest of the answer is, as the document says: an address, or a token for the next question.
    pub next: Option<String>,
    /// How many there are in all, as the document says.
    pub total: Option<u64>,
    /// Whether the document broke off; that is also among the faults.
    pub cut: bool,
}

impl Batch {
    /// Takes what another document of the same archive says, under its name.
    ///
    /// # Errors
    ///
    /// [`FailureClass::ParseLimit`] when there are more notices than one document may have.
    pub fn take(&mut self, name: &str, other: Self) -> Result<(), Failure> {
        self.check_room()?;
        let within = |bad: BadEntry| BadEntry { path: format!("{name}{}", bad.path), ..bad };
        self.notices.extend(other.notices);
        self.gone.extend(other.gone);
        self.bad.extend(other.bad.into_iter().map(within));
        self.unread.extend(other.unread.into_iter().map(within));
        self.cut |= other.cut;
        Ok(())
    }

    /// [`FailureClass::ParseLimit`] when there is no room for another entry. Faults beyond the bound are left out, and that is told.
    fn check_room(&mut self) -> Result<(), Failure> {
        if self.bad.len() > FAULTS {
            self.bad.truncate(FAULTS - 1);
            let reason = format!("there are more than {FAULTS} faults: the rest is not listed");
            self.bad.push(BadEntry { path: "/".to_owned(), reason });
        }
        let full = [self.notices.len(), self.gone.len()].into_iter().any(|count| count >= NOTICES);
        let why =
            || Failure::new(FailureClass::ParseLimit, format!("the document has more than {NOTICES} notices: ask for less at a time"));
        if full { Err(why()) } else { Ok(()) }
    }
}

/// Reads a document.
///
/// # Errors
///
/// [`FailureClass::Unreadable`] when it is not of this format at all or broken as a whole, [`FailureClass::ParseLimit`] when a limit is
/// reached.
pub fn read(format: Format, input: &Input<'_>) -> Result<Batch, Failure> {
    match format {
        Format::Ocds => ocds::read(input),
        Format::Prozorro => prozorro::read(input),
        Format::Sam => sam::read(input),
        Format::Fbo => fbo::read(input),
        Format::Secop => secop::read(input),
        Format::CanadaBuys => canadabuys::read(input),
        Format::AusTender => austender::read(input),
        Format::ContractsFinderXml => contracts_finder::read(input),
        Format::EForms => eforms::read(input),
        Format::TedExport => ted_export::read(input),
        Format::TedSearch => ted_search::read(input),
        Format::Placsp => placsp::read(input),
        Format::Zakupki => zakupki::read(input),
        Format::Leads => leads::read(input),
        Format::Feed => feed::read(input),
    }
}

/// Times that name no zone are in this one, known by that.
impl Clock {
    /// UTC, because nothing says otherwise.
    pub fn assumed() -> Self {
        Self { zone: TimeZone::UTC, from: ZoneFrom::Assumed }
    }

    /// This clock when somebody set it, else the one of a portal whose rule is known.
    pub(crate) fn or_portal(&self, zone: &str) -> Self {
        match (self.from, TimeZone::get(zone)) {
            (ZoneFrom::Assumed, Ok(zone)) => Self { zone, from: ZoneFrom::Portal },
            (ZoneFrom::Assumed | ZoneFrom::Text | ZoneFrom::Source | ZoneFrom::Portal | ZoneFrom::Buyer, _) => self.clone(),
        }
    }
}

#[cfg(test)]
mod again_tests;
#[cfg(test)]
mod testing;
