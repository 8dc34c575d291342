//! Makes records and history entries out of what was decided. Decides nothing itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::Rules;
use super::compare::Context;
use super::differences::{AWARD_VALUE, CONTRACT, Difference, Found, QUIET, WORTH, What, alone, is_newer, is_older, is_ours, of_fields};
use super::noise::essence;
use super::readable::excerpt;
use super::spelling::{is_reached_by, reached, respelled};
use crate::base::caps;
use crate::base::ids::{RecordId, SourceId};
use crate::base::text::clip;
use crate::model::{
    AWARD_BEFORE, AWARDED_LOTS, BUYER_SAYS, CONTRACTS, Change, ChangeKind, DEADLINE_FOR, Draft, Field, FieldChange, FieldName,
    JOINT_BUYERS, LAST_DEADLINE, LOT_AWARDS, LOT_WORTH, LOTS_DUE, OwnPage, Page, Record, RecordKind, Stage, Value, moved_lots, next_lots,
    said_now, undated,
};

/// The name under which a page's changed text is reported.
const TEXT: &str = "text";
/// The name under which it is reported that somebody who won or lost an award did so no longer.
pub(super) const AWARD: &str = "award";
/// The field that says when the newest notice was published.
const PUBLISHED: &str = "published";

/// Known records of a page from which on what comes to all of them at once is the page's doing.
const SEVERAL: usize = 5;
/// Fields of terms; whatever changes them, it is told.
const TERMS: [&str; 7] = ["availability", "deadline", "price", "quantity", "stage", "status", "stock"];

/// What is to be told of a page.
pub(super) struct News<'a> {
    pub(super) page: &'a Page,
    pub(super) context: &'a Context<'a>,
    /// What is news.
    pub(super) report: &'a [Difference],
}

/// Records to write and the changes that made them so.
pub(super) fn tell(news: &News<'_>, rules: &Rules, found: &Found<'_>) -> (Vec<Record>, Vec<Change>) {
    let (mut records, mut changes) = (Vec::new(), Vec::new());
    let laid = of_the_site(news, found);
    for (i, draft, stored) in &found.drafts {
        let kind = match stored {
            None => Some(ChangeKind::Appeared),
            // What is on file took it back.
            Some(record) if record.gone && draft.again && draft.kind == RecordKind::Award => continue,
            Some(record) if record.gone => {
                came_back_otherwise(news, rules, found, (*i, draft, record), &mut changes);
                Some(ChangeKind::Returned(record.changed))
            }
            Some(record) => {
                let fields = changed_fields(news, found, (*i, draft), record);
                let calls = fields.iter().any(|change| is_first_call(change, record));
                let is_told = !fields.is_empty();
                is_told.then_some(if calls { ChangeKind::Appeared } else { ChangeKind::Changed(fields) })
            }
        };
        let record = match (stored, &kind) {
            (Some(record), None) if record.missing == 0 && !(record.own_page.is_open() && draft.detail.is_none()) => {
                records.extend(raised(news, found, (*i, draft), record));
                continue;
            }
            (None, _) => fresh(news, draft),
            (Some(record), kind) => renewed(news, rules, draft, record, kind.as_ref()),
        };
        let same = |change: &FieldChange| laid.contains(&change.field) || stored.is_some_and(|stored| says_the_same(change, stored, draft));
        for (kind, baseline) in kind.into_iter().flat_map(|kind| apart(kind, same)) {
            let (source, at) = (news.page.source.clone(), news.context.now);
            changes.push(Change { source, record: record.id, kind, at, baseline: news.context.quiet || baseline });
        }
        records.push(record);
    }
    (records, changes)
}

/// Whether a tender takes offers that was over when it was first seen, and ever since: nobody was told of it, so that it is new.
fn is_first_call(change: &FieldChange, record: &Record) -> bool {
    let stage = |value: &Value| Stage::from_word(&value.text());
    let was = |value: &Value| stage(value).is_some_and(|stage| !stage.is_live());
    let field = record.fields.get(&change.field).filter(|_| record.kind == RecordKind::Tender && change.field.as_str() == "stage");
    field.is_some_and(|field| field.first_seen == record.first_seen && was(&field.value))
        && change.new.as_ref().and_then(stage).is_some_and(Stage::is_live)
}

/// Fields that nearly all known records of a page have now and had not, have otherwise than before, or have no longer: the page tells more than it did
/// or less, or writes it in another way. That is a baseline, and says nothing new of any of them. Not so tenders: several may be awarded on one day; nor
/// terms, which may well change for all.
fn of_the_site(news: &News<'_>, found: &Found<'_>) -> BTreeSet<FieldName> {
    let known: Vec<&Record> = found.drafts.iter().filter_map(|(.., stored)| *stored).filter(|record| !record.gone).collect();
    if known.len() < SEVERAL || known.iter().any(|record| record.kind == RecordKind::Tender) {
        return BTreeSet::new();
    }
    let drafts: HashMap<usize, (&Draft, Option<&Record>)> =
        found.drafts.iter().map(|(at, draft, stored)| (*at, (*draft, *stored))).collect();
    let mut differ = BTreeMap::<&FieldName, usize>::new();
    for difference in news.report {
        let What::Field(at, name) = &difference.what else { continue };
        let Some((draft, stored)) = drafts.get(at) else { continue };
        let (is, was) = (draft.value(name.as_str()), stored.and_then(|record| record.value(name.as_str())));
        let Some(value) = is.or(was) else { continue };
        *differ.entry(name).or_default() += usize::from(is.is_some() && difference.old.is_empty() || !is_term(name, value));
    }
    differ.retain(|_, count| *count * 5 >= known.len() * 4);
    differ.into_keys().cloned().collect()
}

/// Whether a field says on which terms something is to be had, or until when.
fn is_term(name: &FieldName, value: &Value) -> bool {
    let base = name.as_str().trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    matches!(value, Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_)) || TERMS.contains(&base)
}

/// A change in the part that is news and the part that is a baseline: what the site did to all, and what says the same.
fn apart(kind: ChangeKind, same: impl Fn(&FieldChange) -> bool) -> Vec<(ChangeKind, bool)> {
    let ChangeKind::Changed(fields) = kind else { return vec![(kind, false)] };
    let (quiet, told): (Vec<FieldChange>, Vec<FieldChange>) = fields.into_iter().partition(same);
    let parts = [(told, false), (quiet, true)].into_iter().filter(|(fields, _)| !fields.is_empty());
    parts.map(|(fields, baseline)| (ChangeKind::Changed(fields), baseline)).collect()
}

/// Whether a field is only written otherwise, or a number or an address stands under another name than before.
fn says_the_same(change: &FieldChange, record: &Record, draft: &Draft) -> bool {
    let both = change.old.as_ref().zip(change.new.as_ref());
    record.kind != RecordKind::Page && both.is_some_and(|(old, new)| respelled(old, new)) || is_renamed(change, record, draft)
}

/// Whether all numbers and addresses of a field were there before, and are there still: what was a person is a telephone now.
fn is_renamed(change: &FieldChange, record: &Record, draft: &Draft) -> bool {
    let of = |value: &Option<Value>| value.as_ref().map_or(Some(Vec::new()), reached);
    let Some((had, has)) = of(&change.old).zip(of(&change.new)) else { return false };
    let before: Vec<String> = record.fields.values().filter_map(|field| reached(&field.value)).flatten().collect();
    let now: Vec<String> = draft.fields.values().filter_map(|found| reached(&found.value)).flatten().collect();
    let all_in = |some: &[String], all: &[String]| some.iter().all(|one| all.iter().any(|other| is_reached_by(one, other)));
    let is_term = [&change.old, &change.new].into_iter().flatten().any(|value| is_term(&change.field, value));
    !is_term && all_in(&had, &now) && all_in(&has, &before)
}

/// Records that are taken back by what is on file go at once: it says so itself, whatever a second look would show.
pub(super) fn taken_back(news: &News<'_>, known: &[Record], keys: &[String]) -> (Vec<Record>, Vec<Change>) {
    let (source, now) = (&news.page.source, news.context.now);
    let is_meant = |record: &&Record| !record.gone && record.source == *source && keys.contains(&record.key);
    let one = |record: &Record| {
        let word = |word: &str| Some(Value::Text(word.to_owned()));
        let was = if record.fields.contains_key("winner") { "won" } else { "lost" };
        let field = FieldChange { field: FieldName::new(AWARD), old: word(was), new: word("annulled") };
        let kind = ChangeKind::Changed(vec![field]);
        let change = Change { source: source.clone(), record: record.id, kind, at: now, baseline: news.context.quiet };
        (Record { gone: true, changed: now, ..record.clone() }, change)
    };
    known.iter().filter(is_meant).map(one).unzip()
}

/// What a tender says otherwise that is back in its portal's list is told as it is of one that never left.
fn came_back_otherwise(
    news: &News<'_>,
    rules: &Rules,
    found: &Found<'_>,
    (at, draft, record): (usize, &Draft, &Record),
    changes: &mut Vec<Change>,
) {
    if record.kind != RecordKind::Tender {
        return;
    }
    let report = of_fields(rules, &[], (at, draft), record, false);
    let fields = changed_fields(&News { report: &report, ..*news }, found, (at, draft), record);
    if !fields.is_empty() {
        let (source, at) = (news.page.source.clone(), news.context.now);
        changes.push(Change { source, record: record.id, kind: ChangeKind::Changed(fields), at, baseline: news.context.quiet });
    }
}

/// A tender whose newer notice changes nothing that is told: from now on it is this one that an older notice is older than, and its lots are due
/// when it says.
fn raised(news: &News<'_>, found: &Found<'_>, (at, draft): (usize, &Draft), record: &Record) -> Option<Record> {
    let newer = !draft.again && draft.kind == RecordKind::Tender && is_newer(draft, record);
    // What waits for a second look is still to be told.
    let waits = |difference: &Difference| matches!(&difference.what, What::Field(draft, _) if *draft == at);
    if !moved_lots(record, draft).is_empty() || found.differences.iter().any(waits) {
        return None;
    }
    let found = draft.fields.get(PUBLISHED).filter(|_| newer && record.fields.contains_key(PUBLISHED));
    let mut raised = record.clone();
    raised.fields.extend(found.map(|found| (FieldName::new(PUBLISHED), field(news, found))));
    keep_quiet(news, draft, &mut raised);
    (raised != *record).then_some(raised)
}

/// Takes over what of a tender is kept without being told: until when its lots are due, of which moves are told alone, and its numbers.
fn keep_quiet(news: &News<'_>, draft: &Draft, record: &mut Record) {
    if draft.again || is_older(draft, record) {
        return;
    }
    if draft.kind == RecordKind::Award {
        let named = CONTRACT.iter().filter_map(|name| draft.fields.get_key_value(*name));
        for (name, found) in
            named.filter(|(name, _)| name.as_str() == AWARD_BEFORE || !record.fields.contains_key(*name)).collect::<Vec<_>>()
        {
            record.fields.insert(name.clone(), field(news, found));
        }
    }
    if draft.kind != RecordKind::Tender {
        return;
    }
    let whole = !draft.partial && draft.detail.is_none();
    let lots = [AWARDED_LOTS, LOT_AWARDS, LOT_WORTH, DEADLINE_FOR, AWARD_VALUE, AWARD_BEFORE, CONTRACTS, JOINT_BUYERS].map(FieldName::new);
    let worth = WORTH.map(FieldName::new);
    // What the only lot was worth is not what several are; all else that is said of it no more was told.
    let is_over = |name: &&FieldName| worth.contains(name) || is_ours(name, draft, record);
    let over: Vec<&FieldName> =
        lots.iter().chain(&worth).filter(|name| whole && !draft.fields.contains_key(*name)).filter(is_over).collect();
    let named = QUIET
        .iter()
        .chain(&[LOT_WORTH, LOT_AWARDS, AWARDED_LOTS, AWARD_VALUE, CONTRACTS])
        .chain(&WORTH)
        .filter_map(|name| draft.fields.get_key_value(*name));
    let quiet: Vec<_> = named.filter(|(name, _)| is_ours(name, draft, record)).collect();
    for (name, found) in quiet {
        if record.value(name.as_str()) != Some(&found.value) {
            record.fields.insert(name.clone(), field(news, found));
        }
    }
    record.fields.retain(|name, _| !over.contains(&name));
    if !moved_lots(record, draft).is_empty() {
        return;
    }
    match draft.fields.get(LOTS_DUE) {
        Some(found) if record.value(LOTS_DUE) != Some(&found.value) => {
            record.fields.insert(FieldName::new(LOTS_DUE), field(news, found));
        }
        None if whole => {
            record.fields.remove(LOTS_DUE);
        }
        Some(_) | None => {}
    }
    if !draft.partial && !draft.fields.contains_key(BUYER_SAYS) {
        record.fields.remove(BUYER_SAYS);
    }
}

/// The drafts as they stand now: of lots whose time is over the next counts.
pub(super) fn as_of_now<'d>(drafts: &'d [Draft], source: &SourceId, known: &[Record], now: Timestamp) -> Cow<'d, [Draft]> {
    let mut all = Cow::Borrowed(drafts);
    let dated: Vec<(usize, &Draft)> = drafts.iter().enumerate().filter(|(_, draft)| draft.fields.contains_key(LOTS_DUE)).collect();
    let known: HashMap<RecordId, &Record> = known.iter().filter(|_| !dated.is_empty()).map(|record| (record.id, record)).collect();
    for (place, draft) in dated {
        let record = known.get(&Record::id_of(source, &draft.key)).copied();
        let Some(value) = said_now(draft, record, now) else { continue };
        let Some(found) = all.to_mut()[place].fields.get_mut("deadline") else { continue };
        found.quote = clip(&value.written(), caps::QUOTE_CHARS);
        found.value = value;
    }
    all
}

/// The reported changes of one record; those of a page's blocks in one.
fn changed_fields(news: &News<'_>, found: &Found<'_>, (at, draft): (usize, &Draft), record: &Record) -> Vec<FieldChange> {
    let mut fields = Vec::new();
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for difference in news.report {
        match &difference.what {
            What::Field(draft_at, name) if *draft_at == at && name.as_str() == LOTS_DUE => {
                let one = |(old, new): (Option<Value>, Value)| FieldChange { field: name.clone(), old, new: Some(new) };
                fields.extend(moved_lots(record, draft).into_iter().map(one));
            }
            What::Field(draft_at, name) if *draft_at == at => {
                let mut old = known(record, name).map(|field| field.value.clone());
                let mut new = draft.fields.get(name).map(|found| found.value.clone());
                if name.as_str() == LOT_AWARDS {
                    // Beside one award nothing is said of each.
                    old = old.or_else(|| alone(|name| record.value(name)));
                    new = new.or_else(|| alone(|name| draft.value(name)));
                }
                fields.push(FieldChange { field: name.clone(), old, new });
            }
            What::Block(i, j) if draft.kind == RecordKind::Page => {
                was.push(i.map_or("", |i| found.old[i].raw));
                is.push(j.map_or("", |j| found.new[j].raw));
            }
            What::Field(..) | What::Block(..) => {}
        }
    }
    // It moved by itself: with which lots it was and is.
    if fields.iter().any(|change| change.field.as_str() == "deadline") && moved_lots(record, draft).is_empty() {
        let one = |[old, new]: [Value; 2]| FieldChange { field: FieldName::new("lot"), old: Some(old), new: Some(new) };
        fields.extend(next_lots(record, draft).map(one));
    }
    if !was.is_empty() {
        let (old, new) = excerpt(&was, &is);
        let text = |text: String| (!text.is_empty()).then_some(Value::Text(text));
        fields.push(FieldChange { field: FieldName::new(TEXT), old: text(old), new: text(new) });
    }
    fields
}

/// What a record says; a deadline that could not be read any more was what it was before.
fn known<'r>(record: &'r Record, name: &FieldName) -> Option<&'r Field> {
    let last = || record.fields.get(LAST_DEADLINE).filter(|_| record.kind == RecordKind::Tender);
    let stands = record.fields.get(name).filter(|field| name.as_str() != "deadline" || field.value.instant().is_some());
    stands.or_else(|| if name.as_str() == "deadline" { last() } else { None }).or_else(|| record.fields.get(name))
}

fn field(news: &News<'_>, found: &crate::model::Found) -> Field {
    let quote = clip(&found.quote, caps::QUOTE_CHARS);
    Field { value: found.value.clone(), quote, path: found.path.clone(), first_seen: news.context.now }
}

/// A record that was not known.
fn fresh(news: &News<'_>, draft: &Draft) -> Record {
    let now = news.context.now;
    Record {
        id: Record::id_of(&news.page.source, &draft.key),
        source: news.page.source.clone(),
        key: draft.key.clone(),
        kind: draft.kind,
        url: draft.url.clone(),
        fields: draft.fields.iter().map(|(name, found)| (name.clone(), field(news, found))).collect(),
        content: news.context.content,
        first_seen: now,
        changed: now,
        missing: 0,
        gone: false,
        own_page: if draft.detail.is_some() { OwnPage::Wanted } else { OwnPage::Read },
    }
}

/// Keeps the last deadline of a tender that could be read, since when it cannot, and forgets it when it can be read again or none is said.
fn keep_last_deadline(was: &Record, is: &mut Record, now: Timestamp) {
    if is.kind != RecordKind::Tender {
        return;
    }
    if undated(is).is_none() {
        is.fields.remove(LAST_DEADLINE);
    } else if let Some(last) = was.fields.get("deadline").filter(|field| field.value.instant().is_some()) {
        is.fields.insert(FieldName::new(LAST_DEADLINE), Field { first_seen: now, ..last.clone() });
    }
}

/// A known record, brought up to date as far as its changes are reported (wholly, when it had been gone).
fn renewed(news: &News<'_>, rules: &Rules, draft: &Draft, record: &Record, kind: Option<&ChangeKind>) -> Record {
    let mut new = record.clone();
    let (back, reported): (bool, Vec<&FieldName>) = match kind {
        Some(ChangeKind::Changed(fields)) => (false, fields.iter().map(|change| &change.field).collect()),
        Some(ChangeKind::Appeared | ChangeKind::Returned(_)) => (true, Vec::new()),
        Some(ChangeKind::Gone) | None => (false, Vec::new()),
    };
    let completed = record.own_page.is_open() && draft.detail.is_none();
    for (name, found) in &draft.fields {
        let known = record.fields.get(name);
        let take = back || reported.contains(&name) || (kind.is_some() && rules.ignores(name)) || (completed && known.is_none());
        // The same value keeps the date of its first sight. Lots that exchanged their deadlines are the same words in another order.
        let same = |field: &Field| match name.as_str() {
            LOTS_DUE => field.value == found.value,
            _ => essence(rules, &field.value) == essence(rules, &found.value),
        };
        if take && !known.is_some_and(same) {
            new.fields.insert(name.clone(), field(news, found));
        }
    }
    let stays = |name: &FieldName| {
        draft.fields.contains_key(name) || draft.detail.is_some() || draft.partial || !(back || reported.contains(&name))
    };
    new.fields = new
        .fields
        .into_iter()
        .filter(|(name, _)| stays(name) || name.as_str() == LAST_DEADLINE && record.kind == RecordKind::Tender)
        .collect::<BTreeMap<_, _>>();
    keep_last_deadline(record, &mut new, news.context.now);
    keep_quiet(news, draft, &mut new);
    if kind.is_some() {
        new.kind = draft.kind;
        new.url = draft.url.clone();
        new.content = news.context.content;
        new.changed = news.context.now;
    }
    new.missing = 0;
    new.gone = false;
    if draft.detail.is_none() {
        new.own_page = OwnPage::Read;
    }
    new
}
