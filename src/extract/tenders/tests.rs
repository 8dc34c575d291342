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
