//! Rules against facts, and what holds for every score.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::base::ids::RecordId;
use crate::model::sample::{day, evidence, organisation, record, signal};
use crate::model::{Fact, FactName, IdentityKey, Listed, Listings, PartKind, RecordKind, Score, Signal, SignalKind, Story, Unknown, Value};

fn segment(toml: &str) -> Segment {
    let spec: Spec = toml::from_str(&format!("id = \"s\"\n{toml}")).expect("a test's own settings parse");
    spec.compile().expect("a test's own settings are good")
}

fn trust(source: &SourceId) -> f32 {
    if source.as_str() == "forum" { 0.2 } else { 0.8 }
}

fn ask(segment: &Segment, org: &Organisation, records: &[Record], signals: &[Signal], at: Timestamp) -> Score {
    let listed = Listings::default();
    score(
        segment,
        &Known { organisation: org, records, elsewhere: &[], signals, listed: &listed, tables: &Tables::shipped(), trust_of: &trust },
        at,
    )
}

/// Whole points of one rule over one company record and its organisation's facts; `?` when it is open.
fn one_rule(when: &str, fields: &[(&str, &str)], facts: &[(FactName, &str)]) -> String {
    let segment = segment(&format!("points = [{{ when = {when}, points = 10 }}]"));
    let records = [record("fair", "Acme", RecordKind::Company, fields)];
    let score = ask(&segment, &organisation("Acme", facts), &records, &[], day(1));
    assert!(score.check_sum());
    match (score.total(), score.between) {
        (total, (low, high)) if low == high => (total / 100).to_string(),
        (0, (0, 1000)) => format!("? {}", score.unknown.iter().map(Unknown::word).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_segment_is_fed_by_all_sources_unless_each_of_its_rules_names_some() {
    for (points, want) in [
        ("{ when = { source = ['fair'] }, points = 5 }, { when = { source = ['press', 'fair'] }, points = 5 }", Some("fair press")),
        ("{ when = { source = ['fair'] }, points = 5 }, { signal = 'offer-listed', points = 5 }", None),
        ("{ when = { source = ['fair'] }, points = 5 }, { when = { country = ['ES'] }, points = 5 }", None),
        ("{ when = { source = ['fair'] }, points = 5 }, { when = { country = ['FR'] }, points = -5 }", Some("fair")),
        ("{ when = { source = ['fair'] }, points = -5 }", None),
        ("", None),
    ] {
        let segment = segment(&format!("points = [{points}]"));
        let fed = segment.fed_by().map(|ids| ids.into_iter().map(SourceId::as_str).collect::<Vec<_>>().join(" "));
        assert_eq!(fed.as_deref(), want, "{points}");
    }
}

#[test]
fn conditions() {
    use FactName::{Country, Industry, Phone, Size};
    fn check(when: &str, fields: &[(&str, &str)], facts: &[(FactName, &str)], want: &str) {
        assert_eq!(one_rule(when, fields, facts), want, "{when} {fields:?} {facts:?}");
    }
    check(r#"{ words = ["logística"] }"#, &[("about", "Logistica integral")], &[], "10");
    check(r#"{ words = ["log"] }"#, &[("about", "Logistica integral")], &[], "0");
    check(r#"{ words = ["log*"] }"#, &[("about", "Logistica integral")], &[], "10");
    check(r#"{ words = ["cold storage"] }"#, &[("about", "Storage, cold")], &[], "0");
    check(r#"{ words = ["cold storage"] }"#, &[("about", "Cold-storage hall")], &[], "10");
    check(r#"{ words = ["pallet*", "-toy"] }"#, &[("about", "Pallets"), ("more", "toy pallets")], &[], "0");
    check(r#"{ words = ["acme"] }"#, &[("website", "https://acme.es")], &[], "0");
    check(r#"{ industry = ["metal"] }"#, &[], &[(Industry, "Metal, machinery")], "10");
    check(r#"{ industry = ["metal"] }"#, &[], &[(Industry, "Food")], "0");
    check(r#"{ industry = ["metal"] }"#, &[], &[], "? industry");
    check(r#"{ nace = ["10"] }"#, &[], &[(Industry, "Dairy products")], "10");
    check(r#"{ nace = ["F"] }"#, &[], &[(Industry, "Dairy products")], "0");
    check(r#"{ nace = ["10"] }"#, &[], &[(Industry, "Various")], "? industry");
    check(r#"{ size_band = ["medium", "large"] }"#, &[], &[(Size, "more than 50")], "10");
    check(r#"{ size_band = ["large"] }"#, &[], &[(Size, "more than 50")], "? size");
    check("{ government = true }", &[], &[], "? government");
    check("{ government = false }", &[], &[(FactName::Name, "Acme, S.L.")], "10");
    check("{ reseller = true }", &[], &[(Industry, "Wholesale")], "10");
    check(r#"{ country = ["ES"] }"#, &[], &[(Country, "Spain")], "10");
    check(r#"{ country = ["ES"] }"#, &[], &[], "? country");
    check(r#"{ source = ["fair"] }"#, &[], &[], "10");
    check(r#"{ source = ["other"] }"#, &[], &[], "0");
    check(r#"{ record = ["company", "offer"] }"#, &[], &[], "10");
    check(r#"{ record = ["tender"] }"#, &[], &[], "0");
    check(r#"{ has = ["phone"] }"#, &[], &[(Phone, "+34911234567")], "10");
    check(r#"{ has = ["phone"] }"#, &[], &[], "? phone");
    check(r#"{ lacks = ["website"] }"#, &[], &[], "10");
    check(r#"{ lacks = ["phone"] }"#, &[], &[(Phone, "+34911234567")], "0");
    check(r#"{ cpv = ["331", "33600000-6"] }"#, &[("cpv", "33652100-6")], &[], "10");
    check(r#"{ cpv = ["331"] }"#, &[("cpv", "45000000")], &[], "0");
    check(r#"{ cpv = ["331"] }"#, &[], &[], "? cpv");
    check(r#"{ field = { name = "size", min = 50 } }"#, &[], &[(Size, "1.200 employees")], "10");
    check(r#"{ field = { name = "size", min = 50, max = 100 } }"#, &[], &[(Size, "1.200 employees")], "0");
    check(r#"{ field = { name = "size", min = 50 } }"#, &[], &[], "? size");
    check(r#"{ field = { name = "hall", contains = ["4"] } }"#, &[("hall", "Hall 4")], &[], "10");
    // Together: one "no" settles it, whatever is unknown.
    check(r#"{ industry = ["metal"], record = ["tender"] }"#, &[], &[], "0");
    check(r#"{ industry = ["metal"], has = ["phone"] }"#, &[], &[(Phone, "+34911234567")], "? industry");
}

#[test]
fn a_tender_that_is_open_again_counts_as_it_did() {
    let segment = segment("points = [{ signal = 'tender-published', points = 20, half_life = '10d' }]");
    let (org, records) = (organisation("Acme", &[]), [record("portal", "1", RecordKind::Tender, &[("title", "Scanners")])]);
    let signal = |at: i64| Signal { record: records[0].id, ..signal(&org, SignalKind::TenderPublished, at, at) };
    let fields = vec![("stage".to_owned(), Some("awarded".to_owned()), Some("open".to_owned()))];
    let again = Signal { story: Story::Changed { title: "Scanners".to_owned(), fields, more: 0 }, ..signal(5) };
    let other = Signal { record: RecordId(7), ..signal(3) };
    let total = |signals: &[Signal]| ask(&segment, &org, &records, signals, day(10)).total();
    assert_eq!(total(&[signal(1), again.clone()]), total(&[signal(1)]));
    assert_eq!(total(&[signal(1), again.clone(), other.clone()]), total(&[signal(1), other]));
    assert_eq!(total(std::slice::from_ref(&again)), total(&[signal(5)]), "nobody knows of the first time");
}

#[test]
fn a_family_counts_copies_of_one_fact_once() {
    fn check(caps: &str, want: (i64, &[i64])) {
        let segment = segment(&format!(
            "{caps}\npoints = [\n{{ when = {{ words = [\"a\"] }}, points = 10, family = \"f\" }},\n{{ when = {{ words = [\"b\"] }}, points = 15, family = \"f\" }},\n\
             {{ when = {{ words = [\"c\"] }}, points = -4, family = \"f\" }},\n{{ when = {{ words = [\"d\"] }}, points = 3 }} ]"
        ));
        let records = [record("fair", "x", RecordKind::Company, &[("about", "a b c d")])];
        let score = ask(&segment, &organisation("x", &[]), &records, &[], day(1));
        assert!(score.check_sum());
        assert_eq!((score.fit, score.parts.iter().map(|part| part.centipoints).collect::<Vec<_>>().as_slice()), want, "{caps}");
    }
    check("", (1400, &[0, 1500, -400, 300]));
    check("caps = { f = 20 }", (1900, &[500, 1500, -400, 300]));
    check("caps = { f = 2.5 }", (300, &[0, 250, -250, 300]));
}

#[test]
fn signals_fade_and_repeat() {
    let segment = segment("points = [{ signal = \"tender-published\", points = 16, half_life = \"10d\", why = \"buys\" }]");
    let org = organisation("Acme", &[]);
    let of = |at: i64, seen: i64| signal(&org, SignalKind::TenderPublished, at, seen);
    let check = |signals: &[Signal], at: i64, want: &[i64]| {
        let score = ask(&segment, &org, &[], signals, day(at));
        assert!(score.check_sum());
        assert_eq!(score.parts.iter().map(|part| part.centipoints).collect::<Vec<_>>(), want, "at {at}");
    };
    check(&[of(0, 0)], 0, &[1600]);
    check(&[of(0, 0)], 10, &[800]);
    check(&[of(0, 0)], 20, &[400]);
    check(&[of(0, 0)], 3000, &[]);
    // The clock is the event's, not the crawl's; what was seen later was not known then.
    check(&[of(0, 10)], 10, &[800]);
    check(&[of(0, 10)], 9, &[]);
    // Still to come: all of it.
    check(&[of(30, 0)], 0, &[1600]);
    // Repeats: 1, 1/2, 1/3; the newest is the first.
    check(&[of(0, 0), of(10, 10), of(20, 20)], 20, &[1600, 400, 133]);
    check(&[of(20, 20), of(0, 0), of(10, 10), of(0, 0)], 20, &[1600, 400, 133]);
    let score = ask(&segment, &org, &[], &[of(0, 0), of(10, 10)], day(13));
    assert_eq!(score.parts[1].how, "16 points, 13 days old, half-life 10 days, number 2 of its kind counts 1/2");
    assert_eq!(score.parts[0].why, "buys");
    assert_eq!(score.parts[0].rule, "s.points[0]");
}

#[test]
fn two_people_met_at_one_fair_are_one_signal() {
    let segment = segment("points = [{ signal = \"exhibitor-listed\", points = 20, half_life = \"10d\" }]");
    let org = organisation("Acme", &[]);
    let of = |record: u64, sentence: &str| {
        let story = Story::Said { title: format!("row {record}"), by: None, sentence: sentence.to_owned() };
        Signal { record: RecordId(record), story, ..signal(&org, SignalKind::ExhibitorListed, 0, 0) }
    };
    let total = |signals: &[Signal]| ask(&segment, &org, &[], signals, day(0)).signal;
    assert_eq!(total(&[of(1, "Expo 2026"), of(2, "Expo 2026")]), 2000);
    assert_eq!(total(&[of(1, "Expo 2026"), of(2, "Expo 2027")]), 3000);
}

#[test]
fn a_condition_beside_a_signal_is_asked_of_its_own_record() {
    let segment = segment("points = [{ signal = \"vacancy-published\", when = { words = [\"purchasing\"] }, points = 10 }]");
    let org = organisation("Acme", &[]);
    let vacancy = |key: &str, title: &str| record("fair", key, RecordKind::Vacancy, &[("title", title)]);
    let records = [vacancy("1", "Head of purchasing"), vacancy("2", "Welder")];
    let of = |n: usize| Signal { record: records[n].id, ..signal(&org, SignalKind::VacancyPublished, 0, 0) };
    assert_eq!(ask(&segment, &org, &records, &[of(0)], day(0)).signal, 1000);
    assert_eq!(ask(&segment, &org, &records, &[of(1)], day(0)).signal, 0);
}

#[test]
fn gates_give_a_reason_not_a_low_score() {
    fn check(gates: &str, org: &Organisation, want: Option<&str>) {
        let segment = segment(&format!("{gates}\npoints = [{{ when = {{ source = [\"fair\"] }}, points = 20 }}]"));
        let on = |line: usize, written: &str| Some(Listed { line, written: written.to_owned() });
        let listed = Listings {
            competitor: match org.name.as_deref() {
                Some("Acme") => on(3, "acme.es"),
                Some("Borges Textil") => on(4, "Borges Textil, S.L."),
                _ => None,
            },
            client: match org.name.as_deref() {
                Some("Acme") => on(1, "ES B12345674"),
                Some("Luis") => on(2, "+34 911 234 567"),
                _ => None,
            },
            do_not_contact: org.facts(FactName::Email).next().and_then(|_| on(1, "ana@private.es")),
        };
        let records = [record("fair", "x", RecordKind::Company, &[])];
        let score = score(
            &segment,
            &Known {
                organisation: org,
                records: &records,
                elsewhere: &[],
                signals: &[],
                listed: &listed,
                tables: &Tables::shipped(),
                trust_of: &trust,
            },
            day(1),
        );
        assert_eq!(score.excluded.as_deref(), want, "{gates}");
        assert_eq!(score.total(), 2000);
    }
    let mut acme = organisation("Acme", &[(FactName::Email, "ana@private.es"), (FactName::Country, "Francia")]);
    acme.keys.insert(IdentityKey::Domain("acme.es".to_owned()));
    acme.keys.insert(IdentityKey::TaxId("ESB12345674".to_owned()));
    let borges = organisation("Borges Textil", &[(FactName::Name, "Borges Textil, S.L.")]);
    let luis = organisation("Luis", &[(FactName::Name, "Luis Gil, autónomo"), (FactName::Phone, "+34911234567")]);
    check("gates = [{ exclude = \"competitors\" }]", &acme, Some("competitor list, line 3 (acme.es)"));
    check("gates = [{ exclude = \"competitors\" }]", &borges, Some("competitor list, line 4 (Borges Textil, S.L.)"));
    check("gates = [{ exclude = \"competitors\" }]", &luis, None);
    check("gates = [{ exclude = \"clients\" }]", &acme, Some("client list, line 1 (ES B12345674)"));
    check("gates = [{ exclude = \"clients\" }]", &luis, Some("client list, line 2 (+34 911 234 567)"));
    check("gates = [{ exclude = \"do-not-contact\" }]", &acme, Some("do-not-contact list, line 1 (ana@private.es)"));
    check("gates = [{ require = \"legal-entity\" }]", &luis, Some("sole trader: autónomo (fair)"));
    check("gates = [{ require = \"legal-entity\" }]", &borges, None);
    check("gates = [{ require = \"legal-entity\" }]", &organisation("Acme", &[(FactName::Name, "Acme")]), None);
    check(
        "gates = [{ require = \"legal-entity\" }]",
        &organisation("A", &[(FactName::TaxId, "12345678Z")]),
        Some("sole trader by its tax number (fair)"),
    );
    check("gates = [{ require = \"contact\" }]", &borges, Some("no telephone number and no e-mail address is known yet"));
    check("gates = [{ require = \"contact\" }]", &luis, None);
    check("gates = [{ require = \"website\" }]", &luis, Some("website is not known yet"));
    check("regions = [\"ES\", \"PT\"]", &acme, Some("outside `regions`: Francia (fair)"));
    check("regions = [\"ES\", \"PT\"]", &borges, None);
    check("gates = [{ country = [\"FR\"] }]", &acme, None);
    let dairy = organisation("Dairy", &[(FactName::Name, "Dairy, S.L."), (FactName::Industry, "Dairy"), (FactName::Size, "60")]);
    check("gates = [{ nace = [\"C\"] }, { size_band = [\"medium\"] }, { exclude = \"government\" }]", &dairy, None);
    check("gates = [{ nace = [\"F\"] }]", &dairy, Some("by `nace`: Dairy (fair)"));
    check("gates = [{ size_band = [\"large\"] }]", &dairy, Some("by `size_band`: 60 (fair)"));
    check("gates = [{ require = \"government\" }]", &dairy, Some("by `government`: Dairy, S.L. (fair)"));
    check("gates = [{ nace = [\"F\"] }, { require = \"reseller\" }]", &organisation("Acme", &[]), None);
}

#[test]
fn what_is_unknown_opens_an_interval_and_is_ordered_by_leverage() {
    use FactName::{Country, Industry, Person, Size};
    let segment = segment(
        "regions = [\"ES\"]\npoints = [ { when = { industry = [\"metal\"] }, points = 10 }, { when = { field = { name = \"size\", min = 50 } }, points = 25 },\n\
         { when = { has = [\"person\"] }, points = -5 }, { when = { source = [\"fair\"] }, points = 20 } ]",
    );
    let records = [record("fair", "x", RecordKind::Company, &[])];
    let score = ask(&segment, &organisation("x", &[]), &records, &[], day(1));
    assert_eq!((score.total(), score.between, score.known), (2000, (1500, 5500), 23));
    assert_eq!(score.unknown, [Country, Size, Industry, Person].map(Unknown::Fact));
    let known = organisation("x", &[(Size, "10"), (Industry, "metal"), (Person, "Ana"), (Country, "ES")]);
    let score = ask(&segment, &known, &records, &[], day(1));
    assert_eq!((score.total(), score.between, score.known, score.unknown.len()), (2500, (2500, 2500), 100, 0));
}

#[test]
fn a_source_of_little_trust_never_makes_a_lead_alone() {
    let segment = segment(
        "points = [ { when = { words = [\"pallets\"] }, points = 30 }, { signal = \"request-for-suppliers\", points = 20 }, { when = { lacks = [\"website\"] }, points = 10 } ]",
    );
    let mut org = organisation("Acme", &[]);
    let claim = record("forum", "x", RecordKind::Request, &[("title", "Pallets wanted")]);
    let mut wanted = signal(&org, SignalKind::RequestForSuppliers, 0, 0);
    wanted.evidence = evidence("forum", "Pallets wanted", 0);
    let alone = ask(&segment, &org, std::slice::from_ref(&claim), std::slice::from_ref(&wanted), day(0));
    assert_eq!((alone.total(), alone.between), (0, (0, 6000)));
    assert!(alone.check_sum());
    assert_eq!(alone.parts[0].how, "0 of 30 points: only `forum` says so (trust 0.2, below 0.3); a second source must confirm it");
    // A second, trusted source says one good thing: now the claim counts too.
    let confirmed = record("fair", "y", RecordKind::Company, &[("about", "Maker of pallets")]);
    let both = ask(&segment, &org, &[claim, confirmed.clone()], std::slice::from_ref(&wanted), day(0));
    assert_eq!(both.total(), 6000);
    assert_eq!(both.parts[0].evidence.as_ref().unwrap().source.as_str(), "fair");
    // Of something absent, those who know the organisation are the proof.
    org.facts.push(Fact {
        name: FactName::Place,
        value: Value::Text("León".to_owned()),
        record: confirmed.id,
        evidence: evidence("fair", "León", 0),
    });
    assert_eq!(ask(&segment, &org, &[], &[wanted], day(0)).total(), 3000);
}

#[test]
fn a_score_for_a_past_day_knows_only_what_was_known_then() {
    let segment = segment("points = [{ when = { words = [\"pallets\"] }, points = 30 }, { when = { has = [\"phone\"] }, points = 5 }]");
    let mut later = record("fair", "x", RecordKind::Offer, &[("title", "Pallets")]);
    later.first_seen = day(5);
    for field in later.fields.values_mut() {
        field.first_seen = day(5);
    }
    let mut org = organisation("Acme", &[(FactName::Phone, "+34911234567")]);
    org.facts[0].evidence.seen = day(6);
    for (at, want) in [(4, 0), (5, 3000), (6, 3500)] {
        assert_eq!(ask(&segment, &org, std::slice::from_ref(&later), &[], day(at)).total(), want, "day {at}");
    }
    later.gone = true;
    later.changed = day(8);
    assert_eq!(ask(&segment, &org, std::slice::from_ref(&later), &[], day(7)).total(), 3500);
    assert_eq!(ask(&segment, &org, std::slice::from_ref(&later), &[], day(8)).total(), 500);
}

#[test]
fn every_mistake_in_the_settings_is_named_at_once() {
    let spec: Spec = toml::from_str(
        r#"
        id = "No"
        line = 50
        hot = 20
        countries = ["Atlantis"]
        gates = [{ exclude = "friends" }, { require = "luck" }, {}, { exclude = "clients", require = "contact" }]
        caps = { size = -1, nobody = 3 }
        points = [
          { points = 5 },
          { signal = "tender-publishd", points = 5, half_life = "soon" },
          { when = {}, points = 0 },
          { when = { words = ["-toy"], record = ["ofer"], has = ["telephone"], cpv = ["3"], source = ["A B"] }, points = 5000, half_life = "1d", family = "size" },
          { when = { field = { name = "", min = 3, max = 2 } }, points = 1 },
        ]
        "#,
    )
    .unwrap();
    let faults = spec.compile().unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "id",
            "hot",
            "countries[0]",
            "gates[0].exclude",
            "gates[1].require",
            "gates[2]",
            "gates[3]",
            "points[0]",
            "points[1].signal",
            "points[1].half_life",
            "points[2].when",
            "points[2].points",
            "points[3].when.words",
            "points[3].when.source[0]",
            "points[3].when.record[0]",
            "points[3].when.cpv[0]",
            "points[3].when.has[0]",
            "points[3].half_life",
            "points[3].points",
            "points[4].when.field.name",
            "points[4].when.field.min",
            "caps.nobody",
            "caps.size",
        ]
    );
    assert!(toml::from_str::<Spec>("id = \"x\"\nlines = 3").is_err());
}

#[test]
fn the_keys_are_those_of_the_shape_and_the_defaults_hold() {
    let all =
        "id='s'\ntitle=''\nregions=[]\ncountries=[]\ngates=[]\ncapacity_per_week=8\nline=1\nhot=2\npoints=[]\nnext_step='call'\n[caps]\n";
    let table: toml::Table = all.parse().unwrap();
    let mut keys: Vec<&str> = table.keys().map(String::as_str).collect();
    let mut want = KEYS.to_vec();
    keys.sort_unstable();
    want.sort_unstable();
    assert_eq!(keys, want);
    toml::from_str::<Spec>(all).unwrap().compile().unwrap();
    let plain = segment("");
    assert_eq!((plain.terms.line, plain.terms.hot, plain.terms.title.as_str()), (1000, 4000, "s"));
    assert_eq!(segment("line = 60").terms.hot, 6000);
    assert_ne!(segment("line = 60").hash, plain.hash);
}

#[derive(Debug, Clone)]
struct World {
    rules: Vec<(usize, i32, usize)>,
    facts: Vec<(usize, usize)>,
    records: Vec<(usize, usize)>,
    signals: Vec<(usize, i64, i64)>,
}

const WORDS: [&str; 4] = ["pallets", "metal", "cold", "boxes"];
const CONDITIONS: [&str; 6] = [
    "words = [\"pallets\"]",
    "industry = [\"metal\"]",
    "has = [\"phone\"]",
    "lacks = [\"email\"]",
    "field = { name = \"size\", min = 50 }",
    "source = [\"fair\", \"forum\"], industry = [\"cold\"]",
];

impl World {
    fn any() -> impl Strategy<Value = Self> {
        let rules = proptest::collection::vec((0_usize..8, -30_i32..30, 0_usize..3), 0..12);
        let facts = proptest::collection::vec((0_usize..4, 0_usize..4), 0..6);
        let records = proptest::collection::vec((0_usize..3, 0_usize..4), 0..5);
        let signals = proptest::collection::vec((0_usize..2, -40_i64..40, 0_i64..40), 0..12);
        (rules, facts, records, signals).prop_map(|(rules, facts, records, signals)| Self { rules, facts, records, signals })
    }

    fn segment(&self) -> Segment {
        let rule = |(what, points, family): &(usize, i32, usize)| {
            let points = if *points == 0 { 1 } else { *points };
            match (CONDITIONS.get(*what), family) {
                (None, _) => {
                    format!("{{ signal = \"{}\", points = {points} }}", if *what == 6 { "tender-published" } else { "offer-listed" })
                }
                (Some(when), 0) => format!("{{ when = {{ {when} }}, points = {points} }}"),
                (Some(when), family) => format!("{{ when = {{ {when} }}, points = {points}, family = \"f{family}\" }}"),
            }
        };
        segment(&format!("points = [{}]", self.rules.iter().map(rule).collect::<Vec<_>>().join(", ")))
    }

    fn organisation(&self) -> Organisation {
        let names = [FactName::Industry, FactName::Phone, FactName::Email, FactName::Size];
        let values = [["metal", "cold", "food", "toys"], ["+34911234567"; 4], ["a@acme.es"; 4], ["10", "49", "50", "1,000"]];
        let facts: Vec<(FactName, &str)> = self.facts.iter().map(|(name, value)| (names[*name], values[*name][*value])).collect();
        organisation("Acme", &facts)
    }

    fn records(&self) -> Vec<Record> {
        let record = |(n, (source, word)): (usize, &(usize, usize))| {
            record(["fair", "forum", "press"][*source], &n.to_string(), RecordKind::Offer, &[("title", WORDS[*word])])
        };
        self.records.iter().enumerate().map(record).collect()
    }

    fn signals(&self, org: &Organisation) -> Vec<Signal> {
        let kinds = [SignalKind::TenderPublished, SignalKind::OfferListed];
        self.signals.iter().map(|(kind, at, seen)| signal(org, kinds[*kind], *at, *seen)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_sum_exactly_and_the_interval_holds_the_total(world in World::any(), at in 0_i64..60) {
        let org = world.organisation();
        let score = ask(&world.segment(), &org, &world.records(), &world.signals(&org), day(at));
        prop_assert!(score.check_sum());
        prop_assert!(score.between.0 <= score.total() && score.total() <= score.between.1, "{:?} {:?}", score.between, score.total());
        prop_assert!(score.known <= 100);
    }

    #[test]
    fn the_order_of_facts_records_and_signals_does_not_matter(world in World::any(), at in 0_i64..60) {
        let mut org = world.organisation();
        let (mut records, mut signals) = (world.records(), world.signals(&org));
        let segment = world.segment();
        let one = ask(&segment, &org, &records, &signals, day(at));
        org.facts.reverse();
        records.reverse();
        signals.reverse();
        prop_assert_eq!(one, ask(&segment, &org, &records, &signals, day(at)));
    }

    #[test]
    fn without_news_good_signals_only_fade(at in 40_i64..90, later in 0_i64..90, signals in proptest::collection::vec((0_usize..2, -40_i64..40, 0_i64..40), 0..12)) {
        let world = World { rules: vec![(6, 20, 0), (7, 7, 0)], facts: Vec::new(), records: Vec::new(), signals };
        let org = world.organisation();
        let (segment, signals) = (world.segment(), world.signals(&org));
        let now = ask(&segment, &org, &[], &signals, day(at));
        let then = ask(&segment, &org, &[], &signals, day(at + later));
        prop_assert!(then.signal <= now.signal);
        prop_assert!(then.parts.iter().all(|part| matches!(part.kind, PartKind::Signal(_))));
    }
}
