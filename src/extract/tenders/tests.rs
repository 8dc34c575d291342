//! What becomes of deadlines and bidders on their way from a notice into a record.

use serde_json::{Value as Json, json};

use super::*;
use crate::extract::tests::{input, reader};
use crate::model::{Draft, FieldName};

fn read(settings: &str, release: &Json) -> Vec<Draft> {
    let package = json!({ "uri": "https://a.example/", "version": "1.1", "releases": [release] }).to_string();
    let url = Url::parse("https://a.example/releases").unwrap();
    let reader = reader(&format!("kind = 'tenders'\nformat = 'ocds'\n{settings}"));
    reader.read(&input(&url, package.as_bytes())).unwrap().records
}

fn call(deadline: &str) -> Json {
    json!({
        "ocid": "ocds-test01-1", "id": "1", "date": "2026-07-01T09:00:00Z", "tag": ["tender"],
        "tender": { "id": "1", "title": "Scanners", "status": "active", "tenderPeriod": { "endDate": deadline } }
    })
}

fn deadline(drafts: &[Draft]) -> (Value, String) {
    let found = &drafts[0].fields[&FieldName::new("deadline")];
    (found.value.clone(), found.quote.clone())
}

/// Every portal that is known by name gives its zone to a time without one, and it is known that it did.
#[test]
fn a_time_without_a_zone_is_the_portals() {
    let mut known = BTreeMap::new();
    for (name, portal) in crate::extract::portal::all() {
        // How it is asked for is none of this test.
        let settings = format!("portal = '{name}'\ntransport = 'follow'");
        let (value, quote) = deadline(&read(&settings, &call("2026-07-15T14:00:00")));
        let Value::Time(moment) = value else { panic!("{name}: {value:?}") };
        assert_eq!((moment.zone.as_str(), moment.zone_from), (portal.zone.as_str(), ZoneFrom::Portal), "{name}");
        assert_eq!((moment.text.as_str(), quote.as_str()), ("2026-07-15T14:00:00", "2026-07-15T14:00:00"), "{name}: as written");
        known.insert(portal.zone, moment.at.to_string());
        // What the text says counts before the portal's rule.
        let (value, _) = deadline(&read(&settings, &call("2026-07-15T14:00:00+05:30")));
        let Value::Time(moment) = value else { panic!("{name}: {value:?}") };
        assert_eq!((moment.at.to_string().as_str(), moment.zone_from), ("2026-07-15T08:30:00Z", ZoneFrom::Text), "{name}");
    }
    let want = [
        ("America/Bogota", "2026-07-15T19:00:00Z"),
        ("America/Toronto", "2026-07-15T18:00:00Z"),
        ("Europe/Kyiv", "2026-07-15T11:00:00Z"),
        ("Europe/London", "2026-07-15T13:00:00Z"),
        ("Europe/Madrid", "2026-07-15T12:00:00Z"),
    ];
    for (zone, at) in want {
        assert_eq!(known.get(zone).map(String::as_str), Some(at), "{zone}");
    }
}

#[test]
fn without_a_portal_the_source_says_the_zone_and_a_day_stays_a_day() {
    let (value, _) = deadline(&read("", &call("2026-07-15T14:00:00")));
    let Value::Time(moment) = value else { panic!("{value:?}") };
    assert_eq!((moment.zone.as_str(), moment.zone_from), ("Europe/Madrid", ZoneFrom::Source));
    let (value, _) = deadline(&read("portal = 'placsp'", &call("2026-07-15")));
    assert_eq!(value, Value::Date("2026-07-15".parse().unwrap()));
}

#[test]
fn who_buys_together_is_named_beside_the_buyer() {
    let party = |id: &str| json!({ "id": id, "name": format!("Hospital {id}"), "roles": ["buyer"] });
    let mut joint = call("2026-07-15T14:00:00Z");
    joint["parties"] = json!([party("a"), party("b"), party("c"), party("b")]);
    let drafts = read("", &joint);
    let said = |name: &str| drafts[0].value(name).map(Value::text).unwrap_or_default();
    assert_eq!((said("buyer").as_str(), said("joint_buyers").as_str()), ("Hospital a", "Hospital b; Hospital c"));
}

#[test]
fn who_lost_is_a_record_of_its_own() {
    let party = |id: &str, role: &str| json!({ "id": id, "name": format!("Maker {id}"), "roles": [role] });
    let mut award = call("2026-07-15T14:00:00Z");
    award["tag"] = json!(["award"]);
    award["buyer"] = json!({ "id": "b", "name": "Hospital" });
    award["parties"] = json!([party("s", "supplier"), party("t", "tenderer"), party("u", "tenderer")]);
    award["awards"] = json!([{ "id": "a", "status": "active", "suppliers": [{ "id": "s", "name": "Maker s" }] }]);
    let drafts = read("", &award);
    let text = |draft: &Draft, name: &str| draft.fields.get(&FieldName::new(name)).map(|found| found.value.text()).unwrap_or_default();
    let told: Vec<_> = drafts
        .iter()
        .filter(|draft| draft.kind == RecordKind::Award)
        .map(|draft| ["winner", "loser", "won_by", "buyer"].map(|name| text(draft, name)).join("|"))
        .collect();
    assert_eq!(told, ["|Maker t|Maker s|Hospital", "|Maker u|Maker s|Hospital", "Maker s|||Hospital"]);
    // Nobody has won yet, so nobody has lost.
    award["awards"][0]["status"] = "pending".into();
    assert!(read("", &award).iter().all(|draft| draft.kind == RecordKind::Tender));
}

/// Releases of one procedure, a second apart, each with these awards: `a:active:Acme`; `compiled` ones say everything.
fn whole(releases: &[(&str, &[&str])]) -> Whole {
    let url = Url::parse("https://a.example/releases").unwrap();
    let reader = reader("kind = 'tenders'\nformat = 'ocds'\n");
    let mut filed = Vec::new();
    for (n, (tag, awards)) in releases.iter().enumerate() {
        let awards: Vec<Json> = awards
            .iter()
            .map(|award| {
                let [id, status, winner]: [&str; 3] = award.split(':').collect::<Vec<_>>().try_into().unwrap();
                json!({ "id": id, "status": status, "suppliers": [{ "name": winner }] })
            })
            .collect();
        let release = json!({
            "ocid": "ocds-test01-1", "id": n.to_string(), "date": format!("2026-07-01T09:00:{n:02}Z"), "tag": [tag],
            "tender": { "id": "1", "title": "Scanners" }, "awards": awards,
        });
        let package = json!({ "uri": "https://a.example/", "version": "1.1", "releases": [release] }).to_string();
        filed.extend(reader.read(&input(&url, package.as_bytes())).unwrap().notices.into_iter().map(|(_, filed)| filed));
    }
    reader.whole(&filed, &url, &|| false).unwrap().unwrap()
}

#[test]
fn awards_that_stand_and_those_that_stand_no_longer() {
    for (what, releases, stand, ended) in [
        ("won", &[("award", &["a:active:Acme"][..])][..], &["a | acme"][..], &[][..]),
        ("annulled by a later notice", &[("award", &["a:active:Acme"]), ("awardCancellation", &["a:cancelled:Acme"])], &[], &["a | acme"]),
        ("left out by a whole one", &[("compiled", &["a:active:Acme"]), ("compiled", &[])], &[], &["a | acme"]),
        (
            "to another instead",
            &[("award", &["a:active:Acme"]), ("awardUpdate", &["a:cancelled:Acme", "b:active:Bolt"])],
            &["b | bolt"],
            &["a | acme"],
        ),
        (
            "one of two of the same",
            &[("award", &["a:active:Acme", "b:active:Acme"]), ("awardUpdate", &["a:cancelled:Acme"])],
            &["b | acme"],
            &["a | acme"],
        ),
        (
            "counted in another order",
            &[("compiled", &["1:active:Acme", "2:active:Bolt"]), ("compiled", &["1:active:Bolt", "2:active:Acme"])],
            &["1 | bolt", "2 | acme"],
            &[],
        ),
        (
            "annulled and won again",
            &[("award", &["a:active:Acme"]), ("award", &["a:cancelled:Acme"]), ("award", &["a:active:Acme"])],
            &["a | acme"],
            &[],
        ),
    ] {
        let whole = whole(releases);
        let bidder = |key: &str| key.rsplit(crate::model::WON_BY).next().unwrap().to_owned();
        let stands: Vec<String> = whole.awards.iter().map(|draft| bidder(&draft.key)).collect();
        assert_eq!(stands, stand, "{what}");
        assert_eq!(whole.ended.iter().map(|key| bidder(key)).collect::<Vec<_>>(), ended, "{what}");
        assert!(!whole.tender.partial && whole.awards.iter().all(|draft| !draft.partial), "{what}");
    }
}

#[test]
fn of_many_notices_those_that_say_nothing_any_more_make_room() {
    let releases: Vec<(&str, &[&str])> = (0..ROOM + 5).map(|_| ("tenderUpdate", &[][..])).collect();
    assert_eq!(whole(&releases[..ROOM]).idle, []);
    assert_eq!(whole(&releases).idle.len(), 5);
}

#[test]
fn void_by_a_tombstone_on_the_page_of_its_entry() {
    let page = |tombstone: &str| {
        format!(
            r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"
             xmlns:cbc="urn:dgpe:names:draft:codice:schema:xsd:CommonBasicComponents-2" xmlns:cac="urn:dgpe:names:draft:codice:schema:xsd:CommonAggregateComponents-2"
             xmlns:cbc-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonBasicComponents-2"
             xmlns:cac-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonAggregateComponents-2"><id>https://p.example/</id>{tombstone}
             <entry><id>https://p.example/p/1</id><title>Works</title><updated>2026-11-20T09:00:00+01:00</updated>
             <cac-place-ext:ContractFolderStatus><cbc:ContractFolderID>E 1</cbc:ContractFolderID>
             <cbc-place-ext:ContractFolderStatusCode>PUB</cbc-place-ext:ContractFolderStatusCode></cac-place-ext:ContractFolderStatus></entry></feed>"#
        )
    };
    let url = Url::parse("https://p.example/feed").unwrap();
    let reader = reader("kind = 'tenders'\nformat = 'placsp'\n");
    for (kind, want) in [("", "open"), ("CERRADA", "open"), ("ANULADA", "cancelled")] {
        let stone = format!(
            "<at:deleted-entry ref=\"https://p.example/p/1\" when=\"2026-11-21T09:00:00+01:00\"><at:comment type=\"{kind}\"/></at:deleted-entry>"
        );
        let page = page(if kind.is_empty() { "" } else { &stone });
        let extract = reader.read(&input(&url, page.as_bytes())).unwrap();
        let [draft] = extract.records.as_slice() else { panic!("{kind}: {extract:?}") };
        let stage = draft.fields[&FieldName::new("stage")].value.text();
        assert_eq!((stage.as_str(), extract.bad.len(), extract.notices.len()), (want, 0, 1), "{kind}");
    }
}

#[test]
fn an_award_of_several_lots_is_one_with_what_it_is_worth() {
    let award = |id: &str, lots: &[&str], winner: &str, amount: u32| {
        json!({ "id": id, "status": "active", "relatedLots": lots, "suppliers": [{ "id": id, "name": winner }],
            "value": { "amount": amount, "currency": "EUR" } })
    };
    let mut release = call("2026-07-15T14:00:00Z");
    release["tender"]["lots"] = ["L1", "L2", "L3", "L4"].iter().map(|id| json!({ "id": id, "title": id })).collect();
    release["awards"] = json!([award("1", &["L4"], "Bolt", 900), award("2", &["L3", "L1"], "Acme", 68_000)]);
    let drafts = read("", &release);
    let said = |name: &str| drafts[0].value(name).map(Value::text).unwrap_or_default();
    assert_eq!((said("lot_awards").as_str(), said("awarded_lots").as_str()), ("L1, L3: Acme, 68000 EUR; L4: Bolt, 900 EUR", "L1; L3; L4"));
}

#[test]
fn several_awards_of_the_whole_or_of_one_lot_each_say_who_won_and_for_how_much() {
    let award = |id: &str, lots: &[&str], winner: &str, amount: u32| {
        json!({ "id": id, "status": "active", "relatedLots": lots, "suppliers": [{ "id": winner, "name": winner }],
            "value": { "amount": amount, "currency": "EUR" } })
    };
    for (lots, awards, want) in [
        (&[][..], json!([award("1", &[], "Acme", 500)]), ""),
        (&[], json!([award("1", &[], "Acme", 500), award("2", &[], "Bolt", 700)]), "Acme, 500 EUR; Bolt, 700 EUR"),
        (&["L1"], json!([award("1", &["L1"], "Acme", 500), award("2", &["L1"], "Acme", 700)]), "Acme, 500 EUR; Acme, 700 EUR"),
        // The same once more is another award.
        (&[], json!([award("1", &[], "Acme", 500), award("2", &[], "Acme", 500)]), "Acme, 500 EUR; Acme (2), 500 EUR"),
        (&["L1", "L2"], json!([award("1", &[], "Acme", 500), award("2", &["L2"], "Bolt", 700)]), "Acme, 500 EUR; L2: Bolt, 700 EUR"),
    ] {
        let mut release = call("2026-07-15T14:00:00Z");
        release["tender"]["lots"] = lots.iter().map(|id| json!({ "id": id, "title": id })).collect();
        release["awards"] = awards;
        assert_eq!(read("", &release)[0].value("lot_awards").map(Value::text).unwrap_or_default(), want);
    }
}

#[test]
fn what_is_no_document_is_told_by_what_it_is() {
    let url = Url::parse("https://a.example/feed.atom").unwrap();
    let page = "<!doctype html><html><head><title>Mantenimiento programado</title></head><body></body></html>";
    let error = r#"{"error": "rate limit exceeded"}"#;
    for (settings, text, want) in [
        ("portal = 'placsp'", page, "it answers an HTML page titled “Mantenimiento programado”, and no document of the format placsp"),
        ("portal = 'placsp'", error, "it answers a JSON error: rate limit exceeded, and no document of the format placsp"),
        ("portal = 'prozorro'", error, "it answers a JSON error: rate limit exceeded, and no document of the format prozorro"),
        ("format = 'ocds'", error, "it answers a JSON error: rate limit exceeded, and no document of the format ocds"),
        ("format = 'ocds'", page, "it answers an HTML page titled “Mantenimiento programado”, and no document of the format ocds"),
        ("", page, "it answers an HTML page titled “Mantenimiento programado”, and no document of a tender portal"),
        ("", error, "it answers a JSON error: rate limit exceeded, and no document of a tender portal"),
    ] {
        let failure = reader(&format!("kind = 'tenders'\n{settings}\n")).read(&input(&url, text.as_bytes())).unwrap_err();
        assert!(failure.class == FailureClass::OtherAnswer && failure.text == want, "{settings}: {failure}");
    }
}

#[test]
fn what_was_cut_off_is_told_as_such() {
    let url = Url::parse("https://a.example/releases").unwrap();
    for (settings, text) in [
        ("format = 'ocds'", r#"{"releases": [{"ocid": "ocds-h6vhtk-1""#),
        ("", r#"{"uri": "https://a.example", "rele"#),
        ("portal = 'prozorro'", r#"{"data": ["#),
    ] {
        let failure = reader(&format!("kind = 'tenders'\n{settings}\n")).read(&input(&url, text.as_bytes())).unwrap_err();
        assert!(failure.class == FailureClass::Broken && failure.text.starts_with("the answer was cut off: "), "{settings}: {failure}");
    }
    let whole = reader("kind = 'tenders'\nformat = 'ocds'\n").read(&input(&url, b"[1, 2 3]")).unwrap_err();
    assert_eq!(whole.class, FailureClass::Unreadable);
}

#[test]
fn a_deadline_that_names_no_day_keeps_its_words_and_a_cancellation_its_reason() {
    for (deadline, unread) in
        [("30.02.2027", Some("30.02.2027")), ("see documents", Some("see documents")), ("2027-02-28T10:00:00Z", None), ("", None)]
    {
        let [draft] = <[Draft; 1]>::try_from(read("", &call(deadline))).unwrap();
        let said = draft.fields.get(&FieldName::new(UNREADABLE)).map(|found| found.value.text());
        let read = draft.fields.contains_key(&FieldName::new("deadline"));
        assert_eq!((said.as_deref(), read), (unread, deadline.starts_with("2027")), "{deadline}");
    }
    let mut ended = call("2027-02-28T10:00:00Z");
    (ended["tag"], ended["tender"]["status"]) = (json!(["tenderCancellation"]), json!("cancelled"));
    ended["tender"]["amendments"] = json!([{ "id": "1", "rationale": "The money is spent" }]);
    let [draft] = <[Draft; 1]>::try_from(read("", &ended)).unwrap();
    assert_eq!(draft.fields[&FieldName::new("reason")].value.text(), "The money is spent");
}
