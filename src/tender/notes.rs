//! Reads the values of one XML entry, and keeps where each field was found and what could not be read. Knows no format.

use std::collections::BTreeMap;

use jiff::civil::Date;
use roxmltree::Node;
use url::Url;

use super::when::{self, Clock};
use super::{code, json, xml};
use crate::base::text::{clip, squeeze};
use crate::model::{BadEntry, Deadline, DeadlineKind, Worth, WorthKind};

/// Values of one entry that are named when they cannot be read.
const NAMED: usize = 50;
/// Characters of such a value that are shown.
const SHOWN: usize = 80;

/// What was found where in one entry.
pub(super) struct Notes<'a> {
    /// The entry's place in the document: `/feed/entry[3]`.
    place: &'a str,
    /// What links are relative to.
    pub(super) url: Option<&'a Url>,
    /// The zone of times that name none.
    pub(super) clock: &'a Clock,
    /// Where each field was found.
    pub(super) found: BTreeMap<&'static str, String>,
    /// What could not be read.
    pub(super) unread: Vec<BadEntry>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(place: &'a str, url: Option<&'a Url>, clock: &'a Clock) -> Self {
        Self { place, url, clock, found: BTreeMap::new(), unread: Vec::new() }
    }

    /// Where an element of the entry stands in the whole document.
    pub(super) fn path(&self, node: Node<'_, '_>) -> String {
        let path = xml::path(node);
        // The first two steps are the wrapping and the entry itself.
        let within = path.splitn(4, '/').nth(3).unwrap_or_default();
        if within.is_empty() { self.place.to_owned() } else { format!("{}/{within}", self.place) }
    }

    /// Keeps where a field was found; the first place stays.
    pub(super) fn found(&mut self, field: &'static str, node: Node<'_, '_>) {
        if !self.found.contains_key(field) {
            self.found.insert(field, self.path(node));
        }
    }

    /// Names a value that is not what it should be.
    pub(super) fn odd(&mut self, node: Node<'_, '_>, wanted: &str) {
        self.odd_words(node, &xml::words(node), wanted);
    }

    /// Names words of an element that are not what they should be.
    pub(super) fn odd_words(&mut self, node: Node<'_, '_>, words: &str, wanted: &str) {
        if self.unread.len() < NAMED {
            let reason = format!("`{}` is no {wanted}; it stays unknown", clip(words, SHOWN));
            self.unread.push(BadEntry { path: self.path(node), reason });
        }
    }

    /// Names something that is missing.
    pub(super) fn missing(&mut self, what: &str) {
        self.unread.push(BadEntry { path: self.place.to_owned(), reason: format!("it has no {what}; it stays unknown") });
    }

    /// An amount, its currency in `currencyID` or given.
    pub(super) fn worth(
        &mut self,
        node: Option<Node<'_, '_>>,
        kind: WorthKind,
        with_tax: Option<bool>,
        currency: Option<&str>,
    ) -> Option<Worth> {
        let node = node?;
        let text = xml::words(node);
        let currency = currency.unwrap_or_else(|| xml::attribute(node, "currencyID"));
        let worth = code::worth(kind, &text, currency, with_tax);
        if worth.is_none() && !text.is_empty() {
            self.odd(node, "amount");
        }
        worth
    }

    /// A day.
    pub(super) fn day(&mut self, node: Option<Node<'_, '_>>) -> Option<Date> {
        let node = node?;
        let text = xml::words(node);
        let day = when::day(&text);
        if day.is_none() && !text.is_empty() {
            self.odd(node, "day");
        }
        day
    }

    /// A number of things.
    pub(super) fn count(&mut self, node: Option<Node<'_, '_>>) -> Option<u32> {
        let node = node?;
        let text = xml::words(node);
        let count = json::number(&text).filter(|number| number.fract().is_zero()).and_then(|number| u32::try_from(number).ok());
        if count.is_none() && !text.is_empty() {
            self.odd(node, "number of things");
        }
        count
    }

    /// An address of something to be had.
    pub(super) fn address(&mut self, node: Option<Node<'_, '_>>) -> Option<Url> {
        let node = node?;
        let text = xml::words(node);
        let url = code::url(&text, self.url);
        if url.is_none() && !text.is_empty() {
            self.odd(node, "web address");
        }
        url
    }

    /// A deadline from a day and a time. With a time that cannot be read it is the day alone: people are told earlier, not later.
    pub(super) fn deadline(&mut self, kind: DeadlineKind, day: Option<Node<'_, '_>>, time: Option<Node<'_, '_>>) -> Option<Deadline> {
        let day = day?;
        let (day_text, time_text) = (xml::words(day), time.map(xml::words).unwrap_or_default());
        let mut deadline = when::deadline(kind, &day_text, &time_text, self.clock)?;
        if deadline.due.is_none() {
            deadline.due = when::deadline(kind, &day_text, "", self.clock).and_then(|deadline| deadline.due);
            match (&deadline.due, time) {
                (Some(_), Some(time)) => self.odd(time, "time of day"),
                (Some(_) | None, _) => self.odd(day, "day"),
            }
        }
        Some(deadline)
    }
}

/// Words joined by a comma, the empty ones left out.
pub(super) fn joined<const N: usize>(words: [&str; N]) -> String {
    squeeze(&words.into_iter().map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", "))
}
