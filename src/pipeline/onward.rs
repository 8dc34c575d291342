//! The transport's part of a check: with which address and checkpoint a visit sets out, and what is made of what a page brought.
//!
//! Brings the visit, the page and the comparison before `extract::Transport`, which decides. Knows no store.

use jiff::Timestamp;
use url::Url;

use super::visit::Step;
use super::walk::Before;
use crate::config::Source;
use crate::diff::Comparison;
use crate::extract::{Brought, Came, Onward};
use crate::model::{Baseline, Checkpoint, Extract, Failure, Page, PageRole, SourceState};

/// The checkpoint with which a root begins a visit, and the address that is asked in its place.
pub(super) fn set_out(source: &Source, page: &Page, state: Option<&SourceState>, now: Timestamp) -> (Option<Checkpoint>, Url) {
    if page.role == PageRole::Follow {
        return (None, page.url.clone());
    }
    let never = Checkpoint::default();
    let (begun, url) = source.reader.transport().begin(&page.url, state.map_or(&never, |state| &state.checkpoint), now);
    (Some(begun), url)
}

/// What a page brought, for the transport. Entries that could not be read count as if each fault were one: better to ask twice than to miss one.
pub(super) fn brought<'a>(extract: &'a Extract, found: &Comparison) -> Brought<'a> {
    let entries = if extract.entries == 0 { extract.records.len() } else { extract.entries };
    let (at_most, fresh) = (entries + extract.bad.len(), !found.records.is_empty() || found.look_again.is_some());
    Brought { entries, at_most, total: extract.total, cut: extract.cut, fresh, next: extract.follow.first() }
}

impl Before<'_> {
    /// What the transport makes of this page. `None`: the page leads on as it says, or the check is no part of a visit.
    pub(super) fn onward(&self, result: Result<Brought<'_>, &Failure>) -> Option<Onward> {
        let (visit, begins) = (&self.state.visit, self.step == Step::Begin);
        let checkpoint = match self.step {
            Step::Begin => self.begun.as_ref().unwrap_or(&self.state.checkpoint),
            Step::Within => &self.state.checkpoint,
            Step::Look => return None,
        };
        let failed = if begins { 0 } else { visit.failed } + u32::from(result.is_err());
        // Most pages are roots themselves; a source may have thousands of others.
        let mut roots = self.source.reader.roots().iter().filter(|_| self.page.id != self.page.root);
        let root = roots.find(|url| Page::id_of(&self.source.id, url) == self.page.root);
        self.source.reader.transport().after(
            checkpoint,
            &Came {
                root: root.unwrap_or(&self.page.url),
                asked: &self.asked,
                asked_for: 1 + if begins { 0 } else { visit.pages + visit.failed },
                failed,
                tries: 1 + self.page.failures.as_ref().map_or(0, |failures| failures.count),
                limit: self.source.reader.pages(),
                first: matches!(self.state.baseline, Baseline::Pending(_)),
                begun: self.begun_at(),
                result,
            },
        )
    }

    /// When the visit began to ask.
    pub(super) fn begun_at(&self) -> Timestamp {
        let started = self.state.visit.started.filter(|_| self.step != Step::Begin);
        started.map_or(self.asked_at, |started| started.min(self.asked_at))
    }
}
