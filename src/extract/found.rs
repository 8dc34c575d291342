//! Reads listings and directories whose settings name no selector: the records are found by themselves, their fields by what they hold, and what
//! earlier visits have taught keeps both the same. Knows no site; what is known is handed in.

mod again;
mod align;
mod learn;
mod name;
mod own;
mod thing;
mod whose;

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use super::captions;
use super::contacts::is_nobodys;
use super::html::Tag;
use super::listing::Numbered;
use super::reading::{Asked, Listed, Reading, read_with};
use super::record::{Gather, Parts, RecordRule, canonical};
use super::transform::{Plan, Take, Words, plans, read_fields};
use super::value::{self, Hints, Type, is_of_site};
use super::{About, Input, Kind, Spec};
use crate::base::text::{clip, count, squeeze, words};
use crate::model::{
    BadEntry, Extract, Failure, FailureClass, Fault, FieldName, Found, KEY_PARTS, Learned, Record, RecordKind, Value, one_spelling,
};
use align::Aligned;
use learn::{Learns, own_contacts};
pub(super) use own::country_of_own;
pub use whose::{OwnPage, contact_mark, contacts_of_site};

/// Records of a page that say something of all of them.
const ENOUGH: usize = 8;
/// What nearly all records have, and what nearly none has, in thousandths.
const MOST: u16 = 800;
const FEW: u16 = 200;
/// Readings without a field after which that is how the source is.
const USED_TO: u8 = 8;
/// Characters of an example.
const EXAMPLE: usize = 60;

/// What is known before a page is read.
#[derive(Clone, Copy, Default)]
pub struct Known<'k> {
    /// What earlier visits of the source have taught.
    pub learned: Option<&'k Learned>,
    /// Records that were on the page when it was last read.
    pub records: &'k [Record],
    /// Of a record's own page: names of records that stand on the list with it.
    pub names: &'k [String],
}

/// Compiled settings of the kinds `listing` and `directory` without `record`.
pub(super) struct FoundReader {
    rule: RecordRule,
    hints: Hints,
    plans: Vec<Plan>,
    numbered: Option<Numbered>,
    pages: u32,
    details: bool,
    naming: name::Naming,
}

/// A record before it has a key.
#[derive(Clone, Debug, Default)]
struct Raw {
    name: String,
    link: Option<Url>,
    cells: Vec<(usize, String)>,
    more: Vec<(&'static str, String, String)>,
    /// What the structured data say that it is.
    kind: Option<RecordKind>,
    /// Whether it stands elsewhere than its list: what it leaves out says nothing.
    partial: bool,
    /// Whether it stands in another's record: it may have no page where all others have one.
    beside: bool,
    path: String,
}

impl FoundReader {
    /// Checks and compiles; all faults are added.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Self {
        let kind = Kind::from_word(&spec.kind).unwrap_or(Kind::Listing);
        let hints = Hints::compile(spec, about, faults);
        let plans = plans(&spec.fields, "fields", &hints, faults);
        let selects = |plan: &Plan| match &plan.take {
            Take::Select { select, attr } => attr.is_some() || !names_a_column(select),
            Take::From(_) | Take::Constant(_) => false,
        };
        if plans.iter().any(selects) {
            let expected = "a CSS selector of one record, such as `li.item`; without it the records are found by themselves, and `fields` may \
                            only name what is found (see `atalaya check`), such as `place = \"column_2\"`";
            faults.push(Fault::new("record", "", expected));
        }
        if !spec.detail_fields.is_empty() {
            faults.push(Fault::new(
                "detail_fields",
                "",
                "`record` and `fields` with selectors beside it: without them a record's own page is read by itself",
            ));
        }
        if spec.next.is_some() {
            faults.push(Fault::new(
                "next",
                "",
                "`record` and `fields` with selectors beside it: without them the next page is found by itself",
            ));
        }
        let details = match spec.detail.as_deref() {
            None => kind == Kind::Directory,
            Some("found") => true,
            Some("off") => false,
            Some(other) => {
                faults.push(Fault::new("detail", other, "without `record`: `found` (each record's own page is read by itself) or `off`"));
                false
            }
        };
        let rule = RecordRule::compile(spec, kind, faults);
        let vacancy = rule.kind() == RecordKind::Vacancy;
        let naming = name::Naming { company: rule.is_company(), vacancy, kinds: spec.kinds.is_empty() };
        let (numbered, pages) = (Numbered::compile(spec, faults), spec.pages.unwrap_or(super::PAGES));
        Self { rule, hints, plans, numbered, pages, details, naming }
    }

    /// Whether the records' own pages are read.
    pub(super) const fn reads_own(&self) -> bool {
        self.details
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads one page of the list.
    pub(super) fn read(&self, input: &Input<'_>, known: &Known<'_>) -> Result<Extract, Failure> {
        let learned = known.learned.cloned().unwrap_or_default();
        let reading = read_with(
            input,
            &self.hints_of(input),
            &Asked { stood: learned.path.as_deref(), company: self.naming.company, numbers: false },
        )?;
        let by_key = known.records.iter().filter(|record| !record.gone).collect::<Vec<_>>();
        let Some(mut list) = choose(&reading, &by_key, input.url) else { return Self::nothing(&learned, &by_key, input) };
        thing::join(&reading.structured, &mut list, input.url);
        self.uncaption(&mut list, &learned);
        let fresh = self.fresh(&list);
        let (typed, known_as) =
            (|field: &str, words: &str| self.typed(field, words, input), |record: &Record, field: &str| self.known_as(record, field));
        let aligned = align::align((&list, &fresh), &learned, &by_key, &align::Compare { typed: &typed, known: &known_as });
        if aligned.strange(&learned, &by_key) {
            return Self::nothing(&learned, &by_key, input);
        }
        list.call(aligned.column_of(self.naming.name()));
        let mut gather = Gather::new(&self.rule, input.url);
        let keys = keys(&list, &by_key, &self.rule, input.url);
        let second = if self.rule.has_key() { HashSet::new() } else { again::second(&list.records, &keys) };
        let mut filled: HashMap<FieldName, (usize, String)> = HashMap::new();
        for (_, (raw, key)) in list.records.iter().zip(keys).enumerate().filter(|(at, _)| !second.contains(at)) {
            input.check_time()?;
            let mut fields = self.fields(raw, &aligned, input);
            for (name, found) in fields.iter().filter(|_| !raw.beside) {
                let entry = filled.entry(name.clone()).or_insert_with(|| (0, clip(&found.quote, EXAMPLE)));
                entry.0 += 1;
            }
            self.rename(raw, &mut fields, input)?;
            let (kind, url) = (self.naming.kind_of(&fields).or(raw.kind.filter(|_| self.naming.kinds)), raw.link.clone());
            let detail = url.clone().filter(|url| self.details && is_of_site(url, input.url));
            // Who stands in another's record says little of itself, and is no measure of what records have.
            let partial = raw.partial || raw.beside;
            gather.add(Parts { fields, url, id: Some(key), detail, kind, partial, path: raw.path.clone() });
        }
        let mut extract = gather.extract;
        again::one_each(&mut extract.records, &by_key);
        own::leave_shared(&mut extract.records, input.url);
        let whole = extract.records.iter().filter(|draft| !draft.partial).count();
        let named = |field: &str| !align::is_plain(field) || self.renamed(field).is_some();
        let had = |field: &FieldName| by_key.iter().filter(|record| record.fields.contains_key(field)).count();
        let learns = Learns { aligned: &aligned, filled: &filled, records: whole, had: &had, named: &named };
        let (mut now, doubtful) = learns.from(learned, input);
        now.own = own_contacts(&reading, &extract, now.own);
        whose::leave_to_site(&mut extract.records, &mut now.own);
        now.path = list.path().or(now.path);
        extract.relaid = aligned.relaid;
        extract.around.clone_from(&reading.around);
        if doubtful {
            // What is not there may stand where nobody found it: it is not told as gone.
            extract.records.iter_mut().for_each(|draft| draft.partial = true);
        }
        extract.learned = Some(now);
        extract.follow.extend(self.follows(&reading, input));
        if let Some(said) = reading.more.as_ref().filter(|_| extract.follow.is_empty() && self.numbered.is_none()) {
            extract.notes.push(BadEntry { path: "page".to_owned(), reason: super::unfollowed(said) });
        }
        Ok(extract)
    }

    /// What the settings leave unsaid, the address says.
    fn hints_of(&self, input: &Input<'_>) -> Hints {
        let country = self.hints.country.or_else(|| super::reading::hints(input.url).country);
        Hints { country, ..self.hints.clone() }
    }

    /// A page without a list: where there was one, it could not be read, and nobody is gone.
    fn nothing(learned: &Learned, known: &[&Record], input: &Input<'_>) -> Result<Extract, Failure> {
        if learned.fields.is_empty() {
            let reason = "no list of records was found on it: look at it with `atalaya read`, or say in `record` where they are".to_owned();
            return Ok(Extract { bad: vec![BadEntry { path: "page".to_owned(), reason }], ..Extract::default() });
        }
        if known.is_empty() {
            // Behind the last page of a list there may be an empty one, whatever it leads to; that not too much is missing, the visit sees.
            return Ok(Extract { whole: true, ..Extract::default() });
        }
        let names: Vec<&str> = learned.fields.iter().filter(|field| field.share >= MOST).map(|field| field.name.as_str()).take(6).collect();
        let what = count(known.len(), "record", "records");
        let text = format!("the list that was read before, of {what}, with {} is not on {}", names.join(", "), input.url);
        Err(Failure::new(FailureClass::Unreadable, text))
    }

    /// What the columns are called by themselves, each otherwise.
    fn fresh(&self, list: &List) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(list.columns.len());
        for (at, column) in list.columns.iter().enumerate() {
            let values: Vec<&str> = list
                .records
                .iter()
                .filter_map(|raw| raw.cells.iter().find(|(own, _)| *own == at))
                .map(|(_, words)| words.as_str())
                .collect();
            let name = self.naming.field(column, &values);
            let numbered = (2..=list.columns.len() + 1).map(|n| format!("{name}_{n}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|name| !names.contains(name));
            names.push(free.unwrap_or(name));
        }
        names
    }

    /// Cuts captions off the values of columns that no other record shows to be led by one: "Sector: Metal", alone on the last page, is of the field
    /// that earlier pages read behind this caption.
    fn uncaption(&self, list: &mut List, learned: &Learned) {
        for (at, column) in list.columns.iter_mut().enumerate().filter(|(_, column)| column.caption.is_none() && column.label != "name") {
            let mut cells: Vec<&mut String> =
                list.records.iter_mut().flat_map(|raw| &mut raw.cells).filter(|(own, _)| *own == at).map(|(_, words)| words).collect();
            let split: Vec<Option<(String, String)>> =
                cells.iter().map(|words| captions::split(words).map(|(caption, value)| (caption.to_owned(), value.to_owned()))).collect();
            let Some(Some((caption, _))) = split.first() else { continue };
            if !split.iter().all(|cut| cut.as_ref().is_some_and(|(own, _)| own == caption)) {
                continue;
            }
            let values: Vec<&str> = split.iter().flatten().map(|(_, value)| value.as_str()).collect();
            let named = super::reading::Column { caption: Some(caption.clone()), ..column.clone() };
            let field = self.naming.field(&named, &values);
            if !align::is_plain(&field) && learned.fields.iter().any(|known| known.name.as_str() == field) {
                column.example = clip(values.first().copied().unwrap_or_default(), EXAMPLE);
                column.caption = Some(caption.clone());
                for (cell, value) in cells.iter_mut().zip(&values) {
                    (*value).clone_into(cell);
                }
            }
        }
    }

    /// The fields of a record, as they are found.
    fn fields(&self, raw: &Raw, aligned: &Aligned, input: &Input<'_>) -> BTreeMap<FieldName, Found> {
        let mut fields = BTreeMap::new();
        let mut add = |name: &FieldName, words: &str, path: String| {
            let quote = clip(&squeeze(words), crate::base::caps::QUOTE_CHARS);
            if let Some((name, value)) = whose::field_of(name.as_str(), words, self.typed(name.as_str(), words, input)) {
                fields.entry(name).or_insert(Found { value, quote, path });
            }
        };
        for (column, words) in &raw.cells {
            if let Some(name) = aligned.names.get(*column).and_then(Option::as_ref) {
                add(name, words, format!("{}: {}", raw.path, aligned.titles[*column]));
            }
        }
        for (field, words, path) in &raw.more {
            add(&FieldName::new(field), words, path.clone());
        }
        if let Some(link) = &raw.link {
            let name = if is_of_site(link, input.url) { "url" } else { "website" };
            add(&FieldName::new(name), link.as_str(), format!("{}: link", raw.path));
        }
        fields
    }

    /// Gives fields the names that the settings have for them.
    fn rename(&self, raw: &Raw, fields: &mut BTreeMap<FieldName, Found>, input: &Input<'_>) -> Result<(), Failure> {
        let own = read_fields(&self.plans, input.url, &mut |_, plan| {
            let Take::Select { select, .. } = &plan.take else { return Ok(Vec::new()) };
            let found =
                fields.get(select.as_str()).map(|found| Words { text: found.value.text(), path: format!("{}: {select}", raw.path) });
            Ok(found.into_iter().collect())
        })?;
        fields.retain(|name, _| self.renamed(name.as_str()).is_none());
        fields.extend(own);
        Ok(())
    }

    /// The name that the settings give to a field which is only called otherwise.
    fn renamed(&self, field: &str) -> Option<&FieldName> {
        let takes = |plan: &&Plan| matches!(&plan.take, Take::Select { select, .. } if select == field);
        self.plans.iter().find(takes).map(|plan| &plan.name).filter(|name| name.as_str() != field)
    }

    fn known_as(&self, record: &Record, field: &str) -> Option<String> {
        record.text(self.renamed(field).map_or(field, FieldName::as_str))
    }

    fn typed(&self, field: &str, words: &str, input: &Input<'_>) -> Option<Value> {
        typed_by(field, words, (input, &self.hints_of(input)))
    }

    fn follows(&self, reading: &Reading, input: &Input<'_>) -> Option<Url> {
        match &self.numbered {
            Some(numbered) => numbered.after(input.url, self.pages),
            None => reading.next.clone().filter(|next| next != input.url),
        }
    }
}

/// Words as the value of a field.
pub(super) fn typed_by(field: &str, words: &str, (input, hints): (&Input<'_>, &Hints)) -> Option<Value> {
    let base = field.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    if base == "website" {
        return value::site(words, input.url).map(Value::Url);
    }
    value::read(Type::usual(base), words, input.url, hints).filter(|value| !value.text().trim().is_empty())
}

/// The list of a page in one shape, whatever it was found by.
struct List {
    columns: Vec<super::reading::Column>,
    records: Vec<Raw>,
}

/// The list to read: the one whose records are known, else the one that the structured data speak of, else the main one.
fn choose(reading: &Reading, known: &[&Record], page: &Url) -> Option<List> {
    let mut lists: Vec<List> = reading.lists.iter().map(|listed| List::of(listed, page)).collect();
    let things = thing::list(&reading.structured, page);
    let of_things = things.as_ref().map_or(0, |list| list.records.len());
    let said = things.as_ref().map(Names::of_list).unwrap_or_default();
    lists.extend(things);
    let by_key: HashMap<String, &Record> = known.iter().map(|record| (one_spelling(&record.key), *record)).collect();
    let known = Names::of_records(known);
    let most = |names: &Names, least: usize| {
        let hits = |list: &List| list.records.iter().filter(|raw| names.meets(raw)).count();
        let best = (0..lists.len()).rev().max_by_key(|at| hits(&lists[*at]))?;
        (hits(&lists[best]) >= least).then_some(best)
    };
    // That of the things themselves comes last, and is taken where no other holds most of them.
    let best = most(&known, 1).or_else(|| most(&said, 1).filter(|_| lists.first().is_none_or(|main| main.records.len() < 2 * of_things)));
    let best = best.unwrap_or(0);
    let mut chosen = (best < lists.len()).then(|| lists.swap_remove(best))?;
    let mut there = Names::of_list(&chosen).keys;
    for url in &reading.links {
        // What is known and stands elsewhere on the page now, in another layout, is not gone.
        let key = spelt(url);
        let record = by_key.get(&key).filter(|_| !there.contains(&key)).copied();
        if let Some(record) = record {
            there.insert(key);
            chosen.take_in(record, url);
        }
    }
    Some(chosen)
}

/// How many things the structured data of a page list.
pub(super) fn things(structured: &super::structured::Structured, page: &Url) -> usize {
    thing::list(structured, page).map_or(0, |list| list.records.len())
}

/// By what records are known.
#[derive(Default)]
struct Names {
    keys: HashSet<String>,
    names: HashSet<String>,
}

impl Names {
    fn of_records(records: &[&Record]) -> Self {
        Self {
            keys: records.iter().map(|record| one_spelling(&record.key)).collect(),
            names: records.iter().map(|record| words(&record.title())).collect(),
        }
    }

    fn of_list(list: &List) -> Self {
        Self {
            keys: list.records.iter().filter_map(|raw| raw.link.as_ref().map(spelt)).collect(),
            names: list.records.iter().map(|raw| words(&raw.name)).collect(),
        }
    }

    fn meets(&self, raw: &Raw) -> bool {
        raw.link.as_ref().is_some_and(|url| self.keys.contains(&spelt(url)))
            || raw.cells.iter().any(|(_, text)| self.names.contains(&words(text)))
    }
}

impl List {
    /// The names of the elements on the way to its first record.
    fn path(&self) -> Option<String> {
        let path = self.records.first().map(|raw| raw.path.as_str()).filter(|path| path.starts_with('/'))?;
        Some(path.split('/').map(|step| step.split('[').next().unwrap_or(step)).collect::<Vec<_>>().join("/"))
    }

    /// Takes the names of the records from the column that is the name: what they are known by may stand elsewhere than before.
    fn call(&mut self, column: Option<usize>) {
        for raw in &mut self.records {
            if let Some((_, words)) = raw.cells.iter().find(|(own, _)| Some(*own) == column) {
                raw.name.clone_from(words);
            }
        }
    }

    /// Takes in what is known and stands elsewhere on the page, under the name that it has.
    fn take_in(&mut self, record: &Record, url: &Url) {
        let (name, title) = (self.columns.iter().position(|column| column.label == "name"), record.title());
        let cells = name.map(|name| (name, title.clone())).into_iter().collect();
        self.records.push(Raw { name: title, link: Some(url.clone()), cells, partial: true, path: "page".to_owned(), ..Raw::default() });
    }

    fn of(listed: &Listed, page: &Url) -> Self {
        let name = listed.columns.iter().position(|column| column.label == "name");
        let skip: Vec<bool> = listed.columns.iter().map(|column| matches!(column.label.as_str(), "link" | "image")).collect();
        let records = listed.records.iter().map(|item| {
            let cells: Vec<(usize, String)> =
                item.cells.iter().filter(|cell| !skip[cell.column]).map(|cell| (cell.column, cell.value.clone())).collect();
            let words = cells.iter().find(|(column, _)| Some(*column) == name).map(|(_, words)| words.clone()).unwrap_or_default();
            let path = item.paths.first().cloned().unwrap_or_default();
            let inside = item.detail.clone().filter(|url| is_of_site(url, page));
            let site = item.site.as_ref().or(item.detail.as_ref().filter(|url| inside.is_none() && !is_nobodys(url)));
            let more = site.map(|site| ("website", site.to_string(), format!("{path}: link"))).into_iter().collect();
            Raw { name: words, link: inside, cells, more, kind: None, partial: false, beside: item.beside, path }
        });
        let records: Vec<Raw> = records.collect();
        Self { columns: listed.columns.clone(), records }
    }
}

/// The keys of the records: their own addresses where each has one, else their names; what is known under another address keeps its key.
fn keys(list: &List, known: &[&Record], rule: &RecordRule, page: &Url) -> Vec<String> {
    let own = canonical(page);
    let links: Vec<Option<String>> =
        list.records.iter().map(|raw| raw.link.as_ref().map(canonical).filter(|url| *url != own).map(String::from)).collect();
    let all = list.records.iter().filter(|raw| !raw.beside).count();
    let distinct: HashSet<&String> =
        links.iter().zip(&list.records).filter(|(_, raw)| !raw.beside).filter_map(|(link, _)| link.as_ref()).collect();
    let by_link = distinct.len() * 10 >= all * 9;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut keys: Vec<String> = Vec::with_capacity(list.records.len());
    for (raw, link) in list.records.iter().zip(&links) {
        let named = || {
            let name = words(&raw.name);
            let nth = seen.entry(name.clone()).and_modify(|n| *n += 1).or_insert(1);
            if *nth > 1 { format!("{name}{KEY_PARTS}{nth}") } else { name }
        };
        keys.push(link.clone().filter(|_| by_link).unwrap_or_else(named));
    }
    if rule.has_key() {
        return keys;
    }
    rekey(list, known, &mut keys);
    keys
}

/// An address as keys are compared.
fn spelt(url: &Url) -> String {
    one_spelling(canonical(url).as_str())
}

/// Where most of what was on the page is there under other keys, each record keeps the key it is known by: by its name, where no other has it.
fn rekey(list: &List, known: &[&Record], keys: &mut [String]) {
    let now: HashSet<String> = keys.iter().map(|key| one_spelling(key)).collect();
    let lost: Vec<&&Record> = known.iter().filter(|record| !now.contains(&one_spelling(&record.key))).collect();
    if lost.len() * 2 < known.len() || lost.len() < 3 {
        return;
    }
    let mut by_name: HashMap<String, Option<&str>> = HashMap::new();
    for record in lost {
        by_name.entry(words(&record.title())).and_modify(|key| *key = None).or_insert(Some(&record.key));
    }
    let mut count: HashMap<String, usize> = HashMap::new();
    list.records.iter().for_each(|raw| *count.entry(words(&raw.name)).or_default() += 1);
    for (raw, key) in list.records.iter().zip(keys) {
        let name = words(&raw.name);
        if let (Some(Some(old)), Some(1)) = (by_name.get(&name), count.get(&name)) {
            (*old).clone_into(key);
        }
    }
}

/// Whether a setting can be the name of what is found, rather than a selector.
fn names_a_column(select: &str) -> bool {
    let word = !select.is_empty() && select.chars().all(|c| c.is_alphanumeric() || c == '_');
    word && Tag::of(select) == Tag::Other || matches!(select, "title" | "address" | "link" | "summary" | "time")
}

#[cfg(test)]
mod tests;
