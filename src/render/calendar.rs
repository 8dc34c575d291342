//! Calendars of deadlines, as iCalendar (RFC 5545). Knows no address, no rep and no store.
//!
//! Written by hand: it is one kind of component with a dozen properties, and the same records must give the same bytes, so that a calendar
//! that has not changed is not sent again. A library would add its own stamps, identifiers and clock.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Language;
use super::clean::{line, link};
use super::due::{about, answer, disagreement, notes, said, stage_word, still_open, until, zone_words};
use super::lots;
use super::sentence::quoted;
use crate::model::{Closing, Joined, Record, Said, Stage, Value, closings, is_live, last_readable, procedure_of, stage, undated};

/// Deadlines in one calendar: those to come, the soonest first, then what is over, the last first.
const ENTRIES: usize = 1_000;
/// What is cancelled or over stays for so long, so that every calendar program has seen it.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Octets of a line (RFC 5545, 3.1).
const LINE: usize = 75;

/// What a calendar is made for.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// What programs call it.
    pub title: &'a str,
    /// What tells this installation's entries from those of others; stays for ever.
    pub installation: &'a str,
    /// The language of its words.
    pub language: Language,
    /// The zone that people read the times in; the entries themselves are in UTC.
    pub zone: &'a TimeZone,
    /// How long before each deadline it reminds.
    pub remind: &'a [SignedDuration],
}

/// The calendar of the deadlines of these tenders. A deadline keeps its UID; its SEQUENCE rises when it moves or the tender's stage changes;
/// what is cancelled, or takes no offers any more before its day, is struck (`STATUS:CANCELLED`) and says why; one that cannot be read any more stays
/// where it was, and says so. The same records give the same text until a deadline has been over for sixty days.
pub fn calendar(calendar: &Calendar<'_>, tenders: &[Joined], now: Timestamp) -> String {
    let mut out = Lines::default();
    out.put("BEGIN", "VCALENDAR");
    out.put("VERSION", "2.0");
    out.put("PRODID", "-//Atalaya//Deadlines of tenders//EN");
    out.put("CALSCALE", "GREGORIAN");
    out.text("NAME", calendar.title);
    out.text("X-WR-CALNAME", calendar.title);
    out.put("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    out.put("X-PUBLISHED-TTL", "PT1H");
    for (tender, closing) in shown(tenders, now) {
        event(&mut out, calendar, tender, &closing);
    }
    out.put("END", "VCALENDAR");
    out.0
}

/// What has a place in the calendar, in its order.
fn shown(tenders: &[Joined], now: Timestamp) -> Vec<(&Joined, Closing<'_>)> {
    let since = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    let stays = |record: &Record, closing: &Closing<'_>| {
        let old = closing.at < since && closing.is_over(now) || is_struck(record, closing) && staged(record) < since;
        !record.gone && !old
    };
    let mut all: Vec<(&Joined, Closing<'_>)> = tenders
        .iter()
        .flat_map(|tender| closings(&tender.record).into_iter().chain(last_readable(&tender.record)).map(move |closing| (tender, closing)))
        .collect();
    all.retain(|(tender, closing)| stays(&tender.record, closing));
    all.sort_by_key(|(tender, closing)| {
        let over = closing.is_over(now);
        let distance = closing.at.duration_since(now);
        (over, if over { -distance } else { distance }, tender.record.id, closing.name)
    });
    all.dedup_by(|(a, first), (b, second)| a.record.id == b.record.id && first.name == second.name);
    all.truncate(ENTRIES);
    all
}

/// Since when the stage is what it is.
fn staged(record: &Record) -> Timestamp {
    record.fields.get("stage").map_or(record.first_seen, |field| field.first_seen)
}

/// Whether nothing is due any more at this time: the tender is cancelled, or took no offers any more before it came. What was due when it was over
/// stays as it was.
fn is_struck(record: &Record, closing: &Closing<'_>) -> bool {
    stage(record) == Stage::Cancelled || (!is_live(record) && staged(record) < closing.at)
}

/// Whether it is a slip of the pen that says a day too long ago to be in any calendar.
fn is_long_ago(closing: &Closing<'_>) -> bool {
    closing.slip.is_some() && closing.field.first_seen.duration_since(closing.at) > KEPT
}

fn event(out: &mut Lines, calendar: &Calendar<'_>, tender: &Joined, closing: &Closing<'_>) {
    let record = &tender.record;
    let stage = stage(record);
    // What a program must move or strike: the deadline itself and the stage. Their age rises with each change, and never falls.
    let moved = closing.field.first_seen.max(staged(record)).max(record.first_seen);
    out.put("BEGIN", "VEVENT");
    out.put("UID", &format!("{}-{}@{}.atalaya", record.id, closing.name.as_str().replace('_', "-"), calendar.installation));
    out.put("DTSTAMP", &utc(moved));
    out.put("SEQUENCE", &moved.duration_since(record.first_seen).as_secs().min(i64::from(i32::MAX)).to_string());
    match &closing.field.value {
        // On its own day, long ago, nobody would find it; on the last that it counts as open they would think that there is time. It is to be looked
        // up when it comes.
        _ if is_long_ago(closing) => {
            let day = closing.field.first_seen.to_zoned(calendar.zone.clone()).date();
            out.put("DTSTART;VALUE=DATE", &day.strftime("%Y%m%d").to_string());
        }
        Value::Date(day) => out.put("DTSTART;VALUE=DATE", &day.strftime("%Y%m%d").to_string()),
        Value::Time(_)
        | Value::Text(_)
        | Value::Url(_)
        | Value::Money(_)
        | Value::Number(_)
        | Value::Phone(_)
        | Value::Email(_)
        | Value::List(_) => out.put("DTSTART", &utc(closing.at)),
    }
    out.put(
        "STATUS",
        match stage {
            _ if is_struck(record, closing) => "CANCELLED",
            Stage::Suspended => "TENTATIVE",
            Stage::Planned
            | Stage::Open
            | Stage::Closed
            | Stage::Awarded
            | Stage::Cancelled
            | Stage::Modified
            | Stage::Completed
            | Stage::Unknown => "CONFIRMED",
        },
    );
    out.put("TRANSP", "TRANSPARENT");
    out.text("SUMMARY", &summary(calendar.language, (record, &tender.said), closing));
    out.text("DESCRIPTION", &description(calendar, (record, &tender.said), closing));
    if let Some(href) = link(&record.url) {
        out.put("URL", &href);
    }
    if is_live(record) && !is_long_ago(closing) {
        for before in calendar.remind {
            alarm(out, *before, closing, &summary(calendar.language, (record, &tender.said), closing));
        }
    }
    out.put("END", "VEVENT");
}

/// "Offers until: Hospital – Ultrasound scanners"; what is not as it should be stands first.
fn summary(language: Language, (record, said_by): (&Record, &[Said]), closing: &Closing<'_>) -> String {
    // One of its portals says what nobody can read.
    let doubted = said_by.iter().any(|one| one.name == *closing.name && one.value.instant().is_none());
    let what = match closing.name.as_str() {
        "questions_until" => ["Questions until", "Preguntas hasta", "Вопросы до"],
        _ => ["Offers until", "Ofertas hasta", "Заявки до"],
    };
    let buyer = record.text("buyer").map(|buyer| format!("{} – ", line(&buyer, 80))).unwrap_or_default();
    let stage = stage(record);
    let mark = match stage {
        _ if stage == Stage::Suspended || is_struck(record, closing) => format!("{}: ", stage_word(language, stage).to_uppercase()),
        Stage::Cancelled
        | Stage::Suspended
        | Stage::Planned
        | Stage::Open
        | Stage::Closed
        | Stage::Awarded
        | Stage::Modified
        | Stage::Completed
        | Stage::Unknown => {
            if closing.odd.is_empty() && unread(closing, record).is_none() && !doubted {
                String::new()
            } else {
                format!("{}: ", said(language, ["CHECK THE DATE", "COMPRUEBA LA FECHA", "ПРОВЕРЬТЕ ДАТУ"]))
            }
        }
    };
    let lots = closing.lots.as_ref().map(|lots| format!(" ({})", lots::named(language, lots))).unwrap_or_default();
    format!("{mark}{}{lots}: {buyer}{}", said(language, what), line(&record.title_in(language.tag()), 160))
}

/// What the portal says now, where this deadline is what it said before and nobody can read it any more.
fn unread(closing: &Closing<'_>, record: &Record) -> Option<String> {
    undated(record).filter(|_| closing.name.as_str() == "deadline")
}

fn description(calendar: &Calendar<'_>, (record, said_by): (&Record, &[Said]), closing: &Closing<'_>) -> String {
    let language = calendar.language;
    let mut lines = vec![format!("{}: {}", answer(language, closing), until(language, calendar.zone, closing))];
    let unread = unread(closing, record).map(|words| {
        let begin = said(
            language,
            [
                "the portal's present text cannot be read",
                "el texto actual del portal no se puede leer",
                "нынешний текст портала не удалось прочитать",
            ],
        );
        format!("! {begin}: {}", quoted(language, &line(&words, 120)))
    });
    lines.extend(unread);
    let differing = disagreement(language, Some(calendar.zone), (closing, said_by));
    let differing = differing.into_iter().chain(still_open(language, Some(calendar.zone), said_by));
    lines.extend(notes(language, closing).into_iter().chain(differing).map(|note| format!("! {note}")));
    lines.push(about(language, record).join(" · "));
    if let Value::Time(moment) = &closing.field.value {
        let written = said(language, ["As written", "Tal como está escrito", "Как написано"]);
        lines.push(format!("{written}: {}", line(&moment.text, 120)));
        lines.push(zone_words(language, moment));
    }
    // What the portal itself goes by; where that is an address it is no number that anybody looks up.
    let number = Some(procedure_of(&record.key)).filter(|number| !number.contains("://"));
    let label = said(language, ["Number", "Expediente", "Номер"]);
    lines.extend(number.map(|number| format!("{label}: {}", line(number, 80))));
    lines.extend(link(&record.url));
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn alarm(out: &mut Lines, before: SignedDuration, closing: &Closing<'_>, summary: &str) {
    // A day begins where its reader is: what is due at an unknown hour of it is told a day earlier.
    let before = if closing.is_day() { before + SignedDuration::from_hours(24) } else { before };
    let (days, rest) = (before.as_hours() / 24, before.as_secs() % 86_400);
    let trigger = if rest == 0 { format!("-P{days}D") } else { format!("-PT{}M", before.as_mins()) };
    out.put("BEGIN", "VALARM");
    out.put("ACTION", "DISPLAY");
    out.put("TRIGGER", &trigger);
    out.text("DESCRIPTION", summary);
    out.put("END", "VALARM");
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Content lines, folded.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// A value that is a text: what means something in it is escaped (RFC 5545, 3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => {
                    escaped.push('\\');
                    escaped.push(c);
                }
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.put(name, &escaped);
    }

    /// A value as it is, which has no line break; no character is cut by folding.
    fn put(&mut self, name: &str, value: &str) {
        let mut room = LINE;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE - 1;
            }
            // Writing to a string cannot fail.
            let _ = self.0.write_char(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests;
