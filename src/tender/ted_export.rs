//! Notices of the European gazette in the older XML, `TED_EXPORT`: R2.0.9 forms F01 to F25 in full, older ones by their coded section and what
//! their forms share. One document is one notice. It knows nothing of where a document came from.
//!
//! Its times name no zone: they are of the buyer's country ([`zone`]).

mod changes;
mod form;
mod results;
#[cfg(test)]
mod tests;
mod zone;

use roxmltree::{Document, Node};

use super::ted::{self, Notes};
use super::{Batch, Head, Input, code, when, xml};
use crate::base::ids::ContentHash;
use crate::base::text::squeeze;
use crate::model::{
    BadEntry, Content, DeadlineKind, Failure, FailureClass, Nature, Notice, NoticeKind, Party, Place, Procedure, ProcedureKind, Raw, Stage,
    Texts, WorthKind, language_code,
};

/// Whether it is a notice in the older XML.
pub(super) fn fits(head: &Head<'_>) -> bool {
    head.root == "TED_EXPORT"
}

/// Reads the notice.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let document = xml::parse(input.text)?;
    let root = document.root_element();
    if root.tag_name().name() != "TED_EXPORT" {
        let why =
            format!("it is no TED_EXPORT notice: its root is {}; look at the address, or name another format", root.tag_name().name());
        return Err(Failure::new(FailureClass::Unreadable, why));
    }
    input.check_time()?;
    let mut reader = Reader::of(&document, input);
    let notice = reader.notice(input);
    // A field that cannot be read is the notice's own matter: it is there all the same.
    let notices = notice.map(|notice| Notice { unread: reader.notes.unread, ..notice }).into_iter().collect();
    Ok(Batch { notices, bad: reader.refused, ..Batch::default() })
}

/// The notice while it is read.
struct Reader<'a, 'i> {
    root: Node<'a, 'i>,
    /// `NOTICE_DATA` of the coded section.
    coded: Option<Node<'a, 'i>>,
    /// `CODIF_DATA` of the coded section.
    codes: Option<Node<'a, 'i>>,
    /// The forms, the original first, translations after it.
    forms: Vec<Node<'a, 'i>>,
    /// Language of the original.
    language: String,
    /// What the time of receipt ends.
    receipt: DeadlineKind,
    notes: Notes<'a>,
    /// Why there is no notice, where there is none.
    refused: Vec<BadEntry>,
}

impl<'a, 'i: 'a> Reader<'a, 'i> {
    fn of(document: &'a Document<'i>, input: &Input<'a>) -> Self {
        let root = document.root_element();
        let coded = xml::first(root, "CODED_DATA_SECTION/NOTICE_DATA");
        let codes = xml::first(root, "CODED_DATA_SECTION/CODIF_DATA");
        let mut forms: Vec<_> =
            xml::all(root, "FORM_SECTION/*").into_iter().filter(|form| !xml::attribute(*form, "LG").is_empty()).collect();
        forms.sort_by_key(|form| xml::attribute(*form, "CATEGORY") != "ORIGINAL");
        let language = coded.map(|node| xml::text(node, "LG_ORIG")).unwrap_or_default();
        let country = coded.and_then(|node| xml::first(node, "ISO_COUNTRY")).map(|node| xml::attribute(node, "VALUE")).unwrap_or_default();
        let nuts = coded.and_then(|node| xml::first(node, "CA_CE_NUTS")).map(|node| xml::attribute(node, "CODE")).unwrap_or_default();
        let clock = zone::of(country, nuts).unwrap_or_else(|| input.clock.clone());
        let receipt = receipt_kind(forms.first().copied(), codes);
        Self { root, coded, codes, forms, language, receipt, notes: Notes::new(clock, input.url), refused: Vec::new() }
    }

    fn coded(&self, path: &'a str) -> Option<Node<'a, 'i>> {
        self.coded.and_then(|node| xml::first(node, path))
    }

    fn code(&self, path: &'a str) -> Option<Node<'a, 'i>> {
        self.codes.and_then(|node| xml::first(node, path))
    }

    /// The original form.
    fn form(&self) -> Option<Node<'a, 'i>> {
        self.forms.first().copied()
    }

    /// The first element of this name in the original form, at any depth.
    fn anywhere(&self, name: &'a str) -> Option<Node<'a, 'i>> {
        self.form().and_then(|form| xml::below(form, name).next())
    }

    fn notice(&mut self, input: &Input<'_>) -> Option<Notice> {
        let written = [self.coded("NO_DOC_OJS").map(xml::words), Some(xml::attribute(self.root, "DOC_ID").to_owned())];
        let Some(written) = written.into_iter().flatten().find(|id| !id.is_empty()) else {
            let reason = "it has no number: neither NO_DOC_OJS nor the attribute DOC_ID".to_owned();
            self.refused.push(BadEntry { path: xml::path(self.root), reason });
            return None;
        };
        let id = ted::number(&written).unwrap_or(written);
        let before = self.before(&id);
        let form = self.form().map(form_number).unwrap_or_default();
        let notice_type =
            self.form().and_then(|form| xml::first(form, "NOTICE")).map(|node| xml::attribute(node, "TYPE")).unwrap_or_default();
        let document_type = self.code("TD_DOCUMENT_TYPE").map(|node| xml::attribute(node, "CODE")).unwrap_or_default();
        let (kind, stage) = kind(&form, notice_type, document_type);
        let content = self.content(kind, &id, &before);
        let stage = match kind {
            NoticeKind::Award => ted::stage_of(content.awards.iter().map(|award| award.outcome)).unwrap_or(stage),
            NoticeKind::Planning
            | NoticeKind::Competition
            | NoticeKind::Change
            | NoticeKind::Cancellation
            | NoticeKind::IntendedAward
            | NoticeKind::Contract
            | NoticeKind::Modification
            | NoticeKind::Completion
            | NoticeKind::Other => stage,
        };
        let published = xml::first(self.root, "CODED_DATA_SECTION/REF_OJS/DATE_PUB");
        let published_text = published.map(xml::words).unwrap_or_default();
        if let Some(node) = published {
            self.notes.found("published", node);
        }
        let previous = before.iter().max_by_key(|number| age(number)).cloned().unwrap_or_default();
        // A call is a procedure of its own, whatever was announced before: two calls may follow one announcement. Everything later is part
        // of the notice its form names, else of the oldest that is referred to.
        let begins = matches!(kind, NoticeKind::Planning | NoticeKind::Competition | NoticeKind::IntendedAward);
        let named = self.form().and_then(|form| xml::below(form, "NOTICE_NUMBER_OJ").find_map(|node| ted::number(&xml::words(node))));
        let oldest = || before.iter().min_by_key(|number| age(number)).cloned();
        let procedure = named.filter(|number| *number != id).or_else(oldest).filter(|_| !begins).unwrap_or_else(|| id.clone());
        Some(Notice {
            procedure,
            version: String::new(),
            publication: id.clone(),
            published: when::instant(&published_text, &self.notes.clock),
            published_text,
            kind,
            stage,
            code: squeeze(&format!("{form} {notice_type} TD {document_type}")),
            previous,
            languages: self.languages(),
            test: false,
            // A corrigendum says what it changes and no more, a result repeats no deadline.
            whole: matches!(kind, NoticeKind::Planning | NoticeKind::Competition),
            results_apart: true,
            unread: Vec::new(),
            raw: Raw::new("", input.text, ""),
            amendments: self.amendments(),
            content,
            found: std::mem::take(&mut self.notes.found),
            hash: ContentHash::of(input.text.as_bytes()),
            id,
        })
    }

    /// Numbers of the notices it refers to.
    fn before(&self, own: &str) -> Vec<String> {
        let coded = self.coded.map(|node| xml::all(node, "REF_NOTICE/NO_DOC_OJS")).unwrap_or_default();
        let form = self.form().into_iter().flat_map(|form| xml::below(form, "NOTICE_NUMBER_OJ"));
        let mut numbers = Vec::new();
        for number in coded.into_iter().chain(form).filter_map(|node| ted::number(&xml::words(node))).filter(|number| number != own) {
            code::push(&mut numbers, Some(number));
        }
        numbers
    }

    fn languages(&self) -> Vec<String> {
        let original = self.language.split([' ', ',']).filter(|code| !code.is_empty());
        let forms = self.forms.iter().map(|form| xml::attribute(*form, "LG"));
        let mut languages = Vec::new();
        original.chain(forms).for_each(|code| code::push(&mut languages, Some(language_code(code))));
        languages
    }

    /// Words of the first element at a path of every form, each in the form's language.
    fn texts(&mut self, path: &'a str, field: &'static str) -> Texts {
        let mut texts = Texts::default();
        for form in &self.forms {
            let Some(node) = xml::first(*form, path) else { continue };
            texts.put(xml::attribute(*form, "LG"), &xml::words(node));
            if !texts.is_empty() {
                self.notes.found(field, node);
            }
        }
        texts
    }

    fn content(&mut self, kind: NoticeKind, id: &str, before: &[String]) -> Content {
        let mut content = Content::default();
        for number in std::iter::once(id).chain(before.iter().map(String::as_str)) {
            code::push(&mut content.other_ids, ted::number_id(number));
        }
        content.title = self.texts("OBJECT_CONTRACT/TITLE", "title");
        content.description = self.texts("OBJECT_CONTRACT/SHORT_DESCR", "description");
        self.buyers(&mut content);
        self.object(&mut content);
        self.procedure(&mut content);
        content.awards = self.awards();
        if kind == NoticeKind::Change {
            self.changed_deadlines(&mut content);
        }
        self.coded_content(&mut content);
        content.link = ted::page(id).filter(|_| ted::number(id).is_some());
        content
    }

    /// What the coded section says, where the form says nothing.
    fn coded_content(&mut self, content: &mut Content) {
        self.coded_texts(content);
        if content.classes.is_empty() {
            for (place, node) in self.coded.map(|node| xml::all(node, "ORIGINAL_CPV")).unwrap_or_default().into_iter().enumerate() {
                self.notes.found("classes", node);
                let class = self.notes.class(node, "CPV", xml::attribute(node, "CODE"), place == 0);
                code::push(&mut content.classes, class);
            }
        }
        if content.places.is_empty() && content.lots.iter().all(|lot| lot.places.is_empty()) {
            for node in self.coded.map(|node| xml::all(node, "PERFORMANCE_NUTS")).unwrap_or_default() {
                self.notes.found("places", node);
                let nuts = xml::attribute(node, "CODE");
                code::push(&mut content.places, code::place(&ted::country_of(nuts), nuts, &xml::words(node)));
            }
        }
        if content.worth.is_empty() {
            for node in self.coded.map(|node| xml::all(node, "VALUES/VALUE")).unwrap_or_default() {
                let kind = if xml::attribute(node, "TYPE") == "PROCUREMENT_TOTAL" { WorthKind::Award } else { WorthKind::Estimate };
                let worth = self.notes.worth(kind, Some(node), "CURRENCY");
                self.notes.found("worth", node);
                code::push(&mut content.worth, worth);
            }
        }
        let kind = self.receipt;
        for (path, kind) in [("DT_DATE_FOR_SUBMISSION", kind), ("DD_DATE_REQUEST_DOCUMENT", DeadlineKind::Documents)] {
            let Some(node) = self.code(path).filter(|_| !content.all_deadlines().any(|known| known.kind == kind)) else { continue };
            let deadline = self.notes.deadline(kind, Some(node), None);
            self.notes.found("deadlines", node);
            code::push(&mut content.deadlines, deadline);
        }
        if content.nature.is_none() {
            content.nature = self.code("NC_CONTRACT_NATURE").and_then(|node| nature(xml::attribute(node, "CODE")));
        }
        if let Some(node) = self.code("PR_PROC").filter(|_| content.procedure.is_none()) {
            let kind = procedure(xml::attribute(node, "CODE"));
            self.notes.found("procedure", node);
            content.procedure = kind.map(|kind| Procedure { kind, text: xml::words(node) });
        }
    }

    /// Titles in all languages, which are the class in words, and the buyer's name.
    fn coded_texts(&mut self, content: &mut Content) {
        for title in xml::all(self.root, "TRANSLATION_SECTION/ML_TITLES/ML_TI_DOC") {
            let text = xml::text(title, "TI_TEXT");
            if !text.is_empty() {
                self.notes.found("title", title);
                content.title.put(xml::attribute(title, "LG"), &text);
            }
        }
        let first = self.language.split([' ', ',']).find(|code| !code.is_empty()).map(language_code);
        content.title.original.clone_from(&first);
        let mut name = Texts { original: first.clone(), ..Texts::default() };
        for node in xml::all(self.root, "TRANSLATION_SECTION/ML_AA_NAMES/AA_NAME") {
            name.put(xml::attribute(node, "LG"), &xml::words(node));
            if content.buyers.is_empty() {
                self.notes.found("buyers", node);
            }
        }
        if let Some(buyer) = content.buyers.first_mut() {
            // The same name in the languages that the form has not.
            name.by_language.iter().for_each(|(language, text)| buyer.name.put(language, text));
        } else if !name.is_empty() {
            content.buyers.push(Party { name, seat: self.coded_seat(), ..Party::default() });
        }
        let (kind, activity) = (self.code("AA_AUTHORITY_TYPE").map(xml::words), self.code("MA_MAIN_ACTIVITIES").map(xml::words));
        if let Some(buyer) = content.buyers.first_mut() {
            buyer.name.original = buyer.name.original.take().or(first);
            if buyer.kind.is_empty() {
                buyer.kind = kind.unwrap_or_default();
            }
            if buyer.activity.is_empty() {
                buyer.activity = activity.unwrap_or_default();
            }
            if buyer.website.is_none() {
                buyer.website = self.coded("IA_URL_GENERAL").and_then(|node| code::url(&xml::words(node), self.notes.url));
            }
        }
    }

    fn coded_seat(&self) -> Place {
        let country = self.coded("ISO_COUNTRY").map(|node| xml::attribute(node, "VALUE")).unwrap_or_default();
        let nuts = self.coded("CA_CE_NUTS").map(|node| xml::attribute(node, "CODE")).unwrap_or_default();
        code::place(&zone::country(country), nuts, "").unwrap_or_default()
    }
}

/// Marker elements of procedures in which one asks to take part before one offers.
const TWO_STEPS: [&str; 5] = [
    "PT_RESTRICTED",
    "PT_COMPETITIVE_NEGOTIATION",
    "PT_COMPETITIVE_DIALOGUE",
    "PT_INNOVATION_PARTNERSHIP",
    "PT_NEGOTIATED_WITH_PRIOR_CALL",
];

/// What the time of receipt ends: interest where a prior information notice calls for competition, else requests to take part or offers, as
/// the form's procedure has it, else the coded one.
fn receipt_kind(form: Option<Node<'_, '_>>, codes: Option<Node<'_, '_>>) -> DeadlineKind {
    let notice_type = form.and_then(|form| xml::first(form, "NOTICE")).map(|node| xml::attribute(node, "TYPE")).unwrap_or_default();
    if notice_type.contains("CALL_COMPETITION") && (notice_type.starts_with("PRI") || notice_type.starts_with("PER")) {
        return DeadlineKind::Interest;
    }
    let markers = form.and_then(|form| xml::first(form, "PROCEDURE"));
    let has = |name| markers.is_some_and(|markers| xml::first(markers, name).is_some());
    let coded = codes.and_then(|codes| xml::first(codes, "PR_PROC")).map(|node| xml::attribute(node, "CODE")).unwrap_or_default();
    let two_steps = TWO_STEPS.into_iter().any(has) || (!has("PT_OPEN") && matches!(coded, "2" | "3" | "4" | "6" | "B" | "C" | "G"));
    if two_steps { DeadlineKind::Request } else { DeadlineKind::Tender }
}

/// Orders numbers by year, then number.
fn age(number: &str) -> (String, String) {
    let (number, year) = number.split_once('-').unwrap_or((number, ""));
    (year.to_owned(), number.to_owned())
}

/// `F03` of `F03_2014`; the element's name of an older form.
fn form_number(form: Node<'_, '_>) -> String {
    let name = form.tag_name().name();
    let number = xml::attribute(form, "FORM");
    if number.is_empty() || !name.starts_with(number) {
        name.split('_').next().filter(|short| short.starts_with('F') && short.len() == 3).unwrap_or(name).to_owned()
    } else {
        number.to_owned()
    }
}

/// What a form is for, and where it leaves the procedure: by the form, by the type that forms of several uses name, else by the code list
/// `TD_DOCUMENT_TYPE` of the gazette.
fn kind(form: &str, notice_type: &str, document_type: &str) -> (NoticeKind, Stage) {
    let award = (NoticeKind::Award, Stage::Awarded);
    let competition = (NoticeKind::Competition, Stage::Open);
    let planning = (NoticeKind::Planning, Stage::Planned);
    let coded = match document_type {
        "0" | "P" => planning,
        "3" | "4" | "5" | "A" | "C" | "D" | "E" | "F" | "H" | "I" | "M" | "O" | "Q" | "Y" => competition,
        "7" | "J" | "R" => award,
        "V" => (NoticeKind::IntendedAward, Stage::Awarded),
        "K" => (NoticeKind::Modification, Stage::Modified),
        "1" | "2" => (NoticeKind::Change, Stage::Unknown),
        _ => (NoticeKind::Other, Stage::Unknown),
    };
    match form {
        "F14" | "ADDITIONAL_INFORMATION_CORRIGENDUM" => {
            // Its document type is that of what it corrects.
            (NoticeKind::Change, if coded.0 == NoticeKind::Competition { Stage::Open } else { Stage::Unknown })
        }
        "F15" | "VOLUNTARY_EX_ANTE_TRANSPARENCY_NOTICE" => (NoticeKind::IntendedAward, Stage::Awarded),
        "F20" => (NoticeKind::Modification, Stage::Modified),
        "F08" | "BUYER_PROFILE" => planning,
        _ if notice_type.contains("AWARD") => award,
        _ if notice_type.contains("CALL_COMPETITION") || notice_type == "CONTRACT" || notice_type.starts_with("QSU") => competition,
        "F01" | "F04" | "F16" | "T01" => planning,
        "F02" | "F05" | "F07" | "F12" | "F17" | "F19" | "F24" => competition,
        "F03" | "F06" | "F13" | "F18" | "F25" | "T02" => award,
        _ if notice_type.starts_with("PRI") || notice_type.starts_with("PER") => planning,
        _ => coded,
    }
}

/// Code list `NC_CONTRACT_NATURE` of the gazette.
fn nature(code: &str) -> Option<Nature> {
    match code {
        "1" => Some(Nature::Works),
        "2" => Some(Nature::Goods),
        "3" => Some(Nature::Mixed),
        "4" => Some(Nature::Services),
        _ => None,
    }
}

/// Code list `PR_PROC` of the gazette; nothing where the code says that it does not apply or is not given.
fn procedure(code: &str) -> Option<ProcedureKind> {
    match code {
        "1" => Some(ProcedureKind::Open),
        "2" | "3" => Some(ProcedureKind::Restricted),
        "4" | "6" | "B" | "C" | "G" => Some(ProcedureKind::Negotiated),
        "A" | "F" | "T" | "V" => Some(ProcedureKind::Direct),
        "" | "9" | "N" | "Z" => None,
        _ => Some(ProcedureKind::Other),
    }
}
