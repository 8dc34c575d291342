//! From bytes to drafts: the page's own records, their detail pages, and the version to compare with.
//!
//! Parsing happens in the pool. Knows no visit and takes no decision on what is news.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::pool::Hand;
use super::propose::input;
use super::whole::make_whole;
use super::{Effects, believed};
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::diff::{self, Comparison, OwnRead};
use crate::extract::{self, Kind, Known, has_name};
use crate::fetch::{Fetched, Lane, Request};
use crate::model::{
    Advice, BadEntry, Block, ChangeKind, Draft, Extract, Failure, FailureClass, Failures, HostKey, Learned, OwnPage, Page, PageRole,
    Reading, Record, Shape, SourceState, Value,
};
use crate::store::StoreError;

/// Detail pages read in one turn; the rest waits for the next visit.
const DETAILS: usize = 100;
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
    /// Records whose detail page is still to be read, or is not there.
    pub wanting: HashMap<RecordId, OwnPage>,
    /// Which fields the page's own records carry; what their detail pages add is no matter of the page's shape.
    pub shapes: Vec<Shape>,
    /// What the detail pages that were read gave.
    pub own: Vec<OwnRead>,
    /// Known records that lose what is the site's: no news of them.
    pub corrected: Vec<Record>,
    /// Requests sent for detail pages.
    pub requests: u32,
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
    let Details { wanting, requests, failed, read: own, site, .. } =
        details(effects, lane, (source, page), &mut extract, (&stored, DETAILS)).await;
    for (record, failure) in failed {
        tracing::warn!(source = %source.id, record, %failure, next = failure.class.what_to_do(), "the detail page of a record could not be read");
    }
    let corrected = leave_to_site(&mut stored, &site);
    let unread = unread_numbers(&extract, &stored);
    extract.notes.extend(unread);
    let previous = previous(effects, source, page, (fetched, now)).await?;
    let broke_off = |old: &Previous| believed::broke_off(page, (&old.bytes, &fetched.bytes), now);
    if let Some(failure) = previous.as_ref().and_then(broke_off) {
        return Ok(Err(failure));
    }
    Ok(Ok(Read { extract, stored, previous, wanting, shapes, own, corrected, requests, another, _hand: hand }))
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

/// Records whose detail page is still to be read say so; what such a page adds later is no news.
pub(super) fn mark_wanting(found: &mut Comparison, wanting: &HashMap<RecordId, OwnPage>, stored: &[Record]) {
    for record in &mut found.records {
        record.own_page = wanting.get(&record.id).copied().unwrap_or_default();
    }
    let waited: HashSet<RecordId> = stored.iter().filter(|record| record.own_page.is_open()).map(|record| record.id).collect();
    for change in &mut found.changes {
        if let (true, ChangeKind::Changed(fields)) = (waited.contains(&change.record), &mut change.kind) {
            fields.retain(|field| field.old.is_some());
        }
    }
    found.changes.retain(|change| !matches!(&change.kind, ChangeKind::Changed(fields) if fields.is_empty()));
}

/// Known records of which nothing is to be written but how far their detail page was read.
pub(super) fn reached<'r>(wanting: &'r HashMap<RecordId, OwnPage>, stored: &'r [Record]) -> impl Iterator<Item = Record> + 'r {
    let moved = stored.iter().filter_map(|record| wanting.get(&record.id).map(|own_page| (record, *own_page)));
    moved.filter(|(record, own_page)| record.own_page != *own_page).map(|(record, own_page)| Record { own_page, ..record.clone() })
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

/// What became of the detail pages of a page's records.
#[derive(Default)]
pub(super) struct Details {
    /// Records whose detail page is still to be read, or is not there.
    pub wanting: HashMap<RecordId, OwnPage>,
    /// Requests sent.
    pub requests: u32,
    /// Pages that were asked for.
    pub asked: usize,
    /// Pages that are worth it.
    pub worth: usize,
    /// What those that were read gave.
    pub read: Vec<OwnRead>,
    /// Contacts that are the site's.
    pub site: Vec<u64>,
    /// Which could not be read, and why, by the record's key.
    pub failed: Vec<(String, Failure)>,
}

impl Details {
    /// What is to be said of them after a dry run.
    pub(super) fn said(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.asked < self.worth {
            said.push(format!(
                "the own pages of {} of {} records were asked for here, and what they add is missing from the others; `run` reads all of them, up to \
                 {DETAILS} of a page at a visit",
                self.asked, self.worth
            ));
        }
        said.extend(self.failed.iter().map(|(record, failure)| format!("the own page of {record} could not be read: {failure}")));
        said
    }
}

/// Reads the detail pages that are worth it, at most `most`. A draft that was completed has its `detail` taken off. One that is not there is
/// asked for ever more rarely.
pub(super) async fn details(
    effects: &Effects,
    lane: &Lane,
    (source, page): (&Source, &Page),
    extract: &mut Extract,
    (stored, most): (&[Record], usize),
) -> Details {
    let by_id: HashMap<RecordId, &Record> = stored.iter().map(|record| (record.id, record)).collect();
    let mut out = Details::default();
    let mut own = OwnPages::default();
    let now = effects.clock.now();
    let names: Arc<[String]> = extract.records.iter().filter_map(has_name).take(NAMES).collect();
    let mut pages: Vec<(usize, extract::OwnPage)> = Vec::new();
    for (at, draft) in extract.records.iter_mut().enumerate() {
        let id = Record::id_of(&source.id, &draft.key);
        let known = by_id.get(&id).copied();
        let had = known.filter(|record| diff::has_own(record));
        if draft.detail.is_none() {
            if let Some(record) = had {
                diff::keep_own(draft, record);
                own.of(true).add(draft, Some("no link leads to a page of it alone"));
            }
            continue;
        }
        let unread = own.of(had.is_some());
        let before = known.map(|record| record.own_page).unwrap_or_default();
        if !diff::wants_detail(&source.rules, &page.masks, (known, draft), now) {
            if before.is_open() {
                out.wanting.insert(id, before);
            }
            unread.add(draft, matches!(before, OwnPage::Missing { .. }).then_some("it was not there"));
            continue;
        }
        out.worth += 1;
        if out.asked == most {
            unread.add(draft, None);
            out.wanting.insert(id, OwnPage::Wanted);
            continue;
        }
        out.asked += 1;
        let (done, sent) = detail(effects, lane, source, (draft.clone(), Arc::clone(&names))).await;
        out.requests += sent;
        // What says nothing of a record whose own page once did is not that page.
        let is_another = |page: &extract::OwnPage| had.is_some() && page.is_partial() && !draft.partial;
        let done = done.and_then(|page| if is_another(&page) { Err(not_its_own()) } else { Ok(page) });
        match done {
            Ok(page) => {
                unread.add(draft, None);
                pages.push((at, page));
            }
            Err(failure) => {
                let after = after(source, (before, &failure), id, now);
                unread.add(draft, matches!(after, OwnPage::Missing { .. }).then(|| failure.to_string()).as_deref());
                out.wanting.insert(id, after);
                out.failed.push((draft.key.clone(), failure));
            }
        }
    }
    complete(extract, pages, &mut out);
    own.tell(extract);
    out
}

/// Takes over what own pages said, once all of them are read: what most of them have is the site's.
fn complete(extract: &mut Extract, pages: Vec<(usize, extract::OwnPage)>, out: &mut Details) {
    let (places, pages): (Vec<usize>, Vec<extract::OwnPage>) = pages.into_iter().unzip();
    out.site = extract.learned.as_mut().map(|learned| extract::contacts_of_site(&pages, learned)).unwrap_or_default();
    for (at, page) in places.into_iter().zip(pages) {
        let draft = &mut extract.records[at];
        let mut complete = page.complete(&out.site);
        out.read.push(OwnRead::of(draft, &complete));
        diff::mark_own(draft, &mut complete);
        *draft = Draft { detail: None, ..complete };
    }
}

/// Takes out of known records what their own pages said that is the site's, as others have shown since; gives those that it changes.
fn leave_to_site(stored: &mut [Record], site: &[u64]) -> Vec<Record> {
    let of_site = |name: &str, value: &Value| extract::contact_mark(name, value).is_some_and(|mark| site.contains(&mark));
    let mut changed = Vec::new();
    for record in stored {
        let before = record.fields.len();
        record.fields.retain(|name, field| !(diff::is_own(field) && of_site(name.as_str(), &field.value)));
        changed.extend((record.fields.len() < before).then(|| record.clone()));
    }
    changed
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

/// Records with a page of their own: those whose page said something once, and the others.
#[derive(Default)]
struct OwnPages {
    said: Unread,
    silent: Unread,
}

/// How many they are, and those of them of which it cannot be read now, each with the reason.
#[derive(Default)]
struct Unread {
    all: usize,
    records: Vec<(String, String)>,
}

impl Unread {
    /// Counts one; with the reason why its page is not read.
    fn add(&mut self, draft: &Draft, why: Option<&str>) {
        self.all += 1;
        self.records.extend(why.map(|why| (has_name(draft).unwrap_or_else(|| draft.key.clone()), why.to_owned())));
    }
}

impl OwnPages {
    fn of(&mut self, said: bool) -> &mut Unread {
        if said { &mut self.said } else { &mut self.silent }
    }

    /// Says of the source, once and not of each record, that own pages cannot be read: that they never could is no fault, and to be known.
    fn tell(&self, extract: &mut Extract) {
        let note = |reason| BadEntry { path: "page".to_owned(), reason };
        extract.notes.extend(diff::own_unread(&self.silent.records, self.silent.all, false).map(note));
        let Some(text) = diff::own_unread(&self.said.records, self.said.all, true) else { return };
        match &mut extract.learned {
            Some(learned) => learned.doubt = Some(learned.doubt.take().map_or_else(|| text.clone(), |doubt| format!("{doubt}; {text}"))),
            None => extract.notes.push(note(text)),
        }
    }
}

fn not_its_own() -> Failure {
    Failure::new(FailureClass::NotFound, "the page that its link leads to is not about it")
}

/// How far a record's own page is read after this failure: what is not there, or not for us, fades as pages do that are not there.
fn after(source: &Source, (before, failure): (OwnPage, &Failure), id: RecordId, now: Timestamp) -> OwnPage {
    match failure.class.advice() {
        Advice::Fade | Advice::AskOperator => {
            let times = if let OwnPage::Missing { times, .. } = before { times.saturating_add(1) } else { 1 };
            let last = Failure { class: FailureClass::NotFound, ..failure.clone() };
            let failures = Failures { count: times, since: now, last };
            OwnPage::Missing { times, until: source.schedule.retry(&failures, PageRole::Follow, now, id.0) }
        }
        Advice::Retry { .. } | Advice::SlowDown { .. } | Advice::NextDay => OwnPage::Wanted,
    }
}

async fn detail(
    effects: &Effects,
    lane: &Lane,
    source: &Source,
    (draft, names): (Draft, Arc<[String]>),
) -> (Result<extract::OwnPage, Failure>, u32) {
    let url = draft.detail.clone().unwrap_or_else(|| draft.url.clone());
    let host = HostKey::of(&url);
    let own = *lane.host() == host;
    let lane = if own { lane.clone() } else { effects.web.lane(&host, None) };
    let asked = lane.fetch(&Request { url: &url, validators: None, full: true, body: None, source: &source.fetch }).await;
    let fetched = match asked.result {
        Ok(fetched) => fetched,
        Err(failure) => return (Err(failure), asked.requests),
    };
    let (reader, now) = (Arc::clone(&source.reader), effects.clock.now());
    let what = url.to_string();
    let done = effects
        .pool
        .run(&what, move |expired| {
            reader.read_own(&draft, &input(&fetched, now, expired), &Known { learned: None, records: &[], names: &names })
        })
        .await;
    (done, asked.requests)
}
