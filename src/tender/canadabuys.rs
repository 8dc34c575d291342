//! Tender and award notices of `CanadaBuys` as CSV, and those of Buy and Sell before it. Knows nothing of files and when they are renewed.
//!
//! Columns have bilingual names (`title-titre-eng`) of which the English half and the language are looked at; the older files have one row
//! a language under the same reference. Source: the data dictionary of `CanadaBuys`, which says that its times are Eastern.

mod codes;

use std::collections::HashMap;

use super::entry::Entry;
use super::table::{self, Row, values};
use super::{Batch, Clock, Head, Input, code, when};
use crate::base::ids::ContentHash;
use crate::model::{
    Award, BadEntry, DeadlineKind, Failure, FailureClass, Notice, NoticeKind, Outcome, Party, Procedure, ProcedureKind, Term, Texts,
    WorthKind,
};

/// Columns by their names in the new files and in the old ones.
const REFERENCE: [&str; 2] = ["referencenumber", "reference_number"];
const AMENDMENT: [&str; 2] = ["amendmentnumber", "amendment_number"];
const SOLICITATION: [&str; 2] = ["solicitationnumber", "solicitation_number"];
const PUBLISHED: [&str; 4] = ["amendmentdate", "amendment_date", "publicationdate", "publication_date"];
const CLOSING: [&str; 2] = ["tenderclosingdate", "date_closing"];
const STATUS: [&str; 3] = ["tenderstatus.eng", "tenderstatus.fra", "publishing_status"];
const NOTICE_TYPE: [&str; 3] = ["noticetype.eng", "noticetype.fra", "notice_type"];
const METHOD: [&str; 4] = ["procurementmethod.eng", "procurementmethod.fra", "tendering_procedure", "non_competitive_procurement_strategy"];
const WINNER: [&str; 3] = ["supplierlegalname.eng", "supplierlegalname.fra", "supplierstandardizedname.eng"];

pub(super) fn fits(head: &Head<'_>) -> bool {
    let header = table::header(head.text).to_lowercase();
    header.contains("referencenumber-numeroreference") || (header.contains("reference_number") && header.contains("publishing_status"))
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    let clock = input.clock.or_portal("America/Toronto");
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    let header = table::header(input.text.trim_start_matches('\u{feff}').trim_start()).to_lowercase();
    if !header.contains("reference") {
        return Err(Failure::new(
            FailureClass::Unreadable,
            "it is no table of CanadaBuys: the column `referenceNumber-numeroReference` is missing",
        ));
    }
    table::rows(input, &mut batch, column, |row, batch| {
        let Some(notice) = notice(row, &clock, input, &mut batch.bad) else { return };
        let key = (notice.id.clone(), notice.version.clone());
        match known.get(&key).and_then(|&index| batch.notices.get_mut(index)) {
            Some(first) if first.hash == notice.hash => {}
            Some(first) if first.languages.iter().all(|language| !notice.languages.contains(language)) => join(first, notice),
            // The same reference twice in one language, with other words: both are kept, for whoever compares notices to see.
            Some(_) => batch.notices.push(notice),
            None => {
                known.insert(key, batch.notices.len());
                batch.notices.push(notice);
            }
        }
    })?;
    Ok(batch)
}

/// `tenderStatus-appelOffresStatut-eng` is `tenderstatus.eng`, `gsin-nibs` is `gsin`; the names of older files have no halves.
fn column(header: &str) -> String {
    let lower = header.trim().to_lowercase();
    let name = lower.split('-').next().unwrap_or_default().trim();
    match lower.rsplit('-').next() {
        Some(language @ ("eng" | "fra")) => format!("{name}.{language}"),
        Some(_) | None => name.to_owned(),
    }
}

/// Languages of a row's texts, and the columns of a text in each.
fn texts<'a>(row: &'a Row<'_>, new: &str, old: &'a str) -> Vec<(&'static str, &'a str, &'a str)> {
    let language = match row.get(&["language"]).to_lowercase().chars().next() {
        Some('f') => "fr",
        Some(_) => "en",
        None => "und",
    };
    let names = [(format!("{new}.eng"), "en"), (format!("{new}.fra"), "fr"), (old.to_owned(), language)];
    let found = names.iter().map(|(name, language)| (*language, row.place(&[name]), row.get(&[name])));
    found.filter(|(_, _, text)| !text.is_empty()).collect()
}

fn notice(row: &Row<'_>, clock: &Clock, input: &Input<'_>, bad: &mut Vec<BadEntry>) -> Option<Notice> {
    let mut entry = Entry::new(row.path, (row.text.as_bytes(), row.raw()), clock.clone(), bad);
    let reference = row.get(&REFERENCE);
    if reference.is_empty() {
        entry.refuse("it has no `referenceNumber`");
        return None;
    }
    let (kind, status) = (row.get(&NOTICE_TYPE), row.get(&STATUS));
    let amendment = row.get(&AMENDMENT);
    let awarded = !row.get(&WINNER).is_empty();
    let notice = &mut entry.notice;
    reference.clone_into(&mut notice.procedure);
    reference.clone_into(&mut notice.id);
    amendment.clone_into(&mut notice.version);
    // Awards are rows of a table of their own, without deadlines.
    (notice.whole, notice.results_apart) = (!awarded, true);
    row.get(&SOLICITATION).clone_into(&mut notice.publication);
    notice.code = [kind, status].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" / ");
    let amended = amendment.bytes().any(|b| b.is_ascii_digit() && b != b'0');
    (notice.kind, notice.stage) = codes::kind_and_stage(kind, status, awarded, amended);
    entry.published(row.place(&PUBLISHED), when::midnight_is_day(row.get(&PUBLISHED)));
    entry.other_id("solicitation", row.place(&SOLICITATION), row.get(&SOLICITATION));
    for (language, place, text) in texts(row, "title", "title") {
        entry.title(language, place, text);
        entry.notice.languages.push(language.to_owned());
    }
    for (new, old) in [("tenderdescription", "description"), ("awarddescription", "")] {
        for (language, place, text) in texts(row, new, old) {
            entry.description(language, place, text);
        }
    }
    closing(&mut entry, row, clock);
    buyers(&mut entry, row);
    classes(&mut entry, row);
    method(&mut entry, row);
    for region in values(row.get(&["regionsofdelivery.eng", "regionsofdelivery.fra", "region_delivery"]), &[',', '|', ';']) {
        code::push(&mut entry.content().places, codes::place(region));
        entry.mark("places", row.place(&["regionsofdelivery.eng", "regionsofdelivery.fra", "region_delivery"]));
    }
    term(&mut entry, row);
    award(&mut entry, row);
    links(&mut entry, row, input);
    Some(entry.notice)
}

/// The other language of a notice that is there already.
fn join(first: &mut Notice, other: Notice) {
    let add = |texts: &mut Texts, more: Texts| {
        for (language, words) in more.by_language {
            // Some columns are never translated.
            if texts.by_language.values().all(|known| *known != words) {
                texts.put(&language, &words);
            }
        }
    };
    first.hash = ContentHash::of(&[first.hash.0, other.hash.0].concat());
    first.raw = first.raw.with(&other.raw);
    first.unread.extend(other.unread);
    first.languages.extend(other.languages);
    let (to, from) = (&mut first.content, other.content);
    add(&mut to.title, from.title);
    add(&mut to.description, from.description);
    for (buyer, more) in to.buyers.iter_mut().zip(from.buyers) {
        add(&mut buyer.name, more.name);
    }
    for document in from.documents {
        code::push(&mut to.documents, Some(document));
    }
    for class in from.classes {
        if to.classes.iter().all(|known| (&known.scheme, &known.code) != (&class.scheme, &class.code)) {
            to.classes.push(class);
        }
    }
    for deadline in from.deadlines {
        // The same moment in other words is no other deadline.
        if to.deadlines.iter().all(|known| known.due.as_ref().map(|due| due.at) != deadline.due.as_ref().map(|due| due.at)) {
            to.deadlines.push(deadline);
        }
    }
    for (field, place) in other.found {
        first.found.entry(field).or_insert(place);
    }
}

/// `2026-08-20T14:00:00`, or `2014-07-21 14:00 Eastern Standard Time (EST)`: the words name the zone, and people say "standard" all year.
fn closing(entry: &mut Entry<'_>, row: &Row<'_>, clock: &Clock) {
    let (place, written) = (row.place(&CLOSING), row.get(&CLOSING));
    let at = written.char_indices().skip(10).find(|(_, c)| c.is_alphabetic() && *c != 'T' && *c != 'Z').map_or(written.len(), |(at, _)| at);
    let (mut time, mut words) = written.split_at(at);
    // Twelve-hour times are not known from here; half a day too early or too late is worse than words.
    if ["am", "pm", "a.m", "p.m"].iter().any(|half| words.to_lowercase().starts_with(half)) {
        (time, words) = (written, "");
    }
    let zone = codes::zone(words);
    if zone.is_none() && !words.trim().is_empty() {
        entry.wrong(place, format!("`{words}` is no zone that is known: taken for {}", clock.zone.iana_name().unwrap_or("the source's")));
    }
    let own = zone.unwrap_or_else(|| clock.clone());
    if let Some(mut deadline) = entry.read_deadline_in(DeadlineKind::Tender, place, when::midnight_is_day(time), &own) {
        written.clone_into(&mut deadline.text);
        entry.content().deadlines.push(deadline);
        entry.mark("deadlines", place);
    }
}

/// Who contracts first, then for whom.
fn buyers(entry: &mut Entry<'_>, row: &Row<'_>) {
    for (new, old) in [("contractingentityname", "procurement_entity"), ("enduserentitiesname", "end_user_entity")] {
        let mut party = Party::default();
        for (language, _, name) in texts(row, new, old) {
            party.name.put(language, &values(name, &[]).collect::<Vec<_>>().join("; "));
        }
        let place = texts(row, new, old).first().map(|(_, place, _)| (*place).to_owned()).unwrap_or_default();
        if !party.name.is_empty() && entry.notice.content.buyers.iter().all(|known| known.name != party.name) {
            entry.content().buyers.push(party);
            entry.mark("buyers", &place);
        }
    }
    let at = |name: &str| row.get(&[&format!("contractingentityaddress{name}.eng"), &format!("contractingentityaddress{name}")]).to_owned();
    let contact = row.get(&["contact"]);
    let mail = contact.split([',', ' ', ';']).find(|word| word.contains('@') && word.contains('.')).unwrap_or_default();
    if let Some(first) = entry.content().buyers.first_mut() {
        let words = [at("line"), at("city"), at("postalcode")];
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        first.seat = code::place(&at("country"), codes::province(&at("province")), &words.join(", ")).unwrap_or_default();
        Some(row.get(&["contactinfoemail"])).filter(|mail| !mail.is_empty()).unwrap_or(mail).clone_into(&mut first.email);
        row.get(&["contactinfophone"]).clone_into(&mut first.phone);
    }
}

fn classes(entry: &mut Entry<'_>, row: &Row<'_>) {
    for (scheme, codes, labels) in [
        ("UNSPSC", ["unspsc"], ["unspscdescription.eng", "unspscdescription.fra"]),
        ("GSIN", ["gsin"], ["gsindescription.eng", "gsindescription.fra"]),
    ] {
        let labels: Vec<&str> = values(row.get(&labels), &[]).collect();
        let place = row.place(&codes).to_owned();
        for (index, (written, own)) in codes::split(row.get(&codes)).into_iter().enumerate() {
            let label = if own.is_empty() { labels.get(index).copied().unwrap_or_default() } else { own };
            let main = entry.notice.content.classes.is_empty();
            entry.class(scheme, &place, written, main, label);
        }
    }
    let categories = ["procurementcategory", "procurementcategory.eng"];
    let nature = codes::nature(values(row.get(&categories), &[',', '|', ';']));
    if nature.is_some() {
        entry.content().nature = nature;
        entry.mark("nature", row.place(&categories));
    }
}

fn method(entry: &mut Entry<'_>, row: &Row<'_>) {
    let mut text = row.get(&METHOD).to_owned();
    let kind = if entry.notice.kind == NoticeKind::IntendedAward { ProcedureKind::Direct } else { codes::procedure(&text) };
    if text.is_empty() && kind == ProcedureKind::Direct {
        row.get(&NOTICE_TYPE).clone_into(&mut text);
    }
    if !text.is_empty() {
        entry.content().procedure = Some(Procedure { kind, text });
        entry.mark("procedure", row.place(&METHOD));
    }
}

fn term(entry: &mut Entry<'_>, row: &Row<'_>) {
    let names = [["expectedcontractstartdate", "contractstartdate"], ["expectedcontractenddate", "contractenddate"]];
    let [start, end] = names.map(|names| (row.place(&names).to_owned(), row.get(&names).to_owned()));
    let term = Term { start: entry.read_day(&start.0, &start.1), end: entry.read_day(&end.0, &end.1), ..Term::default() };
    if term != Term::default() {
        entry.mark("term", if term.start.is_some() { &start.0 } else { &end.0 });
        entry.content().term = Some(term);
    }
}

/// Award notices and the history of contracts have the winner in the row.
fn award(entry: &mut Entry<'_>, row: &Row<'_>) {
    if row.get(&WINNER).is_empty() {
        return;
    }
    let (amounts, dates) = (["totalcontractvalue", "contractamount"], ["contractawarddate", "contractstartdate"]);
    let plain: String = row.get(&amounts).chars().filter(|c| !matches!(c, '$' | ',' | ' ' | '\u{a0}')).collect();
    let currency = row.get(&["contractcurrency", "contractcurrency.eng"]);
    let worth = entry.read_worth(WorthKind::Award, row.place(&amounts), &plain, currency, None).into_iter().collect();
    let date = entry.read_day(row.place(&dates), row.get(&dates));
    let mut name = Texts::default();
    for (language, _, text) in texts(row, "supplierlegalname", "") {
        name.put(language, text);
    }
    if name.is_empty() {
        name = Texts::one("en", row.get(&WINNER));
    }
    let at = |name: &str| row.get(&[&format!("supplieraddress{name}.eng"), &format!("supplieraddress{name}")]).to_owned();
    let words = [at("line"), at("city"), at("postalcode")];
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let seat = code::place(&at("country"), codes::province(&at("province")), &words.join(", ")).unwrap_or_default();
    let (id, outcome, winners) = (row.get(&["contractnumber"]).to_owned(), Outcome::Won, vec![Party { name, seat, ..Party::default() }]);
    let (lots, losers, reason, term) = (Vec::new(), Vec::new(), String::new(), entry.notice.content.term.clone());
    entry.content().awards.push(Award { id, lots, outcome, reason, winners, losers, worth, date, bids: None, term });
    entry.mark("awards", row.place(&WINNER));
}

fn links(entry: &mut Entry<'_>, row: &Row<'_>, input: &Input<'_>) {
    let pages = ["noticeurl.eng", "noticeurl.fra", "noticeurl"];
    entry.link(row.place(&pages), row.get(&pages), input.url);
    for name in ["attachment.eng", "attachment.fra", "attachment", "document"] {
        for address in values(row.get(&[name]), &[',', '|', ' ']) {
            let title = address.rsplit('/').next().unwrap_or_default();
            entry.document(row.place(&[name]), address, title, input.url);
        }
    }
}

#[cfg(test)]
mod tests;
