//! Whether records are vacancies: by what the page calls them, by the members that only vacancies have, by what such titles say, by their address.
//! Knows no job board.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{has_name, staff};
use crate::base::text::patterns::compiled;
use crate::base::text::words;
use crate::model::{Draft, Extract, RecordKind, Value};

/// Members that vacancies have and hardly anything else, in small letters and digits.
const MEMBERS: [&str; 22] = [
    "employmenttype",
    "jobtitle",
    "jobtype",
    "jobid",
    "jobcategory",
    "joblocation",
    "jobdescription",
    "vacancy",
    "vacancyid",
    "vacancytitle",
    "salary",
    "salarymin",
    "salarymax",
    "salaryfrom",
    "salaryto",
    "minsalary",
    "maxsalary",
    "basesalary",
    "hiringorganization",
    "employer",
    "employername",
    "experiencelevel",
];
/// What a member that says what a record is calls it.
const CLASSES: [&str; 4] = ["jobposting", "job", "vacancy", "job posting"];
/// Words of addresses that lead to vacancies.
const ADDRESSES: [&str; 34] = [
    "job",
    "jobs",
    "vacancy",
    "vacancies",
    "career",
    "careers",
    "joblist",
    "jobboard",
    "empleo",
    "empleos",
    "vacante",
    "vacantes",
    "stellen",
    "stellenangebote",
    "stellenanzeigen",
    "stellenmarkt",
    "jobangebote",
    "karriere",
    "emploi",
    "emplois",
    "recrutement",
    "vaga",
    "vagas",
    "emprego",
    "empregos",
    "vacature",
    "vacatures",
    "vakansii",
    "vakansiya",
    "вакансии",
    "вакансия",
    "vakansiyi",
    "vakansi",
    "annunci-lavoro",
];
/// The same, where they are a whole part of the address: within a longer one they are about work.
const WHOLE: [&str; 12] = [
    "trabajo",
    "trabajos",
    "ofertas-de-trabajo",
    "ofertas-trabajo",
    "trabaja-con-nosotros",
    "lavoro",
    "offerte-di-lavoro",
    "offerte-lavoro",
    "praca",
    "oferty-pracy",
    "rabota",
    "offres-d-emploi",
];
/// Parts of addresses below which texts are about work, and offer none.
const TEXTS: [&str; 9] = ["news", "noticias", "noticia", "blog", "press", "prensa", "actualidad", "actualites", "article"];

/// "(m/w/d)", "(H/M)": how titles of vacancies say that anybody may apply.
static ANYBODY: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)\((?:m|w|f|h|k|v)\s?[/|*]\s?(?:m|w|f|h|k|v)(?:\s?[/|*]\s?[a-z])?\)|\b[mwf]/[mwf]/[dx]\b"));

/// That records are vacancies, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vacancies {
    pub(super) why: String,
    /// Whether it is more than a guess.
    pub(super) sure: bool,
}

/// Whether these records are vacancies, by what they say or by where they are.
pub(super) fn vacancies(extract: &Extract, url: &Url) -> Option<Vacancies> {
    let all = extract.records.len();
    let count = |of: &dyn Fn(&Draft) -> bool| extract.records.iter().filter(|draft| of(draft)).count();
    let sure = |why: String| Some(Vacancies { why, sure: true });
    let named =
        count(&|draft| draft.kind == RecordKind::Vacancy || draft.fields.iter().any(|(name, found)| is_class(name.as_str(), &found.value)));
    if named * 2 > all {
        return sure(format!("{named} of {all} are called vacancies"));
    }
    let with = count(&|draft| draft.fields.keys().any(|name| name.as_str().split('.').any(|part| MEMBERS.contains(&plain(part).as_str()))));
    if with * 2 > all {
        return sure(format!("{with} of {all} say who employs, for what pay or in which way"));
    }
    let open = count(&|draft| has_name(draft).is_some_and(|name| ANYBODY.is_match(&name)));
    if open * 3 > all {
        return sure(format!("{open} of {all} titles say that anybody may apply, as those of vacancies do"));
    }
    let wanted = count(&|draft| has_name(draft).is_some_and(|name| staff::is_wanted(&name)));
    if wanted * 2 > all {
        return sure(format!("{wanted} of {all} titles say that somebody to work is wanted"));
    }
    let word = of_address(url, &ADDRESSES, &WHOLE).filter(|_| all > 0)?;
    Some(Vacancies { why: format!("its address speaks of them (`{word}`)"), sure: false })
}

fn is_class(name: &str, value: &Value) -> bool {
    matches!(plain(name).as_str(), "type" | "kind" | "class") && CLASSES.contains(&words(&value.text()).as_str())
}

/// The word of an address that is one of these, or a whole part of it that is one of those.
pub(super) fn of_address(url: &Url, words: &[&str], whole: &[&str]) -> Option<String> {
    let decoded = |part: &str| percent_decoded(part).to_lowercase();
    let path: Vec<String> = url.path_segments().into_iter().flatten().map(decoded).collect();
    if path.iter().any(|part| TEXTS.contains(&part.as_str())) {
        return None;
    }
    let host: Vec<String> = url.domain().into_iter().flat_map(|host| host.split('.')).map(str::to_lowercase).collect();
    let parts = || path.iter().rev().chain(&host);
    let whole = parts().find(|part| whole.contains(&part.as_str())).cloned();
    let word = || parts().flat_map(|part| part.split(['-', '_', '.', '+', ' '])).find(|word| words.contains(word)).map(str::to_owned);
    whole.or_else(word)
}

fn percent_decoded(part: &str) -> String {
    // A query decodes what a path keeps; `+` is a space in both for our purpose.
    url::form_urlencoded::parse(part.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::extract;

    #[test]
    fn what_records_are_vacancies() {
        for (record, url, want) in [
            (&[("title", "Welder"), ("employer.name", "Acme")][..], "https://a.example/api/list", Some(true)),
            (&[("title", "Welder"), ("salary.from", "20")], "https://a.example/", Some(true)),
            (&[("title", "Welder"), ("employment_type", "full")], "https://a.example/", Some(true)),
            (&[("title", "Welder"), ("@type", "JobPosting")], "https://a.example/", Some(true)),
            (&[("title", "Schweißer (m/w/d)")], "https://a.example/", Some(true)),
            (&[("title", "Требуется пекарь")], "https://a.example/", Some(true)),
            (&[("title", "Нужны сварщики и водители")], "https://a.example/", Some(true)),
            (&[("title", "Se necesita panadero con experiencia")], "https://a.example/", Some(true)),
            (&[("title", "Buscamos conductores")], "https://a.example/", Some(true)),
            (&[("title", "Wanted: experienced welder")], "https://a.example/", Some(true)),
            (&[("title", "Bäcker gesucht")], "https://a.example/", Some(true)),
            (&[("title", "Требуется плёнка")], "https://a.example/", None),
            (&[("title", "Требуется поставщик плёнки")], "https://a.example/", None),
            (&[("title", "Se necesita proveedor de cartón")], "https://a.example/", None),
            (&[("title", "Se necesita horno de panadero")], "https://a.example/", None),
            (&[("title", "Нужен сварочный аппарат")], "https://a.example/", None),
            (&[("title", "Administrativo/a (H/M)")], "https://a.example/", Some(true)),
            (&[("title", "Soldador")], "https://a.example/ofertas-de-empleo?page=1", Some(false)),
            (&[("title", "Soldador")], "https://www.a.example/ofertas-de-trabajo/", Some(false)),
            (&[("title", "Сварщик")], "https://a.example/%D0%B2%D0%B0%D0%BA%D0%B0%D0%BD%D1%81%D0%B8%D0%B8", Some(false)),
            (&[("title", "Welder")], "https://jobs.a.example/", Some(false)),
            (&[("title", "Welder")], "https://a.example/news/jobs", None),
            (&[("title", "Safety at work")], "https://a.example/seguridad-en-el-trabajo", None),
            (&[("title", "Pallets"), ("price", "4")], "https://a.example/market", None),
            (&[("title", "Rooms (1/2/3)"), ("type", "house")], "https://a.example/", None),
        ] {
            let found = vacancies(&extract(&[record, record]), &url.parse().unwrap());
            assert_eq!(found.as_ref().map(|found| found.sure), want, "{record:?} {url}: {found:?}");
        }
        assert_eq!(vacancies(&extract(&[]), &"https://a.example/jobs".parse().unwrap()), None);
    }
}
