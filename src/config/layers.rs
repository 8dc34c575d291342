//! Puts the layers over each other: built-in file, the user's files, environment, flags. Gives the process's tables merged and the
//! repeated tables (`[[source]]` …) one after another. Knows the names of tables, not their keys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::desk::{Desk, Section, listed};
use super::files::{File, Files, Layer, Place, u32_of};
use super::problem::nearest;
use super::tree::{Entry, Node, Table, What, loose};

/// Tables of the process: at most one each, its keys merged over all layers.
pub(super) const PROCESS: [&str; 7] = ["daemon", "log", "net", "fetch", "store", "lists", "lexicons"];
/// Tables of which there are many, written with double brackets.
pub(super) const REPEATED: [&str; 4] = ["source", "segment", "rep", "channel"];

/// A setting given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// As the user wrote it: `--listen`.
    pub name: String,
    /// The setting it stands for: `daemon.listen`.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// All tables, merged.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// By name; every name of [`PROCESS`] is there. With the header in the user's file, where what is missing is reported.
    pub(super) process: BTreeMap<&'static str, (Place, Table)>,
    /// By name, in the order of files and lines.
    pub(super) repeated: BTreeMap<&'static str, Vec<(Place, Table)>>,
    /// Tables that were refused and could not be read as what they were meant to be: what lacks for want of them is no mistake of its own.
    pub(super) refused: BTreeSet<String>,
}

/// The variables of the environment that are settings, as a file with one a line.
pub(super) fn environment_file(environment: &BTreeMap<String, String>) -> (String, Vec<(Vec<String>, Place, String)>) {
    let ours = environment.iter().filter(|(name, _)| name.strip_prefix("ATALAYA_").is_some_and(|rest| rest.contains("__")));
    lines(ours.map(|(name, value)| {
        let path = name.trim_start_matches("ATALAYA_").split("__").map(str::to_ascii_lowercase).collect();
        (path, format!("{name}="), value.as_str())
    }))
}

/// The flags as a file with one a line.
pub(super) fn flags_file(flags: &[Flag]) -> (String, Vec<(Vec<String>, Place, String)>) {
    lines(flags.iter().map(|flag| (flag.key.split('.').map(str::to_owned).collect(), format!("{} ", flag.name), flag.value.as_str())))
}

fn lines<'a>(settings: impl Iterator<Item = (Vec<String>, String, &'a str)>) -> (String, Vec<(Vec<String>, Place, String)>) {
    let mut text = String::new();
    let mut out = Vec::new();
    for (path, head, value) in settings {
        // A line end inside a value would shift the lines after it.
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.push_str(&head);
        let start = u32_of(text.len());
        text.push_str(&value);
        out.push((path, Place { file: 0, start, end: u32_of(text.len()) }, value));
        text.push('\n');
    }
    (text, out)
}

/// Adds a layer that is no file to the files, and gives its settings as a tree.
pub(super) fn add_layer(files: &mut Files, layer: Layer, (text, settings): (String, Vec<(Vec<String>, Place, String)>)) -> Option<Node> {
    let name = match layer {
        Layer::Environment => "environment",
        Layer::Flag => "command line",
        Layer::Default | Layer::User => "built-in",
    };
    if settings.is_empty() {
        return None;
    }
    let number = files.push(File::new(name.to_owned(), PathBuf::new(), text, layer));
    let mut root = Table::default();
    for (path, at, value) in settings {
        let at = Place { file: number, ..at };
        put(&mut root, &path, at, &value);
    }
    Some(Node { at: Place { file: number, start: 0, end: 0 }, what: What::Table(root) })
}

fn put(table: &mut Table, path: &[String], at: Place, value: &str) {
    let [key, rest @ ..] = path else { return };
    if rest.is_empty() {
        table.entries.push(Entry { key: key.clone(), key_at: at, node: loose(at, value) });
        return;
    }
    if table.get(key).is_none() {
        table.entries.push(Entry { key: key.clone(), key_at: at, node: Node { at, what: What::Table(Table::default()) } });
    }
    if let Some(entry) = table.entries.iter_mut().find(|entry| entry.key == *key)
        && let What::Table(inner) = &mut entry.node.what
    {
        put(inner, rest, at, value);
    }
}

/// Merges the layers, given in order. Tables that nobody knows, or that have the wrong brackets, are refused.
pub(super) fn merge(desk: &mut Desk<'_>, documents: &[Node]) -> Tables {
    let first = desk.files.first_place();
    let mut tables = Tables::default();
    for name in PROCESS {
        tables.process.insert(name, (first, Table::default()));
    }
    for document in documents {
        let What::Table(root) = &document.what else { continue };
        for entry in &root.entries {
            add(desk, &mut tables, root, entry);
        }
    }
    for list in tables.repeated.values_mut() {
        list.sort_by_key(|(at, _)| *at);
    }
    tables
}

fn add(desk: &mut Desk<'_>, tables: &mut Tables, root: &Table, entry: &Entry) {
    let layer = desk.files.of(entry.key_at).layer;
    let known = || PROCESS.into_iter().chain(REPEATED);
    // What a table was meant to be is checked as that, so that its own mistakes are told together with that of its name.
    let meant = if known().any(|name| name == entry.key) {
        Some(entry.key.clone())
    } else {
        refuse_name(desk, root, entry, layer);
        nearest(&entry.key, known())
    };
    let process = PROCESS.into_iter().find(|name| Some(*name) == meant.as_deref());
    let repeated = REPEATED.into_iter().find(|name| Some(*name) == meant.as_deref());
    let taken = match (process, repeated) {
        (Some(name), _) => add_process(desk, tables, (root, entry, name), layer),
        (None, Some(name)) => add_repeated(desk, tables, (root, entry, name), layer),
        (None, None) => false,
    };
    if !taken {
        tables.refused.insert(meant.unwrap_or_else(|| entry.key.clone()));
    }
}

/// A name that is no table's.
fn refuse_name(desk: &mut Desk<'_>, root: &Table, entry: &Entry, layer: Layer) {
    let known: Vec<_> = PROCESS.into_iter().chain(REPEATED).collect();
    if nearest(&entry.key, known.iter().copied()).is_none() && !matches!(entry.node.what, What::Table(_) | What::List(_)) {
        let expected = format!("it inside a table, such as [{}]", listed(&PROCESS).replace(", ", "], ["));
        return refuse(desk, root, entry, "a key outside every table", &expected);
    }
    let mut section = Section::new(place_name(layer).to_owned(), root, entry.key_at);
    desk.unknown_key(&mut section, &entry.key, entry.key_at, &known);
}

/// Whether something of it could be taken in.
fn add_process(desk: &mut Desk<'_>, tables: &mut Tables, (root, entry, name): (&Table, &Entry, &'static str), layer: Layer) -> bool {
    let Some((header, into)) = tables.process.get_mut(name) else { return false };
    let found: Vec<(Place, &Table)> = match &entry.node.what {
        What::Table(table) => vec![(entry.node.at, table)],
        What::List(nodes) => {
            refuse(desk, root, entry, "a list of tables", &format!("one table, in single brackets: [{name}]"));
            nodes.iter().filter_map(table_of).collect()
        }
        What::Text(_) | What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::Loose(_) => {
            refuse(desk, root, entry, "a single value", &format!("a table: [{name}]"));
            Vec::new()
        }
    };
    for (at, table) in &found {
        into.overlay(table);
        if layer == Layer::User {
            *header = *at;
        }
    }
    !found.is_empty()
}

/// Whether all of it could be taken in.
fn add_repeated(desk: &mut Desk<'_>, tables: &mut Tables, (root, entry, name): (&Table, &Entry, &'static str), layer: Layer) -> bool {
    if layer != Layer::User {
        let expected = format!("a setting of {}: {name}s are written in a file", listed(&PROCESS));
        refuse(desk, root, entry, "a repeated table", &expected);
        return false;
    }
    let brackets = format!("double brackets, one table for each {name}: [[{name}]]");
    let nodes = match &entry.node.what {
        What::List(nodes) => nodes.as_slice(),
        What::Table(_) => {
            refuse(desk, root, entry, "a single table", &brackets);
            std::slice::from_ref(&entry.node)
        }
        What::Text(_) | What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::Loose(_) => {
            refuse(desk, root, entry, "a single value", &brackets);
            return false;
        }
    };
    let found: Vec<(Place, &Table)> = nodes.iter().filter_map(table_of).collect();
    if found.len() < nodes.len() {
        refuse(desk, root, entry, "a list of single values", &format!("a table for each {name}: [[{name}]]"));
    }
    tables.repeated.entry(name).or_default().extend(found.iter().map(|(at, table)| (*at, (*table).clone())));
    found.len() == nodes.len()
}

fn table_of(node: &Node) -> Option<(Place, &Table)> {
    match &node.what {
        What::Table(table) => Some((node.at, table)),
        What::Text(_) | What::Whole(_) | What::Real(_) | What::Bool(_) | What::Date(_) | What::List(_) | What::Loose(_) => None,
    }
}

const fn place_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Default | Layer::User => "",
        Layer::Environment => "variable",
        Layer::Flag => "flag",
    }
}

fn refuse(desk: &mut Desk<'_>, root: &Table, entry: &Entry, found: &str, expected: &str) {
    let mut section = Section::new(String::new(), root, entry.key_at);
    desk.refuse_at(&mut section, &entry.key, entry.key_at, found, expected);
}
