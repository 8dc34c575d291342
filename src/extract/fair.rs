//! Whether a list of companies is that of an event's exhibitors, and which: what the page says for machines, its title, the days in its text. Knows no site.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex::Regex;
use url::Url;

use super::reading::{Reading, hints};
use super::value::{self, Type};
use crate::base::text::{clip, squeeze, words};
use crate::model::{Extract, Value};

/// Characters of a line of a page's head, and lines that are looked at.
const LINE: usize = 160;
const LINES: usize = 60;
/// Characters of a name.
const NAME: usize = 80;
/// How words for those who show something begin, folded.
const EXHIBITORS: [&str; 22] = [
    "exhibitor",
    "aussteller",
    "ausstellende",
    "expositor",
    "exposant",
    "espositor",
    "exposit",
    "wystawc",
    "utstallar",
    "utstiller",
    "udstiller",
    "standhouder",
    "naytteilleasettaj",
    "kiallito",
    "vystavovatel",
    "expozant",
    "экспонент",
    "участники выставки",
    "список участников выставки",
    "εκθετ",
    "出展",
    "参展",
];

/// An event that a page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fair {
    /// What it is called.
    pub name: String,
    /// Its first day, such as `2026-10-12`, where the page says it.
    pub date: Option<String>,
    /// What says so.
    pub why: &'static str,
}

/// The event whose exhibitors a page lists.
pub(super) fn of(reading: &Reading, extract: &Extract) -> Option<Fair> {
    let event = reading.structured.things.iter().find(|thing| thing.types.iter().any(|class| class.ends_with("Event")));
    let stands = extract.records.iter().filter(|draft| draft.value("stand").is_some()).count() * 2 > extract.records.len();
    let head = || reading.text.lines().take(LINES).filter(|line| line.chars().count() <= LINE);
    let said = std::iter::once(reading.title.as_str()).chain(head().take(3)).any(says_exhibitors);
    let why = match (said, stands) {
        (true, _) => "its title says so",
        (false, true) => "most have a stand",
        (false, false) => return None,
    };
    let page: Url = "https://fair.example/".parse().ok()?;
    let day = |line: &str| first_day(line, &page);
    let date = event.and_then(|event| event.first("date")).and_then(day).or_else(|| day(&reading.title)).or_else(|| head().find_map(day));
    let name = event.and_then(|event| event.first("name")).map_or_else(|| name(&reading.title), str::to_owned);
    Some(Fair { name: clip(&squeeze(&name), NAME), date, why })
}

fn says_exhibitors(text: &str) -> bool {
    let said = words(text);
    EXHIBITORS.iter().any(|begin| {
        let at_word = |at: usize| at == 0 || said[..at].ends_with(' ') || !begin.is_ascii();
        said.match_indices(begin).any(|(at, _)| at_word(at))
    })
}

/// The part of a title that is not about the list: "Metallmesse 2026" of "Ausstellerverzeichnis – Metallmesse 2026"; "Volga" of "Exhibitors of «Volga»".
fn name(title: &str) -> String {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"[«“„"]([^»”“"]{3,})[»”“"]"#).expect("the pattern is fixed"));
    static APART: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s+[–—|·:-]\s+|:\s+|\|").expect("the pattern is fixed"));
    if let Some(quoted) = QUOTED.captures(title).and_then(|found| found.get(1)) {
        return quoted.as_str().to_owned();
    }
    let parts = || APART.split(title).map(str::trim).filter(|part| !part.is_empty());
    parts().find(|part| !says_exhibitors(part)).or_else(|| parts().next()).unwrap_or_default().to_owned()
}

/// The first day that a line names, as its date: of several ("12 – 14 October 2026") the first.
fn first_day(line: &str, page: &Url) -> Option<String> {
    static SPAN: LazyLock<Regex> = LazyLock::new(|| {
        let to = r"(?:[-–—]|to|till|until|through|bis|al|au|a|ao|alle?|до|по|til|till|tot|t/m|do|e|y|and|und|et|och|og|и|i)";
        Regex::new(&format!(
            r"(?i)\b(\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s+\p{{L}}+\.?)??\s*{to}\s*(\d{{1,2}}(?:st|nd|rd|th|\.|,)?(?:[./]|\b))"
        ))
        .expect("the pattern is fixed")
    });
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        let word = r"(?:\p{L}+\.?\s+)?\d{1,2}(?:st|nd|rd|th)?[.,]?\s*(?:de\s+|of\s+)?(?:\p{L}+\.?)?,?\s*(?:de\s+|del\s+)?20\d\d";
        Regex::new(&format!(r"(?i)20\d\d-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]20\d\d|{word}")).expect("the pattern is fixed")
    });
    if !line.contains("20") {
        return None;
    }
    let line = SPAN.replace_all(line, |found: &regex::Captures<'_>| {
        let tail = found[2].trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{}{tail}", &found[1])
    });
    let hints = hints(page);
    let read = |text: &str| match value::read(Type::Time, text, page, &hints)? {
        Value::Date(date) => Some(date.to_string()),
        Value::Time(moment) => Some(moment.at.to_zoned(TimeZone::UTC).date().to_string()),
        _ => None,
    };
    DAY.find_iter(&line).find_map(|found| {
        let text = found.as_str();
        let digits = text.find(|c: char| c.is_ascii_digit()).map(|at| &text[at..]);
        read(text).or_else(|| read(digits?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_of_an_event() {
        let page = "https://fair.example/".parse().expect("url");
        for (line, want) in [
            ("12 – 14 October 2026, Harrogate", Some("2026-10-12")),
            ("October 12-14, 2026", Some("2026-10-12")),
            ("3.–6. November 2026, Messe Dortmund", Some("2026-11-03")),
            ("Del 20 al 22 de octubre de 2026 · IFEMA Madrid", Some("2026-10-20")),
            ("Du 14 au 16 octobre 2026", Some("2026-10-14")),
            ("10–12 ноября 2026", Some("2026-11-10")),
            ("20.-22.10.2026", Some("2026-10-20")),
            ("2026-10-12T09:00", Some("2026-10-12")),
            ("Expo 2026", None),
            ("© 2026", None),
        ] {
            assert_eq!(first_day(line, &page).as_deref(), want, "{line}");
        }
    }

    #[test]
    fn a_title_of_exhibitors_and_the_name_in_it() {
        for (title, says, want) in [
            ("Exhibitors – Northern Works Expo 2026", true, "Northern Works Expo 2026"),
            ("Ausstellerverzeichnis | Metallmesse", true, "Metallmesse"),
            ("Expo Frío 2026: lista de expositores", true, "Expo Frío 2026"),
            ("Участники выставки «Волга-Пром»", true, "Волга-Пром"),
            ("Salon Emballage Lyon - Liste des exposants", true, "Salon Emballage Lyon"),
            ("Our members", false, "Our members"),
        ] {
            assert_eq!((says_exhibitors(title), name(title).as_str()), (says, want), "{title}");
        }
    }
}
