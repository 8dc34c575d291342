//! Made pages, their harms, and the samples where they are to be had.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::codes::{self, Results};
use super::*;
use crate::model::{Notice, NoticeKind, Outcome, Stage, WorthKind};
use crate::tender::testing::{samples_folder, told};
use crate::tender::{Format, Input, NOTICES};

const PAGE: &str = include_str!("page.atom");

fn input<'a>(text: &'a str, url: Option<&'a Url>) -> Input<'a> {
    Input { text, url, clock: Clock::assumed(), expired: &|| false }
}

fn page(text: &str) -> Batch {
    read(&input(text, None)).unwrap()
}

#[test]
fn a_page_of_entries_tombstones_and_a_link() {
    let url = "https://plataforma.example/sindicacion_643/licitaciones.atom".parse().unwrap();
    let batch = read(&input(PAGE, Some(&url))).unwrap();
    assert_eq!(Format::detect(PAGE), Some(Format::Placsp));
    assert_eq!(batch.next.as_deref(), Some("https://plataforma.example/sindicacion_643/licitaciones_2.atom"));
    let gone: Vec<_> = batch.gone.iter().map(|gone| (gone.procedure.as_str(), gone.reason.as_str(), gone.void)).collect();
    assert_eq!(gone, [("https://plataforma.example/p/90", "CERRADA", false), ("https://plataforma.example/p/91", "ANULADA", true)]);
    let procedures: Vec<_> = batch.notices.iter().map(|notice| notice.procedure.rsplit('/').next().unwrap()).collect();
    assert_eq!(procedures, ["1", "2", "1", "5"]);
    assert_ne!(batch.notices[0].id, batch.notices[2].id);
    assert_eq!(batch.bad.len(), 2, "a field that cannot be read sets no entry aside");
    assert_eq!(
        told(&batch),
        [
            "/feed/deleted-entry[3]: it has no `ref`: nothing says which entry is gone",
            "/feed/entry[3]: it has no `id`: nothing says which procedure it is",
            "/feed/entry[4]/ContractFolderStatus/ProcurementProject/RequiredCommodityClassification/ItemClassificationCode: `5075` is no CPV code of eight digits; it stays unknown",
            "/feed/entry[4]/ContractFolderStatus/ProcurementProject/BudgetAmount/TaxExclusiveAmount: `cien mil` is no amount; it stays unknown",
            "/feed/entry[4]/ContractFolderStatus/TenderingProcess/ParticipationRequestReceptionPeriod/EndTime: `a mediodía` is no time of day; it stays unknown",
            "/feed/entry[4]/ContractFolderStatus/TenderingProcess/DocumentAvailabilityPeriod/EndDate: `2026-02-30` is no day; it stays unknown",
            "/feed/entry[4]: it has no `ContractFolderStatusCode`; it stays unknown",
        ]
    );
}

/// What a person would want to know of a notice, in lines.
fn shown(notice: &Notice) -> String {
    let content = &notice.content;
    let mut out = format!("{} {} [{}] {:?}\n", notice.kind.word(), notice.stage, notice.code, notice.published.map(|at| at.to_string()));
    let ids = |ids: &[crate::model::TypedId]| ids.iter().map(|id| format!("{}={}", id.scheme, id.id)).collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "{:?} | {:?} | {}", content.title.best(&[]), content.description.best(&[]), ids(&content.other_ids));
    for buyer in &content.buyers {
        let web = buyer.website.as_ref().map(Url::as_str);
        let _ =
            writeln!(out, "buyer {:?} {} {:?} {} {} {web:?}", buyer.name.best(&[]), ids(&buyer.ids), buyer.seat, buyer.email, buyer.kind);
    }
    let worth = |worth: &[crate::model::Worth]| {
        worth
            .iter()
            .map(|worth| format!("{} {} {:?}", worth.kind.word(), crate::model::Value::Money(worth.amount.clone()), worth.with_tax))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let classes = |classes: &[crate::model::Class]| {
        classes.iter().map(|class| format!("{}{}", class.code, if class.main { "!" } else { "" })).collect::<Vec<_>>().join(" ")
    };
    let _ = writeln!(
        out,
        "{:?} {:?} {} | {} | {}",
        content.nature,
        content.procedure,
        content.technique,
        classes(&content.classes),
        worth(&content.worth)
    );
    for deadline in &content.deadlines {
        let due = deadline.due.as_ref().map(|due| format!("{} {} {:?}", due.at, due.zone, due.time));
        let _ = writeln!(out, "deadline {} {} {due:?}", deadline.kind.word(), deadline.text);
    }
    let _ = writeln!(out, "{:?} | {:?}", content.places, content.term);
    for lot in &content.lots {
        let _ = writeln!(out, "lot {} {:?} {:?} {} | {}", lot.id, lot.title.best(&[]), lot.stage, classes(&lot.classes), worth(&lot.worth));
    }
    for document in &content.documents {
        let _ = writeln!(out, "document {} {} {}", document.url, document.title, document.hash);
    }
    for award in &content.awards {
        let winners = award.winners.iter().map(|winner| format!("{:?} {} {:?}", winner.name.best(&[]), ids(&winner.ids), winner.small));
        let (winners, date) = (winners.collect::<Vec<_>>().join(", "), award.date.map(|date| date.to_string()));
        let _ = writeln!(
            out,
            "award {} {:?} {} {:?} {winners} {} {date:?} {:?}",
            award.id,
            award.lots,
            award.outcome.word(),
            award.reason,
            worth(&award.worth),
            award.bids
        );
    }
    for change in &notice.amendments {
        let _ = writeln!(out, "change {} {:?} {}", change.place, change.text.best(&[]), change.new);
    }
    let (submission, link) = (content.submission.as_ref().map(Url::as_str), content.link.as_ref().map(Url::as_str));
    let _ = write!(out, "{:?} {:?} {:?} {submission:?} {link:?}", content.submission_languages, content.eu_funds, content.reserved);
    out
}

#[test]
fn what_an_entry_says() {
    insta::assert_snapshot!(page(PAGE).notices.iter().map(shown).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn every_filled_field_says_where() {
    for notice in page(PAGE).notices {
        let content = &notice.content;
        let filled = [
            ("title", !content.title.is_empty()),
            ("description", !content.description.is_empty()),
            ("buyers", !content.buyers.is_empty()),
            ("classes", !content.classes.is_empty()),
            ("nature", content.nature.is_some()),
            ("procedure", content.procedure.is_some()),
            ("worth", !content.worth.is_empty()),
            ("deadlines", !content.deadlines.is_empty()),
            ("places", !content.places.is_empty()),
            ("lots", !content.lots.is_empty()),
            ("documents", !content.documents.is_empty()),
            ("awards", !content.awards.is_empty()),
            ("submission", content.submission.is_some()),
            ("link", content.link.is_some()),
            ("term", content.term.is_some()),
            ("other_ids", !content.other_ids.is_empty()),
        ];
        for (field, filled) in filled {
            assert_eq!(notice.found.contains_key(field), filled, "{field} of {}", notice.procedure);
        }
    }
}

#[test]
fn an_award_that_was_announced_in_what_was_taken_back_alone_is_nobodys() {
    let award = |(lot, day): &(u32, u32)| {
        format!(
            "<c:TenderResult><c:ResultCode>8</c:ResultCode><c:AwardDate>2026-10-{day:02}</c:AwardDate><c:WinningParty><c:PartyName><c:Name>W{lot}</c:Name>\
             </c:PartyName></c:WinningParty><c:AwardedTenderedProject><c:ProcurementProjectLotID>{lot}</c:ProcurementProjectLotID>\
             </c:AwardedTenderedProject></c:TenderResult>"
        )
    };
    let announced = |(code, day): &(&str, u32)| {
        format!(
            "<c:ValidNoticeInfo><c:NoticeTypeCode>{code}</c:NoticeTypeCode><c:NoticeIssueDate>2026-10-{day:02}</c:NoticeIssueDate></c:ValidNoticeInfo>"
        )
    };
    let (is, back) = ("DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ");
    // The awards as lot and day, the announcements, and who has won.
    for (awards, announcements, stand) in [
        (&[(1, 1), (2, 2)][..], &[(is, 1), (is, 2), (back, 3)][..], &["W1"][..]),
        (&[(1, 1), (2, 2)], &[(is, 2), (back, 3)], &[]),
        (&[(1, 1), (2, 2)], &[(is, 2), (back, 3), (is, 3)], &["W1", "W2"]),
        (&[(1, 1), (2, 4)], &[(is, 2), (back, 3)], &["W2"]),
        (&[(1, 1), (2, 2)], &[(is, 1), (is, 2), (back, 3), (back, 4)], &[]),
        (&[(1, 1), (2, 2)], &[(is, 2)], &["W1", "W2"]),
        (&[(1, 1)], &[], &["W1"]),
    ] {
        let lots = "<c:ProcurementProjectLot><c:ID>1</c:ID></c:ProcurementProjectLot><c:ProcurementProjectLot><c:ID>2</c:ID></c:ProcurementProjectLot>";
        let (awards, announced): (String, String) = (awards.iter().map(award).collect(), announcements.iter().map(announced).collect());
        let body = format!("<c:ContractFolderStatusCode>ADJ</c:ContractFolderStatusCode>{lots}{awards}{announced}");
        let notice = page(&format!("<feed><entry><id>x</id><c:ContractFolderStatus>{body}</c:ContractFolderStatus></entry></feed>"))
            .notices
            .remove(0);
        let won = notice.content.awards.iter().filter(|award| award.outcome.has_winner()).flat_map(|award| &award.winners);
        let won: Vec<&str> = won.filter_map(|winner| winner.name.best(&[])).collect();
        assert_eq!(won, stand, "{announcements:?}");
        assert_eq!(notice.stage, if stand.is_empty() { Stage::Closed } else { Stage::Awarded }, "{announcements:?}");
    }
}

/// An entry of this status, with these result codes for that many lots and these announcements of one day each.
fn staged(status: &str, lots: usize, results: &[(&str, &str)], announcements: &[&str]) -> (NoticeKind, Stage) {
    let mut body = format!("<c:ContractFolderStatusCode>{status}</c:ContractFolderStatusCode>");
    for lot in 1..=lots {
        let _ = write!(body, "<c:ProcurementProjectLot><c:ID>{lot}</c:ID></c:ProcurementProjectLot>");
    }
    for (code, lot) in results {
        let lot = if lot.is_empty() { String::new() } else { format!("<c:ProcurementProjectLotID>{lot}</c:ProcurementProjectLotID>") };
        let _ = write!(
            body,
            "<c:TenderResult><c:ResultCode>{code}</c:ResultCode><c:AwardedTenderedProject>{lot}</c:AwardedTenderedProject></c:TenderResult>"
        );
    }
    for (day, code) in announcements.iter().enumerate() {
        let _ = write!(
            body,
            "<c:ValidNoticeInfo><c:NoticeTypeCode>{code}</c:NoticeTypeCode><c:NoticeIssueDate>2026-10-{:02}</c:NoticeIssueDate></c:ValidNoticeInfo>",
            day + 1
        );
    }
    let text = format!("<feed><entry><id>x</id><c:ContractFolderStatus>{body}</c:ContractFolderStatus></entry></feed>");
    let notice = page(&text).notices.remove(0);
    (notice.kind, notice.stage)
}

#[test]
fn where_a_procedure_stands() {
    for (status, lots, results, announcements, kind, stage) in [
        ("PRE", 0, &[][..], &["DOC_PIN"][..], NoticeKind::Planning, Stage::Planned),
        ("PRE", 0, &[], &["DOC_CON"], NoticeKind::Planning, Stage::Planned),
        ("PUB", 0, &[], &["DOC_PIN", "DOC_CD", "DOC_CN"], NoticeKind::Competition, Stage::Open),
        ("PUB", 0, &[], &[], NoticeKind::Competition, Stage::Open),
        // The tender papers were taken back and put right: it is still open.
        ("PUB", 0, &[], &["DOC_CN", "ANUL_DOC_CD"], NoticeKind::Change, Stage::Open),
        ("PUB", 3, &[("4", "1")], &["DOC_CN", "DESISTIMIENTO"], NoticeKind::Cancellation, Stage::Open),
        // The call itself was taken back, whatever the status says still; or put out again since.
        ("PUB", 0, &[], &["DOC_CN", "ANUL_DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("PUB", 2, &[], &["DOC_CN", "ANUL_DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("PUB", 0, &[], &["DOC_CN", "ANUL_DOC_CN", "DOC_CN"], NoticeKind::Competition, Stage::Open),
        ("PUB", 0, &[], &["DOC_CN", "DESISTIMIENTO"], NoticeKind::Cancellation, Stage::Cancelled),
        ("PUB", 3, &[], &["DOC_CN", "DESISTIMIENTO"], NoticeKind::Cancellation, Stage::Open),
        ("PUB", 0, &[], &["DOC_CN", "DESISTIMIENTO", "ANUL_DESISTIMIENTO"], NoticeKind::Change, Stage::Open),
        ("PRE", 0, &[], &["DOC_PIN", "ANUL_DOC_PIN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("EV", 0, &[], &["DOC_CN", "ANUL_DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("ADJ", 0, &[("8", "")], &["DOC_CAN_ADJ", "ANUL_DOC_CN"], NoticeKind::Cancellation, Stage::Awarded),
        // Who had won has no longer, whatever the status says and though the result is still there; unless it was announced or signed since.
        ("ADJ", 0, &[("8", "")], &["DOC_CN", "DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ"], NoticeKind::Change, Stage::Closed),
        ("EV", 0, &[("8", "")], &["DOC_CN", "DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ"], NoticeKind::Change, Stage::Closed),
        ("RES", 0, &[], &["DOC_CN", "DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ"], NoticeKind::Change, Stage::Closed),
        ("ADJ", 0, &[("8", "")], &["DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ", "DOC_CAN_ADJ"], NoticeKind::Award, Stage::Awarded),
        ("RES", 0, &[("9", "")], &["DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ", "DOC_FORM"], NoticeKind::Contract, Stage::Awarded),
        ("ADJ", 0, &[("9", "")], &["DOC_CAN_ADJ", "DOC_FORM", "ANUL_DOC_FORM"], NoticeKind::Change, Stage::Awarded),
        ("RES", 0, &[("5", "")], &["DOC_CAN_ADJ", "ANUL_DOC_CAN_ADJ", "RENUNCIA"], NoticeKind::Cancellation, Stage::Cancelled),
        ("EV", 0, &[], &["DOC_CN"], NoticeKind::Competition, Stage::Closed),
        // One lot deserted, the others not decided.
        ("EV", 2, &[("3", "1")], &["DOC_CN"], NoticeKind::Competition, Stage::Closed),
        ("EV", 2, &[("3", "1"), ("3", "2")], &["DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("ADJ", 0, &[("8", "")], &["DOC_CN"], NoticeKind::Award, Stage::Awarded),
        ("ADJ", 0, &[("1", "")], &["DOC_CN", "DOC_CAN_PROV"], NoticeKind::Award, Stage::Awarded),
        ("RES", 0, &[("9", "")], &["DOC_CN", "DOC_CAN_ADJ", "DOC_FORM"], NoticeKind::Contract, Stage::Awarded),
        ("RES", 2, &[("9", "1"), ("3", "2")], &["DOC_CN", "DOC_CAN_ADJ"], NoticeKind::Award, Stage::Awarded),
        // Resolved does not mean that somebody won.
        ("RES", 0, &[("3", "")], &["DOC_CN", "DOC_CAN_ADJ"], NoticeKind::Cancellation, Stage::Cancelled),
        ("RES", 0, &[("4", "")], &["DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("RES", 0, &[("5", "")], &["DOC_CN", "RENUNCIA"], NoticeKind::Cancellation, Stage::Cancelled),
        ("RES", 0, &[], &["DOC_CN", "DESISTIMIENTO"], NoticeKind::Cancellation, Stage::Cancelled),
        ("RES", 0, &[], &["DOC_CN"], NoticeKind::Competition, Stage::Closed),
        ("RES", 0, &[("9", "")], &["DOC_FORM", "DOC_MOD"], NoticeKind::Modification, Stage::Modified),
        ("RES", 0, &[("9", "")], &["DOC_MOD", "DOC_CCN"], NoticeKind::Completion, Stage::Completed),
        ("ANUL", 0, &[], &["DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("ANUL", 0, &[], &["DOC_CN", "ANUL_DOC_CN"], NoticeKind::Cancellation, Stage::Cancelled),
        ("NEW", 0, &[], &["DOC_CN"], NoticeKind::Competition, Stage::Unknown),
    ] {
        assert_eq!(staged(status, lots, results, announcements), (kind, stage), "{status} {results:?} {announcements:?}");
    }
    assert_eq!(Results::of(&[], 0), Results::Open);
    assert_eq!(codes::outcome("7").map(|(outcome, _)| outcome), Some(Outcome::Unsuccessful));
}

#[test]
fn what_is_no_feed_fails_by_name() {
    for (text, part) in [("", "empty"), ("   ", "empty"), ("<html><body>moved</body></html>", "`html`"), ("{\"a\": 1}", "empty or no XML")]
    {
        let failure = read(&input(text, None)).unwrap_err();
        assert_eq!(failure.class, FailureClass::Unreadable);
        assert!(failure.text.contains(part), "{}", failure.text);
    }
    let cut = &PAGE[..PAGE.find("<id>https://plataforma.example/p/2").unwrap()];
    let batch = page(cut);
    assert_eq!(batch.notices.len(), 1);
    assert!(batch.bad.iter().any(|bad| bad.path == "/feed" && bad.reason.contains("breaks off")));
}

#[test]
fn time_and_number_are_bounded() {
    let many = format!("<feed>{}</feed>", "<entry><id>x</id></entry>".repeat(NOTICES + 1));
    assert_eq!(read(&input(&many, None)).unwrap_err().class, FailureClass::ParseLimit);
    let late = Input { text: PAGE, url: None, clock: Clock::assumed(), expired: &|| true };
    assert_eq!(read(&late).unwrap_err().class, FailureClass::ParseLimit);
}

#[test]
fn elements_within_each_other_end_by_name() {
    let small_stack = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let run = small_stack.spawn(|| {
        let deep = "<a>".repeat(100_000);
        assert_eq!(read(&input(&deep, None)).unwrap_err().class, FailureClass::Unreadable);
        let closed = format!("{deep}{}", "</a>".repeat(100_000));
        let batch = page(&PAGE.replacen("<title>", &format!("{closed}<title>"), 1));
        assert_eq!(batch.notices.len(), 3);
        assert!(batch.bad.iter().any(|bad| bad.reason.contains("within each other")));
    });
    run.unwrap().join().unwrap();
}

/// The entries of a page: where each begins and ends.
fn entries() -> Vec<(usize, usize)> {
    let starts = PAGE.match_indices("<entry>").map(|(at, _)| at);
    starts.zip(PAGE.match_indices("</entry>").map(|(at, end)| at + end.len())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_page_cut_anywhere_keeps_what_came_before(at in 0..PAGE.len()) {
        prop_assume!(PAGE.is_char_boundary(at));
        let whole = entries().into_iter().filter(|(start, end)| *end <= at && PAGE[*start..*end].contains("<id>")).count();
        if let Ok(batch) = read(&input(&PAGE[..at], None)) {
            prop_assert_eq!(batch.notices.len(), whole);
            prop_assert!(!batch.bad.is_empty());
        } else {
            prop_assert_eq!(whole, 0);
        }
    }

    #[test]
    fn harm_to_one_entry_leaves_the_others(which in 0_usize..5, harm in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..20)) {
        let (start, end) = entries()[which];
        // The tags that say where it begins and ends stay; anything within may be hurt.
        let (start, end) = (start + "<entry>".len(), end - "</entry>".len());
        let mut bytes = PAGE.as_bytes().to_vec();
        for (part, byte) in harm {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place within the entry")]
            let at = start + (part * (end - start) as f64) as usize;
            bytes[at] = byte;
        }
        let text = String::from_utf8_lossy(&bytes);
        let (hurt, plain) = (page(&text), page(PAGE));
        let others = |batch: &Batch, hashes: &[ContentHash]| batch.notices.iter().filter(|notice| hashes.contains(&notice.hash)).count();
        let hashes: Vec<_> = entries().into_iter().enumerate().filter(|(n, _)| *n != which).map(|(_, (from, to))| ContentHash::of(&PAGE.as_bytes()[from..to])).collect();
        prop_assert_eq!(others(&hurt, &hashes), others(&plain, &hashes));
    }

    #[test]
    fn an_element_dropped_leaves_the_others(at in 0_usize..400) {
        // Every tag in turn, opening or closing.
        let tags: Vec<_> = PAGE.match_indices('<').map(|(at, _)| at).collect();
        let from = tags[at % tags.len()];
        let to = from + PAGE[from..].find('>').unwrap() + 1;
        let text = format!("{}{}", &PAGE[..from], &PAGE[to..]);
        if let Ok(batch) = read(&input(&text, None)) {
            prop_assert!(batch.notices.len() >= 3, "{} {:?}", &PAGE[from..to], batch.bad);
        } else {
            prop_assert!(PAGE[from..to].starts_with("<feed"));
        }
    }

    #[test]
    fn any_text_ends(text in "(<feed>|<entry>|</entry>|<id>|</id>|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<c:ContractFolderStatus>|[ -~]|\\PC){0,60}") {
        let _ = read(&input(&text, None));
    }
}

#[test]
fn the_samples() {
    let Some(folder) = samples_folder("placsp") else { return };
    let read = |name: &str| page(&std::fs::read_to_string(folder.join(name)).unwrap());
    for (name, notices, bad) in [
        ("licitacion_completo_LISTAS_VARIOS_ELEMENTOS.atom", 1, None),
        ("licitacion_CFS_NO_ContractFolderStatusCode.atom", 1, Some("ContractFolderStatusCode")),
        ("licitacion_ENTRY_NO_ID.atom", 0, Some("`id`")),
        ("licitacion_ENTRY_NO_PartyIdentification.atom", 1, None),
        ("licitacion_ENTRY_NO_UPDATED.atom", 1, Some("`updated`")),
        ("licitacion_NO_LINKS.atom", 1, None),
    ] {
        let batch = read(name);
        assert_eq!((batch.notices.len(), told(&batch).len()), (notices, usize::from(bad.is_some())), "{name} {:?}", told(&batch));
        assert_eq!(batch.bad.len(), 1 - notices, "{name}");
        assert!(bad.is_none_or(|bad| told(&batch)[0].contains(bad)), "{name} {:?}", told(&batch));
        assert_eq!(batch.next.is_some(), name != "licitacion_NO_LINKS.atom", "{name}");
        for notice in &batch.notices {
            let content = &notice.content;
            let lots = if name.contains("NO_LINKS") || !name.contains("completo") { content.lots.len() } else { 4 };
            assert_eq!((content.lots.len(), content.classes.is_empty(), content.deadlines.is_empty()), (lots, false, false), "{name}");
            assert!(
                !content.title.is_empty() && !content.buyers.is_empty() && !content.awards.is_empty() && content.worth.len() == 3,
                "{name}"
            );
            assert!(
                notice.published.is_some() && content.link.is_some() && content.nature.is_some() && !content.documents.is_empty(),
                "{name}"
            );
        }
    }
}

#[test]
fn what_was_awarded_is_told_without_tax_and_why_nobody_won_once() {
    let both = r#"<cbc:TaxExclusiveAmount currencyID="EUR">9.5</cbc:TaxExclusiveAmount><cbc:PayableAmount currencyID="EUR">11.50</cbc:PayableAmount>"#;
    let gross = r#"<cbc:PayableAmount currencyID="EUR">11.50</cbc:PayableAmount>"#;
    // As it was before its contract was changed.
    let page = PAGE.replace("ContractModification>", "Ignored>");
    assert!(PAGE.contains(both) && PAGE.contains("Sin ofertas"));
    for (text, amount, with_tax, reason) in [
        (page.clone(), "9.5", false, "Desierto: Sin ofertas"),
        (page.replace(both, gross), "11.50", true, "Desierto: Sin ofertas"),
        (page.replace("Sin ofertas", "DESIERTO."), "9.5", false, "Desierto"),
    ] {
        let batch = read(&input(&text, None)).unwrap();
        let awards = batch.notices.iter().map(|notice| &notice.content.awards).find(|awards| awards.len() == 2).unwrap();
        let worth: Vec<_> = awards[0].worth.iter().map(|worth| (worth.amount.number.to_string(), worth.with_tax)).collect();
        assert_eq!(worth, [(amount.to_owned(), Some(with_tax))]);
        assert_eq!(awards[1].reason, reason);
    }
}

#[test]
fn a_contract_that_was_changed_counts_as_it_is_now() {
    let modified = |id: &str, total: &str, length: &str| {
        let total = format!(
            r#"<m:FinalLegalMonetaryTotal><m:TaxExclusiveAmount currencyID="EUR">{total}</m:TaxExclusiveAmount></m:FinalLegalMonetaryTotal>"#
        );
        format!(
            r#"<m:ContractModification><m:ContractID>{id}</m:ContractID><m:FinalDurationMeasure unitCode="MON">{length}</m:FinalDurationMeasure>{total}</m:ContractModification>"#
        )
    };
    let result = |lot: u32, contract: &str| {
        let won = r#"<m:LegalMonetaryTotal><m:TaxExclusiveAmount currencyID="EUR">100</m:TaxExclusiveAmount></m:LegalMonetaryTotal>"#;
        format!(
            "<m:TenderResult><m:ResultCode>9</m:ResultCode><m:StartDate>2026-01-01</m:StartDate><m:Contract><m:ID>{contract}</m:ID></m:Contract>\
             <m:WinningParty><m:PartyName><m:Name>Acme</m:Name></m:PartyName></m:WinningParty>\
             <m:AwardedTenderedProject><m:ProcurementProjectLotID>{lot}</m:ProcurementProjectLotID>{won}</m:AwardedTenderedProject></m:TenderResult>"
        )
    };
    let (one, two) = (result(1, "C1"), result(1, "C1") + &result(2, "C2"));
    for (results, changes, want) in [
        (&one, String::new(), vec!["100 "]),
        (&one, modified("C1", "150", "24"), vec!["150<100 2027-12-31"]),
        // What comes last holds; what it was before is what it was until then.
        (&one, modified("C1", "150", "24") + &modified("C1", "180", "24"), vec!["180<150 2027-12-31"]),
        // Called otherwise, but there is no other.
        (&one, modified("", "150", ""), vec!["150<100 "]),
        (&two, modified("C2", "150", "12"), vec!["100 ", "150<100 2026-12-31"]),
        (&two, modified("C9", "150", "12"), vec!["100 ", "100 "]),
    ] {
        let text = format!(
            "<feed><entry><id>x</id><m:ContractFolderStatus><m:ContractFolderStatusCode>RES</m:ContractFolderStatusCode>{results}{changes}</m:ContractFolderStatus></entry></feed>"
        );
        let awards = page(&text).notices.remove(0).content.awards;
        let amount = |award: &crate::model::Award, kind| {
            award.worth.iter().find(|worth| worth.kind == kind).map(|worth| worth.amount.number.to_string())
        };
        let said = awards.iter().map(|award| {
            let before = amount(award, WorthKind::Before).map(|before| format!("<{before}")).unwrap_or_default();
            let end = award.term.as_ref().and_then(|term| term.end).map(|end| end.to_string()).unwrap_or_default();
            format!("{}{before} {end}", amount(award, WorthKind::Award).unwrap_or_default())
        });
        assert_eq!(said.collect::<Vec<_>>(), want, "{results} {changes}");
    }
}
