//! Made pages, their harms, and the samples where they are to be had.

use proptest::prelude::*;

use super::*;
use crate::tender::testing::{faults, samples_folder};
use crate::tender::{Format, leads};

const RSS: &str = r#"<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Leads of the Agency</title><language>en-us</language>
<item><title>Pumps &amp;amp; valves</title><link>https://a.example/1</link><guid isPermaLink="false">1</guid><description>Buyer: &lt;a href="x"&gt;City of A&lt;/a&gt;</description>
<category>CPV/42120000-6</category><category>country/sn - Senegal</category><category>deadline/2026/Nov/30</category><category>type/spn</category><category>Water</category><pubDate>Mon, 05 Oct 2026 10:00:00 EDT</pubDate></item>
<item><title>Road</title><guid>https://a.example/2</guid><description>Background: a road

Proposal Deadline: January 7, 2027

Phone: 1</description><dc:creator>Ministry of Roads</dc:creator><pubDate>&lt;span content="2026-10-28T00:00:00-04:00"&gt;October 28&lt;/span&gt;</pubDate></item>
<item><title>Bridge</title><link>https://a.example/3</link><description>Deadline: Not applicable.</description><dc:creator>Agency</dc:creator><pubDate>some day</pubDate></item>
<item><title>Nothing to know it by</title></item>
</channel></rss>"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Avis</title><link rel="self" href="/a"/><link rel="next" href="/a?page=2"/>
<entry xml:lang="fr"><id>urn:1</id><title type="html">Travaux</title><link rel="edit" href="https://b.example/edit"/><link href="https://b.example/1"/><updated>2026-10-05T09:00:00Z</updated><summary>Date limite: 2026-11-02</summary><category term="45000000" scheme="http://x.example/cpv"/><author><name>Ville de Lyon</name></author></entry></feed>"#;

const LEADS: &str = r#"{"type": "FeatureCollection", "features": [
{"id": "T.1", "properties": {"Project_Title": "Hospital", "Project_Number": "N1", "Country": "Kenya", "Project_Size": 350000, "Tender_Date": "2027-07-11Z", "Project_Announced": "2026-05-29Z", "Implementing_Entity": "Ministry", "Borrowing_Entity": null, "Sector": "Health", "Status": "Pipeline", "Link_To_Project": "http://w.example/1"}},
{"properties": {"Project_Title": "No id"}},
{"id": "T.3", "properties": {"Project_Title": "Dam", "Tender_Date": "soon", "Project_Size": "big", "Status": "Fulfilled"}}]}"#;

fn input<'a>(text: &'a str, url: Option<&'a Url>) -> Input<'a> {
    Input { text, url, clock: Clock::assumed(), expired: &|| false }
}

fn shown(batch: &Batch) -> String {
    let notices = batch.notices.iter().map(|notice| {
        let content = &notice.content;
        let classes: Vec<_> = content.classes.iter().map(|class| format!("{}={}", class.scheme, class.code)).collect();
        let buyers: Vec<_> = content.buyers.iter().filter_map(|buyer| buyer.name.best(&[])).collect();
        let deadlines: Vec<_> = content
            .deadlines
            .iter()
            .map(|deadline| format!("{} = {:?}", deadline.text, deadline.due.as_ref().map(|due| due.at.to_string())))
            .collect();
        let countries: Vec<_> = content.places.iter().map(|place| place.country.as_str()).collect();
        let worth: Vec<_> = content.worth.iter().map(|worth| crate::model::Value::Money(worth.amount.clone()).text()).collect();
        format!(
            "{} {} {} [{}] {:?} {:?}\n  {:?} | {:?} | {buyers:?} {classes:?} {deadlines:?} {countries:?} {worth:?} {:?}",
            notice.procedure,
            notice.kind.word(),
            notice.stage,
            notice.code,
            notice.published.map(|at| at.to_string()),
            notice.languages,
            content.title.best(&[]),
            content.description.best(&[]),
            content.link.as_ref().map(Url::as_str)
        )
    });
    let unread = batch.notices.iter().flat_map(|notice| &notice.unread);
    let unread = unread.map(|field| format!("unread {}: {}", field.path, field.reason));
    let bad = batch.bad.iter().map(|bad| format!("bad {}: {}", bad.path, bad.reason));
    notices.chain(bad).chain(unread).chain(batch.next.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn thin_notices() {
    let url = "https://b.example/a".parse().unwrap();
    for (text, format) in [(RSS, Format::Feed), (ATOM, Format::Feed), (LEADS, Format::Leads)] {
        assert_eq!(Format::detect(text), Some(format));
    }
    let all = [read(&input(RSS, None)), read(&input(ATOM, Some(&url))), leads::read(&input(LEADS, None))];
    insta::assert_snapshot!(all.map(|batch| shown(&batch.unwrap())).join("\n\n"));
}

#[test]
fn deadlines_in_the_words_of_people() {
    for (language, label, value, until, unread) in [
        ("en", "Closing date", "31/12/2026", Some("2026-12-31"), 0),
        ("en", "Closing date", "31-12-2026 14:00", Some("2026-12-31"), 0),
        ("es", "Fecha límite de presentación de ofertas", "5 de enero de 2027 a las 14:00", Some("2027-01-05"), 0),
        ("de", "Angebotsfrist", "05.01.2027, 10 Uhr", Some("2027-01-05"), 0),
        ("ru", "Срок подачи заявок", "до 5 января 2027 г.", Some("2027-01-05"), 0),
        ("en-US", "Bid deadline", "01/05/2027", Some("2027-01-05"), 0),
        ("es", "Fecha límite", "05/01/2027", Some("2027-01-05"), 0),
        // Nobody says which is the month; two days; what is due is no offer; no day at all.
        ("en", "Closing date", "05/01/2027", None, 1),
        ("en", "Deadline", "10/12/2026 or 31/12/2026", None, 1),
        ("en", "Deadline", "moved from 10/12/2026 to 31/12/2026", None, 1),
        ("en", "Deadline for questions", "31/12/2026", None, 0),
        ("en", "Deadline", "see the documents", None, 0),
    ] {
        let text = format!(
            "<rss version=\"2.0\"><channel><title>T</title><language>{language}</language><item><title>Beds</title><guid>1</guid>\
             <description>{label}: {value}</description></item></channel></rss>"
        );
        let batch = read(&input(&text, None)).unwrap();
        let notice = &batch.notices[0];
        let due = notice.content.deadlines.iter().find_map(|deadline| Some(deadline.due.as_ref()?.day.to_string()));
        assert_eq!((due.as_deref(), notice.unread.len()), (until, unread), "{language} {label}: {value}");
        let told = until.is_some() || unread > 0 || value.starts_with("see");
        assert_eq!(notice.content.deadlines.is_empty(), !told, "what is no day stays words: {value}");
    }
}

#[test]
fn a_title_says_what_became_of_it() {
    for (title, stage) in [
        ("CANCELLED: R crane tender", Stage::Cancelled),
        ("[Canceled] Crane", Stage::Cancelled),
        ("Grúa móvil (anulada)", Stage::Cancelled),
        ("Отменён – поставка крана", Stage::Cancelled),
        ("Crane - withdrawn", Stage::Cancelled),
        ("DESIERTO: Grúa", Stage::Cancelled),
        ("AWARDED: Crane", Stage::Awarded),
        ("Grúa [adjudicada]", Stage::Awarded),
        ("Suspended - Crane", Stage::Suspended),
        ("REOPENED: Crane", Stage::Open),
        ("Award notice: Crane", Stage::Awarded),
        ("Avis d’attribution : Grue", Stage::Awarded),
        ("Результат: Кран", Stage::Awarded),
        ("Crane", Stage::Unknown),
        ("Replacement of cancelled orders: crane", Stage::Unknown),
        ("Supply of cranes (cancelled stock)", Stage::Unknown),
    ] {
        let text =
            format!("<rss version=\"2.0\"><channel><title>T</title><item><title>{title}</title><guid>1</guid></item></channel></rss>");
        assert_eq!(read(&input(&text, None)).unwrap().notices[0].stage, stage, "{title}");
    }
}

#[test]
fn an_award_is_that_of_the_tender_and_tracking_makes_no_other() {
    let text = "<rss version=\"2.0\"><channel><title>T</title><item><title>Award notice: Ferry refit</title><guid>2</guid></item>\
        <item><title>Ferry refit</title><link>https://a.example/t?id=1&amp;utm_source=rss</link></item>\
        <item><title>Award notice: Crane</title><guid>3</guid></item></channel></rss>";
    let batch = read(&input(text, None)).unwrap();
    let keys: Vec<_> = batch.notices.iter().map(|notice| notice.procedure.as_str()).collect();
    assert_eq!(keys, ["https://a.example/t?id=1", "https://a.example/t?id=1", "3"]);
}

#[test]
fn what_is_no_feed_fails_by_name() {
    for text in ["", "<html/>", "{}"] {
        assert_eq!(read(&input(text, None)).unwrap_err().class, FailureClass::Unreadable, "{text}");
    }
    assert_eq!(leads::read(&input("{\"features\": [", None)).unwrap_err().class, FailureClass::Broken);
    for text in ["", "{}", &format!("{{\"features\": {}", "[".repeat(100_000))] {
        assert_eq!(leads::read(&input(text, None)).unwrap_err().class, FailureClass::Unreadable);
    }
    let deep = format!("<rss>{}", "<item><a>".repeat(100_000));
    let batch = read(&input(&deep, None)).unwrap();
    assert!(batch.notices.is_empty() && (1..crate::tender::FAULTS + 9).contains(&batch.bad.len()), "{}", batch.bad.len());
    let batch = read(&input(&RSS[..RSS.find("<item><title>Bridge").unwrap()], None)).unwrap();
    assert!(batch.notices.len() == 2 && batch.bad.iter().any(|bad| bad.reason.contains("breaks off")));
}

proptest! {
    #[test]
    fn a_feed_cut_anywhere_keeps_what_came_before(at in 0..RSS.len()) {
        let whole = RSS[..at].matches("</item>").count().min(3);
        prop_assert_eq!(read(&input(&RSS[..at], None)).map(|batch| batch.notices.len()).unwrap_or_default(), whole);
    }

    #[test]
    fn any_text_ends(text in "(<rss>|<item>|</item>|<title>|<link>|<guid>|<category>|deadline/|[ -~]|\\PC){0,40}") {
        let _ = read(&input(&text, None));
        let _ = leads::read(&input(&text, None));
    }
}

#[test]
fn the_samples() {
    let Some(folder) = samples_folder("other-feeds") else { return };
    for (name, format, notices) in
        [("dgmarket-mca-rss.xml", Format::Feed, 3), ("ustda-rss.xml", Format::Feed, 3), ("us-state-geojson.json", Format::Leads, 6)]
    {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(Format::detect(&text), Some(format), "{name}");
        let batch = crate::tender::read(format, &input(&text, None)).unwrap();
        assert_eq!((batch.notices.len(), faults(&batch)), (notices, (vec![], vec![])), "{name}");
        for notice in &batch.notices {
            let content = &notice.content;
            assert!(
                !content.title.is_empty() && !content.description.is_empty() && content.link.is_some() && notice.published.is_some(),
                "{name}"
            );
            let publisher_only = name.starts_with("ustda");
            assert_eq!(content.buyers.is_empty(), publisher_only, "{name}");
        }
    }
}
