//! Results of an entry: who won, or why nobody did. Knows no feed.

use roxmltree::Node;

use super::super::notes::Notes;
use super::super::xml;
use super::codes;
use super::content::LANGUAGE;
use super::party::party;
use crate::base::text::{squeeze, words as folded};
use crate::model::{Award, Outcome, Term, WorthKind};

/// One `TenderResult`; `place` is its number among them.
pub(super) fn award(node: Node<'_, '_>, place: usize, notes: &mut Notes<'_>) -> Award {
    let code_node = xml::first(node, "ResultCode");
    let written = code_node.map(xml::words).unwrap_or_default();
    let known = codes::outcome(&written);
    if let (None, Some(code_node)) = (known, code_node) {
        notes.odd(code_node, "known `ResultCode`");
    }
    let small = xml::flag(&xml::text(node, "SMEAwardedIndicator"));
    let winners: Vec<_> = xml::children(node, "WinningParty").map(|winner| party(winner, LANGUAGE)).collect();
    let winners = winners.into_iter().map(|mut winner| {
        winner.small = small;
        winner
    });
    let winners: Vec<_> = winners.filter(|winner| !winner.name.is_empty() || !winner.ids.is_empty()).collect();
    // Without a code, winners are a result nevertheless.
    let outcome = known.map_or(if winners.is_empty() { Outcome::Pending } else { Outcome::Won }, |(outcome, _)| outcome);
    let lots = xml::all(node, "AwardedTenderedProject/ProcurementProjectLotID").into_iter().map(xml::words).filter(|lot| !lot.is_empty());
    let mut worth = Vec::new();
    for total in xml::all(node, "AwardedTenderedProject/LegalMonetaryTotal") {
        // One value, and the one that compares with estimates: that with tax stands for it only where there is no other.
        let net = notes.worth(xml::first(total, "TaxExclusiveAmount"), WorthKind::Award, Some(false), None);
        worth.extend(net.or_else(|| notes.worth(xml::first(total, "PayableAmount"), WorthKind::Award, Some(true), None)));
    }
    let decided = notes.day(xml::first(node, "AwardDate"));
    Award {
        id: Some(xml::text(node, "AwardID")).filter(|id| !id.is_empty()).unwrap_or_else(|| place.to_string()),
        lots: lots.collect(),
        outcome,
        reason: reason(outcome, known.map_or(written.as_str(), |(_, label)| label), &xml::text(node, "Description")),
        winners,
        losers: Vec::new(),
        worth,
        date: decided.or_else(|| notes.day(xml::first(node, "Contract/IssueDate"))),
        bids: notes.count(xml::first(node, "ReceivedTenderQuantity")),
        term: notes.day(xml::first(node, "StartDate")).map(|start| Term { start: Some(start), ..Term::default() }),
    }
}

/// Why nobody won.
fn reason(outcome: Outcome, label: &str, words: &str) -> String {
    match outcome {
        Outcome::Provisional | Outcome::Won | Outcome::Signed => String::new(),
        Outcome::Unsuccessful | Outcome::Withdrawn | Outcome::Pending => {
            // Many a buyer writes again what the code says.
            let words = if folded(words) == folded(label) { "" } else { words };
            squeeze(&[label, words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "))
        }
    }
}
