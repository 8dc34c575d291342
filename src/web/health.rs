//! How a source fares, as shown: completeness, requests left, entries that could not be read, fields. Knows no terminal and no transport.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::views::time;
use crate::config::Source;
use crate::model::{Completeness, Misread, Shape, SourceState};
use crate::pipeline::Spending;

/// What is left of a day's requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaView {
    /// Whose.
    pub source: String,
    /// Requests made today.
    pub used: u32,
    /// Requests allowed a day.
    pub allowed: u32,
    /// When it begins anew.
    pub anew: String,
}

/// An entry that could not be read in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisreadView {
    /// When it was last met.
    pub at: String,
    /// Where on its page.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// How many of a source's records carry a field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldShareView {
    /// Of which kind of records.
    pub kind: String,
    /// Whether the records' own pages give it, and not the list.
    #[serde(default)]
    pub own_pages: bool,
    /// Which field.
    pub field: String,
    /// Percent of the records, usually.
    pub usual: f64,
    /// Percent of the records at the last visit that had enough of them.
    pub last: f64,
    /// Whether this counts as lost.
    pub lost: bool,
}

/// How complete one source is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletenessView {
    /// Which.
    pub source: String,
    /// What people call it.
    pub title: String,
    /// Everything up to then was read.
    pub complete_until: Option<String>,
    /// When it last brought something new.
    pub last_new: Option<String>,
    /// What is wrong in one word, as in [`super::SourceView::trouble`].
    pub trouble: Option<String>,
    /// How it stands, in one line.
    pub standing: String,
}

pub(super) fn quota(source: &Source, spending: Spending) -> QuotaView {
    QuotaView { source: source.id.to_string(), used: spending.used, allowed: spending.allowed, anew: time(spending.anew) }
}

pub(super) fn completeness(standing: &Completeness, now: Timestamp) -> CompletenessView {
    CompletenessView {
        source: standing.source.to_string(),
        title: standing.title.clone(),
        complete_until: standing.complete_until.map(time),
        last_new: standing.last_new.map(time),
        trouble: standing.trouble.as_ref().map(|trouble| trouble.word().to_owned()),
        standing: crate::render::completeness(standing, now),
    }
}

/// The last entries that could not be read, the newest first.
pub(super) fn misread(states: &[SourceState]) -> Vec<MisreadView> {
    let mut all: Vec<&Misread> = states.iter().flat_map(|state| &state.misread).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    all.truncate(Misread::KEPT);
    all.into_iter().map(|one| MisreadView { at: time(one.at), path: one.path.clone(), reason: one.reason.clone() }).collect()
}

/// Which fields the records of a source carry.
pub(super) fn fields(states: &[SourceState]) -> Vec<FieldShareView> {
    let percent = |share: u16| f64::from(share) / 10.0;
    let of = |shape: &Shape| -> Vec<FieldShareView> {
        let fields = shape.fields.iter().map(|field| FieldShareView {
            kind: shape.kind.word().to_owned(),
            own_pages: shape.own,
            field: field.name.to_string(),
            usual: percent(field.usual),
            last: percent(field.last),
            lost: field.gone > 0,
        });
        fields.collect()
    };
    states.iter().flat_map(|state| &state.shapes).flat_map(of).collect()
}
