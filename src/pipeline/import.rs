//! A file that somebody brings in: what would become of its rows, by the same steps as a check up to the commit and no further; then the same
//! steps with it, in turns of bounded size. And all of it taken back. Knows no file format and no command line.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::departed;
use super::forget::{Forgot, forget_gone, forget_these};
use super::imports::{IMPORTS, imports, mark, mark_of};
use super::keep::KeepError;
use super::leadless::{self, Leadless};
use super::{Effects, news};
use crate::base::ids::{OrganisationId, RecordId, SegmentId, SourceId};
use crate::config::{Config, Imported};
use crate::diff;
use crate::extract::SheetRow;
use crate::model::{
    Change, ChangeKind, Draft, Extract, Import, LeadState, Listed, NoiseSeen, Organisation, Page, Reading, Record, Turn, Value,
};
use crate::route;
use crate::store::{CommitError, StoreError};

/// Rows in one commit.
const TURN: usize = 100;
/// Rows compared at once.
const COMPARED: usize = 500;
/// How often a commit is tried when others write at the same time.
const TRIES: usize = 5;
/// Steps of taking back, each of thousands of records; more cannot be there.
const STEPS: usize = 10_000;
/// Organisations in one read.
const READ: usize = 500;
/// Rows that are no more in the file, taken back in one step.
const MISSING: usize = 2_000;

/// Why a file is not brought in, or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be so.
    #[error("{0}")]
    Refused(String),
    /// Others write all the time.
    #[error("others were writing at the same time again and again; do the same once more: it goes on where it stopped")]
    Busy,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Taking back.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// A row whose organisation is known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The row's line.
    pub line: u64,
    /// What the row calls it.
    pub row: String,
    /// The organisation.
    pub organisation: OrganisationId,
    /// What it is called.
    pub name: String,
    /// By what it was recognised, in words.
    pub because: String,
}

/// Two rows of a file that name one organisation nobody knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// The row's line.
    pub line: u64,
    /// What it calls it.
    pub row: String,
    /// The line of the first that names it.
    pub first: u64,
    /// By what they are one, in words.
    pub because: String,
}

/// A row whose organisation is on one of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnList {
    /// The row's line.
    pub line: u64,
    /// What it is called.
    pub name: String,
    /// `clients`, `competitors` or `do-not-contact`.
    pub list: &'static str,
    /// The line of the list.
    pub listed: Listed,
}

/// What becomes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Rows that were not there before.
    pub fresh: usize,
    /// Rows that say something else than before.
    pub corrected: usize,
    /// Rows that are as they were.
    pub same: usize,
    /// Rows of before that the file has no more: they are taken back.
    pub missing: usize,
    /// Rows that name nobody by whom they could be recognised: known, and that is all.
    pub unnamed: usize,
    /// Organisations that nobody knew.
    pub organisations: usize,
    /// Rows of organisations that are known.
    pub recognised: Vec<Recognised>,
    /// Rows that name a new organisation which another row names too.
    pub together: Vec<Together>,
    /// Known organisations that become one by it: the names of both.
    pub united: Vec<(String, String)>,
    /// Pairs that are not joined unasked: both names, and why.
    pub questions: Vec<(String, String, String)>,
    /// On lists.
    pub listed: Vec<OnList>,
    /// New leads by segment and state.
    pub leads: BTreeMap<(SegmentId, &'static str), usize>,
    /// Known leads that have something new.
    pub changed_leads: usize,
    /// New rows that make no lead, by reason.
    pub leadless: Vec<Leadless>,
}

/// What taking back came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Records taken back.
    pub records: usize,
    /// Organisations that nobody names any more.
    pub organisations: usize,
}

/// Whether this import may stand: its name is free, or its own.
async fn allowed(effects: &Effects, config: &Config, id: &SourceId) -> Result<(), ImportError> {
    if config.source(id).is_some() {
        let why = format!("`{id}` is a source of the configuration: give the import another name with --as");
        return Err(ImportError::Refused(why));
    }
    if effects.store.mark(&departed::mark_of(id)).await?.is_some() {
        let why = format!(
            "what was known under `{id}` before is still being taken back: end it with `atalaya import --undo {id}`, or use another name"
        );
        return Err(ImportError::Refused(why));
    }
    Ok(())
}

/// What would become of these rows. Writes nothing.
pub async fn plan_import(
    effects: &Effects,
    config: &Config,
    import: &Import,
    rows: &[SheetRow],
    now: Timestamp,
) -> Result<Planned, ImportError> {
    allowed(effects, config, &import.id).await?;
    let imported = Imported::new(import.clone());
    let turn = decide(effects, config, (&imported, rows), now).await?;
    let mut planned = tell(effects, config, (import, rows), &turn).await?;
    planned.missing = missing(effects, import, rows, crate::extract::SHEET_ROWS).await?.len();
    Ok(planned)
}

/// Brings these rows in: those of before that are not among them are taken back, so that what stands is what the file says, unless some of the
/// file is `unread`. Cut short, it is simply done again. Returns the import as it stands.
pub async fn bring_in(
    effects: &Effects,
    config: &Config,
    (import, unread): (Import, bool),
    rows: &[SheetRow],
    now: Timestamp,
) -> Result<Import, ImportError> {
    allowed(effects, config, &import.id).await?;
    let mut standing = imports(effects).await?;
    if standing.len() >= IMPORTS && !standing.iter().any(|known| known.id == import.id) {
        return Err(ImportError::Refused(format!("{IMPORTS} imports stand: take back what is no longer needed (`atalaya import --list`)")));
    }
    let begun = Import { whole: false, ..import };
    remember(effects, &begun).await?;
    standing.retain(|known| known.id != begun.id);
    standing.push(begun.clone());
    let config = config.beside(standing);
    let imported = Imported::new(begun);
    for some in rows.chunks(TURN) {
        commit_some(effects, &config, (&imported, some), now).await?;
    }
    if !unread {
        take_back(effects, &config, (&imported, rows), now).await?;
    }
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let whole = Import { whole: true, rows: count, ..imported.import };
    remember(effects, &whole).await?;
    Ok(whole)
}

/// Forgets what a file brought before and has no more.
async fn take_back(
    effects: &Effects,
    config: &Config,
    (imported, rows): (&Imported, &[SheetRow]),
    now: Timestamp,
) -> Result<(), ImportError> {
    loop {
        let gone = missing(effects, &imported.import, rows, MISSING).await?;
        if gone.is_empty() {
            return Ok(());
        }
        let mut done = Forgot::default();
        forget_these(effects, config, (&gone, true), &mut done, now).await?;
        if done.records == 0 {
            return Err(ImportError::Busy);
        }
    }
}

async fn remember(effects: &Effects, import: &Import) -> Result<(), ImportError> {
    let mut turn = Turn::upkeep();
    turn.marks.push((mark_of(&import.id), Some(mark(import))));
    match effects.store.commit(turn).await {
        Ok(()) => Ok(()),
        Err(CommitError::Conflict { .. }) => Err(ImportError::Busy),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

async fn commit_some(effects: &Effects, config: &Config, some: (&Imported, &[SheetRow]), now: Timestamp) -> Result<(), ImportError> {
    let mut behind = None;
    for _ in 0..TRIES {
        // As checks do: whoever was overtaken decides alone.
        behind = Some(effects.gate.enter(behind.take()).await);
        let turn = decide(effects, config, some, now).await?;
        if turn == Turn::upkeep() {
            return Ok(());
        }
        match effects.store.commit(turn).await {
            Ok(()) => return Ok(()),
            Err(CommitError::Conflict { .. }) => behind = Some(effects.gate.alone(behind.take()).await),
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(ImportError::Busy)
}

/// Records of an import that its file has no more, at most so many.
async fn missing(effects: &Effects, import: &Import, rows: &[SheetRow], most: usize) -> Result<Vec<Record>, StoreError> {
    let present: HashSet<RecordId> = rows.iter().map(|row| Record::id_of(&import.id, &row.draft.key)).collect();
    effects.store.absent(&import.id, present, most).await
}

/// The turn that these rows come to: as a check of a page that shows them.
async fn decide(
    effects: &Effects,
    config: &Config,
    (imported, rows): (&Imported, &[SheetRow]),
    now: Timestamp,
) -> Result<Turn, StoreError> {
    let import = &imported.import;
    let (mut turn, mut changes) = (Turn::upkeep(), Vec::new());
    for some in rows.chunks(COMPARED) {
        let (records, told) = compare(effects, import, some, now).await?;
        turn.records.extend(records);
        changes.extend(told);
    }
    news::tell(effects, config, imported.into(), &mut turn, changes, now).await?;
    Ok(turn)
}

/// Records that are new or differ from what is known of them, with the changes.
async fn compare(effects: &Effects, import: &Import, rows: &[SheetRow], now: Timestamp) -> Result<(Vec<Record>, Vec<Change>), StoreError> {
    let drafts: Vec<Draft> = rows.iter().map(|row| row.draft.clone()).collect();
    let stored = effects.store.records(drafts.iter().map(|draft| Record::id_of(&import.id, &draft.key)).collect()).await?;
    let page = Page { reading: Reading::Settled, ..Page::root(&import.id, import.url(), now) };
    // What a file says stands: nothing in it changes by itself.
    let rules = diff::Rules { confirm: None, ..diff::Rules::default() };
    let noise = NoiseSeen::default();
    let context = diff::Context { now, quiet: import.signal.is_none(), content: import.content, began: None, noise: &noise };
    let extract = Extract { records: drafts, whole: true, ..Extract::default() };
    let mut found = diff::compare(&rules, &page, diff::Known { records: &stored, blocks: None }, &extract, &context);
    for change in &mut found.changes {
        // Only a row that was not there before is a reason to act; a correction is none.
        change.baseline |= change.kind != ChangeKind::Appeared;
    }
    let told: HashSet<RecordId> = found.records.iter().map(|record| record.id).collect();
    let url = import.url();
    let elsewhere = stored.into_iter().filter(|record| !told.contains(&record.id) && record.url != url);
    found.records.extend(elsewhere.map(|record| Record { url: url.clone(), ..record }));
    Ok((found.records, found.changes))
}

/// What a person calls a row.
fn title(draft: &Draft) -> String {
    let said = ["name", "company", "person", "email", "phone", "website"].into_iter().find_map(|name| draft.value(name).map(Value::text));
    said.unwrap_or_else(|| draft.key.clone())
}

/// What a turn makes of the rows, for people.
async fn tell(effects: &Effects, config: &Config, (import, rows): (&Import, &[SheetRow]), turn: &Turn) -> Result<Planned, StoreError> {
    let mut planned = Planned::default();
    let new: HashSet<RecordId> =
        turn.changes.iter().filter(|change| change.kind == ChangeKind::Appeared).map(|change| change.record).collect();
    let by_record: HashMap<RecordId, &Organisation> =
        turn.organisations.iter().flat_map(|one| one.records.iter().map(move |record| (*record, one))).collect();
    let touched: HashSet<RecordId> = turn.records.iter().map(|record| record.id).collect();
    let mut first: HashMap<OrganisationId, u64> = HashMap::new();
    let mut listed = BTreeSet::new();
    let mut fresh: Vec<leadless::Row> = Vec::new();
    for SheetRow { line, draft } in rows {
        let (line, record) = (*line, Record::id_of(&import.id, &draft.key));
        match (touched.contains(&record), new.contains(&record)) {
            (false, _) => planned.same += 1,
            (true, true) => {
                planned.fresh += 1;
                fresh.push((line, record, title(draft)));
            }
            (true, false) => planned.corrected += 1,
        }
        let Some(one) = by_record.get(&record) else {
            planned.unnamed += usize::from(new.contains(&record));
            continue;
        };
        let because = one.bonds.get(&record).map(crate::model::Bond::shown);
        let before = *first.entry(one.id).or_insert(line);
        match because {
            Some(because) if one.version > 0 && new.contains(&record) => {
                let (organisation, name) = (one.id, one.title().to_owned());
                planned.recognised.push(Recognised { line, row: title(draft), organisation, name, because });
            }
            because if before != line && one.version == 0 => {
                let because = because.unwrap_or_else(|| "the other is like this one".to_owned());
                planned.together.push(Together { line, row: title(draft), first: before, because });
            }
            Some(_) | None => {}
        }
        if listed.insert(one.id) {
            planned.listed.extend(on_lists(config, line, one));
        }
    }
    planned.organisations = turn.organisations.iter().filter(|one| one.version == 0).count();
    count_leads(effects, turn, &mut planned).await?;
    planned.leadless = leadless::leadless(effects, config, import, (turn, &fresh)).await?;
    let names = names(effects, turn).await?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_else(|| id.to_string());
    planned.questions = turn.questions.iter().map(|open| (name(&open.a), name(&open.b), why(open))).collect();
    for gone in turn.forgotten.organisations.iter().filter(|one| one.version > 0) {
        let whole = gone.records.iter().find_map(|record| by_record.get(record));
        planned.united.extend(whole.map(|whole| (gone.title().to_owned(), whole.title().to_owned())));
    }
    Ok(planned)
}

fn why(open: &crate::model::Question) -> String {
    let points = if open.likeness.fields.is_empty() { String::new() } else { format!(" ({})", open.likeness.shown()) };
    format!("{}{points}", open.because)
}

/// What those are called that a turn asks about.
async fn names(effects: &Effects, turn: &Turn) -> Result<HashMap<OrganisationId, String>, StoreError> {
    let asked: BTreeSet<OrganisationId> = turn.questions.iter().flat_map(|open| [open.a, open.b]).collect();
    let stored = effects.store.organisations(asked.into_iter().collect()).await?;
    Ok(stored.iter().chain(&turn.organisations).map(|one| (one.id, one.title().to_owned())).collect())
}

fn on_lists(config: &Config, line: u64, one: &Organisation) -> Vec<OnList> {
    let found = config.lists.find(one);
    let lists = [("clients", found.client), ("competitors", found.competitor), ("do-not-contact", found.do_not_contact)];
    let on =
        |(list, listed): (&'static str, Option<Listed>)| listed.map(|listed| OnList { line, name: one.title().to_owned(), list, listed });
    lists.into_iter().filter_map(on).collect()
}

async fn count_leads(effects: &Effects, turn: &Turn, planned: &mut Planned) -> Result<(), StoreError> {
    for lead in &turn.leads {
        match effects.store.lead(lead.id).await? {
            Some(before) => planned.changed_leads += usize::from(before.revision < lead.revision),
            None if route::for_rep(lead.state) || lead.state == LeadState::Excluded => {
                *planned.leads.entry((lead.segment.clone(), lead.state.word())).or_default() += 1;
            }
            None => {}
        }
    }
    Ok(())
}

/// Takes an import back: its records, what only they said of organisations, the reasons to act and the leads that only it gave. By the same
/// steps as a source that left the configuration, without its time to come back. Cut short, it is simply done again.
pub async fn undo_import(effects: &Effects, config: &Config, id: &SourceId, now: Timestamp) -> Result<Undone, ImportError> {
    if config.source(id).is_some() {
        let why = format!(
            "`{id}` is a source of the configuration now: take it out there, and what was known under this name is forgotten in time"
        );
        return Err(ImportError::Refused(why));
    }
    let mut standing = imports(effects).await?;
    let stood = standing.iter().any(|known| known.id == *id);
    let left = departed::mark_of(id);
    if !stood && effects.store.mark(&left).await?.is_none() {
        let known = standing.iter().map(|known| known.id.as_str());
        return Err(ImportError::Refused(crate::base::text::no_such("import", id.as_str(), known)));
    }
    let mut turn = Turn::upkeep();
    turn.marks = vec![(mark_of(id), None), (left.clone(), Some(Timestamp::MIN.to_string().into_bytes()))];
    match effects.store.commit(turn).await {
        Ok(()) => {}
        Err(CommitError::Conflict { .. }) => return Err(ImportError::Busy),
        Err(CommitError::Store(error)) => return Err(error.into()),
    }
    standing.retain(|known| known.id != *id);
    let config = config.beside(standing);
    let mut undone = Undone::default();
    for _ in 0..STEPS {
        let forgot = forget_gone(effects, &config, now).await?;
        undone.records += forgot.records;
        undone.organisations += forgot.organisations;
        if effects.store.mark(&left).await?.is_none() {
            return Ok(undone);
        }
        if !forgot.more {
            break;
        }
    }
    Err(ImportError::Busy)
}

/// How many organisations the facts of each of these imports speak of.
pub async fn named_by(effects: &Effects, ids: impl Iterator<Item = &SourceId>) -> Result<HashMap<SourceId, usize>, StoreError> {
    let mut named: HashMap<SourceId, usize> = ids.map(|id| (id.clone(), 0)).collect();
    let mut after = None;
    loop {
        let some = effects.store.organisations_after(after, READ).await?;
        let Some(last) = some.last() else { return Ok(named) };
        after = Some(last.id);
        for one in &some {
            let sources: BTreeSet<&SourceId> = one.facts.iter().map(|fact| &fact.evidence.source).collect();
            for source in sources {
                named.entry(source.clone()).and_modify(|count| *count += 1);
            }
        }
    }
}
