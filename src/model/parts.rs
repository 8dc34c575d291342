//! Parts of countries: which region a province, a department or a postcode is in, by a table. Knows no organisation.

use std::cmp::Reverse;
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
/// What stands before the number of a letter box, which has as many digits as a postcode has.
const BOX: [&str; 7] = ["apartado", "apdo", "aptdo", "box", "bp", "cs", "casella"];
/// What parts the pieces of an address.
const BETWEEN: [char; 7] = [',', ';', '(', ')', '/', '|', '·'];
/// What stands before the name of a street, folded.
const STREETS: [&str; 47] = [
    "c",
    "cl",
    "calle",
    "carrer",
    "av",
    "avda",
    "avd",
    "avenida",
    "avinguda",
    "pl",
    "pza",
    "plaza",
    "placa",
    "praza",
    "ps",
    "paseo",
    "passeig",
    "pg",
    "ctra",
    "carretera",
    "camino",
    "cami",
    "ronda",
    "rda",
    "travesia",
    "poligono",
    "pol",
    "urbanizacion",
    "glorieta",
    "rua",
    "via",
    "viale",
    "corso",
    "piazza",
    "piazzale",
    "largo",
    "strada",
    "rue",
    "avenue",
    "boulevard",
    "bd",
    "place",
    "chemin",
    "route",
    "quai",
    "allee",
    "impasse",
];
/// What stands behind it.
const ROADS: [&str; 11] = ["street", "road", "rd", "lane", "avenue", "ave", "drive", "boulevard", "strasse", "weg", "straat"];
/// Countries whose ISO 3166-2 is of one level: no part of theirs is in another.
const FLAT: [&str; 16] = ["AT", "AU", "BR", "CA", "CH", "CN", "DE", "IN", "JP", "MX", "PL", "PT", "RU", "SE", "US", "ZA"];
/// Digits of a number behind which a place stands, as a postcode is.
const LONG: usize = 4;
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
    /// The NUTS that it is made of; where the table has none, those that its region is made of.
    nuts: Vec<&'static str>,
    /// Whether the NUTS are its region's.
    coarse: bool,
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
            coarse: nuts.is_empty(),
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
            if part.coarse {
                part.nuts.clone_from(&region.nuts);
            }
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
        if is_iso(code) { self.codes.contains(&code) } else { self.nuts.iter().all(|nuts| nuts.starts_with(code)) }
    }

    /// Whether the part of this code cannot be where this one is. What is finer than it may be.
    pub(super) fn is_apart(&self, code: &str) -> bool {
        self.codes.first().is_some_and(|own| are_apart(own, code))
    }

    /// Whether some of it may be in this NUTS.
    fn meets(&self, nuts: &str) -> bool {
        self.nuts.iter().any(|own| overlap(own, nuts))
    }

    /// Whether it, or the region it is in, is called so; folded.
    pub(super) fn is_called(&self, words: &str) -> bool {
        self.names.iter().any(|name| name == words)
    }
}

fn is_iso(code: &str) -> bool {
    code.contains('-')
}

/// Whether one NUTS is within the other.
fn overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Whether two codes, each ISO 3166-2 or NUTS, cannot be of one place. Those of a country that the table does not relate may be: of another
/// scheme, or, where it has the one and not the other, of another edition.
pub(super) fn are_apart(one: &str, other: &str) -> bool {
    let knows = |nuts: &str| PARTS.all.iter().any(|part| part.meets(nuts));
    let mixed = |iso: &str, nuts: &str| knows(nuts) && of_code(iso).is_some_and(|part| !part.meets(nuts));
    if one.get(..2) != other.get(..2) {
        return true;
    }
    match (is_iso(one), is_iso(other)) {
        (true, true) => match (of_code(one), of_code(other)) {
            (Some(a), Some(b)) => !a.is_in(other) && !b.is_in(one),
            (None, None) => one != other && one.get(..2).is_some_and(|country| FLAT.contains(&country)),
            (Some(_), None) | (None, Some(_)) => false,
        },
        (false, false) => !overlap(one, other) && knows(one) == knows(other),
        (true, false) => mixed(one, other),
        (false, true) => mixed(other, one),
    }
}

/// The part of a code: ISO 3166-2, or NUTS, of which one that is finer than the table is in the part that it begins with. Of two parts with one
/// NUTS it is the one made of that alone, and then the coarser: which finer one it is, the code does not say.
pub(super) fn of_code(code: &str) -> Option<&'static Part> {
    let exact = PARTS.by_code.get(code).map(|at| &PARTS.all[*at]);
    let begins = |part: &'static Part| {
        let length = part.nuts.iter().filter(|own| code.starts_with(**own)).map(|own| own.len()).max()?;
        Some((length, part))
    };
    let nuts = || {
        let own = PARTS.all.iter().filter(|part| !part.coarse).filter_map(begins);
        own.max_by_key(|(length, part)| (*length, Reverse(part.nuts.len()), Reverse(part.codes.len()))).map(|(_, part)| part)
    };
    exact.or_else(|| if is_iso(code) { None } else { nuts() })
}

/// The pieces of a text that may name where it is: those between its commas, without streets, which are called after other places. Of a street that
/// is written in one with its place, what stands behind the postcode.
pub(super) fn pieces(written: &str) -> impl Iterator<Item = &str> {
    let pieces = written.split(|c| c != '/' && BETWEEN.contains(&c));
    pieces.flat_map(|piece| if is_street(piece) { behind_postcode(piece).unwrap_or_default() } else { piece }.split('/'))
}

fn is_street(piece: &str) -> bool {
    let folded = text::words(piece);
    let mut words = folded.split(' ').skip_while(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let first = words.next().unwrap_or_default();
    let mut rest = words.filter(|word| word.chars().all(char::is_alphabetic)).peekable();
    rest.peek().is_some() && (STREETS.contains(&first) || rest.any(|word| ROADS.contains(&word)))
}

fn behind_postcode(piece: &str) -> Option<&str> {
    let (before, place) = piece.rsplit_once(|c: char| c.is_ascii_digit())?;
    // The last digit itself is gone.
    let digits = 1 + before.bytes().rev().take_while(u8::is_ascii_digit).count();
    (digits >= LONG).then_some(place)
}

/// The part that a text names: the finest of those between its commas, of several the last. Of a country that is not known one alone may have
/// it. Two letters name one in brackets or at the end, and in no Spanish `address`, where they are the kind of street.
pub(super) fn named(written: &str, country: Option<&str>, address: bool) -> Option<&'static Part> {
    let by_name = |piece: &str| {
        let words = text::words(piece);
        let words = words.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let bare = BEFORE.iter().find_map(|before| words.strip_prefix(before)?.strip_prefix(' ')).unwrap_or(words);
        [words, bare].into_iter().find_map(|name| match country {
            Some(country) => PARTS.by_name.get(country)?.get(name).copied(),
            None => PARTS.alone.get(name).copied().flatten(),
        })
    };
    let by_letters = |piece: &str| {
        let country = country.filter(|country| !(address && *country == "ES"))?;
        let piece = Some(piece.trim()).filter(|piece| piece.len() == 2 && piece.bytes().all(|b| b.is_ascii_uppercase()))?;
        PARTS.by_code.get(format!("{country}-{piece}").as_str()).copied()
    };
    let written = text::clip(written, CHARS);
    let names = pieces(&written).chain([written.as_str()]).filter_map(by_name);
    let bracketed = written.split('(').skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let letters = bracketed.chain(written.rsplit(BETWEEN).next()).filter_map(by_letters);
    names.chain(letters).map(|at| &PARTS.all[at]).max_by_key(|part| part.codes.len())
}

/// The part that the first postcode in a text says. The number of a letter box is none.
pub(super) fn of_postcode(written: &str, country: &str) -> Option<&'static Part> {
    let known = PARTS.by_postcode.get(country)?;
    let in_piece = |piece: &'_ str| {
        let mut boxed = false;
        for token in piece.split(|c: char| !c.is_alphanumeric()) {
            let number = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
            if number && token.len() == POSTCODE && !boxed {
                return Some(token.to_owned());
            }
            boxed = !number && (boxed || BOX.contains(&token.to_lowercase().as_str()));
        }
        None
    };
    let code = written.split(BETWEEN).find_map(in_piece)?;
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
        assert!(parts.all.iter().all(|part| !part.nuts.is_empty() && part.nuts.iter().all(|nuts| nuts.starts_with(part.country))));
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
            ("20099 Sesto San Giovanni, MI", Some("IT"), "IT-MI IT-25"),
            ("CR/ Verdi 1, Sesto San Giovanni", Some("IT"), ""),
            ("Miranda de Ebro (BU)", Some("ES"), "ES-BU ES-CL"),
            ("CL/ SERRANO 10, ALCOBENDAS", Some("ES"), ""),
            ("C/ Burgos, 12, Alcobendas", Some("ES"), ""),
            ("C/ Burgos", Some("ES"), ""),
            ("Avenida de Madrid, Burgos", Some("ES"), "ES-BU ES-CL"),
            ("Calle Valencia 12 09001 Burgos", Some("ES"), "ES-BU ES-CL"),
            ("Ronda, Málaga", Some("ES"), "ES-MA ES-AN"),
            ("Via Milano, Bergamo", Some("IT"), "IT-BG IT-25"),
            ("Burgos", Some("FR"), ""),
            ("Bierzo", None, ""),
            ("", None, ""),
        ] {
            assert_eq!(told(named(written, country, false)), want, "{written}");
        }
        for (written, country, want) in [
            ("CL/ SERRANO 10, ALCOBENDAS", "ES", ""),
            ("AV/ EUROPA 2, ALCOBENDAS, CR", "ES", ""),
            ("Alcobendas (AV)", "ES", ""),
            ("Alcobendas (Madrid)", "ES", "ES-M ES-MD"),
            ("Via Roma 1, Sesto San Giovanni (MI)", "IT", "IT-MI IT-25"),
        ] {
            assert_eq!(told(named(written, Some(country), true)), want, "{written}");
        }
        for (written, country, want) in [
            ("28001 Madrid, Apartado 10234", "ES", "ES-M ES-MD"),
            ("28001 Madrid, 10234", "ES", "ES-M ES-MD"),
            ("Apartado de Correos nº 10234, 28001 Madrid", "ES", "ES-M ES-MD"),
            ("Apdo. 10234 28001 Madrid", "ES", "ES-M ES-MD"),
            ("Apartado 12, 28001 Madrid", "ES", "ES-M ES-MD"),
            ("Apartado 10234, Madrid", "ES", ""),
            ("CS 40123, 38000 Grenoble", "FR", "FR-38 FR-ARA"),
            ("Calle Olmo 12, 09001 Burgos", "ES", "ES-BU ES-CL"),
            ("E-48001 Bilbao", "ES", "ES-BI ES-PV"),
            ("2A: 20000 Ajaccio", "FR", "FR-20R"),
            ("09001", "DE", ""),
            ("Calle 9001", "ES", ""),
            ("99999", "ES", ""),
        ] {
            assert_eq!(told(of_postcode(written, country)), want, "{written}");
        }
    }

    #[test]
    fn parts_by_code() {
        for (code, want) in [
            ("ES412", "ES-BU ES-CL"),
            ("ES41", "ES-CL"),
            ("ES-CL", "ES-CL"),
            ("ES-BU", "ES-BU ES-CL"),
            // Two provinces have this, and one has all of its region's.
            ("ES70", "ES-CN"),
            ("ES705", "ES-CN"),
            ("ES53", "ES-IB"),
            ("ES9", ""),
            ("FRK", "FR-ARA"),
            ("FRK24", "FR-ARA"),
            ("FR101", "FR-IDF"),
            ("ITC4C", "IT-25"),
            ("ITH1", "IT-BZ IT-32"),
            ("ITH10", "IT-BZ IT-32"),
            ("ITH20", "IT-TN IT-32"),
            ("ITH", ""),
        ] {
            assert_eq!(of_code(code).map(|part| part.codes.join(" ")).unwrap_or_default(), want, "{code}");
        }
        // Whether the first is in the second, and whether it cannot be.
        for (code, area, want) in [
            ("FR-38", "FRK", (true, false)),
            ("FR-38", "FRK24", (false, false)),
            ("FR-38", "FRL", (false, true)),
            ("FR-38", "FR-74", (false, true)),
            ("FR-ARA", "FR-74", (false, false)),
            // The edition before.
            ("FR-38", "FR71", (false, false)),
            ("IT-MI", "ITC4C", (false, false)),
            ("IT-MI", "ITC4", (true, false)),
            ("ES-GC", "ES70", (true, false)),
            ("ES-GC", "ES705", (false, false)),
            ("ES-GC", "ES-TF", (false, true)),
            ("ES-BU", "ES41", (true, false)),
            ("ES-BU", "ES413", (false, true)),
            ("ES-CL", "ES413", (false, false)),
            ("IT-TN", "ITH", (true, false)),
            ("IT-TN", "ITH2", (true, false)),
            ("IT-TN", "ITH1", (false, true)),
            ("IT-32", "ITH1", (false, false)),
            ("IT-32", "ITH20", (false, false)),
            ("IT-32", "ITH", (true, false)),
            ("IT-32", "DE212", (false, true)),
        ] {
            let part = of_code(code).unwrap();
            assert_eq!((part.is_in(area), part.is_apart(area)), want, "{code} {area}");
        }
        for (one, other, want) in [
            ("DE-BY", "DE212", false),
            ("DE-BY", "DE-BE", true),
            ("GB-ENG", "GB-LND", false),
            ("BE-VLG", "BE-VAN", false),
            ("GB-ENG", "FR-38", true),
            ("DE2", "DE212", false),
            ("DE212", "DE300", true),
            ("DE212", "FRK", true),
            ("ITH20", "IT-32", false),
            ("ITH", "IT-32", false),
            ("ITC4C", "IT-32", true),
            ("ITC4C", "ITC4D", true),
            ("FRK24", "FR-38", false),
            ("FR71", "FRK24", false),
            ("FR-69M", "FR-ARA", false),
        ] {
            assert_eq!((are_apart(one, other), are_apart(other, one)), (want, want), "{one} {other}");
        }
    }
}
