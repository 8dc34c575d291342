//! Parties and places of CODICE. Knows no feed.

use std::cmp::Reverse;

use roxmltree::Node;

use super::super::notes::joined;
use super::super::{code, xml};
use crate::base::text::fold;
use crate::model::{Party, Place};

/// A party, its tax number first.
pub(super) fn party(node: Node<'_, '_>, language: &str) -> Party {
    let mut party = Party {
        email: xml::text(node, "Contact/ElectronicMail"),
        phone: xml::text(node, "Contact/Telephone"),
        website: code::url(&xml::text(node, "WebsiteURI"), None),
        ..Party::default()
    };
    for name in xml::all(node, "PartyName/Name") {
        party.name.put(language, &xml::words(name));
    }
    for id in xml::all(node, "PartyIdentification/ID") {
        code::push(&mut party.ids, code::id(xml::attribute(id, "schemeName"), &xml::words(id)));
    }
    // Stable: the others stay in their order.
    party.ids.sort_by_key(|id| Reverse(matches!(id.scheme.as_str(), "NIF" | "CIF" | "NIE" | "UTE" | "OTROS")));
    let mut seats = ["PostalAddress", "PhysicalLocation/Address"].into_iter().filter_map(|path| xml::first(node, path));
    party.seat = seats.find_map(|address| self::address(address, "", "")).unwrap_or_default();
    if party.seat.region.is_empty() {
        party.seat.region = xml::text(node, "PhysicalLocation/CountrySubentityCode");
    }
    party
}

fn address(node: Node<'_, '_>, region: &str, subentity: &str) -> Option<Place> {
    let country = [xml::text(node, "Country/IdentificationCode"), xml::text(node, "Country/Name")];
    let country = country.into_iter().find(|country| !country.is_empty()).unwrap_or_default();
    let (line, zone, city) = (xml::text(node, "AddressLine/Line"), xml::text(node, "PostalZone"), xml::text(node, "CityName"));
    let town = format!("{zone} {city}");
    let subentity = if fold(subentity) == fold(&city) { "" } else { subentity };
    code::place(&country, region, &joined([&line, &town, subentity]))
}

/// A place of performance.
pub(super) fn place(node: Node<'_, '_>) -> Option<Place> {
    let (region, subentity) = (xml::text(node, "CountrySubentityCode"), xml::text(node, "CountrySubentity"));
    let mut place = match xml::first(node, "Address") {
        Some(address) => self::address(address, &region, &subentity)?,
        None => code::place("", &region, &subentity)?,
    };
    if place.country.is_empty() {
        // A NUTS code begins with the country.
        place.country = match place.region.get(..2).unwrap_or_default() {
            "EL" => "GR".to_owned(),
            "UK" => "GB".to_owned(),
            country => country.to_owned(),
        };
    }
    Some(place)
}
