//! Where an organisation is, as far as the facts tell: the areas that segments and reps name, and the names of countries.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;

use super::parts::{self, Part};
use super::{Evidence, Fact, FactName, Organisation, Value};
use crate::base::ids::{RecordId, SourceId};
use crate::base::text;

/// An area as written in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// A country, ISO 3166-1 alpha-2.
    Country(String),
    /// A part of a country: ISO 3166-2 (`ES-MD`) or NUTS (`ES30`, which also holds `ES300`).
    Code(String),
    /// Folded words, found in the region or place that a source names.
    Words(String),
}

/// The path of a fact that no record says: the `country` that the settings of its source name. Weaker than whatever is said of who it is about.
const OF_SOURCE: &str = "country of the source";

/// Whether this is what the settings of a source say, and none of its records.
pub fn is_of_source(evidence: &Evidence) -> bool {
    evidence.path == OF_SOURCE
}

/// The organisation with the country that the settings of its sources name, of the first that name one; it counts where nothing that is known of it by
/// then says a country (see [`within`]). `None`: they name none.
pub fn placed<'c>(organisation: &Organisation, country_of: impl Fn(&SourceId) -> Option<&'c str>) -> Option<Organisation> {
    let mut sources: BTreeMap<&SourceId, &Fact> = BTreeMap::new();
    for fact in &organisation.facts {
        let first = sources.entry(&fact.evidence.source).or_insert(fact);
        if fact.evidence.seen < first.evidence.seen {
            *first = fact;
        }
    }
    let of_source = |(source, first): (&SourceId, &Fact)| country_of_source(country_of(source)?, first.record, first.evidence.clone());
    // Who told of it first knows where it is: a paper abroad that writes of it does not.
    let mut sources: Vec<(&SourceId, &Fact)> = sources.into_iter().collect();
    sources.sort_by_key(|(source, fact)| (fact.evidence.seen, *source));
    let first = sources.into_iter().find_map(of_source)?;
    Some(Organisation { facts: organisation.facts.iter().cloned().chain([first]).collect(), ..organisation.clone() })
}

/// That the settings of a source name a country for what it says of this record; `None`: there is no such country.
pub fn country_of_source(country: &str, record: RecordId, evidence: Evidence) -> Option<Fact> {
    let country = country_code(country)?;
    let quote = format!("{country}, the `country` of its source");
    let evidence = Evidence { quote, path: OF_SOURCE.to_owned(), ..evidence };
    Some(Fact { name: FactName::Country, value: Value::Text(country.to_owned()), record, evidence })
}

/// What the facts say to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes, and this is the proof.
    Yes(Evidence),
    /// No, and this is the proof.
    No(Evidence),
    /// Nobody knows; this fact would tell.
    Unknown(FactName),
}

struct Countries {
    by_name: HashMap<String, &'static str>,
    by_calling_code: HashMap<&'static str, &'static str>,
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| {
    let mut countries = Countries { by_name: HashMap::new(), by_calling_code: HashMap::new() };
    for row in include_str!("countries.txt").lines().filter(|row| !row.starts_with('#')) {
        let mut cells = row.split('|');
        let (Some(code), Some(calling)) = (cells.next(), cells.next()) else { continue };
        if !calling.is_empty() {
            countries.by_calling_code.insert(calling, code);
        }
        countries.by_name.insert(text::words(code), code);
        countries.by_name.extend(cells.map(|name| (text::words(name), code)));
    }
    countries
});

/// The ISO 3166-1 alpha-2 code of a country written as code or by one of its usual names.
pub fn country_code(name: &str) -> Option<&'static str> {
    COUNTRIES.by_name.get(&text::words(name)).copied()
}

/// Every name of a country that is known, folded.
pub fn country_names() -> impl Iterator<Item = &'static str> + Clone {
    COUNTRIES.by_name.keys().map(String::as_str)
}

/// A place without the country that is written after it, and that country: "Caen, France". Two letters are as often a part of one: "Portland, ME".
pub fn place_and_country(place: &str) -> (&str, Option<&'static str>) {
    let last = place.rsplit_once(',').filter(|(_, last)| last.trim().chars().count() > 2);
    match last.and_then(|(first, last)| Some((first.trim(), country_code(last)?))) {
        Some((first, code)) => (first, Some(code)),
        None => (place, None),
    }
}

/// A name without the country that stands in brackets behind it, and that country as it is written there: "Acme, S.L. (Spain)". Two letters are as often
/// something else's: "Acme (IT)".
pub fn name_and_country(name: &str) -> (&str, Option<&str>) {
    let parts = name.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let parts = parts.map(|(bare, inside)| (bare.trim_end(), inside.trim()));
    let is_country = |written: &str| (written.chars().count() > 2 || written == "UK") && country_code(written).is_some();
    match parts.filter(|(bare, inside)| bare.contains(char::is_alphabetic) && is_country(inside)) {
        Some((bare, country)) => (bare, Some(country)),
        None => (name, None),
    }
}

/// The country of a telephone number in E.164, where its calling code belongs to one country (`+1` and `+7` do not).
pub fn calling_country(phone: &str) -> Option<&'static str> {
    let digits = phone.strip_prefix('+')?;
    (1..=3).rev().find_map(|n| digits.get(..n).and_then(|code| COUNTRIES.by_calling_code.get(code)).copied())
}

/// The country of a telephone number in E.164, also where several share its calling code and the digits behind it say whose it is.
fn country_of_phone(phone: &str) -> Option<&'static str> {
    let by_plan = || country_code(super::telephone::valid(phone, None)?.country().id()?.as_ref());
    calling_country(phone).or_else(by_plan)
}

/// The country in front of a European VAT number (`ESB12345678`; Greece writes `EL`, Northern Ireland `XI`).
pub fn vat_country(tax_id: &str) -> Option<&'static str> {
    const PREFIXES: &str = "AT BE BG CY CZ DE DK EE EL ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI NO CH RU US";
    let (prefix, rest) = tax_id.split_at_checked(2)?;
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    if digits < 7 {
        return None;
    }
    match prefix {
        "EL" => Some("GR"),
        "XI" => Some("GB"),
        known => PREFIXES.split(' ').find(|p| *p == known),
    }
}

impl Area {
    /// Reads an area: `ES`, `Spain`, `ES-MD`, `ES30`, `Andalucía`. `None` when there are no letters or digits in it.
    pub fn parse(written: &str) -> Option<Self> {
        let written = written.trim();
        if let Some(code) = country_code(written) {
            return Some(Self::Country(code.to_owned()));
        }
        let upper = written.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        let country = written.get(..2).and_then(country_code);
        if upper && (3..=6).contains(&written.len()) && country.is_some() && written.bytes().any(|b| b == b'-' || b.is_ascii_digit()) {
            return Some(Self::Code(written.to_owned()));
        }
        let words = text::words(written);
        (!words.is_empty()).then_some(Self::Words(words))
    }

    fn country(&self) -> Option<&str> {
        match self {
            Self::Country(code) => Some(code),
            Self::Code(code) => code.get(..2),
            Self::Words(_) => None,
        }
    }

    fn holds(&self, fact: &Fact, part: Option<&Part>) -> bool {
        match self {
            Self::Country(code) => country_of(fact) == Some(code),
            Self::Code(code) => {
                let said = fact.value.text().to_uppercase();
                // `ES-C` is A Coruña, and `ES-CL` not within it.
                let same = if code.contains('-') { said == *code } else { said.starts_with(code.as_str()) };
                fact.name == FactName::Region && same || part.is_some_and(|part| part.is_in(code))
            }
            Self::Words(words) => {
                let said = fact.value.text();
                let names = |piece: &str| text::holds(&text::words(piece), words);
                let is_named = match fact.name {
                    FactName::Region | FactName::Country => names(&said),
                    FactName::Place | FactName::Address => parts::pieces(&said).any(names),
                    FactName::TaxId
                    | FactName::Phone
                    | FactName::Name
                    | FactName::Website
                    | FactName::Email
                    | FactName::Industry
                    | FactName::Size
                    | FactName::Person
                    | FactName::Postcode
                    | FactName::Parent
                    | FactName::FormerName => false,
                };
                is_named || part.is_some_and(|part| part.is_called(words))
            }
        }
    }

    /// Whether who this fact is of, and the part it speaks of, is not in this area. A code tells more than the part, which may be coarser. What
    /// words mean that are nobody's name is known of regions alone.
    fn is_apart(&self, fact: &Fact, part: Option<&Part>) -> bool {
        match self {
            Self::Country(_) => false,
            Self::Code(code) => match Self::parse(&fact.value.text()) {
                Some(Self::Code(said)) if fact.name == FactName::Region => parts::are_apart(&said, code),
                Some(Self::Country(_) | Self::Code(_) | Self::Words(_)) | None => part.is_some_and(|part| part.is_apart(code)),
            },
            Self::Words(_) => fact.name == FactName::Region,
        }
    }
}

/// The part of a country that a fact speaks of, if it does; towns and postcodes of a country that is known alone.
fn part_of(fact: &Fact, country: Option<&str>) -> Option<&'static Part> {
    let said = fact.value.text();
    match fact.name {
        FactName::Region => parts::of_code(&said.to_uppercase()).or_else(|| parts::named(&said, country, false)),
        FactName::Postcode => parts::of_postcode(&said, country?),
        FactName::Address | FactName::Place => {
            parts::of_postcode(&said, country?).or_else(|| parts::named(&said, country, fact.name == FactName::Address))
        }
        FactName::Country
        | FactName::TaxId
        | FactName::Phone
        | FactName::Name
        | FactName::Website
        | FactName::Email
        | FactName::Industry
        | FactName::Size
        | FactName::Person
        | FactName::Parent
        | FactName::FormerName => None,
    }
}

/// The country a fact speaks of, if it does.
fn country_of(fact: &Fact) -> Option<&'static str> {
    let said = fact.value.text();
    match fact.name {
        FactName::Country => country_code(&said),
        FactName::Region => {
            said.get(..2).filter(|_| said.len() > 2 && matches!(Area::parse(&said), Some(Area::Code(_)))).and_then(country_code)
        }
        FactName::TaxId => {
            vat_country(&said.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect::<String>())
        }
        FactName::Phone => country_of_phone(&said),
        FactName::Place | FactName::Address => place_and_country(&said).1,
        FactName::Name
        | FactName::Website
        | FactName::Email
        | FactName::Industry
        | FactName::Size
        | FactName::Person
        | FactName::Postcode
        | FactName::Parent
        | FactName::FormerName => None,
    }
}

/// Whether an organisation is in one of these areas, by what was known at a moment.
///
/// A telephone number can say yes, never no: companies list foreign numbers. A country from a fact or a VAT number says both; so does that of a
/// source, where nothing else does and no telephone number speaks against it. Provinces and postcodes say which region it is.
pub fn within(areas: &[Area], organisation: &Organisation, at: Timestamp) -> Answer {
    let mut facts: Vec<&Fact> = organisation.facts.iter().filter(|fact| fact.evidence.seen <= at).collect();
    facts.sort_by_key(|fact| (fact.name, fact.evidence.seen, fact.record));
    let of_source = |fact: &&&Fact| is_of_source(&fact.evidence);
    let own = facts.iter().find(|fact| fact.name != FactName::Phone && !of_source(fact) && country_of(fact).is_some());
    let called: Vec<&str> = facts.iter().filter(|fact| fact.name == FactName::Phone).filter_map(|fact| country_of(fact)).collect();
    let fits = |fact: &&&Fact| called.is_empty() || country_of(fact).is_some_and(|country| called.contains(&country));
    let strong = own.or_else(|| facts.iter().filter(of_source).find(fits));
    let country = strong.or_else(|| facts.iter().find(|fact| country_of(fact).is_some())).and_then(|fact| country_of(fact));
    let fine = areas.iter().any(|area| !matches!(area, Area::Country(_)));
    let holds = |fact: &&&Fact| {
        let part = if fine { part_of(fact, country) } else { None };
        let counts = if of_source(fact) { own.is_none() && fits(fact) } else { fact.name != FactName::Phone || own.is_none() };
        counts && areas.iter().any(|area| area.holds(fact, part))
    };
    if let Some(fact) = facts.iter().find(holds) {
        return Answer::Yes(fact.evidence.clone());
    }
    if let Some(fact) = strong {
        let elsewhere = |area: &Area| area.country().is_some_and(|code| country_of(fact) != Some(code));
        if areas.iter().all(elsewhere) {
            return Answer::No(fact.evidence.clone());
        }
    }
    if areas.iter().all(|area| matches!(area, Area::Country(_))) {
        return Answer::Unknown(FactName::Country);
    }
    // A region says it best, then a postcode.
    let of_part =
        |name: FactName| facts.iter().filter(move |fact| fact.name == name).find_map(|fact| Some((*fact, Some(part_of(fact, country)?))));
    let known = [FactName::Region, FactName::Postcode, FactName::Address, FactName::Place].into_iter().find_map(of_part);
    // Of a region that no table has it is known only that it is called otherwise, or has another code.
    let told = known.or_else(|| facts.iter().find(|fact| fact.name == FactName::Region).map(|fact| (*fact, None)));
    match told {
        Some((fact, part)) if areas.iter().all(|area| area.is_apart(fact, part)) => Answer::No(fact.evidence.clone()),
        Some(_) | None => Answer::Unknown(FactName::Region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_in_brackets_behind_a_name() {
        for (name, want) in [
            ("Acme, S.L. (Spain)", ("Acme, S.L.", Some("Spain"))),
            ("Acme (Alemania) ", ("Acme", Some("Alemania"))),
            ("ООО «Ромашка» ( Россия )", ("ООО «Ромашка»", Some("Россия"))),
            ("Acme(UK)", ("Acme", Some("UK"))),
            ("Acme (GBR)", ("Acme", Some("GBR"))),
            ("Acme (IT)", ("Acme (IT)", None)),
            ("Acme (Holdings)", ("Acme (Holdings)", None)),
            ("Acme (Spain) Ltd", ("Acme (Spain) Ltd", None)),
            ("Acme, Spain", ("Acme, Spain", None)),
            ("(Spain)", ("(Spain)", None)),
            ("Acme )", ("Acme )", None)),
        ] {
            assert_eq!(name_and_country(name), want, "{name}");
        }
    }
    use crate::model::sample::{day, organisation};

    #[test]
    fn countries_by_code_name_and_number() {
        for (name, want) in [
            ("ES", Some("ES")),
            ("España", Some("ES")),
            ("spain", Some("ES")),
            ("Россия", Some("RU")),
            ("Российская Федерация", Some("RU")),
            ("Côte", None),
            ("", None),
        ] {
            assert_eq!(country_code(name), want, "{name}");
        }
        for (phone, want) in
            [("+34911234567", Some("ES")), ("+351211234567", Some("PT")), ("+15551234567", None), ("+74951234567", None), ("+", None)]
        {
            assert_eq!(calling_country(phone), want, "{phone}");
        }
        assert_eq!((vat_country("ESB12345674"), vat_country("EL094259216"), vat_country("SCHOOL")), (Some("ES"), Some("GR"), None));
    }

    #[test]
    fn areas_as_written() {
        for (written, want) in [
            ("ES", Some(Area::Country("ES".to_owned()))),
            ("Portugal", Some(Area::Country("PT".to_owned()))),
            ("ES-MD", Some(Area::Code("ES-MD".to_owned()))),
            ("ES30", Some(Area::Code("ES30".to_owned()))),
            ("Andalucía", Some(Area::Words("andalucia".to_owned()))),
            ("LEÓN", Some(Area::Words("leon".to_owned()))),
            ("--", None),
        ] {
            assert_eq!(Area::parse(written), want, "{written}");
        }
    }

    #[test]
    fn the_country_of_a_source_says_where_nothing_else_does() {
        use FactName::{Country, Phone, Place, Postcode};
        for (areas, facts, want) in [
            (&["ES"][..], &[(Place, "Burgos")][..], "yes, ES, the `country` of its source"),
            (&["PT"], &[(Place, "Burgos")], "no, ES, the `country` of its source"),
            (&["ES-CL"], &[(Place, "Burgos")], "yes, Burgos"),
            (&["ES-CL"], &[(Place, "Bilbao")], "no, Bilbao"),
            (&["ES-CL"], &[(Postcode, "09001")], "yes, 09001"),
            (&["ES"], &[(Country, "Portugal")], "no, Portugal"),
            (&["PT"], &[(Phone, "+351211234567")], "yes, +351211234567"),
            (&["ES"], &[(Phone, "+34911234567")], "yes, +34911234567"),
            // They contradict each other.
            (&["ES"], &[(Phone, "+351211234567")], "unknown, country"),
            (&["FR"], &[(Phone, "+351211234567")], "unknown, country"),
            (&["FR"], &[(Phone, "+34911234567")], "no, ES, the `country` of its source"),
        ] {
            let areas: Vec<Area> = areas.iter().map(|area| Area::parse(area).unwrap()).collect();
            let known = organisation("Acme", facts);
            let placed = placed(&known, |_| Some("ES")).unwrap_or(known);
            let said = match within(&areas, &placed, day(1)) {
                Answer::Yes(proof) => format!("yes, {}", proof.quote),
                Answer::No(proof) => format!("no, {}", proof.quote),
                Answer::Unknown(fact) => format!("unknown, {}", fact.word()),
            };
            assert_eq!(said, want, "{areas:?} {facts:?}");
        }
    }

    #[test]
    fn where_an_organisation_is() {
        fn check(areas: &[&str], facts: &[(FactName, &str)], want: &str) {
            let areas: Vec<Area> = areas.iter().map(|area| Area::parse(area).unwrap()).collect();
            let said = match within(&areas, &organisation("Acme", facts), day(1)) {
                Answer::Yes(proof) => format!("yes, {}", proof.quote),
                Answer::No(proof) => format!("no, {}", proof.quote),
                Answer::Unknown(fact) => format!("unknown, {}", fact.word()),
            };
            assert_eq!(said, want, "{areas:?} {facts:?}");
        }
        use FactName::{Address, Country, Phone, Place, Postcode, Region, TaxId};
        check(&["ES", "PT"], &[(Country, "España")], "yes, España");
        check(&["ES", "PT"], &[(Country, "France")], "no, France");
        check(&["ES", "PT"], &[(Country, "France"), (Country, "Portugal")], "yes, Portugal");
        check(&["ES", "PT"], &[(Place, "Lyon")], "unknown, country");
        check(&["ES", "PT"], &[(Place, "Lyon, France")], "no, Lyon, France");
        check(&["ES", "PT"], &[(Place, "Jaén, Spain")], "yes, Jaén, Spain");
        check(&["ES", "PT"], &[(Place, "Portland, ME")], "unknown, country");
        check(&["US"], &[(Place, "Columbus, OH, USA")], "yes, Columbus, OH, USA");
        check(&["ES"], &[(Phone, "+34911234567")], "yes, +34911234567");
        check(&["ES"], &[(Phone, "+33123456789")], "unknown, country");
        // Where several share a calling code the digits behind it tell.
        check(&["RU"], &[(Phone, "+74951234567")], "yes, +74951234567");
        check(&["RU"], &[(Phone, "+77272345678")], "unknown, country");
        check(&["KZ"], &[(Phone, "+77272345678")], "yes, +77272345678");
        check(&["US"], &[(Phone, "+12125550123")], "yes, +12125550123");
        check(&["US"], &[(Phone, "+14165550123")], "unknown, country");
        check(&["GB"], &[(Phone, "+441134960123")], "yes, +441134960123");
        check(&["ES"], &[(Phone, "+34911234567"), (Country, "France")], "no, France");
        check(&["ES"], &[(TaxId, "ES B12345674")], "yes, ES B12345674");
        // A street is not where it is called after.
        check(&["ES-CL"], &[(Country, "España"), (Address, "C/ Burgos, 12, Alcobendas")], "unknown, region");
        check(&["ES-CL"], &[(Country, "España"), (Address, "Calle Burgos 12, 48001 Bilbao")], "no, Calle Burgos 12, 48001 Bilbao");
        check(&["Valencia"], &[(Country, "España"), (Address, "Calle Valencia 12")], "unknown, region");
        check(&["Madrid"], &[(Country, "España"), (Address, "Avenida de Madrid, 3, Soria")], "unknown, region");
        check(&["Soria"], &[(Country, "España"), (Address, "Avenida de Madrid, 3, Soria")], "yes, Avenida de Madrid, 3, Soria");
        check(&["London"], &[(Address, "London Road 5, Leeds")], "unknown, region");
        // What no table has may nest.
        check(&["GB-ENG"], &[(Region, "GB-LND")], "unknown, region");
        check(&["DE-BY"], &[(Region, "DE-BE")], "no, DE-BE");
        check(&["ES30"], &[(Region, "ES300")], "yes, ES300");
        check(&["ES30"], &[(Region, "FR10")], "no, FR10");
        check(&["Andalucía"], &[(Region, "Comunidad de Andalucia")], "yes, Comunidad de Andalucia");
        check(&["Andalucía"], &[(Region, "Madrid")], "no, Madrid");
        check(&["Andalucía"], &[(Place, "Sevilla")], "unknown, region");
        check(&["Andalucía", "PT"], &[(Region, "Madrid")], "unknown, region");
        // Provinces, postcodes and towns say which region it is.
        check(&["ES-CL"], &[(Region, "Burgos")], "yes, Burgos");
        check(&["ES-CL"], &[(Region, "Bizkaia")], "no, Bizkaia");
        check(&["ES41"], &[(Region, "Burgos")], "yes, Burgos");
        check(&["ES-CL"], &[(Region, "ES412")], "yes, ES412");
        check(&["ES-CL"], &[(Region, "ES-BU")], "yes, ES-BU");
        check(&["ES-C"], &[(Region, "ES-CL")], "no, ES-CL");
        check(&["ES-BU"], &[(Region, "Castilla y León")], "unknown, region");
        check(&["ES-BU"], &[(Region, "Burgos, Castilla y León")], "yes, Burgos, Castilla y León");
        check(&["Castilla y León"], &[(Region, "Burgos")], "yes, Burgos");
        check(&["ES-CL"], &[(Region, "El Bierzo")], "unknown, region");
        check(&["ES-CL"], &[(Country, "España"), (Postcode, "09001")], "yes, 09001");
        check(&["ES-CL"], &[(Country, "España"), (Postcode, "48001")], "no, 48001");
        check(&["ES-CL"], &[(Phone, "+34947200331"), (Address, "Calle Olmo 12, 09001 Burgos")], "yes, Calle Olmo 12, 09001 Burgos");
        check(&["ES-CL"], &[(Country, "España"), (Place, "Miranda de Ebro (Burgos)")], "yes, Miranda de Ebro (Burgos)");
        // A code that is finer than the table is in a part of the region, nobody knows which.
        check(&["FR-74"], &[(Region, "FRK24")], "unknown, region");
        check(&["FRK24"], &[(Region, "Isère")], "unknown, region");
        check(&["FRK24"], &[(Region, "FRK26")], "no, FRK26");
        check(&["FR-ARA"], &[(Region, "FRK24")], "yes, FRK24");
        check(&["FR-95"], &[(Region, "FR101")], "unknown, region");
        check(&["IT-VA"], &[(Region, "ITC4C")], "unknown, region");
        check(&["ES-TF"], &[(Region, "ES705")], "unknown, region");
        check(&["ES705"], &[(Region, "Tenerife")], "unknown, region");
        check(&["IT-32"], &[(Region, "ITH20")], "yes, ITH20");
        check(&["ITH20"], &[(Region, "IT-32")], "unknown, region");
        check(&["ITH1"], &[(Region, "Trento")], "no, Trento");
        // What no table relates keeps nobody out.
        check(&["DE-BY"], &[(Region, "DE212")], "unknown, region");
        check(&["DE212"], &[(Region, "DE-BY")], "unknown, region");
        check(&["DE212"], &[(Region, "DE2")], "unknown, region");
        check(&["DE212"], &[(Region, "DE300")], "no, DE300");
        check(&["ES-MD"], &[(Country, "España"), (Address, "CL/ SERRANO 10, ALCOBENDAS")], "unknown, region");
        check(&["ES-MD"], &[(Country, "España"), (Address, "28001 Madrid, Apartado 10234")], "yes, 28001 Madrid, Apartado 10234");
        // A town or a postcode of a country that is not known may be anywhere.
        check(&["ES-CL"], &[(Place, "León")], "unknown, region");
        check(&["ES-CL"], &[(Postcode, "09001")], "unknown, region");
        check(&["ES-CL"], &[(Country, "México"), (Region, "León")], "no, México");
        check(&["FR-ARA"], &[(Country, "France"), (Address, "3 rue Neuve, 38000 Grenoble")], "yes, 3 rue Neuve, 38000 Grenoble");
        check(&["IT-25"], &[(Country, "Italia"), (Address, "Via Roma 1, 20121 Milano (MI)")], "yes, Via Roma 1, 20121 Milano (MI)");
    }
}
