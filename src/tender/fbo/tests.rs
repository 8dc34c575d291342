//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;

use super::*;
use crate::tender::Format;
use crate::tender::testing::{bomb_is_named, faults, read_text, samples, tampered};

const FEED: &str = r#"<?xml version='1.0' encoding='UTF-8' ?>
<NOTICES>
<COMBINE><DATE>0130-2015</DATE><AGENCY><![CDATA[Dept]]></AGENCY><OFFICE>Office</OFFICE><LOCATION>Place</LOCATION><ZIP>20001</ZIP>
<CLASSCOD>38</CLASSCOD><NAICS>339994</NAICS><OFFADD>1 Street 20001</OFFADD><SUBJECT>Brooms &amp; more</SUBJECT><SOLNBR>W56-15-T-0001</SOLNBR>
<RESPDATE>04052015</RESPDATE><CONTACT>Someone</CONTACT><DESC><![CDATA[One<br>two, x < 3 <a href="mailto:x">mail</a>]]></DESC>
<LINK>https://www.fbo.gov/notices/1</LINK><EMAIL><ADDRESS>a@b.example</ADDRESS><DESC>label</DESC></EMAIL>
<SETASIDE>Total Small Business</SETASIDE><POPCOUNTRY>AF</POPCOUNTRY>
<CHANGES><MOD><NTYPE>COMBINE</NTYPE><DATE>02082015-7</DATE><SOLNBR>W56-15-T-0001</SOLNBR><SUBJECT>Brooms</SUBJECT><RESPDATE>02092015</RESPDATE></MOD></CHANGES>
</COMBINE>
<AWARD><DATE>02092015</DATE><SUBJECT>Pumps</SUBJECT><AWDNBR>A-1</AWDNBR><AWDAMT>$1,250,000.50</AWDAMT><AWDDATE>02012015</AWDDATE><AWARDEE>Pump Inc</AWARDEE><SETASIDE>N/A</SETASIDE></AWARD>
<ARCHIVE><DATE>02092015</DATE><SOLNBR>OLD-1</SOLNBR></ARCHIVE>
<PRESOL><DATE>02092015</DATE><SUBJECT>no number</SUBJECT></PRESOL>
<COMBINE><DATE>99999999</DATE><SOLNBR>BAD-1</SOLNBR><SUBJECT>Bad day</SUBJECT><RESPDATE>13402015</RESPDATE></COMBINE>
</NOTICES>"#;

const OLDER: &str = "<PRESOL>\n<DATE>0616\n<YEAR>13\n<AGENCY>Dept\n<OFFICE>Office\n<CLASSCOD>B\n<NAICS>541990\n<SUBJECT>Survey\n<SOLNBR>2013-N-1\n\
    <DESC>First line.\n<p>Second &nbsp;line</p>\n<LINK>\n<URL>https://www.fbo.gov/x\n<DESC>Link To Document\n<EMAIL>\n<EMAIL>a@b.example\n</PRESOL>\n\
    <SRCSGT>\n<DATE>0617\n<YEAR>13\n<SUBJECT>Ships\n<SOLNBR>2013-N-2\n<RESPDATE>071513\n</SRCSGT>\n<PRESOL>\n<DATE>0618\n<SOLNBR>cut";

#[test]
fn a_feed_with_changes() {
    assert_eq!(Format::detect(FEED), Some(Format::Fbo));
    let batch = read_text(Format::Fbo, FEED).unwrap();
    let [first, change, award, odd] = &batch.notices[..] else { panic!("{:?}", batch.notices.len()) };
    assert_eq!(
        (first.kind, first.stage, first.published.unwrap().to_string().as_str()),
        (NoticeKind::Competition, Stage::Open, "2015-01-30T00:00:00Z")
    );
    assert_eq!(first.content.description.best(&["en"]), Some("One two, x < 3 mail"));
    let deadline = &first.content.deadlines[0];
    assert_eq!((deadline.text.as_str(), deadline.due.as_ref().unwrap().day.to_string().as_str()), ("04052015", "2015-04-05"));
    assert_eq!(deadline.due.as_ref().unwrap().time, None);
    assert_eq!(
        (first.content.buyers.len(), first.content.buyers[0].email.as_str(), first.content.suits_small),
        (3, "a@b.example", Some(true))
    );
    assert_eq!(
        (change.kind, change.stage, &change.previous, &change.procedure),
        (NoticeKind::Change, Stage::Open, &first.id, &first.procedure)
    );
    assert_eq!(change.content.deadlines[0].due.as_ref().unwrap().day.to_string(), "2015-02-09");
    assert_ne!(change.id, first.id);
    assert_eq!((award.procedure.as_str(), award.content.awards[0].worth[0].amount.number.to_string().as_str()), ("A-1", "1250000.50"));
    assert_eq!(award.content.awards[0].date.unwrap().to_string(), "2015-02-01");
    assert_eq!((odd.published, odd.content.deadlines[0].due.as_ref()), (None, None));
    // Put away is not cancelled.
    assert_eq!((batch.gone[0].procedure.as_str(), batch.gone[0].void), ("OLD-1", false));
    let (aside, unread) = faults(&batch);
    assert_eq!((aside, unread), (vec!["/NOTICES/PRESOL"], vec!["/NOTICES/COMBINE[2]/DATE", "/NOTICES/COMBINE[2]/RESPDATE"]));
}

#[test]
fn the_older_feed() {
    assert_eq!(Format::detect(OLDER), Some(Format::Fbo));
    let batch = read_text(Format::Fbo, OLDER).unwrap();
    let [presol, sought] = &batch.notices[..] else { panic!("two notices") };
    assert_eq!(
        (presol.procedure.as_str(), presol.stage, presol.published.unwrap().to_string().as_str()),
        ("2013-N-1", Stage::Planned, "2013-06-16T00:00:00Z")
    );
    assert_eq!(presol.content.description.best(&["en"]), Some("First line. Second line"));
    assert_eq!(
        (presol.content.link.as_ref().unwrap().as_str(), presol.content.buyers[0].email.as_str()),
        ("https://www.fbo.gov/x", "a@b.example")
    );
    assert_eq!(sought.content.deadlines[0].due.as_ref().unwrap().day.to_string(), "2013-07-15");
    assert_eq!(batch.bad.len(), 1);
    assert!(batch.bad[0].reason.contains("breaks off"), "{}", batch.bad[0].reason);
}

#[test]
fn what_is_no_feed() {
    assert!(read_text(Format::Fbo, "<rss/>").unwrap_err().text.contains("NOTICES"));
    bomb_is_named(Format::Fbo, &format!("<NOTICES>{}", "<COMBINE>".repeat(100_000)));
}

#[test]
fn samples_are_read_whole() {
    for (name, text) in samples("sam-gov/fbo-legacy") {
        assert_eq!(Format::detect(&text), Some(Format::Fbo), "{name}");
        let batch = read_text(Format::Fbo, &text).unwrap();
        assert_eq!(faults(&batch), (vec![], vec![]), "{name}");
        assert_eq!(batch.notices.len(), text.matches("<SOLNBR>").count(), "{name}");
        let deadlines = batch.notices.iter().flat_map(|notice| &notice.content.deadlines).count();
        assert_eq!(deadlines, text.matches("<RESPDATE>").count(), "{name}");
        for notice in &batch.notices {
            let content = &notice.content;
            assert!(
                !content.title.is_empty() && !content.buyers.is_empty() && content.classes.len() == 2 && notice.published.is_some(),
                "{}",
                notice.id
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::Fbo, &tampered(FEED, at, byte));
        let _ = read_text(Format::Fbo, &tampered(OLDER, at, byte));
    }

    #[test]
    fn a_cut_loses_nothing_before_it(at in 0_usize..10_000) {
        let end = OLDER.find("</PRESOL>").unwrap() + 10;
        let cut = end + at % (OLDER.len() - end);
        let batch = read_text(Format::Fbo, &OLDER[..cut]).unwrap();
        prop_assert_eq!(&batch.notices[0].procedure, "2013-N-1");
    }
}
