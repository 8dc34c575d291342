//! Calendars as text: what a program reads, what moves, what is struck.

use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::model::sample::{day, record};
use crate::model::{Field, FieldName, LAST_DEADLINE, Moment, RecordKind, UNREADABLE, ZoneFrom};

const REMIND: [SignedDuration; 2] = [SignedDuration::from_hours(7 * 24), SignedDuration::from_hours(36)];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn moment(text: &str, zone: &str, zone_from: ZoneFrom) -> Value {
    let at = text.parse::<Timestamp>().unwrap();
    Value::Time(Moment { text: text.to_owned(), at, zone: zone.to_owned(), zone_from })
}

fn put(record: &mut Record, name: &str, value: Value, seen: Timestamp) {
    let quote = value.text();
    record.fields.insert(FieldName::new(name), Field { value, quote, path: "p".to_owned(), first_seen: seen });
}

/// First seen on 2026-01-01, open until 2026-02-10 13:00 in Madrid.
fn tender(key: &str) -> Record {
    let fields =
        [("title", "Ultrasound scanners, lot 1; with \\ backslash"), ("buyer", "Hospital Universitario de Getafe"), ("stage", "open")];
    let mut record = record("portal", key, RecordKind::Tender, &fields);
    put(&mut record, "deadline", moment("2026-02-10T12:00:00Z", "Europe/Madrid", ZoneFrom::Portal), day(0));
    record
}

fn written(language: Language, tenders: &[Record], now: &str) -> String {
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let tenders: Vec<Joined> = tenders.iter().cloned().map(Joined::from).collect();
    calendar(&Calendar { title: "Ana", installation: "0123456789abcdef", language, zone: &zone, remind: &REMIND }, &tenders, at(now))
}

/// The properties of each event, unfolded, names with their parameters.
fn events(text: &str) -> Vec<Vec<(String, String)>> {
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let unfolded = text.replace("\r\n ", "");
    let mut all = Vec::new();
    for line in unfolded.split_terminator("\r\n") {
        let (name, value) = line.split_once(':').expect("a name and a value");
        match (name, value) {
            ("BEGIN", "VEVENT") => all.push(Vec::new()),
            _ if !all.is_empty() => all.last_mut().unwrap().push((name.to_owned(), value.to_owned())),
            _ => {}
        }
    }
    all
}

fn of(event: &[(String, String)], name: &str) -> String {
    event.iter().find(|(own, _)| own == name).map_or_else(|| panic!("no {name} in {event:?}"), |(_, value)| value.clone())
}

#[test]
fn a_calendar_as_it_is_sent() {
    let mut whole = tender("a");
    put(&mut whole, "questions_until", Value::Date("2026-02-01".parse().unwrap()), day(0));
    put(&mut whole, "estimate", Value::Text("100000 EUR".to_owned()), day(0));
    let mut absurd = tender("b");
    put(&mut absurd, "deadline", moment("2049-02-10T12:00:00Z", "UTC", ZoneFrom::Assumed), day(0));
    let mut cancelled = tender("c");
    put(&mut cancelled, "stage", Value::Text("cancelled".to_owned()), day(3));
    let text = written(Language::En, &[whole, absurd, cancelled.clone()], "2026-01-05T08:00:00Z");
    insta::assert_snapshot!("calendar_en", text.replace("\r\n", "\n"));
    insta::assert_snapshot!("calendar_es", written(Language::Es, &[cancelled], "2026-01-05T08:00:00Z").replace("\r\n", "\n"));
}

#[test]
fn a_deadline_that_moves_keeps_its_uid_and_raises_its_sequence() {
    let mut record = tender("a");
    let read = |record: &Record, now: &str| events(&written(Language::En, std::slice::from_ref(record), now)).remove(0);
    let first = read(&record, "2026-01-05T08:00:00Z");
    put(&mut record, "deadline", moment("2026-02-17T12:00:00Z", "Europe/Madrid", ZoneFrom::Portal), day(9));
    let moved = read(&record, "2026-01-12T08:00:00Z");
    // Back to where it was: another change, not an undone one.
    put(&mut record, "deadline", moment("2026-02-10T12:00:00Z", "Europe/Madrid", ZoneFrom::Portal), day(12));
    let back = read(&record, "2026-01-15T08:00:00Z");
    put(&mut record, "stage", Value::Text("cancelled".to_owned()), day(15));
    let cancelled = read(&record, "2026-01-17T08:00:00Z");
    let told: Vec<_> = [&first, &moved, &back, &cancelled].map(|event| (of(event, "DTSTART"), of(event, "STATUS"))).into();
    assert_eq!(
        told,
        [
            ("20260210T120000Z".to_owned(), "CONFIRMED".to_owned()),
            ("20260217T120000Z".to_owned(), "CONFIRMED".to_owned()),
            ("20260210T120000Z".to_owned(), "CONFIRMED".to_owned()),
            ("20260210T120000Z".to_owned(), "CANCELLED".to_owned()),
        ]
    );
    let all = [first, moved, back, cancelled];
    let sequence = |event: &Vec<(String, String)>| of(event, "SEQUENCE").parse::<u32>().unwrap();
    assert!(all.windows(2).all(|two| of(&two[0], "UID") == of(&two[1], "UID") && sequence(&two[0]) < sequence(&two[1])));
    assert_eq!(sequence(&all[0]), 0);
}

#[test]
fn a_deadline_that_cannot_be_read_any_more_stays_where_it_was_and_says_so() {
    let mut record = tender("a");
    let read = |record: &Record, now: &str| events(&written(Language::En, std::slice::from_ref(record), now));
    let first = read(&record, "2026-01-05T08:00:00Z").remove(0);
    let was = record.fields.remove("deadline").unwrap();
    put(&mut record, UNREADABLE, Value::Text("see documents".to_owned()), day(9));
    assert_eq!(read(&record, "2026-01-12T08:00:00Z"), Vec::<Vec<_>>::new(), "nothing is known of before");
    put(&mut record, LAST_DEADLINE, was.value.clone(), day(9));
    let unread = read(&record, "2026-01-12T08:00:00Z").remove(0);
    put(&mut record, "stage", Value::Text("cancelled".to_owned()), day(12));
    let cancelled = read(&record, "2026-01-15T08:00:00Z").remove(0);
    put(&mut record, "stage", Value::Text("open".to_owned()), day(13));
    put(&mut record, "deadline", moment("2026-02-17T12:00:00Z", "Europe/Madrid", ZoneFrom::Portal), day(15));
    let again = read(&record, "2026-01-17T08:00:00Z").remove(0);
    let all = [&first, &unread, &cancelled, &again];
    assert_eq!(all.map(|event| of(event, "DTSTART")), ["20260210T120000Z", "20260210T120000Z", "20260210T120000Z", "20260217T120000Z"]);
    assert_eq!(all.map(|event| of(event, "STATUS")), ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]);
    let says =
        |event: &[(String, String)]| of(event, "DESCRIPTION").contains("! the portal's present text cannot be read: “see documents”");
    assert_eq!(all.map(|event| says(event)), [false, true, true, false]);
    assert!(of(&unread, "SUMMARY").starts_with("CHECK THE DATE: "), "{unread:?}");
    let sequence = |event: &Vec<(String, String)>| of(event, "SEQUENCE").parse::<u32>().unwrap();
    assert!(all.windows(2).all(|two| of(two[0], "UID") == of(two[1], "UID") && sequence(two[0]) < sequence(two[1])));
}

#[test]
fn what_takes_no_offers_any_more_before_its_day_is_struck_and_what_ended_after_it_stays() {
    for (stage, seen, status, mark) in [
        ("awarded", day(9), "CANCELLED", "AWARDED: "),
        ("closed", day(9), "CANCELLED", "CLOSED: "),
        ("completed", day(9), "CANCELLED", "COMPLETED: "),
        ("suspended", day(9), "TENTATIVE", "SUSPENDED: "),
        ("planned", day(9), "CONFIRMED", ""),
        ("closed", at("2026-02-10T12:00:00Z"), "CONFIRMED", ""),
        ("awarded", at("2026-02-20T12:00:00Z"), "CONFIRMED", ""),
        ("cancelled", at("2026-02-20T12:00:00Z"), "CANCELLED", "CANCELLED: "),
    ] {
        let mut record = tender("a");
        let before = events(&written(Language::En, std::slice::from_ref(&record), "2026-01-05T08:00:00Z")).remove(0);
        put(&mut record, "stage", Value::Text(stage.to_owned()), seen);
        let after = events(&written(Language::En, std::slice::from_ref(&record), "2026-02-21T08:00:00Z")).remove(0);
        let sequence = |event: &[(String, String)]| of(event, "SEQUENCE").parse::<u32>().unwrap();
        assert_eq!((of(&after, "STATUS").as_str(), sequence(&after) > sequence(&before)), (status, true), "{stage}");
        assert!(of(&after, "SUMMARY").starts_with(&format!("{mark}Offers until")), "{stage}: {}", of(&after, "SUMMARY"));
    }
}

#[test]
fn what_is_over_or_cancelled_stays_for_sixty_days() {
    let open = tender("a");
    let mut cancelled = tender("b");
    put(&mut cancelled, "stage", Value::Text("cancelled".to_owned()), day(10));
    for (record, now, stays) in [
        (&open, "2026-02-10T12:00:00Z", true),
        (&open, "2026-04-11T11:00:00Z", true),
        (&open, "2026-04-11T13:00:00Z", false),
        (&cancelled, "2026-03-11T00:00:00Z", true),
        (&cancelled, "2026-03-13T00:00:00Z", false),
        (&Record { gone: true, ..open.clone() }, "2026-01-05T00:00:00Z", false),
    ] {
        assert_eq!(!events(&written(Language::En, std::slice::from_ref(record), now)).is_empty(), stays, "{now}");
    }
}

#[test]
fn reminders_are_alarms_and_a_day_alone_rings_a_day_earlier() {
    let alarms = |record: &Record| {
        let events = events(&written(Language::En, std::slice::from_ref(record), "2026-01-05T08:00:00Z"));
        events[0].iter().filter(|(name, _)| name == "TRIGGER").map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let mut record = tender("a");
    assert_eq!(alarms(&record), ["-P7D", "-PT2160M"]);
    put(&mut record, "deadline", Value::Date("2026-02-10".parse().unwrap()), day(0));
    assert_eq!(alarms(&record), ["-P8D", "-PT3600M"]);
    put(&mut record, "stage", Value::Text("awarded".to_owned()), day(0));
    assert!(alarms(&record).is_empty());
}

#[test]
fn a_full_calendar_has_the_next_ones_first_and_no_more_than_it_may() {
    let many: Vec<Record> = (0..1_200)
        .map(|n| {
            let mut record = tender(&n.to_string());
            let when = at("2026-01-01T00:00:00Z") + SignedDuration::from_hours(n);
            put(&mut record, "deadline", moment(&when.to_string(), "UTC", ZoneFrom::Text), day(0));
            record
        })
        .collect();
    let found = events(&written(Language::En, &many, "2026-01-11T10:30:00Z"));
    assert_eq!((found.len(), of(&found[0], "DTSTART")), (ENTRIES, "20260111T110000Z".to_owned()));
    assert_eq!(of(&found[ENTRIES - 1], "DTSTART"), "20260109T080000Z", "of what is over the last");
}

proptest! {
    /// Whatever a portal writes, every line is short, ends as it should, and the text reads back as it was.
    #[test]
    fn any_text_reads_back(title in any::<String>(), buyer in any::<String>(), seconds in 0_i64..4_000_000_000) {
        let mut record = tender("a");
        put(&mut record, "title", Value::Text(title.clone()), day(0));
        put(&mut record, "buyer", Value::Text(buyer), day(0));
        let when = Timestamp::from_second(seconds).unwrap();
        put(&mut record, "deadline", moment(&when.to_string(), "UTC", ZoneFrom::Text), day(0));
        let text = written(Language::Ru, std::slice::from_ref(&record), "1970-01-01T00:00:00Z");
        prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE && !line.contains(['\r', '\n'])));
        let found = events(&text);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(of(&found[0], "DTSTART"), utc(when));
        let summary = of(&found[0], "SUMMARY");
        let mut read = String::new();
        let mut rest = summary.chars();
        while let Some(c) = rest.next() {
            prop_assert!(c != ';' && c != ',', "not escaped: {}", summary);
            read.push(if c == '\\' { rest.next().unwrap() } else { c });
        }
        prop_assert!(read.ends_with(&line(&record.title(), 160)), "{} {}", read, title);
    }

    #[test]
    fn any_day_is_that_day(days in 0_i64..60_000) {
        let date: Date = (Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days)).to_zoned(TimeZone::UTC).date();
        let mut record = tender("a");
        put(&mut record, "deadline", Value::Date(date), day(0));
        let found = events(&written(Language::En, std::slice::from_ref(&record), "1970-01-01T00:00:00Z"));
        prop_assert_eq!(of(&found[0], "DTSTART;VALUE=DATE"), date.strftime("%Y%m%d").to_string());
    }
}
