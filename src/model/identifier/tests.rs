use super::*;

/// What the first verdict says of a text.
fn first(text: &str, country: Option<&str>) -> String {
    match identify(text, country).into_iter().next() {
        None => "nothing".to_owned(),
        Some(Verdict { kind, outcome: Ok(valid), .. }) => format!("{} {}", kind.id, valid.canonical),
        Some(Verdict { kind, outcome: Err(fault), .. }) => format!("{} {fault}", kind.id),
    }
}

#[test]
fn the_rows_are_sound() {
    for (n, kind) in kinds().enumerate() {
        assert!(kinds().take(n).all(|other| other.id != kind.id), "{}", kind.id);
        assert!(kind.shapes.split('|').all(str::is_ascii), "{}", kind.id);
        assert!(kind.country.is_none_or(|country| country.len() == 2), "{}", kind.id);
        assert_eq!(Kind::of(kind.id), Some(kind));
    }
}

#[test]
fn numbers_of_every_country() {
    // Published examples of the issuers, or reckoned by hand.
    for (text, country, want) in [
        ("ATU10223006", None, "at-vat ATU10223006"),
        ("BE 776.091.951", None, "be-vat BE0776091951"),
        ("B-12.345.674", Some("ES"), "es-nif ESB12345674"),
        ("B-12.345.678", Some("ES"), "es-nif wrong check digit"),
        ("12345678Z", Some("ES"), "es-nif ES12345678Z"),
        ("X1234567L", Some("ES"), "es-nif ESX1234567L"),
        ("EL 094259216", None, "gr-vat EL094259216"),
        ("DE136695976", Some("ES"), "de-vat DE136695976"),
        ("DE136695977", None, "de-vat wrong check digit"),
        ("732 829 320", Some("FR"), "fr-siren 732829320"),
        ("732 829 320 00074", Some("FR"), "fr-siret 73282932000074"),
        ("356 000 000 49837", Some("FR"), "fr-siret 35600000049837"),
        ("FR44732829320", None, "fr-vat FR44732829320"),
        ("07643520567", Some("IT"), "it-vat IT07643520567"),
        ("RSSMRA85T10A562S", None, "it-codice-fiscale RSSMRA85T10A562S"),
        ("PT 501 964 843", None, "pt-nif PT501964843"),
        ("GB 980 7806 84", None, "gb-vat GB980780684"),
        ("SC123456", Some("GB"), "gb-company SC123456"),
        ("QQ123456", Some("GB"), "gb-company no such register"),
        ("525-234-40-78", Some("PL"), "pl-vat PL5252344078"),
        ("525-234-40-79", Some("PL"), "pl-vat wrong check digit"),
        ("0000628752", Some("PL"), "pl-krs 0000628752"),
        ("CHE-109.322.551 MWST", None, "ch-uid CHE109322551MWST"),
        ("NL 123456782 B 12", None, "nl-vat NL123456782B12"),
        ("7707083893", None, "ru-inn 7707083893"),
        ("1027700132195", Some("RU"), "ru-ogrn 1027700132195"),
        ("773601001", Some("RU"), "ru-kpp 773601001"),
        ("12-3456789", Some("US"), "us-ein 123456789"),
        ("07-3456789", Some("US"), "us-ein no office has this prefix"),
        ("11.222.333/0001-81", None, "br-cnpj 11222333000181"),
        ("12.ABC.345/01DE-35", None, "br-cnpj 12ABC34501DE35"),
        ("111.444.777-35", Some("BR"), "br-cpf 11144477735"),
        ("30.686.957-X", Some("CL"), "cl-rut wrong check digit"),
        ("76.086.428-5", Some("CL"), "cl-rut 760864285"),
        ("860.034.313-7", Some("CO"), "co-nit 8600343137"),
        ("20100070970", Some("PE"), "pe-ruc 20100070970"),
        ("51 824 753 556", None, "au-abn 51824753556"),
        ("5493001KJTIIGC8Y1R12", None, "lei 5493001KJTIIGC8Y1R12"),
        ("5493001KJTIIGC8Y1R17", None, "lei wrong check digit"),
        ("Amtsgericht München HRB 6684", None, "de-register München HRB 6684"),
        ("HRB 178881B, Charlottenburg", Some("DE"), "de-register Charlottenburg HRB 178881 B"),
        ("181/815/08155", Some("DE"), "de-steuernummer 18181508155"),
        ("2475181508152", Some("DE"), "de-steuernummer no 0 after the tax office"),
        ("12", Some("DE"), "de-vat wrong length"),
        ("on request", None, "nothing"),
        ("", Some("ES"), "nothing"),
        ("12345678", Some("XX"), "nothing"),
    ] {
        assert_eq!(first(text, country), want, "{text}");
    }
}

#[test]
fn spellings_of_one_organisation_have_one_key() {
    for (country, spellings) in [
        ("FR", &["FR44732829320", "732 829 320", "732 829 320 00074"][..]),
        ("ES", &["B12345674", "ES-B12345674", "b 12.345.674"]),
        ("CO", &["860.034.313-7", "860034313"]),
        ("CH", &["CHE-109.322.551", "CHE-109.322.551 TVA"]),
        ("BR", &["11.222.333/0001-81", "11222333000181"]),
        ("SE", &["556043-6064", "SE556043606401"]),
    ] {
        let key = |text: &&str| identify(text, Some(country)).remove(0).outcome.ok().and_then(|valid| valid.key);
        let keys: Vec<Option<String>> = spellings.iter().map(key).collect();
        assert!(keys.iter().all(|key| *key == keys[0] && key.is_some()), "{keys:?}");
    }
}

#[test]
fn keys() {
    for (written, country, want) in [
        ("B-12.345.674", Some("ES"), Some("ESB12345674")),
        ("ES B12345674", Some("DE"), Some("ESB12345674")),
        ("EL 094259216", None, Some("GR094259216")),
        ("FR 40 303 265 045", None, Some("FR303265045")),
        ("303 265 045", Some("FR"), Some("FR303265045")),
        ("7707083893", Some("RU"), Some("RU7707083893")),
        ("7707083893", None, Some("7707083893")),
        ("7707083894", Some("RU"), None),
        ("773601001", Some("RU"), None),
        ("901234567-8", Some("EC"), Some("EC9012345678")),
        ("ABC903DEF456", Some("US"), Some("USABC903DEF456")),
        ("B00000000", Some("ES"), None),
        ("12345678Z", Some("ES"), None),
        ("00000000", Some("ES"), None),
        ("123456789", Some("DE"), None),
        ("on request", None, None),
        ("№ 7707083893 от 2019 года", Some("RU"), None),
    ] {
        assert_eq!(key(written, country).as_deref(), want, "{written}");
    }
}

#[test]
fn contradictions() {
    for (a, b, want) in [
        ("ESB12345674", "ESB12345674", false),
        ("ESB12345674", "ESA99345670", true),
        ("RU7707083893", "RU1027700132195", false),
        ("7707083893", "RU7707083893", false),
        ("ESB12345674", "PT501234560", false),
        ("AR30500010912", "PE20100070970", false),
    ] {
        assert_eq!(contradict(a, b), want, "{a} {b}");
        assert_eq!(contradict(b, a), want, "{b} {a}");
    }
}

#[test]
fn a_number_tells_whom_it_names() {
    for (text, country, want) in [
        ("B12345674", "ES", Whom::Entity),
        ("12345678Z", "ES", Whom::Person),
        ("7707083893", "RU", Whom::Entity),
        ("500100732259", "RU", Whom::Person),
        ("732829320", "FR", Whom::Either),
    ] {
        assert_eq!(identify(text, Some(country))[0].outcome.as_ref().map(|valid| valid.whom), Ok(want), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged(text in "\\PC{0,40}", digits in "[A-Z]{0,4}[0-9A-ZÑ&+*]{0,20}") {
        for text in [text, digits] {
            for country in [None, Some("ES"), Some("MX"), Some("DE")] {
                for verdict in identify(&text, country) {
                    // What is valid is valid again in its canonical form.
                    if let Ok(valid) = verdict.outcome {
                        let again = identify(&valid.canonical, verdict.kind.country);
                        let same = again.iter().any(|one| one.kind == verdict.kind && one.outcome.as_ref() == Ok(&valid));
                        proptest::prop_assert!(same, "{} {}", verdict.kind.id, valid.canonical);
                    }
                }
            }
        }
    }
}
