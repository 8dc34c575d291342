//! What a corrigendum (F14) or a modification (F20) changes, with the old and the new value. Knows no results.

use roxmltree::Node;

use super::Reader;
use crate::base::text::squeeze;
use crate::model::{Amendment, Content, DeadlineKind, Lot, Texts};
use crate::tender::{code, xml};

/// Changes of one notice that are looked at.
const CHANGES: usize = 10_000;

impl<'a, 'i: 'a> Reader<'a, 'i> {
    /// The changes of the original form.
    pub(super) fn amendments(&mut self) -> Vec<Amendment> {
        let Some(form) = self.form() else { return Vec::new() };
        let language = xml::attribute(form, "LG");
        let mut amendments = Vec::new();
        for changes in xml::children(form, "CHANGES") {
            let reason = ["PUBLICATION_TED", "MODIFICATION_ORIGINAL"].into_iter().find(|name| xml::first(changes, name).is_some());
            let reason = reason.unwrap_or_default().to_owned();
            for change in xml::children(changes, "CHANGE").take(CHANGES) {
                self.notes.found("amendments", change);
                amendments.push(Amendment {
                    place: place(change),
                    reason: reason.clone(),
                    text: Texts::one(language, &xml::text(change, "WHERE/LABEL")),
                    old: value(xml::first(change, "OLD_VALUE")),
                    new: value(xml::first(change, "NEW_VALUE")),
                });
            }
            let more = Texts::one(language, &xml::text(changes, "INFO_ADD"));
            if !more.is_empty() {
                amendments.push(Amendment { reason, text: more, ..Amendment::default() });
            }
        }
        for changes in xml::all(form, "MODIFICATIONS_CONTRACT/INFO_MODIFICATIONS") {
            self.notes.found("amendments", changes);
            let reason = ["ADDITIONAL_NEED", "UNFORESEEN_CIRCUMSTANCE"].into_iter().find(|name| xml::first(changes, name).is_some());
            let values = xml::first(changes, "VALUES").unwrap_or(changes);
            amendments.push(Amendment {
                place: "VII.2".to_owned(),
                reason: reason.unwrap_or_default().to_owned(),
                text: Texts::one(language, &xml::text(changes, "SHORT_DESCR")),
                old: value(xml::first(values, "VAL_TOTAL_BEFORE")),
                new: value(xml::first(values, "VAL_TOTAL_AFTER")),
            });
        }
        amendments
    }

    /// The deadlines that a corrigendum sets anew.
    pub(super) fn changed_deadlines(&mut self, content: &mut Content) {
        let Some(form) = self.form() else { return };
        for change in xml::all(form, "CHANGES/CHANGE").into_iter().take(CHANGES) {
            let Some(day) = xml::first(change, "NEW_VALUE/DATE") else { continue };
            // Sections of the standard forms: time limit for receipt, opening of tenders. Other days (dispatch of invitations) are no deadlines.
            let kind = match xml::text(change, "WHERE/SECTION").trim_end_matches(['.', ')']) {
                "IV.2.2" | "IV.3.4" => self.receipt,
                "IV.2.7" | "IV.3.8" => DeadlineKind::Opening,
                "IV.3.3" => DeadlineKind::Documents,
                _ => continue,
            };
            let deadline = self.notes.deadline(kind, Some(day), xml::first(change, "NEW_VALUE/TIME"));
            self.notes.found("deadlines", day);
            let lot = xml::text(change, "WHERE/LOT_NO");
            let list = if lot.is_empty() {
                &mut content.deadlines
            } else if let Some(place) = content.lots.iter().position(|known| known.id == lot) {
                &mut content.lots[place].deadlines
            } else {
                content.lots.push(Lot { id: lot, ..Lot::default() });
                let last = content.lots.len() - 1;
                &mut content.lots[last].deadlines
            };
            code::push(list, deadline);
        }
    }
}

fn place(change: Node<'_, '_>) -> String {
    let lot = xml::text(change, "WHERE/LOT_NO");
    let lot = if lot.is_empty() { String::new() } else { format!("lot {lot}") };
    squeeze(&format!("{} {lot}", xml::text(change, "WHERE/SECTION")))
}

/// An old or new value: a text, a day with its time, classes, an amount, or nothing.
fn value(node: Option<Node<'_, '_>>) -> String {
    let Some(node) = node else { return String::new() };
    let codes: Vec<_> = xml::below(node, "CPV_CODE").map(|code| xml::attribute(code, "CODE").to_owned()).collect();
    let currency = xml::attribute(node, "CURRENCY");
    squeeze(&format!("{} {} {currency}", xml::words(node), codes.join(" ")))
}
