//! Gates: who is none of a segment's business. A gate gives a reason, never a low score. Knows no points.

use super::lists::ListName;
use super::profile::{ProfileAsk, Standing};
use super::rules::View;
use crate::model::{Answer, Area, CompanyName, FactName, LegalKind, within};

/// A compiled gate.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gate {
    /// Keeps out whoever is on the list.
    Exclude(ListName),
    /// Keeps out sole traders.
    LegalEntity,
    /// Asks for a telephone number or an e-mail address.
    Contact,
    /// Asks for a fact.
    Has(FactName),
    /// Keeps out whoever is elsewhere; with the setting that says so.
    Within(&'static str, Vec<Area>),
    /// Keeps out whoever is known to be another kind of client.
    Kind(ProfileAsk),
}

/// What a gate says.
pub(super) enum Verdict {
    /// Come in.
    Open,
    /// Stay out, because.
    Shut(String),
    /// Come in for now; this fact would tell.
    Unknown(FactName),
}

impl Gate {
    /// Asks the gate about the organisation of this view.
    pub(super) fn ask(&self, view: &View<'_>) -> Verdict {
        match self {
            Self::Exclude(name) => match view.known.lists.get(*name).find(view.known.organisation) {
                Some(listed) => Verdict::Shut(format!("{}, line {} ({})", name.shown(), listed.line, listed.written)),
                None => Verdict::Open,
            },
            Self::LegalEntity => ask_legal_entity(view),
            Self::Contact => match view.facts(FactName::Phone).chain(view.facts(FactName::Email)).next() {
                Some(_) => Verdict::Open,
                None => Verdict::Shut("no telephone number and no e-mail address is known yet".to_owned()),
            },
            Self::Has(name) => match view.facts(*name).next() {
                Some(_) => Verdict::Open,
                None => Verdict::Shut(format!("{} is not known yet", name.word().replace('_', " "))),
            },
            Self::Within(setting, areas) => match within(areas, view.known.organisation, view.at) {
                Answer::Yes(_) => Verdict::Open,
                Answer::No(proof) => Verdict::Shut(format!("outside `{setting}`: {} ({})", proof.quote, proof.source)),
                Answer::Unknown(fact) => Verdict::Unknown(fact),
            },
            Self::Kind(ask) => match ask.ask(view.profile()) {
                Standing::Yes(_) => Verdict::Open,
                Standing::No(proof) => Verdict::Shut(format!("by `{}`: {} ({})", ask.word(), proof.quote, proof.source)),
                Standing::Unknown => Verdict::Unknown(ask.fact()),
            },
        }
    }
}

/// A legal form in a name, or the shape of a tax number, tells a company from a natural person; most names tell neither.
fn ask_legal_entity(view: &View<'_>) -> Verdict {
    let mut person = None;
    for fact in view.facts(FactName::Name) {
        let written = fact.value.text();
        match CompanyName::parse(&written).form.map(|form| (form.kind, form.shown)) {
            Some((LegalKind::Entity | LegalKind::Body, _)) => return Verdict::Open,
            Some((LegalKind::Person, shown)) => person = person.or(Some(format!("sole trader: {shown} ({})", fact.evidence.source))),
            None => {}
        }
    }
    for fact in view.facts(FactName::TaxId) {
        match of_entity(&fact.value.text()) {
            Some(true) => return Verdict::Open,
            Some(false) => person = person.or(Some(format!("sole trader by its tax number ({})", fact.evidence.source))),
            None => {}
        }
    }
    person.map_or(Verdict::Unknown(FactName::TaxId), Verdict::Shut)
}

/// Whether a tax number is a legal entity's, where its shape says so: Spanish CIF against NIF and NIE, Russian INN of 10 against 12 digits.
fn of_entity(tax_id: &str) -> Option<bool> {
    let id: String = tax_id.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let spanish = id.strip_prefix("ES").unwrap_or(&id);
    let (first, last) = (spanish.chars().next()?, spanish.chars().last()?);
    if spanish.len() == 9 && (7..=8).contains(&digits) && (first.is_ascii_alphabetic() || last.is_ascii_alphabetic()) {
        return match first {
            'A'..='H' | 'J' | 'N' | 'P'..='S' | 'U'..='W' => Some(true),
            '0'..='9' | 'X'..='Z' | 'K'..='M' => Some(false),
            _ => None,
        };
    }
    let russian = id.strip_prefix("RU")?;
    match (russian.len() == digits, digits) {
        (true, 10) => Some(true),
        (true, 12) => Some(false),
        _ => None,
    }
}
