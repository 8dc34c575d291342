//! What a release says of results: awards, the contracts made of them, who won and who did not. Knows nothing of the call itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::party::{self, Role};
use super::scope::{Scope, is_nothing, plain};
use crate::model::{Award, Outcome, Party, Worth, WorthKind};
use crate::tender::code;
use crate::tender::json::{at, list, text, words};

/// Tags of releases which say that a contract is over.
const ENDS: [&str; 2] = ["contractTermination", "terminationNotice"];
/// Tags of releases which say that a contract is otherwise.
const CHANGES: [&str; 2] = ["contractAmendment", "contractUpdate"];

/// What the results of a release are joined by. Found once: some releases have thousands of awards.
struct Joins<'a> {
    /// The first contract of each award that stands, and whether there is another.
    contracts: BTreeMap<String, (&'a Value, bool)>,
    /// Whether the release is there to say that its contracts are over.
    ends: bool,
    /// Whether it is there to say what changed in its contracts.
    changes: bool,
    /// Whether there is one award and nothing else: then what is said of the whole is said of it.
    alone: bool,
    /// Counts by measure and lot; the lot is empty for the whole.
    counts: BTreeMap<(String, String), u32>,
    /// Those who offered, by lot; the lot is empty for the whole.
    bidders: BTreeMap<String, Vec<&'a Value>>,
}

impl<'a> Joins<'a> {
    fn of(root: &'a Value) -> Self {
        let (awards, contracts) = (list(root, "awards"), list(root, "contracts"));
        let mut joins = Self {
            contracts: BTreeMap::new(),
            ends: list(root, "tag").iter().any(|tag| ENDS.contains(&words(tag).as_str())),
            changes: list(root, "tag").iter().any(|tag| CHANGES.contains(&words(tag).as_str())),
            alone: awards.len() == 1 || (awards.is_empty() && contracts.len() == 1),
            counts: BTreeMap::new(),
            bidders: BTreeMap::new(),
        };
        for contract in contracts {
            let known = joins.contracts.entry(award_id(contract, awards, contracts));
            known.and_modify(|known| *known = (if is_void(known.0) { contract } else { known.0 }, true)).or_insert((contract, false));
        }
        for statistic in list(root, "bids/statistics") {
            let Some(count) = count(statistic, "value") else { continue };
            for lot in lots_or_whole(statistic) {
                joins.counts.entry((text(statistic, "measure"), lot)).or_insert(count);
            }
        }
        for bid in list(root, "bids/details") {
            for lot in lots_or_whole(bid) {
                joins.bidders.entry(lot).or_default().extend(list(bid, "tenderers"));
            }
        }
        joins
    }

    /// Offers received: of the lot, else of the whole where there is one award.
    fn bids(&self, root: &Value, lots: &[String]) -> Option<u32> {
        let measured = |measure: &str| {
            let of = |lot: &String| self.counts.get(&(measure.to_owned(), lot.clone())).copied();
            lots.iter().find_map(of).or_else(|| if self.alone { of(&String::new()) } else { None })
        };
        let whole = || {
            let details = u32::try_from(list(root, "bids/details").len()).ok().filter(|count| *count > 0);
            details.or_else(|| count(root, "tender/numberOfBids")).or_else(|| count(root, "tender/numberOfTenderers"))
        };
        measured("bids").or_else(|| measured("validBids")).or_else(|| if self.alone { whole() } else { None })
    }

    /// Who offered and is not among the winners: of the award's lots, else of the whole where there is one award.
    fn losers(&self, scope: &Scope<'_>, winners: &[Party], lots: &[String]) -> Vec<Party> {
        if winners.is_empty() {
            return Vec::new();
        }
        let mut named: Vec<&Value> = lots.iter().filter_map(|lot| self.bidders.get(lot)).flatten().copied().collect();
        if self.alone {
            let all = if lots.is_empty() { self.bidders.values().flatten().copied().collect() } else { Vec::new() };
            named.extend(self.bidders.get("").filter(|_| !lots.is_empty()).into_iter().flatten().copied().chain(all));
            if named.is_empty() {
                named.extend(list(scope.root, "tender/tenderers"));
                named.extend(party::with_role(scope.root, Role::Tenderer).map(|(_, party)| party));
            }
        }
        let mut losers = parties_of(scope, named);
        losers.retain(|party| !winners.iter().any(|winner| party::alike(winner, party)));
        // Names are cut here and there: nobody lost where there were no more offers than winners.
        let bids = if self.alone { self.bids(scope.root, lots) } else { None };
        if bids.is_some_and(|bids| usize::try_from(bids).is_ok_and(|bids| bids <= winners.len())) {
            losers.clear();
        }
        losers
    }
}

/// The award a contract belongs to: the one it names, or the only one for the only contract.
fn award_id(contract: &Value, awards: &[Value], contracts: &[Value]) -> String {
    let named = text(contract, "awardID");
    match (awards, contracts) {
        ([award], [_]) if named.is_empty() => text(award, "id"),
        (_, _) => named,
    }
}

/// The awards, each with its contract, then the contracts that belong to no award.
pub(super) fn awards(scope: &mut Scope<'_>) -> Vec<Award> {
    let root = scope.root;
    let (given, contracts) = (list(root, "awards"), list(root, "contracts"));
    let joins = Joins::of(root);
    let known: BTreeSet<String> = given.iter().map(|award| text(award, "id")).collect();
    let mut awards = Vec::new();
    for (i, award) in given.iter().enumerate() {
        awards.push(award_of(scope, award, &joins, &format!("awards[{i}]")));
    }
    for (i, contract) in contracts.iter().enumerate() {
        if !known.contains(&award_id(contract, given, contracts)) {
            awards.push(contract_of(scope, contract, &joins, &format!("contracts[{i}]")));
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

fn award_of(scope: &mut Scope<'_>, award: &Value, joins: &Joins<'_>, path: &str) -> Award {
    let (contract, several) = joins.contracts.get(&text(award, "id")).copied().unwrap_or((&Value::Null, false));
    let lots = lots_of(award);
    let mut winners = parties_of(scope, suppliers_of(award));
    if winners.is_empty() {
        winners = parties_of(scope, list(contract, "suppliers").iter().collect());
    }
    let outcome = outcome(&text(award, "status"), contract, (!winners.is_empty(), joins.ends));
    if winners.is_empty() && joins.alone && outcome.has_winner() {
        winners = parties_of(scope, party::with_role(scope.root, Role::Supplier).map(|(_, party)| party).collect());
    }
    let losers = if outcome.has_winner() { joins.losers(scope, &winners, &lots) } else { Vec::new() };
    let reason = match outcome {
        Outcome::Unsuccessful | Outcome::Withdrawn => {
            let said = ["statusDetails", "rationale", "description"].into_iter().map(|key| plain(&text(award, key)));
            said.into_iter().find(|said| !is_nothing(said)).unwrap_or_default()
        }
        Outcome::Provisional | Outcome::Won | Outcome::Signed | Outcome::Ended | Outcome::Pending => String::new(),
    };
    // Of one contract that was changed since its own value counts: what was awarded stays as it was. Of others publishers round the one or the other.
    let signed = matches!(outcome, Outcome::Signed | Outcome::Ended) && !several;
    let changed = signed && (joins.changes || joins.ends || is_amended(contract));
    let mut worth = if changed { contract_worth(scope, contract, "contracts") } else { Vec::new() };
    if worth.is_empty() {
        worth = worth_of(scope, award, &["value", "totalAwardValue"], path);
    }
    if worth.is_empty() {
        worth = contract_worth(scope, contract, "contracts");
    }
    let date = scope
        .day(award, "date", path)
        .or_else(|| scope.day(award, "awardDate", path))
        .or_else(|| scope.day(contract, "dateSigned", "contracts"));
    let (planned, own) = (scope.term(award, "contractPeriod", path), scope.term(contract, "period", "contracts"));
    let term = match (planned, own) {
        (Some(planned), Some(own)) if signed => Some(planned.then(&own)),
        (planned, own) => planned.or(own),
    };
    // Taiwan gives the period with each supplier.
    let term = term.or_else(|| scope.term(award, "items/0/suppliers/0/contractPeriod", path));
    Award { id: text(award, "id"), bids: joins.bids(scope.root, &lots), lots, outcome, reason, winners, losers, worth, date, term }
}

/// A contract without its award: what is signed was won.
fn contract_of(scope: &mut Scope<'_>, contract: &Value, joins: &Joins<'_>, path: &str) -> Award {
    let lots = lots_of(contract);
    let mut winners = parties_of(scope, suppliers_of(contract));
    if winners.is_empty() && joins.alone {
        winners = parties_of(scope, party::with_role(scope.root, Role::Supplier).map(|(_, party)| party).collect());
    }
    let outcome = outcome("", contract, (true, joins.ends));
    let losers = joins.losers(scope, &winners, &lots);
    let worth = contract_worth(scope, contract, path);
    let (date, term) = (scope.day(contract, "dateSigned", path), scope.term(contract, "period", path));
    let id = [text(contract, "awardID"), text(contract, "id")].into_iter().find(|id| !is_nothing(id)).unwrap_or_default();
    Award { id, bids: joins.bids(scope.root, &lots), lots, outcome, reason: String::new(), winners, losers, worth, date, term }
}

/// Whether a contract was amended; some publishers put an amendment with nothing in it into everything.
fn is_amended(contract: &Value) -> bool {
    let says = |amendment: &Value| {
        let words = ["rationale", "description", "date"].into_iter().any(|key| !is_nothing(&text(amendment, key)));
        words || !list(amendment, "changes").is_empty()
    };
    list(contract, "amendments").iter().chain(list(contract, "amendment")).any(says)
}

/// Whether a contract was given up before it was signed.
pub(super) fn is_void(contract: &Value) -> bool {
    text(contract, "status") == "cancelled"
}

/// Whether a contract that was signed is over.
pub(super) fn is_over(contract: &Value) -> bool {
    text(contract, "status") == "terminated"
}

/// The codelists `awardStatus` and `contractStatus`; other words count by whether somebody is named. An award that is pending is proposed and not in
/// force: somebody is first in line, and has won nothing yet. `ends`: whether the release says that its contracts are over.
fn outcome(status: &str, contract: &Value, (named, ends): (bool, bool)) -> Outcome {
    let over = is_over(contract) || ends && contract.is_object() && text(contract, "status") != "pending";
    let signed = over || text(contract, "status") == "active" || !is_nothing(&text(contract, "dateSigned"));
    match status {
        "unsuccessful" => Outcome::Unsuccessful,
        "cancelled" => Outcome::Withdrawn,
        _ if is_void(contract) => Outcome::Withdrawn,
        "pending" if !signed => {
            if named {
                Outcome::Provisional
            } else {
                Outcome::Pending
            }
        }
        _ if over => Outcome::Ended,
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
    let mut parties = party::Distinct::default();
    for party in named.into_iter().filter_map(|named| party::resolve(scope, named)) {
        parties.add(party);
    }
    parties.list
}

fn worth_of(scope: &mut Scope<'_>, object: &Value, keys: &[&str], path: &str) -> Vec<Worth> {
    let mut worth = Vec::new();
    for key in keys {
        let before = worth.len();
        scope.worth(&mut worth, WorthKind::Award, at(object, key), &format!("{path}/{key}"));
        if *key == "valueWithTax" {
            worth[before..].iter_mut().for_each(|gross: &mut Worth| gross.with_tax = Some(true));
        }
    }
    worth
}

/// What a contract comes to, and came to before where its amendments say so.
fn contract_worth(scope: &mut Scope<'_>, contract: &Value, path: &str) -> Vec<Worth> {
    let mut worth = worth_of(scope, contract, &["value", "valueWithTax"], path);
    let mut changes =
        list(contract, "amendments").iter().chain(list(contract, "amendment")).flat_map(|amendment| list(amendment, "changes"));
    let of_value = |change: &&Value| matches!(text(change, "property").trim_matches('/'), "value" | "value/amount");
    let Some(change) = changes.rfind(of_value) else { return worth };
    let former = at(change, "former_value").or_else(|| at(change, "formerValue")).unwrap_or(&Value::Null);
    let amount = if former.is_object() { text(former, "amount") } else { words(former) };
    let currency = [text(former, "currency"), text(contract, "value/currency")].into_iter().find(|currency| !currency.is_empty());
    code::push(&mut worth, code::worth(WorthKind::Before, &amount, &currency.unwrap_or_default(), None));
    worth
}

fn lots_or_whole(object: &Value) -> Vec<String> {
    let lots = lots_of(object);
    if lots.is_empty() { vec![String::new()] } else { lots }
}

fn count(object: &Value, path: &str) -> Option<u32> {
    text(object, path).parse().ok()
}
