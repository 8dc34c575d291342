//! Every notice read from a document can be read again from its own bytes alone, and says the same.

use url::Url;

use super::testing::{read_from, said, samples_folder};
use super::*;
use crate::model::Raw;

/// Reads each notice again from what would be filed of it; how many there were.
fn again(name: &str, format: Format, text: &str, url: Option<&str>) -> usize {
    let Ok(batch) = read_from(format, text, url) else { return 0 };
    let address = Url::parse(url.unwrap_or("https://portal.example/")).unwrap();
    for notice in &batch.notices {
        let filed = file(notice, format, (&address, &Clock::assumed()), jiff::Timestamp::UNIX_EPOCH);
        let raw = filed.raw.text();
        // A document that came from nowhere is read without an address again.
        let read = if url.is_some() {
            read_again(&filed, &|| false)
        } else {
            let read = read_from(format, &raw, None).map_err(|failure| failure.text);
            read.and_then(|batch| {
                batch.notices.into_iter().find(|other| other.hash == notice.hash).ok_or_else(|| "it is not there".to_owned())
            })
        };
        let read = read.unwrap_or_else(|why| panic!("{name}: {} cannot be read again: {why}\n{raw}", notice.id));
        assert_eq!(read.raw.text(), raw, "{name}: what is filed of what was filed is the same");
        let bare = |notice: &Notice| Notice { raw: Raw::default(), unread: Vec::new(), ..said(notice) };
        assert_eq!(bare(&read), bare(notice), "{name}: {raw}");
    }
    batch.notices.len()
}

#[test]
fn what_is_filed_is_read_again_as_it_was() {
    const FBO: &str = "<?xml version='1.0'?><NOTICES><PRESOL><DATE>02082015</DATE><SOLNBR>N1</SOLNBR><SUBJECT>Pumps</SUBJECT><CLASSCOD>43</CLASSCOD>\
                       <CHANGES><MOD><DATE>02092015</DATE><SOLNBR>N1</SOLNBR><DESC>More pumps</DESC></MOD></CHANGES></PRESOL></NOTICES>";
    const OLD_FBO: &str = "<PRESOL>\n<DATE>0208\n<YEAR>15\n<SOLNBR>N2\n<CLASSCOD>43\n<SUBJECT>Pumps\n</PRESOL>\n<AWARD>\n<DATE>0209\n<YEAR>15\n<SOLNBR>N2\n<AWARDEE>Acme\n</AWARD>\n";
    const RSS: &str = "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Tenders</title><language>es-es</language>\
                       <item><title>Obras</title><link>/1</link><dc:date>2026-11-02</dc:date></item><item><title>Más</title><guid>g2</guid></item></channel></rss>";
    const LEADS: &str =
        r#"{"type": "FeatureCollection", "features": [{"id": 7, "properties": {"Project_Title": "Dam", "Timestamp": "2026-11-02"}}]}"#;
    const LINES: &str = "{\"ocid\": \"ocds-1\", \"id\": \"1\", \"tag\": [\"tender\"], \"date\": \"2026-11-02\", \"tender\": {\"title\": \"A\"}}\n\
                         {\"ocid\": \"ocds-2\", \"id\": \"2\", \"tag\": [\"compiled\"], \"date\": \"2026-11-02\", \"tender\": {\"title\": \"B\"}}";
    const RECORDS: &str = r#"{"records": [{"ocid": "ocds-1", "releases": [{"id": "1", "date": "2026-11-02", "tender": {"title": "A", "value": {"amount": 1e9999}}}],
                          "compiledRelease": {"id": "c", "date": "2026-11-03", "tender": {"title": "A, amended"}}}, {"ocid": "ocds-2", "releases": [{"id": "2"}]}]}"#;
    let mut formats = std::collections::BTreeSet::new();
    for (name, format, text, url) in [
        ("find a tender", Format::Ocds, include_str!("ocds/find-a-tender.json"), None),
        ("austender", Format::Ocds, include_str!("ocds/austender.json"), Some("https://portal.example/ocds")),
        ("lines", Format::Ocds, LINES, None),
        ("records", Format::Ocds, RECORDS, None),
        ("prozorro", Format::Prozorro, include_str!("prozorro/tender.json"), None),
        (
            "a list",
            Format::Prozorro,
            r#"{"data": [{"id": "a", "dateModified": "2026-11-02T10:00:00+02:00", "tenderID": "UA-1", "status": "complete"}]}"#,
            None,
        ),
        (
            "a part",
            Format::Prozorro,
            r#"{"data": [{"id": "x", "status": "active", "bid_id": "b"}]}"#,
            Some("https://p.example/api/2.5/tenders/77/awards"),
        ),
        ("sam", Format::Sam, include_str!("sam/answer.json"), None),
        ("fbo", Format::Fbo, FBO, None),
        ("old fbo", Format::Fbo, OLD_FBO, None),
        ("secop", Format::Secop, include_str!("secop/rows.json"), None),
        ("canadabuys", Format::CanadaBuys, include_str!("canadabuys/new.csv"), Some("https://canadabuys.example/new.csv")),
        ("buy and sell", Format::CanadaBuys, include_str!("canadabuys/old.csv"), None),
        ("austender contracts", Format::AusTender, include_str!("austender/contracts.csv"), None),
        ("contracts finder", Format::ContractsFinderXml, include_str!("contracts_finder/notices.xml"), None),
        ("eforms call", Format::EForms, include_str!("eforms/call.xml"), None),
        ("eforms result", Format::EForms, include_str!("eforms/result.xml"), None),
        ("f02", Format::TedExport, include_str!("ted_export/f02.xml"), None),
        ("f14", Format::TedExport, include_str!("ted_export/f14.xml"), None),
        ("ted search", Format::TedSearch, include_str!("ted_search/page.json"), None),
        ("placsp", Format::Placsp, include_str!("placsp/page.atom"), Some("https://placsp.example/page.atom")),
        ("eis", Format::Zakupki, include_str!("zakupki/notices.xml"), None),
        ("eis search", Format::Zakupki, include_str!("zakupki/search.rss"), Some("https://zakupki.example/rss")),
        ("leads", Format::Leads, LEADS, None),
        ("rss", Format::Feed, RSS, Some("https://feeds.example/list")),
    ] {
        assert!(again(name, format, text, url) > 0, "{name} holds no notice");
        formats.insert(format);
    }
    assert_eq!(formats.into_iter().collect::<Vec<_>>(), Format::ALL, "every format");
}

#[test]
fn samples_are_read_again_as_they_were() {
    let Some(root) = samples_folder("") else { return };
    let (mut folders, mut files, mut notices) = (vec![root], 0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let name = path.display().to_string();
            let Some(format) = Format::detect(&text).filter(|_| path.extension().is_none_or(|ending| ending != "md")) else { continue };
            let found = again(&name, format, &text, Some("https://portal.example/list"));
            (files, notices) = (files + usize::from(found > 0), notices + found);
        }
    }
    assert!(files > 200 && notices > 300, "{files} files, {notices} notices");
}
