//! Organisations of a release: where they are named, and what `parties` says of them. Knows roles and identifiers, no tender.

use std::collections::BTreeSet;

use serde_json::Value;

use super::scope::{Scope, address_of, is_nothing};
use crate::base::text::squeeze;
use crate::model::{Party, TypedId};
use crate::tender::code;
use crate::tender::json::{at, list, text, words};

/// What an organisation does in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Buyer,
    Procuring,
    Supplier,
    Tenderer,
    Funder,
}

impl Role {
    /// The codelist `partyRole`; the second word is what a Mexican publisher writes.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Buyer => &["buyer", "comprador"],
            Self::Procuring => &["procuringentity", "leadbuyer", "centralpurchasingbody", "entidad que realiza la contratación"],
            Self::Supplier => &["supplier", "proveedor o contratista"],
            Self::Tenderer => &["tenderer", "participante"],
            Self::Funder => &["funder", "financiador"],
        }
    }
}

/// Parties of which none is there twice.
#[derive(Default)]
pub(super) struct Distinct {
    /// The parties, in the order in which they came.
    pub list: Vec<Party>,
    names: BTreeSet<String>,
    ids: BTreeSet<TypedId>,
}

impl Distinct {
    /// Adds a party unless one of its name or one of its identifiers is there; says whether it did.
    pub fn add(&mut self, party: Party) -> bool {
        let name = party.name.best(&[]).map(str::to_owned);
        if name.as_ref().is_some_and(|name| self.names.contains(name)) || party.ids.iter().any(|id| self.ids.contains(id)) {
            return false;
        }
        self.names.extend(name);
        self.ids.extend(party.ids.iter().cloned());
        self.list.push(party);
        true
    }
}

/// Whether two are one: the same name or an identifier that both have.
pub(super) fn alike(one: &Party, other: &Party) -> bool {
    (!one.name.is_empty() && one.name == other.name) || one.ids.iter().any(|id| other.ids.contains(id))
}

/// The parties with a role, in their order, each with its position.
pub(super) fn with_role(release: &Value, role: Role) -> impl Iterator<Item = (usize, &Value)> {
    list(release, "parties")
        .iter()
        .enumerate()
        .filter(move |(_, party)| list(party, "roles").iter().any(|word| role.words().contains(&words(word).to_lowercase().as_str())))
}

/// What is said of an organisation where it is named and, by its id or its name, among the parties.
pub(super) fn resolve(scope: &Scope<'_>, named: &Value) -> Option<Party> {
    let same = |key: &'static str| scope.parties.get(&(key, text(named, key))).copied();
    let mut party = party_of(scope, named);
    if let Some(listed) = same("id").or_else(|| same("name")).filter(|listed| !std::ptr::eq(*listed, named)) {
        complete(&mut party, party_of(scope, listed));
    }
    // The publisher's own number alone names nobody.
    (!party.name.is_empty() || party.ids.iter().any(|id| !id.scheme.is_empty())).then_some(party)
}

/// Puts what is known elsewhere into what is not known yet.
fn complete(party: &mut Party, other: Party) {
    if party.name.is_empty() {
        party.name = other.name;
    }
    // An identifier with a list beats the publisher's own number of the organisation.
    let own = party.ids.iter().all(|id| id.scheme.is_empty());
    if own && other.ids.iter().any(|id| !id.scheme.is_empty()) {
        party.ids.clear();
    }
    for id in other.ids {
        let wanted = !id.scheme.is_empty() || party.ids.is_empty();
        code::push(&mut party.ids, Some(id).filter(|_| wanted));
    }
    let words = [
        (&mut party.email, other.email),
        (&mut party.phone, other.phone),
        (&mut party.kind, other.kind),
        (&mut party.activity, other.activity),
        (&mut party.seat.country, other.seat.country),
        (&mut party.seat.region, other.seat.region),
        (&mut party.seat.text, other.seat.text),
    ];
    for (mine, others) in words {
        if mine.is_empty() {
            *mine = others;
        }
    }
    party.website = party.website.take().or(other.website);
    party.small = party.small.or(other.small);
}

fn party_of(scope: &Scope<'_>, object: &Value) -> Party {
    let some = |path: &str| Some(text(object, path)).filter(|text| !is_nothing(text)).unwrap_or_default();
    let mut name = scope.texts(object, "name");
    if name.is_empty() {
        name = object.get("identifier").map(|identifier| scope.texts(identifier, "legalName")).unwrap_or_default();
    }
    let website = [some("contactPoint/url"), some("details/url"), some("url")].iter().find_map(|written| code::url(written, scope.url));
    Party {
        name,
        ids: ids_of(object),
        seat: object.get("address").and_then(address_of).unwrap_or_default(),
        email: some("contactPoint/email"),
        phone: some("contactPoint/telephone"),
        website,
        kind: classified(object, &["TYPE", "LEGAL"]).unwrap_or_else(|| some("details/kind")),
        activity: classified(object, &["ACTIVITY", "ACTIVITIES", "COFOG"]).unwrap_or_else(|| some("details/mainActivity")),
        small: small(object),
    }
}

/// Its identifiers; the publisher's own number only when there is none.
fn ids_of(object: &Value) -> Vec<TypedId> {
    let mut ids = Vec::new();
    for identifier in list(object, "identifier").iter().chain(list(object, "additionalIdentifiers")) {
        let id = if identifier.is_object() { text(identifier, "id") } else { words(identifier) };
        code::push(&mut ids, code::id(&text(identifier, "scheme"), &id).filter(|id| !is_nothing(&id.id)));
    }
    if ids.is_empty() {
        code::push(&mut ids, code::id("", &text(object, "id")).filter(|id| !is_nothing(&id.id)));
    }
    ids
}

/// The first classification of an organisation whose scheme has one of these in its name (`TED_CA_TYPE`, `UK_CA_TYPE`, `COFOG`).
fn classified(object: &Value, schemes: &[&str]) -> Option<String> {
    let found = list(object, "details/classifications").iter().find(|class| {
        let scheme = text(class, "scheme").to_uppercase();
        schemes.iter().any(|part| scheme.contains(part))
    })?;
    let words = [text(found, "id"), text(found, "description")];
    words.into_iter().map(|word| squeeze(&word)).find(|word| !word.is_empty())
}

/// `details.scale` of the standard's extension, or a yes and no (one publisher in Chinese).
fn small(object: &Value) -> Option<bool> {
    let scale = text(object, "details/scale").to_lowercase();
    match scale.as_str() {
        "micro" | "sme" | "small" | "medium" | "selfemployed" => Some(true),
        "large" => Some(false),
        _ => match at(object, "sme").or_else(|| at(object, "details/sme")) {
            Some(Value::Bool(yes)) => Some(*yes),
            Some(said) => match words(said) {
                said if said.starts_with(['是', 'y', 'Y']) => Some(true),
                said if said.starts_with(['否', 'n', 'N']) => Some(false),
                _ => None,
            },
            None => None,
        },
    }
}
