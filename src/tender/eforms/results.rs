//! Results of an eForms notice: lot result, tender, tendering party, tenderer, organisation, contract, joined by their ids. Knows no lots.
//!
//! What is joined is read once, before: the references may be many times as many as what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::Reader;
use crate::model::{Award, Content, NoticeKind, Outcome, Worth, WorthKind};
use crate::tender::ted;
use crate::tender::{code, xml};

/// Results of one notice.
const RESULTS: usize = 10_000;

/// What one tender, party, contract or result refers to, of each kind.
const JOINED: usize = 1_000;

/// The parts of a result by id.
struct Parts<'a, 'i> {
    tenders: BTreeMap<String, Tender<'a, 'i>>,
    /// Ids of tenderers by tendering party (OPT-300).
    parties: BTreeMap<String, Vec<Node<'a, 'i>>>,
    contracts: BTreeMap<String, Contract<'a, 'i>>,
    /// Ids of contracts by the tender they were made on.
    contracts_on: BTreeMap<String, Vec<String>>,
}

struct Tender<'a, 'i> {
    /// Ids of tendering parties (OPT-310).
    parties: Vec<String>,
    lots: Vec<String>,
    payable: Option<Node<'a, 'i>>,
}

struct Contract<'a, 'i> {
    tenders: Vec<String>,
    decided: Option<Node<'a, 'i>>,
    signed: Option<Node<'a, 'i>>,
}

/// Texts of the elements at a path.
fn ids<'a, 'i: 'a>(node: Node<'a, 'i>, path: &'a str) -> Vec<String> {
    xml::all(node, path).into_iter().take(JOINED).map(xml::words).filter(|id| !id.is_empty()).collect()
}

impl<'a, 'i: 'a> Parts<'a, 'i> {
    fn of(result: Node<'a, 'i>) -> Self {
        let named = |name: &'a str| xml::children(result, name).map(|node| (xml::text(node, "ID"), node)).filter(|(id, _)| !id.is_empty());
        let tender = |node| Tender {
            parties: ids(node, "TenderingParty/ID"),
            lots: ids(node, "TenderLot/ID"),
            payable: xml::first(node, "LegalMonetaryTotal/PayableAmount"),
        };
        let contract = |node| Contract {
            tenders: ids(node, "LotTender/ID"),
            decided: xml::first(node, "AwardDate"),
            signed: xml::first(node, "IssueDate"),
        };
        let contracts: BTreeMap<_, _> = named("SettledContract").take(RESULTS).map(|(id, node)| (id, contract(node))).collect();
        let mut contracts_on: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, contract) in &contracts {
            for tender in &contract.tenders {
                let made = contracts_on.entry(tender.clone()).or_default();
                made.extend((made.len() < JOINED).then(|| id.clone()));
            }
        }
        Self {
            tenders: named("LotTender").map(|(id, node)| (id, tender(node))).collect(),
            parties: named("TenderingParty").map(|(id, node)| (id, tenderers(node))).collect(),
            contracts,
            contracts_on,
        }
    }
}

impl Parts<'_, '_> {
    /// The tenders of a result by who made them, each with the contracts made on them; those that nobody won are with the first.
    fn by_winner(&self, tenders: &[String], contracts: &BTreeSet<String>) -> Vec<(Vec<String>, BTreeSet<String>)> {
        let made = |tender: &String| self.contracts_on.get(tender).into_iter().flatten().filter(|id| contracts.contains(*id));
        let split = tenders.iter().any(|tender| made(tender).next().is_some());
        let (won, lost): (Vec<&String>, Vec<&String>) = tenders.iter().partition(|tender| !split || made(tender).next().is_some());
        let mut each: Vec<(Vec<String>, BTreeSet<String>)> = Vec::new();
        let mut places: BTreeMap<&[String], usize> = BTreeMap::new();
        for tender in won {
            let Some(by) = self.tenders.get(tender).map(|tender| tender.parties.as_slice()) else { continue };
            let place = *places.entry(by).or_insert(each.len());
            if place == each.len() {
                each.push(if split { Default::default() } else { (Vec::new(), contracts.clone()) });
            }
            each[place].0.push(tender.clone());
            each[place].1.extend(made(tender).cloned());
        }
        if let Some((first, _)) = each.first_mut() {
            first.extend(lost.into_iter().cloned());
        }
        each
    }
}

/// Ids of the tenderers of a party, the leader of a group first.
fn tenderers<'a, 'i: 'a>(party: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let mut tenderers: Vec<_> = xml::children(party, "Tenderer").take(JOINED).collect();
    tenderers.sort_by_key(|node| xml::text(*node, "GroupLeadIndicator") != "true");
    tenderers.into_iter().filter_map(|node| xml::first(node, "ID")).collect()
}

impl<'a, 'i: 'a> Reader<'a, 'i> {
    /// Every result of a lot, then every contract that belongs to none.
    pub(super) fn awards(&mut self, kind: NoticeKind, content: &Content) -> Vec<Award> {
        let Some(result) = self.extended("NoticeResult") else { return Vec::new() };
        let parts = Parts::of(result);
        let mut awards = Vec::new();
        let mut told = BTreeSet::new();
        for (place, lot_result) in xml::children(result, "LotResult").take(RESULTS).enumerate() {
            self.notes.found("awards", lot_result);
            let room = RESULTS.saturating_sub(awards.len());
            for mut award in self.lot_result(lot_result, (&parts, room), &mut told) {
                if award.id.is_empty() {
                    award.id = (place + 1).to_string();
                }
                awards.push(award);
            }
        }
        // Modifications and completions have contracts alone.
        for (id, contract) in parts.contracts.iter().filter(|(id, _)| !told.contains(*id)) {
            self.notes.found("awards", result);
            let mut award = self.award(&contract.tenders, &BTreeSet::from([id.clone()]), &parts);
            award.id.clone_from(id);
            if let ([], [lot]) = (award.lots.as_slice(), content.lots.as_slice()) {
                award.lots.push(lot.id.clone());
            }
            awards.push(award);
        }
        if kind == NoticeKind::IntendedAward {
            let chosen = awards.iter_mut().filter(|award| award.outcome.has_winner());
            chosen.for_each(|award| award.outcome = Outcome::Provisional);
        }
        if kind == NoticeKind::Completion {
            awards.iter_mut().filter(|award| award.outcome.has_winner()).for_each(|award| award.outcome = Outcome::Ended);
        }
        awards
    }

    /// What became of one lot: where several won it, each with what their own offer comes to, under the one id of the result.
    fn lot_result(&mut self, node: Node<'a, 'i>, (parts, room): (&Parts<'a, 'i>, usize), told: &mut BTreeSet<String>) -> Vec<Award> {
        let tenders = ids(node, "LotTender/ID");
        let mut contracts: BTreeSet<String> =
            ids(node, "SettledContract/ID").into_iter().filter(|id| parts.contracts.contains_key(id)).collect();
        if contracts.is_empty() {
            let made = tenders.iter().filter_map(|tender| parts.contracts_on.get(tender)).flatten();
            contracts = made.take(JOINED).cloned().collect();
        }
        let code = xml::text(node, "TenderResultCode");
        let each = if matches!(code.as_str(), "clos-nw" | "open-nw") { Vec::new() } else { parts.by_winner(&tenders, &contracts) };
        let each = if (2..=room).contains(&each.len()) { each } else { vec![(tenders, contracts.clone())] };
        told.append(&mut contracts);
        let mut awards = Vec::new();
        for (tenders, contracts) in &each {
            let award = self.award(tenders, contracts, parts);
            awards.push(self.result(node, &code, award));
        }
        awards
    }

    /// An award with what the result of its lot says of it.
    fn result(&mut self, node: Node<'a, 'i>, code: &str, mut award: Award) -> Award {
        award.id = xml::text(node, "ID");
        let lots = ids(node, "TenderLot/ID");
        if !lots.is_empty() {
            award.lots = lots;
        }
        award.reason = xml::text(node, "DecisionReason/DecisionReasonCode");
        award.outcome = match code {
            "selec-w" if award.outcome == Outcome::Pending => Outcome::Won,
            "open-nw" => Outcome::Pending,
            "clos-nw" => nobody(&award.reason),
            _ => award.outcome,
        };
        if !award.outcome.has_winner() {
            award.losers.append(&mut award.winners);
        }
        let values = xml::first(node, "FrameworkAgreementValues");
        let at = |path| values.and_then(|values| xml::first(values, path));
        for (kind, node) in [(WorthKind::Maximum, at("MaximumValueAmount")), (WorthKind::Estimate, at("ReestimatedValueAmount"))] {
            code::push(&mut award.worth, self.notes.worth(kind, node, "currencyID"));
        }
        let mut counts =
            xml::children(node, "ReceivedSubmissionsStatistics").filter(|count| xml::text(*count, "StatisticsCode") == "tenders");
        award.bids = self.notes.count(counts.find_map(|count| xml::first(count, "StatisticsNumeric")));
        award
    }

    /// What tenders come to, and the contracts made on some of them.
    fn award(&mut self, tenders: &[String], contracts: &BTreeSet<String>, parts: &Parts<'a, 'i>) -> Award {
        let agreed = |tender: &String| parts.contracts_on.get(tender).is_some_and(|made| made.iter().any(|id| contracts.contains(id)));
        // Ranks say nothing here: they are given where several win (BT-171). A contract does.
        let split = tenders.iter().any(agreed);
        let mut award = Award {
            id: String::new(),
            lots: Vec::new(),
            outcome: Outcome::Pending,
            reason: String::new(),
            winners: Vec::new(),
            losers: Vec::new(),
            worth: Vec::new(),
            date: None,
            bids: None,
            term: None,
        };
        for id in tenders {
            let Some(tender) = parts.tenders.get(id) else { continue };
            let wins = !split || agreed(id);
            let list = if wins { &mut award.winners } else { &mut award.losers };
            for who in tender.parties.iter().filter_map(|party| parts.parties.get(party)).flatten() {
                if self.references == 0 {
                    break;
                }
                code::push(list, self.party(*who));
            }
            if wins {
                code::push(&mut award.worth, self.tender_worth(tender));
                // Most tenders are for one lot; a result that names its own replaces them.
                tender.lots.iter().for_each(|lot| code::push(&mut award.lots, Some(lot.clone())));
            }
        }
        let dates = || contracts.iter().filter_map(|id| parts.contracts.get(id));
        let decided = dates().find_map(|contract| self.notes.day(contract.decided));
        let signed = dates().find_map(|contract| self.notes.day(contract.signed));
        award.date = decided.or(signed);
        if signed.is_some() {
            award.outcome = Outcome::Signed;
        } else if !award.winners.is_empty() || !contracts.is_empty() {
            award.outcome = Outcome::Won;
        }
        award
    }

    fn tender_worth(&mut self, tender: &Tender<'a, 'i>) -> Option<Worth> {
        self.notes.worth(WorthKind::Award, tender.payable, "currencyID")
    }

    /// What the notice says all results come to together (BT-161), and the ceiling of all frameworks (BT-118).
    pub(super) fn result_worth(&mut self, content: &mut Content) {
        let Some(result) = self.extended("NoticeResult") else { return };
        let totals = [
            (WorthKind::Award, "TotalAmount"),
            (WorthKind::Maximum, "OverallMaximumFrameworkContractsAmount"),
            (WorthKind::Estimate, "OverallApproximateFrameworkContractsAmount"),
        ];
        for (kind, path) in totals {
            let node = xml::first(result, path);
            let worth = self.notes.worth(kind, node, "currencyID");
            if let (Some(node), true) = (node, worth.is_some()) {
                self.notes.found("worth", node);
            }
            code::push(&mut content.worth, worth);
        }
    }
}

/// Why nobody won. Code list `non-award-justification` (BT-144): decisions of the buyer or of a court, else there was no offer to take.
fn nobody(reason: &str) -> Outcome {
    match reason {
        "chan-need" | "ins-fund" | "rev-body" | "rev-buyer" | "tch-pr-error" => Outcome::Withdrawn,
        _ => Outcome::Unsuccessful,
    }
}

impl Reader<'_, '_> {
    /// The lots whose dynamic purchasing system ends with this notice (BT-119).
    pub(super) fn systems_ended(&mut self, content: &mut Content) {
        let Some(result) = self.extended("NoticeResult") else { return };
        let ends = |node: &Node<'_, '_>| xml::flag(&xml::text(*node, "DPSTerminationIndicator")) == Some(true);
        let over: BTreeSet<String> =
            xml::children(result, "LotResult").take(RESULTS).filter(ends).flat_map(|node| ids(node, "TenderLot/ID")).collect();
        content.lots.iter_mut().filter(|lot| over.contains(&lot.id)).for_each(|lot| lot.system_ended = true);
    }
}

/// Where lots stand, as far as results say so.
pub(super) fn lot_stages(content: &mut Content) {
    let mut by_lot: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
    for award in &content.awards {
        award.lots.iter().for_each(|lot| by_lot.entry(lot).or_default().push(award.outcome));
    }
    for lot in &mut content.lots {
        lot.stage = by_lot.get(lot.id.as_str()).and_then(|outcomes| ted::stage_of(outcomes.iter().copied()));
    }
}
