//! The demo's tender portal as a pure function of seed and time: an ATOM feed of procedures as in Spain, and releases of the Open Contracting
//! Data Standard. Each procedure is published, changed and awarded while somebody watches.
//!
//! Knows nothing of the daemon that reads it.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::companies::COMPANIES;
use super::sites::Moment;

/// Who buys, with a tax number, and what.
const CALLS: [(&str, &str, &str, &str); 4] = [
    ("Ayuntamiento de Robledal", "P2812300H", "Street lights", "34928500"),
    ("Servicio de Comedores Escolares", "Q2800456B", "Food containers and wrapping", "39222100"),
    ("Hospital Comarcal de Valdecierzo", "Q2800123H", "Cardboard boxes and packaging for the kitchens", "44617100"),
    ("Autoridad Portuaria del Sur", "Q1100789E", "Pallets", "44617000"),
];

/// How far a procedure is: `None` before its publication.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Published,
    Moved,
    Awarded,
}

/// One procedure after another: the first was there when the sites opened, the others come with time.
fn step(n: usize, tick: u64) -> Option<Step> {
    let begins = u64::try_from(n).unwrap_or(0) * 2;
    match tick.checked_sub(begins)? {
        _ if n == 0 => Some(Step::Published),
        0 | 1 => Some(Step::Published),
        2 | 3 => Some(Step::Moved),
        _ => Some(Step::Awarded),
    }
}

fn shown(moment: Moment) -> impl Iterator<Item = (usize, Step)> {
    (0..CALLS.len()).filter_map(move |n| Some((n, step(n, moment.tick)?)))
}

/// Weeks after the sites opened, at noon.
fn until(moment: Moment, step: Step) -> Timestamp {
    let weeks = if step == Step::Published { 3 } else { 4 };
    let opened = Timestamp::from_second(moment.opened - moment.opened.rem_euclid(86_400)).unwrap_or_default();
    opened.saturating_add(SignedDuration::from_hours(weeks * 7 * 24 + 12)).unwrap_or(opened)
}

fn told(moment: Moment, n: usize, step: Step) -> Timestamp {
    let ticks = i64::try_from(n).unwrap_or(0) * 2 + step as i64 * 2;
    Timestamp::from_second(moment.opened + ticks * 3).unwrap_or_default()
}

/// The feed of the even procedures.
pub(super) fn atom(moment: Moment) -> String {
    let mut entries = String::new();
    for (n, step) in shown(moment).filter(|(n, _)| n % 2 == 0) {
        let (buyer, tax_id, title, cpv) = CALLS[n];
        let deadline = until(moment, step).to_string();
        let (day, time) = deadline.trim_end_matches('Z').split_once('T').unwrap_or_default();
        let (status, result) = if step == Step::Awarded {
            let who = &COMPANIES[(n * 3 + 1) % COMPANIES.len()];
            let result = format!(
                "<cac:TenderResult><cbc:ResultCode>8</cbc:ResultCode><cbc:AwardDate>{}</cbc:AwardDate><cac:WinningParty>\
                 <cac:PartyIdentification><cbc:ID schemeName=\"NIF\">{}</cbc:ID></cac:PartyIdentification>\
                 <cac:PartyName><cbc:Name>{}</cbc:Name></cac:PartyName></cac:WinningParty><cac:AwardedTenderedProject><cac:LegalMonetaryTotal>\
                 <cbc:TaxExclusiveAmount currencyID=\"EUR\">38500</cbc:TaxExclusiveAmount></cac:LegalMonetaryTotal></cac:AwardedTenderedProject></cac:TenderResult>",
                told(moment, n, step).strftime("%Y-%m-%d"),
                who.tax_id,
                who.name
            );
            ("ADJ", result)
        } else {
            ("PUB", String::new())
        };
        let _ = write!(
            entries,
            "<entry><id>https://portal.example/procedures/{n}</id><link href=\"https://portal.example/detail?n={n}\"/><title>{title}</title>\
             <updated>{}</updated><cac-place-ext:ContractFolderStatus><cbc:ContractFolderID>{n}/2026</cbc:ContractFolderID>\
             <cbc-place-ext:ContractFolderStatusCode>{status}</cbc-place-ext:ContractFolderStatusCode>\
             <cac-place-ext:LocatedContractingParty><cac:Party><cac:PartyIdentification><cbc:ID schemeName=\"NIF\">{tax_id}</cbc:ID></cac:PartyIdentification>\
             <cac:PartyName><cbc:Name>{buyer}</cbc:Name></cac:PartyName><cac:PostalAddress><cac:Country><cbc:IdentificationCode>ES</cbc:IdentificationCode>\
             </cac:Country></cac:PostalAddress></cac:Party></cac-place-ext:LocatedContractingParty>\
             <cac:ProcurementProject><cbc:Name>{title}</cbc:Name><cbc:TypeCode>1</cbc:TypeCode><cac:BudgetAmount>\
             <cbc:EstimatedOverallContractAmount currencyID=\"EUR\">40000</cbc:EstimatedOverallContractAmount></cac:BudgetAmount>\
             <cac:RequiredCommodityClassification><cbc:ItemClassificationCode>{cpv}</cbc:ItemClassificationCode></cac:RequiredCommodityClassification>\
             </cac:ProcurementProject>{result}<cac:TenderingProcess><cbc:ProcedureCode>1</cbc:ProcedureCode><cac:TenderSubmissionDeadlinePeriod>\
             <cbc:EndDate>{day}</cbc:EndDate><cbc:EndTime>{time}</cbc:EndTime></cac:TenderSubmissionDeadlinePeriod></cac:TenderingProcess>\
             </cac-place-ext:ContractFolderStatus></entry>",
            told(moment, n, step)
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\" \
         xmlns:cbc-place-ext=\"urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonBasicComponents-2\" \
         xmlns:cac-place-ext=\"urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonAggregateComponents-2\" \
         xmlns:cbc=\"urn:dgpe:names:draft:codice:schema:xsd:CommonBasicComponents-2\" \
         xmlns:cac=\"urn:dgpe:names:draft:codice:schema:xsd:CommonAggregateComponents-2\"><id>https://portal.example/feed</id>\
         <updated>{}</updated>{entries}</feed>",
        Timestamp::from_second(moment.opened).unwrap_or_default()
    )
}

/// The releases of the odd procedures: each says only what is new.
pub(super) fn releases(moment: Moment) -> String {
    let mut releases = vec![json!({
        "ocid": "ocds-demo01-0", "id": "0-1", "date": told(moment, 0, Step::Published).to_string(), "tag": ["tender"],
        "buyer": { "id": "0", "name": "Diputación de Ejemplo" },
        "tender": { "id": "0", "title": "Cleaning of offices", "status": "active", "tenderPeriod": { "endDate": until(moment, Step::Published).to_string() } },
    })];
    for (n, last) in shown(moment).filter(|(n, _)| n % 2 == 1) {
        let (buyer, tax_id, title, cpv) = CALLS[n];
        for step in [Step::Published, Step::Moved, Step::Awarded].into_iter().filter(|step| *step <= last) {
            let mut release = json!({
                "ocid": format!("ocds-demo01-{n}"), "id": format!("{n}-{}", step as u8), "date": told(moment, n, step).to_string(),
                "buyer": { "id": tax_id, "name": buyer },
                "parties": [{ "id": tax_id, "name": buyer, "roles": ["buyer"], "identifier": { "scheme": "ES-NIF", "id": tax_id },
                              "address": { "countryName": "ES" } }],
            });
            if step == Step::Awarded {
                let who = &COMPANIES[(n * 3 + 1) % COMPANIES.len()];
                release["tag"] = json!(["award"]);
                release["tender"] = json!({ "id": n.to_string(), "status": "complete" });
                release["parties"] = json!([release["parties"][0], { "id": who.tax_id, "name": who.name, "roles": ["supplier"],
                    "identifier": { "scheme": "ES-NIF", "id": who.tax_id }, "address": { "countryName": "ES", "locality": who.place } }]);
                release["awards"] = json!([{ "id": "a", "status": "active", "value": { "amount": 61_000, "currency": "EUR" },
                    "suppliers": [{ "id": who.tax_id, "name": who.name }] }]);
            } else {
                release["tag"] = json!([if step == Step::Published { "tender" } else { "tenderUpdate" }]);
                release["tender"] = json!({
                    "id": n.to_string(), "title": title, "status": "active", "value": { "amount": 64_000, "currency": "EUR" },
                    "tenderPeriod": { "endDate": until(moment, step).to_string() },
                    "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": cpv } }],
                });
            }
            releases.push(release);
        }
    }
    json!({ "uri": "https://portal.example/releases", "version": "1.1", "publishedDate": told(moment, 0, Step::Published).to_string(), "releases": releases })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoticeKind, Stage};
    use crate::tender::{Clock, Format, Input, read};

    #[test]
    fn every_procedure_is_published_changed_and_awarded() {
        let moment = |tick| Moment { seed: 7, tick, asked: tick, now: 1_800_000_000, opened: 1_800_000_000 };
        let notices = |text: &str| {
            let format = Format::detect(text).unwrap();
            let batch = read(format, &Input { text, url: None, clock: Clock::assumed(), expired: &|| false }).unwrap();
            assert_eq!(batch.bad, []);
            batch.notices
        };
        assert_eq!((notices(&atom(moment(0))).len(), notices(&releases(moment(0))).len()), (1, 1));
        let late = notices(&atom(moment(20)));
        assert_eq!(late.iter().map(|notice| notice.stage).collect::<Vec<_>>(), [Stage::Open, Stage::Awarded]);
        assert_eq!(late[1].content.awards.len(), 1);
        let late = notices(&releases(moment(20)));
        assert_eq!((late.len(), late.iter().filter(|notice| notice.kind == NoticeKind::Award).count()), (7, 2));
    }
}
