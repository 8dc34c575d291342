//! A made contract notice and its corrigendum, an older form, real award notices where they are at hand, and broken ones.

use proptest::prelude::*;

use super::*;
use crate::model::{BadEntry, Outcome, ZoneFrom};
use crate::tender::testing::samples_folder;
use crate::tender::{Clock, Format};

const CALL: &str = include_str!("f02.xml");
const CORRIGENDUM: &str = include_str!("f14.xml");

/// A contract award of the years before R2.0.9.
const OLD: &str = r#"<TED_EXPORT xmlns="http://publications.europa.eu/TED_schema/Export" DOC_ID="000777-2013"><CODED_DATA_SECTION>
  <REF_OJS><DATE_PUB>20130105</DATE_PUB></REF_OJS>
  <NOTICE_DATA><NO_DOC_OJS>2013/S 004-000777</NO_DOC_OJS><LG_ORIG>EN</LG_ORIG><ISO_COUNTRY VALUE="UK"/><ORIGINAL_CPV CODE="72000000"/>
    <VALUES_LIST/><REF_NOTICE><NO_DOC_OJS>2012/S 100-166000</NO_DOC_OJS><NO_DOC_OJS>2012/S 050-080000</NO_DOC_OJS></REF_NOTICE></NOTICE_DATA>
  <CODIF_DATA><AA_AUTHORITY_TYPE CODE="6">Body governed by public law</AA_AUTHORITY_TYPE><TD_DOCUMENT_TYPE CODE="7">Contract award</TD_DOCUMENT_TYPE>
    <NC_CONTRACT_NATURE CODE="4">Service contract</NC_CONTRACT_NATURE><PR_PROC CODE="2">Restricted procedure</PR_PROC></CODIF_DATA></CODED_DATA_SECTION>
 <TRANSLATION_SECTION><ML_AA_NAMES><AA_NAME LG="EN">Lea Council</AA_NAME></ML_AA_NAMES></TRANSLATION_SECTION>
 <FORM_SECTION><CONTRACT_AWARD CATEGORY="ORIGINAL" FORM="3" LG="EN" VERSION="R2.0.8.S01.E01"><FD_CONTRACT_AWARD>
  <OBJECT_CONTRACT_INFORMATION_CONTRACT_AWARD_NOTICE><TITLE_CONTRACT><P>IT services</P></TITLE_CONTRACT>
   <SHORT_CONTRACT_DESCRIPTION><P>Support.</P></SHORT_CONTRACT_DESCRIPTION></OBJECT_CONTRACT_INFORMATION_CONTRACT_AWARD_NOTICE>
  <RECEIPT_LIMIT_DATE><DAY>7</DAY><MONTH>2</MONTH><YEAR>2012</YEAR><TIME>17:00</TIME></RECEIPT_LIMIT_DATE>
  <AWARD_OF_CONTRACT ITEM="1"><CONTRACT_NUMBER>C-1</CONTRACT_NUMBER><LOT_NUMBER>1</LOT_NUMBER>
   <CONTRACT_AWARD_DATE><DAY>20</DAY><MONTH>12</MONTH><YEAR>2012</YEAR></CONTRACT_AWARD_DATE><OFFERS_RECEIVED_NUMBER>6</OFFERS_RECEIVED_NUMBER>
   <ECONOMIC_OPERATOR_NAME_ADDRESS><CONTACT_DATA_WITHOUT_RESPONSIBLE_NAME><ORGANISATION><OFFICIALNAME>Acme Ltd</OFFICIALNAME></ORGANISATION>
    <TOWN>Leeds</TOWN><COUNTRY VALUE="UK"/></CONTACT_DATA_WITHOUT_RESPONSIBLE_NAME></ECONOMIC_OPERATOR_NAME_ADDRESS>
   <CONTRACT_VALUE_INFORMATION><INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT CURRENCY="GBP"><VALUE_COST FMTVAL="90000.00">90 000</VALUE_COST><EXCLUDING_VAT/></INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT>
    <COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE CURRENCY="GBP"><VALUE_COST FMTVAL="85000.00">85 000</VALUE_COST><INCLUDING_VAT/></COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE></CONTRACT_VALUE_INFORMATION>
  </AWARD_OF_CONTRACT></FD_CONTRACT_AWARD></CONTRACT_AWARD></FORM_SECTION></TED_EXPORT>"#;

/// The rest of a form that says who won.
const AWARDS: &str = r#"<AWARD_CONTRACT ITEM="1"><LOT_NO>1</LOT_NO><AWARDED_CONTRACT><DATE_CONCLUSION_CONTRACT>2021-06-01</DATE_CONCLUSION_CONTRACT>
  <TENDERS><NB_TENDERS_RECEIVED>3</NB_TENDERS_RECEIVED></TENDERS><CONTRACTORS><CONTRACTOR><ADDRESS_CONTRACTOR><OFFICIALNAME>Rayos, S.L.</OFFICIALNAME>
  <NATIONALID>B1</NATIONALID><COUNTRY VALUE="ES"/></ADDRESS_CONTRACTOR><SME/></CONTRACTOR></CONTRACTORS>
  <VALUES><VAL_ESTIMATED_TOTAL CURRENCY="EUR">800000</VAL_ESTIMATED_TOTAL><VAL_RANGE_TOTAL CURRENCY="EUR"><LOW>1</LOW><HIGH>2</HIGH></VAL_RANGE_TOTAL></VALUES></AWARDED_CONTRACT></AWARD_CONTRACT>
 <AWARD_CONTRACT ITEM="2"><LOT_NO>2</LOT_NO><NO_AWARDED_CONTRACT><PROCUREMENT_UNSUCCESSFUL/></NO_AWARDED_CONTRACT></AWARD_CONTRACT>
 <AWARD_CONTRACT ITEM="3"><NO_AWARDED_CONTRACT><PROCUREMENT_DISCONTINUED/></NO_AWARDED_CONTRACT></AWARD_CONTRACT>"#;

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

fn due(content: &Content, kind: DeadlineKind) -> (String, String, ZoneFrom) {
    let due = content.all_deadlines().find(|deadline| deadline.kind == kind).unwrap().due.clone().unwrap();
    (due.at.to_string(), due.zone, due.zone_from)
}

#[test]
fn a_contract_notice_is_read_whole() {
    let (notice, bad) = one(CALL);
    assert_eq!(bad, []);
    assert_eq!(Format::detect(CALL), Some(Format::TedExport));
    assert_eq!((notice.id.as_str(), notice.procedure.as_str(), notice.previous.as_str()), ("00100200-2021", "00100200-2021", ""));
    assert_eq!((notice.kind, notice.stage, notice.code.as_str(), notice.whole), (NoticeKind::Competition, Stage::Open, "F02 TD 3", true));
    assert_eq!((notice.published_text.as_str(), notice.languages.as_slice()), ("20210226", &["es".to_owned(), "pt".to_owned()][..]));
    let content = notice.content;
    assert_eq!(content.title.best(&["pt"]), Some("Equipamento de raios X"));
    assert_eq!((content.title.best(&[]), content.title.best(&["en"])), (Some("Equipos de rayos X"), Some("X-ray devices")));
    assert_eq!(content.description.best(&[]), Some("Suministro. Instalación."));
    let buyer = &content.buyers[0];
    assert_eq!((buyer.kind.as_str(), buyer.activity.as_str(), buyer.ids[0].id.as_str()), ("REGIONAL_AUTHORITY", "HEALTH", "P3500001G"));
    assert_eq!((buyer.seat.region.as_str(), buyer.seat.text.as_str()), ("ES705", "Calle Bravo, 2, 35002 Las Palmas"));
    assert_eq!(content.procedure, Some(Procedure { kind: ProcedureKind::Open, text: "PT_OPEN".to_owned() }));
    assert_eq!((content.nature, content.technique.as_str(), content.reserved), (Some(Nature::Goods), "FRAMEWORK", Some(true)));
    assert_eq!(worths(&content.worth), [(WorthKind::Estimate, "1200000.00".into())]);
    assert_eq!((content.submission_languages.as_slice(), content.eu_funds), (&["es".to_owned(), "en".to_owned()][..], Some(true)));
    assert_eq!(
        (content.documents[0].url.as_str(), content.submission.unwrap().as_str()),
        ("https://docs.cabildo.example/", "https://offers.cabildo.example/")
    );
    let [first, second] = content.lots.as_slice() else { panic!("{:?}", content.lots) };
    assert_eq!((first.id.as_str(), first.title.best(&["es"]), first.title.best(&["pt"])), ("1", Some("Lote uno"), Some("Lote um")));
    assert_eq!((worths(&first.worth), first.classes[0].code.as_str()), (vec![(WorthKind::Estimate, "800000".into())], "50421200"));
    assert_eq!(
        (first.places[0].country.as_str(), first.places[0].region.as_str(), first.places[0].text.as_str()),
        ("ES", "ES705", "Telde")
    );
    let (one, two) = (first.term.clone().unwrap(), second.term.clone().unwrap());
    assert_eq!(
        (one.duration.as_str(), one.renewal.as_str(), two.end.unwrap().to_string(), two.renewals),
        ("24 months", "Un año más.", "2022-05-31".to_owned(), Some(0))
    );
}

#[test]
fn times_are_of_the_buyers_country_and_islands() {
    let content = one(CALL).0.content;
    // March 29 is summer time: 9:30 on the islands is 8:30 in UTC; the hour has one digit.
    assert_eq!(due(&content, DeadlineKind::Tender), ("2021-03-29T08:30:00Z".into(), "Atlantic/Canary".into(), ZoneFrom::Buyer));
    assert_eq!(due(&content, DeadlineKind::Opening).0, "2021-03-30T09:00:00Z");
    assert_eq!(due(&content, DeadlineKind::Documents).0, "2021-03-20T14:00:00Z");
    let polish = CALL.replace("ES705", "PL414").replace("ISO_COUNTRY VALUE=\"ES\"", "ISO_COUNTRY VALUE=\"PL\"");
    assert_eq!(due(&one(&polish).0.content, DeadlineKind::Tender).1, "Europe/Warsaw");
    let unknown = CALL.replace("ES705", "").replace("ISO_COUNTRY VALUE=\"ES\"", "ISO_COUNTRY VALUE=\"XX\"");
    assert_eq!(due(&one(&unknown).0.content, DeadlineKind::Tender).2, ZoneFrom::Assumed);
}

#[test]
fn the_coded_section_stands_in_for_the_form() {
    let form = CALL.find("<FORM_SECTION>").unwrap();
    let (notice, bad) = one(&format!("{}</TED_EXPORT>", &CALL[..form]));
    let content = notice.content;
    assert_eq!((bad, notice.kind), (Vec::new(), NoticeKind::Competition));
    assert_eq!((content.title.best(&[]), content.buyers[0].name.best(&[])), (Some("X-ray devices"), Some("Cabildo")));
    assert_eq!((content.classes[0].code.as_str(), content.places[0].region.as_str()), ("33111000", "ES705"));
    assert_eq!((content.nature, content.procedure.map(|procedure| procedure.kind)), (Some(Nature::Goods), Some(ProcedureKind::Open)));
    assert_eq!(worths(&content.worth), [(WorthKind::Estimate, "1200000.00".into())]);
    let tender = content.deadlines.iter().find(|deadline| deadline.kind == DeadlineKind::Tender).unwrap();
    assert_eq!((tender.text.as_str(), tender.due.as_ref().unwrap().at.to_string().as_str()), ("20210329 09:30", "2021-03-29T08:30:00Z"));
}

#[test]
fn a_corrigendum_changes_typed_values() {
    let (notice, bad) = one(CORRIGENDUM);
    assert_eq!(bad, []);
    assert_eq!((notice.kind, notice.stage, notice.whole), (NoticeKind::Change, Stage::Open, false));
    assert_eq!((notice.procedure.as_str(), notice.previous.as_str()), ("00100200-2021", "00100200-2021"));
    let changes: Vec<_> =
        notice.amendments.iter().map(|change| (change.place.as_str(), change.old.as_str(), change.new.as_str())).collect();
    assert_eq!(
        changes,
        [
            ("IV.2.2", "2021-03-29 09:30", "2021-04-12 09:30"),
            ("IV.2.7 lot 2", "2021-03-30", "2021-04-13"),
            ("II.1.2", "33111000", "33111400"),
            ("VI.3", "", "Habrá visita."),
            ("", "", ""),
        ]
    );
    assert_eq!(notice.amendments[0].text.best(&[]), Some("Plazo para la recepción de ofertas"));
    assert_eq!(notice.amendments[4].text.best(&[]), Some("Se mantienen las demás condiciones."));
    assert_eq!(due(&notice.content, DeadlineKind::Tender).0, "2021-04-12T08:30:00Z");
    let lot = &notice.content.lots[0];
    assert_eq!((lot.id.as_str(), lot.deadlines[0].kind, lot.deadlines[0].due.as_ref().unwrap().time), ("2", DeadlineKind::Opening, None));
    // In a restricted procedure the same section is about requests to take part.
    let restricted = one(&CORRIGENDUM.replace("PR_PROC CODE=\"1\"", "PR_PROC CODE=\"2\"")).0;
    assert_eq!(restricted.content.deadlines[0].kind, DeadlineKind::Request);
}

#[test]
fn awards_and_their_absence() {
    let text = CALL.replace("F02", "F03").replace("<LEFTI>", &format!("{AWARDS}<LEFTI>"));
    let (notice, bad) = one(&text);
    assert_eq!((bad, notice.kind, notice.stage), (Vec::new(), NoticeKind::Award, Stage::Awarded));
    let [won, deserted, stopped] = notice.content.awards.as_slice() else { panic!("{:?}", notice.content.awards) };
    assert_eq!((won.id.as_str(), won.outcome, won.bids, won.lots.as_slice()), ("1", Outcome::Signed, Some(3), &["1".to_owned()][..]));
    assert_eq!((won.winners[0].name.best(&[]), won.winners[0].small), (Some("Rayos, S.L."), Some(true)));
    let want = [(WorthKind::Estimate, "800000".into()), (WorthKind::Minimum, "1".into()), (WorthKind::Maximum, "2".into())];
    assert_eq!(worths(&won.worth), want);
    assert_eq!((deserted.outcome, deserted.reason.as_str()), (Outcome::Unsuccessful, "PROCUREMENT_UNSUCCESSFUL"));
    assert_eq!(stopped.outcome, Outcome::Withdrawn);
    let none = text.replacen("<AWARDED_CONTRACT>", "<NO_AWARDED_CONTRACT>", 1).replacen("</AWARDED_CONTRACT>", "</NO_AWARDED_CONTRACT>", 1);
    assert_eq!(one(&none).0.stage, Stage::Cancelled);
}

#[test]
fn older_forms_give_what_they_share() {
    let (notice, bad) = one(OLD);
    assert_eq!(bad, []);
    assert_eq!((notice.kind, notice.stage, notice.code.as_str()), (NoticeKind::Award, Stage::Awarded, "CONTRACT_AWARD TD 7"));
    // The oldest of its references is what the procedure began with, the youngest is what it follows.
    assert_eq!((notice.procedure.as_str(), notice.previous.as_str()), ("00080000-2012", "00166000-2012"));
    let content = notice.content;
    assert_eq!((content.title.best(&[]), content.description.best(&[])), (Some("IT services"), Some("Support.")));
    assert_eq!((content.buyers[0].name.best(&[]), content.buyers[0].seat.country.as_str()), (Some("Lea Council"), "GB"));
    let award = &content.awards[0];
    assert_eq!((award.id.as_str(), award.bids, award.date.unwrap().to_string()), ("C-1", Some(6), "2012-12-20".to_owned()));
    assert_eq!(award.winners[0].name.best(&[]), Some("Acme Ltd"));
    let values: Vec<_> = award.worth.iter().map(|worth| (worth.kind, worth.with_tax)).collect();
    assert_eq!(values, [(WorthKind::Estimate, Some(false)), (WorthKind::Award, Some(true))]);
    assert_eq!(due(&content, DeadlineKind::Request), ("2012-02-07T17:00:00Z".into(), "Europe/London".into(), ZoneFrom::Buyer));
}

#[test]
fn a_prior_information_notice_has_several_objects() {
    let object = |item: u8, cpv: &str| {
        format!(
            "<OBJECT_CONTRACT ITEM='{item}'><TITLE><P>Object {item}</P></TITLE><CPV_MAIN><CPV_CODE CODE='{cpv}'/></CPV_MAIN><TYPE_CONTRACT \
             CTYPE='WORKS'/><VAL_ESTIMATED_TOTAL CURRENCY='EUR'>{item}00</VAL_ESTIMATED_TOTAL><OBJECT_DESCR ITEM='1'><SHORT_DESCR>x</SHORT_DESCR>\
             </OBJECT_DESCR></OBJECT_CONTRACT>"
        )
    };
    let form = format!(
        "<TED_EXPORT DOC_ID='000001-2020'><FORM_SECTION><F01_2014 CATEGORY='ORIGINAL' FORM='F01' LG='EN'><NOTICE TYPE='PRI_ONLY'/>{}{}</F01_2014>\
         </FORM_SECTION></TED_EXPORT>",
        object(1, "45000000"),
        object(2, "71000000")
    );
    let (notice, bad) = one(&form);
    assert_eq!((bad, notice.kind, notice.stage), (Vec::new(), NoticeKind::Planning, Stage::Planned));
    let lots: Vec<_> = notice
        .content
        .lots
        .iter()
        .map(|lot| (lot.id.as_str(), lot.title.best(&[]), lot.classes[0].code.as_str(), worths(&lot.worth)))
        .collect();
    assert_eq!(
        lots,
        [
            ("1", Some("Object 1"), "45000000", vec![(WorthKind::Estimate, "100".to_owned())]),
            ("2", Some("Object 2"), "71000000", vec![(WorthKind::Estimate, "200".to_owned())]),
        ]
    );
}

#[test]
fn every_form_has_a_kind() {
    for (form, notice_type, document_type, want) in [
        ("F01", "PRI_ONLY", "0", NoticeKind::Planning),
        ("F01", "PRI_CALL_COMPETITION", "3", NoticeKind::Competition),
        ("F04", "PER_REDUCING_TIME_LIMITS", "P", NoticeKind::Planning),
        ("F06", "", "7", NoticeKind::Award),
        ("F07", "QSU_ONLY", "Q", NoticeKind::Competition),
        ("F12", "", "D", NoticeKind::Competition),
        ("F13", "", "R", NoticeKind::Award),
        ("F14", "", "3", NoticeKind::Change),
        ("F15", "", "V", NoticeKind::IntendedAward),
        ("F20", "", "K", NoticeKind::Modification),
        ("F21", "AWARD_CONTRACT", "7", NoticeKind::Award),
        ("F22", "CONTRACT", "3", NoticeKind::Competition),
        ("F23", "PRI", "0", NoticeKind::Planning),
        ("F25", "", "7", NoticeKind::Award),
        ("CONTRACT", "", "3", NoticeKind::Competition),
        ("OTH_NOT", "", "8", NoticeKind::Other),
    ] {
        assert_eq!(kind(form, notice_type, document_type).0, want, "{form} {notice_type} {document_type}");
    }
}

#[test]
fn a_modification_says_what_the_contract_comes_to_and_came_to_before() {
    let text = "<TED_EXPORT DOC_ID='000009-2020'><CODED_DATA_SECTION><NOTICE_DATA><NO_DOC_OJS>2020/S 001-000009</NO_DOC_OJS></NOTICE_DATA></CODED_DATA_SECTION>\
        <FORM_SECTION><F20_2014 CATEGORY='ORIGINAL' LG='EN' FORM='F20'><AWARD_CONTRACT><CONTRACT_NO>7</CONTRACT_NO><AWARDED_CONTRACT>\
        <DATE_CONCLUSION_CONTRACT>2019-01-10</DATE_CONCLUSION_CONTRACT><CONTRACTORS><CONTRACTOR><ADDRESS_CONTRACTOR><OFFICIALNAME>Acme</OFFICIALNAME></ADDRESS_CONTRACTOR>\
        </CONTRACTOR></CONTRACTORS><VALUES><VAL_TOTAL CURRENCY='EUR'>100</VAL_TOTAL></VALUES></AWARDED_CONTRACT></AWARD_CONTRACT><MODIFICATIONS_CONTRACT>\
        <DESCRIPTION_PROCUREMENT><DATE_START>2019-02-01</DATE_START><DATE_END>2021-01-31</DATE_END></DESCRIPTION_PROCUREMENT>\
        <INFO_MODIFICATIONS><SHORT_DESCR>More lanes.</SHORT_DESCR><VALUES><VAL_TOTAL_BEFORE CURRENCY='EUR'>110</VAL_TOTAL_BEFORE>\
        <VAL_TOTAL_AFTER CURRENCY='EUR'>150</VAL_TOTAL_AFTER></VALUES></INFO_MODIFICATIONS></MODIFICATIONS_CONTRACT></F20_2014></FORM_SECTION></TED_EXPORT>";
    let (notice, bad) = one(text);
    let [award] = notice.content.awards.as_slice() else { panic!("{:?}", notice.content.awards) };
    assert_eq!(worths(&award.worth), [(WorthKind::Award, "150".into()), (WorthKind::Before, "110".into())], "{bad:?}");
    let end = award.term.as_ref().and_then(|term| term.end).map(|end| end.to_string());
    assert_eq!((notice.stage, award.winners.len(), end.as_deref()), (Stage::Modified, 1, Some("2021-01-31")));
}

#[test]
fn without_a_number_it_is_set_aside() {
    let text = CALL.replace("<NO_DOC_OJS>2021/S 040-100200</NO_DOC_OJS>", "").replace("DOC_ID=\"100200-2021\"", "");
    let batch = read_text(&text).unwrap();
    assert!(batch.notices.is_empty() && batch.bad[0].reason.contains("NO_DOC_OJS"), "{:?}", batch.bad);
    assert!(read_text("<a/>").is_err());
}

proptest! {
    #[test]
    fn broken_notices_never_panic(which in 0..3_usize, at in 0.0..1.0_f64, length in 0..300_usize, bytes in "[<>/A-Z0-9 &]{0,12}") {
        let text = [CALL, CORRIGENDUM, OLD][which];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let mut from = (text.len() as f64 * at) as usize;
        while !text.is_char_boundary(from) { from -= 1; }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) { to += 1; }
        let _ = read_text(&text[..from]);
        let _ = read_text(&format!("{}{bytes}{}", &text[..from], &text[to..]));
    }
}

#[test]
fn published_notices_are_read_whole() {
    let Some(folder) = samples_folder("ted-legacy") else { return };
    let mut read_files = 0;
    for path in
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "xml"))
    {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(Format::detect(&text), Some(Format::TedExport));
        let (notice, bad) = one(&text);
        read_files += 1;
        assert_eq!((bad, notice.kind, notice.stage), (Vec::new(), NoticeKind::Award, Stage::Awarded), "{}", path.display());
        let content = notice.content;
        assert!(!content.title.is_empty() && !content.description.is_empty() && !content.buyers.is_empty() && !content.classes.is_empty());
        let whole = |award: &crate::model::Award| {
            !award.winners.is_empty() && !award.worth.is_empty() && award.date.is_some() && award.bids.is_some()
        };
        assert!(content.awards.iter().all(whole), "{}", path.display());
        assert_eq!(content.awards.is_empty(), !text.contains("<AWARD_CONTRACT"), "{}", path.display());
    }
    assert_eq!(read_files, 6, "the folder holds other files than it did");
}
