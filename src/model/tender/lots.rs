//! The lots of a tender's record that are due at different times: until when each of them takes offers, and which of them counts at a moment. Knows
//! no portal and no language.
//!
//! The record keeps one deadline, that of the first lot still open, and beside it those of all lots that can still be won. When the one that counts
//! passes, the next takes its place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;

use super::closing::{FAR, end_of};
use super::{Stage, is_live};
use crate::base::text::words;
use crate::model::{Draft, Field, FieldName, Record, RecordKind, Value};

/// The field that keeps until when the lots take offers that can still be won, where they differ: names of lots and their deadline, by turns, the
/// soonest first. It is our own memory: what is told of it is that the deadline of a lot moved.
pub const LOTS_DUE: &str = "lot_deadlines";
/// The field that names the lots which somebody has won, where there are several. No change of it is told but with who won.
pub const AWARDED_LOTS: &str = "awarded_lots";
/// The field that names the lots which ended without a winner.
pub const CANCELLED_LOTS: &str = "cancelled_lots";

/// The field that says what each lot is worth, where there are several.
pub const LOT_WORTH: &str = "lot_values";

/// The field that says who won each lot and for how much, where there are several.
pub const LOT_AWARDS: &str = "lot_awards";

/// The field that says until when the contracts of a tender run, where it has several: "L1: Acme, 2027-03-31"; of one that is over "ended 2026-12-06".
pub const CONTRACTS: &str = "contracts";
/// What stands before the day on which a contract was over.
pub const ENDED: &str = "ended";
/// The field that says what a contract came to before its newest notice changed it, where that says so itself. It is kept, and told with the change.
pub const AWARD_BEFORE: &str = "award_value_before";

/// What stands between what a contract came to and what it comes to.
pub const FROM_TO: &str = " → ";

/// Lots of one deadline that are named.
const SHOWN: usize = 5;
/// The field that says when the newest notice was published.
const PUBLISHED: &str = "published";

static DEADLINE: LazyLock<FieldName> = LazyLock::new(|| FieldName::new("deadline"));

/// What [`LOTS_DUE`] keeps of these lots and their deadlines, the soonest first.
pub fn lots_due(lots: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::List(lots.into_iter().flat_map(|(names, until)| [Value::Text(names), until]).collect())
}

/// The lots with their deadlines, the soonest first.
fn each(due: Option<&Value>) -> impl DoubleEndedIterator<Item = (&Value, &Value)> + Clone {
    due.map_or(&[][..], Value::each).as_chunks::<2>().0.iter().map(|[names, until]| (names, until))
}

/// Which lot a deadline is of, and what of them counts at a moment: the first that is not over, else the last. `None`: it is of no lot.
fn counting<'a>(deadline: &Value, due: Option<&'a Value>, now: Timestamp) -> Option<&'a Value> {
    let at = deadline.instant();
    let from = each(due).skip_while(move |(_, until)| until.instant() != at);
    let open = from.clone().find(|(_, until)| end_of(until).is_some_and(|end| now <= end));
    open.or_else(|| from.last()).map(|(_, until)| until)
}

/// A tender's record as it stands at a moment: its deadline is that of the first lot still open. It counts since the one before was over.
pub fn first_open(record: &Record, now: Timestamp) -> Cow<'_, Record> {
    let Some(field) = record.fields.get(&*DEADLINE).filter(|_| record.kind == RecordKind::Tender) else { return Cow::Borrowed(record) };
    let due = record.value(LOTS_DUE);
    let Some(until) = counting(&field.value, due, now).filter(|until| until.instant() != field.value.instant()) else {
        return Cow::Borrowed(record);
    };
    let before = each(due).take_while(|(_, other)| other.instant() < until.instant()).filter_map(|(_, other)| end_of(other)).max();
    let since = before.map_or(field.first_seen, |end| end.min(now).max(field.first_seen));
    let mut moved = record.clone();
    moved
        .fields
        .insert(DEADLINE.clone(), Field { value: until.clone(), quote: until.written(), first_seen: since, path: field.path.clone() });
    Cow::Owned(moved)
}

/// A tender's record without the lots among these, by [number](by_numbers), that are over elsewhere, as long as others are left: where its deadline
/// was theirs it is that of the next since then.
pub(super) fn without_over<'a>(record: &'a Record, over: &BTreeMap<String, Timestamp>) -> Cow<'a, Record> {
    let (Some(due), Some(field)) = (record.fields.get(LOTS_DUE), record.fields.get(&*DEADLINE)) else { return Cow::Borrowed(record) };
    let is_over = |lot: &&str| over.contains_key(&by_numbers(lot));
    let left = each(Some(&due.value)).filter_map(|(lots, until)| {
        let text = lots.text();
        let open: Vec<&str> = text.split(", ").filter(|lot| !is_over(lot)).collect();
        (!open.is_empty()).then(|| (open.join(", "), until.clone()))
    });
    let left = lots_due(left);
    if left == due.value || left.each().is_empty() {
        return Cow::Borrowed(record);
    }
    let stands = |until: &Value| each(Some(&left)).any(|(_, other)| other.instant() == until.instant());
    let mut after = each(Some(&due.value)).skip_while(|(_, until)| until.instant() != field.value.instant()).peekable();
    let of_lot = after.peek().is_some();
    let next = after.map(|(_, until)| until).find(|until| stands(until));
    let next = next.or_else(|| each(Some(&left)).last().map(|(_, until)| until)).filter(|_| of_lot);
    let mut open = record.clone();
    if let Some(until) = next.filter(|until| until.instant() != field.value.instant()) {
        let of_it = by_lot(Some(&due.value)).filter_map(|(lot, _)| over.get(&by_numbers(&lot)).copied());
        let since = of_it.fold(field.first_seen, Timestamp::max);
        let counts = Field { value: until.clone(), quote: until.written(), first_seen: since, path: field.path.clone() };
        open.fields.insert(DEADLINE.clone(), counts);
    }
    open.fields.insert(FieldName::new(LOTS_DUE), Field { value: left, ..due.clone() });
    Cow::Owned(open)
}

/// Since when a record says until when a lot, by its [number](by_numbers), takes offers: those of its first deadline do so since that was said, the
/// others since any of them was.
pub(super) fn due_since(record: &Record, lot: &str) -> Option<Timestamp> {
    let due = record.fields.get(LOTS_DUE)?;
    let first = record.fields.get(&*DEADLINE).filter(|first| {
        let mut of_it = by_lot(Some(&due.value)).filter(|(_, until)| until.instant() == first.value.instant());
        of_it.any(|(known, _)| by_numbers(&known) == lot)
    });
    Some(first.unwrap_or(due).first_seen)
}

/// The lots that are due at this time, as far as that is said: "L1, L2".
pub(super) fn lots_of(record: &Record, deadline: &Value) -> Option<String> {
    let names = each(record.value(LOTS_DUE)).find(|(_, until)| until.instant() == deadline.instant())?.0;
    Some(few(names)).filter(|names| !names.is_empty())
}

/// The lots whose deadline cannot be meant: it was over when it was published, or is years ahead. Only the notice that set it can say so, and who
/// came when it was over already knows nothing.
pub(super) fn lots_in_doubt<'a>(record: &'a Record, deadline: &Value) -> Vec<(String, &'a Value)> {
    let (Some(due), Some(said)) = (record.fields.get(LOTS_DUE), record.fields.get(PUBLISHED)) else { return Vec::new() };
    let Some(published) = said.value.instant().filter(|_| is_live(record) && said.first_seen <= due.first_seen) else { return Vec::new() };
    let before = published.min(record.first_seen);
    let odd = |until: &Value| {
        end_of(until).is_some_and(|end| end < before) || until.instant().is_some_and(|at| at.duration_since(published) > FAR)
    };
    let all = each(Some(&due.value)).filter(|(_, until)| until.instant() != deadline.instant() && odd(until));
    all.map(|(names, until)| (few(names), until)).filter(|(names, _)| !names.is_empty()).collect()
}

/// The lots that are due later, each with its deadline, the soonest first.
pub(super) fn lots_after<'a>(record: &'a Record, deadline: &Value) -> Vec<(String, &'a Value)> {
    let from = each(record.value(LOTS_DUE)).skip_while(|(_, until)| until.instant() != deadline.instant());
    from.skip(1).map(|(names, until)| (few(names), until)).filter(|(names, _)| !names.is_empty()).collect()
}

/// The first of some lots.
fn few(names: &Value) -> String {
    let names = names.text();
    let mut shown: Vec<&str> = names.split(", ").filter(|name| !name.is_empty()).collect();
    if shown.len() > SHOWN {
        shown.truncate(SHOWN);
        shown.push("…");
    }
    shown.join(", ")
}

/// The lots whose deadline the draft says otherwise than the record, those that moved alike together, each with what it was and what it is now, as
/// [`LOTS_DUE`] keeps one; of a lot that had ended and takes offers again what it is now alone.
pub fn moved_lots(record: &Record, draft: &Draft) -> Vec<(Option<Value>, Value)> {
    let own = [record.value(DEADLINE.as_str()), draft.value(DEADLINE.as_str())];
    let ([Some(was), Some(is)], RecordKind::Tender, false) = (own, draft.kind, draft.again) else { return Vec::new() };
    let (before, after) = (record.value(LOTS_DUE), draft.value(LOTS_DUE));
    let published = |value: Option<&Value>| value.and_then(Value::instant);
    let said = published(draft.value(PUBLISHED)).filter(|said| Some(*said) > published(record.value(PUBLISHED)));
    let later = |until: &Value| end_of(until) > said;
    // Where the lots do not differ the tender's own deadline is that of each.
    let all: Vec<(String, &Value, &Value)> = match (before, after, said) {
        (Some(_), Some(_), _) => {
            let now: BTreeMap<String, &Value> = by_lot(after).collect();
            by_lot(before).filter_map(|(lot, until)| now.get(&lot).map(|now| (lot, until, *now))).collect()
        }
        (None, Some(_), Some(_)) => {
            let known = |lot: &str| record.value("lots").is_none_or(|lots| lots.each().iter().any(|one| is_named(one, lot)));
            by_lot(after).filter(|(lot, _)| known(lot)).map(|(lot, until)| (lot, was, until)).collect()
        }
        (Some(_), None, Some(_)) => {
            let stands = |lot: &str, until: &Value| later(until) && names(draft, "lots", lot) && !names(draft, CANCELLED_LOTS, lot);
            by_lot(before).filter(|(lot, until)| stands(lot, until)).map(|(lot, until)| (lot, until, is)).collect()
        }
        _ => Vec::new(),
    };
    let live = draft.value("stage").and_then(|stage| Stage::from_word(&stage.text())).is_none_or(Stage::is_live) && is_live(record);
    let ended: Vec<&str> = if live && said.is_some() { ended(record).filter(|lot| !is_ended(draft, lot)).collect() } else { Vec::new() };
    let until = |lot: &str| if after.is_some() { by_lot(after).find(|(open, _)| open == lot).map(|(_, until)| until) } else { Some(is) };
    let again = ended.iter().filter(|lot| names(draft, "lots", lot)).filter_map(|lot| Some(((*lot).to_owned(), None, until(lot)?)));
    let moved = all.into_iter().filter(|(lot, from, to)| from.instant() != to.instant() && !ended.contains(&lot.as_str()));
    let mut told: Vec<(String, Option<&Value>, &Value)> = Vec::new();
    for (lot, from, to) in moved.map(|(lot, from, to)| (lot, Some(from), to)).chain(again.filter(|(.., until)| later(until))) {
        let alike = |was: Option<&Value>| was.and_then(Value::instant) == from.and_then(Value::instant);
        match told.iter_mut().find(|(_, was, is)| alike(*was) && is.instant() == to.instant()) {
            Some((lots, ..)) => *lots = format!("{lots}, {lot}"),
            None => told.push((lot, from, to)),
        }
    }
    let kept = |lots: &str, until: &Value| lots_due([(lots.to_owned(), until.clone())]);
    told.into_iter().map(|(lots, from, to)| (from.map(|from| kept(&lots, from)), kept(&lots, to))).collect()
}

/// The lots of a record that had ended, with a winner or without one.
fn ended(record: &Record) -> impl Iterator<Item = &str> {
    [AWARDED_LOTS, CANCELLED_LOTS].into_iter().filter_map(|name| record.value(name)).flat_map(Value::each).filter_map(|lot| match lot {
        Value::Text(lot) => Some(lot.as_str()),
        _ => None,
    })
}

/// Whether a draft says that a lot has ended.
fn is_ended(draft: &Draft, lot: &str) -> bool {
    [AWARDED_LOTS, CANCELLED_LOTS].into_iter().any(|list| names(draft, list, lot))
}

/// The lots that the deadline of a tender was of and those that it is of, where those ended and others go on: none of them moved.
pub fn next_lots(record: &Record, draft: &Draft) -> Option<[Value; 2]> {
    let of = |due: Option<&Value>, until: Option<&Value>| {
        let at = until?.instant();
        each(due).find(|(_, until)| until.instant() == at).map(|(names, _)| names.clone())
    };
    let (before, after) = (record.value(LOTS_DUE), draft.value(LOTS_DUE));
    let until = draft.value(DEADLINE.as_str());
    let was = of(before, record.value(DEADLINE.as_str()))?;
    // Where all that are left are due at once the tender's own deadline is that of each.
    let is = of(after, until).or_else(|| of(before, until).filter(|_| after.is_none()))?;
    let knows = |lot: &str| by_lot(before).any(|(known, _)| known == lot);
    let stands = |lot: &str| match after {
        Some(_) => by_lot(after).any(|(open, _)| open == lot),
        None => names(draft, "lots", lot) && !is_ended(draft, lot),
    };
    let all = |lots: &Value, is: &dyn Fn(&str) -> bool| named(lots).next().is_some() && named(lots).all(|lot| is(&lot));
    let gave = all(&was, &|lot| !stands(lot)) && all(&is, &|lot| knows(lot) && stands(lot));
    gave.then(|| [was, is].map(|lots| Value::Text(few(&lots))))
}

/// Whether a list of lots names this one: by its id, with or without a title behind it.
fn names(draft: &Draft, list: &str, lot: &str) -> bool {
    draft.value(list).is_some_and(|lots| lots.each().iter().any(|one| is_named(one, lot)))
}

fn is_named(one: &Value, lot: &str) -> bool {
    one.text().strip_prefix(lot).is_some_and(|title| title.is_empty() || title.starts_with(' '))
}

/// Each lot that is named, with its deadline.
fn by_lot(due: Option<&Value>) -> impl Iterator<Item = (String, &Value)> {
    each(due).flat_map(|(lots, until)| named(lots).map(move |lot| (lot, until)))
}

/// The lots of one deadline that are named.
fn named(lots: &Value) -> impl Iterator<Item = String> + use<> {
    let text = lots.text();
    let all: Vec<String> = text.split(", ").filter(|name| !name.is_empty() && *name != "…").map(str::to_owned).collect();
    all.into_iter()
}

/// When the last lot is over whose turn comes after the deadline of now.
pub(super) fn last_end(record: &Record, deadline: &Value) -> Option<Timestamp> {
    let from = each(record.value(LOTS_DUE)).skip_while(|(_, until)| until.instant() != deadline.instant());
    from.skip(1).filter_map(|(_, until)| end_of(until)).max()
}

/// The deadline that a draft is to say at a moment, where that is another one than it says: of a lot whose time is over the next, unless the record
/// that is known says the one that came before it still (it moves by itself), or the tender takes no offers any more.
pub fn said_now(draft: &Draft, known: Option<&Record>, now: Timestamp) -> Option<Value> {
    let said = draft.value(DEADLINE.as_str()).filter(|_| draft.kind == RecordKind::Tender && !draft.again)?;
    let due = draft.value(LOTS_DUE);
    let counts = counting(said, due, now)?;
    let known = known.filter(|known| !known.gone);
    let stands = known.and_then(|known| known.value(DEADLINE.as_str())).filter(|before| {
        let of_it = counting(before, due, now);
        let stage = draft.value("stage").and_then(|stage| Stage::from_word(&stage.text()));
        let live = stage.map_or_else(|| known.is_none_or(is_live), Stage::is_live);
        of_it.is_some_and(|of_it| !live || of_it.instant() == counts.instant())
    });
    let value = stands.unwrap_or(counts);
    (value.instant() != said.instant()).then(|| value.clone())
}

/// What is said of lots, by their numbers alone, for portals number them each in its own way: "LOT-0002: Acme" and "2: Acme" are one, "A2" is another.
pub fn by_numbers(said: &str) -> String {
    let (lots, rest) = said.split_once(": ").unwrap_or((said, ""));
    let number = |lot: &str| {
        let bare = lot.trim_start_matches(char::is_alphabetic);
        let noun = words(&lot[..lot.len() - bare.len()]);
        let number = bare.trim_start_matches([' ', '-', '_', '0']);
        let is_one = matches!(noun.as_str(), "" | "l" | "lot" | "lote" | "los" | "лот") && number.starts_with(|c: char| c.is_ascii_digit());
        if is_one { number.to_owned() } else { lot.to_owned() }
    };
    lots.split(", ").map(number).chain([words(rest)]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{day, record};
    use crate::model::{Found, deadline, is_closed};

    fn on(day: u32) -> Value {
        Value::Date(format!("2026-01-{day:02}").parse().unwrap())
    }

    fn tender(until: u32, lots: &[(&str, u32)]) -> Record {
        let mut record = record("a", "1", RecordKind::Tender, &[("stage", "open")]);
        let field = record.fields.values().next().unwrap().clone();
        let due = lots_due(lots.iter().map(|(names, until)| ((*names).to_owned(), on(*until))));
        for (name, value) in [("deadline", on(until)), (LOTS_DUE, due)] {
            record.fields.insert(FieldName::new(name), Field { value, ..field.clone() });
        }
        record
    }

    fn draft(from: &Record) -> Draft {
        let found = |field: &Field| Found { value: field.value.clone(), quote: String::new(), path: String::new() };
        let fields = from.fields.iter().map(|(name, field)| (name.clone(), found(field))).collect();
        Draft { key: from.key.clone(), kind: from.kind, url: from.url.clone(), fields, detail: None, partial: false, again: false }
    }

    fn at(text: &str) -> Timestamp {
        format!("2026-01-{text}Z").parse().unwrap()
    }

    #[test]
    fn the_first_lot_still_open_counts_and_a_tender_with_one_is_not_over() {
        let lots = [("L1", 5), ("L2, L3", 10), ("L4", 20)];
        for (says, now, want, of, since, over) in [
            (5, "03T00:00:00", 5, "L1", day(0), false),
            // A day is over when it is so everywhere.
            (5, "06T12:00:00", 5, "L1", day(0), false),
            (5, "06T13:00:00", 10, "L2, L3", at("06T12:00:00"), false),
            (10, "06T13:00:00", 10, "L2, L3", day(0), false),
            (5, "15T00:00:00", 20, "L4", at("11T12:00:00"), false),
            (5, "25T00:00:00", 20, "L4", at("11T12:00:00"), true),
            // It is of no lot that is known.
            (7, "09T00:00:00", 7, "", day(0), true),
        ] {
            let record = tender(says, &lots);
            let now = at(now);
            let open = first_open(&record, now);
            let field = &open.fields["deadline"];
            let lots = lots_of(&open, &field.value).unwrap_or_default();
            assert_eq!((&field.value, lots.as_str(), field.first_seen), (&on(want), of, since), "{says} {now}");
            assert_eq!(deadline(&record).unwrap().is_over(now), over, "{says} {now}");
            assert_eq!(is_closed(&[&record], now), over, "{says} {now}");
        }
    }

    #[test]
    fn what_is_read_again_moves_nothing_that_moves_by_itself() {
        let lots = [("L1", 5), ("L2", 10), ("L3", 20)];
        for (stage, says, known, now, want) in [
            // Read for the first time.
            ("open", 5, None, 3, None),
            ("open", 5, None, 8, Some(10)),
            ("open", 5, None, 30, Some(20)),
            // The record follows by itself, or has followed already.
            ("open", 5, Some(5), 8, None),
            ("open", 10, Some(5), 8, Some(5)),
            ("open", 5, Some(10), 8, Some(10)),
            // It was moved.
            ("open", 5, Some(7), 3, None),
            ("open", 5, Some(7), 8, Some(10)),
            // Nothing moves in a tender that is over.
            ("cancelled", 5, Some(10), 3, Some(10)),
            ("cancelled", 5, Some(7), 3, None),
        ] {
            let mut draft = draft(&tender(says, &lots));
            draft.fields.get_mut(&FieldName::new("stage")).unwrap().value = Value::Text(stage.to_owned());
            let known = known.map(|known| tender(known, &[]));
            assert_eq!(said_now(&draft, known.as_ref(), day(now)), want.map(on), "{stage} {says} {known:?} {now}");
        }
    }

    #[test]
    fn a_lot_whose_deadline_moved_is_told_with_what_it_was() {
        type Lots<'a> = &'a [(&'a str, u32)];
        // What was known, when the next notice came, what that says, and which lots it names and cancels.
        type Case<'a> = ((u32, Lots<'a>), u32, (u32, Lots<'a>), [&'a [&'a str]; 2], Vec<(&'a str, u32, u32)>);
        let published = |mut record: Record, day: u32| {
            let field = record.fields.values().next().unwrap().clone();
            record.fields.insert(FieldName::new(PUBLISHED), Field { value: on(day), ..field });
            record
        };
        let with = |mut record: Record, name: &str, lots: &[&str]| {
            let field = record.fields.values().next().unwrap().clone();
            let value = Value::List(lots.iter().map(|lot| Value::Text((*lot).to_owned())).collect());
            record.fields.insert(FieldName::new(name), Field { value, ..field });
            record
        };
        let both: [&[&str]; 2] = [&["L1 Crutches", "L2 Canes"], &[]];
        let two: Lots<'_> = &[("L1", 5), ("L2", 10)];
        let cases: Vec<Case<'_>> = vec![
            ((5, two), 3, (5, two), both, vec![]),
            ((5, two), 3, (5, &[("L1", 5), ("L2", 20)]), both, vec![("L2", 10, 20)]),
            // The same notice, corrected in silence.
            ((5, two), 1, (5, &[("L1", 5), ("L2", 8)]), both, vec![("L2", 10, 8)]),
            ((5, two), 3, (7, &[("L1", 7), ("L2", 10)]), both, vec![("L1", 5, 7)]),
            ((5, two), 3, (7, &[("L1", 7), ("L2", 20)]), both, vec![("L1", 5, 7), ("L2", 10, 20)]),
            // Those that move alike are told together.
            ((5, &[("L1, L2", 5), ("L3", 10)]), 3, (7, &[("L1, L2", 7), ("L3", 10)]), both, vec![("L1, L2", 5, 7)]),
            ((5, &[("L1, L2", 5), ("L3", 10)]), 3, (5, &[("L1", 5), ("L2, L3", 10)]), both, vec![("L2", 5, 10)]),
            // One goes behind, or before, the other.
            ((5, two), 3, (10, &[("L2", 10), ("L1", 20)]), both, vec![("L1", 5, 20)]),
            ((5, two), 3, (4, &[("L2", 4), ("L1", 5)]), both, vec![("L2", 10, 4)]),
            // One is there no more, another is new.
            ((5, two), 3, (5, &[("L1", 5), ("L3", 20)]), both, vec![]),
            // They did not differ, or do no more: what was the tender's was that of each.
            ((5, &[]), 3, (5, two), both, vec![("L2", 5, 10)]),
            ((5, &[]), 1, (5, two), both, vec![]),
            ((5, two), 3, (5, &[]), both, vec![("L2", 10, 5)]),
            ((5, two), 3, (10, &[]), [both[0], &["L1"]], vec![]),
            ((5, two), 3, (5, &[]), [both[0], &["L2"]], vec![]),
            ((5, two), 3, (10, &[]), [&["L2 Canes"], &[]], vec![]),
            ((5, two), 8, (10, &[]), both, vec![]),
        ];
        for ((was, before), said, (is, after), [named, cancelled], want) in cases {
            let lots = |until, lots: Lots<'_>| {
                let mut record = tender(until, lots);
                record.fields.retain(|name, _| name.as_str() != LOTS_DUE || !lots.is_empty());
                record
            };
            let known = published(lots(was, before), 1);
            let now = with(with(published(lots(is, after), said), "lots", named), CANCELLED_LOTS, cancelled);
            let pair = |lot: &str, from, to| [from, to].map(|until| lots_due([(lot.to_owned(), on(until))]));
            let want: Vec<_> = want.into_iter().map(|(lot, from, to)| pair(lot, from, to)).collect();
            let told: Vec<_> = moved_lots(&known, &draft(&now)).into_iter().map(|(was, is)| [was.unwrap(), is]).collect();
            assert_eq!(told, want, "{was} {before:?} → {is} {after:?} {named:?} {cancelled:?}");
        }
    }

    #[test]
    fn a_lot_that_had_ended_and_takes_offers_again_is_told() {
        type Lots<'a> = &'a [(&'a str, u32)];
        // What was known, with the lots that had ended; what the next notice says, published so many days later, with those that have ended then.
        type Case<'a> = ((u32, Lots<'a>, &'a [&'a str]), (i64, &'a str, u32, Lots<'a>, &'a [&'a str]), Vec<(&'a str, Option<u32>, u32)>);
        let left: Lots<'_> = &[("L2", 18)];
        let cases: Vec<Case<'_>> = vec![
            ((18, left, &["L1"]), (2, "open", 18, &[("L2", 18), ("L1", 20)], &[]), vec![("L1", None, 20)]),
            ((18, left, &["L1"]), (2, "open", 12, &[("L1", 12), ("L2", 18)], &[]), vec![("L1", None, 12)]),
            // Until the same as the other, so that the tender's own is that of each.
            ((18, left, &["L1"]), (2, "open", 18, &[], &[]), vec![("L1", None, 18)]),
            // The other one is moved besides.
            ((18, left, &["L1"]), (2, "open", 20, &[], &[]), vec![("L2", Some(18), 20), ("L1", None, 20)]),
            ((18, &[("L3", 18)], &["L1", "L2"]), (2, "open", 18, &[("L3", 18), ("L1, L2", 20)], &[]), vec![("L1, L2", None, 20)]),
            // It is over still; it had not ended; its time is over; nothing new was published; the whole is.
            ((18, left, &["L1"]), (2, "open", 18, left, &["L1"]), vec![]),
            ((18, left, &[]), (2, "open", 18, &[("L2", 18), ("L1", 20)], &[]), vec![]),
            ((18, left, &["L1"]), (8, "open", 18, &[("L1", 4), ("L2", 18)], &[]), vec![]),
            ((18, left, &["L1"]), (0, "open", 18, &[("L2", 18), ("L1", 20)], &[]), vec![]),
            ((18, left, &["L1"]), (2, "cancelled", 18, &[("L2", 18), ("L1", 20)], &[]), vec![]),
        ];
        for ((was, before, over), (days, stage, is, after, ended), want) in cases {
            for list in [AWARDED_LOTS, CANCELLED_LOTS] {
                let lots = |(until, lots): (u32, Lots<'_>), published: i64, stage: &str, ended: &[&str]| {
                    let mut record = tender(until, lots);
                    record.fields.retain(|name, _| name.as_str() != LOTS_DUE || !lots.is_empty());
                    let field = record.fields["stage"].clone();
                    let named = |lots: &[&str]| Value::List(lots.iter().map(|lot| Value::Text((*lot).to_owned())).collect());
                    let all = named(&["L1 Crutches", "L2", "L3"]);
                    let stage = Value::Text(stage.to_owned());
                    let parts =
                        [("lots", all), (list, named(ended)), (PUBLISHED, on(1 + u32::try_from(published).unwrap())), ("stage", stage)];
                    let parts = parts.map(|(name, value)| (FieldName::new(name), Field { value, ..field.clone() }));
                    record.fields.extend(parts.into_iter().filter(|(name, _)| name.as_str() != list || !ended.is_empty()));
                    record
                };
                let known = lots((was, before), 0, "open", over);
                let now = lots((is, after), days, stage, ended);
                let one = |lot: &str, until: u32| lots_due([(lot.to_owned(), on(until))]);
                let want: Vec<_> = want.iter().map(|(lot, from, to)| (from.map(|from| one(lot, from)), one(lot, *to))).collect();
                assert_eq!(moved_lots(&known, &draft(&now)), want, "{was} {before:?} {over:?} → {days} {stage} {is} {after:?} {ended:?}");
            }
        }
    }

    #[test]
    fn the_lots_that_a_deadline_gave_way_to_are_named_where_none_moved() {
        type Lots<'a> = &'a [(&'a str, u32)];
        type Case<'a> = ((u32, Lots<'a>), (u32, Lots<'a>), [&'a [&'a str]; 2], Option<[&'a str; 2]>);
        let two: Lots<'_> = &[("L1", 5), ("L2", 10)];
        let cases: Vec<Case<'_>> = vec![
            ((5, two), (5, two), [&["L1", "L2"], &[]], None),
            ((5, two), (10, &[("L2", 10)]), [&["L1", "L2"], &["L1"]], Some(["L1", "L2"])),
            ((5, &[("L1, L2", 5), ("L3", 8), ("L4", 9)]), (8, &[("L3", 8), ("L4", 9)]), [&[], &[]], Some(["L1, L2", "L3"])),
            // One is left, which is the whole tender.
            ((5, two), (10, &[]), [&["L2 Canes"], &[]], Some(["L1", "L2"])),
            ((5, two), (10, &[]), [&["L1 Crutches", "L2 Canes"], &["L1"]], Some(["L1", "L2"])),
            ((5, two), (10, &[]), [&["L1 Crutches", "L2 Canes"], &[]], None),
            // Another came before it; it is called otherwise; it is there still.
            ((10, &[("L1", 10)]), (5, &[("L0", 5), ("L1", 10)]), [&[], &[]], None),
            ((5, two), (10, &[("A", 10)]), [&[], &[]], None),
            ((5, two), (10, &[("L2", 10), ("L1", 20)]), [&[], &[]], None),
            ((5, &[]), (10, &[]), [&[], &[]], None),
        ];
        for ((was, before), (is, after), [named, ended], want) in cases {
            let lots = |until, lots: Lots<'_>| {
                let mut record = tender(until, lots);
                record.fields.retain(|name, _| name.as_str() != LOTS_DUE || !lots.is_empty());
                record
            };
            let mut now = draft(&lots(is, after));
            for (name, lots) in [("lots", named), (CANCELLED_LOTS, ended)] {
                let value = Value::List(lots.iter().map(|lot| Value::Text((*lot).to_owned())).collect());
                now.fields.insert(FieldName::new(name), Found { value, quote: String::new(), path: String::new() });
            }
            let want = want.map(|lots| lots.map(|lots| Value::Text(lots.to_owned())));
            assert_eq!(next_lots(&lots(was, before), &now), want, "{was} {before:?} → {is} {after:?} {named:?} {ended:?}");
        }
    }

    #[test]
    fn a_lot_whose_deadline_cannot_be_meant_is_doubted_as_long_as_its_notice_says_so() {
        let time = |text: &str| {
            let at = text.parse().unwrap();
            Value::Time(crate::model::Moment { text: text.to_owned(), at, zone: "UTC".to_owned(), zone_from: crate::model::ZoneFrom::Text })
        };
        // The tender is first seen on 1 January; `said`: after how many days the newest notice was, which moved no lot.
        for (stage, lot, published, said, want) in [
            ("open", "2025-01-10T10:00:00Z", Some("2025-12-30T10:00:00Z"), 0, true),
            ("open", "2025-12-27T10:00:00Z", Some("2025-12-30T10:00:00Z"), 0, true),
            ("open", "2031-01-10T10:00:00Z", Some("2025-12-30T10:00:00Z"), 0, true),
            ("open", "2025-12-31T10:00:00Z", Some("2025-12-30T10:00:00Z"), 0, false),
            ("open", "2026-01-10T10:00:00Z", Some("2025-12-30T10:00:00Z"), 0, false),
            // Over for long when it was found, and named by a later notice; nothing says when it was published; nobody can answer it.
            ("open", "2025-01-10T10:00:00Z", Some("2026-01-03T10:00:00Z"), 3, false),
            ("open", "2025-01-10T10:00:00Z", None, 0, false),
            ("awarded", "2025-01-10T10:00:00Z", Some("2025-12-30T10:00:00Z"), 0, false),
        ] {
            let mut record = tender(20, &[]);
            let field = record.fields["deadline"].clone();
            let due = lots_due([("L1".to_owned(), time(lot)), ("L2".to_owned(), on(20))]);
            record.fields.insert(FieldName::new(LOTS_DUE), Field { value: due, ..field.clone() });
            record.fields.insert(FieldName::new("stage"), Field { value: Value::Text(stage.to_owned()), ..field.clone() });
            let of_notice = |at| Field { value: time(at), first_seen: day(said), ..field.clone() };
            record.fields.extend(published.map(|at| (FieldName::new(PUBLISHED), of_notice(at))));
            let doubted: Vec<String> = deadline(&record).unwrap().doubted.into_iter().map(|(lots, _)| lots).collect();
            assert_eq!(doubted, if want { vec!["L1"] } else { vec![] }, "{stage} {lot} {published:?} {said}");
        }
    }
}
