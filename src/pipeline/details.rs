//! The own pages of a page's records: which of them are asked for, what they add, and how far each is read.
//!
//! Who is new or differs comes first; then those whose time is come, the oldest reading first. Knows no visit and takes no decision on what is news.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Effects;
use super::propose::input;
use super::read::NAMES;
use crate::base::ids::RecordId;
use crate::config::Source;
use crate::diff::{self, Comparison, OwnRead};
use crate::extract::{self, Known, has_name};
use crate::fetch::{Lane, Request};
use crate::model::{
    Advice, BadEntry, ChangeKind, Draft, Extract, Failure, FailureClass, Failures, HostKey, OwnPage, Page, PageRole, Record, Validators,
    Value,
};
use crate::store::StoreError;

/// Detail pages read in one turn; the rest waits for the next visit.
pub(super) const DETAILS: usize = 100;

/// Records whose detail page is still to be read say so; what such a page adds later is no news. Of those that were read now, which say something
/// else than is known is found out by another look.
pub(super) fn mark_reached(source: &Source, found: &mut Comparison, (extract, stored): (&Extract, &[Record]), details: &mut Details) {
    let known: HashMap<RecordId, &Record> = stored.iter().chain(&found.records).map(|record| (record.id, record)).collect();
    let read: HashSet<&str> = details.read.iter().map(|read| read.key.as_str()).collect();
    for draft in extract.records.iter().filter(|draft| read.contains(draft.key.as_str())) {
        let id = Record::id_of(&source.id, &draft.key);
        let differs = known.get(&id).is_some_and(|record| diff::differs(&source.rules, &found.masks, draft, record));
        if let Some(OwnPage::Seen { doubted, .. }) = details.reached.get_mut(&id) {
            *doubted = differs;
        }
    }
    for record in &mut found.records {
        record.own_page = details.reached.get(&record.id).cloned().unwrap_or_default();
    }
    let waited: HashSet<RecordId> = stored.iter().filter(|record| record.own_page.is_open()).map(|record| record.id).collect();
    for change in &mut found.changes {
        if let (true, ChangeKind::Changed(fields)) = (waited.contains(&change.record), &mut change.kind) {
            fields.retain(|field| field.old.is_some());
        }
    }
    // Where somebody is who did not say so before is no news of them.
    for change in &mut found.changes {
        if let ChangeKind::Changed(fields) = &mut change.kind {
            fields.retain(|field| field.old.is_some() || field.field.as_str() != "country");
        }
    }
    found.changes.retain(|change| !matches!(&change.kind, ChangeKind::Changed(fields) if fields.is_empty()));
}

/// How many own pages whose time is come may be read in this visit: within the day's requests.
pub(super) async fn room(effects: &Effects, source: &Source, now: Timestamp) -> Result<usize, StoreError> {
    let Some(budget) = source.schedule.budget() else { return Ok(DETAILS) };
    let used = effects.store.spent(&source.id, source.schedule.day(now)).await?;
    Ok(usize::try_from(budget.saturating_sub(used)).unwrap_or(DETAILS).min(DETAILS))
}

/// What became of the detail pages of a page's records.
#[derive(Default)]
pub(super) struct Details {
    /// How far they are read, where something is to be known of it.
    pub reached: HashMap<RecordId, OwnPage>,
    /// When the first of those that were left as they are is to be read again.
    pub next: Option<Timestamp>,
    /// Requests sent.
    pub requests: u32,
    /// Pages that were asked for because their records are new or differ.
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

    /// Records of which nothing is to be written but how far their detail page was read.
    pub(super) fn moved<'r>(&'r self, stored: &'r [Record]) -> impl Iterator<Item = Record> + 'r {
        let moved = stored.iter().filter_map(|record| self.reached.get(&record.id).map(|own_page| (record, own_page)));
        moved
            .filter(|(record, own_page)| record.own_page != **own_page)
            .map(|(record, own_page)| Record { own_page: own_page.clone(), ..record.clone() })
    }

    /// When the first own page of the records of this page is to be read again.
    pub(super) fn due(&self, source: &Source, page: &Page) -> Option<Timestamp> {
        let read = self.reached.values().filter_map(|own_page| again_at(source, page, own_page));
        read.chain(self.next).min()
    }

    /// Whether some are still to be read.
    pub(super) fn wait(&self) -> bool {
        self.reached.values().any(|own_page| *own_page == OwnPage::Wanted)
    }

    /// Calls the record by the key under which it turned out to be known.
    pub(super) fn rename(&mut self, source: &Source, (old, new): (&str, &str)) {
        if let Some(own_page) = self.reached.remove(&Record::id_of(&source.id, old)) {
            self.reached.insert(Record::id_of(&source.id, new), own_page);
        }
        self.read.iter_mut().filter(|read| read.key == old).for_each(|read| new.clone_into(&mut read.key));
    }
}

/// When an own page is read again; where that is not by its own time, nothing says so.
fn again_at(source: &Source, page: &Page, own_page: &OwnPage) -> Option<Timestamp> {
    match own_page {
        OwnPage::Seen { at, doubted: true, .. } => Some(*at),
        OwnPage::Seen { at, .. } => source.schedule.own_again(*at, page.id.0),
        OwnPage::Missing { until, .. } => Some(*until),
        OwnPage::Read | OwnPage::Wanted => None,
    }
}

/// Reads the detail pages that are worth it, at most `most`, of those whose time is come at most `again`. A draft that was completed has its
/// `detail` taken off. One that is not there is asked for ever more rarely.
pub(super) async fn details(
    effects: &Effects,
    lane: &Lane,
    (source, page): (&Source, &Page),
    extract: &mut Extract,
    (stored, most, again): (&[Record], usize, usize),
) -> Details {
    let now = effects.clock.now();
    let names: Arc<[String]> = extract.records.iter().filter_map(has_name).take(NAMES).collect();
    let mut asking = Asking::new((source, page), stored, now);
    let asked = asking.choose(extract, most, again);
    let mut pages: Vec<(usize, extract::OwnPage)> = Vec::new();
    let mut tired = false;
    for Ask { at, id, before, in_turn } in asked {
        let draft = &extract.records[at];
        if in_turn && tired {
            // A site that does not answer now is not asked for more than it must be.
            asking.leave(draft, id, before);
            continue;
        }
        let had = asking.by_id.get(&id).is_some_and(|record| diff::has_own(record));
        // Other settings read other things; and what is in doubt is looked at.
        let known = match &before {
            OwnPage::Seen { validators, doubted: false, .. } if in_turn && page.spec == source.spec_hash => Some(validators),
            OwnPage::Seen { .. } | OwnPage::Read | OwnPage::Wanted | OwnPage::Missing { .. } => None,
        };
        let (done, sent) = detail(effects, lane, source, (draft.clone(), Arc::clone(&names), known)).await;
        asking.out.requests += sent;
        // What says nothing of a record whose own page once did is not that page.
        let is_another = |page: &extract::OwnPage| had && page.is_partial() && !draft.partial;
        let done = done.and_then(|answer| match answer {
            Some((page, _)) if is_another(&page) => Err(not_its_own()),
            answer => Ok(answer),
        });
        match done {
            Ok(answer) => {
                asking.own.of(had).add(draft, None);
                let (page, validators) = answer.map_or((None, Validators::default()), |(page, validators)| (Some(page), validators));
                asking.out.reached.insert(id, OwnPage::Seen { at: now, validators, doubted: false });
                pages.extend(page.map(|page| (at, page)));
            }
            Err(failure) => {
                if in_turn {
                    asking.out.next = Some(now);
                    tired = !matches!(failure.class.advice(), Advice::Fade | Advice::AskOperator);
                }
                let after = after(source, (before, &failure, in_turn), id, now);
                asking.own.of(had).add(draft, matches!(after, OwnPage::Missing { .. }).then(|| failure.to_string()).as_deref());
                asking.out.reached.insert(id, after);
                asking.out.failed.push((draft.key.clone(), failure));
            }
        }
    }
    let Asking { by_id, mut out, own, .. } = asking;
    complete(extract, pages, (&mut out, source, &by_id));
    own.tell(extract);
    out
}

/// An own page to ask for.
struct Ask {
    /// The place of its draft.
    at: usize,
    id: RecordId,
    before: OwnPage,
    /// Whether its time is come, and nothing else.
    in_turn: bool,
}

/// What is known while it is decided which own pages are asked for.
struct Asking<'a> {
    source: &'a Source,
    page: &'a Page,
    now: Timestamp,
    by_id: HashMap<RecordId, &'a Record>,
    own: OwnPages,
    out: Details,
}

impl<'a> Asking<'a> {
    fn new((source, page): (&'a Source, &'a Page), stored: &'a [Record], now: Timestamp) -> Self {
        let by_id = stored.iter().map(|record| (record.id, record)).collect();
        Self { source, page, now, by_id, own: OwnPages::default(), out: Details::default() }
    }

    /// Chooses; what is not asked for stays as it is, and is counted as that.
    fn choose(&mut self, extract: &mut Extract, most: usize, again: usize) -> Vec<Ask> {
        let mut chosen = Vec::new();
        let mut in_turn: Vec<(Timestamp, Ask)> = Vec::new();
        for (at, draft) in extract.records.iter_mut().enumerate() {
            let id = Record::id_of(&self.source.id, &draft.key);
            let known = self.by_id.get(&id).copied();
            let before = known.map(|record| record.own_page.clone()).unwrap_or_default();
            if draft.detail.is_none() {
                if let Some(record) = known.filter(|record| diff::has_own(record)) {
                    diff::keep_own(draft, record);
                    self.own.of(true).add(draft, Some("no link leads to a page of it alone"));
                }
                continue;
            }
            if diff::wants_detail(&self.source.rules, &self.page.masks, (known, draft), self.now) {
                self.out.worth += 1;
                if chosen.len() < most {
                    chosen.push(Ask { at, id, before, in_turn: false });
                } else {
                    self.own.of(known.is_some_and(diff::has_own)).add(draft, None);
                    self.out.reached.insert(id, later(before));
                }
                continue;
            }
            let read = match &before {
                OwnPage::Seen { at, .. } => Some(*at),
                // Versions before did not keep it.
                OwnPage::Read => known.map(|record| record.changed),
                OwnPage::Wanted | OwnPage::Missing { .. } => None,
            };
            let due = read.and_then(|read| self.source.schedule.own_again(read, self.page.id.0));
            if let (Some(read), true) = (read, due.is_some_and(|due| due <= self.now)) {
                in_turn.push((read, Ask { at, id, before, in_turn: true }));
                continue;
            }
            self.out.next = self.out.next.into_iter().chain(due).min();
            self.leave(draft, id, before);
        }
        self.out.asked = chosen.len();
        in_turn.sort_by_key(|(read, ask)| (*read, ask.at));
        let rest = in_turn.split_off(again.min(most - chosen.len()).min(in_turn.len()));
        for (read, Ask { at, id, before, .. }) in rest {
            self.out.next = self.out.next.into_iter().chain([read]).min();
            self.leave(&extract.records[at], id, before);
        }
        chosen.extend(in_turn.into_iter().map(|(_, ask)| ask));
        chosen
    }

    /// Leaves one as it is.
    fn leave(&mut self, draft: &Draft, id: RecordId, before: OwnPage) {
        let said = self.by_id.get(&id).is_some_and(|record| diff::has_own(record));
        self.own.of(said).add(draft, matches!(before, OwnPage::Missing { .. }).then_some("it was not there"));
        if before != OwnPage::Read {
            self.out.reached.insert(id, before);
        }
    }
}

/// Takes over what own pages said, once all of them are read: what most of them have is the site's.
fn complete(
    extract: &mut Extract,
    pages: Vec<(usize, extract::OwnPage)>,
    (out, source, by_id): (&mut Details, &Source, &HashMap<RecordId, &Record>),
) {
    let (places, pages): (Vec<usize>, Vec<extract::OwnPage>) = pages.into_iter().unzip();
    out.site = extract.learned.as_mut().map(|learned| extract::contacts_of_site(&pages, learned)).unwrap_or_default();
    for (at, page) in places.into_iter().zip(pages) {
        let draft = &mut extract.records[at];
        let mut complete = page.complete(&out.site);
        out.read.push(OwnRead::of(draft, &complete));
        diff::mark_own(draft, &mut complete);
        // A page that has nothing of all that it had is built otherwise: what is not found there may stand where nobody looks.
        complete.partial |= by_id.get(&Record::id_of(&source.id, &draft.key)).is_some_and(|record| diff::lost_own(&complete, record));
        *draft = Draft { detail: None, ..complete };
    }
}

/// Takes out of known records what their own pages said that is the site's, as others have shown since; gives those that it changes.
pub(super) fn leave_to_site(stored: &mut [Record], site: &[u64]) -> Vec<Record> {
    let of_site = |name: &str, value: &Value| extract::contact_mark(name, value).is_some_and(|mark| site.contains(&mark));
    let mut changed = Vec::new();
    for record in stored {
        let before = record.fields.len();
        record.fields.retain(|name, field| !(diff::is_own(field) && of_site(name.as_str(), &field.value)));
        changed.extend((record.fields.len() < before).then(|| record.clone()));
    }
    changed
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

/// How far a record's own page is read that is to be asked for at the next visit: what was read once stays read.
fn later(before: OwnPage) -> OwnPage {
    match before {
        OwnPage::Seen { at, validators, .. } => OwnPage::Seen { at, validators, doubted: true },
        OwnPage::Read | OwnPage::Wanted | OwnPage::Missing { .. } => OwnPage::Wanted,
    }
}

/// How far a record's own page is read after this failure: what is not there, or not for us, fades as pages do that are not there.
fn after(source: &Source, (before, failure, in_turn): (OwnPage, &Failure, bool), id: RecordId, now: Timestamp) -> OwnPage {
    match failure.class.advice() {
        Advice::Fade | Advice::AskOperator => {
            let times = if let OwnPage::Missing { times, .. } = before { times.saturating_add(1) } else { 1 };
            let last = Failure { class: FailureClass::NotFound, ..failure.clone() };
            let failures = Failures { count: times, since: now, last };
            OwnPage::Missing { times, until: source.schedule.retry(&failures, PageRole::Follow, now, id.0) }
        }
        Advice::Retry { .. } | Advice::SlowDown { .. } | Advice::NextDay => {
            // It waits for its turn, which is the next.
            if in_turn { before } else { later(before) }
        }
    }
}

/// Asks for an own page, and reads it; nothing where the site says that it is as it was.
async fn detail(
    effects: &Effects,
    lane: &Lane,
    source: &Source,
    (draft, names, validators): (Draft, Arc<[String]>, Option<&Validators>),
) -> (Result<Option<(extract::OwnPage, Validators)>, Failure>, u32) {
    let url = draft.detail.clone().unwrap_or_else(|| draft.url.clone());
    let host = HostKey::of(&url);
    let own = *lane.host() == host;
    let lane = if own { lane.clone() } else { effects.web.lane(&host, None) };
    let asked = lane.fetch(&Request { url: &url, validators, full: validators.is_none(), body: None, source: &source.fetch }).await;
    let fetched = match asked.result {
        Ok(fetched) if fetched.not_modified => return (Ok(None), asked.requests),
        Ok(fetched) => fetched,
        Err(failure) => return (Err(failure), asked.requests),
    };
    let (reader, now) = (Arc::clone(&source.reader), effects.clock.now());
    let (what, validators) = (url.to_string(), fetched.validators.clone());
    let done = effects
        .pool
        .run(&what, move |expired| {
            reader.read_own(&draft, &input(&fetched, now, expired), &Known { learned: None, records: &[], names: &names })
        })
        .await;
    (done.map(|page| Some((page, validators))), asked.requests)
}
