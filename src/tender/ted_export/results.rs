//! Awards of a `TED_EXPORT` form. Knows neither object nor procedure.

use roxmltree::Node;

use super::Reader;
use super::form::old_day;
use crate::model::{Award, Outcome, Party, Worth, WorthKind};
use crate::tender::{code, when, xml};

/// Awards of one notice that are looked at.
const AWARDS: usize = 10_000;

impl<'a, 'i: 'a> Reader<'a, 'i> {
    /// Every award of the form: contracts (F03, F06, F15, F20, F25 ...), prizes (F13), and contracts of forms before R2.0.9.
    pub(super) fn awards(&mut self) -> Vec<Award> {
        let Some(form) = self.form() else { return Vec::new() };
        let mut awards = Vec::new();
        let nodes = ["AWARD_CONTRACT", "RESULTS"].into_iter().flat_map(|name| xml::children(form, name)).take(AWARDS);
        let old = xml::below(form, "AWARD_OF_CONTRACT").take(AWARDS);
        for (place, node) in nodes.enumerate() {
            self.notes.found("awards", node);
            awards.push(self.award(node, place + 1));
        }
        for (place, node) in old.enumerate() {
            self.notes.found("awards", node);
            awards.push(self.old_award(node, place + 1));
        }
        if let (Some(changes), [award]) = (xml::first(form, "MODIFICATIONS_CONTRACT"), awards.as_mut_slice()) {
            self.modified(changes, award);
        }
        awards
    }

    /// A modification (F20) repeats the contract as it was concluded; what it comes to now, and came to before, stands with the changes.
    fn modified(&mut self, changes: Node<'a, 'i>, award: &mut Award) {
        let info = xml::first(changes, "INFO_MODIFICATIONS");
        let info = info.map(|info| xml::first(info, "VALUES").unwrap_or(info));
        let now = xml::first(changes, "DESCRIPTION_PROCUREMENT");
        let at = |node: Option<Node<'a, 'i>>, path| node.and_then(|node| xml::first(node, path));
        let worth = at(info, "VAL_TOTAL_AFTER").or_else(|| at(now, "VALUES/VAL_TOTAL"));
        if let Some(worth) = self.notes.worth(WorthKind::Award, worth, "CURRENCY") {
            award.worth.retain(|known| known.kind != WorthKind::Award);
            award.worth.push(worth);
        }
        code::push(&mut award.worth, self.notes.worth(WorthKind::Before, at(info, "VAL_TOTAL_BEFORE"), "CURRENCY"));
        award.term = now.and_then(|now| self.term(now)).or(award.term.take());
        let contractors = now.map(|now| xml::all(now, "CONTRACTORS/CONTRACTOR")).unwrap_or_default();
        let language = self.form().map(|form| xml::attribute(form, "LG")).unwrap_or_default();
        let winners: Vec<Party> = contractors.into_iter().filter_map(|node| self.contractor(node, language)).collect();
        if !winners.is_empty() {
            award.winners = winners;
        }
    }

    fn award(&mut self, node: Node<'a, 'i>, place: usize) -> Award {
        let language = self.form().map(|form| xml::attribute(form, "LG")).unwrap_or_default();
        let item = xml::attribute(node, "ITEM");
        let id =
            [xml::text(node, "CONTRACT_NO"), item.to_owned()].into_iter().find(|id| !id.is_empty()).unwrap_or_else(|| place.to_string());
        let lots = xml::all(node, "LOT_NO").into_iter().map(xml::words).filter(|lot| !lot.is_empty()).collect();
        let mut award = empty(id, lots);
        if let Some(none) = ["NO_AWARDED_CONTRACT", "NO_AWARDED_PRIZE"].into_iter().find_map(|name| xml::first(node, name)) {
            let reason = xml::first(none, "*").map(|node| node.tag_name().name().to_owned()).unwrap_or_default();
            award.outcome = if reason == "PROCUREMENT_DISCONTINUED" { Outcome::Withdrawn } else { Outcome::Unsuccessful };
            award.reason = reason;
            return award;
        }
        let Some(awarded) = ["AWARDED_CONTRACT", "AWARDED_PRIZE"].into_iter().find_map(|name| xml::first(node, name)) else { return award };
        for contractor in ["CONTRACTORS/CONTRACTOR", "CONTRACTOR", "WINNERS/WINNER"].into_iter().flat_map(|path| xml::all(awarded, path)) {
            code::push(&mut award.winners, self.contractor(contractor, language));
        }
        let concluded = ["DATE_CONCLUSION_CONTRACT", "DATE_DECISION_JURY"].into_iter().find_map(|path| xml::first(awarded, path));
        award.date = self.notes.day(concluded);
        award.outcome =
            if award.date.is_some() && xml::first(awarded, "DATE_DECISION_JURY").is_none() { Outcome::Signed } else { Outcome::Won };
        let counts = ["TENDERS/NB_TENDERS_RECEIVED", "PARTICIPANTS/NB_PARTICIPANTS", "NB_TENDERS_RECEIVED"];
        award.bids = self.notes.count(counts.into_iter().find_map(|path| xml::first(awarded, path)));
        let values = xml::first(awarded, "VALUES").into_iter().chain([awarded]);
        for worth in values.flat_map(|values| self.worths(values)).collect::<Vec<_>>() {
            code::push(&mut award.worth, Some(worth));
        }
        code::push(&mut award.worth, self.notes.worth(WorthKind::Award, xml::first(awarded, "VAL_PRIZE"), "CURRENCY"));
        award
    }

    fn contractor(&self, node: Node<'a, 'i>, language: &str) -> Option<Party> {
        let address = ["ADDRESS_CONTRACTOR", "ADDRESS_WINNER"].into_iter().find_map(|name| xml::first(node, name))?;
        let mut party = self.party(address, language);
        let has = |name| [node, address].into_iter().any(|node| xml::first(node, name).is_some());
        party.small = if has("SME") { Some(true) } else { has("NO_SME").then_some(false) };
        Some(party)
    }

    /// A contract of forms before R2.0.9.
    fn old_award(&mut self, node: Node<'a, 'i>, place: usize) -> Award {
        let language = self.form().map(|form| xml::attribute(form, "LG")).unwrap_or_default();
        let first = |name: &'static str| xml::below(node, name).next();
        let id = first("CONTRACT_NUMBER").map(xml::words).filter(|id| !id.is_empty()).unwrap_or_else(|| place.to_string());
        let lots = first("LOT_NUMBER").map(xml::words).filter(|lot| !lot.is_empty()).into_iter().collect();
        let mut award = empty(id, lots);
        let operator = first("ECONOMIC_OPERATOR_NAME_ADDRESS").and_then(|operator| xml::first(operator, "*"));
        award.winners =
            operator.map(|operator| self.party(operator, language)).filter(|party| !party.name.is_empty()).into_iter().collect();
        award.date = first("CONTRACT_AWARD_DATE").and_then(|node| when::day(&old_day(node)));
        award.outcome = if award.winners.is_empty() { Outcome::Pending } else { Outcome::Won };
        award.bids = self.notes.count(first("OFFERS_RECEIVED_NUMBER"));
        let value = first("CONTRACT_VALUE_INFORMATION");
        for total in value.into_iter().flat_map(|value| xml::below(value, "VALUE_COST")) {
            let Some(parent) = total.parent_element() else { continue };
            let estimated = total.ancestors().any(|node| node.tag_name().name() == "INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT");
            let kind = if estimated { WorthKind::Estimate } else { WorthKind::Award };
            code::push(&mut award.worth, old_worth(total, parent, kind));
        }
        award
    }
}

/// An amount of forms before R2.0.9: the plain number in an attribute, currency and tax with its parent.
fn old_worth(node: Node<'_, '_>, parent: Node<'_, '_>, kind: WorthKind) -> Option<Worth> {
    let plain = xml::attribute(node, "FMTVAL");
    let written = if plain.is_empty() { xml::words(node).replace(' ', "") } else { plain.to_owned() };
    let has = |name| xml::first(parent, name).is_some();
    let with_tax = if has("INCLUDING_VAT") { Some(true) } else { has("EXCLUDING_VAT").then_some(false) };
    code::worth(kind, &written, xml::attribute(parent, "CURRENCY"), with_tax)
}

fn empty(id: String, lots: Vec<String>) -> Award {
    Award {
        id,
        lots,
        outcome: Outcome::Pending,
        reason: String::new(),
        winners: Vec::new(),
        losers: Vec::new(),
        worth: Vec::new(),
        date: None,
        bids: None,
        term: None,
    }
}
