//! Results of an eForms notice: lot result, tender, tendering party, tenderer, organisation, contract, joined by their ids. Knows no lots.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::Reader;
use crate::model::{Award, Content, NoticeKind, Outcome, Party, Worth, WorthKind};
use crate::tender::ted;
use crate::tender::{code, xml};

/// Results, tenders and contracts of one notice that are looked at: joins of hostile documents stay small.
const RESULTS: usize = 10_000;

/// The parts of a result by id.
struct Parts<'a, 'i> {
    tenders: BTreeMap<String, Node<'a, 'i>>,
    parties: BTreeMap<String, Node<'a, 'i>>,
    contracts: BTreeMap<String, Node<'a, 'i>>,
    /// Contracts by the tender they were made on.
    contract_of: BTreeMap<String, Vec<Node<'a, 'i>>>,
}

impl<'a, 'i: 'a> Parts<'a, 'i> {
    fn of(result: Node<'a, 'i>) -> Self {
        let by_id = |name: &'a str| {
            let nodes = xml::children(result, name).take(RESULTS);
            nodes.map(|node| (xml::text(node, "ID"), node)).filter(|(id, _)| !id.is_empty()).collect::<BTreeMap<_, _>>()
        };
        let contracts = by_id("SettledContract");
        let mut contract_of: BTreeMap<String, Vec<Node<'a, 'i>>> = BTreeMap::new();
        for contract in contracts.values() {
            for tender in xml::all(*contract, "LotTender/ID") {
                contract_of.entry(xml::words(tender)).or_default().push(*contract);
            }
        }
        Self { tenders: by_id("LotTender"), parties: by_id("TenderingParty"), contracts, contract_of }
    }
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
            let award = self.lot_result(lot_result, &parts, &mut told);
            awards.push(Award { id: if award.id.is_empty() { (place + 1).to_string() } else { award.id }, ..award });
        }
        // Modifications and completions have contracts alone.
        for (id, contract) in parts.contracts.iter().filter(|(id, _)| !told.contains(*id)) {
            self.notes.found("awards", *contract);
            let tenders: Vec<_> = xml::all(*contract, "LotTender/ID").into_iter().map(xml::words).collect();
            let mut award = self.award(&tenders, &[*contract], &parts);
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
        awards
    }

    fn lot_result(&mut self, node: Node<'a, 'i>, parts: &Parts<'a, 'i>, told: &mut BTreeSet<String>) -> Award {
        let tenders: Vec<_> = xml::all(node, "LotTender/ID").into_iter().map(xml::words).collect();
        let named = xml::all(node, "SettledContract/ID").into_iter().filter_map(|id| parts.contracts.get(&xml::words(id)).copied());
        let mut contracts: Vec<Node<'a, 'i>> = named.collect();
        if contracts.is_empty() {
            let made = tenders.iter().filter_map(|tender| parts.contract_of.get(tender)).flatten();
            made.for_each(|contract| code::push(&mut contracts, Some(*contract)));
        }
        told.extend(contracts.iter().map(|contract| xml::text(*contract, "ID")));
        let mut award = self.award(&tenders, &contracts, parts);
        award.id = xml::text(node, "ID");
        let lots: Vec<_> = xml::all(node, "TenderLot/ID").into_iter().map(xml::words).collect();
        if !lots.is_empty() {
            award.lots = lots;
        }
        let code = xml::text(node, "TenderResultCode");
        award.reason = xml::text(node, "DecisionReason/DecisionReasonCode");
        award.outcome = match code.as_str() {
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
        let counts = xml::children(node, "ReceivedSubmissionsStatistics");
        let tenders = counts
            .filter(|count| xml::text(*count, "StatisticsCode") == "tenders")
            .find_map(|count| xml::first(count, "StatisticsNumeric"));
        award.bids = self.notes.count(tenders);
        award
    }

    /// What tenders and the contracts made on some of them come to.
    fn award(&mut self, tenders: &[String], contracts: &[Node<'a, 'i>], parts: &Parts<'a, 'i>) -> Award {
        let agreed: BTreeSet<String> = contracts.iter().flat_map(|contract| xml::all(*contract, "LotTender/ID")).map(xml::words).collect();
        // Ranks say nothing here: they are given where several win (BT-171). A contract does.
        let split = tenders.iter().any(|tender| agreed.contains(tender));
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
            let wins = !split || agreed.contains(id);
            let parties = self.tenderers(*tender, parts);
            let list = if wins { &mut award.winners } else { &mut award.losers };
            for party in parties {
                code::push(list, Some(party));
            }
            if wins {
                for lot in xml::all(*tender, "TenderLot/ID") {
                    code::push(&mut award.lots, Some(xml::words(lot)));
                }
                code::push(&mut award.worth, self.tender_worth(*tender));
            }
        }
        let decided = contracts.iter().find_map(|contract| self.notes.day(xml::first(*contract, "AwardDate")));
        let signed = contracts.iter().find_map(|contract| self.notes.day(xml::first(*contract, "IssueDate")));
        award.date = decided.or(signed);
        if signed.is_some() {
            award.outcome = Outcome::Signed;
        } else if !award.winners.is_empty() || !contracts.is_empty() {
            award.outcome = Outcome::Won;
        }
        award
    }

    fn tender_worth(&mut self, tender: Node<'a, 'i>) -> Option<Worth> {
        self.notes.worth(WorthKind::Award, xml::first(tender, "LegalMonetaryTotal/PayableAmount"), "currencyID")
    }

    /// The organisations behind a tender (OPT-310, OPT-300).
    fn tenderers(&mut self, tender: Node<'a, 'i>, parts: &Parts<'a, 'i>) -> Vec<Party> {
        let named = xml::all(tender, "TenderingParty/ID").into_iter().filter_map(|id| parts.parties.get(&xml::words(id)));
        let tenderers: Vec<_> = named.flat_map(|party| xml::all(*party, "Tenderer")).collect();
        let leads = |node: &Node<'a, 'i>| xml::text(*node, "GroupLeadIndicator") == "true";
        let (first, rest): (Vec<_>, Vec<_>) = tenderers.into_iter().partition(leads);
        first.into_iter().chain(rest).filter_map(|node| xml::first(node, "ID")).filter_map(|id| self.party(id)).collect()
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
