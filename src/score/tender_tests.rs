//! What segments ask of tenders: each condition with what it finds, what it leaves open, and what its proof says.

use jiff::Timestamp;

use super::*;
use crate::model::sample::{day, organisation, record, signal};
use crate::model::{Amount, Field, FieldName, Listings, Moment, RecordKind, Score, SignalKind, Unknown, Value, ZoneFrom};

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| text(item)).collect())
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

/// `120000 EUR`; without letters, of no known currency.
fn money(written: &str) -> Value {
    let (number, currency) = written.split_once(' ').unwrap_or((written, ""));
    Value::Money(Amount { number: number.parse().unwrap(), currency: iso_currency::Currency::from_code(currency) })
}

fn time(at: Timestamp) -> Value {
    Value::Time(Moment { text: at.to_string(), at, zone: "UTC".to_owned(), zone_from: ZoneFrom::Text })
}

fn tender(key: &str, fields: &[(&str, Value)]) -> Record {
    let mut tender = record("portal", key, RecordKind::Tender, &[("title", "Tender")]);
    let field = |value: &Value| Field { value: value.clone(), quote: value.text(), path: "p".to_owned(), first_seen: day(0) };
    tender.fields.extend(fields.iter().map(|(name, value)| (FieldName::new(name), field(value))));
    tender
}

fn segment(rule: &str) -> Segment {
    let spec: Spec = toml::from_str(&format!("id = \"s\"\npoints = [{{ {rule}, points = 10 }}]")).expect("a test's own settings parse");
    spec.compile().expect("a test's own settings are good")
}

fn judge(segment: &Segment, records: &[Record], signals: &[Signal], at: Timestamp) -> Score {
    let (buyer, listed) = (organisation("Hospital", &[]), Listings::default());
    let score = score(
        segment,
        &Known { organisation: &buyer, records, elsewhere: &[], signals, listed: &listed, tables: &Tables::shipped(), trust_of: &|_| 0.8 },
        at,
    );
    assert!(score.check_sum());
    score
}

/// The proof of a rule that holds, `no`, or `?` when it is open.
fn said(when: &str, records: &[Record], at: Timestamp) -> String {
    let score = judge(&segment(&format!("when = {{ {when} }}")), records, &[], at);
    match (score.total(), score.between) {
        (1000, (1000, 1000)) => score.parts[0].evidence.as_ref().map(|proof| proof.quote.clone()).unwrap_or_default(),
        (0, (0, 0)) => "no".to_owned(),
        (0, (0, 1000)) => "?".to_owned(),
        other => format!("{other:?}"),
    }
}

/// On day 1, of one tender.
fn check(when: &str, fields: &[(&str, Value)], want: &str) {
    assert_eq!(said(when, &[tender("1", fields)], day(1)), want, "{when} {fields:?}");
}

#[test]
fn codes() {
    let cpv = |codes: &[&str]| [("cpv", list(codes))];
    check(r#"cpv = ["331"]"#, &cpv(&["45000000", "33112200"]), "33112200");
    check(r#"cpv = ["33100000-1"]"#, &cpv(&["33112200"]), "33112200");
    check(r#"cpv = ["72*"]"#, &cpv(&["72212000"]), "72212000");
    check(r#"cpv = ["331"]"#, &cpv(&["33000000"]), "no");
    check(r#"cpv = ["331"], broad = true"#, &cpv(&["45000000", "33000000"]), "33000000");
    check(r#"cpv = ["331"], broad = true"#, &cpv(&["33200000"]), "no");
    check(r#"cpv = ["331"]"#, &cpv(&["several"]), "?");
    check(r#"cpv = ["331"]"#, &[], "?");
    check(r#"unspsc = ["4220"]"#, &[("unspsc", list(&["V1.42201700"]))], "V1.42201700");
    check(r#"unspsc = ["42201700"], broad = true"#, &[("unspsc", list(&["42200000"]))], "42200000");
    check(r#"unspsc = ["4220"]"#, &[("unspsc", list(&["43000000"]))], "no");
    check(r#"naics = ["3391"]"#, &[("naics", list(&["339112"]))], "339112");
    check(r#"naics = ["3391"]"#, &[("naics", list(&["541512"]))], "no");
    check(r#"naics = ["3391"]"#, &cpv(&["33112200"]), "?");
    check(r#"class = ["GSIN:N65"]"#, &[("classes", list(&["PSC:6515", "GSIN:N6515"]))], "GSIN:N6515");
    check(r#"class = ["GSIN:N65"]"#, &[("classes", list(&["GSIN:N7030"]))], "no");
    check(r#"class = ["GSIN:N65"]"#, &[("classes", list(&["PSC:6515"]))], "?");
}

#[test]
fn words_by_stems_in_every_language() {
    let long = format!("Objeto del contrato. {}Se compran ecógrafos portátiles. Fin.", "Nada que ver. ".repeat(40));
    let title = |words: &str| [("title", text(words))];
    check(r#"stems = { es = ["ecógrafo"] }"#, &title("Suministro de ECOGRAFOS"), "Suministro de ECOGRAFOS");
    check(r#"stems = { es = ["ecógrafo"] }"#, &[("description", text(&long))], "Se compran ecógrafos portátiles.");
    check(r#"stems = { es = ["ecógrafo"] }"#, &[("lots", list(&["1 sillas", "2 ecógrafos"]))], "2 ecógrafos");
    check(r#"stems = { en = ["ultrasound scanner"] }"#, &title("Ultrasound scanners"), "Ultrasound scanners");
    check(r#"stems = { de = ["medizinisches Gerät"] }"#, &title("Medizinische Geräte"), "Medizinische Geräte");
    check(r#"stems = { fr = ["équipement médical"] }"#, &title("Équipements médicaux"), "Équipements médicaux");
    check(r#"stems = { ru = ["медицинское оборудование"] }"#, &title("Медицинского оборудования"), "Медицинского оборудования");
    check(r#"stems = { es = ["ecógrafo"], en = ["scanner"] }"#, &title("Three scanners"), "Three scanners");
    check(r#"stems = { es = ["ecógrafo", "-veterinario"], en = ["scanner"] }"#, &title("Scanners; uso veterinario"), "no");
    check(r#"stems = { es = ["ecógrafo"] }"#, &title("Sillas"), "no");
    check(r#"words = ["ecógrafo"]"#, &title("Ecógrafos"), "no");
    check(r#"words = ["-sillas", "ecograf*"]"#, &title("Ecógrafos"), "Ecógrafos");
}

#[test]
fn buyers_natures_procedures_and_stages() {
    let buyer = [("buyer", text("Hospital Clínic de Barcelona")), ("buyer_type", list(&["regional", "local"]))];
    check(r#"buyer = ["hospital"]"#, &buyer, "Hospital Clínic de Barcelona");
    check(r#"buyer = ["hospital", "-clinic"]"#, &buyer, "no");
    check(r#"buyer = ["hospital"]"#, &[], "?");
    let joint = [buyer[0].clone(), ("joint_buyers", list(&["Ayuntamiento de Vigo", "Aguas de Vigo"]))];
    check(r#"buyer = ["aguas"]"#, &joint, "Aguas de Vigo");
    check(r#"buyer = ["puerto"]"#, &joint, "no");
    check(r#"buyer_type = ["local", "central"]"#, &buyer, "local");
    check(r#"buyer_type = ["central"]"#, &buyer, "no");
    check(r#"buyer_type = ["central"]"#, &[], "?");
    for (key, word, other) in [("nature", "goods", "works"), ("procedure", "open", "direct"), ("stage", "open", "closed")] {
        check(&format!("{key} = [\"{word}\"]"), &[(key, text(word))], word);
        check(&format!("{key} = [\"{word}\"]"), &[(key, text(other))], "no");
        check(&format!("{key} = [\"{word}\"]"), &[], "?");
    }
}

#[test]
fn places_are_those_of_the_contract() {
    let places = |places: &[&str]| [("performed_in", list(places)), ("region", text("ES300")), ("country", text("ES"))];
    check(r#"performed_in = ["ES5"]"#, &places(&["ES ES300 Madrid", "ES ES511 Barcelona"]), "ES ES511 Barcelona");
    check(r#"performed_in = ["ES5"]"#, &places(&["ES ES300 Madrid"]), "no");
    check(r#"performed_in = ["ES5"]"#, &places(&["ES ES300 Madrid", "ES"]), "?");
    check(r#"performed_in = ["ES3"]"#, &[("region", text("ES300"))], "?");
    check(r#"performed_in = ["PT", "Barcelona"]"#, &places(&["ES ES511 Barcelona"]), "ES ES511 Barcelona");
}

#[test]
fn values_are_the_best_known_and_never_of_another_currency() {
    let euros = r#"value = [{ min = 50_000, max = 200_000, currency = "EUR" }]"#;
    check(euros, &[("estimate", money("120000 EUR"))], "120000 EUR");
    check(euros, &[("estimate", money("20000 EUR")), ("maximum", money("120000 EUR"))], "no");
    check(euros, &[("budget_gross", money("145200 EUR")), ("award_value", money("40000 EUR"))], "145200 EUR");
    check(euros, &[("minimum", money("120000 EUR"))], "?");
    check(euros, &[("estimate", money("120000 USD"))], "?");
    check(euros, &[("estimate", money("120000 USD")), ("budget_net", money("110000 EUR"))], "110000 EUR");
    check(euros, &[("estimate", money("120000"))], "?");
    check(euros, &[], "?");
    check(r#"value = [{ min = 50_000, currency = "EUR" }]"#, &[("maximum", money("9999999999 EUR"))], "?");
    check(r#"value = [{ min = 50_000, currency = "EUR" }]"#, &[("maximum", money("999999 EUR"))], "999999 EUR");
    let two = r#"value = [{ max = 100, currency = "eur" }, { max = 5000, currency = "UAH" }, { min = 900, max = 950, currency = "EUR" }]"#;
    check(two, &[("estimate", money("4000 UAH"))], "4000 UAH");
    check(two, &[("estimate", money("920.50 EUR"))], "920.50 EUR");
    check(two, &[("estimate", money("800 EUR"))], "no");
    check(two, &[("estimate", money("800 USD"))], "?");
}

#[test]
fn deadlines_are_judged_from_the_moment_of_judging() {
    let date = |written: &str| [("deadline", Value::Date(written.parse().unwrap()))];
    let rule = r#"deadline_not_before = "10d""#;
    check(rule, &[("deadline", time(day(11)))], "2026-01-12 00:00 UTC");
    check(rule, &[("deadline", time(day(10)))], "no");
    // Day 1 is 2 January: the 12th is over a day later than it begins.
    check(rule, &date("2026-01-12"), "2026-01-12");
    check(rule, &date("2026-01-11"), "no");
    check(rule, &[], "?");
    check(rule, &[("deadline", text("15 days after publication"))], "?");
    let tender = [tender("1", &[("deadline", time(day(11)))])];
    for (at, want) in [(1, "2026-01-12 00:00 UTC"), (2, "no"), (20, "no")] {
        assert_eq!(said(rule, &tender, day(at)), want, "day {at}");
    }
}

#[test]
fn one_tender_must_say_everything() {
    let rule = r#"cpv = ["331"], value = [{ min = 100, currency = "EUR" }], deadline_not_before = "10d""#;
    let cpv = || ("cpv", list(&["33112200"]));
    let whole = tender("1", &[cpv(), ("estimate", money("120 EUR")), ("deadline", time(day(30)))]);
    let small = tender("2", &[cpv(), ("estimate", money("20 EUR")), ("deadline", time(day(30)))]);
    let other = tender("3", &[("cpv", list(&["45000000"])), ("estimate", money("120 EUR")), ("deadline", time(day(30)))]);
    let vague = tender("4", &[cpv()]);
    let company = record("fair", "Hospital", RecordKind::Company, &[]);
    let of = |records: &[&Record]| said(rule, &records.iter().copied().cloned().collect::<Vec<_>>(), day(1));
    assert_eq!(of(&[&small, &other, &whole]), "33112200 · 120 EUR · 2026-01-31 00:00 UTC");
    assert_eq!(of(&[&small, &other]), "no", "two halves are no whole");
    assert_eq!(of(&[&small, &other, &vague]), "?");
    assert_eq!(of(&[&company]), "?");
    assert_eq!(of(&[&company, &small]), "no", "a company entry has no deadline to wait for");
    let wordy = tender("6", &[cpv(), ("description", text(&format!("Ecógrafos {}", "muy buenos ".repeat(40))))]);
    let proof = said(r#"stems = { es = ["ecógrafo"] }, cpv = ["331"]"#, &[wordy], day(1));
    assert!(proof.starts_with("Ecógrafos muy buenos") && proof.ends_with("… · 33112200"), "{proof}");
    let won = record("portal", "5", RecordKind::Award, &[("cpv", "33112200")]);
    assert_eq!(of(&[&won]), "no", "nor has a contract that was won");
    assert_eq!(said(r#"cpv = ["331"], value = [{ min = 1, currency = "EUR" }]"#, std::slice::from_ref(&won), day(1)), "?");
    assert_eq!(of(&[]), "?");
    assert_eq!(said(r#"record = ["tender"], cpv = ["331"]"#, &[company, whole], day(1)), "33112200");
}

#[test]
fn a_signal_whose_tender_leaves_the_question_open_widens_the_interval() {
    let segment = segment(r#"signal = "tender-published", when = { cpv = ["331"] }, half_life = "10d""#);
    let records = [tender("1", &[("cpv", list(&["33112200"]))]), tender("2", &[]), tender("3", &[("cpv", list(&["45000000"]))])];
    let buyer = organisation("Hospital", &[]);
    let of = |n: usize| Signal { record: records[n].id, ..signal(&buyer, SignalKind::TenderPublished, 1, 1) };
    for (signals, want) in [
        (vec![of(0)], (1000, (1000, 1000))),
        (vec![of(1)], (0, (0, 1000))),
        (vec![of(2)], (0, (0, 0))),
        (vec![of(0), of(1), of(2)], (1000, (1000, 1500))),
    ] {
        let score = judge(&segment, &records, &signals, day(1));
        assert_eq!((score.signal, score.between), want, "{signals:?}");
    }
}

#[test]
fn a_call_for_offers_is_no_reason_once_nobody_can_answer_it() {
    let segment = segment(r#"signal = "tender-published", half_life = "1000d""#);
    let buyer = organisation("Hospital", &[]);
    let id = "0f0e0d0c-1111-4222-8333-444455556666";
    let open = |more: &[(&str, Value)]| tender("1", &[&[("stage", text("open")), ("other_ids", list(&[id]))], more].concat());
    let cancelled = |key| Record {
        source: "ted".parse().unwrap(),
        first_seen: day(3),
        ..tender(key, &[("stage", text("cancelled")), ("other_ids", list(&[id]))])
    };
    let of = |key: &str, fields: &[(&str, Value)]| Record { fields: tender("x", fields).fields, ..tender(key, &[]) };
    for (records, at, counts) in [
        (vec![open(&[])], 5, true),
        (vec![open(&[("deadline", time(day(6)))])], 5, true),
        (vec![open(&[("deadline", time(day(4)))])], 5, false),
        (vec![of("1", &[("stage", text("awarded"))])], 5, false),
        // The same tender on another portal, as long as nobody knew and after.
        (vec![open(&[]), cancelled("2")], 2, true),
        (vec![open(&[]), cancelled("2")], 5, false),
        // Of another tender it says nothing.
        (vec![open(&[]), of("2", &[("stage", text("cancelled"))])], 5, true),
    ] {
        let signal = Signal { record: records[0].id, ..signal(&buyer, SignalKind::TenderPublished, 1, 1) };
        let score = judge(&segment, &records, &[signal], day(at));
        assert_eq!(score.signal > 0, counts, "{records:?} {at}");
    }
}

#[test]
fn an_echo_counts_only_for_a_rule_that_asks_for_its_source() {
    let (buyer, records) = (organisation("Hospital", &[]), [tender("1", &[])]);
    let echo = Signal { record: records[0].id, echo: true, ..signal(&buyer, SignalKind::TenderPublished, 1, 1) };
    for (when, counts) in [("", false), (r#", when = { source = ["portal"] }"#, true), (r#", when = { source = ["ted"] }"#, false)] {
        let segment = segment(&format!(r#"signal = "tender-published"{when}"#));
        assert_eq!(judge(&segment, &records, std::slice::from_ref(&echo), day(1)).signal > 0, counts, "{when}");
    }
}

#[test]
fn what_is_unknown_has_a_name_and_not_all_is_known_then() {
    let buyer = organisation("Hospital", &[]);
    for (rule, want, known) in [
        (r#"when = { cpv = ["331"], value = [{ min = 1, currency = "EUR" }] }"#, vec!["value"], 0),
        (r#"when = { deadline_not_before = "10d" }"#, vec!["deadline"], 0),
        (r#"signal = "tender-published", when = { performed_in = ["ES"] }"#, vec!["performed_in"], 0),
        (r#"when = { cpv = ["331"] }"#, vec![], 100),
    ] {
        let records = [tender("1", &[("cpv", list(&["33112200"]))])];
        let signals = [Signal { record: records[0].id, ..signal(&buyer, SignalKind::TenderPublished, 1, 1) }];
        let score = judge(&segment(rule), &records, &signals, day(1));
        let words: Vec<&str> = score.unknown.iter().map(Unknown::word).collect();
        assert_eq!((words, score.known), (want, known), "{rule}");
    }
}

#[test]
fn every_mistake_is_named_with_what_was_expected() {
    let spec: Spec = toml::from_str(
        r#"
        id = "s"
        [[points]]
        points = 1
        [points.when]
        cpv = ["331", "3"]
        unspsc = ["422"]
        naics = ["manufacturing"]
        class = ["N7030", "CPV:331"]
        stems = { es = ["-toy"], de = ["--"] }
        buyer = ["-x"]
        buyer_type = ["hospital"]
        performed_in = ["XX5"]
        nature = ["supplies"]
        procedure = ["opened"]
        stage = ["unknown"]
        value = [{ min = 5, max = 2, currency = "EUR" }, { currency = "Euro" }, { min = -1, currency = "USD" }]
        deadline_not_before = "soon"
        [[points]]
        points = 1
        when = { broad = true }
        "#,
    )
    .unwrap();
    let faults = spec.compile().unwrap_err();
    let told: Vec<String> = faults.iter().map(|fault| format!("{}: {} — expected {}", fault.key, fault.found, fault.expected)).collect();
    insta::assert_snapshot!(told.join("\n"));
    for written in ["when = { stems = { it = [\"x\"] } }", "when = { value = [{ min = 1, money = \"EUR\" }] }"] {
        assert!(toml::from_str::<Spec>(&format!("id = \"s\"\npoints = [{{ points = 1, {written} }}]")).is_err(), "{written}");
    }
}

#[test]
fn a_rule_without_a_reason_is_told_in_its_own_words() {
    let segment = segment(
        r#"when = { cpv = ["331"], stems = { es = ["ecógrafo"] }, value = [{ min = 50_000, currency = "EUR" }], deadline_not_before = "10d" }"#,
    );
    let fields =
        [("cpv", list(&["33112200"])), ("title", text("Ecógrafos")), ("estimate", money("60000 EUR")), ("deadline", time(day(30)))];
    let score = judge(&segment, &[tender("1", &fields)], &[], day(1));
    assert_eq!(score.parts[0].why, "stems: ecógrafo; cpv: 331; value from 50000 EUR; deadline not before: 10d");
    assert_eq!(score.parts[0].evidence.as_ref().unwrap().quote, "Ecógrafos · 33112200 · 60000 EUR · 2026-01-31 00:00 UTC");
}

#[test]
fn an_annulled_award_counts_no_more_and_one_given_anew_does() {
    use SignalKind::{AwardAnnulled, AwardLost, AwardWon};
    let winner = organisation("Hospital", &[]);
    let of = |kind, seen, record: &Record, source: &str, title: &str| {
        let mut signal = Signal { record: record.id, ..signal(&winner, kind, seen, seen) };
        signal.evidence.source = source.parse().unwrap();
        signal.story = crate::model::Story::Appeared { title: title.to_owned(), by: None, with: None, on: None };
        signal
    };
    let award = |key| record("portal", key, RecordKind::Award, &[("title", "Scanners")]);
    let (one, two) = (award("1 | won by acme"), award("2 | won by acme"));
    let won = |seen| of(AwardWon, seen, &one, "portal", "Scanners");
    for (rule, signals, at, counts) in [
        ("award-won", vec![won(1)], 9, true),
        ("award-won", vec![won(1), of(AwardAnnulled, 3, &one, "portal", "Scanners")], 9, false),
        ("award-won", vec![won(1), of(AwardAnnulled, 3, &one, "portal", "Scanners")], 2, true),
        ("award-won", vec![won(1), of(AwardAnnulled, 3, &one, "portal", "Scanners"), won(5)], 9, true),
        // Another lot's, and that of another portal, which has another record of it.
        ("award-won", vec![won(1), of(AwardAnnulled, 3, &two, "portal", "Scanners")], 9, true),
        ("award-won", vec![won(1), of(AwardAnnulled, 3, &two, "ted", "Scanners")], 9, false),
        ("award-won", vec![won(1), of(AwardAnnulled, 3, &two, "ted", "Street lights")], 9, true),
        ("award-lost", vec![of(AwardLost, 1, &one, "portal", "Scanners"), of(AwardAnnulled, 3, &one, "portal", "Scanners")], 9, false),
    ] {
        let segment = segment(&format!("signal = \"{rule}\""));
        let score = judge(&segment, &[one.clone(), two.clone()], &signals, day(at));
        assert_eq!(score.total() > 0, counts, "{rule} {signals:?} {at}");
    }
}
