//! Which lots a deadline is of, and until when the others take offers, in words. Knows no letter.

use jiff::tz::TimeZone;

use super::clean::line;
use super::due::said;
use super::language::Language;
use crate::model::{Closing, Value};

/// Later deadlines that are named; of the rest the last.
const LATER: usize = 2;

/// "lot L1", "lots L1, L2".
pub(super) fn named(language: Language, lots: &str) -> String {
    let words = if lots.contains(", ") { ["lots", "lotes", "лоты"] } else { ["lot", "lote", "лот"] };
    format!("{} {}", said(language, words), line(lots, 120))
}

/// "lot L1; lot L2 until Thu 17 Dec 2026 13:00": where the lots of a tender are due at different times. Times are by the clock of `zone`.
pub(super) fn of(language: Language, zone: &TimeZone, closing: &Closing<'_>) -> Option<String> {
    let until = |value: &Value| match value {
        Value::Time(moment) => {
            let local = moment.at.to_zoned(zone.clone());
            format!("{} {}", language.date(local.date()), local.strftime("%H:%M"))
        }
        Value::Date(day) => language.date(*day),
        other => line(&other.text(), 80),
    };
    let till = said(language, ["until", "hasta", "до"]);
    let named_later = closing.after.iter().take(LATER).map(|(lots, value)| format!("{} {till} {}", named(language, lots), until(value)));
    let last = closing.after.get(LATER..).and_then(<[_]>::last);
    let others = last.map(|(_, value)| format!("{} {till} {}", said(language, ["others", "otros", "другие"]), until(value)));
    let all: Vec<String> = closing.lots.iter().map(|lots| named(language, lots)).chain(named_later).chain(others).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// "lot L1 says Fri 12 Dec 2025: check the date": the lots whose deadline cannot be meant.
pub(super) fn doubts(language: Language, closing: &Closing<'_>) -> impl Iterator<Item = String> {
    closing.doubted.iter().map(move |(lots, value)| {
        let day = match value {
            Value::Time(moment) => language.date(moment.zoned().date()),
            Value::Date(day) => language.date(*day),
            other => line(&other.text(), 80),
        };
        let lots = named(language, lots);
        match language {
            Language::En => format!("{lots}, {day}: check the date"),
            Language::Es => format!("{lots}, {day}: comprueba la fecha"),
            Language::Ru => format!("{lots}, {day}: проверьте дату"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::record;
    use crate::model::{Field, FieldName, LOTS_DUE, RecordKind, deadline, lots_due};

    #[test]
    fn the_lots_of_a_deadline_and_those_that_are_due_later() {
        let on = |day: u32| Value::Date(format!("2026-12-{day:02}").parse().unwrap());
        for (lots, want) in [
            (vec![], [None; 3]),
            (
                vec![("L1", 10), ("L2, L3", 17)],
                [
                    Some("lot L1; lots L2, L3 until Thu 17 Dec 2026"),
                    Some("lote L1; lotes L2, L3 hasta jue 17 dic 2026"),
                    Some("лот L1; лоты L2, L3 до чт 17 дек. 2026"),
                ],
            ),
            (
                vec![("L1, L2", 10), ("L3", 11), ("L4", 14), ("L5", 15), ("L6", 16)],
                [
                    Some("lots L1, L2; lot L3 until Fri 11 Dec 2026; lot L4 until Mon 14 Dec 2026; others until Wed 16 Dec 2026"),
                    Some("lotes L1, L2; lote L3 hasta vie 11 dic 2026; lote L4 hasta lun 14 dic 2026; otros hasta mié 16 dic 2026"),
                    Some("лоты L1, L2; лот L3 до пт 11 дек. 2026; лот L4 до пн 14 дек. 2026; другие до ср 16 дек. 2026"),
                ],
            ),
        ] {
            let mut tender = record("a", "1", RecordKind::Tender, &[("stage", "open")]);
            let field = tender.fields.values().next().unwrap().clone();
            let due = lots_due(lots.iter().map(|(names, day)| ((*names).to_owned(), on(*day))));
            for (name, value) in [("deadline", on(10)), (LOTS_DUE, due)] {
                tender.fields.insert(FieldName::new(name), Field { value, ..field.clone() });
            }
            let closing = deadline(&tender).unwrap();
            assert_eq!(Language::ALL.map(|language| of(language, &TimeZone::UTC, &closing)).each_ref().map(Option::as_deref), want);
        }
    }
}
