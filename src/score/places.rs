//! Places of performance: as rules ask for them, and as records of tenders write them (`ES ES511 Barcelona`). The buyer's seat is not known here.

use crate::base::text;
use crate::model::{Area, country_code};

/// What a rule may ask for.
pub(super) const EXPECTED: &str =
    "a country (`ES`, `Spain`), a NUTS or ISO 3166-2 code or its beginning (`ES5`, `ES-CT`), or words as notices write them";

/// Greece and the United Kingdom have other letters in the NUTS than in ISO 3166-1.
fn country_of(code: &str) -> Option<&'static str> {
    match code.get(..2)? {
        "EL" => Some("GR"),
        "UK" => Some("GB"),
        other => country_code(other),
    }
}

/// Two letters of a country and more of NUTS or ISO 3166-2, in capitals.
fn is_code(text: &str) -> bool {
    let (country, rest) = text.split_at_checked(2).unwrap_or_default();
    let tail = rest.strip_prefix('-').unwrap_or(rest);
    // The regions of the United Kingdom are letters: `UKC`.
    let told_apart = rest != tail || tail.bytes().any(|b| b.is_ascii_digit()) || (country == "UK" && tail.len() == 1);
    country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=4).contains(&tail.len())
        && tail.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && told_apart
}

/// Reads a place that a rule asks for; `None` when it is none, as a code of no country.
pub(super) fn parse(written: &str) -> Option<Area> {
    let written = written.trim().trim_end_matches('*');
    if let Some(country) = country_code(written).or_else(|| (written == "EL").then_some("GR")) {
        return Some(Area::Country(country.to_owned()));
    }
    let upper = written.to_ascii_uppercase();
    if is_code(&upper) && (written == upper || written.bytes().any(|b| b.is_ascii_digit())) {
        return country_of(&upper).map(|_| Area::Code(upper));
    }
    let words = text::words(written);
    (!words.is_empty()).then_some(Area::Words(words))
}

/// Whether a place is in one of the areas; `None` when it is told too coarsely, or in another way than was asked.
pub(super) fn holds(areas: &[Area], place: &str) -> Option<bool> {
    let said: Vec<Option<bool>> = areas.iter().map(|area| lies_in(area, place)).collect();
    if said.contains(&Some(true)) { Some(true) } else { said.into_iter().collect::<Option<Vec<bool>>>().map(|_| false) }
}

fn lies_in(area: &Area, place: &str) -> Option<bool> {
    let mut tokens = place.split_whitespace().peekable();
    let named = tokens.next_if(|first| first.len() == 2 && *first == first.to_ascii_uppercase()).and_then(country_of);
    let region = tokens.next_if(|token| is_code(token) && country_of(token).is_some());
    let country = named.or_else(|| region.and_then(country_of)).or_else(|| country_code(place));
    match area {
        Area::Country(code) => country.map(|country| country == code),
        Area::Words(words) if text::holds(&text::words(place), words) => Some(true),
        Area::Words(_) => tokens.peek().map(|_| false),
        Area::Code(code) => match region {
            Some(region) if region.starts_with(code.as_str()) => Some(true),
            // Coarser than was asked, or the other list of regions of the same country.
            Some(region) if code.starts_with(region) => None,
            Some(region) if code.contains('-') != region.contains('-') && country_of(code) == country => None,
            Some(_) => Some(false),
            None => country.filter(|country| Some(*country) != country_of(code)).map(|_| false),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_asks_for() {
        let (country, code) = (|code: &str| Some(Area::Country(code.to_owned())), |code: &str| Some(Area::Code(code.to_owned())));
        for (written, want) in [
            ("ES", country("ES")),
            ("Spain", country("ES")),
            ("EL", country("GR")),
            ("ES5", code("ES5")),
            ("es511", code("ES511")),
            ("ES5*", code("ES5")),
            ("ES-CT", code("ES-CT")),
            ("EL30", code("EL30")),
            ("UKM", code("UKM")),
            ("XX5", None),
            ("ROMA", Some(Area::Words("roma".to_owned()))),
            ("Cataluña", Some(Area::Words("cataluna".to_owned()))),
            ("--", None),
        ] {
            assert_eq!(parse(written), want, "{written}");
        }
    }

    #[test]
    fn where_a_contract_is_done() {
        for (asked, place, want) in [
            ("ES5", "ES ES511 Barcelona", Some(true)),
            ("ES5", "ES511", Some(true)),
            ("ES5", "ES ES300 Madrid", Some(false)),
            ("ES511", "ES ES51", None),
            ("ES5", "ES", None),
            ("ES5", "ES Barcelona", None),
            ("ES5", "FR FR101 Paris", Some(false)),
            ("ES5", "FR", Some(false)),
            ("ES5", "Barcelona", None),
            ("ES-CT", "ES ES511", None),
            ("ES-CT", "ES ES-CT", Some(true)),
            ("ES-CT", "FR FR101", Some(false)),
            ("ES", "ES ES511 Barcelona", Some(true)),
            ("ES", "ES300", Some(true)),
            ("ES", "PT PT170", Some(false)),
            ("ES", "España", Some(true)),
            ("ES", "Barcelona", None),
            ("GR", "GR EL303 Athens", Some(true)),
            ("EL3", "GR EL303 Athens", Some(true)),
            ("UKM", "GB UKM82 Glasgow", Some(true)),
            ("Barcelona", "ES ES511 BARCELONA", Some(true)),
            ("Barcelona", "ES ES300 Madrid", Some(false)),
            ("Barcelona", "ES ES511", None),
        ] {
            assert_eq!(holds(&[parse(asked).expect("a place")], place), want, "{asked} of {place}");
        }
        let areas = ["ES5", "PT"].map(|area| parse(area).expect("a place"));
        assert_eq!(holds(&areas, "PT PT170 Lisboa"), Some(true));
        assert_eq!((holds(&areas, "FR"), holds(&areas, "ES")), (Some(false), None));
    }
}
