//! Whole stories of records and organisations, and what holds for all of them.

use proptest::prelude::*;

use super::linkage::Index;
use super::*;
use crate::base::ids::RecordId;
use crate::model::sample::{day, record};
use crate::model::{Bond, FactName, Record, RecordKind};

fn about() -> About {
    About { organisation: None, country: Some("ES".to_owned()), own_hosts: vec!["www.fair.example".to_owned()] }
}

fn keys(record: &Record, about: &About) -> Vec<String> {
    identify(record, about).keys.iter().map(ToString::to_string).collect()
}

#[test]
fn keys_of_records() {
    fn check(kind: RecordKind, fields: &[(&str, &str)], want: &[&str]) {
        let record = record("fair", "k", kind, fields);
        let mut want: Vec<String> = want.iter().map(ToString::to_string).collect();
        want.push(format!("unnamed:{}", record.id));
        assert_eq!(keys(&record, &about()), want, "{fields:?}");
    }
    use RecordKind::{Article, Company, Offer};
    check(
        Company,
        &[
            ("name", "Talleres García, S.L."),
            ("city", "Móstoles"),
            ("cif", "B-12345674"),
            ("web", "https://www.talleres-garcia.es/x"),
            ("phone", "+34911234567"),
        ],
        &[
            "tax:ESB12345674",
            "domain:talleres-garcia.es",
            "phone:+34911234567",
            "name:talleres garcia|mostoles",
            "name:talleres garcia|@fair",
        ],
    );
    // Shared hosts, free mail and the source itself name nobody.
    check(Company, &[("website", "https://facebook.com/acme"), ("email", "acme@gmail.com")], &[]);
    check(Company, &[("url", "https://stands.fair.example/12"), ("email", "stand12@fair.example")], &[]);
    check(Company, &[("url", "https://acme.es/"), ("email", "sales@acme.es")], &["domain:acme.es"]);
    check(Company, &[("website", "acme.pt/contact")], &["domain:acme.pt"]);
    check(Company, &[("website", "http://127.0.0.1:9000/")], &[]);
    // An offer's name and address are the offer's; its seller is somebody.
    check(Offer, &[("name", "Pallets 80x120"), ("url", "https://other.es/offer")], &[]);
    check(Offer, &[("name", "Pallets 80x120"), ("seller", "ООО «Ромашка»")], &["name:ромашка|@fair"]);
    check(Article, &[("title", "Acme grows"), ("url", "https://press.es/acme")], &[]);
    check(Company, &[("phone", "+34000000000"), ("name", "---")], &[]);
    // Whoever wants no name has none, and a remark is no part of one.
    for nobody in [
        "Confidencial",
        "CONFIDENTIAL",
        "Particular",
        "Anonym",
        "Empresa confidencial",
        "Частное лицо",
        "name shown to members",
        "Log in to see the buyer",
    ] {
        check(RecordKind::Vacancy, &[("title", "Soldador"), ("company", nobody)], &[]);
    }
    check(RecordKind::Vacancy, &[("company", "ETT Trabajo Ya, S.L. (para empresa del sector)")], &["name:ett trabajo ya|@fair"]);
    check(Company, &[("name", "Trabajo Ya, S.L. (Burgos)")], &["name:trabajo ya s l burgos|@fair"]);
}

#[test]
fn another_legal_form_is_another_company_where_nothing_but_name_and_town_is_known() {
    let of = |source: &str, name: &str, more: &[(&str, &str)]| company(source, name, &[&[("name", name), ("city", "León")], more].concat());
    for (one, other, more, organisations) in [
        ("Acme SL", "Acme SA", &[][..], 2),
        ("Acme SL", "Acme", &[], 1),
        ("Acme SL", "ACME S.L.", &[], 1),
        ("Acme SL", "Acme SA", &[("web", "https://acme.es")], 1),
    ] {
        assert_eq!(tell(&[of("a", one, more), of("b", other, more)]).len(), organisations, "{one} {other} {more:?}");
    }
}

#[test]
fn a_tax_number_without_its_country_is_the_same() {
    let record = company("a", "1", &[("name", "Talleres Orbaneja"), ("tax_id", "B12345674")]);
    let at_home = |country: Option<&str>| keys(&record, &About { country: country.map(str::to_owned), ..about() })[0].clone();
    assert_eq!((at_home(None), at_home(Some("ES"))), ("tax:ESB12345674".to_owned(), "tax:ESB12345674".to_owned()));
}

#[test]
fn the_source_may_fix_the_organisation() {
    let about = About { organisation: Some("Acme GmbH".to_owned()), ..about() };
    let page = record("fair", "p", RecordKind::Page, &[("title", "News")]);
    let identity = identify(&page, &about);
    assert_eq!(identity.name.as_deref(), Some("Acme GmbH"));
    assert_eq!(keys(&page, &about)[0], "name:acme|@fair");
    let organisation = merge(&page, &identity, Met::default(), day(1)).organisation;
    assert_eq!(organisation.facts(FactName::Name).next().unwrap().evidence.url, page.url);
}

fn met(found: &[Organisation]) -> Met<'_> {
    Met { found, common: None }
}

/// Feeds records one after the other, as the pipeline does: those who own a key are looked up and handed in.
fn tell(records: &[Record]) -> Vec<Organisation> {
    let mut known: Vec<Organisation> = Vec::new();
    for record in records {
        let identity = identify(record, &about());
        let found: Vec<Organisation> = known.iter().filter(|org| identity.keys.iter().any(|key| org.keys.contains(key))).cloned().collect();
        let merged = merge(record, &identity, met(&found), day(1));
        known.retain(|org| org.id != merged.organisation.id && !merged.absorbed.contains(&org.id));
        known.push(merged.organisation);
    }
    known.sort_by(|a, b| a.name.cmp(&b.name));
    known
}

/// The same, and what is new is looked up by likeness, as the pipeline does.
fn linked(records: &[Record]) -> Vec<Organisation> {
    let (mut known, mut index): (Vec<Organisation>, Index) = Default::default();
    for record in records {
        let identity = identify(record, &about());
        let common = identity.keys.iter().filter(|key| index.is_common(key)).cloned().collect();
        let merged = merge(record, &identity, Met { found: &known, common: Some(&common) }, day(1));
        let (mut one, mut gone) = (merged.organisation, merged.absorbed);
        loop {
            known.retain(|org| org.id != one.id && !gone.contains(&org.id));
            for id in &gone {
                index.remove(*id);
            }
            index.put(one.id, &rows(&one));
            let found = index.find(Some(one.id), &rows(&one));
            let like = found.iter().filter(|found| found.points > 0.0).find_map(|found| {
                let other = known.iter().find(|org| org.id == found.organisation)?;
                parted(&one, other).is_none().then(|| (other.clone(), Bond::Alike(likeness(found))))
            });
            let Some((other, bond)) = like else { break };
            gone = vec![one.id, other.id];
            one = unite(one, other, &bond, day(1));
        }
        known.push(one);
    }
    known
}

fn partition(organisations: &[Organisation]) -> BTreeSet<BTreeSet<RecordId>> {
    organisations.iter().map(|org| org.records.iter().copied().collect()).collect()
}

fn company(source: &str, key: &str, fields: &[(&str, &str)]) -> Record {
    record(source, key, RecordKind::Company, fields)
}

#[test]
fn stories() {
    fn check(what: &str, records: &[Record], organisations: usize) {
        let mut told = tell(records);
        assert_eq!(told.len(), organisations, "{what}: {told:#?}");
        // No key belongs to two.
        let all: usize = told.iter().map(|org| org.keys.len()).sum();
        let keys: BTreeSet<_> = told.iter().flat_map(|org| &org.keys).collect();
        assert_eq!(keys.len(), all, "{what}");
        // Told again, nothing changes.
        for record in records {
            let identity = identify(record, &about());
            let found: Vec<Organisation> =
                told.iter().filter(|org| identity.keys.iter().any(|key| org.keys.contains(key))).cloned().collect();
            let merged = merge(record, &identity, met(&found), day(9));
            assert!(told.iter().any(|org| org.id == merged.organisation.id), "{what}: a new organisation on a second telling");
            told.retain(|org| org.id != merged.organisation.id);
            told.push(merged.organisation);
        }
        assert_eq!(told.len(), organisations, "{what}, told twice");
    }
    let acme = |source: &str, more: &[(&str, &str)]| company(source, "acme", &[&[("name", "Acme SL")], more].concat());
    check("one domain in two sources", &[acme("a", &[("web", "https://acme.es")]), acme("b", &[("email", "x@acme.es")])], 1);
    check("a name in two sources", &[acme("a", &[]), acme("b", &[])], 2);
    check("name and place in two sources", &[acme("a", &[("city", "León")]), acme("b", &[("town", "leon")])], 1);
    check(
        "two companies of a group on one domain",
        &[
            acme("a", &[("web", "https://acme.es"), ("cif", "B12345674")]),
            company("a", "parts", &[("name", "Acme Parts SL"), ("web", "https://acme.es"), ("cif", "A98765431")]),
        ],
        2,
    );
    check(
        "one number, no word in common",
        &[acme("a", &[("phone", "+34911234567")]), company("a", "other", &[("name", "Borges Textil"), ("phone", "+34911234567")])],
        2,
    );
    check(
        "one number, a word in common",
        &[acme("a", &[("phone", "+34911234567")]), company("b", "other", &[("name", "Acme Industrial"), ("phone", "+34911234567")])],
        1,
    );
    check(
        "one name in two towns of one source",
        &[
            company("a", "1", &[("name", "Farmacia Central"), ("city", "León")]),
            company("a", "2", &[("name", "Farmacia Central"), ("city", "Soria")]),
        ],
        2,
    );
    check("the detail page adds the place", &[acme("a", &[]), acme("a", &[("city", "León")])], 1);
    check(
        "a register number beside a tax number",
        &[
            company("a", "1", &[("name", "ООО Ромашка"), ("inn", "7707083893"), ("web", "https://romashka.ru")]),
            company("b", "2", &[("name", "Ромашка"), ("ogrn", "1027700132195"), ("web", "https://romashka.ru")]),
        ],
        1,
    );
    check(
        "nobody named",
        &[
            record("a", "1", RecordKind::Request, &[("title", "Pallets wanted")]),
            record("a", "2", RecordKind::Request, &[("title", "Boxes wanted")]),
        ],
        2,
    );
    check(
        "all keys are somebody else's",
        &[
            acme("a", &[("web", "https://acme.es"), ("cif", "B12345674"), ("city", "León")]),
            company("a", "same", &[("name", "Acme"), ("web", "https://acme.es"), ("cif", "B98765431"), ("city", "León")]),
            company("b", "third", &[("name", "Acme"), ("web", "https://acme.es"), ("cif", "B55555551"), ("city", "León")]),
        ],
        3,
    );
}

#[test]
fn who_is_not_named_is_in_the_country_of_their_source() {
    for (kind, fields, about, want) in [
        (RecordKind::Article, &[("title", "A new hall in Selby")][..], about(), &["ES"][..]),
        (RecordKind::Article, &[("title", "A new hall in Selby")], About { country: None, ..about() }, &[]),
        // Who is named is placed by all of their sources.
        (RecordKind::Company, &[("name", "Acme")], about(), &[]),
    ] {
        let record = record("fair", "k", kind, fields);
        let identity = identify(&record, &about);
        let organisation = merge(&record, &identity, Met::default(), record.first_seen).organisation;
        let told: Vec<String> = organisation.facts(FactName::Country).map(|fact| fact.value.text()).collect();
        assert_eq!(told, want, "{fields:?}");
    }
}

#[test]
fn a_valid_number_tells_the_country_where_nothing_else_does() {
    let nowhere = About { country: None, ..about() };
    for (fields, about, want) in [
        (&[("nif", "A80401821")][..], &about(), Some("ES")),
        (&[("tax_id", "A80401821")], &nowhere, Some("ES")),
        (&[("tax_id", "ESA80401821")], &nowhere, Some("ES")),
        // A wrong check digit, digits that may be many a country's, one of the world's, an entity that sits abroad.
        (&[("tax_id", "A80401822")], &nowhere, None),
        (&[("tax_id", "7707083893")], &nowhere, None),
        (&[("lei", "5493001KJTIIGC8Y1R12")], &nowhere, None),
        (&[("tax_id", "N0032484H")], &about(), None),
        // What the record says itself counts.
        (&[("tax_id", "A80401821"), ("country", "PT")], &about(), Some("PT")),
    ] {
        let record = company("a", "1", &[&[("name", "Acme SL")], fields].concat());
        let known = merge(&record, &identify(&record, about), Met::default(), day(1)).organisation;
        let told: Vec<_> = known.facts(FactName::Country).map(|fact| (fact.value.text(), fact.evidence.quote.clone())).collect();
        assert_eq!(
            told.iter().map(|(country, _)| country.as_str()).collect::<Vec<_>>(),
            want.into_iter().collect::<Vec<_>>(),
            "{fields:?}"
        );
        if fields.len() == 1 {
            assert!(told.iter().all(|(_, quote)| quote == fields[0].1), "the number is the proof: {told:?}");
        }
    }
}

#[test]
fn a_mailbox_in_the_place_of_a_person_is_a_mailbox() {
    let of = |contact: &str| {
        let record = company("a", "1", &[("name", "Acme SL"), ("contact", contact)]);
        let known = merge(&record, &identify(&record, &about()), Met::default(), day(1)).organisation;
        [FactName::Person, FactName::Email].map(|name| known.facts(name).map(|fact| fact.value.text()).collect::<Vec<_>>())
    };
    assert_eq!(of("Ana Ruiz"), [vec!["Ana Ruiz".to_owned()], vec![]]);
    assert_eq!(of("info@acme.es"), [vec![], vec!["info@acme.es".to_owned()]]);
}

#[test]
fn what_was_not_joined_is_said_unless_it_is_settled() {
    let first = company("a", "1", &[("name", "Acme SL"), ("web", "https://acme.es"), ("cif", "B12345674"), ("phone", "+34911234567")]);
    let known = merge(&first, &identify(&first, &about()), Met::default(), day(1)).organisation;
    let other = |fields: &[(&str, &str)], common: Option<&BTreeSet<IdentityKey>>| {
        let record = company("b", "2", fields);
        let merged = merge(&record, &identify(&record, &about()), Met { found: std::slice::from_ref(&known), common }, day(2));
        assert_ne!(merged.organisation.id, known.id, "{fields:?}");
        merged.also.into_iter().map(|also| also.because).collect::<Vec<_>>()
    };
    assert!(other(&[("name", "Acme SL"), ("web", "https://acme.es"), ("cif", "B98765431")], None).is_empty(), "tax ids settle it");
    let switchboard = [("name", "Borges Textil"), ("phone", "+34911234567")];
    assert_eq!(other(&switchboard, None), ["they share a telephone number, and their names have nothing in common"]);
    let common = BTreeSet::from([IdentityKey::Phone("+34911234567".to_owned())]);
    assert!(other(&switchboard, Some(&common)).is_empty(), "what many share asks nothing");
    assert!(other(&[("name", "Acme Iberia"), ("phone", "+34911234567")], Some(&common)).is_empty(), "and joins nobody");
}

#[test]
fn a_record_that_shares_keys_with_two_makes_them_one_with_its_reasons() {
    let one = company("a", "1", &[("name", "Acme"), ("web", "https://acme.es")]);
    let two = company("b", "2", &[("name", "ACME S.L."), ("phone", "+34911234567")]);
    let both = company("c", "3", &[("name", "Acme"), ("web", "https://acme.es"), ("phone", "+34911234567")]);
    for records in [[&one, &two, &both], [&both, &two, &one], [&two, &both, &one]] {
        let told = tell(&records.map(Clone::clone));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!((told[0].records.len(), told[0].bonds.len()), (3, 2), "all but the first say by what they belong: {:?}", told[0].bonds);
    }
    let told = tell(&[one, two, both.clone()]);
    let reasons: BTreeSet<String> = told[0].bonds.values().map(Bond::shown).collect();
    assert_eq!(
        reasons.iter().map(String::as_str).collect::<Vec<_>>(),
        ["the same domain acme.es", "the same telephone number +34911234567"]
    );
    assert_eq!(told[0].bonds[&both.id].shown(), "the same domain acme.es", "the stronger key of the two");
}

#[test]
fn what_was_divided_stays_divided() {
    let one = company("a", "1", &[("name", "Acme"), ("web", "https://acme.es"), ("city", "León")]);
    let two = company("b", "2", &[("name", "Acme"), ("web", "https://acme.es"), ("phone", "+34911234567")]);
    let whole = tell(&[one.clone(), two.clone()]).remove(0);
    let id = |record: &Record| identify(record, &about());
    let (rest, part) = divide(&whole, &[two.id], (&[id(&two)], &[id(&one)]), OrganisationId(7), day(3));
    assert_eq!((rest.records.as_slice(), part.records.as_slice()), ([one.id].as_slice(), [two.id].as_slice()));
    assert!(part.keys.contains(&IdentityKey::Phone("+34911234567".to_owned())) && !rest.keys.iter().any(|key| part.keys.contains(key)));
    assert!(part.facts.iter().all(|fact| fact.record == two.id) && rest.facts.iter().all(|fact| fact.record == one.id));
    assert_eq!(parted(&rest, &part).as_deref(), Some("somebody said that they are not the same"));
    // Read again, each record finds its own, and neither the other's.
    let found = [rest.clone(), part.clone()];
    for (record, want) in [(&one, &rest), (&two, &part)] {
        let merged = merge(record, &id(record), met(&found), day(4));
        assert_eq!((merged.organisation.id, merged.absorbed.as_slice()), (want.id, [].as_slice()));
    }
}

#[test]
fn conflicting_values_stay_side_by_side_and_a_record_replaces_what_it_said() {
    let one = company("a", "1", &[("name", "Acme"), ("web", "https://acme.es"), ("phone", "+34911111112")]);
    let two = company("b", "2", &[("name", "Acme"), ("web", "https://acme.es"), ("phone", "+34922222223")]);
    let told = tell(&[one, two.clone()]);
    let phones = |org: &Organisation| org.facts(FactName::Phone).map(|fact| fact.value.text()).collect::<Vec<_>>();
    assert_eq!(phones(&told[0]).len(), 2);
    let moved = company("b", "2", &[("name", "Acme"), ("web", "https://acme.es"), ("phone", "+34933333334")]);
    let merged = merge(&moved, &identify(&moved, &about()), met(&told), day(3));
    assert!(merged.changed);
    assert_eq!(phones(&merged.organisation).len(), 2);
    assert!(phones(&merged.organisation).contains(&"+34933333334".to_owned()));
    let again = merge(&moved, &identify(&moved, &about()), met(std::slice::from_ref(&merged.organisation)), day(4));
    assert!(!again.changed);
    assert_eq!(again.organisation, merged.organisation);
}

#[test]
fn a_number_that_was_given_up_joins_nobody_who_is_only_called_alike() {
    let of = |key: &str, name: &str, phone: &str| company("a", key, &[("name", name), ("phone", phone), ("country", "ES")]);
    let (old, new) = ("+34987390712", "+34987390777");
    for (then, other, organisations) in [
        (new, of("2", "Envases Órbigo, S.L.", old), 2),
        (old, of("2", "Envases Órbigo, S.L.", old), 1),
        (new, of("2", "Talleres Órbigo", old), 1),
    ] {
        let told = tell(&[of("1", "Talleres Órbigo, S.L.", old), of("1", "Talleres Órbigo, S.L.", then), other]);
        assert_eq!(told.len(), organisations, "{told:#?}");
    }
}

#[test]
fn who_is_renamed_has_one_name_and_is_known_by_the_one_before() {
    let of = |source: &str, name: &str| company(source, source, &[("name", name), ("web", "https://acme.es")]);
    for (told, name, formerly) in [
        (vec![of("a", "Acme Envases SL"), of("a", "Norte Embalajes SL")], "Norte Embalajes SL", Some("Acme Envases SL")),
        (vec![of("a", "Acme Envases SL"), of("a", "ACME ENVASES, S.L.")], "ACME ENVASES, S.L.", None),
        (vec![of("a", "Acme"), of("a", "Norte"), of("a", "Sur")], "Sur", Some("Norte")),
        (vec![of("a", "Acme"), of("a", "Norte"), of("a", "Acme")], "Acme", Some("Norte")),
        // Another source that calls it otherwise changes nothing; one that called it so and renames it does.
        (vec![of("a", "Acme SL"), of("b", "Acme Norte")], "Acme SL", None),
        (vec![of("a", "Acme SL"), of("b", "Acme SL"), of("b", "Acme Norte")], "Acme Norte", Some("Acme SL")),
        (vec![of("a", "Acme SL"), of("b", "Acme Norte"), of("b", "Acme Sur")], "Acme SL", Some("Acme Norte")),
    ] {
        let mut known: Vec<Organisation> = Vec::new();
        for (n, record) in (1..).zip(&told) {
            let mut record = record.clone();
            record.fields.values_mut().for_each(|field| field.first_seen = day(n));
            known = vec![merge(&record, &identify(&record, &about()), met(&known), day(n)).organisation];
        }
        assert_eq!((known[0].title(), known[0].formerly().as_deref()), (name, formerly), "{told:?}");
        assert_eq!(known[0].best(FactName::Name, &|_| 0.5).map(|fact| fact.value.text()).as_deref(), Some(name));
    }
}

#[test]
fn a_number_as_written_is_kept_and_nobody_is_known_by_it() {
    let told = |fields: &[(&str, &str)]| {
        let record = company("a", "1", &[&[("name", "Acme")], fields].concat());
        let known = merge(&record, &identify(&record, &about()), Met::default(), day(1)).organisation;
        let keyed = known.keys.iter().any(|key| matches!(key, IdentityKey::Phone(_)));
        (known.facts.iter().skip(1).map(|fact| format!("{} {}", fact.word(), fact.value.text())).collect::<Vec<_>>(), keyed)
    };
    let written = ("phone_as_written", "01482 555 123");
    assert_eq!(told(&[written, ("email_as_written", "n/a")]), (vec!["phone_as_written 01482 555 123".to_owned()], false));
    assert_eq!(told(&[written, ("phone", "+441482555123")]), (vec!["phone +441482555123".to_owned()], true));
}

#[test]
fn bounds_hold_and_repeats_go_before_conflicts() {
    let mut known = Vec::new();
    for n in 0..300 {
        let place = if n == 7 { "Soria" } else { "León" };
        let record =
            company("a", &format!("{n}"), &[("name", "Acme"), ("web", "https://acme.es"), ("address", "Calle Mayor 1"), ("region", place)]);
        known = vec![merge(&record, &identify(&record, &about()), met(&known), day(1)).organisation];
    }
    let acme = &known[0];
    assert_eq!((acme.facts.len(), acme.records.len()), (FACTS, RECORDS));
    assert!(acme.facts(FactName::Region).any(|fact| fact.value.text() == "Soria"), "the only one that says so is kept");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_found_does_not_matter(seed in 0_usize..720, fields in proptest::collection::vec((0_usize..4, 0_usize..3, 0_usize..3), 1..6)) {
        let names = ["Acme SL", "Acme Parts", "Borges", "Ромашка"];
        let records: Vec<Record> = fields.iter().enumerate().map(|(n, (name, domain, phone))| {
            let mut said = vec![("name", names[*name].to_owned())];
            if *domain > 0 { said.push(("web", format!("https://d{domain}.es"))); }
            if *phone > 0 { said.push(("phone", format!("+3491123456{phone}"))); }
            let said: Vec<(&str, &str)> = said.iter().map(|(k, v)| (*k, v.as_str())).collect();
            company("a", &n.to_string(), &said)
        }).collect();
        let known = tell(&records);
        let mut turned = known.clone();
        let by = seed % turned.len();
        turned.rotate_left(by);
        if seed % 2 == 0 { turned.reverse(); }
        for record in &records {
            let identity = identify(record, &about());
            prop_assert_eq!(merge(record, &identity, met(&known), day(5)), merge(record, &identity, met(&turned), day(5)));
        }
    }

    /// Records of a few companies, each written in one of several ways and with two of the three things that tell them: told in any order, they
    /// are the same organisations. Two of the companies share a switchboard.
    #[test]
    fn the_order_of_the_records_does_not_matter(
        drawn in proptest::collection::vec((0_usize..4, 0_usize..4, 0_usize..3), 2..9),
        turn in any::<[u8; 16]>(),
    ) {
        let spelled = [
            ["Talleres Orbaneja", "TALLERES ORBANEJA, S.L.", "Talleres Orbaneja SL", "Taleres Orbaneja"],
            ["Panadería Urbión", "Panaderia Urbion", "PANADERÍA URBIÓN S.A.", "Panaderia Urbiion"],
            ["Gráficas Valdeavellano", "Graficas Valdeavellano SL", "Gráficas Valdeavelano", "GRAFICAS VALDEAVELLANO"],
            ["Ромашка Север", "Romashka Sever", "ООО «Ромашка Север»", "Romashka Sever LLC"],
        ];
        let records: Vec<Record> = drawn.iter().enumerate().map(|(n, (who, how, left_out))| {
            let (phone, web) = (format!("+3491123456{}", who.max(&1)), format!("https://company{who}.es"));
            let address = format!("Calle {} {}", ["Olmo", "Mayor", "Prado", "Real"][*who], 11 + who);
            let mut said = vec![("phone", phone.as_str()), ("web", web.as_str()), ("address", address.as_str())];
            said.remove(*left_out);
            said.push(("name", spelled[*who][*how]));
            company(&format!("source{n}"), "k", &said)
        }).collect();
        let mut turned = records.clone();
        for at in (1..turned.len()).rev() {
            turned.swap(at, usize::from(turn[at]) % (at + 1));
        }
        let want: BTreeSet<BTreeSet<RecordId>> = (0..4).map(|who| {
            drawn.iter().zip(&records).filter(|((of, ..), _)| *of == who).map(|(_, record)| record.id).collect::<BTreeSet<_>>()
        }).filter(|of| !of.is_empty()).collect();
        prop_assert_eq!(partition(&linked(&records)), want.clone());
        prop_assert_eq!(partition(&linked(&turned)), want);
    }

    #[test]
    fn any_text_gives_keys(name in ".{0,40}", tax in ".{0,30}", web in ".{0,40}", phone in ".{0,20}", place in ".{0,20}") {
        let fields = [("name", name), ("tax_id", tax), ("website", web), ("phone", phone), ("place", place)];
        let mut record = company("a", "k", &[]);
        for (field, text) in fields {
            let value = crate::model::Value::Text(text.clone());
            record.fields.insert(crate::model::FieldName::new(field), crate::model::Field { value, quote: text, path: String::new(), first_seen: day(0) });
        }
        let identity = identify(&record, &about());
        prop_assert!(!identity.keys.is_empty());
        let merged = merge(&record, &identity, Met::default(), day(1));
        prop_assert!(merged.organisation.keys.len() <= KEYS && !merged.organisation.keys.is_empty());
    }
}

#[test]
fn what_only_a_forgotten_record_said_goes_with_it() {
    let one = record("fair", "1", RecordKind::Company, &[("name", "Acme Iberia"), ("web", "https://acme.es/"), ("phone", "+34911234567")]);
    let two = record("press", "2", RecordKind::Company, &[("name", "Acme"), ("web", "https://acme.es/"), ("email", "ventas@acme.es")]);
    let (first, second) = (identify(&one, &about()), identify(&two, &about()));
    let known = merge(&one, &first, Met::default(), day(1)).organisation;
    let known = merge(&two, &second, met(&[known]), day(2)).organisation;
    assert_eq!(known.name.as_deref(), Some("Acme Iberia"));
    let gone = |id: &RecordId| *id == one.id;
    let left = without(&known, gone, std::slice::from_ref(&second)).unwrap();
    let said = format!("{left:?}");
    assert!(!said.contains("Iberia") && !said.contains("911234567"), "{said}");
    assert_eq!((left.id, left.name.as_deref(), left.records.as_slice()), (known.id, Some("Acme"), [two.id].as_slice()));
    assert!(left.keys.contains(&IdentityKey::Domain("acme.es".to_owned())) && left.facts(FactName::Email).count() == 1);
    assert_eq!(without(&known, |_| false, &[first.clone(), second]).unwrap(), known);
    assert_eq!(without(&known, gone, &[]), None);
}
