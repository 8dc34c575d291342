//! What changes by itself wherever it stands: relative times, clocks, counters of visitors and of what they think, tracking parameters of addresses.
//!
//! Two texts that differ in these alone are the same text. Knows no page and no history.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use url::Url;

use super::Rules;
use crate::base::text::squeeze;
use crate::model::Value;

/// Stands for what was left out.
const GAP: &str = "\u{2026}";

/// "3 minutes ago" and its like in English, Spanish, German, French and Russian.
const RELATIVE: [&str; 6] = [
    r"(?i)\b(?:(?:about|over|almost|less than)\s+)?(?:\d+|an?|one|few|a few)\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|months?|y|yrs?|years?)\s+ago\b",
    r"(?i)\b(?:just now|right now|a moment ago|moments ago|justo ahora|ahora mismo|gerade eben|soeben|à l.instant)\b|только что",
    r"(?i)\bhace\s+(?:unos|unas|un|una|\d+)?\s*(?:s|seg|segundos?|min|minutos?|h|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|instantes?|momentos?)\b",
    r"(?i)\bvor\s+(?:wenigen|einem|einer|\d+)?\s*(?:sek\.?|sekunden?|min\.?|minuten?|std\.?|stunden?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)\b",
    r"(?i)\bil y a\s+(?:environ\s+)?(?:une?|quelques|\d+)?\s*(?:s|sec\.?|secondes?|min\.?|minutes?|h|heures?|j|jours?|semaines?|mois|ans?|années?)\b",
    r"(?i)(?:\d+\s*)?(?:сек\.?|секунд[уы]?|мин\.?|минут[уы]?|ч\.?|час(?:а|ов)?|д[нь]\.?|день|дня|дней|недел[юиь]|недель|месяц(?:а|ев)?|год(?:а)?|лет)\s+назад",
];

/// A text that is a clock or the date of today and nothing else, with or without a word that says so.
const CLOCK: &str = r"(?ix)^\W*
    (?:(?:it\s+is\s+)?(?:now|today(?:\s+is)?|(?:local|server|current|page)\s+time|time|(?:page\s+)?(?:last\s+)?(?:updated|refreshed|generated)(?:\s+(?:on|at))?|as\s+of
      |hoy(?:\s+es)?|ahora|hora(?:\s+\w+)?|(?:última\s+)?actualiza(?:do|da|ción)(?:\s+(?:el|a\s+las))?
      |heute(?:\s+ist)?|jetzt|uhrzeit|stand|(?:zuletzt\s+)?aktualisiert(?:\s+am)?
      |aujourd.hui|maintenant|heure|(?:mis|mise)\s+à\s+jour(?:\s+(?:le|à))?
      |сегодня|сейчас|время|обновлено)\W*)?
    (?:\p{L}{2,12}\.?,?\s+)?
    (?:(?:\d{1,4}(?:[-/.]|\.?\s+(?:de\s+)?)(?:\d{1,2}|\p{L}{3,12}\.?)(?:[-/.]|,?\s+(?:de\s+)?)\d{2,4}|\p{L}{3,12}\s+\d{1,2},?\s+\d{4})(?:\s*г\.?)?[\sT,]*(?:at|a\s+las|um|à|в)?\s*)?
    (?:\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?|h|uhr)?\s*(?:Z|UTC|GMT|CES?T|MSK|[+-]\d{2}:?\d{2})?)?
    \W*$";

/// The words by which a text is known as a clock or today's date even when it holds a date alone.
const CLOCK_WORD: &str = r"(?i)^\W*(?:it is|now|today|local|server|current|page|time|last|updated|refreshed|generated|as of|hoy|ahora|hora|última|actualiza|heute|jetzt|uhrzeit|stand|zuletzt|aktualisiert|aujourd|maintenant|heure|mise?\b|сегодня|сейчас|время|обновлено)";

/// A number beside a word for visitors, or for what they leave, with the mean of their ratings.
const COUNTERS: [&str; 5] = [
    r"(?i)\d[\d.,\s\u{a0}\u{202f}]*[km]?\+?\s*(?:(?:people|users?|guests?|members?|unique|total|page|profile|times)\s+)*(?:views?\b|viewed\b|viewing\b|visits?\b|visitors?\b|online\b|hits\b|impressions\b|watching\b|visitas?\b|visitantes?\b|vistas\b|en línea\b|aufrufe\b|besucher\b|ansichten\b|vues?\b|visiteurs?\b|en ligne\b|просмотр(?:а|ов)?\b|посетител[ейья]+\b|посещени[ейя]+\b|онлайн\b)",
    r"(?i)\b(?:page views?|views?|viewed|visits?|visitors?(?: today| online)?|users online|guests online|online(?: now)?|hits|impressions|visitas?|visitantes|vistas|en línea|aufrufe|besucher|ansichten|vues|visiteurs|en ligne|просмотр(?:ы|ов|ено)|посетител[ией]+|посещени[йя]|онлайн)\s*[:=]?\s*\(?\d[\d.,\s\u{a0}\u{202f}]*[km]?\b",
    r"(?i)(?:\b\d[.,]\d{1,2}\s*[★⭐(·|–-]*\s*)?\d[\d.,\s\u{a0}\u{202f}]*[km]?\+?\s*(?:(?:google|customer|client|user|verified)\s+)*(?:reviews?\b|ratings?\b|likes?\b|followers?\b|subscribers?\b|rese[ñn]as?\b|opini(?:ón|ones)\b|valoraci(?:ón|ones)\b|seguidor(?:es)?\b|suscriptor(?:es)?\b|me gusta\b|avaliaç(?:ão|ões)\b|avis clients?\b|abonnés?\b|bewertung(?:en)?\b|rezension(?:en)?\b|recension[ei]\b|отзыв(?:а|ов)?\b|оцен(?:ка|ки|ок)\b|подписчик(?:а|ов)?\b)",
    r"(?i)\b(?:(?:review|rating|view|visitor|follower|like|subscriber)s?\s+count|reviews|ratings|followers|subscribers|likes|rese[ñn]as|opiniones|valoraciones|seguidores|suscriptores|avaliações|abonnés|bewertungen|rezensionen|recensioni|отзывы|отзывов|оценок|подписчик(?:и|ов))\s*[:=]?\s*\(?\d[\d.,\s\u{a0}\u{202f}]*[km]?\b",
    r"(?i)\b(?:rating|rated|valoración|nota media|bewertung|рейтинг|оценка)\s*[:=]?\s*[0-5][.,]\d{1,2}\b(?:\s*/\s*5\b)?|\b[0-5][.,]\d{1,2}\s*(?:/\s*5\b|out of 5\b|stars?\b|estrellas\b|sterne\b|звезд[ы]?\b|[★⭐])|[★⭐]\s*[0-5][.,]\d{1,2}\b",
];

/// The year in a copyright line.
const COPYRIGHT: &str = r"(?i)(?:©|\(c\)|copyright)\s*(?:©\s*)?(?:\d{4}\s*[-–]\s*)?\d{4}";

static NOISE: LazyLock<(RegexSet, Vec<Regex>)> = LazyLock::new(|| {
    let all: Vec<&str> = RELATIVE.into_iter().chain(COUNTERS).chain([COPYRIGHT]).collect();
    let each = all.iter().map(|pattern| Regex::new(pattern).expect("a constant pattern, held by the tests")).collect();
    (RegexSet::new(&all).expect("constant patterns, held by the tests"), each)
});
static CLOCKS: LazyLock<[Regex; 2]> =
    LazyLock::new(|| [CLOCK, CLOCK_WORD].map(|pattern| Regex::new(pattern).expect("a constant pattern, held by the tests")));

/// A text without what changes by itself, for comparing: equal for two texts that say the same.
pub(super) fn plain(rules: &Rules, text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for pattern in &rules.ignore {
        if let Cow::Owned(changed) = pattern.replace_all(&text, "") {
            text = Cow::Owned(changed);
        }
    }
    let squeezed = squeeze(&text);
    if is_clock(&squeezed) {
        return GAP.to_owned();
    }
    let (set, each) = &*NOISE;
    let mut text = squeezed;
    for i in set.matches(&text) {
        if let Cow::Owned(changed) = each[i].replace_all(&text, GAP) {
            text = changed;
        }
    }
    text
}

/// Whether a field in the form in which it is compared says nothing but what changes by itself, or nothing at all.
pub(super) fn is_noise(name: &str, text: &str) -> bool {
    text.is_empty() || text.contains(GAP) && !text.contains(char::is_alphanumeric) || is_count(name, text)
}

/// Whether a field is a counter by its name, and its value a number: `reviews`, 12.
fn is_count(name: &str, value: &str) -> bool {
    let said = format!("{}: {value}", name.replace('_', " "));
    let (set, each) = &*NOISE;
    let counters = RELATIVE.len()..RELATIVE.len() + COUNTERS.len();
    let whole = |i: usize| each[i].find(&said).is_some_and(|found| found.len() == said.len());
    set.matches(&said).into_iter().any(|i| counters.contains(&i) && whole(i))
}

/// Whether a text holds a time told from now: "3 minutes ago". A time read from it moves with every reading.
pub(super) fn is_relative(text: &str) -> bool {
    NOISE.0.matches(text).into_iter().any(|i| i < RELATIVE.len())
}

/// Whether a text is a clock, or says what day it is, and nothing else.
fn is_clock(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !(3..=24).contains(&digits) || text.len() > 120 || !CLOCKS[0].is_match(text) {
        return false;
    }
    // A date alone may be a deadline: it is a clock only beside a word that says so. So may an hour alone; one with seconds is none.
    let colons = text.matches(':').count();
    CLOCKS[1].is_match(text) || (colons >= 2 && digits <= 6)
}

/// A value in the form in which it is compared; equal for two values that mean the same.
pub(super) fn essence(rules: &Rules, value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Text(text) => out = plain(rules, text),
        Value::Url(url) => out.push_str(&address(url)),
        Value::Money(amount) => {
            let currency = amount.currency.map_or("", |currency| currency.code());
            let _ = write!(out, "{} {currency}", amount.number.normalize());
        }
        Value::Number(number) => {
            let _ = write!(out, "{}", number.normalize());
        }
        Value::Time(moment) => {
            let _ = write!(out, "{}", moment.at);
        }
        Value::Date(date) => {
            let _ = write!(out, "{date}");
        }
        Value::Phone(text) => out.clone_from(text),
        Value::Email(text) => out = text.to_lowercase(),
        Value::List(values) => {
            // The order of a list is no news.
            let mut parts: Vec<String> = values.iter().map(|value| essence(rules, value)).collect();
            parts.sort_unstable();
            out = parts.join("\n");
        }
    }
    out
}

/// An address without the parameters that only follow a visitor; whether it is encrypted on the way makes it no other.
pub(super) fn address(url: &Url) -> String {
    let address = without_followers(url);
    match address.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => address,
    }
}

fn without_followers(url: &Url) -> String {
    let session = |path: &str| path.split_once(";jsessionid=").map(|(path, _)| path.to_owned());
    let path = session(url.path());
    if url.query().is_none() && path.is_none() {
        return url.as_str().to_owned();
    }
    let mut url = url.clone();
    if let Some(path) = path {
        url.set_path(&path);
    }
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(name, _)| !is_tracking(name)).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url.into()
}

/// Whether a parameter follows the visitor instead of naming a page.
fn is_tracking(name: &str) -> bool {
    const NAMES: [&str; 27] = [
        "_",
        "_ga",
        "_gl",
        "cachebust",
        "cachebuster",
        "cb",
        "csrf",
        "csrf_token",
        "fbclid",
        "gclid",
        "jsessionid",
        "mc_cid",
        "mc_eid",
        "msclkid",
        "nocache",
        "nonce",
        "phpsessid",
        "rand",
        "rnd",
        "sessid",
        "session",
        "session_id",
        "sessionid",
        "sid",
        "timestamp",
        "token",
        "ts",
    ];
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_") || name == "yclid" || NAMES.binary_search(&name.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let rules = Rules::default();
        plain(&rules, a) == plain(&rules, b)
    }

    #[test]
    fn what_changes_by_itself_is_the_same_text() {
        for (a, b) in [
            ("Posted 3 minutes ago", "Posted 2 hours ago"),
            ("just now by Ana", "a minute ago by Ana"),
            ("Publicado hace 5 minutos", "Publicado hace 1 día"),
            ("vor 3 Stunden", "vor einem Tag"),
            ("Il y a 2 jours", "il y a 3 heures"),
            ("5 минут назад", "2 часа назад"),
            ("12:30:05", "23:59:01"),
            ("Time: 12:30", "Time: 12:31"),
            ("Last updated: 2026-11-23 15:30:12", "Last updated: 2026-11-24 09:01:00"),
            ("Today is Monday, 23 November 2026", "Today is Tuesday, 24 November 2026"),
            ("Hoy es lunes, 23 de noviembre de 2026", "Hoy es martes, 24 de noviembre de 2026"),
            ("Stand: 23.11.2026, 15:30 Uhr", "Stand: 24.11.2026, 15:45 Uhr"),
            ("Сегодня 23 ноября 2026 г.", "Сегодня 24 ноября 2026 г."),
            ("1,234 views", "1,301 views"),
            ("Visitors online: 17", "Visitors online: 231"),
            ("Views: 9", "Views: 1 205"),
            ("12 people viewing this offer", "7 people viewing this offer"),
            ("Просмотров: 15", "Просмотров: 2 315"),
            ("12 reviews", "13 reviews"),
            ("1 review", "2 reviews"),
            ("4.5 ★ (12 reviews)", "4.6 ★ (13 reviews)"),
            ("4,5 · 12 reseñas en total", "4,4 · 1.013 reseñas en total"),
            ("Reviews: 9", "Reviews: 10"),
            ("Rating: 4.5/5", "Rating: 4.6/5"),
            ("★ 4,5", "★ 4,6"),
            ("1.2k followers", "980 followers"),
            ("7 opiniones", "8 opiniones"),
            ("12 отзывов", "3 отзыва"),
            ("Подписчиков: 310", "Подписчиков: 311"),
            ("© 2026 Acme", "© 2027 Acme"),
        ] {
            assert!(same(a, b), "{a} | {b}: {} | {}", plain(&Rules::default(), a), plain(&Rules::default(), b));
        }
    }

    #[test]
    fn counters_by_the_names_of_fields() {
        for (name, value, want) in [
            ("reviews", "12", true),
            ("page_views", "1 205", true),
            ("review_count", "7", true),
            ("rating", "4.6", true),
            ("followers", "1.2k", true),
            ("отзывы", "12", true),
            ("reviews", "12 of our clients", false),
            ("rating", "60", false),
            ("employees", "12", false),
            ("updated", "12:30", false),
            ("", "12", false),
        ] {
            assert_eq!(is_count(name, value), want, "{name} {value}");
        }
    }

    #[test]
    fn what_matters_stays() {
        for (a, b) in [
            ("Price 12 EUR", "Price 15 EUR"),
            ("Deadline 2026-12-01 14:00", "Deadline 2026-12-08 14:00"),
            ("23 November 2026", "24 November 2026"),
            ("2026-11-23 12:00:00", "2026-11-24 12:00:00"),
            ("Closes 12:00", "Closes 13:00"),
            ("10:00 - 18:00", "10:00 - 19:00"),
            ("Founded 1999", "Founded 2001"),
            ("20 employees", "25 employees"),
            ("Call 911 000 111", "Call 911 000 112"),
            ("Rating 60 minutes", "Rating 90 minutes"),
            ("3 star hotel", "4 star hotel"),
            ("Review: 12 December 2026", "Review: 14 December 2026"),
            ("4.5 m", "4.6 m"),
            ("Reviews by 3 clients", "Reviews by 4 clients"),
            ("a", "b"),
        ] {
            assert!(!same(a, b), "{a} | {b}");
        }
    }

    #[test]
    fn addresses_without_followers() {
        let essence = |text: &str| essence(&Rules::default(), &Value::Url(text.parse().expect(text)));
        for (a, b) in [
            ("https://a.example/x?utm_source=y&id=3", "https://a.example/x?id=3"),
            ("https://a.example/x?sid=1", "https://a.example/x?sid=2"),
            ("https://a.example/x;jsessionid=AB12?id=3", "https://a.example/x?id=3"),
            ("https://a.example/x?_=17", "https://a.example/x"),
            ("http://a.example/x", "https://a.example/x"),
            ("http://a.example/x?utm_source=y&id=3", "https://a.example/x?id=3"),
        ] {
            assert_eq!(essence(a), essence(b));
        }
        assert_ne!(essence("https://a.example/x?id=3"), essence("https://a.example/x?id=4"));
    }
}
