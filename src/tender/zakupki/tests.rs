//! Made pages, their harms, and the samples where they are to be had.

use proptest::prelude::*;

use super::*;
use crate::model::{DeadlineKind, Outcome, ProcedureKind, Value};
use crate::tender::Format;
use crate::tender::testing::{samples_folder, told};

const NOTICES_XML: &str = include_str!("notices.xml");
const SEARCH: &str = include_str!("search.rss");

fn input(text: &str) -> Input<'_> {
    Input { text, url: None, clock: Clock::assumed(), expired: &|| false }
}

fn batch(text: &str) -> Batch {
    read(&input(text)).unwrap()
}

fn ids(party: &Party) -> String {
    party.ids.iter().map(|id| format!("{}={}", id.scheme, id.id)).collect::<Vec<_>>().join(" ")
}

fn worth(worth: &[crate::model::Worth]) -> String {
    worth.iter().map(|worth| format!("{} {}", worth.kind.word(), Value::Money(worth.amount.clone()))).collect::<Vec<_>>().join(", ")
}

#[test]
fn purchases() {
    assert_eq!(Format::detect(NOTICES_XML), Some(Format::Zakupki));
    let batch = batch(NOTICES_XML);
    assert_eq!(
        told(&batch),
        [
            "/purchaseNoticeOK/body/item[2]: it has neither `registrationNumber` nor `guid`: nothing says which purchase it is",
            "/purchaseNoticeOK/body/item[1]/purchaseNoticeOKData/lots/lot[2]/lotData/initialSum: `по запросу` is no amount; it stays unknown",
            "/purchaseNoticeOK/body/item[3]/purchaseNoticeOKData/publicationDateTime: `завтра` is no time; it stays unknown",
        ]
    );
    assert_eq!(batch.bad.len(), 1, "a field that cannot be read sets no entry aside");
    let notice = &batch.notices[0];
    assert_eq!(
        (notice.procedure.as_str(), notice.id.as_str(), notice.version.as_str(), notice.code.as_str()),
        ("32600000001", "a1", "1", "P OK")
    );
    assert_eq!((notice.kind, notice.stage, notice.whole), (NoticeKind::Competition, Stage::Open, true));
    assert_eq!(notice.published.unwrap().to_string(), "2026-10-05T07:00:00Z");
    let content = &notice.content;
    assert_eq!(content.title.best(&[]), Some("Поставка насосов"));
    assert_eq!(content.buyers.iter().map(ids).collect::<Vec<_>>(), ["INN=7700000001 KPP=770001001 OGRN=1027700000001", "INN=7700000002"]);
    // Whom to ask belongs to who runs the purchase, not to who buys.
    assert_eq!((content.buyers[0].email.as_str(), content.buyers[1].email.as_str()), ("a@vodokanal.example", "zakupki@torgi.example"));
    assert_eq!(content.procedure.as_ref().map(|procedure| procedure.kind), Some(ProcedureKind::Open));
    let due =
        |at: usize| content.deadlines[at].due.as_ref().map(|due| (due.at.to_string(), due.zone.clone(), due.zone_from, due.time.is_some()));
    assert_eq!(due(0), Some(("2026-10-25T15:00:00Z".into(), "Europe/Moscow".into(), ZoneFrom::Portal, true)));
    assert_eq!((content.deadlines[1].kind, due(1).unwrap().3), (DeadlineKind::Documents, false));
    let lots: Vec<_> =
        content.lots.iter().map(|lot| (lot.id.as_str(), lot.stage, worth(&lot.worth), lot.classes.len(), lot.suits_small)).collect();
    assert_eq!(
        lots,
        [("1", None, "estimate 1000.50 RUB".into(), 2, Some(true)), ("2", Some(Stage::Cancelled), "maximum 5 RUB".into(), 0, None)]
    );
    assert_eq!(content.lots[0].places[0], Place { country: "RU".into(), region: String::new(), text: "ЦФО, Москва".into() });
    assert_eq!((content.documents.len(), content.link.is_some(), content.submission.is_some()), (1, true, true));
    assert_eq!((batch.notices[1].kind, batch.notices[1].amendments[0].text.best(&[])), (NoticeKind::Change, Some("Срок перенесён")));
}

#[test]
fn a_contract_is_the_result_of_its_purchase() {
    let notice = batch(NOTICES_XML).notices.pop().unwrap();
    assert_eq!(
        (notice.procedure.as_str(), notice.kind, notice.stage, notice.whole),
        ("32600000001", NoticeKind::Contract, Stage::Awarded, false)
    );
    let award = &notice.content.awards[0];
    assert_eq!(
        (award.id.as_str(), award.lots.as_slice(), award.outcome, worth(&award.worth)),
        ("5001", &["1".to_owned()][..], Outcome::Signed, "award 990 RUB".into())
    );
    assert_eq!(
        (ids(&award.winners[0]), award.winners[0].seat.country.as_str(), award.winners[0].seat.text.as_str()),
        ("INN=7700000003".into(), "RU", "Тверь")
    );
    assert_eq!(
        (award.date.unwrap().to_string(), award.term.as_ref().unwrap().end.unwrap().to_string()),
        ("2026-10-30".into(), "2027-01-31".into())
    );
    let changed = |from: &str, to: &str| batch(&NOTICES_XML.replace(from, to)).notices.pop().map(|notice| (notice.kind, notice.stage));
    let flag = |name: &str| format!("<c:lotNum>1</c:lotNum><c:{name}>true</c:{name}>");
    assert_eq!(changed("<c:lotNum>1</c:lotNum>", &flag("changeContract")), Some((NoticeKind::Modification, Stage::Modified)));
    assert_eq!(changed("<c:lotNum>1</c:lotNum>", &flag("termination")), Some((NoticeKind::Completion, Stage::Completed)));
}

#[test]
fn a_purchase_called_off() {
    let text = "<a:purchaseRejection xmlns:a='http://zakupki.gov.ru/223fz/purchase/1'><a:body><a:item><a:purchaseRejectionData><a:guid>r</a:guid>\
        <a:purchaseInfo><a:purchaseNoticeNumber>7</a:purchaseNoticeNumber><a:name>Насосы</a:name></a:purchaseInfo></a:purchaseRejectionData></a:item></a:body></a:purchaseRejection>";
    assert_eq!(Format::detect(text), Some(Format::Zakupki));
    let notice = batch(text).notices.remove(0);
    assert_eq!(
        (notice.procedure.as_str(), notice.kind, notice.stage, notice.whole),
        ("7", NoticeKind::Cancellation, Stage::Cancelled, false)
    );
}

#[test]
fn the_rss_of_the_search() {
    assert_eq!(Format::detect(SEARCH), Some(Format::Zakupki));
    let batch = batch(SEARCH);
    assert_eq!(told(&batch), ["/rss/channel/item[3]: it has no link: nothing says which purchase it is"]);
    let (first, second) = (&batch.notices[0], &batch.notices[1]);
    assert_eq!((first.procedure.as_str(), first.stage, first.whole), ("0373100000126000123", Stage::Open, false));
    assert_eq!(first.published.unwrap().to_string(), "2026-10-05T07:00:00Z");
    let content = &first.content;
    assert_eq!(content.title.best(&[]), Some("Поставка мебели: столы & стулья"));
    assert_eq!(content.buyers[0].name.best(&[]), Some("ГБУ \"Школа\""));
    assert_eq!(worth(&content.worth), "estimate 1234567.89 RUB");
    let due = content.deadlines[0].due.as_ref().unwrap();
    assert_eq!((due.at.to_string(), content.deadlines[0].text.as_str()), ("2026-10-15T06:00:00Z".into(), "15.10.2026 09:00"));
    assert_eq!(
        content.procedure.as_ref().map(|procedure| (procedure.kind, procedure.text.as_str())),
        Some((ProcedureKind::Open, "Электронный аукцион, 44-ФЗ"))
    );
    assert!(content.link.as_ref().unwrap().as_str().starts_with("https://zakupki.gov.ru/epz/"));
    assert_eq!(
        (second.procedure.as_str(), second.stage, second.content.title.best(&[])),
        ("32600000009", Stage::Cancelled, Some("Мебель"))
    );
    // The day alone, in Moscow.
    assert_eq!(second.published.unwrap().to_string(), "2026-09-30T21:00:00Z");
}

#[test]
fn what_is_none_of_these_fails_by_name() {
    for (text, part) in [("", "no bytes"), (" \n", "no bytes"), ("<html/>", "`html`"), ("<ns2:contract>", "no `item`"), ("{}", "no `item`")]
    {
        let failure = read(&input(text)).unwrap_err();
        assert!(failure.class == FailureClass::Unreadable && failure.text.contains(part), "{text}: {}", failure.text);
    }
    let deep = format!("<a:contract>{}", "<a:b>".repeat(100_000));
    assert!(read(&input(&deep)).is_err());
    // Prefixes that nothing declares, and an item of another prefix than the root.
    let text = NOTICES_XML.replace(" xmlns:p=\"http://zakupki.gov.ru/223fz/purchase/1\"", "").replace("p:item", "item");
    assert_eq!(batch(&text).notices.len(), 3);
}

proptest! {
    #[test]
    fn a_document_cut_anywhere_keeps_what_came_before(at in 0..NOTICES_XML.len()) {
        prop_assume!(NOTICES_XML.is_char_boundary(at));
        let whole = NOTICES_XML[..at].matches("</p:item>").count();
        let read = read(&input(&NOTICES_XML[..at])).map(|batch| batch.notices.len()).unwrap_or_default();
        // The second item has no number.
        prop_assert_eq!(read, whole.saturating_sub(usize::from(whole >= 2)));
    }

    #[test]
    fn any_text_ends(text in "(<a:contract>|<a:item>|</a:item>|<a:contractData>|<rss>|<item>|</item>|<link>|[ -~]|\\PC){0,40}") {
        let _ = read(&input(&text));
    }
}

#[test]
fn the_samples() {
    let Some(folder) = samples_folder("zakupki") else { return };
    for (name, winners) in [
        ("contract_Adygeya_Resp_20191217_000000_20191217_235959_daily_001.xml", 0),
        ("contract_broken_xmlns.xml", 0),
        ("contract_test.xml", 1),
        ("purchaseNotice_test.xml", 0),
    ] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(Format::detect(&text), Some(Format::Zakupki), "{name}");
        let batch = batch(&text);
        assert_eq!((batch.notices.len(), told(&batch)), (1, Vec::new()), "{name}");
        let content = &batch.notices[0].content;
        assert!(!content.title.is_empty() && !content.buyers.is_empty() && content.procedure.is_some() && content.link.is_some(), "{name}");
        assert!(!content.documents.is_empty() && batch.notices[0].published.is_some(), "{name}");
        assert!(!content.classes.is_empty() || content.lots.iter().all(|lot| !lot.classes.is_empty()), "{name}");
        assert_eq!(content.awards.iter().map(|award| award.winners.len()).sum::<usize>(), winners, "{name}");
    }
    let empty = std::fs::read_to_string(folder.join("contract_empty.xml")).unwrap();
    assert_eq!(read(&input(&empty)).unwrap_err().class, FailureClass::Unreadable);
}
