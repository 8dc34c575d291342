//! What somebody should know who is about to watch a source: what its records are, which fields they have, and what is unsure of them, each with
//! the setting that decides it. Knows no page and no file.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::contacts::{has_postcode, of_language};
use super::offers::Offers;
use super::reading::{Column, Reading};
use super::vacancies::Vacancies;
use super::value::month_first;
use super::{Kind, Spec};
use crate::base::text::patterns::compiled;
use crate::base::text::{clip, count, words};
use crate::model::{AS_WRITTEN, CompanyName, Draft, Extract, RecordKind, Value};

/// Characters of an example.
const EXAMPLE: usize = 40;
/// Fields told of one by one.
const TOLD: usize = 3;

/// What a page may show without all that is needed to read it, and what says the rest.
const UNREAD: [(&str, &str); 2] = [
    ("price", "currency = \"EUR\", or whichever it is, reads them"),
    ("date", "language = \"es\", or whichever it is, or a format in fields, reads them"),
];
const COUNTRY: &str = "country = \"ES\", or whichever it is, reads them";

/// Languages of many countries, and the one in which most of their pages are written.
const MOST: [(&str, &str); 5] = [("es", "ES"), ("ca", "ES"), ("gl", "ES"), ("eu", "ES"), ("pt", "PT")];

/// What is unsure, and what would decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// In a sentence without its end.
    pub what: String,
    /// The setting, or the flag, that decides it.
    pub setting: String,
}

/// A field, and how many records have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Its name.
    pub name: String,
    /// How many records have it.
    pub records: usize,
    /// What one of them says.
    pub example: String,
}

/// What the records seem to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaning {
    /// `listing` or `directory`.
    pub kind: Kind,
    /// What they are, where the kind alone does not say so.
    pub records: Option<RecordKind>,
    /// By what.
    pub why: String,
    /// Whether it is more than a guess.
    pub sure: bool,
}

/// What a record is called; `None` when it has no name.
pub fn has_name(draft: &Draft) -> Option<String> {
    ["name", "title"].iter().find_map(|name| draft.value(name)).map(Value::text).filter(|name| !name.trim().is_empty())
}

/// The fields of all records: what they are called first, then those that most have.
pub fn filled(extract: &Extract) -> Vec<Filled> {
    let mut all: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for (name, found) in extract.records.iter().flat_map(|draft| &draft.fields) {
        all.entry(name.as_str()).or_insert_with(|| (0, clip(&found.value.told(), EXAMPLE))).0 += 1;
    }
    let mut out: Vec<Filled> =
        all.into_iter().map(|(name, (records, example))| Filled { name: name.to_owned(), records, example }).collect();
    out.sort_by_key(|field| (!matches!(field.name.as_str(), "name" | "title"), std::cmp::Reverse(field.records)));
    out
}

/// A field's name without its number and what it is within.
fn base(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_end_matches(|c: char| c.is_ascii_digit() || c == '_')
}

/// Whether records are companies or what companies offer: by what they say, and by the title of their page.
pub fn leaning(extract: &Extract, url: &Url, title: &str) -> Leaning {
    let all = extract.records.len().max(1);
    let with = |names: &[&str]| {
        let has = |draft: &&Draft| draft.fields.keys().any(|name| names.contains(&base(name.as_str()).to_lowercase().as_str()));
        extract.records.iter().filter(has).count()
    };
    let forms = extract.records.iter().filter_map(has_name).filter(|name| CompanyName::parse(name).form.is_some()).count();
    let said = |kind, why: String| Leaning { kind, records: None, why, sure: true };
    let vacancies = super::vacancies::vacancies(extract, url);
    let jobs = |found: Vacancies| Leaning { kind: Kind::Listing, records: Some(RecordKind::Vacancy), why: found.why, sure: found.sure };
    let texts = extract.records.iter().filter(|draft| is_article(draft)).count();
    if texts * 2 > all {
        return Leaning {
            records: Some(RecordKind::Article),
            ..said(Kind::Listing, format!("{texts} of {all} are called posts or articles"))
        };
    }
    if let Some(found) = vacancies.clone().filter(|found| found.sure) {
        return jobs(found);
    }
    if let Some(found) = vacancies.filter(|_| forms * 10 < all * 3) {
        return jobs(found);
    }
    if let Some(found) = super::requests::requests(extract, url, title).filter(|found| found.sure || forms * 10 < all * 3) {
        return Leaning { kind: Kind::Listing, records: Some(RecordKind::Request), why: found.why, sure: found.sure };
    }
    let prices = with(&["price", "kind"]);
    if prices * 2 > all {
        return said(Kind::Listing, format!("{prices} of {all} have a price or say what is offered or wanted"));
    }
    if forms * 10 >= all * 3 {
        return said(Kind::Directory, format!("{forms} of {all} names are those of companies"));
    }
    let (reached, dated) = (with(&["phone", "email", "website", "address", "postcode", "tax_id"]), with(&["date", "deadline"]));
    if dated * 2 > all && reached * 2 <= all {
        return said(Kind::Listing, format!("{dated} of {all} have a date"));
    }
    if reached * 2 > all {
        return said(Kind::Directory, format!("{reached} of {all} have a telephone, an address or a web site"));
    }
    let path = words(url.path());
    let speaks = ["compan", "member", "exhibitor", "supplier", "director", "empresa", "socio", "expositor", "firm", "ausstell", "mitglied"];
    let kind = if speaks.iter().any(|word| path.contains(word)) { Kind::Directory } else { Kind::Listing };
    Leaning { kind, records: None, why: "nothing in them says what they are".to_owned(), sure: false }
}

/// Whether a record calls itself a text, as posts of a blog do.
fn is_article(draft: &Draft) -> bool {
    let called = ["type", "@type"].iter().find_map(|name| draft.value(name)).map(|value| words(&value.text()));
    called.is_some_and(|class| matches!(class.as_str(), "post" | "article" | "newsarticle" | "blogposting" | "news"))
}

static SLASHED: LazyLock<Regex> = LazyLock::new(|| compiled(r"\b(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})\b"));

/// The words of all dates.
fn dates(extract: &Extract) -> String {
    let dated = extract.records.iter().flat_map(|draft| draft.fields.values());
    let quotes = dated.filter(|found| matches!(found.value, Value::Date(_) | Value::Time(_))).map(|found| found.quote.as_str());
    quotes.collect::<Vec<_>>().join("\n")
}

/// Whether the month comes first in the dates of records; `None` where none of them tells.
pub(super) fn months_first(extract: &Extract) -> Option<bool> {
    month_first(&dates(extract))
}

/// Dates that can be read either way.
fn either_way(extract: &Extract) -> usize {
    let told = dates(extract);
    SLASHED.captures_iter(&told).filter(|found| found.get(1).map(|part| part.as_str()) != found.get(2).map(|part| part.as_str())).count()
}

impl Spec {
    /// Whether what it reads is a feed.
    pub fn is_feed(&self) -> bool {
        Kind::from_word(&self.kind) == Some(Kind::Feed)
    }

    /// With the order of day and month that the dates of its records show.
    #[must_use]
    pub fn with_dates_of(self, extract: &Extract) -> Self {
        let dates = months_first(extract).filter(|first| *first).map(|_| "mdy".to_owned());
        Self { dates: self.dates.or(dates), ..self }
    }
}

/// What is unsure of a source with these settings, which gives these records; `offers` is what its page offers besides.
pub fn doubts(spec: &Spec, extract: &Extract, offers: Option<&Offers>) -> Vec<Doubt> {
    let mut out = Vec::new();
    let mut add = |what: String, setting: String| out.push(Doubt { what, setting });
    let by_itself = matches!(Kind::from_word(&spec.kind), Some(Kind::Listing | Kind::Directory)) && spec.record.is_none();
    let all = extract.records.len();
    let unread = |field: &Filled| spec.country.is_none() && is_unread_phone(field);
    let is_rare = |field: &Filled| field.records * 5 < all;
    for field in filled(extract).iter().filter(|field| base(&field.name) == "column" && !is_rare(field) && !unread(field)).take(TOLD) {
        add(
            format!("`{}` has no name (such as \"{}\")", field.name, field.example),
            format!("fields = {{ NAME = \"{}\" }}, with what it is for NAME: industry, place, region, person, size …", field.name),
        );
    }
    if let Some(field) = filled(extract).iter().find(|field| unread(field)) {
        add(
            format!("`{}` looks like telephone numbers of a country that is not known (such as \"{}\")", field.name, field.example),
            COUNTRY.to_owned(),
        );
    }
    if let Some(field) = filled(extract).iter().find(|field| is_number_as_written(&field.name)) {
        out.push(unknown_country(field));
    }
    let mut add = |what: String, setting: String| out.push(Doubt { what, setting });
    let few: Vec<Filled> = filled(extract)
        .into_iter()
        // What is found by itself is where it is, and a few who have it are those who say it.
        .filter(|field| !by_itself && is_rare(field) && base(&field.name) != "column" && !is_number_as_written(&field.name))
        .collect();
    for field in few.iter().take(TOLD) {
        add(format!("`{}` is in {} of {all} records", field.name, field.records), few_setting(spec, &field.name));
    }
    let names: Vec<String> = extract.records.iter().filter_map(has_name).map(|name| words(&name)).collect();
    let again = names.len() - names.iter().collect::<HashSet<_>>().len();
    let own: HashSet<&str> = extract.records.iter().map(|draft| draft.url.as_str()).collect();
    if again > 0 && own.len() * 10 < all * 9 {
        add(
            format!(
                "{} another record before it, and it has no address of its own",
                count(again, "record is called as", "records are called as")
            ),
            "key = [\"name\", \"place\"], or whatever tells them apart".to_owned(),
        );
    }
    let either = either_way(extract);
    if either > 0 && spec.dates.is_none() && months_first(extract).is_none() {
        add(
            format!("{} be read with the day or the month first; the day is taken", count(either, "date can", "dates can")),
            "dates = \"mdy\" takes the month first".to_owned(),
        );
    }
    if let Some(offers) = offers {
        let fair = super::fair::of(&offers.reading, extract).filter(|_| spec.kind == Kind::Directory.word());
        out.extend(fair.map(|fair| {
            let date = fair.date.unwrap_or_else(|| "its first day".to_owned());
            Doubt {
                what: format!("whether it is the list of the exhibitors of an event: {}", fair.why),
                setting: format!("event = {{ name = \"{}\", date = \"{date}\" }}", fair.name.replace(['"', '\\'], "")),
            }
        }));
        of_page(by_itself, extract, offers, &mut out);
    }
    out
}

/// Whether a field holds telephone numbers of which nobody knows the country.
pub fn is_number_as_written(field: &str) -> bool {
    ["phone", "mobile", "fax"].iter().any(|name| field.strip_suffix(AS_WRITTEN).is_some_and(|rest| base(rest) == *name))
}

/// That such numbers are kept as they are written, and what reads them.
pub fn unknown_country(field: &Filled) -> Doubt {
    let what = format!(
        "{} kept as written (such as \"{}\"): no country is known, or it is none of its numbers",
        count(field.records, "telephone number is", "telephone numbers are"),
        field.example
    );
    Doubt { what, setting: COUNTRY.to_owned() }
}

/// Whether a field without a name has what look like telephone numbers.
fn is_unread_phone(field: &Filled) -> bool {
    base(&field.name) == "column" && like_telephone(&field.example)
}

/// The country whose telephone numbers records may have, where they have some of a country that is not known: the one that the language of
/// their page names, or is at home in. Whether they are its numbers, reading them says.
pub fn country_of_phones(extract: &Extract, page: &Reading) -> Option<&'static str> {
    let called = |column: &Column| column.label == "phone" && column.filled * 2 > extract.records.len();
    let unread = || extract.records.iter().all(|draft| draft.value("phone").is_none());
    let written = filled(extract).iter().any(|field| is_number_as_written(&field.name));
    let there = written
        || filled(extract).iter().any(is_unread_phone)
        || unread() && page.lists.iter().take(1).flat_map(|list| &list.columns).any(called);
    there.then_some(())?;
    country_of_language(page.language.as_deref()?)
}

/// The country in which records are, where most say a postcode that it has and the language of their page names it, or is at home there.
pub fn country_of_places(extract: &Extract, page: &Reading) -> Option<&'static str> {
    let country = country_of_language(page.language.as_deref()?)?;
    let says = |draft: &&Draft| draft.fields.values().any(|found| has_postcode(&found.value.text(), country));
    (extract.records.iter().filter(says).count() * 2 > extract.records.len()).then_some(country)
}

/// The country that a language names, is at home in, or is written in most.
pub fn country_of_language(tag: &str) -> Option<&'static str> {
    let (region, home) = of_language(tag);
    let most = || MOST.iter().find(|(word, _)| tag.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case(word)));
    region.or(home).or_else(|| most().map(|(_, country)| *country))
}

/// Seven to twelve digits, and nothing but what stands between them.
fn like_telephone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (7..=12).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " ()-/.".contains(c))
}

fn few_setting(spec: &Spec, field: &str) -> String {
    if spec.kind == Kind::Json.word() {
        format!("fields = {{ {} = \"…\" }} says where it is, if more have it", base(field))
    } else {
        "nothing: that is how the source is".to_owned()
    }
}

/// That there is more of a list than its page shows.
pub fn unfollowed(said: &str) -> String {
    format!("there seems to be more than this page shows (\"{}\"), and no link leads to it", clip(said, EXAMPLE))
}

fn of_page(by_itself: bool, extract: &Extract, offers: &Offers, out: &mut Vec<Doubt>) {
    let lists = &offers.reading.lists;
    if by_itself
        && let Some(other) = lists.get(1).filter(|other| other.records.len() >= 3 && other.records.len() * 2 >= extract.records.len())
    {
        let name = other.columns.first().map(|column| clip(&column.example, EXAMPLE)).unwrap_or_default();
        let what = format!("the page has another list, of {} records (such as \"{name}\")", other.records.len());
        out.push(Doubt { what, setting: "record and fields say which list is read; --selectors writes them".to_owned() });
    }
    let has = |label: &str| extract.records.iter().any(|draft| draft.fields.keys().any(|name| base(name.as_str()) == label));
    for (label, setting) in UNREAD {
        let column = lists.first().and_then(|list| list.columns.iter().find(|column| column.label == label));
        if let Some(column) = column.filter(|column| by_itself && column.filled * 2 > extract.records.len() && !has(label)) {
            let what = format!("`{label}` is on the page (such as \"{}\") and cannot be read", clip(&column.example, EXAMPLE));
            out.push(Doubt { what, setting: setting.to_owned() });
        }
    }
    if let Some(said) = offers.reading.more.as_ref().filter(|_| extract.follow.is_empty()) {
        out.push(Doubt { what: unfollowed(said), setting: "page_param = \"page\", with the parameter that numbers its pages".to_owned() });
    }
    if offers.hollow {
        let what = "the page shows next to nothing by itself: a script seems to fill it".to_owned();
        out.push(Doubt {
            what,
            setting: "the address that the script asks (see the network tab of a browser): source add that".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{About, Input};
    use super::*;

    fn read(spec: &Spec, html: &str) -> (Extract, Offers) {
        let url: Url = spec.url.as_deref().unwrap().parse().unwrap();
        let about = About { source: "new".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None };
        let input = Input {
            bytes: html.as_bytes(),
            content_type: Some("text/html"),
            url: &url,
            next: None,
            now: Timestamp::UNIX_EPOCH,
            expired: &|| false,
        };
        (spec.compile(&about).unwrap().read(&input).unwrap(), super::super::offers(&input).unwrap())
    }

    fn spec(kind: Kind) -> Spec {
        Spec { kind: kind.word().to_owned(), url: Some("https://fair.example/list".to_owned()), ..Spec::default() }
    }

    fn rows(rows: &[[&str; 3]]) -> String {
        let row = |[a, b, c]: &[&str; 3]| format!("<li class=item><h3>{a}</h3><p>{b}</p><span>{c}</span></li>");
        format!("<ul>{}</ul>", rows.iter().map(row).collect::<String>())
    }

    #[test]
    fn companies_and_what_they_offer() {
        for (third, want) in [
            (["12,50 €", "3,00 €", "7,25 €", "99,90 €"], Kind::Listing),
            (["+34 947 200 331", "+34 975 110 200", "+34 947 170 017", "+34 979 700 700"], Kind::Directory),
        ] {
            let [a, b, c, d] = third;
            let page = rows(&[["Olmo", "Burgos", a], ["Urbión", "Soria", b], ["Arlanza", "Lerma", c], ["Duero", "Aranda", d]]);
            let (extract, _) = read(&spec(Kind::Directory), &page);
            let leans = leaning(&extract, &"https://fair.example/list".parse().unwrap(), "");
            assert_eq!((leans.kind, leans.sure), (want, true), "{third:?}: {leans:?}");
        }
    }

    #[test]
    fn what_is_unsure_comes_with_what_decides_it() {
        let dated = rows(&[
            ["Olmo", "Burgos", "03/04/2026"],
            ["Olmo", "Soria", "05/06/2026"],
            ["Arlanza", "Lerma", "07/08/2026"],
            ["Duero", "Aranda", "01/02/2026"],
        ]);
        let (extract, offers) = read(&spec(Kind::Listing), &format!("<body><p>Page 1 of 9</p>{dated}</body>"));
        let settings: Vec<String> = doubts(&spec(Kind::Listing), &extract, Some(&offers)).into_iter().map(|doubt| doubt.setting).collect();
        for want in ["key = ", "dates = ", "page_param = "] {
            assert!(settings.iter().any(|setting| setting.starts_with(want)), "{want}: {settings:?}");
        }
        let page = rows(&[["Olmo", "Burgos", "947 200 331"], ["Urbión", "Soria", "975 110 200"], ["Arlanza", "Lerma", "947 170 017"]]);
        let (extract, _) = read(&spec(Kind::Directory), &page);
        let country = |spec: &Spec| doubts(spec, &extract, None).iter().any(|doubt| doubt.setting.starts_with("country"));
        assert!(country(&spec(Kind::Directory)));
        assert!(!country(&Spec { country: Some("ES".to_owned()), ..spec(Kind::Directory) }));
        // Dates that tell their order are no doubt, and are read in it.
        let told = rows(&[
            ["Olmo", "Burgos", "03/24/2026"],
            ["Urbión", "Soria", "05/06/2026"],
            ["Arlanza", "Lerma", "07/28/2026"],
            ["Duero", "Aranda", "01/02/2026"],
        ]);
        let (extract, _) = read(&spec(Kind::Listing), &told);
        assert_eq!(spec(Kind::Listing).with_dates_of(&extract).dates.as_deref(), Some("mdy"));
        assert!(
            doubts(&spec(Kind::Listing).with_dates_of(&extract), &extract, None).iter().all(|doubt| !doubt.setting.starts_with("dates"))
        );
    }
}
