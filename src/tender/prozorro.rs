//! Prozorro's own objects: tenders, plans, contracts and frameworks, one by one or in lists. Knows nothing of the feed's paging but the
//! address of the next page, and an empty list is no end of it.
//!
//! Source: the documentation of `ProzorroUKR/openprocurement.api` (standards `tender`, `award`, `cancellation`, `contract`, `plan`).

mod content;

use serde_json::{Map, Value};
use url::Url;

use super::entry::{self, Entry, unlike};
use super::{Batch, Head, Input, json};
use crate::model::{Failure, NoticeKind, ProcedureKind, Raw, Stage};

/// Keys that objects of Prozorro have and answers of other portals with a `data` have not.
const KEYS: [&str; 9] =
    ["tenderID", "planID", "contractID", "next_page", "procurementMethodType", "dateModified", "bid_id", "cancellationOf", "frameworkType"];

/// Parts of a tender that can be asked for by themselves.
const PARTS: [&str; 4] = ["awards", "cancellations", "lots", "documents"];

pub(super) fn fits(head: &Head<'_>) -> bool {
    head.text.starts_with('{')
        && head.has_key("data")
        && KEYS.iter().any(|key| head.has_key(key))
        && !["releases", "records", "ocid"].iter().any(|key| head.has_key(key))
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let (document, mut batch) = entry::document(input)?;
    let Some(data) = json::at(&document, "data") else {
        return Err(unlike("Prozorro", "`data`", &json::text(&document, "errors/0/description")));
    };
    batch.next = Some(json::text(&document, "next_page/uri")).filter(|uri| !uri.is_empty());
    if let Some((tender, part)) = input.url.and_then(part_of) {
        let mut whole = Map::new();
        whole.insert("id".to_owned(), tender.into());
        whole.insert(part.to_owned(), json::list(&document, "data").into());
        notice(input, &Value::Object(whole), "data", false, &mut batch);
        if let Some(notice) = batch.notices.last_mut() {
            notice.id = format!("{} {part}", notice.id);
            // The address says what it is part of, and is kept with it.
            notice.raw = Raw::new(r#"{"data":"#, data.to_string(), "}");
        }
        return Ok(batch);
    }
    match data {
        Value::Array(list) => {
            for (index, object) in list.iter().enumerate() {
                input.check_time()?;
                batch.check_room()?;
                // What a list shows of an object is what was asked for, never all of it.
                notice(input, object, &format!("data[{index}]"), false, &mut batch);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            notice(input, data, "data", true, &mut batch);
        }
    }
    Ok(batch)
}

/// The tender and the list of an address such as `/api/2.5/tenders/896f…/awards`.
fn part_of(url: &Url) -> Option<(String, &'static str)> {
    let mut steps = url.path_segments()?.skip_while(|step| *step != "tenders").skip(1);
    let (tender, part) = (steps.next()?, steps.next()?);
    let part = PARTS.into_iter().find(|name| *name == part)?;
    Some((tender.to_owned(), part))
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tender,
    Plan,
    Contract,
    Framework,
}

impl Kind {
    fn of(object: &Value) -> Self {
        let has = |key: &str| object.get(key).is_some();
        if has("planID") || (has("budget") && !has("tenderID")) {
            Self::Plan
        } else if has("contractID") || (has("awardID") && has("suppliers")) {
            Self::Contract
        } else if has("frameworkType") {
            Self::Framework
        } else {
            Self::Tender
        }
    }

    /// The key of the number that people know it by.
    const fn number(self) -> &'static str {
        match self {
            Self::Tender => "tenderID",
            Self::Plan => "planID",
            Self::Contract => "contractID",
            Self::Framework => "prettyID",
        }
    }
}

fn notice(input: &Input<'_>, object: &Value, path: &str, whole: bool, batch: &mut Batch) {
    // Blanks between the parts are no part of what is said, so the hash leaves them out.
    let own = object.to_string();
    // Reading it again, an object that stood in a list must not be taken for all that there is.
    let (before, after) = if whole { (r#"{"data":"#, "}") } else { (r#"{"data":["#, "]}") };
    let raw = Raw::new(before, own.as_str(), after);
    let mut entry = Entry::new(path, (own.as_bytes(), raw), input.clock.clone(), &mut batch.bad);
    let text = |key: &str| json::text(object, key);
    let id = text("id");
    if !object.is_object() || id.is_empty() {
        return entry.refuse("it has no `id`");
    }
    let kind = Kind::of(object);
    if kind == Kind::Tender
        && text("tenderID").is_empty()
        && ["bid_id", "cancellationOf", "lotID"].iter().any(|key| object.get(key).is_some())
    {
        return entry.refuse("it is a part of a tender, and which tender stands only in the address it is read from");
    }
    let status = text("status");
    let notice = &mut entry.notice;
    notice.procedure =
        if kind == Kind::Contract { Some(text("tender_id")).filter(|id| !id.is_empty()) } else { None }.unwrap_or_else(|| id.clone());
    notice.id = id;
    notice.version = text("dateModified");
    notice.publication = text(kind.number());
    // A contract says what it says of its tender, and no more.
    notice.whole = whole && kind != Kind::Contract && (!notice.publication.is_empty() || !status.is_empty());
    notice.test = text("mode") == "test";
    notice.languages = vec!["uk".to_owned()];
    (notice.kind, notice.stage) = kind_and_stage(kind, object, &status);
    notice.code = match kind {
        Kind::Tender => status,
        Kind::Plan => format!("plan {status}").trim().to_owned(),
        Kind::Contract => format!("contract {status}").trim().to_owned(),
        Kind::Framework => format!("framework {status}").trim().to_owned(),
    };
    let place = ["dateModified", "date", "datePublished", "dateCreated"].into_iter().find(|key| !text(key).is_empty());
    if let Some(place) = place {
        entry.published(place, &text(place));
    }
    content::read(&mut entry, object, kind, input.url);
    batch.notices.push(entry.notice);
}

/// What a notice is for, and where it leaves the procedure.
fn kind_and_stage(kind: Kind, object: &Value, status: &str) -> (NoticeKind, Stage) {
    let void = |cancellation: &Value| {
        json::text(cancellation, "status") == "active"
            && matches!(json::text(cancellation, "cancellationOf").as_str(), "" | "tender" | "contract")
    };
    if status == "cancelled" || json::list(object, "cancellations").iter().any(void) {
        return (NoticeKind::Cancellation, Stage::Cancelled);
    }
    let won = || json::list(object, "awards").iter().any(|award| json::text(award, "status") == "active");
    match kind {
        Kind::Plan => (NoticeKind::Planning, Stage::Planned),
        Kind::Contract if status == "terminated" => (NoticeKind::Completion, Stage::Completed),
        Kind::Contract if json::list(object, "changes").iter().any(|change| json::text(change, "status") == "active") => {
            (NoticeKind::Modification, Stage::Modified)
        }
        Kind::Contract => (NoticeKind::Contract, Stage::Awarded),
        Kind::Framework => (NoticeKind::Competition, framework_stage(status)),
        Kind::Tender => {
            let stage = tender_stage(status, &json::text(object, "procurementMethodType"));
            // A list of awards by itself has no status.
            let stage = if stage == Stage::Unknown && won() { Stage::Awarded } else { stage };
            let kind = match stage {
                Stage::Awarded => NoticeKind::Award,
                Stage::Cancelled => NoticeKind::Cancellation,
                Stage::Unknown if object.get("awards").is_some() => NoticeKind::Award,
                Stage::Unknown => NoticeKind::Other,
                Stage::Planned | Stage::Open | Stage::Closed | Stage::Suspended | Stage::Modified | Stage::Completed if won() => {
                    NoticeKind::Award
                }
                Stage::Planned | Stage::Open | Stage::Closed | Stage::Suspended | Stage::Modified | Stage::Completed => {
                    NoticeKind::Competition
                }
            };
            (kind, stage)
        }
    }
}

/// `tender.status` (standard `tender`, section "Status").
fn tender_stage(status: &str, method: &str) -> Stage {
    match status {
        "draft.unsuccessful" | "unsuccessful" | "cancelled" => Stage::Cancelled,
        _ if status.starts_with("draft") => Stage::Planned,
        // Reports and negotiations have winners from the start, and nobody else may offer.
        "active" if procedure(method) == Some(ProcedureKind::Direct) => Stage::Closed,
        "active" | "active.enquiries" | "active.tendering" => Stage::Open,
        "active.pre-qualification"
        | "active.pre-qualification.stand-still"
        | "active.auction"
        | "active.qualification"
        | "active.qualification.stand-still"
        | "active.stage2.pending"
        | "active.stage2.waiting" => Stage::Closed,
        // The contract is signed, not done.
        "active.awarded" | "complete" => Stage::Awarded,
        _ => Stage::Unknown,
    }
}

/// The same of a status that says how far an active tender is (`active.qualification`), as Prozorro's OCDS repeats it; of others nothing.
pub(super) fn substage(status: &str) -> Option<Stage> {
    Some(tender_stage(status, "")).filter(|stage| status.starts_with("active.") && *stage != Stage::Unknown)
}

/// `framework.status` (standard `framework`): suppliers may ask to be let in while it is active.
fn framework_stage(status: &str) -> Stage {
    match status {
        "draft" => Stage::Planned,
        "active" => Stage::Open,
        "complete" => Stage::Closed,
        "unsuccessful" => Stage::Cancelled,
        _ => Stage::Unknown,
    }
}

/// `tender.procurementMethodType` (standard `tender`); the older `procurementMethod` is OCDS's own list.
fn procedure(method: &str) -> Option<ProcedureKind> {
    Some(match method {
        "belowThreshold" | "aboveThreshold" | "aboveThresholdUA" | "aboveThresholdEU" | "esco" | "closeFrameworkAgreementUA" | "open" => {
            ProcedureKind::Open
        }
        "closeFrameworkAgreementSelectionUA" | "competitiveOrdering" | "priceQuotation" | "selective" => ProcedureKind::Restricted,
        "competitiveDialogueUA" | "competitiveDialogueEU" | "competitiveDialogueUA.stage2" | "competitiveDialogueEU.stage2" => {
            ProcedureKind::Negotiated
        }
        "negotiation" | "negotiation.quick" | "reporting" | "limited" => ProcedureKind::Direct,
        "aboveThresholdUA.defense" | "simple.defense" | "requestForProposal" => ProcedureKind::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
