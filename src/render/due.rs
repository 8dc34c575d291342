//! Deadlines in words: until when, by whose clock, what for, and what is odd about it. Knows no letter and no calendar.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::clean::{line, link};
use super::language::{Word, of_number, plural};
use super::lots;
use super::sentence::{clock, quoted};
use super::view::LinkView;
use super::{DeadlineItem, Early, Language, Reader};
use crate::model::{
    Awaited, Closing, Moment, Oddity, Record, Said, Stage, Value, ZoneFrom, buyers, closings, deadline, is_live, stage, unreadable,
};

/// Fields that say what a tender is worth, the surest first, each with the words around it.
const WORTH: [(&str, [[&str; 2]; 3]); 5] = [
    ("estimate", [["estimate ", ""], ["valor estimado ", ""], ["ориентировочная стоимость ", ""]]),
    ("budget_net", [["budget ", " without tax"], ["presupuesto ", " sin impuestos"], ["бюджет ", " без налога"]]),
    ("budget_gross", [["budget ", " with tax"], ["presupuesto ", " con impuestos"], ["бюджет ", " с налогом"]]),
    ("maximum", [["at most ", ""], ["como máximo ", ""], ["не более ", ""]]),
    ("award_value", [["awarded at ", ""], ["adjudicada por ", ""], ["цена контракта ", ""]]),
];

/// Things that closed which are named.
const CLOSED: usize = 25;
/// One deadline in a letter.
#[derive(Debug, Serialize)]
pub(super) struct DueView {
    /// "in 7 days".
    pub ahead: String,
    /// "in 7 days, Thu 10 Dec 2026 13:00".
    pub when: String,
    /// "offers for Ultrasound scanners".
    pub what: LinkView,
    /// The buyer, the value, the stage.
    pub about: Vec<String>,
    /// What is to be looked at before it is believed.
    pub notes: Vec<String>,
    /// How to name it to others.
    pub reference: String,
}

impl DueView {
    /// What is said of it where there are many.
    pub(super) fn in_one_line(self) -> LinkView {
        LinkView { words: format!("{}: {}", self.when, self.what.words), ..self.what }
    }
}

pub(super) fn said(language: Language, words: [&'static str; 3]) -> &'static str {
    let [en, es, ru] = words;
    match language {
        Language::En => en,
        Language::Es => es,
        Language::Ru => ru,
    }
}

/// The deadline of this item, if its record still has it.
pub(super) fn closing_of<'a>(item: &DeadlineItem<'a>) -> Option<Closing<'a>> {
    closings(item.record).into_iter().find(|closing| closing.name.as_str() == item.field)
}

pub(super) fn due(reader: &Reader<'_>, item: &DeadlineItem<'_>, now: Timestamp) -> Option<DueView> {
    let (language, record) = (reader.language, item.record);
    let closing = closing_of(item)?;
    let what = format!("{}: {}", answer(language, &closing), line(&record.title_in(language.tag()), 160));
    let ahead = ahead(reader, &closing, now);
    Some(DueView {
        when: format!("{ahead}, {}", until(language, reader.zone, &closing)),
        ahead,
        what: LinkView { words: what, href: link(&record.url) },
        about: about(language, record),
        notes: notes(language, &closing).into_iter().chain(disagreement(language, Some(reader.zone), (&closing, item.said))).collect(),
        reference: format!("{} {}", language.word(Word::Reference), record.id),
    })
}

/// One paragraph on what closed before it could be told; none where nothing did.
pub(super) fn closed(reader: &Reader<'_>, records: &[Record]) -> Option<String> {
    let language = reader.language;
    let one = |record: &Record| {
        let buyer = record.text("buyer").map(|buyer| format!(" – {}", line(&buyer, 80))).unwrap_or_default();
        let until = deadline(record).map(|closing| format!(" ({})", until(language, reader.zone, &closing))).unwrap_or_default();
        format!("{}{buyer}{until}", line(&record.title_in(language.tag()), 120))
    };
    let told: Vec<String> = records.iter().take(CLOSED).map(one).collect();
    let more = records.len().saturating_sub(CLOSED);
    let more = (more > 0).then(|| match language {
        Language::En => format!("and {more} more {}", plural(more, "tender", "tenders")),
        Language::Es => format!("y {more} {} más", plural(more, "licitación", "licitaciones")),
        Language::Ru => format!("и ещё {more} {}", of_number(more, ["тендер", "тендера", "тендеров"])),
    });
    let all = told.into_iter().chain(more).collect::<Vec<_>>().join("; ");
    let begin = said(
        language,
        [
            "Closed before it could be told, and left out: ",
            "Venció antes de poder avisarte, y no se incluye: ",
            "Срок истёк раньше, чем об этом удалось сообщить, поэтому ниже этого нет: ",
        ],
    );
    (!records.is_empty()).then(|| format!("{begin}{all}"))
}

/// Why it does not wait for the digest.
pub(super) fn early(language: Language, early: Early) -> &'static str {
    let words = match early {
        Early::Closes => return language.word(Word::BeforeDigest),
        Early::Begins => [
            "It begins before your next digest, or too soon after it, so this comes at once.",
            "Empieza antes de tu próximo resumen, o poco después, por eso llega al momento.",
            "Начало до следующей сводки или сразу после неё, поэтому письмо пришло сразу.",
        ],
        Early::Over => [
            "The date it gives is over already, so this comes at once: check it.",
            "La fecha que indica ya pasó, por eso llega al momento: compruébala.",
            "Указанный срок уже прошёл, поэтому письмо пришло сразу: проверьте его.",
        ],
        Early::Both => [
            "Some of it closes, some begins before your next digest, or too soon after it, so this comes at once.",
            "Una parte vence y otra empieza antes de tu próximo resumen, o poco después, por eso llega al momento.",
            "Что-то истекает, что-то начинается до следующей сводки или сразу после неё, поэтому письмо пришло сразу.",
        ],
    };
    said(language, words)
}

/// How many deadlines passed before anybody was told.
pub(super) fn passed(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("{n} {} passed before we could tell you", plural(n, "deadline", "deadlines")),
        Language::Es => format!("{n} {} antes de poder avisarte", plural(n, "plazo venció", "plazos vencieron")),
        Language::Ru => {
            let words = ["срок истёк", "срока истекли", "сроков истекли"];
            format!("{n} {} раньше, чем мы успели сообщить", of_number(n, words))
        }
    }
}

/// What is to be in by then.
pub(super) fn answer(language: Language, closing: &Closing<'_>) -> &'static str {
    let words = match closing.awaited {
        Awaited::Offers => ["offers", "ofertas", "заявки"],
        Awaited::Requests => ["requests to take part", "solicitudes de participación", "заявки на участие в отборе"],
        Awaited::Interest => ["expressions of interest", "manifestaciones de interés", "выражения интереса"],
        Awaited::Questions => ["questions", "preguntas", "вопросы"],
    };
    said(language, words)
}

/// "today, in 3 h", "in 7 days", by the reader's calendar.
pub(super) fn ahead(reader: &Reader<'_>, closing: &Closing<'_>, now: Timestamp) -> String {
    let local = || closing.at.to_zoned(reader.zone.clone()).date();
    let day = if let Value::Date(day) = &closing.field.value { *day } else { local() };
    let today = now.to_zoned(reader.zone.clone()).date();
    let days = i64::from(today.until(day).map_or(0, |span| span.get_days()));
    let age = reader.language.age(-days);
    match left(reader.language, closing, now).filter(|_| days <= 1) {
        Some(left) => format!("{age}, {left}"),
        None => age,
    }
}

/// "in 3 h", "in 12 min": what is left where the hour is known; never more than there is.
fn left(language: Language, closing: &Closing<'_>, now: Timestamp) -> Option<String> {
    let left = closing.at.duration_since(now);
    if closing.is_day() || !left.is_positive() {
        return None;
    }
    let (n, unit) = match left.as_hours() {
        0 => (left.as_mins().max(1), ["min", "min", "мин"]),
        hours => (hours, ["h", "h", "ч"]),
    };
    Some(format!("{} {n} {}", said(language, ["in", "dentro de", "через"]), said(language, unit)))
}

/// The day and hour by the reader's clock, which is named, and by the buyer's where that is another; of which lot, where others are due later.
pub(super) fn until(language: Language, zone: &TimeZone, closing: &Closing<'_>) -> String {
    let lots = lots::of(language, zone, closing).map_or_else(String::new, |lots| format!(" ({lots})"));
    format!("{}{lots}", when(language, zone, closing))
}

fn when(language: Language, zone: &TimeZone, closing: &Closing<'_>) -> String {
    match &closing.field.value {
        Value::Date(day) => language.date(*day),
        Value::Time(moment) => {
            let (own, theirs) = (moment.at.to_zoned(zone.clone()), moment.zoned());
            if theirs.datetime() == own.datetime() {
                clock(language, &own)
            } else if theirs.date() == own.date() {
                format!("{} ({})", clock(language, &own), theirs.strftime("%H:%M %:Q"))
            } else {
                format!("{} ({})", clock(language, &own), clock(language, &theirs))
            }
        }
        other => line(&other.text(), 80),
    }
}

/// What each portal says of a deadline on which they differ, and which of them counts: "TED says Tue 12 May 2026 10:00 Europe/Madrid, PLACSP
/// says ...: the earlier counts". Times are by the clock of `zone`, without one by that they were written for.
pub fn disagreement(language: Language, zone: Option<&TimeZone>, (closing, words): (&Closing<'_>, &[Said])) -> Option<String> {
    let of_it: Vec<&Said> = words.iter().filter(|one| one.name == *closing.name).collect();
    let unread = of_it.iter().any(|one| one.value.instant().is_none());
    if of_it.len() < 2 && !unread {
        return None;
    }
    let first = of_it.iter().find_map(|one| one.value.instant());
    let [says, so] = if language == Language::En { [" says ", ": "] } else { [": ", " – "] };
    let when = |value: &Value| match value {
        Value::Date(day) => language.date(*day),
        Value::Time(moment) => clock(language, &zone.map_or_else(|| moment.zoned(), |zone| moment.at.to_zoned(zone.clone()))),
        other => format!("«{}»", line(&other.text(), 80)),
    };
    let each = of_it.iter().map(|one| format!("{}{says}{}", line(&one.source, 60), when(&one.value)));
    let counts = if unread {
        ["which names no day: look it up", "que no dice ningún día: compruébalo", "дня там нет: проверьте"]
    } else if first.is_none_or(|first| closing.at <= first) {
        ["the earlier counts", "vale la fecha más temprana", "считается более ранний"]
    } else {
        [
            "the earlier is over, the next one counts",
            "la más temprana ya pasó, vale la siguiente",
            "более ранний прошёл, считается следующий",
        ]
    };
    Some(format!("{}{so}{}", each.collect::<Vec<_>>().join(", "), said(language, counts)))
}

/// Whose word it is that a tender is over, where others take offers still: "cancelled on Alfa; Beta still takes offers until Tue 29 Dec 2026 13:00
/// Europe/Madrid".
pub fn still_open(language: Language, zone: Option<&TimeZone>, words: &[Said]) -> Option<String> {
    let mut of_it = words.iter().filter(|one| one.name.as_str() == "stage");
    let over = of_it.next()?;
    let word = Stage::from_word(&over.value.text()).map(|stage| stage_word(language, stage))?;
    let when = |value: &Value| match value {
        Value::Time(moment) => clock(language, &zone.map_or_else(|| moment.zoned(), |zone| moment.at.to_zoned(zone.clone()))),
        Value::Date(day) => language.date(*day),
        other => line(&other.text(), 80),
    };
    let [on, takes] = match language {
        Language::En => [" on ", " still takes offers until "],
        Language::Es => [" en ", " sigue admitiendo ofertas hasta "],
        Language::Ru => [" на ", " ещё принимает заявки до "],
    };
    let others = of_it.map(|one| format!("{}{takes}{}", line(&one.source, 60), when(&one.value)));
    let all: Vec<String> = std::iter::once(format!("{word}{on}{}", line(&over.source, 60))).chain(others).collect();
    Some(all.join("; "))
}

/// "estimate 120,000 EUR": what a tender is worth, the surest that is known.
pub(super) fn worth(language: Language, record: &Record) -> Option<String> {
    // What some lots came to is not what a tender is worth that takes offers.
    let says = |name: &str| name != "award_value" || !is_live(record);
    let (worth, [en, es, ru]) = WORTH.iter().filter(|(name, _)| says(name)).find_map(|(name, words)| Some((record.text(name)?, words)))?;
    let [before, after] = match language {
        Language::En => en,
        Language::Es => es,
        Language::Ru => ru,
    };
    Some(format!("{before}{}{after}", language.amounts(&line(&worth, 60))))
}

/// Buyer, value and stage, as far as they are known.
pub(super) fn about(language: Language, record: &Record) -> Vec<String> {
    let buyer = buyers(record).map(|buyers| line(&buyers, 120));
    buyer
        .into_iter()
        .chain(worth(language, record))
        .chain(std::iter::once(stage_word(language, stage(record)).to_owned()))
        .filter(|part| !part.is_empty())
        .collect()
}

pub(super) fn stage_word(language: Language, stage: Stage) -> &'static str {
    said(
        language,
        match stage {
            Stage::Planned => ["planned", "anunciada", "планируется"],
            Stage::Open => ["open", "abierta", "открыт"],
            Stage::Closed => ["closed", "cerrada", "приём закрыт"],
            Stage::Suspended => ["suspended", "suspendida", "приостановлен"],
            Stage::Awarded => ["awarded", "adjudicada", "есть победитель"],
            Stage::Cancelled => ["cancelled", "cancelada", "отменён"],
            Stage::Modified => ["contract changed", "contrato modificado", "контракт изменён"],
            Stage::Completed => ["completed", "terminada", "исполнен"],
            Stage::Unknown => return "",
        },
    )
}

/// What is to be looked at before a deadline is believed: its hour is not known, its zone is a guess, it is absurd.
pub(super) fn notes(language: Language, closing: &Closing<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if closing.is_day() {
        notes.push(
            said(
                language,
                [
                    "the hour is not known: be done the day before",
                    "no se sabe la hora: tenlo listo el día anterior",
                    "время не указано: успейте за день до срока",
                ],
            )
            .to_owned(),
        );
    }
    if let Value::Time(moment) = &closing.field.value
        && moment.zone_from == ZoneFrom::Assumed
    {
        notes.push(
            said(
                language,
                [
                    "no time zone is given, UTC is assumed: look it up",
                    "no dice la zona horaria, se supone UTC: compruébalo",
                    "часовой пояс не указан, принят UTC: проверьте",
                ],
            )
            .to_owned(),
        );
    }
    notes.extend(closing.odd.iter().map(|odd| odd_words(language, *odd).to_owned()));
    notes.extend(lots::doubts(language, closing));
    notes
}

pub(super) fn odd_words(language: Language, odd: Oddity) -> &'static str {
    said(
        language,
        match odd {
            Oddity::Far => [
                "check the date: more than three years ahead",
                "comprueba la fecha: a más de tres años",
                "проверьте дату: больше чем через три года",
            ],
            Oddity::BeforePublication => [
                "check the date: before its publication",
                "comprueba la fecha: anterior a su publicación",
                "проверьте дату: раньше публикации",
            ],
            Oddity::OpenedBefore => [
                "check the date: after the opening of offers",
                "comprueba la fecha: posterior a la apertura de ofertas",
                "проверьте дату: позже вскрытия заявок",
            ],
            Oddity::OverWhenSeen => [
                "check the date: over when it was first seen",
                "comprueba la fecha: ya vencida cuando se vio",
                "проверьте дату: прошла раньше, чем её увидели",
            ],
        },
    )
}

/// What is to be looked at before the deadlines of a tender are believed: what nobody can read, what is odd, and on what its portals differ.
pub(super) fn doubts(reader: &Reader<'_>, (record, words): (&Record, &[Said])) -> Vec<String> {
    let language = reader.language;
    let of = |one: &Closing<'_>| notes(language, one).into_iter().chain(disagreement(language, Some(reader.zone), (one, words)));
    unread(language, record).into_iter().chain(closings(record).iter().flat_map(of)).collect()
}

/// That the portal says until when offers are taken in words that name no day: "deadline not readable: “30.02.2027”; look it up".
pub(super) fn unread(language: Language, record: &Record) -> Option<String> {
    let words = quoted(language, &line(&unreadable(record)?, 120));
    Some(match language {
        Language::En => format!("deadline not readable: {words}; look it up"),
        Language::Es => format!("plazo ilegible: {words}; compruébalo"),
        Language::Ru => format!("срок не удалось прочитать: {words}; проверьте"),
    })
}

/// The zone, and how it was known.
pub(super) fn zone_words(language: Language, moment: &Moment) -> String {
    let how = match moment.zone_from {
        ZoneFrom::Text => ["as written", "según el texto", "указан в тексте"],
        ZoneFrom::Source => ["by the settings of the source", "según los ajustes de la fuente", "по настройкам источника"],
        ZoneFrom::Portal => ["by the rule of the portal", "según la regla del portal", "по правилу портала"],
        ZoneFrom::Buyer => ["by the country of the buyer", "según el país del comprador", "по стране заказчика"],
        ZoneFrom::Assumed => ["assumed: nothing says it", "supuesta: nada lo dice", "принят: нигде не указан"],
    };
    let label = said(language, ["Time zone", "Zona horaria", "Часовой пояс"]);
    format!("{label}: {} ({})", line(&moment.zone, 40), said(language, how))
}

/// What is to be known of a tender's deadlines beside their instants: the document's words, how the zone was known, what is odd.
pub fn deadline_lines(language: Language, record: &Record) -> Vec<String> {
    let of = |closing: &Closing<'_>| {
        let mut parts = vec![format!("{}: {}", answer(language, closing), line(&closing.field.quote, 120))];
        if let Value::Time(moment) = &closing.field.value {
            parts.push(zone_words(language, moment));
        }
        parts.extend(notes(language, closing));
        parts.join("; ")
    };
    closings(record).iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::record;
    use crate::model::{DEADLINE_FOR, Field, FieldName, RecordKind};

    #[test]
    fn what_is_to_be_in_by_a_deadline_is_named() {
        for (field, wanted, want) in [
            ("deadline", "", ["offers", "ofertas", "заявки"]),
            ("deadline", "requests", ["requests to take part", "solicitudes de participación", "заявки на участие в отборе"]),
            ("deadline", "interest", ["expressions of interest", "manifestaciones de interés", "выражения интереса"]),
            ("questions_until", "requests", ["questions", "preguntas", "вопросы"]),
        ] {
            let mut tender = record("a", "1", RecordKind::Tender, &[("stage", "open"), (DEADLINE_FOR, wanted)]);
            let first = tender.fields.values().next().unwrap().clone();
            let day = Value::Date("2026-12-10".parse().unwrap());
            tender.fields.insert(FieldName::new(field), Field { value: day, ..first });
            let closing = closings(&tender).remove(0);
            assert_eq!(Language::ALL.map(|language| answer(language, &closing)), want, "{field} {wanted}");
        }
    }
}
