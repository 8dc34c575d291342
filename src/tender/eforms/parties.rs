//! Organisations of an eForms notice, joined by their ids (`ORG-0001`, `TPO-0001`). Knows no lots and no results.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::{Reader, texts};
use crate::model::{Party, Place, language_code};
use crate::tender::ted::{self, Notes};
use crate::tender::{code, xml};

/// References to organisations that are followed in one notice: each makes a party, and joins multiply them.
pub(super) const REFERENCES: usize = 50_000;

/// The organisations of a notice by id.
pub(super) struct Organisations<'a, 'i> {
    by_id: BTreeMap<String, Entry<'a, 'i>>,
}

/// An organisation, and the touch point of it where the id is that of one.
#[derive(Clone, Copy)]
struct Entry<'a, 'i> {
    organisation: Node<'a, 'i>,
    company: Node<'a, 'i>,
    touch_point: Option<Node<'a, 'i>>,
}

impl<'a, 'i: 'a> Organisations<'a, 'i> {
    pub(super) fn of(extension: Option<Node<'a, 'i>>) -> Self {
        let mut by_id = BTreeMap::new();
        for organisation in extension.map(|node| xml::all(node, "Organizations/Organization")).unwrap_or_default() {
            let Some(company) = xml::first(organisation, "Company") else { continue };
            let mut put = |node: Node<'a, 'i>, touch_point| {
                let id = xml::text(node, "PartyIdentification/ID");
                by_id.entry(id).or_insert(Entry { organisation, company, touch_point });
            };
            put(company, None);
            xml::children(organisation, "TouchPoint").for_each(|point| put(point, Some(point)));
        }
        by_id.remove("");
        Self { by_id }
    }

    /// Whether it leads a group of buyers (OPP-050).
    fn leads(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(|entry| xml::text(entry.organisation, "GroupLeadIndicator") == "true")
    }
}

impl<'a, 'i: 'a> Reader<'a, 'i> {
    /// The party that an id refers to.
    pub(super) fn party(&mut self, id: Node<'_, '_>) -> Option<Party> {
        self.references = self.references.saturating_sub(1);
        if self.references == 0 {
            self.notes.unread(id, format!("it refers more than {REFERENCES} times to organisations; the rest is left out"));
            return None;
        }
        let written = xml::words(id);
        let Some(entry) = self.organisations.by_id.get(&written).copied() else {
            if !ted::withheld(&written) {
                let reason = format!("no organisation of the notice has the id {written}");
                self.notes.unread(id, reason);
            }
            return None;
        };
        Some(party(entry, &self.language, &mut self.notes))
    }

    /// Who buys (OPT-300), the leader of a group first.
    pub(super) fn buyers(&mut self) -> Vec<Party> {
        let mut buyers = Vec::new();
        for contracting in xml::children(self.root, "ContractingParty") {
            let Some(id) = xml::first(contracting, "Party/PartyIdentification/ID") else { continue };
            let Some(mut party) = self.party(id) else { continue };
            self.notes.found("buyers", id);
            let types = xml::all(contracting, "ContractingPartyType/PartyTypeCode");
            let legal = types.iter().find(|node| xml::attribute(**node, "listName") == "buyer-legal-type").or(types.first());
            party.kind = legal.map(|node| xml::words(*node)).unwrap_or_default();
            party.activity = xml::text(contracting, "ContractingActivity/ActivityTypeCode");
            if party.website.is_none() {
                party.website = code::url(&xml::text(contracting, "BuyerProfileURI"), self.notes.url);
            }
            buyers.push((!self.organisations.leads(&xml::words(id)), party));
        }
        buyers.sort_by_key(|(follows, _)| *follows);
        let mut list = Vec::new();
        for (_, party) in buyers {
            code::push(&mut list, Some(party));
        }
        list
    }
}

fn party(entry: Entry<'_, '_>, language: &str, notes: &mut Notes<'_>) -> Party {
    let Entry { company, touch_point, .. } = entry;
    // A touch point is the company with other contacts.
    let nearest = |path: &str| {
        let own = touch_point.map(|point| xml::text(point, path)).filter(|text| !ted::withheld(text));
        own.or_else(|| Some(xml::text(company, path)).filter(|text| !ted::withheld(text))).unwrap_or_default()
    };
    let mut ids = Vec::new();
    for id in xml::all(company, "PartyLegalEntity/CompanyID") {
        let written = xml::words(id);
        if !ted::withheld(&written) {
            code::push(&mut ids, code::id(xml::attribute(id, "schemeName"), &written));
        }
    }
    Party {
        name: texts(&xml::all(company, "PartyName/Name"), language),
        ids,
        seat: xml::first(company, "PostalAddress").map(address).unwrap_or_default(),
        email: nearest("Contact/ElectronicMail"),
        phone: nearest("Contact/Telephone"),
        website: code::url(&nearest("WebsiteURI"), notes.url),
        kind: String::new(),
        activity: String::new(),
        small: size(&xml::text(company, "CompanySizeCode")),
    }
}

/// Code list `economic-operator-size` (BT-165).
fn size(code: &str) -> Option<bool> {
    match code {
        "micro" | "small" | "medium" | "sme" => Some(true),
        "large" => Some(false),
        _ => None,
    }
}

/// An address as a place.
pub(super) fn address(node: Node<'_, '_>) -> Place {
    let street = ["StreetName", "AdditionalStreetName", "AddressLine/Line"].map(|path| xml::text(node, path));
    let town = format!("{} {}", xml::text(node, "PostalZone"), xml::text(node, "CityName"));
    let mut parts: Vec<String> = Vec::new();
    for part in street.into_iter().chain([town]).map(|part| crate::base::text::squeeze(&part)).filter(|part| !ted::withheld(part)) {
        code::push(&mut parts, Some(part));
    }
    let region = Some(xml::text(node, "CountrySubentityCode")).filter(|code| !ted::withheld(code)).unwrap_or_default();
    let country = Some(xml::text(node, "Country/IdentificationCode")).filter(|code| !ted::withheld(code));
    Place { country: country.map_or_else(|| ted::country_of(&region), |code| code::country(&code)), region, text: parts.join(", ") }
}

/// A place of performance (BG-708): its address, else the words or the code for anywhere.
pub(super) fn location(node: Node<'_, '_>, language: &str) -> Option<Place> {
    let mut place = xml::first(node, "Address").map(address).unwrap_or_default();
    let region = xml::text(node, "Address/Region");
    let description = texts(&xml::all(node, "Description"), language);
    let said = description.best(&[&language_code(language)]).unwrap_or_default();
    let texts: Vec<&str> = [place.text.as_str(), region.as_str(), said].into_iter().filter(|text| !ted::withheld(text)).collect();
    place.text = texts.join("; ");
    (place != Place::default()).then_some(place)
}
