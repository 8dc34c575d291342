//! What the cells of a row say: typed values by field. Words that are not understood are kept beside, under a name of their own.

use std::collections::BTreeMap;

use url::Url;

use super::columns::SEVERAL;
use super::{SheetColumn, SheetSettings, Told};
use crate::base::caps;
use crate::base::text::{clip, squeeze};
use crate::extract::value::{self, Hints, Type};
use crate::model::{AS_WRITTEN, Fault, FieldName, Found, Value, ZoneFrom, country_code, identifier};

type Fields = BTreeMap<FieldName, Found>;

/// Values of one field.
const VALUES: usize = 8;
/// Fields by which somebody can be found.
const WHOM: [&str; 7] = ["name", "company", "person", "email", "phone", "website", "tax_id"];

/// How cells are understood.
pub(super) fn hints(settings: &SheetSettings) -> Result<Hints, Fault> {
    let mut faults = Vec::new();
    let country = settings.country.as_deref().and_then(|code| value::compile_country("country", code, &mut faults));
    match faults.pop() {
        Some(fault) => Err(fault),
        None => Ok(Hints {
            zone: settings.zone.clone(),
            zone_from: ZoneFrom::Source,
            country,
            currency: None,
            month_first: false,
            format: None,
        }),
    }
}

/// Whether these fields say of nobody who it is.
pub(super) fn says_nothing_of_whom(fields: &Fields) -> bool {
    let said = |name: &&str| fields.get(*name).is_some_and(|found| found.value.text().chars().any(char::is_alphanumeric));
    !WHOM.iter().any(said)
}

/// The fields of a row.
pub(super) fn fields(
    columns: &[SheetColumn],
    (line, cells): (u64, &[(usize, String)]),
    hints: &Hints,
    base: &Url,
    told: &mut Told,
) -> Fields {
    let mut row = Row { line, fields: Fields::new(), hints: hints_of_row(columns, cells, hints), base, told };
    for (place, cell) in cells {
        let Some((column, field)) = columns.get(*place).and_then(|column| Some((column, column.field.as_deref()?))) else { continue };
        row.take(field, &column.caption, cell);
    }
    row.whole_person();
    row.named();
    row.fields
}

/// A row that names its country is read by that country's numbers.
fn hints_of_row(columns: &[SheetColumn], cells: &[(usize, String)], hints: &Hints) -> Hints {
    let named = cells.iter().find(|(place, _)| columns.get(*place).is_some_and(|column| column.field.as_deref() == Some("country")));
    let code = named.and_then(|(_, cell)| country_code(cell));
    let own = code.and_then(|code| value::compile_country("country", code, &mut Vec::new()));
    Hints { country: own.or(hints.country), ..hints.clone() }
}

struct Row<'a> {
    line: u64,
    fields: Fields,
    hints: Hints,
    base: &'a Url,
    told: &'a mut Told,
}

impl Row<'_> {
    fn take(&mut self, field: &str, caption: &str, cell: &str) {
        let several = SEVERAL.contains(&field) && field != "person" && field != "industry";
        let parts: Vec<&str> =
            if several { cell.split([';', '\n', '|', ',']).map(str::trim).filter(|part| !part.is_empty()).collect() } else { vec![cell] };
        for part in parts {
            let country = self.hints.country.as_ref().map(AsRef::as_ref);
            if let Some(fault) = identifier::fault(part, country).filter(|_| field == "tax_id") {
                self.told.wrong(self.line, caption, format!("`{}`: {fault}", clip(&squeeze(part), 60)));
            }
            if let Some(value) = self.read(field, part) {
                self.add(field, caption, (value, part));
            } else {
                self.told.unread(self.line, caption, unread(field, part, self.hints.country.is_some()));
                let words = Value::Text(squeeze(part));
                self.add(&format!("{field}{AS_WRITTEN}"), caption, (words, part));
            }
        }
    }

    fn read(&self, field: &str, words: &str) -> Option<Value> {
        match Type::usual(field) {
            // An address without its scheme; one that is none is no address.
            Type::Url => value::site(words, self.base).map(Value::Url),
            kind => value::read(kind, words, self.base, &self.hints),
        }
    }

    fn add(&mut self, field: &str, caption: &str, (value, words): (Value, &str)) {
        let path = format!("line {}, {caption}", self.line);
        let quote = clip(&squeeze(words), caps::QUOTE_CHARS);
        let name = FieldName::new(field);
        match self.fields.get_mut(&name) {
            None => drop(self.fields.insert(name, Found { value, quote, path })),
            Some(found) => {
                let mut all = found.value.each().to_vec();
                if !all.contains(&value) && all.len() < VALUES {
                    all.push(value);
                    found.quote = clip(&format!("{}; {quote}", found.quote), caps::QUOTE_CHARS);
                    found.value = Value::List(all);
                }
            }
        }
    }

    /// The record is the company's: what names the company names it.
    fn named(&mut self) {
        if !self.fields.contains_key("name")
            && let Some(company) = self.fields.remove("company")
        {
            self.fields.insert(FieldName::new("name"), company);
        }
    }

    /// Given name and family name are one person.
    fn whole_person(&mut self) {
        let parts: Vec<Found> = ["first_name", "last_name"].into_iter().filter_map(|name| self.fields.remove(name)).collect();
        let Some(first) = parts.first() else { return };
        let name = parts.iter().map(|part| part.value.text()).collect::<Vec<_>>().join(" ");
        let path = first.path.clone();
        let found = Found { quote: clip(&name, caps::QUOTE_CHARS), value: Value::Text(name), path };
        self.fields.entry(FieldName::new("person")).or_insert(found);
    }
}

/// Why a cell is not understood, and what to do.
fn unread(field: &str, words: &str, country: bool) -> String {
    let words = clip(&squeeze(words), 60);
    match Type::usual(field) {
        Type::Phone | Type::Fax if !country && !words.starts_with('+') => {
            format!("`{words}` is no telephone number that says its country: name it with --country")
        }
        Type::Phone | Type::Fax => format!("`{words}` is no telephone number"),
        Type::Email => format!("`{words}` is no e-mail address"),
        Type::Url => format!("`{words}` is no web address"),
        Type::Money | Type::Number => format!("`{words}` is no amount"),
        Type::Date | Type::Time => format!("`{words}` is no date"),
        Type::Text => format!("`{words}` says nothing"),
    }
}
