//! Made notices with everything in them, official and published ones where they are at hand, and broken ones.

use proptest::prelude::*;

use super::*;
use crate::model::{BadEntry, DeadlineKind, Nature, WorthKind};
use crate::tender::testing::samples_folder;
use crate::tender::{Clock, Format};

const CALL: &str = include_str!("call.xml");
const RESULT: &str = include_str!("result.xml");

fn read_text(text: &str) -> Result<Batch, Failure> {
    read(&Input { text, url: None, clock: Clock::assumed(), expired: &|| false })
}

fn one(text: &str) -> (Notice, Vec<BadEntry>) {
    let mut batch = read_text(text).unwrap();
    assert_eq!((batch.notices.len(), batch.bad.len()), (1, 0), "{:?}", batch.bad);
    let notice = batch.notices.remove(0);
    let unread = notice.unread.clone();
    (notice, unread)
}

fn worths(worths: &[crate::model::Worth]) -> Vec<(WorthKind, String)> {
    worths.iter().map(|worth| (worth.kind, worth.amount.number.to_string())).collect()
}

#[test]
fn a_call_names_itself_and_what_it_changes() {
    let (notice, _) = one(CALL);
    assert_eq!(Format::detect(CALL), Some(Format::EForms));
    assert_eq!(notice.procedure, "0f0e0d0c-0000-4000-8000-0000000000ff");
    assert_eq!((notice.id.as_str(), notice.version.as_str()), ("0f0e0d0c-0000-4000-8000-000000000002", "01"));
    assert_eq!((notice.publication.as_str(), notice.code.as_str()), ("00123456-2026", "16 cn-standard update-add"));
    assert_eq!((notice.kind, notice.stage, notice.whole), (NoticeKind::Change, Stage::Open, true));
    assert_eq!(notice.published.unwrap().to_string(), "2026-03-01T23:00:00Z");
    assert_eq!(notice.previous, "0f0e0d0c-0000-4000-8000-000000000001-01");
    assert_eq!(notice.languages, ["es", "en"]);
    let amendment = &notice.amendments[0];
    assert_eq!((amendment.place.as_str(), amendment.reason.as_str()), ("LOT-0001, LOT-0002", "update-add"));
    assert_eq!(amendment.text.best(&["en"]), Some("The time limit is extended."));
    let ids: Vec<_> = notice.content.other_ids.iter().map(|id| (id.scheme.as_str(), id.id.as_str())).collect();
    let want = [("eforms-procedure", notice.procedure.as_str()), ("ted-notice", "00123456-2026"), ("file-number", "EXP-7/2026")];
    assert_eq!(ids, want);
    for field in ["title", "buyers", "classes", "worth", "deadlines", "lots", "documents", "amendments", "submission", "published"] {
        assert!(notice.found[field].starts_with("/ContractNotice/"), "{field}");
    }
}

#[test]
fn a_call_says_what_is_wanted_and_by_whom() {
    let content = one(CALL).0.content;
    assert_eq!((content.title.best(&["en"]), content.title.best(&["fr"])), (Some("X-ray equipment"), Some("Equipos de rayos X")));
    assert_eq!((content.nature, content.technique.as_str()), (Some(Nature::Goods), "fa-wo-rc, dps-list"));
    assert_eq!(worths(&content.worth), [(WorthKind::Estimate, "750000".into()), (WorthKind::Maximum, "900000.50".into())]);
    let classes: Vec<_> = content.classes.iter().map(|class| (class.code.as_str(), class.main)).collect();
    assert_eq!(classes, [("33111000", true), ("50421200", false)]);
    assert_eq!((content.places[0].country.as_str(), content.places[0].text.as_str()), ("ES", "anyw-cou; En tres centros"));
    let [lead, hospital] = content.buyers.as_slice() else { panic!("{:?}", content.buyers) };
    assert_eq!((lead.name.best(&[]), lead.seat.country.as_str()), (Some("Servicio de Salud"), "GR"));
    assert_eq!(
        (hospital.name.best(&["en"]), hospital.kind.as_str(), hospital.activity.as_str()),
        (Some("Vega Hospital"), "body-pl", "health")
    );
    assert_eq!((hospital.ids[0].scheme.as_str(), hospital.ids[0].id.as_str()), ("NIF", "Q3000001A"));
    // A touch point's own address, the company's telephone.
    assert_eq!((hospital.email.as_str(), hospital.phone.as_str()), ("contratacion@vega.example", "+34 968000000"));
    assert_eq!(hospital.seat.text, "Calle Mayor, 1, 30001 Murcia");
    let documents: Vec<_> = content.documents.iter().map(|document| (document.url.as_str(), document.restricted)).collect();
    assert_eq!(documents, [("https://docs.vega.example/pliego.pdf", false), ("https://docs.vega.example/planos", true)]);
    assert_eq!(content.submission_languages, ["es", "ca"]);
    assert_eq!(content.link.unwrap().as_str(), "https://ted.europa.eu/en/notice/-/detail/123456-2026");
    assert_eq!((content.eu_funds, content.suits_small, content.reserved), (Some(true), Some(true), Some(false)));
}

#[test]
fn lots_have_their_own_values_deadlines_and_terms() {
    let (notice, bad) = one(CALL);
    let [first, second] = notice.content.lots.as_slice() else { panic!("a group of lots is no lot: {:?}", notice.content.lots) };
    let due = |kind| first.deadlines.iter().find(|deadline| deadline.kind == kind).and_then(|deadline| deadline.due.clone()).unwrap();
    assert_eq!(due(DeadlineKind::Tender).at.to_string(), "2026-04-10T12:00:00Z");
    assert_eq!(due(DeadlineKind::Interest).at.to_string(), "2026-03-20T11:00:00Z");
    assert_eq!(due(DeadlineKind::Opening).at.to_string(), "2026-04-13T07:00:00Z");
    assert_eq!((due(DeadlineKind::Questions).time, due(DeadlineKind::Questions).day.to_string()), (None, "2026-04-01".to_owned()));
    let term = first.term.clone().unwrap();
    assert_eq!((term.end.unwrap().to_string(), term.duration.as_str(), term.renewals), ("2028-06-30".to_owned(), "24 months", Some(2)));
    assert_eq!(term.renewal, "Dos prórrogas.");
    assert_eq!((first.places[0].region.as_str(), first.places[0].country.as_str()), ("ES620", "ES"));
    assert_eq!((first.reserved, second.reserved), (Some(false), Some(true)));
    assert_eq!(second.term.as_ref().unwrap().duration, "unlimited");
    // What cannot be read is kept as words, or left out, and told.
    assert_eq!((second.deadlines[0].text.as_str(), second.deadlines[0].due.is_none()), ("2049-13-45+02:00 14:00:00+02:00", true));
    assert_eq!(second.worth, []);
    let paths: Vec<_> = bad.iter().map(|bad| bad.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(paths, ["EstimatedOverallContractAmount", "EndDate"], "{bad:?}");
    assert!(bad[1].reason.contains("2049-13-45"));
}

#[test]
fn what_was_sent_on_the_day_of_its_publication_was_published_no_sooner() {
    let day = |day: &str| CALL.replace("<efbc:PublicationDate>2026-03-02+01:00", &format!("<efbc:PublicationDate>{day}+01:00"));
    let untimed = |text: String| text.replace("<cbc:IssueTime>10:00:00+01:00</cbc:IssueTime>", "");
    for (text, at, written) in [
        (day("2026-03-02"), "2026-03-01T23:00:00Z", "2026-03-02+01:00"),
        (day("2026-02-27"), "2026-02-27T09:00:00Z", "2026-02-27+01:00 10:00:00+01:00"),
        // A day without a time stays a day.
        (untimed(day("2026-02-27")), "2026-02-26T23:00:00Z", "2026-02-27+01:00"),
    ] {
        let (notice, _) = one(&text);
        assert_eq!((notice.published.unwrap().to_string().as_str(), notice.published_text.as_str()), (at, written));
    }
}

#[test]
fn a_result_ends_the_system_of_its_lot_where_it_says_so() {
    let ended = |text: &str| -> Vec<bool> { one(text).0.content.lots.iter().map(|lot| lot.system_ended).collect() };
    assert!(!ended(RESULT).contains(&true));
    for (said, want) in [("true", true), ("false", false)] {
        let first = format!("<efac:LotResult><efbc:DPSTerminationIndicator>{said}</efbc:DPSTerminationIndicator>");
        let text = RESULT.replacen("<efac:LotResult>", &first, 1);
        assert_eq!((ended(&text)[0], ended(&text)[1..].contains(&true)), (want, false));
    }
}

#[test]
fn results_are_joined_over_their_ids() {
    let (notice, bad) = one(RESULT);
    assert_eq!((notice.kind, notice.stage), (NoticeKind::Award, Stage::Awarded));
    assert_eq!(notice.published.unwrap().to_string(), "2026-06-01T06:30:00Z");
    let content = &notice.content;
    assert_eq!(worths(&content.worth), [(WorthKind::Award, "300000".into()), (WorthKind::Maximum, "450000".into())]);
    let [won, given_up, open] = content.awards.as_slice() else { panic!("{:?}", content.awards) };
    assert_eq!(
        (won.id.as_str(), won.lots.as_slice(), won.outcome, won.bids),
        ("RES-0001", &["LOT-0001".to_owned()][..], Outcome::Signed, Some(5))
    );
    let names = |parties: &[crate::model::Party]| parties.iter().map(|party| party.name.best(&[]).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        (names(&won.winners), names(&won.losers)),
        (vec!["Radiología Norte, S.A.".into(), "Montajes Sur".into()], vec!["Otros".into()])
    );
    assert_eq!((won.winners[0].small, won.winners[1].small, won.winners[0].ids[0].id.as_str()), (Some(false), Some(true), "A00000001"));
    assert_eq!(worths(&won.worth), [(WorthKind::Award, "300000".into()), (WorthKind::Maximum, "450000".into())]);
    assert_eq!(won.date.unwrap().to_string(), "2026-05-04");
    assert_eq!((given_up.outcome, given_up.reason.as_str()), (Outcome::Withdrawn, "ins-fund"));
    assert_eq!((open.outcome, open.winners.len(), names(&open.losers)), (Outcome::Pending, 0, vec!["Otros".into()]));
    let stages: Vec<_> = content.lots.iter().map(|lot| lot.stage).collect();
    assert_eq!(stages, [Some(Stage::Awarded), Some(Stage::Cancelled), Some(Stage::Closed)]);
    // A withheld title is none: that of the first lot stands in for it. A reason of direct award says how the winner was found.
    assert_eq!(content.title.best(&[]), Some("Lote uno"));
    assert_eq!(content.procedure.as_ref().unwrap().kind, ProcedureKind::Direct);
    assert!(matches!(bad.as_slice(), [one] if one.reason.contains("ORG-9999")), "{bad:?}");
}

#[test]
fn change_reasons_say_what_became_of_it() {
    for (reason, kind, stage) in [
        ("cancel", NoticeKind::Cancellation, Stage::Cancelled),
        ("cancel-intent", NoticeKind::Cancellation, Stage::Cancelled),
        ("susp-review", NoticeKind::Change, Stage::Suspended),
        ("cor-buy", NoticeKind::Change, Stage::Open),
        ("something-new", NoticeKind::Change, Stage::Open),
    ] {
        let (notice, _) = one(&CALL.replace("update-add", reason));
        assert_eq!((notice.kind, notice.stage), (kind, stage), "{reason}");
        assert!(notice.code.ends_with(reason));
    }
}

#[test]
fn results_of_every_kind_leave_a_stage() {
    let all = |code: &str| ["selec-w", "clos-nw", "open-nw"].iter().fold(RESULT.to_owned(), |text, old| text.replace(old, code));
    let (cancelled, _) = one(&all("clos-nw"));
    assert_eq!((cancelled.stage, cancelled.content.awards[0].winners.len()), (Stage::Cancelled, 0));
    assert_eq!(one(&all("open-nw")).0.stage, Stage::Closed);
    let intended = all("selec-w").replace("can-standard", "veat").replace(">29<", ">25<");
    let (intended, _) = one(&intended);
    assert_eq!((intended.kind, intended.stage), (NoticeKind::IntendedAward, Stage::Awarded));
    assert_eq!(intended.content.awards[0].outcome, Outcome::Provisional);
    let modified = RESULT.replace("can-standard", "can-modif").replace("efac:LotResult>", "efac:Ignored>");
    let (modified, _) = one(&modified);
    assert_eq!((modified.kind, modified.stage), (NoticeKind::Modification, Stage::Modified));
    let award = &modified.content.awards[0];
    assert_eq!((award.id.as_str(), award.lots.as_slice(), award.winners.len()), ("CON-0001", &["LOT-0001".to_owned()][..], 2));
}

#[test]
fn several_winners_of_a_lot_are_told_apart_with_what_each_offers() {
    let second = "<efac:SettledContract><cbc:ID>CON-0002</cbc:ID><cbc:IssueDate>2026-05-22+02:00</cbc:IssueDate><efac:LotTender><cbc:ID>TEN-0002</cbc:ID></efac:LotTender></efac:SettledContract>";
    let settled = "<efac:SettledContract><cbc:ID>CON-0001</cbc:ID></efac:SettledContract>";
    let text = RESULT.replace(settled, &format!("{settled}{}", settled.replace("0001", "0002")));
    let text = text.replacen("<efac:TenderingParty>\n", &format!("{second}<efac:TenderingParty>\n"), 1);
    let (notice, _) = one(&text);
    let told: Vec<_> = notice
        .content
        .awards
        .iter()
        .map(|award| {
            (
                award.id.as_str(),
                award.winners.iter().map(|winner| winner.name.best(&[]).unwrap().to_owned()).collect::<Vec<_>>(),
                worths(&award.worth)[0].1.clone(),
            )
        })
        .take(2)
        .collect();
    let pair = vec!["Radiología Norte, S.A.".to_owned(), "Montajes Sur".to_owned()];
    assert_eq!(told, [("RES-0001", pair, "300000".to_owned()), ("RES-0001", vec!["Otros".to_owned()], "310000".to_owned())]);
    assert!(notice.content.awards.iter().take(2).all(|award| award.losers.is_empty() && award.lots == ["LOT-0001"]));
    assert_eq!(one(&RESULT.replace("can-standard", "compl")).0.content.awards[0].outcome, Outcome::Ended);
}

#[test]
fn what_is_no_tender_is_set_aside_in_words() {
    let registration = "<BusinessRegistrationInformationNotice xmlns='urn:oasis:names:specification:ubl:schema:xsd:X-2'/>";
    assert_eq!(Format::detect(registration), Some(Format::EForms));
    for (text, why) in [
        (registration.to_owned(), "registration of a company"),
        (CALL.replace(">16<", ">X01<"), "X01"),
        (
            CALL.replace("<cbc:ID schemeName=\"notice-id\">0f0e0d0c-0000-4000-8000-000000000002</cbc:ID>", "").replace("00123456-2026", ""),
            "no id",
        ),
    ] {
        let batch = read_text(&text).unwrap();
        assert_eq!((batch.notices.len(), batch.bad.len()), (0, 1));
        assert!(batch.bad[0].reason.contains(why), "{}", batch.bad[0].reason);
    }
    assert!(read_text("<html/>").unwrap_err().text.contains("html"));
    // UBL's names without its namespace are another format's.
    assert_eq!(Format::detect("<ContractNotice xmlns='urn:dgpe:names:draft:codice:schema:xsd:ContractNotice-2'/>"), None);
}

#[test]
fn without_an_offset_the_clock_of_the_source_counts() {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let clock = Clock { zone, from: crate::model::ZoneFrom::Source };
    let text = CALL.replace("2026-04-10+02:00", "2026-04-10").replace("14:00:00+02:00", "14:00:00");
    let batch = read(&Input { text: &text, url: None, clock, expired: &|| false }).unwrap();
    let due = batch.notices[0].content.lots[0].deadlines.iter().find(|deadline| deadline.kind == DeadlineKind::Tender).unwrap().due.clone();
    let due = due.unwrap();
    assert_eq!(
        (due.at.to_string().as_str(), due.zone.as_str(), due.zone_from),
        ("2026-04-10T12:00:00Z", "Europe/Berlin", crate::model::ZoneFrom::Source)
    );
}

#[test]
fn joins_have_a_bound() {
    // 300 results that each name the same 200 tenders: few elements, many references.
    let tender =
        |text: String, n: u32| text + "<LotTender><ID>T" + &n.to_string() + "</ID><TenderingParty><ID>P</ID></TenderingParty></LotTender>";
    let tenders = (0..200).fold(String::new(), tender);
    let result = format!("<LotResult><TenderResultCode>selec-w</TenderResultCode>{tenders}</LotResult>");
    let text = format!(
        "<ContractAwardNotice xmlns='urn:oasis:names:specification:ubl:schema:xsd:ContractAwardNotice-2'><UBLExtensions><UBLExtension>\
         <ExtensionContent><EformsExtension><NoticeResult>{}{tenders}<TenderingParty><ID>P</ID><Tenderer><ID>O</ID></Tenderer></TenderingParty>\
         </NoticeResult><Organizations><Organization><Company><PartyIdentification><ID>O</ID></PartyIdentification></Company></Organization>\
         </Organizations></EformsExtension></ExtensionContent></UBLExtension></UBLExtensions><ID>x</ID></ContractAwardNotice>",
        result.repeat(300)
    );
    let (notice, bad) = one(&text);
    assert_eq!(notice.content.awards.len(), 300);
    assert_eq!((notice.content.awards[0].winners.len(), notice.content.awards[299].winners.len()), (1, 0));
    assert!(matches!(bad.as_slice(), [one] if one.reason.contains("50000 times")), "{bad:?}");
}

#[test]
fn time_that_is_used_up_ends_it() {
    let failure = read(&Input { text: CALL, url: None, clock: Clock::assumed(), expired: &|| true }).unwrap_err();
    assert_eq!(failure.class, FailureClass::ParseLimit);
}

proptest! {
    #[test]
    fn broken_notices_never_panic(result: bool, at in 0.0..1.0_f64, length in 0..400_usize, bytes in "[<>/a-z0-9 &]{0,12}") {
        let text = if result { RESULT } else { CALL };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let mut from = (text.len() as f64 * at) as usize;
        while !text.is_char_boundary(from) { from -= 1; }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) { to += 1; }
        let _ = read_text(&text[..from]);
        let _ = read_text(&format!("{}{bytes}{}", &text[..from], &text[to..]));
    }

    #[test]
    fn a_lost_element_costs_no_other(nth in 0..400_usize) {
        // Without any one leaf below the lots, the buyers and the title stay.
        let leaves: Vec<_> = CALL.match_indices("</cbc:").filter_map(|(end, _)| Some((CALL[..end].rfind("<cbc:")?, end + CALL[end..].find('>')? + 1))).collect();
        let (from, to) = leaves[nth % leaves.len()];
        let batch = read_text(&format!("{}{}", &CALL[..from], &CALL[to..])).unwrap();
        prop_assert_eq!(batch.notices.len(), 1);
        let content = &batch.notices[0].content;
        prop_assert!(!content.title.is_empty() && !content.buyers.is_empty() && content.lots.len() >= 2);
    }
}

#[test]
fn official_and_published_notices_are_read_whole() {
    let Some(folder) = samples_folder("ted-eforms") else { return };
    let mut read_files = 0;
    for file in ["sdk-examples", "published"].iter().flat_map(|part| std::fs::read_dir(folder.join(part)).unwrap()) {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(Format::detect(&text), Some(Format::EForms), "{name}");
        let batch = read_text(&text).unwrap();
        read_files += 1;
        let wrong_on_purpose = name.starts_with("INVALID") || name.starts_with("X02");
        let unread = batch.notices.iter().map(|notice| notice.unread.len()).sum::<usize>() + batch.bad.len();
        assert_eq!(unread == 0, !wrong_on_purpose, "{name}: {:?}", batch.bad);
        let Some(notice) = batch.notices.first() else {
            assert!(wrong_on_purpose, "{name}");
            continue;
        };
        let content = &notice.content;
        assert!(notice.kind != NoticeKind::Other && notice.stage != Stage::Unknown, "{name}: {}", notice.code);
        assert!(!content.title.is_empty() || name.starts_with("pin-buyer"), "{name}");
        assert!(content.buyers.iter().all(|buyer| !buyer.name.is_empty()) && !content.buyers.is_empty(), "{name}");
        let written = |element: &str| text.matches(&format!("{element}>")).count() / 2;
        let count = |kind| content.all_deadlines().filter(|deadline| deadline.kind == kind && deadline.due.is_some()).count();
        assert_eq!(count(DeadlineKind::Tender), written("TenderSubmissionDeadlinePeriod"), "{name}");
        assert_eq!(count(DeadlineKind::Request), written("ParticipationRequestReceptionPeriod"), "{name}");
        assert_eq!(count(DeadlineKind::Interest), written("InterestExpressionReceptionPeriod"), "{name}");
        assert_eq!(count(DeadlineKind::Opening), written("OccurrenceDate"), "{name}");
        let winners = content.awards.iter().filter(|award| award.outcome.has_winner()).all(|award| !award.winners.is_empty());
        assert!(winners, "{name}: {:?}", content.awards);
    }
    assert_eq!(read_files, 81, "the folder holds other files than it did");
}
