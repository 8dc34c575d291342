//! What an entry says of its procedure: `ContractFolderStatus` or `PreliminaryMarketConsultationStatus`. Knows no feed.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::super::notes::{Notes, joined};
use super::super::{code, when, xml};
use super::codes::{self, Results};
use super::party::party;
use super::project::{Project, length};
use super::result::{self, Awarded};
use crate::model::{
    Amendment, Content, Deadline, DeadlineKind, Document, Lot, Nature, NoticeKind, Outcome, Party, Procedure, Stage, Texts, WorthKind,
};

/// What entries are written in when they do not say.
pub(super) const LANGUAGE: &str = "es";

/// Where a notice is in the life of its procedure.
pub(super) struct Life {
    pub(super) kind: NoticeKind,
    pub(super) stage: Stage,
    /// The status and the newest announcement: `PUB DOC_CN`.
    pub(super) code: String,
    /// The day of the newest announcement, as written; empty when there is none.
    pub(super) announced: String,
}

/// The two elements that an entry is read from.
pub(super) struct Folder<'a, 'i> {
    entry: Node<'a, 'i>,
    node: Node<'a, 'i>,
}

impl<'a, 'i: 'a> Folder<'a, 'i> {
    pub(super) fn new(entry: Node<'a, 'i>, node: Node<'a, 'i>) -> Self {
        Self { entry, node }
    }

    /// The language of its words.
    pub(super) fn language(&self) -> String {
        let name = xml::first(self.node, "ProcurementProject/Name").map(|name| xml::attribute(name, "languageID")).unwrap_or_default();
        crate::model::language_code(if name.is_empty() { LANGUAGE } else { name })
    }

    pub(super) fn life(&self, content: &Content, notes: &mut Notes<'_>) -> Life {
        let consultation = self.node.tag_name().name() == "PreliminaryMarketConsultationStatus";
        let status =
            xml::first(self.node, if consultation { "PreliminaryMarketConsultationStatusCode" } else { "ContractFolderStatusCode" });
        let written = status.map(xml::words).unwrap_or_default();
        let by_status = codes::status(&written, consultation && !written.is_empty());
        match (status, by_status) {
            (_, Some(_)) => {}
            (Some(status), None) if !written.is_empty() => notes.odd(status, "known status"),
            (_, None) => notes.missing("`ContractFolderStatusCode`"),
        }
        let (newest, announced) = self.newest(by_status);
        let results = Results::of(&content.awards, content.lots.len());
        let taken_back = !Awarded::of(&self.announcements()).gone.is_empty();
        let stage = by_status.map_or(Stage::Unknown, |stage| codes::stage(stage, (results, content.lots.len(), taken_back), &newest));
        let kind = codes::kind(stage, &newest);
        Life { kind, stage, code: [written, newest].into_iter().filter(|code| !code.is_empty()).collect::<Vec<_>>().join(" "), announced }
    }

    /// The type of the newest announcement and its day; of those of one day the one that comes last in a procedure's life, but a call that was taken
    /// back and put out again on one day is out as long as its status says so.
    fn newest(&self, status: Option<Stage>) -> (String, String) {
        let open = status == Some(Stage::Open);
        let rank = |code: &str| codes::announcement(code).map(|(_, rank)| if open && code.starts_with("ANUL") { 0 } else { rank });
        self.announcements().into_iter().max_by_key(|(code, day)| (when::day(day), rank(code))).unwrap_or_default()
    }

    /// The announcements so far: the type of each, and its newest day as written.
    fn announcements(&self) -> Vec<(String, String)> {
        let all = xml::children(self.node, "ValidNoticeInfo").map(|info| {
            let days = xml::children(info, "NoticeIssueDate").map(xml::words);
            let published = xml::all(info, "AdditionalPublicationStatus/AdditionalPublicationDocumentReference/IssueDate");
            let written = days.chain(published.into_iter().map(xml::words)).max_by_key(|day| when::day(day)).unwrap_or_default();
            (xml::text(info, "NoticeTypeCode"), written)
        });
        all.collect()
    }

    pub(super) fn content(&self, notes: &mut Notes<'_>) -> Content {
        let mut content = Content::default();
        self.names(&mut content, notes);
        self.buyers(&mut content, notes);
        self.project(&mut content, notes);
        self.process(&mut content, notes);
        for (place, node) in xml::children(self.node, "TenderResult").enumerate() {
            notes.found("awards", node);
            content.awards.push(result::award(node, place + 1, notes));
        }
        Awarded::of(&self.announcements()).take_back(&mut content.awards);
        for node in xml::children(self.node, "ContractModification") {
            let contracts = xml::children(self.node, "TenderResult").map(|result| xml::text(result, "Contract/ID"));
            let of = xml::text(node, "ContractID");
            let by_id = contracts.enumerate().find(|(_, contract)| !of.is_empty() && *contract == of).map(|(place, _)| place);
            result::modified(node, by_id, &mut content, notes);
        }
        let mut outcomes: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
        for award in &content.awards {
            award.lots.iter().for_each(|lot| outcomes.entry(lot.clone()).or_default().push(award.outcome));
        }
        for node in xml::children(self.node, "ProcurementProjectLot") {
            notes.found("lots", node);
            let mut lot = lot(node, content.nature, notes);
            lot.stage = outcomes.get(&lot.id).and_then(|outcomes| codes::lot_stage(outcomes));
            content.lots.push(lot);
        }
        self.documents(&mut content, notes);
        content
    }

    fn names(&self, content: &mut Content, notes: &mut Notes<'_>) {
        for name in ["ContractFolderID", "PreliminaryMarketConsultationID"] {
            if let Some(node) = xml::first(self.node, name) {
                notes.found("other_ids", node);
                code::push(&mut content.other_ids, code::id(name, &xml::words(node)));
            }
        }
        for node in xml::children(self.node, "UUID") {
            notes.found("other_ids", node);
            code::push(&mut content.other_ids, code::id(xml::attribute(node, "schemeName"), &xml::words(node)));
        }
        let names =
            [xml::first(self.node, "ProcurementProject/Name"), xml::first(self.node, "ConsultationName"), xml::first(self.entry, "title")];
        if let Some(node) = names.into_iter().flatten().find(|node| !xml::words(*node).is_empty()) {
            notes.found("title", node);
            content.title = words(node);
        }
        let texts = [xml::first(self.node, "ProcurementProject/Description"), xml::first(self.node, "ConditionsText")];
        if let Some(node) = texts.into_iter().flatten().find(|node| !xml::words(*node).is_empty()) {
            notes.found("description", node);
            content.description = words(node);
        }
        let links = xml::children(self.entry, "link").filter(|link| matches!(xml::attribute(*link, "rel"), "" | "alternate"));
        for node in links {
            if let Some(url) = code::url(xml::attribute(node, "href"), notes.url) {
                notes.found("link", node);
                content.link.get_or_insert(url);
            }
        }
    }

    fn buyers(&self, content: &mut Content, notes: &mut Notes<'_>) {
        let Some(located) = xml::first(self.node, "LocatedContractingParty") else { return };
        let mut buyer = xml::first(located, "Party").map(|node| party(node, LANGUAGE)).unwrap_or_default();
        buyer.kind = xml::text(located, "ContractingPartyTypeCode");
        buyer.activity = xml::text(located, "ActivityCode");
        if buyer.website.is_none() {
            let profiles = ["BuyerProfileURIID", "Party/BuyerProfileURIID"].map(|path| code::url(&xml::text(located, path), None));
            buyer.website = profiles.into_iter().flatten().next();
        }
        if !buyer.name.is_empty() || !buyer.ids.is_empty() {
            notes.found("buyers", located);
            content.buyers.push(buyer);
        }
        // "Presidency" means little without whose; further up come only `ENTIDADES LOCALES` and the like.
        if let Some(parent) = xml::first(located, "ParentLocatedParty") {
            let parent = Party { kind: "ParentLocatedParty".to_owned(), ..party(parent, LANGUAGE) };
            code::push(&mut content.buyers, Some(parent).filter(|parent| !parent.name.is_empty()));
        }
    }

    fn project(&self, content: &mut Content, notes: &mut Notes<'_>) {
        let Some(project) = xml::first(self.node, "ProcurementProject") else { return };
        let read = Project::read(project, notes);
        for (field, path, is) in [
            ("classes", "RequiredCommodityClassification", !read.classes.is_empty()),
            ("worth", "BudgetAmount", !read.worth.is_empty()),
            ("places", "RealizedLocation", !read.places.is_empty()),
            ("term", "PlannedPeriod", read.term.is_some()),
        ] {
            if let Some(node) = xml::first(project, path).filter(|_| is) {
                notes.found(field, node);
            }
        }
        if let Some(node) = xml::first(project, "TypeCode") {
            content.nature = codes::nature(&xml::words(node));
            if content.nature.is_some() {
                notes.found("nature", node);
            }
        }
        (content.classes, content.worth, content.places, content.term) = (read.classes, read.worth, read.places, read.term);
    }

    fn process(&self, content: &mut Content, notes: &mut Notes<'_>) {
        content.deadlines = self.deadlines(notes);
        if let Some(process) = xml::first(self.node, "TenderingProcess") {
            if let Some(node) = xml::first(process, "ProcedureCode") {
                notes.found("procedure", node);
                content.procedure = Some(procedure(node, &xml::text(process, "UrgencyCode")));
            }
            if let Some(node) = xml::first(process, "ContractingSystemCode") {
                let written = xml::words(node);
                content.technique = codes::technique(&written).map_or(written, str::to_owned);
                if !content.technique.is_empty() {
                    notes.found("technique", node);
                }
            }
        }
        let Some(terms) = xml::first(self.node, "TenderingTerms") else { return };
        for node in xml::all(terms, "Language/ID") {
            notes.found("submission_languages", node);
            code::push(&mut content.submission_languages, Some(crate::model::language_code(&xml::words(node))));
        }
        let recipients = ["TenderRecipientParty/EndpointID", "TenderRecipientParty/WebsiteURI"];
        if let Some((node, url)) = recipients.into_iter().find_map(|path| {
            let node = xml::first(terms, path)?;
            Some((node, code::url(&xml::words(node), None)?))
        }) {
            notes.found("submission", node);
            content.submission = Some(url);
        }
        (content.eu_funds, content.reserved) = conditions(terms);
    }

    fn deadlines(&self, notes: &mut Notes<'_>) -> Vec<Deadline> {
        let mut found = Vec::new();
        for process in xml::children(self.node, "TenderingProcess").chain(xml::children(self.node, "TenderingTerms")) {
            deadlines(process, &mut found, notes);
        }
        if let Some(node) = xml::first(self.node, "LimitDate") {
            notes.found("deadlines", node);
            found.extend(notes.deadline(DeadlineKind::Interest, Some(node), xml::first(self.node, "LimitTime")));
        }
        found
    }

    fn documents(&self, content: &mut Content, notes: &mut Notes<'_>) {
        let paths = [
            "LegalDocumentReference",
            "TechnicalDocumentReference",
            "AdditionalDocumentReference",
            "GeneralDocument/GeneralDocumentDocumentReference",
            "ValidNoticeInfo/AdditionalPublicationStatus/AdditionalPublicationDocumentReference",
        ];
        for node in paths.into_iter().flat_map(|path| xml::all(self.node, path)) {
            let Some(url) = notes.address(xml::first(node, "Attachment/ExternalReference/URI")) else { continue };
            notes.found("documents", node);
            let names = [
                if node.tag_name().name() == "GeneralDocumentDocumentReference" { String::new() } else { xml::text(node, "ID") },
                xml::text(node, "Attachment/ExternalReference/FileName"),
                xml::text(node, "DocumentType"),
                xml::text(node, "DocumentTypeCode"),
            ];
            let document = Document {
                url,
                title: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
                restricted: false,
                hash: xml::text(node, "Attachment/ExternalReference/DocumentHash"),
                date: xml::text(node, "IssueDate"),
            };
            code::push(&mut content.documents, Some(document));
        }
    }

    /// Changes of contracts that run.
    pub(super) fn amendments(&self, notes: &mut Notes<'_>) -> Vec<Amendment> {
        let changes = xml::children(self.node, "ContractModification").map(|node| {
            let total = notes.worth(xml::first(node, "FinalLegalMonetaryTotal/TaxExclusiveAmount"), WorthKind::Award, Some(false), None);
            let total = total.map(|worth| crate::model::Value::Money(worth.amount).text()).unwrap_or_default();
            let length = xml::first(node, "FinalDurationMeasure").map(|node| length(node, notes).0).unwrap_or_default();
            Amendment {
                place: xml::text(node, "ContractID"),
                reason: String::new(),
                text: xml::first(node, "Note").map(words).unwrap_or_default(),
                old: String::new(),
                new: joined([&total, &length]),
            }
        });
        changes.collect()
    }
}

fn lot(node: Node<'_, '_>, nature: Option<Nature>, notes: &mut Notes<'_>) -> Lot {
    let mut lot = Lot { id: xml::text(node, "ID"), ..Lot::default() };
    if let Some(project) = xml::first(node, "ProcurementProject") {
        let read = Project::read(project, notes);
        (lot.classes, lot.worth, lot.places, lot.term) = (read.classes, read.worth, read.places, read.term);
        lot.title = xml::first(project, "Name").map(words).unwrap_or_default();
        lot.description = xml::first(project, "Description").map(words).unwrap_or_default();
        lot.nature = codes::nature(&xml::text(project, "TypeCode")).filter(|own| Some(*own) != nature);
    }
    if let Some(terms) = xml::first(node, "TenderingTerms") {
        (lot.eu_funds, lot.reserved) = conditions(terms);
    }
    for process in xml::children(node, "TenderingProcess") {
        deadlines(process, &mut lot.deadlines, notes);
    }
    lot
}

fn deadlines(process: Node<'_, '_>, found: &mut Vec<Deadline>, notes: &mut Notes<'_>) {
    for (name, kind) in [
        ("TenderSubmissionDeadlinePeriod", DeadlineKind::Tender),
        ("ParticipationRequestReceptionPeriod", DeadlineKind::Request),
        ("AdditionalInformationRequestPeriod", DeadlineKind::Questions),
        ("DocumentAvailabilityPeriod", DeadlineKind::Documents),
    ] {
        for period in xml::children(process, name) {
            let dated = notes.deadline(kind, xml::first(period, "EndDate"), xml::first(period, "EndTime"));
            let deadline = dated.or_else(|| when::in_words(kind, &xml::text(period, "Description")));
            if deadline.is_some() {
                notes.found("deadlines", period);
            }
            code::push(found, deadline);
        }
    }
    for event in xml::children(process, "OpenTenderEvent") {
        let either = |names: [&'static str; 2]| names.into_iter().find_map(|name| xml::first(event, name));
        let (day, time) = (either(["OcurrenceDate", "OccurrenceDate"]), either(["OcurrenceTime", "OccurrenceTime"]));
        code::push(found, notes.deadline(DeadlineKind::Opening, day, time));
    }
}

/// Whether there is money of the European Union in it, and whether it is reserved.
fn conditions(terms: Node<'_, '_>) -> (Option<bool>, Option<bool>) {
    let funds = xml::children(terms, "FundingProgramCode").filter_map(|code| codes::eu_funds(&xml::words(code))).max();
    let declarations = xml::all(terms, "TendererQualificationRequest/SpecificTendererRequirement/RequirementTypeCode");
    (funds, declarations.into_iter().any(|code| codes::reserved(&xml::words(code))).then_some(true))
}

fn procedure(node: Node<'_, '_>, urgency: &str) -> Procedure {
    let written = xml::words(node);
    let (kind, label) = codes::procedure(&written);
    let words = [xml::attribute(node, "name"), label, &written].into_iter().find(|word| !word.is_empty()).unwrap_or_default();
    Procedure { kind, text: joined([words, codes::urgency(urgency)]) }
}

/// Words of an element in its language.
fn words(node: Node<'_, '_>) -> Texts {
    let language = xml::attribute(node, "languageID");
    Texts::one(if language.is_empty() { LANGUAGE } else { language }, &xml::words(node))
}
