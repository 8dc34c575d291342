//! The zone of times that a buyer wrote without one: that of its country, or of its islands. Knows no documents.

use jiff::tz::TimeZone;

use crate::model::ZoneFrom;
use crate::tender::when::Clock;

/// Regions by NUTS code that keep another time than their capital.
const REGIONS: [(&str, &str); 8] = [
    ("ES7", "Atlantic/Canary"),
    ("PT2", "Atlantic/Azores"),
    ("PT3", "Atlantic/Madeira"),
    ("FRY1", "America/Guadeloupe"),
    ("FRY2", "America/Martinique"),
    ("FRY3", "America/Cayenne"),
    ("FRY4", "Indian/Reunion"),
    ("FRY5", "Indian/Mayotte"),
];

/// Countries whose buyers publish in the gazette, and the time of their capital.
const COUNTRIES: &str = "AT Europe/Vienna BE Europe/Brussels BG Europe/Sofia CY Asia/Nicosia CZ Europe/Prague DE Europe/Berlin \
    DK Europe/Copenhagen EE Europe/Tallinn ES Europe/Madrid FI Europe/Helsinki FR Europe/Paris GR Europe/Athens HR Europe/Zagreb \
    HU Europe/Budapest IE Europe/Dublin IT Europe/Rome LT Europe/Vilnius LU Europe/Luxembourg LV Europe/Riga MT Europe/Malta \
    NL Europe/Amsterdam PL Europe/Warsaw PT Europe/Lisbon RO Europe/Bucharest SE Europe/Stockholm SI Europe/Ljubljana SK Europe/Bratislava \
    GB Europe/London IS Atlantic/Reykjavik LI Europe/Vaduz NO Europe/Oslo CH Europe/Zurich MK Europe/Skopje RS Europe/Belgrade \
    BA Europe/Sarajevo ME Europe/Podgorica AL Europe/Tirane XK Europe/Belgrade TR Europe/Istanbul MD Europe/Chisinau UA Europe/Kyiv \
    GE Asia/Tbilisi AM Asia/Yerevan ZM Africa/Lusaka";

/// ISO 3166-1 alpha-2 of a country as the gazette writes it: Greece is `EL` and the United Kingdom `UK` in it.
pub(super) fn country(written: &str) -> String {
    match written.trim() {
        "EL" => "GR".to_owned(),
        "UK" => "GB".to_owned(),
        other => other.to_owned(),
    }
}

/// The zone of a buyer by its country and region; `None` where that is not known.
pub(super) fn of(written: &str, nuts: &str) -> Option<Clock> {
    let country = country(written);
    let mut words = COUNTRIES.split_whitespace();
    let mut capital = None;
    while let (Some(code), Some(zone)) = (words.next(), words.next()) {
        if code == country {
            capital = Some(zone);
        }
    }
    let region = REGIONS.into_iter().find(|(region, _)| nuts.starts_with(region)).map(|(_, zone)| zone);
    let zone = TimeZone::get(region.or(capital)?).ok()?;
    Some(Clock { zone, from: ZoneFrom::Buyer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_one() {
        for code in COUNTRIES.split_whitespace().step_by(2) {
            assert!(of(code, "").is_some(), "{code}");
        }
        for (country, nuts, want) in [
            ("UK", "UKI", Some("Europe/London")),
            ("EL", "", Some("Europe/Athens")),
            ("ES", "ES705", Some("Atlantic/Canary")),
            ("XX", "", None),
        ] {
            let found = of(country, nuts);
            assert_eq!(found.as_ref().and_then(|clock| clock.zone.iana_name()), want, "{country} {nuts}");
        }
    }
}
