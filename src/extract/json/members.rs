//! Which members of the records of an answer are the fields that people look for: by what they hold, and, as a hint, by what they are called. Knows
//! no API.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use url::Url;

use super::path::Path;
use super::shape::{self, Shape};
use super::{IDS, names};
use crate::base::text::{clip, squeeze};
use crate::extract::value::{self, Hints, Type};
use crate::extract::{Doubt, FieldSpec, FieldTable, List};
use crate::model::{CompanyName, Draft, Extract, Value as Read};

/// Members that are looked at: an object with more of them is a table, and no record.
const COLUMNS: usize = 400;
/// Records that are compared.
const COMPARED: usize = 100;
/// Members beside the fields that people look for which become fields of their own.
const MORE: usize = 20;
/// Members that are told with an example, and characters of one.
const TOLD: usize = 12;
const EXAMPLE: usize = 40;
/// Characters of a title, as most are.
const TITLE: std::ops::RangeInclusive<usize> = 3..=160;
/// Fields that are taken where a member is called so and holds words or numbers.
const CALLED: [&str; 13] = [
    "place",
    "region",
    "country",
    "postcode",
    "address",
    "tax_id",
    "person",
    "industry",
    "size",
    "turnover",
    "stand",
    "fax",
    "description",
];

/// Which members are the fields that people look for.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Settings that read them; empty where nothing is found beyond what is read without.
    pub fields: BTreeMap<String, FieldSpec>,
    /// What tells records apart, where that needs saying.
    pub key: List,
    /// What was taken by its content alone.
    pub unsure: Vec<Doubt>,
    /// The members, each with an example: `titulo` ("Palets usados"), ...
    pub told: String,
}

/// What the words of a member are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Flag,
    Address,
    Picture,
    Email,
    Phone,
    Day,
    Money,
    Number,
    Code,
    Words,
}

/// A member of all records.
struct Column {
    path: String,
    hint: Option<&'static str>,
    /// Of each record that has it.
    words: Vec<String>,
    content: Content,
    distinct: usize,
}

impl Column {
    fn is_unique(&self) -> bool {
        self.distinct == self.words.len()
    }

    fn depth(&self) -> usize {
        self.path.matches('.').count()
    }

    /// The average length of its words.
    fn chars(&self) -> usize {
        self.words.iter().map(|words| words.chars().count()).sum::<usize>() / self.words.len().max(1)
    }

    fn share(&self, of: impl Fn(&str) -> bool) -> usize {
        self.words.iter().filter(|words| of(words)).count() * 100 / self.words.len().max(1)
    }

    fn example(&self) -> String {
        format!("`{}` (\"{}\")", self.path, clip(&squeeze(self.words.first().map_or("", String::as_str)), EXAMPLE))
    }

    /// Whether these are names of companies, as their legal forms show.
    fn is_companies(&self) -> bool {
        self.content == Content::Words && self.share(|words| CompanyName::parse(words).form.is_some()) >= 30
    }
}

impl Members {
    /// Whether the settings read what is missing without them: what records are called, whom they are about, where they are, what tells them apart.
    pub fn add_to(&self, read: &Extract, page: &Url) -> bool {
        let most = |has: &dyn Fn(&Draft) -> bool| read.records.iter().filter(|draft| has(draft)).count() * 2 > read.records.len();
        let with = |names: &[&str]| most(&|draft| names.iter().any(|name| matches!(draft.value(name), Some(Read::Text(_)))));
        let gives = |names: &[&str]| names.iter().any(|name| self.fields.contains_key(*name));
        gives(&["title", "name"]) && !with(&["title", "name"])
            || gives(&["company"]) && !with(&["company", "organisation", "seller", "buyer", "exhibitor", "employer"])
            || gives(&["url"]) && !most(&|draft| draft.url != *page)
            || !self.key.0.is_empty() && read.records.len() <= read.bad.len()
    }
}

/// The fields of these records.
pub(super) fn of(records: &[&Value], page: &Url, hints: &Hints) -> Members {
    let columns = columns(records, page, hints);
    let mut taken = Taken { columns: &columns, records: records.len().min(COMPARED), page, fields: BTreeMap::new(), unsure: Vec::new() };
    taken.choose();
    taken.members(records)
}

fn columns(records: &[&Value], page: &Url, hints: &Hints) -> Vec<Column> {
    let mut order: Vec<String> = Vec::new();
    let mut all: BTreeMap<String, Vec<(String, Shape)>> = BTreeMap::new();
    for record in records.iter().take(COMPARED) {
        for member in shape::members(record) {
            let Some(words) = member.words.into_iter().find(|words| !words.trim().is_empty()) else { continue };
            // A name with a sign of its own in it leads nowhere.
            let leads = || {
                Path::parse(&member.name).is_ok_and(|path| path.first(record).or_else(|| path.first(record.get("properties")?)).is_some())
            };
            if !all.contains_key(&member.name) {
                if order.len() >= COLUMNS || !leads() {
                    continue;
                }
                order.push(member.name.clone());
            }
            all.entry(member.name).or_default().push((words, member.shape));
        }
    }
    let column = |path: String| {
        let cells = all.remove(&path).unwrap_or_default();
        let hint = names::field_of(&path, |field| agrees(field, &cells));
        let content = of_most(&cells, hint, page, hints);
        let words: Vec<String> = cells.into_iter().map(|(words, _)| words).collect();
        let distinct = words.iter().collect::<HashSet<_>>().len();
        Column { path, hint, words, content, distinct }
    };
    order.into_iter().map(column).collect()
}

/// Whether words are those of a field whatever they are called: two capitals of a region, five figures of a postcode.
fn agrees(field: &str, cells: &[(String, Shape)]) -> bool {
    cells.iter().all(|(words, _)| match field {
        "region" => words.len() == 2 && words.bytes().all(|b| b.is_ascii_uppercase()),
        "postcode" => words.len() == 5 && words.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    })
}

/// What four of five of these are.
fn of_most(cells: &[(String, Shape)], hint: Option<&str>, page: &Url, hints: &Hints) -> Content {
    let each: Vec<Content> = cells.iter().map(|(words, shape)| content(words.trim(), *shape, hint, page, hints)).collect();
    let most = each.iter().find(|one| each.iter().filter(|other| other == one).count() * 5 >= each.len() * 4);
    most.copied().unwrap_or(Content::Words)
}

fn content(words: &str, shape: Shape, hint: Option<&str>, page: &Url, hints: &Hints) -> Content {
    let read = |kind| value::read(kind, words, page, hints);
    let digits = words.bytes().filter(u8::is_ascii_digit).count();
    let spaced = words.contains(char::is_whitespace);
    let when = matches!(hint, Some("date" | "deadline")) && matches!(digits, 10 | 13);
    match shape {
        Shape::Money => return Content::Money,
        Shape::Number if when => return Content::Day,
        Shape::Number => return Content::Number,
        Shape::Text => {}
    }
    let year = || words.as_bytes().windows(4).any(|four| matches!(&four[..2], b"19" | b"20") && four.iter().all(u8::is_ascii_digit));
    let figures = words.chars().all(|c| c.is_ascii_digit() || "+ ()-/.".contains(c));
    // "K1" is a number of something, and none of kina.
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let priced = digits > 0 && words.len() <= 45 && (letters == 0 || letters > 2 || spaced || hint == Some("price"));
    if matches!(words, "true" | "false") {
        Content::Flag
    } else if !spaced && words.contains('@') && read(Type::Email).is_some() {
        Content::Email
    } else if !spaced && (words.starts_with("http://") || words.starts_with("https://") || words.starts_with('/') && words.len() > 1) {
        let file = words.split(['?', '#']).next().unwrap_or(words).to_lowercase();
        let picture = [".jpg", ".jpeg", ".png", ".webp", ".svg", ".gif"].iter().any(|end| file.ends_with(end));
        if picture { Content::Picture } else { Content::Address }
    } else if digits >= 5 && words.len() <= 45 && (year() || hint == Some("date")) && read(Type::Time).is_some() {
        Content::Day
    } else if figures && (7..=15).contains(&digits) && (hint == Some("phone") || words.starts_with('+') || spaced) {
        Content::Phone
    } else if priced && matches!(read(Type::Money), Some(Read::Money(amount)) if amount.currency.is_some()) {
        Content::Money
    } else if !spaced && digits > 0 && words.is_ascii() {
        Content::Code
    } else {
        Content::Words
    }
}

struct Taken<'a> {
    columns: &'a [Column],
    records: usize,
    page: &'a Url,
    fields: BTreeMap<&'static str, usize>,
    unsure: Vec<Doubt>,
}

impl Taken<'_> {
    fn choose(&mut self) {
        self.title();
        self.company();
        self.addresses();
        self.take("email", |c| c.content == Content::Email, |_| true);
        let digits = |words: &str| words.bytes().filter(u8::is_ascii_digit).count() >= 7;
        self.take("phone", move |c| c.content == Content::Phone || c.hint == Some("phone") && c.share(digits) >= 80, |_| true);
        self.take("date", |c| c.content == Content::Day, |c| c.hint.is_none());
        self.take("deadline", |c| c.content == Content::Day, |_| false);
        let figures = |words: &str| words.bytes().any(|b| b.is_ascii_digit());
        let amount = move |c: &Column| match c.content {
            Content::Money | Content::Number | Content::Code => true,
            Content::Words => c.share(figures) >= 50 && c.chars() <= 40,
            Content::Flag | Content::Address | Content::Picture | Content::Email | Content::Phone | Content::Day => false,
        };
        self.take("price", amount, |c| c.content == Content::Money && c.hint.is_none());
        for field in CALLED {
            self.take(field, |c| matches!(c.content, Content::Words | Content::Number | Content::Code | Content::Phone), |_| false);
        }
    }

    /// The members that nothing was made of yet, in order.
    fn free(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(at, _)| !self.fields.values().any(|taken| taken == at))
    }

    /// Takes for a field the nearest member that is called so; where none is, one that alone holds such words.
    fn take(&mut self, field: &'static str, fits: impl Fn(&Column) -> bool, by_content: impl Fn(&Column) -> bool) {
        let called = self.free().filter(|(_, column)| column.hint == Some(field) && fits(column));
        let called = called.min_by_key(|(at, column)| (column.depth(), *at)).map(|(at, _)| at);
        let alone = || {
            let mut all = self.free().filter(|(_, column)| fits(column) && by_content(column)).map(|(at, _)| at);
            all.next().filter(|_| all.next().is_none())
        };
        if let Some(at) = called.or_else(alone) {
            self.fields.insert(field, at);
        }
    }

    /// What most have and few share: called so, else the words that look most like a title.
    fn title(&mut self) {
        let most = |column: &&Column| column.words.len() * 10 >= self.records * 6;
        let words = || self.free().filter(|(_, column)| column.content == Content::Words && most(column) && column.chars() > 0);
        let named = ["title", "name"].into_iter().find_map(|field| {
            let called = words().filter(|(_, column)| column.hint == Some(field));
            called.min_by_key(|(at, column)| (column.depth(), *at)).map(|(at, _)| (field, at))
        });
        if let Some((field, at)) = named {
            self.fields.insert(field, at);
            return;
        }
        let telling = |column: &&Column| column.distinct * 10 >= column.words.len() * 7 && TITLE.contains(&column.chars());
        let mut likely: Vec<(usize, &Column)> = words().filter(|(_, column)| column.hint.is_none() && telling(column)).collect();
        likely.sort_by_cached_key(|(at, column)| {
            (column.is_companies(), column.share(|words| words.contains(' ')) < 50, column.depth(), *at)
        });
        let companies = || words().find(|(_, column)| column.hint == Some("company") && telling(column));
        let Some((at, column)) = likely.first().copied().or_else(companies) else { return };
        let field = if column.is_companies() || column.hint.is_some() { "name" } else { "title" };
        let others = likely.iter().skip(1).map(|(_, column)| *column).collect::<Vec<_>>();
        let doubt = doubt(field, column, &others);
        self.fields.insert(field, at);
        self.unsure.push(doubt);
    }

    /// Whom records are about: called so, else names of companies beside the title.
    fn company(&mut self) {
        self.take("company", |c| c.content == Content::Words, |_| false);
        let own = self.fields.get("name").or(self.fields.get("title")).is_some_and(|at| self.columns[*at].is_companies());
        if self.fields.contains_key("company") || own {
            return;
        }
        let found =
            self.free().find(|(_, column)| column.is_companies() && column.chars() <= 80 && !matches!(column.hint, Some("description")));
        if let Some((at, column)) = found {
            let doubt = doubt("company", column, &[]);
            self.fields.insert("company", at);
            self.unsure.push(doubt);
        }
    }

    /// The record's own address, and the site of whom it is about.
    fn addresses(&mut self) {
        let page = self.page;
        let own = |column: &Column| {
            let of_site = |words: &str| value::url(words, page).is_some_and(|url| value::is_of_site(&url, page));
            column.share(of_site) >= 80
        };
        let is = |column: &Column| column.content == Content::Address;
        self.take("url", |c| is(c) && c.is_unique(), |c| c.hint.is_none() && own(c));
        let domain = |words: &str| words.contains('.') && !words.contains([' ', '@']);
        self.take(
            "website",
            |c| is(c) || c.hint == Some("website") && c.share(domain) >= 80,
            |c| c.hint.is_none() && c.share(|words| value::url(words, page).is_some_and(|url| !value::is_of_site(&url, page))) >= 80,
        );
    }

    /// What of it the settings are to say.
    fn members(mut self, records: &[&Value]) -> Members {
        let mut fields: BTreeMap<String, FieldSpec> = BTreeMap::new();
        for (field, at) in &self.fields {
            let table = FieldTable { currency: self.currency(field), ..read_as(&self.columns[*at], None) };
            fields.insert((*field).to_owned(), FieldSpec { table });
        }
        let key = self.key(records);
        let known = self.currency("price").map(|_| "currency");
        for (at, column) in self.free() {
            let name = slug(&column.path);
            let said = column.hint.is_some_and(|hint| hint == "image" || known == Some(hint));
            // A number called `size` that was not taken for the size of a company is that of something else.
            let other = column.content == Content::Number && CALLED.contains(&name.as_str());
            let worth = !matches!(column.content, Content::Flag | Content::Picture) && !said && !other;
            if worth && (fields.len() < self.fields.len() + MORE || key == Some(at)) && !fields.contains_key(&name) {
                fields.insert(name, FieldSpec { table: read_as(column, Some(column.content)) });
            }
        }
        let key = key.map(|at| (slug(&self.columns[at].path), &self.columns[at])).filter(|(name, _)| fields.contains_key(name));
        self.unsure.extend(key.iter().filter(|(_, column)| column.hint.is_none()).map(|(name, column)| Doubt {
            what: format!("records are told apart by {}, by what it holds: if it changes, they all go and come", column.example()),
            setting: format!("key = \"…\" instead of \"{name}\" tells them apart by another field"),
        }));
        let key = key.map(|(name, _)| name);
        let told: Vec<String> = self.columns.iter().take(TOLD).map(Column::example).collect();
        let more = self.columns.len().saturating_sub(TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Members { fields, key: List(key.into_iter().collect()), unsure: self.unsure, told: format!("{}{more}", told.join(", ")) }
    }

    /// The one currency that stands beside every price.
    fn currency(&self, field: &str) -> Option<String> {
        let mut said = self.columns.iter().filter(|column| field == "price" && column.hint == Some("currency"));
        let code = said.find(|column| column.distinct == 1)?.words.first()?.trim();
        (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then(|| code.to_owned())
    }

    /// What tells records apart, where neither a number under one of the usual names nor an address of their own does.
    fn key(&self, records: &[&Value]) -> Option<usize> {
        let has_id = |record: &&&Value| {
            let object = shape::feature(record).map_or_else(|| record.as_object(), |(_, properties)| Some(properties));
            IDS.iter()
                .any(|name| object.is_some_and(|object| object.get(*name).or_else(|| record.get(*name)).and_then(shape::words).is_some()))
        };
        if self.fields.contains_key("url") || records.iter().filter(has_id).count() == records.len() {
            return None;
        }
        let all = |column: &Column| column.words.len() == self.records && column.is_unique();
        let titled = ["title", "name"].iter().any(|name| self.fields.get(name).is_some_and(|at| all(&self.columns[*at])));
        // Without the name of one, figures are as likely a count or a price, which change; "K1" changes seldom, and yet titles go before it.
        let letters = |words: &str| words.bytes().any(|b| b.is_ascii_alphabetic());
        let tells = |column: &Column| match (column.hint, column.content) {
            (Some("id"), Content::Code | Content::Number) => true,
            (None, Content::Code) => !titled && column.share(letters) == 100,
            _ => false,
        };
        let unique = self.free().filter(|(_, column)| all(column) && tells(column));
        unique.min_by_key(|(at, column)| (column.hint.is_none(), column.content == Content::Number, *at)).map(|(at, _)| at)
    }
}

/// How a member is read: under another name its content says as what.
fn read_as(column: &Column, content: Option<Content>) -> FieldTable {
    let kind = match content {
        Some(Content::Day) => Some("time"),
        Some(Content::Number) => Some("number"),
        Some(Content::Address) => Some("url"),
        Some(Content::Email) => Some("email"),
        Some(Content::Money) => Some("money"),
        Some(Content::Flag | Content::Picture | Content::Phone | Content::Code | Content::Words) | None => None,
    };
    FieldTable { select: Some(column.path.clone()), kind: kind.map(str::to_owned), ..FieldTable::default() }
}

fn doubt(field: &str, column: &Column, others: &[&Column]) -> Doubt {
    let what = format!("`{field}` is taken from {}, by what it holds", column.example());
    let others: Vec<String> = others.iter().take(3).map(|other| other.example()).collect();
    let others = if others.is_empty() { String::new() } else { format!(": {}", others.join(" or ")) };
    Doubt { what, setting: format!("{field} = \"…\" in fields takes another member{others}") }
}

/// `ubicacion_zona` of `ubicacion.zona`.
fn slug(path: &str) -> String {
    clip(&path.replace('.', "_"), 60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::extract::{About, Spec};

    fn found(records: &[Value]) -> (BTreeMap<String, String>, Members) {
        let page: Url = "https://api.example/list".parse().unwrap();
        let about = About { source: "api".parse().unwrap(), zone: jiff::tz::TimeZone::UTC, country: None };
        let hints = Hints::compile(&Spec::default(), &about, &mut Vec::new());
        let members = of(&records.iter().collect::<Vec<_>>(), &page, &hints);
        let taken = members.fields.iter().map(|(field, spec)| (field.clone(), spec.table.select.clone().unwrap_or_default())).collect();
        (taken, members)
    }

    #[test]
    fn fields_are_found_by_name_and_by_content() {
        let three = |one: &dyn Fn(u32) -> Value| (1..=3).map(one).collect::<Vec<_>>();
        for (records, want, unsure) in [
            (
                three(&|n| {
                    json!({ "titulo": format!("Palets, lote {n}"), "empresa": { "nombre": "Maderas S.L.", "web": "https://m.example/" }, "enlace": format!("/a/{n}"),
                        "precio": n, "moneda": "EUR", "fecha_publicacion": "2026-11-20", "ubicacion": { "ciudad": "Burgos" }, "telefono": "947 200 331" })
                }),
                &[
                    ("title", "titulo"),
                    ("company", "empresa.nombre"),
                    ("website", "empresa.web"),
                    ("url", "enlace"),
                    ("price", "precio"),
                    ("date", "fecha_publicacion"),
                    ("place", "ubicacion.ciudad"),
                    ("phone", "telefono"),
                ][..],
                0,
            ),
            (
                three(&|n| {
                    json!({ "k": format!("K{n}"), "z": format!("Used pallets, lot {n}"), "q": { "w": format!("Maderas {n} S.L.") }, "l": format!("/a/{n}"),
                        "a": format!("{n}0,00 €"), "d": "20.11.2026", "m": format!("info@m{n}.example"), "on": true, "i": "/i.jpg" })
                }),
                &[("title", "z"), ("company", "q.w"), ("url", "l"), ("price", "a"), ("date", "d"), ("email", "m"), ("k", "k")],
                2,
            ),
            (three(&|n| json!({ "n": n, "x": true })), &[("n", "n")], 0),
            (
                three(&|n| json!({ "titulo": format!("Lote {n}"), "estado": "SP", "cap": "09001", "rate": 4.5 })),
                &[("region", "estado"), ("postcode", "cap"), ("rate", "rate")],
                0,
            ),
            (
                three(
                    &|n| json!({ "titulo": format!("Lote {n}"), "estado": "activo", "cap": n, "updated": "2026-11-20", "creado": "2026-11-19" }),
                ),
                &[("estado", "estado"), ("cap", "cap"), ("date", "creado"), ("updated", "updated")],
                0,
            ),
        ] {
            let (taken, members) = found(&records);
            for (field, path) in want {
                assert_eq!(taken.get(*field).map(String::as_str), Some(*path), "{field}: {taken:?}");
            }
            assert_eq!(members.unsure.len(), unsure, "{:?}", members.unsure);
            assert!(!taken.contains_key("on") && !taken.contains_key("i") && !taken.contains_key("moneda"), "{taken:?}");
        }
    }

    #[test]
    fn what_tells_records_apart_is_a_number_of_theirs() {
        let (_, members) = found(&[json!({ "codigo": "A-1", "titulo": "Uno" }), json!({ "codigo": "A-2", "titulo": "Dos" })]);
        assert_eq!(members.key.0, ["codigo"]);
        let (_, members) = found(&[json!({ "id": 1, "titulo": "Uno" }), json!({ "id": 2, "titulo": "Dos" })]);
        assert!(members.key.0.is_empty());
        assert!(members.told.contains("`titulo` (\"Uno\")"), "{}", members.told);
        for (one, two, key, unsure) in [
            (json!({ "x": "AB-1", "titulo": "Palets" }), json!({ "x": "AB-2", "titulo": "Palets" }), &["x"][..], 1),
            (json!({ "x": "AB-1", "titulo": "Uno" }), json!({ "x": "AB-2", "titulo": "Dos" }), &[], 0),
            (json!({ "x": "AB-1", "on": true }), json!({ "x": "AB-2", "on": true }), &["x"], 1),
            (json!({ "views": 17, "titulo": "Palets" }), json!({ "views": 4, "titulo": "Palets" }), &[], 0),
            (json!({ "x": "12:04:31", "titulo": "Palets" }), json!({ "x": "12:04:32", "titulo": "Palets" }), &[], 0),
            (json!({ "codigo": 7, "titulo": "Palets" }), json!({ "codigo": 8, "titulo": "Palets" }), &["codigo"], 0),
        ] {
            let (_, members) = found(&[one, two]);
            assert_eq!(members.key.0, key);
            assert_eq!(members.unsure.len(), unsure, "{:?}", members.unsure);
        }
    }
}
