//! Times as people are told them: in the zone of `[daemon]`, with their offset from UTC. Answers carry them in UTC; JSON leaves them so.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;

use crate::base::clock::minute;
use crate::web::{Answer, TenderView};

/// What is shown as it was found: proofs, addresses, texts that somebody else wrote, and what has a zone of its own.
const AS_FOUND: [&str; 16] = [
    "quote", "url", "path", "value", "text", "html", "raw", "title", "subject", "target", "key", "fields", "facts", "told", "sentence",
    "deadline",
];

/// To the second, or to the minute as sentences have it.
static STAMP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})Z| (\d{2}:\d{2}) UTC)").expect("a constant expression"));

/// The answer with its times in this zone.
pub(in crate::cli) fn in_zone(answer: Answer, zone: &TimeZone) -> anyhow::Result<Answer> {
    if *zone == TimeZone::UTC {
        return Ok(answer);
    }
    let mut answer = answer;
    match &mut answer {
        Answer::Tender(view) => of_tender(view, zone),
        Answer::Tenders(views) => views.iter_mut().for_each(|view| of_tender(view, zone)),
        Answer::Check(view) => {
            view.records.iter_mut().flat_map(|record| record.told.values_mut()).for_each(|told| *told = words(told, zone));
        }
        _ => {}
    }
    let mut value = serde_json::to_value(&answer)?;
    // The bytes of a notice, and letters as they would leave.
    if matches!(answer, Answer::TenderRaw(_) | Answer::Digest(_)) {
        return Ok(answer);
    }
    turn(&mut value["with"], zone);
    Ok(serde_json::from_value(value)?)
}

/// One time.
pub(in crate::cli) fn at(at: Timestamp, zone: &TimeZone) -> String {
    if *zone == TimeZone::UTC {
        return at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A time as answers have it, to the minute, as sentences have it: for columns beside such sentences. Anything else stays as it is.
pub(in crate::cli) fn to_the_minute(text: &str) -> String {
    let parts = text.split_once('T').and_then(|(day, rest)| Some((day, rest.get(..5)?, rest.get(8..)?)));
    match parts.filter(|_| text.get(..19).is_some_and(|bare| bare.parse::<DateTime>().is_ok())) {
        Some((day, time, "Z")) => format!("{day} {time} UTC"),
        Some((day, time, offset)) => format!("{day} {time} {offset}"),
        None => text.to_owned(),
    }
}

/// A value that is a time and nothing else, as answers have it: by the clock of the zone. Anything else stays as it is.
pub(in crate::cli) fn value(text: &str, zone: &TimeZone) -> String {
    let whole = STAMP.find(text).is_some_and(|found| found.len() == text.len());
    if whole && *zone != TimeZone::UTC { words(text, zone) } else { text.to_owned() }
}

/// A tender's deadline by the clock of the zone, with what its own clock says where that is another; and the moments in what is told of its fields.
fn of_tender(view: &mut TenderView, zone: &TimeZone) {
    let at = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    if let (Some(deadline), Some(at)) = (&mut view.deadline, at(&view.deadline_at)) {
        let here = minute(at, zone);
        let own = deadline.get(..16).map(str::to_owned).unwrap_or_default();
        *deadline = if here.starts_with(&own) { here } else { format!("{here} ({deadline})") };
    }
    let values = view.fields.iter_mut().map(|field| &mut field.value);
    let lines = view.lines.iter_mut().filter(|line| line.name.ends_with("deadline")).map(|line| &mut line.value);
    let changed = view.history.iter_mut().flat_map(|change| &mut change.fields).flat_map(|(_, old, new)| [old, new]).flatten();
    for text in values.chain(lines).chain(changed) {
        *text = words(text, zone);
    }
}

fn turn(value: &mut Value, zone: &TimeZone) {
    match value {
        Value::String(text) => *text = words(text, zone),
        Value::Array(all) => all.iter_mut().for_each(|one| turn(one, zone)),
        Value::Object(all) => {
            all.iter_mut().filter(|(name, _)| !AS_FOUND.contains(&name.as_str())).for_each(|(_, one)| turn(one, zone));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The words with their times in the zone; a time inside of a longer word (an address, a file's name) is part of that.
fn words(text: &str, zone: &TimeZone) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for parts in STAMP.captures_iter(text) {
        let Some(found) = parts.get(0) else { continue };
        let before = text[..found.start()].chars().next_back();
        let after = text[found.end()..].chars().next();
        let alone =
            before.is_none_or(|c| c.is_whitespace() || c == '(') && after.is_none_or(|c| !c.is_alphanumeric() && c != '/' && c != '&');
        let (day, short) = (&parts[1], parts.get(3).map(|time| time.as_str()));
        let stamp = short.map_or_else(|| found.as_str().parse(), |time| format!("{day}T{time}:00Z").parse::<Timestamp>());
        if let (true, Ok(stamp)) = (alone, stamp) {
            out.push_str(&text[done..found.start()]);
            match short {
                Some(_) => out.push_str(&minute(stamp, zone)),
                None => out.push_str(&at(stamp, zone)),
            }
            done = found.end();
        }
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        BelongsView, ChangeView, CheckView, OrganisationView, PageView, PartView, RecordView, SourcePages, SourceView, ValueView,
    };

    #[test]
    fn a_column_has_times_to_the_minute() {
        for (text, want) in [
            ("2026-11-23T08:00:59Z", "2026-11-23 08:00 UTC"),
            ("2026-11-23T09:00:00+01:00", "2026-11-23 09:00 +01:00"),
            ("The day", "The day"),
            ("", ""),
        ] {
            assert_eq!(to_the_minute(text), want);
        }
    }

    #[test]
    fn times_are_told_with_the_offset_they_had_there() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        for (text, want) in [
            ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00+01:00"),
            (
                "since 2026-07-23T23:30:00Z: zero records (2026-11-23T08:00:00Z)",
                "since 2026-07-24T01:30:00+02:00: zero records (2026-11-23T09:00:00+01:00)",
            ),
            ("https://a.example/?from=2026-11-23T08:00:00Z", "https://a.example/?from=2026-11-23T08:00:00Z"),
            ("missing until 2026-11-23 23:30 UTC; asked again", "missing until 2026-11-24 00:30 +01:00; asked again"),
            ("2026-11-23 08:00 UTCX", "2026-11-23 08:00 UTCX"),
            ("20261123T080000.000Z-1", "20261123T080000.000Z-1"),
            ("2026-11-23T08:00:00Zulu", "2026-11-23T08:00:00Zulu"),
            ("2026-99-23T08:00:00Z", "2026-99-23T08:00:00Z"),
            ("", ""),
        ] {
            assert_eq!(words(text, &madrid), want);
        }
    }

    #[test]
    fn a_value_is_turned_where_it_is_a_time_and_nothing_else() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        for (text, want) in [
            ("2026-11-23 08:00 UTC", "2026-11-23 09:00 +01:00"),
            ("open from 2026-11-23 08:00 UTC", "open from 2026-11-23 08:00 UTC"),
            ("2026-11-23", "2026-11-23"),
        ] {
            assert_eq!(value(text, &madrid), want);
            assert_eq!(value(text, &TimeZone::UTC), text);
        }
    }

    #[test]
    fn deadlines_are_told_by_the_clock_of_the_zone() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        let said = |text: &str| Some(text.to_owned());
        for (deadline, at, want) in [
            ("2026-12-10 12:00 UTC", said("2026-12-10T12:00:00Z"), "2026-12-10 13:00 +01:00 (2026-12-10 12:00 UTC)"),
            ("2026-12-10 13:00 Europe/Madrid", said("2026-12-10T12:00:00Z"), "2026-12-10 13:00 +01:00"),
            ("2026-12-10", None, "2026-12-10"),
        ] {
            let history = vec![ChangeView {
                fields: vec![("deadline".to_owned(), said("2026-12-09 12:00 UTC"), said(deadline))],
                ..ChangeView::default()
            }];
            let view = TenderView { deadline: said(deadline), deadline_at: at, history, ..TenderView::default() };
            let told = in_zone(Answer::Tenders(vec![view.clone()]), &madrid).unwrap();
            let Answer::Tenders(told) = told else { panic!("another answer") };
            assert_eq!(told[0].deadline.as_deref(), Some(want));
            assert_eq!(told[0].history[0].fields[0].1.as_deref(), Some("2026-12-09 13:00 +01:00"));
            let Answer::Tenders(utc) = in_zone(Answer::Tenders(vec![view]), &TimeZone::UTC).unwrap() else { panic!("another answer") };
            assert_eq!(utc[0].deadline.as_deref(), Some(deadline), "JSON is told in UTC");
        }
    }

    #[test]
    fn proofs_and_addresses_stay_as_they_were_found() {
        let stamp = || "2026-11-23T08:00:00Z".to_owned();
        let page = PageView { url: stamp(), checked: Some(stamp()), versions: vec![(stamp(), 7)], ..PageView::default() };
        let source = SourceView { standing: format!("complete until {}", stamp()), ..SourceView::default() };
        let answer = Answer::Source(Box::new(SourcePages { source, pages: vec![page], ..SourcePages::default() }));
        let Answer::Source(told) = in_zone(answer.clone(), &TimeZone::get("Asia/Kolkata").unwrap()).unwrap() else {
            panic!("another answer")
        };
        let there = "2026-11-23T13:30:00+05:30";
        assert_eq!(told.source.standing, format!("complete until {there}"));
        assert_eq!((told.pages[0].url.as_str(), told.pages[0].checked.as_deref()), (stamp().as_str(), Some(there)));
        assert_eq!(told.pages[0].versions, [(there.to_owned(), 7)]);
        let Answer::Source(utc) = in_zone(answer, &TimeZone::UTC).unwrap() else { panic!("another answer") };
        assert_eq!(utc.pages[0].checked, Some(stamp()));
        // What is known of an organisation and the records that say so are by one clock; what a record says is as it says it.
        let values = vec![ValueView { value: stamp(), seen: stamp(), ..ValueView::default() }];
        let records = vec![BelongsView { first_seen: stamp(), ..BelongsView::default() }];
        let answer = Answer::Organisation(Box::new(OrganisationView { values, records, ..OrganisationView::default() }));
        let Answer::Organisation(told) = in_zone(answer, &TimeZone::get("Asia/Kolkata").unwrap()).unwrap() else {
            panic!("another answer")
        };
        assert_eq!((told.values[0].seen.as_str(), told.records[0].first_seen.as_str()), (there, there));
        assert_eq!(told.values[0].value, stamp());
        let read = RecordView {
            fields: [("date".to_owned(), stamp())].into(),
            told: [("date".to_owned(), "2026-11-23 08:00 UTC".to_owned())].into(),
            ..RecordView::default()
        };
        let answer = Answer::Check(Box::new(CheckView { records: vec![read.clone()], ..CheckView::default() }));
        let Answer::Check(told) = in_zone(answer, &TimeZone::get("Asia/Kolkata").unwrap()).unwrap() else { panic!("another answer") };
        assert_eq!((&told.records[0].fields, told.records[0].told["date"].as_str()), (&read.fields, "2026-11-23 13:30 +05:30"));
        let part = PartView { quote: Some(stamp()), how: format!("age at {}", stamp()), ..PartView::default() };
        let mut value = serde_json::to_value(&part).unwrap();
        turn(&mut value, &TimeZone::get("Asia/Kolkata").unwrap());
        assert_eq!((value["quote"].as_str(), value["how"].as_str()), (Some(stamp().as_str()), Some(format!("age at {there}").as_str())));
    }
}
