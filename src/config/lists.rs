//! `[lists]`: organisations that gates keep out, written in the configuration or in files beside it.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::base::caps;
use crate::extract;
use crate::model::Fault;
use crate::resolve::{BadList, List, Lists};

/// The keys of `[lists]`.
pub const KEYS: &[&str] = &["competitors", "clients", "do_not_contact"];

/// The table `[lists]`: organisations by name, domain, tax number, telephone number or e-mail address.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Who sells what you sell, for the gate `{ exclude = "competitors" }`: a list, or `{ file = "competitors.txt" }` with one a line.
    pub competitors: ListSpec,
    /// Who buys from you already, for the gate `{ exclude = "clients" }`.
    pub clients: ListSpec,
    /// Who asked to be left alone, for the gate `{ exclude = "do-not-contact" }`.
    pub do_not_contact: ListSpec,
}

/// A list as written: its entries, or the file that holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListSpec {
    /// In the configuration.
    Here(Vec<String>),
    /// In a file, relative to the configuration file: one entry a line (`#` begins a comment), or a table.
    In(String),
}

impl Default for ListSpec {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct FileTable {
    /// One entry a line, relative to the configuration file; `#` begins a comment.
    file: String,
}

impl<'de> Deserialize<'de> for ListSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = ListSpec;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names or domains, or { file = \"competitors.txt\" }")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ListSpec, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(ListSpec::Here)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ListSpec, A::Error> {
                FileTable::deserialize(MapAccessDeserializer::new(map)).map(|table| ListSpec::In(table.file))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for ListSpec {
    fn schema_name() -> Cow<'static, str> {
        "NamesOrFile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let file = generator.subschema_for::<FileTable>();
        json_schema!({ "anyOf": [{ "type": "array", "items": { "type": "string" } }, file] })
    }
}

impl Spec {
    /// Reads the lists; `folder_of` gives the folder of the file in which a key is written.
    pub(super) fn compile(&self, folder_of: &dyn Fn(&str) -> std::path::PathBuf) -> Result<Lists, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut read = |key: &str, list: &ListSpec| compile(key, list, &folder_of(key), &mut faults);
        let lists = Lists {
            competitors: read("competitors", &self.competitors),
            clients: read("clients", &self.clients),
            do_not_contact: read("do_not_contact", &self.do_not_contact),
        };
        if faults.is_empty() { Ok(lists) } else { Err(faults) }
    }
}

/// Entries of one list that may have been meant otherwise and are told.
const GUESSES: usize = 10;

/// What is to be told of lists: how a table was read, what is not understood, and how entries were taken that may have been meant otherwise.
pub(super) fn notes(lists: &Lists) -> Vec<String> {
    let mut notes = Vec::new();
    for (key, list) in KEYS.iter().zip([&lists.competitors, &lists.clients, &lists.do_not_contact]) {
        let entry = if list.is_of_file() { "line" } else { "entry" };
        notes.extend(list.told().map(|how| format!("[lists] {key} {how}")));
        let unread = list.unread();
        notes.extend(unread.iter().take(TOLD).map(|(line, why)| format!("[lists] {key}, line {line}: {why}")));
        notes.extend((unread.len() > TOLD).then(|| format!("[lists] {key}: {} more such lines are not understood", unread.len() - TOLD)));
        let all = list.guesses();
        let told = all.iter().take(GUESSES);
        notes.extend(told.map(|(listed, how)| format!("[lists] {key}, {entry} {}: `{}` is taken for {how}", listed.line, listed.written)));
        notes.extend((all.len() > GUESSES).then(|| format!("[lists] {key}: {} more entries are taken so", all.len() - GUESSES)));
    }
    notes
}

const ENTRY: &str = "a domain, a tax number, a telephone number (+34…), an e-mail address or a name";

/// Entries told of one list that are not understood; a configuration with more of them has another list by accident.
const TOLD: usize = 20;

fn compile(key: &str, list: &ListSpec, folder: &Path, faults: &mut Vec<Fault>) -> List {
    match list {
        ListSpec::Here(entries) => {
            let bad = |entry: &&String| entry.trim().is_empty() || entry.contains('\n') || entry.trim_start().starts_with('#');
            for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| bad(entry)) {
                faults.push(Fault::new(format!("{key}[{at}]"), entry, ENTRY));
            }
            let good = entries.iter().map(|entry| if bad(&entry) { "" } else { entry.as_str() }).collect();
            parse(good, |error| {
                faults.push(match &error {
                    BadList::NamesNobody { line, found, want } => Fault::new(format!("{key}[{}]", line.saturating_sub(1)), found, *want),
                    BadList::TooLong => Fault::new(key, "a list", error.to_string()),
                });
            })
        }
        ListSpec::In(file) => {
            let path = folder.join(file);
            read_list(&path).unwrap_or_else(|why| {
                faults.push(Fault::new(
                    format!("{key}.file"),
                    file,
                    format!("a file with one entry a line, or a table: {}: {why}", path.display()),
                ));
                List::default()
            })
        }
    }
}

/// Reads a file: any charset a spreadsheet saves, one entry a line or a table.
fn read_list(path: &Path) -> Result<List, String> {
    let bytes = read_bytes(path)?;
    if let Some(what) = extract::not_text(&bytes) {
        return Err(format!("it is no text but {what}: save it as CSV"));
    }
    // A file has no address that would say its language.
    let nowhere = Url::parse("file:///").map_err(|error| error.to_string())?;
    let text = extract::decode(&bytes, None, &nowhere);
    let mut list = List::read(&text, &extract::column_field).map_err(|error| error.to_string())?;
    let is_guess = std::str::from_utf8(&bytes).is_err() && !bytes.contains(&0);
    if let Some((place, line)) = text.lines().enumerate().find(|(_, line)| is_guess && !line.is_ascii()) {
        list.remark(place + 1, format!("the file is not UTF-8, and this is read as `{}`: if that is wrong, save it as UTF-8", line.trim()));
    }
    Ok(list)
}

/// Reads a list, entry by entry; each one that names nobody is told and left out.
fn parse(mut lines: Vec<&str>, mut tell: impl FnMut(BadList)) -> List {
    for _ in 0..TOLD {
        match List::parse(&lines.join("\n")) {
            Ok(list) => return list,
            Err(error) => {
                let bad = match &error {
                    BadList::NamesNobody { line, .. } => lines.get_mut(line.saturating_sub(1)),
                    BadList::TooLong => None,
                };
                let more = bad.map(|line| *line = "").is_some();
                tell(error);
                if !more {
                    break;
                }
            }
        }
    }
    List::default()
}

/// A file's text, up to the cap of a configuration.
pub(super) fn read_file(path: &Path) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?).map_err(|error| error.to_string())
}

/// What a file holds, up to the cap of a configuration.
fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(caps::CONFIG_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > caps::CONFIG_BYTES {
        return Err(format!("more than {} MiB", caps::CONFIG_BYTES / (1024 * 1024)));
    }
    Ok(bytes)
}
