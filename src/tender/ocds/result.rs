//! What a release says of results: awards, the contracts made of them, who won and who did not. Knows nothing of the call itself.

use serde_json::Value;

use super::party::{self, Role};
use super::scope::{Scope, is_nothing};
use crate::model::{Award, Outcome, Party, Worth, WorthKind};
use crate::tender::code;
use crate::tender::json::{at, list, text, words};

/// The awards, each with its contract, then the contracts that belong to no award.
pub(super) fn awards(scope: &mut Scope<'_>) -> Vec<Award> {
    let root = scope.root;
    let (given, contracts) = (list(root, "awards"), list(root, "contracts"));
    let mut awards = Vec::new();
    for (i, award) in given.iter().enumerate() {
        let id = text(award, "id");
        let mine = |contract: &&Value| {
            let named = text(contract, "awardID");
            if named.is_empty() { given.len() == 1 && contracts.len() == 1 } else { named == id }
        };
        let contract = contracts.iter().find(mine);
        let alone = given.len() == 1;
        awards.push(award_of(scope, award, contract, alone, &format!("awards[{i}]")));
    }
    for (i, contract) in contracts.iter().enumerate() {
        let named = text(contract, "awardID");
        let taken = |award: &Value| (!named.is_empty() && text(award, "id") == named) || (named.is_empty() && given.len() == 1 && contracts.len() == 1);
        if !given.iter().any(taken) {
            let alone = given.is_empty() && contracts.len() == 1;
            awards.push(contract_of(scope, contract, alone, &format!("contracts[{i}]")));
        }
    }
    for (i, award) in awards.iter_mut().enumerate().filter(|(_, award)| award.id.is_empty()) {
        award.id = (i + 1).to_string();
    }
    if !awards.is_empty() {
        scope.saw("awards", if given.is_empty() { "contracts" } else { "awards" });
    }
    awards
}

fn award_of(scope: &mut Scope<'_>, award: &Value, contract: Option<&Value>, alone: bool, path: &str) -> Award {
    let nothing = &Value::Null;
    let contract = contract.unwrap_or(nothing);
    let lots = lots_of(award);
    let mut winners = parties_of(scope, suppliers_of(award));
    if winners.is_empty() {
        winners = parties_of(scope, list(contract, "suppliers").iter().collect());
    }
    let outcome = outcome(&text(award, "status"), contract, !winners.is_empty());
    if winners.is_empty() && alone && outcome.has_winner() {
        winners = parties_of(scope, party::with_role(scope.root, Role::Supplier).map(|(_, party)| party).collect());
    }
    let losers = if outcome.has_winner() { losers(scope, &winners, &lots, alone) } else { Vec::new() };
    let first = |keys: &[&str]| keys.iter().map(|key| text(award, key)).find(|text| !is_nothing(text));
    let reason = match outcome {
        Outcome::Unsuccessful | Outcome::Withdrawn => first(&["statusDetails", "rationale", "description"]).unwrap_or_default(),
        Outcome::Provisional | Outcome::Won | Outcome::Signed | Outcome::Pending => String::new(),
    };
    let mut worth = worth_of(scope, award, &["value", "totalAwardValue"], path);
    if worth.is_empty() {
        worth = worth_of(scope, contract, &["value"], "contracts");
    }
    let date = scope.day(award, "date", path).or_else(|| scope.day(award, "awardDate", path)).or_else(|| scope.day(contract, "dateSigned", "contracts"));
    let term = scope.term(at(award, "contractPeriod"), &format!("{path}/contractPeriod"));
    let term = term.or_else(|| scope.term(at(contract, "period"), "contracts/period"));
    // Taiwan gives the period with each supplier.
    let term = term.or_else(|| scope.term(at(award, "items/0/suppliers/0/contractPeriod"), path));
    Award { id: text(award, "id"), bids: bids(scope.root, &lots, alone), lots, outcome, reason, winners, losers, worth, date, term }
}

/// A contract without its award: what is signed was won.
fn contract_of(scope: &mut Scope<'_>, contract: &Value, alone: bool, path: &str) -> Award {
    let lots = lots_of(contract);
    let mut winners = parties_of(scope, suppliers_of(contract));
    if winners.is_empty() && alone {
        winners = parties_of(scope, party::with_role(scope.root, Role::Supplier).map(|(_, party)| party).collect());
    }
    let outcome = if text(contract, "status") == "cancelled" { Outcome::Withdrawn } else { outcome("", contract, true) };
    let losers = losers(scope, &winners, &lots, alone);
    let worth = worth_of(scope, contract, &["value", "valueWithTax"], path);
    let (date, term) = (scope.day(contract, "dateSigned", path), scope.term(at(contract, "period"), &format!("{path}/period")));
    let id = [text(contract, "awardID"), text(contract, "id")].into_iter().find(|id| !is_nothing(id)).unwrap_or_default();
    Award { id, bids: bids(scope.root, &lots, alone), lots, outcome, reason: String::new(), winners, losers, worth, date, term }
}

/// The codelists `awardStatus` and `contractStatus`; other words count by whether somebody is named.
fn outcome(status: &str, contract: &Value, named: bool) -> Outcome {
    let signed = matches!(text(contract, "status").as_str(), "active" | "terminated") || !is_nothing(&text(contract, "dateSigned"));
    match status {
        "unsuccessful" => Outcome::Unsuccessful,
        "cancelled" => Outcome::Withdrawn,
        "pending" if !signed => {
            if named {
                Outcome::Provisional
            } else {
                Outcome::Pending
            }
        }
        _ if signed => Outcome::Signed,
        "active" => Outcome::Won,
        _ if named || contract.is_object() => Outcome::Won,
        _ => Outcome::Pending,
    }
}

fn lots_of(object: &Value) -> Vec<String> {
    let mut lots = Vec::new();
    for related in list(object, "relatedLots").iter().chain(list(object, "relatedLot")).chain(list(object, "lotID")) {
        code::push(&mut lots, Some(words(related)).filter(|lot| !lot.is_empty()));
    }
    for related in list(object, "items").iter().map(|item| text(item, "relatedLot")) {
        code::push(&mut lots, Some(related).filter(|lot| !lot.is_empty()));
    }
    lots
}

/// The suppliers of an award; one publisher has them with its items.
fn suppliers_of(award: &Value) -> Vec<&Value> {
    let items = list(award, "items").iter().flat_map(|item| list(item, "suppliers"));
    list(award, "suppliers").iter().chain(items).collect()
}

fn parties_of(scope: &Scope<'_>, named: Vec<&Value>) -> Vec<Party> {
    let mut parties: Vec<Party> = Vec::new();
    for party in named.into_iter().filter_map(|named| party::resolve(scope, named)) {
        if !parties.iter().any(|known| alike(known, &party)) {
            parties.push(party);
        }
    }
    parties
}

fn alike(one: &Party, other: &Party) -> bool {
    (!one.name.is_empty() && one.name == other.name) || one.ids.iter().any(|id| other.ids.contains(id))
}

/// Who offered and is not among the winners: of this lot where bids name lots, else only where there is one award.
fn losers(scope: &Scope<'_>, winners: &[Party], lots: &[String], alone: bool) -> Vec<Party> {
    if winners.is_empty() {
        return Vec::new();
    }
    let bids = list(scope.root, "bids/details").iter();
    let ours = |bid: &&Value| {
        let theirs = lots_of(bid);
        if theirs.is_empty() { alone } else { lots.is_empty() && alone || theirs.iter().any(|lot| lots.contains(lot)) }
    };
    let mut named: Vec<&Value> = bids.filter(ours).flat_map(|bid| list(bid, "tenderers")).collect();
    if named.is_empty() && alone {
        named.extend(list(scope.root, "tender/tenderers"));
        named.extend(party::with_role(scope.root, Role::Tenderer).map(|(_, party)| party));
    }
    let mut losers = parties_of(scope, named);
    losers.retain(|party| !winners.iter().any(|winner| alike(winner, party)));
    losers
}

fn worth_of(scope: &mut Scope<'_>, object: &Value, keys: &[&str], path: &str) -> Vec<Worth> {
    let mut worth = Vec::new();
    for key in keys {
        scope.worth(&mut worth, WorthKind::Award, at(object, key), &format!("{path}/{key}"));
        if *key == "valueWithTax" {
            worth.iter_mut().skip(1).for_each(|gross| gross.with_tax = Some(true));
        }
    }
    worth
}

/// Offers received: of the lot, else of the whole where there is one award.
fn bids(root: &Value, lots: &[String], alone: bool) -> Option<u32> {
    let measured = |measure: &str| {
        let statistics = list(root, "bids/statistics").iter().filter(move |statistic| text(statistic, "measure") == measure);
        let mut ours = statistics.filter(|statistic| {
            let theirs = lots_of(statistic);
            if theirs.is_empty() { alone } else { theirs.iter().any(|lot| lots.contains(lot)) }
        });
        ours.find_map(|statistic| count(statistic, "value"))
    };
    let whole = || {
        let details = list(root, "bids/details").len();
        let details = u32::try_from(details).ok().filter(|count| *count > 0);
        details.or_else(|| count(root, "tender/numberOfBids")).or_else(|| count(root, "tender/numberOfTenderers"))
    };
    measured("bids").or_else(|| measured("validBids")).or_else(|| if alone { whole() } else { None })
}

fn count(object: &Value, path: &str) -> Option<u32> {
    text(object, path).trim_end_matches(".0").parse().ok()
}
