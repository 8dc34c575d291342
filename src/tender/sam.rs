//! Answers of SAM.gov's Opportunities interface, version 2. Knows nothing of keys and quotas.
//!
//! It shows only the latest version of a notice, and its type changes in place. Source: `open.gsa.gov/api/get-opportunities-public-api`.

use serde_json::Value;

use super::entry::{self, Entry, unlike};
use super::{Batch, Head, Input, code, json};
use crate::model::{
    Award, DeadlineKind, Failure, NoticeKind, Outcome, Party, Place, Procedure, ProcedureKind, Raw, Stage, Texts, WorthKind,
};

/// Contacts, links, codes of one notice.
const PARTS: usize = 10_000;

pub(super) fn fits(head: &Head<'_>) -> bool {
    head.has_key("opportunitiesData")
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let (document, mut batch) = entry::document(input)?;
    let Some(Value::Array(list)) = json::at(&document, "opportunitiesData") else {
        let said = ["errorMessage", "error/message", "message", "error"].map(|key| json::text(&document, key));
        return Err(unlike("SAM.gov", "`opportunitiesData`", said.iter().find(|said| !said.is_empty()).map_or("", String::as_str)));
    };
    batch.total = json::text(&document, "totalRecords").parse().ok();
    let next = json::list(&document, "links").iter().find(|link| json::text(link, "rel") == "next");
    batch.next = next.map(|link| json::text(link, "href")).filter(|href| !href.is_empty());
    for (index, row) in list.iter().enumerate() {
        input.check_time()?;
        batch.check_room()?;
        notice(input, row, &format!("opportunitiesData[{index}]"), &mut batch);
    }
    Ok(batch)
}

fn notice(input: &Input<'_>, row: &Value, path: &str, batch: &mut Batch) {
    let own = row.to_string();
    let raw = Raw::new(r#"{"opportunitiesData":["#, own.as_str(), "]}");
    let mut entry = Entry::new(path, (own.as_bytes(), raw), input.clock.clone(), &mut batch.bad);
    let text = |key: &str| json::text(row, key);
    let id = text("noticeId");
    if id.is_empty() {
        return entry.refuse("it has no `noticeId`");
    }
    let (kind, base) = (text("type"), text("baseType"));
    let number = text("solicitationNumber");
    let notice = &mut entry.notice;
    notice.procedure = if number.is_empty() { id.clone() } else { number.clone() };
    notice.id = id;
    notice.publication.clone_from(&number);
    notice.languages = vec!["en".to_owned()];
    let written = if kind.is_empty() { base.clone() } else { kind.clone() };
    (notice.kind, notice.stage) = kind_and_stage(&written);
    notice.code = if base.is_empty() || base == written { written } else { format!("{written}, at first {base}") };
    entry.other_id("solicitation", "solicitationNumber", &number);
    entry.published("postedDate", &text("postedDate"));
    entry.title("en", "title", &text("title"));
    stage(&mut entry, row);
    entry.deadline(DeadlineKind::Tender, "responseDeadLine", &text("responseDeadLine"));
    buyers(&mut entry, row);
    classes(&mut entry, row);
    set_aside(&mut entry, row);
    let place = json::at(row, "placeOfPerformance").and_then(place);
    if place.is_some() {
        code::push(&mut entry.content().places, place);
        entry.mark("places", "placeOfPerformance");
    }
    award(&mut entry, row);
    links(&mut entry, row, input);
    batch.notices.push(entry.notice);
}

/// `ptype`, as letter or words; the words changed over the years, so their beginnings count.
fn kind_and_stage(written: &str) -> (NoticeKind, Stage) {
    let lower = written.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    match lower.as_str() {
        "o" | "k" => (NoticeKind::Competition, Stage::Open),
        "p" | "r" | "s" | "i" => (NoticeKind::Planning, Stage::Planned),
        "a" => (NoticeKind::Award, Stage::Awarded),
        "u" => (NoticeKind::IntendedAward, Stage::Unknown),
        // Something is sold, and offers are taken all the same.
        "g" => (NoticeKind::Other, Stage::Open),
        _ if begins(&["solicitation", "combined synopsis"]) => (NoticeKind::Competition, Stage::Open),
        _ if begins(&["presolicitation", "pre solicitation", "sources sought", "special notice", "intent to bundle", "consolidate"]) => {
            (NoticeKind::Planning, Stage::Planned)
        }
        _ if begins(&["award"]) => (NoticeKind::Award, Stage::Awarded),
        // A contract without competition is justified.
        _ if begins(&["justification", "fair opportunity"]) => (NoticeKind::IntendedAward, Stage::Unknown),
        _ if begins(&["sale of surplus"]) => (NoticeKind::Other, Stage::Open),
        _ => (NoticeKind::Other, Stage::Unknown),
    }
}

/// Archived (`active` is `No`) is not cancelled: it says no more than that nothing can be offered any longer.
fn stage(entry: &mut Entry<'_>, row: &Value) {
    let yes = |key: &str| matches!(json::text(row, key).to_lowercase().as_str(), "yes" | "true");
    let no = |key: &str| matches!(json::text(row, key).to_lowercase().as_str(), "no" | "false");
    let notice = &mut entry.notice;
    if ["isCanceled", "cancelled", "canceled"].into_iter().any(yes) {
        (notice.kind, notice.stage) = (NoticeKind::Cancellation, Stage::Cancelled);
    } else if !json::text(row, "award/awardee/name").is_empty() {
        notice.stage = Stage::Awarded;
    } else if no("active") && matches!(notice.stage, Stage::Open | Stage::Planned) {
        notice.stage = Stage::Closed;
    }
}

/// The office first, then what it belongs to. The path's names are parted by dots and may have dots of their own, so it is taken apart only
/// where the path of codes has as many steps.
fn buyers(entry: &mut Entry<'_>, row: &Value) {
    let (names, codes) = (json::text(row, "fullParentPathName"), json::text(row, "fullParentPathCode"));
    let older = ["department", "subTier", "office"].map(|key| json::text(row, key));
    let mut chain: Vec<(&str, &str)> = names.split('.').zip(codes.split('.')).collect();
    let place = if names.is_empty() { "department" } else { "fullParentPathName" };
    if names.is_empty() {
        chain = older.iter().map(|name| (name.as_str(), "")).collect();
    } else if names.split('.').count() != codes.split('.').count() {
        chain = vec![(&names, &codes)];
    }
    for (name, code) in chain.into_iter().rev() {
        let party = Party { name: Texts::one("en", name), ids: code::id("SAM", code).into_iter().collect(), ..Party::default() };
        let known = &mut entry.content().buyers;
        if !party.name.is_empty() && !known.iter().any(|other| other.name == party.name) {
            known.push(party);
        }
    }
    if entry.notice.content.buyers.is_empty() {
        return;
    }
    entry.mark("buyers", place);
    let contacts = json::list(row, "pointOfContact");
    let contact = contacts.iter().find(|contact| json::text(contact, "type") == "primary").or(contacts.first());
    let office = &mut entry.content().buyers[0];
    if let Some(contact) = contact {
        office.email = json::text(contact, "email");
        office.phone = json::text(contact, "phone");
    }
    let at = |key: &str| json::text(row, &format!("officeAddress/{key}"));
    let (country, state) = (at("countryCode"), at("state"));
    office.seat = code::place(&country, &region(&country, &state), &joined(&[&at("city"), &state, &at("zipcode")])).unwrap_or_default();
    office.kind = json::text(row, "organizationType");
}

fn classes(entry: &mut Entry<'_>, row: &Value) {
    let main = json::text(row, "naicsCode");
    entry.class("NAICS", "naicsCode", &main, true, "");
    for naics in json::list(row, "naicsCodes").iter().take(PARTS).map(json::words) {
        let first = entry.notice.content.classes.is_empty();
        entry.class("NAICS", "naicsCodes", &naics, first, "");
    }
    let first = entry.notice.content.classes.is_empty();
    entry.class("PSC", "classificationCode", &json::text(row, "classificationCode"), first, "");
}

/// FAR 19: every set-aside but `NONE` and the local area's is for some kind of small business.
fn set_aside(entry: &mut Entry<'_>, row: &Value) {
    let (aside, words) = (json::text(row, "typeOfSetAside"), json::text(row, "typeOfSetAsideDescription"));
    if !matches!(aside.as_str(), "" | "NONE" | "LAS") {
        entry.content().suits_small = Some(true);
        entry.mark("suits_small", "typeOfSetAside");
    }
    if entry.notice.kind == NoticeKind::IntendedAward {
        let text = entry.notice.code.clone();
        entry.content().procedure = Some(Procedure { kind: ProcedureKind::Direct, text });
        entry.mark("procedure", "type");
    } else if !aside.is_empty() && aside != "NONE" {
        let text = if words.is_empty() { aside } else { words };
        // Who may offer is limited, how the winner is found is not said.
        entry.content().procedure = Some(Procedure { kind: ProcedureKind::Other, text });
        entry.mark("procedure", "typeOfSetAside");
    }
}

/// A place; blank texts stand for nothing, and a country that repeats the state is none (`GA` is Georgia there, not Gabon).
fn place(place: &Value) -> Option<Place> {
    let at = |key: &str| json::text(place, key);
    let (state_code, state_name) = (at("state/code"), at("state/name"));
    let (code, name) = (at("country/code"), at("country/name"));
    let country = if !code.is_empty() {
        code
    } else if name == state_name || name.len() < 3 {
        String::new()
    } else {
        name
    };
    let state = if state_code.is_empty() { &state_name } else { &state_code };
    let text = joined(&[&at("streetAddress"), &at("streetAddress2"), &at("city/name"), &state_name, &at("zip")]);
    code::place(&country, &region(&country, state), &text)
}

/// ISO 3166-2: states of the Union are written without their country. Field post (`AP`, `AE`, `AA`) is no state.
fn region(country: &str, state: &str) -> String {
    let american = code::country(country) == "US";
    if state.contains('-') {
        state.to_owned()
    } else if american && state.len() == 2 && !matches!(state, "AP" | "AE" | "AA") && state.bytes().all(|b| b.is_ascii_uppercase()) {
        format!("US-{state}")
    } else {
        String::new()
    }
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

fn award(entry: &mut Entry<'_>, row: &Value) {
    let Some(award) = json::at(row, "award").filter(|award| award.is_object()) else { return };
    let text = |key: &str| json::text(award, key);
    let worth = entry.read_worth(WorthKind::Award, "award/amount", &text("amount"), "USD", None);
    let date = entry.read_day("award/date", &text("date"));
    let mut ids = Vec::new();
    for (scheme, key) in [("UEI", "awardee/ueiSAM"), ("CAGE", "awardee/cageCode"), ("DUNS", "awardee/duns")] {
        code::push(&mut ids, code::id(scheme, &text(key)));
    }
    let name = Texts::one("en", &text("awardee/name"));
    let seat = json::at(award, "awardee/location").and_then(place).unwrap_or_default();
    let winner = Party { name, ids, seat, ..Party::default() };
    let winners: Vec<Party> = if winner == Party::default() { Vec::new() } else { vec![winner] };
    let id = text("number");
    if id.is_empty() && winners.is_empty() && worth.is_none() && date.is_none() {
        return;
    }
    let outcome = if winners.is_empty() && worth.is_none() { Outcome::Pending } else { Outcome::Won };
    let worth = worth.into_iter().collect();
    let award =
        Award { id, lots: Vec::new(), outcome, reason: String::new(), winners, losers: Vec::new(), worth, date, bids: None, term: None };
    entry.content().awards.push(award);
    entry.mark("awards", "award");
}

fn links(entry: &mut Entry<'_>, row: &Value, input: &Input<'_>) {
    entry.link("uiLink", &json::text(row, "uiLink"), input.url);
    // The description is asked for by a second question with a key; some copies of the answer have it in place.
    let description = json::text(row, "description");
    if description.starts_with("https://") || description.starts_with("http://") {
        entry.document("description", &description, "description", input.url);
    } else {
        entry.description("en", "description", &description);
    }
    entry.document("additionalInfoLink", &json::text(row, "additionalInfoLink"), "additional information", input.url);
    for (index, link) in json::list(row, "resourceLinks").iter().take(PARTS).enumerate() {
        entry.document(&format!("resourceLinks[{index}]"), &json::words(link), "", input.url);
    }
}

#[cfg(test)]
mod tests;
