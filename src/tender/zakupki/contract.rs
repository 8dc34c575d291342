//! Contracts under 223-FZ (`contractData`): the result of a purchase. Knows no feed.

use roxmltree::Node;

use super::super::notes::Notes;
use super::super::{code, xml};
use super::{buyers, classes, documents, first, party, texts};
use crate::base::ids::ContentHash;
use crate::model::{Award, Notice, NoticeKind, Outcome, Procedure, ProcedureKind, Stage, Term, WorthKind};

pub(super) fn notice(node: Node<'_, '_>, hash: ContentHash, notes: &mut Notes<'_>) -> Result<Notice, String> {
    // The purchase's number joins the contract to it; bought without a purchase, the contract stands for itself.
    let number = first(node, &["purchaseNoticeInfo/purchaseNoticeNumber", "contractRegNumber", "registrationNumber", "guid"]);
    let number = number.map(xml::words).ok_or("it has no number and no `guid`: nothing says which contract it is")?;
    let mut notice = super::notice(node, number, hash, notes);
    notice.whole = false;
    let yes = |name| xml::text(node, name) == "true";
    let status = xml::text(node, "status");
    (notice.kind, notice.stage) = match status.as_str() {
        "I" => (NoticeKind::Cancellation, Stage::Cancelled),
        _ if yes("termination") => (NoticeKind::Completion, Stage::Completed),
        _ if yes("changeContract") => (NoticeKind::Modification, Stage::Modified),
        _ => (NoticeKind::Contract, Stage::Awarded),
    };
    notice.code = if status.is_empty() { "contract".to_owned() } else { format!("contract {status}") };
    content(node, &mut notice, notes);
    notice.found = std::mem::take(&mut notes.found);
    Ok(notice)
}

fn content(node: Node<'_, '_>, notice: &mut Notice, notes: &mut Notes<'_>) {
    let content = &mut notice.content;
    if let Some(subject) = first(node, &["subjectContract", "purchaseNoticeInfo/name", "name"]) {
        notes.found("title", subject);
        content.title = texts(Some(subject));
    }
    if let Some(number) = first(node, &["contractRegNumber"]) {
        notes.found("other_ids", number);
        code::push(&mut content.other_ids, code::id("contractRegNumber", &xml::words(number)));
    }
    content.buyers = buyers(node, notes);
    let positions = xml::all(node, "contractPositions/contractPosition");
    classes(&positions, &mut content.classes);
    if let Some(position) = positions.first().filter(|_| !content.classes.is_empty()) {
        notes.found("classes", *position);
    }
    if let Some(named) = first(node, &["purchaseTypeInfo/name", "purchaseTypeInfo/code"]) {
        notes.found("procedure", named);
        let text = xml::words(named);
        let direct = crate::base::text::fold(&text).contains("единственн");
        content.procedure = Some(Procedure { kind: if direct { ProcedureKind::Direct } else { ProcedureKind::Other }, text });
    }
    if let Some((node, url)) = ["urlEIS", "urlOOS"].into_iter().find_map(|name| {
        let node = xml::first(node, name)?;
        Some((node, code::url(&xml::words(node), notes.url)?))
    }) {
        notes.found("link", node);
        content.link = Some(url);
    }
    content.documents = documents(node, notes);
    let award = award(node, notice.stage, notes);
    let content = &mut notice.content;
    content.term.clone_from(&award.term);
    content.worth.clone_from(&award.worth);
    notes.found("awards", node);
    content.awards.push(award);
}

fn award(node: Node<'_, '_>, stage: Stage, notes: &mut Notes<'_>) -> Award {
    let currency = xml::text(node, "currency/code");
    let price = ["price", "priceRub"].into_iter().find_map(|name| xml::first(node, name));
    let worth = notes.worth(price, WorthKind::Award, None, Some(&currency));
    if let Some(price) = price.filter(|_| worth.is_some()) {
        notes.found("worth", price);
    }
    let (start, end) = (notes.day(xml::first(node, "startExecutionDate")), notes.day(xml::first(node, "endExecutionDate")));
    let lot = xml::text(node, "lotNum");
    let suppliers = xml::children(node, "supplierInfo").chain(xml::all(node, "supplier/mainInfo"));
    Award {
        id: first(node, &["registrationNumber", "contractRegNumber"]).map_or_else(|| "1".to_owned(), xml::words),
        lots: if lot.is_empty() { Vec::new() } else { vec![lot] },
        outcome: if stage == Stage::Cancelled { Outcome::Withdrawn } else { Outcome::Signed },
        reason: String::new(),
        winners: suppliers.filter_map(party).collect(),
        losers: Vec::new(),
        worth: worth.into_iter().collect(),
        date: notes.day(first(node, &["contractDate", "resumeDate"])),
        bids: None,
        term: (start.is_some() || end.is_some()).then(|| Term { start, end, ..Term::default() }),
    }
}
