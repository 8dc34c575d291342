//! What a `TED_EXPORT` form says of buyers, object, lots and procedure. Knows no results and no coded section.

use roxmltree::Node;

use super::{Reader, zone};
use crate::model::{
    Content, DeadlineKind, Document, Lot, Party, Place, Procedure, ProcedureKind, Term, Texts, Worth, WorthKind, language_code,
};
use crate::tender::ted;
use crate::tender::{code, xml};

/// Marker elements of procedures below `PROCEDURE`, and what they come to.
const PROCEDURES: [(&str, ProcedureKind); 15] = [
    ("PT_OPEN", ProcedureKind::Open),
    ("PT_RESTRICTED", ProcedureKind::Restricted),
    ("PT_ACCELERATED_RESTRICTED", ProcedureKind::Restricted),
    ("PT_ACCELERATED_RESTRICTED_CHOICE", ProcedureKind::Restricted),
    ("PT_COMPETITIVE_NEGOTIATION", ProcedureKind::Negotiated),
    ("PT_COMPETITIVE_DIALOGUE", ProcedureKind::Negotiated),
    ("PT_INNOVATION_PARTNERSHIP", ProcedureKind::Negotiated),
    ("PT_NEGOTIATED_WITH_PRIOR_CALL", ProcedureKind::Negotiated),
    ("PT_INVOLVING_NEGOTIATION", ProcedureKind::Negotiated),
    ("PT_NEGOTIATED_CHOICE", ProcedureKind::Negotiated),
    ("PT_NEGOTIATED_WITHOUT_PUBLICATION", ProcedureKind::Direct),
    ("PT_AWARD_CONTRACT_WITHOUT_CALL", ProcedureKind::Direct),
    ("PT_AWARD_CONTRACT_WITHOUT_PUBLICATION", ProcedureKind::Direct),
    ("AWARD_CONTRACT_WITHOUT_CALL", ProcedureKind::Direct),
    ("PT_AWARD_CONTRACT_WITH_PRIOR_PUBLICATION", ProcedureKind::Other),
];

/// Marker elements of reserved contracts.
const RESERVED: [&str; 4] = [
    "RESTRICTED_SHELTERED_WORKSHOP",
    "RESTRICTED_SHELTERED_PROGRAM",
    "RESERVED_ORGANISATIONS_SERVICE_MISSION",
    "RESTRICTED_TO_SHELTERED_WORKSHOPS",
];

impl<'a, 'i: 'a> Reader<'a, 'i> {
    /// The buyers of the form.
    pub(super) fn buyers(&mut self, content: &mut Content) {
        let Some(body) = self.form().and_then(|form| xml::first(form, "CONTRACTING_BODY")) else { return };
        let language = self.form().map(|form| xml::attribute(form, "LG")).unwrap_or_default();
        let value = |code: &str, other: &str| {
            let coded = xml::first(body, code).map(|node| xml::attribute(node, "VALUE").to_owned());
            coded.filter(|value| !value.is_empty()).unwrap_or_else(|| xml::text(body, other))
        };
        for name in ["ADDRESS_CONTRACTING_BODY", "ADDRESS_CONTRACTING_BODY_ADDITIONAL"] {
            for node in xml::children(body, name) {
                self.notes.found("buyers", node);
                code::push(&mut content.buyers, Some(self.party(node, language)));
            }
        }
        if let Some(first) = content.buyers.first_mut() {
            first.kind = value("CA_TYPE", "CA_TYPE_OTHER");
            first.activity = [value("CA_ACTIVITY", "CA_ACTIVITY_OTHER"), value("CE_ACTIVITY", "CE_ACTIVITY_OTHER")]
                .into_iter()
                .find(|activity| !activity.is_empty())
                .unwrap_or_default();
        }
        let restricted = xml::first(body, "DOCUMENT_RESTRICTED").is_some();
        for node in xml::children(body, "URL_DOCUMENT") {
            let Some(url) = self.notes.url(Some(node)) else { continue };
            self.notes.found("documents", node);
            let title = if restricted { "DOCUMENT_RESTRICTED" } else { "DOCUMENT_FULL" };
            let document = Document { url, title: title.to_owned(), restricted, hash: String::new(), date: String::new() };
            code::push(&mut content.documents, Some(document));
        }
        if let Some(node) = xml::first(body, "URL_PARTICIPATION") {
            self.notes.found("submission", node);
            content.submission = self.notes.url(Some(node));
        }
    }

    /// A party by its address block.
    pub(super) fn party(&self, node: Node<'a, 'i>, language: &str) -> Party {
        let name = ["OFFICIALNAME", "ORGANISATION/OFFICIALNAME", "ORGANISATION"].into_iter().find_map(|path| xml::first(node, path));
        let ids = ["NATIONALID", "ORGANISATION/NATIONALID"].into_iter().filter_map(|path| code::id("", &xml::text(node, path))).collect();
        let website =
            ["URL_BUYER", "URL_GENERAL", "URL"].into_iter().rev().find_map(|path| code::url(&xml::text(node, path), self.notes.url));
        Party {
            name: name.map(|name| Texts::one(language, &xml::words(name))).unwrap_or_default(),
            ids,
            seat: seat(node),
            email: ["E_MAIL", "E_MAILS/E_MAIL"]
                .into_iter()
                .map(|path| xml::text(node, path))
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            phone: xml::text(node, "PHONE"),
            website,
            ..Party::default()
        }
    }

    /// The object, and its lots where it has some.
    pub(super) fn object(&mut self, content: &mut Content) {
        let Some(form) = self.form() else { return };
        let objects: Vec<_> = xml::children(form, "OBJECT_CONTRACT").collect();
        let Some(object) = objects.first().copied() else { return self.old_object(content) };
        code::push(&mut content.other_ids, code::id("file-number", &xml::text(object, "REFERENCE_NUMBER")));
        if let Some(node) = xml::first(object, "TYPE_CONTRACT") {
            content.nature = ted::nature(xml::attribute(node, "CTYPE"));
            self.notes.found("nature", node);
        }
        if let Some(node) = xml::first(object, "CPV_MAIN/CPV_CODE") {
            self.notes.found("classes", node);
            content.classes.extend(self.notes.class(node, "CPV", xml::attribute(node, "CODE"), true));
        }
        content.worth = self.worths(object);
        if let Some(node) = ["VAL_ESTIMATED_TOTAL", "VAL_TOTAL", "VAL_RANGE_TOTAL"].into_iter().find_map(|path| xml::first(object, path)) {
            self.notes.found("worth", node);
        }
        let parts: Vec<_> = objects.iter().flat_map(|object| xml::children(*object, "OBJECT_DESCR")).collect();
        let divided = objects.len() > 1 || parts.len() > 1 || xml::first(object, "LOT_DIVISION").is_some();
        // The same part in every language of the notice stands at the same place.
        let translated: Vec<_> =
            self.forms.iter().map(|form| (xml::attribute(*form, "LG"), xml::all(*form, "OBJECT_CONTRACT/OBJECT_DESCR"))).collect();
        for (place, part) in parts.into_iter().enumerate() {
            let mut lot = self.lot(part, place + 1);
            for (language, part) in translated.iter().filter_map(|(language, parts)| Some((*language, *parts.get(place)?))) {
                lot.title.put(language, &xml::text(part, "TITLE"));
                lot.description.put(language, &xml::text(part, "SHORT_DESCR"));
            }
            if divided {
                if objects.len() > 1 {
                    self.own_object(part, &mut lot);
                }
                self.notes.found("lots", part);
                content.lots.push(lot);
            } else {
                self.undivided(lot, part, content);
            }
        }
        content.eu_funds = ted::any(content.eu_funds, &content.lots, |lot| lot.eu_funds);
    }

    /// A prior information notice may announce several objects, each with parts of its own: what the object says is said of its parts.
    fn own_object(&mut self, part: Node<'a, 'i>, lot: &mut Lot) {
        let Some(object) = part.parent_element() else { return };
        let item = xml::attribute(object, "ITEM");
        if !item.is_empty() {
            lot.id = if xml::children(object, "OBJECT_DESCR").nth(1).is_some() { format!("{item}.{}", lot.id) } else { item.to_owned() };
        }
        let language = self.form().map(|form| xml::attribute(form, "LG")).unwrap_or_default();
        lot.title.put(language, &xml::text(object, "TITLE"));
        lot.nature = xml::first(object, "TYPE_CONTRACT").and_then(|node| ted::nature(xml::attribute(node, "CTYPE")));
        if let Some(node) = xml::first(object, "CPV_MAIN/CPV_CODE") {
            let class = self.notes.class(node, "CPV", xml::attribute(node, "CODE"), true);
            lot.classes.splice(0..0, class);
        }
        if lot.worth.is_empty() {
            lot.worth = self.worths(object);
        }
    }

    /// A procedure without lots describes itself in the one part it has.
    fn undivided(&mut self, lot: Lot, part: Node<'a, 'i>, content: &mut Content) {
        if content.description.is_empty() && !lot.description.is_empty() {
            content.description = lot.description;
            self.notes.found("description", part);
        }
        lot.classes.into_iter().for_each(|class| code::push(&mut content.classes, Some(class)));
        if !lot.places.is_empty() {
            self.notes.found("places", part);
        }
        content.places = lot.places;
        if content.worth.is_empty() && !lot.worth.is_empty() {
            self.notes.found("worth", part);
            content.worth = lot.worth;
        }
        content.term = lot.term;
        content.eu_funds = lot.eu_funds;
    }

    fn lot(&mut self, part: Node<'a, 'i>, place: usize) -> Lot {
        let item = xml::attribute(part, "ITEM");
        let id = [xml::text(part, "LOT_NO"), item.to_owned()].into_iter().find(|id| !id.is_empty()).unwrap_or_else(|| place.to_string());
        let mut lot = Lot { id, ..Lot::default() };
        for node in xml::all(part, "CPV_ADDITIONAL/CPV_CODE") {
            let class = self.notes.class(node, "CPV", xml::attribute(node, "CODE"), false);
            code::push(&mut lot.classes, class);
        }
        let site = xml::text(part, "MAIN_SITE");
        for nuts in xml::children(part, "NUTS") {
            let nuts = xml::attribute(nuts, "CODE");
            code::push(&mut lot.places, code::place(&ted::country_of(nuts), nuts, &site));
        }
        if lot.places.is_empty() {
            lot.places.extend(code::place("", "", &site));
        }
        code::push(&mut lot.worth, self.notes.worth(WorthKind::Estimate, xml::first(part, "VAL_OBJECT"), "CURRENCY"));
        self.worths(part).into_iter().for_each(|worth| code::push(&mut lot.worth, Some(worth)));
        lot.term = self.term(part);
        let has = |name| xml::first(part, name).is_some();
        lot.eu_funds = if has("EU_PROGR_RELATED") { Some(true) } else { has("NO_EU_PROGR_RELATED").then_some(false) };
        lot
    }

    /// The values below an element, each by its own name.
    pub(super) fn worths(&mut self, node: Node<'a, 'i>) -> Vec<Worth> {
        let kinds = [
            ("VAL_ESTIMATED_TOTAL", WorthKind::Estimate),
            ("VAL_TOTAL", WorthKind::Award),
            ("VAL_TOTAL_AFTER", WorthKind::Award),
            ("VAL_RANGE_TOTAL/LOW", WorthKind::Minimum),
            ("VAL_RANGE_TOTAL/HIGH", WorthKind::Maximum),
        ];
        let mut worths = Vec::new();
        for (path, kind) in kinds {
            let Some(value) = xml::first(node, path) else { continue };
            let currency = if xml::attribute(value, "CURRENCY").is_empty() { value.parent_element() } else { Some(value) };
            let currency = currency.map(|node| xml::attribute(node, "CURRENCY")).unwrap_or_default();
            let worth = code::worth(kind, &xml::words(value).replace(' ', ""), currency, None);
            if worth.is_none() {
                self.notes.unread(value, format!("the amount is no number: {}", xml::words(value)));
            }
            code::push(&mut worths, worth);
        }
        worths
    }

    pub(super) fn term(&mut self, part: Node<'a, 'i>) -> Option<Term> {
        let length = xml::first(part, "DURATION");
        let (start, end) = (self.notes.day(xml::first(part, "DATE_START")), self.notes.day(xml::first(part, "DATE_END")));
        let unit = length.map(|node| xml::attribute(node, "TYPE")).unwrap_or_default();
        let mut term = ted::term(start, end, &length.map(xml::words).unwrap_or_default(), unit).unwrap_or_default();
        term.renewals = xml::first(part, "NO_RENEWAL").map(|_| 0);
        term.renewal = xml::text(part, "RENEWAL_DESCR");
        if term.renewal.is_empty() && xml::first(part, "RENEWAL").is_some() {
            "RENEWAL".clone_into(&mut term.renewal);
        }
        (term != Term::default()).then_some(term)
    }

    /// How the winner is found, the deadlines, the languages of offers.
    pub(super) fn procedure(&mut self, content: &mut Content) {
        let Some(form) = self.form() else { return };
        content.reserved = RESERVED.into_iter().any(|name| xml::below(form, name).next().is_some()).then_some(true);
        let Some(node) = xml::first(form, "PROCEDURE") else { return };
        let marker = PROCEDURES.into_iter().find_map(|(name, kind)| Some((xml::first(node, name)?, kind)));
        if let Some((marker, kind)) = marker {
            self.notes.found("procedure", marker);
            content.procedure = Some(Procedure { kind, text: marker.tag_name().name().to_owned() });
        }
        let techniques: Vec<_> = ["FRAMEWORK", "DPS"].into_iter().filter(|name| xml::first(node, name).is_some()).collect();
        content.technique = techniques.join(", ");
        let receipt = (self.receipt, "DATE_RECEIPT_TENDERS", "TIME_RECEIPT_TENDERS");
        let opening = (DeadlineKind::Opening, "OPENING_CONDITION/DATE_OPENING_TENDERS", "OPENING_CONDITION/TIME_OPENING_TENDERS");
        for (kind, day, time) in [receipt, opening] {
            let Some(day) = xml::first(node, day) else { continue };
            let deadline = self.notes.deadline(kind, Some(day), xml::first(node, time));
            self.notes.found("deadlines", day);
            code::push(&mut content.deadlines, deadline);
        }
        for language in xml::all(node, "LANGUAGES/LANGUAGE") {
            self.notes.found("submission_languages", language);
            code::push(&mut content.submission_languages, Some(language_code(xml::attribute(language, "VALUE"))));
        }
    }

    /// Forms before R2.0.9 have no `OBJECT_CONTRACT`: title, description and time of receipt by the names that they share.
    fn old_object(&mut self, content: &mut Content) {
        for form in self.forms.clone() {
            let language = xml::attribute(form, "LG");
            let first = |names: &[&'static str]| names.iter().find_map(|name| xml::below(form, name).next());
            if let Some(node) = first(&["TITLE_CONTRACT", "TITLE_DESIGN_CONTACT_NOTICE", "TITLE_QUALIFICATION_SYSTEM", "TI_DOC"]) {
                self.notes.found("title", node);
                content.title.put(language, &xml::words(node));
            }
            if let Some(node) = first(&["SHORT_CONTRACT_DESCRIPTION", "DESCRIPTION_OF_CONTRACT", "DESCRIPTION_CONTRACT", "CONTENTS"]) {
                self.notes.found("description", node);
                content.description.put(language, &xml::words(node));
            }
        }
        if let Some(node) = self.anywhere("FILE_REFERENCE_NUMBER") {
            code::push(&mut content.other_ids, code::id("file-number", &xml::words(node)));
        }
        if let Some(node) = self.anywhere("RECEIPT_LIMIT_DATE") {
            let kind = self.receipt;
            let day = old_day(node);
            let deadline = crate::tender::when::deadline(kind, &day, &xml::text(node, "TIME"), &self.notes.clock);
            if deadline.as_ref().is_some_and(|deadline| deadline.due.is_none()) {
                self.notes.unread(node, format!("the deadline is no day and time that can be read: {day}"));
            }
            self.notes.found("deadlines", node);
            code::push(&mut content.deadlines, deadline);
        }
    }
}

/// A day of older forms, whose parts are elements.
pub(super) fn old_day(node: Node<'_, '_>) -> String {
    let part = |name| xml::text(node, name);
    let (year, month, day) = (part("YEAR"), part("MONTH"), part("DAY"));
    if year.is_empty() { String::new() } else { format!("{year}-{month:0>2}-{day:0>2}") }
}

fn seat(node: Node<'_, '_>) -> Place {
    let country = xml::first(node, "COUNTRY").map(|node| xml::attribute(node, "VALUE")).unwrap_or_default();
    let nuts = xml::first(node, "NUTS").map(|node| xml::attribute(node, "CODE")).unwrap_or_default();
    let town = crate::base::text::squeeze(&format!("{} {}", xml::text(node, "POSTAL_CODE"), xml::text(node, "TOWN")));
    let parts: Vec<_> = [xml::text(node, "ADDRESS"), town].into_iter().filter(|part| !part.is_empty()).collect();
    code::place(&zone::country(country), nuts, &parts.join(", ")).unwrap_or_default()
}
