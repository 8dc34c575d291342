//! Results of an entry: who won, or why nobody did. Knows no feed.

use jiff::civil::Date;
use roxmltree::Node;

use super::super::notes::Notes;
use super::super::{when, xml};
use super::codes;
use super::content::LANGUAGE;
use super::party::party;
use super::project::length;
use crate::base::text::{squeeze, words as folded};
use crate::model::{Award, Content, Outcome, Term, Worth, WorthKind};

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

/// The announcements of who won.
pub(super) struct Awarded {
    /// The days of those that stand.
    stand: Vec<Option<Date>>,
    /// The days of those that were taken back.
    pub(super) gone: Vec<Option<Date>>,
}

impl Awarded {
    /// Of these announcements, each with its day. Who takes one back means the newest before that day, else that of the same day.
    pub(super) fn of(announcements: &[(String, String)]) -> Self {
        let days = |asked: fn(&str) -> bool| -> Vec<Option<Date>> {
            announcements.iter().filter(|(code, _)| asked(code)).map(|(_, day)| when::day(day)).collect()
        };
        let (mut stand, mut backs) = (days(codes::awards), days(|code| code.strip_prefix("ANUL_").is_some_and(codes::awards)));
        stand.sort_unstable();
        backs.sort_unstable();
        let mut gone = Vec::new();
        for back in &backs {
            let place = stand.iter().rposition(|day| day < back).or_else(|| stand.iter().rposition(|day| day <= back));
            gone.push(place.map_or(*back, |place| stand.remove(place)));
        }
        // What was signed since was awarded.
        stand.extend(days(codes::signs).into_iter().filter(|day| backs.last().is_some_and(|back| day >= back)));
        Self { stand, gone }
    }

    /// Nobody has won what was announced in what was taken back alone: the platform leaves the result in its place.
    pub(super) fn take_back(&self, awards: &mut [Award]) {
        for award in awards.iter_mut().filter(|award| award.outcome.has_winner()) {
            let on_or_after = |days: &[Option<Date>]| days.iter().any(|day| *day >= award.date);
            if on_or_after(&self.gone) && !on_or_after(&self.stand) {
                *award = Award {
                    outcome: Outcome::Pending,
                    winners: Vec::new(),
                    losers: Vec::new(),
                    worth: Vec::new(),
                    date: None,
                    term: None,
                    ..award.clone()
                };
            }
        }
    }
}

/// A contract that was changed: what it comes to since, what it came to before, and how long it runs. `place`: of which result it is; where nothing says
/// that, of the only one that somebody won.
pub(super) fn modified(node: Node<'_, '_>, place: Option<usize>, content: &mut Content, notes: &mut Notes<'_>) {
    let mut won = content.awards.iter().enumerate().filter(|(_, award)| award.outcome.has_winner()).map(|(place, _)| place);
    let Some(place) = place.or_else(|| won.next().filter(|_| won.next().is_none())) else { return };
    let planned = content.term.clone().unwrap_or_default();
    let award = &mut content.awards[place];
    if let Some(total) = notes.worth(xml::first(node, "FinalLegalMonetaryTotal/TaxExclusiveAmount"), WorthKind::Award, Some(false), None) {
        let before = award.worth.iter().find(|worth| worth.kind == WorthKind::Award && worth.with_tax == total.with_tax);
        let before =
            before.filter(|before| before.amount != total.amount).map(|before| Worth { kind: WorthKind::Before, ..before.clone() });
        award.worth.retain(|worth| !matches!(worth.kind, WorthKind::Award | WorthKind::Before));
        award.worth.extend([Some(total), before].into_iter().flatten());
    }
    if let Some(node) = xml::first(node, "FinalDurationMeasure") {
        let longer = Term { duration: length(node, notes).0, ..Term::default() };
        let known = award.term.take().map_or_else(|| planned.clone(), |own| planned.then(&own));
        award.term = Some(known.then(&longer)).filter(|term| *term != Term::default());
    }
}

/// Why nobody won.
fn reason(outcome: Outcome, label: &str, words: &str) -> String {
    match outcome {
        Outcome::Provisional | Outcome::Won | Outcome::Signed | Outcome::Ended => String::new(),
        Outcome::Unsuccessful | Outcome::Withdrawn | Outcome::Pending => {
            // Many a buyer writes again what the code says.
            let words = if folded(words) == folded(label) { "" } else { words };
            squeeze(&[label, words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "))
        }
    }
}
