//! What the objects of Prozorro say: texts, parties, values, times, lots, awards, documents. Knows nothing of kinds and stages but of lots.

use serde_json::Value;
use url::Url;

use super::super::entry::Entry;
use super::super::{code, json};
use super::{Kind, procedure};
use crate::model::{
    Amendment, Award, DeadlineKind, Document, Lot, Nature, Outcome, Party, Place, Procedure, ProcedureKind, Stage, Term, Texts, Worth,
    WorthKind,
};

/// Parts of one kind in one object: lots, items, awards.
const PARTS: usize = 10_000;

pub(super) fn read(entry: &mut Entry<'_>, object: &Value, kind: Kind, base: Option<&Url>) {
    texts(entry, object, kind);
    ids(entry, object, kind);
    buyers(entry, object);
    method(entry, object);
    values(entry, object, kind);
    deadlines(entry, object);
    lots(entry, object);
    items(entry, object, kind);
    awards(entry, object, kind);
    cancellations(entry, object);
    documents(entry, object, base);
}

/// Words that may stand in several languages: `title`, `title_en`, `title_ru`.
fn words(object: &Value, key: &str) -> Texts {
    let mut texts = Texts::one("uk", &json::text(object, key));
    for language in ["en", "ru", "uk"] {
        texts.put(language, &json::text(object, &format!("{key}_{language}")));
    }
    if !texts.is_empty() {
        texts.original = Some("uk".to_owned());
    }
    texts
}

fn texts(entry: &mut Entry<'_>, object: &Value, kind: Kind) {
    // Plans have the words with the budget, and contracts have none of their own.
    let titles: &[&str] = match kind {
        Kind::Plan => &["budget/description", "title", "items/0/description"],
        Kind::Contract => &["title", "description", "items/0/description"],
        Kind::Tender | Kind::Framework => &["title"],
    };
    if let Some(place) = titles.iter().find(|place| !words(object, place).is_empty()) {
        entry.content().title = words(object, place);
        entry.mark("title", place);
    }
    let description = words(object, "description");
    if !description.is_empty() {
        entry.content().description = description;
        entry.mark("description", "description");
    }
}

fn ids(entry: &mut Entry<'_>, object: &Value, kind: Kind) {
    let number = entry.notice.publication.clone();
    entry.other_id(kind.number(), kind.number(), &number);
    if kind == Kind::Tender && !number.is_empty() {
        // The publisher's rule for OCIDs: its prefix and the number.
        entry.other_id("OCID", "tenderID", &format!("ocds-be6bcu-{number}"));
        entry.link("tenderID", &format!("https://prozorro.gov.ua/tender/{number}"), None);
    }
    for (index, plan) in json::list(object, "plans").iter().take(PARTS).enumerate() {
        entry.other_id("plan", &format!("plans[{index}]"), &json::text(plan, "id"));
    }
}

fn buyers(entry: &mut Entry<'_>, object: &Value) {
    for key in ["procuringEntity", "buyer", "buyers"] {
        for buyer in json::list(object, key).iter().take(PARTS) {
            let party = party(buyer);
            let known = &mut entry.content().buyers;
            if !party.name.is_empty() && !known.iter().any(|other| other.ids == party.ids && other.name == party.name) {
                known.push(party);
                entry.mark("buyers", key);
            }
        }
    }
}

fn party(object: &Value) -> Party {
    let mut name = words(object, "name");
    if name.is_empty() {
        name = words(object, "identifier/legalName");
    }
    let mut ids = Vec::new();
    for id in json::list(object, "identifier").iter().chain(json::list(object, "additionalIdentifiers")).take(PARTS) {
        code::push(&mut ids, code::id(&json::text(id, "scheme"), &json::text(id, "id")));
    }
    Party {
        name,
        ids,
        seat: json::at(object, "address").and_then(place).unwrap_or_default(),
        email: json::text(object, "contactPoint/email"),
        phone: json::text(object, "contactPoint/telephone"),
        website: code::url(&json::text(object, "contactPoint/url"), None),
        kind: json::text(object, "kind"),
        activity: String::new(),
        // `scale`: micro, sme, mid, large, not specified; `mid` is still a medium enterprise.
        small: match json::text(object, "scale").as_str() {
            "micro" | "sme" | "mid" => Some(true),
            "large" => Some(false),
            _ => None,
        },
    }
}

fn place(address: &Value) -> Option<Place> {
    let mut parts: Vec<String> = Vec::new();
    for key in ["region", "locality", "streetAddress", "postalCode"] {
        let part = json::text(address, key);
        // Kyiv is a region and a town.
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    code::place(&json::text(address, "countryName"), "", &parts.join(", "))
}

fn method(entry: &mut Entry<'_>, object: &Value) {
    // Plans name the method of the tender to come.
    for (place, fallback) in [("procurementMethodType", "procurementMethod"), ("tender/procurementMethodType", "tender/procurementMethod")]
    {
        let (detail, general) = (json::text(object, place), json::text(object, fallback));
        let text = if detail.is_empty() { general.clone() } else { detail.clone() };
        if text.is_empty() || entry.notice.content.procedure.is_some() {
            continue;
        }
        let kind = procedure(&detail).or_else(|| procedure(&general)).unwrap_or(ProcedureKind::Other);
        if detail.contains("rameworkAgreement") {
            entry.content().technique.clone_from(&detail);
            entry.mark("technique", place);
        }
        entry.content().procedure = Some(Procedure { kind, text });
        entry.mark("procedure", if detail.is_empty() { fallback } else { place });
    }
    let framework = json::text(object, "frameworkType");
    if !framework.is_empty() {
        entry.content().technique = framework;
        entry.mark("technique", "frameworkType");
    }
    let nature = match json::text(object, "mainProcurementCategory").as_str() {
        "goods" => Some(Nature::Goods),
        "services" => Some(Nature::Services),
        "works" => Some(Nature::Works),
        _ => None,
    };
    if nature.is_some() {
        entry.content().nature = nature;
        entry.mark("nature", "mainProcurementCategory");
    }
}

/// An amount with its currency and whether tax is in it.
fn worth(entry: &mut Entry<'_>, object: &Value, key: &str, place: &str, kind: WorthKind) -> Option<Worth> {
    let tax = json::at(object, &format!("{key}/valueAddedTaxIncluded")).and_then(Value::as_bool);
    let (amount, currency) = (json::text(object, &format!("{key}/amount")), json::text(object, &format!("{key}/currency")));
    entry.read_worth(kind, &format!("{place}/amount"), &amount, &currency, tax)
}

fn values(entry: &mut Entry<'_>, object: &Value, kind: Kind) {
    let (key, of) = match kind {
        Kind::Tender | Kind::Framework => ("value", WorthKind::Estimate),
        Kind::Plan => ("budget", WorthKind::Estimate),
        Kind::Contract => ("value", WorthKind::Award),
    };
    let mut found = Vec::new();
    code::push(&mut found, worth(entry, object, key, key, of));
    if kind == Kind::Contract {
        let (net, currency) = (json::text(object, "value/amountNet"), json::text(object, "value/currency"));
        code::push(&mut found, entry.read_worth(of, "value/amountNet", &net, &currency, Some(false)));
    }
    if !found.is_empty() {
        entry.content().worth = found;
        entry.mark("worth", key);
    }
}

fn deadlines(entry: &mut Entry<'_>, object: &Value) {
    for (kind, place) in [
        (DeadlineKind::Tender, "tenderPeriod/endDate"),
        (DeadlineKind::Request, "qualificationPeriod/endDate"),
        (DeadlineKind::Questions, "enquiryPeriod/endDate"),
    ] {
        // In a tender, qualification is what the buyer does with the offers; only frameworks take requests until its end.
        if kind != DeadlineKind::Request || object.get("frameworkType").is_some() {
            entry.deadline(kind, place, &json::text(object, place));
        }
    }
}

fn lots(entry: &mut Entry<'_>, object: &Value) {
    let awards = json::list(object, "awards");
    for (index, lot) in json::list(object, "lots").iter().take(PARTS).enumerate() {
        let place = format!("lots[{index}]");
        let id = json::text(lot, "id");
        let won = || awards.iter().any(|award| json::text(award, "lotID") == id && json::text(award, "status") == "active");
        let stage = match json::text(lot, "status").as_str() {
            "cancelled" | "unsuccessful" => Some(Stage::Cancelled),
            "complete" => Some(Stage::Awarded),
            "active" if won() => Some(Stage::Awarded),
            "active" => Some(entry.notice.stage).filter(|stage| !matches!(stage, Stage::Awarded | Stage::Cancelled | Stage::Unknown)),
            _ => None,
        };
        let worth = worth(entry, lot, "value", &format!("{place}/value"), WorthKind::Estimate);
        let end = json::text(lot, "tenderPeriod/endDate");
        let deadline = entry.read_deadline(DeadlineKind::Tender, &format!("{place}/tenderPeriod/endDate"), &end);
        entry.content().lots.push(Lot {
            title: words(lot, "title"),
            description: words(lot, "description"),
            stage,
            worth: worth.into_iter().collect(),
            deadlines: deadline.into_iter().collect(),
            id,
            ..Lot::default()
        });
        entry.mark("lots", &place);
    }
}

/// Classes, places and times stand with the items; items of a lot are said of the lot, and of the whole.
fn items(entry: &mut Entry<'_>, object: &Value, kind: Kind) {
    if let Some(classification) = json::at(object, "classification") {
        class(entry, classification, "classification", true);
    }
    let mut whole = Term::default();
    for (index, item) in json::list(object, "items").iter().take(PARTS).enumerate() {
        let place_of = |key: &str| format!("items[{index}]/{key}");
        if let Some(classification) = json::at(item, "classification") {
            let main = entry.notice.content.classes.is_empty();
            class(entry, classification, &place_of("classification"), main);
        }
        for classification in json::list(item, "additionalClassifications").iter().take(PARTS) {
            class(entry, classification, &place_of("additionalClassifications"), false);
        }
        let address = json::at(item, "deliveryAddress").and_then(place);
        if address.is_some() {
            code::push(&mut entry.content().places, address.clone());
            entry.mark("places", &place_of("deliveryAddress"));
        }
        let (start, end) = (place_of("deliveryDate/startDate"), place_of("deliveryDate/endDate"));
        let days = (
            entry.read_day(&start, &json::text(item, "deliveryDate/startDate")),
            entry.read_day(&end, &json::text(item, "deliveryDate/endDate")),
        );
        widen(&mut whole, days);
        let lot = json::text(item, "relatedLot");
        if let Some(lot) = entry.content().lots.iter_mut().find(|other| !lot.is_empty() && other.id == lot) {
            let list = json::list(item, "classification").iter().map(|class| (class, lot.classes.is_empty())).collect::<Vec<_>>();
            let more = json::list(item, "additionalClassifications").iter().take(PARTS).map(|class| (class, false));
            for (class, main) in list.into_iter().chain(more) {
                code::push(
                    &mut lot.classes,
                    code::class(&scheme(class), &json::text(class, "id"), main, &json::text(class, "description")),
                );
            }
            code::push(&mut lot.places, address);
            widen(lot.term.get_or_insert_default(), days);
            lot.term = lot.term.take().filter(|term| *term != Term::default());
        }
    }
    if kind == Kind::Contract {
        let days = (
            entry.read_day("period/startDate", &json::text(object, "period/startDate")),
            entry.read_day("period/endDate", &json::text(object, "period/endDate")),
        );
        if days != (None, None) {
            whole = Term { start: days.0, end: days.1, ..Term::default() };
            entry.mark("term", "period");
        }
    }
    if whole != Term::default() {
        entry.content().term = Some(whole);
        entry.mark("term", "items");
    }
}

fn scheme(classification: &Value) -> String {
    json::text(classification, "scheme")
}

fn class(entry: &mut Entry<'_>, classification: &Value, place: &str, main: bool) {
    let scheme = scheme(classification);
    // `NONE` with `000` is how an item says that it has no further class.
    if scheme != "NONE" {
        entry.class(&scheme, place, &json::text(classification, "id"), main, &json::text(classification, "description"));
    }
}

fn widen(term: &mut Term, (start, end): (Option<jiff::civil::Date>, Option<jiff::civil::Date>)) {
    term.start = term.start.into_iter().chain(start).min();
    term.end = term.end.into_iter().chain(end).max();
}

fn awards(entry: &mut Entry<'_>, object: &Value, kind: Kind) {
    if kind == Kind::Contract {
        let date = entry.read_day("dateSigned", &json::text(object, "dateSigned"));
        let outcome = match json::text(object, "status").as_str() {
            "terminated" => Outcome::Ended,
            _ if date.is_some() => Outcome::Signed,
            _ => Outcome::Won,
        };
        let award = award(entry, object, "", outcome, date);
        let worth = entry.notice.content.worth.clone();
        entry.content().awards.push(Award { worth, ..award });
        entry.mark("awards", "suppliers");
        return;
    }
    let signed = |id: &str| {
        json::list(object, "contracts")
            .iter()
            .any(|contract| json::text(contract, "awardID") == id && json::text(contract, "status") == "active")
    };
    for (index, object) in json::list(object, "awards").iter().take(PARTS).enumerate() {
        let place = format!("awards[{index}]");
        // Standard `award`, section "Status". One that is pending is the best offer, and its papers are being checked.
        let outcome = match json::text(object, "status").as_str() {
            "active" if signed(&json::text(object, "id")) => Outcome::Signed,
            "active" => Outcome::Won,
            "pending" => Outcome::Provisional,
            "unsuccessful" => Outcome::Unsuccessful,
            "cancelled" => Outcome::Withdrawn,
            _ => Outcome::Pending,
        };
        let date = entry.read_day(&format!("{place}/date"), &json::text(object, "date"));
        let award = award(entry, object, &format!("{place}/"), outcome, date);
        entry.content().awards.push(award);
        entry.mark("awards", &place);
    }
}

fn award(entry: &mut Entry<'_>, object: &Value, place: &str, outcome: Outcome, date: Option<jiff::civil::Date>) -> Award {
    let parties: Vec<Party> = json::list(object, "suppliers").iter().take(PARTS).map(party).collect();
    let (winners, losers) = if outcome.has_winner() { (parties, Vec::new()) } else { (Vec::new(), parties) };
    let lot = json::text(object, "lotID");
    Award {
        id: json::text(object, "id"),
        lots: Some(lot).filter(|lot| !lot.is_empty()).into_iter().collect(),
        outcome,
        reason: if outcome.has_winner() { String::new() } else { json::text(object, "description") },
        winners,
        losers,
        worth: worth(entry, object, "value", &format!("{place}value"), WorthKind::Award).into_iter().collect(),
        date,
        bids: None,
        term: None,
    }
}

/// Those in force, and what changed in contracts.
fn cancellations(entry: &mut Entry<'_>, object: &Value) {
    let active = |list: &'static str| json::list(object, list).iter().take(PARTS).filter(|part| json::text(part, "status") == "active");
    for part in active("cancellations") {
        let lot = json::text(part, "relatedLot");
        if let Some(lot) = entry.content().lots.iter_mut().find(|other| !lot.is_empty() && other.id == lot) {
            lot.stage = Some(Stage::Cancelled);
        }
        let amendment =
            Amendment { place: lot, reason: json::text(part, "reasonType"), text: words(part, "reason"), ..Amendment::default() };
        entry.notice.amendments.push(amendment);
    }
    for part in active("changes") {
        let reasons: Vec<String> = json::list(part, "rationaleTypes").iter().map(json::words).collect();
        entry.notice.amendments.push(Amendment { reason: reasons.join(", "), text: words(part, "rationale"), ..Amendment::default() });
    }
}

fn documents(entry: &mut Entry<'_>, object: &Value, base: Option<&Url>) {
    for (index, document) in json::list(object, "documents").iter().take(PARTS).enumerate() {
        let place = format!("documents[{index}]");
        let Some(url) = entry.read_url(&format!("{place}/url"), &json::text(document, "url"), base) else { continue };
        let date = ["dateModified", "datePublished"].map(|key| json::text(document, key));
        let confidentiality = json::text(document, "confidentiality");
        let document = Document {
            url,
            title: json::text(document, "title"),
            restricted: !matches!(confidentiality.as_str(), "" | "public"),
            hash: json::text(document, "hash"),
            date: date.into_iter().find(|date| !date.is_empty()).unwrap_or_default(),
        };
        code::push(&mut entry.content().documents, Some(document));
        entry.mark("documents", &place);
    }
}
