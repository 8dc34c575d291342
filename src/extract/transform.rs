//! The steps from the words a selector finds to a typed value: the same for every kind. Knows no tree and no format.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use regex::{Regex, RegexBuilder};
use url::Url;

use super::value::{self, Hints, Type, compile_country, compile_currency};
use super::{FieldSpec, FieldTable};
use crate::base::caps;
use crate::base::text::{clip, squeeze};
use crate::model::{Failure, Fault, FieldName, Found, Value, ZoneFrom};

/// Bytes of a compiled regular expression; the crate's matching is linear, so size is what it can cost.
const REGEX_BYTES: usize = 1024 * 1024;

/// Words as found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// The text, white space as it was.
    pub(super) text: String,
    /// Selector, JSON path or XML path.
    pub(super) path: String,
}

/// Where a field's words come from.
#[derive(Clone, Debug)]
pub(super) enum Take {
    /// A selector in the language of the kind, as written, and the attribute of the table.
    Select {
        /// As written; empty: the record itself.
        select: String,
        /// The setting `attr`.
        attr: Option<String>,
    },
    /// The words of another field.
    From(FieldName),
    /// Always these.
    Constant(String),
}

/// One field: where its words come from and what becomes of them.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Its name.
    pub(super) name: FieldName,
    /// Where its words come from.
    pub(super) take: Take,
    /// Whether every match is taken, not only the first.
    pub(super) many: bool,
    regex: Option<(Regex, usize)>,
    replace: Vec<[String; 2]>,
    trim: Vec<char>,
    kind: Type,
    hints: Hints,
}

/// Compiles a table of fields; `at` is the table's key (`fields`, `detail_fields`). The order is that of the names.
pub(super) fn plans(table: &BTreeMap<String, FieldSpec>, at: &str, hints: &Hints, faults: &mut Vec<Fault>) -> Vec<Plan> {
    let plan = |(name, spec): (&String, &FieldSpec)| plan(name, &spec.table, table, &format!("{at}.{name}"), hints, faults);
    table.iter().filter_map(plan).collect()
}

fn plan(
    name: &str,
    spec: &FieldTable,
    table: &BTreeMap<String, FieldSpec>,
    at: &str,
    hints: &Hints,
    faults: &mut Vec<Fault>,
) -> Option<Plan> {
    if name.trim().is_empty() || name.len() > 64 {
        faults.push(Fault::new(at, name, "a field name of 1 to 64 characters"));
        return None;
    }
    let kind = match &spec.kind {
        None => Type::usual(name),
        Some(word) => Type::from_word(word).unwrap_or_else(|| {
            let expected = "one of `text`, `url`, `money`, `number`, `date`, `time`, `phone`, `email`";
            faults.push(Fault::new(format!("{at}.kind"), word, expected));
            Type::Text
        }),
    };
    Some(Plan {
        name: FieldName::new(name),
        take: take(spec, table, at, faults)?,
        many: spec.many,
        regex: regex(spec, at, faults),
        replace: spec.replace.clone(),
        trim: spec.trim.as_deref().unwrap_or("").chars().collect(),
        kind,
        hints: field_hints(spec, at, hints, faults),
    })
}

/// Exactly one of `select`, `from` and `const`; an attribute alone selects the record itself.
fn take(spec: &FieldTable, table: &BTreeMap<String, FieldSpec>, at: &str, faults: &mut Vec<Fault>) -> Option<Take> {
    match (&spec.select, &spec.from, &spec.constant) {
        (Some(select), None, None) => Some(Take::Select { select: select.clone(), attr: spec.attr.clone() }),
        (None, None, None) if spec.attr.is_some() => Some(Take::Select { select: String::new(), attr: spec.attr.clone() }),
        (None, None, Some(words)) => Some(Take::Constant(words.clone())),
        (None, Some(other), None) => {
            if table.get(other).is_some_and(|field| field.table.from.is_none()) {
                return Some(Take::From(FieldName::new(other)));
            }
            faults.push(Fault::new(format!("{at}.from"), other, "the name of a field in the same table that selects for itself"));
            None
        }
        _ => {
            faults.push(Fault::new(at, "", "exactly one of `select`, `from` and `const`"));
            None
        }
    }
}

fn regex(spec: &FieldTable, at: &str, faults: &mut Vec<Fault>) -> Option<(Regex, usize)> {
    let Some(pattern) = &spec.regex else {
        if let Some(group) = spec.group {
            faults.push(Fault::new(format!("{at}.group"), group.to_string(), "a `regex` beside it"));
        }
        return None;
    };
    let regex = match RegexBuilder::new(pattern).size_limit(REGEX_BYTES).build() {
        Ok(regex) => regex,
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or("").trim_start_matches("error: ");
            faults.push(Fault::new(format!("{at}.regex"), pattern, format!("a regular expression ({reason})")));
            return None;
        }
    };
    let group = spec.group.unwrap_or(usize::from(regex.captures_len() > 1));
    if group >= regex.captures_len() {
        let expected = format!("a group of the expression: 0 to {}", regex.captures_len() - 1);
        faults.push(Fault::new(format!("{at}.group"), group.to_string(), expected));
        return None;
    }
    Some((regex, group))
}

fn field_hints(spec: &FieldTable, at: &str, hints: &Hints, faults: &mut Vec<Fault>) -> Hints {
    let mut hints = hints.clone();
    if let Some(code) = &spec.country {
        hints.country = compile_country(&format!("{at}.country"), code, faults);
    }
    if let Some(code) = &spec.currency {
        hints.currency = compile_currency(&format!("{at}.currency"), code, faults);
    }
    if let Some(name) = &spec.zone {
        match TimeZone::get(name) {
            Ok(zone) => (hints.zone, hints.zone_from) = (zone, ZoneFrom::Source),
            Err(_) => faults.push(Fault::new(format!("{at}.zone"), name, "an IANA zone such as `Europe/Madrid`")),
        }
    }
    if let Some(format) = &spec.format {
        // A format that cannot even print a moment is a spelling mistake.
        if jiff::fmt::strtime::format(format, &jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).is_err() {
            faults.push(Fault::new(format!("{at}.format"), format, "a strptime form such as `%d.%m.%Y %H:%M`"));
        }
        hints.format = Some(format.clone());
    }
    hints
}

impl Plan {
    /// A field with this name and type that takes its words as they come; for kinds that know their fields.
    pub(super) fn plain(name: &str, kind: Type, hints: &Hints) -> Self {
        Self {
            name: FieldName::new(name),
            take: Take::Select { select: String::new(), attr: None },
            many: false,
            regex: None,
            replace: Vec::new(),
            trim: Vec::new(),
            kind,
            hints: hints.clone(),
        }
    }

    /// What becomes of these words; `None` when they cannot be understood.
    pub(super) fn read(&self, words: &[Words], base: &Url) -> Option<Found> {
        if !self.many {
            let first = words.first()?;
            let value = self.value(&first.text, base)?;
            let quote = match &value {
                Value::Text(text) if self.keeps_words() => clip(text, caps::QUOTE_CHARS),
                _ => clip(&squeeze(&first.text), caps::QUOTE_CHARS),
            };
            return Some(Found { value, quote, path: first.path.clone() });
        }
        let values: Vec<Value> = words.iter().filter_map(|one| self.value(&one.text, base)).collect();
        let first = words.first().filter(|_| !values.is_empty())?;
        let quoted = words.iter().map(|one| squeeze(&one.text)).take(caps::QUOTE_CHARS).collect::<Vec<_>>().join("; ");
        Some(Found { value: Value::List(values), quote: clip(&quoted, caps::QUOTE_CHARS), path: first.path.clone() })
    }

    /// What becomes of these words, and its name: a telephone number of a country that nobody knows is kept as it is written, under another one.
    fn found(&self, words: &[Words], base: &Url) -> Option<(FieldName, Found)> {
        let read = self.read(words, base).map(|found| (self.name.clone(), found));
        read.or_else(|| {
            let first = words.first().filter(|_| matches!(self.kind, Type::Phone | Type::Fax))?;
            let (name, value) = value::as_written(self.name.as_str(), &first.text)?;
            Some((name, Found { value, quote: clip(&squeeze(&first.text), caps::QUOTE_CHARS), path: first.path.clone() }))
        })
    }

    /// Whether the words are read as they are found.
    fn keeps_words(&self) -> bool {
        self.regex.is_none() && self.replace.is_empty() && self.trim.is_empty()
    }

    fn value(&self, words: &str, base: &Url) -> Option<Value> {
        if self.keeps_words() {
            return value::read(self.kind, words, base, &self.hints);
        }
        let mut text = squeeze(words);
        if let Some((regex, group)) = &self.regex {
            text = regex.captures(&text)?.get(*group)?.as_str().to_owned();
        }
        for [old, new] in &self.replace {
            text = text.replace(old, new);
            if text.len() > caps::FIELD_CHARS {
                return None;
            }
        }
        let text = text.trim_matches(|c: char| c.is_whitespace() || self.trim.contains(&c));
        value::read(self.kind, text, base, &self.hints)
    }
}

/// Gives the words that the plan with this index finds.
pub(super) type Select<'s> = dyn FnMut(usize, &Plan) -> Result<Vec<Words>, Failure> + 's;

/// Reads all fields of one record. `select` is called once for each plan that selects, with its index, and gives the words it finds.
///
/// # Errors
///
/// Those of `select`.
pub(super) fn read_fields(plans: &[Plan], base: &Url, select: &mut Select<'_>) -> Result<BTreeMap<FieldName, Found>, Failure> {
    let mut fields = BTreeMap::new();
    let wanted = |name: &FieldName| plans.iter().any(|plan| matches!(&plan.take, Take::From(other) if other == name));
    let mut lent = BTreeMap::new();
    for (i, plan) in plans.iter().enumerate() {
        let words = match &plan.take {
            Take::Select { .. } => select(i, plan)?,
            Take::Constant(text) => vec![Words { text: text.clone(), path: "const".to_owned() }],
            Take::From(_) => continue,
        };
        fields.extend(plan.found(&words, base));
        if wanted(&plan.name) {
            lent.insert(&plan.name, words);
        }
    }
    for plan in plans {
        if let Take::From(other) = &plan.take {
            fields.extend(lent.get(other).and_then(|words| plan.found(words, base)));
        }
    }
    Ok(fields)
}
