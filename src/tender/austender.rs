//! Contract notices of `AusTender` as CSV: signed contracts, never calls. Knows nothing of its interface.
//!
//! Source: the portal's own export of contract notices of 2013, and the names its columns have had since.

use super::entry::Entry;
use super::table::{self, Row, values};
use super::{Batch, Clock, Head, Input, code, when};
use crate::base::text::words;
use crate::model::{
    Award, BadEntry, Failure, FailureClass, Notice, NoticeKind, Outcome, Party, Procedure, ProcedureKind, Stage, Term, Texts, WorthKind,
};

const PARENT: [&str; 1] = ["parent cn id"];
const CHANGED: [&str; 2] = ["amendment date", "amendment publish date"];
const PUBLISHED: [&str; 1] = ["publish date"];
const START: [&str; 3] = ["startdate", "start date", "contract start date"];
const END: [&str; 3] = ["enddate", "end date", "contract end date"];
const VALUE: [&str; 4] = ["value", "value aud", "contract value aud", "contract value"];
const AGENCY: [&str; 2] = ["agency", "agency name"];
const METHOD: [&str; 1] = ["procurement method"];
const UNSPSC: [&str; 2] = ["unspsc code", "unspsc"];
const CATEGORY: [&str; 2] = ["category", "unspsc title"];

pub(super) fn fits(head: &Head<'_>) -> bool {
    let header = table::header(head.text).to_lowercase();
    header.contains("cn id") && header.contains("agency")
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    if !table::header(input.text.trim_start_matches('\u{feff}').trim_start()).to_lowercase().contains("cn id") {
        return Err(Failure::new(FailureClass::Unreadable, "it is no table of AusTender: the column `CN ID` is missing"));
    }
    let clock = input.clock.or_portal("Australia/Sydney");
    table::rows(input, &mut batch, words, |row, batch| {
        let notice = notice(row, &clock, &mut batch.bad);
        batch.notices.extend(notice);
    })?;
    Ok(batch)
}

fn notice(row: &Row<'_>, clock: &Clock, bad: &mut Vec<BadEntry>) -> Option<Notice> {
    let mut entry = Entry::new(row.path, (row.text.as_bytes(), row.raw()), clock.clone(), bad);
    let (id, parent) = (row.get(&["cn id"]), row.get(&PARENT));
    if id.is_empty() {
        entry.refuse("it has no `CN ID`");
        return None;
    }
    let changed = row.get(&CHANGED);
    let amended = !parent.is_empty() || !changed.is_empty();
    let notice = &mut entry.notice;
    // `CN389204-A1` is the first amendment of `CN389204`.
    let (number, version) = id.split_once("-A").unwrap_or((id, ""));
    if parent.is_empty() { number } else { parent }.clone_into(&mut notice.procedure);
    id.clone_into(&mut notice.id);
    id.clone_into(&mut notice.publication);
    parent.clone_into(&mut notice.previous);
    if !version.is_empty() {
        notice.version = format!("A{version}");
    }
    notice.languages = vec!["en".to_owned()];
    row.get(&["status"]).clone_into(&mut notice.code);
    (notice.kind, notice.stage) = if amended { (NoticeKind::Modification, Stage::Modified) } else { (NoticeKind::Award, Stage::Awarded) };
    let published = if changed.is_empty() { &PUBLISHED[..] } else { &CHANGED[..] };
    entry.published(row.place(published), when::midnight_is_day(row.get(published)));
    for (scheme, column) in [("CN", "cn id"), ("ATM", "atm id"), ("SON", "son id"), ("reference", "agency ref id")] {
        entry.other_id(scheme, row.place(&[column]), row.get(&[column]));
    }
    entry.title("en", row.place(&["description"]), row.get(&["description"]));
    reasons(&mut entry, row);
    buyer(&mut entry, row);
    classes(&mut entry, row);
    method(&mut entry, row);
    let term = Term { start: day(&mut entry, row, &START), end: day(&mut entry, row, &END), ..Term::default() };
    if term != Term::default() {
        entry.mark("term", row.place(if term.start.is_some() { &START } else { &END }));
        entry.content().term = Some(term);
    }
    award(&mut entry, row);
    Some(entry.notice)
}

fn day(entry: &mut Entry<'_>, row: &Row<'_>, names: &[&str]) -> Option<jiff::civil::Date> {
    entry.read_day(row.place(names), row.get(names))
}

fn reasons(entry: &mut Entry<'_>, row: &Row<'_>) {
    let reason = row.get(&["amendment reason"]);
    if !reason.is_empty() {
        let text = Texts::one("en", reason);
        entry.notice.amendments.push(crate::model::Amendment { text, ..crate::model::Amendment::default() });
    }
}

fn buyer(entry: &mut Entry<'_>, row: &Row<'_>) {
    let name = Texts::one("en", row.get(&AGENCY));
    if name.is_empty() {
        return;
    }
    // The header has its own spelling of `division`.
    let parts = [row.get(&["agency branch"]), row.get(&["agency divison", "agency division"]), row.get(&["agency postcode"])];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let seat = code::place("AU", "", &parts.join(", ")).unwrap_or_default();
    entry.content().buyers.push(Party { name, seat, ..Party::default() });
    entry.mark("buyers", row.place(&AGENCY));
}

/// The older export has the category's title without its code; then the title stands for the code.
fn classes(entry: &mut Entry<'_>, row: &Row<'_>) {
    let (codes, title) = (row.get(&UNSPSC), row.get(&CATEGORY));
    for code in values(codes, &[',', ';']) {
        let first = entry.notice.content.classes.is_empty();
        entry.class("UNSPSC", row.place(&UNSPSC), code, first, if first { title } else { "" });
    }
    if codes.is_empty() {
        entry.class("AusTender category", row.place(&CATEGORY), title, true, title);
    }
}

/// Commonwealth Procurement Rules, paragraph 9.3 and following.
fn method(entry: &mut Entry<'_>, row: &Row<'_>) {
    let text = row.get(&METHOD).to_owned();
    let lower = text.to_lowercase();
    let kind = match lower.split(' ').next().unwrap_or_default() {
        "open" => ProcedureKind::Open,
        "prequalified" | "select" | "panel" => ProcedureKind::Restricted,
        "limited" | "direct" => ProcedureKind::Direct,
        _ => ProcedureKind::Other,
    };
    if !text.is_empty() {
        entry.content().procedure = Some(Procedure { kind, text });
        entry.mark("procedure", row.place(&METHOD));
    }
}

fn award(entry: &mut Entry<'_>, row: &Row<'_>) {
    let plain: String = row.get(&VALUE).chars().filter(|c| !matches!(c, '$' | ',' | ' ')).collect();
    let worth = entry.read_worth(WorthKind::Award, row.place(&VALUE), &plain, "AUD", None);
    if let Some(worth) = &worth {
        code::push(&mut entry.content().worth, Some(worth.clone()));
        entry.mark("worth", row.place(&VALUE));
    }
    let at = |name: &str| row.get(&[&format!("supplier {name}")]).to_owned();
    let name = Texts::one("en", &at("name"));
    let address = [at("address"), at("city"), at("suburb"), at("postcode")];
    let address: Vec<&str> = address.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let seat = code::place(&at("country"), "", &address.join(", ")).unwrap_or_default();
    let ids = code::id("AU-ABN", &at("abn")).into_iter().collect();
    let winners = if name.is_empty() { Vec::new() } else { vec![Party { name, ids, seat, ..Party::default() }] };
    let (id, lots, outcome, reason) = (entry.notice.id.clone(), Vec::new(), Outcome::Signed, String::new());
    let term = entry.notice.content.term.clone();
    let worth = worth.into_iter().collect();
    entry.content().awards.push(Award { id, lots, outcome, reason, winners, losers: Vec::new(), worth, date: None, bids: None, term });
    entry.mark("awards", row.place(&["cn id"]));
}

#[cfg(test)]
mod tests;
