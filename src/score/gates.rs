//! Gates: who is none of a segment's business. A gate gives a reason, never a low score. Knows no points.

use super::profile::{ProfileAsk, Standing};
use super::rules::View;
use crate::model::identifier::{self, Whom};
use crate::model::{Answer, Area, CompanyName, FactName, LegalKind, ListName, country_code, is_of_source, within};

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
    /// Whether it may be open for want of a fact.
    pub(super) const fn may_lack(&self) -> bool {
        match self {
            Self::LegalEntity | Self::Within(..) | Self::Kind(_) => true,
            Self::Exclude(_) | Self::Contact | Self::Has(_) => false,
        }
    }

    /// Asks the gate about the organisation of this view.
    pub(super) fn ask(&self, view: &View<'_>) -> Verdict {
        match self {
            Self::Exclude(name) => match view.known.listed.get(*name) {
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
                // The source says it of all of its own, not of this one: still to be found out.
                Answer::Yes(proof) if is_of_source(&proof) => Verdict::Unknown(FactName::Country),
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
    let country = view.facts(FactName::Country).find_map(|fact| country_code(&fact.value.text()).map(str::to_owned));
    for fact in view.facts(FactName::TaxId) {
        match of_entity(&fact.value.text(), country.as_deref()) {
            Some(true) => return Verdict::Open,
            Some(false) => person = person.or(Some(format!("sole trader by its tax number ({})", fact.evidence.source))),
            None => {}
        }
    }
    person.map_or(Verdict::Unknown(FactName::TaxId), Verdict::Shut)
}

/// Whether a tax number is a legal entity's, where it says so by itself.
fn of_entity(tax_id: &str, country: Option<&str>) -> Option<bool> {
    let valid = identifier::identify(tax_id, country).into_iter().find_map(|verdict| verdict.outcome.ok());
    match valid?.whom {
        Whom::Entity => Some(true),
        Whom::Person => Some(false),
        Whom::Either => None,
    }
}
