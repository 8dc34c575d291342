//! From bytes to drafts: the page's own records, their detail pages, and the version to compare with.
//!
//! Parsing happens in the pool. Knows no visit and takes no decision on what is news.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::details::{DETAILS, Details, details, leave_to_site, room};
use super::pool::Hand;
use super::propose::input;
use super::visit::{self, Step};
use super::whole::make_whole;
use super::{Effects, believed};
use crate::config::Source;
use crate::diff::{self, Comparison};
use crate::extract::{self, Kind, Known};
use crate::fetch::{Fetched, Lane};
use crate::model::{BadEntry, Block, ChangeKind, Extract, Failure, Learned, Page, Reading, Record, Shape, SourceState};
use crate::store::StoreError;

/// Names of a list's records by which a page is known as this list.
pub(super) const NAMES: usize = 16;
/// Known records of a page that help to read it again.
const KNOWN: usize = 300;

/// The version that was accepted last.
pub(super) struct Previous {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its text, read with the present settings; only for the kind `page`.
    pub blocks: Option<Vec<Block>>,
}

/// Everything that comparing needs.
pub(super) struct Read {
    /// What the page says.
    pub extract: Extract,
    /// What is known of its records, and of those that were on it before.
    pub stored: Vec<Record>,
    /// The version to compare with.
    pub previous: Option<Previous>,
    /// What became of its records' detail pages.
    pub details: Details,
    /// Which fields the page's own records carry; what their detail pages add is no matter of the page's shape.
    pub shapes: Vec<Shape>,
    /// Known records that lose what is the site's: no news of them.
    pub corrected: Vec<Record>,
    /// Whether the page shows another list than before, which is a baseline.
    pub another: bool,
    /// Its place among the pages that are in hand, until its turn is written.
    _hand: Hand,
}

impl Read {
    /// Without what [`again`] reads anew, for as long as the commit is awaited: many pages wait for one disk.
    pub(super) fn kept_for_another_try(self) -> Self {
        Self { stored: Vec::new(), previous: None, ..self }
    }
}

/// What is known before a page is read, where that helps: owned, for another thread.
#[derive(Default)]
pub(super) struct Own {
    learned: Option<Learned>,
    records: Vec<Record>,
}

impl Own {
    /// Of a page, by what its source has taught as it is read now.
    pub(super) async fn of(effects: &Effects, source: &Source, page: &Page, state: &SourceState) -> Result<Self, StoreError> {
        if !source.reader.learns() {
            return Ok(Self::default());
        }
        let records = effects.store.records(page.members.iter().copied().take(KNOWN).collect()).await?;
        let learned = state.learned.clone().filter(|_| state.spec == source.spec_hash);
        Ok(Self { learned, records })
    }

    /// By what a page before it in the same visit has taught.
    pub(super) fn taught(extract: &Extract) -> Self {
        Self { learned: extract.learned.clone(), records: Vec::new() }
    }

    /// Lent to the reader.
    pub(super) fn as_known(&self) -> Known<'_> {
        Known { learned: self.learned.as_ref(), records: &self.records, names: &[] }
    }
}

/// Reads a page's bytes, and the detail pages of what is new on it. All of it is seen at the moment of the visit, as what it changes is: which of two
/// things was known first is asked of them later.
pub(super) async fn read(
    effects: &Effects,
    lane: &Lane,
    source: &Source,
    page: &Page,
    (fetched, state, now): (&Fetched, &SourceState, Timestamp),
) -> Result<Result<Read, Failure>, StoreError> {
    let mut hand = effects.pool.hand().await;
    let known = Own::of(effects, source, page, state).await?;
    let mut extract = match parse(effects, source, (fetched, now), fetched.bytes.clone(), known).await {
        Ok(extract) => extract,
        Err(failure) => return Ok(Err(failure)),
    };
    forget_query(source, &mut extract);
    let mut stored = believed::stored(effects, source, (page, state), &mut extract).await?;
    if let Some(failure) = believed::repeats(effects, source, page, &extract).await? {
        return Ok(Err(failure));
    }
    let another = match believed::another(source, (page, state), (&extract, &stored)) {
        Ok(another) => another,
        Err(failure) => return Ok(Err(failure)),
    };
    make_whole(effects, (source, page), &mut extract, &mut stored).await?;
    if extract.records.iter().any(|draft| draft.detail.is_some()) {
        // Other pages need not wait for a site that is slow to answer.
        hand = Hand::default();
    }
    let shapes = diff::count_fields(&extract.records);
    let again = if visit::step(page, state) == Step::Look { 0 } else { room(effects, source, now).await? };
    let details = own_pages(effects, lane, (source, page, state), (&mut extract, &mut stored), (DETAILS, again)).await?;
    for (record, failure) in &details.failed {
        tracing::warn!(source = %source.id, record, %failure, next = failure.class.what_to_do(), "the detail page of a record could not be read");
    }
    let corrected = leave_to_site(&mut stored, &details.site);
    let unread = unread_numbers(&extract, &stored);
    extract.notes.extend(unread);
    let previous = previous(effects, source, page, (fetched, now)).await?;
    let broke_off = |old: &Previous| believed::broke_off(page, (&old.bytes, &fetched.bytes), now);
    if let Some(failure) = previous.as_ref().and_then(broke_off) {
        return Ok(Err(failure));
    }
    Ok(Ok(Read { extract, stored, previous, details, shapes, corrected, another, _hand: hand }))
}

/// Reads own pages as [`details`] does, and finds out by them who is called otherwise than before.
pub(super) async fn own_pages(
    effects: &Effects,
    lane: &Lane,
    (source, page, state): (&Source, &Page, &SourceState),
    (extract, stored): (&mut Extract, &mut Vec<Record>),
    (most, again): (usize, usize),
) -> Result<Details, StoreError> {
    let mut details = details(effects, lane, (source, page), extract, (stored, most, again)).await;
    believed::renamed(effects, source, (page, state), (extract, stored), &mut details).await?;
    Ok(details)
}

/// Takes the source's own query, which holds its key, out of every address that the answer repeats it in: it is shown and kept nowhere.
fn forget_query(source: &Source, extract: &mut Extract) {
    if source.fetch.query.is_empty() {
        return;
    }
    let drafts = extract.records.iter_mut().flat_map(|draft| std::iter::once(&mut draft.url).chain(&mut draft.detail));
    let filed = extract.notices.iter_mut().map(|(_, filed)| &mut filed.url);
    for url in extract.follow.iter_mut().chain(drafts).chain(filed) {
        *url = source.fetch.without_query(url.clone());
    }
}

/// What was read, beside what is stored by now: after another turn wrote first. Nothing is asked for again.
pub(super) async fn again(effects: &Effects, source: &Source, page: &Page, fetched: &Fetched, read: Read) -> Result<Read, StoreError> {
    let mut extract = read.extract;
    let mut stored = believed::of_page(effects, source, page, &mut extract).await?;
    let previous = previous(effects, source, page, (fetched, effects.clock.now())).await?;
    // What another turn filed meanwhile counts as well.
    make_whole(effects, (source, page), &mut extract, &mut stored).await?;
    Ok(Read { extract, stored, previous, ..read })
}

async fn previous(effects: &Effects, source: &Source, page: &Page, fetched: (&Fetched, Timestamp)) -> Result<Option<Previous>, StoreError> {
    match page.reading {
        Reading::Never => Ok(None),
        Reading::Settling | Reading::Settled | Reading::Suspect(_) => last_version(effects, source, page, fetched).await,
    }
}

async fn parse(
    effects: &Effects,
    source: &Source,
    (fetched, now): (&Fetched, Timestamp),
    bytes: Bytes,
    known: Own,
) -> Result<Extract, Failure> {
    let reader = Arc::clone(&source.reader);
    let fetched = Fetched { bytes, ..fetched.clone() };
    let what = fetched.url.to_string();
    effects.pool.run(&what, move |expired| reader.read_knowing(&input(&fetched, now, expired), &known.as_known())).await
}

/// The version that was accepted last, its text read anew, so that changed settings compare like with like.
async fn last_version(
    effects: &Effects,
    source: &Source,
    page: &Page,
    fetched: (&Fetched, Timestamp),
) -> Result<Option<Previous>, StoreError> {
    let Some(snapshot) = effects.store.last_snapshot(page.id).await? else { return Ok(None) };
    let blocks = if source.reader.kind() == Kind::Page {
        // What could be read once can be read again, unless the settings changed; then there is nothing to compare with.
        parse(effects, source, fetched, snapshot.bytes.clone(), Own::default()).await.ok().map(|old| old.blocks)
    } else {
        None
    };
    Ok(Some(Previous { bytes: snapshot.bytes, blocks }))
}

/// On a page that is built otherwise than before, other values are no news; records that nobody knew are.
pub(super) fn tell_new(found: &mut Comparison) {
    found
        .changes
        .iter_mut()
        .filter(|change| matches!(change.kind, ChangeKind::Appeared | ChangeKind::Returned(_)))
        .for_each(|change| change.baseline = false);
}

/// Where a list shows another part of its records each time, who is there says nothing.
pub(super) fn tell_nobody(found: &mut Comparison, but_new: bool) {
    found
        .changes
        .iter_mut()
        .filter(|change| matches!(change.kind, ChangeKind::Returned(_)) || !but_new && change.kind == ChangeKind::Appeared)
        .for_each(|change| change.baseline = true);
}

/// That telephone numbers of records on the page, or known of them, could not be read, and what reads them.
fn unread_numbers(extract: &Extract, stored: &[Record]) -> Option<BadEntry> {
    let of_drafts = extract.records.iter().map(|draft| draft.fields.iter().map(|(name, found)| (name, &found.quote)).collect::<Vec<_>>());
    let of_known = stored.iter().map(|record| record.fields.iter().map(|(name, field)| (name, &field.quote)).collect());
    let of_records =
        of_drafts.chain(of_known).filter_map(|fields| fields.into_iter().find(|(name, _)| extract::is_number_as_written(name.as_str())));
    let all: BTreeSet<&String> = of_records.map(|(_, quote)| quote).collect();
    let example = (*all.first()?).clone();
    let doubt = extract::unknown_country(&extract::Filled { name: String::new(), records: all.len(), example });
    Some(BadEntry { path: "page".to_owned(), reason: format!("{}; {}", doubt.what, doubt.setting) })
}
