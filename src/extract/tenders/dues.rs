//! Deadlines of a notice on their way into a record: which of them is its deadline, until when its lots are due, and how both are written.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::base::caps;
use crate::base::text::clip;
use crate::model::{Awaited, Content, Deadline, DeadlineKind, Due, Found, Lot, Moment, Value, lots_due};

/// Deadlines of lots that are kept, the soonest.
const KEPT: usize = 20;
/// Lots of one deadline that are named.
const NAMED: usize = 20;
/// Characters of the name of a lot.
const NAME: usize = 40;

/// Deadlines that count, each with its lot.
type Counting<'a> = [(Option<&'a Lot>, &'a Deadline)];

/// Those that bind and name a day, the soonest first.
fn binding<'a>(counting: &Counting<'a>) -> Vec<(Option<&'a Lot>, &'a Deadline)> {
    let binds = |(_, deadline): &&(Option<&Lot>, &Deadline)| deadline.kind.binds() && deadline.due.is_some();
    let mut all: Vec<_> = counting.iter().filter(binds).copied().collect();
    all.sort_by_key(|(_, deadline)| deadline.due.as_ref().map(|due| due.at));
    all
}

/// Until when each of the lots takes offers; `None` where all of them do so until the same.
pub(super) fn of_lots(counting: &Counting<'_>, content: &Content) -> Option<Value> {
    let of_whole: Vec<&str> = content.lots_of_the_whole().map(|lot| lot.id.as_str()).collect();
    let lots = content.lots.len();
    let mut all: Vec<(Vec<&str>, &Deadline, &Due)> = Vec::new();
    for (lot, deadline) in binding(counting) {
        let Some(due) = &deadline.due else { continue };
        let mut of_it = lot.map_or_else(|| of_whole.clone(), |lot| vec![lot.id.as_str()]);
        // Of a lot that takes requests first and offers later the first counts.
        of_it.retain(|name| !all.iter().any(|(names, _, earlier)| earlier.at != due.at && names.contains(name)));
        if of_it.is_empty() && lot.is_some() {
            continue;
        }
        match all.last_mut().filter(|(.., last)| last.at == due.at) {
            Some((names, ..)) => {
                of_it.retain(|name| !names.contains(name));
                names.extend(of_it);
            }
            None => all.push((of_it, deadline, due)),
        }
    }
    let until = |deadline: &Deadline, due: &Due| match due.time {
        None => Value::Date(due.day),
        Some(_) => Value::Time(Moment {
            text: clip(&deadline.text, caps::QUOTE_CHARS),
            at: due.at,
            zone: due.zone.clone(),
            zone_from: due.zone_from,
        }),
    };
    // Of those that are over or decided none is named: what is left is not the whole tender.
    let some = |names: &Vec<&str>| !names.is_empty() && names.len() < lots;
    let several = all.len() > 1 || all.first().is_some_and(|(names, ..)| some(names));
    several.then(|| lots_due(all.iter().take(KEPT).map(|(names, deadline, due)| (named(names), until(deadline, due)))))
}

/// Some lots by their names: "L1, L2".
pub(super) fn named(lots: &[&str]) -> String {
    let more = if lots.len() > NAMED { ", …" } else { "" };
    lots.iter().take(NAMED).map(|name| clip(name, NAME)).collect::<Vec<_>>().join(", ") + more
}

/// The first binding deadline that is not over when the notice was published, as ISO 8601; a day alone stays one.
pub(super) fn earliest<'a>(counting: &Counting<'a>, published: Option<Timestamp>) -> Option<&'a Deadline> {
    let all: Vec<&Deadline> = binding(counting).into_iter().map(|(_, deadline)| deadline).collect();
    // A day without a time is not over before it ends.
    let end = |due: &Due| if due.time.is_none() { due.at.saturating_add(SignedDuration::from_hours(24)).unwrap_or(due.at) } else { due.at };
    let open = all.iter().find(|deadline| deadline.due.as_ref().map(end) >= published);
    open.or(all.last()).copied()
}

/// The first deadline of a kind.
pub(super) fn first_of<'a>(counting: &Counting<'a>, kind: DeadlineKind) -> Option<&'a Deadline> {
    let of_kind = counting.iter().map(|(_, deadline)| *deadline).filter(|deadline| deadline.kind == kind && deadline.due.is_some());
    of_kind.min_by_key(|deadline| deadline.due.as_ref().map(|due| due.at))
}

/// What is to be in by a deadline, where it is no offer.
pub(super) fn awaited(deadline: &Deadline) -> Option<&'static str> {
    match deadline.kind {
        DeadlineKind::Request => Awaited::Requests.word(),
        DeadlineKind::Interest => Awaited::Interest.word(),
        DeadlineKind::Tender | DeadlineKind::Questions | DeadlineKind::Documents | DeadlineKind::Opening => None,
    }
}

/// Keeps the document's own words of a deadline, and how its zone was known: what was read was made from them.
pub(super) fn as_written(found: &mut Found, deadline: &Deadline) {
    let Some(due) = &deadline.due else { return };
    found.quote = clip(&deadline.text, caps::QUOTE_CHARS);
    if let Value::Time(moment) = &mut found.value
        && moment.at == due.at
    {
        moment.text.clone_from(&deadline.text);
        moment.zone.clone_from(&due.zone);
        moment.zone_from = due.zone_from;
    }
}

/// A deadline as ISO 8601 with its zone (RFC 9557), so that it is read as what it is.
pub(super) fn written(deadline: &Deadline) -> String {
    let Some(due) = &deadline.due else { return deadline.text.clone() };
    match due.time {
        None => due.day.to_string(),
        Some(_) => match TimeZone::get(&due.zone) {
            Ok(zone) => due.at.to_zoned(zone).to_string(),
            Err(_) => due.at.to_string(),
        },
    }
}
