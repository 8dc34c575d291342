//! What a release says of the tender: title, buyers, classes, values, deadlines, lots, documents. Knows nothing of awards (`result`).

use serde_json::Value;
use url::Url;

use super::party::{self, Role};
use super::scope::{Scope, is_nothing, plain};
use crate::model::{
    Class, Content, Deadline, DeadlineKind, Document, Lot, Nature, Party, Place, Procedure, ProcedureKind, Stage, Term, Texts, Worth, WorthKind,
};
use crate::tender::json::{at, list, text, words};
use crate::tender::{code, when};

/// Reads everything but the results.
pub(super) fn content(scope: &mut Scope<'_>) -> Content {
    let tender = scope.root.get("tender").unwrap_or(&Value::Null);
    let mut content = Content { buyers: buyers(scope), ..Content::default() };
    title(scope, &mut content);
    content.lots = lots(scope, tender);
    classes_and_places(scope, tender, &mut content);
    content.nature = nature(tender);
    content.procedure = procedure(tender);
    content.technique = technique(tender);
    content.worth = worth(scope, tender);
    content.deadlines = deadlines(scope, tender, "tender");
    content.documents = documents(scope);
    content.link = link(scope, tender);
    content.submission = submission(scope, tender);
    content.term = term(scope, tender, "tender");
    let languages = list(tender, "submissionTerms/languages").iter();
    content.submission_languages = languages.map(|language| crate::model::language_code(&words(language))).collect();
    content.suits_small = at(tender, "suitability/sme").or_else(|| at(tender, "xClassifications/isSuitableForSme")).and_then(Value::as_bool);
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

/// The tender's own title; where a release has no tender at all (contracts alone), that of what there is.
fn title(scope: &mut Scope<'_>, content: &mut Content) {
    let tender = at(scope.root, "tender");
    // A delta that only adds an award must not give the procedure the award's name.
    let named = tender.is_some_and(|tender| !scope.texts(tender, "title").is_empty() || !scope.texts(tender, "description").is_empty());
    let bare = tender.is_none_or(|tender| tender.as_object().is_some_and(|fields| fields.keys().all(|key| key == "id")));
    let mut titles = vec!["tender/title", "name"];
    let mut texts = vec!["tender/description"];
    if !named && (bare || text(scope.root, "tag/0") == "compiled") {
        titles.extend(["awards/0/title", "contracts/0/title", "awards/0/description", "contracts/0/description"]);
        titles.extend(["planning/project/title", "planning/budget/project", "planning/budget/description"]);
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
    let mut buyers: Vec<Party> = Vec::new();
    for (path, named) in named {
        let Some(party) = party::resolve(scope, named) else { continue };
        let alike = |known: &Party| (!known.name.is_empty() && known.name == party.name) || known.ids.iter().any(|id| party.ids.contains(id));
        if !buyers.iter().any(alike) {
            scope.saw("buyers", &path);
            buyers.push(party);
        }
    }
    buyers
}

/// Classes and places of the whole and of the lots: items name their lot, or lots their items.
fn classes_and_places(scope: &mut Scope<'_>, tender: &Value, content: &mut Content) {
    classes_of(scope, &mut content.classes, tender, true, "tender");
    scope.places(&mut content.places, tender);
    let main = content.classes.is_empty();
    for (place, object) in ["tender", "awards", "contracts"].into_iter().flat_map(|key| items_of(scope.root, key)) {
        let of_tender = place.starts_with("tender");
        // Items of awards and contracts repeat those of the tender; they count where the tender has none.
        if !of_tender && !content.classes.is_empty() {
            break;
        }
        let (mut classes, mut places) = (Vec::new(), Vec::new());
        classes_of(scope, &mut classes, object, main, &place);
        scope.places(&mut places, object);
        let lot = content.lots.iter_mut().find(|lot| of_tender && belongs(tender, lot, object));
        if let Some(lot) = lot {
            join(&mut lot.classes, classes.clone());
            places.iter().for_each(|place| code::push(&mut lot.places, Some(place.clone())));
            if !main {
                continue;
            }
        }
        // Without a class of the whole, those of all items stand for it.
        join(&mut content.classes, classes);
        places.into_iter().for_each(|place| code::push(&mut content.places, Some(place)));
    }
    let lots_alone = content.places.is_empty();
    for place in content.lots.iter().flat_map(|lot| &lot.places).filter(|_| lots_alone).cloned().collect::<Vec<Place>>() {
        code::push(&mut content.places, Some(place));
    }
    if !content.classes.is_empty() {
        let whole = at(tender, "classification").is_some_and(|class| !is_nothing(&text(class, "id")));
        scope.saw("classes", if whole { "tender/classification" } else { "tender/items" });
    }
    if !content.places.is_empty() {
        scope.saw("places", "tender/items");
    }
}

/// Adds classes, one of each code; the first of all is the main one.
fn join(classes: &mut Vec<Class>, more: Vec<Class>) {
    for mut class in more {
        if classes.iter().any(|known| known.scheme == class.scheme && known.code == class.code) {
            continue;
        }
        class.main &= !classes.iter().any(|known| known.main);
        classes.push(class);
    }
}

/// The items below this key, each with its path.
fn items_of<'a>(root: &'a Value, key: &'static str) -> impl Iterator<Item = (String, &'a Value)> {
    list(root, key).iter().enumerate().flat_map(move |(i, object)| {
        let at = if key == "tender" { key.to_owned() } else { format!("{key}[{i}]") };
        list(object, "items").iter().enumerate().map(move |(j, item)| (format!("{at}/items[{j}]"), item))
    })
}

fn belongs(tender: &Value, lot: &Lot, item: &Value) -> bool {
    let (related, id) = (text(item, "relatedLot"), text(item, "id"));
    if !related.is_empty() {
        return related == lot.id;
    }
    let listed = |known: &&Value| text(known, "id") == lot.id;
    let items = list(tender, "lots").iter().find(listed).map(|known| list(known, "items")).unwrap_or_default();
    list(item, "relatedLots").iter().any(|related| words(related) == lot.id) || items.iter().any(|item| !id.is_empty() && words(item) == id)
}

fn classes_of(scope: &mut Scope<'_>, classes: &mut Vec<Class>, object: &Value, main: bool, path: &str) {
    for (key, main) in [("classification", main), ("additionalClassifications", false)] {
        for class in list(object, key) {
            // One publisher writes `schema` for `scheme`.
            let scheme = Some(text(class, "scheme")).filter(|scheme| !scheme.is_empty()).unwrap_or_else(|| text(class, "schema"));
            let (id, label) = (text(class, "id"), scope.texts(class, "description"));
            if is_nothing(&id) {
                continue;
            }
            match code::class(&scheme, &id, main, label.best(&[]).unwrap_or_default()) {
                Some(class) => join(classes, vec![class]),
                None => scope.odd(&format!("{path}/{key}"), &id, &format!("no code of {scheme}")),
            }
        }
    }
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
    let main = nature_of(&text(tender, "mainProcurementCategory")).or_else(|| nature_of(&text(tender, "xClassifications/ojeuContractType")));
    let others = list(tender, "additionalProcurementCategories").iter().filter_map(|word| nature_of(&words(word)));
    others.fold(main, |nature, other| match nature {
        Some(nature) if nature != other => Some(Nature::Mixed),
        Some(nature) => Some(nature),
        None => Some(other),
    })
}

/// `procurementMethod` (codelist `method`), made finer by the words beside it: UK and EU publishers fold several procedures into one method.
fn procedure(tender: &Value) -> Option<Procedure> {
    let [method, kind, details] = ["procurementMethod", "procurementMethodType", "procurementMethodDetails"].map(|key| plain(&text(tender, key)));
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
        code::push(&mut deadlines, found);
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
        let mut classes = Vec::new();
        classes_of(scope, &mut classes, lot, true, &path);
        let mut places = Vec::new();
        scope.places(&mut places, lot);
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
        _ => None,
    }
}

/// How long the contract shall run, with what is said of renewals; one publisher has milestones for its beginning and end.
fn term(scope: &mut Scope<'_>, object: &Value, path: &str) -> Option<Term> {
    let mut term = scope.term(at(object, "contractPeriod"), &format!("{path}/contractPeriod")).unwrap_or_default();
    for (i, milestone) in list(object, "milestones").iter().enumerate() {
        let path = format!("{path}/milestones[{i}]");
        match text(milestone, "title").to_lowercase().as_str() {
            "contract start" => term.start = term.start.or_else(|| scope.day(milestone, "dueDate", &path)),
            "contract end" => term.end = term.end.or_else(|| scope.day(milestone, "dueDate", &path)),
            _ => {}
        }
    }
    let said = [text(object, "renewal/description"), text(object, "options/description")].into_iter().find(|said| !is_nothing(said));
    let said = said.or_else(|| (at(object, "hasRenewal") == Some(&Value::Bool(true))).then(|| "it can be renewed".to_owned()));
    if let Some(said) = said {
        term.renewal = if term.renewal.is_empty() { said } else { format!("{}; {said}", term.renewal) };
    }
    term.renewals = text(object, "renewal/maximumRenewals").parse().ok();
    if term == Term::default() {
        return None;
    }
    scope.saw("term", &format!("{path}/contractPeriod"));
    Some(term)
}

fn documents(scope: &mut Scope<'_>) -> Vec<Document> {
    let root = scope.root;
    let holders = ["planning", "tender", "awards", "contracts"].into_iter().flat_map(|key| list(root, key).iter().map(move |holder| (key, holder)));
    let mut documents = Vec::new();
    for (key, holder) in holders {
        let amended = list(holder, "amendments").iter().flat_map(|amendment| list(amendment, "documents"));
        for document in list(holder, "documents").iter().chain(amended) {
            let Some(url) = code::url(&text(document, "url"), scope.url) else { continue };
            let first = |keys: &[&str]| keys.iter().map(|key| text(document, key)).find(|text| !is_nothing(text)).unwrap_or_default();
            scope.saw("documents", &format!("{key}/documents"));
            let title = scope.texts(document, "title");
            let title = title.best(&[]).map_or_else(|| first(&["description", "documentType"]), str::to_owned);
            let restricted = text(document, "accessDetails").to_lowercase().contains("restrict");
            let found = Document { url, title, restricted, hash: String::new(), date: first(&["dateModified", "datePublished"]) };
            code::push(&mut documents, Some(found));
        }
    }
    documents
}

/// The page for people: the document that is the notice, else what publishers have for it.
fn link(scope: &mut Scope<'_>, tender: &Value) -> Option<Url> {
    let root = scope.root;
    let holders = ["contracts", "awards", "tender", "planning"].into_iter().flat_map(|key| list(root, key).iter().rev().map(move |holder| (key, holder)));
    let notices = holders.flat_map(|(key, holder)| list(holder, "documents").iter().rev().map(move |document| (key, document)));
    let notice = notices.filter(|(_, document)| text(document, "documentType").ends_with("Notice") || !text(document, "noticeType").is_empty());
    let notice = notice.filter(|(_, document)| !text(document, "format").contains("json"));
    let mut found = notice.filter_map(|(key, document)| Some((format!("{key}/documents"), code::url(&text(document, "url"), scope.url)?)));
    let link = found.next().or_else(|| {
        let said = [("tender/url", text(tender, "url")), ("urlSECOP", text(root, "urlSECOP")), ("awards/0/url", text(root, "awards/0/url"))];
        let more = [("contracts/0/url", text(root, "contracts/0/url")), ("planning/url", text(root, "planning/url"))];
        said.into_iter().chain(more).find_map(|(path, written)| Some((path.to_owned(), code::url(&written, scope.url)?)))
    });
    drop(found);
    let (path, url) = link?;
    scope.saw("link", &path);
    Some(url)
}

/// Where offers go: an address among the words about it.
fn submission(scope: &mut Scope<'_>, tender: &Value) -> Option<Url> {
    for key in ["submissionMethodDetails", "submissionmethoddetails", "lodgeResponse", "submissionTerms/submissionUrl", "communication/atypicalToolUrl"] {
        let written = plain(&text(tender, key));
        let mut addresses = written.split([' ', '(', ')', '<', '>', '"', ',', ';']).filter(|word| word.starts_with("http"));
        if let Some(url) = addresses.find_map(|word| code::url(word.trim_end_matches('.'), None)) {
            scope.saw("submission", &format!("tender/{key}"));
            return Some(url);
        }
    }
    None
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
