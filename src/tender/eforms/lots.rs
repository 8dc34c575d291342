//! What an eForms notice says of the whole project and of each lot. Knows no results.

use roxmltree::Node;

use super::{EXTENSION, Reader, parties, texts};
use crate::model::{Class, Content, DeadlineKind, Document, Lot, Term, Worth, WorthKind, language_code};
use crate::tender::ted;
use crate::tender::{code, xml};

/// Elements below the process of a lot that end a period, and what for (BT-131, BT-1311, BT-13).
const PERIODS: [(&str, DeadlineKind); 3] = [
    ("TenderSubmissionDeadlinePeriod", DeadlineKind::Tender),
    ("ParticipationRequestReceptionPeriod", DeadlineKind::Request),
    ("AdditionalInformationRequestPeriod", DeadlineKind::Questions),
];

/// Bytes of all techniques of a notice; there are nine codes.
const TECHNIQUES: usize = 200;

/// Documents of a notice.
const DOCUMENTS: usize = 2_000;

impl<'a, 'i: 'a> Reader<'a, 'i> {
    /// What the whole project says of itself, beside its name.
    pub(super) fn project(&mut self, project: Node<'a, 'i>, content: &mut Content) {
        content.classes = self.classes(project, true);
        content.nature = xml::all(project, "ProcurementTypeCode").into_iter().find_map(|node| ted::nature(&xml::words(node)));
        if let Some(node) = xml::first(project, "ProcurementTypeCode").filter(|_| content.nature.is_some()) {
            self.notes.found("nature", node);
        }
        content.worth = self.worth(project, true);
        for location in xml::children(project, "RealizedLocation") {
            code::push(&mut content.places, parties::location(location, &self.language));
            self.notes.found("places", location);
        }
        content.term = self.term(project);
        if let (Some(node), true) = (xml::first(project, "PlannedPeriod"), content.term.is_some()) {
            self.notes.found("term", node);
        }
        content.suits_small = flag(&xml::text(project, "SMESuitableIndicator"));
    }

    /// Every lot, and every part of a planning notice; groups of lots are no lots.
    pub(super) fn lots(&mut self, content: &mut Content) {
        for node in xml::children(self.root, "ProcurementProjectLot") {
            let id = xml::first(node, "ID");
            if id.is_some_and(|id| xml::attribute(id, "schemeName") == "LotsGroup" || xml::words(id).starts_with("GLO-")) {
                continue;
            }
            let lot = self.lot(node, id.map(xml::words).unwrap_or_default());
            self.terms(node, content);
            // A planning notice may have nothing but its parts.
            if content.title.is_empty() && !lot.title.is_empty() {
                content.title = lot.title.clone();
                if let Some(name) = xml::first(node, "ProcurementProject/Name") {
                    self.notes.found("title", name);
                }
            }
            content.lots.push(lot);
            self.notes.found("lots", node);
        }
    }

    fn lot(&mut self, node: Node<'a, 'i>, id: String) -> Lot {
        let mut lot = Lot { id, ..Lot::default() };
        if let Some(project) = xml::first(node, "ProcurementProject") {
            lot.title = self.texts(project, "Name", "");
            lot.description = self.texts(project, "Description", "");
            lot.nature = xml::all(project, "ProcurementTypeCode").into_iter().find_map(|node| ted::nature(&xml::words(node)));
            lot.classes = self.classes(project, false);
            lot.worth = self.worth(project, false);
            for location in xml::children(project, "RealizedLocation") {
                code::push(&mut lot.places, parties::location(location, &self.language));
            }
            lot.term = self.term(project);
            lot.suits_small = flag(&xml::text(project, "SMESuitableIndicator"));
        }
        self.deadlines(node, &mut lot);
        lot.eu_funds = eu_funds(node);
        lot.reserved = reserved(node);
        lot
    }

    fn classes(&mut self, project: Node<'a, 'i>, whole: bool) -> Vec<Class> {
        let mut classes = Vec::new();
        for (element, main) in [("MainCommodityClassification", true), ("AdditionalCommodityClassification", false)] {
            for classification in xml::children(project, element) {
                for node in xml::children(classification, "ItemClassificationCode") {
                    let list = xml::attribute(node, "listName");
                    let scheme = if list.is_empty() { "cpv" } else { list };
                    let class = self.notes.class(node, scheme, &xml::words(node), main);
                    if class.is_some() && whole {
                        self.notes.found("classes", node);
                    }
                    code::push(&mut classes, class);
                }
            }
        }
        classes
    }

    /// Estimate (BT-27) and ceiling of a framework (BT-271).
    fn worth(&mut self, project: Node<'a, 'i>, whole: bool) -> Vec<Worth> {
        let Some(total) = xml::first(project, "RequestedTenderTotal") else { return Vec::new() };
        let estimate = xml::first(total, "EstimatedOverallContractAmount");
        let maximum = xml::first(total, EXTENSION).and_then(|node| xml::first(node, "FrameworkMaximumAmount"));
        let mut worths = Vec::new();
        for (kind, node) in [(WorthKind::Estimate, estimate), (WorthKind::Maximum, maximum)] {
            let worth = self.notes.worth(kind, node, "currencyID");
            if let (Some(node), true, true) = (node, worth.is_some(), whole) {
                self.notes.found("worth", node);
            }
            code::push(&mut worths, worth);
        }
        worths
    }

    /// How long it runs (BT-36, BT-536 to BT-538) and its renewals (BT-57, BT-58).
    fn term(&mut self, project: Node<'a, 'i>) -> Option<Term> {
        let period = xml::first(project, "PlannedPeriod");
        let at = |path| period.and_then(|period| xml::first(period, path));
        let (start, end) = (self.notes.day(at("StartDate")), self.notes.day(at("EndDate")));
        let length = at("DurationMeasure");
        let unit = length.map(|node| xml::attribute(node, "unitCode")).unwrap_or_default();
        let mut term = ted::term(start, end, &length.map(xml::words).unwrap_or_default(), unit).unwrap_or_default();
        if at("DescriptionCode").is_some_and(|node| xml::words(node) == "UNLIMITED") {
            "unlimited".clone_into(&mut term.duration);
        }
        if let Some(extension) = xml::first(project, "ContractExtension") {
            term.renewals = self.notes.count(xml::first(extension, "MaximumNumberNumeric"));
            let words = texts(&xml::all(extension, "Renewal/Period/Description"), &self.language);
            words.best(&[&language_code(&self.language)]).unwrap_or_default().clone_into(&mut term.renewal);
        }
        (term != Term::default()).then_some(term)
    }

    fn deadlines(&mut self, node: Node<'a, 'i>, lot: &mut Lot) {
        let Some(process) = xml::first(node, "TenderingProcess") else { return };
        let extended = xml::first(process, EXTENSION);
        let interest = extended.and_then(|node| xml::first(node, "InterestExpressionReceptionPeriod"));
        let periods = PERIODS.into_iter().map(|(element, kind)| (kind, xml::first(process, element)));
        for (kind, period) in periods.chain([(DeadlineKind::Interest, interest)]) {
            let Some(period) = period else { continue };
            let deadline = self.notes.deadline(kind, xml::first(period, "EndDate"), xml::first(period, "EndTime"));
            code::push(&mut lot.deadlines, deadline);
            self.notes.found("deadlines", period);
        }
        if let Some(event) = xml::first(process, "OpenTenderEvent") {
            let (day, time) = (xml::first(event, "OccurrenceDate"), xml::first(event, "OccurrenceTime"));
            code::push(&mut lot.deadlines, self.notes.deadline(DeadlineKind::Opening, day, time));
        }
    }

    /// What lots say that belongs to the whole here: documents, where offers go, languages, techniques.
    fn terms(&mut self, node: Node<'a, 'i>, content: &mut Content) {
        for reference in xml::all(node, "TenderingTerms/CallForTendersDocumentReference") {
            self.document(reference, &mut content.documents);
        }
        if let Some(endpoint) = xml::first(node, "TenderingTerms/TenderRecipientParty/EndpointID").filter(|_| content.submission.is_none())
        {
            content.submission = self.notes.url(Some(endpoint));
            self.notes.found("submission", endpoint);
        }
        for language in xml::all(node, "TenderingTerms/Language/ID") {
            let written = xml::words(language);
            if !written.is_empty() {
                self.notes.found("submission_languages", language);
                code::push(&mut content.submission_languages, Some(language_code(&written)));
            }
        }
        for system in xml::all(node, "TenderingProcess/ContractingSystem/ContractingSystemTypeCode") {
            let technique = xml::words(system);
            let room = content.technique.len() < TECHNIQUES;
            if room && technique != "none" && !ted::withheld(&technique) && !content.technique.split(", ").any(|known| known == technique) {
                self.notes.found("technique", system);
                let gap = if content.technique.is_empty() { "" } else { ", " };
                content.technique = format!("{}{gap}{technique}", content.technique);
            }
        }
    }

    /// A document of the call, open (BT-15) or not (BT-615).
    fn document(&mut self, reference: Node<'a, 'i>, documents: &mut Vec<Document>) {
        let address = xml::first(reference, "Attachment/ExternalReference/URI");
        let Some(url) = self.notes.url(address) else { return };
        if let (Some(node), true) = (address, documents.is_empty()) {
            self.notes.found("documents", node);
        }
        let kind = xml::text(reference, "DocumentType");
        let id = xml::text(reference, "ID");
        let document = Document {
            url,
            restricted: kind == "restricted-document",
            title: if ted::withheld(&id) { kind } else { id },
            hash: String::new(),
            date: String::new(),
        };
        if documents.len() < DOCUMENTS && !documents.iter().any(|known| known.url == document.url) {
            documents.push(document);
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Whether money of the European Union is in it (BT-60), of the whole or of one lot. Code lists `eu-funded` and `eu-programme`.
pub(super) fn eu_funds(node: Node<'_, '_>) -> Option<bool> {
    let codes = xml::all(node, "TenderingTerms/FundingProgramCode").into_iter().map(xml::words);
    let named = xml::all(node, "TenderingTerms").into_iter().filter_map(|terms| xml::first(terms, EXTENSION));
    if named.into_iter().any(|terms| xml::first(terms, "Funding/FinancingIdentifier").is_some()) {
        return Some(true);
    }
    codes.filter(|code| !ted::withheld(code)).map(|code| code != "no-eu-funds").reduce(|one, other| one || other)
}

/// Whether taking part is reserved (BT-71). Code list `reserved-procurement`.
pub(super) fn reserved(node: Node<'_, '_>) -> Option<bool> {
    let requirements =
        xml::all(node, "TenderingTerms/TendererQualificationRequest/SpecificTendererRequirement/TendererRequirementTypeCode");
    let codes = requirements.into_iter().filter(|node| xml::attribute(*node, "listName") == "reserved-procurement").map(xml::words);
    codes.filter(|code| !ted::withheld(code)).map(|code| code != "none").reduce(|one, other| one || other)
}
