//! What is bought: `ProcurementProject`, of the whole or of a lot. Knows no feed.

use jiff::ToSpan;
use roxmltree::Node;

use super::super::notes::{Notes, joined};
use super::super::{code, json, xml};
use super::codes;
use super::party::place;
use crate::model::{Class, Place, Term, Worth, WorthKind};

/// What `ProcurementProject` says, of the whole or of a lot.
pub(super) struct Project {
    pub(super) classes: Vec<Class>,
    pub(super) worth: Vec<Worth>,
    pub(super) places: Vec<Place>,
    pub(super) term: Option<Term>,
}

impl Project {
    pub(super) fn read(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Self {
        let mut read = Self { classes: Vec::new(), worth: Vec::new(), places: Vec::new(), term: term(node, notes) };
        for class in xml::all(node, "RequiredCommodityClassification/ItemClassificationCode") {
            let written = xml::words(class);
            let found = code::class("CPV", &written, read.classes.is_empty(), xml::attribute(class, "name"));
            if found.is_none() && !written.is_empty() {
                notes.odd(class, "CPV code of eight digits");
            }
            code::push_class(&mut read.classes, found);
        }
        for budget in xml::children(node, "BudgetAmount") {
            for (name, kind, with_tax) in [
                ("EstimatedOverallContractAmount", WorthKind::Estimate, false),
                ("TaxExclusiveAmount", WorthKind::BudgetNet, false),
                ("TotalAmount", WorthKind::BudgetGross, true),
            ] {
                code::push(&mut read.worth, notes.worth(xml::first(budget, name), kind, Some(with_tax), None));
            }
        }
        for location in xml::children(node, "RealizedLocation") {
            code::push(&mut read.places, place(location));
        }
        read
    }
}

/// How long the contract runs.
fn term(project: Node<'_, '_>, notes: &mut Notes<'_>) -> Option<Term> {
    let mut term = Term::default();
    if let Some(period) = xml::first(project, "PlannedPeriod") {
        (term.start, term.end) = (notes.day(xml::first(period, "StartDate")), notes.day(xml::first(period, "EndDate")));
        if let Some(node) = xml::first(period, "DurationMeasure") {
            let (words, span) = length(node, notes);
            term.duration = words;
            let end = term.start.zip(span).and_then(|(start, span)| start.checked_add(span).ok()?.checked_sub(1.day()).ok());
            term.end = term.end.or(end);
        }
    }
    if let Some(extension) = xml::first(project, "ContractExtension") {
        term.renewals = notes.count(xml::first(extension, "MaximumNumberNumeric"));
        term.renewal = joined([&xml::text(extension, "OptionsDescription"), &xml::text(extension, "OptionValidityPeriod/Description")]);
    }
    (term != Term::default()).then_some(term)
}

/// A length of time in words, and as a span when it is one of whole units.
pub(super) fn length(node: Node<'_, '_>, notes: &mut Notes<'_>) -> (String, Option<jiff::Span>) {
    let (number, unit) = (xml::words(node), xml::attribute(node, "unitCode"));
    if number.is_empty() {
        return (number, None);
    }
    let Some((word, one)) = codes::unit(unit) else { return (format!("{number} {unit}").trim().to_owned(), None) };
    let Some(amount) = json::number(&number) else {
        notes.odd(node, "length of time");
        return (format!("{number} {word}"), None);
    };
    let word = if amount == rust_decimal::Decimal::ONE { word.trim_end_matches('s') } else { word };
    let whole = i64::try_from(amount).ok().filter(|_| amount.fract().is_zero());
    (format!("{} {word}", amount.normalize()), whole.and_then(|times| one.checked_mul(times).ok()))
}
