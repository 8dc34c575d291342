//! How complete the sources behind a letter are, in a few lines and in the reader's language: whoever reads "nothing new" must know whether
//! that is so. Knows no store and no rule: what is wrong with a source is told to it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Reader;
use super::clean::line;
use super::language::{Language, of_number, plural};
use super::view::SourceView;
use crate::model::{Completeness, FailureClass, Trouble};

/// Troubled sources with a line of their own.
const TROUBLED: usize = 10;
/// Complete sources that are named; more of them share one line.
const NAMED: usize = 3;

/// Who reads it: all of a [`Reader`] that matters here.
#[derive(Clone, Copy)]
struct Eyes<'a> {
    language: Language,
    zone: &'a TimeZone,
    /// Times in full, as machines write them.
    exact: bool,
}

/// The lines: what is wrong first, the graver the earlier; then who is complete.
pub(super) fn lines(reader: &Reader<'_>, standings: &[Completeness], now: Timestamp) -> Vec<SourceView> {
    let reader = Eyes { language: reader.language, zone: reader.zone, exact: false };
    let language = reader.language;
    let (mut troubled, mut well): (Vec<_>, Vec<_>) = standings.iter().partition(|standing| standing.trouble.is_some());
    // Stable: among equals the given order stays.
    troubled.sort_by_key(|standing| standing.trouble.as_ref().map(Trouble::rank));
    well.sort_by_key(|standing| standing.complete_until);
    let mut views: Vec<SourceView> = troubled.iter().take(TROUBLED).map(|standing| one(reader, standing, now)).collect();
    let hidden = troubled.len().saturating_sub(TROUBLED);
    if hidden > 0 {
        views.push(SourceView { title: "…".to_owned(), status: language.other_sources(hidden), well: false });
    }
    match well.as_slice() {
        few if few.len() <= NAMED => views.extend(few.iter().map(|standing| one(reader, standing, now))),
        many => {
            let oldest = many.iter().find_map(|standing| standing.complete_until);
            let status = oldest.map_or_else(|| language.word_complete().to_owned(), |at| language.oldest_until(&when(reader, at, now)));
            views.push(SourceView { title: language.sources(many.len()), status, well: true });
        }
    }
    views
}

/// That nothing is new, and how far that can be believed.
pub(super) fn nothing_new(language: Language, standings: &[Completeness]) -> String {
    let mut counts = [0_usize; 3];
    for trouble in standings.iter().filter_map(|standing| standing.trouble.as_ref()) {
        counts[match trouble {
            Trouble::New | Trouble::Incomplete { .. } | Trouble::Late | Trouble::Spent => 0,
            Trouble::Silent { .. } => 1,
            Trouble::Misread { .. } | Trouble::Drift { .. } => 2,
        }] += 1;
    }
    language.nothing_new(standings.len(), counts)
}

fn one(reader: Eyes<'_>, standing: &Completeness, now: Timestamp) -> SourceView {
    let language = reader.language;
    let until = standing.complete_until.map(|at| language.complete_until(&when(reader, at, now)));
    let status = match &standing.trouble {
        None => until.unwrap_or_else(|| language.word_complete().to_owned()),
        Some(trouble) => match (status(reader, standing, trouble, now), until) {
            // What is read completely all the same says up to when.
            (said, Some(until)) if matches!(trouble, Trouble::Misread { .. } | Trouble::Drift { .. } | Trouble::Silent { .. }) => {
                format!("{said}; {until}")
            }
            (said, _) => said,
        },
    };
    SourceView { title: line(&standing.title, 60), status, well: standing.trouble.is_none() }
}

fn status(reader: Eyes<'_>, standing: &Completeness, trouble: &Trouble, now: Timestamp) -> String {
    let language = reader.language;
    let complete = standing.complete_until.map(|at| when(reader, at, now));
    match trouble {
        Trouble::New => language.never_read().to_owned(),
        Trouble::Incomplete { since, class, unread } => match complete {
            Some(complete) => match unread {
                Some(unread) => language.unread_since(&complete, *unread, language.reason(*class)),
                None => language.incomplete_since(&complete, language.reason(*class)),
            },
            None => language.never_complete(&when(reader, *since, now), language.reason(*class)),
        },
        Trouble::Late => language.not_read_since(&complete.unwrap_or_default(), None),
        Trouble::Spent => language.not_read_since(&complete.unwrap_or_default(), Some(language.reason(FailureClass::Budget))),
        Trouble::Misread { entries } => language.misread(*entries),
        Trouble::Drift { since } => language.drifted(&when(reader, *since, now)),
        Trouble::Silent { since } => language.silent_for(now.duration_since(*since)),
    }
}

/// "07:40 today", "18:05 yesterday", "Fri 20 Nov 2026 07:40": in the reader's zone.
fn when(reader: Eyes<'_>, at: Timestamp, now: Timestamp) -> String {
    if reader.exact {
        return at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    let (local, today) = (at.to_zoned(reader.zone.clone()), now.to_zoned(reader.zone.clone()).date());
    let hour = format!("{:02}:{:02}", local.hour(), local.minute());
    let ago = local.date().until(today).map_or(0, |span| span.get_days());
    let language = reader.language;
    match (language, ago) {
        (Language::En, 0 | 1) => format!("{hour} {}", language.age(i64::from(ago))),
        (Language::Es, 0 | 1) => format!("{} a las {hour}", language.age(i64::from(ago))),
        (Language::Ru, 0 | 1) => format!("{hour} ({})", language.age(i64::from(ago))),
        (Language::En | Language::Es | Language::Ru, _) => format!("{} {hour}", language.date(local.date())),
    }
}

impl Language {
    /// So many of all sources are incomplete, silent, and read but for some entries.
    fn nothing_new(self, all: usize, [incomplete, silent, partly]: [usize; 3]) -> String {
        let told = |kinds: [(usize, String); 3]| {
            let kinds = kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}"));
            kinds.collect::<Vec<_>>().join(", ")
        };
        let well = incomplete + silent + partly == 0;
        match self {
            Self::En if well => format!("Nothing new: {} complete", self.sources(all)),
            Self::Es if well => format!("Nada nuevo: {all} {}", plural(all, "fuente completa", "fuentes completas")),
            Self::Ru if well => {
                let words = ["источник прочитан", "источника прочитаны", "источников прочитаны"];
                format!("Ничего нового: {all} {} полностью", of_number(all, words))
            }
            Self::En => {
                let is = |n, what: &str| (n, format!("{} {what}", plural(n, "is", "are")));
                let told = told([is(incomplete, "incomplete"), is(silent, "silent"), is(partly, "read but for some entries")]);
                format!("Nothing new, but of {} {told}", self.sources(all))
            }
            Self::Es => {
                let told = told([
                    (incomplete, plural(incomplete, "está incompleta", "están incompletas").to_owned()),
                    (silent, plural(silent, "está en silencio", "están en silencio").to_owned()),
                    (partly, plural(partly, "se leyó salvo algunas entradas", "se leyeron salvo algunas entradas").to_owned()),
                ]);
                format!("Nada nuevo, pero de {}: {told}", self.sources(all))
            }
            Self::Ru => {
                let told = told([
                    (
                        incomplete,
                        of_number(incomplete, ["прочитан не полностью", "прочитаны не полностью", "прочитаны не полностью"]).to_owned(),
                    ),
                    (silent, of_number(silent, ["молчит", "молчат", "молчат"]).to_owned()),
                    (
                        partly,
                        of_number(partly, ["прочитан без части записей", "прочитаны без части записей", "прочитаны без части записей"])
                            .to_owned(),
                    ),
                ]);
                format!("Ничего нового, но из {all} {}: {told}", of_number(all, ["источника", "источников", "источников"]))
            }
        }
    }

    fn sources(self, n: usize) -> String {
        match self {
            Self::En => format!("{n} {}", plural(n, "source", "sources")),
            Self::Es => format!("{n} {}", plural(n, "fuente", "fuentes")),
            Self::Ru => format!("{n} {}", of_number(n, ["источник", "источника", "источников"])),
        }
    }

    const fn word_complete(self) -> &'static str {
        match self {
            Self::En => "complete",
            Self::Es => "completa",
            Self::Ru => "полностью",
        }
    }

    fn complete_until(self, when: &str) -> String {
        match self {
            Self::En => format!("complete until {when}"),
            Self::Es => format!("completa hasta {when}"),
            Self::Ru => format!("прочитан полностью до {when}"),
        }
    }

    fn oldest_until(self, when: &str) -> String {
        match self {
            Self::En => format!("complete, the oldest until {when}"),
            Self::Es => format!("completas, la más antigua hasta {when}"),
            Self::Ru => format!("прочитаны полностью, самый ранний до {when}"),
        }
    }

    fn incomplete_since(self, when: &str, why: &str) -> String {
        match self {
            Self::En => format!("not complete since {when}: {why}"),
            Self::Es => format!("incompleta desde {when}: {why}"),
            Self::Ru => format!("данные неполны с {when}: {why}"),
        }
    }

    fn unread_since(self, when: &str, (unread, all): (u32, u32), why: &str) -> String {
        let n = usize::try_from(all).unwrap_or(usize::MAX);
        match self {
            Self::En => {
                format!("complete until {when}; since then {unread} of {all} {} could not be read: {why}", plural(n, "page", "pages"))
            }
            Self::Es => {
                let left = if unread == 1 { "quedó" } else { "quedaron" };
                format!("completa hasta {when}; desde entonces {left} sin leer {unread} de {all} {}: {why}", plural(n, "página", "páginas"))
            }
            Self::Ru => format!("прочитан полностью до {when}; с тех пор не прочитано страниц: {unread} из {all}: {why}"),
        }
    }

    fn never_complete(self, since: &str, why: &str) -> String {
        match self {
            Self::En => format!("never read completely; failing since {since}: {why}"),
            Self::Es => format!("nunca leída por completo; falla desde {since}: {why}"),
            Self::Ru => format!("ни разу не прочитан полностью; сбой с {since}: {why}"),
        }
    }

    const fn never_read(self) -> &'static str {
        match self {
            Self::En => "not read completely yet",
            Self::Es => "aún sin una lectura completa",
            Self::Ru => "ещё ни разу не прочитан полностью",
        }
    }

    fn not_read_since(self, when: &str, why: Option<&str>) -> String {
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        match self {
            Self::En => format!("not read since {when}{why}"),
            Self::Es => format!("sin leer desde {when}{why}"),
            Self::Ru => format!("не читался с {when}{why}"),
        }
    }

    /// Minutes up to an hour, hours up to two days: a source that was heard of a quarter of an hour ago is not silent for a day.
    fn silent_for(self, time: SignedDuration) -> String {
        let (n, [en, es, ru]) = match (time.as_hours(), time.as_mins().max(1)) {
            (0, minutes) => (minutes, [["minute", "minutes", ""], ["minuto", "minutos", ""], ["минуту", "минуты", "минут"]]),
            (hours @ ..48, _) => (hours, [["hour", "hours", ""], ["hora", "horas", ""], ["час", "часа", "часов"]]),
            (hours, _) => ((hours + 12) / 24, [["day", "days", ""], ["día", "días", ""], ["день", "дня", "дней"]]),
        };
        let n = usize::try_from(n).unwrap_or(0);
        match self {
            Self::En => format!("silent for {n} {}", plural(n, en[0], en[1])),
            Self::Es => format!("en silencio desde hace {n} {}", plural(n, es[0], es[1])),
            Self::Ru => format!("молчит {n} {}", of_number(n, ru)),
        }
    }

    fn misread(self, entries: u32) -> String {
        let n = usize::try_from(entries).unwrap_or(usize::MAX);
        match self {
            Self::En => format!("{entries} {} could not be read in full", plural(n, "entry", "entries")),
            Self::Es => format!("{entries} {} leer por completo", plural(n, "entrada no se pudo", "entradas no se pudieron")),
            Self::Ru => format!("не удалось полностью прочитать {entries} {}", of_number(entries, ["запись", "записи", "записей"])),
        }
    }

    fn drifted(self, since: &str) -> String {
        match self {
            Self::En => format!("its entries changed their form at {since}: details may be missing"),
            Self::Es => format!("sus entradas cambiaron de forma ({since}): pueden faltar datos"),
            Self::Ru => format!("записи изменили вид с {since}: могут отсутствовать данные"),
        }
    }

    fn other_sources(self, n: usize) -> String {
        match self {
            Self::En => format!("and {n} more {}: atalaya source list", plural(n, "source", "sources")),
            Self::Es => format!("y {n} {} más: atalaya source list", plural(n, "fuente", "fuentes")),
            Self::Ru => format!("и ещё {n} {}: atalaya source list", of_number(n, ["источник", "источника", "источников"])),
        }
    }

    /// A failure in the few words that a rep needs; whoever runs the daemon is told more.
    const fn reason(self, class: FailureClass) -> &'static str {
        use FailureClass as Class;
        let [en, es, ru] = match class {
            Class::Dns
            | Class::Connect
            | Class::Tls
            | Class::Timeout
            | Class::Broken
            | Class::ServerError
            | Class::Maintenance
            | Class::OtherAnswer
            | Class::RobotsUnreachable => {
                ["the site does not answer as it should", "el sitio no responde bien", "сайт не отвечает как следует"]
            }
            Class::NotFound => ["its page is not there", "su página no está ahí", "страницы по этому адресу нет"],
            Class::Redirect => ["its page leads elsewhere", "su página lleva a otro sitio", "страница ведёт в другое место"],
            Class::Forbidden | Class::Refused | Class::Robots | Class::BlockPage | Class::Challenge | Class::LoginWall => {
                ["the site does not let us in", "el sitio no nos deja entrar", "сайт нас не пускает"]
            }
            Class::SlowDown => ["the site asks us to wait", "el sitio pide esperar", "сайт просит подождать"],
            Class::TooLarge | Class::Rejected | Class::Unreadable | Class::ParseLimit => {
                ["its page cannot be read", "su página no se puede leer", "страницу не удаётся прочитать"]
            }
            Class::ZeroRecords => ["no entries were found", "no se encontró ninguna entrada", "записей не найдено"],
            Class::FewRecords => ["far fewer entries than usual", "muchas menos entradas de lo normal", "записей намного меньше обычного"],
            Class::AnotherList => ["its page shows another list", "su página muestra otra lista", "на странице другой список"],
            Class::Budget => ["the day's requests are used up", "se agotaron las consultas del día", "дневной запас запросов исчерпан"],
            Class::BadEntries => ["entries could not be read", "hay entradas ilegibles", "часть записей не прочитана"],
            Class::Drift => ["its entries changed their form", "sus entradas cambiaron de forma", "записи изменили вид"],
            Class::Silent => ["nothing new comes", "no llega nada nuevo", "нет ничего нового"],
        };
        match self {
            Self::En => en,
            Self::Es => es,
            Self::Ru => ru,
        }
    }
}

/// How a source stands, in one English line for whoever runs the daemon.
pub(super) fn in_words(standing: &Completeness, now: Timestamp) -> String {
    one(Eyes { language: Language::En, zone: &TimeZone::UTC, exact: true }, standing, now).status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn standing(n: usize, trouble: Option<Trouble>) -> Completeness {
        let until = (!matches!(trouble, Some(Trouble::New))).then(|| at(&format!("2026-11-23T06:{n:02}:00Z")));
        let source = format!("s{n}").parse().unwrap();
        Completeness { source, title: format!("Source {n}"), complete_until: until, last_new: None, trouble, lasting: true }
    }

    fn told(language: Language, standings: &[Completeness]) -> String {
        let rep = "ana".parse().unwrap();
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let reader = Reader { rep: &rep, language, zone: &zone };
        let mut text = format!("{}\n", nothing_new(language, standings));
        for view in lines(&reader, standings, at("2026-11-23T07:00:00Z")) {
            text += &[if view.well { "* " } else { "! " }, &view.title, ": ", &view.status, "\n"].concat();
        }
        text
    }

    #[test]
    fn every_trouble_in_every_language() {
        let since = at("2026-11-18T06:00:00Z");
        let troubles = [
            Trouble::Silent { since },
            Trouble::Drift { since: at("2026-11-22T17:05:00Z") },
            Trouble::Misread { entries: 3 },
            Trouble::Misread { entries: 1 },
            Trouble::Late,
            Trouble::Spent,
            Trouble::New,
            Trouble::Incomplete { since, class: FailureClass::ZeroRecords, unread: None },
        ];
        let mut all: Vec<Completeness> = troubles.into_iter().enumerate().map(|(n, trouble)| standing(n, Some(trouble))).collect();
        let never = Trouble::Incomplete { since, class: FailureClass::NotFound, unread: None };
        all.push(Completeness { complete_until: None, ..standing(9, Some(never)) });
        all.extend((10..17).map(|n| standing(n, None)));
        let letters: Vec<String> = Language::ALL.into_iter().map(|language| told(language, &all)).collect();
        insta::assert_snapshot!("sources", letters.join("\n"));
    }

    #[test]
    fn a_silence_is_told_as_long_as_it_is() {
        for (minutes, want) in [
            (0, ["silent for 1 minute", "en silencio desde hace 1 minuto", "молчит 1 минуту"]),
            (14, ["silent for 14 minutes", "en silencio desde hace 14 minutos", "молчит 14 минут"]),
            (60, ["silent for 1 hour", "en silencio desde hace 1 hora", "молчит 1 час"]),
            (2_879, ["silent for 47 hours", "en silencio desde hace 47 horas", "молчит 47 часов"]),
            (2_880, ["silent for 2 days", "en silencio desde hace 2 días", "молчит 2 дня"]),
            (7_190, ["silent for 5 days", "en silencio desde hace 5 días", "молчит 5 дней"]),
            (7_200, ["silent for 5 days", "en silencio desde hace 5 días", "молчит 5 дней"]),
        ] {
            assert_eq!(Language::ALL.map(|language| language.silent_for(SignedDuration::from_mins(minutes))), want, "{minutes}");
        }
    }

    #[test]
    fn the_heading_says_what_is_wrong() {
        let since = at("2026-11-18T06:00:00Z");
        let bad = |n| standing(n, Some(Trouble::Misread { entries: 1 }));
        let silent = |n| standing(n, Some(Trouble::Silent { since }));
        for (standings, want) in [
            (
                vec![bad(0)],
                [
                    "Nothing new, but of 1 source 1 is read but for some entries",
                    "Nada nuevo, pero de 1 fuente: 1 se leyó salvo algunas entradas",
                    "Ничего нового, но из 1 источника: 1 прочитан без части записей",
                ],
            ),
            (
                vec![standing(0, Some(Trouble::Late)), standing(1, Some(Trouble::New)), silent(2), bad(3), standing(4, None)],
                [
                    "Nothing new, but of 5 sources 2 are incomplete, 1 is silent, 1 is read but for some entries",
                    "Nada nuevo, pero de 5 fuentes: 2 están incompletas, 1 está en silencio, 1 se leyó salvo algunas entradas",
                    "Ничего нового, но из 5 источников: 2 прочитаны не полностью, 1 молчит, 1 прочитан без части записей",
                ],
            ),
        ] {
            assert_eq!(Language::ALL.map(|language| nothing_new(language, &standings)), want);
        }
    }

    #[test]
    fn few_are_named_and_many_share_a_line() {
        let named = told(Language::En, &(0..3).map(|n| standing(n, None)).collect::<Vec<_>>());
        assert!(named.contains("* Source 2: complete until 07:02 today"), "{named}");
        let many = told(Language::En, &(0..4).map(|n| standing(n, None)).collect::<Vec<_>>());
        assert_eq!(many, "Nothing new: 4 sources complete\n* 4 sources: complete, the oldest until 07:00 today\n");
        let ill = |n| {
            standing(n, Some(Trouble::Incomplete { since: at("2026-11-20T06:00:00Z"), class: FailureClass::Timeout, unread: Some((1, 3)) }))
        };
        let most = told(Language::En, &(0..14).map(ill).collect::<Vec<_>>());
        assert_eq!(most.lines().count(), 12);
        assert!(most.ends_with("! …: and 4 more sources: atalaya source list\n"), "{most}");
    }
}
