//! A tender as its notices tell it: the whole of it, what each notice changed, its bytes, and what else may be the same. Knows no terminal.

use std::collections::HashSet;

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::{AnswerError, unknown};
use super::tenders::{AlsoView, LineView, MaybeView, TenderView, tender_view};
use super::views::{self, time};
use crate::base::ids::RecordId;
use crate::base::text::words;
use crate::config::Config;
use crate::model::{Amendment, Filed, Notice, Record, RecordKind, Stage, Value};
use crate::pipeline::{Effects, linked};
use crate::tender::{self, Line};

/// Records in one reading when those that may be the same are looked for.
const RECORDS: usize = 1_000;
/// Tenders shown that may be the same.
const MAYBE: usize = 10;
/// Of the words of two titles so many parts of ten are the same when the titles are nearly equal.
const NEARLY: usize = 8;

/// The notices of one tender.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HistoryView {
    /// Its record's id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its id within the portal.
    pub procedure: String,
    /// Its notices and those of the same tender on other portals, the oldest first.
    pub notices: Vec<NoticeView>,
}

/// One notice on file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NoticeView {
    /// Its place, from 1; what `--raw` asks by.
    pub number: usize,
    /// The source that brought it.
    pub source: String,
    /// When it was published, when it says so.
    pub published: Option<String>,
    /// When it was first fetched.
    pub fetched: String,
    /// The document it was read from.
    pub from: String,
    /// Its number of publication, else its id.
    pub notice: String,
    /// Its version, when it has one.
    pub version: String,
    /// What it is for.
    pub kind: String,
    /// The document's own code for kind and stage.
    pub code: String,
    /// What the tender said otherwise before it: name, before, after.
    pub changes: Vec<(String, Option<String>, Option<String>)>,
    /// What it says itself that it changes.
    pub says: Vec<String>,
    /// Hash of its bytes.
    pub hash: String,
    /// Bytes of the document made of it.
    pub bytes: usize,
    /// Why it cannot be read any more.
    pub problem: Option<String>,
}

/// Bytes as they are on file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RawView {
    /// The notice.
    pub notice: NoticeView,
    /// Its format.
    pub format: String,
    /// Its bytes as a document by itself.
    pub text: String,
}

/// A notice on file, and what reading it gave.
struct Read {
    filed: Filed,
    notice: Result<Notice, String>,
}

/// The notices on file of a record up to a moment, the oldest first, each read anew.
async fn read_all(effects: &Effects, record: &Record, until: Option<Timestamp>) -> Result<Vec<Read>, AnswerError> {
    let mut filed = effects.store.notices_of(record.id).await?;
    filed.retain(|filed| until.is_none_or(|until| filed.at() <= until));
    let mut all = Vec::with_capacity(filed.len());
    for filed in filed {
        let one = filed.clone();
        let read = effects.pool.run(&record.key, move |expired| Ok(tender::read_again(&one, expired))).await;
        all.push(Read { filed, notice: read.unwrap_or_else(|failure| Err(failure.text)) });
    }
    Ok(all)
}

/// The tenders of a source or of all, those whose time for offers ends first before the others.
pub(super) async fn list(
    effects: &Effects,
    config: &Config,
    (source, stage): (Option<String>, Option<String>),
    limit: usize,
) -> Result<Vec<TenderView>, AnswerError> {
    let ids = || config.sources.iter().map(|source| source.id.as_str());
    if let Some(name) = source.as_deref().filter(|name| !ids().any(|id| id == *name)) {
        return Err(unknown("source", name, ids()));
    }
    if let Some(word) = stage.as_deref().filter(|word| Stage::from_word(word).is_none()) {
        return Err(unknown("stage", word, Stage::ALL.iter().map(|stage| stage.word())));
    }
    let wanted = |record: &Record| {
        record.kind == RecordKind::Tender
            && !record.gone
            && source.as_deref().is_none_or(|source| record.source.as_str() == source)
            && stage.as_deref().is_none_or(|stage| record.text("stage").as_deref() == Some(stage))
    };
    let now = effects.clock.now();
    // What is still to come first, the soonest before the later; then what is over or has no time.
    let place = |record: &Record| {
        let at = record.value("deadline").and_then(|deadline| {
            // A day without a time is not over before it ends, wherever that is.
            let late = if matches!(deadline, Value::Date(_)) { SignedDuration::from_hours(36) } else { SignedDuration::ZERO };
            deadline.instant()?.checked_add(late).ok()
        });
        (at.is_none_or(|at| at < now), at, record.id)
    };
    let (mut found, mut after): (Vec<Record>, _) = (Vec::new(), None);
    loop {
        let (some, reached) = effects.store.records_after(after, RECORDS).await?;
        found.extend(some.into_iter().filter(|record| wanted(record)));
        if found.len() > limit.max(RECORDS).saturating_mul(2) {
            found.sort_by_key(place);
            found.truncate(limit);
        }
        match reached {
            Some(reached) => after = Some(reached),
            None => break,
        }
    }
    found.sort_by_key(place);
    found.truncate(limit);
    // One tender on several portals is shown once, where it comes first.
    let (mut shown, mut met) = (Vec::new(), HashSet::new());
    for record in &found {
        if met.insert(record.id) {
            let others = linked(effects, record).await?;
            met.extend(others.iter().map(|other| other.id));
            shown.push(TenderView { also: also(&others), ..views::tender(record, None) });
        }
    }
    Ok(shown)
}

/// A tender by its id.
pub(super) async fn find(effects: &Effects, id: &str) -> Result<Record, AnswerError> {
    let record: RecordId = id.parse().map_err(|error| anyhow!("{error}"))?;
    let found = effects.store.records(vec![record]).await?.pop().filter(|record| record.kind == RecordKind::Tender);
    found.ok_or_else(|| anyhow!("there is no tender {id}; `atalaya tender list` shows them"))
}

/// Takes out of a view what was said only after a moment, and puts in its place what was said by then.
fn as_of(view: &mut TenderView, notice: &Notice, until: Timestamp) {
    let deadline = notice.content.all_deadlines().find(|deadline| deadline.kind.binds());
    (view.stage, view.deadline) = (Some(notice.stage.word().to_owned()), deadline.map(|deadline| deadline.text.clone()));
    if let Some(title) = notice.content.title.best(&[]) {
        title.clone_into(&mut view.title);
    }
    view.odd.clear();
    view.deadlines.clear();
    view.fields.clear();
    view.history.retain(|change| change.at.parse::<Timestamp>().is_ok_and(|at| at <= until));
}

/// Adds to a tender's view what its notices say in sum, where else it is, and what may be the same.
pub(super) async fn complete(
    effects: &Effects,
    record: &Record,
    until: Option<Timestamp>,
    mut view: TenderView,
) -> Result<TenderView, AnswerError> {
    let read = read_all(effects, record, until).await?;
    if let (Some(until), true) = (until, read.is_empty()) {
        return Err(anyhow!("no notice of {} was known on {}; `atalaya tender history {}` says since when", record.id, until, record.id));
    }
    let dates: Vec<Timestamp> = read.iter().filter(|read| read.notice.is_ok()).map(|read| read.filed.at()).collect();
    view.notices = read.len();
    let notices: Vec<Notice> = read.into_iter().filter_map(|read| read.notice.ok()).collect();
    if let Some(tender) = tender::fold(&notices) {
        let said = |line: &Line| tender.said.get(line.part).copied();
        view.lines = tender::lines(&tender.notice)
            .into_iter()
            .map(|line| LineView {
                said: said(&line).and_then(|place| dates.get(place)).map(|at| at.strftime("%Y-%m-%d").to_string()),
                name: line.name,
                value: line.words,
            })
            .collect();
        view.amendments = tender.amendments.iter().map(|(_, amendment)| amended(amendment)).filter(|words| !words.is_empty()).collect();
        view.amendments.dedup();
        view.tender = Some(tender_view(&tender));
        if let Some(until) = until {
            as_of(&mut view, &tender.notice, until);
        }
    }
    view.also = also(&linked(effects, record).await?);
    view.maybe = maybe(effects, record).await?;
    Ok(view)
}

/// Where else a tender is.
pub(super) fn also(others: &[Record]) -> Vec<AlsoView> {
    let one = |record: &Record| AlsoView { id: record.id.to_string(), source: record.source.to_string(), url: record.url.to_string() };
    others.iter().map(one).collect()
}

/// Every notice of a tender, and of the same tender on other portals, in the order of time.
async fn chain(effects: &Effects, record: &Record) -> Result<Vec<(NoticeView, Filed)>, AnswerError> {
    let mut records = vec![record.clone()];
    records.extend(linked(effects, record).await?);
    let mut all = Vec::new();
    for record in &records {
        let (mut notices, mut before) = (Vec::new(), Vec::new());
        for read in read_all(effects, record, None).await? {
            // What a notice changes is asked of its own portal's words: each portal has its own.
            let mut view = view_of(record, &read);
            if let Ok(notice) = read.notice {
                notices.push(notice);
                let now = tender::fold(&notices).map(|tender| tender::lines(&tender.notice)).unwrap_or_default();
                view.changes = tender::differences(&before, &now);
                before = now;
            }
            all.push((view, read.filed));
        }
    }
    all.sort_by_key(|(_, filed)| filed.at());
    for (place, (view, _)) in all.iter_mut().enumerate() {
        view.number = place + 1;
    }
    Ok(all)
}

fn view_of(record: &Record, Read { filed, notice }: &Read) -> NoticeView {
    let mut view = NoticeView {
        source: record.source.to_string(),
        published: filed.published.map(time),
        fetched: time(filed.seen),
        from: filed.url.to_string(),
        hash: filed.hash.to_string(),
        bytes: filed.raw.len(),
        problem: notice.as_ref().err().cloned(),
        ..NoticeView::default()
    };
    if let Ok(notice) = notice {
        view.notice = if notice.publication.is_empty() { notice.id.clone() } else { notice.publication.clone() };
        view.version.clone_from(&notice.version);
        notice.kind.word().clone_into(&mut view.kind);
        view.code.clone_from(&notice.code);
        view.says = notice.amendments.iter().map(amended).filter(|words| !words.is_empty()).collect();
    }
    view
}

/// What a notice says of one of its changes.
fn amended(amendment: &Amendment) -> String {
    let moved = match (amendment.old.as_str(), amendment.new.as_str()) {
        ("", "") => String::new(),
        ("", new) => format!("now {new}"),
        (old, "") => format!("was {old}"),
        (old, new) => format!("{old} → {new}"),
    };
    let parts = [amendment.place.as_str(), &amendment.reason, amendment.text.best(&[]).unwrap_or_default(), &moved];
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// The history of a tender.
pub(super) async fn history(effects: &Effects, id: &str) -> Result<HistoryView, AnswerError> {
    let record = find(effects, id).await?;
    let notices = chain(effects, &record).await?.into_iter().map(|(view, _)| view).collect();
    Ok(HistoryView { id: record.id.to_string(), title: record.title(), procedure: record.key, notices })
}

/// The bytes of one of a tender's notices, by its place in the history.
pub(super) async fn raw(effects: &Effects, id: &str, number: usize) -> Result<RawView, AnswerError> {
    let record = find(effects, id).await?;
    let mut all = chain(effects, &record).await?;
    if number == 0 || number > all.len() {
        return Err(anyhow!("the tender has {} notice(s) on file; there is no {number}", all.len()));
    }
    let (notice, filed) = all.swap_remove(number - 1);
    Ok(RawView { notice, format: filed.format, text: filed.raw.text() })
}

/// Tenders of other sources that may be the same one. Nothing is joined because of it.
async fn maybe(effects: &Effects, record: &Record) -> Result<Vec<MaybeView>, AnswerError> {
    let ids = record.shared_ids();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (some, reached) = effects.store.records_after(after, RECORDS).await?;
        for other in some.iter().filter(|other| other.kind == RecordKind::Tender && other.source != record.source && !other.gone) {
            // What goes by the same identifier is the same, and is shown as such.
            let same = other.shared_ids().iter().any(|id| ids.contains(id));
            if let Some(because) = alike(record, other).filter(|_| !same && found.len() < MAYBE) {
                let (id, source, title) = (other.id.to_string(), other.source.to_string(), other.title());
                found.push(MaybeView { id, source, title, because });
            }
        }
        match reached {
            Some(reached) => after = Some(reached),
            None => return Ok(found),
        }
    }
}

/// Why two tenders may be the same: the same buyer, deadlines within a day where both have one, and the same value or nearly the same title.
fn alike(one: &Record, other: &Record) -> Option<String> {
    let list = |record: &Record, name: &str| -> Vec<String> {
        record.value(name).map_or(&[][..], Value::each).iter().map(|value| words(&value.text())).filter(|text| !text.is_empty()).collect()
    };
    let share = |name: &str| list(one, name).iter().any(|value| list(other, name).contains(value));
    let buyer = if share("tax_id") {
        "the buyer's tax number"
    } else if share("buyer") {
        "the buyer's name"
    } else {
        return None;
    };
    let due = |record: &Record| record.value("deadline").and_then(Value::instant);
    if let (Some(one), Some(other)) = (due(one), due(other))
        && one.duration_since(other).abs() > SignedDuration::from_hours(24)
    {
        return None;
    }
    let amounts = ["estimate", "budget_net", "budget_gross", "maximum"];
    let value = amounts
        .into_iter()
        .any(|mine| amounts.into_iter().any(|theirs| one.value(mine).is_some_and(|value| other.value(theirs) == Some(value))));
    let title = nearly(&words(&one.title()), &words(&other.title()));
    match (value, title) {
        (true, true) => Some(format!("{buyer}, the value and nearly the title")),
        (true, false) => Some(format!("{buyer} and the value")),
        (false, true) => Some(format!("{buyer} and nearly the title")),
        (false, false) => None,
    }
}

/// Whether two titles have eight in ten of their words in common.
fn nearly(one: &str, other: &str) -> bool {
    let set = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let (one, other) = (set(one), set(other));
    let (both, all) = (one.intersection(&other).count(), one.union(&other).count());
    all > 0 && both * 10 >= all * NEARLY
}
