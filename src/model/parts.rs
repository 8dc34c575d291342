//! Parts of countries: which region a province, a department or a postcode is in, by a table. Knows no organisation.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::text;

/// What stands before the name of a part, and is none of it.
const BEFORE: [&str; 14] = [
    "comunidad autonoma de",
    "comunidad autonoma",
    "comunidad de",
    "comunitat autonoma de",
    "provincia de",
    "provincia di",
    "province de",
    "province of",
    "departement de",
    "departement du",
    "region de",
    "regione",
    "provincia",
    "prov",
];
/// Digits of a postcode in the countries of the table.
const POSTCODE: usize = 5;
/// Characters of a text that are looked at.
const CHARS: usize = 500;

/// A region, or a province or department with the region it is in.
#[derive(Debug)]
pub(super) struct Part {
    country: &'static str,
    /// Its own code and that of its region, ISO 3166-2.
    codes: Vec<&'static str>,
    /// The same as NUTS.
    nuts: Vec<&'static str>,
    /// Its own names and those of its region, folded.
    names: Vec<String>,
}

#[derive(Default)]
struct Parts {
    all: Vec<Part>,
    by_code: HashMap<&'static str, usize>,
    by_name: HashMap<&'static str, HashMap<String, usize>>,
    /// Names in one country alone.
    alone: HashMap<String, Option<usize>>,
    by_postcode: HashMap<&'static str, HashMap<&'static str, usize>>,
}

static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let mut parts = Parts::default();
    for row in include_str!("parts.txt").lines().filter(|row| !row.starts_with('#')) {
        let cells: Vec<&'static str> = row.split('|').collect();
        let [code, within, nuts, postcode, names @ ..] = cells.as_slice() else { continue };
        let Some(country) = code.get(..2) else { continue };
        let place = parts.all.len();
        let mut part = Part {
            country,
            codes: vec![code],
            nuts: nuts.split_whitespace().collect(),
            names: names.iter().map(|name| text::words(name)).collect(),
        };
        for name in part.names.clone() {
            // What is called as its region is the finer of both.
            parts.by_name.entry(country).or_default().insert(name.clone(), place);
            let known = parts.alone.get(&name).copied();
            let same =
                known.is_none_or(|known| known.is_some_and(|at: usize| parts.all.get(at).is_none_or(|other| other.country == country)));
            parts.alone.insert(name, same.then_some(place));
        }
        if let Some(region) = parts.by_code.get(within).and_then(|at| parts.all.get(*at)) {
            part.codes.extend(&region.codes);
            part.nuts.extend(&region.nuts);
            part.names.extend(region.names.iter().cloned());
        }
        parts.by_code.insert(code, place);
        if !postcode.is_empty() {
            parts.by_postcode.entry(country).or_default().insert(*postcode, place);
        }
        parts.all.push(part);
    }
    parts
});

impl Part {
    /// Whether it is the part of this code, or within it: ISO 3166-2, or the beginning of NUTS.
    pub(super) fn is_in(&self, code: &str) -> bool {
        if code.contains('-') { self.codes.contains(&code) } else { self.nuts.iter().any(|nuts| nuts.starts_with(code)) }
    }

    /// Whether the part of this code cannot be where this one is. What is finer than it may be.
    pub(super) fn is_apart(&self, code: &str) -> bool {
        let finer = |part: &Part| self.codes.first().is_some_and(|own| part.codes.contains(own));
        match of_code(code) {
            Some(part) => !self.is_in(code) && !finer(part),
            None => !code.starts_with(self.country) || !code.contains('-') && !self.is_in(code),
        }
    }

    /// Whether it, or the region it is in, is called so; folded.
    pub(super) fn is_called(&self, words: &str) -> bool {
        self.names.iter().any(|name| name == words)
    }
}

/// The part of a code: ISO 3166-2, or NUTS, of which one that is finer than the table is in the part that it begins with.
pub(super) fn of_code(code: &str) -> Option<&'static Part> {
    let exact = PARTS.by_code.get(code).map(|at| &PARTS.all[*at]);
    let nuts = || {
        let begins = |part: &&Part| part.nuts.first().is_some_and(|own| code.starts_with(own));
        PARTS.all.iter().filter(begins).max_by_key(|part| part.nuts.first().map_or(0, |own| own.len()))
    };
    exact.or_else(|| if code.contains('-') { None } else { nuts() })
}

/// The part that a text names: the finest of those between its commas, of several the last. Of a country that is not known one alone may have it.
pub(super) fn named(written: &str, country: Option<&str>) -> Option<&'static Part> {
    let one = |piece: &str| {
        let piece = piece.trim();
        let letters = piece.len() == 2 && piece.bytes().all(|b| b.is_ascii_uppercase());
        if let (true, Some(country)) = (letters, country) {
            return PARTS.by_code.get(format!("{country}-{piece}").as_str()).copied();
        }
        let words = text::words(piece);
        let words = words.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let bare = BEFORE.iter().find_map(|before| words.strip_prefix(before)?.strip_prefix(' ')).unwrap_or(words);
        [words, bare].into_iter().find_map(|name| match country {
            Some(country) => PARTS.by_name.get(country)?.get(name).copied(),
            None => PARTS.alone.get(name).copied().flatten(),
        })
    };
    let written = text::clip(written, CHARS);
    let found = written.split([',', ';', '(', ')', '/', '|', '·']).chain([written.as_str()]).filter_map(one);
    found.map(|at| &PARTS.all[at]).max_by_key(|part| part.codes.len())
}

/// The part that the postcode in a text says.
pub(super) fn of_postcode(written: &str, country: &str) -> Option<&'static Part> {
    let known = PARTS.by_postcode.get(country)?;
    let is_code = |token: &&str| token.len() == POSTCODE && token.bytes().all(|b| b.is_ascii_digit());
    let code = written.rsplit(|c: char| !c.is_alphanumeric()).find(is_code)?;
    (1..=3).rev().find_map(|n| known.get(&code[..n])).map(|at| &PARTS.all[*at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let parts = &*PARTS;
        let of = |country: &str, codes: usize| parts.all.iter().filter(|part| part.country == country && part.codes.len() == codes).count();
        // Ceuta and Melilla are regions without provinces.
        assert_eq!((of("ES", 1), of("ES", 2)), (19, 50));
        assert_eq!((of("FR", 1), of("FR", 2)), (13, 96));
        assert_eq!((of("IT", 1), of("IT", 2)), (20, 106));
        for number in 1..=52 {
            let code = format!("{number:02}123");
            assert!(of_postcode(&code, "ES").is_some(), "{code}");
        }
        for number in (1..=95).filter(|number| *number != 20) {
            assert!(of_postcode(&format!("{number:02}000"), "FR").is_some(), "{number}");
        }
        assert!(parts.all.iter().all(|part| !part.names.is_empty() && part.names.iter().all(|name| !name.is_empty())));
        assert!(parts.all.iter().filter(|part| part.country != "FR").all(|part| !part.nuts.is_empty()));
    }

    #[test]
    fn parts_by_name_and_postcode() {
        let told = |part: Option<&'static Part>| part.map(|part| part.codes.join(" ")).unwrap_or_default();
        for (written, country, want) in [
            ("Burgos", None, "ES-BU ES-CL"),
            ("Provincia de León", None, "ES-LE ES-CL"),
            ("Bizkaia", None, "ES-BI ES-PV"),
            ("Vizcaya", None, "ES-BI ES-PV"),
            ("Araba/Álava", None, "ES-VI ES-PV"),
            ("Alicante (Comunidad Valenciana)", None, "ES-A ES-VC"),
            ("Burgos, Castilla y León", None, "ES-BU ES-CL"),
            ("Comunidad de Madrid", None, "ES-MD"),
            ("09200 Miranda de Ebro (Burgos)", Some("ES"), "ES-BU ES-CL"),
            ("Valencia, 25, Barcelona", Some("ES"), "ES-B ES-CT"),
            ("Isère", None, "FR-38 FR-ARA"),
            ("20121 Milano (MI)", Some("IT"), "IT-MI IT-25"),
            ("Sesto San Giovanni (MI)", Some("IT"), "IT-MI IT-25"),
            ("Burgos", Some("FR"), ""),
            ("Bierzo", None, ""),
            ("", None, ""),
        ] {
            assert_eq!(told(named(written, country)), want, "{written}");
        }
        for (written, country, want) in [
            ("Calle Olmo 12, 09001 Burgos", "ES", "ES-BU ES-CL"),
            ("E-48001 Bilbao", "ES", "ES-BI ES-PV"),
            ("2A: 20000 Ajaccio", "FR", "FR-20R"),
            ("09001", "DE", ""),
            ("Calle 9001", "ES", ""),
            ("99999", "ES", ""),
        ] {
            assert_eq!(told(of_postcode(written, country)), want, "{written}");
        }
        for (code, want) in [("ES412", "ES-BU ES-CL"), ("ES705", "ES-TF ES-CN"), ("ES-CL", "ES-CL"), ("FRK24", "FR-ARA"), ("ES9", "")] {
            assert_eq!(told(of_code(code)).split(' ').next_back(), want.split(' ').next_back(), "{code}");
        }
    }
}
