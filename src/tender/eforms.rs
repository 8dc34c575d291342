//! EU eForms notices: UBL XML with the extensions of the eForms SDK, versions 1.3 to 1.14, every subtype. One document is one notice.
//!
//! Paths are those of `fields.json` of the SDK, by local names; the business terms (BT, OPT) are named where they help to find them. It knows
//! nothing of where a document came from.

mod lots;
mod parties;
mod results;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use roxmltree::{Document, Node};

use self::parties::Organisations;
use super::ted::{self, Notes};
use super::{Batch, Head, Input, code, when, xml};
use crate::base::ids::ContentHash;
use crate::model::{
    Amendment, BadEntry, Content, Failure, FailureClass, Notice, NoticeKind, Outcome, Procedure, ProcedureKind, Raw, Stage, Texts, TypedId,
    language_code,
};

/// Root elements of UBL documents that are notices.
const ROOTS: [&str; 4] = ["ContractNotice", "ContractAwardNotice", "PriorInformationNotice", REGISTRATION];

/// Root element of notices on the registration of companies.
const REGISTRATION: &str = "BusinessRegistrationInformationNotice";

/// The extension element of eForms below its parent.
const EXTENSION: &str = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension";

/// Whether it is an eForms notice: UBL by its namespace, since other documents share the names of the roots.
pub(super) fn fits(head: &Head<'_>) -> bool {
    ROOTS.contains(&head.root) && ["urn:oasis:names:specification:ubl:schema", "eforms"].iter().any(|mark| head.text.contains(mark))
}

/// Reads the notice.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let document = xml::parse(input.text)?;
    let root = document.root_element();
    if !ROOTS.contains(&root.tag_name().name()) {
        let why = format!("it is no eForms notice: its root is {}; look at the address, or name another format", root.tag_name().name());
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
    /// Extensions of the root.
    extension: Option<Node<'a, 'i>>,
    organisations: Organisations<'a, 'i>,
    /// References to them that may still be followed.
    references: usize,
    /// Language of the original.
    language: String,
    notes: Notes<'a>,
    /// Why there is no notice, where there is none.
    refused: Vec<BadEntry>,
}

impl<'a, 'i: 'a> Reader<'a, 'i> {
    fn of(document: &'a Document<'i>, input: &Input<'a>) -> Self {
        let root = document.root_element();
        let extension = xml::first(root, EXTENSION);
        Self {
            root,
            extension,
            organisations: Organisations::of(extension),
            references: parties::REFERENCES,
            language: xml::text(root, "NoticeLanguageCode"),
            notes: Notes::new(input.clock.clone(), input.url),
            refused: Vec::new(),
        }
    }

    /// The first element at a path below the root's extension.
    fn extended(&self, path: &'a str) -> Option<Node<'a, 'i>> {
        self.extension.and_then(|extension| xml::first(extension, path))
    }

    fn notice(&mut self, input: &Input<'_>) -> Option<Notice> {
        let subtype = self.extended("NoticeSubType/SubTypeCode").map(xml::words).unwrap_or_default();
        if self.root.tag_name().name() == REGISTRATION || subtype.starts_with('X') {
            self.set_aside(format!("a notice on the registration of a company ({subtype}), no tender: nothing to do"));
            return None;
        }
        let publication = self.extended("Publication/NoticePublicationID").map(xml::words).unwrap_or_default();
        let publication = ted::number(&publication).unwrap_or(publication);
        let id = [xml::text(self.root, "ID"), publication.clone()].into_iter().find(|id| !id.is_empty());
        let Some(id) = id else {
            self.set_aside("it has no id: neither cbc:ID (BT-701) nor a number of publication (OPP-010)".to_owned());
            return None;
        };
        let folder = xml::text(self.root, "ContractFolderID");
        let notice_type = xml::first(self.root, "NoticeTypeCode");
        let type_code = notice_type.map(xml::words).unwrap_or_default();
        let form = notice_type.map(|node| xml::attribute(node, "listName")).unwrap_or_default();
        let (kind, stage) = ted::kind(&type_code, &subtype, form);
        // A result repeats neither documents nor deadlines; a changed call is told as a whole.
        let whole = matches!(kind, NoticeKind::Planning | NoticeKind::Competition);
        let mut content = self.content(kind, &folder, &publication);
        let reason = self.extended("Changes/ChangeReason/ReasonCode").map(xml::words).unwrap_or_default();
        let result = results_stage(kind, &content).unwrap_or(stage);
        let (kind, stage) = if self.extended("Changes").is_some() { changed(&reason, result) } else { (kind, result) };
        let (kind, stage) =
            if kind == NoticeKind::Cancellation && self.ends_lots(&mut content) { (NoticeKind::Change, result) } else { (kind, stage) };
        let (published_text, published) = self.published();
        Some(Notice {
            procedure: if folder.is_empty() { id.clone() } else { folder },
            id,
            version: xml::text(self.root, "VersionID"),
            publication,
            published,
            published_text,
            kind,
            stage,
            code: crate::base::text::squeeze(&format!("{subtype} {type_code} {reason}")),
            previous: self.previous(),
            languages: self.languages(),
            test: false,
            whole,
            results_apart: true,
            unread: Vec::new(),
            raw: Raw::new("", input.text, ""),
            amendments: self.amendments(),
            content,
            found: std::mem::take(&mut self.notes.found),
            hash: ContentHash::of(input.text.as_bytes()),
        })
    }

    /// The whole notice cannot be taken.
    fn set_aside(&mut self, reason: String) {
        self.refused.push(BadEntry { path: xml::path(self.root), reason });
    }

    /// When it was published: as written, and the instant. The day of publication has no time; what was sent during that day was published
    /// no sooner than it was sent (BT-05).
    fn published(&mut self) -> (String, Option<Timestamp>) {
        let day = self.extended("Publication/PublicationDate").map(|day| (day, None));
        let sent = xml::first(self.root, "IssueDate").map(|day| (day, xml::first(self.root, "IssueTime")));
        let read = [day, sent].into_iter().flatten().map(|(node, time)| {
            let (day, time) = (xml::words(node), time.map(xml::words).unwrap_or_default());
            // Both carry the offset; the time's counts.
            let joined = if time.is_empty() { day.clone() } else { format!("{}T{time}", day.get(..10).unwrap_or(&day)) };
            (node, crate::base::text::squeeze(&format!("{day} {time}")), when::instant(&joined, &self.notes.clock))
        });
        let Some((node, text, at)) = read.reduce(|day, sent| if sent.2 > day.2 { sent } else { day }) else { return Default::default() };
        self.notes.found("published", node);
        (text, at)
    }

    /// The notice it changes (BT-758, BT-1501), else the one it follows (BT-125): a number of publication, or id and version.
    fn previous(&self) -> String {
        let changed = ["Changes", "ContractModification"].into_iter().filter_map(|part| self.extended(part));
        let changed = changed.filter_map(|part| xml::first(part, "ChangedNoticeIdentifier"));
        let followed = xml::all(self.root, "ProcurementProjectLot/TenderingProcess/NoticeDocumentReference/ID");
        let previous = changed.chain(followed).map(xml::words).find(|id| !id.is_empty()).unwrap_or_default();
        ted::number(&previous).unwrap_or(previous)
    }

    /// Ends the lots that alone are named as what is cancelled (BT-13716). Returns whether others of the notice go on; it may leave those out.
    fn ends_lots(&self, content: &mut Content) -> bool {
        let sections =
            self.extended("Changes").into_iter().flat_map(|part| xml::below(part, "ChangedSectionIdentifier").collect::<Vec<_>>());
        let sections: Vec<String> = sections.map(xml::words).filter(|id| !id.is_empty()).collect();
        let of_lots = !sections.is_empty() && sections.iter().all(|id| content.lots.iter().any(|lot| lot.id == *id));
        content.lots.iter_mut().filter(|lot| of_lots && sections.contains(&lot.id)).for_each(|lot| lot.stage = Some(Stage::Cancelled));
        of_lots && content.lots.iter().any(|lot| !sections.contains(&lot.id))
    }

    fn languages(&self) -> Vec<String> {
        let more = xml::all(self.root, "AdditionalNoticeLanguage/ID").into_iter().map(xml::words);
        let mut languages = Vec::new();
        for language in std::iter::once(self.language.clone()).chain(more).filter(|language| !language.is_empty()) {
            code::push(&mut languages, Some(language_code(&language)));
        }
        languages
    }

    /// Words in all languages of an element that stands once for each.
    fn texts(&mut self, parent: Node<'a, 'i>, path: &'a str, field: &'static str) -> Texts {
        let nodes = xml::all(parent, path);
        let texts = texts(&nodes, &self.language);
        if let (false, Some(node)) = (texts.is_empty() || field.is_empty(), nodes.first()) {
            self.notes.found(field, *node);
        }
        texts
    }

    fn content(&mut self, kind: NoticeKind, folder: &str, publication: &str) -> Content {
        let mut content = Content { other_ids: other_ids(folder, publication), buyers: self.buyers(), ..Content::default() };
        if let Some(project) = xml::first(self.root, "ProcurementProject") {
            content.title = self.texts(project, "Name", "title");
            content.description = self.texts(project, "Description", "description");
            code::push(&mut content.other_ids, code::id("file-number", &xml::text(project, "ID")));
            self.project(project, &mut content);
        }
        self.lots(&mut content);
        self.procedure(&mut content);
        content.awards = self.awards(kind, &content);
        results::lot_stages(&mut content);
        self.systems_ended(&mut content);
        self.result_worth(&mut content);
        content.link = ted::number(publication).as_deref().and_then(ted::page);
        content
    }

    /// What the procedure says of itself: how the winner is found, and the flags.
    fn procedure(&mut self, content: &mut Content) {
        let code = xml::first(self.root, "TenderingProcess/ProcedureCode").filter(|node| !ted::withheld(&xml::words(*node)));
        let reasons = xml::all(self.root, "TenderingProcess/ProcessJustification/ProcessReasonCode");
        let direct = reasons.into_iter().find(|reason| xml::attribute(*reason, "listName") == "direct-award-justification");
        if let Some(node) = code.or(direct) {
            self.notes.found("procedure", node);
            let text = xml::words(node);
            let kind = if direct.is_some() { ProcedureKind::Direct } else { ted::procedure(&text) };
            content.procedure = Some(Procedure { kind, text });
        }
        let whole = lots::eu_funds(self.root);
        content.eu_funds = ted::any(whole, &content.lots, |lot| lot.eu_funds);
        content.suits_small = ted::any(content.suits_small, &content.lots, |lot| lot.suits_small);
        content.reserved = ted::every(lots::reserved(self.root), &content.lots, |lot| lot.reserved);
    }

    /// What changed, with the reasons (BG-9, BG-61).
    fn amendments(&mut self) -> Vec<Amendment> {
        let mut amendments = Vec::new();
        for part in ["Changes", "ContractModification"] {
            let Some(part) = self.extended(part) else { continue };
            let reason = xml::text(part, "ChangeReason/ReasonCode");
            let why = texts(&xml::all(part, "ChangeReason/ReasonDescription"), &self.language);
            let changes: Vec<_> = xml::children(part, "Change").collect();
            for change in &changes {
                self.notes.found("amendments", *change);
                let places: Vec<_> = xml::below(*change, "ChangedSectionIdentifier").map(xml::words).collect();
                let place = places.join(", ");
                if xml::text(*change, "ProcurementDocumentsChangeIndicator") == "true" {
                    let new = xml::text(*change, "ProcurementDocumentsChangeDate");
                    let place = crate::base::text::squeeze(&format!("{place} procurement-documents"));
                    amendments.push(Amendment { place, reason: reason.clone(), new, ..Amendment::default() });
                }
                let text = texts(&xml::all(*change, "ChangeDescription"), &self.language);
                amendments.push(Amendment { place, reason: reason.clone(), text, ..Amendment::default() });
            }
            if !why.is_empty() || (changes.is_empty() && !reason.is_empty()) {
                amendments.push(Amendment { reason, text: why, ..Amendment::default() });
            }
        }
        amendments
    }
}

fn other_ids(folder: &str, publication: &str) -> Vec<TypedId> {
    let number = ted::number(publication);
    code::id("eforms-procedure", folder).into_iter().chain(number.as_deref().and_then(ted::number_id)).collect()
}

/// The words of these elements, each in its language, else in that of the notice.
fn texts(nodes: &[Node<'_, '_>], language: &str) -> Texts {
    let mut texts = Texts::default();
    for node in nodes {
        let own = xml::attribute(*node, "languageID");
        let words = xml::words(*node);
        if !ted::withheld(&words) {
            texts.put(if own.is_empty() { language } else { own }, &words);
        }
    }
    texts.original = (!texts.is_empty() && !language.is_empty()).then(|| language_code(language));
    texts
}

/// Where the results of a result notice leave the procedure. Other notices carry results too, and stay what they are.
fn results_stage(kind: NoticeKind, content: &Content) -> Option<Stage> {
    let outcomes = || content.awards.iter().map(|award| award.outcome);
    match kind {
        NoticeKind::Award => ted::stage_of(outcomes()),
        NoticeKind::IntendedAward => outcomes().any(Outcome::has_winner).then_some(Stage::Awarded),
        NoticeKind::Planning
        | NoticeKind::Competition
        | NoticeKind::Change
        | NoticeKind::Cancellation
        | NoticeKind::Contract
        | NoticeKind::Modification
        | NoticeKind::Completion
        | NoticeKind::Other => None,
    }
}

/// What a change notice is for, and where it leaves the procedure. Code list `change-corrig-justification` (BT-140).
fn changed(reason: &str, stage: Stage) -> (NoticeKind, Stage) {
    match reason {
        "cancel" | "cancel-intent" => (NoticeKind::Cancellation, Stage::Cancelled),
        "susp-review" => (NoticeKind::Change, Stage::Suspended),
        _ => (NoticeKind::Change, stage),
    }
}
