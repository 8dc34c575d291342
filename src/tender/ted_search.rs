//! Answers of the search of the European gazette (API version 3): a page of notices by the fields that were asked for. Each becomes a thin
//! notice, which tells that there is one and where its XML is; the XML takes its place.
//!
//! Texts are objects by language, fields of lots are lists that name no lot, codes stand alone or in lists. Of how the question was asked it
//! knows only the field that takes the word of the next page.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::ted::{self, number};
use super::{Batch, Head, Input, NOTICES, code, entry, json, when};
use crate::base::ids::ContentHash;
use crate::base::text::squeeze;
use crate::model::{
    Award, BadEntry, Content, Deadline, DeadlineKind, Document, Failure, FailureClass, Notice, NoticeKind, Outcome, Party, Place,
    Procedure, Raw, Stage, Texts, Worth, WorthKind, language_code,
};

/// The field of the word that the next page is asked for with, in answers and questions.
const NEXT: &str = "iterationNextToken";

/// Fields by their names, the short aliases after them.
const NUMBER: [&str; 2] = ["publication-number", "ND"];
const PUBLISHED: [&str; 2] = ["publication-date", "PD"];
const REFERENCES: [&str; 2] = ["RN", "previous-notice-identifier"];
const TITLES: [&str; 4] = ["title-proc", "notice-title", "TI", "title-lot"];
const DESCRIPTIONS: [&str; 2] = ["description-proc", "description-lot"];
const BUYERS: [&str; 3] = ["buyer-name", "organisation-name-buyer", "AU"];
const CLASSES: [&str; 3] = ["classification-cpv", "main-classification-proc", "PC"];
const PLACES: [&str; 4] = ["place-of-performance", "place-of-performance-subdiv-proc", "place-of-performance-country-proc", "RC"];
const PROCEDURES: [&str; 2] = ["procedure-type", "PR"];
const NATURES: [&str; 3] = ["contract-nature", "contract-nature-main-proc", "NC"];

/// Fields of days, of their times, and what they are deadlines of.
const DEADLINES: [(&str, &str, DeadlineKind); 5] = [
    ("deadline-receipt-tender-date-lot", "deadline-receipt-tender-time-lot", DeadlineKind::Tender),
    ("deadline-receipt-request-date-lot", "deadline-receipt-request-time-lot", DeadlineKind::Request),
    ("deadline-receipt-expressions-date-lot", "deadline-receipt-expressions-time-lot", DeadlineKind::Interest),
    ("deadline-date-lot", "deadline-time-lot", DeadlineKind::Tender),
    ("DT", "", DeadlineKind::Tender),
];

/// Fields of amounts, of their currencies, and which values they are.
const WORTHS: [(&str, &str, WorthKind); 3] = [
    ("estimated-value-proc", "estimated-value-cur-proc", WorthKind::Estimate),
    ("framework-maximum-value-proc", "framework-maximum-value-cur-proc", WorthKind::Maximum),
    ("total-value", "total-value-cur", WorthKind::Award),
];

/// Whether it is an answer of the search.
pub(super) fn fits(head: &Head<'_>) -> bool {
    head.has_key("notices") && ["publication-number", "totalNoticeCount", "iterationNextToken"].iter().any(|key| head.has_key(key))
}

/// Reads the answer.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let (value, mended) = json::parse(input.text)?;
    let Some(Value::Array(entries)) = json::at(&value, "notices") else {
        let said = ["message", "error", "errors"].into_iter().map(|key| json::text(&value, key)).find(|text| !text.is_empty());
        let why = format!("the answer has no notices; it says: {}", said.unwrap_or_else(|| "nothing".to_owned()));
        return Err(Failure::new(FailureClass::Unreadable, why));
    };
    let mut batch = Batch {
        next: Some(json::text(&value, NEXT)).filter(|token| !token.is_empty()).map(|token| next(input.url, token)),
        total: json::text(&value, "totalNoticeCount").parse().ok(),
        ..Batch::default()
    };
    if mended > 0 {
        batch.unread.push(entry::no_numbers("/", mended));
    }
    if entries.len() > NOTICES {
        return Err(Failure::new(FailureClass::ParseLimit, format!("the answer has more than {NOTICES} notices; ask for fewer at once")));
    }
    for (place, entry) in entries.iter().enumerate() {
        input.check_time()?;
        let mut reader =
            Reader { entry, path: format!("notices[{place}]"), input, bad: Vec::new(), unread: Vec::new(), found: BTreeMap::new() };
        batch.notices.extend(reader.notice());
        batch.bad.append(&mut reader.bad);
    }
    Ok(batch)
}

/// The address of the next page: the question's own, with the word among its fields. Without an address it is the bare word.
fn next(asked: Option<&Url>, token: String) -> String {
    let Some(asked) = asked else { return token };
    let others: Vec<_> = asked.query_pairs().filter(|(name, _)| name != NEXT).map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
    let mut next = asked.clone();
    next.query_pairs_mut().clear().extend_pairs(others).append_pair(NEXT, &token);
    next.into()
}

/// An entry while it is read.
struct Reader<'a> {
    entry: &'a Value,
    path: String,
    input: &'a Input<'a>,
    /// Why there is no notice, where there is none.
    bad: Vec<BadEntry>,
    /// Fields that could not be read.
    unread: Vec<BadEntry>,
    found: BTreeMap<&'static str, String>,
}

impl<'a> Reader<'a> {
    fn notice(&mut self) -> Option<Notice> {
        let publication = self.word(&NUMBER);
        let publication = number(&publication).unwrap_or(publication);
        let Some(id) = [self.word(&["notice-identifier"]), publication.clone()].into_iter().find(|id| !id.is_empty()) else {
            let reason = "it has no id: neither publication-number nor notice-identifier".to_owned();
            self.bad.push(BadEntry { path: self.path.clone(), reason });
            return None;
        };
        let references: Vec<String> = self.words(&REFERENCES).iter().filter_map(|written| number(written)).collect();
        let folder = self.word(&["procedure-identifier"]);
        let (kind, stage) = self.kind();
        let procedure = if folder.is_empty() { references.iter().min_by_key(|number| age(number)).unwrap_or(&id) } else { &folder };
        let published_text = self.word(&PUBLISHED);
        let languages = self.words(&["official-language", "OL"]);
        let mut content = self.content(kind);
        content.other_ids.extend(code::id("eforms-procedure", &folder));
        for number in std::iter::once(&publication).chain(&references).filter_map(|written| number(written)) {
            code::push(&mut content.other_ids, ted::number_id(&number));
        }
        Some(Notice {
            procedure: procedure.clone(),
            version: self.word(&["notice-version"]),
            publication,
            published: when::instant(&published_text, &self.input.clock),
            published_text,
            kind,
            stage,
            code: squeeze(&format!("{} {}", self.word(&["notice-subtype"]), self.word(&["notice-type", "TD"]))),
            previous: self.previous(&references),
            languages: languages.iter().map(|language| language_code(language)).collect(),
            test: false,
            // Only the fields that were asked for.
            whole: false,
            results_apart: true,
            unread: std::mem::take(&mut self.unread),
            raw: Raw::new(r#"{"notices":["#, self.entry.to_string(), "]}"),
            amendments: Vec::new(),
            content,
            found: std::mem::take(&mut self.found),
            hash: ContentHash::of(self.entry.to_string().as_bytes()),
            id,
        })
    }

    /// What it is for, where it leaves the procedure; a change by the notice that it changes.
    fn kind(&self) -> (NoticeKind, Stage) {
        let (kind, stage) = ted::kind(&self.word(&["notice-type"]), &self.word(&["notice-subtype"]), &self.word(&["form-type"]));
        if self.word(&["change-notice-version-identifier"]).is_empty() { (kind, stage) } else { (NoticeKind::Change, stage) }
    }

    fn previous(&self, references: &[String]) -> String {
        let changed = self.word(&["change-notice-version-identifier"]);
        let changed = number(&changed).unwrap_or(changed);
        if changed.is_empty() { references.iter().max_by_key(|number| age(number)).cloned().unwrap_or_default() } else { changed }
    }

    /// The first of these fields that says something.
    fn value(&self, fields: &[&'a str]) -> Option<(&'a str, &'a Value)> {
        let mut values = fields.iter().filter_map(|field| Some((*field, json::at(self.entry, field)?)));
        values.find(|(_, value)| !flat(value).is_empty())
    }

    /// All words of the first of these fields that says something, in no language.
    fn words(&self, fields: &[&'a str]) -> Vec<String> {
        self.value(fields).map(|(_, value)| flat(value)).unwrap_or_default()
    }

    fn word(&self, fields: &[&'a str]) -> String {
        self.words(fields).into_iter().next().unwrap_or_default()
    }

    fn note(&mut self, part: &'static str, field: &str) {
        self.found.entry(part).or_insert_with(|| format!("{}/{field}", self.path));
    }

    /// The words of the first of these fields, by language.
    fn texts(&mut self, part: &'static str, fields: &[&'a str]) -> Texts {
        let Some((field, value)) = self.value(fields) else { return Texts::default() };
        self.note(part, field);
        by_language(value).into_iter().next().unwrap_or_default()
    }

    fn content(&mut self, kind: NoticeKind) -> Content {
        let mut content = Content {
            title: self.texts("title", &TITLES),
            description: self.texts("description", &DESCRIPTIONS),
            buyers: self.buyers(),
            deadlines: self.deadlines(),
            worth: self.worths(),
            ..Content::default()
        };
        if let Some((field, value)) = self.value(&CLASSES) {
            self.note("classes", field);
            for (place, written) in flat(value).iter().enumerate() {
                let class = code::class("CPV", written, place == 0, "");
                if class.is_none() {
                    self.unread(field, "it is no CPV code", written);
                }
                // The list names a code once for every lot.
                if !class.as_ref().is_some_and(|class| content.classes.iter().any(|known| known.code == class.code)) {
                    content.classes.extend(class);
                }
            }
        }
        if let Some((field, value)) = self.value(&PLACES) {
            self.note("places", field);
            for written in flat(value) {
                code::push(&mut content.places, Some(place(&written)));
            }
        }
        if let Some((field, value)) = self.value(&PROCEDURES) {
            self.note("procedure", field);
            let text = flat(value).into_iter().next().unwrap_or_default();
            content.procedure = Some(Procedure { kind: ted::procedure(&text), text });
        }
        if let Some((field, value)) = self.value(&NATURES) {
            self.note("nature", field);
            content.nature = flat(value).iter().find_map(|written| ted::nature(written));
        }
        self.links(&mut content);
        content.awards = self.winners(kind);
        content
    }

    fn buyers(&mut self) -> Vec<Party> {
        let Some((field, value)) = self.value(&BUYERS) else { return Vec::new() };
        self.note("buyers", field);
        let (ids, countries) = (self.words(&["buyer-identifier", "organisation-identifier-buyer"]), self.words(&["buyer-country", "CY"]));
        parties(value, &ids, &countries)
    }

    /// Deadlines of lots without their lots: they are the whole's.
    fn deadlines(&mut self) -> Vec<Deadline> {
        let mut deadlines: Vec<Deadline> = Vec::new();
        for (day_field, time_field, kind) in DEADLINES {
            let days = self.words(&[day_field]);
            let times = if time_field.is_empty() { Vec::new() } else { self.words(&[time_field]) };
            // The general field repeats the others.
            if days.is_empty() || (!deadlines.is_empty() && matches!(day_field, "deadline-date-lot" | "DT")) {
                continue;
            }
            self.note("deadlines", day_field);
            for (place, day) in days.iter().enumerate() {
                // Times belong to days only where there are as many.
                let time = if times.len() == days.len() { times[place].as_str() } else { "" };
                let deadline = when::deadline(kind, day, time, &self.input.clock);
                if deadline.as_ref().is_some_and(|deadline| deadline.due.is_none()) {
                    self.unread(day_field, "the deadline is no day and time that can be read", format!("{day} {time}").trim());
                }
                code::push(&mut deadlines, deadline);
            }
        }
        deadlines
    }

    /// Values of the whole. Those of lots cannot be told apart from those of the whole once there is but one lot, and are left out else.
    fn worths(&mut self) -> Vec<Worth> {
        let mut worths = Vec::new();
        let lots = self.words(&["estimated-value-lot"]);
        let single = ("estimated-value-lot", "estimated-value-cur-lot", WorthKind::Estimate);
        let single = (lots.len() == 1 && self.words(&["estimated-value-proc"]).is_empty()).then_some(single);
        for (field, currency, kind) in WORTHS.into_iter().chain(single) {
            let written = self.word(&[field]);
            if written.is_empty() {
                continue;
            }
            let worth = code::worth(kind, &written, &self.word(&[currency]), None);
            match worth {
                Some(worth) if !worth.amount.number.is_sign_negative() => {
                    self.note("worth", field);
                    code::push(&mut worths, Some(worth));
                }
                // A withheld amount is written as -1.
                Some(_) => {}
                None => self.unread(field, "the amount is no number", &written),
            }
        }
        worths
    }

    /// The page for people, and the XML that says everything.
    fn links(&mut self, content: &mut Content) {
        let Some(links) = json::at(self.entry, "links") else { return };
        let page = ["html/ENG", "html/MUL"].into_iter().map(|path| json::text(links, path)).find(|text| !text.is_empty());
        let any = || json::at(links, "html").map(flat).and_then(|all| all.into_iter().next());
        let xml = json::text(links, "xml/MUL");
        content.link =
            page.or_else(any).and_then(|address| code::url(&address, self.input.url)).or_else(|| code::url(&xml, self.input.url));
        if content.link.is_some() {
            self.note("link", "links");
        }
        if let Some(url) = code::url(&xml, self.input.url) {
            self.note("documents", "links/xml/MUL");
            content.documents.push(Document { url, title: "XML".to_owned(), restricted: false, hash: String::new(), date: String::new() });
        }
    }

    /// Winners without their lots: one result for the whole.
    fn winners(&mut self, kind: NoticeKind) -> Vec<Award> {
        let Some((field, value)) = self.value(&["winner-name", "organisation-name-tenderer"]) else { return Vec::new() };
        self.note("awards", field);
        let (ids, countries) = (self.words(&["winner-identifier", "organisation-identifier-tenderer"]), self.words(&["winner-country"]));
        let outcome = if kind == NoticeKind::IntendedAward { Outcome::Provisional } else { Outcome::Won };
        vec![Award {
            id: "1".to_owned(),
            lots: Vec::new(),
            outcome,
            reason: String::new(),
            winners: parties(value, &ids, &countries),
            losers: Vec::new(),
            worth: Vec::new(),
            date: None,
            bids: None,
            term: None,
        }]
    }

    fn unread(&mut self, field: &str, what: &str, written: &str) {
        self.unread.push(BadEntry { path: format!("{}/{field}", self.path), reason: format!("{what}: {written}") });
    }
}

/// Orders numbers by year, then number.
fn age(number: &str) -> (String, String) {
    let (number, year) = number.split_once('-').unwrap_or((number, ""));
    (year.to_owned(), number.to_owned())
}

/// Deepest nesting of a field that is looked at: a list of objects of lists.
const DEPTH: usize = 4;

/// Values of one field.
const WORDS: usize = 2_000;

/// All words of a field in order, whatever their nesting and language. Of a code with its label (`{"value": ..., "label": ...}`) the code.
fn flat(value: &Value) -> Vec<String> {
    fn walk(value: &Value, depth: usize, words: &mut Vec<String>) {
        if words.len() >= WORDS {
            return;
        }
        match value {
            Value::Array(list) if depth < DEPTH => list.iter().for_each(|value| walk(value, depth + 1, words)),
            Value::Object(map) if depth < DEPTH => match map.get("value") {
                Some(code) => walk(code, depth + 1, words),
                None => map.values().for_each(|value| walk(value, depth + 1, words)),
            },
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {
                words.extend(Some(json::words(value)).filter(|text| !ted::withheld(text)));
            }
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
    let mut words = Vec::new();
    walk(value, 0, &mut words);
    words
}

/// The words of a field by language; several of them when the languages have lists.
fn by_language(value: &Value) -> Vec<Texts> {
    match value {
        Value::Object(map) => {
            let lists: Vec<(&str, Vec<String>)> = map.iter().map(|(language, value)| (language.as_str(), flat(value))).collect();
            let longest = lists.iter().map(|(_, list)| list.len()).max().unwrap_or_default();
            (0..longest)
                .map(|place| {
                    let mut texts = Texts::default();
                    let at = lists.iter().filter_map(|(language, list)| Some((*language, list.get(place)?)));
                    at.for_each(|(language, text)| texts.put(language, text));
                    texts
                })
                .collect()
        }
        Value::Array(list) => list
            .iter()
            .flat_map(|value| match value {
                Value::Object(_) => by_language(value),
                other => flat(other).iter().map(|text| Texts::one("und", text)).collect(),
            })
            .collect(),
        other => flat(other).iter().map(|text| Texts::one("und", text)).collect(),
    }
}

/// Parties by their names; ids and countries belong to them where there are as many.
fn parties(names: &Value, ids: &[String], countries: &[String]) -> Vec<Party> {
    let mut names = by_language(names);
    let mut seen: Vec<Texts> = Vec::new();
    let whole = names.len();
    names.retain(|name| {
        let new = !name.is_empty() && !seen.contains(name);
        seen.push(name.clone());
        new
    });
    let alike = names.len() == whole;
    let at = |list: &[String], place: usize| if alike && list.len() == whole { list.get(place).cloned() } else { None };
    let party = |(place, name): (usize, Texts)| Party {
        name,
        ids: at(ids, place).and_then(|id| code::id("", &id)).into_iter().collect(),
        seat: Place { country: at(countries, place).map(|country| code::country(&country)).unwrap_or_default(), ..Place::default() },
        ..Party::default()
    };
    names.into_iter().enumerate().map(party).collect()
}

/// A country by three letters, a region by its NUTS code, or words.
fn place(written: &str) -> Place {
    let upper = written.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let known = crate::model::country_code(written);
    match known {
        Some(country) => Place { country: country.to_owned(), ..Place::default() },
        None if upper && (3..=5).contains(&written.len()) && !ted::country_of(written).is_empty() => {
            Place { country: ted::country_of(written), region: written.to_owned(), text: String::new() }
        }
        None => Place { text: written.to_owned(), ..Place::default() },
    }
}
