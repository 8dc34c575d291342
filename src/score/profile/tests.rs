use iso_currency::Currency;

use super::*;
use crate::model::Listings;
use crate::model::sample::{day, organisation, record};
use crate::model::{Amount, Value};

/// The profile of an organisation with these facts and records, a line each.
fn said(name: &str, facts: &[(FactName, &str)], records: &[Record]) -> String {
    let facts: Vec<(FactName, &str)> = std::iter::once((FactName::Name, name)).chain(facts.iter().copied()).collect();
    let known = organisation(name, &facts);
    let known = Known {
        organisation: &known,
        records,
        elsewhere: &[],
        signals: &[],
        listed: &Listings::default(),
        tables: &Tables::shipped(),
        trust_of: &|_| 0.7,
    };
    let line = |(what, value, proof): (&str, String, Option<&Evidence>)| {
        format!("{what} {value}{}", proof.map_or_else(String::new, |proof| format!(" ({})", proof.quote)))
    };
    profile(&known, day(1)).lines().into_iter().map(line).collect::<Vec<_>>().join("; ")
}

/// The record with its fields read as money.
fn priced(mut record: Record) -> Record {
    for field in record.fields.values_mut() {
        let text = field.value.text();
        let (number, currency) = text.split_once(' ').unwrap();
        field.value = Value::Money(Amount { number: number.parse().unwrap(), currency: Currency::from_code(currency) });
    }
    record
}

#[test]
fn each_line_has_its_proof_or_is_unknown() {
    use FactName::{Email, Industry, Size, Website};
    let company = |fields: &[(&str, &str)]| record("fair", "1", RecordKind::Company, fields);
    let tender = |fields: &[(&str, &str)]| record("portal", "1", RecordKind::Tender, fields);
    let award = |fields: &[(&str, &str)]| record("portal", "2", RecordKind::Award, fields);
    for (name, facts, records, want) in [
        ("Acme", &[][..], vec![], "nace unknown; size_band unknown; government unknown; state_owned unknown; reseller unknown"),
        (
            "Conservas Ruiz, S.L.",
            &[(Industry, "Alimentación > Conservas"), (Size, "50-99")],
            vec![],
            "nace 10 (Alimentación > Conservas); size_band medium (50-99); government no (Conservas Ruiz, S.L.); state_owned unknown; \
             reseller no (Alimentación > Conservas)",
        ),
        (
            "Acme GmbH",
            &[(Industry, "Sonstiges"), (Size, "mehr als 100 Mitarbeiter")],
            vec![],
            "nace unknown: no table speaks of this category (Sonstiges); size_band unknown: medium to large (mehr als 100 Mitarbeiter); \
             government no (Acme GmbH); state_owned unknown; reseller unknown",
        ),
        (
            "Acme",
            &[],
            vec![company(&[("description", "Wholesale of dairy products")])],
            "nace 10 (Wholesale of dairy products); nace 46 (Wholesale of dairy products); size_band unknown; government unknown; state_owned unknown; \
             reseller yes (Wholesale of dairy products)",
        ),
        (
            "Ayuntamiento de Vigo",
            &[],
            vec![tender(&[("buyer", "Ayuntamiento de Vigo"), ("buyer_type", "local")])],
            "nace 84 (local); size_band unknown; government yes (local); state_owned no (local); reseller no (local)",
        ),
        (
            "Aguas de Vigo",
            &[],
            vec![tender(&[("buyer", "Aguas de Vigo"), ("buyer_type", "undertaking")])],
            "nace unknown; size_band unknown; government no (undertaking); state_owned yes (undertaking); reseller unknown",
        ),
        (
            "Instituto",
            &[(Website, "https://www.inst.gob.cl/x"), (Email, "a@b.es")],
            vec![],
            "nace unknown; size_band unknown; government yes (https://www.inst.gob.cl/x); state_owned no (https://www.inst.gob.cl/x); \
             reseller no (https://www.inst.gob.cl/x)",
        ),
        (
            "Stadtwerke Lauf GmbH",
            &[],
            vec![],
            "nace unknown; size_band unknown; government no (Stadtwerke Lauf GmbH); state_owned yes (Stadtwerke Lauf GmbH); reseller unknown",
        ),
        (
            "Администрация города Твери",
            &[],
            vec![],
            "nace unknown; size_band unknown; government yes (Администрация города Твери); state_owned no (Администрация города Твери); \
             reseller no (Администрация города Твери)",
        ),
        (
            "Medtech",
            &[],
            vec![award(&[("cpv", "33112200"), ("award_value", "1")])],
            "nace 32 (33112200); size_band unknown; government unknown; state_owned unknown; reseller no (33112200)",
        ),
        (
            "Lost",
            &[],
            vec![award(&[("cpv", "33112200"), ("loser", "Lost")])],
            "nace unknown; size_band unknown; government unknown; state_owned unknown; reseller unknown",
        ),
        (
            "Coded",
            &[],
            vec![company(&[("nace", "C10.51"), ("type", "Hotel")])],
            "nace 10 (C10.51); nace 55 (Hotel); size_band unknown; government unknown; state_owned unknown; reseller no (C10.51)",
        ),
    ] {
        assert_eq!(said(name, facts, &records), want, "{name}");
    }
}

#[test]
fn a_no_needs_that_all_is_understood() {
    let evidence = crate::model::sample::evidence("fair", "q", 0);
    let profile = |codes: &[&str], unmapped: bool, bands: &[&str]| Profile {
        nace: codes.iter().map(|code| ((*code).to_owned(), evidence.clone())).collect(),
        unmapped: unmapped.then(|| evidence.clone()).into_iter().collect(),
        people: (!bands.is_empty()).then(|| (People { from: 1, to: None }, evidence.clone())),
        bands: bands.iter().map(|band| (*band).to_owned()).collect(),
        government: Standing::Unknown,
        state_owned: Standing::Yes(evidence.clone()),
        reseller: Standing::No(evidence.clone()),
    };
    let word = |standing: Standing| match standing {
        Standing::Yes(_) => "yes",
        Standing::No(_) => "no",
        Standing::Unknown => "unknown",
    };
    let words = |asked: &[&str]| asked.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    for (asked, codes, unmapped, want) in [
        (&["10"][..], &["10"][..], false, "yes"),
        (&["C"], &["10"], false, "yes"),
        (&["F", "C"], &["C"], true, "yes"),
        (&["11"], &["10"], false, "no"),
        (&["11"], &["10"], true, "unknown"),
        (&["10"], &["C"], false, "unknown"),
        (&["10"], &["F"], false, "no"),
        (&["10"], &[], false, "unknown"),
    ] {
        assert_eq!(word(ProfileAsk::Nace(words(asked)).ask(&profile(codes, unmapped, &[]))), want, "{asked:?} of {codes:?}");
    }
    for (asked, bands, want) in [
        (&["medium"][..], &["medium"][..], "yes"),
        (&["medium", "large"], &["medium", "large"], "yes"),
        (&["medium"], &["medium", "large"], "unknown"),
        (&["micro"], &["medium"], "no"),
        (&["micro"], &[], "unknown"),
    ] {
        assert_eq!(word(ProfileAsk::SizeBand(words(asked)).ask(&profile(&[], false, bands))), want, "{asked:?} of {bands:?}");
    }
    let of = |ask: ProfileAsk| word(ask.ask(&profile(&[], false, &[])));
    let asked = [ProfileAsk::Government(false), ProfileAsk::StateOwned(true), ProfileAsk::StateOwned(false), ProfileAsk::Reseller(false)];
    assert_eq!(asked.map(of), ["unknown", "yes", "no", "yes"]);
}

#[test]
fn turnover_and_contracts_tell_of_size() {
    let company = |fields: &[(&str, &str)]| priced(record("fair", "1", RecordKind::Company, fields));
    let award = |fields: &[(&str, &str)]| priced(record("portal", "2", RecordKind::Award, fields));
    for (records, want) in [
        (vec![company(&[("turnover", "7500000 EUR")])], "small (7500000 EUR)"),
        (vec![company(&[("turnover", "75000000 USD")])], "large (75000000 USD)"),
        (vec![company(&[("turnover", "75000000 RUB")])], "unknown"),
        (
            vec![award(&[("award_value", "12000000 EUR")]), award(&[("award_value", "90000000 RUB")])],
            "unknown: medium to large (12000000 EUR)",
        ),
        (vec![award(&[("award_value", "400000 EUR")])], "unknown"),
    ] {
        let all = said("Acme", &[], &records);
        assert_eq!(all.split("; ").find_map(|line| line.strip_prefix("size_band ")), Some(want), "{all}");
    }
}
