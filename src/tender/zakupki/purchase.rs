//! Purchases under 223-FZ (`purchaseNotice*Data`), and their being called off. Knows no feed.

use roxmltree::Node;

use super::super::notes::{Notes, joined};
use super::super::{code, xml};
use super::{buyers, classes, documents, first, texts};
use crate::base::ids::ContentHash;
use crate::base::text::fold;
use crate::model::{Amendment, DeadlineKind, Lot, Notice, NoticeKind, Party, Procedure, ProcedureKind, Stage, WorthKind};

pub(super) fn notice(node: Node<'_, '_>, hash: ContentHash, notes: &mut Notes<'_>) -> Result<Notice, String> {
    let number = first(node, &["registrationNumber", "guid"]).map(xml::words);
    let number = number.ok_or("it has neither `registrationNumber` nor `guid`: nothing says which purchase it is")?;
    let mut notice = super::notice(node, number, hash, notes);
    let method = node.tag_name().name().trim_start_matches("purchaseNotice").trim_end_matches("Data").to_owned();
    let status = xml::text(node, "status");
    notice.code = [status.as_str(), method.as_str()].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    content(node, &method, &mut notice, notes);
    let lots = &notice.content.lots;
    let cancelled = !lots.is_empty() && lots.iter().all(|lot| lot.stage == Some(Stage::Cancelled));
    notice.stage = if cancelled { Stage::Cancelled } else { stage(&status) };
    if notice.stage == Stage::Unknown {
        match xml::first(node, "status") {
            Some(status) if !xml::words(status).is_empty() && xml::words(status) != "F" => notes.odd(status, "known status"),
            Some(_) => {}
            None => notes.missing("`status`"),
        }
    }
    let change = texts(xml::first(node, "modificationDescription"));
    let again = xml::text(node, "version").parse::<u32>().is_ok_and(|version| version > 1);
    notice.kind = match notice.stage {
        Stage::Cancelled => NoticeKind::Cancellation,
        _ if again || !change.is_empty() => NoticeKind::Change,
        _ if method == "EP" => NoticeKind::IntendedAward,
        _ => NoticeKind::Competition,
    };
    if !change.is_empty() {
        notice.amendments.push(Amendment { text: change, ..Amendment::default() });
    }
    notice.found = std::mem::take(&mut notes.found);
    Ok(notice)
}

/// A purchase was called off. It says little more than that.
pub(super) fn rejection(node: Node<'_, '_>, hash: ContentHash, notes: &mut Notes<'_>) -> Result<Notice, String> {
    let number = first(
        node,
        &["purchaseInfo/purchaseNoticeNumber", "purchaseNoticeInfo/purchaseNoticeNumber", "purchaseNoticeNumber", "registrationNumber"],
    );
    let number = number.map(xml::words).ok_or("it has no `purchaseNoticeNumber`: nothing says which purchase was called off")?;
    let mut notice = super::notice(node, number, hash, notes);
    (notice.kind, notice.stage, notice.whole) = (NoticeKind::Cancellation, Stage::Cancelled, false);
    notice.code.push_str("purchaseRejection");
    if let Some(name) = first(node, &["purchaseInfo/name", "purchaseNoticeInfo/name", "name"]) {
        notes.found("title", name);
        notice.content.title = texts(Some(name));
    }
    notice.content.buyers = buyers(node, notes);
    notice.content.documents = documents(node, notes);
    notice.found = std::mem::take(&mut notes.found);
    Ok(notice)
}

/// List `purchase_notice_status`. What is being edited (`F`) says nothing yet.
fn stage(status: &str) -> Stage {
    match status {
        "P" | "M" => Stage::Open,
        "I" => Stage::Cancelled,
        _ => Stage::Unknown,
    }
}

fn content(node: Node<'_, '_>, method: &str, notice: &mut Notice, notes: &mut Notes<'_>) {
    let content = &mut notice.content;
    if let Some(name) = first(node, &["name"]) {
        notes.found("title", name);
        content.title = texts(Some(name));
    }
    content.buyers = buyers(node, notes);
    contact(node, &mut content.buyers);
    if let Some(named) = first(node, &["purchaseCodeName", "purchaseMethodCode"]) {
        notes.found("procedure", named);
        let text = xml::words(named);
        content.procedure = Some(Procedure { kind: procedure(method, &text), text });
    } else if !method.is_empty() {
        content.procedure = Some(Procedure { kind: procedure(method, ""), text: method.to_owned() });
    }
    deadlines(node, notice, notes);
    let content = &mut notice.content;
    for (place, node) in xml::all(node, "lots/lot").into_iter().enumerate() {
        notes.found("lots", node);
        content.lots.push(lot(node, place + 1, notes));
    }
    content.documents = documents(node, notes);
    // The page that anybody may see first, then that of the buyer's cabinet.
    if let Some((node, url)) = ["urlEIS", "urlOOS", "urlVSRZ"].into_iter().find_map(|name| {
        let node = xml::first(node, name)?;
        Some((node, code::url(&xml::words(node), notes.url)?))
    }) {
        notes.found("link", node);
        content.link = Some(url);
    }
    if let Some(node) = xml::first(node, "electronicPlaceInfo/url") {
        content.submission = code::url(&xml::words(node), None);
        if content.submission.is_some() {
            notes.found("submission", node);
        }
    }
    // Methods that only small and medium enterprises may take part in.
    content.suits_small = method.ends_with("ESMBO").then_some(true);
}

/// Whom to ask, kept with the one of these that they belong to.
fn contact(node: Node<'_, '_>, buyers: &mut [Party]) {
    let Some(contact) = xml::first(node, "contact") else { return };
    let inn = xml::text(contact, "organization/mainInfo/inn");
    let theirs = buyers.iter().position(|buyer| buyer.ids.iter().any(|id| id.scheme == "INN" && id.id == inn)).unwrap_or_default();
    let Some(buyer) = buyers.get_mut(theirs) else { return };
    for (name, kept) in [("email", &mut buyer.email), ("phone", &mut buyer.phone)] {
        let written = xml::text(contact, name);
        if !written.is_empty() {
            *kept = written;
        }
    }
}

fn deadlines(node: Node<'_, '_>, notice: &mut Notice, notes: &mut Notes<'_>) {
    for (path, kind) in [
        ("submissionCloseDateTime", DeadlineKind::Tender),
        ("documentationDelivery/deliveryEndDateTime", DeadlineKind::Documents),
        ("envelopeOpeningTime", DeadlineKind::Opening),
        ("placingProcedure/envelopeOpeningTime", DeadlineKind::Opening),
    ] {
        let Some(day) = xml::first(node, path) else { continue };
        let deadline = notes.deadline(kind, Some(day), None);
        if deadline.is_some() {
            notes.found("deadlines", day);
        }
        code::push(&mut notice.content.deadlines, deadline);
    }
}

fn lot(node: Node<'_, '_>, place: usize, notes: &mut Notes<'_>) -> Lot {
    let about = xml::first(node, "lotData").unwrap_or(node);
    let mut lot = Lot {
        id: first(node, &["ordinalNumber", "lotNumber"]).map_or_else(|| place.to_string(), xml::words),
        title: texts(first(about, &["subject", "name"])),
        stage: (xml::text(node, "cancelled") == "true").then_some(Stage::Cancelled),
        suits_small: xml::flag(&xml::text(about, "forSmallOrMiddle")),
        ..Lot::default()
    };
    let items: Vec<_> = xml::all(about, "lotItems/lotItem");
    classes(&items, &mut lot.classes);
    let currency = xml::text(about, "currency/code");
    for (name, kind) in [("initialSum", WorthKind::Estimate), ("maxContractPrice", WorthKind::Maximum)] {
        lot.worth.extend(notes.worth(xml::first(about, name), kind, None, Some(&currency)));
    }
    for delivery in xml::children(about, "deliveryPlace") {
        let part = |name| xml::text(delivery, name);
        let text = joined([&part("state"), &part("region"), &part("address")]);
        code::push(&mut lot.places, code::place(if part("regionOkato").is_empty() { "" } else { "RU" }, "", &text));
    }
    lot
}

/// Suffix of the document's name (list `purchase_method`); other ways of buying have only a name of the buyer's own.
fn procedure(method: &str, name: &str) -> ProcedureKind {
    let name = fold(name);
    match method {
        "EP" => ProcedureKind::Direct,
        "OK" | "OA" | "AE" | "AE94" | "AE94FZ" | "ZK" | "KESMBO" | "AESMBO" | "ZKESMBO" | "ZPESMBO" => ProcedureKind::Open,
        _ if name.contains("единственн") => ProcedureKind::Direct,
        _ if name.contains("закрыт") || name.contains("ограниченн") => ProcedureKind::Restricted,
        _ if name.contains("открыт") => ProcedureKind::Open,
        _ => ProcedureKind::Other,
    }
}
