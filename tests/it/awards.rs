//! What becomes of awards and contracts after the award: changed, prolonged, ended before their time, annulled, won by more. Each is told once, as what
//! it is, with what it was before.

use std::sync::{Arc, Mutex};

use atalaya::model::RecordKind;
use atalaya::pipeline::{expiring_some, overtaken, remind_due};
use atalaya::store::LeadFilter;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::rig::{Inside, MAILS, Reply, Server, points, rep, tenders};

const CALL: &str = "urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2";
const RESULT: &str = "urn:oasis:names:specification:ubl:schema:xsd:ContractAwardNotice-2";

/// A portal that shows one document at a time, and who is told of what it shows.
struct Portal {
    inside: Inside,
    shown: Arc<Mutex<String>>,
    _site: Server,
}

impl Portal {
    /// With what it holds from the start.
    async fn new(first: String) -> Self {
        let shown = Arc::new(Mutex::new(first));
        let shows = Arc::clone(&shown);
        let site = Server::start(move |seen| if seen.path == "/releases" { reply(&shows.lock().unwrap()) } else { Reply::status(404) });
        let portal = tenders(&site.address, "1h").replace("every = \"1h\"", "every = \"1h\"\nexpiring = \"180d\"\nconfirm = \"off\"");
        let rules = points("contract-expiring", 10) + &points("tender-published", 10);
        let ana = rep("ana", "UTC", "Mon-Sun 08:00") + "segments = [\"health\"]\nremind = []\n";
        Self { inside: Inside::new(&(portal + &rules + &ana + MAILS)).await, shown, _site: site }
    }

    /// Everything that the daemon does, every half hour, until then.
    async fn until(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        let (effects, config, clock) = (&self.inside.effects, &self.inside.config, &self.inside.clock);
        while clock.now() < time {
            self.inside.wait(SignedDuration::from_mins(30));
            self.inside.visit().await;
            overtaken(effects, config, clock.now()).await.unwrap();
            remind_due(effects, config, clock.now()).await.unwrap();
            let mut after = None;
            loop {
                after = expiring_some(effects, config, after, clock.now()).await.unwrap().next;
                if after.is_none() {
                    break;
                }
            }
            self.inside.drain().await;
        }
    }

    /// Shows another document, and what the morning after brings.
    async fn show(&self, day: u32, text: String) {
        self.until(&format!("2026-12-{day:02}T12:00:00Z")).await;
        *self.shown.lock().unwrap() = text;
        self.until(&format!("2026-12-{:02}T09:00:00Z", day + 1)).await;
    }

    /// The mails in which these words are.
    fn mails(&self, words: &str) -> Vec<String> {
        let plain = |mail: String| {
            let mail = mail.replace("=\r\n", "").replace("\r\n", " ").replace("=E2=86=92", "→").replace("=E2=80=9C", "“");
            mail.replace("=E2=80=9D", "”").split_whitespace().collect::<Vec<_>>().join(" ")
        };
        self.inside.written("mail").into_iter().map(plain).filter(|mail| mail.contains(words)).collect()
    }

    /// These words were told so often, and those never.
    fn told(&self, often: &[(&str, usize)], never: &[&str]) {
        for (words, times) in often.iter().copied().chain(never.iter().map(|words| (*words, 0))) {
            assert_eq!(self.mails(words).len(), times, "{words}: {:#?}", self.mails(""));
        }
    }

    /// Who has won what now: "LOT-0001 Acme".
    async fn won(&self) -> Vec<String> {
        let records = self.inside.effects.store.records_after(None, 1_000).await.unwrap().0;
        let of = |name: &str, record: &atalaya::model::Record| record.text(name).unwrap_or_default();
        let held = records.iter().filter(|record| record.kind == RecordKind::Award && !record.gone);
        let mut won: Vec<String> =
            held.map(|record| format!("{} {}", of("lots", record), of("winner", record)).trim().to_owned()).collect();
        won.sort();
        won
    }

    /// Which ends of contracts speak for a lead now.
    async fn ends(&self) -> String {
        let leads = self.inside.effects.store.leads(LeadFilter::default(), 10).await.unwrap();
        let parts = leads.iter().flat_map(|lead| &lead.score.parts).filter(|part| part.why == "contract-expiring");
        parts.map(|part| part.evidence.as_ref().map(|proof| proof.quote.clone()).unwrap_or_default()).collect::<Vec<_>>().join(" ")
    }
}

fn reply(text: &str) -> Reply {
    let kind = if text.starts_with('{') { "application/json" } else { "application/xml" };
    Reply { headers: vec![("content-type", kind.into())], ..Reply::html(text) }
}

/// A lot: its number, until when it takes offers, and until when its contract runs.
type Lot<'a> = (u32, &'a str, &'a str);
/// A result: of which lot, who won it and for how much; nobody: a code of why.
type Won<'a> = (u32, &'a [(&'a str, u32)], &'a str);

/// An eForms notice, whose ids count from one anew.
fn eforms((number, kind, day): (u32, &str, &str), lots: &[Lot<'_>], results: &[Won<'_>], extra: &str) -> String {
    let mut names: Vec<&str> = results.iter().flat_map(|(_, winners, _)| winners.iter().map(|(name, _)| *name)).collect();
    names.dedup();
    let (mut of_lots, mut tenders, mut tender) = (String::new(), String::new(), 0);
    for (place, (lot, winners, reason)) in results.iter().enumerate() {
        let (mut own, code) = (String::new(), if winners.is_empty() { "clos-nw" } else { "selec-w" });
        for (name, amount) in *winners {
            tender += 1;
            let party = names.iter().position(|known| known == name).unwrap() + 1;
            own.extend([format!("<LotTender><ID>TEN-{tender}</ID></LotTender><SettledContract><ID>CON-{tender}</ID></SettledContract>")]);
            tenders.extend([format!(
                "<LotTender><ID>TEN-{tender}</ID><LegalMonetaryTotal><PayableAmount currencyID='EUR'>{amount}</PayableAmount></LegalMonetaryTotal>\
                 <TenderingParty><ID>TPA-{party}</ID></TenderingParty><TenderLot><ID>LOT-{lot}</ID></TenderLot></LotTender>\
                 <SettledContract><ID>CON-{tender}</ID><IssueDate>2026-11-30+01:00</IssueDate><LotTender><ID>TEN-{tender}</ID></LotTender></SettledContract>"
            )]);
        }
        let why = if reason.is_empty() {
            String::new()
        } else {
            format!("<DecisionReason><DecisionReasonCode>{reason}</DecisionReasonCode></DecisionReason>")
        };
        of_lots.extend([format!(
            "<LotResult><ID>RES-{}</ID><TenderResultCode>{code}</TenderResultCode>{why}{own}<TenderLot><ID>LOT-{lot}</ID></TenderLot></LotResult>",
            place + 1
        )]);
    }
    let company = |place: usize, name: &str| {
        format!(
            "<Organization><Company><PartyIdentification><ID>ORG-{place}</ID></PartyIdentification><PartyName><Name>{name}</Name></PartyName></Company></Organization>"
        )
    };
    let parties: Vec<String> = (1..=names.len())
        .map(|n| format!("<TenderingParty><ID>TPA-{n}</ID><Tenderer><ID>ORG-{n}</ID></Tenderer></TenderingParty>"))
        .collect();
    let companies: String = names.iter().enumerate().map(|(place, name)| company(place + 1, name)).collect();
    let lots: Vec<String> = lots
        .iter()
        .map(|(lot, until, end)| {
            let due = format!("<TenderingProcess><TenderSubmissionDeadlinePeriod><EndDate>{until}Z</EndDate><EndTime>10:00:00Z</EndTime></TenderSubmissionDeadlinePeriod></TenderingProcess>");
            let due = if until.is_empty() { "" } else { &due };
            let runs = format!("<PlannedPeriod><StartDate>2026-12-01+01:00</StartDate><EndDate>{end}+01:00</EndDate></PlannedPeriod>");
            let runs = if end.is_empty() { "" } else { &runs };
            format!("<ProcurementProjectLot><ID schemeName='Lot'>LOT-{lot}</ID>{due}<ProcurementProject><Name>Part {lot}</Name>{runs}</ProcurementProject></ProcurementProjectLot>")
        })
        .collect();
    let (lots, parties) = (lots.concat(), parties.concat());
    let (root, ns) = if kind == "cn-standard" { ("ContractNotice", CALL) } else { ("ContractAwardNotice", RESULT) };
    format!(
        "<{root} xmlns='{ns}'><UBLExtensions><UBLExtension><ExtensionContent><EformsExtension>{extra}<NoticeResult>{of_lots}{tenders}{parties}</NoticeResult>\
         <Organizations>{}{companies}</Organizations><Publication><NoticePublicationID>{number:08}-2026</NoticePublicationID></Publication></EformsExtension>\
         </ExtensionContent></UBLExtension></UBLExtensions><ID>notice-{number}</ID><ContractFolderID>f0f0f0f0-0000-4000-8000-000000000001</ContractFolderID>\
         <IssueDate>{day}Z</IssueDate><IssueTime>09:00:00Z</IssueTime><VersionID>01</VersionID><NoticeTypeCode>{kind}</NoticeTypeCode>\
         <NoticeLanguageCode>ENG</NoticeLanguageCode><ContractingParty><Party><PartyIdentification><ID>ORG-0</ID></PartyIdentification></Party></ContractingParty>\
         <ProcurementProject><Name>Beds</Name><MainCommodityClassification><ItemClassificationCode listName='cpv'>33192100</ItemClassificationCode>\
         </MainCommodityClassification></ProcurementProject>{lots}</{root}>",
        company(0, "Hospital de Cuenca")
    )
}

/// The section of a notice that changes a contract, with the words of why.
fn modification(of: u32, why: &str) -> String {
    format!(
        "<ContractModification><ChangedNoticeIdentifier>{of:08}-2026</ChangedNoticeIdentifier><Change><ChangeDescription languageID='ENG'>{why}</ChangeDescription></Change>\
         <ChangeReason><ReasonCode>add-wss</ReasonCode></ChangeReason></ContractModification>"
    )
}

/// The section of a notice that corrects another.
fn corrects(of: u32) -> String {
    format!(
        "<Changes><ChangedNoticeIdentifier>notice-{of}-01</ChangedNoticeIdentifier><ChangeReason><ReasonCode>cor-buy</ReasonCode></ChangeReason></Changes>"
    )
}

const DUE: &str = "2026-12-20";

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_is_changed_is_told_from_what_to_what_each_time() {
    let portal =
        Portal::new(eforms((9, "pin-only", "2026-11-20"), &[], &[], "").replace("000001</ContractFolderID", "000009</ContractFolderID"))
            .await;
    portal.show(1, eforms((1, "cn-standard", "2026-12-01"), &[(1, DUE, "2027-02-28")], &[], "")).await;
    portal.show(3, eforms((2, "can-standard", "2026-12-03"), &[(1, "", "2027-02-28")], &[(1, &[("Acme", 100_000)], "")], "")).await;
    portal.told(&[("Tender awarded", 1), ("Contract ends on Sun 28 Feb 2027", 1)], &["Contract changed"]);
    let more = |number: u32, amount: u32, end: &str, why: &str| {
        let day = format!("2026-12-{number:02}");
        eforms((number, "can-modif", &day), &[(1, "", end)], &[(1, &[("Acme", amount)], "")], &modification(2, why))
    };
    portal.show(5, more(5, 150_000, "2027-05-31", "A ward more.")).await;
    portal.told(
        &[("Contract changed", 1), ("100,000 EUR → 150,000 EUR", 1), ("28 Feb 2027 → Mon 31 May 2027", 1), ("“A ward more.”", 1)],
        &[],
    );
    portal.told(&[("Contract ends on Mon 31 May 2027", 1)], &["Winner changed", "Award annulled", "no longer"]);
    assert_eq!((portal.ends().await.as_str(), portal.won().await), ("2027-05-31", vec!["Acme".to_owned()]));
    portal.show(8, more(8, 180_000, "2027-05-31", "Two wards more.")).await;
    portal.told(&[("Contract changed", 2), ("150,000 EUR → 180,000 EUR", 1), ("“Two wards more.”", 1)], &["Winner changed"]);
    // The same again tells nothing.
    portal.show(11, more(8, 180_000, "2027-05-31", "Two wards more.")).await;
    portal.told(&[("Contract changed", 2)], &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wins_beside_those_who_won_takes_nothing_from_them() {
    let portal = Portal::new(eforms((1, "cn-standard", "2026-11-20"), &[(1, "2026-11-22", ""), (2, "2026-11-22", "")], &[], "")).await;
    portal
        .show(
            1,
            eforms((2, "can-standard", "2026-12-01"), &[(1, "", ""), (2, "", "")], &[(1, &[("Acme", 10_000), ("Bolt", 20_000)], "")], ""),
        )
        .await;
    assert_eq!(portal.won().await, ["LOT-1 Part 1 Acme", "LOT-1 Part 1 Bolt"]);
    // Another lot, of one who has won already; the ids are the same.
    portal.show(3, eforms((3, "can-standard", "2026-12-03"), &[(2, "", "")], &[(2, &[("Acme", 30_000)], "")], "")).await;
    assert_eq!(portal.won().await, ["LOT-1 Part 1 Acme", "LOT-1 Part 1 Bolt", "LOT-2 Part 2 Acme"]);
    portal.told(&[("LOT-2: Acme, 30,000 EUR", 1)], &["Winner changed", "annulled", "no longer"]);
    // Another winner of a lot that two have won.
    portal.show(5, eforms((4, "can-standard", "2026-12-05"), &[(1, "", "")], &[(1, &[("Cima", 40_000)], "")], "")).await;
    assert_eq!(portal.won().await, ["LOT-1 Part 1 Acme", "LOT-1 Part 1 Bolt", "LOT-1 Part 1 Cima", "LOT-2 Part 2 Acme"]);
    portal.told(&[("Another award: LOT-1: Cima, 40,000 EUR", 1)], &["Winner changed", "annulled", "no longer"]);
    // The first is corrected: it was Duro who won beside Acme.
    let right = eforms(
        (5, "can-standard", "2026-12-07"),
        &[(1, "", ""), (2, "", "")],
        &[(1, &[("Acme", 10_000), ("Duro", 20_000)], "")],
        &corrects(2),
    );
    portal.show(7, right).await;
    assert_eq!(portal.won().await, ["LOT-1 Part 1 Acme", "LOT-1 Part 1 Cima", "LOT-1 Part 1 Duro", "LOT-2 Part 2 Acme"]);
    portal.told(&[("Winner changed", 1), ("LOT-1: Bolt, 20,000 EUR → LOT-1: Duro, 20,000 EUR", 1)], &["Award annulled: LOT"]);
    // The same results again change nothing.
    portal.show(9, eforms((6, "can-standard", "2026-12-09"), &[(1, "", "")], &[(1, &[("Cima", 40_000)], "")], "")).await;
    assert_eq!((portal.won().await.len(), portal.mails("Cima").len()), (4, 1), "{:#?}", portal.mails(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_buys_together_is_named_until_they_leave() {
    let joint = |text: &str| {
        let other = "<ContractingParty><Party><PartyIdentification><ID>ORG-9</ID></PartyIdentification></Party></ContractingParty>";
        let named = "<Organization><Company><PartyIdentification><ID>ORG-9</ID></PartyIdentification><PartyName><Name>Hospital de Soria</Name></PartyName></Company></Organization>";
        text.replace("</ContractingParty>", &format!("</ContractingParty>{other}"))
            .replace("</Organizations>", &format!("{named}</Organizations>"))
    };
    let call = |number: u32, day: &str, until: &str| eforms((number, "cn-standard", day), &[(1, until, "")], &[], "");
    let portal = Portal::new(joint(&call(1, "2026-11-20", "2026-12-20"))).await;
    portal.show(1, joint(&call(2, "2026-12-01", "2026-12-22"))).await;
    portal.show(3, call(3, "2026-12-03", "2026-12-28")).await;
    portal.told(&[("Tue 22 Dec 2026 10:00 UTC → Mon 28 Dec 2026 10:00 UTC", 1), ("Hospital de Cuenca; Hospital de Soria", 1)], &[]);
    let records = portal.inside.effects.store.records_after(None, 9).await.unwrap().0;
    assert!(records.iter().all(|record| record.text("joint_buyers").is_none()), "{records:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_that_loses_its_award_is_named_with_who_had_won_it() {
    let two = [(1, "2026-11-22", ""), (2, "2026-11-22", "")];
    let portal = Portal::new(eforms((1, "cn-standard", "2026-11-20"), &two, &[], "")).await;
    let both: [Won<'_>; 2] = [(1, &[("Acme", 10_000)], ""), (2, &[("Acme", 20_000)], "")];
    portal.show(1, eforms((2, "can-standard", "2026-12-01"), &two, &both, "")).await;
    portal.told(&[("Tender awarded", 1)], &["annulled"]);
    portal.show(3, eforms((3, "can-standard", "2026-12-03"), &[(2, "", "")], &[(2, &[], "no-signed")], "")).await;
    assert_eq!(portal.won().await, ["LOT-1 Part 1 Acme"]);
    portal.told(&[("Award annulled: LOT-2: Acme, 20,000 EUR", 1)], &["Winner changed", "Tender cancelled"]);
    // Said by the status of an award.
    let portal = Portal::new(release(0, "tender", "active", json!({}))).await;
    let won = |first: &str, second: &str| json!({ "awards": [award("a", "L1", first, 10_000), award("b", "L2", second, 20_000)] });
    portal.show(1, release(1, "award", "complete", won("active", "active"))).await;
    for (day, status) in [(3, "cancelled"), (6, "unsuccessful")] {
        portal.show(day, release(day, "awardUpdate", "complete", won("active", status))).await;
        portal.told(&[("Award annulled", 1), ("L2: Acme, 20,000 EUR (", 1)], &["Winner changed", "Tender cancelled"]);
    }
}

/// A release of a procedure of two lots, on a day of December.
fn release(day: u32, tag: &str, status: &str, more: Value) -> String {
    let mut release = json!({
        "ocid": "ocds-test01-1", "id": format!("{day}-{tag}"), "date": if day == 0 { "2026-11-20T09:00:00Z".to_owned() } else { format!("2026-12-{day:02}T09:00:00Z") },
        "tag": [tag], "buyer": { "id": "b", "name": "Hospital de Cuenca" },
        "parties": [{ "id": "b", "name": "Hospital de Cuenca", "roles": ["buyer"] }],
        "tender": {
            "id": "1", "title": "Beds", "status": status, "tenderPeriod": { "endDate": "2026-11-22T10:00:00Z" },
            "items": [{ "id": "1", "classification": { "scheme": "CPV", "id": "33192100" } }],
            "lots": [{ "id": "L1", "title": "One" }, { "id": "L2", "title": "Two" }],
        },
    });
    release.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "uri": "https://portal.example/r", "version": "1.1", "publishedDate": "2026-11-20T09:00:00Z", "releases": [release] })
        .to_string()
}

fn award(id: &str, lot: &str, status: &str, amount: u32) -> Value {
    json!({
        "id": id, "status": status, "relatedLots": [lot], "suppliers": [{ "id": "w", "name": "Acme" }],
        "value": { "amount": amount, "currency": "EUR" }, "contractPeriod": { "startDate": "2026-12-01", "endDate": "2027-03-31" },
    })
}

fn contract(id: &str, of: &str, status: &str, amount: u32, end: &str) -> Value {
    json!({
        "id": id, "awardID": of, "status": status, "value": { "amount": amount, "currency": "EUR" },
        "period": { "startDate": "2026-12-01T00:00:00Z", "endDate": format!("{end}T00:00:00Z") },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn one_contract_of_two_is_prolonged_and_the_other_ended_before_its_time() {
    let portal = Portal::new(release(0, "tender", "active", json!({}))).await;
    let won = json!({ "awards": [award("a", "L1", "active", 10_000), award("b", "L2", "active", 20_000)] });
    portal.show(1, release(1, "award", "complete", won)).await;
    portal.told(&[("Tender awarded", 1), ("Contract ends on Wed 31 Mar 2027", 1)], &[]);
    let mut longer = contract("ca", "a", "active", 15_000, "2027-04-30");
    longer["amendments"] = json!([{ "id": "1", "date": "2026-12-03T00:00:00Z", "rationale": "More beds were asked for." }]);
    portal.show(3, release(3, "contractAmendment", "complete", json!({ "contracts": [longer] }))).await;
    portal.told(&[("Contract changed", 1), ("L1: Acme, 10,000 EUR → 15,000 EUR", 1), ("“More beds were asked for.”", 1)], &["annulled"]);
    portal.told(&[("Wed 31 Mar 2027 → Fri 30 Apr 2027", 1), ("Contract ends on Fri 30 Apr 2027", 1)], &["Winner changed"]);
    // The contract on the other lot is over from now on; the first runs.
    let over = contract("cb", "b", "terminated", 20_000, "2027-03-31");
    portal.show(6, release(6, "contractTermination", "complete", json!({ "contracts": [over] }))).await;
    portal
        .told(&[("Contract ended early: L2: Acme, Wed 31 Mar 2027 → ended on Sun 6 Dec 2026", 1)], &["annulled", "no longer", "completed"]);
    assert_eq!(portal.ends().await, "2027-04-30", "the one that runs");
    portal.told(&[("Contract changed", 1)], &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_whose_first_notice_is_a_change_is_told_as_that_and_makes_up_nothing() {
    let other = eforms((9, "pin-only", "2026-11-20"), &[], &[], "").replace("000001</ContractFolderID", "000009</ContractFolderID");
    let portal = Portal::new(other).await;
    let change = eforms(
        (5, "can-modif", "2026-12-01"),
        &[(1, "", "2027-05-31")],
        &[(1, &[("Acme", 150_000)], "")],
        &modification(2, "A ward more."),
    );
    portal.show(1, change).await;
    portal.told(&[("Contract ends on Mon 31 May 2027", 1)], &["→", "was awarded", "Winner changed", "Tender published"]);
    assert_eq!(portal.won().await, ["Acme"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_taken_back_is_told_though_its_status_says_that_it_is_out() {
    let feed = |day: &str, announced: &[(&str, &str)]| {
        let one = |(kind, day): &(&str, &str)| {
            format!(
                "<c:ValidNoticeInfo><c:NoticeTypeCode>{kind}</c:NoticeTypeCode><c:NoticeIssueDate>{day}</c:NoticeIssueDate></c:ValidNoticeInfo>"
            )
        };
        let announced: String = announced.iter().map(one).collect();
        format!(
            "<feed xmlns:c='urn:dgpe:names:draft:codice'><entry><id>https://placsp.example/1</id><title>Camas</title><updated>{day}T09:00:00Z</updated>\
             <c:ContractFolderStatus><c:ContractFolderStatusCode>PUB</c:ContractFolderStatusCode><c:LocatedContractingParty><c:Party><c:PartyName>\
             <c:Name>Hospital de Cuenca</c:Name></c:PartyName></c:Party></c:LocatedContractingParty><c:ProcurementProject><c:Name>Camas</c:Name>\
             <c:RequiredCommodityClassification><c:ItemClassificationCode>33192100</c:ItemClassificationCode></c:RequiredCommodityClassification>\
             </c:ProcurementProject><c:TenderingProcess><c:TenderSubmissionDeadlinePeriod><c:EndDate>2026-12-20</c:EndDate><c:EndTime>10:00:00</c:EndTime>\
             </c:TenderSubmissionDeadlinePeriod></c:TenderingProcess>{announced}</c:ContractFolderStatus></entry></feed>"
        )
    };
    let (call, back) = (("DOC_CN", "2026-11-20"), ("ANUL_DOC_CN", "2026-12-01"));
    let portal = Portal::new(feed("2026-11-20", &[call])).await;
    portal.show(1, feed("2026-12-01", &[call, back])).await;
    portal.told(&[("Tender cancelled", 1)], &["Takes offers again"]);
    portal.show(3, feed("2026-12-03", &[call, back, ("DOC_CN", "2026-12-03")])).await;
    portal.told(&[("Tender cancelled", 1), ("Takes offers again", 1)], &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_again_has_no_deadline_of_the_round_that_was_cancelled() {
    let with = |day: u32, tag: &str, status: &str, until: Option<&str>| {
        let mut package: Value = serde_json::from_str(&release(day, tag, status, json!({}))).unwrap();
        let tender = package["releases"][0]["tender"].as_object_mut().unwrap();
        tender.remove("tenderPeriod");
        tender.extend(until.map(|until| ("tenderPeriod".to_owned(), json!({ "endDate": until }))));
        package.to_string()
    };
    let portal = Portal::new(with(0, "tender", "active", Some("2026-12-10T10:00:00Z"))).await;
    portal.show(1, with(1, "tenderCancellation", "cancelled", None)).await;
    portal.told(&[("Tender cancelled", 1)], &[]);
    portal.show(12, with(12, "planning", "planned", None)).await;
    let until = async || {
        let records = portal.inside.effects.store.records_after(None, 10).await.unwrap().0;
        let tender = records.into_iter().find(|record| record.kind == RecordKind::Tender).unwrap();
        (tender.text("stage").unwrap(), tender.text("deadline"))
    };
    assert_eq!(until().await, ("planned".to_owned(), None), "{:#?}", portal.mails("announced"));
    portal.show(15, with(15, "tender", "active", Some("2027-01-20T10:00:00Z"))).await;
    assert!(until().await.1.is_some_and(|until| until.starts_with("2027-01-20")));
    portal.told(&[("Wed 20 Jan 2027", 1), ("Thu 10 Dec 2026 10:00 UTC →", 0)], &["check the date"]);
}

/// An entry of a procedure in PLACSP: its status, its results (code, lot, who won, day) and its announcements.
fn entry((day, status): (&str, &str), lots: &[&str], results: &[(&str, &str, &str, &str)], announced: &[(&str, &str)]) -> String {
    let result = |(code, lot, who, day): &(&str, &str, &str, &str)| {
        let who = if who.is_empty() {
            String::new()
        } else {
            format!("<c:WinningParty><c:PartyName><c:Name>{who}</c:Name></c:PartyName></c:WinningParty>")
        };
        let lot = if lot.is_empty() { String::new() } else { format!("<c:ProcurementProjectLotID>{lot}</c:ProcurementProjectLotID>") };
        format!(
            "<c:TenderResult><c:ResultCode>{code}</c:ResultCode><c:AwardDate>{day}</c:AwardDate>{who}<c:AwardedTenderedProject>{lot}<c:LegalMonetaryTotal>\
             <c:TaxExclusiveAmount currencyID='EUR'>9000</c:TaxExclusiveAmount></c:LegalMonetaryTotal></c:AwardedTenderedProject></c:TenderResult>"
        )
    };
    let one = |(kind, day): &(&str, &str)| {
        format!(
            "<c:ValidNoticeInfo><c:NoticeTypeCode>{kind}</c:NoticeTypeCode><c:NoticeIssueDate>{day}</c:NoticeIssueDate></c:ValidNoticeInfo>"
        )
    };
    let lot = |lot: &&str| format!("<c:ProcurementProjectLot><c:ID>{lot}</c:ID></c:ProcurementProjectLot>");
    let (lots, results): (String, String) = (lots.iter().map(lot).collect(), results.iter().map(result).collect());
    let announced: String = announced.iter().map(one).collect();
    format!(
        "<feed xmlns:c='urn:dgpe:names:draft:codice'><entry><id>https://placsp.example/1</id><title>Camas</title><updated>{day}T09:00:00Z</updated>\
         <c:ContractFolderStatus><c:ContractFolderStatusCode>{status}</c:ContractFolderStatusCode><c:LocatedContractingParty><c:Party><c:PartyName>\
         <c:Name>Hospital de Cuenca</c:Name></c:PartyName></c:Party></c:LocatedContractingParty><c:ProcurementProject><c:Name>Camas</c:Name>\
         <c:RequiredCommodityClassification><c:ItemClassificationCode>33192100</c:ItemClassificationCode></c:RequiredCommodityClassification>\
         </c:ProcurementProject>{lots}{results}<c:TenderingProcess><c:TenderSubmissionDeadlinePeriod><c:EndDate>2026-11-30</c:EndDate>\
         <c:EndTime>10:00:00</c:EndTime></c:TenderSubmissionDeadlinePeriod></c:TenderingProcess>{announced}</c:ContractFolderStatus></entry></feed>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_award_whose_announcement_is_taken_back_is_annulled_though_its_result_is_left() {
    let call = ("DOC_CN", "2026-11-20");
    let won = [call, ("DOC_CAN_ADJ", "2026-12-01")];
    let back = [call, ("DOC_CAN_ADJ", "2026-12-01"), ("ANUL_DOC_CAN_ADJ", "2026-12-03")];
    let acme = [("8", "", "Acme", "2026-12-01")];
    for status in ["ADJ", "EV"] {
        let portal = Portal::new(entry(("2026-11-20", "PUB"), &[], &[], &[call])).await;
        portal.show(1, entry(("2026-12-01", "ADJ"), &[], &acme, &won)).await;
        portal.told(&[("Acme won it for 9,000 EUR", 1)], &["annulled"]);
        portal.show(3, entry(("2026-12-03", status), &[], &acme, &back)).await;
        portal.told(&[("Award annulled: Acme; the tender is not open again (", 1), ("Award annulled", 1)], &["Tender cancelled"]);
        assert!(portal.won().await.is_empty());
        let again = [&back[..], &[("DOC_CAN_ADJ", "2026-12-05")]].concat();
        portal.show(5, entry(("2026-12-05", "ADJ"), &[], &[("8", "", "Bolt", "2026-12-05")], &again)).await;
        portal.told(&[("Tender awarded: Bolt won it for 9,000 EUR", 1), ("Award annulled", 1)], &[]);
    }
    // Of two lots that were announced one after the other, the one whose announcement is taken back.
    let (first, second) = (("8", "1", "Acme", "2026-12-01"), ("8", "2", "Bolt", "2026-12-02"));
    let both = [call, ("DOC_CAN_ADJ", "2026-12-01"), ("DOC_CAN_ADJ", "2026-12-02")];
    let portal = Portal::new(entry(("2026-11-20", "PUB"), &["1", "2"], &[], &[call])).await;
    portal.show(2, entry(("2026-12-02", "ADJ"), &["1", "2"], &[first, second], &both)).await;
    let back = [&both[..], &[("ANUL_DOC_CAN_ADJ", "2026-12-04")]].concat();
    portal.show(4, entry(("2026-12-04", "ADJ"), &["1", "2"], &[first, second], &back)).await;
    portal.told(&[("Award annulled: 2: Bolt, 9,000 EUR (", 1)], &["Tender cancelled", "Winner changed"]);
    assert_eq!(portal.won().await, ["1 Acme"]);
    // Each lot ends for its own reason.
    let ended = [("3", "1", "", "2026-12-06"), ("5", "2", "", "2026-12-06")];
    portal.show(6, entry(("2026-12-06", "RES"), &["1", "2"], &ended, &back)).await;
    portal.told(&[("Tender cancelled: lot 1: Desierto, lot 2: Renuncia; award annulled: 1: Acme, 9,000 EUR", 1)], &["no longer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_awards_of_one_lot_is_told_with_its_amount_and_once() {
    let call = [(1, "2026-11-30", "")];
    let portal = Portal::new(eforms((1, "cn-standard", "2026-11-20"), &call, &[], "")).await;
    let won = |number: u32, winners: &[(&str, u32)], signed: u32, extra: &str| {
        let day = format!("2026-12-{number:02}");
        let kind = if extra.is_empty() { "can-standard" } else { "can-modif" };
        eforms((number, kind, &day), &[(1, "", "")], &[(1, winners, "")], extra)
            .replace("<IssueDate>2026-11-30+01:00", &format!("<IssueDate>2026-12-{signed:02}+01:00"))
    };
    portal.show(1, won(1, &[("Acme", 1_000), ("Bolt", 1_100)], 1, "")).await;
    portal.told(&[("Tender awarded: Acme, 1,000 EUR; Bolt, 1,100 EUR (", 1)], &[]);
    portal.show(3, won(3, &[("Acme", 450)], 3, "")).await;
    portal.told(&[("Another award: Acme, 450 EUR (", 1)], &["→", "no longer"]);
    // The same notice, or one that repeats it, tells nothing.
    portal.show(5, won(5, &[("Acme", 450)], 3, "")).await;
    portal.told(&[("Another award", 1)], &["→"]);
    portal.show(7, won(7, &[("Bolt", 1_600)], 1, &modification(1, "More wards."))).await;
    portal.told(&[("Contract changed: Bolt, 1,100 EUR → 1,600 EUR; the buyer says", 1), ("Another award", 1)], &["Winner changed"]);
    assert_eq!(portal.won().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dynamic_purchasing_system_takes_offers_whoever_won_until_a_result_ends_it() {
    let system = |text: String| {
        let uses = "<ProcurementProject><Name>Part";
        let marked = "<TenderingProcess><ContractingSystem><ContractingSystemTypeCode listName='dps-usage'>dps-list</ContractingSystemTypeCode>\
                      </ContractingSystem></TenderingProcess><ProcurementProject><Name>Part";
        text.replace(uses, marked).replace("</TenderingProcess><TenderingProcess>", "")
    };
    let lots = [(1, "2027-06-30", ""), (2, "2027-06-30", "")];
    let portal = Portal::new(system(eforms((1, "cn-standard", "2026-11-20"), &lots, &[], ""))).await;
    let result = |number: u32, won: &[Won<'_>]| {
        let day = format!("2026-12-{number:02}");
        let text = eforms((number, "can-standard", &day), &[(1, "", ""), (2, "", "")], won, "");
        system(text.replace("<IssueDate>2026-11-30+01:00", &format!("<IssueDate>{day}+01:00")))
    };
    portal.show(1, result(1, &[(1, &[("Acme", 900)], "")])).await;
    portal.told(&[("First award: LOT-1: Acme, 900 EUR (", 1)], &["Tender changed", "Tender awarded", "(lot LOT-2)"]);
    portal.show(3, result(3, &[(1, &[("Acme", 450)], ""), (2, &[], "no-rece")])).await;
    portal.told(&[("Another award: LOT-1: Acme, 450 EUR (", 1)], &["closed without award", "Tender awarded"]);
    let ends = |text: String, times: usize| {
        text.replacen("<LotResult><ID>", "<LotResult><DPSTerminationIndicator>true</DPSTerminationIndicator><ID>", times)
    };
    portal.show(5, ends(result(5, &[(1, &[("Bolt", 777)], "")]), 1)).await;
    portal.told(&[("Lot awarded: LOT-1: Bolt, 777 EUR", 1), ("(lot LOT-2)", 1)], &["Tender awarded"]);
    portal.show(7, ends(result(7, &[(2, &[("Cima", 333)], "")]), 1)).await;
    portal.told(&[("Tender awarded: LOT-2: Cima, 333 EUR (", 1)], &["Tender cancelled", "no longer"]);
}

/// A release of a procedure without lots, whose offers were due on that day.
fn undivided(day: u32, tag: &str, status: &str, until: &str, more: Value) -> String {
    let mut package: Value = serde_json::from_str(&release(day, tag, status, more)).unwrap();
    let tender = package["releases"][0]["tender"].as_object_mut().unwrap();
    tender.remove("lots");
    tender.insert("tenderPeriod".to_owned(), json!({ "endDate": until }));
    package.to_string()
}

/// An award of the whole, without a period of its own.
fn of_whole(id: &str, who: &str, amount: u32) -> Value {
    json!({ "id": id, "status": "active", "suppliers": [{ "id": who, "name": who }], "value": { "amount": amount, "currency": "EUR" } })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_contracts_of_the_whole_the_one_that_is_raised_or_prolonged_is_told() {
    let due = "2026-11-30T10:00:00Z";
    let portal = Portal::new(undivided(0, "tender", "active", due, json!({}))).await;
    let two = |day: u32, tag: &str, amount: u32, ends: [&str; 2]| {
        let contracts = [contract("ca", "a", "active", 5_000, ends[0]), contract("cb", "b", "active", amount, ends[1])];
        undivided(
            day,
            tag,
            "complete",
            due,
            json!({ "awards": [of_whole("a", "Acme", 5_000), of_whole("b", "Bolt", 7_000)], "contracts": contracts }),
        )
    };
    portal.show(1, two(1, "contract", 7_000, ["2028-03-31", "2028-03-31"])).await;
    portal.told(&[("Tender awarded: Acme, 5,000 EUR; Bolt, 7,000 EUR (", 1)], &["Contract changed"]);
    portal.show(3, two(3, "contractAmendment", 9_500, ["2028-03-31", "2028-03-31"])).await;
    portal.told(&[("Contract changed: Bolt, 7,000 EUR → 9,500 EUR (", 1)], &["Winner changed"]);
    portal.show(5, two(5, "contractAmendment", 9_500, ["2028-06-30", "2028-09-30"])).await;
    portal.told(&[("Acme, Fri 31 Mar 2028 → Fri 30 Jun 2028; Bolt, Fri 31 Mar 2028 → Sat 30 Sep 2028", 1), ("Contract changed", 2)], &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_is_changed_with_its_award_or_ran_before_anybody_looked_is_told_as_what_it_is() {
    let changed = |amount: u32, end: &str, why: &str| {
        let mut changed = contract("ca", "a", "active", amount, end);
        changed["amendments"] = json!([{ "id": "1", "date": "2026-12-01T00:00:00Z", "rationale": why }]);
        json!({ "awards": [of_whole("a", "Acme", 5_000)], "contracts": [changed] })
    };
    let portal = Portal::new(undivided(0, "tender", "active", "2026-11-30T10:00:00Z", json!({}))).await;
    portal.show(1, undivided(1, "contractAmendment", "complete", "2026-11-30T10:00:00Z", changed(6_000, "2028-03-31", "inflation"))).await;
    portal.told(&[("Tender awarded: Acme won it for 6,000 EUR", 1), ("the buyer says: “inflation”", 1)], &["Contract changed"]);
    // The contract of a tender that was over, for longer than calendars look back, when it was first seen.
    let old = "2026-05-01T10:00:00Z";
    let runs = json!({ "awards": [of_whole("a", "Acme", 5_000)], "contracts": [contract("ca", "a", "active", 5_000, "2027-03-31")] });
    let portal = Portal::new(undivided(0, "contract", "complete", old, runs)).await;
    portal.show(1, undivided(1, "contractAmendment", "complete", old, changed(5_000, "2029-03-31", "An option was used."))).await;
    portal.told(
        &[("Contract changed: end of the contract Wed 31 Mar 2027 → Sat 31 Mar 2029; the buyer says", 1)],
        &["lead for you", "lead:"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_called_off_and_is_planned_again_is_news_of_it_and_no_lead() {
    let until = "2026-12-20T10:00:00Z";
    let portal = Portal::new(undivided(0, "tender", "active", until, json!({}))).await;
    portal.show(1, undivided(1, "tenderCancellation", "cancelled", until, json!({}))).await;
    portal.told(&[("Tender cancelled", 1)], &["Planned again"]);
    portal.show(3, undivided(3, "planning", "planned", until, json!({}))).await;
    portal.told(&[("Subject: Planned again: Beds", 1)], &["1 lead for you", "no longer"]);
}
