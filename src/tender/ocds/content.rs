//! What a release says of the tender: title, buyers, classes, values, deadlines, lots, documents. Knows nothing of awards (`result`).

use serde_json::Value;

use super::notice::is_suspended;
use super::party::{self, Role};
use super::scope::{Scope, is_nothing, places_of, plain};
use super::{documents, items};
use crate::model::{Content, Deadline, DeadlineKind, Lot, Nature, Party, Procedure, ProcedureKind, Stage, Term, Texts, Worth, WorthKind};
use crate::tender::json::{at, list, text, words};
use crate::tender::{code, when};

/// Reads everything but the results.
pub(super) fn content(scope: &mut Scope<'_>) -> Content {
    let tender = scope.root.get("tender").unwrap_or(&Value::Null);
    let mut content = Content { buyers: buyers(scope), ..Content::default() };
    title(scope, &mut content);
    content.lots = lots(scope, tender);
    items::classes_and_places(scope, tender, &mut content);
    content.nature = nature(tender);
    content.procedure = procedure(tender);
    content.technique = technique(tender);
    content.worth = worth(scope, tender);
    content.deadlines = deadlines(scope, tender, "tender");
    content.documents = documents::documents(scope);
    content.link = documents::link(scope, tender);
    content.submission = documents::submission(scope, tender);
    content.term = term(scope, tender, "tender");
    // The profile of eForms has with each lot what others have once.
    let terms = std::iter::once(tender).chain(list(tender, "lots"));
    for language in terms.flat_map(|object| list(object, "submissionTerms/languages")).map(words) {
        code::push(&mut content.submission_languages, Some(crate::model::language_code(&language)));
    }
    content.suits_small =
        at(tender, "suitability/sme").or_else(|| at(tender, "xClassifications/isSuitableForSme")).and_then(Value::as_bool);
    content.reserved = reserved(tender);
    content.eu_funds = eu_funds(scope);
    places_found(scope, &content);
    content
}

/// Remembers the first place of fields that one path gives.
fn places_found(scope: &mut Scope<'_>, content: &Content) {
    let found = [
        ("lots", !content.lots.is_empty(), "tender/lots"),
        ("nature", content.nature.is_some(), "tender/mainProcurementCategory"),
        ("procedure", content.procedure.is_some(), "tender/procurementMethod"),
        ("term", content.term.is_some(), "tender/contractPeriod"),
        ("technique", !content.technique.is_empty(), "tender/techniques"),
        ("submission_languages", !content.submission_languages.is_empty(), "tender/submissionTerms/languages"),
        ("suits_small", content.suits_small.is_some(), "tender/suitability"),
        ("reserved", content.reserved.is_some(), "tender/otherRequirements/reservedParticipation"),
        ("eu_funds", content.eu_funds.is_some(), "parties"),
    ];
    for (field, _, path) in found.into_iter().filter(|(_, is, _)| *is) {
        scope.saw(field, path);
    }
}

/// The tender's own title; where a release names no tender but its contracts or awards, theirs.
fn title(scope: &mut Scope<'_>, content: &mut Content) {
    let tender = at(scope.root, "tender");
    let named = tender.is_some_and(|tender| !scope.texts(tender, "title").is_empty() || !scope.texts(tender, "description").is_empty());
    let results = ["awards", "contracts"].into_iter().any(|key| !list(scope.root, key).is_empty());
    let mut titles = vec!["tender/title", "name"];
    let mut texts = vec!["tender/description"];
    if !named && (tender.is_none() || results) {
        titles.extend(["awards/0/title", "contracts/0/title", "awards/0/description", "contracts/0/description"]);
        titles.extend(["planning/project/title", "planning/budget/project", "planning/budget/description"]);
        titles.extend(["awards/0/items/0/description", "contracts/0/items/0/description"]);
        texts.extend(["awards/0/description", "contracts/0/description", "planning/rationale"]);
    }
    let first = |paths: &[&'static str]| {
        paths.iter().find_map(|path| {
            let (object, key) = path.rsplit_once('/').unwrap_or(("", path));
            let object = if object.is_empty() { Some(scope.root) } else { at(scope.root, object) };
            let texts = scope.texts(object?, key);
            (!texts.is_empty()).then_some((*path, texts))
        })
    };
    for (field, found) in [("title", first(&titles)), ("description", first(&texts))] {
        let Some((path, texts)) = found else { continue };
        scope.saw(field, path);
        if field == "title" {
            content.title = texts;
        } else {
            content.description = texts;
        }
    }
}

/// The buyer, then whoever carries the procedure out.
fn buyers(scope: &mut Scope<'_>) -> Vec<Party> {
    let root = scope.root;
    let mut named: Vec<(String, &Value)> = Vec::new();
    named.extend(at(root, "buyer").map(|buyer| ("buyer".to_owned(), buyer)));
    named.extend(list(root, "buyers").iter().map(|buyer| ("buyers".to_owned(), buyer)));
    named.extend(party::with_role(root, Role::Buyer).map(|(i, party)| (format!("parties[{i}]"), party)));
    named.extend(at(root, "tender/procuringEntity").map(|buyer| ("tender/procuringEntity".to_owned(), buyer)));
    named.extend(party::with_role(root, Role::Procuring).map(|(i, party)| (format!("parties[{i}]"), party)));
    named.extend(list(root, "contracts").iter().flat_map(|contract| list(contract, "buyers")).map(|buyer| ("contracts".to_owned(), buyer)));
    let mut buyers = party::Distinct::default();
    for (path, named) in named {
        let Some(party) = party::resolve(scope, named) else { continue };
        if buyers.add(party) {
            scope.saw("buyers", &path);
        }
    }
    buyers.list
}

/// `mainProcurementCategory`, with what its extensions and publishers write.
fn nature_of(word: &str) -> Option<Nature> {
    match word.trim().to_lowercase().as_str() {
        "goods" | "supplies" | "bienes" => Some(Nature::Goods),
        "services" | "consultingservices" | "servicios" => Some(Nature::Services),
        "works" | "obras" => Some(Nature::Works),
        _ => None,
    }
}

fn nature(tender: &Value) -> Option<Nature> {
    let main =
        nature_of(&text(tender, "mainProcurementCategory")).or_else(|| nature_of(&text(tender, "xClassifications/ojeuContractType")));
    let others = list(tender, "additionalProcurementCategories").iter().filter_map(|word| nature_of(&words(word)));
    others.fold(main, |nature, other| match nature {
        Some(nature) if nature != other => Some(Nature::Mixed),
        Some(nature) => Some(nature),
        None => Some(other),
    })
}

/// `procurementMethod` (codelist `method`), made finer by the words beside it: UK and EU publishers fold several procedures into one method.
fn procedure(tender: &Value) -> Option<Procedure> {
    let [method, kind, details] =
        ["procurementMethod", "procurementMethodType", "procurementMethodDetails"].map(|key| plain(&text(tender, key)));
    let written = [&details, &kind, &method].into_iter().find(|word| !is_nothing(word))?.clone();
    let has = |parts: &[&str]| parts.iter().any(|part| details.to_lowercase().contains(part));
    let by_words = if has(&["negotiat", "dialogue", "innovation partnership", "competitive flexible"]) && !has(&["without", "sin "]) {
        Some(ProcedureKind::Negotiated)
    } else if has(&["restricted procedure"]) {
        Some(ProcedureKind::Restricted)
    } else {
        None
    };
    let by_method = match method.to_lowercase().as_str() {
        "open" => Some(ProcedureKind::Open),
        "selective" => Some(ProcedureKind::Restricted),
        "limited" | "direct" => Some(ProcedureKind::Direct),
        "" if has(&["open procedure"]) => Some(ProcedureKind::Open),
        "" if has(&["direct award", "contratación directa", "adjudicación directa"]) => Some(ProcedureKind::Direct),
        _ => None,
    };
    Some(Procedure { kind: by_words.or(by_method).unwrap_or(ProcedureKind::Other), text: written })
}

fn technique(tender: &Value) -> String {
    let places = || std::iter::once(tender).chain(list(tender, "lots"));
    let has = |path: &str| places().any(|object| at(object, path).and_then(Value::as_bool) == Some(true));
    let word = |path: &str| places().map(|object| text(object, path)).find(|word| !word.is_empty());
    for (path, name, detail) in [
        ("techniques/hasDynamicPurchasingSystem", "dynamic purchasing system", "techniques/dynamicPurchasingSystem/type"),
        ("techniques/hasFrameworkAgreement", "framework agreement", "techniques/frameworkAgreement/method"),
    ] {
        if has(path) {
            return word(detail).map_or_else(|| name.to_owned(), |detail| format!("{name} ({detail})"));
        }
    }
    String::new()
}

fn worth(scope: &mut Scope<'_>, tender: &Value) -> Vec<Worth> {
    let mut worth = values(scope, tender, "tender");
    let framework = at(tender, "techniques/frameworkAgreement/value");
    scope.worth(&mut worth, WorthKind::Maximum, framework, "tender/techniques/frameworkAgreement/value");
    let root = scope.root;
    for path in ["planning/budget/amount", "planning/budget/value", "tender/budget/value"] {
        let budget = at(root, path);
        let taxed = budget.and_then(|budget| at(budget, "valueAddedTaxIncluded")).and_then(Value::as_bool) == Some(true);
        scope.worth(&mut worth, if taxed { WorthKind::BudgetGross } else { WorthKind::BudgetNet }, budget, path);
    }
    if !worth.is_empty() {
        scope.saw("worth", if at(tender, "value/amount").is_some() { "tender/value" } else { "planning/budget" });
    }
    worth
}

/// The three values a tender and a lot may have.
fn values(scope: &mut Scope<'_>, object: &Value, path: &str) -> Vec<Worth> {
    let mut worth = Vec::new();
    for (key, kind) in [("value", WorthKind::Estimate), ("minValue", WorthKind::Minimum), ("maxValue", WorthKind::Maximum)] {
        scope.worth(&mut worth, kind, at(object, key), &format!("{path}/{key}"));
    }
    worth
}

fn deadlines(scope: &mut Scope<'_>, object: &Value, path: &str) -> Vec<Deadline> {
    let mut deadlines: Vec<Deadline> = Vec::new();
    for (key, kind) in [
        ("tenderPeriod", DeadlineKind::Tender),
        // A publisher's slip.
        ("tederPeriod", DeadlineKind::Tender),
        ("participationPeriod", DeadlineKind::Request),
        ("enquiryPeriod", DeadlineKind::Questions),
    ] {
        let found = scope.period(kind, at(object, key), &format!("{path}/{key}"));
        // What is null is taken back (OCDS 1.1, merging).
        let end = object.get(key).and_then(|period| period.get("endDate"));
        let taken_back = end.is_some_and(Value::is_null).then(|| Deadline { kind, text: String::new(), due: None });
        code::push(&mut deadlines, found.or(taken_back));
    }
    for (key, kind) in [
        ("expressionOfInterestDeadline", DeadlineKind::Interest),
        ("documentAvailabilityPeriod/endDate", DeadlineKind::Documents),
        ("awardPeriod/openingDate", DeadlineKind::Opening),
        ("bidOpening/date", DeadlineKind::Opening),
    ] {
        let found = scope.deadline(kind, &text(object, key), &format!("{path}/{key}"));
        code::push(&mut deadlines, found);
    }
    for (i, milestone) in list(object, "milestones").iter().enumerate() {
        let title = text(milestone, "title").to_lowercase();
        let kind = match text(milestone, "type").as_str() {
            "enquiry" | "enquiries" => DeadlineKind::Questions,
            _ if title.contains("question") || title.contains("enquir") || title.contains("clarification") => DeadlineKind::Questions,
            _ if title.contains("bid opening") || title.contains("opening of") => DeadlineKind::Opening,
            _ => continue,
        };
        let found = scope.deadline(kind, &text(milestone, "dueDate"), &format!("{path}/milestones[{i}]/dueDate"));
        code::push(&mut deadlines, found);
    }
    if let Some(first) = deadlines.first() {
        scope.saw("deadlines", &format!("{path}/{}", if first.kind == DeadlineKind::Tender { "tenderPeriod" } else { "enquiryPeriod" }));
    }
    deadlines
}

fn lots(scope: &mut Scope<'_>, tender: &Value) -> Vec<Lot> {
    let mut lots = Vec::new();
    for (i, lot) in list(tender, "lots").iter().enumerate() {
        let path = format!("tender/lots[{i}]");
        let classes = items::classes_of(scope, lot, true, &path);
        let mut places = Vec::new();
        places_of(&mut places, lot);
        let id = text(lot, "id");
        lots.push(Lot {
            id: if id.is_empty() { (i + 1).to_string() } else { id },
            title: scope.texts(lot, "title"),
            description: scope.texts(lot, "description"),
            stage: lot_stage(&text(lot, "status")),
            nature: nature(lot),
            classes,
            worth: values(scope, lot, &path),
            deadlines: deadlines(scope, lot, &path),
            places,
            term: term(scope, lot, &path),
            eu_funds: None,
            suits_small: at(lot, "suitability/sme").and_then(Value::as_bool),
            reserved: reserved(lot),
            system_ended: false,
        });
    }
    lots
}

/// The codelist `tenderStatus`, as the lots extension uses it.
fn lot_stage(status: &str) -> Option<Stage> {
    match status {
        "planning" | "planned" => Some(Stage::Planned),
        "active" => Some(Stage::Open),
        "cancelled" | "unsuccessful" | "withdrawn" => Some(Stage::Cancelled),
        "complete" => Some(Stage::Closed),
        other => is_suspended(&other.to_lowercase()).then_some(Stage::Suspended),
    }
}

/// How long the contract shall run; one publisher has milestones for its beginning and end.
fn term(scope: &mut Scope<'_>, object: &Value, path: &str) -> Option<Term> {
    let mut term = scope.term(object, "contractPeriod", path).unwrap_or_default();
    for (i, milestone) in list(object, "milestones").iter().enumerate() {
        let path = format!("{path}/milestones[{i}]");
        match text(milestone, "title").to_lowercase().as_str() {
            "contract start" => term.start = term.start.or_else(|| scope.day(milestone, "dueDate", &path)),
            "contract end" => term.end = term.end.or_else(|| scope.day(milestone, "dueDate", &path)),
            _ => {}
        }
    }
    (term != Term::default()).then_some(term)
}

fn reserved(object: &Value) -> Option<bool> {
    let said = at(object, "otherRequirements/reservedParticipation").or_else(|| at(object, "reservedParticipation"))?;
    let kinds = match said {
        Value::Array(kinds) => kinds.as_slice(),
        one => std::slice::from_ref(one),
    };
    Some(kinds.iter().map(words).any(|kind| !is_nothing(&kind) && kind != "false"))
}

/// Whether the European Union is among those who pay.
fn eu_funds(scope: &Scope<'_>) -> Option<bool> {
    let european = |texts: Texts| texts.by_language.values().any(|name| name.to_lowercase().contains("european union"));
    party::with_role(scope.root, Role::Funder).any(|(_, party)| european(scope.texts(party, "name"))).then_some(true)
}

/// The instant a tender's time for offers ends, as far as it says.
pub(super) fn closes(scope: &Scope<'_>) -> Option<jiff::Timestamp> {
    when::instant(&text(scope.root, "tender/tenderPeriod/endDate"), scope.clock)
}
