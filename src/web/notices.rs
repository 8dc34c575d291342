//! A tender as its notices tell it: the whole of it, what each notice changed, its bytes, and what else may be the same. Knows no terminal.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::anyhow;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::AnswerError;
use super::called::{Best, Meant, several, spellings};
use super::tenders::{AlsoView, LineView, MaybeView, TenderView, tender_view};
use super::views::{self, time};
use crate::base::clock::minute;
use crate::base::ids::RecordId;
use crate::base::text::{clip, count, words};
use crate::config::Config;
use crate::model::{Amendment, Closing, Deadline, Filed, Notice, Record, RecordKind, Value, as_one, closings, named_by};
use crate::pipeline::{Effects, linked};
use crate::render::{Language, disagreement, still_open};
use crate::store::{Store, TenderOrder, TenderRow, TenderWalk};
use crate::tender::{self, Line, Tender};

/// Tenders of the same buyer that are looked at when those that may be the same are looked for.
const ALIKE: usize = 500;
/// The time around a deadline in which theirs is, whatever day without a time it is.
const AROUND: SignedDuration = SignedDuration::from_hours(24 + 36);
/// Other portals whose notices are in a history.
const PORTALS: usize = 20;
/// Tenders shown that may be the same.
const MAYBE: usize = 10;
/// Tenders with a deadline, and without one, that are looked through for one that somebody calls by a number or a title; and read at a time.
const SEARCHED: usize = 100_000;
const READ: usize = 500;
/// Characters of their titles.
const TITLE: usize = 80;
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
    /// What the tender said otherwise before it.
    changes: Vec<(String, Option<String>, Option<String>)>,
}

/// The notices on file of a record up to a moment, the oldest first, each read anew and all folded once; off the async workers.
async fn read_all(effects: &Effects, record: &Record, until: Option<Timestamp>) -> Result<(Vec<Read>, Option<Tender>), AnswerError> {
    let mut filed = effects.store.notices_of(record.id).await?.notices;
    filed.retain(|filed| until.is_none_or(|until| filed.at() <= until));
    let read = effects.pool.run(&record.key, move |expired| Ok(folded(filed, expired))).await;
    Ok(read?)
}

fn folded(filed: Vec<Filed>, expired: &dyn Fn() -> bool) -> (Vec<Read>, Option<Tender>) {
    let read = |filed: Filed| Read { notice: tender::read_again(&filed, expired), filed, changes: Vec::new() };
    let mut all: Vec<Read> = filed.into_iter().map(read).collect();
    let (mut before, mut changes) = (Vec::new(), Vec::new());
    let tender = tender::fold_with(all.iter().filter_map(|read| read.notice.as_ref().ok()), |tender| {
        let now = tender::lines(tender);
        changes.push(tender::differences(&before, &now));
        before = now;
    });
    for (read, changes) in all.iter_mut().filter(|read| read.notice.is_ok()).zip(changes) {
        read.changes = changes;
    }
    (all, tender)
}

/// A tender by its record's id, by what its portal calls it (an OCID, a number of its procedure or of one of its notices, its address), or by words
/// of its title that no other has.
pub(super) async fn find(effects: &Effects, config: &Config, named: &str) -> Result<Record, AnswerError> {
    let named = named.trim();
    let none = |whole: bool| {
        let among = if whole {
            String::new()
        } else {
            format!(" among the {SEARCHED} with the latest deadlines and as many without one, and earlier ones were not looked through")
        };
        anyhow!(
            "there is no tender {named}{among}: name it by its id, by its portal's number or OCID, or by words of its title; `atalaya tender list` \
             shows them"
        )
    };
    if let Ok(id) = named.parse::<RecordId>() {
        return effects.store.records(vec![id]).await?.pop().filter(|record| record.kind == RecordKind::Tender).ok_or_else(|| none(true));
    }
    let keys = config.sources.iter().map(|source| Record::id_of(&source.id, named)).collect();
    let mut found = effects.store.records(keys).await?;
    for number in spellings(named) {
        found.extend(effects.store.records(effects.store.of_notice(number).await?).await?);
    }
    found.retain(|record| record.kind == RecordKind::Tender);
    found.sort_by_key(|record| record.id);
    found.dedup_by_key(|record| record.id);
    let mut whole = true;
    if found.is_empty() {
        (found, whole) = called(&effects.store, named, SEARCHED).await?;
    }
    found.sort_by_key(|record| (record.first_seen, record.id));
    let Some(first) = found.first().cloned() else { return Err(none(whole)) };
    let same: HashSet<RecordId> = linked(effects, &first).await?.into_iter().map(|record| record.id).chain([first.id]).collect();
    if found.iter().all(|record| same.contains(&record.id)) {
        return Ok(first);
    }
    let zone = &config.daemon.zone;
    let line = |record: &Record| {
        let until = record.value("deadline").map(|until| format!(", offers until {}", in_zone(until, zone))).unwrap_or_default();
        format!("{}  {} ({}, {}{until})", record.id, clip(&record.title(), TITLE), record.source, record.key)
    };
    Err(several("tenders", named, &found, line))
}

/// A value as words, a time by the clock of this zone.
fn in_zone(value: &Value, zone: &TimeZone) -> String {
    if let Value::Time(moment) = value { minute(moment.at, zone) } else { value.told() }
}

/// The tenders that somebody may mean, the best kind alone: who names a number means no title. Looked for among those with the latest deadlines,
/// and as many without one. Returns also whether these are all.
async fn called(store: &Store, named: &str, limit: usize) -> Result<(Vec<Record>, bool), AnswerError> {
    let asked = words(named);
    if asked.is_empty() {
        return Ok((Vec::new(), true));
    }
    let dated = TenderWalk { by: TenderOrder::Due, from: None, to: Some(Timestamp::MAX), back: true, limit };
    let (mut rows, mut whole) = store.tenders(dated, |_| true).await?;
    let (others, all) = store.tenders(TenderWalk { from: Some(Timestamp::MAX), to: None, ..dated }, |_| true).await?;
    rows.extend(others);
    whole &= all;
    let mut best = Best::none();
    for rows in rows.chunks(READ) {
        for record in store.records(rows.iter().map(|row| row.record).collect()).await? {
            best.take(meant(&record, named, &asked), record, ALIKE);
        }
        tokio::task::yield_now().await;
    }
    Ok((best.found, whole))
}

/// Whether a tender may be called so; `asked`: the same as plain words.
fn meant(record: &Record, named: &str, asked: &str) -> Option<Meant> {
    let written = spellings(named);
    let same = |id: &str| written.iter().any(|named| id.eq_ignore_ascii_case(named));
    let other = record.value("other_ids").map_or(&[][..], Value::each).iter().map(Value::text);
    let number = same(&record.key)
        || same(record.url.as_str())
        || record.url.path_segments().into_iter().flatten().any(|part| part.len() > 3 && same(part))
        || other.into_iter().any(|id| same(&id) || id.split_once(':').is_some_and(|(_, bare)| same(bare)));
    if number { Some(Meant::Number) } else { Meant::by_title(&record.title(), asked) }
}

/// Takes out of a view what was said only after a moment, and puts in its place what was said by then.
fn as_of(view: &mut TenderView, notice: &Notice, until: Timestamp) {
    let at = |deadline: &Deadline| deadline.due.as_ref().map_or(Timestamp::MAX, |due| due.at);
    let mut binding = notice.content.counting();
    binding.retain(|(_, deadline)| deadline.kind.binds());
    binding.sort_by_key(|(_, deadline)| at(deadline));
    let deadline =
        binding.iter().map(|(_, deadline)| *deadline).find(|deadline| at(deadline) > until).or(binding.last().map(|(_, last)| *last));
    view.deadline_at = deadline.and_then(|deadline| Some(time(deadline.due.as_ref()?.at)));
    (view.stage, view.deadline) = (Some(notice.stage.word().to_owned()), deadline.map(|deadline| deadline.text.clone()));
    let due = |when: &dyn Fn(Timestamp) -> bool| {
        let of_it = binding.iter().filter(|(_, deadline)| when(at(deadline)));
        of_it.filter_map(|(lot, deadline)| Some((lot.map(|lot| lot.id.clone())?, deadline.text.clone()))).collect::<Vec<_>>()
    };
    if let Some(first) = deadline.map(at) {
        view.later_lots = due(&|at| at > first);
        let lots: Vec<String> = due(&|at| at == first).into_iter().map(|(lot, _)| lot).collect();
        view.lots = Some(lots.join(", ")).filter(|lots| !lots.is_empty() && !view.later_lots.is_empty());
    }
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
    (until, zone): (Option<Timestamp>, &TimeZone),
    mut view: TenderView,
) -> Result<TenderView, AnswerError> {
    let (read, tender) = read_all(effects, record, until).await?;
    if let (Some(until), true) = (until, read.is_empty()) {
        let until = minute(until, zone);
        return Err(anyhow!("no notice of {} was known on {until}; `atalaya tender history {}` says since when", record.id, record.id));
    }
    let dates: Vec<Timestamp> = read.iter().filter(|read| read.notice.is_ok()).map(|read| read.filed.at()).collect();
    view.notices = read.len();
    if let Some(tender) = tender {
        let said = |line: &Line| tender.said.get(line.part).copied();
        view.lines = tender::lines(&tender)
            .into_iter()
            .map(|line| LineView {
                said: said(&line).and_then(|place| dates.get(place)).map(|at| at.strftime("%Y-%m-%d").to_string()),
                name: line.name,
                value: line.words,
            })
            .collect();
        view.amendments = tender.amendments.iter().map(|(_, amendment)| amended(amendment)).filter(|words| !words.is_empty()).collect();
        view.amendments.dedup();
        view.unread = tender.notice.unread.iter().map(|field| (field.path.clone(), field.reason.clone())).collect();
        view.tender = Some(tender_view(&tender));
        if let Some(until) = until {
            as_of(&mut view, &tender.notice, until);
            view.changed = dates.last().map_or(view.changed, |at| time(*at));
        }
    }
    let others = linked(effects, record).await?;
    for other in others.iter().take(PORTALS) {
        let known = effects.store.notices_of(other.id).await?.notices;
        view.notices += known.iter().filter(|filed| until.is_none_or(|until| filed.at() <= until)).count();
    }
    view.also = also(&others);
    let mut portals = others;
    portals.push(record.clone());
    if let (None, Some(joined)) = (until, as_one(&portals, effects.clock.now())) {
        let of_it = |closing: &Closing<'_>| disagreement(Language::En, None, (closing, &joined.said));
        let open = still_open(Language::En, None, &joined.said);
        view.differing = closings(&joined.record).iter().filter_map(of_it).chain(open).collect();
        view.title = joined.record.title();
        view.stage = joined.record.text("stage");
        views::dated(&mut view, &joined.record);
    }
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
    records.extend(linked(effects, record).await?.into_iter().take(PORTALS));
    let mut all = Vec::new();
    for record in &records {
        // What a notice changes is asked of its own portal's words: each portal has its own.
        for read in read_all(effects, record, None).await?.0 {
            all.push((view_of(record, &read), read.filed));
        }
    }
    all.sort_by_key(|(_, filed)| filed.at());
    for (place, (view, _)) in all.iter_mut().enumerate() {
        view.number = place + 1;
    }
    Ok(all)
}

fn view_of(record: &Record, Read { filed, notice, changes }: &Read) -> NoticeView {
    let mut view = NoticeView {
        source: record.source.to_string(),
        published: filed.published.map(time),
        fetched: time(filed.seen),
        from: filed.url.to_string(),
        hash: filed.hash.to_string(),
        bytes: filed.raw.len(),
        changes: changes.clone(),
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
pub(super) async fn history(effects: &Effects, config: &Config, id: &str) -> Result<HistoryView, AnswerError> {
    let record = find(effects, config, id).await?;
    let notices = chain(effects, &record).await?.into_iter().map(|(view, _)| view).collect();
    let others = linked(effects, &record).await?;
    let title = named_by(others.iter().chain([&record])).unwrap_or(&record).title();
    Ok(HistoryView { id: record.id.to_string(), title, procedure: record.key, notices })
}

/// The bytes of one of a tender's notices, by its place in the history.
pub(super) async fn raw(effects: &Effects, config: &Config, id: &str, number: usize) -> Result<RawView, AnswerError> {
    let record = find(effects, config, id).await?;
    let mut all = chain(effects, &record).await?;
    if number == 0 || number > all.len() {
        return Err(anyhow!("the tender has {} on file; there is no {number}", count(all.len(), "notice", "notices")));
    }
    let (notice, filed) = all.swap_remove(number - 1);
    Ok(RawView { notice, format: filed.format, text: filed.raw.text() })
}

/// Tenders of other sources that may be the same one. Nothing is joined because of it.
async fn maybe(effects: &Effects, record: &Record) -> Result<Vec<MaybeView>, AnswerError> {
    let ids = record.shared_ids();
    let mut found = Vec::new();
    for other in effects.store.records(candidates(effects, record).await?).await? {
        // What goes by the same identifier is the same, and is shown as such.
        let same = other.shared_ids().iter().any(|id| ids.contains(id));
        if let Some(because) = alike(record, &other).filter(|_| !same && found.len() < MAYBE) {
            let (id, source, title) = (other.id.to_string(), other.source.to_string(), other.title());
            found.push(MaybeView { id, source, title, because });
        }
    }
    Ok(found)
}

/// Tenders of the same buyer on other portals, whose time for offers is over on nearly the same day where both have one.
async fn candidates(effects: &Effects, record: &Record) -> Result<Vec<RecordId>, AnswerError> {
    let source = record.source.to_string();
    let buyer = words(&record.text("buyer").unwrap_or_default());
    let tax_ids = words_of(record, "tax_id");
    if buyer.is_empty() && tax_ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Arc::new(move |row: &TenderRow| {
        let named = !row.buyer.is_empty() && buyer.starts_with(&row.buyer.replace(" …", ""));
        row.source != source && (named || row.tax_ids.iter().any(|id| tax_ids.contains(id)))
    });
    let walk = TenderWalk { by: TenderOrder::Due, from: None, to: None, back: false, limit: ALIKE };
    let walks = match record.value("deadline").and_then(Value::instant) {
        Some(due) => {
            let (from, to) = (due.saturating_sub(AROUND)?, due.saturating_add(AROUND)?);
            let without = TenderWalk { from: Some(Timestamp::MAX), ..walk };
            vec![TenderWalk { from: Some(from), to: Some(to), ..walk }, without]
        }
        None => vec![walk],
    };
    let mut found = Vec::new();
    for walk in walks {
        let wanted = Arc::clone(&wanted);
        found.extend(effects.store.tenders(walk, move |row| wanted(row)).await?.0.into_iter().map(|row| row.record));
    }
    Ok(found)
}

/// The values of a field, each in words.
fn words_of(record: &Record, name: &str) -> Vec<String> {
    record.value(name).map_or(&[][..], Value::each).iter().map(|value| words(&value.text())).filter(|text| !text.is_empty()).collect()
}

/// Why two tenders may be the same: the same buyer, deadlines within a day where both have one, and the same value or nearly the same title.
fn alike(one: &Record, other: &Record) -> Option<String> {
    let share = |name: &str| words_of(one, name).iter().any(|value| words_of(other, name).contains(value));
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
