//! The XML of the United Kingdom's Contracts Finder before it took to OCDS. Knows nothing of its addresses.
//!
//! The prolog says UTF-16 where the bytes are UTF-8; the text is settled before it comes here. Source: the bulk files of 2015 and the
//! `FullNotice` schema of the interface's first version.

use roxmltree::Node;

use super::entry::Entry;
use super::{Batch, Clock, Head, Input, code, when, xml};
use crate::model::{
    Amendment, Award, DeadlineKind, Document, Failure, FailureClass, Nature, NoticeKind, Outcome, Party, Procedure, ProcedureKind, Raw,
    Stage, Term, Texts, Worth, WorthKind,
};

/// Parts of one kind in one notice.
const PARTS: usize = 10_000;

pub(super) fn fits(head: &Head<'_>) -> bool {
    matches!(head.root, "ArrayOfFullNotice" | "FullNotice")
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let document = xml::parse(input.text)?;
    let root = document.root_element();
    let notices = match root.tag_name().name() {
        "FullNotice" => vec![root],
        "ArrayOfFullNotice" => xml::all(root, "FullNotice"),
        other => {
            let text = format!("it is no document of Contracts Finder: its element is `{other}`, not `ArrayOfFullNotice`");
            return Err(Failure::new(FailureClass::Unreadable, text));
        }
    };
    let clock = input.clock.or_portal("Europe/London");
    let mut batch = Batch::default();
    for node in notices {
        input.check_time()?;
        batch.check_room()?;
        notice(input, node, &clock, &mut batch);
    }
    Ok(batch)
}

fn notice(input: &Input<'_>, full: Node<'_, '_>, clock: &Clock, batch: &mut Batch) {
    let document = full.document();
    let own = &document.input_text()[full.range()];
    let raw = if full == document.root_element() {
        Raw::new("", own, "")
    } else {
        let (start, end) = xml::root_tags(document);
        Raw::new(start, own, end)
    };
    let mut entry = Entry::new(xml::path(full), (own.as_bytes(), raw), clock.clone(), &mut batch.bad);
    let id = [xml::text(full, "Id"), xml::text(full, "Notice/Id")].into_iter().find(|id| !id.is_empty());
    let Some(id) = id else { return entry.refuse("it has no `Id`") };
    let text = |key: &str| xml::text(full, &format!("Notice/{key}"));
    let notice = &mut entry.notice;
    notice.procedure.clone_from(&id);
    notice.id = id;
    notice.publication = text("Identifier");
    notice.languages = vec!["en".to_owned()];
    let (kind, status) = (text("Type"), text("Status"));
    notice.code = [kind.as_str(), &status].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" / ");
    versions(&mut entry, full);
    (entry.notice.kind, entry.notice.stage) = kind_and_stage(full, &kind, &status, !entry.notice.amendments.is_empty());
    published(&mut entry, full, clock);
    entry.other_id("reference", "Notice/Identifier", &text("Identifier"));
    entry.title("en", "Notice/Title", &text("Title"));
    entry.description("en", "Notice/Description", &text("Description"));
    entry.deadline(DeadlineKind::Tender, "Notice/DeadlineDate", when::midnight_is_day(&text("DeadlineDate")));
    buyer(&mut entry, full);
    classes(&mut entry, full);
    values(&mut entry, full);
    flags(&mut entry, full);
    places(&mut entry, full);
    let days = ["Start", "End"].map(|key| entry.read_day(&format!("Notice/{key}"), &text(key)));
    if days != [None, None] {
        entry.content().term = Some(Term { start: days[0], end: days[1], renewal: renewal(full), ..Term::default() });
        entry.mark("term", if days[0].is_some() { "Notice/Start" } else { "Notice/End" });
    }
    documents(&mut entry, full, input);
    awards(&mut entry, full);
    batch.notices.push(entry.notice);
}

fn renewal(full: Node<'_, '_>) -> String {
    if xml::text(full, "Notice/IsExtensionPossible") == "true" { "extension possible".to_owned() } else { String::new() }
}

/// The last version's number, and what its changes are said to be; `publish` and the like say nothing.
fn versions(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    let number = |node: Node<'_, '_>| xml::text(node, "VersionNumber").parse::<u32>().ok();
    for version in xml::all(full, "PublishedVersion/PublishedNoticeVersion").into_iter().take(PARTS) {
        if number(version) > entry.notice.version.parse().ok() {
            entry.notice.version = xml::text(version, "VersionNumber");
        }
        let reason = xml::text(version, "Reason");
        if number(version).is_some_and(|number| number > 1) && !matches!(reason.to_lowercase().as_str(), "" | "publish" | "published") {
            entry.notice.amendments.push(Amendment { text: Texts::one("en", &reason), ..Amendment::default() });
        }
    }
}

/// `Notice/Type` and `Notice/Status`; a withdrawn notice has its day.
fn kind_and_stage(full: Node<'_, '_>, kind: &str, status: &str, changed: bool) -> (NoticeKind, Stage) {
    let withdrawn = !xml::text(full, "WithdrawnDate").is_empty();
    let stage = match status.to_lowercase().as_str() {
        _ if withdrawn => Stage::Cancelled,
        "withdrawn" | "cancelled" => Stage::Cancelled,
        "awarded" => Stage::Awarded,
        "closed" => Stage::Closed,
        "open" if is_planning(kind) => Stage::Planned,
        "open" => Stage::Open,
        _ => Stage::Unknown,
    };
    let kind = match stage {
        Stage::Cancelled => NoticeKind::Cancellation,
        Stage::Awarded => NoticeKind::Award,
        Stage::Planned | Stage::Open | Stage::Closed | Stage::Suspended | Stage::Modified | Stage::Completed | Stage::Unknown => {
            if is_planning(kind) {
                NoticeKind::Planning
            } else if changed {
                NoticeKind::Change
            } else {
                NoticeKind::Competition
            }
        }
    };
    (kind, stage)
}

fn is_planning(kind: &str) -> bool {
    matches!(kind.to_lowercase().as_str(), "preprocurement" | "pipeline" | "futureopportunity" | "earlyengagement" | "speculative")
}

/// A notice that was changed was published again.
fn published(entry: &mut Entry<'_>, full: Node<'_, '_>, clock: &Clock) {
    let [first, last] = ["Notice/PublishedDate", "Notice/LastNotifiableUpdate"].map(|path| (path, xml::text(full, path)));
    let later = when::instant(&last.1, clock).zip(when::instant(&first.1, clock)).is_some_and(|(last, first)| last > first);
    let (path, written) = if later || first.1.is_empty() { last } else { first };
    entry.published(path, &written);
}

fn buyer(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    let places = ["Notice/OrganisationName", "Organisation/Name"];
    let Some(place) = places.into_iter().find(|place| !xml::text(full, place).is_empty()) else { return };
    let at = |key: &str| xml::text(full, &format!("Notice/ContactDetails/{key}"));
    let address = ["Address1", "Address2", "Town", "Postcode"].map(at);
    let address: Vec<&str> = address.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let party = Party {
        name: Texts::one("en", &xml::text(full, place)),
        seat: code::place(country(&at("Country")), "", &address.join(", ")).unwrap_or_default(),
        email: at("Email"),
        phone: at("Phone"),
        website: code::url(&at("WebAddress"), None),
        ..Party::default()
    };
    entry.content().buyers.push(party);
    entry.mark("buyers", place);
}

/// The countries of the Kingdom are no countries of ISO 3166-1.
fn country(written: &str) -> &str {
    if matches!(written.to_lowercase().as_str(), "england" | "scotland" | "wales" | "northern ireland") { "GB" } else { written }
}

fn classes(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    for class in xml::all(full, "CpvCodes/CpvCode").into_iter().take(PARTS) {
        let main = entry.notice.content.classes.is_empty();
        entry.class("CPV", "CpvCodes", &xml::text(class, "Code"), main, &xml::text(class, "Description"));
    }
    for class in xml::all(full, "Notice/CpvCodes/string").into_iter().take(PARTS) {
        let main = entry.notice.content.classes.is_empty();
        entry.class("CPV", "Notice/CpvCodes", &xml::words(class), main, "");
    }
}

/// Both ends of a range, as they stand: some are the wrong way round.
fn values(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    for (kind, path) in [(WorthKind::Minimum, "Notice/ValueLow"), (WorthKind::Maximum, "Notice/ValueHigh")] {
        entry.worth(kind, path, &xml::text(full, path), "GBP");
    }
}

fn flags(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    let text = |key: &str| xml::text(full, &format!("Notice/{key}"));
    let nature = match text("OjeuContractType").to_lowercase().as_str() {
        "services" => Some(Nature::Services),
        "works" => Some(Nature::Works),
        "products" | "supplies" | "goods" => Some(Nature::Goods),
        _ => None,
    };
    if nature.is_some() {
        entry.content().nature = nature;
        entry.mark("nature", "Notice/OjeuContractType");
    }
    let small = text("IsSuitableForSme").parse().ok();
    if small.is_some() {
        entry.content().suits_small = small;
        entry.mark("suits_small", "Notice/IsSuitableForSme");
    }
    if text("IsFrameworkAgreement") == "true" {
        "framework".clone_into(&mut entry.content().technique);
        entry.mark("technique", "Notice/IsFrameworkAgreement");
    }
    let method = [text("ProcedureType"), text("OjeuProcedureType")].into_iter().find(|method| !method.is_empty());
    if let Some(method) = method {
        let lower = method.to_lowercase();
        let kind = if lower.contains("without") || lower.contains("single") || lower.contains("directaward") {
            ProcedureKind::Direct
        } else if lower.starts_with("open") {
            ProcedureKind::Open
        } else if lower.contains("restricted") {
            ProcedureKind::Restricted
        } else if lower.contains("negotiat") || lower.contains("dialogue") || lower.contains("innovation") {
            ProcedureKind::Negotiated
        } else {
            ProcedureKind::Other
        };
        entry.content().procedure = Some(Procedure { kind, text: method });
        entry.mark("procedure", "Notice/ProcedureType");
    }
}

/// Regions are names, several of them parted by commas.
fn places(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    let (regions, postcode) = (xml::text(full, "Notice/Region"), xml::text(full, "Notice/Postcode"));
    for region in regions.split(',').filter(|region| !region.trim().is_empty()).take(PARTS) {
        code::push(&mut entry.content().places, code::place("GB", "", region));
        entry.mark("places", "Notice/Region");
    }
    if !postcode.is_empty() {
        code::push(&mut entry.content().places, code::place("GB", "", &postcode));
        entry.mark("places", "Notice/Postcode");
    }
}

/// Links, and attachments, which have an id and no address: the portal's pages are known.
fn documents(entry: &mut Entry<'_>, full: Node<'_, '_>, input: &Input<'_>) {
    let site = "https://www.contractsfinder.service.gov.uk/Notice";
    entry.link("Id", &format!("{site}/{}", entry.notice.id), None);
    for (index, detail) in xml::all(full, "AdditionalDetails/AdditionalDetail").into_iter().take(PARTS).enumerate() {
        let place = format!("AdditionalDetails/AdditionalDetail[{}]", index + 1);
        let (link, file) = (xml::text(detail, "Link"), xml::text(detail, "Filename"));
        let address = if link.is_empty() && !file.is_empty() { format!("{site}/Attachment/{}", xml::text(detail, "Id")) } else { link };
        let Some(url) = entry.read_url(&place, &address, input.url) else { continue };
        let title = [file, xml::text(detail, "Description")].into_iter().find(|title| !title.is_empty()).unwrap_or_default();
        code::push(
            &mut entry.content().documents,
            Some(Document { url, title, restricted: false, hash: String::new(), date: String::new() }),
        );
        entry.mark("documents", &place);
    }
}

/// `Awards` of the later years of this schema, and `AwardDetail` of the earlier.
fn awards(entry: &mut Entry<'_>, full: Node<'_, '_>) {
    let found = ["Awards/AwardDetail", "Awards/Award", "Notice/Awards/AwardDetail", "AwardDetail"].map(|path| xml::all(full, path));
    for (index, node) in found.into_iter().flatten().take(PARTS).enumerate() {
        let text = |key: &str| xml::text(node, key);
        let place = format!("Awards[{}]", index + 1);
        let date = ["AwardedDate", "AwardDate"].map(text).into_iter().find(|date| !date.is_empty()).unwrap_or_default();
        let worth: Option<Worth> = entry.read_worth(WorthKind::Award, &format!("{place}/Value"), &text("Value"), "GBP", None);
        let name = ["SupplierName", "Supplier/Name"].map(text).into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let seat = code::place("", "", &text("SupplierAddress")).unwrap_or_default();
        let ids = code::id(&text("ReferenceType"), &text("Reference")).into_iter().collect();
        let small = text("SupplierAwardedToSme").parse().ok();
        let winner = Party { name: Texts::one("en", &name), seat, ids, small, ..Party::default() };
        let winners = Some(winner).filter(|party| !party.name.is_empty()).into_iter().collect();
        let days = ["StartDate", "EndDate"].map(|key| entry.read_day(&format!("{place}/{key}"), &text(key)));
        let term = Some(Term { start: days[0], end: days[1], ..Term::default() }).filter(|term| *term != Term::default());
        let date = entry.read_day(&format!("{place}/AwardedDate"), &date);
        let (id, lots, reason, losers) = (text("Id"), Vec::new(), String::new(), Vec::new());
        let worth = worth.into_iter().collect();
        entry.content().awards.push(Award { id, lots, outcome: Outcome::Won, reason, winners, losers, worth, date, bids: None, term });
        entry.mark("awards", &place);
    }
}

#[cfg(test)]
mod tests;
